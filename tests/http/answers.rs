//! What is answered: in order, framed by us, and without harm from a handler that misbehaves.

use std::net::TcpStream;
use std::time::Duration;

use touchline::net::listen::Listener;
use touchline::net::{Class, Limits};

use super::rig::{BIG, Client, Rig, limits, until};

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: box\r\n\r\n")
}

fn head(path: &str) -> String {
    format!("HEAD {path} HTTP/1.1\r\nHost: box\r\n\r\n")
}

#[test]
fn requests_sound_but_unusual_are_answered() {
    let rig = Rig::start(limits());
    let fields: String = (0..62).map(|n| format!("X-{n}: y\r\n")).collect();
    let long = format!("GET /echo?{} HTTP/1.1\r\nHost: box\r\n", "q".repeat(8 * 1024 - 53));
    for (name, request, body) in [
        ("plain", "GET / HTTP/1.1\r\nHost: box\r\n".to_owned(), "home"),
        ("empty lines before", "\r\n\r\nGET / HTTP/1.1\r\nHost: box\r\n".to_owned(), "home"),
        ("field names in capitals", "GET / HTTP/1.1\r\nHOST: BOX:80\r\n".to_owned(), "home"),
        ("a final dot", "GET / HTTP/1.1\r\nHost: box.test.\r\n".to_owned(), "home"),
        ("an address", "GET / HTTP/1.1\r\nHost: [::1]:8080\r\n".to_owned(), "home"),
        ("no space after the colon", "GET / HTTP/1.1\r\nHost:box\r\n".to_owned(), "home"),
        ("64 fields", format!("GET / HTTP/1.1\r\nHost: box\r\n{fields}"), "home"),
        (
            "query with marks",
            "GET /echo?a=/../b//c&d=%2F HTTP/1.1\r\nHost: box\r\n".to_owned(),
            "GET a=/../b//c&d=%2F ",
        ),
        ("length 0", "POST /echo HTTP/1.1\r\nHost: box\r\nContent-Length: 0\r\n".to_owned(), "POST  "),
        ("no length", "POST /echo HTTP/1.1\r\nHost: box\r\n".to_owned(), "POST  "),
        ("offered trailers", "GET / HTTP/1.1\r\nHost: box\r\nTE: trailers\r\n".to_owned(), "home"),
    ] {
        let answer = rig.one(format!("{request}Connection: close\r\n\r\n"));
        assert_eq!((answer.status, answer.body.as_str()), (200, body), "{name}");
    }
    let full = format!("{long}Connection: close\r\n\r\n");
    assert_eq!(full.len(), 8 * 1024);
    assert_eq!(rig.one(&full).status, 200);
    assert_eq!(rig.one(full.replace("/echo", "/echoo")).status, 431, "a byte more");
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let rig = Rig::start(limits());
    let mut client = rig.client();
    client.send(
        get("/echo?1")
            + "POST /echo?2 HTTP/1.1\r\nHost: box\r\nContent-Length: 4\r\n\r\nGET "
            + &get("/hot")
            + &get("/echo?3"),
    );
    for body in ["GET 1 ", "POST 2 GET ", "hot!", "GET 3 "] {
        assert_eq!(client.answer().body, body);
    }
    client.send(get("/echo?4"));
    assert_eq!(client.answer().body, "GET 4 ");
}

#[test]
fn requests_are_read_wherever_they_are_cut() {
    let rig = Rig::start(limits());
    let mut client = rig.client();
    let request = "POST /echo HTTP/1.1\r\nHost: box\r\nContent-Length: 3\r\n\r\nabc";
    for cut in 1..request.len() {
        client.send(&request[..cut]);
        client.send(&request[cut..]);
        assert_eq!(client.answer().body, "POST  abc", "cut at {cut}");
    }
}

#[test]
fn head_gets_the_length_and_no_body() {
    let rig = Rig::start(limits());
    let mut client = rig.client();
    for (path, status, length) in [("/", 200, Some("4")), ("/hot", 200, Some("4")), ("/none", 404, Some("0"))]
    {
        client.send(head(path));
        let answer = client.head();
        assert_eq!((answer.status, answer.header("Content-Length")), (status, length), "{path}");
    }
    client.send(head("/panic"));
    assert_eq!(client.head().status, 500);
    client.send(get("/"));
    assert_eq!(client.answer().body, "home", "a body came with an answer to HEAD");
}

