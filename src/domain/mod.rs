//! The rules of games and votes: pure, without I/O, clock or public shapes.
//!
//! A command is decided against a [`game::Game`] and becomes events; a game is the fold of its events in
//! order ([`order`]), never in order of arrival. [`decide`] may refuse, [`apply`] may not fail. Time, ids
//! and randomness are arguments, so that replay equals live.

pub mod apply;
mod check;
pub mod clock;
pub mod command;
pub mod decide;
pub mod event;
mod fold;
pub mod game;
mod links;
pub mod order;
mod place;
pub mod poll;
mod score;
pub mod scorer;
pub mod scoring;
pub mod sport;
mod state;
mod trial;
pub mod venue;

use std::fmt;

/// An event's number in the ledger, for ever. The first is 1.
pub type Seq = u64;

/// A game's number on this box, for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GameId(pub u64);

impl fmt::Display for GameId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Why the rules refuse a command: normal, expected, and told to the person in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// Stable for ever; the last part of the problem's `type`.
    pub code: &'static str,
    /// Whether the game stands elsewhere than the sender thought, or the command is wrong in itself.
    pub kind: RejectionKind,
    /// A sentence: what was refused and why, and where possible what to do.
    pub detail: String,
    /// The event that stands in the way, when there is one.
    pub seq: Option<Seq>,
}

/// The two families of refusals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RejectionKind {
    /// The game's present state does not allow it; HTTP 409.
    Conflict,
    /// The command can never be right as it stands; HTTP 422.
    Invalid,
    /// What it names does not exist; HTTP 404.
    Missing,
    /// It is right, and not the sender's to do; HTTP 403.
    Forbidden,
}

impl Rejection {
    /// The game's present state does not allow it.
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code, kind: RejectionKind::Conflict, detail: detail.into(), seq: None }
    }

    /// The command can never be right as it stands.
    pub fn invalid(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code, kind: RejectionKind::Invalid, detail: detail.into(), seq: None }
    }

    /// What the command names does not exist.
    pub fn missing(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code, kind: RejectionKind::Missing, detail: detail.into(), seq: None }
    }

    /// The command is right, and not the sender's to do.
    pub fn forbidden(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code, kind: RejectionKind::Forbidden, detail: detail.into(), seq: None }
    }

    /// Names the event that stands in the way.
    #[must_use]
    pub fn at(mut self, seq: Seq) -> Self {
        self.seq = Some(seq);
        self
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}
