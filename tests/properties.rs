//! What holds for every game, whatever was asked of it: for lists of commands, sound and unsound mixed.

#[path = "rules/table.rs"]
mod table;

use proptest::prelude::{
    BoxedStrategy, Just, ProptestConfig, Strategy, any, prop, prop_assert_eq, prop_oneof, proptest,
};
use table::Table;
use touchline::domain::command::Play;
use touchline::domain::decide;
use touchline::domain::event::{
    Action, Award, ClockDo, Entry, GameTime, Param, Review, SegmentDo, State, Urgency,
};
use touchline::domain::order::Order;

/// What is asked; an entry is meant by its place among those there are, counted from the last.
#[derive(Clone, Debug)]
enum Ask {
    Enter(Entry, Option<GameTime>),
    Insert(usize, Entry, Option<GameTime>),
    Replace(usize, Entry, Option<GameTime>),
    Void(usize),
    Wait(u64),
    Restart(Option<u64>),
}

const PLAYS: [&str; 11] = [
    "goal",
    "own_goal",
    "penalty_awarded",
    "penalty_missed",
    "corner",
    "substitution",
    "yellow",
    "red",
    "added_time",
    "kick",
    "touchdown",
];

fn side() -> impl Strategy<Value = Option<String>> {
    prop_oneof![
        6 => Just(Some("home".to_owned())),
        6 => Just(Some("away".to_owned())),
        1 => Just(None),
        1 => Just(Some("reds".to_owned())),
    ]
}

fn play() -> impl Strategy<Value = Entry> {
    let player = prop::option::of(prop::sample::select(vec!["7", "9"]).prop_map(str::to_owned));
    (prop::sample::select(&PLAYS[..]), side(), player, any::<bool>(), 0..40_i64, prop::option::of(1..60_u64))
        .prop_map(|(id, side, player, scored, value, of)| {
            let scored = (id == "kick").then_some(scored);
            let value = (id == "added_time").then_some(value);
            let of = of.filter(|_| id.starts_with("goal") || id == "penalty_missed");
            Entry::Action(Action {
                action: id.to_owned(),
                side,
                player,
                scored,
                value,
                of,
                ..Action::default()
            })
        })
}

fn turn() -> impl Strategy<Value = Entry> {
    // What ends a game for good is rare, or nothing would be left to happen.
    let states = prop_oneof![
        6 => prop::sample::select(vec![State::Live, State::Suspended, State::Interval]),
        2 => Just(State::Final),
        1 => prop::sample::select(vec![State::Abandoned, State::Awarded, State::Cancelled]),
        1 => prop::sample::select(vec![State::Scheduled, State::Delayed, State::Postponed]),
    ];
    (states, any::<bool>(), any::<bool>()).prop_map(|(to, told, decided)| {
        let award = Award { side: Some("away".to_owned()), score: Some([0, 3]), kind: "forfeit".to_owned() };
        Entry::State { to, reason: told.then(|| "so".to_owned()), award: decided.then_some(award) }
    })
}

fn entry() -> impl Strategy<Value = Entry> {
    let segment = prop::option::of(prop::sample::select(vec!["1H", "2H", "E1", "P"]).prop_map(str::to_owned));
    let review = prop_oneof![
        prop::option::of(1..60_u64).prop_map(|of| Review::Open { of }),
        Just(Review::Stands),
        Just(Review::Overturned),
    ];
    let work =
        prop_oneof![Just(ClockDo::Start), Just(ClockDo::Stop), (0..6_000_000_u64).prop_map(ClockDo::Set)];
    let comment = Entry::Comment { text: "so it goes".to_owned(), lang: None, urgency: Urgency::Polite };
    prop_oneof![
        10 => play(),
        2 => Just(comment),
        2 => work.prop_map(Entry::Clock),
        3 => Just(Entry::Segment(SegmentDo::Start(None))),
        1 => segment.prop_map(|id| Entry::Segment(SegmentDo::Start(id))),
        3 => Just(Entry::Segment(SegmentDo::End)),
        3 => turn(),
        2 => review.prop_map(Entry::Review),
        1 => (-1..4_i64).prop_map(|to| Entry::Adjust { side: "home".to_owned(), counter: "goals".to_owned(), to, reason: None }),
    ]
}

