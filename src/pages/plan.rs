//! The organiser's day as the pages show it: the plan by time and pitch, one game, what moves several, an import.
//!
//! Called by [`super::Pages`] with what `api` read; adds the words, the venue's clock and the order of things.

use crate::pages::desk;
use crate::pages::model;
use crate::pages::strings::Strings;
use crate::pages::{Frame, Pages};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The kinds of a decision off the field, as the rules know them.
const AWARDS: [&str; 5] = ["walkover", "forfeit", "default", "retired", "awarded"];

/// What can be done to a game beside changing its setting.
const ACTS: [&str; 8] = ["delay", "postpone", "plan", "cancel", "abandon", "award", "copy", "withdraw"];

impl Pages {
    /// The plan of a day: `{"day","today","before","after","days","zone","pitches","games","untimed","teams","sports"}`
    /// and, after a form, `outcome`, `was`, `problem`, `typed`. A game is a summary with `clashes`, `earlier`, `later`
    /// and `ends_at`.
    pub fn plan(&self, frame: &Frame<'_>, plan: &Value) -> String {
        let mut facts = self.facts(frame, "plan", "plan-title");
        let games = shown(&self.strings, frame, &plan["games"]);
        let untimed = shown(&self.strings, frame, &plan["untimed"]);
        // A column for each pitch in use or of the venue, and one for games without.
        let listed = plan["pitches"].as_array().cloned().unwrap_or_default();
        let mut columns: Vec<Value> = listed
            .iter()
            .map(|pitch| json!({"name": pitch, "key": key(pitch), "query": in_query(pitch)}))
            .collect();
        if games.iter().any(|game| key(&game["venue"]).is_empty()) || columns.is_empty() {
            columns.push(json!({"name": null, "key": ""}));
        }
        let mut rows: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for game in &games {
            rows.entry(text(game, "time").to_owned()).or_default().push(game.clone());
        }
        let rows: Vec<Value> = rows
            .into_iter()
            .map(|(time, games)| {
                let cell = |column: &Value| {
                    let here: Vec<&Value> =
                        games.iter().filter(|game| key(&game["venue"]) == text(column, "key")).collect();
                    json!({"pitch": column["name"], "games": here})
                };
                json!({"time": time, "cells": columns.iter().map(cell).collect::<Vec<_>>()})
            })
            .collect();
        let clashes =
            games.iter().filter(|game| !game["clashes"].as_array().is_none_or(Vec::is_empty)).count();
        let many: Vec<Value> = days(plan).collect();
        facts.extend(object(plan));
        facts.insert("columns".into(), columns.into());
        facts.insert("rows".into(), rows.into());
        facts.insert("clash_count".into(), clashes.into());
        facts.insert("count".into(), games.len().into());
        facts.insert("games".into(), games.into());
        facts.insert("untimed".into(), untimed.into());
        facts.insert("days".into(), many.into());
        facts.insert("day_text".into(), day_text(plan["day"].as_str()).into());
        facts.insert("sports".into(), desk::sports(&self.strings, frame, &plan["sports"]));
        self.staff(facts, frame, "organiser.html", plan)
    }

    /// One game of the plan: `{"board","sport","params","begun","forfeit","date","time","zone","clashes","pitches",
    /// "teams","squads"}` and, after a form, `outcome`, `was`, `problem`, `typed`.
    pub fn plan_game(&self, frame: &Frame<'_>, game: &Value) -> String {
        let mut facts = self.facts(frame, "plan-game", "plan-title");
        let board = model::game(&self.strings, frame, &game["board"]);
        let names = [("home", model::side_name(&board, 0)), ("away", model::side_name(&board, 1))];
        let title = self.strings.say(frame.lang, "plan-game-names", &names);
        facts.insert("title".into(), title.clone().into());
        facts.insert("heading".into(), title.into());
        let sports = desk::sports(&self.strings, frame, &json!([game["sport"]]));
        facts.extend(object(game));
        let mut acts = acts(&game["board"]);
        // What was refused is shown with what was typed, although the state may not allow it any more.
        let sent = ACTS.iter().find(|act| game["typed"]["do"] == **act).filter(|act| !acts.contains(act));
        acts.extend(sent);
        facts.insert("acts".into(), acts.into());
        facts.insert("awards".into(), AWARDS.map(Value::from).to_vec().into());
        facts.insert("clashes".into(), clashes(&game["clashes"]).into());
        facts.insert("sport".into(), sports[0].clone());
        facts.insert("m".into(), board);
        self.staff(facts, frame, "plan_game.html", game)
    }

