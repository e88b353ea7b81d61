//! Takes requests off a socket: one head, one body, within their sizes and times. Used by `conn` alone.
//!
//! Invariant: no more than one head's limit is ever held beyond what a body was announced to be, however
//! much a client sends ahead.

use std::io;
use std::time::Duration;

use smol::future::FutureExt as _;
use smol::io::AsyncReadExt as _;

use super::Limits;
use super::fault::Fault;
use super::head::{Head, Scan, scan};
use super::socket::Socket;
use crate::runtime::{self, Shutdown};

/// Bytes asked for at once: a browser's head. Every kept connection holds as much while it waits.
const CHUNK: usize = 1024;
/// Bytes of a large body asked for at once.
const MOST_AT_ONCE: usize = 64 * 1024;

/// What has arrived and belongs to nobody yet.
#[derive(Debug)]
pub(super) struct Input(pub(super) Vec<u8>);

impl Input {
    /// The next head. `None` when there is none: the client left, `idle` is over, or the box is stopping.
    pub(super) async fn head(
        &mut self,
        socket: &mut Socket,
        idle: Duration,
        limits: &Limits,
        shutdown: &Shutdown,
    ) -> Result<Option<Head>, Fault> {
        if self.0.is_empty() {
            let over = async {
                shutdown.wait().or(runtime::sleep(idle)).await;
                Ok(0)
            };
            if !matches!(more(socket, &mut self.0, CHUNK).or(over).await, Ok(1..)) {
                return Ok(None);
            }
        }
        match runtime::timeout(limits.head, self.rest_of_head(socket, limits.head_bytes)).await {
            None => Err(Fault::SlowHead),
            Some(head) => head,
        }
    }

    async fn rest_of_head(&mut self, socket: &mut Socket, most: usize) -> Result<Option<Head>, Fault> {
        let mut scanned = 0;
        loop {
            match scan(&self.0, scanned)? {
                Scan::Complete(_, end) if end > most => return Err(Fault::HeadTooLarge),
                Scan::Complete(start, end) => {
                    let head = Head::parse(&self.0[start..end])?;
                    self.0.drain(..end);
                    return Ok(Some(head));
                }
                Scan::More(at) => scanned = at,
            }
            let room = most.saturating_sub(self.0.len());
            if room == 0 {
                return Err(Fault::HeadTooLarge);
            }
            if !matches!(more(socket, &mut self.0, room.min(CHUNK)).await, Ok(1..)) {
                return Ok(None);
            }
        }
    }

    /// A body of that length, read exactly to its end. `None` when the client left before.
    pub(super) async fn body(
        &mut self,
        socket: &mut Socket,
        length: usize,
        limit: Duration,
    ) -> Result<Option<Vec<u8>>, Fault> {
        let ahead = length.min(self.0.len());
        let mut body: Vec<u8> = self.0.drain(..ahead).collect();
        if body.len() == length {
            return Ok(Some(body));
        }
        // Memory follows what has arrived, not what was announced.
        let rest = async {
            while body.len() < length {
                let wanted = (length - body.len()).min(body.len().clamp(CHUNK, MOST_AT_ONCE));
                if !matches!(more(socket, &mut body, wanted).await, Ok(1..)) {
                    return None;
                }
            }
            Some(body)
        };
        runtime::timeout(limit, rest).await.ok_or(Fault::SlowBody)
    }
}

/// Reads once, at most `wanted` bytes, behind what is there. `Ok(0)` when the other end has finished. Nothing
/// is lost when the future is dropped.
async fn more(socket: &mut Socket, bytes: &mut Vec<u8>, wanted: usize) -> io::Result<usize> {
    let mut chunk = vec![0; wanted];
    let read = socket.read(&mut chunk).await?;
    bytes.extend_from_slice(&chunk[..read]);
    Ok(read)
}
