//! What the ledger thread does at a start: folds what is open, and lets the clocks that ran go on.

use rusqlite::{OptionalExtension as _, Transaction};

use super::error::LedgerError;
use super::events;
use super::memory::{Done, Memory};
use super::schema::count;
use crate::domain::GameId;
use crate::domain::clock::Stamp;
use crate::domain::command::Actor;
use crate::domain::decide;

/// How long a finished game stays among those folded at a start.
const OPEN_AFTER_END_MS: i64 = 24 * 60 * 60 * 1_000;

impl Memory {
    /// Folds every game that is open, or ended within a day.
    pub(super) fn fold_open(&mut self, tx: &Transaction<'_>, now: &Stamp) -> Result<(), LedgerError> {
        for listed in events::games(tx)? {
            let open = listed.closed_ms.is_none_or(|at| at > 0 && at > now.wall_ms - OPEN_AFTER_END_MS);
            if open && let Some(game) = events::game(tx, &self.sports, listed.id)? {
                self.games.insert(listed.id, game);
            }
        }
        Ok(())
    }

    /// Lets the clocks that ran when the box went off go on, and says how long it was off.
    pub(super) fn resume_clocks(&mut self, tx: &Transaction<'_>, now: &Stamp) -> Result<(), LedgerError> {
        let alive = tx
            .query_row("SELECT boot, mono_ms, wall_ms, wall_trusted FROM alive", [], |row| {
                Ok(Stamp {
                    boot: row.get(0)?,
                    mono_ms: count(row.get(1)?),
                    wall_ms: row.get(2)?,
                    wall_trusted: row.get(3)?,
                })
            })
            .optional()?;
        let mut ran: Vec<GameId> =
            self.games.values().filter(|game| game.state().clock.running).map(|game| game.id).collect();
        ran.sort();
        let mut done = Done::default();
        for id in ran {
            let game = &self.games[&id];
            // An entry may be younger than the last mark.
            let last = [alive, game.last_entry]
                .into_iter()
                .flatten()
                .max_by_key(|stamp| (stamp.boot, stamp.mono_ms));
            let gap_ms = last
                .filter(|last| last.wall_trusted && now.wall_trusted)
                .and_then(|last| u64::try_from(now.wall_ms - last.wall_ms).ok());
            let drafts = decide::resume_clock(game, last.as_ref(), now, gap_ms);
            let actor = Actor("box".to_owned());
            let command = format!("boot-{}", self.boot);
            self.append(tx, id, drafts, (&actor, &command, now), &mut done)?;
        }
        Ok(())
    }
}
