//! A hundred thousand submissions of ballots by sixteen callers who try everything, while the box is killed twenty times.
//!
//! Retries under the same id, other choices under the same id, the same cookie from several connections at once, cookies
//! used by somebody else, forged cookies, none at all; codes used again by others, codes nobody printed. Whoever was
//! answered "accepted" was counted, once, with the receipt of that answer; nobody else was.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::common::game::Venue;
use crate::common::server::{path, run};
use crate::common::wait;
use crate::crowd::PATIENCE;
use crate::figures::name_the_box;
use crate::line::{Line, devices, new_poll, turn};

const CALLERS: usize = 16;
/// Phones and codes that are tried at the same moment: fewer than callers, so that they meet.
const NEAR: usize = 8;
/// A cookie counts three seconds after it was given.
const OLD_ENOUGH: Duration = Duration::from_millis(3_100);

/// How much is tried.
struct Extent {
    submissions: usize,
    phones: usize,
    codes: usize,
    kills: usize,
}

/// Who votes, by place in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Voter {
    Phone(usize),
    Code(usize),
}

/// The two votes and those who may vote in them.
struct Ballots {
    open: u64,
    ticket: u64,
    cookies: Vec<String>,
    codes: Vec<String>,
}

/// What was seen from outside.
#[derive(Default)]
struct Seen {
    /// Voters of whom something was sent, and the one answer that counts.
    voters: HashMap<Voter, Option<(u32, String)>>,
    /// Answers by status and code.
    answers: BTreeMap<String, usize>,
    unanswered: usize,
}

#[test]
#[ignore = "takes minutes; run by hand"]
fn nobody_votes_twice_through_twenty_kills() {
    name_the_box();
    stuff(&Extent { submissions: 100_000, phones: 20_000, codes: 5_000, kills: 20 });
}

#[test]
fn nobody_votes_twice_through_a_kill() {
    stuff(&Extent { submissions: 1_000, phones: 200, codes: 50, kills: 1 });
}

fn stuff(extent: &Extent) {
    let venue = Venue::open("long-stuffing");
    let feed = venue.feed();
    let of =
        |access: &str| json!({"question": access, "kind": "single", "options": ["A", "B"], "access": access});
    let (open, ticket) = (new_poll(&feed, &of("open")), new_poll(&feed, &of("ticket")));
    let mut codes = Vec::new();
    while codes.len() < extent.codes {
        let count = (extent.codes - codes.len()).min(500);
        let printed =
            feed.post(&format!("/api/v1/polls/{ticket}/tickets"), &json!({"count": count})).expect(201);
        let printed = printed.json()["codes"].as_array().expect("a list").clone();
        codes.extend(printed.into_iter().map(|code| code.as_str().expect("a code").to_owned()));
    }
    let ballots = Ballots { open, ticket, cookies: devices(venue.server.address, extent.phones), codes };
    turn(&feed, open, "open");
    turn(&feed, ticket, "open");
    let given = Instant::now();
    wait::until("the cookies to be old enough", PATIENCE, || (given.elapsed() > OLD_ENOUGH).then_some(()));
    let sent = AtomicUsize::new(0);
    let address = venue.server.address;
    let begin = Instant::now();
    let (venue, mut seen) = std::thread::scope(|scope| {
        let calling = scope.spawn(|| call(address, &ballots, extent, &sent));
        let venue = kill_again_and_again(venue, extent, &sent);
        (venue, calling.join().expect("the callers get to the end"))
    });
    let (submissions, seconds) = (extent.submissions, begin.elapsed().as_secs_f64());
    println!("{submissions} submissions in {seconds:.0} s, {} kills among them", extent.kills);
    println!("  answers: {:?}; {} without an answer", seen.answers, seen.unanswered);
    seen.answers.clear();
    settle(address, &ballots, &mut seen);
    println!("  sent again after the last kill: {:?}", seen.answers);
    let feed = venue.feed();
    for poll in [open, ticket] {
        turn(&feed, poll, "closed");
        turn(&feed, poll, "revealed");
    }
    check(&venue, &ballots, &seen);
    assert!(!venue.server.log().contains("panicked"), "{}", venue.server.log());
}

