//! The board of one game: `game/7`, and the ground of `game/7/desk`.
//!
//! At most 32 KiB encoded whatever the game and its names: the timeline is a window, and gives way first.

use serde_json::{Map, Value, json};

use super::timeline;
use crate::domain::clock::{Clock, Direction};
use crate::domain::event::SideSetup;
use crate::domain::game::Game;
use crate::domain::sport::{Overrun, SegmentKind};
use crate::runtime::rfc3339;
use crate::words::catalogue::Voice;

/// The largest board, encoded.
pub const MAX_BYTES: usize = 32 * 1024;

/// Who looks at a game.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Everybody: public entries, without who entered them.
    Public,
    /// Staff at a desk.
    Staff,
}

/// The board of a game in the words of `voice`. `boot` is the present start of the box: an anchor of a
/// running clock from another start means nothing on this one's line and is left out.
#[must_use]
pub fn render(game: &Game, voice: &Voice, boot: u32, audience: Audience) -> Value {
    let mut board = header(game, voice, boot);
    if let Some(withdrawn) = &game.withdrawn {
        board.insert("withdrawn".into(), true.into());
        put(&mut board, "reason", withdrawn.as_deref());
        return Value::Object(board);
    }
    let folded = game.state();
    let setup = &game.setup;
    for (id, side) in &setup.sides {
        if !side.players.is_empty() {
            board["sides"][id]["players"] = players(side);
        }
    }
    put(&mut board, "reason", folded.reason.as_deref());
    put(&mut board, "credit", setup.credit.as_deref());
    put(&mut board, "announced", folded.announced);
    if folded.adjusted {
        board.insert("adjusted".into(), true.into());
    }
    if let Some(review) = &folded.review {
        let mut open = Map::new();
        open.insert("seq".into(), review.seq.into());
        put(&mut open, "of", review.of);
        board.insert("review".into(), open.into());
    }
    shootout(&mut board, game, voice);
    result(&mut board, game, voice);
    board.insert("stats".into(), stats(game));
    if audience == Audience::Staff {
        board.insert("begun".into(), begun(game));
        // What "start" would start depends on the score and the parameters: extra time, kicks, or nothing.
        let next = game.next_segment().map(|index| game.sport().segments[index].id.as_str());
        put(&mut board, "next", next);
    }
    board.insert("timeline".into(), timeline::render(game, voice, audience));
    let mut board = Value::Object(board);
    timeline::fit(&mut board, MAX_BYTES);
    board
}

/// What stands on a game's board and on the list of games alike.
pub(super) fn header(game: &Game, voice: &Voice, boot: u32) -> Map<String, Value> {
    let folded = game.state();
    let sport = game.sport();
    let setup = &game.setup;
    let mut board = Map::new();
    board.insert("id".into(), game.id.0.into());
    board.insert("seq".into(), game.last_seq.into());
    board.insert("sport".into(), sport.id.clone().into());
    board.insert("noun".into(), sport.noun.clone().into());
    board.insert("state".into(), folded.state.as_str().into());
    board.insert("state_label".into(), voice.state_label(game).into());
    let sides = sport.sides.iter().enumerate().map(|(index, id)| {
        let unnamed = SideSetup::default();
        let side = setup.sides.get(id).unwrap_or(&unnamed);
        let mut shown = Map::new();
        shown.insert("name".into(), if side.name.is_empty() { id.clone() } else { side.name.clone() }.into());
        put(&mut shown, "short", side.short.as_deref());
        put(&mut shown, "colour", side.colour.as_deref());
        // A decision off the field replaces the shown score; what was played stays beside it.
        let awarded =
            folded.result.as_ref().and_then(|result| result.award.as_ref()).and_then(|award| award.score);
        shown.insert("score".into(), awarded.map_or(folded.points[index], |score| score[index]).into());
        if awarded.is_some() {
            shown.insert("played".into(), folded.points[index].into());
        }
        // Objects have no order of their own, and home is named first.
        shown.insert("index".into(), index.into());
        (id.clone(), Value::Object(shown))
    });
    board.insert("sides".into(), Value::Object(sides.collect()));
    board.insert("score_text".into(), game.score_text().into());
    if let Some(segment) = folded.segment {
        put(&mut board, "segment", sport.segments.get(segment).map(|segment| segment.id.clone()));
        board.insert("segment_label".into(), voice.segment_label(game, segment).into());
    }
    // Kicks have no clock: what it last showed would look like one that stands still.
    let in_series = folded.segment.is_some_and(|index| sport.segments[index].kind == SegmentKind::Series);
    if !folded.segments.is_empty() && !in_series {
        put(&mut board, "clock", clock(&folded.clock, boot, limit(game)));
    }
    put(&mut board, "minute", minute(game));
    put(&mut board, "title", setup.title.as_deref());
    put(&mut board, "venue", setup.venue.as_deref());
    put(&mut board, "starts_at", setup.starts_at.map(rfc3339));
    put(&mut board, "last_entry_at", game.last_entry.map(|stamp| rfc3339(stamp.wall_ms)));
    board
}

