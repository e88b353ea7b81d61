//! Logging in and out, by password or by the link on a card, and the device cookie of fans.

use std::sync::Arc;

use tide::{Response, Server};

use super::form::Form;
use super::render::{self, Facts};
use super::request::{self, Request};
use super::{Answer, State, problem, route, see_other};
use crate::auth::login::{Attempt, Login, LoginError};
use crate::ledger::role::Role;
use crate::net::encode::add_header;
use crate::wire::Problem;

pub(crate) fn routes(server: &mut Server<Arc<State>>) {
    server.at("/login").get(route(form)).post(route(login));
    server.at("/logout").post(route(logout));
    server.at("/link/:secret").get(route(link_form)).post(route(log_in_by_link));
    server.at("/api/v1/device").post(route(device));
}

/// The cookie of a browser that somebody has logged in with: its tries are counted apart.
const BROWSER: &str = "touchline-browser";
const YEAR_S: u32 = 365 * 24 * 60 * 60;

async fn form(request: Request) -> Answer {
    let facts = Facts::of(&request);
    let next = request::param(&request, "next").unwrap_or_default();
    let state = request.state();
    let html = render::page(state, &facts, |frame| state.pages.login(frame, own_path(&next), None));
    Ok(render::private(200, html))
}

async fn login(mut request: Request) -> Answer {
    let facts = Facts::of(&request);
    let form = Form::parse(&request::body(&mut request).await?);
    let state = Arc::clone(request.state());
    let attempt = Attempt {
        name: form.get("name").unwrap_or_default(),
        password: form.get("password").unwrap_or_default(),
        browser: request::cookie(&request, BROWSER),
        agent: request::header(&request, "user-agent").unwrap_or_default(),
    };
    let next = own_path(form.get("next").unwrap_or_default()).to_owned();
    match state.auth.login(attempt).await {
        Ok(login) => signed_in(&request, &login, &next),
        Err(error) => {
            let problem = refused(&error);
            let html = render::page(&state, &facts, |frame| {
                state.pages.login(frame, &next, Some(&problem.to_value()))
            });
            let mut response = render::private(problem.status, html);
            if let LoginError::Throttled { retry_after_s } = error {
                response.insert_header("Retry-After", retry_after_s.to_string());
            }
            Ok(response)
        }
    }
}

fn refused(error: &LoginError) -> Problem {
    match error {
        LoginError::Wrong => Problem::new(403, "wrong-login", error.to_string()),
        LoginError::Link => used_link(),
        LoginError::Throttled { .. } => Problem::new(429, "too-many-tries", error.to_string()),
        LoginError::Failed(failure) => problem::internal("begin the session", failure),
    }
}

/// The page a card's code leads to. It only asks: whatever merely looks at links must not use one up.
async fn link_form(request: Request) -> Answer {
    let facts = Facts::of(&request);
    let state = request.state();
    let secret = request.param("secret").unwrap_or_default();
    let owner = state.auth.link_owner(secret).await.ok_or_else(used_link)?;
    let html = render::page(state, &facts, |frame| state.pages.login_link(frame, secret, &owner));
    Ok(render::private(200, html))
}

async fn log_in_by_link(request: Request) -> Answer {
    let secret = request.param("secret").unwrap_or_default();
    let agent = request::header(&request, "user-agent").unwrap_or_default();
    let login = request.state().auth.login_by_link(secret, agent).await.map_err(|error| refused(&error))?;
    let next = if login.who.role == Role::Organiser { "/organiser" } else { "/desk" };
    signed_in(&request, &login, next)
}

fn used_link() -> Problem {
    let detail = "Each sign-in card works once, and a newer card ends the one before. Sign in with your \
                  passphrase, or ask an organiser for a new card.";
    Problem::new(410, "link-used", detail)
}

/// 303 with the cookies of a new session.
pub(super) fn signed_in(request: &Request, login: &Login, next: &str) -> Answer {
    let mut response = see_other(next);
    let secure = if request::peer(request).tls { "; Secure" } else { "" };
    let session = format!(
        "{}={}; Path=/; HttpOnly; SameSite=Lax{secure}",
        request::session_cookie(request),
        login.session
    );
    let browser =
        format!("{BROWSER}={}; Path=/login; HttpOnly; SameSite=Lax; Max-Age={YEAR_S}{secure}", login.browser);
    for cookie in [session, browser] {
        set_cookie(&mut response, &cookie)?;
    }
    response.insert_header("Cache-Control", "private, no-store");
    Ok(response)
}

pub(super) fn set_cookie(response: &mut Response, cookie: &str) -> Result<(), Problem> {
    add_header(response, "set-cookie", cookie).map_err(|error| problem::internal("set a cookie", error))
}

async fn logout(request: Request) -> Answer {
    let name = request::session_cookie(&request);
    if let Some(session) = request::cookie(&request, name) {
        let ended = request.state().auth.logout(session).await;
        ended.map_err(|error| problem::internal("end the session", error))?;
    }
    let mut response = see_other("/");
    let secure = if request::peer(&request).tls { "; Secure" } else { "" };
    set_cookie(&mut response, &format!("{name}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{secure}"))?;
    Ok(response)
}

async fn device(request: Request) -> Answer {
    let mut response = Response::new(204);
    response.insert_header("Cache-Control", "private, no-store");
    if let Some(cookie) = request::new_phone(&request) {
        set_cookie(&mut response, &cookie)?;
    }
    Ok(response)
}

/// A path of this box to go to after logging in; anything else could lead to another site.
fn own_path(next: &str) -> &str {
    let own = next.starts_with('/')
        && !next.starts_with("//")
        && next.bytes().all(|b| (0x21..=0x7e).contains(&b) && b != b'\\');
    if own { next } else { "/desk" }
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn only_a_path_of_this_box_is_gone_to() {
        for (next, goes) in [
            ("/desk/7?min_seq=3", "/desk/7?min_seq=3"),
            ("", "/desk"),
            ("//evil.example", "/desk"),
            ("https://evil.example", "/desk"),
            ("/\\evil.example", "/desk"),
            ("/a\r\nSet-Cookie: x", "/desk"),
        ] {
            assert_eq!(own_path(next), goes, "{next:?}");
        }
    }
}
