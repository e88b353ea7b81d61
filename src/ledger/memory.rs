//! The games in memory, and how a command is decided against them.
//!
//! Owned by the ledger thread ([`super::writer`]) and used inside its transactions alone. Whatever fails
//! here fails the whole batch, and the writer takes this back to the last commit.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use rusqlite::{Transaction, params};

use super::chain::Head;
use super::error::LedgerError;
use super::events::{self, Listed, SportCache};
use super::outcome::{Accepted, Decided, Outcome};
use super::polls::{self, Salted};
use super::role::Scope;
use super::schema::{count, int};
use super::shared::Shared;
use crate::domain::clock::Stamp;
use crate::domain::command::{Actor, Command, CommandBody, Play};
use crate::domain::event::{Draft, Event, EventBody, GameSetup, Stream, Visibility};
use crate::domain::game::Game;
use crate::domain::poll::{Poll, PollId};
use crate::domain::venue::Venue;
use crate::domain::{GameId, Rejection, decide, scorer};
use crate::runtime::Time;

/// How often the box notes that it is on while a game clock runs.
pub(super) const ALIVE_EVERY_MS: u64 = 10_000;

/// How often old outcomes are looked for.
const PRUNE_EVERY_MS: u64 = 60 * 60 * 1_000;

/// What the thread remembers besides the database; taken back to the last commit when one fails.
pub(super) struct Memory {
    pub(super) boot: u32,
    pub(super) time: Time,
    pub(super) sports: Arc<SportCache>,
    pub(super) shared: Arc<Shared>,
    pub(super) games: HashMap<GameId, Game>,
    pub(super) polls: HashMap<PollId, Poll>,
    /// Polls dropped from memory, to be folded again.
    pub(super) absent: BTreeSet<PollId>,
    pub(super) venue: Venue,
    pub(super) running: BTreeSet<GameId>,
    pub(super) head: Head,
    pub(super) last_game: u64,
    pub(super) last_poll: u64,
    pub(super) alive_ms: Option<u64>,
    pub(super) pruned_ms: Option<u64>,
}

/// What a batch has done so far.
#[derive(Default)]
pub(super) struct Done {
    pub(super) events: Vec<Arc<Event>>,
    pub(super) decided: Vec<Decided>,
    pub(super) touched: BTreeSet<Stream>,
    /// Ballots refused, by poll and reason.
    pub(super) refused: BTreeMap<(PollId, String), u64>,
    /// Those of them that were refused before they came here; they are noted in a later batch if this one fails.
    pub(super) from_outside: BTreeMap<(PollId, String), u64>,
    pub(super) refold: bool,
    /// What becomes of salts.
    pub(super) salts: Vec<(PollId, Salted)>,
}

/// An event to be stored.
pub(super) struct Stored<'a> {
    pub(super) stream: Stream,
    pub(super) draft: Draft,
    pub(super) sender: (&'a Actor, &'a str, &'a Stamp),
}

impl Memory {
    /// What the log says at start number `boot`, with no game folded yet.
    pub(super) fn new(
        tx: &Transaction<'_>,
        boot: u32,
        time: Time,
        sports: Arc<SportCache>,
        shared: Arc<Shared>,
    ) -> Result<Self, LedgerError> {
        Ok(Self {
            boot,
            time,
            sports,
            shared,
            games: HashMap::new(),
            polls: HashMap::new(),
            absent: BTreeSet::new(),
            venue: Venue::default(),
            running: BTreeSet::new(),
            head: events::head(tx)?,
            last_game: count(tx.query_row("SELECT ifnull(max(id), 0) FROM game", [], |row| row.get(0))?),
            last_poll: polls::last(tx)?,
            alive_ms: None,
            pruned_ms: None,
        })
    }

    pub(super) fn now(&self) -> Stamp {
        Stamp {
            boot: self.boot,
            mono_ms: self.time.now_ms(),
            wall_ms: self.time.wall_ms(),
            wall_trusted: self.time.wall_plausible(),
        }
    }

    /// Appends an event of another folder's log, which follows the last one here.
    pub(super) fn adopt(&mut self, tx: &Transaction<'_>, event: &Event) -> Result<(), LedgerError> {
        let draft = Draft {
            stream: Some(event.stream),
            visibility: event.visibility,
            order: event.order.clone(),
            body: event.body.clone(),
        };
        let sender = (&event.actor, event.command.as_str(), &event.stamp);
        self.append_to(tx, event.stream, vec![draft], sender, &mut Done::default())?;
        Ok(())
    }

    /// Whether the next mark that the box is on, or the end of old outcomes, waits to be written.
    pub(super) fn is_due(&self) -> bool {
        let now = self.now();
        self.is_mark_due(&now)
            || self.is_pruning_due(&now)
            || !self.polls_due(&now).is_empty()
            || self.shared.has_refused()
            || !self.absent.is_empty()
    }

