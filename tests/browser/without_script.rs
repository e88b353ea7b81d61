//! Fan page, desk and organiser with script off: every form is a plain form, every page complete.

use serde_json::json;

use crate::common::game::{Venue, command, goal};
use crate::common::wait;
use crate::driver::{Browser, Screen};
use crate::site::{self, LOADED};

fn plain_browser() -> Browser {
    let browser = Browser::open(Screen::Phone);
    browser.switch_script_off();
    browser
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn a_fan_without_script_sees_the_score_and_refreshes_it() {
    let venue = Venue::open("plain-fan");
    let game = venue.live_game();
    let fan = plain_browser();
    fan.go(&site::game(&venue.server, game));
    assert_eq!(fan.words(site::HOME_SCORE), "0");
    let seq = goal(&venue.feed(), game, "home");
    // A page is as good as new for a second (`max-age=1`), so a Refresh in that time may show the same.
    wait::until("the goal after a Refresh", LOADED, || {
        fan.element(site::REFRESH).click();
        fan.find(&site::entry(seq)).map(drop)
    });
    assert_eq!(fan.words(site::HOME_SCORE), "1");
    assert!(fan.words(site::SCORE_WORDS).contains("Reds 1, Blues 0"), "{}", fan.words(site::SCORE_WORDS));
    assert!(!fan.words(site::CHIP).is_empty(), "the page says of when it is");
    fan.picture("fan-without-script");
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn a_commentator_without_script_enters_a_goal_and_takes_it_back() {
    let venue = Venue::open("plain-desk");
    let game = venue.live_game();
    let desk = plain_browser();
    site::sign_in(&desk, &venue.server);
    desk.go(&site::desk(&venue.server, game));
    site::enter(&desk, "away", "goal");
    desk.wait_for(site::ACCEPTED, LOADED);
    assert_eq!(desk.words(site::AWAY_SCORE), "1", "the page shown after the answer holds the entry");
    desk.picture("desk-without-script");

    // Loading the answer's page again sends nothing twice.
    desk.reload();
    assert_eq!(desk.words(site::AWAY_SCORE), "1");

    let seq = site::newest(&desk, "goal").expect("the goal stands among the entries");
    site::take_back(&desk, seq);
    desk.wait_for(&format!("{}[data-gone]", site::entry(seq)), LOADED);
    assert_eq!(desk.words(site::AWAY_SCORE), "0");
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn an_organiser_without_script_creates_a_game() {
    let venue = Venue::open("plain-organiser");
    let organiser = plain_browser();
    site::sign_in(&organiser, &venue.server);
    organiser.go(&venue.server.url("/organiser"));
    organiser.element("input[name=home]").fill("Harbour Town");
    organiser.element("input[name=away]").fill("الاتحاد");
    organiser.element("#new button.primary").click();
    organiser.wait_for(site::ACCEPTED, LOADED);
    organiser.go(&venue.server.url("/"));
    assert!(organiser.words("#main").contains("Harbour Town"), "{}", organiser.words("#main"));
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn a_refusal_without_script_says_why() {
    let venue = Venue::open("plain-refused");
    let game = venue.live_game();
    let desk = plain_browser();
    site::sign_in(&desk, &venue.server);
    desk.go(&site::desk(&venue.server, game));
    let end = json!({"type": "state", "to": "abandoned", "reason": "Floodlights failed"});
    command(&venue.feed(), game, &end).expect(200);
    site::enter(&desk, "home", "goal");
    let words = desk.wait_for(site::REFUSED, LOADED).text();
    assert!(words.starts_with("Refused: ") && words.len() > 30, "the reason is told: {words:?}");
    assert_eq!(desk.words(site::HOME_SCORE), "0");
}
