//! What the box tells of itself: phones by transport, the way from entry to phone, games to look after, metrics.
//! The real binary, over loopback.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use common::game::{Venue, command, goal, new_game};
use common::http::Client;
use common::server::{add_user, path, run};
use common::wait;
use serde_json::{Value, json};

/// Longer than anything here takes on a busy machine.
const SOON: Duration = Duration::from_secs(20);

const UPGRADE: &str = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/// A connection that follows; ended by dropping it.
struct Phone {
    stream: TcpStream,
    heard: Vec<u8>,
}

impl Phone {
    fn open(client: &Client, target: &str, headers: &str) -> Self {
        let mut stream = TcpStream::connect(client.address).expect("the box listens");
        stream.set_read_timeout(Some(SOON)).expect("a time limit can be set");
        let request = format!("GET {target} HTTP/1.1\r\nHost: {}\r\n{headers}\r\n", client.address);
        stream.write_all(request.as_bytes()).expect("the box takes a request");
        Self { stream, heard: Vec::new() }
    }

    /// Reads until these words have come.
    fn hear(&mut self, words: &str) {
        let mut bytes = [0; 4096];
        while !String::from_utf8_lossy(&self.heard).contains(words) {
            let read = self.stream.read(&mut bytes).expect("the box says something in time");
            assert!(read > 0, "the connection ended before `{words}`");
            self.heard.extend(&bytes[..read]);
        }
    }
}

fn status(client: &Client) -> Value {
    client.get("/api/v1/status").expect(200).json()
}

/// Asks until the status is so; a figure is up to a second old.
fn becomes(client: &Client, what: &str, so: impl Fn(&Value) -> bool) -> Value {
    wait::until(what, SOON, || Some(status(client)).filter(&so))
}

#[test]
fn phones_are_counted_on_every_transport() {
    let venue = Venue::open("status-phones");
    let feed = venue.feed();
    let game = venue.live_game();
    let fan = venue.server.client();
    let before = status(&feed);
    assert_eq!(before["phones"], json!({"ws": 0, "sse": 0, "longpoll": 0, "poll": 0}));
    assert_eq!(before["load"]["reason"], "normal");

    let mut sockets: Vec<Phone> =
        (0..2).map(|_| Phone::open(&fan, &format!("/live/ws?ch=game/{game}"), UPGRADE)).collect();
    let mut events = Phone::open(&fan, &format!("/live/sse?ch=game/{game}&ch=venue"), "");
    sockets.iter_mut().chain([&mut events]).for_each(|phone| phone.hear("snapshot"));
    let answer = fan.get(&format!("/live/poll?ch=game/{game}")).expect(200).json();
    let cursor = answer["cursor"].as_str().expect("a cursor").to_owned();
    let held = Phone::open(&fan, &format!("/live/longpoll?ch=game/{game}&cursor={cursor}"), "");
    let there = json!({"ws": 2, "sse": 1, "longpoll": 1, "poll": 1});
    let full = becomes(&feed, "four phones and one that polls", |status| status["phones"] == there);
    assert_eq!(full["load"]["held"], 4, "{full}");

    drop((sockets, events, held));
    let gone = json!({"ws": 0, "sse": 0, "longpoll": 0, "poll": 1});
    becomes(&feed, "the phones to be gone", |status| status["phones"] == gone);
}

#[test]
fn a_box_that_fills_says_so() {
    let venue = Venue::open_with("status-full", &["--connections", "16"]);
    let feed = venue.feed();
    let game = venue.live_game();
    let fan = venue.server.client();
    assert_eq!(status(&feed)["load"]["places"], 16);
    let mut phones: Vec<Phone> =
        (0..13).map(|_| Phone::open(&fan, &format!("/live/sse?ch=game/{game}"), "")).collect();
    phones.iter_mut().for_each(|phone| phone.hear("snapshot"));
    let filling = becomes(&feed, "the load to be seen", |status| status["load"]["held"] == 13);
    assert_eq!(
        (&filling["load"]["level"], &filling["load"]["reason"]),
        (&json!("attention"), &json!("filling"))
    );
}

