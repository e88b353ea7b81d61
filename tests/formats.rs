//! Formats, by real files: the demo match, openfootball's seasons, exports.

use std::path::PathBuf;

use std::collections::BTreeMap;

use touchline::domain::GameId;
use touchline::domain::clock::Stamp;
use touchline::domain::command::{Actor, Play};
use touchline::domain::event::{
    Action, Award, ClockDo, Entry, Event, EventBody, GameChange, GameTime, Review, SegmentDo, State, Stream,
    Urgency, Visibility,
};
use touchline::domain::poll::{Access, Ballot, Closing, Kind, NewPoll, PollId, Tie, Voter};
use touchline::domain::venue::VenueChange;
use touchline::formats::openfootball::{self, Season};
use touchline::formats::recording::{self, Recording};
use touchline::formats::{command, csv, ndjson, wyscout};

const DEMO: &str = "data/demo/russia-croatia-2018.ndjson";
const WORLD_CUP: &str = include_str!("data/worldcup-2018.json");

/// A file of the source data, where it lies beside the project.
#[expect(clippy::disallowed_methods, reason = "tests find their data by themselves")]
fn beside(path: &str) -> Option<String> {
    let folder = std::env::var_os("TOUCHLINE_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    std::fs::read_to_string(folder.join("data/football").join(path)).ok()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn demo() -> Recording {
    let text = std::fs::read_to_string(root().join(DEMO)).expect("the demo match is in the repository");
    recording::read(&text).expect("the demo match is a recording")
}

fn actions(recording: &Recording) -> Vec<(&Action, &GameTime)> {
    let action = |play| match play {
        &Play::Enter { entry: Entry::Action(ref action), at: Some(ref at) } => Some((action, at)),
        _ => None,
    };
    recording.steps.iter().filter_map(|step| action(&step.play)).collect()
}

fn minutes<'a>(of: &[(&'a Action, &'a GameTime)], name: &str) -> Vec<(&'a str, u64, &'a str)> {
    let named = of.iter().filter(|(action, _)| action.action == name);
    let minute = |at: &GameTime| at.clock_ms.expect("it has its time") / 60_000 + 1;
    named
        .map(|(action, at)| (action.side.as_deref().expect("whose"), minute(at), at.segment.as_str()))
        .collect()
}

#[test]
fn the_demo_match_is_what_the_converter_makes() {
    let (Some(events), Some(matches)) =
        (beside("wyscout/2058012.json"), beside("wyscout/matches_World_Cup.json"))
    else {
        eprintln!("the source is not beside the project: the committed file is tested as it is");
        return;
    };
    let made =
        wyscout::convert(&events, &matches, "World Cup 2018, quarter-final").expect("the source is right");
    let text = recording::write(&made);
    let path = root().join(DEMO);
    #[expect(clippy::disallowed_methods, reason = "a maintainer asks for the file to be written")]
    if std::env::var_os("TOUCHLINE_WRITE_DEMO").is_some() {
        std::fs::write(&path, &text).expect("the repository can be written");
    }
    let committed = std::fs::read_to_string(path).expect("the demo match is in the repository");
    assert!(text == committed, "the converter makes another file; with TOUCHLINE_WRITE_DEMO=1 it is written");
}

#[test]
fn the_demo_match_holds_what_happened() {
    let recording = demo();
    let actions = actions(&recording);
    assert!(recording.steps.len() >= 100, "{} entries", recording.steps.len());
    let goals = [("home", 31, "1H"), ("away", 39, "1H"), ("away", 101, "E1"), ("home", 115, "E2")];
    assert_eq!(minutes(&actions, "goal"), goals);
    let cards = [
        ("away", 35, "1H"),
        ("away", 38, "1H"),
        ("away", 101, "E1"),
        ("home", 109, "E2"),
        ("away", 114, "E2"),
    ];
    assert_eq!(minutes(&actions, "yellow"), cards);
    assert_eq!(minutes(&actions, "red"), []);
    let kicks: Vec<_> = actions.iter().filter(|(action, _)| action.action == "kick").collect();
    let kicks: Vec<_> = kicks.iter().map(|(action, _)| (action.side.as_deref(), action.scored)).collect();
    let (home, away) = (Some("home"), Some("away"));
    let expected = [
        (home, Some(false)),
        (away, Some(true)),
        (home, Some(true)),
        (away, Some(false)),
        (home, Some(false)),
        (away, Some(true)),
        (home, Some(true)),
        (away, Some(true)),
        (home, Some(true)),
        (away, Some(true)),
    ];
    assert_eq!(kicks, expected);
}

