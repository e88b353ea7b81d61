//! Whether an entry makes sense in a state: asked of a new entry, and of every later one when something
//! before it changes. The refusals are words for the person at the desk.

use super::Rejection;
use super::event::{Action, ClockDo, Entry, Review, SegmentDo, State};
use super::fold::Context;
use super::game::Folded;
use super::sport::{ActionDef, Group, PlayerRule, SegmentKind};

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
            Entry::Comment { .. } => Ok(()),
            Entry::Clock(work) => self.check_clock(context, *work, standing),
            Entry::Segment(SegmentDo::Start(named)) => self.check_start(context, named.as_deref()),
            Entry::Segment(SegmentDo::End) => self.check_end(context),
            Entry::State { to, reason, .. } => self.check_turn(*to, reason.as_deref()),
            Entry::Review(review) => self.check_review(context, review),
            Entry::Adjust { side, counter, to, .. } => {
                side_index(context, Some(side))?;
                if !context.sport.counters.iter().any(|c| c.id == *counter) {
                    let known: Vec<&str> = context.sport.counters.iter().map(|c| c.id.as_str()).collect();
                    let detail = format!("There is no counter `{counter}`; there are {}.", known.join(", "));
                    return Err(Rejection::invalid("unknown-counter", detail));
                }
                if *to < 0 {
                    return Err(Rejection::invalid(
                        "invalid-value",
                        format!("A counter cannot stand at {to}."),
                    ));
                }
                self.begun("A counter can be set")
            }
        }
    }

    fn check_action(&self, context: Context<'_>, action: &Action) -> Result<(), Rejection> {
        let def = known_action(context, action)?;
        let side = if def.side || action.side.is_some() {
            Some(side_index(context, action.side.as_deref())?)
        } else {
            None
        };
        check_details(def, action)?;
        self.check_moment(context, def)?;
        if let (Some(side), Some(player)) = (side, &action.player) {
            self.check_player(context, def, side, player)?;
        }
        if def.group == Group::Shootout {
            self.check_attempt(def, side, action)?;
        }
        Ok(())
    }

    /// Whether such an action can happen in this state and segment.
    fn check_moment(&self, context: Context<'_>, def: &ActionDef) -> Result<(), Rejection> {
        let label = &def.label;
        match self.state {
            State::Live => {}
            State::Scheduled | State::Delayed | State::Postponed | State::Cancelled => {
                let detail = format!("{label}: play has not begun. Start the first segment before.");
                return Err(Rejection::conflict("not-started", detail));
            }
            State::Interval | State::Suspended | State::Final if def.any_time => return Ok(()),
            State::Interval => {
                let detail = format!(
                    "{label}: play is in an interval. Start the next segment, or give the time it happened at."
                );
                return Err(Rejection::conflict("wrong-segment", detail));
            }
            State::Suspended => {
                return Err(Rejection::conflict(
                    "suspended",
                    format!("{label}: play is suspended. Resume it before."),
                ));
            }
            State::Final | State::Abandoned | State::Awarded => {
                let detail =
                    format!("{label}: this is over. Give the time it happened at, or re-open with a reason.");
                return Err(Rejection::conflict("game-over", detail));
            }
        }
        let Some(index) = self.segment else {
            return if def.only_in.is_empty() { Ok(()) } else { Err(confined(def)) };
        };
        let segment = &context.sport.segments[index];
        if !def.only_in.is_empty() {
            return if def.only_in.contains(&segment.id) { Ok(()) } else { Err(confined(def)) };
        }
        if segment.kind == SegmentKind::Series && !def.any_time {
            let detail = format!("{label}: in the {} only attempts are entered.", segment.label);
            return Err(Rejection::conflict("wrong-segment", detail));
        }
        Ok(())
    }

    fn check_player(
        &self,
        context: Context<'_>,
        def: &ActionDef,
        side: usize,
        player: &str,
    ) -> Result<(), Rejection> {
        if def.group == Group::Discipline {
            return Ok(());
        }
        let record = self.discipline.get(&(side, player.to_owned()));
        let off = record.into_iter().flatten().any(|(id, count)| {
            let sanction = context.sport.action(id).and_then(|def| def.sanction.as_ref());
            *count > 0 && sanction.is_some_and(|sanction| sanction.sends_off)
        });
        if !off {
            return Ok(());
        }
        let detail = format!("{}: {player} was sent off. Correct the player, or the card.", def.label);
        Err(Rejection::conflict("sent-off", detail))
    }

    fn check_attempt(&self, def: &ActionDef, side: Option<usize>, action: &Action) -> Result<(), Rejection> {
        if action.scored.is_none() {
            let detail = format!("{}: say whether it went in (`scored`).", def.label);
            return Err(Rejection::invalid("invalid-value", detail));
        }
        let Some(shootout) = &self.shootout else { return Ok(()) };
        if shootout.winner.is_some() {
            let detail = format!("{}: the shoot-out is decided. End it.", def.label);
            return Err(Rejection::conflict("shootout-decided", detail));
        }
        if shootout.attempts.last().map(|(last, _)| *last) == side {
            let detail = format!("{}: it is the other side's turn.", def.label);
            return Err(Rejection::conflict("wrong-turn", detail));
        }
        Ok(())
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
        let Some(index) = self.segment else {
            return Err(Rejection::conflict("wrong-segment", "No segment is on that could end."));
        };
        match context.sport.segments[index].kind {
            SegmentKind::Play => Ok(()),
            SegmentKind::Interval => {
                Err(Rejection::conflict("wrong-segment", "An interval ends when the next segment starts."))
            }
            SegmentKind::Series if self.shootout.as_ref().is_some_and(|s| s.winner.is_some()) => Ok(()),
            SegmentKind::Series => {
                Err(Rejection::conflict("shootout-undecided", "The shoot-out is not decided yet."))
            }
        }
    }

    fn check_turn(&self, to: State, reason: Option<&str>) -> Result<(), Rejection> {
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

fn known_action<'a>(context: Context<'a>, action: &Action) -> Result<&'a ActionDef, Rejection> {
    let id = &action.action;
    let Some(def) = context.sport.action(id) else {
        let known: Vec<&str> = context.sport.actions.iter().map(|a| a.id.as_str()).collect();
        let detail = format!("{} has no action `{id}`; it has {}.", context.sport.name, known.join(", "));
        return Err(Rejection::invalid("unknown-action", detail));
    };
    let switch = def.sanction.as_ref().and_then(|sanction| sanction.enabled.as_ref());
    if let Some(switch) = switch.filter(|switch| !context.rules.is_on(switch)) {
        let detail = format!("{}: not played here; the parameter `{switch}` is off.", def.label);
        return Err(Rejection::invalid("unknown-action", detail));
    }
    Ok(def)
}

