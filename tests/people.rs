//! People over HTTP: roles and limits, sign-in cards, tokens, the set-up and the lost passphrase, and the record of
//! who did what. The real binary, over loopback.

mod common;

use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use common::folder::Folder;
use common::game::{ORGANISER, Venue, command, new_game};
use common::http::{Answer, Client};
use common::server::Server;
use common::wait;
use serde_json::{Value, json};

/// Longer than anything here takes on a busy machine.
const SOON: Duration = Duration::from_secs(10);
const GOOD: &str = "eight or more";

/// The stable code of a problem.
fn code(answer: &Answer) -> String {
    let problem = answer.json();
    let kind = problem["type"].as_str().unwrap_or_default();
    kind.strip_prefix("urn:touchline:problem:").unwrap_or(kind).to_owned()
}

/// Adds somebody and gives their number.
fn add(feed: &Client, body: &Value) -> i64 {
    feed.post("/api/v1/users", body).expect(201).json()["id"].as_i64().expect("a user has a number")
}

/// A browser that carries the cookie an answer set: it looks at pages and sends forms.
fn browser(server: &Server, answer: &Answer) -> Client {
    server.client().with("Cookie", answer.cookie().expect("signing in sets a cookie"))
}

/// The same, sending JSON as a page's script does.
fn with_cookie(server: &Server, answer: &Answer) -> Client {
    browser(server, answer).with("Origin", &format!("http://{}", server.address))
}

fn sign_in(server: &Server, name: &str, password: &str) -> Client {
    let answer = server.client().form("/login", &[("name", name), ("password", password)]).expect(303);
    with_cookie(server, &answer)
}

/// The path of a fresh sign-in link.
fn link(feed: &Client, user: i64) -> String {
    let made = feed.post(&format!("/api/v1/users/{user}/link"), &json!({})).expect(201).json();
    let url = made["url"].as_str().expect("an address").to_owned();
    let (_, path) = url.split_once("/link/").expect("the path of a link");
    assert!(path.len() >= 22, "128 bits at least: {path}");
    format!("/link/{path}")
}

/// All lines of the record that fit, newest first.
fn record(feed: &Client, query: &str) -> Vec<Value> {
    let told = feed.get(&format!("/api/v1/record?limit=200{query}")).expect(200).json();
    told["lines"].as_array().expect("lines").clone()
}

fn start() -> Value {
    json!({"type": "segment", "do": "start"})
}

