//! The day plan: the chosen day by pitch and time, a new game, and everything done to a game or a pitch.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Days, NaiveDate};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tide::Server;

use self::acts::Library;
use self::day::{Day, Slot};
use super::form::Form;
use super::organiser::{self, Done, Step, organiser};
use super::render::{self, Facts};
use super::request::{self, Request};
use super::{Answer, State, local_time, problem, route, teams};
use crate::auth::Who;
use crate::domain::GameId;
use crate::domain::command::CommandBody;
use crate::domain::game::Game;
use crate::formats::squad;
use crate::ledger::error::LedgerError;
use crate::runtime;
use crate::wire::Problem;

pub(super) mod acts;
pub(super) mod day;
pub(super) mod moves;

pub(crate) fn routes(server: &mut Server<Arc<State>>) {
    server.at("/organiser").get(route(page)).post(route(new_game));
    server.at("/organiser/games/:id").get(route(game_page)).post(route(act));
    moves::routes(server);
}

/// The day asked for, else the one on the venue's clock.
pub(super) fn asked_day(request: &Request) -> Result<NaiveDate, Problem> {
    match request::param(request, "day").filter(|day| !day.is_empty()) {
        Some(text) => local_time::read_day(&text),
        None => Ok(local_time::day_of(request.state().time.wall_ms())),
    }
}

/// The pitches a form offers: the venue's in their order, then others in use.
pub(super) async fn pitches(state: &State, games: &[Game]) -> Vec<String> {
    let mut pitches = super::venue::pitches(state).await;
    let mut others: Vec<&String> = games.iter().filter_map(|game| game.setup.venue.as_ref()).collect();
    others.sort();
    for pitch in others.into_iter().filter(|pitch| !pitch.trim().is_empty()) {
        if !pitches.iter().any(|known| teams::store::key(known) == teams::store::key(pitch)) {
            pitches.push(pitch.clone());
        }
    }
    pitches
}

/// The page a form of a day leads back to.
pub(super) fn address(day: NaiveDate) -> String {
    format!("/organiser?day={day}")
}

