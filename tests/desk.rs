//! The desk's part of the API and its pages without a browser: what a command would change, who keeps the score, a game
//! that is entered late, the page of one entry. The real binary, over loopback.

mod common;

use std::time::Duration;

use common::game::{ORGANISER, Venue, board, command, goal, new_game};
use common::http::{Answer, Client};
use common::server::add_user;
use common::wait;
use serde_json::{Value, json};

const KIM: (&str, &str) = ("kim", "correct horse battery");

/// Longer than anything here takes on a busy machine.
const SOON: Duration = Duration::from_secs(10);

fn code(answer: &Answer) -> String {
    let problem = answer.json();
    problem["type"].as_str().unwrap_or_default().rsplit(':').next().unwrap_or_default().to_owned()
}

fn dry_run(client: &Client, game: u64, body: &Value) -> Answer {
    client.post(&format!("/api/v1/games/{game}/commands?dry_run=1"), body)
}

/// A client that signed in as that person.
fn signed_in(venue: &Venue, (name, password): (&str, &str)) -> Client {
    let client = venue.server.client();
    let answer = client.form("/login", &[("name", name), ("password", password)]).expect(303);
    let client = client.with("Cookie", answer.cookie().expect("signing in sets a cookie"));
    client.with("Sec-Fetch-Site", "same-origin")
}

/// The staff's board of a game, once it is so: what was written reaches it within its flush time.
fn desk_board(client: &Client, game: u64, so: impl Fn(&Value) -> bool) -> Value {
    wait::until("the desk's board to be so", SOON, || {
        let answer = client.get(&format!("/live/poll?ch=game/{game}/desk")).expect(200).json();
        let messages = answer["messages"].as_array().cloned().unwrap_or_default();
        let snapshot = messages.into_iter().find(|message| message["type"] == "snapshot");
        Some(snapshot?["board"].clone()).filter(|board| so(board))
    })
}

/// Waits until everybody's board is so.
fn stands(client: &Client, game: u64, so: impl Fn(&Value) -> bool) -> Value {
    wait::until("the board to be so", SOON, || Some(board(client, game)).filter(|board| so(board)))
}

#[test]
fn a_correction_tells_what_it_would_change_and_changes_nothing() {
    let venue = Venue::open("desk-preview");
    let (feed, game) = (venue.feed(), venue.live_game());
    let first = goal(&feed, game, "home");
    goal(&feed, game, "away");
    let before = stands(&feed, game, |board| board["score_text"] == "1-1");

    let told = dry_run(&feed, game, &json!({"type": "void", "seq": first})).expect(200).json();
    assert_eq!(told["outcome"], "would-be-accepted");
    assert_eq!(told["score_text"], json!({"before": "1-1", "after": "0-1"}));
    let gone = told["gone"][first.to_string()].as_str().unwrap_or_default();
    assert!(gone.contains("Goal, Reds"), "{told}");
    assert!(told.get("added").is_none(), "{told}");

    let with = json!({"type": "action", "action": "own_goal", "side": "home", "player": "9"});
    let told =
        dry_run(&feed, game, &json!({"type": "replace", "seq": first, "with": with})).expect(200).json();
    assert_eq!(told["score_text"], json!({"before": "1-1", "after": "0-2"}));
    assert!(told["added"].as_str().unwrap_or_default().contains("Own goal"), "{told}");

    assert_eq!(board(&feed, game)["seq"], before["seq"], "a look leaves no trace");
    assert_eq!(
        code(&dry_run(&feed, game, &json!({"type": "void", "seq": 9_999})).expect(404)),
        "unknown-entry"
    );
    let wrong = format!("/api/v1/games/{game}/commands?dry_run=maybe");
    assert_eq!(
        code(&feed.post(&wrong, &json!({"type": "void", "seq": first})).expect(400)),
        "invalid-parameter"
    );
}

