//! Refusals as `application/problem+json` (RFC 9457), or as a page where a person is looking.

use tide::http::headers::HeaderName;
use tide::{Response, StatusCode};

use crate::domain::{Rejection, RejectionKind};
use crate::wire::Problem;

/// The member that says in how many seconds to try again; it becomes the header `Retry-After` as well.
pub(crate) const RETRY_AFTER: &str = "retry_after_s";

/// The problem that tells a client what the rules refused.
pub(crate) fn of_rejection(rejection: &Rejection) -> Problem {
    let status = match rejection.kind {
        RejectionKind::Conflict => 409,
        RejectionKind::Invalid => 422,
        RejectionKind::Missing => 404,
        RejectionKind::Forbidden => 403,
    };
    let problem = Problem::new(status, rejection.code, rejection.detail.clone());
    match rejection.seq {
        Some(seq) => problem.with("seq", seq),
        None => problem,
    }
}

/// The response that carries a problem.
pub(crate) fn response(problem: &Problem) -> Response {
    let status = StatusCode::try_from(problem.status).unwrap_or(StatusCode::InternalServerError);
    let mut response = Response::builder(status)
        .body(problem.to_value().to_string())
        .content_type("application/problem+json")
        .header("Cache-Control", "no-store")
        .build();
    if let Some(seconds) = problem.extensions.get(RETRY_AFTER).and_then(serde_json::Value::as_u64) {
        response.insert_header(HeaderName::from("Retry-After"), seconds.to_string());
    }
    if problem.status == 401 {
        // RFC 9110 §11.6.1: a 401 names the scheme that would be accepted.
        response.insert_header("WWW-Authenticate", "Bearer realm=\"touchline\"");
    }
    response
}

/// Nothing is at that address.
pub(crate) fn not_found() -> Problem {
    Problem::new(404, "not-found", "There is nothing at this address.")
}

/// No game has that number.
pub(crate) fn unknown_game(id: &str) -> Problem {
    Problem::new(404, "unknown-game", format!("There is no game {id} on this box."))
}

/// No poll has that number.
pub(crate) fn unknown_poll(id: &str) -> Problem {
    Problem::new(404, "unknown-poll", format!("There is no vote {id} on this box."))
}

/// The box could not do it and it is not the client's fault; `cause` goes to the log alone.
pub(crate) fn internal(operation: &str, cause: impl std::fmt::Display) -> Problem {
    log::error!("{operation}: {cause}");
    Problem::new(
        503,
        "unavailable",
        format!("The box could not {operation} just now. Try again in a moment."),
    )
    .with(RETRY_AFTER, 2)
}
