//! Games over JSON: the list, a board, older entries, the log; and for organisers new, changed, withdrawn.

use std::sync::Arc;

use serde_json::{Map, Value, json};
use tide::{Response, Server};

use super::boards;
use super::cache::Made;
use super::commands::{self, Wait};
use super::public::{self, Keep};
use super::request::{self, Request};
use super::{Answer, State, decode, json as answer, plan, problem, route, teams};
use crate::auth::Who;
use crate::domain::command::CommandBody;
use crate::domain::event::Stream;
use crate::domain::order::Order;
use crate::domain::{GameId, Seq};
use crate::formats::ndjson;
use crate::ledger::events::{Audience, LogQuery};
use crate::wire::{ChannelName, Problem, Subject};

pub(crate) fn routes(server: &mut Server<Arc<State>>) {
    server.at("/api/v1/games").get(route(list)).post(route(create));
    server.at("/api/v1/games/:id").get(route(board)).patch(route(change)).delete(route(withdraw));
    server.at("/api/v1/games/:id/copy").post(route(copy));
    server.at("/api/v1/games/:id/timeline").get(route(timeline));
    server.at("/api/v1/games/:id/log").get(route(log));
}

const PAGE: u64 = 100;
const LARGEST_PAGE: u64 = 200;
const LOG_PAGE: u64 = 200;
const LARGEST_LOG_PAGE: u64 = 1_000;

/// All games of the box by number, filtered; a game not of the day is folded for it from the log.
async fn list(request: Request) -> Answer {
    let state = Arc::clone(request.state());
    let after = request::number(&request, "after")?.unwrap_or(0);
    let limit = page_size(&request, PAGE, LARGEST_PAGE)?;
    let wanted = Wanted::of(&request)?;
    // Folding every game of a season for each who asks would be dear: the list is made once a moment.
    let day = public::channel_of(&state, &ChannelName::new(Subject::Games)).await?;
    let frame = state.hub.retained(day).map_or(0, |board| board.frame);
    let games = state.ledger.games().await.map_err(|error| problem::internal("list the games", error))?;
    let mut found = Vec::new();
    let mut more = None;
    for game in games.into_iter().filter(|game| game.id.0 > after) {
        let channel = public::board_channel(&request, Subject::Game(game.id.0));
        let Some(board) = state.boards.board(&channel).await else { continue };
        if !wanted.fits(&board.board) {
            continue;
        }
        if found.len() as u64 == limit {
            more = found.last().map(|last: &Value| last["id"].clone());
            break;
        }
        found.push(summary(&board.board));
    }
    let link = more.map(|last| format!("<{}>; rel=\"next\"", wanted.next(&last, limit)));
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(link.as_deref().map(|link| ("link", link)));
    let body = json!({ "games": found }).to_string();
    let now_ms = state.time.now_ms();
    let etag = format!("{}:{frame}-list-{now_ms}", state.hub.epoch());
    let made = Made { channel: day, frame, now_ms, etag, headers: &headers, body: body.as_bytes() };
    public::answer(&state, &request, &made, Keep::Shared)
}

/// What of a board stands in a list.
fn summary(board: &Value) -> Value {
    const LONG: [&str; 4] = ["timeline", "stats", "credit", "shootout"];
    let short = board.as_object().into_iter().flatten();
    short
        .filter(|(name, _)| !LONG.contains(&name.as_str()))
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect::<Map<_, _>>()
        .into()
}

/// The filters of a list.
struct Wanted {
    date: Option<String>,
    state: Option<String>,
    venue: Option<String>,
    lang: Option<String>,
}

impl Wanted {
    fn of(request: &Request) -> Result<Self, Problem> {
        let date = request::param(request, "date");
        if let Some(text) =
            date.as_deref().filter(|text| chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_err())
        {
            let detail = format!("`date` is `{text}`; write it like 2026-11-22.");
            return Err(Problem::new(400, "invalid-parameter", detail));
        }
        Ok(Self {
            date,
            state: request::param(request, "state"),
            venue: request::param(request, "venue"),
            lang: request::param(request, "lang"),
        })
    }

