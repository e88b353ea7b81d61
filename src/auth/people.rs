//! Changing users, their links, sessions and tokens. Each change names who asked for it and stands in the audit
//! by the same transaction: nothing is done that the record does not tell.

use rusqlite::Transaction;

use super::audit::{self, Deed};
use super::change::{ChangeError, UserError};
use super::limits::{self, Limits};
use super::links::{self, Link, LinkId};
use super::shown::Card;
use super::store::{self, SessionId, Token, TokenId, User, UserId};
use super::{Auth, SessionInfo, password, secret, token_secret};
use crate::domain::command::Actor;
use crate::ledger::role::Role;
use crate::runtime::Time;

/// Somebody to add.
#[derive(Clone, Debug)]
pub struct NewUser<'a> {
    /// The name to log in with.
    pub name: &'a str,
    /// What they may do.
    pub role: Role,
    /// Which games and pitches they are limited to.
    pub limits: Limits,
    /// Their password; without one they log in by link alone.
    pub password: Option<&'a str>,
}

impl<'a> NewUser<'a> {
    /// Somebody with a password and without limits.
    #[must_use]
    pub fn new(name: &'a str, role: Role, password: &'a str) -> Self {
        Self { name, role, limits: Limits::default(), password: Some(password) }
    }
}

/// What changes about somebody; absent means unchanged.
#[derive(Clone, Debug, Default)]
pub struct UserChange {
    /// Another role.
    pub role: Option<Role>,
    /// Other limits.
    pub limits: Option<Limits>,
    /// Another password; all their sessions end.
    pub password: Option<String>,
}

/// How the record names a user.
#[must_use]
pub fn user_actor(id: UserId) -> Actor {
    Actor(format!("user:{}", id.0))
}

impl Auth {
    /// All users, by name.
    #[must_use]
    pub fn users(&self) -> Vec<User> {
        self.cache().users()
    }

    /// Adds a user.
    ///
    /// # Errors
    /// A bad or taken name, a bad password or limits, or not stored.
    pub async fn add_user(&self, by: &Actor, new: NewUser<'_>) -> Result<UserId, ChangeError> {
        store::checked_name(new.name).map_err(ChangeError::User)?;
        let hash = match new.password {
            Some(password) => self.new_hash(password).await?,
            None => password::nobodys(),
        };
        let (name, role, limits, by) = (new.name.to_owned(), new.role, new.limits, by.clone());
        self.change(move |tx, time| {
            let id = store::insert_user(tx, &name, role, &hash, time.wall_ms())?;
            if role != Role::Organiser {
                limits::set(tx, id, &limits)?;
            }
            audit::insert(tx, &Deed::done(&by, "user-added", user_actor(id).0), time)?;
            Ok(id)
        })
        .await
    }

    /// Changes a user.
    ///
    /// # Errors
    /// An unknown user, the last organiser, a bad password or limits, or not stored; then nothing is changed.
    pub async fn change_user(&self, by: &Actor, id: UserId, change: UserChange) -> Result<(), ChangeError> {
        let hash = match &change.password {
            Some(password) => Some(self.new_hash(password).await?),
            None => None,
        };
        let by = by.clone();
        self.change(move |tx, time| {
            let known = store::users(tx)?.into_iter().find(|user| user.id == id);
            let known = known.ok_or_else(|| store::unknown_user(id))?;
            let note = |action| audit::insert(tx, &Deed::done(&by, action, user_actor(id).0), time);
            let role = change.role.unwrap_or(known.role);
            if role != known.role {
                store::set_role(tx, id, role)?;
                note(if role == Role::Organiser { "user-made-organiser" } else { "user-made-commentator" })?;
            }
            let limits = change.limits.as_ref().filter(|limits| **limits != known.limits);
            if let Some(limits) = limits.filter(|_| role != Role::Organiser) {
                limits::set(tx, id, limits)?;
                store::raise(tx)?;
                note("user-limits-changed")?;
            }
            if let Some(hash) = &hash {
                store::set_password(tx, id, hash)?;
                note("user-password-set")?;
            }
            Ok(())
        })
        .await
    }

    /// Removes a user with their sessions and links.
    ///
    /// # Errors
    /// An unknown user, the last organiser, or not stored.
    pub async fn remove_user(&self, by: &Actor, id: UserId) -> Result<(), ChangeError> {
        let by = by.clone();
        self.change(move |tx, time| {
            store::remove_user(tx, id)?;
            Ok(audit::insert(tx, &Deed::done(&by, "user-removed", user_actor(id).0), time)?)
        })
        .await
    }

    /// All login links, oldest first, without their secrets.
    #[must_use]
    pub fn links(&self) -> Vec<Link> {
        self.cache().links().to_vec()
    }

