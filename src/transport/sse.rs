//! What Server-Sent Events write around messages (WHATWG HTML §9.2).

use super::Headers;
use crate::wire::framing;

/// The header fields of the stream.
pub(super) fn headers() -> Headers {
    vec![
        ("content-type", "text/event-stream".into()),
        ("cache-control", "no-cache".into()),
        // Asks nginx not to keep events back.
        ("x-accel-buffering", "no".into()),
        ("x-content-type-options", "nosniff".into()),
    ]
}

/// A `bye` that tells the browser when to come back by itself. A bare 503 would make an EventSource give
/// up for ever.
pub(super) fn farewell(bye: &str, retry_ms: u64) -> Vec<u8> {
    let mut bytes = framing::event_retry(retry_ms).into_bytes();
    bytes.extend(framing::event(bye));
    bytes
}
