//! HTML forms become the same JSON that scripts send, so that there is one way in.
//!
//! The desk works without script: a form is posted, answered with 303, and the page it leads to shows the
//! outcome.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::wire::Problem;

/// The fields of an urlencoded form; an empty field counts as absent, as browsers send all of them.
#[derive(Debug, Default)]
pub(crate) struct Form(BTreeMap<String, String>);

impl Form {
    /// Reads a body of `application/x-www-form-urlencoded`.
    pub(crate) fn parse(body: &[u8]) -> Self {
        let pairs = form_urlencoded::parse(body);
        let filled = pairs.filter(|(_, value)| !value.trim().is_empty());
        Self(filled.map(|(key, value)| (key.into_owned(), value.into_owned())).collect())
    }

    /// A field's text.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The fields whose names begin with `prefix`, without it.
    pub(crate) fn with_prefix<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0.iter().filter_map(move |(key, value)| Some((key.strip_prefix(prefix)?, value.as_str())))
    }

    /// All fields but one, to be sent again.
    pub(crate) fn without(&self, name: &str) -> Vec<(String, String)> {
        let others = self.0.iter().filter(|(key, _)| *key != name);
        others.map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    fn number(&self, name: &str) -> Result<Option<Value>, Problem> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let Ok(number) = text.trim().parse::<i64>() else {
            return Err(invalid(format!("`{text}` is no whole number.")));
        };
        Ok(Some(json!(number)))
    }
}

/// The command a desk form stands for. `board` is the desk's, which tells the segment a typed minute is of;
/// `clock_ms` is what the game clock shows now.
pub(crate) fn play(
    form: &Form,
    board: &Value,
    minute: Minute,
    clock_ms: u64,
) -> Result<Map<String, Value>, Problem> {
    let kind = form.get("type").ok_or_else(|| invalid("The form does not say which command it is."))?;
    let mut body = Map::new();
    if let Some(expect) = form.number("expect_seq")? {
        body.insert("expect_seq".to_owned(), expect);
    }
    if let Some(id) = form.get("id") {
        body.insert("id".to_owned(), json!(id));
    }
    match kind {
        "void" => {
            body.insert("type".to_owned(), json!("void"));
            required(&mut body, form, "seq")?;
            copy(&mut body, form, &["reason"]);
        }
        "replace" | "insert" => {
            body.insert("type".to_owned(), json!(kind));
            required(&mut body, form, if kind == "replace" { "seq" } else { "after" })?;
            let inner = form.get("with").unwrap_or("action");
            body.insert("with".to_owned(), Value::Object(entry(form, inner, board, minute)?));
        }
        _ => body.extend(entry(form, kind, board, minute)?),
    }
    if let Some(nudge) = form.number("nudge")?.and_then(|nudge| nudge.as_i64()) {
        body.insert("value_ms".to_owned(), clock_ms.saturating_add_signed(nudge).into());
    }
    Ok(body)
}

fn entry(form: &Form, kind: &str, board: &Value, minute: Minute) -> Result<Map<String, Value>, Problem> {
    let mut body = Map::new();
    body.insert("type".to_owned(), json!(kind));
    match kind {
        "action" => {
            copy(&mut body, form, &["action", "side", "player", "other", "text"]);
            for name in ["value", "of"] {
                if let Some(number) = form.number(name)? {
                    body.insert(name.to_owned(), number);
                }
            }
            if let Some(scored) = form.get("scored") {
                body.insert("scored".to_owned(), json!(matches!(scored, "true" | "yes" | "on" | "1")));
            }
            if let Some(tag) = form.get("tags") {
                body.insert("tags".to_owned(), json!([tag]));
            }
        }
        "clock" => {
            copy(&mut body, form, &["do"]);
            if let Some(value) = form.get("value") {
                body.insert("value_ms".to_owned(), json!(clock_value(value)?));
            }
        }
        "segment" => copy(&mut body, form, &["do", "segment"]),
        "scorer" => copy(&mut body, form, &["do", "to"]),
        "state" => {
            copy(&mut body, form, &["to", "reason"]);
            if form.get("to") == Some("awarded") {
                let mut award = Map::new();
                if let Some(side) = form.get("side") {
                    award.insert("side".to_owned(), json!(side));
                }
                award.insert("kind".to_owned(), json!(form.get("kind").unwrap_or("awarded")));
                body.insert("award".to_owned(), Value::Object(award));
            }
        }
        "comment" => {
            copy(&mut body, form, &["lang", "urgency"]);
            if let Some(text) = form.get("text") {
                // A line of commentary is one line, however it was typed.
                let words: Vec<&str> = text.split_whitespace().collect();
                body.insert("text".to_owned(), json!(words.join(" ")));
            }
        }
        "adjust" => {
            copy(&mut body, form, &["side", "counter", "reason"]);
            let to = if form.get("to").is_some() { "to" } else { "value" };
            if let Some(number) = form.number(to)? {
                body.insert("to".to_owned(), number);
            }
        }
        "review" => {
            copy(&mut body, form, &["do"]);
            if let Some(of) = form.number("of")?.or(form.number("seq")?) {
                body.insert("of".to_owned(), of);
            }
        }
        // An unknown word is refused, with the list of known ones, where the JSON is read.
        _ => {}
    }
    if let Some(typed) = form.get("minute") {
        let clock_ms = minute.clock_ms(typed)?;
        let told = form.get("segment").filter(|_| kind != "segment");
        let Some(segment) = told.or_else(|| segment(form, board, typed, clock_ms)) else {
            return Err(invalid("A minute can be given once the game has begun."));
        };
        body.insert("at".to_owned(), json!({ "segment": segment, "clock_ms": clock_ms }));
    }
    Ok(body)
}