    /// Makes a login link for each of them, in place of the open one they may have. The secrets are stored nowhere.
    ///
    /// # Errors
    /// An unknown user, or not stored; then none is made.
    pub async fn make_links(&self, by: &Actor, users: &[UserId]) -> Result<Vec<Card>, ChangeError> {
        let by = by.clone();
        let made: Vec<(UserId, String)> =
            users.iter().map(|id| (*id, secret::write(&secret::random::<16>()))).collect();
        let hashes: Vec<_> = made.iter().map(|(id, link)| (*id, secret::hash(link))).collect();
        self.change(move |tx, time| {
            for (id, hash) in &hashes {
                links::insert(tx, *id, hash, time.wall_ms())?;
                audit::insert(tx, &Deed::done(&by, "link-made", user_actor(*id).0), time)?;
            }
            Ok(())
        })
        .await?;
        let cache = self.cache();
        let card = |(id, secret)| Some(Card { name: cache.user(id)?.0.to_string(), secret });
        Ok(made.into_iter().filter_map(card).collect())
    }

    /// Ends a login link.
    ///
    /// # Errors
    /// An unknown link, or not stored.
    pub async fn revoke_link(&self, by: &Actor, id: LinkId) -> Result<(), ChangeError> {
        let by = by.clone();
        self.change(move |tx, time| {
            let user = links::delete(tx, id)?;
            Ok(audit::insert(tx, &Deed::done(&by, "link-revoked", user_actor(user).0), time)?)
        })
        .await
    }

    /// The sessions that are good, oldest first.
    #[must_use]
    pub fn sessions(&self) -> Vec<SessionInfo> {
        let cache = self.cache();
        let sessions = cache.sessions(self.0.time.now_ms());
        sessions
            .into_iter()
            .filter_map(|(session, idle_ms)| {
                let (name, _) = cache.user(session.user)?;
                Some(SessionInfo {
                    id: session.id,
                    user_id: session.user,
                    user: name.clone(),
                    agent: session.agent,
                    created_ms: session.created_ms,
                    idle_ms,
                })
            })
            .collect()
    }

    /// Ends a session.
    ///
    /// # Errors
    /// An unknown session, or not stored.
    pub async fn revoke_session(&self, by: &Actor, id: SessionId) -> Result<(), ChangeError> {
        let by = by.clone();
        self.change(move |tx, time| {
            let owner = user_actor(store::delete_session(tx, id)?);
            let action = if owner == by { "logout" } else { "session-revoked" };
            Ok(audit::insert(tx, &Deed::done(&by, action, owner.0), time)?)
        })
        .await
    }

    /// All tokens, without their secrets.
    #[must_use]
    pub fn tokens(&self) -> Vec<Token> {
        self.cache().tokens()
    }

    /// Makes a token and returns its secret, which is shown once and stored nowhere.
    ///
    /// # Errors
    /// A bad name, or not stored.
    pub async fn create_token(
        &self,
        by: &Actor,
        role: Role,
        name: &str,
    ) -> Result<(TokenId, String), ChangeError> {
        let (secret, hash) = token_secret();
        let (name, by) = (name.to_owned(), by.clone());
        let id = self.change(move |tx, time| {
            let id = store::insert_token(tx, &hash, role, &name, time.wall_ms())?;
            audit::insert(tx, &Deed::done(&by, "token-made", format!("token:{}", id.0)), time)?;
            Ok(id)
        });
        Ok((id.await?, secret))
    }

    /// Ends a token.
    ///
    /// # Errors
    /// An unknown token, or not stored.
    pub async fn revoke_token(&self, by: &Actor, id: TokenId) -> Result<(), ChangeError> {
        let by = by.clone();
        self.change(move |tx, time| {
            store::delete_token(tx, id)?;
            Ok(audit::insert(tx, &Deed::done(&by, "token-revoked", format!("token:{}", id.0)), time)?)
        })
        .await
    }

    /// Keeps secrets just made for ten minutes, and says under which name their owner finds them.
    #[must_use]
    pub fn show_to(&self, owner: &Actor, cards: Vec<Card>) -> String {
        self.0.shown.put(owner, cards, self.0.time.now_ms())
    }

    /// The secrets kept under that name for that owner.
    #[must_use]
    pub fn shown_to(&self, owner: &Actor, key: &str) -> Option<Vec<Card>> {
        self.0.shown.get(owner, key, self.0.time.now_ms())
    }

    pub(super) async fn new_hash(&self, password: &str) -> Result<String, ChangeError> {
        if !password::is_acceptable(password) {
            return Err(ChangeError::User(UserError::Password));
        }
        Ok(self.0.passwords.hash(password).await?)
    }

    /// Changes the tables on the ledger thread, and what is known of them after it.
    pub(super) async fn change<T: Send + 'static>(
        &self,
        body: impl FnOnce(&Transaction<'_>, &Time) -> Result<T, UserError> + Send + 'static,
    ) -> Result<T, ChangeError> {
        let time = self.0.time.clone();
        let done = self.0.ledger.write(move |tx| body(tx, &time)).await?;
        self.refill().await?;
        Ok(done)
    }
}
