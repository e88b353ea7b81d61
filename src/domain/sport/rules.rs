//! A sport's rules with a game's parameters put in.
//!
//! Everything that depends on parameters alone is settled here, once per game; what is left in
//! [`SegmentRules::when`] depends on play.

use std::collections::BTreeMap;
use std::fmt;

use super::{ClockFrom, Length, ParamKind, Rules, SegmentDef, SegmentKind, SegmentRules, Sport, When};
use crate::domain::Rejection;
use crate::domain::clock::Direction;
use crate::domain::event::Param;

const MINUTE_MS: u64 = 60_000;

impl ParamKind {
    /// Whether a parameter of this kind can have that value.
    #[must_use]
    pub fn takes(&self, value: &Param) -> bool {
        match (self, value) {
            (Self::Int { min, max } | Self::Minutes { min, max }, Param::Int(value)) => {
                (min..=max).contains(&value)
            }
            (Self::Bool, Param::Bool(_)) => true,
            (Self::Words(words), Param::Word(word)) => words.contains(word),
            _ => false,
        }
    }
}

impl fmt::Display for ParamKind {
    /// What values it takes, to stand after "must be".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int { min, max } => write!(f, "a whole number from {min} to {max}"),
            Self::Minutes { min, max } => write!(f, "whole minutes from {min} to {max}"),
            Self::Bool => f.write_str("true or false"),
            Self::Words(words) => write!(f, "one of {}", words.join(", ")),
        }
    }
}

impl Sport {
    /// The rules with these parameters in place of the file's defaults.
    ///
    /// A length of 0 minutes is no length. A clock that begins where play before ended goes by the lengths
    /// in the file, whether or not the parameters let that play happen.
    ///
    /// # Errors
    /// `unknown-parameter`, or `invalid-parameter` for a value of another kind or out of its range.
    pub fn rules(&self, params: &BTreeMap<String, Param>) -> Result<Rules, Rejection> {
        let params = self.settle(params)?;
        let mut end_ms = 0;
        let segments = self.segments.iter().map(|segment| {
            let rules = self.segment_rules(segment, &params, end_ms);
            if segment.kind == SegmentKind::Play {
                end_ms = match self.clock.direction {
                    Direction::Up => rules.from_ms + rules.length_ms.unwrap_or(0),
                    Direction::Down => 0,
                };
            }
            rules
        });
        let segments = segments.collect();
        Ok(Rules { params, segments })
    }

    fn segment_rules(
        &self,
        segment: &SegmentDef,
        params: &BTreeMap<String, Param>,
        previous_end_ms: u64,
    ) -> SegmentRules {
        let length_ms = segment.length.as_ref().map(|length| length_ms(length, params)).filter(|ms| *ms > 0);
        let from_ms = match (self.clock.direction, &segment.clock_from) {
            (Direction::Down, _) => length_ms.unwrap_or(0),
            (Direction::Up, ClockFrom::At(length)) => self::length_ms(length, params),
            (Direction::Up, ClockFrom::PreviousEnd) => previous_end_ms,
        };
        let settled = |when: &When| match when {
            When::Level | When::GroupStarted(_) => None,
            When::Param(name) => Some(params.get(name) == Some(&Param::Bool(true))),
            When::AtLeast(name, least) => {
                Some(matches!(params.get(name), Some(Param::Int(value)) if value >= least))
            }
        };
        SegmentRules {
            length_ms,
            from_ms,
            when: segment.when.iter().filter(|when| settled(when).is_none()).cloned().collect(),
            possible: segment.when.iter().all(|when| settled(when).unwrap_or(true)),
        }
    }

    /// Every parameter's value: the game's where it has one, else the file's.
    fn settle(&self, given: &BTreeMap<String, Param>) -> Result<BTreeMap<String, Param>, Rejection> {
        if let Some(name) = given.keys().find(|name| self.params.iter().all(|param| param.id != **name)) {
            let known: Vec<&str> = self.params.iter().map(|param| param.id.as_str()).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            let detail = format!("{} has no parameter `{name}`; it has: {known}.", self.name);
            return Err(Rejection::invalid("unknown-parameter", detail));
        }
        let mut settled = BTreeMap::new();
        for param in &self.params {
            let value = given.get(&param.id).unwrap_or(&param.default);
            if !param.kind.takes(value) {
                let found = match value {
                    Param::Int(number) => number.to_string(),
                    Param::Bool(truth) => truth.to_string(),
                    Param::Word(word) => format!("{word:?}"),
                };
                let detail = format!("The parameter `{}` must be {}, not {found}.", param.id, param.kind);
                return Err(Rejection::invalid("invalid-parameter", detail));
            }
            settled.insert(param.id.clone(), value.clone());
        }
        Ok(settled)
    }
}

/// A length in milliseconds; the check of the file made sure that a parameter named here is one of minutes.
fn length_ms(length: &Length, params: &BTreeMap<String, Param>) -> u64 {
    let minutes = match length {
        Length::Minutes(minutes) => *minutes,
        Length::Param(name) => match params.get(name) {
            Some(Param::Int(minutes)) => *minutes,
            _ => 0,
        },
    };
    u64::try_from(minutes).unwrap_or(0) * MINUTE_MS
}

impl Rules {
    /// Whether a yes-or-no parameter is yes.
    #[must_use]
    pub fn is_on(&self, param: &str) -> bool {
        self.params.get(param) == Some(&Param::Bool(true))
    }
}
