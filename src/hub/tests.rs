//! What the hub promises, seen through seats.

use serde_json::{Value, json};

use super::seat::{Next, Seat};
use super::{ChannelId, Class, Hub, HubLimits, Update};
use crate::runtime::Time;
use crate::wire::{ChannelName, Epoch, Transport};

fn hub(limits: HubLimits) -> Hub {
    Hub::new(Epoch::from_bits(7), limits, Time::manual(0, 0))
}

fn open(hub: &Hub, name: &str) -> ChannelId {
    hub.open(&name.parse::<ChannelName>().unwrap(), Class::Score, json!({"seq": 0}))
}

fn step(hub: &Hub, id: ChannelId, seq: u64) -> u64 {
    let board = json!({ "seq": seq });
    hub.publish(id, Update { patch: board.clone(), board, ..Update::default() })
}

/// Everything a phone at `held` is given, as frame numbers; panics when it is overtaken.
fn numbers(seat: &Seat, mut held: u64) -> Vec<u64> {
    let mut seen = Vec::new();
    while let Next::Frame(frame) = seat.next_after(held) {
        held = frame.number();
        seen.push(held);
    }
    assert!(matches!(seat.next_after(held), Next::Nothing));
    seen
}

#[test]
fn frames_of_several_channels_come_in_one_order() {
    let hub = hub(HubLimits::default());
    let (a, b, other) = (open(&hub, "game/1"), open(&hub, "venue"), open(&hub, "game/2"));
    let seat = hub.seat(Transport::WebSocket, &[a, b]).unwrap();
    let held = hub.frame();
    let mine = [step(&hub, a, 1), step(&hub, b, 1), step(&hub, a, 2), step(&hub, a, 3), step(&hub, b, 2)];
    step(&hub, other, 1);
    assert_eq!(numbers(&seat, held), mine);
    assert_eq!(seat.run_after(held, 3).iter().map(|frame| frame.number()).collect::<Vec<_>>(), &mine[..3]);
    assert_eq!(seat.standing(held), None);
    assert_eq!(seat.standing(mine[4]), Some(hub.frame()));
}

#[test]
fn a_patch_names_the_frame_before_it() {
    let hub = hub(HubLimits::default());
    let (a, b) = (open(&hub, "game/1@de"), open(&hub, "venue"));
    let first = step(&hub, a, 1);
    step(&hub, b, 1);
    let seat = hub.seat(Transport::Sse, &[a]).unwrap();
    let second = step(&hub, a, 2);
    let Next::Frame(frame) = seat.next_after(first) else { panic!("a frame was published") };
    let message: Value = serde_json::from_slice(frame.json()).unwrap();
    assert_eq!(message["ch"], "game/1@de");
    assert_eq!((message["prev"].as_u64(), message["frame"].as_u64()), (Some(first), Some(second)));
}

#[test]
fn a_phone_behind_the_ring_is_overtaken_and_given_the_board() {
    let hub = hub(HubLimits { ring_bytes: 1_000, ..HubLimits::default() });
    let (a, b) = (open(&hub, "game/1"), open(&hub, "venue"));
    let seat = hub.seat(Transport::WebSocket, &[a, b]).unwrap();
    let held = hub.frame();
    for seq in 1..=50 {
        step(&hub, a, seq);
    }
    assert!(matches!(seat.next_after(held), Next::Overtaken));
    let opening = seat.resync(held);
    assert_eq!((opening.at, opening.boards.len()), (hub.frame(), 1), "the venue has not changed");
    assert_eq!(opening.boards[0].board["seq"], 50);
    assert!(numbers(&seat, opening.at).is_empty());
    assert_eq!(hub.stats().resyncs, 1);
}

#[test]
fn the_oldest_frames_of_all_channels_go_first() {
    let hub = hub(HubLimits { rings_bytes: 2_000, ..HubLimits::default() });
    let (quiet, busy) = (open(&hub, "venue"), open(&hub, "game/1"));
    let before = hub.frame();
    step(&hub, quiet, 1);
    for seq in 1..=100 {
        step(&hub, busy, seq);
    }
    assert!(hub.stats().ring_bytes <= 2_000);
    let seat = hub.seat(Transport::WebSocket, &[quiet]).unwrap();
    assert!(matches!(seat.next_after(before), Next::Overtaken));
    assert_eq!(seat.standing(before + 1), Some(hub.frame()), "who has the quiet frame has missed nothing");
}

