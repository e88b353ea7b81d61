//! Whether a play makes sense in a state: the moment, the side, the players and the details it carries.

use super::side_index;
use crate::domain::Rejection;
use crate::domain::event::{Action, State};
use crate::domain::fold::Context;
use crate::domain::game::Folded;
use crate::domain::scoring::shootout;
use crate::domain::sport::{ActionDef, Group, PlayerRule, SegmentKind};

impl Folded {
    pub(super) fn check_action(&self, context: Context<'_>, action: &Action) -> Result<(), Rejection> {
        let def = known_action(context, action)?;
        let side = if def.side || action.side.is_some() {
            Some(side_index(context, action.side.as_deref())?)
        } else {
            None
        };
        check_details(def, action)?;
        self.check_moment(context, def)?;
        for player in action.player.iter().chain(&action.other) {
            if let Some(side) = side {
                self.check_player(context, def, side, player)?;
            }
        }
        if def.group == Group::Shootout {
            self.check_attempt(context, def, side, action)?;
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
            State::Interval | State::Suspended | State::Final | State::Abandoned if def.any_time => {
                return Ok(());
            }
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

    fn check_attempt(
        &self,
        context: Context<'_>,
        def: &ActionDef,
        side: Option<usize>,
        action: &Action,
    ) -> Result<(), Rejection> {
        if action.scored.is_none() {
            let detail = format!("{}: say whether it went in (`scored`).", def.label);
            return Err(Rejection::invalid("invalid-value", detail));
        }
        let Some(shootout) = &self.shootout else { return Ok(()) };
        let series = self.segment.and_then(|index| context.sport.segments[index].series.as_ref());
        if series.is_some_and(|series| shootout::is_over(shootout, series)) {
            let detail = format!("{}: the shoot-out is decided. End it.", def.label);
            return Err(Rejection::conflict("shootout-decided", detail));
        }
        if shootout.attempts.last().map(|(last, _)| *last) == side {
            let detail = format!("{}: it is the other side's turn.", def.label);
            return Err(Rejection::conflict("wrong-turn", detail));
        }
        Ok(())
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

/// What an action carries, against what its definition lets it carry.
fn check_details(def: &ActionDef, action: &Action) -> Result<(), Rejection> {
    let label = &def.label;
    match def.player {
        PlayerRule::Required if action.player.as_deref().is_none_or(|player| player.trim().is_empty()) => {
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
