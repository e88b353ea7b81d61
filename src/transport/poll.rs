//! Answers made at once: what a phone misses, as one JSON object.
//!
//! `{"cursor":"…","messages":[…]}`. The messages are those a held connection would get; `hello` is among
//! them unless the cursor is continued. An answer whose state the phone already has is 304.

use super::{Answer, Headers, bye, hello};
use crate::hub::ChannelId;
use crate::hub::mailbox::{MailSeat, MailboxKey};
use crate::hub::seat::{Opening, Seat};
use crate::wire::{Cursor, Transport, close};

/// What is asked for.
#[derive(Debug)]
pub(super) struct Query {
    pub(super) seat: Seat,
    pub(super) channels: Vec<ChannelId>,
    pub(super) held: Option<u64>,
    pub(super) fresh: Vec<ChannelId>,
    pub(super) mailbox: Option<MailboxKey>,
}

/// Messages gathered into one answer.
#[derive(Debug)]
pub(super) struct Gathered {
    messages: Vec<u8>,
    count: u64,
    at: u64,
}

impl Gathered {
    /// Everything the phone misses now.
    pub(super) fn new(seat: &Seat, opening: &Opening, mail: Option<&mut MailSeat>) -> Self {
        let mut gathered = Self { messages: Vec::new(), count: 0, at: opening.at };
        if !opening.recovered {
            gathered.add(hello(seat.hub(), opening.at, false).0.as_bytes());
        }
        for frame in &opening.frames {
            gathered.add(frame.json());
        }
        for board in &opening.boards {
            gathered.add(board.snapshot().json());
        }
        if let Some(mail) = mail {
            while let Some(receipt) = mail.take() {
                gathered.add(receipt.json());
            }
        }
        gathered
    }

    pub(super) fn add(&mut self, json: &[u8]) {
        if self.count > 0 {
            self.messages.push(b',');
        }
        self.count += 1;
        self.messages.extend(json);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The body of the answer.
    pub(super) fn into_body(self, seat: &Seat) -> Vec<u8> {
        seat.hub().count_delivered(self.count);
        let cursor = Cursor { epoch: seat.hub().epoch().clone(), frame: self.at };
        let mut body = format!(r#"{{"cursor":"{cursor}","messages":["#).into_bytes();
        body.extend(self.messages);
        body.extend(b"]}");
        body
    }
}

/// Answers a poll. `turned_away` marks a long-poll for which there is no place: it is told to poll.
pub(super) fn answer(query: Query, header: &dyn Fn(&str) -> Option<String>, turned_away: bool) -> Answer {
    let Query { seat, held, fresh, mailbox, .. } = query;
    let hub = seat.hub();
    hub.count_poll();
    let ending = hub.ending();
    let caching = match &mailbox {
        Some(_) => "private, no-store",
        // An answer that sends one phone away is not for the next.
        None if turned_away || ending.is_some() => "no-store",
        None => "max-age=1",
    };
    let mut mail = mailbox.map(|key| hub.mail_seat(&key, None));
    // The state, not the moment: two polls between two frames have the same tag.
    let tag = format!("W/\"{}:{}\"", hub.epoch(), seat.latest());
    let mut headers: Headers =
        vec![("etag", tag.clone()), ("cache-control", caching.into()), ("vary", "accept-encoding".into())];
    let has_mail = mail.as_ref().is_some_and(MailSeat::is_waiting);
    if !has_mail
        && !turned_away
        && fresh.is_empty()
        && ending.is_none()
        && header("if-none-match").is_some_and(|tags| names_tag(&tags, &tag))
    {
        return Answer::Respond { status: 304, headers, body: Vec::new() };
    }
    let opening = seat.opening(held, &fresh);
    let mut gathered = Gathered::new(&seat, &opening, mail.as_mut());
    if turned_away {
        gathered.add(bye(hub, close::FULL, "full", Some(Transport::Poll)).as_bytes());
    } else if let Some(ending) = ending {
        gathered.add(bye(hub, ending.code, &ending.reason, None).as_bytes());
    }
    headers.push(("content-type", "application/json".into()));
    headers.push(("x-content-type-options", "nosniff".into()));
    Answer::Respond { status: 200, headers, body: gathered.into_body(&seat) }
}

/// Whether an `If-None-Match` names this tag: weakly compared (RFC 9110 §8.8.3.2), lists and `*` too.
fn names_tag(tags: &str, tag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    tags.trim() == "*" || tags.split(',').any(|named| opaque(named) == opaque(tag))
}

#[cfg(test)]
mod tests {
    use super::names_tag;

    #[test]
    fn validators_are_compared_weakly() {
        let tag = "W/\"k:1\"";
        for same in ["W/\"k:1\"", "\"k:1\"", "\"x\", W/\"k:1\"", "*", " \"k:1\" "] {
            assert!(names_tag(same, tag), "{same}");
        }
        for other in ["", "\"k:2\"", "k:1", "W/\"k:1", "\"k:11\""] {
            assert!(!names_tag(other, tag), "{other}");
        }
    }
}
