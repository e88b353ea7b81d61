//! Entries as a table, one a row, for spreadsheets: RFC 4180 with CR LF, header first.
//!
//! Spreadsheets run cells that begin with `=`, `+`, `-` or `@` as formulas, and a fan's or a commentator's
//! text could be one: such text gets an apostrophe in front. Numbers of our own making are not touched.

use crate::domain::event::{
    Action, ClockDo, Entry, Event, EventBody, GameTime, Review, SegmentDo, Stream, Urgency,
};

use super::command::write_entry;
use super::game::write_time;

const HEADER: &str = "seq,game,order,accepted_at,by,kind,action,side,player,other,tags,value,segment,clock_ms,text,corrects,reason";

/// Writes the entries and corrections among `events`, in the order given; what sets games up is left out.
#[must_use]
pub fn write(events: &[Event]) -> String {
    let mut text = format!("{HEADER}\r\n");
    for event in events {
        if let Some(row) = Row::of(event) {
            text.push_str(&row.line(event));
        }
    }
    text
}

#[derive(Default)]
struct Row {
    kind: String,
    action: String,
    side: String,
    player: String,
    other: String,
    tags: String,
    value: String,
    segment: String,
    clock_ms: String,
    text: String,
    corrects: String,
    reason: String,
}

impl Row {
    fn of(event: &Event) -> Option<Self> {
        match &event.body {
            EventBody::Entered { entry, at } => Some(Self::entry(entry, at.as_ref())),
            EventBody::Replaced { target, entry, at } => {
                Some(Self { corrects: target.to_string(), ..Self::entry(entry, at.as_ref()) })
            }
            EventBody::Voided { target, reason, .. } => Some(Self {
                kind: "void".to_owned(),
                corrects: target.to_string(),
                reason: reason.clone().unwrap_or_default(),
                ..Self::default()
            }),
            EventBody::GameCreated(_)
            | EventBody::GameChanged(_)
            | EventBody::GameWithdrawn { .. }
            | EventBody::ClockResumed { .. }
            | EventBody::ScorerChanged { .. }
            | EventBody::VenueChanged(_)
            | EventBody::PollCreated { .. }
            | EventBody::PollOpened
            | EventBody::PollClosed(_)
            | EventBody::PollRevealed { .. }
            | EventBody::PollWithdrawn { .. }
            | EventBody::TicketsIssued { .. }
            | EventBody::BallotCast(_) => None,
        }
    }

    fn entry(entry: &Entry, at: Option<&GameTime>) -> Self {
        let kind = write_entry(entry).get("type").and_then(|kind| kind.as_str().map(ToOwned::to_owned));
        let mut row = Self { kind: kind.unwrap_or_default(), ..Self::default() };
        if let Some(GameTime { segment, clock_ms }) = at {
            row.segment.clone_from(segment);
            row.clock_ms = clock_ms.map(|ms| ms.to_string()).unwrap_or_default();
        }
        match entry.clone() {
            Entry::Action(Action { action, side, player, other, tags, value, scored, text, of: _ }) => {
                row.action = action;
                row.side = side.unwrap_or_default();
                row.player = player.unwrap_or_default();
                row.other = other.unwrap_or_default();
                row.tags = tags.join(" ");
                row.value = match (value, scored) {
                    (Some(value), _) => value.to_string(),
                    (None, Some(true)) => "scored".to_owned(),
                    (None, Some(false)) => "missed".to_owned(),
                    (None, None) => String::new(),
                };
                row.text = text.unwrap_or_default();
            }
            Entry::Comment { text, lang, urgency } => {
                row.text = text;
                row.tags = lang.unwrap_or_default();
                row.value = match urgency {
                    Urgency::Polite => String::new(),
                    Urgency::Assertive => "assertive".to_owned(),
                };
            }
            Entry::Clock(work) => match work {
                ClockDo::Start => row.action = "start".to_owned(),
                ClockDo::Stop => row.action = "stop".to_owned(),
                ClockDo::Set(ms) => {
                    row.action = "set".to_owned();
                    row.value = ms.to_string();
                }
            },
            Entry::Segment(work) => match work {
                SegmentDo::Start(segment) => {
                    row.action = "start".to_owned();
                    row.value = segment.unwrap_or_default();
                }
                SegmentDo::End => row.action = "end".to_owned(),
            },
            Entry::State { reason, award, .. } => {
                let state = write_entry(entry).get("to").and_then(|to| to.as_str().map(ToOwned::to_owned));
                row.action = state.unwrap_or_default();
                row.reason = reason.unwrap_or_default();
                if let Some(award) = award {
                    row.side = award.side.unwrap_or_default();
                    row.value = award.score.map(|[one, two]| format!("{one}:{two}")).unwrap_or_default();
                    row.tags = award.kind;
                }
            }
            Entry::Review(review) => match review {
                Review::Open { of } => {
                    row.action = "open".to_owned();
                    row.corrects = of.map(|seq| seq.to_string()).unwrap_or_default();
                }
                Review::Stands => row.action = "stands".to_owned(),
                Review::Overturned => row.action = "overturned".to_owned(),
            },
            Entry::Adjust { side, counter, to, reason } => {
                row.action = counter;
                row.side = side;
                row.value = to.to_string();
                row.reason = reason.unwrap_or_default();
            }
        }
        row
    }

    fn line(self, event: &Event) -> String {
        let game = match event.stream {
            Stream::Game(id) => id.to_string(),
            Stream::Venue | Stream::Poll(_) => String::new(),
        };
        let order = event.order.as_ref().map(ToString::to_string).unwrap_or_default();
        let numbers = [event.seq.to_string(), game, order, write_time(event.stamp.wall_ms)];
        let Self { kind, action, side, player, other, tags, .. } = self;
        let words = [event.actor.0.clone(), kind, action, side, player, other, tags];
        let (value, clock_ms, corrects) = (self.value, self.clock_ms, self.corrects);
        // A value is a number of ours, or a word that begins with a letter; a sport's words are words.
        let value = if value.parse::<i64>().is_ok() { value } else { harmless(&value) };
        let cells = numbers
            .into_iter()
            .chain(words.iter().map(|word| harmless(word)))
            .chain([value, harmless(&self.segment), clock_ms, harmless(&self.text), corrects])
            .chain([harmless(&self.reason)]);
        let line: Vec<String> = cells.map(|cell| quoted(&cell)).collect();
        format!("{}\r\n", line.join(","))
    }
}

/// A text as a cell: quoted where it must be, and harmless.
#[must_use]
pub fn cell(text: &str) -> String {
    quoted(&harmless(text))
}

/// Keeps a spreadsheet from running text as a formula, also behind spaces some programs trim.
fn harmless(text: &str) -> String {
    let first = text.trim_start().chars().next();
    let control = text.starts_with(['\t', '\r', '\n']);
    if control || first.is_some_and(|first| "=+-@＝＋－＠".contains(first)) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

fn quoted(cell: &str) -> String {
    if cell.contains(['"', ',', '\r', '\n']) || cell.starts_with(' ') || cell.ends_with(' ') {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}
