//! How long something took over the last minutes: a small histogram that forgets.
//!
//! Hub (entry to phone) and ledger (a commit) note into one each; status page and metrics read them. It is of
//! fixed size, whatever is noted: five slots of a minute, each with counts by size of the value. Up to 8 a value is
//! kept exactly, above that with eight steps to the doubling, so that a figure is told at most an eighth too high.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Time;

/// Milliseconds of one slot.
const SLOT_MS: u64 = 60_000;
/// Slots kept, the present one included.
const SLOTS: usize = 5;
/// Steps to a doubling, as a power of two.
const FINE: u32 = 3;
/// Values from here on are counted as the largest.
const LARGEST: u64 = (1 << 27) - 1;
const STEPS: usize = 200;

/// How far back the figures of a [`Recent`] reach, in milliseconds.
pub const WINDOW_MS: u64 = SLOT_MS * SLOTS as u64;

/// Durations of the last minutes, in whatever unit they are noted in.
#[derive(Debug)]
pub struct Recent {
    time: Time,
    slots: Mutex<[Slot; SLOTS]>,
}

/// What was noted in one minute.
#[derive(Clone, Copy, Debug)]
struct Slot {
    // Which minute of the monotonic line; what stands here from an earlier one is forgotten.
    minute: u64,
    counts: [u64; STEPS],
}

/// The figures of the last minutes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// How many were noted, by weight.
    pub count: u64,
    /// Half took no longer than this.
    pub p50: u64,
    /// 99 of 100 took no longer than this.
    pub p99: u64,
    /// None took longer than this.
    pub max: u64,
}

impl Recent {
    /// Nothing yet.
    #[must_use]
    pub fn new(time: Time) -> Self {
        Self { time, slots: Mutex::new([Slot { minute: 0, counts: [0; STEPS] }; SLOTS]) }
    }

    /// Notes a value that stands for `weight` of its kind.
    pub fn note(&self, value: u64, weight: u64) {
        let minute = self.time.now_ms() / SLOT_MS;
        let mut slots = self.slots();
        let slot = &mut slots[index(minute)];
        if slot.minute != minute {
            *slot = Slot { minute, counts: [0; STEPS] };
        }
        slot.counts[step(value)] += weight;
    }

    /// The figures of the last five minutes.
    #[must_use]
    pub fn figures(&self) -> Figures {
        let minute = self.time.now_ms() / SLOT_MS;
        let mut counts = [0; STEPS];
        for slot in self.slots().iter().filter(|slot| slot.minute + SLOTS as u64 > minute) {
            for (sum, count) in counts.iter_mut().zip(slot.counts) {
                *sum += count;
            }
        }
        let count: u64 = counts.iter().sum();
        let quantile = |share: u64| {
            let wanted = (count * share).div_ceil(100).max(1);
            let mut seen = 0;
            let found = counts.iter().position(|count| {
                seen += count;
                seen >= wanted
            });
            found.map_or(0, top)
        };
        Figures { count, p50: quantile(50), p99: quantile(99), max: quantile(100) }
    }

    fn slots(&self) -> MutexGuard<'_, [Slot; SLOTS]> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn index(minute: u64) -> usize {
    usize::try_from(minute % SLOTS as u64).expect("a remainder of five is small")
}

/// The step a value is counted in.
fn step(value: u64) -> usize {
    let value = value.min(LARGEST);
    let above = (value | 1).ilog2().saturating_sub(FINE);
    // Doublings above the exact part, then the place among the eight steps of that doubling.
    (above as usize) * (1 << FINE) + usize::try_from(value >> above).expect("at most four bits are left")
}

/// The largest value counted in a step.
fn top(step: usize) -> u64 {
    let above = (step >> FINE).saturating_sub(1);
    let place = (step - (above << FINE)) as u64;
    ((place + 1) << above) - 1
}

#[cfg(test)]
mod tests {
    use super::{LARGEST, Recent, STEPS, WINDOW_MS, step, top};
    use crate::runtime::Time;

    #[test]
    fn a_step_holds_its_values_and_tells_them_an_eighth_too_high_at_most() {
        for value in (0..5_000).chain([65_535, 65_536, 1_000_000, LARGEST - 1, LARGEST]) {
            let told = top(step(value));
            assert!(told >= value && told - value <= value / 8, "{value} is told as {told}");
            assert!(step(value) < STEPS && step(value) <= step(value + 1));
        }
        assert_eq!(top(step(u64::MAX)), LARGEST);
        assert!((0..16).all(|value| top(step(value)) == value), "small values are exact");
    }

    #[test]
    fn figures_tell_the_middle_and_the_slow_end() {
        let recent = Recent::new(Time::manual(0, 0));
        assert_eq!(recent.figures().count, 0);
        for value in 1..=10 {
            recent.note(value, 1);
        }
        assert_eq!((recent.figures().p50, recent.figures().max), (5, 10));
        recent.note(1_000, 1);
        let figures = recent.figures();
        assert_eq!((figures.count, figures.p50), (11, 6));
        assert!((1_000..=1_125).contains(&figures.p99), "{figures:?}");
    }

    #[test]
    fn a_value_may_stand_for_many() {
        let recent = Recent::new(Time::manual(0, 0));
        recent.note(2, 990);
        recent.note(8, 10);
        assert_eq!((recent.figures().count, recent.figures().p99, recent.figures().max), (1_000, 2, 8));
    }

    #[test]
    fn what_is_older_than_the_window_is_forgotten() {
        let time = Time::manual(30_000, 0);
        let recent = Recent::new(time.clone());
        recent.note(7, 1);
        time.advance(WINDOW_MS - 60_000);
        recent.note(9, 1);
        assert_eq!(recent.figures().count, 2);
        time.advance(60_000);
        assert_eq!((recent.figures().count, recent.figures().p50), (1, 9));
        time.advance(WINDOW_MS * 3);
        assert_eq!(recent.figures().count, 0);
    }
}
