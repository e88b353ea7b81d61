//! The setup link: whoever holds it makes the first organiser, once; or, where a password was lost, gives an
//! organiser a new one.
//!
//! Its secret is made at a start without a user, or when somebody with the card in their hands puts a file
//! `recover` into the data folder. It stands in memory and in a file that only the box's own user can read. The
//! first kind ends with the first user, however that one was made; the second after an hour; both with their use and
//! with the box.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::secret;

/// The files that ask for a new link; the second is what some editors make of the first.
const ASKED_BY: [&str; 2] = ["recover", "recover.txt"];

/// How long a link for a lost password is good.
const RECOVERY_MS: u64 = 60 * 60 * 1_000;

/// What a setup link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// There is no user yet.
    First,
    /// An organiser's password was lost.
    Recovery,
}

/// A link that is good.
#[derive(Clone, Debug)]
pub(super) struct Good {
    pub(super) secret: String,
    pub(super) purpose: Purpose,
    until_ms: u64,
}

/// The link, while it is good.
#[derive(Debug)]
pub(super) struct Setup {
    dir: PathBuf,
    good: Mutex<Option<Good>>,
}

impl Setup {
    /// No link yet; one of an earlier start is void.
    pub(super) fn new(dir: &Path) -> Self {
        let setup = Self { dir: dir.to_owned(), good: Mutex::new(None) };
        setup.end();
        setup
    }

    /// Makes a link in place of any other. Where the file cannot be written it is good all the same: it is told.
    pub(super) fn begin(&self, purpose: Purpose, now_ms: u64) {
        self.end();
        let secret = secret::write(&secret::random::<16>());
        let until_ms = match purpose {
            Purpose::First => u64::MAX,
            Purpose::Recovery => now_ms + RECOVERY_MS,
        };
        // Good before it can be read anywhere.
        *self.lock() = Some(Good { secret: secret.clone(), purpose, until_ms });
        let file = self.file();
        if let Err(cause) = write_whole(&file, &secret) {
            log::warn!("cannot write {}: {cause}; use the setup link as it is told here", file.display());
        }
        if purpose == Purpose::Recovery {
            // At the start the address is not known yet; then the link is printed with it.
            let base = std::fs::read_to_string(self.dir.join("address")).unwrap_or_default();
            log::warn!(
                "a file `recover` was put into the data folder: for an hour, {}/setup/{secret} lets whoever opens it \
                 give an organiser a new password",
                base.trim()
            );
        }
    }

    /// The link, while it is good.
    pub(super) fn good(&self, now_ms: u64) -> Option<Good> {
        self.lock().clone().filter(|good| now_ms < good.until_ms)
    }

    /// What that secret is good for. Hashes are compared, so that the time taken says nothing.
    pub(super) fn purpose(&self, given: &str, now_ms: u64) -> Option<Purpose> {
        let good = self.good(now_ms)?;
        (secret::hash(&good.secret) == secret::hash(given)).then_some(good.purpose)
    }

    /// Takes the link of that secret, so that nobody else uses it meanwhile: [`Setup::give_back`] where nothing
    /// came of it, else [`Setup::end`].
    pub(super) fn take(&self, given: &str, now_ms: u64) -> Option<Good> {
        self.purpose(given, now_ms)?;
        self.lock().take()
    }

    pub(super) fn give_back(&self, good: Good) {
        self.lock().get_or_insert(good);
    }

    /// The link is good no more.
    pub(super) fn end(&self) {
        *self.lock() = None;
        self.remove(&self.file());
    }

    /// There is a user: the link for the first is good no more.
    pub(super) fn end_first(&self) {
        self.end_where(|good| good.purpose == Purpose::First);
    }

    /// Ends the link when its time is over.
    pub(super) fn end_if_over(&self, now_ms: u64) {
        self.end_where(|good| now_ms >= good.until_ms);
    }

    fn end_where(&self, over: impl Fn(&Good) -> bool) {
        let over = self.lock().as_ref().is_some_and(over);
        if over {
            self.end();
        }
    }

    /// Whether somebody asks for a link by a file in the data folder. It is asked for once: without the file
    /// being removed nothing is made of it.
    pub(super) fn is_asked_for(&self) -> bool {
        ASKED_BY.iter().any(|name| {
            let file = self.dir.join(name);
            file.is_file() && self.remove(&file)
        })
    }

    fn file(&self) -> PathBuf {
        self.dir.join("setup-link")
    }

    fn remove(&self, file: &Path) -> bool {
        match std::fs::remove_file(file) {
            Ok(()) => true,
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => false,
            Err(cause) => {
                log::warn!("cannot remove {}: {cause}; what it says no longer counts", file.display());
                false
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Good>> {
        self.good.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes the file under another name first: whoever waits for it never reads half of it.
fn write_whole(file: &Path, secret: &str) -> std::io::Result<()> {
    let part = file.with_extension("part");
    let _ = std::fs::remove_file(&part);
    let mut written = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part)?;
    writeln!(written, "{secret}")?;
    std::fs::rename(&part, file)
}
