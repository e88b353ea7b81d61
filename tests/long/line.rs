//! A fast HTTP client for crowds: kept connections on one thread, so that the box has the rest of the machine.

use std::collections::VecDeque;
use std::io::{Error, ErrorKind};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;
use smol::io::{AsyncReadExt as _, AsyncWriteExt as _};
use smol::{Async, Timer};

use crate::common::http::Client;

/// How long a caller waits before it tries a box again that does not answer.
const AGAIN: Duration = Duration::from_millis(20);
/// Connections that fetch the cookies of a crowd.
const FETCHING: usize = 8;

/// One kept connection.
pub(crate) struct Line {
    address: SocketAddr,
    stream: Async<TcpStream>,
    unread: Vec<u8>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) cookie: Option<String>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("{}: {}", self.status, String::from_utf8_lossy(&self.body)))
    }
}

impl Line {
    pub(crate) async fn open(address: SocketAddr) -> Result<Self, Error> {
        let stream = Async::<TcpStream>::connect(address).await?;
        stream.get_ref().set_nodelay(true)?;
        Ok(Self { address, stream, unread: Vec::new() })
    }

    /// A connection, as soon as the box is there.
    pub(crate) async fn patient(address: SocketAddr) -> Self {
        loop {
            match Self::open(address).await {
                Ok(line) => return line,
                Err(_) => drop(Timer::after(AGAIN).await),
            }
        }
    }

    /// Posts JSON as a page of the box does; `headers` are whole lines.
    pub(crate) async fn post(&mut self, path: &str, headers: &str, body: &str) -> Result<Reply, Error> {
        let (address, length) = (self.address, body.len());
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\n{headers}\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        self.stream.write_all(request.as_bytes()).await?;
        let mut chunk = [0; 4 * 1024];
        loop {
            if let Some(reply) = take_reply(&mut self.unread)? {
                return Ok(reply);
            }
            match self.stream.read(&mut chunk).await? {
                0 => return Err(ErrorKind::UnexpectedEof.into()),
                read => self.unread.extend_from_slice(&chunk[..read]),
            }
        }
    }
}

/// The next whole answer, taken out of `bytes`.
fn take_reply(bytes: &mut Vec<u8>) -> Result<Option<Reply>, Error> {
    let Some(end) = bytes.windows(4).position(|part| part == b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(&bytes[..end]).map_err(|_| ErrorKind::InvalidData)?;
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok());
    let status: u16 = status.ok_or(ErrorKind::InvalidData)?;
    let (mut length, mut cookie) = (0, None);
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().map_err(|_| ErrorKind::InvalidData)?,
            "set-cookie" => cookie = value.split(';').next().map(str::to_owned),
            // No answer to these requests is long enough for it.
            "transfer-encoding" => return Err(ErrorKind::Unsupported.into()),
            _ => {}
        }
    }
    let start = end + 4;
    let Some(body) = bytes.get(start..start + length).map(<[u8]>::to_vec) else { return Ok(None) };
    bytes.drain(..start + length);
    Ok(Some(Reply { status, cookie, body }))
}

/// The cookies of so many phones, each a `Cookie` line of a request.
pub(crate) fn devices(address: SocketAddr, count: usize) -> Vec<String> {
    let fetch = async |count: usize| {
        let mut line = Line::open(address).await.expect("the box listens");
        let mut cookies = Vec::with_capacity(count);
        for _ in 0..count {
            let reply = line.post("/api/v1/device", "", "").await.expect("the box answers");
            let cookie = reply.cookie.unwrap_or_else(|| panic!("{} without a cookie", reply.status));
            cookies.push(format!("Cookie: {cookie}\r\n"));
        }
        cookies
    };
    let executor = smol::LocalExecutor::new();
    let mut tasks: VecDeque<_> = (0..FETCHING)
        .map(|part| executor.spawn(fetch(count / FETCHING + usize::from(part < count % FETCHING))))
        .collect();
    smol::block_on(executor.run(async {
        let mut cookies = Vec::with_capacity(count);
        while let Some(task) = tasks.pop_front() {
            cookies.extend(task.await);
        }
        cookies
    }))
}

/// Makes a vote and gives its number.
pub(crate) fn new_poll(feed: &Client, poll: &Value) -> u64 {
    let made = feed.post("/api/v1/polls", poll).expect(201).json();
    made["id"].as_u64().expect("a vote has a number")
}

/// Opens, closes or reveals a vote.
pub(crate) fn turn(feed: &Client, poll: u64, state: &str) {
    let path = format!("/api/v1/polls/{poll}");
    feed.patch(&path, &serde_json::json!({"state": state})).expect(200);
}
