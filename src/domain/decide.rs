//! Whether a command is allowed, and which events it makes. Pure: nothing changes until they are applied.
//!
//! What changes the past is tried first: the entries after it are checked again one by one, and the first
//! that becomes impossible refuses the command. So the fold never meets what makes no sense.

use super::clock::{Direction, Stamp};
use super::command::Play;
use super::event::{
    Draft, Entry, EventBody, GameChange, GameTime, NewGame, Review, SegmentDo, Stream, Visibility,
};
use super::game::{Folded, Game};
use super::links::{check_follow_ups, check_target, correctable, dependants, fallen, index_of};
use super::order::Order;
use super::trial::Trial;
use super::{Rejection, Seq, place};

/// What a commentator does in a game, as events.
///
/// # Errors
/// The rules' refusal, in words.
pub fn play(game: &Game, play: &Play, expect_seq: Option<Seq>, now: &Stamp) -> Result<Vec<Draft>, Rejection> {
    standing(game)?;
    if let Some(expected) = expect_seq.filter(|expected| *expected != game.last_seq) {
        let detail = format!(
            "Somebody else changed this meanwhile: its last event is {}, not {expected}. Look again, then decide.",
            game.last_seq
        );
        return Err(Rejection::conflict("conflict", detail).at(game.last_seq));
    }
    match play {
        Play::Enter { entry, at } => enter(game, entry, at.as_ref(), now),
        Play::Insert { after, entry, at } => insert(game, *after, entry, at.as_ref(), now),
        Play::Void { seq, reason } => void(game, *seq, reason.as_deref(), now),
        Play::Replace { seq, entry, at } => replace(game, *seq, entry, at.as_ref(), now),
        Play::Scorer(_) => {
            Err(Rejection::invalid("invalid-value", "Who scores is decided by who asks, not by the game."))
        }
    }
}

/// A new game; its number is given by the ledger.
///
/// # Errors
/// Names the parameter or side that does not fit.
pub fn create(new: NewGame) -> Result<NewGame, Rejection> {
    Game::check_setup(&new)?;
    Ok(new)
}

/// A change of a game's setting, as events.
///
/// # Errors
/// Names what does not fit, or cannot change once the game has begun.
pub fn change(game: &Game, change: &GameChange) -> Result<Vec<Draft>, Rejection> {
    standing(game)?;
    if !change.params.is_empty() && !game.state.segments.is_empty() {
        let detail = "The parameters are fixed once play has begun.";
        return Err(Rejection::conflict("already-begun", detail));
    }
    let mut setup = game.setup.clone();
    setup.sides.extend(change.sides.clone());
    setup.params.extend(change.params.clone());
    Game::check_setup(&setup)?;
    Ok(vec![draft(game, None, EventBody::GameChanged(Box::new(change.clone())))])
}

/// Taking a game off every page, as events.
///
/// # Errors
/// When it was taken off already.
pub fn withdraw(game: &Game, reason: Option<&str>) -> Result<Vec<Draft>, Rejection> {
    standing(game)?;
    let reason = reason.map(str::to_owned);
    Ok(vec![draft(game, None, EventBody::GameWithdrawn { reason })])
}

/// What the box itself adds at a start for a clock that ran when it went off: the clock goes on from what
/// it showed when the box was last known to be alive, and by the gap, where wall time could tell it.
#[must_use]
pub fn resume_clock(game: &Game, alive: Option<&Stamp>, now: &Stamp, gap_ms: Option<u64>) -> Vec<Draft> {
    let clock = &game.state.clock;
    if !clock.running || clock.boot == now.boot || game.withdrawn.is_some() {
        return Vec::new();
    }
    let shown = alive.map_or(clock.value_ms, |alive| clock.value_at(alive));
    let gap = gap_ms.unwrap_or(0);
    let value_ms = match clock.direction {
        Direction::Up => shown.saturating_add(gap),
        Direction::Down => shown.saturating_sub(gap),
    };
    vec![draft(game, Some(place::end(game, None)), EventBody::ClockResumed { value_ms, gap_ms })]
}

/// Refuses everything in a game that was taken off.
fn standing(game: &Game) -> Result<(), Rejection> {
    match game.withdrawn {
        None => Ok(()),
        Some(_) => {
            Err(Rejection::conflict("withdrawn", "This was withdrawn; nothing can be entered any more."))
        }
    }
}

