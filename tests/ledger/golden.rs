//! What earlier versions wrote can be read for ever: stored events, and a whole database of schema 1.
//!
//! The files are made once by the two ignored tests here and never again; a change of the stored form is a
//! new version with a file of its own.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use touchline::domain::clock::Stamp;
use touchline::domain::command::Actor;
use touchline::domain::event::{
    Action, Award, ClockDo, Entry, Event, EventBody, GameChange, GameSetup, GameTime, NewGame, Param, Player,
    Review, SegmentDo, SideSetup, State, Stream, Urgency, Visibility,
};
use touchline::domain::order::Order;
use touchline::domain::poll::{Access, Ballot, Closing, Kind, NewPoll, PollId, Tie, Voter};
use touchline::domain::sport::Sport;
use touchline::domain::venue::VenueChange;
use touchline::domain::{GameId, Seq};
use touchline::ledger::chain::{self, GENESIS};
use touchline::ledger::codec::{self, Row, Sports, Texts};
use touchline::ledger::outcome::Outcome;
use touchline::ledger::text::{self, TextKind, TextRef};
use touchline::ledger::{Ledger, verify};
use touchline::runtime::{Time, block_on};

use crate::venue::{Folder, WALL, accepted, actor, comment, football, goal, match_day, run};

fn golden(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data/golden").join(name)
}

/// Texts and sports in memory; a text's salt is its number, so that the file can be made again.
struct Memory {
    texts: Vec<(TextKind, String)>,
    sport: Arc<Sport>,
}

impl Memory {
    fn reference(&self, at: usize) -> TextRef {
        let id = at as u64 + 1;
        TextRef { id, hash: text::hash(&id.to_be_bytes(), &self.texts[at].1) }
    }
}

impl Texts for Memory {
    type Error = String;

    fn put(&mut self, kind: TextKind, value: &str) -> Result<TextRef, String> {
        let known = self.texts.iter().position(|known| *known == (kind, value.to_owned()));
        let at = known.unwrap_or_else(|| {
            self.texts.push((kind, value.to_owned()));
            self.texts.len() - 1
        });
        Ok(self.reference(at))
    }

    fn get(&mut self, wanted: &TextRef) -> Result<String, String> {
        let at = usize::try_from(wanted.id).expect("a small number") - 1;
        assert_eq!(self.reference(at), *wanted, "the hash of a text");
        Ok(self.texts[at].1.clone())
    }
}

impl Sports for Memory {
    type Error = String;

    fn sport(&mut self, hash: &str) -> Result<Arc<Sport>, String> {
        // Which file it was matters to a fold, not to the stored form.
        Ok(Arc::new(Sport { hash: hash.to_owned(), ..(*self.sport).clone() }))
    }
}