/// Sets a member that may be absent; boards hold no null.
pub(super) fn put<T: Into<Value>>(board: &mut Map<String, Value>, name: &str, value: Option<T>) {
    if let Some(value) = value {
        board.insert(name.to_owned(), value.into());
    }
}

fn clock(clock: &Clock, boot: u32, limit: Option<u64>) -> Option<Value> {
    if clock.running && clock.boot != boot {
        return None;
    }
    let direction = match clock.direction {
        Direction::Up => "up",
        Direction::Down => "down",
    };
    // Where a clock stands, the anchor of another start would only make boards differ.
    let at_ms = if clock.running { clock.at_ms } else { 0 };
    let mut shown =
        json!({"running": clock.running, "direction": direction, "value_ms": clock.value_ms, "at_ms": at_ms});
    if let Some(limit) = limit {
        shown["limit_ms"] = limit.into();
    }
    Some(shown)
}

/// Where added time begins on the clock of the present segment: what a page needs to say `45+2`.
fn limit(game: &Game) -> Option<u64> {
    let sport = game.sport();
    let index = game.state().segment?;
    let counts = sport.segments[index].kind == SegmentKind::Play && sport.clock.overrun == Overrun::AddedTime;
    let rules = &game.rules.segments[index];
    rules.length_ms.filter(|_| counts).map(|length| rules.from_ms + length)
}

/// What the clock began at in each segment of play that has begun, for a minute typed at the desk. A clock that
/// counts down begins each anew, so its minutes tell no segment.
fn begun(game: &Game) -> Value {
    let sport = game.sport();
    let played = game.state().segments.iter().map(|played| played.segment);
    let clocked = played.filter(|index| {
        sport.clock.direction == Direction::Up && sport.segments[*index].kind == SegmentKind::Play
    });
    Value::Object(
        clocked
            .map(|index| (sport.segments[index].id.clone(), game.rules.segments[index].from_ms.into()))
            .collect(),
    )
}

/// How far a game is known to be whose clock does not run: the minute of its latest entry that has one.
/// Where the clock runs the anchor says it better, and every frame would be larger by this.
fn minute(game: &Game) -> Option<String> {
    game.state().segment?;
    if game.state().clock.running {
        return None;
    }
    let counting = game.entries().iter().rev().filter(|e| e.voided_by.is_none() && e.replaced_by.is_none());
    counting.filter_map(|entry| entry.at.as_ref()).find_map(|at| game.minute_text(at))
}

/// The squad by shirt number, or by name where there is none.
fn players(side: &SideSetup) -> Value {
    let mut players = Map::new();
    for player in &side.players {
        let mut shown = Map::new();
        shown.insert("name".into(), player.name.clone().into());
        let key = match &player.number {
            Some(number) if !players.contains_key(number) => number,
            number => {
                shown.insert("number".into(), number.clone().unwrap_or_default().into());
                &player.name
            }
        };
        players.insert(key.clone(), shown.into());
    }
    players.into()
}

fn shootout(board: &mut Map<String, Value>, game: &Game, voice: &Voice) {
    let Some(shootout) = &game.state().shootout else { return };
    let sides = &game.sport().sides;
    let score = shootout.score();
    let attempts = shootout.attempts.iter().enumerate().map(|(index, (side, scored))| {
        ((index + 1).to_string(), json!({"side": sides[*side], "scored": scored}))
    });
    let mut shown = Map::new();
    shown.insert("score".into(), json!({&sides[0]: score[0], &sides[1]: score[1]}));
    shown.insert("attempts".into(), Value::Object(attempts.collect()));
    put(&mut shown, "text", voice.shootout(game));
    put(&mut shown, "winner", shootout.winner.map(|winner| sides[winner].clone()));
    board.insert("shootout".into(), shown.into());
}

fn result(board: &mut Map<String, Value>, game: &Game, voice: &Voice) {
    let Some(result) = &game.state().result else { return };
    let sides = &game.sport().sides;
    let mut shown = Map::new();
    shown.insert("kind".into(), result.kind.clone().into());
    put(&mut shown, "text", voice.result(game));
    put(&mut shown, "winner", result.winner.map(|winner| sides[winner].clone()));
    if let Some(score) = result.award.as_ref().and_then(|award| award.score) {
        shown.insert("score".into(), json!({&sides[0]: score[0], &sides[1]: score[1]}));
    }
    board.insert("result".into(), shown.into());
}

/// Each statistic with how often each side did what counts for it.
fn stats(game: &Game) -> Value {
    let sport = game.sport();
    if game.state().segments.is_empty() {
        return json!({});
    }
    let stats = sport.stats.iter().enumerate().map(|(index, stat)| {
        let done = &game.state().actions;
        let sum = |side: usize| stat.of.iter().filter_map(|id| done.get(id)).map(|n| n[side]).sum::<i64>();
        let [home, away] = &sport.sides;
        (stat.id.clone(), json!({"index": index, "label": stat.label, home: sum(0), away: sum(1)}))
    });
    Value::Object(stats.collect())
}
