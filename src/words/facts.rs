//! What sentences need to know of a sport: labels, and whether something counts.

use crate::domain::event::Action;
use crate::domain::game::Game;
use crate::domain::sport::{ActionDef, Group, SegmentKind};

/// What an action is called; an id the sport does not know stands for itself.
pub(super) fn action_label<'a>(game: &'a Game, id: &'a str) -> &'a str {
    game.sport().action(id).map_or(id, |action| action.label.as_str())
}

/// Whether an action is an attempt of a shoot-out.
pub(super) fn is_attempt(game: &Game, action: &Action) -> bool {
    action.scored.is_some()
        || game.sport().action(&action.action).is_some_and(|def| def.group == Group::Shootout)
}

/// Whether an action changes the score, a shoot-out's included.
pub(super) fn scores(game: &Game, action: &Action) -> bool {
    let def = game.sport().action(&action.action);
    is_attempt(game, action) || def.is_some_and(|def| adds_points(game, def))
}

/// Whether an action changes the score proper.
pub(super) fn adds_points(game: &Game, def: &ActionDef) -> bool {
    def.add.iter().map(|(counter, count)| game.sport().points(counter) * count).sum::<i64>() != 0
}

/// Whether that sanction sends a player off.
pub(super) fn sends_off(game: &Game, id: &str) -> bool {
    let def = game.sport().action(id);
    def.and_then(|def| def.sanction.as_ref()).is_some_and(|sanction| sanction.sends_off)
}

/// The end of a message's id for that kind of segment.
pub(super) fn segment_kind(kind: SegmentKind) -> &'static str {
    match kind {
        SegmentKind::Play => "play",
        SegmentKind::Interval => "interval",
        SegmentKind::Series => "series",
    }
}

/// What a counter is called.
pub(super) fn counter_label<'a>(game: &'a Game, id: &'a str) -> &'a str {
    let counter = game.sport().counters.iter().find(|counter| counter.id == id);
    counter.map_or(id, |counter| counter.label.as_str())
}
