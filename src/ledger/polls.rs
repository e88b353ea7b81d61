//! The polls and the venue in memory: how a vote and an organiser's word about it become events.
//!
//! Part of what the ledger thread has in memory. A ballot has no row among the outcomes: it is its own outcome,
//! found again by its voter and its command, so that thousands of them are written one after another at the end of
//! the log.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension as _, Transaction, params};

use super::Ledger;
use super::ballot::{self, Salt};
use super::chain::Hash;
use super::error::LedgerError;
use super::events;
use super::memory::{Done, Memory, Stored};
use super::outcome::{Accepted, Decided, Outcome};
use super::schema::{count, int};
use crate::domain::clock::Stamp;
use crate::domain::command::{Actor, Command};
use crate::domain::event::{Draft, Event, EventBody, Stream, Visibility};
use crate::domain::poll::decide::{self, AtClose, Decided as Voted};
use crate::domain::poll::{Access, Ballot, NewPoll, Poll, PollDo, PollId, PollState};
use crate::domain::venue::{self, Venue, VenueChange};
use crate::domain::{Rejection, RejectionKind, Seq};

/// How long a poll that is over stays among those folded at a start, in milliseconds.
const OPEN_AFTER_END_MS: i64 = 24 * 60 * 60 * 1_000;

/// What a batch does to a poll's salt.
pub(super) enum Salted {
    /// By it devices become voters from now on.
    New(Salt),
    /// It is deleted from the database.
    Deleted,
    /// It is forgotten.
    Gone,
}

