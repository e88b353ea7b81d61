//! The `touchline` format: events as lines of JSON, exact there and back.
//!
//! The first line names format and version. A sport file stands on a line of its own before the first game
//! that froze it and is referred to by its hash, so that a day of forty games holds it once. Every other
//! line is an event. Which events go in is the caller's choice: an export for the public leaves out what
//! is not public.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::FormatError;
use super::command::{read_with, write_with};
use super::game::{self, GameForm};
use super::poll;
use crate::domain::clock::Stamp;
use crate::domain::command::Actor;
use crate::domain::event::{Event, EventBody, GameSetup, Stream, Visibility};
use crate::domain::order::Order;
use crate::domain::poll::PollId;
use crate::domain::sport::Sport;
use crate::domain::venue::VenueChange;
use crate::domain::{GameId, Seq};

/// The format's name in the first line.
const FORMAT: &str = "touchline";
/// The only version there is.
const VERSION: u64 = 1;

/// Writes events in the order given.
#[must_use]
pub fn write(events: &[Event]) -> String {
    let mut text = format!("{}\n", json!({"format": FORMAT, "version": VERSION}));
    let mut known = Vec::new();
    for event in events {
        if let EventBody::GameCreated(setup) = &event.body {
            let sport = &setup.game.sport;
            if !known.contains(&sport.hash) {
                known.push(sport.hash.clone());
                let line = json!({"sport": {"id": sport.id, "hash": sport.hash, "file": sport.source}});
                text.push_str(&format!("{line}\n"));
            }
        }
        text.push_str(&format!("{}\n", write_event(event)));
    }
    text
}

/// Reads what [`write()`] wrote.
///
/// # Errors
/// The first line that is wrong, by its number.
pub fn read(text: &str) -> Result<Vec<Event>, FormatError> {
    let mut lines = text.lines().enumerate();
    let (_, head) = lines.next().ok_or_else(|| FormatError::new("line 1", "the file is empty"))?;
    read_head(head).map_err(|error| error.within("line 1"))?;
    let mut sports = BTreeMap::new();
    let mut events = Vec::new();
    for (index, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        let place = format!("line {}", index + 1);
        let value = parse(line).map_err(|error| error.within(&place))?;
        if let Some(sport) = value.get("sport") {
            let (hash, sport) = read_sport(sport).map_err(|error| error.within(&place))?;
            sports.insert(hash, Arc::new(sport));
        } else {
            events.push(read_event(&value, &sports).map_err(|error| error.within(&place))?);
        }
    }
    Ok(events)
}

/// An event as JSON, one line of the format.
#[must_use]
pub fn write_event(event: &Event) -> Value {
    let Stamp { boot, mono_ms, wall_ms, wall_trusted } = event.stamp;
    let mut body = write_body(&event.body);
    let form = EventForm {
        seq: event.seq,
        stream: match event.stream {
            Stream::Venue => "venue".to_owned(),
            Stream::Game(id) => format!("game/{id}"),
            Stream::Poll(id) => format!("poll/{id}"),
        },
        visibility: match event.visibility {
            Visibility::Public => "public",
            Visibility::Staff => "staff",
            Visibility::Sealed => "sealed",
        }
        .to_owned(),
        order: event.order.as_ref().map(ToString::to_string),
        stamp: StampForm { boot, mono_ms, wall_ms, wall_trusted },
        actor: event.actor.0.clone(),
        command: event.command.clone(),
        body: Value::Object(std::mem::take(&mut body)),
    };
    serde_json::to_value(form).expect("a form of strings and numbers is JSON")
}

