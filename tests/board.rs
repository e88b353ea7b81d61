//! Boards as phones hold them, their differences, and what the pump publishes when.

mod scene;

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::{ProptestConfig, Strategy, any, prop_assert_eq, prop_oneof, proptest};
use scene::{MINUTE, Scene, act, comment, reds_blues};
use serde_json::{Value, json};
use touchline::board::boards::{Boards, Reached};
use touchline::board::diff::{diff, merge};
use touchline::board::game::{Audience, MAX_BYTES, render};
use touchline::board::pump::{Load, Pump, Settings};
use touchline::board::{desk, games, timeline};
use touchline::domain::GameId;
use touchline::domain::clock::Stamp;
use touchline::domain::command::Play;
use touchline::domain::event::{Draft, EventBody, State, Stream, Urgency, Visibility};
use touchline::hub::seat::Next;
use touchline::hub::{Hub, HubLimits};
use touchline::ledger::outcome::Batch;
use touchline::runtime::{Shutdown, Time, block_on, spawn, timeout};
use touchline::wire::{ChannelName, Epoch, Transport};
use touchline::words::catalogue::Words;

const BOOT: u32 = 1;

fn board(scene: &Scene) -> Value {
    render(&scene.game, Words::new().voice("en"), BOOT, Audience::Public)
}

/// A lively game: `n` entries after kick-off, a goal now and then.
fn busy(n: u64) -> Scene {
    let mut scene = Scene::new();
    scene.start();
    for i in 0..n {
        let side = if i % 3 == 0 { "away" } else { "home" };
        let action = match i % 50 {
            0 => "goal",
            1..=20 => "shot_off_target",
            21..=30 => "corner",
            _ => "foul",
        };
        let mut at = scene.at(1);
        at.clock_ms = Some(i * 45 * MINUTE / n);
        scene.enter_at(act(action, side, Some("9")), at);
    }
    scene
}

fn has_null_or_long_list(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(list) => {
            list.len() > 8 || list.iter().any(|v| v.is_object() || v.is_array() || v.is_null())
        }
        Value::Object(members) => members.values().any(has_null_or_long_list),
        _ => false,
    }
}

#[test]
fn a_board_has_the_shape_of_the_contract() {
    let mut scene = Scene::new();
    scene.start();
    let goal = scene.enter_at(act("goal", "home", Some("9")), scene.at(12));
    let board = board(&scene);
    assert_eq!(board["id"], 7);
    assert_eq!(board["seq"], goal);
    assert_eq!(
        (&board["sport"], &board["noun"], &board["state"]),
        (&json!("football"), &json!("match"), &json!("live"))
    );
    assert_eq!(board["sides"]["home"]["name"], "Reds");
    assert_eq!(board["sides"]["home"]["score"], 1);
    assert_eq!(board["sides"]["home"]["index"], 0);
    assert_eq!(board["sides"]["home"]["players"]["9"], json!({"name": "Diaz"}));
    assert_eq!(board["score_text"], "1-0");
    assert_eq!((&board["segment"], &board["segment_label"]), (&json!("1H"), &json!("First half")));
    assert_eq!(board["clock"]["running"], true);
    assert_eq!(board["clock"]["direction"], "up");
    assert_eq!(board["starts_at"], "2026-11-22T15:00:00Z");
    let order = scene.game.entry(goal).map(|entry| entry.order.to_string()).unwrap();
    assert_eq!(
        board["timeline"][goal.to_string()],
        json!({"seq": goal, "order": order, "kind": "goal", "key": true, "side": "home", "player": "9",
            "at": {"segment": "1H", "clock_ms": 690_000, "text": "12'"},
            "text": "Goal, Reds. Diaz, 12th minute. Reds 1, Blues 0."})
    );
    assert_eq!(board["stats"]["shots"]["home"], 1);
    assert!(!has_null_or_long_list(&board), "{board}");
}

