//! What the names and numbers of the wire are, and what is refused.

use super::{ChannelName, Cursor, Epoch, Problem, Subject, Want, parse_wanted};

#[test]
fn a_cursor_is_read_strictly() {
    let cursor: Cursor = "k3f9:20418".parse().unwrap();
    assert_eq!((cursor.epoch.as_str(), cursor.frame), ("k3f9", 20418));
    assert_eq!(cursor.to_string(), "k3f9:20418");
    for bad in ["", ":", "k3f9", "k3f9:", ":1", "k3f9:-1", "k3f9:+1", "k3f9:01", "k3f9:1 ", "K3:1", "a:b:1"] {
        assert!(bad.parse::<Cursor>().is_err(), "{bad:?} was taken for a cursor");
    }
    assert!("k3f9:18446744073709551616".parse::<Cursor>().is_err(), "beyond 64 bits");
}

#[test]
fn an_epoch_survives_its_text() {
    for bits in [0, 35, 36, u64::MAX] {
        let epoch = Epoch::from_bits(bits);
        assert_eq!(epoch.as_str().parse::<Epoch>().unwrap(), epoch);
    }
    assert_ne!(Epoch::random(), Epoch::random());
}

#[test]
fn channel_names_round_trip_and_nothing_else_is_read() {
    for name in [
        "games",
        "venue",
        "game/7",
        "game/7@de",
        "game/7@pt-BR",
        "game/7/chat",
        "game/7/desk",
        "poll/3",
        "me",
        "ops",
        "moderation",
        "venue@ar",
    ] {
        assert_eq!(name.parse::<ChannelName>().unwrap().to_string(), name);
    }
    for bad in [
        "",
        "game",
        "game/",
        "game/x",
        "game/07",
        "game/-1",
        "game/7/",
        "game/7/chat/1",
        "game/7@",
        "game/7@d",
        "game/7@DE",
        "game/7@de@de",
        "me@de",
        "ops@de",
        "game/7/desk@de",
        "poll",
        "Games",
        "game/7@../x",
    ] {
        assert!(bad.parse::<ChannelName>().is_err(), "{bad:?} was taken for a channel");
    }
}

#[test]
fn a_plus_asks_for_a_snapshot() {
    let venue = ChannelName::new(Subject::Venue);
    assert_eq!(parse_wanted("+venue").unwrap(), (venue.clone(), Want::Snapshot));
    assert_eq!(parse_wanted(" venue").unwrap(), (venue.clone(), Want::Snapshot));
    assert_eq!(parse_wanted("venue").unwrap(), (venue, Want::Missing));
    assert!(parse_wanted("++venue").is_err());
}

#[test]
fn a_problem_keeps_its_members() {
    let problem = Problem::new(409, "seq-conflict", "game 7 is at 1208, not 1203").with("seq", 1208);
    let value = problem.to_value();
    assert_eq!(value["type"], "urn:touchline:problem:seq-conflict");
    assert_eq!(value["title"], "Seq conflict");
    assert_eq!(value["seq"], 1208);
    assert_eq!(serde_json::from_value::<Problem>(value).unwrap(), problem);
}
