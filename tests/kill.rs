//! The box killed under load, again and again: what it acknowledged is found afterwards, exactly once.
//!
//! Writers send entries with ids of their own until the box is gone. After the restart each entry without an
//! answer is sent again under the same id, as a phone or a feed would. Nothing here depends on the moment of the
//! kill; it is chosen by the number of answers, and differs from round to round.

mod common;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use common::game::{Venue, new_game};
use common::http::Client;
use common::server::{path, run};
use common::wait;

const ROUNDS: usize = 5;
const WRITERS: usize = 8;
/// Long enough that one page of the log does not hold all.
const PAGE: u64 = 50;

/// The games that are written to: one of words, one of goals.
struct Games {
    words: u64,
    goals: u64,
}

/// What the writers know: sent ids with their seq, or without where no answer came.
type Sent = BTreeMap<String, Option<u64>>;

#[test]
fn what_was_acknowledged_before_a_kill_is_there_afterwards_exactly_once() {
    let mut venue = Venue::open("kill");
    let feed = venue.feed();
    let games = Games { words: new_game(&feed), goals: new_game(&feed) };
    for game in [games.words, games.goals] {
        let start = json!({"type": "segment", "do": "start"});
        common::game::command(&feed, game, &start).expect(200);
    }
    let mut known = Sent::new();
    for round in 0..ROUNDS {
        let before = known.values().flatten().count();
        let (crashed, sent) = write_until_killed(venue, &games, round);
        venue = crashed;
        known.extend(sent);
        let unanswered = known.values().filter(|seq| seq.is_none()).count();
        check_against_log(&venue, &games, &known);
        send_again(&venue.feed(), &games, &mut known);
        let log = check_against_log(&venue, &games, &known);
        let goals = known.keys().filter(|id| is_goal(id)).count();
        // The board follows the answers by a moment; whoever names an event gets one that holds it.
        let last = log.last().copied().unwrap_or_default();
        let path = format!("/api/v1/games/{}?min_seq={last}", games.goals);
        let shown = venue.server.client().get(&path).expect(200).json();
        assert_eq!(shown["sides"]["home"]["score"], json!(goals), "the score is the goals: {shown}");
        assert_eq!(shown["seq"].as_u64(), log.last().copied(), "the board stands at the log's end");
        println!(
            "round {round}: {} acknowledged, {unanswered} without an answer",
            known.len() - before - unanswered
        );
    }
    let Venue { server, data, .. } = &venue;
    let verified = run(&["verify", "--data", path(data)]);
    assert_eq!(verified.code, Some(0), "the chain holds: {verified:?}");
    assert!(!server.log().contains("panicked"), "{}", server.log());
}

/// Writes with all writers, kills the box after a number of answers, and starts it again.
fn write_until_killed(venue: Venue, games: &Games, round: usize) -> (Venue, Sent) {
    let enough = 20 + 37 * round;
    let acknowledged = AtomicUsize::new(0);
    let sent = Mutex::new(Sent::new());
    let feed = venue.feed();
    let venue = std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (feed, acknowledged, sent) = (&feed, &acknowledged, &sent);
            scope.spawn(move || {
                for number in 0.. {
                    let kind = if writer % 2 == 0 { "words" } else { "goal" };
                    let id = format!("{kind}-{round}-{writer}-{number}.");
                    let seq = send(feed, games, &id).ok();
                    sent.lock().expect("no writer panics holding it").insert(id, seq);
                    if seq.is_none() {
                        return;
                    }
                    acknowledged.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        wait::until("enough answers to kill the box", Duration::from_secs(60), || {
            (acknowledged.load(Ordering::SeqCst) >= enough).then_some(())
        });
        venue.crash()
    });
    (venue, sent.into_inner().expect("no writer panicked"))
}

/// Sends one entry; its seq, or the error of a connection that broke.
fn send(feed: &Client, games: &Games, id: &str) -> std::io::Result<u64> {
    let (game, body) = entry(games, id);
    let path = format!("/api/v1/games/{game}/commands");
    let answer =
        feed.send("POST", &path, "application/json", body.to_string().as_bytes())?.expect(200).json();
    assert_eq!((&answer["outcome"], &answer["id"]), (&json!("accepted"), &json!(id)), "{answer}");
    Ok(answer["seq"].as_u64().expect("an accepted command has a number"))
}

fn entry(games: &Games, id: &str) -> (u64, Value) {
    if is_goal(id) {
        (games.goals, json!({"id": id, "type": "action", "action": "goal", "side": "home"}))
    } else {
        (games.words, json!({"id": id, "type": "comment", "text": format!("These words are {id}")}))
    }
}

fn is_goal(id: &str) -> bool {
    id.starts_with("goal")
}

/// Sends again what had no answer, and a few that had one: those keep their seq.
fn send_again(feed: &Client, games: &Games, known: &mut Sent) {
    for (id, seq) in known.iter_mut().rev().filter(|(_, seq)| seq.is_none()) {
        *seq = Some(send(feed, games, id).expect("the box is there again"));
    }
    for (id, seq) in known.iter().step_by(7) {
        let again = send(feed, games, id).expect("the box is there again");
        assert_eq!(Some(again), *seq, "{id} has its first outcome");
        let outcome = feed.get(&format!("/api/v1/commands/{id}")).expect(200).json();
        assert_eq!(outcome["seq"].as_u64(), *seq, "{outcome}");
    }
}

/// Every acknowledged entry stands in the log once, under its number; one without an answer once or not at all.
/// Gives the numbers of the goals' game.
fn check_against_log(venue: &Venue, games: &Games, known: &Sent) -> Vec<u64> {
    let client = venue.server.client();
    let words = log(&client, games.words);
    let goals = log(&client, games.goals);
    for (id, acknowledged) in known {
        if is_goal(id) {
            if let Some(seq) = acknowledged {
                assert!(
                    goals.iter().any(|(known, _)| known == seq),
                    "goal {id}, acknowledged as {seq}, is lost"
                );
            }
            continue;
        }
        let needle = format!("These words are {id}");
        let found: Vec<_> =
            words.iter().filter(|(_, text)| text.contains(&needle)).map(|(seq, _)| *seq).collect();
        match acknowledged {
            Some(seq) => assert_eq!(found, [*seq], "{id} was acknowledged as {seq}"),
            None => assert!(found.len() <= 1, "{id} stands in the log {} times", found.len()),
        }
    }
    goals.into_iter().map(|(seq, _)| seq).collect()
}

/// The whole log of a game: number and JSON of each event, in order.
fn log(client: &Client, game: u64) -> Vec<(u64, String)> {
    let mut events: Vec<(u64, String)> = Vec::new();
    loop {
        let after = events.last().map_or(0, |(seq, _)| *seq);
        let answer =
            client.get(&format!("/api/v1/games/{game}/log?after={after}&limit={PAGE}")).expect(200).json();
        let page = answer["events"].as_array().expect("a log is a list").clone();
        if page.is_empty() {
            return events;
        }
        for event in page {
            let seq = event["seq"].as_u64().expect("an event has a number");
            assert!(events.last().is_none_or(|(last, _)| *last < seq), "the log rises: {seq}");
            events.push((seq, event.to_string()));
        }
    }
}
