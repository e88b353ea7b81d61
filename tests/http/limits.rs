//! Times: what is too slow is ended, with a word where somebody may listen. All shortened, none waited for.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use touchline::net::Limits;

use super::rig::{PATIENCE, Rig, limits, until};

const SHORT: Duration = Duration::from_millis(50);

#[test]
fn a_slow_head_is_told_so() {
    let rig = Rig::start(Limits { head: SHORT, ..limits() });
    for start in ["G", "GET / HTTP/1.1\r\nHost: box\r\n", "\r\n", "GET / HTTP/1.1\r"] {
        let answer = rig.one(start);
        assert_eq!((answer.status, answer.code().as_str()), (408, "slow-head"), "{start:?}");
    }
}

#[test]
fn a_head_that_drips_does_not_gain_time() {
    let rig = Rig::start(Limits { head: Duration::from_millis(200), ..limits() });
    let mut client = rig.client();
    client.stream.set_read_timeout(Some(Duration::from_millis(10))).unwrap();
    let mut answer = Vec::new();
    let mut chunk = [0; 1024];
    until("the head is refused", || {
        // The server may have closed already; then the answer is there.
        let _ = client.stream.write_all(b"x");
        if let Ok(read) = client.stream.read(&mut chunk) {
            answer.extend_from_slice(&chunk[..read]);
        }
        answer.starts_with(b"HTTP/1.1 408 ")
    });
}

#[test]
fn who_connects_and_is_silent_is_closed_without_a_word() {
    let rig = Rig::start(Limits { head: SHORT, ..limits() });
    assert_eq!(rig.client().rest(), "");
    until("the connection is gone", || rig.counts.open() == 0);
}

#[test]
fn a_kept_connection_is_closed_when_idle() {
    let rig = Rig::start(Limits { idle: SHORT, ..limits() });
    let mut client = rig.client();
    client.send("GET / HTTP/1.1\r\nHost: box\r\n\r\n");
    assert_eq!(client.answer().body, "home");
    assert_eq!(client.rest(), "");
    until("the connection is gone", || rig.counts.open() == 0);
}

#[test]
fn a_slow_body_is_told_so() {
    let rig = Rig::start(Limits { body: SHORT, ..limits() });
    for part in ["", "a"] {
        let answer = rig.one(format!("POST /echo HTTP/1.1\r\nHost: box\r\nContent-Length: 3\r\n\r\n{part}"));
        assert_eq!((answer.status, answer.code().as_str()), (408, "slow-body"), "{part:?}");
    }
}

#[test]
fn who_leaves_in_the_middle_is_forgotten() {
    let rig = Rig::start(limits());
    for part in ["GET / HT", "POST /echo HTTP/1.1\r\nHost: box\r\nContent-Length: 3\r\n\r\na", "\r\n"] {
        let mut client = rig.client();
        client.send(part);
        drop(client);
    }
    until("all connections are gone", || rig.counts.accepted() == 3 && rig.counts.open() == 0);
    rig.assert_well();
}

#[test]
fn who_takes_no_answer_is_reset() {
    let rig = Rig::start(Limits { write: SHORT, ..limits() });
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    // The answer must not fit into the kernel's buffers.
    socket.set_recv_buffer_size(4096).unwrap();
    socket.connect(&rig.addr.into()).unwrap();
    let mut stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(b"GET /big HTTP/1.1\r\nHost: box\r\n\r\n").unwrap();
    until("the connection was let in", || rig.counts.accepted() == 1);
    until("the connection is gone", || rig.counts.open() == 0);
    let end = std::io::copy(&mut stream, &mut std::io::sink());
    assert_eq!(end.unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
    rig.assert_well();
}

#[test]
fn who_is_told_to_leave_and_stays_is_dropped() {
    let rig = Rig::start(Limits { linger: SHORT, ..limits() });
    let mut client = rig.client();
    client.send("GET / HTTP/1.0\r\nHost: box\r\n\r\n");
    assert_eq!(client.answer().code(), "bad-version");
    until("the connection is gone", || rig.counts.open() == 0);
}

#[test]
fn stopping_closes_the_idle_and_finishes_the_busy() {
    let rig = Rig::start(limits());
    let mut idle = rig.client();
    idle.send("GET / HTTP/1.1\r\nHost: box\r\n\r\n");
    assert_eq!(idle.answer().body, "home");
    let mut busy = rig.client();
    busy.send("POST /echo HTTP/1.1\r\nHost: box\r\nContent-Length: 3\r\n\r\na");
    until("both are in", || rig.counts.accepted() == 2);
    rig.shutdown.raise();
    assert_eq!(idle.rest(), "");
    until("the port is closed", || TcpStream::connect(rig.addr).is_err());
    assert!(!rig.ended.is_closed(), "ended while a request was in flight");
    busy.send("bc");
    let answer = busy.answer();
    assert_eq!((answer.body.as_str(), answer.header("Connection")), ("POST  abc", Some("close")));
    drop(busy);
    until("the server has ended", || rig.ended.is_closed());
}

#[test]
fn stopping_does_not_wait_for_ever() {
    let rig = Rig::start(Limits { drain: SHORT, ..limits() });
    let mut busy = rig.client();
    busy.send("POST /echo HTTP/1.1\r\nHost: box\r\nContent-Length: 3\r\n\r\na");
    until("it is in", || rig.counts.accepted() == 1);
    rig.shutdown.raise();
    until("the server has ended", || rig.ended.is_closed());
}
