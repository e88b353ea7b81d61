//! Domain bodies → their stored form, version 1. Called by [`super::codec`].

use std::collections::BTreeMap;

use super::codec::Texts;
use super::stored;
use super::text::TextKind;
use crate::domain::event::{
    ClockDo, Entry, EventBody, GameTime, Param, Review, SegmentDo, SideSetup, State, Urgency,
};
use crate::domain::poll::{Access, Kind, NewPoll, Tie};

/// Encodes bodies, keeping texts as it goes.
pub(super) struct Encoder<'a, T>(pub(super) &'a mut T);

impl<T: Texts> Encoder<'_, T> {
    pub(super) fn body(&mut self, body: &EventBody) -> Result<stored::Body, T::Error> {
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
            EventBody::ScorerChanged { scorer } => {
                stored::Body::ScorerChanged { scorer: scorer.as_ref().map(|actor| actor.0.clone()) }
            }
            EventBody::VenueChanged(change) => stored::Body::VenueChanged {
                name: change.name.clone(),
                pitches: change.pitches.clone(),
                languages: change.languages.clone(),
            },
            EventBody::PollCreated { id, poll } => {
                stored::Body::PollCreated { id: id.0, poll: self.poll(poll)? }
            }
            EventBody::PollOpened => stored::Body::PollOpened {},
            EventBody::PollClosed(closing) => stored::Body::PollClosed {
                turnout: closing.turnout,
                refused: closing.refused.clone(),
                lot: stored::Hex(closing.lot),
            },
            EventBody::PollRevealed { counts } => stored::Body::PollRevealed { counts: counts.clone() },
            EventBody::PollWithdrawn { reason } => {
                stored::Body::PollWithdrawn { reason: self.line(reason.as_deref())? }
            }
            EventBody::TicketsIssued { voters } => stored::Body::TicketsIssued {
                voters: voters.iter().map(|voter| stored::Hex(voter.0)).collect(),
            },
            EventBody::BallotCast(ballot) => stored::Body::BallotCast {
                voter: stored::Hex(ballot.voter.0),
                choice: ballot.choice.clone(),
                nonce: stored::Hex(ballot.nonce),
            },
        })
    }

    /// Options are often people's names, so they can be erased like those.
    fn poll(&mut self, poll: &NewPoll) -> Result<stored::Poll, T::Error> {
        let mut keep = |kind, text: &str| Ok(stored::Text::Kept(self.0.put(kind, text)?));
        Ok(stored::Poll {
            question: keep(TextKind::Line, &poll.question)?,
            method: match &poll.kind {
                Kind::Single => stored::Method::Single,
                Kind::Multiple { max } => stored::Method::Multiple(*max),
                Kind::Points { scale } => stored::Method::Points(scale.clone()),
                Kind::Rating { steps } => stored::Method::Rating(*steps),
            },
            options: poll
                .options
                .iter()
                .map(|option| keep(TextKind::Person, option))
                .collect::<Result<_, _>>()?,
            game: poll.game.map(|game| game.0),
            access: match poll.access {
                Access::Open => stored::Access::Open,
                Access::Ticket => stored::Access::Ticket,
            },
            secret: poll.secret,
            changeable: poll.changeable,
            tie: match poll.tie {
                Tie::Shared => stored::Tie::Shared,
                Tie::MostVoters => stored::Tie::MostVoters,
                Tie::Lot => stored::Tie::Lot,
            },
            opens_at: poll.opens_at,
            closes_at: poll.closes_at,
            open_for_ms: poll.open_for_ms,
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
