//! A blocking HTTP/1.1 client for tests: one connection a request, nothing hidden.
//!
//! Bodies come by Content-Length, in chunks, or to the end of the connection. A malformed answer is an error,
//! so that tests of the box's own encoder can lean on it.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// How long a test waits for bytes before it fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where requests go, and the headers each of them carries.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) address: SocketAddr,
    headers: Vec<(String, String)>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Client {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self { address, headers: Vec::new() }
    }

    /// The same client with one header more.
    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let mut client = self.clone();
        client.headers.push((name.to_owned(), value.to_owned()));
        client
    }

    pub(crate) fn bearer(&self, token: &str) -> Self {
        self.with("Authorization", &format!("Bearer {token}"))
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.expect("GET", path, "", b"")
    }

    pub(crate) fn delete(&self, path: &str) -> Answer {
        self.expect("DELETE", path, "", b"")
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.expect("POST", path, "application/json", body.to_string().as_bytes())
    }

    pub(crate) fn patch(&self, path: &str, body: &Value) -> Answer {
        self.expect("PATCH", path, "application/json", body.to_string().as_bytes())
    }

    /// Posts a form as a browser does: encoded, and with the Origin of the page it stands on.
    pub(crate) fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let encode = |text: &str| {
            percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
        };
        let pairs: Vec<_> =
            fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        let origin = format!("http://{}", self.address);
        let body = pairs.join("&");
        self.with("Origin", &origin).expect(
            "POST",
            path,
            "application/x-www-form-urlencoded",
            body.as_bytes(),
        )
    }

    fn expect(&self, method: &str, path: &str, content_type: &str, body: &[u8]) -> Answer {
        match self.send(method, path, content_type, body) {
            Ok(answer) => answer,
            Err(error) => panic!("{method} {path} at {}: {error}", self.address),
        }
    }

    /// One request; the error is the connection's, for tests in which the box may vanish.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        content_type: &str,
        body: &[u8],
    ) -> io::Result<Answer> {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.address);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !content_type.is_empty() {
            head.push_str(&format!("Content-Type: {content_type}\r\n"));
        }
        if !body.is_empty() || method != "GET" {
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        head.push_str("\r\n");
        let mut stream = connect(self.address)?;
        stream.write_all(&[head.as_bytes(), body].concat())?;
        Answer::read(&mut BufReader::new(stream), method)
    }
}

fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Sends bytes as they are and gives back all that comes until the other side closes.
pub(crate) fn raw(address: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut stream = connect(address).expect("the box listens");
    stream.write_all(bytes).expect("the box takes bytes");
    let mut answer = Vec::new();
    // A reset after the answer is how the box treats a rude client; what came before still counts.
    let _ = stream.read_to_end(&mut answer);
    answer
}

impl Answer {
    /// Reads one answer; the next one of a pipeline stays in the reader.
    pub(crate) fn read(from: &mut impl BufRead, method: &str) -> io::Result<Self> {
        let status_line = line(from)?;
        let status = status_line.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
        let status = status.ok_or_else(|| malformed(&format!("status line {status_line:?}")))?;
        let mut headers = Vec::new();
        loop {
            let header = line(from)?;
            if header.is_empty() {
                break;
            }
            let (name, value) =
                header.split_once(':').ok_or_else(|| malformed(&format!("header {header:?}")))?;
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut answer = Self { status, headers, body: Vec::new() };
        let bodiless = method == "HEAD" || status < 200 || status == 204 || status == 304;
        if !bodiless {
            answer.body = answer.read_body(from)?;
        }
        Ok(answer)
    }

    fn read_body(&self, from: &mut impl BufRead) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        if self.header("transfer-encoding") == Some("chunked") {
            loop {
                let size = line(from)?;
                let size = size.split(';').next().unwrap_or_default().trim();
                let size = usize::from_str_radix(size, 16)
                    .map_err(|_| malformed(&format!("chunk size {size:?}")))?;
                let start = body.len();
                body.resize(start + size, 0);
                from.read_exact(&mut body[start..])?;
                if !line(from)?.is_empty() {
                    return Err(malformed("a chunk is longer than it says"));
                }
                if size == 0 {
                    return Ok(body);
                }
            }
        }
        match self.header("content-length") {
            Some(length) => {
                let length = length.parse().map_err(|_| malformed(&format!("Content-Length {length:?}")))?;
                body.resize(length, 0);
                from.read_exact(&mut body)?;
            }
            None => {
                from.read_to_end(&mut body)?;
            }
        }
        Ok(body)
    }

    /// The first header of that name, given in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The cookie of that name as a `Cookie` header takes it: `name=value`.
    pub(crate) fn cookie(&self) -> Option<&str> {
        self.header("set-cookie")?.split(';').next()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("the body is UTF-8")
    }

    pub(crate) fn json(&self) -> Value {
        match serde_json::from_slice(&self.body) {
            Ok(value) => value,
            Err(error) => {
                panic!("status {}, no JSON ({error}): {:?}", self.status, String::from_utf8_lossy(&self.body))
            }
        }
    }

    /// The answer itself when the status is the expected one.
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.body));
        self
    }
}

fn line(from: &mut impl BufRead) -> io::Result<String> {
    let mut line = Vec::new();
    from.read_until(b'\n', &mut line)?;
    if !line.ends_with(b"\r\n") {
        let end = if line.is_empty() { io::ErrorKind::UnexpectedEof } else { io::ErrorKind::InvalidData };
        return Err(io::Error::new(end, "a line does not end with CR LF"));
    }
    line.truncate(line.len() - 2);
    String::from_utf8(line).map_err(|_| malformed("a head that is not UTF-8"))
}

fn malformed(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("malformed answer: {what}"))
}
