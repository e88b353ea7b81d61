//! Votes at the ledger itself: order, time by hand, and what stands in the files.

use touchline::domain::command::CommandBody;
use touchline::domain::poll::{Access, Kind, NewPoll, PollDo, PollId, PollState, Tie};
use touchline::intake::{Intake, Pending};
use touchline::ledger::Ledger;
use touchline::ledger::outcome::Outcome;
use touchline::ledger::role::Scope;
use touchline::runtime::{self, Time, block_on};

use super::ground::{Folder, WALL, accepted, command, finish, goal, match_day, new_game, open, print, run};

fn new_poll(open_for_ms: Option<u64>) -> CommandBody {
    CommandBody::CreatePoll(Box::new(NewPoll {
        question: "Player of the match?".to_owned(),
        kind: Kind::Single,
        options: vec!["Diaz".to_owned(), "Okoro".to_owned()],
        game: None,
        access: Access::Open,
        secret: true,
        changeable: false,
        tie: Tie::Shared,
        opens_at: None,
        closes_at: None,
        open_for_ms,
    }))
}

async fn open_poll(ledger: &Ledger, open_for_ms: Option<u64>) -> PollId {
    let poll = accepted(&run(ledger, "poll", new_poll(open_for_ms)).await).poll.expect("a number");
    accepted(&run(ledger, "open", CommandBody::Poll { poll, what: PollDo::Open }).await);
    poll
}

fn device(n: u32) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&n.to_be_bytes());
    bytes
}

fn cast(ledger: &Ledger, poll: PollId, n: u32, option: u32) -> Pending {
    let voter = ledger.voter_of_device(poll, &device(n)).expect("the vote is at work");
    let id = Some(format!("ballot-{n}"));
    Intake::new(ledger.clone()).cast(poll, voter, id, vec![option]).expect("there is room")
}

async fn outcome(pending: Pending) -> Outcome {
    let limit = std::time::Duration::from_secs(20);
    runtime::timeout(limit, async { pending.await }).await.expect("an answer within 20 s")
}

/// Waits until the ledger thread has gone through what came before.
async fn settled(ledger: &Ledger) {
    for _ in 0..2 {
        ledger.write(|_| Ok::<_, rusqlite::Error>(())).await.expect("a write that changes nothing");
    }
}

#[test]
fn a_crowd_never_stands_in_front_of_a_score() {
    let folder = Folder::new();
    block_on(async {
        let (ledger, _) = open(&folder.0);
        let (game, _) = match_day(&ledger).await;
        let poll = open_poll(&ledger, None).await;
        let (go, wait) = async_channel::bounded::<()>(1);
        let (enter, entered) = async_channel::bounded::<()>(1);
        let holder = ledger.clone();
        let held = runtime::task(async move {
            let write = holder.write(move |_| {
                enter.try_send(()).expect("somebody waits for this");
                // Closed is as good as a word.
                let _ = wait.recv_blocking();
                Ok::<_, rusqlite::Error>(())
            });
            write.await.expect("the write is committed");
        });
        entered.recv().await.expect("the write runs");
        let ballots: Vec<Pending> = (0..300).map(|n| cast(&ledger, poll, n, 1 + n % 2)).collect();
        let score = ledger.submit(
            command(&ledger, "goal-2", goal(game, "home", "Ana Diaz")),
            print("goal-2"),
            Scope::All,
        );
        let score = score.expect("there is room");
        assert!(
            ballots.iter().all(|ballot| ballot.ready().is_none()),
            "nothing is answered before its commit"
        );
        go.close();
        held.await;
        let score = accepted(&finish(score).await).seqs[0];
        let mut seqs = Vec::new();
        for ballot in ballots {
            seqs.push(accepted(&outcome(ballot).await).seqs[0]);
        }
        assert!(seqs.iter().all(|seq| *seq > score), "the score came last and is first");
        assert!(seqs.is_sorted(), "ballots are decided in their order");
        let folded = ledger.poll(poll).await.expect("the log is read").expect("there is a poll");
        let counts: Vec<u64> = folded.tally().counts().map(|(_, count)| count).collect();
        assert_eq!((folded.turnout(), counts), (300, vec![150, 150]));
        ledger.close().await;
    });
}

