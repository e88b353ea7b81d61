//! From the desk to the phone: an entry is seen and spoken, over every transport that is left.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::common::game::{Venue, command, goal};
use crate::common::wait;
use crate::driver::{Browser, Network, Screen, Spoken};
use crate::site::{self, LOADED, SEEN, SEEN_BY_POLL};

/// Notes in the page which transports its link opens, and takes some of them away.
pub(crate) fn transports(taken: &[&str]) -> String {
    let list = json!(taken);
    format!(
        "(() => {{
        const taken = {list};
        const opened = (window.__transports = []);
        const note = (url) => {{
          const kind = /\\/live\\/(\\w+)/.exec(String(url))?.[1];
          if (kind) opened.push(kind);
          return kind;
        }};
        for (const name of ['WebSocket', 'EventSource']) {{
          const Real = window[name];
          window[name] = class extends Real {{ constructor(url, ...rest) {{ note(url); super(url, ...rest); }} }};
        }}
        const real = window.fetch;
        window.fetch = (input, init) =>
          taken.includes(note(input?.url ?? input)) ? Promise.reject(new TypeError('taken away')) : real(input, init);
        if (taken.includes('ws')) delete window.WebSocket;
        if (taken.includes('sse')) delete window.EventSource;
        }})();"
    )
}

/// A phone on the game's page that follows over the expected transport.
fn phone(venue: &Venue, game: u64, taken: &[&str], expected: &str) -> Browser {
    let phone = Browser::open(Screen::Phone);
    phone.before_each_page(&transports(taken));
    phone.go(&site::game(&venue.server, game));
    wait::until(&format!("the page to follow over {expected}"), LOADED, || {
        let opened = phone.run("return window.__transports.at(-1) ?? ''", &json!([]));
        (opened == expected && phone.find(site::FOLLOWING).is_some()).then_some(())
    });
    phone
}

