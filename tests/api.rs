//! The HTTP API as a feed and a script meet it: answers against the OpenAPI document, validators, waiting
//! for what was written, refusals. The real binary, over loopback.

mod common;

use std::collections::BTreeSet;
use std::time::Duration;

use common::game::{Venue, command, goal, new_game};
use common::http::{Answer, Client};
use serde_json::{Value, json};

/// Longer than anything here takes on a busy machine.
const SOON: Duration = Duration::from_secs(10);

/// The stable code of a problem.
fn code(answer: &Answer) -> String {
    let problem = answer.json();
    let kind = problem["type"].as_str().unwrap_or_default();
    kind.strip_prefix("urn:touchline:problem:").unwrap_or(kind).to_owned()
}

#[test]
fn every_refusal_is_a_problem_with_a_stable_type() {
    let venue = Venue::open("api-refusals");
    let feed = venue.feed();
    let game = venue.live_game();
    let first = goal(&feed, game, "home");
    let voided = command(&feed, game, &json!({"type": "void", "seq": first})).expect(200).json();
    let correction = voided["seq"].as_u64().expect("a seq");
    let at = |ms: i64| json!({"segment": "1H", "clock_ms": ms});
    let cases = [
        (json!({"type": "action", "action": "gaol", "side": "home"}), 422, "unknown-action"),
        (json!({"type": "action", "action": "goal", "side": "middle"}), 422, "unknown-side"),
        (json!({"type": "action", "action": "goal"}), 422, "side-required"),
        (json!({"type": "action", "action": "goal", "side": "home", "at": at(-60_000)}), 422, "invalid-time"),
        (
            json!({"type": "action", "action": "goal", "side": "home", "at": at(90_000_000)}),
            422,
            "invalid-time",
        ),
        (json!({"type": "action", "action": "goal", "side": "home", "colour": "red"}), 422, "invalid-body"),
        (json!({"type": "goal", "side": "home"}), 422, "unknown-command"),
        (json!({"type": "comment", "text": "  "}), 422, "invalid-value"),
        (json!({"type": "comment", "text": "a\nb"}), 422, "invalid-value"),
        (json!({"type": "void", "seq": correction}), 422, "void-of-void"),
        (json!({"type": "void", "seq": first}), 409, "already-voided"),
        (json!({"type": "void", "seq": 9_999}), 404, "unknown-entry"),
        (json!({"type": "segment", "do": "start", "segment": "2H"}), 409, "wrong-segment"),
        (json!({"type": "clock", "do": "start", "expect_seq": 1}), 409, "conflict"),
        (json!({"type": "state", "to": "scheduled"}), 409, "wrong-state"),
    ];
    for (body, status, expected) in cases {
        let answer = command(&feed, game, &body).expect(status);
        assert_eq!(code(&answer), expected, "{body}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{body}");
        assert!(!answer.json()["detail"].as_str().unwrap_or_default().is_empty(), "{body}");
    }
    let board = feed.get(&format!("/api/v1/games/{game}?min_seq={correction}")).expect(200).json();
    assert_eq!(
        (&board["score_text"], &board["seq"]),
        (&json!("0-0"), &json!(correction)),
        "a refused command changes nothing"
    );
}

#[test]
fn after_the_final_whistle_a_goal_is_refused_and_a_card_is_not() {
    let venue = Venue::open("api-final");
    let (feed, game) = (venue.feed(), venue.live_game());
    for body in [
        json!({"type": "segment", "do": "end"}),
        json!({"type": "segment", "do": "start"}),
        json!({"type": "segment", "do": "end"}),
    ] {
        command(&feed, game, &body).expect(200);
    }
    let refused =
        command(&feed, game, &json!({"type": "action", "action": "goal", "side": "home"})).expect(409);
    assert_eq!(code(&refused), "game-over");
    let card = json!({"type": "action", "action": "red", "side": "home", "player": "9"});
    command(&feed, game, &card).expect(200);
}

#[test]
fn new_games_that_cannot_be_are_refused() {
    let venue = Venue::open("api-new");
    let feed = venue.feed();
    let sides = json!({"home": {"name": "Reds"}, "away": {"name": "Blues"}});
    for (body, expected) in [
        (json!({"sport": "quidditch", "sides": sides}), "unknown-sport"),
        (json!({"sport": "football", "sides": {"home": {"name": "Reds"}}}), "invalid-side"),
        (json!({"sport": "football", "sides": sides, "params": {"half": 500}}), "invalid-parameter"),
        (json!({"sport": "football", "sides": sides, "params": {"quarter": 5}}), "unknown-parameter"),
        (json!({"sport": "football", "sides": sides, "starts_at": "tomorrow"}), "invalid-body"),
        (json!({"sport": "football", "sides": sides, "prize": 5}), "invalid-body"),
    ] {
        let answer = feed.post("/api/v1/games", &body).expect(422);
        assert_eq!(code(&answer), expected, "{body}");
    }
}

