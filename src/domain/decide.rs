//! Whether a command is allowed, and which events it makes. Pure: nothing changes until they are applied.
//!
//! What changes the past is tried first: the entries after it are checked again one by one, and the first
//! that becomes impossible refuses the command. So the fold never meets what makes no sense.

use super::check::Standing;
use super::clock::{Direction, Stamp};
use super::command::Play;
use super::event::{
    Draft, Entry, EventBody, GameChange, GameTime, NewGame, Review, SegmentDo, Stream, Visibility,
};
use super::game::{Folded, Game, GameEntry, Moment, What};
use super::order::Order;
use super::sport::SegmentKind;
use super::{Rejection, Seq};

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
        Play::Void { seq, reason } => void(game, *seq, reason.as_deref(), now).map(|draft| vec![draft]),
        Play::Replace { seq, entry, at } => replace(game, *seq, entry, at.as_ref(), now),
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
    vec![draft(game, Some(end(game, None)), EventBody::ClockResumed { value_ms, gap_ms })]
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
    let order = match at.filter(|_| !is_course(entry)) {
        Some(at) => by_time(game, at)?,
        None => end(game, Some(entry)),
    };
    let at = at.cloned().or_else(|| game_time(game, entry, now));
    let mut drafts = overturned(game, entry, now)?;
    try_out(game, &order, Some((entry, at.as_ref())), &[], now)?;
    drafts.insert(0, draft(game, Some(order), EventBody::Entered { entry: entry.clone(), at }));
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
    let index = index_of(game, after)?;
    let neighbour = &game.entries[index];
    let order = Order::between(&neighbour.order, next_order(game, index));
    let at = at.cloned().or_else(|| neighbour.at.clone());
    try_out(game, &order, Some((entry, at.as_ref())), &[], now)?;
    Ok(vec![draft(game, Some(order), EventBody::Entered { entry: entry.clone(), at })])
}

fn void(game: &Game, seq: Seq, reason: Option<&str>, now: &Stamp) -> Result<Draft, Rejection> {
    let index = correctable(game, seq)?;
    let cascade = dependants(game, seq);
    let mut gone = cascade.clone();
    gone.push(seq);
    try_out(game, &game.entries[index].order, None, &gone, now)?;
    let reason = reason.map(str::to_owned);
    Ok(draft(game, Some(end(game, None)), EventBody::Voided { target: seq, cascade, reason }))
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
    let target = &game.entries[index];
    let at = at.cloned().or_else(|| target.at.clone());
    try_out(game, &target.order, Some((entry, at.as_ref())), &[seq], now)?;
    let body = EventBody::Replaced { target: seq, entry: entry.clone(), at };
    Ok(vec![draft(game, Some(target.order.clone()), body)])
}

/// A review that falls takes the entry it was about with it, as a correction of its own.
fn overturned(game: &Game, entry: &Entry, now: &Stamp) -> Result<Vec<Draft>, Rejection> {
    if !matches!(entry, Entry::Review(Review::Overturned)) {
        return Ok(Vec::new());
    }
    let Some(of) = game.state.review.as_ref().and_then(|review| review.of) else { return Ok(Vec::new()) };
    let label = game.sport().review.as_ref().map(|review| review.label.clone());
    let mut correction = void(game, of, label.as_deref(), now)?;
    // The review's own entry takes the end of the order; the correction follows it.
    correction.order = correction.order.map(|order| Order::after(order.segment, Some(&order)));
    Ok(vec![correction])
}

