//! The board of `games`: a summary of each game of the day, in no more than one board.

use serde_json::{Map, Value, json};

use super::game::{MAX_BYTES, header};
use crate::domain::event::State;
use crate::domain::game::Game;
use crate::words::catalogue::Voice;

/// How long a game that is over stays on the list after its last entry.
const OVER_MS: i64 = 24 * 60 * 60 * 1000;

/// How far ahead a game is on the list.
const AHEAD_MS: i64 = 7 * OVER_MS;

/// One game in the list, and an element of the API's list of games.
#[must_use]
pub fn summary(game: &Game, voice: &Voice, boot: u32) -> Value {
    Value::Object(header(game, voice, boot))
}

/// The list, by game id: what is being played, then what comes soonest, then what ended last. `wall_ms`
/// decides which games are of the day; the list is made anew when a game changes, not by time.
#[must_use]
pub fn render<'a>(games: impl Iterator<Item = &'a Game>, voice: &Voice, boot: u32, wall_ms: i64) -> Value {
    let mut ranked: Vec<_> = games.filter_map(|game| Some((rank(game, wall_ms)?, game))).collect();
    ranked.sort_by_key(|(rank, game)| (*rank, game.id));
    let mut shown = Map::new();
    let mut size = r#"{"games":{}}"#.len();
    let mut left_out = 0;
    for (_, game) in ranked {
        let summary = summary(game, voice, boot);
        let name = game.id.to_string();
        let cost = serde_json::to_vec(&summary).map_or(0, |bytes| bytes.len()) + name.len() + 4;
        // The count of what is left out needs a little room itself.
        if size + cost > MAX_BYTES - 32 {
            left_out += 1;
            continue;
        }
        size += cost;
        shown.insert(name, summary);
    }
    let mut board = json!({ "games": shown });
    if left_out > 0 {
        board["left_out"] = left_out.into();
    }
    board
}

/// Whether a game has been over for so long that nobody needs it at hand.
#[must_use]
pub fn is_past(game: &Game, wall_ms: i64) -> bool {
    let is_over = !matches!(
        game.state().state,
        State::Scheduled | State::Delayed | State::Live | State::Interval | State::Suspended
    );
    is_over && rank(game, wall_ms).is_none()
}

/// Where a game stands in the list, or `None` when it is not of the day.
fn rank(game: &Game, wall_ms: i64) -> Option<(u8, i64)> {
    if game.withdrawn.is_some() {
        return None;
    }
    let starts = game.setup.starts_at;
    let latest = game.last_entry.map(|stamp| stamp.wall_ms).or(starts).unwrap_or(wall_ms);
    match game.state().state {
        State::Live | State::Interval | State::Suspended => Some((0, starts.unwrap_or(0))),
        State::Scheduled | State::Delayed => {
            let starts = starts.unwrap_or(wall_ms);
            (starts - wall_ms <= AHEAD_MS && wall_ms - starts <= AHEAD_MS).then_some((1, starts))
        }
        State::Postponed | State::Cancelled | State::Abandoned | State::Awarded | State::Final => {
            (wall_ms - latest <= OVER_MS).then_some((2, -latest))
        }
    }
}
