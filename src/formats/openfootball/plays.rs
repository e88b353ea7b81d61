//! A result as the plays that make it: segments, goals, extra time, shoot-out.

use super::{Goal, GoalKind, Score};
use crate::domain::command::Play;
use crate::domain::event::{Action, Entry, GameTime, SegmentDo, State, Urgency};
use crate::formats::shootout;

/// The sides' ids in the sport file.
const SIDES: [&str; 2] = ["home", "away"];
/// A half of extra time and a half: (segment, minute before it, its last minute).
const FIRST: Half = Half { segment: "1H", from: 0, to: 45 };
const SECOND: Half = Half { segment: "2H", from: 45, to: 90 };
const EXTRA_FIRST: Half = Half { segment: "E1", from: 90, to: 105 };
const EXTRA_SECOND: Half = Half { segment: "E2", from: 105, to: 120 };

/// What a match comes to.
pub(super) struct Plan {
    /// In order; empty for a match to come.
    pub(super) plays: Vec<Play>,
    /// Whether the plays need a game that somebody has to win.
    pub(super) knockout: bool,
}

#[derive(Clone, Copy)]
struct Half {
    segment: &'static str,
    from: u32,
    to: u32,
}

struct Writer<'a> {
    plays: Vec<Play>,
    goals: Option<&'a [Goal]>,
    entered: [u32; 2],
    warnings: &'a mut Vec<String>,
}

/// The plays of a result; what does not fit together goes into `warnings`.
pub(super) fn plan(score: &Score, goals: Option<&[Goal]>, warnings: &mut Vec<String>) -> Plan {
    let Some(full_time) = score.full_time else {
        return Plan { plays: Vec::new(), knockout: false };
    };
    let mut writer = Writer { plays: Vec::new(), goals, entered: [0, 0], warnings };
    let longer = score.extra_time.is_some() || score.shootout.is_some();
    let knockout = longer && full_time[0] == full_time[1];

    let last = if knockout && score.extra_time.is_some() { EXTRA_SECOND.to } else { SECOND.to };
    let late = goals.unwrap_or_default().iter().filter(|goal| goal.minute > last).count();
    if late > 0 {
        writer.warnings.push(format!("{late} goals after minute {last}, which was not played: left out"));
    }

    writer.start(FIRST);
    writer.goals_of(FIRST);
    writer.half_time(score.half_time);
    writer.end(FIRST);
    writer.start(SECOND);
    writer.goals_of(SECOND);
    writer.reach(SECOND, full_time, "after 90 minutes");
    if longer && !knockout {
        writer.second_leg(score);
    }
    writer.end(SECOND);
    if !knockout {
        return Plan { plays: writer.plays, knockout };
    }

    let mut level = full_time;
    if let Some(extra_time) = score.extra_time {
        for half in [EXTRA_FIRST, EXTRA_SECOND] {
            writer.start(half);
            writer.goals_of(half);
            if half.segment == EXTRA_SECOND.segment {
                writer.reach(half, extra_time, "after extra time");
            }
            writer.end(half);
        }
        level = extra_time;
    }
    if level[0] == level[1] {
        writer.shootout(score.shootout);
    } else if let Some([home, away]) = score.shootout {
        writer.warnings.push(format!("a shoot-out of {home}-{away} after a decided match is left out"));
    }
    Plan { plays: writer.plays, knockout }
}

