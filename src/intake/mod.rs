//! The only way in: who may, how big, which id, then the ledger's inbox.
//!
//! Called by whatever takes commands from outside: routes, sockets, importers. It makes an id for a sender
//! without, judges role and size, stamps the command with its arrival and hands it to the ledger. It never
//! waits: a full inbox is a refusal with a time to try again.

mod id;

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;

use sha2::{Digest as _, Sha256};

use crate::domain::command::{Actor, Command, CommandBody};
use crate::domain::poll::{Ballot, PollId, Voter};
use crate::ledger::error::LedgerError;
use crate::ledger::outcome::{Outcome, Ticket};
use crate::ledger::role::{Role, Scope};
use crate::ledger::{Ledger, SubmitError};

/// The longest command, as its sender wrote it, in bytes.
pub const LONGEST: usize = 16 * 1024;

/// A command from outside, read and well formed.
#[derive(Clone, Debug)]
pub struct Envelope<'a> {
    /// Who asks.
    pub actor: Actor,
    /// What they may do.
    pub role: Role,
    /// Where they may do it.
    pub scope: Scope,
    /// The id they gave it.
    pub id: Option<String>,
    /// What they sent, byte for byte: by it a repetition is told from another command under the same id.
    pub source: &'a [u8],
    /// What is asked.
    pub body: CommandBody,
}

/// A command on its way. Awaiting it gives the outcome; dropping it changes nothing.
#[derive(Debug)]
pub struct Pending {
    /// Its id, the sender's or one made here.
    pub id: String,
    ticket: Ticket,
}

impl Pending {
    /// The outcome, if it is there already.
    #[must_use]
    pub fn ready(&self) -> Option<Outcome> {
        self.ticket.ready()
    }
}

impl IntoFuture for Pending {
    type Output = Outcome;
    type IntoFuture = Pin<Box<dyn Future<Output = Outcome> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        self.ticket.into_future()
    }
}

/// What is known of a command.
#[derive(Clone, Debug, PartialEq)]
pub enum Status {
    /// It waits for the ledger.
    Pending,
    /// It was decided.
    Decided(Outcome),
}

/// Why a command did not get in. Nothing was stored of it, the id is free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The id is not 1 to 64 letters, digits and `-._~:`; HTTP 400.
    BadId,
    /// The sender's role does not suffice; HTTP 403.
    Forbidden {
        /// The role it takes.
        needs: Role,
    },
    /// The command is too long; HTTP 413.
    TooLarge {
        /// How long it may be, in bytes.
        limit: usize,
    },
    /// Too many commands wait; HTTP 503.
    Full {
        /// When to send it again.
        retry_after_s: u32,
    },
    /// The box is stopping; HTTP 503.
    Stopping,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadId => f.write_str(
                "A command's id is 1 to 64 letters, digits, hyphens, dots, colons or underscores; a UUID is best.",
            ),
            Self::Forbidden { needs } => write!(f, "This command takes the role {needs}; log in as one."),
            Self::TooLarge { limit } => write!(f, "A command may be {limit} bytes long; this one is longer."),
            Self::Full { retry_after_s } => {
                write!(f, "Too many commands wait; send it again with the same id after {retry_after_s} s.")
            }
            Self::Stopping => f.write_str("The box is stopping; send the command again with the same id."),
        }
    }
}

/// The way in; cloned freely.
#[derive(Clone, Debug)]
pub struct Intake {
    ledger: Ledger,
}

impl Intake {
    /// The way into that ledger.
    #[must_use]
    pub fn new(ledger: Ledger) -> Self {
        Self { ledger }
    }

