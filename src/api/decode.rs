//! What clients send, read by `formats` and held to what a person may enter: lengths, plain text, times.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::domain::event::{GameChange, NewGame};
use crate::domain::poll::NewPoll;
use crate::domain::sport::Sport;
use crate::formats::command::CommandForm;
use crate::formats::{FormatError, command, game, poll};
use crate::wire::Problem;

/// The longest text a person may enter, in characters.
const LONGEST_TEXT: usize = 1_000;
/// The longest name, in characters.
const LONGEST_NAME: usize = 120;
/// The most players in a squad.
const LARGEST_SQUAD: usize = 60;
/// The commands there are.
const COMMANDS: [&str; 11] = [
    "action", "clock", "segment", "state", "comment", "adjust", "review", "void", "replace", "insert",
    "scorer",
];

/// Reads a body as a JSON object.
///
/// # Errors
/// `malformed` with the place where the text stops being JSON.
pub(super) fn object(body: &[u8]) -> Result<Map<String, Value>, Problem> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(Problem::new(400, "malformed", "The body must be a JSON object.")),
        Err(error) => Err(Problem::new(400, "malformed", format!("The body is not JSON: {error}."))),
    }
}

/// Reads the JSON of a command for a game.
///
/// # Errors
/// `unknown-command`, `invalid-body`, `invalid-value` or `invalid-time`, naming the field.
pub(super) fn play(body: Map<String, Value>) -> Result<CommandForm, Problem> {
    let body = Value::Object(body);
    known_command(&body)?;
    if let Some(with) = body.get("with") {
        known_command(with)?;
    }
    plain(&body, "")?;
    command::read(&body).map_err(|error| unreadable(&error))
}

/// Reads the JSON of a new game; `sport` finds a sport by its id.
///
/// # Errors
/// `unknown-sport`, `invalid-body` or `invalid-value`, naming the field.
pub(super) fn new_game(
    body: Map<String, Value>,
    sport: impl FnOnce(&str) -> Option<Arc<Sport>>,
) -> Result<NewGame, Problem> {
    let body = Value::Object(body);
    plain(&body, "")?;
    sides(&body)?;
    let form = game::read(&body).map_err(|error| unreadable(&error))?;
    let Some(sport) = sport(&form.sport) else {
        let detail = format!("This box knows no sport `{}`; GET /api/v1/sports lists them.", form.sport);
        return Err(Problem::new(422, "unknown-sport", detail));
    };
    Ok(form.with_sport(sport))
}

/// Reads the JSON of a change of a game.
///
/// # Errors
/// `invalid-body` or `invalid-value`, naming the field.
pub(super) fn game_change(body: Map<String, Value>) -> Result<GameChange, Problem> {
    let body = Value::Object(body);
    plain(&body, "")?;
    sides(&body)?;
    game::read_change(&body).map_err(|error| unreadable(&error))
}

/// Reads the JSON of a new poll.
///
/// # Errors
/// `invalid-body` or `invalid-value`, naming the field.
pub(super) fn new_poll(body: Map<String, Value>) -> Result<NewPoll, Problem> {
    let body = Value::Object(body);
    plain(&body, "")?;
    poll::read(&body).map_err(|error| unreadable(&error))
}

fn known_command(body: &Value) -> Result<(), Problem> {
    match body.get("type").map(|kind| kind.as_str().unwrap_or_default()) {
        Some(kind) if COMMANDS.contains(&kind) => {}
        Some(kind) => {
            let detail = format!("There is no command `{kind}`; there are {}.", COMMANDS.join(", "));
            return Err(Problem::new(422, "unknown-command", detail));
        }
        None => return Err(invalid("`type` is missing: it says which command this is.")),
    }
    match body.get("text").and_then(Value::as_str) {
        Some(text) if text.trim().is_empty() => Err(invalid("`text` is empty: a comment needs words.")),
        _ => Ok(()),
    }
}

/// Holds every text to one line of plain characters and every time to what can be.
fn plain(value: &Value, field: &str) -> Result<(), Problem> {
    match value {
        Value::String(text) => plain_text(text, field),
        Value::Number(number) if field.ends_with("_ms") && number.as_f64().is_some_and(|ms| ms < 0.0) => {
            let detail = format!("`{field}` is {number}; a time in a game is never negative.");
            Err(Problem::new(422, "invalid-time", detail))
        }
        Value::Array(list) => list.iter().try_for_each(|inner| plain(inner, field)),
        Value::Object(object) => object.iter().try_for_each(|(name, inner)| plain(inner, name)),
        _ => Ok(()),
    }
}

fn plain_text(text: &str, field: &str) -> Result<(), Problem> {
    let longest = match field {
        "text" | "reason" | "credit" => LONGEST_TEXT,
        _ => LONGEST_NAME,
    };
    if text.chars().count() > longest {
        return Err(invalid(format!("`{field}` is longer than {longest} characters.")));
    }
    // Control characters and direction overrides (UAX 9) could rearrange what others read around them.
    let forbidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
    };
    if text.chars().any(forbidden) {
        let detail = format!("`{field}` holds control characters; enter it as one line of plain text.");
        return Err(invalid(detail));
    }
    Ok(())
}

fn sides(body: &Value) -> Result<(), Problem> {
    for side in body.get("sides").and_then(Value::as_object).into_iter().flat_map(Map::values) {
        if let Some(colour) = side.get("colour").and_then(Value::as_str) {
            let digits = colour.strip_prefix('#').unwrap_or_default();
            if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
                return Err(invalid(format!("`colour` is `{colour}`; it is written like #b3151b.")));
            }
        }
        if side.get("players").and_then(Value::as_array).is_some_and(|squad| squad.len() > LARGEST_SQUAD) {
            return Err(invalid(format!("A squad has at most {LARGEST_SQUAD} players.")));
        }
    }
    Ok(())
}

fn invalid(detail: impl Into<String>) -> Problem {
    Problem::new(422, "invalid-value", detail.into())
}

/// What the reader found, which names the field and what was expected of it.
fn unreadable(error: &FormatError) -> Problem {
    Problem::new(422, "invalid-body", format!("The body does not fit: {error}."))
}
