//! The second count: votes or points by option, and who is before whom. Pure, from the ballots alone.
//!
//! Written apart from the box's own count, which goes on ballot by ballot; this one begins with the last ballot of
//! each voter and counts once.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::record::{Method, Tie};

/// What an option has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Share {
    /// Votes, or points where ballots are ranked.
    pub(super) count: u64,
    /// How many ballots name it at each rank, the best first.
    places: BTreeMap<usize, u64>,
}

/// A count, and the rule by which it is ranked.
pub(super) struct Tally {
    shares: BTreeMap<u32, Share>,
    tie: Tie,
    lot: Option<[u8; 16]>,
}

impl Tally {
    /// Counts ballots that choose among the options 1 to `options`.
    pub(super) fn of<'a>(
        ballots: impl Iterator<Item = &'a [u32]>,
        (method, options): (&Method, u32),
        (tie, lot): (Tie, Option<[u8; 16]>),
    ) -> Self {
        let mut shares: BTreeMap<u32, Share> =
            (1..=options).map(|option| (option, Share::default())).collect();
        for choice in ballots {
            for (place, option) in choice.iter().enumerate() {
                let share = shares.entry(*option).or_default();
                match method {
                    Method::Points(scale) => {
                        share.count += u64::from(scale[place]);
                        *share.places.entry(place).or_default() += 1;
                    }
                    // The order on the ballot means nothing here.
                    _ => {
                        share.count += 1;
                        *share.places.entry(0).or_default() += 1;
                    }
                }
            }
        }
        Self { shares, tie, lot }
    }

    pub(super) fn counts(&self) -> impl Iterator<Item = (u32, u64)> {
        self.shares.iter().map(|(option, share)| (*option, share.count))
    }

    pub(super) fn count(&self, option: u32) -> u64 {
        self.shares.get(&option).map_or(0, |share| share.count)
    }

    /// Whether one option is before another.
    fn is_before(&self, one: u32, other: u32) -> bool {
        let (a, b) = (&self.shares[&one], &self.shares[&other]);
        if a.count != b.count {
            return a.count > b.count;
        }
        match self.tie {
            Tie::Shared => false,
            Tie::MostVoters => {
                let ballots = |share: &Share| share.places.values().sum::<u64>();
                if ballots(a) != ballots(b) {
                    return ballots(a) > ballots(b);
                }
                let at = |share: &Share, place: usize| share.places.get(&place).copied().unwrap_or(0);
                let last = a.places.keys().chain(b.places.keys()).max().copied().unwrap_or(0);
                let differs = (0..=last).find(|place| at(a, *place) != at(b, *place));
                differs.is_some_and(|place| at(a, place) > at(b, place))
            }
            Tie::Lot => self.lot.is_some_and(|lot| drawn(&lot, one) > drawn(&lot, other)),
        }
    }

    /// The place of an option: 1 and as many as are before it.
    pub(super) fn place(&self, option: u32) -> usize {
        1 + self.shares.keys().filter(|other| self.is_before(**other, option)).count()
    }

    /// The order in which the result comes out: the last first; options that share a place together, by number.
    pub(super) fn order_of_reveal(&self) -> Vec<(usize, u32)> {
        let mut order: Vec<(usize, u32)> =
            self.shares.keys().map(|option| (self.place(*option), *option)).collect();
        order.sort_by(|(one, a), (other, b)| other.cmp(one).then(a.cmp(b)));
        order
    }
}

/// The first eight bytes, big end first, of SHA-256 over the lot's bytes and the option's number in decimal.
fn drawn(lot: &[u8; 16], option: u32) -> [u8; 8] {
    let mut bytes = lot.to_vec();
    bytes.extend(option.to_string().bytes());
    Sha256::digest(&bytes)[..8].try_into().expect("a SHA-256 has 32 bytes")
}
