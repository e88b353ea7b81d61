//! The hub as connections see it: places, mailboxes, the end, and the numbers they are given.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

use super::frame::Frame;
use super::mailbox::{MailSeat, Mailbox, MailboxKey};
use super::seat::{Bell, Pace, Seat, Set};
use super::{ChannelId, Ending, Hub, Stats, relock};
use crate::runtime;
use crate::wire::Transport;
use crate::wire::message::Message;

impl Hub {
    /// A place for a connection that follows these channels; `None` when one of them is not open.
    #[must_use]
    pub fn seat(&self, transport: Transport, channels: &[ChannelId]) -> Option<Seat> {
        let mut ids = channels.to_vec();
        ids.sort_unstable();
        ids.dedup();
        let pace = match transport {
            Transport::LongPoll => Pace::Gathering,
            Transport::WebSocket | Transport::Sse | Transport::Poll => Pace::AtOnce,
        };
        let key = (ids.into_boxed_slice(), pace);
        let mut book = self.book();
        if let Some(set) = book.sets.get(&key).and_then(Weak::upgrade) {
            return Some(Seat::new(set, transport));
        }
        let channels: Option<Box<[_]>> =
            key.0.iter().map(|id| book.entries.get(id).map(|entry| entry.channel.clone())).collect();
        let set = Arc::new(Set::new(self.clone(), channels?, pace));
        for id in &key.0 {
            if let Some(entry) = book.entries.get_mut(id) {
                entry.sets.push(Arc::downgrade(&set));
            }
        }
        book.sets.insert(key, Arc::downgrade(&set));
        Some(Seat::new(set, transport))
    }

    /// A place at a mailbox; `bell` is the connection's, if it is held.
    #[must_use]
    pub fn mail_seat(&self, key: &MailboxKey, bell: Option<Bell>) -> MailSeat {
        MailSeat::new(self.mailbox(key), bell)
    }

    /// The mailbox of a session or device, made when it is first asked for.
    #[must_use]
    pub fn mailbox(&self, key: &MailboxKey) -> Arc<Mailbox> {
        let mut mailboxes = self.0.mailboxes.lock().unwrap_or_else(relock);
        let most = self.0.limits.mailbox_entries;
        mailboxes.entry(key.clone()).or_insert_with(|| Arc::new(Mailbox::new(most))).clone()
    }

    /// Puts a receipt into a mailbox.
    pub fn post(&self, key: &MailboxKey, message: &Message<'_>) {
        self.mailbox(key).post(self.0.time.now_ms(), Frame::unnumbered(message));
    }

    /// Ends every connection with a `bye`, also those that come from now on; a second call changes
    /// nothing. [`Self::drained`] waits until they have gone.
    pub fn drain(&self, code: u16, reason: &str) {
        if self.0.ending.set(Ending { code, reason: reason.to_owned() }).is_ok() {
            let sets = self.book().all_sets();
            for set in sets {
                self.wake_later(set);
            }
        }
    }

    /// Waits until nobody is connected or `limit` has passed; returns how many still are.
    pub async fn drained(&self, limit: std::time::Duration) -> usize {
        let gone = async {
            while self.stats().phones() > 0 {
                runtime::sleep(std::time::Duration::from_millis(20)).await;
            }
        };
        runtime::timeout(limit, gone).await;
        self.stats().phones()
    }

    /// Why everybody is being sent away, once that is so.
    #[must_use]
    pub fn ending(&self) -> Option<&Ending> {
        self.0.ending.get()
    }

    /// How many held connections there may be.
    #[must_use]
    pub fn places(&self) -> usize {
        self.0.limits.phones
    }

    /// How many held connections follow a channel.
    #[must_use]
    pub fn followers(&self, id: ChannelId) -> usize {
        self.book().sets_of(id).iter().map(|set| set.seated()).sum()
    }

    /// Whether there is no place for another held connection.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.stats_held() >= self.0.limits.phones
    }

    /// The counts of this moment.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let counts = &self.0.counts;
        let book = self.book();
        Stats {
            websocket: self.count(Transport::WebSocket).load(Ordering::Relaxed),
            sse: self.count(Transport::Sse).load(Ordering::Relaxed),
            longpoll: self.count(Transport::LongPoll).load(Ordering::Relaxed),
            polls: counts.polls.load(Ordering::Relaxed),
            polls_a_minute: counts.polled.last_minute(self.0.time.now_ms()),
            channels: book.entries.len(),
            frames: self.frame(),
            delivered: self.given(),
            resyncs: counts.resyncs.load(Ordering::Relaxed),
            ring_bytes: book.ring_bytes,
        }
    }

    fn stats_held(&self) -> usize {
        let held = [Transport::WebSocket, Transport::Sse, Transport::LongPoll];
        held.into_iter().map(|transport| self.count(transport).load(Ordering::Relaxed)).sum()
    }

    pub(crate) fn count(&self, transport: Transport) -> &AtomicUsize {
        &self.0.counts.held[transport as usize]
    }

    pub(crate) fn count_resync(&self) {
        self.0.counts.resyncs.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts messages given to a phone; returns how many were given before.
    pub fn count_delivered(&self, messages: u64) -> u64 {
        self.0.counts.delivered.fetch_add(messages, Ordering::Relaxed)
    }

    /// How many messages were given to phones.
    #[must_use]
    pub fn given(&self) -> u64 {
        self.0.counts.delivered.load(Ordering::Relaxed)
    }

    /// Counts one answer to a poll.
    pub fn count_poll(&self) {
        self.0.counts.polls.fetch_add(1, Ordering::Relaxed);
        self.0.counts.polled.count(self.0.time.now_ms());
    }

    /// Tenths of a second on the monotonic line: what phones' deadlines are counted in.
    #[must_use]
    pub fn tick(&self) -> u32 {
        u32::try_from(self.0.time.now_ms() / 100).unwrap_or(u32::MAX - 1)
    }

    /// A number between the two, both included, different at each call.
    #[must_use]
    pub fn spread(&self, from: u64, to: u64) -> u64 {
        // SplitMix64: enough to keep phones from doing the same thing at the same moment.
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut z = self.0.dice.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        from + z % (to.saturating_sub(from) + 1)
    }

    /// How long a phone should wait before it comes back: spread so that a thousand a second come.
    #[must_use]
    pub fn retry_ms(&self) -> u64 {
        let crowd = self.stats_held() as u64;
        self.spread(1_000, 1_000 + crowd.max(2_000))
    }

    /// The heartbeat of this moment: one message for all phones that are due together.
    #[must_use]
    pub fn heartbeat(&self, frame: u64) -> Arc<Frame> {
        const SAME_MS: u64 = 100;
        let now_ms = self.0.time.now_ms();
        let mut kept = self.0.heartbeat.lock().unwrap_or_else(relock);
        match &*kept {
            Some((at, then_ms, heartbeat)) if *at == frame && now_ms.saturating_sub(*then_ms) < SAME_MS => {
                heartbeat.clone()
            }
            _ => {
                let heartbeat = Frame::unnumbered(&Message::Heartbeat { frame, now_ms });
                *kept = Some((frame, now_ms, heartbeat.clone()));
                heartbeat
            }
        }
    }
}
