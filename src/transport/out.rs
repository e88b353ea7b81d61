//! What is on its way to one phone and could not be written at once.
//!
//! Made when a write is cut short or several messages go together, freed when all is written. It is
//! bounded by what makes it: an opening, a run of a few frames, a receipt. While there is one, no further
//! frame is asked for; the phone falls behind in the ring instead.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use smol::io::AsyncWrite as _;

use super::line;
use crate::hub::frame::Frame;
use crate::net::socket::Socket;
use crate::wire::{Epoch, Transport};

/// How many pieces go into one write.
pub(super) const JOINED: usize = 16;

/// Some bytes of one message.
#[derive(Debug)]
pub(super) enum Piece {
    /// A shared message, with its id where it has one.
    Frame(Arc<Frame>),
    /// A shared message at a moment at which not all channels are held at it.
    WithoutId(Arc<Frame>),
    /// Bytes for this phone alone.
    Own(Box<[u8]>),
}

/// A shared message as one transport writes it.
pub(super) fn bytes<'a>(frame: &'a Frame, transport: Transport, epoch: &Epoch) -> &'a [u8] {
    match transport {
        Transport::WebSocket => frame.websocket(),
        _ => frame.event(epoch),
    }
}

/// What waits to be written.
#[derive(Debug)]
pub(super) struct Out {
    pieces: VecDeque<Piece>,
    // Bytes of the first piece that are written already.
    offset: usize,
    // The tick at which something was last written.
    pub(super) moved: u32,
}

impl Out {
    pub(super) fn new(now: u32) -> Self {
        Self { pieces: VecDeque::new(), offset: 0, moved: now }
    }

    /// The rest of a message of which `written` bytes have gone.
    pub(super) fn cut_short(frame: Arc<Frame>, written: usize, now: u32) -> Self {
        Self { pieces: [Piece::Frame(frame)].into(), offset: written, moved: now }
    }

    pub(super) fn push(&mut self, piece: Piece) {
        self.pieces.push_back(piece);
    }

    /// Writes until nothing is left; `Ready` then.
    pub(super) fn poll_flush(
        &mut self,
        cx: &mut Context<'_>,
        socket: &mut Socket,
        transport: Transport,
        epoch: &Epoch,
        now: u32,
    ) -> Poll<io::Result<()>> {
        while !self.pieces.is_empty() {
            let mut slices = [IoSlice::new(&[]); JOINED];
            let mut used = 0;
            for (slice, piece) in slices.iter_mut().zip(&self.pieces) {
                let bytes = match piece {
                    Piece::Frame(frame) => bytes(frame, transport, epoch),
                    Piece::WithoutId(frame) if transport == Transport::Sse => frame.event_without_id(epoch),
                    Piece::WithoutId(frame) => bytes(frame, transport, epoch),
                    Piece::Own(bytes) => bytes,
                };
                *slice = IoSlice::new(if used == 0 { &bytes[self.offset..] } else { bytes });
                used += 1;
            }
            let lengths = slices.map(|slice| slice.len());
            let mut written = ready!(line::poll_send(socket, cx, &slices[..used]))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.moved = now;
            for length in &lengths[..used] {
                if written < *length {
                    self.offset += written;
                    break;
                }
                written -= length;
                self.pieces.pop_front();
                self.offset = 0;
            }
        }
        Pin::new(socket).poll_flush(cx)
    }
}
