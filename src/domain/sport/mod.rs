//! A sport file (TOML, schema 1) becomes a [`Sport`], or is refused with file, line and what is wrong.
//!
//! A [`Sport`] is the file as written; [`Rules`] is it with a game's parameters put in. Both are frozen
//! into a game when it is made: a later change of the file changes no game. What a file can say is a
//! closed vocabulary; nothing sport-specific stands in the program.

use std::collections::BTreeMap;
use std::fmt;

use super::clock::Direction;
use super::event::Param;

pub mod desk;
pub mod embedded;
pub mod file;
pub mod rules;
pub mod template;

use desk::{DeskDef, ReviewDef};
use template::Template;

/// A sport as its file describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sport {
    /// `football`.
    pub id: String,
    /// `Association football`.
    pub name: String,
    /// What a contest is called on pages: `match`, `game`, `bout`.
    pub noun: String,
    /// The ids of the two sides, home first.
    pub sides: [String; 2],
    /// SHA-256 of the file's bytes, hex: what "the same rules" means.
    pub hash: String,
    /// The file's text, as frozen into games.
    pub source: String,
    /// What a game may override.
    pub params: Vec<ParamDef>,
    /// What is counted.
    pub counters: Vec<Counter>,
    /// What can happen: the file's actions, then its sanctions.
    pub actions: Vec<ActionDef>,
    /// The parts of a game in order, intervals too.
    pub segments: Vec<SegmentDef>,
    /// The game clock.
    pub clock: ClockDef,
    /// How it is decided.
    pub decide: DecideDef,
    /// Second looks, where the sport has them.
    pub review: Option<ReviewDef>,
    /// What is shown as statistics.
    pub stats: Vec<StatDef>,
    /// What the desk has at hand.
    pub desk: DeskDef,
    /// Message ids by action, where they differ from `action-<id>`.
    pub words: BTreeMap<String, String>,
    /// How scores and clocks are written.
    pub display: Display,
}

/// A parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct ParamDef {
    /// `half`.
    pub id: String,
    /// As the organiser sees it.
    pub label: String,
    /// What values it takes.
    pub kind: ParamKind,
    /// Without another word.
    pub default: Param,
}

/// What values a parameter takes.
#[derive(Clone, Debug, PartialEq)]
pub enum ParamKind {
    /// A whole number between two.
    Int {
        /// The least.
        min: i64,
        /// The greatest.
        max: i64,
    },
    /// Whole minutes between two.
    Minutes {
        /// The least.
        min: i64,
        /// The greatest.
        max: i64,
    },
    /// Yes or no.
    Bool,
    /// One of these words.
    Words(Vec<String>),
}

/// A counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counter {
    /// `goals`.
    pub id: String,
    /// As people see it.
    pub label: String,
    /// What one of them is worth.
    pub points: i64,
}

/// Whom an action counts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// The side that did it.
    Own,
    /// The other side: an own goal.
    Other,
}

/// Whether a player is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlayerRule {
    /// Never.
    None,
    /// Where known.
    Optional,
    /// Always.
    Required,
}

/// Where on the desk an action stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// It changes the score.
    Score,
    /// It is part of play.
    Play,
    /// It is a sanction.
    Discipline,
    /// An attempt of a shoot-out.
    Shootout,
    /// It concerns the game's course: added time.
    Course,
}

/// An action of the sport, or a sanction, which is one too.
#[derive(Clone, Debug, PartialEq)]
pub struct ActionDef {
    /// `goal`.
    pub id: String,
    /// As the desk and generic sentences show it.
    pub label: String,
    /// Where it stands on the desk.
    pub group: Group,
    /// How much it adds to which counters.
    pub add: BTreeMap<String, i64>,
    /// Whom it counts for.
    pub to: To,
    /// Whether a side must be named.
    pub side: bool,
    /// Whether a player is named.
    pub player: PlayerRule,
    /// Whether a second player can be named, and what he is called: who comes on.
    pub other: Option<String>,
    /// Details it may carry.
    pub tags: Vec<String>,
    /// The number it asks for, where it does: its label and the greatest.
    pub value: Option<(String, i64)>,
    /// The ids of what is offered next and falls with it.
    pub follow_up: Vec<String>,
    /// The segments it is confined to; empty means any of play.
    pub only_in: Vec<String>,
    /// Whether it may be entered in an interval and after the end, as a card may.
    pub any_time: bool,
    /// Whether it is a key event for lists and speech.
    pub key: bool,
    /// What makes it a sanction.
    pub sanction: Option<Sanction>,
}

/// What a sanction does.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Sanction {
    /// The player takes no further part.
    pub sends_off: bool,
    /// Minutes off the field.
    pub minutes: Option<i64>,
    /// With the `count`-th of a player it becomes the sanction `to`.
    pub escalate: Option<(u32, String)>,
    /// The parameter that must be true for it to exist.
    pub enabled: Option<String>,
}

