//! Rules about the source that no compiler holds: which room may import which, what a file looks like, what
//! lies at the top of the repository.
//!
//! The import table is the one of `ARCHITECTURE.md`; it is read here from `crate::…`, `touchline::…` and
//! `super::…` paths, wherever they stand in a file. Each rule is a function over text, so that a planted
//! breach shows that the rule can fail.

#[path = "tidy/lexer.rs"]
mod lexer;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use lexer::{Source, code_only, paths_from};

/// Room, and what it may import. An entry with `::` allows only what stands beneath it.
const TABLE: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("runtime", &[]),
    ("config", &[]),
    ("words", &["domain"]),
    ("formats", &["domain"]),
    ("wire", &["domain::GameId", "domain::Seq"]),
    ("ledger", &["domain", "runtime"]),
    ("intake", &["domain", "ledger", "runtime"]),
    ("auth", &["domain::GameId", "domain::command::Actor", "ledger", "runtime"]),
    ("hub", &["wire", "runtime"]),
    ("board", &["domain", "words", "wire", "hub", "ledger", "runtime"]),
    ("net", &["runtime", "config"]),
    ("transport", &["wire", "hub", "net", "runtime"]),
    ("client", &["wire", "runtime"]),
    ("pages", &["wire", "domain", "words"]),
    (
        "api",
        &[
            "domain",
            "words",
            "wire",
            "intake",
            "ledger",
            "auth",
            "formats",
            "board",
            "hub",
            "transport",
            "net",
            "pages",
            "config",
            "runtime",
        ],
    ),
];

/// These join the rooms and may see all of them.
const FREE: &[&str] = &["cli", "app", "main", "lib"];

/// Files longer than [`LONGEST`] lines, each with the reason why it is one idea all the same.
const LONG_FILES: &[(&str, &str)] = &[];
const LONGEST: usize = 400;

const TOP: &[&str] = &[
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "SECURITY.md",
    "clippy.toml",
    "data",
    "deny.toml",
    "src",
    "systemd",
    "tests",
    "web",
];
/// Made by building and testing, ignored by git.
const MADE: &[&str] = &["target", "node_modules"];

#[test]
fn rooms_import_only_what_the_table_allows() {
    assert_clean("imports", rust_files("src").iter().flat_map(import_breaches));
}

#[test]
fn every_room_stands_in_the_table() {
    let rooms = rust_files("src").into_iter().map(|f| f.room());
    let unknown = rooms.filter(|room| allowed(room).is_none() && !FREE.contains(&room.as_str()));
    assert_clean("rooms without a line in the import table", unknown);
}

#[test]
fn every_file_says_what_it_owns() {
    let files = rust_files("src").into_iter().chain(rust_files("tests"));
    let silent =
        files.filter(|f| !opens_with_words(&f.text)).map(|f| format!("{} does not open with //!", f.path));
    assert_clean("silent files", silent);
}

#[test]
fn no_file_holds_two_ideas() {
    let long = rust_files("src")
        .into_iter()
        .map(|f| (f.text.lines().count(), f.path))
        .filter(|(lines, path)| *lines > LONGEST && LONG_FILES.iter().all(|(known, _)| known != path))
        .map(|(lines, path)| format!("{path} has {lines} lines: split it, or give the reason in LONG_FILES"));
    assert_clean("long files", long);
}

#[test]
fn the_list_of_long_files_is_not_stale() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let stale = LONG_FILES.iter().filter_map(|(path, reason)| {
        let lines = fs::read_to_string(root.join(path)).map_or(0, |text| text.lines().count());
        println!("{path}: {lines} lines, because {reason}");
        (lines <= LONGEST || reason.is_empty()).then(|| format!("{path} ({lines} lines)"))
    });
    assert_clean("entries of LONG_FILES without need", stale);
}

#[test]
fn nothing_is_unwrapped_reexported_or_left_undone() {
    assert_clean("leftovers", rust_files("src").iter().flat_map(leftovers));
}

