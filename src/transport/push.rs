//! The push task: one held connection, WebSocket or Server-Sent Events.
//!
//! It holds one number, the frame up to which the phone has been given everything, and asks its seat for
//! what comes next. Shared bytes are written as they are; a write that is cut short leaves an [`Out`], and
//! until that is gone nothing further is asked for. A phone that falls behind the ring is given boards at
//! a frame boundary. The future is written by hand because there are ten thousand of them.
//!
//! Woken by its seat, its socket and the sweep; it has no timer of its own.

mod listen;

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use smol::io::AsyncWrite as _;

use super::ears::{Budget, Ears};
use super::inbox::{Inbox, Replies};
use super::out::{JOINED, Out, Piece, bytes};
use super::{Standing, bye, hello, line};
use crate::hub::frame::Frame;
use crate::hub::mailbox::{MailSeat, MailboxKey};
use crate::hub::seat::{Next, Opening, Seat};
use crate::hub::{ChannelId, Ending};
use crate::net::accept::Permit;
use crate::net::socket::Socket;
use crate::net::takeover::Takeover;
use crate::wire::message::Message;
use crate::wire::{Transport, close, framing};

/// Silence after which a heartbeat is sent, in ticks.
const HEARTBEAT: u32 = (super::HEARTBEAT_MS / 100) as u32;
/// A phone not heard for so long is dead.
const DEAD: u32 = 600;
/// A write that makes no progress for so long is given up.
const STALLED: u32 = 300;
/// From the `bye` to the end of the connection.
const CLOSING: u32 = 50;
/// Rounds of work before other tasks run.
const ROUNDS: usize = 8;

/// What is known of a connection before it is taken over.
pub(super) struct Entry {
    pub(super) seat: Seat,
    pub(super) held: Option<u64>,
    pub(super) fresh: Vec<ChannelId>,
    pub(super) mailbox: Option<MailboxKey>,
    pub(super) inbox: Option<Arc<dyn Inbox>>,
    pub(super) standing: Standing,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entry").field("seat", &self.seat).field("held", &self.held).finish_non_exhaustive()
    }
}

/// One held connection.
pub(super) struct Push {
    socket: Socket,
    seat: Seat,
    _permit: Permit,
    inbox: Option<Arc<dyn Inbox>>,
    mail: Option<Box<MailSeat>>,
    // Answers to what the phone has sent; there once it has sent something.
    replies: Option<Arc<Replies>>,
    out: Option<Box<Out>>,
    ears: Option<Box<Ears>>,
    // Up to here the phone has been given everything.
    held: u64,
    // The waker the seat has; a task's waker hardly ever changes.
    waker: usize,
    life: Life,
    // Ticks: when something was last heard and said, and when the next ping is due.
    heard: u32,
    said: u32,
    ping: u32,
    budget: Budget,
    standing: Standing,
}

#[derive(Clone, Copy, Debug)]
enum Life {
    Open,
    /// The last message is written or on its way; at this tick it is over in any case.
    Closing {
        until: u32,
        wasted: u32,
    },
}

/// The connection is over.
struct Over;

impl From<io::Error> for Over {
    fn from(_: io::Error) -> Self {
        Self
    }
}

impl Push {
    /// Prepares the opening; the task writes it when it first runs.
    pub(super) fn new(entry: Entry, takeover: Takeover) -> Self {
        let Entry { seat, held, fresh, mailbox, inbox, standing } = entry;
        let Takeover { socket, unread, back, .. } = takeover;
        let hub = seat.hub().clone();
        let now = hub.tick();
        let mail = mailbox.map(|key| Box::new(hub.mail_seat(&key, Some(seat.bell().clone()))));
        let mut push = Self {
            socket,
            _permit: back.stay(),
            inbox,
            mail,
            replies: None,
            out: None,
            ears: None,
            held: 0,
            waker: 0,
            life: Life::Open,
            heard: now,
            said: now,
            ping: 0,
            budget: Budget::default(),
            standing,
            seat,
        };
        push.ping = push.next_ping(now);
        push.open(held, &fresh, now);
        // The first frames of a hasty client came with its request.
        push.take_in(&unread, now);
        push
    }

    fn transport(&self) -> Transport {
        self.seat.transport()
    }

    fn next_ping(&self, now: u32) -> u32 {
        let after = self.seat.hub().spread(u64::from(HEARTBEAT) * 4 / 5, u64::from(HEARTBEAT) * 6 / 5);
        now.saturating_add(u32::try_from(after).unwrap_or(HEARTBEAT))
    }

