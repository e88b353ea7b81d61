//! Secrets just made, kept for ten minutes in memory alone for whoever made them: the page that shows them is
//! reached by a redirect and may be loaded again, on paper or on another screen. The database never has them.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use super::secret;
use crate::domain::command::Actor;

const KEPT_MS: u64 = 10 * 60 * 1_000;
/// Pages of secrets at once; the oldest go first.
const MOST: usize = 32;

/// A secret and whom or what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// The name on it.
    pub name: String,
    /// What opens.
    pub secret: String,
}

/// The secrets of the last ten minutes.
#[derive(Debug, Default)]
pub(super) struct Shown(Mutex<VecDeque<Page>>);

#[derive(Debug)]
struct Page {
    key: String,
    owner: Actor,
    until_ms: u64,
    cards: Vec<Card>,
}

impl Shown {
    pub(super) fn put(&self, owner: &Actor, cards: Vec<Card>, now_ms: u64) -> String {
        let key = secret::write(&secret::random::<12>());
        let mut pages = self.lock();
        pages.retain(|page| now_ms < page.until_ms);
        if pages.len() >= MOST {
            pages.pop_front();
        }
        pages.push_back(Page { key: key.clone(), owner: owner.clone(), until_ms: now_ms + KEPT_MS, cards });
        key
    }

    pub(super) fn get(&self, owner: &Actor, key: &str, now_ms: u64) -> Option<Vec<Card>> {
        let mut pages = self.lock();
        pages.retain(|page| now_ms < page.until_ms);
        pages.iter().find(|page| page.key == key && page.owner == *owner).map(|page| page.cards.clone())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<Page>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