/// One event of every kind, with every field there is.
fn every_kind() -> Vec<Event> {
    let sport = Arc::new(Sport { hash: "5".repeat(64), ..(*football()).clone() });
    let side = |name: &str| SideSetup {
        name: name.to_owned(),
        short: Some("RED".to_owned()),
        colour: Some("#b3151b".to_owned()),
        players: vec![Player {
            number: Some("9".to_owned()),
            name: "دياز".to_owned(),
            say: Some("Dee-ath".to_owned()),
        }],
    };
    let sides =
        BTreeMap::from([("home".to_owned(), side("Reds")), ("away".to_owned(), SideSetup::default())]);
    let params = BTreeMap::from([
        ("half".to_owned(), Param::Int(20)),
        ("extra".to_owned(), Param::Bool(true)),
        ("rules".to_owned(), Param::Word("youth".to_owned())),
    ]);
    let at = Some(GameTime { segment: "2H".to_owned(), clock_ms: Some(4_032_000) });
    let action = Action {
        action: "goal".to_owned(),
        side: Some("home".to_owned()),
        player: Some("دياز".to_owned()),
        other: Some("11".to_owned()),
        tags: vec!["header".to_owned()],
        value: Some(-3),
        scored: Some(true),
        of: Some(2),
        text: Some("What a strike.".to_owned()),
    };
    let award = Award { side: Some("away".to_owned()), score: Some([0, 3]), kind: "walkover".to_owned() };
    let reason = || Some("by protest".to_owned());
    let comment = |urgency| Entry::Comment {
        text: "Line \"two\"\n\u{2028}".to_owned(),
        lang: Some("ar".to_owned()),
        urgency,
    };
    let states = [
        State::Scheduled,
        State::Delayed,
        State::Live,
        State::Interval,
        State::Suspended,
        State::Postponed,
        State::Cancelled,
        State::Abandoned,
        State::Awarded,
        State::Final,
    ];
    let mut entries = vec![
        Entry::Action(action.clone()),
        Entry::Action(Action { action: "corner".to_owned(), ..Action::default() }),
        comment(Urgency::Polite),
        comment(Urgency::Assertive),
        Entry::Clock(ClockDo::Start),
        Entry::Clock(ClockDo::Stop),
        Entry::Clock(ClockDo::Set(u64::MAX)),
        Entry::Segment(SegmentDo::Start(None)),
        Entry::Segment(SegmentDo::Start(Some("ET1".to_owned()))),
        Entry::Segment(SegmentDo::End),
        Entry::Review(Review::Open { of: None }),
        Entry::Review(Review::Open { of: Some(3) }),
        Entry::Review(Review::Stands),
        Entry::Review(Review::Overturned),
        Entry::Adjust { side: "home".to_owned(), counter: "goals".to_owned(), to: 2, reason: reason() },
        Entry::State { to: State::Awarded, reason: reason(), award: Some(award) },
    ];
    entries.extend(states.map(|to| Entry::State { to, reason: None, award: None }));
    let new = NewGame {
        sport,
        params: params.clone(),
        sides: sides.clone(),
        starts_at: Some(WALL),
        venue: Some("Main pitch".to_owned()),
        title: Some("Cup".to_owned()),
        credit: Some("CC-BY-4.0".to_owned()),
    };
    let change = GameChange {
        sides,
        starts_at: Some(0),
        venue: Some("Pitch 2".to_owned()),
        title: Some("Final".to_owned()),
        params,
    };
    let mut bodies = vec![
        EventBody::GameCreated(Box::new(GameSetup { id: GameId(7), game: new })),
        EventBody::GameChanged(Box::new(change)),
        EventBody::GameChanged(Box::default()),
        EventBody::GameWithdrawn { reason: reason() },
        EventBody::GameWithdrawn { reason: None },
        EventBody::Voided { target: 3, cascade: vec![4, 5], reason: reason() },
        EventBody::Replaced { target: 3, entry: Entry::Action(action), at: at.clone() },
        EventBody::ClockResumed { value_ms: 1, gap_ms: Some(90_000) },
        EventBody::ClockResumed { value_ms: 1, gap_ms: None },
    ];
    bodies.extend(entries.into_iter().map(|entry| EventBody::Entered { entry, at: at.clone() }));
    bodies.extend(of_a_match_day());
    bodies.into_iter().enumerate().map(|(n, body)| event(n as Seq + 1, body)).collect()
}

