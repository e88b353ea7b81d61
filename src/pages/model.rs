//! A board as a page shows it: sides in order, entries newest first, the clock as text, the title.
//!
//! Pure: the board's JSON and the request's facts in, plain JSON for the templates out. `web/script/view.js` makes
//! the same of a board that has changed since; what one of the two calls "phase" the other does too.

use crate::pages::Frame;
use crate::pages::strings::Strings;
use chrono::{DateTime, Local};
use serde_json::{Value, json};

/// One game for its own pages and the desk.
pub(crate) fn game(strings: &Strings, frame: &Frame<'_>, board: &Value) -> Value {
    let mut model = summary(strings, frame, board);
    for side in model["sides"].as_array_mut().into_iter().flatten() {
        side["kicks"] = kicks(&board["shootout"], text(side, "id"));
    }
    let sides = model["sides"].as_array().cloned().unwrap_or_default();
    let [first, second] = [0, 1].map(|index| sides.get(index).cloned().unwrap_or_default());
    let state = text(board, "state");
    let started = model["started"].as_bool() == Some(true);
    let names = [("home", text(&first, "name")), ("away", text(&second, "name"))];
    let scores = [("h", text(&first, "score")), ("a", text(&second, "score"))];
    let when = minute_text(strings, frame, board)
        .or_else(|| board["segment_label"].as_str().filter(|_| state == "live").map(str::to_owned))
        .unwrap_or_else(|| label(strings, frame, board));
    let title_id = match (started, state) {
        (false, _) => "js-title-before",
        (true, "live") => "js-title-live",
        (true, _) => "js-title",
    };
    let title_when = match (started, model["starts_text"].as_str()) {
        (false, Some(starts)) if state == "scheduled" => starts.to_owned(),
        _ => when.clone(),
    };
    let say = |id: &str, more: &[(&str, &str)]| {
        let all: Vec<(&str, &str)> =
            names.iter().chain(scores.iter()).copied().chain(more.iter().copied()).collect();
        strings.say(frame.lang, id, &all)
    };
    let title = say(title_id, &[("when", &title_when)]);
    let phase = phase(strings, frame, board);
    let detail = [Some(phase.clone()), minute_text(strings, frame, board)];
    let detail: Vec<String> = detail.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    let spoken = match started {
        true => format!("{} {}.", say("js-score-spoken", &[]), detail.join(", ")),
        false => format!("{title}."),
    };
    let score_line = score_line(board, &sides).filter(|_| started);
    let clock = clock_text(board, frame.now_ms).filter(|_| clock_shown(board));

    let more = json!({
        "title": title,
        "spoken": spoken,
        "phase": phase,
        "clock": clock.unwrap_or_default(),
        "score_line": score_line,
        "noun": board["noun"].as_str().unwrap_or("game"),
        "state_label": label(strings, frame, board),
        "notes": notes(strings, frame, board),
        "competition": board["title"],
        "review": board["review"].is_object(),
        "result": said(&board["result"]),
        "shootout": said(&board["shootout"]),
        "venue": board["venue"],
        "credit": board["credit"],
        "entries": entries(&board["timeline"]),
        "stats": stats(&board["stats"], &sides),
        "any_players": sides.iter().any(|side| side["players"].as_array().is_some_and(|p| !p.is_empty())),
        "last_entry_text": board["last_entry_at"].as_str().and_then(time_text),
    });
    if let (Some(model), Value::Object(more)) = (model.as_object_mut(), more) {
        model.extend(more);
    }
    model
}

/// Several games for a list, live ones first, then by start. Takes `{"games":…}`, a list, or an object by id.
pub(crate) fn summaries(strings: &Strings, frame: &Frame<'_>, games: &Value) -> Vec<Value> {
    let inner = games.get("games").unwrap_or(games);
    let mut list: Vec<Value> = match inner {
        Value::Array(list) => list.iter().map(|game| summary(strings, frame, game)).collect(),
        Value::Object(by_id) => by_id
            .values()
            .filter(|game| game["sides"].is_object())
            .map(|game| summary(strings, frame, game))
            .collect(),
        _ => Vec::new(),
    };
    let rank = |game: &Value| match game["phase_group"].as_str() {
        Some("live") => 0,
        Some("next") => 1,
        _ => 2,
    };
    list.sort_by(|a, b| {
        (rank(a), a["starts_at"].as_str(), a["id"].as_u64()).cmp(&(
            rank(b),
            b["starts_at"].as_str(),
            b["id"].as_u64(),
        ))
    });
    list
}

