//! A row of an imported plan against what the box knows: its sport, its teams, and whether it is there already.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{NaiveDate, NaiveTime};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::api::plan::acts::{self, Library};
use crate::api::plan::day::{self, Day, Slot};
use crate::api::teams::{self, store::key};
use crate::api::{State, commands, decode, local_time, problem};
use crate::auth::Who;
use crate::domain::GameId;
use crate::domain::event::NewGame;
use crate::domain::sport::Sport;
use crate::formats::game as form_of;
use crate::formats::plan::{self, PlanRow};
use crate::intake::Status;
use crate::runtime;
use crate::wire::Problem;

/// The most days one table may touch.
const MOST_DAYS: usize = 60;

/// A table's rows, resolved.
pub(super) struct Reading {
    pub(super) rows: Vec<Row>,
}

impl Reading {
    /// The first day of the table, which the page leads to.
    pub(super) fn first_day(&self) -> Option<NaiveDate> {
        self.rows.iter().filter_map(|row| row.new.as_ref()?.starts_at).min().map(local_time::day_of)
    }
}

/// A row with what it would make.
pub(super) struct Row {
    pub(super) line: usize,
    /// The id of the command that makes the game.
    pub(super) id: String,
    /// What the row says, by which it is known.
    pub(super) says: String,
    /// The game, where nothing is wrong.
    pub(super) new: Option<NewGame>,
    pub(super) found: Found,
    plan: PlanRow,
    clashes: Vec<Value>,
}

/// What the box has of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing: it would be made.
    New,
    /// The game, as it was imported or entered before.
    Present(GameId),
    /// The row is wrong.
    Invalid,
}

impl Row {
    /// As the API tells it.
    pub(super) fn to_json(&self) -> Value {
        let mut told = json!({ "line": self.line });
        match self.found {
            Found::New => told["outcome"] = "would-be-created".into(),
            Found::Present(game) => {
                told["outcome"] = "present".into();
                told["game"] = game.0.into();
            }
            Found::Invalid => {
                told["outcome"] = "invalid".into();
                let fault = |fault: &plan::Fault| json!({ "column": fault.column, "detail": fault.what });
                told["faults"] = self.plan.faults.iter().map(fault).collect();
            }
        }
        if let Some(new) = &self.new {
            told["body"] = form_of::write(&form_of::GameForm::of(new));
        }
        if !self.clashes.is_empty() {
            told["clashes"] = self.clashes.clone().into();
        }
        told
    }

    /// As the page shows it: also what was written where it is wrong.
    pub(super) fn shown(&self) -> Value {
        let mut told = self.to_json();
        let side = |index: usize| {
            let new = self.new.as_ref()?;
            new.sides.get(new.sport.sides.get(index)?).map(|side| side.players.len())
        };
        told["home"] = self.plan.home.clone().into();
        told["away"] = self.plan.away.clone().into();
        told["squads"] = json!([side(0).unwrap_or(0), side(1).unwrap_or(0)]);
        told["starts_at"] = json!(self.new.as_ref().and_then(|new| new.starts_at).map(runtime::rfc3339));
        told["venue"] = json!(self.plan.pitch);
        told["title"] = json!(self.plan.title);
        told["sport"] =
            json!(self.new.as_ref().map(|new| new.sport.name.clone()).or(self.plan.sport.clone()));
        told["params"] = json!(self.plan.params);
        told
    }
}

