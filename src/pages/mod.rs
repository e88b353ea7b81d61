//! Server-rendered HTML and embedded assets.
//!
//! Owns the templates, the style and the script under `web/`, and the pages' own words
//! (`data/locales/*/`, all but `events.ftl`). Called by `api`, which hands over a board as JSON and gets a whole page back.
//! Invariants: nothing here does I/O or reads a clock, so the same facts give the same bytes; every value is
//! escaped by default; a page is complete without script.

pub mod assets;
mod desk;
mod model;
mod people;
mod plan;
pub(crate) mod qr;
mod record;
mod status;
mod strings;
mod teams;
#[cfg(test)]
mod tests;
mod venue;
mod votes;

use crate::pages::assets::{Asset, Assets};
use crate::pages::strings::Strings;
use minijinja::value::{Kwargs, Rest, Serde};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, State, UndefinedBehavior};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Who is signed in, as the foot of a page shows it.
#[derive(Debug, Clone, Copy)]
pub struct Person<'a> {
    /// The name the person signs in with.
    pub name: &'a str,
    /// `commentator` or `organiser`.
    pub role: &'a str,
}

/// What is true of one request, whatever page it asks for.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// Language of the page, a tag such as `en`; one without a catalogue falls back to English.
    pub lang: &'a str,
    /// Path of this page without its query, for links to itself.
    pub path: &'a str,
    /// Build of the box, as `hello` says it.
    pub build: &'a str,
    /// The box's monotonic line in milliseconds, to which a clock's `at_ms` belongs.
    pub now_ms: i64,
    /// Wall time, RFC 3339 UTC, for display only.
    pub now: &'a str,
    /// Random text of this request; the ids of the commands its forms may send are made from it.
    pub nonce: &'a str,
    /// `?auto=`: seconds after which a page without script loads itself again. Only 15 and 60 are heeded.
    pub auto: Option<u32>,
    /// The person signed in. `None` on every page that is cached.
    pub user: Option<Person<'a>>,
}

/// From where the page's script goes on.
#[derive(Debug, Clone, Copy)]
pub struct Live<'a> {
    /// `<epoch>:<frame>`: the hub's position at which the page's board was read.
    pub cursor: &'a str,
    /// The channel of that board, for example `game/7` or `game/7@de`.
    pub channel: &'a str,
    /// Further channels, which the page has no board of and asks a snapshot for.
    pub asks: &'a [&'a str],
}

/// Who works at the desks, as a desk shows it.
#[derive(Debug, Clone, Copy)]
pub struct Staff<'a> {
    /// The actor who looks: `user:3`.
    pub me: &'a str,
    /// The names of all people and feeds by actor.
    pub names: &'a [(String, String)],
}

/// The pages of the box, ready to render. Cheap to share, never changed after the start.
#[derive(Debug)]
pub struct Pages {
    templates: Environment<'static>,
    strings: Arc<Strings>,
    assets: Arc<Assets>,
}

