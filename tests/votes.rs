//! Votes on a whole box: who may vote, what is refused and counted, what a seal keeps, and what a restart finds.
//!
//! Over loopback against the real binary, and where time and order matter against the ledger itself.

mod common;
#[allow(dead_code, reason = "the commands of a match are for other tests")]
#[path = "ledger/venue.rs"]
mod ground;
#[allow(dead_code, missing_docs, unreachable_pub, reason = "the other transports are for other tests")]
#[path = "contract/link.rs"]
mod link;
#[path = "votes/ledger.rs"]
mod votes_ledger;

use std::time::Duration;

use common::game::Venue;
use common::http::{Answer, Client};
use common::wait;
use link::Link;
use serde_json::{Value, json};
use touchline::wire::Transport;

const SOON: Duration = Duration::from_secs(10);

fn code(answer: &Answer) -> String {
    let problem = answer.json();
    let kind = problem["type"].as_str().unwrap_or_default();
    kind.strip_prefix("urn:touchline:problem:").unwrap_or(kind).to_owned()
}

/// The cookie of a phone that has just come.
fn cookie(venue: &Venue) -> String {
    let answer = venue.server.client().post("/api/v1/device", &json!({})).expect(204);
    answer.cookie().expect("a new phone gets a cookie").to_owned()
}

/// A browser with that cookie on a page of the box.
fn phone(venue: &Venue, cookie: &str) -> Client {
    venue.server.client().with("Cookie", cookie).with("Origin", &format!("http://{}", venue.server.address))
}

/// A box and phones that were here before its present start, so that nobody waits for them to be old enough.
fn open<const N: usize>(name: &str) -> (Venue, [String; N]) {
    let venue = Venue::open(name);
    let cookies = std::array::from_fn(|_| cookie(&venue));
    (venue.crash(), cookies)
}

fn poll(venue: &Venue, body: &Value) -> u64 {
    let made = venue.feed().post("/api/v1/polls", body).expect(201);
    let id = made.json()["id"].as_u64().expect("a number");
    assert_eq!(made.header("location"), Some(format!("/api/v1/polls/{id}").as_str()));
    id
}

fn single(venue: &Venue) -> u64 {
    poll(venue, &json!({"question": "Player of the match?", "kind": "single", "options": ["Diaz", "Okoro"]}))
}

fn set(venue: &Venue, poll: u64, body: &Value) -> Value {
    venue.feed().patch(&format!("/api/v1/polls/{poll}"), body).expect(200).json()
}

fn vote(client: &Client, poll: u64, body: &Value) -> Answer {
    client.post(&format!("/api/v1/polls/{poll}/ballots"), body)
}

fn board(venue: &Venue, poll: u64) -> Value {
    venue.server.client().get(&format!("/api/v1/polls/{poll}")).expect(200).json()
}

/// The board once its turnout is that: counts are gathered for half a second.
fn board_with(venue: &Venue, poll: u64, turnout: u64) -> Value {
    wait::until("the turnout", SOON, || Some(board(venue, poll)).filter(|board| board["turnout"] == turnout))
}

