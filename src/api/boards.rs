//! One board over HTTP, as a game's and a poll's address give it: validators, waiting, the box's time.

use std::sync::Arc;

use tide::Response;

use super::cache::Made;
use super::public::{self, Keep};
use super::request::{self, Request};
use super::{Answer, problem};
use crate::domain::GameId;
use crate::domain::event::Stream;
use crate::domain::poll::PollId;
use crate::net::encode::http_date;
use crate::wire::Subject;

/// The board of a game or poll: waited for with `?min_seq=`, unchanged where the client holds it.
pub(super) async fn answer(request: &Request, subject: Subject) -> Answer {
    let state = Arc::clone(request.state());
    let channel = public::board_channel(request, subject);
    let id = public::channel_of(&state, &channel).await?;
    let min_seq = request::number(request, "min_seq")?;
    if let (Some(seq), Some(stream)) = (min_seq, stream_of(subject)) {
        public::wait_for(&state, &channel, stream, seq).await?;
    }
    let board = state.hub.retained(id).ok_or_else(problem::not_found)?;
    let now_ms = state.time.now_ms();
    let lang = channel.lang.as_deref().unwrap_or(&state.config.language);
    let since = chrono::DateTime::parse_from_rfc3339(&board.t).map(|t| t.timestamp_millis()).unwrap_or(0);
    let modified = http_date(since);
    // ETag decides where both are sent (RFC 9110 §13.2.2); a date has only seconds.
    if request.header("if-none-match").is_none()
        && min_seq.is_none()
        && request::header(request, "if-modified-since").is_some_and(|held| is_since(held, since))
        && state.time.wall_ms() - since > 1_000
    {
        let mut response = Response::new(304);
        response.insert_header("ETag", format!("W/\"{}:{}-{lang}\"", state.hub.epoch(), board.frame));
        response.insert_header("Last-Modified", &modified);
        response.insert_header("Cache-Control", "max-age=1");
        response.insert_header("Vary", "Accept-Encoding");
        return Ok(response);
    }
    let now = now_ms.to_string();
    let body = board.board.to_string();
    let made = Made {
        channel: id,
        frame: board.frame,
        now_ms,
        etag: format!("{}:{}-{lang}", state.hub.epoch(), board.frame),
        headers: &[
            ("content-type", "application/json"),
            ("last-modified", &modified),
            ("touchline-now", &now),
        ],
        body: body.as_bytes(),
    };
    let by_date = request.header("if-modified-since").is_some();
    public::answer(&state, request, &made, if min_seq.is_some() || by_date { Keep::No } else { Keep::Shared })
}

/// Whether a client that holds what was there at that date (RFC 9110 §13.1.3) holds what came at `since_ms`.
fn is_since(held: &str, since_ms: i64) -> bool {
    let held = chrono::NaiveDateTime::parse_from_str(held, "%a, %d %b %Y %H:%M:%S GMT");
    held.is_ok_and(|held| held.and_utc().timestamp() >= since_ms.div_euclid(1_000))
}

fn stream_of(subject: Subject) -> Option<Stream> {
    match subject {
        Subject::Game(id) | Subject::Desk(id) => Some(GameId(id).into()),
        Subject::Poll(id) => Some(PollId(id).into()),
        _ => None,
    }
}
