//! The channel `ops`: how the box is, for its staff, measured while somebody watches.
//!
//! Opened once by `app`. Status page, JSON and metrics ask it for the present figures; whoever follows the channel
//! gets them every few seconds. While nobody looks nothing is measured and nothing runs.

use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use async_channel::{Receiver, Sender};
use rusqlite::Connection;
use serde_json::{Map, Value, json};
use smol::lock::{Mutex, MutexGuard};

use super::boards::Boards;
use super::diff;
use super::game::put;
use super::health::{self, Measured, Stored};
use crate::domain::event::State;
use crate::domain::game::Game;
use crate::hub::frame::Retained;
use crate::hub::{ChannelId, Class, Hub, Update};
use crate::ledger::error::LedgerError;
use crate::ledger::{Ledger, offline, schema};
use crate::runtime::{self, Time, machine, rfc3339};
use crate::wire::{ChannelName, Subject};
use crate::words::catalogue::Voice;

/// How often the channel is told what has changed.
const EVERY: Duration = Duration::from_secs(3);
/// A figure younger than this is good enough for the next who asks: many may, and each look reads the disk.
const FRESH_MS: u64 = 1_000;
/// How long after somebody last asked the channel is kept up, for those who poll it.
const WATCHED_MS: u64 = 60_000;
/// What does not answer within this is told to be so.
const PATIENCE: Duration = Duration::from_secs(2);
/// Wall time that is off by more than this was set by somebody; less is drift.
const MOVED_MS: i64 = 2_000;
/// More games at once are more than one page or one board can hold.
const GAMES: usize = 60;

/// Where the figures come from.
#[derive(Clone, Debug)]
pub struct Sources {
    /// Counts and delays; and the channel.
    pub hub: Hub,
    /// Commits, and the data folder.
    pub ledger: Ledger,
    /// The games in progress.
    pub boards: Boards,
    /// The clocks.
    pub time: Time,
    /// The data folder.
    pub data: PathBuf,
    /// Connections the listener takes; the hub's places are no more than these.
    pub connections: usize,
    /// The build.
    pub build: String,
}

/// The handle; cloned freely. Its task ends with the last of them.
#[derive(Clone)]
pub struct Ops(Arc<Inner>);

struct Inner {
    sources: Sources,
    channel: ChannelId,
    // Wall time at the zero of the monotonic line, as believed when the box started.
    origin_ms: i64,
    asked_ms: AtomicU64,
    asked: Sender<()>,
    latest: Mutex<Option<(u64, Measured)>>,
}

impl fmt::Debug for Ops {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ops").field("channel", &self.0.channel).finish_non_exhaustive()
    }
}

impl Ops {
    /// Opens the channel, and starts the task that keeps it up while somebody watches.
    #[must_use]
    pub fn open(sources: Sources) -> Self {
        let channel = sources.hub.open(&ChannelName::new(Subject::Ops), Class::Staff, json!({}));
        let origin_ms = origin_ms(&sources.time);
        let (asked, asking) = async_channel::bounded(1);
        let inner =
            Inner { sources, channel, origin_ms, asked_ms: 0.into(), asked, latest: Mutex::default() };
        let ops = Self(Arc::new(inner));
        runtime::spawn(watch(Arc::downgrade(&ops.0), asking));
        ops
    }

    /// Somebody begins to follow the channel, or polls it: its board is of this moment, and kept up from now on.
    pub async fn follow(&self) {
        self.0.asked_ms.store(self.0.sources.time.now_ms(), Ordering::Relaxed);
        self.fresh().await;
        // Full when the task has not heard the last call yet: once is enough.
        let _ = self.0.asked.try_send(());
    }

    /// The figures of this moment.
    pub async fn measure(&self) -> Measured {
        self.fresh().await.1
    }

    /// The board with the figures of this moment, as followers of the channel have it.
    pub async fn board(&self) -> Option<Arc<Retained>> {
        self.fresh().await;
        self.0.sources.hub.retained(self.0.channel)
    }

