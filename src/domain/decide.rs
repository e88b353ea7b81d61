//! Whether a command is allowed, and which events it makes. Pure: nothing changes until they are applied.

use super::Rejection;
use super::Seq;
use super::clock::Stamp;
use super::command::Play;
use super::event::{Draft, GameChange, NewGame};
use super::game::Game;

/// What a commentator does in a game, as events.
///
/// # Errors
/// The rules' refusal, in words.
pub fn play(game: &Game, play: &Play, expect_seq: Option<Seq>, now: &Stamp) -> Result<Vec<Draft>, Rejection> {
    let _ = (game, play, expect_seq, now);
    todo!()
}

/// A new game, as events; its number is given by the ledger.
///
/// # Errors
/// Names the parameter or side that does not fit.
pub fn create(new: NewGame) -> Result<NewGame, Rejection> {
    Game::check_setup(&new)?;
    Ok(new)
}

/// A change of a game's setting, as events.
///
/// # Errors
/// Names what does not fit, or cannot change once the game has begun.
pub fn change(game: &Game, change: &GameChange) -> Result<Vec<Draft>, Rejection> {
    let _ = (game, change);
    todo!()
}

/// Taking a game off every page, as events.
///
/// # Errors
/// When it was taken off already.
pub fn withdraw(game: &Game, reason: Option<&str>) -> Result<Vec<Draft>, Rejection> {
    let _ = (game, reason);
    todo!()
}

/// What the box itself adds at a start for a clock that ran when it went off.
#[must_use]
pub fn resume_clock(game: &Game, now: &Stamp, gap_ms: Option<u64>) -> Vec<Draft> {
    let _ = (game, now, gap_ms);
    todo!()
}
