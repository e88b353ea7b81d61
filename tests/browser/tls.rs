//! The desk and a phone over https with a certificate no browser trusts, as a venue without a name has it: the person
//! accepts it once, and where the browser then refuses the WebSocket the page goes on over the next transport.

use serde_json::json;

use crate::common::folder::Folder;
use crate::common::game::Venue;
use crate::common::server::{Server, path};
use crate::common::wait;
use crate::driver::{Browser, Screen};
use crate::live::transports;
use crate::site::{self, LOADED, SEEN};

const CERTIFICATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/http/data/box.test.cert.pem");
const KEY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/http/data/box.test.key.pem");

/// The same venue, from now on over TLS.
fn over_tls(venue: Venue) -> (Server, u64, Folder) {
    let game = venue.live_game();
    let data = venue.data.clone();
    let folder = venue.without_server();
    let server = Server::start_with(&data, &["--tls-cert", CERTIFICATE, "--tls-key", KEY]);
    assert!(server.url("/").starts_with("https://"), "{} serves TLS", path(&data));
    (server, game, folder)
}

#[test]
#[ignore = "needs Chromium; tests/run installs it and runs this"]
fn over_self_signed_https_the_desk_enters_and_the_phone_follows_though_wss_is_refused() {
    let (server, game, _folder) = over_tls(Venue::open("tls"));
    let desk = Browser::open(Screen::Phone);
    desk.before_each_page(&transports(&["ws"]));
    site::sign_in(&desk, &server);
    desk.go(&site::desk(&server, game));
    let phone = Browser::open(Screen::Phone);
    phone.before_each_page(&transports(&["ws"]));
    phone.go(&site::game(&server, game));
    for page in [&desk, &phone] {
        wait::until("the page to follow over Server-Sent Events", LOADED, || {
            let opened = page.run("return window.__transports.at(-1) ?? ''", &json!([]));
            (opened == "sse" && page.find(site::FOLLOWING).is_some()).then_some(())
        });
    }
    desk.run(
        "return fetch(arguments[0], {method: 'POST', headers: {'Content-Type': 'application/json'},
         body: JSON.stringify({type: 'action', action: 'goal', side: 'home'})}).then((a) => a.status)",
        &json!([format!("/api/v1/games/{game}/commands")]),
    );
    for page in [&desk, &phone] {
        wait::until("the goal over https", SEEN, || {
            let words = page.words(site::SCORE_WORDS);
            words.contains("Reds 1").then_some(())
        });
    }
}
