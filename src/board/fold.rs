//! How committed events come into the pump's replicas, and which channels each of them changes.
//!
//! Called by [`super::pump`] alone, on its task; polls are in [`super::polls`].

use std::collections::BTreeSet;
use std::sync::Arc;

use super::pump::Pump;
use super::replica::Replica;
use crate::domain::GameId;
use crate::domain::event::{Event, EventBody, Stream, Visibility};
use crate::domain::game::Game;
use crate::wire::{ChannelName, Subject};

impl Pump {
    /// Takes the games the ledger has open and shows their boards; nothing of it is spoken.
    pub async fn restore(&mut self, games: Vec<Game>) {
        for game in games {
            let id = game.id;
            let replica = match Replica::of_public(game) {
                Some(replica) => replica,
                // What staff alone may see cannot be unfolded from a game, only folded without.
                None => Replica::of(&(self.load)(id.into()).await),
            };
            self.replicas.insert(id, replica);
            self.open(&ChannelName::new(Subject::Game(id.0)));
        }
        self.dirty.extend(self.channels(Subject::Games));
        self.flush_all();
    }

    /// Folds committed events, in order of `seq`, and marks what they change. A game or poll not at hand
    /// must have been read before; [`Self::run`] sees to it.
    pub fn absorb(&mut self, events: &[Arc<Event>]) {
        for event in events {
            // Whoever asked for it first, it is at work now, and not let go of like one of last year.
            self.recalled.retain(|recalled| *recalled != event.stream);
            match event.stream {
                Stream::Game(id) => self.absorb_game(id, event),
                Stream::Poll(id) => self.absorb_poll(id, event),
                Stream::Venue => self.absorb_venue(event),
            }
        }
    }

    fn absorb_game(&mut self, id: GameId, event: &Event) {
        if matches!(event.body, EventBody::GameCreated(_)) {
            self.replicas.entry(id).or_default();
        }
        let Some(replica) = self.replicas.get_mut(&id) else {
            // An empty replica in its place would keep the game from ever being read again.
            log::error!("cannot show event {} of game {id}: the game could not be read", event.seq);
            return;
        };
        if event.seq <= replica.last_seq() {
            return;
        }
        replica.absorb(event);
        let is_public = event.visibility == Visibility::Public;
        if matches!(event.body, EventBody::GameCreated(_)) {
            self.retire();
            self.open(&ChannelName::new(Subject::Game(id.0)));
        }
        let mut touched = self.channels(Subject::Desk(id.0));
        if is_public {
            touched.extend(self.channels(Subject::Game(id.0)));
            touched.extend(self.channels(Subject::Games));
        }
        for name in touched {
            let Some(shown) = self.shown.get_mut(&name) else { continue };
            if name.subject != Subject::Games {
                shown.news.push(event.seq);
            }
            // A desk is no phone: how soon its people see their own entries is another figure.
            if event.stamp.boot == self.settings.boot && !matches!(name.subject, Subject::Desk(_)) {
                shown.since_ms.get_or_insert(event.stamp.mono_ms);
            }
            if shown.trace.last() != Some(&event.command) {
                shown.trace.push(event.command.clone());
            }
            self.dirty.insert(name);
        }
    }

    fn absorb_venue(&mut self, event: &Event) {
        if let EventBody::VenueChanged(change) = &event.body {
            self.venue.apply(change);
            self.dirty.extend(self.channels(Subject::Venue));
        }
    }

    /// Absorbs a batch, after reading the games and polls in it that are not at hand: a correction of last
    /// year's.
    pub(super) async fn take(&mut self, events: &[Arc<Event>]) {
        let is_made = |event: &Arc<Event>| {
            matches!(event.body, EventBody::GameCreated(_) | EventBody::PollCreated { .. })
        };
        let made: BTreeSet<_> = events.iter().filter(|e| is_made(e)).map(|event| event.stream).collect();
        let named: BTreeSet<_> = events.iter().map(|event| event.stream).collect();
        for stream in named.into_iter().filter(|stream| !made.contains(stream)) {
            if self.is_at_hand(stream) {
                continue;
            }
            let mut history = (self.load)(stream).await;
            // The log holds the batch already; it is to come as news.
            history.retain(|event| events.first().is_none_or(|first| event.seq < first.seq));
            self.recall(stream, &history);
        }
        self.absorb(events);
    }
}
