//! Takes a whole record over into an empty folder: each event keeps number, order, stamp, actor, command
//! and visibility.
//!
//! Called by the command line with what an export holds. Invariants: all of it becomes durable or nothing;
//! what stands in the folder afterwards reads back as exactly the events given. The chain is built anew,
//! because texts get new salts; outcomes of commands are no part of a record, so a command sent again
//! under its old id is a new one here.

use std::path::Path;
use std::sync::Arc;

use rusqlite::{Transaction, TransactionBehavior, params};

use super::chain::{self, Verified};
use super::codec::stream_text;
use super::error::LedgerError;
use super::events::{self, Audience, LogQuery, SportCache};
use super::memory::Memory;
use super::schema::{self, Lock};
use super::shared::Shared;
use crate::domain::event::{Event, EventBody, Stream};
use crate::domain::game::Game;
use crate::domain::{Seq, poll};
use crate::runtime::Time;

/// No box starts so often; beyond it there would be no number for the next start.
const LAST_BOOT: u32 = u32::MAX / 2;

/// Writes a whole record into a data folder without events, making the folder where there is none, and
/// checks the chain. Users and tokens that are there already stay. Blocks.
///
/// # Errors
/// [`LedgerError::Unfit`] names the first event that does not belong to a whole record;
/// [`LedgerError::Occupied`] when the folder holds events; a box on the folder; a database that refuses.
/// In each case nothing of the record is kept.
pub fn adopt(dir: &Path, events: &[Event]) -> Result<Verified, LedgerError> {
    check_record(events)?;
    let _lock = Lock::take(dir)?;
    let mut conn = schema::open_writer(dir)?;
    let tx = conn
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(|cause| LedgerError::Database { doing: "begin a transaction", cause })?;
    check_empty(events::head(&tx)?.seq)?;
    let boot = events.last().map_or(0, |event| event.stamp.boot);
    let time = Time::system();
    let shared = Arc::new(Shared::new(time.clone()));
    let mut memory = Memory::new(&tx, boot, time, Arc::default(), shared)?;
    for event in events {
        memory.adopt(&tx, event)?;
    }
    note_boots(&tx, events)?;
    reserve_numbers(&tx, events)?;
    check_read_back(&tx, events)?;
    let verified = chain::verify(&tx, 1, |_, _| {})?;
    tx.commit().map_err(|cause| LedgerError::Database { doing: "commit the record", cause })?;
    Ok(verified)
}

/// Says whether [`adopt`] would take a record, and writes nothing. A box on the folder is not seen.
///
/// # Errors
/// As [`adopt`].
pub fn check(dir: &Path, events: &[Event]) -> Result<(), LedgerError> {
    check_record(events)?;
    if !schema::database(dir).exists() {
        return Ok(());
    }
    check_empty(events::head(&schema::open_reader(dir)?)?.seq)
}

fn check_empty(last: Seq) -> Result<(), LedgerError> {
    if last == 0 { Ok(()) } else { Err(LedgerError::Occupied { events: last }) }
}

/// Refuses what no ledger has written: gaps in the numbers, events of games or polls that were never created,
/// corrections of what came later. The fold relies on it.
fn check_record(events: &[Event]) -> Result<(), LedgerError> {
    let mut owners: Vec<Stream> = Vec::with_capacity(events.len());
    let mut made = Made::default();
    let (mut next, mut boot) = (1, 0);
    for event in events {
        let unfit = |what: String| LedgerError::Unfit { seq: event.seq, what };
        if event.seq != next {
            let what = format!(
                "stands where event {next} belongs; the whole record is wanted (export --everything), not one game \
                 or what is public of it"
            );
            return Err(unfit(what));
        }
        if event.stamp.boot < boot || event.stamp.boot > LAST_BOOT {
            return Err(unfit(format!("is of start {} of the box, after start {boot}", event.stamp.boot)));
        }
        made.check(event).map_err(unfit)?;
        let owner = |seq: Seq| owners.get(usize::try_from(seq.checked_sub(1)?).ok()?);
        if let Some(target) = targets(&event.body).find(|target| owner(*target) != Some(&event.stream)) {
            let stream = stream_text(event.stream);
            return Err(unfit(format!("corrects event {target}, which is no earlier one of {stream}")));
        }
        owners.push(event.stream);
        (next, boot) = (next + 1, event.stamp.boot);
    }
    Ok(())
}

