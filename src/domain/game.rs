//! A game: its entries in order, the folded state and checkpoints.
//!
//! Built by [`Game::new`] from the event that created it and kept by [`super::apply`]; the ledger holds
//! one to decide with, the pump another to show. Both are the same fold of the same events.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::clock::{Clock, Stamp};
use super::command::Actor;
use super::event::{Award, Entry, Event, GameTime, NewGame, State, Visibility};
use super::fold::Context;
use super::order::Order;
use super::sport::{Rules, Sport};
use super::{GameId, Rejection, Seq};

/// A game as it stands.
#[derive(Clone, Debug)]
pub struct Game {
    /// Its number.
    pub id: GameId,
    /// What the organiser set up, with later changes.
    pub setup: NewGame,
    /// The sport's rules with this game's parameters, frozen.
    pub rules: Arc<Rules>,
    /// Whether it was taken off every page, and why.
    pub withdrawn: Option<Option<String>>,
    /// The number of the last event folded in, of whatever visibility.
    pub last_seq: Seq,
    /// When the last entry was accepted.
    pub last_entry: Option<Stamp>,
    /// Set by a `ClockResumed` until the clock is next worked by hand.
    pub resumed: Option<Resumed>,
    /// Who alone enters the score; nobody, and everybody may.
    pub scorer: Option<Actor>,
    pub(super) entries: Vec<GameEntry>,
    pub(super) state: Folded,
    pub(super) checkpoints: Vec<(usize, Folded)>,
}

/// What the desk is asked about after the box was off while a clock ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resumed {
    /// The event.
    pub seq: Seq,
    /// How long the box was off, where wall time could tell.
    pub gap_ms: Option<u64>,
}

/// An entry in a game's course, with what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct GameEntry {
    /// The event that brought it.
    pub seq: Seq,
    /// Where it stands.
    pub order: Order,
    /// When it was accepted.
    pub stamp: Stamp,
    /// When it happened, as far as the game clock goes: when it was accepted, or for what was put into the
    /// past when that was entered which it replaces or follows.
    pub anchor: Stamp,
    /// Who entered it.
    pub actor: Actor,
    /// Who may see it.
    pub visibility: Visibility,
    /// When in the game.
    pub at: Option<GameTime>,
    /// What it is.
    pub what: What,
    /// The event that took it back.
    pub voided_by: Option<Seq>,
    /// The event that stands in its place.
    pub replaced_by: Option<Seq>,
    /// The entry in whose place it stands.
    pub replaces: Option<Seq>,
    /// How the game stood after it: written by the fold, for sentences and lists.
    pub after: Moment,
}

/// An entry proper, or a correction that is told in the course of the game but changes it elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// Something that happened.
    Entry(Entry),
    /// An entry was taken back.
    Void {
        /// The entry.
        target: Seq,
        /// What was taken back with it.
        cascade: Vec<Seq>,
        /// Why.
        reason: Option<String>,
    },
}

/// How a game stood right after an entry.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Moment {
    /// What decides, per side: points.
    pub points: [i64; 2],
    /// The shoot-out, where one is on: goals per side.
    pub shootout: Option<[u32; 2]>,
    /// Index into the sport's segments; absent before the first and after the last.
    pub segment: Option<usize>,
    /// What the entry came to beyond itself.
    pub effects: Vec<Effect>,
}

/// What an entry came to beyond itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// A sanction led to a further one: the second yellow is a red.
    Escalated {
        /// The further sanction's id.
        to: String,
    },
    /// The named segment (index into the sport's segments) began, an interval perhaps.
    SegmentBegan(usize),
    /// The game is over.
    Ended,
    /// A review took the entry back.
    Overturned(Seq),
}

