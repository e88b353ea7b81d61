//! The pages about people: the set-up, signing in by a card, who there is, cards to print.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

use super::{Frame, Pages, qr};
use crate::pages::model;

impl Pages {
    /// The sign-in form. `next` is where to go after; a caller passes only paths of its own.
    pub fn login(&self, frame: &Frame<'_>, next: &str, problem: Option<&Value>) -> String {
        let mut facts = self.facts(frame, "login", "login-title");
        facts.insert("next".into(), next.into());
        facts.insert("problem".into(), problem.cloned().unwrap_or_default());
        self.render("login.html", facts, frame)
    }

    /// What a sign-in card leads to: one button for the person it is for.
    pub fn login_link(&self, frame: &Frame<'_>, secret: &str, name: &str) -> String {
        let mut facts = self.facts(frame, "link", "link-title");
        facts.insert("secret".into(), encoded(secret).into());
        facts.insert("name".into(), name.into());
        self.render("link.html", facts, frame)
    }

    /// The form that makes the first organiser and names the venue, or with `"recovery":true` helps an organiser who
    /// lost a passphrase: `{"token","recovery","typed":{"name","venue","pitches","languages":[…]},"languages":[…],
    /// "organisers":[…]}`.
    pub fn setup(&self, frame: &Frame<'_>, more: &Value, problem: Option<&Value>) -> String {
        let recovery = more["recovery"] == true;
        let mut facts = self.facts(frame, "setup", if recovery { "recovery-title" } else { "setup-title" });
        facts.insert("recovery".into(), recovery.into());
        facts.insert("token".into(), encoded(more["token"].as_str().unwrap_or_default()).into());
        facts.insert("typed".into(), more["typed"].clone());
        facts.insert("organisers".into(), more["organisers"].clone());
        let chosen = more["typed"]["languages"].as_array().cloned().unwrap_or_default();
        let languages: Vec<Value> = more["languages"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|tag| json!({ "tag": tag, "name": own_name(tag.as_str().unwrap_or_default()), "chosen": chosen.contains(tag) }))
            .collect();
        facts.insert("languages".into(), languages.into());
        facts.insert("problem".into(), problem.cloned().unwrap_or_default());
        self.render("setup.html", facts, frame)
    }

    /// Who there is. Users, sessions and tokens as the API tells of them; `games` to choose from
    /// (`[{"id","name"}]`), `pitches` by name; `typed` and `problem` of a form that was refused.
    pub fn people(&self, frame: &Frame<'_>, more: &Value) -> String {
        let mut facts = self.facts(frame, "people", "people-title");
        facts.extend(more.as_object().cloned().unwrap_or_default());
        let list = |name: &str, one: &dyn Fn(&Value) -> Value| -> Value {
            more[name].as_array().into_iter().flatten().map(one).collect()
        };
        facts.insert("people".into(), list("people", &|user| self.person_model(frame, user, &more["games"])));
        facts.insert("sessions".into(), list("sessions", &|session| self.session_model(frame, session)));
        facts.insert("tokens".into(), list("tokens", &|token| self.dated(frame, token)));
        choices(&mut facts, more, &more["typed"]);
        self.render("people.html", facts, frame)
    }

    /// One person: role and limits, passphrase, card, removal. As for [`Pages::people`], with `person`, `own` (it is
    /// who asks) and `last` (the last organiser).
    pub fn person(&self, frame: &Frame<'_>, more: &Value) -> String {
        let mut facts = self.facts(frame, "person", "people-title");
        facts.extend(more.as_object().cloned().unwrap_or_default());
        let person = self.person_model(frame, &more["person"], &more["games"]);
        let name = person["name"].as_str().unwrap_or_default();
        facts.insert("heading".into(), name.into());
        facts.insert("title".into(), self.strings.say(frame.lang, "person-title", &[("name", name)]).into());
        let chosen = if more["typed"].is_null() { &more["person"] } else { &more["typed"] };
        choices(&mut facts, more, chosen);
        facts.insert("person".into(), person);
        self.render("person.html", facts, frame)
    }

