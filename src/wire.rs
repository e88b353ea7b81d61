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

pub mod framing;
pub mod inbound;
pub mod message;

/// The number of the message format, told in `hello`.
pub const PROTOCOL: u32 = 1;

/// The WebSocket subprotocol, echoed when a client offers it.
pub const SUBPROTOCOL: &str = "touchline.v1";

/// How many channels one connection may follow.
pub const MAX_CHANNELS: usize = 8;

/// Close codes: RFC 6455 §7.4 and our own. 4000–4099 mean "come back", 4100–4199 "do not".
pub mod close {
    /// The client asked for it, or everything is said.
    pub const NORMAL: u16 = 1000;
    /// The client broke RFC 6455.
    pub const PROTOCOL: u16 = 1002;
    /// A binary message, where only text is understood.
    pub const UNSUPPORTED: u16 = 1003;
    /// Text that is not UTF-8.
    pub const NOT_TEXT: u16 = 1007;
    /// More or faster than a client may.
    pub const POLICY: u16 = 1008;
    /// One message larger than a client may send.
    pub const TOO_BIG: u16 = 1009;
    /// The box is being restarted.
    pub const RESTART: u16 = 1012;
    /// No place for another held connection; `use` says where to go meanwhile.
    pub const FULL: u16 = 1013;
    /// A channel of this connection has ended or begun anew: connect again.
    pub const CHANNEL: u16 = 4000;
    /// Nothing was heard or taken from this client for too long.
    pub const STALLED: u16 = 4001;
}

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

impl ChannelName {
    /// The channel of a subject in the venue's default language.
    #[must_use]
    pub fn new(subject: Subject) -> Self {
        Self { subject, lang: None }
    }

    /// The same subject in the given language, as named by a tag like `de` or `pt-BR`.
    ///
    /// # Errors
    /// When the subject has no words or the tag is not a language tag.
    pub fn in_language(self, lang: &str) -> Result<Self, BadName> {
        format!("{}@{lang}", Self::new(self.subject)).parse()
    }

    /// Whether only staff may follow it.
    #[must_use]
    pub fn is_staff(&self) -> bool {
        matches!(self.subject, Subject::Desk(_) | Subject::Ops | Subject::Moderation)
    }

    fn takes_language(subject: Subject) -> bool {
        matches!(subject, Subject::Games | Subject::Venue | Subject::Game(_) | Subject::Poll(_))
    }
}

impl fmt::Display for ChannelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.subject {
            Subject::Games => f.write_str("games")?,
            Subject::Venue => f.write_str("venue")?,
            Subject::Game(id) => write!(f, "game/{id}")?,
            Subject::Chat(id) => write!(f, "game/{id}/chat")?,
            Subject::Desk(id) => write!(f, "game/{id}/desk")?,
            Subject::Poll(id) => write!(f, "poll/{id}")?,
            Subject::Me => f.write_str("me")?,
            Subject::Ops => f.write_str("ops")?,
            Subject::Moderation => f.write_str("moderation")?,
        }
        self.lang.as_ref().map_or(Ok(()), |lang| write!(f, "@{lang}"))
    }
}

impl FromStr for ChannelName {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        let bad = || {
            BadName::new(
                "channel",
                text,
                "games, venue, game/7, game/7@de, game/7/chat, game/7/desk, poll/3, me, ops or moderation",
            )
        };
        let (path, lang) = text.split_once('@').map_or((text, None), |(path, lang)| (path, Some(lang)));
        let mut parts = path.split('/');
        let subject = match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some("games"), None, ..) => Subject::Games,
            (Some("venue"), None, ..) => Subject::Venue,
            (Some("me"), None, ..) => Subject::Me,
            (Some("ops"), None, ..) => Subject::Ops,
            (Some("moderation"), None, ..) => Subject::Moderation,
            (Some("game"), Some(id), None, _) => Subject::Game(number(id).ok_or_else(bad)?),
            (Some("poll"), Some(id), None, _) => Subject::Poll(number(id).ok_or_else(bad)?),
            (Some("game"), Some(id), Some("chat"), None) => Subject::Chat(number(id).ok_or_else(bad)?),
            (Some("game"), Some(id), Some("desk"), None) => Subject::Desk(number(id).ok_or_else(bad)?),
            _ => return Err(bad()),
        };
        if lang.is_some_and(|lang| !Self::takes_language(subject) || !is_language_tag(lang)) {
            return Err(bad());
        }
        Ok(Self { subject, lang: lang.map(str::to_owned) })
    }
}

