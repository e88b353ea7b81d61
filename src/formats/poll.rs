//! A poll and what happens to it, as JSON: what the API takes and what a record keeps.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::FormatError;
use super::game::{read_time, write_time};
use crate::domain::GameId;
use crate::domain::event::EventBody;
use crate::domain::poll::{Access, Ballot, Closing, Kind, NewPoll, PollId, Tie, Voter};

/// The points of the Eurovision Song Contest, best first.
const EUROVISION: [u32; 10] = [12, 10, 8, 7, 6, 5, 4, 3, 2, 1];

/// The steps of a rating where nobody says.
const STEPS: u32 = 5;

/// Reads a new poll.
///
/// # Errors
/// Names the field that is missing, unknown or of the wrong kind.
pub fn read(value: &Value) -> Result<NewPoll, FormatError> {
    let form = PollForm::deserialize(value).map_err(|error| wrong(error.to_string()))?;
    let only = |given: bool, field: &str, kind: &str| {
        if given { Err(wrong(format!("`{field}` goes with `kind`: `{kind}` only"))) } else { Ok(()) }
    };
    if form.kind != KindForm::Multiple {
        only(form.max.is_some(), "max", "multiple")?;
    }
    if form.kind != KindForm::Points {
        only(form.scale.is_some(), "scale", "points")?;
    }
    if form.kind != KindForm::Rating {
        only(form.steps.is_some(), "steps", "rating")?;
    }
    let options = u32::try_from(form.options.len()).unwrap_or(u32::MAX);
    let kind = match form.kind {
        KindForm::Single => Kind::Single,
        KindForm::Multiple => Kind::Multiple { max: form.max.unwrap_or(options) },
        KindForm::Points => Kind::Points {
            scale: form.scale.unwrap_or_else(|| {
                EUROVISION.into_iter().take(form.options.len().min(EUROVISION.len())).collect()
            }),
        },
        KindForm::Rating => Kind::Rating { steps: form.steps.unwrap_or(STEPS) },
    };
    let time = |text: Option<String>| text.as_deref().map(read_time).transpose();
    Ok(NewPoll {
        question: form.question,
        kind,
        options: form.options,
        game: form.game.map(GameId),
        access: form.access.unwrap_or(AccessForm::Open).into(),
        secret: form.secret.unwrap_or(true),
        changeable: form.changeable.unwrap_or(false),
        tie: form.tie.unwrap_or(TieForm::Shared).into(),
        opens_at: time(form.opens_at)?,
        closes_at: time(form.closes_at)?,
        open_for_ms: form.open_for_ms,
    })
}

/// Writes a poll as [`read`] reads it, every field that has a meaning for its kind.
#[must_use]
pub fn write(poll: &NewPoll) -> Value {
    let (kind, max, scale, steps) = match &poll.kind {
        Kind::Single => (KindForm::Single, None, None, None),
        Kind::Multiple { max } => (KindForm::Multiple, Some(*max), None, None),
        Kind::Points { scale } => (KindForm::Points, None, Some(scale.clone()), None),
        Kind::Rating { steps } => (KindForm::Rating, None, None, Some(*steps)),
    };
    to_value(&PollForm {
        question: poll.question.clone(),
        kind,
        options: poll.options.clone(),
        game: poll.game.map(|game| game.0),
        access: Some(match poll.access {
            Access::Open => AccessForm::Open,
            Access::Ticket => AccessForm::Ticket,
        }),
        secret: Some(poll.secret),
        changeable: Some(poll.changeable),
        max,
        scale,
        steps,
        tie: Some(match poll.tie {
            Tie::Shared => TieForm::Shared,
            Tie::MostVoters => TieForm::MostVoters,
            Tie::Lot => TieForm::Lot,
        }),
        opens_at: poll.opens_at.map(write_time),
        closes_at: poll.closes_at.map(write_time),
        open_for_ms: poll.open_for_ms,
    })
}

