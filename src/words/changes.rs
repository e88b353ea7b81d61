//! Changes of a game's course: segments, states, reviews, counters set by hand.

use fluent_bundle::FluentArgs;

use super::facts;
use super::sentence::Level;
use super::telling::{Rank, Telling};
use crate::domain::event::{Award, Entry, Review, SegmentDo, State, Urgency};
use crate::domain::game::{Effect, GameEntry, What};

impl Telling<'_> {
    pub(super) fn segment(&self, change: &SegmentDo) -> String {
        let effects = &self.entry.after.effects;
        if effects.contains(&Effect::Ended) {
            return self.state(State::Final, None, None);
        }
        let present = self.entry.after.segment;
        match (self.began(), change) {
            (Some(segment), _) => self.segment_began(segment),
            (None, SegmentDo::Start(_)) if present.is_some() => {
                self.segment_began(present.unwrap_or_default())
            }
            (None, _) => {
                let mut values = self.values();
                let segment = self.ended_segment();
                let label = segment.map_or_else(String::new, |s| self.voice.segment_label(self.game, s));
                values.set("label", label);
                self.set_standing(&mut values);
                let def = segment.and_then(|segment| self.game.sport().segments.get(segment));
                let own = def.map(|def| format!("segment-end-{}-{}", self.sport(), def.id));
                let ids: Vec<_> = own.into_iter().chain(["segment-end".to_owned()]).collect();
                self.say(&ids, &values)
            }
        }
    }

    fn began(&self) -> Option<usize> {
        self.entry.after.effects.iter().find_map(|effect| match effect {
            Effect::SegmentBegan(segment) => Some(*segment),
            _ => None,
        })
    }

    /// Which segment this entry ended: by its game time, else by how the game stood before it.
    fn ended_segment(&self) -> Option<usize> {
        let named = self.entry.at.as_ref().and_then(|at| self.game.sport().segment(&at.segment));
        named.or_else(|| self.before().find_map(|other| other.after.segment))
    }

    /// The counting entries before this one, latest first.
    fn before(&self) -> impl Iterator<Item = &GameEntry> {
        let entries = self.game.entries().iter().rev();
        let before = entries.skip_while(|other| other.seq != self.entry.seq).skip(1);
        before.filter(|other| other.voided_by.is_none() && other.replaced_by.is_none())
    }

    pub(super) fn segment_began(&self, segment: usize) -> String {
        let mut values = self.values();
        let Some(def) = self.game.sport().segments.get(segment) else {
            return self.voice.state_label(self.game);
        };
        let (id, kind) = (&def.id, facts::segment_kind(def.kind));
        values.set("label", self.voice.segment_label(self.game, segment));
        self.set_standing(&mut values);
        self.say(&[format!("segment-{}-{id}", self.sport()), format!("segment-{kind}")], &values)
    }

    pub(super) fn state(&self, to: State, reason: Option<&str>, award: Option<&Award>) -> String {
        // Turning live out of an interval is how the next segment may be begun by hand.
        if to == State::Live
            && let Some(segment) = self.began()
        {
            return self.segment_began(segment);
        }
        let mut values = self.values();
        Self::set_reason(&mut values, reason);
        self.set_standing(&mut values);
        self.set_ended(&mut values);
        if let Some(award) = award {
            self.set_side(&mut values, award.side.as_deref());
            values.set("award", award.kind.clone());
            if let Some([home, away]) = award.score {
                values.set("awarded-score", "yes");
                values.set("home-score", home);
                values.set("away-score", away);
            }
        }
        let state = match to {
            State::Live => self.turn_live(),
            other => other.as_str(),
        };
        self.say(&[format!("state-{}-{state}", self.sport()), format!("state-{state}")], &values)
    }

    /// Whether a game that turns live begins, goes on, or was wrongly over: by what came before.
    fn turn_live(&self) -> &'static str {
        for other in self.before() {
            if other.after.effects.contains(&Effect::Ended) {
                return "reopened";
            }
            match &other.what {
                What::Entry(Entry::State { to: State::Suspended | State::Interval, .. }) => return "resumed",
                What::Entry(Entry::State {
                    to: State::Final | State::Abandoned | State::Awarded, ..
                }) => {
                    return "reopened";
                }
                What::Entry(Entry::Segment(_)) => return "resumed",
                _ => {}
            }
        }
        "live"
    }

    pub(super) fn rank_of_state(to: State) -> Rank {
        let rank = Rank::new("state", Level::Key).landmark().keyed("state");
        match to {
            State::Abandoned => Rank { level: Level::Always, to: Urgency::Assertive, ..rank },
            _ => rank,
        }
    }

    pub(super) fn review(&self, review: &Review) -> String {
        let mut values = self.values();
        let label = self.game.sport().review.as_ref().map(|review| review.label.clone());
        let label = label.unwrap_or_else(|| self.say(&["review-label".to_owned()], &values));
        values.set("label", label);
        let id = match review {
            Review::Open { of } => {
                self.set_target(&mut values, *of);
                "review-open"
            }
            Review::Stands => {
                self.set_standing(&mut values);
                "review-stands"
            }
            Review::Overturned => {
                self.set_target(&mut values, self.overturned());
                self.set_standing(&mut values);
                "review-overturned"
            }
        };
        self.say(&[id.to_owned()], &values)
    }

    pub(super) fn rank_of_review(&self, review: &Review) -> Rank {
        let rank = Rank::new("review", Level::Key).landmark().keyed("review");
        let scored = self.overturned().is_some_and(|seq| self.scores(seq));
        if *review == Review::Overturned && scored { rank.of_score() } else { rank }
    }

    fn overturned(&self) -> Option<u64> {
        self.entry.after.effects.iter().find_map(|effect| match effect {
            Effect::Overturned(seq) => Some(*seq),
            _ => None,
        })
    }

    pub(super) fn adjust(&self, side: &str, counter: &str, to: i64, reason: Option<&str>) -> String {
        let mut values = self.values();
        self.set_side(&mut values, Some(side));
        Self::set_reason(&mut values, reason);
        values.set("label", facts::counter_label(self.game, counter).to_owned());
        values.set("value", to);
        if self.game.sport().points(counter) == 0 {
            return self.say(&["adjust".to_owned()], &values);
        }
        self.set_standing(&mut values);
        self.say(&["adjust-score".to_owned()], &values)
    }

    pub(super) fn set_standing(&self, values: &mut FluentArgs<'_>) {
        // Before the first segment there is no score to tell.
        if self.counts() && !self.game.state().segments.is_empty() {
            values.set("scored", "yes");
        }
    }

    pub(super) fn set_ended(&self, values: &mut FluentArgs<'_>) {
        let Some(result) = &self.game.state().result else { return };
        values.set("ended", result.kind.clone());
        if let Some(winner) = result.winner {
            values.set("winner", self.voice.side(self.game, &self.game.sport().sides[winner]));
        }
    }
}