impl Writer<'_> {
    fn enter(&mut self, entry: Entry, segment: &str, clock_ms: Option<u64>) {
        let at = Some(GameTime { segment: segment.to_owned(), clock_ms });
        self.plays.push(Play::Enter { entry, at });
    }

    fn comment(&mut self, segment: &str, text: String) {
        let entry = Entry::Comment { text, lang: Some("en".to_owned()), urgency: Urgency::Polite };
        self.enter(entry, segment, None);
    }

    fn start(&mut self, half: Half) {
        let start = SegmentDo::Start(Some(half.segment.to_owned()));
        self.enter(Entry::Segment(start), half.segment, Some(minutes(half.from)));
    }

    /// Ends a half at its last minute, or when its last goal fell.
    fn end(&mut self, half: Half) {
        let last = goals_in(self.goals, half).map(|goal| goal.minute + goal.added).max().unwrap_or(0);
        self.enter(Entry::Segment(SegmentDo::End), half.segment, Some(minutes(last.max(half.to))));
    }

    fn goals_of(&mut self, half: Half) {
        for goal in goals_in(self.goals, half) {
            self.entered[goal.counts_for] += 1;
            let (action, side) = match goal.kind {
                GoalKind::Own => ("own_goal", 1 - goal.counts_for),
                GoalKind::Play | GoalKind::Penalty => ("goal", goal.counts_for),
            };
            let tags = if goal.kind == GoalKind::Penalty { vec!["penalty".to_owned()] } else { Vec::new() };
            let action = Action {
                action: action.to_owned(),
                side: Some(SIDES[side].to_owned()),
                player: goal.scorer.clone(),
                tags,
                ..Action::default()
            };
            // Minute 1 is the first sixty seconds.
            let clock = minutes(goal.minute + goal.added - 1);
            self.enter(Entry::Action(action), half.segment, Some(clock));
        }
    }

    /// With goals listed they are believed, and the half-time score is checked; without, it is all there is.
    fn half_time(&mut self, half_time: Option<[u32; 2]>) {
        let Some(half_time) = half_time else { return };
        if self.goals.is_none() {
            self.reach(FIRST, half_time, "at half-time");
        } else if self.entered != half_time {
            let ([home, away], [one, two]) = (half_time, self.entered);
            self.warnings.push(format!(
                "half-time is given as {home}-{away}, but the goals make it {one}-{two}; the goals are kept"
            ));
        }
    }

    /// Sets by hand what the goals listed leave open.
    fn reach(&mut self, half: Half, score: [u32; 2], when: &str) {
        if self.goals.is_some() && self.entered != score {
            let ([home, away], [one, two]) = (score, self.entered);
            self.warnings.push(format!(
                "the score {when} is given as {home}-{away}, but the goals make it {one}-{two}; \
                 it is set by hand"
            ));
        }
        for side in 0..2 {
            if self.entered[side] != score[side] {
                let adjust = Entry::Adjust {
                    side: SIDES[side].to_owned(),
                    counter: "goals".to_owned(),
                    to: score[side].into(),
                    reason: Some(format!("score {when}, without scorers")),
                };
                self.enter(adjust, half.segment, None);
            }
        }
        self.entered = score;
    }

    fn second_leg(&mut self, score: &Score) {
        let mut text = "Extra time was played: the tie was level over two legs.".to_owned();
        if let Some([home, away]) = score.extra_time {
            text = format!("{text} After extra time {home}-{away}.");
        }
        if let Some([home, away]) = score.shootout.filter(|score| shootout::kicks(*score).is_some()) {
            text = format!("{text} Penalty shoot-out {home}-{away}.");
        }
        self.comment(SECOND.segment, text);
        self.warnings.push(
            "extra time after a match that was not level, as in a second leg: entered as a comment"
                .to_owned(),
        );
        if let Some([home, away]) = score.shootout.filter(|score| shootout::kicks(*score).is_none()) {
            self.warnings.push(format!("no shoot-out ends {home}-{away}: left out"));
        }
    }

    fn shootout(&mut self, score: Option<[u32; 2]>) {
        let kicks = score.and_then(shootout::kicks);
        let (Some([home, away]), Some(kicks)) = (score, kicks) else {
            match score {
                Some([home, away]) => self
                    .warnings
                    .push(format!("no shoot-out ends {home}-{away}: left out, the match ends level")),
                None => self.warnings.push("level after extra time, without a shoot-out".to_owned()),
            }
            let entry = Entry::State { to: State::Final, reason: None, award: None };
            self.plays.push(Play::Enter { entry, at: None });
            return;
        };
        self.enter(Entry::Segment(SegmentDo::Start(Some("P".to_owned()))), "P", None);
        let text = format!(
            "Of the shoot-out only the result, {home}-{away}, is recorded. The kicks shown add up to it; \
             their order and their takers are not known."
        );
        self.comment("P", text);
        for (side, scored) in kicks {
            let kick = Action {
                action: "kick".to_owned(),
                side: Some(SIDES[side].to_owned()),
                scored: Some(scored),
                ..Action::default()
            };
            self.enter(Entry::Action(kick), "P", None);
        }
        self.enter(Entry::Segment(SegmentDo::End), "P", None);
    }
}

fn goals_in(goals: Option<&[Goal]>, half: Half) -> impl Iterator<Item = &Goal> {
    goals.unwrap_or_default().iter().filter(move |goal| goal.minute > half.from && goal.minute <= half.to)
}

fn minutes(count: u32) -> u64 {
    u64::from(count) * 60_000
}
