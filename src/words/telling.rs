//! One entry of one game, about to be told in one language: which message, with which values, how loudly.
//!
//! The parts stand in `plays`, `changes` and `corrections`; every message gets all values of
//! [`Telling::values`], so that a language is free in its order.

use fluent_bundle::FluentArgs;

use super::catalogue::Voice;
use super::sentence::{Level, Sentence};
use crate::domain::event::{Entry, GameTime, Urgency};
use crate::domain::game::{Game, GameEntry, What};

impl Voice {
    /// The entry as it stands in the timeline, with the score as it was then; `None` for what is not told,
    /// the working of the clock.
    #[must_use]
    pub fn entry(&self, game: &Game, entry: &GameEntry) -> Option<Sentence> {
        Telling { voice: self, game, entry, points: entry.after.points }.sentence(Tense::Then)
    }

    /// The entry as it is announced: one that is put into an earlier place tells the score as it is now,
    /// for the score of back then would be heard as the present one.
    #[must_use]
    pub fn spoken(&self, game: &Game, entry: &GameEntry) -> Option<Sentence> {
        let behind = game.entries().iter().rev().take_while(|other| other.seq != entry.seq);
        let is_late =
            behind.into_iter().any(|other| other.seq < entry.seq && matches!(other.what, What::Entry(_)));
        if !is_late {
            return self.entry(game, entry);
        }
        Telling { voice: self, game, entry, points: game.state().points }.sentence(Tense::Late)
    }

    /// Whether the entry stands out in the course of its game, in whatever language.
    #[must_use]
    pub fn stands_out(&self, game: &Game, entry: &GameEntry) -> bool {
        let telling = Telling { voice: self, game, entry, points: entry.after.points };
        entry.replaces.is_some() || telling.rank().is_some_and(|rank| rank.landmark)
    }
}

/// Whether an entry is told in its place or after it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tense {
    Then,
    Late,
}

pub(super) struct Telling<'a> {
    pub(super) voice: &'a Voice,
    pub(super) game: &'a Game,
    pub(super) entry: &'a GameEntry,
    /// The score to tell.
    pub(super) points: [i64; 2],
}

/// How an entry ranks among the others.
pub(super) struct Rank {
    pub(super) level: Level,
    pub(super) to: Urgency,
    pub(super) key: String,
    pub(super) kind: String,
    pub(super) landmark: bool,
}

impl Rank {
    pub(super) fn new(kind: &str, level: Level) -> Self {
        Self { level, to: Urgency::Polite, key: String::new(), kind: kind.to_owned(), landmark: false }
    }

    pub(super) fn landmark(mut self) -> Self {
        self.landmark = true;
        self
    }

    pub(super) fn keyed(mut self, key: &str) -> Self {
        key.clone_into(&mut self.key);
        self
    }

    /// What changes the score interrupts, and makes an older word about the score needless.
    pub(super) fn of_score(mut self) -> Self {
        self.to = Urgency::Assertive;
        self.level = self.level.min(Level::Key);
        self.landmark().keyed("score")
    }
}

impl<'a> Telling<'a> {
    fn sentence(&self, tense: Tense) -> Option<Sentence> {
        let mut rank = self.rank()?;
        let text = match &self.entry.what {
            What::Void { target, cascade, reason } => self.void(*target, cascade, reason.as_deref()),
            What::Entry(what) => {
                let text = self.what(what)?;
                match self.entry.replaces {
                    Some(wrong) => self.corrected(wrong, what, text),
                    None if tense == Tense::Late && rank.key == "score" => self.late(text),
                    None => text,
                }
            }
        };
        if self.entry.replaces.is_some() {
            rank.landmark = true;
        }
        if rank.key.is_empty() {
            rank.key = format!("entry-{}", self.entry.seq);
        }
        let Rank { level, to, key, kind, landmark } = rank;
        Some(Sentence { text, level, to, key, kind, landmark })
    }

    fn what(&self, what: &Entry) -> Option<String> {
        match what {
            Entry::Action(action) => Some(self.play(action)),
            Entry::Comment { text, .. } => Some(text.clone()),
            Entry::Clock(_) => None,
            Entry::Segment(change) => Some(self.segment(change)),
            Entry::State { to, reason, award } => Some(self.state(*to, reason.as_deref(), award.as_ref())),
            Entry::Review(review) => Some(self.review(review)),
            Entry::Adjust { side, counter, to, reason } => {
                Some(self.adjust(side, counter, *to, reason.as_deref()))
            }
        }
    }

