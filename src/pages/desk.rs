//! What the forms of the desk and of the organiser are made of.
//!
//! A sport file as JSON becomes groups of buttons, periods and states; an outcome becomes one line. Ids of commands
//! are the request's random text and a number, so that a form sent twice is one command.

mod entry;

use crate::pages::model;
use crate::pages::strings::Strings;
use crate::pages::{Frame, Staff};
use minijinja::value::Object;
use serde_json::{Map, Value, json};
use std::sync::atomic::{AtomicU32, Ordering};

const STATES: [&str; 10] = [
    "scheduled",
    "delayed",
    "live",
    "interval",
    "suspended",
    "postponed",
    "cancelled",
    "abandoned",
    "awarded",
    "final",
];

const GROUPS: [&str; 5] = ["score", "play", "discipline", "course", "other"];

/// The ids of one page's commands.
#[derive(Debug)]
pub(crate) struct Ids {
    nonce: String,
    given: AtomicU32,
}

impl Object for Ids {}

impl Ids {
    pub(crate) fn new(nonce: &str) -> Self {
        Self { nonce: nonce.to_owned(), given: AtomicU32::new(0) }
    }

    pub(crate) fn next(&self) -> String {
        format!("{}-{}", self.nonce, self.given.fetch_add(1, Ordering::Relaxed))
    }
}

/// Who keeps the score, as the desk tells it to `staff.me`.
pub(crate) fn scorer(strings: &Strings, frame: &Frame<'_>, board: &Value, staff: &Staff<'_>) -> Value {
    let holder = board["scorer"]["actor"].as_str();
    let name = holder.map(|actor| staff.name_of(strings, frame, actor));
    let (state, note) = match (holder, &name) {
        (Some(actor), _) if actor == staff.me => ("me", strings.say(frame.lang, "js-scorer-me", &[])),
        (Some(_), Some(name)) => ("other", strings.say(frame.lang, "js-scorer-other", &[("last", name)])),
        _ => ("none", strings.say(frame.lang, "js-scorer-none", &[])),
    };
    let others = staff.names.iter().filter(|(actor, _)| actor != staff.me && actor.starts_with("user:"));
    let others: Vec<Value> = others.map(|(actor, name)| json!({"id": actor, "name": name})).collect();
    json!({"state": state, "note": note, "others": others})
}

/// What the script needs beside the board: the sport's buttons, and who is who.
pub(crate) fn for_script(sport: &Value, staff: &Staff<'_>, user: Option<&str>) -> Value {
    let names: Map<String, Value> =
        staff.names.iter().map(|(actor, name)| (actor.clone(), name.as_str().into())).collect();
    json!({
        "me": staff.me,
        "user": user,
        "names": names,
        "actions": listed(&sport["actions"]),
        "front": sport["desk"]["front"],
        "phrases": sport["desk"]["phrases"],
    })
}

impl Staff<'_> {
    fn name_of(&self, strings: &Strings, frame: &Frame<'_>, actor: &str) -> String {
        let known = self.names.iter().find(|(known, _)| known == actor).map(|(_, name)| name.clone());
        known.unwrap_or_else(|| strings.say(frame.lang, "js-somebody", &[]))
    }
}

/// Buttons, periods, states and an open question, for the desk's template.
pub(crate) fn facts(
    strings: &Strings,
    frame: &Frame<'_>,
    board: &Value,
    sport: &Value,
) -> Map<String, Value> {
    let mut facts = Map::new();
    let possible = listed(&sport["actions"]).into_iter().filter(|action| is_enabled(action, board, sport));
    let all: Vec<Value> = possible.map(|action| one_action(&action, board)).collect();
    let (kicks, all): (Vec<Value>, Vec<Value>) =
        all.into_iter().partition(|action| action["group"] == "shootout");
    let (sided, unsided): (Vec<Value>, Vec<Value>) =
        all.into_iter().partition(|action| action["side"] != false);
    facts.insert("any_other".into(), sided.iter().any(|action| action["other"] == true).into());
    facts.insert("every".into(), grouped(strings, frame, &sided, board, sport).into());
    let (front, more) = at_hand(&sided, sport);
    facts.insert("front".into(), front.into_iter().map(|one| in_front(one, board, sport)).collect());
    facts.insert("actions".into(), grouped(strings, frame, &more, board, sport).into());
    facts.insert("tags".into(), tags(&sport["actions"]).into());
    facts.insert("phrases".into(), phrases(board, sport).into());
    facts.insert("counters".into(), listed(&sport["counters"]).into());
    facts.insert("can_review".into(), sport["review"].is_object().into());
    facts.insert("seq".into(), board["seq"].clone());
    facts.insert(
        "score_text".into(),
        board["score_text"].as_str().unwrap_or_default().replace('-', "–").into(),
    );
    let clock = match (board["clock"]["running"].as_bool(), board["state"].as_str()) {
        (Some(true), _) => "runs",
        (Some(false), Some("live")) => "stands",
        _ => "none",
    };
    facts.insert("clock".into(), clock.into());
    // By the sport, not the board: before the start no clock stands there, and the page may be open already.
    let has_clock = sport["clock"]["run"] == true || board["clock"].is_object();
    facts.insert("has_clock".into(), has_clock.into());
    facts.insert("minute_floor".into(), (sport["clock"]["minute"] == "floor").into());
    facts.insert("kicks".into(), kicks.into());
    facts.insert("course".into(), unsided.into());
    facts.insert("segments".into(), segments(board, &sport["segments"]).into());
    facts.insert("states".into(), states(strings, frame, &sport["states"]).into());
    if board["resume_question"].is_object() {
        // Where wall time could not tell how long the box was off, one can only look at the clock.
        let gap_ms = board["resume_question"]["gap_ms"].as_i64();
        let direction = board["clock"]["direction"].as_str().unwrap_or("up");
        let value = model::clock_value(board, frame.now_ms).unwrap_or(0);
        let less = gap_ms.map(|gap| if direction == "down" { value + gap } else { (value - gap).max(0) });
        facts.insert(
            "resume".into(),
            json!({
                "gap": gap_ms.map(|gap| model::clock_digits(gap, "up")),
                "now": model::clock_digits(value, direction),
                "less": less.map(|less| model::clock_digits(less, direction)),
            }),
        );
    }
    facts
}

