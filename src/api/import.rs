//! Games from a spreadsheet: a preview that stores nothing, and the import that makes no doubles.
//!
//! A row is known by what it says, so the same file imported again finds its games, also when they were moved
//! since; and it makes those again that were withdrawn. Nothing is remembered between preview and import: the
//! page sends the table back, and the same table gives the same rows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use serde_json::{Map, Value, json};
use tide::Server;

use self::fields::Fields;
use self::row::{Found, Reading, known};
use super::organiser::{self, organiser};
use super::plan::asked_day;
use super::render::{self, Facts};
use super::request::{self, Request};
use super::{Answer, State, commands, json as answer, local_time, route};
use crate::auth::Who;
use crate::domain::GameId;
use crate::domain::command::CommandBody;
use crate::formats::plan;
use crate::ledger::outcome::Outcome;
use crate::wire::Problem;

mod fields;
mod row;

pub(crate) fn routes(server: &mut Server<Arc<State>>) {
    server.at("/api/v1/games/import").post(route(api));
    server.at("/organiser/import").get(route(page)).post(route(sent));
    server.at("/organiser/import/sample.csv").get(route(sample));
}

/// The longest table, in bytes; `net` refuses longer bodies before they are read.
pub(super) const LONGEST: usize = 8 * 1024 * 1024;

/// A table with what stands for its missing columns.
struct Table {
    text: String,
    day: Option<NaiveDate>,
    sport: Option<String>,
}

impl Table {
    /// # Errors
    /// When it is no text.
    fn of(bytes: &[u8], day: Option<NaiveDate>, sport: Option<String>) -> Result<Self, Problem> {
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let line = bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
            let detail =
                format!("Line {line} is no UTF-8. Save the table as “CSV UTF-8” and choose it again.");
            Problem::new(422, "not-utf-8", detail).with("field", "file")
        })?;
        Ok(Self { text: text.to_owned(), day, sport })
    }

    /// Reads the rows and what of each is there already.
    async fn read(&self, state: &State, who: &Who) -> Result<Reading, Problem> {
        let params: BTreeSet<&str> =
            state.sports.all().flat_map(|sport| sport.params.iter().map(|param| param.id.as_str())).collect();
        let params: Vec<&str> = params.into_iter().collect();
        let rows = plan::read(&self.text, &params).map_err(|error| {
            let mut detail = error.to_string();
            if let Some(first) = detail.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            Problem::new(422, "invalid-table", format!("{detail}.")).with("field", "text")
        })?;
        row::resolve(state, who, rows, self.day, self.sport.as_deref()).await
    }
}

/// Imports the rows that are right, and says of each what became of it.
async fn import(state: &State, who: &Who, reading: &Reading) -> Vec<Value> {
    let mut told: Vec<Value> = Vec::new();
    // Rows that wait together are committed together; the inbox stays open for others.
    for rows in reading.rows.chunks(100) {
        let mut pending = Vec::new();
        for row in rows {
            let sent = match (&row.found, &row.new) {
                (Found::New, Some(new)) => {
                    let body = CommandBody::CreateGame(Box::new(new.clone()));
                    Some(commands::submit(state, who, Some(row.id.clone()), row.says.as_bytes(), body))
                }
                _ => None,
            };
            pending.push(sent);
        }
        for (row, sent) in rows.iter().zip(pending) {
            told.push(match sent {
                Some(Ok(pending)) => match pending.await {
                    outcome @ (Outcome::Repeated(_) | Outcome::Accepted(_)) => {
                        let was = if matches!(outcome, Outcome::Repeated(_)) { "present" } else { "created" };
                        match commands::accepted(&outcome) {
                            Ok(accepted) => json!({
                                "line": row.line, "outcome": was, "game": accepted.game.map(|game| game.0),
                                "seq": accepted.seqs.last(),
                            }),
                            Err(problem) => refused(row.line, &problem),
                        }
                    }
                    outcome => match commands::accepted(&outcome) {
                        Ok(_) => json!({ "line": row.line, "outcome": "created" }),
                        Err(problem) => refused(row.line, &problem),
                    },
                },
                Some(Err(problem)) => refused(row.line, &problem),
                None => row.to_json(),
            });
        }
    }
    told
}

fn refused(line: usize, problem: &Problem) -> Value {
    json!({ "line": line, "outcome": "rejected", "problem": problem.to_value() })
}

/// How many rows there are of each outcome.
fn counted(rows: &[Value]) -> Map<String, Value> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for row in rows {
        *counts.entry(row["outcome"].as_str().unwrap_or_default()).or_default() += 1;
    }
    counts.into_iter().map(|(outcome, count)| (outcome.to_owned(), count.into())).collect()
}

