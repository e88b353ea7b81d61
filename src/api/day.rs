//! The games of a day: for lists to choose from, and as files to keep.

use std::collections::HashMap;

use chrono::{Local, NaiveDate, TimeZone as _};
use serde_json::{Value, json};

use super::request::{self, Request};
use super::{Answer, State, problem, public, record};
use crate::board;
use crate::domain::GameId;
use crate::domain::event::{Event, EventBody, Stream};
use crate::domain::game::Game;
use crate::domain::venue::Venue;
use crate::formats::export::{self, Export};
use crate::ledger::events::{Audience, LogQuery, fold};
use crate::wire::{ChannelName, Problem, Subject};

/// The day's games by number and name, for a list to choose from.
pub(super) async fn games(state: &State, request: &Request) -> Result<Vec<Value>, Problem> {
    let channel = public::board_channel(request, Subject::Games);
    let board = state.boards.board(&channel).await.ok_or_else(problem::not_found)?;
    let mut games: Vec<(u64, String)> = Vec::new();
    for game in board.board["games"].as_object().into_iter().flat_map(|games| games.values()) {
        let sides = game["sides"].as_object().into_iter().flat_map(|sides| sides.values());
        let mut names: Vec<(u64, &str)> = sides
            .map(|side| (side["index"].as_u64().unwrap_or(0), side["name"].as_str().unwrap_or_default()))
            .collect();
        names.sort_unstable();
        let names: Vec<&str> = names.into_iter().map(|(_, name)| name).collect();
        games.extend(game["id"].as_u64().map(|id| (id, names.join(" – "))));
    }
    games.sort_unstable();
    Ok(games.into_iter().map(|(id, name)| json!({ "id": id, "name": name })).collect())
}

/// The pitches by name: the venue's own, and those games were set up on.
pub(super) async fn pitches(state: &State) -> Result<Vec<String>, Problem> {
    let query =
        LogQuery { after: 0, limit: u64::MAX, stream: Some(Stream::Venue), audience: Audience::Staff };
    let events = state.ledger.log(query).await.map_err(|error| problem::internal("read the venue", error))?;
    let mut venue = Venue::default();
    for event in &events {
        if let EventBody::VenueChanged(change) = &event.body {
            venue.apply(change);
        }
    }
    let mut pitches = venue.pitches;
    if let Some(board) = state.boards.board(&ChannelName::new(Subject::Games)).await {
        let games = board.board["games"].as_object().into_iter().flat_map(|games| games.values());
        for pitch in games.filter_map(|game| game["venue"].as_str()) {
            if !pitches.iter().any(|known| known == pitch) {
                pitches.push(pitch.to_owned());
            }
        }
    }
    Ok(pitches)
}

/// This day where the box stands, as `2026-11-22`.
pub(super) fn today(state: &State) -> String {
    date(state.time.wall_ms()).to_string()
}

fn date(ms: i64) -> NaiveDate {
    Local.timestamp_millis_opt(ms).earliest().map(|time| time.date_naive()).unwrap_or_default()
}

/// The games of `?date=`, today where absent, or all with `?date=all`; a game without a beginning belongs to the day
/// it was made on.
pub(super) async fn file(request: &Request, ending: &str) -> Answer {
    let state = request.state();
    let format = Export::parse(ending).ok_or_else(problem::not_found)?;
    let asked = request::param(request, "date").filter(|date| !date.is_empty());
    let asked = asked.unwrap_or_else(|| today(state));
    let day = match asked.as_str() {
        "all" => None,
        text => Some(text.parse::<NaiveDate>().map_err(|_| {
            let detail = format!("`date` is `{text}`; write it like 2026-11-22, or `all`.");
            Problem::new(400, "invalid-parameter", detail)
        })?),
    };
    let failed = |error| problem::internal("read the games", error);
    let mut events: Vec<Event> = Vec::new();
    for listed in state.ledger.games().await.map_err(failed)? {
        let known = listed.starts_at.map(date);
        if day.is_some() && known.is_some() && known != day {
            continue;
        }
        let of_game = state.ledger.events_of(listed.id).await.map_err(failed)?;
        let made = of_game.first().map(|event| date(event.stamp.wall_ms));
        if day.is_none() || known.or(made) == day {
            events.extend(of_game);
        }
    }
    events.sort_unstable_by_key(|event| event.seq);
    let boards = if format == Export::Json { folded(&events) } else { HashMap::new() };
    let voice = state.words.voice(&state.config.language);
    let board = |id: GameId| {
        let game = boards.get(&id)?;
        Some(board::game::render(game, voice, state.ledger.boot(), board::game::Audience::Public))
    };
    let body = export::write(format, &events, &board);
    Ok(record::download(body, format.content_type(), &format!("games-{asked}.{ending}")))
}

fn folded(events: &[Event]) -> HashMap<GameId, Game> {
    let mut games: HashMap<GameId, Option<Game>> = HashMap::new();
    for event in events {
        if let Stream::Game(id) = event.stream {
            fold(games.entry(id).or_default(), event);
        }
    }
    games.into_iter().filter_map(|(id, game)| Some((id, game?))).collect()
}
