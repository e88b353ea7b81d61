//! The rules of votes: what a poll is, what may happen to it, and how it is counted. Pure.
//!
//! A poll is the fold of its events, like a game: [`Poll::apply`] cannot fail, [`decide`] may refuse. A ballot
//! names its voter by a pseudonym only ([`Voter`]), made outside from a device or a code; one voter has one ballot.
//! Time, pseudonyms and randomness are arguments, so that a recount equals the count.

pub mod count;
pub mod decide;
mod due;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;

use self::count::Tally;
use super::clock::Stamp;
use super::event::{Event, EventBody};
use super::{GameId, Seq};

/// A poll's number on this box, for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PollId(pub u64);

impl fmt::Display for PollId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Who votes, by a pseudonym of this poll alone: of a device, or of a printed code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Voter(pub [u8; 16]);

impl fmt::Display for Voter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Voter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Voter {
    /// Reads the 32 hexadecimal digits it is written as.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 32 || !text.is_ascii() {
            return None;
        }
        let mut bytes = [0; 16];
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[index * 2..index * 2 + 2], 16).ok()?;
        }
        Some(Self(bytes))
    }
}

/// A poll as an organiser asks for it. Fixed when made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPoll {
    /// What is asked.
    pub question: String,
    /// How a ballot is filled in and counted.
    pub kind: Kind,
    /// What can be chosen; option 1 is the first. Of a rating the steps take their place and this is empty.
    pub options: Vec<String>,
    /// The game it belongs to; absent for the whole venue.
    pub game: Option<GameId>,
    /// Who may vote.
    pub access: Access,
    /// Whether nothing of the count is seen before it is revealed.
    pub secret: bool,
    /// Whether a voter may cast another ballot in place of the first.
    pub changeable: bool,
    /// How equal counts are ranked; declared before the first ballot.
    pub tie: Tie,
    /// When it opens by itself, milliseconds since 1970.
    pub opens_at: Option<i64>,
    /// When it closes by itself, milliseconds since 1970.
    pub closes_at: Option<i64>,
    /// How long it stays open, from when it opens; whichever of both comes first closes it.
    pub open_for_ms: Option<u64>,
}

/// How a ballot is filled in and counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One option.
    Single,
    /// Up to so many options, each counted once.
    Multiple {
        /// At most.
        max: u32,
    },
    /// Options ranked best first; each rank has its points (Eurovision Song Contest: 12, 10, 8, 7 … 1).
    Points {
        /// The points of each rank, falling.
        scale: Vec<u32>,
    },
    /// One step from 1, the worst.
    Rating {
        /// How many steps.
        steps: u32,
    },
}

/// Who may vote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// One ballot a device. Who clears cookies is a new device: shown as not verified.
    Open,
    /// One ballot a printed code.
    Ticket,
}

/// How equal counts are ranked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tie {
    /// They share the rank.
    Shared,
    /// More ballots that name it, then more at each rank from the best, is before; still equal: shared.
    MostVoters,
    /// By lot, drawn when the poll closes and written into the record.
    Lot,
}

/// A poll's states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PollState {
    /// Made, not yet open.
    Draft,
    /// Takes ballots.
    Open,
    /// Takes no more; the result is not out.
    Closed,
    /// The whole result is out.
    Revealed,
}

impl PollState {
    /// The word of the API and the record.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Revealed => "revealed",
        }
    }
}

/// What is done with a poll.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PollDo {
    /// It takes ballots from now on.
    Open,
    /// It takes none any more.
    Close,
    /// Its result comes out.
    Reveal(Stage),
    /// Codes were printed; by their hashes alone.
    Issue {
        /// The voters the codes stand for.
        voters: Vec<Voter>,
    },
    /// It is taken off every page. The log keeps it.
    Withdraw {
        /// Why, for the record.
        reason: Option<String>,
    },
}

/// How much of a result comes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The last that is not out yet, with all that share its rank.
    Next,
    /// All that is left.
    All,
}

/// A ballot as it is cast.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ballot {
    /// Who votes.
    pub voter: Voter,
    /// The options by number from 1, in the order of the ballot.
    pub choice: Vec<u32>,
    /// Random bytes of the box, so that a receipt tells nobody the choice.
    pub nonce: [u8; 16],
}

/// What a poll's closing says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closing {
    /// How many voters have a ballot.
    pub turnout: u64,
    /// How many ballots were refused, by reason.
    pub refused: BTreeMap<String, u64>,
    /// By which a tie is drawn.
    pub lot: [u8; 16],
}

/// A voter's ballot that counts, or did until they changed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cast {
    /// The event.
    pub seq: Seq,
    /// The command it came with.
    pub command: Box<str>,
    /// The options by number from 1.
    pub choice: Box<[u32]>,
    /// The ballot's random bytes.
    pub nonce: [u8; 16],
}

