//! How a game's score and minutes are written, by the templates of its sport file.

use super::event::GameTime;
use super::game::{Folded, Game, Played};
use super::sport::template::{Number, Part, Template};
use super::sport::{MinuteRule, Overrun, SegmentKind};

impl Game {
    /// The score in the sport's own notation: `2-1`, `1-1 a.e.t. (4-3 pen.)`; of what was decided off the
    /// field the score it was awarded by.
    #[must_use]
    pub fn score_text(&self) -> String {
        let award = self.state.result.as_ref().and_then(|result| result.award.as_ref());
        if let Some([home, away]) = award.and_then(|award| award.score) {
            return format!("{home}-{away}");
        }
        let display = &self.setup.sport.display;
        let mut text = self.write(&display.score);
        for (after, template) in &display.after {
            if self.stands_after(after) {
                text.push_str(&self.write(template));
            }
        }
        text
    }

    /// Whether a segment of that id, or of that group, has been played: a group only once it is over, as
    /// "after extra time" is no text for a game still in it.
    fn stands_after(&self, id: &str) -> bool {
        let sport = self.sport();
        let segments = &self.state.segments;
        if let Some(index) = sport.segment(id) {
            return segments.iter().any(|played| played.segment == index);
        }
        let of = |index: usize| sport.segments[index].group.as_deref() == Some(id);
        let begun = segments.iter().any(|played| of(played.segment));
        // After its last segment the next one may be waited for.
        let left = |last: &Played| {
            !of(last.segment)
                || (last.ended && self.state.next_play(self.context()).is_none_or(|next| !of(next)))
        };
        let beyond = self.state.state.is_over() || segments.last().is_some_and(left);
        begun && beyond
    }

    /// The minute of a game time in the sport's own notation: `67'`, `45+2'`; absent where the segment has
    /// no clock or the clock was not given.
    #[must_use]
    pub fn minute_text(&self, at: &GameTime) -> Option<String> {
        let clock_ms = at.clock_ms?;
        let (minute, added) = self.minute(at)?;
        let display = &self.sport().display;
        let template = match added {
            Some(_) => display.added.as_ref().or(display.running.as_ref()),
            None => display.running.as_ref(),
        };
        let Some(template) = template else {
            return Some(format!("{:02}:{:02}", clock_ms / 60_000, clock_ms / 1_000 % 60));
        };
        let mut text = String::new();
        for part in &template.0 {
            match part {
                Part::Text(part) => text.push_str(part),
                Part::Time(name) => text.push_str(&match name.as_str() {
                    "minute" | "base" => minute.to_string(),
                    "added" => added.unwrap_or_default().to_string(),
                    "mm" => format!("{:02}", clock_ms / 60_000),
                    _ => format!("{:02}", clock_ms / 1_000 % 60),
                }),
                Part::Side { .. } => {}
            }
        }
        Some(text)
    }

    /// The minute as a number, and the minutes of added time: 45 and 2 for `45+2'`. Football is in its first
    /// minute from 0:00 on.
    #[must_use]
    pub fn minute(&self, at: &GameTime) -> Option<(u64, Option<u64>)> {
        let clock_ms = at.clock_ms?;
        let sport = self.sport();
        let index = sport.segment(&at.segment)?;
        if sport.segments[index].kind != SegmentKind::Play {
            return None;
        }
        let rules = &self.rules.segments[index];
        let begun = |ms: u64| match sport.clock.minute {
            MinuteRule::Ceil => ms / 60_000 + 1,
            MinuteRule::Floor => ms / 60_000,
        };
        let end = rules.length_ms.map(|length| rules.from_ms + length);
        match end {
            Some(end) if sport.clock.overrun == Overrun::AddedTime && clock_ms >= end => {
                Some((end / 60_000, Some((clock_ms - end) / 60_000 + 1)))
            }
            _ => Some((begun(clock_ms), None)),
        }
    }

    /// What the clock's place shows where no minute runs: `HT`, `FT`, `AET`, `PEN`.
    #[must_use]
    pub fn state_text(&self) -> Option<&str> {
        let display = &self.sport().display;
        let state = &self.state;
        let known = |key: &str| display.states.get(key).map(String::as_str);
        if state.state == super::event::State::Final {
            let groups = state.segments.iter().rev();
            let sport = self.sport();
            let groups = groups.filter_map(|played| sport.segments[played.segment].group.as_ref());
            if state.shootout.is_some() {
                let series = sport.segments.iter().find(|segment| segment.kind == SegmentKind::Series);
                if let Some(text) = series.and_then(|series| known(&series.id)) {
                    return Some(text);
                }
            }
            return groups.filter_map(|group| known(&format!("final_{group}"))).next().or(known("final"));
        }
        state.segment.and_then(|index| known(&self.sport().segments[index].id))
    }

    fn write(&self, template: &Template) -> String {
        let mut text = String::new();
        for part in &template.0 {
            match part {
                Part::Text(part) => text.push_str(part),
                Part::Side { side, number } => {
                    text.push_str(&self.state.number(self, *side, number).to_string())
                }
                Part::Time(_) => {}
            }
        }
        text
    }
}

impl Folded {
    fn number(&self, game: &Game, side: usize, number: &Number) -> i64 {
        let segment = |id: &String| {
            let index = game.sport().segment(id);
            self.segments.iter().filter(move |played| Some(played.segment) == index)
        };
        match number {
            Number::Points => self.points[side],
            Number::Counter(id) => self.counters.get(id).map_or(0, |total| total[side]),
            Number::PointsIn(id) => segment(id).map(|played| played.points[side]).sum(),
            Number::CounterIn(id, within) => {
                segment(within).filter_map(|played| played.counters.get(id)).map(|total| total[side]).sum()
            }
            Number::Series => self.shootout.as_ref().map_or(0, |shootout| i64::from(shootout.score()[side])),
        }
    }
}
