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

    fn number(&self, name: &str) -> Result<Option<Value>, Problem> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let Ok(number) = text.trim().parse::<i64>() else {
            return Err(invalid(format!("`{text}` is no whole number.")));
        };
        Ok(Some(json!(number)))
    }
}

/// The command a desk form stands for. `segment` is the present one, for a minute typed without it.
pub(crate) fn play(
    form: &Form,
    segment: Option<&str>,
    minute: Minute,
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
            body.insert("with".to_owned(), Value::Object(entry(form, inner, segment, minute)?));
        }
        _ => body.extend(entry(form, kind, segment, minute)?),
    }
    Ok(body)
}

fn entry(
    form: &Form,
    kind: &str,
    segment: Option<&str>,
    minute: Minute,
) -> Result<Map<String, Value>, Problem> {
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
        "comment" => copy(&mut body, form, &["text", "lang", "urgency"]),
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
        let Some(segment) = form.get("segment").filter(|_| kind != "segment").or(segment) else {
            return Err(invalid("A minute can be given once the game has begun."));
        };
        body.insert("at".to_owned(), json!({ "segment": segment, "clock_ms": minute.clock_ms(typed)? }));
    }
    Ok(body)
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
fn clock_value(typed: &str) -> Result<i64, Problem> {
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
        let body = play(&form, Some("1H"), Minute::Ceil).expect("a goal");
        let expected = json!({"id": "k1", "type": "action", "action": "goal", "side": "home", "player": "9",
            "at": {"segment": "1H", "clock_ms": 46 * 60_000}});
        assert_eq!(Value::Object(body), expected);
    }

    #[test]
    fn a_minute_that_is_none_is_refused() {
        let form = Form::parse(b"type=action&action=goal&side=home&minute=later");
        let problem = play(&form, Some("1H"), Minute::Ceil).expect_err("no minute");
        assert!(problem.detail.contains("later"), "{}", problem.detail);
    }

    #[test]
    fn a_negative_minute_stays_negative_for_the_rules_to_refuse() {
        assert_eq!(Minute::Ceil.clock_ms("-3").expect("a number"), -60_000);
    }
}
