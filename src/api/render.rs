//! Pages from boards: the facts of a request, and the answers of the page routes.

use std::sync::Arc;

use tide::Response;

use super::State;
use super::request::{self, Request};
use crate::pages::{Frame, Person};
use crate::runtime;
use crate::wire::Problem;

/// What a page needs to know of its request, kept apart from it because a handler consumes the request.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    /// The language asked for, else the venue's.
    pub(crate) lang: String,
    path: String,
    auto: Option<u32>,
    nonce: String,
    person: Option<(Arc<str>, &'static str)>,
}

impl Facts {
    /// The facts of a request; the person is filled in by [`Facts::signed_in`], for pages that are not cached.
    pub(crate) fn of(request: &Request) -> Self {
        let lang = request::language(request).unwrap_or_else(|| request.state().config.language.clone());
        Self {
            lang,
            path: request.url().path().to_owned(),
            auto: request::param(request, "auto").and_then(|auto| auto.parse().ok()),
            nonce: format!("{:016x}", getrandom::u64().expect("the system gives randomness")),
            person: None,
        }
    }

    /// The facts of a request that met no route.
    pub(crate) fn plain(state: &State) -> Self {
        let lang = state.config.language.clone();
        Self { lang, path: "/".to_owned(), auto: None, nonce: String::new(), person: None }
    }

    /// The same with the person who is signed in.
    pub(crate) fn signed_in(mut self, who: &crate::auth::Who) -> Self {
        self.person = Some((who.name.clone(), who.role.as_str()));
        self
    }
}

/// Renders with the frame of these facts.
pub(crate) fn page(state: &State, facts: &Facts, render: impl FnOnce(&Frame<'_>) -> String) -> String {
    let now = runtime::rfc3339(state.time.wall_ms());
    let frame = Frame {
        lang: &facts.lang,
        path: &facts.path,
        build: &state.build,
        now_ms: state.time.now_ms().cast_signed(),
        now: &now,
        nonce: &facts.nonce,
        auto: facts.auto,
        user: facts.person.as_ref().map(|(name, role)| Person { name, role }),
    };
    render(&frame)
}

/// A page for one person: never kept by anybody between.
pub(crate) fn private(status: u16, html: String) -> Response {
    let mut response = Response::new(status);
    response.set_body(html);
    response.set_content_type("text/html; charset=utf-8");
    response.insert_header("Cache-Control", "private, no-store");
    response
}

/// A problem as a page, with the same status and header fields as its JSON.
pub(crate) fn problem(state: &Arc<State>, facts: &Facts, problem: &Problem) -> Response {
    let mut response = super::problem::response(problem);
    let html = page(state, facts, |frame| state.pages.problem(frame, &problem.to_value()));
    response.set_body(html);
    response.set_content_type("text/html; charset=utf-8");
    response
}
