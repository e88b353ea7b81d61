//! The venue: its name, pitches and languages, as organisers set them.

use std::sync::Arc;

use serde_json::{Map, Value, json};
use tide::Server;

use super::form::Form;
use super::organiser::{self, Step, organiser};
use super::plan::print;
use super::render::{self, Facts};
use super::request::{self, Request};
use super::{Answer, State, commands, decode, json as answer, problem, route};
use crate::auth::Who;
use crate::domain::command::CommandBody;
use crate::domain::event::{EventBody, Stream};
use crate::domain::venue::{Venue, VenueChange};
use crate::ledger::events::{Audience, LogQuery};
use crate::wire::Problem;

pub(crate) fn routes(server: &mut Server<Arc<State>>) {
    server.at("/api/v1/venue").get(route(get)).patch(route(patch));
    server.at("/organiser/venue").get(route(page)).post(route(change));
}

/// The longest name of a venue or a pitch, in characters.
const LONGEST: usize = 80;

/// The venue as the ledger has it.
///
/// # Errors
/// When the ledger cannot be read.
pub(super) async fn read(state: &State) -> Result<Venue, Problem> {
    let query =
        LogQuery { after: 0, limit: u64::MAX, stream: Some(Stream::Venue), audience: Audience::Staff };
    let events = state.ledger.log(query).await;
    let mut venue = Venue::default();
    for event in events.map_err(|error| problem::internal("read the venue", error))? {
        if let EventBody::VenueChanged(change) = &event.body {
            venue.apply(change);
        }
    }
    Ok(venue)
}

/// The venue's pitches; none where it has none, or where they cannot be read.
pub(super) async fn pitches(state: &State) -> Vec<String> {
    // A form without suggestions is better than no form.
    read(state).await.map(|venue| venue.pitches).unwrap_or_default()
}

fn venue_json(venue: &Venue) -> Value {
    let mut value = json!({ "pitches": venue.pitches, "languages": venue.languages });
    if let Some(name) = &venue.name {
        value["name"] = json!(name);
    }
    value
}

async fn get(request: Request) -> Answer {
    let mut response = answer(200, &venue_json(&read(request.state()).await?));
    response.insert_header("Cache-Control", "max-age=1");
    Ok(response)
}

async fn patch(mut request: Request) -> Answer {
    let who = request::organiser(&request).await?;
    let source = request::body(&mut request).await?;
    let mut body = request::json(&request, &source)?;
    let id = match body.remove("id") {
        None => None,
        Some(Value::String(id)) => Some(id),
        Some(_) => return Err(Problem::new(422, "invalid-value", "`id` must be a string.")),
    };
    let id = commands::one_id(&request, id)?;
    let change = decoded(request.state(), body)?;
    let step = Step { body: CommandBody::ChangeVenue(change), source: print(&source) };
    organiser::carry_out(request.state(), &who, id, vec![step]).await?;
    Ok(answer(200, &venue_json(&read(request.state()).await?)))
}

/// A change from its JSON, held to what a page can show.
fn decoded(state: &State, body: Map<String, Value>) -> Result<VenueChange, Problem> {
    let mut change = VenueChange::default();
    for (name, value) in body {
        let wrong = |what: &str| {
            let detail = format!("`{name}` must be {what}.");
            Problem::new(422, "invalid-body", detail).with("field", name.as_str())
        };
        let list = || -> Option<Vec<String>> {
            value.as_array()?.iter().map(|one| Some(one.as_str()?.trim().to_owned())).collect()
        };
        match name.as_str() {
            "name" => change.name = Some(value.as_str().ok_or_else(|| wrong("a text"))?.trim().to_owned()),
            "pitches" => change.pitches = Some(list().ok_or_else(|| wrong("a list of names"))?),
            "languages" => change.languages = Some(list().ok_or_else(|| wrong("a list of languages"))?),
            _ => {
                let detail = format!("A venue has `name`, `pitches` and `languages`, not `{name}`.");
                return Err(Problem::new(422, "invalid-body", detail));
            }
        }
    }
    let names = change.name.iter().chain(change.pitches.iter().flatten());
    for name in names {
        if name.chars().count() > LONGEST {
            let detail = format!("`{name}` is longer than {LONGEST} characters.");
            return Err(Problem::new(422, "invalid-value", detail));
        }
        // Held to one line of plain text by the same rule as the names of games.
        decode::game_change(Map::from_iter([("title".to_owned(), json!(name))]))?;
    }
    let known: Vec<&str> = state.words.languages().collect();
    if let Some(unknown) = change.languages.iter().flatten().find(|lang| !known.contains(&lang.as_str())) {
        let detail = format!("This box does not speak `{unknown}`; it speaks {}.", known.join(", "));
        return Err(Problem::new(422, "unknown-language", detail).with("field", "languages"));
    }
    Ok(change)
}

