//! One poll as its raw events tell it, each held against the rules as it comes: the first that breaks one is kept in
//! words, with its number, what is stored and what was counted.
//!
//! Nothing of the box's own rules is used here; where both are wrong in the same way, both were written so twice.

use std::collections::{BTreeMap, HashMap, HashSet};

use rusqlite::Connection;
use sha2::{Digest as _, Sha256};

use super::chain::{Row, hex};
use super::record::{Access, Entry, Method, Setup, sixteen};
use super::tally::Tally;

/// What was counted of a poll so far.
pub(super) struct Poll {
    pub(super) id: u64,
    pub(super) setup: Setup,
    pub(super) question: String,
    /// What can be chosen, from option 1.
    pub(super) names: Vec<String>,
    pub(super) issued: HashSet<String>,
    pub(super) closing: Option<Closing>,
    pub(super) withdrawn: Option<i64>,
    /// The first disagreement, in words.
    pub(super) wrong: Option<String>,
    opened: Option<Moment>,
    ballots: Vec<Ballot>,
    // The place of each voter's last ballot.
    last: HashMap<String, usize>,
    commands: HashSet<(String, String)>,
    shown: usize,
}

/// What a closing says, and where it stands.
pub(super) struct Closing {
    pub(super) seq: i64,
    pub(super) hash: String,
    pub(super) refused: BTreeMap<String, u64>,
    lot: [u8; 16],
}

/// A ballot as stored.
struct Ballot {
    voter: String,
    choice: Vec<u32>,
    nonce: [u8; 16],
}

/// When something was accepted, on one start's line of time.
struct Moment {
    boot: i64,
    mono_ms: i64,
    wall_ms: i64,
}

/// What a voter can find their ballot by.
pub(super) struct Receipt {
    pub(super) receipt: String,
    /// Whether it is the voter's last, which counts.
    pub(super) counts: bool,
}

impl Poll {
    /// The poll that a row makes.
    pub(super) fn new(id: u64, setup: Setup, row: &Row, conn: &Connection) -> Self {
        let mut wrong = None;
        let mut read = |words: &super::record::Words| {
            words.read(conn).unwrap_or_else(|why| {
                wrong.get_or_insert(format!("event {}: {why}", row.seq));
                "?".to_owned()
            })
        };
        let question = read(&setup.question);
        let names = match setup.method {
            Method::Rating(steps) => (1..=steps).map(|step| step.to_string()).collect(),
            _ => setup.options.iter().map(&mut read).collect(),
        };
        Self {
            id,
            setup,
            question,
            names,
            issued: HashSet::new(),
            closing: None,
            withdrawn: None,
            wrong,
            opened: None,
            ballots: Vec::new(),
            last: HashMap::new(),
            commands: HashSet::new(),
            shown: 0,
        }
    }

    /// Takes the next event of the poll.
    pub(super) fn take(&mut self, row: &Row, entry: Entry) {
        let seq = row.seq;
        let checked = match self.withdrawn {
            Some(at) => Err(format!("stands after event {at}, by which the poll was withdrawn")),
            None => match entry {
                Entry::PollCreated { .. } => Err("makes the poll a second time".to_owned()),
                Entry::PollOpened {} => self.open(row),
                Entry::TicketsIssued { voters } => self.issue(voters),
                Entry::BallotCast { voter, choice, nonce } => self.cast(row, voter, choice, &nonce),
                Entry::PollClosed { turnout, refused, lot } => self.close(row, turnout, refused, &lot),
                Entry::PollRevealed { counts } => self.reveal(&counts),
                Entry::PollWithdrawn { .. } => {
                    self.withdrawn = Some(seq);
                    Ok(())
                }
            },
        };
        if let Err(why) = checked {
            self.wrong.get_or_insert(format!("event {seq} {why}"));
        }
    }

    fn open(&mut self, row: &Row) -> Result<(), String> {
        if self.opened.is_some() {
            return Err("opens the poll a second time".to_owned());
        }
        self.opened = Some(Moment { boot: row.boot, mono_ms: row.mono_ms, wall_ms: row.wall_ms });
        Ok(())
    }

