//! What moves several games: two that change times, the rest of a pitch after a delay, a day made again.
//!
//! A form names every game with its new time, as the page before showed it. So what is confirmed is what was
//! seen, and a form sent twice moves nothing twice.

use std::sync::Arc;

use chrono::NaiveDate;
use serde_json::{Value, json};
use tide::{Response, Server};

use super::acts;
use super::day::{self, Slot};
use super::{address, asked_day, find, print};
use crate::api::form::Form;
use crate::api::organiser::{self, Step, organiser};
use crate::api::render::{self, Facts};
use crate::api::request::{self, Request};
use crate::api::teams::store::key;
use crate::api::{Answer, State, local_time, route};
use crate::auth::Who;
use crate::domain::GameId;
use crate::domain::command::CommandBody;
use crate::domain::event::Param;
use crate::domain::game::Game;
use crate::formats::game::read_time;
use crate::formats::plan::{self, PlanRow};
use crate::runtime;
use crate::wire::Problem;

pub(super) fn routes(server: &mut Server<Arc<State>>) {
    server.at("/organiser/swap").post(route(swap));
    server.at("/organiser/shift").get(route(shift_page)).post(route(shift));
    server.at("/organiser/copy").get(route(copy_page)).post(route(copy));
    server.at("/organiser/plan.csv").get(route(table));
}

/// The furthest a pitch is shifted by one form, in minutes.
const FURTHEST: i64 = 12 * 60;

async fn swap(mut request: Request) -> Answer {
    let who = match organiser(&request).await {
        Ok(who) => who,
        Err(answer) => return answer,
    };
    let source = request::body(&mut request).await?;
    let form = Form::parse(&source);
    let steps = || -> Result<Vec<Step>, Problem> {
        let one = moved(&form, "game", "starts_at", &source)?;
        Ok(vec![one, moved(&form, "with", "with_at", &source)?])
    };
    carried(&request, &who, &form, steps(), "swapped").await
}

fn moved(form: &Form, game: &str, at: &str, source: &[u8]) -> Result<Step, Problem> {
    let unclear =
        || Problem::new(422, "invalid-value", format!("The form does not say `{game}` and `{at}`."));
    let id = form.get(game).and_then(|text| text.parse().ok()).ok_or_else(unclear)?;
    let ms = form.get(at).and_then(|text| read_time(text).ok()).ok_or_else(unclear)?;
    Ok(Step { body: acts::at(GameId(id), ms), source: print(source) })
}

/// Carries a form of this page out and leads back to the plan of its day.
async fn carried(
    request: &Request,
    who: &Who,
    form: &Form,
    steps: Result<Vec<Step>, Problem>,
    was: &str,
) -> Answer {
    let day = form.get("to").or(form.get("day")).map_or_else(|| asked_day(request), local_time::read_day)?;
    let id = form.get("id").map(str::to_owned);
    let done = match steps {
        Ok(steps) => organiser::carry_out(request.state(), who, id, steps).await,
        Err(problem) => Err(problem),
    };
    match done {
        Ok(done) => {
            super::caught_up(request.state(), &done).await;
            organiser::carried_out(request, &done, &format!("{}&was={was}", address(day)))
        }
        Err(problem) => match organiser::shown(request, problem) {
            Ok(problem) => {
                super::show(request, who, problem.status, day, json!({ "problem": problem.to_value() })).await
            }
            Err(answer) => *answer,
        },
    }
}

