//! Routes by audience, problems, OpenAPI.
//!
//! A handler reads the request, asks one room, and renders the answer. Whatever is refused anywhere ends
//! here as a problem document, or as a page where a person is looking. Called by `app`, which joins it to
//! `net`; a live request's plan leaves in the response's extensions.

use std::future::Future;
use std::sync::Arc;

use tide::http::headers::HeaderName;
use tide::{Response, Server};

use crate::auth::Auth;
use crate::board::boards::Boards;
use crate::board::ops::Ops;
use crate::config::Config;
use crate::hub::Hub;
use crate::intake::Intake;
use crate::ledger::Ledger;
use crate::net::encode::Hot;
use crate::net::head::Head;
use crate::pages::Pages;
use crate::runtime::Time;
use crate::wire::Problem;
use crate::words::catalogue::Words;

mod address;
mod ballots;
mod boards;
mod cache;
mod commands;
mod day;
mod decode;
mod deeds;
mod desk;
mod form;
mod games;
mod import;
mod live;
mod local_time;
mod login;
mod metrics;
mod ops;
mod organiser;
mod people;
mod plan;
mod polls;
mod preview;
mod problem;
mod public;
mod record;
mod render;
mod request;
mod setup;
mod slip;
pub mod sports;
mod status;
mod teams;
mod tokens;
mod users;
mod venue;
mod vote_pages;

use ballots::Ballots;
use cache::{Cache, Coding, Validators};
use request::Request;
use sports::Sports;

/// What the handlers share.
#[derive(Debug)]
pub struct State {
    /// The checked options.
    pub config: Config,
    /// The clocks.
    pub time: Time,
    /// The record; read here, written only through `intake` and `auth`.
    pub ledger: Ledger,
    /// The only way in for commands.
    pub intake: Intake,
    /// Who is who.
    pub auth: Auth,
    /// The boards.
    pub boards: Boards,
    /// The channels.
    pub hub: Hub,
    /// How the box is.
    pub ops: Ops,
    /// The pages.
    pub pages: Pages,
    /// The languages.
    pub words: Words,
    /// The sport files.
    pub sports: Sports,
    /// Which build this is, as `hello` and every page say it.
    pub build: String,
    /// Answers made once for all.
    pub(crate) cache: Cache,
    /// What became of ballots whose senders did not wait.
    pub(crate) ballots: Ballots,
}

/// The whole of the box's HTTP.
#[derive(Clone)]
pub struct Api {
    server: Server<Arc<State>>,
    state: Arc<State>,
}

/// What a handler comes to.
pub(crate) type Answer = Result<Response, Problem>;

impl Api {
    /// Lays out the routes.
    #[must_use]
    pub fn new(state: Arc<State>) -> Self {
        let mut server = Server::with_state(Arc::clone(&state));
        public::routes(&mut server);
        games::routes(&mut server);
        commands::routes(&mut server);
        polls::routes(&mut server);
        ballots::routes(&mut server);
        sports::routes(&mut server);
        live::routes(&mut server);
        login::routes(&mut server);
        setup::routes(&mut server);
        people::routes(&mut server);
        users::routes(&mut server);
        tokens::routes(&mut server);
        record::routes(&mut server);
        desk::routes(&mut server);
        vote_pages::routes(&mut server);
        plan::routes(&mut server);
        import::routes(&mut server);
        teams::routes(&mut server);
        venue::routes(&mut server);
        ops::routes(&mut server);
        status::routes(&mut server);
        Self { server, state }
    }

    /// What the handlers share.
    #[must_use]
    pub fn state(&self) -> &Arc<State> {
        &self.state
    }

    /// An answer made before, if it is still good: asked before anything else, for GET and HEAD alone.
    #[must_use]
    pub fn hot(&self, head: &Head) -> Option<Hot> {
        // A date alone is judged by the handler; where both validators are sent, the entity tag decides.
        let by_date = head.header("if-modified-since").is_some() && head.header("if-none-match").is_none();
        if by_date || head.header("authorization").is_some() {
            return None;
        }
        let cached = self.state.cache.get(head.target(), &self.state.hub, self.state.time.now_ms())?;
        let held = Validators { none_match: head.header("if-none-match") };
        Some(cached.answer(Coding::of(head.header("accept-encoding")), held))
    }

