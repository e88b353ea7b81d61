//! `touchline recount`: it agrees with the box over every kind of vote, and a record that was tampered with fails.
//!
//! The votes are made through the ledger itself; the recount is the real binary on the folder it left.

mod common;
#[path = "recount/day.rs"]
mod day;
#[path = "recount/tamper.rs"]
mod tamper;

use serde_json::{Value, json};
use touchline::domain::poll::{Access, Kind, PollDo, Stage, Tie};

use common::folder::Folder;
use common::server::{Finished, Server, path, run};
use day::{Day, poll};
use tamper::{Chain, Log};

fn recount(folder: &Folder, more: &[&str]) -> Finished {
    let data = folder.join("data");
    run(&[&["recount", "--data", path(&data)], more].concat())
}

fn agreed(finished: &Finished) -> &Finished {
    assert_eq!(finished.code, Some(0), "{finished:?}");
    assert_eq!(finished.stderr, "", "{finished:?}");
    finished
}

fn parsed(finished: &Finished) -> Value {
    serde_json::from_str(&finished.stdout).unwrap_or_else(|error| panic!("{error}: {finished:?}"))
}

/// A sealed vote of two, five to three, and everything a record of votes can hold beside it.
fn match_day(day: &Day) {
    let man = day.make(poll("Player of the match", Kind::Single, &["Diaz", "Okoro"]));
    day.act(man, PollDo::Open);
    for voter in 1..=8 {
        day.cast(man, voter, &[if voter <= 5 { 1 } else { 2 }]);
    }
    assert_eq!(day.refused(man, 1, &[2]), "already-voted");
    assert_eq!(day.refused(man, 1, &[2]), "already-voted");
    day.act(man, PollDo::Close);
    day.act(man, PollDo::Reveal(Stage::Next));
    day.act(man, PollDo::Reveal(Stage::All));
    let mut codes = poll("Goal of the day", Kind::Points { scale: vec![3, 2, 1] }, &["A", "B", "C", "D"]);
    codes.access = Access::Ticket;
    codes.tie = Tie::MostVoters;
    let codes = day.make(codes);
    day.issue(codes, 1..=6);
    day.act(codes, PollDo::Open);
    day.cast(codes, 1, &[1, 2, 3]);
    day.cast(codes, 2, &[4, 2, 1]);
    assert_eq!(day.refused(codes, 99, &[1, 2, 3]), "code-unknown");
    assert_eq!(day.refused(codes, 1, &[3, 2, 1]), "code-used");
    day.act(codes, PollDo::Close);
}

#[test]
fn a_day_of_votes_is_counted_again_and_agrees() {
    let folder = Folder::new("recount-day");
    let day = Day::open(&folder);
    match_day(&day);
    let open = day.make(poll("Still open", Kind::Rating { steps: 5 }, &[]));
    day.act(open, PollDo::Open);
    day.cast(open, 1, &[4]);
    day.make(poll("Not yet", Kind::Single, &["Yes", "No"]));
    let gone = day.make(poll("A mistake", Kind::Single, &["Yes", "No"]));
    day.act(gone, PollDo::Withdraw { reason: None });
    // Beside the writer that still holds the folder.
    let counted = recount(&folder, &[]);
    let lines: Vec<&str> = agreed(&counted).stdout.lines().collect();
    assert_eq!(lines.len(), 6, "a line a vote and one for the record: {counted:?}");
    let words = [
        (
            0,
            "poll 1 “Player of the match”: agrees. Open vote, revealed, 8 voters. 1. Diaz 5, 2. Okoro 3. \
             Refused: already-voted 2. Closed by event ",
        ),
        (
            1,
            "poll 2 “Goal of the day”: agrees. Ticket vote, closed, 2 voters of 6 codes printed. The count is sealed. \
             Refused: code-unknown 1, code-used 1. Closed by event ",
        ),
        (2, "Open vote, open, 1 voter. The count is sealed."),
        (3, "Open vote, draft, 0 voters."),
        (4, "Open vote, withdrawn, 0 voters."),
        (5, "5 votes counted from "),
    ];
    for (line, words) in words {
        assert!(lines[line].contains(words), "{words:?} in {:?}", lines[line]);
    }
    let two = recount(&folder, &["2"]);
    assert_eq!(agreed(&two).stdout.lines().next(), Some(lines[1]), "only what was asked for");
    let none = recount(&folder, &["9"]);
    assert_eq!(none.code, Some(1), "{none:?}");
    assert!(none.stderr.contains("no poll 9"), "{none:?}");
}

