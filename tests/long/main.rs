//! The rigs: what the box costs and how fast it is, in figures. Run by hand, one at a time:
//!
//! ```text
//! cargo test --release --test long -- --ignored --nocapture --test-threads=1 NAME
//! TOUCHLINE_BIN=target/release/touchline cargo test --test long -- --ignored --nocapture --test-threads=1 NAME
//! ```
//!
//! NAME: `memory_of_an_idle_phone`, `commands_a_second`, `delay_from_entry_to_phone`; all without it.
//! The box is the binary just built, or that of `TOUCHLINE_BIN`, an absolute path or one from the top of the
//! repository: a release build takes minutes, these tests need not be built so. Phones and box share this
//! machine's cores, so the figures are worse than with phones of their own; compare figures of one machine.
//! Nothing is asserted of a figure, only that nothing was lost. A descriptor is needed per phone, here and
//! in the box: `ulimit -n` of 4,096 is enough.

#[path = "../common/mod.rs"]
mod common;
mod crowd;
mod delay;
mod figures;
mod memory;
mod pace;
mod process;