/// The segment of a typed minute: a correction stays in that of what it corrects, else it is the last that had
/// begun by then, so that what was forgotten before the interval is entered after it. `45+2` lies at the end
/// of the one that ran into minute 45.
fn segment<'a>(form: &Form, board: &'a Value, typed: &str, clock_ms: i64) -> Option<&'a str> {
    let corrected = form.get("seq").and_then(|seq| board["timeline"][seq]["at"]["segment"].as_str());
    let base = typed.split_once('+').and_then(|(base, _)| base.trim().parse::<i64>().ok());
    let at = base.map_or(clock_ms, |minutes| minutes.saturating_mul(60_000) - 1);
    let begun = board["begun"].as_object().into_iter().flatten();
    let begun = begun.filter_map(|(id, from)| Some((from.as_i64().filter(|from| *from <= at)?, id.as_str())));
    corrected.or_else(|| begun.max().map(|(_, id)| id)).or(board["segment"].as_str())
}

/// How a sport counts minutes: football is in its first minute from 0:00 on, others have played none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Minute {
    /// 0:00 to 0:59 is minute 1.
    Ceil,
    /// 0:00 to 0:59 is minute 0.
    Floor,
}

impl Minute {
    /// The clock at the beginning of a minute typed as `67` or `45+2`, or a clock typed as `66:12`.
    fn clock_ms(self, typed: &str) -> Result<i64, Problem> {
        if typed.contains(':') {
            return clock_value(typed);
        }
        let unclear = || invalid(format!("`{typed}` is no minute; write it like 67 or 45+2."));
        let text = typed.trim().trim_end_matches('\'');
        let minutes: i64 = match text.split_once('+') {
            Some((base, added)) => {
                let base: i64 = base.trim().parse().map_err(|_| unclear())?;
                base.saturating_add(added.trim().parse::<i64>().map_err(|_| unclear())?)
            }
            None => text.parse().map_err(|_| unclear())?,
        };
        let begun = match self {
            Self::Ceil => minutes.saturating_sub(1).max(if minutes < 0 { -1 } else { 0 }),
            Self::Floor => minutes,
        };
        Ok(begun.saturating_mul(60_000))
    }
}

/// A clock typed as `66:12`, or as minutes alone, in milliseconds.
pub(crate) fn clock_value(typed: &str) -> Result<i64, Problem> {
    let unclear = || invalid(format!("`{typed}` is no clock; write it like 66:12."));
    let (minutes, seconds) = typed.trim().split_once(':').unwrap_or((typed.trim(), "0"));
    let minutes: i64 = minutes.parse().map_err(|_| unclear())?;
    let seconds: i64 = seconds.parse().map_err(|_| unclear())?;
    if !(0..60).contains(&seconds) {
        return Err(unclear());
    }
    Ok(minutes.saturating_mul(60_000).saturating_add(seconds * 1_000))
}

fn copy(body: &mut Map<String, Value>, form: &Form, names: &[&str]) {
    for name in names {
        if let Some(text) = form.get(name) {
            body.insert((*name).to_owned(), json!(text));
        }
    }
}

fn required(body: &mut Map<String, Value>, form: &Form, name: &str) -> Result<(), Problem> {
    let Some(number) = form.number(name)? else {
        return Err(invalid("The form does not say which entry it is about."));
    };
    body.insert(name.to_owned(), number);
    Ok(())
}

fn invalid(detail: impl Into<String>) -> Problem {
    Problem::new(422, "invalid-value", detail.into())
}