#[test]
fn the_receipts_are_those_the_voters_were_given() {
    let folder = Folder::new("recount-receipts");
    let day = Day::open(&folder);
    let mut new = poll("Best goal", Kind::Multiple { max: 2 }, &["A", "B", "C"]);
    (new.changeable, new.secret) = (true, false);
    let id = day.make(new);
    day.act(id, PollDo::Open);
    let (first, other) = (day.cast(id, 1, &[1, 2]), day.cast(id, 2, &[3]));
    let changed = day.cast(id, 1, &[3, 1]);
    assert_eq!(day.cast(id, 1, &[3, 1]), changed, "the same ballot again is the first");
    day.act(id, PollDo::Close);
    let counted = parsed(agreed(&recount(&folder, &["--json", "--receipts"])));
    let wanted = json!({first: false, other: true, changed: true});
    assert_eq!(counted["polls"][0]["receipts"], wanted, "{counted}");
    assert_eq!(counted["polls"][0]["tally"], json!({"1": 1, "2": 0, "3": 2}), "{counted}");
    assert_eq!(counted["polls"][0]["ranks"], json!({"1": 2, "2": 3, "3": 1}), "{counted}");
    assert_eq!(counted["polls"][0]["turnout"], 2, "{counted}");
    let listed = recount(&folder, &["--receipts"]);
    for receipt in wanted.as_object().expect("an object").keys() {
        assert!(agreed(&listed).stdout.contains(receipt), "{receipt} in {listed:?}");
    }
}

#[test]
fn nothing_of_a_sealed_count_is_printed() {
    let folder = Folder::new("recount-sealed");
    let day = Day::open(&folder);
    let id = day.make(poll("Sealed", Kind::Single, &["Diaz", "Okoro", "Novák"]));
    day.act(id, PollDo::Open);
    (1..=6).for_each(|voter| drop(day.cast(id, voter, &[if voter <= 3 { 1 } else { voter.min(5) - 2 }])));
    day.act(id, PollDo::Close);
    let sealed = parsed(agreed(&recount(&folder, &["--json", "--receipts"])));
    assert_eq!((&sealed["polls"][0]["tally"], &sealed["polls"][0]["ranks"]), (&json!({}), &json!({})));
    day.act(id, PollDo::Reveal(Stage::Next));
    let staged = parsed(agreed(&recount(&folder, &["--json"])));
    assert_eq!(staged["polls"][0]["tally"], json!({"2": 1}), "{staged}");
}

/// Every kind under every tie rule with random ballots, revealed step by step: the record holds the box's ranks.
#[test]
fn ranks_and_ties_agree_over_many_random_votes() {
    let folder = Folder::new("recount-random");
    let day = Day::open(&folder);
    let mut random = day::Random::new(3);
    let kinds = [
        (Kind::Single, 5),
        (Kind::Multiple { max: 3 }, 5),
        (Kind::Points { scale: vec![5, 3, 2, 1] }, 6),
        (Kind::Rating { steps: 4 }, 0),
    ];
    let mut made = 0;
    for (kind, options) in &kinds {
        for tie in [Tie::Shared, Tie::MostVoters, Tie::Lot] {
            for voters in [0, 1, 3, 7, 24] {
                let names: Vec<String> = (1..=*options).map(|option| format!("Option {option}")).collect();
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                let mut new = poll("Random", kind.clone(), &names);
                (new.tie, new.changeable, new.secret) = (tie, voters % 2 == 1, voters != 7);
                let id = day.make(new);
                day.act(id, PollDo::Open);
                for voter in 1..=voters {
                    day.cast(id, voter, &random.choice(kind, *options));
                }
                if voters % 2 == 1 {
                    day.cast(id, 1, &random.choice(kind, *options));
                }
                day.act(id, PollDo::Close);
                while day.is_closed(id) {
                    day.act(id, PollDo::Reveal(Stage::Next));
                }
                made += 1;
            }
        }
    }
    let counted = parsed(agreed(&recount(&folder, &["--json"])));
    let polls = counted["polls"].as_array().expect("a list");
    assert_eq!(polls.len(), made);
    for poll in polls {
        let id = poll["id"].as_u64().expect("a number");
        assert_eq!((&poll["tally"], &poll["ranks"]), (&day.tally(id), &day.ranks(id)), "{poll}");
    }
}

