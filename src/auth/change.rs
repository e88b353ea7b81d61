//! Why a change of users, sessions or tokens was not made, for whoever asked for it.

use std::fmt;

use super::password::Busy;
use super::store::UserError;
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
