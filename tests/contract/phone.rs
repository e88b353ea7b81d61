//! A phone: follows channels by one transport, reduces what it is given, and fails the test at once when
//! the contract is broken.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::time::Instant;

use serde_json::Value;
use touchline::hub::Hub;
use touchline::wire::Transport;

use super::link::{DEADLINE, Heard, Link, UPGRADE};

/// RFC 7396 §2, written as the standard has it.
pub fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let object = target.as_object_mut().unwrap();
    for (key, value) in patch {
        if value.is_null() {
            object.remove(key);
        } else {
            merge(object.entry(key.clone()).or_insert(Value::Null), value);
        }
    }
}

pub struct Phone {
    pub transport: Transport,
    addr: SocketAddr,
    channels: Vec<String>,
    /// Where a reconnect would begin.
    pub cursor: Option<String>,
    /// What it holds: frame and board by channel.
    pub boards: BTreeMap<String, (u64, Value)>,
    /// Every message since the last connect.
    pub log: Vec<Value>,
    link: Option<Link>,
    queue: VecDeque<Heard>,
    // The cursor of the answer whose messages are in the queue.
    answered: Option<String>,
    // The WebSocket's own account: channels of the opening still to come, and where it then stands.
    opening: BTreeSet<String>,
    opening_cursor: Option<String>,
    epoch: String,
    last_frame: u64,
    said_bye: bool,
}

impl Phone {
    /// A phone that has not connected yet; `me` and `+name` are possible.
    pub fn new(transport: Transport, addr: SocketAddr, channels: &[&str]) -> Self {
        Self {
            transport,
            addr,
            channels: channels.iter().map(|&name| name.to_owned()).collect(),
            cursor: None,
            boards: BTreeMap::new(),
            log: Vec::new(),
            link: None,
            queue: VecDeque::new(),
            answered: None,
            opening: BTreeSet::new(),
            opening_cursor: None,
            epoch: String::new(),
            last_frame: 0,
            said_bye: false,
        }
    }

    pub fn target(&self) -> String {
        let mut target = format!("/live/{}?", self.transport.as_str());
        for name in &self.channels {
            target += &format!("ch={}&", name.replace('+', "%2B"));
        }
        if let Some(cursor) = &self.cursor {
            target += &format!("cursor={cursor}");
        }
        target
    }

    /// Connects with its cursor, leaving what was before.
    pub fn connect(&mut self) -> &mut Self {
        self.leave();
        self.log.clear();
        self.said_bye = false;
        if matches!(self.transport, Transport::WebSocket | Transport::Sse) {
            let upgrade = if self.transport == Transport::WebSocket { UPGRADE } else { "" };
            let mut link = Link::start(self.addr, &self.target(), upgrade);
            link.read_head();
            assert!(matches!(link.status(), 101 | 200), "{}", link.head);
            self.link = Some(link);
        }
        self
    }

    /// Breaks the connection off.
    pub fn leave(&mut self) {
        // An answer is taken whole or not at all.
        while !self.queue.is_empty() {
            self.next();
        }
        self.link = None;
    }

    pub fn link(&mut self) -> &mut Link {
        self.link.as_mut().expect("connected")
    }

    /// The next message, applied; `None` at the end of the connection.
    pub fn next(&mut self) -> Option<Value> {
        let (message, id) = match self.transport {
            Transport::WebSocket | Transport::Sse => {
                let transport = self.transport;
                self.link().message(transport)?
            }
            Transport::LongPoll | Transport::Poll => {
                let until = Instant::now() + DEADLINE;
                while self.queue.is_empty() {
                    assert!(Instant::now() < until, "no message within {DEADLINE:?}");
                    self.ask();
                }
                self.queue.pop_front().unwrap()
            }
        };
        self.apply(&message);
        self.note(&message, id);
        self.log.push(message.clone());
        Some(message)
    }

    /// One request of long-poll or poll, on the connection there is.
    fn ask(&mut self) {
        let target = self.target();
        match &mut self.link {
            Some(link) => link.request(&target, ""),
            None => self.link = Some(Link::start(self.addr, &target, "")),
        }
        let (cursor, messages) = self.link().answer();
        if messages.is_empty() {
            self.cursor = cursor.or(self.cursor.take());
        } else {
            self.answered = cursor;
        }
        self.queue = messages;
    }

