//! Teams with their squads as SQL: an ordinary table, whose bodies are the JSON the API takes for a side.

use std::fmt;

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::domain::event::SideSetup;
use crate::formats::game;
use crate::ledger::error::LedgerError;

/// A team as stored.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::api) struct Team {
    /// Its number, never given to another.
    pub(in crate::api) id: i64,
    /// Name, colour and squad, as a game copies them.
    pub(in crate::api) side: SideSetup,
}

/// Why a change is refused.
#[derive(Debug)]
pub(super) enum TeamError {
    /// There is a team of that name, capitals apart.
    Taken(String),
    /// There is no such team.
    Unknown(i64),
    /// SQLite refused.
    Database(rusqlite::Error),
}

impl fmt::Display for TeamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Taken(name) => write!(f, "There is a team {name} already; choose another name."),
            Self::Unknown(id) => write!(f, "There is no team {id}."),
            Self::Database(cause) => write!(f, "cannot change the teams: {cause}"),
        }
    }
}

impl From<rusqlite::Error> for TeamError {
    fn from(cause: rusqlite::Error) -> Self {
        Self::Database(cause)
    }
}

/// By what a name is known: capitals and spaces around it do not make another team.
pub(in crate::api) fn key(name: &str) -> String {
    name.trim().to_lowercase()
}

/// All teams by name.
pub(super) fn all(conn: &Connection) -> Result<Vec<Team>, LedgerError> {
    let mut statement = conn.prepare_cached("SELECT id, body FROM team ORDER BY key")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
    let rows = rows.collect::<Result<Vec<_>, _>>()?;
    Ok(rows.into_iter().filter_map(|(id, body)| Some(Team { id, side: side(id, &body)? })).collect())
}

/// One team.
pub(super) fn one(conn: &Connection, id: i64) -> Result<Option<Team>, LedgerError> {
    let mut statement = conn.prepare_cached("SELECT body FROM team WHERE id = ?1")?;
    let body: Option<String> = statement.query_row([id], |row| row.get(0)).optional()?;
    Ok(body.and_then(|body| Some(Team { id, side: side(id, &body)? })))
}

/// Adds a team and gives its number.
pub(super) fn insert(conn: &Connection, side: &SideSetup) -> Result<i64, TeamError> {
    free(conn, &side.name, None)?;
    let body = game::write_side(side.clone()).to_string();
    conn.execute("INSERT INTO team (key, body) VALUES (?1, ?2)", params![key(&side.name), body])?;
    Ok(conn.last_insert_rowid())
}

/// Puts a team in a team's place.
pub(super) fn update(conn: &Connection, id: i64, side: &SideSetup) -> Result<(), TeamError> {
    free(conn, &side.name, Some(id))?;
    let body = game::write_side(side.clone()).to_string();
    let sql = "UPDATE team SET key = ?2, body = ?3 WHERE id = ?1";
    match conn.execute(sql, params![id, key(&side.name), body])? {
        0 => Err(TeamError::Unknown(id)),
        _ => Ok(()),
    }
}

/// Removes a team; games made from it keep what they copied.
pub(super) fn delete(conn: &Connection, id: i64) -> Result<(), TeamError> {
    match conn.execute("DELETE FROM team WHERE id = ?1", [id])? {
        0 => Err(TeamError::Unknown(id)),
        _ => Ok(()),
    }
}

fn free(conn: &Connection, name: &str, except: Option<i64>) -> Result<(), TeamError> {
    let mut statement = conn.prepare_cached("SELECT id FROM team WHERE key = ?1 AND id IS NOT ?2")?;
    match statement.exists(params![key(name), except])? {
        true => Err(TeamError::Taken(name.to_owned())),
        false => Ok(()),
    }
}

/// A body this build cannot read is left out and told in the log; the other teams are still there.
fn side(id: i64, body: &str) -> Option<SideSetup> {
    let value = serde_json::from_str(body).map_err(|error| error.to_string());
    let side = value.and_then(|value| game::read_side(&value).map_err(|error| error.to_string()));
    side.inspect_err(|error| log::error!("team {id} cannot be read: {error}")).ok()
}

#[cfg(test)]
mod tests {
    use super::{TeamError, all, delete, insert, key, one, update};
    use crate::domain::event::SideSetup;

    fn table() -> rusqlite::Connection {
        let conn = rusqlite::Connection::open_in_memory().expect("memory");
        let migration = include_str!("../../../data/migrations/0002.sql");
        let begin = migration.find("CREATE TABLE team").expect("the table stands there");
        let end = migration[begin..].find("STRICT;").expect("it ends") + begin + "STRICT;".len();
        conn.execute_batch(&migration[begin..end]).expect("the table");
        conn
    }

    fn named(name: &str) -> SideSetup {
        SideSetup { name: name.to_owned(), ..SideSetup::default() }
    }

    #[test]
    fn a_name_is_taken_once_capitals_apart() {
        let conn = table();
        let reds = insert(&conn, &named("Reds")).expect("free");
        assert!(matches!(insert(&conn, &named(" REDS ")), Err(TeamError::Taken(_))));
        update(&conn, reds, &named("REDS")).expect("its own name");
        insert(&conn, &named("Blues")).expect("free");
        assert!(matches!(update(&conn, reds, &named("blues")), Err(TeamError::Taken(_))));
        assert_eq!(key(" Ä "), "ä");
    }

    #[test]
    fn teams_stand_by_name_and_can_go() {
        let conn = table();
        let reds = insert(&conn, &named("Reds")).expect("free");
        insert(&conn, &named("blues")).expect("free");
        let names: Vec<_> = all(&conn).expect("read").into_iter().map(|team| team.side.name).collect();
        assert_eq!(names, ["blues", "Reds"]);
        delete(&conn, reds).expect("there");
        assert!(matches!(delete(&conn, reds), Err(TeamError::Unknown(_))));
        assert!(one(&conn, reds).expect("read").is_none());
        assert_ne!(insert(&conn, &named("Reds")).expect("free"), reds, "a number is not given twice");
    }
}