#[test]
fn a_goal_is_measured_on_its_way_to_the_phones() {
    let venue = Venue::open("status-delay");
    let feed = venue.feed();
    let game = venue.live_game();
    let fan = venue.server.client();
    let quiet = status(&feed);
    assert_eq!(
        (&quiet["delay"]["reason"], quiet["delay"].get("p50_ms")),
        (&json!("nothing"), None),
        "{quiet}"
    );
    let mut phones: Vec<Phone> = ["ws", "sse", "sse"]
        .map(|transport| {
            let headers = if transport == "ws" { UPGRADE } else { "" };
            Phone::open(&fan, &format!("/live/{transport}?ch=game/{game}"), headers)
        })
        .into();
    phones.iter_mut().for_each(|phone| phone.hear("snapshot"));
    goal(&feed, game, "home");
    phones.iter_mut().for_each(|phone| phone.hear("\"score_text\":\"1-0\""));
    let measured = becomes(&feed, "three deliveries", |status| status["delay"]["deliveries"] == 3);
    let delay = &measured["delay"];
    assert_eq!((&delay["level"], &delay["reason"]), (&json!("good"), &json!("fast")), "{delay}");
    assert!(delay["p50_ms"].as_u64() <= delay["p99_ms"].as_u64(), "{delay}");
    assert!(measured["ledger"]["commit_p50_us"].as_u64() > Some(0), "{measured}");

    // What a phone is given because it comes late was not on its way all that time.
    let mut late = Phone::open(&fan, &format!("/live/sse?ch=game/{game}"), "");
    late.hear("1-0");
    assert_eq!(status(&feed)["delay"]["deliveries"], 3);
}

#[test]
fn games_in_progress_are_told_with_their_last_entry() {
    let venue = Venue::open("status-games");
    let feed = venue.feed();
    let (idle, game) = (new_game(&feed), venue.live_game());
    let shown =
        becomes(&feed, "the game in progress", |status| status["games"][game.to_string()].is_object());
    assert!(shown["games"].get(idle.to_string()).is_none(), "{shown}");
    let first = &shown["games"][game.to_string()];
    assert_eq!(
        (&first["home"], &first["running"], &first["score_text"]),
        (&json!("Reds"), &json!(true), &json!("0-0"))
    );
    command(&feed, game, &json!({"type": "clock", "do": "stop"})).expect(200);
    goal(&feed, game, "away");
    let later = becomes(&feed, "the goal", |status| status["games"][game.to_string()]["score_text"] == "0-1");
    let now = &later["games"][game.to_string()];
    assert!(now["last_entry_ms"].as_u64() >= first["last_entry_ms"].as_u64(), "{now}");
    assert_eq!(now["running"], false);
}

#[test]
fn the_status_is_for_staff() {
    let venue = Venue::open_with("status-roles", &["--staff-listen", "127.0.0.1:0"]);
    for path in ["/api/v1/status", "/organiser/status"] {
        venue.feed().get(path).expect(404);
    }
    let venue = Venue::open("status-roles-one");
    add_user(&venue.data, "kim", "commentator", "a long enough password");
    let fan = venue.server.client();
    let refused = fan.get("/api/v1/status").expect(401).json();
    assert_eq!(refused["type"], "urn:touchline:problem:login-required");
    fan.get("/live/sse?ch=ops").expect(401);
    let page = fan.get("/organiser/status").expect(303);
    assert_eq!(page.header("location"), Some("/login?next=%2Forganiser%2Fstatus"));

    let login = [("name", "kim"), ("password", "a long enough password")];
    let cookie = fan.form("/login", &login).expect(303).cookie().expect("a session").to_owned();
    let commentator = fan.with("Cookie", &cookie);
    let page = commentator.get("/organiser/status").expect(200);
    assert_eq!(page.header("cache-control"), Some("private, no-store"));
    let tabs = "class=\"tabs\"";
    assert!(!page.text().contains(tabs), "pages a commentator may not open are not offered");
    assert!(venue.signed_in().get("/organiser/status").expect(200).text().contains(tabs));
    assert_eq!(status(&commentator)["clock"]["trusted"], true);
}

#[test]
fn a_follower_of_ops_is_told_without_asking() {
    let venue = Venue::open("status-live");
    let token = format!("Authorization: Bearer {}\r\n", venue.token);
    let mut watching = Phone::open(&venue.server.client(), "/live/sse?ch=ops", &token);
    watching.hear("\"snapshot\",\"ch\":\"ops\"");
    watching.hear("\"started_at\"");
    let polled = venue.feed().get("/live/poll?ch=ops").expect(200).json();
    assert!(polled["messages"][1]["board"]["box"].is_object(), "{polled}");
    let game = venue.live_game();
    watching.hear(&format!("\"{game}\":{{"));
    let mut fan = Phone::open(&venue.server.client(), "/live/sse?ch=venue", "");
    fan.hear("snapshot");
    watching.hear("\"sse\":2");
}

