//! What the integration tests share: the real binary in a folder of its own, and a small HTTP client.
//!
//! Nothing here knows the library: these tests see what a browser, a feed or an operator sees.
#![allow(dead_code, reason = "each test binary uses another part of it")]

pub(crate) mod folder;
pub(crate) mod game;
pub(crate) mod http;
pub(crate) mod server;
pub(crate) mod wait;
