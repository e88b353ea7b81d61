//! The sport files the binary carries, and the library a box runs: these, overridden by the operator's.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Sport, SportError};

/// Name and text of each.
pub const FILES: &[(&str, &str)] = &[
    ("football.toml", include_str!("../../../data/sports/football.toml")),
    ("free.toml", include_str!("../../../data/sports/free.toml")),
];

/// The sports new games can be of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Library {
    /// By the sport's id.
    pub sports: BTreeMap<String, Arc<Sport>>,
}

impl Library {
    /// Reads sport files as name and text. Of two of the same sport the later one counts: give the carried
    /// ones first ([`carried`]), then the operator's.
    ///
    /// # Errors
    /// What is wrong with each file that is refused: all of them, so that they can be put right at once.
    pub fn load(files: impl IntoIterator<Item = (String, String)>) -> Result<Self, Vec<SportError>> {
        let mut library = Self::default();
        let mut refused = Vec::new();
        for (file, text) in files {
            match Sport::parse(&file, &text) {
                Ok(sport) => {
                    library.sports.insert(sport.id.clone(), Arc::new(sport));
                }
                Err(error) => refused.push(error),
            }
        }
        if refused.is_empty() { Ok(library) } else { Err(refused) }
    }
}

/// The files the binary carries, as [`Library::load`] takes them.
pub fn carried() -> impl Iterator<Item = (String, String)> {
    FILES.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned()))
}
