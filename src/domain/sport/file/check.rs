//! From a file's raw parts to a [`Sport`]: every reference resolved, every number in its range.

use std::collections::{BTreeMap, BTreeSet};

use super::problems::{LONGEST_MINUTES, Problem, Problems};
use super::raw::{self, ParamType, Source, Text, Value};
use super::{actions, segments};
use crate::domain::event::Param;
use crate::domain::sport::desk::{DeskDef, ReviewDef};
use crate::domain::sport::template::{Names, Template};
use crate::domain::sport::{
    ClockDef, Counter, DecideDef, Display, MinuteRule, Overrun, ParamDef, ParamKind, SegmentDef, SegmentKind,
    Sport, StatDef,
};

/// The schema this program reads.
const SCHEMA: i64 = 1;
/// The one model there is so far.
const MODEL: &str = "tally";
/// What fits into one row under a thumb.
const FRONT: usize = 3;
/// More than anybody finds at a glance.
const PHRASES: usize = 24;
/// The longest phrase, in characters.
const LONGEST_PHRASE: usize = 120;
/// What a phrase may leave to the desk.
const BLANKS: [&str; 3] = ["{minute}", "{side}", "{player}"];
/// The greatest score a forfeit can be given by.
const FORFEIT: i64 = 1000;

/// The sport, still without source and hash; or the first problem by line.
pub(super) fn sport(raw: &raw::File) -> Result<Sport, Problem> {
    let mut problems = Problems::default();
    if *raw.schema.get_ref() != SCHEMA {
        let what = format!("schema {} is not known to this version; known: {SCHEMA}", raw.schema);
        problems.add(&raw.schema, what);
    } else if raw.sport.model.get_ref() != MODEL {
        let what = format!("model `{}` is not known to this version; known: {MODEL}", raw.sport.model);
        problems.add(&raw.sport.model, what);
    }
    // A file for another program has problems of meaning all over; that it is one is the thing to say.
    if let Some(problem) = problems.first() {
        return Err(problem);
    }

    let mut problems = Problems::default();
    let sides = sides(raw, &mut problems);
    let params = params(raw, &mut problems);
    let counters = counters(raw, &mut problems);
    let segments = segments::all(raw, &params, &mut problems);
    let segment_ids: Vec<String> = segments.iter().map(|segment| segment.id.clone()).collect();
    let actions = actions::all(raw, &params, &counters, &segment_ids, &mut problems);
    let action_ids: Vec<String> = actions.iter().map(|action| action.id.clone()).collect();
    let display = display(raw, &sides, &counters, &segments, &mut problems);
    let desk = desk(raw, &action_ids, &mut problems);
    let sport = Sport {
        id: problems.id(&raw.sport.id),
        name: problems.label(&raw.sport.name),
        noun: problems.label(&raw.sport.noun),
        sides,
        hash: String::new(),
        source: String::new(),
        params,
        counters,
        actions,
        segments,
        clock: clock(&raw.clock),
        decide: DecideDef {
            forfeit: raw.decide.forfeit.as_ref().map(|[won, lost]| {
                [won, lost].map(|score| problems.within("the score of a forfeit", score, 0, FORFEIT))
            }),
        },
        review: raw.review.as_ref().map(|review| ReviewDef {
            label: problems.label(&review.label),
            reviews: problems.all_known("action", &review.reviews, &action_ids),
        }),
        stats: stats(raw, &action_ids, &mut problems),
        desk,
        words: words(raw, &action_ids, &mut problems),
        display,
    };
    problems.first().map_or(Ok(sport), Err)
}

fn sides(raw: &raw::File, problems: &mut Problems) -> [String; 2] {
    let [home, away] = &raw.sport.sides;
    if home.get_ref() == away.get_ref() {
        problems.add(away, format!("both sides are called `{away}`"));
    }
    [problems.id(home), problems.id(away)]
}