#[test]
fn people_are_for_organisers_alone() {
    let venue = Venue::open("people-roles");
    let feed = venue.feed();
    add(&feed, &json!({"name": "Kim", "password": GOOD}));
    let kim = sign_in(&venue.server, "kim", GOOD);
    for path in ["/api/v1/users", "/api/v1/users/1", "/api/v1/sessions", "/api/v1/tokens", "/api/v1/record"] {
        assert_eq!(code(&venue.server.client().get(path).expect(401)), "login-required", "{path}");
        assert_eq!(code(&kim.get(path).expect(403)), "organiser-required", "{path}");
    }
    let refused = kim.post("/api/v1/users", &json!({"name": "Eve", "role": "organiser", "password": GOOD}));
    assert_eq!(code(&refused.expect(403)), "organiser-required");
    for path in
        ["/organiser/people", "/organiser/people/1", "/organiser/record", "/organiser/record/record.csv"]
    {
        assert_eq!(
            venue
                .server
                .client()
                .get(path)
                .expect(303)
                .header("location")
                .map(|to| to.starts_with("/login?")),
            Some(true)
        );
        kim.get(path).expect(403);
        venue.signed_in().get(path).expect(200);
    }
    assert_eq!(feed.get("/api/v1/users").expect(200).json()["users"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_commentator_is_held_to_games_and_pitches() {
    let venue = Venue::open("people-limits");
    let feed = venue.feed();
    let (on_main, elsewhere) = (new_game(&feed), {
        let game = json!({"sport": "football", "sides": {"home": {"name": "A"}, "away": {"name": "B"}}, "venue": "Court 2"});
        feed.post("/api/v1/games", &game).expect(201).json()["id"].as_u64().expect("a number")
    });
    let id = add(&feed, &json!({"name": "Kim", "password": GOOD, "pitches": ["Main pitch"]}));
    let kim = sign_in(&venue.server, "Kim", GOOD);
    command(&kim, on_main, &start()).expect(200);
    assert_eq!(code(&command(&kim, elsewhere, &start()).expect(403)), "not-assigned");
    let user = format!("/api/v1/users/{id}");
    let changed = feed.patch(&user, &json!({"games": [elsewhere], "pitches": []})).expect(200).json();
    assert_eq!((&changed["games"], &changed["pitches"]), (&json!([elsewhere]), &json!([])));
    command(&kim, elsewhere, &start()).expect(200);
    assert_eq!(
        code(&command(&kim, on_main, &json!({"type": "clock", "do": "stop"})).expect(403)),
        "not-assigned"
    );
    assert_eq!(code(&feed.patch(&user, &json!({"games": [999]})).expect(422)), "invalid-value");
    let promoted = feed.patch(&user, &json!({"role": "organiser"})).expect(200).json();
    assert_eq!((&promoted["role"], &promoted["games"]), (&json!("organiser"), &json!([])));
    command(&kim, on_main, &json!({"type": "clock", "do": "stop"})).expect(200);
}

#[test]
fn the_last_organiser_stays_and_odd_people_are_refused() {
    let venue = Venue::open("people-refused");
    let feed = venue.feed();
    assert_eq!(code(&feed.delete("/api/v1/users/1").expect(409)), "last-organiser");
    assert_eq!(
        code(&feed.patch("/api/v1/users/1", &json!({"role": "commentator"})).expect(409)),
        "last-organiser"
    );
    for (body, status, expected) in [
        (json!({"name": ORGANISER.0.to_uppercase()}), 409, "name-taken"),
        (json!({"name": " "}), 422, "invalid-value"),
        (json!({"password": GOOD}), 422, "invalid-value"),
        (json!({"name": "Kim", "password": "short"}), 422, "invalid-password"),
        (json!({"name": "Kim", "role": "king"}), 422, "invalid-value"),
        (json!({"name": "Kim", "games": "7"}), 422, "invalid-value"),
        (json!({"name": "Kim", "pitches": [7]}), 422, "invalid-value"),
        (json!({"name": "Kim", "admin": true}), 422, "invalid-value"),
        (json!([]), 400, "malformed"),
    ] {
        assert_eq!(code(&feed.post("/api/v1/users", &body).expect(status)), expected, "{body}");
    }
    for path in ["/api/v1/users/99", "/api/v1/users/x", "/api/v1/sessions/99", "/api/v1/tokens/99"] {
        assert_eq!(code(&feed.delete(path).expect(404)), "unknown-person", "{path}");
    }
    let second = add(&feed, &json!({"name": "Ada", "role": "organiser", "password": GOOD}));
    feed.delete("/api/v1/users/1").expect(204);
    assert_eq!(code(&feed.delete(&format!("/api/v1/users/{second}")).expect(409)), "last-organiser");
}

#[test]
fn a_sign_in_card_works_once_and_looking_at_it_does_not_use_it() {
    let venue = Venue::open("people-link");
    let feed = venue.feed();
    let kim = add(&feed, &json!({"name": "Kim <b>"}));
    assert_eq!(
        venue.server.client().form("/login", &[("name", "Kim <b>"), ("password", "")]).status,
        403,
        "nobody signs in with no passphrase"
    );
    let path = link(&feed, kim);
    for _ in 0..3 {
        let page = venue.server.client().get(&path).expect(200).text();
        assert!(page.contains("Kim &lt;b&gt;") && page.contains("<button"), "{page}");
    }
    let fresh = feed.get(&format!("/api/v1/users/{kim}")).expect(200).json();
    assert!(fresh["link"]["made"].is_string() && fresh["link"]["used"].is_null(), "{fresh}");
    let signed_in = venue.server.client().form(&path, &[]).expect(303);
    assert_eq!(signed_in.header("location"), Some("/desk"));
    with_cookie(&venue.server, &signed_in).get("/desk").expect(200);
    let used = venue.server.client().form(&path, &[]).expect(410);
    assert!(used.cookie().is_none());
    venue.server.client().get(&path).expect(410);
    let now = feed.get(&format!("/api/v1/users/{kim}")).expect(200).json();
    assert!(now["link"]["used"].is_string(), "{now}");
}

#[test]
fn of_many_who_press_the_button_of_one_card_one_gets_in() {
    let venue = Venue::open("people-link-race");
    let feed = venue.feed();
    let path = link(&feed, add(&feed, &json!({"name": "Kim"})));
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let tries: Vec<_> =
            (0..8).map(|_| scope.spawn(|| venue.server.client().form(&path, &[]).status)).collect();
        tries.into_iter().map(|one| one.join().expect("an answer")).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 410).count(), 7, "{statuses:?}");
}

#[test]
fn a_card_ends_with_a_newer_one_and_when_it_is_revoked() {
    let venue = Venue::open("people-link-revoked");
    let feed = venue.feed();
    let kim = add(&feed, &json!({"name": "Kim"}));
    let (first, second) = (link(&feed, kim), link(&feed, kim));
    venue.server.client().form(&first, &[]).expect(410);
    feed.delete(&format!("/api/v1/users/{kim}/link")).expect(204);
    venue.server.client().form(&second, &[]).expect(410);
    assert_eq!(code(&feed.delete(&format!("/api/v1/users/{kim}/link")).expect(404)), "unknown-link");
    let third = link(&feed, kim);
    feed.delete(&format!("/api/v1/users/{kim}")).expect(204);
    venue.server.client().form(&third, &[]).expect(410);
    venue.server.client().form("/link/nonsense", &[]).expect(410);
}

#[test]
fn sessions_and_tokens_are_listed_and_ended() {
    let venue = Venue::open("people-sessions");
    let feed = venue.feed();
    add(&feed, &json!({"name": "Kim", "password": GOOD}));
    let kim = sign_in(&venue.server, "Kim", GOOD);
    let listed = feed.get("/api/v1/sessions").expect(200).json();
    let session = &listed["sessions"][0];
    assert_eq!(session["name"], "Kim", "{listed}");
    feed.delete(&format!("/api/v1/sessions/{}", session["id"])).expect(204);
    assert_eq!(code(&command(&kim, 1, &start()).expect(401)), "login-required");

    let made = feed.post("/api/v1/tokens", &json!({"name": "scoreboard", "role": "commentator"})).expect(201);
    let made = made.json();
    let token = venue.server.client().bearer(made["token"].as_str().expect("a secret"));
    assert_eq!(code(&token.get("/api/v1/users").expect(403)), "organiser-required");
    let tokens = feed.get("/api/v1/tokens").expect(200);
    assert!(!tokens.text().contains(made["token"].as_str().expect("a secret")), "told once");
    feed.delete(&format!("/api/v1/tokens/{}", made["id"])).expect(204);
    assert_eq!(code(&token.get("/api/v1/users").expect(401)), "unknown-token");
}

#[test]
fn the_forms_add_change_and_remove_people_without_script() {
    let venue = Venue::open("people-forms");
    let game = new_game(&venue.feed());
    let olga = venue.signed_in();
    let number = game.to_string();
    let added = [("name", "Kim"), ("role", "commentator"), ("where", "some"), ("game", number.as_str())];
    let cards = olga.form("/organiser/people", &added).expect(303);
    let cards = cards.header("location").expect("to the card").to_owned();
    assert!(cards.starts_with("/organiser/people/cards/"), "{cards}");
    let page = olga.get(&cards).expect(200).text();
    assert!(page.contains("<svg class=\"qr\"") && page.contains("link&#x2f;"), "{page}");
    olga.get(&cards).expect(200);
    sign_in_is_not_shared(&venue, &cards);

    let people = olga.get("/organiser/people").expect(200).text();
    assert!(people.contains("Only:") && people.contains("Reds – Blues"), "{people}");
    let twice = olga.form("/organiser/people", &[("name", "kim"), ("role", "organiser")]).expect(409).text();
    assert!(
        twice.contains("value=\"kim\"") && twice.contains("There is a user"),
        "what was typed is kept: {twice}"
    );
    let nowhere = [("name", "Lee"), ("role", "commentator"), ("where", "some")];
    assert!(olga.form("/organiser/people", &nowhere).expect(422).text().contains("Tick at least one"));

    let everything = [("do", "change"), ("role", "commentator"), ("where", "all")];
    olga.form("/organiser/people/2", &everything).expect(303);
    let differ = [("do", "password"), ("password", GOOD), ("again", "another one")];
    assert!(olga.form("/organiser/people/2", &differ).expect(422).text().contains("differ"));
    olga.form("/organiser/people/2", &[("do", "password"), ("password", GOOD), ("again", GOOD)]).expect(303);
    sign_in(&venue.server, "Kim", GOOD);
    olga.form("/organiser/people/2", &[("do", "remove")]).expect(303);
    olga.get("/organiser/people/2").expect(404);
    olga.form("/organiser/people/3", &[("do", "remove")]).expect(303);
    assert!(
        olga.form("/organiser/people/1", &[("do", "remove")]).expect(409).text().contains("last organiser")
    );

    let made =
        olga.form("/organiser/people/tokens", &[("token_name", "board"), ("token_role", "commentator")]);
    let made = made.expect(303).header("location").expect("to the token").to_owned();
    assert!(olga.get(&made).expect(200).text().contains("Bearer tl_"));
    assert!(olga.form("/organiser/people/cards", &[]).expect(422).text().contains("Tick the people"));
}

/// What was made is shown to whoever made it, nobody else.
fn sign_in_is_not_shared(venue: &Venue, cards: &str) {
    venue.server.client().get(cards).expect(303);
    add(&venue.feed(), &json!({"name": "Ada", "role": "organiser", "password": GOOD}));
    sign_in(&venue.server, "Ada", GOOD).get(cards).expect(410);
}

#[test]
fn a_new_box_is_set_up_in_the_browser() {
    let folder = Folder::new("people-setup");
    let data = folder.join("data");
    let server = Server::start(&data);
    let secret = std::fs::read_to_string(data.join("setup-link")).expect("the link's file");
    let path = format!("/setup/{}", secret.trim());
    let page = server.client().get(&path).expect(200).text();
    assert!(page.contains("name=\"pitches\"") && page.contains("name=\"again\""), "{page}");
    let typed = [
        ("venue", "Harbour Park"),
        ("pitches", "Main pitch\r\n\r\nCourt 2\r\nCourt 2"),
        ("language", "en"),
        ("name", "Olga"),
        ("password", GOOD),
    ];
    let differ = server.client().form(&path, &typed).expect(422).text();
    for kept in ["Harbour Park", "Court 2", "value=\"Olga\"", "differ"] {
        assert!(differ.contains(kept), "{kept} is kept: {differ}");
    }
    assert!(!differ.contains(GOOD), "a passphrase is never sent back");
    let done = server.client().form(&path, &[&typed[..], &[("again", GOOD)]].concat()).expect(303);
    assert_eq!(done.header("location"), Some("/organiser"));
    let olga = with_cookie(&server, &done);
    let people = olga.get("/organiser/people").expect(200).text();
    assert!(
        people.contains("Main pitch") && people.contains("Court 2"),
        "the venue has its pitches: {people}"
    );
    server.client().get(&path).expect(410);
    assert!(!data.join("setup-link").exists());
    let lines = olga.get("/api/v1/record").expect(200).text();
    assert!(lines.contains("user-added") && lines.contains("venue-changed"), "{lines}");
}

#[test]
fn a_lost_passphrase_is_replaced_by_way_of_the_data_folder() {
    let mut venue = Venue::open("people-recover");
    let link_file = venue.data.join("setup-link");
    let ask = |name: &str| {
        std::fs::write(venue.data.join(name), "").expect("the data folder can be written");
        let link = wait::until("the recovery link", SOON, || std::fs::read_to_string(&link_file).ok());
        assert!(!venue.data.join(name).exists(), "asked for once");
        format!("/setup/{}", link.trim())
    };
    let before = venue.signed_in();
    let path = ask("recover");
    let mode = std::fs::metadata(&link_file).expect("the file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(
        venue.server.client().get("/").expect(200).text().contains(&path),
        "the box's own screen shows it"
    );
    assert!(venue.server.log().contains(&path), "the log tells it");
    let page = venue.server.client().get(&path).expect(200).text();
    assert!(page.contains("olga") && !page.contains("pitches"), "{page}");
    let fields = |name, password| [("name", name), ("password", password), ("again", password)];
    venue.server.client().form(&path, &fields(ORGANISER.0, "short")).expect(422);
    let done = venue.server.client().form(&path, &fields(ORGANISER.0, GOOD)).expect(303);
    with_cookie(&venue.server, &done).get("/organiser/people").expect(200);
    before.get("/organiser/people").expect(303);
    sign_in(&venue.server, ORGANISER.0, GOOD);
    venue.server.client().form(&path, &fields("Eve", GOOD)).expect(410);
    assert!(!link_file.exists());

    let path = ask("recover.txt");
    venue.server.client().form(&path, &fields("Ada", GOOD)).expect(303);
    let feed = venue.feed();
    let users = feed.get("/api/v1/users").expect(200).json();
    assert!(
        users["users"].as_array().is_some_and(|users| users
            .iter()
            .any(|user| user["name"] == "Ada" && user["role"] == "organiser"))
    );
    let actions: Vec<Value> = record(&feed, "").iter().map(|line| line["action"].clone()).collect();
    for action in ["recovery-begun", "recovery-used", "user-added"] {
        assert!(actions.contains(&json!(action)), "{action}: {actions:?}");
    }

    // Also at a start.
    let data = venue.data.clone();
    std::fs::write(data.join("recover"), "").expect("the data folder can be written");
    venue = venue.crash();
    let link = std::fs::read_to_string(data.join("setup-link")).expect("made at the start");
    venue.server.client().get(&format!("/setup/{}", link.trim())).expect(200);
}

#[test]
fn the_record_tells_who_did_what_and_what_was_refused() {
    let venue = Venue::open("people-record");
    let feed = venue.feed();
    let id = add(&feed, &json!({"name": "Kim", "password": GOOD}));
    let game = new_game(&feed);
    let kim = sign_in(&venue.server, "Kim", GOOD);
    command(&kim, game, &start()).expect(200);
    command(&kim, game, &json!({"type": "action", "action": "goal", "side": "home", "player": "9"}))
        .expect(200);
    for _ in 0..3 {
        command(&kim, game, &json!({"type": "void", "seq": 999})).expect(404);
    }
    let again = json!({"id": "same", "type": "segment", "do": "start", "segment": "1H"});
    command(&kim, game, &again).expect(409);
    command(&kim, game, &again).expect(409);
    kim.get("/organiser/people").expect(403);
    let again_at = venue.server.client().form("/login", &[("name", "Kim"), ("password", GOOD)]).expect(303);
    browser(&venue.server, &again_at).form("/desk/1", &[("type", "void"), ("seq", "998")]).expect(303);
    venue.server.client().form("/login", &[("name", "kim"), ("password", "wrong one")]).expect(403);
    venue.server.client().form("/login", &[("name", "my secret phrase"), ("password", "x")]).expect(403);
    feed.delete(&format!("/api/v1/users/{}", 1)).expect(409);
    feed.post("/api/v1/teams", &json!({"name": "Harbour Town"})).expect(201);
    feed.post("/api/v1/teams", &json!({"name": "Harbour Town", "short": "H"})).expect(409);

    let all = record(&feed, "");
    let find = |action: &str, outcome: &str| -> &Value {
        let found = all.iter().find(|line| line["action"] == action && line["outcome"] == outcome);
        found.unwrap_or_else(|| panic!("no {action} {outcome} in {all:#?}"))
    };
    let goal = find("entered", "done");
    assert_eq!((goal["who"].as_str(), goal["what"].as_str()), (Some("Kim"), Some("Goal, Reds, 9")));
    assert_eq!(goal["game_name"], "Reds – Blues");
    let void = find("entered", "unknown-entry");
    assert_eq!((void["count"].as_u64(), &void["who"], &void["game"]), (Some(4), &json!("Kim"), &json!(game)));
    let segment = all.iter().find(|line| line["outcome"] == "wrong-segment").expect("the refused start");
    assert_eq!(segment["count"], Value::Null, "a repetition of the same command is no second one: {segment}");
    assert_eq!(find("asked", "organiser-required")["what"], "/organiser/people");
    assert_eq!(find("user-removed", "last-organiser")["what"], ORGANISER.0);
    assert_eq!(find("user-added", "done")["what"], "Kim");
    assert_eq!(find("team-added", "done")["what"], "Harbour Town");
    assert!(all.iter().any(|line| line["action"] == "team-added" && line["outcome"] != "done"), "{all:#?}");
    let wrong: Vec<&Value> = all.iter().filter(|line| line["outcome"] == "wrong-login").collect();
    assert_eq!(wrong.len(), 2, "{wrong:?}");
    assert!(
        !json!(all).to_string().contains("secret phrase"),
        "what is typed for a name may be a passphrase"
    );
    let at = |wanted: &Value| all.iter().position(|line| line == wanted).expect("it is there");
    assert!(at(goal) < at(find("game-created", "done")), "newest first");

    let kims = record(&feed, &format!("&person=user:{id}"));
    assert!(kims.iter().all(|line| line["who"] == "Kim" || line["what"] == "Kim"), "{kims:#?}");
    assert!(
        kims.iter().any(|line| line["outcome"] == "wrong-login"),
        "tries on the account are its record too"
    );
    let games = record(&feed, &format!("&game={game}"));
    assert!(games.len() >= 4 && games.iter().all(|line| line["game"] == game), "{games:#?}");

    let page = venue.signed_in().get("/organiser/record").expect(200).text();
    assert!(page.contains("Goal, Reds, 9") && page.contains("Refused."), "{page}");
    let csv = venue.signed_in().get("/organiser/record/record.csv").expect(200);
    assert!(csv.header("content-disposition").is_some_and(|kind| kind.starts_with("attachment")));
    assert!(csv.text().contains(",Kim,") && csv.text().lines().count() > 8, "{}", csv.text());
    let lines =
        venue.signed_in().get(&format!("/organiser/record/record.ndjson?game={game}")).expect(200).text();
    assert_eq!(lines.lines().count(), games.len());
}

#[test]
fn the_record_is_paged_without_a_gap_or_a_repetition() {
    let venue = Venue::open("people-pages");
    let feed = venue.feed();
    let game = new_game(&feed);
    for n in 0..12 {
        command(&feed, game, &json!({"type": "comment", "text": format!("Line {n}.")})).expect(200);
        let token = feed.post("/api/v1/tokens", &json!({"name": format!("t{n}")})).expect(201).json();
        feed.delete(&format!("/api/v1/tokens/{}", token["id"])).expect(204);
    }
    let whole = record(&feed, "");
    assert!(whole.len() > 36, "{}", whole.len());
    let (mut paged, mut next) = (Vec::new(), String::new());
    loop {
        let page = feed.get(&format!("/api/v1/record?limit=5{next}")).expect(200).json();
        paged.extend(page["lines"].as_array().expect("lines").iter().cloned());
        match page["next"].as_str() {
            Some(before) => next = format!("&before={before}"),
            None => break,
        }
    }
    assert_eq!(paged, whole);
    let order: Vec<&str> = whole.iter().filter_map(|line| line["action"].as_str()).take(6).collect();
    assert_eq!(order, ["token-revoked", "token-made", "comment", "token-revoked", "token-made", "comment"]);
    for odd in ["before=x", "before=1", "before=99999999999999999999-1", "limit=0", "limit=201", "game=x"] {
        feed.get(&format!("/api/v1/record?{odd}")).expect(400);
    }
}

#[test]
fn a_flood_of_refusals_fills_no_record() {
    let venue = Venue::open("people-flood");
    let feed = venue.feed();
    let game = new_game(&feed);
    let fan = venue.server.client();
    for n in 0..300 {
        let name = format!("guess{n}");
        fan.form("/login", &[("name", &name), ("password", "x")]);
        fan.form("/login", &[("name", ORGANISER.0), ("password", "x")]);
        command(&feed, game, &json!({"type": "void", "seq": 9_000 + n})).expect(404);
        fan.form(&format!("/link/{name}"), &[]);
    }
    let lines = record(&feed, "");
    let refused: Vec<&Value> = lines.iter().filter(|line| line["outcome"] != "done").collect();
    assert!(refused.len() <= 8, "{} lines: {refused:#?}", refused.len());
    let counted: u64 = refused.iter().map(|line| line["count"].as_u64().unwrap_or(1)).sum();
    assert_eq!(counted, 1_200, "every one is counted: {refused:#?}");
    assert!(lines.iter().any(|line| line["action"] == "game-created"), "deeds are still found");
}

#[test]
fn the_games_of_a_day_are_a_file() {
    let venue = Venue::open("people-export");
    let feed = venue.feed();
    let game = new_game(&feed);
    command(&feed, game, &start()).expect(200);
    let undated = json!({"sport": "football", "sides": {"home": {"name": "A"}, "away": {"name": "B"}}});
    feed.post("/api/v1/games", &undated).expect(201);
    let olga = venue.signed_in();
    let lines = |date: &str| {
        let file = olga.get(&format!("/organiser/record/games.ndjson?date={date}")).expect(200).text();
        file.lines().filter(|line| line.contains("\"game_created\"")).count()
    };
    assert_eq!(
        (lines("all"), lines("2026-11-22"), lines("2001-01-01")),
        (2, if today(&olga) == "2026-11-22" { 2 } else { 1 }, 0)
    );
    let json = olga.get("/organiser/record/games.json?date=all").expect(200).json();
    assert_eq!(json["games"].as_array().map(Vec::len), Some(2));
    assert_eq!(json["games"][0]["board"]["sides"]["home"]["name"], "Reds");
    let csv = olga.get("/organiser/record/games.csv?date=all").expect(200).text();
    assert!(csv.starts_with("seq,game,") && csv.contains("segment"), "{csv}");
    olga.get("/organiser/record/games.csv?date=soon").expect(400);
    olga.get("/organiser/record/games.pdf").expect(404);
}

/// The day where the box stands, as its page fills it in.
fn today(olga: &Client) -> String {
    let page = olga.get("/organiser/record").expect(200).text();
    let (_, after) = page.split_once("name=\"date\" value=\"").expect("a day to choose");
    after[..10].to_owned()
}
