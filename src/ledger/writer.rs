//! The ledger thread: decides commands, commits them in batches, then answers, then tells the pump.
//!
//! It owns the one writing connection and the games in memory. Invariants: nothing is answered or shown
//! before it is durable; after a failed commit nothing of the batch remains in memory; events leave in the
//! order of their numbers. A panic here aborts the process: a thread that died silently would leave a box
//! that shows scores and takes none, and systemd starts it afresh from the log.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use async_channel::Receiver;
use rusqlite::{Connection, TransactionBehavior, params};
use smol::future::FutureExt as _;

use super::Opened;
use super::error::{Failure, LedgerError};
use super::events::SportCache;
use super::memory::{Done, Memory};
use super::outcome::{Batch, Outcome};
use super::schema::{self, Lock};
use super::shared::Shared;
use super::work::{self, After, Job, Waiting};
use crate::domain::event::Stream;
use crate::domain::game::Game;
use crate::domain::poll::Poll;
use crate::runtime::Time;

/// Commands and writes that go into one transaction at most.
const BATCH: usize = 256;

/// Pages of the write-ahead log, 4 MiB of them, that are moved into the database in a quiet moment.
const MOVED_FROM: i64 = 1_024;

/// The thread's own things.
pub(super) struct Writer {
    conn: Connection,
    state: Memory,
    inbox: Receiver<Job>,
    // Ballots wait by themselves, so that a crowd never stands in front of the desk.
    crowd: Receiver<Job>,
    shared: Arc<Shared>,
    // Whether something deleted may still stand in the files; at a start, from before a power cut.
    untidy: bool,
    // Held for its drop: the next process may open the folder when this thread is gone.
    _lock: Lock,
}

impl Writer {
    /// Folds the open games, notes this start, and resumes the clocks that ran.
    pub(super) fn open(
        mut conn: Connection,
        lock: Lock,
        sports: Arc<SportCache>,
        time: Time,
        (inbox, crowd): (Receiver<Job>, Receiver<Job>),
        shared: Arc<Shared>,
    ) -> Result<(Self, Opened), LedgerError> {
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let boot: u32 = tx.query_row("SELECT ifnull(max(number), 0) + 1 FROM boot", [], |row| row.get(0))?;
        let mut state = Memory::new(&tx, boot, time, sports, shared.clone())?;
        let now = state.now();
        tx.execute(
            "INSERT INTO boot (number, wall_ms, wall_trusted, build) VALUES (?1, ?2, ?3, ?4)",
            params![boot, now.wall_ms, now.wall_trusted, env!("CARGO_PKG_VERSION")],
        )?;
        state.fold_open(&tx, &now)?;
        state.fold_polls(&tx, &now)?;
        state.resume_clocks(&tx, &now)?;
        state.housekeeping(&tx)?;
        tx.commit().map_err(|cause| LedgerError::Database { doing: "note this start", cause })?;
        let mut games: Vec<Game> = state.games.values().cloned().collect();
        games.sort_by_key(|game| game.id);
        let mut polls: Vec<Poll> = state.polls.values().cloned().collect();
        polls.sort_by_key(|poll| poll.id);
        let opened = Opened { boot, head: state.head, games, polls, venue: state.venue.clone() };
        Ok((Self { conn, state, inbox, crowd, shared, untidy: true, _lock: lock }, opened))
    }

