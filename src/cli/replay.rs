//! `touchline replay`: recorded matches into a running box, as if they happened now.
//!
//! Every command goes over HTTP with a token, like anybody's. It carries the recording's game time, so that
//! minutes are right at any speed. The box's game clock runs in real time; [`schedule`] sets it whenever it
//! is off by more than `DRIFT_MS` at an entry, and every `TICK` while nothing is entered. At normal
//! speed that is never.

use std::fmt::Write as _;
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use async_channel::Sender;
use serde_json::Value;

use super::error::CliError;
use crate::client::feed::{Feed, FeedError, Outcome};
use crate::client::url::Base;
use crate::domain::command::Play;
use crate::domain::event::{ClockDo, Entry, GameTime, SegmentDo};
use crate::formats::recording::{self, Recording, Step};
use crate::formats::{command, game};
use crate::runtime::{self, Time};

/// How far the box's clock may be off the recording's at an entry.
const DRIFT_MS: u64 = 1_500;
/// How often the clock is set while nothing is entered and it drifts.
const TICK: Duration = Duration::from_secs(5);
/// How long a box may be away before a replay gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// What to replay, how fast and where to.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplayOptions {
    /// The recordings; several run side by side.
    pub files: Vec<PathBuf>,
    /// The box, as `http://venue.local:8080`.
    pub url: String,
    /// A token of an organiser, who may set games up and enter commands.
    pub token: Option<String>,
    /// How many times faster than it happened; 1 is real time.
    pub pace: Pace,
}

/// How a recording's time becomes real time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    /// How many times faster; 1 is real time.
    pub speed: f64,
    /// The longest real wait between two entries; a longer one, as at half-time, is cut short.
    pub longest_wait: Option<Duration>,
}

impl Pace {
    /// Refuses a speed at which nothing would ever happen.
    ///
    /// # Errors
    /// When the speed is not a number above 0.
    pub fn check(&self) -> Result<(), CliError> {
        if self.speed.is_finite() && self.speed > 0.0 {
            return Ok(());
        }
        Err(CliError::usage(format!("--speed is a number above 0, as 1 for real time; not {}", self.speed)))
    }
}

/// A command at its real time.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// Real time since the first command.
    pub due: Duration,
    /// The command.
    pub play: Play,
    /// Whether the clock is only set: nothing of the recording.
    pub clock_only: bool,
}

/// What became of a replay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Commands the box took.
    pub accepted: usize,
    /// Commands the box refused.
    pub refused: usize,
}

/// Replays all files to their end, with a line of progress an entry on `out`.
///
/// # Errors
/// A file that is no recording, before anything is sent; a box that cannot be reached or lets nobody in;
/// commands the box refused, once all have been sent.
pub fn run(options: &ReplayOptions, out: &mut dyn Write) -> Result<(), CliError> {
    let base = Base::parse(&options.url).map_err(CliError::usage)?;
    if options.files.is_empty() {
        return Err(CliError::usage("name at least one recording to replay"));
    }
    options.pace.check()?;
    let recordings: Vec<Recording> = options.files.iter().map(read).collect::<Result<_, _>>()?;
    let time = Time::system();
    let run = run_prefix(&time)?;
    let (lines, shown) = async_channel::bounded(64);
    let mut tasks = Vec::new();
    for (number, recording) in recordings.into_iter().enumerate() {
        let feed = Feed::new(base.clone(), options.token.clone(), PATIENCE);
        let job =
            Job { recording, pace: options.pace, run: format!("{run}-{number}"), starts_at: time.wall_ms() };
        tasks.push(runtime::task(job.play(feed, lines.clone())));
    }
    drop(lines);
    let mut refused = 0;
    let mut sent = 0;
    runtime::block_on(async {
        while let Ok(line) = shown.recv().await {
            writeln!(out, "{line}")?;
            out.flush()?;
        }
        for task in tasks {
            let summary = task.await?;
            sent += summary.accepted + summary.refused;
            refused += summary.refused;
        }
        Ok::<(), CliError>(())
    })?;
    if refused > 0 {
        return Err(CliError::failed(format!("the box refused {refused} of {sent} commands")));
    }
    Ok(())
}

/// A fresh prefix for the ids of one run: retries within it are known again, another run is another match.
///
/// # Errors
/// When the machine gives no random numbers.
pub fn run_prefix(time: &Time) -> Result<String, CliError> {
    let mut random = [0; 6];
    getrandom::fill(&mut random).map_err(|error| CliError::failed(format!("no random numbers: {error}")))?;
    let mut prefix = format!("replay-{:x}-", time.wall_ms());
    for byte in random {
        let _ = write!(prefix, "{byte:02x}");
    }
    Ok(prefix)
}

