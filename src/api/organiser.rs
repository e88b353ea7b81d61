//! The organisers' page: a new game, and the games there are.

use std::sync::Arc;

use chrono::{Local, NaiveDateTime, TimeZone as _};
use serde_json::{Map, Value, json};
use tide::Server;

use super::desk::{at_desk, day};
use super::form::Form;
use super::render::{self, Facts};
use super::request::{self, Request};
use super::{Answer, State, commands, decode, problem, record, route, see_other};
use crate::auth::Who;
use crate::domain::command::CommandBody;
use crate::domain::sport::ParamKind;
use crate::ledger::role::Role;
use crate::runtime;
use crate::wire::{ChannelName, Problem, Subject};

pub(crate) fn routes(server: &mut Server<Arc<State>>) {
    server.at("/organiser").get(route(page)).post(route(new_game));
}

/// The organiser who asks; others are told whom this is for.
pub(super) async fn organiser(request: &Request) -> Result<Who, Answer> {
    let who = at_desk(request).await?;
    if who.role >= Role::Organiser {
        return Ok(who);
    }
    let detail = format!("{} may enter scores, but this page is for organisers.", who.name);
    let problem = Problem::new(403, "organiser-required", detail);
    record::refused(request.state(), &who, "asked", request.url().path(), None, &problem);
    Err(Err(problem))
}

async fn page(request: Request) -> Answer {
    let who = match organiser(&request).await {
        Ok(who) => who,
        Err(answer) => return answer,
    };
    let made = request::number(&request, "made")?;
    let games = day(request.state(), &request).await?;
    let outcome = made.map(|game| {
        let side = |index: usize| {
            let sides = games["games"][game.to_string()]["sides"].as_object();
            let side = sides.and_then(|sides| sides.values().find(|side| side["index"] == index));
            side.map(|side| side["name"].clone()).unwrap_or_default()
        };
        json!({ "outcome": "accepted", "game": game, "home": side(0), "away": side(1) })
    });
    show(&request, &who, 200, &games, outcome.as_ref())
}

fn show(request: &Request, who: &Who, status: u16, games: &Value, outcome: Option<&Value>) -> Answer {
    let state = request.state();
    let facts = Facts::of(request).signed_in(who);
    let sports = state.sports.to_json();
    let html = render::page(state, &facts, |frame| state.pages.organiser(frame, games, &sports, outcome));
    Ok(render::private(status, html))
}

async fn new_game(mut request: Request) -> Answer {
    let who = match organiser(&request).await {
        Ok(who) => who,
        Err(answer) => return answer,
    };
    let source = request::body(&mut request).await?;
    match make(&request, &who, &source).await {
        Ok(game) => Ok(see_other(&format!("/organiser?made={game}"))),
        Err(problem) if problem.status < 500 => {
            let games = day(request.state(), &request).await?;
            let told = json!({ "outcome": "rejected", "problem": problem.to_value() });
            show(&request, &who, problem.status, &games, Some(&told))
        }
        Err(problem) => Err(problem),
    }
}

async fn make(request: &Request, who: &Who, source: &[u8]) -> Result<u64, Problem> {
    let state = request.state();
    let form = Form::parse(source);
    let body = game_json(state, &form)?;
    let new = decode::new_game(body, |id| state.sports.get(id))?;
    let id = commands::one_id(request, form.get("id").map(str::to_owned))?;
    let outcome = commands::submit(state, who, id, source, CommandBody::CreateGame(Box::new(new)))?.await;
    let accepted = commands::accepted(&outcome)?;
    let game =
        accepted.game.ok_or_else(|| problem::internal("find the game", "an outcome without a game"))?;
    let seq = accepted.seqs.last().copied().unwrap_or(0);
    // The list the organiser is led to shows the game if it comes in time; if not, the next look does.
    let _ = super::public::wait_for(state, &ChannelName::new(Subject::Games), game, seq).await;
    Ok(game.0)
}

/// The game a form describes, as the API takes it.
fn game_json(state: &State, form: &Form) -> Result<Map<String, Value>, Problem> {
    let id = form.get("sport").unwrap_or_default();
    let Some(sport) = state.sports.get(id) else {
        return Err(Problem::new(422, "unknown-sport", format!("This box knows no sport `{id}`.")));
    };
    let [home, away] = &sport.sides;
    let name = |field: &str| form.get(field).unwrap_or_default();
    let mut params = Map::new();
    for (param, text) in form.with_prefix(&format!("param.{id}.")) {
        let kind = sport.params.iter().find(|known| known.id == param).map(|known| &known.kind);
        let value = match kind {
            Some(ParamKind::Int { .. } | ParamKind::Minutes { .. }) => {
                text.trim().parse::<i64>().map(Value::from).ok()
            }
            Some(ParamKind::Bool) => text.parse::<bool>().map(Value::from).ok(),
            _ => Some(Value::from(text)),
        };
        let detail = || format!("`{text}` is no value for `{param}`.");
        params
            .insert(param.to_owned(), value.ok_or_else(|| Problem::new(422, "invalid-parameter", detail()))?);
    }
    let mut body = Map::new();
    body.insert("sport".to_owned(), json!(id));
    body.insert(
        "sides".to_owned(),
        json!({ home: { "name": name("home") }, away: { "name": name("away") } }),
    );
    body.insert("params".to_owned(), Value::Object(params));
    if let Some(venue) = form.get("venue") {
        body.insert("venue".to_owned(), json!(venue));
    }
    if let Some(text) = form.get("starts_at") {
        body.insert("starts_at".to_owned(), json!(local_time(text)?));
    }
    Ok(body)
}

/// What a browser's `datetime-local` field sends, in the time zone the box stands in.
pub(super) fn local_time(text: &str) -> Result<String, Problem> {
    let unclear = || {
        Problem::new(422, "invalid-value", format!("`{text}` is no time; write it like 2026-11-22T15:00."))
    };
    let formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"];
    let naive = formats.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok());
    // An hour that a change of clocks skips or doubles means its earlier reading.
    let time = Local.from_local_datetime(&naive.ok_or_else(unclear)?).earliest().ok_or_else(unclear)?;
    Ok(runtime::rfc3339(time.timestamp_millis()))
}
