//! The commentators' pages: plain forms, answered with 303, that script only improves.

use std::sync::Arc;

use serde_json::{Value, json};
use tide::Server;

use super::form::{self, Form, Minute};
use super::render::{self, Facts};
use super::request::{self, Request};
use super::{Answer, State, commands, decode, preview, problem, public, route, see_other, sports};
use crate::auth::Who;
use crate::domain::GameId;
use crate::domain::command::{CommandBody, Play};
use crate::domain::game::Game;
use crate::domain::sport::{MinuteRule, Sport};
use crate::formats::command::CommandForm;
use crate::intake::Status;
use crate::pages::{Live, Staff};
use crate::wire::{ChannelName, Problem, Subject};

mod join;

pub(crate) fn routes(server: &mut Server<Arc<State>>) {
    server.at("/desk").get(route(list));
    server.at("/desk/:id").get(route(desk)).post(route(entered));
    server.at("/desk/:id/entries/:seq").get(route(entry));
}

/// The names of the people of this box, by actor.
fn names(state: &State) -> Vec<(String, String)> {
    let users = state.auth.users().into_iter();
    let people = users.map(|user| (format!("user:{}", user.id.0), user.name.to_string()));
    let feeds = state.auth.tokens().into_iter();
    people.chain(feeds.map(|token| (format!("token:{}", token.id.0), token.name.to_string()))).collect()
}

/// Who is at the desk; a browser without a session is led to the login and back.
pub(super) async fn at_desk(request: &Request) -> Result<Who, Result<tide::Response, Problem>> {
    match request::who(request).await {
        Ok(Some(who)) => Ok(who),
        Ok(None) => {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.append_pair("next", request.url().path());
            Err(Ok(see_other(&format!("/login?{}", query.finish()))))
        }
        Err(problem) => Err(Err(problem)),
    }
}

async fn list(request: Request) -> Answer {
    let who = match at_desk(&request).await {
        Ok(who) => who,
        Err(answer) => return answer,
    };
    let state = Arc::clone(request.state());
    let facts = Facts::of(&request).signed_in(&who);
    let games = day(&state, &request).await?;
    let html = render::page(&state, &facts, |frame| state.pages.desk_list(frame, &games));
    Ok(render::private(200, html))
}

/// The board of the day's games.
pub(super) async fn day(state: &State, request: &Request) -> Result<Value, Problem> {
    let channel = public::board_channel(request, Subject::Games);
    let board = state.boards.board(&channel).await.ok_or_else(problem::not_found)?;
    Ok(board.board.as_ref().clone())
}

async fn desk(request: Request) -> Answer {
    let who = match at_desk(&request).await {
        Ok(who) => who,
        Err(answer) => return answer,
    };
    let outcome = match request::param(&request, "done") {
        Some(id) => Some(outcome(&request, &who, &id).await?),
        None => None,
    };
    show(&request, &who, 200, outcome.as_ref()).await
}

/// The desk of one game, with what became of the form sent before.
async fn show(request: &Request, who: &Who, status: u16, outcome: Option<&Value>) -> Answer {
    let state = Arc::clone(request.state());
    let game = request::game_id(request)?;
    let channel = ChannelName::new(Subject::Desk(game));
    let id = public::channel_of(&state, &channel).await?;
    if let Some(seq) = request::number(request, "min_seq")? {
        // A page that is a moment late is better than none: the desk goes live and catches up.
        let _ = public::wait_for(&state, &channel, GameId(game), seq).await;
    }
    let sport = sports::sport_json(&*sport_of(&state, game).await?);
    let frame_no = state.hub.frame();
    let board = state.hub.retained(id).ok_or_else(problem::not_found)?;
    let cursor = format!("{}:{}", state.hub.epoch(), frame_no.max(board.frame));
    let name = channel.to_string();
    let live = Live { cursor: &cursor, channel: &name, asks: &["venue", "me"] };
    let facts = Facts::of(request).signed_in(who);
    let names = names(&state);
    let staff = Staff { me: &who.actor.0, names: &names };
    let html = render::page(&state, &facts, |frame| {
        state.pages.desk(frame, &board.board, &sport, &staff, outcome, Some(&live))
    });
    Ok(render::private(status, html))
}

/// One entry with the forms that correct it, and what taking it back would change.
async fn entry(request: Request) -> Answer {
    let who = match at_desk(&request).await {
        Ok(who) => who,
        Err(answer) => return answer,
    };
    let state = Arc::clone(request.state());
    let game = request::game_id(&request)?;
    let seq = request.param("seq").ok().and_then(|seq| seq.parse().ok()).ok_or_else(problem::not_found)?;
    let channel = ChannelName::new(Subject::Desk(game));
    public::channel_of(&state, &channel).await?;
    let board = state.boards.board(&channel).await.ok_or_else(problem::not_found)?;
    let sport = sports::sport_json(&*sport_of(&state, game).await?);
    let facts = Facts::of(&request).signed_in(&who);
    let form = CommandForm { id: None, expect_seq: None, play: Play::Void { seq, reason: None } };
    let preview = shown(preview::of(&state, &who, GameId(game), &form, &facts.lang).await)?;
    let names = names(&state);
    let staff = Staff { me: &who.actor.0, names: &names };
    let html = render::page(&state, &facts, |frame| {
        let page = state.pages.desk_entry(frame, &board.board, &sport, &staff, (seq, &preview));
        page.unwrap_or_default()
    });
    if html.is_empty() { Err(problem::not_found()) } else { Ok(render::private(200, html)) }
}

