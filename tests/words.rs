//! Golden sentences: what each kind of entry sounds like, and how loud.

mod scene;

use scene::{Scene, act, award, clock, comment, review};
use touchline::domain::Seq;
use touchline::domain::command::Play;
use touchline::domain::event::{Action, ClockDo, Entry, Review, State, Urgency};
use touchline::words::catalogue::Words;
use touchline::words::sentence::{Level, Sentence};

fn told_in(lang: &str, scene: &Scene, seq: Seq) -> Option<Sentence> {
    let entry = scene.game.entry(seq).expect("the event stands in the game's course");
    Words::new().voice(lang).spoken(&scene.game, entry)
}

fn told(scene: &Scene, seq: Seq) -> Sentence {
    told_in("en", scene, seq).expect("the entry is told")
}

fn text(scene: &Scene, seq: Seq) -> String {
    told(scene, seq).text
}

/// A game in its first half.
fn begun() -> Scene {
    let mut scene = Scene::new();
    scene.start();
    scene
}

#[test]
fn plays_are_told_what_who_minute_score() {
    let substitution = Entry::Action(Action {
        action: "substitution".into(),
        side: Some("home".into()),
        player: Some("4".into()),
        other: Some("14".into()),
        ..Action::default()
    });
    let penalty = Entry::Action(Action {
        action: "goal".into(),
        side: Some("away".into()),
        player: Some("10".into()),
        tags: vec!["penalty".into()],
        ..Action::default()
    });
    let with_words = Entry::Action(Action {
        action: "corner".into(),
        side: Some("away".into()),
        text: Some("From the left.".into()),
        ..Action::default()
    });
    let cases = [
        (act("goal", "home", Some("9")), 12, "Goal, Reds. Diaz, 12th minute. Reds 1, Blues 0."),
        (act("goal", "home", None), 1, "Goal, Reds. 1st minute. Reds 1, Blues 0."),
        (act("goal", "away", Some("Trialist")), 22, "Goal, Blues. Trialist, 22nd minute. Reds 0, Blues 1."),
        (act("own_goal", "away", Some("1")), 3, "Own goal by Novák of Blues, 3rd minute. Reds 1, Blues 0."),
        (penalty, 21, "Goal from a penalty, Blues. Okoro, 21st minute. Reds 0, Blues 1."),
        (act("penalty_missed", "away", Some("10")), 30, "Penalty missed, Blues, Okoro, 30th minute."),
        (act("penalty_awarded", "away", None), 29, "Penalty to Blues, 29th minute."),
        (act("yellow", "away", Some("10")), 11, "11th minute. Yellow card, Blues, Okoro."),
        (act("red", "home", Some("9")), 13, "13th minute. Red card, Reds, Diaz."),
        (substitution, 40, "Substitution, Reds. Lee on for Kim, 40th minute."),
        (act("corner", "away", None), 5, "Corner, Blues, 5th minute."),
        (act("foul", "home", Some("4")), 6, "Foul, Reds, Kim, 6th minute."),
        (with_words, 7, "Corner, Blues, 7th minute. From the left."),
    ];
    for (entry, minute, expected) in cases {
        let mut scene = begun();
        let seq = scene.enter_at(entry, scene.at(minute));
        assert_eq!(text(&scene, seq), expected);
    }
}

#[test]
fn added_time_is_said_in_words() {
    let mut scene = begun();
    let seq = scene.goal("home", 47);
    assert_eq!(text(&scene, seq), "Goal, Reds. 45 plus 2 minutes. Reds 1, Blues 0.");
    let seq = scene.goal("home", 46);
    assert!(text(&scene, seq).contains("45 plus 1 minute."), "{}", text(&scene, seq));
}

#[test]
fn the_course_of_a_match_is_told() {
    let mut scene = Scene::new();
    let kick_off = scene.start();
    assert_eq!(text(&scene, kick_off), "Kick-off.");
    scene.goal("home", 12);
    let half_time = scene.end();
    assert_eq!(text(&scene, half_time), "Half time. Reds 1, Blues 0.");
    let second = scene.start();
    assert_eq!(text(&scene, second), "The second half begins. Reds 1, Blues 0.");
    let over = scene.end();
    assert_eq!(text(&scene, over), "Full time. Reds 1, Blues 0.");
    for seq in [kick_off, half_time, second, over] {
        let sentence = told(&scene, seq);
        assert_eq!((sentence.level, sentence.to, sentence.landmark), (Level::Key, Urgency::Polite, true));
    }
}