/// What tells one form from another under the same id, however long it is.
pub(super) fn print(source: &[u8]) -> String {
    Sha256::digest(source).iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn page(request: Request) -> Answer {
    let who = match organiser(&request).await {
        Ok(who) => who,
        Err(answer) => return answer,
    };
    let day = asked_day(&request)?;
    let outcome = organiser::outcome(&request, &who).await?;
    show(&request, &who, 200, day, json!({ "outcome": outcome, "was": request::param(&request, "was") }))
        .await
}

async fn show(request: &Request, who: &Who, status: u16, day: NaiveDate, more: Value) -> Answer {
    let state = request.state();
    let facts = Facts::of(request).signed_in(who);
    let read = day::read(state, day).await?;
    let mut model = model(state, &facts.lang, day, &read).await?;
    model.as_object_mut().into_iter().for_each(|m| m.extend(more.as_object().cloned().unwrap_or_default()));
    let html = render::page(state, &facts, |frame| state.pages.plan(frame, &model));
    Ok(render::private(status, html))
}

/// The plan as the page takes it.
async fn model(state: &State, lang: &str, day: NaiveDate, read: &Day) -> Result<Value, Problem> {
    let slots: Vec<Slot> = read.games.iter().filter_map(Slot::of).collect();
    let shown = |game: &Game| {
        let mut board = day::summary(state, game, lang);
        let clashes = Slot::of(game).map(|slot| day::clashes(&slot, &slots)).unwrap_or_default();
        let [earlier, later] = day::neighbours(game, &read.games).map(|swap| swap.map(swap_json));
        board["clashes"] = clashes.iter().map(day::clash_json).collect();
        board["earlier"] = earlier.unwrap_or_default();
        board["later"] = later.unwrap_or_default();
        board["ends_at"] =
            json!(game.setup.starts_at.map(|at| runtime::rfc3339(at + day::lasts_ms(&game.rules))));
        board
    };
    let days: BTreeMap<String, usize> =
        read.days.iter().map(|(day, games)| (day.to_string(), *games)).collect();
    let library = teams::all(state).await?;
    let (noon, now) = (local_time::bounds(day).0 + 12 * 60 * 60_000, state.time.wall_ms());
    Ok(json!({
        "day": day.to_string(),
        "today": local_time::day_of(now).to_string(),
        "before": day.checked_sub_days(Days::new(1)).map(|day| day.to_string()),
        "after": day.checked_add_days(Days::new(1)).map(|day| day.to_string()),
        "days": days,
        "zone": local_time::zone(noon),
        "pitches": pitches(state, &read.games).await,
        "games": read.games.iter().map(shown).collect::<Vec<_>>(),
        "untimed": read.untimed.iter().map(shown).collect::<Vec<_>>(),
        "teams": library.iter().map(|team| team.side.name.clone()).collect::<Vec<_>>(),
        "sports": state.sports.to_json(),
    }))
}

fn swap_json(swap: day::Swap) -> Value {
    let [game, with] = [swap.game, swap.with];
    json!({
        "game": game.0.0, "starts_at": runtime::rfc3339(game.1), "with": with.0.0, "with_at": runtime::rfc3339(with.1),
    })
}

async fn new_game(mut request: Request) -> Answer {
    let who = match organiser(&request).await {
        Ok(who) => who,
        Err(answer) => return answer,
    };
    let source = request::body(&mut request).await?;
    let form = Form::parse(&source);
    let state = request.state();
    let day = form.get("date").and_then(|day| local_time::read_day(day).ok());
    let library = teams::by_name(state).await?;
    let made = acts::new_game(state, &form, &library).map(|new| {
        let day = new.starts_at.map(local_time::day_of).or(day);
        (day, Step { body: CommandBody::CreateGame(Box::new(new)), source: print(&source) })
    });
    let id = form.get("id").map(str::to_owned);
    let (day, made) = match made {
        Ok((day, step)) => (day, Ok(step)),
        Err(problem) => (day, Err(problem)),
    };
    let day = day.map_or_else(|| asked_day(&request), Ok)?;
    let done = match made {
        Ok(step) if organiser::by_script(&request) && request::respond_async(&request) => {
            return organiser::without_waiting(&request, &who, id, step).await;
        }
        Ok(step) => organiser::carry_out(state, &who, id, vec![step]).await,
        Err(problem) => Err(problem),
    };
    match done {
        Ok(done) => {
            caught_up(state, &done).await;
            organiser::carried_out(&request, &done, &format!("{}&was=created", address(day)))
        }
        Err(problem) => match organiser::shown(&request, problem) {
            Ok(problem) => {
                let more = json!({ "problem": problem.to_value(), "typed": organiser::typed(&form) });
                show(&request, &who, problem.status, day, more).await
            }
            Err(answer) => *answer,
        },
    }
}

/// Waits a moment for the boards, so that the home page an organiser looks at next holds what was written.
async fn caught_up(state: &State, done: &Done) {
    if let Some(game) = done.game.filter(|_| done.seq > 0) {
        let channel = crate::wire::ChannelName::new(crate::wire::Subject::Games);
        // A list that is a moment late is better than no answer.
        let _ = super::public::wait_for(state, &channel, game, done.seq).await;
    }
}

async fn the_game(request: &Request) -> Result<Game, Problem> {
    let id = request::game_id(request)?;
    find(request.state(), GameId(id)).await
}

/// A game of the ledger, which must be there.
pub(super) async fn find(state: &State, id: GameId) -> Result<Game, Problem> {
    let unreadable = |error: LedgerError| problem::internal("read the game", error);
    let game = state.ledger.game(id).await.map_err(unreadable)?;
    game.ok_or_else(|| problem::unknown_game(&id.to_string()))
}

async fn game_page(request: Request) -> Answer {
    let who = match organiser(&request).await {
        Ok(who) => who,
        Err(answer) => return answer,
    };
    let outcome = organiser::outcome(&request, &who).await?;
    show_game(&request, &who, 200, json!({ "outcome": outcome, "was": request::param(&request, "was") }))
        .await
}

async fn show_game(request: &Request, who: &Who, status: u16, more: Value) -> Answer {
    let state = request.state();
    let game = the_game(request).await?;
    let facts = Facts::of(request).signed_in(who);
    let day = game.setup.starts_at.map(local_time::day_of);
    let around = match day {
        Some(day) => day::read(state, day).await?.games,
        None => Vec::new(),
    };
    let slots: Vec<Slot> = around.iter().filter_map(Slot::of).collect();
    let clashes = Slot::of(&game).map(|slot| day::clashes(&slot, &slots)).unwrap_or_default();
    let mut board = day::summary(state, &game, &facts.lang);
    board["withdrawn"] = game.withdrawn.is_some().into();
    let local = game.setup.starts_at.map(local_time::clock_at);
    let squads: BTreeMap<&String, String> =
        game.setup.sides.iter().map(|(id, side)| (id, squad::write(&side.players))).collect();
    let library = teams::all(state).await?;
    let mut model = json!({
        "board": board,
        "sport": super::sports::sport_json(game.sport()),
        "params": crate::formats::game::write(&crate::formats::game::GameForm::of(&game.setup))["params"],
        "begun": !game.state().segments.is_empty(),
        "forfeit": game.sport().decide.forfeit,
        "day": day.unwrap_or_else(|| local_time::day_of(state.time.wall_ms())).to_string(),
        "date": local.map(|local| local.format("%Y-%m-%d").to_string()),
        "time": local.map(|local| local.format("%H:%M").to_string()),
        "zone": local_time::zone(game.setup.starts_at.unwrap_or_else(|| state.time.wall_ms())),
        "clashes": clashes.iter().map(day::clash_json).collect::<Vec<_>>(),
        "pitches": pitches(state, &around).await,
        "teams": library.iter().map(|team| team.side.name.clone()).collect::<Vec<_>>(),
        "squads": squads,
    });
    model.as_object_mut().into_iter().for_each(|m| m.extend(more.as_object().cloned().unwrap_or_default()));
    let html = render::page(state, &facts, |frame| state.pages.plan_game(frame, &model));
    Ok(render::private(status, html))
}

async fn act(mut request: Request) -> Answer {
    let who = match organiser(&request).await {
        Ok(who) => who,
        Err(answer) => return answer,
    };
    let source = request::body(&mut request).await?;
    let form = Form::parse(&source);
    let game = the_game(&request).await?;
    let library: Library = teams::by_name(request.state()).await?;
    let what = form.get("do").unwrap_or_default().to_owned();
    let id = form.get("id").map(str::to_owned);
    let done = match acts::steps(&game, &form, &library, &print(&source)) {
        Ok(mut steps)
            if steps.len() == 1 && organiser::by_script(&request) && request::respond_async(&request) =>
        {
            let step = steps.remove(0);
            return organiser::without_waiting(&request, &who, id, step).await;
        }
        Ok(steps) => organiser::carry_out(request.state(), &who, id, steps).await,
        Err(problem) => Err(problem),
    };
    match done {
        Ok(done) => {
            caught_up(request.state(), &done).await;
            let made = done.game.filter(|made| what == "copy" && *made != game.id).unwrap_or(game.id);
            let then = match what.as_str() {
                "withdraw" => {
                    let day = game.setup.starts_at.unwrap_or_else(|| request.state().time.wall_ms());
                    format!("{}&was=withdraw", address(local_time::day_of(day)))
                }
                _ => format!("/organiser/games/{made}?was={}", word(&what)),
            };
            organiser::carried_out(&request, &done, &then)
        }
        Err(problem) => match organiser::shown(&request, problem) {
            Ok(problem) => {
                let more = json!({ "problem": problem.to_value(), "typed": organiser::typed(&form) });
                show_game(&request, &who, problem.status, more).await
            }
            Err(answer) => *answer,
        },
    }
}

/// Only letters reach the address, whatever a form said.
fn word(text: &str) -> String {
    text.chars().filter(char::is_ascii_lowercase).take(16).collect()
}
