//! What the box says to a phone: one JSON object a message, the same on every transport.
//!
//! Written by the hub (snapshots, patches) and the transports (the rest), read by the client room.
//! Readers ignore unknown fields and types.
//!
//! Where a WebSocket client stands: at `hello`'s frame once the snapshots of the opening have come (those
//! of all its channels, or, when `recovered`, of the channels asked for with `+`); then at the frame of
//! each patch and heartbeat. A snapshot in the course of a connection moves no cursor: another channel's
//! may follow it. Event streams and answers carry the cursor themselves.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Epoch, Problem, Say};

/// A message to a phone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Message<'a> {
    /// The first on every connection.
    Hello {
        /// The history all frame numbers belong to.
        epoch: Epoch,
        /// Where the set stands once the opening batch is read.
        frame: u64,
        /// The box's monotonic line, for clocks.
        now_ms: u64,
        /// The box's wall time, for display only.
        now: Cow<'a, str>,
        /// Silence longer than this, and half again, means the connection is dead.
        heartbeat_ms: u64,
        /// How long to wait before coming back, different for every phone.
        retry_ms: u64,
        /// Whether the missing frames follow, rather than snapshots.
        recovered: bool,
        /// The version of the box.
        build: Cow<'a, str>,
        /// The version of this format.
        protocol: u32,
    },
    /// A channel's whole board.
    Snapshot {
        /// The channel's name.
        ch: Cow<'a, str>,
        /// The frame the board was published in.
        frame: u64,
        /// The board.
        board: Cow<'a, Value>,
    },
    /// What changed on a channel: RFC 7396, against the board at `prev`.
    Patch {
        /// The channel's name.
        ch: Cow<'a, str>,
        /// This frame's number.
        frame: u64,
        /// The number of the channel's frame before this one.
        prev: u64,
        /// When, for display.
        t: Cow<'a, str>,
        /// The merge patch.
        patch: Cow<'a, Value>,
        /// Lines for the announcer.
        #[serde(default, skip_serializing_if = "<[Say]>::is_empty")]
        say: Cow<'a, [Say]>,
    },
    /// The connection is alive and nothing has been missed up to `frame`.
    Heartbeat {
        /// Where the box stands.
        frame: u64,
        /// The box's monotonic line.
        now_ms: u64,
    },
    /// What became of a command, a ballot or a line of talk.
    Receipt {
        /// The id its sender gave it.
        id: Cow<'a, str>,
        /// What became of it.
        outcome: Outcome,
        /// The event's number, when accepted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seq: Option<u64>,
        /// The poll, of a ballot or of what was done with one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        poll: Option<u64>,
        /// What a voter can find their ballot by once the ballots are listed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        receipt: Option<Cow<'a, str>>,
        /// Why not, when rejected.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        problem: Option<Problem>,
    },
    /// The last message of a connection.
    Bye {
        /// See [`super::close`].
        code: u16,
        /// One word or a short sentence, for logs and people.
        reason: Cow<'a, str>,
        /// How long to wait before coming back.
        retry_ms: u64,
        /// Which transport to use meanwhile.
        #[serde(default, rename = "use", skip_serializing_if = "Option::is_none")]
        instead: Option<Cow<'a, str>>,
    },
    /// What the phone sent could not be taken.
    Problem {
        /// Why.
        problem: Problem,
    },
}

/// What became of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Taken in, not decided yet.
    Pending,
    /// In the ledger.
    Accepted,
    /// Refused by the rules.
    Rejected,
}

impl Message<'_> {
    /// The message as its JSON text, without a line break.
    ///
    /// # Panics
    /// Never: no map here has a key that is not a string.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("messages have only string keys")
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use serde_json::json;

    use super::super::{Epoch, Level, Problem, Say, Urgency};
    use super::{Message, Outcome};

    fn one_of_each() -> Vec<Message<'static>> {
        let say = Say {
            seq: 1208,
            key: "score".into(),
            level: Level::Key,
            to: Urgency::Assertive,
            order: "2.V".into(),
            text: "Goal, Reds. Diaz, 67th minute. Home 2, away 1.".into(),
        };
        let closed = Problem::new(422, "game-over", "a goal after the final whistle; reopen the game first");
        let unknown =
            Problem::new(422, "unknown-field", "a command has no field \"gaol\"; did you mean goal?");
        vec![
            Message::Hello {
                epoch: "k3f9".parse::<Epoch>().unwrap(),
                frame: 20417,
                now_ms: 7_251_000,
                now: "2026-11-22T15:04:05Z".into(),
                heartbeat_ms: 25_000,
                retry_ms: 3_400,
                recovered: true,
                build: "0.1.0+3f2a".into(),
                protocol: 1,
            },
            Message::Snapshot {
                ch: "game/7".into(),
                frame: 20411,
                board: Cow::Owned(json!({"id": 7, "seq": 1207, "score_text": "1-1"})),
            },
            Message::Patch {
                ch: "game/7".into(),
                frame: 20418,
                prev: 20411,
                t: "2026-11-22T15:04:09Z".into(),
                patch: Cow::Owned(json!({"seq": 1208, "score_text": "2-1"})),
                say: vec![say].into(),
            },
            Message::Patch {
                ch: "game/7@ar".into(),
                frame: 20419,
                prev: 20418,
                t: "2026-11-22T15:04:11Z".into(),
                patch: Cow::Owned(json!({"sides": {"home": {"name": "الهلال"}}})),
                say: Cow::Borrowed(&[]),
            },
            Message::Heartbeat { frame: 20419, now_ms: 7_276_000 },
            Message::Receipt {
                id: "0198c0de-0001".into(),
                outcome: Outcome::Accepted,
                seq: Some(1208),
                poll: None,
                receipt: None,
                problem: None,
            },
            Message::Receipt {
                id: "0198c0de-0003".into(),
                outcome: Outcome::Accepted,
                seq: None,
                poll: Some(3),
                receipt: Some("5f0c3a9be2d14477a0c1".into()),
                problem: None,
            },
            Message::Receipt {
                id: "0198c0de-0002".into(),
                outcome: Outcome::Rejected,
                seq: None,
                poll: None,
                receipt: None,
                problem: Some(closed),
            },
            Message::Bye {
                code: 1013,
                reason: "full".into(),
                retry_ms: 20_000,
                instead: Some("poll".into()),
            },
            Message::Bye { code: 1012, reason: "restart".into(), retry_ms: 4_200, instead: None },
            Message::Problem { problem: unknown },
        ]
    }

    #[test]
    fn messages_are_exactly_the_golden_ones() {
        let golden = include_str!("../../data/golden/frames.ndjson");
        let made: String = one_of_each().iter().map(|message| message.to_json() + "\n").collect();
        assert_eq!(made, golden, "the public format changed; clients in the field would notice");
    }

    #[test]
    fn golden_messages_are_read_back() {
        let golden = include_str!("../../data/golden/frames.ndjson");
        let read: Vec<Message<'_>> = golden.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(read, one_of_each());
    }
}