async fn page(request: Request) -> Answer {
    let who = match organiser(&request).await {
        Ok(who) => who,
        Err(answer) => return answer,
    };
    let outcome = organiser::outcome(&request, &who).await?;
    show(&request, &who, 200, json!({ "outcome": outcome })).await
}

async fn show(request: &Request, who: &Who, status: u16, more: Value) -> Answer {
    let state = request.state();
    let mut model = venue_json(&read(state).await?);
    model["started_as"] = json!(state.config.venue);
    model["language"] = json!(state.config.language);
    model["spoken"] = state.words.languages().collect();
    model.as_object_mut().into_iter().for_each(|m| m.extend(more.as_object().cloned().unwrap_or_default()));
    let facts = Facts::of(request).signed_in(who);
    let html = render::page(state, &facts, |frame| state.pages.venue(frame, &model));
    Ok(render::private(status, html))
}

async fn change(mut request: Request) -> Answer {
    let who = match organiser(&request).await {
        Ok(who) => who,
        Err(answer) => return answer,
    };
    let source = request::body(&mut request).await?;
    let form = Form::parse(&source);
    let id = form.get("id").map(str::to_owned);
    let step = of_form(request.state(), &form)
        .map(|change| Step { body: CommandBody::ChangeVenue(change), source: print(&source) });
    let done = match step {
        Ok(step) if organiser::by_script(&request) && request::respond_async(&request) => {
            return organiser::without_waiting(&request, &who, id, step).await;
        }
        Ok(step) => organiser::carry_out(request.state(), &who, id, vec![step]).await,
        Err(problem) => Err(problem),
    };
    match done {
        Ok(done) => organiser::carried_out(&request, &done, "/organiser/venue"),
        Err(problem) => match organiser::shown(&request, problem) {
            Ok(problem) => {
                let more = json!({ "problem": problem.to_value(), "typed": organiser::typed(&form) });
                show(&request, &who, problem.status, more).await
            }
            Err(answer) => *answer,
        },
    }
}

/// The venue a form describes: pitches one a line, languages by checkbox.
fn of_form(state: &State, form: &Form) -> Result<VenueChange, Problem> {
    let mut body = Map::new();
    // Left empty, the name stays what it was: a venue that had one is never without again.
    if let Some(name) = form.get("name") {
        body.insert("name".to_owned(), json!(name.trim()));
    }
    let lines = form.get("pitches").unwrap_or_default().lines().map(str::trim);
    body.insert("pitches".to_owned(), lines.filter(|line| !line.is_empty()).collect());
    let first = form.get("language").into_iter();
    let others = form.with_prefix("lang.").map(|(lang, _)| lang);
    let mut languages: Vec<&str> = first.collect();
    for lang in others {
        if !languages.contains(&lang) {
            languages.push(lang);
        }
    }
    body.insert("languages".to_owned(), json!(languages));
    let change = decoded(state, body)?;
    crate::domain::venue::decide(&change).map_err(|rejection| {
        let field = if rejection.detail.to_lowercase().contains("pitch") { "pitches" } else { "name" };
        problem::of_rejection(&rejection).with("field", field)
    })
}
