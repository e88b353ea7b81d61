//! The pages everybody may see: the day, a game, its words, and the assets.

use std::sync::Arc;

use serde_json::{Value, json};
use tide::{Response, Server};

use super::cache::{Cached, Coding, Made, Validators};
use super::render::{self, Facts};
use super::request::{self, Request};
use super::{Answer, State, problem, route};
use crate::auth::setup::Purpose;
use crate::board::boards::Reached;
use crate::domain::GameId;
use crate::domain::event::Stream;
use crate::hub::ChannelId;
use crate::hub::frame::Retained;
use crate::pages::Live;
use crate::wire::{ChannelName, Problem, Subject};

pub(crate) fn routes(server: &mut Server<Arc<State>>) {
    server.at("/").get(route(home));
    server.at("/games/:id").get(route(game));
    server.at("/games/:id/commentary").get(route(commentary));
    server.at("/assets/:name").get(route(asset));
}

/// A page's clock is told once for this long; without script it is what the reader sees until the next load.
const CLOCK_STEP_MS: u64 = 10_000;

async fn home(request: Request) -> Answer {
    let subject = Subject::Games;
    cached_page(request, subject, |state, facts, board, live| {
        let mut day = with_votes(state, board);
        if let Some(name) = venue_name(state) {
            day["venue"] = json!(name);
        }
        if let Some(secret) = state.auth.setup_secret().filter(|_| facts.on_box) {
            let recovery = state.auth.setup_purpose() == Some(Purpose::Recovery);
            day["setup"] = json!({ "url": format!("/setup/{secret}"), "recovery": recovery });
        }
        render::page(state, &facts.facts, |frame| state.pages.home(frame, &day, live))
    })
    .await
}

/// The venue's name as organisers set it, else as the box was started.
fn venue_name(state: &State) -> Option<String> {
    let stored = venue(state).and_then(|board| board.board["name"].as_str().map(str::to_owned));
    stored.or_else(|| state.config.venue.clone())
}

async fn game(request: Request) -> Answer {
    let subject = Subject::Game(request::game_id(&request)?);
    cached_page(request, subject, |state, facts, board, live| {
        let board = with_votes(state, board);
        render::page(state, &facts.facts, |frame| state.pages.game(frame, &board, live))
    })
    .await
}

/// A board with the venue's votes beside it.
fn with_votes(state: &State, board: &Retained) -> Value {
    let mut board = board.board.as_ref().clone();
    if let Some(venue) = venue(state) {
        board["polls"] = venue.board["polls"].clone();
    }
    board
}

/// The venue's board, where it is shown already.
fn venue(state: &State) -> Option<Arc<Retained>> {
    state.hub.find(&ChannelName::new(Subject::Venue).to_string()).and_then(|id| state.hub.retained(id))
}

async fn commentary(request: Request) -> Answer {
    let subject = Subject::Game(request::game_id(&request)?);
    cached_page(request, subject, |state, facts, board, live| {
        render::page(state, &facts.facts, |frame| state.pages.commentary(frame, &board.board, live))
    })
    .await
}

/// A request's facts, and whether it came from the box itself.
struct Place {
    facts: Facts,
    on_box: bool,
}

/// The page of a channel, made once for each frame, language and address.
async fn cached_page(
    request: Request,
    subject: Subject,
    render: impl FnOnce(&State, &Place, &Retained, Option<&Live<'_>>) -> String,
) -> Answer {
    let state = Arc::clone(request.state());
    let facts = Facts::of(&request);
    let channel = board_channel(&request, subject);
    let id = channel_of(&state, &channel).await?;
    let min_seq = request::number(&request, "min_seq")?;
    if let (Some(seq), Subject::Game(game)) = (min_seq, subject) {
        wait_for(&state, &channel, GameId(game), seq).await?;
    }
    // Read before the board: whatever was published until then is in the board, so the cursor claims no more
    // than the page holds.
    let frame = state.hub.frame();
    let board = state.hub.retained(id).ok_or_else(problem::not_found)?;
    let place = Place { facts, on_box: request::peer(&request).addr.ip().is_loopback() };
    let cursor = format!("{}:{}", state.hub.epoch(), frame.max(board.frame));
    let name = channel.to_string();
    let live = Live { cursor: &cursor, channel: &name, asks: &["venue"] };
    let beside = venue(&state).map_or(0, |venue| venue.frame);
    let html = render(&state, &place, &board, Some(&live));
    let now_ms = state.time.now_ms();
    let ticks = board.board["clock"]["running"].as_bool().unwrap_or(false);
    let minute = if ticks { now_ms / CLOCK_STEP_MS } else { 0 };
    // The venue's board tells the day's heading and the votes.
    let etag = format!("{}:{}.{beside}-{}-{minute}", state.hub.epoch(), board.frame, place.facts.lang);
    let made = Made {
        channel: id,
        frame: board.frame,
        now_ms,
        etag,
        headers: &[("content-type", "text/html; charset=utf-8")],
        body: html.as_bytes(),
    };
    let keep = if min_seq.is_none() && !place.on_box { Keep::Shared } else { Keep::No };
    answer(&state, &request, &made, keep)
}

/// Whether an answer is the same for all who ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    /// It is, and is kept for them.
    Shared,
    /// It is for this request alone.
    No,
}

