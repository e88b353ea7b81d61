//! The organiser's day over HTTP: plan, copy, import, reorder, shift, decisions off the field, teams, venue.
//! The real binary, over loopback; forms as a browser without script sends them, and as the page's script does.

mod common;

use common::game::{Venue, board, command, goal, new_game};
use common::http::{Answer, Client};
use serde_json::{Value, json};

const DAY: &str = "2026-11-22";

fn code(answer: &Answer) -> String {
    let problem = answer.json();
    let kind = problem["type"].as_str().unwrap_or_default();
    kind.strip_prefix("urn:touchline:problem:").unwrap_or(kind).to_owned()
}

fn csv(client: &Client, path: &str, text: &str) -> Answer {
    client.send("POST", path, "text/csv", text.as_bytes()).expect("an answer")
}

/// A game at that time of the day on that pitch.
fn game(feed: &Client, names: [&str; 2], time: &str, pitch: &str) -> u64 {
    let body = json!({"sport": "football", "venue": pitch, "starts_at": format!("{DAY}T{time}:00Z"),
        "sides": {"home": {"name": names[0]}, "away": {"name": names[1]}}});
    feed.post("/api/v1/games", &body).expect(201).json()["id"].as_u64().expect("a number")
}

fn starts(client: &Client, game: u64) -> String {
    board(client, game)["starts_at"].as_str().unwrap_or_default().to_owned()
}

/// Waits until the board says so: a page is answered from the record, which a board follows within a moment.
fn becomes(client: &Client, game: u64, member: &str, value: &str) {
    let what = format!("game {game} to have {member} {value}");
    common::wait::until(&what, std::time::Duration::from_secs(20), || {
        (board(client, game)[member] == value).then_some(())
    });
}

fn plan(organiser: &Client) -> String {
    organiser.get(&format!("/organiser?day={DAY}")).expect(200).text()
}

fn all_games(client: &Client) -> Vec<Value> {
    client.get("/api/v1/games").expect(200).json()["games"].as_array().expect("a list").clone()
}

#[test]
fn a_copy_has_the_squads_and_rules_and_nothing_of_the_course() {
    let venue = Venue::open("plan-copy");
    let feed = venue.feed();
    let model = venue.live_game();
    goal(&feed, model, "home");
    let path = format!("/api/v1/games/{model}/copy");
    let ask = json!({"id": "copy-1", "starts_at": "2026-11-29T10:00:00Z", "venue": "Court 2"});
    let made = feed.post(&path, &ask).expect(201);
    let copy = made.json();
    assert_eq!(made.header("location"), Some(&*format!("/api/v1/games/{}", copy["id"])));
    assert_eq!(
        (&copy["state"], &copy["score_text"], &copy["venue"], &copy["starts_at"]),
        (&json!("scheduled"), &json!("0-0"), &json!("Court 2"), &json!("2026-11-29T10:00:00Z"))
    );
    assert_eq!(copy["sides"]["home"]["players"]["9"]["name"], "Diaz");
    assert_eq!(feed.post(&path, &ask).expect(201).json()["id"], copy["id"], "sent twice, made once");
    assert_eq!(code(&feed.post(&path, &json!({"title": "x"})).expect(422)), "invalid-body");
    assert_eq!(code(&feed.post("/api/v1/games/999/copy", &json!({})).expect(404)), "unknown-game");
}

