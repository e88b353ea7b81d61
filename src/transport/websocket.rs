//! The WebSocket handshake (RFC 6455 §4.2) and what is written around messages.
//!
//! The checks are made here by hand: the request came through our own head parser, and nobody else would.

use async_tungstenite::tungstenite::handshake::derive_accept_key;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Headers, Refused};
use crate::wire::{Problem, SUBPROTOCOL, framing};

/// Checks the handshake and returns the header fields of the 101.
///
/// # Errors
/// 426 for another version, 400 for everything else that is wrong.
pub(super) fn accept(header: &dyn Fn(&str) -> Option<String>) -> Result<Headers, Refused> {
    let has = |name: &str, token: &str| {
        header(name).is_some_and(|value| value.split(',').any(|part| part.trim().eq_ignore_ascii_case(token)))
    };
    let bad = |detail: &str| Refused::from(Problem::new(400, "websocket-handshake", detail));
    if !has("upgrade", "websocket") || !has("connection", "upgrade") {
        let detail = "this address speaks WebSocket: the request needs Upgrade: websocket and Connection: Upgrade; \
                      where a proxy removes them, use sse or longpoll";
        let problem = Problem::new(426, "upgrade-required", detail);
        return Err(Refused { problem, headers: vec![("upgrade", "websocket".into())] });
    }
    if header("sec-websocket-version").is_none_or(|version| version.trim() != "13") {
        let problem = Problem::new(426, "websocket-version", "use Sec-WebSocket-Version: 13 (RFC 6455)");
        return Err(Refused { problem, headers: vec![("sec-websocket-version", "13".into())] });
    }
    let key = header("sec-websocket-key").ok_or_else(|| bad("the request has no Sec-WebSocket-Key"))?;
    let key = key.trim();
    if STANDARD.decode(key).is_ok_and(|bytes| bytes.len() == 16) {
        let mut headers: Headers = vec![
            ("upgrade", "websocket".into()),
            ("sec-websocket-accept", derive_accept_key(key.as_bytes())),
        ];
        if has("sec-websocket-protocol", SUBPROTOCOL) {
            headers.push(("sec-websocket-protocol", SUBPROTOCOL.into()));
        }
        return Ok(headers);
    }
    Err(bad("Sec-WebSocket-Key must be 16 bytes in base64"))
}

/// A `bye` and the close frame behind it.
pub(super) fn farewell(bye: &str, code: u16) -> Vec<u8> {
    let mut bytes = framing::websocket_text(bye);
    bytes.extend(framing::websocket_close(code));
    bytes
}

#[cfg(test)]
mod tests {
    use super::accept;

    const GOOD: [(&str, &str); 4] = [
        ("upgrade", "websocket"),
        ("connection", "keep-alive, Upgrade"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];

    fn with(name: &str, value: Option<&str>) -> impl Fn(&str) -> Option<String> {
        let (name, value) = (name.to_owned(), value.map(str::to_owned));
        move |asked| {
            if asked == name {
                return value.clone();
            }
            GOOD.iter().find(|(name, _)| *name == asked).map(|(_, value)| (*value).to_owned())
        }
    }

    #[test]
    fn the_example_of_rfc_6455_is_accepted() {
        let headers = accept(&with("", None)).unwrap();
        let of = |name| headers.iter().find(|(n, _)| *n == name).map(|(_, value)| value.as_str());
        assert_eq!(of("sec-websocket-accept"), Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
        assert_eq!(of("sec-websocket-protocol"), None);
    }

    #[test]
    fn our_subprotocol_is_echoed_alone() {
        let headers = accept(&with("sec-websocket-protocol", Some("chat, touchline.v1"))).unwrap();
        assert!(headers.contains(&("sec-websocket-protocol", "touchline.v1".to_owned())));
        let headers = accept(&with("sec-websocket-protocol", Some("chat"))).unwrap();
        assert!(headers.iter().all(|(name, _)| *name != "sec-websocket-protocol"));
    }

    #[test]
    fn a_bad_handshake_is_refused_with_what_is_missing() {
        for (name, value, status) in [
            ("upgrade", None, 426),
            ("connection", Some("close"), 426),
            ("sec-websocket-version", Some("8"), 426),
            ("sec-websocket-version", None, 426),
            ("sec-websocket-key", None, 400),
            ("sec-websocket-key", Some("short"), 400),
            ("sec-websocket-key", Some("AAAAAAAAAAAAAAAAAAAAAAAAAAAA"), 400),
        ] {
            let refused = accept(&with(name, value)).unwrap_err();
            assert_eq!(refused.problem.status, status, "{name}: {value:?}");
        }
        let refused = accept(&with("sec-websocket-version", Some("8"))).unwrap_err();
        assert_eq!(refused.headers, [("sec-websocket-version", "13".to_owned())]);
    }
}
