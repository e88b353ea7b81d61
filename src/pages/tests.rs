//! What every page promises: it renders for any board, escapes what people wrote, fits the budget.

mod desk;

use crate::pages::{Frame, Live, Pages, Person, Staff};
use serde_json::{Value, json};
use std::fs;

const ENTRIES: u64 = 80;

fn frame() -> Frame<'static> {
    Frame {
        lang: "en",
        path: "/games/7",
        build: "0.1.0+test",
        now_ms: 7_251_000,
        now: "2026-11-22T16:24:21Z",
        nonce: "9f3b6c1d2e4a",
        auto: None,
        user: None,
    }
}

const STAFF: Staff<'static> = Staff { me: "user:1", names: &[] };
const LIVE: Live<'static> = Live { cursor: "k3f9:20417", channel: "game/7", asks: &["venue"] };

fn board() -> Value {
    json!({
        "id": 7, "seq": 1208, "sport": "football", "noun": "match", "state": "live",
        "sides": {
            "away": {"name": "Blues", "short": "BLU", "colour": "#1d4fa3", "score": 1},
            "home": {"name": "Reds", "short": "RED", "colour": "#b3151b", "score": 2,
                     "players": {"9": {"number": "9", "name": "Diaz"}, "10": {"number": "10", "name": "Okoro"}}},
        },
        "score_text": "2-1", "segment": "2H", "segment_label": "2nd half",
        "clock": {"running": true, "direction": "up", "value_ms": 4_020_000, "at_ms": 7_239_000},
        "timeline": {
            "999": {"seq": 999, "order": "2.K", "kind": "corner", "side": "away", "at": {"segment": "2H", "clock_ms": 3_100_000, "text": "52'"},
                    "text": "52nd minute. Corner to Blues, right side."},
            "1000": {"seq": 1000, "order": "0.V", "kind": "goal", "key": true, "side": "home", "at": {"segment": "1H", "clock_ms": 100_000, "text": "2'"},
                     "text": "Goal, Reds. Okoro, 2nd minute. Reds 1, Blues 0.", "voided_by": 1001},
            "1208": {"seq": 1208, "order": "2.V", "kind": "goal", "key": true, "side": "home", "player": "9",
                     "at": {"segment": "2H", "clock_ms": 4_032_000, "text": "67'"}, "text": "Goal, Reds. Diaz, 67th minute. Reds 2, Blues 1."},
        },
        "stats": {"corners": {"label": "Corners", "home": 4, "away": 3, "text": "Corners: Reds 4, Blues 3."}},
        "starts_at": "2026-11-22T15:00:00Z", "venue": "Main pitch", "last_entry_at": "2026-11-22T16:24:09Z",
        "credit": "Data: Pappalardo et al., CC BY 4.0",
    })
}

fn full_board() -> Value {
    let mut full = board();
    let words = ["Shot by", "Corner to", "Foul by", "Free kick to", "Throw-in for", "Save by the keeper of"];
    let names = ["Diaz", "Okoro", "van der Berg", "Kovacs", "Lindqvist", "Mbaye", "Ferreira"];
    full["timeline"] = (0..ENTRIES)
        .map(|n| {
            let minute = n + 10;
            let side = if n % 3 == 0 { "home" } else { "away" };
            let (word, name) = (words[(n * 7 % 6) as usize], names[(n * 5 % 7) as usize]);
            let entry = json!({
                "seq": 1000 + n, "order": format!("2.{:02}", n), "kind": "shot", "key": n % 4 == 0, "side": side, "player": n.to_string(),
                "at": {"segment": "2H", "clock_ms": minute * 60_000 + n * 731 % 60_000, "text": format!("{minute}'")},
                "text": format!("{minute}th minute. {word} {side}, {name}, from {} metres out, {} of the box.", n * 3 % 31, ["left", "right"][(n % 2) as usize]),
            });
            ((1000 + n).to_string(), entry)
        })
        .collect();
    full["stats"] = [
        "Shots",
        "Shots on target",
        "Corners",
        "Fouls",
        "Offsides",
        "Saves",
        "Yellow cards",
        "Substitutions",
    ]
    .iter()
    .map(|label| {
        (
            label.to_lowercase(),
            json!({"label": label, "home": 7, "away": 5, "text": format!("{label}: Reds 7, Blues 5.")}),
        )
    })
    .collect();
    for side in ["home", "away"] {
        full["sides"][side]["players"] = (1..=18)
            .map(|n| {
                (n.to_string(), json!({"number": n.to_string(), "name": format!("{} {n}", names[n % 7])}))
            })
            .collect();
    }
    full
}

