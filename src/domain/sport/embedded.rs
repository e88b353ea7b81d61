//! The sport files the binary carries.

/// Name and text of each.
pub const FILES: &[(&str, &str)] = &[];