#[test]
fn an_answer_without_body_has_no_length_and_no_type() {
    let rig = Rig::start(limits());
    let mut client = rig.client();
    client.send(get("/gone") + &get("/same") + &get("/"));
    for line in ["HTTP/1.1 204 No Content\r\n", "HTTP/1.1 304 Not Modified\r\n"] {
        let answer = client.head();
        assert!(answer.head.starts_with(line), "{answer:?}");
        assert_eq!((answer.header("Content-Length"), answer.header("Content-Type")), (None, None));
    }
    assert_eq!(client.answer().body, "home");
}

#[test]
fn a_panic_costs_one_request() {
    let rig = Rig::start(limits());
    let mut client = rig.client();
    client.send(get("/panic") + &get("/"));
    assert_eq!(client.answer().code(), "internal");
    assert_eq!(client.answer().body, "home");
}

#[test]
fn a_panic_in_the_loop_itself_costs_one_connection() {
    let rig = Rig::start(limits());
    let mut other = rig.client();
    other.send(get("/"));
    assert_eq!(other.answer().body, "home");
    let mut client = rig.client();
    client.send(get("/hot-panic"));
    assert_eq!(client.rest(), "");
    until("its place is free", || rig.counts.open() == 1);
    other.send(get("/"));
    assert_eq!(other.answer().body, "home");
}

#[test]
fn a_header_value_cannot_split_an_answer() {
    let rig = Rig::start(limits());
    let mut client = rig.client();
    client.send(get("/split") + &get("/latin") + &get("/"));
    let answer = client.answer();
    assert_eq!((answer.status, answer.code().as_str()), (500, "bad-answer"));
    assert!(!answer.head.contains("stolen"));
    assert_eq!(client.answer().status, 500);
    assert_eq!(client.answer().body, "home");
}

#[test]
fn a_handler_that_stalls_is_answered_for() {
    let rig = Rig::start(Limits { handler: Duration::from_millis(50), ..limits() });
    let mut client = rig.client();
    client.send(get("/slow") + &get("/"));
    let answer = client.answer();
    assert_eq!((answer.status, answer.code().as_str()), (503, "slow-answer"));
    assert_eq!(answer.header("Retry-After"), Some("2"));
    assert_eq!(client.answer().body, "home");
}

#[test]
fn a_big_answer_arrives_whole() {
    let rig = Rig::start(limits());
    let mut client = rig.client();
    client.send(get("/big") + &get("/"));
    assert_eq!(client.answer().body.len(), BIG);
    assert_eq!(client.answer().body, "home");
}

#[test]
fn a_route_may_take_a_larger_body() {
    let rig = Rig::start(limits());
    let mut client = rig.client();
    client.send(format!("POST /import HTTP/1.1\r\nHost: box\r\nContent-Length: {}\r\n\r\n", 8 << 20));
    client.send("x".repeat(8 << 20));
    assert_eq!(client.answer().body, (8 << 20).to_string());
}

#[test]
fn a_staff_port_says_so_and_one_address_has_one_form() {
    let Ok(listener) = Listener::bind("[::]:0".parse().unwrap(), Class::Staff, None) else {
        // A machine without IPv6 has nothing to unwrap.
        return;
    };
    let rig = Rig::on(listener, limits());
    let stream = TcpStream::connect(("127.0.0.1", rig.addr.port())).unwrap();
    let mut client = Client::new(stream);
    client.send(get("/peer"));
    assert_eq!(client.answer().body, "127.0.0.1 Staff false");
}

#[test]
fn the_service_sees_the_peer_and_what_the_client_said() {
    let rig = Rig::start(limits());
    let mut client = rig.client();
    client.send(
        "GET /peer HTTP/1.1\r\nHost: box\r\nX-Forwarded-For: 8.8.8.8\r\nForwarded: for=8.8.8.8\r\n\r\n",
    );
    assert_eq!(client.answer().body, "127.0.0.1 Public false");
    client.send("POST /type HTTP/1.1\r\nHost: box\r\nContent-Length: 1\r\n\r\nx");
    assert_eq!(client.answer().body, "none");
    client.send("POST /type HTTP/1.1\r\nHost: box\r\nContent-Type: text/csv\r\nContent-Length: 1\r\n\r\nx");
    assert_eq!(client.answer().body, "text/csv");
}
