//! A mark in the data folder that another process moves when it has changed users or tokens.
//!
//! A look at the file costs a microsecond, so the box looks at each request of the staff, and a token that
//! was just made works at once. The database says what has changed; the mark only says that something may have.

use std::io::Write as _;
use std::path::Path;
use std::time::SystemTime;

const FILE: &str = "staff-changed";
/// Then it is begun anew.
const LONGEST: u64 = 4_096;

/// Where the mark stands.
pub(super) type Mark = (u64, Option<SystemTime>);

/// Where it stands now; `None` while nobody has ever moved it.
pub(super) fn read(dir: &Path) -> Option<Mark> {
    let file = std::fs::metadata(dir.join(FILE)).ok()?;
    Some((file.len(), file.modified().ok()))
}

/// Moves it: one byte more, because two moves may fall into one tick of the file system's clock.
/// Unmoved, the change is noticed within a second all the same.
pub(super) fn change(dir: &Path) {
    let long = read(dir).is_some_and(|(length, _)| length >= LONGEST);
    let file = std::fs::OpenOptions::new()
        .create(true)
        .append(!long)
        .write(true)
        .truncate(long)
        .open(dir.join(FILE));
    if let Ok(mut file) = file {
        let _ = file.write_all(b".");
    }
}
