//! A request's head: found in the bytes, parsed strictly, read by everybody who answers.
//!
//! `read` looks for its end with `scan`, `conn` and the transports read [`Head`]. httparse splits the
//! lines; the rest of the rules stand here. A head that parses is printable ASCII throughout, has one
//! host, at most one length and a target of one meaning, so that two readers cannot understand it
//! differently (request smuggling, RFC 9112 §11.2).

use std::borrow::Cow;

use tide::http::{Body, Method, Request, Url, Version};

use super::fault::Fault;
use super::{Peer, target};

/// Header fields a request may have.
pub const MOST_HEADERS: usize = 64;

/// The authority of every URL handed to the service: routing never sees the client's.
const ORIGIN: &str = "http://touchline.invalid";

/// Fields whose second appearance would let two readers pick different values.
const ONCE: [&str; 4] = ["content-type", "authorization", "origin", "sec-websocket-key"];

/// Where in the text something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span(u16, u16);

/// One request head as it was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    text: Box<str>,
    method: Method,
    target: Span,
    headers: Box<[(Span, Span)]>,
    host: Span,
    content_length: u64,
    keep_alive: bool,
    upgrade: bool,
}

/// What the bytes so far are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scan {
    /// No empty line yet; the part up to here need not be scanned again.
    More(usize),
    /// A head from the first to before the second.
    Complete(usize, usize),
}

/// Looks for the end of a head, from `from` on, so that a byte that cannot belong to one is refused when it
/// arrives and not when the time is over. Empty lines before the request line are skipped (RFC 9112 §2.2).
pub(super) fn scan(bytes: &[u8], from: usize) -> Result<Scan, Fault> {
    let mut start = 0;
    while bytes[start..].starts_with(b"\r\n") {
        start += 2;
    }
    let mut at = from.max(start);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b' '..=b'~' => at += 1,
            b'\r' => match bytes.get(at + 1) {
                None => return Ok(Scan::More(at)),
                Some(b'\n') => {
                    at += 2;
                    if bytes[start..at].ends_with(b"\r\n\r\n") {
                        return Ok(Scan::Complete(start, at));
                    }
                }
                Some(_) => return Err(Fault::Bytes),
            },
            _ => return Err(Fault::Bytes),
        }
    }
    Ok(Scan::More(at))
}

