//! Fixtures and results in openfootball's JSON (football.json, worldcup.json; CC0): games and the plays that
//! make their score.
//!
//! What the source does not know is not made up. A goal without scorers' list becomes a score set by hand
//! (`adjust`) at half-time and full time; a shoot-out of which only the result is kept gets kicks that add
//! up to it ([`super::shootout`]) under a comment that says so; extra time after a second leg, which no
//! single score explains, becomes a comment. Where the source contradicts itself the goals with their
//! minutes win, and a warning says so. Own goals stand, as in the source, with the side that benefits;
//! the scorer is entered for the side it belongs to.

mod plays;
mod source;

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use super::FormatError;
use super::game::GameForm;
use crate::domain::command::Play;
use crate::domain::event::{Param, SideSetup};
use source::SourceMatch;

/// The sport of every match in these files.
const SPORT: &str = "football";

/// What the source does not say and the importer must know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Minutes east of UTC for times that name no zone; UTC where absent, with a warning.
    pub utc_offset_minutes: Option<i32>,
}

/// A file's matches.
#[derive(Clone, Debug, PartialEq)]
pub struct Season {
    /// The competition, as the source names it.
    pub name: String,
    /// Its matches in the order of the file.
    pub matches: Vec<Match>,
    /// What is odd about the file as a whole.
    pub warnings: Vec<String>,
}

/// A match of the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Match {
    /// Its place in the file, from 1.
    pub number: usize,
    /// `Spain - Russia`.
    pub label: String,
    /// The game to be set up.
    pub game: GameForm,
    /// What the source says about the result.
    pub score: Score,
    /// What makes that result; empty for a match to come.
    pub plays: Vec<Play>,
    /// Where the source contradicts itself or lacks something.
    pub warnings: Vec<String>,
}

/// The scores a source gives, each as it stood then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// At half-time.
    pub half_time: Option<[u32; 2]>,
    /// After 90 minutes.
    pub full_time: Option<[u32; 2]>,
    /// After extra time.
    pub extra_time: Option<[u32; 2]>,
    /// Of the shoot-out.
    pub shootout: Option<[u32; 2]>,
}

/// A goal as the source lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Goal {
    // 0 or 1: the side whose score rises.
    counts_for: usize,
    scorer: Option<String>,
    minute: u32,
    added: u32,
    kind: GoalKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum GoalKind {
    Play,
    Penalty,
    Own,
}

/// Reads a file; `file` is its name for messages.
///
/// # Errors
/// What is wrong, with file and match. Nothing of such a file is returned: half a fixture list is worse
/// than none.
pub fn read(file: &str, text: &str, options: &Options) -> Result<Season, FormatError> {
    let file_error = |error: FormatError| error.within(file);
    let (name, sources) = source::parse(text).map_err(file_error)?;
    let mut warnings = Vec::new();
    let bare =
        sources.iter().filter(|one| one.time.as_deref().is_some_and(|time| !time.contains("UTC"))).count();
    if bare > 0 && options.utc_offset_minutes.is_none() {
        warnings.push(format!("{bare} times name no zone and are taken as UTC"));
    }
    let mut matches = Vec::with_capacity(sources.len());
    for (index, source) in sources.into_iter().enumerate() {
        let number = index + 1;
        let place = format!("match {number} ({} - {})", source.team1.name, source.team2.name);
        let one = read_match(number, &name, source, options);
        matches.push(one.map_err(|error| file_error(error.within(&place)))?);
    }
    Ok(Season { name, matches, warnings })
}

fn read_match(
    number: usize,
    season: &str,
    source: SourceMatch,
    options: &Options,
) -> Result<Match, FormatError> {
    let mut warnings = Vec::new();
    let score = source.scores();
    let goals = source.goals()?;
    let starts_at = starts_at(&source, options, &mut warnings)?;
    if score.full_time.is_none() && score != Score::default() {
        return Err(FormatError::new("", "`score` has no `ft`, the score after 90 minutes"));
    }
    let plan = plays::plan(&score, goals.as_deref(), &mut warnings);
    if let Some(status) = &source.status {
        let entered = if score.full_time.is_some() { "as if played" } else { "as a fixture" };
        warnings.push(format!("the source marks it {status}; it is entered {entered}"));
    }
    let mut params = BTreeMap::new();
    if plan.knockout || source.is_final() {
        params.insert("knockout".to_owned(), Param::Bool(true));
    }
    if plan.knockout && score.extra_time.is_none() {
        params.insert("extra_time".to_owned(), Param::Bool(false));
    }
    let label = format!("{} - {}", source.team1.name, source.team2.name);
    let title = source.title(season);
    let side = |team: source::Team| SideSetup { name: team.name, short: team.code, ..SideSetup::default() };
    let sides =
        BTreeMap::from([("home".to_owned(), side(source.team1)), ("away".to_owned(), side(source.team2))]);
    let game = GameForm {
        sport: SPORT.to_owned(),
        sides,
        starts_at,
        venue: source.ground,
        title: Some(title),
        credit: None,
        params,
    };
    Ok(Match { number, label, game, score, plays: plan.plays, warnings })
}

/// The kick-off in milliseconds since 1970: `2018-06-15`, `17:00 UTC+5`.
fn starts_at(
    source: &SourceMatch,
    options: &Options,
    warnings: &mut Vec<String>,
) -> Result<Option<i64>, FormatError> {
    let Some(date) = &source.date else {
        warnings.push("no date".to_owned());
        return Ok(None);
    };
    let date: NaiveDate = date
        .parse()
        .map_err(|_| FormatError::new("", format!("`date` is `{date}`, not a date such as 2018-06-14")))?;
    let Some(time) = &source.time else {
        warnings.push("no time of kick-off: noon is entered".to_owned());
        let noon = NaiveTime::from_hms_opt(12, 0, 0).expect("noon is a time");
        return Ok(Some(epoch(date.and_time(noon), options.utc_offset_minutes.unwrap_or(0))));
    };
    let wrong = || {
        let what = format!("`time` is `{time}`, not a time such as 17:00 or 17:00 UTC+3");
        FormatError::new("", what)
    };
    let (clock, zone) = time.split_once(' ').unwrap_or((time, ""));
    let clock = NaiveTime::parse_from_str(clock, "%H:%M").map_err(|_| wrong())?;
    let offset = match zone.trim() {
        "" => options.utc_offset_minutes.unwrap_or(0),
        zone => zone.strip_prefix("UTC").and_then(offset_minutes).ok_or_else(wrong)?,
    };
    Ok(Some(epoch(date.and_time(clock), offset)))
}

fn epoch(local: NaiveDateTime, offset_minutes: i32) -> i64 {
    local.and_utc().timestamp_millis() - i64::from(offset_minutes) * 60_000
}

/// `+3`, `-5`, `+5:30`, or nothing.
fn offset_minutes(text: &str) -> Option<i32> {
    if text.is_empty() {
        return Some(0);
    }
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-" | "−", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = digits.split_once(':').unwrap_or((digits, "0"));
    let (hours, minutes): (u8, u8) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours <= 14 && minutes < 60).then_some(sign * (i32::from(hours) * 60 + i32::from(minutes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_read_as_written() {
        for (text, minutes) in [("", 0), ("+3", 180), ("-5", -300), ("+5:30", 330), ("+0", 0)] {
            assert_eq!(offset_minutes(text), Some(minutes), "{text}");
        }
        for text in ["3", "+15", "+x", "+3:60", "±3"] {
            assert_eq!(offset_minutes(text), None, "{text}");
        }
    }
}