/// Kills the box each time so many more submissions were sent, and starts it where it was.
fn kill_again_and_again(mut venue: Venue, extent: &Extent, sent: &AtomicUsize) -> Venue {
    for kill in 1..=extent.kills {
        let enough = extent.submissions * kill / (extent.kills + 1);
        wait::until("enough submissions to kill the box", PATIENCE * 10, || {
            (sent.load(Ordering::SeqCst) >= enough).then_some(())
        });
        venue = venue.crash();
    }
    venue
}

/// All callers, on one thread; each sends its next when the last is answered or lost.
fn call(address: std::net::SocketAddr, ballots: &Ballots, extent: &Extent, sent: &AtomicUsize) -> Seen {
    let seen = RefCell::new(Seen::default());
    let one = async |caller: usize| {
        let mut random = Random(caller as u64 + 1);
        let mut line = Line::patient(address).await;
        loop {
            let number = sent.fetch_add(1, Ordering::SeqCst);
            if number >= extent.submissions {
                return;
            }
            let trial = ballots.trial(number, extent, &mut random);
            if let Some((voter, _)) = trial.by {
                seen.borrow_mut().voters.entry(voter).or_default();
            }
            match line.post(&trial.path, &trial.cookie, &trial.body).await {
                Ok(reply) => seen.borrow_mut().note(&trial, reply.status, &reply.json()),
                Err(_) => {
                    seen.borrow_mut().unanswered += 1;
                    line = Line::patient(address).await;
                }
            }
        }
    };
    let executor = smol::LocalExecutor::new();
    let tasks: Vec<_> = (0..CALLERS).map(|caller| executor.spawn(one(caller))).collect();
    smol::block_on(executor.run(async {
        for task in tasks {
            task.await;
        }
    }));
    drop(executor);
    seen.into_inner()
}

/// Who never had an answer sends again until there is one: the choice whose answer was lost, or the other.
fn settle(address: std::net::SocketAddr, ballots: &Ballots, seen: &mut Seen) {
    let mut unsettled: Vec<Voter> =
        seen.voters.iter().filter(|(_, answer)| answer.is_none()).map(|(voter, _)| *voter).collect();
    unsettled.sort_unstable();
    smol::block_on(async {
        let mut line = Line::patient(address).await;
        for voter in unsettled {
            for choice in [1, 2] {
                let trial = ballots.of(voter, choice, "");
                let reply = line.post(&trial.path, &trial.cookie, &trial.body).await.expect("the box stays");
                seen.note(&trial, reply.status, &reply.json());
            }
            assert!(seen.voters[&voter].is_some(), "{voter:?} can vote, or did");
        }
    });
}

/// One submission.
struct Trial {
    path: String,
    cookie: String,
    body: String,
    /// Who votes with it for what; nobody where it must be refused.
    by: Option<(Voter, u32)>,
}

impl Ballots {
    /// What is tried as that number: phones and codes come by slowly, each several times by several callers.
    fn trial(&self, number: usize, extent: &Extent, random: &mut Random) -> Trial {
        let near = |random: &mut Random, all: usize| {
            (number * all / extent.submissions + random.below(NEAR)).min(all - 1)
        };
        let choice = if random.below(4) == 0 { 2 } else { 1 };
        // Few ids, so that some come again with the same choice and some with another; or the box makes one.
        let id = ["\"id\":\"first\",", "\"id\":\"second\",", ""][random.below(3)];
        let nobody = |poll: u64, cookie: String, code: &str| Trial {
            path: format!("/api/v1/polls/{poll}/ballots"),
            cookie,
            body: format!("{{\"choice\":[\"{choice}\"]{code}}}"),
            by: None,
        };
        match random.below(100) {
            0..3 => nobody(self.open, String::new(), ""),
            3..8 => nobody(self.open, forged(&self.cookies[near(random, extent.phones)], random), ""),
            8..11 => nobody(self.ticket, String::new(), ",\"code\":\"0000-1111-2222-3333\""),
            11..31 => {
                let mut trial = self.of(Voter::Code(near(random, extent.codes)), choice, id);
                // A code is its holder's, whatever phone it comes from.
                trial.cookie.clone_from(&self.cookies[random.below(extent.phones)]);
                trial
            }
            _ => self.of(Voter::Phone(near(random, extent.phones)), choice, id),
        }
    }

