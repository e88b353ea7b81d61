//! What holds on every transport: each function here is one promise, run four ways.

use touchline::hub::HubLimits;
use touchline::hub::mailbox::MailboxKey;
use touchline::wire::message::{Message, Outcome};
use touchline::wire::{Epoch, Level, Say, Transport, Urgency, close};

use super::held::await_phones;
use super::phone::Phone;
use super::venue::Venue;

fn opening_is_hello_and_a_snapshot_of_each_channel(transport: Transport) {
    let venue = Venue::new();
    let (game, all) = (venue.open("game/7"), venue.open("venue"));
    venue.step(game, 1);
    venue.step(all, 1);
    let mut phone = Phone::new(transport, venue.addr, &["venue", "game/7"]);
    phone.connect().catch_up(&venue.hub);
    assert_eq!(phone.kinds(), ["hello", "snapshot", "snapshot"]);
    let hello = &phone.log[0];
    assert_eq!(hello["epoch"], venue.hub.epoch().as_str());
    assert_eq!((&hello["recovered"], &hello["protocol"]), (&false.into(), &1.into()));
    assert_eq!((&hello["now_ms"], &hello["heartbeat_ms"]), (&5_000.into(), &25_000.into()));
    assert!(hello["retry_ms"].as_u64().unwrap() >= 1_000);
    assert_eq!(phone.cursor, Some(format!("{}:{}", venue.hub.epoch(), venue.hub.frame())));
}

fn frames_of_several_channels_come_in_order_without_gap_or_duplicate(transport: Transport) {
    let venue = Venue::new();
    let ids = [venue.open("game/7"), venue.open("venue"), venue.open("poll/3")];
    let other = venue.open("game/8");
    let mut phone = Phone::new(transport, venue.addr, &["venue", "game/7", "poll/3"]);
    phone.connect().catch_up(&venue.hub);
    for seq in 1..=60 {
        venue.step(ids[(seq % 3) as usize], seq);
        venue.step(other, seq);
        if seq % 7 == 0 {
            phone.catch_up(&venue.hub);
        }
    }
    phone.catch_up(&venue.hub);
    assert_eq!(phone.count("patch"), 60, "each frame once");
    assert_eq!(phone.count("snapshot"), 3, "those of the opening");
}

fn spoken_lines_and_languages_stay_with_their_channel(transport: Transport) {
    let venue = Venue::new();
    let (english, german) = (venue.open("game/7"), venue.open("game/7@de"));
    let mut fan = Phone::new(transport, venue.addr, &["game/7"]);
    let mut guest = Phone::new(transport, venue.addr, &["game/7@de"]);
    fan.connect().catch_up(&venue.hub);
    guest.connect().catch_up(&venue.hub);
    for (id, text) in [(english, "Goal, Reds."), (german, "Tor für Rot.\u{2028}«هدف»")] {
        let line = Say {
            seq: 1,
            key: "score".into(),
            level: Level::Key,
            to: Urgency::Assertive,
            order: "2.V".into(),
            text: text.into(),
        };
        venue.step_with(id, 1, text, vec![line]);
    }
    assert_eq!(fan.until("patch")["say"][0]["text"], "Goal, Reds.");
    let patch = guest.until("patch");
    assert_eq!((&patch["ch"], &patch["t"]), (&"game/7@de".into(), &"2026-11-22T15:04:09Z".into()));
    assert_eq!(patch["say"][0]["text"], "Tor für Rot.\u{2028}«هدف»");
    fan.catch_up(&venue.hub);
    guest.catch_up(&venue.hub);
}

fn a_cursor_is_resumed_with_the_missing_frames(transport: Transport) {
    let venue = Venue::new();
    let (game, all) = (venue.open("game/7"), venue.open("venue"));
    let mut phone = Phone::new(transport, venue.addr, &["venue", "game/7"]);
    phone.connect().catch_up(&venue.hub);
    venue.step(game, 1);
    phone.catch_up(&venue.hub);
    phone.leave();
    for seq in 2..=9 {
        venue.step(if seq % 4 == 0 { all } else { game }, seq);
    }
    phone.connect().catch_up(&venue.hub);
    assert_eq!((phone.count("patch"), phone.count("snapshot")), (8, 0));
    if matches!(transport, Transport::WebSocket | Transport::Sse) {
        assert_eq!(phone.log[0]["recovered"], true);
    }
    venue.step(all, 10);
    phone.catch_up(&venue.hub);
}

fn a_cursor_the_ring_has_forgotten_gets_snapshots(transport: Transport) {
    let venue = Venue::with(HubLimits { ring_bytes: 2_000, ..HubLimits::default() });
    let (game, all) = (venue.open("game/7"), venue.open("venue"));
    let mut phone = Phone::new(transport, venue.addr, &["venue", "game/7"]);
    phone.connect().catch_up(&venue.hub);
    phone.leave();
    venue.step(all, 1);
    for seq in 1..=40 {
        venue.step(game, seq);
    }
    phone.connect().catch_up(&venue.hub);
    assert_eq!(phone.log[0]["recovered"], false);
    assert_eq!((phone.count("patch"), phone.count("snapshot")), (0, 2));
}

