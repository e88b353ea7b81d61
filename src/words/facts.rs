//! What sentences need to know of a sport: labels, and whether something counts.

use crate::domain::game::Game;

/// A play of the sport file.
pub(super) struct Action<'a> {
    pub(super) label: &'a str,
    /// The message the sport file asks for.
    pub(super) message: Option<&'a str>,
    /// Whether it changes the score.
    pub(super) scores: bool,
}

/// A sanction of the sport file.
pub(super) struct Sanction<'a> {
    pub(super) label: &'a str,
    pub(super) sends_off: bool,
}

/// A segment of the sport file.
pub(super) struct Segment<'a> {
    pub(super) id: &'a str,
    pub(super) label: &'a str,
    /// `play`, `interval` or `series`: the end of a message's id.
    pub(super) kind: &'static str,
}

pub(super) fn action<'a>(_game: &'a Game, _id: &str) -> Option<Action<'a>> {
    None
}

pub(super) fn sanction<'a>(_game: &'a Game, _id: &str) -> Option<Sanction<'a>> {
    None
}

pub(super) fn segment(_game: &Game, _index: usize) -> Option<Segment<'_>> {
    None
}

pub(super) fn segment_index(_game: &Game, _id: &str) -> Option<usize> {
    None
}

pub(super) fn counter_label<'a>(_game: &'a Game, _id: &str) -> Option<&'a str> {
    None
}

pub(super) fn counter_scores(_game: &Game, _id: &str) -> bool {
    false
}

pub(super) fn review_label(_game: &Game) -> Option<&str> {
    None
}
