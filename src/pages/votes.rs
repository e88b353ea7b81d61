//! Votes as pages show them: the form of a ballot, the result by rank, and what organisers do with a vote.
//!
//! Pure: a poll's board and the request's facts in, plain JSON for the templates out. `web/script/result.js` makes the
//! same rows of a board that has changed since. A sealed count is in no board, so it can be on no page.

use crate::pages::model;
use crate::pages::strings::Strings;
use crate::pages::{Frame, Live, Pages, desk};
use serde_json::{Value, json};

impl Pages {
    /// A vote for fans. `ballot` says what became of theirs, all optional: `{"voted": receipt, "problem": {…},
    /// "choice": ["1"], "code": "…", "id": "…"}`.
    pub fn poll(&self, frame: &Frame<'_>, board: &Value, ballot: &Value, live: Option<&Live<'_>>) -> String {
        let vote = poll(&self.strings, frame, board);
        let mut facts = self.facts(frame, "poll", "poll-heading");
        let title = self.strings.say(frame.lang, "poll-title", &[("question", text(board, "question"))]);
        facts.insert("title".into(), title.into());
        facts.insert("rows".into(), form_rows(&self.strings, frame, board, &ballot["choice"]));
        facts.insert("problem".into(), problem(&self.strings, frame, &ballot["problem"]));
        facts.insert("ballot".into(), ballot.clone());
        facts.insert("v".into(), vote);
        if let Some(live) = live {
            self.go_live(&mut facts, frame, "vote.js", live, board);
            if let Some(Value::Object(state)) = facts.get_mut("state") {
                state.insert("voted".into(), ballot["voted"].clone());
            }
        }
        self.render("poll.html", facts, frame)
    }

    /// All votes, and the form of a new one. `filled` is what was typed into a form that was refused.
    pub fn votes(
        &self,
        frame: &Frame<'_>,
        boards: &[Value],
        games: &Value,
        filled: &Value,
        outcome: Option<&Value>,
    ) -> String {
        let mut facts = self.facts(frame, "votes", "votes-title");
        let polls: Vec<Value> = boards.iter().rev().map(|board| poll(&self.strings, frame, board)).collect();
        facts.insert("polls".into(), polls.into());
        facts.insert("games".into(), model::summaries(&self.strings, frame, games).into());
        facts.insert("f".into(), filled.clone());
        facts.insert("outcome".into(), desk::outcome(outcome));
        facts.insert("script".into(), "organiser-votes.js".into());
        self.render("votes.html", facts, frame)
    }

    /// One vote for organisers. `address` is the vote's page as phones reach it; `outcome` what became of a form.
    pub fn vote(
        &self,
        frame: &Frame<'_>,
        board: &Value,
        address: &str,
        outcome: Option<&Value>,
        live: Option<&Live<'_>>,
    ) -> String {
        let mut facts = self.facts(frame, "vote", "votes-title");
        facts.insert("title".into(), board["question"].clone());
        facts.insert("v".into(), poll(&self.strings, frame, board));
        facts.insert("outcome".into(), desk::outcome(outcome));
        facts.insert("address".into(), address.into());
        if let Some(live) = live {
            self.go_live(&mut facts, frame, "organiser-votes.js", live, board);
        }
        self.render("vote.html", facts, frame)
    }

    /// The form that makes tickets, and with `sheet` the tickets it made: `{"codes": ["ABCD-…"], "base": "http://…",
    /// "csv": "…"}`, shown this once.
    pub fn tickets(&self, frame: &Frame<'_>, board: &Value, base: &str, sheet: &Value) -> String {
        let question = text(board, "question");
        let mut facts = self.facts(frame, "tickets", "tickets-heading");
        let title = self.strings.say(frame.lang, "tickets-title", &[("question", question)]);
        facts.insert("title".into(), title.into());
        let codes = sheet["codes"].as_array().into_iter().flatten();
        let page = format!("{base}/polls/{}", board["id"]);
        let cards = codes.map(|code| json!({"code": code, "link": ticket_link(&page, code)}));
        facts.insert("cards".into(), cards.collect());
        facts.insert("problem".into(), problem(&self.strings, frame, &sheet["problem"]));
        facts.insert("sheet".into(), sheet.clone());
        facts.insert("base".into(), base.into());
        facts.insert("address".into(), page.into());
        facts.insert("v".into(), poll(&self.strings, frame, board));
        facts.insert("script".into(), "organiser-votes.js".into());
        self.render("tickets.html", facts, frame)
    }
}

fn ticket_link(page: &str, code: &Value) -> String {
    format!("{page}?code={}", code.as_str().unwrap_or_default())
}

/// The votes of the venue's board that belong to a page: of one game with those of the whole venue, or all; open ones
/// first, then the newest.
pub(crate) fn listed(strings: &Strings, frame: &Frame<'_>, polls: &Value, game: Option<u64>) -> Value {
    let mine = |poll: &&Value| game.is_none() || poll["game"].is_null() || poll["game"].as_u64() == game;
    let mut polls: Vec<&Value> =
        polls.as_object().into_iter().flat_map(|polls| polls.values()).filter(mine).collect();
    polls.sort_by_key(|poll| (poll["state"] != "open", std::cmp::Reverse(poll["id"].as_u64())));
    let shown = polls.into_iter().map(|poll| {
        let label = strings.say(frame.lang, &format!("js-poll-{}", text(poll, "state")), &[]);
        json!({"id": poll["id"], "question": poll["question"], "state": poll["state"], "state_label": label})
    });
    shown.collect()
}

