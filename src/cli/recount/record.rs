//! What the log says of votes, as its stored JSON: read here for the second time, apart from the ledger's own reading.
//!
//! Anything that is not exactly of this form is a disagreement, never a guess. Names and questions stand beside the
//! log with a salted hash in it, so that they can be erased; a name that was swapped would swap the winner, so each is
//! held against its hash.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension as _};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::chain::hex;

/// The version of the stored form that is read here.
pub(super) const VERSION: i64 = 1;

/// What happened to a poll.
#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Entry {
    PollCreated {
        id: u64,
        poll: Setup,
    },
    PollOpened {},
    PollClosed {
        turnout: u64,
        #[serde(default)]
        refused: BTreeMap<String, u64>,
        lot: String,
    },
    PollRevealed {
        counts: Vec<(u32, u64)>,
    },
    PollWithdrawn {
        #[serde(default, rename = "reason")]
        _reason: Option<Words>,
    },
    TicketsIssued {
        voters: Vec<String>,
    },
    BallotCast {
        voter: String,
        choice: Vec<u32>,
        nonce: String,
    },
}

/// A poll as it was made.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Setup {
    pub(super) question: Words,
    pub(super) method: Method,
    #[serde(default)]
    pub(super) options: Vec<Words>,
    #[serde(default, rename = "game")]
    _game: Option<u64>,
    pub(super) access: Access,
    pub(super) secret: bool,
    pub(super) changeable: bool,
    pub(super) tie: Tie,
    #[serde(default, rename = "opens_at")]
    _opens_at: Option<i64>,
    #[serde(default)]
    pub(super) closes_at: Option<i64>,
    #[serde(default)]
    pub(super) open_for_ms: Option<i64>,
}

/// A text, or where it is kept.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Words {
    Plain(String),
    Kept(Kept),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kept {
    t: i64,
    h: String,
}

/// How a ballot is filled in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Method {
    Single,
    Multiple(u32),
    Points(Vec<u32>),
    Rating(u32),
}

impl Method {
    /// The word of the API.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::Multiple(_) => "multiple",
            Self::Points(_) => "points",
            Self::Rating(_) => "rating",
        }
    }
}

/// Who may vote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Access {
    Open,
    Ticket,
}

impl Access {
    /// The word of the API.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Ticket => "ticket",
        }
    }
}

/// How equal counts are ranked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Tie {
    Shared,
    MostVoters,
    Lot,
}

impl Words {
    /// What it reads as, or why that is not what the log says it was.
    pub(super) fn read(&self, conn: &Connection) -> Result<String, String> {
        let Kept { t, h } = match self {
            Self::Plain(text) => return Ok(text.clone()),
            Self::Kept(kept) => kept,
        };
        let found: Option<(Option<Vec<u8>>, Option<String>)> = conn
            .query_row("SELECT salt, value FROM text WHERE id = ?1", [t], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()
            .map_err(|cause| format!("text {t} cannot be read: {cause}"))?;
        match found {
            None => Err(format!("text {t} is missing")),
            Some((Some(salt), Some(text))) => {
                let counted = hex(&Sha256::new().chain_update(salt).chain_update(&text).finalize());
                if counted == *h {
                    Ok(text)
                } else {
                    Err(format!(
                        "text {t} was changed: it is stored as “{text}”, which is not what its hash is of"
                    ))
                }
            }
            Some(_) => Ok(format!("[erased {t}]")),
        }
    }
}

/// The bytes of 32 lower-case hexadecimal digits.
pub(super) fn sixteen(text: &str) -> Option<[u8; 16]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let digits: Vec<u8> = text.bytes().map(digit).collect::<Option<_>>()?;
    let bytes: Vec<u8> = digits.chunks_exact(2).map(|pair| pair[0] * 16 + pair[1]).collect();
    if digits.len() == 32 { bytes.try_into().ok() } else { None }
}
