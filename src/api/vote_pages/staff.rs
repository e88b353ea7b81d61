//! Votes in the organisers' hands: all of them, a new one, and each step of one: open, close, reveal, withdraw.
//!
//! Plain forms, answered with 303 to the page that shows the outcome; the script sends the same forms. What is sealed
//! for fans is sealed here too: these pages are made from the same board.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};
use tide::Server;

use super::super::desk::day;
use super::super::form::Form;
use super::super::organiser::{self, organiser};
use super::super::render::{self, Facts};
use super::super::request::{self, Request};
use super::super::{Answer, State, address, commands, decode, local_time, problem, route, see_other};
use super::board;
use crate::auth::Who;
use crate::domain::command::CommandBody;
use crate::domain::poll::{PollDo, PollId, Stage};
use crate::ledger::outcome::Accepted;
use crate::pages::Live;
use crate::runtime;
use crate::wire::Problem;

pub(super) fn routes(server: &mut Server<Arc<State>>) {
    server.at("/organiser/votes").get(route(list)).post(route(make));
    server.at("/organiser/votes/:id").get(route(vote)).post(route(act));
}

async fn list(request: Request) -> Answer {
    let who = match organiser(&request).await {
        Ok(who) => who,
        Err(answer) => return answer,
    };
    show_all(&request, &who, 200, &json!({}), None).await
}

async fn show_all(
    request: &Request,
    who: &Who,
    status: u16,
    filled: &Value,
    outcome: Option<&Value>,
) -> Answer {
    let state = request.state();
    let games = day(state, request).await?;
    let mut boards = Vec::new();
    let listed = state.ledger.polls().await.map_err(|error| problem::internal("list the votes", error))?;
    for id in listed {
        // One that was made this moment may have no board yet; the next look shows it.
        if let Ok((board, ..)) = board(state, request, id.0).await {
            boards.push(board.board.as_ref().clone());
        }
    }
    let facts = Facts::of(request).signed_in(who);
    let html =
        render::page(state, &facts, |frame| state.pages.votes(frame, &boards, &games, filled, outcome));
    Ok(render::private(status, html))
}

async fn make(mut request: Request) -> Answer {
    let who = match organiser(&request).await {
        Ok(who) => who,
        Err(answer) => return answer,
    };
    let source = request::body(&mut request).await?;
    let form = Form::parse(&source);
    match made(&request, &who, &form, &source).await {
        Ok(poll) => Ok(see_other(&format!("/organiser/votes/{poll}"))),
        Err(problem) if problem.status < 500 => {
            let mut filled = organiser::typed(&form);
            filled["id"] = Value::Null;
            let told = json!({ "outcome": "rejected", "problem": problem.to_value() });
            show_all(&request, &who, problem.status, &filled, Some(&told)).await
        }
        Err(problem) => Err(problem),
    }
}

async fn made(request: &Request, who: &Who, form: &Form, source: &[u8]) -> Result<u64, Problem> {
    let state = request.state();
    let new = decode::new_poll(poll_json(form)?)?;
    let id = commands::one_id(request, form.get("id").map(str::to_owned))?;
    let outcome = commands::submit(state, who, id, source, CommandBody::CreatePoll(Box::new(new)))?.await;
    let accepted = commands::accepted(&outcome)?;
    let poll = accepted.poll.ok_or_else(|| problem::internal("find the vote", "an outcome without one"))?;
    shown(request, poll.0, &accepted).await;
    Ok(poll.0)
}

/// The vote a form describes, as the API takes it. Only what goes with its kind is heeded: without script the page
/// shows the fields of every kind.
fn poll_json(form: &Form) -> Result<Map<String, Value>, Problem> {
    let kind = form.get("kind").unwrap_or("single");
    let mut body = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        body.extend(value.map(|value| (name.to_owned(), value)));
    };
    put("question", Some(form.get("question").unwrap_or_default().trim().into()));
    put("kind", Some(kind.into()));
    put("access", Some(form.get("access").unwrap_or("open").into()));
    put("secret", Some((form.get("secret") != Some("live")).into()));
    put("changeable", Some((form.get("changeable") == Some("yes")).into()));
    if kind != "rating" {
        let options = form.get("options").unwrap_or_default();
        let options: Vec<&str> = options.lines().map(str::trim).filter(|option| !option.is_empty()).collect();
        put("options", Some(json!(options)));
        put("tie", Some(form.get("tie").unwrap_or("shared").into()));
    }
    match kind {
        "multiple" => put("max", number(form, "max")?),
        "rating" => put("steps", number(form, "steps")?),
        "points" => {
            let scale = form.get("scale").unwrap_or_default();
            let points = scale.split([' ', ',', ';']).filter(|points| !points.is_empty());
            let points: Vec<u64> = points.map(whole).collect::<Result<_, _>>()?;
            put("scale", (!points.is_empty()).then(|| json!(points)));
        }
        _ => {}
    }
    put("game", number(form, "game")?);
    for name in ["opens_at", "closes_at"] {
        put(name, form.get(name).map(time).transpose()?);
    }
    let minutes = form.get("minutes").map(whole).transpose()?;
    put("open_for_ms", minutes.map(|minutes| json!(minutes.saturating_mul(60_000))));
    Ok(body)
}

/// What a browser's `datetime-local` field sends, by the clock at the venue.
fn time(text: &str) -> Result<Value, Problem> {
    local_time::read(None, text).map(|ms| runtime::rfc3339(ms).into())
}

fn number(form: &Form, name: &str) -> Result<Option<Value>, Problem> {
    form.get(name).map(whole).transpose().map(|number| number.map(Value::from))
}

fn whole(text: &str) -> Result<u64, Problem> {
    let detail = || format!("`{text}` is no whole number.");
    text.trim().parse().map_err(|_| Problem::new(422, "invalid-value", detail()))
}

