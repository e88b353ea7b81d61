//! Executor, named threads, shutdown signal, the monotonic line, wall time and systemd.
//!
//! Nobody else spawns, reads a clock or talks to systemd (`clippy.toml` holds it). Game clocks, deadlines
//! and orders use the monotonic line alone; wall time is for display, because a box without a clock
//! battery jumps when it meets a time server.

pub mod machine;
pub mod recent;

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use smol::Executor;
use smol::future::FutureExt as _;

static EXECUTOR: LazyLock<Executor<'static>> = LazyLock::new(|| {
    let cores = std::thread::available_parallelism().map_or(1, |n| n.get()).min(4);
    for number in 0..cores {
        thread(&format!("exec-{number}"), || {
            loop {
                // A panicking task is caught by its own wrapper; this net keeps the thread all the same.
                let _ = catch_unwind(AssertUnwindSafe(|| {
                    smol::block_on(EXECUTOR.run(std::future::pending::<()>()));
                }));
            }
        });
    }
    Executor::new()
});

/// Starts a task that runs until it ends by itself. A panic ends this task alone and is logged by the hook.
pub fn spawn(future: impl Future<Output = ()> + Send + 'static) {
    EXECUTOR.spawn(future).detach();
}

/// Starts a task whose result is awaited. Dropping the task cancels it at its next `await`.
pub fn task<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> smol::Task<T> {
    EXECUTOR.spawn(future)
}

/// Starts a task the box cannot live without. If it panics the process aborts, and systemd restarts it;
/// if it returns, it meant to.
pub fn critical(name: &'static str, future: impl Future<Output = ()> + Send + 'static) {
    spawn(async move {
        if AssertUnwindSafe(future).catch_unwind().await.is_err() {
            log::error!("{name} panicked; stopping so that the box can be started afresh");
            std::process::abort();
        }
    });
}

/// Starts a named thread for blocking work.
///
/// # Panics
/// When the machine cannot start a thread: nothing could work then.
pub fn thread<T: Send + 'static>(
    name: &str,
    body: impl FnOnce() -> T + Send + 'static,
) -> std::thread::JoinHandle<T> {
    let name = name.to_owned();
    std::thread::Builder::new().name(name).spawn(body).expect("the machine can start a thread")
}

/// Runs a future to its end on the calling thread.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    smol::block_on(future)
}

/// Waits that long on the monotonic clock.
pub async fn sleep(duration: Duration) {
    smol::Timer::after(duration).await;
}

/// The future's result, or `None` when `limit` passes first; the future is dropped then.
pub async fn timeout<T>(limit: Duration, future: impl Future<Output = T>) -> Option<T> {
    async { Some(future.await) }
        .or(async {
            sleep(limit).await;
            None
        })
        .await
}

/// Lets other tasks run.
pub async fn yield_now() {
    smol::future::yield_now().await;
}

/// The two clocks of the box: the monotonic line of this start, and wall time for display.
///
/// Cloned freely; all clones are one clock. A manual one stands still until told, for tests.
#[derive(Clone, Debug)]
pub struct Time(Source);

#[derive(Clone, Debug)]
enum Source {
    System(Instant),
    Manual(Arc<Manual>),
}

#[derive(Debug, Default)]
struct Manual {
    mono_ms: AtomicU64,
    wall_ms: AtomicI64,
}

impl Time {
    /// The machine's clocks; the monotonic line begins near zero now.
    #[must_use]
    pub fn system() -> Self {
        Self(Source::System(Instant::now()))
    }

    /// A clock for tests that stands still, at `mono_ms` and `wall_ms`.
    #[must_use]
    pub fn manual(mono_ms: u64, wall_ms: i64) -> Self {
        let manual = Manual { mono_ms: mono_ms.into(), wall_ms: wall_ms.into() };
        Self(Source::Manual(Arc::new(manual)))
    }

    /// Moves a manual clock on, both lines together; the machine's clock ignores it.
    pub fn advance(&self, ms: u64) {
        if let Source::Manual(manual) = &self.0 {
            manual.mono_ms.fetch_add(ms, Ordering::SeqCst);
            manual.wall_ms.fetch_add(ms.cast_signed(), Ordering::SeqCst);
        }
    }

    /// Milliseconds on the monotonic line of this start.
    #[must_use]
    pub fn now_ms(&self) -> u64 {
        match &self.0 {
            Source::System(start) => u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
            Source::Manual(manual) => manual.mono_ms.load(Ordering::SeqCst),
        }
    }

