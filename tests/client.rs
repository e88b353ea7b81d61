//! The client against servers that behave, misbehave and come back.

use std::time::Duration;

use async_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use serde_json::{Value, json};
use smol::io::{AsyncReadExt as _, AsyncWriteExt as _};
use smol::net::{TcpListener, TcpStream};
use touchline::client::feed::{Feed, FeedError, Outcome};
use touchline::client::http::{Client, Post};
use touchline::client::url::Base;
use touchline::client::websocket::Live;
use touchline::client::{Cause, ClientError};
use touchline::runtime;

/// What a server does with one connection: each text answers one request; then it closes.
type Script = Vec<&'static str>;

/// A server that plays one script a connection and gives back the requests it saw.
async fn serve(scripts: Vec<Script>) -> (Base, smol::Task<Vec<String>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("loopback has free ports");
    let port = listener.local_addr().expect("it is bound").port();
    let task = runtime::task(async move {
        let mut seen = Vec::new();
        for script in scripts {
            let (mut stream, _) = listener.accept().await.expect("the client connects");
            for answer in script {
                seen.push(request(&mut stream).await);
                stream.write_all(answer.as_bytes()).await.expect("the client reads");
            }
        }
        seen
    });
    (Base::parse(&format!("http://127.0.0.1:{port}")).expect("an address"), task)
}

/// Reads one request, body included.
async fn request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: "));
            if body.len() >= length.map_or(0, |length| length.parse().expect("a number")) {
                return text;
            }
        }
        let count = stream.read(&mut chunk).await.expect("the client writes");
        assert!(count > 0, "the client closed in the middle of a request");
        bytes.extend_from_slice(&chunk[..count]);
    }
}

fn within<T>(future: impl Future<Output = T>) -> T {
    runtime::block_on(runtime::timeout(Duration::from_secs(20), future)).expect("it ends in time")
}

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"seq\":7}";

#[test]
fn requests_share_a_connection() {
    within(async {
        let (base, server) = serve(vec![vec![OK, OK]]).await;
        let mut client = Client::new(base, Some("secret".to_owned()));
        let first = client.get("/a?x=1").await.expect("an answer");
        let body = json!({"a": 1});
        let second = client.post("/b", Post { key: Some("k-1"), json: &body }).await.expect("an answer");
        assert_eq!((first.json(), second.status), (Ok(json!({"seq": 7})), 200));
        let seen = server.await;
        assert!(seen[0].starts_with("GET /a?x=1 HTTP/1.1\r\n"), "{}", seen[0]);
        assert!(seen[0].contains("Authorization: Bearer secret\r\n"), "{}", seen[0]);
        assert!(
            seen[1].contains("Idempotency-Key: k-1\r\n") && seen[1].ends_with("{\"a\":1}"),
            "{}",
            seen[1]
        );
    });
}

#[test]
fn a_kept_connection_that_was_closed_is_replaced() {
    within(async {
        let (base, server) = serve(vec![vec![OK], vec![OK]]).await;
        let mut client = Client::new(base, None);
        client.get("/a").await.expect("an answer");
        client.get("/b").await.expect("an answer on a new connection");
        assert_eq!(server.await.len(), 2);
    });
}

#[test]
fn every_way_of_ending_a_body_is_understood() {
    within(async {
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{\"se\r\n5;x=y\r\nq\":7}\r\n0\r\nTrailer: x\r\n\r\n";
        let closing = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"seq\":7}";
        let hinted =
            "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"seq\":7}";
        let (base, server) = serve(vec![vec![chunked, hinted, closing]]).await;
        let mut client = Client::new(base, None);
        for path in ["/chunked", "/hinted", "/closing"] {
            let answer = client.get(path).await.expect("an answer");
            assert_eq!(answer.json(), Ok(json!({"seq": 7})), "{path}");
        }
        assert_eq!(server.await.len(), 3);
    });
}

#[test]
fn what_is_no_answer_is_named() {
    within(async {
        for (answer, expected) in [
            ("SSH-2.0-OpenSSH_9.6\r\n", "no HTTP"),
            ("HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{}", "broke"),
            ("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", "longer than"),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "chunk"),
            ("", "without an answer"),
        ] {
            let (base, server) = serve(vec![vec![answer]]).await;
            let error = Client::new(base, None).get("/").await.expect_err("no answer").to_string();
            assert!(error.contains(expected) && error.starts_with("GET http://127.0.0.1"), "{error}");
            drop(server);
        }
    });
}

#[test]
fn nobody_there_is_said_with_a_hint() {
    within(async {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("loopback has free ports");
        let address = listener.local_addr().expect("it is bound");
        drop(listener);
        let base = Base::parse(&address.to_string()).expect("an address");
        let error = Client::new(base, None).get("/").await.expect_err("nobody listens");
        assert!(matches!(error, ClientError { cause: Cause::Unreachable(_), .. }), "{error}");
        assert!(error.to_string().contains("is the box running there?"), "{error}");
    });
}

