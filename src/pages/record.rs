//! The page of the record: who did what, refused actions too, in words.

use serde_json::{Value, json};

use super::{Frame, Pages};

impl Pages {
    /// `{"lines":[…],"next"?,"people":[{"actor","name"}],"games":[{"id","name"}],"chosen":{"person","game","older"},
    /// "today"}`; a line as the API tells it.
    pub fn record(&self, frame: &Frame<'_>, more: &Value) -> String {
        let mut facts = self.facts(frame, "record", "record-title");
        facts.extend(more.as_object().cloned().unwrap_or_default());
        let lines: Value =
            more["lines"].as_array().into_iter().flatten().map(|line| self.line(frame, line)).collect();
        facts.insert("lines".into(), lines);
        // The same choice goes on to older lines and into files.
        let mut query = form_urlencoded::Serializer::new(String::new());
        for name in ["person", "game"] {
            match &more["chosen"][name] {
                Value::String(text) => drop(query.append_pair(name, text)),
                Value::Number(number) => drop(query.append_pair(name, &number.to_string())),
                _ => {}
            }
        }
        let query = query.finish();
        if let Some(next) = more["next"].as_str() {
            let joint = if query.is_empty() { "" } else { "&" };
            facts.insert("older".into(), format!("?{query}{joint}before={next}").into());
        }
        facts.insert(
            "query".into(),
            if query.is_empty() { String::new() } else { format!("?{query}") }.into(),
        );
        self.render("record.html", facts, frame)
    }

    fn line(&self, frame: &Frame<'_>, line: &Value) -> Value {
        let text = |name: &str| line[name].as_str().unwrap_or_default();
        let say = |id: &str| self.strings.text(frame.lang, id, &[]);
        let action = text("action");
        let actor = text("actor");
        let who = match (line["who"].as_str(), actor) {
            (Some(name), _) => name.to_owned(),
            (None, "") => say("record-nobody").unwrap_or_default(),
            (None, "box") => say("record-box").unwrap_or_default(),
            (None, "cli") => say("record-cli").unwrap_or_default(),
            (None, _) => self.strings.say(frame.lang, "record-removed", &[("name", actor)]),
        };
        let refused = (text("outcome") != "done").then(|| {
            let detail = Some(text("detail")).filter(|detail| !detail.is_empty()).map(str::to_owned);
            let known = say(&format!("record-refused-{}", text("outcome")));
            detail.or(known).unwrap_or_else(|| text("outcome").to_owned())
        });
        let when = |name: &str| line[name].as_str().and_then(|time| self.when(frame, time));
        json!({
            "at": line["at"],
            "when": when("at"),
            "who": who,
            "actor": Some(actor).filter(|actor| actor.contains(':')),
            "action": say(&format!("record-action-{action}")).unwrap_or_else(|| action.replace('-', " ")),
            "what": text("what"),
            "game": line["game"],
            "game_name": line["game_name"],
            "refused": refused,
            "count": line["count"],
            "last": when("last_at"),
        })
    }
}
