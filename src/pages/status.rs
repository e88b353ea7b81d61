//! The status page: the board of `ops` in words a steward can read.
//!
//! `web/script/status.js` makes the same of a board that has changed since: the words come from the same messages,
//! and what one of the two counts as quiet the other does too.

use chrono::DateTime;
use serde_json::{Map, Value, json};

use crate::pages::strings::Strings;
use crate::pages::{Frame, Live, Pages, model};

/// Each section's figures, in order, and how each is written. A label is `status-{section}-{figure}`.
const SECTIONS: &[(&str, &[(&str, Form)])] = &[
    ("delay", &[("p50_ms", Form::Millis), ("p99_ms", Form::Millis), ("deliveries", Form::Count)]),
    ("load", &[("held", Form::Count), ("places", Form::Count), ("resyncs", Form::Count)]),
    (
        "disk",
        &[
            ("free_bytes", Form::Bytes),
            ("total_bytes", Form::Bytes),
            ("database_bytes", Form::Bytes),
            ("wal_bytes", Form::Bytes),
            ("backup_at", Form::Ago),
        ],
    ),
    (
        "ledger",
        &[
            ("waiting", Form::Count),
            ("ballots_waiting", Form::Count),
            ("commit_p50_us", Form::Micros),
            ("commit_p99_us", Form::Micros),
            ("commits", Form::Count),
            ("failed_at", Form::Ago),
            ("failure", Form::Text),
        ],
    ),
    ("clock", &[("now", Form::Now), ("trusted_since", Form::Count), ("moved_ms", Form::Moved)]),
    (
        "box",
        &[
            ("started_at", Form::Ago),
            ("start", Form::Count),
            ("memory_bytes", Form::Bytes),
            ("build", Form::Text),
        ],
    ),
];

/// The transports, best first.
const TRANSPORTS: [&str; 4] = ["ws", "sse", "longpoll", "poll"];

/// How a figure is written; the script knows the same forms by the same names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Count,
    Millis,
    Micros,
    Bytes,
    Moved,
    Ago,
    Now,
    Text,
}

impl Form {
    fn name(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Millis => "millis",
            Self::Micros => "micros",
            Self::Bytes => "bytes",
            Self::Moved => "moved",
            Self::Ago => "ago",
            Self::Now => "now",
            Self::Text => "text",
        }
    }
}

impl Pages {
    /// How the box is; `board` is that of `ops`.
    pub fn status(&self, frame: &Frame<'_>, board: &Value, live: Option<&Live<'_>>) -> String {
        let mut facts = self.facts(frame, "status", "status-title");
        let pen = Pen { strings: &self.strings, frame };
        facts.extend(pen.page(board));
        if let Some(live) = live {
            self.go_live(&mut facts, frame, "status.js", live, board);
        }
        self.render("status.html", facts, frame)
    }
}

/// Writes figures in a language.
struct Pen<'a> {
    strings: &'a Strings,
    frame: &'a Frame<'a>,
}

