//! Why a subcommand ends without having done its work: one line on stderr, and the exit code.

use std::fmt;

/// A subcommand's failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CliError {
    /// One line: what was tried, why it failed, what can be done.
    pub message: String,
    /// Which exit code it is.
    pub kind: ErrorKind,
}

/// The two kinds of failure the exit code tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// It could not be done; exit code 1.
    Failed,
    /// It was asked for wrongly; exit code 2.
    Usage,
}

impl CliError {
    /// It could not be done.
    pub fn failed(message: impl fmt::Display) -> Self {
        Self { message: message.to_string(), kind: ErrorKind::Failed }
    }

    /// It was asked for wrongly.
    pub fn usage(message: impl fmt::Display) -> Self {
        Self { message: message.to_string(), kind: ErrorKind::Usage }
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for CliError {}

impl From<std::io::Error> for CliError {
    /// For output that cannot be written: a closed pipe, a full disk.
    fn from(error: std::io::Error) -> Self {
        Self::failed(format!("cannot write the output: {error}"))
    }
}