fn a_plus_gets_a_snapshot_of_that_channel_and_frames_of_the_others(transport: Transport) {
    let venue = Venue::new();
    let (game, all) = (venue.open("game/7"), venue.open("venue"));
    let mut phone = Phone::new(transport, venue.addr, &["game/7"]);
    phone.connect().catch_up(&venue.hub);
    let (cursor, boards) = (phone.cursor.clone(), phone.boards.clone());
    venue.step(game, 1);
    venue.step(all, 1);
    venue.step(game, 2);
    let mut more = Phone::new(transport, venue.addr, &["game/7", "+venue"]);
    (more.cursor, more.boards) = (cursor, boards);
    more.connect().catch_up(&venue.hub);
    assert_eq!((more.count("patch"), more.count("snapshot")), (2, 1));
    assert_eq!(more.cursor, Some(format!("{}:{}", venue.hub.epoch(), venue.hub.frame())));
}

fn a_cursor_from_the_future_or_another_epoch_gets_snapshots(transport: Transport) {
    let venue = Venue::new();
    venue.open("game/7");
    let future = format!("{}:{}", venue.hub.epoch(), venue.hub.frame() + 1);
    for cursor in
        [future, format!("{}:1", Epoch::from_bits(1)), format!("{}:{}", venue.hub.epoch(), u64::MAX)]
    {
        let mut phone = Phone::new(transport, venue.addr, &["game/7"]);
        phone.cursor = Some(cursor);
        phone.connect().catch_up(&venue.hub);
        assert_eq!(phone.kinds(), ["hello", "snapshot"]);
        assert_eq!(phone.log[0]["recovered"], false);
    }
}

fn receipts_reach_whoever_follows_me_once(transport: Transport) {
    let venue = Venue::new();
    venue.open("venue");
    let key = MailboxKey::new("device:1");
    let post = |id: &'static str| {
        let (outcome, seq) = (Outcome::Accepted, Some(3));
        venue.hub.post(
            &key,
            &Message::Receipt { id: id.into(), outcome, seq, poll: None, receipt: None, problem: None },
        );
    };
    post("before");
    let mut phone = Phone::new(transport, venue.addr, &["venue", "me"]);
    phone.connect();
    assert_eq!(phone.until("receipt")["id"], "before");
    phone.catch_up(&venue.hub);
    post("during");
    assert_eq!(phone.until("receipt")["id"], "during");
    phone.leave();
    // What a connection takes that nobody reads any more is asked for by id; this is about who is gone.
    await_phones(&venue, 0);
    post("away");
    phone.connect();
    assert_eq!(phone.until("receipt")["id"], "away");
    assert_eq!(phone.count("receipt"), 1, "what was given is not given again");
}

fn a_board_published_whole_reaches_everybody(transport: Transport) {
    let venue = Venue::new();
    let game = venue.open("game/7");
    let mut phone = Phone::new(transport, venue.addr, &["game/7"]);
    phone.connect().catch_up(&venue.hub);
    venue.step(game, 1);
    venue.open("game/7");
    phone.catch_up(&venue.hub);
    venue.step(game, 2);
    phone.catch_up(&venue.hub);
}

fn bye_is_the_last_message(transport: Transport) {
    let venue = Venue::new();
    let game = venue.open("game/7");
    let mut phone = Phone::new(transport, venue.addr, &["game/7"]);
    phone.connect().catch_up(&venue.hub);
    venue.step(game, 1);
    venue.hub.drain(close::RESTART, "restart");
    let bye = phone.until("bye");
    assert_eq!((&bye["code"], &bye["reason"]), (&1012.into(), &"restart".into()));
    assert!(bye["retry_ms"].as_u64().unwrap() >= 1_000);
    phone.catch_up(&venue.hub);
    if matches!(transport, Transport::WebSocket | Transport::Sse) {
        assert_eq!(phone.next(), None, "nothing comes after it");
    }
    phone.leave();
    let left = touchline::runtime::block_on(venue.hub.drained(std::time::Duration::from_secs(10)));
    assert_eq!(left, 0);
}

fn a_full_box_says_where_to_go(transport: Transport) {
    let venue = Venue::with(HubLimits { phones: 0, ..HubLimits::default() });
    venue.open("game/7");
    let mut phone = Phone::new(transport, venue.addr, &["game/7"]);
    phone.connect();
    if transport == Transport::Poll {
        return phone.catch_up(&venue.hub);
    }
    let bye = phone.until("bye");
    assert_eq!((&bye["code"], &bye["use"]), (&1013.into(), &"poll".into()));
    assert!(bye["retry_ms"].as_u64().unwrap() >= 10_000);
}

macro_rules! four_ways {
    ($($promise:ident)*) => {
        four_ways!(@ websocket WebSocket $($promise)*);
        four_ways!(@ sse Sse $($promise)*);
        four_ways!(@ longpoll LongPoll $($promise)*);
        four_ways!(@ poll Poll $($promise)*);
    };
    (@ $name:ident $transport:ident $($promise:ident)*) => {
        mod $name {
            $(#[test]
            fn $promise() {
                super::$promise(touchline::wire::Transport::$transport);
            })*
        }
    };
}

four_ways! {
    opening_is_hello_and_a_snapshot_of_each_channel
    frames_of_several_channels_come_in_order_without_gap_or_duplicate
    spoken_lines_and_languages_stay_with_their_channel
    a_cursor_is_resumed_with_the_missing_frames
    a_cursor_the_ring_has_forgotten_gets_snapshots
    a_plus_gets_a_snapshot_of_that_channel_and_frames_of_the_others
    a_cursor_from_the_future_or_another_epoch_gets_snapshots
    receipts_reach_whoever_follows_me_once
    a_board_published_whole_reaches_everybody
    bye_is_the_last_message
    a_full_box_says_where_to_go
}
