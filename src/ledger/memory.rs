//! The games in memory, and how a command is decided against them.
//!
//! Owned by the ledger thread ([`super::writer`]) and used inside its transactions alone. Whatever fails
//! here fails the whole batch, and the writer takes this back to the last commit.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use rusqlite::{OptionalExtension as _, Transaction, params};

use super::chain::Head;
use super::error::LedgerError;
use super::events::{self, Listed, SportCache};
use super::outcome::{Accepted, Decided, Outcome};
use super::schema::{count, int};
use crate::domain::clock::Stamp;
use crate::domain::command::{Actor, Command, CommandBody};
use crate::domain::decide;
use crate::domain::event::{Draft, Event, EventBody, GameSetup, Stream, Visibility};
use crate::domain::game::Game;
use crate::domain::{GameId, Rejection};
use crate::runtime::Time;

/// How often the box notes that it is on while a game clock runs.
pub(super) const ALIVE_EVERY_MS: u64 = 10_000;

/// How often old outcomes are looked for.
const PRUNE_EVERY_MS: u64 = 60 * 60 * 1_000;

/// How long a finished game stays among those folded at a start.
const OPEN_AFTER_END_MS: i64 = 24 * 60 * 60 * 1_000;

/// What the thread remembers besides the database; taken back to the last commit when one fails.
pub(super) struct Memory {
    pub(super) boot: u32,
    pub(super) time: Time,
    pub(super) sports: Arc<SportCache>,
    pub(super) games: HashMap<GameId, Game>,
    pub(super) running: BTreeSet<GameId>,
    pub(super) head: Head,
    pub(super) last_game: u64,
    pub(super) alive_ms: Option<u64>,
    pub(super) pruned_ms: Option<u64>,
}

/// What a batch has done so far.
#[derive(Default)]
pub(super) struct Done {
    pub(super) events: Vec<Arc<Event>>,
    pub(super) decided: Vec<Decided>,
    pub(super) touched: BTreeSet<GameId>,
    pub(super) refold: bool,
}

impl Memory {
    /// What the log says at start number `boot`, with no game folded yet.
    pub(super) fn new(
        tx: &Transaction<'_>,
        boot: u32,
        time: Time,
        sports: Arc<SportCache>,
    ) -> Result<Self, LedgerError> {
        Ok(Self {
            boot,
            time,
            sports,
            games: HashMap::new(),
            running: BTreeSet::new(),
            head: events::head(tx)?,
            last_game: count(tx.query_row("SELECT ifnull(max(id), 0) FROM game", [], |row| row.get(0))?),
            alive_ms: None,
            pruned_ms: None,
        })
    }

    pub(super) fn now(&self) -> Stamp {
        Stamp {
            boot: self.boot,
            mono_ms: self.time.now_ms(),
            wall_ms: self.time.wall_ms(),
            wall_trusted: self.time.wall_plausible(),
        }
    }

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

    /// Appends an event of another folder's log, which follows the last one here.
    pub(super) fn adopt(&mut self, tx: &Transaction<'_>, event: &Event) -> Result<(), LedgerError> {
        let Stream::Game(id) = event.stream else { return Ok(()) };
        let draft = Draft {
            stream: Some(event.stream),
            visibility: event.visibility,
            order: event.order.clone(),
            body: event.body.clone(),
        };
        let sender = (&event.actor, event.command.as_str(), &event.stamp);
        self.append(tx, id, vec![draft], sender, &mut Done::default())?;
        Ok(())
    }

    /// Whether the next mark that the box is on, or the end of old outcomes, waits to be written.
    pub(super) fn is_due(&self) -> bool {
        let now = self.now();
        self.is_mark_due(&now) || self.is_pruning_due(&now)
    }

    fn is_mark_due(&self, now: &Stamp) -> bool {
        !self.running.is_empty() && self.alive_ms.is_none_or(|last| now.mono_ms >= last + ALIVE_EVERY_MS)
    }

    fn is_pruning_due(&self, now: &Stamp) -> bool {
        now.wall_trusted && self.pruned_ms.is_none_or(|last| now.mono_ms >= last + PRUNE_EVERY_MS)
    }

    /// What is written now and then: the mark that the box is on, and the end of old outcomes.
    pub(super) fn housekeeping(&mut self, tx: &Transaction<'_>) -> Result<(), LedgerError> {
        let now = self.now();
        if self.running.is_empty() {
            self.alive_ms = None;
        } else if self.is_mark_due(&now) {
            tx.prepare_cached(
                "INSERT OR REPLACE INTO alive (only, boot, mono_ms, wall_ms, wall_trusted) VALUES (1, ?1, ?2, ?3, ?4)",
            )?
            .execute(params![now.boot, int(now.mono_ms), now.wall_ms, now.wall_trusted])?;
            self.alive_ms = Some(now.mono_ms);
        }
        if self.is_pruning_due(&now) {
            events::prune_outcomes(tx, now.wall_ms)?;
            self.pruned_ms = Some(now.mono_ms);
        }
        Ok(())
    }

