//! Teams and squads: a library from which games are made. A game copies its team, so that a squad changed
//! later leaves the games of before as they were.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use tide::{Response, Server};

use self::store::{Team, TeamError};
use super::form::Form;
use super::organiser::{self, Done, organiser};
use super::render::{self, Facts};
use super::request::{self, Request};
use super::{Answer, State, decode, json as answer, problem, record, route};
use crate::auth::Who;
use crate::domain::event::SideSetup;
use crate::formats::{game, squad};
use crate::ledger::work::WriteError;
use crate::wire::Problem;

pub(super) mod store;

pub(crate) fn routes(server: &mut Server<Arc<State>>) {
    server.at("/api/v1/teams").get(route(list)).post(route(create));
    server.at("/api/v1/teams/:id").get(route(one)).patch(route(change)).delete(route(remove));
    server.at("/organiser/teams").get(route(page)).post(route(add));
    server.at("/organiser/teams/:id").get(route(team_page)).post(route(edit));
}

/// All teams by name.
///
/// # Errors
/// When the database cannot be read.
pub(super) async fn all(state: &State) -> Result<Vec<Team>, Problem> {
    state.ledger.read(store::all).await.map_err(|error| problem::internal("read the teams", error))
}

/// Puts the teams a new game names (`{"team":4}`) in their place; what stands beside the number wins.
///
/// # Errors
/// `unknown-team`, or when the database cannot be read.
pub(super) async fn fill(state: &State, body: &mut Map<String, Value>) -> Result<(), Problem> {
    let sides = body.get_mut("sides").and_then(Value::as_object_mut);
    for side in sides.into_iter().flat_map(Map::values_mut).filter_map(Value::as_object_mut) {
        let Some(id) = side.remove("team") else { continue };
        let id = id.as_i64().ok_or_else(|| {
            Problem::new(
                422,
                "invalid-value",
                "`team` is the number of a team; GET /api/v1/teams lists them.",
            )
        })?;
        let Value::Object(mut whole) = game::write_side(find(state, id).await?.side) else { continue };
        whole.append(side);
        *side = whole;
    }
    Ok(())
}

/// The sides of a form: a name that is a team's brings the team's colour and squad.
///
/// # Errors
/// When the database cannot be read.
pub(super) async fn by_name(state: &State) -> Result<BTreeMap<String, SideSetup>, Problem> {
    Ok(all(state).await?.into_iter().map(|team| (store::key(&team.side.name), team.side)).collect())
}

/// The side of that name: the team's, or one that has only the name.
pub(super) fn side(teams: &BTreeMap<String, SideSetup>, name: &str) -> SideSetup {
    let bare = || SideSetup { name: name.trim().to_owned(), ..SideSetup::default() };
    teams.get(&store::key(name)).cloned().unwrap_or_else(bare)
}

async fn find(state: &State, id: i64) -> Result<Team, Problem> {
    let found = state.ledger.read(move |conn| store::one(conn, id)).await;
    found.map_err(|error| problem::internal("read the teams", error))?.ok_or_else(|| unknown(id))
}

fn unknown(id: impl std::fmt::Display) -> Problem {
    Problem::new(404, "unknown-team", format!("There is no team {id}; GET /api/v1/teams lists them."))
}

fn refused(error: WriteError<TeamError>) -> Problem {
    match error {
        WriteError::Refused(TeamError::Unknown(id)) => unknown(id),
        WriteError::Refused(error @ TeamError::Taken(_)) => {
            Problem::new(409, "team-taken", error.to_string()).with("field", "name")
        }
        WriteError::Refused(error @ TeamError::Database(_)) => problem::internal("store the team", error),
        WriteError::Failed(failure) => problem::internal("store the team", failure),
    }
}

/// Adds a team. The same team sent twice is one.
async fn insert(state: &State, who: &Who, side: SideSetup) -> Result<i64, Problem> {
    let sent = side.clone();
    let inserted = state.ledger.write(move |tx| store::insert(tx, &side)).await;
    if let Err(WriteError::Refused(TeamError::Taken(_))) = &inserted
        && let Some(same) = all(state).await?.into_iter().find(|team| team.side == sent)
    {
        return Ok(same.id);
    }
    record::outcome(state, who, "team-added", &sent.name, inserted.map_err(refused))
}

