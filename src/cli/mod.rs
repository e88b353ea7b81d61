//! The command line, one file a subcommand.
//!
//! Each subcommand returns what went wrong as a [`CliError`]; only [`main`] turns it into one line on
//! stderr and an exit code: 0 done, 1 failed, 2 wrong usage.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use self::error::{CliError, ErrorKind};
use crate::config::Options;

mod adopt;
mod data;
pub mod demo;
pub mod error;
pub mod export;
pub mod import;
mod people;
mod recount;
pub mod replay;
mod serve;
mod sport;

const HELP: &str = "\
Live scores, commentary and statistics for every phone in the stadium

Usage: touchline [COMMAND] [OPTIONS]

On a match day:
  serve     Run the box (also without any command)
  demo      A real match, replayed live on this machine within seconds
  user      Who may enter scores: add, passwd, list, remove
  import    Fixtures and results from a file, or the record of another box
  export    The record of the day, or of one game
  backup    A verified copy of everything, while the box runs

For specialists:
  token     Bearer tokens for feeds and scripts: create, list, revoke
  replay    Play a recorded match into a running box
  verify    Check the chain of the record from its first event
  recount   Count every vote again from the raw record
  sport     Check sport files

`touchline COMMAND --help` says more. Every option can also be set as TOUCHLINE_… in the
environment or as a key of the TOML file given with --config.
";

#[derive(Parser)]
#[command(name = "touchline", version, override_help = HELP, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(flatten)]
    serve: Options,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Run the box
    Serve(Box<Options>),
    /// A real match, replayed live on this machine within seconds
    Demo(serve::DemoArgs),
    /// Who may enter scores
    #[command(subcommand)]
    User(people::UserCommand),
    /// Bearer tokens for feeds and scripts
    #[command(subcommand)]
    Token(people::TokenCommand),
    /// Fixtures and results from a file, or the record of another box
    #[command(subcommand)]
    Import(data::ImportCommand),
    /// The record of the day, or of one game
    Export(data::ExportArgs),
    /// A verified copy of everything, while the box runs
    Backup(data::BackupArgs),
    /// Check the chain of the record from its first event
    Verify(data::VerifyArgs),
    /// Count every vote again from the raw record
    Recount(recount::RecountArgs),
    /// Play a recorded match into a running box as if it happened now
    Replay(data::ReplayArgs),
    /// Check sport files
    #[command(subcommand)]
    Sport(sport::SportCommand),
}

/// Where the data is, for every command that touches it.
#[derive(Clone, Debug, clap::Args)]
struct DataArgs {
    /// The folder that holds everything the box keeps
    #[arg(long, env = "TOUCHLINE_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    /// A TOML file that may name the data folder
    #[arg(long, env = "TOUCHLINE_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
}

impl DataArgs {
    fn dir(&self) -> Result<PathBuf, CliError> {
        let options = Options { data: self.data.clone(), config: self.config.clone(), ..Options::default() };
        crate::config::data_dir(&options).map_err(CliError::usage)
    }
}

/// Runs the program with the arguments of the process.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors; clap knows which stream and code each wants.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let mut out = std::io::stdout();
    let done = match cli.command.unwrap_or_else(|| Command::Serve(Box::new(cli.serve))) {
        Command::Serve(options) => serve::run(&options, &mut out),
        Command::Demo(args) => serve::demo(&args, &mut out),
        Command::User(command) => people::user(command, &mut out),
        Command::Token(command) => people::token(command, &mut out),
        Command::Import(command) => data::import(command, &mut out),
        Command::Export(args) => data::export(&args, &mut out),
        Command::Backup(args) => data::backup(&args, &mut out),
        Command::Verify(args) => data::verify(&args, &mut out),
        Command::Recount(args) => recount::recount(&args, &mut out),
        Command::Replay(args) => data::replay(args, &mut out),
        Command::Sport(command) => sport::run(command, &mut out),
    };
    let _ = out.flush();
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            for line in error.message.lines() {
                eprintln!("touchline: {line}");
            }
            ExitCode::from(if error.kind == ErrorKind::Usage { 2 } else { 1 })
        }
    }
}