    fn is_mark_due(&self, now: &Stamp) -> bool {
        !self.running.is_empty() && self.alive_ms.is_none_or(|last| now.mono_ms >= last + ALIVE_EVERY_MS)
    }

    fn is_pruning_due(&self, now: &Stamp) -> bool {
        now.wall_trusted && self.pruned_ms.is_none_or(|last| now.mono_ms >= last + PRUNE_EVERY_MS)
    }

    /// What is written now and then: the mark that the box is on, and the end of old outcomes.
    pub(super) fn housekeeping(&mut self, tx: &Transaction<'_>) -> Result<(), LedgerError> {
        let now = self.now();
        if self.running.is_empty() {
            self.alive_ms = None;
        } else if self.is_mark_due(&now) {
            tx.prepare_cached(
                "INSERT OR REPLACE INTO alive (only, boot, mono_ms, wall_ms, wall_trusted) VALUES (1, ?1, ?2, ?3, ?4)",
            )?
            .execute(params![now.boot, int(now.mono_ms), now.wall_ms, now.wall_trusted])?;
            self.alive_ms = Some(now.mono_ms);
        }
        if self.is_pruning_due(&now) {
            events::prune_outcomes(tx, now.wall_ms)?;
            self.pruned_ms = Some(now.mono_ms);
        }
        Ok(())
    }

    /// Decides one command and stores what comes of it.
    pub(super) fn command(
        &mut self,
        tx: &Transaction<'_>,
        command: &Command,
        scope: &Scope,
        fingerprint: &[u8; 32],
        done: &mut Done,
    ) -> Result<Outcome, LedgerError> {
        if let CommandBody::Ballot { poll, ballot } = &command.body {
            let outcome = self.ballot(tx, command, *poll, ballot, done)?;
            done.decided.push(Decided {
                id: command.id.clone(),
                actor: command.actor.clone(),
                outcome: outcome.clone(),
            });
            return Ok(outcome);
        }
        if let Some((first, outcome)) = events::outcome(tx, &command.actor.0, &command.id)? {
            return Ok(if first == *fingerprint {
                Outcome::Repeated(Box::new(outcome))
            } else {
                Outcome::Mismatch
            });
        }
        let outcome = match self.decide(tx, command, scope, done)? {
            Ok((stream, drafts)) => {
                let sender = (&command.actor, command.id.as_str(), &command.stamp);
                let seqs = self.append_to(tx, stream, drafts, sender, done)?;
                Outcome::Accepted(accepted(stream, seqs))
            }
            Err(rejection) => Outcome::Rejected(rejection),
        };
        let wall_ms = command.stamp.wall_trusted.then_some(command.stamp.wall_ms);
        events::keep_outcome(tx, (&command.actor.0, &command.id), fingerprint, &outcome, wall_ms)?;
        done.decided.push(Decided {
            id: command.id.clone(),
            actor: command.actor.clone(),
            outcome: outcome.clone(),
        });
        Ok(outcome)
    }

    /// The events a command makes, and of what.
    fn decide(
        &mut self,
        tx: &Transaction<'_>,
        command: &Command,
        scope: &Scope,
        done: &Done,
    ) -> Result<Result<(Stream, Vec<Draft>), Rejection>, LedgerError> {
        let (stream, decided) = match &command.body {
            CommandBody::CreateGame(new) => {
                let id = GameId(self.last_game + 1);
                let drafts = decide::create((**new).clone()).map(|game| {
                    let body = EventBody::GameCreated(Box::new(GameSetup { id, game }));
                    vec![Draft { stream: None, visibility: Visibility::Public, order: None, body }]
                });
                (Stream::Game(id), drafts)
            }
            CommandBody::ChangeGame { game, change } => {
                let decided = self.game(tx, *game)?.and_then(|game| decide::change(game, change));
                (Stream::Game(*game), decided)
            }
            CommandBody::WithdrawGame { game, reason } => {
                let decided =
                    self.game(tx, *game)?.and_then(|game| decide::withdraw(game, reason.as_deref()));
                (Stream::Game(*game), decided)
            }
            CommandBody::Play { game, expect_seq, play } => {
                let decided = self.game(tx, *game)?.and_then(|game| {
                    within(scope, game)?;
                    if let Play::Scorer(what) = play {
                        return scorer::decide(game, what, &command.actor);
                    }
                    scorer::allows(game, &command.actor, play)?;
                    decide::play(game, play, *expect_seq, &command.stamp)
                });
                (Stream::Game(*game), decided)
            }
            CommandBody::ChangeVenue(change) => (Stream::Venue, Self::change_venue(change)),
            CommandBody::CreatePoll(new) => {
                (Stream::Poll(PollId(self.last_poll + 1)), self.create_poll(tx, new)?)
            }
            CommandBody::Poll { poll, what } => {
                (Stream::Poll(*poll), self.act_on_poll(tx, *poll, what, done)?)
            }
            CommandBody::Ballot { poll, .. } => {
                // Decided before this is called; a ballot is its own outcome.
                (Stream::Poll(*poll), Ok(Vec::new()))
            }
        };
        Ok(decided.map(|drafts| (stream, drafts)))
    }

