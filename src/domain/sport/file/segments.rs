//! The parts of a game: their lengths, clocks and conditions.

use toml::Spanned;

use super::problems::{LONGEST_MINUTES, Problems, Wanted};
use super::raw::{self, Text, Value};
use crate::domain::sport::{ClockFrom, Length, ParamDef, SegmentDef, SegmentKind, SeriesDef, When};

/// The segments in order, as the file has them.
pub(super) fn all(raw: &raw::File, params: &[ParamDef], problems: &mut Problems) -> Vec<SegmentDef> {
    problems
        .unique("segment", raw.segment.iter().map(|one| (one.id.get_ref().as_str(), one.id.span().start)));
    let mut groups: Vec<String> = Vec::new();
    let mut all = Vec::with_capacity(raw.segment.len());
    for segment in &raw.segment {
        let kind = segment.kind.map_or(SegmentKind::Play, SegmentKind::from);
        if all.is_empty() && (kind != SegmentKind::Play || !segment.when.is_empty()) {
            problems
                .add(&segment.id, "a game begins with play: the first segment is of play, without `when`");
        }
        if segment.id.get_ref() == "final" || segment.id.get_ref().starts_with("final_") {
            problems
                .add(&segment.id, "`final` is the end of the game in [display] states; name it otherwise");
        }
        match (kind, &segment.series) {
            (SegmentKind::Series, None) => {
                problems.add(&segment.id, "a segment of kind `series` needs `series = { label, attempts }`");
            }
            (SegmentKind::Play | SegmentKind::Interval, Some(series)) => {
                problems.add(series, "`series` belongs to a segment of kind `series`");
            }
            _ => {}
        }
        all.push(SegmentDef {
            id: problems.id(&segment.id),
            label: problems.label(&segment.label),
            kind,
            length: segment.length.as_ref().map(|value| length(value, params, problems)),
            clock_from: clock_from(segment.clock_from.as_ref(), params, problems),
            when: segment.when.iter().filter_map(|word| when(word, params, &groups, problems)).collect(),
            group: segment.group.as_ref().map(|group| problems.id(group)),
            series: segment.series.as_ref().map(|series| shootout(series.get_ref(), problems)),
        });
        groups.extend(segment.group.as_ref().map(|group| group.get_ref().clone()));
    }
    all
}

fn length(value: &Spanned<Value>, params: &[ParamDef], problems: &mut Problems) -> Length {
    match value.get_ref() {
        Value::Int(minutes) if (0..=LONGEST_MINUTES).contains(minutes) => Length::Minutes(*minutes),
        Value::Word(word) if word.starts_with('$') => {
            Length::Param(problems.param(value, &word[1..], Wanted::Minutes, params))
        }
        _ => {
            let what = format!("a length is minutes, 0 to {LONGEST_MINUTES}, or the `$name` of a parameter");
            problems.add(value, what);
            Length::Minutes(0)
        }
    }
}

fn clock_from(value: Option<&Spanned<Value>>, params: &[ParamDef], problems: &mut Problems) -> ClockFrom {
    match value {
        None => ClockFrom::At(Length::Minutes(0)),
        Some(value) => match value.get_ref() {
            Value::Word(word) if word == "previous_end" => ClockFrom::PreviousEnd,
            Value::Word(word) if !word.starts_with('$') => {
                let what = format!("unknown `clock_from` \"{word}\"; known: minutes, $name, previous_end");
                problems.add(value, what);
                ClockFrom::PreviousEnd
            }
            _ => ClockFrom::At(length(value, params, problems)),
        },
    }
}

/// A condition; `groups` are those of the segments before.
fn when(word: &Text, params: &[ParamDef], groups: &[String], problems: &mut Problems) -> Option<When> {
    let text = word.get_ref().as_str();
    if text == "level" {
        return Some(When::Level);
    }
    if let Some(name) = text.strip_prefix('$') {
        return Some(When::Param(problems.param(word, name, Wanted::Truth, params)));
    }
    if let Some(group) = text.strip_prefix("group_started:") {
        if !groups.iter().any(|known| known == group) {
            problems.add(word, format!("no segment before this one is of the group `{group}`"));
        }
        return Some(When::GroupStarted(group.to_owned()));
    }
    if let Some((name, least)) = text.strip_prefix("at_least:").and_then(|rest| rest.split_once(':'))
        && let Ok(least) = least.parse()
    {
        return Some(When::AtLeast(problems.param(word, name, Wanted::Number, params), least));
    }
    problems.add(
        word,
        format!("unknown condition `{text}`; known: level, $name, group_started:GROUP, at_least:NAME:NUMBER"),
    );
    None
}

fn shootout(raw: &raw::Series, problems: &mut Problems) -> SeriesDef {
    let attempts = problems.within("`attempts`", &raw.attempts, 1, 99);
    SeriesDef {
        attempts: u32::try_from(attempts).unwrap_or(1),
        sudden_death: raw.sudden_death.unwrap_or(true),
        stop_when_decided: raw.stop_when_decided.unwrap_or(true),
    }
}