fn sport() -> Value {
    json!({
        "id": "football", "name": "Association football", "noun": "match", "sides": ["home", "away"],
        "actions": [
            {"id": "goal", "label": "Goal", "group": "score", "player": "optional"},
            {"id": "own_goal", "label": "Own goal", "group": "score", "player": "optional", "to": "other"},
            {"id": "shot", "label": "Shot", "group": "play"}, {"id": "corner", "label": "Corner", "group": "play"},
            {"id": "foul", "label": "Foul", "group": "play"}, {"id": "yellow", "label": "Yellow card", "group": "discipline", "player": "required"},
            {"id": "substitution", "group": "play", "other": "Player coming on"},
            {"id": "added_time", "label": "Added time", "group": "course", "side": false, "value": {"label": "Minutes", "max": 30}},
            {"id": "kick", "label": "Penalty kick", "group": "shootout", "only_in": ["P"]},
        ],
        "segments": [{"id": "1H", "label": "1st half", "kind": "play"}, {"id": "HT", "label": "Half-time", "kind": "interval"}, {"id": "2H", "label": "2nd half", "kind": "play"}, {"id": "P", "label": "Shoot-out", "kind": "series"}],
        "clock": {"direction": "up"}, "states": ["live", "interval", "final"],
        "params": {"half": {"type": "minutes", "default": 45, "min": 5, "max": 60}, "knockout": {"type": "bool", "default": false, "label": "A winner is required"}},
    })
}

fn games() -> Value {
    let mut later = board();
    later["id"] = 8.into();
    later["state"] = "scheduled".into();
    later["starts_at"] = "2026-11-22T19:30:00Z".into();
    json!({"games": [later, board()]})
}

fn every_page(pages: &Pages, board: &Value) -> Vec<(&'static str, String)> {
    let staff = Frame { user: Some(Person { name: "kim", role: "organiser" }), ..frame() };
    let problem =
        json!({"type": "about:blank", "title": "Not allowed", "detail": "Only an organiser may do this."});
    let refused = json!({"id": "1", "outcome": "rejected", "problem": problem});
    vec![
        ("home", pages.home(&frame(), &json!({"games": {"7": board}}), Some(&LIVE))),
        ("game", pages.game(&frame(), board, Some(&LIVE))),
        ("commentary", pages.commentary(&frame(), board, Some(&LIVE))),
        ("login", pages.login(&frame(), "/desk", Some(&problem))),
        ("setup", pages.setup(&frame(), &json!({"token": "a/b"}), Some(&problem))),
        ("desks", pages.desk_list(&staff, &json!({"games": [board]}))),
        ("desk", pages.desk(&staff, board, &sport(), &STAFF, Some(&refused), Some(&LIVE))),
        (
            "plan",
            pages.plan(
                &staff,
                &json!({"games": [board], "untimed": [board], "sports": [sport()], "outcome": refused}),
            ),
        ),
        (
            "plan game",
            pages.plan_game(&staff, &json!({"board": board, "sport": sport(), "outcome": refused})),
        ),
        (
            "plan moves",
            pages.plan_moves(&staff, &json!({"kind": "shift", "rows": [board], "games": [board]})),
        ),
        ("import", pages.import(&staff, &json!({"step": "preview", "rows": [board], "sports": [sport()]}))),
        ("teams", pages.teams(&staff, &json!({"teams": [board], "outcome": refused}))),
        ("team", pages.team(&staff, &json!({"team": board, "typed": board}))),
        ("venue", pages.venue(&staff, &json!({"pitches": [board], "spoken": ["en"], "outcome": refused}))),
        ("problem", pages.problem(&frame(), &problem)),
    ]
}

#[test]
fn every_page_renders_for_a_full_an_empty_and_a_strange_board() {
    let pages = Pages::new();
    let strange = json!({"id": "x", "sides": [1, 2], "timeline": {"1": 3}, "clock": {"value_ms": "soon"}, "state": 4, "stats": [null]});
    for board in [board(), full_board(), json!({}), strange] {
        for (name, html) in every_page(&pages, &board) {
            assert!(
                html.ends_with("</html>") || html.contains("</html>\n"),
                "{name} is not whole for {board}"
            );
            assert!(!html.contains("js-"), "{name} shows the id of a message");
        }
    }
}