#[test]
fn a_cursor_is_continued_only_when_every_channel_can_be() {
    let hub = hub(HubLimits { ring_bytes: 1_000, ..HubLimits::default() });
    let (a, b) = (open(&hub, "game/1"), open(&hub, "venue"));
    let held = hub.frame();
    let mine = [step(&hub, b, 1), step(&hub, a, 1)];
    let seat = hub.seat(Transport::WebSocket, &[a, b]).unwrap();
    let opening = seat.opening(Some(held), &[]);
    assert!(opening.recovered && opening.boards.is_empty());
    assert_eq!(opening.frames.iter().map(|frame| frame.number()).collect::<Vec<_>>(), mine);

    let forced = seat.opening(Some(held), &[b]);
    assert!(forced.recovered);
    assert_eq!((forced.frames.len(), forced.boards.len()), (1, 1), "a's frame, b's board");

    for future_or_none in [None, Some(hub.frame() + 1)] {
        let opening = seat.opening(future_or_none, &[]);
        assert_eq!((opening.recovered, opening.frames.len(), opening.boards.len()), (false, 0, 2));
    }
    for seq in 2..50 {
        step(&hub, a, seq);
    }
    let late = seat.opening(Some(held), &[]);
    assert_eq!((late.recovered, late.boards.len()), (false, 2));
    assert!(
        seat.opening(Some(held), &[a]).recovered,
        "the channel that cannot be continued is not asked to be"
    );
}

#[test]
fn opening_a_channel_again_gives_everybody_the_board() {
    let hub = hub(HubLimits::default());
    let a = open(&hub, "game/1");
    let seat = hub.seat(Transport::WebSocket, &[a]).unwrap();
    let held = step(&hub, a, 1);
    assert_eq!(open(&hub, "game/1"), a);
    assert!(matches!(seat.next_after(held), Next::Overtaken));
    assert_eq!(seat.resync(held).boards[0].board["seq"], 0);
    assert!(!seat.opening(Some(held), &[]).recovered);
}

#[test]
fn closing_a_channel_ends_its_phones_and_its_name() {
    let hub = hub(HubLimits::default());
    let (a, b) = (open(&hub, "game/1"), open(&hub, "game/2"));
    step(&hub, a, 1);
    let ended = hub.seat(Transport::WebSocket, &[a]).unwrap();
    let stays = hub.seat(Transport::WebSocket, &[b]).unwrap();
    hub.close(a);
    assert!(ended.is_ended() && !stays.is_ended());
    assert_eq!((hub.find("game/1"), hub.seat(Transport::Sse, &[a]).is_none()), (None, true));
    assert_eq!(hub.stats().ring_bytes, 0);
    let again = open(&hub, "game/1");
    assert_ne!(again, a);
    let frame = hub.frame();
    assert_eq!(step(&hub, a, 2), frame, "a closed channel takes nothing");
}

#[test]
fn seats_are_counted_and_given_back() {
    let hub = hub(HubLimits { phones: 2, ..HubLimits::default() });
    let a = open(&hub, "game/1");
    let seats: Vec<Seat> = (0..2).map(|_| hub.seat(Transport::Sse, &[a]).unwrap()).collect();
    assert!(hub.is_full());
    assert_eq!(hub.stats().phones(), 2);
    drop(seats);
    assert_eq!((hub.stats().phones(), hub.is_full()), (0, false));
}

#[test]
fn spreading_stays_within_its_bounds_and_spreads() {
    let hub = hub(HubLimits::default());
    let drawn: std::collections::BTreeSet<u64> = (0..500).map(|_| hub.spread(20, 29)).collect();
    assert_eq!(drawn, (20..30).collect());
    assert_eq!(hub.spread(5, 5), 5);
}
