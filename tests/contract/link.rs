//! The bytes of the four transports, as a client sees them: messages in, messages out.

use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::Value;
use touchline::wire::Transport;

/// Nothing in these tests takes longer.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// One connection, blocking, with everything that came and was not read yet.
pub struct Link {
    pub stream: TcpStream,
    pub head: String,
    buffer: Vec<u8>,
    until: Instant,
}

/// A message and, where the transport gives one, the cursor after it.
pub type Heard = (Value, Option<String>);

impl Link {
    /// Connects and sends a request; reads nothing.
    pub fn start(addr: SocketAddr, target: &str, headers: &str) -> Self {
        let mut link = Self::send(addr, b"");
        link.request(target, headers);
        link
    }

    /// Connects and sends these bytes.
    pub fn send(addr: SocketAddr, bytes: &[u8]) -> Self {
        let mut stream = TcpStream::connect(addr).unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        stream.write_all(bytes).unwrap();
        Self { stream, head: String::new(), buffer: Vec::new(), until: Instant::now() + DEADLINE }
    }

    /// Sends one more request on the same connection.
    pub fn request(&mut self, target: &str, headers: &str) {
        self.until = Instant::now() + DEADLINE;
        let request = format!("GET {target} HTTP/1.1\r\nHost: box\r\n{headers}\r\n");
        self.stream.write_all(request.as_bytes()).unwrap();
    }

    pub fn read_head(&mut self) {
        let end = loop {
            if let Some(at) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            assert!(self.more(), "the connection ended within a head");
        };
        self.head = String::from_utf8(self.buffer.drain(..end).collect()).unwrap();
    }

    pub fn status(&self) -> u16 {
        self.head[9..12].parse().unwrap()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self.head.lines().filter_map(|line| line.split_once(": "));
        fields.find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The body of an answer with a length.
    pub fn body(&mut self) -> Vec<u8> {
        let length: usize = self.header("content-length").map_or(0, |length| length.parse().unwrap());
        while self.buffer.len() < length {
            assert!(self.more(), "the connection ended within a body");
        }
        self.buffer.drain(..length).collect()
    }

    /// Reads what is there; false at the end of the stream. Fails the test at the deadline.
    fn more(&mut self) -> bool {
        let mut chunk = [0; 16 * 1024];
        loop {
            match self.stream.read(&mut chunk) {
                Ok(0) => return false,
                Ok(n) => {
                    self.buffer.extend(&chunk[..n]);
                    return true;
                }
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    assert!(Instant::now() < self.until, "nothing came within {DEADLINE:?}");
                }
                Err(error) if error.kind() == ErrorKind::ConnectionReset => return false,
                Err(error) => panic!("cannot read: {error}"),
            }
        }
    }

    /// Whether something has come or comes within a moment.
    pub fn comes(&mut self) -> bool {
        let mut chunk = [0; 1024];
        let read = self.stream.read(&mut chunk).unwrap_or(0);
        self.buffer.extend(&chunk[..read]);
        !self.buffer.is_empty()
    }

    /// The next server frame: opcode and payload; `None` at the end of the stream.
    pub fn frame(&mut self) -> Option<(u8, Vec<u8>)> {
        self.until = Instant::now() + DEADLINE;
        loop {
            if let Some((opcode, start, end)) = self.whole_frame() {
                let payload = self.buffer[start..end].to_vec();
                self.buffer.drain(..end);
                return Some((opcode, payload));
            }
            if !self.more() {
                assert!(self.buffer.is_empty(), "the connection ended within a frame");
                return None;
            }
        }
    }

    fn whole_frame(&self) -> Option<(u8, usize, usize)> {
        let bytes = &self.buffer;
        let (&first, &second) = (bytes.first()?, bytes.get(1)?);
        assert_eq!(first & 0xf0, 0x80, "final, no extension");
        assert_eq!(second & 0x80, 0, "a server does not mask");
        let (start, length) = match second {
            126 => (4, usize::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().unwrap()))),
            127 => (10, usize::try_from(u64::from_be_bytes(bytes.get(2..10)?.try_into().unwrap())).unwrap()),
            short => (2, short.into()),
        };
        (bytes.len() >= start + length).then_some((first & 0x0f, start, start + length))
    }

    /// Sends a client frame, masked with a constant.
    pub fn send_frame(&mut self, first: u8, payload: &[u8]) {
        let mut frame = vec![first];
        match payload.len() {
            short @ 0..126 => frame.push(0x80 | u8::try_from(short).unwrap()),
            medium => {
                frame.push(0x80 | 126);
                frame.extend(u16::try_from(medium).unwrap().to_be_bytes());
            }
        }
        let mask = [1, 2, 3, 4];
        frame.extend(mask);
        frame.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
        self.stream.write_all(&frame).unwrap();
    }

    /// The next WebSocket text message; pings are answered, a close ends it.
    fn websocket_message(&mut self) -> Option<Value> {
        loop {
            match self.frame()? {
                (0x1, payload) => return Some(serde_json::from_slice(&payload).unwrap()),
                (0x9, payload) => self.send_frame(0x8a, &payload),
                (0xa, _) => {}
                (0x8, _) => return None,
                (other, _) => panic!("a frame with opcode {other}"),
            }
        }
    }

    /// The next event: its fields in order; `None` at the end of the stream.
    pub fn event(&mut self) -> Option<Vec<(String, String)>> {
        self.until = Instant::now() + DEADLINE;
        loop {
            if let Some(at) = self.buffer.windows(2).position(|two| two == b"\n\n") {
                let block = String::from_utf8(self.buffer.drain(..at + 2).collect()).unwrap();
                let field = |line: &str| {
                    let (name, value) = line.split_once(": ").expect("a field");
                    (name.to_owned(), value.to_owned())
                };
                return Some(block.trim_end().lines().map(field).collect());
            }
            if !self.more() {
                assert!(self.buffer.is_empty(), "the connection ended within an event");
                return None;
            }
        }
    }

    fn event_message(&mut self) -> Option<Heard> {
        let fields = self.event()?;
        let of = |name: &str| fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.clone());
        let data = of("data").expect("every event has data");
        assert_eq!(fields.iter().filter(|(name, _)| name == "data").count(), 1);
        Some((serde_json::from_str(&data).unwrap(), of("id")))
    }

    /// The next message of a held connection.
    pub fn message(&mut self, transport: Transport) -> Option<Heard> {
        match transport {
            Transport::WebSocket => self.websocket_message().map(|message| (message, None)),
            _ => self.event_message(),
        }
    }

    /// Reads one answer of long-poll or poll; the cursor stands at its last message.
    pub fn answer(&mut self) -> (Option<String>, VecDeque<Heard>) {
        self.read_head();
        if self.status() == 304 {
            return (None, VecDeque::new());
        }
        let body = self.body();
        assert_eq!(self.status(), 200, "{}", String::from_utf8_lossy(&body));
        let body: Value = serde_json::from_slice(&body).unwrap();
        let cursor = body["cursor"].as_str().unwrap().to_owned();
        let messages = body["messages"].as_array().unwrap().iter();
        (Some(cursor), messages.map(|message| (message.clone(), None)).collect())
    }
}

/// The header fields of a WebSocket handshake.
pub const UPGRADE: &str = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
                           Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: touchline.v1\r\n";