#[test]
fn what_people_wrote_is_text_everywhere() {
    let pages = Pages::new();
    let mut evil = board();
    let attack = "</script><script>alert(1)</script>\"' onload=x {{ 7*7 }}";
    evil["sides"]["home"]["name"] = attack.into();
    evil["sides"]["home"]["colour"] = "red\" onload=\"x".into();
    evil["sides"]["home"]["players"]["9"]["name"] = attack.into();
    evil["timeline"]["1208"]["text"] = attack.into();
    evil["timeline"]["1208"]["kind"] = attack.into();
    evil["venue"] = attack.into();
    evil["credit"] = attack.into();
    for (name, html) in every_page(&pages, &evil) {
        assert!(!html.contains("<script>"), "{name} lets a tag through");
        assert!(!html.contains("onload=\"x\""), "{name} lets an attribute through");
    }
    let login = pages.login(&frame(), "\"><script>x", None);
    assert!(!login.contains("\"><script>x"));
}

#[test]
fn the_title_and_the_score_say_the_state_of_the_game() {
    let pages = Pages::new();
    let html = pages.game(&frame(), &board(), None);
    assert!(html.contains("<title>Reds 2–1 Blues, 68 min – live</title>"), "{}", &html[..400]);
    assert!(html.contains("Reds 2, Blues 1. 2nd half, 68 min."));
    assert!(html.contains("67:12"));
    let mut over = board();
    over["state"] = "final".into();
    assert!(pages.game(&frame(), &over, None).contains("<title>Reds 2–1 Blues – Full time</title>"));
}

#[test]
fn entries_stand_newest_first_by_order_and_a_withdrawn_one_says_so() {
    let html = Pages::new().game(&frame(), &board(), None);
    let place = |id: &str| html.find(id).unwrap_or_else(|| panic!("{id} is missing"));
    assert!(place("id=\"e1208\"") < place("id=\"e999\"") && place("id=\"e999\"") < place("id=\"e1000\""));
    assert!(
        html[place("id=\"e1000\"")..]
            .starts_with("id=\"e1000\" data-kind=\"goal\" class=\"key\" data-gone=\"voided\"")
    );
    assert!(html.contains("<em class=\"gone\">Withdrawn</em>"));
}

#[test]
fn a_page_refreshes_itself_only_when_the_reader_asked_and_then_without_script() {
    let pages = Pages::new();
    let with = |auto| pages.game(&Frame { auto, ..frame() }, &board(), Some(&LIVE));
    assert!(!with(None).contains("http-equiv=\"refresh\"") && with(None).contains("<script type=\"module\""));
    assert!(
        with(Some(15)).contains("http-equiv=\"refresh\" content=\"15\"")
            && !with(Some(15)).contains("<script")
    );
    assert!(!with(Some(1)).contains("http-equiv=\"refresh\""));
}

#[test]
fn the_three_regions_are_there_and_empty() {
    let html = Pages::new().game(&frame(), &board(), Some(&LIVE));
    for region in [
        "id=\"log\" role=\"log\" aria-live=\"polite\"",
        "id=\"st\" role=\"status\" aria-live=\"polite\"",
        "id=\"al\" role=\"alert\" aria-live=\"assertive\"",
    ] {
        let from = html.find(region).unwrap_or_else(|| panic!("no {region}"));
        let tag_end = from + html[from..].find('>').expect("a tag ends");
        assert!(html[tag_end..].starts_with("></div>"), "{region} is not empty");
    }
}

