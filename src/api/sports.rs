//! The sport files this box runs: carried by the binary, added to or overridden by the operator's folder.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use tide::Server;

use super::request::Request;
use super::{Answer, State, json as answer, route};
use crate::domain::event::Param;
use crate::domain::sport::embedded::{Library, carried};
use crate::domain::sport::{
    ActionDef, Group, MinuteRule, ParamDef, ParamKind, PlayerRule, SegmentKind, Sport, To,
};
use crate::wire::Problem;

pub(crate) fn routes(server: &mut Server<Arc<State>>) {
    server.at("/api/v1/sports").get(route(list));
    server.at("/api/v1/sports/:id").get(route(one));
}

/// The sports by id.
#[derive(Debug)]
pub struct Sports(Library);

impl Sports {
    /// The carried files and those of a folder.
    ///
    /// # Errors
    /// Every file that is refused, with its line, or the folder that cannot be read.
    pub fn load(folder: Option<&Path>) -> Result<Self, String> {
        let mut files: Vec<(String, String)> = carried().collect();
        if let Some(folder) = folder {
            files.extend(read(folder)?);
        }
        Library::load(files)
            .map(Self)
            .map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    }

    /// The sport of that id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<Arc<Sport>> {
        self.0.sports.get(id).cloned()
    }

    /// All sports by id.
    pub(super) fn all(&self) -> impl Iterator<Item = &Arc<Sport>> {
        self.0.sports.values()
    }

    /// All sports as JSON, by id.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let sports: Vec<Value> = self.0.sports.values().map(|sport| sport_json(sport)).collect();
        json!({ "sports": sports })
    }
}

/// The sport files of a folder, by name.
fn read(folder: &Path) -> Result<Vec<(String, String)>, String> {
    let failed = |path: &Path, error: std::io::Error| {
        format!("the sport files: {} cannot be read: {error}", path.display())
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|error| failed(folder, error))? {
        let path = entry.map_err(|error| failed(folder, error))?.path();
        if path.extension().is_some_and(|ending| ending == "toml") {
            let text = std::fs::read_to_string(&path).map_err(|error| failed(&path, error))?;
            files.push((path.display().to_string(), text));
        }
    }
    files.sort();
    Ok(files)
}

async fn list(request: Request) -> Answer {
    let mut response = answer(200, &request.state().sports.to_json());
    response.insert_header("Cache-Control", "max-age=60");
    Ok(response)
}

async fn one(request: Request) -> Answer {
    let id = request.param("id").unwrap_or_default();
    let sport = request
        .state()
        .sports
        .get(id)
        .ok_or_else(|| Problem::new(404, "unknown-sport", format!("This box knows no sport `{id}`.")))?;
    let mut response = answer(200, &sport_json(&sport));
    response.insert_header("Cache-Control", "max-age=60");
    Ok(response)
}

/// A sport as the API and the desk take it.
pub(super) fn sport_json(sport: &Sport) -> Value {
    let counters: Map<String, Value> = sport
        .counters
        .iter()
        .map(|counter| (counter.id.clone(), json!({ "label": counter.label, "points": counter.points })))
        .collect();
    let segments: Vec<Value> = sport
        .segments
        .iter()
        .map(|segment| json!({ "id": segment.id, "label": segment.label, "kind": kind(segment.kind) }))
        .collect();
    let mut json = json!({
        "id": sport.id,
        "name": sport.name,
        "noun": sport.noun,
        "sides": sport.sides,
        "hash": sport.hash,
        "params": sport.params.iter().map(param_json).collect::<Vec<_>>(),
        "counters": counters,
        "actions": sport.actions.iter().map(action_json).collect::<Vec<_>>(),
        "segments": segments,
        "clock": {
            "run": sport.clock.run,
            "minute": if sport.clock.minute == MinuteRule::Ceil { "ceil" } else { "floor" },
        },
        "desk": { "front": sport.desk.front, "phrases": sport.desk.phrases },
        "stats": sport.stats.iter().map(|stat| json!({ "id": stat.id, "label": stat.label })).collect::<Vec<_>>(),
    });
    if let Some(review) = &sport.review {
        json["review"] = json!({ "label": review.label, "reviews": review.reviews });
    }
    json
}

fn kind(kind: SegmentKind) -> &'static str {
    match kind {
        SegmentKind::Play => "play",
        SegmentKind::Interval => "interval",
        SegmentKind::Series => "series",
    }
}

fn param_json(param: &ParamDef) -> Value {
    let mut json = json!({ "id": param.id, "label": param.label, "default": value_json(&param.default) });
    let (kind, range, values) = match &param.kind {
        ParamKind::Int { min, max } => ("int", Some((min, max)), None),
        ParamKind::Minutes { min, max } => ("minutes", Some((min, max)), None),
        ParamKind::Bool => ("bool", None, None),
        ParamKind::Words(words) => ("enum", None, Some(words)),
    };
    json["type"] = kind.into();
    if let Some((min, max)) = range {
        json["min"] = (*min).into();
        json["max"] = (*max).into();
    }
    if let Some(values) = values {
        json["values"] = json!(values);
    }
    json
}

fn value_json(value: &Param) -> Value {
    match value {
        Param::Int(number) => json!(number),
        Param::Bool(yes) => json!(yes),
        Param::Word(word) => json!(word),
    }
}

fn action_json(action: &ActionDef) -> Value {
    let group = match action.group {
        Group::Score => "score",
        Group::Play => "play",
        Group::Discipline => "discipline",
        Group::Shootout => "shootout",
        Group::Course => "course",
    };
    let player = match action.player {
        PlayerRule::None => "none",
        PlayerRule::Optional => "optional",
        PlayerRule::Required => "required",
    };
    let mut json = json!({
        "id": action.id,
        "label": action.label,
        "group": group,
        "to": if action.to == To::Own { "self" } else { "other" },
        "side": action.side,
        "player": player,
        "tags": action.tags,
        "follow_up": action.follow_up,
        "only_in": action.only_in,
        "key": action.key,
    });
    if let Some(other) = &action.other {
        json["other"] = json!(other);
    }
    if let Some((label, max)) = &action.value {
        json["value"] = json!({ "label": label, "max": max });
    }
    if let Some(switch) = action.sanction.as_ref().and_then(|sanction| sanction.enabled.as_ref()) {
        json["enabled"] = json!(switch);
    }
    json
}
