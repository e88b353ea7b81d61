//! The hub: channels, rings, retained boards, and who follows them.
//!
//! The pump publishes, transports take seats. One lock, the book, gives frames their numbers and so
//! puts them in one order over the whole box; phones read rings without it. What a phone may rely on:
//! frames reach it in that order, none is left out without a board in its place, none comes twice.
//!
//! A name published nowhere has no channel; `me` is no channel but a mailbox.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use serde_json::Value;

use crate::runtime::recent::Recent;
use crate::runtime::{self, Time};
use crate::wire::message::Message;
use crate::wire::{ChannelName, Epoch, Say};

mod book;
pub mod channel;
mod delay;
pub mod frame;
pub mod mailbox;
mod phones;
pub mod seat;
pub(crate) mod wake;

#[cfg(test)]
mod tests;

use book::{Book, Entry};
use channel::{Channel, Ring};
use delay::Rate;
use frame::{Frame, Retained};
use mailbox::{Mailbox, MailboxKey};
use seat::Set;

/// A channel's handle; never used again once the channel is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChannelId(u32);

/// What a channel is, for the order in which load is shed: scores never.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// How many are here, who is typing.
    Presence,
    /// Talk beside a game.
    Talk,
    /// Counts of a vote.
    Tally,
    /// Announcements and what is open.
    Venue,
    /// A game, or the list of games.
    Score,
    /// What staff need to see the box and the desk.
    Staff,
}

/// What the hub keeps at most.
#[derive(Clone, Debug)]
pub struct HubLimits {
    /// Bytes of frames kept for each channel.
    pub ring_bytes: usize,
    /// Bytes of frames kept over all channels; the oldest go first.
    pub rings_bytes: usize,
    /// Receipts kept in one mailbox.
    pub mailbox_entries: usize,
    /// How long a receipt is kept.
    pub mailbox_ms: u64,
    /// Held connections, all transports together.
    pub phones: usize,
}

impl Default for HubLimits {
    fn default() -> Self {
        Self {
            ring_bytes: 64 * 1024,
            rings_bytes: 8 * 1024 * 1024,
            mailbox_entries: 64,
            mailbox_ms: 10 * 60 * 1000,
            phones: 15_000,
        }
    }
}

/// One step of a channel, as the pump publishes it.
#[derive(Clone, Debug, Default)]
pub struct Update {
    /// The board after the step.
    pub board: Value,
    /// What leads there from the board last published: RFC 7396.
    pub patch: Value,
    /// Lines for the announcer.
    pub say: Vec<Say>,
    /// When, as RFC 3339, for display.
    pub t: String,
    /// The ids of the commands behind it, for the log.
    pub trace: Vec<String>,
    /// When the first of those commands arrived, on the monotonic line of this start: where the way to the phones
    /// is to be measured.
    pub since_ms: Option<u64>,
}

/// Why every connection is being ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The code of the `bye`.
    pub code: u16,
    /// Its reason.
    pub reason: String,
}

/// Counts, for status page and metrics.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Phones on a WebSocket.
    pub websocket: usize,
    /// Phones on Server-Sent Events.
    pub sse: usize,
    /// Phones on a long-poll held at this moment.
    pub longpoll: usize,
    /// Answers to polls since the start.
    pub polls: u64,
    /// Answers to polls within the last minute.
    pub polls_a_minute: u64,
    /// Channels open.
    pub channels: usize,
    /// Frames published.
    pub frames: u64,
    /// Messages given to phones.
    pub delivered: u64,
    /// Times a phone was moved to a snapshot because it could not keep up.
    pub resyncs: u64,
    /// Bytes in all rings.
    pub ring_bytes: usize,
}

impl Stats {
    /// Held connections, all transports together.
    #[must_use]
    pub fn phones(&self) -> usize {
        self.websocket + self.sse + self.longpoll
    }
}

/// The hub. Clones are handles on one hub; its tasks end with the last of them.
#[derive(Clone, Debug)]
pub struct Hub(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    epoch: Epoch,
    limits: HubLimits,
    time: Time,
    frame: AtomicU64,
    book: Mutex<Book>,
    mailboxes: Mutex<HashMap<MailboxKey, Arc<Mailbox>>>,
    ending: OnceLock<Ending>,
    to_wake: async_channel::Sender<Arc<Set>>,
    counts: Counts,
    delays: Recent,
    dice: AtomicU64,
    heartbeat: Mutex<Option<(u64, u64, Arc<Frame>)>>,
}

#[derive(Debug, Default)]
struct Counts {
    held: [AtomicUsize; 4],
    polls: AtomicU64,
    polled: Rate,
    delivered: AtomicU64,
    resyncs: AtomicU64,
}