    fn issue(&mut self, voters: Vec<String>) -> Result<(), String> {
        if self.setup.access != Access::Ticket || self.closing.is_some() {
            return Err("prints codes of a poll that takes none".to_owned());
        }
        for voter in voters {
            if !self.issued.insert(voter) {
                return Err("prints a code that was printed before".to_owned());
            }
        }
        Ok(())
    }

    fn cast(&mut self, row: &Row, voter: String, choice: Vec<u32>, nonce: &str) -> Result<(), String> {
        let Some(opened) = &self.opened else {
            return Err("is a ballot from before the poll was opened".to_owned());
        };
        if let Some(closing) = &self.closing {
            return Err(format!("is a ballot after the closing, event {}", closing.seq));
        }
        if let Some(late) = self.setup.late(opened, row) {
            return Err(format!("is a ballot from {late} ms after the time at which the poll was to close"));
        }
        let (Some(nonce), Some(_)) = (sixteen(nonce), sixteen(&voter)) else {
            return Err("is a ballot whose voter or random bytes are not 32 hexadecimal digits".to_owned());
        };
        if row.actor != format!("voter:{voter}") {
            return Err(format!("is a ballot of voter {voter}, but {} sent it", row.actor));
        }
        if self.setup.access == Access::Ticket && !self.issued.contains(&voter) {
            return Err(format!("is a ballot of voter {voter}, whose code was never printed"));
        }
        self.setup.check_choice(&choice, self.options())?;
        if self.last.contains_key(&voter) && !self.setup.changeable {
            return Err(format!("is a second ballot of voter {voter}, and ballots cannot be changed here"));
        }
        if !self.commands.insert((voter.clone(), row.command.clone())) {
            return Err(format!("is a second ballot of voter {voter} with the command {}", row.command));
        }
        self.last.insert(voter.clone(), self.ballots.len());
        self.ballots.push(Ballot { voter, choice, nonce });
        Ok(())
    }

    fn close(
        &mut self,
        row: &Row,
        turnout: u64,
        refused: BTreeMap<String, u64>,
        lot: &str,
    ) -> Result<(), String> {
        if self.opened.is_none() || self.closing.is_some() {
            return Err("closes a poll that is not open".to_owned());
        }
        let lot = sixteen(lot).ok_or("closes the poll with a lot that is not 32 hexadecimal digits")?;
        self.closing = Some(Closing { seq: row.seq, hash: hex(&row.hash), refused, lot });
        let counted = self.turnout();
        if turnout != counted {
            return Err(format!(
                "closes the poll with a turnout stored as {turnout}; {counted} were counted"
            ));
        }
        Ok(())
    }

    fn reveal(&mut self, counts: &[(u32, u64)]) -> Result<(), String> {
        if self.closing.is_none() {
            return Err("reveals a result before the poll was closed".to_owned());
        }
        let tally = self.tally();
        let order = tally.order_of_reveal();
        for (option, stored) in counts {
            let Some((_, expected)) = order.get(self.shown).copied() else {
                return Err(format!("reveals option {option} when all are out"));
            };
            let counted = tally.count(expected);
            if (*option, *stored) != (expected, counted) {
                return Err(format!(
                    "reveals {} with {stored} as stored; counted, it is the turn of {} with {counted}",
                    self.option(*option),
                    self.option(expected)
                ));
            }
            self.shown += 1;
        }
        let place = |index: usize| order.get(index).map(|(place, _)| *place);
        if self.shown > 0 && place(self.shown - 1) == place(self.shown) {
            return Err("reveals only a part of those that share a place".to_owned());
        }
        Ok(())
    }

    /// What is still missing when the log ends here.
    pub(super) fn end(&mut self) {
        if let (Some(closing), None) = (&self.closing, self.withdrawn)
            && !self.setup.secret
            && self.state() != "revealed"
        {
            let missing = format!(
                "event {} closes a poll that is not secret, but its result is not there",
                closing.seq
            );
            self.wrong.get_or_insert(missing);
        }
    }

