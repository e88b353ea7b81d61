//! The ledger: one writer, stored outcomes, an append-only chain, and what a restart finds.

#[path = "ledger/golden.rs"]
mod golden;
#[path = "ledger/venue.rs"]
mod venue;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::Connection;
use touchline::domain::command::{CommandBody, Play};
use touchline::domain::event::{Event, EventBody, Stream};
use touchline::domain::{GameId, Rejection, RejectionKind};
use touchline::intake::{Envelope, Intake, LONGEST, Refusal, Status};
use touchline::ledger::error::{FailureKind, LedgerError};
use touchline::ledger::events::{Audience, LogQuery};
use touchline::ledger::outcome::{Outcome, Ticket};
use touchline::ledger::role::Role;
use touchline::ledger::role::Scope;
use touchline::ledger::text::{ERASED, Erase};
use touchline::ledger::work::WriteError;
use touchline::ledger::{INBOX, Ledger, SubmitError, verify};
use touchline::runtime::{self, Time, block_on};
use venue::{
    Folder, WALL, accepted, actor, clock, command, finish, goal, kick_off, match_day, new_game, open, play,
    print, run, start_clock, stray,
};

/// Holds the ledger thread inside a write until told to go on.
struct Held {
    go: async_channel::Sender<()>,
    write: smol::Task<Result<(), WriteError<rusqlite::Error>>>,
}

impl Held {
    async fn new(ledger: &Ledger) -> Self {
        let (go, wait) = async_channel::bounded::<()>(1);
        let (enter, entered) = async_channel::bounded::<()>(1);
        let held = ledger.clone();
        let write = runtime::task(async move {
            held.write(move |_| {
                enter.try_send(()).expect("somebody waits for this");
                // Closed is as good as a word.
                let _ = wait.recv_blocking();
                Ok(())
            })
            .await
        });
        entered.recv().await.expect("the write runs");
        Self { go, write }
    }

    async fn release(self) {
        self.go.close();
        self.write.await.expect("the write is committed");
    }
}

/// Makes the commit of its batch fail: a reference to a user that does not exist, judged at the commit.
async fn poison(ledger: Ledger) -> Result<(), WriteError<rusqlite::Error>> {
    ledger
        .write(|tx| {
            tx.execute_batch(
                "PRAGMA defer_foreign_keys = 1; \
                 INSERT INTO session (hash, user, agent, created_ms) VALUES (x'00', 404, '', 0);",
            )
        })
        .await
}

fn missing(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Rejected(Rejection { code: "unknown-game", kind: RejectionKind::Missing, .. }))
}

/// A body fit to be shown by a failing test: without the sport file.
fn without_sport(event: &Event) -> String {
    match &event.body {
        EventBody::GameCreated(setup) => format!("{:?}", setup.game.sides),
        body => format!("{body:?}"),
    }
}

/// What one ledger does in a second, by how many ask at once:
/// `cargo test --release --test ledger -- --ignored --nocapture commands_a_second`.
#[test]
#[ignore = "a measurement"]
fn commands_a_second() {
    for callers in [1_u32, 16, 128] {
        let folder = Folder::new();
        block_on(async {
            let (ledger, _) = open(&folder.0);
            // As many entries a game as a long match has.
            let mut games = Vec::new();
            for n in 0..16 {
                let game = accepted(&run(&ledger, &format!("game-{n}"), new_game()).await).game;
                games.push(game.expect("a new game has a number"));
            }
            let begin = std::time::Instant::now();
            let each = if callers == 1 { 2_000 } else { 16_000 / callers };
            let tasks: Vec<_> = (0..callers)
                .map(|caller| {
                    let (ledger, game) = (ledger.clone(), games[caller as usize % games.len()]);
                    runtime::task(async move {
                        for n in 0..each {
                            let id = format!("{caller}-{n}");
                            let line = venue::comment(game, "A line of commentary of the usual length.");
                            accepted(&run(&ledger, &id, line).await);
                        }
                    })
                })
                .collect();
            for task in tasks {
                task.await;
            }
            let second = f64::from(callers * each) / begin.elapsed().as_secs_f64();
            println!("{callers} callers: {second:.0} commands/s, {} commits", ledger.commits());
        });
    }
}

fn everything() -> LogQuery {
    LogQuery { after: 0, limit: 1_000, stream: None, audience: Audience::Staff }
}