#[test]
fn every_refusal_has_its_code_and_is_counted_at_the_close() {
    let (venue, [ann, bob]) = open("votes-refused");
    let poll = single(&venue);
    let fan = phone(&venue, &ann);
    let check = |answer: Answer, status: u16, expected: &str| {
        let answer = answer.expect(status);
        assert_eq!(code(&answer), expected);
        answer
    };
    let one = json!({"choice": ["1"]});
    check(vote(&fan, poll, &one), 409, "poll-not-open");
    check(vote(&fan, 99, &one), 404, "unknown-poll");
    set(&venue, poll, &json!({"state": "open"}));
    check(vote(&venue.server.client(), poll, &one), 401, "device-required");
    check(vote(&phone(&venue, "touchline-device=AAAA"), poll, &one), 403, "device-unknown");
    let new = check(vote(&phone(&venue, &cookie(&venue)), poll, &one), 409, "device-too-new");
    assert_eq!(new.header("retry-after"), Some("3"));
    for choice in [json!(["3"]), json!(["x"]), json!([]), json!(["1", "2"])] {
        check(vote(&fan, poll, &json!({"choice": choice})), 422, "invalid-choice");
    }
    let first = vote(&fan, poll, &one).expect(201).json();
    assert_eq!((&first["outcome"], &first["poll"]), (&json!("accepted"), &json!(poll)));
    assert_eq!(vote(&fan, poll, &one).expect(201).json()["receipt"], first["receipt"]);
    check(vote(&fan, poll, &json!({"choice": ["2"]})), 409, "already-voted");
    for (body, expected) in [
        (json!({"choice": "1"}), "invalid-body"),
        (json!({"choice": [1]}), "invalid-body"),
        (json!({"choice": ["1"], "colour": "red"}), "invalid-body"),
        (json!({"choice": ["1"], "code": "7F2K"}), "invalid-body"),
    ] {
        check(vote(&phone(&venue, &bob), poll, &body), 422, expected);
    }
    let closed = set(&venue, poll, &json!({"state": "closed"}));
    check(vote(&phone(&venue, &bob), poll, &one), 409, "poll-closed");
    check(vote(&venue.server.client(), poll, &one), 409, "poll-closed");
    assert_eq!(vote(&fan, poll, &one).expect(201).json()["receipt"], first["receipt"], "a lost answer");
    assert_eq!(
        closed["refused"],
        json!({"already-voted": 1, "device-required": 1, "device-too-new": 1, "device-unknown": 1,
            "invalid-choice": 4, "poll-not-open": 1})
    );
}

#[test]
fn a_ticket_counts_once_and_only_its_hash_is_kept() {
    let (venue, []) = open("votes-tickets");
    let new = json!({"question": "Best song?", "kind": "points", "access": "ticket", "scale": [12, 10],
        "options": ["A", "B", "C"]});
    let poll = poll(&venue, &new);
    let refused = venue.feed().patch(&format!("/api/v1/polls/{poll}"), &json!({"state": "open"})).expect(409);
    assert_eq!(code(&refused), "no-tickets");
    let path = format!("/api/v1/polls/{poll}/tickets");
    let printed = venue.feed().post(&path, &json!({"count": 1_200})).expect(201).json();
    let codes: Vec<&str> = printed["codes"].as_array().unwrap().iter().map(|c| c.as_str().unwrap()).collect();
    assert_eq!(codes.iter().collect::<std::collections::BTreeSet<_>>().len(), 1_200);
    let open = set(&venue, poll, &json!({"state": "open"}));
    assert_eq!((&open["issued"], &open["label"]), (&json!(1_200), &json!("Ticket vote")));
    let fan = venue.server.client();
    assert_eq!(code(&vote(&fan, poll, &json!({"choice": ["1", "2"]})).expect(422)), "code-required");
    let never = json!({"choice": ["1", "2"], "code": "0000-0000-0000-0000"});
    assert_eq!(code(&vote(&fan, poll, &never).expect(403)), "code-unknown");
    let cast = |code: &str, choice: [&str; 2]| vote(&fan, poll, &json!({"choice": choice, "code": code}));
    let receipt = cast(codes[0], ["3", "1"]).expect(201).json()["receipt"].clone();
    let typed = codes[0].to_lowercase().replace('-', " ");
    assert_eq!(cast(&typed, ["3", "1"]).expect(201).json()["receipt"], receipt);
    assert_eq!(code(&cast(codes[0], ["1", "3"]).expect(409)), "code-used");
    cast(codes[1_199], ["3", "2"]).expect(201);
    set(&venue, poll, &json!({"state": "closed"}));
    let out = set(&venue, poll, &json!({"state": "revealed"}));
    assert_eq!(out["tally"], json!({"1": 10, "2": 10, "3": 24}));
    assert_eq!(out["ranks"], json!({"1": 2, "2": 2, "3": 1}));
    assert_eq!(out["refused"], json!({"code-required": 1, "code-unknown": 1, "code-used": 1}));
    let data = std::fs::read(venue.data.join("touchline.db-wal")).unwrap_or_default();
    let data = [data, std::fs::read(venue.data.join("touchline.db")).expect("the database")].concat();
    let plain: String = codes[0].chars().filter(|c| *c != '-').collect();
    for code in [codes[0], plain.as_str()] {
        assert!(!data.windows(code.len()).any(|bytes| bytes == code.as_bytes()), "a code stands in the data");
    }
    for count in [json!(0), json!(10_001), json!("5")] {
        venue.feed().post(&path, &json!({"count": count})).expect(422);
    }
}

