//! The append-only log and its two threads.