#[test]
fn what_waits_together_is_committed_together() {
    let folder = Folder::new();
    block_on(async {
        let (ledger, _) = open(&folder.0);
        let held = Held::new(&ledger).await;
        let before = ledger.commits();
        let tickets: Vec<Ticket> = (0..100)
            .map(|n| {
                ledger.submit(stray(&ledger, &n.to_string()), print("x"), Scope::All).expect("there is room")
            })
            .collect();
        assert!(
            tickets.iter().all(|ticket| ticket.ready().is_none()),
            "nothing is answered before its commit"
        );
        held.release().await;
        for ticket in tickets {
            assert!(missing(&finish(ticket).await));
        }
        assert_eq!(ledger.commits() - before, 2, "the held write, then all hundred");
    });
}

#[test]
fn a_command_sent_again_gets_its_first_outcome() {
    let folder = Folder::new();
    block_on(async {
        let (ledger, _) = open(&folder.0);
        let first =
            finish(ledger.submit(stray(&ledger, "a"), print("body"), Scope::All).expect("room")).await;
        assert!(missing(&first));
        let again =
            finish(ledger.submit(stray(&ledger, "a"), print("body"), Scope::All).expect("room")).await;
        assert_eq!(again, Outcome::Repeated(Box::new(first.clone())));
        let other =
            finish(ledger.submit(stray(&ledger, "a"), print("other"), Scope::All).expect("room")).await;
        assert_eq!(other, Outcome::Mismatch);
        ledger.close().await;
        drop(ledger);
        let (ledger, _) = open(&folder.0);
        let again =
            finish(ledger.submit(stray(&ledger, "a"), print("body"), Scope::All).expect("room")).await;
        assert_eq!(again, Outcome::Repeated(Box::new(first.clone())));
        let mut elsewhere = stray(&ledger, "a");
        elsewhere.actor.0 = "user:2".to_owned();
        let another = finish(ledger.submit(elsewhere, print("other"), Scope::All).expect("room")).await;
        assert_eq!(another, first, "another sender's id is another command");
    });
}

#[test]
fn a_command_twice_in_one_batch_is_decided_once() {
    let folder = Folder::new();
    block_on(async {
        let (ledger, _) = open(&folder.0);
        let held = Held::new(&ledger).await;
        let create =
            || ledger.submit(command(&ledger, "c", new_game()), print("c"), Scope::All).expect("room");
        let (first, second) = (create(), create());
        held.release().await;
        let first = finish(first).await;
        accepted(&first);
        assert_eq!(finish(second).await, Outcome::Repeated(Box::new(first)));
        assert_eq!(ledger.games().await.expect("a list").len(), 1);
    });
}

#[test]
fn outcomes_are_forgotten_after_seven_days_and_by_no_jump_from_1970() {
    let folder = Folder::new();
    let week = 7 * 24 * 60 * 60 * 1_000;
    block_on(async {
        let (ledger, _) = open(&folder.0);
        run(&ledger, "believed", stray(&ledger, "").body).await;
        drop(ledger);
        let (ledger, _) = Ledger::open(&folder.0, Time::manual(0, 1_000)).expect("it opens");
        run(&ledger, "in 1970", stray(&ledger, "").body).await;
        drop(ledger);
        let (ledger, _) = Ledger::open(&folder.0, Time::manual(0, WALL + week + 1)).expect("it opens");
        assert_eq!(ledger.outcome(&actor(), "believed").await.expect("an answer"), None);
        assert!(ledger.outcome(&actor(), "in 1970").await.expect("an answer").is_some());
    });
}

#[test]
fn a_full_inbox_refuses_at_once_and_recovers() {
    let folder = Folder::new();
    block_on(async {
        let (ledger, _) = open(&folder.0);
        let intake = Intake::new(ledger.clone());
        let envelope = || Envelope {
            actor: actor(),
            role: Role::Commentator,
            scope: Scope::All,
            id: None,
            source: b"{}",
            body: stray(&ledger, "").body,
        };
        let held = Held::new(&ledger).await;
        let tickets: Vec<Ticket> = (0..INBOX)
            .map(|n| {
                ledger.submit(stray(&ledger, &n.to_string()), print("x"), Scope::All).expect("there is room")
            })
            .collect();
        let refused = ledger.submit(stray(&ledger, "late"), print("x"), Scope::All);
        assert_eq!(refused.map(|_| ()), Err(SubmitError::Full));
        assert!(!ledger.is_pending(&actor(), "late"));
        let refused = intake.submit(envelope());
        assert_eq!(refused.map(|_| ()), Err(Refusal::Full { retry_after_s: 1 }));
        held.release().await;
        for ticket in tickets {
            finish(ticket).await;
        }
        assert!(missing(&intake.submit(envelope()).expect("there is room").await));
    });
}

