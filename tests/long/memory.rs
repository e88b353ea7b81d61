//! What an idle phone costs the box in memory.

use crate::common::game::{Venue, goal};
use crate::common::wait;
use crate::crowd::{PATIENCE, Phone, Way};
use crate::figures::name_the_box;
use crate::process::resident;

const FIRST: usize = 200;
const ALL: usize = 1_000;

#[test]
#[ignore = "takes minutes; run by hand"]
fn memory_of_an_idle_phone() {
    name_the_box();
    for way in [Way::WebSocket, Way::Sse] {
        // A box each: what the first crowd has freed would hide what the second takes.
        let venue = Venue::open("long-memory");
        let game = venue.live_game();
        goal(&venue.feed(), game, "home");
        let open = || Phone::open(venue.server.address, game, way);
        let process = venue.server.process();
        let before = settled(process);
        let mut phones: Vec<Phone> = (0..FIRST).map(|_| open()).collect();
        let first = settled(process);
        phones.extend((FIRST..ALL).map(|_| open()));
        let all = settled(process);
        let slope = (all as f64 - first as f64) / (ALL - FIRST) as f64;
        println!(
            "{way:?}: resident {} KiB without phones, {} KiB with {FIRST}, {} KiB with {ALL}: {slope:.0} B a phone",
            before / 1024,
            first / 1024,
            all / 1024
        );
        goal(&venue.feed(), game, "away");
        for phone in &mut phones {
            let mut byte = [0];
            let heard =
                std::io::Read::read(&mut phone.stream, &mut byte).expect("the goal reaches every phone");
            assert_eq!(heard, 1, "the box closed the connection of an idle phone");
        }
    }
}

/// The resident memory of a process in bytes, once it has stood still for half a second.
fn settled(process: u32) -> u64 {
    const READINGS: u32 = 50;
    let (mut last, mut same) = (0, 0);
    wait::until("memory to stand still", PATIENCE, || {
        let now = resident(process);
        same = if now == last { same + 1 } else { 0 };
        last = now;
        (same >= READINGS).then_some(now)
    })
}
