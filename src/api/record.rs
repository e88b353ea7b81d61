//! The record for organisers: who did what, refused actions too, as a page, as JSON and as a file; and the day's
//! games as files.
//!
//! Other rooms of the API put in what is no event of the log with [`done`] and [`refused`]; every command handed in
//! is followed by [`Handed`], so that its refusal is noted however it came.

use std::collections::BTreeSet;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;

use serde_json::{Value, json};
use tide::{Response, Server};

use super::deeds::Games;
use super::render::{self, Facts};
use super::request::{self, Request};
use super::{Answer, State, day, json as answer, organiser, problem, route};
use crate::auth::audit::{DONE, Deed};
use crate::auth::record::{Entry, Line, Part, Place, Wanted};
use crate::auth::{Auth, Who};
use crate::domain::command::{Actor, CommandBody};
use crate::domain::event::{Event, Stream};
use crate::intake::Pending;
use crate::ledger::error::LedgerError;
use crate::ledger::events::{Audience, LogQuery};
use crate::ledger::outcome::Outcome;
use crate::runtime::rfc3339;
use crate::wire::Problem;

pub(crate) fn routes(server: &mut Server<Arc<State>>) {
    server.at("/api/v1/record").get(route(list));
    server.at("/organiser/record").get(route(page));
    server.at("/organiser/record/:file").get(route(file));
}

/// Lines of a page.
const PAGE: usize = 50;
/// The most lines of a page of JSON.
const LARGEST_PAGE: u64 = 200;
/// The most lines of a file; older ones are in the next, from where it ends.
const FILE: usize = 5_000;

/// Puts into the record that somebody did what is no event of the log. `action` is a word of `record-action-…` in
/// `people.ftl`, as `team-added`; `subject` what it was done to. Never waits.
pub(crate) fn done(state: &State, who: &Who, action: &'static str, subject: &str) {
    state.auth.note(Deed::done(&who.actor, action, subject));
}

/// Puts into the record that it was refused to somebody of the staff. A failure of our own is none of theirs.
pub(crate) fn refused(
    state: &State,
    who: &Who,
    action: &'static str,
    subject: &str,
    game: Option<u64>,
    problem: &Problem,
) {
    if problem.status < 500 {
        let deed = Deed::done(&who.actor, action, subject).in_game(game);
        state.auth.note(deed.refused(&problem.code, &problem.detail));
    }
}

/// Puts into the record what came of it, and hands that on.
pub(crate) fn outcome<T>(
    state: &State,
    who: &Who,
    action: &'static str,
    subject: &str,
    came: Result<T, Problem>,
) -> Result<T, Problem> {
    match &came {
        Ok(_) => done(state, who, action, subject),
        Err(problem) => refused(state, who, action, subject, None, problem),
    }
    came
}

/// What a command does, for the record of its refusal.
#[derive(Clone, Copy, Debug)]
pub(super) struct About {
    action: &'static str,
    game: Option<u64>,
}

impl About {
    pub(super) fn of(body: &CommandBody) -> Self {
        let (action, game) = match body {
            CommandBody::CreateGame(_) => ("game-created", None),
            CommandBody::ChangeGame { game, .. } => ("game-changed", Some(game.0)),
            CommandBody::WithdrawGame { game, .. } => ("game-withdrawn", Some(game.0)),
            CommandBody::Play { game, .. } => ("entered", Some(game.0)),
            CommandBody::ChangeVenue(_) => ("venue-changed", None),
            CommandBody::CreatePoll(_) => ("poll-created", None),
            CommandBody::Poll { .. } => ("poll-changed", None),
            CommandBody::Ballot { .. } => ("ballot", None),
        };
        Self { action, game }
    }

    /// Notes that it was refused.
    pub(super) fn refused(self, state: &State, who: &Who, problem: &Problem) {
        refused(state, who, self.action, "", self.game, problem);
    }
}

/// A command on its way, whose refusal will be noted by whoever awaits it.
#[derive(Debug)]
pub(super) struct Handed {
    /// Its id, the sender's or one made for it.
    pub(super) id: String,
    pending: Pending,
    auth: Auth,
    actor: Actor,
    about: About,
}

impl Handed {
    pub(super) fn new(pending: Pending, state: &State, who: &Who, about: About) -> Self {
        let (auth, actor) = (state.auth.clone(), who.actor.clone());
        Self { id: pending.id.clone(), pending, auth, actor, about }
    }
}

impl IntoFuture for Handed {
    type Output = Outcome;
    type IntoFuture = Pin<Box<dyn Future<Output = Outcome> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { pending, auth, actor, about, .. } = self;
        Box::pin(async move {
            let outcome = pending.await;
            // A repetition was noted when it was new.
            if let Outcome::Rejected(rejection) = &outcome {
                let deed = Deed::done(&actor, about.action, "").in_game(about.game);
                auth.note(deed.refused(rejection.code, &rejection.detail));
            }
            outcome
        })
    }
}

