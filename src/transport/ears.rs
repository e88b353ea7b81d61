//! What a phone says on a WebSocket: frames to messages, and how much of it is allowed.
//!
//! tungstenite reads the frames, from bytes handed to it and into bytes taken from it; it never sees the
//! socket. It is there only from a frame's first byte to its message's last, so a silent phone costs
//! nothing. Frames are counted before it reads them, because ten thousand empty fragments are one message
//! to it, or none.

use std::io::{self, Read, Write};

use async_tungstenite::tungstenite::protocol::{Role, WebSocketConfig, WebSocketContext};
use async_tungstenite::tungstenite::{Error, Message, Utf8Bytes};

use crate::wire::close;

/// What was heard.
#[derive(Debug)]
pub(super) enum Heard {
    /// A text message.
    Text(Utf8Bytes),
    /// The phone says good-bye; the answer is in `reply`.
    Close,
}

/// A reader of frames, for as long as one is incomplete.
#[derive(Debug)]
pub(super) struct Ears {
    context: WebSocketContext,
    gauge: Gauge,
}

impl Ears {
    const BUFFER: usize = 512;

    /// A reader for messages of at most `longest` bytes.
    pub(super) fn new(longest: usize) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(Self::BUFFER)
            .write_buffer_size(0)
            .max_message_size(Some(longest))
            .max_frame_size(Some(longest));
        Self { context: WebSocketContext::new(Role::Server, Some(config)), gauge: Gauge::default() }
    }

    /// How many frames begin in these bytes. Called once for all bytes, before they are read.
    pub(super) fn count(&mut self, bytes: &[u8]) -> u32 {
        self.gauge.count(bytes)
    }

    /// Whether the bytes counted so far end with a message's end: then the reader is not needed.
    pub(super) fn is_at_rest(&self) -> bool {
        self.gauge.is_at_rest()
    }

    /// The next message from `bytes`, which is moved on; `None` when they are used up. Answers to pings
    /// and closes are added to `reply`.
    ///
    /// # Errors
    /// The close code the connection must be ended with.
    pub(super) fn next(&mut self, bytes: &mut &[u8], reply: &mut Vec<u8>) -> Result<Option<Heard>, u16> {
        let mut pipe = Pipe { bytes, reply };
        loop {
            match self.context.read(&mut pipe) {
                Ok(Message::Text(text)) => return Ok(Some(Heard::Text(text))),
                Ok(Message::Close(_)) => {
                    // Writes the answering close; that it then calls the connection closed is no news.
                    let _ = self.context.flush(&mut pipe);
                    return Ok(Some(Heard::Close));
                }
                Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_)) => {
                    let _ = self.context.flush(&mut pipe);
                }
                Ok(Message::Binary(_)) => return Err(close::UNSUPPORTED),
                Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
                Err(Error::Capacity(_)) => return Err(close::TOO_BIG),
                Err(Error::Utf8(_)) => return Err(close::NOT_TEXT),
                Err(_) => return Err(close::PROTOCOL),
            }
        }
    }
}

/// The two directions of a connection, in memory.
struct Pipe<'a, 'b> {
    bytes: &'a mut &'b [u8],
    reply: &'a mut Vec<u8>,
}

impl Read for Pipe<'_, '_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        // Nothing left means nothing yet; the end of the stream is noticed by whoever reads the socket.
        if self.bytes.is_empty() { Err(io::ErrorKind::WouldBlock.into()) } else { self.bytes.read(buf) }
    }
}

