//! The pump: committed events become boards, and what changed in a board goes to the hub.
//!
//! One task, started by `app` as a critical one. It keeps its own replicas, marks channels dirty and
//! publishes for each `diff(last published, present)`. The first change of a quiet channel goes out at once,
//! what follows within the flush time goes out together; that is all coalescing there is.
//!
//! A language, a desk's board and a game closed long ago are opened when first asked for.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use async_channel::{Receiver, Sender};
use serde_json::Value;
use smol::future::FutureExt as _;

use super::asked::game_of;
use super::boards::{Boards, Request};
use super::game::Audience;
use super::polls::{TALLY_MS, Turn, Vote};
use super::replica::Replica;
use super::{desk, diff, game, games, say, venue};
use crate::domain::event::{Event, Stream};
use crate::domain::poll::PollId;
use crate::domain::venue::Venue;
use crate::domain::{GameId, Seq};
use crate::hub::{ChannelId, Class, Hub, Update};
use crate::ledger::outcome::Batch;
use crate::runtime::{self, Shutdown, Time, rfc3339};
use crate::wire::{ChannelName, Subject};
use crate::words::catalogue::{Voice, Words};

/// Reads all events of one game or poll from the log, in order of `seq`; nothing for one there is not.
pub type Load = Arc<dyn Fn(Stream) -> smol::future::Boxed<Vec<Arc<Event>>> + Send + Sync>;

/// Reads the hash of the record up to an event, in hexadecimal.
pub type Hashes = Arc<dyn Fn(Seq) -> smol::future::Boxed<Option<String>> + Send + Sync>;

/// How the pump is set up.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The language of a channel whose name has none.
    pub language: String,
    /// How long changes of a channel are gathered after one was published; 0 gathers nothing.
    pub coalesce_ms: u64,
    /// The present start of the box; running clocks of other starts are not shown as running.
    pub boot: u32,
}

/// The pump. Built, given the history of open games, then run.
pub struct Pump {
    pub(super) hub: Hub,
    pub(super) words: Words,
    pub(super) time: Time,
    pub(super) settings: Settings,
    pub(super) load: Load,
    pub(super) hashes: Option<Hashes>,
    pub(super) replicas: BTreeMap<GameId, Replica>,
    pub(super) polls: BTreeMap<PollId, Vote>,
    pub(super) venue: Venue,
    pub(super) shown: BTreeMap<ChannelName, Shown>,
    pub(super) dirty: BTreeSet<ChannelName>,
    pub(super) reaching: Vec<(ChannelName, Stream, Seq, Sender<()>)>,
    pub(super) recalled: VecDeque<Stream>,
    // Requests that wait for a game or poll to be read from the log.
    pub(super) loading: HashMap<Stream, Vec<Request>>,
    pub(super) loaded: (Sender<Loaded>, Receiver<Loaded>),
    pub(super) requests: (Sender<Request>, Receiver<Request>),
}

/// What was read from the log.
pub(super) enum Loaded {
    Events(Stream, Vec<Arc<Event>>),
    Record(PollId, String),
}

/// A channel as last published, and what has come since.
pub(super) struct Shown {
    pub(super) id: ChannelId,
    board: Value,
    pub(super) quiet_from: u64,
    pub(super) news: Vec<Seq>,
    pub(super) turns: Vec<Turn>,
    pub(super) trace: Vec<String>,
    // When the first of what is not yet published arrived.
    pub(super) since_ms: Option<u64>,
}

/// What the pump waits for.
enum Input {
    Batch(Arc<Batch>),
    Request(Request),
    Loaded(Loaded),
    Due,
    Stop,
}

