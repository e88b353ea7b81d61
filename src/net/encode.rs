//! Answers as bytes: status lines, checked header fields, framing, answers made beforehand.
//!
//! `conn` writes with it; api and pages set header fields through [`set_header`] and [`add_header`];
//! transports that answer by themselves take [`head`]. Invariant: no byte outside printable ASCII leaves in
//! a head, so no value can start a second header field or a second answer (response splitting).
//!
//! It does not use http-types' own encoder, which prints 304 as "Modified" and lets CR LF through.

use std::sync::Arc;

use tide::http::Response;
use tide::http::headers::Headers;

use super::fault::Fault;

/// How the client finds the end of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// `Content-Length`.
    Length(usize),
    /// Whatever comes until the connection closes.
    UntilClose,
    /// The connection changes its protocol (101).
    Upgrade,
    /// The length is not said: answers to HEAD whose GET would be a stream.
    Unsaid,
}

/// Whether another request may follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// The connection stays open.
    KeepAlive,
    /// The connection closes after this answer.
    Close,
}

/// A header field that cannot be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadHeader {
    name: String,
}

impl std::fmt::Display for BadHeader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "cannot send the header field {:?}: name or value holds a byte that is not printable ASCII; escape it first",
            self.name
        )
    }
}

impl std::error::Error for BadHeader {}

/// A complete answer for a kept connection, encoded once and shared by all who get it.
#[derive(Clone, Debug)]
pub struct Hot {
    bytes: Arc<[u8]>,
    head: usize,
}

impl Hot {
    /// Encodes an answer.
    ///
    /// # Errors
    /// When a header field holds what cannot be sent.
    pub fn new(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Result<Self, BadHeader> {
        let mut bytes = Vec::with_capacity(256 + body.len());
        head(&mut bytes, status, headers.iter().copied(), Framing::Length(body.len()), After::KeepAlive)?;
        let head = bytes.len();
        if has_body(status) {
            bytes.extend_from_slice(body);
        }
        Ok(Self { bytes: bytes.into(), head })
    }

    /// The whole answer.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The answer to HEAD.
    #[must_use]
    pub fn head(&self) -> &[u8] {
        &self.bytes[..self.head]
    }
}

/// Sets a header field of a response or a request, replacing what it had.
///
/// # Errors
/// When name or value cannot be sent; the message is left as it was.
pub fn set_header(message: &mut impl AsMut<Headers>, name: &str, value: &str) -> Result<(), BadHeader> {
    check(name, value)?;
    message.as_mut().insert(name, value);
    Ok(())
}

/// Adds one more value to a header field, as `Set-Cookie` needs.
///
/// # Errors
/// When name or value cannot be sent; the message is left as it was.
pub fn add_header(message: &mut impl AsMut<Headers>, name: &str, value: &str) -> Result<(), BadHeader> {
    check(name, value)?;
    message.as_mut().append(name, value);
    Ok(())
}

/// Writes a head. Framing and connection are said here and nowhere else: fields of these names among
/// `headers` are left out, so that there are never two.
///
/// # Errors
/// When a header field holds what cannot be sent; `out` is then as it was.
pub fn head<'a>(
    out: &mut Vec<u8>,
    status: u16,
    headers: impl IntoIterator<Item = (&'a str, &'a str)>,
    framing: Framing,
    after: After,
) -> Result<(), BadHeader> {
    let start = out.len();
    out.extend_from_slice(format!("HTTP/1.1 {status} {}\r\n", reason(status)).as_bytes());
    for (name, value) in headers {
        if let Err(bad) = check(name, value) {
            out.truncate(start);
            return Err(bad);
        }
        if is_ours(name) || (!has_body(status) && name.eq_ignore_ascii_case("content-type")) {
            continue;
        }
        field(out, name, value);
    }
    match framing {
        Framing::Length(length) if has_body(status) => field(out, "content-length", &length.to_string()),
        Framing::Upgrade => field(out, "connection", "Upgrade"),
        Framing::Length(_) | Framing::UntilClose | Framing::Unsaid => {}
    }
    if framing == Framing::UntilClose || (after == After::Close && framing != Framing::Upgrade) {
        field(out, "connection", "close");
    }
    out.extend_from_slice(b"\r\n");
    Ok(())
}

/// The header fields of a response in a fixed order; `date` is added when the wall clock can be believed.
pub(super) fn fields<'a>(response: &'a Response, date: Option<&'a str>) -> Vec<(&'a str, &'a str)> {
    let mut fields: Vec<_> = response
        .iter()
        .flat_map(|(name, values)| values.iter().map(move |value| (name.as_str(), value.as_str())))
        .filter(|(name, _)| date.is_none() || *name != "date")
        .chain(date.map(|date| ("date", date)))
        .collect();
    // The map behind has no order of its own. Stable, so that several cookies keep theirs.
    fields.sort_by_key(|&(name, _)| name);
    fields
}

/// The answer that tells of a fault, body and all.
pub(super) fn fault(fault: Fault, date: Option<&str>, after: After) -> Vec<u8> {
    let body = fault.problem();
    let headers = [
        ("content-type", "application/problem+json"),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
    ];
    let headers = headers.into_iter().chain(fault.header()).chain(date.map(|date| ("date", date)));
    let mut out = Vec::with_capacity(512);
    head(&mut out, fault.status(), headers, Framing::Length(body.len()), after)
        .expect("the texts of a fault are printable ASCII");
    out.extend_from_slice(body.as_bytes());
    out
}

/// The part of an answer that HEAD gets.
pub(super) fn only_head(answer: &mut Vec<u8>) {
    if let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") {
        answer.truncate(end + 4);
    }
}

