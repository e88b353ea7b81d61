//! Waking phones in slices, and the sweep for those whose time has come.
//!
//! A crowd woken in one go would keep everybody else from the executor: a newcomer's handshake waits
//! behind ten thousand writes. Between two slices other tasks run.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use super::seat::{Pace, SLICE, Set};
use super::{Hub, Inner, relock};
use crate::runtime;

/// How long a held answer waits for what belongs together.
pub(crate) const GATHER: Duration = Duration::from_millis(50);

impl Hub {
    /// Wakes the phones of these sets: a few at once, a crowd from the waking task.
    pub(crate) fn wake(&self, sets: &[Arc<Set>]) {
        let mut left = SLICE;
        for set in sets {
            let alone = {
                let chunks = set.chunks();
                match chunks.as_slice() {
                    [] => continue,
                    [only] => Some(only.clone()),
                    _ => None,
                }
            };
            match alone {
                Some(chunk) if set.pace == Pace::AtOnce && left > 0 => {
                    left = left.saturating_sub(chunk.taken());
                    chunk.wake();
                }
                _ => self.wake_later(set.clone()),
            }
        }
    }

    /// Leaves a set to the waking task, once however often it is asked for.
    pub(crate) fn wake_later(&self, set: Arc<Set>) {
        if set.queued.swap(true, Ordering::AcqRel) {
            return;
        }
        match set.pace {
            Pace::AtOnce => {
                // Fails only when the process is ending and the task has gone.
                let _ = self.0.to_wake.try_send(set);
            }
            Pace::Gathering => runtime::spawn(async move {
                runtime::sleep(GATHER).await;
                wake_all(&set).await;
            }),
        }
    }

    /// Wakes every phone whose time has come and forgets what is out of date. Called once a second by
    /// the hub's own task; tests with a clock of their own call it themselves.
    pub async fn sweep(&self) {
        let tick = self.tick();
        let sets = {
            let mut book = self.book();
            book.tidy();
            book.all_sets()
        };
        for set in sets {
            set.tidy();
            let chunks = set.chunks().clone();
            for chunk in chunks {
                chunk.wake_due(tick);
                runtime::yield_now().await;
            }
        }
        let then_ms = self.0.time.now_ms().saturating_sub(self.0.limits.mailbox_ms);
        let mut mailboxes = self.0.mailboxes.lock().unwrap_or_else(relock);
        // One held elsewhere is about to be posted to or read from.
        mailboxes.retain(|_, mailbox| !mailbox.expire(then_ms) || Arc::strong_count(mailbox) > 1);
    }
}

async fn wake_all(set: &Set) {
    // Before the wakes: what is published from here on asks for another round.
    set.queued.store(false, Ordering::Release);
    let chunks = set.chunks().clone();
    for chunk in chunks {
        chunk.wake();
        runtime::yield_now().await;
    }
}

/// The waking task: ends when the hub is gone.
pub(super) async fn run(sets: async_channel::Receiver<Arc<Set>>) {
    while let Ok(set) = sets.recv().await {
        wake_all(&set).await;
    }
}

/// The sweeping task: ends when the hub is gone.
pub(super) async fn sweep_each_second(hub: Weak<Inner>) {
    loop {
        runtime::sleep(Duration::from_secs(1)).await;
        let Some(inner) = hub.upgrade() else {
            return;
        };
        Hub(inner).sweep().await;
    }
}
