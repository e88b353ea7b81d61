//! How many commands a second the box takes over HTTP, from the request to the durable answer.

use std::collections::BTreeMap;
use std::io::{BufReader, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::common::game::{Venue, command, new_game};
use crate::common::http::Answer;
use crate::common::server::{path, run};
use crate::crowd::PATIENCE;
use crate::figures::{name_the_box, spread};
use crate::process::processor_time;

const MEASURED: Duration = Duration::from_secs(5);
const GAMES: usize = 16;

/// A command's id with the number it was given, and how long the answer took.
type Accepted = (String, u64, Duration);

#[test]
#[ignore = "takes minutes; run by hand"]
fn commands_a_second() {
    name_the_box();
    let mut alone = None;
    for callers in [1, 16, 128] {
        let venue = Venue::open("long-pace");
        let feed = venue.feed();
        let games: Vec<u64> = (0..GAMES).map(|_| new_game(&feed)).collect();
        for game in &games {
            command(&feed, *game, &json!({"type": "segment", "do": "start"})).expect(200);
        }
        let process = venue.server.process();
        let (begin, busy) = (Instant::now(), processor_time(process));
        let accepted: Vec<Accepted> = std::thread::scope(|scope| {
            let callers: Vec<_> = (0..callers)
                .map(|caller| {
                    let (venue, game) = (&venue, games[caller % GAMES]);
                    scope.spawn(move || call(venue, game, caller, begin + MEASURED))
                })
                .collect();
            callers.into_iter().flat_map(|caller| caller.join().expect("a caller ends")).collect()
        });
        let second = accepted.len() as f64 / begin.elapsed().as_secs_f64();
        let busy = (processor_time(process) - busy).as_secs_f64() * 1_000.0 / accepted.len() as f64;
        let times = accepted.iter().map(|(_, _, time)| *time).collect();
        println!(
            "{callers:3} callers: {second:.0} commands/s, {:.1} times those of one; {busy:.2} ms of processor a \
             command; answer {}",
            second / *alone.get_or_insert(second),
            spread(times)
        );
        check_record(&venue, &accepted);
    }
}

/// Sends commands on one kept connection, each when the last was answered, until it is time.
fn call(venue: &Venue, game: u64, caller: usize, until: Instant) -> Vec<Accepted> {
    let mut line = Line::open(venue.server.address);
    let mut accepted = Vec::new();
    for number in 0.. {
        if Instant::now() >= until {
            break;
        }
        let id = format!("{caller}-{number}");
        // As a match goes: much is said, a goal is rare.
        let body = if number % 20 == 19 {
            json!({"id": id, "type": "action", "action": "goal", "side": "home"})
        } else {
            json!({"id": id, "type": "comment", "text": format!("Diaz turns away from two and finds the wing, {id}.")})
        };
        let sent = Instant::now();
        let answer = line.post(&format!("/api/v1/games/{game}/commands"), &venue.token, &body);
        let time = sent.elapsed();
        let seq = answer.expect(200).json()["seq"].as_u64().expect("an accepted command has a number");
        accepted.push((id, seq, time));
    }
    accepted
}

/// Every accepted command stands in the record once, under the number it was answered with.
fn check_record(venue: &Venue, accepted: &[Accepted]) {
    let exported = run(&["export", "--format", "ndjson", "--data", path(&venue.data)]);
    assert_eq!(exported.code, Some(0), "{}", exported.stderr);
    let mut recorded: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for line in exported.stdout.lines() {
        let event: Value = serde_json::from_str(line).expect("a line is JSON");
        if let (Some(id), Some(seq)) = (event["command"].as_str(), event["seq"].as_u64()) {
            recorded.entry(id.to_owned()).or_default().push(seq);
        }
    }
    for (id, seq, _) in accepted {
        assert_eq!(recorded.get(id), Some(&vec![*seq]), "command {id} was accepted as event {seq}");
    }
}

/// One kept connection.
pub(crate) struct Line {
    address: SocketAddr,
    stream: BufReader<TcpStream>,
}

impl Line {
    pub(crate) fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect_timeout(&address, PATIENCE).expect("the box listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a time-out can be set");
        stream.set_nodelay(true).expect("TCP can do without delay");
        Self { address, stream: BufReader::new(stream) }
    }

    pub(crate) fn post(&mut self, path: &str, token: &str, body: &Value) -> Answer {
        let body = body.to_string();
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        self.stream.get_mut().write_all(request.as_bytes()).expect("the box takes a request");
        Answer::read(&mut self.stream, "POST").expect("the box answers on the kept connection")
    }
}
