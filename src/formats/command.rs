//! The JSON of a command: the body of `POST /api/v1/games/{id}/commands`, a line of a recording, the
//! payload of an exported entry. Unknown fields are refused, so that a typing error is not silently lost.
//!
//! Reading what [`write_play`] and [`write_entry`] wrote gives the same value again.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{FormatError, scorer};
use crate::domain::Seq;
use crate::domain::command::Play;
use crate::domain::event::{Action, Award, ClockDo, Entry, GameTime, Review, SegmentDo, State, Urgency};

/// A command as somebody sends it, before anybody has said who and when.
#[derive(Clone, Debug, PartialEq)]
pub struct CommandForm {
    /// The sender's id for it, where it gave one.
    pub id: Option<String>,
    /// The last event the sender knows.
    pub expect_seq: Option<Seq>,
    /// What is asked.
    pub play: Play,
}

/// Reads a command.
///
/// # Errors
/// Names the field that is missing, unknown or of the wrong kind.
pub fn read(value: &Value) -> Result<CommandForm, FormatError> {
    let mut fields = object(value, "a command")?;
    let id = take(&mut fields, "id")?;
    let expect_seq = take(&mut fields, "expect_seq")?;
    let play = match fields.get("type").and_then(Value::as_str) {
        Some("void") => {
            let VoidForm { seq, reason, .. } = form(fields)?;
            Play::Void { seq, reason }
        }
        Some("replace") => {
            let ReplaceForm { seq, with, .. } = form(fields)?;
            let (entry, at) = read_with(&with)?;
            Play::Replace { seq, entry, at }
        }
        Some("insert") => {
            let InsertForm { after, with, .. } = form(fields)?;
            let (entry, at) = read_with(&with)?;
            Play::Insert { after, entry, at }
        }
        Some("scorer") => Play::Scorer(scorer::read(&Value::Object(fields))?),
        _ => {
            let at = read_at(&mut fields)?;
            Play::Enter { entry: read_entry(&Value::Object(fields))?, at }
        }
    };
    Ok(CommandForm { id, expect_seq, play })
}

/// Writes what is asked; an `id` may be put beside it.
#[must_use]
pub fn write_play(play: &Play) -> Map<String, Value> {
    let (kind, field, seq) = match play {
        Play::Enter { entry, at } => return write_with(entry, at.as_ref()),
        Play::Void { seq, reason } => {
            let kind = "void".to_owned();
            return to_map(&VoidForm { kind, seq: *seq, reason: reason.clone() });
        }
        Play::Scorer(what) => return scorer::write(what),
        Play::Insert { after, .. } => ("insert", "after", *after),
        Play::Replace { seq, .. } => ("replace", "seq", *seq),
    };
    let (Play::Insert { entry, at, .. } | Play::Replace { entry, at, .. }) = play else {
        return Map::new();
    };
    let mut map = Map::new();
    map.insert("type".to_owned(), kind.into());
    map.insert(field.to_owned(), seq.into());
    map.insert("with".to_owned(), Value::Object(write_with(entry, at.as_ref())));
    map
}

