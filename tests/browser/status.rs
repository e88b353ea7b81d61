//! The status page: past the gates, complete without script, and live with it.

use serde_json::json;

use crate::common::game::{Venue, goal, new_game};
use crate::common::wait;
use crate::driver::{Browser, Screen};
use crate::gates;
use crate::site::{self, LOADED, SEEN};

const PAGE: &str = "/organiser/status";
const OVERALL: &str = "#overall .text";
const SOCKETS: &str = "[data-figure='phones.ws']";
const WATCHED: &str = "#games .watch li";

fn steward(venue: &Venue, screen: Screen) -> Browser {
    let browser = Browser::open(screen);
    site::sign_in(&browser, &venue.server);
    browser
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn the_status_page_passes_every_gate() {
    let venue = Venue::open("gates-status");
    let browser = steward(&venue, Screen::Phone);
    let mut faults = gates::faults(&browser, "status-idle", &venue.server.url(PAGE));
    let game = venue.live_game();
    goal(&venue.feed(), game, "home");
    faults.extend(gates::faults(&browser, "status", &venue.server.url(PAGE)));
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn the_status_follows_phones_and_games_by_itself() {
    let venue = Venue::open("status-browser");
    let browser = steward(&venue, Screen::Wide);
    browser.go(&venue.server.url(PAGE));
    browser.wait_for(site::FOLLOWING, LOADED);
    assert_eq!(browser.words(OVERALL), "Everything is well.");
    assert!(browser.find(WATCHED).is_none());
    // The steward's own page is one of those that follow.
    browser.wait_for_words(SOCKETS, "1", SEEN);

    let game = venue.live_game();
    let phone = Browser::open(Screen::Phone);
    phone.go(&site::game(&venue.server, game));
    phone.wait_for(site::FOLLOWING, LOADED);
    browser.wait_for_words(SOCKETS, "2", SEEN);
    browser.wait_for_words(WATCHED, "Reds", SEEN);
    goal(&venue.feed(), game, "home");
    browser.wait_for_words(WATCHED, "1-0", SEEN);
    browser.wait_for_words("[data-figure='delay.p50_ms']", "ms", SEEN);
    assert!(browser.words("#delay .text").contains("at once"), "{}", browser.words("#delay .text"));

    // A quarter of an hour later, as the page's own clock has it, the game is pointed out and spoken of.
    browser.run(
        "const real = performance.now.bind(performance); performance.now = () => real() + 16 * 60000",
        &json!([]),
    );
    browser.wait_for("#games[data-level=attention]", SEEN);
    assert!(browser.words(WATCHED).contains("no entry for long"), "{}", browser.words(WATCHED));
    assert_eq!(browser.words("#overall .named a[href='#games']"), "Games being played");
    wait::until("the change to be spoken", SEEN, || {
        browser.spoken().into_iter().find(|line| line.text.contains("Games being played"))
    });
    browser.picture("status-quiet-game");
    assert_eq!(browser.console_errors(), [""; 0]);
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn the_status_is_complete_without_script() {
    let venue = Venue::open("status-plain");
    let browser = Browser::open(Screen::Phone);
    browser.switch_script_off();
    site::sign_in(&browser, &venue.server);
    browser.go(&venue.server.url(PAGE));
    assert_eq!(browser.words(OVERALL), "Everything is well.");
    assert!(browser.words("#disk").contains("Free"), "{}", browser.words("#disk"));
    assert!(browser.words("#games .text").contains("No game"), "{}", browser.words("#games .text"));
    new_game(&venue.feed());
    venue.live_game();
    wait::until("the game after a Refresh", LOADED, || {
        browser.element(site::REFRESH).click();
        browser.find(WATCHED).map(drop)
    });
    assert!(browser.words(WATCHED).contains("second"), "{}", browser.words(WATCHED));
    browser.picture("status-without-script");
}
