//! What waits in the ledger's inbox: commands, writes to the ordinary tables, and ticks.

use async_channel::Sender;
use rusqlite::{Connection, Transaction};

use super::error::Failure;
use super::outcome::Outcome;
use super::role::Scope;
use crate::domain::command::Command;

/// Something for the ledger thread to do.
pub(super) enum Job {
    /// Boxed: the inboxes have a place for thousands from the start.
    Command(Box<Waiting>),
    Write {
        work: Box<dyn Work>,
        after: After,
    },
    /// Time to look whether something is due by itself.
    Tick,
}

/// A command and who waits for its outcome.
pub(super) struct Waiting {
    pub(super) command: Command,
    pub(super) scope: Scope,
    pub(super) fingerprint: [u8; 32],
    pub(super) reply: Sender<Outcome>,
}

/// What a write means for the games in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum After {
    /// They stay as they are.
    Keep,
    /// Texts of theirs were erased: they are folded afresh, and the file is cleaned.
    Refold,
}

/// A write to the ordinary tables, run inside the batch's transaction.
pub(super) trait Work: Send {
    /// Runs it; `Err` when it wants nothing of it kept.
    fn run(&mut self, tx: &Transaction<'_>) -> Result<(), Undo>;
    /// Answers, once it is known whether the batch was committed. Also called when `run` never was.
    fn finish(self: Box<Self>, commit: Result<(), Failure>);
}

/// The write refused itself: its changes are taken back, the rest of the batch goes on.
pub(super) struct Undo;

/// Why a write was not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WriteError<E> {
    /// The write itself said no.
    Refused(E),
    /// The commit failed, or the ledger is closed.
    Failed(Failure),
}

impl<E: std::fmt::Display> std::fmt::Display for WriteError<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(cause) => cause.fmt(f),
            Self::Failed(failure) => failure.fmt(f),
        }
    }
}

/// A closure as [`Work`].
pub(super) struct Write<F, T, E> {
    body: Option<F>,
    result: Option<Result<T, E>>,
    reply: Sender<Result<T, WriteError<E>>>,
}

impl<F, T, E> Write<F, T, E> {
    pub(super) fn new(body: F, reply: Sender<Result<T, WriteError<E>>>) -> Self {
        Self { body: Some(body), result: None, reply }
    }
}

impl<F, T, E> Work for Write<F, T, E>
where
    F: FnOnce(&Transaction<'_>) -> Result<T, E> + Send,
    T: Send,
    E: Send,
{
    fn run(&mut self, tx: &Transaction<'_>) -> Result<(), Undo> {
        let body = self.body.take().expect("a write is run once");
        let result = self.result.insert(body(tx));
        if result.is_ok() { Ok(()) } else { Err(Undo) }
    }

    fn finish(self: Box<Self>, commit: Result<(), Failure>) {
        let answer = match (self.result, commit) {
            (Some(Err(error)), _) => Err(WriteError::Refused(error)),
            (Some(Ok(value)), Ok(())) => Ok(value),
            (_, Err(failure)) => Err(WriteError::Failed(failure)),
            (None, Ok(())) => Err(WriteError::Failed(Failure::stopped())),
        };
        // Nobody may be waiting any more; what was committed stays.
        let _ = self.reply.try_send(answer);
    }
}

/// Runs a write so that it can be taken back alone.
pub(super) fn run(work: &mut dyn Work, tx: &Transaction<'_>) -> rusqlite::Result<()> {
    run_batch(tx, "SAVEPOINT write")?;
    match work.run(tx) {
        Ok(()) => run_batch(tx, "RELEASE write"),
        Err(Undo) => run_batch(tx, "ROLLBACK TO write; RELEASE write"),
    }
}

fn run_batch(conn: &Connection, sql: &str) -> rusqlite::Result<()> {
    conn.execute_batch(sql)
}
