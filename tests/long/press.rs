//! From the press of a thumb at the desk to its outcome there and the score on another phone, both in Chromium.
//!
//! Both pages note moments by themselves, on the machine's one clock, so that nothing of the driver is timed: the press
//! is the time stamp of the browser's own input event; the other two are the first frame drawn after the change.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::common::game::{ORGANISER, Venue};
use crate::common::wait;
use crate::crowd::PATIENCE;
use crate::driver::{Browser, Screen};
use crate::figures::{name_the_box, percentile, spread};

const PRESSES: usize = 100;
/// Longer than scores are gathered for, so that each press finds a quiet box; and not in step with it.
const PAUSE: Duration = Duration::from_millis(250);
const BAR: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(250)];

/// Notes when something is pressed, when an own entry is accepted, and when the score changes.
const NOTES: &str = "(() => {
  const at = (now) => performance.timeOrigin + now;
  const seen = (window.__seen = { presses: [], accepted: [], scores: [] });
  addEventListener('click', (event) => event.isTrusted && seen.presses.push(at(event.timeStamp)), true);
  const drawn = (then) => requestAnimationFrame(() => then(at(performance.now())));
  let known = new WeakSet(), score = '';
  const look = () => {
    for (const row of document.querySelectorAll('#mine [data-outcome=accepted]')) {
      if (known.has(row)) continue;
      known.add(row);
      drawn((now) => seen.accepted.push(now));
    }
    const told = [...document.querySelectorAll('#score [data-side] b')].map((one) => one.textContent).join('-');
    if (told === score) return;
    score = told;
    drawn((now) => seen.scores.push([told, now]));
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
})()";

#[test]
#[ignore = "needs Chromium; run by hand"]
fn a_press_at_the_desk_reaches_desk_and_phone() {
    name_the_box();
    let venue = Venue::open("long-press");
    let game = venue.live_game();
    let (desk, phone) = (Browser::open(Screen::Phone), Browser::open(Screen::Phone));
    sign_in(&desk, &venue);
    for (browser, page) in [(&desk, "desk"), (&phone, "games")] {
        browser.before_each_page(NOTES);
        browser.go(&venue.server.url(&format!("/{page}/{game}")));
        browser.wait_for("#chip[data-status=live]", PATIENCE);
    }
    let (mut outcomes, mut scores) = (Vec::new(), Vec::new());
    for press in 1..=PRESSES {
        let side = if press % 2 == 0 { "away" } else { "home" };
        let score = format!("{}-{}", press.div_ceil(2), press / 2);
        // The seventh part of the pause more each time, so that presses fall at every moment of the box's rhythm.
        let begun = Instant::now();
        let pause = PAUSE + PAUSE / 7 * u32::try_from(press % 7).expect("a small number");
        wait::until("the next press", PATIENCE, || (begun.elapsed() >= pause).then_some(()));
        let pressed = goal(&desk, side);
        let accepted = wait::until("the outcome at the desk", PATIENCE, || {
            let seen = notes(&desk);
            let last = seen["accepted"].as_array()?.last()?.as_f64()?;
            (last >= pressed).then_some(last)
        });
        let shown = wait::until("the score on the phone", PATIENCE, || {
            let seen = notes(&phone);
            let last = seen["scores"].as_array()?.last()?.clone();
            if last[0] == score { last[1].as_f64() } else { None }
        });
        outcomes.push(Duration::from_secs_f64((accepted - pressed) / 1_000.0));
        scores.push(Duration::from_secs_f64((shown - pressed).max(0.0) / 1_000.0));
    }
    println!("{PRESSES} presses");
    for (what, mut times) in [("outcome at the desk", outcomes), ("score on the phone", scores)] {
        times.sort_unstable();
        let held = [50, 99].iter().zip(BAR).all(|(percent, bar)| percentile(&times, *percent) <= bar);
        println!("  {what}: {}", spread(times));
        println!("    bar: p50 100 ms, p99 250 ms: {}", if held { "held" } else { "MISSED" });
    }
}

fn notes(browser: &Browser) -> Value {
    browser.run("return window.__seen", &json!([]))
}

/// Presses a goal, and nobody as its scorer where the desk asks; the moment of the last press.
fn goal(desk: &Browser, side: &str) -> f64 {
    let card = format!("[data-side={side}]");
    desk.element(&format!(
        "{card} button[name=action][value=goal], form:has(input[value={side}]) button[value=goal]"
    ))
    .click();
    if let Some(nobody) = desk.find("#choose:not([hidden]) [data-player='']") {
        nobody.click();
    }
    let presses = notes(desk)["presses"].clone();
    presses.as_array().and_then(|presses| presses.last()?.as_f64()).expect("the press was noted")
}

fn sign_in(browser: &Browser, venue: &Venue) {
    browser.go(&venue.server.url("/login"));
    browser.element("input[name=name]").fill(ORGANISER.0);
    browser.element("input[name=password]").fill(ORGANISER.1);
    browser.element("form[action='/login'] button").click();
    wait::until("the sign-in to lead on", PATIENCE, || (!browser.address().contains("/login")).then_some(()));
}
