//! A squad as people have it at hand: lines like `9 Diaz`, or a table of number, name and "say as".

use super::csv::records;
use crate::domain::event::Player;

/// The most players in a squad.
pub const LARGEST: usize = 60;

/// Reads a squad, one player a line.
///
/// # Errors
/// Every line that cannot be read, each as a sentence with its number.
pub fn read(text: &str) -> Result<Vec<Player>, Vec<String>> {
    let mut players: Vec<Player> = Vec::new();
    let mut faults = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || is_header(line) {
            continue;
        }
        let place = index + 1;
        match player(line) {
            Ok(player) => {
                let twice = player.number.as_ref().and_then(|number| {
                    players
                        .iter()
                        .find(|other| other.number.as_ref() == Some(number))
                        .map(|other| &other.name)
                });
                if let (Some(other), Some(number)) = (twice, &player.number) {
                    faults.push(format!("Line {place}: the number {number} is {other}'s already."));
                }
                players.push(player);
            }
            Err(what) => faults.push(format!("Line {place}: {what}")),
        }
    }
    if players.len() > LARGEST {
        faults.push(format!("A squad has at most {LARGEST} players; these are {}.", players.len()));
    }
    if faults.is_empty() { Ok(players) } else { Err(faults) }
}

/// Writes a squad so that [`read`] reads the same.
#[must_use]
pub fn write(players: &[Player]) -> String {
    let lines = players.iter().map(|player| {
        let number = player.number.as_deref().unwrap_or_default();
        match &player.say {
            Some(say) => format!("{number}, {}, {say}", quoted(&player.name)),
            None => format!("{number} {}", player.name).trim().to_owned(),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn player(line: &str) -> Result<Player, String> {
    let cells = records(line).map_err(|error| format!("{}.", error.what))?;
    let cells = cells.into_iter().next().map(|record| record.cells).unwrap_or_default();
    // "Diaz, Juan" is a name with a comma, not a table: a table's first cell is a number or empty.
    let table = cells.len() > 1 && (cells[0].is_empty() || is_number(&cells[0]));
    let (number, name, say) = if table {
        if cells.iter().skip(3).any(|cell| !cell.is_empty()) {
            return Err("more than number, name and how the name is said.".to_owned());
        }
        let cell = |index: usize| cells.get(index).cloned().unwrap_or_default();
        (cell(0), cell(1), cell(2))
    } else {
        let (first, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        match first.trim_end_matches(['.', ')', ':']) {
            number if is_number(number) => (number.to_owned(), rest.trim().to_owned(), String::new()),
            _ => (String::new(), line.to_owned(), String::new()),
        }
    };
    if name.is_empty() {
        return Err(format!("`{line}` has no name; write it like 9 Diaz."));
    }
    let some = |text: String| Some(text).filter(|text| !text.is_empty());
    Ok(Player { number: some(number), name, say: some(say) })
}

/// A shirt number as printed: `9`, `00`, `7a`.
fn is_number(text: &str) -> bool {
    text.len() <= 4
        && text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(char::is_alphanumeric)
}

fn is_header(line: &str) -> bool {
    let line = line.to_lowercase();
    let mut cells = line.split([',', ';', '\t']).map(str::trim);
    matches!((cells.next(), cells.next()), (Some("number" | "no" | "nr" | "#"), Some("name" | "player")))
}

fn quoted(name: &str) -> String {
    if name.contains([',', '"', ';', '\t']) {
        format!("\"{}\"", name.replace('"', "\"\""))
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::{read, write};

    fn told(text: &str) -> Vec<(String, String, String)> {
        let players = read(text).expect("a squad").into_iter();
        players.map(|p| (p.number.unwrap_or_default(), p.name, p.say.unwrap_or_default())).collect()
    }

    #[test]
    fn lines_and_tables_become_players() {
        for (line, number, name, say) in [
            ("9 Diaz", "9", "Diaz", ""),
            ("  10.  van der Berg (c)", "10", "van der Berg (c)", ""),
            ("00 Keeper", "00", "Keeper", ""),
            ("Okoro", "", "Okoro", ""),
            ("Diaz, Juan", "", "Diaz, Juan", ""),
            ("9 Diaz, Juan", "9", "Diaz, Juan", ""),
            ("9,Diaz,DEE-az", "9", "Diaz", "DEE-az"),
            ("9;Diaz", "9", "Diaz", ""),
            ("9\tNguyễn", "9", "Nguyễn", "ngwee-EN"),
            (",\"Diaz, Juan\"", "", "Diaz, Juan", ""),
            ("7 نادي", "7", "نادي", ""),
        ] {
            let line = if say == "ngwee-EN" { format!("{line}\t{say}") } else { line.to_owned() };
            assert_eq!(told(&line), [(number.to_owned(), name.to_owned(), say.to_owned())], "{line}");
        }
        assert_eq!(told("number,name\n\n9,Diaz\n").len(), 1);
    }

    #[test]
    fn every_bad_line_is_told() {
        let faults = read("9 Diaz\n9\n9 Okoro\n1,2,3,4").expect_err("three faults");
        assert_eq!(faults.len(), 3, "{faults:?}");
        assert!(faults[0].starts_with("Line 2: ") && faults[1].contains("Diaz's already"), "{faults:?}");
        let many: String = (1..=61).map(|n| format!("{n} P\n")).collect();
        assert!(read(&many).expect_err("too many")[0].contains("61"));
    }

    #[test]
    fn what_is_written_reads_the_same() {
        let text = "9 Diaz, Juan\nOkoro\n7, \"Smith, Al\", smith\n, Ng, eng";
        let players = read(text).expect("a squad");
        assert_eq!(read(&write(&players)).expect("again"), players, "{}", write(&players));
    }
}
