//! How the ledger is: how long commits take, how many changes wait, and the last failure. Noted by the ledger
//! thread once a batch, read by the status page.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use super::Ledger;
use super::error::Failure;
use crate::runtime::Time;
use crate::runtime::recent::{Figures, Recent};

/// The ledger's figures at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pulse {
    /// Transactions committed since this start.
    pub commits: u64,
    /// Commands and changes of staff that wait for the ledger thread.
    pub waiting: usize,
    /// Ballots that wait for it.
    pub ballots_waiting: usize,
    /// Durations of commits over the last minutes, in microseconds: the disk's own time.
    pub commit_us: Figures,
    /// The last batch that was not stored, since this start.
    pub failed: Option<Failed>,
}

/// A batch that was not stored; its senders were told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// Why.
    pub failure: Failure,
    /// When, in milliseconds since 1970 as the machine believed.
    pub wall_ms: i64,
    /// Whether nothing has been stored since.
    pub lasting: bool,
}

impl Ledger {
    /// How the ledger is at this moment.
    #[must_use]
    pub fn pulse(&self) -> Pulse {
        let waiting = (self.0.inbox.len(), self.0.crowd.len());
        self.0.shared.notes.pulse(self.commits(), waiting)
    }
}

/// Where the ledger thread notes it.
#[derive(Debug)]
pub(super) struct Notes {
    time: Time,
    commits: Recent,
    failed: Mutex<Option<Failed>>,
}

impl Notes {
    pub(super) fn new(time: Time) -> Self {
        Self { commits: Recent::new(time.clone()), time, failed: Mutex::default() }
    }

    /// A commit that began then is done.
    pub(super) fn committed(&self, began: Instant) {
        self.commits.note(u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX), 1);
        if let Some(failed) = &mut *self.failed.lock().unwrap_or_else(PoisonError::into_inner) {
            failed.lasting = false;
        }
    }

    /// A batch was not stored.
    pub(super) fn failed(&self, failure: Failure) {
        let failed = Failed { failure, wall_ms: self.time.wall_ms(), lasting: true };
        *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(failed);
    }

    fn pulse(&self, commits: u64, (waiting, ballots_waiting): (usize, usize)) -> Pulse {
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Pulse { commits, waiting, ballots_waiting, commit_us: self.commits.figures(), failed }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::{Failure, Notes};
    use crate::runtime::Time;

    #[test]
    fn a_failure_lasts_until_something_is_stored_again() {
        let notes = Notes::new(Time::manual(0, 5_000));
        assert_eq!(notes.pulse(0, (0, 0)).failed, None);
        notes.failed(Failure::stopped());
        let failed = notes.pulse(0, (3, 0)).failed.unwrap();
        assert_eq!((failed.wall_ms, failed.lasting), (5_000, true));
        notes.committed(Instant::now());
        let pulse = notes.pulse(1, (0, 0));
        assert_eq!((pulse.failed.map(|failed| failed.lasting), pulse.commit_us.count), (Some(false), 1));
    }
}
