//! Whether an entry makes sense in a state: asked of a new entry, and of every later one when something
//! before it changes. The refusals are words for the person at the desk.

use super::Rejection;
use super::event::{Award, ClockDo, Entry, Review, SegmentDo, State};
use super::fold::Context;
use super::game::Folded;
use super::scoring::shootout;
use super::sport::SegmentKind;

mod action;

/// The greatest number a counter or an award can be set to by hand.
const GREATEST: i64 = 1_000_000;

/// Whether the entry is new or stood already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// A person enters it now.
    New,
    /// It was accepted before; only what has become impossible matters, not what has become idle.
    Accepted,
}

impl Folded {
    /// Refuses an entry that makes no sense in this state.
    pub(super) fn check(
        &self,
        context: Context<'_>,
        entry: &Entry,
        standing: Standing,
    ) -> Result<(), Rejection> {
        match entry {
            Entry::Action(action) => self.check_action(context, action),
            Entry::Comment { text, .. } if text.trim().is_empty() => {
                Err(Rejection::invalid("invalid-value", "A line of commentary needs words."))
            }
            Entry::Comment { .. } => Ok(()),
            Entry::Clock(work) => self.check_clock(context, *work, standing),
            Entry::Segment(SegmentDo::Start(named)) => self.check_start(context, named.as_deref()),
            Entry::Segment(SegmentDo::End) => self.check_end(context),
            Entry::State { to, reason, award } => {
                check_award(context, *to, award.as_ref())?;
                self.check_turn(context, *to, reason.as_deref())
            }
            Entry::Review(review) => self.check_review(context, review),
            Entry::Adjust { side, counter, to, .. } => {
                side_index(context, Some(side))?;
                if !context.sport.counters.iter().any(|c| c.id == *counter) {
                    let known: Vec<&str> = context.sport.counters.iter().map(|c| c.id.as_str()).collect();
                    let detail = format!("There is no counter `{counter}`; there are {}.", known.join(", "));
                    return Err(Rejection::invalid("unknown-counter", detail));
                }
                if !(0..=GREATEST).contains(to) {
                    let detail = format!("A counter cannot stand at {to}; it is 0 to {GREATEST}.");
                    return Err(Rejection::invalid("invalid-value", detail));
                }
                self.begun("A counter can be set")
            }
        }
    }

    fn check_clock(&self, context: Context<'_>, work: ClockDo, standing: Standing) -> Result<(), Rejection> {
        if !context.sport.clock.run {
            return Err(Rejection::invalid("no-clock", "This sport has no clock that the box runs."));
        }
        if standing == Standing::Accepted {
            return Ok(());
        }
        self.begun("The clock can be worked")?;
        if matches!(self.state, State::Final | State::Abandoned | State::Awarded) {
            return Err(Rejection::conflict("game-over", "The clock stands: this is over."));
        }
        let idle = match work {
            ClockDo::Start if self.clock.running => "The clock is running already.",
            ClockDo::Stop if !self.clock.running => "The clock stands already.",
            ClockDo::Start if self.state == State::Interval => {
                "Play is in an interval; the clock starts with the next segment."
            }
            ClockDo::Start if self.state == State::Suspended => {
                "Play is suspended; the clock goes on when it is resumed."
            }
            _ => return Ok(()),
        };
        Err(Rejection::conflict("wrong-state", idle))
    }

    fn check_start(&self, context: Context<'_>, named: Option<&str>) -> Result<(), Rejection> {
        match self.state {
            State::Scheduled | State::Delayed | State::Live | State::Interval => {}
            State::Suspended => {
                return Err(Rejection::conflict(
                    "suspended",
                    "Play is suspended. Resume it before a segment starts.",
                ));
            }
            State::Postponed | State::Cancelled => {
                return Err(Rejection::conflict("wrong-state", format!("This is {}.", self.state.as_str())));
            }
            State::Final | State::Abandoned | State::Awarded => {
                return Err(Rejection::conflict("game-over", "No segment can start: this is over."));
            }
        }
        if let Some(index) =
            self.segment.filter(|index| context.sport.segments[*index].kind != SegmentKind::Interval)
        {
            let label = &context.sport.segments[index].label;
            let detail = format!("{label} is still on. End it before the next starts.");
            return Err(Rejection::conflict("wrong-segment", detail));
        }
        let Some(next) = self.next_play(context) else {
            return Err(Rejection::conflict(
                "wrong-segment",
                "No further segment follows by the rules of this sport.",
            ));
        };
        let next = &context.sport.segments[next];
        match named {
            Some(id) if context.sport.segment(id).is_none() => {
                Err(Rejection::invalid("unknown-segment", format!("There is no segment `{id}`.")))
            }
            Some(id) if id != next.id => {
                let detail = format!("`{id}` cannot start now; the next is {} (`{}`).", next.label, next.id);
                Err(Rejection::conflict("wrong-segment", detail))
            }
            _ => Ok(()),
        }
    }