    /// Decides one command and stores what comes of it.
    pub(super) fn command(
        &mut self,
        tx: &Transaction<'_>,
        command: &Command,
        fingerprint: &[u8; 32],
        done: &mut Done,
    ) -> Result<Outcome, LedgerError> {
        if let Some((first, outcome)) = events::outcome(tx, &command.actor.0, &command.id)? {
            return Ok(if first == *fingerprint {
                Outcome::Repeated(Box::new(outcome))
            } else {
                Outcome::Mismatch
            });
        }
        let outcome = match self.decide(tx, command)? {
            Ok((game, drafts)) => {
                let sender = (&command.actor, command.id.as_str(), &command.stamp);
                let seqs = self.append(tx, game, drafts, sender, done)?;
                Outcome::Accepted(Accepted { seqs, game: Some(game) })
            }
            Err(rejection) => Outcome::Rejected(rejection),
        };
        let wall_ms = command.stamp.wall_trusted.then_some(command.stamp.wall_ms);
        events::keep_outcome(tx, (&command.actor.0, &command.id), fingerprint, &outcome, wall_ms)?;
        done.decided.push(Decided {
            id: command.id.clone(),
            actor: command.actor.clone(),
            outcome: outcome.clone(),
        });
        Ok(outcome)
    }

    /// The events a command makes, and of which game.
    fn decide(
        &mut self,
        tx: &Transaction<'_>,
        command: &Command,
    ) -> Result<Result<(GameId, Vec<Draft>), Rejection>, LedgerError> {
        let (id, decided) = match &command.body {
            CommandBody::CreateGame(new) => {
                let id = GameId(self.last_game + 1);
                let drafts = decide::create((**new).clone()).map(|game| {
                    let body = EventBody::GameCreated(Box::new(GameSetup { id, game }));
                    vec![Draft { stream: None, visibility: Visibility::Public, order: None, body }]
                });
                (id, drafts)
            }
            CommandBody::ChangeGame { game, change } => {
                (*game, self.game(tx, *game)?.and_then(|game| decide::change(game, change)))
            }
            CommandBody::WithdrawGame { game, reason } => {
                (*game, self.game(tx, *game)?.and_then(|game| decide::withdraw(game, reason.as_deref())))
            }
            CommandBody::Play { game, expect_seq, play } => (
                *game,
                self.game(tx, *game)?.and_then(|game| decide::play(game, play, *expect_seq, &command.stamp)),
            ),
        };
        Ok(decided.map(|drafts| (id, drafts)))
    }

    /// A game to decide with, folded from the log when it is not in memory.
    fn game(&mut self, tx: &Transaction<'_>, id: GameId) -> Result<Result<&Game, Rejection>, LedgerError> {
        if !self.games.contains_key(&id) {
            match events::game(tx, &self.sports, id)? {
                Some(game) => {
                    self.watch_clock(&game);
                    self.games.insert(id, game);
                }
                None => {
                    return Ok(Err(Rejection::missing("unknown-game", format!("There is no game {id}."))));
                }
            }
        }
        Ok(Ok(&self.games[&id]))
    }

    fn watch_clock(&mut self, game: &Game) {
        if game.state().clock.running && game.withdrawn.is_none() {
            self.running.insert(game.id);
        } else {
            self.running.remove(&game.id);
        }
    }

    /// Numbers, stores and applies the events of one command.
    fn append(
        &mut self,
        tx: &Transaction<'_>,
        id: GameId,
        drafts: Vec<Draft>,
        (actor, command, stamp): (&Actor, &str, &Stamp),
        done: &mut Done,
    ) -> Result<Vec<u64>, LedgerError> {
        let mut game = self.games.remove(&id);
        // From here on the game in memory may be ahead of the database.
        done.touched.insert(id);
        let before = game.as_ref().map(listed);
        let mut seqs = Vec::with_capacity(drafts.len());
        for draft in drafts {
            let event = Event {
                seq: self.head.seq + 1,
                stream: draft.stream.unwrap_or(Stream::Game(id)),
                visibility: draft.visibility,
                order: draft.order,
                stamp: *stamp,
                actor: actor.clone(),
                command: command.to_owned(),
                body: draft.body,
            };
            self.head = events::append(tx, &self.sports, &self.head, &event)?;
            events::fold(&mut game, &event);
            seqs.push(event.seq);
            done.events.push(Arc::new(event));
        }
        let Some(game) = game else { return Ok(seqs) };
        let mut after = listed(&game);
        if before != Some(after) {
            if after.closed_ms.is_some_and(|at| at != 0) {
                after.closed_ms = Some(stamp.wall_ms);
            }
            events::list(tx, &after)?;
        }
        self.last_game = self.last_game.max(id.0);
        self.watch_clock(&game);
        self.games.insert(id, game);
        Ok(seqs)
    }
}

/// What the summary table says of a game; when it ended is filled in by the caller who knows.
fn listed(game: &Game) -> Listed {
    let closed_ms = match (&game.withdrawn, game.state().state.is_over()) {
        (Some(_), _) => Some(0),
        (None, true) => Some(i64::MAX),
        (None, false) => None,
    };
    Listed { id: game.id, starts_at: game.setup.starts_at, closed_ms }
}
