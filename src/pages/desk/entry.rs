//! The pages that the desk without script needs beside itself: one entry with its corrections, and what a correction
//! would change, asked before it is made.

use serde_json::{Value, json};

use super::{listed, readable};
use crate::pages::{Frame, Pages, Staff, desk, model};

impl Pages {
    /// One entry of a game, with the forms that correct it. `preview` is what taking it back would change
    /// (`{"score_text","gone",…}`), or `{"problem":{…}}`. `None` when the board holds no such entry.
    pub fn desk_entry(
        &self,
        frame: &Frame<'_>,
        board: &Value,
        sport: &Value,
        staff: &Staff<'_>,
        (seq, preview): (u64, &Value),
    ) -> Option<String> {
        let told = &board["timeline"][seq.to_string()];
        if !told.is_object() {
            return None;
        }
        let number = seq.to_string();
        let title = self.strings.say(frame.lang, "entry-title", &[("seq", &number)]);
        let mut facts = self.facts(frame, "desk-entry", "entry-heading");
        facts.insert("title".into(), title.as_str().into());
        facts.insert("heading".into(), title.into());
        facts.extend(desk::facts(&self.strings, frame, board, sport));
        facts.insert("m".into(), model::game(&self.strings, frame, board));
        facts.insert("withdrawal".into(), change(preview));
        facts.insert("follow_ups".into(), follow_ups(told, sport).into());
        let gone = !told["voided_by"].is_null() || !told["replaced_by"].is_null() || !told["voids"].is_null();
        let entry = json!({
            "seq": seq,
            "at": told["at"]["text"],
            "text": told["text"],
            "by": told["by"].as_str().map(|actor| staff.name_of(&self.strings, frame, actor)),
            "gone": gone,
            "action": told["action"],
            "side": told["side"],
            "player": told["player"].as_str().unwrap_or_default(),
            "other": told["other"].as_str().unwrap_or_default(),
            "tag": told["tags"][0],
            "comment": told["comment"],
        });
        facts.insert("e".into(), entry);
        Some(self.render("desk_entry.html", facts, frame))
    }

    /// What a form of the desk would change, with the same form to send it. `preview` as for [`Pages::desk_entry`].
    pub fn desk_preview(
        &self,
        frame: &Frame<'_>,
        board: &Value,
        fields: &[(String, String)],
        preview: &Value,
    ) -> String {
        let mut facts = self.facts(frame, "desk-preview", "preview-heading");
        facts.insert("m".into(), model::game(&self.strings, frame, board));
        facts.insert("shown".into(), change(preview));
        let fields = fields.iter().map(|(name, value)| json!({"name": name, "value": value}));
        facts.insert("fields".into(), fields.collect());
        self.render("desk_preview.html", facts, frame)
    }
}

/// A preview as the template shows it.
fn change(preview: &Value) -> Value {
    let problem = &preview["problem"];
    let gone: Vec<&Value> = preview["gone"].as_object().into_iter().flat_map(|gone| gone.values()).collect();
    json!({
        "problem": problem["detail"].as_str().or(problem["title"].as_str()),
        "before": preview["score_text"]["before"],
        "after": preview["score_text"]["after"],
        "gone": gone,
        "added": preview["added"],
    })
}

/// What the sport offers next after that entry.
fn follow_ups(entry: &Value, sport: &Value) -> Vec<Value> {
    let actions = listed(&sport["actions"]);
    let by_id = |id: &Value| actions.iter().find(|action| action["id"] == *id);
    let next = by_id(&entry["action"]).map(|action| action["follow_up"].clone()).unwrap_or_default();
    let next = next.as_array().cloned().unwrap_or_default();
    let offered = next.iter().filter_map(by_id).map(|action| {
        let id = action["id"].as_str().unwrap_or_default();
        json!({"id": id, "label": action["label"].as_str().map_or_else(|| readable(id), str::to_owned)})
    });
    offered.collect()
}
