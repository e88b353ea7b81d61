//! Users, sessions, tokens and devices: who is asking.
//!
//! Called by routes and sockets, which turn cookies and headers into a [`Who`]; the command line uses
//! [`offline`]. Only hashes of secrets are stored. In the log people stand as `user:3` and feeds as
//! `token:2`; [`Auth::name_of`] says who that is, so that a name can be forgotten without touching the log.

pub mod audit;
mod cache;
pub mod change;
pub mod device;
pub mod limits;
pub mod links;
pub mod login;
mod mark;
pub mod offline;
pub mod password;
pub mod people;
pub mod record;
mod secret;
pub mod setup;
pub mod shown;
pub mod store;
mod throttle;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use self::audit::{Deed, Refusals};
use self::cache::{Cache, Contents, IDLE_MS, Noted, Now};
use self::change::ChangeError;
use self::device::Devices;
use self::password::Passwords;
use self::secret::SecretHash;
use self::setup::{Purpose, Setup};
use self::shown::Shown;
use self::store::{SessionId, TokenId, User, UserId};
use self::throttle::Throttle;
use crate::domain::command::Actor;
use crate::ledger::Ledger;
use crate::ledger::error::{Failure, LedgerError};
use crate::ledger::role::{Role, Scope};
use crate::ledger::work::WriteError;
use crate::runtime::{self, Time};

/// How often the data folder is looked at for a file that asks for help.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// How long changes by another process may go unnoticed.
const ASK_EVERY_MS: u64 = 1_000;

/// Who is asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// As commands and the log name them.
    pub actor: Actor,
    /// What they may do.
    pub role: Role,
    /// In which games.
    pub scope: Scope,
    /// As pages name them.
    pub name: Arc<str>,
    /// By what they are known.
    pub by: Credential,
}

/// By what somebody is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
    /// A session cookie.
    Session(SessionId),
    /// A bearer token.
    Token(TokenId),
}

/// A session as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionInfo {
    /// Its number.
    pub id: SessionId,
    /// Whose.
    pub user_id: UserId,
    /// Their name.
    pub user: Arc<str>,
    /// What the browser called itself.
    pub agent: String,
    /// When it began, milliseconds since 1970 as the machine believed.
    pub created_ms: i64,
    /// For how long it was not used, in milliseconds.
    pub idle_ms: u64,
}

/// The room's handle; cloned freely.
#[derive(Clone, Debug)]
pub struct Auth(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    ledger: Ledger,
    time: Time,
    dir: PathBuf,
    key: [u8; 32],
    devices: Devices,
    passwords: Passwords,
    setup: Setup,
    shown: Shown,
    refusals: Refusals,
    throttle: Mutex<Throttle>,
    cache: Mutex<Cache>,
    // Held while the database is read into the cache, so that an older reading never follows a newer one.
    filling: smol::lock::Mutex<()>,
}

impl Auth {
    /// Reads users, sessions and tokens; without a user, makes the setup link. `dir` is the data folder.
    ///
    /// # Errors
    /// When the database cannot be read or written.
    pub async fn open(ledger: Ledger, time: Time, dir: &Path) -> Result<Self, LedgerError> {
        let key =
            ledger.write(|tx| store::box_key(tx, secret::random())).await.map_err(|error| match error {
                WriteError::Refused(cause) => LedgerError::Database { doing: "make the box's key", cause },
                WriteError::Failed(_) => LedgerError::Stopped,
            })?;
        let boot = ledger.boot();
        let auth = Self(Arc::new(Inner {
            ledger,
            key,
            dir: dir.to_owned(),
            devices: Devices::new(key, boot, time.clone()),
            time,
            passwords: Passwords::start(),
            setup: Setup::new(dir),
            shown: Shown::default(),
            refusals: Refusals::default(),
            throttle: Mutex::default(),
            cache: Mutex::default(),
            filling: smol::lock::Mutex::new(()),
        }));
        auth.fill().await?;
        if !auth.cache().has_users() {
            auth.0.setup.begin(Purpose::First, auth.0.time.now_ms());
        }
        auth.notice_recovery();
        runtime::spawn(watch(Arc::downgrade(&auth.0)));
        Ok(auth)
    }

    /// Who a session cookie's value belongs to. Counts as a use of the session.
    pub async fn by_session(&self, cookie: &str) -> Option<Who> {
        self.notice_changes().await;
        let now = self.now();
        let mut cache = self.cache();
        let (session, noted) = cache.use_session(&secret::hash(cookie), now.mono_ms)?;
        let (id, user) = (session.id, session.user);
        let who = user_who(cache.user(user)?, id);
        drop(cache);
        if noted == Noted::Due {
            let ledger = self.0.ledger.clone();
            runtime::spawn(async move {
                if let Err(error) = ledger.write(move |tx| store::touch_session(tx, id, now.wall_ms)).await {
                    log::warn!("cannot note that session {} is in use: {error}", id.0);
                }
            });
        }
        Some(who)
    }

    /// Who a bearer token belongs to.
    pub async fn by_token(&self, bearer: &str) -> Option<Who> {
        self.notice_changes().await;
        let cache = self.cache();
        let (name, token) = cache.token(&secret::hash(bearer))?;
        Some(Who {
            actor: token_actor(token.id),
            role: token.role,
            scope: Scope::All,
            name: name.clone(),
            by: Credential::Token(token.id),
        })
    }

