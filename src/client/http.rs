//! Requests one after the other on a kept connection.
//!
//! A kept connection may have been closed by the box since; a request that finds it so before a byte of
//! the answer came is sent once more on a new one. Every request of this program either only reads or
//! carries an id the box knows again, so that this does nothing twice.

use serde_json::Value;
use smol::io::{AsyncReadExt as _, AsyncWriteExt as _};
use smol::net::TcpStream;

use super::url::Base;
use super::{ANSWER_LIMIT, CONNECT_LIMIT, Cause, ClientError};
use crate::runtime;

const HEAD_LIMIT: usize = 16 * 1024;
const BODY_LIMIT: usize = 32 * 1024 * 1024;
const HEADERS: usize = 64;

/// A client of one box.
#[derive(Debug)]
pub struct Client {
    base: Base,
    token: Option<String>,
    kept: Option<TcpStream>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The header fields, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    // What was asked, for messages.
    what: String,
}

/// A request's body and the id it is known by.
#[derive(Clone, Copy, Debug)]
pub struct Post<'a> {
    /// Sent as `Idempotency-Key`, where the body has no id of its own.
    pub key: Option<&'a str>,
    /// The body.
    pub json: &'a Value,
}

impl Client {
    /// A client of the box at `base`; nothing is sent yet.
    #[must_use]
    pub fn new(base: Base, token: Option<String>) -> Self {
        Self { base, token, kept: None }
    }

    /// Asks for a path such as `/api/v1/games/7?min_seq=12`.
    ///
    /// # Errors
    /// When no answer came; an answer of any status is none.
    pub async fn get(&mut self, path: &str) -> Result<Answer, ClientError> {
        self.request("GET", path, None).await
    }

    /// Sends JSON to a path.
    ///
    /// # Errors
    /// When no answer came; an answer of any status is none. It may have been done all the same: send the
    /// same again with the same id.
    pub async fn post(&mut self, path: &str, post: Post<'_>) -> Result<Answer, ClientError> {
        self.request("POST", path, Some(post)).await
    }

    async fn request(
        &mut self,
        method: &str,
        path: &str,
        post: Option<Post<'_>>,
    ) -> Result<Answer, ClientError> {
        let what = format!("{method} {}{path}", self.base);
        let fail = |cause| ClientError { what: what.clone(), cause };
        let bytes = self.encode(method, path, post).map_err(fail)?;
        let (answer, stream) = loop {
            let kept = self.kept.take();
            let fresh = kept.is_none();
            let mut stream = match kept {
                Some(stream) => stream,
                None => connect(&self.base).await.map_err(fail)?,
            };
            match runtime::timeout(ANSWER_LIMIT, exchange(&mut stream, &bytes)).await {
                None => return Err(fail(Cause::Late(ANSWER_LIMIT))),
                Some(Ok(answer)) => break (answer, stream),
                Some(Err(Exchange::Unanswered(_))) if !fresh => {}
                Some(Err(Exchange::Unanswered(why) | Exchange::Broken(why))) => {
                    return Err(fail(Cause::Broken(why)));
                }
                Some(Err(Exchange::Nonsense(why))) => return Err(fail(Cause::Nonsense(why))),
            }
        };
        if answer.keep {
            self.kept = Some(stream);
        }
        Ok(Answer { status: answer.status, headers: answer.headers, body: answer.body, what })
    }

