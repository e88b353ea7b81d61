//! The one public JSON: cursors, channel names, spoken lines and problems; its parts have the messages,
//! what phones send, and the bytes around them.
//!
//! Every room that speaks with the outside uses these types and no others. Nothing here does any I/O.
//! Numbers: a `frame` is box-wide and rises within an epoch; a `seq` is an event's number in the ledger.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

mod channel;
pub mod close;
pub mod framing;
pub mod inbound;
pub mod message;

/// The number of the message format, told in `hello`.
pub const PROTOCOL: u32 = 1;

/// The WebSocket subprotocol, echoed when a client offers it.
pub const SUBPROTOCOL: &str = "touchline.v1";

/// How many channels one connection may follow.
pub const MAX_CHANNELS: usize = 8;

/// One unbroken history of the hub: new at every start and after a restore.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Epoch(Arc<str>);

impl Epoch {
    const LONGEST: usize = 16;

    /// A new epoch, different from all others with overwhelming probability.
    ///
    /// # Panics
    /// When the system has no randomness to give: no session could be kept secret then either.
    #[must_use]
    pub fn random() -> Self {
        let bits = getrandom::u64().expect("the system gives randomness");
        Self::from_bits(bits)
    }

    /// The epoch written with these 64 bits, in base 36.
    #[must_use]
    pub fn from_bits(mut bits: u64) -> Self {
        const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
        let mut text = String::new();
        loop {
            text.push(char::from(DIGITS[(bits % 36) as usize]));
            bits /= 36;
            if bits == 0 {
                return Self(text.into());
            }
        }
    }

    /// As text: lower-case letters and digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Epoch {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        let plain = text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase());
        if text.is_empty() || text.len() > Self::LONGEST || !plain {
            return Err(BadName::new("epoch", text, "1 to 16 lower-case letters and digits"));
        }
        Ok(Self(text.into()))
    }
}

impl Serialize for Epoch {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Epoch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Where a client is: every channel it names is held at this frame of this epoch. Written `epoch:frame`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The history the frame belongs to.
    pub epoch: Epoch,
    /// The last frame the client holds.
    pub frame: u64,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.epoch, self.frame)
    }
}

impl FromStr for Cursor {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        let bad = || BadName::new("cursor", text, "<epoch>:<frame>, as in k3f9:20418");
        let (epoch, frame) = text.split_once(':').ok_or_else(bad)?;
        Ok(Self { epoch: epoch.parse().map_err(|_| bad())?, frame: number(frame).ok_or_else(bad)? })
    }
}

/// A decimal number without sign, space or leading zero.
fn number(text: &str) -> Option<u64> {
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let canonical = text == "0" || !text.starts_with('0');
    if plain && canonical { text.parse().ok() } else { None }
}

/// A name of the wire that cannot be read: what it should be, what it was, what is expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadName {
    what: &'static str,
    text: String,
    expected: &'static str,
}

impl BadName {
    fn new(what: &'static str, text: &str, expected: &'static str) -> Self {
        Self { what, text: text.chars().take(80).collect(), expected }
    }
}

impl fmt::Display for BadName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not a {}; expected {}", self.text, self.what, self.expected)
    }
}

impl std::error::Error for BadName {}

/// What a channel tells about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// Summaries of the day's games.
    Games,
    /// Announcements, open polls, screens: rare and for everybody.
    Venue,
    /// One game.
    Game(u64),
    /// Talk beside a game.
    Chat(u64),
    /// A game as the desk sees it; staff.
    Desk(u64),
    /// One vote.
    Poll(u64),
    /// Receipts of one's own commands.
    Me,
    /// The state of the box; staff.
    Ops,
    /// Talk waiting for a judgement; staff.
    Moderation,
}

/// A channel's public name: its subject and, where words are part of it, their language.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChannelName {
    /// What the channel tells about.
    pub subject: Subject,
    /// The language tag after `@`; without one the venue's default language is meant.
    pub lang: Option<String>,
}

/// The ways a phone follows; written as in `/live/{transport}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transport {
    /// RFC 6455.
    WebSocket,
    /// Server-Sent Events.
    Sse,
    /// A request that is answered when there is something to say.
    LongPoll,
    /// A request that is answered at once.
    Poll,
}

impl Transport {
    /// All of them, best first: the order in which a page falls back.
    pub const ALL: [Self; 4] = [Self::WebSocket, Self::Sse, Self::LongPoll, Self::Poll];

