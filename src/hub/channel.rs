//! One channel: its retained board and the ring of its latest frames.
//!
//! Written by the hub under its book lock, read by every phone that follows the channel. Every frame
//! numbered above `floor` is in the ring; who stands below it has missed something and needs the board.

use std::collections::VecDeque;
use std::sync::{Arc, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::frame::{Frame, Retained};
use super::{ChannelId, Class, relock};

/// A channel of the hub.
#[derive(Debug)]
pub struct Channel {
    /// Its id, never used again.
    pub id: ChannelId,
    /// Its public name.
    pub name: Arc<str>,
    /// How long it is kept up under load.
    pub class: Class,
    ring: RwLock<Ring>,
}

impl Channel {
    pub(crate) fn new(id: ChannelId, name: Arc<str>, class: Class, retained: Retained) -> Self {
        Self { id, name, class, ring: RwLock::new(Ring::new(retained)) }
    }

    pub(crate) fn ring(&self) -> RwLockReadGuard<'_, Ring> {
        self.ring.read().unwrap_or_else(relock)
    }

    pub(crate) fn ring_mut(&self) -> RwLockWriteGuard<'_, Ring> {
        self.ring.write().unwrap_or_else(relock)
    }
}

/// The latest frames of a channel and the board they lead to.
#[derive(Debug)]
pub(crate) struct Ring {
    frames: VecDeque<Arc<Frame>>,
    floor: u64,
    bytes: usize,
    retained: Arc<Retained>,
}

impl Ring {
    /// An empty ring on a board: whoever does not hold that board needs it.
    pub(crate) fn new(retained: Retained) -> Self {
        Self { frames: VecDeque::new(), floor: retained.frame, bytes: 0, retained: Arc::new(retained) }
    }

    pub(crate) fn retained(&self) -> &Arc<Retained> {
        &self.retained
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The number of the oldest frame kept.
    pub(crate) fn front(&self) -> Option<u64> {
        self.frames.front().map(|frame| frame.number())
    }

    pub(crate) fn push(&mut self, frame: Arc<Frame>, retained: Retained) {
        self.bytes += frame.cost();
        self.frames.push_back(frame);
        self.retained = Arc::new(retained);
    }

    /// Forgets the oldest frame; returns what that freed.
    pub(crate) fn forget_oldest(&mut self) -> usize {
        let Some(frame) = self.frames.pop_front() else {
            return 0;
        };
        self.floor = frame.number();
        self.bytes -= frame.cost();
        frame.cost()
    }

    /// Whether every frame after `held` is still here.
    pub(crate) fn covers(&self, held: u64) -> bool {
        self.floor <= held
    }

    /// The frames after `held` up to and with `until`, oldest first.
    pub(crate) fn between(&self, held: u64, until: u64) -> impl Iterator<Item = &Arc<Frame>> {
        let start = self.frames.partition_point(|frame| frame.number() <= held);
        self.frames.range(start..).take_while(move |frame| frame.number() <= until)
    }
}
