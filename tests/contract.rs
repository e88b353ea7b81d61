//! The live contract, run against all four transports over real sockets.
//!
//! A phone reduces what it is given and fails at a gap, a duplicate, a message out of order, a message
//! after `bye`, or a board that is not the hub's.

#![allow(missing_docs, unreachable_pub, reason = "an integration test has no public interface")]

#[path = "contract/four.rs"]
mod four;
#[path = "contract/held.rs"]
mod held;
#[path = "contract/link.rs"]
mod link;
#[path = "contract/memory.rs"]
mod memory;
#[path = "contract/phone.rs"]
mod phone;
#[path = "contract/schedules.rs"]
mod schedules;
#[path = "contract/venue.rs"]
mod venue;
#[path = "contract/votes.rs"]
mod votes;
