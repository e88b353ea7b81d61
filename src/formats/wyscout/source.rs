//! The event files and match lists as they are written; fields nobody here needs are passed over.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
pub(super) struct EventFile {
    pub(super) events: Vec<Event>,
    pub(super) teams: BTreeMap<String, TeamRow>,
    pub(super) players: BTreeMap<String, Vec<PlayerRow>>,
}

#[derive(Deserialize)]
pub(super) struct Event {
    pub(super) id: u64,
    #[serde(rename = "eventName")]
    pub(super) name: String,
    #[serde(rename = "subEventName")]
    pub(super) sub_name: String,
    pub(super) tags: Vec<Tag>,
    #[serde(rename = "playerId")]
    pub(super) player: u64,
    #[serde(rename = "matchId")]
    pub(super) match_id: u64,
    #[serde(rename = "teamId")]
    pub(super) team: u64,
    #[serde(rename = "matchPeriod")]
    pub(super) period: String,
    #[serde(rename = "eventSec")]
    pub(super) second: f64,
}

#[derive(Deserialize)]
pub(super) struct Tag {
    pub(super) id: u32,
}

#[derive(Deserialize)]
pub(super) struct TeamRow {
    pub(super) team: TeamAbout,
}

#[derive(Deserialize)]
pub(super) struct TeamAbout {
    pub(super) name: String,
    pub(super) area: Area,
}

#[derive(Deserialize)]
pub(super) struct Area {
    #[serde(rename = "alpha3code")]
    pub(super) code: String,
}

#[derive(Deserialize)]
pub(super) struct PlayerRow {
    pub(super) player: PlayerAbout,
}

#[derive(Deserialize)]
pub(super) struct PlayerAbout {
    #[serde(rename = "wyId")]
    pub(super) id: u64,
    #[serde(rename = "firstName")]
    pub(super) first: String,
    #[serde(rename = "lastName")]
    pub(super) last: String,
}

#[derive(Deserialize)]
pub(super) struct MatchRow {
    #[serde(rename = "wyId")]
    pub(super) id: u64,
    #[serde(rename = "dateutc")]
    pub(super) date_utc: String,
    pub(super) venue: String,
    pub(super) duration: String,
    #[serde(rename = "teamsData")]
    pub(super) teams: BTreeMap<String, MatchTeam>,
}

#[derive(Deserialize)]
pub(super) struct MatchTeam {
    #[serde(rename = "teamId")]
    pub(super) id: u64,
    pub(super) side: String,
    pub(super) formation: Formation,
}

#[derive(Deserialize)]
pub(super) struct Formation {
    #[serde(default)]
    pub(super) substitutions: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Substitution {
    pub(super) player_in: u64,
    pub(super) player_out: u64,
    pub(super) minute: u64,
}