#[test]
fn staff_are_asked_who_they_are_and_fans_are_not() {
    let venue = Venue::open("api-staff");
    let game = new_game(&venue.feed());
    let fan = venue.server.client();
    let refused = command(&fan, game, &json!({"type": "segment", "do": "start"})).expect(401);
    assert_eq!(code(&refused), "login-required");
    let wrong = venue.server.client().bearer("tl_nonsense");
    assert_eq!(
        code(&command(&wrong, game, &json!({"type": "segment", "do": "start"})).expect(401)),
        "unknown-token"
    );
    for path in
        ["/api/v1/games", "/api/v1/sports", "/api/v1/openapi.json", "/healthz", "/readyz", "/metrics", "/"]
    {
        fan.get(path).expect(200);
    }
}

#[test]
fn another_sites_page_cannot_act() {
    let venue = Venue::open("api-origin");
    let game = new_game(&venue.feed());
    let start = json!({"type": "segment", "do": "start"});
    let own = format!("http://{}", venue.server.address);
    for (origin, status) in [("http://evil.example", 403), ("null", 403), (own.as_str(), 200)] {
        let staff = venue.signed_in().with("Origin", origin);
        command(&staff, game, &start).expect(status);
    }
    let without = command(&venue.signed_in(), game, &json!({"type": "clock", "do": "stop"}));
    assert_eq!(
        (without.status, code(&without)),
        (403, "foreign-origin".to_owned()),
        "a cookie needs an Origin"
    );
}

#[test]
fn the_same_id_is_done_once_and_another_body_under_it_is_refused() {
    let venue = Venue::open("api-idempotent");
    let (feed, game) = (venue.feed(), venue.live_game());
    let body = json!({"id": "goal-1", "type": "action", "action": "goal", "side": "home"});
    let first = command(&feed, game, &body).expect(200).json();
    let again = command(&feed, game, &body).expect(200).json();
    assert_eq!(first, again);
    let other = json!({"id": "goal-1", "type": "action", "action": "goal", "side": "away"});
    assert_eq!(code(&command(&feed, game, &other).expect(422)), "id-reused");
    let two = feed.clone().with("Idempotency-Key", "goal-2");
    assert_eq!(code(&command(&two, game, &body).expect(400)), "two-ids");
    let board = feed.get(&format!("/api/v1/games/{game}?min_seq={}", first["seq"])).expect(200).json();
    assert_eq!(board["score_text"], "1-0");
    let outcome = feed.get("/api/v1/commands/goal-1").expect(200).json();
    assert_eq!((outcome["outcome"].as_str(), &outcome["seq"]), (Some("accepted"), &first["seq"]));
    feed.get("/api/v1/commands/never-sent").expect(404);
}

#[test]
fn an_asynchronous_command_is_answered_at_once_and_its_outcome_found() {
    let venue = Venue::open("api-async");
    let (feed, game) = (venue.feed(), venue.live_game());
    let asks = feed.clone().with("Prefer", "respond-async");
    let body = json!({"id": "later-1", "type": "action", "action": "goal", "side": "away"});
    let answer = command(&asks, game, &body).expect(202);
    assert_eq!(answer.json()["outcome"], "pending");
    let place = answer.header("location").expect("where to ask").to_owned();
    let outcome = common::wait::until("the outcome", SOON, || {
        let outcome = feed.get(&place).expect(200).json();
        (outcome["outcome"] != "pending").then_some(outcome)
    });
    assert_eq!(outcome["outcome"], "accepted");
    let receipt = common::wait::until("the receipt in the mailbox", SOON, || {
        let messages = feed.get("/live/poll?ch=me").expect(200).json();
        let messages = messages["messages"].as_array().cloned().unwrap_or_default();
        messages.into_iter().find(|message| message["type"] == "receipt" && message["id"] == "later-1")
    });
    assert_eq!(receipt["seq"], outcome["seq"]);
}