impl Pump {
    /// A pump without games; the channels `games` and `venue` are open.
    #[must_use]
    pub fn new(hub: Hub, words: Words, time: Time, settings: Settings, load: Load) -> Self {
        let mut pump = Self {
            hub,
            words,
            time,
            settings,
            load,
            hashes: None,
            replicas: BTreeMap::new(),
            polls: BTreeMap::new(),
            venue: Venue::default(),
            shown: BTreeMap::new(),
            dirty: BTreeSet::new(),
            reaching: Vec::new(),
            recalled: VecDeque::new(),
            loading: HashMap::new(),
            loaded: async_channel::unbounded(),
            // A crowd that asks faster than boards are made waits at the door, not in memory.
            requests: async_channel::bounded(256),
        };
        for subject in [Subject::Games, Subject::Venue] {
            pump.open(&ChannelName::new(subject));
        }
        pump
    }

    /// The same pump, which shows beside the result of a poll the hash of the record it rests on.
    #[must_use]
    pub fn with_hashes(mut self, hashes: Hashes) -> Self {
        self.hashes = Some(hashes);
        self
    }

    /// The handle by which others ask for boards.
    #[must_use]
    pub fn boards(&self) -> Boards {
        Boards { hub: self.hub.clone(), requests: self.requests.0.clone() }
    }

    /// Publishes what is due at `now_ms` and returns when something is due next.
    pub fn flush(&mut self, now_ms: u64) -> Option<u64> {
        let mut next = None;
        for name in std::mem::take(&mut self.dirty) {
            let Some(quiet_from) = self.shown.get(&name).map(|shown| shown.quiet_from) else { continue };
            if quiet_from > now_ms {
                next = Some(next.map_or(quiet_from, |next: u64| next.min(quiet_from)));
                self.dirty.insert(name);
            } else {
                self.publish(&name, now_ms);
            }
        }
        self.answer_reached();
        next
    }

    /// Runs until `batches` ends or `shutdown` is raised; what was committed by then is published.
    pub async fn run(mut self, batches: Receiver<Arc<Batch>>, shutdown: Shutdown) {
        let requests = self.requests.1.clone();
        let loaded = self.loaded.1.clone();
        loop {
            let next = self.flush(self.time.now_ms());
            let due = async {
                match next {
                    Some(at) => {
                        runtime::sleep(Duration::from_millis(at.saturating_sub(self.time.now_ms()))).await;
                        Input::Due
                    }
                    None => std::future::pending().await,
                }
            };
            let batch = async { batches.recv().await.map_or(Input::Stop, Input::Batch) };
            let request = async {
                match requests.recv().await {
                    Ok(request) => Input::Request(request),
                    Err(_) => std::future::pending().await,
                }
            };
            let recalled = async {
                match loaded.recv().await {
                    Ok(loaded) => Input::Loaded(loaded),
                    Err(_) => std::future::pending().await,
                }
            };
            let stop = async {
                shutdown.wait().await;
                Input::Stop
            };
            match batch.or(due).or(recalled).or(request).or(stop).await {
                Input::Batch(batch) => self.take(&batch.events).await,
                Input::Request(request) => self.request(request),
                Input::Loaded(Loaded::Events(stream, events)) => self.recall(stream, &events),
                Input::Loaded(Loaded::Record(poll, hash)) => self.note_record(poll, hash),
                Input::Due => {}
                Input::Stop => break,
            }
        }
        while let Ok(batch) = batches.try_recv() {
            self.take(&batch.events).await;
        }
        self.flush_all();
        // A request left in the queue would keep its asker waiting for ever.
        self.requests.1.close();
        while self.requests.1.try_recv().is_ok() {}
    }

    /// The channel of that name, opened if need be; `None` where there is nothing to show or to say it in.
    pub(super) fn open(&mut self, name: &ChannelName) -> Option<ChannelId> {
        if let Some(shown) = self.shown.get(name) {
            return Some(shown.id);
        }
        if name.lang.as_deref().is_some_and(|lang| !self.words.languages().any(|known| known == lang)) {
            return None;
        }
        let board = self.render(name)?;
        let class = match name.subject {
            Subject::Venue => Class::Venue,
            Subject::Desk(_) => Class::Staff,
            Subject::Poll(_) => Class::Tally,
            _ => Class::Score,
        };
        let id = self.hub.open(name, class, board.clone());
        let (news, turns, trace) = (Vec::new(), Vec::new(), Vec::new());
        let shown = Shown { id, board, quiet_from: 0, news, turns, trace, since_ms: None };
        self.shown.insert(name.clone(), shown);
        Some(id)
    }

