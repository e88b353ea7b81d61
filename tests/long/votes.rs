//! Ten thousand phones vote within five seconds on a card that takes 30 ms for each sync, while a score is kept.
//!
//! Three votes one after another, each after a quiet time of the same length: entries of the score are timed in both,
//! in the same run on the same card. Afterwards the box is killed: what it answered must be in its log.
//!
//! The card is slow in one of two ways. A tracer delays each sync, but stops every other system call of the ledger's
//! thread twice too, about 50 µs each: much, where a batch makes a hundred. A library put before the system's delays
//! the syncs and nothing else; those figures are the box's own.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use smol::Timer;

use crate::common::folder::Folder;
use crate::common::game::{command, new_game};
use crate::common::http::Client;
use crate::common::server::{Server, path, run, token};
use crate::common::wait;
use crate::crowd::PATIENCE;
use crate::figures::{name_the_box, percentile, spread};
use crate::line::{Line, devices, new_poll, turn};
use crate::pace;
use crate::process::processor_time;

/// What a card of the slower kind takes; told to strace in microseconds.
const SYNC: Duration = Duration::from_millis(30);
const TRACED: &str = "inject=fdatasync,fsync:delay_exit=30000";
const LISTEN: &str = "127.0.0.1:0";
/// The time in which a crowd votes, and the quiet time before it.
const SPAN: Duration = Duration::from_secs(5);
const ROUNDS: usize = 3;
/// A score is entered so often, on average.
const EVERY: Duration = Duration::from_millis(50);
/// The bars: of a ballot, and of a score entry as a multiple of what it takes without voters.
const BALLOT_BAR: Duration = Duration::from_secs(3);
const ENTRY_BAR: f64 = 3.0;

/// How a phone's ballot was answered.
struct Answered {
    receipt: String,
    /// From the moment it was to be sent, its connection included.
    time: Duration,
}

/// What goes on while a score is entered; the number is the place among the times.
const QUIET: usize = 0;
const VOTING: usize = 1;
/// The second after a crowd, in which the box moves what it wrote into its database: quiet no more than a rush.
const AFTERWARDS: usize = 2;
const OVER: usize = 3;

/// Times of score entries by what went on.
type Entries = [Vec<Duration>; 3];

/// What makes each sync slow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Card {
    Traced,
    Preloaded,
}

#[test]
#[ignore = "takes a minute and needs strace; run by hand"]
fn ten_thousand_phones_vote_within_five_seconds() {
    name_the_box();
    a_crowd_votes(10_000, ROUNDS, Card::Traced);
}

#[test]
#[ignore = "takes a minute and needs a C compiler; run by hand"]
fn ten_thousand_phones_vote_and_nothing_but_syncs_is_slow() {
    name_the_box();
    a_crowd_votes(10_000, ROUNDS, Card::Preloaded);
}

#[test]
#[ignore = "needs strace; a small crowd, to try the rig itself"]
fn a_small_crowd_votes() {
    a_crowd_votes(200, 1, Card::Traced);
}

fn a_crowd_votes(phones: usize, rounds: usize, card: Card) {
    let folder = Folder::new("long-votes");
    let data = folder.join("data");
    let token = token(&data, "organiser");
    let (server, tracer) = match card {
        Card::Traced => {
            let server = Server::start_at(&data, LISTEN, &[]);
            let tracer = Tracer::on_the_ledger_of(server.process());
            (server, Some(tracer))
        }
        Card::Preloaded => {
            let before = format!("LD_PRELOAD={}", slow_library(&folder));
            (Server::start_under(&["env", &before], &data, LISTEN, &[]), None)
        }
    };
    let feed = server.client().bearer(&token);
    let game = new_game(&feed);
    command(&feed, game, &json!({"type": "segment", "do": "start"})).expect(200);
    let cookies = devices(server.address, phones);
    let begun = Instant::now();
    let polls: Vec<u64> = (0..rounds)
        .map(|round| {
            new_poll(
                &feed,
                &json!({"question": format!("Goal {round}"), "kind": "single", "options": ["A", "B", "C"]}),
            )
        })
        .collect();
    // A cookie counts three seconds after it was given.
    wait::until("the cookies to be old enough", PATIENCE, || {
        (begun.elapsed() > Duration::from_millis(3_100)).then_some(())
    });
    let phase = AtomicUsize::new(QUIET);
    let (mut rounds, entries) = std::thread::scope(|scope| {
        let entering = scope.spawn(|| enter(server.address, &token, game, &phase));
        let busy = processor_time(server.process());
        let rounds: Vec<HashMap<usize, Answered>> = polls
            .iter()
            .map(|poll| {
                turn(&feed, *poll, "open");
                wait::until("a quiet time", PATIENCE, quiet(SPAN));
                phase.store(VOTING, Ordering::SeqCst);
                let answered = vote(server.address, *poll, &cookies);
                phase.store(AFTERWARDS, Ordering::SeqCst);
                wait::until("the second after", PATIENCE, quiet(Duration::from_secs(1)));
                phase.store(QUIET, Ordering::SeqCst);
                answered
            })
            .collect();
        let busy = (processor_time(server.process()) - busy).as_secs_f64() * 1_000.0;
        println!("{:.2} ms of processor a ballot, entries and all", busy / (phones * rounds.len()) as f64);
        phase.store(OVER, Ordering::SeqCst);
        (rounds, entering.join().expect("the score is entered to the end"))
    });
    for (poll, answered) in polls.iter().zip(&rounds) {
        assert_eq!(answered.len(), phones, "every phone was answered");
        wait_for_turnout(&feed, *poll, phones);
    }
    // What was answered is in the log: the box has no chance to write anything after it.
    server.kill();
    drop(tracer);
    check_recount(&data, &polls, &rounds);
    let server = Server::start_at(&data, LISTEN, &[]);
    reveal(&server.client().bearer(&token), &polls, phones);
    check_recount(&data, &polls, &rounds);
    report(rounds.iter_mut().flat_map(|round| round.drain()).map(|(_, one)| one.time).collect(), entries);
}

