//! The states of a game: their words, and which of them are an end.

use super::event::State;

impl State {
    /// The word of the API and the record.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Delayed => "delayed",
            Self::Live => "live",
            Self::Interval => "interval",
            Self::Suspended => "suspended",
            Self::Postponed => "postponed",
            Self::Cancelled => "cancelled",
            Self::Abandoned => "abandoned",
            Self::Awarded => "awarded",
            Self::Final => "final",
        }
    }

    /// Whether nothing more is played.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, Self::Cancelled | Self::Abandoned | Self::Awarded | Self::Final)
    }
}