#[test]
fn a_failed_commit_fails_every_command_of_the_batch_and_leaves_no_trace() {
    let folder = Folder::new();
    block_on(async {
        let (ledger, _) = open(&folder.0);
        let (game, _) = match_day(&ledger).await;
        let before = ledger.game(game).await.expect("read").expect("the game");
        let held = Held::new(&ledger).await;
        // Only now: what was answered before may leave after its answer.
        let committed = ledger.committed();
        let first = ledger
            .submit(command(&ledger, "g2", goal(game, "home", "9")), print("g2"), Scope::All)
            .expect("room");
        let second =
            ledger.submit(command(&ledger, "n2", new_game()), print("n2"), Scope::All).expect("room");
        let third = ledger.submit(stray(&ledger, "s2"), print("s2"), Scope::All).expect("room");
        // The future sends at its first poll, which comes before the held write ends.
        let poisoned = poison(ledger.clone());
        let released = held.release();
        let (poisoned, ()) = smol::future::zip(poisoned, released).await;
        assert!(matches!(poisoned, Err(WriteError::Failed(_))), "{poisoned:?}");
        for ticket in [first, second, third] {
            match finish(ticket).await {
                Outcome::Failed(failure) => assert_eq!(failure.kind, FailureKind::Storage),
                other => panic!("a failure, not {other:?}"),
            }
        }
        assert!(committed.try_recv().is_err(), "nothing is shown that is not durable");
        assert!(!ledger.is_pending(&actor(), "g2"));
        assert_eq!(ledger.outcome(&actor(), "g2").await.expect("an answer"), None);
        // The same ids again are first times, and follow the last event that is durable.
        let after = accepted(&run(&ledger, "g2", goal(game, "home", "9")).await);
        assert_eq!(after.seqs, [before.last_seq + 1]);
        let created = accepted(&run(&ledger, "n2", new_game()).await);
        assert_eq!(created.game, Some(GameId(game.0 + 1)));
        let game = ledger.game(game).await.expect("read").expect("the game");
        assert_eq!(game.score_text(), "2-0");
        verify(&folder.0, |_, _| {}).expect("the chain is whole");
    });
}

#[test]
fn a_write_that_refuses_itself_is_taken_back_alone() {
    let folder = Folder::new();
    block_on(async {
        let (ledger, _) = open(&folder.0);
        let refused = ledger
            .write(|tx| {
                tx.execute("INSERT INTO meta (key, value) VALUES ('a', x'00')", [])?;
                tx.execute("INSERT INTO meta (key, value) VALUES ('a', x'00')", []).map(|_| ())
            })
            .await;
        assert!(matches!(refused, Err(WriteError::Refused(_))), "{refused:?}");
        let count = ledger
            .write(|tx| {
                tx.query_row("SELECT count(*) FROM meta WHERE key = 'a'", [], |row| row.get::<_, i64>(0))
            })
            .await;
        assert_eq!(count, Ok(0));
    });
}

#[test]
fn events_can_be_neither_changed_deleted_nor_replaced() {
    let folder = Folder::new();
    block_on(async {
        let (ledger, _) = open(&folder.0);
        match_day(&ledger).await;
        for sql in [
            "UPDATE event SET body = '{}' WHERE seq = 1",
            "UPDATE event SET seq = 99 WHERE seq = 1",
            "DELETE FROM event WHERE seq = 1",
            "DELETE FROM event",
            "INSERT OR REPLACE INTO event SELECT * FROM event WHERE seq = 1",
            "INSERT INTO event SELECT seq + 100, stream, visibility, ord, boot, mono_ms, wall_ms, wall_trusted, \
             actor, command, version, body, prev_hash, hash FROM event WHERE seq = 1",
            "UPDATE text SET value = 'another name' WHERE id = 1",
            "DELETE FROM text WHERE id = 1",
            "INSERT OR REPLACE INTO text (id, seq, stream, person) VALUES (1, 1, 'venue', 0)",
            "UPDATE sport SET source = ''",
            "DELETE FROM sport",
        ] {
            let refused = ledger.write(move |tx| tx.execute(sql, [])).await;
            assert!(matches!(refused, Err(WriteError::Refused(_))), "{sql}: {refused:?}");
        }
        verify(&folder.0, |_, _| {}).expect("the chain is whole");
    });
}