fn draft(game: &Game, order: Option<Order>, body: EventBody) -> Draft {
    Draft { stream: Some(Stream::Game(game.id)), visibility: Visibility::Public, order, body }
}

fn enter(game: &Game, entry: &Entry, at: Option<&GameTime>, now: &Stamp) -> Result<Vec<Draft>, Rejection> {
    check_target(game, entry)?;
    check_time(game, entry, at)?;
    check_own_time(game, entry, at)?;
    let order = match at.filter(|_| !is_course(entry)) {
        Some(at) => place::by_time(game, at)?,
        None => place::end(game, Some(entry)),
    };
    let at = at.cloned().or_else(|| place::game_time(game, &game.state, entry, now));
    let trial = Trial { order: &order, new: Some((entry, at.as_ref())), gone: &[], now };
    let after = trial.run(game)?;
    let falls = fallen(game, entry).map(|fallen| take_back(game, fallen, review_label(game), &order, now));
    let mut drafts = vec![draft(game, Some(order), EventBody::Entered { entry: entry.clone(), at })];
    drafts.extend(falls.transpose()?.into_iter().flatten());
    drafts.extend(clock_goes_on(game, after, &place::end(game, None), now));
    Ok(drafts)
}

fn insert(
    game: &Game,
    after: Seq,
    entry: &Entry,
    at: Option<&GameTime>,
    now: &Stamp,
) -> Result<Vec<Draft>, Rejection> {
    check_target(game, entry)?;
    check_time(game, entry, at)?;
    check_undecided(entry)?;
    let index = index_of(game, after)?;
    let neighbour = &game.entries[index];
    let order = Order::between(&neighbour.order, place::next_order(game, index));
    let at = at.cloned().or_else(|| match entry {
        Entry::Segment(_) | Entry::State { .. } => {
            let next = game.entries.partition_point(|entry| entry.order <= order);
            place::game_time(game, &game.state_before(next), entry, &neighbour.anchor)
        }
        _ => neighbour.at.clone(),
    });
    let trial = Trial { order: &order, new: Some((entry, at.as_ref())), gone: &[], now };
    let state = trial.run(game)?;
    let mut drafts = vec![draft(game, Some(order), EventBody::Entered { entry: entry.clone(), at })];
    drafts.extend(clock_goes_on(game, state, &place::end(game, None), now));
    Ok(drafts)
}

fn void(game: &Game, seq: Seq, reason: Option<&str>, now: &Stamp) -> Result<Vec<Draft>, Rejection> {
    correctable(game, seq)?;
    let order = place::end(game, None);
    withdrawal(game, seq, reason, order, now)
}

/// A review that falls takes the entry it was about with it, as a correction of its own after the review.
fn take_back(
    game: &Game,
    seq: Seq,
    label: Option<&str>,
    review: &Order,
    now: &Stamp,
) -> Result<Vec<Draft>, Rejection> {
    withdrawal(game, seq, label, Order::after(review.segment, Some(review)), now)
}

fn withdrawal(
    game: &Game,
    seq: Seq,
    reason: Option<&str>,
    order: Order,
    now: &Stamp,
) -> Result<Vec<Draft>, Rejection> {
    let cascade = dependants(game, seq);
    let mut gone = vec![seq];
    gone.extend(&cascade);
    let state = Trial { order: &order, new: None, gone: &gone, now }.run(game)?;
    let goes_on = clock_goes_on(game, state, &Order::after(order.segment, Some(&order)), now);
    let reason = reason.map(str::to_owned);
    let mut drafts = vec![draft(game, Some(order), EventBody::Voided { target: seq, cascade, reason })];
    drafts.extend(goes_on);
    Ok(drafts)
}

fn replace(
    game: &Game,
    seq: Seq,
    entry: &Entry,
    at: Option<&GameTime>,
    now: &Stamp,
) -> Result<Vec<Draft>, Rejection> {
    let index = correctable(game, seq)?;
    check_target(game, entry)?;
    check_time(game, entry, at)?;
    check_undecided(entry)?;
    check_follow_ups(game, seq, entry)?;
    let target = &game.entries[index];
    let at = at.cloned().or_else(|| target.at.clone());
    let trial = Trial { order: &target.order, new: Some((entry, at.as_ref())), gone: &[seq], now };
    let state = trial.run(game)?;
    let body = EventBody::Replaced { target: seq, entry: entry.clone(), at };
    let mut drafts = vec![draft(game, Some(target.order.clone()), body)];
    drafts.extend(clock_goes_on(game, state, &place::end(game, None), now));
    Ok(drafts)
}

