//! Every page past the gates: axe, width, focus, targets, console; light and dark; phone and wide screen.

use serde_json::json;

use crate::common::game::{Venue, command, goal};
use crate::driver::{Browser, Screen};
use crate::gates;
use crate::site::{self, LOADED};

/// Names as people really have them: long, unbroken, from right to left.
fn game_with_hard_names(venue: &Venue) -> u64 {
    let feed = venue.feed();
    let game = json!({"sport": "football", "sides": {
        "home": {"name": "Donaudampfschifffahrtsgesellschaftsfußballverein 1899", "short": "DON", "colour": "#ffe100"},
        "away": {"name": "نادي الاتحاد الرياضي", "short": "اتحاد", "colour": "#101010"},
    }});
    let answer = feed.post("/api/v1/games", &game).expect(201);
    let id = answer.json()["id"].as_u64().expect("a game has a number");
    command(&feed, id, &json!({"type": "segment", "do": "start"})).expect(200);
    goal(&feed, id, "away");
    let words = format!("A line with <b>markup</b>, {} and 😀.", "averylongunbrokenword".repeat(6));
    command(&feed, id, &json!({"type": "comment", "text": words})).expect(200);
    id
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn the_pages_for_fans_pass_every_gate() {
    let venue = Venue::open("gates-fans");
    let browser = Browser::open(Screen::Phone);
    let mut faults = gates::faults(&browser, "home-empty", &venue.server.url("/"));
    let game = game_with_hard_names(&venue);
    faults.extend(gates::faults(&browser, "home", &venue.server.url("/")));
    faults.extend(gates::faults(&browser, "game", &site::game(&venue.server, game)));
    let words = format!("{}/commentary", site::game(&venue.server, game));
    faults.extend(gates::faults(&browser, "commentary", &words));
    faults.extend(gates::faults(&browser, "login", &venue.server.url("/login")));
    // Chromium writes every answer of 400 and above to the console; that one line is no fault of the page.
    let missing = gates::faults(&browser, "missing", &venue.server.url("/no-such-page"));
    faults.extend(missing.into_iter().filter(|fault| !fault.contains("status of 404")));
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn the_pages_for_staff_pass_every_gate() {
    let venue = Venue::open("gates-staff");
    let game = game_with_hard_names(&venue);
    let browser = Browser::open(Screen::Phone);
    site::sign_in(&browser, &venue.server);
    let mut faults = gates::faults(&browser, "desk-list", &venue.server.url("/desk"));
    faults.extend(gates::faults(&browser, "desk", &site::desk(&venue.server, game)));
    faults.extend(gates::faults(&browser, "organiser", &venue.server.url("/organiser")));
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn a_screen_reader_finds_its_way() {
    let venue = Venue::open("tree");
    let game = venue.live_game();
    let phone = Browser::open(Screen::Phone);
    phone.go(&site::game(&venue.server, game));
    phone.wait_for(site::FOLLOWING, LOADED);
    for (region, role) in [("#log", "log"), ("#st", "status"), ("#al", "alert")] {
        assert_eq!(phone.element(region).role(), role);
    }
    assert_eq!(phone.element("#score").role(), "region");
    assert_eq!(phone.element("#score").label(), "Score");
    let tree = phone.accessibility_tree();
    let level = |node: &serde_json::Value| node["role"]["value"] == "heading";
    assert!(tree.iter().filter(|node| level(node)).count() >= 2, "headings lead through the page");
    let unnamed = tree.iter().filter(|node| {
        ["button", "link", "textbox", "radio", "checkbox"].iter().any(|role| node["role"]["value"] == *role)
            && node["name"]["value"].as_str().is_none_or(str::is_empty)
    });
    assert_eq!(unnamed.count(), 0, "every control has a name");
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn the_first_load_of_the_fan_page_is_light() {
    const LIMIT: u64 = 30 * 1024;
    let venue = Venue::open("weight");
    let game = venue.live_game();
    for side in ["home", "away", "home"] {
        goal(&venue.feed(), game, side);
    }
    let phone = Browser::open(Screen::Phone);
    phone.go(&site::game(&venue.server, game));
    phone.wait_for(site::FOLLOWING, LOADED);
    let script = "return ['navigation', 'resource'].flatMap((kind) => performance.getEntriesByType(kind))
        .filter((e) => !e.name.includes('/live/')).map((e) => [e.name.replace(location.origin, ''), e.transferSize])";
    let files: Vec<(String, u64)> =
        serde_json::from_value(phone.run(script, &json!([]))).expect("names and sizes");
    let total: u64 = files.iter().map(|(_, bytes)| bytes).sum();
    println!("first load of the fan page: {total} bytes, {files:?}");
    assert!(total > 1000 && total <= LIMIT, "{total} bytes: {files:?}");
    assert!(files.len() <= 5, "{files:?}");
}
