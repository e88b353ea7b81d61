//! Ballots: from HTTP, from a form, from a socket, all the same way; and what a phone is told of its own.
//!
//! Who votes is a device, by its cookie, or a printed code; never an address. What is refused here is counted
//! for the poll like what the ledger refuses.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use tide::Server;

use super::form::Form;
use super::request::{self, Phone, Request};
use super::slip::Slip;
use super::{Answer, State, commands, json as answer, problem, route};
use crate::auth::device::{Device, DeviceId};
use crate::domain::command::Actor;
use crate::domain::poll::{PollId, Voter};
use crate::hub::mailbox::MailboxKey;
use crate::intake::Pending;
use crate::ledger::ballot;
use crate::runtime;
use crate::wire::message::{Message, Outcome as Told};
use crate::wire::{ChannelName, Problem, Subject};

pub(crate) fn routes(server: &mut Server<Arc<State>>) {
    server.at("/api/v1/polls/:id/ballots").post(route(post));
}

/// How old a device cookie must be: a script that makes devices up waits for each of them.
const DEVICE_AGE_MS: u64 = 3_000;

/// A ballot that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Counted {
    /// The command's id.
    pub(super) id: String,
    /// The poll.
    pub(super) poll: PollId,
    /// What the voter can find it by once the ballots are listed.
    pub(super) receipt: String,
}

/// A ballot on its way.
struct Handed {
    pending: Pending,
    poll: PollId,
    device: Option<DeviceId>,
}

async fn post(mut request: Request) -> Answer {
    let poll = PollId(request::poll_id(&request)?);
    let source = request::body(&mut request).await?;
    let mut slip = Slip::read(request::json(&request, &source)?)?;
    slip.id = commands::one_id(&request, slip.id)?;
    let state = Arc::clone(request.state());
    let handed = hand_in(&state, request::phone(&request), poll, &slip).await?;
    // Without a device there is nobody to tell later, so the answer waits: the wish may be left aside
    // (RFC 7240 §2).
    let device = handed.device.filter(|_| request::respond_async(&request));
    let Some(device) = device else {
        let counted = settle(&state, handed).await.1?;
        return Ok(answer(201, &accepted(&counted)));
    };
    let id = handed.pending.id.clone();
    state.ballots.note(device, &id, Known::Pending);
    let (working, told) = (Arc::clone(&state), id.clone());
    runtime::spawn(async move {
        let (_, outcome) = settle(&working, handed).await;
        working.ballots.note(device, &told, Known::Settled(outcome));
    });
    Ok(commands::pending(&id))
}

/// A ballot of a form; its receipt, or why it does not count.
pub(super) async fn of_form(request: &Request, poll: u64, form: &Form) -> Result<Counted, Problem> {
    let slip = Slip::of_form(form);
    let handed = hand_in(request.state(), request::phone(request), PollId(poll), &slip).await?;
    settle(request.state(), handed).await.1
}

