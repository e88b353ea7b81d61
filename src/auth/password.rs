//! Passwords: what is asked of them, and argon2id on one thread.
//!
//! One hash takes 19 MiB and tens of milliseconds on a small box, so that they are made one after another
//! on a thread of their own, and only a few may wait: a flood of logins costs no phone anything.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use async_channel::{Receiver, Sender};

use super::secret;
use crate::runtime;

/// The fewest characters of a password.
pub const SHORTEST: usize = 8;

/// The most bytes: more would only keep the thread busy.
pub const LONGEST: usize = 1_024;

/// Logins that may wait for the thread.
const WAITING: usize = 16;

/// Whether a password may be used.
#[must_use]
pub fn is_acceptable(password: &str) -> bool {
    password.chars().count() >= SHORTEST && password.len() <= LONGEST
}

/// What stands in place of a hash where somebody has no password: no password fits it, and no two are the same,
/// because browser cookies are signed over it.
pub(super) fn nobodys() -> String {
    format!("!{}", secret::write(&secret::random::<16>()))
}

/// Whether that is what [`nobodys`] made.
pub(super) fn is_nobodys(stored: &str) -> bool {
    stored.starts_with('!')
}

/// Hashes a password, on the calling thread.
pub(super) fn hash(password: &str) -> String {
    let hash: PasswordHash = argon2()
        .hash_password(password.as_bytes())
        .expect("argon2id takes any password of bounded length, and the system gives a salt");
    hash.to_string()
}

/// OWASP's smallest recommended parameters: 19 MiB, two passes, one lane.
fn argon2() -> Argon2<'static> {
    let params = Params::new(19 * 1_024, 2, 1, None).expect("the parameters are within argon2's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// The thread that hashes.
#[derive(Clone, Debug)]
pub(super) struct Passwords(Sender<Work>);

struct Work {
    password: String,
    task: Task,
}

enum Task {
    Hash(Sender<String>),
    // Against nothing where there is no such user, or none with a password, which must take as long.
    Verify(Option<String>, Sender<bool>),
}

/// Too many logins wait for the thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Busy;

impl Passwords {
    /// Starts the thread; it ends when the last clone is dropped.
    pub(super) fn start() -> Self {
        let (sender, work) = async_channel::bounded(WAITING);
        runtime::thread("password", move || run(&work));
        Self(sender)
    }

    /// Whether the password is that of the stored hash; as slow without one.
    pub(super) async fn verify(&self, stored: Option<String>, password: &str) -> Result<bool, Busy> {
        let (reply, answer) = async_channel::bounded(1);
        self.send(password, Task::Verify(stored, reply))?;
        answer.recv().await.map_err(|_| Busy)
    }

    /// Hashes a new password.
    pub(super) async fn hash(&self, password: &str) -> Result<String, Busy> {
        let (reply, answer) = async_channel::bounded(1);
        self.send(password, Task::Hash(reply))?;
        answer.recv().await.map_err(|_| Busy)
    }

    fn send(&self, password: &str, task: Task) -> Result<(), Busy> {
        self.0.try_send(Work { password: password.to_owned(), task }).map_err(|_| Busy)
    }
}

fn run(work: &Receiver<Work>) {
    let argon2 = argon2();
    let nobody = hash("a password nobody has");
    while let Ok(Work { password, task }) = work.recv_blocking() {
        // Nobody may be waiting any more; then the answer is not needed.
        match task {
            Task::Hash(reply) => {
                let _ = reply.try_send(hash(&password));
            }
            Task::Verify(stored, reply) => {
                let against = stored.as_deref().unwrap_or(&nobody);
                let fits = PasswordHash::new(against)
                    .is_ok_and(|hash| argon2.verify_password(password.as_bytes(), &hash).is_ok());
                let _ = reply.try_send(fits && stored.is_some());
            }
        }
    }
}
