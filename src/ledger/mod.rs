//! The append-only log and its two threads: "ledger" writes, "reader" reads.
//!
//! [`Ledger`] is the handle everybody holds. Commands come from intake alone; auth writes its ordinary
//! tables through [`Ledger::write`]; the pump takes [`Ledger::committed`]. Order of things: commit →
//! answer → publish. Nothing is answered that is not durable, nothing durable is ever changed.

pub mod adopt;
pub mod ballot;
pub mod chain;
pub mod codec;
mod decode;
mod encode;
pub mod error;
pub mod events;
mod memory;
pub mod offline;
pub mod outcome;
pub mod polls;
pub mod pulse;
mod reader;
mod resume;
pub mod role;
pub mod schema;
mod shared;
mod stored;
pub mod text;
pub mod work;
mod writer;

use std::fmt;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use async_channel::{Receiver, Sender, TrySendError, WeakSender};
use rusqlite::{Connection, Transaction};

use self::chain::{Head, Verified};
use self::error::{Failure, LedgerError};
use self::events::{Listed, LogQuery, SportCache};
use self::outcome::{Batch, Outcome, Ticket};
use self::reader::Question;
use self::role::Scope;
use self::schema::Lock;
use self::shared::Shared;
use self::text::Erase;
use self::work::{After, Job, Waiting, Write, WriteError};
use self::writer::Writer;
use crate::domain::GameId;
use crate::domain::clock::Stamp;
use crate::domain::command::{Actor, Command, CommandBody};
use crate::domain::event::Event;
use crate::domain::game::Game;
use crate::domain::poll::{Poll, PollId, Voter};
use crate::domain::venue::Venue;
use crate::runtime::{self, Time};

/// Commands and writes that may wait for the ledger thread.
pub const INBOX: usize = 1_024;

/// Ballots that may wait for the ledger thread; they wait apart from what staff send.
pub const CROWD: usize = 16_384;

/// How often the ledger thread looks for what is due by itself.
const TICK: Duration = Duration::from_secs(1);

/// The handle of the ledger; cloned freely. When the last is dropped without [`Ledger::close`], the
/// threads finish what waits and end.
#[derive(Clone)]
pub struct Ledger(Arc<Inner>);

struct Inner {
    boot: u32,
    time: Time,
    inbox: Sender<Job>,
    crowd: Sender<Job>,
    questions: Sender<Question>,
    sports: Arc<SportCache>,
    shared: Arc<Shared>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    // Closed when the ledger thread has ended; nothing is ever sent.
    ended: Receiver<()>,
}

/// What opening found.
#[derive(Debug)]
pub struct Opened {
    /// Which start of the box this is, from 1.
    pub boot: u32,
    /// Where the log ends, the resumed clocks included.
    pub head: Head,
    /// The open games, and those that ended within a day, folded up to `head`; the pump begins with them.
    pub games: Vec<Game>,
    /// The polls at work, and those that were over within a day.
    pub polls: Vec<Poll>,
    /// What is known of the venue.
    pub venue: Venue,
}

/// Why a command could not even wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubmitError {
    /// The inbox is full; it empties within a second.
    Full,
    /// The box is stopping.
    Stopped,
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger").field("boot", &self.0.boot).finish_non_exhaustive()
    }
}

impl Ledger {
    /// Opens the data folder, making it where there is none; brings the schema up to date, checks the last
    /// 1,000 links of the chain, folds the open games and starts the two threads. Blocks.
    ///
    /// # Errors
    /// Another process on the same folder, a folder that cannot be written, a foreign, newer or damaged
    /// database.
    pub fn open(dir: &Path, time: Time) -> Result<(Self, Opened), LedgerError> {
        let lock = Lock::take(dir)?;
        let conn = schema::open_writer(dir)?;
        let reading = schema::open_reader(dir)?;
        let from = events::head(&conn)?.seq.saturating_sub(chain::CHECKED_AT_OPEN) + 1;
        chain::verify(&reading, from, |_, _| {})?;
        let sports = Arc::new(SportCache::default());
        let shared = Arc::new(Shared::new(time.clone()));
        let (inbox, jobs) = async_channel::bounded(INBOX);
        let (crowd, ballots) = async_channel::bounded(CROWD);
        let (writer, opened) =
            Writer::open(conn, lock, sports.clone(), time.clone(), (jobs, ballots), shared.clone())?;
        runtime::spawn(tick(inbox.downgrade()));
        let (end, ended) = async_channel::bounded(1);
        let writing = runtime::thread("ledger", move || {
            writer.run();
            drop(end);
        });
        let (questions, answering) = reader::start(reading);
        let threads = Mutex::new(vec![writing, answering]);
        let boot = opened.boot;
        let inner = Inner { boot, time, inbox, crowd, questions, sports, shared, threads, ended };
        Ok((Self(Arc::new(inner)), opened))
    }

