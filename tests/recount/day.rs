//! Votes made through the ledger, as the box would make them.

use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};
use touchline::domain::command::{Actor, Command, CommandBody};
use touchline::domain::poll::{Access, Ballot, Kind, NewPoll, Poll, PollDo, PollId, PollState, Tie, Voter};
use touchline::ledger::Ledger;
use touchline::ledger::outcome::{Accepted, Outcome};
use touchline::ledger::role::Scope;
use touchline::runtime::{Time, block_on};

use crate::common::folder::Folder;

/// A ledger in the folder `data` of a test's folder.
pub(crate) struct Day {
    ledger: Ledger,
    commands: AtomicU32,
}

/// A sealed vote that is not changeable, open to every phone.
pub(crate) fn poll(question: &str, kind: Kind, options: &[&str]) -> NewPoll {
    NewPoll {
        question: question.to_owned(),
        kind,
        options: options.iter().map(|option| (*option).to_owned()).collect(),
        game: None,
        access: Access::Open,
        secret: true,
        changeable: false,
        tie: Tie::Shared,
        opens_at: None,
        closes_at: None,
        open_for_ms: None,
    }
}

impl Day {
    pub(crate) fn open(folder: &Folder) -> Self {
        let time = Time::manual(1_000, 1_795_000_000_000);
        let (ledger, _) = Ledger::open(&folder.join("data"), time).expect("the ledger opens");
        Self { ledger, commands: AtomicU32::new(0) }
    }

    /// Leaves everything in the database file.
    pub(crate) fn close(self) {
        block_on(self.ledger.close());
    }

    fn run(&self, actor: String, body: CommandBody) -> Outcome {
        let number = self.commands.fetch_add(1, Ordering::SeqCst);
        let mut print = [0; 32];
        print[..4].copy_from_slice(&number.to_be_bytes());
        let stamp = self.ledger.stamp();
        let command = Command { id: format!("c{number}"), actor: Actor(actor), stamp, body };
        block_on(async { self.ledger.submit(command, print, Scope::All).expect("there is room").await })
    }

    fn organise(&self, body: CommandBody) -> Accepted {
        match self.run("user:1".to_owned(), body) {
            Outcome::Accepted(accepted) => accepted,
            other => panic!("accepted, not {other:?}"),
        }
    }

    pub(crate) fn make(&self, new: NewPoll) -> u64 {
        self.organise(CommandBody::CreatePoll(Box::new(new))).poll.expect("a new poll has a number").0
    }

    pub(crate) fn act(&self, poll: u64, what: PollDo) {
        self.organise(CommandBody::Poll { poll: PollId(poll), what });
    }

    pub(crate) fn issue(&self, poll: u64, voters: RangeInclusive<u32>) {
        self.act(poll, PollDo::Issue { voters: voters.map(voter).collect() });
    }

    fn vote(&self, poll: u64, by: u32, choice: &[u32]) -> Outcome {
        let voter = voter(by);
        let nonce = voter.0.map(|byte| byte ^ 0x5a);
        let ballot = Ballot { voter, choice: choice.to_vec(), nonce };
        self.run(format!("voter:{voter}"), CommandBody::Ballot { poll: PollId(poll), ballot })
    }

    /// A ballot that counts; its receipt.
    pub(crate) fn cast(&self, poll: u64, by: u32, choice: &[u32]) -> String {
        match self.vote(poll, by, choice) {
            Outcome::Accepted(accepted) => accepted.receipt.expect("a ballot has a receipt"),
            other => panic!("accepted, not {other:?}"),
        }
    }

    /// A ballot that does not; the code of the refusal.
    pub(crate) fn refused(&self, poll: u64, by: u32, choice: &[u32]) -> &'static str {
        match self.vote(poll, by, choice) {
            Outcome::Rejected(rejection) => rejection.code,
            other => panic!("refused, not {other:?}"),
        }
    }

    fn poll(&self, id: u64) -> Poll {
        block_on(self.ledger.poll(PollId(id))).expect("the log can be read").expect("the poll was made")
    }

    pub(crate) fn is_closed(&self, id: u64) -> bool {
        self.poll(id).state == PollState::Closed
    }

    /// What the box counted, by option.
    pub(crate) fn tally(&self, id: u64) -> Value {
        let poll = self.poll(id);
        let counts = poll.tally().counts().map(|(option, count)| (option.to_string(), json!(count)));
        Value::Object(counts.collect())
    }

    /// The place of each option as the box ranks it.
    pub(crate) fn ranks(&self, id: u64) -> Value {
        let mut places = serde_json::Map::new();
        for rank in self.poll(id).ranks() {
            let place = places.len() + 1;
            places.extend(rank.into_iter().map(|option| (option.to_string(), json!(place))));
        }
        Value::Object(places)
    }
}

fn voter(number: u32) -> Voter {
    let mut bytes = [7; 16];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    Voter(bytes)
}

/// Numbers that look random and are the same in each run (SplitMix64).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % end as u64).expect("it is below the end")
    }

    /// A ballot that is valid for that kind.
    pub(crate) fn choice(&mut self, kind: &Kind, options: u32) -> Vec<u32> {
        let (of, many) = match kind {
            Kind::Single => (options, 1),
            Kind::Multiple { max } => (options, 1 + self.below(*max as usize)),
            Kind::Points { scale } => (options, scale.len()),
            Kind::Rating { steps } => (*steps, 1),
        };
        let mut left: Vec<u32> = (1..=of).collect();
        (0..many).map(|_| left.swap_remove(self.below(left.len()))).collect()
    }
}