/// Whether what an entry names exists and can be named.
fn check_target(game: &Game, entry: &Entry) -> Result<(), Rejection> {
    match entry {
        Entry::Review(Review::Open { of: Some(of) }) => {
            let index = correctable(game, *of)?;
            let reviews = game.sport().review.as_ref().map(|review| review.reviews.as_slice());
            match &game.entries[index].what {
                What::Entry(Entry::Action(action))
                    if reviews.is_none_or(|ids| ids.is_empty() || ids.contains(&action.action)) =>
                {
                    Ok(())
                }
                _ => {
                    Err(Rejection::invalid("not-reviewable", "An entry of that kind cannot be reviewed.")
                        .at(*of))
                }
            }
        }
        Entry::Action(action) => match action.of {
            Some(of) => {
                let index = correctable(game, of)?;
                match &game.entries[index].what {
                    What::Entry(Entry::Action(parent))
                        if game
                            .sport()
                            .action(&parent.action)
                            .is_some_and(|def| def.follow_up.contains(&action.action)) =>
                    {
                        Ok(())
                    }
                    _ => {
                        let detail = format!("`{}` does not follow from that entry.", action.action);
                        Err(Rejection::invalid("invalid-value", detail).at(of))
                    }
                }
            }
            None => Ok(()),
        },
        _ => Ok(()),
    }
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
    let from_ms = game.rules.segments[index].from_ms;
    let up = game.sport().clock.direction == Direction::Up;
    if at.clock_ms.is_some_and(|ms| up && ms < from_ms) {
        let detail = format!(
            "{} begins at {:02}:{:02}; give a later time, or another segment.",
            game.sport().segments[index].label,
            from_ms / 60_000,
            from_ms / 1_000 % 60
        );
        return Err(Rejection::invalid("invalid-time", detail));
    }
    let begun = game.state.segments.iter().any(|played| played.segment == index);
    if begun || matches!(entry, Entry::Segment(SegmentDo::Start(_))) {
        return Ok(());
    }
    let detail = format!("{} has not begun.", game.sport().segments[index].label);
    Err(Rejection::conflict("segment-not-begun", detail))
}

/// Whether an entry makes the game's course, and so always stands at its end: its time sets the clock.
fn is_course(entry: &Entry) -> bool {
    matches!(entry, Entry::Segment(_) | Entry::Clock(_) | Entry::State { .. })
}

/// The place after everything that counts for `entry`: a segment's start opens the next segment.
fn end(game: &Game, entry: Option<&Entry>) -> Order {
    let begun = u16::try_from(game.state.segments.len()).unwrap_or(u16::MAX);
    let opens = match entry {
        Some(Entry::Segment(SegmentDo::Start(_))) => 1,
        Some(Entry::State { to: super::event::State::Live, .. }) => u16::from(opens_segment(game)),
        _ => 0,
    };
    let segment = begun.saturating_add(opens);
    let last = game.entries.iter().rev().map(|other| &other.order).find(|order| order.segment <= segment);
    Order::after(segment, last)
}

/// Whether going on by hand starts a segment: from an interval it does.
fn opens_segment(game: &Game) -> bool {
    let state = &game.state;
    let over = state.segment.is_none_or(|i| game.sport().segments[i].kind == SegmentKind::Interval);
    state.state == super::event::State::Interval && over && state.next_play(game.context()).is_some()
}

/// The place after the last entry of the segment that is not later than `at`.
fn by_time(game: &Game, at: &GameTime) -> Result<Order, Rejection> {
    let index = game.sport().segment(&at.segment);
    let ordinal = game.state.segments.iter().rposition(|played| Some(played.segment) == index);
    let Some(ordinal) = ordinal.and_then(|ordinal| u16::try_from(ordinal + 1).ok()) else {
        return Err(Rejection::conflict("segment-not-begun", format!("`{}` has not begun.", at.segment)));
    };
    let direction = game.sport().clock.direction;
    let mut previous: Option<usize> = None;
    for (index, entry) in game.entries.iter().enumerate().filter(|(_, e)| e.order.segment == ordinal) {
        // Nothing of a segment stands after its end, however late it was remembered.
        let ends = matches!(entry.what, What::Entry(Entry::Segment(SegmentDo::End))) && entry.counts();
        let clock = entry.at.as_ref().filter(|other| other.segment == at.segment).and_then(|at| at.clock_ms);
        let later = match (clock, at.clock_ms) {
            (Some(theirs), Some(ours)) => !Folded::not_later(direction, theirs, ours),
            _ => false,
        };
        if previous.is_some() && (ends || (later && entry.counts())) {
            break;
        }
        previous = Some(index);
    }
    Ok(match previous {
        Some(index) => Order::between(&game.entries[index].order, next_order(game, index)),
        None => Order::after(ordinal, None),
    })
}

/// The order of the first entry after `index` that stands at another place.
fn next_order(game: &Game, index: usize) -> Option<&Order> {
    let own = &game.entries[index].order;
    game.entries[index + 1..].iter().map(|entry| &entry.order).find(|order| *order != own)
}

