//! Whether a change of a game's course leaves everything after it possible: tried before it is decided, so
//! that the fold never meets what makes no sense.

use super::check::Standing;
use super::clock::Stamp;
use super::event::{Entry, GameTime, Visibility};
use super::game::{Folded, Game, GameEntry, Moment, What};
use super::order::Order;
use super::{Rejection, Seq};

/// A change of a game's course.
#[derive(Debug)]
pub(super) struct Trial<'a> {
    /// Where the change is.
    pub(super) order: &'a Order,
    /// What comes.
    pub(super) new: Option<(&'a Entry, Option<&'a GameTime>)>,
    /// What goes.
    pub(super) gone: &'a [Seq],
    /// When it is decided.
    pub(super) now: &'a Stamp,
}

impl Trial<'_> {
    /// The state the game would be in; nothing where the change is an entry after all others, which is
    /// checked without a fold.
    pub(super) fn run(&self, game: &Game) -> Result<Option<Folded>, Rejection> {
        let context = game.context();
        let first_gone = match self.gone {
            [] => None,
            gone => game.entries.iter().position(|entry| gone.contains(&entry.seq)),
        };
        // A replacement stands where the replaced entry stood; else behind all of the same order.
        let place = match first_gone {
            Some(first) if self.new.is_some() => first,
            _ => game.entries.partition_point(|entry| entry.order <= *self.order),
        };
        let start = first_gone.map_or(place, |first| first.min(place));
        if start == game.entries.len() {
            if let Some((entry, _)) = self.new {
                game.state.check(context, entry, Standing::New)?;
            }
            return Ok(None);
        }
        let mut state = game.state_before(start);
        let mut waiting = self.new;
        for index in start..=game.entries.len() {
            if let Some((entry, at)) = waiting.take_if(|_| index == place) {
                state.check(context, entry, Standing::New)?;
                state.step(context, &self.provisional(game, index, entry, at));
            }
            let Some(entry) = game.entries.get(index) else { break };
            let What::Entry(what) = &entry.what else { continue };
            if !entry.counts() || self.gone.contains(&entry.seq) {
                continue;
            }
            if let Err(reason) = state.check(context, what, Standing::Accepted) {
                return Err(impossible(entry.seq, &reason));
            }
            state.step(context, entry);
        }
        Ok(Some(state))
    }

    /// An entry as it would stand.
    fn provisional(&self, game: &Game, index: usize, entry: &Entry, at: Option<&GameTime>) -> GameEntry {
        GameEntry {
            seq: 0,
            order: self.order.clone(),
            stamp: *self.now,
            anchor: game.anchor(index, self.gone.first().copied(), self.now),
            actor: super::command::Actor(String::new()),
            visibility: Visibility::Public,
            at: at.cloned(),
            what: What::Entry(entry.clone()),
            voided_by: None,
            replaced_by: None,
            replaces: None,
            after: Moment::default(),
        }
    }
}

/// The refusal of what a later entry does not bear.
pub(super) fn impossible(later: Seq, reason: &Rejection) -> Rejection {
    let detail =
        format!("Entry {later} after it would become impossible: {} Correct that one first.", reason.detail);
    Rejection::conflict("impossible-later", detail).at(later)
}
