//! Beginning and ending a session: by password, once by a login link, or once by the setup link.

use std::fmt;

use super::audit::{self, Deed};
use super::change::{ChangeError, UserError};
use super::password::{self, Busy};
use super::people::user_actor;
use super::setup::Purpose;
use super::store::{self, SessionId, User, UserId};
use super::throttle::Tries;
use super::{Auth, Who, links, secret, user_who};
use crate::domain::command::Actor;
use crate::ledger::error::{Failure, LedgerError};
use crate::ledger::role::Role;
use crate::ledger::work::WriteError;

/// The longest note of a browser's name.
const LONGEST_AGENT: usize = 200;

/// A try to log in.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    /// The name given.
    pub name: &'a str,
    /// The password given.
    pub password: &'a str,
    /// The value of the browser cookie of an earlier login, where there is one.
    pub browser: Option<&'a str>,
    /// What the browser calls itself, for the list of sessions.
    pub agent: &'a str,
}

/// A new session.
#[derive(Clone, Debug)]
pub struct Login {
    /// Who logged in.
    pub who: Who,
    /// The session cookie's value: 128 random bits, stored nowhere.
    pub session: String,
    /// The browser cookie's value, to be kept for a year: with it this browser has tries of its own.
    pub browser: String,
}

/// Why there is no session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoginError {
    /// Name or password is wrong; which, is not said.
    Wrong,
    /// The login link was used, revoked, or never made.
    Link,
    /// Too many tries.
    Throttled {
        /// When there is one again.
        retry_after_s: u32,
    },
    /// The session could not be stored.
    Failed(Failure),
}

impl fmt::Display for LoginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wrong => f.write_str("The name or the password is wrong."),
            Self::Link => f.write_str("This sign-in link was used before or is no longer good."),
            Self::Throttled { retry_after_s } => {
                write!(f, "Too many tries to log in; try again in {retry_after_s} s.")
            }
            Self::Failed(failure) => failure.fmt(f),
        }
    }
}

impl Auth {
    /// Checks name and password and begins a session.
    ///
    /// # Errors
    /// Wrong, too often, or not stored.
    pub async fn login(&self, attempt: Attempt<'_>) -> Result<Login, LoginError> {
        self.notice_changes().await;
        let user = self.cache().user_named(attempt.name).cloned();
        let known = user.as_ref().zip(attempt.browser).and_then(|(user, cookie)| self.browser(user, cookie));
        let tries = match known {
            Some(browser) => Tries::Browser(browser),
            None => Tries::Unknown(store::key(attempt.name).chars().take(64).collect()),
        };
        let taken = self.throttle().take(&tries, self.0.time.now_ms());
        if let Err(retry_after_s) = taken {
            self.note_failed(user.as_ref(), "too-many-tries");
            return Err(LoginError::Throttled { retry_after_s });
        }
        // A password too long to be anybody's is as wrong as any, and takes as long.
        let password: &str = if attempt.password.len() <= password::LONGEST { attempt.password } else { "" };
        let stored = user.as_ref().filter(|user| user.has_password()).map(|user| user.password.clone());
        let fits = self
            .0
            .passwords
            .verify(stored, password)
            .await
            .map_err(|Busy| LoginError::Throttled { retry_after_s: 1 })?;
        let Some(user) = user.as_ref().filter(|_| fits) else {
            self.note_failed(user.as_ref(), "wrong-login");
            return Err(LoginError::Wrong);
        };
        self.throttle().refund(&tries);
        self.begin_session(user, attempt.agent, "login").await.map_err(LoginError::Failed)
    }

    /// A refused login, by the account tried. A name that is nobody's is not kept: people type passwords there.
    fn note_failed(&self, user: Option<&User>, code: &str) {
        let subject = user.map(|user| user_actor(user.id).0).unwrap_or_default();
        self.note(Deed::done(&Actor(String::new()), "login", subject).refused(code, ""));
    }

    /// Ends the session of that cookie; a cookie of none changes nothing.
    ///
    /// # Errors
    /// When it could not be stored: the session is still good.
    pub async fn logout(&self, cookie: &str) -> Result<(), ChangeError> {
        let known = self.cache().session_id(&secret::hash(cookie));
        match known {
            Some((id, user)) => self.revoke_session(&user_actor(user), id).await,
            None => Ok(()),
        }
    }

    /// Whom a login link would log in. Looking does not use it up: link previews and the sheets of captive portals
    /// look at every link they see.
    pub async fn link_owner(&self, link: &str) -> Option<std::sync::Arc<str>> {
        self.notice_changes().await;
        let hash = secret::hash(link);
        let cache = self.cache();
        let open = cache.links().iter().find(|link| link.hash == hash && link.used_ms.is_none())?;
        cache.user(open.user).map(|(name, _)| name.clone())
    }

    /// Uses a login link up and begins a session.
    ///
    /// # Errors
    /// A link that is not good, or not stored; then it is still good.
    pub async fn login_by_link(&self, link: &str, agent: &str) -> Result<Login, LoginError> {
        let spent = secret::hash(link);
        let (cookie, hash) = session_secret();
        let (agent, used_ms, time) = (short(agent), self.now().wall_ms, self.0.time.clone());
        let begun = self.0.ledger.write(move |tx| {
            let Some(user) = links::spend(tx, &spent, time.wall_ms())? else { return Ok(None) };
            let session = store::insert_session(tx, &hash, user, &agent, (time.wall_ms(), used_ms))?;
            audit::insert(tx, &Deed::done(&user_actor(user), "login-by-link", ""), &time)?;
            Ok::<_, rusqlite::Error>(Some((user, session)))
        });
        let begun = begun.await.map_err(|error| LoginError::Failed(not_begun(error)))?;
        let Some((id, session)) = begun else {
            self.note(Deed::done(&Actor(String::new()), "login-by-link", "").refused("link-used", ""));
            return Err(LoginError::Link);
        };
        self.signed_in(id, session, cookie).await.map_err(LoginError::Failed)?.ok_or(LoginError::Link)
    }