    fn fits(&self, board: &Value) -> bool {
        let starts = board["starts_at"].as_str().unwrap_or_default();
        board.get("withdrawn").is_none()
            && self.date.as_deref().is_none_or(|date| starts.starts_with(date))
            && self.state.as_deref().is_none_or(|state| board["state"] == state)
            && self.venue.as_deref().is_none_or(|venue| board["venue"] == venue)
    }

    fn next(&self, after: &Value, limit: u64) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("after", &after.to_string()).append_pair("limit", &limit.to_string());
        let filters =
            [("date", &self.date), ("state", &self.state), ("venue", &self.venue), ("lang", &self.lang)];
        for (name, value) in filters.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?))) {
            query.append_pair(name, value);
        }
        format!("/api/v1/games?{}", query.finish())
    }
}

fn page_size(request: &Request, usual: u64, largest: u64) -> Result<u64, Problem> {
    match request::number(request, "limit")?.unwrap_or(usual) {
        limit if (1..=largest).contains(&limit) => Ok(limit),
        limit => {
            let detail = format!("`limit` is {limit}; it is 1 to {largest}.");
            Err(Problem::new(400, "invalid-parameter", detail))
        }
    }
}

async fn board(request: Request) -> Answer {
    let subject = Subject::Game(request::game_id(&request)?);
    boards::answer(&request, subject).await
}

async fn timeline(request: Request) -> Answer {
    let state = request.state();
    let game = request::game_id(&request)?;
    let limit = page_size(&request, 40, LARGEST_PAGE)?;
    let before = match request::param(&request, "before") {
        None => None,
        Some(text) => Some(Order::parse(&text).ok_or_else(|| {
            let detail = format!("`before` is `{text}`; it is the `order` of an entry, like 2.V.");
            Problem::new(400, "invalid-parameter", detail)
        })?),
    };
    let lang = request::language(&request);
    public::channel_of(state, &ChannelName::new(Subject::Game(game))).await?;
    let size = usize::try_from(limit).unwrap_or(usize::MAX);
    let page = state.boards.timeline(GameId(game), lang.as_deref(), before, size).await;
    let page = page.ok_or_else(|| problem::unknown_game(&game.to_string()))?;
    let mut value = json!({ "timeline": page });
    let orders = value["timeline"].as_object().into_iter().flat_map(Map::values);
    let first = orders.filter_map(|entry| entry["order"].as_str()).min().map(str::to_owned);
    if let Some(first) =
        first.filter(|_| value["timeline"].as_object().is_some_and(|page| page.len() == size))
    {
        value["next"] = first.into();
    }
    let mut response = answer(200, &value);
    response.insert_header("Cache-Control", "max-age=1");
    Ok(response)
}

async fn log(request: Request) -> Answer {
    let state = request.state();
    let game = request::game_id(&request)?;
    public::channel_of(state, &ChannelName::new(Subject::Game(game))).await?;
    let query = LogQuery {
        after: request::number(&request, "after")?.unwrap_or(0),
        limit: page_size(&request, LOG_PAGE, LARGEST_LOG_PAGE)?,
        stream: Some(Stream::Game(GameId(game))),
        audience: Audience::Public,
    };
    let events = state.ledger.log(query).await.map_err(|error| problem::internal("read the log", error))?;
    let events = events.iter().map(ndjson::write_event);
    let accept = request::header(&request, "accept").unwrap_or_default();
    let mut response = if accept.contains("application/x-ndjson") {
        let mut response = Response::new(200);
        response.set_body(events.map(|event| format!("{event}\n")).collect::<String>());
        response.set_content_type("application/x-ndjson");
        response
    } else {
        answer(200, &json!({ "events": events.collect::<Vec<_>>() }))
    };
    response.insert_header("Cache-Control", "max-age=1");
    response.insert_header("Vary", "Accept, Accept-Encoding");
    Ok(response)
}

async fn create(mut request: Request) -> Answer {
    let who = request::organiser(&request).await?;
    let source = request::body(&mut request).await?;
    let mut body = request::json(&request, &source)?;
    let id = commands::one_id(&request, own_id(&mut body)?)?;
    teams::fill(request.state(), &mut body).await?;
    let new = decode::new_game(body, |id| request.state().sports.get(id))?;
    let body = CommandBody::CreateGame(Box::new(new));
    let (game, board) = carry_out(&request, &who, id, &source, body).await?;
    Ok(made(game, &board))
}

