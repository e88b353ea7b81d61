//! Phones as plain sockets: each asks for the venue and one game, and reads its opening.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Nothing a rig waits for takes longer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
/// The opening ends with the second board.
const CHANNELS: usize = 2;
const SNAPSHOT: &[u8] = b"\"type\":\"snapshot\"";
const TEXT: u8 = 1;
const PING: u8 = 9;

/// How a phone is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    WebSocket,
    Sse,
}

/// A connection whose opening was read to its end, and what came after it.
pub(crate) struct Phone {
    pub(crate) stream: TcpStream,
    pub(crate) unread: Vec<u8>,
}

/// A whole frame of the box.
pub(crate) enum Frame {
    Text(Vec<u8>),
    /// What a phone has to send back, so that it is not taken for dead.
    Pong(Vec<u8>),
}

impl Phone {
    /// Connects, and reads until it holds every board it asked for.
    pub(crate) fn open(address: SocketAddr, game: u64, way: Way) -> Self {
        let mut stream = TcpStream::connect_timeout(&address, PATIENCE).expect("the box listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a time-out can be set");
        stream.set_nodelay(true).expect("TCP can do without delay");
        let (path, upgrade) = match way {
            Way::Sse => ("sse", "Accept: text/event-stream\r\n"),
            Way::WebSocket => (
                "ws",
                "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                 Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
            ),
        };
        let request =
            format!("GET /live/{path}?ch=venue&ch=game/{game} HTTP/1.1\r\nHost: {address}\r\n{upgrade}\r\n");
        stream.write_all(request.as_bytes()).expect("the box takes a request");
        let mut phone = Self { stream, unread: Vec::new() };
        let head = phone.through(b"\r\n\r\n");
        let status = if way == Way::WebSocket { "HTTP/1.1 101" } else { "HTTP/1.1 200" };
        let head = String::from_utf8_lossy(&head).into_owned();
        assert!(head.starts_with(status), "{head}");
        let mut boards = 0;
        while boards < CHANNELS {
            let message = match way {
                Way::Sse => phone.through(b"\n\n"),
                Way::WebSocket => loop {
                    if let Some(Frame::Text(text)) = take_frame(&mut phone.unread) {
                        break text;
                    }
                    phone.more();
                },
            };
            boards += usize::from(contains(&message, SNAPSHOT));
        }
        phone
    }

    /// What comes up to and with the `end`.
    fn through(&mut self, end: &[u8]) -> Vec<u8> {
        loop {
            if let Some(at) = self.unread.windows(end.len()).position(|part| part == end) {
                return self.unread.drain(..at + end.len()).collect();
            }
            self.more();
        }
    }

    fn more(&mut self) {
        let mut chunk = [0; 16 * 1024];
        let read = self.stream.read(&mut chunk).expect("the box goes on within the time");
        assert!(read > 0, "the box closed a connection within its opening");
        self.unread.extend_from_slice(&chunk[..read]);
    }
}

/// The next whole frame, taken out of `bytes`; what is neither text nor ping ends the test.
pub(crate) fn take_frame(bytes: &mut Vec<u8>) -> Option<Frame> {
    let opcode = *bytes.first()? & 0x0f;
    let (start, length) = match *bytes.get(1)? {
        126 => (4, usize::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?))),
        127 => (10, usize::try_from(u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?)).ok()?),
        short => (2, usize::from(short)),
    };
    let payload = bytes.get(start..start + length)?.to_vec();
    bytes.drain(..start + length);
    match opcode {
        TEXT => Some(Frame::Text(payload)),
        PING => {
            let short = u8::try_from(length).expect("a ping is short");
            // Masked with zeros, which leaves the content as it is.
            let mut pong = vec![0x8a, 0x80 | short, 0, 0, 0, 0];
            pong.extend(payload);
            Some(Frame::Pong(pong))
        }
        other => panic!("a frame of opcode {other}: {:?}", String::from_utf8_lossy(&payload)),
    }
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}
