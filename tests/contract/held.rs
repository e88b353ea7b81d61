//! What only some transports do: signs of life, slow readers, messages from the phone, parked requests.

use serde_json::{Value, json};
use touchline::hub::HubLimits;
use touchline::runtime::block_on;
use touchline::wire::Transport;

use super::link::{Link, UPGRADE};
use super::phone::Phone;
use super::venue::Venue;

const PUSHED: [Transport; 2] = [Transport::WebSocket, Transport::Sse];

/// Waits until so many phones are connected, while time stands still.
pub fn await_phones(venue: &Venue, count: usize) {
    let until = std::time::Instant::now() + super::link::DEADLINE;
    while venue.hub.stats().phones() != count {
        assert!(std::time::Instant::now() < until, "{} phones, not {count}", venue.hub.stats().phones());
        block_on(touchline::runtime::yield_now());
    }
}

#[test]
fn a_slow_reader_is_moved_to_the_present_and_slows_nobody() {
    for transport in PUSHED {
        let venue = Venue::new();
        let (game, all) = (venue.open("game/7"), venue.open("venue"));
        let mut slow = Phone::new(transport, venue.addr, &["venue", "game/7"]);
        let mut quick = Phone::new(transport, venue.addr, &["venue", "game/7"]);
        slow.connect().catch_up(&venue.hub);
        quick.connect().catch_up(&venue.hub);
        let filler = "x".repeat(4_000);
        for seq in 1..=2_000 {
            venue.step_with(game, seq, &filler, Vec::new());
            if seq % 8 == 0 {
                quick.catch_up(&venue.hub);
            }
        }
        venue.step(all, 1);
        quick.catch_up(&venue.hub);
        assert_eq!(quick.count("snapshot"), 2, "the quick one has every frame");
        slow.catch_up(&venue.hub);
        assert!(slow.count("snapshot") > 2, "the slow one was moved on");
        assert!(slow.count("patch") < 2_000);
        assert!(venue.hub.stats().resyncs > 0);
        venue.step(game, 2_001);
        slow.catch_up(&venue.hub);
    }
}

#[test]
fn silence_is_broken_by_a_heartbeat() {
    for transport in PUSHED {
        let venue = Venue::new();
        let game = venue.open("game/7");
        let mut phone = Phone::new(transport, venue.addr, &["game/7"]);
        phone.connect().catch_up(&venue.hub);
        venue.pass(10_000);
        venue.step(game, 1);
        phone.catch_up(&venue.hub);
        venue.pass(24_000);
        venue.pass(1_000);
        let heartbeat = phone.until("heartbeat");
        assert_eq!(heartbeat, json!({"type": "heartbeat", "frame": venue.hub.frame(), "now_ms": 40_000}));
        assert_eq!(phone.count("heartbeat"), 1, "not before 25 seconds of silence");
    }
}

#[test]
fn a_websocket_is_pinged_and_given_up_after_a_minute_of_silence() {
    let venue = Venue::new();
    venue.open("game/7");
    let mut phone = Phone::new(Transport::WebSocket, venue.addr, &["game/7"]);
    phone.connect().catch_up(&venue.hub);
    venue.pass(30_000);
    let link = phone.link();
    let mut opcodes = [link.frame().unwrap().0, link.frame().unwrap().0];
    opcodes.sort_unstable();
    assert_eq!(opcodes, [0x1, 0x9], "a heartbeat and a ping");
    // No pong.
    venue.pass(30_000);
    let bye = phone.until("bye");
    assert_eq!(bye["code"], 4001);
    assert_eq!(phone.next(), None);
    phone.leave();
    await_phones(&venue, 0);
}

#[test]
fn a_phone_that_takes_nothing_is_given_up() {
    for transport in PUSHED {
        let venue = Venue::new();
        let game = venue.open("game/7");
        let mut phone = Phone::new(transport, venue.addr, &["game/7"]);
        phone.connect().catch_up(&venue.hub);
        let filler = "x".repeat(30_000);
        for seq in 1..=400 {
            venue.step_with(game, seq, &filler, Vec::new());
        }
        // Each round finds the write where the last one left it.
        for _ in 0..40 {
            venue.pass(1_000);
        }
        let until = std::time::Instant::now() + super::link::DEADLINE;
        while venue.hub.stats().phones() > 0 {
            assert!(std::time::Instant::now() < until, "still held");
            venue.pass(1_000);
        }
    }
}

