//! A game as one JSON document: what the page shows (`board`) and how it came about (`log`).
//!
//! For reading by other programs; to put a game back into a box there is [`super::ndjson`].

use serde_json::{Value, json};

use super::ndjson::write_event;
use crate::domain::event::Event;

/// Writes a document of several games: each a board, as its page has it, with the game's events.
#[must_use]
pub fn write<'a>(games: impl IntoIterator<Item = (&'a Value, &'a [Event])>) -> String {
    let game = |(board, events): (&Value, &[Event])| {
        let log: Vec<Value> = events.iter().map(write_event).collect();
        json!({"board": board, "log": log})
    };
    let games: Vec<Value> = games.into_iter().map(game).collect();
    format!("{:#}\n", json!({"format": "touchline-games", "version": 1, "games": games}))
}
