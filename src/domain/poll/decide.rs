//! Whether something may be done with a poll, and which events it makes.

use std::collections::BTreeMap;

use super::{Access, Ballot, Closing, Kind, NewPoll, Poll, PollDo, PollState, Stage};
use crate::domain::clock::Stamp;
use crate::domain::event::{Draft, EventBody, Stream, Visibility};
use crate::domain::{Rejection, Seq};

/// Options a poll may have.
pub const MOST_OPTIONS: usize = 50;

/// Steps a rating may have.
pub const MOST_STEPS: u32 = 10;

/// Codes that one command may issue.
pub const MOST_ISSUED: usize = 500;

/// What becomes of a ballot.
#[derive(Clone, Debug, PartialEq)]
pub enum Decided {
    /// It counts.
    Counts(Box<Draft>),
    /// The same ballot of this voter was counted with that event.
    Already(Seq),
    /// The command's id was used by this voter for another ballot.
    Reused,
}

/// Whether a poll can be made as asked.
///
/// # Errors
/// Names what does not fit.
pub fn create(new: NewPoll) -> Result<NewPoll, Rejection> {
    let invalid = |detail: String| Err(Rejection::invalid("invalid-poll", detail));
    if new.question.trim().is_empty() {
        return invalid("A poll needs a question.".to_owned());
    }
    if let Kind::Rating { steps } = new.kind {
        if !(2..=MOST_STEPS).contains(&steps) {
            return invalid(format!("A rating has 2 to {MOST_STEPS} steps, not {steps}."));
        }
        if !new.options.is_empty() {
            return invalid("A rating has steps, no options.".to_owned());
        }
        return in_time(new);
    }
    let options = new.options.len();
    if !(2..=MOST_OPTIONS).contains(&options) {
        return invalid(format!("A poll has 2 to {MOST_OPTIONS} options, not {options}."));
    }
    for (index, option) in new.options.iter().enumerate() {
        if option.trim().is_empty() {
            return invalid(format!("Option {} is empty.", index + 1));
        }
        if new.options[..index].contains(option) {
            return invalid(format!("The option “{option}” stands there twice."));
        }
    }
    match &new.kind {
        Kind::Multiple { max } if *max < 1 || *max as usize > options => {
            invalid(format!("With {options} options one may choose 1 to {options}, not {max}."))
        }
        Kind::Points { scale } if scale.is_empty() || scale.len() > options => invalid(format!(
            "With {options} options the scale has 1 to {options} ranks, not {}.",
            scale.len()
        )),
        Kind::Points { scale } if scale.windows(2).any(|pair| pair[0] <= pair[1]) || scale.contains(&0) => {
            invalid("Each rank has fewer points than the one before, and at least 1.".to_owned())
        }
        Kind::Points { scale } if scale[0] > 1_000 => invalid("A rank has 1,000 points at most.".to_owned()),
        _ => in_time(new),
    }
}

fn in_time(new: NewPoll) -> Result<NewPoll, Rejection> {
    let invalid = |detail: &str| Err(Rejection::invalid("invalid-poll", detail));
    if let (Some(opens), Some(closes)) = (new.opens_at, new.closes_at)
        && closes <= opens
    {
        return invalid("It closes before it opens.");
    }
    if new.open_for_ms == Some(0) {
        return invalid("It is to be open for some time.");
    }
    Ok(new)
}

/// What the box adds to a poll's closing.
#[derive(Clone, Debug, Default)]
pub struct AtClose {
    /// How many ballots were refused so far, by reason.
    pub refused: BTreeMap<String, u64>,
    /// Random bytes, by which a tie by lot is drawn.
    pub lot: [u8; 16],
}

/// What is done with a poll, as events. `at_close` counts when it closes.
///
/// # Errors
/// The rules' refusal, in words.
pub fn act(poll: &Poll, what: &PollDo, at_close: AtClose) -> Result<Vec<Draft>, Rejection> {
    if poll.withdrawn.is_some() {
        return Err(Rejection::conflict("withdrawn", "This poll was withdrawn."));
    }
    match (what, poll.state) {
        (PollDo::Open, PollState::Draft) => {
            if poll.setup.access == Access::Ticket && poll.issued() == 0 {
                let detail = "Print the codes first: without one nobody could vote.";
                return Err(Rejection::conflict("no-tickets", detail));
            }
            Ok(vec![draft(poll, Visibility::Public, EventBody::PollOpened)])
        }
        (PollDo::Open, _) => Err(wrong_state(poll, "A poll is opened once")),
        (PollDo::Close, PollState::Open) => {
            let AtClose { refused, lot } = at_close;
            let closing = Closing { turnout: poll.turnout(), refused, lot };
            let mut drafts = vec![draft(poll, Visibility::Public, EventBody::PollClosed(closing))];
            if !poll.setup.secret {
                let counts = poll.tally().ranks(poll.setup.tie, Some(&lot));
                let counts =
                    counts.into_iter().rev().flatten().map(|option| (option, poll.tally().of(option)));
                let body = EventBody::PollRevealed { counts: counts.collect() };
                drafts.push(draft(poll, Visibility::Public, body));
            }
            Ok(drafts)
        }
        (PollDo::Close, _) => Err(wrong_state(poll, "Only an open poll can be closed")),
        (PollDo::Reveal(stage), PollState::Closed) => {
            let counts = next_out(poll, *stage);
            Ok(vec![draft(poll, Visibility::Public, EventBody::PollRevealed { counts })])
        }
        (PollDo::Reveal(_), _) => Err(wrong_state(poll, "A result comes out once the poll is closed")),
        (PollDo::Issue { voters }, PollState::Draft | PollState::Open) => issue(poll, voters),
        (PollDo::Issue { .. }, _) => Err(wrong_state(poll, "Codes are printed before a poll closes")),
        (PollDo::Withdraw { reason }, _) => {
            let body = EventBody::PollWithdrawn { reason: reason.clone() };
            Ok(vec![draft(poll, Visibility::Public, body)])
        }
    }
}

