//! The audit: what staff did that is no event of the log, and what was refused to whom.
//!
//! What changes users, sessions, tokens or links is written in the same transaction as the change. Refusals come in
//! floods (a guesser, a feed gone wrong): they are counted in memory by what they have in common and written
//! at most every ten seconds, into one line as long as they go on, so that no flood fills the card or wears it.
//! Both kinds keep the newest thousands; a flood of refusals pushes out no deed.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::domain::command::Actor;
use crate::ledger::Ledger;
use crate::runtime::{self, Time};

/// The outcome of what was done.
pub const DONE: &str = "done";

/// Lines kept of what was done.
const DEEDS_KEPT: i64 = 20_000;
/// Lines kept of what was refused.
const REFUSALS_KEPT: i64 = 5_000;
/// Lines are counted and the oldest cleared away once in so many.
const CLEARED_EVERY: i64 = 256;
/// Kinds of refusal that may wait to be written; what comes beyond is counted together.
const WAITING: usize = 64;
/// How long repetitions are counted in one line.
const ONE_LINE_MS: u64 = 10 * 60 * 1_000;
/// How often refusals are written while they go on.
const EVERY_MS: u64 = 10_000;
/// The first is written after this.
const FIRST_MS: u64 = 200;
/// The longest text of a line, in characters.
const LONGEST: usize = 240;

/// Something done, or refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    /// Who.
    pub actor: Actor,
    /// What: a word of `record-action-…` in `people.ftl`, as `team-added`.
    pub action: &'static str,
    /// To what, by its stable name as `user:3` or by its own.
    pub subject: String,
    /// In which game.
    pub game: Option<u64>,
    /// Why not, where it was refused.
    pub refused: Option<Refused>,
}

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The problem's code, as `not-scorer`.
    pub code: String,
    /// The problem in words.
    pub detail: String,
}

impl Deed {
    /// Something done outside a game.
    #[must_use]
    pub fn done(actor: &Actor, action: &'static str, subject: impl Into<String>) -> Self {
        Self { actor: actor.clone(), action, subject: subject.into(), game: None, refused: None }
    }

    /// The same in a game.
    #[must_use]
    pub fn in_game(mut self, game: Option<u64>) -> Self {
        self.game = game;
        self
    }

    /// The same, but refused.
    #[must_use]
    pub fn refused(mut self, code: &str, detail: &str) -> Self {
        self.refused = Some(Refused { code: code.to_owned(), detail: detail.to_owned() });
        self
    }
}

/// Writes a deed, inside the transaction of what was done.
pub(super) fn insert(conn: &Connection, deed: &Deed, time: &Time) -> rusqlite::Result<()> {
    let refused = deed.refused.as_ref();
    let line = Line {
        deed: Key {
            actor: deed.actor.0.clone(),
            action: deed.action,
            subject: deed.subject.clone(),
            game: deed.game,
            outcome: refused.map_or(DONE, |refused| &refused.code).to_owned(),
        },
        count: 1,
        detail: refused.map(|refused| refused.detail.clone()).unwrap_or_default(),
        wall_ms: time.wall_ms(),
        trusted: time.wall_plausible(),
    };
    match again(conn, &line)? {
        Some(id) => repeat(conn, id, &line),
        None => append(conn, &line).map(drop),
    }
}

/// The line of the same deed, where it is among the last few and minutes old: who signs in and out by a script must
/// not push out what others did.
fn again(conn: &Connection, line: &Line) -> rusqlite::Result<Option<i64>> {
    let Line { deed, wall_ms, .. } = line;
    conn.prepare_cached(
        "SELECT id FROM audit WHERE id > (SELECT ifnull(max(id), 0) FROM audit) - 6 AND actor = ?1 AND action = ?2 \
         AND subject = ?3 AND game IS ?4 AND outcome = ?5 AND abs(?6 - last_ms) < ?7 ORDER BY id DESC LIMIT 1",
    )?
    .query_row(
        params![
            deed.actor,
            deed.action,
            short(&deed.subject),
            deed.game.map(u64::cast_signed),
            deed.outcome,
            wall_ms,
            ONE_LINE_MS.cast_signed(),
        ],
        |row| row.get(0),
    )
    .optional()
}

fn append(conn: &Connection, line: &Line) -> rusqlite::Result<i64> {
    let Line { deed, count, detail, wall_ms, trusted } = line;
    conn.prepare_cached(
        "INSERT INTO audit (after_seq, wall_ms, wall_trusted, last_ms, count, actor, action, subject, game, outcome, \
         detail) VALUES ((SELECT ifnull(max(seq), 0) FROM event), ?1, ?2, ?1, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        wall_ms,
        trusted,
        count,
        deed.actor,
        deed.action,
        short(&deed.subject),
        deed.game.map(u64::cast_signed),
        deed.outcome,
        short(detail),
    ])?;
    let id = conn.last_insert_rowid();
    if id % CLEARED_EVERY == 0 {
        for (kind, kept) in [("=", DEEDS_KEPT), ("<>", REFUSALS_KEPT)] {
            conn.execute(
                &format!(
                    "DELETE FROM audit WHERE outcome {kind} 'done' AND id <= (SELECT id FROM audit \
                     WHERE outcome {kind} 'done' ORDER BY id DESC LIMIT 1 OFFSET ?1)"
                ),
                [kept],
            )?;
        }
    }
    Ok(id)
}

