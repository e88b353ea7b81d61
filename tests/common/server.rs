//! The real binary: its subcommands run to their end, and `serve` as a process that is ended by its own id.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use super::http::Client;
use super::wait;

const START: Duration = Duration::from_secs(30);
const STOP: Duration = Duration::from_secs(15);
const ANNOUNCED: &str = "listening on ";

/// What a finished subcommand left behind.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The binary with nothing of the caller's environment but what a program needs to run.
pub(crate) fn touchline(arguments: &[&str]) -> Command {
    let mut command = Command::new(binary());
    command.args(arguments).env_clear().env("RUST_BACKTRACE", "0").stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The binary under test: the one just built, or that of `TOUCHLINE_BIN`.
#[expect(clippy::disallowed_methods, reason = "tests have no configuration but this")]
pub(crate) fn binary() -> std::ffi::OsString {
    std::env::var_os("TOUCHLINE_BIN").unwrap_or_else(|| env!("CARGO_BIN_EXE_touchline").into())
}

/// Runs a subcommand to its end; one that does not end in time is killed and the test fails.
pub(crate) fn run(arguments: &[&str]) -> Finished {
    run_with(touchline(arguments), "")
}

pub(crate) fn run_with(mut command: Command, input: &str) -> Finished {
    let mut child = command.stdin(Stdio::piped()).spawn().expect("the binary starts");
    let mut stdin = child.stdin.take().expect("stdin is a pipe");
    // A command that wants no input may have closed it already.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let (mut stdout, mut stderr) =
        (child.stdout.take().expect("a pipe"), child.stderr.take().expect("a pipe"));
    std::thread::scope(|scope| {
        let out = scope.spawn(move || text(&mut stdout));
        let err = scope.spawn(move || text(&mut stderr));
        let status = ended(&mut child, START);
        if status.is_none() {
            let _ = child.kill();
        }
        let (stdout, stderr) = (out.join().expect("read"), err.join().expect("read"));
        let Some(status) = status else {
            panic!("{command:?} did not end\nstdout: {stdout}\nstderr: {stderr}");
        };
        Finished { code: status.code(), stdout, stderr }
    })
}

fn text(from: &mut impl Read) -> String {
    let mut bytes = Vec::new();
    let _ = from.read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

fn ended(child: &mut Child, limit: Duration) -> Option<ExitStatus> {
    let deadline = std::time::Instant::now() + limit;
    loop {
        match child.try_wait().expect("a child can be waited for") {
            Some(status) => return Some(status),
            None if std::time::Instant::now() > deadline => return None,
            None => std::thread::park_timeout(Duration::from_millis(10)),
        }
    }
}

/// A bearer token of that role, made on the command line as an operator would.
pub(crate) fn token(data: &Path, role: &str) -> String {
    let made = run(&["token", "create", "--role", role, "--data", path(data)]);
    assert_eq!(made.code, Some(0), "{made:?}");
    let token = made.stdout.trim_end();
    assert!(!token.is_empty() && !token.contains(char::is_whitespace), "the token stands alone: {made:?}");
    token.to_owned()
}

/// A person who can sign in.
pub(crate) fn add_user(data: &Path, name: &str, role: &str, password: &str) {
    let command = touchline(&["user", "add", name, "--role", role, "--password-stdin", "--data", path(data)]);
    let added = run_with(command, &format!("{password}\n"));
    assert_eq!(added.code, Some(0), "{added:?}");
}

pub(crate) fn path(path: &Path) -> &str {
    path.to_str().expect("temporary paths are UTF-8")
}

/// A running `touchline serve` on a port of the system's choice. Killed when dropped.
pub(crate) struct Server {
    child: Child,
    // Where another program runs the box, the box itself: killing the other would let it live on.
    inner: Option<u32>,
    pub(crate) address: SocketAddr,
    scheme: String,
    log: PathBuf,
}

impl Server {
    pub(crate) fn start(data: &Path) -> Self {
        Self::start_with(data, &[])
    }

    /// With further arguments of `serve`.
    pub(crate) fn start_with(data: &Path, more: &[&str]) -> Self {
        Self::start_at(data, "127.0.0.1:0", more)
    }

    /// On a given address: a box that comes back where phones look for it.
    pub(crate) fn start_at(data: &Path, listen: &str, more: &[&str]) -> Self {
        Self::start_under(&[], data, listen, more)
    }

    /// Run by another program, a tracer: its name and arguments stand before those of the box.
    pub(crate) fn start_under(runner: &[&str], data: &Path, listen: &str, more: &[&str]) -> Self {
        let log = data.with_extension("log");
        let file =
            std::fs::File::options().create(true).append(true).open(&log).expect("the log can be written");
        let arguments = [&["serve", "--data", path(data), "--listen", listen], more].concat();
        let mut child = under(runner, touchline(&arguments)).stderr(file).spawn().expect("the binary starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("stdout is a pipe"));
        let (send, receive) = std::sync::mpsc::channel();
        // Reads on after the address, so that the box never waits for a reader of its words.
        let reader = std::thread::Builder::new().name("server-stdout".to_owned()).spawn(move || {
            let mut line = String::new();
            while stdout.read_line(&mut line).is_ok_and(|read| read > 0) {
                if let Some(announced) = announced(&line) {
                    let _ = send.send(announced);
                }
                line.clear();
            }
        });
        reader.expect("a thread can be started");
        let Ok((scheme, address)) = receive.recv_timeout(START) else {
            let _ = child.kill();
            let _ = child.wait();
            let words = std::fs::read_to_string(&log).unwrap_or_default();
            panic!("`touchline {}` named no address; its log:\n{words}", arguments.join(" "));
        };
        let inner = (!runner.is_empty()).then(|| {
            let lock = std::fs::read_to_string(data.join("touchline.lock")).expect("a box locks its data");
            lock.trim().parse().expect("the lock names its holder")
        });
        Self { child, inner, address, scheme, log }
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(self.address)
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme, self.address)
    }

    pub(crate) fn process(&self) -> u32 {
        self.inner.unwrap_or_else(|| self.child.id())
    }

    /// Everything the box has logged, over all starts on the same data.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// As a power cut does it to the process: no chance to tidy up.
    pub(crate) fn kill(mut self) {
        match self.inner.take() {
            None => self.child.kill().expect("our own child can be killed"),
            Some(inner) => assert!(signal(inner, "-KILL"), "SIGKILL reaches process {inner}"),
        }
        self.child.wait().expect("a killed child ends");
    }

    /// As systemd does it: SIGTERM, then the exit status.
    pub(crate) fn stop(mut self) -> ExitStatus {
        let id = self.inner.take().unwrap_or_else(|| self.child.id());
        assert!(signal(id, "-TERM"), "SIGTERM reaches process {id}");
        wait::until("the box to stop", STOP, || self.child.try_wait().expect("a child can be waited for"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(inner) = self.inner {
            let _ = signal(inner, "-KILL");
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("the box's log:\n{}", self.log());
        }
        // It stands beside the data folder, which its own owner removes.
    }
}

/// Scheme and address of the line in which the box names them.
/// A command as another program is to run it.
fn under(runner: &[&str], command: Command) -> Command {
    let Some((program, arguments)) = runner.split_first() else { return command };
    let mut whole = Command::new(program);
    whole.args(arguments).arg(command.get_program()).args(command.get_args());
    whole.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    whole.stdin(Stdio::null()).stdout(Stdio::piped());
    whole
}

fn signal(process: u32, signal: &str) -> bool {
    let sent = Command::new("kill").args([signal, &process.to_string()]).stderr(Stdio::null()).status();
    sent.expect("kill starts").success()
}

fn announced(line: &str) -> Option<(String, SocketAddr)> {
    let (scheme, after) = line.split_once(ANNOUNCED)?.1.split_once("://")?;
    let address = after.split(|c: char| c.is_whitespace() || c == '/').next()?.parse().ok()?;
    Some((scheme.to_owned(), address))
}
