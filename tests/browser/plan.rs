//! The organiser's day in the browser: a whole plan played through, by keyboard alone, and with script off.

use std::time::Duration;

use serde_json::json;

use crate::common::game::Venue;
use crate::common::wait;
use crate::driver::{Browser, Screen};
use crate::gates;
use crate::site::{self, LOADED, SEEN};

const DAY: &str = "2026-11-22";
const PITCHES: [&str; 5] = ["Main", "Court 2", "Court 3", "Beach", "Hall"];

/// Two games on each of five pitches.
fn table() -> String {
    let mut text = "date,time,pitch,home,away,title,half\n".to_owned();
    for (index, pitch) in PITCHES.iter().enumerate() {
        let n = index * 2;
        for (hour, number) in [(10, n + 1), (12, n + 2)] {
            text.push_str(&format!(
                "{DAY},{hour}:00,{pitch},Team {number}A,Team {number}B,Group {index},20\n"
            ));
        }
    }
    text
}

/// The day of the box's clock, which the home page shows: the plan of these tests must be on it.
fn today(venue: &Venue) -> String {
    let now = venue.server.client().get("/healthz").expect(200).header("date").map(str::to_owned);
    let now = chrono::DateTime::parse_from_rfc2822(&now.expect("answers carry a date")).expect("a date");
    now.with_timezone(&chrono::Local).format("%Y-%m-%d").to_string()
}

fn import(browser: &Browser, venue: &Venue, text: &str) {
    browser.go(&venue.server.url("/organiser/import"));
    // Typing a table key by key takes a while; it is put in as a paste would.
    browser.run("document.getElementById('import-text').value = arguments[0]", &json!([text]));
    browser.element("form:has([value=preview]) button").click();
    browser.wait_for("#confirm", LOADED);
}

/// The game's slot on the plan, by a name that is in it.
fn slot_of(browser: &Browser, name: &str) -> u64 {
    let script = "return [...document.querySelectorAll('.slot')].find((s) => s.textContent.includes(arguments[0]))?.id ?? ''";
    let id = browser.run(script, &json!([name]));
    id.as_str().and_then(|id| id.strip_prefix("slot-")).and_then(|id| id.parse().ok()).expect("a slot")
}

fn time_of(browser: &Browser, name: &str) -> String {
    let script =
        "return [...document.querySelectorAll('.slot')].find((s) => s.textContent.includes(arguments[0]))
        ?.closest('tr').querySelector('th').textContent ?? ''";
    browser.run(script, &json!([name])).as_str().unwrap_or_default().to_owned()
}

fn focused(browser: &Browser) -> String {
    browser.run("return document.activeElement.id", &json!([])).as_str().unwrap_or_default().to_owned()
}

/// A key pressed where the focus is.
fn press(browser: &Browser, key: &str, code: &str, number: u32) {
    let text = if key == "Enter" {
        "\r"
    } else if key == " " {
        " "
    } else {
        ""
    };
    let down =
        json!({"type": "keyDown", "key": key, "code": code, "windowsVirtualKeyCode": number, "text": text});
    browser.cdp("Input.dispatchKeyEvent", &down);
    let up = json!({"type": "keyUp", "key": key, "code": code, "windowsVirtualKeyCode": number});
    browser.cdp("Input.dispatchKeyEvent", &up);
}