impl Head {
    /// Reads a complete head, from the request line to the empty line.
    ///
    /// # Errors
    /// The first rule it breaks.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        if bytes.len() > usize::from(u16::MAX) {
            return Err(Fault::HeadTooLarge);
        }
        if scan(bytes, 0)? != Scan::Complete(0, bytes.len()) {
            return Err(Fault::Syntax);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| Fault::Bytes)?;
        let mut fields = [httparse::EMPTY_HEADER; MOST_HEADERS];
        let mut request = httparse::Request::new(&mut fields);
        match request.parse(bytes) {
            Ok(httparse::Status::Complete(length)) if length == bytes.len() => {}
            Ok(_) => return Err(Fault::Syntax),
            Err(httparse::Error::TooManyHeaders) => return Err(Fault::TooManyHeaders),
            Err(httparse::Error::Version) => return Err(Fault::Version),
            Err(_) => return Err(Fault::Syntax),
        }
        if request.version != Some(1) {
            return Err(Fault::Version);
        }
        let method = method(request.method.unwrap_or_default())?;
        let path = request.path.unwrap_or_default();
        if !target::is_clean(path) {
            return Err(Fault::Target);
        }
        let span = |part: &[u8]| {
            // httparse lends slices of `bytes`, whose length fits.
            let start = part.as_ptr().addr() - bytes.as_ptr().addr();
            let short = |n| u16::try_from(n).expect("a head is shorter than 64 KiB");
            Span(short(start), short(start + part.len()))
        };
        let mut head = Self {
            text: text.into(),
            method,
            target: span(path.as_bytes()),
            headers: request
                .headers
                .iter()
                .map(|h| (span(h.name.as_bytes()), span(h.value.trim_ascii())))
                .collect(),
            host: Span(0, 0),
            content_length: 0,
            keep_alive: true,
            upgrade: false,
        };
        head.check()?;
        Ok(head)
    }

    /// The rules that concern single fields, and what follows from them.
    fn check(&mut self) -> Result<(), Fault> {
        let coded = self.header("transfer-encoding").is_some();
        if coded && self.header("content-length").is_some() {
            return Err(Fault::Length);
        }
        if coded {
            return Err(Fault::TransferCoding);
        }
        if self.header("expect").is_some() {
            return Err(Fault::Expectation);
        }
        let host = self.single("host").map_err(|_| Fault::Host)?.ok_or(Fault::Host)?;
        let name = target::host_of(host).ok_or(Fault::Host)?;
        // `name` is a part of `text`.
        let start = name.as_ptr().addr() - self.text.as_ptr().addr();
        let short = |n| u16::try_from(n).expect("a head is shorter than 64 KiB");
        self.host = Span(short(start), short(start + name.len()));
        self.content_length = match self.single("content-length").map_err(|_| Fault::Length)? {
            None => 0,
            Some(digits) => plain_number(digits).ok_or(Fault::Length)?,
        };
        for name in ONCE {
            self.single(name)?;
        }
        self.keep_alive = !self.has_token("connection", "close");
        self.upgrade = self.has_token("connection", "upgrade") && self.header("upgrade").is_some();
        Ok(())
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> Method {
        self.method
    }

    /// Path and query as sent.
    #[must_use]
    pub fn target(&self) -> &str {
        self.at(self.target)
    }

    /// The path as sent, escapes included.
    #[must_use]
    pub fn path(&self) -> &str {
        self.target().split_once('?').map_or(self.target(), |(path, _)| path)
    }

    /// What follows the question mark, as sent.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.target().split_once('?').map(|(_, query)| query)
    }

    /// All header fields in order, names as sent.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|&(name, value)| (self.at(name), self.at(value)))
    }

    /// The first value of a field; upper and lower case are one.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Whether a field that lists tokens lists this one, over all its appearances.
    #[must_use]
    pub fn has_token(&self, name: &str, token: &str) -> bool {
        self.headers()
            .filter(|(n, _)| n.eq_ignore_ascii_case(name))
            .flat_map(|(_, value)| value.split(','))
            .any(|t| t.trim_ascii().eq_ignore_ascii_case(token))
    }

    /// The host asked for: lower case, without port, brackets and final dot.
    #[must_use]
    pub fn host(&self) -> Cow<'_, str> {
        let host = self.at(self.host);
        if host.bytes().any(|b| b.is_ascii_uppercase()) {
            host.to_ascii_lowercase().into()
        } else {
            host.into()
        }
    }

    /// Bytes of body that follow.
    #[must_use]
    pub fn content_length(&self) -> u64 {
        self.content_length
    }

    /// Whether the client wants to go on after the answer.
    #[must_use]
    pub fn keep_alive(&self) -> bool {
        self.keep_alive
    }

    /// Whether the client offers to change the protocol (RFC 9110 §7.8).
    #[must_use]
    pub fn is_upgrade(&self) -> bool {
        self.upgrade
    }

    /// The request in the form tide understands.
    pub(super) fn request(&self, body: Vec<u8>, peer: Peer) -> Result<Request, Fault> {
        let url = Url::parse(&format!("{ORIGIN}{}", self.target())).map_err(|_| Fault::Target)?;
        let mut request = Request::new(self.method, url);
        request.set_version(Some(Version::Http1_1));
        request.set_peer_addr(Some(peer.addr));
        if !body.is_empty() {
            request.set_body(Body::from_bytes(body));
            // The body type invents a content type, which would stand for what the client never said.
            request.remove_header("content-type");
        }
        for (name, value) in self.headers() {
            request.append_header(name, value);
        }
        request.ext_mut().insert(peer);
        Ok(request)
    }

    /// The value of a field that may stand once.
    fn single(&self, name: &str) -> Result<Option<&str>, Fault> {
        let mut values = self.headers().filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value);
        let first = values.next();
        if values.next().is_some() { Err(Fault::Repeated) } else { Ok(first) }
    }

    fn at(&self, Span(start, end): Span) -> &str {
        &self.text[usize::from(start)..usize::from(end)]
    }
}

/// The methods the box knows. CONNECT and TRACE have no meaning here and are refused like strangers.
fn method(name: &str) -> Result<Method, Fault> {
    Ok(match name {
        "GET" => Method::Get,
        "HEAD" => Method::Head,
        "POST" => Method::Post,
        "PUT" => Method::Put,
        "PATCH" => Method::Patch,
        "DELETE" => Method::Delete,
        "OPTIONS" => Method::Options,
        _ => return Err(Fault::Method),
    })
}

