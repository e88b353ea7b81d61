//! What every handler asks of a request: who, which language, what it accepts, from where it came.

use std::sync::Arc;

use serde_json::{Map, Value};
use tide::http::Method;

use super::{State, decode, record};
use crate::auth::Who;
use crate::auth::device::Device;
use crate::ledger::role::Role;
use crate::net::{Class, Peer};
use crate::wire::Problem;

/// A request as tide hands it over.
pub(crate) type Request = tide::Request<Arc<State>>;

/// The session cookie's name, without and with TLS; the prefix makes browsers insist on Secure and Path=/.
pub(crate) const SESSION: [&str; 2] = ["touchline", "__Host-touchline"];

/// The other end of the connection; tide's own `remote()` would believe a header.
pub(crate) fn peer(request: &Request) -> Peer {
    *request.ext::<Peer>().expect("every request is handed over with its peer")
}

/// A header's text.
pub(crate) fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request.header(name).map(|values| values.last().as_str())
}

/// The value of a cookie.
pub(crate) fn cookie<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    let cookies = request.header("cookie")?.iter().flat_map(|value| value.as_str().split(';'));
    cookies.filter_map(|pair| pair.trim().split_once('=')).find(|(key, _)| *key == name).map(|(_, v)| v)
}

/// The session cookie's name on this connection.
pub(crate) fn session_cookie(request: &Request) -> &'static str {
    SESSION[usize::from(peer(request).tls)]
}

/// The device cookie of fans.
const DEVICE: &str = "touchline-device";
/// How long a browser keeps it.
const YEAR_S: u32 = 365 * 24 * 60 * 60;

/// What a request's device cookie says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phone {
    /// There is none.
    Unknown,
    /// It was not given by this box.
    Forged,
    /// It is this one's.
    Known(Device),
}

/// Which phone asks.
pub(crate) fn phone(request: &Request) -> Phone {
    let Some(value) = cookie(request, DEVICE) else { return Phone::Unknown };
    request.state().auth.devices().verify(value).map_or(Phone::Forged, Phone::Known)
}

/// The `Set-Cookie` by which a phone without a good device cookie gets one; `None` for one that has it.
/// Only an answer that nobody keeps may carry it.
pub(crate) fn new_phone(request: &Request) -> Option<String> {
    if matches!(phone(request), Phone::Known(_)) {
        return None;
    }
    let (_, value) = request.state().auth.devices().issue();
    let secure = if peer(request).tls { "; Secure" } else { "" };
    Some(format!("{DEVICE}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={YEAR_S}{secure}"))
}

