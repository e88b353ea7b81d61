//! What happened, for ever. Events are never changed; a correction is an event about another.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::clock::Stamp;
use super::command::Actor;
use super::order::Order;
use super::poll::{Ballot, Closing, NewPoll, PollId, Voter};
use super::sport::Sport;
use super::venue::VenueChange;
use super::{GameId, Seq};

/// An event as the ledger keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its number, rising by one.
    pub seq: Seq,
    /// What it belongs to.
    pub stream: Stream,
    /// Who may see it.
    pub visibility: Visibility,
    /// Where it stands in its game; absent for what does not stand in a game's course.
    pub order: Option<Order>,
    /// When it was accepted.
    pub stamp: Stamp,
    /// Who asked for it.
    pub actor: Actor,
    /// The command it came from.
    pub command: String,
    /// What happened.
    pub body: EventBody,
}

/// An event before the ledger has given it a number.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// What it belongs to; absent for a new game, whose number the ledger gives.
    pub stream: Option<Stream>,
    /// Who may see it.
    pub visibility: Visibility,
    /// Where it stands in its game.
    pub order: Option<Order>,
    /// What happened.
    pub body: EventBody,
}

/// What an event belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stream {
    /// The venue as a whole.
    Venue,
    /// One game.
    Game(GameId),
    /// One poll.
    Poll(PollId),
}

impl From<GameId> for Stream {
    fn from(game: GameId) -> Self {
        Self::Game(game)
    }
}

impl From<PollId> for Stream {
    fn from(poll: PollId) -> Self {
        Self::Poll(poll)
    }
}

/// Who may see an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    /// Everybody.
    Public,
    /// Staff alone.
    Staff,
    /// Nobody until it is revealed.
    Sealed,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum EventBody {
    /// A game was set up.
    GameCreated(Box<GameSetup>),
    /// Names, time, place or parameters changed.
    GameChanged(Box<GameChange>),
    /// The game was taken off every page.
    GameWithdrawn {
        /// Why.
        reason: Option<String>,
    },
    /// Something stands in the game's course.
    Entered {
        /// What.
        entry: Entry,
        /// When in the game.
        at: Option<GameTime>,
    },
    /// An entry does not count, nor what depends on it.
    Voided {
        /// The entry.
        target: Seq,
        /// What was taken back with it: a conversion with its try.
        cascade: Vec<Seq>,
        /// Why.
        reason: Option<String>,
    },
    /// Another entry stands in an entry's place.
    Replaced {
        /// The entry that was wrong.
        target: Seq,
        /// What happened instead.
        entry: Entry,
        /// When in the game.
        at: Option<GameTime>,
    },
    /// The box was off while a clock ran; the clock goes on from here.
    ClockResumed {
        /// What the clock shows at this event's stamp.
        value_ms: u64,
        /// How long the box was off, where wall time could tell.
        gap_ms: Option<u64>,
    },
    /// Somebody else is the game's primary scorer, or nobody.
    ScorerChanged {
        /// Who is now.
        scorer: Option<Actor>,
    },
    /// The venue's name, pitches or languages changed.
    VenueChanged(VenueChange),
    /// A poll was set up.
    PollCreated {
        /// Its number.
        id: PollId,
        /// What was asked.
        poll: Box<NewPoll>,
    },
    /// A poll takes ballots from now on.
    PollOpened,
    /// A poll takes no more ballots.
    PollClosed(Closing),
    /// Some of a poll's result is out, from the last rank up.
    PollRevealed {
        /// Options with what each has, in the order they come out.
        counts: Vec<(u32, u64)>,
    },
    /// A poll was taken off every page.
    PollWithdrawn {
        /// Why.
        reason: Option<String>,
    },
    /// Codes of a poll were printed.
    TicketsIssued {
        /// The voters they stand for.
        voters: Vec<Voter>,
    },
    /// A ballot counts, in place of the same voter's former one.
    BallotCast(Ballot),
}

/// Something that stands in a game's course.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// A play the sport file names: a goal, a card, a corner.
    Action(Action),
    /// A line of commentary.
    Comment {
        /// The words.
        text: String,
        /// Their language (BCP 47), where it is not the venue's.
        lang: Option<String>,
        /// How it is spoken.
        urgency: Urgency,
    },
    /// The game clock is worked.
    Clock(ClockDo),
    /// A segment starts or ends.
    Segment(SegmentDo),
    /// The game changes state by hand.
    State {
        /// To which state.
        to: State,
        /// Why, for the pages.
        reason: Option<String>,
        /// With `awarded`: the side and the score it is awarded by.
        award: Option<Award>,
    },
    /// The officials look at a play again, or have looked.
    Review(Review),
    /// A counter is set by hand: the last resort, shown as such.
    Adjust {
        /// Whose counter.
        side: String,
        /// Which counter of the sport file.
        counter: String,
        /// What it is to be in all.
        to: i64,
        /// Why.
        reason: Option<String>,
    },
}

