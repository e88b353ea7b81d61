//! The notation of the rule cases: what happens, and how the game then stands, on one line.
//!
//! ```text
//! football knockout: start; g: goal home 9 @31:00; !wrong-turn kick home + ; void g => 0-0, live 1H
//! ```
//!
//! Before the colon stand the sport and its parameters. Steps are parted by `;`. `g:` names the entry a step
//! makes; `!code` says that the step is refused so; `stale` sends it with an old `expect_seq`, `fresh` with
//! the right one. A step is an action of the sport (`side`, `player`, `>second player`, `#tag`, `=number`,
//! `+` or `-` for an attempt, `^entry` it follows from, `@clock` or `@segment/clock` or `@segment`), or one of
//! the words in [`Script::step`]. What is expected is parted by `, `; see [`Script::expect`].

use std::collections::BTreeMap;

use touchline::domain::command::Play;
use touchline::domain::decide;
use touchline::domain::event::{
    Action, Award, ClockDo, Entry, GameChange, GameTime, Param, Review, SegmentDo, SideSetup, State, Urgency,
};
use touchline::domain::{Rejection, Seq};

use crate::table::Table;

const STATES: [State; 10] = [
    State::Scheduled,
    State::Delayed,
    State::Live,
    State::Interval,
    State::Suspended,
    State::Postponed,
    State::Cancelled,
    State::Abandoned,
    State::Awarded,
    State::Final,
];

/// Plays one line, and says what is otherwise than expected.
pub(crate) fn run(line: &str) -> Result<(), String> {
    let (setting, rest) = line.split_once(": ").ok_or("no setting before a colon")?;
    let (steps, expected) = rest.split_once("=>").ok_or("no `=>`")?;
    let mut words = setting.split_whitespace();
    let sport = words.next().ok_or("no sport")?;
    let params: Vec<(&str, Param)> = words.map(param).collect();
    let mut script = Script { table: Table::new(sport, &params), names: BTreeMap::new() };
    for step in steps.split(';').map(str::trim).filter(|step| !step.is_empty()) {
        script.take(step).map_err(|what| format!("at `{step}`: {what}"))?;
        script.table.assert_sound();
    }
    for expectation in expected.split(", ").map(str::trim) {
        let found = script.expect(expectation)?;
        if found != expectation {
            return Err(format!("expected `{expectation}`, found `{found}`"));
        }
    }
    Ok(())
}

fn param(word: &str) -> (&str, Param) {
    match word.split_once('=') {
        Some((name, "no")) => (name, Param::Bool(false)),
        Some((name, value)) => {
            (name, value.parse().map_or_else(|_| Param::Word(value.to_owned()), Param::Int))
        }
        None => (word, Param::Bool(true)),
    }
}

struct Script {
    table: Table,
    names: BTreeMap<String, Seq>,
}

impl Script {
    /// One step, with its name and what becomes of it.
    fn take(&mut self, step: &str) -> Result<(), String> {
        let (name, step) = match step.split_once(": ") {
            Some((name, rest)) if !name.contains(' ') => (Some(name), rest.trim()),
            _ => (None, step),
        };
        let (refused, step) = match step.strip_prefix('!') {
            Some(rest) => {
                let (code, rest) = rest.split_once(' ').ok_or("no step after the code")?;
                (Some(code), rest)
            }
            None => (None, step),
        };
        let before = (self.table.events.len(), self.table.game.state().clone());
        match (self.step(step)?, refused) {
            (Ok(seqs), None) => {
                if let (Some(name), Some(seq)) = (name, seqs.first()) {
                    self.names.insert(name.to_owned(), *seq);
                }
                Ok(())
            }
            (Err(rejection), Some(code)) if rejection.code == code => {
                assert!(!rejection.detail.is_empty(), "a refusal says why");
                let after = (self.table.events.len(), self.table.game.state().clone());
                assert_eq!(before, after, "a refusal changes nothing");
                Ok(())
            }
            (Err(rejection), _) => Err(format!("refused as {}: {rejection}", rejection.code)),
            (Ok(_), Some(code)) => Err(format!("accepted, not refused as {code}")),
        }
    }

