//! Forms of the plan as commands: a new game, and everything an organiser does to one.
//!
//! Each form becomes the JSON that scripts send, so that there is one way in and one set of rules.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::api::form::Form;
use crate::api::organiser::Step;
use crate::api::teams;
use crate::api::{State, decode, local_time};
use crate::domain::GameId;
use crate::domain::command::CommandBody;
use crate::domain::event::{NewGame, SideSetup};
use crate::domain::game::Game;
use crate::domain::sport::{ParamKind, Sport};
use crate::formats::game as form_of;
use crate::formats::game::GameForm;
use crate::runtime;
use crate::wire::Problem;

/// The library of teams, by the key of their names.
pub(in crate::api) type Library = BTreeMap<String, SideSetup>;

/// The game a form describes.
///
/// # Errors
/// What is wrong, with its field where it has one.
pub(in crate::api) fn new_game(state: &State, form: &Form, library: &Library) -> Result<NewGame, Problem> {
    let id = form.get("sport").unwrap_or_default();
    let Some(sport) = state.sports.get(id) else {
        let detail = format!("This box knows no sport `{id}`.");
        return Err(Problem::new(422, "unknown-sport", detail).with("field", "sport"));
    };
    let mut sides = Map::new();
    for (field, side) in ["home", "away"].into_iter().zip(&sport.sides) {
        let name = form.get(field).unwrap_or_default();
        if name.trim().is_empty() {
            return Err(Problem::new(422, "invalid-side", "Every side needs a name.").with("field", field));
        }
        sides.insert(side.clone(), form_of::write_side(teams::side(library, name)));
    }
    let mut body = Map::new();
    body.insert("sport".to_owned(), json!(id));
    body.insert("sides".to_owned(), sides.into());
    body.insert("params".to_owned(), params(&sport, form.with_prefix(&format!("param.{id}.")))?.into());
    for (field, member) in [("venue", "venue"), ("title", "title")] {
        if let Some(text) = form.get(field) {
            body.insert(member.to_owned(), json!(text.trim()));
        }
    }
    if let Some(ms) = time(form)? {
        body.insert("starts_at".to_owned(), json!(runtime::rfc3339(ms)));
    }
    decode::new_game(body, |_| Some(sport))
}

/// The values a form gives to parameters, by their names without a prefix.
///
/// # Errors
/// `invalid-parameter`, with the field.
pub(in crate::api) fn params<'a>(
    sport: &Sport,
    given: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<Map<String, Value>, Problem> {
    let mut params = Map::new();
    for (param, text) in given {
        let wrong = |detail: String| {
            Problem::new(422, "invalid-parameter", detail).with("field", format!("param.{param}"))
        };
        let Some(known) = sport.params.iter().find(|known| known.id == param) else {
            return Err(wrong(format!("{} has no `{param}`.", sport.name)));
        };
        let text = text.trim();
        let value = match &known.kind {
            ParamKind::Int { .. } | ParamKind::Minutes { .. } => text.parse::<i64>().map(Value::from).ok(),
            ParamKind::Bool => yes_or_no(text).map(Value::from),
            ParamKind::Words(_) => Some(Value::from(text)),
        };
        let value =
            value.ok_or_else(|| wrong(format!("{} must be {}, not `{text}`.", known.label, known.kind)))?;
        let form = json!({ "sport": sport.id, "sides": {}, "params": { param: value.clone() } });
        let one = form_of::read(&form).map(|form| form.params).unwrap_or_default();
        if sport.rules(&one).is_err() {
            return Err(wrong(format!("{} must be {}, not `{text}`.", known.label, known.kind)));
        }
        params.insert(param.to_owned(), value);
    }
    Ok(params)
}

fn yes_or_no(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "true" | "yes" | "1" => Some(true),
        "false" | "no" | "0" => Some(false),
        _ => None,
    }
}

/// The time of a form: a day and a time, or both in one field; none when there is no time.
fn time(form: &Form) -> Result<Option<i64>, Problem> {
    match (form.get("starts_at"), form.get("date"), form.get("time")) {
        (Some(both), ..) => local_time::read(None, both).map(Some),
        (None, Some(day), Some(time)) => local_time::read(Some(day), time).map(Some),
        (None, None, Some(_)) => {
            Err(Problem::new(422, "invalid-value", "A time needs a day.").with("field", "date"))
        }
        (None, _, None) => Ok(None),
    }
}

/// A game like another, at another time or place. Its course and what became of it are not copied.
pub(in crate::api) fn copy(game: &Game, starts_at: Option<i64>, venue: Option<String>) -> NewGame {
    let setup = game.setup.clone();
    NewGame { starts_at: starts_at.or(setup.starts_at), venue: venue.or(setup.venue.clone()), ..setup }
}

