//! The board of `game/7/desk`: the game with entries for staff, who entered what, and open questions.

use serde_json::{Map, Value, json};

use super::game::{self, Audience, MAX_BYTES, put};
use super::timeline;
use crate::domain::event::Entry;
use crate::domain::game::{Game, GameEntry, What};
use crate::domain::sport::SegmentKind;
use crate::words::catalogue::Voice;

/// The desk's board of a game.
#[must_use]
pub fn render(game: &Game, voice: &Voice, boot: u32) -> Value {
    let mut board = game::render(game, voice, boot, Audience::Staff);
    let mut desk = Map::new();
    // Of all entries, corrections too: who sees another name here than the own shares the desk.
    let latest = game.entries().iter().max_by_key(|entry| entry.seq);
    put(&mut desk, "last_actor", latest.map(|entry| entry.actor.0.as_str()));
    // Who it is by name is auth's to say: a page knows the names, the log does not.
    if let Some(scorer) = &game.scorer {
        board["scorer"] = json!({ "actor": scorer.0 });
    }
    if let Some(resumed) = game.resumed {
        let mut question = Map::new();
        question.insert("seq".into(), resumed.seq.into());
        put(&mut question, "gap_ms", resumed.gap_ms);
        board["resume_question"] = question.into();
    }
    desk.insert("params".into(), params(game));
    desk.insert("from".into(), from(game));
    desk.insert("counters".into(), counters(game));
    board["desk"] = desk.into();
    for (seq, shown) in board["timeline"].as_object_mut().into_iter().flatten() {
        let entry = seq.parse().ok().and_then(|seq| game.entry(seq));
        if let (Some(entry), Some(shown)) = (entry, shown.as_object_mut()) {
            as_entered(shown, entry);
        }
    }
    timeline::fit(&mut board, MAX_BYTES);
    board
}

/// What an entry was entered as: what a form that corrects it begins with.
fn as_entered(shown: &mut Map<String, Value>, entry: &GameEntry) {
    match &entry.what {
        What::Entry(Entry::Action(action)) => {
            shown.insert("action".into(), action.action.clone().into());
            put(shown, "value", action.value);
            // A board holds lists of plain words only.
            if !action.tags.is_empty() {
                shown.insert("tags".into(), action.tags.clone().into());
            }
        }
        What::Entry(Entry::Comment { text, .. }) => {
            shown.insert("comment".into(), text.clone().into());
        }
        _ => {}
    }
}

/// What the clock shows at the beginning of each period of play, for a desk that must tell the time without the box.
fn from(game: &Game) -> Value {
    let periods = game.sport().segments.iter().zip(&game.rules.segments);
    let clocked = periods.filter(|(period, rules)| period.kind == SegmentKind::Play && rules.possible);
    Value::Object(clocked.map(|(period, rules)| (period.id.clone(), rules.from_ms.into())).collect())
}

/// What is counted for each side, for a form that sets it by hand.
fn counters(game: &Game) -> Value {
    let [home, away] = &game.sport().sides;
    let counted = game.sport().counters.iter().map(|counter| {
        let [ours, theirs] = game.state().counters.get(&counter.id).copied().unwrap_or_default();
        (counter.id.clone(), json!({ home: ours, away: theirs }))
    });
    Value::Object(counted.collect())
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
