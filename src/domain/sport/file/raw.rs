//! The words and keys of a sport file, schema 1, exactly as they may be written.
//!
//! Nothing here is checked beyond its shape: an unknown key, an unknown word or a value of another kind is
//! refused while the file is read; what the parts say about each other is checked in the parent. What a
//! check may complain about is [`Spanned`], so that the complaint has a line.
//!
//! Left out on purpose, because in a tally they could have only one value: that points decide and a level
//! score is a draw unless a further segment applies, that a review ends with `stands` or `overturned`, and
//! that the attempts of a shoot-out alternate and do not count in the score.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Error, Visitor};
use toml::Spanned;

use crate::domain::clock::Direction;
use crate::domain::sport::{Group, MinuteRule, Overrun, PlayerRule, SegmentKind, To};

/// A text whose line matters.
pub(super) type Text = Spanned<String>;
/// A whole number whose line matters.
pub(super) type Number = Spanned<i64>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) schema: Number,
    pub(super) sport: Head,
    #[serde(default)]
    pub(super) params: BTreeMap<Text, Param>,
    #[serde(default)]
    pub(super) counter: BTreeMap<Text, Counter>,
    #[serde(default)]
    pub(super) action: Vec<Action>,
    #[serde(default)]
    pub(super) discipline: Vec<Discipline>,
    pub(super) segment: Vec<Segment>,
    pub(super) clock: Clock,
    #[serde(default)]
    pub(super) decide: Decide,
    pub(super) review: Option<Review>,
    #[serde(default)]
    pub(super) stat: Vec<Stat>,
    #[serde(default)]
    pub(super) desk: Desk,
    #[serde(default)]
    pub(super) words: BTreeMap<Text, Text>,
    pub(super) display: Display,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    pub(super) id: Text,
    pub(super) name: Text,
    pub(super) noun: Text,
    pub(super) model: Text,
    pub(super) sides: [Text; 2],
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Param {
    #[serde(rename = "type")]
    pub(super) kind: Spanned<ParamType>,
    pub(super) label: Text,
    pub(super) default: Spanned<Value>,
    pub(super) min: Option<Number>,
    pub(super) max: Option<Number>,
    pub(super) values: Option<Spanned<Vec<String>>>,
}