fn read(path: &PathBuf) -> Result<Recording, CliError> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| CliError::failed(format!("cannot read {}: {error}", path.display())))?;
    recording::read(&text).map_err(|error| CliError::failed(format!("{}, {error}", path.display())))
}

/// One recording on its way into a box.
#[derive(Clone, Debug)]
pub struct Job {
    /// The match.
    pub recording: Recording,
    /// How fast.
    pub pace: Pace,
    /// The prefix of the ids.
    pub run: String,
    /// When the game is said to begin, milliseconds since 1970.
    pub starts_at: i64,
}

impl Job {
    /// Sets the game up and sends everything at its time; progress goes to `lines`.
    ///
    /// # Errors
    /// When the box cannot be reached for a minute, lets nobody in or refuses the game.
    pub async fn play(mut self, mut feed: Feed, lines: Sender<String>) -> Result<Summary, CliError> {
        self.recording.game.starts_at = Some(self.starts_at);
        let failed = |error: FeedError| CliError::failed(format!("replay: {error}"));
        let setup = game::write(&self.recording.game);
        let id = feed.create_game(&format!("{}-game", self.run), &setup).await.map_err(failed)?;
        let label = label(&self.recording);
        let _ = lines.send(format!("{label}: game {id}")).await;
        let time = Time::system();
        let start = time.now_ms();
        let mut summary = Summary::default();
        for (number, planned) in schedule(&self.recording.steps, self.pace).into_iter().enumerate() {
            let elapsed = Duration::from_millis(time.now_ms() - start);
            runtime::sleep(planned.due.saturating_sub(elapsed)).await;
            let mut body = command::write_play(&planned.play);
            body.insert("id".to_owned(), format!("{}-{number}", self.run).into());
            match feed.command(id, &Value::Object(body)).await.map_err(failed)? {
                Outcome::Accepted(seq) => {
                    summary.accepted += 1;
                    if !planned.clock_only {
                        let board = feed.board(id, seq).await.map_err(failed)?;
                        let _ = lines.send(progress(&label, &planned.play, board.as_ref())).await;
                    }
                }
                Outcome::Refused(why) => {
                    summary.refused += 1;
                    let line = format!("{} refused: {why}", progress(&label, &planned.play, None));
                    let _ = lines.send(line).await;
                }
            }
        }
        Ok(summary)
    }
}

/// When each command is due, the clock's included.
///
/// # Panics
/// When the pace was not checked and its speed is not above 0.
#[must_use]
pub fn schedule(steps: &[Step], pace: Pace) -> Vec<Planned> {
    let speed = pace.speed;
    let mut plan: Vec<Planned> = Vec::new();
    let mut due = Duration::ZERO;
    let mut last_ms = 0;
    let mut box_clock: Option<BoxClock> = None;
    for step in steps {
        let gap = Duration::from_millis(step.t_ms.saturating_sub(last_ms)).div_f64(speed);
        let wait = pace.longest_wait.map_or(gap, |longest| gap.min(longest));
        let shown = shown_at(&step.play);
        if let (Some(clock), Some(target)) = (&mut box_clock, shown) {
            clock.follow(&mut plan, due, wait, target);
        }
        due += wait;
        last_ms = step.t_ms;
        plan.push(Planned { due, play: step.play.clone(), clock_only: false });
        match &step.play {
            Play::Enter { entry: Entry::Segment(SegmentDo::Start(_)), .. } => {
                box_clock = shown.map(|value_ms| BoxClock { value_ms, at: due });
            }
            Play::Enter { entry: Entry::Segment(SegmentDo::End), .. } => box_clock = None,
            _ => {}
        }
    }
    plan
}

/// What the box's clock shows: a value at a real time, from which it runs.
struct BoxClock {
    value_ms: u64,
    at: Duration,
}

impl BoxClock {
    /// Sets the clock on the way from `from` to `from + wait`, where the recording's shows `target`.
    fn follow(&mut self, plan: &mut Vec<Planned>, from: Duration, wait: Duration, target: u64) {
        let begin = self.value(from);
        let mut passed = TICK;
        while passed + TICK / 2 < wait {
            let share = passed.div_duration_f64(wait);
            let way = target.saturating_sub(begin);
            self.set(plan, from + passed, begin + portion(way, share));
            passed += TICK;
        }
        self.set(plan, from + wait, target);
    }

    fn value(&self, now: Duration) -> u64 {
        self.value_ms + u64::try_from(now.saturating_sub(self.at).as_millis()).unwrap_or(0)
    }

    fn set(&mut self, plan: &mut Vec<Planned>, due: Duration, value_ms: u64) {
        if self.value(due).abs_diff(value_ms) <= DRIFT_MS {
            return;
        }
        let play = Play::Enter { entry: Entry::Clock(ClockDo::Set(value_ms)), at: None };
        plan.push(Planned { due, play, clock_only: true });
        *self = Self { value_ms, at: due };
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share between 0 and 1 of a match's milliseconds"
)]
fn portion(way: u64, share: f64) -> u64 {
    (way as f64 * share) as u64
}

