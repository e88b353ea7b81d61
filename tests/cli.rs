//! The binary through its command line: help, exit codes, and the refusals an operator meets.

mod common;

use std::net::TcpListener;

use common::folder::Folder;
use common::game::{Venue, new_game};
use common::server::{Finished, Server, add_user, path, run, run_with, token, touchline};

/// Every command of the command line.
const COMMANDS: [&str; 14] = [
    "serve", "demo", "user", "token", "import", "export", "replay", "backup", "restore", "verify", "erase",
    "rehearse", "sport", "help",
];

/// Failed: exit code 1, nothing on stdout, one line on stderr that says these words.
fn assert_failed(finished: &Finished, words: &[&str]) {
    assert_eq!(finished.code, Some(1), "{finished:?}");
    assert_eq!(finished.stdout, "", "{finished:?}");
    assert_eq!(finished.stderr.trim_end().lines().count(), 1, "one line why: {finished:?}");
    for word in words {
        assert!(finished.stderr.contains(word), "{word:?} is missing: {finished:?}");
    }
}

/// Wrong usage: exit code 2, and these words on stderr.
fn assert_misused(arguments: &[&str], words: &[&str]) {
    let finished = run(arguments);
    assert_eq!(finished.code, Some(2), "{arguments:?}: {finished:?}");
    assert_eq!(finished.stdout, "", "{arguments:?}: {finished:?}");
    for word in words {
        assert!(finished.stderr.contains(word), "{arguments:?}: {word:?} is missing: {finished:?}");
    }
}

#[test]
fn help_shows_a_volunteer_the_six_commands_of_a_match_day() {
    let help = run(&["--help"]);
    assert_eq!((help.code, help.stderr.as_str()), (Some(0), ""), "{help:?}");
    let lower = help.stdout.to_lowercase();
    let (volunteer, specialist) = lower.split_once("for specialists").expect("a part for specialists");
    let commands = |part: &str| -> Vec<String> {
        let words = part
            .lines()
            .filter(|line| line.starts_with(' '))
            .filter_map(|line| line.split_whitespace().next());
        words.filter(|word| COMMANDS.contains(word) && *word != "help").map(str::to_owned).collect()
    };
    let shown = commands(volunteer);
    assert_eq!(shown.len(), 6, "{shown:?}");
    for needed in ["serve", "demo", "user"] {
        assert!(shown.iter().any(|word| word == needed), "{needed} belongs to a match day: {shown:?}");
    }
    assert!(!commands(specialist).is_empty(), "{help:?}");
}

#[test]
fn every_command_has_help_and_the_version_is_told() {
    for command in ["serve", "demo", "user", "token", "import", "export"] {
        let help = run(&[command, "--help"]);
        assert_eq!(help.code, Some(0), "{command}: {help:?}");
        assert!(help.stdout.contains("Usage"), "{command}: {help:?}");
    }
    let version = run(&["--version"]);
    assert_eq!(
        (version.code, version.stdout.trim()),
        (Some(0), concat!("touchline ", env!("CARGO_PKG_VERSION")))
    );
}

#[test]
fn wrong_usage_ends_with_two_and_names_what_is_wrong() {
    assert_misused(&["--no-such-option"], &["--no-such-option"]);
    assert_misused(&["serve", "--lisen", "127.0.0.1:0"], &["--lisen", "--listen"]);
    assert_misused(&["sreve"], &["sreve"]);
    assert_misused(&["serve", "--coalesce-ms", "soon"], &["--coalesce-ms", "soon"]);
    assert_misused(&["user", "add", "kim", "--role", "king"], &["king", "commentator", "organiser"]);
    assert_misused(&["import"], &["Usage"]);
}

#[test]
fn all_problems_of_the_options_are_told_together() {
    let folder = Folder::new("options");
    let data = folder.join("data");
    let arguments =
        ["serve", "--data", path(&data), "--listen", "here", "--tls-cert", "c.pem", "--language", "??"];
    assert_misused(&arguments, &["listen", "tls-cert", "language"]);
    assert!(!data.exists(), "nothing is written before the options are right");
}

#[test]
fn a_port_in_use_is_named() {
    let folder = Folder::new("port");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("it is bound").to_string();
    let refused =
        run(&["serve", "--log", "error", "--data", path(&folder.join("data")), "--listen", &address]);
    assert_failed(&refused, &[&address, "in use"]);
}

