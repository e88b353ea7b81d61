//! The pages of votes over HTTP, as a browser without script meets them: forms, answers, and what a sealed vote shows.

mod common;

use std::time::Duration;

use common::game::Venue;
use common::http::{Answer, Client};
use common::wait;
use serde_json::{Value, json};

/// Longer than anything here takes on a busy machine.
const SOON: Duration = Duration::from_secs(15);

/// A vote made through the form; gives its number.
fn make(organiser: &Client, fields: &[(&str, &str)]) -> u64 {
    let answer = organiser.form("/organiser/votes", fields).expect(303);
    let to = answer.header("location").expect("a form leads on").to_owned();
    to.strip_prefix("/organiser/votes/").and_then(|id| id.parse().ok()).expect("to the vote's page")
}

fn act(organiser: &Client, poll: u64, what: &str) -> Answer {
    let page = format!("/organiser/votes/{poll}");
    let led = organiser.form(&page, &[("do", what), ("reason", "wrong question")]).expect(303);
    organiser.get(led.header("location").expect("to the outcome")).expect(200)
}

/// A phone that has looked at the vote's page and carries its cookie.
fn phone(venue: &Venue, poll: u64) -> Client {
    let client = venue.server.client();
    let page = client.get(&format!("/polls/{poll}")).expect(200);
    assert_eq!(page.header("cache-control"), Some("private, no-store"));
    client.with("Cookie", page.cookie().expect("the page gives a device cookie"))
}

/// Votes by form as soon as the phone is old enough.
fn vote(phone: &Client, poll: u64, fields: &[(&str, &str)]) -> Answer {
    wait::until("the phone to be old enough", SOON, || {
        let answer = phone.form(&format!("/polls/{poll}"), fields);
        (!answer.text().contains("please wait three seconds")).then_some(answer)
    })
}

fn receipt(answer: &Answer) -> String {
    let to = answer.header("location").unwrap_or_default();
    to.split_once("?voted=").map(|(_, receipt)| receipt.to_owned()).expect("a receipt")
}

const SINGLE: [(&str, &str); 3] =
    [("question", "Player of the <match>"), ("kind", "single"), ("options", "Diaz\r\nOkoro\r\nنور")];

#[test]
fn a_vote_is_made_opened_cast_closed_and_revealed_by_plain_forms() {
    let venue = Venue::open("votes-forms");
    let organiser = venue.signed_in();
    let poll = make(&organiser, &SINGLE);
    let fan = phone(&venue, poll);
    assert!(fan.get(&format!("/polls/{poll}")).text().contains("not open yet"));
    assert!(act(&organiser, poll, "open").text().contains("Close it now"));
    let page = fan.get(&format!("/polls/{poll}")).text();
    for words in
        ["Player of the &lt;match&gt;", "Choose one.", "Open vote (not verified)", "cannot be changed"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }

    let refused = vote(&fan, poll, &[("choice", "")]);
    assert_eq!((refused.status, refused.text().contains("Not counted")), (422, true), "{}", refused.text());
    let voted = vote(&fan, poll, &[("id", "b1"), ("choice", "2")]).expect(303);
    let page = fan.get(voted.header("location").expect("a way on")).text();
    assert!(page.contains(&receipt(&voted)) && page.contains("Your vote counts."), "{page}");
    let again = vote(&fan, poll, &[("id", "b1"), ("choice", "2")]).expect(303);
    assert_eq!(receipt(&again), receipt(&voted), "the same ballot has one receipt");
    let other = vote(&fan, poll, &[("choice", "1")]);
    assert_eq!(other.status, 409);
    assert!(other.text().contains("has voted"), "{}", other.text());
    assert!(other.text().contains("value=\"1\" checked"), "the choice is kept");

    wait::until("the turnout", SOON, || {
        fan.get(&format!("/polls/{poll}")).text().contains("1 ballot<").then_some(())
    });
    let sealed = [fan.get(&format!("/polls/{poll}")), organiser.get(&format!("/organiser/votes/{poll}"))];
    for page in sealed.map(|page| page.text()) {
        assert!(
            page.contains("1 ballot<") && !page.contains("1 vote<"),
            "a sealed count is on no page: {page}"
        );
        assert!(!page.contains("\"tally\"") && !page.contains("\"ranks\""), "nor in its state");
    }
    let closed = act(&organiser, poll, "close").text();
    assert!(
        closed.contains("Reveal the next place") && closed.contains("the phone had voted: 1"),
        "{closed}"
    );
    act(&organiser, poll, "reveal-next");
    let page = fan.get(&format!("/polls/{poll}")).text();
    assert!(page.contains("1 place is still to come out.") && !page.contains("100 per cent"), "{page}");
    let out = act(&organiser, poll, "reveal-next").text();
    assert!(out.contains("The result is out."), "{out}");
    let page = fan.get(&format!("/polls/{poll}")).text();
    assert!(page.contains("100 per cent") && page.contains(">1 vote<"), "{page}");
    let order: Vec<usize> =
        ["Okoro</bdi>", "Diaz</bdi>"].iter().map(|name| page.rfind(name).expect("in the result")).collect();
    assert!(order[0] < order[1], "the best is first");
}

