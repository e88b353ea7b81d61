//! How the box is, for its staff: a page to read and the same as JSON.

use std::sync::Arc;

use tide::Server;

use super::desk::at_desk;
use super::render::{self, Facts};
use super::request::{self, Request};
use super::{Answer, State, json, problem, route};
use crate::hub::frame::Retained;
use crate::pages::Live;
use crate::wire::Problem;

pub(crate) fn routes(server: &mut Server<Arc<State>>) {
    server.at("/organiser/status").get(route(page));
    server.at("/api/v1/status").get(route(status));
}

/// The page, for whoever is signed in: a commentator who sees that nothing gets through should see why.
async fn page(request: Request) -> Answer {
    let who = match at_desk(&request).await {
        Ok(who) => who,
        Err(answer) => return answer,
    };
    let state = request.state();
    let facts = Facts::of(&request).signed_in(&who);
    let board = board(state).await?;
    let cursor = format!("{}:{}", state.hub.epoch(), board.frame);
    let live = Live { cursor: &cursor, channel: "ops", asks: &[] };
    let html = render::page(state, &facts, |frame| state.pages.status(frame, &board.board, Some(&live)));
    Ok(render::private(200, html))
}

async fn status(request: Request) -> Answer {
    request::staff(&request).await?;
    if !request::staff_listener(&request) {
        return Err(problem::not_found());
    }
    let board = board(request.state()).await?;
    Ok(json(200, &board.board))
}

async fn board(state: &State) -> Result<Arc<Retained>, Problem> {
    state
        .ops
        .board()
        .await
        .ok_or_else(|| problem::internal("read the box's figures", "the channel is closed"))
}
