//! Users and tokens from the command line, whether the box runs on the data folder or not.
//!
//! A second connection on the ordinary tables alone, without the ledger's lock: SQLite lets one writer in
//! at a time and the other waits up to five seconds. A running box notices within a second.

use std::fmt;
use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::audit::{self, Deed};
use super::change::UserError;
use super::mark;
use super::people::user_actor;
use super::store::{self, Token, TokenId, User};
use super::{password, token_secret};
use crate::domain::command::Actor;
use crate::ledger::error::LedgerError;
use crate::ledger::role::Role;
use crate::ledger::schema;
use crate::runtime::Time;

/// Why it could not be done.
#[derive(Debug)]
pub enum OfflineError {
    /// The data folder or database cannot be used.
    Data(LedgerError),
    /// The change is refused.
    User(UserError),
}

impl fmt::Display for OfflineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Data(error) => error.fmt(f),
            Self::User(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for OfflineError {}

impl From<UserError> for OfflineError {
    fn from(error: UserError) -> Self {
        Self::User(error)
    }
}

/// Adds a user; a data folder that is not there is made.
///
/// # Errors
/// A bad or taken name, a bad password, a folder that cannot be used.
pub fn add_user(dir: &Path, name: &str, role: Role, password: &str) -> Result<(), OfflineError> {
    let hash = checked_hash(password)?;
    store::checked_name(name)?;
    change(dir, |conn, time| {
        let id = store::insert_user(conn, name, role, &hash, time.wall_ms())?;
        note(conn, time, "user-added", user_actor(id).0)
    })
}

/// Sets a new password and ends the user's sessions.
///
/// # Errors
/// An unknown user, a bad password, a folder that cannot be used.
pub fn set_password(dir: &Path, name: &str, password: &str) -> Result<(), OfflineError> {
    let hash = checked_hash(password)?;
    change(dir, |conn, time| {
        let id = store::user_named(conn, name)?;
        store::set_password(conn, id, &hash)?;
        note(conn, time, "user-password-set", user_actor(id).0)
    })
}

/// Removes a user with their sessions.
///
/// # Errors
/// An unknown user, the last organiser while there are others, a folder that cannot be used.
pub fn remove_user(dir: &Path, name: &str) -> Result<(), OfflineError> {
    change(dir, |conn, time| {
        let id = store::user_named(conn, name)?;
        store::remove_user(conn, id)?;
        note(conn, time, "user-removed", user_actor(id).0)
    })
}

/// All users, by name.
///
/// # Errors
/// A folder that cannot be used.
pub fn users(dir: &Path) -> Result<Vec<User>, OfflineError> {
    change(dir, |conn, _| Ok(store::users(conn)?))
}

/// Makes a token and returns its secret, which is shown once and stored nowhere.
///
/// # Errors
/// A bad name, a folder that cannot be used.
pub fn create_token(dir: &Path, role: Role, name: &str) -> Result<(TokenId, String), OfflineError> {
    let (secret, hash) = token_secret();
    let id = change(dir, |conn, time| {
        let id = store::insert_token(conn, &hash, role, name, time.wall_ms())?;
        note(conn, time, "token-made", format!("token:{}", id.0))?;
        Ok(id)
    })?;
    Ok((id, secret))
}

/// Ends a token.
///
/// # Errors
/// An unknown token, a folder that cannot be used.
pub fn revoke_token(dir: &Path, id: TokenId) -> Result<(), OfflineError> {
    change(dir, |conn, time| {
        store::delete_token(conn, id)?;
        note(conn, time, "token-revoked", format!("token:{}", id.0))
    })
}

/// All tokens, without their secrets.
///
/// # Errors
/// A folder that cannot be used.
pub fn tokens(dir: &Path) -> Result<Vec<Token>, OfflineError> {
    change(dir, |conn, _| Ok(store::tokens(conn)?))
}

fn checked_hash(password: &str) -> Result<String, UserError> {
    if password::is_acceptable(password) { Ok(password::hash(password)) } else { Err(UserError::Password) }
}

/// What the command line does stands in the audit like anything else.
fn note(conn: &Connection, time: &Time, action: &'static str, subject: String) -> Result<(), UserError> {
    Ok(audit::insert(conn, &Deed::done(&Actor("cli".to_owned()), action, subject), time)?)
}

fn change<T>(
    dir: &Path,
    body: impl FnOnce(&Connection, &Time) -> Result<T, UserError>,
) -> Result<T, OfflineError> {
    let mut conn = schema::open_writer(dir).map_err(OfflineError::Data)?;
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(UserError::from)?;
    let done = body(&tx, &Time::system())?;
    tx.commit().map_err(UserError::from)?;
    mark::change(dir);
    Ok(done)
}