#[test]
fn the_demo_match_names_its_people_and_its_source() {
    let recording = demo();
    assert_eq!(recording.game.credit.as_deref(), Some(wyscout::CREDIT));
    let names = |side: &str| -> Vec<String> {
        recording.game.sides[side].players.iter().map(|player| player.name.clone()).collect()
    };
    assert!(names("home").contains(&"Denis Cheryshev".to_owned()));
    assert!(names("away").contains(&"Luka Modrić".to_owned()));
    let squads = [names("home"), names("away")].concat();
    for (action, _) in actions(&recording) {
        for player in [&action.player, &action.other].into_iter().flatten() {
            assert!(squads.contains(player), "{player} is in a squad");
        }
    }
    let off: Vec<_> =
        actions(&recording).into_iter().filter(|(action, _)| action.action == "substitution").collect();
    assert_eq!(off.len(), 8, "four substitutions a side");
    assert!(off.iter().all(|(action, _)| action.player.is_some() && action.other.is_some()));
}

#[test]
fn a_recording_survives_writing_and_reading() {
    let recording = demo();
    assert_eq!(recording::read(&recording::write(&recording)), Ok(recording));
}

#[test]
fn a_recording_that_is_wrong_is_refused_by_line() {
    let text = std::fs::read_to_string(root().join(DEMO)).expect("the demo match is in the repository");
    let mut lines: Vec<&str> = text.lines().collect();
    for (line, instead, place, why) in [
        (0, "{}", "line 1", "no recording"),
        (4, "{\"t_ms\":0", "line 5", "not JSON"),
        (4, "{\"t_ms\":-1,\"command\":{}}", "line 5", "t_ms"),
        (4, "{\"t_ms\":99999999,\"command\":{\"type\":\"action\",\"action\":\"goal\"}}", "line 6", "smaller"),
        (4, "{\"t_ms\":60000,\"command\":{\"type\":\"goal\"}}", "line 5", "unknown variant `goal`"),
        (4, "{\"t_ms\":60000,\"command\":{\"type\":\"void\",\"seq\":3}}", "line 5", "names no event"),
        (4, "{\"t_ms\":60000,\"command\":{\"type\":\"action\",\"actoin\":\"x\"}}", "line 5", "actoin"),
    ] {
        let before = std::mem::replace(&mut lines[line], instead);
        let error = recording::read(&lines.join("\n")).expect_err(instead);
        assert!(error.place.starts_with(place) && error.what.contains(why), "{instead}: {error}");
        lines[line] = before;
    }
}

fn season(text: &str) -> Season {
    openfootball::read("season.json", text, &openfootball::Options::default()).expect("the source is right")
}

#[test]
fn a_kick_off_is_read_in_its_zone() {
    let season = season(WORLD_CUP);
    let starts: Vec<_> = season.matches.iter().take(2).map(|one| one.game.starts_at).collect();
    // 18:00 UTC+3 and 17:00 UTC+5.
    assert_eq!(starts, [Some(1_528_988_400_000), Some(1_529_064_000_000)]);
    assert_eq!(season.matches[0].game.title.as_deref(), Some("World Cup 2018, Group A, Matchday 1"));
    assert_eq!(season.matches[0].game.venue.as_deref(), Some("Luzhniki Stadium, Moscow"));
}

#[test]
fn only_the_known_errors_of_the_world_cup_file_are_warned_of() {
    let season = season(WORLD_CUP);
    let warned: Vec<&str> =
        season.matches.iter().filter(|one| !one.warnings.is_empty()).map(|one| one.label.as_str()).collect();
    assert_eq!(warned, ["Japan - Poland", "Senegal - Colombia"]);
    assert_eq!(season.warnings, Vec::<String>::new());
}

#[test]
fn an_own_goal_is_entered_for_the_side_of_who_scored_it() {
    let season = season(WORLD_CUP);
    let egypt = season.matches.iter().find(|one| one.label == "Russia - Egypt").expect("it was played");
    let own = egypt.plays.iter().find_map(|play| match play {
        Play::Enter { entry: Entry::Action(action), at } if action.action == "own_goal" => Some((action, at)),
        _ => None,
    });
    let (action, at) = own.expect("the first goal was one");
    assert_eq!((action.side.as_deref(), action.player.as_deref()), (Some("away"), Some("A. Fathi")));
    assert_eq!(at.as_ref().map(|at| at.clock_ms), Some(Some(46 * 60_000)));
}

