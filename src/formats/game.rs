//! The JSON of a new game: the body of `POST /api/v1/games`, the head of a recording, the setting in an
//! export. The sport is named by its id; whoever holds the sport files makes a domain game of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, SecondsFormat};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::FormatError;
use crate::domain::event::{GameChange, NewGame, Param, Player, SideSetup};
use crate::domain::sport::Sport;

/// A new game as somebody asks for it.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct GameForm {
    /// The sport's id.
    pub sport: String,
    /// The sides by their id in the sport file.
    pub sides: BTreeMap<String, SideSetup>,
    /// When it is to begin, milliseconds since 1970.
    pub starts_at: Option<i64>,
    /// Where.
    pub venue: Option<String>,
    /// Competition, round or group.
    pub title: Option<String>,
    /// Where the data came from, as the licence asks to be shown.
    pub credit: Option<String>,
    /// Parameters the game overrides.
    pub params: BTreeMap<String, Param>,
}

impl GameForm {
    /// The domain's game, of the sport as its file stands now.
    #[must_use]
    pub fn with_sport(self, sport: Arc<Sport>) -> NewGame {
        let Self { sides, starts_at, venue, title, credit, params, .. } = self;
        NewGame { sport, params, sides, starts_at, venue, title, credit }
    }

    /// The form of a domain's game.
    #[must_use]
    pub fn of(game: &NewGame) -> Self {
        let NewGame { sport, params, sides, starts_at, venue, title, credit } = game.clone();
        Self { sport: sport.id.clone(), sides, starts_at, venue, title, credit, params }
    }
}

/// Reads a new game.
///
/// # Errors
/// Names the field that is missing, unknown or of the wrong kind.
pub fn read(value: &Value) -> Result<GameForm, FormatError> {
    let form: Form = from_value(value)?;
    Ok(GameForm {
        sport: form.sport,
        sides: read_sides(form.sides),
        starts_at: form.starts_at.as_deref().map(read_time).transpose()?,
        venue: form.venue,
        title: form.title,
        credit: form.credit,
        params: read_params(form.params),
    })
}

/// Writes a new game.
#[must_use]
pub fn write(game: &GameForm) -> Value {
    let game = game.clone();
    to_value(&Form {
        sport: game.sport,
        sides: write_sides(game.sides),
        starts_at: game.starts_at.map(write_time),
        venue: game.venue,
        title: game.title,
        credit: game.credit,
        params: write_params(game.params),
    })
}

/// Reads what changes in a game: the body of `PATCH /api/v1/games/{id}`.
///
/// # Errors
/// Names the field that is unknown or of the wrong kind.
pub fn read_change(value: &Value) -> Result<GameChange, FormatError> {
    let form: ChangeForm = from_value(value)?;
    Ok(GameChange {
        sides: read_sides(form.sides),
        starts_at: form.starts_at.as_deref().map(read_time).transpose()?,
        venue: form.venue,
        title: form.title,
        params: read_params(form.params),
    })
}

/// Writes what changes in a game.
#[must_use]
pub fn write_change(change: &GameChange) -> Value {
    let change = change.clone();
    to_value(&ChangeForm {
        sides: write_sides(change.sides),
        starts_at: change.starts_at.map(write_time),
        venue: change.venue,
        title: change.title,
        params: write_params(change.params),
    })
}

/// Writes a side: a team with its squad.
#[must_use]
pub fn write_side(side: SideSetup) -> Value {
    let mut forms = write_sides(BTreeMap::from([(String::new(), side)]));
    let form = forms.remove("").expect("it was put in");
    serde_json::to_value(form).expect("a form of strings and lists of them is JSON")
}

/// Reads a side.
///
/// # Errors
/// Names the field that is missing, unknown or of the wrong kind.
pub fn read_side(value: &Value) -> Result<SideSetup, FormatError> {
    let form: SideForm = from_value(value)?;
    let mut sides = read_sides(BTreeMap::from([(String::new(), form)]));
    Ok(sides.remove("").expect("it was put in"))
}

/// Reads an RFC 3339 time as milliseconds since 1970.
///
/// # Errors
/// When it is no such time.
pub fn read_time(text: &str) -> Result<i64, FormatError> {
    DateTime::parse_from_rfc3339(text).map(|time| time.timestamp_millis()).map_err(|_| {
        FormatError::new("", format!("`{text}` is no RFC 3339 time such as 2026-11-22T15:00:00Z"))
    })
}

/// Writes milliseconds since 1970 as RFC 3339 in UTC, with a fraction only where there is one.
#[must_use]
pub fn write_time(ms: i64) -> String {
    DateTime::from_timestamp_millis(ms).unwrap_or_default().to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

fn from_value<T: serde::de::DeserializeOwned>(value: &Value) -> Result<T, FormatError> {
    T::deserialize(value).map_err(|error| FormatError::new("", error.to_string()))
}

fn to_value<T: Serialize>(form: &T) -> Value {
    serde_json::to_value(form).expect("a form of strings, numbers and maps by string is JSON")
}

fn read_sides(forms: BTreeMap<String, SideForm>) -> BTreeMap<String, SideSetup> {
    let side = |form: SideForm| {
        let player = |PlayerForm { number, name, say }| Player { number, name, say };
        let players = form.players.into_iter().map(player).collect();
        SideSetup { name: form.name, short: form.short, colour: form.colour, players }
    };
    forms.into_iter().map(|(id, form)| (id, side(form))).collect()
}

fn write_sides(sides: BTreeMap<String, SideSetup>) -> BTreeMap<String, SideForm> {
    let form = |side: SideSetup| {
        let player = |Player { number, name, say }| PlayerForm { number, name, say };
        let players = side.players.into_iter().map(player).collect();
        SideForm { name: side.name, short: side.short, colour: side.colour, players }
    };
    sides.into_iter().map(|(id, side)| (id, form(side))).collect()
}

fn read_params(forms: BTreeMap<String, ParamForm>) -> BTreeMap<String, Param> {
    let param = |form| match form {
        ParamForm::Bool(value) => Param::Bool(value),
        ParamForm::Int(value) => Param::Int(value),
        ParamForm::Word(value) => Param::Word(value),
    };
    forms.into_iter().map(|(name, form)| (name, param(form))).collect()
}

fn write_params(params: BTreeMap<String, Param>) -> BTreeMap<String, ParamForm> {
    let form = |param| match param {
        Param::Bool(value) => ParamForm::Bool(value),
        Param::Int(value) => ParamForm::Int(value),
        Param::Word(value) => ParamForm::Word(value),
    };
    params.into_iter().map(|(name, param)| (name, form(param))).collect()
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    sport: String,
    sides: BTreeMap<String, SideForm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    starts_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    venue: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    credit: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    params: BTreeMap<String, ParamForm>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeForm {
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    sides: BTreeMap<String, SideForm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    starts_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    venue: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    params: BTreeMap<String, ParamForm>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SideForm {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    short: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    colour: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    players: Vec<PlayerForm>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlayerForm {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    say: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged, expecting = "a parameter is a whole number, true or false, or a word")]
enum ParamForm {
    Bool(bool),
    Int(i64),
    Word(String),
}
