//! The reading thread: one read-only connection, questions one after another, so that no executor thread
//! waits for a disk.
//!
//! A question should be answered well within a second: while one reads, the write-ahead log cannot shrink.
//! A question that panics is lost alone; the thread goes on.

use std::panic::{AssertUnwindSafe, catch_unwind};

use async_channel::{Receiver, Sender};
use rusqlite::Connection;

use super::error::LedgerError;

/// Questions that may wait.
const WAITING: usize = 256;

/// A question with its way back.
pub(super) type Question = Box<dyn FnOnce(&Connection) + Send>;

/// Starts the thread; it ends when the sender is closed.
pub(super) fn start(conn: Connection) -> (Sender<Question>, std::thread::JoinHandle<()>) {
    let (ask, questions) = async_channel::bounded(WAITING);
    (ask, crate::runtime::thread("reader", move || run(&conn, &questions)))
}

fn run(conn: &Connection, questions: &Receiver<Question>) {
    while let Ok(question) = questions.recv_blocking() {
        if catch_unwind(AssertUnwindSafe(|| question(conn))).is_err() {
            log::error!("a question to the ledger panicked and was not answered");
        }
    }
}

/// Asks and awaits the answer.
pub(super) async fn ask<T: Send + 'static>(
    thread: &Sender<Question>,
    question: impl FnOnce(&Connection) -> Result<T, LedgerError> + Send + 'static,
) -> Result<T, LedgerError> {
    let (reply, answer) = async_channel::bounded(1);
    let question: Question = Box::new(move |conn| {
        // Nobody may be waiting any more; then the answer is not needed.
        let _ = reply.try_send(question(conn));
    });
    thread.send(question).await.map_err(|_| LedgerError::Stopped)?;
    answer.recv().await.map_err(|_| LedgerError::Stopped)?
}
