//! The files as they are written: newer ones with `score` as an object, older ones with `rounds` and one
//! field a number. Fields nobody here needs are passed over, for the files gain some every year.

use serde::Deserialize;
use serde_json::Value;

use super::{Goal, GoalKind, Score};
use crate::formats::FormatError;

/// A match as written.
#[derive(Debug, Deserialize)]
pub(super) struct SourceMatch {
    pub(super) round: Option<String>,
    pub(super) date: Option<String>,
    pub(super) time: Option<String>,
    pub(super) team1: Team,
    pub(super) team2: Team,
    pub(super) group: Option<String>,
    #[serde(alias = "stadium")]
    pub(super) ground: Option<String>,
    pub(super) status: Option<String>,
    score: Option<SourceScore>,
    score1: Option<u32>,
    score2: Option<u32>,
    score1i: Option<u32>,
    score2i: Option<u32>,
    score1et: Option<u32>,
    score2et: Option<u32>,
    score1p: Option<u32>,
    score2p: Option<u32>,
    goals1: Option<Vec<SourceGoal>>,
    goals2: Option<Vec<SourceGoal>>,
}

/// A team: a name, or in older files a name with a code.
#[derive(Debug, Deserialize)]
#[serde(from = "SourceTeam")]
pub(super) struct Team {
    pub(super) name: String,
    pub(super) code: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "a team is a name, or an object with `name`")]
enum SourceTeam {
    Name(String),
    Full { name: String, code: Option<String> },
}

impl From<SourceTeam> for Team {
    fn from(source: SourceTeam) -> Self {
        match source {
            SourceTeam::Name(name) => Self { name, code: None },
            SourceTeam::Full { name, code } => Self { name, code },
        }
    }
}

#[derive(Debug, Deserialize)]
struct SourceScore {
    ht: Option<[u32; 2]>,
    ft: Option<[u32; 2]>,
    et: Option<[u32; 2]>,
    p: Option<[u32; 2]>,
}

#[derive(Debug, Deserialize)]
struct SourceGoal {
    name: Option<String>,
    minute: Minute,
    #[serde(default)]
    offset: u32,
    #[serde(default)]
    penalty: bool,
    #[serde(default)]
    owngoal: bool,
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "a minute is a number, or a text such as \"45+2\"")]
enum Minute {
    Number(u32),
    Text(String),
}

/// The file's name for itself, and its matches.
pub(super) fn parse(text: &str) -> Result<(String, Vec<SourceMatch>), FormatError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let file: Value =
        serde_json::from_str(text).map_err(|error| FormatError::new("", format!("not JSON: {error}")))?;
    let name = file.get("name").and_then(Value::as_str).unwrap_or("Fixtures").to_owned();
    let mut matches = Vec::new();
    if let Some(list) = file.get("matches").and_then(Value::as_array) {
        matches.extend(list.iter().map(|one| (None, one)));
    } else if let Some(rounds) = file.get("rounds").and_then(Value::as_array) {
        for round in rounds {
            let name = round.get("name").and_then(Value::as_str);
            let list = round.get("matches").and_then(Value::as_array);
            matches.extend(list.into_iter().flatten().map(|one| (name, one)));
        }
    } else {
        return Err(FormatError::new("", "neither `matches` nor `rounds`: this is no openfootball file"));
    }
    let read = |(index, (round, value)): (usize, (Option<&str>, &Value))| {
        let mut one = SourceMatch::deserialize(value)
            .map_err(|error| FormatError::new(format!("match {}", index + 1), error.to_string()))?;
        if one.round.is_none() {
            one.round = round.map(ToOwned::to_owned);
        }
        Ok(one)
    };
    let matches: Result<Vec<_>, FormatError> = matches.into_iter().enumerate().map(read).collect();
    Ok((name, matches?))
}

impl SourceMatch {
    /// The scores, from whichever of the two ways they are written.
    pub(super) fn scores(&self) -> Score {
        if let Some(SourceScore { ht, ft, et, p }) = self.score {
            return Score { half_time: ht, full_time: ft, extra_time: et, shootout: p };
        }
        let pair = |one: Option<u32>, two: Option<u32>| Some([one?, two?]);
        Score {
            half_time: pair(self.score1i, self.score2i),
            full_time: pair(self.score1, self.score2),
            extra_time: pair(self.score1et, self.score2et),
            shootout: pair(self.score1p, self.score2p),
        }
    }

    /// The goals in the order of play, or nothing where the source lists none.
    pub(super) fn goals(&self) -> Result<Option<Vec<Goal>>, FormatError> {
        if self.goals1.is_none() && self.goals2.is_none() {
            return Ok(None);
        }
        let mut goals = Vec::new();
        for (counts_for, list) in [(0, &self.goals1), (1, &self.goals2)] {
            for (index, goal) in list.iter().flatten().enumerate() {
                let place = format!("`goals{}`, goal {}", counts_for + 1, index + 1);
                goals.push(goal.read(counts_for).map_err(|error| error.within(&place))?);
            }
        }
        // Stable: goals of one minute stay in the order of the source, the first side's first.
        goals.sort_by_key(|goal| (goal.minute, goal.added));
        Ok(Some(goals))
    }

    /// Whether no second leg can follow and somebody has to win.
    pub(super) fn is_final(&self) -> bool {
        let last = self.round.as_deref().unwrap_or_default().rsplit(',').next().unwrap_or_default();
        ["final", "match for third place", "third-place match"].contains(&last.trim().to_lowercase().as_str())
    }

    /// Competition, group and round in one line.
    pub(super) fn title(&self, season: &str) -> String {
        let parts = [Some(season), self.group.as_deref(), self.round.as_deref()];
        parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }
}

impl SourceGoal {
    fn read(&self, counts_for: usize) -> Result<Goal, FormatError> {
        let wrong = |minute: &str| {
            let what =
                format!("minute `{minute}` is none from 1 to 120, with added minutes up to 30 as 45+2");
            FormatError::new("", what)
        };
        let (minute, added) = match &self.minute {
            Minute::Number(minute) => (*minute, self.offset),
            Minute::Text(text) => {
                let bare = text.trim().trim_end_matches('\'');
                let (minute, added) = bare.split_once('+').unwrap_or((bare, "0"));
                let number = |part: &str| part.trim().trim_end_matches('\'').parse();
                let (Ok(minute), Ok(added)) = (number(minute), number(added)) else {
                    return Err(wrong(text));
                };
                (minute, added)
            }
        };
        if !(1..=120).contains(&minute) || added > 30 {
            return Err(wrong(&format!("{minute}+{added}")));
        }
        let kind = match (self.owngoal, self.penalty) {
            (true, _) => GoalKind::Own,
            (false, true) => GoalKind::Penalty,
            (false, false) => GoalKind::Play,
        };
        Ok(Goal { counts_for, scorer: self.name.clone(), minute, added, kind })
    }
}
