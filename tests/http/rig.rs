//! The server under test, a raw client, and waiting with a deadline.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use smol::io::AsyncReadExt as _;
use tide::http;
use touchline::net::accept::{Counts, serve};
use touchline::net::encode::{After, Framing, Hot, head, set_header};
use touchline::net::head::Head;
use touchline::net::listen::Listener;
use touchline::net::takeover::{Takeaway, Takeover};
use touchline::net::tls::TlsConfig;
use touchline::net::{Class, Limits, Peer, Service};
use touchline::runtime::{self, Shutdown};

/// Nothing that is awaited may take longer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);
/// What `/big` answers with.
pub(crate) const BIG: usize = 8 << 20;

/// What the application wants a transport to do.
pub(crate) enum Plan {
    /// Send back the bytes that were unread, then whatever comes.
    Echo,
    /// Send one event and close.
    Stream,
    /// Answer like long-poll, then give the connection back.
    Hold,
    /// Keep the connection and send nothing.
    Keep,
}

/// The application: a tide server, and one answer made beforehand.
pub(crate) struct Probe {
    app: tide::Server<()>,
    hot: Hot,
}

impl Service for Probe {
    type Plan = Plan;

    fn host_allowed(&self, host: &str, _peer: &Peer) -> bool {
        matches!(host, "box" | "box.test" | "127.0.0.1" | "::1")
    }

    fn hot(&self, head: &Head, _peer: &Peer) -> Option<Hot> {
        assert!(head.path() != "/hot-panic", "as the test wants");
        (head.path() == "/hot").then(|| self.hot.clone())
    }

    fn body_limit(&self, head: &Head) -> usize {
        if head.path() == "/import" { 8 << 20 } else { 16 << 10 }
    }

    fn admit_when_full(&self, head: &Head, _peer: &Peer) -> bool {
        head.header("cookie") == Some("session")
    }

    async fn respond(&self, request: http::Request) -> http::Response {
        self.app.respond(request).await.unwrap_or_else(|error| http::Response::new(error.status()))
    }

    fn take(self: Arc<Self>, plan: Plan, takeover: Takeover) {
        runtime::spawn(transport(plan, takeover));
    }
}

async fn transport(plan: Plan, takeover: Takeover) {
    let Takeover { mut socket, mut unread, back, .. } = takeover;
    let patience = PATIENCE;
    match plan {
        Plan::Echo => {
            let _place = back.stay();
            while socket.send(&unread, patience).await.is_ok() {
                unread.resize(64, 0);
                let read = socket.read(&mut unread).await.unwrap_or(0);
                unread.truncate(read);
                if read == 0 {
                    return;
                }
            }
        }
        Plan::Stream => {
            let _place = back.stay();
            let _ = socket.send(b"data: 1\n\n", patience).await;
            socket.close(patience).await;
        }
        Plan::Hold => {
            let after = if back.keep_alive() { After::KeepAlive } else { After::Close };
            let mut answer = Vec::new();
            head(&mut answer, 200, [("content-type", "text/plain")], Framing::Length(4), after).unwrap();
            answer.extend_from_slice(b"held");
            if socket.send(&answer, patience).await.is_ok() {
                back.give_back(socket, unread);
            }
        }
        Plan::Keep => {
            let _place = back.stay();
            let _ = socket.read(&mut [0; 1]).await;
        }
    }
}

