//! Commands about what a box keeps: import, export, backup, verify, replay.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use clap::Subcommand;
use serde_json::Value;

use super::DataArgs;
use super::adopt;
use super::error::CliError;
use super::export::{self, ExportOptions, Extent};
use super::import::{self, HttpSink, ImportOptions};
use super::replay::{self, Pace, ReplayOptions};
use super::serve::with_box;
use crate::board;
use crate::client::feed::Feed;
use crate::client::url::Base;
use crate::domain::GameId;
use crate::domain::event::{Event, Stream};
use crate::ledger::{self, events::fold};
use crate::words::catalogue::Words;

/// What can be imported.
#[derive(Subcommand)]
pub(super) enum ImportCommand {
    /// A season or a cup as openfootball's JSON
    Openfootball {
        /// The files
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Show what would happen, and write nothing
        #[arg(long)]
        dry_run: bool,
        /// Minutes east of UTC for times without a zone
        #[arg(long, value_name = "MINUTES", allow_hyphen_values = true)]
        utc_offset: Option<i32>,
        #[command(flatten)]
        data: DataArgs,
    },
    /// A whole record as `export --format ndjson` wrote it, into a folder without events
    Touchline {
        /// The files; those of several games together must be the whole record
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Show what would happen, and write nothing
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        data: DataArgs,
    },
}

/// How long the importer waits for a box that does not answer.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) fn import(command: ImportCommand, out: &mut dyn Write) -> Result<(), CliError> {
    let (files, dry_run, utc_offset, data) = match command {
        ImportCommand::Openfootball { files, dry_run, utc_offset, data } => {
            (files, dry_run, utc_offset, data)
        }
        ImportCommand::Touchline { files, dry_run: true, data } => {
            return adopt::dry_run(&files, &data.dir()?, out);
        }
        ImportCommand::Touchline { files, dry_run: false, data } => {
            return adopt::run(&files, &data.dir()?, out);
        }
    };
    let options = ImportOptions { files, utc_offset_minutes: utc_offset };
    if dry_run {
        return import::dry_run(&options, out);
    }
    with_box(&data.dir()?, |url, token| {
        let base = Base::parse(url).map_err(CliError::failed)?;
        let mut sink = HttpSink { feed: Feed::new(base, Some(token.to_owned()), PATIENCE) };
        import::run(&options, &mut sink, out)
    })
}

/// The arguments of `export`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct ExportArgs {
    /// One game; all where absent
    #[arg(long, value_name = "ID")]
    game: Option<u64>,
    /// ndjson, json or csv
    #[arg(long, value_name = "FORMAT", default_value = "ndjson")]
    format: String,
    /// The whole record for another box, who kept the score and sealed ballots too; keep it like the box
    #[arg(long, conflicts_with_all = ["game", "format"])]
    everything: bool,
    #[command(flatten)]
    data: DataArgs,
}

pub(super) fn export(args: &ExportArgs, out: &mut dyn Write) -> Result<(), CliError> {
    let extent = if args.everything { Extent::Everything } else { Extent::Public };
    let options =
        ExportOptions { game: args.game.map(GameId), format: export::format(&args.format)?, extent };
    let events = ledger::offline::events(&args.data.dir()?).map_err(CliError::failed)?;
    let words = Words::new();
    export::run(&options, &events, &|game| board_of(&events, game, &words), out)
}

/// A game's board as its page would show it; a clock that ran when the box went off is not shown running.
fn board_of(events: &[Event], id: GameId, words: &Words) -> Option<Value> {
    let mut game = None;
    for event in events.iter().filter(|event| event.stream == Stream::Game(id)) {
        fold(&mut game, event);
    }
    Some(board::game::render(&game?, words.voice("en"), 0, board::game::Audience::Public))
}

/// The arguments of `backup`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct BackupArgs {
    /// The copy
    file: PathBuf,
    #[command(flatten)]
    data: DataArgs,
}

pub(super) fn backup(args: &BackupArgs, out: &mut dyn Write) -> Result<(), CliError> {
    let copy = ledger::offline::backup(&args.data.dir()?, &args.file).map_err(CliError::failed)?;
    let events = copy.events;
    writeln!(out, "{}: {events} event{} copied and checked.", args.file.display(), plural(events))?;
    Ok(())
}

/// The arguments of `verify`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct VerifyArgs {
    #[command(flatten)]
    data: DataArgs,
}

pub(super) fn verify(args: &VerifyArgs, out: &mut dyn Write) -> Result<(), CliError> {
    const STEP: u64 = 100_000;
    let checked = ledger::verify(&args.data.dir()?, |done, all| {
        if done % STEP == 0 && all > STEP {
            eprintln!("{done} of {all} events checked");
        }
    });
    let verified = checked.map_err(CliError::failed)?;
    let hash: String = verified.head.hash.iter().map(|byte| format!("{byte:02x}")).collect();
    writeln!(
        out,
        "{} event{} hold; the last has the hash {hash}.",
        verified.events,
        plural(verified.events)
    )?;
    if verified.erased > 0 {
        writeln!(out, "{} text{} in them were erased.", verified.erased, plural(verified.erased))?;
    }
    Ok(())
}

pub(super) fn plural(count: u64) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// The arguments of `replay`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct ReplayArgs {
    /// The recordings; several run side by side
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The box, as `http://venue.local:8080`
    #[arg(long, env = "TOUCHLINE_URL")]
    url: String,
    /// An organiser's token
    #[arg(long, env = "TOUCHLINE_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// How many times faster than it happened; 1 is real time
    #[arg(long, value_name = "N", default_value_t = 1.0)]
    speed: f64,
}

pub(super) fn replay(args: ReplayArgs, out: &mut dyn Write) -> Result<(), CliError> {
    if !(args.speed.is_finite() && args.speed > 0.0) {
        return Err(CliError::usage(format!("--speed {} is no speed; 1 is real time", args.speed)));
    }
    let pace = Pace { speed: args.speed, longest_wait: None };
    let options = ReplayOptions { files: args.files, url: args.url, token: args.token, pace };
    replay::run(&options, out)
}