impl Write for Pipe<'_, '_> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.reply.extend(buf);
        Ok(buf.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Follows the borders of frames (RFC 6455 §5.2) without reading their content.
#[derive(Debug, Default)]
struct Gauge {
    header: [u8; 14],
    have: usize,
    left: u64,
    fragmented: bool,
}

impl Gauge {
    fn count(&mut self, mut bytes: &[u8]) -> u32 {
        let mut frames = 0;
        loop {
            let skipped = bytes.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
            self.left -= skipped as u64;
            bytes = &bytes[skipped..];
            let Some((&byte, rest)) = bytes.split_first() else {
                return frames;
            };
            bytes = rest;
            self.header[self.have] = byte;
            self.have += 1;
            frames += u32::from(self.have == 1);
            if self.have >= 2 && self.have == self.header_len() {
                self.left = self.payload_len();
                if self.header[0] & 0x08 == 0 {
                    self.fragmented = self.header[0] & 0x80 == 0;
                }
                self.have = 0;
            }
        }
    }

    fn header_len(&self) -> usize {
        let extended = match self.header[1] & 0x7f {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let mask = if self.header[1] & 0x80 == 0 { 0 } else { 4 };
        2 + extended + mask
    }

    fn payload_len(&self) -> u64 {
        let sum = |bytes: &[u8]| bytes.iter().fold(0, |sum, &byte| sum << 8 | u64::from(byte));
        match self.header[1] & 0x7f {
            126 => sum(&self.header[2..4]),
            127 => sum(&self.header[2..10]),
            short => short.into(),
        }
    }

    fn is_at_rest(&self) -> bool {
        self.have == 0 && self.left == 0 && !self.fragmented
    }
}

/// How much a phone may send: so much at once, and so much each second.
#[derive(Debug, Default)]
pub(super) struct Budget {
    // What has been spent and not yet been forgiven, and the tick up to which it was.
    since: u32,
    bytes: u32,
    frames: u16,
    messages: u16,
}

impl Budget {
    const BYTES: u32 = 8 * 1024;
    const FRAMES: u16 = 50;
    const MESSAGES: u16 = 20;
    const TICKS_A_SECOND: u32 = 10;

    /// Spends on what has come in; false when it is too much. `burst` is the largest message.
    pub(super) fn spend_bytes(&mut self, now: u32, bytes: usize, frames: u32, burst: usize) -> bool {
        self.forgive(now);
        self.bytes = self.bytes.saturating_add(u32::try_from(bytes).unwrap_or(u32::MAX));
        self.frames = self.frames.saturating_add(u16::try_from(frames).unwrap_or(u16::MAX));
        // A message of the largest size must fit, with its header, on top of the small ones of a second.
        let most = Self::BYTES.max(u32::try_from(burst).unwrap_or(u32::MAX).saturating_add(Self::BYTES / 4));
        self.bytes <= most && self.frames <= Self::FRAMES
    }

    /// Spends one message; false when it is too much.
    pub(super) fn spend_message(&mut self, now: u32) -> bool {
        self.forgive(now);
        self.messages = self.messages.saturating_add(1);
        self.messages <= Self::MESSAGES
    }

    fn forgive(&mut self, now: u32) {
        let seconds = now.saturating_sub(self.since) / Self::TICKS_A_SECOND;
        if seconds > 0 {
            self.since = now;
            let few = u16::try_from(seconds).unwrap_or(u16::MAX);
            self.bytes = self.bytes.saturating_sub(Self::BYTES.saturating_mul(seconds));
            self.frames = self.frames.saturating_sub(Self::FRAMES.saturating_mul(few));
            self.messages = self.messages.saturating_sub(Self::MESSAGES.saturating_mul(few));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Budget, Ears, Heard};
    use crate::wire::close;

    /// A client's frame, masked with zeros.
    fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
        let mut frame = vec![first];
        match u8::try_from(payload.len()) {
            Ok(short) if short < 126 => frame.push(0x80 | short),
            _ => {
                frame.push(0x80 | 126);
                frame.extend(u16::try_from(payload.len()).unwrap().to_be_bytes());
            }
        }
        frame.extend([0; 4]);
        frame.extend(payload);
        frame
    }

    /// Texts heard, bytes answered, and the code it ended with.
    fn hear(chunks: &[&[u8]]) -> (Vec<String>, Vec<u8>, Option<u16>) {
        let mut ears = Ears::new(200);
        let (mut texts, mut reply) = (Vec::new(), Vec::new());
        for mut bytes in chunks.iter().copied() {
            loop {
                match ears.next(&mut bytes, &mut reply) {
                    Ok(Some(Heard::Text(text))) => texts.push(text.to_string()),
                    Ok(Some(Heard::Close)) => return (texts, reply, Some(close::NORMAL)),
                    Ok(None) => break,
                    Err(code) => return (texts, reply, Some(code)),
                }
            }
        }
        (texts, reply, None)
    }

    #[test]
    fn messages_are_heard_however_they_are_cut() {
        let bytes = [frame(0x81, b"one"), frame(0x01, b"t"), frame(0x89, b"p"), frame(0x80, b"wo")].concat();
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        for chunks in [vec![bytes.as_slice()], single] {
            let (texts, reply, code) = hear(&chunks);
            assert_eq!((texts, code), (vec!["one".to_owned(), "two".to_owned()], None));
            assert_eq!(reply, [0x8a, 1, b'p'], "the ping is answered");
        }
    }

    #[test]
    fn what_rfc_6455_forbids_ends_the_connection_with_its_code() {
        let unmasked = [0x81, 1, b'x'];
        for (bytes, code) in [
            (unmasked.to_vec(), close::PROTOCOL),
            (frame(0xc1, b"rsv"), close::PROTOCOL),
            (frame(0x83, b"reserved"), close::PROTOCOL),
            (frame(0x80, b"nothing to continue"), close::PROTOCOL),
            (frame(0x09, b"fragmented ping"), close::PROTOCOL),
            (frame(0x89, &[0; 126]), close::PROTOCOL),
            (frame(0x88, &[3]), close::PROTOCOL),
            (frame(0x81, &[0xff, 0xfe]), close::NOT_TEXT),
            (frame(0x82, b"binary"), close::UNSUPPORTED),
            (frame(0x81, &[b'x'; 201]), close::TOO_BIG),
            ([&[0x81, 0xff, 0x7f][..], &[0xff; 11][..]].concat(), close::TOO_BIG),
        ] {
            let (texts, _, ended) = hear(&[&bytes]);
            assert_eq!((texts.len(), ended), (0, Some(code)), "{bytes:x?}");
        }
    }

    #[test]
    fn a_close_is_answered() {
        let (_, reply, code) = hear(&[&frame(0x88, &1000u16.to_be_bytes())]);
        assert_eq!((reply, code), (vec![0x88, 2, 0x03, 0xe8], Some(close::NORMAL)));
    }

    #[test]
    fn the_reader_is_needed_only_within_a_message() {
        let mut ears = Ears::new(100);
        assert_eq!(ears.count(&frame(0x81, b"whole")), 1);
        assert!(ears.is_at_rest());
        assert_eq!(ears.count(&frame(0x01, b"half")), 1);
        assert!(!ears.is_at_rest(), "the rest is to come");
        assert_eq!(ears.count(&frame(0x80, &[b'x'; 7_000])), 1);
        assert!(ears.is_at_rest());
        for (n, byte) in frame(0x81, b"x").iter().enumerate() {
            assert_eq!(ears.count(&[*byte]), u32::from(n == 0));
            assert_eq!(ears.is_at_rest(), n == 6);
        }
        let empty: Vec<u8> = frame(0x00, b"").repeat(10_000);
        assert_eq!(ears.count(&empty), 10_000);
    }

    #[test]
    fn a_budget_runs_out_and_is_renewed() {
        let mut budget = Budget::default();
        assert!((0..20).all(|_| budget.spend_message(0)));
        assert!(!budget.spend_message(0));
        assert!(budget.spend_message(20));
        assert!(budget.spend_bytes(20, 4_200, 1, 4_096));
        assert!(!budget.spend_bytes(20, 4_200, 1, 4_096));
        assert!(Budget::default().spend_bytes(0, 16_500, 1, 16_384), "a large message of staff fits");
        assert!(!Budget::default().spend_bytes(0, 400, 51, 4_096), "too many frames");
    }
}