async fn vote(request: Request) -> Answer {
    let who = match organiser(&request).await {
        Ok(who) => who,
        Err(answer) => return answer,
    };
    let outcome = organiser::outcome(&request, &who).await?;
    show(&request, &who, 200, outcome.as_ref()).await
}

async fn show(request: &Request, who: &Who, status: u16, outcome: Option<&Value>) -> Answer {
    let state = request.state();
    let poll = request::poll_id(request)?;
    let (board, cursor, name) = board(state, request, poll).await?;
    let live = Live { cursor: &cursor, channel: &name, asks: &[] };
    let facts = Facts::of(request).signed_in(who);
    let page = format!("{}/polls/{poll}", fans_base(request));
    let html = render::page(state, &facts, |frame| {
        state.pages.vote(frame, &board.board, &page, outcome, Some(&live))
    });
    Ok(render::private(status, html))
}

async fn act(mut request: Request) -> Answer {
    let who = match organiser(&request).await {
        Ok(who) => who,
        Err(answer) => return answer,
    };
    let source = request::body(&mut request).await?;
    let poll = request::poll_id(&request)?;
    match done(&request, &who, poll, &source).await {
        Ok(id) => {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.append_pair("done", &id);
            Ok(see_other(&format!("/organiser/votes/{poll}?{}", query.finish())))
        }
        Err(problem) if problem.status < 500 && problem.code != "unknown-poll" => {
            let told = json!({ "outcome": "rejected", "problem": problem.to_value() });
            show(&request, &who, problem.status, Some(&told)).await
        }
        Err(problem) => Err(problem),
    }
}

/// Hands a form's step in and waits for its outcome; a refusal by the rules is an outcome too.
async fn done(request: &Request, who: &Who, poll: u64, source: &[u8]) -> Result<String, Problem> {
    let form = Form::parse(source);
    let what = match form.get("do").unwrap_or_default() {
        "open" => PollDo::Open,
        "close" => PollDo::Close,
        "reveal-next" => PollDo::Reveal(Stage::Next),
        "reveal-all" => PollDo::Reveal(Stage::All),
        "withdraw" => PollDo::Withdraw { reason: form.get("reason").map(str::to_owned) },
        _ => return Err(Problem::new(422, "invalid-value", "The form does not say what to do.")),
    };
    let id = commands::one_id(request, form.get("id").map(str::to_owned))?;
    let body = CommandBody::Poll { poll: PollId(poll), what };
    let pending = commands::submit(request.state(), who, id, source, body)?;
    let id = pending.id.clone();
    match commands::accepted(&pending.await) {
        Ok(accepted) => shown(request, poll, &accepted).await,
        // Stored with the command: the page reads it from there, and a reload shows it again.
        Err(problem) if problem.status < 500 && problem.code != "id-reused" => {}
        Err(problem) => return Err(problem),
    }
    Ok(id)
}

/// Waits a moment until the vote's board is so: the page a form leads to shows what it did. A page that is a moment late
/// is better than none: its script catches up.
pub(super) async fn reaches(request: &Request, poll: u64, so: impl Fn(&Value) -> bool) {
    const LIMIT: Duration = Duration::from_secs(1);
    const EACH: Duration = Duration::from_millis(20);
    let holds = async {
        while !board(request.state(), request, poll).await.is_ok_and(|(board, ..)| so(&board.board)) {
            runtime::sleep(EACH).await;
        }
    };
    let _ = runtime::timeout(LIMIT, holds).await;
}

/// Waits for the board that holds what a command did.
async fn shown(request: &Request, poll: u64, accepted: &Accepted) {
    let seq = accepted.seqs.last().copied().unwrap_or(0);
    reaches(request, poll, |board| board["seq"].as_u64().is_some_and(|shown| shown >= seq)).await;
}

/// Where fans reach this box: as the organiser's browser sees it, but by the listener that is open to fans.
pub(super) fn fans_base(request: &Request) -> String {
    let here = address::of(request, "");
    let config = &request.state().config;
    match (config.staff_listen, here.rsplit_once(':')) {
        (Some(_), Some((host, _))) => format!("{host}:{}", config.listen.port()),
        _ => here,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::form::Form;
    use super::poll_json;
    use serde_json::{Value, json};

    #[test]
    fn the_form_of_a_new_vote_is_the_json_the_api_takes() {
        for (fields, expected) in [
            (
                "question=+Player+of+the+match+&kind=single&options=Diaz%0D%0A%0D%0A+Okoro+&max=2&steps=5&game=",
                json!({"question": "Player of the match", "kind": "single", "options": ["Diaz", "Okoro"],
                    "access": "open", "secret": true, "changeable": false, "tie": "shared"}),
            ),
            (
                "question=Q&kind=points&options=A%0AB&scale=12,+10&access=ticket&secret=live&changeable=yes&tie=lot&minutes=5",
                json!({"question": "Q", "kind": "points", "options": ["A", "B"], "scale": [12, 10], "access": "ticket",
                    "secret": false, "changeable": true, "tie": "lot", "open_for_ms": 300_000}),
            ),
            (
                "question=Q&kind=rating&options=A%0AB&steps=6&tie=lot&game=7",
                json!({"question": "Q", "kind": "rating", "steps": 6, "game": 7, "access": "open", "secret": true,
                    "changeable": false}),
            ),
        ] {
            let body = poll_json(&Form::parse(fields.as_bytes())).expect(fields);
            assert_eq!(Value::Object(body), expected, "{fields}");
        }
        let wrong = poll_json(&Form::parse(b"question=Q&kind=multiple&options=A%0AB&max=two"));
        assert!(wrong.expect_err("no number").detail.contains("two"));
    }
}