#[test]
fn a_reader_who_names_an_event_gets_a_board_that_holds_it() {
    let venue = Venue::open_with("api-min-seq", &["--coalesce-ms", "400"]);
    let (feed, game) = (venue.feed(), venue.live_game());
    for _ in 0..5 {
        let seq = goal(&feed, game, "home");
        let board = feed.get(&format!("/api/v1/games/{game}?min_seq={seq}")).expect(200).json();
        assert!(board["seq"].as_u64() >= Some(seq), "{board}");
    }
    let never = feed.get(&format!("/api/v1/games/{game}?min_seq=9999")).expect(503);
    assert_eq!(never.header("retry-after"), Some("1"));
}

#[test]
fn an_unchanged_board_is_not_sent_again() {
    let venue = Venue::open("api-etag");
    let (feed, game) = (venue.feed(), venue.live_game());
    let path = format!("/api/v1/games/{game}");
    let seq = goal(&feed, game, "away");
    // What is on its way to the board comes before, or the board would change between two looks.
    feed.get(&format!("{path}?min_seq={seq}")).expect(200);
    let first = feed.get(&path).expect(200);
    let etag = first.header("etag").expect("a validator").to_owned();
    assert!(etag.starts_with("W/\"") && etag.ends_with("-en\""), "{etag}");
    assert!(first.header("touchline-now").is_some_and(|now| now.parse::<u64>().is_ok()));
    let held = feed.clone().with("If-None-Match", &etag);
    let unchanged = held.get(&path).expect(304);
    assert!(unchanged.body.is_empty() && unchanged.header("etag").is_some());
    let seq = goal(&feed, game, "home");
    feed.get(&format!("{path}?min_seq={seq}")).expect(200);
    held.get(&path).expect(200);
}

#[test]
fn a_date_is_a_validator_too_once_its_second_is_over() {
    let venue = Venue::open("api-date");
    let feed = venue.feed();
    let game = new_game(&feed);
    let path = format!("/api/v1/games/{game}");
    let modified = feed.get(&path).expect(200).header("last-modified").expect("a date").to_owned();
    for held in [modified.as_str(), "Fri, 01 Jan 2100 00:00:00 GMT"] {
        let client = venue.server.client().with("If-Modified-Since", held);
        // Within the second of the change a date cannot tell; the whole answer comes.
        common::wait::until("304", SOON, || (client.get(&path).status == 304).then_some(()));
    }
    for held in ["Thu, 01 Jan 1970 00:00:00 GMT", "yesterday"] {
        venue.server.client().with("If-Modified-Since", held).get(&path).expect(200);
    }
    let both = venue.server.client().with("If-Modified-Since", &modified).with("If-None-Match", "\"other\"");
    both.get(&path).expect(200);
}

#[test]
fn the_log_is_in_order_paged_and_public() {
    let venue = Venue::open("api-log");
    let (feed, game) = (venue.feed(), venue.live_game());
    for _ in 0..3 {
        goal(&feed, game, "home");
    }
    let fan = venue.server.client();
    let all = fan.get(&format!("/api/v1/games/{game}/log")).expect(200).json();
    let seqs: Vec<u64> =
        all["events"].as_array().expect("events").iter().filter_map(|e| e["seq"].as_u64()).collect();
    assert_eq!(seqs.len(), 5);
    assert!(seqs.is_sorted());
    let rest = fan.get(&format!("/api/v1/games/{game}/log?after={}&limit=1", seqs[2])).expect(200).json();
    assert_eq!(rest["events"][0]["seq"], json!(seqs[3]));
    let lines = fan
        .clone()
        .with("Accept", "application/x-ndjson")
        .get(&format!("/api/v1/games/{game}/log"))
        .expect(200);
    assert_eq!(lines.text().lines().count(), 5);
    fan.get("/api/v1/games/999/log").expect(404);
}

#[test]
fn older_entries_are_paged_by_order() {
    let venue = Venue::open("api-timeline");
    let (feed, game) = (venue.feed(), venue.live_game());
    for _ in 0..9 {
        goal(&feed, game, "home");
    }
    let mut seen = BTreeSet::new();
    let mut path = format!("/api/v1/games/{game}/timeline?limit=4");
    loop {
        let page = feed.get(&path).expect(200).json();
        for entry in page["timeline"].as_object().expect("a page").values() {
            assert!(seen.insert(entry["seq"].as_u64()), "{entry} came twice");
        }
        match page["next"].as_str() {
            Some(before) => path = format!("/api/v1/games/{game}/timeline?limit=4&before={before}"),
            None => break,
        }
    }
    assert_eq!(seen.len(), 10, "the start and nine goals");
}

