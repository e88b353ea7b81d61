//! For whoever looks after the box: is it alive, is it ready, its numbers, and the document of this API.

use std::sync::Arc;

use tide::{Response, Server};

use super::request::Request;
use super::{Answer, State, metrics, problem, route};
use crate::wire::Problem;

pub(crate) fn routes(server: &mut Server<Arc<State>>) {
    server.at("/healthz").get(route(healthz));
    server.at("/readyz").get(route(readyz));
    server.at("/metrics").get(route(numbers));
    server.at("/api/v1/openapi.json").get(route(openapi));
}

/// The document of this API, OpenAPI 3.1.
const OPENAPI: &str = include_str!("openapi.json");

/// The process answers: nothing more is claimed.
async fn healthz(_: Request) -> Answer {
    Ok(text("ok\n"))
}

/// The ledger answers and fans can be served.
async fn readyz(request: Request) -> Answer {
    let head = request.state().ledger.read(|connection| {
        Ok(connection.query_row("SELECT ifnull(max(seq), 0) FROM event", [], |row| row.get::<_, i64>(0))?)
    });
    match head.await {
        Ok(seq) => Ok(text(&format!("ready, last event {seq}\n"))),
        Err(error) => Err(problem::internal("read the ledger", error)),
    }
}

async fn openapi(_: Request) -> Answer {
    let mut response = Response::new(200);
    response.set_body(OPENAPI);
    response.set_content_type("application/json");
    response.insert_header("Cache-Control", "max-age=60");
    Ok(response)
}

/// The box's numbers as OpenMetrics text, for whoever collects them; no number tells of a person.
async fn numbers(request: Request) -> Answer {
    let measured = request.state().ops.measure().await;
    let mut response = Response::new(200);
    response.set_body(metrics::text(&measured));
    response.set_content_type("application/openmetrics-text; version=1.0.0; charset=utf-8");
    Ok(response)
}

fn text(text: &str) -> Response {
    let mut response = Response::new(200);
    response.set_body(text);
    response.set_content_type("text/plain; charset=utf-8");
    response.insert_header("Cache-Control", "no-store");
    response
}

/// What a method that a path does not have is told.
pub(super) fn method_not_allowed() -> Problem {
    Problem::new(405, "method-not-allowed", "This address does not take that method.")
}
