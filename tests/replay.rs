//! Replay, import and demo against a box that decides by the real rules and remembers ids, but keeps
//! everything in memory and now and then is full or gone.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use smol::io::{AsyncReadExt as _, AsyncWriteExt as _};
use smol::net::{TcpListener, TcpStream};
use touchline::cli::demo::{self, DemoOptions};
use touchline::cli::error::ErrorKind;
use touchline::cli::import::{self, HttpSink, ImportOptions};
use touchline::cli::replay::{self, Pace, ReplayOptions};
use touchline::client::feed::Feed;
use touchline::client::url::Base;
use touchline::domain::GameId;
use touchline::domain::apply::apply;
use touchline::domain::clock::Stamp;
use touchline::domain::command::{Actor, Play};
use touchline::domain::decide;
use touchline::domain::event::{ClockDo, Entry, Event, EventBody, GameSetup, State, Stream, Visibility};
use touchline::domain::game::Game;
use touchline::domain::sport::Sport;
use touchline::formats::{command, game};
use touchline::runtime;

const FOOTBALL: &str = include_str!("../data/sports/football.toml");

/// What a box holds.
#[derive(Default)]
struct Held {
    games: Vec<Game>,
    plays: Vec<Play>,
    outcomes: HashMap<String, (String, Value)>,
    requests: usize,
    // Every so manieth request finds the box full, and the one after is lost on its way back.
    trouble_every: Option<usize>,
}

/// A box on loopback until the test ends.
#[derive(Clone, Default)]
struct Stand {
    held: Arc<Mutex<Held>>,
}

impl Stand {
    async fn open(&self) -> SocketAddr {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("loopback has free ports");
        let address = listener.local_addr().expect("it is bound");
        let stand = self.clone();
        runtime::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                runtime::spawn(stand.clone().connection(stream));
            }
        });
        address
    }

    async fn connection(self, mut stream: TcpStream) {
        while let Some((line, headers, body)) = request(&mut stream).await {
            let trouble = {
                let mut held = self.held.lock().expect("no panic");
                held.requests += 1;
                held.trouble_every.map(|every| held.requests % every)
            };
            if trouble == Some(0) {
                let full = "HTTP/1.1 503 Full\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n";
                stream.write_all(full.as_bytes()).await.expect("the client reads");
                continue;
            }
            let (status, answer) = self.answer(&line, &headers, &body);
            if trouble == Some(1) {
                // Done, but the answer never arrives.
                return;
            }
            let answer = answer.to_string();
            let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n{answer}", answer.len());
            stream.write_all(head.as_bytes()).await.expect("the client reads");
        }
    }

    fn answer(&self, line: &str, headers: &str, body: &str) -> (u16, Value) {
        assert!(headers.contains("Authorization: Bearer secret"), "{headers}");
        let mut held = self.held.lock().expect("no panic");
        let path = line.split(' ').nth(1).expect("a path");
        let parts: Vec<&str> = path.split('?').next().expect("a path").split('/').skip(3).collect();
        match (line.starts_with("POST"), parts.as_slice()) {
            (true, ["games"]) => {
                let key = headers.lines().find_map(|line| line.strip_prefix("Idempotency-Key: "));
                let key = key.expect("a new game has its key").to_owned();
                held.once(&key, body, |held| {
                    let form = game::read(&serde_json::from_str(body).expect("JSON")).expect("a game");
                    let sport = Arc::new(Sport::parse("football.toml", FOOTBALL).expect("a sport"));
                    let new = decide::create(form.with_sport(sport)).expect("the game fits the sport");
                    let id = GameId(held.games.len() as u64 + 1);
                    let setup = GameSetup { id, game: new.clone() };
                    let created = event(id, 1, None, EventBody::GameCreated(Box::new(setup)));
                    held.games.push(Game::new(id, new, &created));
                    json!({"id": id.0})
                })
            }
            (true, ["games", id, "commands"]) => {
                let form = command::read(&serde_json::from_str(body).expect("JSON")).expect("a command");
                let key = form.id.clone().expect("a command has its id");
                let index: usize = id.parse().expect("a number");
                held.once(&key, body, |held| {
                    let game = &mut held.games[index - 1];
                    let drafts = decide::play(game, &form.play, None, &stamp(game.last_seq + 1));
                    for draft in drafts.unwrap_or_else(|why| panic!("{body}: {why}")) {
                        let event = event(game.id, game.last_seq + 1, draft.order, draft.body);
                        apply(game, &event);
                    }
                    let seq = game.last_seq;
                    held.plays.push(form.play);
                    json!({"id": key, "outcome": "accepted", "seq": seq})
                })
            }
            (false, ["games", id]) => {
                let game = &held.games[id.parse::<usize>().expect("a number") - 1];
                (200, json!({"id": game.id.0, "score_text": game.score_text()}))
            }
            _ => panic!("nobody asks for {line}"),
        }
    }
}

impl Held {
    /// Answers an id it knows as it did the first time; the body must be the same.
    fn once(&mut self, key: &str, body: &str, act: impl FnOnce(&mut Self) -> Value) -> (u16, Value) {
        if let Some((first, answer)) = self.outcomes.get(key) {
            assert_eq!(first, body, "{key} comes again with another body");
            return (200, answer.clone());
        }
        let answer = act(self);
        self.outcomes.insert(key.to_owned(), (body.to_owned(), answer.clone()));
        (200, answer)
    }
}

fn stamp(seq: u64) -> Stamp {
    Stamp { boot: 1, mono_ms: seq, wall_ms: 1_795_000_000_000, wall_trusted: true }
}