    /// Measures and publishes, unless that was done a moment ago.
    async fn fresh(&self) -> (u64, Measured) {
        let mut latest: MutexGuard<'_, Option<(u64, Measured)>> = self.0.latest.lock().await;
        let now_ms = self.0.sources.time.now_ms();
        if let Some(known) = latest.as_ref().filter(|(then_ms, _)| now_ms.saturating_sub(*then_ms) < FRESH_MS)
        {
            return known.clone();
        }
        let measured = (now_ms, self.0.measure().await);
        self.0.publish(health::render(&measured.1));
        *latest = Some(measured.clone());
        measured
    }

    fn is_watched(&self) -> bool {
        let Sources { hub, time, .. } = &self.0.sources;
        let since_ms = time.now_ms().saturating_sub(self.0.asked_ms.load(Ordering::Relaxed));
        hub.ending().is_none() && (hub.followers(self.0.channel) > 0 || since_ms < WATCHED_MS)
    }
}

/// Sleeps until somebody asks, then keeps the channel up until nobody does.
async fn watch(ops: Weak<Inner>, asking: Receiver<()>) {
    while asking.recv().await.is_ok() {
        while let Some(ops) = ops.upgrade().map(Ops).filter(Ops::is_watched) {
            ops.fresh().await;
            drop(ops);
            runtime::sleep(EVERY).await;
        }
    }
}

fn origin_ms(time: &Time) -> i64 {
    time.wall_ms().saturating_sub_unsigned(time.now_ms())
}

impl Inner {
    async fn measure(&self) -> Measured {
        let Sources { hub, ledger, boards, time, connections, build, .. } = &self.sources;
        let mut games = runtime::timeout(PATIENCE, boards.running()).await.flatten();
        let stored = self.stored(actors(games.as_ref())).await;
        if let (Some(games), Some((_, names))) = (&mut games, &stored) {
            name_scorers(games, names);
        }
        let origin_ms = origin_ms(time);
        let moved_ms = origin_ms.saturating_sub(self.origin_ms);
        let is_moved = moved_ms.abs() > MOVED_MS;
        Measured {
            stats: hub.stats(),
            places: hub.places().min(*connections),
            delays: hub.delays(),
            pulse: ledger.pulse(),
            stored: stored.map(|(stored, _)| stored),
            memory: machine::memory(),
            wall_trusted: time.wall_plausible(),
            wall_moved_ms: is_moved.then_some(moved_ms),
            up_ms: time.now_ms(),
            started_ms: if is_moved { origin_ms } else { self.origin_ms },
            start: ledger.boot(),
            build: build.clone(),
            games,
        }
    }

    /// What the data folder tells, asked on the ledger's reading thread: a disk that hangs must not hang the box.
    async fn stored(&self, actors: Vec<String>) -> Option<(Stored, Map<String, Value>)> {
        let (data, start) = (self.sources.data.clone(), self.sources.ledger.boot());
        let reading = self.sources.ledger.read(move |conn| {
            let database = schema::database(&data);
            let mut wal = database.clone().into_os_string();
            wal.push("-wal");
            let size = |path: &std::path::Path| std::fs::metadata(path).map_or(0, |file| file.len());
            let stored = Stored {
                disk: machine::disk(&data).ok(),
                database: size(&database),
                wal: size(wal.as_ref()),
                backup_ms: offline::last_backup(&data),
                trusted_since: trusted_since(conn)?.min(start),
            };
            Ok((stored, names(conn, &actors)?))
        });
        match runtime::timeout(PATIENCE, reading).await? {
            Ok(stored) => Some(stored),
            Err(error) => {
                log::warn!("read the data folder for the status page: {error}");
                None
            }
        }
    }

    fn publish(&self, board: Value) {
        let Sources { hub, time, .. } = &self.sources;
        let Some(shown) = hub.retained(self.channel) else { return };
        let patch = diff::diff(&shown.board, &board);
        if patch.as_object().is_some_and(|patch| !patch.is_empty()) {
            let t = rfc3339(time.wall_ms());
            hub.publish(self.channel, Update { board, patch, t, ..Update::default() });
        }
    }
}

/// The first start of those, up to the present one, at which wall time was believed.
fn trusted_since(conn: &Connection) -> Result<u32, LedgerError> {
    let last_doubted = "SELECT ifnull(max(number), 0) FROM boot WHERE wall_trusted = 0";
    Ok(conn.query_row(last_doubted, [], |row| row.get::<_, u32>(0))? + 1)
}

