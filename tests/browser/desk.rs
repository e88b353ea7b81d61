//! Every form of the desk, by hand: the same steps with script and without, from kick-off to the shoot-out.

use serde_json::json;

use crate::common::game::{Venue, board, command};
use crate::common::wait;
use crate::driver::{Browser, Screen};
use crate::site::{self, LOADED, SEEN};

/// A cup tie that goes to kicks right after the second half.
fn cup_tie(venue: &Venue) -> u64 {
    let game = json!({"sport": "football", "params": {"knockout": true, "extra_time": false}, "sides": {
        "home": {"name": "Reds", "players": [{"number": "9", "name": "Diaz"}, {"number": "14", "name": "Lee"}]},
        "away": {"name": "Blues"},
    }});
    let answer = venue.feed().post("/api/v1/games", &game).expect(201);
    answer.json()["id"].as_u64().expect("a game has a number")
}

/// The form of that command, by the card of its side where it has one.
fn form(kind: &str) -> String {
    format!("form[data-command={kind}]")
}

/// Unfolds what hides the form, if it is folded.
fn unfold(desk: &Browser, form: &str) {
    let folded = format!("details:not([open]):has({form}) > summary");
    if let Some(summary) = desk.find(&folded) {
        summary.click();
    }
}

/// Chooses in a list without script of the page's own.
fn choose(desk: &Browser, list: &str, value: &str) {
    desk.element(&format!("{list} option[value='{value}']")).click();
}

/// Waits until the desk shows these words in that place.
fn shows(desk: &Browser, place: &str, words: &str) {
    desk.wait_for_words(place, words, SEEN);
}

fn a_whole_tie(desk: &Browser, venue: &Venue, game: u64) {
    let client = venue.feed();
    let newest = format!("{} li", site::TIMELINE);
    let side = "form:has(input[name=side][value=home]):has(input[name=minute])";
    desk.element("button[data-start='1H']").click();
    shows(desk, "#phase", "First half");

    desk.element("form:has(input[name=action][value=added_time]) input[name=value]").fill("3");
    desk.element("form:has(input[name=action][value=added_time]) button").click();
    shows(desk, "#notes", "At least 3 added minutes");

    site::unfold_more(desk, "home");
    desk.element(&format!("{side} input[name=player]")).fill("9");
    desk.element(&format!("{side} input[name=other]")).fill("14");
    desk.element(&site::action("home", "substitution")).click();
    shows(desk, &newest, "Lee");
    shows(desk, &newest, "Diaz");

    desk.element("form[data-command=comment] [name=text]").fill("Mind the <puddles>.");
    desk.element("form[data-command=comment] input[name=urgency]").click();
    desk.element("form[data-command=comment] button").click();
    shows(desk, &newest, "Mind the <puddles>.");

    desk.element("form[data-command=clock] button[value=stop]").click();
    stands(&client, game, "the clock to stop", |board| board["clock"]["running"] == false);
    desk.element("form[data-command=clock] input[name=value]").fill("44:30");
    desk.element("form[data-command=clock] button[value=set]").click();
    shows(desk, "#clock", "44:30");

    end(desk, "1H");
    shows(desk, "#phase", "Half time");
    desk.element("button[data-start='2H']").click();
    shows(desk, "#phase", "Second half");

    // Forgotten before the interval: the minute tells the half.
    site::unfold_more(desk, "home");
    desk.element(&format!("{side} input[name=player]")).fill("9");
    desk.element(&format!("{side} input[name=minute]")).fill("20");
    desk.element(&site::action("home", "goal")).click();
    shows(desk, site::HOME_SCORE, "1");
    let seq = wait::until("the goal among the entries", SEEN, || site::newest(desk, "goal"));
    let at = board(&client, game)["timeline"][seq.to_string()]["at"].clone();
    assert_eq!((&at["segment"], &at["text"]), (&json!("1H"), &json!("20'")), "{at}");

    unfold(desk, "select[name=of]");
    choose(desk, "select[name=of]", &seq.to_string());
    desk.element("form[data-command=review]:has(select) button[value=open]").click();
    shows(desk, "#notes", "Under review");
    desk.wait_for("button[data-review=open][value=overturned]:not([hidden])", SEEN).click();
    shows(desk, site::HOME_SCORE, "0");

    // The other side's goal, entered for the wrong one and corrected.
    site::enter(desk, "away", "goal");
    shows(desk, site::AWAY_SCORE, "1");
    let wrong = wait::until("the goal of the other side", SEEN, || {
        board(&client, game)["timeline"].as_object()?.values().find_map(|entry| {
            let counts = entry["kind"] == "goal" && entry["side"] == "away" && entry["voided_by"].is_null();
            counts.then(|| entry["seq"].as_u64())?
        })
    });
    desk.wait_for(&format!("{} [data-do=edit]", site::entry(wrong)), SEEN).click();
    let replace = form("replace");
    desk.wait_for(&format!("{replace} select[name=action]"), LOADED);
    choose(desk, &format!("{replace} select[name=action]"), "corner");
    choose(desk, &format!("{replace} select[name=side]"), "home");
    desk.element(&format!("{replace} .primary")).click();
    confirm(desk);
    shows(desk, site::AWAY_SCORE, "0");

    // A count by hand, looked at before it is sent where the page is a page of its own.
    let adjust = form("adjust");
    unfold(desk, &adjust);
    desk.element(&format!("{adjust} input[name=to]")).fill("2");
    desk.element(&format!("{adjust} .primary")).click();
    shows(desk, site::HOME_SCORE, "2");
    shows(desk, "#notes", "Counted by hand");
    unfold(desk, &adjust);
    desk.element(&format!("{adjust} input[name=to]")).fill("0");
    desk.element(&format!("{adjust} .primary")).click();
    shows(desk, site::HOME_SCORE, "0");

    state(desk, "suspended", "Lightning");
    shows(desk, "#phase", "Lightning");
    state(desk, "live", "");
    shows(desk, "#phase", "Second half");

    end(desk, "2H");
    desk.wait_for("button[data-start='P']:not([hidden])", SEEN).click();
    shows(desk, "#phase", "shoot-out");
    let kick = |side: &str, scored: bool| {
        let button = format!("form:has(input[name=side][value={side}]) button[name=scored][value={scored}]");
        desk.element(&button).click();
        let wanted = if scored { "Scored" } else { "Missed" };
        shows(desk, &newest, wanted);
    };
    kick("home", true);
    kick("away", false);
    stands(&client, game, "the kicks", |board| board["shootout"]["score"] == json!({"home": 1, "away": 0}));
    assert!(desk.find("[data-group=score]:not([hidden])").is_none(), "in a shoot-out only kicks are entered");

    state(desk, "abandoned", "Dark");
    shows(desk, "#phase", "Dark");
    let awarded = form("state");
    unfold(desk, &awarded);
    choose(desk, &format!("{awarded} select[name=to]"), "awarded");
    choose(desk, &format!("{awarded} select[name=side]"), "away");
    desk.element(&format!("{awarded} button")).click();
    stands(&client, game, "the award", |board| {
        board["state"] == "awarded" && board["result"]["winner"] == "away"
    });
}

