//! A connection's byte stream: plain or encrypted, with the two ways to end it.
//!
//! Owned by the request loop, then perhaps by a transport, one at a time.

use std::future::poll_fn;
use std::io;
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_rustls::server::TlsStream;
use smol::future::FutureExt as _;
use smol::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};

use crate::runtime;

/// Bytes still taken, and thrown away, from a client that was told to stop.
const LINGER_BYTES: usize = 16 * 1024 * 1024;

/// Either kind of stream. Both halves are used by one owner.
#[derive(Debug)]
pub enum Socket {
    /// TCP as it is.
    Plain(smol::Async<TcpStream>),
    /// TLS over TCP; boxed, because its state is large and the plain kind is the common one.
    Tls(Box<TlsStream<smol::Async<TcpStream>>>),
}

impl Socket {
    /// The other end.
    ///
    /// # Errors
    /// When the connection is gone.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.tcp().get_ref().peer_addr()
    }

    /// Whether it is encrypted.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        matches!(self, Self::Tls(_))
    }

    /// Writes everything and flushes it. When the other end takes nothing for `patience`, the error is
    /// [`io::ErrorKind::TimedOut`] and the stream is only good for [`Socket::reset`]. Dropping the future leaves a
    /// part written.
    ///
    /// # Errors
    /// As said, and when the connection is gone.
    pub async fn send(&mut self, mut bytes: &[u8], patience: Duration) -> io::Result<()> {
        while !bytes.is_empty() {
            let written = self.within(patience, |socket, cx| socket.poll_write(cx, bytes)).await?;
            if written == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            bytes = &bytes[written..];
        }
        self.within(patience, |socket, cx| socket.poll_flush(cx)).await
    }

    /// Ends the stream in good order: says that nothing more comes, then waits up to `linger` for the other
    /// end to close, throwing away what it still sends. Without this wait, unread input would make the
    /// kernel reset the connection, and the client would lose the last answer (RFC 9112 §9.6).
    pub async fn close(mut self, linger: Duration) {
        let farewell = async {
            if poll_fn(|cx| Pin::new(&mut self).poll_close(cx)).await.is_err() {
                return;
            }
            let mut waste = vec![0; 4096];
            let mut taken = 0;
            while taken < LINGER_BYTES {
                match self.tcp_mut().read(&mut waste).await {
                    Ok(0) | Err(_) => return,
                    Ok(n) => taken += n,
                }
            }
        };
        runtime::timeout(linger, farewell).await;
    }

    /// Ends the stream at once with a reset, so that the kernel keeps nothing for an end that takes nothing.
    pub fn reset(self) {
        // When this fails, the connection is gone already.
        let _ = socket2::SockRef::from(self.tcp().get_ref()).set_linger(Some(Duration::ZERO));
    }

    /// One step of writing, with a timer only when it cannot be done at once.
    async fn within<T>(
        &mut self,
        patience: Duration,
        mut step: impl FnMut(Pin<&mut Self>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> io::Result<T> {
        if let Some(done) = smol::future::poll_once(poll_fn(|cx| step(Pin::new(self), cx))).await {
            return done;
        }
        poll_fn(|cx| step(Pin::new(self), cx))
            .or(async {
                runtime::sleep(patience).await;
                Err(io::ErrorKind::TimedOut.into())
            })
            .await
    }

    fn tcp(&self) -> &smol::Async<TcpStream> {
        match self {
            Self::Plain(tcp) => tcp,
            Self::Tls(tls) => tls.get_ref().0,
        }
    }

    fn tcp_mut(&mut self) -> &mut smol::Async<TcpStream> {
        match self {
            Self::Plain(tcp) => tcp,
            Self::Tls(tls) => tls.get_mut().0,
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_read(cx, buf),
            Self::Tls(tls) => Pin::new(tls).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_write(cx, buf),
            Self::Tls(tls) => Pin::new(tls).poll_write(cx, buf),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_flush(cx),
            Self::Tls(tls) => Pin::new(tls).poll_flush(cx),
        }
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if let Self::Tls(tls) = this {
            std::task::ready!(Pin::new(tls).poll_close(cx))?;
        }
        // async-io only flushes here, for it cannot know that this is a stream with two directions.
        Poll::Ready(this.tcp().get_ref().shutdown(Shutdown::Write))
    }
}
