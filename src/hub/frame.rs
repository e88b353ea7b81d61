//! A message's bytes, made once and shared by all phones.
//!
//! A frame is kept as its WebSocket frame, whose payload is the JSON; the Server-Sent Event is made when
//! the first phone needs it. Transports write these bytes as they are.

use std::sync::{Arc, OnceLock};

use serde_json::Value;

use super::delay::Origin;
use crate::wire::Epoch;
use crate::wire::framing;
use crate::wire::message::Message;

/// A message ready to be written.
#[derive(Debug)]
pub struct Frame {
    number: u64,
    origin: Option<Origin>,
    websocket: Box<[u8]>,
    event: OnceLock<Box<[u8]>>,
}

/// Numbers begin at 1, so 0 marks a message that is no frame of any channel and carries no id.
const UNNUMBERED: u64 = 0;

impl Frame {
    /// The frame with this number; from its origin the way to the phones is measured.
    pub(super) fn numbered(number: u64, origin: Option<Origin>, message: &Message<'_>) -> Arc<Self> {
        Self::make(number, origin, &message.to_json())
    }

    /// A message without a number: it is in no ring, and nobody resumes at it.
    #[must_use]
    pub fn unnumbered(message: &Message<'_>) -> Arc<Self> {
        Self::make(UNNUMBERED, None, &message.to_json())
    }

    fn make(number: u64, origin: Option<Origin>, json: &str) -> Arc<Self> {
        let websocket = framing::websocket_text(json).into_boxed_slice();
        Arc::new(Self { number, origin, websocket, event: OnceLock::new() })
    }

    /// Its number; 0 when it has none.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Where it comes from, when its way is measured.
    pub(super) fn origin(&self) -> Option<Origin> {
        self.origin
    }

    /// What it costs to keep.
    #[must_use]
    pub fn cost(&self) -> usize {
        size_of::<Self>() + self.websocket.len()
    }

    /// The JSON text.
    #[must_use]
    pub fn json(&self) -> &[u8] {
        // The header's length follows from the payload's; of the two lengths that leave the payload
        // on either side of a boundary only one is consistent.
        let whole = self.websocket.len();
        let header = [2, 4, 10].into_iter().find(|&n| framing::websocket_header_len(whole - n) == n);
        &self.websocket[header.unwrap_or(2)..]
    }

    /// The WebSocket frame.
    #[must_use]
    pub fn websocket(&self) -> &[u8] {
        &self.websocket
    }

    /// The event; with its `id:` line when it has a number.
    #[must_use]
    pub fn event(&self, epoch: &Epoch) -> &[u8] {
        self.event.get_or_init(|| {
            let mut event = Vec::new();
            if self.number != UNNUMBERED {
                event.extend(framing::event_id(epoch.as_str(), self.number).as_bytes());
            }
            event.extend(b"data: ");
            event.extend(self.json());
            event.extend(b"\n\n");
            event.into_boxed_slice()
        })
    }

    /// The event without its `id:` line, for a moment at which not all channels are held at this frame.
    #[must_use]
    pub fn event_without_id(&self, epoch: &Epoch) -> &[u8] {
        let event = self.event(epoch);
        if self.number == UNNUMBERED {
            return event;
        }
        let line = event.iter().position(|&b| b == b'\n').map_or(0, |end| end + 1);
        &event[line..]
    }
}

/// A channel's board as last published.
#[derive(Debug)]
pub struct Retained {
    /// The frame it was published in.
    pub frame: u64,
    /// When, for display.
    pub t: String,
    /// The board.
    pub board: Arc<Value>,
    name: Arc<str>,
    snapshot: OnceLock<Arc<Frame>>,
}

impl Retained {
    /// The board of the channel `name`.
    #[must_use]
    pub fn new(name: Arc<str>, frame: u64, t: String, board: Arc<Value>) -> Self {
        Self { frame, t, board, name, snapshot: OnceLock::new() }
    }

    /// The `snapshot` message, made for the first newcomer and kept until the board changes. It has no
    /// number of its own: which frame a phone holds after it depends on the phone's other channels.
    #[must_use]
    pub fn snapshot(&self) -> &Arc<Frame> {
        self.snapshot.get_or_init(|| {
            Frame::unnumbered(&Message::Snapshot {
                ch: self.name.as_ref().into(),
                frame: self.frame,
                board: std::borrow::Cow::Borrowed(&self.board),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Frame;

    #[test]
    fn the_json_is_found_again_behind_every_header() {
        for len in
            [0, 1, 120, 121, 122, 123, 124, 125, 126, 127, 128, 129, 130, 65_530, 65_535, 65_536, 65_545]
        {
            let json = "x".repeat(len);
            assert_eq!(Frame::make(1, None, &json).json(), json.as_bytes(), "{len}");
        }
    }

    #[test]
    fn an_event_can_be_written_without_its_id() {
        let epoch = "k3f9".parse().unwrap();
        let frame = Frame::make(7, None, "{}");
        assert_eq!(frame.event(&epoch), b"id: k3f9:7\ndata: {}\n\n");
        assert_eq!(frame.event_without_id(&epoch), b"data: {}\n\n");
        assert_eq!(Frame::make(0, None, "{}").event(&epoch), b"data: {}\n\n");
    }
}