fn shown_at(play: &Play) -> Option<u64> {
    match play {
        Play::Enter { at, .. } | Play::Insert { at, .. } | Play::Replace { at, .. } => at.as_ref()?.clock_ms,
        Play::Void { .. } | Play::Scorer(_) => None,
    }
}

fn label(recording: &Recording) -> String {
    let mut sides: Vec<_> = recording.game.sides.iter().collect();
    // Home comes first, whatever the alphabet says; sports with other sides have them in its order.
    sides.sort_by_key(|(id, _)| (id.as_str() != "home", id.as_str()));
    sides.iter().map(|(_, side)| side.name.as_str()).collect::<Vec<_>>().join(" - ")
}

/// `Russia - Croatia  1-0  1H 31'  goal, Denis Cheryshev`
fn progress(label: &str, play: &Play, board: Option<&Value>) -> String {
    let score = board.and_then(|board| board.get("score_text")).and_then(Value::as_str).unwrap_or("");
    let mut line = format!("{label}  {score}");
    if let Play::Enter { entry, at } = play {
        if let Some(GameTime { segment, clock_ms }) = at {
            let _ = write!(line, "  {segment}");
            if let Some(ms) = clock_ms {
                let _ = write!(line, " {}'", ms / 60_000 + 1);
            }
        }
        let _ = write!(line, "  {}", told(entry));
    }
    line
}

fn told(entry: &Entry) -> String {
    match entry {
        Entry::Action(action) => {
            let name = action.action.replace('_', " ");
            let scored = action.scored.map(|scored| if scored { "scored" } else { "missed" });
            let parts = [Some(name.as_str()), scored, action.player.as_deref(), action.other.as_deref()];
            parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
        }
        Entry::Comment { text, .. } => text.clone(),
        Entry::Clock(_) => "clock".to_owned(),
        Entry::Segment(SegmentDo::Start(_)) => "start".to_owned(),
        Entry::Segment(SegmentDo::End) => "end".to_owned(),
        Entry::State { .. } => "state".to_owned(),
        Entry::Review(_) => "review".to_owned(),
        Entry::Adjust { counter, to, .. } => format!("{counter} set to {to}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::Action;

    fn step(t_ms: u64, entry: Entry, clock_ms: u64) -> Step {
        let at = Some(GameTime { segment: "1H".to_owned(), clock_ms: Some(clock_ms) });
        Step { t_ms, play: Play::Enter { entry, at } }
    }

    fn match_of(times: &[u64]) -> Vec<Step> {
        let mut steps = vec![step(0, Entry::Segment(SegmentDo::Start(Some("1H".to_owned()))), 0)];
        steps.extend(times.iter().map(|ms| step(*ms, Entry::Action(Action::default()), *ms)));
        steps
    }

    #[test]
    fn at_normal_speed_the_clock_is_left_alone() {
        let plan = schedule(&match_of(&[49_752, 90_600, 2_700_000]), Pace { speed: 1.0, longest_wait: None });
        assert!(plan.iter().all(|planned| !planned.clock_only));
        assert_eq!(plan[3].due, Duration::from_millis(2_700_000));
    }

    #[test]
    fn a_fast_replay_sets_the_clock_before_each_entry_and_in_long_waits() {
        let plan = schedule(&match_of(&[100_000, 400_000]), Pace { speed: 10.0, longest_wait: None });
        let set = |play: &Play| match play {
            Play::Enter { entry: Entry::Clock(ClockDo::Set(value)), .. } => Some(*value),
            _ => None,
        };
        let clock: Vec<_> =
            plan.iter().filter_map(|one| set(&one.play).map(|ms| (one.due.as_secs(), ms))).collect();
        let expected = [
            (5, 50_000),
            (10, 100_000),
            (15, 150_000),
            (20, 200_000),
            (25, 250_000),
            (30, 300_000),
            (35, 350_000),
            (40, 400_000),
        ];
        assert_eq!(clock, expected);
        assert_eq!(plan.iter().filter(|one| !one.clock_only).count(), 3);
    }

    #[test]
    fn a_long_wait_is_cut_short_and_the_clock_follows() {
        let longest_wait = Some(Duration::from_secs(2));
        let plan = schedule(&match_of(&[900_000]), Pace { speed: 1.0, longest_wait });
        let dues: Vec<u64> = plan.iter().map(|one| one.due.as_secs()).collect();
        assert_eq!(dues, [0, 2, 2]);
        let set = Play::Enter { entry: Entry::Clock(ClockDo::Set(900_000)), at: None };
        assert_eq!(plan[1].play, set);
    }
}
