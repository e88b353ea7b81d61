//! The organisers' page of people: who there is, what each may do, their sign-in cards, browsers and tokens. Plain
//! forms, answered with 303; what is refused is told on the same page with what was typed.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};
use tide::Server;

use super::form::Form;
use super::organiser::organiser;
use super::render::{self, Facts};
use super::request::{self, Request};
use super::{Answer, State, address, day, problem, route, see_other, tokens, users};
use crate::auth::Who;
use crate::auth::change::{ChangeError, UserError};
use crate::auth::limits::Limits;
use crate::auth::people::{NewUser, UserChange};
use crate::auth::shown::Card;
use crate::auth::store::{SessionId, TokenId, UserId};
use crate::ledger::role::Role;
use crate::wire::Problem;

pub(crate) fn routes(server: &mut Server<Arc<State>>) {
    server.at("/organiser/people").get(route(list)).post(route(add));
    server.at("/organiser/people/cards").post(route(make_cards));
    server.at("/organiser/people/cards/:key").get(route(cards));
    server.at("/organiser/people/sessions").post(route(end_session));
    server.at("/organiser/people/tokens").post(route(token));
    server.at("/organiser/people/tokens/:key").get(route(token_made));
    server.at("/organiser/people/:id").get(route(person)).post(route(change));
}

/// What a form that was refused leads to: the page it stood on, with what was typed.
#[derive(Debug, Default)]
struct Told {
    problem: Option<Problem>,
    typed: Value,
}

impl Told {
    fn status(&self) -> u16 {
        self.problem.as_ref().map_or(200, |problem| problem.status)
    }
}

async fn list(request: Request) -> Answer {
    match organiser(&request).await {
        Ok(who) => show_list(&request, &who, Told::default()).await,
        Err(answer) => answer,
    }
}

async fn show_list(request: &Request, who: &Who, told: Told) -> Answer {
    let state = request.state();
    let auth = &state.auth;
    let games = day::games(state, request).await?;
    let people: Vec<Value> = auth.users().iter().map(|user| users::user_json(auth, user)).collect();
    let mut sessions: Vec<Value> = Vec::new();
    for session in auth.sessions() {
        let mut one = users::session_json(&session);
        one["own"] = (who.by == crate::auth::Credential::Session(session.id)).into();
        sessions.push(one);
    }
    let tokens: Vec<Value> = auth.tokens().iter().map(tokens::token_json).collect();
    let more = json!({
        "people": people,
        "sessions": sessions,
        "tokens": tokens,
        "games": games,
        "pitches": day::pitches(state).await?,
        "done": done(request),
        "typed": told.typed,
        "problem": told.problem.as_ref().map(Problem::to_value),
    });
    let facts = Facts::of(request).signed_in(who);
    let html = render::page(state, &facts, |frame| state.pages.people(frame, &more));
    Ok(render::private(told.status(), html))
}

/// What the form before did: a word and, where it is about somebody who is still there, their name.
fn done(request: &Request) -> Value {
    const WORDS: [&str; 6] =
        ["added", "changed", "removed", "link-revoked", "session-revoked", "token-revoked"];
    let word = request::param(request, "done").unwrap_or_default();
    let Some(word) = WORDS.iter().find(|known| **known == word) else { return Value::Null };
    let id = request::param(request, "who").and_then(|id| id.parse::<i64>().ok());
    let users = request.state().auth.users();
    let name = users.into_iter().find(|user| Some(user.id.0) == id).map(|user| user.name);
    json!({ "word": word, "name": name })
}

/// Every value of a field that may stand several times.
fn all(body: &[u8], name: &str) -> Vec<String> {
    let fields =
        form_urlencoded::parse(body).filter(|(field, value)| field == name && !value.trim().is_empty());
    fields.map(|(_, value)| value.into_owned()).collect()
}

/// Role and limits as a form sends them.
fn may(form: &Form, body: &[u8]) -> (Role, Limits) {
    let role = form.get("role").and_then(Role::parse).unwrap_or(Role::Commentator);
    let games: BTreeSet<u64> = all(body, "game").iter().filter_map(|game| game.parse().ok()).collect();
    let pitches: BTreeSet<String> = all(body, "pitch").into_iter().collect();
    let limited = role == Role::Commentator && form.get("where") == Some("some");
    (role, if limited { Limits { games, pitches } } else { Limits::default() })
}

/// "Only these" with nothing ticked would mean everything: it is asked again.
fn some_where(form: &Form, limits: &Limits) -> Result<(), Problem> {
    if form.get("where") == Some("some") && form.get("role") != Some("organiser") && limits.is_all() {
        let detail = "Tick at least one pitch or game, or choose “Every game”.";
        return Err(Problem::new(422, "invalid-value", detail));
    }
    Ok(())
}

fn typed(form: &Form, role: Role, limits: &Limits) -> Value {
    json!({
        "name": form.get("name"),
        "role": role.as_str(),
        "where": form.get("where"),
        "games": limits.games,
        "pitches": limits.pitches,
    })
}

