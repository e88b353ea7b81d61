//! What a phone shows: boards as JSON, their differences, and the pump that publishes them.