#[test]
fn one_person_keeps_the_score_and_the_others_write_words() {
    let venue = Venue::open("desk-scorer");
    add_user(&venue.data, KIM.0, "commentator", KIM.1);
    let (olga, kim, game) = (signed_in(&venue, ORGANISER), signed_in(&venue, KIM), venue.live_game());
    command(&kim, game, &json!({"type": "scorer", "do": "claim"})).expect(200);
    let holder = desk_board(&kim, game, |board| board["scorer"].is_object())["scorer"]["actor"].clone();
    assert!(holder.as_str().is_some_and(|actor| actor.starts_with("user:")), "{holder}");
    assert!(board(&kim, game).get("scorer").is_none(), "fans are not told who works the desk");

    let goal = json!({"type": "action", "action": "goal", "side": "home"});
    assert_eq!(code(&command(&olga, game, &goal).expect(409)), "not-scorer");
    assert_eq!(code(&dry_run(&olga, game, &goal).expect(409)), "not-scorer", "a preview says the same");
    command(&olga, game, &json!({"type": "comment", "text": "Rain."})).expect(200);
    assert_eq!(
        code(&command(&olga, game, &json!({"type": "scorer", "do": "claim"})).expect(409)),
        "scorer-taken"
    );

    let page = olga.get(&format!("/desk/{game}")).expect(200).text();
    assert!(page.contains("kim keeps the score"), "{page}");
    let sets: Vec<&str> = page.split("<fieldset class=\"plain\" data-score").skip(1).collect();
    let tags = sets.iter().filter_map(|rest| rest.split('>').next());
    let on: Vec<&str> = tags.filter(|tag| !tag.contains("disabled")).collect();
    assert!(sets.len() > 2 && on.is_empty(), "without script these are not off: {on:?}");

    // By the plain form, as without script.
    let taken = olga.form(&format!("/desk/{game}"), &[("id", "t1"), ("type", "scorer"), ("do", "take_over")]);
    taken.expect(303);
    desk_board(&kim, game, |board| board["scorer"].is_object() && board["scorer"]["actor"] != holder);
    assert_eq!(code(&command(&kim, game, &goal).expect(409)), "not-scorer");
    let hand_over = json!({"type": "scorer", "do": "hand_over", "to": holder});
    command(&olga, game, &hand_over).expect(200);
    command(&kim, game, &goal).expect(200);
    command(&kim, game, &json!({"type": "scorer", "do": "release"})).expect(200);
    desk_board(&kim, game, |board| board.get("scorer").is_none());
}

#[test]
fn a_game_that_is_entered_late_is_brought_to_where_it_stands() {
    let venue = Venue::open("desk-join");
    let (olga, game) = (signed_in(&venue, ORGANISER), new_game(&venue.feed()));
    let fields = [
        ("id", "late"),
        ("type", "join"),
        ("segment", "2H"),
        ("clock", "67:30"),
        ("count.goals.home", "2"),
        ("count.goals.away", "1"),
    ];
    olga.form(&format!("/desk/{game}"), &fields).expect(303);
    let late = desk_board(&olga, game, |board| board["score_text"] == "2-1");
    assert_eq!(late["segment"], "2H");
    assert_eq!((&late["adjusted"], &late["state"]), (&json!(true), &json!("live")));
    let clock = late["clock"]["value_ms"].as_u64().unwrap_or_default();
    assert!(late["clock"]["running"] == true && clock == 4_050_000, "{}", late["clock"]);
    assert_eq!(late["desk"]["counters"]["goals"], json!({"home": 2, "away": 1}));
    // The same form once more is the same commands.
    let seq = late["seq"].clone();
    olga.form(&format!("/desk/{game}"), &fields).expect(303);
    goal(&venue.feed(), game, "home");
    let more = desk_board(&olga, game, |board| board["score_text"] == "3-1");
    assert_eq!(more["seq"].as_u64(), seq.as_u64().map(|seq| seq + 1));
    // Where no way leads, the first refusal is told.
    let refused = olga.form(&format!("/desk/{game}"), &[("type", "join"), ("count.goals.home", "two")]);
    assert!(refused.expect(422).text().contains("`two` is no whole number"));
}