    pub(super) fn options(&self) -> u32 {
        u32::try_from(self.names.len()).expect("a line of JSON has fewer options")
    }

    fn option(&self, option: u32) -> String {
        let name = (option as usize).checked_sub(1).and_then(|index| self.names.get(index));
        name.map_or(format!("option {option}"), |name| format!("option {option}, {name},"))
    }

    /// How many voters have a ballot.
    pub(super) fn turnout(&self) -> u64 {
        self.last.len() as u64
    }

    pub(super) fn tally(&self) -> Tally {
        let ballots = self.last.values().map(|index| self.ballots[*index].choice.as_slice());
        let lot = self.closing.as_ref().map(|closing| closing.lot);
        Tally::of(ballots, (&self.setup.method, self.options()), (self.setup.tie, lot))
    }

    /// The options that may be shown with their counts: of a secret poll only what was revealed.
    pub(super) fn in_the_open(&self) -> Vec<u32> {
        let all = !self.setup.secret;
        let order = self.tally().order_of_reveal();
        let known = if all { order.len() } else { self.shown.min(order.len()) };
        let mut options: Vec<u32> = order.into_iter().take(known).map(|(_, option)| option).collect();
        options.reverse();
        options
    }

    /// Where it stands: draft, open, closed or revealed.
    pub(super) fn state(&self) -> &'static str {
        match (&self.opened, &self.closing) {
            (None, _) => "draft",
            (Some(_), None) => "open",
            (Some(_), Some(_)) if self.shown < self.names.len() => "closed",
            (Some(_), Some(_)) => "revealed",
        }
    }

    /// The receipts in their own order, so that the list does not tell who voted when.
    pub(super) fn receipts(&self) -> Vec<Receipt> {
        let mut receipts: Vec<Receipt> = self
            .ballots
            .iter()
            .enumerate()
            .map(|(index, ballot)| Receipt {
                receipt: ballot.receipt(self.id),
                counts: self.last.get(&ballot.voter) == Some(&index),
            })
            .collect();
        receipts.sort_by(|one, other| one.receipt.cmp(&other.receipt));
        receipts
    }
}

impl Setup {
    /// By how much a row is later than the poll's own end; only within one start of the box, whose line of time
    /// no clock can move.
    fn late(&self, opened: &Moment, row: &Row) -> Option<i64> {
        if row.boot != opened.boot {
            return None;
        }
        let spans = [self.closes_at.map(|at| at.saturating_sub(opened.wall_ms)), self.open_for_ms];
        let span = spans.into_iter().flatten().min()?;
        let late = row.mono_ms.saturating_sub(opened.mono_ms).saturating_sub(span);
        (late >= 0).then_some(late)
    }

    fn check_choice(&self, choice: &[u32], options: u32) -> Result<(), String> {
        let fits = match &self.method {
            Method::Single | Method::Rating(_) => choice.len() == 1,
            Method::Multiple(most) => (1..=*most as usize).contains(&choice.len()),
            Method::Points(scale) => choice.len() == scale.len(),
        };
        let known = choice.iter().all(|option| (1..=options).contains(option));
        let once = choice.iter().collect::<HashSet<_>>().len() == choice.len();
        if fits && known && once {
            return Ok(());
        }
        let kind = self.method.word();
        Err(format!("is a ballot with the choice {choice:?}, which is none of a poll of kind {kind}"))
    }
}

impl Ballot {
    /// Ten bytes of SHA-256 over `touchline ballot POLL VOTER `, each option with a comma, and the random bytes.
    fn receipt(&self, poll: u64) -> String {
        let mut bytes = format!("touchline ballot {poll} {} ", self.voter).into_bytes();
        for option in &self.choice {
            bytes.extend(format!("{option},").bytes());
        }
        bytes.extend(self.nonce);
        hex(&Sha256::digest(&bytes)[..10])
    }
}
