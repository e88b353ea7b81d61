//! `touchline user` and `touchline token`: who may enter scores, whether the box runs or not.

use std::io::{BufRead as _, Write};

use clap::{Subcommand, ValueEnum};

use super::DataArgs;
use super::error::CliError;
use crate::auth::offline;
use crate::auth::store::TokenId;
use crate::ledger::role::Role;
use crate::runtime::rfc3339;

/// A role on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum RoleArg {
    /// Enters scores and words
    Commentator,
    /// Also sets games up
    Organiser,
}

impl From<RoleArg> for Role {
    fn from(role: RoleArg) -> Self {
        match role {
            RoleArg::Commentator => Self::Commentator,
            RoleArg::Organiser => Self::Organiser,
        }
    }
}

/// What can be done with users.
#[derive(Subcommand)]
pub(super) enum UserCommand {
    /// Add somebody
    Add {
        /// The name to log in with
        name: String,
        /// What they may do
        #[arg(long, value_enum, default_value_t = RoleArg::Commentator)]
        role: RoleArg,
        /// Read the password from standard input without asking
        #[arg(long)]
        password_stdin: bool,
        #[command(flatten)]
        data: DataArgs,
    },
    /// Set a new password and end their sessions
    Passwd {
        /// Whose
        name: String,
        /// Read the password from standard input without asking
        #[arg(long)]
        password_stdin: bool,
        #[command(flatten)]
        data: DataArgs,
    },
    /// Show everybody
    List {
        #[command(flatten)]
        data: DataArgs,
    },
    /// Remove somebody and end their sessions
    Remove {
        /// Whom
        name: String,
        #[command(flatten)]
        data: DataArgs,
    },
}

/// What can be done with tokens.
#[derive(Subcommand)]
pub(super) enum TokenCommand {
    /// Make a token and print it, once
    Create {
        /// What it may do
        #[arg(long, value_enum)]
        role: RoleArg,
        /// What it is for
        #[arg(long, default_value = "token")]
        name: String,
        #[command(flatten)]
        data: DataArgs,
    },
    /// Show all tokens, without their secrets
    List {
        #[command(flatten)]
        data: DataArgs,
    },
    /// End a token, by its number or its name
    Revoke {
        /// Which
        token: String,
        #[command(flatten)]
        data: DataArgs,
    },
}

pub(super) fn user(command: UserCommand, out: &mut dyn Write) -> Result<(), CliError> {
    match command {
        UserCommand::Add { name, role, password_stdin, data } => {
            let dir = data.dir()?;
            let password = password(Ask::from(password_stdin), out)?;
            offline::add_user(&dir, &name, role.into(), &password).map_err(CliError::failed)?;
            writeln!(out, "{name} can log in as {}.", Role::from(role))?;
        }
        UserCommand::Passwd { name, password_stdin, data } => {
            let dir = data.dir()?;
            let password = password(Ask::from(password_stdin), out)?;
            offline::set_password(&dir, &name, &password).map_err(CliError::failed)?;
            writeln!(out, "{name} has a new password; their sessions are ended.")?;
        }
        UserCommand::List { data } => {
            let users = offline::users(&data.dir()?).map_err(CliError::failed)?;
            if users.is_empty() {
                writeln!(out, "Nobody yet. `touchline user add NAME --role organiser` adds the first.")?;
            }
            for user in users {
                let games = user.limits.games.iter().map(|game| format!("game {game}"));
                let limits: Vec<String> = user.limits.pitches.iter().cloned().chain(games).collect();
                let only =
                    if limits.is_empty() { String::new() } else { format!("\tonly {}", limits.join(", ")) };
                writeln!(out, "{}\t{}\tsince {}{only}", user.name, user.role, rfc3339(user.created_ms))?;
            }
        }
        UserCommand::Remove { name, data } => {
            offline::remove_user(&data.dir()?, &name).map_err(CliError::failed)?;
            writeln!(out, "{name} is removed.")?;
        }
    }
    Ok(())
}

pub(super) fn token(command: TokenCommand, out: &mut dyn Write) -> Result<(), CliError> {
    match command {
        TokenCommand::Create { role, name, data } => {
            let made = offline::create_token(&data.dir()?, role.into(), &name);
            let (_, secret) = made.map_err(CliError::failed)?;
            writeln!(out, "{secret}")?;
        }
        TokenCommand::List { data } => {
            let tokens = offline::tokens(&data.dir()?).map_err(CliError::failed)?;
            if tokens.is_empty() {
                writeln!(out, "No tokens.")?;
            }
            for token in tokens {
                writeln!(
                    out,
                    "{}\t{}\t{}\tsince {}",
                    token.id.0,
                    token.name,
                    token.role,
                    rfc3339(token.created_ms)
                )?;
            }
        }
        TokenCommand::Revoke { token, data } => {
            let dir = data.dir()?;
            let known = offline::tokens(&dir).map_err(CliError::failed)?;
            let number = token.parse().map(TokenId).ok();
            let named: Vec<TokenId> = known
                .iter()
                .filter(|one| one.name == token || Some(one.id) == number)
                .map(|one| one.id)
                .collect();
            if named.is_empty() {
                return Err(CliError::failed(format!(
                    "there is no token `{token}`; `touchline token list` shows them"
                )));
            }
            for id in named {
                offline::revoke_token(&dir, id).map_err(CliError::failed)?;
            }
            writeln!(out, "{token} is revoked.")?;
        }
    }
    Ok(())
}

/// Where a password comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ask {
    Person,
    Script,
}

impl From<bool> for Ask {
    fn from(stdin: bool) -> Self {
        if stdin { Self::Script } else { Self::Person }
    }
}

/// One line of standard input; a person is told what to type, and that it is seen.
fn password(ask: Ask, out: &mut dyn Write) -> Result<String, CliError> {
    if ask == Ask::Person {
        write!(out, "Password, at least 8 characters (it is shown as you type): ")?;
        out.flush()?;
    }
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    read.map_err(|error| CliError::failed(format!("read the password: {error}")))?;
    let password = line.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        return Err(CliError::usage("no password was given on standard input"));
    }
    Ok(password.to_owned())
}