#[test]
fn a_sealed_vote_shows_its_turnout_and_nothing_else_until_it_is_revealed() {
    let (venue, [ann, bob, cem]) = open("votes-sealed");
    let poll = single(&venue);
    set(&venue, poll, &json!({"state": "open"}));
    let mut receipts: Vec<String> = [(&ann, "1"), (&bob, "1"), (&cem, "2")]
        .map(|(cookie, option)| {
            let told = vote(&phone(&venue, cookie), poll, &json!({"choice": [option]})).expect(201).json();
            told["receipt"].as_str().expect("a receipt").to_owned()
        })
        .into();
    let sealed = |board: &Value| {
        for field in ["tally", "ranks", "shown", "mean"] {
            assert!(board.get(field).is_none(), "{field} of a sealed vote: {board}");
        }
    };
    sealed(&board_with(&venue, poll, 3));
    let path = format!("/api/v1/polls/{poll}/receipts");
    assert_eq!(code(&venue.server.client().get(&path).expect(409)), "not-revealed");
    let closed = set(&venue, poll, &json!({"state": "closed"}));
    sealed(&closed);
    let exported =
        common::server::run(&["export", "--format", "ndjson", "--data", venue.data.to_str().expect("plain")]);
    assert!(exported.stdout.contains("poll_closed"), "{}", exported.stdout);
    assert!(!exported.stdout.contains("ballot_cast"), "sealed events left the box: {}", exported.stdout);
    let next = set(&venue, poll, &json!({"state": "revealed", "stage": "next"}));
    assert_eq!((&next["shown"], &next["ranks"]), (&json!({"2": 1}), &json!({"2": 2})));
    assert!(next.get("tally").is_none() && next["state"] == "closed", "{next}");
    let all = set(&venue, poll, &json!({"state": "revealed"}));
    assert_eq!((&all["tally"], &all["ranks"]), (&json!({"1": 2, "2": 1}), &json!({"1": 1, "2": 2})));
    receipts.sort();
    assert_eq!(venue.server.client().get(&path).expect(200).json()["receipts"], json!(receipts));
    let record = wait::until("the hash of the record", SOON, || {
        board(&venue, poll)["record"].as_str().map(str::to_owned)
    });
    assert_eq!(record.len(), 64);
}

#[test]
fn who_would_not_wait_is_told_at_the_address_and_nobody_else() {
    let (venue, [ann, bob]) = open("votes-async");
    let poll = single(&venue);
    set(&venue, poll, &json!({"state": "open"}));
    let fan = phone(&venue, &ann);
    let later = |id: &str, choice: &str| {
        let body = json!({"id": id, "choice": [choice]});
        let taken = vote(&fan.with("Prefer", "respond-async"), poll, &body).expect(202);
        assert_eq!(taken.json(), json!({"id": id, "outcome": "pending"}));
        let address = taken.header("location").expect("where to ask").to_owned();
        wait::until("an outcome", SOON, || {
            Some(fan.get(&address).expect(200).json()).filter(|told| told["outcome"] != "pending")
        })
    };
    let told = later("one", "1");
    assert_eq!((&told["outcome"], &told["poll"]), (&json!("accepted"), &json!(poll)));
    let refused = later("two", "2");
    assert_eq!(refused["outcome"], "rejected");
    assert_eq!(refused["problem"]["type"], "urn:touchline:problem:already-voted");
    phone(&venue, &bob).get("/api/v1/commands/one").expect(404);
    venue.server.client().get("/api/v1/commands/one").expect(401);
    board_with(&venue, poll, 1);
    let venue = venue.crash();
    let again = phone(&venue, &ann).get("/api/v1/commands/one").expect(200).json();
    assert_eq!(again["receipt"], told["receipt"], "the ballot is its own outcome");
}

