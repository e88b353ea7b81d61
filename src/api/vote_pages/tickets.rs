//! Printed codes of a ticket vote: made here, shown once, and kept by their hashes alone.
//!
//! The sheet to print and the file to save are made from the same answer, so that nobody issues codes twice to have
//! both. A form sent again finds its codes issued and gone: it is told so, for new codes were never issued.

use std::sync::Arc;

use base64::Engine as _;
use serde_json::{Value, json};
use tide::Server;

use super::super::form::Form;
use super::super::organiser::organiser;
use super::super::render::{self, Facts};
use super::super::request::{self, Request};
use super::super::{Answer, State, commands, route};
use super::staff::{fans_base, shown};
use super::{board, poll_id};
use crate::auth::Who;
use crate::domain::command::CommandBody;
use crate::domain::poll::decide::MOST_ISSUED;
use crate::domain::poll::{PollDo, PollId};
use crate::ledger::ballot::voter_of_code;
use crate::ledger::outcome::Outcome;
use crate::wire::Problem;

pub(super) fn routes(server: &mut Server<Arc<State>>) {
    server.at("/organiser/votes/:id/tickets").get(route(form)).post(route(print));
}

/// Letters and digits that nobody takes for one another (Douglas Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A code of 80 random bits, in four groups: nobody guesses one, and it can be typed.
fn new_code() -> String {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes[..10]).expect("the system gives random bytes");
    let bits = u128::from_be_bytes(bytes) >> 48;
    let digits: Vec<u8> = (0..16).map(|place| ALPHABET[(bits >> (75 - 5 * place)) as usize & 31]).collect();
    let groups = digits.chunks(4).map(|group| String::from_utf8_lossy(group).into_owned());
    groups.collect::<Vec<_>>().join("-")
}

async fn form(request: Request) -> Answer {
    let who = match organiser(&request).await {
        Ok(who) => who,
        Err(answer) => return answer,
    };
    show(&request, &who, 200, &fans_base(&request), &json!({})).await
}

async fn show(request: &Request, who: &Who, status: u16, base: &str, sheet: &Value) -> Answer {
    let state = request.state();
    let (board, ..) = board(state, request, poll_id(request)?).await?;
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
    let poll = poll_id(&request)?;
    let typed = form.get("base").unwrap_or_default().trim().trim_end_matches('/').to_owned();
    match issue(&request, &who, poll, &form, &typed, &source).await {
        Ok(sheet) => show(&request, &who, 200, &typed, &sheet).await,
        Err(problem) if problem.status < 500 && problem.code != "unknown-poll" => {
            let told = json!({ "problem": problem.to_value(), "count": form.get("count") });
            show(&request, &who, problem.status, &typed, &told).await
        }
        Err(problem) => Err(problem),
    }
}

/// Makes codes and has their hashes recorded; only then they are worth printing.
async fn issue(
    request: &Request,
    who: &Who,
    poll: u64,
    form: &Form,
    base: &str,
    source: &[u8],
) -> Result<Value, Problem> {
    let count = form.get("count").unwrap_or_default();
    let count = count.trim().parse().ok().filter(|count| (1..=MOST_ISSUED).contains(count));
    let count: usize = count.ok_or_else(|| {
        Problem::new(422, "invalid-value", format!("1 to {MOST_ISSUED} tickets can be made at once."))
    })?;
    if !is_address(base) {
        let detail = format!("`{base}` is no address; write it like http://192.168.4.1:8080.");
        return Err(Problem::new(422, "invalid-value", detail));
    }
    let codes: Vec<String> = (0..count).map(|_| new_code()).collect();
    let voters = codes.iter().map(|code| voter_of_code(code)).collect();
    let id = commands::one_id(request, form.get("id").map(str::to_owned))?;
    let body = CommandBody::Poll { poll: PollId(poll), what: PollDo::Issue { voters } };
    let outcome = commands::submit(request.state(), who, id, source, body)?.await;
    let accepted = commands::accepted(&outcome)?;
    if matches!(outcome, Outcome::Repeated(_)) {
        return Ok(json!({ "again": true }));
    }
    shown(request, poll, accepted.seqs.last().copied().unwrap_or(0)).await;
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
    use super::{is_address, new_code};
    use std::collections::HashSet;

    #[test]
    fn a_code_has_four_groups_and_is_never_the_same() {
        let codes: HashSet<String> = (0..500).map(|_| new_code()).collect();
        assert_eq!(codes.len(), 500);
        let drawn: HashSet<char> = codes.iter().flat_map(|code| code.chars()).collect();
        assert_eq!(drawn.len(), 33, "every letter of the alphabet is used: {drawn:?}");
        for code in codes {
            let groups: Vec<&str> = code.split('-').collect();
            assert!(groups.len() == 4 && groups.iter().all(|group| group.len() == 4), "{code}");
            assert!(!code.contains(['I', 'L', 'O', 'U']), "{code}");
        }
    }

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
