//! Importers and exporters, pure: bytes to commands and events, and back.
//!
//! [`game`] and [`command`] are the JSON of a new game and of a command, as the API takes them, a
//! recording stores them and an export keeps them: one form, read and written in one place; [`poll`] is that
//! of votes. Sources of
//! other people: [`openfootball`] and [`wyscout`]. Our own files: [`recording`] (a match to be replayed),
//! [`ndjson`] (events, exact there and back), [`json`] and [`csv`] (for reading elsewhere), [`plan`] (a day's
//! games from a spreadsheet) and [`squad`] (players as people paste them).
//! Called by the command line, the tests and whoever parses a command. Nothing here reads a file, a clock
//! or a network.

pub mod command;
pub mod csv;
pub mod export;
pub mod game;
pub mod json;
pub mod ndjson;
pub mod openfootball;
pub mod plan;
pub mod poll;
pub mod recording;
mod scorer;
pub mod shootout;
pub mod squad;
pub mod wyscout;

use std::fmt;

/// Why bytes are refused, and where: `line 12`, `match 7 (Spain - Russia)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormatError {
    /// Where in the input, as its reader would look for it; empty where the input is one small value.
    pub place: String,
    /// What is wrong, and where possible what would be right.
    pub what: String,
}

impl FormatError {
    /// Something wrong at a place.
    pub fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into() }
    }

    /// The same, found further out: `place` goes in front.
    #[must_use]
    pub fn within(mut self, place: &str) -> Self {
        self.place =
            if self.place.is_empty() { place.to_owned() } else { format!("{place}, {}", self.place) };
        self
    }
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place.is_empty() {
            f.write_str(&self.what)
        } else {
            write!(f, "{}: {}", self.place, self.what)
        }
    }
}

impl std::error::Error for FormatError {}
