//! The setup link: whoever holds it makes the first organiser, once.
//!
//! Its secret is made at a start without a user, and stands in memory and in a file that only the box's
//! own user can read. It ends with the first user, however that one was made.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::secret;

/// The secret, while it is good.
#[derive(Debug)]
pub(super) struct Setup {
    file: PathBuf,
    secret: Mutex<Option<String>>,
}

impl Setup {
    /// No secret yet; one of an earlier start is void.
    pub(super) fn new(dir: &Path) -> Self {
        let setup = Self { file: dir.join("setup-link"), secret: Mutex::new(None) };
        setup.end();
        setup
    }

    /// Makes the secret. Where the file cannot be written the secret is good all the same: it is printed.
    pub(super) fn begin(&self) {
        let secret = secret::write(&secret::random::<16>());
        let written = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&self.file)
            .and_then(|mut file| writeln!(file, "{secret}"));
        if let Err(cause) = written {
            log::warn!(
                "cannot write {}: {cause}; use the setup link printed at the start",
                self.file.display()
            );
        }
        *self.lock() = Some(secret);
    }

    /// The secret, while it is good.
    pub(super) fn secret(&self) -> Option<String> {
        self.lock().clone()
    }

    /// Whether that is the secret. Hashes are compared, so that the time taken says nothing.
    pub(super) fn is(&self, given: &str) -> bool {
        self.lock().as_deref().is_some_and(|secret| secret::hash(secret) == secret::hash(given))
    }

    /// The secret is good no more.
    pub(super) fn end(&self) {
        *self.lock() = None;
        match std::fs::remove_file(&self.file) {
            Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
                log::warn!("cannot remove {}: {cause}; its link no longer works", self.file.display());
            }
            _ => {}
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.secret.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
