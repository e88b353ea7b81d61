//! The ledger's own failures: what was being done, to what, why it failed, and what an operator can do.

use std::fmt;
use std::path::PathBuf;

use crate::domain::Seq;

/// Why the ledger could not be opened or read.
#[derive(Debug)]
pub enum LedgerError {
    /// The data folder or a file in it cannot be made or used.
    Folder {
        /// The folder or file.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// Another process works on the same data.
    Locked {
        /// The lock file.
        path: PathBuf,
        /// The process that holds it, where it left its number.
        holder: Option<u32>,
    },
    /// The file is an SQLite database of some other program.
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The file was written by a newer touchline.
    Newer {
        /// The schema found.
        found: i64,
        /// The newest schema this build knows.
        known: i64,
    },
    /// A setting the promises rest on did not take.
    Setting {
        /// The pragma.
        name: &'static str,
        /// What it should be.
        wanted: String,
        /// What it is.
        found: String,
    },
    /// The log does not hold together.
    Damaged {
        /// The event where it shows.
        seq: Seq,
        /// What does not fit.
        what: String,
    },
    /// An event cannot be read by this build.
    Unreadable {
        /// The event.
        seq: Seq,
        /// What is wrong with it.
        what: String,
    },
    /// A record was to be taken over into a folder that has one.
    Occupied {
        /// How many events it holds.
        events: u64,
    },
    /// An event cannot be taken over as part of a whole record.
    Unfit {
        /// The event.
        seq: Seq,
        /// What is wrong with it, to stand after "event 7".
        what: String,
    },
    /// SQLite refused.
    Database {
        /// What was being done.
        doing: &'static str,
        /// What SQLite said.
        cause: rusqlite::Error,
    },
    /// The ledger is closing, or the question was never answered.
    Stopped,
}

impl fmt::Display for LedgerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder { path, cause } => write!(
                f,
                "cannot use {}: {cause}; the folder given by --data must be writable by this user",
                path.display()
            ),
            Self::Locked { path, holder } => {
                write!(f, "cannot open the data: {} is locked by ", path.display())?;
                match holder {
                    Some(pid) => write!(f, "process {pid}")?,
                    None => f.write_str("another process")?,
                }
                f.write_str(
                    "; only one touchline may serve a data folder, stop the other or use another --data",
                )
            }
            Self::Foreign { path } => write!(
                f,
                "cannot open {}: it is a database of another program; move it away or use another --data",
                path.display()
            ),
            Self::Newer { found, known } => write!(
                f,
                "cannot open the data: it has schema {found} and this build knows up to {known}; \
                 install the newer touchline again, nothing was changed"
            ),
            Self::Setting { name, wanted, found } => write!(
                f,
                "cannot open the data: the database's {name} is {found} and must be {wanted}; \
                 the disk or folder may not support it"
            ),
            Self::Damaged { seq, what } => write!(
                f,
                "the log is damaged at event {seq}: {what}; keep the data folder as it is and restore a backup"
            ),
            Self::Unreadable { seq, what } => {
                write!(f, "cannot read event {seq}: {what}; a newer touchline may be needed")
            }
            Self::Occupied { events } => {
                let plural = if *events == 1 { "" } else { "s" };
                write!(f, "this folder already holds {events} event{plural}; import into an empty one")
            }
            Self::Unfit { seq, what } => write!(f, "cannot take the record over: event {seq} {what}"),
            Self::Database { doing, cause } => write!(f, "cannot {doing}: {cause}"),
            Self::Stopped => f.write_str("the ledger is closed"),
        }
    }
}

impl std::error::Error for LedgerError {}

impl From<rusqlite::Error> for LedgerError {
    fn from(cause: rusqlite::Error) -> Self {
        Self::Database { doing: "use the database", cause }
    }
}

/// Why nothing of a batch was kept. Nothing of it was shown either; the same command may be sent again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The family, for the answer's status.
    pub kind: FailureKind,
    /// A sentence for the log and the operator.
    pub detail: String,
}

/// The families of failed commits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// The disk is full; HTTP 507.
    DiskFull,
    /// The disk or the database refuses; HTTP 503.
    Storage,
    /// The box is stopping; HTTP 503.
    Stopped,
}

impl Failure {
    /// The box is stopping, or the thread is gone.
    pub(super) fn stopped() -> Self {
        Self { kind: FailureKind::Stopped, detail: LedgerError::Stopped.to_string() }
    }
}

impl From<&LedgerError> for Failure {
    fn from(error: &LedgerError) -> Self {
        let full = matches!(error, LedgerError::Database { cause, .. }
            if cause.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull));
        let kind = if full { FailureKind::DiskFull } else { FailureKind::Storage };
        Self { kind, detail: error.to_string() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}