/// Reads an entry without its game time.
///
/// # Errors
/// Names the field that is missing, unknown or of the wrong kind.
pub fn read_entry(value: &Value) -> Result<Entry, FormatError> {
    let form: EntryForm = form(object(value, "an entry")?)?;
    Ok(match form {
        EntryForm::Action { action, side, player, other, tags, value, scored, of, text } => {
            Entry::Action(Action { action, side, player, other, tags, value, scored, of, text })
        }
        EntryForm::Comment { text, lang, urgency } => {
            let urgency = match urgency {
                None | Some(UrgencyForm::Polite) => Urgency::Polite,
                Some(UrgencyForm::Assertive) => Urgency::Assertive,
            };
            Entry::Comment { text, lang, urgency }
        }
        EntryForm::Clock { work, value_ms } => Entry::Clock(match (work, value_ms) {
            (ClockForm::Start, None) => ClockDo::Start,
            (ClockForm::Stop, None) => ClockDo::Stop,
            (ClockForm::Set, Some(value_ms)) => ClockDo::Set(value_ms),
            (ClockForm::Set, None) => {
                return Err(wrong("setting the clock needs `value_ms`, what it is to show in milliseconds"));
            }
            (ClockForm::Start | ClockForm::Stop, Some(_)) => {
                return Err(wrong("`value_ms` goes with `do`: `set` only"));
            }
        }),
        EntryForm::Segment { work, segment } => Entry::Segment(match (work, segment) {
            (SegmentForm::Start, segment) => SegmentDo::Start(segment),
            (SegmentForm::End, None) => SegmentDo::End,
            (SegmentForm::End, Some(_)) => {
                return Err(wrong("`segment` goes with `do`: `start` only; what ends is the present one"));
            }
        }),
        EntryForm::State { to, reason, award } => {
            let award = award.map(|form| Award { side: form.side, score: form.score, kind: form.kind });
            Entry::State { to: to.into(), reason, award }
        }
        EntryForm::Review { work, of } => Entry::Review(match (work, of) {
            (ReviewForm::Open, of) => Review::Open { of },
            (ReviewForm::Stands, None) => Review::Stands,
            (ReviewForm::Overturned, None) => Review::Overturned,
            (_, Some(_)) => return Err(wrong("`of` goes with `do`: `open` only")),
        }),
        EntryForm::Adjust { side, counter, to, reason } => Entry::Adjust { side, counter, to, reason },
    })
}

/// Writes an entry without its game time.
#[must_use]
pub fn write_entry(entry: &Entry) -> Map<String, Value> {
    to_map(&match entry.clone() {
        Entry::Action(Action { action, side, player, other, tags, value, scored, of, text }) => {
            EntryForm::Action { action, side, player, other, tags, value, scored, of, text }
        }
        Entry::Comment { text, lang, urgency } => {
            let urgency = match urgency {
                Urgency::Polite => None,
                Urgency::Assertive => Some(UrgencyForm::Assertive),
            };
            EntryForm::Comment { text, lang, urgency }
        }
        Entry::Clock(ClockDo::Start) => EntryForm::Clock { work: ClockForm::Start, value_ms: None },
        Entry::Clock(ClockDo::Stop) => EntryForm::Clock { work: ClockForm::Stop, value_ms: None },
        Entry::Clock(ClockDo::Set(value)) => EntryForm::Clock { work: ClockForm::Set, value_ms: Some(value) },
        Entry::Segment(SegmentDo::Start(segment)) => EntryForm::Segment { work: SegmentForm::Start, segment },
        Entry::Segment(SegmentDo::End) => EntryForm::Segment { work: SegmentForm::End, segment: None },
        Entry::State { to, reason, award } => {
            let award = award.map(|Award { side, score, kind }| AwardForm { side, score, kind });
            EntryForm::State { to: to.into(), reason, award }
        }
        Entry::Review(Review::Open { of }) => EntryForm::Review { work: ReviewForm::Open, of },
        Entry::Review(Review::Stands) => EntryForm::Review { work: ReviewForm::Stands, of: None },
        Entry::Review(Review::Overturned) => EntryForm::Review { work: ReviewForm::Overturned, of: None },
        Entry::Adjust { side, counter, to, reason } => EntryForm::Adjust { side, counter, to, reason },
    })
}

/// Reads an entry with its game time beside it in `at`.
///
/// # Errors
/// Names the field that is missing, unknown or of the wrong kind.
pub fn read_with(value: &Value) -> Result<(Entry, Option<GameTime>), FormatError> {
    let mut fields = object(value, "an entry")?;
    let at = read_at(&mut fields)?;
    Ok((read_entry(&Value::Object(fields))?, at))
}

/// Writes an entry with its game time beside it in `at`.
#[must_use]
pub fn write_with(entry: &Entry, at: Option<&GameTime>) -> Map<String, Value> {
    let mut map = write_entry(entry);
    if let Some(GameTime { segment, clock_ms }) = at.cloned() {
        map.insert("at".to_owned(), Value::Object(to_map(&AtForm { segment, clock_ms })));
    }
    map
}

