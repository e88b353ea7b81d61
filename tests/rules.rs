//! The rules of games, case by case: each line of `tests/rules/*.cases` is played and compared.

#[path = "rules/script.rs"]
mod script;
#[path = "rules/table.rs"]
mod table;

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Plays every line of a file, and tells of all that fail at once.
fn play(file: &str, text: &str, at_least: usize) {
    let lines =
        text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    let (mut played, mut failed) = (0, Vec::new());
    for (index, line) in lines {
        played += 1;
        let told = catch_unwind(AssertUnwindSafe(|| script::run(line)));
        if let Err(what) = told.unwrap_or_else(|_| Err("panicked, see above".to_owned())) {
            failed.push(format!("tests/rules/{file}:{}: {what}\n    {line}", index + 1));
        }
    }
    assert!(failed.is_empty(), "{} of {played} failed\n{}", failed.len(), failed.join("\n"));
    assert!(played >= at_least, "only {played} cases of {file} were played");
}

#[test]
fn football() {
    play("football.cases", include_str!("rules/football.cases"), 100);
}

#[test]
fn any_event() {
    play("free.cases", include_str!("rules/free.cases"), 10);
}

#[test]
fn states() {
    play("states.cases", include_str!("rules/states.cases"), 40);
}

#[test]
fn corrections() {
    play("corrections.cases", include_str!("rules/corrections.cases"), 40);
}

#[test]
fn clocks() {
    play("clocks.cases", include_str!("rules/clocks.cases"), 20);
}
