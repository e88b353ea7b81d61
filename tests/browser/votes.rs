//! Votes in real windows: the organiser's, phones with and without script, a phone in a tunnel, a printed sheet.

use std::time::Duration;

use serde_json::{Value, json};

use crate::common::game::{Venue, command};
use crate::common::http::Client;
use crate::common::wait;
use crate::driver::{Browser, Network, Screen};
use crate::gates;
use crate::site::{self, LOADED, SEEN};

/// A phone waits three seconds for its cookie to be old enough, on a busy machine longer.
const COUNTED: Duration = Duration::from_secs(20);

/// Notes what a page's socket sends and hears, and what it asks for beside it.
const WIRE: &str = "(() => {
    const wire = (window.__wire = { sent: [], heard: [], asked: [] });
    const Real = window.WebSocket;
    window.WebSocket = class extends Real {
      constructor(...all) { super(...all); this.addEventListener('message', (event) => wire.heard.push(event.data)); }
      send(text) { wire.sent.push(text); super.send(text); }
    };
    const real = window.fetch;
    window.fetch = (input, init) => { wire.asked.push([init?.method ?? 'GET', String(input)]); return real(input, init); };
    })();";
const NO_STORAGE: &str = "for (const name of ['localStorage', 'sessionStorage'])
    Object.defineProperty(window, name, { get() { throw new DOMException('forbidden', 'SecurityError'); } });";

fn make(organiser: &Client, fields: &[(&str, &str)]) -> u64 {
    let answer = organiser.form("/organiser/votes", fields).expect(303);
    let to = answer.header("location").expect("a form leads on").to_owned();
    to.strip_prefix("/organiser/votes/").and_then(|id| id.parse().ok()).expect("to the vote's page")
}

fn act(organiser: &Client, poll: u64, what: &str) {
    organiser.form(&format!("/organiser/votes/{poll}"), &[("do", what), ("reason", "a test")]).expect(303);
}

/// A vote of three options, open.
fn open_vote(organiser: &Client, more: &[(&str, &str)]) -> u64 {
    let fields =
        [("question", "Player of the match?"), ("kind", "single"), ("options", "Diaz\nOkoro\nنور الدين")];
    let fields: Vec<_> = fields.iter().chain(more).copied().collect();
    let poll = make(organiser, &fields);
    act(organiser, poll, "open");
    poll
}

fn page(venue: &Venue, poll: u64) -> String {
    venue.server.url(&format!("/polls/{poll}"))
}

fn turnout(venue: &Venue, poll: u64) -> Value {
    venue.server.client().get(&format!("/api/v1/polls/{poll}")).expect(200).json()["turnout"].clone()
}

/// Takes a step on the organiser's page: unfolds what it does, and confirms.
fn step(organiser: &Browser, what: &str) {
    let button = format!("button[name=do][value={what}]");
    organiser.wait_for(&format!("details:has({button}) > summary"), LOADED).click();
    organiser.element(&button).click();
}

fn press(browser: &Browser, key: &str) {
    let (code, text) = match key {
        "Enter" => (13, "\r"),
        " " => (32, " "),
        "ArrowDown" => (40, ""),
        _ => (9, ""),
    };
    let name = if key == " " { "Space" } else { key };
    for kind in ["keyDown", "keyUp"] {
        let text = if kind == "keyDown" { text } else { "" };
        let event =
            json!({"type": kind, "key": key, "code": name, "windowsVirtualKeyCode": code, "text": text});
        browser.cdp("Input.dispatchKeyEvent", &event);
    }
}

/// Presses Tab until the focus is on that element.
fn tab_to(browser: &Browser, selector: &str) {
    for _ in 0..40 {
        let there =
            browser.run("return document.activeElement?.matches(arguments[0]) ?? false", &json!([selector]));
        if there == true {
            return;
        }
        press(browser, "Tab");
    }
    panic!("Tab does not lead to {selector}");
}

