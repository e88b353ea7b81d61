//! A vote over all four transports: the same boards, each line once, and of a sealed count nothing.

use std::sync::Arc;

use serde_json::Value;
use touchline::board::pump::{Load, Pump, Settings};
use touchline::domain::clock::Stamp;
use touchline::domain::command::Actor;
use touchline::domain::event::{Event, EventBody, Stream, Visibility};
use touchline::domain::poll::decide::{self, AtClose};
use touchline::domain::poll::{Access, Ballot, Kind, NewPoll, Poll, PollDo, PollId, Stage, Tie, Voter};
use touchline::wire::Transport;
use touchline::words::catalogue::Words;

use super::phone::Phone;
use super::venue::Venue;

/// A poll on a venue's hub, driven by events as the ledger commits them.
struct Vote {
    pump: Pump,
    poll: Option<Poll>,
    seq: u64,
    venue: Venue,
}

impl Vote {
    fn new() -> Self {
        let venue = Venue::new();
        let load: Load = Arc::new(|_| Box::pin(async { Vec::new() }));
        let settings = Settings { language: "en".to_owned(), coalesce_ms: 0, boot: 1 };
        let time = venue.hub.time().clone();
        let pump = Pump::new(venue.hub.clone(), Words::new(), time, settings, load);
        let mut vote = Self { pump, poll: None, seq: 0, venue };
        let new = NewPoll {
            question: "Player of the match?".to_owned(),
            kind: Kind::Single,
            options: ["Diaz", "Okoro", "Lund"].map(str::to_owned).to_vec(),
            game: None,
            access: Access::Open,
            secret: true,
            changeable: false,
            tie: Tie::Shared,
            opens_at: None,
            closes_at: None,
            open_for_ms: Some(300_000),
        };
        vote.commit(Visibility::Public, EventBody::PollCreated { id: PollId(3), poll: Box::new(new) });
        vote
    }

    fn commit(&mut self, visibility: Visibility, body: EventBody) {
        self.seq += 1;
        let now = self.venue.hub.time();
        let stamp = Stamp { boot: 1, mono_ms: now.now_ms(), wall_ms: now.wall_ms(), wall_trusted: true };
        let (stream, actor) = (Stream::Poll(PollId(3)), Actor("user:1".to_owned()));
        let (seq, command) = (self.seq, format!("command-{}", self.seq));
        let event = Event { seq, stream, visibility, order: None, stamp, actor, command, body };
        match (&event.body, &mut self.poll) {
            (EventBody::PollCreated { id, poll }, poll_here) => {
                *poll_here = Some(Poll::new(*id, (**poll).clone(), &event));
            }
            (_, Some(poll)) => poll.apply(&event),
            (_, None) => {}
        }
        self.pump.absorb(&[Arc::new(event)]);
        self.pump.flush(self.venue.hub.time().now_ms());
    }

    fn act(&mut self, what: &PollDo) {
        let poll = self.poll.as_ref().expect("it was made");
        for draft in decide::act(poll, what, AtClose::default()).expect("it is allowed") {
            self.commit(draft.visibility, draft.body);
        }
    }

    fn cast(&mut self, voter: u8, option: u32) {
        let ballot = Ballot { voter: Voter([voter; 16]), choice: vec![option], nonce: [voter; 16] };
        self.commit(Visibility::Sealed, EventBody::BallotCast(ballot));
    }

    /// Lets the counts that were gathered go out.
    fn pass(&mut self) {
        self.venue.hub.time().advance(500);
        self.pump.flush(self.venue.hub.time().now_ms());
    }
}

fn counts(message: &Value) -> bool {
    let text = message.to_string();
    ["\"tally\"", "\"ranks\"", "\"shown\"", "\"mean\""].iter().any(|field| text.contains(field))
}

fn a_vote_is_the_same_everywhere(transport: Transport) {
    let mut vote = Vote::new();
    let mut phone = Phone::new(transport, vote.venue.addr, &["venue", "poll/3"]);
    phone.connect().catch_up(&vote.venue.hub);
    vote.act(&PollDo::Open);
    phone.catch_up(&vote.venue.hub);
    let board = |phone: &Phone, channel: &str| phone.boards[channel].1.clone();
    assert_eq!(board(&phone, "poll/3")["closes"]["at_ms"], 305_000);
    assert_eq!(board(&phone, "venue")["polls"]["3"]["state"], "open");
    let before = vote.venue.hub.frame();
    for (voter, option) in [(1, 1), (2, 2), (3, 1), (4, 1), (5, 2), (6, 3)] {
        vote.cast(voter, option);
    }
    assert!(vote.venue.hub.frame() <= before + 1, "counts are gathered");
    vote.pass();
    phone.catch_up(&vote.venue.hub);
    assert_eq!(board(&phone, "poll/3")["turnout"], 6);
    vote.act(&PollDo::Close);
    phone.catch_up(&vote.venue.hub);
    assert!(!phone.log.iter().any(counts), "a sealed count left the box: {:?}", phone.log);
    vote.act(&PollDo::Reveal(Stage::Next));
    phone.catch_up(&vote.venue.hub);
    assert_eq!(board(&phone, "poll/3")["shown"], serde_json::json!({"3": 1}));
    vote.act(&PollDo::Reveal(Stage::All));
    phone.catch_up(&vote.venue.hub);
    assert_eq!(board(&phone, "poll/3")["tally"], serde_json::json!({"1": 3, "2": 2, "3": 1}));
    assert_eq!(board(&phone, "venue")["polls"]["3"]["state"], "revealed");
    let said: Vec<(u64, String)> = phone
        .log
        .iter()
        .filter(|message| message["ch"] == "poll/3")
        .flat_map(|message| message["say"].as_array().cloned().unwrap_or_default())
        .map(|line| (line["seq"].as_u64().expect("a seq"), line["text"].as_str().expect("words").to_owned()))
        .collect();
    let texts: Vec<&str> = said.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "Vote open. Player of the match? Choose one of 3 options: Diaz, Okoro, Lund. Open for 5 minutes.",
            "Voting is closed. Player of the match? 6 people voted.",
            "Player of the match? Place 3: Lund, 1 vote.",
            "Result of the vote. Player of the match? Place 1: Diaz, 3 votes. Place 2: Okoro, 2 votes.",
        ]
    );
}

#[test]
fn a_vote_is_the_same_over_websocket() {
    a_vote_is_the_same_everywhere(Transport::WebSocket);
}

#[test]
fn a_vote_is_the_same_over_sse() {
    a_vote_is_the_same_everywhere(Transport::Sse);
}

#[test]
fn a_vote_is_the_same_over_longpoll() {
    a_vote_is_the_same_everywhere(Transport::LongPoll);
}

#[test]
fn a_vote_is_the_same_over_poll() {
    a_vote_is_the_same_everywhere(Transport::Poll);
}