impl Hub {
    /// A hub without channels, and its two tasks: one wakes phones, one looks once a second whose time
    /// has come.
    #[must_use]
    pub fn new(epoch: Epoch, limits: HubLimits, time: Time) -> Self {
        let (to_wake, woken) = async_channel::unbounded();
        let hub = Self(Arc::new(Inner {
            dice: time.wall_ms().cast_unsigned().into(),
            delays: Recent::new(time.clone()),
            epoch,
            limits,
            time,
            frame: 0.into(),
            book: Mutex::default(),
            mailboxes: Mutex::default(),
            ending: OnceLock::new(),
            to_wake,
            counts: Counts::default(),
            heartbeat: Mutex::default(),
        }));
        runtime::critical("waking phones", wake::run(woken));
        runtime::critical("sweeping phones", wake::sweep_each_second(Arc::downgrade(&hub.0)));
        hub
    }

    /// The history all frame numbers belong to.
    #[must_use]
    pub fn epoch(&self) -> &Epoch {
        &self.0.epoch
    }

    /// The number of the newest frame.
    #[must_use]
    pub fn frame(&self) -> u64 {
        self.0.frame.load(Ordering::Acquire)
    }

    /// The clock.
    #[must_use]
    pub fn time(&self) -> &Time {
        &self.0.time
    }

    /// Opens a channel with its first board. On a channel already open this publishes the board whole:
    /// phones get a snapshot, and nothing from before can be resumed.
    pub fn open(&self, name: &ChannelName, class: Class, board: Value) -> ChannelId {
        let name: Arc<str> = name.to_string().into();
        let mut book = self.book();
        let number = self.frame() + 1;
        let t = runtime::rfc3339(self.0.time.wall_ms());
        let retained = Retained::new(name.clone(), number, t, Arc::new(board));
        let (id, sets) = match book.names.get(&name).copied() {
            Some(id) => {
                let channel = book.entries[&id].channel.clone();
                let mut ring = channel.ring_mut();
                book.forget_front(ring.front());
                book.ring_bytes -= ring.bytes();
                *ring = Ring::new(retained);
                drop(ring);
                (id, book.sets_of(id))
            }
            None => {
                book.last_id += 1;
                let id = ChannelId(book.last_id);
                let channel = Arc::new(Channel::new(id, name.clone(), class, retained));
                book.names.insert(name, id);
                book.entries.insert(id, Entry { channel, sets: Vec::new() });
                (id, Vec::new())
            }
        };
        for set in &sets {
            set.note(number, None);
        }
        self.0.frame.store(number, Ordering::Release);
        drop(book);
        self.wake(&sets);
        id
    }

    /// Publishes a step of a channel and returns its frame number. A channel closed meanwhile takes
    /// nothing; the number of the newest frame is returned then.
    pub fn publish(&self, id: ChannelId, update: Update) -> u64 {
        let mut book = self.book();
        let Some(entry) = book.entries.get(&id) else {
            return self.frame();
        };
        let channel = entry.channel.clone();
        let sets = book.sets_of(id);
        let number = self.frame() + 1;
        let prev = channel.ring().retained().frame;
        let frame = Frame::numbered(
            number,
            delay::origin(update.since_ms, &sets),
            &Message::Patch {
                ch: channel.name.as_ref().into(),
                frame: number,
                prev,
                t: update.t.as_str().into(),
                patch: std::borrow::Cow::Borrowed(&update.patch),
                say: update.say.as_slice().into(),
            },
        );
        log::debug!("frame {number} on {} for {:?}", channel.name, update.trace);
        let retained = Retained::new(channel.name.clone(), number, update.t, Arc::new(update.board));
        {
            let mut ring = channel.ring_mut();
            let front = ring.front();
            book.ring_bytes += frame.cost();
            ring.push(frame.clone(), retained);
            while ring.bytes() > self.0.limits.ring_bytes {
                book.ring_bytes -= ring.forget_oldest();
            }
            book.front_moved(id, front, ring.front());
        }
        while book.ring_bytes > self.0.limits.rings_bytes && book.forget_oldest_of_all() {}
        for set in &sets {
            set.note(number, Some(frame.clone()));
        }
        self.0.frame.store(number, Ordering::Release);
        drop(book);
        self.wake(&sets);
        number
    }

    /// The channel of this name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<ChannelId> {
        self.book().names.get(name).copied()
    }

    /// A channel's board as last published.
    #[must_use]
    pub fn retained(&self, id: ChannelId) -> Option<Arc<Retained>> {
        let channel = self.book().entries.get(&id)?.channel.clone();
        Some(channel.ring().retained().clone())
    }

    /// Closes a channel. Its phones are told to connect again, and learn there what has become of it.
    pub fn close(&self, id: ChannelId) {
        let mut book = self.book();
        let sets = book.sets_of(id);
        let Some(entry) = book.entries.remove(&id) else {
            return;
        };
        book.names.remove(&entry.channel.name);
        let ring = entry.channel.ring();
        book.forget_front(ring.front());
        book.ring_bytes -= ring.bytes();
        book.sets.retain(|(channels, _), _| !channels.contains(&id));
        drop(ring);
        drop(book);
        for set in &sets {
            set.end();
        }
        self.wake(&sets);
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.book.lock().unwrap_or_else(relock)
    }
}

/// Takes a lock over from a thread that panicked: what the locks here guard is valid at every step.
pub(crate) fn relock<T>(poisoned: PoisonError<T>) -> T {
    poisoned.into_inner()
}
