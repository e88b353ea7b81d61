//! What was measured as OpenMetrics text (version 1.0.0): base units, a unit as the end of a name, counters that end
//! in `_total`, `# EOF` as the last line.

use std::fmt::{Display, Write as _};

use crate::board::health::Measured;
use crate::runtime::recent::Figures;

/// The text of one scrape.
#[must_use]
pub(crate) fn text(measured: &Measured) -> String {
    let mut out = Exposition(String::new());
    let stats = &measured.stats;
    out.family(
        "touchline_phones",
        "gauge",
        "",
        "Phones by transport; those that poll are told by their answers.",
    );
    let held = [("ws", stats.websocket), ("sse", stats.sse), ("longpoll", stats.longpoll)];
    for (transport, phones) in held {
        out.sample(&format!("touchline_phones{{transport=\"{transport}\"}}"), phones);
    }
    out.sample("touchline_phones{transport=\"poll\"}", stats.pollers());
    out.gauge("touchline_places", "", "Held connections there may be.", measured.places);
    out.gauge("touchline_push_full", "", "1 while newcomers are told to poll.", u8::from(measured.is_full()));
    out.gauge("touchline_channels", "", "Channels open.", stats.channels);
    out.gauge("touchline_ring_bytes", "bytes", "Frames kept for resuming.", stats.ring_bytes);
    out.counter("touchline_polls", "Answers to polls.", stats.polls);
    out.counter("touchline_frames", "Frames published.", stats.frames);
    out.counter("touchline_delivered", "Messages given to phones.", stats.delivered);
    out.counter("touchline_resyncs", "Phones moved to a snapshot because they fell behind.", stats.resyncs);
    let help = "From a command's arrival to its bytes on a phone's socket, over the last five minutes.";
    out.summary("touchline_entry_to_phone_seconds", help, &measured.delays, 1e-3);

    let pulse = &measured.pulse;
    out.counter("touchline_commits", "Transactions committed.", pulse.commits);
    out.family("touchline_waiting", "gauge", "", "What waits for the ledger, by lane.");
    out.sample("touchline_waiting{lane=\"staff\"}", pulse.waiting);
    out.sample("touchline_waiting{lane=\"ballots\"}", pulse.ballots_waiting);
    out.summary(
        "touchline_commit_seconds",
        "The disk's time for a commit, over the last five minutes.",
        &pulse.commit_us,
        1e-6,
    );
    let failing = pulse.failed.as_ref().is_some_and(|failed| failed.lasting);
    out.gauge("touchline_ledger_failing", "", "1 while nothing can be stored.", u8::from(failing));

    if let Some(stored) = &measured.stored {
        if let Some(disk) = stored.disk {
            out.gauge("touchline_disk_free_bytes", "bytes", "Free where the data lies.", disk.free);
            out.gauge("touchline_disk_size_bytes", "bytes", "Size of the disk the data lies on.", disk.total);
        }
        out.gauge("touchline_database_bytes", "bytes", "The database.", stored.database);
        out.gauge("touchline_wal_bytes", "bytes", "The write-ahead log.", stored.wal);
        if let Some(backup_ms) = stored.backup_ms {
            let help = "When the data were last copied, since 1970.";
            out.gauge(
                "touchline_backup_timestamp_seconds",
                "seconds",
                help,
                Decimal(backup_ms as f64 * 1e-3),
            );
        }
    }
    if let Some(memory) = measured.memory {
        out.gauge("touchline_memory_bytes", "bytes", "Memory in use (resident set).", memory);
    }
    out.gauge(
        "touchline_clock_trusted",
        "",
        "1 when wall time can be believed.",
        u8::from(measured.wall_trusted),
    );
    out.counter("touchline_starts", "Starts of the box on these data.", measured.start);
    out.gauge(
        "touchline_uptime_seconds",
        "seconds",
        "Since the start.",
        Decimal(measured.up_ms as f64 * 1e-3),
    );
    out.family("touchline_build", "info", "", "The build.");
    out.sample(&format!("touchline_build_info{{version=\"{}\"}}", measured.build), 1);
    out.0.push_str("# EOF\n");
    out.0
}

struct Exposition(String);

/// A number with as many digits as it needs, never in exponents: not every reader takes those.
struct Decimal(f64);

impl Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.6}", self.0)
    }
}

impl Exposition {
    fn family(&mut self, name: &str, kind: &str, unit: &str, help: &str) {
        let _ = writeln!(self.0, "# TYPE {name} {kind}");
        if !unit.is_empty() {
            let _ = writeln!(self.0, "# UNIT {name} {unit}");
        }
        let _ = writeln!(self.0, "# HELP {name} {help}");
    }

    fn sample(&mut self, name: &str, value: impl Display) {
        let _ = writeln!(self.0, "{name} {value}");
    }

    fn gauge(&mut self, name: &str, unit: &str, help: &str, value: impl Display) {
        self.family(name, "gauge", unit, help);
        self.sample(name, value);
    }

    fn counter(&mut self, name: &str, help: &str, value: impl Display) {
        self.family(name, "counter", "", help);
        self.sample(&format!("{name}_total"), value);
    }

    /// A summary in seconds; without a sample while nothing was measured.
    fn summary(&mut self, name: &str, help: &str, figures: &Figures, second: f64) {
        self.family(name, "summary", "seconds", help);
        if figures.count > 0 {
            for (quantile, value) in [("0.5", figures.p50), ("0.99", figures.p99), ("1.0", figures.max)] {
                self.sample(&format!("{name}{{quantile=\"{quantile}\"}}"), Decimal(value as f64 * second));
            }
        }
    }
}
