//! Counting: the tally of a poll, kept ballot by ballot, and the ranks it leads to.

use sha2::{Digest as _, Sha256};

use super::{Kind, NewPoll, Tie};

/// The count of a poll, by option from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    // By option, from the first.
    counts: Vec<u64>,
    // By option: how many ballots named it at each rank; one rank where the kind has none.
    named: Vec<Vec<u64>>,
}

impl Tally {
    /// Nothing counted yet.
    pub(super) fn new(setup: &NewPoll) -> Self {
        let ranks = match &setup.kind {
            Kind::Points { scale } => scale.len(),
            _ => 1,
        };
        Self { counts: vec![0; setup.choices()], named: vec![vec![0; ranks]; setup.choices()] }
    }

    pub(super) fn add(&mut self, kind: &Kind, choice: &[u32]) {
        self.each(kind, choice, |count, by| *count += by);
    }

    pub(super) fn take_back(&mut self, kind: &Kind, choice: &[u32]) {
        self.each(kind, choice, |count, by| *count = count.saturating_sub(by));
    }

    fn each(&mut self, kind: &Kind, choice: &[u32], change: impl Fn(&mut u64, u64)) {
        for (place, option) in choice.iter().enumerate() {
            let (rank, points) = match kind {
                Kind::Points { scale } => (place, scale.get(place).copied().unwrap_or(0)),
                _ => (0, 1),
            };
            let Some(index) = (*option as usize).checked_sub(1).filter(|index| *index < self.counts.len())
            else {
                continue;
            };
            change(&mut self.counts[index], u64::from(points));
            if let Some(named) = self.named[index].get_mut(rank) {
                change(named, 1);
            }
        }
    }

    /// What an option has, in votes or points.
    #[must_use]
    pub fn of(&self, option: u32) -> u64 {
        (option as usize).checked_sub(1).and_then(|index| self.counts.get(index)).copied().unwrap_or(0)
    }

    /// Options and what each has, in the order of the poll.
    pub fn counts(&self) -> impl Iterator<Item = (u32, u64)> {
        (1..).zip(self.counts.iter().copied())
    }

    /// The mean step of a rating, in hundredths; absent without a ballot.
    #[must_use]
    pub fn mean_hundredths(&self) -> Option<u64> {
        let ballots: u64 = self.counts.iter().sum();
        let sum: u64 = self.counts().map(|(step, count)| u64::from(step) * count).sum();
        (ballots > 0).then(|| (sum * 100 + ballots / 2) / ballots)
    }

    /// The options by rank, best first. `lot` draws where the rule says so; until it is there ties are shared.
    #[must_use]
    pub fn ranks(&self, tie: Tie, lot: Option<&[u8; 16]>) -> Vec<Vec<u32>> {
        let key = |option: u32| -> (u64, Vec<u64>) {
            let index = option as usize - 1;
            match tie {
                Tie::Shared => (self.counts[index], Vec::new()),
                Tie::MostVoters => {
                    let mut key = vec![self.named[index].iter().sum()];
                    key.extend(&self.named[index]);
                    (self.counts[index], key)
                }
                Tie::Lot => (self.counts[index], lot.map(|lot| drawn(lot, option)).into_iter().collect()),
            }
        };
        let mut options: Vec<_> = (1..).take(self.counts.len()).map(|option| (key(option), option)).collect();
        options.sort_by(|(one, a), (other, b)| other.cmp(one).then(a.cmp(b)));
        let mut ranks: Vec<Vec<u32>> = Vec::new();
        let mut last = None;
        for (key, option) in options {
            match ranks.last_mut() {
                Some(rank) if last.as_ref() == Some(&key) => rank.push(option),
                _ => ranks.push(vec![option]),
            }
            last = Some(key);
        }
        ranks
    }
}

/// An option's lot: the first eight bytes of SHA-256 over the drawn bytes and the option's number in decimal; the
/// greatest is before.
fn drawn(lot: &[u8; 16], option: u32) -> u64 {
    let hash = Sha256::new().chain_update(lot).chain_update(option.to_string()).finalize();
    u64::from_be_bytes(hash[..8].try_into().expect("a hash has more than eight bytes"))
}
