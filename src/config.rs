//! Flags, environment and file: one validated configuration.
