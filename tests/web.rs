//! Runs the tests of the pages' script, `tests/web/*.test.mjs`, with Node.js.
//!
//! Ignored by a plain `cargo test`, because Node.js may be missing; `tests/run` installs it and runs them, or
//! says "web script tests NOT RUN".

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

#[test]
#[ignore = "needs Node.js; tests/run installs it and runs this"]
fn the_page_scripts_pass_their_own_tests() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/web");
    let files = test_files(&folder);
    assert!(
        !files.is_empty(),
        "{} holds no *.test.mjs file: is this still the right folder?",
        folder.display()
    );
    let output = Command::new("node")
        .arg("--test")
        .args(&files)
        .stdin(Stdio::null())
        .output()
        .expect("node starts: it is installed and in PATH");
    println!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "node --test ended with {}; its words stand above", output.status);
}

/// Named one by one: how Node.js reads a folder given to `--test` differs between its versions.
fn test_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.to_string_lossy().ends_with(".test.mjs"));
    files.sort();
    files
}