#[test]
fn a_second_ledger_on_the_same_folder_is_refused_by_name() {
    let folder = Folder::new();
    let (ledger, _) = open(&folder.0);
    let refused = Ledger::open(&folder.0, clock()).map(|_| ()).expect_err("the folder is taken");
    let pid = std::process::id();
    assert!(
        matches!(refused, LedgerError::Locked { holder: Some(holder), .. } if holder == pid),
        "{refused}"
    );
    assert!(refused.to_string().contains(&format!("process {pid}")), "{refused}");
    drop(ledger);
    open(&folder.0);
}

#[test]
fn what_is_not_ours_or_from_the_future_is_refused_untouched() {
    let sql_cases = [
        ("PRAGMA application_id = 7; CREATE TABLE t (a)", "another program"),
        ("CREATE TABLE t (a)", "another program"),
        ("PRAGMA application_id = 0x7463686c; PRAGMA user_version = 99", "schema 99"),
    ];
    for (sql, words) in sql_cases {
        let folder = Folder::new();
        std::fs::create_dir_all(&folder.0).expect("a folder can be made");
        let path = folder.0.join("touchline.db");
        Connection::open(&path).expect("a database").execute_batch(sql).expect("it is prepared");
        let before = std::fs::read(&path).expect("the file");
        let refused = Ledger::open(&folder.0, clock()).map(|_| ()).expect_err("it is refused").to_string();
        assert!(refused.contains(words), "{refused}");
        assert!(std::fs::read(&path).expect("the file") == before, "{sql}: the file was changed");
    }
    let folder = Folder::new();
    std::fs::write(&folder.0, "a file").expect("a file can be made");
    let refused = Ledger::open(&folder.0, clock()).map(|_| ()).expect_err("a file is no folder");
    std::fs::remove_file(&folder.0).expect("it is there");
    assert!(refused.to_string().contains("--data"), "{refused}");
    let folder = Folder::new();
    std::fs::create_dir_all(&folder.0).expect("a folder can be made");
    std::fs::write(folder.0.join("touchline.db"), "not a database at all, ".repeat(100)).expect("a file");
    Ledger::open(&folder.0, clock()).map(|_| ()).expect_err("no database");
}

#[test]
fn the_settings_that_the_promises_rest_on_hold() {
    let folder = Folder::new();
    block_on(async {
        let (ledger, _) = open(&folder.0);
        for (pragma, wanted) in
            [("synchronous", 2), ("foreign_keys", 1), ("trusted_schema", 0), ("cell_size_check", 1)]
        {
            let found =
                ledger.write(move |tx| tx.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0))).await;
            assert_eq!(found, Ok(wanted), "{pragma}");
        }
        let mode = ledger
            .write(|tx| tx.pragma_query_value(None, "journal_mode", |row| row.get::<_, String>(0)))
            .await;
        assert_eq!(mode.as_deref(), Ok("wal"));
        let changed = ledger.read(|conn| Ok(conn.execute("DELETE FROM outcome", [])?)).await;
        assert!(changed.is_err(), "the reader cannot write");
    });
}

#[test]
fn a_panicking_question_is_lost_alone() {
    let folder = Folder::new();
    block_on(async {
        let (ledger, _) = open(&folder.0);
        let lost = ledger.read(|_| -> Result<(), LedgerError> { panic!("on purpose") }).await;
        assert!(matches!(lost, Err(LedgerError::Stopped)), "{lost:?}");
        assert!(ledger.games().await.expect("the next is answered").is_empty());
    });
}