/// What happened to a poll, as a record keeps it; `None` for what is no poll's.
pub(super) fn write_body(body: &EventBody) -> Option<Value> {
    Some(to_value(&match body {
        EventBody::PollCreated { id, poll } => PollBody::PollCreated { id: id.0, poll: write(poll) },
        EventBody::PollOpened => PollBody::PollOpened {},
        EventBody::PollClosed(closing) => PollBody::PollClosed {
            turnout: closing.turnout,
            refused: closing.refused.clone(),
            lot: Voter(closing.lot).to_string(),
        },
        EventBody::PollRevealed { counts } => PollBody::PollRevealed { counts: counts.clone() },
        EventBody::PollWithdrawn { reason } => PollBody::PollWithdrawn { reason: reason.clone() },
        EventBody::TicketsIssued { voters } => {
            PollBody::TicketsIssued { voters: voters.iter().map(ToString::to_string).collect() }
        }
        EventBody::BallotCast(ballot) => PollBody::BallotCast {
            voter: ballot.voter.to_string(),
            choice: ballot.choice.clone(),
            nonce: Voter(ballot.nonce).to_string(),
        },
        _ => return None,
    }))
}

/// Reads that form.
///
/// # Errors
/// Names the field that is missing, unknown or of the wrong kind.
pub(super) fn read_body(value: &Value) -> Result<EventBody, FormatError> {
    let form = PollBody::deserialize(value).map_err(|error| wrong(error.to_string()))?;
    Ok(match form {
        PollBody::PollCreated { id, poll } => {
            EventBody::PollCreated { id: PollId(id), poll: Box::new(read(&poll)?) }
        }
        PollBody::PollOpened {} => EventBody::PollOpened,
        PollBody::PollClosed { turnout, refused, lot } => {
            EventBody::PollClosed(Closing { turnout, refused, lot: hex(&lot)?.0 })
        }
        PollBody::PollRevealed { counts } => EventBody::PollRevealed { counts },
        PollBody::PollWithdrawn { reason } => EventBody::PollWithdrawn { reason },
        PollBody::TicketsIssued { voters } => EventBody::TicketsIssued {
            voters: voters.iter().map(|voter| hex(voter)).collect::<Result<_, _>>()?,
        },
        PollBody::BallotCast { voter, choice, nonce } => {
            EventBody::BallotCast(Ballot { voter: hex(&voter)?, choice, nonce: hex(&nonce)?.0 })
        }
    })
}

/// Whether a record's event of that type is a poll's.
pub(super) fn is_poll(kind: &str) -> bool {
    kind.starts_with("poll_") || matches!(kind, "tickets_issued" | "ballot_cast")
}

fn hex(text: &str) -> Result<Voter, FormatError> {
    Voter::parse(text).ok_or_else(|| wrong(format!("`{text}` is not 32 hexadecimal digits")))
}

fn wrong(what: impl Into<String>) -> FormatError {
    FormatError::new("", what)
}

fn to_value<T: Serialize>(form: &T) -> Value {
    serde_json::to_value(form).expect("a form of strings and numbers is JSON")
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PollForm {
    question: String,
    kind: KindForm,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    options: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    game: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access: Option<AccessForm>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    changeable: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scale: Option<Vec<u32>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    steps: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tie: Option<TieForm>,
    #[serde(skip_serializing_if = "Option::is_none")]
    opens_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    closes_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    open_for_ms: Option<u64>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum KindForm {
    Single,
    Multiple,
    Points,
    Rating,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum AccessForm {
    Open,
    Ticket,
}

impl From<AccessForm> for Access {
    fn from(form: AccessForm) -> Self {
        match form {
            AccessForm::Open => Self::Open,
            AccessForm::Ticket => Self::Ticket,
        }
    }
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum TieForm {
    Shared,
    MostVoters,
    Lot,
}

impl From<TieForm> for Tie {
    fn from(form: TieForm) -> Self {
        match form {
            TieForm::Shared => Self::Shared,
            TieForm::MostVoters => Self::MostVoters,
            TieForm::Lot => Self::Lot,
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum PollBody {
    PollCreated {
        id: u64,
        poll: Value,
    },
    PollOpened {},
    PollClosed {
        turnout: u64,
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        refused: BTreeMap<String, u64>,
        lot: String,
    },
    PollRevealed {
        counts: Vec<(u32, u64)>,
    },
    PollWithdrawn {
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    TicketsIssued {
        voters: Vec<String>,
    },
    BallotCast {
        voter: String,
        choice: Vec<u32>,
        nonce: String,
    },
}
