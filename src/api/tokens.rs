//! Bearer tokens for feeds and scripts, by API; for organisers alone.

use std::sync::Arc;

use serde_json::{Value, json};
use tide::{Response, Server};

use super::request::{self, Request};
use super::{Answer, State, json as answer, route, users};
use crate::auth::store::{Token, TokenId};
use crate::ledger::role::Role;
use crate::runtime::rfc3339;
use crate::wire::Problem;

pub(crate) fn routes(server: &mut Server<Arc<State>>) {
    server.at("/api/v1/tokens").get(route(list)).post(route(make));
    server.at("/api/v1/tokens/:id").delete(route(revoke));
}

async fn list(request: Request) -> Answer {
    request::organiser(&request).await?;
    let tokens: Vec<Value> = request.state().auth.tokens().iter().map(token_json).collect();
    Ok(answer(200, &json!({ "tokens": tokens })))
}

/// A token as the API tells of it: never its secret.
pub(super) fn token_json(token: &Token) -> Value {
    json!({
        "id": token.id.0,
        "name": token.name,
        "role": token.role.as_str(),
        "made": rfc3339(token.created_ms),
    })
}

async fn make(mut request: Request) -> Answer {
    let who = request::organiser(&request).await?;
    let source = request::body(&mut request).await?;
    let body = users::fields(&request, &source, &["name", "role"])?;
    let name = users::text(&body, "name")?.ok_or_else(|| {
        Problem::new(422, "invalid-value", "`name` is missing: it says what the token is for.")
    })?;
    let role = users::role(&body)?.unwrap_or(Role::Commentator);
    let made = request.state().auth.create_token(&who.actor, role, name).await;
    let (id, secret) = made.map_err(|error| users::refused(&error))?;
    let told = json!({ "id": id.0, "name": name.trim(), "role": role.as_str(), "token": secret });
    let mut response = answer(201, &told);
    response.insert_header("Location", format!("/api/v1/tokens/{}", id.0));
    Ok(response)
}

async fn revoke(request: Request) -> Answer {
    let who = request::organiser(&request).await?;
    let ended = request.state().auth.revoke_token(&who.actor, TokenId(users::id(&request)?)).await;
    ended.map_err(|error| users::refused(&error))?;
    Ok(Response::new(204))
}
