//! What is wrong with a sport file in meaning, collected so that the first by line can be told.
//!
//! A check that finds something wrong notes it and goes on with what it has; nothing made from a file with
//! a problem leaves this room.

use std::collections::BTreeMap;

use toml::Spanned;

use super::raw::{Number, Text};
use crate::domain::sport::{ParamDef, ParamKind};

/// A name in a file is short enough to stand in an address.
const ID_LENGTH: usize = 40;
/// A label fits a button.
const LABEL_LENGTH: usize = 60;
/// A day: no length of anything in a game is greater.
pub(super) const LONGEST_MINUTES: i64 = 24 * 60;

/// Something wrong, and where it begins in the file.
pub(super) struct Problem {
    pub(super) offset: usize,
    pub(super) what: String,
}

/// What is wrong so far.
#[derive(Default)]
pub(super) struct Problems(Vec<Problem>);

/// What a reference to a parameter needs it to be.
#[derive(Clone, Copy)]
pub(super) enum Wanted {
    Truth,
    Minutes,
    Number,
}

impl Problems {
    /// The first by line, if there is any.
    pub(super) fn first(self) -> Option<Problem> {
        self.0.into_iter().min_by_key(|problem| problem.offset)
    }

    pub(super) fn add<T>(&mut self, at: &Spanned<T>, what: impl Into<String>) {
        self.0.push(Problem { offset: at.span().start, what: what.into() });
    }

    /// A name that others refer to.
    pub(super) fn id(&mut self, id: &Text) -> String {
        let text = id.get_ref();
        let fits = (1..=ID_LENGTH).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
        if !fits {
            let what = format!("`{text}` cannot be an id: 1 to {ID_LENGTH} letters, digits, `_` and `-`");
            self.add(id, what);
        }
        text.clone()
    }

    /// A text for people: something to see, on one line, short.
    pub(super) fn label(&mut self, label: &Text) -> String {
        let text = label.get_ref();
        if text.trim().is_empty() || text.chars().count() > LABEL_LENGTH || text.contains(char::is_control) {
            self.add(label, format!("a label is one line of 1 to {LABEL_LENGTH} characters, found {text:?}"));
        }
        text.clone()
    }

    /// A number within its range.
    pub(super) fn within(&mut self, what: &str, number: &Number, min: i64, max: i64) -> i64 {
        let value = *number.get_ref();
        if !(min..=max).contains(&value) {
            self.add(number, format!("{what} is {value}; it must be {min} to {max}"));
        }
        value.clamp(min, max)
    }

    /// No id twice; each comes with its place.
    pub(super) fn unique<'a>(&mut self, what: &str, ids: impl IntoIterator<Item = (&'a str, usize)>) {
        let mut seen = BTreeMap::new();
        for (id, offset) in ids {
            if seen.insert(id, offset).is_some() {
                self.0.push(Problem { offset, what: format!("{what} `{id}` is there twice") });
            }
        }
    }

    /// A reference to something of that kind; `known` are the ids there are.
    pub(super) fn known(&mut self, what: &str, name: &Text, known: &[String]) -> String {
        let text = name.get_ref();
        if !known.contains(text) {
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            self.add(name, format!("unknown {what} `{text}`; known: {known}"));
        }
        text.clone()
    }

    /// References to things of that kind.
    pub(super) fn all_known(&mut self, what: &str, names: &[Text], known: &[String]) -> Vec<String> {
        names.iter().map(|name| self.known(what, name, known)).collect()
    }

    /// A parameter by its name, without `$`.
    pub(super) fn param<T>(
        &mut self,
        at: &Spanned<T>,
        name: &str,
        wanted: Wanted,
        params: &[ParamDef],
    ) -> String {
        let found = params.iter().find(|param| param.id == name);
        let is = match (found.map(|param| &param.kind), wanted) {
            (None, _) => {
                let known =
                    params.iter().map(|param| format!("${}", param.id)).collect::<Vec<_>>().join(", ");
                self.add(at, format!("`${name}` names no parameter; known: {known}"));
                return name.to_owned();
            }
            (Some(kind), Wanted::Truth) => matches!(kind, ParamKind::Bool),
            (Some(kind), Wanted::Minutes) => matches!(kind, ParamKind::Minutes { .. }),
            (Some(kind), Wanted::Number) => matches!(kind, ParamKind::Int { .. } | ParamKind::Minutes { .. }),
        };
        if !is {
            let needed = match wanted {
                Wanted::Truth => "bool",
                Wanted::Minutes => "minutes",
                Wanted::Number => "int",
            };
            self.add(at, format!("the parameter `${name}` must be of type `{needed}` here"));
        }
        name.to_owned()
    }
}
