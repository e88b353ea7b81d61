//! `touchline sport check`: whether sport files can be played by, before the match day.

use std::io::Write;
use std::path::PathBuf;

use clap::Subcommand;

use super::error::CliError;
use crate::domain::sport::Sport;

/// What can be done with sport files.
#[derive(Subcommand)]
pub(super) enum SportCommand {
    /// Read sport files and tell what is wrong, with file and line
    Check {
        /// The files
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

pub(super) fn run(command: SportCommand, out: &mut dyn Write) -> Result<(), CliError> {
    let SportCommand::Check { files } = command;
    let mut wrong = Vec::new();
    for file in files {
        let name = file.display().to_string();
        let text = match std::fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) => {
                wrong.push(format!("{name} cannot be read: {error}"));
                continue;
            }
        };
        match Sport::parse(&name, &text) {
            Ok(sport) => writeln!(
                out,
                "{name}: {}, {} actions, {} segments; good.",
                sport.name,
                sport.actions.len(),
                sport.segments.len()
            )?,
            Err(error) => wrong.push(error.to_string()),
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(CliError::failed(wrong.join("\n"))) }
}
