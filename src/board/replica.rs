//! The pump's own copy of a game, by the same fold as the ledger's; twice where staff see more.

use std::sync::Arc;

use crate::domain::Seq;
use crate::domain::apply::apply;
use crate::domain::event::{Event, EventBody, Visibility};
use crate::domain::game::Game;

/// A game as everybody sees it, and as staff do.
#[derive(Debug, Default)]
pub struct Replica {
    // Folds public events alone; absent while the game itself is not public.
    public: Option<Game>,
    // Folds all events; absent while both are the same.
    staff: Option<Game>,
    last_seq: Seq,
}

impl Replica {
    /// The replica these events of one game lead to.
    #[must_use]
    pub fn of(events: &[Arc<Event>]) -> Self {
        let mut replica = Self::default();
        for event in events {
            replica.absorb(event);
        }
        replica
    }

    /// A game folded already, if everything in it is public.
    #[must_use]
    pub fn of_public(game: Game) -> Option<Self> {
        let is_public = game.entries().iter().all(|entry| entry.visibility == Visibility::Public);
        let last_seq = game.last_seq;
        is_public.then_some(Self { public: Some(game), staff: None, last_seq })
    }

    /// Folds an event in; one already folded in changes nothing.
    pub fn absorb(&mut self, event: &Event) {
        if event.seq <= self.last_seq {
            return;
        }
        self.last_seq = event.seq;
        let is_public = event.visibility == Visibility::Public;
        if let EventBody::GameCreated(setup) = &event.body {
            let game = Game::new(setup.id, setup.game.clone(), event);
            if is_public {
                self.public = Some(game)
            } else {
                self.staff = Some(game)
            }
            return;
        }
        if matches!(event.body, EventBody::ScorerChanged { .. }) {
            // Known to both, as the public board never shows it: a game need not be kept twice for its sake.
            self.public.iter_mut().chain(self.staff.as_mut()).for_each(|game| apply(game, event));
            return;
        }
        if !is_public && self.staff.is_none() {
            self.staff.clone_from(&self.public);
        }
        if let Some(staff) = &mut self.staff {
            apply(staff, event);
        }
        if is_public && let Some(public) = &mut self.public {
            apply(public, event);
        }
    }

    /// The game as everybody sees it.
    #[must_use]
    pub fn public(&self) -> Option<&Game> {
        self.public.as_ref()
    }

    /// The game as staff see it.
    #[must_use]
    pub fn staff(&self) -> Option<&Game> {
        self.staff.as_ref().or(self.public.as_ref())
    }

    /// The number of the last event folded in.
    #[must_use]
    pub fn last_seq(&self) -> Seq {
        self.last_seq
    }
}
