//! A game without a box around it: commands are decided, numbered and applied as the ledger would.

use std::sync::Arc;

use touchline::domain::apply::apply;
use touchline::domain::clock::Stamp;
use touchline::domain::command::{Actor, Play};
use touchline::domain::decide;
use touchline::domain::event::{
    Draft, Event, EventBody, GameChange, GameSetup, NewGame, Param, SideSetup, Stream, Visibility,
};
use touchline::domain::game::Game;
use touchline::domain::sport::embedded::{Library, carried};
use touchline::domain::{GameId, Rejection, Seq};

/// A game, the events that made it, and the time.
pub(crate) struct Table {
    pub(crate) game: Game,
    pub(crate) events: Vec<Event>,
    pub(crate) now: Stamp,
}

impl Table {
    /// A game of a carried sport, with some of its parameters.
    pub(crate) fn new(sport: &str, params: &[(&str, Param)]) -> Self {
        let library = Library::load(carried()).expect("each is taken");
        let sport = Arc::clone(&library.sports[sport]);
        let named = |name: &str| SideSetup { name: name.to_owned(), ..SideSetup::default() };
        let sides = sport.sides.iter().zip(["Reds", "Blues"]);
        let new = NewGame {
            sides: sides.map(|(id, name)| (id.clone(), named(name))).collect(),
            params: params.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            sport,
            starts_at: None,
            venue: None,
            title: None,
            credit: None,
        };
        let now = Stamp { boot: 1, mono_ms: 1_000, wall_ms: 1_700_000_000_000, wall_trusted: true };
        let game = decide::create(new).expect("two named sides and good parameters");
        let setup = GameSetup { id: GameId(1), game };
        let created = event(1, draft(EventBody::GameCreated(Box::new(setup.clone()))), now);
        Self { game: Game::new(setup.id, setup.game, &created), events: vec![created], now }
    }

    /// What a commentator does; the numbers of the events it made.
    pub(crate) fn play(&mut self, play: &Play, expect_seq: Option<Seq>) -> Result<Vec<Seq>, Rejection> {
        let drafts = decide::play(&self.game, play, expect_seq, &self.now)?;
        Ok(self.accept(drafts))
    }

    /// Numbers and applies what was decided.
    pub(crate) fn accept(&mut self, drafts: Vec<Draft>) -> Vec<Seq> {
        let mut seqs = Vec::new();
        for draft in drafts {
            let event = event(self.game.last_seq + 1, draft, self.now);
            apply(&mut self.game, &event);
            seqs.push(event.seq);
            self.events.push(event);
        }
        seqs
    }

    /// The time that passes.
    pub(crate) fn wait(&mut self, ms: u64) {
        self.now.mono_ms += ms;
        self.now.wall_ms += i64::try_from(ms).expect("a test's time");
    }

    /// The box goes off, for so long as wall time can tell, and on again.
    pub(crate) fn restart(&mut self, gap_ms: Option<u64>) {
        let alive = self.now;
        self.wait(gap_ms.unwrap_or(0));
        self.now = Stamp { boot: self.now.boot + 1, mono_ms: 500, ..self.now };
        let drafts = decide::resume_clock(&self.game, Some(&alive), &self.now, gap_ms);
        self.accept(drafts);
    }

    /// The same game, made from its events alone.
    pub(crate) fn replayed(&self) -> Game {
        let EventBody::GameCreated(setup) = &self.events[0].body else { panic!("a game is created first") };
        let mut game = Game::new(setup.id, setup.game.clone(), &self.events[0]);
        for event in &self.events {
            apply(&mut game, event);
        }
        game
    }

    /// The same game, folded once from its first entry to its last.
    fn folded_anew(&self) -> Game {
        let mut game = self.game.clone();
        // Parameters set to what they are fold the whole game.
        let change = GameChange { params: game.rules.params.clone(), ..GameChange::default() };
        let draft = draft(EventBody::GameChanged(Box::new(change)));
        let changed = event(game.last_seq + 1, draft, self.now);
        apply(&mut game, &changed);
        game
    }

    /// What holds for every game, whatever was done in it.
    pub(crate) fn assert_sound(&self) {
        let game = &self.game;
        for again in [self.replayed(), self.folded_anew()] {
            assert_eq!(again.entries(), game.entries(), "replay equals live");
            assert_eq!(again.state(), game.state(), "replay equals live");
        }
        assert!(game.state().points.iter().all(|points| *points >= 0), "no score is negative");
        for pair in game.entries().windows(2) {
            let [a, b] = pair else { unreachable!("a window of two") };
            assert!((&a.order, a.seq) < (&b.order, b.seq), "{} before {}", a.order, b.order);
            assert!(a.order.to_string() <= b.order.to_string(), "{} sorts before {}", a.order, b.order);
            if a.order == b.order {
                assert!(b.replaces.is_some() && a.replaced_by.is_some(), "only what replaces shares a place");
            }
        }
    }
}

fn draft(body: EventBody) -> Draft {
    Draft { stream: Some(Stream::Game(GameId(1))), visibility: Visibility::Public, order: None, body }
}

fn event(seq: Seq, draft: Draft, stamp: Stamp) -> Event {
    Event {
        seq,
        stream: draft.stream.expect("all belong to the game"),
        visibility: draft.visibility,
        order: draft.order,
        stamp,
        actor: Actor("user:kim".to_owned()),
        command: format!("c{seq}"),
        body: draft.body,
    }
}
