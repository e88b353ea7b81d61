//! Days and times by the clock at the venue: what organisers write and read.
//!
//! The box stands where the games are, so its own time zone is the venue's.

use chrono::{DateTime, Days, Local, NaiveDate, NaiveDateTime, TimeZone as _};

use crate::wire::Problem;

/// The day a moment falls on.
pub(super) fn day_of(ms: i64) -> NaiveDate {
    local(ms).date_naive()
}

/// What the clock at the venue shows at a moment.
pub(super) fn clock_at(ms: i64) -> NaiveDateTime {
    local(ms).naive_local()
}

/// How far the venue's clock is from UTC at a moment: `UTC+01:00`.
pub(super) fn zone(ms: i64) -> String {
    format!("UTC{}", local(ms).format("%:z"))
}

/// The first moment of a day and of the next.
pub(super) fn bounds(day: NaiveDate) -> (i64, i64) {
    let next = day.checked_add_days(Days::new(1)).unwrap_or(day);
    (midnight(day), midnight(next))
}

/// The moment at which the clock at the venue shows that.
///
/// # Errors
/// When a change of clocks leaves it out.
pub(super) fn moment(at: NaiveDateTime) -> Result<i64, Problem> {
    // An hour that a change of clocks doubles means its earlier reading.
    let found = Local.from_local_datetime(&at).earliest();
    found.map(|time| time.timestamp_millis()).ok_or_else(|| {
        let detail = format!("There is no {at}: the clocks go forward then. Choose another time.");
        Problem::new(422, "invalid-value", detail)
    })
}

/// Reads `2026-11-22`.
///
/// # Errors
/// When it is no such day.
pub(super) fn read_day(text: &str) -> Result<NaiveDate, Problem> {
    let unclear = || format!("`{text}` is no day; write it like 2026-11-22.");
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .map_err(|_| Problem::new(422, "invalid-value", unclear()).with("field", "day"))
}

/// Reads the time of a form: a day and a time as its two fields send them, or both in one.
///
/// # Errors
/// When it is no time, or only a day.
pub(super) fn read(day: Option<&str>, time: &str) -> Result<i64, Problem> {
    let text = day.map_or_else(|| time.to_owned(), |day| format!("{day}T{time}"));
    let formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"];
    let naive = formats.iter().find_map(|format| NaiveDateTime::parse_from_str(&text, format).ok());
    let unclear = || {
        let detail = format!("`{text}` is no time; write it like 2026-11-22T15:00.");
        Problem::new(422, "invalid-value", detail).with("field", "time")
    };
    moment(naive.ok_or_else(unclear)?).map_err(|problem| problem.with("field", "time"))
}

fn local(ms: i64) -> DateTime<Local> {
    DateTime::from_timestamp_millis(ms).unwrap_or_default().with_timezone(&Local)
}

fn midnight(day: NaiveDate) -> i64 {
    let begin = day.and_hms_opt(0, 0, 0).expect("midnight is a time");
    // Where the clocks change at midnight, the day begins an hour later.
    let later = day.and_hms_opt(1, 0, 0).expect("one o'clock is a time");
    let found = Local.from_local_datetime(&begin).earliest().or(Local.from_local_datetime(&later).earliest());
    found.map_or_else(|| begin.and_utc().timestamp_millis(), |time| time.timestamp_millis())
}

#[cfg(test)]
mod tests {
    use super::{bounds, clock_at, day_of, read, read_day};

    #[test]
    fn what_is_read_shows_the_same_on_the_clock() {
        let ms = read(Some("2026-11-22"), "15:05").expect("a time");
        assert_eq!(clock_at(ms).to_string(), "2026-11-22 15:05:00");
        assert_eq!(read(None, "2026-11-22T15:05").expect("a time"), ms);
        let day = read_day("2026-11-22").expect("a day");
        let (from, to) = bounds(day);
        assert!(from <= ms && ms < to && day_of(from) == day && day_of(to) != day);
    }

    #[test]
    fn a_time_that_is_none_names_its_field() {
        let problem = read(Some("2026-11-22"), "noon").expect_err("no time");
        assert_eq!(problem.extensions["field"], "time");
        assert!(read_day("22.11.").is_err());
    }
}
