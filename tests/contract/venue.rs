//! A box with a hub and the four live addresses, and nothing else, on a loopback port.

use std::net::SocketAddr;
use std::sync::Arc;

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use tide::http::{Request, Response};
use touchline::hub::mailbox::MailboxKey;
use touchline::hub::{ChannelId, Class, Hub, HubLimits, Update};
use touchline::net::accept::serve;
use touchline::net::encode::{Hot, set_header};
use touchline::net::head::Head;
use touchline::net::listen::Listener;
use touchline::net::takeover::Takeover;
use touchline::net::{Limits, Peer, Service};
use touchline::runtime::{Shutdown, Time, spawn};
use touchline::transport::inbox::{Inbox, Reply};
use touchline::transport::{self, Answer, Ask, Plan, Refused, Standing};
use touchline::wire::inbound::Inbound;
use touchline::wire::message::{Message, Outcome};
use touchline::wire::{Cursor, Epoch, Problem, Say, Subject, Transport, parse_wanted};

/// The box. Stops when dropped.
pub struct Venue {
    pub hub: Hub,
    pub addr: SocketAddr,
    shutdown: Shutdown,
}

impl Venue {
    pub fn new() -> Self {
        Self::with(HubLimits::default())
    }

    pub fn with(limits: HubLimits) -> Self {
        let hub = Hub::new(Epoch::random(), limits, Time::manual(5_000, 1_795_000_000_000));
        let any = "127.0.0.1:0".parse().unwrap();
        let listener = Listener::bind(any, touchline::net::Class::Public, None).unwrap();
        let addr = listener.local_addr();
        let shutdown = Shutdown::default();
        let live = Arc::new(Live { hub: hub.clone(), inbox: Arc::new(Echo) });
        spawn(serve(listener, live, Limits::default(), shutdown.clone()));
        Self { hub, addr, shutdown }
    }

    pub fn open(&self, name: &str) -> ChannelId {
        self.hub.open(&name.parse().unwrap(), Class::Score, json!({"seq": 0, "name": name}))
    }

    /// Publishes the board with `seq` and one changing entry; old entries are removed.
    pub fn step(&self, id: ChannelId, seq: u64) -> u64 {
        self.step_with(id, seq, "", Vec::new())
    }

    pub fn step_with(&self, id: ChannelId, seq: u64, filler: &str, say: Vec<Say>) -> u64 {
        let before = self.hub.retained(id).unwrap().board.clone();
        let mut board = (*before).clone();
        let mut patch = json!({"seq": seq, "entries": {seq.to_string(): {"text": format!("{seq}{filler}")}}});
        if let Some(entries) = before["entries"].as_object() {
            for old in entries.keys() {
                patch["entries"][old] = Value::Null;
            }
        }
        super::phone::merge(&mut board, &patch);
        let t = "2026-11-22T15:04:09Z".to_owned();
        self.hub.publish(id, Update { board, patch, say, t, ..Update::default() })
    }

    /// Lets time pass, and looks whose time has come.
    pub fn pass(&self, ms: u64) {
        self.hub.time().advance(ms);
        touchline::runtime::block_on(self.hub.sweep());
    }
}

impl Drop for Venue {
    fn drop(&mut self) {
        self.shutdown.raise();
    }
}

/// Accepts every command at once, with the game's number as its seq.
struct Echo;

impl Inbox for Echo {
    fn receive(&self, message: Inbound, reply: Reply) {
        let (id, seq) = match message {
            Inbound::Command { game, body } => (body["id"].as_str().unwrap_or("?").to_owned(), game),
            Inbound::Ballot { poll, body } => (body["id"].as_str().unwrap_or("?").to_owned(), poll),
            Inbound::Ping => return,
        };
        // From elsewhere, as the real one does.
        spawn(async move {
            let receipt = Message::Receipt {
                id: id.into(),
                outcome: Outcome::Accepted,
                seq: Some(seq),
                poll: None,
                receipt: None,
                problem: None,
            };
            reply.send(&receipt);
        });
    }
}

struct Live {
    hub: Hub,
    inbox: Arc<dyn Inbox>,
}

impl Live {
    fn plan(&self, request: &Request) -> Result<Answer, Refused> {
        let url = request.url();
        let bad = |error: &dyn std::fmt::Display| Problem::new(400, "bad-request", error.to_string());
        let name = url.path().strip_prefix("/live/").unwrap_or_default();
        let transport: Transport = name.parse().map_err(|error| bad(&error))?;
        let (mut channels, mut cursor, mut mailbox, mut standing) = (Vec::new(), None, None, Standing::Fan);
        for pair in url.query().unwrap_or_default().split('&') {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = percent_decode_str(value).decode_utf8_lossy();
            match key {
                "ch" => {
                    let (name, want) = parse_wanted(&value).map_err(|error| bad(&error))?;
                    if name.subject == Subject::Me {
                        mailbox = Some(MailboxKey::new("device:1"));
                        continue;
                    }
                    let id = self.hub.find(&name.to_string());
                    let id = id.ok_or_else(|| Problem::new(404, "unknown-channel", "no such channel"))?;
                    channels.push((id, want));
                }
                "cursor" => cursor = Some(value.parse::<Cursor>().map_err(|error| bad(&error))?),
                "staff" => standing = Standing::Staff,
                _ => {}
            }
        }
        let header = |name: &str| {
            let values = request.header(name)?.iter().map(|value| value.as_str());
            Some(values.collect::<Vec<_>>().join(", "))
        };
        let last = request.header("last-event-id").and_then(|id| id.as_str().parse().ok());
        transport::plan(
            &self.hub,
            Ask {
                transport,
                channels,
                cursor: cursor.or(last),
                mailbox,
                inbox: Some(self.inbox.clone()),
                standing,
                header: &header,
            },
        )
    }
}

impl Service for Live {
    type Plan = Plan;

    fn host_allowed(&self, _host: &str, _peer: &Peer) -> bool {
        true
    }

    fn hot(&self, _head: &Head, _peer: &Peer) -> Option<Hot> {
        None
    }

    async fn respond(&self, request: Request) -> Response {
        let (status, headers, body, plan) = match self.plan(&request) {
            Ok(Answer::Respond { status, headers, body }) => (status, headers, body, None),
            Ok(Answer::Take { status, headers, takeaway, plan }) => {
                (status, headers, Vec::new(), Some((takeaway, plan)))
            }
            Err(Refused { problem, headers }) => {
                (problem.status, headers, problem.to_value().to_string().into_bytes(), None)
            }
        };
        let mut response = Response::new(status);
        response.set_body(body);
        for (name, value) in &headers {
            set_header(&mut response, name, value).unwrap();
        }
        if let Some((takeaway, plan)) = plan {
            response.ext_mut().insert(takeaway);
            response.ext_mut().insert(plan);
        }
        response
    }

    fn take(self: Arc<Self>, plan: Plan, takeover: Takeover) {
        transport::take(plan, takeover);
    }
}
