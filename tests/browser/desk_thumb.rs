//! The desk under a thumb: two taps for a goal, undo, previews, the end of a half, what follows from what, size and place
//! of what is pressed, the keyboard alone.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::common::game::{Venue, board, command, goal};
use crate::common::wait;
use crate::driver::{Browser, Scheme, Screen};
use crate::gates;
use crate::site::{self, LOADED, SEEN};

/// Both sides with a squad of eighteen.
pub(crate) fn full_game(venue: &Venue) -> u64 {
    let squad = |offset: usize| {
        let names = ["Diaz", "Okoro", "Müller", "Lee", "Novák", "Silva", "Haddad", "Kim", "Rossi"];
        let players: Vec<Value> = (1..=18)
            .map(|n| json!({"number": n.to_string(), "name": names[(n + offset) % names.len()]}))
            .collect();
        Value::from(players)
    };
    let game = json!({"sport": "football", "sides": {
        "home": {"name": "Harbour Town", "short": "HAR", "colour": "#b3151b", "players": squad(0)},
        "away": {"name": "Riverside United", "short": "RIV", "colour": "#0b5cad", "players": squad(4)},
    }});
    let made = venue.feed().post("/api/v1/games", &game).expect(201);
    let id = made.json()["id"].as_u64().expect("a game has a number");
    command(&venue.feed(), id, &json!({"type": "segment", "do": "start"})).expect(200);
    id
}

/// A desk that follows.
pub(crate) fn open(venue: &Venue, game: u64, screen: Screen) -> Browser {
    let desk = Browser::open(screen);
    site::sign_in(&desk, &venue.server);
    desk.go(&site::desk(&venue.server, game));
    desk.wait_for(site::FOLLOWING, LOADED);
    desk
}

fn fan(venue: &Venue, game: u64) -> Browser {
    let phone = Browser::open(Screen::Phone);
    phone.go(&site::game(&venue.server, game));
    phone.wait_for(site::FOLLOWING, LOADED);
    phone
}

