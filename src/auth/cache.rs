//! Users, sessions and tokens in memory, so that a request costs no question to the database.
//!
//! Filled whole from the database, never piece by piece. What it adds is when a session was last used,
//! on the monotonic line: idle times survive any jump of the wall clock.

use super::mark::Mark;
use std::collections::HashMap;
use std::sync::Arc;

use super::links::Link;
use super::secret::SecretHash;
use super::store::{Session, SessionId, Token, User, UserId, key};

/// How long a session may be idle.
pub(super) const IDLE_MS: u64 = 12 * 60 * 60 * 1_000;

/// How often a session's last use is written down at most.
const NOTED_EVERY_MS: u64 = 10 * 60 * 1_000;

/// All of it as the database holds it.
#[derive(Debug)]
pub(super) struct Contents {
    pub(super) generation: i64,
    pub(super) users: Vec<User>,
    pub(super) sessions: Vec<Session>,
    pub(super) tokens: Vec<Token>,
    pub(super) links: Vec<Link>,
}

#[derive(Debug, Default)]
pub(super) struct Cache {
    pub(super) generation: i64,
    /// When the database was last asked whether it changed.
    pub(super) asked_ms: u64,
    /// Where the mark of other processes stood then.
    pub(super) mark: Option<Mark>,
    users: HashMap<UserId, (Arc<str>, User)>,
    sessions: HashMap<SecretHash, (Session, Use)>,
    tokens: HashMap<SecretHash, (Arc<str>, Token)>,
    links: Vec<Link>,
}

#[derive(Clone, Copy, Debug)]
struct Use {
    /// On this start's monotonic line; below zero where the last use was before it.
    used_ms: i64,
    noted_ms: u64,
}

impl Use {
    fn idle_ms(&self, mono_ms: u64) -> u64 {
        u64::try_from(mono_ms.cast_signed() - self.used_ms).unwrap_or(0)
    }
}

/// Now on both clocks; the wall only where it can be believed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Now {
    pub(super) mono_ms: u64,
    pub(super) wall_ms: Option<i64>,
}

impl Cache {
    /// Takes what the database holds now. A session of an earlier start goes on from the last use noted,
    /// where both times can be believed, and else as if it had been used just now.
    pub(super) fn fill(&mut self, contents: Contents, now: Now) {
        let former = std::mem::take(&mut self.sessions);
        self.generation = contents.generation;
        self.users =
            contents.users.into_iter().map(|user| (user.id, (user.name.as_str().into(), user))).collect();
        self.tokens = contents
            .tokens
            .into_iter()
            .map(|token| (token.hash, (token.name.as_str().into(), token)))
            .collect();
        self.links = contents.links;
        for session in contents.sessions {
            let used = match former.get(&session.hash) {
                Some((_, used)) => *used,
                None => {
                    let idle = match (session.used_ms, now.wall_ms) {
                        (Some(used), Some(now)) => u64::try_from(now - used).unwrap_or(0),
                        _ => 0,
                    };
                    if idle >= IDLE_MS {
                        continue;
                    }
                    Use { used_ms: now.mono_ms.cast_signed() - idle.cast_signed(), noted_ms: now.mono_ms }
                }
            };
            self.sessions.insert(session.hash, (session, used));
        }
    }

    pub(super) fn has_users(&self) -> bool {
        !self.users.is_empty()
    }

    pub(super) fn user(&self, id: UserId) -> Option<&(Arc<str>, User)> {
        self.users.get(&id)
    }

    pub(super) fn user_named(&self, name: &str) -> Option<&User> {
        let name = key(name);
        self.users.values().map(|(_, user)| user).find(|user| key(&user.name) == name)
    }

    pub(super) fn users(&self) -> Vec<User> {
        let mut users: Vec<User> = self.users.values().map(|(_, user)| user.clone()).collect();
        users.sort_by_key(|user| key(&user.name));
        users
    }

    pub(super) fn token(&self, hash: &SecretHash) -> Option<&(Arc<str>, Token)> {
        self.tokens.get(hash)
    }

    pub(super) fn tokens(&self) -> Vec<Token> {
        let mut tokens: Vec<Token> = self.tokens.values().map(|(_, token)| token.clone()).collect();
        tokens.sort_by_key(|token| token.id);
        tokens
    }

    /// The session of that secret, used now; and whether it is time to write that down.
    pub(super) fn use_session(&mut self, hash: &SecretHash, mono_ms: u64) -> Option<(&Session, Noted)> {
        let (session, used) = self.sessions.get_mut(hash)?;
        if used.idle_ms(mono_ms) >= IDLE_MS {
            return None;
        }
        used.used_ms = mono_ms.cast_signed();
        let noted = if mono_ms.saturating_sub(used.noted_ms) >= NOTED_EVERY_MS {
            used.noted_ms = mono_ms;
            Noted::Due
        } else {
            Noted::Lately
        };
        Some((session, noted))
    }

    /// The sessions that are good, with how long each has been idle.
    pub(super) fn sessions(&self, mono_ms: u64) -> Vec<(Session, u64)> {
        let mut sessions: Vec<(Session, u64)> = self
            .sessions
            .values()
            .map(|(session, used)| (session.clone(), used.idle_ms(mono_ms)))
            .filter(|(_, idle_ms)| *idle_ms < IDLE_MS)
            .collect();
        sessions.sort_by_key(|(session, _)| session.id);
        sessions
    }

    /// All links, oldest first.
    pub(super) fn links(&self) -> &[Link] {
        &self.links
    }

    /// The session of that secret, in use or not.
    pub(super) fn session_id(&self, hash: &SecretHash) -> Option<(SessionId, UserId)> {
        self.sessions.get(hash).map(|(session, _)| (session.id, session.user))
    }
}

/// Whether a session's use is to be written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Noted {
    /// It was, not long ago.
    Lately,
    /// It is time.
    Due,
}