/// A correction can set a clock going that stood before, by an entry from before the box was last off. Its
/// anchor is lost; the clock goes on from what it showed last, and the desk is asked as after any restart.
fn clock_goes_on(game: &Game, after: Option<Folded>, order: &Order, now: &Stamp) -> Option<Draft> {
    let clock = after?.clock;
    if !clock.running || clock.boot == now.boot || clock == game.state.clock {
        return None;
    }
    let shown = &game.state.clock;
    let stamps = game.entries.iter().map(|entry| &entry.stamp).filter(|stamp| stamp.boot == clock.boot);
    let value_ms = match stamps.max_by_key(|stamp| stamp.mono_ms) {
        // What was taken back had set it going in this start: it goes on as it does.
        _ if shown.running && shown.boot == now.boot => shown.value_at(now),
        Some(last) => clock.value_at(last),
        None => clock.value_ms,
    };
    Some(draft(game, Some(order.clone()), EventBody::ClockResumed { value_ms, gap_ms: None }))
}

fn review_label(game: &Game) -> Option<&str> {
    game.sport().review.as_ref().map(|review| review.label.as_str())
}

/// The outcome of a review takes back what it is about, and that is decided where the game stands now.
fn check_undecided(entry: &Entry) -> Result<(), Rejection> {
    if !matches!(entry, Entry::Review(Review::Overturned)) {
        return Ok(());
    }
    let detail = "A review is decided where the game stands now: enter its outcome as something new.";
    Err(Rejection::invalid("invalid-value", detail))
}

/// Whether a game time can be.
fn check_time(game: &Game, entry: &Entry, at: Option<&GameTime>) -> Result<(), Rejection> {
    const LATEST_MS: u64 = 24 * 60 * 60 * 1_000;
    let Some(at) = at else { return Ok(()) };
    let Some(index) = game.sport().segment(&at.segment) else {
        let known: Vec<&str> = game.sport().segments.iter().map(|segment| segment.id.as_str()).collect();
        let detail = format!("There is no segment `{}`; there are {}.", at.segment, known.join(", "));
        return Err(Rejection::invalid("unknown-segment", detail));
    };
    if at.clock_ms.is_some_and(|ms| ms > LATEST_MS) {
        return Err(Rejection::invalid("invalid-time", "A clock of more than 24 hours cannot be."));
    }
    let rules = &game.rules.segments[index];
    let clocked = game.sport().clock.direction == Direction::Up || rules.length_ms.is_some();
    let direction = game.sport().clock.direction;
    if at.clock_ms.is_some_and(|ms| clocked && !Folded::not_later(direction, rules.from_ms, ms)) {
        let detail = format!(
            "{} begins at {:02}:{:02}; give a later time, or another segment.",
            game.sport().segments[index].label,
            rules.from_ms / 60_000,
            rules.from_ms / 1_000 % 60
        );
        return Err(Rejection::invalid("invalid-time", detail));
    }
    let begun = game.state.segments.iter().any(|played| played.segment == index);
    let begins = matches!(entry, Entry::Segment(SegmentDo::Start(_)))
        || place::opened(&game.state, game.context(), entry) == Some(index);
    if begun || begins {
        return Ok(());
    }
    let detail = format!("{} has not begun.", game.sport().segments[index].label);
    Err(Rejection::conflict("segment-not-begun", detail))
}

/// What works the clock or the course now has a time of the segment that is on, or that it begins.
fn check_own_time(game: &Game, entry: &Entry, at: Option<&GameTime>) -> Result<(), Rejection> {
    let Some(at) = at.filter(|_| is_course(entry)) else { return Ok(()) };
    let state = &game.state;
    let Some(index) = place::opened(state, game.context(), entry).or(state.segment) else { return Ok(()) };
    let own = &game.sport().segments[index];
    if own.id == at.segment || matches!(entry, Entry::Review(_)) {
        return Ok(());
    }
    let detail = format!("Here this happens in {} (`{}`), not in `{}`.", own.label, own.id, at.segment);
    Err(Rejection::conflict("wrong-segment", detail))
}

/// Whether an entry makes the game's course, and so always stands at its end.
fn is_course(entry: &Entry) -> bool {
    matches!(entry, Entry::Segment(_) | Entry::Clock(_) | Entry::State { .. } | Entry::Review(_))
}