    /// Its name in addresses and messages.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WebSocket => "ws",
            Self::Sse => "sse",
            Self::LongPoll => "longpoll",
            Self::Poll => "poll",
        }
    }
}

impl FromStr for Transport {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        let known = Self::ALL.into_iter().find(|transport| transport.as_str() == text);
        known.ok_or_else(|| BadName::new("transport", text, "ws, sse, longpoll or poll"))
    }
}

/// How a client wants to begin on a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// What it has missed since its cursor, if that can be told; else a snapshot.
    Missing,
    /// A snapshot in any case: it holds nothing of this channel. Written with a leading `+`.
    Snapshot,
}

/// One `ch=` of a live request: `venue`, `game/7@de`, `+venue`.
///
/// # Errors
/// When it is no channel's name.
pub fn parse_wanted(text: &str) -> Result<(ChannelName, Want), BadName> {
    // A bare `+` in a query means a space to whoever decodes it as a form; both arrive here.
    match text.strip_prefix(['+', ' ']) {
        Some(name) => Ok((name.parse()?, Want::Snapshot)),
        None => Ok((text.parse()?, Want::Missing)),
    }
}

/// One line for the announcer of a page: spoken at most once for each (`seq`, `key`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Say {
    /// The event the line tells of.
    pub seq: u64,
    /// A newer line of the same key replaces a waiting one.
    pub key: String,
    /// Who wants to hear it.
    pub level: Level,
    /// How urgently it is said.
    pub to: Urgency,
    /// Where the event stands in its game; absent for a line that stands nowhere.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub order: String,
    /// The words.
    pub text: String,
}

/// Who wants to hear a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Everybody, also who has turned speech down.
    Always,
    /// Who follows the key events.
    Key,
    /// Who follows everything.
    All,
}

/// How urgently a line is said: the values of `aria-live`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Urgency {
    /// When the reader is silent.
    Polite,
    /// At once.
    Assertive,
}

/// Why something was refused or failed: RFC 9457 `application/problem+json`.
///
/// The type is stable and made from a short code; `detail` is for people and says operation, subject,
/// cause and what to do.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// The HTTP status it goes with.
    pub status: u16,
    /// The stable code: lower-case words joined by hyphens.
    pub code: String,
    /// What happened this time.
    pub detail: String,
    /// Members beyond the standard's, such as `seq` or `retry_ms`.
    pub extensions: Map<String, Value>,
}

impl Problem {
    const TYPE: &str = "urn:touchline:problem:";

    /// A problem of the kind `code`.
    #[must_use]
    pub fn new(status: u16, code: &str, detail: impl Into<String>) -> Self {
        Self { status, code: code.to_owned(), detail: detail.into(), extensions: Map::new() }
    }

    /// The same with one more member.
    #[must_use]
    pub fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.extensions.insert(member.to_owned(), value.into());
        self
    }

    /// What this kind of problem is called.
    #[must_use]
    pub fn title(&self) -> String {
        const TITLES: [(&str, &str); 6] = [
            ("bad-json", "The message is not the JSON expected"),
            ("not-found", "There is nothing at this address"),
            ("unknown-channel", "There is no such channel"),
            ("bad-cursor", "The cursor cannot be read"),
            ("websocket-version", "Only WebSocket version 13 is spoken here"),
            ("internal", "The box failed"),
        ];
        if let Some((_, title)) = TITLES.iter().find(|(code, _)| *code == self.code) {
            return (*title).to_owned();
        }
        let mut title = self.code.replace('-', " ");
        if let Some(first) = title.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        title
    }

    /// As the JSON object of RFC 9457.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mut object = self.extensions.clone();
        object.insert("type".into(), format!("{}{}", Self::TYPE, self.code).into());
        object.insert("title".into(), self.title().into());
        object.insert("status".into(), self.status.into());
        object.insert("detail".into(), self.detail.clone().into());
        Value::Object(object)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.code, self.status, self.detail)
    }
}

impl std::error::Error for Problem {}

impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_value().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Problem {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut object = Map::deserialize(deserializer)?;
        let mut text = |key: &str| match object.remove(key) {
            Some(Value::String(text)) => text,
            _ => String::new(),
        };
        let kind = text("type");
        let detail = text("detail");
        text("title");
        let code = kind.strip_prefix(Self::TYPE).unwrap_or("about:blank").to_owned();
        let status = object.remove("status").and_then(|status| status.as_u64());
        let status = status.and_then(|status| u16::try_from(status).ok()).unwrap_or(0);
        Ok(Self { status, code, detail, extensions: object })
    }
}

#[cfg(test)]
mod tests;