    /// Which start of the box this is, from 1.
    #[must_use]
    pub fn boot(&self) -> u32 {
        self.0.boot
    }

    /// This moment, as commands and events carry it.
    #[must_use]
    pub fn stamp(&self) -> Stamp {
        Stamp {
            boot: self.0.boot,
            mono_ms: self.0.time.now_ms(),
            wall_ms: self.0.time.wall_ms(),
            wall_trusted: self.0.time.wall_plausible(),
        }
    }

    /// Puts a command into the inbox, never waiting; a ballot into the crowd's. `fingerprint` is the hash of what
    /// the sender sent: the same id with another one is a mismatch. `scope` is where the sender may play.
    ///
    /// # Errors
    /// When the inbox is full, or the box is stopping.
    pub fn submit(
        &self,
        command: Command,
        fingerprint: [u8; 32],
        scope: Scope,
    ) -> Result<Ticket, SubmitError> {
        let (reply, answer) = async_channel::bounded(1);
        let (actor, id) = (command.actor.clone(), command.id.clone());
        // Noted first: the outcome may be there before this thread goes on.
        self.0.shared.waits(&actor, &id);
        let inbox = match command.body {
            CommandBody::Ballot { .. } => &self.0.crowd,
            _ => &self.0.inbox,
        };
        let waiting = Waiting { command, scope, fingerprint, reply };
        match inbox.try_send(Job::Command(Box::new(waiting))) {
            Ok(()) => Ok(Ticket(answer)),
            Err(refused) => {
                self.0.shared.settled(&actor, &id);
                Err(match refused {
                    TrySendError::Full(_) => SubmitError::Full,
                    TrySendError::Closed(_) => SubmitError::Stopped,
                })
            }
        }
    }

    /// The voter a device is in a poll; `None` for one without devices, one that is out, or none at all.
    #[must_use]
    pub fn voter_of_device(&self, poll: PollId, device: &[u8; 16]) -> Option<Voter> {
        let salt = self.0.shared.salts().get(&poll).copied()?;
        Some(ballot::voter_of_device(&salt, device))
    }

    /// Every voter a device is now, by poll.
    #[must_use]
    pub fn voters_of_device(&self, device: &[u8; 16]) -> Vec<(PollId, Voter)> {
        let salts = self.0.shared.salts().clone();
        salts.iter().map(|(poll, salt)| (*poll, ballot::voter_of_device(salt, device))).collect()
    }

    /// Counts a ballot that was refused before it came here, for the poll's closing. `reason` is a word of this
    /// program, never of the sender.
    pub fn count_refused(&self, poll: PollId, reason: &'static str) {
        *self.0.shared.refused().entry((poll, reason.to_owned())).or_default() += 1;
    }

