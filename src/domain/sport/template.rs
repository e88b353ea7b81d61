//! Templates of a sport file: text with placeholders, no logic.

/// A template, taken apart when the file is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(pub Vec<Part>);

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Text as it stands.
    Text(String),
    /// A side's number: `{home.points}`, `{away.goals@1H}`, `{home.P}`.
    Side {
        /// Index of the side.
        side: usize,
        /// What.
        number: Number,
    },
    /// `{minute}`, `{base}`, `{added}`, `{mm}`, `{ss}`.
    Time(String),
}

/// A number of a side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Number {
    /// What decides.
    Points,
    /// A counter by its id.
    Counter(String),
    /// What decides, in one segment alone (by the segment's id).
    PointsIn(String),
    /// A counter in one segment alone: counter, segment.
    CounterIn(String, String),
    /// Successful attempts of the shoot-out.
    Series,
}
