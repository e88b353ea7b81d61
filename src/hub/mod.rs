//! Channels, rings, retained snapshots and subscribers.