#[test]
fn without_script_an_entry_has_a_page_and_a_correction_is_asked_about() {
    let venue = Venue::open("desk-entry");
    let (olga, game) = (signed_in(&venue, ORGANISER), venue.live_game());
    let seq = goal(&olga, game, "home");
    let page = olga.get(&format!("/desk/{game}/entries/{seq}")).expect(200).text();
    assert!(page.contains("Score 1-0 → 0-0") && page.contains("Entered by olga"), "{page}");
    olga.get(&format!("/desk/{game}/entries/9999")).expect(404);

    let seq = seq.to_string();
    let fields =
        [("id", "e1"), ("type", "replace"), ("seq", seq.as_str()), ("action", "goal"), ("side", "away")];
    let asked =
        olga.form(&format!("/desk/{game}"), &[&fields[..], &[("preview", "1")]].concat()).expect(200).text();
    assert!(asked.contains("Score 1-0 → 0-1") && asked.contains("name=\"id\" value=\"e1\""), "{asked}");
    assert!(!asked.contains("name=\"preview\""), "the second time it is done");
    stands(&olga, game, |board| board["score_text"] == "1-0");
    olga.form(&format!("/desk/{game}"), &fields).expect(303);
    stands(&olga, game, |board| board["score_text"] == "0-1");
    let gone = olga.get(&format!("/desk/{game}/entries/{seq}")).expect(200).text();
    assert!(gone.contains("corrected already") && !gone.contains("data-command=\"void\""), "{gone}");
}

#[test]
fn the_clock_is_put_right_by_a_second_and_a_half_ends_only_as_it_was_seen() {
    let venue = Venue::open("desk-clock");
    let (olga, game) = (signed_in(&venue, ORGANISER), venue.live_game());
    command(&olga, game, &json!({"type": "clock", "do": "stop"})).expect(200);
    command(&olga, game, &json!({"type": "clock", "do": "set", "value_ms": 600_000})).expect(200);
    let nudge = [("id", "n1"), ("type", "clock"), ("do", "set"), ("nudge", "-1000")];
    olga.form(&format!("/desk/{game}"), &nudge).expect(303);
    stands(&olga, game, |board| board["clock"]["value_ms"] == 599_000);

    let page = olga.get(&format!("/desk/{game}")).expect(200).text();
    assert!(page.contains("Confirm 0–0"), "{page}");
    let seen = board(&olga, game)["seq"].to_string();
    goal(&venue.feed(), game, "home");
    let end = [("id", "c1"), ("type", "segment"), ("do", "end"), ("expect_seq", seen.as_str())];
    let answer = olga.form(&format!("/desk/{game}"), &end).expect(303);
    let told = olga.get(answer.header("location").expect("a place")).expect(200).text();
    assert!(told.contains("Somebody else changed this meanwhile"), "{told}");
    assert_eq!(board(&olga, game)["state"], "live");
}

#[test]
fn every_sport_has_reviews_and_something_at_hand() {
    let venue = Venue::open("desk-sports");
    let sports = venue.server.client().get("/api/v1/sports").expect(200).json();
    for sport in sports["sports"].as_array().expect("a list") {
        let name = &sport["id"];
        assert!(sport["review"].is_object(), "{name} cannot put a score under review");
        assert!(sport["desk"]["front"].as_array().is_some_and(|front| !front.is_empty()), "{name}");
        assert!(sport["desk"]["phrases"].as_array().is_some_and(|lines| !lines.is_empty()), "{name}");
        let sides = json!({"home": {"name": "Reds"}, "away": {"name": "Blues"}});
        let made = venue.feed().post("/api/v1/games", &json!({"sport": name, "sides": sides})).expect(201);
        let game = made.json()["id"].as_u64().expect("a number");
        command(&venue.feed(), game, &json!({"type": "segment", "do": "start"})).expect(200);
        command(&venue.feed(), game, &json!({"type": "review", "do": "open"})).expect(200);
        stands(&venue.feed(), game, |board| board["review"].is_object());
    }
}
