//! The board of `venue`: what concerns everybody and changes rarely.

use serde_json::{Map, Value, json};

use super::game::{MAX_BYTES, put};
use super::poll;
use crate::domain::poll::{Poll, PollState};
use crate::domain::venue::Venue;

/// How long a vote that is over stays on the list.
const OVER_MS: i64 = 24 * 60 * 60 * 1000;

/// The board: the venue, its announcements, and the votes of the day by id. `languages` are those the box
/// speaks, for a venue that has not said which; `wall_ms` decides which votes are of the day.
#[must_use]
pub fn render<'a>(
    venue: &Venue,
    languages: &[&str],
    polls: impl Iterator<Item = &'a Poll>,
    wall_ms: i64,
) -> Value {
    let mut board = Map::new();
    put(&mut board, "name", venue.name.as_deref());
    let pitches =
        (1..).zip(&venue.pitches).map(|(number, pitch): (u32, _)| (number.to_string(), json!(pitch)));
    board.insert("pitches".into(), Value::Object(pitches.collect()));
    let own = venue.languages.join(" ");
    board.insert("languages".into(), if own.is_empty() { languages.join(" ") } else { own }.into());
    board.insert("announcements".into(), json!({}));
    let mut listed: Vec<_> = polls.filter_map(|poll| Some((rank(poll, wall_ms)?, poll))).collect();
    // What can be voted on now comes first, then what is newest, where there is no room for all.
    listed.sort_by_key(|(rank, poll)| (*rank, std::cmp::Reverse(poll.id)));
    let mut size = serde_json::to_vec(&board).map_or(0, |bytes| bytes.len()) + 64;
    let (mut shown, mut left_out) = (Map::new(), 0);
    for (_, poll) in listed {
        let summary = poll::header(poll);
        let name = poll.id.to_string();
        let cost = serde_json::to_vec(&summary).map_or(0, |bytes| bytes.len()) + name.len() + 4;
        if size + cost > MAX_BYTES {
            left_out += 1;
            continue;
        }
        size += cost;
        shown.insert(name, Value::Object(summary));
    }
    board.insert("polls".into(), Value::Object(shown));
    put(&mut board, "polls_left_out", Some(left_out).filter(|left_out| *left_out > 0));
    Value::Object(board)
}

/// Where a poll stands in the list, or `None` when it is not of the day.
fn rank(poll: &Poll, wall_ms: i64) -> Option<u8> {
    if poll.withdrawn.is_some() {
        return None;
    }
    match poll.state {
        PollState::Draft => None,
        PollState::Open => Some(0),
        PollState::Closed | PollState::Revealed => (!is_past(poll, wall_ms)).then_some(1),
    }
}

/// Whether a poll has been over for so long that nobody needs it at hand.
#[must_use]
pub(super) fn is_past(poll: &Poll, wall_ms: i64) -> bool {
    let is_over = poll.withdrawn.is_some() || matches!(poll.state, PollState::Closed | PollState::Revealed);
    let last = poll.closed_at.or(poll.opened).unwrap_or(poll.made);
    is_over && wall_ms - last.wall_ms > OVER_MS
}
