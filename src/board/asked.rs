//! What the pump is asked: channels, pages and moments, and what is read from the log for them.
//!
//! Called by [`super::pump`] alone, on its task. A game or poll closed long ago is folded when somebody asks
//! for it, and let go of again when others are.

use std::sync::Arc;

use super::boards::Request;
use super::pump::{Loaded, Pump};
use super::replica::Replica;
use super::{games, ops, timeline};
use crate::domain::GameId;
use crate::domain::event::{Event, Stream};
use crate::domain::poll::PollId;
use crate::runtime;
use crate::wire::Subject;

/// How many games closed long ago are kept at hand after somebody asked for them.
const RECALLED_GAMES: usize = 64;

/// How many polls: one may hold ten thousand ballots.
const RECALLED_POLLS: usize = 8;

impl Pump {
    pub(super) fn request(&mut self, request: Request) {
        let stream = match &request {
            Request::Open { channel, .. } => stream_of(channel.subject),
            Request::Reach { stream, .. } => Some(*stream),
            Request::Page { game, .. } => Some(Stream::Game(*game)),
            Request::Running { .. } => None,
            // Nothing is read for it: who voted in a poll of long ago is nobody's any more.
            Request::Cast { .. } => None,
        };
        match stream {
            Some(stream) if !self.is_at_hand(stream) => self.load_for(stream, request),
            _ => self.answer(request),
        }
    }

    pub(super) fn is_at_hand(&self, stream: Stream) -> bool {
        match stream {
            Stream::Game(id) => self.replicas.contains_key(&id),
            Stream::Poll(id) => self.polls.contains_key(&id),
            Stream::Venue => true,
        }
    }

    fn load_for(&mut self, stream: Stream, request: Request) {
        let waiting = self.loading.entry(stream).or_default();
        waiting.push(request);
        if waiting.len() > 1 {
            return;
        }
        let (history, loaded) = ((self.load)(stream), self.loaded.0.clone());
        runtime::spawn(async move {
            let _ = loaded.send(Loaded::Events(stream, history.await)).await;
        });
    }

    pub(super) fn recall(&mut self, stream: Stream, events: &[Arc<Event>]) {
        if !events.is_empty() && !self.is_at_hand(stream) {
            // The log may be ahead of the batches: what is read here comes as no news later, so what was just
            // made would never get onto the list.
            match stream {
                Stream::Game(id) => {
                    self.replicas.insert(id, Replica::of(events));
                    self.dirty.extend(self.channels(Subject::Games));
                    self.recalled.push_back(stream);
                }
                Stream::Poll(_) if self.recall_poll(events) => {
                    self.dirty.extend(self.channels(Subject::Venue));
                    self.recalled.push_back(stream);
                }
                _ => {}
            }
            self.forget_oldest(|stream| matches!(stream, Stream::Game(_)), RECALLED_GAMES);
            self.forget_oldest(|stream| matches!(stream, Stream::Poll(_)), RECALLED_POLLS);
        }
        for request in self.loading.remove(&stream).unwrap_or_default() {
            self.answer(request);
        }
    }

    /// Forgets the one recalled first of that kind where there are more than `most`.
    fn forget_oldest(&mut self, kind: impl Fn(&Stream) -> bool, most: usize) {
        if self.recalled.iter().filter(|stream| kind(stream)).count() <= most {
            return;
        }
        if let Some(oldest) = self.recalled.iter().position(kind).and_then(|at| self.recalled.remove(at)) {
            self.forget(oldest);
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
            Request::Reach { channel, stream, seq, reply } => {
                // Answered by the flush that follows, once what is due has been published.
                self.reaching.push((channel, stream, seq, reply));
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
            Request::Cast { voters, command, reply } => {
                let found = voters.into_iter().find_map(|(id, voter)| {
                    let cast = self.polls.get(&id)?.poll.cast_with(&voter, &command)?;
                    Some((id, voter, cast.clone()))
                });
                let _ = reply.try_send(found);
            }
        }
    }

    pub(super) fn answer_reached(&mut self) {
        let (replicas, polls, dirty) = (&self.replicas, &self.polls, &self.dirty);
        self.reaching.retain(|(channel, stream, seq, reply)| {
            let last = match stream {
                Stream::Game(id) => replicas.get(id).map(Replica::last_seq),
                Stream::Poll(id) => polls.get(id).map(|vote| vote.poll.last_seq),
                Stream::Venue => None,
            };
            let is_shown = last.is_some_and(|last| last >= *seq) && !dirty.contains(channel);
            if is_shown {
                let _ = reply.try_send(());
            }
            !is_shown && !reply.is_closed()
        });
    }

    /// Lets go of games and polls that were over a day ago: called when a new one comes, so that what a box
    /// keeps at hand follows what is played on it.
    pub(super) fn retire(&mut self) {
        let wall_ms = self.time.wall_ms();
        let past = |replica: &Replica| replica.staff().is_some_and(|game| games::is_past(game, wall_ms));
        let games = self.replicas.iter().filter(|(_, r)| past(r)).map(|(id, _)| Stream::Game(*id));
        let polls = self.past_polls().into_iter().map(Stream::Poll);
        let past: Vec<_> = games.chain(polls).filter(|stream| !self.recalled.contains(stream)).collect();
        for stream in past {
            self.forget(stream);
        }
    }

    fn forget(&mut self, stream: Stream) {
        let subjects = match stream {
            Stream::Game(id) => {
                self.replicas.remove(&id);
                vec![Subject::Game(id.0), Subject::Desk(id.0)]
            }
            Stream::Poll(id) => {
                self.polls.remove(&id);
                vec![Subject::Poll(id.0)]
            }
            Stream::Venue => Vec::new(),
        };
        let names: Vec<_> = subjects.into_iter().flat_map(|subject| self.channels(subject)).collect();
        for name in names {
            if let Some(shown) = self.shown.remove(&name) {
                self.hub.close(shown.id);
            }
            self.dirty.remove(&name);
        }
    }
}

pub(super) fn game_of(subject: Subject) -> Option<GameId> {
    match subject {
        Subject::Game(id) | Subject::Desk(id) => Some(GameId(id)),
        _ => None,
    }
}

fn stream_of(subject: Subject) -> Option<Stream> {
    match subject {
        Subject::Poll(id) => Some(Stream::Poll(PollId(id))),
        _ => game_of(subject).map(Stream::Game),
    }
}