/// Shows what a shift would do, or asks by how much.
async fn shift_page(request: Request) -> Answer {
    let who = match organiser(&request).await {
        Ok(who) => who,
        Err(answer) => return answer,
    };
    let day = asked_day(&request)?;
    let pitch = request::param(&request, "pitch").unwrap_or_default();
    let read = day::read(request.state(), day).await?;
    let ahead: Vec<&Game> = read
        .games
        .iter()
        .filter(|game| {
            day::is_ahead(game) && key(game.setup.venue.as_deref().unwrap_or_default()) == key(&pitch)
        })
        .collect();
    let from = request::number(&request, "from")?;
    let first = from.and_then(|id| ahead.iter().position(|game| game.id.0 == id)).unwrap_or(0);
    let minutes = request::param(&request, "minutes").filter(|text| !text.is_empty());
    let wanted =
        minutes.as_deref().map(|text| text.trim().parse::<i64>().ok().filter(|m| m.abs() <= FURTHEST));
    let problem = (wanted == Some(None)).then(|| {
        let detail = format!("Minutes are a whole number, {FURTHEST} at the most; with a minus, earlier.");
        Problem::new(422, "invalid-value", detail).with("field", "minutes")
    });
    let by_ms = wanted.flatten().unwrap_or(0) * 60_000;
    let rows: Vec<Value> = match by_ms {
        0 => Vec::new(),
        _ => {
            let later = |game: &Game| game.setup.starts_at.map(|at| at + by_ms);
            rows(&read.games, ahead[first.min(ahead.len())..].iter().map(|game| (*game, later(game), None)))
        }
    };
    let games = ahead.iter().map(|game| {
        let [home, away] = day::names(game);
        json!({ "id": game.id.0, "home": home, "away": away, "starts_at": game.setup.starts_at.map(runtime::rfc3339) })
    });
    let model = json!({
        "kind": "shift", "day": day.to_string(), "pitch": pitch, "from": from, "minutes": minutes,
        "games": games.collect::<Vec<_>>(), "rows": rows, "problem": problem.as_ref().map(Problem::to_value),
    });
    Ok(moves_page(&request, &who, problem.map_or(200, |problem| problem.status), &model))
}

/// Games with their new times, and what would overlap then among all of that day.
fn rows<'a>(
    games: &[Game],
    moved: impl Iterator<Item = (&'a Game, Option<i64>, Option<&'a [Slot]>)>,
) -> Vec<Value> {
    let moved: Vec<_> = moved.collect();
    let mut slots: Vec<Slot> = games.iter().filter_map(Slot::of).collect();
    for (game, to, _) in &moved {
        for slot in slots.iter_mut().filter(|slot| slot.id == game.id.0) {
            let length = slot.to - slot.from;
            slot.from = to.unwrap_or(slot.from);
            slot.to = slot.from + length;
        }
    }
    let row = |(game, to, others): &(&Game, Option<i64>, Option<&[Slot]>)| {
        let [home, away] = day::names(game);
        let own = Slot::of(game).map(|slot| Slot {
            from: to.unwrap_or(slot.from),
            to: to.unwrap_or(slot.from) + slot.to - slot.from,
            ..slot
        });
        let among = others.unwrap_or(&slots);
        let clashes = own.map(|slot| day::clashes(&slot, among)).unwrap_or_default();
        json!({
            "game": game.id.0, "home": home, "away": away, "venue": game.setup.venue,
            "was": game.setup.starts_at.map(runtime::rfc3339), "at": to.map(runtime::rfc3339),
            "clashes": clashes.iter().map(day::clash_json).collect::<Vec<_>>(),
        })
    };
    moved.iter().map(row).collect()
}

fn moves_page(request: &Request, who: &Who, status: u16, model: &Value) -> Response {
    let state = request.state();
    let facts = Facts::of(request).signed_in(who);
    render::private(status, render::page(state, &facts, |frame| state.pages.plan_moves(frame, model)))
}

async fn shift(mut request: Request) -> Answer {
    let who = match organiser(&request).await {
        Ok(who) => who,
        Err(answer) => return answer,
    };
    let source = request::body(&mut request).await?;
    let form = Form::parse(&source);
    let steps = each(&form).map(|games| {
        let step = |(game, ms)| Step { body: acts::at(game, ms), source: print(&source) };
        games.into_iter().map(step).collect()
    });
    carried(&request, &who, &form, steps, "shifted").await
}

/// The games of a form with their times: `at.7=2026-11-22T15:00:00Z`.
fn each(form: &Form) -> Result<Vec<(GameId, i64)>, Problem> {
    let unclear =
        |name: &str| Problem::new(422, "invalid-value", format!("`at.{name}` is no game with a time."));
    let games = form.with_prefix("at.").map(|(name, text)| {
        let (id, ms) = (name.parse().ok(), read_time(text).ok());
        id.zip(ms).map(|(id, ms)| (GameId(id), ms)).ok_or_else(|| unclear(name))
    });
    let games: Vec<(GameId, i64)> = games.collect::<Result<_, _>>()?;
    match games.is_empty() {
        true => Err(Problem::new(422, "invalid-value", "The form names no game.")),
        false => Ok(games),
    }
}

