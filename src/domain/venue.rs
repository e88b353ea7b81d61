//! The venue as a whole: its name, its pitches, the languages it speaks. Pure.

use super::Rejection;

/// Pitches a venue may have.
pub const MOST_PITCHES: usize = 50;

/// What is known of the venue; empty until somebody says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Venue {
    /// Its name as shown.
    pub name: Option<String>,
    /// Its pitches, courts, tables, in the order in which they are listed.
    pub pitches: Vec<String>,
    /// The languages it speaks (BCP 47), its own first; empty for what the box was started with.
    pub languages: Vec<String>,
}

/// What changes; absent means unchanged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VenueChange {
    /// Another name.
    pub name: Option<String>,
    /// Other pitches, all of them.
    pub pitches: Option<Vec<String>>,
    /// Other languages, all of them.
    pub languages: Option<Vec<String>>,
}

impl Venue {
    /// Folds a change in.
    pub fn apply(&mut self, change: &VenueChange) {
        if let Some(name) = &change.name {
            self.name = Some(name.clone());
        }
        if let Some(pitches) = &change.pitches {
            self.pitches.clone_from(pitches);
        }
        if let Some(languages) = &change.languages {
            self.languages.clone_from(languages);
        }
    }
}

/// Whether the venue can be changed so.
///
/// # Errors
/// Names what does not fit.
pub fn decide(change: &VenueChange) -> Result<VenueChange, Rejection> {
    let invalid = |detail: String| Err(Rejection::invalid("invalid-venue", detail));
    if change.name.as_ref().is_some_and(|name| name.trim().is_empty()) {
        return invalid("The venue's name is empty.".to_owned());
    }
    if let Some(pitches) = &change.pitches {
        if pitches.len() > MOST_PITCHES {
            return invalid(format!("A venue has {MOST_PITCHES} pitches at most, not {}.", pitches.len()));
        }
        for (index, pitch) in pitches.iter().enumerate() {
            if pitch.trim().is_empty() {
                return invalid(format!("Pitch {} has no name.", index + 1));
            }
            if pitches[..index].contains(pitch) {
                return invalid(format!("The pitch “{pitch}” stands there twice."));
            }
        }
    }
    Ok(change.clone())
}
