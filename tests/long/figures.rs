//! Figures as the rigs print them.

use std::time::Duration;

use crate::common::server::binary;

/// Says what is measured: figures of a box built for debugging look like figures.
pub(crate) fn name_the_box() {
    println!("\nthe box is {}", binary().display());
}

/// The value below which so many of a hundred lie; `sorted` holds at least one.
pub(crate) fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    sorted[(sorted.len() * percent / 100).min(sorted.len() - 1)]
}

/// `p50 1.2 ms, p99 3.4 ms, worst 5.6 ms`.
pub(crate) fn spread(mut times: Vec<Duration>) -> String {
    assert!(!times.is_empty(), "nothing was measured");
    times.sort_unstable();
    let ms = |time: Duration| time.as_secs_f64() * 1_000.0;
    let (half, most) = (percentile(&times, 50), percentile(&times, 99));
    let worst = times[times.len() - 1];
    format!("p50 {:.1} ms, p99 {:.1} ms, worst {:.1} ms", ms(half), ms(most), ms(worst))
}

#[test]
fn a_percentile_is_of_the_sorted_values() {
    let times: Vec<Duration> = (1..=200).map(Duration::from_millis).collect();
    assert_eq!(percentile(&times, 50), Duration::from_millis(101));
    assert_eq!(percentile(&times, 99), Duration::from_millis(199));
    assert_eq!(percentile(&times[..1], 99), Duration::from_millis(1));
}
