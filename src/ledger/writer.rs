//! The ledger thread: decides commands, commits them in batches, then answers, then tells the pump.
//!
//! It owns the one writing connection and the games in memory. Invariants: nothing is answered or shown
//! before it is durable; after a failed commit nothing of the batch remains in memory; events leave in the
//! order of their numbers. A panic here aborts the process: a thread that died silently would leave a box
//! that shows scores and takes none, and systemd starts it afresh from the log.

use std::collections::{BTreeSet, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use async_channel::Receiver;
use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};

use super::chain::Head;
use super::error::{Failure, LedgerError};
use super::events::{self, Listed, SportCache};
use super::outcome::{Accepted, Batch, Decided, Outcome};
use super::schema::{Lock, count, int};
use super::work::{self, After, Job};
use super::{Opened, Shared};
use crate::domain::clock::Stamp;
use crate::domain::command::{Actor, Command, CommandBody};
use crate::domain::decide;
use crate::domain::event::{Draft, Event, EventBody, GameSetup, State, Stream, Visibility};
use crate::domain::game::Game;
use crate::domain::{GameId, Rejection};
use crate::runtime::{self, Time};

/// Commands and writes that go into one transaction at most.
const BATCH: usize = 256;

/// How often the box notes that it is on while a game clock runs.
const ALIVE_EVERY: Duration = Duration::from_secs(10);

/// How often old outcomes are looked for.
const PRUNE_EVERY_MS: u64 = 60 * 60 * 1_000;

/// How long a finished game stays among those folded at a start.
const OPEN_AFTER_END_MS: i64 = 24 * 60 * 60 * 1_000;

/// The thread's own things.
pub(super) struct Writer {
    conn: Connection,
    state: Memory,
    inbox: Receiver<Job>,
    shared: Arc<Shared>,
    // Held for its drop: the next process may open the folder when this thread is gone.
    _lock: Lock,
}

/// What the thread remembers besides the database; taken back to the last commit when one fails.
struct Memory {
    boot: u32,
    time: Time,
    sports: Arc<SportCache>,
    games: HashMap<GameId, Game>,
    running: BTreeSet<GameId>,
    head: Head,
    last_game: u64,
    alive_ms: Option<u64>,
    pruned_ms: Option<u64>,
}

/// What a batch has done so far.
#[derive(Default)]
struct Done {
    events: Vec<Arc<Event>>,
    decided: Vec<Decided>,
    touched: BTreeSet<GameId>,
    refold: bool,
}

impl Writer {
    /// Folds the open games, notes this start, and resumes the clocks that ran.
    pub(super) fn open(
        mut conn: Connection,
        lock: Lock,
        sports: Arc<SportCache>,
        time: Time,
        inbox: Receiver<Job>,
        shared: Arc<Shared>,
    ) -> Result<(Self, Opened), LedgerError> {
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let boot: u32 = tx.query_row("SELECT ifnull(max(number), 0) + 1 FROM boot", [], |row| row.get(0))?;
        let mut state = Memory {
            boot,
            time,
            sports,
            games: HashMap::new(),
            running: BTreeSet::new(),
            head: events::head(&tx)?,
            last_game: count(tx.query_row("SELECT ifnull(max(id), 0) FROM game", [], |row| row.get(0))?),
            alive_ms: None,
            pruned_ms: None,
        };
        let now = state.now();
        tx.execute(
            "INSERT INTO boot (number, wall_ms, wall_trusted, build) VALUES (?1, ?2, ?3, ?4)",
            params![boot, now.wall_ms, now.wall_trusted, env!("CARGO_PKG_VERSION")],
        )?;
        state.fold_open(&tx, &now)?;
        state.resume_clocks(&tx, &now)?;
        state.housekeeping(&tx)?;
        tx.commit().map_err(|cause| LedgerError::Database { doing: "note this start", cause })?;
        let mut games: Vec<Game> = state.games.values().cloned().collect();
        games.sort_by_key(|game| game.id);
        let opened = Opened { boot, head: state.head, games };
        Ok((Self { conn, state, inbox, shared, _lock: lock }, opened))
    }

