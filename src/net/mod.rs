//! Sockets, heads, bodies, limits, time-outs and takeover; knows no route.
//!
//! In reading order: a [`listen::Listener`] is bound, [`accept::serve`] accepts within a cap, `read` takes
//! a head and a body off the socket within their limits, [`head`] refuses what is not strictly HTTP/1.1,
//! `conn` asks the [`Service`], [`encode`] writes the answer, [`takeover`] hands the socket to a transport.
//!
//! Invariants: a byte that came over the network never reaches tide unparsed; every refusal is answered with
//! a status and a problem document before the connection closes; no step waits without a limit; a panic or
//! a stall costs one request, at worst one connection; a socket lives in exactly one place.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

pub mod accept;
mod conn;
pub mod encode;
pub mod fault;
pub mod head;
pub mod listen;
mod read;
pub mod socket;
pub mod takeover;
mod target;
pub mod tls;

/// Whom a listener is for. It is a property of the port, never of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Fans, and staff too where there is no listener of their own.
    Public,
    /// Commentators and organisers.
    Staff,
}

/// The other end of a connection, in the extensions of every request handed to the service.
///
/// `addr` is the peer of the TCP connection itself; no header changes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Address and port of the other end.
    pub addr: SocketAddr,
    /// Address and port on this side: one of the box's own.
    pub local: SocketAddr,
    /// The class of the listener it came in by.
    pub class: Class,
    /// Whether the connection is encrypted.
    pub tls: bool,
}

/// How much and how long. The defaults are those the box is shipped with.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Largest head, from the first byte to the empty line. At most 65,535.
    pub head_bytes: usize,
    /// From the first byte of a head to its last; also from connecting to the first byte.
    pub head: Duration,
    /// From the end of the head to the last byte of the body.
    pub body: Duration,
    /// For the service to answer.
    pub handler: Duration,
    /// Between two requests of one connection.
    pub idle: Duration,
    /// For a write that makes no progress at all; then the connection is reset.
    pub write: Duration,
    /// For the TLS handshake.
    pub handshake: Duration,
    /// After the last answer, for the other end to close first.
    pub linger: Duration,
    /// After shutdown, for requests in flight.
    pub drain: Duration,
    /// Connections open at once on this listener, those taken over included.
    pub connections: usize,
    /// Connections beyond that, kept for requests that [`Service::admit_when_full`] lets in.
    pub reserve: usize,
}

impl Default for Limits {
    /// Those of a public listener: nearly all descriptors this process may have.
    fn default() -> Self {
        let descriptors = listen::descriptor_limit();
        let share = descriptors / 16;
        Self {
            head_bytes: 8 * 1024,
            head: Duration::from_secs(5),
            body: Duration::from_secs(10),
            handler: Duration::from_secs(5),
            idle: Duration::from_secs(15),
            write: Duration::from_secs(10),
            handshake: Duration::from_secs(10),
            linger: Duration::from_secs(2),
            drain: Duration::from_secs(10),
            // A sixteenth each for the reserve and a staff listener, the rest for the database and the logs.
            connections: descriptors.saturating_sub(2 * share + 64).max(16),
            reserve: share,
        }
    }
}

impl Limits {
    /// Those of a staff listener beside a public one: descriptors that no crowd can take.
    #[must_use]
    pub fn staff() -> Self {
        Self { connections: (listen::descriptor_limit() / 16).max(16), reserve: 0, ..Self::default() }
    }
}

/// What the box does with requests. Implemented once, by the composition root.
///
/// The plain functions run inside the connection's task: they must not block, and a panic in one costs that
/// connection. `respond` may panic or stall; it is then answered for with 500 or 503.
pub trait Service: Send + Sync + 'static {
    /// What a response carries in its extensions when a transport shall take the connection over.
    type Plan: Send + Sync + 'static;

    /// Whether this box answers to that name. `host` is in lower case, without port, without the brackets
    /// of an IPv6 address and without a final dot. False answers 421 and closes.
    fn host_allowed(&self, host: &str, peer: &Peer) -> bool;

    /// A complete answer made beforehand, or `None` to go the long way. Asked for every GET and HEAD without
    /// a body; for HEAD only the head of the answer is sent.
    fn hot(&self, head: &head::Head, peer: &Peer) -> Option<encode::Hot>;

    /// Bytes of body this request may have.
    fn body_limit(&self, _head: &head::Head) -> usize {
        16 * 1024
    }

    /// Whether a request that came in on the reserve, because [`Limits::connections`] are open, is served
    /// all the same. False answers 503 with `Retry-After`.
    fn admit_when_full(&self, _head: &head::Head, _peer: &Peer) -> bool {
        false
    }

    /// Answers a request. Its extensions hold the [`Peer`]; its URL has a fixed authority, so that no `Host`
    /// chooses a route, and the real `Host` is among its headers. The future is dropped at
    /// [`Limits::handler`].
    fn respond(&self, request: tide::http::Request) -> impl Future<Output = tide::http::Response> + Send;

    /// Takes a connection over: called when a response of status 101 or 2xx to anything but HEAD carries
    /// a [`Service::Plan`] in its extensions. The loop that read the request has ended by then and holds
    /// nothing. Spawn what is to go on; this call itself must return at once.
    fn take(self: Arc<Self>, plan: Self::Plan, takeover: takeover::Takeover);
}