    /// Judges a command and puts it into the ledger's inbox, never waiting.
    ///
    /// # Errors
    /// Why it did not get in.
    pub fn submit(&self, envelope: Envelope<'_>) -> Result<Pending, Refusal> {
        if envelope.source.len() > LONGEST {
            return Err(Refusal::TooLarge { limit: LONGEST });
        }
        if envelope.id.as_deref().is_some_and(|id| !id::is_valid(id)) {
            return Err(Refusal::BadId);
        }
        let needs = needs(&envelope.body);
        if envelope.role < needs {
            return Err(Refusal::Forbidden { needs });
        }
        let stamp = self.ledger.stamp();
        let id = envelope.id.unwrap_or_else(|| id::make(stamp.wall_ms));
        let fingerprint = fingerprint(&envelope.body, envelope.source);
        let command = Command { id: id.clone(), actor: envelope.actor, stamp, body: envelope.body };
        log::debug!("command {id} of {}", command.actor.0);
        match self.ledger.submit(command, fingerprint, envelope.scope) {
            Ok(ticket) => Ok(Pending { id, ticket }),
            Err(SubmitError::Full) => Err(Refusal::Full { retry_after_s: 1 }),
            Err(SubmitError::Stopped) => Err(Refusal::Stopping),
        }
    }

    /// Puts a fan's ballot into the crowd's inbox, never waiting. The sender it is kept under is the voter.
    ///
    /// # Errors
    /// A bad id, a full inbox, or a box that is stopping.
    pub fn cast(
        &self,
        poll: PollId,
        voter: Voter,
        id: Option<String>,
        choice: Vec<u32>,
    ) -> Result<Pending, Refusal> {
        if id.as_deref().is_some_and(|id| !id::is_valid(id)) {
            return Err(Refusal::BadId);
        }
        let mut nonce = [0; 16];
        getrandom::fill(&mut nonce).expect("the system gives random bytes");
        let stamp = self.ledger.stamp();
        let id = id.unwrap_or_else(|| id::make(stamp.wall_ms));
        let actor = Actor(format!("voter:{voter}"));
        let body = CommandBody::Ballot { poll, ballot: Ballot { voter, choice, nonce } };
        let command = Command { id: id.clone(), actor, stamp, body };
        // A ballot is compared as it is kept, voter and choice, so its bytes need no hash.
        match self.ledger.submit(command, [0; 32], Scope::All) {
            Ok(ticket) => Ok(Pending { id, ticket }),
            Err(SubmitError::Full) => Err(Refusal::Full { retry_after_s: 2 }),
            Err(SubmitError::Stopped) => Err(Refusal::Stopping),
        }
    }

    /// What is known of a command of that sender; `None` when it is unknown: send it again with the same id.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn status(&self, actor: &Actor, id: &str) -> Result<Option<Status>, LedgerError> {
        // Asked first: between the two questions a pending command may be decided, never the reverse.
        let pending = self.ledger.is_pending(actor, id);
        let decided = self.ledger.outcome(actor, id).await?.map(Status::Decided);
        Ok(decided.or(pending.then_some(Status::Pending)))
    }
}

/// The role a command takes.
fn needs(body: &CommandBody) -> Role {
    match body {
        CommandBody::Play { .. } => Role::Commentator,
        CommandBody::CreateGame(_)
        | CommandBody::ChangeGame { .. }
        | CommandBody::WithdrawGame { .. }
        | CommandBody::ChangeVenue(_)
        | CommandBody::CreatePoll(_)
        | CommandBody::Poll { .. } => Role::Organiser,
        // A fan's, and handed in by [`Intake::cast`]; nobody's role gives a vote.
        CommandBody::Ballot { .. } => Role::Commentator,
    }
}

/// The hash of what was asked: the same words sent to another game, or by another call, are another command.
fn fingerprint(body: &CommandBody, source: &[u8]) -> [u8; 32] {
    let target = match body {
        CommandBody::CreateGame(_) => "create".to_owned(),
        CommandBody::ChangeGame { game, .. } => format!("change {game}"),
        CommandBody::WithdrawGame { game, .. } => format!("withdraw {game}"),
        CommandBody::Play { game, .. } => format!("play {game}"),
        CommandBody::ChangeVenue(_) => "venue".to_owned(),
        CommandBody::CreatePoll(_) => "create poll".to_owned(),
        CommandBody::Poll { poll, .. } => format!("poll {poll}"),
        CommandBody::Ballot { poll, .. } => format!("ballot {poll}"),
    };
    let mut hasher = Sha256::new();
    hasher.update(target.as_bytes());
    hasher.update([0]);
    hasher.update(source);
    hasher.finalize().into()
}