/// Makes each sync of a box take long, by a tracer on its ledger's thread, the only one that syncs. On all threads
/// it would stop each of their system calls, whatever it is told to look for, and slow the whole box.
struct Tracer(Child);

impl Tracer {
    fn on_the_ledger_of(process: u32) -> Self {
        let threads = std::fs::read_dir(format!("/proc/{process}/task")).expect("the box runs");
        let named = |task: &Path| {
            std::fs::read_to_string(task.join("comm")).is_ok_and(|name| name.trim() == "ledger")
        };
        let mut threads = threads.map(|task| task.expect("a thread").path());
        let ledger = threads.find(|task| named(task)).expect("the box has a ledger");
        let thread = ledger.file_name().and_then(|name| name.to_str()).expect("a number");
        let arguments = ["-qq", "-o", "/dev/null", "-e", "trace=fdatasync,fsync", "-e", TRACED, "-p", thread];
        let strace = Command::new("strace").args(arguments).stdin(Stdio::null()).spawn();
        let tracer = Self(strace.expect("strace starts: it is installed and in PATH"));
        wait::until("the tracer to hold the ledger", PATIENCE, || {
            let status = std::fs::read_to_string(ledger.join("status")).expect("the thread lives");
            (!status.contains("TracerPid:\t0\n")).then_some(())
        });
        tracer
    }
}

impl Drop for Tracer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Compiles a library whose syncs are the system's and a wait; its path.
fn slow_library(folder: &Folder) -> String {
    const SOURCE: &str = r"
        #include <sys/syscall.h>
        #include <time.h>
        #include <unistd.h>
        static int after_a_wait(int result) {
            struct timespec wait = {0, 30000000};
            nanosleep(&wait, 0);
            return result;
        }
        int fsync(int fd) { return after_a_wait((int)syscall(SYS_fsync, fd)); }
        int fdatasync(int fd) { return after_a_wait((int)syscall(SYS_fdatasync, fd)); }
    ";
    let (source, library) = (folder.write("slow.c", SOURCE), folder.join("slow.so"));
    let compiled =
        Command::new("cc").args(["-O2", "-shared", "-fPIC", "-o"]).args([&library, &source]).status();
    assert!(compiled.expect("a C compiler is in PATH").success(), "the library is compiled");
    path(&library).to_owned()
}

/// Gives an answer once the span has passed since this was called.
fn quiet(span: Duration) -> impl FnMut() -> Option<()> {
    let begun = Instant::now();
    move || (begun.elapsed() >= span).then_some(())
}

/// Enters a score now and then until told to end, on a kept connection as a desk does, and times each to its answer.
fn enter(address: SocketAddr, token: &str, game: u64, phase: &AtomicUsize) -> Entries {
    let path = format!("/api/v1/games/{game}/commands");
    let mut desk = pace::Line::open(address);
    let mut entries = Entries::default();
    for number in 0_u32.. {
        let before = phase.load(Ordering::SeqCst);
        if before == OVER {
            break;
        }
        let side = if number % 2 == 0 { "home" } else { "away" };
        let sent = Instant::now();
        desk.post(&path, token, &json!({"type": "action", "action": "goal", "side": side})).expect(200);
        let time = sent.elapsed();
        // One that lies across the border belongs to neither.
        if phase.load(Ordering::SeqCst) == before {
            entries[before].push(time);
        }
        // Not in step with anything of the box: a little more or less than the mean, as 7 and 20 have no common part.
        let pause = EVERY * (10 + number * 7 % 21) / 20;
        wait::until("the next entry", PATIENCE, quiet(pause));
    }
    entries
}