fn time() -> impl Strategy<Value = Option<GameTime>> {
    let told =
        (prop::sample::select(vec!["1H", "1H", "2H", "2H", "HT", "E1", "X"]), prop::option::of(0..130_u64));
    let told = told.prop_map(|(segment, minute)| {
        Some(GameTime { segment: segment.to_owned(), clock_ms: minute.map(|minute| minute * 60_000) })
    });
    prop_oneof![4 => Just(None), 3 => told]
}

fn ask() -> BoxedStrategy<Ask> {
    prop_oneof![
        12 => (entry(), time()).prop_map(|(entry, at)| Ask::Enter(entry, at)),
        2 => (0..12_usize, entry(), time()).prop_map(|(after, entry, at)| Ask::Insert(after, entry, at)),
        2 => (0..12_usize, entry(), time()).prop_map(|(of, entry, at)| Ask::Replace(of, entry, at)),
        3 => (0..12_usize).prop_map(Ask::Void),
        2 => (0..3_000_000_u64).prop_map(Ask::Wait),
        1 => prop::option::of(0..600_000_u64).prop_map(Ask::Restart),
    ]
    .boxed()
}

/// A game that has begun more often than not, so that asks are not all refused.
fn asks() -> impl Strategy<Value = Vec<Ask>> {
    (any::<bool>(), prop::collection::vec(ask(), 1..150)).prop_map(|(begun, mut asks)| {
        if begun {
            asks.insert(0, Ask::Enter(Entry::Segment(SegmentDo::Start(None)), None));
        }
        asks
    })
}

fn table() -> Table {
    Table::new("football", &[("knockout", Param::Bool(true))])
}

/// Does what is asked; refusals are part of it.
fn put(table: &mut Table, ask: &Ask) {
    let entries = table.game.entries();
    let meant = |back: usize| entries.len().checked_sub(back + 1).map_or(0, |index| entries[index].seq);
    let play = match ask {
        Ask::Enter(entry, at) => Play::Enter { entry: entry.clone(), at: at.clone() },
        Ask::Insert(back, entry, at) => {
            Play::Insert { after: meant(*back), entry: entry.clone(), at: at.clone() }
        }
        Ask::Replace(back, entry, at) => {
            Play::Replace { seq: meant(*back), entry: entry.clone(), at: at.clone() }
        }
        Ask::Void(back) => Play::Void { seq: meant(*back), reason: None },
        Ask::Wait(ms) => return table.wait(*ms),
        Ask::Restart(gap_ms) => return table.restart(*gap_ms),
    };
    let _ = table.play(&play, None);
}