#[test]
fn games_are_listed_filtered_and_paged() {
    let venue = Venue::open("api-list");
    let feed = venue.feed();
    let live = venue.live_game();
    for _ in 0..3 {
        new_game(&feed);
    }
    let ids = |answer: &Value| -> Vec<u64> {
        answer["games"].as_array().expect("games").iter().filter_map(|game| game["id"].as_u64()).collect()
    };
    assert_eq!(ids(&feed.get("/api/v1/games").expect(200).json()).len(), 4);
    assert_eq!(ids(&feed.get("/api/v1/games?state=live").expect(200).json()), [live]);
    assert_eq!(ids(&feed.get("/api/v1/games?date=2026-11-23").expect(200).json()), [0; 0]);
    feed.get("/api/v1/games?date=today").expect(400);
    let page = feed.get("/api/v1/games?limit=3").expect(200);
    let next = page.header("link").expect("a next page").to_owned();
    let next = next.trim_start_matches('<').split('>').next().expect("an address").to_owned();
    assert_eq!(ids(&feed.get(&next).expect(200).json()).len(), 1);
    feed.delete(&format!("/api/v1/games/{live}")).expect(200);
    let gone = |client: &Client| ids(&client.get("/api/v1/games").expect(200).json());
    common::wait::until("the withdrawn game to leave the list", SOON, || {
        (!gone(&feed).contains(&live)).then_some(())
    });
}

#[test]
fn a_change_is_seen_and_a_second_one_of_the_rules_is_too_late() {
    let venue = Venue::open("api-change");
    let (feed, game) = (venue.feed(), venue.live_game());
    let path = format!("/api/v1/games/{game}");
    let changed = feed.patch(&path, &json!({"sides": {"home": {"name": "Scarlets"}}})).expect(200).json();
    assert_eq!(changed["sides"]["home"]["name"], "Scarlets");
    let late = feed.patch(&path, &json!({"params": {"half": 20}})).expect(409);
    assert_eq!(code(&late), "already-begun");
}

#[test]
fn an_award_replaces_the_shown_score_and_keeps_the_played_one() {
    let venue = Venue::open("api-award");
    let (feed, game) = (venue.feed(), venue.live_game());
    goal(&feed, game, "away");
    let award = json!({"type": "state", "to": "awarded", "reason": "Ineligible player",
        "award": {"side": "home", "kind": "forfeit", "score": [3, 0]}});
    let seq = command(&feed, game, &award).expect(200).json()["seq"].clone();
    let board = feed.get(&format!("/api/v1/games/{game}?min_seq={seq}")).expect(200).json();
    assert_eq!((&board["state"], &board["score_text"]), (&json!("awarded"), &json!("3-0")));
    let sides = &board["sides"];
    assert_eq!((&sides["home"]["score"], &sides["away"]["score"]), (&json!(3), &json!(0)));
    assert_eq!((&sides["home"]["played"], &sides["away"]["played"]), (&json!(0), &json!(1)));
}

#[test]
fn a_device_gets_one_cookie_and_keeps_it() {
    let venue = Venue::open("api-device");
    let fan = venue.server.client();
    let first = fan.post("/api/v1/device", &json!({})).expect(204);
    let cookie = first.cookie().expect("a device cookie");
    let own = format!("http://{}", venue.server.address);
    let again = fan
        .clone()
        .with("Cookie", cookie)
        .with("Origin", &own)
        .post("/api/v1/device", &json!({}))
        .expect(204);
    assert!(again.cookie().is_none(), "a device that has a cookie keeps it");
    let page = fan.get("/").expect(200);
    assert!(
        page.cookie().is_none() && page.header("vary") == Some("Accept-Encoding"),
        "pages are cached for all"
    );
}

#[test]
fn with_a_staff_listener_the_public_one_hides_the_staff() {
    let venue = Venue::open_with("api-two-listeners", &["--staff-listen", "127.0.0.1:0"]);
    let fan = venue.server.client();
    for path in ["/login", "/desk", "/desk/1", "/organiser"] {
        fan.get(path).expect(404);
    }
    venue.feed().post("/api/v1/games", &json!({})).expect(404);
    fan.get("/").expect(200);
}

#[test]
fn a_body_that_is_too_large_is_refused_unread() {
    let venue = Venue::open("api-large");
    let head = format!(
        "POST /api/v1/games HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: 10000000\r\n\r\n",
        venue.server.address
    );
    let answer = common::http::raw(venue.server.address, head.as_bytes());
    assert!(answer.starts_with(b"HTTP/1.1 413 "), "{}", String::from_utf8_lossy(&answer));
}

