//! The board of `venue`: what concerns everybody and changes rarely.

use serde_json::{Value, json};

/// The board: announcements and open polls by id.
#[must_use]
pub fn render() -> Value {
    json!({"announcements": {}, "polls": {}})
}
