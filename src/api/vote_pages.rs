//! The page of a vote for fans: a plain form that a phone without script can send, and what became of it.
//!
//! The page is nobody's to keep, because it gives the device cookie by which an open vote tells phones apart. A ballot
//! goes the same way as one of the API. What organisers do with votes stands in [`staff`], their printed codes in
//! [`tickets`].

use std::sync::Arc;

use serde_json::{Value, json};
use tide::{Response, Server};

use super::login::DEVICE;
use super::render::{self, Facts};
use super::request::{self, Request};
use super::{Answer, State, commands, problem, public, route, see_other};
use crate::domain::poll::{PollId, Voter};
use crate::hub::frame::Retained;
use crate::ledger::ballot;
use crate::net::encode::add_header;
use crate::pages::Live;
use crate::wire::{Problem, Subject};

mod staff;
mod tickets;

pub(crate) fn routes(server: &mut Server<Arc<State>>) {
    server.at("/polls/:id").get(route(poll)).post(route(voted));
    staff::routes(server);
    tickets::routes(server);
}

/// How long a device cookie must be held before it votes: who makes cookies by the thousand has to wait for each.
const OLD_ENOUGH_MS: u64 = 3_000;
const YEAR_S: u32 = 365 * 24 * 60 * 60;

/// The vote's number in the address.
fn poll_id(request: &Request) -> Result<u64, Problem> {
    let text = request.param("id").unwrap_or_default();
    text.parse().map_err(|_| unknown_poll(text))
}

fn unknown_poll(id: &str) -> Problem {
    Problem::new(404, "unknown-poll", format!("There is no vote {id} on this box."))
}

async fn poll(request: Request) -> Answer {
    let code = request::param(&request, "code").unwrap_or_default();
    let mut ballot = json!({ "code": code.chars().take(40).collect::<String>() });
    // Only what can be a receipt is shown as one.
    if let Some(receipt) = request::param(&request, "voted").filter(|text| is_receipt(text)) {
        ballot["voted"] = receipt.into();
    }
    show(&request, 200, &ballot).await
}