fn application() -> tide::Server<()> {
    let mut app = tide::new();
    app.at("/").get(|_| async { Ok("home") });
    app.at("/echo").all(|mut request: tide::Request<()>| async move {
        let body = request.body_string().await?;
        let query = request.url().query().unwrap_or_default();
        Ok(format!("{} {query} {body}", request.method()))
    });
    app.at("/import").post(|mut request: tide::Request<()>| async move {
        Ok(request.body_bytes().await?.len().to_string())
    });
    app.at("/peer").get(|request: tide::Request<()>| async move {
        let peer: &Peer = request.ext().expect("net puts the peer in");
        Ok(format!("{} {:?} {}", peer.addr.ip(), peer.class, peer.tls))
    });
    app.at("/type").post(|request: tide::Request<()>| async move {
        Ok(request.header("content-type").map_or("none", |values| values.as_str()).to_owned())
    });
    app.at("/big").get(|_| async { Ok("x".repeat(BIG)) });
    app.at("/slow").get(|_| std::future::pending::<tide::Result>());
    app.at("/panic").get(|_| async { if true { panic!("as the test wants") } else { Ok("") } });
    app.at("/gone").get(|_| async {
        let mut response = tide::Response::new(204);
        response.set_body("nobody reads this");
        Ok(response)
    });
    app.at("/same").get(|_| async {
        let mut response = tide::Response::new(304);
        set_header(&mut response, "etag", "W/\"1\"").unwrap();
        response.set_body("nobody reads this");
        Ok(response)
    });
    app.at("/split").get(|_| async {
        Ok(tide::Response::builder(303).header("location", "/\r\nSet-Cookie: stolen=1").build())
    });
    app.at("/latin").get(|_| async { Ok(tide::Response::builder(303).header("location", "/grün").build()) });
    app.at("/processing").get(|_| async { Ok(tide::Response::new(101)) });
    app.at("/denied").get(|_| async { Ok(planned(403, Plan::Echo, Takeaway::HeadWritten)) });
    app.at("/ws").get(|_| async {
        let mut response = planned(101, Plan::Echo, Takeaway::HeadWritten);
        set_header(&mut response, "upgrade", "websocket").unwrap();
        Ok(response)
    });
    app.at("/stream").get(|_| async {
        let mut response = planned(200, Plan::Stream, Takeaway::HeadWritten);
        response.set_content_type("text/event-stream");
        Ok(response)
    });
    app.at("/hold").get(|_| async { Ok(planned(200, Plan::Hold, Takeaway::Bare)) });
    app.at("/keep").get(|_| async { Ok(planned(200, Plan::Keep, Takeaway::HeadWritten)) });
    app
}

fn planned(status: u16, plan: Plan, takeaway: Takeaway) -> tide::Response {
    let mut response = tide::Response::new(status);
    response.insert_ext(plan);
    response.insert_ext(takeaway);
    response
}

/// Nothing shortened, but lingering so long that a test would notice if an end were not told to the client.
pub(crate) fn limits() -> Limits {
    Limits { linger: 2 * PATIENCE, connections: 2000, reserve: 10, ..Limits::default() }
}

/// A running server; it stops when dropped.
pub(crate) struct Rig {
    pub(crate) addr: SocketAddr,
    pub(crate) counts: Arc<Counts>,
    pub(crate) shutdown: Shutdown,
    pub(crate) ended: async_channel::Receiver<()>,
}

impl Rig {
    pub(crate) fn start(limits: Limits) -> Self {
        Self::with_tls(limits, None)
    }

    pub(crate) fn with_tls(limits: Limits, tls: Option<TlsConfig>) -> Self {
        let addr = "127.0.0.1:0".parse().unwrap();
        Self::on(Listener::bind(addr, Class::Public, tls).unwrap(), limits)
    }

    pub(crate) fn on(listener: Listener, limits: Limits) -> Self {
        let (addr, counts) = (listener.local_addr(), listener.counts());
        let shutdown = Shutdown::default();
        let (end, ended) = async_channel::bounded(1);
        let probe = Arc::new(Probe {
            app: application(),
            hot: Hot::new(200, &[("content-type", "text/plain")], b"hot!").unwrap(),
        });
        let stop = shutdown.clone();
        runtime::spawn(async move {
            serve(listener, probe, limits, stop).await;
            drop(end);
        });
        Self { addr, counts, shutdown, ended }
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(TcpStream::connect(self.addr).unwrap())
    }