/// What of the record an address asks for.
fn wanted(request: &Request, limit: usize) -> Result<Wanted, Problem> {
    let before = match request::param(request, "before").filter(|text| !text.is_empty()) {
        None => None,
        Some(text) => Some(place(&text).ok_or_else(|| {
            let detail = format!("`before` is `{text}`; take it from `next` of the page before.");
            Problem::new(400, "invalid-parameter", detail)
        })?),
    };
    let person = request::param(request, "person").filter(|person| !person.is_empty());
    let game = match request::param(request, "game").filter(|game| !game.is_empty()) {
        None => None,
        Some(_) => request::number(request, "game")?,
    };
    Ok(Wanted { before, actor: person, game, limit })
}

fn place(text: &str) -> Option<Place> {
    let (seq, id) = text.split_once('-')?;
    let in_range = |number: &str| number.parse::<u64>().ok().filter(|number| *number <= u64::MAX >> 1);
    Some(Place { seq: in_range(seq)?, id: in_range(id)? })
}

fn written(place: Place) -> String {
    format!("{}-{}", place.seq, place.id)
}

/// The lines asked for as JSON, with where the next begin.
async fn lines(state: &State, wanted: Wanted) -> Result<(Vec<Value>, Option<String>), Problem> {
    let told = read(state, wanted).await;
    told.map_err(|error| problem::internal("read the record", error))
}

async fn read(state: &State, wanted: Wanted) -> Result<(Vec<Value>, Option<String>), LedgerError> {
    let Part { lines, next } = state.auth.record(wanted).await?;
    let seqs: Vec<u64> =
        lines.iter().filter_map(|line| if let Line::Event(seq) = line { Some(*seq) } else { None }).collect();
    let mut events = events(state, &seqs).await?;
    let of_game = |event: &Event| if let Stream::Game(id) = event.stream { Some(id.0) } else { None };
    let ids = events.iter().filter_map(of_game);
    let noted = lines.iter().filter_map(|line| if let Line::Audit(entry) = line { entry.game } else { None });
    let ids: BTreeSet<u64> = ids.chain(noted).collect();
    let games = Games::read(state, ids).await?;
    let mut told = Vec::new();
    for line in lines {
        match line {
            Line::Audit(entry) => told.push(entry_json(state, &games, &entry)),
            Line::Event(seq) => {
                let Some(at) = events.iter().position(|event| event.seq == seq) else { continue };
                told.push(event_json(state, &games, &events.swap_remove(at)));
            }
        }
    }
    Ok((told, next.map(written)))
}

/// The events of these numbers, which fall.
async fn events(state: &State, seqs: &[u64]) -> Result<Vec<Event>, LedgerError> {
    let mut events = Vec::new();
    // Ballots may lie between by the thousand: what stands close together is read at once, the rest apart.
    let mut rest = seqs;
    while let Some(newest) = rest.first() {
        let near = rest.iter().zip(0..).take_while(|(seq, n)| newest - **seq <= n + n / 2 + 8).count();
        let (run, after) = rest.split_at(near);
        let oldest = run.last().unwrap_or(newest);
        let query = LogQuery {
            after: oldest - 1,
            limit: newest - oldest + 1,
            stream: None,
            audience: Audience::Staff,
        };
        events.extend(state.ledger.log(query).await?.into_iter().filter(|event| run.contains(&event.seq)));
        rest = after;
    }
    Ok(events)
}

fn entry_json(state: &State, games: &Games, entry: &Entry) -> Value {
    let mut line = json!({
        "at": rfc3339(entry.wall_ms),
        "actor": entry.actor,
        "action": entry.action,
        "what": "",
        "outcome": entry.outcome,
    });
    let mut put = |name: &str, value: Value| line[name] = value;
    if let Some(name) = named(state, &entry.actor) {
        put("who", name.into());
    }
    if !entry.subject.is_empty() {
        put("what", named(state, &entry.subject).unwrap_or_else(|| entry.subject.clone()).into());
    }
    if let Some(game) = entry.game {
        put("game", game.into());
        if let Some(name) = games.name(game) {
            put("game_name", name.into());
        }
    }
    if entry.outcome != DONE {
        put("detail", entry.detail.clone().into());
    }
    if entry.count > 1 {
        put("count", entry.count.into());
        put("last_at", rfc3339(entry.last_ms).into());
    }
    line
}

