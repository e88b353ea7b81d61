//! Games as a file for others: which of our own formats, and what goes into it. Only what is public does.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{csv, json, ndjson};
use crate::domain::GameId;
use crate::domain::event::{Event, Stream, Visibility};

/// The file formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Export {
    /// Events, exact there and back.
    Ndjson,
    /// Boards and logs in one document.
    Json,
    /// A table, one entry a row.
    Csv,
}

impl Export {
    /// The format of that name, which is also the ending of its files.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "ndjson" => Some(Self::Ndjson),
            "json" => Some(Self::Json),
            "csv" => Some(Self::Csv),
            _ => None,
        }
    }

    /// How the file is served.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Ndjson => "application/x-ndjson",
            Self::Json => "application/json",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }
}

/// Writes what is public of `events`, which are in order of `seq`. `board` gives a game's board.
#[must_use]
pub fn write(format: Export, events: &[Event], board: &dyn Fn(GameId) -> Option<Value>) -> String {
    let public: Vec<Event> =
        events.iter().filter(|event| event.visibility == Visibility::Public).cloned().collect();
    match format {
        Export::Ndjson => ndjson::write(&public),
        Export::Csv => csv::write(&public),
        Export::Json => {
            let mut games: BTreeMap<GameId, Vec<Event>> = BTreeMap::new();
            for event in public {
                if let Stream::Game(id) = event.stream {
                    games.entry(id).or_default().push(event);
                }
            }
            let boards: Vec<(Value, Vec<Event>)> =
                games.into_iter().map(|(id, log)| (board(id).unwrap_or_default(), log)).collect();
            json::write(boards.iter().map(|(board, log)| (board, log.as_slice())))
        }
    }
}
