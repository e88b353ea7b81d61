//! The fold: how each entry changes the state. It cannot fail; what makes no sense changes nothing.
//!
//! Whether an entry makes sense is asked beforehand, by [`super::check`], with the same state.

use std::collections::BTreeMap;

use super::Seq;
use super::clock::{Clock, Direction, Running, Stamp};
use super::event::{Action, ClockDo, Entry, GameTime, Review, SegmentDo, State};
use super::game::{Effect, Folded, GameEntry, GameResult, Moment, OpenReview, Played, Shootout, What};
use super::scoring::{shootout, tally};
use super::sport::{Group, Rules, SegmentKind, Sport, When};

/// The sport and its rules in one game: what every step of the fold asks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context<'a> {
    pub(super) sport: &'a Sport,
    pub(super) rules: &'a Rules,
}

impl Folded {
    /// A game before its first entry.
    pub(super) fn start(context: Context<'_>) -> Self {
        let first = context.rules.segments.first().map_or(0, |segment| segment.from_ms);
        Self {
            state: State::Scheduled,
            reason: None,
            segments: Vec::new(),
            segment: None,
            clock: Clock::stopped(context.sport.clock.direction, first),
            points: [0; 2],
            counters: BTreeMap::new(),
            actions: BTreeMap::new(),
            discipline: BTreeMap::new(),
            shootout: None,
            review: None,
            announced: None,
            result: None,
            adjusted: false,
        }
    }

    /// Folds one entry that counts; the moment tells how the game stood after it.
    pub(super) fn step(&mut self, context: Context<'_>, entry: &GameEntry) -> Moment {
        let mut effects = Vec::new();
        if let What::Entry(what) = &entry.what {
            match what {
                Entry::Action(action) => self.action(context, action, &mut effects),
                Entry::Comment { .. } => {}
                Entry::Clock(work) => self.work_clock(context, *work, &entry.anchor, entry.at.as_ref()),
                Entry::Segment(SegmentDo::Start(_)) => {
                    if let Some(next) = self.next_play(context) {
                        self.begin(context, next, &entry.anchor, entry.at.as_ref(), &mut effects);
                    }
                }
                Entry::Segment(SegmentDo::End) => {
                    self.end(context, &entry.anchor, entry.at.as_ref(), &mut effects);
                }
                Entry::State { to, reason, award } => {
                    self.turn(context, *to, &entry.anchor, entry.at.as_ref(), &mut effects);
                    self.reason = reason.clone();
                    if let Some(award) = award.as_ref().filter(|_| *to == State::Awarded) {
                        let winner = award.side.as_ref().and_then(|side| context.sport.side(side));
                        let kind = award.kind.clone();
                        self.result = Some(GameResult { kind, winner, award: Some(award.clone()) });
                    }
                }
                Entry::Review(review) => self.review(review, entry.seq, &mut effects),
                Entry::Adjust { side, counter, to, .. } => {
                    if let Some(side) = context.sport.side(side) {
                        let now = self.counters.get(counter).map_or(0, |total| total[side]);
                        tally::change(self, context.sport, counter, side, to.saturating_sub(now));
                        self.adjusted = true;
                        // After the end a counter set by hand may turn the result.
                        if self.state == State::Final {
                            self.result = Some(self.outcome(context));
                        }
                    }
                }
            }
        }
        self.moment(effects)
    }

    /// How the game stands.
    pub(super) fn moment(&self, effects: Vec<Effect>) -> Moment {
        Moment {
            points: self.points,
            shootout: self.shootout.as_ref().map(Shootout::score),
            segment: self.segment,
            effects,
        }
    }

    fn action(&mut self, context: Context<'_>, action: &Action, effects: &mut Vec<Effect>) {
        let Some(def) = context.sport.action(&action.action) else { return };
        if def.group == Group::Course && def.value.is_some() {
            self.announced = action.value;
        }
        let Some(side) = action.side.as_ref().and_then(|side| context.sport.side(side)) else { return };
        self.actions.entry(def.id.clone()).or_default()[side] += 1;
        if def.group == Group::Shootout {
            let series = self.segment.and_then(|index| context.sport.segments[index].series.as_ref());
            if let (Some(series), Some(shootout)) = (series, self.shootout.as_mut()) {
                shootout::attempt(shootout, series, side, action.scored.unwrap_or(false));
            }
        }
        tally::add(self, context.sport, def, side);
        let (Some(sanction), Some(player)) = (&def.sanction, &action.player) else { return };
        let record = self.discipline.entry((side, player.clone())).or_default();
        let count = record.entry(def.id.clone()).or_default();
        *count += 1;
        if let Some((_, to)) = sanction.escalate.as_ref().filter(|(at, _)| *count == *at) {
            *record.entry(to.clone()).or_default() += 1;
            self.actions.entry(to.clone()).or_default()[side] += 1;
            effects.push(Effect::Escalated { to: to.clone() });
        }
    }

