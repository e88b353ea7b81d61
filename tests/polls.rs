//! The rules of votes: one line a case, and that every count equals a count of its ballots from the start.
//!
//! A line is `kind options rules : what happens = what is counted`. What happens is, in order: `open`, `close`,
//! `next` and `all` (revealed), `issue` and voters, `withdraw`, `+5000` (milliseconds pass) and ballots, `ann=1,3`.
//! `!word` after one of them is the refusal that is expected. Counted is `option:count …` in the order of the
//! ranks, `|` between ranks.

use proptest::prelude::{ProptestConfig, Strategy, any, prop_assert_eq, prop_oneof, proptest};
use touchline::domain::clock::Stamp;
use touchline::domain::command::Actor;
use touchline::domain::event::{Draft, Event, EventBody, Stream, Visibility};
use touchline::domain::poll::decide::{self, AtClose, Decided};
use touchline::domain::poll::{
    Access, Ballot, Kind, NewPoll, Poll, PollDo, PollId, PollState, Stage, Tie, Voter,
};

const WALL: i64 = 1_795_000_000_000;

/// A poll, and what has happened to it.
struct Scene {
    poll: Poll,
    events: Vec<Event>,
    stamp: Stamp,
    casts: u32,
}

impl Scene {
    fn new(setup: &str) -> Self {
        let stamp = Stamp { boot: 1, mono_ms: 10_000, wall_ms: WALL, wall_trusted: true };
        let new = decide::create(setup_of(setup)).unwrap_or_else(|refused| panic!("{setup}: {refused:?}"));
        let body = EventBody::PollCreated { id: PollId(3), poll: Box::new(new.clone()) };
        let event = event(1, stamp, "made", Visibility::Public, body);
        Self { poll: Poll::new(PollId(3), new, &event), events: vec![event], stamp, casts: 0 }
    }

    fn commit(&mut self, drafts: Vec<Draft>, command: &str) {
        for draft in drafts {
            let seq = self.events.len() as u64 + 1;
            let event = event(seq, self.stamp, command, draft.visibility, draft.body);
            self.poll.apply(&event);
            self.events.push(event);
        }
    }

    fn act(&mut self, what: &PollDo) -> String {
        let at_close = AtClose { refused: [("already-voted".to_owned(), 2)].into(), lot: [7; 16] };
        match decide::act(&self.poll, what, at_close) {
            Ok(drafts) => {
                self.commit(drafts, "organiser");
                String::new()
            }
            Err(rejection) => rejection.code.to_owned(),
        }
    }

    fn cast(&mut self, voter: &str, choice: Vec<u32>, command: &str) -> String {
        let ballot = Ballot { voter: voter_of(voter), choice, nonce: [1; 16] };
        match decide::cast(&self.poll, &ballot, command, &self.stamp) {
            Ok(Decided::Counts(draft)) => {
                assert_eq!(draft.visibility, Visibility::Sealed, "a ballot is nobody's to see");
                self.commit(vec![*draft], command);
                String::new()
            }
            Ok(Decided::Already(_)) => "again".to_owned(),
            Ok(Decided::Reused) => "reused".to_owned(),
            Err(rejection) => rejection.code.to_owned(),
        }
    }

    fn step(&mut self, step: &str) -> String {
        if let Some(ms) = step.strip_prefix('+') {
            let ms: u32 = ms.parse().expect("milliseconds");
            self.stamp.mono_ms += u64::from(ms);
            self.stamp.wall_ms += i64::from(ms);
            return match self.poll.due_in(&self.stamp) {
                Some(0) => "due".to_owned(),
                _ => String::new(),
            };
        }
        let (word, rest) = step.split_once('=').unwrap_or((step, ""));
        match word {
            "open" => self.act(&PollDo::Open),
            "close" => self.act(&PollDo::Close),
            "next" => self.act(&PollDo::Reveal(Stage::Next)),
            "all" => self.act(&PollDo::Reveal(Stage::All)),
            "withdraw" => self.act(&PollDo::Withdraw { reason: None }),
            "issue" => {
                let voters = rest.split(',').filter(|name| !name.is_empty()).map(voter_of).collect();
                self.act(&PollDo::Issue { voters })
            }
            voter => {
                self.casts += 1;
                // `ann#7=1` is ann's ballot under the command 7.
                let (voter, command) = voter.split_once('#').unwrap_or((voter, ""));
                let command =
                    if command.is_empty() { format!("c{}", self.casts) } else { command.to_owned() };
                let choice = rest.split(',').filter(|option| !option.is_empty());
                self.cast(voter, choice.map(|option| option.parse().expect("an option")).collect(), &command)
            }
        }
    }