/// Shows which games a copied day would have, or asks for the day.
async fn copy_page(request: Request) -> Answer {
    let who = match organiser(&request).await {
        Ok(who) => who,
        Err(answer) => return answer,
    };
    let state = request.state();
    let day = asked_day(&request)?;
    let to = match request::param(&request, "to")
        .filter(|to| !to.is_empty())
        .map(|to| local_time::read_day(&to))
    {
        None => None,
        Some(Ok(to)) if to != day => Some(Ok(to)),
        Some(Ok(_)) => {
            Some(Err(Problem::new(422, "invalid-value", "That is the same day.").with("field", "to")))
        }
        Some(Err(problem)) => Some(Err(problem.with("field", "to"))),
    };
    let read = day::read(state, day).await?;
    let mut shown = Vec::new();
    if let Some(Ok(to)) = &to {
        let there = day::read(state, *to).await?;
        let slots: Vec<Slot> = there.games.iter().filter_map(Slot::of).collect();
        let mut at = Vec::new();
        for game in &read.games {
            at.push((game, on_day(game, *to)?, Some(slots.as_slice())));
        }
        shown = rows(&[], at.into_iter());
    }
    let problem = to.as_ref().and_then(|to| to.as_ref().err());
    let model = json!({
        "kind": "copy", "day": day.to_string(), "to": request::param(&request, "to"),
        "count": read.games.len(), "rows": shown, "problem": problem.map(Problem::to_value),
    });
    Ok(moves_page(&request, &who, problem.map_or(200, |problem| problem.status), &model))
}

/// The same time of day on another day.
fn on_day(game: &Game, to: NaiveDate) -> Result<Option<i64>, Problem> {
    let clock = game.setup.starts_at.map(local_time::clock_at);
    clock.map(|clock| local_time::moment(to.and_time(clock.time()))).transpose()
}

async fn copy(mut request: Request) -> Answer {
    let who = match organiser(&request).await {
        Ok(who) => who,
        Err(answer) => return answer,
    };
    let source = request::body(&mut request).await?;
    let form = Form::parse(&source);
    let steps = copies(request.state(), &form, &source).await;
    carried(&request, &who, &form, steps, "copied").await
}

async fn copies(state: &State, form: &Form, source: &[u8]) -> Result<Vec<Step>, Problem> {
    let mut steps = Vec::new();
    for (id, ms) in each(form)? {
        let game = find(state, id).await?;
        let new = acts::copy(&game, Some(ms), None);
        steps.push(Step { body: CommandBody::CreateGame(Box::new(new)), source: print(source) });
    }
    Ok(steps)
}

/// The day as the table that can be imported again.
async fn table(request: Request) -> Answer {
    if let Err(answer) = organiser(&request).await {
        return answer;
    }
    let day = asked_day(&request)?;
    let read = day::read(request.state(), day).await?;
    let rows: Vec<PlanRow> = read.games.iter().map(row).collect();
    Ok(csv(&plan::write(&rows), &format!("plan-{day}.csv")))
}

fn row(game: &Game) -> PlanRow {
    let clock = game.setup.starts_at.map(local_time::clock_at);
    let [home, away] = day::names(game);
    let text = |value: &Param| match value {
        Param::Int(number) => number.to_string(),
        Param::Bool(yes) => yes.to_string(),
        Param::Word(word) => word.clone(),
    };
    PlanRow {
        date: clock.map(|clock| clock.date()),
        time: clock.map(|clock| clock.time()),
        pitch: game.setup.venue.clone(),
        sport: Some(game.sport().id.clone()),
        home,
        away,
        title: game.setup.title.clone(),
        params: game.setup.params.iter().map(|(name, value)| (name.clone(), text(value))).collect(),
        ..PlanRow::default()
    }
}

/// A table as a file to keep. The byte order mark tells spreadsheets that it is UTF-8.
pub(in crate::api) fn csv(text: &str, name: &str) -> Response {
    let mut response = Response::new(200);
    response.set_body(format!("\u{feff}{text}"));
    response.set_content_type("text/csv; charset=utf-8");
    response.insert_header("Content-Disposition", format!("attachment; filename=\"{name}\""));
    response
}