/// A ballot that came over a socket: handed in, and answered on that connection.
pub(super) fn over_socket(
    state: &Arc<State>,
    phone: Phone,
    poll: u64,
    body: Value,
    reply: impl Fn(&Message<'_>) + Send + Sync + 'static,
) {
    let state = Arc::clone(state);
    runtime::spawn(async move {
        let id = body["id"].as_str().map(str::to_owned);
        let refuse = |problem: Problem| {
            let problem = problem.with("poll", poll);
            let problem = match id.clone() {
                Some(id) => problem.with("id", id),
                None => problem,
            };
            reply(&Message::Problem { problem });
        };
        let Value::Object(body) = body else { return };
        let slip = match Slip::read(body) {
            Ok(slip) => slip,
            Err(problem) => return refuse(problem),
        };
        // Whoever holds a connection may send without end; a device is what can be told from another.
        if let Err(problem) = known(phone) {
            count(&state, PollId(poll), &problem).await;
            return refuse(problem);
        }
        match hand_in(&state, phone, PollId(poll), &slip).await {
            Ok(handed) => {
                let (id, outcome) = settle(&state, handed).await;
                reply(&receipt(&id, PollId(poll), &outcome));
            }
            Err(problem) => refuse(problem),
        }
    });
}

/// Judges who votes and hands the ballot in.
async fn hand_in(state: &Arc<State>, phone: Phone, poll: PollId, slip: &Slip) -> Result<Handed, Problem> {
    match judge(state, phone, poll, slip).await {
        Ok((voter, choice)) => {
            let pending = state.intake.cast(poll, voter, slip.id.clone(), choice);
            let device = match phone {
                Phone::Known(device) => Some(device.id),
                Phone::Unknown | Phone::Forged => None,
            };
            let pending = pending.map_err(|refusal| commands::refused(&refusal))?;
            Ok(Handed { pending, poll, device })
        }
        Err(problem) => {
            count(state, poll, &problem).await;
            Err(problem)
        }
    }
}

/// Who votes, and for what.
async fn judge(state: &State, phone: Phone, poll: PollId, slip: &Slip) -> Result<(Voter, Vec<u32>), Problem> {
    let board = state.boards.board(&ChannelName::new(Subject::Poll(poll.0))).await;
    let board = board.ok_or_else(|| problem::unknown_poll(&poll.to_string()))?;
    let over = || Problem::new(409, "poll-closed", "This vote is closed.");
    let voter = if board.board["access"] == "ticket" {
        let detail = "This vote needs the code that is printed on the ticket.";
        let code = slip.code.as_deref().filter(|code| !code.trim().is_empty());
        ballot::voter_of_code(code.ok_or_else(|| Problem::new(422, "code-required", detail))?)
    } else {
        if slip.code.is_some() {
            let detail = "This is an open vote; it takes no code.";
            return Err(Problem::new(422, "invalid-body", detail));
        }
        // Who comes too late is told so, whoever it is.
        let device = known(phone).and_then(|device| old_enough(state, device));
        let device = device.map_err(|problem| if is_over(&board.board) { over() } else { problem })?;
        state.ledger.voter_of_device(poll, &device.id.0).ok_or_else(over)?
    };
    Ok((voter, slip.options()?))
}

/// The device that votes.
fn known(phone: Phone) -> Result<Device, Problem> {
    match phone {
        Phone::Known(device) => Ok(device),
        Phone::Unknown => {
            let detail =
                "Open the page of the vote, or POST /api/v1/device, and send its cookie with the ballot.";
            Err(Problem::new(401, "device-required", detail))
        }
        Phone::Forged => {
            let detail = "The device cookie was not given by this box. Open the page of the vote anew.";
            Err(Problem::new(403, "device-unknown", detail))
        }
    }
}

/// The same device, if it has been here for a moment; one of an earlier start of the box has.
fn old_enough(state: &State, device: Device) -> Result<Device, Problem> {
    let age_ms = state.time.now_ms().saturating_sub(device.issued_ms);
    if device.boot == state.ledger.boot() && age_ms < DEVICE_AGE_MS {
        let detail = "This phone came a moment ago. Wait three seconds and send the ballot again.";
        return Err(Problem::new(409, "device-too-new", detail).with(problem::RETRY_AFTER, 3));
    }
    Ok(device)
}

fn is_over(board: &Value) -> bool {
    board.get("withdrawn").is_some() || matches!(board["state"].as_str(), Some("closed" | "revealed"))
}

/// Counts a ballot refused here for its poll's closing.
async fn count(state: &State, poll: PollId, problem: &Problem) {
    const COUNTED: [&str; 5] =
        ["device-required", "device-unknown", "device-too-new", "code-required", "invalid-choice"];
    let Some(reason) = COUNTED.into_iter().find(|reason| *reason == problem.code) else { return };
    let board = state.boards.board(&ChannelName::new(Subject::Poll(poll.0))).await;
    if board.is_some_and(|board| !is_over(&board.board)) {
        state.ledger.count_refused(poll, reason);
    }
}

/// Waits for the outcome and puts it into the phone's mailbox.
async fn settle(state: &State, handed: Handed) -> (String, Result<Counted, Problem>) {
    let Handed { pending, poll, device } = handed;
    let id = pending.id.clone();
    let outcome = commands::accepted(&pending.await).and_then(|accepted| {
        let receipt = accepted.receipt;
        let receipt = receipt.ok_or_else(|| problem::internal("tell the receipt", "a ballot without one"))?;
        Ok(Counted { id: id.clone(), poll, receipt })
    });
    if let Some(device) = device {
        state.hub.post(&mailbox(device), &receipt(&id, poll, &outcome));
    }
    (id, outcome)
}

fn receipt<'a>(id: &'a str, poll: PollId, outcome: &'a Result<Counted, Problem>) -> Message<'a> {
    let (told, receipt, problem) = match outcome {
        Ok(counted) => (Told::Accepted, Some(counted.receipt.as_str().into()), None),
        Err(problem) => (Told::Rejected, None, Some(problem.clone())),
    };
    Message::Receipt { id: id.into(), outcome: told, seq: None, poll: Some(poll.0), receipt, problem }
}

fn accepted(counted: &Counted) -> Value {
    json!({
        "id": counted.id, "outcome": "accepted", "receipt": counted.receipt, "poll": counted.poll.0,
    })
}

/// The mailbox of a fan's device.
pub(super) fn mailbox(device: DeviceId) -> MailboxKey {
    let id: String = device.0.iter().map(|byte| format!("{byte:02x}")).collect();
    MailboxKey::new(&format!("device:{id}"))
}

/// What became of a ballot of that device, as JSON; `None` where nothing is known of it.
pub(super) async fn outcome(state: &State, device: DeviceId, id: &str) -> Option<Value> {
    let told = |outcome: &Result<Counted, Problem>| match outcome {
        Ok(counted) => accepted(counted),
        Err(problem) => json!({ "id": id, "outcome": "rejected", "problem": problem.to_value() }),
    };
    let pending = || json!({ "id": id, "outcome": "pending" });
    match state.ballots.known(device, id) {
        Some(Known::Pending) => return Some(pending()),
        Some(Known::Settled(outcome)) => return Some(told(&outcome)),
        None => {}
    }
    let voters = state.ledger.voters_of_device(&device.0);
    let waits = |voter: &Voter| state.ledger.is_pending(&Actor(format!("voter:{voter}")), id);
    if voters.iter().any(|(_, voter)| waits(voter)) {
        return Some(pending());
    }
    let (poll, voter, cast) = state.boards.ballot(voters, id).await?;
    let receipt = ballot::receipt(poll, &voter, &cast.choice, &cast.nonce);
    Some(told(&Ok(Counted { id: id.to_owned(), poll, receipt })))
}

/// What became of ballots whose senders did not wait. In memory alone: what counts is found again in the
/// poll, and what was refused may be sent again.
#[derive(Debug, Default)]
pub(crate) struct Ballots(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    known: HashMap<(DeviceId, String), Known>,
    order: VecDeque<(DeviceId, String)>,
}

#[derive(Clone, Debug)]
enum Known {
    Pending,
    Settled(Result<Counted, Problem>),
}

impl Ballots {
    /// As many as may wait for the ledger at once.
    const MOST: usize = crate::ledger::CROWD;

    fn note(&self, device: DeviceId, id: &str, known: Known) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (device, id.to_owned());
        if kept.known.insert(key.clone(), known).is_some() {
            return;
        }
        kept.order.push_back(key);
        if kept.order.len() > Self::MOST
            && let Some(oldest) = kept.order.pop_front()
        {
            kept.known.remove(&oldest);
        }
    }

    fn known(&self, device: DeviceId, id: &str) -> Option<Known> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.known.get(&(device, id.to_owned())).cloned()
    }
}
