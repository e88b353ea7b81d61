//! The set-up in the browser: venue, pitches, languages and the first organiser on one page. With the link of a
//! recovery, the same address gives an organiser a new passphrase.

use std::sync::Arc;

use serde_json::{Value, json};
use tide::Server;

use super::form::Form;
use super::render::{self, Facts};
use super::request::{self, Request};
use super::{Answer, State, commands, login, problem, route, users};
use crate::auth::Who;
use crate::auth::change::{ChangeError, UserError};
use crate::auth::login::Login;
use crate::auth::setup::Purpose;
use crate::domain::command::CommandBody;
use crate::domain::venue::{self, VenueChange};
use crate::ledger::role::Role;
use crate::wire::Problem;

pub(crate) fn routes(server: &mut Server<Arc<State>>) {
    server.at("/setup/:token").get(route(form)).post(route(set_up));
}

async fn form(request: Request) -> Answer {
    let (token, purpose) = good(&request)?;
    let state = request.state();
    let typed = json!({
        "venue": state.config.venue,
        "languages": [state.config.language],
    });
    Ok(show(state, &Facts::of(&request), 200, token, purpose, &typed, None))
}

/// The link's secret and what it is for, while it is good.
fn good(request: &Request) -> Result<(&str, Purpose), Problem> {
    let token = request.param("token").unwrap_or_default();
    let purpose = request.state().auth.setup_is(token).ok_or_else(used_link)?;
    Ok((token, purpose))
}

fn used_link() -> Problem {
    let detail =
        "This set-up link was used or is not of this start of the box. Log in, or look for a newer link.";
    Problem::new(410, "setup-used", detail)
}

fn show(
    state: &State,
    facts: &Facts,
    status: u16,
    token: &str,
    purpose: Purpose,
    typed: &Value,
    problem: Option<&Problem>,
) -> tide::Response {
    let problem = problem.map(Problem::to_value);
    // The box's own first: of the languages ticked, the first is the venue's own.
    let mut languages: Vec<&str> = state.words.languages().collect();
    languages.sort_by_key(|tag| *tag != state.config.language);
    let organisers: Vec<String> = match purpose {
        Purpose::First => Vec::new(),
        Purpose::Recovery => {
            let users = state.auth.users().into_iter();
            users.filter(|user| user.role == Role::Organiser).map(|user| user.name).collect()
        }
    };
    let more = json!({
        "token": token,
        "recovery": purpose == Purpose::Recovery,
        "typed": typed,
        "languages": languages,
        "organisers": organisers,
    });
    let html = render::page(state, facts, |frame| state.pages.setup(frame, &more, problem.as_ref()));
    render::private(status, html)
}

async fn set_up(mut request: Request) -> Answer {
    let body = request::body(&mut request).await?;
    let (token, purpose) = good(&request)?;
    let (facts, form, state) = (Facts::of(&request), Form::parse(&body), Arc::clone(request.state()));
    let typed = Typed::of(&form, &body);
    match begin(&request, token, purpose, &form, &typed).await {
        Ok(login) => {
            if purpose == Purpose::First {
                // The organiser is made and logged in; a venue that is refused can be set on its own page.
                if let Err(problem) = set_venue(&state, &login.who, &typed).await {
                    log::warn!("set the venue up: {}", problem.detail);
                }
            }
            login::signed_in(&request, &login, "/organiser")
        }
        Err(problem) if problem.status == 410 => Err(used_link()),
        Err(problem) => {
            let status = problem.status;
            Ok(show(&state, &facts, status, token, purpose, &typed.to_json(), Some(&problem)))
        }
    }
}

async fn begin(
    request: &Request,
    token: &str,
    purpose: Purpose,
    form: &Form,
    typed: &Typed,
) -> Result<Login, Problem> {
    let password = form.get("password").unwrap_or_default();
    if password != form.get("again").unwrap_or_default() {
        return Err(users::refused(&ChangeError::User(UserError::Twice)));
    }
    if purpose == Purpose::First {
        // Before the organiser is made: afterwards this page is gone.
        venue::decide(&typed.change()).map_err(|rejection| problem::of_rejection(&rejection))?;
    }
    let agent = request::header(request, "user-agent").unwrap_or_default();
    let made = request.state().auth.set_up(token, &typed.name, password, agent).await;
    made.map_err(|error| users::refused(&error))
}

/// What was typed, kept where something of it is refused; never a password.
#[derive(Debug, Default)]
struct Typed {
    name: String,
    venue: String,
    pitches: String,
    languages: Vec<String>,
}

impl Typed {
    fn of(form: &Form, body: &[u8]) -> Self {
        let text = |name: &str| form.get(name).unwrap_or_default().trim().to_owned();
        // A checkbox's name stands once for each that is ticked.
        let ticked = form_urlencoded::parse(body).filter(|(name, _)| name == "language");
        Self {
            name: text("name"),
            venue: text("venue"),
            pitches: text("pitches"),
            languages: ticked.map(|(_, value)| value.into_owned()).collect(),
        }
    }

    fn to_json(&self) -> Value {
        json!({ "name": self.name, "venue": self.venue, "pitches": self.pitches, "languages": self.languages })
    }

    fn pitches(&self) -> Vec<String> {
        let mut pitches: Vec<String> = Vec::new();
        for pitch in self.pitches.lines().map(str::trim).filter(|pitch| !pitch.is_empty()) {
            if !pitches.iter().any(|known| known == pitch) {
                pitches.push(pitch.to_owned());
            }
        }
        pitches
    }

    /// What it says about the venue.
    fn change(&self) -> VenueChange {
        VenueChange {
            name: Some(self.venue.clone()).filter(|name| !name.is_empty()),
            pitches: Some(self.pitches()).filter(|pitches| !pitches.is_empty()),
            languages: Some(self.languages.clone()).filter(|languages| !languages.is_empty()),
        }
    }
}

/// Tells the ledger what was typed about the venue.
async fn set_venue(state: &State, who: &Who, typed: &Typed) -> Result<(), Problem> {
    let change = typed.change();
    if change == VenueChange::default() {
        return Ok(());
    }
    let source = typed.to_json().to_string();
    let command = CommandBody::ChangeVenue(change);
    let outcome = commands::submit(state, who, None, source.as_bytes(), command)?.await;
    commands::accepted(&outcome).map(drop)
}
