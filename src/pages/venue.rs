//! The venue's page: name, pitches, languages.

use crate::pages::{Frame, Pages};
use serde_json::{Value, json};

impl Pages {
    /// The venue: `{"name","pitches","languages","started_as","language","spoken"}` and, after a form, `outcome`,
    /// `problem`, `typed`.
    pub fn venue(&self, frame: &Frame<'_>, model: &Value) -> String {
        let mut facts = self.facts(frame, "venue", "venue-title");
        let words = |list: &Value| -> Vec<String> {
            list.as_array().into_iter().flatten().filter_map(|one| one.as_str().map(str::to_owned)).collect()
        };
        let typed = &model["typed"];
        let own = words(&model["languages"]);
        let first =
            own.first().cloned().or(model["language"].as_str().map(str::to_owned)).unwrap_or_default();
        let languages = words(&model["spoken"]).into_iter().map(|lang| {
            let name = self.strings.text(frame.lang, &format!("language-{lang}"), &[]);
            let (chosen, main) = match typed.as_object() {
                Some(typed) => (typed.contains_key(&format!("lang.{lang}")), typed["language"] == lang),
                None => (own.contains(&lang) || (own.is_empty() && lang == first), lang == first),
            };
            json!({"id": lang, "name": name.unwrap_or_else(|| lang.clone()), "chosen": chosen, "main": main})
        });
        let languages: Vec<Value> = languages.collect();
        let pitches = typed["pitches"].as_str().map(str::to_owned);
        let name = typed["name"].as_str().or(model["name"].as_str()).or(model["started_as"].as_str());
        facts.insert("name".into(), json!(name));
        facts.insert("pitches".into(), pitches.unwrap_or_else(|| words(&model["pitches"]).join("\n")).into());
        facts.insert("languages".into(), languages.into());
        self.staff(facts, frame, "venue.html", model)
    }
}