/// Resolves the rows of a table. `day` and `sport` stand for columns that are missing.
///
/// # Errors
/// When the ledger cannot be read, or the table touches too many days.
pub(super) async fn resolve(
    state: &State,
    who: &Who,
    rows: Vec<PlanRow>,
    day: Option<NaiveDate>,
    sport: Option<&str>,
) -> Result<Reading, Problem> {
    let library = teams::by_name(state).await?;
    let mut says: BTreeMap<String, usize> = BTreeMap::new();
    let mut resolved = Vec::new();
    for mut plan in rows {
        let new = game(state, &library, &mut plan, day, sport);
        let mut row = Row {
            line: plan.line,
            id: String::new(),
            says: new.as_ref().map(|new| saying(new, &plan)).unwrap_or_default(),
            found: Found::Invalid,
            clashes: Vec::new(),
            new,
            plan,
        };
        if row.new.is_some() {
            match says.get(&row.says) {
                Some(line) => {
                    row.plan.fault("", format!("The same game as line {line}."));
                    row.new = None;
                }
                None => {
                    says.insert(row.says.clone(), row.line);
                    row.found = Found::New;
                }
            }
        }
        resolved.push(row);
    }
    let days: BTreeSet<NaiveDate> =
        resolved.iter().filter_map(|row| row.new.as_ref()?.starts_at).map(local_time::day_of).collect();
    if days.len() > MOST_DAYS {
        let detail = format!("The table is about {} days; {MOST_DAYS} at the most. Split it.", days.len());
        return Err(Problem::new(422, "invalid-table", detail).with("field", "text"));
    }
    let mut around: BTreeMap<NaiveDate, Day> = BTreeMap::new();
    for one in days {
        around.insert(one, day::read(state, one).await?);
    }
    for row in &mut resolved {
        look_up(state, who, row, &around).await?;
    }
    overlaps(&mut resolved, &around);
    Ok(Reading { rows: resolved })
}

/// The game a row stands for; what is wrong with it is noted on the row.
fn game(
    state: &State,
    library: &Library,
    plan: &mut PlanRow,
    day: Option<NaiveDate>,
    sport: Option<&str>,
) -> Option<NewGame> {
    let wanted = plan.sport.clone().or(sport.map(str::to_owned));
    let found = match &wanted {
        Some(id) => state.sports.get(id),
        None => known(state),
    };
    let Some(sport) = found else {
        let ids: Vec<&str> = state.sports.all().map(|sport| sport.id.as_str()).collect();
        let wanted = wanted.unwrap_or_default();
        plan.fault("sport", format!("This box knows no sport `{wanted}`; it knows {}.", ids.join(", ")));
        return None;
    };
    let mut params = Map::new();
    for (name, text) in plan.params.clone() {
        match acts::params(&sport, std::iter::once((name.as_str(), text.as_str()))) {
            Ok(one) => params.extend(one),
            Err(problem) => plan.fault(&name, problem.detail),
        }
    }
    let starts = plan.starts(day).map(local_time::moment).transpose();
    let starts_at = starts.unwrap_or_else(|problem| {
        plan.fault("time", problem.detail);
        None
    });
    if !plan.faults.is_empty() {
        return None;
    }
    let sides: Map<String, Value> = [&plan.home, &plan.away]
        .into_iter()
        .zip(&sport.sides)
        .map(|(name, id)| (id.clone(), form_of::write_side(teams::side(library, name))))
        .collect();
    let mut body = Map::from_iter([
        ("sport".to_owned(), json!(sport.id)),
        ("sides".to_owned(), sides.into()),
        ("params".to_owned(), params.into()),
    ]);
    for (name, text) in [("venue", &plan.pitch), ("title", &plan.title)] {
        if let Some(text) = text {
            body.insert(name.to_owned(), json!(text));
        }
    }
    if let Some(ms) = starts_at {
        body.insert("starts_at".to_owned(), json!(runtime::rfc3339(ms)));
    }
    decode::new_game(body, |_| Some(sport)).map_err(|problem| plan.fault("", problem.detail)).ok()
}

/// The sport of a table that names none: the only one, or football where it is among them.
pub(super) fn known(state: &State) -> Option<Arc<Sport>> {
    let mut all = state.sports.all();
    match (all.next(), all.next()) {
        (Some(only), None) => Some(Arc::clone(only)),
        _ => state.sports.get("football"),
    }
}

/// What a row says, told from another by nothing that a team's squad could change.
fn saying(new: &NewGame, plan: &PlanRow) -> String {
    let at = new.starts_at.map(runtime::rfc3339).unwrap_or_default();
    let place = key(plan.pitch.as_deref().unwrap_or_default());
    let title = key(plan.title.as_deref().unwrap_or_default());
    json!([new.sport.id, at, place, key(&plan.home), key(&plan.away), title, plan.params]).to_string()
}

