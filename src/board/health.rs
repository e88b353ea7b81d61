//! The board of `ops`: how the box is, in figures, each with a level and the reason for it.
//!
//! Pure: what was measured in, JSON out. A level is `good`, `attention` or `bad`; a reason is a stable word the pages
//! have a sentence for. Nothing here changes by the mere passing of time: ages are made by whoever shows the times.

use serde_json::{Map, Value, json};

use super::game::put;
use crate::hub::Stats;
use crate::ledger::INBOX;
use crate::ledger::pulse::Pulse;
use crate::runtime::machine::Disk;
use crate::runtime::recent::{Figures, WINDOW_MS};
use crate::runtime::rfc3339;

/// A running clock without an entry for so long is pointed out: somebody may have gone, or forgotten to stop it.
pub const QUIET_AFTER_MS: u64 = 15 * 60 * 1000;

/// How often a page that polls asks; by it answers are told as phones.
const POLLS_A_MINUTE_EACH: u64 = 6;

/// What was measured at one moment.
#[derive(Clone, Debug)]
pub struct Measured {
    /// The hub's counts.
    pub stats: Stats,
    /// Held connections there may be.
    pub places: usize,
    /// From entry to phone, in milliseconds.
    pub delays: Figures,
    /// The ledger.
    pub pulse: Pulse,
    /// What lies in the data folder; `None` when it did not answer in time.
    pub stored: Option<Stored>,
    /// Bytes of memory, where the system tells.
    pub memory: Option<u64>,
    /// Whether wall time can be believed.
    pub wall_trusted: bool,
    /// How far wall time was moved since the start, in milliseconds, when it was.
    pub wall_moved_ms: Option<i64>,
    /// Milliseconds since the start.
    pub up_ms: u64,
    /// When this start was, in milliseconds since 1970.
    pub started_ms: i64,
    /// Which start this is, from 1.
    pub start: u32,
    /// The build.
    pub build: String,
    /// The games in progress, by id; absent when the pump did not answer in time.
    pub games: Option<Value>,
}

impl Measured {
    /// Whether every place is taken, so that newcomers are told to poll.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.stats.phones() >= self.places
    }
}

/// What was found in the data folder.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The disk it lies on; `None` when the system does not tell.
    pub disk: Option<Disk>,
    /// Bytes of the database.
    pub database: u64,
    /// Bytes of its write-ahead log.
    pub wal: u64,
    /// When it was last copied, in milliseconds since 1970, when that is known.
    pub backup_ms: Option<i64>,
    /// The start since which wall time was believed at every start.
    pub trusted_since: u32,
}

impl Stats {
    /// About how many phones poll, judged by the answers of the last minute.
    #[must_use]
    pub fn pollers(&self) -> u64 {
        self.polls_a_minute.div_ceil(POLLS_A_MINUTE_EACH)
    }
}

/// The board.
#[must_use]
pub fn render(measured: &Measured) -> Value {
    let stats = &measured.stats;
    let phones = json!({
        "ws": stats.websocket, "sse": stats.sse, "longpoll": stats.longpoll, "poll": stats.pollers(),
    });
    let sections = [
        ("load", load(measured)),
        ("delay", delay(&measured.delays)),
        ("disk", disk(measured.stored.as_ref())),
        ("ledger", ledger(&measured.pulse)),
        ("clock", clock(measured)),
    ];
    let mut board = Map::new();
    for (name, (verdict, mut figures)) in sections {
        figures.insert("level".into(), verdict.0.as_str().into());
        figures.insert("reason".into(), verdict.1.into());
        board.insert(name.into(), figures.into());
    }
    let mut itself = Map::new();
    itself.insert("build".into(), measured.build.clone().into());
    itself.insert("start".into(), measured.start.into());
    itself.insert("started_at".into(), rfc3339(measured.started_ms).into());
    // In whole mebibytes, or every look would find another figure.
    put(&mut itself, "memory_bytes", measured.memory.map(|bytes| bytes >> 20 << 20));
    board.insert("box".into(), itself.into());
    board.insert("phones".into(), phones);
    board.insert("channels".into(), stats.channels.into());
    board.insert("quiet_after_ms".into(), QUIET_AFTER_MS.into());
    put(&mut board, "games", measured.games.clone());
    Value::Object(board)
}

