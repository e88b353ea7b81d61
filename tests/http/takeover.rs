//! A transport takes a connection over, and gives it back.

use super::rig::{Rig, limits, until};

const UPGRADE: &str = "GET /ws HTTP/1.1\r\nHost: box\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";

#[test]
fn bytes_behind_an_upgrade_reach_the_transport() {
    let rig = Rig::start(limits());
    let mut client = rig.client();
    client.send(format!("{UPGRADE}\u{1}first frame"));
    let head = client.head();
    assert_eq!(
        head.head.lines().filter(|line| !line.starts_with("Date")).collect::<Vec<_>>(),
        ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade", ""]
    );
    assert_eq!(client.exactly(12), "\u{1}first frame");
    client.send("second");
    assert_eq!(client.exactly(6), "second");
    assert_eq!(rig.counts.open(), 1);
    drop(client);
    until("the place is free", || rig.counts.open() == 0);
}

#[test]
fn a_stream_has_no_length_and_ends_with_the_connection() {
    let rig = Rig::start(limits());
    let answer = rig.one("GET /stream HTTP/1.1\r\nHost: box\r\n\r\n");
    assert_eq!(answer.header("Content-Type"), Some("text/event-stream"));
    assert_eq!((answer.header("Content-Length"), answer.header("Connection")), (None, Some("close")));
    assert_eq!(answer.body, "data: 1\n\n");
}

#[test]
fn a_connection_given_back_goes_on_with_what_was_pipelined() {
    let rig = Rig::start(limits());
    let mut client = rig.client();
    let held = "GET /hold HTTP/1.1\r\nHost: box\r\n\r\n";
    let post = "POST /echo HTTP/1.1\r\nHost: box\r\nContent-Length: 3\r\n\r\nabc";
    client.send(format!("{held}{post}{held}GET / HT"));
    assert_eq!(client.answer().body, "held");
    assert_eq!(client.answer().body, "POST  abc");
    assert_eq!(client.answer().body, "held");
    client.send("TP/1.1\r\nHost: box\r\n\r\n");
    assert_eq!(client.answer().body, "home");
    assert_eq!((rig.counts.accepted(), rig.counts.open()), (1, 1));
}

#[test]
fn a_connection_given_back_closes_when_the_client_asked_for_that() {
    let rig = Rig::start(limits());
    let answer = rig.one("GET /hold HTTP/1.1\r\nHost: box\r\nConnection: close\r\n\r\n");
    assert_eq!((answer.body.as_str(), answer.header("Connection")), ("held", Some("close")));
    until("the place is free", || rig.counts.open() == 0);
}

#[test]
fn head_never_takes_over() {
    let rig = Rig::start(limits());
    let mut client = rig.client();
    for (path, status) in [("/stream", 200), ("/hold", 200), ("/keep", 200), ("/ws", 405)] {
        client.send(format!(
            "HEAD {path} HTTP/1.1\r\nHost: box\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
        ));
        assert_eq!(client.head().status, status, "{path}");
    }
    client.send("GET / HTTP/1.1\r\nHost: box\r\n\r\n");
    assert_eq!(client.answer().body, "home");
}

#[test]
fn a_plan_with_a_refusal_is_no_takeover() {
    let rig = Rig::start(limits());
    let mut client = rig.client();
    client.send("GET /denied HTTP/1.1\r\nHost: box\r\n\r\nGET / HTTP/1.1\r\nHost: box\r\n\r\n");
    assert_eq!(client.answer().status, 403);
    assert_eq!(client.answer().body, "home");
}

#[test]
fn no_upgrade_without_being_asked_or_without_a_plan() {
    let rig = Rig::start(limits());
    let mut client = rig.client();
    client.send("GET /ws HTTP/1.1\r\nHost: box\r\n\r\n");
    assert_eq!(client.answer().code(), "bad-answer");
    client.send(UPGRADE.replace("/ws", "/processing"));
    assert_eq!(client.answer().code(), "bad-answer");
}

#[test]
fn stopping_leaves_taken_connections_to_their_transport() {
    let rig = Rig::start(limits());
    let mut client = rig.client();
    client.send(UPGRADE);
    assert_eq!(client.head().status, 101);
    client.send("before");
    assert_eq!(client.exactly(6), "before");
    rig.shutdown.raise();
    until("the server has ended", || rig.ended.is_closed());
    client.send("after");
    assert_eq!(client.exactly(5), "after");
    assert_eq!(rig.counts.open(), 1);
}