fn event(id: GameId, seq: u64, order: Option<touchline::domain::order::Order>, body: EventBody) -> Event {
    Event {
        seq,
        stream: Stream::Game(id),
        visibility: Visibility::Public,
        order,
        stamp: stamp(seq),
        actor: Actor("token:demo".to_owned()),
        command: format!("c-{seq}"),
        body,
    }
}

async fn request(stream: &mut TcpStream) -> Option<(String, String, String)> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 16 * 1024];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: "));
            if body.len() >= length.map_or(0, |length| length.parse().expect("a number")) {
                let (line, headers) = head.split_once("\r\n").expect("headers");
                return Some((line.to_owned(), headers.to_owned(), body.to_owned()));
            }
        }
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&chunk[..count]),
        }
    }
}

fn root(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn replay_options(address: SocketAddr) -> ReplayOptions {
    ReplayOptions {
        files: vec![root("data/demo/russia-croatia-2018.ndjson")],
        url: format!("http://{address}"),
        token: Some("secret".to_owned()),
        pace: Pace { speed: 1e6, longest_wait: None },
    }
}

#[test]
fn a_fast_replay_through_trouble_brings_the_match_to_its_end_once() {
    let stand = Stand::default();
    // Rare enough for a test to wait out: each costs a fifth of a second.
    stand.held.lock().expect("no panic").trouble_every = Some(100);
    let address = runtime::block_on(stand.open());
    let mut out = Vec::new();
    replay::run(&replay_options(address), &mut out).expect("the box takes it all");
    let held = stand.held.lock().expect("no panic");
    assert_eq!(held.games.len(), 1);
    let game = &held.games[0];
    assert_eq!((game.state().state, game.state().points), (State::Final, [2, 2]));
    assert!(game.score_text().contains("(3-4 pen.)"), "{}", game.score_text());
    let shown = String::from_utf8(out).expect("text");
    assert!(shown.contains("Russia - Croatia  1-0  1H 31'  goal, Denis Cheryshev"), "{shown}");
    let clock = |play: &&Play| matches!(play, Play::Enter { entry: Entry::Clock(ClockDo::Set(_)), .. });
    let (clock, entries) = (held.plays.iter().filter(clock).count(), held.plays.len());
    assert!(clock > 50 && entries - clock == shown.lines().count() - 1, "{clock} of {entries} set the clock");
}

#[test]
fn a_replay_of_what_is_no_recording_sends_nothing() {
    let mut options = replay_options(SocketAddr::from(([127, 0, 0, 1], 9)));
    options.files = vec![root("tests/data/worldcup-2018.json")];
    let error = replay::run(&options, &mut Vec::new()).expect_err("no recording").to_string();
    assert!(error.contains("worldcup-2018.json, line 1: not JSON"), "{error}");
}

#[test]
fn a_speed_at_which_nothing_happens_is_refused() {
    for speed in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let mut options = replay_options(SocketAddr::from(([127, 0, 0, 1], 9)));
        options.pace.speed = speed;
        let error = replay::run(&options, &mut Vec::new()).expect_err("no speed");
        assert!(error.message.contains("--speed") && error.kind == ErrorKind::Usage, "{speed}: {error}");
    }
}

#[test]
fn an_import_is_described_and_then_done_once_however_often_it_is_asked_for() {
    let stand = Stand::default();
    let address = runtime::block_on(stand.open());
    let options =
        ImportOptions { files: vec![root("data/demo/fixtures-2018-06-16.json")], utc_offset_minutes: None };
    let mut out = Vec::new();
    import::dry_run(&options, &mut out).expect("the file is right");
    let shown = String::from_utf8(out).expect("text");
    assert!(shown.contains("World Cup 2018: 4 games, 4 played"), "{shown}");
    assert!(stand.held.lock().expect("no panic").games.is_empty(), "a dry run writes nothing");
    let base = Base::parse(&address.to_string()).expect("an address");
    for _ in 0..2 {
        let feed = Feed::new(base.clone(), Some("secret".to_owned()), Duration::from_secs(5));
        import::run(&options, &mut HttpSink { feed }, &mut Vec::new()).expect("the box takes it all");
    }
    let held = stand.held.lock().expect("no panic");
    let scores: Vec<String> = held.games.iter().map(Game::score_text).collect();
    assert_eq!(scores, ["2-1", "0-1", "1-1", "2-0"]);
}

#[test]
fn the_demo_shows_the_way_in_and_leaves_a_day_of_games() {
    let stand = Stand::default();
    let listen = runtime::block_on(stand.open());
    let login = ("desk".to_owned(), "correct horse".to_owned());
    let options = DemoOptions { listen, token: "secret".to_owned(), login, speed: 1e6 };
    let mut out = Vec::new();
    demo::run(&options, &mut out).expect("the box takes it all");
    let shown = String::from_utf8(out).expect("text");
    assert!(shown.contains(&format!("Open http://{listen}/ on a phone")), "{shown}");
    assert!(shown.contains("user desk   password correct horse") && shown.contains('█'), "{shown}");
    let held = stand.held.lock().expect("no panic");
    let states: Vec<State> = held.games.iter().map(|game| game.state().state).collect();
    assert_eq!(states, [State::Final, State::Final, State::Scheduled, State::Scheduled, State::Final]);
    let credit = held.games[4].setup.credit.as_deref();
    assert!(credit.is_some_and(|credit| credit.contains("CC-BY-4.0")), "{credit:?}");
}
