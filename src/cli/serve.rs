//! `touchline serve` and `touchline demo`: the box itself, on its own data or on data for an hour.

use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use super::demo::{self, DemoOptions, public_address, qr};
use super::error::CliError;
use crate::app::{self, Running};
use crate::config::{self, Config, Options};
use crate::ledger::role::Role;
use crate::runtime::{self, Signals};

/// The file in the data folder that tells commands beside a running box where it is.
const ADDRESS: &str = "address";

/// Runs the box until SIGTERM or Ctrl-C.
pub(super) fn run(options: &Options, out: &mut dyn Write) -> Result<(), CliError> {
    let config = config::load(options).map_err(CliError::usage)?;
    runtime::log_to_stderr(config.log);
    let data = config.data.clone();
    runtime::block_on(async {
        let running = app::start(config).await.map_err(CliError::failed)?;
        // Before anybody knows where the box is: who reads the address may end it at once.
        let signals = signals()?;
        tell(&running, &data, out)?;
        signals.wait().await;
        let _ = std::fs::remove_file(data.join(ADDRESS));
        running.stop().await;
        Ok(())
    })
}

/// The arguments of `demo`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct DemoArgs {
    /// How many times faster than it happened
    #[arg(long, value_name = "N", default_value_t = demo::SPEED)]
    speed: f64,
    /// Address and port for phones
    #[arg(long, env = "TOUCHLINE_LISTEN", value_name = "ADDR", default_value = "0.0.0.0:8080")]
    listen: String,
}

/// Runs a box on temporary data and replays a real match into it.
pub(super) fn demo(args: &DemoArgs, out: &mut dyn Write) -> Result<(), CliError> {
    if !(args.speed.is_finite() && args.speed > 0.0) {
        return Err(CliError::usage(format!(
            "--speed {} is no speed; 1 is real time, 12 the usual",
            args.speed
        )));
    }
    let folder = Temporary::new()?;
    let options = Options {
        listen: Some(args.listen.clone()),
        data: Some(folder.0.clone()),
        venue: Some("Demo".to_owned()),
        log: Some("warn".to_owned()),
        ..Options::default()
    };
    let config = config::load(&options).map_err(CliError::usage)?;
    runtime::log_to_stderr(config.log);
    let (running, options) = runtime::block_on(async {
        let running = app::start(config).await.map_err(CliError::failed)?;
        let password = format!("demo-{:08x}", getrandom::u32().map_err(CliError::failed)?);
        running.user("demo", Role::Organiser, &password).await.map_err(CliError::failed)?;
        let token = running.token(Role::Organiser, "demo").await.map_err(CliError::failed)?;
        let login = ("demo".to_owned(), password);
        let options = DemoOptions { listen: running.addr, token, login, speed: args.speed };
        Ok::<_, CliError>((running, options))
    })?;
    let signals = signals()?;
    writeln!(out, "listening on {}", url(&running, running.addr))?;
    out.flush()?;
    // The match plays on a thread of its own, so that Ctrl-C is heard at any time.
    let (done, ended) = async_channel::bounded(1);
    runtime::thread("demo", move || {
        let result = demo::run(&options, &mut std::io::stdout());
        let _ = done.send_blocking(result);
    });
    runtime::block_on(async {
        let failed = async {
            match ended.recv().await {
                Ok(Err(error)) => Err(error),
                // It is over; the page stays up until somebody ends it.
                _ => std::future::pending().await,
            }
        };
        let stopped = async {
            signals.wait().await;
            Ok(())
        };
        let result = smol::future::or(failed, stopped).await;
        running.stop().await;
        result
    })
}

fn signals() -> Result<Signals, CliError> {
    Signals::hear().map_err(|error| CliError::failed(format!("hear signals: {error}")))
}

/// Tells where the box is, and while nobody can log in, how to make the first organiser.
fn tell(running: &Running, data: &Path, out: &mut dyn Write) -> Result<(), CliError> {
    writeln!(out, "listening on {}", url(running, running.addr))?;
    if let Some(staff) = running.staff_addr {
        writeln!(out, "staff on {}", url(running, staff))?;
    }
    let reach = SocketAddr::new(
        demo::reachable(running.staff_addr.unwrap_or(running.addr)).ip(),
        running.staff_addr.unwrap_or(running.addr).port(),
    );
    let _ = std::fs::write(data.join(ADDRESS), url(running, reach));
    if let Some(secret) = running.setup_secret() {
        let address = public_address(running.staff_addr.unwrap_or(running.addr));
        let link = format!("{}/setup/{secret}", url(running, address));
        let why = if running.recovers() {
            "A file `recover` was put into the data folder. Within an hour, this link gives an organiser a new"
        } else {
            "Nobody can log in yet. The organiser opens this link once, within this network:"
        };
        let rest = if running.recovers() { " passphrase, once:" } else { "" };
        writeln!(out, "\n{why}{rest}\n{link}")?;
        if let Some(code) = qr(&link) {
            writeln!(out, "{code}")?;
        }
    }
    out.flush()?;
    Ok(())
}

fn url(running: &Running, address: SocketAddr) -> String {
    format!("{}://{address}", if running.tls { "https" } else { "http" })
}

/// Does something with the box of a data folder: the one that runs on it, else one started for this alone.
pub(super) fn with_box<T>(
    data: &Path,
    work: impl FnOnce(&str, &str) -> Result<T, CliError>,
) -> Result<T, CliError> {
    if let Some(url) = running_at(data) {
        let made = crate::auth::offline::create_token(data, Role::Organiser, "command line");
        let (id, token) = made.map_err(CliError::failed)?;
        let done = work(&url, &token);
        crate::auth::offline::revoke_token(data, id).map_err(CliError::failed)?;
        return done;
    }
    let options =
        Options { listen: Some("127.0.0.1:0".to_owned()), data: Some(data.to_owned()), ..Options::default() };
    let config: Config = config::load(&options).map_err(CliError::usage)?;
    let running = runtime::block_on(app::start(config)).map_err(CliError::failed)?;
    let token =
        runtime::block_on(running.token(Role::Organiser, "command line")).map_err(CliError::failed)?;
    let done = work(&format!("http://{}", running.addr), &token);
    runtime::block_on(running.stop());
    done
}

/// The address of the box that runs on this folder, if it still answers there.
fn running_at(data: &Path) -> Option<String> {
    let url = std::fs::read_to_string(data.join(ADDRESS)).ok()?;
    let authority = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"))?;
    let address: SocketAddr = authority.trim().parse().ok()?;
    std::net::TcpStream::connect_timeout(&address, std::time::Duration::from_secs(1)).ok()?;
    Some(url.trim().to_owned())
}

/// A folder for an hour, gone with the demo.
struct Temporary(PathBuf);

impl Temporary {
    fn new() -> Result<Self, CliError> {
        let random = getrandom::u64().map_err(CliError::failed)?;
        let path = std::env::temp_dir().join(format!("touchline-demo-{random:016x}"));
        std::fs::create_dir(&path)
            .map_err(|error| CliError::failed(format!("make the folder {}: {error}", path.display())))?;
        Ok(Self(path))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
