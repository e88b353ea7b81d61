//! People by API: users with their limits, their login links and their sessions; for organisers alone.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use tide::{Response, Server};

use super::request::{self, Request};
use super::{Answer, State, json as answer, problem, record, route};
use crate::auth::change::{ChangeError, UserError};
use crate::auth::limits::Limits;
use crate::auth::people::{NewUser, UserChange};
use crate::auth::store::{SessionId, User, UserId};
use crate::auth::{Auth, Who};
use crate::ledger::role::Role;
use crate::runtime::rfc3339;
use crate::wire::Problem;

pub(crate) fn routes(server: &mut Server<Arc<State>>) {
    server.at("/api/v1/users").get(route(list)).post(route(add));
    server.at("/api/v1/users/:id").get(route(one)).patch(route(change)).delete(route(remove));
    server.at("/api/v1/users/:id/link").post(route(make_link)).delete(route(revoke_link));
    server.at("/api/v1/sessions").get(route(sessions));
    server.at("/api/v1/sessions/:id").delete(route(revoke_session));
}

/// What a refused change is told as.
pub(super) fn refused(error: &ChangeError) -> Problem {
    let (status, code) = match error {
        ChangeError::User(UserError::Unknown(_)) => (404, "unknown-person"),
        ChangeError::User(UserError::Taken(_)) => (409, "name-taken"),
        ChangeError::User(UserError::LastOrganiser) => (409, "last-organiser"),
        ChangeError::User(UserError::Database(cause)) => {
            return problem::internal("change the people", cause);
        }
        ChangeError::User(UserError::Password | UserError::Twice) => (422, "invalid-password"),
        ChangeError::User(UserError::Name | UserError::Limits) => (422, "invalid-value"),
        ChangeError::Link => (410, "setup-used"),
        ChangeError::Busy => {
            return Problem::new(503, "busy", error.to_string()).with(problem::RETRY_AFTER, 1);
        }
        ChangeError::Failed(failure) => return problem::internal("change the people", failure),
    };
    Problem::new(status, code, error.to_string())
}

/// The number in the address.
pub(super) fn id(request: &Request) -> Result<i64, Problem> {
    let text = request.param("id").unwrap_or_default();
    text.parse().map_err(|_| unknown(text))
}

fn unknown(text: &str) -> Problem {
    Problem::new(404, "unknown-person", format!("There is nobody and nothing with the number {text} here."))
}

async fn list(request: Request) -> Answer {
    request::organiser(&request).await?;
    let auth = &request.state().auth;
    let users: Vec<Value> = auth.users().iter().map(|user| user_json(auth, user)).collect();
    Ok(answer(200, &json!({ "users": users })))
}

async fn one(request: Request) -> Answer {
    request::organiser(&request).await?;
    Ok(answer(200, &find(&request.state().auth, id(&request)?)?))
}

fn find(auth: &Auth, id: i64) -> Result<Value, Problem> {
    let users = auth.users();
    let user = users.iter().find(|user| user.id.0 == id).ok_or_else(|| unknown(&id.to_string()))?;
    Ok(user_json(auth, user))
}

/// A user as the API tells of them; of a link only when it was made and used.
pub(super) fn user_json(auth: &Auth, user: &User) -> Value {
    let mut told = json!({
        "id": user.id.0,
        "name": user.name,
        "role": user.role.as_str(),
        "games": user.limits.games,
        "pitches": user.limits.pitches,
        "password": user.has_password(),
        "made": rfc3339(user.created_ms),
    });
    let links = auth.links();
    if let Some(link) = links.iter().rev().find(|link| link.user == user.id) {
        told["link"] = json!({ "made": rfc3339(link.created_ms) });
        if let Some(used_ms) = link.used_ms {
            told["link"]["used"] = rfc3339(used_ms).into();
        }
    }
    told
}

async fn add(mut request: Request) -> Answer {
    let who = request::organiser(&request).await?;
    let source = request::body(&mut request).await?;
    let body = fields(&request, &source, &["name", "role", "games", "pitches", "password"])?;
    let state = request.state();
    let name =
        text(&body, "name")?.ok_or_else(|| invalid("`name` is missing: it is what they log in with."))?;
    let new = NewUser {
        name,
        role: role(&body)?.unwrap_or(Role::Commentator),
        limits: limits(&body)?.unwrap_or_default(),
        password: text(&body, "password")?,
    };
    known_games(state, &new.limits).await?;
    let id = state.auth.add_user(&who.actor, new).await;
    let id = id.map_err(|error| noted(state, &who, "user-added", name, refused(&error)))?;
    let mut response = answer(201, &find(&state.auth, id.0)?);
    response.insert_header("Location", format!("/api/v1/users/{}", id.0));
    Ok(response)
}

async fn change(mut request: Request) -> Answer {
    let who = request::organiser(&request).await?;
    let source = request::body(&mut request).await?;
    let body = fields(&request, &source, &["role", "games", "pitches", "password"])?;
    let (state, id) = (request.state(), id(&request)?);
    let mut change = UserChange {
        role: role(&body)?,
        limits: limits(&body)?,
        password: text(&body, "password")?.map(str::to_owned),
    };
    if let Some(limits) = &mut change.limits {
        known_games(state, limits).await?;
        // Games or pitches alone: the other stays.
        let users = state.auth.users();
        let user = users.iter().find(|user| user.id.0 == id).ok_or_else(|| unknown(&id.to_string()))?;
        if !body.contains_key("games") {
            limits.games.clone_from(&user.limits.games);
        }
        if !body.contains_key("pitches") {
            limits.pitches.clone_from(&user.limits.pitches);
        }
    }
    let changed = state.auth.change_user(&who.actor, UserId(id), change).await;
    changed.map_err(|error| noted(state, &who, "user-changed", &format!("user:{id}"), refused(&error)))?;
    Ok(answer(200, &find(&state.auth, id)?))
}

