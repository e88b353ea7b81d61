//! Beginning and ending a session: by password, or once by the setup link.

use std::fmt;

use super::change::ChangeError;
use super::password::{self, Busy};
use super::store::{self, User, UserError};
use super::throttle::Tries;
use super::{Auth, Who, secret, user_who};
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
        let now_ms = self.0.time.now_ms();
        self.throttle()
            .take(&tries, now_ms)
            .map_err(|retry_after_s| LoginError::Throttled { retry_after_s })?;
        // A password too long to be anybody's is as wrong as any, and takes as long.
        let password: &str = if attempt.password.len() <= password::LONGEST { attempt.password } else { "" };
        let stored = user.as_ref().map(|user| user.password.clone());
        let fits = self
            .0
            .passwords
            .verify(stored, password)
            .await
            .map_err(|Busy| LoginError::Throttled { retry_after_s: 1 })?;
        let user = user.filter(|_| fits).ok_or(LoginError::Wrong)?;
        self.throttle().refund(&tries);
        self.begin_session(&user, attempt.agent).await.map_err(LoginError::Failed)
    }

    /// Ends the session of that cookie; a cookie of none changes nothing.
    ///
    /// # Errors
    /// When it could not be stored: the session is still good.
    pub async fn logout(&self, cookie: &str) -> Result<(), ChangeError> {
        let id = self.cache().session_id(&secret::hash(cookie));
        match id {
            Some(id) => self.revoke_session(id).await,
            None => Ok(()),
        }
    }

    /// Makes the first organiser with the setup link's secret, and logs them in.
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
        if !self.0.setup.is(link) {
            return Err(ChangeError::Link);
        }
        let hash = self.new_hash(name, password).await?;
        let wall_ms = self.0.time.wall_ms();
        let (owned, first) = (name.to_owned(), hash);
        // Whether somebody else was first is asked inside the transaction.
        let id = self
            .0
            .ledger
            .write(move |tx| {
                if store::users(tx)?.is_empty() {
                    store::insert_user(tx, &owned, Role::Organiser, &first, wall_ms).map(Some)
                } else {
                    Ok::<_, UserError>(None)
                }
            })
            .await?
            .ok_or(ChangeError::Link)?;
        self.refill().await?;
        let user = self.cache().user(id).map(|(_, user)| user.clone()).ok_or(ChangeError::Link)?;
        self.begin_session(&user, agent).await.map_err(ChangeError::Failed)
    }

    async fn begin_session(&self, user: &User, agent: &str) -> Result<Login, Failure> {
        let cookie = secret::write(&secret::random::<16>());
        let hash = secret::hash(&cookie);
        let agent: String = agent.chars().filter(|c| !c.is_control()).take(LONGEST_AGENT).collect();
        let (id, now, wall_ms) = (user.id, self.now(), self.0.time.wall_ms());
        let session = self
            .0
            .ledger
            .write(move |tx| store::insert_session(tx, &hash, id, &agent, (wall_ms, now.wall_ms)))
            .await
            .map_err(|error| match error {
                WriteError::Failed(failure) => failure,
                // The user was removed at this moment, or the disk refused.
                WriteError::Refused(cause) => {
                    Failure::from(&LedgerError::Database { doing: "begin a session", cause })
                }
            })?;
        self.fill().await.map_err(|error| Failure::from(&error))?;
        let who = user_who(&(user.name.as_str().into(), user.clone()), session);
        Ok(Login { who, session: cookie, browser: self.sign_browser(user, secret::random()) })
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