    fn rank(&self) -> Option<Rank> {
        match &self.entry.what {
            What::Void { target, .. } => self.rank_of_void(*target),
            What::Entry(what) => self.rank_of(what),
        }
    }

    pub(super) fn rank_of(&self, what: &Entry) -> Option<Rank> {
        match what {
            Entry::Action(action) => Some(self.rank_of_play(action)),
            Entry::Comment { urgency: Urgency::Assertive, .. } => {
                let rank = Rank::new("comment", Level::Always);
                Some(Rank { to: Urgency::Assertive, ..rank })
            }
            Entry::Comment { .. } => Some(Rank::new("comment", Level::All)),
            Entry::Clock(_) => None,
            Entry::Segment(_) => Some(Rank::new("segment", Level::Key).landmark().keyed("state")),
            Entry::State { to, .. } => Some(Self::rank_of_state(*to)),
            Entry::Review(review) => Some(self.rank_of_review(review)),
            Entry::Adjust { counter, .. } => {
                let rank = Rank::new("adjust", Level::Key).landmark();
                Some(if self.game.sport().points(counter) == 0 { rank } else { rank.of_score() })
            }
        }
    }

    /// The values every message gets: nothing is absent, so that no message can fail for want of one.
    pub(super) fn values(&self) -> FluentArgs<'static> {
        let mut values = self.score_values();
        for name in [
            "side",
            "player",
            "other",
            "label",
            "the",
            "the-start",
            "target",
            "reason",
            "sentence",
            "now",
            "clock",
        ] {
            values.set(name, "");
        }
        for name in ["sided", "paired", "scored", "reasoned", "awarded-score"] {
            values.set(name, "no");
        }
        for name in ["value", "minute", "added", "cascaded"] {
            values.set(name, 0);
        }
        values.set("has", "nothing");
        values.set("time", "minute");
        values.set("award", "awarded");
        values.set("ended", "normal");
        values.set("winner", "");
        values.set("noun", self.game.sport().noun.clone());
        values
    }

    fn score_values(&self) -> FluentArgs<'static> {
        let mut values = self.voice.score_values(self.game, self.points);
        let after = self.entry.after.shootout;
        let kicks =
            after.or_else(|| self.game.state().shootout.as_ref().map(|s| s.score())).unwrap_or_default();
        values.set("home-kicks", kicks[0]);
        values.set("away-kicks", kicks[1]);
        values
    }

    /// Whether the entry counts; one that was taken back is told without a score.
    pub(super) fn counts(&self) -> bool {
        self.entry.voided_by.is_none() && self.entry.replaced_by.is_none()
    }

    pub(super) fn set_side(&self, values: &mut FluentArgs<'_>, side: Option<&str>) {
        if let Some(side) = side {
            values.set("side", self.voice.side(self.game, side));
            values.set("sided", "yes");
        }
    }

    pub(super) fn set_reason(values: &mut FluentArgs<'_>, reason: Option<&str>) {
        let reason = reason.map(|text| text.trim().trim_end_matches('.')).filter(|text| !text.is_empty());
        if let Some(reason) = reason {
            values.set("reason", reason.to_owned());
            values.set("reasoned", "yes");
        }
    }

    /// Sets who and when, and which of the two there is.
    pub(super) fn set_detail(&self, values: &mut FluentArgs<'_>, side: Option<&str>, player: Option<&str>) {
        if let Some(player) = player {
            values.set("player", self.voice.player(self.game, side, player));
        }
        let timed = self.entry.at.as_ref().is_some_and(|at| self.set_time(values, at));
        values.set(
            "has",
            match (player.is_some(), timed) {
                (true, true) => "player-time",
                (true, false) => "player",
                (false, true) => "time",
                (false, false) => "nothing",
            },
        );
    }

    fn set_time(&self, values: &mut FluentArgs<'_>, at: &GameTime) -> bool {
        if let Some((minute, added)) = self.game.minute(at) {
            values.set("minute", minute);
            if let Some(added) = added {
                values.set("added", added);
                values.set("time", "added");
            }
            return true;
        }
        let Some(clock) = self.game.minute_text(at) else { return false };
        values.set("clock", clock);
        values.set("time", "clock");
        true
    }

    pub(super) fn say(&self, ids: &[String], values: &FluentArgs<'_>) -> String {
        self.voice.say(ids, values).expect("the last message of every list stands in English, by test")
    }

    pub(super) fn sport(&self) -> &'a str {
        &self.game.sport().id
    }
}
