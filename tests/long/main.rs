//! The rigs: what the box costs and how fast it is, in figures. Run by hand, one at a time:
//!
//! ```text
//! cargo test --release --test long -- --ignored --nocapture --test-threads=1 NAME
//! TOUCHLINE_BIN=target/release/touchline cargo test --test long -- --ignored --nocapture --test-threads=1 NAME
//! ```
//!
//! NAME: `memory_of_an_idle_phone`, `commands_a_second`, `delay_from_entry_to_phone`,
//! `ten_thousand_phones_vote_within_five_seconds` (needs strace),
//! `ten_thousand_phones_vote_and_nothing_but_syncs_is_slow` (a C compiler), `nobody_votes_twice_through_twenty_kills`,
//! `a_press_at_the_desk_reaches_desk_and_phone` (needs Chromium and chromedriver); all without it.
//! The box is the binary just built, or that of `TOUCHLINE_BIN`, an absolute path or one from the top of the
//! repository: a release build takes minutes, these tests need not be built so. Phones and box share this
//! machine's cores, so the figures are worse than with phones of their own; compare figures of one machine.
//! Nothing is asserted of a figure, only that nothing was lost. A descriptor is needed per phone, here and
//! in the box: `ulimit -n` of 4,096 is enough, of 12,000 where ten thousand vote.

#[path = "../common/mod.rs"]
mod common;
mod crowd;
mod delay;
#[path = "../browser/driver.rs"]
#[allow(dead_code, reason = "the browser tests use the rest")]
mod driver;
mod figures;
mod line;
mod memory;
mod pace;
mod press;
mod process;
mod stuffing;
mod votes;
