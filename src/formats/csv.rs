//! Tables for spreadsheets (RFC 4180, CR LF, header first): entries written one a row, and any table read.
//!
//! Spreadsheets run cells that begin with `=`, `+`, `-` or `@` as formulas, and a fan's or a commentator's
//! text could be one: such text gets an apostrophe in front. Numbers of our own making are not touched.
//! [`records`] takes what spreadsheets really write: commas, semicolons or tabs, with or without a byte
//! order mark; [`super::plan`] and [`super::squad`] read by it.

use crate::domain::event::{
    Action, ClockDo, Entry, Event, EventBody, GameTime, Review, SegmentDo, Stream, Urgency,
};

use super::FormatError;
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

/// A row of a table, and the line it begins at, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The line in the file.
    pub line: usize,
    /// The cells, spaces around them cut off, an apostrophe against formulas taken away.
    pub cells: Vec<String>,
}

/// Reads a table. The separator is the one of comma, semicolon and tab that the first line holds most of;
/// empty rows are left out, and cells in double quotes may hold anything.
///
/// # Errors
/// A quote that is never closed, or with something behind it, at its line.
pub fn records(text: &str) -> Result<Vec<Record>, FormatError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |separator: char| first.chars().filter(|c| *c == separator).count();
    // Of equals the last is the greatest: a line without any is read by commas.
    let separator = ['\t', ';', ','].into_iter().max_by_key(|c| count(*c)).unwrap_or(',');
    let mut records = Vec::new();
    let mut cells = Vec::new();
    let mut cell = String::new();
    let (mut line, mut begun, mut closed) = (1, 1, false);
    let mut quoted_from = None;
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        line += usize::from(c == '\n');
        match (c, quoted_from) {
            ('"', Some(_)) if characters.next_if_eq(&'"').is_some() => cell.push('"'),
            ('"', Some(_)) => (quoted_from, closed) = (None, true),
            (_, Some(_)) => cell.push(c),
            ('"', None) if cell.trim().is_empty() && !closed => {
                cell.clear();
                quoted_from = Some(line);
            }
            ('\r', None) if characters.peek() == Some(&'\n') => {}
            ('\n' | '\r', None) => {
                cells.push(plain(&std::mem::take(&mut cell)));
                closed = false;
                finish(&mut records, begun, std::mem::take(&mut cells));
                begun = line;
            }
            (_, None) if c == separator => {
                cells.push(plain(&std::mem::take(&mut cell)));
                closed = false;
            }
            (_, None) if closed && !c.is_whitespace() => {
                let what = "a cell goes on behind its closing quote; a quote inside a cell is written twice";
                return Err(FormatError::new(format!("line {line}"), what));
            }
            (_, None) => cell.push(c),
        }
    }
    if let Some(from) = quoted_from {
        return Err(FormatError::new(format!("line {from}"), "a quote that opens here is never closed"));
    }
    cells.push(plain(&cell));
    finish(&mut records, begun, cells);
    Ok(records)
}

fn finish(records: &mut Vec<Record>, line: usize, cells: Vec<String>) {
    if cells.iter().any(|cell| !cell.is_empty()) {
        records.push(Record { line, cells });
    }
}

/// A cell as its writer meant it: what [`harmless`] put in front is taken away again.
fn plain(cell: &str) -> String {
    let cell = cell.trim();
    match cell.strip_prefix('\'') {
        Some(rest) if harmless(rest) != rest => rest.to_owned(),
        _ => cell.to_owned(),
    }
}

/// A row as a spreadsheet takes it.
pub(super) fn row(cells: &[String]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| quoted(&harmless(cell))).collect();
    format!("{}\r\n", cells.join(","))
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

#[cfg(test)]
mod tests {
    use super::{records, row};

    fn cells(text: &str) -> Vec<Vec<String>> {
        records(text).expect("a table").into_iter().map(|record| record.cells).collect()
    }

    #[test]
    fn the_separators_of_spreadsheets_are_found_by_themselves() {
        for text in ["a,b\r\n1,2", "a;b\n1;2\n", "\u{feff}a\tb\r\n\r\n1\t2\r\n"] {
            assert_eq!(cells(text), [["a", "b"], ["1", "2"]], "{text:?}");
        }
        assert_eq!(cells("alone"), [["alone"]]);
        assert!(cells("\n \n").is_empty());
    }

    #[test]
    fn quotes_hold_separators_lines_and_quotes() {
        let table = records("a,b\n\"x, \"\"y\"\"\nz\",2\n3,4").expect("a table");
        assert_eq!(table[1].cells, ["x, \"y\"\nz", "2"]);
        assert_eq!((table[1].line, table[2].line), (2, 4), "a row is named by the line it begins at");
    }

    #[test]
    fn a_quote_that_cannot_be_read_is_told_with_its_line() {
        assert_eq!(records("a\n\"b").expect_err("open").place, "line 2");
        assert_eq!(records("a\n\"b\"c").expect_err("goes on").place, "line 2");
    }

    #[test]
    fn what_could_be_a_formula_comes_back_as_it_was() {
        let written = row(&["=1+1".to_owned(), "'quoted'".to_owned(), "-3".to_owned()]);
        assert!(written.starts_with("'=1+1,"), "{written}");
        assert_eq!(cells(&written), [["=1+1", "'quoted'", "-3"]]);
    }
}
