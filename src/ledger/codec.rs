//! A domain event ⇄ the row it is stored as. What was once written can be read for ever.
//!
//! Each body carries the version of its form; a version this build does not know is an error that says
//! so, never a guess. Where texts and sport files stand is the caller's affair: [`Texts`] and [`Sports`].

use std::fmt;
use std::sync::Arc;

use super::decode::Decoder;
use super::encode::Encoder;
use super::stored;
use super::text::{TextKind, TextRef};
use crate::domain::clock::Stamp;
use crate::domain::command::Actor;
use crate::domain::event::{Event, Stream, Visibility};
use crate::domain::order::Order;
use crate::domain::poll::PollId;
use crate::domain::sport::Sport;
use crate::domain::{GameId, Seq};

/// The version in which bodies are written.
pub const VERSION: u32 = 1;

/// An event as the table `event` holds it, without the hashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its number.
    pub seq: Seq,
    /// `venue`, `game/7`, `poll/3`.
    pub stream: String,
    /// `public`, `staff`, `sealed`.
    pub visibility: String,
    /// The written order, where it has one.
    pub order: Option<String>,
    /// When it was accepted.
    pub stamp: Stamp,
    /// Who asked for it.
    pub actor: String,
    /// The command it came from.
    pub command: String,
    /// The version of `body`.
    pub version: u32,
    /// JSON.
    pub body: String,
}

/// Where texts that can be erased are kept.
pub trait Texts {
    /// Why a text could not be kept or fetched.
    type Error;
    /// Keeps a text and says where.
    ///
    /// # Errors
    /// When it cannot be stored.
    fn put(&mut self, kind: TextKind, value: &str) -> Result<TextRef, Self::Error>;
    /// What a text reads as now.
    ///
    /// # Errors
    /// When it cannot be fetched, or was never there.
    fn get(&mut self, text: &TextRef) -> Result<String, Self::Error>;
}

/// Where frozen sport files are.
pub trait Sports {
    /// Why a sport could not be fetched.
    type Error;
    /// The sport of that hash.
    ///
    /// # Errors
    /// When it was never frozen, or no longer parses.
    fn sport(&mut self, hash: &str) -> Result<Arc<Sport>, Self::Error>;
}

/// Why a row is no event.
#[derive(Debug)]
pub enum DecodeError<E> {
    /// A word, number or shape that is not of that version.
    Malformed(String),
    /// The version is newer than this build.
    Version(u32),
    /// A text or sport could not be fetched.
    Fetch(E),
}

impl<E: fmt::Display> fmt::Display for DecodeError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(what) => f.write_str(what),
            Self::Version(found) => {
                write!(f, "it is stored in version {found}, this build reads up to {VERSION}")
            }
            Self::Fetch(cause) => cause.fmt(f),
        }
    }
}

/// An event as a row.
///
/// # Errors
/// When a text cannot be kept.
pub fn encode<T: Texts>(event: &Event, texts: &mut T) -> Result<Row, T::Error> {
    let body = Encoder(texts).body(&event.body)?;
    Ok(Row {
        seq: event.seq,
        stream: stream_text(event.stream),
        visibility: visibility_text(event.visibility).to_owned(),
        order: event.order.as_ref().map(ToString::to_string),
        stamp: event.stamp,
        actor: event.actor.0.clone(),
        command: event.command.clone(),
        version: VERSION,
        body: serde_json::to_string(&body).expect("maps with string keys are always JSON"),
    })
}

/// The event a row holds.
///
/// # Errors
/// A version or shape this build does not know, or a text or sport that is not there.
pub fn decode<S: Texts + Sports<Error = <S as Texts>::Error>>(
    row: &Row,
    side: &mut S,
) -> Result<Event, DecodeError<<S as Texts>::Error>> {
    if row.version != VERSION {
        return Err(DecodeError::Version(row.version));
    }
    let malformed = |what: &str, value: &str| DecodeError::Malformed(format!("its {what} is {value:?}"));
    let body: stored::Body = serde_json::from_str(&row.body)
        .map_err(|cause| DecodeError::Malformed(format!("its body is not of version {VERSION}: {cause}")))?;
    let order = match &row.order {
        None => None,
        Some(text) => Some(Order::parse(text).ok_or_else(|| malformed("order", text))?),
    };
    Ok(Event {
        seq: row.seq,
        stream: parse_stream(&row.stream).ok_or_else(|| malformed("stream", &row.stream))?,
        visibility: parse_visibility(&row.visibility)
            .ok_or_else(|| malformed("visibility", &row.visibility))?,
        order,
        stamp: row.stamp,
        actor: Actor(row.actor.clone()),
        command: row.command.clone(),
        body: Decoder(side).body(body).map_err(DecodeError::Fetch)?,
    })
}

/// A stream as stored and as filters name it.
#[must_use]
pub fn stream_text(stream: Stream) -> String {
    match stream {
        Stream::Venue => "venue".to_owned(),
        Stream::Game(game) => format!("game/{game}"),
        Stream::Poll(poll) => format!("poll/{poll}"),
    }
}

/// Reads that form.
#[must_use]
pub fn parse_stream(text: &str) -> Option<Stream> {
    match text.split_once('/') {
        None => (text == "venue").then_some(Stream::Venue),
        Some(("game", id)) => Some(Stream::Game(GameId(id.parse().ok()?))),
        Some(("poll", id)) => Some(Stream::Poll(PollId(id.parse().ok()?))),
        Some(_) => None,
    }
}

fn visibility_text(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Public => "public",
        Visibility::Staff => "staff",
        Visibility::Sealed => "sealed",
    }
}

fn parse_visibility(text: &str) -> Option<Visibility> {
    match text {
        "public" => Some(Visibility::Public),
        "staff" => Some(Visibility::Staff),
        "sealed" => Some(Visibility::Sealed),
        _ => None,
    }
}

/// The numbers of the texts a body points to, for `verify`.
pub(super) fn text_refs(body: &str) -> Result<Vec<TextRef>, serde_json::Error> {
    fn collect(value: &serde_json::Value, found: &mut Vec<TextRef>) {
        match value {
            serde_json::Value::Object(map) => match TextRef::deserialize(value) {
                Ok(text) => found.push(text),
                Err(_) => map.values().for_each(|value| collect(value, found)),
            },
            serde_json::Value::Array(values) => values.iter().for_each(|value| collect(value, found)),
            _ => {}
        }
    }
    use serde::Deserialize as _;
    let mut found = Vec::new();
    collect(&serde_json::from_str(body)?, &mut found);
    Ok(found)
}