fn issue(poll: &Poll, voters: &[super::Voter]) -> Result<Vec<Draft>, Rejection> {
    if poll.setup.access != Access::Ticket {
        return Err(Rejection::conflict("not-a-ticket-vote", "This is an open vote; it has no codes."));
    }
    if voters.is_empty() || voters.len() > MOST_ISSUED {
        let detail = format!("1 to {MOST_ISSUED} codes at once, not {}.", voters.len());
        return Err(Rejection::invalid("invalid-value", detail));
    }
    if voters.iter().any(|voter| poll.issued.contains(voter)) {
        return Err(Rejection::conflict("code-issued", "A code of these was printed before."));
    }
    let body = EventBody::TicketsIssued { voters: voters.to_vec() };
    Ok(vec![draft(poll, Visibility::Sealed, body)])
}

/// What comes out: from the last rank up, whole ranks.
fn next_out(poll: &Poll, stage: Stage) -> Vec<(u32, u64)> {
    let out = |option: &u32| poll.shown.iter().any(|(shown, _)| shown == option);
    let mut left = poll.ranks().into_iter().rev().filter(|rank| !rank.iter().any(out));
    let options: Vec<u32> = match stage {
        Stage::Next => left.next().unwrap_or_default(),
        Stage::All => left.flatten().collect(),
    };
    options.into_iter().map(|option| (option, poll.tally().of(option))).collect()
}

/// Whether a ballot counts that came with the command `id`.
///
/// # Errors
/// The rules' refusal, in words.
pub fn cast(poll: &Poll, ballot: &Ballot, id: &str, now: &Stamp) -> Result<Decided, Rejection> {
    // An answer that was lost on the way is given again, also after the end.
    if let Some(cast) = poll.cast_with(&ballot.voter, id) {
        let same = *cast.choice == *ballot.choice;
        return Ok(if same { Decided::Already(cast.seq) } else { Decided::Reused });
    }
    if poll.withdrawn.is_some() {
        return Err(Rejection::conflict("poll-closed", "This vote was withdrawn."));
    }
    let own = poll.ballot(&ballot.voter);
    if let Some(cast) = own.filter(|cast| *cast.choice == *ballot.choice) {
        return Ok(Decided::Already(cast.seq));
    }
    if poll.state == PollState::Draft {
        return Err(Rejection::conflict("poll-not-open", "This vote is not open yet."));
    }
    if poll.state != PollState::Open || poll.due_in(now) == Some(0) {
        return Err(Rejection::conflict("poll-closed", "This vote is closed."));
    }
    check_choice(&poll.setup, &ballot.choice)?;
    if poll.setup.access == Access::Ticket && !poll.issued.contains(&ballot.voter) {
        return Err(Rejection::forbidden("code-unknown", "This code was not printed for this vote."));
    }
    if own.is_some() && !poll.setup.changeable {
        return Err(match poll.setup.access {
            Access::Open => Rejection::conflict(
                "already-voted",
                "This phone has voted, and a vote cannot be changed here.",
            ),
            Access::Ticket => {
                Rejection::conflict("code-used", "This code was used, and a vote cannot be changed here.")
            }
        });
    }
    Ok(Decided::Counts(Box::new(draft(poll, Visibility::Sealed, EventBody::BallotCast(ballot.clone())))))
}

fn check_choice(setup: &NewPoll, choice: &[u32]) -> Result<(), Rejection> {
    let invalid = |detail: String| Err(Rejection::invalid("invalid-choice", detail));
    let choices = setup.choices();
    if let Some(unknown) = choice.iter().find(|option| !(1..=choices).contains(&(**option as usize))) {
        return invalid(format!("There is no option {unknown}; there are 1 to {choices}."));
    }
    if choice.iter().enumerate().any(|(index, option)| choice[..index].contains(option)) {
        return invalid("Each option can be chosen once.".to_owned());
    }
    match &setup.kind {
        Kind::Single | Kind::Rating { .. } if choice.len() != 1 => {
            invalid(format!("Choose one option, not {}.", choice.len()))
        }
        Kind::Multiple { max } if choice.is_empty() || choice.len() > *max as usize => {
            invalid(format!("Choose 1 to {max} options, not {}.", choice.len()))
        }
        Kind::Points { scale } if choice.len() != scale.len() => {
            invalid(format!("Rank {} options, best first, not {}.", scale.len(), choice.len()))
        }
        _ => Ok(()),
    }
}

fn wrong_state(poll: &Poll, rule: &str) -> Rejection {
    Rejection::conflict("wrong-state", format!("{rule}; this one is {}.", poll.state.as_str()))
}

fn draft(poll: &Poll, visibility: Visibility, body: EventBody) -> Draft {
    Draft { stream: Some(Stream::Poll(poll.id)), visibility, order: None, body }
}