#[test]
fn the_top_holds_only_what_belongs_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let names = fs::read_dir(root)
        .expect("the repository can be read")
        .map(|entry| entry.expect("an entry can be read").file_name().to_string_lossy().into_owned());
    let strange = names.filter(|name| {
        !name.starts_with('.') && !TOP.contains(&name.as_str()) && !MADE.contains(&name.as_str())
    });
    assert_clean("entries at the top", strange);
}

#[test]
fn nothing_speaks_of_the_place_it_was_written_at() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    walk(root, &mut files);
    let breaches = files.iter().filter_map(|path| {
        let text = String::from_utf8(fs::read(path).ok()?).ok()?;
        let word = workplace_words().into_iter().find(|word| text.contains(word.as_str()))?;
        Some(format!("{} contains {word}", path.display()))
    });
    assert_clean("words of a workplace", breaches);
}

/// Written in two halves, so that this file does not contain them.
fn workplace_words() -> Vec<String> {
    [("/wo", "rk/"), ("/tmp", "/h/"), ("shared/", "design"), ("shared/", "contract"), ("BRI", "EF.md")]
        .map(|(a, b)| format!("{a}{b}"))
        .to_vec()
}

#[test]
fn a_planted_import_is_found() {
    let cases: &[(&str, &str, Option<&str>)] = &[
        ("src/hub/ring.rs", "use crate::wire::Frame;\nuse crate::runtime::Time;", None),
        ("src/hub/ring.rs", "use crate::ledger::Ledger;", Some("hub may not import ledger")),
        (
            "src/hub/ring.rs",
            "use crate::{\n    wire::Frame,\n    net::{Socket, Head as H},\n};",
            Some("hub may not import net"),
        ),
        (
            "src/hub/ring.rs",
            "fn f() { let x = crate::domain::GameId(1); }",
            Some("hub may not import domain"),
        ),
        ("src/hub/ring.rs", "pub(in crate::hub) fn f() {}\nuse crate::hub::Hub;", None),
        (
            "src/hub/ring.rs",
            "// use crate::ledger::Ledger;\n/* crate::net::x */ const A: &str = \"crate::net::y\";",
            None,
        ),
        (
            "src/hub/ring.rs",
            "const A: &str = r#\"\" crate::net::y\"#; const B: char = '\"'; use crate::net::z; // \"",
            Some("net"),
        ),
        ("src/hub/ring.rs", "use super::super::net::Socket;", Some("hub may not import net")),
        ("src/hub/mod.rs", "use super::net::Socket;", Some("hub may not import net")),
        ("src/hub/ring.rs", "use super::channel::Channel; fn f<'a>(x: &'a str) {}", None),
        ("src/wire.rs", "use crate::domain::{GameId, Seq};", None),
        ("src/wire.rs", "use crate::domain::game::Game;", Some("wire may not import domain::game::Game")),
        ("src/wire.rs", "use crate::domain::*;", Some("wire may not import domain::*")),
        ("src/words/mod.rs", "use touchline::ledger::Ledger;", Some("words may not import ledger")),
        ("src/domain/game.rs", "use crate::domain::event::Event;", None),
        ("src/domain/game.rs", "use crate::runtime::Time;", Some("domain may not import runtime")),
        ("src/app.rs", "use crate::{net, hub, ledger};", None),
        ("src/hub/ring.rs", "macro_rules! m { () => { $crate::net::x } }", Some("hub may not import net")),
    ];
    for (path, text, expected) in cases {
        let found = import_breaches(&Source::new(path, text)).join("; ");
        match expected {
            None => assert_eq!(found, "", "{path}: {text}"),
            Some(words) => assert!(found.contains(words), "{path}: {text}\nfound: {found:?}"),
        }
    }
}

