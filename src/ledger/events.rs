//! The log as SQL: appends events and reads them back, folded where a game is wanted.
//!
//! Both threads use it, the writer inside its transaction and the reader on its own connection.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, OptionalExtension as _, params};

use super::chain::{self, GENESIS, Hash, Head};
use super::codec::{self, DecodeError, Row, Sports, Texts};
use super::error::LedgerError;
use super::outcome::{self, Outcome};
use super::polls::apply_to_venue;
use super::schema::{count, int};
use super::text::{self, TextKind, TextRef};
use crate::domain::apply::apply;
use crate::domain::clock::Stamp;
use crate::domain::event::{Event, EventBody, Stream};
use crate::domain::game::Game;
use crate::domain::poll::{Poll, PollId};
use crate::domain::sport::Sport;
use crate::domain::venue::Venue;
use crate::domain::{GameId, Seq};

/// The sports frozen in this log, each parsed once; shared by both threads.
#[derive(Debug, Default)]
pub(super) struct SportCache(Mutex<HashMap<String, Arc<Sport>>>);

impl SportCache {
    /// Freezes a sport on its first use.
    pub(super) fn freeze(&self, conn: &Connection, sport: &Arc<Sport>) -> Result<(), LedgerError> {
        conn.prepare_cached(
            "INSERT INTO sport (hash, id, source) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        )?
        .execute(params![sport.hash, sport.id, sport.source])?;
        self.lock().entry(sport.hash.clone()).or_insert_with(|| sport.clone());
        Ok(())
    }

    fn get(&self, conn: &Connection, hash: &str, seq: Seq) -> Result<Arc<Sport>, LedgerError> {
        if let Some(sport) = self.lock().get(hash) {
            return Ok(sport.clone());
        }
        let unreadable = |what: String| LedgerError::Unreadable { seq, what };
        let (id, source): (String, String) = conn
            .query_row("SELECT id, source FROM sport WHERE hash = ?1", [hash], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?
            .ok_or_else(|| unreadable(format!("the sport file {hash} is not in the database")))?;
        let sport = Sport::parse(&format!("{id}.toml"), &source)
            .map_err(|e| unreadable(format!("its sport file, {} line {}: {}", e.file, e.line, e.what)))?;
        let sport = Arc::new(sport);
        self.lock().insert(hash.to_owned(), sport.clone());
        Ok(sport)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Sport>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where the codec finds what stands beside an event.
struct Beside<'a> {
    conn: &'a Connection,
    sports: &'a SportCache,
    seq: Seq,
    stream: &'a str,
}

impl Texts for Beside<'_> {
    type Error = LedgerError;

    fn put(&mut self, kind: TextKind, value: &str) -> Result<TextRef, LedgerError> {
        Ok(text::put(self.conn, self.seq, self.stream, kind, value)?)
    }

    fn get(&mut self, wanted: &TextRef) -> Result<String, LedgerError> {
        match text::get(self.conn, wanted.id)? {
            Some(kept) => Ok(kept.shown(wanted.id)),
            None => {
                let what = format!("its text {} is not in the database", wanted.id);
                Err(LedgerError::Unreadable { seq: self.seq, what })
            }
        }
    }
}

impl Sports for Beside<'_> {
    type Error = LedgerError;

    fn sport(&mut self, hash: &str) -> Result<Arc<Sport>, LedgerError> {
        self.sports.get(self.conn, hash, self.seq)
    }
}

/// Appends an event after `head` and returns the new head. The caller's transaction makes it durable.
pub(super) fn append(
    conn: &Connection,
    sports: &SportCache,
    head: &Head,
    event: &Event,
) -> Result<Head, LedgerError> {
    if let EventBody::GameCreated(setup) = &event.body {
        sports.freeze(conn, &setup.game.sport)?;
    }
    let stream = codec::stream_text(event.stream);
    let row = codec::encode(event, &mut Beside { conn, sports, seq: event.seq, stream: &stream })?;
    let hash = chain::hash(&head.hash, &row);
    conn.prepare_cached(
        "INSERT INTO event (seq, stream, visibility, ord, boot, mono_ms, wall_ms, wall_trusted, actor, command, \
         version, body, prev_hash, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
    )?
    .execute(params![
        int(row.seq),
        row.stream,
        row.visibility,
        row.order,
        row.stamp.boot,
        int(row.stamp.mono_ms),
        row.stamp.wall_ms,
        row.stamp.wall_trusted,
        row.actor,
        row.command,
        row.version,
        row.body,
        head.hash,
        hash,
    ])?;
    Ok(Head { seq: row.seq, hash })
}

/// The end of the log.
pub(super) fn head(conn: &Connection) -> Result<Head, LedgerError> {
    let head = conn
        .query_row("SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1", [], |row| {
            Ok(Head { seq: count(row.get(0)?), hash: row.get(1)? })
        })
        .optional()?;
    Ok(head.unwrap_or(Head { seq: 0, hash: GENESIS }))
}

/// A stored event with its hashes.
pub(super) struct Link {
    pub(super) row: Row,
    pub(super) prev_hash: Hash,
    pub(super) hash: Hash,
}

const COLUMNS: &str = "seq, stream, visibility, ord, boot, mono_ms, wall_ms, wall_trusted, actor, command, \
                       version, body";

/// Up to `limit` events after `after`, undecoded, with their hashes.
pub(super) fn links(conn: &Connection, after: Seq, limit: u64) -> Result<Vec<Link>, LedgerError> {
    let mut statement = conn.prepare_cached(&format!(
        "SELECT {COLUMNS}, prev_hash, hash FROM event WHERE seq > ?1 ORDER BY seq LIMIT ?2"
    ))?;
    let rows = statement.query_map([int(after), int(limit)], |row| {
        Ok((read_row(row)?, row.get::<_, Vec<u8>>(12)?, row.get::<_, Vec<u8>>(13)?))
    })?;
    rows.map(|row| {
        let (row, prev, hash) = row?;
        let seq = row.seq;
        let whole = |bytes: Vec<u8>| {
            Hash::try_from(bytes)
                .map_err(|_| LedgerError::Damaged { seq, what: "a hash of it has another length".to_owned() })
        };
        Ok(Link { row, prev_hash: whole(prev)?, hash: whole(hash)? })
    })
    .collect()
}

fn read_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    Ok(Row {
        seq: count(row.get(0)?),
        stream: row.get(1)?,
        visibility: row.get(2)?,
        order: row.get(3)?,
        stamp: Stamp {
            boot: row.get(4)?,
            mono_ms: count(row.get(5)?),
            wall_ms: row.get(6)?,
            wall_trusted: row.get(7)?,
        },
        actor: row.get(8)?,
        command: row.get(9)?,
        version: row.get(10)?,
        body: row.get(11)?,
    })
}

