//! Plays: goals, cards, corners, attempts in a shoot-out, and what they led to.

use super::facts;
use super::sentence::Level;
use super::telling::{Rank, Telling};
use crate::domain::event::{Action, Urgency};
use crate::domain::game::Effect;

impl Telling<'_> {
    pub(super) fn play(&self, action: &Action) -> String {
        let mut values = self.values();
        let known = facts::action(self.game, &action.action);
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
        let label = known.as_ref().map_or(action.action.as_str(), |known| known.label);
        values.set("label", label.to_owned());
        if self.counts() && known.as_ref().is_some_and(|known| known.scores) {
            values.set("scored", "yes");
        }
        let mut ids = Vec::new();
        match action.scored {
            Some(true) => ids.push("attempt-scored".to_owned()),
            Some(false) => ids.push("attempt-missed".to_owned()),
            None => {
                ids.extend(known.as_ref().and_then(|known| known.message).map(str::to_owned));
                let (sport, id) = (self.sport(), &action.action);
                ids.extend(action.tags.iter().map(|tag| format!("action-{id}-{tag}")));
                ids.extend([format!("action-{sport}-{id}"), format!("action-{id}"), "action".to_owned()]);
            }
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
                let label = facts::sanction(self.game, to).map_or(to.as_str(), |sanction| sanction.label);
                values.set("label", label.to_owned());
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
        if action.scored.is_some() {
            return Rank { to: Urgency::Assertive, ..rank.landmark().keyed("score") };
        }
        if facts::action(self.game, id).is_some_and(|known| known.scores) {
            return rank.of_score();
        }
        let escalated = self.entry.after.effects.iter().find_map(|effect| match effect {
            Effect::Escalated { to } => Some(to.as_str()),
            _ => None,
        });
        let sends_off = |id: &str| facts::sanction(self.game, id).is_some_and(|sanction| sanction.sends_off);
        if sends_off(id) || escalated.is_some_and(sends_off) {
            return rank.landmark();
        }
        if facts::sanction(self.game, id).is_some() {
            return rank;
        }
        match id {
            "penalty" | "penalty_missed" => rank.landmark(),
            "substitution" => rank,
            "added_time" => rank.keyed("added"),
            _ => Rank::new(id, Level::All),
        }
    }
}