#[test]
fn after_closing_everything_is_refused_and_the_write_ahead_log_is_empty() {
    let folder = Folder::new();
    block_on(async {
        let (ledger, _) = open(&folder.0);
        let waiting = ledger.submit(stray(&ledger, "a"), print("a"), Scope::All).expect("room");
        ledger.close().await;
        assert!(missing(&finish(waiting).await), "what waited is committed");
        let refused = ledger.submit(stray(&ledger, "b"), print("b"), Scope::All);
        assert_eq!(refused.map(|_| ()), Err(SubmitError::Stopped));
        let write = ledger.write(|_| Ok::<_, rusqlite::Error>(())).await;
        assert!(matches!(write, Err(WriteError::Failed(f)) if f.kind == FailureKind::Stopped));
        assert!(matches!(ledger.games().await, Err(LedgerError::Stopped)));
        ledger.close().await;
        let wal = std::fs::metadata(folder.0.join("touchline.db-wal")).map_or(0, |file| file.len());
        assert_eq!(wal, 0);
    });
}

#[test]
fn intake_judges_before_the_ledger_sees_anything() {
    let folder = Folder::new();
    block_on(async {
        let (ledger, _) = open(&folder.0);
        let intake = Intake::new(ledger.clone());
        let envelope = |id: Option<&str>, role, source, body| Envelope {
            actor: actor(),
            role,
            scope: Scope::All,
            id: id.map(str::to_owned),
            source,
            body,
        };
        let stray = || stray(&ledger, "").body;
        let withdraw = CommandBody::WithdrawGame { game: GameId(404), reason: None };
        let long = vec![b' '; LONGEST + 1];
        let cases = [
            (envelope(Some("a b"), Role::Commentator, b"{}", stray()), Refusal::BadId),
            (envelope(Some(""), Role::Commentator, b"{}", stray()), Refusal::BadId),
            (envelope(None, Role::Commentator, &long, stray()), Refusal::TooLarge { limit: LONGEST }),
            (
                envelope(None, Role::Commentator, b"{}", withdraw),
                Refusal::Forbidden { needs: Role::Organiser },
            ),
        ];
        for (envelope, refusal) in cases {
            assert_eq!(intake.submit(envelope).map(|_| ()), Err(refusal));
        }
        let held = Held::new(&ledger).await;
        let pending =
            intake.submit(envelope(Some("x"), Role::Commentator, b"{}", stray())).expect("it is in");
        assert_eq!(intake.status(&actor(), "x").await.expect("an answer"), Some(Status::Pending));
        assert_eq!(intake.status(&actor(), "y").await.expect("an answer"), None);
        held.release().await;
        let outcome = pending.await;
        assert_eq!(
            intake.status(&actor(), "x").await.expect("an answer"),
            Some(Status::Decided(outcome.clone()))
        );
        let CommandBody::Play { play, .. } = stray() else { unreachable!("a stray command is a play") };
        let elsewhere = CommandBody::Play { game: GameId(405), expect_seq: None, play };
        let again =
            intake.submit(envelope(Some("x"), Role::Commentator, b"{}", elsewhere)).expect("it is in");
        assert_eq!(again.await, Outcome::Mismatch, "the same words to another game are another command");
        let again = intake.submit(envelope(Some("x"), Role::Commentator, b"{}", stray())).expect("it is in");
        assert_eq!(again.await, Outcome::Repeated(Box::new(outcome)));
        let made = intake.submit(envelope(None, Role::Commentator, b"{}", stray())).expect("it is in");
        assert_eq!(made.id.len(), 36, "{}", made.id);
    });
}

#[test]
fn a_game_somebody_else_changed_is_a_conflict() {
    let folder = Folder::new();
    block_on(async {
        let (ledger, _) = open(&folder.0);
        let (game, seq) = match_day(&ledger).await;
        let last = ledger.game(game).await.expect("read").expect("the game").last_seq;
        let void = |id: &'static str, expect_seq| {
            let play = Play::Void { seq, reason: None };
            let body = CommandBody::Play { game, expect_seq: Some(expect_seq), play };
            let ledger = &ledger;
            async move { run(ledger, id, body).await }
        };
        let refused = void("stale", last - 1).await;
        assert!(matches!(&refused, Outcome::Rejected(r) if r.kind == RejectionKind::Conflict), "{refused:?}");
        accepted(&void("fresh", last).await);
        let game = ledger.game(game).await.expect("read").expect("the game");
        assert_eq!(game.score_text(), "0-0");
    });
}

