//! Polls over JSON: the list and a board for everybody; for organisers new ones, what is done with them, codes.

use std::sync::Arc;

use serde_json::{Map, Value, json};
use tide::Server;

use super::cache::Made;
use super::commands::{self, Wait};
use super::public::{self, Keep};
use super::request::{self, Request};
use super::{Answer, State, boards, decode, json as answer, problem, route};
use crate::auth::Who;
use crate::domain::command::CommandBody;
use crate::domain::poll::decide::MOST_ISSUED;
use crate::domain::poll::{PollDo, PollId, PollState, Stage};
use crate::ledger::ballot;
use crate::wire::{ChannelName, Problem, Subject};

pub(crate) fn routes(server: &mut Server<Arc<State>>) {
    server.at("/api/v1/polls").get(route(list)).post(route(create));
    server.at("/api/v1/polls/:id").get(route(board)).patch(route(change)).delete(route(withdraw));
    server.at("/api/v1/polls/:id/tickets").post(route(tickets));
    server.at("/api/v1/polls/:id/receipts").get(route(receipts));
}

/// How many codes are printed at once.
pub(super) const MOST_CODES: usize = 10_000;

/// The polls of the day; for an organiser with `?all=1` every poll there ever was, withdrawn ones too.
async fn list(request: Request) -> Answer {
    let state = Arc::clone(request.state());
    let all = request::param(&request, "all").is_some();
    if all {
        request::organiser(&request).await?;
    }
    let listed = state.ledger.polls().await.map_err(|error| problem::internal("list the votes", error))?;
    let mut polls = Vec::new();
    for id in listed {
        let channel = ChannelName::new(Subject::Poll(id.0));
        // What is not at hand is folded from the log ballot by ballot: too dear for everybody who asks.
        if !all && state.hub.find(&channel.to_string()).is_none() {
            continue;
        }
        let channel = public::board_channel(&request, Subject::Poll(id.0));
        let Some(board) = state.boards.board(&channel).await else { continue };
        if all || board.board.get("withdrawn").is_none() {
            polls.push(board.board.as_ref().clone());
        }
    }
    Ok(answer(200, &json!({ "polls": polls })))
}

async fn board(request: Request) -> Answer {
    let subject = Subject::Poll(request::poll_id(&request)?);
    boards::answer(&request, subject).await
}

async fn create(mut request: Request) -> Answer {
    let who = request::organiser(&request).await?;
    let (id, source, body) = sent(&mut request).await?;
    let body = CommandBody::CreatePoll(Box::new(decode::new_poll(body)?));
    carry_out(&request, &who, id, &source, body, 201).await
}

async fn change(mut request: Request) -> Answer {
    let who = request::organiser(&request).await?;
    let poll = PollId(request::poll_id(&request)?);
    let (id, source, body) = sent(&mut request).await?;
    let body = CommandBody::Poll { poll, what: read_change(body)? };
    carry_out(&request, &who, id, &source, body, 200).await
}

/// Reads `{"state":"open"|"closed"|"revealed"}`; how much is revealed is `{"stage":"next"|"all"}`.
pub(super) fn read_change(mut body: Map<String, Value>) -> Result<PollDo, Problem> {
    let invalid = |detail: &str| Problem::new(422, "invalid-body", detail);
    let (state, stage) = (body.remove("state"), body.remove("stage"));
    if let Some(unknown) = body.keys().next() {
        let detail = format!("A vote is changed by `state` and `stage`, not `{unknown}`; the rest is fixed.");
        return Err(invalid(&detail));
    }
    let what = match state.as_ref().and_then(Value::as_str) {
        Some("open") => PollDo::Open,
        Some("closed") => PollDo::Close,
        Some("revealed") => PollDo::Reveal(match stage.as_ref().map(Value::as_str) {
            None | Some(Some("all")) => Stage::All,
            Some(Some("next")) => Stage::Next,
            Some(_) => return Err(invalid("`stage` is `next` or `all`.")),
        }),
        _ => return Err(invalid("`state` is `open`, `closed` or `revealed`.")),
    };
    match (&what, stage) {
        (PollDo::Open | PollDo::Close, Some(_)) => Err(invalid("`stage` goes with `revealed` only.")),
        _ => Ok(what),
    }
}

async fn withdraw(mut request: Request) -> Answer {
    let who = request::organiser(&request).await?;
    let poll = PollId(request::poll_id(&request)?);
    let (id, source, mut body) = sent(&mut request).await?;
    let reason = body.remove("reason").and_then(|reason| reason.as_str().map(str::to_owned));
    if let Some(unknown) = body.keys().next() {
        let detail = format!("Withdrawing takes `id` and `reason`, not `{unknown}`.");
        return Err(Problem::new(422, "invalid-body", detail));
    }
    let body = CommandBody::Poll { poll, what: PollDo::Withdraw { reason } };
    carry_out(&request, &who, id, &source, body, 200).await
}

/// The command's id, the bytes of the body and its fields; a body may be empty.
async fn sent(request: &mut Request) -> Result<(Option<String>, Vec<u8>, Map<String, Value>), Problem> {
    let source = request::body(request).await?;
    let mut body = if source.is_empty() { Map::new() } else { request::json(request, &source)? };
    let id = match body.remove("id") {
        None => None,
        Some(Value::String(id)) => Some(id),
        Some(_) => return Err(Problem::new(422, "invalid-value", "`id` must be a string.")),
    };
    Ok((commands::one_id(request, id)?, source, body))
}