fn heard(phone: &Browser, words: &str) {
    wait::until(&format!("{words:?} to be spoken"), COUNTED, || {
        phone.spoken().iter().any(|line| line.text.contains(words)).then_some(())
    });
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn a_vote_runs_from_the_organisers_hand_to_the_phones_and_is_sealed_until_it_is_revealed() {
    let venue = Venue::open("votes");
    let organiser = Browser::open(Screen::Wide);
    site::sign_in(&organiser, &venue.server);
    organiser.go(&venue.server.url("/organiser/votes"));
    organiser.element("input[name=question]").fill("Player of the match?");
    organiser.element("textarea[name=options]").fill("Diaz\nOkoro\nLee");
    organiser.element("form[action='/organiser/votes'] button").click();
    let poll: u64 = wait::until("the vote's own page", LOADED, || {
        organiser.address().rsplit_once("/organiser/votes/").and_then(|(_, id)| id.parse().ok())
    });
    step(&organiser, "open");
    organiser.wait_for("#work[data-state=open]", LOADED);
    organiser.picture("vote-open-organiser");

    let scripted = Browser::open(Screen::Phone);
    scripted.before_each_page(WIRE);
    scripted.go(&page(&venue, poll));
    scripted.wait_for(site::FOLLOWING, LOADED);
    scripted.element("input[name=choice][value='2']").click();
    scripted.picture("vote-choice");
    scripted.element("#ballot button").click();
    scripted.wait_for("#voted:not([hidden])", COUNTED);
    assert!(scripted.words("#chosen").contains("Okoro"), "{}", scripted.words("#chosen"));
    assert_eq!(scripted.words("#receipt").len(), 20, "a receipt to keep");
    heard(&scripted, "Your vote counts.");
    let wire = scripted.run("return window.__wire", &json!([]));
    let sent: Vec<&str> = wire["sent"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    assert!(sent.iter().any(|text| text.contains("\"ballot\"")), "the ballot went over the socket: {sent:?}");
    assert_eq!(wire["asked"], json!([]), "and over nothing else");

    let plain = Browser::open(Screen::Phone);
    plain.switch_script_off();
    plain.go(&page(&venue, poll));
    wait::until("the ballot without script to count", COUNTED, || {
        plain.element("input[name=choice][value='1']").click();
        plain.element("#ballot button").click();
        plain.find("#voted:not([hidden])").map(drop)
    });
    plain.picture("vote-voted-without-script");
    organiser.wait_for_words("#turnout", "2 ballots", SEEN);
    scripted.wait_for_words("#turnout", "2 ballots", SEEN);

    for (whose, browser) in [("fan", &scripted), ("organiser", &organiser)] {
        assert!(browser.find("#rows li").is_none(), "the {whose} sees a sealed count");
        let source = browser.words("#main");
        assert!(!source.contains("1 vote") && !source.contains("per cent"), "{whose}: {source}");
    }
    let heard_so_far = scripted.run("return window.__wire.heard.join('\\n')", &json!([])).to_string();
    assert!(heard_so_far.contains("turnout"), "{heard_so_far}");
    for word in ["tally", "shown", "ranks", "mean"] {
        assert!(!heard_so_far.contains(word), "a message holds {word}: {heard_so_far}");
    }

    step(&organiser, "close");
    organiser.wait_for("#work[data-state=closed]", LOADED);
    scripted.wait_for("#poll[data-state=closed]", SEEN);
    assert!(scripted.words("#note").contains("closed"), "{}", scripted.words("#note"));
    step(&organiser, "reveal-next");
    scripted.wait_for_words("#rows", "Lee 0 per cent 0 votes", SEEN);
    assert_eq!(scripted.words("#rows .place"), "3.");
    scripted.wait_for_words("#to-come", "2 places are still to come out.", SEEN);
    scripted.picture("vote-revealing");
    organiser.wait_for("#work[data-shown='1']", LOADED);
    organiser.picture("vote-revealing-organiser");
    step(&organiser, "reveal-next");
    scripted.wait_for("#poll[data-state=revealed]", SEEN);
    scripted.wait_for_words("#rows", "1. Diaz 50 per cent 1 vote 1. Okoro 50 per cent 1 vote", SEEN);
    heard(&scripted, "Okoro");
    scripted.picture("vote-result");
    organiser.wait_for("#work[data-state=revealed]", LOADED);
    organiser.picture("vote-result-organiser");
    for browser in [&scripted, &organiser] {
        assert_eq!(browser.console_errors(), [""; 0]);
    }
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn a_code_from_the_printed_sheet_votes_once() {
    let venue = Venue::open("votes-tickets");
    let fields = [("question", "Player of the match?"), ("options", "Diaz\nOkoro"), ("access", "ticket")];
    let signed_in = venue.signed_in();
    let poll = make(&signed_in, &fields);
    let organiser = Browser::open(Screen::Wide);
    site::sign_in(&organiser, &venue.server);
    organiser.go(&venue.server.url(&format!("/organiser/votes/{poll}/tickets")));
    organiser.element("input[name=count]").fill("14");
    organiser.element("main form button").click();
    organiser.wait_for(".ticket", LOADED);
    organiser.picture("tickets");
    let links = organiser.run(
        "return [...document.querySelectorAll('.ticket .code')].map((code) => code.textContent)",
        &json!([]),
    );
    let codes: Vec<String> = serde_json::from_value(links).expect("a list of codes");
    assert_eq!(codes.len(), 14);
    let a4 = json!({"width": 718, "height": 1047, "deviceScaleFactor": 2, "mobile": false});
    organiser.cdp("Emulation.setDeviceMetricsOverride", &a4);
    organiser.cdp("Emulation.setEmulatedMedia", &json!({"media": "print"}));
    organiser.picture("tickets-printed");
    let pdf = organiser.cdp("Page.printToPDF", &json!({"preferCSSPageSize": true}));
    let pdf = base64::Engine::decode(
        &base64::engine::general_purpose::STANDARD,
        pdf["data"].as_str().unwrap_or_default(),
    );
    let pdf = String::from_utf8_lossy(&pdf.expect("base64")).into_owned();
    assert_eq!(pdf.matches("/Type /Page\n").count(), 2, "ten tickets a page");
    act(&signed_in, poll, "open");

    let fan = Browser::open(Screen::Phone);
    fan.go(&format!("{}?code={}", page(&venue, poll), codes[3]));
    fan.wait_for(site::FOLLOWING, LOADED);
    fan.picture("vote-by-ticket");
    fan.element("input[name=choice][value='1']").click();
    fan.element("#ballot button").click();
    fan.wait_for("#voted:not([hidden])", COUNTED);

    let thief = Browser::open(Screen::Phone);
    thief.go(&page(&venue, poll));
    thief.wait_for(site::FOLLOWING, LOADED);
    thief.element("input[name=code]").fill(&codes[3].to_lowercase().replace('-', " "));
    thief.element("input[name=choice][value='2']").click();
    thief.element("#ballot button").click();
    let words = thief.wait_for("#trouble:not([hidden])", COUNTED).text();
    assert!(words.contains("was used"), "{words}");
    heard(&thief, "was used");
    assert_eq!(thief.run("return document.activeElement.name", &json!([])), "code", "where to mend it");
    let chosen = "return document.querySelector('input[name=choice]:checked').value";
    assert_eq!(thief.run(chosen, &json!([])), "2", "the choice is kept");
    thief.picture("vote-refused");
    assert_eq!(turnout(&venue, poll), 1);

    // Another ticket on the same phone: a family has one phone and several tickets.
    fan.go(&format!("{}?code={}", page(&venue, poll), codes[4]));
    fan.wait_for("#ballot:not([hidden]) input[name=choice][value='2']", LOADED).click();
    fan.element("#ballot button").click();
    fan.wait_for("#voted:not([hidden])", COUNTED);
    assert_eq!(turnout(&venue, poll), 2);
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn a_ballot_from_a_tunnel_is_kept_and_counts_once_on_return() {
    let venue = Venue::open("votes-tunnel");
    let organiser = venue.signed_in();
    let poll = open_vote(&organiser, &[]);
    let fan = Browser::open(Screen::Phone);
    fan.go(&page(&venue, poll));
    fan.wait_for(site::FOLLOWING, LOADED);
    fan.network(Network::Down);
    fan.element("input[name=choice][value='3']").click();
    fan.element("#ballot button").click();
    let dialog = fan.wait_for("dialog[open]", COUNTED);
    assert_eq!(dialog.role(), "alertdialog");
    assert_eq!(fan.run("return document.activeElement.textContent", &json!([])), "Try again");
    fan.picture("vote-not-sent");
    tab_to(&fan, "dialog button[value=later]");
    press(&fan, "Enter");
    fan.wait_for_words("#under-way", "kept on this phone", SEEN);
    heard(&fan, "kept on this phone");
    fan.picture("vote-kept");
    let shown = fan.run("return document.querySelector('input[value=\"3\"]').checked", &json!([]));
    assert_eq!((shown, turnout(&venue, poll)), (json!(true), json!(0)));

    fan.network(Network::Up);
    fan.wait_for("#voted:not([hidden])", Duration::from_secs(60));
    assert_eq!(turnout(&venue, poll), 1);
    fan.reload();
    fan.wait_for("#voted:not([hidden])", LOADED);
    assert!(fan.words("#chosen").contains("نور الدين"), "a reload knows it: {}", fan.words("#chosen"));
    act(&organiser, poll, "close");
    let board = venue.server.client().get(&format!("/api/v1/polls/{poll}")).expect(200).json();
    assert_eq!((&board["turnout"], &board["refused"]), (&json!(1), &json!({})), "it arrived as one ballot");
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn keys_alone_vote_and_change_it_on_a_phone_that_stores_nothing() {
    let venue = Venue::open("votes-keys");
    let poll = open_vote(&venue.signed_in(), &[("changeable", "yes")]);
    let fan = Browser::open(Screen::Phone);
    fan.before_each_page(NO_STORAGE);
    fan.go(&page(&venue, poll));
    fan.wait_for(site::FOLLOWING, LOADED);
    tab_to(&fan, "input[name=choice]");
    press(&fan, " ");
    press(&fan, "ArrowDown");
    tab_to(&fan, "#ballot button");
    press(&fan, "Enter");
    fan.wait_for("#voted:not([hidden])", COUNTED);
    assert!(fan.words("#chosen").contains("Okoro"), "{}", fan.words("#chosen"));
    assert_eq!(fan.run("return document.activeElement.id", &json!([])), "voted", "the focus is on what came");
    tab_to(&fan, "[data-again=change]");
    press(&fan, "Enter");
    fan.wait_for("#ballot:not([hidden])", SEEN);
    tab_to(&fan, "input[name=choice]");
    press(&fan, "ArrowDown");
    tab_to(&fan, "#ballot button");
    press(&fan, "Enter");
    wait::until("the other choice", COUNTED, || fan.words("#chosen").contains("نور الدين").then_some(()));
    assert_eq!(turnout(&venue, poll), 1, "a change is no second ballot");
    assert_eq!(fan.console_errors(), [""; 0]);
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn what_is_being_chosen_is_not_touched_by_what_arrives() {
    let venue = Venue::open("votes-choosing");
    let organiser = venue.signed_in();
    let options = ("options", "Ada\nBo\nCleo");
    let fields = [("question", "Rank them"), ("kind", "points"), options, ("secret", "live")];
    let poll = make(&organiser, &fields);
    act(&organiser, poll, "open");
    let fan = Browser::open(Screen::Phone);
    fan.go(&page(&venue, poll));
    fan.wait_for(site::FOLLOWING, LOADED);
    fan.element("select[name=rank-1] option[value='3']").click();
    assert!(fan.find("select[name=rank-2] option[value='3'][disabled]").is_some(), "taken is not offered");
    let other = venue.server.client();
    let cookie = other.get(&format!("/polls/{poll}")).expect(200);
    let other = other.with("Cookie", cookie.cookie().expect("a device"));
    let ballot = [("rank-1", "1"), ("rank-2", "2"), ("rank-3", "3")];
    wait::until("another phone's ballot", COUNTED, || {
        (other.form(&format!("/polls/{poll}"), &ballot).status == 303).then_some(())
    });
    fan.wait_for_words("#rows", "12 points", SEEN);
    act(&organiser, poll, "close");
    fan.wait_for("#poll[data-state=revealed]", SEEN);
    let kept = "return document.querySelector('select[name=rank-1]').value";
    assert_eq!(fan.run(kept, &json!([])), "3");
    assert!(fan.find("#ballot:not([hidden])").is_some(), "a form somebody is in stays");
    fan.element("select[name=rank-2] option[value='1']").click();
    fan.element("select[name=rank-3] option[value='2']").click();
    fan.element("#ballot button").click();
    let words = fan.wait_for("#trouble:not([hidden])", COUNTED).text();
    assert!(words.contains("closed"), "{words}");
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn a_vote_appears_beside_its_game_and_goes_again() {
    let venue = Venue::open("votes-beside");
    let game = venue.live_game();
    let organiser = venue.signed_in();
    let [fan, home] = [site::game(&venue.server, game), venue.server.url("/")].map(|url| {
        let browser = Browser::open(Screen::Phone);
        browser.go(&url);
        browser.wait_for(site::FOLLOWING, LOADED);
        browser
    });
    assert!(fan.find("#votes:not([hidden])").is_none());
    let poll = open_vote(&organiser, &[("game", &game.to_string())]);
    for browser in [&fan, &home] {
        browser.wait_for("#votes:not([hidden])", SEEN);
        browser.wait_for_words("#votes", "Player of the match? Open", SEEN);
    }
    heard(&fan, "Player of the match?");
    fan.picture("vote-beside-the-game");
    act(&organiser, poll, "close");
    fan.wait_for_words("#votes", "Closed", SEEN);
    fan.element("#votes a").click();
    fan.wait_for("#poll", LOADED);
    act(&organiser, poll, "withdraw");
    home.wait_for("#votes[hidden]", SEEN);
    fan.wait_for_words("#phase", "Withdrawn", SEEN);
    command(&venue.feed(), game, &json!({"type": "comment", "text": "Play goes on."})).expect(200);
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn the_pages_of_votes_pass_every_gate() {
    let venue = Venue::open("gates-votes");
    let organiser = venue.signed_in();
    let long = format!("options=Diaz&{}", "averylongunbrokenname".repeat(4));
    let options = format!("Diaz\nنور الدين\n{long}\nDonaudampfschifffahrtsgesellschaft");
    let open = open_vote(&organiser, &[]);
    let [points, rating, ticket] = ["points", "rating", "single"].map(|kind| {
        let access = if kind == "single" { "ticket" } else { "open" };
        let fields = [("question", "Which?"), ("kind", kind), ("options", &options), ("access", access)];
        make(&organiser, &fields)
    });
    act(&organiser, points, "open");
    act(&organiser, rating, "open");
    organiser
        .form(&format!("/organiser/votes/{ticket}/tickets"), &[("count", "2"), ("base", "http://box.test")])
        .expect(200);
    act(&organiser, ticket, "open");
    let phone = venue.server.client();
    let cookie = phone.get(&format!("/polls/{rating}")).expect(200);
    let phone = phone.with("Cookie", cookie.cookie().expect("a device"));
    wait::until("a ballot", COUNTED, || {
        (phone.form(&format!("/polls/{rating}"), &[("choice", "4")]).status == 303).then_some(())
    });
    act(&organiser, rating, "close");
    act(&organiser, rating, "reveal-all");

    let browser = Browser::open(Screen::Phone);
    let mut faults = Vec::new();
    for (name, poll) in
        [("poll", open), ("poll-points", points), ("poll-ticket", ticket), ("poll-result", rating)]
    {
        faults.extend(gates::faults(&browser, name, &page(&venue, poll)));
    }
    let receipt = format!("{}?voted=0123456789abcdef0123", page(&venue, open));
    faults.extend(gates::faults(&browser, "poll-voted", &receipt));
    site::sign_in(&browser, &venue.server);
    for (name, path) in [
        ("organiser-votes", "/organiser/votes".to_owned()),
        ("organiser-vote", format!("/organiser/votes/{ticket}")),
        ("organiser-vote-result", format!("/organiser/votes/{rating}")),
        ("organiser-tickets", format!("/organiser/votes/{ticket}/tickets")),
    ] {
        faults.extend(gates::faults(&browser, name, &venue.server.url(&path)));
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