#[test]
fn the_same_id_is_the_same_ballot() {
    let (venue, [ann]) = open("votes-idempotent");
    let poll = single(&venue);
    set(&venue, poll, &json!({"state": "open"}));
    let fan = phone(&venue, &ann);
    let first = vote(&fan, poll, &json!({"id": "k", "choice": ["1"]})).expect(201).json();
    let keyed = vote(&fan.with("Idempotency-Key", "k"), poll, &json!({"choice": ["1"]})).expect(201).json();
    assert_eq!(first, keyed);
    let other = vote(&fan, poll, &json!({"id": "k", "choice": ["2"]})).expect(422);
    assert_eq!(code(&other), "id-reused");
    let two = vote(&fan.with("Idempotency-Key", "l"), poll, &json!({"id": "k", "choice": ["1"]})).expect(400);
    assert_eq!(code(&two), "two-ids");
    assert_eq!(code(&vote(&fan, poll, &json!({"id": "a b", "choice": ["1"]})).expect(400)), "bad-id");
}

#[test]
fn organisers_alone_make_and_change_votes() {
    let (venue, [ann]) = open("votes-organiser");
    let new = json!({"question": "Who?", "kind": "rating", "steps": 3, "game": 7});
    venue.server.client().post("/api/v1/polls", &new).expect(401);
    assert_eq!(code(&venue.feed().post("/api/v1/polls", &new).expect(404)), "unknown-game");
    for (body, expected) in [
        (json!({"question": "Who?", "kind": "single", "options": ["A"]}), "invalid-poll"),
        (json!({"question": "Who?", "kind": "single", "options": ["A", "B"], "max": 2}), "invalid-body"),
        (json!({"question": "Who?", "kind": "best", "options": ["A", "B"]}), "invalid-body"),
        (json!({"question": "a\nb", "kind": "rating"}), "invalid-value"),
    ] {
        assert_eq!(code(&venue.feed().post("/api/v1/polls", &body).expect(422)), expected, "{body}");
    }
    let poll = single(&venue);
    let path = format!("/api/v1/polls/{poll}");
    let feed = venue.feed();
    assert_eq!(code(&feed.patch(&path, &json!({"state": "closed"})).expect(409)), "wrong-state");
    for body in [
        json!({"state": "gone"}),
        json!({"state": "open", "stage": "all"}),
        json!({"state": "open", "question": "Whom?"}),
        json!({"state": "revealed", "stage": "some"}),
    ] {
        assert_eq!(code(&feed.patch(&path, &body).expect(422)), "invalid-body", "{body}");
    }
    venue.server.client().patch(&path, &json!({"state": "open"})).expect(401);
    let pending = feed.with("Prefer", "respond-async").patch(&path, &json!({"id": "o", "state": "open"}));
    assert_eq!(pending.expect(202).header("location"), Some("/api/v1/commands/o"));
    let told = wait::until("an outcome", SOON, || {
        Some(feed.get("/api/v1/commands/o").expect(200).json()).filter(|told| told["outcome"] == "accepted")
    });
    assert_eq!(told["poll"], poll);
    let seq = told["seq"].as_u64().expect("an event");
    assert_eq!(feed.get(&format!("{path}?min_seq={seq}")).expect(200).json()["state"], "open");
    assert_eq!(feed.get("/api/v1/polls").expect(200).json()["polls"][0]["id"], poll);
    vote(&phone(&venue, &ann), poll, &json!({"choice": ["1"]})).expect(201);
    let gone = feed.delete(&path).expect(200).json();
    assert!(gone["withdrawn"] == true && gone.get("tally").is_none(), "{gone}");
    assert_eq!(feed.get("/api/v1/polls").expect(200).json()["polls"], json!([]));
    assert_eq!(feed.get("/api/v1/polls?all=1").expect(200).json()["polls"][0]["withdrawn"], true);
    venue.server.client().get("/api/v1/polls?all=1").expect(401);
    assert_eq!(code(&vote(&phone(&venue, &ann), poll, &json!({"choice": ["2"]})).expect(409)), "poll-closed");
}