fn tab_to(browser: &Browser, wanted: &str) {
    for _ in 0..150 {
        if browser.run("return document.activeElement.matches(arguments[0])", &json!([wanted])) == true {
            return;
        }
        press(browser, "Tab", "Tab", 9);
    }
    panic!("Tab never comes to {wanted}");
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn a_day_of_five_pitches_is_planned_and_played() {
    let venue = Venue::open("day-plan");
    let day = today(&venue);
    let organiser = Browser::open(Screen::Wide);
    site::sign_in(&organiser, &venue.server);

    organiser.go(&venue.server.url("/organiser/venue"));
    organiser.element("#venue-name").fill("Harbour Park");
    organiser
        .run("document.getElementById('venue-pitches').value = arguments[0]", &json!([PITCHES.join("\n")]));
    organiser.element("form[action='/organiser/venue'] button").click();
    organiser.wait_for(site::ACCEPTED, LOADED);

    import(&organiser, &venue, &table().replace(DAY, &day));
    assert_eq!(organiser.words("#import-sum"), "10 new games.");
    organiser.picture("import-preview");
    organiser.element("#confirm button").click();
    organiser.wait_for_words("#import-sum", "10 games were made.", LOADED);
    organiser.element("#import-after a").click();
    organiser.wait_for("table.plan", LOADED);
    assert_eq!(
        organiser.words(".plan thead"),
        "TimeMainCourt 2Court 3BeachHall",
        "a column for each pitch, in order"
    );
    organiser.picture("plan-five-pitches");
    import(&organiser, &venue, &(table().replace(DAY, &day) + &format!("{day},14:00,Main,Late,Comers,,\n")));
    assert!(
        organiser.words("#import-sum").contains("10 are there already."),
        "{}",
        organiser.words("#import-sum")
    );
    organiser.element("#confirm button").click();
    organiser.wait_for_words("#import-sum", "1 game was made.", LOADED);

    // Two games change times; the button pressed keeps the focus, although its place is another.
    organiser.go(&venue.server.url(&format!("/organiser?day={day}")));
    let id = slot_of(&organiser, "Team 2A");
    assert_eq!(time_of(&organiser, "Team 2A"), "12:00");
    organiser.element(&format!("#earlier-{id}")).click();
    wait::until("Team 2A at ten", LOADED, || (time_of(&organiser, "Team 2A") == "10:00").then_some(()));
    assert_eq!(time_of(&organiser, "Team 1A"), "12:00");
    assert_eq!(
        focused(&organiser),
        format!("later-{id}"),
        "the game is the first now: its other button has the focus"
    );

    // One is postponed, one awarded; fans see both.
    let postponed = slot_of(&organiser, "Team 3A");
    organiser.go(&venue.server.url(&format!("/organiser/games/{postponed}")));
    organiser.element("#act-postpone summary").click();
    organiser.element("#postpone-reason").fill("Waterlogged");
    organiser.element("#act-postpone button").click();
    organiser.wait_for_words(site::ACCEPTED, "It is postponed.", LOADED);
    organiser.go(&venue.server.url(&format!("/organiser?day={day}")));
    let awarded = slot_of(&organiser, "Team 5A");
    organiser.go(&venue.server.url(&format!("/organiser/games/{awarded}")));
    organiser.element("#act-award summary").click();
    organiser.element("#act-award input[value=home]").click();
    organiser.run("document.getElementById('award-score.home').value = 3", &json!([]));
    organiser.run("document.getElementById('award-score.away').value = 0", &json!([]));
    organiser.picture("award");
    organiser.element("#act-award button").click();
    organiser.wait_for_words(site::ACCEPTED, "It is awarded.", LOADED);

    let fan = Browser::open(Screen::Phone);
    fan.go(&venue.server.url("/"));
    fan.wait_for_words(&format!("#g{postponed}"), "Postponed", SEEN);
    fan.wait_for_words(&format!("#g{awarded} .sides"), "3", SEEN);
    assert!(fan.words("#main").contains("Team 10B"), "{}", fan.words("#main"));
    fan.picture("fan-home-of-a-planned-day");
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn an_organiser_with_a_keyboard_alone_makes_a_game_and_what_is_typed_stays() {
    let venue = Venue::open("day-keyboard");
    let organiser = Browser::open(Screen::Wide);
    site::sign_in(&organiser, &venue.server);
    organiser.go(&venue.server.url("/organiser"));
    organiser.wait_for("#new[open]", LOADED);
    for (field, text) in [("#new-home", "Reds"), ("#new-away", "Blues")] {
        tab_to(&organiser, field);
        organiser.cdp("Input.insertText", &json!({"text": text}));
    }
    tab_to(&organiser, "#new button.primary");
    press(&organiser, "Enter", "Enter", 13);
    organiser.wait_for_words(site::ACCEPTED, "The game is in the plan.", LOADED);
    organiser.wait_for(".slot", LOADED);
    assert!(organiser.words(".slot").contains("Reds"), "{}", organiser.words("#part-day"));

    // Somebody else changes the plan while a name is being typed: the list follows, the field does not.
    tab_to(&organiser, "#new-home");
    organiser.cdp("Input.insertText", &json!({"text": "Green"}));
    let other = json!({"sport": "football", "sides": {"home": {"name": "Elsewhere"}, "away": {"name": "B"}}});
    venue.feed().post("/api/v1/games", &other).expect(201);
    organiser.wait_for_words("#part-day", "Elsewhere", Duration::from_secs(15));
    assert_eq!(focused(&organiser), "new-home");
    assert_eq!(organiser.run("return document.getElementById('new-home').value", &json!([])), "Green");
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn a_plan_is_made_with_script_off() {
    let venue = Venue::open("day-plain");
    let organiser = Browser::open(Screen::Phone);
    organiser.switch_script_off();
    site::sign_in(&organiser, &venue.server);
    organiser.go(&venue.server.url("/organiser/teams"));
    organiser.element("#new-name").fill("Reds");
    organiser.element("#new-squad").fill("9 Diaz");
    organiser.element("form[action='/organiser/teams'] button").click();
    organiser.wait_for(site::ACCEPTED, LOADED);
    assert!(organiser.words(".team-list").contains("1 player"), "{}", organiser.words(".team-list"));

    import(&organiser, &venue, &table());
    organiser.element("#confirm button").click();
    organiser.wait_for_words("#import-sum", "10 games were made.", LOADED);
    organiser.go(&venue.server.url(&format!("/organiser?day={DAY}")));
    let id = slot_of(&organiser, "Team 2A");
    organiser.element(&format!("#earlier-{id}")).click();
    organiser.wait_for_words(site::ACCEPTED, "changed times", LOADED);
    assert_eq!(time_of(&organiser, "Team 2A"), "10:00");
    organiser.go(&venue.server.url(&format!("/organiser/shift?day={DAY}&pitch=Hall")));
    organiser.element("#moves-minutes").fill("15");
    organiser.element("form[method=get] button").click();
    organiser.wait_for(".moved", LOADED);
    organiser.element("form[method=post] button.primary").click();
    organiser.wait_for_words(site::ACCEPTED, "new times", LOADED);
    assert_eq!(time_of(&organiser, "Team 9A"), "10:15");
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn the_pages_of_the_day_pass_every_gate() {
    let venue = Venue::open("gates-day");
    let feed = venue.feed();
    let browser = Browser::open(Screen::Phone);
    site::sign_in(&browser, &venue.server);
    let mut faults = gates::faults(&browser, "plan-empty", &venue.server.url("/organiser?day=2026-12-24"));
    let set = json!({"name": "Harbour Park", "pitches": PITCHES, "languages": ["en", "de"]});
    feed.patch("/api/v1/venue", &set).expect(200);
    let team = json!({"name": "نادي الاتحاد الرياضي", "short": "ITT", "colour": "#f7f7f7", "players": [{"number": "9", "name": "نور"}]});
    let team = feed.post("/api/v1/teams", &team).expect(201).json()["id"].clone();
    feed.post(
        "/api/v1/teams",
        &json!({"name": "Donaudampfschifffahrtsgesellschaft 1899", "colour": "#b3151b"}),
    )
    .expect(201);
    let more = format!(
        "{DAY},10:30,Main,Donaudampfschifffahrtsgesellschaft 1899,نادي الاتحاد الرياضي,,\n,,,No time,Yet,,\n"
    );
    let all = feed.send("POST", "/api/v1/games/import", "text/csv", (table() + &more).as_bytes());
    let game = all.expect("an answer").expect(200).json()["rows"][10]["game"].clone();
    for (name, path) in [
        ("plan", format!("/organiser?day={DAY}")),
        ("plan-game", format!("/organiser/games/{game}")),
        ("plan-shift", format!("/organiser/shift?day={DAY}&pitch=Main&minutes=20")),
        ("plan-copy", format!("/organiser/copy?day={DAY}&to=2026-11-29")),
        ("import", "/organiser/import".to_owned()),
        ("teams", "/organiser/teams".to_owned()),
        ("team", format!("/organiser/teams/{team}")),
        ("venue", "/organiser/venue".to_owned()),
    ] {
        faults.extend(gates::faults(&browser, name, &venue.server.url(&path)));
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