    fn counted(&self) -> String {
        let ranks = self.poll.ranks();
        let rank = |options: &Vec<u32>| {
            let counts = options.iter().map(|option| format!("{option}:{}", self.poll.tally().of(*option)));
            counts.collect::<Vec<_>>().join(" ")
        };
        ranks.iter().map(rank).collect::<Vec<_>>().join(" | ")
    }
}

fn event(seq: u64, stamp: Stamp, command: &str, visibility: Visibility, body: EventBody) -> Event {
    let (stream, actor) = (Stream::Poll(PollId(3)), Actor("user:1".to_owned()));
    Event { seq, stream, visibility, order: None, stamp, actor, command: command.to_owned(), body }
}

fn voter_of(name: &str) -> Voter {
    let mut bytes = [0; 16];
    bytes[..name.len()].copy_from_slice(name.as_bytes());
    Voter(bytes)
}

/// `points:12.10.8 4 ticket tie=lot for=5000`.
fn setup_of(text: &str) -> NewPoll {
    let mut words = text.split_whitespace();
    let kind = words.next().expect("a kind");
    let (kind, more) = kind.split_once(':').unwrap_or((kind, ""));
    let number = || more.parse().expect("a number");
    let kind = match kind {
        "single" => Kind::Single,
        "multiple" => Kind::Multiple { max: number() },
        "points" => Kind::Points { scale: more.split('.').map(|p| p.parse().expect("points")).collect() },
        "rating" => Kind::Rating { steps: number() },
        other => panic!("no kind {other}"),
    };
    let options: usize = words.next().expect("how many options").parse().expect("a number");
    let mut poll = NewPoll {
        question: "Player of the match?".to_owned(),
        kind,
        options: (1..=options).map(|n| format!("Option {n}")).collect(),
        game: None,
        access: Access::Open,
        secret: true,
        changeable: false,
        tie: Tie::Shared,
        opens_at: None,
        closes_at: None,
        open_for_ms: None,
    };
    for word in words {
        match word.split_once('=').unwrap_or((word, "")) {
            ("ticket", _) => poll.access = Access::Ticket,
            ("live", _) => poll.secret = false,
            ("changeable", _) => poll.changeable = true,
            ("tie", "voters") => poll.tie = Tie::MostVoters,
            ("tie", "lot") => poll.tie = Tie::Lot,
            ("for", ms) => poll.open_for_ms = Some(ms.parse().expect("milliseconds")),
            ("opens", ms) => poll.opens_at = Some(WALL + ms.parse::<i64>().expect("milliseconds")),
            ("closes", ms) => poll.closes_at = Some(WALL + ms.parse::<i64>().expect("milliseconds")),
            other => panic!("no rule {other:?}"),
        }
    }
    poll
}

