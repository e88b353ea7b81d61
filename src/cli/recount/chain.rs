//! Walks the raw log row by row and works each hash out again, from what the documented byte string says alone.
//!
//! `hash = SHA-256(prev_hash ‖ f(1) ‖ … ‖ f(n))`, `f(x)` being the length of `x` as four bytes, big end first, and
//! `x`; the fields are the text of `touchline event 1`, seq, stream, visibility, ord, boot, mono_ms, wall_ms,
//! wall_trusted, actor, command, version, body. Before the first event stand 32 zero bytes.
//!
//! Rows are never changed, so they are read in pages: a box that runs beside is not held up by a long read.

use std::collections::HashMap;

use rusqlite::{Connection, Row as SqlRow, params};
use sha2::{Digest as _, Sha256};

use crate::cli::error::CliError;

const PAGE: i64 = 2_000;

/// A row of the log, as it is stored.
pub(super) struct Row {
    pub(super) seq: i64,
    pub(super) stream: String,
    pub(super) boot: i64,
    pub(super) mono_ms: i64,
    pub(super) wall_ms: i64,
    pub(super) actor: String,
    pub(super) command: String,
    pub(super) version: i64,
    pub(super) body: String,
    pub(super) hash: Vec<u8>,
    visibility: String,
    order: Option<String>,
    wall_trusted: i64,
    prev_hash: Vec<u8>,
}

/// How far the log holds.
pub(super) struct Walked {
    /// Events that hold, from the first.
    pub(super) events: i64,
    /// The hash of the last of them, hexadecimal.
    pub(super) head: String,
    /// Why the next one does not, in words.
    pub(super) broken: Option<String>,
    /// The events that have the hashes which were looked for.
    pub(super) found: HashMap<String, i64>,
}

/// Gives each row that holds to `each`, up to the end of the log or the first that does not hold. `wanted` are
/// hashes in lower-case hexadecimal to be looked for on the way.
pub(super) fn walk(
    conn: &Connection,
    wanted: &[String],
    mut each: impl FnMut(&Row) -> Result<(), CliError>,
) -> Result<Walked, CliError> {
    let failed = |cause: rusqlite::Error| CliError::failed(format!("cannot read the log: {cause}"));
    let last: i64 =
        conn.query_row("SELECT ifnull(max(seq), 0) FROM event", [], |row| row.get(0)).map_err(failed)?;
    let mut page = conn
        .prepare(
            "SELECT seq, stream, visibility, ord, boot, mono_ms, wall_ms, wall_trusted, actor, command, version, body, \
             prev_hash, hash FROM event WHERE seq > ?1 AND seq <= ?2 ORDER BY seq LIMIT ?3",
        )
        .map_err(failed)?;
    let mut before = vec![0; 32];
    let mut walked = Walked { events: 0, head: hex(&before), broken: None, found: HashMap::new() };
    while walked.events < last {
        let rows: Vec<Row> = page
            .query_map(params![walked.events, last, PAGE], read)
            .and_then(Iterator::collect)
            .map_err(failed)?;
        if rows.is_empty() {
            walked.broken = Some(format!("event {} is missing", walked.events + 1));
            return Ok(walked);
        }
        for row in rows {
            if let Some(broken) = check(&row, walked.events, &before) {
                walked.broken = Some(broken);
                return Ok(walked);
            }
            each(&row)?;
            walked.events = row.seq;
            walked.head = hex(&row.hash);
            if wanted.contains(&walked.head) {
                walked.found.insert(walked.head.clone(), row.seq);
            }
            before = row.hash;
        }
    }
    Ok(walked)
}

fn read(row: &SqlRow<'_>) -> rusqlite::Result<Row> {
    Ok(Row {
        seq: row.get(0)?,
        stream: row.get(1)?,
        visibility: row.get(2)?,
        order: row.get(3)?,
        boot: row.get(4)?,
        mono_ms: row.get(5)?,
        wall_ms: row.get(6)?,
        wall_trusted: row.get(7)?,
        actor: row.get(8)?,
        command: row.get(9)?,
        version: row.get(10)?,
        body: row.get(11)?,
        prev_hash: row.get(12)?,
        hash: row.get(13)?,
    })
}

/// Why a row does not follow the event numbered `last`, whose hash is `before`.
fn check(row: &Row, last: i64, before: &[u8]) -> Option<String> {
    let seq = row.seq;
    if seq != last + 1 {
        return Some(format!("event {} is missing: after event {last} stands event {seq}", last + 1));
    }
    if row.prev_hash != before {
        return Some(format!(
            "event {seq} does not follow event {last}: it says that the hash before it is {}, which is {}",
            hex(&row.prev_hash),
            hex(before)
        ));
    }
    let counted = link(row);
    (row.hash != counted).then(|| {
        format!(
            "event {seq} was changed: its hash is stored as {}, its content has {}",
            hex(&row.hash),
            hex(&counted)
        )
    })
}

/// The hash a row should have after the one it names.
fn link(row: &Row) -> Vec<u8> {
    let fields = [
        "touchline event 1",
        &row.seq.to_string(),
        &row.stream,
        &row.visibility,
        row.order.as_deref().unwrap_or(""),
        &row.boot.to_string(),
        &row.mono_ms.to_string(),
        &row.wall_ms.to_string(),
        &row.wall_trusted.to_string(),
        &row.actor,
        &row.command,
        &row.version.to_string(),
        &row.body,
    ];
    let mut bytes = row.prev_hash.clone();
    for field in fields {
        let length = u32::try_from(field.len()).expect("SQLite holds no text of 4 GiB");
        bytes.extend(length.to_be_bytes());
        bytes.extend(field.as_bytes());
    }
    Sha256::digest(&bytes).to_vec()
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