async fn add(mut request: Request) -> Answer {
    let who = match organiser(&request).await {
        Ok(who) => who,
        Err(answer) => return answer,
    };
    let body = request::body(&mut request).await?;
    let form = Form::parse(&body);
    let (role, limits) = may(&form, &body);
    let typed = typed(&form, role, &limits);
    match added(&request, &who, &form, role, limits).await {
        Ok(place) => Ok(see_other(&place)),
        Err(problem) if problem.status < 500 => {
            show_list(&request, &who, Told { problem: Some(problem), typed }).await
        }
        Err(problem) => Err(problem),
    }
}

/// Adds somebody. Without a passphrase they get a card at once: there is no other way in for them.
async fn added(
    request: &Request,
    who: &Who,
    form: &Form,
    role: Role,
    limits: Limits,
) -> Result<String, Problem> {
    let state = request.state();
    some_where(form, &limits)?;
    users::known_games(state, &limits).await?;
    let password = form.get("password");
    let name = form.get("name").unwrap_or_default();
    let added = state.auth.add_user(&who.actor, NewUser { name, role, limits, password }).await;
    let id =
        added.map_err(|error| users::noted(state, who, "user-added", name.trim(), users::refused(&error)))?;
    if password.is_some() {
        return Ok(format!("/organiser/people?done=added&who={}", id.0));
    }
    cards_for(state, who, &[id]).await
}

/// Makes cards and says where they are shown.
async fn cards_for(state: &State, who: &Who, people: &[UserId]) -> Result<String, Problem> {
    let made = state.auth.make_links(&who.actor, people).await.map_err(|error| users::refused(&error))?;
    Ok(format!("/organiser/people/cards/{}", state.auth.show_to(&who.actor, made)))
}

async fn make_cards(mut request: Request) -> Answer {
    let who = match organiser(&request).await {
        Ok(who) => who,
        Err(answer) => return answer,
    };
    let body = request::body(&mut request).await?;
    let people: BTreeSet<i64> = all(&body, "user").iter().filter_map(|id| id.parse().ok()).collect();
    let people: Vec<UserId> = people.into_iter().map(UserId).collect();
    if people.is_empty() {
        let problem = Problem::new(422, "nobody-chosen", "Tick the people who are to get a sign-in card.");
        return show_list(&request, &who, Told { problem: Some(problem), typed: Value::Null }).await;
    }
    Ok(see_other(&cards_for(request.state(), &who, &people).await?))
}

fn shown(request: &Request, who: &Who) -> Result<Vec<Card>, Problem> {
    let key = request.param("key").unwrap_or_default();
    request.state().auth.shown_to(&who.actor, key).ok_or_else(|| {
        let detail = "What was made here was shown for ten minutes, to whoever made it, and is stored nowhere. \
                      Make a new one on the page of people.";
        Problem::new(410, "shown-before", detail)
    })
}

async fn cards(request: Request) -> Answer {
    let who = match organiser(&request).await {
        Ok(who) => who,
        Err(answer) => return answer,
    };
    let cards: Vec<Value> = shown(&request, &who)?
        .into_iter()
        .map(|card| {
            let url = address::of(&request, &format!("/link/{}", card.secret));
            json!({ "name": card.name, "url": url })
        })
        .collect();
    let state = request.state();
    let facts = Facts::of(&request).signed_in(&who);
    let html = render::page(state, &facts, |frame| state.pages.cards(frame, &cards));
    Ok(render::private(200, html))
}

async fn end_session(mut request: Request) -> Answer {
    let who = match organiser(&request).await {
        Ok(who) => who,
        Err(answer) => return answer,
    };
    let form = Form::parse(&request::body(&mut request).await?);
    let id =
        form.get("session").and_then(|id| id.parse().ok()).map(SessionId).ok_or_else(problem::not_found)?;
    match request.state().auth.revoke_session(&who.actor, id).await {
        // Ended already is ended.
        Ok(()) | Err(ChangeError::User(UserError::Unknown(_))) => {
            Ok(see_other("/organiser/people?done=session-revoked#sessions"))
        }
        Err(error) => Err(users::refused(&error)),
    }
}

async fn token(mut request: Request) -> Answer {
    let who = match organiser(&request).await {
        Ok(who) => who,
        Err(answer) => return answer,
    };
    let form = Form::parse(&request::body(&mut request).await?);
    let auth = &request.state().auth;
    if let Some(id) = form.get("token").and_then(|id| id.parse().ok()) {
        return match auth.revoke_token(&who.actor, TokenId(id)).await {
            Ok(()) | Err(ChangeError::User(UserError::Unknown(_))) => {
                Ok(see_other("/organiser/people?done=token-revoked#tokens"))
            }
            Err(error) => Err(users::refused(&error)),
        };
    }
    let name = form.get("token_name").unwrap_or_default();
    let role = form.get("token_role").and_then(Role::parse).unwrap_or(Role::Commentator);
    match auth.create_token(&who.actor, role, name).await {
        Ok((_, secret)) => {
            let key = auth.show_to(&who.actor, vec![Card { name: name.trim().to_owned(), secret }]);
            Ok(see_other(&format!("/organiser/people/tokens/{key}")))
        }
        Err(error) => {
            let problem = users::refused(&error);
            let typed = json!({ "token_name": name, "token_role": role.as_str() });
            show_list(&request, &who, Told { problem: Some(problem), typed }).await
        }
    }
}

