//! How long an entry takes to the phones: from sending it at the desk to each phone having read its frame.

use std::collections::HashMap;
use std::io::{ErrorKind, Read as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use smol::Async;

use crate::common::game::{Venue, command};
use crate::common::wait;
use crate::crowd::{Frame, PATIENCE, Phone, Way, take_frame};
use crate::figures::{name_the_box, spread};
use crate::process::processor_time;

const PHONES: usize = 1_000;

/// A frame and when a phone had read it.
type Heard = (Instant, Vec<u8>);

/// An entry: when it was sent, when its answer was read, and its number.
struct Entry {
    sent: Instant,
    answered: Instant,
    seq: u64,
}

#[test]
#[ignore = "takes minutes; run by hand"]
fn delay_from_entry_to_phone() {
    name_the_box();
    for coalesce in ["0", "100"] {
        let venue = Venue::open_with("long-delay", &["--coalesce-ms", coalesce]);
        let game = venue.live_game();
        let phones: Vec<Phone> =
            (0..PHONES).map(|_| Phone::open(venue.server.address, game, Way::WebSocket)).collect();
        let done = AtomicBool::new(false);
        let process = venue.server.process();
        let before = processor_time(process);
        let (entries, heard) = std::thread::scope(|scope| {
            let listening = scope.spawn(|| listen(phones, &done));
            let single = enter(&venue, game, 40, Duration::from_millis(300));
            let dense = enter(&venue, game, 100, Duration::from_millis(30));
            let entries = [("one each 300 ms", single), ("one each 30 ms", dense)];
            // The last entry's frame has the same time to come as any other.
            wait_beyond_flush();
            done.store(true, Ordering::SeqCst);
            (entries, listening.join().expect("the phones listen to the end"))
        });
        let busy = (processor_time(process) - before).as_secs_f64() * 1_000_000.0;
        let read: usize = heard.iter().map(Vec::len).sum();
        println!(
            "--coalesce-ms {coalesce}: {:.1} \u{b5}s of processor a frame read, entries and all",
            busy / read as f64
        );
        let frames = frames(&heard);
        for (phone, heard) in heard.iter().enumerate() {
            check_unbroken(phone, heard, &frames, entries[1].1.last().expect("entries were made").seq);
        }
        for (rhythm, entries) in &entries {
            report(&format!("--coalesce-ms {coalesce}, {rhythm}"), entries, &heard, &frames);
        }
    }
}

/// Makes goals in a rhythm, each on a connection of its own as a desk's button does.
fn enter(venue: &Venue, game: u64, count: usize, every: Duration) -> Vec<Entry> {
    let feed = venue.feed();
    let mut next = Instant::now();
    (0..count)
        .map(|number| {
            wait::until("the next entry", PATIENCE, || (Instant::now() >= next).then_some(()));
            next += every;
            let side = if number % 2 == 0 { "home" } else { "away" };
            let sent = Instant::now();
            let answer = command(&feed, game, &json!({"type": "action", "action": "goal", "side": side}));
            let answered = Instant::now();
            let seq = answer.expect(200).json()["seq"].as_u64().expect("an accepted command has a number");
            Entry { sent, answered, seq }
        })
        .collect()
}

fn wait_beyond_flush() {
    let end = Instant::now() + Duration::from_secs(2);
    wait::until("the last frames", PATIENCE, || (Instant::now() >= end).then_some(()));
}

/// Reads for all phones on one thread, until told that it is over.
fn listen(phones: Vec<Phone>, done: &AtomicBool) -> Vec<Vec<Heard>> {
    let executor = smol::LocalExecutor::new();
    let (send, receive) = mpsc::channel();
    for (number, phone) in phones.into_iter().enumerate() {
        let send = send.clone();
        executor.spawn(follow(number, phone, send)).detach();
    }
    let over = async {
        while !done.load(Ordering::SeqCst) {
            smol::Timer::after(Duration::from_millis(50)).await;
        }
    };
    smol::block_on(executor.run(over));
    let mut heard = vec![Vec::new(); PHONES];
    for (number, one) in receive.try_iter() {
        heard[number].push(one);
    }
    heard
}

/// One phone: notes when each frame was whole, answers pings, ends with the connection.
async fn follow(number: usize, phone: Phone, heard: mpsc::Sender<(usize, Heard)>) {
    let Phone { stream, mut unread } = phone;
    let stream = Async::new(stream).expect("a socket can be asynchronous");
    let mut chunk = [0; 4 * 1024];
    loop {
        while let Some(frame) = take_frame(&mut unread) {
            match frame {
                Frame::Text(text) => {
                    let _ = heard.send((number, (Instant::now(), text)));
                }
                Frame::Pong(pong) => {
                    let sent = stream.write_with(|mut stream| stream.write_all(&pong)).await;
                    sent.expect("a few bytes fit");
                }
            }
        }
        match stream.read_with(|mut stream| stream.read(&mut chunk)).await {
            Ok(0) => return,
            Ok(read) => unread.extend_from_slice(&chunk[..read]),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => return,
            Err(error) => panic!("phone {number} cannot read: {error}"),
        }
    }
}

/// Every distinct message, read once: all phones are sent the same bytes.
fn frames(heard: &[Vec<Heard>]) -> HashMap<&[u8], Value> {
    let mut frames: HashMap<&[u8], Value> = HashMap::new();
    for (_, text) in heard.iter().flatten() {
        frames.entry(text).or_insert_with(|| serde_json::from_slice(text).expect("a message is JSON"));
    }
    frames
}

fn game_patches<'a>(
    heard: &'a [Heard],
    frames: &'a HashMap<&[u8], Value>,
) -> impl Iterator<Item = (Instant, &'a Value)> {
    let read = heard.iter().map(|(at, text)| (*at, &frames[text.as_slice()]));
    read.filter(|(_, message)| message["ch"].as_str().is_some_and(|ch| ch.starts_with("game/")))
}

