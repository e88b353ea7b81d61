//! `touchline export`: games as files for others, or for another box.

use std::io::Write;

use serde_json::Value;

use super::error::CliError;
use crate::domain::GameId;
use crate::domain::event::{Event, Stream, Visibility};
use crate::formats::export::{self, Export};
use crate::formats::ndjson;

/// What to export and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExportOptions {
    /// One game; all where absent.
    pub game: Option<GameId>,
    /// The file format.
    pub format: Export,
    /// How much of the record goes out.
    pub extent: Extent,
}

/// How much of the record goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// What everybody may see.
    Public,
    /// All of it, who kept the score and sealed ballots too, as lines: what another box needs to go on from here.
    Everything,
}

/// The format of that name.
///
/// # Errors
/// Wrong usage, with the names there are.
pub fn format(name: &str) -> Result<Export, CliError> {
    Export::parse(name).ok_or_else(|| {
        CliError::usage(format!("no export format is called `{name}`: use ndjson, json or csv"))
    })
}

/// Writes what is wanted of `events`, which are in order of `seq`. `board` gives a game's board.
///
/// # Errors
/// A game that is not there, or an output that cannot be written.
pub fn run(
    options: &ExportOptions,
    events: &[Event],
    board: &dyn Fn(GameId) -> Option<Value>,
    out: &mut dyn Write,
) -> Result<(), CliError> {
    if options.extent == Extent::Everything {
        out.write_all(ndjson::write(events).as_bytes())?;
        out.flush()?;
        return Ok(());
    }
    let wanted = |event: &&Event| {
        let in_game = options.game.is_none_or(|game| event.stream == Stream::Game(game));
        event.visibility == Visibility::Public && in_game
    };
    let events: Vec<Event> = events.iter().filter(wanted).cloned().collect();
    if let Some(game) = options.game.filter(|_| events.is_empty()) {
        return Err(CliError::failed(format!("there is no game {game} in this data folder")));
    }
    out.write_all(export::write(options.format, &events, board).as_bytes())?;
    out.flush()?;
    Ok(())
}