/// `text/csv` in, the rows with their outcomes out. With `dry_run=1` nothing is stored; without, nothing is
/// stored either while a row is wrong, unless `skip_invalid=1`.
async fn api(mut request: Request) -> Answer {
    let who = request::organiser(&request).await?;
    let kind = request::header(&request, "content-type").unwrap_or("text/csv").to_ascii_lowercase();
    if !kind.starts_with("text/csv") {
        return Err(Problem::new(415, "unsupported-type", format!("The body is `{kind}`; send text/csv.")));
    }
    let flag = |name: &str| {
        request::param(&request, name).is_some_and(|value| matches!(value.as_str(), "1" | "true"))
    };
    let (dry_run, skip) = (flag("dry_run"), flag("skip_invalid"));
    let day = request::param(&request, "day").map(|day| local_time::read_day(&day)).transpose()?;
    let sport = request::param(&request, "sport");
    let bytes = request::body(&mut request).await?;
    let state = request.state();
    let reading = Table::of(&bytes, day, sport)?.read(state, &who).await?;
    let preview: Vec<Value> = reading.rows.iter().map(row::Row::to_json).collect();
    let invalid = preview.iter().filter(|row| row["outcome"] == "invalid").count();
    if dry_run {
        return Ok(answer(200, &json!({ "rows": preview, "counts": counted(&preview) })));
    }
    if invalid > 0 && !skip {
        let detail = format!(
            "{invalid} rows are wrong; nothing was stored. Mend them, or leave them out with skip_invalid=1."
        );
        return Err(Problem::new(422, "invalid-rows", detail).with("rows", preview));
    }
    let told = import(state, &who, &reading).await;
    caught_up(state, &told).await;
    Ok(answer(200, &json!({ "rows": told, "counts": counted(&told) })))
}

/// Waits a moment until the day's list holds the last game made.
async fn caught_up(state: &State, told: &[Value]) {
    let made = told.iter().rev().find_map(|row| Some((row["game"].as_u64()?, row["seq"].as_u64()?)));
    if let Some((game, seq)) = made {
        let channel = crate::wire::ChannelName::new(crate::wire::Subject::Games);
        // A list that is a moment late is better than no answer.
        let _ = super::public::wait_for(state, &channel, GameId(game), seq).await;
    }
}

async fn page(request: Request) -> Answer {
    let who = match organiser(&request).await {
        Ok(who) => who,
        Err(answer) => return answer,
    };
    let day = asked_day(&request)?;
    Ok(show(&request, &who, 200, day, json!({})))
}

fn show(request: &Request, who: &Who, status: u16, day: NaiveDate, more: Value) -> tide::Response {
    let state = request.state();
    let now = state.time.wall_ms();
    let mut model = json!({
        "day": day.to_string(),
        "zone": local_time::zone(now),
        "sports": state.sports.to_json(),
        "most": plan::MOST,
    });
    model.as_object_mut().into_iter().for_each(|m| m.extend(more.as_object().cloned().unwrap_or_default()));
    let facts = Facts::of(request).signed_in(who);
    render::private(status, render::page(state, &facts, |frame| state.pages.import(frame, &model)))
}

/// A table from the page: shown first; stored when it comes back with `step=confirm`.
async fn sent(mut request: Request) -> Answer {
    let who = match organiser(&request).await {
        Ok(who) => who,
        Err(answer) => return answer,
    };
    let kind = request::header(&request, "content-type").unwrap_or_default().to_owned();
    let source = request::body(&mut request).await?;
    let fields = Fields::read(&kind, &source)?;
    let day = match fields.text("day") {
        Some(day) => local_time::read_day(&day)?,
        None => asked_day(&request)?,
    };
    let sport = fields.text("sport");
    let bytes = fields.bytes("file").or(fields.bytes("text")).unwrap_or_default();
    let state = request.state();
    let read = match Table::of(bytes, Some(day), sport.clone()) {
        Ok(table) => table.read(state, &who).await.map(|reading| (table, reading)),
        Err(problem) => Err(problem),
    };
    let (table, reading) = match read {
        Ok(read) => read,
        Err(problem) => {
            let problem = match organiser::shown(&request, problem) {
                Ok(problem) => problem,
                Err(answer) => return *answer,
            };
            let typed = json!({ "text": fields.text("text"), "sport": sport });
            let more = json!({ "problem": problem.to_value(), "typed": typed });
            return Ok(show(&request, &who, problem.status, day, more));
        }
    };
    let confirmed = fields.text("step").as_deref() == Some("confirm");
    let rows = match confirmed {
        true => import(state, &who, &reading).await,
        false => reading.rows.iter().map(row::Row::to_json).collect(),
    };
    if confirmed {
        caught_up(state, &rows).await;
    }
    let mut shown = reading.rows.iter().map(row::Row::shown).collect::<Vec<_>>();
    for (shown, told) in shown.iter_mut().zip(&rows) {
        shown["outcome"] = told["outcome"].clone();
        shown["problem"] = told["problem"].clone();
        shown["game"] = told["game"].clone();
    }
    let day = reading.first_day().unwrap_or(day);
    let more = json!({
        "step": if confirmed { "done" } else { "preview" },
        "rows": shown, "counts": counted(&rows), "text": table.text, "sport": sport, "day": day.to_string(),
        "table_day": table.day.map(|day| day.to_string()),
    });
    Ok(show(&request, &who, 200, day, more))
}

/// A table to fill in, with the venue's pitches and the sport's parameters.
async fn sample(request: Request) -> Answer {
    if let Err(answer) = organiser(&request).await {
        return answer;
    }
    let state = request.state();
    let day = asked_day(&request)?;
    let mut pitches = super::venue::pitches(state).await;
    if pitches.is_empty() {
        pitches = vec!["Pitch 1".to_owned(), "Pitch 2".to_owned()];
    }
    let sport =
        request::param(&request, "sport").and_then(|id| state.sports.get(&id)).or_else(|| known(state));
    Ok(super::plan::moves::csv(&row::sample(day, &pitches, sport.as_deref()), "plan-sample.csv"))
}
