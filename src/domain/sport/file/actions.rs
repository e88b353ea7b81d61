//! What can happen: the file's actions, its sanctions, and the attempts of its shoot-outs.

use std::collections::BTreeMap;

use super::problems::{LONGEST_MINUTES, Problems, Wanted};
use super::raw;
use crate::domain::sport::{ActionDef, Counter, Group, ParamDef, PlayerRule, Sanction, To};

/// What the attempt of a shoot-out is called where the file does not say.
const ATTEMPT: &str = "kick";

/// All ids of actions with their places, in the order of [`all`]; all of them share one set of names.
pub(super) fn ids(raw: &raw::File) -> Vec<(&str, usize)> {
    let actions = raw.action.iter().map(|action| &action.id);
    let named = actions.chain(raw.discipline.iter().map(|sanction| &sanction.id));
    let attempts = raw.segment.iter().filter_map(|segment| segment.series.as_ref()).map(|series| {
        let action = series.get_ref().action.as_ref();
        action.map_or((ATTEMPT, series.span().start), |id| (id.get_ref().as_str(), id.span().start))
    });
    named.map(|id| (id.get_ref().as_str(), id.span().start)).chain(attempts).collect()
}

/// The actions, then the sanctions, then the attempts.
pub(super) fn all(
    raw: &raw::File,
    params: &[ParamDef],
    counters: &[Counter],
    segments: &[String],
    problems: &mut Problems,
) -> Vec<ActionDef> {
    let ids = ids(raw);
    problems.unique("action", ids.iter().copied());
    let ids: Vec<String> = ids.into_iter().map(|(id, _)| id.to_owned()).collect();
    let sanctions: Vec<String> = raw.discipline.iter().map(|one| one.id.get_ref().clone()).collect();

    let mut all = Vec::with_capacity(ids.len());
    for action in &raw.action {
        all.push(play(action, counters, segments, &ids, problems));
    }
    for discipline in &raw.discipline {
        all.push(sanction(discipline, params, &sanctions, problems));
    }
    for segment in &raw.segment {
        if let Some(series) = &segment.series {
            all.push(attempt(series.get_ref(), segment.id.get_ref(), problems));
        }
    }
    all
}

fn play(
    raw: &raw::Action,
    counters: &[Counter],
    segments: &[String],
    actions: &[String],
    problems: &mut Problems,
) -> ActionDef {
    let side = raw.side.unwrap_or(true);
    let mut add = BTreeMap::new();
    for (counter, number) in &raw.add {
        if !side {
            problems.add(counter, format!("`{}` needs a side to add to: leave out `side = false`", raw.id));
        }
        if counters.iter().all(|known| known.id != *counter.get_ref()) {
            let what = format!("`{}` adds to the counter `{counter}`, which is not declared", raw.id);
            problems.add(counter, format!("{what}: write [counter.{counter}] with its label and points"));
        }
        add.insert(counter.get_ref().clone(), problems.within("what is added", number, 1, 1000));
    }
    let points = |id: &String| counters.iter().any(|counter| counter.id == *id && counter.points > 0);
    let scores = add.keys().any(points);
    ActionDef {
        id: problems.id(&raw.id),
        label: problems.label(&raw.label),
        group: raw.group.map_or(if scores { Group::Score } else { Group::Play }, Group::from),
        add,
        to: raw.to.map_or(To::Own, To::from),
        side,
        player: player(raw.player, side),
        other: raw.other.as_ref().map(|label| problems.label(label)),
        tags: raw.tags.iter().map(|tag| problems.id(tag)).collect(),
        value: raw.value.as_ref().map(|value| {
            (problems.label(&value.label), problems.within("the greatest value", &value.max, 1, 1_000_000))
        }),
        follow_up: problems.all_known("action", &raw.follow_up, actions),
        only_in: problems.all_known("segment", &raw.only_in, segments),
        any_time: raw.any_time,
        key: raw.key.unwrap_or(scores),
        sanction: None,
    }
}

fn sanction(
    raw: &raw::Discipline,
    params: &[ParamDef],
    sanctions: &[String],
    problems: &mut Problems,
) -> ActionDef {
    let escalate = raw.escalate.as_ref().map(|escalate| {
        let count = problems.within("the count of `escalate`", &escalate.count, 2, 100);
        (u32::try_from(count).unwrap_or(2), problems.known("sanction", &escalate.to, sanctions))
    });
    let enabled = raw.enabled.as_ref().map(|enabled| {
        let name = enabled.get_ref().strip_prefix('$').unwrap_or_default();
        problems.param(enabled, name, Wanted::Truth, params)
    });
    ActionDef {
        id: problems.id(&raw.id),
        label: problems.label(&raw.label),
        group: Group::Discipline,
        add: BTreeMap::new(),
        to: To::Own,
        side: true,
        player: player(raw.player, true),
        other: None,
        tags: Vec::new(),
        value: None,
        follow_up: Vec::new(),
        only_in: Vec::new(),
        any_time: true,
        key: raw.key.unwrap_or(raw.sends_off || escalate.is_some()),
        sanction: Some(Sanction {
            sends_off: raw.sends_off,
            minutes: raw.minutes.as_ref().map(|one| problems.within("`minutes`", one, 1, LONGEST_MINUTES)),
            escalate,
            enabled,
        }),
    }
}

fn attempt(raw: &raw::Series, segment: &str, problems: &mut Problems) -> ActionDef {
    ActionDef {
        id: raw.action.as_ref().map_or_else(|| ATTEMPT.to_owned(), |id| problems.id(id)),
        label: problems.label(&raw.label),
        group: Group::Shootout,
        add: BTreeMap::new(),
        to: To::Own,
        side: true,
        player: PlayerRule::Optional,
        other: None,
        tags: Vec::new(),
        value: None,
        follow_up: Vec::new(),
        only_in: vec![segment.to_owned()],
        any_time: false,
        key: true,
        sanction: None,
    }
}

/// Where the file does not say: a player where known, if there is a side whose player he could be.
fn player(raw: Option<raw::Naming>, side: bool) -> PlayerRule {
    raw.map_or(if side { PlayerRule::Optional } else { PlayerRule::None }, PlayerRule::from)
}