/// A poll: the fold of its events.
#[derive(Clone, Debug)]
pub struct Poll {
    /// Its number.
    pub id: PollId,
    /// As it was made.
    pub setup: NewPoll,
    /// Where it stands.
    pub state: PollState,
    /// When it was made.
    pub made: Stamp,
    /// When it was opened.
    pub opened: Option<Stamp>,
    /// When it was closed.
    pub closed_at: Option<Stamp>,
    /// What its closing said.
    pub closing: Option<Closing>,
    /// The event that closed it: up to it the record holds every ballot.
    pub closed_seq: Option<Seq>,
    /// What is out, option and count, in the order it came out.
    pub shown: Vec<(u32, u64)>,
    /// Why it was taken off, where it was.
    pub withdrawn: Option<Option<String>>,
    /// The last event folded in.
    pub last_seq: Seq,
    ballots: HashMap<Voter, Cast>,
    // What a voter cast before; only where a ballot can be changed.
    former: HashMap<Voter, Vec<Cast>>,
    issued: HashSet<Voter>,
    tally: Tally,
}

impl Poll {
    /// The poll that `event` made.
    #[must_use]
    pub fn new(id: PollId, setup: NewPoll, event: &Event) -> Self {
        let tally = Tally::new(&setup);
        Self {
            id,
            setup,
            state: PollState::Draft,
            made: event.stamp,
            opened: None,
            closed_at: None,
            closing: None,
            closed_seq: None,
            shown: Vec::new(),
            withdrawn: None,
            last_seq: event.seq,
            ballots: HashMap::new(),
            former: HashMap::new(),
            issued: HashSet::new(),
            tally,
        }
    }

    /// Folds an event in; one that makes no sense changes nothing.
    pub fn apply(&mut self, event: &Event) {
        match &event.body {
            EventBody::PollOpened => {
                self.state = PollState::Open;
                self.opened = Some(event.stamp);
            }
            EventBody::PollClosed(closing) => {
                self.state = PollState::Closed;
                self.closed_at = Some(event.stamp);
                self.closing = Some(closing.clone());
                self.closed_seq = Some(event.seq);
            }
            EventBody::PollRevealed { counts } => {
                self.shown.extend(counts);
                if self.shown.len() >= self.setup.choices() {
                    self.state = PollState::Revealed;
                }
            }
            EventBody::PollWithdrawn { reason } => self.withdrawn = Some(reason.clone()),
            EventBody::TicketsIssued { voters } => self.issued.extend(voters),
            EventBody::BallotCast(ballot) => {
                let cast = Cast {
                    seq: event.seq,
                    command: event.command.as_str().into(),
                    choice: ballot.choice.as_slice().into(),
                    nonce: ballot.nonce,
                };
                self.tally.add(&self.setup.kind, &cast.choice);
                if let Some(former) = self.ballots.insert(ballot.voter, cast) {
                    self.tally.take_back(&self.setup.kind, &former.choice);
                    self.former.entry(ballot.voter).or_default().push(former);
                }
            }
            _ => {}
        }
        self.last_seq = event.seq;
    }

    /// How many voters have a ballot.
    #[must_use]
    pub fn turnout(&self) -> u64 {
        self.ballots.len() as u64
    }

    /// How many codes were printed.
    #[must_use]
    pub fn issued(&self) -> u64 {
        self.issued.len() as u64
    }

    /// The count as it stands, sealed or not: who shows it asks [`Self::is_sealed`].
    #[must_use]
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Whether the count may not be seen yet.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        self.setup.secret && self.state != PollState::Revealed
    }

    /// The options by rank, best first, as counted now; those that share a rank together.
    #[must_use]
    pub fn ranks(&self) -> Vec<Vec<u32>> {
        self.tally.ranks(self.setup.tie, self.closing.as_ref().map(|closing| &closing.lot))
    }

    /// The ballots that count, by voter.
    pub fn ballots(&self) -> impl Iterator<Item = (&Voter, &Cast)> {
        self.ballots.iter()
    }

    /// The ballot of a voter that counts.
    #[must_use]
    pub fn ballot(&self, voter: &Voter) -> Option<&Cast> {
        self.ballots.get(voter)
    }

    /// What a voter cast with that command, whether it counts still or was changed.
    #[must_use]
    pub fn cast_with(&self, voter: &Voter, command: &str) -> Option<&Cast> {
        let former = self.former.get(voter).into_iter().flatten();
        self.ballots.get(voter).into_iter().chain(former).find(|cast| *cast.command == *command)
    }

    /// What a voter cast with that event.
    #[must_use]
    pub fn cast_as(&self, voter: &Voter, seq: Seq) -> Option<&Cast> {
        let former = self.former.get(voter).into_iter().flatten();
        self.ballots.get(voter).into_iter().chain(former).find(|cast| cast.seq == seq)
    }
}

impl NewPoll {
    /// How many options a ballot chooses from: of a rating, its steps.
    #[must_use]
    pub fn choices(&self) -> usize {
        match self.kind {
            Kind::Rating { steps } => steps as usize,
            _ => self.options.len(),
        }
    }
}