    fn step(&mut self, step: &str) -> Result<Result<Vec<Seq>, Rejection>, String> {
        let (word, rest) = step.split_once(' ').unwrap_or((step, ""));
        let last = self.table.game.last_seq;
        let game = &self.table.game;
        Ok(match word {
            "wait" => {
                self.table.wait(clock(rest)?);
                Ok(Vec::new())
            }
            "restart" => {
                let gap = if rest.is_empty() { None } else { Some(clock(rest)?) };
                self.table.restart(gap);
                Ok(Vec::new())
            }
            "params" => {
                let params = rest.split_whitespace().map(param).map(|(name, p)| (name.to_owned(), p));
                let change = GameChange { params: params.collect(), ..GameChange::default() };
                decide::change(game, &change).map(|drafts| self.table.accept(drafts))
            }
            "rename" => {
                let (side, name) = rest.split_once(' ').unwrap_or((rest, ""));
                let side = (side.to_owned(), SideSetup { name: name.to_owned(), ..SideSetup::default() });
                let change = GameChange { sides: [side].into(), ..GameChange::default() };
                decide::change(game, &change).map(|drafts| self.table.accept(drafts))
            }
            "withdraw" => decide::withdraw(game, None).map(|drafts| self.table.accept(drafts)),
            "void" => self.table.play(&Play::Void { seq: self.seq(rest)?, reason: None }, None),
            "stale" => self.table.play(&self.enter(rest)?, Some(last - 1)),
            "fresh" => self.table.play(&self.enter(rest)?, Some(last)),
            "insert" | "replace" => {
                let (target, rest) = rest.split_once(' ').ok_or("no entry")?;
                let seq = self.seq(target)?;
                let Play::Enter { entry, at } = self.enter(rest)? else { return Err("no entry".to_owned()) };
                let play = match word {
                    "insert" => Play::Insert { after: seq, entry, at },
                    _ => Play::Replace { seq, entry, at },
                };
                self.table.play(&play, None)
            }
            _ => self.table.play(&self.enter(step)?, None),
        })
    }

    /// A new entry: `start`, `end`, `clock start|stop|set`, `state … reason`, `award side kind score`,
    /// `review ^entry`, `stands`, `overturned`, `adjust side counter number`, `say words`, or an action.
    fn enter(&self, step: &str) -> Result<Play, String> {
        let (text, at) = match step.rsplit_once(" @") {
            Some((text, at)) => (text.trim(), Some(self.time(at.trim())?)),
            None => (step, None),
        };
        let words: Vec<&str> = text.split_whitespace().collect();
        let state = |to, reason: &[&str], award| {
            let reason = if reason.is_empty() { None } else { Some(reason.join(" ")) };
            Entry::State { to, reason, award }
        };
        let entry = match words.as_slice() {
            ["start", segment @ ..] => {
                Entry::Segment(SegmentDo::Start(segment.first().map(|id| (*id).to_owned())))
            }
            ["end"] => Entry::Segment(SegmentDo::End),
            ["clock", "start"] => Entry::Clock(ClockDo::Start),
            ["clock", "stop"] => Entry::Clock(ClockDo::Stop),
            ["clock", "set", to] => Entry::Clock(ClockDo::Set(clock(to)?)),
            ["state", to, reason @ ..] => {
                let to = STATES.into_iter().find(|state| state.as_str() == *to).ok_or("no such state")?;
                state(to, reason, None)
            }
            ["award", side, kind, score @ ..] => {
                let side = Some(*side).filter(|side| *side != "-").map(str::to_owned);
                let score = match score.first().and_then(|score| score.split_once(':')) {
                    Some((a, b)) => Some([number(a)?, number(b)?]),
                    None => None,
                };
                state(State::Awarded, &[], Some(Award { side, score, kind: (*kind).to_owned() }))
            }
            ["review", of @ ..] => {
                let of = of.first().map(|of| self.seq(of.trim_start_matches('^'))).transpose()?;
                Entry::Review(Review::Open { of })
            }
            ["stands"] => Entry::Review(Review::Stands),
            ["overturned"] => Entry::Review(Review::Overturned),
            ["adjust", side, counter, to] => Entry::Adjust {
                side: (*side).to_owned(),
                counter: (*counter).to_owned(),
                to: number(to)?,
                reason: None,
            },
            ["say", words @ ..] => {
                Entry::Comment { text: words.join(" "), lang: None, urgency: Urgency::Polite }
            }
            [action, details @ ..] => Entry::Action(self.action(action, details)?),
            [] => return Err("nothing".to_owned()),
        };
        Ok(Play::Enter { entry, at })
    }

    fn action(&self, id: &str, details: &[&str]) -> Result<Action, String> {
        let mut action = Action { action: id.to_owned(), ..Action::default() };
        for detail in details {
            let (first, rest) = detail.split_at(1);
            match first {
                "#" => action.tags.push(rest.to_owned()),
                "=" => action.value = Some(number(rest)?),
                ">" => action.other = Some(rest.to_owned()),
                "^" => action.of = Some(self.seq(rest)?),
                "+" => action.scored = Some(true),
                "-" => action.scored = Some(false),
                _ if action.side.is_none() => action.side = Some((*detail).to_owned()),
                _ => action.player = Some((*detail).to_owned()),
            }
        }
        Ok(action)
    }