#[test]
fn nothing_is_null_at_any_stage_of_a_game() {
    let mut scene = Scene::knockout();
    let check = |scene: &Scene| {
        for board in [board(scene), desk::render(&scene.game, Words::new().voice("de"), BOOT)] {
            assert!(!has_null_or_long_list(&board), "{board}");
        }
    };
    check(&scene);
    for _ in 0..4 {
        scene.start();
        check(&scene);
        let wrong = scene.enter(act("foul", "home", None));
        scene.void(wrong);
        scene.enter(comment("Words.", Urgency::Polite));
        check(&scene);
        scene.end();
        check(&scene);
    }
    scene.state(State::Abandoned, "fog");
    check(&scene);
}

#[test]
fn a_correction_is_an_entry_of_its_own() {
    let mut scene = Scene::new();
    scene.start();
    let goal = scene.goal("home", 12);
    let void = scene.void(goal);
    let at = Some(scene.at(13));
    let wrong = scene.goal("home", 13);
    let right = scene.play(&Play::Replace { seq: wrong, entry: act("goal", "away", None), at });
    let board = board(&scene);
    let entry = |seq: u64| &board["timeline"][seq.to_string()];
    assert_eq!(entry(void)["voids"], goal);
    assert_eq!(entry(goal)["voided_by"], void);
    assert_eq!(entry(right)["replaces"], wrong);
    assert_eq!(entry(wrong)["replaced_by"], right);
    assert_eq!(board["score_text"], "0-1");
    assert_eq!(board["stats"]["shots"]["home"], 0, "what does not count is in no statistic");
}

#[test]
fn a_running_clock_of_another_start_is_not_shown_as_running() {
    let mut scene = Scene::new();
    scene.start();
    let words = Words::new();
    let later = render(&scene.game, words.voice("en"), BOOT + 1, Audience::Public);
    assert!(later.get("clock").is_none());
    scene.end();
    let later = render(&scene.game, words.voice("en"), BOOT + 1, Audience::Public);
    assert_eq!(later["clock"]["running"], false);
}

#[test]
fn a_long_game_with_long_names_fits() {
    let mut setup = reds_blues();
    for side in setup.sides.values_mut() {
        side.name = "Ω".repeat(100);
        for player in &mut side.players {
            player.name = "Wolfeschlegelsteinhausenbergerdorff ".repeat(3);
        }
    }
    let mut scene = Scene::of(7, 1, setup);
    scene.start();
    for i in 0..2_000 {
        let action = if i % 4 == 0 { "goal" } else { "corner" };
        scene.enter(act(action, "home", Some("9")));
    }
    let board = board(&scene);
    let bytes = serde_json::to_vec(&board).unwrap();
    assert!(bytes.len() <= MAX_BYTES, "{} bytes", bytes.len());
    let newest = scene.last_seq().to_string();
    assert!(board["timeline"][newest].is_object(), "the newest entry is the last to go");
}

#[test]
fn two_thousand_events_are_twelve_kilobytes_on_the_wire() {
    let scene = busy(2_000);
    let board = board(&scene);
    let timeline = board["timeline"].as_object().unwrap();
    let keys = timeline.values().filter(|entry| entry["key"] == true).count();
    assert!(timeline.len() > timeline::NEWEST && timeline.len() <= timeline::NEWEST + timeline::OLDER_KEY);
    assert!(keys >= 40, "{keys}");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(&serde_json::to_vec(&board).unwrap()).unwrap();
    let packed = gzip.finish().unwrap().len();
    assert!(packed <= 12 * 1024, "{packed} bytes");
}

#[test]
fn older_entries_come_by_pages() {
    let scene = busy(100);
    let words = Words::new();
    let first = timeline::page(&scene.game, words.voice("en"), None, 30);
    assert_eq!(first.as_object().unwrap().len(), 30);
    let oldest = first.as_object().unwrap().values().map(|e| e["order"].as_str().unwrap()).min().unwrap();
    let before = touchline::domain::order::Order::parse(oldest).unwrap();
    let second = timeline::page(&scene.game, words.voice("en"), Some(&before), 30);
    assert!(second.as_object().unwrap().keys().all(|seq| first.get(seq).is_none()));
}

