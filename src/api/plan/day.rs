//! A day's games as the plan shows them: where and until when, what overlaps, who stands before whom.
//!
//! Read from the ledger, not from the boards: what was just written is in it, and no board is long enough
//! for a day of five pitches.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::api::State;
use crate::api::local_time;
use crate::api::problem;
use crate::api::teams::store::key;
use crate::board::games;
use crate::domain::GameId;
use crate::domain::event::State as Phase;
use crate::domain::game::Game;
use crate::domain::sport::Rules;
use crate::runtime;
use crate::wire::Problem;

/// How long a game is taken to last whose sport tells no lengths.
const UNTOLD_MS: i64 = 60 * 60_000;

/// How many games each day has, and the games of one.
pub(in crate::api) struct Day {
    /// Days with games, and how many.
    pub(in crate::api) days: BTreeMap<NaiveDate, usize>,
    /// The day's games by time, then by number.
    pub(in crate::api) games: Vec<Game>,
    /// Open games whose time is not known.
    pub(in crate::api) untimed: Vec<Game>,
}

/// Reads the games of a day.
///
/// # Errors
/// When the ledger cannot be read.
pub(in crate::api) async fn read(state: &State, day: NaiveDate) -> Result<Day, Problem> {
    let unreadable = |error| problem::internal("read the games", error);
    let (from, to) = local_time::bounds(day);
    let mut read = Day { days: BTreeMap::new(), games: Vec::new(), untimed: Vec::new() };
    let listed = state.ledger.games().await.map_err(unreadable)?;
    for listed in listed.into_iter().filter(|listed| listed.closed_ms != Some(0)) {
        if let Some(starts) = listed.starts_at {
            *read.days.entry(local_time::day_of(starts)).or_default() += 1;
        }
        let wanted = match listed.starts_at {
            Some(starts) => (from..to).contains(&starts),
            None => listed.closed_ms.is_none(),
        };
        if !wanted {
            continue;
        }
        let Some(game) = state.ledger.game(listed.id).await.map_err(unreadable)? else { continue };
        // Between the two readings it may have been moved or taken off.
        match game.setup.starts_at {
            _ if game.withdrawn.is_some() => {}
            Some(starts) if (from..to).contains(&starts) => read.games.push(game),
            Some(_) => {}
            None => read.untimed.push(game),
        }
    }
    read.games.sort_by_key(|game| (game.setup.starts_at, game.id));
    Ok(read)
}

/// The summary of a game as boards have it.
pub(in crate::api) fn summary(state: &State, game: &Game, lang: &str) -> Value {
    games::summary(game, state.words.voice(lang), state.ledger.boot())
}

/// Until when a game is expected to last, breaks included, extra time not.
pub(in crate::api) fn lasts_ms(rules: &Rules) -> i64 {
    let sure = rules.segments.iter().filter(|segment| segment.possible && segment.when.is_empty());
    let sum: u64 = sure.filter_map(|segment| segment.length_ms).sum();
    i64::try_from(sum).ok().filter(|sum| *sum > 0).unwrap_or(UNTOLD_MS)
}

/// Whether a game's time can still be moved: it has not begun and will be played.
pub(in crate::api) fn is_ahead(game: &Game) -> bool {
    game.withdrawn.is_none()
        && game.state().segments.is_empty()
        && matches!(game.state().state, Phase::Scheduled | Phase::Delayed | Phase::Postponed)
}

/// What of a game can overlap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::api) struct Slot {
    /// Which game; 0 for one that is not there yet.
    pub(in crate::api) id: u64,
    /// From when, until when.
    pub(in crate::api) from: i64,
    /// See `from`.
    pub(in crate::api) to: i64,
    /// Where.
    pub(in crate::api) pitch: Option<String>,
    /// Who.
    pub(in crate::api) names: [String; 2],
}

impl Slot {
    /// A game's, where its time is known and it will be, or was, played.
    pub(in crate::api) fn of(game: &Game) -> Option<Self> {
        let played = !matches!(game.state().state, Phase::Postponed | Phase::Cancelled | Phase::Awarded);
        let from = game.setup.starts_at.filter(|_| played && game.withdrawn.is_none())?;
        let to = from + lasts_ms(&game.rules);
        Some(Self { id: game.id.0, from, to, pitch: game.setup.venue.clone(), names: names(game) })
    }
}

/// The names of the sides in the sport's order.
pub(in crate::api) fn names(game: &Game) -> [String; 2] {
    let name = |id: &String| game.setup.sides.get(id).map(|side| side.name.clone()).unwrap_or_default();
    [name(&game.sport().sides[0]), name(&game.sport().sides[1])]
}

