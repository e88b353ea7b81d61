//! How the entries of a game hang together: what can be corrected, what follows from what, what a review
//! is about. Asked when a command is decided.

use super::event::{Action, Entry, Review};
use super::game::{Effect, Game, GameEntry, What};
use super::trial::impossible;
use super::{Rejection, Seq};

/// Whether what an entry names exists and can be named.
pub(super) fn check_target(game: &Game, entry: &Entry) -> Result<(), Rejection> {
    match entry {
        Entry::Review(Review::Open { of: Some(of) }) => {
            let index = correctable(game, *of)?;
            let reviews = game.sport().review.as_ref().map(|review| review.reviews.as_slice());
            match &game.entries[index].what {
                What::Entry(Entry::Action(action))
                    if reviews.is_none_or(|ids| ids.is_empty() || ids.contains(&action.action)) =>
                {
                    Ok(())
                }
                _ => {
                    Err(Rejection::invalid("not-reviewable", "An entry of that kind cannot be reviewed.")
                        .at(*of))
                }
            }
        }
        Entry::Action(Action { of: Some(of), action, .. }) => {
            let index = correctable(game, *of)?;
            if leads_to(game, &game.entries[index].what, action) {
                return Ok(());
            }
            let detail = format!("`{action}` does not follow from that entry.");
            Err(Rejection::invalid("invalid-value", detail).at(*of))
        }
        _ => Ok(()),
    }
}

/// Whether an action follows from an entry, by the sport file.
fn leads_to(game: &Game, what: &What, action: &String) -> bool {
    let What::Entry(Entry::Action(parent)) = what else { return false };
    game.sport().action(&parent.action).is_some_and(|def| def.follow_up.contains(action))
}

/// Whether what follows from an entry also follows from what replaces it.
pub(super) fn check_follow_ups(game: &Game, seq: Seq, entry: &Entry) -> Result<(), Rejection> {
    let family = family(game, seq);
    for later in game.entries.iter().filter(|later| later.counts()) {
        let Some((of, action)) = follows(later).filter(|(of, _)| family.contains(of)) else { continue };
        if !leads_to(game, &What::Entry(entry.clone()), action) {
            let detail = format!("`{action}` does not follow from it.");
            return Err(impossible(later.seq, &Rejection::invalid("invalid-value", detail).at(of)));
        }
    }
    Ok(())
}

/// The entry a review takes back, where it falls: the one it was about, or what stands in its place now.
pub(super) fn fallen(game: &Game, entry: &Entry) -> Option<Seq> {
    if !matches!(entry, Entry::Review(Review::Overturned)) {
        return None;
    }
    let mut entry = game.entry(game.state.review.as_ref()?.of?)?;
    while let Some(by) = entry.replaced_by {
        entry = game.entry(by)?;
    }
    entry.voided_by.is_none().then_some(entry.seq)
}

/// The index of the entry an event brought.
pub(super) fn index_of(game: &Game, seq: Seq) -> Result<usize, Rejection> {
    let found = game.entries.iter().rposition(|entry| entry.seq == seq);
    found.ok_or_else(|| Rejection::missing("unknown-entry", format!("There is no entry {seq} here.")).at(seq))
}

/// The index of an entry that still counts and can be corrected.
pub(super) fn correctable(game: &Game, seq: Seq) -> Result<usize, Rejection> {
    let index = index_of(game, seq)?;
    let entry = &game.entries[index];
    let overturned = entry.after.effects.iter().any(|effect| matches!(effect, Effect::Overturned(_)));
    if overturned || matches!(entry.what, What::Void { .. }) {
        let detail = "A correction cannot be taken back; enter again what did happen.";
        return Err(Rejection::invalid("void-of-void", detail).at(seq));
    }
    match entry.voided_by.or(entry.replaced_by) {
        None => Ok(index),
        Some(by) => {
            let detail = format!("Entry {seq} was corrected already, by event {by}.");
            Err(Rejection::conflict("already-voided", detail).at(by))
        }
    }
}

/// An entry and those in whose place it stands: what followed from them follows from it.
fn family(game: &Game, seq: Seq) -> Vec<Seq> {
    let mut family = vec![seq];
    let mut entry = game.entry(seq);
    while let Some(replaced) = entry.and_then(|entry| entry.replaces) {
        family.push(replaced);
        entry = game.entry(replaced);
    }
    family
}

/// The entry another one follows from, and the other's action.
fn follows(entry: &GameEntry) -> Option<(Seq, &String)> {
    match &entry.what {
        What::Entry(Entry::Action(action)) => Some((action.of?, &action.action)),
        _ => None,
    }
}

/// What falls with an entry, and with what falls with that.
pub(super) fn dependants(game: &Game, seq: Seq) -> Vec<Seq> {
    let mut known = family(game, seq);
    let mut falls = Vec::new();
    loop {
        let next = game.entries.iter().filter(|entry| entry.counts() && !known.contains(&entry.seq));
        let mut next = next.filter(|entry| follows(entry).is_some_and(|(of, _)| known.contains(&of)));
        let Some(entry) = next.next() else { return falls };
        falls.push(entry.seq);
        known.extend(family(game, entry.seq));
    }
}
