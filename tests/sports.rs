//! Sport files: what is taken, what is refused and where, and what parameters make of them.

use touchline::domain::event::Param;
use touchline::domain::sport::Sport;
use touchline::domain::sport::embedded::{FILES, Library, carried};

const FOOTBALL: &str = include_str!("../data/sports/football.toml");

#[test]
fn the_carried_files_are_taken() {
    for (file, text) in FILES {
        Sport::parse(file, text).unwrap_or_else(|error| panic!("{error}"));
    }
    let library = Library::load(carried()).expect("each is taken alone");
    assert_eq!(library.sports.keys().collect::<Vec<_>>(), ["football", "free"]);
}

#[test]
fn extra_time_begins_where_regular_time_ends() {
    let sport = Sport::parse("football.toml", FOOTBALL).expect("it is carried");
    for (half, second, extra) in [(None, 45, 90), (Some(20), 20, 40)] {
        let params = half.map(|half| ("half".to_owned(), Param::Int(half))).into_iter().collect();
        let rules = sport.rules(&params).expect("20 is allowed");
        let from = |id| rules.segments[sport.segment(id).expect("it is there")].from_ms / 60_000;
        assert_eq!([from("1H"), from("2H"), from("E1"), from("E2")], [0, second, extra, extra + 15]);
    }
}
