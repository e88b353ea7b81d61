//! Why a change of users, sessions or tokens was not made, for whoever asked for it.

use std::fmt;

use super::password::{self, Busy};
use super::store;
use crate::ledger::error::Failure;
use crate::ledger::work::WriteError;

/// Why a change of users, sessions or tokens was not made.
#[derive(Debug, PartialEq)]
pub enum ChangeError {
    /// It is refused.
    User(UserError),
    /// The setup link is used up or was never good.
    Link,
    /// Too many passwords wait to be hashed; again in a second.
    Busy,
    /// It could not be stored.
    Failed(Failure),
}

impl fmt::Display for ChangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(error) => error.fmt(f),
            Self::Link => f.write_str(
                "This setup link is no longer good; if there is no user yet, start the box again for another.",
            ),
            Self::Busy => f.write_str("Too many logins wait; try again in a second."),
            Self::Failed(failure) => failure.fmt(f),
        }
    }
}

impl From<Busy> for ChangeError {
    fn from(_: Busy) -> Self {
        Self::Busy
    }
}

impl From<WriteError<UserError>> for ChangeError {
    fn from(error: WriteError<UserError>) -> Self {
        match error {
            WriteError::Refused(error) => Self::User(error),
            WriteError::Failed(failure) => Self::Failed(failure),
        }
    }
}

/// Why a change of users or tokens is refused.
#[derive(Debug, PartialEq)]
pub enum UserError {
    /// The name is empty, too long, or holds characters that cannot be seen.
    Name,
    /// The password is too short or too long.
    Password,
    /// The password and its repetition differ.
    Twice,
    /// Too many games or pitches, or a pitch without a name.
    Limits,
    /// There is a user of that name, capitals apart.
    Taken(String),
    /// There is no such user, session or token.
    Unknown(String),
    /// Without this user nobody could manage the others.
    LastOrganiser,
    /// SQLite refused.
    Database(rusqlite::Error),
}

impl fmt::Display for UserError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name => write!(f, "A name is 1 to {} visible characters.", store::LONGEST_NAME),
            Self::Password => write!(
                f,
                "A password has at least {} characters and at most {} bytes.",
                password::SHORTEST,
                password::LONGEST
            ),
            Self::Twice => f.write_str("The two passphrases differ; type the same twice."),
            Self::Limits => f.write_str("Somebody may be limited to 200 games and 200 pitches; a pitch has a name of 1 to 120 characters."),
            Self::Taken(name) => write!(f, "There is a user {name:?} already; choose another name."),
            Self::Unknown(what) => write!(f, "There is no {what}."),
            Self::LastOrganiser => {
                f.write_str("This is the last organiser; make another one first.")
            }
            Self::Database(cause) => write!(f, "cannot change the users: {cause}"),
        }
    }
}

impl std::error::Error for UserError {}

impl From<rusqlite::Error> for UserError {
    fn from(cause: rusqlite::Error) -> Self {
        Self::Database(cause)
    }
}