/// The game time of something that happens now.
fn game_time(game: &Game, entry: &Entry, now: &Stamp) -> Option<GameTime> {
    let state = &game.state;
    let index = match entry {
        Entry::Segment(SegmentDo::Start(_)) => state.next_play(game.context())?,
        _ => state.segment?,
    };
    let segment = &game.sport().segments[index];
    let clocked = segment.kind == SegmentKind::Play && game.sport().clock.run;
    let clock_ms = match entry {
        Entry::Segment(SegmentDo::Start(_)) => game.rules.segments[index].from_ms,
        _ => state.clock.value_at(now),
    };
    Some(GameTime { segment: segment.id.clone(), clock_ms: clocked.then_some(clock_ms) })
}

fn index_of(game: &Game, seq: Seq) -> Result<usize, Rejection> {
    let found = game.entries.iter().rposition(|entry| entry.seq == seq);
    found.ok_or_else(|| Rejection::missing("unknown-entry", format!("There is no entry {seq} here.")).at(seq))
}

/// The index of an entry that still counts and can be corrected.
fn correctable(game: &Game, seq: Seq) -> Result<usize, Rejection> {
    let index = index_of(game, seq)?;
    let entry = &game.entries[index];
    if matches!(entry.what, What::Void { .. }) {
        let detail = "A correction cannot be taken back; enter again what did happen.";
        return Err(Rejection::invalid("void-of-void", detail).at(seq));
    }
    match entry.voided_by.or(entry.replaced_by) {
        None => Ok(index),
        Some(by) => {
            let detail = format!("Entry {seq} was corrected already, by event {by}.");
            Err(Rejection::conflict("already-voided", detail).at(by))
        }
    }
}

/// What falls with an entry, and with what falls with that.
fn dependants(game: &Game, seq: Seq) -> Vec<Seq> {
    let mut falls = vec![seq];
    // One pass is enough: what follows from an entry was entered after it, though it may stand before it.
    let mut entries: Vec<&GameEntry> = game.entries.iter().filter(|entry| entry.counts()).collect();
    entries.sort_by_key(|entry| entry.seq);
    for entry in entries {
        let of = match &entry.what {
            What::Entry(Entry::Action(action)) => action.of,
            _ => None,
        };
        if of.is_some_and(|of| falls.contains(&of)) {
            falls.push(entry.seq);
        }
    }
    falls.remove(0);
    falls
}

/// Tries a change of the course: `new` at `order`, without the entries `gone`; everything after is checked
/// again.
fn try_out(
    game: &Game,
    order: &Order,
    new: Option<(&Entry, Option<&GameTime>)>,
    gone: &[Seq],
    now: &Stamp,
) -> Result<(), Rejection> {
    let context = game.context();
    let first_gone = game.entries.iter().position(|entry| gone.contains(&entry.seq));
    // A replacement stands where the replaced entry stood; else behind all of the same order.
    let place = game.entries.partition_point(|entry| entry.order <= *order);
    let place = first_gone.filter(|_| new.is_some()).unwrap_or(place);
    let start = first_gone.map_or(place, |first| first.min(place));
    let mut later = game.entries[start..].iter().filter(|entry| entry.counts() && !gone.contains(&entry.seq));
    if gone.is_empty() && later.next().is_none() {
        // The common case: something new at the end.
        let Some((entry, _)) = new else { return Ok(()) };
        return game.state.check(context, entry, Standing::New);
    }
    let mut state = game.state_before(start);
    let mut waiting = new;
    for index in start..=game.entries.len() {
        if let Some((entry, at)) = waiting.take_if(|_| index == place) {
            state.check(context, entry, Standing::New)?;
            state.step(context, &provisional(entry, at, order, now));
        }
        let Some(entry) = game.entries.get(index) else { break };
        if !entry.counts() || gone.contains(&entry.seq) {
            continue;
        }
        let What::Entry(what) = &entry.what else { continue };
        if let Err(reason) = state.check(context, what, Standing::Accepted) {
            let detail = format!(
                "Entry {} after it would become impossible: {} Correct that one first.",
                entry.seq, reason.detail
            );
            return Err(Rejection::conflict("impossible-later", detail).at(entry.seq));
        }
        state.step(context, entry);
    }
    Ok(())
}

/// An entry as it would stand, to be folded in a trial.
fn provisional(entry: &Entry, at: Option<&GameTime>, order: &Order, now: &Stamp) -> GameEntry {
    GameEntry {
        seq: 0,
        order: order.clone(),
        stamp: *now,
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