#[test]
fn planted_leftovers_are_found() {
    let cases: &[(&str, &str)] = &[
        ("fn f() { g().expect(\"why\") }", ""),
        ("fn f() { g().unwrap() }", "src/x.rs:1: .unwrap()"),
        ("fn f() { g().unwrap_or(1); let s = \".unwrap()\"; }", ""),
        ("fn f() {}\n#[cfg(test)]\nmod tests {\n fn t() { g().unwrap() }\n}", ""),
        ("#[cfg(test)]\nmod tests {\n fn t() {}\n}\nfn f() {\n g().unwrap() }", "src/x.rs:6: .unwrap()"),
        ("#[cfg(test)]\nuse a::b;\nfn f() { g().unwrap() }", "src/x.rs:3: .unwrap()"),
        ("#[cfg(not(test))]\nfn f() { g().unwrap() }", "src/x.rs:2: .unwrap()"),
        ("fn f() { todo!() }", "src/x.rs:1: todo!"),
        ("fn f() { dbg!(1); }", "src/x.rs:1: dbg!"),
        ("use a::*;", "src/x.rs:1: ::*"),
        ("pub use a::b;", "src/x.rs:1: pub use "),
        ("// TODO later", "src/x.rs:1: TODO"),
        ("/// FIXME", "src/x.rs:1: FIXME"),
    ];
    for (text, expected) in cases {
        assert_eq!(leftovers(&Source::new("src/x.rs", text)).join("; "), *expected, "{text}");
    }
}

#[test]
fn a_silent_file_is_found() {
    assert!(opens_with_words("//! What this owns.\n"));
    for text in ["", "\n//! late", "//!", "//!\n//! x", "use a;", "#![cfg(test)]\n//! x"] {
        assert!(!opens_with_words(text), "{text:?}");
    }
}

fn allowed(room: &str) -> Option<&'static [&'static str]> {
    TABLE.iter().find(|(name, _)| *name == room).map(|(_, allowed)| *allowed)
}

fn import_breaches(file: &Source) -> Vec<String> {
    let room = file.room();
    let Some(allowed) = allowed(&room) else { return Vec::new() };
    let mut breaches = Vec::new();
    for (line, path) in paths_from(&code_only(&file.text, lexer::Keep::Code), file.depth()) {
        let to = path.split("::").next().unwrap_or_default();
        let is_room = TABLE.iter().any(|(name, _)| *name == to) || FREE.contains(&to);
        let fits = |entry: &&str| path == **entry || path.starts_with(&format!("{entry}::"));
        if is_room && to != room && !allowed.iter().any(fits) {
            breaches.push(format!("{}:{line}: {room} may not import {path}", file.path));
        }
    }
    breaches
}

fn leftovers(file: &Source) -> Vec<String> {
    let mut found = Vec::new();
    let mut look = |text: &str, words: &[&str]| {
        for (number, line) in text.lines().enumerate() {
            for word in words.iter().filter(|word| line.contains(**word)) {
                found.push(format!("{}:{}: {word}", file.path, number + 1));
            }
        }
    };
    let code = code_only(&file.text, lexer::Keep::Code);
    if !file.is_test() {
        look(&lexer::without_tests(&code), &[".unwrap()", "pub use ", "::*"]);
    }
    look(&code, &["todo!", "dbg!", "unimplemented!"]);
    look(&code_only(&file.text, lexer::Keep::CodeAndComments), &["TODO", "FIXME", "XXX"]);
    found
}

fn opens_with_words(text: &str) -> bool {
    text.lines()
        .next()
        .and_then(|line| line.strip_prefix("//! "))
        .is_some_and(|words| !words.trim().is_empty())
}

fn rust_files(folder: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    walk(&root.join(folder), &mut paths);
    paths.retain(|path| path.extension().is_some_and(|e| e == "rs"));
    assert!(!paths.is_empty(), "{folder} has no Rust file: is this still the right folder?");
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("a source file is UTF-8");
        let inside = path.strip_prefix(root).expect("it lies under the root");
        Source::new(&inside.to_string_lossy(), &text)
    };
    paths.into_iter().map(read).collect()
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(folder)
        .expect("a folder can be read")
        .map(|e| e.expect("an entry can be read").path())
        .collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_symlink() || name == ".git" || MADE.contains(&name.as_ref()) {
            continue;
        }
        if path.is_dir() {
            walk(&path, files);
        } else {
            files.push(path);
        }
    }
}

fn assert_clean(what: &str, breaches: impl IntoIterator<Item = impl std::fmt::Display>) {
    let mut list = String::new();
    for breach in breaches {
        writeln!(list, "  {breach}").expect("a String takes all");
    }
    assert!(list.is_empty(), "{what}:\n{list}");
}