    /// Cards to scan or to print: `[{"name","url"}]`.
    pub fn cards(&self, frame: &Frame<'_>, cards: &[Value]) -> String {
        let mut facts = self.facts(frame, "cards", "cards-title");
        let drawn: Vec<Value> = cards
            .iter()
            .map(|card| {
                let (name, url) =
                    (card["name"].as_str().unwrap_or_default(), card["url"].as_str().unwrap_or_default());
                let label = self.strings.say(frame.lang, "card-code", &[("name", name)]);
                json!({ "name": name, "url": url, "code": qr::svg(url, &label) })
            })
            .collect();
        facts.insert("cards".into(), drawn.into());
        self.render("cards.html", facts, frame)
    }

    /// A token just made, shown this once.
    pub fn token_made(&self, frame: &Frame<'_>, name: &str, secret: &str) -> String {
        let mut facts = self.facts(frame, "token", "token-made-title");
        facts.insert("name".into(), name.into());
        facts.insert("secret".into(), secret.into());
        self.render("token.html", facts, frame)
    }

    /// A user with what is said about them in words.
    fn person_model(&self, frame: &Frame<'_>, user: &Value, games: &Value) -> Value {
        let say = |id: &str, arguments: &[(&str, &str)]| self.strings.say(frame.lang, id, arguments);
        let mut person = user.clone();
        let role = user["role"].as_str().unwrap_or_default();
        person["role_text"] = say(&format!("role-{role}"), &[]).into();
        let named = |id: &Value| {
            let known = games.as_array().into_iter().flatten().find(|game| game["id"] == *id);
            let number = id.to_string();
            known.map_or_else(
                || say("game-number", &[("seq", &number)]),
                |game| game["name"].as_str().unwrap_or_default().to_owned(),
            )
        };
        let pitches = user["pitches"].as_array().into_iter().flatten();
        let places = pitches.filter_map(|pitch| pitch.as_str().map(str::to_owned));
        let limits: Vec<String> =
            places.chain(user["games"].as_array().into_iter().flatten().map(named)).collect();
        person["limits"] = limits.into();
        let link = &user["link"];
        let when = |value: &Value| value.as_str().and_then(|text| self.when(frame, text)).unwrap_or_default();
        person["card"] = if link["used"].is_string() {
            say("card-used", &[("time", &when(&link["used"]))]).into()
        } else if link.is_object() {
            say("card-open", &[("time", &when(&link["made"]))]).into()
        } else {
            Value::Null
        };
        person["open"] = (link.is_object() && !link["used"].is_string()).into();
        person
    }

    fn session_model(&self, frame: &Frame<'_>, session: &Value) -> Value {
        let mut model = self.dated(frame, session);
        let minutes = session["idle_ms"].as_u64().unwrap_or(0) / 60_000;
        let id = match minutes {
            0 => "session-now",
            1..=119 => "session-minutes",
            _ => "session-hours",
        };
        let count = if minutes < 120 { minutes } else { minutes / 60 }.to_string();
        model["used"] = self.strings.say(frame.lang, id, &[("n", &count), ("count", &count)]).into();
        let browser = browser(session["agent"].as_str().unwrap_or_default());
        model["browser"] =
            browser.unwrap_or_else(|| self.strings.say(frame.lang, "browser-unknown", &[])).into();
        model
    }

    fn dated(&self, frame: &Frame<'_>, value: &Value) -> Value {
        let mut dated = value.clone();
        dated["made_text"] =
            value["made"].as_str().and_then(|text| self.when(frame, text)).unwrap_or_default().into();
        if let Some(role) = value["role"].as_str() {
            dated["role_text"] = self.strings.say(frame.lang, &format!("role-{role}"), &[]).into();
        }
        dated
    }