    fn work_clock(&mut self, context: Context<'_>, work: ClockDo, now: &Stamp, at: Option<&GameTime>) {
        // A time of another segment says nothing about this one's clock.
        let present = self.segment.map(|index| context.sport.segments[index].id.as_str());
        let told = at.filter(|at| Some(at.segment.as_str()) == present).and_then(|at| at.clock_ms);
        let shown = told.unwrap_or_else(|| self.clock.value_at(now));
        let running = if self.clock.running { Running::Yes } else { Running::No };
        self.clock = match work {
            ClockDo::Start => self.clock.anchored(now, shown, Running::Yes),
            ClockDo::Stop => self.clock.anchored(now, shown, Running::No),
            ClockDo::Set(value) => self.clock.anchored(now, value, running),
        };
    }

    fn stop_clock(&mut self, context: Context<'_>, now: &Stamp, at: Option<&GameTime>) {
        if self.clock.running || at.is_some_and(|at| at.clock_ms.is_some()) {
            self.work_clock(context, ClockDo::Stop, now, at);
        }
    }

    /// The segment of play that may start now: the first after the last one whose conditions hold.
    pub(super) fn next_play(&self, context: Context<'_>) -> Option<usize> {
        self.following(context).find(|index| context.sport.segments[*index].kind != SegmentKind::Interval)
    }

    /// The segments that may follow the last one, intervals too, in order.
    fn following<'a>(&'a self, context: Context<'a>) -> impl Iterator<Item = usize> + 'a {
        let first = self.segments.last().map_or(0, |last| last.segment + 1);
        (first..context.sport.segments.len()).filter(move |index| self.applies(context, *index))
    }

    fn applies(&self, context: Context<'_>, index: usize) -> bool {
        let rules = &context.rules.segments[index];
        rules.possible
            && rules.when.iter().all(|when| match when {
                When::Level => self.points[0] == self.points[1],
                When::GroupStarted(group) => self.group_started(context, group),
                // Settled when the parameters were put in.
                When::Param(_) | When::AtLeast(..) => true,
            })
    }

    /// Whether a segment of that group has begun.
    pub(super) fn group_started(&self, context: Context<'_>, group: &str) -> bool {
        let of = |played: &Played| context.sport.segments[played.segment].group.as_deref() == Some(group);
        self.segments.iter().any(of)
    }

    fn begin(
        &mut self,
        context: Context<'_>,
        index: usize,
        now: &Stamp,
        at: Option<&GameTime>,
        effects: &mut Vec<Effect>,
    ) {
        let kind = context.sport.segments[index].kind;
        let from_ms = context.rules.segments[index].from_ms;
        if let Some(last) = self.segments.last_mut() {
            last.ended = true;
        }
        self.segments.push(Played {
            segment: index,
            counters: BTreeMap::new(),
            points: [0; 2],
            from_ms,
            ended: false,
        });
        self.segment = Some(index);
        self.announced = None;
        self.reason = None;
        self.state = if kind == SegmentKind::Interval { State::Interval } else { State::Live };
        match kind {
            SegmentKind::Play => {
                let own = at.filter(|at| at.segment == context.sport.segments[index].id);
                let value = own.and_then(|at| at.clock_ms).unwrap_or(from_ms);
                let running = if context.sport.clock.run { Running::Yes } else { Running::No };
                self.clock = self.clock.anchored(now, value, running);
            }
            SegmentKind::Series => self.shootout = Some(Shootout::default()),
            SegmentKind::Interval => {}
        }
        effects.push(Effect::SegmentBegan(index));
    }

    fn end(&mut self, context: Context<'_>, now: &Stamp, at: Option<&GameTime>, effects: &mut Vec<Effect>) {
        self.stop_clock(context, now, at);
        self.reason = None;
        if let Some(last) = self.segments.last_mut() {
            last.ended = true;
        }
        self.segment = None;
        let next = self.following(context).next();
        match next {
            Some(index) if context.sport.segments[index].kind == SegmentKind::Interval => {
                self.begin(context, index, now, None, effects);
            }
            Some(_) => self.state = State::Interval,
            None => self.finish(context, effects),
        }
    }

