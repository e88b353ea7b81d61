//! Users, sessions, tokens and devices.
