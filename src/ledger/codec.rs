//! A domain event ⇄ the row it is stored as. What was once written can be read for ever.
//!
//! Each body carries the version of its form; a version this build does not know is an error that says
//! so, never a guess. Where texts and sport files stand is the caller's affair: [`Texts`] and [`Sports`].

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::stored;
use super::text::{TextKind, TextRef};
use crate::domain::clock::Stamp;
use crate::domain::command::Actor;
use crate::domain::event::{
    Action, Award, ClockDo, Entry, Event, EventBody, GameChange, GameSetup, GameTime, NewGame, Param, Player,
    Review, SegmentDo, SideSetup, State, Stream, Urgency, Visibility,
};
use crate::domain::order::Order;
use crate::domain::sport::Sport;
use crate::domain::{GameId, Seq};

/// The version in which bodies are written.
pub const VERSION: u32 = 1;

/// An event as the table `event` holds it, without the hashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its number.
    pub seq: Seq,
    /// `venue`, `game/7`.
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
    }
}

/// Reads that form.
#[must_use]
pub fn parse_stream(text: &str) -> Option<Stream> {
    match text.split_once('/') {
        None => (text == "venue").then_some(Stream::Venue),
        Some(("game", id)) => Some(Stream::Game(GameId(id.parse().ok()?))),
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

struct Encoder<'a, T>(&'a mut T);

impl<T: Texts> Encoder<'_, T> {
    fn body(&mut self, body: &EventBody) -> Result<stored::Body, T::Error> {
        Ok(match body {
            EventBody::GameCreated(setup) => stored::Body::GameCreated {
                id: setup.id.0,
                sport: setup.game.sport.hash.clone(),
                params: params(&setup.game.params),
                sides: self.sides(&setup.game.sides)?,
                starts_at: setup.game.starts_at,
                venue: setup.game.venue.clone(),
                title: setup.game.title.clone(),
                credit: setup.game.credit.clone(),
            },
            EventBody::GameChanged(change) => stored::Body::GameChanged {
                sides: self.sides(&change.sides)?,
                starts_at: change.starts_at,
                venue: change.venue.clone(),
                title: change.title.clone(),
                params: params(&change.params),
            },
            EventBody::GameWithdrawn { reason } => {
                stored::Body::GameWithdrawn { reason: self.line(reason.as_deref())? }
            }
            EventBody::Entered { entry, at } => {
                stored::Body::Entered { entry: self.entry(entry)?, at: at.as_ref().map(game_time) }
            }
            EventBody::Voided { target, cascade, reason } => stored::Body::Voided {
                target: *target,
                cascade: cascade.clone(),
                reason: self.line(reason.as_deref())?,
            },
            EventBody::Replaced { target, entry, at } => stored::Body::Replaced {
                target: *target,
                entry: self.entry(entry)?,
                at: at.as_ref().map(game_time),
            },
            EventBody::ClockResumed { value_ms, gap_ms } => {
                stored::Body::ClockResumed { value_ms: *value_ms, gap_ms: *gap_ms }
            }
        })
    }

    fn entry(&mut self, entry: &Entry) -> Result<stored::Entry, T::Error> {
        Ok(match entry {
            Entry::Action(action) => stored::Entry::Action {
                action: action.action.clone(),
                side: action.side.clone(),
                player: self.player(action.player.as_deref())?,
                other: self.player(action.other.as_deref())?,
                tags: action.tags.clone(),
                value: action.value,
                scored: action.scored,
                of: action.of,
                text: self.line(action.text.as_deref())?,
            },
            Entry::Comment { text, lang, urgency } => stored::Entry::Comment {
                text: stored::Text::Kept(self.0.put(TextKind::Line, text)?),
                lang: lang.clone(),
                urgency: match urgency {
                    Urgency::Polite => stored::Urgency::Polite,
                    Urgency::Assertive => stored::Urgency::Assertive,
                },
            },
            Entry::Clock(what) => stored::Entry::Clock {
                what: match what {
                    ClockDo::Start => stored::ClockDo::Start,
                    ClockDo::Stop => stored::ClockDo::Stop,
                    ClockDo::Set(ms) => stored::ClockDo::Set(*ms),
                },
            },
            Entry::Segment(what) => stored::Entry::Segment {
                what: match what {
                    SegmentDo::Start(None) => stored::SegmentDo::StartNext,
                    SegmentDo::Start(Some(id)) => stored::SegmentDo::Start(id.clone()),
                    SegmentDo::End => stored::SegmentDo::End,
                },
            },
            Entry::State { to, reason, award } => stored::Entry::State {
                to: match to {
                    State::Scheduled => stored::State::Scheduled,
                    State::Delayed => stored::State::Delayed,
                    State::Live => stored::State::Live,
                    State::Interval => stored::State::Interval,
                    State::Suspended => stored::State::Suspended,
                    State::Postponed => stored::State::Postponed,
                    State::Cancelled => stored::State::Cancelled,
                    State::Abandoned => stored::State::Abandoned,
                    State::Awarded => stored::State::Awarded,
                    State::Final => stored::State::Final,
                },
                reason: self.line(reason.as_deref())?,
                award: award.as_ref().map(|award| stored::Award {
                    side: award.side.clone(),
                    score: award.score,
                    kind: award.kind.clone(),
                }),
            },
            Entry::Review(review) => stored::Entry::Review {
                what: match review {
                    Review::Open { of: None } => stored::Review::Open,
                    Review::Open { of: Some(seq) } => stored::Review::OpenOf(*seq),
                    Review::Stands => stored::Review::Stands,
                    Review::Overturned => stored::Review::Overturned,
                },
            },
            Entry::Adjust { side, counter, to, reason } => stored::Entry::Adjust {
                side: side.clone(),
                counter: counter.clone(),
                to: *to,
                reason: self.line(reason.as_deref())?,
            },
        })
    }

    fn sides(
        &mut self,
        sides: &BTreeMap<String, SideSetup>,
    ) -> Result<BTreeMap<String, stored::Side>, T::Error> {
        let mut stored = BTreeMap::new();
        for (id, side) in sides {
            let mut players = Vec::with_capacity(side.players.len());
            for player in &side.players {
                players.push(stored::Player {
                    number: player.number.clone(),
                    name: self.person(&player.name)?,
                    say: player.say.as_deref().map(|say| self.person(say)).transpose()?,
                });
            }
            let side = stored::Side {
                name: self.person(&side.name)?,
                short: side.short.as_deref().map(|short| self.person(short)).transpose()?,
                colour: side.colour.clone(),
                players,
            };
            stored.insert(id.clone(), side);
        }
        Ok(stored)
    }

    fn person(&mut self, name: &str) -> Result<stored::Text, T::Error> {
        Ok(stored::Text::Kept(self.0.put(TextKind::Person, name)?))
    }

    /// A shirt number names nobody without the squad, so it may stay when the names are erased.
    fn player(&mut self, player: Option<&str>) -> Result<Option<stored::Text>, T::Error> {
        const LONGEST_NUMBER: usize = 4;
        player
            .map(|player| {
                if player.len() <= LONGEST_NUMBER && player.bytes().all(|byte| byte.is_ascii_digit()) {
                    Ok(stored::Text::Plain(player.to_owned()))
                } else {
                    self.person(player)
                }
            })
            .transpose()
    }

    fn line(&mut self, text: Option<&str>) -> Result<Option<stored::Text>, T::Error> {
        text.map(|text| Ok(stored::Text::Kept(self.0.put(TextKind::Line, text)?))).transpose()
    }
}