/// What came with votes, the venue and the primary scorer; it stands at the end of the file.
fn of_a_match_day() -> Vec<EventBody> {
    let voter = Voter([0xab; 16]);
    let poll = |kind: Kind, access, tie| NewPoll {
        question: "Player of the match?".to_owned(),
        options: match kind {
            Kind::Rating { .. } => Vec::new(),
            _ => vec!["دياز".to_owned(), "Okoro".to_owned()],
        },
        kind,
        game: Some(GameId(7)),
        access,
        secret: true,
        changeable: false,
        tie,
        opens_at: Some(WALL),
        closes_at: Some(WALL + 1),
        open_for_ms: Some(60_000),
    };
    let bare = NewPoll {
        game: None,
        secret: false,
        changeable: true,
        opens_at: None,
        closes_at: None,
        open_for_ms: None,
        ..poll(Kind::Single, Access::Open, Tie::Shared)
    };
    let created = |poll| EventBody::PollCreated { id: PollId(3), poll: Box::new(poll) };
    let refused = BTreeMap::from([("already-voted".to_owned(), 3)]);
    vec![
        EventBody::ScorerChanged { scorer: Some(Actor("user:3".to_owned())) },
        EventBody::ScorerChanged { scorer: None },
        EventBody::VenueChanged(VenueChange {
            name: Some("Riverside".to_owned()),
            pitches: Some(vec!["Main".to_owned()]),
            languages: Some(vec!["en".to_owned(), "de".to_owned()]),
        }),
        EventBody::VenueChanged(VenueChange::default()),
        created(bare),
        created(poll(Kind::Multiple { max: 2 }, Access::Ticket, Tie::MostVoters)),
        created(poll(Kind::Points { scale: vec![12, 10] }, Access::Open, Tie::Lot)),
        created(poll(Kind::Rating { steps: 5 }, Access::Open, Tie::Shared)),
        EventBody::PollOpened,
        EventBody::TicketsIssued { voters: vec![voter] },
        EventBody::BallotCast(Ballot { voter, choice: vec![2, 1], nonce: [1; 16] }),
        EventBody::PollClosed(Closing { turnout: 1, refused, lot: [2; 16] }),
        EventBody::PollClosed(Closing { turnout: 0, refused: BTreeMap::new(), lot: [0; 16] }),
        EventBody::PollRevealed { counts: vec![(1, 10), (2, 12)] },
        EventBody::PollWithdrawn { reason: Some("by protest".to_owned()) },
        EventBody::PollWithdrawn { reason: None },
    ]
}

fn event(seq: Seq, body: EventBody) -> Event {
    let visibility = [Visibility::Public, Visibility::Staff, Visibility::Sealed];
    Event {
        seq,
        stream: match (seq, &body) {
            (3, _) | (_, EventBody::VenueChanged(_)) => Stream::Venue,
            (
                _,
                EventBody::PollCreated { .. }
                | EventBody::PollOpened
                | EventBody::TicketsIssued { .. }
                | EventBody::BallotCast(_)
                | EventBody::PollClosed(_)
                | EventBody::PollRevealed { .. }
                | EventBody::PollWithdrawn { .. },
            ) => Stream::Poll(PollId(3)),
            _ => Stream::Game(GameId(7)),
        },
        visibility: visibility[usize::try_from(seq).expect("small") % 3],
        order: Order::parse("2.V").filter(|_| seq > 9),
        stamp: Stamp { boot: 2, mono_ms: seq * 1_000, wall_ms: -1, wall_trusted: seq.is_multiple_of(2) },
        actor: Actor("user:1".to_owned()),
        command: format!("command-{seq}"),
        body,
    }
}

fn memory() -> Memory {
    Memory { texts: Vec::new(), sport: football() }
}

/// A line of the file: the row, and its hash in the chain.
fn line(row: &Row, hash: &chain::Hash) -> serde_json::Value {
    serde_json::json!({
        "seq": row.seq, "stream": row.stream, "visibility": row.visibility, "order": row.order,
        "boot": row.stamp.boot, "mono_ms": row.stamp.mono_ms, "wall_ms": row.stamp.wall_ms,
        "wall_trusted": row.stamp.wall_trusted, "actor": row.actor, "command": row.command,
        "version": row.version, "body": row.body, "hash": text::hex(hash),
    })
}

fn read_line(line: &str) -> (Row, String) {
    let line: serde_json::Value = serde_json::from_str(line).expect("a line is JSON");
    let text = |key: &str| line[key].as_str().map(str::to_owned);
    let number = |key: &str| line[key].as_u64().unwrap_or_else(|| panic!("{key} is a number"));
    let row = Row {
        seq: number("seq"),
        stream: text("stream").expect("a stream"),
        visibility: text("visibility").expect("a visibility"),
        order: text("order"),
        stamp: Stamp {
            boot: u32::try_from(number("boot")).expect("a small number"),
            mono_ms: number("mono_ms"),
            wall_ms: line["wall_ms"].as_i64().expect("a number"),
            wall_trusted: line["wall_trusted"].as_bool().expect("yes or no"),
        },
        actor: text("actor").expect("an actor"),
        command: text("command").expect("a command"),
        version: u32::try_from(number("version")).expect("a small number"),
        body: text("body").expect("a body"),
    };
    (row, text("hash").expect("a hash"))
}

