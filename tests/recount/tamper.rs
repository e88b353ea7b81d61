//! The log in the hands of somebody who can write the file: triggers dropped, rows changed, hashes worked out again.

use rusqlite::{Connection, params};
use touchline::domain::clock::Stamp;
use touchline::ledger::chain::{self, GENESIS, Hash};
use touchline::ledger::codec::Row;

use crate::common::folder::Folder;

/// What becomes of the hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Chain {
    AsItWas,
    WorkedOutAgain,
}

/// The log in memory, and names to be swapped beside it.
pub(crate) struct Log {
    rows: Vec<Row>,
    hashes: Vec<(Hash, Hash)>,
    swap: Option<(&'static str, &'static str)>,
}

impl Log {
    fn read(conn: &Connection) -> Self {
        let mut statement = conn.prepare("SELECT * FROM event ORDER BY seq").expect("a log");
        let rows = statement.query_map([], |row| {
            let stamp = Stamp {
                boot: row.get(4)?,
                mono_ms: row.get::<_, i64>(5)?.unsigned_abs(),
                wall_ms: row.get(6)?,
                wall_trusted: row.get(7)?,
            };
            let event = Row {
                seq: row.get::<_, i64>(0)?.unsigned_abs(),
                stream: row.get(1)?,
                visibility: row.get(2)?,
                order: row.get(3)?,
                stamp,
                actor: row.get(8)?,
                command: row.get(9)?,
                version: row.get(10)?,
                body: row.get(11)?,
            };
            Ok((event, (row.get(12)?, row.get(13)?)))
        });
        let (rows, hashes) = rows.expect("a log").map(|row| row.expect("a row")).unzip();
        Self { rows, hashes, swap: None }
    }

    fn write(mut self, conn: &Connection, hashes: Chain) {
        for trigger in ["event_in_order", "event_no_update", "event_no_delete", "text_only_erased"] {
            conn.execute_batch(&format!("DROP TRIGGER {trigger}")).expect("the trigger is there");
        }
        conn.execute("DELETE FROM event", []).expect("nothing holds the rows any more");
        let mut last = GENESIS;
        for (index, row) in self.rows.iter_mut().enumerate() {
            row.seq = index as u64 + 1;
            let (before, own) = match hashes {
                Chain::AsItWas => self.hashes[index],
                Chain::WorkedOutAgain => (last, chain::hash(&last, row)),
            };
            last = own;
            let insert =
                "INSERT INTO event VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
            conn.execute(
                insert,
                params![
                    row.seq.cast_signed(),
                    row.stream,
                    row.visibility,
                    row.order,
                    row.stamp.boot,
                    row.stamp.mono_ms.cast_signed(),
                    row.stamp.wall_ms,
                    row.stamp.wall_trusted,
                    row.actor,
                    row.command,
                    row.version,
                    row.body,
                    before,
                    own,
                ],
            )
            .expect("a row can be written");
        }
        if let Some((one, other)) = self.swap {
            let swap =
                "UPDATE text SET value = CASE value WHEN ?1 THEN ?2 ELSE ?1 END WHERE value IN (?1, ?2)";
            assert_eq!(conn.execute(swap, [one, other]).expect("texts can be written"), 2);
        }
    }

    /// The place of an entry of that poll.
    pub(crate) fn entry(&self, poll: u64, kind: &str) -> usize {
        self.nth(poll, kind, 0)
    }

    /// The place of a ballot of that poll.
    pub(crate) fn ballot(&self, poll: u64, index: usize) -> usize {
        self.nth(poll, "ballot_cast", index)
    }

    fn nth(&self, poll: u64, kind: &str, index: usize) -> usize {
        let (stream, kind) = (format!("poll/{poll}"), format!("\"kind\":\"{kind}\""));
        let is_one = |row: &Row| row.stream == stream && row.body.contains(&kind);
        let found = self.rows.iter().enumerate().filter(|(_, row)| is_one(row)).nth(index);
        found.map(|(place, _)| place).expect("the record holds it")
    }

    pub(crate) fn change(&mut self, place: usize, stored: &str, written: &str) {
        self.rows[place] = changed(&self.rows[place], stored, written);
    }

    pub(crate) fn sent_by(&mut self, place: usize, actor: &str) {
        self.rows[place].actor = actor.to_owned();
    }

    pub(crate) fn remove(&mut self, place: usize) {
        self.rows.remove(place);
        self.hashes.remove(place);
    }

    /// A copy of a row right after it, with a change.
    pub(crate) fn add(&mut self, place: usize, stored: &str, written: &str) {
        let mut copy = changed(&self.rows[place], stored, written);
        copy.command += "-more";
        self.rows.insert(place + 1, copy);
        self.hashes.insert(place + 1, self.hashes[place]);
    }

    pub(crate) fn move_to_end(&mut self, place: usize) {
        let row = self.rows.remove(place);
        self.rows.push(row);
    }

    pub(crate) fn move_before(&mut self, place: usize, other: usize) {
        let row = self.rows.remove(place);
        self.rows.insert(other, row);
    }

    pub(crate) fn swap_names(&mut self, one: &'static str, other: &'static str) {
        self.swap = Some((one, other));
    }
}

/// A row with other words in its body; another voter is one of 32 digits too, and sends the ballot.
fn changed(row: &Row, stored: &str, written: &str) -> Row {
    assert!(row.body.contains(stored), "{stored} in {}", row.body);
    let mut row = row.clone();
    if stored == "\"voter\":\"" {
        let start = row.body.find(stored).expect("it was found") + stored.len();
        let voter = row.body[start..start + 32].to_owned();
        let other = format!("{}{}", &written[stored.len()..], &voter[written.len() - stored.len()..]);
        row.body = row.body.replacen(&voter, &other, 1);
        row.actor = format!("voter:{other}");
    } else {
        row.body = row.body.replacen(stored, written, 1);
    }
    row
}

/// Copies the data, then tampers with the copy.
pub(crate) fn copied(from: &Folder, to: &Folder, tamper: fn(&mut Log), hashes: Chain) {
    let file = to.write("data/touchline.db", "");
    std::fs::copy(from.join("data/touchline.db"), &file).expect("the closed ledger left one file");
    let conn = Connection::open(&file).expect("a database");
    let mut log = Log::read(&conn);
    tamper(&mut log);
    log.write(&conn, hashes);
}
