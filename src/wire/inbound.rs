//! What a phone says over its socket: a command, a ballot, a ping.
//!
//! Read strictly: an unknown type or field is refused with a problem that names it, because a field that
//! is silently dropped is a goal entered for the wrong side. The body of a command stays JSON; whoever
//! carries it out knows its shape.

use serde_json::{Map, Value};

use super::Problem;

/// A message from a phone.
#[derive(Clone, Debug, PartialEq)]
pub enum Inbound {
    /// `{"type":"command","game":7,"command":{…}}`: the object is what the HTTP call takes.
    Command {
        /// The game it is about.
        game: u64,
        /// The command, undecoded.
        body: Value,
    },
    /// `{"type":"ballot","poll":3,"choice":["1"],…}`: the other fields are what the HTTP call takes.
    Ballot {
        /// The poll it is for.
        poll: u64,
        /// The ballot, undecoded.
        body: Value,
    },
    /// `{"type":"ping"}`: answered with a heartbeat.
    Ping,
}

impl Inbound {
    /// Reads one text message.
    ///
    /// # Errors
    /// A problem for the sender when it is no JSON object of a known type with the fields of that type.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let value: Value = serde_json::from_str(text).map_err(|error| {
            Problem::new(400, "bad-json", format!("a message could not be read: {error}"))
        })?;
        let Value::Object(mut fields) = value else {
            return Err(Problem::new(400, "bad-json", "a message must be a JSON object with a \"type\""));
        };
        let kind = match fields.remove("type") {
            Some(Value::String(kind)) => kind,
            Some(_) => return Err(Problem::new(400, "bad-field", "\"type\" of a message must be a string")),
            None => return Err(Problem::new(400, "missing-field", "a message needs \"type\"")),
        };
        match kind.as_str() {
            "command" => {
                let game = id(&mut fields, &kind, "game")?;
                let body = match fields.remove("command") {
                    Some(body @ Value::Object(_)) => body,
                    Some(_) => return Err(bad_field(&kind, "command", "an object")),
                    None => return Err(missing_field(&kind, "command")),
                };
                nothing_else(&fields, &kind)?;
                Ok(Self::Command { game, body })
            }
            "ballot" => {
                let poll = id(&mut fields, &kind, "poll")?;
                Ok(Self::Ballot { poll, body: Value::Object(fields) })
            }
            "ping" => nothing_else(&fields, &kind).map(|()| Self::Ping),
            _ => {
                let shown: String = kind.chars().take(40).collect();
                let detail = format!("a message of type {shown:?} is not known; use command, ballot or ping");
                Err(Problem::new(422, "unknown-type", detail))
            }
        }
    }
}

fn id(fields: &mut Map<String, Value>, kind: &str, field: &str) -> Result<u64, Problem> {
    let value = fields.remove(field).ok_or_else(|| missing_field(kind, field))?;
    value.as_u64().ok_or_else(|| bad_field(kind, field, "a whole number"))
}

fn missing_field(kind: &str, field: &str) -> Problem {
    Problem::new(422, "missing-field", format!("a {kind} needs {field:?}")).with("field", field)
}

fn bad_field(kind: &str, field: &str, expected: &str) -> Problem {
    Problem::new(422, "bad-field", format!("{field:?} of a {kind} must be {expected}")).with("field", field)
}

fn nothing_else(fields: &Map<String, Value>, kind: &str) -> Result<(), Problem> {
    let Some(field) = fields.keys().next() else {
        return Ok(());
    };
    let shown: String = field.chars().take(40).collect();
    Err(Problem::new(422, "unknown-field", format!("a {kind} has no field {shown:?}")).with("field", shown))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Inbound;

    #[test]
    fn the_three_messages_are_read() {
        let command = r#"{"type":"command","game":7,"command":{"id":"a","type":"clock","do":"start"}}"#;
        let body = json!({"id": "a", "type": "clock", "do": "start"});
        assert_eq!(Inbound::parse(command), Ok(Inbound::Command { game: 7, body }));
        let ballot = r#"{"type":"ballot","poll":3,"choice":["1"]}"#;
        assert_eq!(Inbound::parse(ballot), Ok(Inbound::Ballot { poll: 3, body: json!({"choice": ["1"]}) }));
        assert_eq!(Inbound::parse(r#"{"type":"ping"}"#), Ok(Inbound::Ping));
    }

    #[test]
    fn everything_else_is_refused_with_a_stable_code() {
        for (text, code) in [
            ("", "bad-json"),
            ("[]", "bad-json"),
            ("{", "bad-json"),
            ("{}", "missing-field"),
            (r#"{"type":1}"#, "bad-field"),
            (r#"{"type":"shout"}"#, "unknown-type"),
            (r#"{"type":"ping","x":1}"#, "unknown-field"),
            (r#"{"type":"command","command":{}}"#, "missing-field"),
            (r#"{"type":"command","game":7}"#, "missing-field"),
            (r#"{"type":"command","game":-7,"command":{}}"#, "bad-field"),
            (r#"{"type":"command","game":7,"command":[]}"#, "bad-field"),
            (r#"{"type":"command","game":7,"command":{},"gaol":1}"#, "unknown-field"),
            (r#"{"type":"ballot","choice":["1"]}"#, "missing-field"),
        ] {
            assert_eq!(Inbound::parse(text).unwrap_err().code, code, "{text}");
        }
    }
}