/// Digits and nothing else: no sign, no list, no overflow (RFC 9110 §8.6).
fn plain_number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Fault, Head, Scan, scan};

    fn parse(text: &str) -> Result<Head, Fault> {
        Head::parse(text.as_bytes())
    }

    #[test]
    fn a_head_says_what_was_sent() {
        let head = parse("GET /live/ws?ch=venue HTTP/1.1\r\nHost: Box.Local:8080\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nX-A:  b  \r\n\r\n").unwrap();
        assert_eq!((head.path(), head.query()), ("/live/ws", Some("ch=venue")));
        assert_eq!(head.host(), "box.local");
        assert_eq!(head.header("x-a"), Some("b"));
        assert!(head.is_upgrade() && head.keep_alive());
    }

    #[test]
    fn the_request_keeps_the_real_host_and_a_fixed_authority() {
        let head = parse("POST /x HTTP/1.1\r\nHost: evil\r\nContent-Length: 2\r\n\r\n").unwrap();
        let peer = crate::net::Peer {
            addr: "10.0.0.9:5".parse().unwrap(),
            local: "10.0.0.1:80".parse().unwrap(),
            class: crate::net::Class::Public,
            tls: false,
        };
        let request = head.request(b"ab".to_vec(), peer).unwrap();
        assert_eq!(request.url().as_str(), "http://touchline.invalid/x");
        assert_eq!(request.header("host").unwrap().as_str(), "evil");
        assert!(request.header("content-type").is_none());
        assert_eq!(request.ext().get::<crate::net::Peer>(), Some(&peer));
    }

    #[test]
    fn the_end_is_found_wherever_the_bytes_are_cut() {
        let bytes = b"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\nrest";
        let mut from = 0;
        for cut in 0..bytes.len() {
            match scan(&bytes[..cut], from).unwrap() {
                Scan::More(at) => from = at,
                Scan::Complete(start, end) => {
                    assert_eq!((start, end, cut), (2, 29, 29));
                    return;
                }
            }
        }
        panic!("never complete");
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = scan(&bytes, 0);
            let _ = Head::parse(&bytes);
        }

        #[test]
        fn no_text_near_a_head_makes_it_panic(
            line in "(GET|HEAD|POST|BREW|) [!-~ ]{0,20}( HTTP/1.[019])?",
            fields in prop::collection::vec("(Host|Content-Length|Connection|[!-~ ]{0,8}):? ?[ -~]{0,12}", 0..5),
        ) {
            let _ = parse(&format!("{line}\r\n{}\r\n\r\n", fields.join("\r\n")));
        }

        #[test]
        fn what_is_accepted_comes_back_the_same(
            method in "GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS",
            path in "(/([a-z0-9_~-]|%[3-6][0-9a-d]){1,6}){1,4}(\\?[ -~&&[^ #\"<>]]{0,12})?",
            host in "[a-zA-Z0-9.-]{1,12}(:[0-9]{1,4})?",
            fields in prop::collection::vec(("[A-Za-z][A-Za-z0-9-]{0,10}", "[ -~]{0,20}"), 0..6),
            length in prop::option::of(0u64..20_000),
        ) {
            let mut text = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\n");
            for (name, value) in &fields {
                text.push_str(&format!("{name}: {value}\r\n"));
            }
            if let Some(length) = length {
                text.push_str(&format!("Content-Length: {length}\r\n"));
            }
            text.push_str("\r\n");
            if let Ok(head) = parse(&text) {
                let mut again = format!("{} {} HTTP/1.1\r\n", head.method(), head.target());
                for (name, value) in head.headers() {
                    again.push_str(&format!("{name}: {value}\r\n"));
                }
                again.push_str("\r\n");
                let second = parse(&again).unwrap();
                prop_assert_eq!(head.target(), &path);
                prop_assert_eq!(head.content_length(), length.unwrap_or(0));
                prop_assert_eq!(second.headers().collect::<Vec<_>>(), head.headers().collect::<Vec<_>>());
                prop_assert_eq!((second.method(), second.host()), (head.method(), head.host()));
                prop_assert_eq!((second.keep_alive(), second.is_upgrade()), (head.keep_alive(), head.is_upgrade()));
            }
        }
    }
}