    fn publish(&mut self, name: &ChannelName, now_ms: u64) {
        let Some(board) = self.render(name) else { return };
        let voice = self.voice(name.lang.as_deref());
        let game = game_of(name.subject).and_then(|id| self.replicas.get(&id)).and_then(|replica| {
            if matches!(name.subject, Subject::Desk(_)) { replica.staff() } else { replica.public() }
        });
        let Some(shown) = self.shown.get(name) else { return };
        let mut say = game.map_or_else(Vec::new, |game| say::lines(game, voice, &shown.news));
        say.extend(self.vote_lines(voice, &shown.turns));
        let t = rfc3339(self.time.wall_ms());
        let Some(shown) = self.shown.get_mut(name) else { return };
        shown.news.clear();
        shown.turns.clear();
        let trace = std::mem::take(&mut shown.trace);
        let since_ms = shown.since_ms.take();
        let patch = diff::diff(&shown.board, &board);
        let is_empty = patch.as_object().is_some_and(serde_json::Map::is_empty);
        if is_empty && say.is_empty() {
            return;
        }
        shown.board.clone_from(&board);
        let gathered =
            if matches!(name.subject, Subject::Poll(_)) { TALLY_MS } else { self.settings.coalesce_ms };
        shown.quiet_from = now_ms + gathered;
        self.hub.publish(shown.id, Update { board, patch, say, t, trace, since_ms });
    }

    fn render(&self, name: &ChannelName) -> Option<Value> {
        let voice = self.voice(name.lang.as_deref());
        let boot = self.settings.boot;
        match name.subject {
            Subject::Games => {
                let public = self.replicas.values().filter_map(Replica::public);
                Some(games::render(public, voice, boot, self.time.wall_ms()))
            }
            Subject::Venue => {
                let own = self.settings.language.as_str();
                let others = self.words.languages().filter(|lang| *lang != own);
                let languages: Vec<_> = std::iter::once(own).chain(others).collect();
                let polls = self.polls.values().map(|vote| &vote.poll);
                Some(venue::render(&self.venue, &languages, polls, self.time.wall_ms()))
            }
            Subject::Poll(id) => Some(self.polls.get(&PollId(id))?.board(voice)),
            Subject::Game(id) => {
                let game = self.replicas.get(&GameId(id))?.public()?;
                Some(game::render(game, voice, boot, Audience::Public))
            }
            Subject::Desk(id) => Some(desk::render(self.replicas.get(&GameId(id))?.staff()?, voice, boot)),
            Subject::Chat(_) | Subject::Me | Subject::Ops | Subject::Moderation => None,
        }
    }

    pub(super) fn voice(&self, lang: Option<&str>) -> &Voice {
        self.words.voice(lang.unwrap_or(&self.settings.language))
    }

    /// The open channels of a subject: one for each language in use.
    pub(super) fn channels(&self, subject: Subject) -> Vec<ChannelName> {
        let first = ChannelName::new(subject);
        self.shown
            .range(first..)
            .map(|(name, _)| name)
            .take_while(|n| n.subject == subject)
            .cloned()
            .collect()
    }

    pub(super) fn flush_all(&mut self) {
        let now_ms = self.time.now_ms();
        for name in std::mem::take(&mut self.dirty) {
            self.publish(&name, now_ms);
        }
        self.answer_reached();
    }
}

impl std::fmt::Debug for Pump {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pump")
            .field("games", &self.replicas.len())
            .field("polls", &self.polls.len())
            .field("channels", &self.shown.len())
            .finish()
    }
}
