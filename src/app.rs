//! The composition root: start order and stop order. The only file that sees every room.
//!
//! Start: sport files → ledger (folds the open games) → auth → hub → pump → listeners → ready.
//! Stop: stop accepting → requests in flight → ledger commits, checkpoints, joins → `bye` to every phone.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use crate::api::sports::Sports;
use crate::api::{Api, State};
use crate::auth::Auth;
use crate::auth::people::NewUser;
use crate::auth::setup::Purpose;
use crate::board::ops::{Ops, Sources};
use crate::board::pump::{Hashes, Load, Pump, Settings};
use crate::config::Config;
use crate::domain::command::Actor;
use crate::domain::event::Event;
use crate::hub::{Hub, HubLimits};
use crate::intake::Intake;
use crate::ledger::Ledger;
use crate::ledger::events::{Audience, LogQuery};
use crate::ledger::role::Role;
use crate::net::accept;
use crate::net::encode::Hot;
use crate::net::head::Head;
use crate::net::listen::Listener;
use crate::net::takeover::Takeover;
use crate::net::tls::tls_config;
use crate::net::{Class, Limits, Peer, Service};
use crate::pages::Pages;
use crate::runtime::{self, Shutdown, Time};
use crate::transport::{self, Plan};
use crate::wire::{Epoch, close};
use crate::words::catalogue::Words;

/// Why the box could not start: one line a problem, for the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartError(String);

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StartError {}

fn cannot(error: impl fmt::Display) -> StartError {
    StartError(error.to_string())
}

/// A box that runs. Dropping it stops nothing; [`Running::stop`] does.
#[derive(Debug)]
pub struct Running {
    /// Where fans connect.
    pub addr: SocketAddr,
    /// Where staff connect, when apart.
    pub staff_addr: Option<SocketAddr>,
    /// Whether the connections are encrypted.
    pub tls: bool,
    ledger: Ledger,
    auth: Auth,
    hub: Hub,
    shutdown: Shutdown,
    served: Vec<smol::Task<()>>,
    // Closed when the pump has published the last; nothing is ever sent.
    pumped: async_channel::Receiver<()>,
}

/// Which build this is, as `hello`, pages and `--version` say it.
pub const BUILD: &str = env!("CARGO_PKG_VERSION");

/// Starts the box and returns once it accepts connections.
///
/// # Errors
/// A sport file that is refused, a data folder that cannot be used, an address that is taken.
pub async fn start(mut config: Config) -> Result<Running, StartError> {
    let time = Time::system();
    let sports = Sports::load(config.sports.as_deref()).map_err(cannot)?;
    let tls = match &config.tls {
        Some((cert, key)) => Some(tls_config(cert, key).map_err(cannot)?),
        None => None,
    };
    let (ledger, opened) = Ledger::open(&config.data, time.clone()).map_err(cannot)?;
    let auth = Auth::open(ledger.clone(), time.clone(), &config.data).await.map_err(cannot)?;
    let hub = Hub::new(Epoch::random(), HubLimits::default(), time.clone());
    let words = Words::new();
    // What was set in the browser wins over the option; a language this build does not speak is passed over.
    let speaks = |lang: &&String| words.languages().any(|known| known == lang.as_str());
    if let Some(own) = opened.venue.languages.iter().find(speaks) {
        config.language.clone_from(own);
    }
    let shutdown = Shutdown::default();

    let settings =
        Settings { language: config.language.clone(), coalesce_ms: config.coalesce_ms, boot: opened.boot };
    let batches = ledger.committed();
    let mut pump = Pump::new(hub.clone(), words.clone(), time.clone(), settings, loader(ledger.clone()))
        .with_hashes(hashes(ledger.clone()));
    let boards = pump.boards();
    pump.restore(opened.games).await;
    let mut venue = opened.venue;
    venue.name = venue.name.or_else(|| config.venue.clone());
    pump.restore_polls(opened.polls, venue);
    // The pump ends when the ledger's batches do, so that whatever was committed is published.
    let (ending, pumped) = async_channel::bounded::<()>(1);
    runtime::critical("the pump", async move {
        pump.run(batches, Shutdown::default()).await;
        drop(ending);
    });

    let tls_on = tls.is_some();
    let (public, staff) = listeners(&config, tls)?;
    let (addr, staff_addr) = (public.local_addr(), staff.as_ref().map(Listener::local_addr));
    let mut limits = Limits::default();
    if let Some(connections) = config.connections {
        limits.connections = connections;
    }
    let ops = Ops::open(Sources {
        hub: hub.clone(),
        ledger: ledger.clone(),
        boards: boards.clone(),
        time: time.clone(),
        data: config.data.clone(),
        connections: limits.connections,
        build: BUILD.to_owned(),
    });
    let state = State {
        ops,
        intake: Intake::new(ledger.clone()),
        ledger: ledger.clone(),
        auth: auth.clone(),
        boards,
        hub: hub.clone(),
        pages: Pages::new(),
        words,
        sports,
        build: BUILD.to_owned(),
        time,
        config,
        cache: Default::default(),
        ballots: Default::default(),
    };
    let service = Arc::new(Front { api: Api::new(Arc::new(state)) });
    let mut served = Vec::new();
    for listener in
        [Some((public, limits)), staff.map(|staff| (staff, Limits::staff()))].into_iter().flatten()
    {
        let (listener, limits) = listener;
        served.push(runtime::task(accept::serve(listener, Arc::clone(&service), limits, shutdown.clone())));
    }
    runtime::notify_ready();
    Ok(Running { addr, staff_addr, tls: tls_on, ledger, auth, hub, shutdown, served, pumped })
}