#[test]
fn batches_leave_whole_and_in_order_to_every_reader() {
    let folder = Folder::new();
    block_on(async {
        let (ledger, _) = open(&folder.0);
        let (one, two) = (ledger.committed(), ledger.committed());
        let (game, _) = match_day(&ledger).await;
        run(&ledger, "stray", stray(&ledger, "").body).await;
        ledger.close().await;
        for reader in [one, two] {
            let (mut seqs, mut ids) = (Vec::new(), Vec::new());
            while let Ok(batch) = reader.recv().await {
                seqs.extend(batch.events.iter().map(|event| event.seq));
                assert!(batch.events.iter().all(|event| event.stream == Stream::Game(game)));
                ids.extend(batch.decided.iter().map(|decided| decided.id.clone()));
            }
            assert!(seqs.iter().enumerate().all(|(at, seq)| *seq == at as u64 + 1), "{seqs:?}");
            assert_eq!(ids, ["create", "kick-off", "goal", "line", "stray"]);
        }
    });
}

#[test]
fn a_restart_and_a_kill_find_every_acknowledged_event() {
    let folder = Folder::new();
    block_on(async {
        let (ledger, _) = open(&folder.0);
        let (game, _) = match_day(&ledger).await;
        let live = ledger.log(everything()).await.expect("the log");
        let score = ledger.game(game).await.expect("read").expect("the game").score_text();
        let killed = folder.killed();
        drop(ledger);
        for folder in [&folder, &killed] {
            let (ledger, opened) = open(&folder.0);
            let (found, added) = {
                let log = ledger.log(everything()).await.expect("the log");
                (log[..live.len()].to_vec(), log[live.len()..].to_vec())
            };
            assert_eq!(found, live);
            assert!(
                added.iter().all(|event| matches!(event.body, EventBody::ClockResumed { .. })),
                "{added:?}"
            );
            assert_eq!(opened.games.len(), 1);
            assert_eq!(opened.games[0].score_text(), score);
            assert_eq!(opened.boot, 2);
            assert_eq!(opened.head.seq, (live.len() + added.len()) as u64);
            let again = run(&ledger, "line", venue::comment(game, "What a strike.")).await;
            assert!(matches!(again, Outcome::Repeated(_)), "{again:?}");
        }
    });
}

#[test]
fn a_clock_that_ran_goes_on_with_the_gap_where_the_wall_clock_can_tell() {
    // Wall time at the next start, and the gap that is told.
    for (wall, gap) in [(WALL + 95_000, Some(90_000)), (5_000, None), (WALL - 60_000, None)] {
        let folder = Folder::new();
        block_on(async {
            let time = clock();
            let (ledger, _) = Ledger::open(&folder.0, time.clone()).expect("it opens");
            let game = accepted(&run(&ledger, "create", new_game()).await).game.expect("a number");
            accepted(&run(&ledger, "kick-off", kick_off(game)).await);
            let running = ledger.game(game).await.expect("read").expect("the game").state().clock.running;
            if !running {
                accepted(&run(&ledger, "clock", start_clock(game)).await);
            }
            time.advance(5_000);
            accepted(&run(&ledger, "goal", goal(game, "home", "9")).await);
            let killed = folder.killed();
            let (ledger, opened) = Ledger::open(&killed.0, Time::manual(200, wall)).expect("it opens");
            let game = &opened.games[0];
            let resumed = game.resumed.expect("the clock was resumed");
            assert_eq!(resumed.gap_ms, gap, "wall {wall}");
            assert!(game.state().clock.running);
            assert_eq!((game.state().clock.boot, game.state().clock.at_ms), (2, 200));
            let log = ledger.log(everything()).await.expect("the log");
            assert_eq!(log.last().map(|event| event.actor.0.clone()), Some("box".to_owned()));
        });
    }
}

#[test]
fn while_a_clock_runs_the_box_notes_that_it_is_on() {
    let folder = Folder::new();
    block_on(async {
        let time = clock();
        let (ledger, _) = Ledger::open(&folder.0, time.clone()).expect("it opens");
        match_day(&ledger).await;
        time.advance(600_000);
        run(&ledger, "stray", stray(&ledger, "").body).await;
        let killed = folder.killed();
        let next = Time::manual(0, WALL + 600_000 + 30_000);
        let (_ledger, opened) = Ledger::open(&killed.0, next).expect("it opens");
        let game = &opened.games[0];
        assert_eq!(game.resumed.expect("the clock was resumed").gap_ms, Some(30_000));
        assert_eq!(game.state().clock.value_ms, 630_000, "ten minutes seen, half a minute not");
    });
}

