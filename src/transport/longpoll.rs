//! Long-poll: a request that is answered when there is something to say.
//!
//! What is there already is answered at once, as an ordinary response. Otherwise the connection is taken
//! over and parked; what comes within 50 ms goes into one answer (the hub wakes such phones that much
//! later), and after 25 s ± 20 % the answer is empty. Then the connection goes back to the request loop.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use smol::io::AsyncRead as _;

use super::poll::{Gathered, Query};
use super::{Answer, Headers, Plan, Role, bye};
use crate::hub::mailbox::{MailSeat, MailboxKey};
use crate::hub::seat::Seat;
use crate::hub::wake::GATHER;
use crate::net::encode::{self, After, Framing};
use crate::net::socket::Socket;
use crate::net::takeover::{Back, Takeaway, Takeover};
use crate::runtime;
use crate::wire::{Transport, close};

/// Pipelined bytes kept for the request loop; more is left in the kernel.
const UNREAD: usize = 8 * 1024;

/// How long an answer may make no progress.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is known of a request that will be parked.
#[derive(Debug)]
pub(super) struct Entry {
    seat: Seat,
    held: u64,
    mailbox: Option<MailboxKey>,
}

/// Answers at once if there is something to say, else parks.
pub(super) fn answer(query: Query) -> Answer {
    let Query { seat, channels, held, fresh, mailbox } = query;
    let hub = seat.hub().clone();
    let mut mail = mailbox.as_ref().map(|key| hub.mail_seat(key, None));
    let opening = seat.opening(held, &fresh);
    let mut gathered = Gathered::new(&seat, &opening, mail.as_mut());
    drop(mail);
    if let Some(ending) = hub.ending() {
        gathered.add(bye(&hub, ending.code, &ending.reason, None).as_bytes());
    } else if gathered.is_empty() {
        match hub.seat(Transport::LongPoll, &channels) {
            Some(seat) => {
                let plan = Plan(Role::Park(Entry { seat, held: opening.at, mailbox }));
                return Answer::Take { status: 200, headers: headers(), takeaway: Takeaway::Bare, plan };
            }
            None => gathered.add(bye(&hub, close::CHANNEL, "channel ended", None).as_bytes()),
        }
    }
    Answer::Respond { status: 200, headers: headers(), body: gathered.into_body(&seat) }
}

fn headers() -> Headers {
    vec![
        ("content-type", "application/json".into()),
        ("cache-control", "no-store".into()),
        ("x-accel-buffering", "no".into()),
        ("x-content-type-options", "nosniff".into()),
    ]
}

/// A parked connection.
#[derive(Debug)]
pub(super) struct Parked {
    socket: Socket,
    seat: Seat,
    back: Back,
    held: u64,
    mail: Option<MailSeat>,
    unread: Vec<u8>,
    until: u32,
}

impl Parked {
    pub(super) fn new(entry: Entry, takeover: Takeover) -> Self {
        let Entry { seat, held, mailbox } = entry;
        let Takeover { socket, unread, back, .. } = takeover;
        let mail = mailbox.map(|key| seat.hub().mail_seat(&key, Some(seat.bell().clone())));
        let until = seat.hub().tick() + u32::try_from(seat.hub().spread(200, 300)).unwrap_or(250);
        Self { socket, seat, back, held, mail, unread, until }
    }

    fn has_news(&self) -> bool {
        self.seat.latest() > self.held
    }

    /// Waits, answers, gives the connection back.
    pub(super) async fn run(mut self) {
        // Published between the request and here: what belongs to it may still be coming.
        if self.has_news() {
            runtime::sleep(GATHER).await;
        }
        if (Waiting { parked: &mut self }).await == Woken::Gone {
            return;
        }
        let Self { mut socket, seat, back, held, mut mail, unread, .. } = self;
        let opening = seat.opening(Some(held), &[]);
        let mut gathered = Gathered::new(&seat, &opening, mail.as_mut());
        let hub = seat.hub();
        if let Some(ending) = hub.ending() {
            gathered.add(bye(hub, ending.code, &ending.reason, None).as_bytes());
        } else if seat.is_ended() {
            gathered.add(bye(hub, close::CHANNEL, "channel ended", None).as_bytes());
        }
        let body = gathered.into_body(&seat);
        let hub = hub.clone();
        drop((mail, seat));
        let after = if back.keep_alive() { After::KeepAlive } else { After::Close };
        let headers = headers();
        let headers = headers.iter().map(|(name, value)| (*name, value.as_str()));
        let mut bytes = Vec::with_capacity(body.len() + 256);
        encode::head(&mut bytes, 200, headers, Framing::Length(body.len()), after)
            .expect("the header fields of this answer are constants");
        bytes.extend(body);
        match socket.send(&bytes, PATIENCE).await {
            Ok(()) => {
                for frame in &opening.frames {
                    hub.written(frame, hub.given());
                }
                back.give_back(socket, unread);
            }
            Err(_) => socket.reset(),
        }
    }
}

/// Why a parked connection goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Woken {
    /// Something is to be said, or has not been for long enough.
    Due,
    /// The client has left.
    Gone,
}

struct Waiting<'a> {
    parked: &'a mut Parked,
}

impl Future for Waiting<'_> {
    type Output = Woken;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Woken> {
        let Parked { socket, seat, held, mail, unread, until, .. } = &mut *self.get_mut().parked;
        // Before looking: what is published after the look wakes.
        seat.attach(cx.waker());
        seat.wake_at(*until);
        let mut bytes = [0; 1024];
        while unread.len() < UNREAD {
            match Pin::new(&mut *socket).poll_read(cx, &mut bytes) {
                Poll::Ready(Ok(0) | Err(_)) => return Poll::Ready(Woken::Gone),
                Poll::Ready(Ok(n)) => unread.extend(&bytes[..n]),
                Poll::Pending => break,
            }
        }
        let due = seat.latest() > *held
            || mail.as_ref().is_some_and(MailSeat::is_waiting)
            || seat.is_ended()
            || seat.hub().ending().is_some()
            || seat.hub().tick() >= *until;
        if due { Poll::Ready(Woken::Due) } else { Poll::Pending }
    }
}
