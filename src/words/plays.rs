//! Plays: goals, cards, corners, attempts in a shoot-out, and what they led to.

use super::facts;
use super::sentence::Level;
use super::telling::{Rank, Telling};
use crate::domain::event::Action;
use crate::domain::game::Effect;
use crate::domain::sport::Group;

impl Telling<'_> {
    pub(super) fn play(&self, action: &Action) -> String {
        let mut values = self.values();
        let known = self.game.sport().action(&action.action);
        let side = action.side.as_deref();
        self.set_side(&mut values, side);
        self.set_detail(&mut values, side, action.player.as_deref());
        if let Some(other) = &action.other {
            values.set("other", self.voice.player(self.game, side, other));
            values.set("paired", "yes");
        }
        if let Some(value) = action.value {
            values.set("value", value);
        }
        values.set("label", facts::action_label(self.game, &action.action).to_owned());
        if self.counts() && known.is_some_and(|def| facts::adds_points(self.game, def)) {
            values.set("scored", "yes");
        }
        let mut ids = Vec::new();
        if facts::is_attempt(self.game, action) {
            let outcome = if action.scored == Some(true) { "attempt-scored" } else { "attempt-missed" };
            ids.push(outcome.to_owned());
        } else {
            ids.extend(self.game.sport().words.get(&action.action).cloned());
            let (sport, id) = (self.sport(), &action.action);
            ids.extend(action.tags.iter().map(|tag| format!("action-{id}-{tag}")));
            ids.extend([format!("action-{sport}-{id}"), format!("action-{id}"), "action".to_owned()]);
        }
        let mut sentences = vec![self.say(&ids, &values)];
        sentences.extend(self.entry.after.effects.iter().filter_map(|effect| self.effect(effect, action)));
        sentences
            .extend(action.text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned));
        sentences.join(" ")
    }

    /// What a play came to beyond itself, as a sentence after its own.
    fn effect(&self, effect: &Effect, action: &Action) -> Option<String> {
        let mut values = self.values();
        match effect {
            Effect::Escalated { to } => {
                self.set_detail(&mut values, action.side.as_deref(), action.player.as_deref());
                values.set("label", facts::action_label(self.game, to).to_owned());
                Some(self.say(&[format!("escalated-{to}"), "escalated".to_owned()], &values))
            }
            Effect::Ended => {
                self.set_ended(&mut values);
                Some(self.say(&["over".to_owned()], &values))
            }
            Effect::SegmentBegan(segment) => Some(self.segment_began(*segment)),
            Effect::Overturned(_) => None,
        }
    }

    pub(super) fn rank_of_play(&self, action: &Action) -> Rank {
        let id = action.action.as_str();
        let rank = Rank::new(id, Level::Key);
        if facts::scores(self.game, action) {
            return rank.of_score();
        }
        let escalated = self.entry.after.effects.iter().any(|effect| match effect {
            Effect::Escalated { to } => facts::sends_off(self.game, to),
            _ => false,
        });
        if escalated || facts::sends_off(self.game, id) {
            return rank.landmark();
        }
        let Some(def) = self.game.sport().action(id) else { return Rank::new(id, Level::All) };
        match (def.key, def.group) {
            (true, Group::Course) => rank.landmark().keyed(id),
            (true, _) => rank.landmark(),
            // A caution and a change of players are worth a word even where the file makes no more of them.
            (false, Group::Discipline) => rank,
            (false, Group::Course) => rank.keyed(id),
            (false, _) if def.other.is_some() => rank,
            (false, _) => Rank::new(id, Level::All),
        }
    }
}