    /// Sends bytes on a connection of their own, and reads until the server closes.
    pub(crate) fn one(&self, bytes: impl AsRef<[u8]>) -> Answer {
        let mut client = self.client();
        client.send(bytes);
        let answer = client.answer();
        assert_eq!(client.rest(), "", "something came behind the answer");
        answer
    }

    /// A plain GET must be answered, whatever else happens.
    pub(crate) fn assert_well(&self) {
        let answer = self.one("GET / HTTP/1.1\r\nHost: box\r\nConnection: close\r\n\r\n");
        assert_eq!((answer.status, answer.body.as_str()), (200, "home"));
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        self.shutdown.raise();
    }
}

/// One answer, taken apart.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    /// The code of the problem document.
    pub(crate) fn code(&self) -> String {
        assert_eq!(self.header("Content-Type"), Some("application/problem+json"), "{self:?}");
        let problem: serde_json::Value = serde_json::from_str(&self.body).expect("the problem is JSON");
        assert_eq!(problem["status"], self.status);
        assert!(problem["title"].is_string() && problem["detail"].is_string());
        let code = problem["type"].as_str().and_then(|t| t.strip_prefix("urn:touchline:problem:"));
        code.expect("the type is ours").to_owned()
    }
}

/// A client that writes what it is told and believes nothing.
pub(crate) struct Client<S = TcpStream> {
    pub(crate) stream: S,
    held: Vec<u8>,
}

impl Client {
    pub(crate) fn new(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self::over(stream)
    }
}

impl<S: Read + Write> Client<S> {
    pub(crate) fn over(stream: S) -> Self {
        Self { stream, held: Vec::new() }
    }

    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).expect("the server takes the bytes");
    }

    /// The next answer, its body by its length or until the end of the connection.
    pub(crate) fn answer(&mut self) -> Answer {
        let head = self.head();
        let length = head.header("Content-Length").map(|text| text.parse::<usize>().unwrap());
        let body = match length {
            Some(length) => {
                while self.held.len() < length {
                    assert!(self.more() > 0, "the body ends early");
                }
                self.held.drain(..length).collect()
            }
            None if head.header("Connection") == Some("close") => self.rest().into_bytes(),
            None => Vec::new(),
        };
        Answer { body: String::from_utf8(body).unwrap(), ..head }
    }

    /// The next head alone, as an answer to HEAD or an upgrade.
    pub(crate) fn head(&mut self) -> Answer {
        let end = loop {
            if let Some(end) = self.held.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            assert!(
                self.more() > 0,
                "closed without an answer; so far {:?}",
                String::from_utf8_lossy(&self.held)
            );
        };
        let head: Vec<u8> = self.held.drain(..end).collect();
        let head = String::from_utf8(head).unwrap();
        let status = head.strip_prefix("HTTP/1.1 ").expect("an answer in HTTP/1.1")[..3].parse().unwrap();
        Answer { status, head, body: String::new() }
    }

    /// Exactly that many bytes.
    pub(crate) fn exactly(&mut self, length: usize) -> String {
        while self.held.len() < length {
            assert!(self.more() > 0, "the bytes end early");
        }
        String::from_utf8(self.held.drain(..length).collect()).unwrap()
    }

    /// Everything until the server closes.
    pub(crate) fn rest(&mut self) -> String {
        while self.more() > 0 {}
        String::from_utf8(std::mem::take(&mut self.held)).unwrap()
    }

    fn more(&mut self) -> usize {
        let mut chunk = vec![0; 64 << 10];
        match self.stream.read(&mut chunk) {
            Ok(read) => {
                self.held.extend_from_slice(&chunk[..read]);
                read
            }
            // The server went without a word; what matters is what came before.
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => 0,
            Err(error) => panic!("no byte and no end within {PATIENCE:?}: {error}"),
        }
    }
}

/// Waits until something becomes true.
pub(crate) fn until(what: &str, mut is_true: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !is_true() {
        assert!(Instant::now() < end, "not within {PATIENCE:?}: {what}");
        std::thread::park_timeout(Duration::from_millis(2));
    }
}
