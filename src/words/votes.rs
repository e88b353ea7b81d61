//! What is said of a vote: that it opens, that it closes, what comes out.

use fluent_bundle::FluentArgs;

use super::catalogue::Voice;
use crate::domain::poll::{Access, Kind, Poll, PollState, Tie};

/// More options than this are told as a number: nobody keeps them in mind.
const MOST_OPTIONS: usize = 8;

/// How many places of a whole result are told, the best first.
const MOST_PLACES: usize = 3;

impl Voice {
    /// How far a vote can be trusted, in words.
    #[must_use]
    pub fn vote_label(&self, access: Access) -> String {
        let id = match access {
            Access::Open => "vote-label-open",
            Access::Ticket => "vote-label-ticket",
        };
        self.say(&[id.to_owned()], &FluentArgs::new()).unwrap_or_default()
    }

    /// That a vote takes ballots: what is asked, what can be chosen, and for how long.
    #[must_use]
    pub fn vote_opened(&self, poll: &Poll, left_ms: Option<u64>) -> String {
        let mut values = self.vote_values(poll);
        let seconds = left_ms.map_or(0, |ms| ms.div_ceil(1_000));
        let until = match (left_ms, seconds) {
            (None, _) => "hand",
            // Who is told of 90 seconds counts; who is told of 26 hours looks.
            (Some(_), 0..=99) => "seconds",
            (Some(_), 100..=7_200) => "minutes",
            (Some(_), _) => "hand",
        };
        values.set("until", until);
        values.set("left", if until == "seconds" { seconds } else { (seconds + 30) / 60 });
        self.say(&["vote-opened".to_owned()], &values).unwrap_or_default()
    }

    /// That a vote takes no more ballots.
    #[must_use]
    pub fn vote_closed(&self, poll: &Poll) -> String {
        self.say(&["vote-closed".to_owned()], &self.vote_values(poll)).unwrap_or_default()
    }

    /// That an open vote was taken back.
    #[must_use]
    pub fn vote_withdrawn(&self, poll: &Poll) -> String {
        self.say(&["vote-withdrawn".to_owned()], &self.vote_values(poll)).unwrap_or_default()
    }

    /// What came out, option and count: one place of a result, or the whole of it.
    #[must_use]
    pub fn vote_revealed(&self, poll: &Poll, counts: &[(u32, u64)]) -> String {
        let mut values = self.vote_values(poll);
        let is_whole = poll.state == PollState::Revealed;
        if is_whole && matches!(poll.setup.kind, Kind::Rating { .. }) {
            let mean = poll.tally().mean_hundredths().unwrap_or(0);
            values.set("whole", mean / 100);
            values.set("hundredths", format!("{:02}", mean % 100));
            let id = if poll.turnout() == 0 { "vote-nobody" } else { "vote-mean" };
            return self.say(&[id.to_owned()], &values).unwrap_or_default();
        }
        if is_whole && poll.turnout() == 0 {
            return self.say(&["vote-nobody".to_owned()], &values).unwrap_or_default();
        }
        let mut place = 1;
        let mut places = Vec::new();
        let mut by_lot = false;
        let mut before = None;
        for options in poll.ranks() {
            let out = counts.iter().find(|(option, _)| options.contains(option));
            if let Some((_, count)) = out {
                values.set("place", place);
                values.set("named", self.options(poll, &options));
                values.set("count", *count);
                places.extend(self.say(&["vote-place".to_owned()], &values));
                by_lot |= poll.setup.tie == Tie::Lot && before == Some(*count) && places.len() <= MOST_PLACES;
                before = Some(*count);
            }
            place += options.len() as u64;
        }
        places.truncate(MOST_PLACES);
        values.set("places", places.join(" "));
        values.set("lot", if by_lot { "yes" } else { "no" });
        let id = if is_whole { "vote-result" } else { "vote-partly" };
        self.say(&[id.to_owned()], &values).unwrap_or_default()
    }

    fn vote_values(&self, poll: &Poll) -> FluentArgs<'static> {
        let setup = &poll.setup;
        let mut values = FluentArgs::new();
        let ends = setup.question.trim_end().ends_with(['.', '?', '!', '…', ':', '؟', '。', '？', '！']);
        let question = self.name(setup.question.trim());
        values.set("question", if ends { question } else { format!("{question}.") });
        let (how, most) = match &setup.kind {
            Kind::Single => ("single", 1),
            Kind::Multiple { max } => ("multiple", u64::from(*max)),
            Kind::Points { scale } => ("points", scale.len() as u64),
            Kind::Rating { steps } => ("rating", u64::from(*steps)),
        };
        values.set("how", how);
        values.set("most", most);
        let all: Vec<u32> = (1..).take(setup.options.len()).collect();
        let few = all.len() <= MOST_OPTIONS;
        values.set("few", if few { "yes" } else { "no" });
        values.set("options", self.options(poll, if few { &all } else { &[] }));
        values.set("n", all.len() as u64);
        values.set("access", if setup.access == Access::Ticket { "ticket" } else { "open" });
        values.set("turnout", poll.turnout());
        values.set("unit", if how == "points" { "points" } else { "votes" });
        values
    }

    fn options(&self, poll: &Poll, numbers: &[u32]) -> String {
        let name = |number: &u32| match poll.setup.options.get(*number as usize - 1) {
            Some(option) => self.name(option),
            None => number.to_string(),
        };
        numbers.iter().map(name).collect::<Vec<_>>().join(", ")
    }
}