const TEMPLATES: &[(&str, &str)] = &[
    ("base.html", include_str!("../../web/templates/base.html")),
    ("parts.html", include_str!("../../web/templates/parts.html")),
    ("auto.html", include_str!("../../web/templates/auto.html")),
    ("home.html", include_str!("../../web/templates/home.html")),
    ("game.html", include_str!("../../web/templates/game.html")),
    ("commentary.html", include_str!("../../web/templates/commentary.html")),
    ("login.html", include_str!("../../web/templates/login.html")),
    ("setup.html", include_str!("../../web/templates/setup.html")),
    ("link.html", include_str!("../../web/templates/link.html")),
    ("people.html", include_str!("../../web/templates/people.html")),
    ("person.html", include_str!("../../web/templates/person.html")),
    ("may.html", include_str!("../../web/templates/may.html")),
    ("cards.html", include_str!("../../web/templates/cards.html")),
    ("token.html", include_str!("../../web/templates/token.html")),
    ("record.html", include_str!("../../web/templates/record.html")),
    ("desk_list.html", include_str!("../../web/templates/desk_list.html")),
    ("desk.html", include_str!("../../web/templates/desk.html")),
    ("desk_parts.html", include_str!("../../web/templates/desk_parts.html")),
    ("desk_entry.html", include_str!("../../web/templates/desk_entry.html")),
    ("desk_preview.html", include_str!("../../web/templates/desk_preview.html")),
    ("organiser.html", include_str!("../../web/templates/organiser.html")),
    ("organiser_nav.html", include_str!("../../web/templates/organiser_nav.html")),
    ("status.html", include_str!("../../web/templates/status.html")),
    ("poll.html", include_str!("../../web/templates/poll.html")),
    ("vote_list.html", include_str!("../../web/templates/vote_list.html")),
    ("votes.html", include_str!("../../web/templates/votes.html")),
    ("vote.html", include_str!("../../web/templates/vote.html")),
    ("tickets.html", include_str!("../../web/templates/tickets.html")),
    ("fields.html", include_str!("../../web/templates/fields.html")),
    ("import.html", include_str!("../../web/templates/import.html")),
    ("plan_game.html", include_str!("../../web/templates/plan_game.html")),
    ("plan_moves.html", include_str!("../../web/templates/plan_moves.html")),
    ("team_fields.html", include_str!("../../web/templates/team_fields.html")),
    ("team.html", include_str!("../../web/templates/team.html")),
    ("teams.html", include_str!("../../web/templates/teams.html")),
    ("venue.html", include_str!("../../web/templates/venue.html")),
    ("problem.html", include_str!("../../web/templates/problem.html")),
];

impl Pages {
    /// Parses every template and catalogue and compresses every asset, once at the start.
    ///
    /// # Panics
    /// When an embedded template or catalogue does not parse: a fault of the build, which the tests catch.
    pub fn new() -> Self {
        let strings = Arc::new(Strings::embedded());
        let assets = Arc::new(Assets::embedded());
        let mut templates = Environment::new();
        templates.set_auto_escape_callback(|_| AutoEscape::Html);
        templates.set_undefined_behavior(UndefinedBehavior::Chainable);
        for (name, source) in TEMPLATES {
            templates.add_template(name, source).expect("embedded templates parse");
        }
        let words = Arc::clone(&strings);
        templates.add_function(
            "t",
            move |state: &State, id: &str, arguments: Kwargs| -> Result<String, Error> {
                let lang = state.lookup("lang").and_then(|lang| lang.as_str().map(str::to_owned));
                let mut pairs = Vec::new();
                for name in arguments.args() {
                    let value: minijinja::Value = arguments.get(name)?;
                    pairs.push((name.to_owned(), value.to_string()));
                }
                let pairs: Vec<(&str, &str)> = pairs.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
                words.text(lang.as_deref().unwrap_or_default(), id, &pairs).ok_or_else(|| {
                    Error::new(ErrorKind::UndefinedError, format!("no message {id} in data/locales"))
                })
            },
        );
        let served = Arc::clone(&assets);
        templates.add_function("asset", move |name: &str| -> Result<minijinja::Value, Error> {
            // Made of our own names and hexadecimal digits: nothing in it needs escaping.
            let url = served.url(name).map(minijinja::Value::from_safe_string);
            url.ok_or_else(|| Error::new(ErrorKind::UndefinedError, format!("no asset {name}")))
        });
        templates.add_function("qr", |link: &str, label: &str| -> Result<minijinja::Value, Error> {
            let drawn = qr::svg(link, label).map(minijinja::Value::from_safe_string);
            drawn.ok_or_else(|| {
                Error::new(ErrorKind::InvalidOperation, format!("too long for a code: {link}"))
            })
        });
        templates.add_function("new_id", |state: &State, _: Rest<minijinja::Value>| -> String {
            let counter = state.lookup("ids").and_then(|ids| ids.downcast_object::<desk::Ids>());
            counter.map(|ids| ids.next()).unwrap_or_default()
        });
        Self { templates, strings, assets }
    }

