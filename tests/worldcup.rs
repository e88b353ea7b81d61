//! The World Cup 2018, match by match, through the rules: every play of every match decided and folded,
//! and the scores on the way compared with those the source gives.

use std::collections::BTreeMap;
use std::sync::Arc;

use touchline::domain::apply::apply;
use touchline::domain::clock::Stamp;
use touchline::domain::command::{Actor, Play};
use touchline::domain::decide;
use touchline::domain::event::{
    Entry, Event, EventBody, GameSetup, GameTime, SegmentDo, State, Stream, Visibility,
};
use touchline::domain::game::Game;
use touchline::domain::sport::Sport;
use touchline::domain::{GameId, Rejection};
use touchline::formats::game::GameForm;
use touchline::formats::{csv, ndjson, openfootball, recording};

const WORLD_CUP: &str = include_str!("data/worldcup-2018.json");
const DEMO: &str = include_str!("../data/demo/russia-croatia-2018.ndjson");
const FOOTBALL: &str = include_str!("../data/sports/football.toml");

/// Half-time scores the source gets wrong: it says 0-1, and lists no goal before the break.
const WRONG_HALF_TIMES: [&str; 2] = ["Japan - Poland", "Senegal - Colombia"];

fn football() -> Arc<Sport> {
    Arc::new(Sport::parse("football.toml", FOOTBALL).expect("the sport file is right"))
}

/// A game with the events that made it.
struct Table {
    game: Game,
    events: Vec<Event>,
}

impl Table {
    fn set(form: &GameForm, sport: &Arc<Sport>) -> Self {
        let id = GameId(1);
        let new = decide::create(form.clone().with_sport(sport.clone())).expect("the game fits the sport");
        let setup = GameSetup { id, game: new.clone() };
        let created = event(1, EventBody::GameCreated(Box::new(setup)));
        Self { game: Game::new(id, new, &created), events: vec![created] }
    }

    fn play(&mut self, play: &Play) -> Result<(), Rejection> {
        let seq = self.game.last_seq;
        for draft in decide::play(&self.game, play, Some(seq), &stamp(seq + 1))? {
            let mut event = event(self.game.last_seq + 1, draft.body);
            event.order = draft.order;
            event.visibility = draft.visibility;
            apply(&mut self.game, &event);
            self.events.push(event);
        }
        Ok(())
    }

    fn points(&self) -> [i64; 2] {
        self.game.state().points
    }
}

fn stamp(seq: u64) -> Stamp {
    Stamp { boot: 1, mono_ms: seq * 1000, wall_ms: 1_530_000_000_000, wall_trusted: true }
}

fn event(seq: u64, body: EventBody) -> Event {
    Event {
        seq,
        stream: Stream::Game(GameId(1)),
        visibility: Visibility::Public,
        order: None,
        stamp: stamp(seq),
        actor: Actor("token:import".to_owned()),
        command: format!("import-{seq}"),
        body,
    }
}

/// The segment a play ends, by the game time it carries.
fn ends(play: &Play) -> Option<&str> {
    match play {
        Play::Enter { entry: Entry::Segment(SegmentDo::End), at: Some(GameTime { segment, .. }) } => {
            Some(segment)
        }
        _ => None,
    }
}

fn wide(score: [u32; 2]) -> [i64; 2] {
    score.map(i64::from)
}

#[test]
fn all_matches_come_to_the_scores_of_the_source() {
    let season = openfootball::read("worldcup-2018.json", WORLD_CUP, &openfootball::Options::default());
    let season = season.expect("the source is right");
    let sport = football();
    let (mut compared, mut extra, mut shootouts) = (0, 0, 0);
    for one in &season.matches {
        let label = &one.label;
        let mut table = Table::set(&one.game, &sport);
        let mut after = BTreeMap::new();
        for (index, play) in one.plays.iter().enumerate() {
            let done = table.play(play);
            assert_eq!(done, Ok(()), "{label}, play {index}: {play:?}");
            if let Some(segment) = ends(play) {
                after.insert(segment, table.points());
            }
        }
        let half_time = one.score.half_time.expect("every match has one");
        let expected = if WRONG_HALF_TIMES.contains(&label.as_str()) { [0, 0] } else { wide(half_time) };
        assert_eq!(after["1H"], expected, "{label} at half-time");
        let full_time = one.score.full_time.expect("every match was played");
        assert_eq!(after["2H"], wide(full_time), "{label} after 90 minutes");
        assert_eq!(after.get("E2").copied(), one.score.extra_time.map(wide), "{label} after 120 minutes");
        extra += usize::from(one.score.extra_time.is_some());
        let state = table.game.state();
        let shootout = state.shootout.as_ref().map(|shootout| shootout.score());
        assert_eq!(shootout, one.score.shootout, "{label}, shoot-out");
        shootouts += usize::from(shootout.is_some());
        assert_eq!(state.state, State::Final, "{label} is over");
        let last = one.score.shootout.or(one.score.extra_time).unwrap_or(full_time);
        let winner = match last[0].cmp(&last[1]) {
            std::cmp::Ordering::Greater => Some(0),
            std::cmp::Ordering::Less => Some(1),
            std::cmp::Ordering::Equal => None,
        };
        assert_eq!(state.result.as_ref().map(|result| result.winner), Some(winner), "{label}, winner");
        assert!(!state.adjusted, "{label}: every goal has its scorer");
        compared += 1;
    }
    assert_eq!((compared, extra, shootouts), (64, 5, 4));
}

