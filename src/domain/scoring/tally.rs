//! Tally: counters per side and segment; points are the sum of each counter times its weight.

use crate::domain::game::Folded;
use crate::domain::sport::{ActionDef, Sport, To};

/// Adds what an action adds.
pub(in crate::domain) fn add(state: &mut Folded, sport: &Sport, action: &ActionDef, side: usize) {
    let side = match action.to {
        To::Own => side,
        To::Other => 1 - side,
    };
    for (counter, amount) in &action.add {
        change(state, sport, counter, side, *amount);
    }
}

/// Changes one counter by an amount, in the whole game and in the present segment.
pub(in crate::domain) fn change(state: &mut Folded, sport: &Sport, counter: &str, side: usize, by: i64) {
    let points = by.saturating_mul(sport.points(counter));
    let total = state.counters.entry(counter.to_owned()).or_default();
    total[side] = total[side].saturating_add(by);
    state.points[side] = state.points[side].saturating_add(points);
    if let Some(played) = state.segments.last_mut() {
        let total = played.counters.entry(counter.to_owned()).or_default();
        total[side] = total[side].saturating_add(by);
        played.points[side] = played.points[side].saturating_add(points);
    }
}