#[test]
fn a_season_without_scorers_sets_scores_by_hand_and_says_what_it_took_for_granted() {
    let text = r#"{"name":"League","matches":[
        {"round":"Matchday 1","date":"2023-08-11","time":"20:00","team1":"A","team2":"B","score":{"ht":[0,2],"ft":[0,3]}},
        {"round":"Matchday 2","date":"2023-08-18","time":"20:00","team1":"B","team2":"A"},
        {"round":"Round of 16","date":"2025-03-11","time":"21:00","team1":"C","team2":"D",
         "score":{"ht":[0,1],"ft":[0,1],"et":[0,1],"p":[4,4]}}]}"#;
    let season = season(text);
    let set = season.matches[0].plays.iter().filter_map(|play| match play {
        Play::Enter { entry: Entry::Adjust { side, to, .. }, at: Some(at) } => {
            Some((at.segment.as_str(), side.as_str(), *to))
        }
        _ => None,
    });
    assert_eq!(set.collect::<Vec<_>>(), [("1H", "away", 2), ("2H", "away", 3)]);
    assert!(season.matches[1].plays.is_empty(), "a fixture has no entries");
    assert_eq!(season.warnings.len(), 1, "times without zone: {:?}", season.warnings);
    assert_eq!(season.matches[2].warnings.len(), 2, "{:?}", season.matches[2].warnings);
    assert!(season.matches[2].game.params.is_empty(), "a second leg may end level or not");
}

