//! The chain: each event carries the hash of the one before, so that a changed or missing event shows.
//!
//! `hash = SHA-256(prev_hash ‖ f(1) ‖ … ‖ f(n))`, where `f(x)` is the length of `x` in bytes as a 32-bit
//! big-endian number followed by `x`, and the fields are the UTF-8 text of, in this order: `touchline
//! event 1`, seq, stream, visibility, ord (empty where absent), boot, mono_ms, wall_ms, wall_trusted (0 or
//! 1), actor, command, version, body. Numbers are decimal. Before the first event stand 32 zero bytes.
//! The body holds a salted hash in the place of each text that can be erased ([`super::text`]).

use rusqlite::Connection;
use sha2::{Digest as _, Sha256};

use super::codec::{Row, text_refs};
use super::error::LedgerError;
use super::events::{Link, links};
use super::schema::{count, int};
use super::text;
use crate::domain::Seq;

/// The hash of an event.
pub type Hash = [u8; 32];

/// What stands before the first event.
pub const GENESIS: Hash = [0; 32];

/// How many links are checked each time the log is opened.
pub(super) const CHECKED_AT_OPEN: u64 = 1_000;

/// The end of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The last event, 0 in an empty log.
    pub seq: Seq,
    /// Its hash.
    pub hash: Hash,
}

/// What a check found to be whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Events checked.
    pub events: u64,
    /// Mentions of texts among them that were erased.
    pub erased: u64,
    /// Where the log ends.
    pub head: Head,
}

/// The hash of `row` after `prev`.
#[must_use]
pub fn hash(prev: &Hash, row: &Row) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(prev);
    let mut field = |text: &str| {
        let length = u32::try_from(text.len()).expect("a field of an event is far below 4 GiB");
        hasher.update(length.to_be_bytes());
        hasher.update(text.as_bytes());
    };
    field("touchline event 1");
    field(&row.seq.to_string());
    field(&row.stream);
    field(&row.visibility);
    field(row.order.as_deref().unwrap_or_default());
    field(&row.stamp.boot.to_string());
    field(&row.stamp.mono_ms.to_string());
    field(&row.stamp.wall_ms.to_string());
    field(if row.stamp.wall_trusted { "1" } else { "0" });
    field(&row.actor);
    field(&row.command);
    field(&row.version.to_string());
    field(&row.body);
    hasher.finalize().into()
}

/// Checks the chain from event `from` (1 for all) to its end: numbers without a gap, each link, each text
/// that was not erased, each frozen sport file. `progress` is told how many are done, and of how many.
///
/// # Errors
/// [`LedgerError::Damaged`] names the first event that does not hold.
pub fn verify(
    conn: &Connection,
    from: Seq,
    mut progress: impl FnMut(u64, u64),
) -> Result<Verified, LedgerError> {
    const STEP: u64 = 1_000;
    let last: i64 = conn.query_row("SELECT ifnull(max(seq), 0) FROM event", [], |row| row.get(0))?;
    let (from, last) = (from.max(1), count(last));
    let total = (last + 1).saturating_sub(from);
    let mut head = Head { seq: from - 1, hash: GENESIS };
    if from > 1 && total > 0 {
        head.hash = conn
            .query_row("SELECT hash FROM event WHERE seq = ?1", [int(from - 1)], |row| row.get(0))
            .map_err(|_| damaged(from, "the event before it is missing or has no hash"))?;
    }
    let mut verified = Verified { events: 0, erased: 0, head };
    while verified.head.seq < last {
        let step = links(conn, verified.head.seq, STEP)?;
        if step.is_empty() {
            return Err(damaged(verified.head.seq + 1, "it is missing"));
        }
        for Link { row, prev_hash, hash: stored } in step {
            if row.seq != verified.head.seq + 1 {
                return Err(damaged(verified.head.seq + 1, "it is missing"));
            }
            if prev_hash != verified.head.hash {
                return Err(damaged(row.seq, "it does not follow the event before it"));
            }
            if hash(&prev_hash, &row) != stored {
                return Err(damaged(row.seq, "its content does not match its hash"));
            }
            verified.erased += check_texts(conn, &row)?;
            verified.events += 1;
            verified.head = Head { seq: row.seq, hash: stored };
        }
        progress(verified.events, total);
    }
    check_sports(conn)?;
    Ok(verified)
}

/// Checks the texts of one event and counts those erased.
fn check_texts(conn: &Connection, row: &Row) -> Result<u64, LedgerError> {
    let refs = text_refs(&row.body).map_err(|_| damaged(row.seq, "its body is not JSON"))?;
    let mut erased = 0;
    for wanted in refs {
        match text::get(conn, wanted.id)? {
            None => return Err(damaged(row.seq, "a text of it is missing")),
            Some(text::Kept::Erased(_)) => erased += 1,
            Some(text::Kept::Text { salt, value }) => {
                if text::hash(&salt, &value) != wanted.hash {
                    return Err(damaged(row.seq, "a text of it does not match its hash"));
                }
            }
        }
    }
    Ok(erased)
}

fn check_sports(conn: &Connection) -> Result<(), LedgerError> {
    let mut statement = conn.prepare("SELECT hash, id, source FROM sport")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (hash, id, source): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if text::hex(&Sha256::digest(source.as_bytes())) != hash {
            let what = format!("the frozen sport file {id} does not match its hash");
            return Err(LedgerError::Damaged { seq: 0, what });
        }
    }
    Ok(())
}

fn damaged(seq: Seq, what: &str) -> LedgerError {
    LedgerError::Damaged { seq, what: what.to_owned() }
}