    /// A poll folded from the log; of every visibility.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn poll(&self, poll: PollId) -> Result<Option<Poll>, LedgerError> {
        let sports = self.0.sports.clone();
        self.read(move |conn| events::poll(conn, &sports, poll)).await
    }

    /// Whether a command of that sender and id waits for its outcome.
    #[must_use]
    pub fn is_pending(&self, actor: &Actor, id: &str) -> bool {
        self.0.shared.pending().contains_key(&(actor.clone(), id.to_owned()))
    }

    /// What becomes durable from now on, whole batches in order. Each call gives a reader of its own. The
    /// channel is unbounded: a slow pump never holds up the ledger.
    #[must_use]
    pub fn committed(&self) -> Receiver<Arc<Batch>> {
        let (sender, receiver) = async_channel::unbounded();
        self.0.shared.subscribers().push(sender);
        receiver
    }

    /// Changes ordinary tables on the ledger thread, inside the next batch's transaction; an `Err` of
    /// `body` takes its changes back and nothing else. `body` must be short: every command waits for it.
    /// Dropping the future before its first poll does nothing at all; later, the change is made all the same.
    ///
    /// # Errors
    /// What `body` returned, or why the commit failed.
    pub async fn write<T, E>(
        &self,
        body: impl FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, WriteError<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        self.work(body, After::Keep).await
    }

    /// Erases texts for ever and says how many; the chain stays whole. Games in memory here are folded
    /// afresh; who holds others of them (the pump) must do so too.
    ///
    /// # Errors
    /// When the commit failed.
    pub async fn erase(&self, what: Erase) -> Result<usize, WriteError<rusqlite::Error>> {
        self.work(move |tx| text::erase(tx, &what), After::Refold).await
    }

    async fn work<T, E>(
        &self,
        body: impl FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
        after: After,
    ) -> Result<T, WriteError<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        let (reply, answer) = async_channel::bounded(1);
        let work = Box::new(Write::new(body, reply));
        let stopped = || WriteError::Failed(Failure::stopped());
        self.0.inbox.send(Job::Write { work, after }).await.map_err(|_| stopped())?;
        answer.recv().await.unwrap_or_else(|_| Err(stopped()))
    }

    /// Asks the database on the reading thread. `question` should take well under a second.
    ///
    /// # Errors
    /// What `question` returned, or that the ledger is closed.
    pub async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Connection) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        reader::ask(&self.0.questions, question).await
    }

    /// The events asked for, by rising number.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn log(&self, query: LogQuery) -> Result<Vec<Event>, LedgerError> {
        let sports = self.0.sports.clone();
        self.read(move |conn| events::select(conn, &sports, &query)).await
    }

    /// All events of a game, of every visibility; none when there is no such game.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn events_of(&self, game: GameId) -> Result<Vec<Event>, LedgerError> {
        let sports = self.0.sports.clone();
        self.read(move |conn| events::events_of(conn, &sports, game)).await
    }

    /// A game folded from the log, up to an event not older than the last batch answered. It may be ahead
    /// of what a reader of [`Ledger::committed`] has seen: compare `last_seq`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn game(&self, game: GameId) -> Result<Option<Game>, LedgerError> {
        let sports = self.0.sports.clone();
        self.read(move |conn| events::game(conn, &sports, game)).await
    }

    /// Every game there is, closed and withdrawn ones too.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn games(&self) -> Result<Vec<Listed>, LedgerError> {
        self.read(events::games).await
    }

    /// The stored outcome of a command; `None` when it is pending, unknown or older than seven days.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn outcome(&self, actor: &Actor, id: &str) -> Result<Option<Outcome>, LedgerError> {
        let (actor, id) = (actor.0.clone(), id.to_owned());
        self.read(move |conn| Ok(events::outcome(conn, &actor, &id)?.map(|(_, outcome)| outcome))).await
    }

    /// How many transactions were committed since this start.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.0.shared.commits.load(Ordering::Relaxed)
    }

    /// Commits what waits, refuses what comes, writes a checkpoint and ends both threads. A second call
    /// waits for the first.
    pub async fn close(&self) {
        self.0.inbox.close();
        self.0.crowd.close();
        // An error is what is waited for: the thread holds the other end.
        let _ = self.0.ended.recv().await;
        self.0.questions.close();
        self.0.join();
    }
}

/// Checks a data folder's whole chain, whether a box runs on it or not. Blocks; `progress` is told how
/// many events are done, and of how many.
///
/// # Errors
/// The first event that does not hold, or a database that cannot be read.
pub fn verify(dir: &Path, progress: impl FnMut(u64, u64)) -> Result<Verified, LedgerError> {
    chain::verify(&schema::open_reader(dir)?, 1, progress)
}

/// Wakes the ledger thread now and then, as long as there is an inbox. A full inbox is awake anyway.
async fn tick(inbox: WeakSender<Job>) {
    loop {
        runtime::sleep(TICK).await;
        let Some(inbox) = inbox.upgrade() else { return };
        if let Err(TrySendError::Closed(_)) = inbox.try_send(Job::Tick) {
            return;
        }
    }
}

impl Inner {
    fn join(&self) {
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            // The last handle may be dropped by something that ran on one of the threads.
            if thread.thread().id() != std::thread::current().id() {
                let _ = thread.join();
            }
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.inbox.close();
        self.crowd.close();
        self.questions.close();
        self.join();
    }
}
