//! Addresses, selectors and steps of the pages, in one place: what these tests know of the markup.

use std::time::Duration;

use crate::common::game::ORGANISER;
use crate::common::server::Server;
use crate::driver::Browser;

/// How soon an entry must be on every page, over whatever transport.
pub(crate) const SEEN: Duration = Duration::from_secs(5);
/// The same over plain poll, which asks every ten seconds to spare the box.
pub(crate) const SEEN_BY_POLL: Duration = Duration::from_secs(14);
/// How long a page may take to load or to find a transport that works.
pub(crate) const LOADED: Duration = Duration::from_secs(20);

pub(crate) const HOME_SCORE: &str = "#score [data-side=home] b";
pub(crate) const AWAY_SCORE: &str = "#score [data-side=away] b";
pub(crate) const SCORE_WORDS: &str = "#score-text";
pub(crate) const CHIP: &str = "#chip";
pub(crate) const REFRESH: &str = "#refresh";
pub(crate) const TIMELINE: &str = "#timeline";
/// The line that says what became of a form sent without script.
pub(crate) const ACCEPTED: &str = ".outcome[data-outcome=accepted]";
pub(crate) const REFUSED: &str = ".outcome[data-outcome=rejected]";
/// The commentator's own entries on the desk with script, newest first.
pub(crate) const OWN_REFUSED: &str = "#mine [data-outcome=refused]";
pub(crate) const PAUSE: &str = "#pause";
pub(crate) const COMMENT: &str = "form[data-command=comment] [name=text]";
/// The second tap of an action whose player nobody knows.
pub(crate) const NO_PLAYER: &str = "#choose:not([hidden]) [data-player='']";
/// The page is following, over whatever transport.
pub(crate) const FOLLOWING: &str = "#chip[data-status=live]";

pub(crate) fn game(server: &Server, id: u64) -> String {
    server.url(&format!("/games/{id}"))
}

pub(crate) fn desk(server: &Server, id: u64) -> String {
    server.url(&format!("/desk/{id}"))
}

pub(crate) fn entry(seq: u64) -> String {
    format!("#e{seq}")
}

/// The button of an action on the desk.
pub(crate) fn action(side: &str, action: &str) -> String {
    format!("form:has(input[name=side][value={side}]) button[name=action][value={action}]")
}

/// Signs in through the form.
pub(crate) fn sign_in(browser: &Browser, server: &Server) {
    browser.go(&server.url("/login"));
    browser.element("input[name=name]").fill(ORGANISER.0);
    browser.element("input[name=password]").fill(ORGANISER.1);
    browser.element("form[action='/login'] button").click();
    crate::common::wait::until("the sign-in to lead on", LOADED, || {
        (!browser.address().contains("/login")).then_some(())
    });
}

/// Enters an action without a player: its button, and where the page asks who it was, "No player".
pub(crate) fn enter(browser: &Browser, side: &str, action: &str) {
    let button = self::action(side, action);
    if browser
        .find(&format!("details.more:not([open]) {}", button.split(' ').next_back().unwrap_or_default()))
        .is_some()
        && browser.find(&format!(".side-card[data-side={side}] .front button[value={action}]")).is_none()
    {
        unfold_more(browser, side);
    }
    browser.element(&button).click();
    if let Some(nobody) = browser.find(NO_PLAYER) {
        nobody.click();
    }
}

/// Unfolds what a side has beyond the first view, if it is folded.
pub(crate) fn unfold_more(browser: &Browser, side: &str) {
    if let Some(summary) = browser.find(&format!(".side-card[data-side={side}] .more:not([open]) > summary"))
    {
        summary.click();
    }
}

/// Takes back an entry through its row on the desk: "Withdraw", and what would change confirmed.
pub(crate) fn take_back(browser: &Browser, seq: u64) {
    browser.element(&format!("{} [data-do=void]", entry(seq))).click();
    browser.wait_for("form[data-command=void] .primary", LOADED).click();
}

/// The number of the newest entry of that kind on the page, when there is one.
pub(crate) fn newest(browser: &Browser, kind: &str) -> Option<u64> {
    let row = browser.find(&format!("{TIMELINE} li[data-kind={kind}]"))?;
    row.attribute("id").strip_prefix('e')?.parse().ok()
}
