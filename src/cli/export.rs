//! `touchline export`: games as files for others, or for another box.

use std::collections::BTreeMap;
use std::io::Write;
use std::str::FromStr;

use serde_json::Value;

use super::error::CliError;
use crate::domain::GameId;
use crate::domain::event::{Event, Stream, Visibility};
use crate::formats::{csv, json, ndjson};

/// What to export and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExportOptions {
    /// One game; all where absent.
    pub game: Option<GameId>,
    /// The file format.
    pub format: ExportFormat,
}

/// The file formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// Events, exact there and back.
    Ndjson,
    /// Boards and logs in one document.
    Json,
    /// A table, one entry a row.
    Csv,
}

impl FromStr for ExportFormat {
    type Err = CliError;

    fn from_str(text: &str) -> Result<Self, CliError> {
        match text {
            "ndjson" => Ok(Self::Ndjson),
            "json" => Ok(Self::Json),
            "csv" => Ok(Self::Csv),
            other => {
                Err(CliError::usage(format!("no export format is called `{other}`: use ndjson, json or csv")))
            }
        }
    }
}

/// Writes what is public of `events`, which are in order of `seq`. `board` gives a game's board.
///
/// # Errors
/// A game that is not there, or an output that cannot be written.
pub fn run(
    options: &ExportOptions,
    events: &[Event],
    board: &dyn Fn(GameId) -> Option<Value>,
    out: &mut dyn Write,
) -> Result<(), CliError> {
    let wanted = |event: &&Event| {
        let in_game = options.game.is_none_or(|game| event.stream == Stream::Game(game));
        event.visibility == Visibility::Public && in_game
    };
    let events: Vec<Event> = events.iter().filter(wanted).cloned().collect();
    if let Some(game) = options.game.filter(|_| events.is_empty()) {
        return Err(CliError::failed(format!("there is no game {game} in this data folder")));
    }
    let text = match options.format {
        ExportFormat::Ndjson => ndjson::write(&events),
        ExportFormat::Csv => csv::write(&events),
        ExportFormat::Json => {
            let mut games: BTreeMap<GameId, Vec<Event>> = BTreeMap::new();
            for event in events {
                if let Stream::Game(id) = event.stream {
                    games.entry(id).or_default().push(event);
                }
            }
            let boards: Vec<(Value, Vec<Event>)> =
                games.into_iter().map(|(id, log)| (board(id).unwrap_or_default(), log)).collect();
            json::write(boards.iter().map(|(board, log)| (board, log.as_slice())))
        }
    };
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}