    fn time(&self, text: &str) -> Result<GameTime, String> {
        let (segment, told) = match text.split_once('/') {
            Some((segment, told)) => (Some(segment), Some(told)),
            None if text.contains(':') => (None, Some(text)),
            None => (Some(text), None),
        };
        let game = &self.table.game;
        let present = || game.state().segment.map(|index| game.sport().segments[index].id.clone());
        let segment = segment.map(str::to_owned).or_else(present).ok_or("no segment is on")?;
        Ok(GameTime { segment, clock_ms: told.map(clock).transpose()? })
    }

    fn seq(&self, name: &str) -> Result<Seq, String> {
        let known = self.names.get(name).copied();
        known.or_else(|| name.parse().ok()).ok_or_else(|| format!("no entry is named `{name}`"))
    }

    /// The same kind of statement about the game as `wanted`, as it is in truth.
    fn expect(&self, wanted: &str) -> Result<String, String> {
        let game = &self.table.game;
        let state = game.state();
        let sport = game.sport();
        let words: Vec<&str> = wanted.split_whitespace().collect();
        let per_side = |numbers: Option<&[i64; 2]>| numbers.map_or([0; 2], |n| *n);
        let pair = |[home, away]: [i64; 2]| format!("{home}-{away}");
        let segment = || state.segment.map(|index| sport.segments[index].id.as_str());
        Ok(match words.as_slice() {
            // The score as it is written.
            [first, ..] if first.starts_with(|c: char| c.is_ascii_digit()) => game.score_text(),
            // The clock, and whether it runs.
            ["clock", ..] => {
                let ms = state.clock.value_at(&self.table.now);
                let moves = if state.clock.running { "runs" } else { "stands" };
                format!("clock {:02}:{:02} {moves}", ms / 60_000, ms / 1_000 % 60)
            }
            // Who has won, and how.
            ["won", ..] | ["nobody", ..] | ["undecided"] => match &state.result {
                None => "undecided".to_owned(),
                Some(result) => match result.winner {
                    Some(side) => format!("won {} {}", sport.sides[side], result.kind),
                    None => format!("nobody {}", result.kind),
                },
            },
            // The minute of a named entry.
            ["at", name, ..] => {
                let at = game.entry(self.seq(name)?).and_then(|entry| entry.at.as_ref());
                let minute = at.and_then(|at| game.minute_text(at));
                format!("at {name} {}", minute.as_deref().unwrap_or("none"))
            }
            // The named entries in order of play, corrections and what was corrected too.
            ["order", ..] => {
                let name = |seq| self.names.iter().find(|(_, named)| **named == seq).map(|(n, _)| n.as_str());
                let named = game.entries().iter().filter_map(|entry| name(entry.seq));
                format!("order {}", named.collect::<Vec<_>>().join(" "))
            }
            // How often each side did something; points of one segment.
            ["did", id, ..] => format!("did {id} {}", pair(per_side(state.actions.get(*id)))),
            ["in", id, ..] => {
                let played = state.segments.iter().find(|p| sport.segments[p.segment].id == *id);
                format!("in {id} {}", pair(per_side(played.map(|played| &played.points))))
            }
            ["counts", ..] => format!("counts {}", game.entries().iter().filter(|e| e.counts()).count()),
            ["text", ..] => format!("text {}", game.state_text().unwrap_or("none")),
            ["announced", ..] => format!("announced {}", state.announced.unwrap_or(0)),
            ["reason", ..] => format!("reason {}", state.reason.as_deref().unwrap_or("none")),
            ["review", ..] => format!("review {}", if state.review.is_some() { "open" } else { "closed" }),
            ["asked"] | ["unasked"] => if game.resumed.is_some() { "asked" } else { "unasked" }.to_owned(),
            ["adjusted"] | ["unadjusted"] => {
                if state.adjusted { "adjusted" } else { "unadjusted" }.to_owned()
            }
            ["named", id, ..] => format!("named {id} {}", game.setup.sides[*id].name),
            // The state, and the segment that is on.
            [_, ..] => {
                [Some(state.state.as_str()), segment()].into_iter().flatten().collect::<Vec<_>>().join(" ")
            }
            [] => return Err("nothing is expected".to_owned()),
        })
    }
}

fn clock(text: &str) -> Result<u64, String> {
    let (minutes, seconds) = text.split_once(':').ok_or_else(|| format!("`{text}` is no clock"))?;
    let part = |part: &str| part.parse::<u64>().map_err(|_| format!("`{text}` is no clock"));
    Ok((part(minutes)? * 60 + part(seconds)?) * 1_000)
}

fn number(text: &str) -> Result<i64, String> {
    text.parse().map_err(|_| format!("`{text}` is no number"))
}