fn made(game: GameId, board: &Value) -> Response {
    let mut response = answer(201, board);
    response.insert_header("Location", format!("/api/v1/games/{game}"));
    response
}

/// A game like another, with its squads and parameters, at another time or place.
async fn copy(mut request: Request) -> Answer {
    let who = request::organiser(&request).await?;
    let model = GameId(request::game_id(&request)?);
    let source = request::body(&mut request).await?;
    let mut body = if source.is_empty() { Map::new() } else { request::json(&request, &source)? };
    let id = commands::one_id(&request, own_id(&mut body)?)?;
    if let Some(unknown) = body.keys().find(|name| !["starts_at", "venue"].contains(&name.as_str())) {
        let detail = format!("Copying takes `id`, `starts_at` and `venue`, not `{unknown}`.");
        return Err(Problem::new(422, "invalid-body", detail));
    }
    let change = decode::game_change(body)?;
    let model = plan::find(request.state(), model).await?;
    let new = plan::acts::copy(&model, change.starts_at, change.venue);
    // Which game was copied is told in the address alone.
    let source = [format!("copy {}\n", model.id).as_bytes(), &source].concat();
    let body = CommandBody::CreateGame(Box::new(new));
    let (game, board) = carry_out(&request, &who, id, &source, body).await?;
    Ok(made(game, &board))
}

async fn change(mut request: Request) -> Answer {
    let who = request::organiser(&request).await?;
    let game = GameId(request::game_id(&request)?);
    let source = request::body(&mut request).await?;
    let mut body = request::json(&request, &source)?;
    let id = commands::one_id(&request, own_id(&mut body)?)?;
    let change = Box::new(decode::game_change(body)?);
    let body = CommandBody::ChangeGame { game, change };
    let (_, board) = carry_out(&request, &who, id, &source, body).await?;
    Ok(answer(200, &board))
}

async fn withdraw(mut request: Request) -> Answer {
    let who = request::organiser(&request).await?;
    let game = GameId(request::game_id(&request)?);
    let source = request::body(&mut request).await?;
    let mut body = if source.is_empty() { Map::new() } else { request::json(&request, &source)? };
    let id = commands::one_id(&request, own_id(&mut body)?)?;
    let reason = body.remove("reason").and_then(|reason| reason.as_str().map(str::to_owned));
    if let Some(unknown) = body.keys().next() {
        let detail = format!("Withdrawing takes `id` and `reason`, not `{unknown}`.");
        return Err(Problem::new(422, "invalid-body", detail));
    }
    let state = Arc::clone(request.state());
    let pending = commands::submit(&state, &who, id, &source, CommandBody::WithdrawGame { game, reason })?;
    commands::finish(&state, &who, pending, Wait::Yes).await
}

fn own_id(body: &mut Map<String, Value>) -> Result<Option<String>, Problem> {
    match body.remove("id") {
        None => Ok(None),
        Some(Value::String(id)) => Ok(Some(id)),
        Some(_) => Err(Problem::new(422, "invalid-value", "`id` must be a string.")),
    }
}

/// Hands a command in, waits for its commit and for the board that holds it.
async fn carry_out(
    request: &Request,
    who: &Who,
    id: Option<String>,
    source: &[u8],
    body: CommandBody,
) -> Result<(GameId, Value), Problem> {
    let state = request.state();
    let outcome = commands::submit(state, who, id, source, body)?.await;
    let accepted = commands::accepted(&outcome)?;
    let seq: Seq = accepted.seqs.last().copied().unwrap_or(0);
    let game =
        accepted.game.ok_or_else(|| problem::internal("find the game", "an outcome without a game"))?;
    let channel = public::board_channel(request, Subject::Game(game.0));
    public::channel_of(state, &channel).await?;
    public::wait_for(state, &channel, game, seq).await?;
    let board = state.boards.board(&channel).await.ok_or_else(problem::not_found)?;
    Ok((game, board.board.as_ref().clone()))
}