    fn encode(&self, method: &str, path: &str, post: Option<Post<'_>>) -> Result<Vec<u8>, Cause> {
        use std::fmt::Write as _;
        let printable = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
        if !path.starts_with('/') || !printable(path) {
            return Err(Cause::Address(format!("`{path}` is no path")));
        }
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\n", self.base.authority());
        if let Some(token) = &self.token {
            if !printable(token) {
                return Err(Cause::Address("the token holds characters no token has".to_owned()));
            }
            let _ = write!(head, "Authorization: Bearer {token}\r\n");
        }
        let mut body = Vec::new();
        if let Some(Post { key, json }) = post {
            body = json.to_string().into_bytes();
            let _ = write!(head, "Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
            if let Some(key) = key.filter(|key| printable(key)) {
                let _ = write!(head, "Idempotency-Key: {key}\r\n");
            }
        }
        head.push_str("Accept: application/json\r\n\r\n");
        let mut bytes = head.into_bytes();
        bytes.append(&mut body);
        Ok(bytes)
    }
}

impl Answer {
    /// Whether the box did what was asked.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// A header field by its name in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// When it is none.
    pub fn json(&self) -> Result<Value, ClientError> {
        serde_json::from_slice(&self.body).map_err(|error| ClientError {
            what: self.what.clone(),
            cause: Cause::Nonsense(format!("status {} with a body that is not JSON: {error}", self.status)),
        })
    }

    /// What a refusal says, in one line: the problem's title and detail, or the bare status.
    #[must_use]
    pub fn refusal(&self) -> String {
        let problem: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        let part = |name: &str| problem.get(name).and_then(Value::as_str);
        match (part("title"), part("detail")) {
            (_, Some(detail)) => format!("{} ({})", detail, self.status),
            (Some(title), None) => format!("{} ({})", title, self.status),
            (None, None) => format!("the box answered with status {}", self.status),
        }
    }
}

/// Connects within the limit.
pub(super) async fn connect(base: &Base) -> Result<TcpStream, Cause> {
    match runtime::timeout(CONNECT_LIMIT, TcpStream::connect((base.host(), base.port()))).await {
        None => Err(Cause::Unreachable(format!("no answer within {} s", CONNECT_LIMIT.as_secs()))),
        Some(Err(error)) => Err(Cause::Unreachable(error.to_string())),
        Some(Ok(stream)) => {
            // Small requests wait for nobody.
            let _ = stream.set_nodelay(true);
            Ok(stream)
        }
    }
}

struct RawAnswer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    keep: bool,
}

/// How an exchange fails: before the first byte of an answer, within it, or by what it says.
enum Exchange {
    Unanswered(String),
    Broken(String),
    Nonsense(String),
}

enum Length {
    Known(usize),
    Chunked,
    UntilClose,
}

async fn exchange(stream: &mut TcpStream, request: &[u8]) -> Result<RawAnswer, Exchange> {
    stream.write_all(request).await.map_err(|error| Exchange::Unanswered(error.to_string()))?;
    let mut input = Input { stream, buffer: Vec::new() };
    loop {
        let (status, minor, headers) = input.head().await?;
        // 100 Continue and 103 Early Hints come before the answer proper.
        if (100..200).contains(&status) && status != 101 {
            continue;
        }
        let field = |name: &str| headers.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str());
        let bare = status == 204 || status == 304 || status == 101;
        let length = match (bare, field("transfer-encoding"), field("content-length")) {
            (true, _, _) => Length::Known(0),
            (false, Some(coding), _) if coding.eq_ignore_ascii_case("chunked") => Length::Chunked,
            (false, Some(coding), _) => {
                return Err(Exchange::Nonsense(format!("the answer is sent as `{coding}`")));
            }
            (false, None, Some(length)) => Length::Known(
                length
                    .parse()
                    .map_err(|_| Exchange::Nonsense("its Content-Length is no number".to_owned()))?,
            ),
            (false, None, None) => Length::UntilClose,
        };
        let closes = field("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
        let keep = minor == 1 && !closes && status != 101 && !matches!(length, Length::UntilClose);
        let body = match length {
            Length::Known(length) => input.take(length).await?,
            Length::Chunked => input.chunks().await?,
            Length::UntilClose => input.rest().await?,
        };
        // Bytes nobody asked for: what follows on this connection cannot be trusted.
        let keep = keep && input.buffer.is_empty();
        return Ok(RawAnswer { status, headers, body, keep });
    }
}

struct Input<'a> {
    stream: &'a mut TcpStream,
    // Read and not yet used.
    buffer: Vec<u8>,
}