    /// Games of the day: `{"games":[summary…]}`, or an object of summaries by id. Beside it, `venue` is the name
    /// at the top, `polls` the votes of the venue's board, and `setup` (`{"url":…}`) shows the first organiser's link.
    pub fn home(&self, frame: &Frame<'_>, games: &Value, live: Option<&Live<'_>>) -> String {
        let summaries = self.summaries(frame, games);
        let group = |id: &str, label: &str, keep: &dyn Fn(&Value) -> bool| json!({"id": id, "label": self.say(frame, label), "games": summaries.iter().filter(|g| keep(g)).collect::<Vec<_>>()});
        let phase = |game: &Value| game["phase_group"].as_str().unwrap_or_default().to_owned();
        let groups = [
            group("live", "home-live", &|g| phase(g) == "live"),
            group("next", "home-next", &|g| phase(g) == "next"),
            group("done", "home-done", &|g| phase(g) == "done"),
        ];
        let mut facts = self.facts(frame, "home", "home-title");
        let heading = games["venue"].as_str().map_or_else(|| self.say(frame, "home-heading"), str::to_owned);
        facts.insert("heading".into(), heading.into());
        facts.insert("any".into(), (!summaries.is_empty()).into());
        facts.insert("groups".into(), groups.to_vec().into());
        facts.insert("setup".into(), games["setup"].clone());
        facts.insert("polls".into(), votes::listed(&self.strings, frame, &games["polls"], None));
        if let Some(live) = live {
            self.go_live(&mut facts, frame, "fan.js", live, games);
        }
        self.render("home.html", facts, frame)
    }

    /// One game for the people watching it. Beside what its board holds, `polls` are the votes of the venue's board.
    pub fn game(&self, frame: &Frame<'_>, board: &Value, live: Option<&Live<'_>>) -> String {
        self.of_game("game", frame, board, live)
    }

    /// The words of one game alone.
    pub fn commentary(&self, frame: &Frame<'_>, board: &Value, live: Option<&Live<'_>>) -> String {
        self.of_game("commentary", frame, board, live)
    }

    /// The games one can enter for; `games` as for [`Pages::home`].
    pub fn desk_list(&self, frame: &Frame<'_>, games: &Value) -> String {
        let mut facts = self.facts(frame, "desks", "desk-title");
        facts.insert("games".into(), self.summaries(frame, games).into());
        self.render("desk_list.html", facts, frame)
    }

    /// The desk of one game. `outcome` is what became of the form sent before:
    /// `{"id","outcome":"accepted|rejected|pending","seq","problem":{"title","detail"}}`.
    pub fn desk(
        &self,
        frame: &Frame<'_>,
        board: &Value,
        sport: &Value,
        staff: &Staff<'_>,
        outcome: Option<&Value>,
        live: Option<&Live<'_>>,
    ) -> String {
        let game = model::game(&self.strings, frame, board);
        let mut facts = self.facts(frame, "desk", "desk-title");
        let title = self.strings.say(
            frame.lang,
            "desk-game-title",
            &[("home", model::side_name(&game, 0)), ("away", model::side_name(&game, 1))],
        );
        facts.insert("title".into(), title.into());
        facts.extend(desk::facts(&self.strings, frame, board, sport));
        facts.insert("outcome".into(), desk::outcome(outcome));
        facts.insert("scorer".into(), desk::scorer(&self.strings, frame, board, staff));
        facts.insert("m".into(), game);
        if let Some(live) = live {
            self.go_live(&mut facts, frame, "desk.js", live, board);
            if let Some(state) = facts.get_mut("state").filter(|state| state.is_object()) {
                state["desk"] = desk::for_script(sport, staff, frame.user.map(|user| user.name));
            }
        }
        self.render("desk.html", facts, frame)
    }

