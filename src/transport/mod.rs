//! How messages reach a phone: four transports of one shape and one contract.
//!
//! A handler of a `/live/{transport}` request calls [`plan`]. It gets an ordinary answer, or an answer
//! with a [`Plan`] to put into the response's extensions (and [`Takeaway::Bare`] beside it where
//! [`Answer::Take`] says so). The composition root gives the plan and the connection to [`take`], which
//! spawns the one small task the connection lives in. The checks that need to know people or places are
//! the handler's: who may follow a channel, whether the `Origin` is one's own, which names exist.
//!
//! Held connections are `push` (WebSocket and Server-Sent Events) and `longpoll`; `poll` answers at
//! once. What all of them keep: messages in the order of their frames, a snapshot where frames are
//! missing, no message twice, `bye` as the last.

use std::sync::Arc;

use crate::hub::mailbox::MailboxKey;
use crate::hub::{ChannelId, Hub};
use crate::net::takeover::{Takeaway, Takeover};
use crate::runtime;
use crate::wire::message::Message;
use crate::wire::{Cursor, Problem, Transport, Want, close};

mod ears;
pub mod inbox;
mod line;
mod longpoll;
mod out;
mod poll;
mod push;
mod sse;
mod websocket;

use inbox::Inbox;
use longpoll::Parked;
use push::Push;

/// How long a phone may take silence for life, as told in `hello`.
pub(crate) const HEARTBEAT_MS: u64 = 25_000;

/// The version told in `hello`.
const BUILD: &str = env!("CARGO_PKG_VERSION");

/// What a connection may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Messages of up to 4 KiB; turned away when the box is full.
    Fan,
    /// Messages of up to 16 KiB; let in when the box is full.
    Staff,
}

/// A request to follow channels, already allowed.
pub struct Ask<'a> {
    /// By which transport.
    pub transport: Transport,
    /// Which channels, and how to begin on each. Without `me`.
    pub channels: Vec<(ChannelId, Want)>,
    /// Where the phone is: from the query, or else from `Last-Event-ID`.
    pub cursor: Option<Cursor>,
    /// The mailbox, if the phone follows `me`.
    pub mailbox: Option<MailboxKey>,
    /// Who takes what the phone sends; without one everything but `ping` is refused.
    pub inbox: Option<Arc<dyn Inbox>>,
    /// What it may send.
    pub standing: Standing,
    /// The request's header fields by lower-case name; several of one name joined by commas.
    pub header: &'a dyn Fn(&str) -> Option<String>,
}

impl std::fmt::Debug for Ask<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ask")
            .field("transport", &self.transport)
            .field("channels", &self.channels)
            .field("cursor", &self.cursor)
            .finish_non_exhaustive()
    }
}

/// Header fields of an answer. All values are printable ASCII.
pub type Headers = Vec<(&'static str, String)>;

/// What to do with a request.
#[derive(Debug)]
pub enum Answer {
    /// Answer it with this.
    Respond {
        /// The status: 200 or 304.
        status: u16,
        /// The header fields.
        headers: Headers,
        /// The body, `application/json`.
        body: Vec<u8>,
    },
    /// Answer with this head and hand the connection to [`take`].
    Take {
        /// The status: 101 or 200.
        status: u16,
        /// The header fields.
        headers: Headers,
        /// Who writes the head; belongs into the response's extensions.
        takeaway: Takeaway,
        /// Belongs into the response's extensions.
        plan: Plan,
    },
}

/// A request that is refused.
#[derive(Debug)]
pub struct Refused {
    /// Why.
    pub problem: Problem,
    /// Header fields that go with it.
    pub headers: Headers,
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self { problem, headers: Headers::new() }
    }
}

/// What is to be done with a connection once it is taken over. Dropped unused, it has cost nothing.
#[derive(Debug)]
pub struct Plan(Role);

#[derive(Debug)]
enum Role {
    Push(push::Entry),
    Park(longpoll::Entry),
    Farewell(Vec<u8>),
}

