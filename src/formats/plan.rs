//! The plan of a day as a table: one game a row, as an organiser keeps it in a spreadsheet.
//!
//! [`read`] tells every fault of every row, so that a volunteer mends the file in one go; what a sport's
//! parameters or the time zone make of a row is its caller's to say. [`write()`] makes a table that [`read`]
//! takes again.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use super::FormatError;
use super::csv::{Record, records, row};

/// The columns besides parameters; `home` and `away` must be there.
pub const COLUMNS: [&str; 7] = ["date", "time", "pitch", "sport", "home", "away", "title"];

/// The most games in one file.
pub const MOST: usize = 500;

/// A game of the plan, as its row says it.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct PlanRow {
    /// The line it begins at.
    pub line: usize,
    /// The day; the caller's where the table has no such column.
    pub date: Option<NaiveDate>,
    /// When it begins, by the clock at the venue.
    pub time: Option<NaiveTime>,
    /// Where.
    pub pitch: Option<String>,
    /// The sport's id.
    pub sport: Option<String>,
    /// The first side.
    pub home: String,
    /// The second side.
    pub away: String,
    /// Competition, round or group.
    pub title: Option<String>,
    /// Parameters by id, as written.
    pub params: BTreeMap<String, String>,
    /// What is wrong with it.
    pub faults: Vec<Fault>,
}

/// Something wrong in a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The column.
    pub column: String,
    /// What is wrong, and what would be right.
    pub what: String,
}

impl PlanRow {
    /// When it begins, by the clock at the venue; `day` where the row has none.
    #[must_use]
    pub fn starts(&self, day: Option<NaiveDate>) -> Option<NaiveDateTime> {
        Some(self.date.or(day)?.and_time(self.time?))
    }

    /// Notes a fault.
    pub fn fault(&mut self, column: &str, what: impl Into<String>) {
        self.faults.push(Fault { column: column.to_owned(), what: what.into() });
    }
}

/// Reads a plan. `params` are the ids of parameters that sports have: each may be a column.
///
/// # Errors
/// What makes the table as a whole unreadable: no header, an unknown column, too many rows.
pub fn read(text: &str, params: &[&str]) -> Result<Vec<PlanRow>, FormatError> {
    let mut table = records(text)?.into_iter();
    let Some(header) = table.next() else {
        return Err(FormatError::new("", "there is nothing in it; the first line names the columns"));
    };
    let columns = columns(&header, params)?;
    let rows: Vec<PlanRow> = table.map(|record| read_row(record, &columns)).collect();
    if rows.is_empty() {
        return Err(FormatError::new("", "there is no game in it, only the line that names the columns"));
    }
    if rows.len() > MOST {
        let what = format!("it holds {} games; a file may hold {MOST}. Split it.", rows.len());
        return Err(FormatError::new("", what));
    }
    Ok(rows)
}

fn columns(header: &Record, params: &[&str]) -> Result<Vec<String>, FormatError> {
    let place = || format!("line {}", header.line);
    let mut columns: Vec<String> = Vec::new();
    for cell in &header.cells {
        let name = cell.to_lowercase();
        if !name.is_empty() && !COLUMNS.contains(&&*name) && !params.contains(&&*name) {
            let what = format!(
                "there is no column `{cell}`; the columns are {} and the parameters of the sport",
                COLUMNS.join(", ")
            );
            return Err(FormatError::new(place(), what));
        }
        if !name.is_empty() && columns.contains(&name) {
            return Err(FormatError::new(place(), format!("the column `{cell}` is there twice")));
        }
        columns.push(name);
    }
    match ["home", "away"].into_iter().find(|wanted| columns.iter().all(|column| column != wanted)) {
        Some(missing) => {
            let what = format!("the column `{missing}` is missing; the first line names the columns");
            Err(FormatError::new(place(), what))
        }
        None => Ok(columns),
    }
}

fn read_row(record: Record, columns: &[String]) -> PlanRow {
    let mut row = PlanRow { line: record.line, ..PlanRow::default() };
    let surplus = record.cells.iter().skip(columns.len()).any(|cell| !cell.is_empty());
    if surplus {
        row.fault("", format!("The row has more cells than the {} columns.", columns.len()));
    }
    for (column, cell) in columns.iter().zip(record.cells).filter(|(_, cell)| !cell.is_empty()) {
        match column.as_str() {
            "" => row.fault("", format!("`{cell}` stands in a column without a name.")),
            "date" => match date(&cell) {
                Some(date) => row.date = Some(date),
                None => row.fault("date", format!("`{cell}` is no date; write it like 2026-11-22.")),
            },
            "time" => match time(&cell) {
                Some(time) => row.time = Some(time),
                None => row.fault("time", format!("`{cell}` is no time; write it like 14:30.")),
            },
            "pitch" => row.pitch = Some(cell),
            "sport" => row.sport = Some(cell.to_lowercase()),
            "home" => row.home = cell,
            "away" => row.away = cell,
            "title" => row.title = Some(cell),
            param => {
                row.params.insert(param.to_owned(), cell);
            }
        }
    }
    for (column, missing) in [("home", row.home.is_empty()), ("away", row.away.is_empty())] {
        if missing {
            row.fault(column, "The name is missing.");
        }
    }
    if row.date.is_some() && row.time.is_none() && row.faults.iter().all(|fault| fault.column != "time") {
        row.fault("time", "A day without a time; write it like 14:30.");
    }
    row
}