/// A preview as the pages take it: a refusal by the rules is one too.
fn shown(preview: Result<Value, Problem>) -> Result<Value, Problem> {
    match preview {
        Err(problem) if problem.status < 500 && problem.code != "unknown-game" => {
            Ok(json!({ "problem": problem.to_value() }))
        }
        other => other,
    }
}

/// The sport as frozen into a game: its file may have changed since, its buttons must not.
async fn sport_of(state: &State, game: u64) -> Result<Arc<Sport>, Problem> {
    game_of(state, game).await.map(|game| game.setup.sport)
}

async fn game_of(state: &State, game: u64) -> Result<Game, Problem> {
    let game = state.ledger.game(GameId(game)).await;
    game.map_err(|error| problem::internal("read the game", error))?.ok_or_else(problem::not_found)
}

/// What became of a command, as the page shows it.
async fn outcome(request: &Request, who: &Who, id: &str) -> Result<Value, Problem> {
    let status = request.state().intake.status(&who.actor, id).await;
    let status = status.map_err(|error| problem::internal("look the command up", error))?;
    Ok(match status {
        None => json!({ "id": id, "outcome": "unknown" }),
        Some(Status::Pending) => json!({ "id": id, "outcome": "pending" }),
        Some(Status::Decided(outcome)) => match commands::accepted(&outcome) {
            Ok(accepted) => json!({ "id": id, "outcome": "accepted", "seq": accepted.seqs.first() }),
            Err(problem) => json!({ "id": id, "outcome": "rejected", "problem": problem.to_value() }),
        },
    })
}

async fn entered(mut request: Request) -> Answer {
    let who = match at_desk(&request).await {
        Ok(who) => who,
        Err(answer) => return answer,
    };
    let source = request::body(&mut request).await?;
    let game = request::game_id(&request)?;
    let state = Arc::clone(request.state());
    let form = Form::parse(&source);
    if form.get("preview").is_some() {
        return asked(&state, &request, &who, game, form).await;
    }
    let done = match form.get("type") {
        Some("join") => join::in_the_middle(&state, &who, game, &form).await,
        _ => enter(&state, &request, &who, game, &source).await,
    };
    match done {
        Ok((id, seq)) => {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.append_pair("done", &id);
            if let Some(seq) = seq {
                query.append_pair("min_seq", &seq.to_string());
            }
            Ok(see_other(&format!("/desk/{game}?{}", query.finish())))
        }
        // What could not even be read as a command has no outcome to ask for: it is told at once, on the desk.
        Err(problem) if problem.status < 500 && problem.code != "unknown-game" => {
            let told = json!({ "outcome": "rejected", "problem": problem.to_value() });
            show(&request, &who, problem.status, Some(&told)).await
        }
        Err(problem) => Err(problem),
    }
}

/// What a form would change, with the same form to send it by.
async fn asked(state: &Arc<State>, request: &Request, who: &Who, game: u64, form: Form) -> Answer {
    let facts = Facts::of(request).signed_in(who);
    let told = match command(state, game, &form).await {
        Ok(command) => preview::of(state, who, GameId(game), &command, &facts.lang).await,
        Err(problem) => Err(problem),
    };
    let told = shown(told)?;
    let channel = ChannelName::new(Subject::Desk(game));
    let board = state.boards.board(&channel).await.ok_or_else(problem::not_found)?;
    let fields: Vec<(String, String)> = form.without("preview");
    let html =
        render::page(state, &facts, |frame| state.pages.desk_preview(frame, &board.board, &fields, &told));
    Ok(render::private(200, html))
}

/// The command a form stands for.
async fn command(state: &Arc<State>, game: u64, form: &Form) -> Result<CommandForm, Problem> {
    let channel = ChannelName::new(Subject::Desk(game));
    public::channel_of(state, &channel).await?;
    let board = state.boards.board(&channel).await.ok_or_else(problem::not_found)?;
    let game = game_of(state, game).await?;
    let minute = match game.setup.sport.clock.minute {
        MinuteRule::Ceil => Minute::Ceil,
        MinuteRule::Floor => Minute::Floor,
    };
    let clock_ms = game.state().clock.value_at(&state.ledger.stamp());
    decode::play(form::play(form, &board.board, minute, clock_ms)?)
}

/// Hands a form's command in and waits for its outcome; a refusal by the rules is an outcome too.
async fn enter(
    state: &Arc<State>,
    request: &Request,
    who: &Who,
    game: u64,
    source: &[u8],
) -> Result<(String, Option<u64>), Problem> {
    let command = command(state, game, &Form::parse(source)).await?;
    let id = commands::one_id(request, command.id)?;
    let body = CommandBody::Play { game: GameId(game), expect_seq: command.expect_seq, play: command.play };
    let pending = commands::submit(state, who, id, source, body)?;
    let id = pending.id.clone();
    let outcome = pending.await;
    let seq = match commands::accepted(&outcome) {
        Ok(accepted) => accepted.seqs.last().copied(),
        // Stored with the command: the page reads it from there, and a reload shows it again.
        Err(problem) if problem.status < 500 && problem.code != "id-reused" => None,
        Err(problem) => return Err(problem),
    };
    Ok((id, seq))
}