/// Reads the events of a game or poll for the pump, when somebody asks for one closed long ago.
fn loader(ledger: Ledger) -> Load {
    Arc::new(move |stream| {
        let ledger = ledger.clone();
        Box::pin(async move {
            let query =
                LogQuery { after: 0, limit: u64::MAX, stream: Some(stream), audience: Audience::Staff };
            let events: Vec<Event> = ledger.log(query).await.unwrap_or_else(|error| {
                log::error!("read {stream:?} from the log: {error}");
                Vec::new()
            });
            events.into_iter().map(Arc::new).collect()
        })
    })
}

/// Reads hashes of the record for the pump.
fn hashes(ledger: Ledger) -> Hashes {
    Arc::new(move |seq| {
        let ledger = ledger.clone();
        Box::pin(async move {
            let hash = ledger.hash(seq).await.unwrap_or_else(|error| {
                log::error!("read the hash of event {seq}: {error}");
                None
            });
            hash.map(|hash| hash.iter().map(|byte| format!("{byte:02x}")).collect())
        })
    })
}

/// The listeners: systemd's sockets where it hands some down, else the addresses asked for.
fn listeners(
    config: &Config,
    tls: Option<crate::net::tls::TlsConfig>,
) -> Result<(Listener, Option<Listener>), StartError> {
    let mut inherited = listenfd::ListenFd::from_env();
    let mut take = |index: usize| inherited.take_tcp_listener(index).ok().flatten();
    let public = match take(0) {
        Some(socket) => Listener::inherited(socket, Class::Public, tls.clone()).map_err(cannot)?,
        None => Listener::bind(config.listen, Class::Public, tls.clone()).map_err(cannot)?,
    };
    let staff = match (take(1), config.staff_listen) {
        (Some(socket), Some(_)) => Some(Listener::inherited(socket, Class::Staff, tls).map_err(cannot)?),
        (None, Some(addr)) => Some(Listener::bind(addr, Class::Staff, tls).map_err(cannot)?),
        (_, None) => None,
    };
    Ok((public, staff))
}

impl Running {
    /// The secret of the link by which the first organiser is made, or one gets a new password.
    #[must_use]
    pub fn setup_secret(&self) -> Option<String> {
        self.auth.setup_secret()
    }

    /// Whether that link is for a lost password rather than for the first organiser.
    #[must_use]
    pub fn recovers(&self) -> bool {
        self.auth.setup_purpose() == Some(Purpose::Recovery)
    }

    /// A token of that role, for a program that the same process runs against this box.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub async fn token(&self, role: Role, name: &str) -> Result<String, StartError> {
        self.auth.create_token(&the_box(), role, name).await.map(|(_, token)| token).map_err(cannot)
    }

    /// A user.
    ///
    /// # Errors
    /// When the name is taken, the password too short, or it cannot be stored.
    pub async fn user(&self, name: &str, role: Role, password: &str) -> Result<(), StartError> {
        let new = NewUser::new(name, role, password);
        self.auth.add_user(&the_box(), new).await.map(|_| ()).map_err(cannot)
    }

    /// Stops in order: nobody new, the requests in flight, no more commands and the last commit, what was
    /// committed to every phone, and `bye` to each. Ten seconds at the most.
    pub async fn stop(self) {
        runtime::notify_stopping();
        self.shutdown.raise();
        let served = async {
            for task in self.served {
                task.await;
            }
        };
        if runtime::timeout(IN_FLIGHT, served).await.is_none() {
            log::warn!(
                "requests were still being answered after {} s; stopping all the same",
                IN_FLIGHT.as_secs()
            );
        }
        self.auth.write_refusals().await;
        self.ledger.close().await;
        let _ = runtime::timeout(LAST_FRAMES, self.pumped.recv()).await;
        self.hub.drain(close::RESTART, "restart");
        let left = self.hub.drained(BYES).await;
        if left > 0 {
            log::info!("{left} phones had not taken their bye when the box stopped");
        }
    }
}

/// Who acts when the program itself does.
fn the_box() -> Actor {
    Actor("box".to_owned())
}

/// How long requests in flight may take once the box stops.
const IN_FLIGHT: Duration = Duration::from_secs(5);
/// How long the pump may take to publish what was committed last.
const LAST_FRAMES: Duration = Duration::from_secs(1);
/// How long phones may take to hear the bye.
const BYES: Duration = Duration::from_secs(3);

/// What `net` asks, answered by the API and the transports.
struct Front {
    api: Api,
}

impl Service for Front {
    type Plan = Plan;

    fn host_allowed(&self, host: &str, peer: &Peer) -> bool {
        let names = &self.api.state().config.hosts;
        if names.iter().any(|name| name == host) {
            return true;
        }
        match host.parse::<IpAddr>() {
            Ok(ip) => ip.to_canonical() == peer.local.ip().to_canonical() || ip.is_loopback(),
            Err(_) => host == "localhost",
        }
    }

    fn hot(&self, head: &Head, _: &Peer) -> Option<Hot> {
        self.api.hot(head)
    }

    fn body_limit(&self, head: &Head) -> usize {
        self.api.body_limit(head)
    }

    async fn respond(&self, request: tide::http::Request) -> tide::http::Response {
        self.api.respond(request).await
    }

    fn take(self: Arc<Self>, plan: Plan, takeover: Takeover) {
        transport::take(plan, takeover);
    }
}
