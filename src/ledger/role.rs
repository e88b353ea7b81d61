//! What a member of staff, or a feed, may do. The ordinary tables keep it; intake and auth judge by it.

use std::fmt;

use crate::domain::GameId;

/// A role; the greater may do all that the lesser may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Works games: actions, clock, commentary, corrections.
    Commentator,
    /// Also sets up and withdraws games, and manages users.
    Organiser,
}

impl Role {
    /// The word used in the database, on the command line and in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Commentator => "commentator",
            Self::Organiser => "organiser",
        }
    }

    /// Reads that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "commentator" => Some(Self::Commentator),
            "organiser" => Some(Self::Organiser),
            _ => None,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// In which games a member of staff may play.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// In all.
    #[default]
    All,
    /// In these games, and in all on these pitches.
    Only {
        /// By number.
        games: Vec<GameId>,
        /// By name.
        pitches: Vec<String>,
    },
}

impl Scope {
    /// Whether a game on that pitch is within it.
    #[must_use]
    pub fn holds(&self, game: GameId, pitch: Option<&str>) -> bool {
        match self {
            Self::All => true,
            Self::Only { games, pitches } => {
                games.contains(&game) || pitch.is_some_and(|pitch| pitches.iter().any(|one| one == pitch))
            }
        }
    }
}
