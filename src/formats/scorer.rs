//! Who scores a game, as JSON: `{"type":"scorer","do":"hand_over","to":"user:3"}`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::FormatError;
use crate::domain::command::{Actor, ScorerDo};

/// Reads what is done about the primary scorer.
///
/// # Errors
/// Names the field that is missing, unknown or of the wrong kind.
pub(super) fn read(value: &Value) -> Result<ScorerDo, FormatError> {
    let wrong = |what: &str| Err(FormatError::new("", what));
    let form = Form::deserialize(value).map_err(|error| FormatError::new("", error.to_string()))?;
    match (form.work, form.to) {
        (Work::Claim, None) => Ok(ScorerDo::Claim),
        (Work::Release, None) => Ok(ScorerDo::Release),
        (Work::TakeOver, None) => Ok(ScorerDo::TakeOver),
        (Work::HandOver, Some(to)) => Ok(ScorerDo::HandOver { to: Actor(to) }),
        (Work::HandOver, None) => wrong("handing over needs `to`, such as `user:3`"),
        (_, Some(_)) => wrong("`to` goes with `do`: `hand_over` only"),
    }
}

/// Writes that form.
pub(super) fn write(what: &ScorerDo) -> Map<String, Value> {
    let (work, to) = match what {
        ScorerDo::Claim => (Work::Claim, None),
        ScorerDo::Release => (Work::Release, None),
        ScorerDo::TakeOver => (Work::TakeOver, None),
        ScorerDo::HandOver { to } => (Work::HandOver, Some(to.0.clone())),
    };
    let form = Form { kind: Type::Scorer, work, to };
    match serde_json::to_value(form) {
        Ok(Value::Object(map)) => map,
        other => unreachable!("a form with named fields is a JSON object, not {other:?}"),
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    #[serde(rename = "type")]
    kind: Type,
    #[serde(rename = "do")]
    work: Work,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Type {
    Scorer,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Work {
    Claim,
    Release,
    TakeOver,
    HandOver,
}