/// Which events are wanted.
#[derive(Clone, Copy, Debug)]
pub struct LogQuery {
    /// Those after this number; 0 for all.
    pub after: Seq,
    /// At most so many.
    pub limit: u64,
    /// Of one stream alone.
    pub stream: Option<Stream>,
    /// Who asks.
    pub audience: Audience,
}

/// Who asks for events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Anybody: public events alone.
    Public,
    /// The box itself and staff: every event.
    Staff,
}

/// The events asked for, by rising number.
pub(super) fn select(
    conn: &Connection,
    sports: &SportCache,
    query: &LogQuery,
) -> Result<Vec<Event>, LedgerError> {
    let stream = query.stream.map(codec::stream_text);
    let by_stream = if stream.is_some() { "AND stream = ?3" } else { "AND ?3 IS NULL" };
    let public = match query.audience {
        Audience::Public => "AND visibility = 'public'",
        Audience::Staff => "",
    };
    let mut statement = conn.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM event WHERE seq > ?1 {by_stream} {public} ORDER BY seq LIMIT ?2"
    ))?;
    let rows = statement.query_map(params![int(query.after), int(query.limit), stream], read_row)?;
    rows.map(|row| {
        let row = row?;
        let mut beside = Beside { conn, sports, seq: row.seq, stream: &row.stream };
        codec::decode(&row, &mut beside).map_err(|error| match error {
            DecodeError::Fetch(cause) => cause,
            other => LedgerError::Unreadable { seq: row.seq, what: other.to_string() },
        })
    })
    .collect()
}

/// All events of one game, of every visibility.
pub(super) fn events_of(
    conn: &Connection,
    sports: &SportCache,
    game: GameId,
) -> Result<Vec<Event>, LedgerError> {
    let stream = Some(Stream::Game(game));
    select(conn, sports, &LogQuery { after: 0, limit: u64::MAX, stream, audience: Audience::Staff })
}

/// A game folded from its events; `None` when there is no such game.
pub(super) fn game(conn: &Connection, sports: &SportCache, id: GameId) -> Result<Option<Game>, LedgerError> {
    let mut game = None;
    for event in events_of(conn, sports, id)? {
        fold(&mut game, &event);
    }
    Ok(game)
}