/// Fields of a form.
type Fields = &'static [(&'static str, &'static str)];

#[test]
fn every_kind_of_vote_has_its_form_and_counts() {
    let venue = Venue::open("votes-kinds");
    let organiser = venue.signed_in();
    const NAMES: (&str, &str) = ("options", "Ada\nBo\nCleo");
    // What makes the vote, how its page asks, a ballot, and what the result says.
    let cases: [(Fields, &str, Fields, &str); 3] = [
        (
            &[("kind", "multiple"), ("max", "2"), NAMES],
            "Choose up to 2.",
            &[("choice-1", "1"), ("choice-3", "3")],
            "100 per cent",
        ),
        (
            &[("kind", "points"), NAMES, ("scale", "12 10")],
            "Rank 2, best first. The points: 12, 10.",
            &[("rank-1", "3"), ("rank-2", "1")],
            "12 points",
        ),
        (
            &[("kind", "rating"), ("steps", "6"), ("options", "left over")],
            "From 1 (bad) to 6 (good).",
            &[("choice", "4")],
            "Mean: 4.00",
        ),
    ];
    let first = make(&organiser, &SINGLE);
    let fan = phone(&venue, first);
    for (fields, words, ballot, result) in cases {
        let fields: Vec<_> = [("question", "Which?")].iter().chain(fields).copied().collect();
        let poll = make(&organiser, &fields);
        act(&organiser, poll, "open");
        let page = fan.get(&format!("/polls/{poll}")).text();
        assert!(page.contains(words), "{words}: {page}");
        vote(&fan, poll, ballot).expect(303);
        act(&organiser, poll, "close");
        act(&organiser, poll, "reveal-all");
        let page = fan.get(&format!("/polls/{poll}")).text();
        assert!(page.contains(result), "{result}: {page}");
    }
    let all = organiser.get("/organiser/votes").text();
    assert_eq!(all.matches("/organiser/votes/").count(), 4, "every vote is listed: {all}");
}

#[test]
fn a_form_that_is_refused_comes_back_as_it_was() {
    let venue = Venue::open("votes-refused");
    let organiser = venue.signed_in();
    let fields = [
        ("question", "Which\"?"),
        ("kind", "multiple"),
        ("options", "Same\nSame"),
        ("max", "2"),
        ("access", "ticket"),
        ("changeable", "yes"),
    ];
    let answer = organiser.form("/organiser/votes", &fields).expect(422).text();
    for words in [
        "stands there twice",
        "Which&quot;?",
        "Same\nSame</textarea>",
        "value=\"ticket\" checked",
        "value=\"yes\" checked",
        "value=\"multiple\" checked",
    ] {
        assert!(answer.contains(words), "{words}: {answer}");
    }
    assert!(organiser.get("/organiser/votes").text().contains("No votes yet."));
}