#[test]
fn ids_stand_only_where_everything_is_held() {
    let venue = Venue::new();
    let (game, _all) = (venue.open("game/7"), venue.open("venue"));
    let target = "/live/sse?ch=venue&ch=game/7";
    let mut link = Link::start(venue.addr, target, "");
    link.read_head();
    assert_eq!(link.header("content-type"), Some("text/event-stream"));
    let names = |fields: &[(String, String)]| fields.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&link.event().unwrap()), ["retry", "data"], "hello");
    assert_eq!(names(&link.event().unwrap()), ["data"], "the first snapshot");
    let last = link.event().unwrap();
    assert_eq!(names(&last), ["id", "data"], "the last snapshot");
    assert_eq!(last[0].1, format!("{}:{}", venue.hub.epoch(), venue.hub.frame()));
    venue.step(game, 1);
    assert_eq!(names(&link.event().unwrap()), ["id", "data"], "a patch");
    venue.pass(30_000);
    assert_eq!(names(&link.event().unwrap()), ["data"], "a heartbeat");

    // With a snapshot still to come, a patch is no place to resume at.
    let cursor = &last[0].1;
    let headers = format!("Last-Event-ID: {cursor}\r\n");
    let mut link = Link::start(venue.addr, "/live/sse?ch=%2Bvenue&ch=game/7", &headers);
    link.read_head();
    let events: Vec<_> = (0..3).map(|_| link.event().unwrap()).collect();
    assert!(events[0][1].1.contains(r#""recovered":true"#), "{:?}", events[0]);
    assert_eq!(names(&events[1]), ["data"], "the missing patch");
    assert_eq!(names(&events[2]), ["id", "data"], "the snapshot asked for");
}

#[test]
fn what_a_phone_sends_is_answered_on_its_own_connection() {
    let venue = Venue::new();
    venue.open("game/7");
    let mut phone = Phone::new(Transport::WebSocket, venue.addr, &["game/7"]);
    let mut other = Phone::new(Transport::WebSocket, venue.addr, &["game/7"]);
    phone.connect().catch_up(&venue.hub);
    other.connect().catch_up(&venue.hub);
    assert_eq!(phone.link().header("sec-websocket-protocol"), Some("touchline.v1"));

    phone.link().send_frame(0x81, br#"{"type":"command","game":7,"command":{"id":"a-1"}}"#);
    let receipt = phone.until("receipt");
    assert_eq!(receipt, json!({"type": "receipt", "id": "a-1", "outcome": "accepted", "seq": 7}));
    // In two fragments, with a ping between them.
    phone.link().send_frame(0x01, br#"{"type":"ballot","poll":3,"#);
    phone.link().send_frame(0x89, b"?");
    phone.link().send_frame(0x80, br#""id":"b-1"}"#);
    assert_eq!(phone.until("receipt")["id"], "b-1");

    phone.link().send_frame(0x81, br#"{"type":"ping"}"#);
    assert_eq!(phone.until("heartbeat")["frame"], venue.hub.frame());
    phone.link().send_frame(0x81, br#"{"type":"ping","and":"more"}"#);
    assert_eq!(phone.until("problem")["problem"]["type"], "urn:touchline:problem:unknown-field");
    phone.link().send_frame(0x81, b"hello");
    assert_eq!(phone.until("problem")["problem"]["type"], "urn:touchline:problem:bad-json");

    other.link().send_frame(0x81, br#"{"type":"ping"}"#);
    other.until("heartbeat");
    assert_eq!(other.count("receipt") + other.count("problem"), 0, "none of it was for this one");
}

#[test]
fn a_phone_that_sends_too_much_is_told_so_and_ended() {
    let ping = br#"{"type":"ping"}"#.to_vec();
    let cases: [(&str, u8, Vec<u8>, usize, u64); 6] = [
        ("", 0x81, ping.clone(), 21, 1008),
        ("", 0x89, Vec::new(), 51, 1008),
        ("", 0x00, Vec::new(), 51, 1008),
        ("", 0x81, vec![b' '; 4_097], 1, 1009),
        ("&staff=1", 0x81, vec![b' '; 16_385], 1, 1009),
        ("", 0x82, ping, 1, 1003),
    ];
    for (query, first, payload, times, code) in cases {
        let venue = Venue::new();
        venue.open("game/7");
        let mut link = Link::start(venue.addr, &format!("/live/ws?ch=game/7{query}"), UPGRADE);
        link.read_head();
        if first == 0x00 {
            link.send_frame(0x01, b"");
        }
        for _ in 0..times {
            link.send_frame(first, &payload);
        }
        let mut texts = Vec::new();
        let closed = loop {
            match link.frame().expect("a close frame ends it") {
                (0x1, text) => texts.push(serde_json::from_slice::<Value>(&text).unwrap()),
                (0x8, payload) => break payload,
                _ => {}
            }
        };
        assert_eq!(u64::from(u16::from_be_bytes([closed[0], closed[1]])), code);
        let bye = texts.last().unwrap();
        assert_eq!((&bye["type"], &bye["code"]), (&"bye".into(), &code.into()));
        assert_eq!(link.frame(), None);
    }
}

#[test]
fn staff_may_send_large_messages() {
    let venue = Venue::new();
    venue.open("game/7");
    let mut phone = Phone::new(Transport::WebSocket, venue.addr, &["game/7"]);
    phone.connect().catch_up(&venue.hub);
    let mut link = Link::start(venue.addr, "/live/ws?ch=game/7&staff=1", UPGRADE);
    link.read_head();
    let body = json!({"type": "command", "game": 7, "command": {"id": "big", "text": "x".repeat(16_000)}});
    link.send_frame(0x81, body.to_string().as_bytes());
    let receipt = std::iter::from_fn(|| link.message(Transport::WebSocket))
        .find(|(message, _)| message["type"] == "receipt");
    assert_eq!(receipt.unwrap().0["id"], "big");
}

#[test]
fn a_close_is_answered_and_the_connection_ended() {
    let venue = Venue::new();
    venue.open("game/7");
    let mut phone = Phone::new(Transport::WebSocket, venue.addr, &["game/7"]);
    phone.connect().catch_up(&venue.hub);
    phone.link().send_frame(0x88, &1000u16.to_be_bytes());
    assert_eq!(phone.link().frame(), Some((0x8, vec![0x03, 0xe8])));
    assert_eq!(phone.link().frame(), None);
}

#[test]
fn a_closed_channel_sends_its_phones_back() {
    for transport in [Transport::WebSocket, Transport::Sse, Transport::LongPoll] {
        let venue = Venue::new();
        let game = venue.open("game/7");
        let mut phone = Phone::new(transport, venue.addr, &["game/7"]);
        phone.connect().catch_up(&venue.hub);
        if transport == Transport::LongPoll {
            let target = phone.target();
            let mut link = Link::start(venue.addr, &target, "");
            await_phones(&venue, 1);
            venue.hub.close(game);
            let (_, messages) = link.answer();
            assert_eq!(messages.back().unwrap().0["code"], 4000);
            continue;
        }
        venue.step(game, 1);
        venue.hub.close(game);
        let bye = phone.until("bye");
        assert_eq!(bye["code"], 4000);
        assert_eq!(phone.count("patch"), 1, "what was published before is still given");
        assert_eq!(phone.next(), None);
    }
}

#[test]
fn a_long_poll_waits_for_what_belongs_together_and_keeps_its_connection() {
    let venue = Venue::new();
    let (game, all) = (venue.open("game/7"), venue.open("venue"));
    let mut phone = Phone::new(Transport::LongPoll, venue.addr, &["game/7", "venue"]);
    phone.connect().catch_up(&venue.hub);
    let target = phone.target();
    let mut link = Link::start(venue.addr, &target, "");
    await_phones(&venue, 1);
    venue.step(game, 1);
    venue.step(all, 1);
    let (cursor, messages) = link.answer();
    assert_eq!(messages.len(), 2, "both in one answer");
    assert_eq!(cursor, Some(format!("{}:{}", venue.hub.epoch(), venue.hub.frame())));
    assert_eq!(link.header("connection"), None, "it stays open");

    // Parked again with the next request already behind it: both are answered, in order.
    let target = format!("/live/longpoll?ch=game/7&ch=venue&cursor={}", cursor.unwrap());
    link.request(&target, "");
    await_phones(&venue, 1);
    link.request("/live/poll?ch=venue", "");
    while !link.comes() {
        venue.pass(31_000);
    }
    let (_, messages) = link.answer();
    assert!(messages.is_empty(), "nothing happened for thirty seconds");
    let (_, messages) = link.answer();
    assert_eq!(messages[0].0["type"], "hello");
}

#[test]
fn a_long_poll_that_leaves_gives_its_place_back() {
    let venue = Venue::new();
    venue.open("game/7");
    let mut phone = Phone::new(Transport::LongPoll, venue.addr, &["game/7"]);
    phone.connect().catch_up(&venue.hub);
    let target = phone.target();
    let link = Link::start(venue.addr, &target, "");
    await_phones(&venue, 1);
    drop(link);
    await_phones(&venue, 0);
}

#[test]
fn a_poll_of_an_unchanged_state_is_304() {
    let venue = Venue::new();
    let game = venue.open("game/7");
    let mut link = Link::start(venue.addr, "/live/poll?ch=game/7", "");
    link.answer();
    let tag = link.header("etag").unwrap().to_owned();
    assert_eq!(link.header("cache-control"), Some("max-age=1"));
    link.request("/live/poll?ch=game/7", &format!("If-None-Match: {tag}\r\n"));
    link.answer();
    assert_eq!((link.status(), link.header("etag")), (304, Some(tag.as_str())));
    venue.step(game, 1);
    link.request("/live/poll?ch=game/7", &format!("If-None-Match: {tag}\r\n"));
    assert_eq!(link.answer().1.len(), 2);
    assert_ne!(link.header("etag"), Some(tag.as_str()));
    link.request("/live/poll?ch=game/7&ch=me", "");
    link.answer();
    assert_eq!(link.header("cache-control"), Some("private, no-store"));
}

#[test]
fn bad_requests_are_problems() {
    let venue = Venue::new();
    venue.open("game/7");
    for (target, headers, status) in [
        ("/live/ws?ch=game/7", "", 426),
        ("/live/sse?ch=game/8", "", 404),
        ("/live/sse?ch=game/x", "", 400),
        ("/live/poll?ch=game/7&cursor=1", "", 400),
        ("/live/carrier-pigeon?ch=game/7", "", 400),
    ] {
        let mut link = Link::start(venue.addr, target, headers);
        link.read_head();
        assert_eq!(link.status(), status, "{target}");
        let problem: Value = serde_json::from_slice(&link.body()).unwrap();
        assert!(problem["type"].as_str().unwrap().starts_with("urn:touchline:problem:"));
    }
}

#[test]
fn frames_that_came_with_the_handshake_are_read() {
    let venue = Venue::new();
    venue.open("game/7");
    let mut hasty = format!("GET /live/ws?ch=game/7 HTTP/1.1\r\nHost: box\r\n{UPGRADE}\r\n").into_bytes();
    let ping = br#"{"type":"ping"}"#;
    hasty.extend([0x81, 0x80 | ping.len() as u8, 0, 0, 0, 0]);
    hasty.extend(ping);
    let mut link = Link::send(venue.addr, &hasty);
    link.read_head();
    let kinds: Vec<Value> =
        (0..3).map(|_| link.message(Transport::WebSocket).unwrap().0["type"].clone()).collect();
    assert_eq!(kinds, ["hello", "snapshot", "heartbeat"]);
}

#[test]
fn a_crowd_beyond_one_slice_is_served_whole() {
    let venue = Venue::with(HubLimits::default());
    let game = venue.open("game/7");
    let mut crowd: Vec<Phone> =
        (0..300).map(|_| Phone::new(Transport::WebSocket, venue.addr, &["game/7"])).collect();
    for phone in &mut crowd {
        phone.connect();
    }
    for seq in 1..=5 {
        venue.step(game, seq);
    }
    for phone in &mut crowd {
        phone.catch_up(&venue.hub);
    }
    venue.hub.drain(1012, "restart");
    for phone in &mut crowd {
        phone.until("bye");
        assert_eq!(phone.next(), None);
    }
}
