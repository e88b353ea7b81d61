//! Listening sockets: bound with the options a crowd needs, or taken over from systemd.

use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use socket2::{Domain, Protocol, SockRef, Type};

use super::Class;
use super::accept::Counts;
use super::tls::TlsConfig;

/// Connections the kernel keeps while the box is busy or restarting; more than a stand full of phones.
const BACKLOG: i32 = 4096;
/// A phone that stalls pins this much of kernel memory (doubled by the kernel) and not megabytes.
const SEND_BUFFER: usize = 16 * 1024;
/// A segment of Ethernet and Wi-Fi. On loopback segments are as large as the send buffer, the receiver delays
/// its acknowledgement, and every buffer costs 40 ms: a browser on the box itself would crawl.
const SEGMENT: u32 = 1460;
/// Phones leave without a word; the kernel would notice after a quarter of an hour.
const USER_TIMEOUT: Duration = Duration::from_secs(30);

/// Why the network could not be set up: one line for the operator.
#[derive(Debug)]
pub struct SetupError {
    operation: &'static str,
    subject: String,
    cause: String,
    hint: &'static str,
}

impl SetupError {
    pub(super) fn new(operation: &'static str, subject: impl fmt::Display, cause: impl fmt::Display) -> Self {
        Self { operation, subject: subject.to_string(), cause: cause.to_string(), hint: "" }
    }

    pub(super) fn hint(self, hint: &'static str) -> Self {
        Self { hint, ..self }
    }
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot {} {}: {}", self.operation, self.subject, self.cause)?;
        if self.hint.is_empty() { Ok(()) } else { write!(f, " (hint: {})", self.hint) }
    }
}

impl std::error::Error for SetupError {}

/// A port of one class, not served yet.
#[derive(Debug)]
pub struct Listener {
    pub(super) socket: smol::Async<TcpListener>,
    pub(super) class: Class,
    pub(super) tls: Option<TlsConfig>,
    pub(super) counts: Arc<Counts>,
    addr: SocketAddr,
}

impl Listener {
    /// Binds `addr` and listens.
    ///
    /// # Errors
    /// When the address is not ours to take; the message says what to do.
    pub fn bind(addr: SocketAddr, class: Class, tls: Option<TlsConfig>) -> Result<Self, SetupError> {
        let listen = || {
            let socket = socket2::Socket::new(Domain::for_address(addr), Type::STREAM, Some(Protocol::TCP))?;
            socket.set_reuse_address(true)?;
            socket.bind(&addr.into())?;
            socket.listen(BACKLOG)?;
            Ok(socket.into())
        };
        let socket = listen().map_err(|error: io::Error| {
            let hint = match error.kind() {
                io::ErrorKind::AddrInUse => {
                    "another program, or another touchline, listens there; stop it or take another port"
                }
                io::ErrorKind::PermissionDenied => {
                    "ports below 1024 need a privilege; take one above, or let systemd open it"
                }
                io::ErrorKind::AddrNotAvailable => {
                    "this machine has no such address; 0.0.0.0 means all it has"
                }
                _ => "",
            };
            SetupError::new("listen on", addr, error).hint(hint)
        })?;
        Self::inherited(socket, class, tls)
    }

    /// Takes over a socket that listens already, as systemd hands it down.
    ///
    /// # Errors
    /// When it is no listening TCP socket.
    pub fn inherited(socket: TcpListener, class: Class, tls: Option<TlsConfig>) -> Result<Self, SetupError> {
        let set_up = || {
            let addr = socket.local_addr()?;
            // Connections inherit it. Set before they are accepted, so that the window fits.
            SockRef::from(&socket).set_send_buffer_size(SEND_BUFFER)?;
            SockRef::from(&socket).set_tcp_mss(SEGMENT)?;
            Ok((addr, smol::Async::new(socket)?))
        };
        let (addr, socket) =
            set_up().map_err(|error: io::Error| SetupError::new("use", "the listening socket", error))?;
        Ok(Self { socket, class, tls, counts: Arc::default(), addr })
    }

    /// Where it listens; with port 0 asked for, the port that was given.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.addr
    }

    /// Its numbers, alive as long as they are held.
    #[must_use]
    pub fn counts(&self) -> Arc<Counts> {
        Arc::clone(&self.counts)
    }
}

/// What every connection gets: no waiting for more to send, and an end when the phone is gone.
pub(super) fn prepare(tcp: &TcpStream) {
    let socket = SockRef::from(tcp);
    // Neither can fail on a live connection, and a dead one is noticed at its first read.
    let _ = socket.set_tcp_nodelay(true);
    let _ = socket.set_tcp_user_timeout(Some(USER_TIMEOUT));
}

/// Descriptors this process may have open; 1,024 where the system does not say.
pub(super) fn descriptor_limit() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(1024)
}

#[cfg(test)]
mod tests {
    use socket2::SockRef;

    use super::{Listener, SEND_BUFFER, USER_TIMEOUT, descriptor_limit, prepare};
    use crate::net::{Class, Limits};

    #[test]
    fn connections_inherit_a_small_send_buffer() {
        let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), Class::Staff, None).unwrap();
        let _client = std::net::TcpStream::connect(listener.local_addr()).unwrap();
        let (accepted, _) = crate::runtime::block_on(listener.socket.accept()).unwrap();
        prepare(accepted.get_ref());
        let socket = SockRef::from(accepted.get_ref());
        assert_eq!(socket.send_buffer_size().unwrap(), 2 * SEND_BUFFER);
        assert_eq!(socket.tcp_user_timeout().unwrap(), Some(USER_TIMEOUT));
        assert!(socket.tcp_nodelay().unwrap());
    }

    #[test]
    fn a_port_in_use_is_said_with_a_hint() {
        let first = Listener::bind("127.0.0.1:0".parse().unwrap(), Class::Public, None).unwrap();
        let error = Listener::bind(first.local_addr(), Class::Public, None).unwrap_err().to_string();
        assert!(error.starts_with(&format!("cannot listen on {}: ", first.local_addr())), "{error}");
        assert!(error.contains("hint: another program"), "{error}");
    }

    #[test]
    fn a_listening_socket_can_be_taken_over() {
        let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = socket.local_addr().unwrap();
        let listener = Listener::inherited(socket, Class::Public, None).unwrap();
        assert_eq!(listener.local_addr(), addr);
    }

    #[test]
    fn both_listeners_together_leave_descriptors_over() {
        let (public, staff) = (Limits::default(), Limits::staff());
        let taken = public.connections + public.reserve + staff.connections;
        assert!(taken < descriptor_limit(), "{taken} of {}", descriptor_limit());
    }
}