/// What a record has created so far.
#[derive(Default)]
struct Made {
    games: u64,
    polls: u64,
}

impl Made {
    /// Whether an event belongs to what was created before it, or creates what is next.
    fn check(&mut self, event: &Event) -> Result<(), String> {
        let stream = stream_text(event.stream);
        match (event.stream, &event.body) {
            (Stream::Game(id), EventBody::GameCreated(setup)) => {
                self.games += 1;
                if id != setup.id || id.0 != self.games {
                    return Err(format!("creates game {} where game {} is next", setup.id, self.games));
                }
                Game::check_setup(&setup.game).map_err(|why| format!("creates no game: {why}"))
            }
            (Stream::Poll(id), EventBody::PollCreated { id: own, poll }) => {
                self.polls += 1;
                if id != *own || id.0 != self.polls {
                    return Err(format!("creates poll {own} where poll {} is next", self.polls));
                }
                poll::decide::create((**poll).clone()).map_err(|why| format!("creates no poll: {why}"))?;
                Ok(())
            }
            (_, EventBody::GameCreated(_) | EventBody::PollCreated { .. }) => {
                Err(format!("creates something in {stream}"))
            }
            (Stream::Game(id), _) if id.0 == 0 || id.0 > self.games => {
                Err(format!("belongs to game {id}, which was not created before it"))
            }
            (Stream::Poll(id), _) if id.0 == 0 || id.0 > self.polls => {
                Err(format!("belongs to poll {id}, which was not created before it"))
            }
            _ => Ok(()),
        }
    }
}

/// The events a correction is about.
fn targets(body: &EventBody) -> impl Iterator<Item = Seq> {
    let (target, cascade) = match body {
        EventBody::Voided { target, cascade, .. } => (Some(*target), cascade.as_slice()),
        EventBody::Replaced { target, .. } => (Some(*target), &[][..]),
        _ => (None, &[][..]),
    };
    target.into_iter().chain(cascade.iter().copied())
}

/// Notes the starts the record speaks of, so that the next start here gets a number after them.
fn note_boots(tx: &Transaction<'_>, events: &[Event]) -> Result<(), LedgerError> {
    let mut noted = 0;
    for stamp in events.iter().map(|event| event.stamp) {
        if stamp.boot != noted {
            tx.execute(
                "INSERT INTO boot (number, wall_ms, wall_trusted, build) VALUES (?1, ?2, ?3, 'imported') \
                 ON CONFLICT DO NOTHING",
                params![stamp.boot, stamp.wall_ms, stamp.wall_trusted],
            )?;
            noted = stamp.boot;
        }
    }
    Ok(())
}

/// Keeps the numbers of users and tokens the record names from being given to others.
fn reserve_numbers(tx: &Transaction<'_>, events: &[Event]) -> Result<(), LedgerError> {
    for table in ["user", "token"] {
        let number = |event: &Event| event.actor.0.strip_prefix(table)?.strip_prefix(':')?.parse().ok();
        let Some(last) = events.iter().filter_map(number).max() else { continue };
        let last: u32 = last;
        tx.execute(
            "INSERT INTO sqlite_sequence (name, seq) SELECT ?1, 0 \
             WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ?1)",
            [table],
        )?;
        tx.execute("UPDATE sqlite_sequence SET seq = max(seq, ?2) WHERE name = ?1", params![table, last])?;
    }
    Ok(())
}

/// Whether the database gives back what it was given.
fn check_read_back(tx: &Transaction<'_>, events: &[Event]) -> Result<(), LedgerError> {
    const PAGE: usize = 1_000;
    // Its own, so that the frozen sport files are read back too.
    let sports = SportCache::default();
    let mut after = 0;
    for page in events.chunks(PAGE) {
        let query = LogQuery { after, limit: PAGE as u64, stream: None, audience: Audience::Staff };
        let read = events::select(tx, &sports, &query)?;
        if let Some((event, _)) = page.iter().zip(&read).find(|(given, kept)| given != kept) {
            return Err(LedgerError::Unfit {
                seq: event.seq,
                what: "does not read back as given".to_owned(),
            });
        }
        after += PAGE as u64;
    }
    Ok(())
}