    fn check_end(&self, context: Context<'_>) -> Result<(), Rejection> {
        if self.state == State::Suspended {
            return Err(Rejection::conflict("suspended", "Play is suspended. Resume it, or abandon it."));
        }
        if self.state.is_over() {
            return Err(Rejection::conflict("game-over", "No segment can end: this is over."));
        }
        let Some(index) = self.segment else {
            return Err(Rejection::conflict("wrong-segment", "No segment is on that could end."));
        };
        let def = &context.sport.segments[index];
        match def.kind {
            SegmentKind::Play => Ok(()),
            SegmentKind::Interval => {
                Err(Rejection::conflict("wrong-segment", "An interval ends when the next segment starts."))
            }
            SegmentKind::Series => {
                let settled = self.shootout.as_ref().zip(def.series.as_ref());
                if settled.is_some_and(|(shootout, series)| shootout::is_over(shootout, series)) {
                    return Ok(());
                }
                Err(Rejection::conflict("shootout-undecided", "The shoot-out is not decided yet."))
            }
        }
    }

    fn check_turn(&self, context: Context<'_>, to: State, reason: Option<&str>) -> Result<(), Rejection> {
        use State::{
            Abandoned, Awarded, Cancelled, Delayed, Final, Interval, Live, Postponed, Scheduled, Suspended,
        };
        let from = self.state;
        let allowed = match from {
            Scheduled => matches!(to, Live | Delayed | Postponed | Cancelled | Awarded),
            Delayed => matches!(to, Live | Postponed | Cancelled | Awarded),
            Live => matches!(to, Interval | Suspended | Final | Abandoned | Awarded),
            Interval => matches!(to, Live | Suspended | Final | Abandoned | Awarded),
            Suspended => matches!(to, Live | Abandoned | Final | Awarded),
            Postponed => matches!(to, Scheduled | Cancelled | Awarded),
            Cancelled | Abandoned => to == Awarded,
            Final => matches!(to, Live | Awarded),
            Awarded => false,
        };
        if !allowed {
            let detail = format!("This is {} and cannot become {}.", from.as_str(), to.as_str());
            return Err(Rejection::conflict("wrong-state", detail));
        }
        if from == Final && to == Live && reason.is_none_or(|reason| reason.trim().is_empty()) {
            let detail = "To re-open what is over, give a reason; everybody will see it.";
            return Err(Rejection::invalid("reason-required", detail));
        }
        if to == Live && self.waits(context) && self.next_play(context).is_none() {
            let detail = "No further segment follows by the rules of this sport; end it as final.";
            return Err(Rejection::conflict("wrong-segment", detail));
        }
        Ok(())
    }

    fn check_review(&self, context: Context<'_>, review: &Review) -> Result<(), Rejection> {
        let Some(def) = &context.sport.review else {
            return Err(Rejection::invalid("no-review", "This sport has no reviews."));
        };
        match (review, &self.review) {
            (Review::Open { .. }, Some(_)) => {
                Err(Rejection::conflict("wrong-state", format!("A {} is open already.", def.label)))
            }
            (Review::Open { .. }, None) => self.begun("A review can be opened"),
            (_, None) => Err(Rejection::conflict("wrong-state", format!("No {} is open.", def.label))),
            (_, Some(_)) => Ok(()),
        }
    }

    fn begun(&self, what: &str) -> Result<(), Rejection> {
        match self.state {
            State::Scheduled | State::Delayed | State::Postponed | State::Cancelled => {
                Err(Rejection::conflict("not-started", format!("{what} once play has begun.")))
            }
            _ => Ok(()),
        }
    }
}

/// The index of a named side.
fn side_index(context: Context<'_>, side: Option<&str>) -> Result<usize, Rejection> {
    let [home, away] = &context.sport.sides;
    let Some(id) = side else {
        return Err(Rejection::invalid("side-required", format!("Say which side: `{home}` or `{away}`.")));
    };
    let detail = || format!("There is no side `{id}`; there are `{home}` and `{away}`.");
    context.sport.side(id).ok_or_else(|| Rejection::invalid("unknown-side", detail()))
}

/// What a decision off the field names, against the sport.
fn check_award(context: Context<'_>, to: State, award: Option<&Award>) -> Result<(), Rejection> {
    const KINDS: [&str; 5] = ["walkover", "retired", "default", "forfeit", "awarded"];
    let Some(award) = award else { return Ok(()) };
    if to != State::Awarded {
        let detail = format!("An award belongs to the state `awarded`, not to `{}`.", to.as_str());
        return Err(Rejection::invalid("invalid-value", detail));
    }
    if award.side.is_some() {
        side_index(context, award.side.as_deref())?;
    }
    if !KINDS.contains(&award.kind.as_str()) {
        let detail = format!("There is no award `{}`; there are {}.", award.kind, KINDS.join(", "));
        return Err(Rejection::invalid("invalid-value", detail));
    }
    match award.score.iter().flatten().find(|score| !(0..=GREATEST).contains(*score)) {
        Some(score) => {
            let detail = format!("A score of {score} cannot be awarded; it is 0 to {GREATEST}.");
            Err(Rejection::invalid("invalid-value", detail))
        }
        None => Ok(()),
    }
}
