//! The primary scorer of a game: one person enters the score, others write words. Pure.
//!
//! While nobody has claimed a game everybody who may enter does; a feed needs no claim.

use super::Rejection;
use super::command::{Actor, Play, ScorerDo};
use super::event::{Draft, Entry, EventBody, Stream, Visibility};
use super::game::{Game, What};

/// Whether that sender may play this, as far as the primary scorer goes.
///
/// # Errors
/// `not-scorer`, where another is.
pub fn allows(game: &Game, actor: &Actor, play: &Play) -> Result<(), Rejection> {
    if game.scorer.as_ref().is_none_or(|scorer| scorer == actor) || is_words(game, play) {
        return Ok(());
    }
    let detail = "Somebody else is the primary scorer here. Ask them to hand over, or take over.";
    Err(Rejection::conflict("not-scorer", detail))
}

/// Who is the primary scorer from now on, as events; none where nothing changes.
///
/// # Errors
/// `scorer-taken` when another is, and `not-scorer` when the sender would give away what is not theirs.
pub fn decide(game: &Game, what: &ScorerDo, actor: &Actor) -> Result<Vec<Draft>, Rejection> {
    if game.withdrawn.is_some() {
        return Err(Rejection::conflict("withdrawn", "This was withdrawn; nothing can be entered any more."));
    }
    let other = game.scorer.as_ref().is_some_and(|scorer| scorer != actor);
    let to = match what {
        ScorerDo::Claim if other => {
            let detail = "Somebody else is the primary scorer here. Take over, if you are to score.";
            return Err(Rejection::conflict("scorer-taken", detail));
        }
        ScorerDo::HandOver { .. } | ScorerDo::Release if other => {
            let detail = "Only the primary scorer can hand over or stop.";
            return Err(Rejection::conflict("not-scorer", detail));
        }
        ScorerDo::Claim | ScorerDo::TakeOver => Some(actor.clone()),
        ScorerDo::HandOver { to } => Some(to.clone()),
        ScorerDo::Release => None,
    };
    // Said again, it is an event all the same: the sender is told a number, as of every command.
    Ok(vec![Draft {
        stream: Some(Stream::Game(game.id)),
        visibility: Visibility::Staff,
        order: None,
        body: EventBody::ScorerChanged { scorer: to },
    }])
}

/// Whether a play is about words alone.
fn is_words(game: &Game, play: &Play) -> bool {
    let is_comment = |entry: &Entry| matches!(entry, Entry::Comment { .. });
    let about_comment = |seq: u64| {
        let target = game.entries.iter().find(|entry| entry.seq == seq);
        target.is_some_and(|target| matches!(&target.what, What::Entry(entry) if is_comment(entry)))
    };
    match play {
        Play::Enter { entry, .. } | Play::Insert { entry, .. } => is_comment(entry),
        Play::Void { seq, .. } => about_comment(*seq),
        Play::Replace { seq, entry, .. } => is_comment(entry) && about_comment(*seq),
        Play::Scorer(_) => true,
    }
}