fn id_of(says: &str, round: usize) -> String {
    let print: String = Sha256::digest(says).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("import-{print}.{round}")
}

/// Whether the row's game is there: as it stands in the plan, or as it was imported before and moved since.
async fn look_up(
    state: &State,
    who: &Who,
    row: &mut Row,
    around: &BTreeMap<NaiveDate, Day>,
) -> Result<(), Problem> {
    let Some(new) = &row.new else { return Ok(()) };
    let starts = new.starts_at;
    let same = starts.and_then(|starts| around.get(&local_time::day_of(starts))).and_then(|day| {
        day.games.iter().find(|game| {
            let [home, away] = day::names(game);
            let place = |text: Option<&str>| key(text.unwrap_or_default());
            game.setup.starts_at == starts
                && key(&home) == key(&row.plan.home)
                && key(&away) == key(&row.plan.away)
                && place(game.setup.venue.as_deref()) == place(row.plan.pitch.as_deref())
        })
    });
    if let Some(game) = same {
        row.found = Found::Present(game.id);
        return Ok(());
    }
    // What was imported and withdrawn is made again, under the next id.
    for round in 1.. {
        row.id = id_of(&row.says, round);
        let status = state.intake.status(&who.actor, &row.id).await;
        let status = status.map_err(|error| problem::internal("look the row up", error))?;
        let Some(Status::Decided(outcome)) = status else { break };
        let Some(game) = commands::accepted(&outcome).ok().and_then(|accepted| accepted.game) else {
            continue;
        };
        let game = state.ledger.game(game).await;
        let game = game.map_err(|error| problem::internal("read the game", error))?;
        if let Some(game) = game.filter(|game| game.withdrawn.is_none()) {
            row.found = Found::Present(game.id);
            break;
        }
    }
    Ok(())
}

/// Notes what each new row would overlap with, in the plan and among the rows.
fn overlaps(rows: &mut [Row], around: &BTreeMap<NaiveDate, Day>) {
    let mut slots: Vec<Slot> =
        around.values().flat_map(|day| day.games.iter().filter_map(Slot::of)).collect();
    let own: Vec<Option<Slot>> = rows.iter().map(slot).collect();
    slots.extend(own.iter().flatten().cloned());
    for (row, slot) in rows.iter_mut().zip(own) {
        let clashes = slot.map(|slot| day::clashes(&slot, &slots)).unwrap_or_default();
        row.clashes = clashes.iter().map(day::clash_json).collect();
    }
}

fn slot(row: &Row) -> Option<Slot> {
    let new = row.new.as_ref().filter(|_| row.found == Found::New)?;
    let from = new.starts_at?;
    let rules = new.sport.rules(&new.params).ok()?;
    let names = [row.plan.home.clone(), row.plan.away.clone()];
    Some(Slot { id: 0, from, to: from + day::lasts_ms(&rules), pitch: new.venue.clone(), names })
}

/// A table to fill in: two games a pitch.
pub(super) fn sample(day: NaiveDate, pitches: &[String], sport: Option<&Sport>) -> String {
    let names = ["Reds", "Blues", "Greens", "Whites", "Harbour Town", "Old Mill", "Rovers", "United"];
    let mut rows = Vec::new();
    for (index, pitch) in pitches.iter().take(5).enumerate() {
        for hour in [10, 11] {
            let at = rows.len() * 2 % names.len();
            rows.push(PlanRow {
                date: Some(day),
                time: NaiveTime::from_hms_opt(hour, 0, 0),
                pitch: Some(pitch.clone()),
                sport: sport.map(|sport| sport.id.clone()),
                home: names[at].to_owned(),
                away: names[at + 1].to_owned(),
                title: Some(format!("Group {}", ["A", "B"][index % 2])),
                ..PlanRow::default()
            });
        }
    }
    plan::write(&rows)
}
