//! Reading the record: the log's events and the audit's lines as one list, newest first, a page at a time.
//!
//! Events are given by number alone; who reads them decodes them through the ledger. Ballots are no deeds of staff
//! and left out.

use rusqlite::{Connection, Row, params_from_iter, types::Value};

use super::Auth;
use crate::ledger::error::LedgerError;

/// Which part of the record is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// What is older than this place; the newest where absent.
    pub before: Option<Place>,
    /// Of that actor, or done to them.
    pub actor: Option<String>,
    /// In that game.
    pub game: Option<u64>,
    /// At most so many.
    pub limit: usize,
}

/// A place in the record, between two pages: events below the one number, audit lines below the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Events with a smaller number follow.
    pub seq: u64,
    /// Audit lines with a smaller number follow.
    pub id: u64,
}

/// A part of the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Newest first.
    pub lines: Vec<Line>,
    /// Where the next part begins; absent at the end.
    pub next: Option<Place>,
}

/// A line of the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// An event of the log, by its number.
    Event(u64),
    /// A line of the audit.
    Audit(Entry),
}

/// A line of the audit as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub id: u64,
    /// When, milliseconds since 1970 as the machine believed.
    pub wall_ms: i64,
    /// When it happened last, where it was repeated.
    pub last_ms: i64,
    /// How often.
    pub count: u64,
    /// Who; empty where nobody was known.
    pub actor: String,
    /// What.
    pub action: String,
    /// To what.
    pub subject: String,
    /// In which game.
    pub game: Option<u64>,
    /// `done`, or the code of the refusal.
    pub outcome: String,
    /// The refusal in words.
    pub detail: String,
    after_seq: u64,
}

impl Auth {
    /// A part of the record, with what was refused just now.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn record(&self, wanted: Wanted) -> Result<Part, LedgerError> {
        self.write_refusals().await;
        self.0.ledger.read(move |conn| Ok(read(conn, &wanted)?)).await
    }
}

fn read(conn: &Connection, wanted: &Wanted) -> rusqlite::Result<Part> {
    let largest = u64::MAX >> 1;
    let from = wanted.before.unwrap_or(Place { seq: largest, id: largest });
    // One more than asked for of each, to know whether anything follows.
    let limit = wanted.limit.saturating_add(1);
    let (mut events, mut entries) = (
        events(conn, wanted, from, limit)?.into_iter().peekable(),
        audit(conn, wanted, from, limit)?.into_iter().peekable(),
    );
    let (mut lines, mut next) = (Vec::new(), from);
    while lines.len() < wanted.limit {
        let newer_entry = match (events.peek(), entries.peek()) {
            (None, None) => break,
            (event, entry) => entry.is_some_and(|entry| event.is_none_or(|seq| entry.after_seq >= *seq)),
        };
        if newer_entry {
            lines.extend(entries.next().map(|entry| {
                next.id = entry.id;
                Line::Audit(entry)
            }));
        } else {
            lines.extend(events.next().map(|seq| {
                next.seq = seq;
                Line::Event(seq)
            }));
        }
    }
    let more = events.peek().is_some() || entries.peek().is_some();
    Ok(Part { lines, next: more.then_some(next) })
}

fn events(conn: &Connection, wanted: &Wanted, from: Place, limit: usize) -> rusqlite::Result<Vec<u64>> {
    let mut sql = "SELECT seq FROM event WHERE seq < ? AND substr(actor, 1, 6) <> 'voter:'".to_owned();
    let mut values = vec![integer(from.seq)];
    if let Some(actor) = &wanted.actor {
        sql.push_str(" AND actor = ?");
        values.push(Value::Text(actor.clone()));
    }
    if let Some(game) = wanted.game {
        sql.push_str(" AND stream = ?");
        values.push(Value::Text(format!("game/{game}")));
    }
    sql.push_str(" ORDER BY seq DESC LIMIT ?");
    values.push(integer(limit as u64));
    let mut statement = conn.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(values), |row| number(row, 0))?;
    rows.collect()
}

fn audit(conn: &Connection, wanted: &Wanted, from: Place, limit: usize) -> rusqlite::Result<Vec<Entry>> {
    let mut sql =
        "SELECT id, wall_ms, last_ms, count, actor, action, subject, game, outcome, detail, after_seq \
                   FROM audit WHERE id < ?"
            .to_owned();
    let mut values = vec![integer(from.id)];
    if let Some(actor) = &wanted.actor {
        sql.push_str(" AND ? IN (actor, subject)");
        values.push(Value::Text(actor.clone()));
    }
    if let Some(game) = wanted.game {
        sql.push_str(" AND game = ?");
        values.push(integer(game));
    }
    sql.push_str(" ORDER BY id DESC LIMIT ?");
    values.push(integer(limit as u64));
    let mut statement = conn.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(values), |row| {
        Ok(Entry {
            id: number(row, 0)?,
            wall_ms: row.get(1)?,
            last_ms: row.get(2)?,
            count: number(row, 3)?,
            actor: row.get(4)?,
            action: row.get(5)?,
            subject: row.get(6)?,
            game: row.get::<_, Option<i64>>(7)?.map(i64::cast_unsigned),
            outcome: row.get(8)?,
            detail: row.get(9)?,
            after_seq: number(row, 10)?,
        })
    })?;
    rows.collect()
}

fn integer(number: u64) -> Value {
    Value::Integer(number.cast_signed())
}

fn number(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    Ok(row.get::<_, i64>(column)?.cast_unsigned())
}