/// What is changed in the file, whether the hashes are worked out again, and the words of the refusal.
type Tampering = (&'static str, fn(&mut Log), Chain, &'static [&'static str]);

#[test]
fn a_changed_record_fails_with_the_event_and_both_figures() {
    let change: fn(&mut Log) = |log| log.change(log.ballot(1, 2), "\"choice\":[1]", "\"choice\":[2]");
    let remove: fn(&mut Log) = |log| log.remove(log.ballot(1, 2));
    let add: fn(&mut Log) = |log| log.add(log.ballot(1, 2), "\"voter\":\"", "\"voter\":\"5eed");
    let second: fn(&mut Log) = |log| log.add(log.ballot(1, 2), "\"choice\":[1]", "\"choice\":[2]");
    let late: fn(&mut Log) = |log| {
        log.add(log.ballot(1, 2), "\"voter\":\"", "\"voter\":\"5eed");
        log.move_to_end(log.ballot(1, 3));
    };
    let unprinted: fn(&mut Log) = |log| log.change(log.ballot(2, 0), "\"voter\":\"", "\"voter\":\"5eed");
    let cases: &[Tampering] = &[
        ("a ballot, hashes untouched", change, Chain::AsItWas, &["was changed", "its hash is stored as"]),
        ("a ballot", change, Chain::WorkedOutAgain, &["poll 1: event", "option 2, Okoro, with 3", "with 4"]),
        ("a ballot gone, hashes untouched", remove, Chain::AsItWas, &["does not follow event"]),
        ("a ballot gone", remove, Chain::WorkedOutAgain, &["turnout stored as 8; 7 were counted"]),
        ("a ballot more, hashes untouched", add, Chain::AsItWas, &["does not follow event"]),
        ("a ballot more", add, Chain::WorkedOutAgain, &["turnout stored as 8; 9 were counted"]),
        ("a second ballot", second, Chain::WorkedOutAgain, &["is a second ballot of voter"]),
        ("a late ballot", late, Chain::WorkedOutAgain, &["is a ballot after the closing"]),
        ("a code nobody printed", unprinted, Chain::WorkedOutAgain, &["poll 2: event", "never printed"]),
        (
            "a choice there is not",
            |log| log.change(log.ballot(1, 2), "\"choice\":[1]", "\"choice\":[3]"),
            Chain::WorkedOutAgain,
            &["with the choice [3], which is none of a poll of kind single"],
        ),
        (
            "two choices",
            |log| log.change(log.ballot(1, 2), "\"choice\":[1]", "\"choice\":[1,2]"),
            Chain::WorkedOutAgain,
            &["with the choice [1, 2]"],
        ),
        (
            "the turnout",
            |log| log.change(log.entry(1, "poll_closed"), "\"turnout\":8", "\"turnout\":9"),
            Chain::WorkedOutAgain,
            &["turnout stored as 9; 8 were counted"],
        ),
        (
            "the result",
            |log| log.change(log.entry(1, "poll_revealed"), "[[2,3]]", "[[2,4]]"),
            Chain::WorkedOutAgain,
            &[
                "reveals option 2, Okoro, with 4 as stored; counted, it is the turn of option 2, Okoro, with 3",
            ],
        ),
        (
            "a ballot from before the opening",
            |log| log.move_before(log.ballot(1, 0), log.entry(1, "poll_opened")),
            Chain::WorkedOutAgain,
            &["is a ballot from before the poll was opened"],
        ),
        (
            "another sender",
            |log| log.sent_by(log.ballot(1, 0), "user:1"),
            Chain::WorkedOutAgain,
            &["but user:1 sent it"],
        ),
        ("names swapped", |log| log.swap_names("Diaz", "Okoro"), Chain::AsItWas, &["text", "was changed"]),
    ];
    let folder = Folder::new("recount-tamper");
    let day = Day::open(&folder);
    match_day(&day);
    day.close();
    agreed(&recount(&folder, &[]));
    for (what, tamper, chain, words) in cases {
        let copy = Folder::new("recount-tampered");
        tamper::copied(&folder, &copy, *tamper, *chain);
        let refused = recount(&copy, &[]);
        assert_eq!(refused.code, Some(1), "{what}: {refused:?}");
        assert_eq!(refused.stderr.trim_end().lines().count(), 1, "{what}: one line why: {refused:?}");
        for word in *words {
            assert!(refused.stderr.contains(word), "{what}: {word:?} is missing: {refused:?}");
        }
        let told = parsed(&recount(&copy, &["--json"]));
        assert_eq!(told["agrees"], false, "{what}: {told}");
    }
}

/// A sealed vote without a result yet, one choice swapped and the chain worked out again: nothing in the file tells.
#[test]
fn a_kept_hash_finds_what_the_file_alone_cannot_tell() {
    let folder = Folder::new("recount-kept");
    let day = Day::open(&folder);
    match_day(&day);
    day.close();
    let before = parsed(agreed(&recount(&folder, &["--json"])));
    let hash = |poll: usize| before["polls"][poll]["closing"]["hash"].as_str().expect("a closing has a hash");
    agreed(&recount(&folder, &["--expect", hash(0), "--expect", hash(1)]));
    agreed(&recount(&folder, &["1", "--expect", &hash(0).to_uppercase()]));
    let early = recount(&folder, &["2", "--expect", hash(0)]);
    assert_eq!(early.code, Some(1), "{early:?}");
    assert!(early.stderr.contains("poll 2 was closed later"), "{early:?}");

    let copy = Folder::new("recount-kept-swapped");
    let swap: fn(&mut Log) = |log| log.change(log.ballot(2, 0), "\"choice\":[1,2,3]", "\"choice\":[3,2,1]");
    tamper::copied(&folder, &copy, swap, Chain::WorkedOutAgain);
    agreed(&recount(&copy, &[]));
    agreed(&recount(&copy, &["--expect", hash(0)]));
    let found = recount(&copy, &["--expect", hash(1)]);
    assert_eq!(found.code, Some(1), "{found:?}");
    assert!(found.stderr.contains(hash(1)) && found.stderr.contains("no event has the hash"), "{found:?}");
    let told = agreed(&recount(&copy, &["--receipts", "2"])).stdout.clone();
    let given = agreed(&recount(&folder, &["--receipts", "2"])).stdout.clone();
    assert_ne!(told, given, "the voter does not find the receipt any more");

    let wrong = recount(&folder, &["--expect", "abc"]);
    assert_eq!(wrong.code, Some(2), "{wrong:?}");
    assert!(wrong.stderr.contains("64 hexadecimal digits"), "{wrong:?}");
}

#[test]
fn it_works_beside_a_running_box_and_on_a_backup() {
    let folder = Folder::new("recount-beside");
    let day = Day::open(&folder);
    match_day(&day);
    day.close();
    let data = folder.join("data");
    let server = Server::start(&data);
    let beside = agreed(&recount(&folder, &[])).stdout.clone();
    let file = folder.join("copy.db");
    let saved = run(&["backup", path(&file), "--data", path(&data)]);
    assert_eq!(saved.code, Some(0), "{saved:?}");
    let copy = run(&["recount", "--data", path(&file)]);
    assert_eq!(agreed(&copy).stdout, beside, "a backup holds the same votes");
    drop(server);
    let missing = run(&["recount", "--data", path(&folder.join("nothing"))]);
    assert_eq!((missing.code, missing.stdout.as_str()), (Some(1), ""), "{missing:?}");
}

#[test]
fn a_record_without_votes_says_so_and_the_help_says_what_cannot_be_found() {
    let folder = Folder::new("recount-none");
    Day::open(&folder).close();
    let counted = recount(&folder, &[]);
    assert!(agreed(&counted).stdout.starts_with("0 votes counted from 0 events"), "{counted:?}");
    let help = run(&["recount", "--help"]);
    for words in ["--expect", "--receipts", "publish", "sealed vote"] {
        assert!(agreed(&help).stdout.contains(words), "{words:?} in {help:?}");
    }
}
