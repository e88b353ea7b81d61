//! How often passwords may be tried: a guesser is slowed, nobody is locked out.
//!
//! Browsers that never logged in share ten tries in ten minutes per account and sixty a minute in all; a
//! browser that once did has ten of its own, so that a guesser cannot keep a commentator's tablet out.
//! Times are monotonic; a jump of the wall clock changes nothing.

use std::collections::{HashMap, VecDeque};

const ACCOUNT: Limit = Limit { tries: 10, window_ms: 10 * 60 * 1_000 };
const EVERYBODY: Limit = Limit { tries: 60, window_ms: 60 * 1_000 };

/// From so many windows on, those that ended are cleared away.
const CLEAR_FROM: usize = 256;

struct Limit {
    tries: usize,
    window_ms: u64,
}

/// Whose tries are counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Tries {
    /// Those of all unknown browsers on an account, whether there is such an account or not.
    Unknown(String),
    /// Those of one browser that has logged in to the account before.
    Browser([u8; 16]),
}

/// The tries of the last ten minutes.
#[derive(Debug, Default)]
pub(super) struct Throttle {
    each: HashMap<Tries, VecDeque<u64>>,
    unknown: VecDeque<u64>,
}

impl Throttle {
    /// Counts a try, or says after how many seconds there is one again.
    pub(super) fn take(&mut self, tries: &Tries, now_ms: u64) -> Result<(), u32> {
        if self.each.len() >= CLEAR_FROM {
            self.each.retain(|_, times| {
                ACCOUNT.forget(times, now_ms);
                !times.is_empty()
            });
        }
        let strangers = matches!(tries, Tries::Unknown(_));
        if strangers {
            // Judged first: it bounds how many account names a guesser can make this remember.
            EVERYBODY.check(&mut self.unknown, now_ms)?;
        }
        let times = self.each.entry(tries.clone()).or_default();
        ACCOUNT.check(times, now_ms)?;
        times.push_back(now_ms);
        if strangers {
            self.unknown.push_back(now_ms);
        }
        Ok(())
    }

    /// Gives a try back that turned out to be right.
    pub(super) fn refund(&mut self, tries: &Tries) {
        if let Some(times) = self.each.get_mut(tries) {
            times.pop_back();
        }
    }
}

impl Limit {
    fn forget(&self, times: &mut VecDeque<u64>, now_ms: u64) {
        while times.front().is_some_and(|at| at + self.window_ms <= now_ms) {
            times.pop_front();
        }
    }

    fn check(&self, times: &mut VecDeque<u64>, now_ms: u64) -> Result<(), u32> {
        self.forget(times, now_ms);
        match times.front() {
            Some(first) if times.len() >= self.tries => {
                let wait_ms = first + self.window_ms - now_ms;
                Err(u32::try_from(wait_ms.div_ceil(1_000)).unwrap_or(u32::MAX))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Throttle, Tries};

    fn unknown(name: &str) -> Tries {
        Tries::Unknown(name.to_owned())
    }

    #[test]
    fn unknown_browsers_share_ten_tries_in_ten_minutes() {
        let mut throttle = Throttle::default();
        for at in 0..10 {
            assert_eq!(throttle.take(&unknown("kim"), at * 1_000), Ok(()));
        }
        assert_eq!(throttle.take(&unknown("kim"), 10_000), Err(590));
        assert_eq!(throttle.take(&unknown("lee"), 10_000), Ok(()));
        assert_eq!(throttle.take(&Tries::Browser([1; 16]), 10_000), Ok(()));
        assert_eq!(throttle.take(&unknown("kim"), 600_000), Ok(()));
        assert_eq!(throttle.take(&unknown("kim"), 600_000), Err(1));
    }

    #[test]
    fn ten_thousand_guesses_are_tried_ten_times_in_ten_minutes() {
        let mut throttle = Throttle::default();
        let tried = (0..10_000).filter(|n| throttle.take(&unknown("kim"), n * 59).is_ok()).count();
        assert_eq!(tried, 10);
    }

    #[test]
    fn unknown_browsers_share_sixty_tries_a_minute_over_all_accounts() {
        let mut throttle = Throttle::default();
        let tried = (0..1_000).filter(|n| throttle.take(&unknown(&format!("user{n}")), *n).is_ok()).count();
        assert_eq!(tried, 60);
        assert!(throttle.each.len() <= 61, "{} names remembered", throttle.each.len());
        assert_eq!(throttle.take(&unknown("kim"), 61_000), Ok(()));
    }

    #[test]
    fn a_right_try_is_given_back() {
        let mut throttle = Throttle::default();
        for at in 0..30 {
            assert_eq!(throttle.take(&unknown("kim"), at), Ok(()));
            throttle.refund(&unknown("kim"));
        }
    }
}