async fn update(state: &State, who: &Who, id: i64, side: SideSetup) -> Result<(), Problem> {
    let name = side.name.clone();
    let updated = state.ledger.write(move |tx| store::update(tx, id, &side)).await;
    record::outcome(state, who, "team-changed", &name, updated.map_err(refused))
}

async fn delete(state: &State, who: &Who, id: i64) -> Result<(), Problem> {
    let name = find(state, id).await?.side.name;
    let deleted = state.ledger.write(move |tx| store::delete(tx, id)).await;
    record::outcome(state, who, "team-removed", &name, deleted.map_err(refused))
}

fn team_json(team: &Team) -> Value {
    let mut value = game::write_side(team.side.clone());
    value["id"] = team.id.into();
    value
}

/// A team from its JSON, held to what a side of a game may be.
fn read(body: Map<String, Value>) -> Result<SideSetup, Problem> {
    let whole = Map::from_iter([("sides".to_owned(), json!({ "team": body }))]);
    let side = decode::game_change(whole)?.sides.remove("team").unwrap_or_default();
    if side.name.trim().is_empty() {
        return Err(Problem::new(422, "invalid-value", "A team needs a name.").with("field", "name"));
    }
    Ok(SideSetup { name: side.name.trim().to_owned(), ..side })
}

fn team_id(request: &Request) -> Result<i64, Problem> {
    let text = request.param("id").unwrap_or_default();
    text.parse().map_err(|_| unknown(text))
}

async fn list(request: Request) -> Answer {
    request::organiser(&request).await?;
    let teams: Vec<Value> = all(request.state()).await?.iter().map(team_json).collect();
    Ok(answer(200, &json!({ "teams": teams })))
}

async fn create(mut request: Request) -> Answer {
    let who = request::organiser(&request).await?;
    let source = request::body(&mut request).await?;
    let side = read(request::json(&request, &source)?)?;
    let id = insert(request.state(), &who, side).await?;
    let mut response = answer(201, &team_json(&find(request.state(), id).await?));
    response.insert_header("Location", format!("/api/v1/teams/{id}"));
    Ok(response)
}

async fn one(request: Request) -> Answer {
    request::organiser(&request).await?;
    Ok(answer(200, &team_json(&find(request.state(), team_id(&request)?).await?)))
}

/// Changes what the body names; an empty text takes a value away.
async fn change(mut request: Request) -> Answer {
    let who = request::organiser(&request).await?;
    let id = team_id(&request)?;
    let source = request::body(&mut request).await?;
    let change = request::json(&request, &source)?;
    let Value::Object(mut body) = game::write_side(find(request.state(), id).await?.side) else {
        return Err(problem::internal("read the team", "a side that is no object"));
    };
    body.extend(change);
    body.retain(|name, value| name == "name" || *value != "");
    update(request.state(), &who, id, read(body)?).await?;
    Ok(answer(200, &team_json(&find(request.state(), id).await?)))
}

async fn remove(request: Request) -> Answer {
    let who = request::organiser(&request).await?;
    delete(request.state(), &who, team_id(&request)?).await?;
    Ok(Response::new(204))
}

async fn page(request: Request) -> Answer {
    let who = match organiser(&request).await {
        Ok(who) => who,
        Err(answer) => return answer,
    };
    let outcome = request::param(&request, "was").map(|what| json!({ "outcome": "accepted", "was": what }));
    show(&request, &who, 200, json!({ "outcome": outcome })).await
}

async fn show(request: &Request, who: &Who, status: u16, more: Value) -> Answer {
    let state = request.state();
    let teams: Vec<Value> = all(state).await?.iter().map(team_json).collect();
    let mut model = json!({ "teams": teams });
    model
        .as_object_mut()
        .into_iter()
        .for_each(|model| model.extend(more.as_object().cloned().unwrap_or_default()));
    let facts = Facts::of(request).signed_in(who);
    let html = render::page(state, &facts, |frame| state.pages.teams(frame, &model));
    Ok(render::private(status, html))
}

