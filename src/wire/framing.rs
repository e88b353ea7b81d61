//! The bytes around a message: server frames of RFC 6455, events of Server-Sent Events.
//!
//! The hub makes them once for all phones; the transports make them for what is one phone's alone.

/// A text frame of one message, as a server sends it: final, unmasked.
#[must_use]
pub fn websocket_text(json: &str) -> Vec<u8> {
    websocket_frame(0x1, json.as_bytes())
}

/// A protocol ping without content.
pub const WEBSOCKET_PING: [u8; 2] = [0x89, 0];

/// A close frame with its code; the reason goes into the `bye` before it.
#[must_use]
pub fn websocket_close(code: u16) -> Vec<u8> {
    websocket_frame(0x8, &code.to_be_bytes())
}

/// How many bytes come before the payload of a server frame.
#[must_use]
pub fn websocket_header_len(payload: usize) -> usize {
    match payload {
        0..126 => 2,
        126..=0xffff => 4,
        _ => 10,
    }
}

fn websocket_frame(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let len = payload.len();
    let mut frame = Vec::with_capacity(len + websocket_header_len(len));
    frame.push(0x80 | opcode);
    // RFC 6455 §5.2: seven bits, or 126 and sixteen, or 127 and sixty-four.
    if let Ok(short) = u8::try_from(len)
        && short < 126
    {
        frame.push(short);
    } else if let Ok(medium) = u16::try_from(len) {
        frame.push(126);
        frame.extend(medium.to_be_bytes());
    } else {
        frame.push(127);
        frame.extend((len as u64).to_be_bytes());
    }
    frame.extend(payload);
    frame
}

/// One event of one message. JSON text has no raw line break, so one `data:` line holds it.
#[must_use]
pub fn event(json: &str) -> Vec<u8> {
    [b"data: ", json.as_bytes(), b"\n\n"].concat()
}

/// The line that gives the event after it an id.
#[must_use]
pub fn event_id(epoch: &str, frame: u64) -> String {
    format!("id: {epoch}:{frame}\n")
}

/// The line that tells the browser how long to wait. Only ever before the `data:` of a real event: some
/// clients take a block of its own for an empty message.
#[must_use]
pub fn event_retry(retry_ms: u64) -> String {
    format!("retry: {retry_ms}\n")
}

#[cfg(test)]
mod tests {
    use super::{event, websocket_close, websocket_header_len, websocket_text};

    #[test]
    fn frame_lengths_take_the_shortest_form() {
        for (len, header) in [(0, 2), (125, 2), (126, 4), (65_535, 4), (65_536, 10)] {
            let frame = websocket_text(&"x".repeat(len));
            assert_eq!(frame.len(), len + header);
            assert_eq!(websocket_header_len(len), header);
            assert_eq!(frame[0], 0x81);
        }
        assert_eq!(websocket_text("hi"), [0x81, 2, b'h', b'i']);
        assert_eq!(websocket_close(1012), [0x88, 2, 0x03, 0xf4]);
    }

    #[test]
    fn an_event_is_one_block() {
        assert_eq!(event("{}"), b"data: {}\n\n");
    }
}
