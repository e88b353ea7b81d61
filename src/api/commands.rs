//! Commands: from HTTP, from a form, from a socket, all the same way through intake.

use std::sync::Arc;

use serde_json::{Map, Value, json};
use tide::{Response, Server};

use super::record::{About, Handed};
use super::request::{self, Phone, Request};
use super::{Answer, State, ballots, decode, json as answer, preview, problem, route};
use crate::auth::{Credential, Who};
use crate::domain::GameId;
use crate::domain::command::CommandBody;
use crate::hub::mailbox::MailboxKey;
use crate::intake::{Envelope, Refusal, Status};
use crate::ledger::error::{Failure, FailureKind};
use crate::ledger::outcome::{Accepted, Outcome};
use crate::runtime;
use crate::wire::Problem;
use crate::wire::message::{Message, Outcome as Told};

pub(crate) fn routes(server: &mut Server<Arc<State>>) {
    server.at("/api/v1/games/:id/commands").post(route(post));
    server.at("/api/v1/commands/:id").get(route(outcome));
}

async fn post(mut request: Request) -> Answer {
    let who = request::staff(&request).await?;
    let game = GameId(request::game_id(&request)?);
    let wait = if request::respond_async(&request) { Wait::No } else { Wait::Yes };
    let source = request::body(&mut request).await?;
    let body = request::json(&request, &source)?;
    let mut form = decode::play(body)?;
    form.id = one_id(&request, form.id)?;
    if dry_run(&request)? {
        let lang = request::language(&request).unwrap_or_else(|| request.state().config.language.clone());
        let preview = preview::of(request.state(), &who, game, &form, &lang).await?;
        return Ok(answer(200, &preview));
    }
    let body = CommandBody::Play { game, expect_seq: form.expect_seq, play: form.play };
    let state = Arc::clone(request.state());
    let pending = submit(&state, &who, form.id, &source, body)?;
    finish(&state, &who, pending, wait).await
}

/// Whether the sender only wants to know what would change.
fn dry_run(request: &Request) -> Result<bool, Problem> {
    match request::param(request, "dry_run").as_deref() {
        None | Some("0" | "false") => Ok(false),
        Some("" | "1" | "true") => Ok(true),
        Some(other) => {
            let detail = format!("`dry_run` is `{other}`; it is 1 to see what would change, or left out.");
            Err(Problem::new(400, "invalid-parameter", detail))
        }
    }
}

/// Whether the sender waits for the commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    /// It does.
    Yes,
    /// It is told where to ask.
    No,
}

/// The command's id, from the body or the header `Idempotency-Key`; they may not differ.
pub(super) fn one_id(request: &Request, in_body: Option<String>) -> Result<Option<String>, Problem> {
    // The header is a string of structured fields in the draft, and bare in practice.
    let in_header = request::header(request, "idempotency-key").map(|key| key.trim_matches('"').to_owned());
    match (in_body, in_header) {
        (Some(body), Some(header)) if body != header => {
            let detail = "The id in the body and the Idempotency-Key differ; send one, or the same twice.";
            Err(Problem::new(400, "two-ids", detail))
        }
        (body, header) => Ok(body.or(header)),
    }
}

/// Hands a command in.
pub(super) fn submit(
    state: &State,
    who: &Who,
    id: Option<String>,
    source: &[u8],
    body: CommandBody,
) -> Result<Handed, Problem> {
    let about = About::of(&body);
    let envelope =
        Envelope { actor: who.actor.clone(), role: who.role, scope: who.scope.clone(), id, source, body };
    let pending = state.intake.submit(envelope).map_err(|refusal| {
        let problem = refused(&refusal);
        about.refused(state, who, &problem);
        problem
    })?;
    Ok(Handed::new(pending, state, who, about))
}

pub(super) fn refused(refusal: &Refusal) -> Problem {
    let (status, code) = match refusal {
        Refusal::BadId => (400, "bad-id"),
        Refusal::Forbidden { .. } => (403, "organiser-required"),
        Refusal::TooLarge { .. } => (413, "too-large"),
        Refusal::Full { .. } => (503, "full"),
        Refusal::Stopping => (503, "stopping"),
    };
    let problem = Problem::new(status, code, refusal.to_string());
    match refusal {
        Refusal::Full { retry_after_s } => problem.with(problem::RETRY_AFTER, *retry_after_s),
        Refusal::Stopping => problem.with(problem::RETRY_AFTER, 5),
        _ => problem,
    }
}

/// Answers with the outcome, or with where to ask for it.
pub(super) async fn finish(state: &Arc<State>, who: &Who, pending: Handed, wait: Wait) -> Answer {
    let id = pending.id.clone();
    match wait {
        Wait::Yes => {
            let outcome = pending.await;
            receipt(state, who, &id, &outcome);
            let accepted = accepted(&outcome)?;
            Ok(answer(200, &told(&id, &accepted)))
        }
        Wait::No => {
            let (state, who, told_id) = (Arc::clone(state), who.clone(), id.clone());
            runtime::spawn(async move {
                let outcome = pending.await;
                receipt(&state, &who, &told_id, &outcome);
            });
            Ok(self::pending(&id))
        }
    }
}

/// The answer to a sender who does not wait: where to ask.
pub(super) fn pending(id: &str) -> Response {
    let mut response = answer(202, &json!({ "id": id, "outcome": "pending" }));
    response.insert_header("Location", format!("/api/v1/commands/{}", encode(id)));
    response.insert_header("Preference-Applied", "respond-async");
    response
}