/// How something is, from well to not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Good,
    Attention,
    Bad,
}

impl Level {
    fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Attention => "attention",
            Self::Bad => "bad",
        }
    }
}

type Verdict = (Level, &'static str);

fn load(measured: &Measured) -> (Verdict, Map<String, Value>) {
    let (held, places) = (measured.stats.phones(), measured.places.max(1));
    let percent = held * 100 / places;
    let verdict = match percent {
        _ if measured.is_full() => (Level::Bad, "push-full"),
        80.. => (Level::Attention, "filling"),
        _ => (Level::Good, "normal"),
    };
    let mut figures = Map::new();
    figures.insert("held".into(), held.into());
    figures.insert("places".into(), places.into());
    figures.insert("percent".into(), percent.into());
    figures.insert("resyncs".into(), measured.stats.resyncs.into());
    (verdict, figures)
}

/// People take a second for at once, and see at three that somebody else's phone was first.
fn delay(delays: &Figures) -> (Verdict, Map<String, Value>) {
    let verdict = match delays {
        Figures { count: 0, .. } => (Level::Good, "nothing"),
        Figures { p99: 0..=1_000, .. } => (Level::Good, "fast"),
        Figures { p99: 1_001..=3_000, .. } => (Level::Attention, "slow"),
        Figures { .. } => (Level::Bad, "late"),
    };
    let mut figures = Map::new();
    figures.insert("window_ms".into(), WINDOW_MS.into());
    figures.insert("deliveries".into(), delays.count.into());
    if delays.count > 0 {
        figures.insert("p50_ms".into(), delays.p50.into());
        figures.insert("p99_ms".into(), delays.p99.into());
    }
    (verdict, figures)
}

/// A match day writes a few megabytes; below a hundred even a checkpoint may fail.
fn disk(stored: Option<&Stored>) -> (Verdict, Map<String, Value>) {
    const MEBI: u64 = 1 << 20;
    let mut figures = Map::new();
    let Some(stored) = stored else {
        return ((Level::Bad, "no-answer"), figures);
    };
    figures.insert("database_bytes".into(), stored.database.into());
    figures.insert("wal_bytes".into(), stored.wal.into());
    put(&mut figures, "backup_at", stored.backup_ms.map(rfc3339));
    let Some(disk) = stored.disk else {
        return ((Level::Attention, "unknown"), figures);
    };
    figures.insert("free_bytes".into(), (disk.free / MEBI * MEBI).into());
    figures.insert("total_bytes".into(), disk.total.into());
    let verdict = match disk.free {
        free if free < 100 * MEBI => (Level::Bad, "full"),
        free if free < 1024 * MEBI => (Level::Attention, "low"),
        _ => (Level::Good, "enough"),
    };
    (verdict, figures)
}

fn ledger(pulse: &Pulse) -> (Verdict, Map<String, Value>) {
    let lasting = pulse.failed.as_ref().map(|failed| failed.lasting);
    let verdict = match (lasting, pulse.waiting, pulse.commit_us.p99) {
        (Some(true), ..) => (Level::Bad, "failing"),
        (_, waiting, _) if waiting * 2 > INBOX => (Level::Bad, "behind"),
        (Some(false), ..) => (Level::Attention, "failed"),
        // Slower than this, a press at the desk is felt to hang.
        (None, _, 250_001..) => (Level::Attention, "slow"),
        (None, ..) => (Level::Good, "fast"),
    };
    let mut figures = Map::new();
    figures.insert("commits".into(), pulse.commits.into());
    figures.insert("waiting".into(), pulse.waiting.into());
    figures.insert("ballots_waiting".into(), pulse.ballots_waiting.into());
    if pulse.commit_us.count > 0 {
        figures.insert("commit_p50_us".into(), pulse.commit_us.p50.into());
        figures.insert("commit_p99_us".into(), pulse.commit_us.p99.into());
    }
    if let Some(failed) = &pulse.failed {
        figures.insert("failed_at".into(), rfc3339(failed.wall_ms).into());
        figures.insert("failure".into(), failed.failure.detail.clone().into());
    }
    (verdict, figures)
}

fn clock(measured: &Measured) -> (Verdict, Map<String, Value>) {
    let verdict = match (measured.wall_trusted, measured.wall_moved_ms) {
        (false, _) => (Level::Attention, "not-trusted"),
        (true, Some(_)) => (Level::Good, "moved"),
        (true, None) => (Level::Good, "trusted"),
    };
    let mut figures = Map::new();
    figures.insert("trusted".into(), measured.wall_trusted.into());
    put(&mut figures, "moved_ms", measured.wall_moved_ms);
    if measured.wall_trusted {
        put(&mut figures, "trusted_since", measured.stored.as_ref().map(|stored| stored.trusted_since));
    }
    (verdict, figures)
}

#[cfg(test)]
mod tests {
    use super::{Disk, Figures, Measured, Pulse, Stats, Stored, render};
    use crate::ledger::error::{Failure, FailureKind};
    use crate::ledger::pulse::Failed;

    fn well() -> Measured {
        Measured {
            stats: Stats { websocket: 30, sse: 2, polls_a_minute: 13, ..Stats::default() },
            places: 100,
            delays: Figures { count: 64, p50: 12, p99: 90, max: 120 },
            pulse: Pulse {
                commits: 9,
                waiting: 0,
                ballots_waiting: 0,
                commit_us: Figures::default(),
                failed: None,
            },
            stored: Some(Stored {
                disk: Some(Disk { free: 8 << 30, total: 32 << 30 }),
                database: 5_000_000,
                wal: 40_000,
                backup_ms: None,
                trusted_since: 2,
            }),
            memory: Some(50_000_000),
            wall_trusted: true,
            wall_moved_ms: None,
            up_ms: 60_000,
            started_ms: 1_795_359_600_000,
            start: 4,
            build: "0.1.0".to_owned(),
            games: None,
        }
    }

    fn verdict(measured: &Measured, section: &str) -> (String, String) {
        let board = render(measured);
        let word = |name: &str| board[section][name].as_str().unwrap_or_default().to_owned();
        (word("level"), word("reason"))
    }

    #[test]
    fn a_box_that_is_well_says_so() {
        let board = render(&well());
        for section in ["load", "delay", "disk", "ledger", "clock"] {
            assert_eq!(board[section]["level"], "good", "{section}");
        }
        assert_eq!(board["phones"]["poll"], 3, "thirteen answers a minute are about three phones");
        assert_eq!(board["load"]["percent"], 32);
        assert_eq!(board["clock"]["trusted_since"], 2);
        assert!(!board.to_string().contains("null"), "{board}");
    }

    #[test]
    fn what_goes_wrong_is_named() {
        let told = |section: &str, change: &dyn Fn(&mut Measured)| {
            let mut measured = well();
            change(&mut measured);
            let (level, reason) = verdict(&measured, section);
            format!("{level} {reason}")
        };
        let failed = |lasting| {
            let failure = Failure { kind: FailureKind::DiskFull, detail: "cannot commit".to_owned() };
            Some(Failed { failure, wall_ms: 0, lasting })
        };
        assert_eq!(told("load", &|m| m.places = 40), "attention filling");
        assert_eq!(told("load", &|m| m.places = 32), "bad push-full");
        assert_eq!(told("delay", &|m| m.delays.p99 = 2_000), "attention slow");
        assert_eq!(told("delay", &|m| m.delays.p99 = 9_000), "bad late");
        assert_eq!(told("delay", &|m| m.delays = Figures::default()), "good nothing");
        assert_eq!(told("disk", &|m| m.stored = None), "bad no-answer");
        assert_eq!(
            told("disk", &|m| m.stored.as_mut().unwrap().disk = Some(Disk { free: 5 << 20, total: 1 << 30 })),
            "bad full"
        );
        assert_eq!(told("ledger", &|m| m.pulse.failed = failed(true)), "bad failing");
        assert_eq!(told("ledger", &|m| m.pulse.failed = failed(false)), "attention failed");
        assert_eq!(told("ledger", &|m| m.pulse.waiting = 600), "bad behind");
        assert_eq!(told("ledger", &|m| m.pulse.commit_us.p99 = 400_000), "attention slow");
        assert_eq!(told("clock", &|m| m.wall_trusted = false), "attention not-trusted");
        assert_eq!(told("clock", &|m| m.wall_moved_ms = Some(9_000)), "good moved");
    }
}