/// A date with the year first, or as the continent writes it with dots. `3/4/2026` would be two days.
fn date(cell: &str) -> Option<NaiveDate> {
    ["%Y-%m-%d", "%d.%m.%Y"].iter().find_map(|format| NaiveDate::parse_from_str(cell, format).ok())
}

fn time(cell: &str) -> Option<NaiveTime> {
    ["%H:%M", "%H:%M:%S"].iter().find_map(|format| NaiveTime::parse_from_str(cell, format).ok())
}

/// Writes a plan; columns of parameters follow where a row has any.
#[must_use]
pub fn write(rows: &[PlanRow]) -> String {
    let mut params: Vec<&String> = rows.iter().flat_map(|row| row.params.keys()).collect();
    params.sort();
    params.dedup();
    let names =
        COLUMNS.iter().map(|name| (*name).to_owned()).chain(params.iter().map(|name| (*name).clone()));
    let mut text = row(&names.collect::<Vec<_>>());
    for game in rows {
        let date = game.date.map(|date| date.format("%Y-%m-%d").to_string()).unwrap_or_default();
        let time = game.time.map(|time| time.format("%H:%M").to_string()).unwrap_or_default();
        let words = [&game.pitch, &game.sport].map(|word| word.clone().unwrap_or_default());
        let title = game.title.clone().unwrap_or_default();
        let own = params.iter().map(|name| game.params.get(*name).cloned().unwrap_or_default());
        let cells = [date, time].into_iter().chain(words);
        let cells = cells.chain([game.home.clone(), game.away.clone(), title]).chain(own);
        text.push_str(&row(&cells.collect::<Vec<_>>()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{PlanRow, read, write};
    use chrono::{NaiveDate, NaiveTime};

    fn faults(row: &PlanRow) -> Vec<&str> {
        row.faults.iter().map(|fault| fault.column.as_str()).collect()
    }

    #[test]
    fn a_spreadsheet_becomes_games() {
        let text = "Date;Time;Pitch;Home;Away;half\r\n22.11.2026;9:00;Main;Reds;\"Blues; II\";20\r\n";
        let rows = read(text, &["half"]).expect("a plan");
        let day = NaiveDate::from_ymd_opt(2026, 11, 22).expect("a day");
        assert_eq!((rows[0].date, rows[0].time), (Some(day), NaiveTime::from_hms_opt(9, 0, 0)));
        assert_eq!((rows[0].away.as_str(), rows[0].params["half"].as_str()), ("Blues; II", "20"));
        assert!(rows[0].faults.is_empty(), "{:?}", rows[0].faults);
    }

    #[test]
    fn every_fault_of_every_row_is_told() {
        let text = "date,time,home,away\n3/4/2026,25:00,Reds,\n2026-11-22,,A,B\n,,A,B,extra\n";
        let rows = read(text, &[]).expect("a plan");
        assert_eq!(faults(&rows[0]), ["date", "time", "away"]);
        assert_eq!(faults(&rows[1]), ["time"], "a day needs a time");
        assert_eq!((faults(&rows[2]), rows[2].line), (vec![""], 4));
    }

    #[test]
    fn a_table_that_is_no_plan_is_refused_as_a_whole() {
        for (text, words) in [
            ("", "nothing"),
            ("home,away\n", "no game"),
            ("home\nReds", "`away` is missing"),
            ("home,away,referee\nA,B,C", "no column `referee`"),
            ("home,away,home\nA,B,C", "twice"),
        ] {
            let error = read(text, &[]).expect_err(text).to_string();
            assert!(error.contains(words), "{text:?}: {error}");
        }
        let many = format!("home,away\n{}", "A,B\n".repeat(501));
        assert!(read(&many, &[]).expect_err("too many").to_string().contains("501"));
    }

    #[test]
    fn a_plan_written_is_the_plan_read() {
        let text = "date,time,pitch,sport,home,away,title,half\r\n\
            2026-11-22,09:00,Main,football,\"Reds, \"\"A\"\"\",'=SUM,Cup,20\r\n,,,,نادي,B,,\r\n";
        let rows = read(text, &["half"]).expect("a plan");
        assert_eq!(rows[0].away, "=SUM");
        assert_eq!(write(&rows), text);
    }
}