const CASES: &str = "
single 3 : open a=1 b=2 c=1 close all = 1:2 | 2:1 | 3:0
single 3 : open a=2 a=2!again a=1!already-voted = 2:1 | 1:0 3:0
single 3 : open a#x=2 a#x=2!again a#x=1!reused = 2:1 | 1:0 3:0
single 2 : a=1!poll-not-open open a=1 close b=1!poll-closed a#c2=1!again = 1:1 | 2:0
single 2 : open a=3!invalid-choice a=0!invalid-choice a=!invalid-choice a=1,2!invalid-choice = 1:0 2:0
single 2 changeable : open a=1 a=2 a=2!again b=1 a=1 = 1:2 | 2:0
single 2 changeable : open a#x=1 a#y=2 a#x=1!again = 2:1 | 1:0
multiple:2 4 : open a=1,3 b=3,4 c=3 d=1,2,3!invalid-choice e=2,2!invalid-choice = 3:3 | 1:1 4:1 | 2:0
multiple:2 4 changeable : open a=1,3 a=1,2 = 1:1 2:1 | 3:0 4:0
points:12.10.8 4 : open a=1,2,3 b=2,1,4 c=2,1!invalid-choice d=1,1,2!invalid-choice = 1:22 2:22 | 3:8 4:8
points:12.10.8 4 tie=voters : open a=1,2,3 b=4,2,1 c=3,2,1 = 2:30 | 1:28 | 3:20 | 4:12
points:3.2.1 3 tie=voters : open a=1,2,3 b=3,2,1 = 1:4 3:4 | 2:4
points:5.3.2 4 tie=voters : open a=1,3,4 b=2,3,1 c=4,2,1 = 1:9 | 2:8 | 4:7 | 3:6
points:4.2.1 3 tie=voters : open a=1,2,3 b=2,3,1 c=2,3,1 d=1,3,2 = 2:11 | 1:10 | 3:7
rating:5 0 : open a=5 b=4 c=5 d=6!invalid-choice e=0!invalid-choice f=1,2!invalid-choice = 5:2 | 4:1 | 1:0 2:0 3:0
single 2 ticket : open!no-tickets issue=ann,bob open ann=1 eve=1!code-unknown ann=2!code-used ann=1!again = 1:1 | 2:0
single 2 ticket : issue=ann issue=ann!code-issued issue=!invalid-value open issue=bob bob=2 close issue=eve!wrong-state = 2:1 | 1:0
single 2 ticket changeable : issue=ann open ann=1 ann=2 = 2:1 | 1:0
single 2 : issue=ann!not-a-ticket-vote = 1:0 2:0
single 3 : open a=1 next!wrong-state close next close!wrong-state open!wrong-state next all!wrong-state = 1:1 | 2:0 3:0
single 2 : close!wrong-state all!wrong-state open open!wrong-state = 1:0 2:0
single 2 live : open a=1 close all!wrong-state = 1:1 | 2:0
single 2 : open a=1 withdraw b=1!poll-closed close!withdrawn withdraw!withdrawn a#c1=1!again = 1:1 | 2:0
single 2 for=5000 : +9000 open +4999 a=1 +1!due b=1!poll-closed a#c1=1!again close = 1:1 | 2:0
single 2 closes=60000 for=5000 : open +5000!due a=1!poll-closed = 1:0 2:0
single 2 opens=2000 closes=9000 : +1999 +1!due open a=2 +6999 +1!due = 2:1 | 1:0
";

#[test]
fn the_rules_hold_line_by_line() {
    for line in CASES.lines().filter(|line| !line.is_empty()) {
        let (setup, rest) = line.split_once(" : ").expect("a setup");
        let (steps, counted) = rest.rsplit_once(" = ").expect("a count");
        let mut scene = Scene::new(setup);
        for step in steps.split_whitespace() {
            let (step, expected) = step.split_once('!').unwrap_or((step, ""));
            assert_eq!(scene.step(step), expected, "{line}\nat {step}");
        }
        assert_eq!(scene.counted(), counted, "{line}");
    }
}

#[test]
fn polls_that_cannot_be_are_refused() {
    for setup in [
        "single 1",
        "single 51",
        "multiple:0 3",
        "multiple:4 3",
        "points:12.10.8 2",
        "points:8.10 3",
        "points:5.5 3",
        "points:5.0 3",
        "points:1001.1 3",
        "rating:1 0",
        "rating:11 0",
        "rating:5 2",
        "single 2 for=0",
        "single 2 opens=9000 closes=9000",
    ] {
        let refused = decide::create(setup_of(setup)).expect_err(setup);
        assert_eq!(refused.code, "invalid-poll", "{setup}");
    }
    for (question, options) in [(" ", ["A", "B"]), ("Who?", ["A", " "]), ("Who?", ["A", "A"])] {
        let mut poll = setup_of("single 2");
        poll.question = question.to_owned();
        poll.options = options.map(str::to_owned).to_vec();
        assert_eq!(
            decide::create(poll).expect_err("it cannot be").code,
            "invalid-poll",
            "{question} {options:?}"
        );
    }
}