    /// A problem (RFC 9457) as a page.
    pub fn problem(&self, frame: &Frame<'_>, problem: &Value) -> String {
        let mut facts = self.facts(frame, "problem", "problem-title");
        if let Some(title) = problem["title"].as_str() {
            facts.insert("title".into(), title.into());
            facts.insert("heading".into(), title.into());
        }
        facts.insert("problem".into(), problem.clone());
        self.render("problem.html", facts, frame)
    }

    /// What stands under `/assets/{name}`.
    pub fn asset(&self, name: &str) -> Option<&Asset> {
        self.assets.get(name)
    }

    fn of_game(&self, page: &str, frame: &Frame<'_>, board: &Value, live: Option<&Live<'_>>) -> String {
        let game = model::game(&self.strings, frame, board);
        let mut facts = self.facts(frame, page, "home-title");
        facts.insert("title".into(), game["title"].clone());
        facts.insert("m".into(), game);
        let votes = votes::listed(&self.strings, frame, &board["polls"], board["id"].as_u64());
        facts.insert("polls".into(), votes);
        if let Some(live) = live {
            self.go_live(&mut facts, frame, "fan.js", live, board);
        }
        self.render(&format!("{page}.html"), facts, frame)
    }

    fn summaries(&self, frame: &Frame<'_>, games: &Value) -> Vec<Value> {
        model::summaries(&self.strings, frame, games)
    }

    fn say(&self, frame: &Frame<'_>, id: &str) -> String {
        self.strings.say(frame.lang, id, &[])
    }

    fn facts(&self, frame: &Frame<'_>, page: &str, title: &str) -> Map<String, Value> {
        let title = self.say(frame, title);
        let lang = self.strings.known(frame.lang);
        let auto = frame.auto.filter(|seconds| matches!(seconds, 15 | 60));
        let facts = json!({
            "page": page,
            "title": title,
            "heading": title,
            "lang": lang,
            "dir": strings::direction(lang),
            "path": frame.path,
            "build": frame.build,
            "auto": auto,
            "now_text": model::time_text(frame.now).unwrap_or_else(|| frame.now.to_owned()),
            "user": frame.user.map(|user| json!({"name": user.name, "role": user.role})),
        });
        match facts {
            Value::Object(facts) => facts,
            _ => Map::new(),
        }
    }

    fn go_live(
        &self,
        facts: &mut Map<String, Value>,
        frame: &Frame<'_>,
        script: &str,
        live: &Live<'_>,
        board: &Value,
    ) {
        // A page that loads itself again must not lose its place to a script's connection as well.
        if facts["auto"].is_null() {
            facts.insert("script".into(), script.into());
            facts.insert(
                "state".into(),
                json!({
                    "cursor": live.cursor,
                    "channel": live.channel,
                    "asks": live.asks,
                    "now_ms": frame.now_ms,
                    "now": frame.now,
                    "build": frame.build,
                    "board": board,
                    "strings": self.strings.for_script(frame.lang, script),
                }),
            );
        }
    }

    fn render(&self, template: &str, facts: Map<String, Value>, frame: &Frame<'_>) -> String {
        let ids = minijinja::Value::from_object(desk::Ids::new(frame.nonce));
        let rendered = self.templates.get_template(template).and_then(|template| {
            template.render(minijinja::context! { ids, ..minijinja::Value::from(Serde(&facts)) })
        });
        rendered.unwrap_or_else(|fault| {
            // A board of an unforeseen shape must not take the page away: say so, and let the log tell the place.
            log::error!("rendering {template} for {}: {fault:#}", frame.path);
            let text = self.say(frame, "problem-title");
            format!("<!doctype html><meta charset=\"utf-8\"><title>{text}</title><p>{text}</p>")
        })
    }
}

impl Default for Pages {
    fn default() -> Self {
        Self::new()
    }
}
