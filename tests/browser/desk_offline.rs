//! The desk without the box and back: what was tapped is kept, in its order and with its time; two desks; a session that
//! ends.

use serde_json::{Value, json};

use crate::common::game::{ORGANISER, Venue, board, command};
use crate::common::server::add_user;
use crate::common::wait;
use crate::desk_thumb::{full_game, open};
use crate::driver::{Browser, Network, Screen};
use crate::site::{self, LOADED, SEEN};

/// The entries of the log by kind, oldest first.
fn kinds(venue: &Venue, game: u64) -> Vec<(String, Value)> {
    let board = board(&venue.feed(), game);
    let mut entries: Vec<Value> =
        board["timeline"].as_object().into_iter().flat_map(|all| all.values().cloned()).collect();
    entries.sort_by_key(|entry| entry["seq"].as_u64());
    let wanted = entries
        .into_iter()
        .filter(|entry| ["goal", "corner", "comment"].iter().any(|kind| entry["kind"] == *kind));
    wanted.map(|entry| (entry["kind"].as_str().unwrap_or_default().to_owned(), entry["at"].clone())).collect()
}

fn waiting(desk: &Browser) -> Value {
    desk.run("return document.querySelectorAll('#mine [data-outcome=waiting],#mine [data-outcome=retrying]').length", &json!([]))
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn what_is_tapped_without_network_arrives_in_order_with_its_time_even_after_a_reload() {
    let venue = Venue::open("desk-offline");
    let game = full_game(&venue);
    let desk = open(&venue, game, Screen::Phone);
    command(&venue.feed(), game, &json!({"type": "clock", "do": "set", "value_ms": 600_000})).expect(200);
    desk.wait_for_words("#clock", "10:0", SEEN);

    desk.network(Network::Down);
    desk.element(&site::action("home", "corner")).click();
    site::enter(&desk, "away", "goal");
    desk.element(site::COMMENT).fill("Nobody saw it coming.");
    desk.element("form[data-command=comment] button").click();
    wait::until("three entries to wait", SEEN, || (waiting(&desk) == 3).then_some(()));
    desk.wait_for_words("#queue", "3 waiting", SEEN);
    desk.picture("desk-offline");

    // The tab is closed, and opened again once the network is back.
    desk.go("about:blank");
    desk.network(Network::Up);
    assert_eq!(kinds(&venue, game).len(), 0, "nothing has left yet");
    desk.go(&site::desk(&venue.server, game));
    desk.wait_for(site::FOLLOWING, LOADED);
    let told = wait::until("all three in the log", LOADED, || {
        Some(kinds(&venue, game)).filter(|kinds| kinds.len() == 3)
    });
    let names: Vec<&str> = told.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(names, ["corner", "goal", "comment"], "in the order of the taps");
    let at: Vec<i64> = told.iter().map(|(_, at)| at["clock_ms"].as_i64().unwrap_or(-1)).collect();
    assert!(at.is_sorted() && at[0] >= 600_000 && at[2] < 630_000, "with the clock of the taps: {at:?}");
    assert_eq!(desk.words(site::AWAY_SCORE), "1");
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn a_desk_that_loses_the_network_keeps_the_entry_and_says_so() {
    let venue = Venue::open("desk-lost");
    let game = full_game(&venue);
    let desk = open(&venue, game, Screen::Phone);
    desk.network(Network::Down);
    site::enter(&desk, "home", "goal");
    desk.wait_for_words("#mine li", "Trying again", SEEN);
    assert_eq!(board(&venue.feed(), game)["score_text"], "0-0");
    desk.network(Network::Up);
    desk.wait_for_words(site::HOME_SCORE, "1", LOADED);
    desk.wait_for_words("#mine li", "Accepted", LOADED);
    let stored = desk.run_async(
        "const done = arguments[0]; const open = indexedDB.open('touchline');
         open.onsuccess = () => { const all = open.result.transaction('outbox').objectStore('outbox').getAll();
           all.onsuccess = () => done(all.result.length); };",
        &json!([]),
    );
    assert_eq!(stored, 0, "what is settled is kept no longer");
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn a_second_desk_takes_over_and_the_first_is_told() {
    let venue = Venue::open("desk-takeover");
    add_user(&venue.data, "kim", "commentator", ORGANISER.1);
    let game = full_game(&venue);
    let first = open(&venue, game, Screen::Phone);
    first.element("#scorer summary").click();
    first.element("#scorer [value=claim]").click();
    first.wait_for("#scorer[data-scorer=me]", SEEN);

    let second = Browser::open(Screen::Phone);
    second.go(&venue.server.url("/login"));
    second.element("input[name=name]").fill("kim");
    second.element("input[name=password]").fill(ORGANISER.1);
    second.element("form[action='/login'] button").click();
    wait::until("kim's sign-in to lead on", LOADED, || (!second.address().contains("/login")).then_some(()));
    second.go(&site::desk(&venue.server, game));
    second.wait_for(site::FOLLOWING, LOADED);
    second.wait_for("#scorer[data-scorer=other]", SEEN);
    second.wait_for_words("#scorer-note", "olga keeps the score", SEEN);
    assert!(second.find("#pad fieldset:disabled").is_some(), "the buttons of the score are off");
    second.picture("desk-second-person");
    second.element(site::COMMENT).fill("Words are welcome.");
    second.element("form[data-command=comment] button").click();
    first.wait_for_words("#timeline li", "Words are welcome.", SEEN);

    first.element(site::COMMENT).fill("Half a thought");
    second.element("#scorer [value=take_over]").click();
    second.wait_for("#scorer[data-scorer=me]", SEEN);
    first.wait_for_words("#taken:not([hidden]) p", "kim has taken over the score", SEEN);
    wait::until("the takeover to be spoken", SEEN, || {
        first.spoken().into_iter().any(|line| line.text.contains("kim has taken over")).then_some(())
    });
    let focus = first.run("return [document.activeElement.name, document.activeElement.value]", &json!([]));
    assert_eq!(focus, json!(["text", "Half a thought"]), "the notice takes no focus");
    first.picture("desk-taken-over");
    site::enter(&second, "home", "goal");
    first.wait_for_words(site::HOME_SCORE, "1", SEEN);
    assert!(first.find("#pad fieldset:disabled").is_some());
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn what_was_tapped_while_another_took_over_needs_a_look() {
    let venue = Venue::open("desk-check");
    let game = full_game(&venue);
    let desk = open(&venue, game, Screen::Phone);
    desk.network(Network::Down);
    site::enter(&desk, "home", "goal");
    wait::until("the entry to wait", SEEN, || (waiting(&desk) == 1).then_some(()));
    command(&venue.feed(), game, &json!({"type": "scorer", "do": "claim"})).expect(200);
    desk.network(Network::Up);
    desk.wait_for("#mine [data-outcome=check]", LOADED);
    let words = desk.words("#mine [data-outcome=check]");
    assert!(words.contains("Needs check") && words.contains("Somebody changed this meanwhile"), "{words}");
    desk.picture("desk-needs-check");
    // After a look: taken over, and sent again.
    desk.wait_for("#scorer[data-scorer=other] [value=take_over]", SEEN).click();
    desk.wait_for("#scorer[data-scorer=me]", SEEN);
    desk.element("#mine [data-outcome=check] [data-again]").click();
    desk.wait_for_words(site::HOME_SCORE, "1", SEEN);
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn a_session_that_ends_asks_for_the_password_and_loses_nothing() {
    let venue = Venue::open("desk-session");
    let game = full_game(&venue);
    let desk = open(&venue, game, Screen::Phone);
    desk.element(site::COMMENT).fill("A long clearance");
    desk.cdp("Network.clearBrowserCookies", &json!({}));
    site::enter(&desk, "home", "goal");
    let dialog = desk.wait_for("#sign-in[open]", SEEN);
    assert_eq!((dialog.role().as_str(), dialog.label().as_str()), ("alertdialog", "Your session has ended"));
    assert_eq!(desk.run("return document.activeElement.name", &json!([])), "password");
    desk.picture("desk-session-ended");
    desk.element("#sign-in [name=password]").fill("wrong");
    desk.element("#sign-in .primary").click();
    desk.wait_for_words("#sign-in .problem", "wrong", SEEN);
    desk.element("#sign-in [name=password]").fill(ORGANISER.1);
    desk.element("#sign-in .primary").click();
    desk.wait_for_words(site::HOME_SCORE, "1", LOADED);
    assert!(desk.find("#sign-in[open]").is_none());
    let draft =
        desk.run("return document.querySelector('form[data-command=comment] [name=text]').value", &json!([]));
    assert_eq!(draft, "A long clearance");
}