#[test]
fn a_restart_keeps_ballots_and_the_time_that_is_left() {
    let folder = Folder::new();
    block_on(async {
        let (ledger, _) = open(&folder.0);
        let poll = open_poll(&ledger, Some(60_000)).await;
        let first = accepted(&outcome(cast(&ledger, poll, 1, 1)).await);
        let copy = folder.killed();
        ledger.close().await;

        let time = Time::manual(500, WALL + 20_000);
        let (ledger, opened) = Ledger::open(&copy.0, time.clone()).expect("the ledger opens");
        let found = &opened.polls[0];
        assert_eq!((found.id, found.state, found.turnout()), (poll, PollState::Open, 1));
        assert_eq!(found.due_in(&ledger.stamp()), Some(40_000));
        let again = accepted(&outcome(cast(&ledger, poll, 1, 1)).await);
        assert_eq!(again.receipt, first.receipt, "the same device is the same voter");

        // What comes at the moment of the close is decided in one order with it.
        time.advance(39_999);
        let last = cast(&ledger, poll, 2, 2);
        accepted(&outcome(last).await);
        time.advance(1);
        let late = outcome(cast(&ledger, poll, 3, 2)).await;
        assert!(
            matches!(late.first(), Outcome::Rejected(rejection) if rejection.code == "poll-closed"),
            "{late:?}"
        );
        settled(&ledger).await;
        let closed = ledger.poll(poll).await.expect("the log is read").expect("there is a poll");
        let closing = closed.closing.expect("it closed by itself");
        assert_eq!((closed.state, closing.turnout), (PollState::Closed, 2));
        assert_eq!(closing.refused.get("poll-closed"), Some(&1));
        ledger.close().await;
    });
}

#[test]
fn the_salt_of_a_closed_vote_is_in_no_file() {
    let folder = Folder::new();
    block_on(async {
        let (ledger, _) = open(&folder.0);
        let poll = open_poll(&ledger, None).await;
        accepted(&outcome(cast(&ledger, poll, 1, 1)).await);
        let salt =
            ledger.read(|conn| Ok(conn.query_row("SELECT salt FROM poll_salt", [], |row| row.get(0))?));
        let salt: Vec<u8> = salt.await.expect("an open vote has one");
        let stands = || {
            ["touchline.db", "touchline.db-wal"].into_iter().any(|name| {
                let bytes = std::fs::read(folder.0.join(name)).unwrap_or_default();
                bytes.windows(salt.len()).any(|window| window == salt)
            })
        };
        assert!(stands(), "or this test would show nothing");
        accepted(&run(&ledger, "close", CommandBody::Poll { poll, what: PollDo::Close }).await);
        settled(&ledger).await;
        assert!(!stands(), "it could still tell which device cast which ballot");
        let again = accepted(&outcome(cast(&ledger, poll, 1, 1)).await);
        assert!(again.receipt.is_some(), "a lost answer is given as long as the box runs");
        ledger.close().await;
    });
}

#[test]
fn a_commit_that_fails_leaves_a_vote_as_it_was() {
    let folder = Folder::new();
    block_on(async {
        let time = Time::manual(1_000, WALL);
        let (ledger, _) = Ledger::open(&folder.0, time.clone()).expect("the ledger opens");
        accepted(&run(&ledger, "game", new_game()).await);
        let poll = open_poll(&ledger, Some(60_000)).await;
        let (go, wait) = async_channel::bounded::<()>(1);
        let (enter, entered) = async_channel::bounded::<()>(1);
        let holder = ledger.clone();
        // Judged at the commit: a reference to a user that does not exist.
        let poisoned = runtime::task(async move {
            let write = holder.write(move |tx| {
                enter.try_send(()).expect("somebody waits for this");
                let _ = wait.recv_blocking();
                tx.execute_batch(
                    "PRAGMA defer_foreign_keys = 1; \
                     INSERT INTO session (hash, user, agent, created_ms) VALUES (x'00', 404, '', 0);",
                )
            });
            write.await.is_err()
        });
        // The write that holds the thread is a batch of its own; the poisoned commit takes its deadline with it.
        entered.recv().await.expect("the write runs");
        time.advance(60_000);
        go.close();
        assert!(poisoned.await, "the commit fails, and the closing in it");
        settled(&ledger).await;
        let closed = ledger.poll(poll).await.expect("the log is read").expect("there is a poll");
        assert_eq!(closed.state, PollState::Closed, "it closes with the next");
        ledger.close().await;
    });
}
