//! Sport files: what is taken, what is refused and where, and what parameters make of them.

use std::collections::BTreeMap;

use proptest::prelude::{prop_assert, proptest};
use touchline::domain::clock::Direction;
use touchline::domain::event::Param;
use touchline::domain::sport::embedded::{FILES, Library, carried};
use touchline::domain::sport::{Group, Rules, Sport, When};
use touchline::domain::{Rejection, RejectionKind};

const FOOTBALL: &str = include_str!("../data/sports/football.toml");
const FREE: &str = include_str!("../data/sports/free.toml");

/// A piece of football.toml, what stands there instead with `^` on the line that is to be named, and a
/// part of what is to be said.
const REFUSED: &[(&str, &str, &str)] = &[
    // The file as a whole.
    ("schema = 1", "^schema = 2", "schema 2 is not known to this version; known: 1"),
    ("schema = 1", "^schema = one", "string values must be quoted"),
    ("model = \"tally\"", "model = ^\"sets\"", "model `sets` is not known to this version; known: tally"),
    ("[sport]\nid    = \"football\"", "^[sport]\n", "missing field `id`"),
    ("[sport]", "[^sprot]", "unknown field `sprot`"),
    ("sides = [\"home\", \"away\"]", "sides = ^[\"home\"]", "invalid length 1"),
    ("sides = [\"home\", \"away\"]", "sides = [\"home\", ^\"home\"]", "both sides are called `home`"),
    ("id    = \"football\"", "id    = ^\"fútbol\"", "cannot be an id"),
    ("name  = \"Association football\"", "name  = ^\" \"", "a label is one line of 1 to 60 characters"),
    // Unknown keys and words.
    ("points = 1", "pionts^ = 1", "unknown field `pionts`, expected `label` or `points`"),
    ("direction = \"up\"", "direction = ^\"upwards\"", "unknown variant `upwards`, expected `up` or `down`"),
    ("overrun   = \"added_time\"", "overrun = ^\"extra\"", "unknown variant `extra`"),
    ("to    = \"other\"", "to    = ^\"them\"", "unknown variant `them`, expected `self` or `other`"),
    ("kind   = \"series\"", "kind   = ^\"serie\"", "unknown variant `serie`"),
    ("group = \"course\"", "group = ^\"curse\"", "unknown variant `curse`"),
    ("type    = \"bool\"", "type    = ^\"flag\"", "unknown variant `flag`"),
    (
        "when   = [\"level\", \"$knockout\"]",
        "when   = [\n\"level\", ^\"losing\"]",
        "unknown condition `losing`",
    ),
    ("[\"group_started:extra\"]", "^[\"at_least:half:x\"]", "at_least:NAME:NUMBER"),
    ("clock_from = \"$half\"", "clock_from = ^\"end\"", "unknown `clock_from` \"end\""),
    // Parameters.
    ("length = \"$half_time\"", "length = ^\"$halftime\"", "`$halftime` names no parameter; known: $half,"),
    ("length = \"$half_time\"", "length = ^\"$knockout\"", "must be of type `minutes`"),
    ("length = \"$half_time\"", "length = ^-1", "a length is minutes, 0 to 1440"),
    ("enabled = \"$sin_bin\"", "enabled = ^\"$half\"", "`$half` must be of type `bool`"),
    ("when   = [\"level\", \"$knockout\"]", "when   = [\"level\", ^\"$cup\"]", "`$cup` names no parameter"),
    ("[\"group_started:extra\"]", "[^\"at_least:knockout:1\"]", "`$knockout` must be of type `int`"),
    ("default = 45", "default = ^61", "the default of `half` is not whole minutes from 5 to 60"),
    ("default = 45", "default = ^\"45\"", "the default of `half` is not whole minutes from 5 to 60"),
    ("default = 45", "default = ^45.5", "expected a whole number, true, false or a text"),
    (
        "default = 45\nmin     = 5\nmax     = 60",
        "min     = 5\nmax     = ^4\ndefault = 4",
        "`max` is 4, less than `min`, 5",
    ),
    ("\"minutes\"\ndefault = 45\nmin     = 5", "^\"minutes\"\ndefault = 45", "needs `min` and `max`"),
    ("default = true", "default = true\nmin = ^1", "`min` and `max` belong to a parameter of type `int`"),
    ("default = true", "default = true\nvalues = ^[\"a\"]", "`values` belongs to a parameter of type `enum`"),
    // Actions and sanctions.
    (
        "add   = { goals = 1 }\nto",
        "add   = { ^goal = 1 }\nto",
        "adds to the counter `goal`, which is not declared",
    ),
    ("add   = { goals = 1 }\nto", "add   = { goals = ^0 }\nto", "what is added is 0; it must be 1 to 1000"),
    ("side  = false", "side  = false\nadd = { ^goals = 1 }", "`added_time` needs a side to add to"),
    ("id    = \"corner\"", "id    = ^\"save\"", "action `save` is there twice"),
    ("id        = \"red\"", "id        = ^\"goal\"", "action `goal` is there twice"),
    ("action = \"kick\"", "action = ^\"goal\"", "action `goal` is there twice"),
    ("label = \"Save\"", "label = \"Save\"\nonly_in = [^\"3H\"]", "unknown segment `3H`; known: 1H, HT"),
    ("\"goal\", \"penalty_missed\"]\nkey", "^\"gaol\", \"penalty_missed\"]\nkey", "unknown action `gaol`"),
    ("to = \"second_yellow\"", "to = ^\"goal\"", "unknown sanction `goal`; known: yellow, second_yellow"),
    ("count = 2", "count = ^1", "the count of `escalate` is 1; it must be 2 to 100"),
    (
        "[[action]]\nid    = \"corner\"\nlabel = \"Corner\"",
        "^[[action]]\nid = \"corner\"",
        "missing field `label`",
    ),
    ("max = 30 }", "max = ^0 }", "the greatest value is 0"),
    // Segments.
    ("id         = \"2H\"", "id         = ^\"1H\"", "segment `1H` is there twice"),
    ("id     = \"HT\"", "id     = ^\"final\"", "`final` is the end of the game"),
    ("id     = \"1H\"", "id     = ^\"1H\"\nwhen = [\"level\"]", "a game begins with play"),
    ("group_started:extra", "^group_started:later", "no segment before this one is of the group `later`"),
    (
        "kind   = \"series\"\nwhen   = [\"level\", \"$knockout\"]\nseries",
        "^series",
        "`series` belongs to a segment of kind `series`",
    ),
    ("attempts = 5", "attempts = ^0", "`attempts` is 0; it must be 1 to 99"),
    // What refers to them.
    ("reviews = [\"goal\"", "reviews = [^\"gaol\"", "unknown action `gaol`; known: goal, own_goal"),
    ("of    = [\"save\"]", "of    = [^\"saves\"]", "unknown action `saves`"),
    ("of    = [\"save\"]", "of    = ^[]", "a statistic counts at least one action"),
    ("of    = [\"save\"]", "of    = [\"save\", ^\"save\"]", "action `save` is there twice"),
    ("id    = \"saves\"", "id    = ^\"shots\"", "stat `shots` is there twice"),
    ("[display]", "[words]\n^gaol = \"goal\"\n[display]", "unknown action `gaol`"),
    ("forfeit = [3, 0]", "forfeit = [^-3, 0]", "the score of a forfeit is -3"),
    // Templates.
    (
        "\"{home.points}-{away",
        "^\"{home.pionts}-{away",
        "unknown placeholder `{home.pionts}` in a score; known: ",
    ),
    ("\"{home.points}-{away", "^\"{guest.points}-{away", "`{guest.points}`"),
    ("\"{home.points}-{away", "^\"{home.points@3H}-{away", "segments: 1H, HT, 2H"),
    ("{home.P}", "^{home.1H}", "unknown placeholder `{home.1H}`"),
    ("\"{minute}'\"", "^\"{minutes}'\"", "unknown placeholder `{minutes}` in a clock; known: {minute}"),
    ("\"{minute}'\"", "^\"{minute'\"", "`{` without `}`"),
    ("extra = \" a.e.t.\"", "^extr = \" a.e.t.\"", "unknown segment or group `extr`"),
    (
        "states  = { HT",
        "states  = { ^final_E9 = \"X\", HT",
        "unknown state `final_E9`; known: 1H, HT, 2H, BET, E1, E2, P, final, final_extra",
    ),
];