#[test]
fn stored_events_of_version_1_decode_and_encode_as_ever() {
    let file = std::fs::read_to_string(golden("events-v1.ndjson")).expect("the golden file");
    let expected = every_kind();
    // Encoding first fills the texts, in the order in which the file was made.
    let mut memory = memory();
    for event in &expected {
        codec::encode(event, &mut memory).expect("memory takes everything");
    }
    let mut prev = GENESIS;
    assert_eq!(file.lines().count(), expected.len());
    for (golden, expected) in file.lines().zip(&expected) {
        let (row, hash) = read_line(golden);
        let event = codec::decode(&row, &mut memory).unwrap_or_else(|e| panic!("event {}: {e}", row.seq));
        assert_eq!(event, *expected);
        assert_eq!(codec::encode(&event, &mut memory).expect("it encodes"), row);
        prev = chain::hash(&prev, &row);
        assert_eq!(text::hex(&prev), hash, "the chain at event {}", row.seq);
    }
}

#[test]
fn a_version_or_field_nobody_knows_is_refused_by_name() {
    let mut memory = memory();
    let body = EventBody::Voided { target: 3, cascade: Vec::new(), reason: None };
    let row = codec::encode(&event(10, body), &mut memory).expect("it encodes");
    let newer = Row { version: 2, ..row.clone() };
    let said = codec::decode(&newer, &mut memory).expect_err("version 2 is unknown").to_string();
    assert!(said.contains("version 2"), "{said}");
    for body in ["{}", "[]", "{\"kind\":\"voided\",\"target\":3,\"new\":1}", "{\"kind\":\"invented\"}"] {
        let strange = Row { body: body.to_owned(), ..row.clone() };
        codec::decode(&strange, &mut memory).map(|_| ()).expect_err(body);
    }
}

#[test]
fn a_database_of_schema_1_opens_and_folds_as_ever() {
    let folder = Folder::new();
    std::fs::create_dir_all(&folder.0).expect("a folder can be made");
    std::fs::copy(golden("v1.db"), folder.0.join("touchline.db")).expect("the golden database");
    verify(&folder.0, |_, _| {}).expect("its chain is whole");
    block_on(async {
        let (ledger, opened) = Ledger::open(&folder.0, Time::manual(0, WALL)).expect("it opens");
        let game = &opened.games[0];
        assert_eq!((game.id, game.score_text().as_str()), (GameId(1), "1-1"));
        assert_eq!(game.setup.sides["home"].players[0].name, "Ana Diaz");
        let known = ledger.outcome(&actor(), "equaliser").await.expect("an answer");
        assert!(matches!(known, Some(Outcome::Accepted(_))), "{known:?}");
        let more = accepted(&run(&ledger, "new", goal(GameId(1), "away", "7")).await);
        assert_eq!(more.game, Some(GameId(1)));
    });
}

#[test]
#[ignore = "makes the golden file of stored events; run once, when a version is new"]
fn make_stored_events() {
    let (mut memory, mut prev, mut file) = (memory(), GENESIS, String::new());
    for event in every_kind() {
        let row = codec::encode(&event, &mut memory).expect("memory takes everything");
        prev = chain::hash(&prev, &row);
        file.push_str(&line(&row, &prev).to_string());
        file.push('\n');
    }
    std::fs::write(golden("events-v1.ndjson"), file).expect("the golden file can be written");
}

#[test]
#[ignore = "makes the golden database; run once, when a schema is new"]
fn make_database() {
    let folder = Folder::new();
    block_on(async {
        let (ledger, _) = Ledger::open(&folder.0, Time::manual(1_000, WALL)).expect("it opens");
        let (game, _) = match_day(&ledger).await;
        accepted(&run(&ledger, "equaliser", goal(game, "away", "Cem Okoro")).await);
        accepted(&run(&ledger, "second line", comment(game, "All square.")).await);
        ledger.close().await;
        drop(ledger);
        std::fs::copy(folder.0.join("touchline.db"), golden("v1.db")).expect("it can be written");
    });
}
