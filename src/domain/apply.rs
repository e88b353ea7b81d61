//! Folds an accepted event into a game. It cannot fail: what makes no sense changes nothing.

use std::sync::Arc;

use super::Seq;
use super::event::{ClockDo, Entry, Event, EventBody, GameChange, GameTime, SegmentDo};
use super::game::{Game, GameEntry, Moment, Resumed, What};
use super::order::Order;

/// Folds `event` into `game`. Appending at the end is O(1); anything else refolds from the nearest checkpoint.
pub fn apply(game: &mut Game, event: &Event) {
    match &event.body {
        EventBody::GameCreated(_) => {}
        EventBody::GameChanged(change) => changed(game, change),
        EventBody::GameWithdrawn { reason } => game.withdrawn = Some(reason.clone()),
        EventBody::Entered { entry, at } => {
            if matches!(entry, Entry::Clock(_) | Entry::Segment(SegmentDo::End) | Entry::State { .. }) {
                game.resumed = None;
            }
            add(game, event, What::Entry(entry.clone()), at.clone(), None);
        }
        EventBody::Voided { target, cascade, reason } => {
            answered(game, *target);
            let first = mark(game, |entry| {
                if entry.seq == *target || cascade.contains(&entry.seq) {
                    entry.voided_by = Some(event.seq);
                }
            });
            refold(game, first);
            let what = What::Void { target: *target, cascade: cascade.clone(), reason: reason.clone() };
            add(game, event, what, None, None);
        }
        EventBody::Replaced { target, entry, at } => {
            answered(game, *target);
            let first = mark(game, |entry| {
                if entry.seq == *target {
                    entry.replaced_by = Some(event.seq);
                }
            });
            refold(game, first);
            add(game, event, What::Entry(entry.clone()), at.clone(), Some(*target));
        }
        EventBody::ClockResumed { value_ms, gap_ms } => {
            game.resumed = Some(Resumed { seq: event.seq, gap_ms: *gap_ms });
            add(game, event, What::Entry(Entry::Clock(ClockDo::Set(*value_ms))), None, None);
        }
        EventBody::ScorerChanged { scorer } => game.scorer.clone_from(scorer),
        // Of the venue or of a poll: never in a game's stream.
        EventBody::VenueChanged(_)
        | EventBody::PollCreated { .. }
        | EventBody::PollOpened
        | EventBody::PollClosed(_)
        | EventBody::PollRevealed { .. }
        | EventBody::PollWithdrawn { .. }
        | EventBody::TicketsIssued { .. }
        | EventBody::BallotCast(_) => return,
    }
    game.last_seq = event.seq;
    if event.order.is_some() {
        game.last_entry = Some(event.stamp);
    }
}

/// Puts an entry at its place and folds what follows.
fn add(game: &mut Game, event: &Event, what: What, at: Option<GameTime>, replaces: Option<Seq>) {
    let order = event.order.clone().unwrap_or_else(|| end_of(game));
    let index = place(game, &order, event.seq);
    let entry = GameEntry {
        seq: event.seq,
        order,
        stamp: event.stamp,
        anchor: game.anchor(index, replaces, &event.stamp),
        actor: event.actor.clone(),
        visibility: event.visibility,
        at,
        what,
        voided_by: None,
        replaced_by: None,
        replaces,
        after: Moment::default(),
    };
    game.entries.insert(index, entry);
    if index + 1 == game.entries.len() {
        game.fold_last();
    } else {
        game.refold(index);
    }
}

/// Where an entry of that order and number stands in the list.
fn place(game: &Game, order: &Order, seq: Seq) -> usize {
    game.entries.partition_point(|other| (&other.order, other.seq) < (order, seq))
}

/// A place after everything, for an event whose place was not decided.
fn end_of(game: &Game) -> Order {
    let last = game.entries.last().map(|entry| &entry.order);
    Order::after(last.map_or(0, |last| last.segment), last)
}

/// Whoever corrects the clock's going on has seen the question it puts.
fn answered(game: &mut Game, target: Seq) {
    game.resumed = game.resumed.filter(|resumed| resumed.seq != target);
}

/// Changes entries, and returns the first that changed.
fn mark(game: &mut Game, mut change: impl FnMut(&mut GameEntry)) -> Option<usize> {
    let mut first = None;
    for (index, entry) in game.entries.iter_mut().enumerate() {
        let before = (entry.voided_by, entry.replaced_by);
        change(entry);
        if before != (entry.voided_by, entry.replaced_by) {
            first = first.or(Some(index));
        }
    }
    first
}

fn refold(game: &mut Game, from: Option<usize>) {
    if let Some(from) = from {
        game.refold(from);
    }
}

fn changed(game: &mut Game, change: &GameChange) {
    let setup = &mut game.setup;
    for (id, side) in &change.sides {
        setup.sides.insert(id.clone(), side.clone());
    }
    setup.starts_at = change.starts_at.or(setup.starts_at);
    setup.venue = change.venue.clone().or(setup.venue.take());
    setup.title = change.title.clone().or(setup.title.take());
    setup.params.extend(change.params.clone());
    if !change.params.is_empty() {
        if let Ok(rules) = setup.sport.rules(&setup.params) {
            game.rules = Arc::new(rules);
        }
        game.refold(0);
    }
}