fn played(asks: &[Ask]) -> Table {
    let mut table = table();
    for ask in asks {
        put(&mut table, ask);
    }
    table
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    /// Replay equals live and one fold of everything, no score is negative, places are unique and sort as they are written.
    #[test]
    fn every_game_is_sound(asks in asks()) {
        played(&asks).assert_sound();
    }

    /// A void of the newest entry gives the game as it was before it.
    #[test]
    fn taking_back_the_newest_entry_restores(asks in asks(), entry in entry(), at in time()) {
        let mut table = played(&asks);
        let before = table.game.clone();
        let Ok(seqs) = table.play(&Play::Enter { entry, at }, None) else { return Ok(()) };
        // A review that falls is a correction itself and cannot be taken back.
        if seqs.len() > 1 {
            return Ok(());
        }
        let back = table.play(&Play::Void { seq: seqs[0], reason: None }, None);
        let back = match back {
            Err(rejection) if rejection.code == "void-of-void" => return Ok(()),
            other => other.expect("nothing stands after it"),
        };
        // Where the clock went in an earlier start of the box, it is set going anew.
        if back.len() == 1 {
            prop_assert_eq!(table.game.state(), before.state());
        }
        prop_assert_eq!(&table.game.state().counters, &before.state().counters);
        prop_assert_eq!(table.game.score_text(), before.score_text());
        table.assert_sound();
    }

    /// The same asked twice gives the same events.
    #[test]
    fn the_same_asks_give_the_same_game(asks in asks()) {
        let (one, other) = (played(&asks), played(&asks));
        prop_assert_eq!(one.events, other.events);
        prop_assert_eq!(one.game.score_text(), other.game.score_text());
    }

    /// Deciding changes nothing, and a decision of the past is one of the present.
    #[test]
    fn deciding_is_pure(asks in asks(), entry in entry(), at in time()) {
        let table = played(&asks);
        let play = Play::Enter { entry, at };
        let first = decide::play(&table.game, &play, None, &table.now);
        prop_assert_eq!(decide::play(&table.replayed(), &play, None, &table.now), first);
    }

    /// Places sort as they are written, however they came about.
    #[test]
    fn places_sort_as_they_are_written(steps in prop::collection::vec((0..40_usize, any::<bool>()), 1..80)) {
        let mut orders = vec![Order::after(0, None)];
        for (index, next_segment) in steps {
            let index = index % orders.len();
            let segment = orders[orders.len() - 1].segment + u16::from(next_segment);
            let new = if next_segment || index + 1 == orders.len() {
                Order::after(segment, orders.last())
            } else {
                Order::between(&orders[index], orders.get(index + 1))
            };
            let place = orders.partition_point(|order| *order < new);
            prop_assert_eq!(orders.get(place) == Some(&new), false);
            orders.insert(place, new);
        }
        let written: Vec<String> = orders.iter().map(ToString::to_string).collect();
        prop_assert_eq!(written.is_sorted(), true);
        for (order, text) in orders.iter().zip(&written) {
            prop_assert_eq!(Order::parse(text), Some(order.clone()));
        }
    }
}

/// A long game: what is corrected far from the end is folded from checkpoints, and all the same.
#[test]
fn a_game_of_two_thousand_entries_is_corrected_anywhere() {
    let mut table = table();
    let enter = |entry| Play::Enter { entry, at: None };
    table.play(&enter(Entry::Segment(SegmentDo::Start(None))), None).expect("it begins");
    let goal = |side: &str| {
        Entry::Action(Action { action: "goal".to_owned(), side: Some(side.to_owned()), ..Action::default() })
    };
    for _ in 0..1_000 {
        table.wait(1_000);
        table.play(&enter(goal("home")), None).expect("play is on");
        table.play(&enter(goal("away")), None).expect("play is on");
    }
    assert_eq!(table.game.state().points, [1_000, 1_000]);
    // Beside and on the places where the fold can begin anew; odd numbers are the home side's goals.
    for (seq, side) in [(3, "away"), (66, "home"), (130, "home"), (131, "away"), (1_999, "away")] {
        let plays = [
            Play::Replace { seq, entry: goal(side), at: None },
            Play::Insert { after: seq, entry: goal("home"), at: None },
            Play::Void { seq: seq + 2, reason: None },
        ];
        for play in plays {
            table.play(&play, None).expect("goals stand there, and none excludes another");
        }
    }
    assert_eq!(table.game.state().points, [1_001, 999]);
    table.assert_sound();
}

/// Entering at the end touches nothing that stands before it.
#[test]
fn what_happens_now_leaves_the_rest_alone() {
    let mut table = table();
    table
        .play(&Play::Enter { entry: Entry::Segment(SegmentDo::Start(None)), at: None }, None)
        .expect("it begins");
    for minute in 0..200 {
        let told = GameTime { segment: "1H".to_owned(), clock_ms: Some(minute * 1_000) };
        let corner =
            Action { action: "corner".to_owned(), side: Some("home".to_owned()), ..Action::default() };
        let before = table.game.entries().to_vec();
        table.play(&Play::Enter { entry: Entry::Action(corner), at: Some(told) }, None).expect("play is on");
        let (last, rest) = table.game.entries().split_last().expect("at least this one");
        assert_eq!(rest, before);
        assert_eq!(last.seq, table.game.last_seq);
    }
}
