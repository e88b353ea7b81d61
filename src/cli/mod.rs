//! The command line, one file a subcommand.

pub mod demo;
pub mod error;
pub mod export;
pub mod import;
pub mod replay;