/// A poll's board with its words.
fn poll(strings: &Strings, frame: &Frame<'_>, board: &Value) -> Value {
    let say = |id: &str, values: &[(&str, &str)]| strings.say(frame.lang, id, values);
    let count = |id: &str, n: u64| say(id, &[("n", &n.to_string()), ("count", &n.to_string())]);
    let state = text(board, "state");
    let access = text(board, "access");
    let turnout = board["turnout"].as_u64().unwrap_or(0);
    let to_come = to_come(board);
    let phase = match (board["withdrawn"].is_null(), state, to_come) {
        (false, ..) => "withdrawn",
        (_, "closed", Some(_)) => "revealing",
        (_, state, _) => state,
    };
    let when = |name: &str| board[name]["at"].as_str().or(board[name].as_str()).map(str::to_owned);
    let refused = board["refused"].as_object().into_iter().flatten().map(|(reason, n)| {
        let words = strings.text(frame.lang, &format!("refused-{reason}"), &[]);
        json!({"reason": words.unwrap_or_else(|| reason.clone()), "count": n})
    });
    let refused: Vec<Value> = refused.collect();
    let refused_sum: u64 = refused.iter().filter_map(|one| one["count"].as_u64()).sum();
    let closes = when("closes").or_else(|| when("closes_at"));
    let opens = when("opens").or_else(|| when("opens_at"));
    let issued = board["issued"].as_u64();
    json!({
        "id": board["id"],
        "question": board["question"],
        "kind": board["kind"],
        "kind_words": kind_words(strings, frame, board),
        "access": access,
        "label": say(if access == "ticket" { "js-poll-ticket-vote" } else { "js-poll-open-vote" }, &[]),
        "label_what": say(if access == "ticket" { "poll-ticket-vote-what" } else { "poll-open-vote-what" }, &[]),
        "game": board["game"],
        "state": state,
        "withdrawn": phase == "withdrawn",
        "phase_label": say(&format!("js-poll-{phase}"), &[]),
        "changeable": board["changeable"],
        "secret": board["secret"],
        "sealed": board["secret"] == true && state != "revealed" && to_come.is_none(),
        "closes_at": closes,
        "closes_text": closes.as_deref().and_then(model::time_text),
        "opens_text": opens.as_deref().and_then(model::time_text),
        "turnout": turnout,
        "turnout_text": count("js-poll-turnout", turnout),
        "issued": issued,
        "issued_text": issued.map(|n| count("vote-issued", n)),
        "used_text": issued.map(|_| count("js-poll-used", turnout)),
        "results": results(strings, frame, board),
        "to_come_text": to_come.map(|n| count("js-poll-to-come", n)),
        "mean_text": mean_text(board).map(|mean| say("js-poll-mean", &[("count", &mean)])),
        "refused": refused,
        "refused_text": count("poll-refused", refused_sum),
        "record": board["record"],
        "tie_text": board["tie"].as_str().map(|tie| say(&format!("poll-tie-{tie}"), &[])),
    })
}

fn kind_words(strings: &Strings, frame: &Frame<'_>, board: &Value) -> String {
    let number = |value: u64| value.to_string();
    let options = board["options"].as_object().map_or(0, |options| options.len() as u64);
    match text(board, "kind") {
        "multiple" => {
            let max = number(board["max"].as_u64().unwrap_or(options));
            strings.say(frame.lang, "poll-kind-multiple", &[("n", &max), ("count", &max)])
        }
        "points" => {
            let scale: Vec<String> = scale(board).iter().map(|points| number(*points)).collect();
            let places = number(scale.len() as u64);
            let values = [("count", places.as_str()), ("scale", &scale.join(", "))];
            strings.say(frame.lang, "poll-kind-points", &values)
        }
        "rating" => {
            let steps = number(board["steps"].as_u64().unwrap_or(5));
            strings.say(frame.lang, "poll-kind-rating", &[("count", &steps)])
        }
        _ => strings.say(frame.lang, "poll-kind-single", &[]),
    }
}