#[test]
fn a_file_that_is_wrong_is_refused_by_match() {
    let with = |fields: &str| format!(r#"{{"matches":[{{"team1":"A","team2":"B",{fields}}}]}}"#);
    let cases = [
        ("[]".to_owned(), "matches"),
        ("{".to_owned(), "not JSON"),
        (r#"{"matches":[{"team1":"A"}]}"#.to_owned(), "match 1: missing field `team2`"),
        (with(r#""date":"2018-13-01""#), "match 1 (A - B): `date`"),
        (with(r#""date":"2018-06-14","time":"6 pm""#), "`time` is `6 pm`"),
        (with(r#""date":"2018-06-14","time":"18:00 UTC+99""#), "`time`"),
        (with(r#""date":"2018-06-14","score":{"ht":[1,0]}"#), "`ft`"),
        (with(r#""date":"2018-06-14","score":{"ft":[-1,0]}"#), "match 1"),
        (with(r#""score":{"ft":[1,0]},"goals1":[{"minute":0}]"#), "`goals1`, goal 1: minute"),
        (with(r#""score":{"ft":[1,0]},"goals1":[{"minute":"4x"}]"#), "minute `4x`"),
    ];
    for (text, why) in cases {
        let error = openfootball::read("a.json", &text, &openfootball::Options::default());
        let error = error.expect_err(&text).to_string();
        assert!(error.starts_with("a.json") && error.contains(why), "{text}: {error}");
    }
}

#[test]
fn every_season_beside_the_project_is_read() {
    for (file, count) in [
        ("worldcup-2018.json", 64),
        ("worldcup-2022.json", 64),
        ("en.1-2023-24.json", 380),
        ("uefa.cl-2024-25.json", 189),
    ] {
        let Some(text) = beside(&format!("openfootball/{file}")) else {
            eprintln!("{file} is not beside the project");
            continue;
        };
        let season = season(&text);
        assert_eq!(season.matches.len(), count, "{file}");
        for one in &season.matches {
            assert_eq!(one.plays.is_empty(), one.score.full_time.is_none(), "{file}: {}", one.label);
            for warning in &one.warnings {
                println!("{file}: {}: {warning}", one.label);
            }
        }
    }
}

fn entered(seq: u64, entry: Entry) -> Event {
    Event {
        seq,
        stream: Stream::Game(GameId(7)),
        visibility: Visibility::Public,
        order: None,
        stamp: Stamp { boot: 2, mono_ms: 5, wall_ms: 1_795_000_123_456, wall_trusted: false },
        actor: Actor("user:kim".to_owned()),
        command: format!("c-{seq}"),
        body: EventBody::Entered {
            entry,
            at: Some(GameTime { segment: "1H".to_owned(), clock_ms: Some(60_000) }),
        },
    }
}

fn comment(text: &str) -> Entry {
    Entry::Comment { text: text.to_owned(), lang: Some("ar".to_owned()), urgency: Urgency::Assertive }
}

/// One event of every kind of body that needs no game, with every kind of entry.
fn every_event() -> Vec<Event> {
    let award = Award { side: Some("home".to_owned()), score: Some([3, 0]), kind: "forfeit".to_owned() };
    let action = Action {
        action: "goal".to_owned(),
        side: Some("home".to_owned()),
        player: Some("9".to_owned()),
        other: Some("Okoro".to_owned()),
        tags: vec!["penalty".to_owned()],
        value: Some(-3),
        scored: Some(true),
        of: Some(4),
        text: Some("What a goal!".to_owned()),
    };
    let reason = Some("mistake".to_owned());
    let entries = vec![
        Entry::Action(action),
        Entry::Action(Action { action: "corner".to_owned(), ..Action::default() }),
        comment("هدف!\n\"Goal\", \\ said \u{2028} he"),
        Entry::Clock(ClockDo::Start),
        Entry::Clock(ClockDo::Stop),
        Entry::Clock(ClockDo::Set(u64::MAX)),
        Entry::Segment(SegmentDo::Start(None)),
        Entry::Segment(SegmentDo::Start(Some("2H".to_owned()))),
        Entry::Segment(SegmentDo::End),
        Entry::State { to: State::Awarded, reason: reason.clone(), award: Some(award) },
        Entry::State { to: State::Live, reason: None, award: None },
        Entry::Review(Review::Open { of: Some(4) }),
        Entry::Review(Review::Open { of: None }),
        Entry::Review(Review::Stands),
        Entry::Review(Review::Overturned),
        Entry::Adjust {
            side: "away".to_owned(),
            counter: "goals".to_owned(),
            to: -1,
            reason: reason.clone(),
        },
    ];
    let mut events: Vec<Event> = (1..).zip(entries).map(|(seq, entry)| entered(seq, entry)).collect();
    let change = GameChange { starts_at: Some(1_795_000_123_456), ..GameChange::default() };
    let bodies = [
        EventBody::GameChanged(Box::new(change)),
        EventBody::GameWithdrawn { reason: None },
        EventBody::Voided { target: 1, cascade: vec![2, 3], reason: reason.clone() },
        EventBody::Voided { target: 4, cascade: Vec::new(), reason: None },
        EventBody::Replaced { target: 5, entry: comment("-"), at: None },
        EventBody::ClockResumed { value_ms: 5, gap_ms: None },
        EventBody::ClockResumed { value_ms: 5, gap_ms: Some(9) },
    ];
    for (seq, body) in (100..).zip(bodies) {
        events.push(Event { body, visibility: Visibility::Staff, ..entered(seq, comment("")) });
    }
    events.push(Event { stream: Stream::Venue, visibility: Visibility::Sealed, ..entered(200, comment("")) });
    for (seq, body) in (300..).zip(of_votes_and_the_venue()) {
        events.push(Event { body, stream: Stream::Poll(PollId(3)), ..entered(seq, comment("")) });
    }
    events
}

fn of_votes_and_the_venue() -> Vec<EventBody> {
    let poll = |kind: Kind, access, tie| NewPoll {
        question: "Best?".to_owned(),
        options: match kind {
            Kind::Rating { .. } => Vec::new(),
            _ => vec!["دياز".to_owned(), "Okoro".to_owned()],
        },
        kind,
        game: Some(GameId(7)),
        access,
        secret: false,
        changeable: true,
        tie,
        opens_at: Some(1_795_000_123_456),
        closes_at: None,
        open_for_ms: Some(60_000),
    };
    let created = |poll| EventBody::PollCreated { id: PollId(3), poll: Box::new(poll) };
    let voter = Voter([7; 16]);
    let refused = BTreeMap::from([("already-voted".to_owned(), 3)]);
    vec![
        EventBody::ScorerChanged { scorer: Some(Actor("user:3".to_owned())) },
        EventBody::ScorerChanged { scorer: None },
        EventBody::VenueChanged(VenueChange { name: Some("Riverside".to_owned()), ..VenueChange::default() }),
        created(poll(Kind::Single, Access::Open, Tie::Shared)),
        created(poll(Kind::Multiple { max: 2 }, Access::Ticket, Tie::MostVoters)),
        created(poll(Kind::Points { scale: vec![12, 10] }, Access::Open, Tie::Lot)),
        created(poll(Kind::Rating { steps: 5 }, Access::Open, Tie::Shared)),
        EventBody::PollOpened,
        EventBody::TicketsIssued { voters: vec![voter] },
        EventBody::BallotCast(Ballot { voter, choice: vec![2, 1], nonce: [1; 16] }),
        EventBody::PollClosed(Closing { turnout: 1, refused, lot: [2; 16] }),
        EventBody::PollRevealed { counts: vec![(1, 10), (2, 12)] },
        EventBody::PollWithdrawn { reason: None },
    ]
}

#[test]
fn every_event_survives_export_and_import() {
    let events = every_event();
    let text = ndjson::write(&events);
    assert_eq!(ndjson::read(&text), Ok(events.clone()));
    assert_eq!(text.lines().count(), events.len() + 1, "one event a line, whatever it says");
}

#[test]
fn an_export_that_is_wrong_is_refused_by_line() {
    let text = ndjson::write(&every_event());
    let mut lines: Vec<&str> = text.lines().collect();
    let foreign = lines[3].replace("\"seq\"", "\"sequence\"");
    let nowhere = lines[3].replace("game/7", "pitch/7");
    let game = r#"{"type":"game_created","id":1,"sport_hash":"ab","game":{}}"#;
    let unknown = format!(
        r#"{{"seq":3,"stream":"game/1","visibility":"public","stamp":{{"boot":1,"mono_ms":1,"wall_ms":1,"wall_trusted":true}},"actor":"a","command":"c","body":{game}}}"#
    );
    for (line, instead, place, why) in [
        (0, "{\"format\":\"other\"}", "line 1", "no export"),
        (0, "{\"format\":\"touchline\",\"version\":2}", "line 1", "version 1"),
        (3, "[", "line 4", "not JSON"),
        (3, foreign.as_str(), "line 4", "sequence"),
        (3, nowhere.as_str(), "line 4", "pitch/7"),
        (3, unknown.as_str(), "line 4", "no line before this holds the sport file with hash ab"),
    ] {
        let before = std::mem::replace(&mut lines[line], instead);
        let error = ndjson::read(&lines.join("\n")).expect_err(instead);
        assert!(error.place.starts_with(place) && error.what.contains(why), "{instead}: {error}");
        lines[line] = before;
    }
}

#[test]
fn a_table_quotes_what_needs_it_and_runs_no_formula() {
    let text = csv::write(&[
        entered(1, comment("=HYPERLINK(\"http://x\",\"y\")")),
        entered(2, comment("He said \"off\", then\r\nleft")),
        entered(3, comment(" \t@SUM(A1)")),
        entered(
            4,
            Entry::Adjust { side: "home".to_owned(), counter: "goals".to_owned(), to: -1, reason: None },
        ),
    ]);
    let rows: Vec<&str> = text.split_inclusive("\r\n").collect();
    assert!(rows[0].starts_with("seq,game,order,accepted_at,by,kind,"), "{}", rows[0]);
    assert!(rows[1].contains(",\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\","), "{}", rows[1]);
    assert!(text.contains(",\"He said \"\"off\"\", then\r\nleft\","), "{text}");
    assert!(text.contains(",' \t@SUM(A1),"), "{text}");
    assert!(text.contains(",adjust,goals,home,,,,-1,1H,60000,"), "a number stays a number: {text}");
    assert!(rows[1].starts_with("1,7,,2026-11-18T"), "{}", rows[1]);
}

#[test]
fn commands_read_as_the_api_describes_them() {
    let cases: [(&str, Result<&str, &str>); 12] = [
        (
            r#"{"id":"x","type":"action","action":"goal","side":"home","player":"9","at":{"segment":"2H","clock_ms":5},"expect_seq":3}"#,
            Ok("Enter"),
        ),
        (r#"{"type":"clock","do":"set","value_ms":5}"#, Ok("Set(5)")),
        (r#"{"type":"segment","do":"start"}"#, Ok("Start(None)")),
        (r#"{"type":"void","seq":4,"reason":"offside"}"#, Ok("Void")),
        (r#"{"type":"replace","seq":4,"with":{"type":"action","action":"goal"}}"#, Ok("Replace")),
        (
            r#"{"type":"insert","after":4,"with":{"type":"comment","text":"x","urgency":"assertive"}}"#,
            Ok("Insert"),
        ),
        (r#"{"type":"clock","do":"set"}"#, Err("value_ms")),
        (r#"{"type":"clock","do":"stop","value_ms":1}"#, Err("value_ms")),
        (r#"{"type":"segment","do":"end","segment":"1H"}"#, Err("segment")),
        (r#"{"type":"action","action":"goal","at":{"segment":"1H","clock_ms":-1}}"#, Err("`at`")),
        (r#"{"action":"goal"}"#, Err("type")),
        (r#"[]"#, Err("object")),
    ];
    for (text, expected) in cases {
        let value = serde_json::from_str(text).expect("JSON");
        match (command::read(&value), expected) {
            (Ok(form), Ok(word)) => assert!(format!("{:?}", form.play).contains(word), "{text}: {form:?}"),
            (Err(error), Err(word)) => assert!(error.what.contains(word), "{text}: {error}"),
            (read, _) => panic!("{text}: {read:?}"),
        }
    }
}