async fn add(mut request: Request) -> Answer {
    let who = match organiser(&request).await {
        Ok(who) => who,
        Err(answer) => return answer,
    };
    let source = request::body(&mut request).await?;
    let form = Form::parse(&source);
    let added = match of_form(&form) {
        Ok(side) => insert(request.state(), &who, side).await,
        Err(problem) => Err(problem),
    };
    match added {
        Ok(_) => organiser::carried_out(&request, &Done::default(), "/organiser/teams?was=added"),
        Err(problem) => match organiser::shown(&request, problem) {
            Ok(problem) => {
                let more = json!({ "problem": problem.to_value(), "typed": organiser::typed(&form) });
                show(&request, &who, problem.status, more).await
            }
            Err(answer) => *answer,
        },
    }
}

async fn team_page(request: Request) -> Answer {
    let who = match organiser(&request).await {
        Ok(who) => who,
        Err(answer) => return answer,
    };
    show_team(&request, &who, 200, json!({})).await
}

async fn show_team(request: &Request, who: &Who, status: u16, more: Value) -> Answer {
    let state = request.state();
    let team = find(state, team_id(request)?).await?;
    let mut model = json!({ "team": team_json(&team), "squad": squad::write(&team.side.players) });
    model
        .as_object_mut()
        .into_iter()
        .for_each(|model| model.extend(more.as_object().cloned().unwrap_or_default()));
    let facts = Facts::of(request).signed_in(who);
    let html = render::page(state, &facts, |frame| state.pages.team(frame, &model));
    Ok(render::private(status, html))
}

async fn edit(mut request: Request) -> Answer {
    let who = match organiser(&request).await {
        Ok(who) => who,
        Err(answer) => return answer,
    };
    let source = request::body(&mut request).await?;
    let form = Form::parse(&source);
    let id = team_id(&request)?;
    let (changed, was) = match (form.get("do"), of_form(&form)) {
        (Some("remove"), _) => (delete(request.state(), &who, id).await, "removed"),
        (_, Ok(side)) => (update(request.state(), &who, id, side).await, "changed"),
        (_, Err(problem)) => (Err(problem), "changed"),
    };
    match changed {
        Ok(()) => organiser::carried_out(&request, &Done::default(), &format!("/organiser/teams?was={was}")),
        Err(problem) => match organiser::shown(&request, problem) {
            Ok(problem) => {
                let more = json!({ "problem": problem.to_value(), "typed": organiser::typed(&form) });
                show_team(&request, &who, problem.status, more).await
            }
            Err(answer) => *answer,
        },
    }
}

/// The side a form describes.
///
/// # Errors
/// What is wrong, with its field.
pub(super) fn of_form(form: &Form) -> Result<SideSetup, Problem> {
    let mut body = Map::new();
    body.insert("name".to_owned(), json!(form.get("name").unwrap_or_default()));
    // What was typed by hand wins over the colours to choose from.
    let colour = form.get("own_colour").or(form.get("colour"));
    for (name, text) in [("short", form.get("short")), ("colour", colour)] {
        if let Some(text) = text.map(str::trim) {
            body.insert(name.to_owned(), json!(text));
        }
    }
    let squad = players(form, "squad")?;
    let side = read(body).map_err(|problem| {
        let field = if problem.detail.contains("`colour`") { "colour" } else { "name" };
        if problem.extensions.contains_key("field") { problem } else { problem.with("field", field) }
    })?;
    let with_squad = SideSetup { players: squad, ..side };
    let Value::Object(whole) = game::write_side(with_squad) else {
        return Err(problem::internal("read the team", "a side that is no object"));
    };
    // Once more with the players: their names are held to the same rules.
    read(whole).map_err(|problem| problem.with("field", "squad"))
}

/// The squad pasted into a form's field.
///
/// # Errors
/// Every line that cannot be read.
pub(super) fn players(form: &Form, field: &str) -> Result<Vec<crate::domain::event::Player>, Problem> {
    squad::read(form.get(field).unwrap_or_default())
        .map_err(|faults| Problem::new(422, "invalid-squad", faults.join(" ")).with("field", field))
}