    /// A moment as people say it where the box stands: the hour today, else the date as well.
    pub(super) fn when(&self, frame: &Frame<'_>, time: &str) -> Option<String> {
        let (then, now) = (model::local(time)?, model::local(frame.now)?);
        let form = if then.date_naive() == now.date_naive() { "%H:%M" } else { "%Y-%m-%d %H:%M" };
        Some(then.format(form).to_string())
    }
}

/// The pitches and games to tick, those ticked marked; what is ticked but not on the list stands at its end.
fn choices(facts: &mut Map<String, Value>, more: &Value, chosen: &Value) {
    let ticked = |name: &str| chosen[name].as_array().cloned().unwrap_or_default();
    let (pitches, games) = (ticked("pitches"), ticked("games"));
    let mut all_pitches = more["pitches"].as_array().cloned().unwrap_or_default();
    all_pitches
        .extend(pitches.iter().filter(|pitch| !all_pitches.contains(pitch)).cloned().collect::<Vec<_>>());
    let mut all_games = more["games"].as_array().cloned().unwrap_or_default();
    for id in &games {
        if !all_games.iter().any(|game| game["id"] == *id) {
            all_games.push(json!({ "id": id }));
        }
    }
    let some =
        chosen["where"].as_str().map_or(!pitches.is_empty() || !games.is_empty(), |word| word == "some");
    let pitch = |pitch: Value| json!({ "chosen": pitches.contains(&pitch), "name": pitch });
    let game = |game: Value| json!({ "id": game["id"], "name": game["name"], "chosen": games.contains(&game["id"]) });
    facts.insert(
        "may".into(),
        json!({
            "role": chosen["role"].as_str().unwrap_or("commentator"),
            "some": some,
            "pitches": all_pitches.into_iter().map(pitch).collect::<Vec<_>>(),
            "games": all_games.into_iter().map(game).collect::<Vec<_>>(),
        }),
    );
}

/// A secret as part of an address. What secrets are written in stands as it is: routes compare it undecoded.
fn encoded(secret: &str) -> String {
    const SET: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'_');
    utf8_percent_encode(secret, &SET).to_string()
}

/// A language as it calls itself; its tag where that is not known here.
fn own_name(tag: &str) -> String {
    let name = match tag.split('-').next().unwrap_or_default() {
        "ar" => "العربية",
        "de" => "Deutsch",
        "en" => "English",
        "es" => "Español",
        "fr" => "Français",
        "it" => "Italiano",
        "nl" => "Nederlands",
        "pl" => "Polski",
        "pt" => "Português",
        "tr" => "Türkçe",
        "uk" => "Українська",
        _ => tag,
    };
    name.to_owned()
}

/// What a browser is called by people, from what it calls itself: `Chrome, Android`.
fn browser(agent: &str) -> Option<String> {
    // The more special first: all of them call themselves Safari, most of them Chrome.
    const BROWSERS: [(&str, &str); 8] = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser", "Samsung Internet"),
        ("Firefox", "Firefox"),
        ("FxiOS", "Firefox"),
        ("CriOS", "Chrome"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 7] = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("CrOS", "ChromeOS"),
        ("Windows", "Windows"),
        ("Macintosh", "Mac"),
        ("Linux", "Linux"),
    ];
    let find = |list: &[(&str, &'static str)]| {
        list.iter().find(|(sign, _)| agent.contains(sign)).map(|(_, name)| *name)
    };
    let browser = find(&BROWSERS)?;
    Some(find(&SYSTEMS).map_or_else(|| browser.to_owned(), |system| format!("{browser}, {system}")))
}

#[cfg(test)]
mod tests {
    use super::browser;

    #[test]
    fn a_browser_is_called_as_people_call_it() {
        for (agent, name) in [
            (
                "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36",
                Some("Chrome, Android"),
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1",
                Some("Safari, iPhone"),
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                Some("Firefox, Linux"),
            ),
            ("curl/8", None),
        ] {
            assert_eq!(browser(agent).as_deref(), name, "{agent}");
        }
    }
}
