//! Which games and pitches a commentator is limited to, as the ordinary table `assignment` keeps it.
//!
//! Called by the users' SQL and by who changes them. The ledger judges by the [`Scope`] made of it; organisers are
//! never limited.

use std::collections::BTreeSet;

use rusqlite::{Connection, params};

use super::change::UserError;
use super::store::{User, UserId};
use crate::domain::GameId;
use crate::ledger::role::{Role, Scope};

/// The most games, and the most pitches, somebody may be limited to.
const MOST: usize = 200;

/// The longest name of a pitch, in characters.
const LONGEST_PITCH: usize = 120;

/// Games and pitches; with neither, all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Games by number.
    pub games: BTreeSet<u64>,
    /// Pitches by name; every game on them.
    pub pitches: BTreeSet<String>,
}

impl Limits {
    /// Whether there is no limit.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.games.is_empty() && self.pitches.is_empty()
    }
}

/// The scope of somebody in that role.
pub(super) fn scope(role: Role, limits: &Limits) -> Scope {
    if role == Role::Organiser || limits.is_all() {
        return Scope::All;
    }
    Scope::Only {
        games: limits.games.iter().copied().map(GameId).collect(),
        pitches: limits.pitches.iter().cloned().collect(),
    }
}

/// Fills in the limits of users.
pub(super) fn fill(conn: &Connection, users: &mut [User]) -> rusqlite::Result<()> {
    let mut statement = conn.prepare_cached("SELECT user, kind, value FROM assignment")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (id, kind, value) = (UserId(row.get(0)?), row.get::<_, String>(1)?, row.get::<_, String>(2)?);
        let Some(user) = users.iter_mut().find(|user| user.id == id) else { continue };
        match (kind.as_str(), value.parse()) {
            ("game", Ok(game)) => drop(user.limits.games.insert(game)),
            ("pitch", _) => drop(user.limits.pitches.insert(value)),
            _ => {}
        }
    }
    Ok(())
}

/// Puts these limits in place of the former.
pub(super) fn set(conn: &Connection, user: UserId, limits: &Limits) -> Result<(), UserError> {
    let plain = |pitch: &String| {
        let length = pitch.trim().chars().count();
        length > 0 && length <= LONGEST_PITCH && !pitch.chars().any(char::is_control)
    };
    if limits.games.len() > MOST || limits.pitches.len() > MOST || !limits.pitches.iter().all(plain) {
        return Err(UserError::Limits);
    }
    conn.execute("DELETE FROM assignment WHERE user = ?1", [user.0])?;
    let games = limits.games.iter().map(|game| ("game", game.to_string()));
    let pitches = limits.pitches.iter().map(|pitch| ("pitch", pitch.trim().to_owned()));
    let mut insert =
        conn.prepare_cached("INSERT OR IGNORE INTO assignment (user, kind, value) VALUES (?1, ?2, ?3)")?;
    for (kind, value) in games.chain(pitches) {
        insert.execute(params![user.0, kind, value])?;
    }
    Ok(())
}