/// Whether answers of this status may have a body (RFC 9110 §6.4.1).
#[must_use]
pub fn has_body(status: u16) -> bool {
    status >= 200 && status != 204 && status != 304
}

/// Milliseconds since 1970 as the `Date` and `Last-Modified` fields write them (RFC 9110 §5.6.7).
#[must_use]
pub fn http_date(wall_ms: i64) -> String {
    let time = chrono::DateTime::from_timestamp_millis(wall_ms).unwrap_or_default();
    time.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// One field. Names go out as `Content-Length`, not `content-length`: small clients compare them literally.
fn field(out: &mut Vec<u8>, name: &str, value: &str) {
    let mut first = true;
    for byte in name.bytes() {
        out.push(if first { byte.to_ascii_uppercase() } else { byte });
        first = byte == b'-';
    }
    out.extend_from_slice(b": ");
    out.extend_from_slice(value.as_bytes());
    out.extend_from_slice(b"\r\n");
}

/// Fields that say what only net knows.
fn is_ours(name: &str) -> bool {
    const OURS: [&str; 5] = ["connection", "content-length", "keep-alive", "trailer", "transfer-encoding"];
    OURS.iter().any(|ours| ours.eq_ignore_ascii_case(name))
}

fn check(name: &str, value: &str) -> Result<(), BadHeader> {
    let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    let sound =
        !name.is_empty() && name.bytes().all(token) && value.bytes().all(|b| (0x20..=0x7e).contains(&b));
    if sound { Ok(()) } else { Err(BadHeader { name: name.to_owned() }) }
}

/// The reason phrase (RFC 9110 §15); an unknown status has none.
fn reason(status: u16) -> &'static str {
    match status {
        101 => "Switching Protocols",
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        205 => "Reset Content",
        206 => "Partial Content",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        408 => "Request Timeout",
        409 => "Conflict",
        410 => "Gone",
        411 => "Length Required",
        412 => "Precondition Failed",
        413 => "Content Too Large",
        414 => "URI Too Long",
        415 => "Unsupported Media Type",
        416 => "Range Not Satisfiable",
        417 => "Expectation Failed",
        421 => "Misdirected Request",
        422 => "Unprocessable Content",
        425 => "Too Early",
        426 => "Upgrade Required",
        428 => "Precondition Required",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        505 => "HTTP Version Not Supported",
        507 => "Insufficient Storage",
        511 => "Network Authentication Required",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::{
        After, Fault, Framing, Hot, add_header, fault, fields, head, http_date, only_head, set_header,
    };
    use tide::http::{Response, StatusCode};

    fn text(status: u16, headers: &[(&str, &str)], framing: Framing, after: After) -> String {
        let mut out = Vec::new();
        head(&mut out, status, headers.iter().copied(), framing, after).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_head_says_framing_and_connection_once() {
        let headers = [("Content-Length", "99"), ("connection", "x"), ("content-type", "text/plain")];
        assert_eq!(
            text(200, &headers, Framing::Length(5), After::KeepAlive),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\n"
        );
        assert_eq!(
            text(200, &headers, Framing::UntilClose, After::Close),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n"
        );
        assert_eq!(
            text(101, &[("upgrade", "websocket")], Framing::Upgrade, After::Close),
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
        );
    }

    #[test]
    fn a_status_without_body_has_neither_length_nor_type() {
        assert_eq!(
            text(
                304,
                &[("etag", "W/\"1\""), ("content-type", "text/plain")],
                Framing::Length(5),
                After::KeepAlive
            ),
            "HTTP/1.1 304 Not Modified\r\nEtag: W/\"1\"\r\n\r\n"
        );
    }

    #[test]
    fn a_byte_that_would_split_the_answer_is_refused() {
        let mut response = Response::new(StatusCode::Ok);
        for (name, value) in [
            ("x", "a\r\nSet-Cookie: b"),
            ("x", "grün"),
            ("x y", "a"),
            ("", "a"),
            ("x", "a\tb"),
            ("x", "\u{7f}"),
        ] {
            assert!(set_header(&mut response, name, value).is_err());
            assert!(add_header(&mut response, name, value).is_err());
            assert!(Hot::new(200, &[(name, value)], b"").is_err());
        }
        assert_eq!(response.iter().count(), 0);
    }

    #[test]
    fn several_cookies_stay_several_and_in_order() {
        let mut response = Response::new(StatusCode::Ok);
        add_header(&mut response, "set-cookie", "b=1").unwrap();
        add_header(&mut response, "set-cookie", "a=2").unwrap();
        set_header(&mut response, "etag", "x").unwrap();
        set_header(&mut response, "etag", "y").unwrap();
        assert_eq!(fields(&response, None), [("etag", "y"), ("set-cookie", "b=1"), ("set-cookie", "a=2")]);
    }

    #[test]
    fn a_hot_answer_to_head_keeps_the_length() {
        let hot = Hot::new(200, &[], b"12345").unwrap();
        assert_eq!(hot.bytes(), b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345");
        assert_eq!(hot.head(), b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
    }

    #[test]
    fn a_fault_is_a_problem_document() {
        let mut bytes = fault(Fault::Misdirected, None, After::Close);
        let answer = String::from_utf8(bytes.clone()).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(
            head.starts_with("HTTP/1.1 421 Misdirected Request\r\n") && head.ends_with("Connection: close")
        );
        let problem: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(problem["type"], "urn:touchline:problem:misdirected");
        assert_eq!(problem["status"], 421);
        only_head(&mut bytes);
        assert_eq!(bytes.len(), head.len() + 4);
    }

    #[test]
    fn a_date_is_written_for_http() {
        assert_eq!(http_date(1_795_359_845_000), "Sun, 22 Nov 2026 15:04:05 GMT");
    }
}
