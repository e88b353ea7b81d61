//! What the organisers' pages share: who may see them, and how a form is answered.
//!
//! Every form works three ways: posted by a browser without script it ends in a 303 to the page that shows
//! what became of it; sent by the page's script (`Accept: application/json`) it ends in JSON; and with
//! `Prefer: respond-async` a single command is answered before its outcome, which comes as a receipt.

use serde_json::{Map, Value, json};

use super::commands::{self, Wait};
use super::desk::at_desk;
use super::form::Form;
use super::request::{self, Request};
use super::{Answer, State, json as answer, problem, record, see_other};
use crate::auth::Who;
use crate::domain::command::CommandBody;
use crate::domain::{GameId, Seq};
use crate::intake::Status;
use crate::ledger::role::Role;
use crate::wire::Problem;

/// The organiser who asks; others are told whom this is for.
///
/// # Errors
/// The answer to give instead.
pub(super) async fn organiser(request: &Request) -> Result<Who, Answer> {
    if by_script(request) {
        return request::organiser(request).await.map_err(|problem| Ok(problem::response(&problem)));
    }
    let who = at_desk(request).await?;
    if who.role >= Role::Organiser {
        return Ok(who);
    }
    let detail = format!("{} may enter scores, but this page is for organisers.", who.name);
    let problem = Problem::new(403, "organiser-required", detail);
    record::refused(request.state(), &who, "asked", request.url().path(), None, &problem);
    Err(Err(problem))
}

/// Whether the page's script asks, which wants JSON.
pub(super) fn by_script(request: &Request) -> bool {
    request::header(request, "accept").is_some_and(|accept| accept.starts_with("application/json"))
}

/// A problem for the page to show beside the form. What a script sent, or what is our own failure, is
/// answered at once.
///
/// # Errors
/// That answer.
pub(super) fn shown(request: &Request, problem: Problem) -> Result<Problem, Box<Answer>> {
    if by_script(request) {
        Err(Box::new(Ok(problem::response(&problem))))
    } else if problem.status < 500 {
        Ok(problem)
    } else {
        Err(Box::new(Err(problem)))
    }
}

/// What was typed into a form, to be shown again.
pub(super) fn typed(form: &Form) -> Value {
    form.with_prefix("").map(|(name, text)| (name.to_owned(), json!(text))).collect::<Map<_, _>>().into()
}

/// What came of a form.
#[derive(Debug, Default)]
pub(super) struct Done {
    /// The id the form carried; by it the page finds the outcome again.
    pub(super) id: String,
    /// The last event it made.
    pub(super) seq: Seq,
    /// The game it was about, or made.
    pub(super) game: Option<GameId>,
}

/// The answer to a form that was carried out: the page `then`, or the same as JSON.
pub(super) fn carried_out(request: &Request, done: &Done, then: &str) -> Answer {
    if by_script(request) {
        let mut body = json!({ "id": done.id, "outcome": "accepted", "then": then });
        if done.seq > 0 {
            body["seq"] = done.seq.into();
        }
        if let Some(game) = done.game {
            body["game"] = game.0.into();
        }
        return Ok(answer(200, &body));
    }
    let mut query = form_urlencoded::Serializer::new(String::new());
    if !done.id.is_empty() {
        query.append_pair("done", &done.id);
    }
    if done.seq > 0 {
        query.append_pair("min_seq", &done.seq.to_string());
    }
    let query = query.finish();
    let joint = if then.contains('?') { '&' } else { '?' };
    Ok(see_other(&if query.is_empty() { then.to_owned() } else { format!("{then}{joint}{query}") }))
}

/// One command of a form, with what tells it from another under the same id.
pub(super) struct Step {
    /// What is asked.
    pub(super) body: CommandBody,
    /// What it was made from.
    pub(super) source: String,
}

/// Hands in the commands of a form, all at once and in order, and waits for every outcome. Each has an id
/// made of the form's, so that a form sent twice counts once.
///
/// # Errors
/// The first refusal; what was accepted stays.
pub(super) async fn carry_out(
    state: &State,
    who: &Who,
    id: Option<String>,
    steps: Vec<Step>,
) -> Result<Done, Problem> {
    let id = id.unwrap_or_else(|| format!("{:016x}", getrandom::u64().expect("the system gives randomness")));
    let single = steps.len() == 1;
    let mut done = Done { id: id.clone(), ..Done::default() };
    let mut refused = None;
    let mut steps = steps.into_iter().enumerate().peekable();
    while steps.peek().is_some() {
        // The ledger's inbox is everybody's: a long form takes its turn in slices.
        let slice = steps.by_ref().take(SLICE).map(|(index, step)| {
            let id = if single { id.clone() } else { format!("{id}.{}", index + 1) };
            commands::submit(state, who, Some(id), step.source.as_bytes(), step.body)
        });
        for pending in slice.collect::<Result<Vec<_>, _>>()? {
            match commands::accepted(&pending.await) {
                Ok(accepted) => {
                    done.seq = done.seq.max(accepted.seqs.last().copied().unwrap_or(0));
                    done.game = accepted.game.or(done.game);
                }
                Err(problem) => refused = refused.or(Some(problem)),
            }
        }
    }
    refused.map_or(Ok(done), Err)
}

/// Commands of one form that may wait in the ledger's inbox at once.
const SLICE: usize = 100;

/// Hands in a form's single command for a script that does not wait.
///
/// # Errors
/// None: what is refused at once is an answer too.
pub(super) async fn without_waiting(request: &Request, who: &Who, id: Option<String>, step: Step) -> Answer {
    let state = request.state();
    match commands::submit(state, who, id, step.source.as_bytes(), step.body) {
        Ok(pending) => commands::finish(state, who, pending, Wait::No).await,
        Err(problem) => Ok(problem::response(&problem)),
    }
}

/// What became of the form sent before, for the page it led to: by `?done=`.
///
/// # Errors
/// When the outcome cannot be read.
pub(super) async fn outcome(request: &Request, who: &Who) -> Result<Option<Value>, Problem> {
    let Some(id) = request::param(request, "done") else { return Ok(None) };
    let intake = &request.state().intake;
    let found = match intake.status(&who.actor, &id).await {
        Ok(None) => intake.status(&who.actor, &format!("{id}.1")).await,
        found => found,
    };
    let status = found.map_err(|error| problem::internal("look the command up", error))?;
    Ok(Some(match status {
        // Of what is no command (a team, a copied day without games) the way here says that it was done.
        None => json!({ "outcome": "accepted" }),
        Some(Status::Pending) => json!({ "outcome": "pending" }),
        Some(Status::Decided(outcome)) => match commands::accepted(&outcome) {
            Ok(accepted) => json!({ "outcome": "accepted", "game": accepted.game.map(|game| game.0) }),
            Err(problem) => json!({ "outcome": "rejected", "problem": problem.to_value() }),
        },
    }))
}
