//! What an idle phone costs in memory. Each is run in a process of its own, for what one has freed the next
//! would find: `cargo test --test contract -- --ignored --nocapture memory::websocket`, then `sse`, `longpoll`.

use std::io::Read;
use std::net::TcpStream;

use touchline::wire::Transport;

use super::link::{Link, UPGRADE};
use super::venue::Venue;

/// Resident memory of this process, in bytes.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 1024
}

/// A phone of which only the descriptor is left on our side.
fn idle(venue: &Venue, transport: Transport, cursor: &str) -> TcpStream {
    let (name, upgrade) = match transport {
        Transport::WebSocket => ("ws", UPGRADE),
        Transport::Sse => ("sse", ""),
        _ => ("longpoll", ""),
    };
    let target = format!("/live/{name}?ch=venue&ch=game/7&cursor={cursor}");
    let mut link = Link::start(venue.addr, &target, upgrade);
    if transport != Transport::LongPoll {
        let mut first = [0; 1];
        link.stream.set_read_timeout(Some(super::link::DEADLINE)).unwrap();
        link.stream.read_exact(&mut first).unwrap();
    }
    link.stream
}

fn slope(transport: Transport) -> usize {
    const BASE: usize = 1_000;
    const MORE: usize = 3_000;
    let venue = Venue::new();
    venue.open("venue");
    venue.open("game/7");
    let cursor = format!("{}:{}", venue.hub.epoch(), venue.hub.frame());
    let mut phones: Vec<TcpStream> = Vec::with_capacity(BASE + MORE);
    let mut grow = |count: usize| {
        while phones.len() < count {
            phones.push(idle(&venue, transport, &cursor));
        }
        let until = std::time::Instant::now() + super::link::DEADLINE;
        while venue.hub.stats().phones() < count {
            assert!(std::time::Instant::now() < until, "only {} came", venue.hub.stats().phones());
            touchline::runtime::block_on(touchline::runtime::yield_now());
        }
        resident()
    };
    let before = grow(BASE);
    (grow(BASE + MORE).saturating_sub(before)) / MORE
}

fn costs_at_most(transport: Transport, most: usize) {
    let cost = slope(transport);
    println!("an idle phone on {} costs {cost} bytes", transport.as_str());
    assert!(cost <= most, "{cost} bytes");
}

#[test]
#[ignore = "looks at the memory of the whole process"]
fn websocket() {
    costs_at_most(Transport::WebSocket, 1_024);
}

#[test]
#[ignore = "looks at the memory of the whole process"]
fn sse() {
    costs_at_most(Transport::Sse, 1_024);
}

#[test]
#[ignore = "looks at the memory of the whole process"]
fn longpoll() {
    costs_at_most(Transport::LongPoll, 2_048);
}
