//! touchline: live scores, commentary and statistics for every phone in a stadium, from one small box.
//!
//! The rooms in reading order: what the rules are ([`domain`]), how they sound ([`words`]), how a command
//! gets in ([`intake`]), becomes durable ([`ledger`]), turns into what a phone shows ([`board`]), is
//! handed to subscribers ([`hub`]) and reaches them ([`transport`], over [`net`]).
//! `ARCHITECTURE.md` has the picture and the import table; `tests/tidy.rs` holds the table.

pub mod api;
pub mod app;
pub mod auth;
pub mod board;
pub mod cli;
pub mod client;
pub mod config;
pub mod domain;
pub mod formats;
pub mod hub;
pub mod intake;
pub mod ledger;
pub mod net;
pub mod pages;
pub mod runtime;
pub mod transport;
pub mod wire;
pub mod words;