impl Ledger {
    /// Every poll there is, by number; those that are over and withdrawn ones too.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn polls(&self) -> Result<Vec<PollId>, LedgerError> {
        self.read(|conn| {
            let mut statement = conn.prepare_cached("SELECT id FROM poll ORDER BY id")?;
            let polls = statement.query_map([], |row| Ok(PollId(count(row.get(0)?))))?;
            Ok(polls.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// The hash of the record up to an event; `None` when there is no such event.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn hash(&self, seq: Seq) -> Result<Option<Hash>, LedgerError> {
        self.read(move |conn| {
            let mut statement = conn.prepare_cached("SELECT hash FROM event WHERE seq = ?1")?;
            Ok(statement.query_row([int(seq)], |row| row.get(0)).optional()?)
        })
        .await
    }
}

impl Memory {
    /// Folds the polls that are at work, or were over within a day, and the venue.
    pub(super) fn fold_polls(&mut self, tx: &Transaction<'_>, now: &Stamp) -> Result<(), LedgerError> {
        self.venue = events::venue(tx, &self.sports)?;
        let listed: Vec<(u64, Option<i64>)> = tx
            .prepare_cached("SELECT id, closed_ms FROM poll")?
            .query_map([], |row| Ok((count(row.get(0)?), row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        for (id, closed_ms) in listed {
            let open = closed_ms.is_none_or(|at| at > now.wall_ms - OPEN_AFTER_END_MS);
            if open && let Some(poll) = events::poll(tx, &self.sports, PollId(id))? {
                self.polls.insert(poll.id, poll);
            }
        }
        let salts: Vec<(u64, Salt)> = tx
            .prepare_cached("SELECT poll, salt FROM poll_salt")?
            .query_map([], |row| Ok((count(row.get(0)?), row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        self.shared.salts().extend(salts.into_iter().map(|(poll, salt)| (PollId(poll), salt)));
        Ok(())
    }

    /// A change of the venue, as events.
    pub(super) fn change_venue(change: &VenueChange) -> Result<Vec<Draft>, Rejection> {
        let body = EventBody::VenueChanged(venue::decide(change)?);
        Ok(vec![Draft { stream: Some(Stream::Venue), visibility: Visibility::Public, order: None, body }])
    }

    /// A new poll, as events; its number is the next.
    pub(super) fn create_poll(
        &mut self,
        tx: &Transaction<'_>,
        new: &NewPoll,
    ) -> Result<Result<Vec<Draft>, Rejection>, LedgerError> {
        if let Some(game) = new.game
            && let Err(missing) = self.game(tx, game)?
        {
            return Ok(Err(missing));
        }
        let id = PollId(self.last_poll + 1);
        Ok(decide::create(new.clone()).map(|poll| {
            let body = EventBody::PollCreated { id, poll: Box::new(poll) };
            vec![Draft { stream: Some(Stream::Poll(id)), visibility: Visibility::Public, order: None, body }]
        }))
    }

    /// What an organiser does with a poll, as events.
    pub(super) fn act_on_poll(
        &mut self,
        tx: &Transaction<'_>,
        id: PollId,
        what: &PollDo,
        done: &Done,
    ) -> Result<Result<Vec<Draft>, Rejection>, LedgerError> {
        let at_close = match what {
            PollDo::Close => AtClose { refused: refused_so_far(tx, id, done)?, lot: random() },
            _ => AtClose::default(),
        };
        Ok(self.poll(tx, id)?.and_then(|poll| decide::act(poll, what, at_close)))
    }

    /// Decides a ballot and stores it.
    pub(super) fn ballot(
        &mut self,
        tx: &Transaction<'_>,
        command: &Command,
        id: PollId,
        ballot: &Ballot,
        done: &mut Done,
    ) -> Result<Outcome, LedgerError> {
        let decided = match self.poll(tx, id)? {
            Ok(poll) => decide::cast(poll, ballot, &command.id, &command.stamp),
            Err(missing) => Err(missing),
        };
        let voted = match decided {
            Ok(voted) => voted,
            Err(rejection) => {
                if rejection.kind != RejectionKind::Missing {
                    *done.refused.entry((id, rejection.code.to_owned())).or_default() += 1;
                }
                return Ok(Outcome::Rejected(rejection));
            }
        };
        let (seq, nonce) = match voted {
            Voted::Reused => return Ok(Outcome::Mismatch),
            Voted::Already(seq) => (seq, self.nonce_of(id, ballot, seq)),
            Voted::Counts(draft) => {
                let sender = (&command.actor, command.id.as_str(), &command.stamp);
                let seqs = self.append_to_poll(tx, id, vec![*draft], sender, done)?;
                (seqs[0], ballot.nonce)
            }
        };
        let receipt = ballot::receipt(id, &ballot.voter, &ballot.choice, &nonce);
        let accepted = Accepted { seqs: vec![seq], poll: Some(id), receipt: Some(receipt), game: None };
        Ok(Outcome::Accepted(accepted))
    }

    fn nonce_of(&self, id: PollId, ballot: &Ballot, seq: u64) -> [u8; 16] {
        let cast = self.polls.get(&id).and_then(|poll| poll.cast_as(&ballot.voter, seq));
        cast.map_or(ballot.nonce, |cast| cast.nonce)
    }

    /// Opens and closes what is to by time.
    pub(super) fn polls_on_time(&mut self, tx: &Transaction<'_>, done: &mut Done) -> Result<(), LedgerError> {
        let now = self.now();
        // What was dropped from memory would never close by itself.
        for id in self.absent.clone() {
            if self.poll(tx, id)?.is_err() {
                log::debug!("poll {id} was never made");
            }
        }
        self.absent.clear();
        for id in self.polls_due(&now) {
            let what = match self.polls[&id].state {
                PollState::Draft => PollDo::Open,
                _ => PollDo::Close,
            };
            // What cannot be opened yet (no codes printed) is tried again as long as it is due.
            let Ok(drafts) = self.act_on_poll(tx, id, &what, done)? else { continue };
            let actor = Actor("box".to_owned());
            let command = format!("boot-{}-poll-{id}-{}", self.boot, now.mono_ms);
            self.append_to_poll(tx, id, drafts, (&actor, &command, &now), done)?;
            done.decided.push(Decided {
                id: command,
                actor,
                outcome: Outcome::Accepted(Accepted { poll: Some(id), ..Accepted::default() }),
            });
        }
        Ok(())
    }

    /// Polls that are to open or close by now, and can.
    pub(super) fn polls_due(&self, now: &Stamp) -> Vec<PollId> {
        let ready = |poll: &Poll| {
            let unprinted = poll.setup.access == Access::Ticket && poll.issued() == 0;
            poll.due_in(now) == Some(0) && !(poll.state == PollState::Draft && unprinted)
        };
        let mut due: Vec<_> = self.polls.values().filter(|poll| ready(poll)).map(|poll| poll.id).collect();
        due.sort();
        due
    }

    /// Numbers, stores and applies the events of the venue.
    pub(super) fn append_to_venue(
        &mut self,
        tx: &Transaction<'_>,
        drafts: Vec<Draft>,
        sender: (&Actor, &str, &Stamp),
        done: &mut Done,
    ) -> Result<Vec<u64>, LedgerError> {
        done.touched.insert(Stream::Venue);
        let mut seqs = Vec::with_capacity(drafts.len());
        for draft in drafts {
            let event = self.store(tx, Stored { stream: Stream::Venue, draft, sender }, done)?;
            apply_to_venue(&mut self.venue, &event);
            seqs.push(event.seq);
        }
        Ok(seqs)
    }

    /// Numbers, stores and applies the events of one poll.
    pub(super) fn append_to_poll(
        &mut self,
        tx: &Transaction<'_>,
        id: PollId,
        drafts: Vec<Draft>,
        sender: (&Actor, &str, &Stamp),
        done: &mut Done,
    ) -> Result<Vec<u64>, LedgerError> {
        done.touched.insert(Stream::Poll(id));
        let mut seqs = Vec::with_capacity(drafts.len());
        for draft in drafts {
            let event = self.store(tx, Stored { stream: Stream::Poll(id), draft, sender }, done)?;
            fold(&mut self.polls, &event);
            seqs.push(event.seq);
            self.keep_beside(tx, id, &event, done)?;
        }
        self.last_poll = self.last_poll.max(id.0);
        Ok(seqs)
    }

    /// What stands beside the log for a poll: its line in the summary, its salt, its refused ballots.
    fn keep_beside(
        &self,
        tx: &Transaction<'_>,
        id: PollId,
        event: &Event,
        done: &mut Done,
    ) -> Result<(), LedgerError> {
        let over = self
            .polls
            .get(&id)
            .is_none_or(|poll| poll.state == PollState::Revealed || poll.withdrawn.is_some());
        match &event.body {
            EventBody::PollCreated { poll, .. } => {
                tx.execute("INSERT OR REPLACE INTO poll (id, closed_ms) VALUES (?1, NULL)", [int(id.0)])?;
                if poll.access == Access::Open {
                    let salt: Salt = random();
                    tx.execute(
                        "INSERT OR REPLACE INTO poll_salt (poll, salt) VALUES (?1, ?2)",
                        params![int(id.0), salt],
                    )?;
                    done.salts.push((id, Salted::New(salt)));
                }
            }
            EventBody::PollClosed(_) | EventBody::PollWithdrawn { .. } => {
                // In memory it stays until the result is out, so that a lost answer can be given again.
                done.salts.push((id, Salted::Deleted));
                tx.execute("DELETE FROM poll_salt WHERE poll = ?1", [int(id.0)])?;
                tx.execute("DELETE FROM poll_refused WHERE poll = ?1", [int(id.0)])?;
            }
            _ => {}
        }
        if over {
            tx.execute(
                "UPDATE poll SET closed_ms = ?2 WHERE id = ?1",
                params![int(id.0), event.stamp.wall_ms],
            )?;
            done.salts.push((id, Salted::Gone));
        }
        Ok(())
    }

    /// Lets devices be voters, or no longer, once the batch is durable: one that failed changes nothing. Whether
    /// a salt was deleted, which must then leave the files as well.
    pub(super) fn settle_salts(&self, salts: &[(PollId, Salted)]) -> bool {
        let mut kept = self.shared.salts();
        for (poll, salted) in salts {
            match salted {
                Salted::New(salt) => drop(kept.insert(*poll, *salt)),
                Salted::Gone => drop(kept.remove(poll)),
                Salted::Deleted => {}
            }
        }
        salts.iter().any(|(_, salted)| matches!(salted, Salted::Deleted))
    }

    /// Notes how many ballots were refused, of this batch and of those that did not get as far.
    pub(super) fn note_refused(&self, tx: &Transaction<'_>, done: &Done) -> Result<(), LedgerError> {
        for ((poll, reason), number) in &done.refused {
            if self.polls.get(poll).is_some_and(|poll| poll.closing.is_some()) {
                continue;
            }
            tx.prepare_cached(
                "INSERT INTO poll_refused (poll, reason, count) VALUES (?1, ?2, ?3) \
                 ON CONFLICT (poll, reason) DO UPDATE SET count = count + excluded.count",
            )?
            .execute(params![int(poll.0), reason, int(*number)])?;
        }
        Ok(())
    }

    /// A poll to decide with, folded from the log when it is not in memory.
    fn poll(&mut self, tx: &Transaction<'_>, id: PollId) -> Result<Result<&Poll, Rejection>, LedgerError> {
        if !self.polls.contains_key(&id) {
            match events::poll(tx, &self.sports, id)? {
                Some(poll) => {
                    self.polls.insert(id, poll);
                }
                None => {
                    let detail = format!("There is no vote {id}.");
                    return Ok(Err(Rejection::missing("unknown-poll", detail)));
                }
            }
        }
        Ok(Ok(&self.polls[&id]))
    }
}

/// Folds an event of a poll into those in memory.
fn fold(polls: &mut std::collections::HashMap<PollId, Poll>, event: &Event) {
    match &event.body {
        EventBody::PollCreated { id, poll } => {
            polls.insert(*id, Poll::new(*id, (**poll).clone(), event));
        }
        _ => {
            if let Stream::Poll(id) = event.stream
                && let Some(poll) = polls.get_mut(&id)
            {
                poll.apply(event);
            }
        }
    }
}

/// Folds an event of the venue.
pub fn apply_to_venue(venue: &mut Venue, event: &Event) {
    if let EventBody::VenueChanged(change) = &event.body {
        venue.apply(change);
    }
}

/// How many ballots of a poll were refused, the present batch included.
fn refused_so_far(
    tx: &Transaction<'_>,
    id: PollId,
    done: &Done,
) -> Result<BTreeMap<String, u64>, LedgerError> {
    let mut refused: BTreeMap<String, u64> = tx
        .prepare_cached("SELECT reason, count FROM poll_refused WHERE poll = ?1")?
        .query_map([int(id.0)], |row| Ok((row.get(0)?, count(row.get(1)?))))?
        .collect::<Result<_, _>>()?;
    for ((_, reason), number) in done.refused.iter().filter(|((poll, _), _)| *poll == id) {
        *refused.entry(reason.clone()).or_default() += number;
    }
    Ok(refused)
}

/// The greatest poll there ever was.
pub(super) fn last(tx: &Transaction<'_>) -> Result<u64, LedgerError> {
    let last = tx.query_row("SELECT max(id) FROM poll", [], |row| row.get::<_, Option<i64>>(0)).optional()?;
    Ok(last.flatten().map_or(0, count))
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    bytes
}