/// One line of text without what could break a line or a page.
fn short(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST).collect()
}

/// By what repetitions of a refusal are told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Key {
    actor: String,
    action: &'static str,
    subject: String,
    game: Option<u64>,
    outcome: String,
}

#[derive(Clone, Debug)]
struct Line {
    deed: Key,
    count: i64,
    detail: String,
    wall_ms: i64,
    trusted: bool,
}

/// Refusals that wait to be written.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    waiting: Mutex<Waiting>,
    // Held while some are written, so that a line is begun once.
    writing: smol::lock::Mutex<()>,
}

#[derive(Debug, Default)]
struct Waiting {
    lines: BTreeMap<Key, Line>,
    /// The line of a kind that is being repeated, and when it was begun.
    open: HashMap<Key, (i64, u64)>,
    written_ms: Option<u64>,
    due: bool,
}

impl Refusals {
    /// Counts a refusal; says after how long they are to be written, where nobody was told that yet.
    pub(super) fn count(&self, deed: &Deed, time: &Time) -> Option<Duration> {
        let refused = deed.refused.as_ref()?;
        let mut key = Key {
            actor: deed.actor.0.clone(),
            action: deed.action,
            subject: deed.subject.clone(),
            game: deed.game,
            outcome: refused.code.clone(),
        };
        let mut detail = refused.detail.as_str();
        let mut waiting = self.lock();
        if waiting.lines.len() >= WAITING && !waiting.lines.contains_key(&key) {
            let (actor, subject) = (String::new(), String::new());
            key = Key { actor, action: "many", subject, game: None, outcome: "many".to_owned() };
            detail = "";
        }
        let line = waiting.lines.entry(key.clone()).or_insert_with(|| Line {
            deed: key,
            count: 0,
            detail: String::new(),
            wall_ms: 0,
            trusted: false,
        });
        line.count += 1;
        line.wall_ms = time.wall_ms();
        line.trusted = time.wall_plausible();
        detail.clone_into(&mut line.detail);
        if std::mem::replace(&mut waiting.due, true) {
            return None;
        }
        let since = waiting.written_ms.map_or(u64::MAX, |at| time.now_ms().saturating_sub(at));
        Some(Duration::from_millis(EVERY_MS.saturating_sub(since).max(FIRST_MS)))
    }

    /// Writes what waits.
    pub(super) async fn write(&self, ledger: &Ledger, time: &Time) {
        let _writing = self.writing.lock().await;
        let now_ms = time.now_ms();
        let (lines, open) = {
            let mut waiting = self.lock();
            waiting.due = false;
            waiting.open.retain(|_, (_, begun)| now_ms < *begun + ONE_LINE_MS);
            if waiting.lines.is_empty() {
                return;
            }
            waiting.written_ms = Some(now_ms);
            (std::mem::take(&mut waiting.lines), waiting.open.clone())
        };
        let written = ledger.write(move |tx| {
            let mut begun = Vec::new();
            for line in lines.into_values() {
                if let Some((id, _)) = open.get(&line.deed) {
                    repeat(tx, *id, &line)?;
                } else {
                    let id = append(tx, &line)?;
                    begun.push((line.deed, id));
                }
            }
            Ok::<_, rusqlite::Error>(begun)
        });
        match written.await {
            Ok(begun) => {
                self.lock().open.extend(begun.into_iter().map(|(key, id)| (key, (id, now_ms))));
            }
            Err(error) => log::warn!("cannot write down what was refused: {error}"),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn repeat(conn: &Connection, id: i64, line: &Line) -> rusqlite::Result<()> {
    conn.prepare_cached("UPDATE audit SET count = count + ?2, last_ms = ?3, detail = ?4 WHERE id = ?1")?
        .execute(params![id, line.count, line.wall_ms, short(&line.detail)])?;
    Ok(())
}

impl super::Auth {
    /// Puts into the record what is no event of the log. Never waits and never fails: what cannot be written is
    /// logged.
    pub fn note(&self, deed: Deed) {
        let auth = self.clone();
        if deed.refused.is_none() {
            runtime::spawn(async move {
                let time = auth.0.time.clone();
                let written = auth.0.ledger.write(move |tx| insert(tx, &deed, &time)).await;
                if let Err(error) = written {
                    log::warn!("cannot write down what was done: {error}");
                }
            });
        } else if let Some(wait) = self.0.refusals.count(&deed, &self.0.time) {
            runtime::spawn(async move {
                runtime::sleep(wait).await;
                auth.write_refusals().await;
            });
        }
    }

    /// Writes the refusals that wait, so that who reads the record next finds them.
    pub async fn write_refusals(&self) {
        self.0.refusals.write(&self.0.ledger, &self.0.time).await;
    }
}