    /// How a page names somebody the log names; `None` when they were removed, or are no person or feed.
    #[must_use]
    pub fn name_of(&self, actor: &Actor) -> Option<Arc<str>> {
        let (family, number) = actor.0.split_once(':')?;
        let number: i64 = number.parse().ok()?;
        let cache = self.cache();
        match family {
            "user" => cache.user(UserId(number)).map(|(name, _)| name.clone()),
            "token" => cache.tokens().into_iter().find(|token| token.id.0 == number).map(|t| t.name.into()),
            _ => None,
        }
    }

    /// The secret of the setup link, while it is good: without a user, or for an hour after a file `recover` was
    /// put into the data folder.
    #[must_use]
    pub fn setup_secret(&self) -> Option<String> {
        self.0.setup.good(self.0.time.now_ms()).map(|good| good.secret)
    }

    /// What the setup link is for, while it is good.
    #[must_use]
    pub fn setup_purpose(&self) -> Option<Purpose> {
        self.0.setup.good(self.0.time.now_ms()).map(|good| good.purpose)
    }

    /// What a setup link with that secret is good for.
    #[must_use]
    pub fn setup_is(&self, secret: &str) -> Option<Purpose> {
        self.0.setup.purpose(secret, self.0.time.now_ms())
    }

    /// Gives and checks device cookies.
    #[must_use]
    pub fn devices(&self) -> &Devices {
        &self.0.devices
    }

    /// Sees what another process changed: at once where it has moved the mark, else within a second. While
    /// the database cannot be read, what is known holds.
    async fn notice_changes(&self) {
        {
            let (mut cache, now_ms) = (self.cache(), self.0.time.now_ms());
            let mark = mark::read(&self.0.dir);
            if now_ms < cache.asked_ms + ASK_EVERY_MS && mark == cache.mark {
                return;
            }
            cache.asked_ms = now_ms;
            cache.mark = mark;
        }
        let asked = self.0.ledger.read(|conn| Ok(store::generation(conn)?)).await;
        let result = match asked {
            Ok(generation) if generation == self.cache().generation => Ok(()),
            Ok(_) => self.fill().await,
            Err(error) => Err(error),
        };
        if let Err(error) = result {
            log::warn!("cannot see whether users or tokens were changed: {error}");
        }
    }

    /// After a change of our own. The change is stored; if it cannot be read now, that is a failure too:
    /// who revoked something must not believe it done.
    async fn refill(&self) -> Result<(), ChangeError> {
        self.fill().await.map_err(|error| ChangeError::Failed(Failure::from(&error)))
    }

    /// Makes a recovery link where a file in the data folder asks for one. Where there is no user, there is a
    /// setup link already.
    fn notice_recovery(&self) {
        let now_ms = self.0.time.now_ms();
        self.0.setup.end_if_over(now_ms);
        if self.0.setup.is_asked_for() && self.cache().has_users() {
            self.0.setup.begin(Purpose::Recovery, now_ms);
            self.note(Deed::done(&Actor("box".to_owned()), "recovery-begun", ""));
        }
    }

    async fn fill(&self) -> Result<(), LedgerError> {
        let _filling = self.0.filling.lock().await;
        let contents = self
            .0
            .ledger
            .read(|conn| {
                // One snapshot of them all.
                let tx = conn.unchecked_transaction()?;
                Ok(Contents {
                    generation: store::generation(&tx)?,
                    users: store::users(&tx)?,
                    sessions: store::sessions(&tx)?,
                    tokens: store::tokens(&tx)?,
                    links: links::all(&tx)?,
                })
            })
            .await?;
        let now = self.now();
        let mut cache = self.cache();
        cache.fill(contents, now);
        if cache.has_users() {
            self.0.setup.end_first();
        }
        Ok(())
    }

    fn now(&self) -> Now {
        let time = &self.0.time;
        Now { mono_ms: time.now_ms(), wall_ms: time.wall_plausible().then(|| time.wall_ms()) }
    }

    fn cache(&self) -> std::sync::MutexGuard<'_, Cache> {
        self.0.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn throttle(&self) -> std::sync::MutexGuard<'_, Throttle> {
        self.0.throttle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Looks for a file that asks for help, as long as the box lives.
async fn watch(auth: Weak<Inner>) {
    loop {
        runtime::sleep(LOOK_EVERY).await;
        let Some(inner) = auth.upgrade() else { return };
        Auth(inner).notice_recovery();
    }
}

/// How long a session may be idle, in milliseconds.
pub const SESSION_IDLE_MS: u64 = IDLE_MS;

fn user_who((name, user): &(Arc<str>, User), session: SessionId) -> Who {
    Who {
        actor: people::user_actor(user.id),
        role: user.role,
        scope: limits::scope(user.role, &user.limits),
        name: name.clone(),
        by: Credential::Session(session),
    }
}

fn token_actor(id: TokenId) -> Actor {
    Actor(format!("token:{}", id.0))
}

/// A new token's secret and what is stored of it.
fn token_secret() -> (String, SecretHash) {
    let secret = format!("tl_{}", secret::write(&secret::random::<32>()));
    let hash = secret::hash(&secret);
    (secret, hash)
}
