//! `touchline recount`: counts every vote again from the raw log, and says whether the box counted the same.
//!
//! A second implementation: hashes, ballots, tallies, ranks, lots and receipts are worked out here from the stored rows
//! and the documented rules; of the rest of the program it uses the opening of the database alone, for reading. So a
//! mistake of the box's own count does not repeat itself here. Invariants: nothing is written; a box may run beside;
//! what is sealed is not printed.

use std::collections::{BTreeMap, HashMap};
use std::io::Write;

use rusqlite::Connection;
use serde_json::{Value, json};

use self::chain::{Row, Walked};
use self::poll::Poll;
use self::record::{Access, Entry, VERSION};
use super::DataArgs;
use super::data::plural;
use super::error::CliError;
use crate::ledger::schema;

mod chain;
mod poll;
mod record;
mod tally;

const TAMPERING: &str = "\
Exit code 0: everything agrees. 1: it does not; the first disagreement is named with its event, what is stored and
what was counted.

What a recount finds by itself: a ballot, closing or result that was changed, added, removed or reordered in the file
without working the whole chain of hashes out again; and with a chain worked out again, whatever no longer fits: ballots
against turnout and revealed counts, second ballots, codes never printed, choices that do not exist, swapped names.
What only something kept outside the file can find: a record rewritten consistently, its closing and result included, a
choice swapped in a sealed vote before its result is out, and events cut off at the end. For that, write down or publish
the chain hash that stands at each closing and give it with --expect; and let voters look for their receipts (--receipts):
a ballot that was changed has another one.

`--data` also takes a backup file.";

/// The arguments of `recount`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = TAMPERING)]
pub(super) struct RecountArgs {
    /// The votes by number; all where absent
    #[arg(value_name = "POLL")]
    polls: Vec<u64>,
    /// A chain hash that was kept outside: the record up to there must still be the same
    #[arg(long, value_name = "HASH", value_parser = kept_hash)]
    expect: Vec<String>,
    /// List the receipts of all ballots
    #[arg(long)]
    receipts: bool,
    /// One JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    data: DataArgs,
}

/// All that was counted.
struct Recount {
    polls: BTreeMap<u64, Poll>,
    walked: Walked,
    /// What does not agree and belongs to no single poll.
    wrong: Vec<String>,
}

pub(super) fn recount(args: &RecountArgs, out: &mut dyn Write) -> Result<(), CliError> {
    let conn = schema::open_reader(&args.data.dir()?).map_err(CliError::failed)?;
    let mut counted = count(&conn, &args.expect)?;
    drop(conn);
    if let Some(unknown) = args.polls.iter().find(|poll| !counted.polls.contains_key(*poll))
        && counted.wrong.is_empty()
    {
        return Err(CliError::failed(format!("there is no poll {unknown} in this record")));
    }
    counted.hold_against(&args.expect, &args.polls);
    if !args.polls.is_empty() {
        counted.polls.retain(|id, _| args.polls.contains(id));
    }
    if args.json {
        writeln!(out, "{}", counted.json(args))?;
    } else {
        counted.lines(args, out)?;
    }
    match counted.disagreements().next() {
        None => Ok(()),
        Some(first) => Err(CliError::failed(format!("the recount does not agree: {first}"))),
    }
}

/// Reads the whole log, poll by poll.
fn count(conn: &Connection, expected: &[String]) -> Result<Recount, CliError> {
    let mut polls: BTreeMap<u64, Poll> = BTreeMap::new();
    let mut strays: HashMap<u64, String> = HashMap::new();
    let walked = chain::walk(conn, expected, |row| {
        if let Some(id) = row.stream.strip_prefix("poll/") {
            let id = id.parse().map_err(|_| {
                CliError::failed(format!("event {} belongs to `{}`, which is no poll", row.seq, row.stream))
            })?;
            if let Err(why) = take(&mut polls, id, row, conn) {
                strays.entry(id).or_insert(format!("event {} {why}", row.seq));
            }
        }
        Ok(())
    })?;
    let mut wrong: Vec<String> = walked.broken.clone().into_iter().collect();
    for (id, why) in strays {
        match polls.get_mut(&id) {
            Some(poll) => drop(poll.wrong.get_or_insert(why)),
            None => wrong.push(why),
        }
    }
    for poll in polls.values_mut() {
        match &walked.broken {
            None => poll.end(),
            // What came after its end is no part of it.
            Some(_) if poll.state() == "revealed" || poll.withdrawn.is_some() => {}
            Some(broken) => drop(poll.wrong.get_or_insert_with(|| broken.clone())),
        }
    }
    Ok(Recount { polls, walked, wrong })
}