/// What a segment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SegmentKind {
    /// Play.
    Play,
    /// A break between play.
    Interval,
    /// A shoot-out.
    Series,
}

/// A length that may be a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Length {
    /// Whole minutes.
    Minutes(i64),
    /// The parameter of that name, in minutes.
    Param(String),
}

/// Where the clock of a segment begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClockFrom {
    /// At a length: 0, or `$half` for a second half that begins at 45:00.
    At(Length),
    /// Where the segment of play before would have ended by its length.
    PreviousEnd,
}

/// A condition on which a segment is played; all of a segment's must hold when the one before ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    /// The score is level.
    Level,
    /// A parameter is true.
    Param(String),
    /// A segment of that group has begun.
    GroupStarted(String),
    /// A whole-number parameter is at least this: `$periods >= 3`, written `at_least:periods:3`.
    AtLeast(String, i64),
}

/// A segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentDef {
    /// `2H`.
    pub id: String,
    /// `2nd half`.
    pub label: String,
    /// What it is.
    pub kind: SegmentKind,
    /// How long, where it has a length.
    pub length: Option<Length>,
    /// Where its clock begins.
    pub clock_from: ClockFrom,
    /// On which conditions it is played.
    pub when: Vec<When>,
    /// The group it belongs to: `extra`.
    pub group: Option<String>,
    /// The shoot-out, for a series.
    pub series: Option<SeriesDef>,
}

/// A shoot-out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeriesDef {
    /// Attempts each before sudden death.
    pub attempts: u32,
    /// Whether single attempts follow when level.
    pub sudden_death: bool,
    /// Whether it ends as soon as nobody can catch up.
    pub stop_when_decided: bool,
}

/// What time beyond a segment's length is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overrun {
    /// Nothing special.
    None,
    /// Added time: `45+2'`.
    AddedTime,
}

/// How minutes are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MinuteRule {
    /// 0:00 to 0:59 is minute 1.
    Ceil,
    /// 0:00 to 0:59 is minute 0.
    Floor,
}

/// The game clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockDef {
    /// Whether the box runs it: `source` has `run`. Without, game times are only entered.
    pub run: bool,
    /// Which way.
    pub direction: Direction,
    /// What time beyond a segment's length is.
    pub overrun: Overrun,
    /// How minutes are counted.
    pub minute: MinuteRule,
}

/// How a game is decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecideDef {
    /// The score of a forfeit, for the winner and the other.
    pub forfeit: Option<[i64; 2]>,
}

/// A statistic: how often a side did certain things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatDef {
    /// `shots`.
    pub id: String,
    /// `Shots`.
    pub label: String,
    /// The ids of the actions that count, each once.
    pub of: Vec<String>,
}

/// How scores and clocks are written.
#[derive(Clone, Debug, PartialEq)]
pub struct Display {
    /// The score: `{home.points}-{away.points}`.
    pub score: Template,
    /// What follows it once a segment of that group (`extra`) or that id (`P`) has begun.
    pub after: Vec<(String, Template)>,
    /// What the clock shows in a segment of that id, or `final`, or `final_<group>`: `HT`, `FT`, `AET`.
    pub states: BTreeMap<String, String>,
    /// A running minute: `{minute}'`; absent means minutes and seconds, `mm:ss`.
    pub running: Option<Template>,
    /// Added time: `{base}+{added}'`.
    pub added: Option<Template>,
}

/// A sport with a game's parameters put in: the lengths and conditions a fold asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    /// Every parameter's value, defaults included.
    pub params: BTreeMap<String, Param>,
    /// By index of the sport's segments.
    pub segments: Vec<SegmentRules>,
}

/// A segment with its parameters put in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentRules {
    /// Its length in milliseconds, where it has one.
    pub length_ms: Option<u64>,
    /// What its clock shows at its beginning, in milliseconds; for a clock that counts down, its length.
    pub from_ms: u64,
    /// The conditions that depend on play; those on parameters are settled in `possible`.
    pub when: Vec<When>,
    /// Whether the parameters allow it at all.
    pub possible: bool,
}

/// Why a sport file is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SportError {
    /// The file's name.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, and what would be right.
    pub what: String,
}

impl fmt::Display for SportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}

impl std::error::Error for SportError {}

impl Sport {
    /// The action or sanction of that id.
    #[must_use]
    pub fn action(&self, id: &str) -> Option<&ActionDef> {
        self.actions.iter().find(|action| action.id == id)
    }

    /// The index of the segment of that id.
    #[must_use]
    pub fn segment(&self, id: &str) -> Option<usize> {
        self.segments.iter().position(|segment| segment.id == id)
    }

    /// The index of the side of that id: 0 for home, 1 for away.
    #[must_use]
    pub fn side(&self, id: &str) -> Option<usize> {
        self.sides.iter().position(|side| side == id)
    }

    /// What one of a counter is worth.
    #[must_use]
    pub fn points(&self, counter: &str) -> i64 {
        self.counters.iter().find(|c| c.id == counter).map_or(0, |c| c.points)
    }
}