/// One game of a list.
pub(crate) fn one(strings: &Strings, frame: &Frame<'_>, board: &Value) -> Value {
    summary(strings, frame, board)
}

/// The day at the place of the box, of an RFC 3339 time.
pub(crate) fn day_text(time: &str) -> Option<String> {
    local(time).map(|time| time.format("%a %Y-%m-%d").to_string())
}

/// Name of the side that stands at `index`, of a model made by [`game`].
pub(crate) fn side_name(model: &Value, index: usize) -> &str {
    text(&model["sides"][index], "name")
}

/// Hours and minutes at the place of the box, of an RFC 3339 time.
pub(crate) fn time_text(time: &str) -> Option<String> {
    local(time).map(|time| time.format("%H:%M").to_string())
}

/// `67:12` of milliseconds; a whole second counts down only when it is over.
pub(crate) fn clock_digits(value_ms: i64, direction: &str) -> String {
    let seconds = match direction {
        "down" => (value_ms.max(0) + 999) / 1000,
        _ => value_ms.max(0) / 1000,
    };
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// What a board's clock shows at `now_ms` of the box's line, in milliseconds.
pub(crate) fn clock_value(board: &Value, now_ms: i64) -> Option<i64> {
    let clock = board["clock"].as_object()?;
    let value = clock.get("value_ms")?.as_i64()?;
    let running = clock.get("running").and_then(Value::as_bool) == Some(true);
    let since = clock.get("at_ms").and_then(Value::as_i64).map_or(0, |at| now_ms.saturating_sub(at).max(0));
    let down = clock.get("direction").and_then(Value::as_str) == Some("down");
    Some(match (running, down) {
        (false, _) => value,
        (true, false) => value.saturating_add(since),
        (true, true) => value.saturating_sub(since).max(0),
    })
}

/// The word for a state.
pub(crate) fn state_label(strings: &Strings, frame: &Frame<'_>, state: &str) -> String {
    strings.text(frame.lang, &format!("js-state-{state}"), &[]).unwrap_or_else(|| state.to_owned())
}

fn summary(strings: &Strings, frame: &Frame<'_>, board: &Value) -> Value {
    let state = text(board, "state");
    let started = !matches!(state, "scheduled" | "delayed" | "postponed" | "cancelled" | "");
    let group = match state {
        "live" | "interval" | "suspended" => "live",
        "scheduled" | "delayed" | "postponed" | "" => "next",
        _ => "done",
    };
    let mut status = phase(strings, frame, board);
    if let Some(minute) = minute_text(strings, frame, board) {
        status = format!("{status}, {minute}");
    }
    let sides = sides(&board["sides"]);
    // How it was decided, where the numbers beside the names do not say it.
    if let Some(line) = score_line(board, &sides).filter(|_| started) {
        status = format!("{status} · {line}");
    }
    json!({
        "id": board["id"],
        "state": state,
        "started": started,
        "phase_group": group,
        "status": status,
        "sides": sides,
        "starts_at": board["starts_at"],
        "starts_text": board["starts_at"].as_str().and_then(|starts| start_text(starts, frame.now)),
    })
}

/// The score in the sport's own writing, where it says more than two numbers.
fn score_line<'a>(board: &'a Value, sides: &[Value]) -> Option<&'a str> {
    let numbers: Vec<&str> = sides.iter().map(|side| text(side, "score")).collect();
    board["score_text"].as_str().filter(|line| *line != numbers.join("-"))
}