/// A play.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Action {
    /// Its id in the sport file.
    pub action: String,
    /// The side that did it, by its id in the sport file; absent where the action needs none.
    pub side: Option<String>,
    /// The player who did it, by number or name as in the squad, or any name.
    pub player: Option<String>,
    /// A second player: who comes on in a substitution, who gave the pass.
    pub other: Option<String>,
    /// Details from the sport file's list: `penalty`, `header`.
    pub tags: Vec<String>,
    /// A number the action asks for: announced minutes.
    pub value: Option<i64>,
    /// Whether an attempt in a shoot-out succeeded.
    pub scored: Option<bool>,
    /// The entry this follows: the try of a conversion.
    pub of: Option<Seq>,
    /// Words of the commentator's own, said after the sentence.
    pub text: Option<String>,
}

/// How a line is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Urgency {
    /// When the listener is free.
    #[default]
    Polite,
    /// At once.
    Assertive,
}

/// What is done with the game clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockDo {
    /// It runs.
    Start,
    /// It stands.
    Stop,
    /// It shows this many milliseconds, running or standing as before.
    Set(u64),
}

/// What is done with a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SegmentDo {
    /// The named one starts, or the next by the sport file. It starts the clock where the sport says so.
    Start(Option<String>),
    /// The present one ends; by the sport file an interval, a further segment or the end of the game follows.
    End,
}

/// The states of a game.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Not begun.
    Scheduled,
    /// Begins later than planned.
    Delayed,
    /// Being played.
    Live,
    /// Between two segments.
    Interval,
    /// Interrupted: rain, light, injury.
    Suspended,
    /// To be played on another day.
    Postponed,
    /// Will not be played.
    Cancelled,
    /// Broken off; the score stands, nobody has won.
    Abandoned,
    /// Decided off the field.
    Awarded,
    /// Over.
    Final,
}

/// A decision off the field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Award {
    /// Who wins; absent where nobody does.
    pub side: Option<String>,
    /// The score by which, in the order of the sport's sides; the played score is kept beside it.
    pub score: Option<[i64; 2]>,
    /// `walkover`, `retired`, `default`, `forfeit` or `awarded`.
    pub kind: String,
}

/// A second look at a play.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Review {
    /// The officials look at an entry, or at play in general.
    Open {
        /// The entry.
        of: Option<Seq>,
    },
    /// The decision stands.
    Stands,
    /// The decision falls; the entry under review no longer counts.
    Overturned,
}

/// When in the game: a segment and what its clock showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GameTime {
    /// The segment's id in the sport file.
    pub segment: String,
    /// The clock, in milliseconds; absent where only the segment is known.
    pub clock_ms: Option<u64>,
}

/// A game as an organiser asks for it.
#[derive(Clone, Debug, PartialEq)]
pub struct NewGame {
    /// The sport with its file as it stands now, frozen into the game.
    pub sport: Arc<Sport>,
    /// Parameters the game overrides, by name; checked by the sport.
    pub params: BTreeMap<String, Param>,
    /// The sides by their id in the sport file.
    pub sides: BTreeMap<String, SideSetup>,
    /// When it is to begin, milliseconds since 1970.
    pub starts_at: Option<i64>,
    /// Where.
    pub venue: Option<String>,
    /// Competition, round or group, as shown above the names.
    pub title: Option<String>,
    /// Where the data came from, as the licence asks to be shown.
    pub credit: Option<String>,
}

/// A game as it was set up: what was asked, with the number the ledger gave.
#[derive(Clone, Debug, PartialEq)]
pub struct GameSetup {
    /// The game's number.
    pub id: GameId,
    /// What was asked.
    pub game: NewGame,
}

/// A value of a sport file's parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum Param {
    /// A whole number; minutes where the parameter is a length.
    Int(i64),
    /// Yes or no.
    Bool(bool),
    /// A word of the parameter's list.
    Word(String),
}

/// A side of a game.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct SideSetup {
    /// Its name as shown.
    pub name: String,
    /// Its short name, for narrow places.
    pub short: Option<String>,
    /// Its colour as `#rrggbb`.
    pub colour: Option<String>,
    /// Its squad.
    pub players: Vec<Player>,
}

/// A player of a squad.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Player {
    /// The shirt number, as printed.
    pub number: Option<String>,
    /// The name as shown.
    pub name: String,
    /// The name as spoken, where it differs.
    pub say: Option<String>,
}

/// What an organiser changes in a game; absent means unchanged.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct GameChange {
    /// Sides to put in place of the former, whole, by id.
    pub sides: BTreeMap<String, SideSetup>,
    /// A new beginning, milliseconds since 1970.
    pub starts_at: Option<i64>,
    /// Another place.
    pub venue: Option<String>,
    /// Another title.
    pub title: Option<String>,
    /// Other parameters; refused once the game has begun.
    pub params: BTreeMap<String, Param>,
}