async fn remove(request: Request) -> Answer {
    let who = request::organiser(&request).await?;
    let (state, id) = (request.state(), id(&request)?);
    let removed = state.auth.remove_user(&who.actor, UserId(id)).await;
    removed.map_err(|error| noted(state, &who, "user-removed", &format!("user:{id}"), refused(&error)))?;
    Ok(Response::new(204))
}

async fn make_link(request: Request) -> Answer {
    let who = request::organiser(&request).await?;
    let (state, id) = (request.state(), id(&request)?);
    let made = state.auth.make_links(&who.actor, &[UserId(id)]).await;
    let made = made.map_err(|error| refused(&error))?;
    let card = made.first().ok_or_else(|| unknown(&id.to_string()))?;
    let url = super::address::of(&request, &format!("/link/{}", card.secret));
    Ok(answer(201, &json!({ "url": url })))
}

async fn revoke_link(request: Request) -> Answer {
    let who = request::organiser(&request).await?;
    let (auth, id) = (&request.state().auth, id(&request)?);
    let links = auth.links();
    let open = links.iter().find(|link| link.user.0 == id && link.used_ms.is_none());
    let open = open.ok_or_else(|| {
        Problem::new(
            404,
            "unknown-link",
            "There is no open login link of that person: none was made, or it was used.",
        )
    })?;
    auth.revoke_link(&who.actor, open.id).await.map_err(|error| refused(&error))?;
    Ok(Response::new(204))
}

async fn sessions(request: Request) -> Answer {
    request::organiser(&request).await?;
    let sessions: Vec<Value> = request.state().auth.sessions().iter().map(session_json).collect();
    Ok(answer(200, &json!({ "sessions": sessions })))
}

/// A session as the API tells of it.
pub(super) fn session_json(session: &crate::auth::SessionInfo) -> Value {
    json!({
        "id": session.id.0,
        "user": session.user_id.0,
        "name": &*session.user,
        "agent": session.agent,
        "made": rfc3339(session.created_ms),
        "idle_ms": session.idle_ms,
    })
}

async fn revoke_session(request: Request) -> Answer {
    let who = request::organiser(&request).await?;
    let ended = request.state().auth.revoke_session(&who.actor, SessionId(id(&request)?)).await;
    ended.map_err(|error| refused(&error))?;
    Ok(Response::new(204))
}

/// Notes that something was refused to somebody of the staff, and hands the problem on.
pub(super) fn noted(
    state: &State,
    who: &Who,
    action: &'static str,
    subject: &str,
    problem: Problem,
) -> Problem {
    record::refused(state, who, action, subject, None, &problem);
    problem
}

/// Refuses limits that name a game there is not.
pub(super) async fn known_games(state: &State, limits: &Limits) -> Result<(), Problem> {
    if limits.games.is_empty() {
        return Ok(());
    }
    let games = state.ledger.games().await.map_err(|error| problem::internal("list the games", error))?;
    match limits.games.iter().find(|id| games.iter().all(|game| game.id.0 != **id)) {
        None => Ok(()),
        Some(id) => Err(invalid(format!("There is no game {id} on this box."))),
    }
}

/// The body as an object of these fields alone.
pub(super) fn fields(
    request: &Request,
    source: &[u8],
    known: &[&str],
) -> Result<Map<String, Value>, Problem> {
    let body = request::json(request, source)?;
    match body.keys().find(|name| !known.contains(&name.as_str())) {
        None => Ok(body),
        Some(name) => Err(invalid(format!("`{name}` is no field here; there are {}.", known.join(", ")))),
    }
}

pub(super) fn text<'a>(body: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, Problem> {
    match body.get(name) {
        None => Ok(None),
        Some(value) => value.as_str().map(Some).ok_or_else(|| invalid(format!("`{name}` must be a text."))),
    }
}

pub(super) fn role(body: &Map<String, Value>) -> Result<Option<Role>, Problem> {
    let Some(word) = text(body, "role")? else { return Ok(None) };
    let known = || invalid(format!("`role` is `{word}`; it is commentator or organiser."));
    Role::parse(word).map(Some).ok_or_else(known)
}

fn limits(body: &Map<String, Value>) -> Result<Option<Limits>, Problem> {
    if !body.contains_key("games") && !body.contains_key("pitches") {
        return Ok(None);
    }
    let list = |name: &str| match body.get(name) {
        None => Ok(Vec::new()),
        Some(Value::Array(list)) => Ok(list.clone()),
        Some(_) => Err(invalid(format!("`{name}` must be a list; empty means no limit."))),
    };
    let games = list("games")?.iter().map(Value::as_u64).collect::<Option<BTreeSet<u64>>>();
    let pitches = list("pitches")?.iter().map(|pitch| pitch.as_str().map(str::to_owned)).collect();
    let pitches: Option<BTreeSet<String>> = pitches;
    Ok(Some(Limits {
        games: games.ok_or_else(|| invalid("`games` must hold numbers of games."))?,
        pitches: pitches.ok_or_else(|| invalid("`pitches` must hold names of pitches."))?,
    }))
}

fn invalid(detail: impl Into<String>) -> Problem {
    Problem::new(422, "invalid-value", detail.into())
}
