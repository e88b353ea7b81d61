//! Templates of a sport file: text with placeholders, no logic.
//!
//! They are taken apart once, when the file is read, and every name in them is checked then; what fills
//! them in can therefore not fail.

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

/// The placeholders of a clock.
const TIMES: [&str; 5] = ["minute", "base", "added", "mm", "ss"];

/// The names a sport file gives to what its templates may show.
#[derive(Clone, Copy, Debug)]
pub struct Names<'a> {
    /// The ids of the sides.
    pub sides: &'a [String; 2],
    /// The ids of the counters.
    pub counters: &'a [String],
    /// The ids of the segments.
    pub segments: &'a [String],
    /// The ids of the segments that are shoot-outs.
    pub series: &'a [String],
}

impl Template {
    /// Reads a template of a score.
    ///
    /// # Errors
    /// The first placeholder that is not known, and those that are.
    pub fn score(text: &str, names: &Names<'_>) -> Result<Self, String> {
        parts(text, |inner| {
            names.number(inner).ok_or_else(|| {
                format!("unknown placeholder `{{{inner}}}` in a score; known: {}", names.known())
            })
        })
    }

    /// Reads a template of a clock.
    ///
    /// # Errors
    /// The first placeholder that is not known, and those that are.
    pub fn clock(text: &str) -> Result<Self, String> {
        parts(text, |inner| {
            if TIMES.contains(&inner) {
                Ok(Part::Time(inner.to_owned()))
            } else {
                let known = TIMES.map(|time| format!("{{{time}}}")).join(", ");
                Err(format!("unknown placeholder `{{{inner}}}` in a clock; known: {known}"))
            }
        })
    }
}

impl Names<'_> {
    fn number(&self, inner: &str) -> Option<Part> {
        let (side, what) = inner.split_once('.')?;
        let side = self.sides.iter().position(|id| id == side)?;
        let has = |ids: &[String], id: &str| ids.iter().any(|known| known == id);
        let number = match what.split_once('@') {
            None if what == "points" => Number::Points,
            None if has(self.counters, what) => Number::Counter(what.to_owned()),
            None if has(self.series, what) => Number::Series,
            Some(("points", segment)) if has(self.segments, segment) => Number::PointsIn(segment.to_owned()),
            Some((counter, segment)) if has(self.counters, counter) && has(self.segments, segment) => {
                Number::CounterIn(counter.to_owned(), segment.to_owned())
            }
            _ => return None,
        };
        Some(Part::Side { side, number })
    }

    fn known(&self) -> String {
        let [home, away] = self.sides;
        let numbers = std::iter::once("points").chain(self.counters.iter().map(String::as_str));
        let mut known = Vec::new();
        for number in numbers {
            known.push(format!("{{{home}.{number}}}"));
            known.push(format!("{{{home}.{number}@SEGMENT}}"));
        }
        known.extend(self.series.iter().map(|id| format!("{{{home}.{id}}}")));
        format!("{}, the same with `{away}`; segments: {}", known.join(", "), self.segments.join(", "))
    }
}

/// Cuts `text` at its braces and has each placeholder read by `read`.
fn parts(text: &str, read: impl Fn(&str) -> Result<Part, String>) -> Result<Template, String> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (literal, from) = rest.split_at(at);
        if !literal.is_empty() {
            parts.push(Part::Text(literal.to_owned()));
        }
        let Some(open) = from.strip_prefix('{') else {
            return Err(format!("`}}` without `{{` in the template `{text}`"));
        };
        let Some((inner, after)) = open.split_once('}') else {
            return Err(format!("`{{` without `}}` in the template `{text}`"));
        };
        parts.push(read(inner)?);
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest.to_owned()));
    }
    Ok(Template(parts))
}

#[cfg(test)]
mod tests {
    use super::{Names, Number, Part, Template};

    fn score(text: &str) -> Result<Template, String> {
        let ids = |all: &[&str]| all.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        let (counters, segments, series) = (ids(&["goals"]), ids(&["1H", "P"]), ids(&["P"]));
        let sides = ["home".to_owned(), "away".to_owned()];
        let names = Names { sides: &sides, counters: &counters, segments: &segments, series: &series };
        Template::score(text, &names)
    }

    #[test]
    fn each_placeholder_means_its_number() {
        let cases = [
            ("{home.points}", 0, Number::Points),
            ("{away.goals}", 1, Number::Counter("goals".to_owned())),
            ("{home.points@1H}", 0, Number::PointsIn("1H".to_owned())),
            ("{away.goals@1H}", 1, Number::CounterIn("goals".to_owned(), "1H".to_owned())),
            ("{home.P}", 0, Number::Series),
        ];
        for (text, side, number) in cases {
            assert_eq!(score(text), Ok(Template(vec![Part::Side { side, number }])), "{text}");
        }
    }

    #[test]
    fn text_around_placeholders_stays() {
        let parts = Template::clock("({base}+{added}')").expect("these are known").0;
        let text = |text: &str| Part::Text(text.to_owned());
        let time = |time: &str| Part::Time(time.to_owned());
        assert_eq!(parts, [text("("), time("base"), text("+"), time("added"), text("')")]);
    }

    #[test]
    fn what_is_wrong_is_named_with_what_is_known() {
        let cases = [
            ("{home.pionts}", "{home.points}"),
            ("{guest.points}", "{home.points}"),
            ("{home.points@3H}", "segments: 1H, P"),
            ("{minute}", "unknown placeholder `{minute}` in a score"),
            ("{home.points", "`{` without `}`"),
            ("home.points}", "`}` without `{`"),
            ("{}", "unknown placeholder `{}`"),
        ];
        for (text, expected) in cases {
            let error = score(text).expect_err(text);
            assert!(error.contains(expected), "{text}: {error}");
        }
        let error = Template::clock("{hours}").expect_err("not a placeholder of a clock");
        assert!(error.contains("{minute}, {base}, {added}, {mm}, {ss}"), "{error}");
    }
}
