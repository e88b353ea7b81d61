//! What the desk offers: periods, buttons, an open question.

use super::{STAFF, board, frame, sport};
use crate::pages::Pages;
use serde_json::{Value, json};

#[test]
fn the_desk_offers_the_period_that_can_end_or_start() {
    let pages = Pages::new();
    let shown = |board: &Value, button: &str| {
        let html = pages.desk(&frame(), board, &sport(), &STAFF, None, None);
        let from = html.find(button).unwrap_or_else(|| panic!("no {button}"));
        !html[from..from + button.len() + 10].contains("hidden")
    };
    assert!(shown(&board(), "data-end-of=\"2H\"") && !shown(&board(), "data-start=\"2H\""));
    let mut rest = board();
    rest["state"] = "interval".into();
    rest["segment"] = "1H".into();
    rest["next"] = "2H".into();
    assert!(shown(&rest, "data-start=\"2H\"") && !shown(&rest, "data-end-of=\"1H\""));
    // The rules skip what is not played: what is offered is what would begin.
    rest["next"] = "P".into();
    assert!(shown(&rest, "data-start=\"P\"") && !shown(&rest, "data-start=\"2H\""));
}

#[test]
fn a_power_cut_is_asked_about_with_both_times() {
    let mut asked = board();
    asked["resume_question"] = json!({"gap_ms": 200_000});
    let html = Pages::new().desk(&frame(), &asked, &sport(), &STAFF, None, None);
    assert!(
        html.contains("for 3:20 while")
            && html.contains("Take 3:20 off: 63:52")
            && html.contains("Keep 67:12")
    );
}

#[test]
fn the_desk_has_what_the_sport_has_and_hides_what_the_period_does_not_allow() {
    let pages = Pages::new();
    let html = pages.desk(&frame(), &board(), &sport(), &STAFF, None, None);
    assert!(html.contains("name=\"other\"") && html.contains("Added time: Minutes"));
    assert!(html.contains("<div data-only=\"P\" hidden>"));
    assert!(html.contains("data-group=\"score\" data-except=\"P\">"));
    let mut shootout = board();
    shootout["segment"] = "P".into();
    let html = pages.desk(&frame(), &shootout, &sport(), &STAFF, None, None);
    assert!(html.contains("<div data-only=\"P\">"));
    assert!(html.contains("data-group=\"score\" data-except=\"P\" hidden>"), "only kicks are entered then");
}