    fn of(&self, voter: Voter, choice: u32, id: &str) -> Trial {
        let (poll, cookie, code) = match voter {
            Voter::Phone(phone) => (self.open, self.cookies[phone].clone(), String::new()),
            Voter::Code(code) => (self.ticket, String::new(), format!(",\"code\":\"{}\"", self.codes[code])),
        };
        Trial {
            path: format!("/api/v1/polls/{poll}/ballots"),
            cookie,
            body: format!("{{{id}\"choice\":[\"{choice}\"]{code}}}"),
            by: Some((voter, choice)),
        }
    }
}

/// The cookie with one character of its value changed.
fn forged(cookie: &str, random: &mut Random) -> String {
    let start = cookie.find('=').expect("a cookie has a value") + 1;
    let end = cookie.len() - "\r\n".len();
    // Not in the last one, of which base 64 may not use every bit.
    let at = start + random.below(end - start - 1);
    let other = if &cookie[at..=at] == "A" { "B" } else { "A" };
    format!("{}{other}{}", &cookie[..at], &cookie[at + 1..])
}

impl Seen {
    /// Holds an answer against what is known of its voter.
    fn note(&mut self, trial: &Trial, status: u16, answer: &Value) {
        let code = answer["type"].as_str().unwrap_or_default().rsplit(['/', ':']).next().unwrap_or_default();
        *self.answers.entry(format!("{status} {code}").trim_end().to_owned()).or_default() += 1;
        let Some((voter, choice)) = trial.by else {
            assert!(matches!(status, 401 | 403), "{}: {status} {answer}", trial.body);
            return;
        };
        match status {
            201 => {
                let receipt = answer["receipt"].as_str().expect("a ballot has a receipt").to_owned();
                let given = (choice, receipt);
                let known = self.voters.entry(voter).or_default().get_or_insert_with(|| given.clone());
                assert_eq!(*known, given, "{voter:?} was counted once");
            }
            // Voted already, by a ballot of another choice; or the same id for another choice; or too many wait.
            409 | 422 | 503 => {}
            other => panic!("{voter:?}: {other} {answer}"),
        }
    }
}

/// The second count agrees; it holds exactly the voters and receipts that were seen.
fn check(venue: &Venue, ballots: &Ballots, seen: &Seen) {
    let counted = run(&["recount", "--json", "--receipts", "--data", path(&venue.data)]);
    assert_eq!(counted.code, Some(0), "{}", counted.stderr);
    let counted: Value = serde_json::from_str(&counted.stdout).expect("one JSON object");
    for poll in [ballots.open, ballots.ticket] {
        let told = counted["polls"].as_array().expect("a list").iter().find(|one| one["id"] == json!(poll));
        let told = told.expect("both votes are counted");
        let own = |voter: &Voter| matches!(voter, Voter::Phone(_)) == (poll == ballots.open);
        let given: Vec<&(u32, String)> = seen
            .voters
            .iter()
            .filter(|(voter, _)| own(voter))
            .filter_map(|(_, answer)| answer.as_ref())
            .collect();
        let receipts: BTreeSet<&str> = given.iter().map(|(_, receipt)| receipt.as_str()).collect();
        let listed: BTreeSet<&str> =
            told["receipts"].as_object().expect("an object").keys().map(String::as_str).collect();
        assert_eq!(told["turnout"], json!(given.len()), "as many voters as were told that they count");
        assert_eq!(receipts, listed, "the receipts given are the receipts counted");
        let chose = |option: u32| given.iter().filter(|(choice, _)| *choice == option).count();
        assert_eq!(told["tally"], json!({"1": chose(1), "2": chose(2)}), "each as it was cast");
        let board = venue.server.client().get(&format!("/api/v1/polls/{poll}")).expect(200).json();
        assert_eq!(
            (&board["turnout"], &board["tally"]),
            (&told["turnout"], &told["tally"]),
            "the box's own count"
        );
        println!(
            "  poll {poll}: {} voters, refused at its closing: {}",
            given.len(),
            told["closing"]["refused"]
        );
    }
}

/// Numbers that look random and are the same in each run (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % end as u64).expect("it is below the end")
    }
}