fn event_json(state: &State, games: &Games, event: &Event) -> Value {
    let told = games.tell(event);
    let what = named(state, &told.what).unwrap_or(told.what);
    let mut line = json!({
        "at": rfc3339(event.stamp.wall_ms),
        "seq": event.seq,
        "actor": event.actor.0,
        "action": told.action,
        "what": what,
        "outcome": DONE,
    });
    if let Some(name) = named(state, &event.actor.0) {
        line["who"] = name.into();
    }
    if let Stream::Game(id) = event.stream {
        line["game"] = id.0.into();
        if let Some(name) = games.name(id.0) {
            line["game_name"] = name.into();
        }
    }
    line
}

/// The present name of somebody the record names.
fn named(state: &State, actor: &str) -> Option<String> {
    let known = actor.starts_with("user:") || actor.starts_with("token:");
    known.then(|| state.auth.name_of(&Actor(actor.to_owned())))?.map(|name| name.to_string())
}

async fn list(request: Request) -> Answer {
    request::organiser(&request).await?;
    let limit = request::number(&request, "limit")?.unwrap_or(PAGE as u64);
    if !(1..=LARGEST_PAGE).contains(&limit) {
        let detail = format!("`limit` is {limit}; it is 1 to {LARGEST_PAGE}.");
        return Err(Problem::new(400, "invalid-parameter", detail));
    }
    let (lines, next) =
        lines(request.state(), wanted(&request, usize::try_from(limit).unwrap_or(PAGE))?).await?;
    let mut told = json!({ "lines": lines });
    if let Some(next) = next {
        told["next"] = next.into();
    }
    Ok(answer(200, &told))
}

async fn page(request: Request) -> Answer {
    let who = match organiser::organiser(&request).await {
        Ok(who) => who,
        Err(answer) => return answer,
    };
    let state = Arc::clone(request.state());
    let wanted = wanted(&request, PAGE)?;
    let chosen = json!({ "person": wanted.actor, "game": wanted.game, "older": wanted.before.is_some() });
    let (lines, next) = lines(&state, wanted).await?;
    let users = state.auth.users().into_iter().map(|user| (format!("user:{}", user.id.0), user.name));
    let tokens = state.auth.tokens().into_iter().map(|token| (format!("token:{}", token.id.0), token.name));
    let people: Vec<Value> =
        users.chain(tokens).map(|(actor, name)| json!({ "actor": actor, "name": name })).collect();
    let games = day::games(&state, &request).await?;
    let facts = Facts::of(&request).signed_in(&who);
    let more = json!({
        "lines": lines,
        "next": next,
        "people": people,
        "games": games,
        "chosen": chosen,
        "today": day::today(&state),
    });
    let html = render::page(&state, &facts, |frame| state.pages.record(frame, &more));
    Ok(render::private(200, html))
}

/// The files: `record.ndjson` and `record.csv` are who did what, `games.ndjson`, `.json`, `.csv` the day's games.
async fn file(request: Request) -> Answer {
    if let Err(answer) = organiser::organiser(&request).await {
        return answer;
    }
    let name = request.param("file").unwrap_or_default().to_owned();
    match name.rsplit_once('.') {
        Some(("record", ending)) => record_file(&request, ending).await,
        Some(("games", ending)) => day::file(&request, ending).await,
        _ => Err(problem::not_found()),
    }
}

async fn record_file(request: &Request, ending: &str) -> Answer {
    let columns =
        ["at", "who", "actor", "action", "what", "game", "game_name", "outcome", "detail", "count", "seq"];
    let (lines, next) = lines(request.state(), wanted(request, FILE)?).await?;
    let (body, kind) = match ending {
        "ndjson" => (lines.iter().map(|line| format!("{line}\n")).collect(), "application/x-ndjson"),
        "csv" => {
            let mut body = format!("{}\r\n", columns.join(","));
            for line in &lines {
                let cells = columns.map(|column| match &line[column] {
                    Value::String(text) => crate::formats::csv::cell(text),
                    Value::Null => String::new(),
                    number => number.to_string(),
                });
                body.push_str(&cells.join(","));
                body.push_str("\r\n");
            }
            (body, "text/csv; charset=utf-8")
        }
        _ => return Err(problem::not_found()),
    };
    let mut response = download(body, kind, &format!("record.{ending}"));
    if let Some(next) = next {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in request::query(request).iter().filter(|(name, _)| name != "before") {
            query.append_pair(name, value);
        }
        query.append_pair("before", &next);
        let link = format!("</organiser/record/record.{ending}?{}>; rel=\"next\"", query.finish());
        response.insert_header("Link", link);
    }
    Ok(response)
}

/// A file to keep.
pub(super) fn download(body: String, kind: &str, name: &str) -> Response {
    let mut response = Response::new(200);
    response.set_body(body);
    response.set_content_type(kind);
    response.insert_header("Content-Disposition", format!("attachment; filename=\"{name}\""));
    response.insert_header("Cache-Control", "private, no-store");
    response
}
