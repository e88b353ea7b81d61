//! Users, sessions and tokens as SQL: the ordinary tables, which a second process may change too.
//!
//! Every change raises a number in `meta`; by it the running box sees that somebody else changed
//! something. Called inside a transaction of the ledger thread, or of the command line's own connection.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::change::UserError;
use super::limits::{self, Limits};
use super::password;
use super::secret::SecretHash;
use crate::ledger::role::Role;

/// The longest name, in characters.
pub(super) const LONGEST_NAME: usize = 64;

/// Sessions a user may have; the oldest beyond are ended.
const MOST_SESSIONS: i64 = 32;

/// A user's number, never given to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(pub i64);

/// A session's number, for lists; it opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub i64);

/// A token's number, for lists; it opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenId(pub i64);

/// A member of staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Their number.
    pub id: UserId,
    /// The name they log in with, as first written.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Which games and pitches they are limited to.
    pub limits: Limits,
    /// When they were added, milliseconds since 1970 as the machine believed.
    pub created_ms: i64,
    pub(super) password: String,
}

impl User {
    /// Whether they can log in by a password; else by link alone.
    #[must_use]
    pub fn has_password(&self) -> bool {
        !password::is_nobodys(&self.password)
    }
}

/// A session as stored.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) id: SessionId,
    pub(super) hash: SecretHash,
    pub(super) user: UserId,
    pub(super) agent: String,
    pub(super) created_ms: i64,
    /// Wall time of the last use that was noted; absent where wall time could not be believed.
    pub(super) used_ms: Option<i64>,
}

/// A bearer token for a feed or a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its number.
    pub id: TokenId,
    /// What it may do.
    pub role: Role,
    /// What it is for.
    pub name: String,
    /// When it was made, milliseconds since 1970 as the machine believed.
    pub created_ms: i64,
    pub(super) hash: SecretHash,
}

/// The name as kept: without space around it.
///
/// # Errors
/// [`UserError::Name`].
pub(super) fn checked_name(name: &str) -> Result<&str, UserError> {
    let name = name.trim();
    let length = name.chars().count();
    // Directional marks could make one name look like another.
    let unseen = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{61c}')
    };
    if length == 0 || length > LONGEST_NAME || name.chars().any(unseen) {
        Err(UserError::Name)
    } else {
        Ok(name)
    }
}

/// By what two names are the same user.
pub(super) fn key(name: &str) -> String {
    name.trim().to_lowercase()
}

/// The number every change raises.
pub(super) fn generation(conn: &Connection) -> rusqlite::Result<i64> {
    let generation = conn
        .prepare_cached("SELECT value FROM meta WHERE key = 'auth_generation'")?
        .query_row([], |row| row.get::<_, Vec<u8>>(0))
        .optional()?;
    Ok(generation.and_then(|bytes| bytes.try_into().ok()).map_or(0, i64::from_be_bytes))
}

/// Raises it: somebody else must read the tables again.
pub(super) fn raise(conn: &Connection) -> rusqlite::Result<()> {
    let next = generation(conn)? + 1;
    conn.execute(
        "INSERT OR REPLACE INTO meta (key, value) VALUES ('auth_generation', ?1)",
        [next.to_be_bytes()],
    )?;
    Ok(())
}

/// The box's own key, made once.
pub(super) fn box_key(conn: &Connection, fresh: [u8; 32]) -> rusqlite::Result<[u8; 32]> {
    conn.execute("INSERT INTO meta (key, value) VALUES ('box_key', ?1) ON CONFLICT DO NOTHING", [fresh])?;
    conn.query_row("SELECT value FROM meta WHERE key = 'box_key'", [], |row| row.get(0))
}

pub(super) fn users(conn: &Connection) -> rusqlite::Result<Vec<User>> {
    let mut statement =
        conn.prepare_cached("SELECT id, name, role, password, created_ms FROM user ORDER BY key")?;
    let rows = statement.query_map([], |row| {
        Ok(User {
            id: UserId(row.get(0)?),
            name: row.get(1)?,
            role: read_role(row, 2)?,
            limits: Limits::default(),
            password: row.get(3)?,
            created_ms: row.get(4)?,
        })
    })?;
    let mut users: Vec<User> = rows.collect::<rusqlite::Result<_>>()?;
    limits::fill(conn, &mut users)?;
    Ok(users)
}

/// The user of that name, capitals apart.
pub(super) fn user_named(conn: &Connection, name: &str) -> Result<UserId, UserError> {
    let id = conn
        .prepare_cached("SELECT id FROM user WHERE key = ?1")?
        .query_row([key(name)], |row| Ok(UserId(row.get(0)?)))
        .optional()?;
    id.ok_or_else(|| UserError::Unknown(format!("user {name:?}")))
}

pub(super) fn unknown_user(id: UserId) -> UserError {
    UserError::Unknown(format!("user {}", id.0))
}

fn read_role(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<Role> {
    let word: String = row.get(column)?;
    Role::parse(&word).ok_or_else(|| {
        let what = format!("there is no role {word:?}; a newer touchline may have written it");
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, what.into())
    })
}

pub(super) fn insert_user(
    conn: &Connection,
    name: &str,
    role: Role,
    password: &str,
    wall_ms: i64,
) -> Result<UserId, UserError> {
    let name = checked_name(name)?;
    let inserted = conn.execute(
        "INSERT INTO user (key, name, role, password, created_ms) VALUES (?1, ?2, ?3, ?4, ?5) \
         ON CONFLICT (key) DO NOTHING",
        params![key(name), name, role.as_str(), password, wall_ms],
    )?;
    if inserted == 0 {
        return Err(UserError::Taken(name.to_owned()));
    }
    let id = UserId(conn.last_insert_rowid());
    raise(conn)?;
    Ok(id)
}