    /// Works until the inbox is closed and empty, then leaves the database tidy.
    pub(super) fn run(mut self) {
        let worked = catch_unwind(AssertUnwindSafe(|| {
            while let Some(jobs) = self.collect() {
                self.batch(jobs);
            }
            self.shared.close_subscribers();
            if let Err(error) = self.checkpoint() {
                log::warn!("cannot tidy the database at the end: {error}; the next start will");
            }
        }));
        if worked.is_err() {
            log::error!("the ledger panicked; stopping so that the box can be started afresh");
            std::process::abort();
        }
    }

    /// What waits in the inbox, at least one job unless it is time for an alive mark; `None` at the end.
    fn collect(&self) -> Option<Vec<Job>> {
        let first = if self.state.running.is_empty() {
            self.inbox.recv_blocking().ok()?
        } else {
            match runtime::block_on(runtime::timeout(ALIVE_EVERY, self.inbox.recv())) {
                None => return Some(Vec::new()),
                Some(job) => job.ok()?,
            }
        };
        let mut jobs = vec![first];
        while jobs.len() < BATCH
            && let Ok(job) = self.inbox.try_recv()
        {
            jobs.push(job);
        }
        Some(jobs)
    }

    /// One transaction: all of it becomes durable, or none.
    fn batch(&mut self, mut jobs: Vec<Job>) {
        let (head, last_game) = (self.state.head, self.state.last_game);
        let (alive_ms, pruned_ms) = (self.state.alive_ms, self.state.pruned_ms);
        let running = self.state.running.clone();
        let mut done = Done::default();
        match self.try_batch(&mut jobs, &mut done) {
            Ok(outcomes) => {
                self.shared.commits.fetch_add(1, Ordering::Relaxed);
                answer(&self.shared, jobs, outcomes, &Ok(()));
                if done.refold {
                    self.state.games.clear();
                    if let Err(error) = self.checkpoint() {
                        log::warn!("erased text may still stand in the database's log file: {error}");
                    }
                }
                if !done.decided.is_empty() {
                    let Done { events, decided, .. } = done;
                    self.shared.publish(&Arc::new(Batch { events, decided }));
                }
            }
            Err(error) => {
                log::error!("{} waiting changes were not stored: {error}", jobs.len());
                self.state.head = head;
                self.state.last_game = last_game;
                self.state.alive_ms = alive_ms;
                self.state.pruned_ms = pruned_ms;
                self.state.running = running;
                for game in &done.touched {
                    // Folded again from the database when next needed.
                    self.state.games.remove(game);
                }
                answer(&self.shared, jobs, Vec::new(), &Err(Failure::from(&error)));
            }
        }
    }

    fn try_batch(&mut self, jobs: &mut [Job], done: &mut Done) -> Result<Vec<Outcome>, LedgerError> {
        let tx = self
            .conn
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|cause| LedgerError::Database { doing: "begin a transaction", cause })?;
        let mut outcomes = Vec::with_capacity(jobs.len());
        for job in jobs {
            match job {
                Job::Command { command, fingerprint, .. } => {
                    outcomes.push(self.state.command(&tx, command, fingerprint, done)?);
                }
                Job::Write { work, after } => {
                    work::run(work.as_mut(), &tx)
                        .map_err(|cause| LedgerError::Database { doing: "store a change", cause })?;
                    done.refold |= *after == After::Refold;
                }
            }
        }
        self.state.housekeeping(&tx)?;
        tx.commit().map_err(|cause| LedgerError::Database { doing: "commit", cause })?;
        Ok(outcomes)
    }

    /// Moves the write-ahead log into the database file and empties it.
    fn checkpoint(&self) -> Result<(), LedgerError> {
        self.conn
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0))
            .map(|_| ())
            .map_err(|cause| LedgerError::Database { doing: "write a checkpoint", cause })
    }
}