#[test]
fn the_list_shows_what_is_played_first_and_only_the_days_games() {
    let live = busy(1);
    let mut far = reds_blues();
    far.starts_at = far.starts_at.map(|at| at + 30 * 24 * 3_600_000);
    let far = Scene::of(8, 100, far);
    let soon = Scene::of(9, 200, reds_blues());
    let wall_ms = live.stamp.wall_ms;
    let words = Words::new();
    let scenes = [&live, &far, &soon];
    let board = games::render(scenes.into_iter().map(|s| &s.game), words.voice("en"), BOOT, wall_ms);
    let ids: Vec<_> = board["games"].as_object().unwrap().keys().collect();
    assert_eq!(ids, ["7", "9"]);
    assert_eq!(board["games"]["7"]["sides"]["home"]["name"], "Reds");
    assert!(board["games"]["7"].get("timeline").is_none());
}

#[test]
fn a_list_of_hundreds_of_games_fits() {
    let scenes: Vec<_> = (1..=300).map(|id| Scene::of(id, id, reds_blues())).collect();
    let words = Words::new();
    let wall_ms = scenes[0].stamp.wall_ms;
    let board = games::render(scenes.iter().map(|s| &s.game), words.voice("en"), BOOT, wall_ms);
    assert!(serde_json::to_vec(&board).unwrap().len() <= MAX_BYTES);
    let shown = board["games"].as_object().unwrap().len();
    assert!(shown >= 60, "{shown}");
    assert_eq!(board["left_out"], 300 - shown);
}

// --- differences

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        (-3_i64..3).prop_map(Value::from),
        "[a-c]{0,2}".prop_map(Value::from),
        proptest::collection::vec(0_i64..3, 0..3).prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        proptest::collection::btree_map("[a-d]", inner, 0..4)
            .prop_map(|map| Value::Object(map.into_iter().collect()))
    })
}

fn board_value() -> impl Strategy<Value = Value> {
    proptest::collection::btree_map("[a-d]", json_value(), 0..4)
        .prop_map(|map| Value::Object(map.into_iter().collect()))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_difference_leads_from_one_board_to_the_other(old in board_value(), new in board_value()) {
        let mut held = old.clone();
        merge(&mut held, &diff(&old, &new));
        prop_assert_eq!(held, new);
    }

    #[test]
    fn equal_boards_differ_in_nothing(board in board_value()) {
        prop_assert_eq!(diff(&board, &board), json!({}));
    }
}