/// What a form of a game's own page asks, as commands in order.
///
/// # Errors
/// What is wrong with it, with its field where it has one.
pub(in crate::api) fn steps(
    game: &Game,
    form: &Form,
    library: &Library,
    source: &str,
) -> Result<Vec<Step>, Problem> {
    let what = form.get("do").unwrap_or_default();
    let step = |body| Step { body, source: source.to_owned() };
    let state = |to: &str, award: Option<Value>| -> Result<Step, Problem> {
        let mut body = Map::from_iter([("type".to_owned(), json!("state")), ("to".to_owned(), json!(to))]);
        if let Some(reason) = form.get("reason") {
            body.insert("reason".to_owned(), json!(reason.trim()));
        }
        if let Some(award) = award {
            body.insert("award".to_owned(), award);
        }
        let play = decode::play(body).map_err(|problem| problem.with("field", "reason"))?.play;
        Ok(step(CommandBody::Play { game: game.id, expect_seq: None, play }))
    };
    let moved = || -> Result<Vec<Step>, Problem> {
        Ok(time(form)?.map(|ms| step(at(game.id, ms))).into_iter().collect())
    };
    Ok(match what {
        "change" => vec![step(change(game, form, library)?)],
        "squad" => vec![step(squads(game, form)?)],
        "copy" => {
            let venue = form.get("venue").map(|venue| venue.trim().to_owned());
            let new = copy(game, time(form)?, venue);
            let checked = decode::new_game(object(&GameForm::of(&new)), |_| Some(new.sport.clone()))?;
            vec![step(CommandBody::CreateGame(Box::new(checked)))]
        }
        "postpone" => vec![state("postponed", None)?],
        "delay" => std::iter::once(state("delayed", None)?).chain(moved()?).collect(),
        "plan" => moved()?.into_iter().chain([state("scheduled", None)?]).collect(),
        "cancel" => vec![state("cancelled", None)?],
        "abandon" => vec![state("abandoned", None)?],
        "award" => vec![state("awarded", Some(award(game, form)?))?],
        "withdraw" => {
            let reason = form.get("reason").map(|reason| reason.trim().to_owned());
            vec![step(CommandBody::WithdrawGame { game: game.id, reason })]
        }
        _ => return Err(Problem::new(422, "invalid-value", "The form does not say what to do.")),
    })
}

/// The command that moves a game to another time.
pub(in crate::api) fn at(game: GameId, starts_at: i64) -> CommandBody {
    let change = crate::domain::event::GameChange { starts_at: Some(starts_at), ..Default::default() };
    CommandBody::ChangeGame { game, change: Box::new(change) }
}

fn object(form: &GameForm) -> Map<String, Value> {
    match form_of::write(form) {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}

fn change(game: &Game, form: &Form, library: &Library) -> Result<CommandBody, Problem> {
    let mut body = Map::new();
    let mut sides = Map::new();
    for (field, id) in ["home", "away"].into_iter().zip(&game.sport().sides) {
        let Some(name) = form.get(field).map(str::trim) else {
            return Err(Problem::new(422, "invalid-side", "Every side needs a name.").with("field", field));
        };
        let was = game.setup.sides.get(id).cloned().unwrap_or_default();
        if name != was.name {
            // Another team of the library brings its squad; a name that was only mistyped keeps the game's.
            let known = library.get(&teams::store::key(name)).cloned();
            let side = known.unwrap_or_else(|| SideSetup { name: name.to_owned(), short: None, ..was });
            sides.insert(id.clone(), form_of::write_side(side));
        }
    }
    if !sides.is_empty() {
        body.insert("sides".to_owned(), sides.into());
    }
    for (member, was) in [("venue", &game.setup.venue), ("title", &game.setup.title)] {
        let text = form.get(member).map(str::trim).unwrap_or_default();
        if text != was.as_deref().unwrap_or_default() {
            body.insert(member.to_owned(), json!(text));
        }
    }
    if let Some(ms) = time(form)?.filter(|ms| game.setup.starts_at != Some(*ms)) {
        body.insert("starts_at".to_owned(), json!(runtime::rfc3339(ms)));
    }
    let params = params(game.sport(), form.with_prefix("param."))?;
    if !params.is_empty() {
        body.insert("params".to_owned(), params.into());
    }
    let change = Box::new(decode::game_change(body)?);
    Ok(CommandBody::ChangeGame { game: game.id, change })
}

fn squads(game: &Game, form: &Form) -> Result<CommandBody, Problem> {
    let mut sides = Map::new();
    for id in &game.sport().sides {
        let players = teams::players(form, &format!("squad.{id}"))?;
        let side = game.setup.sides.get(id).cloned().unwrap_or_default();
        sides.insert(id.clone(), form_of::write_side(SideSetup { players, ..side }));
    }
    let body = Map::from_iter([("sides".to_owned(), sides.into())]);
    Ok(CommandBody::ChangeGame { game: game.id, change: Box::new(decode::game_change(body)?) })
}

fn award(game: &Game, form: &Form) -> Result<Value, Problem> {
    let mut award = Map::from_iter([("kind".to_owned(), json!(form.get("kind").unwrap_or("awarded")))]);
    if let Some(side) = form.get("side") {
        award.insert("side".to_owned(), json!(side));
    }
    let scores = game.sport().sides.clone().map(|id| format!("score.{id}"));
    if scores.iter().any(|field| form.get(field).is_some()) {
        let mut both = Vec::new();
        for field in scores {
            let score = form.get(&field).and_then(|text| text.trim().parse::<u32>().ok());
            both.push(json!(score.ok_or_else(|| {
                let detail =
                    "A score is two whole numbers; leave both empty to keep the one that was played.";
                Problem::new(422, "invalid-value", detail).with("field", field)
            })?));
        }
        award.insert("score".to_owned(), both.into());
    }
    Ok(award.into())
}
