//! What is refused: one line a case, with the status and the code of the problem, and the end of the connection.

use super::rig::{Rig, limits};

/// A request line and fields that are fine but for what a case adds.
const GET: &str = "GET / HTTP/1.1\r\nHost: box\r\n";
const POST: &str = "POST /echo HTTP/1.1\r\nHost: box\r\n";

struct Case(&'static str, Vec<u8>, u16, &'static str);

fn case(name: &'static str, bytes: impl Into<Vec<u8>>, status: u16, code: &'static str) -> Case {
    Case(name, bytes.into(), status, code)
}

fn check(cases: Vec<Case>) {
    let rig = Rig::start(limits());
    for Case(name, bytes, status, code) in cases {
        let answer = rig.one(&bytes);
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{name}");
        // An expectation is refused without that word, so that curl repeats the request without asking.
        let said = (status != 417).then_some("close");
        assert_eq!(answer.header("Connection"), said, "{name}");
        let length = answer.header("Content-Length").map(|text| text.parse::<usize>().unwrap());
        assert_eq!(length, Some(answer.body.len()), "{name}");
    }
    rig.assert_well();
}

fn with(start: &str, fields: &str) -> String {
    format!("{start}{fields}\r\n\r\n")
}

fn target(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: box\r\n\r\n")
}

fn host(host: &str) -> String {
    format!("GET / HTTP/1.1\r\n{host}\r\n")
}

#[test]
fn lengths_that_two_readers_could_read_differently() {
    check(vec![
        case(
            "length and coding",
            with(POST, "Content-Length: 3\r\nTransfer-Encoding: chunked"),
            400,
            "bad-length",
        ),
        case(
            "coding and length",
            with(POST, "Transfer-Encoding: chunked\r\nContent-Length: 3"),
            400,
            "bad-length",
        ),
        case("two lengths", with(POST, "Content-Length: 3\r\nContent-Length: 3"), 400, "bad-length"),
        case(
            "two different lengths",
            with(POST, "Content-Length: 3\r\ncontent-length: 4"),
            400,
            "bad-length",
        ),
        case("a list", with(POST, "Content-Length: 3, 3"), 400, "bad-length"),
        case("a plus", with(POST, "Content-Length: +3"), 400, "bad-length"),
        case("a minus", with(POST, "Content-Length: -1"), 400, "bad-length"),
        case("hexadecimal", with(POST, "Content-Length: 0x3"), 400, "bad-length"),
        case("empty", with(POST, "Content-Length:"), 400, "bad-length"),
        case("2^64", with(POST, "Content-Length: 18446744073709551616"), 400, "bad-length"),
    ]);
}

#[test]
fn transfer_codings_in_every_spelling() {
    check(vec![
        case(
            "chunked",
            with(POST, "Transfer-Encoding: chunked") + "3\r\nabc\r\n0\r\n\r\n",
            501,
            "transfer-coding",
        ),
        case(
            "endless chunks",
            with(POST, "Transfer-Encoding: chunked") + &"ffff\r\n".repeat(99),
            501,
            "transfer-coding",
        ),
        case(
            "trailer",
            with(POST, "Transfer-Encoding: chunked\r\nTrailer: x") + "0\r\nx:",
            501,
            "transfer-coding",
        ),
        case("upper case", with(POST, "TRANSFER-ENCODING: CHUNKED"), 501, "transfer-coding"),
        case("identity", with(POST, "Transfer-Encoding: identity"), 501, "transfer-coding"),
        case("list", with(POST, "Transfer-Encoding: gzip, chunked"), 501, "transfer-coding"),
        case("unknown", with(POST, "Transfer-Encoding: xchunked"), 501, "transfer-coding"),
        case("tab before", with(POST, "Transfer-Encoding:\tchunked"), 400, "bad-bytes"),
        case("space before colon", with(POST, "Transfer-Encoding : chunked"), 400, "bad-syntax"),
    ]);
}

#[test]
fn hosts_that_are_none_or_not_ours() {
    check(vec![
        case("none", host(""), 400, "bad-host"),
        case("two", host("Host: box\r\nHost: box\r\n"), 400, "bad-host"),
        case("empty", host("Host:\r\n"), 400, "bad-host"),
        case("slash", host("Host: box/panic\r\n"), 400, "bad-host"),
        case("question mark", host("Host: box?x\r\n"), 400, "bad-host"),
        case("hash", host("Host: box#x\r\n"), 400, "bad-host"),
        case("at", host("Host: user@box\r\n"), 400, "bad-host"),
        case("port", host("Host: box:http\r\n"), 400, "bad-host"),
        case("rebinding", host("Host: evil.example\r\n"), 421, "misdirected"),
        case("rebinding with port", host("Host: evil.example:8080\r\n"), 421, "misdirected"),
        case("ours inside", host("Host: box.evil.example\r\n"), 421, "misdirected"),
    ]);
}