    /// Makes the first organiser with the setup link's secret, or with that of a recovery gives an organiser a new
    /// password, or makes one; and logs them in.
    ///
    /// # Errors
    /// A used or wrong link, a bad name or password, or not stored; the link is good again then.
    pub async fn set_up(
        &self,
        link: &str,
        name: &str,
        password: &str,
        agent: &str,
    ) -> Result<Login, ChangeError> {
        self.notice_changes().await;
        let good = self.0.setup.take(link, self.0.time.now_ms()).ok_or(ChangeError::Link)?;
        match self.organiser(good.purpose, name, password).await {
            Ok(id) => {
                self.0.setup.end();
                let user = self.cache().user(id).map(|(_, user)| user.clone()).ok_or(ChangeError::Link)?;
                self.begin_session(&user, agent, "login").await.map_err(ChangeError::Failed)
            }
            Err(error) => {
                if error != ChangeError::Link {
                    self.0.setup.give_back(good);
                }
                Err(error)
            }
        }
    }

    async fn organiser(&self, purpose: Purpose, name: &str, password: &str) -> Result<UserId, ChangeError> {
        store::checked_name(name).map_err(ChangeError::User)?;
        let hash = self.new_hash(password).await?;
        let name = name.to_owned();
        // Whether somebody else was first is asked inside the transaction.
        let made = self.change(move |tx, time| {
            let users = store::users(tx)?;
            let known = users.iter().find(|user| store::key(&user.name) == store::key(&name));
            let by = Actor("box".to_owned());
            let (id, action) = match (purpose, known) {
                (Purpose::First, _) if !users.is_empty() => return Ok(None),
                (_, None) => {
                    (store::insert_user(tx, &name, Role::Organiser, &hash, time.wall_ms())?, "user-added")
                }
                (_, Some(user)) if user.role == Role::Organiser => {
                    store::set_password(tx, user.id, &hash)?;
                    (user.id, "recovery-used")
                }
                (_, Some(user)) => return Err(UserError::Taken(user.name.clone())),
            };
            audit::insert(tx, &Deed::done(&by, action, user_actor(id).0), time)?;
            Ok(Some(id))
        });
        made.await?.ok_or(ChangeError::Link)
    }

    async fn begin_session(&self, user: &User, agent: &str, action: &'static str) -> Result<Login, Failure> {
        let (cookie, hash) = session_secret();
        let (id, agent, used_ms, time) = (user.id, short(agent), self.now().wall_ms, self.0.time.clone());
        let begun = self.0.ledger.write(move |tx| {
            let session = store::insert_session(tx, &hash, id, &agent, (time.wall_ms(), used_ms))?;
            audit::insert(tx, &Deed::done(&user_actor(id), action, ""), &time)?;
            Ok::<_, rusqlite::Error>(session)
        });
        let session = begun.await.map_err(not_begun)?;
        let signed_in = self.signed_in(id, session, cookie).await?;
        signed_in.ok_or_else(|| not_begun(WriteError::Refused(rusqlite::Error::QueryReturnedNoRows)))
    }

    /// What a new session's browser is given; `None` when its user was removed at this moment.
    async fn signed_in(
        &self,
        id: UserId,
        session: SessionId,
        cookie: String,
    ) -> Result<Option<Login>, Failure> {
        self.fill().await.map_err(|error| Failure::from(&error))?;
        let Some(user) = self.cache().user(id).cloned() else { return Ok(None) };
        let browser = self.sign_browser(&user.1, secret::random());
        Ok(Some(Login { who: user_who(&user, session), session: cookie, browser }))
    }

    /// The browser cookie: a number of its own, signed for this user and password.
    fn sign_browser(&self, user: &User, browser: [u8; 16]) -> String {
        let signature = secret::sign(&self.0.key, "browser", &browser_parts(user, &browser));
        let mut bytes = browser.to_vec();
        bytes.extend(signature);
        secret::write(&bytes)
    }

    /// The browser a cookie names, if it once logged in as this user with the present password.
    fn browser(&self, user: &User, cookie: &str) -> Option<[u8; 16]> {
        let bytes: [u8; 48] = secret::read(cookie)?;
        let (browser, signature) = bytes.split_at(16);
        let browser: [u8; 16] = browser.try_into().ok()?;
        secret::is_signed(&self.0.key, "browser", &browser_parts(user, &browser), signature)
            .then_some(browser)
    }
}

fn browser_parts<'a>(user: &'a User, browser: &'a [u8; 16]) -> [&'a [u8]; 2] {
    // The stored hash has a salt of its own, which names the user as well as the password.
    [user.password.as_bytes(), browser]
}

/// A session's secret, and what is stored of it.
fn session_secret() -> (String, secret::SecretHash) {
    let cookie = secret::write(&secret::random::<16>());
    let hash = secret::hash(&cookie);
    (cookie, hash)
}

/// What a browser calls itself, as lists show it.
fn short(agent: &str) -> String {
    agent.chars().filter(|c| !c.is_control()).take(LONGEST_AGENT).collect()
}

fn not_begun(error: WriteError<rusqlite::Error>) -> Failure {
    match error {
        WriteError::Failed(failure) => failure,
        // The user was removed at this moment, or the disk refused.
        WriteError::Refused(cause) => {
            Failure::from(&LedgerError::Database { doing: "begin a session", cause })
        }
    }
}
