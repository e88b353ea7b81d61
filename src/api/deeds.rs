//! An event of the log as a line of the record: what was done, in a word and a few details. Who and when stand beside.

use std::collections::HashMap;

use super::State;
use crate::domain::GameId;
use crate::domain::event::{Action, ClockDo, Entry, Event, EventBody, NewGame, Review, SegmentDo, Stream};
use crate::ledger::error::LedgerError;
use crate::ledger::events::{Audience, LogQuery};

/// What was done.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// A word of `record-action-…`.
    pub(super) action: &'static str,
    /// The details, in names people gave.
    pub(super) what: String,
}

/// The games the lines of a page are of, as they were made: for names and labels.
#[derive(Debug, Default)]
pub(super) struct Games(HashMap<GameId, Option<NewGame>>);

impl Games {
    /// Reads those of these numbers.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub(super) async fn read(
        state: &State,
        wanted: impl IntoIterator<Item = u64>,
    ) -> Result<Self, LedgerError> {
        let mut games = HashMap::new();
        for id in wanted.into_iter().map(GameId) {
            if games.contains_key(&id) {
                continue;
            }
            let first =
                LogQuery { after: 0, limit: 1, stream: Some(Stream::Game(id)), audience: Audience::Staff };
            let made = state.ledger.log(first).await?.into_iter().next().and_then(|event| match event.body {
                EventBody::GameCreated(setup) => Some(setup.game),
                _ => None,
            });
            games.insert(id, made);
        }
        Ok(Self(games))
    }

    /// What a game is called: its sides.
    pub(super) fn name(&self, id: u64) -> Option<String> {
        let game = self.0.get(&GameId(id))?.as_ref()?;
        let name = |side: &String| game.sides.get(side).map(|side| side.name.clone()).unwrap_or_default();
        let [home, away] = &game.sport.sides;
        Some(format!("{} – {}", name(home), name(away)))
    }

    /// What an event says was done.
    pub(super) fn tell(&self, event: &Event) -> Told {
        let game = match event.stream {
            Stream::Game(id) => self.0.get(&id).and_then(Option::as_ref),
            _ => None,
        };
        let told = |action, what: String| Told { action, what };
        let poll = match event.stream {
            Stream::Poll(id) => id.to_string(),
            _ => String::new(),
        };
        match &event.body {
            EventBody::GameCreated(_) => told("game-created", String::new()),
            EventBody::GameChanged(_) => told("game-changed", String::new()),
            EventBody::GameWithdrawn { reason } => told("game-withdrawn", reason.clone().unwrap_or_default()),
            EventBody::Entered { entry, .. } => entered(entry, game),
            EventBody::Voided { target, reason, .. } => {
                told("voided", joined([format!("#{target}"), reason.clone().unwrap_or_default()]))
            }
            EventBody::Replaced { target, entry, .. } => {
                told("replaced", joined([format!("#{target}"), entered(entry, game).what]))
            }
            EventBody::ClockResumed { .. } => told("clock-resumed", String::new()),
            EventBody::ScorerChanged { scorer: Some(scorer) } => told("scorer-changed", scorer.0.clone()),
            EventBody::ScorerChanged { scorer: None } => told("scorer-released", String::new()),
            EventBody::VenueChanged(change) => told(
                "venue-changed",
                joined(
                    [change.name.clone().unwrap_or_default()]
                        .into_iter()
                        .chain(change.pitches.clone().unwrap_or_default())
                        .chain(change.languages.clone().unwrap_or_default()),
                ),
            ),
            EventBody::PollCreated { poll, .. } => told("poll-created", poll.question.clone()),
            EventBody::PollOpened => told("poll-opened", poll),
            EventBody::PollClosed(_) => told("poll-closed", poll),
            EventBody::PollRevealed { .. } => told("poll-revealed", poll),
            EventBody::PollWithdrawn { .. } => told("poll-withdrawn", poll),
            EventBody::TicketsIssued { voters } => {
                told("tickets-issued", joined([poll, voters.len().to_string()]))
            }
            EventBody::BallotCast(_) => told("ballot", poll),
        }
    }
}

fn entered(entry: &Entry, game: Option<&NewGame>) -> Told {
    let side = |id: &str| {
        let side = game.and_then(|game| game.sides.get(id));
        side.map_or_else(|| id.to_owned(), |side| side.name.clone())
    };
    let (action, what) = match entry {
        Entry::Action(Action { action, side: by, player, other, text, .. }) => {
            let label = game.and_then(|game| game.sport.action(action)).map(|known| known.label.clone());
            let by = by.as_deref().map(side);
            let words = [label.or(Some(action.clone())), by, player.clone(), other.clone(), text.clone()];
            ("entered", joined(words.into_iter().flatten()))
        }
        Entry::Comment { text, .. } => ("comment", text.clone()),
        Entry::Clock(ClockDo::Start) => ("clock-start", String::new()),
        Entry::Clock(ClockDo::Stop) => ("clock-stop", String::new()),
        Entry::Clock(ClockDo::Set(ms)) => ("clock-set", format!("{}:{:02}", ms / 60_000, ms / 1_000 % 60)),
        Entry::Segment(SegmentDo::Start(segment)) => {
            let label = segment.as_ref().and_then(|id| {
                let sport = &game?.sport;
                Some(sport.segments.get(sport.segment(id)?)?.label.clone())
            });
            ("segment-start", label.or(segment.clone()).unwrap_or_default())
        }
        Entry::Segment(SegmentDo::End) => ("segment-end", String::new()),
        Entry::State { to, reason, .. } => {
            ("state", joined([to.as_str().to_owned(), reason.clone().unwrap_or_default()]))
        }
        Entry::Review(Review::Open { of }) => {
            ("review-open", of.map(|seq| format!("#{seq}")).unwrap_or_default())
        }
        Entry::Review(Review::Stands) => ("review-stands", String::new()),
        Entry::Review(Review::Overturned) => ("review-overturned", String::new()),
        Entry::Adjust { side: of, counter, to, reason } => {
            let words = [counter.clone(), side(of), to.to_string(), reason.clone().unwrap_or_default()];
            ("adjusted", joined(words))
        }
    };
    Told { action, what }
}

fn joined(words: impl IntoIterator<Item = String>) -> String {
    let words: Vec<String> = words.into_iter().filter(|word| !word.is_empty()).collect();
    words.join(", ")
}
