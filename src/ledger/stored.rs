//! Version 1 of the JSON an event's body is stored as, for ever: these shapes are never changed.
//!
//! A new need gets a field that may be absent, or version 2 in a file of its own beside this one.
//! [`super::codec`] turns them into domain events and back.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::text::TextRef;
use crate::domain::poll::Voter;

/// Text that can be erased, or a shirt number, which needs no erasing and stands as it is.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Text {
    Plain(String),
    Kept(TextRef),
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Body {
    GameCreated {
        id: u64,
        /// The hash of the sport file, which stands in a table of its own.
        sport: String,
        #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
        params: BTreeMap<String, Param>,
        sides: BTreeMap<String, Side>,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        starts_at: Option<i64>,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        venue: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        title: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        credit: Option<String>,
    },
    GameChanged {
        #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
        sides: BTreeMap<String, Side>,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        starts_at: Option<i64>,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        venue: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        title: Option<String>,
        #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
        params: BTreeMap<String, Param>,
    },
    GameWithdrawn {
        #[serde(skip_serializing_if = "Option::is_none", default)]
        reason: Option<Text>,
    },
    Entered {
        entry: Entry,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        at: Option<GameTime>,
    },
    Voided {
        target: u64,
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        cascade: Vec<u64>,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        reason: Option<Text>,
    },
    Replaced {
        target: u64,
        entry: Entry,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        at: Option<GameTime>,
    },
    ClockResumed {
        value_ms: u64,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        gap_ms: Option<u64>,
    },
    ScorerChanged {
        #[serde(skip_serializing_if = "Option::is_none", default)]
        scorer: Option<String>,
    },
    VenueChanged {
        #[serde(skip_serializing_if = "Option::is_none", default)]
        name: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        pitches: Option<Vec<String>>,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        languages: Option<Vec<String>>,
    },
    PollCreated {
        id: u64,
        poll: Poll,
    },
    PollOpened {},
    PollClosed {
        turnout: u64,
        #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
        refused: BTreeMap<String, u64>,
        lot: Hex,
    },
    PollRevealed {
        /// Option and count, in the order they came out.
        counts: Vec<(u32, u64)>,
    },
    PollWithdrawn {
        #[serde(skip_serializing_if = "Option::is_none", default)]
        reason: Option<Text>,
    },
    TicketsIssued {
        voters: Vec<Hex>,
    },
    BallotCast {
        voter: Hex,
        choice: Vec<u32>,
        nonce: Hex,
    },
}

/// Sixteen bytes as 32 hexadecimal digits.
#[derive(Debug)]
pub(super) struct Hex(pub(super) [u8; 16]);

impl Serialize for Hex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&Voter(self.0))
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = Voter::parse(&text).ok_or_else(|| D::Error::custom("not 32 hexadecimal digits"))?;
        Ok(Self(bytes.0))
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Poll {
    pub(super) question: Text,
    pub(super) method: Method,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub(super) options: Vec<Text>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) game: Option<u64>,
    pub(super) access: Access,
    pub(super) secret: bool,
    pub(super) changeable: bool,
    pub(super) tie: Tie,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) opens_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) closes_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) open_for_ms: Option<u64>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Method {
    Single,
    Multiple(u32),
    Points(Vec<u32>),
    Rating(u32),
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Access {
    Open,
    Ticket,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Tie {
    Shared,
    MostVoters,
    Lot,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Entry {
    Action {
        action: String,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        side: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        player: Option<Text>,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        other: Option<Text>,
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        tags: Vec<String>,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        value: Option<i64>,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        scored: Option<bool>,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        of: Option<u64>,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        text: Option<Text>,
    },
    Comment {
        text: Text,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        lang: Option<String>,
        urgency: Urgency,
    },
    Clock {
        #[serde(rename = "do")]
        what: ClockDo,
    },
    Segment {
        #[serde(rename = "do")]
        what: SegmentDo,
    },
    State {
        to: State,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        reason: Option<Text>,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        award: Option<Award>,
    },
    Review {
        #[serde(rename = "do")]
        what: Review,
    },
    Adjust {
        side: String,
        counter: String,
        to: i64,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        reason: Option<Text>,
    },
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Param {
    Bool(bool),
    Int(i64),
    Word(String),
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Side {
    pub(super) name: Text,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) short: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) colour: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub(super) players: Vec<Player>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Player {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) number: Option<String>,
    pub(super) name: Text,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) say: Option<Text>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GameTime {
    pub(super) segment: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) clock_ms: Option<u64>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Urgency {
    Polite,
    Assertive,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ClockDo {
    Start,
    Stop,
    Set(u64),
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum SegmentDo {
    StartNext,
    Start(String),
    End,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    Scheduled,
    Delayed,
    Live,
    Interval,
    Suspended,
    Postponed,
    Cancelled,
    Abandoned,
    Awarded,
    Final,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Award {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) side: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) score: Option<[i64; 2]>,
    pub(super) kind: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Review {
    Open,
    OpenOf(u64),
    Stands,
    Overturned,
}
