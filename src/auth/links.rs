//! Links that log somebody in, each once: the secret stands on a card, the table holds its hash.
//!
//! A person has one open link at the most; a new one voids it. Used ones stay listed, the last few.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::change::UserError;
use super::secret::SecretHash;
use super::store::{UserId, raise};

/// Used links of a person that stay listed.
const LISTED: i64 = 4;

/// A link's number, for lists; it opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkId(pub i64);

/// A link, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its number.
    pub id: LinkId,
    /// Whom it logs in.
    pub user: UserId,
    /// When it was made, milliseconds since 1970 as the machine believed.
    pub created_ms: i64,
    /// When it was used; absent while it is good.
    pub used_ms: Option<i64>,
    pub(super) hash: SecretHash,
}

/// All links, oldest first.
pub(super) fn all(conn: &Connection) -> rusqlite::Result<Vec<Link>> {
    let mut statement =
        conn.prepare_cached("SELECT id, user, created_ms, used_ms, hash FROM login_link ORDER BY id")?;
    let rows = statement.query_map([], |row| {
        Ok(Link {
            id: LinkId(row.get(0)?),
            user: UserId(row.get(1)?),
            created_ms: row.get(2)?,
            used_ms: row.get(3)?,
            hash: row.get(4)?,
        })
    })?;
    rows.collect()
}

/// Makes a link in place of the person's open one.
pub(super) fn insert(
    conn: &Connection,
    user: UserId,
    hash: &SecretHash,
    wall_ms: i64,
) -> Result<LinkId, UserError> {
    let known = conn.query_row("SELECT 1 FROM user WHERE id = ?1", [user.0], |_| Ok(())).optional()?;
    if known.is_none() {
        return Err(UserError::Unknown(format!("user {}", user.0)));
    }
    conn.execute("DELETE FROM login_link WHERE user = ?1 AND used_ms IS NULL", [user.0])?;
    conn.execute(
        "DELETE FROM login_link WHERE user = ?1 AND id <= \
         (SELECT id FROM login_link WHERE user = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
        params![user.0, LISTED],
    )?;
    conn.execute(
        "INSERT INTO login_link (hash, user, created_ms) VALUES (?1, ?2, ?3)",
        params![hash, user.0, wall_ms],
    )?;
    let id = LinkId(conn.last_insert_rowid());
    raise(conn)?;
    Ok(id)
}

/// Uses a link up and says whose it is; `None` when it was used, revoked or never made.
pub(super) fn spend(conn: &Connection, hash: &SecretHash, wall_ms: i64) -> rusqlite::Result<Option<UserId>> {
    let user = conn
        .prepare_cached(
            "UPDATE login_link SET used_ms = ?2 WHERE hash = ?1 AND used_ms IS NULL RETURNING user",
        )?
        .query_row(params![hash, wall_ms], |row| Ok(UserId(row.get(0)?)))
        .optional()?;
    if user.is_some() {
        raise(conn)?;
    }
    Ok(user)
}

/// Ends a link and says whose it was.
pub(super) fn delete(conn: &Connection, id: LinkId) -> Result<UserId, UserError> {
    let user = conn
        .prepare_cached("DELETE FROM login_link WHERE id = ?1 RETURNING user")?
        .query_row([id.0], |row| Ok(UserId(row.get(0)?)))
        .optional()?;
    let user = user.ok_or_else(|| UserError::Unknown(format!("login link {}", id.0)))?;
    raise(conn)?;
    Ok(user)
}