#[test]
fn a_data_folder_that_cannot_be_written_is_named() {
    let folder = Folder::new("unwritable");
    // A file in its place, which stops root too; permissions would not.
    let file = folder.write("file", "not a folder");
    let data = file.join("data");
    for arguments in [&["serve", "--log", "error", "--listen", "127.0.0.1:0"][..], &["token", "list"]] {
        let refused = run(&[arguments, &["--data", path(&data)]].concat());
        assert_failed(&refused, &[path(&data)]);
    }
}

#[test]
fn a_second_box_on_the_same_data_is_refused_and_the_first_goes_on() {
    let venue = Venue::open("second");
    let arguments = ["serve", "--log", "error", "--listen", "127.0.0.1:0", "--data", path(&venue.data)];
    assert_failed(&run(&arguments), &[path(&venue.data)]);
    new_game(&venue.feed());
}

#[test]
fn a_sport_file_with_a_typo_is_refused_with_file_and_line() {
    let folder = Folder::new("sport");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/data/sports/football.toml");
    let football = std::fs::read_to_string(source).expect("the football file is there");
    let word = "direction = \"up\"";
    let at = football.find(word).expect("football's clock counts up");
    let line = football[..at].matches('\n').count() + 1;
    let broken = football.replacen(word, "direction = \"optionl\"", 1);
    let file = folder.write("sports/broken.toml", &broken);
    let place = format!("broken.toml:{line}");

    assert_failed(&run(&["sport", "check", path(&file)]), &[&place, "optionl"]);
    let sports = folder.join("sports");
    let served = run(&[
        "serve",
        "--log",
        "error",
        "--listen",
        "127.0.0.1:0",
        "--data",
        path(&folder.join("data")),
        "--sports",
        path(&sports),
    ]);
    assert_failed(&served, &[&place, "optionl"]);

    let sound = folder.write("sound/football.toml", &football);
    assert_eq!(run(&["sport", "check", path(&sound)]).code, Some(0));
}

#[test]
fn a_token_made_while_the_box_runs_works_at_once_and_no_longer_when_revoked() {
    let venue = Venue::open("token");
    let made =
        run(&["token", "create", "--role", "organiser", "--name", "feed", "--data", path(&venue.data)]);
    let feed = venue.server.client().bearer(made.stdout.trim());
    new_game(&feed);
    let list = run(&["token", "list", "--data", path(&venue.data)]);
    assert!(
        list.stdout.contains("feed") && !list.stdout.contains(made.stdout.trim()),
        "never the token itself: {list:?}"
    );
    assert_eq!(run(&["token", "revoke", "feed", "--data", path(&venue.data)]).code, Some(0));
    let refused = feed.post("/api/v1/games", &serde_json::json!({"sport": "football"}));
    assert_eq!(refused.status, 401, "{}", refused.text());
}

#[test]
fn a_short_password_and_a_name_taken_are_refused() {
    let folder = Folder::new("users");
    let data = folder.join("data");
    let add = |name: &str, password: &str| {
        let arguments =
            ["user", "add", name, "--role", "commentator", "--password-stdin", "--data", path(&data)];
        run_with(touchline(&arguments), &format!("{password}\n"))
    };
    assert_failed(&add("kim", "short"), &["password"]);
    add_user(&data, "kim", "commentator", "long enough");
    assert_failed(&add("kim", "long enough"), &["kim"]);
    let list = run(&["user", "list", "--data", path(&data)]);
    assert!(list.stdout.contains("kim") && list.stdout.contains("commentator"), "{list:?}");
}

#[test]
fn a_role_decides_what_a_token_may_do() {
    let venue = Venue::open("roles");
    let commentator = venue.server.client().bearer(&token(&venue.data, "commentator"));
    let body =
        serde_json::json!({"sport": "football", "sides": {"home": {"name": "A"}, "away": {"name": "B"}}});
    assert_eq!(commentator.post("/api/v1/games", &body).status, 403);
    assert_eq!(venue.server.client().post("/api/v1/games", &body).status, 401);
    assert_eq!(venue.feed().post("/api/v1/games", &body).status, 201);
}

#[test]
fn told_to_stop_the_box_ends_with_zero_and_finds_everything_again() {
    let folder = Folder::new("stop");
    let data = folder.join("data");
    let token = token(&data, "organiser");
    let server = Server::start(&data);
    let game = new_game(&server.client().bearer(&token));
    let status = server.stop();
    assert_eq!(status.code(), Some(0), "{status}");
    let server = Server::start(&data);
    let board = common::game::board(&server.client(), game);
    assert_eq!(board["sides"]["home"]["name"], "Reds");
}
