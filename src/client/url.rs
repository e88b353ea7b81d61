//! The base address of a box: `http://host[:port]`.

use super::{Cause, ClientError};

/// A box's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    host: String,
    port: u16,
}

impl Base {
    /// Reads `http://venue.local:8080`; a bare `venue.local:8080` will do, a path will not.
    ///
    /// # Errors
    /// Says what is wrong with the address; `https` is not spoken here.
    pub fn parse(text: &str) -> Result<Self, ClientError> {
        let wrong =
            |why: &str| ClientError { what: format!("`{text}`"), cause: Cause::Address(why.to_owned()) };
        let rest = match text.split_once("://") {
            Some(("http", rest)) => rest,
            Some(("https", _)) => {
                return Err(wrong(
                    "this client speaks no TLS; use the box's http:// address, from the box itself or its network",
                ));
            }
            Some(_) => return Err(wrong("an address begins with http://")),
            None => text,
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.contains(['/', '?', '#']) {
            return Err(wrong("only host and port belong here, without a path"));
        }
        if rest.contains('@') {
            return Err(wrong("no name or password belongs into the address; use a token"));
        }
        let (host, port) = match rest.strip_prefix('[') {
            Some(bracketed) => {
                let (host, port) =
                    bracketed.split_once(']').ok_or_else(|| wrong("the `[` is never closed"))?;
                (host, port.strip_prefix(':').or(port.is_empty().then_some("80")))
            }
            None => match rest.rsplit_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (rest, Some("80")),
            },
        };
        let port = port.and_then(|port| port.parse().ok()).filter(|port| *port != 0);
        let port = port.ok_or_else(|| wrong("the port is a number from 1 to 65535"))?;
        let proper = |c: char| c.is_ascii_alphanumeric() || ".-_:%".contains(c);
        if host.is_empty() || !host.chars().all(proper) {
            return Err(wrong("the host is a name or an IP address"));
        }
        Ok(Self { host: host.to_owned(), port })
    }

    /// The host, an IPv6 address without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// As in a `Host` header: the port only where it is not 80.
    #[must_use]
    pub fn authority(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        if self.port == 80 { host } else { format!("{host}:{}", self.port) }
    }
}

impl std::fmt::Display for Base {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "http://{}", self.authority())
    }
}

#[cfg(test)]
mod tests {
    use super::Base;

    #[test]
    fn addresses_are_read_as_people_write_them() {
        for (text, authority) in [
            ("http://127.0.0.1:8080", "127.0.0.1:8080"),
            ("http://venue.local/", "venue.local"),
            ("192.168.4.1:80", "192.168.4.1"),
            ("http://[::1]:8080", "[::1]:8080"),
            ("http://[fe80::1%eth0]", "[fe80::1%eth0]"),
        ] {
            let base = Base::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(base.authority(), authority, "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused_with_the_reason() {
        for (text, why) in [
            ("https://venue.local", "no TLS"),
            ("ftp://venue.local", "http://"),
            ("http://venue.local/games", "path"),
            ("http://kim:pw@venue.local", "token"),
            ("http://venue.local:0", "port"),
            ("http://venue.local:x", "port"),
            ("http://", "host"),
            ("http://ve nue", "host"),
            ("http://[::1", "closed"),
        ] {
            let error = Base::parse(text).expect_err(text).to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
