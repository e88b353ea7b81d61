//! A small HTTP/1.1 and WebSocket client for replay, rehearse and tests: no TLS, no redirects, no cookies.
//!
//! [`feed`] sends until it has an answer. Beneath it [`url`] says where, [`http`] asks and waits for the
//! answer on a kept connection, [`websocket`] listens. Every call has a time-out and every answer a limit,
//! for what is at the other end may be anything.

pub mod feed;
pub mod http;
pub mod url;
pub mod websocket;

use std::fmt;
use std::time::Duration;

/// Time to reach the other end.
pub const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// Time for a whole answer; a box waits at most 5 s itself.
pub const ANSWER_LIMIT: Duration = Duration::from_secs(15);

/// Why a call did not come to an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientError {
    /// What was tried: `POST http://127.0.0.1:8080/api/v1/games`.
    pub what: String,
    /// Why it failed.
    pub cause: Cause,
}

/// The causes, by what can be done about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The address makes no sense, or asks for what this client does not do.
    Address(String),
    /// Nobody answers there.
    Unreachable(String),
    /// The connection broke before the whole answer was there.
    Broken(String),
    /// The time was up.
    Late(Duration),
    /// What came back is not what was asked for: another kind of server, most likely.
    Nonsense(String),
}

impl ClientError {
    /// Whether trying the same again later can help.
    #[must_use]
    pub fn passes(&self) -> bool {
        matches!(self.cause, Cause::Unreachable(_) | Cause::Broken(_) | Cause::Late(_))
    }
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = &self.what;
        match &self.cause {
            Cause::Address(why) => write!(f, "{what}: {why}"),
            Cause::Unreachable(why) => write!(f, "{what}: cannot connect: {why}; is the box running there?"),
            Cause::Broken(why) => write!(f, "{what}: the connection broke: {why}"),
            Cause::Late(limit) => write!(f, "{what}: no answer within {} s", limit.as_secs()),
            Cause::Nonsense(why) => write!(f, "{what}: {why}; is there a touchline box at this address?"),
        }
    }
}

impl std::error::Error for ClientError {}