#[cfg(test)]
mod tests {
    use super::{Form, Minute, play};
    use serde_json::{Value, json};

    #[test]
    fn a_goal_form_is_the_goal_command() {
        let form = Form::parse(b"type=action&action=goal&side=home&player=9&minute=45%2B2&text=&id=k1");
        let board = json!({"segment": "2H", "begun": {"1H": 0, "2H": 45 * 60_000}});
        let body = play(&form, &board, Minute::Ceil, 60_000).expect("a goal");
        let expected = json!({"id": "k1", "type": "action", "action": "goal", "side": "home", "player": "9",
            "at": {"segment": "1H", "clock_ms": 46 * 60_000}});
        assert_eq!(Value::Object(body), expected);
    }

    #[test]
    fn a_minute_that_is_none_is_refused() {
        let form = Form::parse(b"type=action&action=goal&side=home&minute=later");
        let problem = play(&form, &json!({"segment": "1H"}), Minute::Ceil, 60_000).expect_err("no minute");
        assert!(problem.detail.contains("later"), "{}", problem.detail);
    }

    #[test]
    fn a_typed_minute_tells_its_segment() {
        let board = json!({"segment": "2H", "begun": {"1H": 0, "2H": 45 * 60_000},
            "timeline": {"12": {"at": {"segment": "1H"}}}});
        for (fields, segment) in [
            ("type=action&action=goal&minute=46", "2H"),
            ("type=action&action=goal&minute=20", "1H"),
            ("type=action&action=goal&minute=90%2B3", "2H"),
            ("type=action&action=goal&minute=20&segment=2H", "2H"),
            ("type=action&action=goal&minute=12:30", "1H"),
        ] {
            let body = play(&Form::parse(fields.as_bytes()), &board, Minute::Ceil, 60_000).expect("a goal");
            assert_eq!(body["at"]["segment"], segment, "{fields}");
        }
        let form = Form::parse(b"type=replace&seq=12&action=goal&side=away&minute=47");
        let body = play(&form, &board, Minute::Ceil, 60_000).expect("a correction");
        assert_eq!(body["with"]["at"], json!({"segment": "1H", "clock_ms": 46 * 60_000}));
        let form = Form::parse(b"type=action&action=goal&minute=3");
        assert!(play(&form, &json!({}), Minute::Ceil, 60_000).is_err(), "nothing has begun");
    }

    #[test]
    fn the_forms_of_the_desk_are_the_commands_a_script_sends() {
        let board = json!({"segment": "P"});
        for (fields, command) in [
            (
                "type=action&action=kick&side=away&scored=false&player=10",
                json!({"type": "action", "action": "kick", "side": "away", "player": "10", "scored": false}),
            ),
            (
                "type=action&action=added_time&value=3",
                json!({"type": "action", "action": "added_time", "value": 3}),
            ),
            (
                "type=action&action=substitution&side=home&player=9&other=14",
                json!({"type": "action", "action": "substitution", "side": "home", "player": "9", "other": "14"}),
            ),
            ("type=clock&do=set&value=67:30", json!({"type": "clock", "do": "set", "value_ms": 4_050_000})),
            ("type=segment&do=start&segment=E1", json!({"type": "segment", "do": "start", "segment": "E1"})),
            ("type=review&do=open&of=12", json!({"type": "review", "do": "open", "of": 12})),
            ("type=review&do=overturned", json!({"type": "review", "do": "overturned"})),
            (
                "type=state&to=awarded&side=away&reason=",
                json!({"type": "state", "to": "awarded", "award": {"kind": "awarded", "side": "away"}}),
            ),
            ("type=state&to=live&side=away", json!({"type": "state", "to": "live"})),
            (
                "type=comment&text=Good.&urgency=assertive",
                json!({"type": "comment", "text": "Good.", "urgency": "assertive"}),
            ),
            ("type=clock&do=set&nudge=-1000", json!({"type": "clock", "do": "set", "value_ms": 59_000})),
            ("type=comment&text=Two%0D%0Alines.", json!({"type": "comment", "text": "Two lines."})),
            ("type=scorer&do=claim", json!({"type": "scorer", "do": "claim"})),
            ("type=void&seq=12&reason=", json!({"type": "void", "seq": 12})),
        ] {
            let body = play(&Form::parse(fields.as_bytes()), &board, Minute::Ceil, 60_000).expect(fields);
            assert_eq!(Value::Object(body), command, "{fields}");
        }
    }

    #[test]
    fn a_negative_minute_stays_negative_for_the_rules_to_refuse() {
        assert_eq!(Minute::Ceil.clock_ms("-3").expect("a number"), -60_000);
    }
}
