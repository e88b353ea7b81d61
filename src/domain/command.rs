//! What a person or a feed asks for. A command may be refused; what is accepted becomes events.

use super::clock::Stamp;
use super::event::{Entry, GameChange, GameTime, NewGame};
use super::poll::{Ballot, NewPoll, PollDo, PollId};
use super::venue::VenueChange;
use super::{GameId, Seq};

/// Who asks, by a stable name that is kept in the log: `user:kim`, `token:feed`, `box`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Actor(pub String);

/// A command as the ledger decides it.
#[derive(Clone, Debug, PartialEq)]
pub struct Command {
    /// Made by the sender, or by the box for a sender without; the same id is decided once.
    pub id: String,
    /// Who asks.
    pub actor: Actor,
    /// When it arrived.
    pub stamp: Stamp,
    /// What is asked.
    pub body: CommandBody,
}

/// What can be asked.
#[derive(Clone, Debug, PartialEq)]
pub enum CommandBody {
    /// A new game, by an organiser.
    CreateGame(Box<NewGame>),
    /// Other names, time, place or parameters, by an organiser.
    ChangeGame {
        /// Which game.
        game: GameId,
        /// What changes; the rest stays.
        change: Box<GameChange>,
    },
    /// Takes a game off every page, by an organiser. The log keeps it.
    WithdrawGame {
        /// Which game.
        game: GameId,
        /// Why, for the record.
        reason: Option<String>,
    },
    /// Anything a commentator does in a game.
    Play {
        /// Which game.
        game: GameId,
        /// Refuse with `conflict` when the game's last event is not this one.
        expect_seq: Option<Seq>,
        /// What is done.
        play: Play,
    },
    /// Another name, other pitches or languages of the venue, by an organiser.
    ChangeVenue(VenueChange),
    /// A new poll, by an organiser.
    CreatePoll(Box<NewPoll>),
    /// Anything an organiser does with a poll.
    Poll {
        /// Which poll.
        poll: PollId,
        /// What is done.
        what: PollDo,
    },
    /// A vote, by a fan.
    Ballot {
        /// In which poll.
        poll: PollId,
        /// The ballot.
        ballot: Ballot,
    },
}

/// What a commentator can do in a game.
#[derive(Clone, Debug, PartialEq)]
pub enum Play {
    /// A new entry: after the last, or by its game time.
    Enter {
        /// What happened.
        entry: Entry,
        /// When in the game; the box's own clock where absent.
        at: Option<GameTime>,
    },
    /// A new entry that was forgotten, right after another.
    Insert {
        /// The entry it follows.
        after: Seq,
        /// What happened.
        entry: Entry,
        /// When in the game; the game time of `after` where absent.
        at: Option<GameTime>,
    },
    /// Takes back an entry and what depends on it.
    Void {
        /// The entry.
        seq: Seq,
        /// Why, for the record and the pages.
        reason: Option<String>,
    },
    /// Puts another entry in an entry's place.
    Replace {
        /// The entry that was wrong.
        seq: Seq,
        /// What happened instead.
        entry: Entry,
        /// When in the game; as it was where absent.
        at: Option<GameTime>,
    },
    /// Who is the game's primary scorer.
    Scorer(ScorerDo),
}

/// What is done about the primary scorer of a game.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScorerDo {
    /// The sender is from now on; refused while somebody else is.
    Claim,
    /// The sender is from now on, whoever was; they are told.
    TakeOver,
    /// The sender gives it to another.
    HandOver {
        /// To whom.
        to: Actor,
    },
    /// Nobody is from now on.
    Release,
}
