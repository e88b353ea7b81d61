//! Mailboxes: receipts for one session or device.
//!
//! Receipts are no frames: no number, no ring, no resume. A mailbox keeps a few for a few minutes, tells
//! every connection that follows `me` at that moment, and gives to a later connection what no earlier
//! one has taken. A receipt lost on its way is asked for by its command's id.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use super::frame::Frame;
use super::relock;
use super::seat::Bell;

/// Whose mailbox it is: a session's or a device's name, made by whoever knows them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MailboxKey(Arc<str>);

impl MailboxKey {
    /// The mailbox of this name. Names of sessions and devices must not be able to collide.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }
}

/// A mailbox.
#[derive(Debug)]
pub struct Mailbox {
    most: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    entries: VecDeque<(u64, Arc<Frame>)>,
    // How many entries were ever forgotten: the number of the entry at the front.
    first: u64,
    // The number after the newest entry any connection has taken.
    taken: u64,
    readers: Vec<Bell>,
}

impl State {
    fn forget_oldest(&mut self) {
        if self.entries.pop_front().is_some() {
            self.first += 1;
        }
    }
}

impl Mailbox {
    pub(crate) fn new(most: usize) -> Self {
        Self { most, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(relock)
    }

    pub(crate) fn post(&self, now_ms: u64, frame: Arc<Frame>) {
        let mut state = self.state();
        if state.entries.len() >= self.most {
            state.forget_oldest();
        }
        state.entries.push_back((now_ms, frame));
        for reader in &state.readers {
            reader.ring();
        }
    }

    /// Forgets what was posted before `then_ms`; whether the mailbox is of no more use.
    pub(crate) fn expire(&self, then_ms: u64) -> bool {
        let mut state = self.state();
        while state.entries.front().is_some_and(|(posted, _)| *posted < then_ms) {
            state.forget_oldest();
        }
        state.entries.is_empty() && state.readers.is_empty()
    }

    /// Whether something waits that no connection has taken.
    #[must_use]
    pub fn has_untaken(&self) -> bool {
        let state = self.state();
        state.taken.max(state.first) < state.first + state.entries.len() as u64
    }
}

/// One connection's place at a mailbox; left when dropped.
#[derive(Debug)]
pub struct MailSeat {
    mailbox: Arc<Mailbox>,
    bell: Option<Bell>,
    next: u64,
}

impl MailSeat {
    /// Begins with what nobody has taken; `bell` rings at what comes.
    pub(crate) fn new(mailbox: Arc<Mailbox>, bell: Option<Bell>) -> Self {
        let next = {
            let mut state = mailbox.state();
            state.readers.extend(bell.clone());
            state.taken
        };
        Self { mailbox, bell, next }
    }

    /// The next receipt, if there is one.
    pub fn take(&mut self) -> Option<Arc<Frame>> {
        let mut state = self.mailbox.state();
        let number = self.next.max(state.first);
        let index = usize::try_from(number - state.first).ok()?;
        let frame = state.entries.get(index)?.1.clone();
        self.next = number + 1;
        state.taken = state.taken.max(self.next);
        Some(frame)
    }

    /// Whether [`Self::take`] would return something.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        let state = self.mailbox.state();
        self.next.max(state.first) < state.first + state.entries.len() as u64
    }
}

impl Drop for MailSeat {
    fn drop(&mut self) {
        if let Some(bell) = &self.bell {
            let mut state = self.mailbox.state();
            if let Some(at) = state.readers.iter().position(|reader| reader == bell) {
                state.readers.swap_remove(at);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{MailSeat, Mailbox};
    use crate::hub::frame::Frame;
    use crate::wire::message::Message;

    fn note(n: u64) -> Arc<Frame> {
        Frame::unnumbered(&Message::Heartbeat { frame: n, now_ms: 0 })
    }

    fn drained(seat: &mut MailSeat) -> usize {
        std::iter::from_fn(|| seat.take()).count()
    }

    #[test]
    fn a_later_connection_gets_only_what_nobody_has_taken() {
        let mailbox = Arc::new(Mailbox::new(64));
        mailbox.post(0, note(1));
        let mut first = MailSeat::new(mailbox.clone(), None);
        let mut second = MailSeat::new(mailbox.clone(), None);
        assert_eq!((drained(&mut first), drained(&mut second)), (1, 1), "both were there");
        mailbox.post(0, note(2));
        let mut third = MailSeat::new(mailbox.clone(), None);
        assert_eq!(drained(&mut third), 1);
        assert!(!mailbox.has_untaken());
    }

    #[test]
    fn old_and_too_many_receipts_are_forgotten() {
        let mailbox = Arc::new(Mailbox::new(3));
        for n in 0..5 {
            mailbox.post(n, note(n));
        }
        let mut seat = MailSeat::new(mailbox.clone(), None);
        assert_eq!(drained(&mut seat), 3);
        mailbox.post(100, note(9));
        assert!(mailbox.has_untaken());
        assert!(mailbox.expire(101), "nothing is left");
        assert!(!mailbox.has_untaken());
        assert_eq!(drained(&mut seat), 0);
    }
}