/// Hands a command in and, unless the sender would not wait, answers with the board that holds it.
async fn carry_out(
    request: &Request,
    who: &Who,
    id: Option<String>,
    source: &[u8],
    body: CommandBody,
    status: u16,
) -> Answer {
    let state = request.state();
    let pending = commands::submit(state, who, id, source, body)?;
    if request::respond_async(request) {
        return commands::finish(state, who, pending, Wait::No).await;
    }
    let id = pending.id.clone();
    let outcome = pending.await;
    commands::receipt(state, who, &id, &outcome);
    let accepted = commands::accepted(&outcome)?;
    let seq = accepted.seqs.last().copied().unwrap_or(0);
    let poll = accepted.poll.ok_or_else(|| problem::internal("find the vote", "an outcome without one"))?;
    let channel = public::board_channel(request, Subject::Poll(poll.0));
    public::channel_of(state, &channel).await?;
    public::wait_for(state, &channel, poll, seq).await?;
    let board = state.boards.board(&channel).await.ok_or_else(problem::not_found)?;
    let mut response = answer(status, &board.board);
    if status == 201 {
        response.insert_header("Location", format!("/api/v1/polls/{poll}"));
    }
    Ok(response)
}

async fn tickets(mut request: Request) -> Answer {
    let who = request::organiser(&request).await?;
    let poll = PollId(request::poll_id(&request)?);
    let source = request::body(&mut request).await?;
    let mut body = request::json(&request, &source)?;
    let count = body.remove("count").and_then(|count| count.as_u64());
    let (Some(count), true) = (count, body.is_empty()) else {
        return Err(Problem::new(
            422,
            "invalid-body",
            "Printing takes `count`, a whole number, and no more.",
        ));
    };
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let codes = issue(request.state(), &who, poll, count).await?;
    Ok(answer(201, &json!({ "poll": poll.0, "codes": codes })))
}

/// New codes of a ticket vote. They are told this once: the box keeps their hashes alone.
pub(super) async fn issue(
    state: &State,
    who: &Who,
    poll: PollId,
    count: usize,
) -> Result<Vec<String>, Problem> {
    if !(1..=MOST_CODES).contains(&count) {
        let detail = format!("1 to {MOST_CODES} codes are printed at once, not {count}.");
        return Err(Problem::new(422, "invalid-value", detail));
    }
    let codes: Vec<String> = (0..count).map(|_| code()).collect();
    let mut pending = Vec::new();
    for chunk in codes.chunks(MOST_ISSUED) {
        let voters = chunk.iter().map(|code| ballot::voter_of_code(code)).collect();
        let body = CommandBody::Poll { poll, what: PollDo::Issue { voters } };
        pending.push(commands::submit(state, who, None, b"", body)?);
    }
    for pending in pending {
        commands::accepted(&pending.await)?;
    }
    Ok(codes)
}

/// 80 random bits as 16 letters and digits in fours: Crockford's base 32, which has no two that look alike.
fn code() -> String {
    const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    let digits: Vec<char> = bytes.iter().map(|byte| char::from(DIGITS[usize::from(byte % 32)])).collect();
    digits.chunks(4).map(String::from_iter).collect::<Vec<_>>().join("-")
}

/// The receipts of all ballots that count, once the result is out; sorted, so that their order tells nothing.
async fn receipts(request: Request) -> Answer {
    let state = Arc::clone(request.state());
    let id = PollId(request::poll_id(&request)?);
    let channel = ChannelName::new(Subject::Poll(id.0));
    let open = public::channel_of(&state, &channel).await?;
    let frame = state.hub.retained(open).map_or(0, |board| board.frame);
    let poll = state.ledger.poll(id).await.map_err(|error| problem::internal("read the vote", error))?;
    let poll = poll.ok_or_else(|| problem::unknown_poll(&id.to_string()))?;
    if poll.state != PollState::Revealed || poll.withdrawn.is_some() {
        let detail = "Receipts are listed once the whole result is out.";
        return Err(Problem::new(409, "not-revealed", detail));
    }
    let receipts = poll.ballots().map(|(voter, cast)| ballot::receipt(id, voter, &cast.choice, &cast.nonce));
    let mut receipts: Vec<String> = receipts.collect();
    receipts.sort_unstable();
    let body = json!({ "poll": id.0, "receipts": receipts }).to_string();
    let made = Made {
        channel: open,
        frame,
        now_ms: state.time.now_ms(),
        etag: format!("{}:{frame}-receipts", state.hub.epoch()),
        headers: &[("content-type", "application/json")],
        body: body.as_bytes(),
    };
    public::answer(&state, &request, &made, Keep::Shared)
}

#[cfg(test)]
mod tests {
    use super::code;
    use crate::ledger::ballot::voter_of_code;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = code();
        assert_eq!((code.len(), code.matches('-').count()), (19, 3), "{code}");
        let typed = [code.to_lowercase(), code.replace('-', " "), code.replace('0', "O").replace('1', "l")];
        for typed in typed {
            assert_eq!(voter_of_code(&typed), voter_of_code(&code), "{typed}");
        }
        assert_ne!(code, super::code());
    }
}