/// A poll folded from its events; `None` when there is no such poll.
pub(super) fn poll(conn: &Connection, sports: &SportCache, id: PollId) -> Result<Option<Poll>, LedgerError> {
    let stream = Some(Stream::Poll(id));
    let query = LogQuery { after: 0, limit: u64::MAX, stream, audience: Audience::Staff };
    let mut poll: Option<Poll> = None;
    for event in select(conn, sports, &query)? {
        match (&event.body, &mut poll) {
            (EventBody::PollCreated { id, poll: new }, poll) => {
                *poll = Some(Poll::new(*id, (**new).clone(), &event));
            }
            (_, Some(poll)) => poll.apply(&event),
            (_, None) => {}
        }
    }
    Ok(poll)
}

/// The venue folded from its events.
pub(super) fn venue(conn: &Connection, sports: &SportCache) -> Result<Venue, LedgerError> {
    let stream = Some(Stream::Venue);
    let query = LogQuery { after: 0, limit: u64::MAX, stream, audience: Audience::Staff };
    let mut venue = Venue::default();
    for event in select(conn, sports, &query)? {
        apply_to_venue(&mut venue, &event);
    }
    Ok(venue)
}

/// Folds one event of a game, the creating one first.
pub fn fold(game: &mut Option<Game>, event: &Event) {
    match (&event.body, game) {
        (EventBody::GameCreated(setup), game) => *game = Some(Game::new(setup.id, setup.game.clone(), event)),
        (_, Some(game)) => apply(game, event),
        (_, None) => {}
    }
}

/// A game as the summary table lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its number.
    pub id: GameId,
    /// When it is to begin, milliseconds since 1970.
    pub starts_at: Option<i64>,
    /// When it ended, milliseconds since 1970; 0 when it was taken off the pages; absent while open.
    pub closed_ms: Option<i64>,
}

/// Every game there is, by number.
pub(super) fn games(conn: &Connection) -> Result<Vec<Listed>, LedgerError> {
    let mut statement = conn.prepare_cached("SELECT id, starts_at, closed_ms FROM game ORDER BY id")?;
    let rows = statement.query_map([], |row| {
        Ok(Listed { id: GameId(count(row.get(0)?)), starts_at: row.get(1)?, closed_ms: row.get(2)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Notes a game in the summary table.
pub(super) fn list(conn: &Connection, listed: &Listed) -> Result<(), LedgerError> {
    conn.prepare_cached(
        "INSERT INTO game (id, starts_at, closed_ms) VALUES (?1, ?2, ?3) \
         ON CONFLICT (id) DO UPDATE SET starts_at = excluded.starts_at, closed_ms = excluded.closed_ms",
    )?
    .execute(params![int(listed.id.0), listed.starts_at, listed.closed_ms])?;
    Ok(())
}

/// What was stored for a command: the hash of its body and its outcome.
pub(super) fn outcome(
    conn: &Connection,
    actor: &str,
    id: &str,
) -> Result<Option<([u8; 32], Outcome)>, LedgerError> {
    let found = conn
        .prepare_cached("SELECT fingerprint, outcome FROM outcome WHERE actor = ?1 AND id = ?2")?
        .query_row([actor, id], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))
        .optional()?;
    let Some((fingerprint, text)) = found else { return Ok(None) };
    let outcome = outcome::decode(&text)
        .map_err(|cause| LedgerError::Unreadable { seq: 0, what: format!("outcome of {id}: {cause}") })?;
    Ok(Some((fingerprint, outcome)))
}

/// Stores a command's outcome; `wall_ms` only where wall time can be believed.
pub(super) fn keep_outcome(
    conn: &Connection,
    (actor, id): (&str, &str),
    fingerprint: &[u8; 32],
    outcome: &Outcome,
    wall_ms: Option<i64>,
) -> Result<(), LedgerError> {
    if let Some(text) = outcome::encode(outcome) {
        conn.prepare_cached(
            "INSERT INTO outcome (actor, id, fingerprint, outcome, wall_ms) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![actor, id, fingerprint, text, wall_ms])?;
    }
    Ok(())
}

/// Forgets outcomes older than seven days. Those stored while wall time could not be believed count from
/// the first time it can, so that a jump of the clock forgets nothing early.
pub(super) fn prune_outcomes(conn: &Connection, wall_ms: i64) -> Result<(), LedgerError> {
    const KEPT_MS: i64 = 7 * 24 * 60 * 60 * 1_000;
    conn.execute("UPDATE outcome SET wall_ms = ?1 WHERE wall_ms IS NULL", [wall_ms])?;
    conn.execute("DELETE FROM outcome WHERE wall_ms < ?1", [wall_ms - KEPT_MS])?;
    Ok(())
}