/// The games in progress, by id, with when something was last entered and by whom.
pub(super) fn running<'a>(games: impl Iterator<Item = &'a Game>, voice: &Voice, boot: u32) -> Value {
    let in_progress = games.filter(|game| {
        let state = game.state().state;
        game.withdrawn.is_none() && matches!(state, State::Live | State::Interval | State::Suspended)
    });
    let games = in_progress.take(GAMES).map(|game| {
        let side = |index: usize| {
            let id = &game.sport().sides[index];
            game.setup.sides.get(id).map(|side| side.name.clone()).filter(|name| !name.is_empty())
        };
        let clock = &game.state().clock;
        let mut shown = Map::new();
        shown.insert("id".into(), game.id.0.into());
        put(&mut shown, "home", side(0));
        put(&mut shown, "away", side(1));
        put(&mut shown, "venue", game.setup.venue.as_deref());
        shown.insert("score_text".into(), game.score_text().into());
        shown.insert("state".into(), game.state().state.as_str().into());
        shown.insert("state_label".into(), voice.state_label(game).into());
        shown.insert("running".into(), (clock.running && clock.boot == boot).into());
        put(&mut shown, "scorer", game.scorer.as_ref().map(|actor| actor.0.as_str()));
        if let Some(stamp) = &game.last_entry {
            shown.insert("last_entry_at".into(), rfc3339(stamp.wall_ms).into());
            // Wall time may have been set since; on the box's own line ages are right in any case.
            put(&mut shown, "last_entry_ms", (stamp.boot == boot).then_some(stamp.mono_ms));
        }
        (game.id.to_string(), Value::Object(shown))
    });
    Value::Object(games.collect())
}

/// Who scores the games, as the log names them.
fn actors(games: Option<&Value>) -> Vec<String> {
    let games = games.and_then(Value::as_object).into_iter().flat_map(Map::values);
    games.filter_map(|game| game["scorer"].as_str().map(str::to_owned)).collect()
}

/// The people's own names by the log's.
fn names(conn: &Connection, actors: &[String]) -> Result<Map<String, Value>, LedgerError> {
    use rusqlite::OptionalExtension as _;
    let mut names = Map::new();
    let mut query = conn.prepare_cached("SELECT name FROM user WHERE id = ?1")?;
    for actor in actors {
        let Some(id) = actor.strip_prefix("user:").and_then(|id| id.parse::<i64>().ok()) else { continue };
        if let Some(name) = query.query_row([id], |row| row.get::<_, String>(0)).optional()? {
            names.insert(actor.clone(), name.into());
        }
    }
    Ok(names)
}

fn name_scorers(games: &mut Value, names: &Map<String, Value>) {
    for game in games.as_object_mut().into_iter().flat_map(Map::values_mut) {
        if let Some(name) = game["scorer"].as_str().and_then(|actor| names.get(actor)).cloned() {
            game["scorer"] = name;
        }
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;
    use serde_json::json;

    use super::{actors, name_scorers, names, trusted_since};

    #[test]
    fn scorers_are_told_by_their_own_names() {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch("CREATE TABLE user (id INTEGER, name TEXT); INSERT INTO user VALUES (3, 'Olga')")
            .unwrap();
        let mut games = json!({
            "1": {"scorer": "user:3"}, "2": {"scorer": "user:4"}, "3": {"scorer": "token:3"}, "4": {},
        });
        let found = names(&conn, &actors(Some(&games))).unwrap();
        name_scorers(&mut games, &found);
        // Somebody removed since, and a feed, keep the name the log has for them.
        let told = json!({
            "1": {"scorer": "Olga"}, "2": {"scorer": "user:4"}, "3": {"scorer": "token:3"}, "4": {},
        });
        assert_eq!(games, told);
    }

    #[test]
    fn wall_time_is_believed_since_the_start_after_the_last_doubt() {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch("CREATE TABLE boot (number INTEGER, wall_trusted INTEGER)").unwrap();
        assert_eq!(trusted_since(&conn).unwrap(), 1);
        conn.execute_batch("INSERT INTO boot VALUES (1, 1), (2, 0), (3, 1), (4, 1)").unwrap();
        assert_eq!(trusted_since(&conn).unwrap(), 3);
    }
}