/// Reads an event; `sports` are the sport files met so far, by hash.
///
/// # Errors
/// Names the field that is missing, unknown or of the wrong kind.
pub fn read_event(value: &Value, sports: &BTreeMap<String, Arc<Sport>>) -> Result<Event, FormatError> {
    let form = EventForm::deserialize(value).map_err(|error| wrong(error.to_string()))?;
    let stream = match form.stream.split_once('/') {
        None if form.stream == "venue" => Stream::Venue,
        Some(("game", id)) => Stream::Game(game_id(id)?),
        Some(("poll", id)) if id.parse::<u64>().is_ok_and(|id| id > 0) => {
            Stream::Poll(PollId(id.parse().unwrap_or_default()))
        }
        _ => return Err(wrong(format!("`stream` is `{}`, none of venue, game/N, poll/N", form.stream))),
    };
    let visibility = match form.visibility.as_str() {
        "public" => Visibility::Public,
        "staff" => Visibility::Staff,
        "sealed" => Visibility::Sealed,
        other => return Err(wrong(format!("`visibility` is `{other}`, none of public, staff, sealed"))),
    };
    let order = form.order.as_deref().map(|text| {
        Order::parse(text)
            .ok_or_else(|| wrong(format!("`order` is `{text}`, no place in a game such as 2.V")))
    });
    let StampForm { boot, mono_ms, wall_ms, wall_trusted } = form.stamp;
    Ok(Event {
        seq: form.seq,
        stream,
        visibility,
        order: order.transpose()?,
        stamp: Stamp { boot, mono_ms, wall_ms, wall_trusted },
        actor: Actor(form.actor),
        command: form.command,
        body: read_body(&form.body, sports).map_err(|error| error.within("`body`"))?,
    })
}

fn write_body(body: &EventBody) -> Map<String, Value> {
    let value = match body {
        EventBody::GameCreated(setup) => json!({
            "type": "game_created",
            "id": setup.id.0,
            "sport_hash": setup.game.sport.hash,
            "game": game::write(&GameForm::of(&setup.game)),
        }),
        EventBody::GameChanged(change) => {
            json!({"type": "game_changed", "change": game::write_change(change)})
        }
        EventBody::GameWithdrawn { reason } => {
            without_null(json!({"type": "game_withdrawn", "reason": reason}))
        }
        EventBody::Entered { entry, at } => {
            json!({"type": "entered", "entry": write_with(entry, at.as_ref())})
        }
        EventBody::Voided { target, cascade, reason } => {
            without_null(json!({"type": "voided", "target": target, "cascade": cascade, "reason": reason}))
        }
        EventBody::Replaced { target, entry, at } => {
            json!({"type": "replaced", "target": target, "entry": write_with(entry, at.as_ref())})
        }
        EventBody::ClockResumed { value_ms, gap_ms } => {
            without_null(json!({"type": "clock_resumed", "value_ms": value_ms, "gap_ms": gap_ms}))
        }
        EventBody::ScorerChanged { scorer } => {
            let scorer = scorer.as_ref().map(|actor| actor.0.as_str());
            without_null(json!({"type": "scorer_changed", "scorer": scorer}))
        }
        EventBody::VenueChanged(VenueChange { name, pitches, languages }) => without_null(
            json!({"type": "venue_changed", "name": name, "pitches": pitches, "languages": languages}),
        ),
        EventBody::PollCreated { .. }
        | EventBody::PollOpened
        | EventBody::PollClosed(_)
        | EventBody::PollRevealed { .. }
        | EventBody::PollWithdrawn { .. }
        | EventBody::TicketsIssued { .. }
        | EventBody::BallotCast(_) => poll::write_body(body).unwrap_or_default(),
    };
    match value {
        Value::Object(map) => map,
        _ => unreachable!("every arm writes an object"),
    }
}