#[test]
fn an_import_is_shown_first_made_once_and_never_doubled() {
    let venue = Venue::open("plan-import");
    let feed = venue.feed();
    let table = "Date;Time;Pitch;Home;Away;half\r\n\
        2026-11-22;10:00;Main;Reds;Blues;20\r\n2026-11-22;10:30;Main;Greens;Reds;\r\n22.11.2026;12:00;Court 2;نادي;=SUM(1);\r\n";
    let seen = csv(&feed, "/api/v1/games/import?dry_run=1", table).expect(200).json();
    assert_eq!(seen["counts"], json!({"would-be-created": 3}), "{seen}");
    assert_eq!(seen["rows"][0]["body"]["params"]["half"], 20);
    let clash = &seen["rows"][1]["clashes"];
    assert_eq!(
        (clash[0]["what"].as_str(), clash[1]["what"].as_str()),
        (Some("pitch"), Some("team")),
        "Main is not free before 11:00, and Reds play there: {clash}"
    );
    assert!(all_games(&feed).is_empty(), "a preview stores nothing");

    let done = csv(&feed, "/api/v1/games/import", table).expect(200).json();
    assert_eq!(done["counts"], json!({"created": 3}));
    let again = csv(&feed, "/api/v1/games/import", table).expect(200).json();
    assert_eq!(again["counts"], json!({"present": 3}), "{again}");
    assert_eq!(all_games(&feed).len(), 3);

    // Also when a game was moved since; and what was withdrawn is made again.
    let [first, second] = [0, 1].map(|row| done["rows"][row]["game"].as_u64().expect("a game"));
    feed.patch(&format!("/api/v1/games/{first}"), &json!({"starts_at": "2026-11-22T18:00:00Z"})).expect(200);
    feed.delete(&format!("/api/v1/games/{second}")).expect(200);
    let third = csv(&feed, "/api/v1/games/import", table).expect(200).json();
    assert_eq!(third["counts"], json!({"created": 1, "present": 2}), "{third}");
    assert_eq!(third["rows"][0]["game"], first);
    assert_eq!(csv(&feed, "/api/v1/games/import", table).expect(200).json()["counts"], json!({"present": 3}));
}

