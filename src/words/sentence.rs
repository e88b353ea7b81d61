//! What is told about one entry: the words, and how loudly.

use crate::domain::event::Urgency;

/// A sentence or a few about one entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// The words.
    pub text: String,
    /// Who wants to hear it.
    pub level: Level,
    /// How it is spoken.
    pub to: Urgency,
    /// A newer line of the same key makes a waiting one needless.
    pub key: String,
    /// What it is about: the action's id, or `comment`, `segment`, `state`, `review`, `adjust`, `correction`.
    pub kind: String,
    /// Whether it stands out in the course of a game: goals, sendings-off, changes of state, corrections.
    pub landmark: bool,
}

/// Who wants to hear a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Everybody, even with speech turned off.
    Always,
    /// Those who follow the key events.
    Key,
    /// Those who follow everything.
    All,
}