    /// What moves several games: `kind` is `shift` (`day`, `pitch`, `minutes`, `games` to choose the first from) or `copy`
    /// (`day`, `to`); `rows` are the games with `was` and `at`.
    pub fn plan_moves(&self, frame: &Frame<'_>, moves: &Value) -> String {
        let kind = text(moves, "kind");
        let mut facts = self.facts(frame, "plan-moves", &format!("plan-{kind}-title"));
        let rows = moves["rows"].as_array().into_iter().flatten().map(|row| {
            let mut row = row.clone();
            row["was_text"] = json!(row["was"].as_str().and_then(model::time_text));
            row["at_text"] = json!(row["at"].as_str().and_then(model::time_text));
            row["clashes"] = clashes(&row["clashes"]).into();
            row
        });
        let rows: Vec<Value> = rows.collect();
        let games = moves["games"].as_array().into_iter().flatten().map(|game| {
            let mut game = game.clone();
            game["time"] = json!(game["starts_at"].as_str().and_then(model::time_text));
            game
        });
        let games: Vec<Value> = games.collect();
        facts.extend(object(moves));
        facts.insert("rows".into(), rows.into());
        facts.insert("games".into(), games.into());
        facts.insert("day_text".into(), day_text(moves["day"].as_str()).into());
        facts.insert("to_text".into(), day_text(moves["to"].as_str()).into());
        self.staff(facts, frame, "plan_moves.html", moves)
    }

    /// The import: `{"day","zone","sports","most"}`; with `step` `preview` or `done` also `rows`, `counts`, `text`.
    pub fn import(&self, frame: &Frame<'_>, import: &Value) -> String {
        let mut facts = self.facts(frame, "import", "import-title");
        let rows = import["rows"].as_array().into_iter().flatten().map(|row| {
            let mut row = row.clone();
            row["day"] = json!(row["starts_at"].as_str().and_then(model::day_text));
            row["time"] = json!(row["starts_at"].as_str().and_then(model::time_text));
            row["clashes"] = clashes(&row["clashes"]).into();
            row["reason"] = row["problem"]["detail"].clone();
            row
        });
        let rows: Vec<Value> = rows.collect();
        facts.extend(object(import));
        facts.insert("rows".into(), rows.into());
        facts.insert("day_text".into(), day_text(import["day"].as_str()).into());
        facts.insert("sports".into(), desk::sports(&self.strings, frame, &import["sports"]));
        self.staff(facts, frame, "import.html", import)
    }

