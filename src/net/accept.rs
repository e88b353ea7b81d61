//! The accept loop: takes connections within a cap, survives a shortage of descriptors, stops in good order.
//!
//! Started once per listener by the composition root, as a critical task. It owns the listening socket and a
//! spare descriptor; each connection runs in a task of its own, so that a panic in one costs that one.

use std::fs::File;
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use smol::future::FutureExt as _;

use super::conn::{Conn, Place, Shared};
use super::fault::Fault;
use super::listen::{Listener, prepare};
use super::socket::Socket;
use super::{Limits, Peer, Service, encode};
use crate::runtime::{self, Shutdown};

/// Accepted in a row before others get their turn.
const SLICE: u32 = 64;
/// Pause when the kernel has no memory or no descriptor even for refusing.
const BREATH: Duration = Duration::from_millis(100);
/// `EMFILE` and `ENFILE`: the process or the machine is out of descriptors.
const OUT_OF_DESCRIPTORS: [i32; 2] = [24, 23];

/// Numbers of one listener, for metrics and for shedding load.
#[derive(Debug, Default)]
pub struct Counts {
    open: AtomicUsize,
    accepted: AtomicU64,
    refused: AtomicU64,
}

impl Counts {
    /// Connections open now, those with a transport included.
    #[must_use]
    pub fn open(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    /// Connections let in since the start.
    #[must_use]
    pub fn accepted(&self) -> u64 {
        self.accepted.load(Ordering::Relaxed)
    }

    /// Connections turned away since the start: over the cap, or for want of descriptors.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    fn refuse(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }
}

/// A connection's place in the count; given up when dropped.
#[derive(Debug)]
pub struct Permit(Arc<Counts>);

impl Permit {
    /// Takes a place, and says how many are taken now.
    fn take(counts: &Arc<Counts>) -> (Self, usize) {
        let open = counts.open.fetch_add(1, Ordering::Relaxed) + 1;
        (Self(Arc::clone(counts)), open)
    }

    /// How many connections are open, this one included.
    pub(super) fn open(&self) -> usize {
        self.0.open()
    }

    /// Counts this connection as turned away after all.
    pub(super) fn refuse(&self) {
        self.0.refuse();
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Accepts connections and answers their requests until `shutdown`. Then the port closes, idle connections end, and
/// requests in flight have [`Limits::drain`] to finish; connections with a transport are the transport's affair.
pub async fn serve<S: Service>(listener: Listener, service: Arc<S>, limits: Limits, shutdown: Shutdown) {
    let counts = listener.counts();
    // Nothing is ever sent: when the last loop has dropped its end, the other one is told.
    let (busy, idle) = async_channel::bounded::<()>(1);
    let shared = Arc::new(Shared::new(service, limits, shutdown.clone(), busy.downgrade()));
    let mut spare = Spare::new();
    let mut slice = 0;
    loop {
        let stop = async {
            shutdown.wait().await;
            None
        };
        let Some(accepted) = async { Some(listener.socket.accept().await) }.or(stop).await else { break };
        match accepted {
            Ok((tcp, addr)) => {
                // On a socket for both families IPv4 arrives wrapped in IPv6; one phone must not look like two.
                let addr = SocketAddr::new(addr.ip().to_canonical(), addr.port());
                // A connection that is gone already has no address of its own; what it asked for does not matter.
                let local = tcp.get_ref().local_addr().unwrap_or(listener.local_addr());
                let peer = Peer { addr, local, class: listener.class, tls: listener.tls.is_some() };
                welcome(tcp, peer, &listener, &shared, &busy);
            }
            Err(error) if error.raw_os_error().is_some_and(|code| OUT_OF_DESCRIPTORS.contains(&code)) => {
                counts.refuse();
                if !spare.turn_away(&listener.socket) {
                    runtime::sleep(BREATH).await;
                }
            }
            // The client left the queue again: nothing happened.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) => {
                log::warn!("cannot accept a connection on {}: {error}; trying again", listener.local_addr());
                runtime::sleep(BREATH).await;
            }
        }
        slice += 1;
        if slice % SLICE == 0 {
            runtime::yield_now().await;
        }
    }
    drop(listener);
    drop(busy);
    runtime::timeout(shared.limits.drain, idle.recv()).await;
}

/// Starts a connection's task, or turns it away.
fn welcome<S: Service>(
    tcp: smol::Async<TcpStream>,
    peer: Peer,
    listener: &Listener,
    shared: &Arc<Shared<S>>,
    busy: &async_channel::Sender<()>,
) {
    let (permit, open) = Permit::take(&listener.counts);
    prepare(tcp.get_ref());
    if open > shared.limits.connections.saturating_add(shared.limits.reserve) {
        permit.refuse();
        if listener.tls.is_none() {
            // One attempt, no waiting: whoever is over the cap gets no memory and no task.
            let answer = encode::fault(Fault::Full, None, encode::After::Close);
            let _ = io::Write::write(&mut tcp.get_ref(), &answer);
        }
        return;
    }
    permit.0.accepted.fetch_add(1, Ordering::Relaxed);
    let place = if open > shared.limits.connections { Place::Reserve } else { Place::Regular };
    let shared = Arc::clone(shared);
    let busy = busy.clone();
    match listener.tls.clone() {
        None => Conn::new(shared, Socket::Plain(tcp), peer, permit, place, busy).start(),
        Some(tls) => runtime::spawn(async move {
            let limit = shared.limits.handshake;
            if let Some(socket) = Box::pin(tls.accept(tcp, limit)).await {
                Conn::new(shared, socket, peer, permit, place, busy).start();
            }
        }),
    }
}

/// One descriptor kept back. Without it, a connection that cannot be accepted stays in the queue, and the
/// loop would spin on it or sleep in front of it.
struct Spare(Option<File>);

impl Spare {
    fn new() -> Self {
        Self(File::open("/dev/null").ok())
    }

    /// Gives the spare descriptor up, takes one connection with it, closes that, and takes the spare back.
    /// False when there is nothing to give up.
    fn turn_away(&mut self, listener: &smol::Async<std::net::TcpListener>) -> bool {
        if self.0.take().is_none() {
            *self = Self::new();
            return self.0.is_some();
        }
        // The listener does not block: an empty queue is an error at once.
        let _ = listener.get_ref().accept();
        *self = Self::new();
        true
    }
}