/// The sides in the order the score is told: the sport's own where the board says it, else the home side first.
fn sides(sides: &Value) -> Vec<Value> {
    let Some(by_id) = sides.as_object() else { return Vec::new() };
    let mut list: Vec<(&String, &Value)> = by_id.iter().collect();
    list.sort_by_key(|(id, side)| (side["index"].as_u64(), id.as_str() != "home", id.as_str()));
    list.into_iter().map(|(id, side)| one_side(id, side)).collect()
}

fn one_side(id: &str, side: &Value) -> Value {
    let name = side["name"].as_str().unwrap_or(id);
    json!({
        "id": id,
        "name": name,
        "short": side["short"].as_str().unwrap_or(name),
        "colour": side["colour"].as_str().filter(|colour| is_colour(colour)),
        "score": said(&side["score"]).unwrap_or_else(|| "0".to_owned()),
        "players": players(&side["players"]),
    })
}

/// Only `#rrggbb`: a colour goes into an attribute of a drawing.
fn is_colour(colour: &str) -> bool {
    colour.len() == 7 && colour.starts_with('#') && colour[1..].bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn players(players: &Value) -> Vec<Value> {
    let mut list: Vec<Value> = match players {
        Value::Array(list) => list.iter().map(|player| one_player("", player)).collect(),
        Value::Object(by_id) => by_id.iter().map(|(id, player)| one_player(id, player)).collect(),
        _ => Vec::new(),
    };
    list.sort_by_key(|player| {
        let number = text(player, "number");
        (number.parse::<u32>().unwrap_or(u32::MAX), number.to_owned(), text(player, "name").to_owned())
    });
    list
}

fn one_player(id: &str, player: &Value) -> Value {
    let number = said(&player["number"]).unwrap_or_else(|| id.to_owned());
    let name = player["name"].as_str().or(player.as_str()).unwrap_or_default();
    let id = if id.is_empty() { number.as_str() } else { id };
    json!({"id": id, "number": number, "name": name})
}

fn entries(timeline: &Value) -> Vec<Value> {
    let Some(by_seq) = timeline.as_object() else { return Vec::new() };
    let mut list: Vec<&Value> = by_seq.values().collect();
    list.sort_by(|a, b| {
        // An order is written so that comparing its bytes gives the course of the game.
        (text(b, "order"), b["seq"].as_u64()).cmp(&(text(a, "order"), a["seq"].as_u64()))
    });
    list.into_iter().map(entry).collect()
}

fn entry(entry: &Value) -> Value {
    let gone = match (entry["voided_by"].is_null(), entry["replaced_by"].is_null()) {
        (false, _) => Some("voided"),
        (true, false) => Some("replaced"),
        (true, true) => None,
    };
    json!({
        "seq": entry["seq"],
        "kind": entry["kind"],
        "key": entry["key"].as_bool() == Some(true),
        "at": entry["at"]["text"].as_str().unwrap_or_default(),
        "text": entry["text"],
        "gone": gone,
        "action": entry["side"].is_string() && entry["voids"].is_null(),
    })
}

/// A side's attempts in a shoot-out: a ball for each that went in, a cross for each that did not.
fn kicks(shootout: &Value, side: &str) -> Value {
    let mut attempts: Vec<(u32, &Value)> = shootout["attempts"]
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(_, kick)| kick["side"] == side)
        .filter_map(|(number, kick)| Some((number.parse().ok()?, kick)))
        .collect();
    attempts.sort_by_key(|(number, _)| *number);
    let dots: Vec<&str> =
        attempts.iter().map(|(_, kick)| if kick["scored"] == true { "●" } else { "✕" }).collect();
    json!({"dots": dots.join(" "), "score": said(&shootout["score"][side]).unwrap_or_else(|| "0".to_owned())})
}

fn stats(stats: &Value, sides: &[Value]) -> Vec<Value> {
    let Some(by_id) = stats.as_object() else { return Vec::new() };
    let mut rows: Vec<(&String, &Value)> = by_id.iter().collect();
    rows.sort_by_key(|(id, row)| (row["index"].as_u64(), id.as_str()));
    let cell = |row: &Value, side: &Value| said(&row[text(side, "id")]).unwrap_or_default();
    rows.into_iter()
        .map(|(id, row)| {
            let values: Vec<String> = sides.iter().map(|side| cell(row, side)).collect();
            json!({"label": row["label"].as_str().unwrap_or(id), "values": values})
        })
        .collect()
}

