//! The database file: its lock, its settings (set and checked) and its migrations.
//!
//! Called by [`super::Ledger::open`] for the box and by the command line for the ordinary tables alone.
//! Invariants: one process holds the lock; a schema this build does not know is never touched; each
//! migration is one transaction, so that a power cut leaves the old schema or the new, never half.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{Read as _, Seek as _, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::error::LedgerError;

/// "tchl": what `file` and other programs see.
const APPLICATION_ID: i64 = 0x7463_686c;

const MIGRATIONS: [&str; 2] =
    [include_str!("../../data/migrations/0001.sql"), include_str!("../../data/migrations/0002.sql")];

/// The schema this build reads and writes.
pub const VERSION: i64 = MIGRATIONS.len() as i64;

/// How long a connection waits while another commits.
pub(super) const BUSY: Duration = Duration::from_secs(5);

/// The database in a data folder.
#[must_use]
pub fn database(dir: &Path) -> PathBuf {
    dir.join("touchline.db")
}

/// The right to be the one writer of a data folder; given up when dropped, also by the death of the process.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock, making the folder if it is not there.
    pub(super) fn take(dir: &Path) -> Result<Self, LedgerError> {
        make_folder(dir)?;
        let path = dir.join("touchline.lock");
        let failed = |cause| LedgerError::Folder { path: path.clone(), cause };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _ = file.read_to_string(&mut holder);
                return Err(LedgerError::Locked { path, holder: holder.trim().parse().ok() });
            }
            Err(std::fs::TryLockError::Error(cause)) => return Err(failed(cause)),
        }
        file.set_len(0).map_err(failed)?;
        file.rewind().map_err(failed)?;
        writeln!(file, "{}", std::process::id()).map_err(failed)?;
        Ok(Self { _file: file })
    }
}

/// A writing connection with the schema in place. For the box under its `Lock`; for the command line
/// beside it, where it must touch the ordinary tables alone.
///
/// # Errors
/// A folder or file that cannot be used, a foreign or newer database, a setting that does not take.
pub fn open_writer(dir: &Path) -> Result<Connection, LedgerError> {
    make_folder(dir)?;
    let path = database(dir);
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut conn = Connection::open_with_flags(&path, flags)
        .map_err(|cause| LedgerError::Database { doing: "open the database", cause })?;
    conn.busy_timeout(BUSY)?;
    check_owner(&conn, &path)?;
    set(&conn, "journal_mode", "wal")?;
    set(&conn, "synchronous", "2")?;
    // The ledger thread moves pages into the database in a quiet moment; beyond 64 MiB it no longer waits for one.
    set(&conn, "wal_autocheckpoint", "16384")?;
    set(&conn, "journal_size_limit", "4194304")?;
    set(&conn, "secure_delete", "1")?;
    set(&conn, "temp_store", "2")?;
    harden(&conn)?;
    migrate(&mut conn)?;
    Ok(conn)
}

/// A reading connection to a database whose schema is known: that of a data folder, or a file by itself, as a backup is.
///
/// # Errors
/// As [`open_writer`]; also when there is no database.
pub fn open_reader(at: &Path) -> Result<Connection, LedgerError> {
    let path = if at.is_file() { at.to_owned() } else { database(at) };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(&path, flags)
        .map_err(|cause| LedgerError::Database { doing: "open the database for reading", cause })?;
    conn.busy_timeout(BUSY)?;
    check_owner(&conn, &path)?;
    set(&conn, "query_only", "1")?;
    harden(&conn)?;
    Ok(conn)
}

/// Makes the folder where there is none, for this user alone: it will hold password hashes and the box's key.
fn make_folder(dir: &Path) -> Result<(), LedgerError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(dir);
    made.map_err(|cause| LedgerError::Folder { path: dir.to_owned(), cause })
}

/// What protects against a file that was tampered with, on every connection.
fn harden(conn: &Connection) -> Result<(), LedgerError> {
    set(conn, "foreign_keys", "1")?;
    set(conn, "trusted_schema", "0")?;
    set(conn, "cell_size_check", "1")?;
    conn.set_prepared_statement_cache_capacity(64);
    for (setting, name) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, "defensive mode"),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, "triggers"),
    ] {
        if !conn.set_db_config(setting, true)? {
            return Err(LedgerError::Setting { name, wanted: "on".into(), found: "off".into() });
        }
    }
    // Not compiled into every SQLite: 0 is wanted, and no answer means that there is nothing to turn off.
    let mapped: Option<i64> = conn.pragma_update_and_check(None, "mmap_size", 0, |row| row.get(0)).ok();
    match mapped {
        None | Some(0) => Ok(()),
        Some(found) => {
            Err(LedgerError::Setting { name: "mmap_size", wanted: "0".into(), found: found.to_string() })
        }
    }
}

/// Sets a pragma and reads it back: SQLite ignores what it cannot do.
fn set(conn: &Connection, name: &'static str, wanted: &str) -> Result<(), LedgerError> {
    let failed = |cause| LedgerError::Database { doing: "set up the database", cause };
    // Some pragmas answer with the new value, some with nothing.
    let mut statement = conn.prepare(&format!("PRAGMA {name} = {wanted}")).map_err(failed)?;
    let mut rows = statement.query([]).map_err(failed)?;
    while rows.next().map_err(failed)?.is_some() {}
    let found =
        conn.pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0)).map_err(failed)?;
    let found = match found {
        rusqlite::types::Value::Integer(number) => number.to_string(),
        rusqlite::types::Value::Text(text) => text,
        other => format!("{other:?}"),
    };
    if found == wanted {
        Ok(())
    } else {
        Err(LedgerError::Setting { name, wanted: wanted.to_owned(), found })
    }
}

/// A number as SQLite holds it. Nothing counted here comes near the end; a number from outside that does
/// is as good as the greatest.
#[must_use]
pub fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A number as this program counts it; a negative one was never written here.
#[must_use]
pub fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

fn number(conn: &Connection, pragma: &str) -> Result<i64, LedgerError> {
    conn.pragma_query_value(None, pragma, |row| row.get(0))
        .map_err(|cause| LedgerError::Database { doing: "read the database's header", cause })
}

/// Refuses, without having changed anything, a file that is not ours or is from the future.
fn check_owner(conn: &Connection, path: &Path) -> Result<(), LedgerError> {
    let id = number(conn, "application_id")?;
    let version = number(conn, "user_version")?;
    let tables: i64 = conn
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(|cause| LedgerError::Database { doing: "read the database's schema", cause })?;
    let empty = id == 0 && version == 0 && tables == 0;
    if !empty && id != APPLICATION_ID {
        return Err(LedgerError::Foreign { path: path.to_owned() });
    }
    if version > VERSION {
        return Err(LedgerError::Newer { found: version, known: VERSION });
    }
    Ok(())
}

fn migrate(conn: &mut Connection) -> Result<(), LedgerError> {
    let failed = |cause| LedgerError::Database { doing: "bring the database to the present schema", cause };
    loop {
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        // Read inside the transaction: the command line may be doing the same at this moment.
        let version = number(&tx, "user_version")?;
        let next = usize::try_from(version).ok().and_then(|version| MIGRATIONS.get(version));
        let Some(step) = next else { return Ok(()) };
        tx.execute_batch(step).map_err(failed)?;
        tx.pragma_update(None, "application_id", APPLICATION_ID).map_err(failed)?;
        tx.pragma_update(None, "user_version", version + 1).map_err(failed)?;
        tx.commit().map_err(failed)?;
    }
}