/// The first announcement with these words, when it came.
fn heard(phone: &Browser, words: &str) -> Option<Spoken> {
    phone.spoken().into_iter().find(|line| line.text.contains(words))
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn a_goal_at_the_desk_and_its_correction_are_seen_and_spoken_on_the_phone() {
    let venue = Venue::open("goal");
    let game = venue.live_game();
    let phone = phone(&venue, game, &[], "ws");
    assert_eq!(phone.filled_at_load(), json!([]), "live regions are empty when the page arrives");
    let desk = Browser::open(Screen::Phone);
    site::sign_in(&desk, &venue.server);
    desk.go(&site::desk(&venue.server, game));
    desk.wait_for(site::FOLLOWING, LOADED);

    site::enter(&desk, "home", "goal");
    phone.wait_for_words(site::HOME_SCORE, "1", SEEN);
    let line = wait::until("the goal to be spoken", SEEN, || heard(&phone, "Goal, Reds"));
    assert_eq!((line.politeness.as_str(), line.nodes, line.lost), ("assertive", 1, false), "{line:?}");
    assert!(line.text.contains("Reds 1, Blues 0"), "the score is said with the goal: {line:?}");
    phone.picture("goal-on-the-phone");

    let seq = wait::until("the goal among the desk's entries", SEEN, || site::newest(&desk, "goal"));
    desk.picture("goal-on-the-desk");
    site::take_back(&desk, seq);
    phone.wait_for_words(site::HOME_SCORE, "0", SEEN);
    let line = wait::until("the correction to be spoken", SEEN, || heard(&phone, "Correction"));
    assert_eq!((line.politeness.as_str(), line.nodes, line.lost), ("assertive", 1, false), "{line:?}");
    assert!(line.text.contains("Reds 0, Blues 0"), "the score is said with the correction: {line:?}");
    let gone = phone.wait_for(&site::entry(seq), SEEN);
    assert!(!gone.attribute("data-gone").is_empty(), "the entry stays on the page, marked as withdrawn");
    phone.picture("correction-on-the-phone");

    let said: Vec<_> =
        phone.spoken().into_iter().filter(|line| line.region != "st").map(|line| line.text).collect();
    let mut once = said.clone();
    once.dedup();
    assert_eq!(said, once, "no line is said twice");
    assert_eq!(phone.console_errors(), [""; 0]);
}

/// A goal is on the page within the limit when these transports are taken away.
fn a_goal_arrives(taken: &[&str], expected: &str, limit: Duration) {
    let venue = Venue::open("ladder");
    let game = venue.live_game();
    let phone = phone(&venue, game, taken, expected);
    let entered = Instant::now();
    goal(&venue.feed(), game, "away");
    phone.wait_for_words(site::AWAY_SCORE, "1", limit);
    let line = wait::until("the goal to be spoken", SEEN, || heard(&phone, "Goal, Blues"));
    assert_eq!(line.politeness, "assertive", "{line:?}");
    println!("{expected}: seen and spoken {} ms after it was sent", entered.elapsed().as_millis());
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn a_goal_arrives_by_websocket() {
    a_goal_arrives(&[], "ws", SEEN);
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn a_goal_arrives_by_server_sent_events_when_websocket_is_taken_away() {
    a_goal_arrives(&["ws"], "sse", SEEN);
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn a_goal_arrives_by_long_poll_when_server_sent_events_are_taken_away_too() {
    a_goal_arrives(&["ws", "sse"], "longpoll", SEEN);
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn a_goal_arrives_by_plain_poll_when_long_poll_is_taken_away_too() {
    a_goal_arrives(&["ws", "sse", "longpoll"], "poll", SEEN_BY_POLL);
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn the_page_goes_on_after_the_box_was_killed_and_came_back() {
    let venue = Venue::open("crash");
    let game = venue.live_game();
    goal(&venue.feed(), game, "home");
    let phone = phone(&venue, game, &[], "ws");
    phone.wait_for_words(site::HOME_SCORE, "1", SEEN);
    let venue = venue.crash();
    goal(&venue.feed(), game, "home");
    // Phones come back spread over some seconds, each after the wait the box told it.
    phone.wait_for_words(site::HOME_SCORE, "2", LOADED);
    phone.wait_for(site::FOLLOWING, LOADED);
    let spoken = phone.spoken();
    let goals = spoken.iter().filter(|line| line.text.contains("Reds 1, Blues 0")).count();
    assert_eq!(goals, 0, "a goal from before the page is not announced: {spoken:?}");
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn a_phone_without_network_says_so_and_catches_up() {
    let venue = Venue::open("offline");
    let game = venue.live_game();
    let phone = phone(&venue, game, &[], "ws");
    phone.network(Network::Down);
    wait::until("the page to look stale", LOADED * 4, || phone.find(site::FOLLOWING).is_none().then_some(()));
    phone.picture("offline-on-the-phone");
    // Shorter gaps count for nothing: what they bring is still news.
    let lost = now(&phone);
    for _ in 0..4 {
        goal(&venue.feed(), game, "home");
    }
    wait::until("the page to have been away for a while", SEEN, || {
        (now(&phone) > lost + 2500.0).then_some(())
    });
    phone.network(Network::Up);
    phone.wait_for_words(site::HOME_SCORE, "4", LOADED * 2);
    phone.wait_for(site::FOLLOWING, LOADED);
    wait::until("one summary", SEEN * 2, || heard(&phone, "4 updates while you were away. Reds 4, Blues 0"));
    let goals: Vec<_> = phone.spoken().into_iter().filter(|line| line.text.starts_with("Goal")).collect();
    assert!(goals.is_empty(), "what was missed is summed up, not read out one by one: {goals:?}");
}

/// Milliseconds since the page began.
fn now(phone: &Browser) -> f64 {
    phone.run("return performance.now()", &json!([])).as_f64().expect("a number of milliseconds")
}

/// A desk on the game's page that follows.
fn desk(venue: &Venue, game: u64) -> Browser {
    let desk = Browser::open(Screen::Phone);
    site::sign_in(&desk, &venue.server);
    desk.go(&site::desk(&venue.server, game));
    desk.wait_for(site::FOLLOWING, LOADED);
    desk
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn what_happens_meanwhile_does_not_disturb_a_commentator_who_writes() {
    let venue = Venue::open("writing");
    let game = venue.live_game();
    let desk = desk(&venue, game);
    desk.element(site::COMMENT).fill("A long clearance by");
    let seq = goal(&venue.feed(), game, "home");
    desk.wait_for(&site::entry(seq), SEEN);
    let focus = desk.run("return document.activeElement.name", &json!([]));
    let draft = desk.run("return document.activeElement.value", &json!([]));
    assert_eq!((focus, draft), (json!("text"), json!("A long clearance by")));
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn an_entry_that_is_refused_says_why_at_the_desk() {
    let venue = Venue::open("refused");
    let game = venue.live_game();
    let desk = desk(&venue, game);
    let end = json!({"type": "state", "to": "abandoned", "reason": "Floodlights failed"});
    command(&venue.feed(), game, &end).expect(200);
    site::enter(&desk, "home", "goal");
    desk.wait_for(site::OWN_REFUSED, SEEN);
    let words = desk.words(site::OWN_REFUSED);
    assert!(words.contains("Refused: ") && words.len() > 30, "the reason is told: {words:?}");
    assert_eq!(desk.words(site::HOME_SCORE), "0");
    desk.picture("refused-at-the-desk");
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn a_paused_page_stands_still_and_sums_up_afterwards() {
    let venue = Venue::open("pause");
    let game = venue.live_game();
    let phone = phone(&venue, game, &[], "ws");
    phone.element(site::PAUSE).click();
    assert_eq!(phone.element(site::PAUSE).attribute("aria-pressed"), "true");
    let other = self::phone(&venue, game, &[], "ws");
    for _ in 0..3 {
        goal(&venue.feed(), game, "home");
    }
    // By the time another phone shows it, this one has had it too.
    other.wait_for_words(site::HOME_SCORE, "3", SEEN);
    assert_eq!(phone.words(site::HOME_SCORE), "0");
    phone.element(site::PAUSE).click();
    phone.wait_for_words(site::HOME_SCORE, "3", SEEN);
    wait::until("one summary", SEEN * 2, || heard(&phone, "3 updates while you were away. Reds 3, Blues 0"));
    assert!(heard(&phone, "Goal").is_none(), "{:?}", phone.spoken());
}