    fn open(&mut self, held: Option<u64>, fresh: &[ChannelId], now: u32) {
        let opening = self.seat.opening(held, fresh);
        let (hello, retry_ms) = hello(self.seat.hub(), opening.at, opening.recovered);
        let bytes = match self.transport() {
            Transport::WebSocket => framing::websocket_text(&hello),
            // `retry:` inside the first event: a block of its own would be an empty message to some.
            _ => (framing::event_retry(retry_ms).into_bytes().into_iter())
                .chain(framing::event(&hello))
                .collect(),
        };
        self.queue(Piece::Own(bytes.into()), now);
        self.give(opening, now);
    }

    /// Queues frames and boards; from then on the phone is at the opening's frame.
    fn give(&mut self, opening: Opening, now: u32) {
        let Opening { at, frames, boards, .. } = opening;
        // An id says that all channels are held at it. Where boards are still to come, they are not.
        let consistent = boards.is_empty();
        for frame in frames {
            self.queue(if consistent { Piece::Frame(frame) } else { Piece::WithoutId(frame) }, now);
        }
        let mut boards = boards.into_iter().peekable();
        while let Some(board) = boards.next() {
            if boards.peek().is_none() && self.transport() == Transport::Sse {
                let id = framing::event_id(self.seat.hub().epoch().as_str(), at);
                self.queue(Piece::Own(id.into_bytes().into()), now);
            }
            self.queue(Piece::Frame(board.snapshot().clone()), now);
        }
        self.held = at;
    }

    fn queue(&mut self, piece: Piece, now: u32) {
        if matches!(piece, Piece::Frame(_) | Piece::WithoutId(_)) {
            self.seat.hub().count_delivered(1);
        }
        self.said = now;
        self.out.get_or_insert_with(|| Box::new(Out::new(now))).push(piece);
    }

    fn queue_message(&mut self, message: &Message<'_>, now: u32) {
        self.queue(Piece::Frame(Frame::unnumbered(message)), now);
    }

    /// Says the last message. What comes after it is the transport's own end.
    fn finish(&mut self, code: u16, reason: &str, now: u32) {
        if matches!(self.life, Life::Closing { .. }) {
            return;
        }
        let bye = bye(self.seat.hub(), code, reason, None);
        let bytes = match self.transport() {
            Transport::WebSocket => super::websocket::farewell(&bye, code),
            _ => framing::event(&bye),
        };
        self.queue(Piece::Own(bytes.into()), now);
        self.life = Life::Closing { until: now.saturating_add(CLOSING), wasted: 0 };
        self.ears = None;
    }

    /// Writes what waits; whether nothing waits any more.
    fn flush(&mut self, cx: &mut Context<'_>, now: u32) -> Result<bool, Over> {
        let Some(out) = &mut self.out else {
            return Ok(true);
        };
        let (transport, hub) = (self.seat.transport(), self.seat.hub());
        if out.poll_flush(cx, &mut self.socket, transport, hub.epoch(), now)?.is_ready() {
            self.out = None;
            return Ok(true);
        }
        if now.saturating_sub(out.moved) >= STALLED {
            // It takes nothing, so it would not take a good-bye.
            line::reset_on_close(&self.socket);
            return Err(Over);
        }
        Ok(false)
    }

    /// Says what is to be said next; whether there was something.
    fn say(&mut self, cx: &mut Context<'_>, now: u32) -> Result<bool, Over> {
        let receipt = self.replies.as_ref().and_then(|replies| replies.take());
        if let Some(receipt) = receipt.or_else(|| self.mail.as_mut().and_then(|mail| mail.take())) {
            self.queue(Piece::Frame(receipt), now);
            return Ok(true);
        }
        let next = self.seat.next_after(self.held);
        // Read after the frame: what is said is never said before it was published, or silence would seem
        // longer than it was.
        let now = self.seat.hub().tick();
        match next {
            Next::Frame(frame) if frame.number() >= self.seat.latest() => {
                self.held = frame.number();
                self.write(frame, cx, now)?;
            }
            Next::Frame(_) => {
                for frame in self.seat.run_after(self.held, JOINED) {
                    self.held = frame.number();
                    self.seat.hub().written(&frame, self.seat.hub().given());
                    self.queue(Piece::Frame(frame), now);
                }
            }
            Next::Overtaken => {
                let opening = self.seat.resync(self.held);
                self.give(opening, now);
            }
            Next::Nothing => return Ok(self.end(now) || self.keep_alive(now)),
        }
        Ok(true)
    }

