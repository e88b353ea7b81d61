//! What the ledger's handle and its thread share: what waits, who listens, the salts of open polls.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_channel::Sender;

use super::ballot::Salt;
use super::outcome::Batch;
use super::pulse::Notes;
use crate::domain::command::Actor;
use crate::domain::poll::PollId;
use crate::runtime::Time;

/// What the handle and the ledger thread share.
pub(super) struct Shared {
    pending: Mutex<HashMap<(Actor, String), u32>>,
    subscribers: Mutex<Vec<Sender<Arc<Batch>>>>,
    pub(super) commits: AtomicU64,
    salts: Mutex<HashMap<PollId, Salt>>,
    // Ballots refused before they came to the ledger thread, until it has noted them.
    refused: Mutex<BTreeMap<(PollId, String), u64>>,
    pub(super) notes: Notes,
}

impl Shared {
    pub(super) fn new(time: Time) -> Self {
        Self {
            pending: Mutex::default(),
            subscribers: Mutex::default(),
            commits: AtomicU64::new(0),
            salts: Mutex::default(),
            refused: Mutex::default(),
            notes: Notes::new(time),
        }
    }

    pub(super) fn pending(&self) -> MutexGuard<'_, HashMap<(Actor, String), u32>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn subscribers(&self) -> MutexGuard<'_, Vec<Sender<Arc<Batch>>>> {
        self.subscribers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn salts(&self) -> MutexGuard<'_, HashMap<PollId, Salt>> {
        self.salts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn refused(&self) -> MutexGuard<'_, BTreeMap<(PollId, String), u64>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn has_refused(&self) -> bool {
        !self.refused().is_empty()
    }

    /// Refused ballots whose count could not be noted: they are counted again later.
    pub(super) fn put_back(&self, counts: BTreeMap<(PollId, String), u64>) {
        let mut refused = self.refused();
        for (key, count) in counts {
            *refused.entry(key).or_default() += count;
        }
    }

    pub(super) fn waits(&self, actor: &Actor, id: &str) {
        *self.pending().entry((actor.clone(), id.to_owned())).or_default() += 1;
    }

    pub(super) fn settled(&self, actor: &Actor, id: &str) {
        let mut pending = self.pending();
        let key = (actor.clone(), id.to_owned());
        if let Some(waiting) = pending.get_mut(&key) {
            *waiting -= 1;
            if *waiting == 0 {
                pending.remove(&key);
            }
        }
    }

    pub(super) fn publish(&self, batch: &Arc<Batch>) {
        self.subscribers().retain(|subscriber| subscriber.try_send(batch.clone()).is_ok());
    }

    pub(super) fn close_subscribers(&self) {
        self.subscribers().clear();
    }
}