#[test]
fn a_shoot_out_tells_its_own_score() {
    let mut scene = Scene::knockout();
    for _ in 0..4 {
        scene.start();
        scene.end();
    }
    let begins = scene.start();
    assert_eq!(text(&scene, begins), "The penalty shoot-out begins.");
    let kick = |side: &str, player: Option<&str>, scored| {
        Entry::Action(Action {
            action: "kick".into(),
            side: Some(side.into()),
            player: player.map(str::to_owned),
            scored: Some(scored),
            ..Action::default()
        })
    };
    let scored = scene.enter(kick("home", Some("9"), true));
    assert_eq!(text(&scene, scored), "Scored, Reds. Diaz. Shoot-out: Reds 1, Blues 0.");
    let missed = scene.enter(kick("away", None, false));
    assert_eq!(text(&scene, missed), "Missed, Blues. Shoot-out: Reds 1, Blues 0.");
    assert_eq!(told(&scene, missed).to, Urgency::Assertive);
    for scored in [true, true] {
        scene.enter(kick("home", None, scored));
        scene.enter(kick("away", None, false));
    }
    let over = scene.end();
    assert_eq!(
        text(&scene, over),
        "The shoot-out is over. Reds 0, Blues 0. Shoot-out: Reds 3, Blues 0. Reds win on penalties."
    );
    let words = Words::new();
    assert_eq!(words.voice("en").result(&scene.game).as_deref(), Some("Reds win the shoot-out."));
}

#[test]
fn states_give_their_reason() {
    let mut scene = Scene::new();
    let delayed = scene.state(State::Delayed, "fog.");
    assert_eq!(text(&scene, delayed), "The start is delayed. Reason: fog.");
    scene.start();
    let suspended = scene.state(State::Suspended, "lightning");
    assert_eq!(text(&scene, suspended), "Play is suspended. Reason: lightning. Reds 0, Blues 0.");
    let resumed = scene.state(State::Live, "");
    assert_eq!(text(&scene, resumed), "Play goes on. Reds 0, Blues 0.");
    let abandoned = scene.state(State::Abandoned, "floodlights");
    let sentence = told(&scene, abandoned);
    assert_eq!(sentence.text, "The match is abandoned. Reason: floodlights. Reds 0, Blues 0.");
    assert_eq!((sentence.level, sentence.to), (Level::Always, Urgency::Assertive));
}

#[test]
fn an_award_tells_its_own_score() {
    let mut scene = Scene::new();
    let seq = scene.enter(award("away", [0, 3], "walkover"));
    assert_eq!(text(&scene, seq), "Blues win by walk-over. Awarded score: Reds 0, Blues 3.");
}

#[test]
fn a_game_over_by_mistake_is_opened_again_as_a_correction() {
    let mut scene = begun();
    scene.end();
    scene.start();
    scene.end();
    let seq = scene.state(State::Live, "two minutes were left");
    assert_eq!(
        text(&scene, seq),
        "Correction: the match is not over. Reason: two minutes were left. Reds 0, Blues 0."
    );
}

#[test]
fn a_goal_taken_back_interrupts_with_the_score_that_counts() {
    let mut scene = begun();
    scene.goal("home", 10);
    let goal = scene.goal("home", 12);
    let void = scene.void(goal);
    let sentence = told(&scene, void);
    assert_eq!(sentence.text, "Correction: the goal for Reds does not count. Reds 1, Blues 0.");
    assert_eq!((sentence.level, sentence.to), (Level::Key, Urgency::Assertive));
    assert_eq!((sentence.key.as_str(), sentence.kind.as_str()), ("score", "correction"));
    assert!(sentence.landmark);
    // The entry itself stays, without a score nobody may believe.
    assert_eq!(text(&scene, goal), "Goal, Reds. 12th minute.");
}

#[test]
fn other_corrections_name_what_they_correct() {
    let mut scene = begun();
    let corner = scene.enter_at(act("corner", "away", None), scene.at(5));
    let void = scene.play(&Play::Void { seq: corner, reason: Some("goal kick".into()) });
    assert_eq!(text(&scene, void), "Correction: the corner for Blues does not count. Reason: goal kick.");
    let line = scene.enter(comment("Rain.", Urgency::Polite));
    let void = scene.void(line);
    assert_eq!(text(&scene, void), "Correction: a remark was taken back.");
    let half = scene.end();
    let void = scene.void(half);
    assert_eq!(
        text(&scene, void),
        "Correction: the change of period is taken back. First half. Reds 0, Blues 0."
    );
}

#[test]
fn an_entry_in_anothers_place_says_instead_of_what() {
    let mut scene = begun();
    let wrong = scene.goal("home", 12);
    let at = Some(scene.at(12));
    let right =
        scene.play(&Play::Replace { seq: wrong, entry: act("own_goal", "home", Some("4")), at: at.clone() });
    assert_eq!(
        text(&scene, right),
        "Correction: instead of the goal for Reds: Own goal by Kim of Reds, 12th minute. Reds 0, Blues 1."
    );
    assert!(told(&scene, right).landmark);
    let named = scene.play(&Play::Replace { seq: right, entry: act("own_goal", "home", Some("9")), at });
    assert_eq!(text(&scene, named), "Correction: Own goal by Diaz of Reds, 12th minute. Reds 0, Blues 1.");
}

#[test]
fn a_goal_entered_late_is_announced_with_the_score_of_now() {
    let mut scene = begun();
    let first = scene.goal("home", 10);
    scene.goal("away", 20);
    let late =
        scene.play(&Play::Insert { after: first, entry: act("goal", "home", None), at: Some(scene.at(12)) });
    assert_eq!(text(&scene, late), "Entered late: Goal, Reds. 12th minute. Reds 2, Blues 1.");
    let entry = scene.game.entry(late).expect("it stands in the course");
    let written = Words::new().voice("en").entry(&scene.game, entry).expect("it is told");
    assert_eq!(written.text, "Goal, Reds. 12th minute. Reds 2, Blues 0.");
}