    /// Writes one frame, the common case, without putting it anywhere first.
    fn write(&mut self, frame: Arc<Frame>, cx: &mut Context<'_>, now: u32) -> Result<(), Over> {
        let hub = self.seat.hub();
        let nth = hub.count_delivered(1);
        self.said = now;
        let bytes = bytes(&frame, self.seat.transport(), hub.epoch());
        let written = match Pin::new(&mut self.socket).poll_write(cx, bytes)? {
            Poll::Ready(n) if n == bytes.len() => {
                hub.written(&frame, nth);
                if Pin::new(&mut self.socket).poll_flush(cx)?.is_pending() {
                    self.out = Some(Box::new(Out::new(now)));
                }
                return Ok(());
            }
            Poll::Ready(n) => n,
            Poll::Pending => 0,
        };
        self.out = Some(Box::new(Out::cut_short(frame, written, now)));
        Ok(())
    }

    /// Ends the connection if that is due: once everything else has been said.
    fn end(&mut self, now: u32) -> bool {
        if let Some(Ending { code, reason }) = self.seat.hub().ending().cloned() {
            self.finish(code, &reason, now);
            return true;
        }
        if self.seat.is_ended() {
            self.finish(close::CHANNEL, "channel ended", now);
            return true;
        }
        false
    }

    /// The signs of life that are due; whether there were any.
    fn keep_alive(&mut self, now: u32) -> bool {
        let mut any = false;
        if self.transport() == Transport::WebSocket {
            if now.saturating_sub(self.heard) >= DEAD {
                self.finish(close::STALLED, "nothing heard", now);
                return true;
            }
            if now >= self.ping {
                let said = self.said;
                self.queue(Piece::Own(framing::WEBSOCKET_PING.into()), now);
                self.said = said;
                self.ping = self.next_ping(now);
                any = true;
            }
        }
        if now.saturating_sub(self.said) >= HEARTBEAT
            && let Some(frame) = self.seat.standing(self.held)
        {
            self.held = frame;
            let heartbeat = self.seat.hub().heartbeat(frame);
            self.queue(Piece::Frame(heartbeat), now);
            any = true;
        }
        any
    }

    /// The end of the connection in good order: nothing more from us, then the phone's own end.
    fn close(&mut self, cx: &mut Context<'_>, until: u32, now: u32) -> Result<(), Over> {
        if now >= until {
            return Err(Over);
        }
        let _ = Pin::new(&mut self.socket).poll_close(cx)?;
        Ok(())
    }

    fn step(&mut self, cx: &mut Context<'_>) -> Result<(), Over> {
        let now = self.seat.hub().tick();
        self.listen(cx, now)?;
        for round in 0.. {
            if round == ROUNDS {
                cx.waker().wake_by_ref();
                break;
            }
            if !self.flush(cx, now)? {
                if let Life::Closing { until, .. } = self.life
                    && now >= until
                {
                    line::reset_on_close(&self.socket);
                    return Err(Over);
                }
                break;
            }
            if let Life::Closing { until, .. } = self.life {
                self.close(cx, until, now)?;
                break;
            }
            if !self.say(cx, now)? {
                break;
            }
        }
        self.seat.wake_at(self.due());
        Ok(())
    }

    /// The tick at which something is due if nothing happens before.
    fn due(&self) -> u32 {
        if let Life::Closing { until, .. } = self.life {
            return until;
        }
        if let Some(out) = &self.out {
            return out.moved.saturating_add(STALLED);
        }
        let heartbeat = self.said.saturating_add(HEARTBEAT);
        match self.transport() {
            Transport::WebSocket => heartbeat.min(self.ping).min(self.heard.saturating_add(DEAD)),
            _ => heartbeat,
        }
    }
}

impl Future for Push {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let push = self.get_mut();
        // Before anything is asked of the seat: what is published after the asking wakes.
        let waker = cx.waker().data().addr();
        if push.waker != waker {
            push.seat.attach(cx.waker());
            push.waker = waker;
        }
        match push.step(cx) {
            Ok(()) => Poll::Pending,
            Err(Over) => Poll::Ready(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Push;
    use crate::transport::longpoll::Parked;

    #[test]
    fn a_held_connection_stays_small() {
        let push = size_of::<Push>();
        println!("the push task is {push} bytes, a parked long-poll {}", size_of::<Parked>());
        assert!(push <= 256, "{push} bytes for each of ten thousand phones");
    }
}
