//! When a poll opens and closes by itself.

use super::{Poll, PollState};
use crate::domain::clock::Stamp;

impl Poll {
    /// Milliseconds until it opens or closes by itself, 0 when it is time; absent when a person does it.
    ///
    /// Counted on the monotonic line of the start of the box in which it was made or opened. After a restart wall
    /// time tells, where it can be believed on both sides; else what was left counts from the new start.
    #[must_use]
    pub fn due_in(&self, now: &Stamp) -> Option<u64> {
        if self.withdrawn.is_some() {
            return None;
        }
        match self.state {
            PollState::Draft => left(&self.made, self.setup.opens_at?, now),
            PollState::Open => {
                let opened = self.opened.as_ref()?;
                let at = self.setup.closes_at.and_then(|at| left(opened, at, now));
                let after = self.setup.open_for_ms.and_then(|ms| {
                    left(opened, opened.wall_ms.saturating_add(i64::try_from(ms).unwrap_or(i64::MAX)), now)
                });
                [at, after].into_iter().flatten().min()
            }
            PollState::Closed | PollState::Revealed => None,
        }
    }
}

/// What is left until `at`, a wall time that was set when it was `from`.
fn left(from: &Stamp, at: i64, now: &Stamp) -> Option<u64> {
    let whole = at.saturating_sub(from.wall_ms);
    let passed = if now.boot == from.boot {
        now.mono_ms.saturating_sub(from.mono_ms)
    } else if now.wall_trusted && from.wall_trusted {
        u64::try_from(now.wall_ms.saturating_sub(from.wall_ms)).unwrap_or(0)
    } else {
        now.mono_ms
    };
    let left = whole.saturating_sub(i64::try_from(passed).unwrap_or(i64::MAX));
    Some(u64::try_from(left).unwrap_or(0))
}