/// The state of a game: the fold of its entries in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Folded {
    /// The state.
    pub state: State,
    /// Why it is suspended, delayed, postponed and so on.
    pub reason: Option<String>,
    /// The segments begun, in order; the present one is the last unless the game is over.
    pub segments: Vec<Played>,
    /// Index into the sport's segments of the present one.
    pub segment: Option<usize>,
    /// The game clock.
    pub clock: Clock,
    /// What decides, per side: points, without a shoot-out's unless the sport adds them.
    pub points: [i64; 2],
    /// Totals of each counter by id, per side.
    pub counters: BTreeMap<String, [i64; 2]>,
    /// How often each action and sanction happened, per side.
    pub actions: BTreeMap<String, [i64; 2]>,
    /// Sanctions: (side, player) → discipline id → how often.
    pub discipline: BTreeMap<(usize, String), BTreeMap<String, u32>>,
    /// The shoot-out.
    pub shootout: Option<Shootout>,
    /// The entry or play under review.
    pub review: Option<OpenReview>,
    /// Announced added minutes of the present segment.
    pub announced: Option<i64>,
    /// How it ended.
    pub result: Option<GameResult>,
    /// Whether a counter was ever set by hand.
    pub adjusted: bool,
}

/// A segment that has begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Played {
    /// Index into the sport's segments.
    pub segment: usize,
    /// Counters of this segment alone, per side.
    pub counters: BTreeMap<String, [i64; 2]>,
    /// Points of this segment alone.
    pub points: [i64; 2],
    /// What the clock showed at its beginning.
    pub from_ms: u64,
    /// Whether it has ended.
    pub ended: bool,
}

/// A series of attempts taken in turn.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Shootout {
    /// Each attempt in order: which side, and whether it counted.
    pub attempts: Vec<(usize, bool)>,
    /// Who has won, once it is decided.
    pub winner: Option<usize>,
}

impl Shootout {
    /// Successful attempts per side.
    #[must_use]
    pub fn score(&self) -> [u32; 2] {
        let mut score = [0; 2];
        for (side, scored) in &self.attempts {
            score[*side] += u32::from(*scored);
        }
        score
    }
}

/// A review that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenReview {
    /// The event that opened it.
    pub seq: Seq,
    /// The entry under review.
    pub of: Option<Seq>,
}

/// How a game ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GameResult {
    /// `normal`, `extra_time`, `shootout`, `draw`, `abandoned`, `no_result`, or the kind of an award.
    pub kind: String,
    /// Index of the winning side.
    pub winner: Option<usize>,
    /// The award, where the game was decided off the field.
    pub award: Option<Award>,
}

impl Game {
    /// The game as its creating event left it.
    ///
    /// # Panics
    /// Never for an event that was accepted: its parameters were checked when it was decided.
    #[must_use]
    pub fn new(id: GameId, setup: NewGame, created: &Event) -> Self {
        let rules = setup.sport.rules(&setup.params).expect("parameters were checked when it was decided");
        let state = Folded::start(Context { sport: &setup.sport, rules: &rules });
        Self {
            id,
            rules: Arc::new(rules),
            setup,
            withdrawn: None,
            last_seq: created.seq,
            last_entry: None,
            resumed: None,
            scorer: None,
            entries: Vec::new(),
            state,
            checkpoints: Vec::new(),
        }
    }

    /// The folded state.
    #[must_use]
    pub fn state(&self) -> &Folded {
        &self.state
    }

    /// The sport as frozen into this game.
    #[must_use]
    pub fn sport(&self) -> &Sport {
        &self.setup.sport
    }

    /// The segment of play that would begin if one were started now, by its place in the sport.
    #[must_use]
    pub fn next_segment(&self) -> Option<usize> {
        self.state.next_play(self.context())
    }

    /// All entries and corrections in order of play.
    #[must_use]
    pub fn entries(&self) -> &[GameEntry] {
        &self.entries
    }

    /// The entry an event brought.
    #[must_use]
    pub fn entry(&self, seq: Seq) -> Option<&GameEntry> {
        self.entries.iter().rev().find(|entry| entry.seq == seq)
    }