#[test]
fn each_form_of_the_desk_has_an_id_of_its_own() {
    let html = Pages::new().desk(&frame(), &board(), &sport(), &STAFF, None, None);
    let ids: Vec<&str> = html
        .split("name=\"id\" value=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter(|id| !id.is_empty())
        .collect();
    let mut different = ids.clone();
    different.sort_unstable();
    different.dedup();
    assert!(ids.len() > 8 && different.len() == ids.len(), "{ids:?}");
    assert_eq!(
        html.matches("<form").count(),
        html.matches("aria-busy=\"false\"").count() - 2,
        "a form without aria-busy"
    );
}

#[test]
fn a_shoot_out_is_shown_kick_by_kick() {
    let mut board = board();
    board["shootout"] = json!({"score": {"home": 1, "away": 2}, "text": "Shoot-out: Reds 1, Blues 2.", "attempts": {
        "1": {"side": "home", "scored": false}, "2": {"side": "away", "scored": true},
        "10": {"side": "away", "scored": true}, "9": {"side": "home", "scored": true},
    }});
    board["score_text"] = "2-1 a.e.t. (1-2 pen.)".into();
    let html = Pages::new().game(&frame(), &board, None);
    assert!(
        html.contains("<span class=\"dots\">✕ ●</span> <b>1</b>") && html.contains("● ●</span> <b>2</b>")
    );
    let home = Pages::new().home(&frame(), &json!({"games": [board]}), None);
    assert!(home.contains(" · 2-1 a.e.t. (1-2 pen.)"), "the list says how it was decided");
}

#[test]
fn added_time_is_told_as_it_is_called() {
    let mut board = board();
    board["clock"] = json!({"running": false, "direction": "up", "value_ms": 46 * 60_000 + 12_000, "at_ms": 0,
        "limit_ms": 45 * 60_000});
    assert!(Pages::new().game(&frame(), &board, None).contains(">46:12 (45+2)<"));
    board["clock"]["running"] = true.into();
    board["clock"]["at_ms"] = frame().now_ms.into();
    assert!(Pages::new().game(&frame(), &board, None).contains(", 45+2 min"));
}

#[test]
fn what_is_uncertain_is_said_in_words() {
    let mut uncertain = board();
    uncertain["review"] = json!({"seq": 1209, "of": 1208});
    uncertain["announced"] = 1.into();
    let html = Pages::new().game(&frame(), &uncertain, None);
    assert!(html.contains("Under review · At least 1 added minute<"));
    let mut stopped = board();
    stopped["state"] = "suspended".into();
    stopped["state_label"] = "Suspended".into();
    stopped["reason"] = "rain".into();
    assert!(Pages::new().game(&frame(), &stopped, None).contains("Suspended: rain"));
}

#[test]
fn the_first_load_of_a_full_game_stays_within_its_budget() {
    let pages = Pages::new();
    let html = gzipped(pages.game(&frame(), &full_board(), Some(&LIVE)).as_bytes());
    let sizes: Vec<usize> = ["app.css", "fan.js", "icon.svg"]
        .iter()
        .map(|name| pages.asset(name).expect("embedded").gzip.len())
        .collect();
    let total = html + sizes.iter().sum::<usize>();
    println!("page {html}, style, script and icon {sizes:?}, together {total} bytes gzipped");
    assert!(total <= 30 * 1024, "first load is {total} bytes: page {html}, assets {sizes:?}");
}

/// Contrast of two colours `#rrggbb` by WCAG 2.2, "contrast ratio" and "relative luminance".
fn contrast(one: &str, other: &str) -> f64 {
    let luminance = |colour: &str| {
        let long: String = match colour.len() {
            4 => colour[1..].chars().flat_map(|digit| [digit, digit]).collect(),
            _ => colour[1..].to_owned(),
        };
        let channel = |from: usize| {
            let value = f64::from(u8::from_str_radix(&long[from..from + 2], 16).expect("a colour")) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
    };
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn text_and_edges_stand_out_in_light_and_dark() {
    let css = include_str!("../../web/app.css");
    let tokens: Vec<&str> = css
        .match_indices(":root{")
        .map(|(at, _)| &css[at..at + css[at..].find('}').expect("a rule ends")])
        .collect();
    for scheme in &tokens[..2] {
        let token = |name: &str| {
            let from =
                scheme.find(&format!("--{name}:")).unwrap_or_else(|| panic!("no {name}")) + name.len() + 3;
            scheme[from..].split([';', '}']).next().expect("a value")
        };
        for ground in ["bg", "panel"] {
            for (ink, least) in [
                ("ink", 6.0),
                ("ink2", 6.0),
                ("accent", 6.0),
                ("live", 6.0),
                ("ok", 6.0),
                ("warn", 6.0),
                ("bad", 6.0),
                ("line", 3.5),
                ("focus", 3.5),
            ] {
                let ratio = contrast(token(ink), token(ground));
                assert!(ratio >= least, "{ink} on {ground} has {ratio:.2}");
            }
        }
        for ground in ["accent", "live"] {
            assert!(contrast(token(&format!("on-{ground}")), token(ground)) >= 6.0, "words on {ground}");
        }
    }
}

fn gzipped(bytes: &[u8]) -> usize {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("writing to memory cannot fail");
    encoder.finish().expect("writing to memory cannot fail").len()
}

/// Draws every page into a folder, to look at: `cargo test --lib pages -- --ignored draw`.
#[test]
#[ignore = "writes files for a person to look at"]
fn draw() {
    let pages = Pages::new();
    let folder = std::env::temp_dir().join("touchline-pages");
    fs::create_dir_all(folder.join("assets")).expect("the temporary folder can be written");
    for name in ["app.css", "fan.js", "desk.js", "icon.svg"] {
        fs::write(folder.join("assets").join(name), &pages.asset(name).expect("embedded").plain)
            .expect("written");
    }
    let mut all = every_page(&pages, &full_board());
    all.push(("games", pages.home(&frame(), &games(), Some(&LIVE))));
    all.push(("empty", pages.home(&frame(), &json!({"games": []}), Some(&LIVE))));
    for (name, html) in all {
        fs::write(folder.join(format!("{name}.html")), html.replace("\"/assets/", "\"assets/"))
            .expect("written");
    }
    println!("{}", folder.display());
}
