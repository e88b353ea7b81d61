//! `touchline demo`: what a phone shows during a match, within seconds and without a set-up.
//!
//! Whoever starts the box with temporary data calls [`run`] with its address, a token and a login. It says
//! where to look, fills the day with fixtures, and replays a real match once; the page stays up after.

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;

use super::error::CliError;
use super::import::{HttpSink, Sink as _};
use super::replay::{Job, Pace, Summary, run_prefix};
use crate::client::feed::Feed;
use crate::client::url::Base;
use crate::formats::openfootball::{self, Season};
use crate::formats::recording;
use crate::runtime::{self, Time, machine};

/// The match: Russia - Croatia 2018, with extra time and a shoot-out.
const MATCH: &str = include_str!("../../data/demo/russia-croatia-2018.ndjson");
/// The day beside it.
const FIXTURES: &str = include_str!("../../data/demo/fixtures-2018-06-16.json");
/// Fast enough to see it all in some ten minutes, slow enough to read along.
pub const SPEED: f64 = 12.0;
/// No phone shows nothing new for longer.
pub const LONGEST_WAIT: Duration = Duration::from_secs(8);
const PATIENCE: Duration = Duration::from_secs(10);
const QUARTER_HOUR_MS: i64 = 15 * 60 * 1000;

/// A box that runs, and how to get in.
#[derive(Clone, Debug, PartialEq)]
pub struct DemoOptions {
    /// Where it listens.
    pub listen: SocketAddr,
    /// A token of an organiser.
    pub token: String,
    /// A commentator's name and password for the desk, shown to the user.
    pub login: (String, String),
    /// How fast the match is replayed.
    pub speed: f64,
}

/// Shows the way in, fills the day and replays the match to its end. The box goes on until it is stopped.
///
/// # Errors
/// When the box cannot be reached, or refuses what it is given.
pub fn run(options: &DemoOptions, out: &mut dyn Write) -> Result<(), CliError> {
    let base = Base::parse(&format!("http://{}", reachable(options.listen))).map_err(CliError::failed)?;
    let pace = Pace { speed: options.speed, longest_wait: Some(LONGEST_WAIT) };
    pace.check()?;
    welcome(options, out)?;
    let time = Time::system();
    let run = run_prefix(&time)?;
    let feed = || Feed::new(base.clone(), Some(options.token.clone()), PATIENCE);
    fixtures(&mut HttpSink { feed: feed() }, &run, time.wall_ms())?;

    let recording = recording::read(MATCH).map_err(CliError::failed)?;
    let (lines, shown) = async_channel::bounded(64);
    let job = Job { recording, pace, run, starts_at: time.wall_ms() };
    let task = runtime::task(job.play(feed(), lines));
    let summary: Summary = runtime::block_on(async {
        while let Ok(line) = shown.recv().await {
            writeln!(out, "{line}")?;
            out.flush()?;
        }
        task.await
    })?;
    if summary.refused > 0 {
        return Err(CliError::failed(format!("the box refused {} commands of the demo", summary.refused)));
    }
    writeln!(out, "\nThe match is over; its page stays up. Ctrl-C ends the demo.")?;
    Ok(())
}

/// The address phones use: the box's own on the local network where it listens on all.
#[must_use]
pub fn public_address(listen: SocketAddr) -> SocketAddr {
    if !listen.ip().is_unspecified() {
        return listen;
    }
    SocketAddr::new(machine::lan_address().unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)), listen.port())
}

/// A text as a QR code for a terminal, in half blocks, light on dark.
#[must_use]
pub fn qr(text: &str) -> Option<String> {
    let code = QrCode::new(text).ok()?;
    // Terminals are dark: what is ink on paper must stay background here.
    let mut image = code.render::<Dense1x2>();
    image.dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).quiet_zone(true);
    Some(image.build())
}

fn welcome(options: &DemoOptions, out: &mut dyn Write) -> Result<(), CliError> {
    let address = public_address(options.listen);
    let page = format!("http://{address}/");
    writeln!(out, "Open {page} on a phone in this network:\n")?;
    if let Some(code) = qr(&page) {
        writeln!(out, "{code}\n")?;
    }
    if address.ip().is_loopback() {
        writeln!(out, "Only this machine reaches that address; with --listen 0.0.0.0:8080 phones do too.\n")?;
    }
    let (user, password) = &options.login;
    writeln!(out, "Desk: {page}desk   user {user}   password {password}\n")?;
    out.flush()?;
    Ok(())
}

/// The day's other matches around now: the first half of them played, the rest to come.
fn fixtures(sink: &mut HttpSink, run: &str, now_ms: i64) -> Result<(), CliError> {
    let options = openfootball::Options::default();
    let season = openfootball::read("fixtures", FIXTURES, &options).map_err(CliError::failed)?;
    let (season, played) = around(season, now_ms);
    for (index, one) in season.matches.iter().enumerate() {
        let failed = |why: String| CliError::failed(format!("demo, fixture {}: {why}", one.label));
        let game = sink.create_game(&format!("{run}-day-{index}"), &one.game).map_err(failed)?;
        let plays = if index < played { one.plays.as_slice() } else { &[] };
        for (number, play) in plays.iter().enumerate() {
            sink.command(&format!("{run}-day-{index}-{number}"), game, play).map_err(failed)?;
        }
    }
    Ok(())
}

/// Moves a day's matches so that now lies between their first half, which is over, and their second.
fn around(mut season: Season, now_ms: i64) -> (Season, usize) {
    season.matches.sort_by_key(|one| one.game.starts_at);
    let played = season.matches.len() / 2;
    let start = |index: usize| season.matches.get(index).and_then(|one| one.game.starts_at);
    let (Some(before), Some(after)) = (played.checked_sub(1).and_then(start), start(played)) else {
        return (season, 0);
    };
    // Rounded down to a quarter of an hour, as kick-offs are.
    let shift = (now_ms - i64::midpoint(before, after)).div_euclid(QUARTER_HOUR_MS) * QUARTER_HOUR_MS;
    for one in &mut season.matches {
        one.game.starts_at = one.game.starts_at.map(|ms| ms + shift);
    }
    (season, played)
}

/// An address by which this machine itself reaches a listener.
#[must_use]
pub fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(std::net::Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_lies_around_now_on_quarter_hours() {
        let season = openfootball::read("fixtures", FIXTURES, &openfootball::Options::default());
        let now = 1_795_000_123_456;
        let (season, played) = around(season.expect("the demo's file is right"), now);
        assert_eq!((season.matches.len(), played), (4, 2));
        for (index, one) in season.matches.iter().enumerate() {
            let starts_at = one.game.starts_at.expect("every fixture has its time");
            assert_eq!(starts_at < now, index < played, "{}", one.label);
            assert_eq!(starts_at % QUARTER_HOUR_MS, 0, "{}", one.label);
        }
    }

    #[test]
    fn a_code_is_drawn_with_its_quiet_zone() {
        let code = qr("http://192.168.4.1:8080/").expect("short enough");
        let widths: Vec<usize> = code.lines().map(|line| line.chars().count()).collect();
        assert!(widths.iter().all(|width| *width == widths[0] && *width >= 29), "{widths:?}");
        assert!(code.lines().next().is_some_and(|line| line.chars().all(|c| c == '█')));
    }
}