    fn apply(&mut self, message: &Value) {
        assert!(!self.said_bye, "a message after bye: {message}");
        let channel = message["ch"].as_str().map(str::to_owned);
        let frame = message["frame"].as_u64();
        match message["type"].as_str().expect("every message has a type") {
            "hello" => {
                assert!(self.log.is_empty() || !self.is_held(), "hello comes first");
                self.epoch = message["epoch"].as_str().unwrap().to_owned();
                if message["recovered"] == false {
                    self.last_frame = 0;
                }
            }
            "snapshot" => {
                let (channel, frame) = (channel.unwrap(), frame.unwrap());
                assert!(self.follows(&channel), "not asked for: {channel}");
                self.boards.insert(channel, (frame, message["board"].clone()));
            }
            "patch" => {
                let (channel, frame) = (channel.unwrap(), frame.unwrap());
                let (held, board) = self.boards.get_mut(&channel).expect("a patch needs a board");
                assert_eq!(message["prev"].as_u64(), Some(*held), "a gap on {channel}");
                assert!(frame > self.last_frame, "frame {frame} after {}", self.last_frame);
                merge(board, &message["patch"]);
                *held = frame;
                self.last_frame = frame;
            }
            "bye" => self.said_bye = true,
            "heartbeat" | "receipt" | "problem" => {}
            other => panic!("a message of type {other}"),
        }
    }

    /// Where a reconnect begins, by the rules of each transport.
    fn note(&mut self, message: &Value, id: Option<String>) {
        let kind = message["type"].as_str().unwrap();
        match self.transport {
            Transport::Sse => {
                assert!(id.is_none() || matches!(kind, "snapshot" | "patch"), "an id on {kind}");
                self.cursor = id.or(self.cursor.take());
            }
            Transport::WebSocket => {
                let cursor = |epoch: &str, frame: &Value| Some(format!("{epoch}:{frame}"));
                match kind {
                    "hello" => {
                        let all = message["recovered"] == false;
                        let names = self.channels.iter().filter(|name| *name != "me");
                        let names = names.filter(|name| all || name.starts_with('+'));
                        self.opening = names.map(|name| name.trim_start_matches('+').to_owned()).collect();
                        self.opening_cursor = cursor(&self.epoch, &message["frame"]);
                        if all {
                            self.cursor = None;
                        }
                    }
                    "snapshot" => {
                        self.opening.remove(message["ch"].as_str().unwrap());
                        if self.opening.is_empty() && self.opening_cursor.is_some() {
                            self.cursor = self.opening_cursor.take();
                        }
                    }
                    "patch" | "heartbeat" if self.opening.is_empty() => {
                        self.opening_cursor = None;
                        self.cursor = cursor(&self.epoch, &message["frame"]);
                    }
                    _ => {}
                }
            }
            Transport::LongPoll | Transport::Poll => {
                if self.queue.is_empty() {
                    self.cursor = self.answered.take();
                }
            }
        }
    }

    fn is_held(&self) -> bool {
        matches!(self.transport, Transport::WebSocket | Transport::Sse)
    }

    fn follows(&self, channel: &str) -> bool {
        self.channels.iter().any(|name| name.trim_start_matches('+') == channel)
    }

    /// Reads until it holds what the hub retains, and says that it is the same.
    pub fn catch_up(&mut self, hub: &Hub) {
        let names: Vec<String> =
            self.channels.iter().map(|name| name.trim_start_matches('+').to_owned()).collect();
        for name in names.iter().filter(|name| *name != "me") {
            let id = hub.find(name).unwrap();
            loop {
                let retained = hub.retained(id).unwrap();
                match self.boards.get(name) {
                    Some((frame, board)) if *frame >= retained.frame => {
                        assert_eq!(*frame, retained.frame);
                        assert_eq!(board, &*retained.board, "{name} at {frame}");
                        break;
                    }
                    _ => assert!(self.next().is_some(), "the connection ended"),
                }
            }
        }
        // The rest of an answer or an opening, up to where the cursor says all is held.
        while !self.queue.is_empty() || !self.opening.is_empty() {
            self.next();
        }
    }

    /// Whether it holds what the hub retains.
    pub fn holds_all(&self, hub: &Hub) -> bool {
        let names = self.channels.iter().map(|name| name.trim_start_matches('+'));
        let holds = |name: &str| {
            let retained = hub.retained(hub.find(name).unwrap()).unwrap();
            self.boards.get(name).is_some_and(|(frame, _)| *frame >= retained.frame)
        };
        names.filter(|name| *name != "me").all(holds)
    }

    /// Reads until a message of this type.
    pub fn until(&mut self, kind: &str) -> Value {
        loop {
            let message = self.next().unwrap_or_else(|| panic!("the connection ended before a {kind}"));
            if message["type"] == kind {
                return message;
            }
        }
    }

    /// The types of the messages since the last connect.
    pub fn kinds(&self) -> Vec<&str> {
        self.log.iter().map(|message| message["type"].as_str().unwrap()).collect()
    }

    /// How many messages of this type since the last connect.
    pub fn count(&self, kind: &str) -> usize {
        self.kinds().into_iter().filter(|k| *k == kind).count()
    }
}
