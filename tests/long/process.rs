//! What the kernel says of the box's process (proc(5)).

use std::time::Duration;

/// Its resident memory in bytes.
pub(crate) fn resident(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("the box runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("Linux tells it");
    let kilobytes = line.trim().trim_end_matches("kB").trim().parse::<u64>().expect("a number of kB");
    kilobytes * 1024
}

/// The processor time it has used so far, its own and the kernel's for it. Other programs on the machine
/// hardly change it, so it compares better than a rate.
pub(crate) fn processor_time(process: u32) -> Duration {
    /// USER_HZ, 100 on every Linux there is.
    const TICK_MS: u64 = 10;
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).expect("the box runs");
    // The name, in parentheses, may hold blanks; utime and stime are the 12th and 13th field after it.
    let (_, fields) = stat.rsplit_once(") ").expect("a name in parentheses");
    let ticks = fields.split(' ').skip(11).take(2).map(|field| field.parse::<u64>().expect("ticks"));
    Duration::from_millis(ticks.sum::<u64>() * TICK_MS)
}
