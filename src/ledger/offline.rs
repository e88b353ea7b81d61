//! Reading and copying a data folder from beside it, whether a box runs on it or not.

use std::fs::File;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::chain::{self, Verified};
use super::error::LedgerError;
use super::events::{self, Audience, LogQuery, SportCache};
use super::schema;
use crate::domain::event::Event;

/// Every event of the log, in order of `seq`. Blocks.
///
/// # Errors
/// No database there, or one that cannot be read.
pub fn events(dir: &Path) -> Result<Vec<Event>, LedgerError> {
    let conn = schema::open_reader(dir)?;
    let all = LogQuery { after: 0, limit: u64::MAX, stream: None, audience: Audience::Staff };
    events::select(&conn, &SportCache::default(), &all)
}

/// Copies the database into `file`, checks the copy's whole chain, and only then gives it its name. A box
/// that runs goes on meanwhile; the copy is of one moment. Blocks. Beside the database a file is left whose age is
/// that of the last copy, for the status page.
///
/// # Errors
/// A folder that cannot be read, a copy that cannot be written or does not hold; `file` is then as it was.
pub fn backup(dir: &Path, file: &Path) -> Result<Verified, LedgerError> {
    let made = PathBuf::from(format!("{}.part", file.display()));
    let failed = |cause: std::io::Error| LedgerError::Folder { path: file.to_owned(), cause };
    // What an earlier attempt left behind would stand in the way.
    match std::fs::remove_file(&made) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    let source = schema::open_reader(dir)?;
    source.pragma_update(None, "query_only", 0)?;
    source
        .execute("VACUUM INTO ?1", [made.to_string_lossy()])
        .map_err(|cause| LedgerError::Database { doing: "copy the database", cause })?;
    let copy = Connection::open(&made)?;
    let verified = chain::verify(&copy, 1, |_, _| {})?;
    drop(copy);
    File::open(&made).and_then(|copy| copy.sync_all()).map_err(failed)?;
    std::fs::rename(&made, file).map_err(failed)?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new("."))).and_then(|folder| folder.sync_all()).map_err(failed)?;
    // A folder that may only be read is copied all the same; it just does not know.
    let _ = std::fs::write(mark(dir), format!("{} events\n", verified.events));
    Ok(verified)
}

/// When this folder was last copied, in milliseconds since 1970; `None` when it was not, as far as it knows.
#[must_use]
pub fn last_backup(dir: &Path) -> Option<i64> {
    let written = std::fs::metadata(mark(dir)).ok()?.modified().ok()?;
    let since = written.duration_since(std::time::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_millis()).ok()
}

fn mark(dir: &Path) -> PathBuf {
    dir.join("touchline.backup")
}
