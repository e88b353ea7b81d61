//! Teams and squads as the pages show them, and how well a colour can be seen.

use crate::pages::{Frame, Pages};
use serde_json::{Map, Value, json};

/// Colours to choose from, by the name of their message.
const COLOURS: [(&str, &str); 12] = [
    ("red", "#b3151b"),
    ("orange", "#d9600a"),
    ("yellow", "#f2c400"),
    ("green", "#1c7c3c"),
    ("sky", "#4aa3df"),
    ("blue", "#0b5cad"),
    ("navy", "#16264f"),
    ("purple", "#6a2c91"),
    ("pink", "#e0559a"),
    ("black", "#1a1a1a"),
    ("grey", "#7d8790"),
    ("white", "#f7f7f7"),
];

/// The pages' backgrounds, light and dark: what a stripe of a team's colour stands on.
const GROUNDS: [(&str, &str); 2] = [("light", "#ffffff"), ("dark", "#0d1116")];

/// A stripe with less contrast than this is hard to see.
const FAINT: f64 = 1.5;

impl Pages {
    /// All teams: `{"teams":[{"id","name","short","colour","players"}]}` and, after a form, `outcome`, `problem`, `typed`.
    pub fn teams(&self, frame: &Frame<'_>, model: &Value) -> String {
        let mut facts = self.facts(frame, "teams", "teams-title");
        let teams = model["teams"].as_array().into_iter().flatten().map(|team| {
            let mut team = team.clone();
            team["count"] = team["players"].as_array().map_or(0, Vec::len).into();
            team["faint"] = json!(team["colour"].as_str().and_then(faint));
            team
        });
        let teams: Vec<Value> = teams.collect();
        facts.insert("teams".into(), teams.into());
        facts.insert("was".into(), model["outcome"]["was"].clone());
        facts.extend(self.form(frame, &model["typed"]));
        self.staff(facts, frame, "teams.html", model)
    }

    /// One team: `{"team":{…},"squad":"9 Diaz\n…"}` and, after a form, `problem`, `typed`.
    pub fn team(&self, frame: &Frame<'_>, model: &Value) -> String {
        let mut facts = self.facts(frame, "team", "teams-title");
        let team = &model["team"];
        if let Some(name) = team["name"].as_str() {
            facts.insert("title".into(), name.into());
            facts.insert("heading".into(), name.into());
        }
        let typed = match model["typed"].as_object() {
            Some(typed) => Value::Object(typed.clone()),
            None => json!({
                "name": team["name"], "short": team["short"], "colour": team["colour"], "squad": model["squad"],
            }),
        };
        facts.insert("team".into(), team.clone());
        facts.insert("faint".into(), json!(team["colour"].as_str().and_then(faint)));
        facts.extend(self.form(frame, &typed));
        self.staff(facts, frame, "team.html", model)
    }

    /// What was typed, and the colours with the chosen one marked; a colour of no name stands in its own field.
    fn form(&self, frame: &Frame<'_>, typed: &Value) -> Map<String, Value> {
        let chosen = typed["own_colour"].as_str().or(typed["colour"].as_str()).unwrap_or_default();
        let colours = COLOURS.iter().map(|(name, value)| {
            let label = self.strings.say(frame.lang, &format!("colour-{name}"), &[]);
            json!({"value": value, "label": label, "chosen": chosen.eq_ignore_ascii_case(value)})
        });
        let colours: Vec<Value> = colours.collect();
        let named = colours.iter().any(|colour| colour["chosen"] == true);
        Map::from_iter([
            ("own".to_owned(), json!((!named).then_some(chosen))),
            ("colours".to_owned(), colours.into()),
            ("typed".to_owned(), typed.clone()),
        ])
    }
}

/// On which of the pages' backgrounds a stripe of that colour is hard to see.
fn faint(colour: &str) -> Option<&'static str> {
    let found =
        GROUNDS.iter().find(|(_, ground)| contrast(colour, ground).is_some_and(|ratio| ratio < FAINT));
    found.map(|(name, _)| *name)
}

/// The contrast of two colours, 1 to 21 (WCAG 2.2, "contrast ratio").
fn contrast(one: &str, other: &str) -> Option<f64> {
    let (one, other) = (luminance(one)?, luminance(other)?);
    Some((one.max(other) + 0.05) / (one.min(other) + 0.05))
}

fn luminance(colour: &str) -> Option<f64> {
    let digits = colour.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii())?;
    let channel = |from: usize| -> Option<f64> {
        let value = f64::from(u8::from_str_radix(&digits[from..from + 2], 16).ok()?) / 255.0;
        Some(if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) })
    };
    Some(0.2126 * channel(0)? + 0.7152 * channel(2)? + 0.0722 * channel(4)?)
}

#[cfg(test)]
mod tests {
    use super::{contrast, faint};

    #[test]
    fn contrast_is_that_of_the_standard() {
        let ratio = |one, other| (contrast(one, other).expect("colours") * 10.0).round() / 10.0;
        assert_eq!((ratio("#000000", "#ffffff"), ratio("#0b5cad", "#ffffff")), (21.0, 6.7));
        assert!(contrast("red", "#ffffff").is_none() && contrast("#ééé", "#ffffff").is_none());
    }

    #[test]
    fn what_is_hard_to_see_is_told_with_where() {
        assert_eq!(faint("#f7f7f7"), Some("light"));
        assert_eq!(faint("#0d1116"), Some("dark"));
        assert_eq!(faint("#b3151b"), None);
    }
}