#[test]
fn what_is_wrong_is_refused_with_its_line() {
    let wrong: Vec<String> = REFUSED.iter().filter_map(|case| breach(*case)).collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), REFUSED.len(), wrong.join("\n"));
}

/// What differs from the expectation of a case, if anything does.
fn breach((from, to, said): (&str, &str, &str)) -> Option<String> {
    if !FOOTBALL.contains(from) {
        return Some(format!("{from:?} is not in the file"));
    }
    let marked = FOOTBALL.replacen(from, to, 1);
    let Some(line) = marked.lines().position(|line| line.contains('^')).map(|index| index + 1) else {
        return Some(format!("{to:?} marks no line"));
    };
    match Sport::parse("f.toml", &marked.replace('^', "")) {
        Ok(_) => Some(format!("{to:?} is taken")),
        Err(error) if error.line == line && error.what.contains(said) => None,
        Err(error) => Some(format!("{to:?}: {error}\n    wanted: line {line}, {said}")),
    }
}

#[test]
fn the_first_problem_by_line_is_told() {
    let text = FOOTBALL.replace("[\"save\"]", "[\"saves\"]").replace("\"$half_time\"", "\"$pause\"");
    let error = Sport::parse("f.toml", &text).expect_err("two references are wrong");
    assert!(error.what.contains("$pause"), "{error}");
}

