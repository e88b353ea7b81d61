//! A sport file (TOML, schema 1) becomes a [`Sport`], or is refused with file, line and what is wrong.
//!
//! A [`Sport`] is the file as written; [`Rules`] is it with a game's parameters put in. Both are frozen
//! into a game when it is made: a later change of the file changes no game.

use std::collections::BTreeMap;

use super::Rejection;
use super::event::Param;

/// A sport as its file describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sport {
    /// `football`.
    pub id: String,
    /// `Association football`.
    pub name: String,
    /// What a contest is called on pages: `match`, `game`, `bout`.
    pub noun: String,
    /// The ids of the two sides, home first.
    pub sides: [String; 2],
    /// SHA-256 of the file's bytes, hex: what "the same rules" means.
    pub hash: String,
    /// The file's text, as frozen into games.
    pub source: String,
}

/// A sport with a game's parameters put in.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {}

/// Why a sport file is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SportError {
    /// The file's name.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, and what would be right.
    pub what: String,
}

impl Sport {
    /// Reads a sport file; `file` is its name for messages.
    ///
    /// # Errors
    /// The first thing that is wrong, with its line.
    pub fn parse(file: &str, text: &str) -> Result<Self, SportError> {
        let _ = (file, text);
        todo!()
    }

    /// The rules with these parameters in place of the file's defaults.
    ///
    /// # Errors
    /// An unknown parameter, or a value out of its range.
    pub fn rules(&self, params: &BTreeMap<String, Param>) -> Result<Rules, Rejection> {
        let _ = params;
        todo!()
    }
}