#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ParamType {
    Int,
    Minutes,
    Bool,
    Enum,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Counter {
    pub(super) label: Text,
    pub(super) points: Option<Number>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Action {
    pub(super) id: Text,
    pub(super) label: Text,
    pub(super) group: Option<ActionGroup>,
    #[serde(default)]
    pub(super) add: BTreeMap<Text, Number>,
    pub(super) to: Option<Receiver>,
    pub(super) side: Option<bool>,
    pub(super) player: Option<Naming>,
    pub(super) other: Option<Text>,
    #[serde(default)]
    pub(super) tags: Vec<Text>,
    pub(super) value: Option<AskedValue>,
    #[serde(default)]
    pub(super) follow_up: Vec<Text>,
    #[serde(default)]
    pub(super) only_in: Vec<Text>,
    #[serde(default)]
    pub(super) any_time: bool,
    pub(super) key: Option<bool>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ActionGroup {
    Score,
    Play,
    Course,
}

impl From<ActionGroup> for Group {
    fn from(group: ActionGroup) -> Self {
        match group {
            ActionGroup::Score => Self::Score,
            ActionGroup::Play => Self::Play,
            ActionGroup::Course => Self::Course,
        }
    }
}

#[derive(Clone, Copy, Deserialize)]
pub(super) enum Receiver {
    #[serde(rename = "self")]
    Own,
    #[serde(rename = "other")]
    Other,
}

impl From<Receiver> for To {
    fn from(to: Receiver) -> Self {
        match to {
            Receiver::Own => Self::Own,
            Receiver::Other => Self::Other,
        }
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Naming {
    None,
    Optional,
    Required,
}

impl From<Naming> for PlayerRule {
    fn from(naming: Naming) -> Self {
        match naming {
            Naming::None => Self::None,
            Naming::Optional => Self::Optional,
            Naming::Required => Self::Required,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AskedValue {
    pub(super) label: Text,
    pub(super) max: Number,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Discipline {
    pub(super) id: Text,
    pub(super) label: Text,
    pub(super) player: Option<Naming>,
    pub(super) minutes: Option<Number>,
    #[serde(default)]
    pub(super) sends_off: bool,
    pub(super) escalate: Option<Escalate>,
    pub(super) enabled: Option<Text>,
    pub(super) key: Option<bool>,
}

/// Counted by player: the only scope a tally has.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Escalate {
    pub(super) count: Number,
    pub(super) to: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Segment {
    pub(super) id: Text,
    pub(super) label: Text,
    pub(super) kind: Option<Kind>,
    pub(super) length: Option<Spanned<Value>>,
    pub(super) clock_from: Option<Spanned<Value>>,
    #[serde(default)]
    pub(super) when: Vec<Text>,
    pub(super) group: Option<Text>,
    pub(super) series: Option<Spanned<Series>>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    Play,
    Interval,
    Series,
}

impl From<Kind> for SegmentKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Play => Self::Play,
            Kind::Interval => Self::Interval,
            Kind::Series => Self::Series,
        }
    }
}

/// A shoot-out brings an action of its own: the attempt, possible in its segment alone.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Series {
    pub(super) action: Option<Text>,
    pub(super) label: Text,
    pub(super) attempts: Number,
    pub(super) sudden_death: Option<bool>,
    pub(super) stop_when_decided: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Clock {
    pub(super) direction: Way,
    pub(super) overrun: Option<Beyond>,
    pub(super) minute: Option<Rounding>,
    /// Where game times come from; a time can always be entered, so `["entered"]` means only that.
    pub(super) source: Option<Vec<Source>>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Way {
    Up,
    Down,
}

impl From<Way> for Direction {
    fn from(way: Way) -> Self {
        match way {
            Way::Up => Self::Up,
            Way::Down => Self::Down,
        }
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Beyond {
    None,
    AddedTime,
}

impl From<Beyond> for Overrun {
    fn from(beyond: Beyond) -> Self {
        match beyond {
            Beyond::None => Self::None,
            Beyond::AddedTime => Self::AddedTime,
        }
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Rounding {
    Ceil,
    Floor,
}

impl From<Rounding> for MinuteRule {
    fn from(rounding: Rounding) -> Self {
        match rounding {
            Rounding::Ceil => Self::Ceil,
            Rounding::Floor => Self::Floor,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Source {
    Run,
    Entered,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Decide {
    pub(super) forfeit: Option<[Number; 2]>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Review {
    pub(super) label: Text,
    #[serde(default)]
    pub(super) reviews: Vec<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stat {
    pub(super) id: Text,
    pub(super) label: Text,
    pub(super) of: Spanned<Vec<Text>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Desk {
    #[serde(default)]
    pub(super) front: Vec<Text>,
    #[serde(default)]
    pub(super) phrases: Vec<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Display {
    pub(super) score: Text,
    #[serde(default)]
    pub(super) after: BTreeMap<Text, Text>,
    #[serde(default)]
    pub(super) states: BTreeMap<Text, Text>,
    pub(super) running: Option<Text>,
    pub(super) added: Option<Text>,
}

/// A number, a truth or a word; a word that begins with `$` names a parameter.
pub(super) enum Value {
    Int(i64),
    Bool(bool),
    Word(String),
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Any;

        impl Visitor<'_> for Any {
            type Value = Value;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number, true, false or a text")
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
                Ok(Value::Int(value))
            }

            fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
                Ok(Value::Bool(value))
            }

            fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
                Ok(Value::Word(value.to_owned()))
            }
        }

        from.deserialize_any(Any)
    }
}
