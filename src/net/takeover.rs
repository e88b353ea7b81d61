//! A connection changes hands: from the request loop to a transport, and perhaps back.
//!
//! Made by `conn` after the loop has ended, consumed by [`super::Service::take`]. The socket and the bytes that
//! came behind the request are the transport's alone. What stays behind is the [`Back`]: it keeps the
//! connection's place in the count and knows the way to a fresh loop.

use std::sync::Arc;

use super::Peer;
use super::accept::Permit;
use super::head::Head;
use super::socket::Socket;

/// What the loop has written when a transport takes over. A handler puts it into the response's extensions
/// beside the plan; without it, the head is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Takeaway {
    /// The response's head: for 101 with `Connection: Upgrade`, else without `Content-Length` and with
    /// `Connection: close`, as a stream has it. A body of the response is dropped.
    #[default]
    HeadWritten,
    /// Nothing: the transport answers by itself, as long-poll does.
    Bare,
}

/// A connection on its way to a transport.
#[derive(Debug)]
pub struct Takeover {
    /// The stream.
    pub socket: Socket,
    /// What came behind the request: the first frames of a hasty client, or pipelined requests.
    pub unread: Vec<u8>,
    /// The request's head.
    pub head: Head,
    /// The other end.
    pub peer: Peer,
    /// The way back. Hold it, or the [`Permit`] in it, as long as the socket: dropped earlier, the
    /// connection is no longer counted against the limit.
    pub back: Back,
}

/// The way from a transport back to the request loop.
pub struct Back {
    pub(super) way: Arc<dyn Way>,
    pub(super) permit: Permit,
    pub(super) peer: Peer,
    pub(super) keep_alive: bool,
}

/// Something that goes on with a connection. Erases the service's type.
pub(super) trait Way: Send + Sync {
    fn resume(self: Arc<Self>, socket: Socket, unread: Vec<u8>, peer: Peer, permit: Permit);
    fn close(self: Arc<Self>, socket: Socket, permit: Permit);
}

impl Back {
    /// Whether the client wants to go on after this answer. If not, the answer should say
    /// `Connection: close`.
    #[must_use]
    pub fn keep_alive(&self) -> bool {
        self.keep_alive
    }

    /// Hands a connection back after a complete answer. A fresh loop goes on with the requests in `unread`
    /// and then with the socket; if the client wanted no more, the connection is closed in good order.
    pub fn give_back(self, socket: Socket, unread: Vec<u8>) {
        if self.keep_alive {
            self.way.resume(socket, unread, self.peer, self.permit);
        } else {
            self.way.close(socket, self.permit);
        }
    }

    /// For a transport that never comes back: only the place in the count is kept, in one word.
    #[must_use]
    pub fn stay(self) -> Permit {
        self.permit
    }
}

impl std::fmt::Debug for Back {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Back")
            .field("peer", &self.peer)
            .field("keep_alive", &self.keep_alive)
            .finish_non_exhaustive()
    }
}