#[test]
fn every_bad_line_is_told_and_nothing_is_stored_unless_it_is_left_out() {
    let venue = Venue::open("plan-import-bad");
    let feed = venue.feed();
    let table = "date,time,home,away,half,sport\n2026-11-22,10:00,Reds,Blues,,\n3/4/26,late,,B,99,\n\
        2026-11-22,10:00,reds,BLUES,,\n2026-11-22,11:00,A,B,,quidditch\n2026-11-22,11:00,C,D,99,\n";
    let refused = csv(&feed, "/api/v1/games/import", table).expect(422);
    assert_eq!(code(&refused), "invalid-rows");
    let rows = refused.json()["rows"].clone();
    let columns = |row: usize| -> Vec<String> {
        let faults = rows[row]["faults"].as_array().cloned().unwrap_or_default();
        faults.iter().map(|fault| fault["column"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(rows[0]["outcome"], "would-be-created");
    assert_eq!(columns(1), ["date", "time", "home", "half"]);
    assert_eq!(rows[2]["faults"][0]["detail"], "The same game as line 2.");
    assert_eq!((columns(3), columns(4)), (vec!["sport".to_owned()], vec!["half".to_owned()]));
    assert!(all_games(&feed).is_empty());

    let done = csv(&feed, "/api/v1/games/import?skip_invalid=1", table).expect(200).json();
    assert_eq!(done["counts"], json!({"created": 1, "invalid": 4}));
    for (text, status, expected) in [
        ("home,away,referee\nA,B,C\n", 422, "invalid-table"),
        ("", 422, "invalid-table"),
        ("home,away\n\"A,B\n", 422, "invalid-table"),
    ] {
        assert_eq!(code(&csv(&feed, "/api/v1/games/import", text).expect(status)), expected, "{text:?}");
    }
    let latin = feed.send("POST", "/api/v1/games/import", "text/csv", b"home,away\nM\xfcnchen,B\n");
    let latin = latin.expect("an answer").expect(422);
    assert!(latin.json()["detail"].as_str().is_some_and(|detail| detail.starts_with("Line 2")), "{latin:?}");
    let json = feed.send("POST", "/api/v1/games/import", "application/json", b"{}").expect("an answer");
    assert_eq!(code(&json.expect(415)), "unsupported-type");
}

#[test]
fn a_file_of_megabytes_is_read_and_a_longer_one_is_not() {
    let venue = Venue::open("plan-import-limit");
    let long = format!("home,away,title\nA,B,\"{}\"\n", "x".repeat(3 * 1024 * 1024));
    let told = csv(&venue.feed(), "/api/v1/games/import?dry_run=1", &long).expect(200).json();
    assert_eq!(told["rows"][0]["outcome"], "invalid", "read, and its title is too long");
    let head = format!(
        "POST /api/v1/games/import HTTP/1.1\r\nHost: {}\r\nContent-Length: {}\r\n\r\n",
        venue.server.address,
        8 * 1024 * 1024 + 1
    );
    let answer = common::http::raw(venue.server.address, head.as_bytes());
    assert!(answer.starts_with(b"HTTP/1.1 413 "), "{}", String::from_utf8_lossy(&answer));
    let many = format!("home,away\n{}", "A,B\n".repeat(501));
    let answer = csv(&venue.feed(), "/api/v1/games/import", &many).expect(422);
    assert!(answer.json()["detail"].as_str().is_some_and(|detail| detail.contains("501")), "{answer:?}");
}

#[test]
fn the_page_imports_a_file_in_two_steps() {
    let venue = Venue::open("plan-import-page");
    let organiser = venue.signed_in().with("Origin", &format!("http://{}", venue.server.address));
    let table = "time,pitch,home,away\n10:00,Main,Reds,Blues\n11:00,Main,,Greens\n";
    let send = |step: &str| {
        let body = format!(
            "--b\r\nContent-Disposition: form-data; name=\"step\"\r\n\r\n{step}\r\n--b\r\n\
             Content-Disposition: form-data; name=\"day\"\r\n\r\n{DAY}\r\n--b\r\n\
             Content-Disposition: form-data; name=\"file\"; filename=\"p.csv\"\r\nContent-Type: text/csv\r\n\r\n\
             {table}\r\n--b--\r\n"
        );
        let kind = "multipart/form-data; boundary=b";
        organiser.send("POST", "/organiser/import", kind, body.as_bytes()).expect("an answer").expect(200)
    };
    let preview = send("preview").text();
    assert!(preview.contains("1 new game.") && preview.contains("1 line is wrong."), "{preview}");
    assert!(preview.contains("name=\"text\" value=\"time,pitch"), "the table comes back with the page");
    assert!(all_games(&venue.feed()).is_empty());
    let done = send("confirm").text();
    assert!(done.contains("1 game was made."), "{done}");
    assert!(send("confirm").text().contains("1 is there already."));
    assert_eq!(all_games(&venue.feed()).len(), 1);
    let sample = organiser.get("/organiser/import/sample.csv").expect(200).text();
    let told = csv(&venue.feed(), "/api/v1/games/import?dry_run=1", &sample).expect(200).json();
    assert_eq!(told["counts"]["invalid"], Value::Null, "the sample is a right table: {told}");
    let export = organiser.get(&format!("/organiser/plan.csv?day={DAY}")).expect(200).text();
    let told = csv(&venue.feed(), "/api/v1/games/import?dry_run=1", &export).expect(200).json();
    assert_eq!(
        told["counts"],
        json!({"present": 1}),
        "a plan downloaded is the plan that is there: {export}"
    );
}

#[test]
fn games_on_a_pitch_change_times_and_the_form_sent_twice_counts_once() {
    let venue = Venue::open("plan-swap");
    let (feed, organiser) = (venue.feed(), venue.signed_in());
    let early = game(&feed, ["Reds", "Blues"], "10:00", "Main");
    let late = game(&feed, ["Greens", "Whites"], "13:00", "main");
    game(&feed, ["A", "B"], "11:00", "Court 2");
    let page = plan(&organiser);
    assert!(
        page.contains(&format!("id=\"later-{early}\"")) && page.contains(&format!("id=\"earlier-{late}\""))
    );
    assert!(!page.contains(&format!("id=\"earlier-{early}\"")), "nothing stands before the first");
    let form = [
        ("id", "swap-1"),
        ("day", DAY),
        ("game", &early.to_string()),
        ("starts_at", "2026-11-22T13:00:00Z"),
        ("with", &late.to_string()),
        ("with_at", "2026-11-22T10:00:00Z"),
    ];
    for _ in 0..2 {
        let answer = organiser.form("/organiser/swap", &form).expect(303);
        assert!(answer.header("location").is_some_and(|to| to.contains("min_seq=")), "{answer:?}");
        becomes(&feed, early, "starts_at", "2026-11-22T13:00:00Z");
        becomes(&feed, late, "starts_at", "2026-11-22T10:00:00Z");
    }
}

#[test]
fn the_rest_of_a_pitch_is_shifted_after_it_was_shown() {
    let venue = Venue::open("plan-shift");
    let (feed, organiser) = (venue.feed(), venue.signed_in());
    let begun = game(&feed, ["Reds", "Blues"], "09:00", "Main");
    command(&feed, begun, &json!({"type": "segment", "do": "start"})).expect(200);
    let [first, second] =
        [("11:00", "A"), ("13:00", "C")].map(|(at, name)| game(&feed, [name, "X"], at, "Main"));
    let other = game(&feed, ["E", "F"], "11:00", "Court 2");
    let address = format!("/organiser/shift?day={DAY}&pitch=Main");
    let bad = organiser.get(&format!("{address}&minutes=soon"));
    assert!(bad.expect(422).text().contains("whole number"));
    let shown = organiser.get(&format!("{address}&from={first}&minutes=20")).expect(200).text();
    assert!(shown.contains("2 games get a new time"), "{shown}");
    assert!(!shown.contains(&format!("at.{begun}")) && !shown.contains(&format!("at.{other}")));
    assert_eq!(starts(&feed, first), "2026-11-22T11:00:00Z", "shown is not done");
    let at = [format!("at.{first}"), format!("at.{second}")];
    let form = [
        ("id", "shift-1"),
        ("day", DAY),
        (at[0].as_str(), "2026-11-22T11:20:00Z"),
        (at[1].as_str(), "2026-11-22T13:20:00Z"),
    ];
    for _ in 0..2 {
        organiser.form("/organiser/shift", &form).expect(303);
    }
    becomes(&feed, first, "starts_at", "2026-11-22T11:20:00Z");
    becomes(&feed, second, "starts_at", "2026-11-22T13:20:00Z");
    becomes(&feed, other, "starts_at", "2026-11-22T11:00:00Z");
}

#[test]
fn a_day_is_copied_to_another() {
    let venue = Venue::open("plan-copy-day");
    let (feed, organiser) = (venue.feed(), venue.signed_in());
    let game = game(&feed, ["Reds", "Blues"], "10:00", "Main");
    let shown = organiser.get(&format!("/organiser/copy?day={DAY}&to=2026-11-29")).expect(200).text();
    assert!(shown.contains("1 game is made on"), "{shown}");
    let at = format!("at.{game}");
    let form = [("id", "day-1"), ("day", DAY), ("to", "2026-11-29"), (at.as_str(), "2026-11-29T10:00:00Z")];
    for _ in 0..2 {
        let answer = organiser.form("/organiser/copy", &form).expect(303);
        assert!(answer.header("location").is_some_and(|to| to.starts_with("/organiser?day=2026-11-29")));
    }
    assert_eq!(all_games(&feed).len(), 2);
    organiser.get(&format!("/organiser/copy?day={DAY}&to={DAY}")).expect(422);
}

#[test]
fn a_game_is_postponed_put_back_awarded_abandoned_and_withdrawn() {
    let venue = Venue::open("plan-acts");
    let (feed, organiser) = (venue.feed(), venue.signed_in());
    let act = |game: u64, what: &str, more: &[(&str, &str)]| {
        let id = format!("{what}-{game}");
        let form = [&[("id", id.as_str()), ("do", what)], more].concat();
        organiser.form(&format!("/organiser/games/{game}"), &form)
    };
    let one = game(&feed, ["Reds", "Blues"], "10:00", "Main");
    let answer = act(one, "postpone", &[("reason", "Waterlogged")]).expect(303);
    let led = answer.header("location").expect("a place").to_owned();
    assert!(organiser.get(&led).expect(200).text().contains("It is postponed."));
    becomes(&feed, one, "state", "postponed");
    becomes(&feed, one, "reason", "Waterlogged");
    act(one, "plan", &[("date", "2026-11-23"), ("time", "18:30")]).expect(303);
    becomes(&feed, one, "state", "scheduled");
    assert!(starts(&feed, one).starts_with("2026-11-2"), "{}", starts(&feed, one));
    assert_ne!(starts(&feed, one), "2026-11-22T10:00:00Z");

    let award = [
        ("side", "home"),
        ("kind", "walkover"),
        ("score.home", "3"),
        ("score.away", "0"),
        ("reason", "No bus"),
    ];
    act(one, "award", &award).expect(303);
    becomes(&feed, one, "state", "awarded");
    let awarded = board(&feed, one);
    assert_eq!((&awarded["state"], &awarded["result"]["kind"]), (&json!("awarded"), &json!("walkover")));
    assert_eq!((&awarded["score_text"], &awarded["result"]["winner"]), (&json!("3-0"), &json!("home")));

    let two = venue.live_game();
    let refused = act(two, "postpone", &[("reason", "Rain")]).expect(409).text();
    assert!(
        refused.contains("Not done:") && refused.contains("value=\"Rain\""),
        "what was typed is kept: {refused}"
    );
    act(two, "abandon", &[("reason", "Lightning")]).expect(303);
    becomes(&feed, two, "state", "abandoned");

    let three = new_game(&feed);
    let bad = act(three, "award", &[("score.home", "3")]).expect(422).text();
    assert!(bad.contains("two whole numbers"), "{bad}");
    act(three, "withdraw", &[]).expect(303);
    common::wait::until("the game to be off", std::time::Duration::from_secs(20), || {
        (board(&feed, three)["withdrawn"] == true).then_some(())
    });
    assert!(!plan(&organiser).contains(&format!("id=\"slot-{three}\"")));
}

#[test]
fn a_game_is_changed_with_what_was_typed_kept_where_it_is_wrong() {
    let venue = Venue::open("plan-change");
    let (feed, organiser) = (venue.feed(), venue.signed_in());
    let id = new_game(&feed);
    let path = format!("/organiser/games/{id}");
    let form = |more: &[(&'static str, &'static str)]| {
        let all = [
            &[
                ("do", "change"),
                ("home", "Reds"),
                ("away", "Blues"),
                ("venue", "Court 2"),
                ("date", DAY),
                ("time", "16:00"),
            ],
            more,
        ];
        organiser.form(&path, &all.concat())
    };
    let wrong = form(&[("id", "c1"), ("title", "Cup"), ("param.half", "700")]).expect(422).text();
    assert!(
        wrong.contains("id=\"change-param.half-e\" data-error=\"param.half\">Minutes of a half must be"),
        "{wrong}"
    );
    assert!(wrong.contains("value=\"Cup\"") && wrong.contains("value=\"700\""), "{wrong}");
    assert_eq!(board(&feed, id)["venue"], "Main pitch");
    form(&[("id", "c2"), ("title", "Cup"), ("param.half", "30")]).expect(303);
    becomes(&feed, id, "venue", "Court 2");
    let changed = board(&feed, id);
    assert_eq!((&changed["venue"], &changed["title"]), (&json!("Court 2"), &json!("Cup")));
    assert_eq!(changed["sides"]["home"]["players"]["9"]["name"], "Diaz", "the squad stays");
    let squad =
        [("do", "squad"), ("id", "s1"), ("squad.home", "7 Okoro\n8, Ng, eng"), ("squad.away", "1\n2 B")];
    let wrong = organiser.form(&path, &squad).expect(422).text();
    assert!(wrong.contains("Line 1: `1` has no name") && wrong.contains("7 Okoro"), "{wrong}");
    let squad = [("do", "squad"), ("id", "s2"), ("squad.home", "7 Okoro\n8, Ng, eng"), ("squad.away", "")];
    organiser.form(&path, &squad).expect(303);
    common::wait::until("the new squad", std::time::Duration::from_secs(20), || {
        (board(&feed, id)["sides"]["home"]["players"]["8"]["name"] == "Ng").then_some(())
    });
}

#[test]
fn a_new_game_takes_the_squad_of_a_team_of_that_name() {
    let venue = Venue::open("plan-new");
    let (feed, organiser) = (venue.feed(), venue.signed_in());
    let team = json!({"name": "Reds", "short": "RED", "colour": "#b3151b", "players": [{"number": "9", "name": "Diaz"}]});
    feed.post("/api/v1/teams", &team).expect(201);
    let form = [
        ("id", "n1"),
        ("sport", "football"),
        ("home", " reds "),
        ("away", "Blues"),
        ("date", DAY),
        ("time", "10:00"),
        ("venue", "Main"),
        ("param.football.half", "20"),
    ];
    for _ in 0..2 {
        let answer = organiser.form("/organiser", &form).expect(303);
        let page = organiser.get(answer.header("location").expect("a place")).expect(200).text();
        assert!(page.contains("The game is in the plan."), "{page}");
    }
    let games = all_games(&feed);
    assert_eq!(games.len(), 1, "sent twice, made once");
    let made = board(&feed, games[0]["id"].as_u64().expect("a number"));
    assert_eq!(
        (&made["sides"]["home"]["short"], &made["sides"]["home"]["players"]["9"]["name"]),
        (&json!("RED"), &json!("Diaz"))
    );
    let wrong = [("id", "n2"), ("sport", "football"), ("home", "Old Mill"), ("away", "  "), ("date", DAY)];
    let page = organiser.form("/organiser", &wrong).expect(422).text();
    assert!(page.contains("data-error=\"away\">Every side needs a name."), "{page}");
    assert!(page.contains("value=\"Old Mill\""), "what was typed is kept");
}

#[test]
fn overlaps_are_told_on_the_plan() {
    let venue = Venue::open("plan-clash");
    let (feed, organiser) = (venue.feed(), venue.signed_in());
    game(&feed, ["Reds", "Blues"], "10:00", "Main");
    game(&feed, ["Greens", "Whites"], "11:00", "Main");
    game(&feed, ["Reds", "Blacks"], "11:30", "Court 2");
    let page = plan(&organiser);
    assert!(page.contains("3 games overlap with another"), "{page}");
    assert!(page.contains("Overlaps on this pitch with") && page.contains("Reds also plays at"));
    let calm = organiser.get("/organiser?day=2026-11-23").expect(200).text();
    assert!(calm.contains("No games on") && calm.contains("/organiser/import?day=2026-11-23"), "{calm}");
    organiser.get("/organiser?day=tomorrow").expect(422);
}

#[test]
fn a_script_gets_json_and_an_answer_before_the_outcome_where_it_asks() {
    let venue = Venue::open("plan-script");
    let organiser = venue.signed_in().with("Accept", "application/json");
    let form = [("id", "j1"), ("sport", "football"), ("home", "Reds"), ("away", "Blues")];
    let pending = organiser.with("Prefer", "respond-async").form("/organiser", &form).expect(202);
    assert_eq!(pending.json(), json!({"id": "j1", "outcome": "pending"}));
    let place = pending.header("location").expect("where to ask").to_owned();
    common::wait::until("the outcome", std::time::Duration::from_secs(10), || {
        (organiser.get(&place).json()["outcome"] == "accepted").then_some(())
    });
    let same = organiser.form("/organiser", &form).expect(200).json();
    assert_eq!((&same["id"], &same["outcome"]), (&json!("j1"), &json!("accepted")));
    assert!(same["game"].is_u64() && same["seq"].is_u64(), "{same}");
    let wrong = [
        ("id", "j2"),
        ("sport", "football"),
        ("home", "Reds"),
        ("away", "B"),
        ("time", "noon"),
        ("date", DAY),
    ];
    let refused = organiser.form("/organiser", &wrong).expect(422);
    assert_eq!(
        (refused.header("content-type"), refused.json()["field"].clone()),
        (Some("application/problem+json"), json!("time"))
    );
    let nobody = venue.server.client().with("Accept", "application/json");
    assert_eq!(code(&nobody.form("/organiser", &form).expect(401)), "login-required");
}

#[test]
fn teams_are_kept_changed_and_copied_into_games() {
    let venue = Venue::open("plan-teams");
    let (feed, organiser) = (venue.feed(), venue.signed_in());
    let made =
        feed.post("/api/v1/teams", &json!({"name": "الاتحاد", "players": [{"name": "نور"}]})).expect(201);
    let id = made.json()["id"].as_i64().expect("a number");
    let path = format!("/api/v1/teams/{id}");
    assert_eq!(made.header("location"), Some(path.as_str()));
    let changed = feed.patch(&path, &json!({"short": "ITT", "colour": "#ffe100"})).expect(200).json();
    assert_eq!(changed["players"][0]["name"], "نور", "the rest stays");
    assert_eq!(feed.patch(&path, &json!({"short": ""})).expect(200).json().get("short"), None);
    for (body, status, expected) in [
        (json!({"name": ""}), 422, "invalid-value"),
        (json!({"name": "A", "colour": "red"}), 422, "invalid-value"),
        (json!({"name": "A", "coach": "B"}), 422, "invalid-body"),
        (json!({"name": " الاتحاد "}), 409, "team-taken"),
    ] {
        assert_eq!(code(&feed.post("/api/v1/teams", &body).expect(status)), expected, "{body}");
    }
    let game =
        json!({"sport": "football", "sides": {"home": {"team": id, "short": "X"}, "away": {"name": "B"}}});
    let board = feed.post("/api/v1/games", &game).expect(201).json();
    assert_eq!(
        (&board["sides"]["home"]["name"], &board["sides"]["home"]["short"]),
        (&json!("الاتحاد"), &json!("X"))
    );
    let missing = json!({"sport": "football", "sides": {"home": {"team": 99}, "away": {"name": "B"}}});
    assert_eq!(code(&feed.post("/api/v1/games", &missing).expect(404)), "unknown-team");

    let form = [("name", "Reds"), ("colour", "#b3151b"), ("squad", "9 Diaz\n10 Okoro")];
    for _ in 0..2 {
        organiser.form("/organiser/teams", &form).expect(303);
    }
    let page = organiser.get("/organiser/teams").expect(200).text();
    assert!(page.contains("2 teams") && page.contains("2 players"), "{page}");
    let wrong = [("name", "Blues"), ("own_colour", "blue"), ("squad", "9 A\n9 B")];
    let page = organiser.form("/organiser/teams", &wrong).expect(422).text();
    assert!(
        page.contains("the number 9 is A&#x27;s already") || page.contains("the number 9 is A's already"),
        "{page}"
    );
    assert!(page.contains("value=\"Blues\"") && page.contains("9 A\n9 B"), "{page}");
    feed.delete(&path).expect(204);
    feed.get(&path).expect(404);
    feed.delete(&path).expect(404);
}

#[test]
fn the_venue_has_a_name_pitches_and_languages() {
    let venue = Venue::open_with("plan-venue", &["--venue", "As started"]);
    let (feed, organiser) = (venue.feed(), venue.signed_in());
    assert_eq!(feed.get("/api/v1/venue").expect(200).json(), json!({"pitches": [], "languages": []}));
    let set = json!({"name": "Harbour Park", "pitches": ["Main", "Court 2"], "languages": ["en", "de"]});
    assert_eq!(feed.patch("/api/v1/venue", &set).expect(200).json(), set);
    common::wait::until("the home page under the venue's name", std::time::Duration::from_secs(10), || {
        feed.get("/").expect(200).text().contains("<h1>Harbour Park</h1>").then_some(())
    });
    for (body, expected) in [
        (json!({"pitches": ["A", "A"]}), "invalid-venue"),
        (json!({"languages": ["tlh"]}), "unknown-language"),
        (json!({"town": "X"}), "invalid-body"),
    ] {
        assert_eq!(code(&feed.patch("/api/v1/venue", &body).expect(422)), expected, "{body}");
    }
    let form = [
        ("id", "v1"),
        ("name", "Harbour Park"),
        ("pitches", "Main\r\n\r\nCourt 2\r\nBeach"),
        ("language", "en"),
        ("lang.de", "on"),
    ];
    organiser.form("/organiser/venue", &form).expect(303);
    assert_eq!(feed.get("/api/v1/venue").expect(200).json()["pitches"], json!(["Main", "Court 2", "Beach"]));
    assert!(plan(&organiser).contains("<option value=\"Beach\">"), "the plan offers the pitches");
    let twice = [("id", "v2"), ("pitches", "Main\nMain"), ("language", "en")];
    let page = organiser.form("/organiser/venue", &twice).expect(422).text();
    assert!(page.contains("data-error=\"pitches\">The pitch") && page.contains("Main\nMain"), "{page}");
}

#[test]
fn commentators_are_told_that_this_is_for_organisers() {
    let venue = Venue::open("plan-roles");
    let id = new_game(&venue.feed());
    let commentator = venue.server.client().bearer(&common::server::token(&venue.data, "commentator"));
    for path in
        ["/organiser", "/organiser/teams", "/organiser/venue", "/organiser/import", "/organiser/games/1"]
    {
        let page = commentator.get(path).expect(403).text();
        assert!(page.contains("this page is for organisers"), "{path}: {page}");
    }
    let cases = [
        commentator.get("/api/v1/teams"),
        commentator.post("/api/v1/teams", &json!({"name": "A"})),
        commentator.patch("/api/v1/venue", &json!({"name": "A"})),
        commentator.post(&format!("/api/v1/games/{id}/copy"), &json!({})),
        csv(&commentator, "/api/v1/games/import", "home,away\nA,B\n"),
        commentator.form("/organiser/swap", &[("game", "1")]),
        commentator.form(&format!("/organiser/games/{id}"), &[("do", "withdraw")]),
    ];
    for answer in cases {
        answer.expect(403);
    }
    let fan = venue.server.client();
    for answer in [fan.get("/api/v1/teams"), fan.post("/api/v1/teams", &json!({"name": "A"}))] {
        assert_eq!(code(&answer.expect(401)), "login-required");
    }
    assert_eq!(
        fan.get("/organiser/teams").expect(303).header("location"),
        Some("/login?next=%2Forganiser%2Fteams")
    );
}

#[test]
fn the_first_language_set_in_the_browser_is_spoken_from_the_next_start() {
    let venue = Venue::open("plan-language");
    let game = venue.live_game();
    let seq = goal(&venue.feed(), game, "home");
    let path = format!("/api/v1/games/{game}?min_seq={seq}");
    let said = |venue: &Venue| venue.server.client().get(&path).expect(200).json()["timeline"].to_string();
    assert!(said(&venue).contains("Goal"), "{}", said(&venue));
    venue.feed().patch("/api/v1/venue", &json!({"languages": ["de", "en"]})).expect(200);
    let venue = venue.crash();
    assert!(said(&venue).contains("Tor") && !said(&venue).contains("Goal"), "{}", said(&venue));
}