#[test]
fn the_box_tells_its_starts_and_what_the_disk_holds() {
    let venue = Venue::open("status-starts");
    let first = status(&venue.feed());
    let venue = venue.crash();
    let second = status(&venue.feed());
    let start = |status: &Value| status["box"]["start"].as_u64().expect("a number");
    assert_eq!(start(&second), start(&first) + 1);
    assert_eq!(second["clock"]["trusted_since"], 1, "wall time was believed at every start");
    assert_eq!(second["disk"]["level"], "good", "{second}");
    assert!(second["disk"]["database_bytes"].as_u64() > Some(4096), "{second}");
    assert!(second["box"]["memory_bytes"].as_u64() > Some(1 << 20), "{second}");
    assert!(second["disk"].get("backup_at").is_none(), "{second}");
    let (copy, data) = (venue.data.with_file_name("copy.db"), &venue.data);
    let made = run(&["backup", path(&copy), "--data", path(data)]);
    assert_eq!(made.code, Some(0), "{made:?}");
    becomes(&venue.feed(), "the backup to be known", |status| status["disk"]["backup_at"].is_string());
    assert!(!second.to_string().contains("null"), "boards hold no null: {second}");
}

/// A family of an OpenMetrics text.
#[derive(Debug, Default)]
struct Family {
    kind: String,
    unit: String,
    samples: Vec<(String, f64)>,
}

/// The families of a text by name. Panics where the text breaks the format.
fn families(text: &str) -> BTreeMap<String, Family> {
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    let mut present = String::new();
    let body = text.strip_suffix("# EOF\n").expect("EOF is the last line");
    let mut helped = BTreeSet::new();
    for line in body.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').expect("a name and a kind");
            let family = Family { kind: kind.to_owned(), ..Family::default() };
            assert!(families.insert(name.to_owned(), family).is_none(), "{name} twice");
            present = name.to_owned();
        } else if let Some(rest) = line.strip_prefix("# UNIT ") {
            let (name, unit) = rest.split_once(' ').expect("a name and a unit");
            assert!(name == present && name.ends_with(&format!("_{unit}")), "{line}");
            families.get_mut(name).expect("TYPE comes first").unit = unit.to_owned();
        } else if let Some(rest) = line.strip_prefix("# HELP ") {
            assert!(rest.starts_with(&format!("{present} ")) && helped.insert(present.clone()), "{line}");
        } else {
            let (sample, value) = line.rsplit_once(' ').expect("a sample and its value");
            let name = sample.split('{').next().expect("a name");
            let family = families.get_mut(&present).expect("TYPE comes first");
            let suffix = match family.kind.as_str() {
                "counter" => "_total",
                "info" => "_info",
                _ => "",
            };
            assert_eq!(name, format!("{present}{suffix}"), "{line}");
            family.samples.push((sample.to_owned(), value.parse().expect("a number")));
        }
    }
    families
}

#[test]
fn the_metrics_are_openmetrics_in_base_units() {
    let venue = Venue::open("status-metrics");
    let game = venue.live_game();
    let fan = venue.server.client();
    let mut phone = Phone::open(&fan, &format!("/live/ws?ch=game/{game}"), UPGRADE);
    phone.hear("snapshot");
    goal(&venue.feed(), game, "home");
    phone.hear("1-0");
    let scrape = || {
        let answer = fan.get("/metrics").expect(200);
        let kind = answer.header("content-type").unwrap_or_default();
        assert!(
            kind.starts_with("application/openmetrics-text;") && kind.contains("version=1.0.0"),
            "{kind}"
        );
        families(&answer.text())
    };
    let found = wait::until("the goal's way to the phone", SOON, || {
        let found = scrape();
        (!found["touchline_entry_to_phone_seconds"].samples.is_empty()).then_some(found)
    });
    let Family { kind, unit, samples: quantiles } = &found["touchline_entry_to_phone_seconds"];
    assert_eq!((kind.as_str(), unit.as_str()), ("summary", "seconds"));
    assert!(quantiles.iter().all(|(_, seconds)| (0.0..20.0).contains(seconds)), "{quantiles:?}");
    assert_eq!(quantiles[0].0, "touchline_entry_to_phone_seconds{quantile=\"0.5\"}");
    let phones = &found["touchline_phones"].samples;
    assert!(phones.contains(&("touchline_phones{transport=\"ws\"}".to_owned(), 1.0)), "{phones:?}");
    for name in [
        "touchline_disk_free_bytes",
        "touchline_memory_bytes",
        "touchline_uptime_seconds",
        "touchline_commits",
    ] {
        assert!(found[name].samples[0].1 > 0.0, "{name}");
    }
    assert_eq!(found["touchline_build"].kind, "info");
}