/// The last event of an accepted command, or the problem the sender is told.
pub(super) fn accepted(outcome: &Outcome) -> Result<Accepted, Problem> {
    match outcome.first() {
        Outcome::Accepted(accepted) => Ok(accepted.clone()),
        Outcome::Rejected(rejection) => Err(problem::of_rejection(rejection)),
        Outcome::Mismatch => {
            let detail = "This id was used before for another command. A new command needs a new id.";
            Err(Problem::new(422, "id-reused", detail))
        }
        Outcome::Failed(failure) => Err(failed(failure)),
        Outcome::Repeated(_) => Err(Problem::new(500, "internal", "The outcome could not be told.")),
    }
}

fn failed(failure: &Failure) -> Problem {
    log::error!("a commit failed: {failure}");
    let (status, code, detail) = match failure.kind {
        FailureKind::DiskFull => (507, "disk-full", "The box's disk is full; nothing was stored."),
        FailureKind::Storage => (503, "storage", "The box could not store it; nothing was changed."),
        FailureKind::Stopped => (503, "stopping", "The box is stopping; nothing was stored."),
    };
    Problem::new(status, code, format!("{detail} Send it again with the same id."))
        .with(problem::RETRY_AFTER, 2)
}

/// The seq a sender is told: the first event is what the command is known by.
fn told(id: &str, accepted: &Accepted) -> Value {
    let mut value = json!({ "id": id, "outcome": "accepted" });
    if let Some(seq) = accepted.seqs.first() {
        value["seq"] = (*seq).into();
    }
    if let Some(poll) = accepted.poll {
        value["poll"] = poll.0.into();
    }
    value
}

/// The mailbox of a session or a token: receipts of one's own commands.
pub(super) fn mailbox(who: &Who) -> MailboxKey {
    match who.by {
        Credential::Session(id) => MailboxKey::new(&format!("session:{}", id.0)),
        Credential::Token(id) => MailboxKey::new(&format!("token:{}", id.0)),
    }
}

pub(super) fn receipt(state: &State, who: &Who, id: &str, outcome: &Outcome) {
    state.hub.post(&mailbox(who), &receipt_message(id, outcome));
}

/// The receipt of an outcome.
fn receipt_message<'a>(id: &'a str, outcome: &Outcome) -> Message<'a> {
    let id = id.into();
    match accepted(outcome) {
        Ok(accepted) => Message::Receipt {
            id,
            outcome: Told::Accepted,
            seq: accepted.seqs.first().copied(),
            poll: accepted.poll.map(|poll| poll.0),
            receipt: None,
            problem: None,
        },
        Err(problem) => Message::Receipt {
            id,
            outcome: Told::Rejected,
            seq: None,
            poll: None,
            receipt: None,
            problem: Some(problem),
        },
    }
}

/// A command that came over a socket: decoded, handed in, and answered on that connection.
pub(super) fn over_socket(
    state: &Arc<State>,
    who: &Who,
    game: u64,
    body: Value,
    reply: impl Fn(&Message<'_>) + Send + 'static,
) {
    let source = body.to_string();
    let handed_in = object(body).and_then(decode::play).and_then(|form| {
        let id = form.id.clone();
        let body = CommandBody::Play { game: GameId(game), expect_seq: form.expect_seq, play: form.play };
        submit(state, who, form.id, source.as_bytes(), body).map_err(|problem| match id {
            Some(id) => problem.with("id", id),
            None => problem,
        })
    });
    match handed_in {
        Ok(pending) => {
            let (state, who) = (Arc::clone(state), who.clone());
            runtime::spawn(async move {
                let id = pending.id.clone();
                let outcome = pending.await;
                receipt(&state, &who, &id, &outcome);
                reply(&receipt_message(&id, &outcome));
            });
        }
        Err(problem) => reply(&Message::Problem { problem }),
    }
}

fn object(value: Value) -> Result<Map<String, Value>, Problem> {
    match value {
        Value::Object(object) => Ok(object),
        _ => Err(Problem::new(400, "malformed", "`command` must be a JSON object.")),
    }
}

async fn outcome(request: Request) -> Answer {
    let state = request.state();
    let id = request.param("id").unwrap_or_default();
    let id = percent_encoding::percent_decode_str(id).decode_utf8_lossy().into_owned();
    let phone = request::phone(&request);
    let who = match (request::who(&request).await?, phone) {
        (None, Phone::Unknown | Phone::Forged) => Some(request::staff(&request).await?),
        (who, _) => who,
    };
    let status = match &who {
        Some(who) => state.intake.status(&who.actor, &id).await,
        None => Ok(None),
    };
    let mut response = match status.map_err(|error| problem::internal("look the command up", error))? {
        Some(Status::Pending) => answer(200, &json!({ "id": id, "outcome": "pending" })),
        Some(Status::Decided(outcome)) => outcome_json(&id, &outcome),
        None => {
            let ballot = match phone {
                Phone::Known(device) => ballots::outcome(state, device.id, &id).await,
                Phone::Unknown | Phone::Forged => None,
            };
            let detail = "No command of yours has this id. If it was pending when the box stopped, send it again with the same id.";
            answer(200, &ballot.ok_or_else(|| Problem::new(404, "unknown-command-id", detail))?)
        }
    };
    response.insert_header("Cache-Control", "private, no-store");
    Ok(response)
}

fn outcome_json(id: &str, outcome: &Outcome) -> Response {
    match accepted(outcome) {
        Ok(accepted) => answer(200, &told(id, &accepted)),
        Err(problem) => {
            let told = json!({ "id": id, "outcome": "rejected", "problem": problem.to_value() });
            answer(200, &told)
        }
    }
}

/// An id as part of an address.
fn encode(id: &str) -> String {
    percent_encoding::utf8_percent_encode(id, percent_encoding::NON_ALPHANUMERIC).to_string()
}
