//! Wyscout's public event files (Pappalardo et al. 2019, CC BY 4.0) as recordings to be replayed.
//!
//! Of some 1,700 touches of the ball those remain that a commentator enters: goals, shots, saves, corners,
//! free kicks, fouls, offsides, cards, substitutions, penalty kicks, and the segments they stand in. Nothing
//! is added but the lengths of the intervals, which the files do not hold (`PERIODS`). Substitutions are
//! known to the minute only and stand at its end. A shot with "head or body" is not tagged a header: which
//! of the two it was is not recorded.

mod source;

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize as _;

use super::FormatError;
use super::game::{GameForm, read_time};
use super::recording::{Recording, Step};
use crate::domain::command::Play;
use crate::domain::event::{Action, Entry, GameTime, Param, Player, SegmentDo, SideSetup};
use source::{Event, EventFile, MatchRow, PlayerAbout, PlayerRow, Substitution};

/// What the licence asks to be shown wherever the data are shown.
pub const CREDIT: &str = "Match data: Pappalardo, Cintia, Rossi et al., \"A public data set of spatio-temporal match events in \
     soccer competitions\", Sci Data 6:236 (2019), Wyscout, CC-BY-4.0, converted";

/// The periods of the files, their ids being those of the sport file: (id, minutes on the clock before it,
/// minute it regularly ends, real time between the end of the one before and its start in milliseconds).
const PERIODS: [Period; 5] = [
    Period { id: "1H", from: Some(0), to: 45, pause_ms: 0 },
    Period { id: "2H", from: Some(45), to: 90, pause_ms: 15 * MINUTE_MS },
    Period { id: "E1", from: Some(90), to: 105, pause_ms: 5 * MINUTE_MS },
    Period { id: "E2", from: Some(105), to: 120, pause_ms: MINUTE_MS },
    Period { id: "P", from: None, to: u64::MAX, pause_ms: 5 * MINUTE_MS },
];
const MINUTE_MS: u64 = 60_000;

struct Period {
    id: &'static str,
    // Absent where no clock runs.
    from: Option<u64>,
    to: u64,
    pause_ms: u64,
}

/// Tags of the files that matter here.
mod tag {
    pub(super) const GOAL: u32 = 101;
    pub(super) const OWN_GOAL: u32 = 102;
    pub(super) const POST: std::ops::RangeInclusive<u32> = 1217..=1223;
    pub(super) const RED: u32 = 1701;
    pub(super) const YELLOW: u32 = 1702;
    pub(super) const SECOND_YELLOW: u32 = 1703;
    pub(super) const ACCURATE: u32 = 1801;
    pub(super) const BLOCKED: u32 = 2101;
}

/// Converts a match: its event file (events, teams, players) and the competition's list of matches.
/// `title` stands above the names; the files hold only numbers for competition and round.
///
/// # Errors
/// What is missing or not as the files have it, with the event's id.
pub fn convert(events: &str, matches: &str, title: &str) -> Result<Recording, FormatError> {
    let file: EventFile = parse(events, "the event file")?;
    let matches: Vec<MatchRow> = parse(matches, "the list of matches")?;
    let first = file.events.first().ok_or_else(|| FormatError::new("", "the event file holds no event"))?;
    let id = first.match_id;
    let row = matches
        .iter()
        .find(|row| row.id == id)
        .ok_or_else(|| FormatError::new("", format!("match {id} is not in the list of matches")))?;
    let people = People::new(&file, row)?;
    let game = game(&file, row, &people, title)?;
    let mut moments = Vec::new();
    for event in &file.events {
        let place = || format!("event {}", event.id);
        let moment = Moment::of(event).map_err(|error| error.within(&place()))?;
        for action in actions(event, &people).map_err(|error| error.within(&place()))? {
            moments.push((moment, action));
        }
    }
    moments.extend(substitutions(row, &people)?);
    moments.sort_by_key(|(moment, _)| *moment);
    Ok(Recording { game, steps: steps(&file.events, &moments)? })
}

/// The segments with what happened in them, at their real times.
fn steps(events: &[Event], moments: &[(Moment, Action)]) -> Result<Vec<Step>, FormatError> {
    let mut steps = Vec::new();
    let mut t_ms = 0;
    for (index, period) in PERIODS.iter().enumerate() {
        let of_period = events.iter().filter(|event| event.period == period.id);
        let Some(last) = of_period.map(|event| millis(event.second)).max() else { continue };
        t_ms += period.pause_ms;
        let start = t_ms;
        let at = |ms: u64| {
            let clock_ms = period.from.map(|from| from * MINUTE_MS + ms);
            Some(GameTime { segment: period.id.to_owned(), clock_ms })
        };
        let mut push = |ms: u64, entry: Entry| {
            steps.push(Step { t_ms: start + ms, play: Play::Enter { entry, at: at(ms) } });
        };
        push(0, Entry::Segment(SegmentDo::Start(Some(period.id.to_owned()))));
        for (moment, action) in moments.iter().filter(|(moment, _)| moment.period == index) {
            push(moment.ms, Entry::Action(action.clone()));
        }
        // The whistle comes within a second after the last touch.
        let end = (last / 1000 + 1) * 1000;
        push(end, Entry::Segment(SegmentDo::End));
        t_ms = start + end;
    }
    if steps.is_empty() {
        return Err(FormatError::new("", "no event stands in a period this program knows"));
    }
    Ok(steps)
}

