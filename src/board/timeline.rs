//! The window of a game's course that a board holds: its newest entries, and older ones that stand out.

use serde_json::{Map, Value};

use super::game::{Audience, put};
use crate::domain::event::{Entry, Visibility};
use crate::domain::game::{Game, GameEntry, What};
use crate::domain::order::Order;
use crate::runtime::rfc3339;
use crate::words::catalogue::Voice;
use crate::words::sentence::Sentence;

/// How many entries a board holds whatever they are.
pub const NEWEST: usize = 40;

/// How many older entries that stand out it holds besides.
pub const OLDER_KEY: usize = 40;

/// The entries by their number; whoever shows them sorts by `order`.
#[must_use]
pub fn render(game: &Game, voice: &Voice, audience: Audience) -> Value {
    let mut shown = Map::new();
    let mut older = 0;
    for entry in game.entries().iter().rev().filter(|entry| is_visible(entry, audience)) {
        let is_new = shown.len() < NEWEST;
        if !is_new && (older == OLDER_KEY || !voice.stands_out(game, entry)) {
            continue;
        }
        let Some(sentence) = voice.entry(game, entry) else { continue };
        older += usize::from(!is_new);
        shown.insert(entry.seq.to_string(), one(game, entry, sentence, audience));
    }
    Value::Object(shown)
}

/// Up to `limit` public entries before a place in the game, or its last: what a board no longer holds.
#[must_use]
pub fn page(game: &Game, voice: &Voice, before: Option<&Order>, limit: usize) -> Value {
    let entries = game.entries().iter().rev().filter(|entry| is_visible(entry, Audience::Public));
    let earlier = entries.filter(|entry| before.is_none_or(|before| entry.order < *before));
    let told = earlier.filter_map(|entry| Some((entry, voice.entry(game, entry)?))).take(limit);
    let shown =
        told.map(|(entry, sentence)| (entry.seq.to_string(), one(game, entry, sentence, Audience::Public)));
    Value::Object(shown.collect())
}

/// One entry, as the timeline of a board and the pages of older entries hold it.
#[must_use]
pub fn one(game: &Game, entry: &GameEntry, sentence: Sentence, audience: Audience) -> Value {
    let mut shown = Map::new();
    shown.insert("seq".into(), entry.seq.into());
    shown.insert("order".into(), entry.order.to_string().into());
    shown.insert("kind".into(), sentence.kind.into());
    if sentence.landmark {
        shown.insert("key".into(), true.into());
    }
    match &entry.what {
        What::Entry(what) => details(&mut shown, what),
        What::Void { target, reason, .. } => {
            shown.insert("voids".into(), (*target).into());
            put(&mut shown, "reason", reason.as_deref());
        }
    }
    if let Some(at) = &entry.at {
        let mut time = Map::new();
        time.insert("segment".into(), at.segment.clone().into());
        put(&mut time, "clock_ms", at.clock_ms);
        put(&mut time, "text", game.minute_text(at));
        shown.insert("at".into(), time.into());
    }
    shown.insert("text".into(), sentence.text.into());
    put(&mut shown, "replaces", entry.replaces);
    put(&mut shown, "voided_by", entry.voided_by);
    put(&mut shown, "replaced_by", entry.replaced_by);
    if audience == Audience::Staff {
        shown.insert("by".into(), entry.actor.0.clone().into());
        shown.insert("entered_at".into(), rfc3339(entry.stamp.wall_ms).into());
        if entry.visibility != Visibility::Public {
            shown.insert("staff".into(), true.into());
        }
    }
    shown.into()
}

fn details(shown: &mut Map<String, Value>, what: &Entry) {
    match what {
        Entry::Action(action) => {
            put(shown, "side", action.side.as_deref());
            put(shown, "player", action.player.as_deref());
            put(shown, "other", action.other.as_deref());
            put(shown, "scored", action.scored);
            put(shown, "of", action.of);
        }
        Entry::Comment { lang, .. } => put(shown, "lang", lang.as_deref()),
        Entry::Adjust { side, .. } => put(shown, "side", Some(side.as_str())),
        Entry::Clock(_) | Entry::Segment(_) | Entry::State { .. } | Entry::Review(_) => {}
    }
}

/// Whether these people may see the entry.
#[must_use]
pub fn is_visible(entry: &GameEntry, audience: Audience) -> bool {
    match entry.visibility {
        Visibility::Public => true,
        Visibility::Staff => audience == Audience::Staff,
        Visibility::Sealed => false,
    }
}

/// Takes entries away until the board is no larger than `limit` encoded: the oldest that do not stand out,
/// then the oldest that do, last of all the very latest; then the squads.
pub fn fit(board: &mut Value, limit: usize) {
    const LATEST: usize = 10;
    let mut size = encoded(board);
    if size <= limit {
        return;
    }
    if let Some(timeline) = board["timeline"].as_object_mut() {
        let place = |entry: &Value| entry["order"].as_str().unwrap_or_default().to_owned();
        let mut entries: Vec<_> = timeline
            .iter()
            .map(|(name, entry)| (place(entry), entry.get("key").is_some(), name.clone(), encoded(entry)))
            .collect();
        entries.sort_unstable();
        let latest = entries.split_off(entries.len().saturating_sub(LATEST));
        // Stable: what stands out comes after what does not, both still oldest first.
        entries.sort_by_key(|(_, stands_out, ..)| *stands_out);
        for (_, _, name, cost) in entries.into_iter().chain(latest) {
            if size <= limit {
                return;
            }
            timeline.remove(&name);
            // A member is its name in quotes, a colon, the value and a comma.
            size = size.saturating_sub(name.len() + cost + 4);
        }
    }
    if size > limit
        && let Some(sides) = board["sides"].as_object_mut()
    {
        for side in sides.values_mut().filter_map(Value::as_object_mut) {
            side.remove("players");
        }
    }
}

fn encoded(value: &Value) -> usize {
    serde_json::to_vec(value).map_or(0, |bytes| bytes.len())
}