    /// The end of the game by play.
    fn finish(&mut self, context: Context<'_>, effects: &mut Vec<Effect>) {
        self.state = State::Final;
        self.segment = None;
        self.review = None;
        self.result = Some(self.outcome(context));
        effects.push(Effect::Ended);
    }

    fn outcome(&self, context: Context<'_>) -> GameResult {
        let ahead = match self.points[0].cmp(&self.points[1]) {
            std::cmp::Ordering::Greater => Some(0),
            std::cmp::Ordering::Less => Some(1),
            std::cmp::Ordering::Equal => None,
        };
        let kicks = self.shootout.as_ref().and_then(|shootout| shootout.winner);
        let (kind, winner) = match (ahead, kicks) {
            (None, Some(side)) => ("shootout", Some(side)),
            (None, None) => ("draw", None),
            (Some(side), _) if self.group_started(context, "extra") => ("extra_time", Some(side)),
            (Some(side), _) => ("normal", Some(side)),
        };
        GameResult { kind: kind.to_owned(), winner, award: None }
    }

    /// A change of state by hand.
    fn turn(
        &mut self,
        context: Context<'_>,
        to: State,
        now: &Stamp,
        at: Option<&GameTime>,
        effects: &mut Vec<Effect>,
    ) {
        match to {
            State::Live => match self.begins_by_hand(context) {
                Some(next) => self.begin(context, next, now, at, effects),
                None if self.state == State::Final => self.reopen(context),
                None => self.resume(context, now, at),
            },
            State::Final => {
                self.stop_clock(context, now, at);
                self.finish(context, effects);
            }
            State::Abandoned | State::Awarded => {
                self.stop_clock(context, now, at);
                self.state = to;
                self.review = None;
                self.result = Some(GameResult { kind: to.as_str().to_owned(), winner: None, award: None });
                effects.push(Effect::Ended);
            }
            State::Interval | State::Suspended => {
                self.stop_clock(context, now, at);
                self.state = to;
            }
            State::Scheduled | State::Delayed | State::Postponed | State::Cancelled => self.state = to,
        }
    }

    /// Whether the next segment is waited for: before the first, in an interval, or between two.
    pub(super) fn waits(&self, context: Context<'_>) -> bool {
        let kind = self.segment.map(|index| context.sport.segments[index].kind);
        matches!(self.state, State::Scheduled | State::Delayed | State::Interval)
            && kind.is_none_or(|kind| kind == SegmentKind::Interval)
    }

    /// The segment that begins when the game turns live by hand.
    pub(super) fn begins_by_hand(&self, context: Context<'_>) -> Option<usize> {
        if self.waits(context) { self.next_play(context) } else { None }
    }

    /// What was over goes on in its last segment; where that had ended and more was to come, it waits again.
    fn reopen(&mut self, context: Context<'_>) {
        self.result = None;
        let more = self.next_play(context).is_some();
        let Some(last) = self.segments.last_mut().filter(|last| !(last.ended && more)) else {
            self.state = State::Interval;
            return;
        };
        last.ended = false;
        self.segment = Some(last.segment);
        let interval = context.sport.segments[last.segment].kind == SegmentKind::Interval;
        self.state = if interval { State::Interval } else { State::Live };
    }

    /// Play goes on where it was; an interval goes on as an interval.
    fn resume(&mut self, context: Context<'_>, now: &Stamp, at: Option<&GameTime>) {
        let kind = self.segment.map(|index| context.sport.segments[index].kind);
        self.state = match kind {
            Some(SegmentKind::Play | SegmentKind::Series) => State::Live,
            Some(SegmentKind::Interval) | None => State::Interval,
        };
        if kind == Some(SegmentKind::Play) && context.sport.clock.run {
            self.work_clock(context, ClockDo::Start, now, at);
        }
    }

    fn review(&mut self, review: &Review, seq: Seq, effects: &mut Vec<Effect>) {
        match review {
            Review::Open { of } => self.review = Some(OpenReview { seq, of: *of }),
            Review::Stands => self.review = None,
            Review::Overturned => {
                if let Some(of) = self.review.take().and_then(|review| review.of) {
                    effects.push(Effect::Overturned(of));
                }
            }
        }
    }

    /// Whether a clock value is not later than another, in the direction the clock counts.
    pub(super) fn not_later(direction: Direction, a: u64, b: u64) -> bool {
        match direction {
            Direction::Up => a <= b,
            Direction::Down => a >= b,
        }
    }
}
