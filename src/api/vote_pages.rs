//! The page of a vote for fans: a plain form that a phone without script can send, and what became of it.
//!
//! The page is nobody's to keep, because it gives the device cookie by which an open vote tells phones apart. A ballot
//! goes the same way as one of the API. What organisers do with votes stands in [`staff`], their printed codes in
//! [`tickets`].

use std::sync::Arc;

use serde_json::{Value, json};
use tide::Server;

use super::form::Form;
use super::render::{self, Facts};
use super::request::{self, Request};
use super::slip::Slip;
use super::{Answer, State, ballots, problem, public, route, see_other};
use crate::hub::frame::Retained;
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
    let (board, cursor, name) = board(&state, request, request::poll_id(request)?).await?;
    let live = Live { cursor: &cursor, channel: &name, asks: &[] };
    let facts = Facts::of(request);
    let html =
        render::page(&state, &facts, |frame| state.pages.poll(frame, &board.board, ballot, Some(&live)));
    let mut response = render::private(status, html);
    if let Some(cookie) = request::new_phone(request) {
        add_header(&mut response, "set-cookie", &cookie)
            .map_err(|error| problem::internal("set a cookie", error))?;
    }
    Ok(response)
}

/// A vote's board, the cursor it was read at, and its channel.
async fn board(
    state: &Arc<State>,
    request: &Request,
    poll: u64,
) -> Result<(Arc<Retained>, String, String), Problem> {
    let channel = public::board_channel(request, Subject::Poll(poll));
    let id = public::channel_of(state, &channel).await?;
    // Read before the board, so that the cursor claims no more than the page holds.
    let frame = state.hub.frame();
    let board = state.hub.retained(id).ok_or_else(|| problem::unknown_poll(&poll.to_string()))?;
    let cursor = format!("{}:{}", state.hub.epoch(), frame.max(board.frame));
    Ok((board, cursor, channel.to_string()))
}

async fn voted(mut request: Request) -> Answer {
    let source = request::body(&mut request).await?;
    let form = Form::parse(&source);
    match ballots::of_form(&request, request::poll_id(&request)?, &form).await {
        Ok(counted) => {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.append_pair("voted", &counted.receipt);
            if let Some(lang) = request::language(&request) {
                query.append_pair("lang", &lang);
            }
            Ok(see_other(&format!("{}?{}", request.url().path(), query.finish())))
        }
        Err(problem) if problem.code == "unknown-poll" => Err(problem),
        Err(problem) => {
            let slip = Slip::of_form(&form);
            let mut ballot =
                json!({ "problem": problem.to_value(), "choice": slip.choice, "code": slip.code });
            // What was decided needs a new id; what was not is sent again under the same, and counts once.
            if problem.status >= 500 {
                ballot["id"] = slip.id.into();
            }
            let mut response = show(&request, problem.status, &ballot).await?;
            if let Some(seconds) = problem.extensions.get(problem::RETRY_AFTER).and_then(Value::as_u64) {
                response.insert_header("Retry-After", seconds.to_string());
            }
            Ok(response)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_receipt;

    #[test]
    fn only_a_receipt_is_shown_as_one() {
        assert!(is_receipt("0123456789abcdef0123"));
        assert!(!is_receipt("Call 0800 12345678910") && !is_receipt(""));
    }
}