fn read_body(value: &Value, sports: &BTreeMap<String, Arc<Sport>>) -> Result<EventBody, FormatError> {
    if value["type"].as_str().is_some_and(poll::is_poll) {
        return poll::read_body(value);
    }
    let form = BodyForm::deserialize(value).map_err(|error| wrong(error.to_string()))?;
    Ok(match form {
        BodyForm::GameCreated { id, sport_hash, game } => {
            let sport = sports.get(&sport_hash).cloned().ok_or_else(|| {
                wrong(format!("no line before this holds the sport file with hash {sport_hash}"))
            })?;
            let game = game::read(&game)?.with_sport(sport);
            EventBody::GameCreated(Box::new(GameSetup { id: GameId(id), game }))
        }
        BodyForm::GameChanged { change } => EventBody::GameChanged(Box::new(game::read_change(&change)?)),
        BodyForm::GameWithdrawn { reason } => EventBody::GameWithdrawn { reason },
        BodyForm::Entered { entry } => {
            let (entry, at) = read_with(&entry)?;
            EventBody::Entered { entry, at }
        }
        BodyForm::Voided { target, cascade, reason } => EventBody::Voided { target, cascade, reason },
        BodyForm::Replaced { target, entry } => {
            let (entry, at) = read_with(&entry)?;
            EventBody::Replaced { target, entry, at }
        }
        BodyForm::ClockResumed { value_ms, gap_ms } => EventBody::ClockResumed { value_ms, gap_ms },
        BodyForm::ScorerChanged { scorer } => EventBody::ScorerChanged { scorer: scorer.map(Actor) },
        BodyForm::VenueChanged { name, pitches, languages } => {
            EventBody::VenueChanged(VenueChange { name, pitches, languages })
        }
    })
}

fn read_head(line: &str) -> Result<(), FormatError> {
    let head = parse(line)?;
    if head.get("format").and_then(Value::as_str) != Some(FORMAT) {
        return Err(wrong(format!("this is no export: its first line has no \"format\":\"{FORMAT}\"")));
    }
    if head.get("version").and_then(Value::as_u64) != Some(VERSION) {
        return Err(wrong(format!("this program reads version {VERSION} of the format only")));
    }
    Ok(())
}

fn read_sport(value: &Value) -> Result<(String, Sport), FormatError> {
    let form = SportForm::deserialize(value).map_err(|error| wrong(error.to_string()))?;
    let sport = Sport::parse(&format!("{}.toml", form.id), &form.file).map_err(|error| {
        wrong(format!("the sport file {}, its line {}: {}", error.file, error.line, error.what))
    })?;
    if sport.hash != form.hash {
        return Err(wrong(format!("the sport file {} does not have the hash given for it", form.id)));
    }
    Ok((form.hash, sport))
}

fn game_id(text: &str) -> Result<GameId, FormatError> {
    text.parse().map(GameId).map_err(|_| wrong(format!("`{text}` is no game's number")))
}

/// Absent fields are left out rather than written as null.
fn without_null(mut value: Value) -> Value {
    if let Value::Object(map) = &mut value {
        map.retain(|_, field| !field.is_null());
    }
    value
}

fn parse(line: &str) -> Result<Value, FormatError> {
    serde_json::from_str(line).map_err(|error| wrong(format!("not JSON: {error}")))
}

fn wrong(what: impl Into<String>) -> FormatError {
    FormatError::new("", what)
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EventForm {
    seq: Seq,
    stream: String,
    visibility: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    order: Option<String>,
    stamp: StampForm,
    actor: String,
    command: String,
    body: Value,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StampForm {
    boot: u32,
    mono_ms: u64,
    wall_ms: i64,
    wall_trusted: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SportForm {
    id: String,
    hash: String,
    file: String,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum BodyForm {
    GameCreated { id: u64, sport_hash: String, game: Value },
    GameChanged { change: Value },
    GameWithdrawn { reason: Option<String> },
    Entered { entry: Value },
    Voided { target: Seq, cascade: Vec<Seq>, reason: Option<String> },
    Replaced { target: Seq, entry: Value },
    ClockResumed { value_ms: u64, gap_ms: Option<u64> },
    ScorerChanged { scorer: Option<String> },
    VenueChanged { name: Option<String>, pitches: Option<Vec<String>>, languages: Option<Vec<String>> },
}
