//! The record of one box taken over by another: exported as lines, imported into an empty folder.

mod common;

use serde_json::{Value, json};

use common::folder::Folder;
use common::game::{Venue, board, command, goal, new_game};
use common::server::{Finished, Server, path, run, token};

/// A box on which two games were played, with corrections, across a restart; both clocks stand.
fn played(name: &str) -> (Venue, [u64; 2]) {
    let venue = Venue::open(name);
    let feed = venue.feed();
    let [first, second] = [new_game(&feed), new_game(&feed)];
    for game in [first, second] {
        command(&feed, game, &json!({"type": "segment", "do": "start"})).expect(200);
    }
    let wrong = goal(&feed, first, "home");
    let scorer = json!({"type": "action", "action": "goal", "side": "home", "player": "9"});
    command(&feed, first, &json!({"type": "replace", "seq": wrong, "with": scorer})).expect(200);
    let never = goal(&feed, second, "away");
    command(&feed, second, &json!({"type": "void", "seq": never, "reason": "Offside"})).expect(200);
    let after = goal(&feed, second, "home");
    let words = json!({"type": "comment", "text": "Rain; \u{5d2}\u{5e9}\u{5dd} \u{2014} \"heavy\"", "urgency": "assertive"});
    command(&feed, second, &json!({"type": "insert", "after": after, "with": words})).expect(200);
    for game in [first, second] {
        command(&feed, game, &json!({"type": "clock", "do": "stop"})).expect(200);
    }
    let venue = venue.crash();
    let feed = venue.feed();
    feed.patch(&format!("/api/v1/games/{first}"), &json!({"venue": "Pitch 2"})).expect(200);
    command(&feed, second, &json!({"type": "state", "to": "abandoned", "reason": "Storm"})).expect(200);
    (venue, [first, second])
}

/// The record of a folder as lines.
fn exported(data: &std::path::Path) -> String {
    let done = run(&["export", "--everything", "--data", path(data)]);
    assert_eq!(done.code, Some(0), "{done:?}");
    done.stdout
}

fn import(file: &std::path::Path, data: &std::path::Path, more: &[&str]) -> Finished {
    run(&[&["import", "touchline", path(file), "--data", path(data)], more].concat())
}

#[track_caller]
fn assert_refused(finished: &Finished, words: &[&str]) {
    assert_eq!((finished.code, finished.stdout.as_str()), (Some(1), ""), "{finished:?}");
    for word in words {
        assert!(finished.stderr.contains(word), "{word:?} is missing: {finished:?}");
    }
}

/// What a board shows apart from the box's own monotonic line.
fn shown(server: &Server, game: u64) -> Value {
    let mut board = board(&server.client(), game);
    let clock = board["clock"].as_object_mut().expect("a board has a clock");
    assert_eq!(clock.get("running"), Some(&json!(false)), "a clock that runs would differ: {clock:?}");
    clock.remove("at_ms");
    board
}

#[test]
fn a_record_moves_to_an_empty_folder_and_stays_the_same_to_the_byte() {
    let (venue, games) = played("adopt-from");
    let record = exported(&venue.data);
    let folder = Folder::new("adopt-to");
    let (file, data) = (folder.write("record.ndjson", &record), folder.join("data"));

    let rehearsed = import(&file, &data, &["--dry-run"]);
    assert_eq!(rehearsed.code, Some(0), "{rehearsed:?}");
    assert!(rehearsed.stdout.contains("2 games") && !data.exists(), "{rehearsed:?}");

    let imported = import(&file, &data, &[]);
    assert_eq!(imported.code, Some(0), "{imported:?}");
    assert!(imported.stdout.contains("of 2 games"), "{imported:?}");
    assert_eq!(exported(&data), record);
    let verified = run(&["verify", "--data", path(&data)]);
    assert_eq!(verified.code, Some(0), "{verified:?}");

    let server = Server::start(&data);
    for game in games {
        assert_eq!(shown(&server, game), shown(&venue.server, game));
    }
    // The log goes on where the record ends, by nobody the record knows.
    let last = record.lines().last().expect("a record has lines");
    let last: Value = serde_json::from_str(last).expect("a line is JSON");
    let feed = server.client().bearer(&token(&data, "organiser"));
    let next = command(&feed, games[0], &json!({"type": "clock", "do": "start"})).expect(200).json();
    assert_eq!(next["seq"].as_u64(), last["seq"].as_u64().map(|seq| seq + 1));
    assert_eq!(new_game(&feed), 3);
    let all = exported(&data);
    let added: Vec<Value> = all[record.len()..]
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .filter(|line: &Value| line.get("seq").is_some())
        .collect();
    assert!(all.starts_with(&record) && added.len() >= 2, "{added:?}");
    for event in &added {
        assert_ne!(event["actor"], last["actor"], "a new token is another one");
        assert!(event["stamp"]["boot"].as_u64() > last["stamp"]["boot"].as_u64(), "a new start: {event}");
    }
}