/// Every button that is seen in the place, as name, width, height and top.
fn buttons(desk: &Browser, place: &str) -> Vec<(String, f64, f64, f64)> {
    let script = "return [...document.querySelector(arguments[0]).querySelectorAll('button,summary')]
        .filter((e) => e.getClientRects().length > 0)
        .map((e) => { const box = e.getBoundingClientRect(); return [e.textContent.trim(), box.width, box.height, box.top]; })";
    serde_json::from_value(desk.run(script, &json!([place]))).expect("names and sizes")
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn a_goal_takes_two_taps_a_corner_one_and_all_of_it_lies_under_the_thumb() {
    let venue = Venue::open("thumb");
    let game = full_game(&venue);
    let desk = open(&venue, game, Screen::Phone);
    for (place, least) in [("#pad", 370.0), ("#choose", 100.0)] {
        if place == "#choose" {
            desk.picture("desk-phone");
            desk.element(&site::action("home", "goal")).click();
            desk.wait_for("#choose:not([hidden])", SEEN);
            desk.picture("desk-phone-who");
        }
        for (name, width, height, top) in buttons(&desk, place) {
            let tag = place == "#choose" && ["Penalty", "Header", "Free kick"].contains(&name.as_str());
            let big = if tag { 44.0 } else { 63.5 };
            assert!(width >= big && height >= big, "{name} in {place} is {width}x{height}");
            assert!(top >= least, "{name} in {place} begins at {top} of 740");
        }
    }
    assert!(gates::axe(&desk).is_empty(), "{:?}", gates::axe(&desk));
    desk.element("#choose [data-player='9']").click();
    desk.wait_for_words(site::HOME_SCORE, "1", SEEN);
    desk.wait_for_words("#mine [data-outcome=accepted]", "Goal, Harbour Town, 9", SEEN);
    desk.picture("desk-phone-undo");

    desk.element(&site::action("away", "goal")).click();
    desk.wait_for(site::NO_PLAYER, SEEN).click();
    desk.wait_for_words(site::AWAY_SCORE, "1", SEEN);
    desk.element(&site::action("away", "corner")).click();
    desk.wait_for_words("#timeline li", "Corner", SEEN);
    assert_eq!(desk.console_errors(), [""; 0]);
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn a_wrong_goal_is_gone_from_a_fans_phone_two_taps_later() {
    let venue = Venue::open("undo");
    let game = full_game(&venue);
    let (desk, phone) = (open(&venue, game, Screen::Phone), fan(&venue, game));
    site::enter(&desk, "home", "goal");
    phone.wait_for_words(site::HOME_SCORE, "1", SEEN);
    let tapped = Instant::now();
    desk.wait_for("#undo [data-undo]", SEEN).click();
    phone.wait_for_words(site::HOME_SCORE, "0", SEEN);
    println!("undo on the fan's page after {} ms", tapped.elapsed().as_millis());

    // Later, from the list: what would change is shown, then confirmed.
    let seq = goal(&venue.feed(), game, "home");
    desk.wait_for(&format!("{} [data-do=void]", site::entry(seq)), SEEN);
    phone.wait_for_words(site::HOME_SCORE, "1", SEEN);
    desk.element(&format!("{} [data-do=void]", site::entry(seq))).click();
    desk.wait_for_words(".panel .preview", "Score 1-0 → 0-0", SEEN);
    desk.picture("desk-phone-withdraw");
    let tapped = Instant::now();
    desk.element(".panel .primary").click();
    phone.wait_for_words(site::HOME_SCORE, "0", SEEN);
    assert!(tapped.elapsed() <= Duration::from_secs(5));
    desk.wait_for(&format!("{}[data-gone]", site::entry(seq)), SEEN);
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn a_correction_is_looked_at_and_what_somebody_else_changed_is_told() {
    let venue = Venue::open("theirs");
    let game = full_game(&venue);
    let desk = open(&venue, game, Screen::Wide);
    let seq = goal(&venue.feed(), game, "home");
    desk.wait_for(&format!("{} [data-do=edit]", site::entry(seq)), SEEN).click();
    desk.element(".panel select[name=side] option[value=away]").click();
    desk.element(".panel input[name=player]").fill("7");
    desk.element(".panel [name=preview]").click();
    desk.wait_for_words(".panel .preview", "Score 1-0 → 0-1", SEEN);

    let theirs = json!({"type": "action", "action": "goal", "side": "home", "player": "10"});
    let by =
        command(&venue.feed(), game, &json!({"type": "replace", "seq": seq, "with": theirs})).expect(200);
    desk.wait_for_words(".panel .theirs", "Changed by", SEEN);
    assert_eq!(desk.run("return document.querySelector('.panel [name=player]').value", &json!([])), "7");
    desk.picture("desk-changed-by-somebody");
    desk.element(".panel .theirs button:last-child").click();
    desk.element(".panel .primary").click();
    desk.wait_for_words(site::AWAY_SCORE, "1", SEEN);
    let by = by.json()["seq"].clone();
    let kept = wait::until("one's own correction upon theirs", SEEN, || {
        board(&venue.feed(), game)["timeline"].as_object()?.values().find(|e| e["replaces"] == by).cloned()
    });
    assert_eq!((&kept["side"], &kept["player"]), (&json!("away"), &json!("7")));
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn the_end_of_a_half_is_confirmed_with_the_score_and_a_review_is_told_to_fans() {
    let venue = Venue::open("confirm");
    let game = full_game(&venue);
    let (desk, phone) = (open(&venue, game, Screen::Phone), fan(&venue, game));
    desk.element("[data-review=none]").click();
    phone.wait_for_words("#notes", "Under review", SEEN);
    desk.wait_for("[data-review=open][value=stands]:not([hidden])", SEEN).click();
    wait::until("the review to be over", SEEN, || {
        (!phone.words("#notes").contains("Under review")).then_some(())
    });
    desk.element("[data-end-of='1H'] summary").click();
    assert_eq!(desk.words("[data-end='1H']"), "Confirm 0–0");
    // Somebody else scores while the finger is on its way: what is confirmed is what is shown.
    goal(&venue.feed(), game, "away");
    desk.wait_for_words("[data-end='1H']", "Confirm 0–1", SEEN);
    desk.picture("desk-phone-confirm");
    desk.element("[data-end='1H']").click();
    desk.wait_for_words("#phase", "Half time", SEEN);
    desk.wait_for("[data-start='2H']:not([hidden])", SEEN);
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn what_follows_from_an_entry_is_offered_with_it() {
    let venue = Venue::open("follow");
    let game = full_game(&venue);
    let desk = open(&venue, game, Screen::Phone);
    site::enter(&desk, "home", "penalty_awarded");
    desk.wait_for("#undo [data-follow=goal]", SEEN).click();
    desk.wait_for("#choose [data-player='9']", SEEN).click();
    desk.wait_for_words(site::HOME_SCORE, "1", SEEN);
    let of = wait::until("the goal in the log", SEEN, || {
        board(&venue.feed(), game)["timeline"].as_object()?.values().find(|e| e["kind"] == "goal")?["of"]
            .as_u64()
    });
    let given = board(&venue.feed(), game)["timeline"][of.to_string()]["text"].clone();
    assert!(given.as_str().unwrap_or_default().contains("Penalty"), "{given}");

    // A substitution asks twice: who goes, who comes.
    site::unfold_more(&desk, "away");
    desk.element(&site::action("away", "substitution")).click();
    desk.wait_for("#choose [data-player='3']", SEEN).click();
    desk.wait_for_words("#choose h3", "Player coming on", SEEN);
    desk.element("#choose [data-player='14']").click();
    let change = wait::until("the substitution in the log", SEEN, || {
        board(&venue.feed(), game)["timeline"]
            .as_object()?
            .values()
            .find(|e| e["kind"] == "substitution")
            .cloned()
    });
    assert_eq!((&change["player"], &change["other"]), (&json!("3"), &json!("14")));
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn a_phrase_is_one_tap_and_a_draft_outlives_a_reload() {
    let venue = Venue::open("phrases");
    let game = full_game(&venue);
    let desk = open(&venue, game, Screen::Phone);
    desk.element("#phrases summary").click();
    let phrases = desk.words("#phrases");
    assert!(phrases.contains("Harbour Town press high."), "{phrases}");
    desk.element("#phrases .phrase").click();
    let draft = || {
        desk.run("return document.querySelector('form[data-command=comment] [name=text]').value", &json!([]))
    };
    let text = draft();
    assert!(text.as_str().unwrap_or_default().ends_with("press high."), "{text}");
    desk.reload();
    desk.wait_for(site::FOLLOWING, LOADED);
    assert_eq!(draft(), text);
    desk.element("form[data-command=comment] button").click();
    desk.wait_for_words("#timeline li", "press high.", SEEN);
    assert_eq!(draft(), "");
    desk.reload();
    desk.wait_for(site::FOLLOWING, LOADED);
    assert_eq!(draft(), "", "what was published is no draft");
}

/// Presses keys one after another, wherever the focus is.
fn press(desk: &Browser, keys: &[&str]) {
    for key in keys {
        let (code, text) = match *key {
            "Enter" => (13, "\r"),
            "Tab" => (9, ""),
            "Escape" => (27, ""),
            letter => (letter.to_ascii_uppercase().bytes().next().unwrap_or_default(), letter),
        };
        let mut down = json!({"type": "keyDown", "key": key, "windowsVirtualKeyCode": code});
        if !text.is_empty() {
            down["text"] = text.into();
        }
        desk.cdp("Input.dispatchKeyEvent", &down);
        desk.cdp(
            "Input.dispatchKeyEvent",
            &json!({"type": "keyUp", "key": key, "windowsVirtualKeyCode": code}),
        );
    }
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn by_keyboard_alone_and_single_keys_only_when_switched_on() {
    let venue = Venue::open("keys");
    let game = full_game(&venue);
    let desk = open(&venue, game, Screen::Wide);
    press(&desk, &["1", "g"]);
    assert!(desk.find("#choose:not([hidden])").is_none(), "off until they are switched on");
    desk.element("#keys summary").click();
    desk.element("#keys-on").click();
    desk.run("document.activeElement.blur()", &json!([]));
    press(&desk, &["1", "g"]);
    desk.wait_for("#choose:not([hidden])", SEEN);
    // Escape leaves it; then with a typed number.
    press(&desk, &["Escape"]);
    assert!(desk.find("#choose:not([hidden])").is_none());
    press(&desk, &["2", "g"]);
    desk.wait_for("#choose:not([hidden])", SEEN);
    desk.run("document.querySelector('#choose input').focus()", &json!([]));
    press(&desk, &["9", "Enter"]);
    desk.wait_for_words(site::AWAY_SCORE, "1", SEEN);
    desk.run("document.activeElement.blur()", &json!([]));
    press(&desk, &["u"]);
    desk.wait_for_words(site::AWAY_SCORE, "0", SEEN);
    // In a field a letter is a letter.
    desk.element(site::COMMENT).fill("");
    press(&desk, &["1", "g"]);
    assert_eq!(
        desk.run("return document.querySelector('form[data-command=comment] [name=text]').value", &json!([])),
        "1g"
    );
    desk.reload();
    desk.wait_for(site::FOLLOWING, LOADED);
    assert_eq!(
        desk.run("return document.getElementById('keys-on').checked", &json!([])),
        true,
        "the switch is kept"
    );

    // Without shortcuts: with Tab and Enter to the goal, with Enter to "No player".
    desk.run("document.querySelector('.side-card[data-side=home] .front button').focus()", &json!([]));
    press(&desk, &["Enter"]);
    desk.wait_for("#choose:not([hidden])", SEEN);
    let reached = (0..60).any(|_| {
        press(&desk, &["Tab"]);
        desk.run("return document.activeElement.dataset.player === ''", &json!([])) == true
    });
    assert!(reached, "Tab leads to \"No player\"");
    press(&desk, &["Enter"]);
    desk.wait_for_words(site::HOME_SCORE, "1", SEEN);
    let focus = desk.run("return document.activeElement.value", &json!([]));
    assert_eq!(focus, "goal", "the focus is back where it was");
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn the_desk_passes_axe_in_every_state() {
    let venue = Venue::open("desk-axe");
    let game = full_game(&venue);
    let seq = goal(&venue.feed(), game, "home");
    let desk = open(&venue, game, Screen::Phone);
    let mut faults = Vec::new();
    for scheme in [Scheme::Light, Scheme::Dark] {
        desk.prefer(scheme);
        for screen in [Screen::Phone, Screen::Wide] {
            desk.screen(screen);
            desk.reload();
            desk.wait_for(site::FOLLOWING, LOADED);
            let what = format!("{scheme:?} {screen:?}");
            let mut look = |state: &str| {
                faults.extend(gates::axe(&desk).into_iter().map(|fault| format!("{what}, {state}: {fault}")));
                faults.extend(
                    gates::overflow(&desk).into_iter().map(|fault| format!("{what}, {state}: {fault}")),
                );
            };
            look("as it comes");
            desk.element(&site::action("home", "goal")).click();
            desk.wait_for("#choose:not([hidden])", SEEN);
            look("who");
            desk.element("#choose [data-cancel]").click();
            desk.element(&format!("{} [data-do=edit]", site::entry(seq))).click();
            look("edit");
            desk.element(".panel [data-close]").click();
            site::unfold_more(&desk, "away");
            look("more");
            desk.run("document.querySelector('.more[open]').open = false", &json!([]));
            desk.element(&site::action("away", "corner")).click();
            desk.wait_for("#undo [data-undo]", SEEN);
            look("undo");
            desk.picture(&format!("desk-{}", what.replace(' ', "-").to_lowercase()));
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    let page =
        gates::faults(&desk, "desk-entry", &format!("{}/entries/{seq}", site::desk(&venue.server, game)));
    assert!(page.is_empty(), "{}", page.join("\n"));
}