fn phase(strings: &Strings, frame: &Frame<'_>, board: &Value) -> String {
    let state = text(board, "state");
    match board["segment_label"].as_str() {
        Some(label) if matches!(state, "live" | "interval") && board["withdrawn"] != true => label.to_owned(),
        _ => match board["reason"].as_str() {
            Some(reason) => {
                let label = label(strings, frame, board);
                strings.say(frame.lang, "js-state-why", &[("last", &label), ("reason", reason)])
            }
            None => label(strings, frame, board),
        },
    }
}

/// The state as the board says it in the language of its channel, else in the pages' own words.
fn label(strings: &Strings, frame: &Frame<'_>, board: &Value) -> String {
    if board["withdrawn"] == true {
        return state_label(strings, frame, "withdrawn");
    }
    let told = board["state_label"].as_str().map(str::to_owned);
    told.unwrap_or_else(|| state_label(strings, frame, text(board, "state")))
}

/// What a reader must know beside the score: a review, announced minutes, a count by hand.
fn notes(strings: &Strings, frame: &Frame<'_>, board: &Value) -> String {
    let review = board["review"].is_object().then(|| strings.say(frame.lang, "js-review", &[]));
    let added = said(&board["announced"]).filter(|_| text(board, "state") == "live");
    let added = added.map(|n| strings.say(frame.lang, "js-added", &[("n", &n), ("count", &n)]));
    let adjusted = (board["adjusted"] == true).then(|| strings.say(frame.lang, "js-adjusted", &[]));
    [review, added, adjusted].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// "67 min" of a clock that counts up in a game under way. The first minute is 1, as the sports count.
///
/// Of a clock that stands, or none, the game is known to be where its latest entry is.
fn minute_text(strings: &Strings, frame: &Frame<'_>, board: &Value) -> Option<String> {
    if !clock_shown(board) || board["clock"]["running"] != true {
        return board["minute"].as_str().filter(|_| text(board, "state") == "live").map(str::to_owned);
    }
    if board["clock"]["direction"] == "down" {
        return None;
    }
    let minute = minute_of(clock_value(board, frame.now_ms)?, board["clock"]["limit_ms"].as_i64());
    Some(strings.say(frame.lang, "js-minute", &[("count", &minute)]))
}

/// The minute as readers count it: `67`, and `45+2` where the clock runs past the end of a half.
fn minute_of(value_ms: i64, limit_ms: Option<i64>) -> String {
    match limit_ms {
        Some(limit) if value_ms >= limit => format!("{}+{}", limit / 60_000, (value_ms - limit) / 60_000 + 1),
        _ => (value_ms / 60_000 + 1).to_string(),
    }
}

fn clock_shown(board: &Value) -> bool {
    board["clock"].is_object() && matches!(text(board, "state"), "live" | "suspended")
}

fn clock_text(board: &Value, now_ms: i64) -> Option<String> {
    let value = clock_value(board, now_ms)?;
    let digits = clock_digits(value, text(&board["clock"], "direction"));
    // In added time the minute as it is called stands beside the clock.
    let limit = board["clock"]["limit_ms"].as_i64().filter(|limit| value >= *limit);
    Some(match limit {
        Some(_) => format!("{digits} ({})", minute_of(value, limit)),
        None => digits,
    })
}

fn start_text(starts: &str, now: &str) -> Option<String> {
    let starts = local(starts)?;
    let today = local(now).is_some_and(|now| now.date_naive() == starts.date_naive());
    Some(starts.format(if today { "%H:%M" } else { "%Y-%m-%d %H:%M" }).to_string())
}

pub(super) fn local(time: &str) -> Option<DateTime<Local>> {
    DateTime::parse_from_rfc3339(time).ok().map(|time| time.with_timezone(&Local))
}

/// A text, a number, or the `text` of an object, as text.
fn said(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Object(object) => object.get("text").and_then(Value::as_str).map(str::to_owned),
        _ => None,
    }
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}
