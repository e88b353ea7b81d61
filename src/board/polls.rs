//! The pump's own copies of polls, and what of their events is published and spoken.
//!
//! Called by [`super::pump`] alone, on its task. Counts are gathered for half a second, as a crowd votes
//! faster than anybody reads; what an organiser does with a poll goes out at once.

use std::sync::Arc;

use super::poll::{self, Beside, Due};
use super::pump::{Loaded, Pump};
use super::venue;
use crate::domain::Seq;
use crate::domain::clock::Stamp;
use crate::domain::event::{Event, EventBody, Visibility};
use crate::domain::poll::{Poll, PollId, PollState};
use crate::runtime;
use crate::wire::{ChannelName, Level, Say, Subject, Urgency};
use crate::words::catalogue::Voice;

/// How long counts of a poll are gathered after some were published.
pub(super) const TALLY_MS: u64 = 500;

/// A time that moved by less than this is the same, read from two clocks.
const SAME_MS: u64 = 2_000;

/// A poll as the pump keeps it.
#[derive(Debug)]
pub(super) struct Vote {
    pub(super) poll: Poll,
    due: Option<Due>,
    record: Option<String>,
}

/// What of a poll is spoken: that it opens, closes, and what comes out.
#[derive(Clone, Debug)]
pub(super) struct Turn {
    poll: PollId,
    seq: Seq,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    Opened,
    Closed,
    Revealed(Vec<(u32, u64)>),
    Withdrawn,
}

impl Vote {
    fn new(poll: Poll) -> Self {
        Self { poll, due: None, record: None }
    }

    /// The poll these events lead to; `None` when they make none.
    fn of(events: &[Arc<Event>]) -> Option<Self> {
        let mut vote: Option<Self> = None;
        for event in events {
            match (&event.body, &mut vote) {
                (EventBody::PollCreated { id, poll }, vote) => {
                    *vote = Some(Self::new(Poll::new(*id, (**poll).clone(), event)));
                }
                (_, Some(vote)) => vote.poll.apply(event),
                (_, None) => {}
            }
        }
        vote
    }

    /// Notes when it opens or closes by itself. Once shown it stands, or it would change with every look.
    fn look(&mut self, now: &Stamp) {
        let due = self.poll.due_in(now).map(|left| Due {
            at_ms: now.mono_ms + left,
            wall_ms: now.wall_ms.saturating_add(i64::try_from(left).unwrap_or(i64::MAX)),
        });
        let same = match (self.due, due) {
            (Some(shown), Some(due)) => shown.at_ms.abs_diff(due.at_ms) < SAME_MS,
            _ => false,
        };
        if !same {
            self.due = due;
        }
    }

    pub(super) fn board(&self, voice: &Voice) -> serde_json::Value {
        poll::render(&self.poll, voice, Beside { due: self.due, record: self.record.as_deref() })
    }
}

impl Pump {
    /// Takes the polls the ledger has at work and what is known of the venue; nothing of it is spoken.
    pub fn restore_polls(&mut self, polls: Vec<Poll>, venue: crate::domain::venue::Venue) {
        self.venue = venue;
        for poll in polls {
            let id = poll.id;
            self.keep(Vote::new(poll));
            self.open(&ChannelName::new(Subject::Poll(id.0)));
        }
        self.dirty.extend(self.channels(Subject::Venue));
        self.flush_all();
    }

    /// Keeps a poll read from the log; whether there is one.
    pub(super) fn recall_poll(&mut self, events: &[Arc<Event>]) -> bool {
        let Some(vote) = Vote::of(events) else { return false };
        self.keep(vote);
        true
    }

    fn keep(&mut self, mut vote: Vote) {
        vote.look(&self.now());
        let (id, closed) = (vote.poll.id, vote.poll.closed_seq);
        self.polls.insert(id, vote);
        if let Some(seq) = closed {
            self.ask_record(id, seq);
        }
    }