#[test]
fn a_refusal_names_file_line_and_cause() {
    let error = Sport::parse("mine.toml", "schema = 1\n\nsprot = 2\n").expect_err("that is no sport");
    assert!(error.to_string().starts_with("mine.toml:3: unknown field `sprot`"), "{error}");
    let error = Sport::parse("mine.toml", "").expect_err("nothing is there");
    assert!(error.to_string().starts_with("mine.toml:1: missing field"), "{error}");
    let error = Sport::parse("mine.toml", "schema = 1\r\nschema = 1\r\n").expect_err("twice");
    assert!(error.to_string().starts_with("mine.toml:2: duplicate key"), "{error}");
    let error = Sport::parse("mine.toml", &"#".repeat(70_000)).expect_err("too long");
    assert!(error.to_string().contains("has 70000 bytes"), "{error}");
}

#[test]
fn the_carried_files_are_taken() {
    for (file, text) in FILES {
        let sport = Sport::parse(file, text).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(format!("{}.toml", sport.id), *file);
        assert_eq!(sport.source, *text);
    }
}

#[test]
fn a_later_file_takes_the_place_of_an_earlier_one() {
    let mine = ("mine.toml".to_owned(), FOOTBALL.replace("Association football", "Soccer"));
    let library = Library::load(carried().chain([mine])).expect("each is taken alone");
    assert_eq!(library.sports.keys().collect::<Vec<_>>(), ["football", "free"]);
    assert_eq!(library.sports["football"].name, "Soccer");
}

#[test]
fn every_refused_file_is_told() {
    let files = ["a.toml", "b.toml"].map(|file| (file.to_owned(), "schema = 2".to_owned()));
    let errors = Library::load(carried().chain(files)).expect_err("two are wrong");
    assert_eq!(errors.iter().map(|error| error.file.as_str()).collect::<Vec<_>>(), ["a.toml", "b.toml"]);
}

#[test]
fn the_hash_changes_with_a_byte() {
    let (first, again) = (football(), football());
    assert_eq!(first.hash, again.hash);
    assert_eq!(first.hash.len(), 64);
    let other = Sport::parse("football.toml", &format!("{FOOTBALL}\n")).expect("an empty line is fine");
    assert_ne!(first.hash, other.hash);
}

