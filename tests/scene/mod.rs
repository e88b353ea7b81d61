//! A game of football played by hand: commands are decided, numbered and applied as the box would do it.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses its part")]

use std::collections::BTreeMap;
use std::sync::Arc;

use touchline::domain::apply::apply;
use touchline::domain::clock::Stamp;
use touchline::domain::command::{Actor, Play};
use touchline::domain::event::{
    Action, Award, ClockDo, Draft, Entry, Event, EventBody, GameSetup, GameTime, NewGame, Param, Player,
    Review, SegmentDo, SideSetup, State, Stream, Urgency, Visibility,
};
use touchline::domain::game::Game;
use touchline::domain::sport::Sport;
use touchline::domain::sport::embedded::FILES;
use touchline::domain::{GameId, Seq, decide};

pub const MINUTE: u64 = 60_000;

pub struct Scene {
    pub game: Game,
    pub events: Vec<Arc<Event>>,
    pub stamp: Stamp,
    pub next_seq: Seq,
}

pub fn sport(id: &str) -> Arc<Sport> {
    let found = FILES.iter().find(|(name, _)| name.trim_end_matches(".toml") == id);
    let (name, text) = found.expect("the binary carries the sport");
    Arc::new(Sport::parse(name, text).expect("the sport file is right"))
}

pub fn side(name: &str, players: &[(&str, &str)]) -> SideSetup {
    let players = players.iter().map(|(number, name)| Player {
        number: Some((*number).to_owned()),
        name: (*name).to_owned(),
        say: None,
    });
    SideSetup { name: name.to_owned(), players: players.collect(), ..SideSetup::default() }
}

pub fn reds_blues() -> NewGame {
    let reds = side("Reds", &[("9", "Diaz"), ("4", "Kim"), ("14", "Lee")]);
    let blues = side("Blues", &[("10", "Okoro"), ("1", "Novák")]);
    NewGame {
        sport: sport("football"),
        params: BTreeMap::new(),
        sides: [("home".to_owned(), reds), ("away".to_owned(), blues)].into(),
        starts_at: Some(1_795_359_600_000),
        venue: Some("Main pitch".to_owned()),
        title: None,
        credit: None,
    }
}

impl Scene {
    pub fn new() -> Self {
        Self::of(7, 1, reds_blues())
    }

    pub fn knockout() -> Self {
        let mut setup = reds_blues();
        setup.params.insert("knockout".to_owned(), Param::Bool(true));
        Self::of(7, 1, setup)
    }

    pub fn of(id: u64, seq: Seq, setup: NewGame) -> Self {
        let stamp = Stamp { boot: 1, mono_ms: 1_000, wall_ms: 1_795_359_600_000, wall_trusted: true };
        let created = Arc::new(Event {
            seq,
            stream: Stream::Game(GameId(id)),
            visibility: Visibility::Public,
            order: None,
            stamp,
            actor: Actor("user:olga".to_owned()),
            command: format!("c{seq}"),
            body: EventBody::GameCreated(Box::new(GameSetup { id: GameId(id), game: setup.clone() })),
        });
        let game = Game::new(GameId(id), setup, &created);
        Self { game, events: vec![created], stamp, next_seq: seq + 1 }
    }

    /// Plays, and returns the number of the first event it made.
    pub fn play(&mut self, play: &Play) -> Seq {
        self.stamp.mono_ms += 1_000;
        self.stamp.wall_ms += 1_000;
        let drafts = decide::play(&self.game, play, None, &self.stamp);
        let drafts = drafts.unwrap_or_else(|refused| panic!("{play:?} was refused: {refused}"));
        let first = self.next_seq;
        for draft in drafts {
            self.commit(draft);
        }
        first
    }

    pub fn commit(&mut self, draft: Draft) {
        let event = Arc::new(Event {
            seq: self.next_seq,
            stream: draft.stream.unwrap_or(Stream::Game(self.game.id)),
            visibility: draft.visibility,
            order: draft.order,
            stamp: self.stamp,
            actor: Actor("user:kim".to_owned()),
            command: format!("c{}", self.next_seq),
            body: draft.body,
        });
        self.next_seq += 1;
        apply(&mut self.game, &event);
        self.events.push(event);
    }

    pub fn enter(&mut self, entry: Entry) -> Seq {
        self.play(&Play::Enter { entry, at: None })
    }

    pub fn enter_at(&mut self, entry: Entry, at: GameTime) -> Seq {
        self.play(&Play::Enter { entry, at: Some(at) })
    }

    pub fn start(&mut self) -> Seq {
        self.enter(Entry::Segment(SegmentDo::Start(None)))
    }

    pub fn end(&mut self) -> Seq {
        self.enter(Entry::Segment(SegmentDo::End))
    }

    pub fn goal(&mut self, side: &str, minute: u64) -> Seq {
        self.enter_at(act("goal", side, None), self.at(minute))
    }

    pub fn void(&mut self, seq: Seq) -> Seq {
        self.play(&Play::Void { seq, reason: None })
    }

    pub fn state(&mut self, to: State, reason: &str) -> Seq {
        let reason = (!reason.is_empty()).then(|| reason.to_owned());
        self.enter(Entry::State { to, reason, award: None })
    }

    /// The given minute of play in the present segment: the clock stands half a minute into it.
    pub fn at(&self, minute: u64) -> GameTime {
        let segment = self.game.state().segment.expect("a segment is being played");
        let segment = self.game.sport().segments[segment].id.clone();
        GameTime { segment, clock_ms: Some((minute - 1) * MINUTE + MINUTE / 2) }
    }

    pub fn last_seq(&self) -> Seq {
        self.next_seq - 1
    }
}

pub fn act(action: &str, side: &str, player: Option<&str>) -> Entry {
    Entry::Action(Action {
        action: action.to_owned(),
        side: (!side.is_empty()).then(|| side.to_owned()),
        player: player.map(str::to_owned),
        ..Action::default()
    })
}

pub fn comment(text: &str, urgency: Urgency) -> Entry {
    Entry::Comment { text: text.to_owned(), lang: None, urgency }
}

pub fn review(review: Review) -> Entry {
    Entry::Review(review)
}

pub fn clock(what: ClockDo) -> Entry {
    Entry::Clock(what)
}

pub fn award(side: &str, score: [i64; 2], kind: &str) -> Entry {
    let award = Award { side: Some(side.to_owned()), score: Some(score), kind: kind.to_owned() };
    Entry::State { to: State::Awarded, reason: None, award: Some(award) }
}