#[test]
fn a_game_long_over_is_folded_only_when_touched() {
    let folder = Folder::new();
    block_on(async {
        let (ledger, _) = open(&folder.0);
        let (game, _) = match_day(&ledger).await;
        let withdraw = CommandBody::WithdrawGame { game, reason: Some("entered twice".to_owned()) };
        accepted(&run(&ledger, "withdraw", withdraw).await);
        drop(ledger);
        let (ledger, opened) = open(&folder.0);
        assert!(opened.games.is_empty());
        let listed = ledger.games().await.expect("a list");
        assert_eq!((listed.len(), listed[0].closed_ms), (1, Some(0)));
        let refused = run(&ledger, "again", CommandBody::WithdrawGame { game, reason: None }).await;
        assert!(matches!(refused, Outcome::Rejected(_)), "{refused:?}");
        assert!(ledger.game(game).await.expect("read").expect("the game").withdrawn.is_some());
    });
}

#[test]
fn erased_names_and_lines_are_gone_and_the_chain_still_holds() {
    let folder = Folder::new();
    block_on(async {
        let (ledger, _) = open(&folder.0);
        let (game, _) = match_day(&ledger).await;
        accepted(&run(&ledger, "second", goal(game, "home", "Ana Diaz")).await);
        let line = ledger.log(everything()).await.expect("the log");
        let line = line.iter().find(|event| event.command == "line").expect("the line is in the log").seq;
        assert_eq!(ledger.erase(Erase::Name("Ana Diaz".to_owned())).await, Ok(1), "one person, one text");
        assert_eq!(ledger.erase(Erase::Event(line)).await, Ok(1));
        let events = ledger.events_of(game).await.expect("the log");
        let text: String = events
            .iter()
            .map(|event| {
                format!(
                    "{:?}
",
                    without_sport(event)
                )
            })
            .collect();
        assert!(!text.contains("Ana Diaz") && !text.contains("strike"), "{text}");
        assert!(text.contains(ERASED) && text.contains("Bea Lund"), "{text}");
        // In the squad, and as the scorer of two goals: still one and the same person.
        assert_eq!(text.matches("[erased 3]").count(), 3, "{text}");
        accepted(&run(&ledger, "third", goal(game, "home", "4")).await);
        assert_eq!(ledger.game(game).await.expect("read").expect("the game").score_text(), "3-0");
        ledger.close().await;
        let verified = verify(&folder.0, |_, _| {}).expect("the chain is whole");
        assert_eq!(verified.erased, 4, "a name three times, a line once");
        for name in ["touchline.db", "touchline.db-wal"] {
            let bytes = std::fs::read(folder.0.join(name)).unwrap_or_default();
            for word in ["Ana Diaz", "What a strike."] {
                let found = bytes.windows(word.len()).any(|window| window == word.as_bytes());
                assert!(!found, "{word} still stands in {name}");
            }
        }
    });
}

#[test]
fn verify_finds_what_was_changed_behind_its_back() {
    let damages = [
        "UPDATE event SET body = replace(body, 'goal', 'shot') WHERE body LIKE '%\"goal\"%'",
        "UPDATE event SET wall_ms = wall_ms + 1 WHERE seq = 2",
        "UPDATE event SET wall_trusted = 0 WHERE seq = 2",
        "UPDATE event SET actor = 'user:2' WHERE seq = 2",
        "UPDATE event SET ord = ord || '1' WHERE ord IS NOT NULL",
        "UPDATE event SET visibility = 'staff' WHERE seq = 3",
        "UPDATE event SET hash = zeroblob(32) WHERE seq = 2",
        "UPDATE event SET hash = x'00' WHERE seq = 2",
        "DELETE FROM event WHERE seq = 2",
        "DELETE FROM event WHERE seq = 1",
        "UPDATE text SET value = 'Eve' WHERE value = 'Ana Diaz'",
        "DELETE FROM text WHERE id = 1",
        "UPDATE sport SET source = source || ' '",
    ];
    let folder = Folder::new();
    block_on(async {
        let (ledger, _) = open(&folder.0);
        match_day(&ledger).await;
        ledger.close().await;
    });
    for damage in damages {
        let copy = Folder::new();
        std::fs::create_dir_all(&copy.0).expect("a folder can be made");
        std::fs::copy(folder.0.join("touchline.db"), copy.0.join("touchline.db")).expect("the file");
        let conn = Connection::open(copy.0.join("touchline.db")).expect("a database");
        let triggers: Vec<String> = conn
            .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
            .and_then(|mut names| names.query_map([], |row| row.get(0))?.collect())
            .expect("the triggers");
        for trigger in triggers {
            conn.execute_batch(&format!("DROP TRIGGER {trigger}")).expect("it is there");
        }
        let changed = conn.execute(damage, []).expect("the damage is done");
        assert!(changed > 0, "{damage} changes nothing");
        drop(conn);
        let found = verify(&copy.0, |_, _| {});
        assert!(matches!(found, Err(LedgerError::Damaged { .. })), "{damage}: {found:?}");
        let opened = Ledger::open(&copy.0, clock()).map(|_| ());
        assert!(matches!(opened, Err(LedgerError::Damaged { .. })), "{damage}: opened");
    }
}

