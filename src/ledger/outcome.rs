//! What became of a command: the answer its sender awaits, and how it is kept for seven days.

use std::collections::BTreeSet;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::error::Failure;
use crate::domain::command::Actor;
use crate::domain::event::Event;
use crate::domain::poll::PollId;
use crate::domain::{GameId, Rejection, RejectionKind, Seq};

/// What became of a command.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It is durable.
    Accepted(Accepted),
    /// The rules refused it.
    Rejected(Rejection),
    /// The same command was decided before; this was the outcome then.
    Repeated(Box<Outcome>),
    /// The id was used before for another command; nothing was done.
    Mismatch,
    /// It could not be stored; nothing was done, and it may be sent again with the same id.
    Failed(Failure),
}

/// The events a command made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accepted {
    /// Their numbers, rising; the last is what `min_seq` waits for.
    pub seqs: Vec<Seq>,
    /// The game they belong to; of a new game, its number.
    pub game: Option<GameId>,
    /// The poll they belong to; of a new poll, its number.
    pub poll: Option<PollId>,
    /// What a voter can find their ballot by once the ballots are listed.
    pub receipt: Option<String>,
}

impl Outcome {
    /// The outcome itself, whether this is the first time or a repetition.
    #[must_use]
    pub fn first(&self) -> &Self {
        match self {
            Self::Repeated(first) => first,
            outcome => outcome,
        }
    }
}

/// The outcome to come. Dropping it changes nothing: the command is decided all the same.
#[derive(Debug)]
pub struct Ticket(pub(super) async_channel::Receiver<Outcome>);

impl Ticket {
    /// The outcome, if it is there already.
    #[must_use]
    pub fn ready(&self) -> Option<Outcome> {
        self.0.try_recv().ok()
    }
}

impl IntoFuture for Ticket {
    type Output = Outcome;
    type IntoFuture = Pin<Box<dyn Future<Output = Outcome> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.0.recv().await.unwrap_or_else(|_| Outcome::Failed(Failure::stopped())) })
    }
}

/// What one commit made durable, in order.
#[derive(Debug)]
pub struct Batch {
    /// The events, by rising number; the first follows the last of the batch before.
    pub events: Vec<Arc<Event>>,
    /// Each command decided for the first time, for receipts and tracing.
    pub decided: Vec<Decided>,
}

/// A command and what became of it.
#[derive(Clone, Debug)]
pub struct Decided {
    /// The command's id.
    pub id: String,
    /// Who sent it.
    pub actor: Actor,
    /// Accepted or rejected.
    pub outcome: Outcome,
}

/// An outcome as the database keeps it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Stored {
    Accepted {
        seqs: Vec<Seq>,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        game: Option<u64>,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        poll: Option<u64>,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        receipt: Option<String>,
    },
    Rejected {
        code: String,
        kind: String,
        detail: String,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        seq: Option<Seq>,
    },
}

/// The stored form; `None` for what is never stored.
pub(super) fn encode(outcome: &Outcome) -> Option<String> {
    let stored = match outcome {
        Outcome::Accepted(accepted) => Stored::Accepted {
            seqs: accepted.seqs.clone(),
            game: accepted.game.map(|game| game.0),
            poll: accepted.poll.map(|poll| poll.0),
            receipt: accepted.receipt.clone(),
        },
        Outcome::Rejected(rejection) => Stored::Rejected {
            code: rejection.code.to_owned(),
            kind: kind_word(rejection.kind).to_owned(),
            detail: rejection.detail.clone(),
            seq: rejection.seq,
        },
        Outcome::Repeated(_) | Outcome::Mismatch | Outcome::Failed(_) => return None,
    };
    Some(serde_json::to_string(&stored).expect("a struct of strings and numbers is always JSON"))
}

/// Reads the stored form.
pub(super) fn decode(text: &str) -> Result<Outcome, serde_json::Error> {
    Ok(match serde_json::from_str(text)? {
        Stored::Accepted { seqs, game, poll, receipt } => {
            Outcome::Accepted(Accepted { seqs, game: game.map(GameId), poll: poll.map(PollId), receipt })
        }
        Stored::Rejected { code, kind, detail, seq } => {
            let kind = match kind.as_str() {
                "conflict" => RejectionKind::Conflict,
                "missing" => RejectionKind::Missing,
                "forbidden" => RejectionKind::Forbidden,
                _ => RejectionKind::Invalid,
            };
            Outcome::Rejected(Rejection { code: code_of(&code), kind, detail, seq })
        }
    })
}

fn kind_word(kind: RejectionKind) -> &'static str {
    match kind {
        RejectionKind::Conflict => "conflict",
        RejectionKind::Invalid => "invalid",
        RejectionKind::Missing => "missing",
        RejectionKind::Forbidden => "forbidden",
    }
}

/// The code as the domain holds it. Codes are words of this program, so that the few dozen there are may
/// live for ever; each is made once.
fn code_of(code: &str) -> &'static str {
    static CODES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut codes = CODES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = codes.get(code) {
        return known;
    }
    let code: &'static str = Box::leak(code.to_owned().into_boxed_str());
    codes.insert(code);
    code
}