/// A WebSocket of a browser with that cookie, its opening read.
fn socket(venue: &Venue, query: &str, cookie: Option<&str>) -> Link {
    let address = venue.server.address;
    let cookie = cookie.map_or_else(String::new, |cookie| format!("Cookie: {cookie}\r\n"));
    let head = format!(
        "GET /live/ws?{query} HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\n{cookie}{}\r\n",
        link::UPGRADE
    );
    let mut link = Link::send(address, head.as_bytes());
    link.read_head();
    assert_eq!(link.status(), 101, "{}", link.head);
    link
}

fn until(link: &mut Link, kind: &str) -> Value {
    loop {
        let (message, _) = link.message(Transport::WebSocket).expect("the connection is open");
        if message["type"] == kind {
            return message;
        }
    }
}

#[test]
fn a_phone_votes_over_its_socket_and_hears_the_count() {
    let (venue, [ann, bob]) = open("votes-socket");
    let new = json!({"question": "Who?", "kind": "single", "options": ["A", "B"], "secret": false});
    let poll = poll(&venue, &new);
    set(&venue, poll, &json!({"state": "open"}));
    let ballot = |id: &str, option: &str| {
        json!({"type": "ballot", "poll": poll, "id": id, "choice": [option]}).to_string()
    };
    let mut fan = socket(&venue, &format!("ch=poll/{poll}&ch=venue&ch=me"), Some(&ann));
    let counted = wait::until("the board", SOON, || {
        Some(until(&mut fan, "snapshot")).filter(|snapshot| snapshot["ch"] == format!("poll/{poll}"))
    });
    assert_eq!(counted["board"]["tally"], json!({"1": 0, "2": 0}));
    fan.send_frame(0x81, ballot("one", "2").as_bytes());
    let receipt = until(&mut fan, "receipt");
    assert_eq!((&receipt["id"], &receipt["outcome"]), (&json!("one"), &json!("accepted")));
    assert_eq!(receipt["receipt"].as_str().map(str::len), Some(20));
    fan.send_frame(0x81, ballot("two", "1").as_bytes());
    let refused = wait::until("a refusal", SOON, || {
        Some(until(&mut fan, "receipt")).filter(|receipt| receipt["id"] == "two")
    });
    assert_eq!(refused["problem"]["type"], "urn:touchline:problem:already-voted");
    let mut stranger = socket(&venue, &format!("ch=poll/{poll}"), None);
    stranger.send_frame(0x81, ballot("three", "1").as_bytes());
    let problem = until(&mut stranger, "problem")["problem"].clone();
    assert_eq!(problem["type"], "urn:touchline:problem:device-required");
    assert_eq!(problem["id"], "three");
    let mut young = socket(&venue, "ch=venue", Some(&cookie(&venue)));
    young.send_frame(0x81, ballot("four", "1").as_bytes());
    let problem = until(&mut young, "problem")["problem"].clone();
    assert_eq!(problem["type"], "urn:touchline:problem:device-too-new");
    vote(&phone(&venue, &bob), poll, &json!({"choice": ["2"]})).expect(201);
    assert_eq!(board_with(&venue, poll, 2)["tally"], json!({"1": 0, "2": 2}));
    set(&venue, poll, &json!({"state": "closed"}));
    let said = loop {
        let patch = until(&mut stranger, "patch");
        if let Some(line) = patch["say"].get(0) {
            break line.clone();
        }
    };
    assert_eq!(said["text"], "Result of the vote. Who? Place 1: B, 2 votes. Place 2: A, 0 votes.");
    assert_eq!((&said["to"], &said["level"]), (&json!("polite"), &json!("key")));
}