/// The parameters in the order of the file.
fn params(raw: &raw::File, problems: &mut Problems) -> Vec<ParamDef> {
    in_order(&raw.params)
        .into_iter()
        .map(|(id, param)| {
            let kind = param_kind(param, problems);
            let default = match (param.default.get_ref(), &kind) {
                (Value::Int(value), _) => Param::Int(*value),
                (Value::Bool(value), _) => Param::Bool(*value),
                (Value::Word(value), _) => Param::Word(value.clone()),
            };
            if !kind.takes(&default) {
                problems.add(&param.default, format!("the default of `{id}` is not {kind}"));
            }
            ParamDef { id: problems.id(id), label: problems.label(&param.label), kind, default }
        })
        .collect()
}

fn param_kind(param: &raw::Param, problems: &mut Problems) -> ParamKind {
    let kind = *param.kind.get_ref();
    let bounded = matches!(kind, ParamType::Int | ParamType::Minutes);
    for bound in [&param.min, &param.max].into_iter().flatten().filter(|_| !bounded) {
        problems.add(bound, "`min` and `max` belong to a parameter of type `int` or `minutes`");
    }
    if let Some(values) = param.values.as_ref().filter(|_| kind != ParamType::Enum) {
        problems.add(values, "`values` belongs to a parameter of type `enum`");
    }
    match kind {
        ParamType::Bool => ParamKind::Bool,
        ParamType::Enum => {
            let values = param.values.as_ref().map(|values| values.get_ref().clone()).unwrap_or_default();
            if values.is_empty() {
                problems.add(&param.kind, "a parameter of type `enum` needs `values`");
            }
            ParamKind::Words(values)
        }
        ParamType::Int | ParamType::Minutes => {
            let (Some(min), Some(max)) = (&param.min, &param.max) else {
                problems.add(&param.kind, "a parameter of type `int` or `minutes` needs `min` and `max`");
                return ParamKind::Int { min: i64::MIN, max: i64::MAX };
            };
            let (least, greatest) = match kind {
                ParamType::Minutes => (0, LONGEST_MINUTES),
                _ => (-1_000_000, 1_000_000),
            };
            let low = problems.within("`min`", min, least, greatest);
            let high = problems.within("`max`", max, least, greatest);
            if low > high {
                problems.add(max, format!("`max` is {high}, less than `min`, {low}"));
            }
            match kind {
                ParamType::Minutes => ParamKind::Minutes { min: low, max: high },
                _ => ParamKind::Int { min: low, max: high },
            }
        }
    }
}

fn counters(raw: &raw::File, problems: &mut Problems) -> Vec<Counter> {
    in_order(&raw.counter)
        .into_iter()
        .map(|(id, counter)| {
            if id.get_ref() == "points" {
                problems.add(id, "`points` is the sum of all counters; name this one otherwise");
            }
            Counter {
                id: problems.id(id),
                label: problems.label(&counter.label),
                points: counter.points.as_ref().map_or(0, |one| problems.within("`points`", one, 0, 1000)),
            }
        })
        .collect()
}

fn clock(raw: &raw::Clock) -> ClockDef {
    ClockDef {
        run: raw.source.as_ref().is_none_or(|source| source.contains(&Source::Run)),
        direction: raw.direction.into(),
        overrun: raw.overrun.map_or(Overrun::None, Overrun::from),
        minute: raw.minute.map_or(MinuteRule::Ceil, MinuteRule::from),
    }
}

fn stats(raw: &raw::File, actions: &[String], problems: &mut Problems) -> Vec<StatDef> {
    problems.unique("stat", raw.stat.iter().map(|stat| (stat.id.get_ref().as_str(), stat.id.span().start)));
    let mut stats = Vec::with_capacity(raw.stat.len());
    for stat in &raw.stat {
        let of = problems.all_known("action", stat.of.get_ref(), actions);
        if of.is_empty() {
            problems.add(&stat.of, "a statistic counts at least one action");
        }
        problems
            .unique("action", stat.of.get_ref().iter().map(|id| (id.get_ref().as_str(), id.span().start)));
        stats.push(StatDef { id: problems.id(&stat.id), label: problems.label(&stat.label), of });
    }
    stats
}