/// The parameters of the query, decoded.
pub(crate) fn query(request: &Request) -> Vec<(String, String)> {
    let query = request.url().query().unwrap_or_default();
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

/// One parameter of the query.
pub(crate) fn param(request: &Request, name: &str) -> Option<String> {
    query(request).into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
}

/// A parameter that is a number.
pub(crate) fn number(request: &Request, name: &str) -> Result<Option<u64>, Problem> {
    let Some(text) = param(request, name) else { return Ok(None) };
    let detail = || format!("`{name}` is `{text}`; it must be a whole number.");
    text.parse().map(Some).map_err(|_| Problem::new(400, "invalid-parameter", detail()))
}

/// The game's number in the address.
pub(crate) fn game_id(request: &Request) -> Result<u64, Problem> {
    let text = request.param("id").unwrap_or_default();
    text.parse().map_err(|_| super::problem::unknown_game(text))
}

/// The poll's number in the address.
pub(crate) fn poll_id(request: &Request) -> Result<u64, Problem> {
    let text = request.param("id").unwrap_or_default();
    text.parse().map_err(|_| super::problem::unknown_poll(text))
}

/// The language asked for by `?lang=`, where the box speaks it. Boards and addresses go by `?lang=` alone,
/// because caches between do not tell languages apart.
pub(crate) fn language(request: &Request) -> Option<String> {
    let asked = param(request, "lang")?;
    let spoken = request.state().words.voice(&asked).lang();
    asked.to_ascii_lowercase().starts_with(&spoken.to_ascii_lowercase()).then(|| spoken.to_owned())
}

/// Whether a person's browser asks for a page rather than a program for JSON.
pub(crate) fn wants_page(request: &Request) -> bool {
    let path = request.url().path();
    !path.starts_with("/api/") && !path.starts_with("/live/")
}

/// Whether the client asks to be answered before the outcome is known (RFC 7240 §4.1).
pub(crate) fn respond_async(request: &Request) -> bool {
    let Some(values) = request.header("prefer") else { return false };
    let mut wishes = values.iter().flat_map(|value| value.as_str().split([',', ';']));
    wishes.any(|wish| wish.trim().eq_ignore_ascii_case("respond-async"))
}

/// Who asks: by session cookie or bearer token.
///
/// # Errors
/// `unknown-token` for a bearer token that is none; a cookie that is out of date counts as no cookie.
pub(crate) async fn who(request: &Request) -> Result<Option<Who>, Problem> {
    let auth = &request.state().auth;
    if let Some(text) = header(request, "authorization") {
        let token = text.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let who = match token {
            Some((_, token)) => auth.by_token(token.trim()).await,
            None => None,
        };
        let detail = "This bearer token is unknown or was revoked; `touchline token create` makes one.";
        return who.map(Some).ok_or_else(|| Problem::new(401, "unknown-token", detail));
    }
    match cookie(request, session_cookie(request)) {
        Some(id) => Ok(auth.by_session(id).await),
        None => Ok(None),
    }
}

/// Who asks, who must be known.
pub(crate) async fn staff(request: &Request) -> Result<Who, Problem> {
    who(request).await?.ok_or_else(|| {
        Problem::new(401, "login-required", "This is for staff: log in at /login, or send a bearer token.")
    })
}

/// Who asks, who must be an organiser.
pub(crate) async fn organiser(request: &Request) -> Result<Who, Problem> {
    let who = staff(request).await?;
    if who.role >= Role::Organiser {
        return Ok(who);
    }
    let detail = format!("{} may enter scores, but this is for organisers.", who.name);
    let problem = Problem::new(403, "organiser-required", detail);
    record::refused(request.state(), &who, "asked", request.url().path(), None, &problem);
    Err(problem)
}

/// Whether this address is for staff alone, so that a public listener beside a staff listener hides it.
pub(crate) fn staff_only(method: Method, path: &str) -> bool {
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    match first {
        "login" | "logout" | "link" | "desk" | "organiser" | "setup" => true,
        "api" => {
            !method.is_safe()
                && !path.ends_with("/ballots")
                && !path.contains("/chat")
                && path != "/api/v1/device"
        }
        _ => false,
    }
}

/// Refuses what another site's page makes a browser send (trust in `Origin`, RFC 6454; Fetch metadata).
///
/// A browser always sends `Origin` with an unsafe request. What comes without it and without a cookie is no
/// browser's and carries nobody's authority but its own.
pub(crate) fn same_origin(request: &Request) -> Result<(), Problem> {
    let foreign = |origin: &str| {
        Problem::new(403, "foreign-origin", format!("A page of {origin} may not act on this box."))
    };
    match header(request, "origin") {
        Some(origin) => {
            let scheme = if peer(request).tls { "https" } else { "http" };
            let host = header(request, "host").unwrap_or_default();
            let own = format!("{scheme}://{host}");
            if origin.eq_ignore_ascii_case(&own) { Ok(()) } else { Err(foreign(origin)) }
        }
        None => match header(request, "sec-fetch-site") {
            Some("same-origin" | "none") => Ok(()),
            Some(_) => Err(foreign("another site")),
            None if request.header("cookie").is_none() => Ok(()),
            None => Err(foreign("unknown origin")),
        },
    }
}

/// Whether the listener this request came by may serve staff.
pub(crate) fn staff_listener(request: &Request) -> bool {
    request.state().config.staff_listen.is_none() || peer(request).class == Class::Staff
}

/// A body that was read as a JSON object.
pub(crate) fn json(request: &Request, body: &[u8]) -> Result<Map<String, Value>, Problem> {
    let kind = header(request, "content-type").unwrap_or("application/json");
    if !kind.to_ascii_lowercase().starts_with("application/json") {
        let detail = format!("The body is `{kind}`; send application/json.");
        return Err(Problem::new(415, "unsupported-type", detail));
    }
    decode::object(body)
}

/// The body's bytes; their number was limited before.
pub(crate) async fn body(request: &mut Request) -> Result<Vec<u8>, Problem> {
    request.body_bytes().await.map_err(|error| Problem::new(400, "malformed", error.to_string()))
}