    /// A page of the organiser: the outcome of the form before, and the script that improves its forms.
    pub(crate) fn staff(
        &self,
        mut facts: Map<String, Value>,
        frame: &Frame<'_>,
        template: &str,
        model: &Value,
    ) -> String {
        facts.insert(
            "outcome".into(),
            desk::outcome(model.get("outcome").filter(|outcome| outcome.is_object())),
        );
        // A problem stands beside its field; one that has none stands at the top.
        let problem = &model["problem"];
        let reason = problem["detail"].as_str().or(problem["title"].as_str());
        let errors: Map<String, Value> = match (problem["field"].as_str(), reason) {
            (Some(field), Some(reason)) => Map::from_iter([(field.to_owned(), json!(reason))]),
            _ => Map::new(),
        };
        facts.insert("errors".into(), errors.into());
        facts.insert("reason".into(), json!(reason));
        facts.insert("script".into(), "organiser.js".into());
        facts.insert("state".into(), json!({"strings": self.strings.for_script(frame.lang, "organiser.js")}));
        self.render(template, facts, frame)
    }
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// By what pitches are one: capitals and spaces around do not make another.
fn key(name: &Value) -> String {
    name.as_str().unwrap_or_default().trim().to_lowercase()
}

/// A name as part of an address.
fn in_query(name: &Value) -> String {
    let name = name.as_str().unwrap_or_default();
    percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// Games as summaries with what the plan adds.
fn shown(strings: &Strings, frame: &Frame<'_>, games: &Value) -> Vec<Value> {
    let games = games.as_array().into_iter().flatten().map(|game| {
        let mut shown = model::one(strings, frame, game);
        shown["venue"] = game["venue"].clone();
        shown["title"] = game["title"].clone();
        shown["time"] = game["starts_at"].as_str().and_then(model::time_text).unwrap_or_default().into();
        shown["until"] = game["ends_at"].as_str().and_then(model::time_text).into();
        shown["earlier"] = game["earlier"].clone();
        shown["later"] = game["later"].clone();
        shown["clashes"] = clashes(&game["clashes"]).into();
        shown
    });
    games.collect()
}

fn clashes(clashes: &Value) -> Vec<Value> {
    let clashes = clashes.as_array().into_iter().flatten().map(|clash| {
        let mut clash = clash.clone();
        clash["time"] = json!(clash["starts_at"].as_str().and_then(model::time_text));
        clash
    });
    clashes.collect()
}

/// The days around the one shown that have games, for the links between them.
fn days(plan: &Value) -> impl Iterator<Item = Value> {
    const SHOWN: usize = 7;
    let day = text(plan, "day").to_owned();
    let all: Vec<(String, Value)> = object(&plan["days"]).into_iter().collect();
    let at = all.iter().position(|(other, _)| *other >= day).unwrap_or(all.len());
    let from = at.saturating_sub(SHOWN / 2).min(all.len().saturating_sub(SHOWN));
    let near: Vec<(String, Value)> = all.into_iter().skip(from).take(SHOWN).collect();
    near.into_iter().map(move |(other, games)| {
        json!({"day": other, "text": day_text(Some(&other)), "games": games, "current": other == day})
    })
}

/// `2026-11-22` with its weekday, which volunteers think in.
fn day_text(day: Option<&str>) -> String {
    let parsed = day.and_then(|day| chrono::NaiveDate::parse_from_str(day, "%Y-%m-%d").ok());
    parsed.map_or_else(|| day.unwrap_or_default().to_owned(), |day| day.format("%a %Y-%m-%d").to_string())
}

/// What can be done to a game in its state; the rules refuse the rest anyway.
fn acts(board: &Value) -> Vec<&'static str> {
    if board["withdrawn"] == true {
        return vec!["copy"];
    }
    let mut acts = match text(board, "state") {
        "scheduled" => vec!["delay", "postpone", "cancel", "award"],
        "delayed" => vec!["postpone", "cancel", "award"],
        "postponed" => vec!["plan", "cancel", "award"],
        "live" | "interval" | "suspended" => vec!["abandon", "award"],
        "cancelled" | "abandoned" | "final" => vec!["award"],
        _ => Vec::new(),
    };
    acts.extend(["copy", "withdraw"]);
    acts
}

#[cfg(test)]
mod tests {
    use super::acts;
    use crate::pages::{Frame, Pages};
    use serde_json::{Value, json};

    fn frame() -> Frame<'static> {
        Frame {
            lang: "en",
            path: "/organiser",
            build: "test",
            now_ms: 0,
            now: "2026-11-22T12:00:00Z",
            nonce: "n",
            auto: None,
            user: None,
        }
    }

    fn game(id: u64, at: &str, venue: &str, home: &str) -> Value {
        json!({"id": id, "state": "scheduled", "starts_at": at, "venue": venue, "earlier": null, "later": null,
            "clashes": [], "sides": {"home": {"name": home, "index": 0}, "away": {"name": "B", "index": 1}}})
    }

    #[test]
    fn the_plan_has_a_column_for_each_pitch_and_a_row_for_each_time() {
        let plan = json!({"day": "2026-11-22", "pitches": ["Main", "Court 2"], "days": {"2026-11-22": 3}, "sports": [],
            "games": [game(1, "2026-11-22T10:00:00Z", "Main", "One"), game(2, "2026-11-22T10:00:00Z", "court 2 ", "Two"),
                game(3, "2026-11-22T11:00:00Z", "Main", "Three")], "untimed": []});
        let html = Pages::new().plan(&frame(), &plan);
        assert_eq!(html.matches("<th scope=\"row\"").count(), 2, "{html}");
        assert_eq!(html.matches("<th scope=\"col\"").count(), 3, "the time and two pitches: {html}");
        assert!(html.find("One") < html.find("Two") && html.find("Two") < html.find("Three"));
    }

    #[test]
    fn an_empty_day_says_what_to_do() {
        let html = Pages::new()
            .plan(&frame(), &json!({"day": "2026-11-22", "games": [], "untimed": [], "pitches": []}));
        assert!(html.contains("class=\"empty card\"") && html.contains("/organiser/import"), "{html}");
    }

    #[test]
    fn only_what_the_state_allows_is_offered() {
        assert!(acts(&json!({"state": "scheduled"})).contains(&"postpone"));
        assert!(!acts(&json!({"state": "live"})).contains(&"postpone"));
        assert_eq!(acts(&json!({"state": "scheduled", "withdrawn": true})), ["copy"]);
    }
}