/// Every phone votes at its own moment within the span, on a connection of its own.
fn vote(address: SocketAddr, poll: u64, cookies: &[String]) -> HashMap<usize, Answered> {
    let path = format!("/api/v1/polls/{poll}/ballots");
    let begin = Instant::now();
    let one = async |phone: usize| {
        let moment = begin
            + SPAN * u32::try_from(phone).expect("a crowd") / u32::try_from(cookies.len()).expect("a crowd");
        Timer::at(moment).await;
        let mut line = Line::open(address).await.expect("the box listens");
        let body = format!("{{\"id\":\"phone-{phone}\",\"choice\":[\"{}\"]}}", 1 + phone % 3);
        let reply = line.post(&path, &cookies[phone], &body).await.expect("the box answers");
        let time = moment.elapsed();
        let answer = reply.json();
        assert_eq!((reply.status, answer["outcome"].as_str()), (201, Some("accepted")), "{answer}");
        let receipt = answer["receipt"].as_str().expect("a ballot has a receipt").to_owned();
        (phone, Answered { receipt, time })
    };
    let executor = smol::LocalExecutor::new();
    let tasks: Vec<_> = (0..cookies.len()).map(|phone| executor.spawn(one(phone))).collect();
    let answered = smol::block_on(executor.run(async {
        let mut answered = HashMap::new();
        for task in tasks {
            answered.extend([task.await]);
        }
        answered
    }));
    println!("{} ballots in {:.2} s", answered.len(), begin.elapsed().as_secs_f64());
    answered
}

fn wait_for_turnout(feed: &Client, poll: u64, phones: usize) {
    let path = format!("/api/v1/polls/{poll}");
    wait::until("the turnout on the board", PATIENCE, || {
        (feed.get(&path).expect(200).json()["turnout"] == json!(phones)).then_some(())
    });
}

/// Closes and reveals, and holds the result against what each phone chose.
fn reveal(feed: &Client, polls: &[u64], phones: usize) {
    let chose = |option: usize| (0..phones).filter(|phone| phone % 3 + 1 == option).count();
    let chosen = json!({"1": chose(1), "2": chose(2), "3": chose(3)});
    for poll in polls {
        turn(feed, *poll, "closed");
        turn(feed, *poll, "revealed");
        let path = format!("/api/v1/polls/{poll}");
        wait::until("the result on the board", PATIENCE, || {
            let board = feed.get(&path).expect(200).json();
            (board["state"] == "revealed" && board["turnout"] == json!(phones) && board["tally"] == chosen)
                .then_some(())
        });
    }
}

/// The second count agrees, and holds every receipt that was given and no other.
fn check_recount(data: &Path, polls: &[u64], rounds: &[HashMap<usize, Answered>]) {
    let begin = Instant::now();
    let counted = run(&["recount", "--json", "--receipts", "--data", path(data)]);
    println!("recounted in {:.2} s", begin.elapsed().as_secs_f64());
    assert_eq!(counted.code, Some(0), "{}", counted.stderr);
    let counted: Value = serde_json::from_str(&counted.stdout).expect("one JSON object");
    for (poll, answered) in polls.iter().zip(rounds) {
        let told = counted["polls"].as_array().expect("a list").iter().find(|one| one["id"] == json!(poll));
        let told = told.expect("every vote is counted");
        assert_eq!(told["turnout"], json!(answered.len()), "as many as were answered");
        let receipts = told["receipts"].as_object().expect("an object");
        assert_eq!(receipts.len(), answered.len(), "each phone once");
        assert!(answered.values().all(|one| receipts.contains_key(&one.receipt)), "every receipt is there");
    }
}

fn report(mut ballots: Vec<Duration>, mut entries: Entries) {
    ballots.sort_unstable();
    entries.iter_mut().for_each(|times| times.sort_unstable());
    // An answer before the end of a sync that takes so long would be one before its commit.
    assert!(
        ballots[0] >= SYNC,
        "a ballot was answered after {:?}, before any commit could be done",
        ballots[0]
    );
    let slow = percentile(&ballots, 99);
    println!("each sync takes {} ms and more", SYNC.as_millis());
    println!("  ballot, {}: {}", ballots.len(), spread(ballots));
    println!("    bar: p99 within {BALLOT_BAR:?}: {}", verdict(slow <= BALLOT_BAR));
    let [quiet, voting, afterwards] = entries;
    let (alone, beside) = (percentile(&quiet, 99), percentile(&voting, 99));
    let times = beside.as_secs_f64() / alone.as_secs_f64();
    println!("  score entry without voters, {}: {}", quiet.len(), spread(quiet));
    println!("  score entry with voters, {}: {}", voting.len(), spread(voting));
    println!("  score entry in the second after them, {}: {}", afterwards.len(), spread(afterwards));
    println!(
        "    bar: p99 with at most {ENTRY_BAR} times that without: {times:.2}, {}",
        verdict(times <= ENTRY_BAR)
    );
}

fn verdict(held: bool) -> &'static str {
    if held { "held" } else { "MISSED" }
}
