//! Corrections: what was taken back, what stands in another's place, what was forgotten.

use fluent_bundle::FluentArgs;

use super::facts;
use super::sentence::Level;
use super::telling::{Rank, Telling};
use crate::domain::Seq;
use crate::domain::event::{Action, Entry};
use crate::domain::game::What;

impl Telling<'_> {
    pub(super) fn void(&self, target: Seq, cascade: &[Seq], reason: Option<&str>) -> String {
        let mut values = self.values();
        self.set_target(&mut values, Some(target));
        Self::set_reason(&mut values, reason);
        values.set("cascaded", cascade.len());
        values.set("now", self.voice.state_label(self.game));
        let mut ids = match self.told(target) {
            Some(Entry::Action(action)) => {
                if self.scores(target) {
                    self.set_standing(&mut values);
                }
                vec![format!("void-{}", action.action)]
            }
            Some(Entry::Comment { .. }) => vec!["void-comment".to_owned()],
            Some(other) => {
                self.set_standing(&mut values);
                vec![
                    match other {
                        Entry::Segment(_) => "void-segment",
                        Entry::Review(_) => "void-review",
                        Entry::Adjust { .. } => "void-adjust",
                        _ => "void-state",
                    }
                    .to_owned(),
                ]
            }
            None => Vec::new(),
        };
        ids.push("void".to_owned());
        self.say(&ids, &values)
    }

    /// `None` where the entry itself was never told: nobody need hear that the clock was set right.
    pub(super) fn rank_of_void(&self, target: Seq) -> Option<Rank> {
        let rank = Rank::new("correction", Level::Key).landmark().keyed(&format!("entry-{target}"));
        if self.scores(target) {
            return Some(rank.of_score());
        }
        let level = match self.told(target) {
            Some(what) => self.rank_of(what)?.level,
            None => Level::All,
        };
        Some(Rank { level: level.max(Level::Key), ..rank })
    }

    /// The sentence of an entry that stands in the place of `wrong`.
    pub(super) fn corrected(&self, wrong: Seq, what: &Entry, sentence: String) -> String {
        let mut values = self.values();
        values.set("sentence", sentence);
        let same = match (self.told(wrong), what) {
            (Some(Entry::Action(old)), Entry::Action(new)) => {
                (&old.action, &old.side) == (&new.action, &new.side)
            }
            (Some(Entry::Action(_)), _) => false,
            _ => true,
        };
        if same {
            return self.say(&["corrected".to_owned()], &values);
        }
        self.set_target(&mut values, Some(wrong));
        self.say(&["replaced".to_owned()], &values)
    }

    pub(super) fn late(&self, sentence: String) -> String {
        let mut values = self.values();
        values.set("sentence", sentence);
        self.say(&["late".to_owned()], &values)
    }

    /// Names the entry that is corrected or looked at again.
    pub(super) fn set_target(&self, values: &mut FluentArgs<'_>, target: Option<Seq>) {
        let Some(Entry::Action(action)) = target.and_then(|seq| self.told(seq)) else { return };
        self.set_side(values, action.side.as_deref());
        let the = self.the(action);
        let mut start = the.chars();
        let capital = start.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default();
        values.set("the-start", capital + start.as_str());
        values.set("the", the);
        // The bare label, for languages that would have to bend "the goal" after a preposition.
        values.set("target", facts::action_label(self.game, &action.action).to_owned());
    }

    fn the(&self, action: &Action) -> String {
        let mut values = FluentArgs::new();
        let id = if facts::is_attempt(self.game, action) { "attempt" } else { action.action.as_str() };
        values.set("label", facts::action_label(self.game, &action.action).to_owned());
        self.say(
            &[format!("the-{}-{id}", self.sport()), format!("the-{id}"), "the-action".to_owned()],
            &values,
        )
    }

    /// Whether the entry changed the score while it counted.
    pub(super) fn scores(&self, seq: Seq) -> bool {
        match self.told(seq) {
            Some(Entry::Action(action)) => facts::scores(self.game, action),
            Some(Entry::Adjust { counter, .. }) => self.game.sport().points(counter) != 0,
            _ => false,
        }
    }

    fn told(&self, seq: Seq) -> Option<&Entry> {
        match &self.game.entry(seq)?.what {
            What::Entry(entry) => Some(entry),
            What::Void { .. } => None,
        }
    }
}
