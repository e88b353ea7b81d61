//! For whoever looks after the box: is it alive, is it ready, its numbers, and the document of this API.

use std::fmt::Write as _;
use std::sync::Arc;

use tide::{Response, Server};

use super::request::Request;
use super::{Answer, State, problem, route};
use crate::wire::Problem;

pub(crate) fn routes(server: &mut Server<Arc<State>>) {
    server.at("/healthz").get(route(healthz));
    server.at("/readyz").get(route(readyz));
    server.at("/metrics").get(route(metrics));
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
async fn metrics(request: Request) -> Answer {
    let state = request.state();
    let stats = state.hub.stats();
    let mut out = String::new();
    let phones = [("ws", stats.websocket), ("sse", stats.sse), ("longpoll", stats.longpoll)];
    family(&mut out, "touchline_phones", "gauge", "Phones on a held connection, by transport.");
    for (transport, count) in phones {
        line(&mut out, &format!("touchline_phones{{transport=\"{transport}\"}}"), count as u64);
    }
    single(&mut out, "touchline_channels", "gauge", "Channels open.", stats.channels as u64);
    single(
        &mut out,
        "touchline_ring_bytes",
        "gauge",
        "Bytes of frames kept for resuming.",
        stats.ring_bytes as u64,
    );
    single(&mut out, "touchline_polls", "counter", "Answers to polls.", stats.polls);
    single(&mut out, "touchline_frames", "counter", "Frames published.", stats.frames);
    single(&mut out, "touchline_delivered", "counter", "Messages given to phones.", stats.delivered);
    single(
        &mut out,
        "touchline_resyncs",
        "counter",
        "Phones moved to a snapshot because they fell behind.",
        stats.resyncs,
    );
    single(&mut out, "touchline_uptime_ms", "gauge", "Milliseconds since the start.", state.time.now_ms());
    out.push_str("# EOF\n");
    let mut response = Response::new(200);
    response.set_body(out);
    response.set_content_type("application/openmetrics-text; version=1.0.0; charset=utf-8");
    Ok(response)
}

fn single(out: &mut String, name: &str, kind: &str, help: &str, value: u64) {
    family(out, name, kind, help);
    let suffix = if kind == "counter" { "_total" } else { "" };
    line(out, &format!("{name}{suffix}"), value);
}

fn family(out: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(out, "# TYPE {name} {kind}\n# HELP {name} {help}");
}

fn line(out: &mut String, name: &str, value: u64) {
    let _ = writeln!(out, "{name} {value}");
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