#[test]
fn parameters_out_of_their_range_are_refused() {
    // Name, value, code, and what is said.
    let cases = [
        ("halves", Param::Int(2), "unknown-parameter", "has no parameter `halves`; it has: half, half_time"),
        ("half", Param::Int(4), "invalid-parameter", "`half` must be whole minutes from 5 to 60, not 4"),
        ("half", Param::Int(61), "invalid-parameter", "not 61"),
        ("half", Param::Int(-1), "invalid-parameter", "not -1"),
        ("half", Param::Bool(true), "invalid-parameter", "not true"),
        ("knockout", Param::Int(1), "invalid-parameter", "`knockout` must be true or false, not 1"),
        ("knockout", Param::Word("yes".to_owned()), "invalid-parameter", "not \"yes\""),
    ];
    for (name, value, code, said) in cases {
        let error = rules(&football(), [(name, value)]).expect_err(said);
        assert_eq!((error.code, error.kind), (code, RejectionKind::Invalid));
        assert!(error.detail.contains(said), "{}", error.detail);
    }
    for (name, value) in [("half", 5), ("half", 60), ("half_time", 0), ("extra_half", 15)] {
        rules(&football(), [(name, Param::Int(value))]).expect("the ends of a range belong to it");
    }
}

#[test]
fn a_parameter_can_be_one_of_some_words() {
    let text = FOOTBALL.replace(
        "[params.sin_bin]",
        "[params.ball]\nlabel = \"Ball\"\ntype = \"enum\"\nvalues = [\"4\", \"5\"]\ndefault = \"5\"\n[params.sin_bin]",
    );
    let sport = Sport::parse("f.toml", &text).expect("words are a type of parameter");
    rules(&sport, [("ball", Param::Word("4".to_owned()))]).expect("it is one of them");
    let error = rules(&sport, [("ball", Param::Word("3".to_owned()))]).expect_err("it is not");
    assert!(error.detail.contains("must be one of 4, 5, not \"3\""), "{}", error.detail);
}

#[test]
fn defaults_fill_what_is_not_given() {
    let rules = rules(&football(), [("half", Param::Int(20))]).expect("20 is allowed");
    assert_eq!(rules.params["half"], Param::Int(20));
    assert_eq!(rules.params["extra_half"], Param::Int(15));
    assert_eq!(rules.params["knockout"], Param::Bool(false));
}

#[test]
fn extra_time_begins_where_regular_time_ends() {
    let sport = football();
    for (half, second, extra) in [(45, 45, 90), (20, 20, 40)] {
        let rules = rules(&sport, [("half", Param::Int(half))]).expect("it is allowed");
        let from = |id| segment(&sport, &rules, id).0 / 60_000;
        assert_eq!([from("1H"), from("2H"), from("E1"), from("E2")], [0, second, extra, extra + 15]);
        assert_eq!(segment(&sport, &rules, "2H").1, u64::try_from(half).ok().map(|half| half * 60_000));
    }
}

#[test]
fn parameters_settle_what_can_be_played() {
    let sport = football();
    // Knock-out, extra time; then E1 and P.
    for (knockout, extra, e1, p) in
        [(false, true, false, false), (true, true, true, true), (true, false, false, true)]
    {
        let params = [("knockout", Param::Bool(knockout)), ("extra_time", Param::Bool(extra))];
        let rules = rules(&sport, params).expect("both are allowed");
        let possible = |id| rules.segments[sport.segment(id).expect("football has it")].possible;
        assert_eq!([possible("2H"), possible("E1"), possible("P")], [true, e1, p], "{knockout} {extra}");
        let left = |id| rules.segments[sport.segment(id).expect("football has it")].when.clone();
        assert_eq!(left("E1"), [When::Level]);
        assert_eq!(left("E2"), [When::GroupStarted("extra".to_owned())]);
    }
}