impl Pen<'_> {
    fn say(&self, id: &str, arguments: &[(&str, &str)]) -> String {
        self.strings.say(self.frame.lang, id, arguments)
    }

    fn page(&self, board: &Value) -> Map<String, Value> {
        let sections: Vec<Value> =
            SECTIONS.iter().map(|(id, figures)| self.section(board, id, figures)).collect();
        let games = self.games(board);
        let quiet = games.iter().any(|game| game["quiet"] == true);
        let games_level = if quiet { "attention" } else { "good" };
        let mut worst = "good";
        let mut named = Vec::new();
        let levels = sections.iter().map(|section| (section["id"].as_str(), section["level"].as_str()));
        for (id, level) in levels.chain([(Some("games"), Some(games_level))]) {
            if let (Some(id), Some(level @ ("attention" | "bad"))) = (id, level) {
                named.push(json!({"id": id, "label": self.say(&format!("js-status-{id}"), &[])}));
                worst = if worst == "bad" { worst } else { level };
            }
        }
        let overall = self.say(&format!("js-status-overall-{worst}"), &[]);
        let phones: Vec<Value> = TRANSPORTS
            .iter()
            .map(|transport| {
                let label = self.say(&format!("status-phones-{transport}"), &[]);
                json!({"id": transport, "label": label, "value": board["phones"][transport].as_u64().unwrap_or(0)})
            })
            .collect();
        let total: u64 = TRANSPORTS.iter().filter_map(|name| board["phones"][name].as_u64()).sum();
        let percent = board["load"]["percent"].as_u64().unwrap_or(0);
        let facts = json!({
            "overall": {"level": worst, "label": self.level(worst), "text": overall, "named": named},
            "sections": sections,
            "games": games,
            "games_level": {"level": games_level, "label": self.level(games_level), "text": self.games_say(board, &games)},
            "phones": phones,
            "phones_total": total,
            "channels": board["channels"],
            "percent": percent,
        });
        match facts {
            Value::Object(facts) => facts,
            _ => Map::new(),
        }
    }

    fn level(&self, level: &str) -> String {
        self.say(&format!("js-level-{level}"), &[])
    }

    fn section(&self, board: &Value, id: &str, figures: &[(&str, Form)]) -> Value {
        let section = &board[id];
        let rows: Vec<Value> = figures
            .iter()
            .map(|(figure, form)| {
                json!({
                    "id": format!("{id}.{figure}"),
                    "form": form.name(),
                    "label": self.say(&format!("status-{id}-{}", figure.replace('_', "-")), &[]),
                    "value": self.write(&section[figure], *form),
                })
            })
            .collect();
        let mut model =
            json!({ "id": id, "heading": self.say(&format!("js-status-{id}"), &[]), "rows": rows });
        if let (Some(level), Some(reason)) = (section["level"].as_str(), section["reason"].as_str()) {
            model["level"] = level.into();
            model["label"] = self.level(level).into();
            model["text"] = self.say(&format!("js-status-{id}-{reason}"), &[]).into();
        }
        model
    }

    /// The games in progress, those to look at first.
    fn games(&self, board: &Value) -> Vec<Value> {
        let quiet_after_ms = board["quiet_after_ms"].as_i64().unwrap_or(i64::MAX);
        let mut games: Vec<Value> =
            board["games"].as_object().into_iter().flat_map(Map::values).cloned().collect();
        for game in &mut games {
            let age_ms = self.age_ms(game);
            let is_quiet = game["running"] == true && age_ms.is_some_and(|age_ms| age_ms >= quiet_after_ms);
            game["quiet"] = is_quiet.into();
            game["last"] =
                age_ms.map_or_else(|| self.say("js-status-game-none", &[]), |age_ms| self.ago(age_ms)).into();
        }
        games.sort_by_key(|game| (game["quiet"] != true, game["id"].as_u64()));
        games
    }

    fn games_say(&self, board: &Value, games: &[Value]) -> String {
        let quiet = games.iter().filter(|game| game["quiet"] == true).count();
        let count = |number: usize| number.to_string();
        match (board["games"].is_object(), games.len(), quiet) {
            (false, ..) => self.say("js-status-games-unknown", &[]),
            (_, 0, _) => self.say("js-status-games-idle", &[]),
            (_, all, 0) => self.say("js-status-games-well", &[("n", &count(all)), ("count", &count(all))]),
            (_, _, quiet) => {
                self.say("js-status-games-quiet", &[("n", &count(quiet)), ("count", &count(quiet))])
            }
        }
    }

    /// How long ago something was last entered: by the box's own line where it can be.
    fn age_ms(&self, game: &Value) -> Option<i64> {
        let by_line = game["last_entry_ms"].as_i64().map(|then| self.frame.now_ms - then);
        by_line.or_else(|| self.since(game["last_entry_at"].as_str()?)).map(|age_ms| age_ms.max(0))
    }

    fn since(&self, time: &str) -> Option<i64> {
        let at = |text: &str| DateTime::parse_from_rfc3339(text).ok();
        Some((at(self.frame.now)? - at(time)?).num_milliseconds())
    }

    fn ago(&self, age_ms: i64) -> String {
        let seconds = age_ms.max(0) / 1000;
        let (unit, number) = match seconds {
            0..60 => ("seconds", seconds),
            60..3_600 => ("minutes", seconds / 60),
            3_600..172_800 => ("hours", seconds / 3_600),
            _ => ("days", seconds / 86_400),
        };
        let number = number.to_string();
        self.say(&format!("js-status-ago-{unit}"), &[("n", &number), ("count", &number)])
    }

    fn write(&self, value: &Value, form: Form) -> Option<String> {
        if form == Form::Text {
            return value.as_str().map(str::to_owned);
        }
        if form == Form::Now {
            return model::time_text(self.frame.now);
        }
        if form == Form::Ago {
            let time = value.as_str()?;
            let when = model::time_text(time)?;
            return Some(format!("{when} ({})", self.ago(self.since(time)?)));
        }
        let number = value.as_f64()?;
        let unit = |unit: &str, number: f64| {
            let written = if number.abs() < 10.0 && number.fract() != 0.0 {
                format!("{number:.1}")
            } else {
                format!("{number:.0}")
            };
            self.say(&format!("js-unit-{unit}"), &[("count", &written)])
        };
        Some(match form {
            Form::Millis | Form::Moved if number.abs() < 1e3 => unit("ms", number),
            Form::Millis | Form::Moved if number.abs() < 6e5 => unit("s", number / 1e3),
            Form::Millis | Form::Moved => unit("min", number / 6e4),
            Form::Micros => unit("ms", number / 1e3),
            Form::Bytes if number < 1e6 => unit("kb", number / 1e3),
            Form::Bytes if number < 1e9 => unit("mb", number / 1e6),
            Form::Bytes => unit("gb", number / 1e9),
            Form::Count | Form::Ago | Form::Now | Form::Text => format!("{number:.0}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Form, Frame, Pages, Pen};
    use crate::pages::strings::Strings;

    const FRAME: Frame<'_> = Frame {
        lang: "en",
        path: "/organiser/status",
        build: "0.1.0",
        now_ms: 1_000_000,
        now: "2026-11-22T15:00:00Z",
        nonce: "n",
        auto: None,
        user: None,
    };

    #[test]
    fn figures_are_written_with_the_unit_a_reader_expects() {
        let strings = Strings::embedded();
        let pen = Pen { strings: &strings, frame: &FRAME };
        for (value, form, written) in [
            (json!(0), Form::Count, "0"),
            (json!(12), Form::Millis, "12 ms"),
            (json!(1_250), Form::Millis, "1.2 s"),
            (json!(-7_200_000), Form::Moved, "-120 min"),
            (json!(850), Form::Micros, "0.8 ms"),
            (json!(31_000), Form::Micros, "31 ms"),
            (json!(130_000), Form::Bytes, "130 kB"),
            (json!(2_500_000), Form::Bytes, "2.5 MB"),
            (json!(41_000_000_000_u64), Form::Bytes, "41 GB"),
            (json!("cannot commit"), Form::Text, "cannot commit"),
        ] {
            assert_eq!(pen.write(&value, form).as_deref(), Some(written), "{value}");
        }
        assert_eq!(pen.write(&Value::Null, Form::Bytes), None);
        let ago = pen.write(&json!("2026-11-22T14:57:30Z"), Form::Ago).expect("a time");
        assert!(ago.ends_with("(2 minutes ago)"), "{ago}");
    }

    #[test]
    fn a_game_without_an_entry_for_long_is_pointed_out_and_comes_first() {
        let strings = Strings::embedded();
        let pen = Pen { strings: &strings, frame: &FRAME };
        let game = |id: u64, running: bool, last_entry_ms: i64| json!({"id": id, "running": running, "last_entry_ms": last_entry_ms});
        let board = json!({"quiet_after_ms": 900_000, "games": {
            "1": game(1, true, 990_000),
            "2": game(2, false, 10_000),
            "3": game(3, true, 10_000),
            // Wall time goes for what was entered before this start.
            "4": {"id": 4, "running": true, "last_entry_at": "2026-11-22T14:59:00Z"},
        }});
        let page = pen.page(&board);
        let ids: Vec<_> =
            page["games"].as_array().into_iter().flatten().map(|game| game["id"].as_u64()).collect();
        assert_eq!(ids, [Some(3), Some(1), Some(2), Some(4)]);
        assert_eq!(page["games"][0]["last"], "16 minutes ago");
        assert_eq!(page["games"][3]["last"], "1 minute ago");
        assert_eq!(page["games_level"]["level"], "attention");
        assert_eq!(page["overall"]["text"], "Have a look at:");
        assert_eq!(page["overall"]["named"], json!([{"id": "games", "label": "Games being played"}]));
    }

    #[test]
    fn the_worst_is_said_first_of_all() {
        let board = json!({
            "load": {"level": "attention", "reason": "filling", "percent": 85},
            "disk": {"level": "bad", "reason": "full"},
            "clock": {"level": "good", "reason": "trusted"},
            "games": {"7": {"id": 7, "home": "<b>Reds</b>", "away": "نادي", "score_text": "1-0", "running": false}},
        });
        let html = Pages::new().status(&FRAME, &board, None);
        assert!(html.contains("Act now:") && html.contains("href=\"#disk\""), "{html}");
        assert!(html.contains("soon nothing can be entered"), "{html}");
        assert!(html.contains("&lt;b&gt;Reds&lt;") && !html.contains("<b>Reds"), "what people wrote is text");
        assert!(!html.contains("js-status"), "every sentence is there: {html}");
    }

    #[test]
    fn every_reason_of_the_board_has_its_sentence() {
        let strings = Strings::embedded();
        let reasons = [
            ("load", "normal filling push-full"),
            ("delay", "nothing fast slow late"),
            ("disk", "enough low full unknown no-answer"),
            ("ledger", "fast slow failed behind failing"),
            ("clock", "trusted moved not-trusted"),
        ];
        for (section, reasons) in reasons {
            for reason in reasons.split(' ') {
                let id = format!("js-status-{section}-{reason}");
                assert!(strings.text("en", &id, &[]).is_some(), "no message {id}");
            }
        }
        assert!(
            Pages::new().status(&FRAME, &json!({}), None).contains("</html>"),
            "an empty board is a page too"
        );
    }
}