/// Decides what becomes of a request. Nothing is said before [`take`], so a plan may wait.
///
/// # Errors
/// A WebSocket handshake that RFC 6455 does not allow, or a channel closed meanwhile (404).
pub fn plan(hub: &Hub, ask: Ask<'_>) -> Result<Answer, Refused> {
    let head = match ask.transport {
        Transport::WebSocket => Some((101, websocket::accept(ask.header)?)),
        Transport::Sse => Some((200, sse::headers())),
        Transport::LongPoll | Transport::Poll => None,
    };
    let turned_away = ask.standing == Standing::Fan && hub.is_full();
    if let Some((status, headers)) = head.clone().filter(|_| turned_away) {
        let bye = bye(hub, close::FULL, "full", Some(Transport::Poll));
        let role = Role::Farewell(match ask.transport {
            Transport::WebSocket => websocket::farewell(&bye, close::FULL),
            _ => sse::farewell(&bye, FULL_RETRY_MS + hub.retry_ms()),
        });
        return Ok(Answer::Take { status, headers, takeaway: Takeaway::HeadWritten, plan: Plan(role) });
    }
    let ids: Vec<ChannelId> = ask.channels.iter().map(|(id, _)| *id).collect();
    // A long-poll takes a place among the held connections only once it is parked.
    let place = if ask.transport == Transport::LongPoll { Transport::Poll } else { ask.transport };
    let seat = hub.seat(place, &ids).ok_or_else(|| {
        Problem::new(
            404,
            "unknown-channel",
            "a channel was closed while the request was read; load the page again",
        )
    })?;
    let wants = ask.channels.iter().filter(|(_, want)| *want == Want::Snapshot);
    let fresh = wants.map(|(id, _)| *id).collect();
    let held = ask.cursor.filter(|cursor| cursor.epoch == *hub.epoch()).map(|cursor| cursor.frame);
    let Some((status, headers)) = head else {
        let query = poll::Query { seat, channels: ids, held, fresh, mailbox: ask.mailbox };
        return Ok(match ask.transport {
            Transport::LongPoll if !turned_away => longpoll::answer(query),
            _ => poll::answer(query, ask.header, turned_away),
        });
    };
    let role = Role::Push(push::Entry {
        seat,
        held,
        fresh,
        mailbox: ask.mailbox,
        inbox: ask.inbox,
        standing: ask.standing,
    });
    Ok(Answer::Take { status, headers, takeaway: Takeaway::HeadWritten, plan: Plan(role) })
}

/// Carries a plan out on its connection, in a task of its own.
pub fn take(plan: Plan, takeover: Takeover) {
    match plan.0 {
        Role::Push(entry) => runtime::spawn(Push::new(entry, takeover)),
        Role::Park(entry) => runtime::spawn(Parked::new(entry, takeover).run()),
        Role::Farewell(bytes) => runtime::spawn(async move {
            let Takeover { mut socket, back, .. } = takeover;
            let _permit = back.stay();
            if socket.send(&bytes, FAREWELL).await.is_ok() {
                socket.close(FAREWELL).await;
            }
        }),
    }
}

/// How long a client that is turned away may take to hear it.
const FAREWELL: std::time::Duration = std::time::Duration::from_secs(2);

/// Added to the usual wait where there was no place: nobody leaves within seconds.
const FULL_RETRY_MS: u64 = 10_000;

/// The last message of a connection.
fn bye(hub: &Hub, code: u16, reason: &str, instead: Option<Transport>) -> String {
    let extra = if code == close::FULL { FULL_RETRY_MS } else { 0 };
    let retry_ms = extra + hub.retry_ms();
    let instead = instead.map(|transport| transport.as_str().into());
    Message::Bye { code, reason: reason.into(), retry_ms, instead }.to_json()
}

/// The first message of a connection, and the wait it tells.
fn hello(hub: &Hub, frame: u64, recovered: bool) -> (String, u64) {
    let retry_ms = hub.retry_ms();
    let hello = Message::Hello {
        epoch: hub.epoch().clone(),
        frame,
        now_ms: hub.time().now_ms(),
        now: runtime::rfc3339(hub.time().wall_ms()).into(),
        heartbeat_ms: HEARTBEAT_MS,
        retry_ms,
        recovered,
        build: BUILD.into(),
        protocol: crate::wire::PROTOCOL,
    };
    (hello.to_json(), retry_ms)
}
