//! Kicks that add up to a known shoot-out score.
//!
//! Sources that keep only `4-3` leave out who scored when. The kicks made here are one valid course of
//! play with that result, the earliest kicks scored where there is a choice; whoever enters them says so
//! beside them.

use std::collections::HashSet;

/// Kicks each side has before sudden death.
const BEST_OF: u32 = 5;
/// More than any shoot-out has seen; keeps the search small whatever a file claims.
const MOST: u32 = 60;

/// A kick: whose (0 kicks first), and whether it was scored.
pub type Kick = (usize, bool);

/// Kicks in turn that end, exactly when it is decided, at `score`; the first side kicks first. Absent where
/// no shoot-out of five kicks each and sudden death can end so: a level score, or 5-0.
#[must_use]
pub fn kicks(score: [u32; 2]) -> Option<Vec<Kick>> {
    if score[0] == score[1] || score[0].max(score[1]) > MOST {
        return None;
    }
    let mut search = Search { score, kicks: Vec::new(), dead: HashSet::new() };
    search.run([0, 0]).then_some(search.kicks)
}

/// Whether a shoot-out stands decided after `taken` kicks with these goals.
fn decided(taken: u32, goals: [u32; 2]) -> bool {
    let by = [taken.div_ceil(2), taken / 2];
    if by[0] <= BEST_OF {
        let left = [BEST_OF - by[0], BEST_OF - by[1]];
        return goals[0] > goals[1] + left[1] || goals[1] > goals[0] + left[0];
    }
    by[0] == by[1] && goals[0] != goals[1]
}

struct Search {
    score: [u32; 2],
    kicks: Vec<Kick>,
    // (kicks taken, goals) from which the score cannot be reached.
    dead: HashSet<(u32, [u32; 2])>,
}

impl Search {
    fn run(&mut self, goals: [u32; 2]) -> bool {
        let taken = u32::try_from(self.kicks.len()).unwrap_or(u32::MAX);
        if decided(taken, goals) {
            return goals == self.score;
        }
        let beyond = taken > 2 * (BEST_OF.max(self.score[0].max(self.score[1])) + 1);
        if beyond
            || goals[0] > self.score[0]
            || goals[1] > self.score[1]
            || self.dead.contains(&(taken, goals))
        {
            return false;
        }
        let side = usize::from(taken % 2 == 1);
        for scored in [true, false] {
            let mut next = goals;
            next[side] += u32::from(scored);
            self.kicks.push((side, scored));
            if self.run(next) {
                return true;
            }
            self.kicks.pop();
        }
        self.dead.insert((taken, goals));
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kicks_alternate_and_stop_exactly_when_it_is_decided() {
        let mut reached = Vec::new();
        for (one, two) in (0..=12).flat_map(|one| (0..=12).map(move |two| (one, two))) {
            let score = [one, two];
            let Some(kicks) = kicks(score) else { continue };
            let mut goals = [0, 0];
            for (number, (side, scored)) in kicks.iter().enumerate() {
                assert_eq!(*side, number % 2, "{score:?} alternates");
                assert!(!decided(u32::try_from(number).expect("few"), goals), "{score:?} stops when decided");
                goals[*side] += u32::from(*scored);
            }
            assert_eq!(goals, score);
            assert!(decided(u32::try_from(kicks.len()).expect("few"), goals), "{score:?}");
            reached.push(score);
        }
        for real in [[3, 4], [3, 2], [1, 3], [3, 0], [0, 3], [4, 2], [5, 4], [4, 5], [11, 10], [1, 0]] {
            assert!(reached.contains(&real), "{real:?} has been seen");
        }
    }

    #[test]
    fn scores_no_shootout_can_have_are_refused() {
        for score in [[4, 4], [0, 0], [5, 0], [7, 5], [1_000_000, 999_999]] {
            assert_eq!(kicks(score), None, "{score:?}");
        }
    }
}