/// An overlap: the other game, and what they share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::api) struct Clash {
    /// The pitch or team at two places of the plan at once.
    pub(in crate::api) shared: Shared,
    /// The other game.
    pub(in crate::api) other: Slot,
}

/// What two games cannot both have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::api) enum Shared {
    /// A pitch.
    Pitch(String),
    /// A team.
    Team(String),
}

/// What overlaps with a game among others.
pub(in crate::api) fn clashes(slot: &Slot, others: &[Slot]) -> Vec<Clash> {
    let same = |one: &str, other: &str| !one.trim().is_empty() && key(one) == key(other);
    let mut found = Vec::new();
    for other in others.iter().filter(|other| **other != *slot && (other.id != slot.id || slot.id == 0)) {
        if slot.from >= other.to || other.from >= slot.to {
            continue;
        }
        let pitch = slot.pitch.as_deref().zip(other.pitch.as_deref()).filter(|(one, two)| same(one, two));
        if let Some((pitch, _)) = pitch {
            found.push(Clash { shared: Shared::Pitch(pitch.to_owned()), other: other.clone() });
        }
        let teams = slot.names.iter().filter(|name| other.names.iter().any(|theirs| same(name, theirs)));
        let teams = teams.map(|team| Clash { shared: Shared::Team(team.clone()), other: other.clone() });
        found.extend(teams);
    }
    found
}

/// A clash as the page takes it.
pub(in crate::api) fn clash_json(clash: &Clash) -> Value {
    let (what, name) = match &clash.shared {
        Shared::Pitch(name) => ("pitch", name),
        Shared::Team(name) => ("team", name),
    };
    let [home, away] = &clash.other.names;
    json!({
        "what": what, "name": name, "home": home, "away": away,
        "game": clash.other.id, "starts_at": runtime::rfc3339(clash.other.from),
    })
}

/// Two games that change times with each other: what the buttons "earlier" and "later" send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::api) struct Swap {
    /// The game that moves, and when it is to begin.
    pub(in crate::api) game: (GameId, i64),
    /// The one it changes with, and when that is to begin.
    pub(in crate::api) with: (GameId, i64),
}

/// The neighbours on the same pitch that a game can change times with: the one before, the one after.
pub(in crate::api) fn neighbours(game: &Game, games: &[Game]) -> [Option<Swap>; 2] {
    let pitch = |game: &Game| game.setup.venue.as_deref().map(key);
    let Some(starts) = game.setup.starts_at.filter(|_| is_ahead(game)) else { return [None, None] };
    let swap = |other: &Game| {
        let theirs = other.setup.starts_at.filter(|theirs| *theirs != starts && is_ahead(other))?;
        Some(Swap { game: (game.id, theirs), with: (other.id, starts) })
    };
    let same = |other: &&Game| other.id != game.id && pitch(other) == pitch(game);
    let others = || games.iter().filter(same).filter_map(|other| Some((other.setup.starts_at?, other)));
    let before =
        others().filter(|(theirs, _)| *theirs < starts).max_by_key(|(theirs, other)| (*theirs, other.id));
    let after =
        others().filter(|(theirs, _)| *theirs > starts).min_by_key(|(theirs, other)| (*theirs, other.id));
    [before, after].map(|found| found.and_then(|(_, other)| swap(other)))
}

#[cfg(test)]
mod tests {
    use super::{Clash, Shared, Slot, clashes};

    fn slot(id: u64, from: i64, to: i64, pitch: &str, names: [&str; 2]) -> Slot {
        Slot { id, from, to, pitch: Some(pitch.to_owned()), names: names.map(str::to_owned) }
    }

    #[test]
    fn the_same_pitch_or_team_at_one_time_is_a_clash_and_following_on_is_none() {
        let game = slot(1, 0, 100, "Main", ["Reds", "Blues"]);
        let others = [
            game.clone(),
            slot(2, 100, 200, "Main", ["Reds", "Greens"]),
            slot(3, 50, 150, " main", ["Whites", "Greens"]),
            slot(4, 99, 150, "Court 2", ["Greens", "REDS"]),
            slot(5, 0, 100, "Court 3", ["Blacks", "Greys"]),
        ];
        let found = clashes(&game, &others);
        let expected = [
            Clash { shared: Shared::Pitch("Main".to_owned()), other: others[2].clone() },
            Clash { shared: Shared::Team("Reds".to_owned()), other: others[3].clone() },
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn no_pitch_is_not_a_pitch() {
        let nowhere = |id, names| Slot { pitch: None, ..slot(id, 0, 100, "", names) };
        assert!(clashes(&nowhere(1, ["A", "B"]), &[nowhere(2, ["C", "D"])]).is_empty());
    }
}
