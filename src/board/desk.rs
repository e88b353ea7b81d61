//! The board of `game/7/desk`: the game with entries for staff, who entered what, and open questions.

use serde_json::{Map, Value, json};

use super::game::{self, Audience, MAX_BYTES, put};
use super::timeline;
use crate::domain::game::Game;
use crate::words::catalogue::Voice;

/// The desk's board of a game.
#[must_use]
pub fn render(game: &Game, voice: &Voice, boot: u32) -> Value {
    let mut board = game::render(game, voice, boot, Audience::Staff);
    let mut desk = Map::new();
    // Of all entries, corrections too: who sees another name here than the own shares the desk.
    let latest = game.entries().iter().max_by_key(|entry| entry.seq);
    put(&mut desk, "last_actor", latest.map(|entry| entry.actor.0.as_str()));
    if let Some(resumed) = game.resumed {
        let mut question = Map::new();
        question.insert("seq".into(), resumed.seq.into());
        put(&mut question, "gap_ms", resumed.gap_ms);
        board["resume_question"] = question.into();
    }
    desk.insert("params".into(), params(game));
    board["desk"] = desk.into();
    timeline::fit(&mut board, MAX_BYTES);
    board
}

fn params(game: &Game) -> Value {
    use crate::domain::event::Param;
    let params = game.setup.params.iter().map(|(name, param)| {
        let value = match param {
            Param::Int(number) => json!(number),
            Param::Bool(yes) => json!(yes),
            Param::Word(word) => json!(word),
        };
        (name.clone(), value)
    });
    Value::Object(params.collect())
}
