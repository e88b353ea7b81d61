//! Where a new entry stands, and when in the game it happened: decided once and stored in the event.

use super::Rejection;
use super::clock::Stamp;
use super::event::{Entry, GameTime, SegmentDo, State};
use super::fold::Context;
use super::game::{Effect, Folded, Game, GameEntry, What};
use super::order::Order;
use super::sport::SegmentKind;

/// The place after everything, whatever stands there: what happens now is told last. A segment's start
/// opens the next number; one that was taken back keeps its own.
pub(super) fn end(game: &Game, entry: Option<&Entry>) -> Order {
    let begun = u16::try_from(game.state.segments.len()).unwrap_or(u16::MAX);
    let opens = entry.is_some_and(|entry| opened(&game.state, game.context(), entry).is_some());
    let last = game.entries.last().map(|entry| &entry.order);
    let segment = begun.saturating_add(u16::from(opens)).max(last.map_or(0, |last| last.segment));
    Order::after(segment, last)
}

/// The segment an entry begins in that state.
pub(super) fn opened(state: &Folded, context: Context<'_>, entry: &Entry) -> Option<usize> {
    match entry {
        Entry::Segment(SegmentDo::Start(_)) => state.next_play(context),
        Entry::State { to: State::Live, .. } => state.begins_by_hand(context),
        _ => None,
    }
}

/// The place in its segment of something that happened at a known time: before the run of later entries at
/// the end, and so after the last that is not later. Looks from the end, so that what is entered as it
/// happens costs the same in a long game.
pub(super) fn by_time(game: &Game, at: &GameTime) -> Result<Order, Rejection> {
    let wanted = game.sport().segment(&at.segment);
    let Some(number) = game.state.segments.iter().rposition(|played| Some(played.segment) == wanted) else {
        return Err(Rejection::conflict("segment-not-begun", format!("`{}` has not begun.", at.segment)));
    };
    let direction = game.sport().clock.direction;
    let is_on = game.state.segment == wanted && !game.state.state.is_over();
    let mut begun_later = game.state.segments.len() - 1 - number;
    let mut place = game.entries.len();
    for (index, entry) in game.entries.iter().enumerate().rev().filter(|(_, entry)| entry.counts()) {
        let began = entry.after.effects.iter().any(|effect| matches!(effect, Effect::SegmentBegan(_)));
        if begun_later > 0 {
            if began {
                begun_later -= 1;
                place = first_of_order(game, index);
            }
            continue;
        }
        if began {
            break;
        }
        // Nothing of a segment stands after its end, however late it was remembered.
        if !is_on && ends(entry) {
            place = first_of_order(game, index);
            continue;
        }
        let told = entry.at.as_ref().filter(|told| told.segment == at.segment).and_then(|at| at.clock_ms);
        if let (Some(theirs), Some(ours)) = (told, at.clock_ms) {
            if Folded::not_later(direction, theirs, ours) {
                break;
            }
            place = first_of_order(game, index);
        }
    }
    let number = u16::try_from(number + 1).unwrap_or(u16::MAX);
    let Some(previous) = place.checked_sub(1) else { return Ok(Order::after(number, None)) };
    let order = &game.entries[previous].order;
    let next = next_order(game, previous);
    // An interval begins with the end of what came before: its own first place may still be free.
    let first = Order::after(number, None);
    if *order < first && next.is_none_or(|next| first < *next) {
        return Ok(first);
    }
    Ok(Order::between(order, next))
}

fn ends(entry: &GameEntry) -> bool {
    matches!(entry.what, What::Entry(Entry::Segment(SegmentDo::End)))
        || entry.after.effects.contains(&Effect::Ended)
}

/// The index of the first entry at the same place: what was replaced stands before what replaces it.
fn first_of_order(game: &Game, index: usize) -> usize {
    let order = &game.entries[index].order;
    let same = game.entries[..index].iter().rev().take_while(|entry| entry.order == *order).count();
    index - same
}

/// The order of the first entry after `index` that stands at another place.
pub(super) fn next_order(game: &Game, index: usize) -> Option<&Order> {
    let own = &game.entries[index].order;
    game.entries[index + 1..].iter().map(|entry| &entry.order).find(|order| *order != own)
}

/// The game time of something that happens in that state at that moment.
pub(super) fn game_time(game: &Game, state: &Folded, entry: &Entry, now: &Stamp) -> Option<GameTime> {
    let opened = opened(state, game.context(), entry);
    let index = opened.or(state.segment)?;
    let segment = &game.sport().segments[index];
    let clocked = segment.kind == SegmentKind::Play && game.sport().clock.run;
    let clock_ms = match opened {
        Some(_) => game.rules.segments[index].from_ms,
        None => state.clock.value_at(now),
    };
    Some(GameTime { segment: segment.id.clone(), clock_ms: clocked.then_some(clock_ms) })
}
