//! `touchline import touchline`: the record of another box, as `touchline export` wrote it.
//!
//! Unlike results from elsewhere it does not go through a box as commands: events keep their numbers, so
//! they can only be the first ones of a folder.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::data::plural;
use super::error::CliError;
use super::import::read_text;
use crate::domain::event::{Event, EventBody};
use crate::formats::ndjson;
use crate::ledger::adopt;

/// Takes the record over into the folder.
pub(super) fn run(files: &[PathBuf], data: &Path, out: &mut dyn Write) -> Result<(), CliError> {
    let events = read(files)?;
    adopt::adopt(data, &events).map_err(CliError::failed)?;
    writeln!(out, "{} are in, each under its number.", count(&events))?;
    Ok(())
}

/// Says what would come in, and writes nothing.
pub(super) fn dry_run(files: &[PathBuf], data: &Path, out: &mut dyn Write) -> Result<(), CliError> {
    let events = read(files)?;
    adopt::check(data, &events).map_err(CliError::failed)?;
    writeln!(out, "{} would come in. Nothing was written.", count(&events))?;
    Ok(())
}

/// The events of all files, by rising number: the games of one record may come in a file each.
fn read(files: &[PathBuf]) -> Result<Vec<Event>, CliError> {
    let mut events = Vec::new();
    for file in files {
        let read = ndjson::read(&read_text(file)?);
        events.extend(read.map_err(|error| CliError::failed(format!("{}, {error}", file.display())))?);
    }
    events.sort_by_key(|event| event.seq);
    Ok(events)
}

fn count(events: &[Event]) -> String {
    let games = events.iter().filter(|event| matches!(event.body, EventBody::GameCreated(_))).count() as u64;
    let all = events.len() as u64;
    format!("{all} event{} of {games} game{}", plural(all), plural(games))
}
