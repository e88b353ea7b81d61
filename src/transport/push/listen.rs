//! The push task's ear: what the phone sends, within its budget.

use std::pin::Pin;
use std::task::{Context, Poll};

use smol::io::AsyncRead as _;

use super::{CLOSING, Life, Over, Push};
use crate::transport::ears::{Ears, Heard};
use crate::transport::inbox::Reply;
use crate::transport::out::Piece;
use crate::transport::{Standing, line};
use crate::wire::inbound::Inbound;
use crate::wire::message::Message;
use crate::wire::{Problem, Transport, close};

/// Bytes read in one go; they are on the stack.
const READ: usize = 4096;
/// Reads before other tasks run.
const ROUNDS: usize = 8;
/// Bytes still taken, and thrown away, from a phone that was told to stop.
const WASTE: u32 = 256 * 1024;

impl Push {
    /// Reads what the phone sends.
    pub(super) fn listen(&mut self, cx: &mut Context<'_>, now: u32) -> Result<(), Over> {
        if line::poll_heard(&self.socket, cx)?.is_pending() {
            return Ok(());
        }
        let mut buffer = [0; READ];
        for _ in 0..ROUNDS {
            let Poll::Ready(n) = Pin::new(&mut self.socket).poll_read(cx, &mut buffer)? else {
                return Ok(());
            };
            if n == 0 {
                return Err(Over);
            }
            if let Life::Closing { wasted, .. } = &mut self.life {
                *wasted = wasted.saturating_add(u32::try_from(n).unwrap_or(u32::MAX));
                if *wasted > WASTE {
                    return Err(Over);
                }
            } else {
                self.take_in(&buffer[..n], now);
            }
        }
        cx.waker().wake_by_ref();
        Ok(())
    }

    pub(super) fn take_in(&mut self, mut bytes: &[u8], now: u32) {
        if bytes.is_empty() {
            return;
        }
        self.heard = now;
        let longest = match self.standing {
            Standing::Fan => 4 * 1024,
            Standing::Staff => 16 * 1024,
        };
        if self.transport() != Transport::WebSocket {
            // Nothing is expected on this stream; a little is ignored.
            if !self.budget.spend_bytes(now, bytes.len(), 0, 0) {
                self.finish(close::POLICY, "too much sent", now);
            }
            return;
        }
        let mut ears = self.ears.take().unwrap_or_else(|| Box::new(Ears::new(longest)));
        let frames = ears.count(bytes);
        if !self.budget.spend_bytes(now, bytes.len(), frames, longest) {
            self.finish(close::POLICY, "too much sent", now);
            return;
        }
        let mut reply = Vec::new();
        loop {
            let heard = ears.next(&mut bytes, &mut reply);
            if !reply.is_empty() {
                let said = self.said;
                self.queue(Piece::Own(std::mem::take(&mut reply).into()), now);
                // A pong is no message; the heartbeat counts from the last that was one.
                self.said = said;
            }
            match heard {
                Ok(None) => break,
                Ok(Some(Heard::Text(text))) => {
                    if !self.budget.spend_message(now) {
                        return self.finish(close::POLICY, "too many messages", now);
                    }
                    self.receive(&text, now);
                }
                Ok(Some(Heard::Close)) => {
                    self.life = Life::Closing { until: now.saturating_add(CLOSING), wasted: 0 };
                    return;
                }
                Err(code) => {
                    let reason = match code {
                        close::TOO_BIG => "message too big",
                        close::NOT_TEXT => "not UTF-8",
                        close::UNSUPPORTED => "only text messages",
                        _ => "protocol error",
                    };
                    return self.finish(code, reason, now);
                }
            }
        }
        if !ears.is_at_rest() {
            self.ears = Some(ears);
        }
    }

    fn receive(&mut self, text: &str, now: u32) {
        let problem = match Inbound::parse(text) {
            Ok(Inbound::Ping) => {
                let heartbeat = self.seat.hub().heartbeat(self.seat.standing(self.held).unwrap_or(self.held));
                return self.queue(Piece::Frame(heartbeat), now);
            }
            Ok(message) => match &self.inbox {
                Some(inbox) => {
                    let replies = self.replies.get_or_insert_default();
                    return inbox.receive(message, Reply::new(replies, self.seat.bell().clone()));
                }
                None => Problem::new(403, "read-only", "this connection only listens; send it over HTTP"),
            },
            Err(problem) => problem,
        };
        self.queue_message(&Message::Problem { problem }, now);
    }
}
