//! Where an entry stands in its game: a segment's index and a position key between its neighbours'.
//!
//! Written `2.V`, so that comparing two as strings, byte by byte, gives the order of play: whoever holds a
//! board sorts by it without parsing. Positions are decided once and stored.

use std::fmt;

/// A place in a game's course.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Order {
    /// 0 before the first segment; each segment that has started, intervals too, counts one more.
    pub segment: u16,
    /// A key of the digits `0-9A-Za-z` between the neighbours' keys.
    pub position: String,
}

impl Order {
    /// The place after `last` in the same segment, or the first of `segment`.
    #[must_use]
    pub fn after(segment: u16, last: Option<&Order>) -> Self {
        let _ = last;
        Self { segment, position: todo!() }
    }

    /// A place between two, where `next` is absent at the end of the segment.
    #[must_use]
    pub fn between(previous: &Order, next: Option<&Order>) -> Self {
        let _ = (previous, next);
        todo!()
    }

    /// Reads the written form.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let _ = text;
        todo!()
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let _ = f;
        todo!()
    }
}