/// What a commentator would enter for an event: nothing for most.
fn actions(event: &Event, people: &People) -> Result<Vec<Action>, FormatError> {
    let shootout = event.period == "P";
    let has = |tag: u32| event.tags.iter().any(|one| one.id == tag);
    let name = match (event.name.as_str(), event.sub_name.as_str()) {
        ("Save attempt", _) if has(tag::ACCURATE) && !has(tag::GOAL) && !shootout => Some("save"),
        ("Save attempt", _) => None,
        (_, _) if has(tag::OWN_GOAL) => Some("own_goal"),
        ("Free Kick", "Penalty") if shootout => Some("kick"),
        ("Free Kick", "Penalty") if has(tag::GOAL) => Some("goal"),
        ("Free Kick", "Penalty") => Some("penalty_missed"),
        ("Shot", _) | ("Free Kick", "Free kick shot") if has(tag::GOAL) => Some("goal"),
        ("Shot", _) | ("Free Kick", "Free kick shot") if has(tag::BLOCKED) => Some("shot_blocked"),
        ("Shot", _) | ("Free Kick", "Free kick shot") if has(tag::ACCURATE) => Some("shot_on_target"),
        ("Shot", _) | ("Free Kick", "Free kick shot") => Some("shot_off_target"),
        ("Free Kick", "Free Kick" | "Free kick cross") => Some("free_kick"),
        ("Free Kick", "Corner") => Some("corner"),
        ("Foul", "Foul" | "Hand foul" | "Simulation" | "Violent Foul") => Some("foul"),
        ("Offside", _) => Some("offside"),
        _ => None,
    };
    let cards = [(tag::YELLOW, "yellow"), (tag::SECOND_YELLOW, "yellow"), (tag::RED, "red")];
    let cards = cards.into_iter().filter(|(tag, _)| has(*tag)).map(|(_, name)| name);
    let names: Vec<&str> = name.into_iter().chain(cards).collect();
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let side = people.side(event.team)?;
    let player = people.name(event.player)?;
    let action = |name: &str| Action {
        action: name.to_owned(),
        side: Some(side.to_owned()),
        player: player.clone(),
        tags: details(name, event).into_iter().map(ToOwned::to_owned).collect(),
        scored: (name == "kick").then(|| has(tag::GOAL)),
        ..Action::default()
    };
    Ok(names.into_iter().map(action).collect())
}

/// What the sport file lets an action say about itself, as far as the event says so.
fn details(action: &str, event: &Event) -> Vec<&'static str> {
    let mut details = Vec::new();
    match (action, event.sub_name.as_str()) {
        ("goal", "Penalty") => details.push("penalty"),
        ("goal" | "shot_on_target" | "shot_off_target", "Free kick shot") => details.push("free_kick"),
        ("foul", "Hand foul") => details.push("hand"),
        _ => {}
    }
    let post = event.tags.iter().any(|one| tag::POST.contains(&one.id));
    if post && ["shot_off_target", "penalty_missed"].contains(&action) {
        details.push("post");
    }
    details
}

fn substitutions(row: &MatchRow, people: &People) -> Result<Vec<(Moment, Action)>, FormatError> {
    let mut found = Vec::new();
    for team in row.teams.values() {
        // The files hold the text "null" where there was none.
        for one in team.formation.substitutions.as_array().into_iter().flatten() {
            let Substitution { player_in, player_out, minute } = Substitution::deserialize(one)
                .map_err(|error| FormatError::new("substitutions", error.to_string()))?;
            let minute: u64 = minute;
            let clocked = PERIODS.iter().filter(|period| period.from.is_some());
            let period = clocked.take_while(|period| period.to < minute).count();
            let Some(from) = PERIODS[period].from.filter(|from| *from < minute) else {
                return Err(FormatError::new("substitutions", format!("minute {minute} is none of a match")));
            };
            let action = Action {
                action: "substitution".to_owned(),
                side: Some(people.side(team.id)?.to_owned()),
                player: people.name(player_out)?,
                other: people.name(player_in)?,
                ..Action::default()
            };
            found.push((Moment { period, ms: (minute - from) * MINUTE_MS - 1000 }, action));
        }
    }
    found.sort_by_key(|(moment, _)| *moment);
    Ok(found)
}