#[test]
fn a_free_game_has_the_periods_asked_for() {
    let sport = Sport::parse("free.toml", FREE).expect("it is carried");
    for periods in [1, 3, 12] {
        let rules = rules(&sport, [("periods", Param::Int(periods))]).expect("it is allowed");
        let played = sport.segments.iter().zip(&rules.segments).filter(|(_, rules)| rules.possible);
        let ids: Vec<&str> = played.map(|(segment, _)| segment.id.as_str()).collect();
        assert_eq!(ids.len(), usize::try_from(2 * periods - 1).expect("it is small"));
        assert_eq!(*ids.last().expect("there is a first"), format!("P{periods}"));
        assert!(rules.segments.iter().all(|segment| segment.length_ms.is_none() && segment.when.is_empty()));
    }
    let rules = rules(&sport, [("minutes", Param::Int(10))]).expect("it is allowed");
    assert_eq!(segment(&sport, &rules, "P2"), (0, Some(600_000)));
}

#[test]
fn a_clock_that_counts_down_begins_at_the_length() {
    let text = FOOTBALL.replace("direction = \"up\"", "direction = \"down\"");
    let sport = Sport::parse("f.toml", &text).expect("down is a direction");
    assert_eq!(sport.clock.direction, Direction::Down);
    let rules = rules(&sport, []).expect("the defaults fit");
    assert_eq!(segment(&sport, &rules, "2H"), (45 * 60_000, Some(45 * 60_000)));
}

#[test]
fn actions_take_their_defaults() {
    let sport = football();
    let keys: Vec<&str> = sport.actions.iter().filter(|one| one.key).map(|one| one.id.as_str()).collect();
    let expected =
        "goal own_goal penalty_awarded penalty_missed substitution yellow second_yellow red sin_bin kick";
    assert_eq!(keys.join(" "), expected);
    let group = |id| sport.action(id).expect("football has it").group;
    assert_eq!(
        ["goal", "corner", "added_time", "red", "kick"].map(group),
        [Group::Score, Group::Play, Group::Course, Group::Discipline, Group::Shootout]
    );
    let kick = sport.action("kick").expect("the shoot-out brings it");
    assert_eq!(kick.only_in, ["P"]);
    assert!(sport.action("red").expect("football has it").any_time);
}

#[test]
fn suffixes_stand_in_the_order_of_play() {
    let text =
        FOOTBALL.replace("group      = \"extra\"", "group      = \"zusatz\"").replace("extra =", "zusatz =");
    let text =
        text.replace("group_started:extra", "group_started:zusatz").replace("final_extra", "final_zusatz");
    let sport = Sport::parse("f.toml", &text).expect("a group can have any name");
    assert_eq!(
        sport.display.after.iter().map(|(part, _)| part.as_str()).collect::<Vec<_>>(),
        ["zusatz", "P"]
    );
}

proptest! {
    /// Whatever an operator's hand does to a file, it is taken or refused with a line that it has.
    #[test]
    fn a_damaged_file_is_taken_or_refused(at in 0..FOOTBALL.len(), cut in 0..40_usize, put in "[a-z0-9$:.={}\\[\\]\"\n-]{0,3}") {
        let text: String = FOOTBALL.chars().take(at).chain(put.chars()).chain(FOOTBALL.chars().skip(at + cut)).collect();
        match Sport::parse("f.toml", &text) {
            Ok(sport) => prop_assert!(sport.rules(&BTreeMap::new()).is_ok()),
            Err(error) => {
                prop_assert!((1..=text.lines().count().max(1) + 1).contains(&error.line), "{error}");
                prop_assert!(!error.what.is_empty() && !error.what.contains('\n'), "{error}");
            }
        }
    }
}

fn football() -> Sport {
    Sport::parse("football.toml", FOOTBALL).expect("it is carried")
}

fn rules<const N: usize>(sport: &Sport, params: [(&str, Param); N]) -> Result<Rules, Rejection> {
    sport.rules(&params.map(|(name, value)| (name.to_owned(), value)).into_iter().collect::<BTreeMap<_, _>>())
}

/// Where a segment's clock begins, and its length.
fn segment(sport: &Sport, rules: &Rules, id: &str) -> (u64, Option<u64>) {
    let rules = &rules.segments[sport.segment(id).expect("the file has it")];
    (rules.from_ms, rules.length_ms)
}
