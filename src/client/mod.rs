//! A small HTTP and WebSocket client for replay and rehearse.
