//! The board of `poll/3`: what is asked, how it stands, and of the count what may be seen.
//!
//! While a vote is sealed nothing here depends on what was chosen: only the turnout does on the ballots.

use serde_json::{Map, Value, json};

use super::game::put;
use crate::domain::poll::{Access, Kind, Poll, PollState, Tie};
use crate::runtime::rfc3339;
use crate::words::catalogue::Voice;

/// When a poll opens or closes by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// On the monotonic line of this start of the box, in milliseconds.
    pub at_ms: u64,
    /// Milliseconds since 1970, for display.
    pub wall_ms: i64,
}

/// What a poll's board shows besides the poll.
#[derive(Clone, Copy, Debug, Default)]
pub struct Beside<'a> {
    /// When it opens or closes by itself.
    pub due: Option<Due>,
    /// The hash of the record up to its closing.
    pub record: Option<&'a str>,
}

/// The board of a poll in the words of `voice`.
#[must_use]
pub fn render(poll: &Poll, voice: &Voice, beside: Beside<'_>) -> Value {
    let setup = &poll.setup;
    let mut board = header(poll);
    board.insert("seq".into(), poll.last_seq.into());
    board.insert("label".into(), voice.vote_label(setup.access).into());
    if let Some(withdrawn) = &poll.withdrawn {
        board.insert("withdrawn".into(), true.into());
        put(&mut board, "reason", withdrawn.as_deref());
        return Value::Object(board);
    }
    let (kind, most) = match &setup.kind {
        Kind::Single => ("single", None),
        Kind::Multiple { max } => ("multiple", Some(("max", json!(max)))),
        Kind::Points { scale } => ("points", Some(("scale", json!(scale)))),
        Kind::Rating { steps } => ("rating", Some(("steps", json!(steps)))),
    };
    board.insert("kind".into(), kind.into());
    if let Some((name, value)) = most {
        board.insert(name.into(), value);
    }
    let options =
        (1..).zip(&setup.options).map(|(number, option): (u32, _)| (number.to_string(), json!(option)));
    board.insert("options".into(), Value::Object(options.collect()));
    board.insert("secret".into(), setup.secret.into());
    board.insert("changeable".into(), setup.changeable.into());
    let tie = match setup.tie {
        Tie::Shared => "shared",
        Tie::MostVoters => "most_voters",
        Tie::Lot => "lot",
    };
    board.insert("tie".into(), tie.into());
    if let Some(due) = beside.due {
        let name = if poll.state == PollState::Draft { "opens" } else { "closes" };
        board.insert(name.into(), json!({"at": rfc3339(due.wall_ms), "at_ms": due.at_ms}));
    }
    board.insert("turnout".into(), poll.turnout().into());
    if setup.access == Access::Ticket {
        board.insert("issued".into(), poll.issued().into());
    }
    count(&mut board, poll);
    if let Some(closing) = &poll.closing {
        let refused = closing.refused.iter().map(|(reason, number)| (reason.clone(), json!(number)));
        board.insert("refused".into(), Value::Object(refused.collect()));
    }
    put(&mut board, "record", beside.record);
    Value::Object(board)
}

/// What stands on a poll's board and on the venue's alike.
pub(super) fn header(poll: &Poll) -> Map<String, Value> {
    let mut board = Map::new();
    board.insert("id".into(), poll.id.0.into());
    board.insert("question".into(), poll.setup.question.clone().into());
    board.insert("state".into(), poll.state.as_str().into());
    let access = match poll.setup.access {
        Access::Open => "open",
        Access::Ticket => "ticket",
    };
    board.insert("access".into(), access.into());
    put(&mut board, "game", poll.setup.game.map(|game| game.0));
    board
}

/// Of the count all that may be seen; while a result comes out step by step, what is out.
fn count(board: &mut Map<String, Value>, poll: &Poll) {
    if poll.is_sealed() {
        if poll.shown.is_empty() {
            return;
        }
        let is_out = |option: u32| poll.shown.iter().any(|(shown, _)| *shown == option);
        board.insert("shown".into(), by_option(poll.shown.iter().copied()));
        board.insert("ranks".into(), ranks(poll, is_out));
        return;
    }
    board.insert("tally".into(), by_option(poll.tally().counts()));
    board.insert("ranks".into(), ranks(poll, |_| true));
    if matches!(poll.setup.kind, Kind::Rating { .. })
        && let Some(hundredths) = poll.tally().mean_hundredths()
    {
        #[expect(clippy::cast_precision_loss, reason = "the mean of a few steps")]
        board.insert("mean".into(), json!(hundredths as f64 / 100.0));
    }
}

fn by_option(counts: impl Iterator<Item = (u32, u64)>) -> Value {
    Value::Object(counts.map(|(option, count)| (option.to_string(), json!(count))).collect())
}

/// The place of each option, the best first; who shares one leaves out as many after it.
fn ranks(poll: &Poll, is_out: impl Fn(u32) -> bool) -> Value {
    let mut place = 1;
    let mut ranks = Map::new();
    for options in poll.ranks() {
        let out = options.iter().filter(|option| is_out(**option));
        ranks.extend(out.map(|option| (option.to_string(), json!(place))));
        place += options.len();
    }
    Value::Object(ranks)
}