    /// Folds an event of a poll that is at hand, or makes it.
    pub(super) fn absorb_poll(&mut self, id: PollId, event: &Event) {
        let now = self.now();
        if let EventBody::PollCreated { poll, .. } = &event.body {
            if self.polls.contains_key(&id) {
                return;
            }
            self.keep(Vote::new(Poll::new(id, (**poll).clone(), event)));
            self.retire();
            self.open(&ChannelName::new(Subject::Poll(id.0)));
            return;
        }
        let Some(vote) = self.polls.get_mut(&id) else {
            log::error!("cannot show event {} of poll {id}: the poll could not be read", event.seq);
            return;
        };
        if event.seq <= vote.poll.last_seq {
            return;
        }
        let was_open = vote.poll.state == PollState::Open;
        vote.poll.apply(event);
        vote.look(&now);
        let game = vote.poll.setup.game;
        let mut told = self.channels(Subject::Poll(id.0));
        self.dirty.extend(told.iter().cloned());
        if matches!(event.body, EventBody::BallotCast(_)) {
            return;
        }
        for name in &told {
            if let Some(shown) = self.shown.get_mut(name) {
                shown.quiet_from = 0;
                if event.visibility == Visibility::Public {
                    shown.trace.push(event.command.clone());
                }
            }
        }
        if event.visibility != Visibility::Public {
            return;
        }
        self.dirty.extend(self.channels(Subject::Venue));
        let what = match &event.body {
            EventBody::PollOpened => What::Opened,
            EventBody::PollClosed(_) => {
                self.ask_record(id, event.seq);
                What::Closed
            }
            EventBody::PollRevealed { counts } => What::Revealed(counts.clone()),
            EventBody::PollWithdrawn { .. } if was_open => What::Withdrawn,
            _ => return,
        };
        // A vote of one game is no news to those who follow another.
        told.extend(self.channels(game.map_or(Subject::Venue, |game| Subject::Game(game.0))));
        for name in told {
            if let Some(shown) = self.shown.get_mut(&name) {
                shown.turns.push(Turn { poll: id, seq: event.seq, what: what.clone() });
                self.dirty.insert(name);
            }
        }
    }

    /// Asks the log for the hash of the record up to a poll's closing.
    fn ask_record(&self, id: PollId, seq: Seq) {
        let Some(hashes) = &self.hashes else { return };
        let (hash, loaded) = (hashes(seq), self.loaded.0.clone());
        runtime::spawn(async move {
            if let Some(hash) = hash.await {
                let _ = loaded.send(Loaded::Record(id, hash)).await;
            }
        });
    }

    pub(super) fn note_record(&mut self, id: PollId, hash: String) {
        if let Some(vote) = self.polls.get_mut(&id) {
            vote.record = Some(hash);
            self.dirty.extend(self.channels(Subject::Poll(id.0)));
        }
    }

    /// The polls that were over a day ago.
    pub(super) fn past_polls(&self) -> Vec<PollId> {
        let wall_ms = self.time.wall_ms();
        let past = self.polls.values().filter(|vote| venue::is_past(&vote.poll, wall_ms));
        past.map(|vote| vote.poll.id).collect()
    }

    /// What is spoken of polls: of lines of one key the last.
    pub(super) fn vote_lines(&self, voice: &Voice, turns: &[Turn]) -> Vec<Say> {
        let mut lines: Vec<Say> = Vec::new();
        for turn in turns {
            let Some(vote) = self.polls.get(&turn.poll) else { continue };
            let left = vote.due.map(|due| due.at_ms.saturating_sub(self.time.now_ms()));
            let poll = &vote.poll;
            let (key, text) = match &turn.what {
                What::Opened => (format!("poll/{}", poll.id), voice.vote_opened(poll, left)),
                What::Closed => (format!("poll/{}", poll.id), voice.vote_closed(poll)),
                What::Withdrawn => (format!("poll/{}", poll.id), voice.vote_withdrawn(poll)),
                // Each place of a result is heard, whatever comes out meanwhile.
                What::Revealed(counts) => {
                    (format!("poll/{}/{}", poll.id, turn.seq), voice.vote_revealed(poll, counts))
                }
            };
            // A count that was never sealed comes out with the close, and says it.
            let said_by = matches!(turn.what, What::Revealed(_)) && !poll.setup.secret;
            lines.retain(|line| line.key != key && !(said_by && line.key == format!("poll/{}", poll.id)));
            let (level, to) = (Level::Key, Urgency::Polite);
            lines.push(Say { seq: turn.seq, key, level, to, order: String::new(), text });
        }
        lines
    }

    pub(super) fn now(&self) -> Stamp {
        Stamp {
            boot: self.settings.boot,
            mono_ms: self.time.now_ms(),
            wall_ms: self.time.wall_ms(),
            wall_trusted: self.time.wall_plausible(),
        }
    }
}