#[test]
fn the_openapi_document_names_what_there_is_and_its_answers_have_its_shapes() {
    let venue = Venue::open("api-openapi");
    let (feed, game) = (venue.feed(), venue.live_game());
    goal(&feed, game, "home");
    let api = feed.get("/api/v1/openapi.json").expect(200).json();
    assert_eq!(api["openapi"], "3.1.0");
    let document = api.clone();
    for (path, operations) in api["paths"].as_object().expect("paths") {
        let id = if path.contains("/sports/") {
            "football"
        } else if path.contains("/commands/") {
            "unknown"
        } else {
            "1"
        };
        let address = path.replace("{id}", id);
        for method in operations.as_object().expect("operations").keys().filter(|name| *name != "parameters")
        {
            if method != "get" {
                continue;
            }
            let answer = feed.get(&address);
            let response = &operations[method]["responses"][answer.status.to_string()];
            assert!(response.is_object(), "{method} {path}: {} is not described", answer.status);
            let kind = answer
                .header("content-type")
                .unwrap_or_default()
                .split(';')
                .next()
                .unwrap_or_default()
                .to_owned();
            let response = resolve(&document, response);
            let schema = &response["content"][&kind]["schema"];
            assert!(schema.is_object(), "{method} {path}: no schema for {kind}");
            let mut wrong = Vec::new();
            check(&document, schema, &answer.json(), path, &mut wrong);
            assert!(wrong.is_empty(), "{method} {path}: {wrong:#?}");
        }
    }
}

/// Follows a `$ref`.
fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(pointer) => {
            document.pointer(pointer.trim_start_matches('#')).expect("a reference that leads somewhere")
        }
        None => schema,
    }
}

/// Holds a value to the part of JSON Schema the document uses: types, required members, nested shapes.
fn check(document: &Value, schema: &Value, value: &Value, place: &str, wrong: &mut Vec<String>) {
    let schema = resolve(document, schema);
    if let Some(words) = schema["enum"].as_array().filter(|words| !words.contains(value)) {
        wrong.push(format!("{place}: {value} is none of {words:?}"));
    }
    let fits = |kind: &str| match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "boolean" => value.is_boolean(),
        _ => true,
    };
    if schema["type"].as_str().is_some_and(|kind| !fits(kind)) {
        wrong.push(format!("{place}: {value} is no {}", schema["type"]));
    }
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if value.get(name).is_none() {
            wrong.push(format!("{place}: `{name}` is missing"));
        }
    }
    for (name, inner) in value.as_object().into_iter().flatten() {
        let shape = schema["properties"].get(name).or(schema.get("additionalProperties"));
        if let Some(shape) = shape.filter(|shape| shape.is_object()) {
            check(document, shape, inner, &format!("{place}.{name}"), wrong);
        }
    }
    if let Some(items) = schema.get("items") {
        for (index, inner) in value.as_array().into_iter().flatten().enumerate() {
            check(document, items, inner, &format!("{place}[{index}]"), wrong);
        }
    }
}

#[test]
fn the_venues_name_stands_at_the_top_of_the_day() {
    let venue = Venue::open_with("api-venue-name", &["--venue", "Harbour <Park>"]);
    let page = venue.server.client().get("/").expect(200).text();
    assert!(page.contains("<h1>Harbour &lt;Park&gt;</h1>"), "{page}");
}

#[test]
fn a_desk_keeps_the_buttons_of_the_file_its_game_was_made_with() {
    let folder = common::folder::Folder::new("api-frozen-sport");
    let data = folder.join("data");
    let carried = include_str!("../data/sports/football.toml");
    let own = carried.replacen("label = \"Corner\"", "label = \"Flag kick\"", 1);
    assert_ne!(own, carried, "football has corners");
    let sports = folder.write("sports/football.toml", &own);
    let sports = sports.parent().expect("a folder").to_str().expect("plain").to_owned();
    common::server::add_user(&data, common::game::ORGANISER.0, "organiser", common::game::ORGANISER.1);
    let token = common::server::token(&data, "organiser");
    let desk = |server: &common::server::Server| {
        let (name, password) = common::game::ORGANISER;
        let answer = server.client().form("/login", &[("name", name), ("password", password)]).expect(303);
        server.client().with("Cookie", answer.cookie().expect("a session")).get("/desk/1").expect(200).text()
    };
    let server = common::server::Server::start_with(&data, &["--sports", &sports]);
    new_game(&server.client().bearer(&token));
    assert!(desk(&server).contains("Flag kick"));
    server.stop();
    let server = common::server::Server::start_with(&data, &[]);
    assert!(desk(&server).contains("Flag kick"), "the file has changed since, the game has not");
}
