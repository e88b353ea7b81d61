//! Reads a sport file: shape first (`raw`), then what its parts say about each other (`check`).
//!
//! Called when the box starts, by the check of a file on the command line, and for the file frozen into a
//! game. A file is taken whole or refused; nothing in it is guessed.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::{Sport, SportError};

mod actions;
mod check;
mod problems;
mod raw;
mod segments;

/// More than any sport needs; a file beyond it is something else.
const LONGEST: usize = 64 * 1024;

impl Sport {
    /// Reads a sport file; `file` is its name for messages.
    ///
    /// # Errors
    /// What is wrong, with its line: of what is wrong in meaning the first by line. What is wrong in shape
    /// (an unknown key, a value of another kind) comes before, since the rest cannot be judged.
    pub fn parse(file: &str, text: &str) -> Result<Self, SportError> {
        let refused = |offset: usize, what: String| SportError {
            file: file.to_owned(),
            line: line_of(text, offset),
            what,
        };
        if text.len() > LONGEST {
            let what = format!("the file has {} bytes; a sport file has at most {LONGEST}", text.len());
            return Err(refused(0, what));
        }
        let raw: raw::File = toml::from_str(text).map_err(|error| {
            let what = error.message().trim_end().replace('\n', "; ");
            refused(error.span().map_or(0, |span| span.start), what)
        })?;
        let mut sport = check::sport(&raw).map_err(|problem| refused(problem.offset, problem.what))?;
        sport.hash = hash(text);
        text.clone_into(&mut sport.source);
        Ok(sport)
    }
}

/// The line of a byte, from 1.
fn line_of(text: &str, offset: usize) -> usize {
    let before = text.as_bytes().iter().take(offset);
    1 + before.filter(|byte| **byte == b'\n').count()
}

/// SHA-256 in hexadecimal.
fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::with_capacity(64), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("a String takes everything");
        hex
    })
}