    /// Works until the inbox is closed and empty, then leaves the database tidy.
    pub(super) fn run(mut self) {
        let worked = catch_unwind(AssertUnwindSafe(|| {
            while let Some(jobs) = self.collect() {
                // A quiet box writes nothing to its card.
                if self.untidy || self.state.is_due() || jobs.iter().any(|job| !matches!(job, Job::Tick)) {
                    self.batch(jobs);
                }
                self.move_pages_when_quiet();
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

    /// What waits, at least one job, the staff's first; `None` at the end.
    fn collect(&self) -> Option<Vec<Job>> {
        let mut jobs = Vec::new();
        self.fill(&mut jobs);
        if jobs.is_empty() {
            jobs.push(smol::block_on(self.next())?);
            self.fill(&mut jobs);
        }
        Some(jobs)
    }

    fn fill(&self, jobs: &mut Vec<Job>) {
        while jobs.len() < BATCH
            && let Ok(job) = self.inbox.try_recv().or_else(|_| self.crowd.try_recv())
        {
            jobs.push(job);
        }
    }

    async fn next(&self) -> Option<Job> {
        let after = |closed: Receiver<Job>, other: Receiver<Job>| async move {
            match closed.recv().await {
                Ok(job) => Some(job),
                Err(_) => other.recv().await.ok(),
            }
        };
        let staff = after(self.inbox.clone(), self.crowd.clone());
        staff.or(after(self.crowd.clone(), self.inbox.clone())).await
    }

    /// One transaction: all of it becomes durable, or none.
    fn batch(&mut self, mut jobs: Vec<Job>) {
        let (head, last_game, last_poll) = (self.state.head, self.state.last_game, self.state.last_poll);
        let venue = self.state.venue.clone();
        let (alive_ms, pruned_ms) = (self.state.alive_ms, self.state.pruned_ms);
        let running = self.state.running.clone();
        let mut done = Done::default();
        match self.try_batch(&mut jobs, &mut done) {
            Ok(outcomes) => {
                self.shared.commits.fetch_add(1, Ordering::Relaxed);
                self.untidy |= self.state.settle_salts(&done.salts);
                answer(&self.shared, jobs, outcomes, &Ok(()));
                if done.refold {
                    self.state.games.clear();
                    self.state.absent.extend(self.state.polls.drain().map(|(id, _)| id));
                    if let Err(error) = self.checkpoint() {
                        log::warn!("erased text may still stand in the database's log file: {error}");
                    }
                }
                if !done.decided.is_empty() || !done.events.is_empty() {
                    let Done { events, decided, .. } = done;
                    self.shared.publish(&Arc::new(Batch { events, decided }));
                }
                if self.untidy {
                    self.tidy();
                }
            }
            Err(error) => {
                log::error!("{} waiting changes were not stored: {error}", jobs.len());
                self.state.head = head;
                self.state.last_game = last_game;
                self.state.last_poll = last_poll;
                self.state.venue = venue;
                self.state.alive_ms = alive_ms;
                self.state.pruned_ms = pruned_ms;
                self.state.running = running;
                for stream in &done.touched {
                    // Folded again from the database when next needed.
                    match stream {
                        Stream::Game(game) => drop(self.state.games.remove(game)),
                        Stream::Poll(poll) => {
                            self.state.polls.remove(poll);
                            self.state.absent.insert(*poll);
                        }
                        Stream::Venue => {}
                    }
                }
                self.shared.put_back(done.from_outside);
                self.shared.notes.failed(Failure::from(&error));
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
        done.from_outside = std::mem::take(&mut *self.shared.refused());
        done.refused.clone_from(&done.from_outside);
        for job in jobs {
            match job {
                Job::Command(waiting) => {
                    let Waiting { command, scope, fingerprint, .. } = &**waiting;
                    outcomes.push(self.state.command(&tx, command, scope, fingerprint, done)?);
                }
                Job::Write { work, after } => {
                    work::run(work.as_mut(), &tx)
                        .map_err(|cause| LedgerError::Database { doing: "store a change", cause })?;
                    done.refold |= *after == After::Refold;
                }
                Job::Tick => {}
            }
        }
        self.state.polls_on_time(&tx, done)?;
        self.state.note_refused(&tx, done)?;
        self.state.housekeeping(&tx)?;
        let began = Instant::now();
        tx.commit().map_err(|cause| LedgerError::Database { doing: "commit", cause })?;
        self.shared.notes.committed(began);
        Ok(outcomes)
    }

    /// Moves pages into the database file when many wait there and nobody waits here: it costs syncs of its own, on
    /// a slow card twice the time of a commit, and SQLite by itself would do it before an answer, in the rush too.
    fn move_pages_when_quiet(&self) {
        if !(self.inbox.is_empty() && self.crowd.is_empty()) {
            return;
        }
        // NOOP only tells: pages in the log, and how many of them were moved already.
        let moved = self
            .conn
            .query_row("PRAGMA wal_checkpoint(NOOP)", [], |row| {
                Ok(row.get::<_, i64>(1)? - row.get::<_, i64>(2)?)
            })
            .and_then(|pages| {
                if pages < MOVED_FROM {
                    return Ok(());
                }
                self.conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))
            });
        if let Err(error) = moved {
            log::warn!("cannot move pages into the database file: {error}; it will be tried again");
        }
    }

    /// Takes a deleted salt out of the files too: out of the log the database writes ahead, which would keep it.
    /// Waits for nobody who reads: the next batch or tick tries again.
    fn tidy(&mut self) {
        let busy = self.conn.busy_timeout(Duration::ZERO).and_then(|()| {
            self.conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0))
        });
        match busy.and_then(|busy| self.conn.busy_timeout(schema::BUSY).map(|()| busy)) {
            Ok(busy) => self.untidy = busy,
            Err(error) => log::warn!("a deleted salt may still stand in the database's log file: {error}"),
        }
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
            Job::Command(waiting) => {
                let Waiting { command, reply, .. } = *waiting;
                let outcome = match commit {
                    Ok(()) => outcomes.next().expect("a committed batch has an outcome a command"),
                    Err(failure) => Outcome::Failed(failure.clone()),
                };
                shared.settled(&command.actor, &command.id);
                // Nobody may be waiting any more; the outcome is stored.
                let _ = reply.try_send(outcome);
            }
            Job::Write { work, .. } => work.finish(commit.clone()),
            Job::Tick => {}
        }
    }
}