fn read_at(fields: &mut Map<String, Value>) -> Result<Option<GameTime>, FormatError> {
    let at: Option<AtForm> = take(fields, "at")?;
    Ok(at.map(|AtForm { segment, clock_ms }| GameTime { segment, clock_ms }))
}

fn object(value: &Value, what: &str) -> Result<Map<String, Value>, FormatError> {
    value.as_object().cloned().ok_or_else(|| wrong(format!("{what} is a JSON object")))
}

fn take<T: serde::de::DeserializeOwned>(
    fields: &mut Map<String, Value>,
    name: &str,
) -> Result<Option<T>, FormatError> {
    let Some(value) = fields.remove(name) else { return Ok(None) };
    serde_json::from_value(value).map(Some).map_err(|error| wrong(format!("`{name}`: {error}")))
}

fn form<T: serde::de::DeserializeOwned>(fields: Map<String, Value>) -> Result<T, FormatError> {
    serde_json::from_value(Value::Object(fields)).map_err(|error| wrong(error.to_string()))
}

fn to_map<T: Serialize>(form: &T) -> Map<String, Value> {
    match serde_json::to_value(form) {
        Ok(Value::Object(map)) => map,
        other => unreachable!("a form with named fields is a JSON object, not {other:?}"),
    }
}

fn wrong(what: impl Into<String>) -> FormatError {
    FormatError::new("", what)
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct VoidForm {
    #[serde(rename = "type")]
    kind: String,
    seq: Seq,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReplaceForm {
    #[serde(rename = "type")]
    _kind: String,
    seq: Seq,
    with: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InsertForm {
    #[serde(rename = "type")]
    _kind: String,
    after: Seq,
    with: Value,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum EntryForm {
    Action {
        action: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        side: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        player: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        other: Option<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        tags: Vec<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        value: Option<i64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scored: Option<bool>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<Seq>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    Comment {
        text: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lang: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        urgency: Option<UrgencyForm>,
    },
    Clock {
        #[serde(rename = "do")]
        work: ClockForm,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        value_ms: Option<u64>,
    },
    Segment {
        #[serde(rename = "do")]
        work: SegmentForm,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        segment: Option<String>,
    },
    State {
        to: StateForm,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        award: Option<AwardForm>,
    },
    Review {
        #[serde(rename = "do")]
        work: ReviewForm,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<Seq>,
    },
    Adjust {
        side: String,
        counter: String,
        to: i64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AtForm {
    segment: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    clock_ms: Option<u64>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AwardForm {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    side: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    score: Option<[i64; 2]>,
    kind: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum UrgencyForm {
    Polite,
    Assertive,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ClockForm {
    Start,
    Stop,
    Set,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SegmentForm {
    Start,
    End,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ReviewForm {
    Open,
    Stands,
    Overturned,
}

/// [`State`] by its name in JSON.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StateForm {
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

impl From<StateForm> for State {
    fn from(form: StateForm) -> Self {
        match form {
            StateForm::Scheduled => Self::Scheduled,
            StateForm::Delayed => Self::Delayed,
            StateForm::Live => Self::Live,
            StateForm::Interval => Self::Interval,
            StateForm::Suspended => Self::Suspended,
            StateForm::Postponed => Self::Postponed,
            StateForm::Cancelled => Self::Cancelled,
            StateForm::Abandoned => Self::Abandoned,
            StateForm::Awarded => Self::Awarded,
            StateForm::Final => Self::Final,
        }
    }
}

impl From<State> for StateForm {
    fn from(state: State) -> Self {
        match state {
            State::Scheduled => Self::Scheduled,
            State::Delayed => Self::Delayed,
            State::Live => Self::Live,
            State::Interval => Self::Interval,
            State::Suspended => Self::Suspended,
            State::Postponed => Self::Postponed,
            State::Cancelled => Self::Cancelled,
            State::Abandoned => Self::Abandoned,
            State::Awarded => Self::Awarded,
            State::Final => Self::Final,
        }
    }
}