fn params(params: &BTreeMap<String, Param>) -> BTreeMap<String, stored::Param> {
    let stored = |param: &Param| match param {
        Param::Int(number) => stored::Param::Int(*number),
        Param::Bool(yes) => stored::Param::Bool(*yes),
        Param::Word(word) => stored::Param::Word(word.clone()),
    };
    params.iter().map(|(name, param)| (name.clone(), stored(param))).collect()
}

fn game_time(at: &GameTime) -> stored::GameTime {
    stored::GameTime { segment: at.segment.clone(), clock_ms: at.clock_ms }
}

struct Decoder<'a, S>(&'a mut S);

impl<E, S: Texts<Error = E> + Sports<Error = E>> Decoder<'_, S> {
    fn body(&mut self, body: stored::Body) -> Result<EventBody, E> {
        Ok(match body {
            stored::Body::GameCreated { id, sport, params, sides, starts_at, venue, title, credit } => {
                EventBody::GameCreated(Box::new(GameSetup {
                    id: GameId(id),
                    game: NewGame {
                        sport: self.0.sport(&sport)?,
                        params: read_params(params),
                        sides: self.sides(sides)?,
                        starts_at,
                        venue,
                        title,
                        credit,
                    },
                }))
            }
            stored::Body::GameChanged { sides, starts_at, venue, title, params } => {
                EventBody::GameChanged(Box::new(GameChange {
                    sides: self.sides(sides)?,
                    starts_at,
                    venue,
                    title,
                    params: read_params(params),
                }))
            }
            stored::Body::GameWithdrawn { reason } => {
                EventBody::GameWithdrawn { reason: self.optional(reason)? }
            }
            stored::Body::Entered { entry, at } => {
                EventBody::Entered { entry: self.entry(entry)?, at: at.map(read_game_time) }
            }
            stored::Body::Voided { target, cascade, reason } => {
                EventBody::Voided { target, cascade, reason: self.optional(reason)? }
            }
            stored::Body::Replaced { target, entry, at } => {
                EventBody::Replaced { target, entry: self.entry(entry)?, at: at.map(read_game_time) }
            }
            stored::Body::ClockResumed { value_ms, gap_ms } => EventBody::ClockResumed { value_ms, gap_ms },
        })
    }

    fn entry(&mut self, entry: stored::Entry) -> Result<Entry, E> {
        Ok(match entry {
            stored::Entry::Action { action, side, player, other, tags, value, scored, of, text } => {
                Entry::Action(Action {
                    action,
                    side,
                    player: self.optional(player)?,
                    other: self.optional(other)?,
                    tags,
                    value,
                    scored,
                    of,
                    text: self.optional(text)?,
                })
            }
            stored::Entry::Comment { text, lang, urgency } => Entry::Comment {
                text: self.text(text)?,
                lang,
                urgency: match urgency {
                    stored::Urgency::Polite => Urgency::Polite,
                    stored::Urgency::Assertive => Urgency::Assertive,
                },
            },
            stored::Entry::Clock { what } => Entry::Clock(match what {
                stored::ClockDo::Start => ClockDo::Start,
                stored::ClockDo::Stop => ClockDo::Stop,
                stored::ClockDo::Set(ms) => ClockDo::Set(ms),
            }),
            stored::Entry::Segment { what } => Entry::Segment(match what {
                stored::SegmentDo::StartNext => SegmentDo::Start(None),
                stored::SegmentDo::Start(id) => SegmentDo::Start(Some(id)),
                stored::SegmentDo::End => SegmentDo::End,
            }),
            stored::Entry::State { to, reason, award } => Entry::State {
                to: match to {
                    stored::State::Scheduled => State::Scheduled,
                    stored::State::Delayed => State::Delayed,
                    stored::State::Live => State::Live,
                    stored::State::Interval => State::Interval,
                    stored::State::Suspended => State::Suspended,
                    stored::State::Postponed => State::Postponed,
                    stored::State::Cancelled => State::Cancelled,
                    stored::State::Abandoned => State::Abandoned,
                    stored::State::Awarded => State::Awarded,
                    stored::State::Final => State::Final,
                },
                reason: self.optional(reason)?,
                award: award.map(|award| Award { side: award.side, score: award.score, kind: award.kind }),
            },
            stored::Entry::Review { what } => Entry::Review(match what {
                stored::Review::Open => Review::Open { of: None },
                stored::Review::OpenOf(seq) => Review::Open { of: Some(seq) },
                stored::Review::Stands => Review::Stands,
                stored::Review::Overturned => Review::Overturned,
            }),
            stored::Entry::Adjust { side, counter, to, reason } => {
                Entry::Adjust { side, counter, to, reason: self.optional(reason)? }
            }
        })
    }

    fn sides(&mut self, sides: BTreeMap<String, stored::Side>) -> Result<BTreeMap<String, SideSetup>, E> {
        let mut read = BTreeMap::new();
        for (id, side) in sides {
            let mut players = Vec::with_capacity(side.players.len());
            for player in side.players {
                players.push(Player {
                    number: player.number,
                    name: self.text(player.name)?,
                    say: self.optional(player.say)?,
                });
            }
            let side = SideSetup {
                name: self.text(side.name)?,
                short: self.optional(side.short)?,
                colour: side.colour,
                players,
            };
            read.insert(id, side);
        }
        Ok(read)
    }

    fn optional(&mut self, text: Option<stored::Text>) -> Result<Option<String>, E> {
        text.map(|text| self.text(text)).transpose()
    }

    fn text(&mut self, text: stored::Text) -> Result<String, E> {
        match text {
            stored::Text::Plain(text) => Ok(text),
            stored::Text::Kept(text) => self.0.get(&text),
        }
    }
}

fn read_params(params: BTreeMap<String, stored::Param>) -> BTreeMap<String, Param> {
    let read = |param| match param {
        stored::Param::Int(number) => Param::Int(number),
        stored::Param::Bool(yes) => Param::Bool(yes),
        stored::Param::Word(word) => Param::Word(word),
    };
    params.into_iter().map(|(name, param)| (name, read(param))).collect()
}

fn read_game_time(at: stored::GameTime) -> GameTime {
    GameTime { segment: at.segment, clock_ms: at.clock_ms }
}
