//! Fan page and desk in a real Chromium, against the real binary.
//!
//! Ignored by a plain `cargo test`, because Chromium may be missing; `tests/run` installs what they need and runs
//! them, or says "browser tests NOT RUN". Pictures of every page land in `target/pictures`.

#[path = "../common/mod.rs"]
mod common;
mod desk;
mod desk_offline;
mod desk_thumb;
mod driver;
mod gates;
mod live;
mod pages;
mod people;
mod plan;
mod planted;
mod site;
mod status;
mod tls;
mod votes;
mod without_script;