    /// Bytes of body a request may have: an import is a file, and a form may hold two squads.
    #[must_use]
    pub fn body_limit(&self, head: &Head) -> usize {
        let path = head.target().split('?').next().unwrap_or_default();
        match path {
            "/api/v1/games/import" | "/organiser/import" => import::LONGEST,
            _ if path.starts_with("/organiser") => 128 * 1024,
            _ => 16 * 1024,
        }
    }

    /// Answers a request the long way.
    pub async fn respond(&self, request: tide::http::Request) -> tide::http::Response {
        let page = !request.url().path().starts_with("/api/") && !request.url().path().starts_with("/live/");
        let answer: Result<tide::http::Response, tide::Error> = self.server.respond(request).await;
        let mut response = answer.unwrap_or_else(|error| {
            let status = u16::from(error.status());
            problem::response(&Problem::new(status, "not-handled", error.to_string())).into()
        });
        // What tide answers by itself has no body: no route, or no such method.
        if response.is_empty() == Some(true) && matches!(u16::from(response.status()), 404 | 405) {
            let problem = match u16::from(response.status()) {
                404 => problem::not_found(),
                _ => ops::method_not_allowed(),
            };
            response = match page {
                true => render::problem(&self.state, &render::Facts::plain(&self.state), &problem).into(),
                false => problem::response(&problem).into(),
            };
        }
        secure(&mut response, page);
        response
    }
}

/// The header fields every answer carries. No page has an inline script or style, so none may run.
fn secure(response: &mut tide::http::Response, page: bool) {
    const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
        connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    response.insert_header("X-Content-Type-Options", "nosniff");
    // With `no-referrer` browsers send `Origin: null` with a form's POST (Fetch, "append a request Origin header"),
    // and every form would be refused as another site's.
    response.insert_header("Referrer-Policy", "same-origin");
    response.insert_header("Cross-Origin-Resource-Policy", "same-origin");
    if page {
        response.insert_header("Content-Security-Policy", CSP);
    }
    if response.header("Cache-Control").is_none() {
        response.insert_header("Cache-Control", "private, no-store");
    }
}

/// A handler as tide wants it: gates first, then the handler, and problems rendered for who asks.
pub(crate) fn route<F, Fut>(handler: F) -> impl tide::Endpoint<Arc<State>>
where
    F: Fn(Request) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Answer> + Send + 'static,
{
    move |request: Request| {
        let handler = handler.clone();
        async move {
            let page = request::wants_page(&request);
            let facts = render::Facts::of(&request);
            let state = Arc::clone(request.state());
            let answer = match gate(&request) {
                Ok(()) => handler(request).await,
                Err(problem) => Err(problem),
            };
            Ok(answer.unwrap_or_else(|problem| {
                if page { render::problem(&state, &facts, &problem) } else { problem::response(&problem) }
            }))
        }
    }
}

/// What holds for every route: staff routes only where staff are served, and no other site's requests.
fn gate(request: &Request) -> Result<(), Problem> {
    let method = request.method();
    if !request::staff_listener(request) && request::staff_only(method, request.url().path()) {
        return Err(problem::not_found());
    }
    if method.is_safe() { Ok(()) } else { request::same_origin(request) }
}

/// 303 to a path of this box; what stands in the path was made by the box or percent-encoded.
pub(crate) fn see_other(path: &str) -> Response {
    let mut response = Response::new(303);
    response.insert_header(HeaderName::from("Location"), path);
    response
}

/// JSON that is nobody's alone but changes with every look.
pub(crate) fn json(status: u16, value: &serde_json::Value) -> Response {
    let mut response = Response::new(status);
    response.set_body(value.to_string());
    response.set_content_type("application/json");
    response
}