fn is_receipt(text: &str) -> bool {
    text.len() == 20 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The vote's page with what is known of this phone's ballot.
async fn show(request: &Request, status: u16, ballot: &Value) -> Answer {
    let state = Arc::clone(request.state());
    let (board, cursor, name) = board(&state, request, poll_id(request)?).await?;
    let live = Live { cursor: &cursor, channel: &name, asks: &[] };
    let facts = Facts::of(request);
    let html =
        render::page(&state, &facts, |frame| state.pages.poll(frame, &board.board, ballot, Some(&live)));
    let mut response = render::private(status, html);
    give_device(request, &mut response)?;
    Ok(response)
}

/// A vote's board, the cursor it was read at, and its channel.
async fn board(
    state: &Arc<State>,
    request: &Request,
    poll: u64,
) -> Result<(Arc<Retained>, String, String), Problem> {
    let channel = public::board_channel(request, Subject::Poll(poll));
    let missing = |problem: Problem| match problem.code.as_ref() {
        "not-found" => unknown_poll(&poll.to_string()),
        _ => problem,
    };
    let id = public::channel_of(state, &channel).await.map_err(missing)?;
    // Read before the board, so that the cursor claims no more than the page holds.
    let frame = state.hub.frame();
    let board = state.hub.retained(id).ok_or_else(|| unknown_poll(&poll.to_string()))?;
    let cursor = format!("{}:{}", state.hub.epoch(), frame.max(board.frame));
    Ok((board, cursor, channel.to_string()))
}

/// Gives a phone without a cookie of this box one.
fn give_device(request: &Request, response: &mut Response) -> Result<(), Problem> {
    let devices = request.state().auth.devices();
    if request::cookie(request, DEVICE).and_then(|cookie| devices.verify(cookie)).is_some() {
        return Ok(());
    }
    let (_, value) = devices.issue();
    let secure = if request::peer(request).tls { "; Secure" } else { "" };
    let cookie = format!("{DEVICE}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={YEAR_S}{secure}");
    add_header(response, "set-cookie", &cookie).map_err(|error| problem::internal("set a cookie", error))
}

async fn voted(mut request: Request) -> Answer {
    let source = request::body(&mut request).await?;
    let form = Ballot::parse(&source);
    match cast(&request, poll_id(&request)?, &form).await {
        Ok(receipt) => {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.append_pair("voted", &receipt);
            if let Some(lang) = request::language(&request) {
                query.append_pair("lang", &lang);
            }
            Ok(see_other(&format!("{}?{}", request.url().path(), query.finish())))
        }
        Err(problem) if problem.code == "unknown-poll" => Err(problem),
        Err(problem) => {
            let mut ballot =
                json!({ "problem": problem.to_value(), "choice": form.choice, "code": form.code });
            // What was decided needs a new id; what was not is sent again under the same, and counts once.
            if problem.status >= 500 {
                ballot["id"] = form.id.into();
            }
            let mut response = show(&request, problem.status, &ballot).await?;
            if let Some(seconds) = problem.extensions.get(problem::RETRY_AFTER).and_then(Value::as_u64) {
                response.insert_header("Retry-After", seconds.to_string());
            }
            Ok(response)
        }
    }
}

/// A ballot's form: what was ticked, or the places in their order.
#[derive(Debug, Default, PartialEq)]
struct Ballot {
    id: Option<String>,
    code: Option<String>,
    choice: Vec<String>,
}

impl Ballot {
    fn parse(body: &[u8]) -> Self {
        let mut form = Self::default();
        let mut places: Vec<(u32, String)> = Vec::new();
        for (name, value) in form_urlencoded::parse(body) {
            let value = value.trim().to_owned();
            match name.as_ref() {
                _ if value.is_empty() => {}
                "id" => form.id = Some(value),
                "code" => form.code = Some(value),
                "choice" => form.choice.push(value),
                name => {
                    let place = name.strip_prefix("rank.").and_then(|place| place.parse().ok());
                    places.extend(place.map(|place| (place, value)));
                }
            }
        }
        places.sort();
        form.choice.extend(places.into_iter().map(|(_, option)| option));
        form
    }
}

/// Hands a ballot in and waits for its outcome: the receipt.
async fn cast(request: &Request, poll: u64, form: &Ballot) -> Result<String, Problem> {
    let state = request.state();
    let (board, ..) = board(state, request, poll).await?;
    let choice = form.choice.iter().map(|option| option.parse::<u32>()).collect::<Result<Vec<_>, _>>();
    let choice = choice.ok().filter(|choice| !choice.is_empty()).ok_or_else(|| {
        state.ledger.count_refused(PollId(poll), "invalid-choice");
        Problem::new(422, "invalid-choice", "Nothing is chosen yet.")
    })?;
    let voter = voter(request, PollId(poll), &board.board, form)?;
    let pending = state.intake.cast(PollId(poll), voter, form.id.clone(), choice);
    let outcome = pending.map_err(|refusal| commands::refused(&refusal))?.await;
    let receipt = commands::accepted(&outcome)?.receipt;
    receipt.ok_or_else(|| problem::internal("find the receipt", "an accepted ballot without one"))
}

/// Who votes: the printed code where the vote goes by tickets, else this phone.
fn voter(request: &Request, poll: PollId, board: &Value, form: &Ballot) -> Result<Voter, Problem> {
    let state = request.state();
    let refuse = |status: u16, code: &'static str, detail: &str| {
        state.ledger.count_refused(poll, code);
        Problem::new(status, code, detail)
    };
    if board["access"] == "ticket" {
        let code = form.code.as_deref();
        let code = code.ok_or_else(|| refuse(422, "code-required", "Enter the code on your ticket."))?;
        return Ok(ballot::voter_of_code(code));
    }
    let devices = state.auth.devices();
    let cookie = request::cookie(request, DEVICE)
        .ok_or_else(|| refuse(401, "device-required", "This browser sent no cookie."))?;
    let device = devices
        .verify(cookie)
        .ok_or_else(|| refuse(403, "device-unknown", "This cookie was not given by this box."))?;
    let age = state.time.now_ms().saturating_sub(device.issued_ms);
    if device.boot == state.ledger.boot() && age < OLD_ENOUGH_MS {
        let problem = refuse(409, "device-too-new", "This phone is new here; vote again in three seconds.");
        return Err(problem.with(problem::RETRY_AFTER, (OLD_ENOUGH_MS - age).div_ceil(1_000)));
    }
    state
        .ledger
        .voter_of_device(poll, &device.id.0)
        .ok_or_else(|| refuse(409, "poll-closed", "This vote is closed."))
}

#[cfg(test)]
mod tests {
    use super::{Ballot, is_receipt};

    #[test]
    fn ticks_stay_in_their_order_and_places_are_put_in_theirs() {
        let form = Ballot::parse(b"id=a1&choice=3&choice=1&code=");
        let expected = Ballot { id: Some("a1".into()), code: None, choice: vec!["3".into(), "1".into()] };
        assert_eq!(form, expected);
        let form = Ballot::parse(b"rank.10=7&rank.2=4&rank.1=9&rank.3=&code=+ab-cd+");
        assert_eq!(
            (form.choice, form.code.as_deref()),
            (vec!["9".into(), "4".into(), "7".into()], Some("ab-cd"))
        );
    }

    #[test]
    fn only_a_receipt_is_shown_as_one() {
        assert!(is_receipt("0123456789abcdef0123"));
        assert!(!is_receipt("Call 0800 12345678910") && !is_receipt(""));
    }
}