/// The rows of the ballot's form with the choice made so far: options to tick, or places to fill.
fn form_rows(strings: &Strings, frame: &Frame<'_>, board: &Value, choice: &Value) -> Value {
    let chosen: Vec<&str> = choice.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let options = options(board);
    if text(board, "kind") == "points" {
        let places = (1_u64..).zip(scale(board)).map(|(place, points)| {
            let (place_text, points) = (place.to_string(), points.to_string());
            let values = [("n", points.as_str()), ("count", &points), ("place", &place_text)];
            let mine = chosen.get(usize::try_from(place).unwrap_or(1) - 1).copied().unwrap_or_default();
            let options = options.iter().map(|(id, name)| json!({"id": id, "name": name, "chosen": id == mine}));
            json!({"place": place, "label": strings.say(frame.lang, "poll-rank", &values), "options": options.collect::<Vec<_>>()})
        });
        return places.collect();
    }
    let last = options.len();
    let rows = (1..).zip(&options).map(|(place, (id, name))| {
        let name = match (text(board, "kind"), place) {
            ("rating", 1) => strings.say(frame.lang, "poll-step-worst", &[("step", name)]),
            ("rating", place) if place == last => {
                strings.say(frame.lang, "poll-step-best", &[("step", name)])
            }
            _ => name.clone(),
        };
        json!({"id": id, "name": name, "chosen": chosen.contains(&id.as_str())})
    });
    rows.collect()
}

/// Options with their names in the order of the poll; of a rating, its steps.
fn options(board: &Value) -> Vec<(String, String)> {
    if text(board, "kind") == "rating" {
        let steps = board["steps"].as_u64().unwrap_or(5);
        return (1..=steps).map(|step| (step.to_string(), step.to_string())).collect();
    }
    let options = board["options"].as_object().into_iter().flatten();
    let mut options: Vec<(String, String)> =
        options.map(|(id, name)| (id.clone(), name.as_str().unwrap_or_default().to_owned())).collect();
    options.sort_by_key(|(id, _)| id.parse::<u64>().unwrap_or(u64::MAX));
    options
}

fn scale(board: &Value) -> Vec<u64> {
    board["scale"].as_array().into_iter().flatten().filter_map(Value::as_u64).collect()
}

/// How many options of a result are not out yet; `None` when it does not come out in stages.
fn to_come(board: &Value) -> Option<u64> {
    let shown = board["shown"].as_object()?.len();
    let left = options(board).len().saturating_sub(shown) as u64;
    (board["tally"].is_null() && shown > 0 && left > 0).then_some(left)
}

fn mean_text(board: &Value) -> Option<String> {
    board["mean"].as_f64().map(|mean| format!("{mean:.2}")).or(board["mean"].as_str().map(str::to_owned))
}

/// What is out, by rank: place, name, share and count, and how long its bar is.
fn results(strings: &Strings, frame: &Frame<'_>, board: &Value) -> Value {
    let (counts, before) = match (board["tally"].as_object(), board["shown"].as_object()) {
        (Some(tally), _) => (tally, 0),
        (None, Some(shown)) => (shown, to_come(board).unwrap_or(0)),
        (None, None) => return Value::Array(Vec::new()),
    };
    let whole = board["tally"].is_object();
    let points = text(board, "kind") == "points";
    let of = |id: &str| counts.get(id).and_then(Value::as_u64);
    let all = options(board);
    let mut rows: Vec<(u64, u64, &str, &str)> = all
        .iter()
        .filter_map(|(id, name)| {
            let count = of(id).or(whole.then_some(0))?;
            let better = all.iter().filter(|(other, _)| of(other).unwrap_or(0) > count).count() as u64;
            let rank = board["ranks"][id].as_u64().unwrap_or(before + better + 1);
            Some((rank, count, id.as_str(), name.as_str()))
        })
        .collect();
    // By rank; those that share one stay in the order of the poll. Of a rating the best step first.
    match text(board, "kind") {
        "rating" => rows.reverse(),
        _ => rows.sort_by_key(|(rank, ..)| *rank),
    }
    let ranked = text(board, "kind") != "rating";
    let most = rows.iter().map(|(_, count, ..)| *count).max().unwrap_or(0);
    let base = if points { most } else { board["turnout"].as_u64().unwrap_or(0) };
    let rows = rows.iter().map(|(rank, count, id, name)| {
        let n = count.to_string();
        let words = if points { "js-poll-points" } else { "js-poll-votes" };
        let percent = percent(*count, base);
        let share = percent.filter(|_| !points).map(|percent| {
            let percent = percent.to_string();
            strings.say(frame.lang, "js-poll-percent", &[("n", &percent), ("count", &percent)])
        });
        json!({"id": id, "rank": ranked.then_some(rank), "name": name, "share": share, "bar": percent.unwrap_or(0).min(100),
            "count": strings.say(frame.lang, words, &[("n", &n), ("count", &n)])})
    });
    rows.collect()
}

/// Rounded half up, so that this page and the script's agree.
fn percent(count: u64, of: u64) -> Option<u64> {
    (of > 0).then(|| (count * 200 + of) / (of * 2))
}

/// A refusal in the page's own words where it has some, else in those of the rules.
fn problem(strings: &Strings, frame: &Frame<'_>, problem: &Value) -> Value {
    let kind = text(problem, "type");
    let code = kind.rsplit(':').next().unwrap_or_default();
    let own = if problem["status"].as_u64() == Some(503) { "too-busy" } else { code };
    let words = strings.text(frame.lang, &format!("poll-problem-{own}"), &[]);
    let words = words.or_else(|| problem["detail"].as_str().or(problem["title"].as_str()).map(str::to_owned));
    json!({"code": code, "words": words.filter(|_| problem.is_object())})
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}