fn feed(base: Base, patience_ms: u64) -> Feed {
    Feed::new(base, Some("secret".to_owned()), Duration::from_millis(patience_ms))
}

fn command() -> Value {
    json!({"id": "r-1", "type": "action", "action": "goal", "side": "home"})
}

#[test]
fn a_feed_sends_the_same_again_until_the_box_is_back() {
    within(async {
        let full = "HTTP/1.1 503 Full\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n";
        // Full, then gone within the answer, then back.
        let (base, server) = serve(vec![vec![full, "HTTP/1.1 200 OK\r\nContent-Le"], vec![OK]]).await;
        assert_eq!(feed(base, 10_000).command(3, &command()).await, Ok(Outcome::Accepted(7)));
        let seen = server.await;
        assert_eq!(seen.len(), 3);
        assert!(seen.iter().all(|request| *request == seen[0]), "the same id and body each time");
        assert!(seen[0].starts_with("POST /api/v1/games/3/commands HTTP/1.1\r\n"), "{}", seen[0]);
    });
}

#[test]
fn a_feed_hands_on_what_the_rules_say_and_stops_where_nobody_lets_it_in() {
    within(async {
        let refused = "HTTP/1.1 409 Conflict\r\nContent-Length: 46\r\n\r\n{\"title\":\"Over\",\"detail\":\"The match is over.\"}";
        let foreign = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n";
        let (base, _server) = serve(vec![vec![refused, foreign]]).await;
        let mut feed = feed(base, 10_000);
        let outcome = feed.command(3, &command()).await;
        assert_eq!(outcome, Ok(Outcome::Refused("The match is over. (409)".to_owned())));
        let error = feed.command(3, &command()).await.expect_err("no token");
        assert!(matches!(&error, FeedError::Forbidden(_)), "{error}");
        assert!(error.to_string().contains("touchline token create"), "{error}");
    });
}

#[test]
fn a_feed_gives_up_when_its_patience_is_over() {
    within(async {
        let full = "HTTP/1.1 503 Full\r\nContent-Length: 0\r\n\r\n";
        let (base, _server) = serve(vec![vec![full, full, full]]).await;
        let error = feed(base, 300).command(3, &command()).await.expect_err("still full");
        assert!(matches!(&error, FeedError::Busy(_)), "{error}");
    });
}

/// Accepts the subprotocol offered, as a box does.
#[expect(clippy::result_large_err, reason = "the handshake's callback has this type")]
fn echo(request: &Request, mut response: Response) -> Result<Response, ErrorResponse> {
    let offered = request.headers().get("sec-websocket-protocol").cloned();
    response.headers_mut().insert("sec-websocket-protocol", offered.expect("the client offers one"));
    Ok(response)
}

#[test]
fn a_websocket_carries_messages_both_ways_until_it_is_closed() {
    use async_tungstenite::tungstenite::Message;
    use smol::stream::StreamExt as _;
    within(async {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("loopback has free ports");
        let address = listener.local_addr().expect("it is bound");
        let server = runtime::task(async move {
            let (stream, _) = listener.accept().await.expect("the client connects");
            let mut socket = async_tungstenite::accept_hdr_async(stream, echo).await.expect("a handshake");
            socket.send(Message::text("{\"type\":\"hello\"}")).await.expect("the client reads");
            socket.send(Message::Ping("x".into())).await.expect("the client reads");
            let pong = socket.next().await;
            let said = socket.next().await;
            socket.close(None).await.expect("the client reads");
            (pong, said)
        });
        let base = Base::parse(&address.to_string()).expect("an address");
        let mut live = Live::open(&base, "ch=venue", Some("secret")).await.expect("a WebSocket");
        assert_eq!(live.next().await, Ok(Some(json!({"type": "hello"}))));
        live.send(&json!({"type": "ping"})).await.expect("the server reads");
        assert_eq!(live.next().await, Ok(None));
        let (pong, said) = server.await;
        let (first, second) = (pong.expect("open").expect("whole"), said.expect("open").expect("whole"));
        let texts: Vec<&str> = [&first, &second].iter().filter_map(|one| one.to_text().ok()).collect();
        assert!(texts.contains(&"{\"type\":\"ping\"}"), "{texts:?}");
    });
}

#[test]
fn a_refused_websocket_names_the_status() {
    within(async {
        let (base, _server) =
            serve(vec![vec!["HTTP/1.1 421 Misdirected\r\nContent-Length: 0\r\n\r\n"]]).await;
        let error = Live::open(&base, "ch=venue", None).await.expect_err("no upgrade").to_string();
        assert!(error.contains("421") && error.contains("/live/ws?ch=venue"), "{error}");
    });
}