async fn token_made(request: Request) -> Answer {
    let who = match organiser(&request).await {
        Ok(who) => who,
        Err(answer) => return answer,
    };
    let made = shown(&request, &who)?;
    let card = made.first().ok_or_else(problem::not_found)?;
    let state = request.state();
    let facts = Facts::of(&request).signed_in(&who);
    let html = render::page(state, &facts, |frame| state.pages.token_made(frame, &card.name, &card.secret));
    Ok(render::private(200, html))
}

async fn person(request: Request) -> Answer {
    match organiser(&request).await {
        Ok(who) => show_person(&request, &who, Told::default()).await,
        Err(answer) => answer,
    }
}

async fn show_person(request: &Request, who: &Who, told: Told) -> Answer {
    let (state, id) = (request.state(), users::id(request)?);
    let users = state.auth.users();
    let Some(user) = users.iter().find(|user| user.id.0 == id) else {
        return Err(Problem::new(404, "unknown-person", "This person is not here, or no longer."));
    };
    let organisers = users.iter().filter(|user| user.role == Role::Organiser).count();
    let more = json!({
        "person": users::user_json(&state.auth, user),
        "own": who.actor == crate::auth::people::user_actor(user.id),
        "last": user.role == Role::Organiser && organisers == 1,
        "games": day::games(state, request).await?,
        "pitches": day::pitches(state).await?,
        "done": done(request),
        "typed": told.typed,
        "problem": told.problem.as_ref().map(Problem::to_value),
    });
    let facts = Facts::of(request).signed_in(who);
    let html = render::page(state, &facts, |frame| state.pages.person(frame, &more));
    Ok(render::private(told.status(), html))
}

async fn change(mut request: Request) -> Answer {
    let who = match organiser(&request).await {
        Ok(who) => who,
        Err(answer) => return answer,
    };
    let body = request::body(&mut request).await?;
    let form = Form::parse(&body);
    let (role, limits) = may(&form, &body);
    let typed = match form.get("do") {
        Some("change") => typed(&form, role, &limits),
        _ => Value::Null,
    };
    match changed(&request, &who, &form, role, limits).await {
        Ok(place) => Ok(see_other(&place)),
        Err(problem) if problem.status < 500 && problem.status != 404 => {
            show_person(&request, &who, Told { problem: Some(problem), typed }).await
        }
        Err(problem) => Err(problem),
    }
}

async fn changed(
    request: &Request,
    who: &Who,
    form: &Form,
    role: Role,
    limits: Limits,
) -> Result<String, Problem> {
    let (state, auth, id) = (request.state(), &request.state().auth, UserId(users::id(request)?));
    let subject = format!("user:{}", id.0);
    let noted =
        |action, error: ChangeError| users::noted(state, who, action, &subject, users::refused(&error));
    match form.get("do") {
        Some("change") => {
            some_where(form, &limits)?;
            users::known_games(state, &limits).await?;
            let change = UserChange { role: Some(role), limits: Some(limits), password: None };
            auth.change_user(&who.actor, id, change).await.map_err(|error| noted("user-changed", error))?;
            Ok(format!("/organiser/people?done=changed&who={}", id.0))
        }
        Some("password") => {
            let password = form.get("password").unwrap_or_default();
            if password != form.get("again").unwrap_or_default() {
                return Err(users::refused(&ChangeError::User(UserError::Twice)));
            }
            let change = UserChange { password: Some(password.to_owned()), ..UserChange::default() };
            auth.change_user(&who.actor, id, change)
                .await
                .map_err(|error| noted("user-password-set", error))?;
            Ok(format!("/organiser/people?done=changed&who={}", id.0))
        }
        Some("card") => cards_for(state, who, &[id]).await,
        Some("revoke") => {
            let links = auth.links();
            if let Some(open) = links.iter().find(|link| link.user == id && link.used_ms.is_none()) {
                auth.revoke_link(&who.actor, open.id).await.map_err(|error| noted("link-revoked", error))?;
            }
            Ok(format!("/organiser/people?done=link-revoked&who={}", id.0))
        }
        Some("remove") => {
            auth.remove_user(&who.actor, id).await.map_err(|error| noted("user-removed", error))?;
            Ok("/organiser/people?done=removed".to_owned())
        }
        _ => Err(Problem::new(422, "invalid-value", "The form does not say what is to be done.")),
    }
}
