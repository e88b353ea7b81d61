//! The handle by which others ask for boards: pages and API for what to render, live routes for a channel.
//!
//! A board that is shown already is read from the hub without a word to the pump. The pump is asked for
//! a channel nobody has asked for yet (a language, a game of last year) and for one that is to hold an event.

use std::sync::Arc;
use std::time::Duration;

use async_channel::Sender;
use serde_json::Value;

use crate::domain::event::Stream;
use crate::domain::order::Order;
use crate::domain::poll::{Cast, PollId, Voter};
use crate::domain::{GameId, Seq};
use crate::hub::frame::Retained;
use crate::hub::{ChannelId, Hub};
use crate::runtime;
use crate::wire::ChannelName;

/// Asks the pump; cheap to clone.
#[derive(Clone, Debug)]
pub struct Boards {
    pub(super) hub: Hub,
    pub(super) requests: Sender<Request>,
}

/// What the pump is asked.
#[derive(Debug)]
pub(super) enum Request {
    Open { channel: ChannelName, reply: Sender<ChannelId> },
    Reach { channel: ChannelName, stream: Stream, seq: Seq, reply: Sender<()> },
    Running { reply: Sender<Value> },
    Page { game: GameId, lang: Option<String>, before: Option<Order>, limit: usize, reply: Sender<Value> },
    Cast { voters: Vec<(PollId, Voter)>, command: String, reply: Sender<Option<Found>> },
}

/// A ballot, and whose it is in which poll.
pub type Found = (PollId, Voter, Cast);

impl Boards {
    /// The open channel of that name, opened now where it can be; `None` when there is no such game,
    /// language or board.
    pub async fn open(&self, channel: &ChannelName) -> Option<ChannelId> {
        if let Some(id) = self.hub.find(&channel.to_string()) {
            return Some(id);
        }
        let (reply, answer) = async_channel::bounded(1);
        self.requests.send(Request::Open { channel: channel.clone(), reply }).await.ok()?;
        // The pump drops the reply where the answer is no.
        answer.recv().await.ok()
    }

    /// The board of that channel as last published.
    pub async fn board(&self, channel: &ChannelName) -> Option<Arc<Retained>> {
        let id = self.open(channel).await?;
        self.hub.retained(id)
    }

    /// The board of that channel once it holds the event `seq` of a game or poll, or as it is when `limit`
    /// has passed: [`Reached`] tells which.
    pub async fn board_at(
        &self,
        channel: &ChannelName,
        of: impl Into<Stream>,
        seq: Seq,
        limit: Duration,
    ) -> Option<Reached> {
        let board = self.board(channel).await?;
        if board.board["seq"].as_u64().is_some_and(|shown| shown >= seq) {
            return Some(Reached::Yes(board));
        }
        let (reply, answer) = async_channel::bounded(1);
        let request = Request::Reach { channel: channel.clone(), stream: of.into(), seq, reply };
        self.requests.send(request).await.ok()?;
        let reached = runtime::timeout(limit, answer.recv()).await.is_some_and(|answer| answer.is_ok());
        let board = self.board(channel).await?;
        Some(if reached { Reached::Yes(board) } else { Reached::NotYet(board) })
    }

    /// The games in progress, for the people who look after the box.
    pub(super) async fn running(&self) -> Option<Value> {
        let (reply, answer) = async_channel::bounded(1);
        self.requests.send(Request::Running { reply }).await.ok()?;
        answer.recv().await.ok()
    }

    /// The ballot one of these voters cast with that command, where it is at hand.
    pub async fn ballot(&self, voters: Vec<(PollId, Voter)>, command: &str) -> Option<Found> {
        let (reply, answer) = async_channel::bounded(1);
        let request = Request::Cast { voters, command: command.to_owned(), reply };
        self.requests.send(request).await.ok()?;
        answer.recv().await.ok().flatten()
    }

    /// Up to `limit` entries of a game before a place in it, or its last; by number, as in a board's timeline.
    pub async fn timeline(
        &self,
        game: GameId,
        lang: Option<&str>,
        before: Option<Order>,
        limit: usize,
    ) -> Option<Value> {
        let (reply, answer) = async_channel::bounded(1);
        let lang = lang.map(str::to_owned);
        self.requests.send(Request::Page { game, lang, before, limit, reply }).await.ok()?;
        answer.recv().await.ok()
    }
}

/// A board that was waited for.
#[derive(Clone, Debug)]
pub enum Reached {
    /// It holds the event.
    Yes(Arc<Retained>),
    /// It does not yet.
    NotYet(Arc<Retained>),
}