#[test]
fn targets_with_more_than_one_meaning() {
    check(vec![
        case("absolute form", target("http://box/"), 400, "bad-target"),
        case("absolute form elsewhere", target("http://evil.example/"), 400, "bad-target"),
        case("authority form", "CONNECT box:443 HTTP/1.1\r\nHost: box\r\n\r\n", 405, "bad-method"),
        case("authority form with GET", target("box:443"), 400, "bad-target"),
        case("asterisk", "OPTIONS * HTTP/1.1\r\nHost: box\r\n\r\n", 400, "bad-target"),
        case("dots", target("/a/../panic"), 400, "bad-target"),
        case("encoded dots", target("/a/%2e%2e/panic"), 400, "bad-target"),
        case("half encoded dots", target("/.%2E/panic"), 400, "bad-target"),
        case("encoded slash", target("/a%2fpanic"), 400, "bad-target"),
        case("encoded backslash", target("/a%5Cpanic"), 400, "bad-target"),
        case("backslash", target("/a\\panic"), 400, "bad-target"),
        case("two slashes", target("//panic"), 400, "bad-target"),
        case("encoded NUL", target("/%00"), 400, "bad-target"),
        case("encoded NUL in the query", target("/?a=%00"), 400, "bad-target"),
        case("encoded line break", target("/a%0d%0aX:%20y"), 400, "bad-target"),
        case("broken escape", target("/%zz"), 400, "bad-target"),
        case("fragment", target("/#x"), 400, "bad-target"),
    ]);
}

#[test]
fn lines_and_bytes_outside_the_grammar() {
    let mut latin = with(GET, "X-Name: gr").into_bytes();
    latin.splice(latin.len() - 4..latin.len() - 4, [0xfc, b'n']);
    check(vec![
        case("non-ASCII value", latin, 400, "bad-bytes"),
        case("UTF-8 value", with(GET, "X-Name: grün"), 400, "bad-bytes"),
        case("non-ASCII target", target("/grün"), 400, "bad-bytes"),
        case("NUL in a value", with(GET, "X: a\0b"), 400, "bad-bytes"),
        case("NUL in the line", target("/\0"), 400, "bad-bytes"),
        case("delete", with(GET, "X: a\x7fb"), 400, "bad-bytes"),
        case("bare LF", "GET / HTTP/1.1\nHost: box\n\n", 400, "bad-bytes"),
        case("bare CR", with(GET, "X: a\rb"), 400, "bad-bytes"),
        case("a TLS greeting", b"\x16\x03\x01\x02\x00\x01".to_vec(), 400, "bad-bytes"),
        case("folded field", with(GET, "X: a\r\n b"), 400, "bad-syntax"),
        case("space before the first field", "GET / HTTP/1.1\r\n Host: box\r\n\r\n", 400, "bad-syntax"),
        case("space before the colon", with(GET, "X : a"), 400, "bad-syntax"),
        case("no colon", with(GET, "X"), 400, "bad-syntax"),
        case("no name", with(GET, ": x"), 400, "bad-syntax"),
        case("two spaces in the line", "GET  / HTTP/1.1\r\nHost: box\r\n\r\n", 400, "bad-syntax"),
        case("a space in the target", target("/a b"), 505, "bad-version"),
        case("HTTP/0.9", "GET /\r\n\r\n", 400, "bad-syntax"),
        case("HTTP/1.0", "GET / HTTP/1.0\r\nHost: box\r\n\r\n", 505, "bad-version"),
        case("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "bad-version"),
        case("HTTP/1.2", "GET / HTTP/1.2\r\nHost: box\r\n\r\n", 505, "bad-version"),
        case("unknown method", "BREW / HTTP/1.1\r\nHost: box\r\n\r\n", 405, "bad-method"),
        case("lower-case method", "get / HTTP/1.1\r\nHost: box\r\n\r\n", 405, "bad-method"),
        case("TRACE", "TRACE / HTTP/1.1\r\nHost: box\r\n\r\n", 405, "bad-method"),
        case("expectation", with(POST, "Content-Length: 3\r\nExpect: 100-continue"), 417, "expectation"),
        case("two origins", with(GET, "Origin: http://box\r\nOrigin: http://evil"), 400, "repeated-header"),
        case("two tokens", with(GET, "Authorization: a\r\nAuthorization: b"), 400, "repeated-header"),
    ]);
}

#[test]
fn heads_and_bodies_that_are_too_large() {
    let bomb: String = (0..130).map(|n| format!("X-{n}: y\r\n")).collect();
    let fit: String = (0..64).map(|n| format!("X-{n}: y\r\n")).collect();
    check(vec![
        case("130 fields", with(GET, &bomb), 431, "too-many-headers"),
        case("65 fields", with(GET, fit.trim_end()), 431, "too-many-headers"),
        case("9 KiB of head", with(GET, &format!("X: {}", "y".repeat(9 << 10))), 431, "head-too-large"),
        case("a long target", target(&format!("/{}", "y".repeat(9 << 10))), 431, "head-too-large"),
        case("no line break, 1 MiB", "x".repeat(1 << 20), 431, "head-too-large"),
        case("empty lines for ever", "\r\n".repeat(8 << 10), 431, "head-too-large"),
        case("10 MB announced, none sent", with(POST, "Content-Length: 10000000"), 413, "body-too-large"),
        case(
            "10 MB sent",
            with(POST, "Content-Length: 10000000") + &"x".repeat(10_000_000),
            413,
            "body-too-large",
        ),
        case("a byte too many", with(POST, "Content-Length: 16385"), 413, "body-too-large"),
        case("2^64-1", with(POST, "Content-Length: 18446744073709551615"), 413, "body-too-large"),
    ]);
}

#[test]
fn a_refusal_names_the_methods_that_are_known() {
    let rig = Rig::start(limits());
    let answer = rig.one("BREW / HTTP/1.1\r\nHost: box\r\n\r\n");
    assert_eq!(answer.header("Allow"), Some("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"));
}

#[test]
fn what_comes_behind_a_refused_request_is_no_request() {
    let rig = Rig::start(limits());
    let smuggled = "GET /hot HTTP/1.1\r\nHost: box\r\n\r\n";
    let answer = rig.one(with(POST, "Content-Length: 3\r\nContent-Length: 40") + "abc" + smuggled);
    assert_eq!(answer.code(), "bad-length");
}