fn game(file: &EventFile, row: &MatchRow, people: &People, title: &str) -> Result<GameForm, FormatError> {
    let mut sides = BTreeMap::new();
    for (key, team) in &row.teams {
        let about = file
            .teams
            .get(key)
            .ok_or_else(|| FormatError::new("", format!("team {key} is not in the event file")))?;
        let squad = file.players.get(key).map(Vec::as_slice).unwrap_or_default();
        let player = |one: &PlayerRow| Player { number: None, name: full_name(&one.player), say: None };
        let side = SideSetup {
            name: unescape(&about.team.name),
            short: Some(about.team.area.code.clone()),
            colour: None,
            players: squad.iter().map(player).collect(),
        };
        sides.insert(people.side(team.id)?.to_owned(), side);
    }
    let starts_at = read_time(&format!("{}Z", row.date_utc.replacen(' ', "T", 1)))
        .map_err(|error| error.within("`dateutc`"))?;
    let mut params = BTreeMap::new();
    if row.duration != "Regular" {
        params.insert("knockout".to_owned(), Param::Bool(true));
    }
    Ok(GameForm {
        sport: "football".to_owned(),
        sides,
        starts_at: Some(starts_at),
        venue: Some(unescape(&row.venue)).filter(|venue| !venue.is_empty()),
        title: Some(title.to_owned()),
        credit: Some(CREDIT.to_owned()),
        params,
    })
}

/// Who is who, by the numbers of the files.
struct People {
    sides: HashMap<u64, &'static str>,
    names: HashMap<u64, String>,
}

impl People {
    fn new(file: &EventFile, row: &MatchRow) -> Result<Self, FormatError> {
        let mut sides = HashMap::new();
        for team in row.teams.values() {
            let side = match team.side.as_str() {
                "home" => "home",
                "away" => "away",
                other => {
                    let what = format!("team {} plays `{other}`, neither home nor away", team.id);
                    return Err(FormatError::new("", what));
                }
            };
            sides.insert(team.id, side);
        }
        let squads = file.players.values().flatten();
        let names = squads.map(|one| (one.player.id, full_name(&one.player))).collect();
        Ok(Self { sides, names })
    }

    fn side(&self, team: u64) -> Result<&'static str, FormatError> {
        let side = self.sides.get(&team).copied();
        side.ok_or_else(|| FormatError::new("", format!("team {team} is none of the match")))
    }

    /// The files write 0 where the player is not known.
    fn name(&self, player: u64) -> Result<Option<String>, FormatError> {
        if player == 0 {
            return Ok(None);
        }
        let name = self.names.get(&player).cloned();
        name.map(Some).ok_or_else(|| FormatError::new("", format!("player {player} is in no squad")))
    }
}

/// A place in the course of play.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Moment {
    period: usize,
    ms: u64,
}

impl Moment {
    fn of(event: &Event) -> Result<Self, FormatError> {
        let period = PERIODS.iter().position(|period| period.id == event.period);
        let period =
            period.ok_or_else(|| FormatError::new("", format!("no period is called `{}`", event.period)))?;
        if !(0.0..10_000.0).contains(&event.second) {
            return Err(FormatError::new("", format!("second {} is none of a period", event.second)));
        }
        Ok(Self { period, ms: millis(event.second) })
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to lie in 0..10,000 s")]
fn millis(second: f64) -> u64 {
    (second * 1000.0).round() as u64
}

fn full_name(player: &PlayerAbout) -> String {
    let name = format!("{} {}", unescape(&player.first), unescape(&player.last));
    name.trim().to_owned()
}

/// Names are escaped twice in these files: what is left after JSON still reads `Peri\u0161i\u0107`.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("\\u") {
        out.push_str(&rest[..start]);
        let digits = rest.get(start + 2..start + 6);
        let letter = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).and_then(char::from_u32);
        match letter {
            Some(letter) => {
                out.push(letter);
                rest = &rest[start + 6..];
            }
            None => {
                out.push_str("\\u");
                rest = &rest[start + 2..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn parse<T: serde::de::DeserializeOwned>(text: &str, what: &str) -> Result<T, FormatError> {
    serde_json::from_str(text).map_err(|error| FormatError::new(what, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::unescape;

    #[test]
    fn names_escaped_twice_are_read() {
        assert_eq!(unescape("I. Peri\\u0161i\\u0107"), "I. Perišić");
        assert_eq!(unescape("\\u010corluka \\u00zz\\u"), "Čorluka \\u00zz\\u");
        assert_eq!(unescape("Жирков"), "Жирков");
    }
}