/// Gives an event to its poll; the error is why it cannot be one of a poll at all.
fn take(polls: &mut BTreeMap<u64, Poll>, id: u64, row: &Row, conn: &Connection) -> Result<(), String> {
    if row.version != VERSION {
        return Err(format!("is stored in version {}; this recount reads {VERSION}", row.version));
    }
    let entry: Entry =
        serde_json::from_str(&row.body).map_err(|error| format!("is no event of a poll: {error}"))?;
    match (entry, polls.get_mut(&id)) {
        (Entry::PollCreated { id: stored, .. }, _) if stored != id => {
            Err(format!("makes poll {stored} among the events of poll {id}"))
        }
        (Entry::PollCreated { poll, .. }, None) => {
            polls.insert(id, Poll::new(id, poll, row, conn));
            Ok(())
        }
        (entry, Some(poll)) => {
            poll.take(row, entry);
            Ok(())
        }
        (_, None) => Err(format!("belongs to poll {id}, which was never made")),
    }
}

impl Recount {
    /// Looks for the hashes that were kept outside. One of them must vouch for the closing of each poll in `asked`.
    fn hold_against(&mut self, expected: &[String], asked: &[u64]) {
        for hash in expected.iter().filter(|hash| !self.walked.found.contains_key(*hash)) {
            let events = self.walked.events;
            self.wrong.push(format!(
                "no event has the hash {hash} that was kept: {events} event{} hold, and none of them is the one it was \
                 taken from, or one before it was changed",
                plural(u64::try_from(events).unwrap_or(0))
            ));
        }
        let Some((hash, up_to)) = self.walked.found.iter().max_by_key(|(_, seq)| **seq) else { return };
        for poll in asked.iter().filter_map(|id| self.polls.get(id)) {
            if let Some(closing) = poll.closing.as_ref().filter(|closing| closing.seq > *up_to) {
                self.wrong.push(format!(
                    "the hash {hash} that was kept is that of event {up_to}; poll {} was closed later, by event {}",
                    poll.id, closing.seq
                ));
            }
        }
    }

    /// Everything that does not agree, the chain first.
    fn disagreements(&self) -> impl Iterator<Item = String> {
        let polls = self.polls.values().filter_map(|poll| {
            let wrong = poll.wrong.as_ref()?;
            Some(format!("poll {}: {wrong}", poll.id))
        });
        self.wrong.iter().cloned().chain(polls)
    }

    fn lines(&self, args: &RecountArgs, out: &mut dyn Write) -> Result<(), CliError> {
        for poll in self.polls.values() {
            writeln!(out, "{}", line(poll))?;
            if args.receipts {
                for receipt in poll.receipts() {
                    let note = if receipt.counts { "" } else { "  changed later" };
                    writeln!(out, "  {}{note}", receipt.receipt)?;
                }
            }
        }
        let Walked { events, head, .. } = &self.walked;
        let polls = self.polls.len();
        writeln!(
            out,
            "{polls} vote{} counted from {events} event{}; the last that holds has the hash {head}.",
            plural(polls as u64),
            plural(u64::try_from(*events).unwrap_or(0))
        )?;
        for (hash, seq) in &self.walked.found {
            writeln!(out, "The hash {hash} is that of event {seq}: up to there nothing was changed since.")?;
        }
        Ok(())
    }

