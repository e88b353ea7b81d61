//! Printed codes of a ticket vote: made here, shown once, and kept by their hashes alone.
//!
//! The sheet to print and the file to save are made from the same answer, so that nobody issues codes twice to have
//! both. The same form sent again makes further codes; those of before go on working.

use std::sync::Arc;

use base64::Engine as _;
use serde_json::{Value, json};
use tide::Server;

use super::super::form::Form;
use super::super::organiser::organiser;
use super::super::render::{self, Facts};
use super::super::request::{self, Request};
use super::super::{Answer, State, polls, route};
use super::board;
use super::staff::{fans_base, reaches};
use crate::auth::Who;
use crate::domain::poll::PollId;
use crate::wire::Problem;

pub(super) fn routes(server: &mut Server<Arc<State>>) {
    server.at("/organiser/votes/:id/tickets").get(route(form)).post(route(print));
}

/// How many tickets one page holds: what a phone can still show and a printer print in one go.
const MOST_TICKETS: usize = 1_000;

async fn form(request: Request) -> Answer {
    let who = match organiser(&request).await {
        Ok(who) => who,
        Err(answer) => return answer,
    };
    show(&request, &who, 200, &fans_base(&request), &json!({})).await
}

async fn show(request: &Request, who: &Who, status: u16, base: &str, sheet: &Value) -> Answer {
    let state = request.state();
    let (board, ..) = board(state, request, request::poll_id(request)?).await?;
    let facts = Facts::of(request).signed_in(who);
    let html = render::page(state, &facts, |frame| state.pages.tickets(frame, &board.board, base, sheet));
    Ok(render::private(status, html))
}

async fn print(mut request: Request) -> Answer {
    let who = match organiser(&request).await {
        Ok(who) => who,
        Err(answer) => return answer,
    };
    let source = request::body(&mut request).await?;
    let form = Form::parse(&source);
    let poll = request::poll_id(&request)?;
    let typed = form.get("base").unwrap_or_default().trim().trim_end_matches('/').to_owned();
    match issue(&request, &who, poll, &form, &typed).await {
        Ok(sheet) => show(&request, &who, 200, &typed, &sheet).await,
        Err(problem) if problem.status < 500 && problem.code != "unknown-poll" => {
            let told = json!({ "problem": problem.to_value(), "count": form.get("count") });
            show(&request, &who, problem.status, &typed, &told).await
        }
        Err(problem) => Err(problem),
    }
}

/// Makes codes and has their hashes recorded; only then they are worth printing.
async fn issue(request: &Request, who: &Who, poll: u64, form: &Form, base: &str) -> Result<Value, Problem> {
    let count = form.get("count").unwrap_or_default();
    let count = count.trim().parse().ok().filter(|count| (1..=MOST_TICKETS).contains(count));
    let count: usize = count.ok_or_else(|| {
        Problem::new(422, "invalid-value", format!("1 to {MOST_TICKETS} tickets can be made at once."))
    })?;
    if !is_address(base) {
        let detail = format!("`{base}` is no address; write it like http://192.168.4.1:8080.");
        return Err(Problem::new(422, "invalid-value", detail));
    }
    let before = board(request.state(), request, poll).await?.0.board["issued"].as_u64().unwrap_or(0);
    let codes = polls::issue(request.state(), who, PollId(poll), count).await?;
    reaches(request, poll, |board| board["issued"].as_u64() > Some(before)).await;
    let page = format!("{base}/polls/{poll}");
    let lines = codes.iter().map(|code| format!("{code},{page}?code={code}\r\n"));
    let csv = format!("code,address\r\n{}", lines.collect::<String>());
    let csv = base64::engine::general_purpose::STANDARD.encode(csv);
    Ok(json!({ "codes": codes, "csv": csv, "count": count }))
}

/// Whether a text is an address without a path: what stands on every ticket must lead here.
fn is_address(text: &str) -> bool {
    let host = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://")).unwrap_or_default();
    (1..=200).contains(&host.len())
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::is_address;

    #[test]
    fn an_address_on_a_ticket_leads_to_a_box() {
        for good in ["http://192.168.4.1:8080", "https://scores.example", "http://[fd00::1]:8080"] {
            assert!(is_address(good), "{good}");
        }
        for bad in ["", "http://", "192.168.4.1", "http://a b", "http://x/polls/3", "javascript:alert(1)"] {
            assert!(!is_address(bad), "{bad}");
        }
    }
}
