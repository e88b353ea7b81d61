//! Why net itself refuses a request, and the problem document that says so.
//!
//! Made by every stage of a connection, written by `conn`. The codes are stable: clients may compare them.

/// A reason for which a request is not handed to the service, or its answer not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The head was not complete in time.
    SlowHead,
    /// The head is larger than allowed.
    HeadTooLarge,
    /// The head has more header fields than allowed.
    TooManyHeaders,
    /// A byte outside printable ASCII, or a line not ended by CR LF.
    Bytes,
    /// The request line or a header field does not follow the grammar.
    Syntax,
    /// The version is not HTTP/1.1.
    Version,
    /// A method this box does not know.
    Method,
    /// A request target in another form than a clean absolute path.
    Target,
    /// No `Host`, several, or one that is no host.
    Host,
    /// A host this box does not answer to.
    Misdirected,
    /// A header field that may stand once stands several times.
    Repeated,
    /// `Content-Length` is not one plain number, or stands beside `Transfer-Encoding`.
    Length,
    /// A transfer coding.
    TransferCoding,
    /// An `Expect` header field.
    Expectation,
    /// The body is larger than the route allows.
    BodyTooLarge,
    /// The body was not complete in time.
    SlowBody,
    /// All connections are taken.
    Full,
    /// The handler did not answer in time.
    HandlerSlow,
    /// The handler panicked.
    HandlerPanicked,
    /// The handler made an answer that cannot be sent.
    BadAnswer,
    /// An upgrade asked for with HEAD.
    HeadUpgrade,
}

impl Fault {
    /// Status, stable code, title and detail.
    fn row(self) -> (u16, &'static str, &'static str, &'static str) {
        match self {
            Self::SlowHead => {
                (408, "slow-head", "Request too slow", "The head of the request did not arrive in time.")
            }
            Self::HeadTooLarge => (
                431,
                "head-too-large",
                "Request head too large",
                "Shorten the address, the cookies or the other header fields.",
            ),
            Self::TooManyHeaders => {
                (431, "too-many-headers", "Too many header fields", "A request may have 64 header fields.")
            }
            Self::Bytes => (
                400,
                "bad-bytes",
                "Malformed request",
                "A request head is printable ASCII in lines ended by CR LF.",
            ),
            Self::Syntax => (
                400,
                "bad-syntax",
                "Malformed request",
                "The request line or a header field does not follow HTTP/1.1.",
            ),
            Self::Version => (505, "bad-version", "Version not supported", "This server speaks HTTP/1.1."),
            Self::Method => (
                405,
                "bad-method",
                "Method not allowed",
                "The methods known here are listed in the Allow header field.",
            ),
            Self::Target => (
                400,
                "bad-target",
                "Malformed address",
                "The address must be a path from /, without empty or dot segments, backslashes or encoded separators.",
            ),
            Self::Host => (
                400,
                "bad-host",
                "Malformed Host",
                "A request has exactly one Host header field, with a host and at most a port.",
            ),
            Self::Misdirected => (
                421,
                "misdirected",
                "Not this server",
                "This server does not answer to the host named in the request.",
            ),
            Self::Repeated => (
                400,
                "repeated-header",
                "Repeated header field",
                "A header field that may stand once stands several times.",
            ),
            Self::Length => (
                400,
                "bad-length",
                "Malformed length",
                "A request has at most one Content-Length, a plain number, and never beside Transfer-Encoding.",
            ),
            Self::TransferCoding => (
                501,
                "transfer-coding",
                "Transfer coding not supported",
                "Send the body with a Content-Length.",
            ),
            Self::Expectation => (
                417,
                "expectation",
                "Expectation not supported",
                "Send the request without an Expect header field.",
            ),
            Self::BodyTooLarge => {
                (413, "body-too-large", "Body too large", "The body is larger than this address accepts.")
            }
            Self::SlowBody => {
                (408, "slow-body", "Request too slow", "The body of the request did not arrive in time.")
            }
            Self::Full => {
                (503, "full", "Too many connections", "All connections are taken; try again shortly.")
            }
            Self::HandlerSlow => (
                503,
                "slow-answer",
                "No answer in time",
                "The server was too slow to answer; try again shortly.",
            ),
            Self::HandlerPanicked => (
                500,
                "internal",
                "Internal error",
                "The server failed at this request; others are not affected.",
            ),
            Self::BadAnswer => {
                (500, "bad-answer", "Internal error", "The server made an answer that cannot be sent.")
            }
            Self::HeadUpgrade => {
                (405, "head-upgrade", "Method not allowed", "A connection is upgraded with GET.")
            }
        }
    }

    /// The status it is answered with.
    #[must_use]
    pub fn status(self) -> u16 {
        self.row().0
    }

    /// The last part of the problem's `type`.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.row().1
    }

    /// The document (RFC 9457) that tells the client.
    #[must_use]
    pub fn problem(self) -> String {
        // The texts are ours and hold nothing that JSON would escape.
        let (status, code, title, detail) = self.row();
        format!(
            r#"{{"type":"urn:touchline:problem:{code}","title":"{title}","status":{status},"detail":"{detail}"}}"#
        )
    }

    /// The header field this status asks for besides the usual ones.
    #[must_use]
    pub fn header(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Method => Some(("allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")),
            Self::HeadUpgrade => Some(("allow", "GET")),
            Self::Full | Self::HandlerSlow => Some(("retry-after", "2")),
            _ => None,
        }
    }
}