    /// Milliseconds since 1970 as the machine believes, for display and the record only.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads wall time")]
    pub fn wall_ms(&self) -> i64 {
        match &self.0 {
            Source::System(_) => chrono::Utc::now().timestamp_millis(),
            Source::Manual(manual) => manual.wall_ms.load(Ordering::SeqCst),
        }
    }

    /// Whether wall time can be believed at all: a box without a battery starts in 1970 or 2000, before
    /// this program was written.
    #[must_use]
    pub fn wall_plausible(&self) -> bool {
        const WRITTEN: i64 = 1_790_000_000_000;
        self.wall_ms() >= WRITTEN
    }
}

/// `ms` since 1970 as RFC 3339 in UTC with seconds, as `2026-11-22T15:04:05Z`.
#[must_use]
pub fn rfc3339(ms: i64) -> String {
    chrono::DateTime::from_timestamp_millis(ms)
        .unwrap_or_default()
        .to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

/// What happens at the end of a process's life: raised once, seen by all who hold a clone.
#[derive(Clone, Debug)]
pub struct Shutdown {
    raised: Arc<AtomicBool>,
    // Closed when raised; nothing is ever sent.
    wake: (async_channel::Sender<()>, async_channel::Receiver<()>),
}

impl Default for Shutdown {
    fn default() -> Self {
        Self { raised: Arc::default(), wake: async_channel::bounded(1) }
    }
}

impl Shutdown {
    /// Raises it; a second time changes nothing.
    pub fn raise(&self) {
        self.raised.store(true, Ordering::SeqCst);
        self.wake.0.close();
    }

    /// Whether it has been raised.
    #[must_use]
    pub fn is_raised(&self) -> bool {
        self.raised.load(Ordering::SeqCst)
    }

    /// Waits until it is raised.
    pub async fn wait(&self) {
        let _ = self.wake.1.recv().await;
    }
}

/// SIGTERM and SIGINT, heard from the moment this is made.
#[derive(Debug)]
pub struct Signals(async_signal::Signals);

impl Signals {
    /// Hears them from now on; what would end the process only wakes [`Self::wait`].
    ///
    /// # Errors
    /// When the system refuses to install the signal handlers.
    pub fn hear() -> std::io::Result<Self> {
        use async_signal::Signal;
        async_signal::Signals::new([Signal::Term, Signal::Int]).map(Self)
    }

    /// Waits for the first that came since [`Self::hear`].
    pub async fn wait(mut self) {
        use smol::stream::StreamExt as _;
        self.0.next().await;
    }
}

/// Tells systemd that the box is ready; without systemd nothing happens.
pub fn notify_ready() {
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
}

/// Tells systemd that the box is stopping; without systemd nothing happens.
pub fn notify_stopping() {
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]);
}

/// One log line a record on stderr, control characters escaped so that nobody forges a line.
#[derive(Debug)]
struct Logger;

impl log::Log for Logger {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        metadata.level() <= log::max_level()
    }

    fn log(&self, record: &log::Record<'_>) {
        use std::io::Write as _;
        if !self.enabled(record.metadata()) {
            return;
        }
        const LONGEST: usize = 2_000;
        let text = record.args().to_string();
        let mut line = format!("{} {}: ", record.level().as_str().to_lowercase(), record.target());
        for c in text.chars().take(LONGEST) {
            if c.is_control() || c == '\u{2028}' || c == '\u{2029}' {
                line.extend(c.escape_default());
            } else {
                line.push(c);
            }
        }
        line.push('\n');
        let _ = std::io::stderr().lock().write_all(line.as_bytes());
    }

    fn flush(&self) {}
}

/// Sends log records to stderr, and panics to the log in one line. Called once by the binary.
pub fn log_to_stderr(level: log::LevelFilter) {
    if log::set_logger(&Logger).is_ok() {
        log::set_max_level(level);
    }
    std::panic::set_hook(Box::new(|info| {
        let thread = std::thread::current();
        let place = info.location().map_or_else(String::new, |l| format!(" at {}:{}", l.file(), l.line()));
        let what = info.payload_as_str().unwrap_or("no message");
        log::error!("panicked{place} on {}: {what}", thread.name().unwrap_or("?"));
    }));
}