/// Sets a new password and ends the user's sessions: whoever knew the old one is out.
pub(super) fn set_password(conn: &Connection, id: UserId, password: &str) -> Result<(), UserError> {
    if conn.execute("UPDATE user SET password = ?2 WHERE id = ?1", params![id.0, password])? == 0 {
        return Err(unknown_user(id));
    }
    conn.execute("DELETE FROM session WHERE user = ?1", [id.0])?;
    Ok(raise(conn)?)
}

/// Sets what a user may do; who becomes an organiser has no limits.
pub(super) fn set_role(conn: &Connection, id: UserId, role: Role) -> Result<(), UserError> {
    if role != Role::Organiser {
        not_the_last_organiser(conn, id)?;
    }
    if conn.execute("UPDATE user SET role = ?2 WHERE id = ?1", params![id.0, role.as_str()])? == 0 {
        return Err(unknown_user(id));
    }
    if role == Role::Organiser {
        limits::set(conn, id, &Limits::default())?;
    }
    Ok(raise(conn)?)
}

/// Removes a user with their sessions and links. What they entered stays; the log names them by number alone.
pub(super) fn remove_user(conn: &Connection, id: UserId) -> Result<(), UserError> {
    not_the_last_organiser(conn, id)?;
    if conn.execute("DELETE FROM user WHERE id = ?1", [id.0])? == 0 {
        return Err(unknown_user(id));
    }
    Ok(raise(conn)?)
}

/// Without an organiser nobody could manage the others.
fn not_the_last_organiser(conn: &Connection, id: UserId) -> Result<(), UserError> {
    let others: i64 = conn
        .prepare_cached("SELECT count(*) FROM user WHERE role = 'organiser' AND id <> ?1")?
        .query_row([id.0], |row| row.get(0))?;
    let role: Option<String> = conn
        .prepare_cached("SELECT role FROM user WHERE id = ?1")?
        .query_row([id.0], |row| row.get(0))
        .optional()?;
    if others == 0 && role.as_deref() == Some(Role::Organiser.as_str()) {
        return Err(UserError::LastOrganiser);
    }
    Ok(())
}

pub(super) fn sessions(conn: &Connection) -> rusqlite::Result<Vec<Session>> {
    let mut statement =
        conn.prepare_cached("SELECT id, hash, user, agent, created_ms, used_ms FROM session ORDER BY id")?;
    let rows = statement.query_map([], |row| {
        Ok(Session {
            id: SessionId(row.get(0)?),
            hash: row.get(1)?,
            user: UserId(row.get(2)?),
            agent: row.get(3)?,
            created_ms: row.get(4)?,
            used_ms: row.get(5)?,
        })
    })?;
    rows.collect()
}

pub(super) fn insert_session(
    conn: &Connection,
    hash: &SecretHash,
    user: UserId,
    agent: &str,
    (wall_ms, used_ms): (i64, Option<i64>),
) -> rusqlite::Result<SessionId> {
    conn.execute(
        "INSERT INTO session (hash, user, agent, created_ms, used_ms) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![hash, user.0, agent, wall_ms, used_ms],
    )?;
    let id = SessionId(conn.last_insert_rowid());
    conn.execute(
        "DELETE FROM session WHERE user = ?1 AND id <= \
         (SELECT id FROM session WHERE user = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
        params![user.0, MOST_SESSIONS],
    )?;
    Ok(id)
}

/// Notes that a session is in use. No change that others need to see.
pub(super) fn touch_session(conn: &Connection, id: SessionId, used_ms: Option<i64>) -> rusqlite::Result<()> {
    conn.execute("UPDATE session SET used_ms = ?2 WHERE id = ?1", params![id.0, used_ms])?;
    Ok(())
}

/// Ends a session and says whose it was.
pub(super) fn delete_session(conn: &Connection, id: SessionId) -> Result<UserId, UserError> {
    let user = conn
        .prepare_cached("DELETE FROM session WHERE id = ?1 RETURNING user")?
        .query_row([id.0], |row| Ok(UserId(row.get(0)?)))
        .optional()?;
    let user = user.ok_or_else(|| UserError::Unknown(format!("session {}", id.0)))?;
    raise(conn)?;
    Ok(user)
}

pub(super) fn tokens(conn: &Connection) -> rusqlite::Result<Vec<Token>> {
    let mut statement =
        conn.prepare_cached("SELECT id, hash, role, name, created_ms FROM token ORDER BY id")?;
    let rows = statement.query_map([], |row| {
        Ok(Token {
            id: TokenId(row.get(0)?),
            hash: row.get(1)?,
            role: read_role(row, 2)?,
            name: row.get(3)?,
            created_ms: row.get(4)?,
        })
    })?;
    rows.collect()
}

pub(super) fn insert_token(
    conn: &Connection,
    hash: &SecretHash,
    role: Role,
    name: &str,
    wall_ms: i64,
) -> Result<TokenId, UserError> {
    let name = checked_name(name)?;
    conn.execute(
        "INSERT INTO token (hash, role, name, created_ms) VALUES (?1, ?2, ?3, ?4)",
        params![hash, role.as_str(), name, wall_ms],
    )?;
    let id = TokenId(conn.last_insert_rowid());
    raise(conn)?;
    Ok(id)
}

pub(super) fn delete_token(conn: &Connection, id: TokenId) -> Result<(), UserError> {
    match conn.execute("DELETE FROM token WHERE id = ?1", [id.0])? {
        0 => Err(UserError::Unknown(format!("token {}", id.0))),
        _ => Ok(raise(conn)?),
    }
}
