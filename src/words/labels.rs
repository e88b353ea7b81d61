//! Names and short labels: sides, players, states, segments, and the summary after an absence.

use fluent_bundle::FluentArgs;

use super::catalogue::Voice;
use crate::domain::event::State;
use crate::domain::game::Game;

impl Voice {
    /// What a state is called beside the score: `Half time`, `Suspended`.
    #[must_use]
    pub fn state_label(&self, game: &Game) -> String {
        let folded = game.state();
        if matches!(folded.state, State::Live | State::Interval)
            && let Some(segment) = folded.segment
        {
            return self.segment_label(game, segment);
        }
        let state = folded.state.as_str();
        let ids = [format!("label-state-{}-{state}", game.sport().id), format!("label-state-{state}")];
        self.say(&ids, &FluentArgs::new()).unwrap_or_else(|| state.to_owned())
    }

    /// What a segment is called, by its index in the sport file.
    #[must_use]
    pub fn segment_label(&self, game: &Game, segment: usize) -> String {
        let Some(def) = game.sport().segments.get(segment) else { return String::new() };
        let ids = [format!("label-segment-{}-{}", game.sport().id, def.id)];
        self.say(&ids, &FluentArgs::new()).unwrap_or_else(|| def.label.clone())
    }

    /// What is said once to somebody who was away while `n` things happened.
    #[must_use]
    pub fn catch_up(&self, n: usize, game: &Game) -> String {
        self.count("catch-up", n, game)
    }

    /// What is said instead of `n` sentences that came at once.
    #[must_use]
    pub fn many(&self, n: usize, game: &Game) -> String {
        self.count("many", n, game)
    }

    /// The score as a sentence: `Reds 2, Blues 1.`
    #[must_use]
    pub fn score(&self, game: &Game) -> String {
        self.say(&["score".to_owned()], &self.score_values(game, game.state().points)).unwrap_or_default()
    }

    /// A shoot-out's score as a sentence.
    #[must_use]
    pub fn shootout(&self, game: &Game) -> Option<String> {
        let [home, away] = game.state().shootout.as_ref()?.score();
        let mut values = self.score_values(game, game.state().points);
        values.set("home-kicks", home);
        values.set("away-kicks", away);
        self.say(&["shootout-standing".to_owned()], &values)
    }

    /// How a game ended, as a sentence: `Reds win.`
    #[must_use]
    pub fn result(&self, game: &Game) -> Option<String> {
        let result = game.state().result.as_ref()?;
        let mut values = FluentArgs::new();
        let winner = result.winner.map(|winner| self.side(game, &game.sport().sides[winner]));
        let id = match (&winner, result.kind.as_str()) {
            (None, "abandoned" | "no_result") => "result-none",
            (None, _) => "result-draw",
            (Some(_), _) => "result-won",
        };
        values.set("winner", winner.unwrap_or_default());
        values.set("kind", result.kind.clone());
        values.set("noun", game.sport().noun.clone());
        self.say(&[id.to_owned()], &values)
    }

    fn count(&self, id: &str, n: usize, game: &Game) -> String {
        let mut values = self.score_values(game, game.state().points);
        values.set("n", n);
        self.say(&[id.to_owned()], &values).unwrap_or_default()
    }

    pub(super) fn score_values(&self, game: &Game, points: [i64; 2]) -> FluentArgs<'static> {
        let mut values = FluentArgs::new();
        let [home, away] = &game.sport().sides;
        values.set("home", self.side(game, home));
        values.set("away", self.side(game, away));
        values.set("home-score", points[0]);
        values.set("away-score", points[1]);
        values
    }

    /// A side's name by its id in the sport file.
    pub(super) fn side(&self, game: &Game, id: &str) -> String {
        game.setup.sides.get(id).map_or_else(|| id.to_owned(), |side| self.name(&side.name))
    }

    /// A player's name as spoken: entered by number or name of the squad, or any name.
    pub(super) fn player(&self, game: &Game, side: Option<&str>, entered: &str) -> String {
        let squad = side.and_then(|side| game.setup.sides.get(side)).map_or(&[][..], |side| &side.players);
        let player = squad.iter().find(|p| p.number.as_deref() == Some(entered) || p.name == entered);
        player.map_or_else(|| self.name(entered), |p| self.name(p.say.as_deref().unwrap_or(&p.name)))
    }
}