fn desk(raw: &raw::File, actions: &[String], problems: &mut Problems) -> DeskDef {
    let front = problems.all_known("action", &raw.desk.front, actions);
    if let Some(fourth) = raw.desk.front.get(FRONT) {
        problems.add(fourth, format!("`front` holds at most {FRONT} actions: they stand in one row"));
    }
    if let Some(beyond) = raw.desk.phrases.get(PHRASES) {
        problems.add(beyond, format!("`phrases` holds at most {PHRASES} lines"));
    }
    let phrases = raw.desk.phrases.iter().map(|phrase| {
        let text = phrase.get_ref();
        let bare = BLANKS.iter().fold(text.clone(), |rest, blank| rest.replace(blank, ""));
        if bare.contains(['{', '}']) {
            problems.add(phrase, format!("a phrase may leave open only {}", BLANKS.join(", ")));
        }
        if text.trim().is_empty() || text.chars().count() > LONGEST_PHRASE {
            problems.add(phrase, format!("a phrase has 1 to {LONGEST_PHRASE} characters"));
        }
        text.clone()
    });
    DeskDef { front, phrases: phrases.collect() }
}

fn words(raw: &raw::File, actions: &[String], problems: &mut Problems) -> BTreeMap<String, String> {
    raw.words
        .iter()
        .map(|(action, message)| (problems.known("action", action, actions), problems.id(message)))
        .collect()
}

fn display(
    raw: &raw::File,
    sides: &[String; 2],
    counters: &[Counter],
    segments: &[SegmentDef],
    problems: &mut Problems,
) -> Display {
    let counters: Vec<String> = counters.iter().map(|counter| counter.id.clone()).collect();
    let ids: Vec<String> = segments.iter().map(|segment| segment.id.clone()).collect();
    let series = segments.iter().filter(|segment| segment.kind == SegmentKind::Series);
    let series: Vec<String> = series.map(|segment| segment.id.clone()).collect();
    let names = Names { sides, counters: &counters, segments: &ids, series: &series };

    // A suffix belongs to a group or to a segment; which comes first in a game tells the order of suffixes.
    let groups: BTreeSet<&String> = segments.iter().filter_map(|segment| segment.group.as_ref()).collect();
    let parts: Vec<String> = ids.iter().chain(groups.iter().copied()).cloned().collect();
    let first = |part: &str| {
        segments.iter().position(|segment| segment.id == part || segment.group.as_deref() == Some(part))
    };

    let mut after: Vec<(String, Template)> = Vec::new();
    for (part, text) in &raw.display.after {
        let template = read(Template::score(text.get_ref(), &names), text, problems);
        after.push((problems.known("segment or group", part, &parts), template));
    }
    after.sort_by_key(|(part, _)| first(part));

    let ends = groups.iter().map(|group| format!("final_{group}"));
    let places: Vec<String> =
        ids.iter().cloned().chain(std::iter::once("final".to_owned())).chain(ends).collect();
    let mut states = BTreeMap::new();
    for (state, text) in &raw.display.states {
        states.insert(problems.known("state", state, &places), problems.label(text));
    }

    Display {
        score: read(Template::score(raw.display.score.get_ref(), &names), &raw.display.score, problems),
        after,
        states,
        running: raw
            .display
            .running
            .as_ref()
            .map(|text| read(Template::clock(text.get_ref()), text, problems)),
        added: raw.display.added.as_ref().map(|text| read(Template::clock(text.get_ref()), text, problems)),
    }
}

/// The template; a wrong one is noted and stands empty for the rest of the check.
fn read(template: Result<Template, String>, text: &Text, problems: &mut Problems) -> Template {
    template.unwrap_or_else(|what| {
        problems.add(text, what);
        Template(Vec::new())
    })
}

/// The entries of a table in the order of the file, which the reader's map has lost.
fn in_order<T>(table: &BTreeMap<Text, T>) -> Vec<(&Text, &T)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}
