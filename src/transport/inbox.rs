//! What a phone sends over its socket, and how it is answered on the same connection.
//!
//! Declared here, implemented by whoever carries commands out.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, Weak};

use crate::hub::frame::Frame;
use crate::hub::seat::Bell;
use crate::wire::inbound::Inbound;
use crate::wire::message::Message;

/// Takes what a phone sends.
pub trait Inbox: Send + Sync {
    /// Takes one message; answers later, through `reply`. Must return at once: it is called from the
    /// connection's task. `ping` is answered before it gets here.
    fn receive(&self, message: Inbound, reply: Reply);
}

/// The way back to the connection a message came from. When that has gone, what is sent is dropped:
/// its receipt is in the mailbox or asked for by id.
#[derive(Clone, Debug)]
pub struct Reply {
    replies: Weak<Replies>,
    bell: Bell,
}

impl Reply {
    pub(super) fn new(replies: &Arc<Replies>, bell: Bell) -> Self {
        Self { replies: Arc::downgrade(replies), bell }
    }

    /// Sends a receipt or a problem to this connection alone.
    pub fn send(&self, message: &Message<'_>) {
        if let Some(replies) = self.replies.upgrade() {
            replies.push(Frame::unnumbered(message));
            self.bell.ring();
        }
    }
}

/// Answers that wait for one connection.
#[derive(Debug, Default)]
pub(super) struct Replies(Mutex<VecDeque<Arc<Frame>>>);

impl Replies {
    /// Who sends 20 messages a second and never reads loses its oldest answers, not our memory.
    const MOST: usize = 64;

    fn push(&self, frame: Arc<Frame>) {
        let mut waiting = self.waiting();
        if waiting.len() >= Self::MOST {
            waiting.pop_front();
        }
        waiting.push_back(frame);
    }

    pub(super) fn take(&self) -> Option<Arc<Frame>> {
        self.waiting().pop_front()
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, VecDeque<Arc<Frame>>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