/// The shape of a BCP 47 tag, not its registry: the locales decide what exists.
fn is_language_tag(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let primary = parts.next().unwrap_or_default();
    (2..=3).contains(&primary.len())
        && primary.bytes().all(|b| b.is_ascii_lowercase())
        && tag.len() <= 35
        && parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
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
mod tests {
    use super::{ChannelName, Cursor, Epoch, Problem, Subject, Want, parse_wanted};

    #[test]
    fn a_cursor_is_read_strictly() {
        let cursor: Cursor = "k3f9:20418".parse().unwrap();
        assert_eq!((cursor.epoch.as_str(), cursor.frame), ("k3f9", 20418));
        assert_eq!(cursor.to_string(), "k3f9:20418");
        for bad in
            ["", ":", "k3f9", "k3f9:", ":1", "k3f9:-1", "k3f9:+1", "k3f9:01", "k3f9:1 ", "K3:1", "a:b:1"]
        {
            assert!(bad.parse::<Cursor>().is_err(), "{bad:?} was taken for a cursor");
        }
        assert!("k3f9:18446744073709551616".parse::<Cursor>().is_err(), "beyond 64 bits");
    }

    #[test]
    fn an_epoch_survives_its_text() {
        for bits in [0, 35, 36, u64::MAX] {
            let epoch = Epoch::from_bits(bits);
            assert_eq!(epoch.as_str().parse::<Epoch>().unwrap(), epoch);
        }
        assert_ne!(Epoch::random(), Epoch::random());
    }

    #[test]
    fn channel_names_round_trip_and_nothing_else_is_read() {
        for name in [
            "games",
            "venue",
            "game/7",
            "game/7@de",
            "game/7@pt-BR",
            "game/7/chat",
            "game/7/desk",
            "poll/3",
            "me",
            "ops",
            "moderation",
            "venue@ar",
        ] {
            assert_eq!(name.parse::<ChannelName>().unwrap().to_string(), name);
        }
        for bad in [
            "",
            "game",
            "game/",
            "game/x",
            "game/07",
            "game/-1",
            "game/7/",
            "game/7/chat/1",
            "game/7@",
            "game/7@d",
            "game/7@DE",
            "game/7@de@de",
            "me@de",
            "ops@de",
            "game/7/desk@de",
            "poll",
            "Games",
            "game/7@../x",
        ] {
            assert!(bad.parse::<ChannelName>().is_err(), "{bad:?} was taken for a channel");
        }
    }

    #[test]
    fn a_plus_asks_for_a_snapshot() {
        let venue = ChannelName::new(Subject::Venue);
        assert_eq!(parse_wanted("+venue").unwrap(), (venue.clone(), Want::Snapshot));
        assert_eq!(parse_wanted(" venue").unwrap(), (venue.clone(), Want::Snapshot));
        assert_eq!(parse_wanted("venue").unwrap(), (venue, Want::Missing));
        assert!(parse_wanted("++venue").is_err());
    }

    #[test]
    fn a_problem_keeps_its_members() {
        let problem = Problem::new(409, "seq-conflict", "game 7 is at 1208, not 1203").with("seq", 1208);
        let value = problem.to_value();
        assert_eq!(value["type"], "urn:touchline:problem:seq-conflict");
        assert_eq!(value["title"], "Seq conflict");
        assert_eq!(value["seq"], 1208);
        assert_eq!(serde_json::from_value::<Problem>(value).unwrap(), problem);
    }
}
