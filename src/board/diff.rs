//! The difference of two boards as a JSON Merge Patch (RFC 7396), and its application.
//!
//! Called by the pump for every publication and by whoever holds an old board. Generic: a new field of a
//! board reaches every page without a line here. It holds for boards because boards hold no null (null
//! means "take away" in a patch) and no list that grows (a list is replaced whole).

use serde_json::{Map, Value};

/// The patch that turns `old` into `new`; `{}` when nothing changed. Both are objects without null.
#[must_use]
pub fn diff(old: &Value, new: &Value) -> Value {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => Value::Object(members(old, new)),
        _ => new.clone(),
    }
}

/// Applies a patch to `target` in place, by the pseudo-code of RFC 7396 §2.
pub fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        target.clone_from(patch);
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(target) = target else { return };
    for (name, value) in patch {
        if value.is_null() {
            target.remove(name);
        } else {
            merge(target.entry(name.clone()).or_insert(Value::Null), value);
        }
    }
}

fn members(old: &Map<String, Value>, new: &Map<String, Value>) -> Map<String, Value> {
    let gone = old.keys().filter(|name| !new.contains_key(*name)).map(|name| (name.clone(), Value::Null));
    let changed = new.iter().filter_map(|(name, value)| match old.get(name) {
        Some(before) if before == value => None,
        Some(before) => Some((name.clone(), diff(before, value))),
        None => Some((name.clone(), value.clone())),
    });
    gone.chain(changed).collect()
}
