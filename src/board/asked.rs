//! What the pump is asked: channels, pages and moments, and the games that are read from the log for them.
//!
//! Called by [`super::pump`] alone, on its task. A game closed long ago is folded when somebody asks for it,
//! and let go of again when others are.

use std::sync::Arc;

use super::boards::Request;
use super::pump::Pump;
use super::replica::Replica;
use super::{games, ops, timeline};
use crate::domain::GameId;
use crate::domain::event::Event;
use crate::runtime;
use crate::wire::Subject;

/// How many games closed long ago are kept at hand after somebody asked for them.
const RECALLED: usize = 64;

impl Pump {
    pub(super) fn request(&mut self, request: Request) {
        let game = match &request {
            Request::Open { channel, .. } => game_of(channel.subject),
            Request::Reach { game, .. } | Request::Page { game, .. } => Some(*game),
            Request::Running { .. } => None,
        };
        match game {
            Some(id) if !self.replicas.contains_key(&id) => self.load_for(id, request),
            _ => self.answer(request),
        }
    }

    fn load_for(&mut self, id: GameId, request: Request) {
        let waiting = self.loading.entry(id).or_default();
        waiting.push(request);
        if waiting.len() > 1 {
            return;
        }
        let (history, loaded) = ((self.load)(id), self.loaded.0.clone());
        runtime::spawn(async move {
            let _ = loaded.send((id, history.await)).await;
        });
    }

    pub(super) fn recall(&mut self, id: GameId, events: &[Arc<Event>]) {
        if !events.is_empty() && !self.replicas.contains_key(&id) {
            self.replicas.insert(id, Replica::of(events));
            self.recalled.push_back(id);
            // The log may be ahead of the batches: what is read here comes as no news later, so a game that
            // was just made would never get onto the list.
            self.dirty.extend(self.channels(Subject::Games));
            if self.recalled.len() > RECALLED
                && let Some(oldest) = self.recalled.pop_front()
            {
                self.forget(oldest);
            }
        }
        for request in self.loading.remove(&id).unwrap_or_default() {
            self.answer(request);
        }
    }

    /// Answers from what is at hand; a reply that is dropped means there is nothing.
    fn answer(&mut self, request: Request) {
        match request {
            Request::Open { channel, reply } => {
                if let Some(id) = self.open(&channel) {
                    let _ = reply.try_send(id);
                }
            }
            Request::Reach { game, seq, reply } => {
                // Answered by the flush that follows, once what is due has been published.
                self.reaching.push((game, seq, reply));
            }
            Request::Running { reply } => {
                let games = self.replicas.values().filter_map(Replica::staff);
                let _ = reply.try_send(ops::running(games, self.voice(None), self.settings.boot));
            }
            Request::Page { game, lang, before, limit, reply } => {
                let voice = self.voice(lang.as_deref());
                if let Some(game) = self.replicas.get(&game).and_then(Replica::public) {
                    let _ = reply.try_send(timeline::page(game, voice, before.as_ref(), limit));
                }
            }
        }
    }

    pub(super) fn answer_reached(&mut self) {
        let (replicas, dirty) = (&self.replicas, &self.dirty);
        self.reaching.retain(|(game, seq, reply)| {
            let is_folded = replicas.get(game).is_some_and(|replica| replica.last_seq() >= *seq);
            let is_shown = is_folded && !dirty.iter().any(|name| game_of(name.subject) == Some(*game));
            if is_shown {
                let _ = reply.try_send(());
            }
            !is_shown && !reply.is_closed()
        });
    }

    /// Lets go of games that were over a day ago: called when a new game comes, so that what a box keeps
    /// at hand follows what is played on it.
    pub(super) fn retire(&mut self) {
        let wall_ms = self.time.wall_ms();
        let past = |replica: &Replica| replica.staff().is_some_and(|game| games::is_past(game, wall_ms));
        let past: Vec<_> = self.replicas.iter().filter(|(_, r)| past(r)).map(|(id, _)| *id).collect();
        for id in past.into_iter().filter(|id| !self.recalled.contains(id)).collect::<Vec<_>>() {
            self.forget(id);
        }
    }

    fn forget(&mut self, id: GameId) {
        self.replicas.remove(&id);
        for subject in [Subject::Game(id.0), Subject::Desk(id.0)] {
            for name in self.channels(subject) {
                if let Some(shown) = self.shown.remove(&name) {
                    self.hub.close(shown.id);
                }
                self.dirty.remove(&name);
            }
        }
    }
}

pub(super) fn game_of(subject: Subject) -> Option<GameId> {
    match subject {
        Subject::Game(id) | Subject::Desk(id) => Some(GameId(id)),
        _ => None,
    }
}
