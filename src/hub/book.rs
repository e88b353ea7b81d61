//! The book: which channels and sets there are, and how much their rings hold.
//!
//! Whoever publishes holds it, and so does whoever opens a connection: between the two nothing is
//! published.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Weak};

use super::ChannelId;
use super::channel::Channel;
use super::seat::{Pace, Set};

/// What is changed only while frames get their numbers.
#[derive(Debug, Default)]
pub(super) struct Book {
    pub(super) names: HashMap<Arc<str>, ChannelId>,
    pub(super) entries: HashMap<ChannelId, Entry>,
    pub(super) sets: HashMap<(Box<[ChannelId]>, Pace), Weak<Set>>,
    pub(super) last_id: u32,
    // The oldest frame of every ring that has one, to find the oldest of all.
    pub(super) oldest: BTreeMap<u64, ChannelId>,
    pub(super) ring_bytes: usize,
}

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) channel: Arc<Channel>,
    pub(super) sets: Vec<Weak<Set>>,
}

impl Book {
    pub(super) fn sets_of(&self, id: ChannelId) -> Vec<Arc<Set>> {
        self.entries
            .get(&id)
            .map_or_else(Vec::new, |entry| entry.sets.iter().filter_map(Weak::upgrade).collect())
    }

    pub(super) fn all_sets(&self) -> Vec<Arc<Set>> {
        self.sets.values().filter_map(Weak::upgrade).collect()
    }

    /// Forgets sets nobody sits in any more.
    pub(super) fn tidy(&mut self) {
        self.sets.retain(|_, set| set.strong_count() > 0);
        for entry in self.entries.values_mut() {
            entry.sets.retain(|set| set.strong_count() > 0);
        }
    }

    pub(super) fn front_moved(&mut self, id: ChannelId, old: Option<u64>, new: Option<u64>) {
        if old != new {
            self.forget_front(old);
            self.oldest.extend(new.map(|front| (front, id)));
        }
    }

    pub(super) fn forget_front(&mut self, front: Option<u64>) {
        if let Some(front) = front {
            self.oldest.remove(&front);
        }
    }

    /// Forgets the oldest frame of all rings; false when there is none.
    pub(super) fn forget_oldest_of_all(&mut self) -> bool {
        let Some((_, id)) = self.oldest.pop_first() else {
            return false;
        };
        let Some(channel) = self.entries.get(&id).map(|entry| entry.channel.clone()) else {
            return true;
        };
        let mut ring = channel.ring_mut();
        self.ring_bytes -= ring.forget_oldest();
        self.oldest.extend(ring.front().map(|front| (front, id)));
        true
    }
}
