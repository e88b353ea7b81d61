//! What a phone shows: boards as JSON, their differences, and the pump that publishes them.
//!
//! A board is the bounded public state of one channel. Boards hold no null (absent instead) and no list but
//! short ones of scalars; what grows or has identity is an object by id, so that a merge patch can name it.
//! Nothing in a board changes by the mere passing of time.

mod asked;
pub mod boards;
pub mod desk;
pub mod diff;
mod fold;
pub mod game;
pub mod games;
pub mod health;
pub mod ops;
pub mod poll;
mod polls;
pub mod pump;
pub mod replica;
pub mod say;
pub mod timeline;
pub mod venue;