    fn append_to(
        &mut self,
        tx: &Transaction<'_>,
        stream: Stream,
        drafts: Vec<Draft>,
        sender: (&Actor, &str, &Stamp),
        done: &mut Done,
    ) -> Result<Vec<u64>, LedgerError> {
        match stream {
            Stream::Game(id) => self.append(tx, id, drafts, sender, done),
            Stream::Poll(id) => self.append_to_poll(tx, id, drafts, sender, done),
            Stream::Venue => self.append_to_venue(tx, drafts, sender, done),
        }
    }

    /// A game to decide with, folded from the log when it is not in memory.
    pub(super) fn game(
        &mut self,
        tx: &Transaction<'_>,
        id: GameId,
    ) -> Result<Result<&Game, Rejection>, LedgerError> {
        if !self.games.contains_key(&id) {
            match events::game(tx, &self.sports, id)? {
                Some(game) => {
                    self.watch_clock(&game);
                    self.games.insert(id, game);
                }
                None => {
                    return Ok(Err(Rejection::missing("unknown-game", format!("There is no game {id}."))));
                }
            }
        }
        Ok(Ok(&self.games[&id]))
    }

    /// Numbers an event and puts it at the end of the log.
    pub(super) fn store(
        &mut self,
        tx: &Transaction<'_>,
        stored: Stored<'_>,
        done: &mut Done,
    ) -> Result<Arc<Event>, LedgerError> {
        let Stored { stream, draft, sender: (actor, command, stamp) } = stored;
        let event = Arc::new(Event {
            seq: self.head.seq + 1,
            stream: draft.stream.unwrap_or(stream),
            visibility: draft.visibility,
            order: draft.order,
            stamp: *stamp,
            actor: actor.clone(),
            command: command.to_owned(),
            body: draft.body,
        });
        self.head = events::append(tx, &self.sports, &self.head, &event)?;
        done.events.push(event.clone());
        Ok(event)
    }

    fn watch_clock(&mut self, game: &Game) {
        if game.state().clock.running && game.withdrawn.is_none() {
            self.running.insert(game.id);
        } else {
            self.running.remove(&game.id);
        }
    }

    /// Numbers, stores and applies the events of one command.
    pub(super) fn append(
        &mut self,
        tx: &Transaction<'_>,
        id: GameId,
        drafts: Vec<Draft>,
        sender: (&Actor, &str, &Stamp),
        done: &mut Done,
    ) -> Result<Vec<u64>, LedgerError> {
        let mut game = self.games.remove(&id);
        // From here on the game in memory may be ahead of the database.
        done.touched.insert(Stream::Game(id));
        let before = game.as_ref().map(listed);
        let mut seqs = Vec::with_capacity(drafts.len());
        for draft in drafts {
            let event = self.store(tx, Stored { stream: Stream::Game(id), draft, sender }, done)?;
            events::fold(&mut game, &event);
            seqs.push(event.seq);
        }
        let Some(game) = game else { return Ok(seqs) };
        let mut after = listed(&game);
        if before != Some(after) {
            if after.closed_ms.is_some_and(|at| at != 0) {
                after.closed_ms = Some(sender.2.wall_ms);
            }
            events::list(tx, &after)?;
        }
        self.last_game = self.last_game.max(id.0);
        self.watch_clock(&game);
        self.games.insert(id, game);
        Ok(seqs)
    }
}

/// The answer to a command whose events belong to that stream.
fn accepted(stream: Stream, seqs: Vec<u64>) -> Accepted {
    let mut accepted = Accepted { seqs, ..Accepted::default() };
    match stream {
        Stream::Game(id) => accepted.game = Some(id),
        Stream::Poll(id) => accepted.poll = Some(id),
        Stream::Venue => {}
    }
    accepted
}

/// Whether a game is one the sender may enter for.
fn within(scope: &Scope, game: &Game) -> Result<(), Rejection> {
    if scope.holds(game.id, game.setup.venue.as_deref()) {
        return Ok(());
    }
    let detail = "You enter scores for other games or pitches. An organiser can give you this one.";
    Err(Rejection::forbidden("not-assigned", detail))
}

/// What the summary table says of a game; when it ended is filled in by the caller who knows.
fn listed(game: &Game) -> Listed {
    let closed_ms = match (&game.withdrawn, game.state().state.is_over()) {
        (Some(_), _) => Some(0),
        (None, true) => Some(i64::MAX),
        (None, false) => None,
    };
    Listed { id: game.id, starts_at: game.setup.starts_at, closed_ms }
}