#[test]
fn a_result_comes_out_from_the_last_rank_up_and_once() {
    let mut scene = Scene::new("single 4");
    for step in ["open", "a=1", "b=1", "c=2", "d=3", "close", "next"] {
        assert_eq!(scene.step(step), "", "{step}");
    }
    assert_eq!(scene.poll.shown, [(4, 0)]);
    assert!(scene.poll.is_sealed(), "a part of a result is no result");
    scene.step("next");
    assert_eq!(scene.poll.shown, [(4, 0), (2, 1), (3, 1)], "who shares a rank comes out together");
    scene.step("next");
    assert_eq!((scene.poll.state, scene.poll.is_sealed()), (PollState::Revealed, false));
    assert_eq!(scene.poll.shown.last(), Some(&(1, 2)));
    assert_eq!(scene.step("next"), "wrong-state");
}

#[test]
fn a_lot_is_drawn_at_the_close_and_stands_in_the_record() {
    let mut scene = Scene::new("single 3 tie=lot");
    for step in ["open", "a=1", "b=2", "c=3"] {
        scene.step(step);
    }
    assert_eq!(scene.poll.ranks(), [[1, 2, 3]], "until then the rank is shared");
    scene.step("close");
    let ranks = scene.poll.ranks();
    assert_eq!(ranks.len(), 3, "{ranks:?}");
    let closing = scene.poll.closing.clone().expect("it is closed");
    assert_eq!((closing.turnout, closing.lot, closing.refused["already-voted"]), (3, [7; 16], 2));
    assert_eq!(folded(&scene.events).ranks(), ranks, "whoever reads the record draws the same");
}

#[test]
fn the_mean_of_a_rating_is_rounded_to_hundredths() {
    let mut scene = Scene::new("rating:5 0");
    assert_eq!(scene.poll.tally().mean_hundredths(), None);
    for step in ["open", "a=5", "b=4", "c=4"] {
        scene.step(step);
    }
    assert_eq!(scene.poll.tally().mean_hundredths(), Some(433));
}

fn folded(events: &[Event]) -> Poll {
    let EventBody::PollCreated { id, poll } = &events[0].body else { panic!("a poll is made first") };
    let mut folded = Poll::new(*id, (**poll).clone(), &events[0]);
    events[1..].iter().for_each(|event| folded.apply(event));
    folded
}

/// The count of the last ballot of each voter, made from the events by other means.
fn recounted(events: &[Event], kind: &Kind, options: usize) -> Vec<u64> {
    let mut last: Vec<(Voter, &[u32])> = Vec::new();
    for event in events {
        if let EventBody::BallotCast(ballot) = &event.body {
            last.retain(|(voter, _)| *voter != ballot.voter);
            last.push((ballot.voter, &ballot.choice));
        }
    }
    let mut counts = vec![0; options];
    for (_, choice) in last {
        for (place, option) in choice.iter().enumerate() {
            let points = if let Kind::Points { scale } = kind { u64::from(scale[place]) } else { 1 };
            counts[*option as usize - 1] += points;
        }
    }
    counts
}

fn setups() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        proptest::prelude::Just("single 4"),
        proptest::prelude::Just("single 4 changeable"),
        proptest::prelude::Just("multiple:2 4 changeable"),
        proptest::prelude::Just("points:5.3.2 4 changeable tie=voters"),
        proptest::prelude::Just("points:5.3.2 4"),
        proptest::prelude::Just("rating:4 0 changeable tie=lot"),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn the_tally_is_what_a_recount_of_the_ballots_gives(
        setup in setups(),
        ballots in proptest::collection::vec((0_u8..6, proptest::collection::vec(0_u32..6, 0..4), 0_u8..12), 0..40),
        closes in any::<bool>(),
    ) {
        let mut scene = Scene::new(setup);
        scene.step("open");
        for (voter, choice, command) in ballots {
            scene.cast(&format!("v{voter}"), choice, &format!("c{command}"));
        }
        if closes {
            scene.step("close");
        }
        let counts: Vec<u64> = scene.poll.tally().counts().map(|(_, count)| count).collect();
        let kind = scene.poll.setup.kind.clone();
        prop_assert_eq!(&counts, &recounted(&scene.events, &kind, scene.poll.setup.choices()));
        let again = folded(&scene.events);
        prop_assert_eq!(again.tally(), scene.poll.tally());
        prop_assert_eq!(again.ranks(), scene.poll.ranks());
        prop_assert_eq!(again.turnout(), scene.poll.ballots().count() as u64);
        let places: usize = again.ranks().iter().map(Vec::len).sum();
        prop_assert_eq!(places, scene.poll.setup.choices());
    }
}
