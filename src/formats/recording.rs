//! A recorded match to be replayed: lines of JSON, the game first, then one command a line.
//!
//! ```text
//! {"format":"touchline-recording","version":1,"game":{"sport":"football","sides":{…},…}}
//! {"t_ms":0,"command":{"type":"segment","do":"start","segment":"1H","at":{"segment":"1H","clock_ms":0}}}
//! {"t_ms":49752,"command":{"type":"action","action":"foul","side":"home",…}}
//! ```
//! `t_ms` counts milliseconds of real time from the first command, intervals included; it never falls.
//! Commands name no event numbers (no void, replace or insert): the box that plays them gives its own.

use serde_json::{Value, json};

use super::FormatError;
use super::command;
use super::game::{self, GameForm};
use crate::domain::command::Play;

/// The format's name in the first line.
const FORMAT: &str = "touchline-recording";
/// The only version there is.
const VERSION: u64 = 1;

/// A recorded match.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    /// The game.
    pub game: GameForm,
    /// What happened, in order.
    pub steps: Vec<Step>,
}

/// A command at its moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Milliseconds of real time since the first command.
    pub t_ms: u64,
    /// The command.
    pub play: Play,
}

/// Reads a recording.
///
/// # Errors
/// The first line that is wrong, by its number.
pub fn read(text: &str) -> Result<Recording, FormatError> {
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let (_, head) = lines.next().ok_or_else(|| FormatError::new("line 1", "the file is empty"))?;
    let game = read_head(head).map_err(|error| error.within("line 1"))?;
    let mut steps: Vec<Step> = Vec::new();
    for (index, line) in lines {
        let place = format!("line {}", index + 1);
        let step = read_step(line).map_err(|error| error.within(&place))?;
        if steps.last().is_some_and(|last| last.t_ms > step.t_ms) {
            return Err(FormatError::new(place, "`t_ms` is smaller than on the line before"));
        }
        steps.push(step);
    }
    if steps.is_empty() {
        return Err(FormatError::new("line 2", "the recording holds no command"));
    }
    Ok(Recording { game, steps })
}

/// Writes a recording.
#[must_use]
pub fn write(recording: &Recording) -> String {
    let head = json!({"format": FORMAT, "version": VERSION, "game": game::write(&recording.game)});
    let mut text = format!("{head}\n");
    for Step { t_ms, play } in &recording.steps {
        let step = json!({"t_ms": t_ms, "command": command::write_play(play)});
        text.push_str(&step.to_string());
        text.push('\n');
    }
    text
}

fn read_head(line: &str) -> Result<GameForm, FormatError> {
    let head = parse(line)?;
    if head.get("format").and_then(Value::as_str) != Some(FORMAT) {
        let what = format!("this is no recording: its first line has no \"format\":\"{FORMAT}\"");
        return Err(FormatError::new("", what));
    }
    let version = head.get("version").and_then(Value::as_u64);
    if version != Some(VERSION) {
        let what = format!("this program reads version {VERSION} of recordings only");
        return Err(FormatError::new("", what));
    }
    let game = head.get("game").ok_or_else(|| FormatError::new("", "`game` is missing"))?;
    game::read(game).map_err(|error| error.within("`game`"))
}

fn read_step(line: &str) -> Result<Step, FormatError> {
    let step = parse(line)?;
    let t_ms = step.get("t_ms").and_then(Value::as_u64);
    let t_ms = t_ms.ok_or_else(|| FormatError::new("", "`t_ms`, a whole number, is missing"))?;
    let value = step.get("command").ok_or_else(|| FormatError::new("", "`command` is missing"))?;
    let form = command::read(value).map_err(|error| error.within("`command`"))?;
    if !matches!(form.play, Play::Enter { .. }) || form.id.is_some() || form.expect_seq.is_some() {
        let what = "a recorded command has no `id`, no `expect_seq`, and names no event of a box";
        return Err(FormatError::new("", what));
    }
    Ok(Step { t_ms, play: form.play })
}

fn parse(line: &str) -> Result<Value, FormatError> {
    serde_json::from_str(line).map_err(|error| FormatError::new("", format!("not JSON: {error}")))
}