fn side_index(context: Context<'_>, side: Option<&str>) -> Result<usize, Rejection> {
    let [home, away] = &context.sport.sides;
    let Some(id) = side else {
        return Err(Rejection::invalid("side-required", format!("Say which side: `{home}` or `{away}`.")));
    };
    let detail = || format!("There is no side `{id}`; there are `{home}` and `{away}`.");
    context.sport.side(id).ok_or_else(|| Rejection::invalid("unknown-side", detail()))
}

/// What an action carries, against what its definition lets it carry.
fn check_details(def: &ActionDef, action: &Action) -> Result<(), Rejection> {
    let label = &def.label;
    match def.player {
        PlayerRule::Required if action.player.is_none() => {
            return Err(Rejection::invalid("player-required", format!("{label}: say which player.")));
        }
        PlayerRule::None if action.player.is_some() => {
            return Err(Rejection::invalid("invalid-value", format!("{label}: no player is named for it.")));
        }
        _ => {}
    }
    if def.other.is_none() && action.other.is_some() {
        return Err(Rejection::invalid(
            "invalid-value",
            format!("{label}: no second player is named for it."),
        ));
    }
    if let Some(tag) = action.tags.iter().find(|tag| !def.tags.contains(tag)) {
        let detail = if def.tags.is_empty() {
            format!("{label}: it has no details such as `{tag}`.")
        } else {
            format!("{label}: there is no detail `{tag}`; there are {}.", def.tags.join(", "))
        };
        return Err(Rejection::invalid("unknown-tag", detail));
    }
    match (&def.value, action.value) {
        (Some((name, max)), Some(value)) if !(0..=*max).contains(&value) => {
            let detail = format!("{label}: {name} of {value} cannot be; it is 0 to {max}.");
            Err(Rejection::invalid("invalid-value", detail))
        }
        (Some((name, _)), None) => {
            Err(Rejection::invalid("invalid-value", format!("{label}: say how many: {name}.")))
        }
        (None, Some(_)) => Err(Rejection::invalid("invalid-value", format!("{label}: it takes no number."))),
        _ if def.group != Group::Shootout && action.scored.is_some() => {
            let detail = format!("{label}: `scored` belongs to the attempts of a shoot-out.");
            Err(Rejection::invalid("invalid-value", detail))
        }
        _ => Ok(()),
    }
}

fn confined(def: &ActionDef) -> Rejection {
    let detail = format!("{}: only in {}.", def.label, def.only_in.join(", "));
    Rejection::conflict("wrong-segment", detail)
}
