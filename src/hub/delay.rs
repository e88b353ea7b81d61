//! How long an entry takes from its arrival to the phones, measured on the box; and how many polls came lately.
//!
//! The way begins when the command behind a frame arrived (its stamp) and ends when the frame's bytes were written to
//! a phone's socket: deciding, the commit, coalescing, encoding and the turn of this phone among all are in it, the
//! air is not. To measure each of ten thousand phones would cost a clock reading each, so of every frame about
//! [`MEASURED`] deliveries are taken, evenly from its first phone to its last, and each stands for as many as were
//! passed over: the last phone of a large crowd weighs what the first does. Which are taken follows from the count of
//! deliveries that is kept anyway. So a phone costs a comparison more and no byte; the frame, shared by all, holds
//! when it began. Of a small crowd every phone is measured.
//!
//! Not measured: what a phone missed while it was away and is given when it comes, answers to polls (the phone
//! chooses its moment), and a frame whose write is cut short because the phone's air takes no more: the frames after
//! it, which wait for that, are.

use std::sync::{Arc, Mutex, PoisonError};

use super::Hub;
use super::frame::Frame;
use super::seat::Set;
use crate::runtime::recent::Figures;

/// How many deliveries of a frame are measured, at most about twice as many.
const MEASURED: usize = 64;

/// Where a frame's way began.
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin {
    since_ms: u64,
    // Every so many deliveries one is measured.
    every: u32,
}

/// The origin of a frame for these sets.
pub(super) fn origin(since_ms: Option<u64>, sets: &[Arc<Set>]) -> Option<Origin> {
    let since_ms = since_ms?;
    let phones: usize = sets.iter().map(|set| set.seated()).sum();
    Some(Origin { since_ms, every: u32::try_from(phones / MEASURED).unwrap_or(u32::MAX).max(1) })
}

impl Hub {
    /// Notes that a frame was written to a phone, as the `nth` message given to any.
    pub fn written(&self, frame: &Frame, nth: u64) {
        if let Some(Origin { since_ms, every }) = frame.origin()
            && nth.is_multiple_of(u64::from(every))
        {
            self.0.delays.note(self.0.time.now_ms().saturating_sub(since_ms), u64::from(every));
        }
    }

    /// From a command's arrival to the phones, in milliseconds, over the last minutes.
    #[must_use]
    pub fn delays(&self) -> Figures {
        self.0.delays.figures()
    }
}

/// Events counted by tens of seconds, for a figure of the last minute.
#[derive(Debug, Default)]
pub(super) struct Rate(Mutex<[(u64, u64); TENS]>);

/// A whole minute, and the ten seconds that have only begun.
const TENS: usize = 7;

impl Rate {
    pub(super) fn count(&self, now_ms: u64) {
        let ten = now_ms / 10_000;
        let mut tens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = &mut tens[usize::try_from(ten % TENS as u64).expect("a remainder of seven is small")];
        if slot.0 != ten {
            *slot = (ten, 0);
        }
        slot.1 += 1;
    }

    /// How many in the last minute, and up to ten seconds more.
    pub(super) fn last_minute(&self, now_ms: u64) -> u64 {
        let ten = now_ms / 10_000;
        let tens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tens.iter().filter(|(then, _)| then + TENS as u64 > ten).map(|(_, count)| count).sum()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Rate;
    use crate::hub::seat::Next;
    use crate::hub::{Class, Hub, HubLimits, Update};
    use crate::runtime::Time;
    use crate::wire::{Epoch, Transport};

    #[test]
    fn of_a_crowd_some_are_measured_and_stand_for_all() {
        let time = Time::manual(1_000, 0);
        let hub = Hub::new(Epoch::from_bits(7), HubLimits::default(), time.clone());
        let game = hub.open(&"game/1".parse().unwrap(), Class::Score, json!({"seq": 0}));
        let seats: Vec<_> = (0..1_000).filter_map(|_| hub.seat(Transport::WebSocket, &[game])).collect();
        assert_eq!(hub.followers(game), 1_000);
        let held = hub.frame();
        hub.publish(game, Update { since_ms: Some(900), ..Update::default() });
        for (phone, seat) in seats.iter().enumerate() {
            let Next::Frame(frame) = seat.next_after(held) else { panic!("there is a frame") };
            hub.written(&frame, hub.count_delivered(1));
            // The last tenth of the crowd waits for its turn.
            if phone == 899 {
                time.advance(1_000);
            }
        }
        let figures = hub.delays();
        assert!((985..=1_015).contains(&figures.count), "{figures:?}");
        assert_eq!((figures.p50, figures.p99 > 1_000), (103, true), "{figures:?}");
    }

    #[test]
    fn a_frame_no_command_made_is_not_measured() {
        let hub = Hub::new(Epoch::from_bits(7), HubLimits::default(), Time::manual(0, 0));
        let ops = hub.open(&"ops".parse().unwrap(), Class::Staff, json!({}));
        let seat = hub.seat(Transport::Sse, &[ops]).unwrap();
        let held = hub.frame();
        hub.publish(ops, Update::default());
        let Next::Frame(frame) = seat.next_after(held) else { panic!("there is a frame") };
        hub.written(&frame, hub.count_delivered(1));
        assert_eq!(hub.delays().count, 0);
    }

    #[test]
    fn a_rate_forgets_what_is_older_than_a_minute() {
        let rate = Rate::default();
        for now_ms in [0, 5_000, 30_000] {
            rate.count(now_ms);
        }
        assert_eq!((rate.last_minute(30_000), rate.last_minute(69_999), rate.last_minute(70_000)), (3, 3, 1));
        rate.count(500_000);
        assert_eq!(rate.last_minute(500_001), 1);
    }
}