    /// Whether the parameters and sides make a game of that sport.
    ///
    /// # Errors
    /// Names the parameter or side that does not fit.
    pub fn check_setup(setup: &NewGame) -> Result<(), Rejection> {
        setup.sport.rules(&setup.params)?;
        let [home, away] = &setup.sport.sides;
        let wanted = || format!("{} is played by `{home}` and `{away}`", setup.sport.name);
        for id in setup.sides.keys() {
            if setup.sport.side(id).is_none() {
                let detail = format!("There is no side `{id}`; {}.", wanted());
                return Err(Rejection::invalid("unknown-side", detail));
            }
        }
        for id in &setup.sport.sides {
            let name = setup.sides.get(id).map(|side| side.name.trim()).unwrap_or_default();
            if name.is_empty() {
                let detail = format!("The side `{id}` has no name; {}.", wanted());
                return Err(Rejection::invalid("invalid-side", detail));
            }
        }
        Ok(())
    }

    pub(super) fn context(&self) -> Context<'_> {
        Context { sport: &self.setup.sport, rules: &self.rules }
    }

    /// The anchor of an entry that is put at `index` of the list.
    pub(super) fn anchor(&self, index: usize, replaces: Option<Seq>, accepted: &Stamp) -> Stamp {
        let model = match replaces {
            Some(target) => self.entry(target),
            None if index < self.entries.len() => index.checked_sub(1).map(|before| &self.entries[before]),
            None => None,
        };
        model.map_or(*accepted, |model| model.anchor)
    }

    /// The state before the entry at `index`, from the nearest checkpoint, and from where on it was folded.
    pub(super) fn state_before(&self, index: usize) -> Folded {
        if index >= self.entries.len() {
            return self.state.clone();
        }
        let near = self.checkpoints.iter().rev().find(|(at, _)| *at <= index);
        let (from, mut state) =
            near.map_or_else(|| (0, Folded::start(self.context())), |(at, state)| (*at, state.clone()));
        for entry in self.entries[from..index].iter().filter(|entry| entry.counts()) {
            state.step(self.context(), entry);
        }
        state
    }

    /// Folds everything from `index` on anew, and writes how the game stood after each entry.
    pub(super) fn refold(&mut self, index: usize) {
        let mut state = self.state_before_refold(index);
        let rules = Arc::clone(&self.rules);
        let sport = Arc::clone(&self.setup.sport);
        let context = Context { sport: &sport, rules: &rules };
        for at in index..self.entries.len() {
            if at > 0
                && at.is_multiple_of(CHECKPOINT)
                && self.checkpoints.last().is_none_or(|(last, _)| *last < at)
            {
                self.checkpoints.push((at, state.clone()));
            }
            let entry = &mut self.entries[at];
            entry.after = if entry.counts() { state.step(context, entry) } else { state.moment(Vec::new()) };
        }
        self.state = state;
    }

    /// Folds the last entry alone, upon the state as it stands.
    pub(super) fn fold_last(&mut self) {
        let index = self.entries.len() - 1;
        if index > 0 && index.is_multiple_of(CHECKPOINT) {
            self.checkpoints.push((index, self.state.clone()));
        }
        let context = Context { sport: &self.setup.sport, rules: &self.rules };
        let entry = &mut self.entries[index];
        entry.after =
            if entry.counts() { self.state.step(context, entry) } else { self.state.moment(Vec::new()) };
    }

    fn state_before_refold(&mut self, index: usize) -> Folded {
        self.checkpoints.retain(|(at, _)| *at <= index);
        let (from, mut state) = self
            .checkpoints
            .last()
            .map_or_else(|| (0, Folded::start(self.context())), |(at, state)| (*at, state.clone()));
        for entry in self.entries[from..index].iter().filter(|entry| entry.counts()) {
            state.step(self.context(), entry);
        }
        state
    }
}

/// A checkpoint is kept each so many entries.
const CHECKPOINT: usize = 64;

impl GameEntry {
    /// Whether it changes the game: it was neither taken back nor replaced, and is no correction itself.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.voided_by.is_none() && self.replaced_by.is_none() && matches!(self.what, What::Entry(_))
    }
}
