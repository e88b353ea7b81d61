//! `touchline import`: fixtures and results from files of others into a box.
//!
//! The same file imported again finds its games there: every game and command has an id made of the file's
//! bytes, and the box answers an id it knows with what came of it the first time.

use std::fmt::Write as _;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::error::CliError;
use crate::client::feed::{Feed, Outcome};
use crate::domain::command::Play;
use crate::formats::game::GameForm;
use crate::formats::openfootball::{self, Season};
use crate::formats::{command, game};
use crate::runtime;

/// What to import and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// The files, all read before anything is written.
    pub files: Vec<PathBuf>,
    /// Minutes east of UTC for times without a zone.
    pub utc_offset_minutes: Option<i32>,
}

/// Where an import goes.
pub trait Sink {
    /// Sets a game up, once for the same `key`, and gives its number.
    ///
    /// # Errors
    /// Why it cannot be, in words.
    fn create_game(&mut self, key: &str, game: &GameForm) -> Result<u64, String>;

    /// Enters a play, once for the same `id`, and gives the event's number.
    ///
    /// # Errors
    /// Why it cannot be, in words.
    fn command(&mut self, id: &str, game: u64, play: &Play) -> Result<u64, String>;
}

/// A sink over HTTP into a running box.
#[derive(Debug)]
pub struct HttpSink {
    /// The feed, with an organiser's token.
    pub feed: Feed,
}

impl Sink for HttpSink {
    fn create_game(&mut self, key: &str, game: &GameForm) -> Result<u64, String> {
        let game = game::write(game);
        runtime::block_on(self.feed.create_game(key, &game)).map_err(|error| error.to_string())
    }

    fn command(&mut self, id: &str, game: u64, play: &Play) -> Result<u64, String> {
        let mut body = command::write_play(play);
        body.insert("id".to_owned(), id.into());
        let body = Value::Object(body);
        match runtime::block_on(self.feed.command(game, &body)) {
            Ok(Outcome::Accepted(seq)) => Ok(seq),
            Ok(Outcome::Refused(why)) => Err(why),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// A file that has been read, with the prefix of its ids.
#[derive(Clone, Debug)]
struct Input {
    file: String,
    prefix: String,
    season: Season,
}

/// Says what an import would do, and writes nothing.
///
/// # Errors
/// A file that cannot be read or is not in the format.
pub fn dry_run(options: &ImportOptions, out: &mut dyn Write) -> Result<(), CliError> {
    for input in &read(options)? {
        describe(input, out)?;
    }
    writeln!(out, "Nothing was written.")?;
    Ok(())
}

/// Imports all files into `sink`.
///
/// # Errors
/// A file that cannot be read or is not in the format, before anything is written; the first game or play
/// the sink refuses. What was written before stays, and importing again goes on from there.
pub fn run(options: &ImportOptions, sink: &mut dyn Sink, out: &mut dyn Write) -> Result<(), CliError> {
    for input in &read(options)? {
        describe(input, out)?;
        let (games, plays) = write(input, sink)?;
        writeln!(out, "{}: {games} games and {plays} entries are in.", input.file)?;
    }
    Ok(())
}

fn read(options: &ImportOptions) -> Result<Vec<Input>, CliError> {
    if options.files.is_empty() {
        return Err(CliError::usage("name at least one file to import"));
    }
    let rules = openfootball::Options { utc_offset_minutes: options.utc_offset_minutes };
    let read = |path: &PathBuf| {
        let file = path.display().to_string();
        let text = read_text(path)?;
        let season = openfootball::read(&file, &text, &rules).map_err(CliError::failed)?;
        Ok(Input { prefix: prefix(text.as_bytes()), file, season })
    };
    options.files.iter().map(read).collect()
}

/// A whole file of text.
pub(super) fn read_text(path: &Path) -> Result<String, CliError> {
    let file = path.display();
    let bytes =
        std::fs::read(path).map_err(|error| CliError::failed(format!("cannot read {file}: {error}")))?;
    String::from_utf8(bytes)
        .map_err(|_| CliError::failed(format!("{file} is not UTF-8 text, as these files are")))
}

fn prefix(bytes: &[u8]) -> String {
    let mut prefix = "import-".to_owned();
    for byte in Sha256::digest(bytes).iter().take(10) {
        let _ = write!(prefix, "{byte:02x}");
    }
    prefix
}

fn describe(Input { file, season, .. }: &Input, out: &mut dyn Write) -> Result<(), CliError> {
    let played = season.matches.iter().filter(|one| !one.plays.is_empty()).count();
    let plays: usize = season.matches.iter().map(|one| one.plays.len()).sum();
    let to_come = season.matches.len() - played;
    writeln!(
        out,
        "{file}: {}: {} games, {played} played with {plays} entries, {to_come} to come",
        season.name,
        season.matches.len()
    )?;
    for warning in &season.warnings {
        writeln!(out, "  warning: {warning}")?;
    }
    for one in &season.matches {
        for warning in &one.warnings {
            writeln!(out, "  warning: match {} ({}): {warning}", one.number, one.label)?;
        }
    }
    Ok(())
}

fn write(input: &Input, sink: &mut dyn Sink) -> Result<(usize, usize), CliError> {
    let mut plays = 0;
    for one in &input.season.matches {
        let failed = |why: String| {
            let Input { file, .. } = input;
            CliError::failed(format!("{file}, match {} ({}): {why}", one.number, one.label))
        };
        let key = format!("{}-{}", input.prefix, one.number);
        let game = sink.create_game(&key, &one.game).map_err(failed)?;
        for (index, play) in one.plays.iter().enumerate() {
            sink.command(&format!("{key}-{index}"), game, play).map_err(failed)?;
            plays += 1;
        }
    }
    Ok((input.season.matches.len(), plays))
}