impl Input<'_> {
    async fn more(&mut self) -> Result<usize, std::io::Error> {
        let mut chunk = [0; 8 * 1024];
        let count = self.stream.read(&mut chunk).await?;
        self.buffer.extend_from_slice(&chunk[..count]);
        Ok(count)
    }

    async fn more_or_broken(&mut self) -> Result<(), Exchange> {
        match self.more().await {
            Ok(0) => Err(Exchange::Broken("closed in the middle of the answer".to_owned())),
            Ok(_) => Ok(()),
            Err(error) => Err(Exchange::Broken(error.to_string())),
        }
    }

    async fn head(&mut self) -> Result<(u16, u8, Vec<(String, String)>), Exchange> {
        loop {
            let mut fields = [httparse::EMPTY_HEADER; HEADERS];
            let mut head = httparse::Response::new(&mut fields);
            match head.parse(&self.buffer) {
                Ok(httparse::Status::Complete(length)) => {
                    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                    let headers = head.headers.iter();
                    let headers =
                        headers.map(|field| (field.name.to_lowercase(), text(field.value))).collect();
                    let found = (head.code.unwrap_or(0), head.version.unwrap_or(0), headers);
                    self.buffer.drain(..length);
                    return Ok(found);
                }
                Ok(httparse::Status::Partial) if self.buffer.len() > HEAD_LIMIT => {
                    return Err(Exchange::Nonsense("the answer's head never ends".to_owned()));
                }
                Ok(httparse::Status::Partial) => {}
                Err(error) => return Err(Exchange::Nonsense(format!("the answer is no HTTP: {error}"))),
            }
            let begun = !self.buffer.is_empty();
            match self.more().await {
                Ok(0) if begun => return Err(Exchange::Broken("closed within the answer's head".to_owned())),
                Ok(0) => return Err(Exchange::Unanswered("closed without an answer".to_owned())),
                Ok(_) => {}
                Err(error) if begun => return Err(Exchange::Broken(error.to_string())),
                Err(error) => return Err(Exchange::Unanswered(error.to_string())),
            }
        }
    }

    async fn take(&mut self, length: usize) -> Result<Vec<u8>, Exchange> {
        within_limit(length)?;
        while self.buffer.len() < length {
            self.more_or_broken().await?;
        }
        let rest = self.buffer.split_off(length);
        Ok(std::mem::replace(&mut self.buffer, rest))
    }

    async fn rest(&mut self) -> Result<Vec<u8>, Exchange> {
        loop {
            match self.more().await {
                Ok(0) => return Ok(std::mem::take(&mut self.buffer)),
                Ok(_) => within_limit(self.buffer.len())?,
                Err(error) => return Err(Exchange::Broken(error.to_string())),
            }
        }
    }

    async fn chunks(&mut self) -> Result<Vec<u8>, Exchange> {
        let mut body = Vec::new();
        loop {
            let line = self.line().await?;
            let size = line.split(';').next().unwrap_or_default().trim();
            let size = usize::from_str_radix(size, 16)
                .map_err(|_| Exchange::Nonsense("a chunk's size is no number".to_owned()))?;
            if size == 0 {
                while !self.line().await?.is_empty() {}
                return Ok(body);
            }
            within_limit(body.len().saturating_add(size))?;
            body.append(&mut self.take(size).await?);
            if !self.line().await?.is_empty() {
                return Err(Exchange::Nonsense("a chunk is longer than its size".to_owned()));
            }
        }
    }

    async fn line(&mut self) -> Result<String, Exchange> {
        loop {
            if let Some(end) = self.buffer.windows(2).position(|two| two == b"\r\n") {
                let line = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
                self.buffer.drain(..end + 2);
                return Ok(line);
            }
            if self.buffer.len() > HEAD_LIMIT {
                return Err(Exchange::Nonsense("a chunk's head never ends".to_owned()));
            }
            self.more_or_broken().await?;
        }
    }
}

fn within_limit(length: usize) -> Result<(), Exchange> {
    if length <= BODY_LIMIT {
        return Ok(());
    }
    Err(Exchange::Nonsense(format!("the answer is longer than {} MiB", BODY_LIMIT / 1024 / 1024)))
}