    fn json(&self, args: &RecountArgs) -> Value {
        let polls: Vec<Value> = self.polls.values().map(|poll| poll_json(poll, args)).collect();
        let mut value = json!({
            "agrees": self.disagreements().next().is_none(),
            "events": self.walked.events,
            "head": self.walked.head,
            "polls": polls,
        });
        if let Some(first) = self.disagreements().next() {
            value["disagreement"] = first.into();
        }
        value
    }
}

/// `poll 3 “Player of the match”: agrees. Open vote, revealed, 998 voters. 1. Diaz 612, 2. Okoro 386. …`
fn line(poll: &Poll) -> String {
    let mut text = format!("poll {} “{}”: ", poll.id, printable(&poll.question));
    match &poll.wrong {
        None => text += "agrees. ",
        Some(wrong) => text += &format!("DOES NOT AGREE: {}. ", printable(wrong)),
    }
    let turnout = poll.turnout();
    let state = if poll.withdrawn.is_some() { "withdrawn" } else { poll.state() };
    text += match poll.setup.access {
        Access::Open => "Open vote, ",
        Access::Ticket => "Ticket vote, ",
    };
    text += &format!("{state}, {turnout} voter{}", plural(turnout));
    if poll.setup.access == Access::Ticket {
        let issued = poll.issued.len() as u64;
        text += &format!(" of {issued} code{} printed", plural(issued));
    }
    text += ".";
    let tally = poll.tally();
    let shown: Vec<String> = poll
        .in_the_open()
        .into_iter()
        .map(|option| {
            let name = printable(&poll.names[option as usize - 1]);
            format!("{}. {name} {}", tally.place(option), tally.count(option))
        })
        .collect();
    if shown.is_empty() {
        text += " The count is sealed.";
    } else {
        text += &format!(" {}.", shown.join(", "));
    }
    if let Some(closing) = &poll.closing {
        if !closing.refused.is_empty() {
            let refused: Vec<String> =
                closing.refused.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
            text += &format!(" Refused: {}.", refused.join(", "));
        }
        text += &format!(" Closed by event {} with the hash {}.", closing.seq, closing.hash);
    }
    text
}

fn poll_json(poll: &Poll, args: &RecountArgs) -> Value {
    let tally = poll.tally();
    let open = poll.in_the_open();
    let names: serde_json::Map<String, Value> =
        (1..).zip(&poll.names).map(|(option, name): (u32, _)| (option.to_string(), json!(name))).collect();
    let counts: serde_json::Map<String, Value> = tally
        .counts()
        .filter(|(option, _)| open.contains(option))
        .map(|(option, count)| (option.to_string(), json!(count)))
        .collect();
    let ranks: serde_json::Map<String, Value> =
        open.iter().map(|option| (option.to_string(), json!(tally.place(*option)))).collect();
    let mut value = json!({
        "id": poll.id,
        "agrees": poll.wrong.is_none(),
        "question": poll.question,
        "kind": poll.setup.method.word(),
        "access": poll.setup.access.word(),
        "state": poll.state(),
        "options": names,
        "turnout": poll.turnout(),
        "tally": counts,
        "ranks": ranks,
    });
    if let Some(wrong) = &poll.wrong {
        value["disagreement"] = json!(wrong);
    }
    if let Some(seq) = poll.withdrawn {
        value["withdrawn"] = json!(seq);
    }
    if poll.setup.access == Access::Ticket {
        value["issued"] = json!(poll.issued.len());
    }
    if let Some(closing) = &poll.closing {
        value["closing"] = json!({"seq": closing.seq, "hash": closing.hash, "refused": closing.refused});
    }
    if args.receipts {
        let receipts: serde_json::Map<String, Value> =
            poll.receipts().into_iter().map(|receipt| (receipt.receipt, json!(receipt.counts))).collect();
        value["receipts"] = receipts.into();
    }
    value
}

/// A name from the record must not steer the reader's terminal.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

fn kept_hash(text: &str) -> Result<String, String> {
    let hash = text.trim().to_ascii_lowercase();
    if hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Ok(hash)
    } else {
        Err("a chain hash is 64 hexadecimal digits".to_owned())
    }
}
