//! The stored form, version 1 → domain bodies. Called by [`super::codec`].

use std::collections::BTreeMap;

use super::codec::{Sports, Texts};
use super::stored;
use crate::domain::GameId;
use crate::domain::command::Actor;
use crate::domain::event::{
    Action, Award, ClockDo, Entry, EventBody, GameChange, GameSetup, GameTime, NewGame, Param, Player,
    Review, SegmentDo, SideSetup, State, Urgency,
};
use crate::domain::poll::{Access, Ballot, Closing, Kind, NewPoll, PollId, Tie, Voter};
use crate::domain::venue::VenueChange;

/// Decodes bodies, fetching texts and sports as it goes.
pub(super) struct Decoder<'a, S>(pub(super) &'a mut S);

impl<E, S: Texts<Error = E> + Sports<Error = E>> Decoder<'_, S> {
    pub(super) fn body(&mut self, body: stored::Body) -> Result<EventBody, E> {
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
            stored::Body::ScorerChanged { scorer } => EventBody::ScorerChanged { scorer: scorer.map(Actor) },
            stored::Body::VenueChanged { name, pitches, languages } => {
                EventBody::VenueChanged(VenueChange { name, pitches, languages })
            }
            stored::Body::PollCreated { id, poll } => {
                EventBody::PollCreated { id: PollId(id), poll: Box::new(self.poll(poll)?) }
            }
            stored::Body::PollOpened {} => EventBody::PollOpened,
            stored::Body::PollClosed { turnout, refused, lot } => {
                EventBody::PollClosed(Closing { turnout, refused, lot: lot.0 })
            }
            stored::Body::PollRevealed { counts } => EventBody::PollRevealed { counts },
            stored::Body::PollWithdrawn { reason } => {
                EventBody::PollWithdrawn { reason: self.optional(reason)? }
            }
            stored::Body::TicketsIssued { voters } => {
                EventBody::TicketsIssued { voters: voters.into_iter().map(|voter| Voter(voter.0)).collect() }
            }
            stored::Body::BallotCast { voter, choice, nonce } => {
                EventBody::BallotCast(Ballot { voter: Voter(voter.0), choice, nonce: nonce.0 })
            }
        })
    }

    fn poll(&mut self, poll: stored::Poll) -> Result<NewPoll, E> {
        Ok(NewPoll {
            question: self.text(poll.question)?,
            kind: match poll.method {
                stored::Method::Single => Kind::Single,
                stored::Method::Multiple(max) => Kind::Multiple { max },
                stored::Method::Points(scale) => Kind::Points { scale },
                stored::Method::Rating(steps) => Kind::Rating { steps },
            },
            options: poll.options.into_iter().map(|option| self.text(option)).collect::<Result<_, _>>()?,
            game: poll.game.map(GameId),
            access: match poll.access {
                stored::Access::Open => Access::Open,
                stored::Access::Ticket => Access::Ticket,
            },
            secret: poll.secret,
            changeable: poll.changeable,
            tie: match poll.tie {
                stored::Tie::Shared => Tie::Shared,
                stored::Tie::MostVoters => Tie::MostVoters,
                stored::Tie::Lot => Tie::Lot,
            },
            opens_at: poll.opens_at,
            closes_at: poll.closes_at,
            open_for_ms: poll.open_for_ms,
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