#[test]
fn votes_and_who_kept_the_score_move_too() {
    let venue = Venue::open("adopt-votes");
    let feed = venue.feed();
    let game = new_game(&feed);
    command(&feed, game, &json!({"type": "scorer", "do": "claim"})).expect(200);
    let poll =
        json!({"question": "Best?", "kind": "single", "options": ["Diaz", "Okoro"], "access": "ticket"});
    feed.post("/api/v1/polls", &poll).expect(201);
    let codes = feed.post("/api/v1/polls/1/tickets", &json!({"count": 3})).expect(201).json();
    feed.patch("/api/v1/polls/1", &json!({"state": "open"})).expect(200);
    for (code, choice) in codes["codes"].as_array().expect("codes").iter().zip(["1", "2", "2"]) {
        let ballot = json!({"choice": [choice], "code": code});
        venue.server.client().post("/api/v1/polls/1/ballots", &ballot).expect(201);
    }
    feed.patch("/api/v1/polls/1", &json!({"state": "closed"})).expect(200);
    feed.patch("/api/v1/polls/1", &json!({"state": "revealed"})).expect(200);

    let record = exported(&venue.data);
    let public = run(&["export", "--data", path(&venue.data)]).stdout;
    assert!(record.contains("ballot_cast"), "{record}");
    assert!(!public.contains("ballot_cast"), "{public}");
    let folder = Folder::new("adopt-votes-to");
    let (file, data) = (folder.write("record.ndjson", &record), folder.join("data"));
    assert_refused(&import(&folder.write("public.ndjson", &public), &data, &[]), &["export --everything"]);
    let imported = import(&file, &data, &[]);
    assert_eq!(imported.code, Some(0), "{imported:?}");
    assert_eq!(exported(&data), record);
    let recounted = run(&["recount", "--data", path(&data)]);
    assert_eq!(recounted.code, Some(0), "{recounted:?}");
    let server = Server::start(&data);
    let [here, there] =
        [&venue.server, &server].map(|box_| box_.client().get("/api/v1/polls/1").expect(200).json());
    assert_eq!((&here["tally"], &here["turnout"]), (&there["tally"], &there["turnout"]));
    assert_eq!(here["tally"], json!({"1": 1, "2": 2}));
}

#[test]
fn a_record_is_taken_over_once_and_never_beside_a_box() {
    let (venue, _) = played("adopt-twice");
    let record = exported(&venue.data);
    let folder = Folder::new("adopt-twice-to");
    let (file, data) = (folder.write("record.ndjson", &record), folder.join("data"));
    let server = Server::start(&data);
    assert_refused(&import(&file, &data, &[]), &[path(&data), "locked", &server.process().to_string()]);
    assert!(server.stop().success());

    // A folder that was served, and holds a user or token, is empty as long as it holds no event.
    token(&data, "organiser");
    assert_eq!(import(&file, &data, &[]).code, Some(0));
    let count = record.lines().filter(|line| line.contains("\"stamp\"")).count();
    let words = format!("this folder already holds {count} events; import into an empty one");
    for more in [&[][..], &["--dry-run"]] {
        assert_refused(&import(&file, &data, more), &[&words]);
    }
    assert_eq!(exported(&data), record);
}

#[test]
fn a_broken_record_names_the_place_and_leaves_nothing() {
    let (venue, games) = played("adopt-broken");
    let record = exported(&venue.data);
    let lines: Vec<&str> = record.lines().collect();
    let event = |line: &str| -> Value { serde_json::from_str(line).expect("a line is JSON") };
    let number = |line: &str| event(line)["seq"].to_string();
    let changed = |index: usize, change: &dyn Fn(&mut Value)| {
        let mut line = event(lines[index]);
        change(&mut line);
        let mut lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        lines[index] = line.to_string();
        lines.join("\n")
    };
    let voided = lines.iter().position(|line| line.contains("\"voided\"")).expect("a goal was taken back");
    let one_game = run(&["export", "--game", &games[1].to_string(), "--data", path(&venue.data)]).stdout;
    let cases = [
        (lines[..5].join("\n") + "\n{\"seq\": 9", vec!["line 6".to_owned(), "JSON".to_owned()]),
        (changed(4, &|line| line["colour"] = json!("red")), vec!["line 5".to_owned(), "colour".to_owned()]),
        ([&lines[..4], &lines[5..]].concat().join("\n"), vec![format!("event {}", number(lines[5]))]),
        ([&lines[..], &lines[4..5]].concat().join("\n"), vec![format!("event {}", number(lines[4]))]),
        (one_game, vec!["not one game".to_owned()]),
        (changed(voided, &|line| line["body"]["target"] = line["seq"].clone()), vec!["corrects".to_owned()]),
        (changed(4, &|line| line["stream"] = json!("game/99")), vec!["game 99".to_owned()]),
        (changed(4, &|line| line["stamp"]["boot"] = json!(u32::MAX)), vec!["start 4294967295".to_owned()]),
        (changed(4, &|line| line["stamp"]["mono_ms"] = json!(u64::MAX)), vec!["read back".to_owned()]),
    ];
    for (text, words) in cases {
        let folder = Folder::new("adopt-broken-to");
        let (file, data) = (folder.write("record.ndjson", &text), folder.join("data"));
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        assert_refused(&import(&file, &data, &[]), &words);
        // Nothing of it was kept: the whole record still fits.
        let whole = folder.write("whole.ndjson", &record);
        assert_eq!(import(&whole, &data, &[]).code, Some(0), "after {words:?}");
    }
}

#[test]
fn games_exported_one_by_one_come_together_again() {
    let (venue, games) = played("adopt-parts");
    let folder = Folder::new("adopt-parts-to");
    let mut arguments = vec!["import".to_owned(), "touchline".to_owned()];
    for game in games {
        let part = run(&["export", "--game", &game.to_string(), "--data", path(&venue.data)]);
        let file = folder.write(&format!("{game}.ndjson"), &part.stdout);
        arguments.push(path(&file).to_owned());
    }
    let data = folder.join("data");
    arguments.extend(["--data".to_owned(), path(&data).to_owned()]);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let imported = run(&arguments);
    assert_eq!(imported.code, Some(0), "{imported:?}");
    assert_eq!(exported(&data), exported(&venue.data));
}
