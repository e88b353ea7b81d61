//! Names of people and free text, beside the log, so that they can be erased and the chain stays whole.
//!
//! An event's body holds a [`TextRef`]: the text's number and a salted hash. Erasing removes salt and
//! text; without the salt the hash says nothing, and `verify` goes on to pass. A person's name stands once
//! per stream, so that after erasure two mentions of one player are still one player.

use rusqlite::{Connection, OptionalExtension as _, params};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::schema::{count, int};
use crate::domain::Seq;

/// What an erased line reads back as; an erased person reads back as this with the text's number, so that
/// two erased persons remain two.
pub const ERASED: &str = "[erased]";

/// Where an event's body points for a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextRef {
    /// The text's number.
    #[serde(rename = "t")]
    pub id: u64,
    /// SHA-256 of salt and text, hex.
    #[serde(rename = "h")]
    pub hash: String,
}

/// What a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextKind {
    /// A name of a person or side.
    Person,
    /// A line somebody wrote.
    Line,
}

/// A text as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is there.
    Text {
        /// What the hash is salted with.
        salt: Vec<u8>,
        /// The text.
        value: String,
    },
    /// It was erased.
    Erased(TextKind),
}

impl Kept {
    /// What is shown.
    #[must_use]
    pub fn shown(self, id: u64) -> String {
        match self {
            Self::Text { value, .. } => value,
            Self::Erased(TextKind::Line) => ERASED.to_owned(),
            Self::Erased(TextKind::Person) => format!("[erased {id}]"),
        }
    }
}

/// What is to be erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Erase {
    /// Every mention of that name, in all games, and every line that is nothing but it.
    Name(String),
    /// All erasable text an event brought.
    Event(Seq),
}

/// The hash an event's body holds, hex.
#[must_use]
pub fn hash(salt: &[u8], value: &str) -> String {
    let mut hasher = Sha256::new();
    hasher.update(salt);
    hasher.update(value.as_bytes());
    hex(&hasher.finalize())
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes everything");
        text
    })
}

/// Keeps a text of event `seq` and says where.
pub(super) fn put(
    conn: &Connection,
    seq: Seq,
    stream: &str,
    kind: TextKind,
    value: &str,
) -> rusqlite::Result<TextRef> {
    let person = kind == TextKind::Person;
    if person {
        let known = conn
            .prepare_cached(
                "SELECT id, salt FROM text WHERE person = 1 AND stream = ?1 AND value = ?2 AND value IS NOT NULL",
            )?
            .query_row(params![stream, value], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?)))
            .optional()?;
        if let Some((id, salt)) = known {
            return Ok(TextRef { id: count(id), hash: hash(&salt, value) });
        }
    }
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).expect("the system gives random bytes");
    let id: i64 =
        conn.prepare_cached("SELECT ifnull(max(id), 0) + 1 FROM text")?.query_row([], |row| row.get(0))?;
    conn.prepare_cached(
        "INSERT INTO text (id, seq, stream, person, salt, value) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![id, int(seq), stream, person, salt, value])?;
    Ok(TextRef { id: count(id), hash: hash(&salt, value) })
}

/// Fetches a text; `None` when no such text was ever kept.
pub(super) fn get(conn: &Connection, id: u64) -> rusqlite::Result<Option<Kept>> {
    conn.prepare_cached("SELECT person, salt, value FROM text WHERE id = ?1")?
        .query_row([int(id)], |row| {
            let kind = if row.get(0)? { TextKind::Person } else { TextKind::Line };
            let (salt, value): (Option<Vec<u8>>, Option<String>) = (row.get(1)?, row.get(2)?);
            Ok(match (salt, value) {
                (Some(salt), Some(value)) => Kept::Text { salt, value },
                _ => Kept::Erased(kind),
            })
        })
        .optional()
}

/// Erases, and says how many texts are gone.
pub(super) fn erase(conn: &Connection, what: &Erase) -> rusqlite::Result<usize> {
    match what {
        Erase::Name(name) => {
            conn.execute("UPDATE text SET salt = NULL, value = NULL WHERE value = ?1", [name])
        }
        Erase::Event(seq) => conn.execute(
            "UPDATE text SET salt = NULL, value = NULL WHERE seq = ?1 AND value IS NOT NULL",
            [int(*seq)],
        ),
    }
}