/// Each patch stands on the one before, up to the last entry: nothing was left out.
fn check_unbroken(phone: usize, heard: &[Heard], frames: &HashMap<&[u8], Value>, last: u64) {
    let mut held: Option<&Value> = None;
    let mut seq = None;
    for (_, message) in game_patches(heard, frames) {
        assert_eq!(message["type"], "patch", "phone {phone}: {message}");
        assert!(held.is_none_or(|held| message["prev"] == *held), "phone {phone} has a gap before {message}");
        held = Some(&message["frame"]);
        seq = message["patch"]["seq"].as_u64();
    }
    assert_eq!(seq, Some(last), "phone {phone} holds the last entry");
}

fn report(what: &str, entries: &[Entry], heard: &[Vec<Heard>], frames: &HashMap<&[u8], Value>) {
    let (mut sent, mut accepted, mut last_phone) =
        (Vec::new(), Vec::new(), vec![Duration::ZERO; entries.len()]);
    let mut patches = 0;
    for heard in heard {
        let seen: Vec<(Instant, u64)> = game_patches(heard, frames)
            .filter_map(|(at, message)| Some((at, message["patch"]["seq"].as_u64()?)))
            .collect();
        let (first, last) = (entries[0].seq, entries[entries.len() - 1].seq);
        patches += seen.iter().filter(|(_, seq)| (first..=last).contains(seq)).count();
        for (entry, slowest) in entries.iter().zip(&mut last_phone) {
            let with_it = seen.iter().find(|(_, seq)| *seq >= entry.seq);
            let (at, _) = with_it.expect("every entry reaches every phone");
            sent.push(at.duration_since(entry.sent));
            // The frame may be there before the answer is.
            accepted.push(at.saturating_duration_since(entry.answered));
            *slowest = (*slowest).max(at.duration_since(entry.sent));
        }
    }
    let answers = entries.iter().map(|entry| entry.answered.duration_since(entry.sent)).collect();
    println!(
        "{what}: {} entries, {} phones, {} frames a phone",
        entries.len(),
        heard.len(),
        patches / heard.len()
    );
    println!("  answer at the desk     {}", spread(answers));
    println!("  sent to read, each     {}", spread(sent));
    println!("  answer to read, each   {}", spread(accepted));
    println!("  sent to read, the last {}", spread(last_phone));
}