/// Answers each job of a batch; `outcomes` are those of its commands, in order.
fn answer(shared: &Shared, jobs: Vec<Job>, outcomes: Vec<Outcome>, commit: &Result<(), Failure>) {
    let mut outcomes = outcomes.into_iter();
    for job in jobs {
        match job {
            Job::Command { command, reply, .. } => {
                let outcome = match commit {
                    Ok(()) => outcomes.next().expect("a committed batch has an outcome a command"),
                    Err(failure) => Outcome::Failed(failure.clone()),
                };
                shared.settled(&command.actor, &command.id);
                // Nobody may be waiting any more; the outcome is stored.
                let _ = reply.try_send(outcome);
            }
            Job::Write { work, .. } => work.finish(commit.clone()),
        }
    }
}

impl Memory {
    fn now(&self) -> Stamp {
        Stamp {
            boot: self.boot,
            mono_ms: self.time.now_ms(),
            wall_ms: self.time.wall_ms(),
            wall_trusted: self.time.wall_plausible(),
        }
    }

    /// Folds every game that is open, or ended within a day.
    fn fold_open(&mut self, tx: &Transaction<'_>, now: &Stamp) -> Result<(), LedgerError> {
        for listed in events::games(tx)? {
            let open = listed.closed_ms.is_none_or(|at| at > 0 && at > now.wall_ms - OPEN_AFTER_END_MS);
            if open && let Some(game) = events::game(tx, &self.sports, listed.id)? {
                self.games.insert(listed.id, game);
            }
        }
        Ok(())
    }

    /// Lets the clocks that ran when the box went off go on, and says how long it was off.
    fn resume_clocks(&mut self, tx: &Transaction<'_>, now: &Stamp) -> Result<(), LedgerError> {
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
            let drafts = decide::resume_clock(game, now, gap_ms);
            let actor = Actor("box".to_owned());
            let command = format!("boot-{}", self.boot);
            self.append(tx, id, drafts, (&actor, &command, now), &mut done)?;
        }
        Ok(())
    }

    /// What is written now and then: the alive mark, and the end of old outcomes.
    fn housekeeping(&mut self, tx: &Transaction<'_>) -> Result<(), LedgerError> {
        let now = self.now();
        let due = |last: Option<u64>, every: u64| last.is_none_or(|last| now.mono_ms >= last + every);
        if self.running.is_empty() {
            self.alive_ms = None;
        } else if due(self.alive_ms, u64::try_from(ALIVE_EVERY.as_millis()).unwrap_or(u64::MAX)) {
            tx.prepare_cached(
                "INSERT OR REPLACE INTO alive (only, boot, mono_ms, wall_ms, wall_trusted) VALUES (1, ?1, ?2, ?3, ?4)",
            )?
            .execute(params![now.boot, int(now.mono_ms), now.wall_ms, now.wall_trusted])?;
            self.alive_ms = Some(now.mono_ms);
        }
        if now.wall_trusted && due(self.pruned_ms, PRUNE_EVERY_MS) {
            events::prune_outcomes(tx, now.wall_ms)?;
            self.pruned_ms = Some(now.mono_ms);
        }
        Ok(())
    }

    /// Decides one command and stores what comes of it.
    fn command(
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
    #[expect(
        clippy::type_complexity,
        reason = "a failure of the disk and a refusal of the rules are two things"
    )]
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
                    return Ok(Err(Rejection::missing("unknown_game", format!("There is no game {id}."))));
                }
            }
        }
        Ok(Ok(&self.games[&id]))
    }

    fn watch_clock(&mut self, game: &Game) {
        if game.state().clock.running {
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
    let over =
        matches!(game.state().state, State::Final | State::Cancelled | State::Abandoned | State::Awarded);
    let closed_ms = match (&game.withdrawn, over) {
        (Some(_), _) => Some(0),
        (None, true) => Some(i64::MAX),
        (None, false) => None,
    };
    Listed { id: game.id, starts_at: game.setup.starts_at, closed_ms }
}
