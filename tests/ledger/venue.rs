//! A data folder, a ledger on it and the commands of a small match, for the tests beside this file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use touchline::domain::command::{Actor, Command, CommandBody, Play};
use touchline::domain::event::{Action, ClockDo, Entry, NewGame, Player, SegmentDo, SideSetup, Urgency};
use touchline::domain::sport::{Sport, embedded};
use touchline::domain::{GameId, Seq};
use touchline::ledger::outcome::{Accepted, Outcome, Ticket};
use touchline::ledger::role::Scope;
use touchline::ledger::{Ledger, Opened};
use touchline::runtime::{self, Time};

/// A wall time that can be believed.
pub(crate) const WALL: i64 = 1_795_000_000_000;

/// A data folder of its own, removed at the end.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("touchline-ledger-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst));
        Self(std::env::temp_dir().join(name))
    }

    /// The database and its write-ahead log as they are at this moment, in a folder of their own: what
    /// another start finds after this process was killed.
    pub(crate) fn killed(&self) -> Self {
        let copy = Self::new();
        std::fs::create_dir_all(&copy.0).expect("a folder can be made");
        for name in ["touchline.db", "touchline.db-wal"] {
            std::fs::copy(self.0.join(name), copy.0.join(name)).expect("the file is there");
        }
        copy
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn clock() -> Time {
    Time::manual(1_000, WALL)
}

pub(crate) fn open(dir: &Path) -> (Ledger, Opened) {
    Ledger::open(dir, clock()).expect("the ledger opens")
}

pub(crate) fn actor() -> Actor {
    Actor("user:1".to_owned())
}

pub(crate) fn command(ledger: &Ledger, id: &str, body: CommandBody) -> Command {
    Command { id: id.to_owned(), actor: actor(), stamp: ledger.stamp(), body }
}

/// A command that any ledger refuses, whatever the rules of the sport.
pub(crate) fn stray(ledger: &Ledger, id: &str) -> Command {
    let play = Play::Void { seq: 1, reason: None };
    command(ledger, id, CommandBody::Play { game: GameId(404), expect_seq: None, play })
}

/// Submits and awaits; the id is the fingerprint too.
pub(crate) async fn run(ledger: &Ledger, id: &str, body: CommandBody) -> Outcome {
    finish(ledger.submit(command(ledger, id, body), print(id), Scope::All).expect("there is room")).await
}

/// Awaits an outcome, but not for ever.
pub(crate) async fn finish(ticket: Ticket) -> Outcome {
    let answer = async { ticket.await };
    runtime::timeout(Duration::from_secs(20), answer).await.expect("an answer within 20 s")
}

pub(crate) fn print(word: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes[..word.len().min(32)].copy_from_slice(&word.as_bytes()[..word.len().min(32)]);
    bytes
}

pub(crate) fn accepted(outcome: &Outcome) -> Accepted {
    match outcome {
        Outcome::Accepted(accepted) => accepted.clone(),
        other => panic!("accepted, not {other:?}"),
    }
}

pub(crate) fn football() -> Arc<Sport> {
    let (file, text) =
        embedded::FILES.iter().find(|(file, _)| file.contains("football")).expect("football is carried");
    Arc::new(Sport::parse(file, text).expect("it parses"))
}

fn side(name: &str, players: &[(&str, &str)]) -> SideSetup {
    let players = players
        .iter()
        .map(|(number, name)| Player { number: Some((*number).into()), name: (*name).into(), say: None })
        .collect();
    SideSetup { name: name.to_owned(), short: None, colour: None, players }
}

pub(crate) fn new_game() -> CommandBody {
    let sides = BTreeMap::from([
        ("home".to_owned(), side("Reds", &[("9", "Ana Diaz"), ("4", "Bea Lund")])),
        ("away".to_owned(), side("Blues", &[("7", "Cem Okoro")])),
    ]);
    CommandBody::CreateGame(Box::new(NewGame {
        sport: football(),
        params: BTreeMap::new(),
        sides,
        starts_at: Some(WALL),
        venue: Some("Main pitch".to_owned()),
        title: None,
        credit: None,
    }))
}

pub(crate) fn play(game: GameId, play: Play) -> CommandBody {
    CommandBody::Play { game, expect_seq: None, play }
}

pub(crate) fn enter(game: GameId, entry: Entry) -> CommandBody {
    play(game, Play::Enter { entry, at: None })
}

pub(crate) fn kick_off(game: GameId) -> CommandBody {
    enter(game, Entry::Segment(SegmentDo::Start(None)))
}

pub(crate) fn start_clock(game: GameId) -> CommandBody {
    enter(game, Entry::Clock(ClockDo::Start))
}

pub(crate) fn goal(game: GameId, side: &str, player: &str) -> CommandBody {
    let action = Action {
        action: "goal".to_owned(),
        side: Some(side.to_owned()),
        player: Some(player.to_owned()),
        ..Action::default()
    };
    enter(game, Entry::Action(action))
}

pub(crate) fn comment(game: GameId, text: &str) -> CommandBody {
    enter(game, Entry::Comment { text: text.to_owned(), lang: None, urgency: Urgency::Polite })
}

/// A game that has begun, with a goal by a player named and a line: its number and the goal's.
pub(crate) async fn match_day(ledger: &Ledger) -> (GameId, Seq) {
    let game = accepted(&run(ledger, "create", new_game()).await).game.expect("a new game has a number");
    accepted(&run(ledger, "kick-off", kick_off(game)).await);
    let goal = accepted(&run(ledger, "goal", goal(game, "home", "Ana Diaz")).await).seqs[0];
    accepted(&run(ledger, "line", comment(game, "What a strike.")).await);
    (game, goal)
}