/// The examples of RFC 7396, appendix A, as far as boards can hold them.
#[test]
fn merging_follows_the_rfc() {
    let cases = [
        (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
        (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
        (json!({"a": "b"}), json!({"a": null}), json!({})),
        (json!({"a": "b", "b": "c"}), json!({"a": null}), json!({"b": "c"})),
        (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
        (json!({"a": "c"}), json!({"a": ["b"]}), json!({"a": ["b"]})),
        (json!({"a": {"b": "c"}}), json!({"a": {"b": "d", "c": null}}), json!({"a": {"b": "d"}})),
        (json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]})),
        (json!(["a", "b"]), json!(["c", "d"]), json!(["c", "d"])),
        (json!({"a": "b"}), json!(["c"]), json!(["c"])),
        (json!({"a": "foo"}), json!(null), json!(null)),
        (json!({"a": "foo"}), json!("bar"), json!("bar")),
        (json!({"e": null}), json!({"a": 1}), json!({"e": null, "a": 1})),
        (json!([1, 2]), json!({"a": "b", "c": null}), json!({"a": "b"})),
        (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
    ];
    for (mut target, patch, expected) in cases {
        let before = target.clone();
        merge(&mut target, &patch);
        assert_eq!(target, expected, "{before} with {patch}");
    }
}

// --- the pump

struct Rig {
    hub: Hub,
    time: Time,
    pump: Pump,
    boards: Boards,
}

fn rig(coalesce_ms: u64) -> Rig {
    rig_with(coalesce_ms, Arc::new(|_| Box::pin(async { Vec::new() })))
}

fn rig_with(coalesce_ms: u64, load: Load) -> Rig {
    let time = Time::manual(5_000, 1_795_359_600_000);
    let hub = Hub::new(Epoch::from_bits(7), HubLimits::default(), time.clone());
    let settings = Settings { language: "en".to_owned(), coalesce_ms, boot: BOOT };
    let pump = Pump::new(hub.clone(), Words::new(), time.clone(), settings, load);
    let boards = pump.boards();
    Rig { hub, time, pump, boards }
}

fn channel(name: &str) -> ChannelName {
    name.parse().unwrap()
}

impl Rig {
    fn flush(&mut self) -> Option<u64> {
        self.pump.flush(self.time.now_ms())
    }

    /// What was published on a channel after `held`, oldest first.
    fn messages(&self, name: &str, held: u64) -> Vec<Value> {
        let id = self.hub.find(name).unwrap_or_else(|| panic!("{name} is open"));
        let seat = self.hub.seat(Transport::Poll, &[id]).unwrap();
        let (mut held, mut seen) = (held, Vec::new());
        while let Next::Frame(frame) = seat.next_after(held) {
            held = frame.number();
            seen.push(serde_json::from_slice(frame.json()).unwrap());
        }
        seen
    }

    fn shown(&self, name: &str) -> Arc<Value> {
        let id = self.hub.find(name).unwrap_or_else(|| panic!("{name} is open"));
        self.hub.retained(id).unwrap().board.clone()
    }
}

/// The events of a scene from `seq` on.
fn since(scene: &Scene, seq: u64) -> &[Arc<touchline::domain::event::Event>] {
    let start = scene.events.partition_point(|event| event.seq < seq);
    &scene.events[start..]
}

#[test]
fn the_first_change_goes_out_at_once_and_what_follows_together() {
    let mut rig = rig(100);
    let mut scene = Scene::new();
    scene.start();
    rig.pump.absorb(&scene.events);
    rig.flush();
    rig.time.advance(1_000);
    let held = rig.hub.frame();

    let first = scene.goal("home", 1);
    rig.pump.absorb(since(&scene, first));
    assert_eq!(rig.flush(), None);
    assert_eq!(rig.messages("game/7", held).len(), 1);

    let second = scene.goal("home", 2);
    rig.pump.absorb(since(&scene, second));
    rig.time.advance(50);
    let third = scene.goal("away", 3);
    rig.pump.absorb(since(&scene, third));
    assert!(rig.flush().is_some());
    assert_eq!(rig.messages("game/7", held).len(), 1, "within the flush time nothing goes out");

    rig.time.advance(50);
    assert_eq!(rig.flush(), None);
    let messages = rig.messages("game/7", held);
    assert_eq!(messages.len(), 2);
    let said: Vec<_> =
        messages[1]["say"].as_array().unwrap().iter().map(|s| s["seq"].as_u64().unwrap()).collect();
    assert_eq!(said, [second, third]);
    assert_eq!(rig.shown("game/7")["score_text"], "2-1");
}

#[test]
fn without_coalescing_every_batch_goes_out() {
    let mut rig = rig(0);
    let mut scene = Scene::new();
    scene.start();
    rig.pump.absorb(&scene.events);
    rig.flush();
    let held = rig.hub.frame();
    for minute in 1..=3 {
        let seq = scene.goal("home", minute);
        rig.pump.absorb(since(&scene, seq));
        assert_eq!(rig.flush(), None);
    }
    assert_eq!(rig.messages("game/7", held).len(), 3);
}

#[test]
fn patches_lead_from_board_to_board_and_are_small() {
    let mut rig = rig(0);
    let mut scene = busy(60);
    rig.pump.absorb(&scene.events);
    rig.flush();
    let held = rig.hub.frame();
    let mut board = (*rig.shown("game/7")).clone();
    let mut at = scene.at(1);
    at.clock_ms = Some(46 * MINUTE);
    let goal = scene.enter_at(act("goal", "home", Some("9")), at);
    rig.pump.absorb(since(&scene, goal));
    rig.flush();
    let void = scene.void(goal);
    rig.pump.absorb(since(&scene, void));
    rig.flush();
    let messages = rig.messages("game/7", held);
    for message in &messages {
        merge(&mut board, &message["patch"]);
    }
    assert_eq!(board, *rig.shown("game/7"));
    let size = messages[0].to_string().len();
    assert!(size <= 620, "a goal with words and two statistics takes {size} bytes");
    let correction = "Correction: the goal for Reds does not count. Reds 1, Blues 1.";
    assert_eq!(messages[1]["say"][0]["text"], correction);
}

#[test]
fn a_flood_is_told_as_a_number() {
    let mut rig = rig(100);
    let mut scene = Scene::new();
    scene.start();
    rig.pump.absorb(&scene.events);
    rig.flush();
    rig.time.advance(1_000);
    let held = rig.hub.frame();
    let first = scene.next_seq;
    for _ in 0..30 {
        scene.enter(act("foul", "home", None));
    }
    scene.enter(comment("Please leave by gate 4.", Urgency::Assertive));
    rig.pump.absorb(since(&scene, first));
    rig.flush();
    let messages = rig.messages("game/7", held);
    let said: Vec<_> =
        messages[0]["say"].as_array().unwrap().iter().map(|s| s["text"].as_str().unwrap()).collect();
    assert_eq!(said, ["Please leave by gate 4.", "31 updates. Reds 0, Blues 0."]);
}

#[test]
fn what_staff_alone_may_see_is_on_the_desk_only() {
    let mut rig = rig(0);
    let mut scene = Scene::new();
    scene.start();
    let note = EventBody::Entered { entry: comment("Check the shirt numbers.", Urgency::Polite), at: None };
    let order = scene
        .game
        .entries()
        .last()
        .map(|entry| touchline::domain::order::Order::after(entry.order.segment, Some(&entry.order)));
    scene.commit(Draft { stream: None, visibility: Visibility::Staff, order, body: note });
    rig.pump.absorb(&scene.events);
    rig.flush();
    let words = Words::new();
    let seq = scene.last_seq().to_string();
    assert!(rig.shown("game/7")["timeline"].get(&seq).is_none());
    assert_eq!(rig.shown("game/7")["seq"], scene.last_seq() - 1);
    let desk = desk::render(&scene.game, words.voice("en"), BOOT);
    assert_eq!(desk["timeline"][&seq]["by"], "user:kim");
    assert_eq!(desk["timeline"][&seq]["staff"], true);
}

#[test]
fn a_game_asked_for_before_its_batch_comes_is_on_the_list_all_the_same() {
    let scene = Scene::new();
    let history = scene.events.clone();
    // The log is ahead of the batches: commit, answer, and only then publish.
    let load: Load = Arc::new(move |_| {
        let events = history.clone();
        Box::pin(async move { events })
    });
    let rig = rig_with(0, load);
    let (batches, committed) = async_channel::unbounded::<Arc<Batch>>();
    spawn(rig.pump.run(committed, Shutdown::default()));
    let (boards, events) = (rig.boards, scene.events.clone());
    block_on(async move {
        let seq = scene.last_seq();
        let reached = boards.board_at(&channel("games"), GameId(7), seq, Duration::from_secs(10)).await;
        batches.send(Arc::new(Batch { events, decided: Vec::new() })).await.expect("the pump runs");
        let Some(Reached::Yes(list)) = reached else { panic!("{reached:?}") };
        assert!(list.board["games"].get("7").is_some(), "{}", list.board);
    });
}

#[test]
fn boards_are_opened_when_asked_for() {
    let mut scene = Scene::new();
    scene.start();
    let history = scene.events.clone();
    let load: Load = Arc::new(move |stream| {
        let events = if stream == Stream::Game(GameId(7)) { history.clone() } else { Vec::new() };
        Box::pin(async move { events })
    });
    let rig = rig_with(100, load);
    let (batches, committed) = async_channel::unbounded::<Arc<Batch>>();
    let shutdown = Shutdown::default();
    spawn(rig.pump.run(committed, shutdown.clone()));
    let boards = rig.boards;
    block_on(async move {
        let english = boards.board(&channel("game/7")).await.expect("an old game is read from the log");
        assert_eq!(english.board["segment_label"], "First half");
        let german = boards.board(&channel("game/7@de")).await.expect("German is spoken here");
        assert_eq!(german.board["segment_label"], "Erste Halbzeit");
        assert!(boards.board(&channel("game/7/desk")).await.is_some());
        for nothing in ["game/8", "game/7@xx", "game/7@de-AT", "poll/1"] {
            assert!(boards.board(&channel(nothing)).await.is_none(), "{nothing}");
        }
        let page = boards.timeline(GameId(7), None, None, 10).await.expect("the game is at hand");
        assert_eq!(page.as_object().unwrap().len(), 1);

        // Who must read what was just written waits for it.
        let goal = scene.goal("home", 1);
        let name = channel("game/7");
        let waiting = boards.board_at(&name, GameId(7), goal, Duration::from_secs(10));
        let batch = Batch { events: since(&scene, goal).to_vec(), decided: Vec::new() };
        let sending = async {
            batches.send(Arc::new(batch)).await.expect("the pump runs");
        };
        let (reached, ()) = smol::future::zip(waiting, sending).await;
        let Some(Reached::Yes(board)) = reached else { panic!("{reached:?}") };
        assert_eq!(board.board["score_text"], "1-0");
        let never = boards.board_at(&name, GameId(7), goal + 1, Duration::from_millis(1)).await;
        assert!(matches!(never, Some(Reached::NotYet(_))), "{never:?}");

        shutdown.raise();
        let gone = timeout(Duration::from_secs(10), async {
            while boards.board(&channel("game/9")).await.is_some() {}
        });
        assert!(gone.await.is_some());
    });
}

#[test]
fn a_correction_of_an_old_game_reads_it_from_the_log_first() {
    let mut scene = Scene::new();
    scene.start();
    let goal = scene.goal("home", 1);
    let void = scene.void(goal);
    let history = scene.events.clone();
    let rig = rig_with(
        0,
        Arc::new(move |_| {
            let events = history.clone();
            Box::pin(async move { events })
        }),
    );
    let (batches, committed) = async_channel::unbounded();
    let batch = Batch { events: since(&scene, void).to_vec(), decided: Vec::new() };
    batches.send_blocking(Arc::new(batch)).unwrap();
    batches.close();
    let (boards, hub) = (rig.boards.clone(), rig.hub.clone());
    drop(boards);
    block_on(rig.pump.run(committed, Shutdown::default()));
    assert!(hub.find("game/7").is_none(), "nobody has asked to see it");
}

#[test]
fn open_games_are_restored_in_silence() {
    let mut rig = rig(100);
    let scene = busy(20);
    block_on(rig.pump.restore(vec![scene.game.clone()]));
    assert_eq!(rig.shown("game/7")["seq"], scene.last_seq());
    assert_eq!(rig.shown("games")["games"]["7"]["state"], "live");
    assert!(rig.messages("game/7", rig.hub.frame()).is_empty());
}

#[test]
fn a_withdrawn_game_leaves_every_page() {
    let mut rig = rig(0);
    let mut scene = busy(5);
    rig.pump.absorb(&scene.events);
    rig.flush();
    let body = EventBody::GameWithdrawn { reason: Some("entered twice".into()) };
    scene.commit(Draft { stream: None, visibility: Visibility::Public, order: None, body });
    rig.pump.absorb(since(&scene, scene.last_seq()));
    rig.flush();
    let board = rig.shown("game/7");
    assert_eq!((&board["withdrawn"], &board["reason"]), (&json!(true), &json!("entered twice")));
    assert!(board.get("timeline").is_none());
    assert!(rig.shown("games")["games"].get("7").is_none());
}

#[test]
fn the_desk_is_asked_about_the_gap() {
    let mut scene = Scene::new();
    scene.start();
    let stamp = Stamp { boot: 2, mono_ms: 10, wall_ms: scene.stamp.wall_ms + 60_000, wall_trusted: true };
    for draft in touchline::domain::decide::resume_clock(&scene.game, None, &stamp, Some(60_000)) {
        scene.stamp = stamp;
        scene.commit(draft);
    }
    let board = desk::render(&scene.game, Words::new().voice("en"), 2);
    assert_eq!(board["resume_question"]["gap_ms"], 60_000);
    assert_eq!(board["clock"]["running"], true);
}
