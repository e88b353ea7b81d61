//! Request targets and `Host` values: what is let through to routing. Called by `head`.
//!
//! Only the origin form (RFC 9112 §3.2.1) is taken, and only paths that mean the same to every reader:
//! whatever a URL library would rewrite, or a route decode into another path, is refused instead.

/// Whether `target` is a path, perhaps with a query, that can be read in one way only.
pub(super) fn is_clean(target: &str) -> bool {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    path.starts_with('/')
        && !target.contains(['#', '"', '<', '>'])
        && !path.contains(['\\', ' '])
        && !path.contains("//")
        && path.split('/').all(|segment| segment != "." && segment != "..")
        && escapes(path).all(|byte| byte.is_some_and(is_plain_when_decoded))
        && escapes(query).all(|byte| byte != Some(0))
}

/// The bytes that the percent signs of `text` stand for; `None` for one that stands for nothing.
fn escapes(text: &str) -> impl Iterator<Item = Option<u8>> {
    text.split('%').skip(1).map(|rest| {
        let digits = rest.get(..2).filter(|two| two.bytes().all(|b| b.is_ascii_hexdigit()))?;
        u8::from_str_radix(digits, 16).ok()
    })
}

/// Whether a byte may stand escaped in a path: dots and separators would make another path once decoded,
/// and control characters have no place in a name.
fn is_plain_when_decoded(byte: u8) -> bool {
    !matches!(byte, b'.' | b'/' | b'\\' | 0x7f) && byte >= 0x20
}

/// The host of a `Host` value, without port and brackets, as sent; `None` when it is none.
pub(super) fn host_of(value: &str) -> Option<&str> {
    if let Some(rest) = value.strip_prefix('[') {
        let (inner, port) = rest.split_once(']')?;
        let is_address = inner.parse::<std::net::Ipv6Addr>().is_ok();
        return (is_address && (port.is_empty() || is_port(port.strip_prefix(':')?))).then_some(inner);
    }
    let (name, port) = value.split_once(':').unwrap_or((value, ""));
    let named = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
    let name = name.strip_suffix('.').unwrap_or(name);
    (named && !name.is_empty() && is_port(port)).then_some(name)
}

/// Whether it is a port; the grammar lets it be empty.
fn is_port(text: &str) -> bool {
    text.is_empty() || (text.bytes().all(|b| b.is_ascii_digit()) && text.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::{host_of, is_clean};

    #[test]
    fn a_path_with_one_meaning_passes() {
        for target in [
            "/",
            "/games/7",
            "/games/7?lang=de",
            "/a..b/.well-known/x",
            "/n%C3%A4me%20x",
            "/?q=100%",
            "/x?u=//y",
        ] {
            assert!(is_clean(target), "{target} is refused");
        }
    }

    #[test]
    fn a_path_that_could_become_another_is_refused() {
        for target in [
            "",
            "*",
            "games",
            "http://a/b",
            "a:443",
            "//",
            "/a//b",
            "/..",
            "/a/../b",
            "/a/.",
            "/%2e%2e/a",
            "/%2E",
            "/a%2fb",
            "/a%2Fb",
            "/a%5cb",
            "/a\\b",
            "/%00",
            "/?x=%00",
            "/a%0d%0ab",
            "/a%7f",
            "/%",
            "/%4",
            "/%zz",
            "/a#b",
        ] {
            assert!(!is_clean(target), "{target} passes");
        }
    }

    #[test]
    fn a_host_loses_port_brackets_and_final_dot() {
        for (value, host) in [
            ("box", "box"),
            ("box.local:8080", "box.local"),
            ("box.local.", "box.local"),
            ("10.0.0.1:80", "10.0.0.1"),
            ("[::1]:80", "::1"),
            ("[fe80::1]", "fe80::1"),
            ("box:", "box"),
        ] {
            assert_eq!(host_of(value), Some(host));
        }
        for value in [
            "", ".", ":80", "a/b", "a?b", "a#b", "a@b", "a b", "a:b", "a:99999", "[::1", "[x]", "[::1]x",
            "a,b",
        ] {
            assert_eq!(host_of(value), None, "{value} passes");
        }
    }
}
