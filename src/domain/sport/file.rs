//! Reads a sport file.

use super::{Sport, SportError};

impl Sport {
    /// Reads a sport file; `file` is its name for messages.
    ///
    /// # Errors
    /// The first thing that is wrong, with its line.
    pub fn parse(file: &str, text: &str) -> Result<Self, SportError> {
        let _ = (file, text);
        todo!()
    }
}
