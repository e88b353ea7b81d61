//! A box with its staff and a game on it, as most tests want to find it.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::folder::Folder;
use super::http::{Answer, Client};
use super::server::{Server, add_user, token};

pub(crate) const ORGANISER: (&str, &str) = ("olga", "correct horse battery");

/// A running box on data of its own, with an organiser and a token for a feed.
pub(crate) struct Venue {
    // Before the folder, so that the process ends before its data goes.
    pub(crate) server: Server,
    pub(crate) token: String,
    pub(crate) data: PathBuf,
    _folder: Folder,
}

impl Venue {
    pub(crate) fn open(name: &str) -> Self {
        Self::open_with(name, &[])
    }

    /// With further arguments of `serve`.
    pub(crate) fn open_with(name: &str, more: &[&str]) -> Self {
        let folder = Folder::new(name);
        let data = folder.join("data");
        add_user(&data, ORGANISER.0, "organiser", ORGANISER.1);
        let token = token(&data, "organiser");
        let server = Server::start_with(&data, more);
        Self { server, token, data, _folder: folder }
    }

    /// A client with the feed's token.
    pub(crate) fn feed(&self) -> Client {
        self.server.client().bearer(&self.token)
    }

    /// A client that signed in as the organiser and carries the session cookie.
    pub(crate) fn signed_in(&self) -> Client {
        let client = self.server.client();
        let answer = client.form("/login", &[("name", ORGANISER.0), ("password", ORGANISER.1)]).expect(303);
        client.with("Cookie", answer.cookie().expect("signing in sets a cookie"))
    }

    /// Kills the box as a power cut would and starts it again on the same data and address.
    pub(crate) fn crash(self) -> Self {
        let Self { server, token, data, _folder } = self;
        let address = server.address.to_string();
        server.kill();
        let server = Server::start_at(&data, &address, &[]);
        Self { server, token, data, _folder }
    }

    /// What is left of the venue when its box has stopped: the folder, for another box on it.
    pub(crate) fn without_server(self) -> Folder {
        let Self { server, _folder, .. } = self;
        assert!(server.stop().success(), "the box stops in good order");
        _folder
    }

    /// A football game, Reds against Blues, in its first half with the clock running.
    pub(crate) fn live_game(&self) -> u64 {
        let feed = self.feed();
        let game = new_game(&feed);
        command(&feed, game, &json!({"type": "segment", "do": "start"})).expect(200);
        game
    }
}

/// Creates Reds against Blues and gives the game's number.
pub(crate) fn new_game(feed: &Client) -> u64 {
    let game = json!({
        "sport": "football",
        "sides": {
            "home": {"name": "Reds", "short": "RED", "colour": "#b3151b", "players": [{"number": "9", "name": "Diaz"}]},
            "away": {"name": "Blues", "short": "BLU"},
        },
        "starts_at": "2026-11-22T15:00:00Z",
        "venue": "Main pitch",
    });
    let answer = feed.post("/api/v1/games", &game).expect(201);
    answer.json()["id"].as_u64().expect("a game has a number")
}

pub(crate) fn command(feed: &Client, game: u64, body: &Value) -> Answer {
    feed.post(&format!("/api/v1/games/{game}/commands"), body)
}

/// A goal of that side; gives its number in the ledger.
pub(crate) fn goal(feed: &Client, game: u64, side: &str) -> u64 {
    let answer = command(feed, game, &json!({"type": "action", "action": "goal", "side": side})).expect(200);
    answer.json()["seq"].as_u64().expect("an accepted command has a number")
}

/// The board as everybody sees it.
pub(crate) fn board(client: &Client, game: u64) -> Value {
    client.get(&format!("/api/v1/games/{game}")).expect(200).json()
}
