//! The three things a push task does with a socket beyond reading and writing.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use smol::io::AsyncWrite as _;

use crate::net::socket::Socket;

/// Whether something may be there to read, without asking the kernel: a phone woken by a frame would
/// otherwise pay for a read that finds nothing with every write. Under TLS there may be text that was
/// decrypted but not fetched, of which the socket knows nothing, so the answer is always yes.
pub(super) fn poll_heard(socket: &Socket, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
    match socket {
        Socket::Plain(tcp) => tcp.poll_readable(cx),
        Socket::Tls(_) => Poll::Ready(Ok(())),
    }
}

/// Writes several pieces in one call of the system.
pub(super) fn poll_send(
    socket: &mut Socket,
    cx: &mut Context<'_>,
    pieces: &[IoSlice<'_>],
) -> Poll<io::Result<usize>> {
    match socket {
        Socket::Plain(tcp) => Pin::new(tcp).poll_write_vectored(cx, pieces),
        Socket::Tls(tls) => Pin::new(tls).poll_write_vectored(cx, pieces),
    }
}

/// Makes the coming close a reset, so that the kernel keeps nothing for an end that takes nothing.
pub(super) fn reset_on_close(socket: &Socket) {
    let tcp = match socket {
        Socket::Plain(tcp) => tcp,
        Socket::Tls(tls) => tls.get_ref().0,
    };
    // When this fails, the connection is gone already.
    let _ = socket2::SockRef::from(tcp.get_ref()).set_linger(Some(Duration::ZERO));
}
