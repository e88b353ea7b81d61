//! What an idle phone costs in memory. Run alone, for it looks at the whole process:
//! `cargo test --release --test contract -- --ignored --nocapture memory`

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

#[test]
#[ignore = "looks at the memory of the whole process and opens 8,000 descriptors"]
fn an_idle_phone_costs_little_memory() {
    for (transport, most) in
        [(Transport::WebSocket, 1_024), (Transport::Sse, 1_024), (Transport::LongPoll, 2_048)]
    {
        let cost = slope(transport);
        println!("an idle phone on {} costs {cost} bytes", transport.as_str());
        assert!(cost <= most, "{cost} bytes on {}", transport.as_str());
    }
}
