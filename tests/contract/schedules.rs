//! Random histories: whatever is published, and whenever phones leave and come back, they end with the
//! hub's boards, and see no gap, no duplicate and nothing out of order on the way.

use proptest::prelude::{Just, ProptestConfig, Strategy, prop_oneof, proptest};
use touchline::hub::HubLimits;
use touchline::wire::Transport;

use super::phone::Phone;
use super::venue::Venue;

#[derive(Clone, Debug)]
enum Act {
    /// So many frames on this channel, of this size.
    Publish(usize, u64, usize),
    /// A board published whole.
    Reopen(usize),
    /// The phone reads so many messages.
    Read(usize),
    Leave,
    CatchUp,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => (0usize..3, 1u64..12, 0usize..400).prop_map(|(ch, n, size)| Act::Publish(ch, n, size)),
        1 => (0usize..3).prop_map(Act::Reopen),
        3 => (1usize..6).prop_map(Act::Read),
        2 => Just(Act::Leave),
        1 => Just(Act::CatchUp),
    ]
}

const NAMES: [&str; 3] = ["venue", "game/7", "game/7@de"];

fn run(transport: Transport, acts: &[Act]) {
    let venue = Venue::with(HubLimits { ring_bytes: 3_000, rings_bytes: 7_000, ..HubLimits::default() });
    let ids = NAMES.map(|name| venue.open(name));
    let mut phone = Phone::new(transport, venue.addr, &NAMES);
    let mut connected = false;
    let mut seq = 0;
    for act in acts {
        if !connected {
            phone.connect();
            connected = true;
        }
        match act {
            Act::Publish(channel, count, size) => {
                for _ in 0..*count {
                    seq += 1;
                    venue.step_with(ids[*channel], seq, &"x".repeat(*size), Vec::new());
                }
            }
            Act::Reopen(channel) => {
                venue.open(NAMES[*channel]);
            }
            // As far as there is something: reading more would wait for what never comes.
            Act::Read(count) => {
                for _ in 0..*count {
                    if !phone.holds_all(&venue.hub) {
                        phone.next();
                    }
                }
            }
            Act::Leave => {
                phone.leave();
                connected = false;
            }
            Act::CatchUp => phone.catch_up(&venue.hub),
        }
    }
    if !connected {
        phone.connect();
    }
    phone.catch_up(&venue.hub);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_history_ends_with_the_hubs_boards(acts in proptest::collection::vec(act(), 1..40)) {
        for transport in Transport::ALL {
            run(transport, &acts);
        }
    }
}

#[test]
fn phones_that_come_and_go_while_frames_are_published_miss_nothing() {
    let venue = Venue::with(HubLimits { ring_bytes: 6_000, ..HubLimits::default() });
    let ids = NAMES.map(|name| venue.open(name));
    let published = std::sync::atomic::AtomicBool::new(false);
    let (venue, published) = (&venue, &published);
    std::thread::scope(|scope| {
        for (n, transport) in Transport::ALL.into_iter().cycle().take(8).enumerate() {
            scope.spawn(move || {
                let mut phone = Phone::new(transport, venue.addr, &NAMES);
                for round in 0.. {
                    phone.connect();
                    for _ in 0..(round * 7 + n * 3) % 23 {
                        if phone.holds_all(&venue.hub) {
                            break;
                        }
                        phone.next();
                    }
                    if published.load(std::sync::atomic::Ordering::Acquire) {
                        break;
                    }
                }
                phone.catch_up(&venue.hub);
            });
        }
        for seq in 0..4_000 {
            venue.step(ids[(seq % 3) as usize], seq);
            if seq % 16 == 0 {
                touchline::runtime::block_on(touchline::runtime::yield_now());
            }
        }
        published.store(true, std::sync::atomic::Ordering::Release);
    });
    assert_eq!(venue.hub.frame(), 4_003);
}