/// Ends a period: its button, and "Confirm 2–1".
fn end(desk: &Browser, segment: &str) {
    desk.wait_for(&format!("[data-end-of='{segment}']:not([hidden]) summary"), SEEN).click();
    desk.element(&format!("button[data-end='{segment}']")).click();
}

/// Without script what would change is a page of its own, with the button that does it.
fn confirm(desk: &Browser) {
    if let Some(button) = desk.find("body[data-page=desk-preview] .primary") {
        button.click();
    }
}

/// Changes the state through its form.
fn state(desk: &Browser, to: &str, reason: &str) {
    let form = form("state");
    unfold(desk, &form);
    choose(desk, &format!("{form} select[name=to]"), to);
    if !reason.is_empty() {
        desk.element(&format!("{form} input[name=reason]")).fill(reason);
    }
    desk.element(&format!("{form} button")).click();
}

/// Waits until the public board is so.
fn stands(
    client: &crate::common::http::Client,
    game: u64,
    what: &str,
    so: impl Fn(&serde_json::Value) -> bool,
) {
    wait::until(what, SEEN, || so(&board(client, game)).then_some(()));
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn every_form_of_the_desk_works_with_script() {
    let venue = Venue::open("desk-forms");
    let game = cup_tie(&venue);
    let desk = Browser::open(Screen::Wide);
    site::sign_in(&desk, &venue.server);
    desk.go(&site::desk(&venue.server, game));
    desk.wait_for(site::FOLLOWING, LOADED);
    a_whole_tie(&desk, &venue, game);
    assert!(desk.find(site::OWN_REFUSED).is_none(), "{}", desk.words(site::OWN_REFUSED));
    assert_eq!(desk.console_errors(), [""; 0]);
    desk.picture("desk-after-a-whole-tie");
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn every_form_of_the_desk_works_without_script() {
    let venue = Venue::open("desk-forms-plain");
    let game = cup_tie(&venue);
    let desk = Browser::open(Screen::Wide);
    desk.switch_script_off();
    site::sign_in(&desk, &venue.server);
    desk.go(&site::desk(&venue.server, game));
    a_whole_tie(&desk, &venue, game);
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn a_shoot_out_is_followed_kick_by_kick_on_the_phone() {
    let venue = Venue::open("kicks");
    let game = cup_tie(&venue);
    let feed = venue.feed();
    let play = |body: serde_json::Value| {
        command(&feed, game, &body).expect(200);
    };
    for _ in 0..2 {
        play(json!({"type": "segment", "do": "start"}));
        play(json!({"type": "segment", "do": "end"}));
    }
    let phone = Browser::open(Screen::Phone);
    phone.go(&site::game(&venue.server, game));
    phone.wait_for(site::FOLLOWING, LOADED);
    play(json!({"type": "segment", "do": "start"}));
    for (side, scored) in [("home", true), ("away", false), ("home", true)] {
        play(json!({"type": "action", "action": "kick", "side": side, "scored": scored}));
    }
    phone.wait_for_words("[data-kicks=home]", "Reds ● ● 2", SEEN);
    phone.wait_for_words("[data-kicks=away]", "Blues ✕ 0", SEEN);
    assert_eq!(phone.words(site::HOME_SCORE), "0", "kicks are no goals");
    assert!(phone.words("#shootout-text").contains("Reds 2, Blues 0"), "{}", phone.words("#shootout-text"));
    phone.picture("shoot-out-on-the-phone");
}