/// The actions of the desk's first view, in the order the sport file tells, and all others. A file that tells none
/// has those at hand that score.
fn at_hand(actions: &[Value], sport: &Value) -> (Vec<Value>, Vec<Value>) {
    const MOST: usize = 3;
    let told: Vec<&str> =
        sport["desk"]["front"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut front: Vec<Value> =
        told.iter().filter_map(|id| actions.iter().find(|action| action["id"] == *id)).cloned().collect();
    if front.is_empty() {
        front = actions.iter().filter(|action| action["group"] == "score").take(MOST).cloned().collect();
    }
    let more = actions.iter().filter(|action| !front.contains(action)).cloned().collect();
    (front, more)
}

/// A button of the first view: hidden in a series as its group is.
fn in_front(mut action: Value, board: &Value, sport: &Value) -> Value {
    let series = series(sport);
    if matches!(action["group"].as_str(), Some("score" | "play")) && !series.is_empty() {
        action["except"] = series.join(" ").into();
        if board["segment"].as_str().is_some_and(|segment| series.contains(&segment)) {
            action["hidden"] = true.into();
        }
    }
    action
}

/// The segments in which only attempts are entered.
fn series(sport: &Value) -> Vec<&str> {
    let segments = sport["segments"].as_array().into_iter().flatten();
    segments
        .filter(|segment| segment["kind"] == "series")
        .filter_map(|segment| segment["id"].as_str())
        .collect()
}

/// Every detail that some action may carry, once.
fn tags(actions: &Value) -> Vec<Value> {
    let mut tags: Vec<String> = Vec::new();
    for action in listed(actions) {
        for tag in action["tags"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !tags.iter().any(|known| known == tag) {
                tags.push(tag.to_owned());
            }
        }
    }
    tags.iter().map(|tag| json!({"id": tag, "label": readable(tag)})).collect()
}

/// The sport's lines as they are read without script: with the names of the sides, and a gap for the rest.
fn phrases(board: &Value, sport: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    for phrase in sport["desk"]["phrases"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        let phrase = phrase.replace("{player}", "…").replace("{minute}", "…");
        if !phrase.contains("{side}") {
            lines.push(phrase);
            continue;
        }
        for side in sport["sides"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            let name = board["sides"][side]["name"].as_str().unwrap_or(side);
            lines.push(phrase.replace("{side}", name));
        }
    }
    lines
}

/// An outcome with its reason as one line: what the rules said, and what they hint.
pub(crate) fn outcome(outcome: Option<&Value>) -> Value {
    let Some(outcome) = outcome else { return Value::Null };
    let mut shown = outcome.clone();
    let problem = &outcome["problem"];
    let reason = problem["detail"].as_str().or(problem["title"].as_str());
    if let (Some(shown), Some(reason)) = (shown.as_object_mut(), reason) {
        shown.insert("reason".into(), reason.into());
    }
    shown
}

/// Sports with their parameters as fields of a form.
pub(crate) fn sports(strings: &Strings, frame: &Frame<'_>, sports: &Value) -> Value {
    let list = sports.get("sports").unwrap_or(sports).as_array().cloned().unwrap_or_default();
    let sports = list.iter().map(|sport| {
        json!({
            "id": sport["id"],
            "name": sport["name"],
            "params": params(strings, frame, &sport["params"]),
        })
    });
    sports.collect()
}

fn params(strings: &Strings, frame: &Frame<'_>, params: &Value) -> Vec<Value> {
    listed(params).iter().map(|param| one_param(strings, frame, param)).collect()
}

fn one_param(strings: &Strings, frame: &Frame<'_>, param: &Value) -> Value {
    let id = param["id"].as_str().unwrap_or_default();
    let word = |value: &Value| match value {
        Value::Bool(true) => strings.say(frame.lang, "yes", &[]),
        Value::Bool(false) => strings.say(frame.lang, "no", &[]),
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let values = match param["type"].as_str() {
        Some("bool") => vec![Value::Bool(true), Value::Bool(false)],
        _ => param["values"].as_array().cloned().unwrap_or_default(),
    };
    let choices: Vec<Value> =
        values.iter().map(|value| json!({"value": plain(value), "label": word(value)})).collect();
    json!({
        "id": id,
        "label": param["label"].as_str().map_or_else(|| readable(id), str::to_owned),
        "choices": choices,
        "default_text": word(&param["default"]),
    })
}

/// Buttons by group. In a series only attempts are entered, and cards: the rest of play is hidden then.
fn grouped(
    strings: &Strings,
    frame: &Frame<'_>,
    actions: &[Value],
    board: &Value,
    sport: &Value,
) -> Vec<Value> {
    let series = series(sport);
    let in_series = board["segment"].as_str().is_some_and(|segment| series.contains(&segment));
    let group_of = |action: &Value| {
        let group = action["group"].as_str().unwrap_or("other");
        GROUPS.iter().copied().find(|known| *known == group).unwrap_or("other")
    };
    let groups = GROUPS.iter().filter_map(|group| {
        let mine: Vec<&Value> = actions.iter().filter(|action| group_of(action) == *group).collect();
        let label = strings.say(frame.lang, &format!("group-{group}"), &[]);
        let except = if matches!(*group, "score" | "play") { series.join(" ") } else { String::new() };
        let hidden = in_series && !except.is_empty();
        (!mine.is_empty()).then(
            || json!({"id": group, "label": label, "actions": mine, "except": except, "hidden": hidden}),
        )
    });
    groups.collect()
}

/// Whether this game's parameters allow the action: temporary dismissals, where a competition has them.
fn is_enabled(action: &Value, board: &Value, sport: &Value) -> bool {
    let Some(switch) = action["enabled"].as_str().map(|name| name.trim_start_matches('$')) else {
        return true;
    };
    let usual = listed(&sport["params"]).into_iter().find(|param| param["id"] == switch);
    let own = board["desk"]["params"][switch].as_bool();
    own.or(usual.and_then(|param| param["default"].as_bool())).unwrap_or(true)
}

/// A button. One that belongs to certain periods is hidden in the others; `only` tells the script which.
fn one_action(action: &Value, board: &Value) -> Value {
    let id = action["id"].as_str().unwrap_or_default();
    let only: Vec<&str> =
        action["only_in"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let here = board["segment"].as_str().is_some_and(|segment| only.contains(&segment));
    json!({
        "id": id,
        "label": action["label"].as_str().map_or_else(|| readable(id), str::to_owned),
        "group": action["group"],
        "side": action["side"] != false,
        "player": action["player"],
        "other": action["other"].is_string(),
        "tags": action["tags"],
        "number": action["value"]["label"],
        "most": action["value"]["max"],
        "only": only.join(" "),
        "hidden": !only.is_empty() && !here,
    })
}

/// Which period one would end now, and which start next. A period of rest follows by itself when the one before ends.
fn segments(board: &Value, segments: &Value) -> Vec<Value> {
    let all = listed(segments);
    let rests = |segment: &Value| segment["kind"] == "interval";
    let at = board["segment"].as_str().and_then(|id| all.iter().position(|segment| segment["id"] == id));
    let live = board["state"] == "live";
    // Which follows is the rules' to say: with the score level in a cup tie it is extra time, or kicks.
    let next = board["next"].as_str();
    let waiting = !live && !matches!(board["state"].as_str(), Some("final" | "cancelled" | "awarded"));
    let shown = all.iter().enumerate().map(|(index, segment)| {
        json!({
            "id": segment["id"],
            "label": segment["label"].as_str().or(segment["id"].as_str()),
            "play": !rests(segment),
            "current": live && at == Some(index),
            "next": waiting && next.is_some() && segment["id"].as_str() == next,
        })
    });
    shown.collect()
}

fn states(strings: &Strings, frame: &Frame<'_>, states: &Value) -> Vec<Value> {
    let given: Vec<String> = listed(states)
        .iter()
        .filter_map(|state| state.as_str().or(state["id"].as_str()).map(str::to_owned))
        .collect();
    let ids = if given.is_empty() { STATES.map(str::to_owned).to_vec() } else { given };
    ids.iter().map(|id| json!({"id": id, "label": model::state_label(strings, frame, id)})).collect()
}

/// A list, or an object by id as a list whose members carry their id.
pub(super) fn listed(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(list) => list.clone(),
        Value::Object(by_id) => by_id
            .iter()
            .map(|(id, member)| {
                let mut member = member.clone();
                if let Some(member) = member.as_object_mut() {
                    member.entry("id").or_insert_with(|| id.as_str().into());
                }
                member
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// `half_time` as "Half time", for what a sport file gives no label.
pub(super) fn readable(id: &str) -> String {
    let mut words = id.replace('_', " ");
    if let Some(first) = words.get_mut(0..1) {
        first.make_ascii_uppercase();
    }
    words
}