#[test]
fn verify_tells_its_progress_and_checks_everything() {
    let folder = Folder::new();
    block_on(async {
        let (ledger, _) = open(&folder.0);
        match_day(&ledger).await;
        let events = ledger.log(everything()).await.expect("the log").len() as u64;
        let told = AtomicU64::new(0);
        let verified = verify(&folder.0, |done, total| {
            assert_eq!(total, events);
            told.store(done, Ordering::SeqCst);
        })
        .expect("the chain is whole, while the box runs too");
        assert_eq!((verified.events, verified.erased, told.load(Ordering::SeqCst)), (events, 0, events));
        assert_eq!(verified.head.seq, events);
    });
}

#[test]
fn the_log_is_read_in_parts_and_by_stream() {
    let folder = Folder::new();
    block_on(async {
        let (ledger, _) = open(&folder.0);
        let (first, _) = match_day(&ledger).await;
        let second = accepted(&run(&ledger, "other", new_game()).await).game.expect("a number");
        let all = ledger.log(everything()).await.expect("the log");
        let ask = |after, limit, game: Option<GameId>, audience| {
            ledger.log(LogQuery { after, limit, stream: game.map(Stream::Game), audience })
        };
        assert_eq!(ask(1, 2, None, Audience::Staff).await.expect("a part"), all[1..3]);
        assert_eq!(ask(u64::MAX, 10, None, Audience::Staff).await.expect("nothing"), []);
        let of_second = ask(0, 10, Some(second), Audience::Staff).await.expect("a part");
        assert_eq!(of_second.len(), 1);
        let of_first = ask(0, 1_000, Some(first), Audience::Public).await.expect("a part");
        assert!(!of_first.is_empty() && of_first.len() < all.len());
    });
}

#[test]
fn commands_from_many_callers_at_once_all_count_exactly_once() {
    const CALLERS: u64 = 16;
    const EACH: u64 = 25;
    let folder = Folder::new();
    block_on(async {
        let (ledger, _) = open(&folder.0);
        let (game, _) = match_day(&ledger).await;
        let ledger = Arc::new(ledger);
        let callers: Vec<_> = (0..CALLERS)
            .map(|caller| {
                let ledger = ledger.clone();
                runtime::task(async move {
                    for n in 0..EACH {
                        let id = format!("{caller}-{n}");
                        let send = || {
                            let command = command(&ledger, &id, goal(game, "away", "7"));
                            ledger.submit(command, print(&id), Scope::All).expect("room")
                        };
                        // Sent twice, as a phone does that has lost the answer.
                        let (first, second) = (send(), send());
                        let (first, second) = (finish(first).await, finish(second).await);
                        assert_eq!(accepted(&first), accepted(second.first()));
                    }
                })
            })
            .collect();
        for caller in callers {
            caller.await;
        }
        let game = ledger.game(game).await.expect("read").expect("the game");
        assert_eq!(game.score_text(), format!("1-{}", CALLERS * EACH));
        verify(&folder.0, |_, _| {}).expect("the chain is whole");
    });
}

#[test]
fn a_void_takes_a_goal_back_for_ever() {
    let folder = Folder::new();
    block_on(async {
        let (ledger, _) = open(&folder.0);
        let (game, seq) = match_day(&ledger).await;
        let void = play(game, Play::Void { seq, reason: Some("offside".to_owned()) });
        accepted(&run(&ledger, "void", void).await);
        drop(ledger);
        let (_ledger, opened) = open(&folder.0);
        assert_eq!(opened.games[0].score_text(), "0-0");
    });
}
