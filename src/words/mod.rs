//! Events, corrections and states as sentences, by language.
//!
//! Called by the board for the timeline and for what is spoken, and by pages for labels. A sentence is told
//! from the folded game and one of its entries, so the same entry told again later, or on another day, gives
//! the same words. Wording lives in `data/locales/*/*.ftl` alone; this room chooses the message and its
//! values. Languages fall back `de-AT` → `de` → `en`, message by message.

pub mod catalogue;
pub mod labels;
pub mod sentence;

mod changes;
mod corrections;
mod facts;
mod plays;
mod telling;
mod votes;