/// Seasons that know less: no scorers, no half-time, second legs, impossible shoot-outs.
const LEAGUE: &str = r#"{"name":"League","matches":[
    {"round":"1","date":"2023-08-11","time":"20:00","team1":"A","team2":"B","score":{"ht":[0,2],"ft":[1,3]}},
    {"round":"2","date":"2023-08-11","time":"20:00","team1":"A","team2":"B","score":{"ft":[2,2]}},
    {"round":"Final","date":"2023-08-11","time":"20:00","team1":"A","team2":"B",
     "score":{"ht":[0,0],"ft":[1,1],"p":[5,4]}},
    {"round":"Final","date":"2023-08-11","time":"20:00","team1":"A","team2":"B",
     "score":{"ht":[0,0],"ft":[1,1],"et":[2,2],"p":[4,4]}},
    {"round":"Round of 16","date":"2023-08-11","time":"20:00","team1":"A","team2":"B",
     "score":{"ht":[0,1],"ft":[0,1],"et":[0,2],"p":[4,3]}}]}"#;

/// Plays a season through and checks that every match ends with the score of its last play.
fn ends_as_given(file: &str, text: &str) -> usize {
    let options = openfootball::Options { utc_offset_minutes: Some(0) };
    let season = openfootball::read(file, text, &options).expect("the source is right");
    let sport = football();
    let played = season.matches.iter().filter(|one| !one.plays.is_empty());
    for one in played.clone() {
        let place = format!("{file}, {} ({})", one.number, one.label);
        let mut table = Table::set(&one.game, &sport);
        for (index, play) in one.plays.iter().enumerate() {
            assert_eq!(table.play(play), Ok(()), "{place}, play {index}: {play:?}");
        }
        assert_eq!(table.game.state().state, State::Final, "{place}");
        let full_time = one.score.full_time.expect("it was played");
        let level = full_time[0] == full_time[1];
        let last = one.score.extra_time.filter(|_| level).unwrap_or(full_time);
        assert_eq!(table.points(), wide(last), "{place}");
    }
    played.count()
}

#[test]
fn a_season_that_knows_less_ends_with_its_scores_all_the_same() {
    assert_eq!(ends_as_given("league.json", LEAGUE), 5);
}

#[test]
fn every_season_beside_the_project_ends_with_its_scores() {
    for (file, count) in
        [("worldcup-2022.json", 64), ("en.1-2023-24.json", 380), ("uefa.cl-2024-25.json", 188)]
    {
        match beside(file) {
            Some(text) => assert_eq!(ends_as_given(file, &text), count),
            None => eprintln!("{file} is not beside the project"),
        }
    }
}

/// A season of the source data, where it lies beside the project.
#[expect(clippy::disallowed_methods, reason = "tests find their data by themselves")]
fn beside(file: &str) -> Option<String> {
    let default = || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let folder = std::env::var_os("TOUCHLINE_SHARED").map_or_else(default, std::path::PathBuf::from);
    std::fs::read_to_string(folder.join("data/football/openfootball").join(file)).ok()
}

fn demo() -> Table {
    let recording = recording::read(DEMO).expect("the demo match is a recording");
    let mut table = Table::set(&recording.game, &football());
    for (index, step) in recording.steps.iter().enumerate() {
        let done = table.play(&step.play);
        assert_eq!(done, Ok(()), "line {}: {:?}", index + 2, step.play);
    }
    table
}

#[test]
fn the_demo_match_ends_as_it_did() {
    let table = demo();
    let state = table.game.state();
    assert_eq!((state.state, state.points), (State::Final, [2, 2]));
    assert_eq!(state.shootout.as_ref().map(|shootout| shootout.score()), Some([3, 4]));
    assert_eq!(state.result.as_ref().and_then(|result| result.winner), Some(1));
    assert!(table.game.score_text().contains("(3-4 pen.)"), "{}", table.game.score_text());
}

#[test]
fn an_export_of_the_demo_match_reads_back_the_same() {
    let table = demo();
    let text = ndjson::write(&table.events);
    assert_eq!(ndjson::read(&text).as_ref(), Ok(&table.events));
    assert_eq!(
        text.matches("[[segment]]").count() > 0,
        text.contains("\"sport\""),
        "the sport file goes with it"
    );
    let rows = csv::write(&table.events);
    assert_eq!(rows.matches("\r\n").count(), table.events.len(), "a row an entry under one header");
}