#[test]
fn reviews_are_told_from_beginning_to_end() {
    let mut scene = begun();
    let goal = scene.goal("home", 12);
    let open = scene.enter(review(Review::Open { of: Some(goal) }));
    assert_eq!(text(&scene, open), "VAR: the goal for Reds is being looked at again.");
    let stands = scene.enter(review(Review::Stands));
    assert_eq!(text(&scene, stands), "VAR: the decision stands. Reds 1, Blues 0.");
    scene.enter(review(Review::Open { of: Some(goal) }));
    let fallen = scene.enter(review(Review::Overturned));
    let sentence = told(&scene, fallen);
    assert_eq!(sentence.text, "VAR: decision overturned. The goal for Reds does not count. Reds 0, Blues 0.");
    assert_eq!((sentence.to, sentence.key.as_str()), (Urgency::Assertive, "score"));
}

#[test]
fn a_second_caution_says_what_it_comes_to() {
    let mut scene = begun();
    scene.enter_at(act("yellow", "home", Some("9")), scene.at(10));
    let second = scene.enter_at(act("yellow", "home", Some("9")), scene.at(20));
    assert_eq!(
        text(&scene, second),
        "20th minute. Yellow card, Reds, Diaz. It is the second: Diaz is sent off."
    );
    assert!(told(&scene, second).landmark);
}

#[test]
fn a_score_set_by_hand_is_told_as_such() {
    let mut scene = begun();
    let reason = Some("feed was down".to_owned());
    let seq = scene.enter(Entry::Adjust { side: "home".into(), counter: "goals".into(), to: 2, reason });
    assert_eq!(text(&scene, seq), "Score corrected by hand. Reason: feed was down. Reds 2, Blues 0.");
    assert_eq!(told(&scene, seq).to, Urgency::Assertive);
}

#[test]
fn comments_are_said_as_they_are_and_the_clock_is_not() {
    let mut scene = begun();
    let line = scene.enter(comment("A dog is on the pitch.", Urgency::Polite));
    let sentence = told(&scene, line);
    assert_eq!(sentence.text, "A dog is on the pitch.");
    assert_eq!((sentence.level, sentence.to), (Level::All, Urgency::Polite));
    let alarm = scene.enter(comment("Please leave by gate 4.", Urgency::Assertive));
    assert_eq!((told(&scene, alarm).level, told(&scene, alarm).to), (Level::Always, Urgency::Assertive));
    let set = scene.enter(clock(ClockDo::Set(60_000)));
    assert_eq!(told_in("en", &scene, set), None);
}

#[test]
fn loudness_follows_the_policy() {
    let cases = [
        ("goal", Level::Key, Urgency::Assertive),
        ("own_goal", Level::Key, Urgency::Assertive),
        ("red", Level::Key, Urgency::Polite),
        ("yellow", Level::Key, Urgency::Polite),
        ("penalty_missed", Level::Key, Urgency::Polite),
        ("corner", Level::All, Urgency::Polite),
        ("foul", Level::All, Urgency::Polite),
    ];
    for (action, level, to) in cases {
        let mut scene = begun();
        let seq = scene.enter_at(act(action, "home", Some("9")), scene.at(12));
        let sentence = told(&scene, seq);
        assert_eq!((sentence.level, sentence.to), (level, to), "{action}");
        assert_eq!(sentence.kind, action);
    }
}

#[test]
fn a_line_of_its_own_never_silences_another() {
    let mut scene = begun();
    let one = scene.enter_at(act("corner", "home", None), scene.at(12));
    let two = scene.enter_at(act("corner", "home", None), scene.at(12));
    assert_ne!(told(&scene, one).key, told(&scene, two).key);
}

#[test]
fn german_has_its_own_order_and_falls_back_for_its_regions() {
    let mut scene = begun();
    let goal = scene.enter_at(act("goal", "home", Some("9")), scene.at(12));
    let expected = "Tor für Reds. Diaz, 12. Minute. Reds 1, Blues 0.";
    assert_eq!(told_in("de", &scene, goal).map(|s| s.text).as_deref(), Some(expected));
    assert_eq!(told_in("de-AT", &scene, goal).map(|s| s.text).as_deref(), Some(expected));
    let void = scene.void(goal);
    assert_eq!(
        told_in("de", &scene, void).map(|s| s.text).as_deref(),
        Some("Berichtigung: das Tor für Reds zählt nicht. Reds 0, Blues 0.")
    );
}

#[test]
fn the_way_back_is_told_once_with_a_count() {
    let mut scene = begun();
    scene.goal("home", 12);
    let words = Words::new();
    let voice = words.voice("en");
    assert_eq!(voice.catch_up(1, &scene.game), "1 update while you were away. Reds 1, Blues 0.");
    assert_eq!(voice.catch_up(21, &scene.game), "21 updates while you were away. Reds 1, Blues 0.");
    assert_eq!(voice.state_label(&scene.game), "First half");
}