#[test]
fn tickets_are_printed_once_and_each_code_votes_once() {
    let venue = Venue::open("votes-tickets");
    let organiser = venue.signed_in();
    let fields: Vec<_> = SINGLE.iter().copied().chain([("access", "ticket")]).collect();
    let poll = make(&organiser, &fields);
    let page = format!("/organiser/votes/{poll}/tickets");
    assert!(organiser.get(&format!("/organiser/votes/{poll}")).text().contains("Print the codes first"));
    let wrong = organiser.form(&page, &[("count", "3"), ("base", "javascript:alert(1)")]);
    assert_eq!(wrong.status, 422);
    let sheet = organiser.form(&page, &[("count", "3"), ("base", "http://192.168.4.1:8080/")]).expect(200);
    assert_eq!(sheet.header("cache-control"), Some("private, no-store"));
    let text = sheet.text().replace("&#x2f;", "/");
    let csv = text.split("base64,").nth(1).and_then(|rest| rest.split('"').next()).expect("a file");
    let csv = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, csv).expect("base64");
    let csv = String::from_utf8(csv).expect("text");
    let address = format!("http://192.168.4.1:8080/polls/{poll}");
    let codes: Vec<&str> = csv.lines().skip(1).filter_map(|line| Some(line.split_once(',')?.0)).collect();
    assert_eq!(codes.len(), 3, "{csv}");
    assert!(codes.iter().all(|code| csv.contains(&format!("{code},{address}?code={code}\r\n"))), "{csv}");
    assert!(text.contains(&address) && text.matches("class=\"qr\"").count() == 3, "{text}");
    assert!(codes.iter().all(|code| text.contains(&code[..10]) && text.contains(&code[10..])), "{text}");
    assert!(text.contains("3 codes printed"), "{text}");

    act(&organiser, poll, "open");
    let fan = venue.server.client();
    let at = format!("/polls/{poll}?code={}", codes[0]);
    let form = fan.get(&at).expect(200).text();
    assert!(form.contains("Ticket vote") && form.contains(&format!("value=\"{}\"", codes[0])), "{form}");
    let page = format!("/polls/{poll}");
    let small = codes[0].to_lowercase().replace('-', " ");
    let voted = fan.form(&page, &[("code", &small), ("choice", "1")]).expect(303);
    let again = fan.form(&page, &[("code", codes[0]), ("choice", "1")]).expect(303);
    assert_eq!(receipt(&voted), receipt(&again));
    let used = fan.form(&page, &[("code", codes[0]), ("choice", "2")]).expect(409).text();
    assert!(
        used.contains("was used") && used.contains(codes[0]) && used.contains("value=\"2\" checked"),
        "{used}"
    );
    fan.form(&page, &[("code", "0000-0000-0000-0000"), ("choice", "2")]).expect(403);
    fan.form(&page, &[("choice", "2")]).expect(422);
    wait::until("the turnout on the organiser's page", SOON, || {
        let staff = organiser.get(&format!("/organiser/votes/{poll}")).text();
        (staff.contains("3 codes printed") && staff.contains("\"used\">1 used")).then_some(())
    });
}

#[test]
fn the_venues_votes_stand_beside_its_games() {
    let venue = Venue::open("votes-beside");
    let organiser = venue.signed_in();
    let game = venue.live_game();
    let fan = venue.server.client();
    let hidden = "aria-labelledby=\"h-votes\" hidden>";
    assert!(fan.get(&format!("/games/{game}")).text().contains(hidden), "no region without a vote");
    let fields: Vec<_> = SINGLE.iter().copied().chain([("game", "1")]).collect();
    let poll = make(&organiser, &fields);
    act(&organiser, poll, "open");
    for page in ["/".to_owned(), format!("/games/{game}")] {
        let link = format!("<a href=\"/polls/{poll}\"><bdi>Player of the &lt;match&gt;</bdi>");
        wait::until(&format!("the vote on {page}"), SOON, || {
            fan.get(&page).text().contains(&link).then_some(())
        });
    }
    act(&organiser, poll, "withdraw");
    wait::until("the vote to go", SOON, || fan.get("/").text().contains(hidden).then_some(()));
    let gone = fan.get(&format!("/polls/{poll}")).expect(200).text();
    assert!(gone.contains("took this vote back"), "{gone}");
}

#[test]
fn only_organisers_see_these_pages_and_no_page_is_without_a_vote() {
    let venue = Venue::open("votes-who");
    let poll = make(&venue.signed_in(), &SINGLE);
    let fan = venue.server.client();
    for path in ["/organiser/votes".to_owned(), format!("/organiser/votes/{poll}/tickets")] {
        let led = fan.get(&path).expect(303);
        assert!(led.header("location").is_some_and(|to| to.starts_with("/login")), "{led:?}");
    }
    assert_eq!(fan.form(&format!("/organiser/votes/{poll}"), &[("do", "open")]).status, 303);
    let board: Value = fan.get(&format!("/api/v1/polls/{poll}")).expect(200).json();
    assert_eq!(board["state"], json!("draft"), "nobody opened it");
    fan.get("/polls/99").expect(404);
    fan.get("/polls/x").expect(404);
}