/// Encodes an answer, keeps it where it is the same for all who ask, and gives this client its form of it.
pub(super) fn answer(state: &State, request: &Request, made: &Made<'_>, keep: Keep) -> Answer {
    let cached = Cached::new(made).map_err(|error| problem::internal("encode the answer", error))?;
    let coding = Coding::of(request::header(request, "accept-encoding"));
    let held = Validators { none_match: request::header(request, "if-none-match") };
    if keep == Keep::No || !is_plain(request) {
        return Ok(cached.response(coding, held));
    }
    let url = request.url();
    let target = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    Ok(state.cache.put(&target, cached).response(coding, held))
}

/// Whether the address is one that many ask for. Others are answered and forgotten, or whoever makes
/// addresses up would fill the memory with answers.
fn is_plain(request: &Request) -> bool {
    request::query(request).iter().all(|(name, value)| {
        (name == "lang" && Some(value) == request::language(request).as_ref())
            || (name == "auto" && matches!(value.as_str(), "15" | "60"))
    })
}

/// The channel of a subject in the language asked for; the venue's own has no suffix.
pub(super) fn board_channel(request: &Request, subject: Subject) -> ChannelName {
    let name = ChannelName::new(subject);
    match request::language(request) {
        Some(lang) if lang != request.state().config.language => {
            name.clone().in_language(&lang).unwrap_or(name)
        }
        _ => name,
    }
}

/// The channel's handle; its board is made if nobody has asked for it before.
pub(super) async fn channel_of(state: &State, channel: &ChannelName) -> Result<ChannelId, Problem> {
    if let Some(id) = state.hub.find(&channel.to_string()) {
        return Ok(id);
    }
    if let Some(lang) =
        channel.lang.as_deref().filter(|lang| !state.words.languages().any(|known| known == *lang))
    {
        let known: Vec<&str> = state.words.languages().collect();
        let detail = format!("This box does not speak `{lang}`; it speaks {}.", known.join(", "));
        return Err(Problem::new(404, "unknown-language", detail));
    }
    let missing = || match channel.subject {
        Subject::Game(id) | Subject::Desk(id) => problem::unknown_game(&id.to_string()),
        Subject::Poll(id) => problem::unknown_poll(&id.to_string()),
        _ => problem::not_found(),
    };
    state.boards.open(channel).await.ok_or_else(missing)
}

/// Waits until the channel's board holds event `seq` of a game or poll, at most a second.
pub(super) async fn wait_for(
    state: &State,
    channel: &ChannelName,
    of: impl Into<Stream>,
    seq: u64,
) -> Result<(), Problem> {
    if let Some(Reached::Yes(_)) = state.boards.board_at(channel, of, seq, MIN_SEQ_LIMIT).await {
        return Ok(());
    }
    let detail = format!("The board of {channel} does not hold event {seq} yet. Try again in a moment.");
    Err(Problem::new(503, "not-yet", detail).with(problem::RETRY_AFTER, 1))
}

/// How long a reader waits for what was just written.
const MIN_SEQ_LIMIT: std::time::Duration = std::time::Duration::from_secs(1);

async fn asset(request: Request) -> Answer {
    let name = request.param("name").unwrap_or_default();
    let asset = request.state().pages.asset(name).ok_or_else(problem::not_found)?;
    let asked = request::param(&request, "v");
    let mut response = Response::new(200);
    let etag = format!("\"{}\"", asset.hash);
    response.insert_header("ETag", &etag);
    response.insert_header("Vary", "Accept-Encoding");
    // An address that names the content never changes; one that does not is asked about each time.
    let lasting = asked.as_deref() == Some(&*asset.hash);
    let caching = if lasting { "public, max-age=31536000, immutable" } else { "no-cache" };
    response.insert_header("Cache-Control", caching);
    if request::header(&request, "if-none-match").is_some_and(|held| held.contains(&etag)) {
        response.set_status(304);
        return Ok(response);
    }
    if Coding::of(request::header(&request, "accept-encoding")) == Coding::Gzip {
        response.insert_header("Content-Encoding", "gzip");
        response.set_body(asset.gzip.to_vec());
    } else {
        response.set_body(asset.plain.to_vec());
    }
    response.set_content_type(asset.content_type);
    Ok(response)
}
