//! `/live/{transport}`: which channels, from where, and over what; the rest is the transport's.
//!
//! What a phone sends back over its socket comes in here too, and goes the same way as over HTTP.

use std::sync::Arc;

use tide::{Response, Server};

use super::request::{self, Phone, Request};
use super::{Answer, State, ballots, commands, problem, public, route};
use crate::auth::Who;
use crate::hub::ChannelId;
use crate::transport::inbox::{Inbox, Reply};
use crate::transport::{Answer as Way, Ask, Headers, Standing, plan};
use crate::wire::inbound::Inbound;
use crate::wire::message::Message;
use crate::wire::{ChannelName, Cursor, MAX_CHANNELS, Problem, Subject, Transport, Want, parse_wanted};

pub(crate) fn routes(server: &mut Server<Arc<State>>) {
    server.at("/live/:transport").get(route(live));
}

async fn live(request: Request) -> Answer {
    let transport: Transport =
        request.param("transport").unwrap_or_default().parse().map_err(|_| problem::not_found())?;
    if transport == Transport::WebSocket {
        // A page of another site could otherwise read with this browser's session (RFC 6455 §10.2).
        request::same_origin(&request)?;
    }
    let who = request::who(&request).await?;
    let state = Arc::clone(request.state());
    let (wanted, me) = wanted(&request, who.as_ref())?;
    let mut channels: Vec<(ChannelId, Want)> = Vec::with_capacity(wanted.len());
    for (name, want) in wanted {
        if name.subject == Subject::Ops {
            state.ops.follow().await;
        }
        let id = public::channel_of(&state, &name).await.map_err(|problem| {
            if problem.code == "not-found" {
                let detail = format!("There is no channel `{name}` on this box.");
                return Problem::new(404, "unknown-channel", detail);
            }
            problem
        })?;
        if channels.iter().any(|(other, _)| *other == id) {
            return Err(Problem::new(
                400,
                "invalid-parameter",
                format!("The channel `{name}` is named twice."),
            ));
        }
        channels.push((id, want));
    }
    let phone = request::phone(&request);
    let mailbox = match (&who, me) {
        (_, Me::No) => None,
        (Some(who), Me::Yes) => Some(commands::mailbox(who)),
        (None, Me::Yes) => match phone {
            Phone::Known(device) => Some(ballots::mailbox(device.id)),
            Phone::Unknown | Phone::Forged => {
                let detail = "The channel `me` needs a session or a device: POST /api/v1/device makes one.";
                return Err(Problem::new(401, "device-required", detail));
            }
        },
    };
    let standing = if who.is_some() { Standing::Staff } else { Standing::Fan };
    let inbox: Arc<dyn Inbox> = Arc::new(Post { state: Arc::clone(&state), who, phone });
    let header = |name: &str| {
        let values = request.header(name)?;
        Some(values.iter().map(|value| value.as_str()).collect::<Vec<_>>().join(", "))
    };
    let ask = Ask {
        transport,
        channels,
        cursor: cursor(&request),
        mailbox,
        inbox: Some(inbox),
        standing,
        header: &header,
    };
    match plan(&state.hub, ask) {
        Ok(Way::Respond { status, headers, body }) => {
            let mut response = with_headers(status, headers);
            if status != 304 {
                let kind = response.content_type();
                response.set_body(body);
                response.set_content_type(kind.unwrap_or(tide::http::mime::JSON));
            }
            Ok(response)
        }
        Ok(Way::Take { status, headers, takeaway, plan }) => {
            let mut response = with_headers(status, headers);
            response.insert_ext(takeaway);
            response.insert_ext(plan);
            Ok(response)
        }
        Err(refused) => {
            let mut response = problem::response(&refused.problem);
            for (name, value) in refused.headers {
                response.insert_header(name, value);
            }
            Ok(response)
        }
    }
}

fn with_headers(status: u16, headers: Headers) -> Response {
    let mut response = Response::new(status);
    for (name, value) in headers {
        response.insert_header(name, value);
    }
    response
}

/// Whether the phone follows its own mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Me {
    Yes,
    No,
}

/// The channels of the query, each allowed to this asker.
fn wanted(request: &Request, who: Option<&Who>) -> Result<(Vec<(ChannelName, Want)>, Me), Problem> {
    let mut wanted = Vec::new();
    let mut me = Me::No;
    for (_, text) in request::query(request).iter().filter(|(key, _)| key == "ch") {
        let (mut name, want) =
            parse_wanted(text).map_err(|bad| Problem::new(400, "unknown-channel", format!("{bad}.")))?;
        if name.subject == Subject::Me {
            me = Me::Yes;
            continue;
        }
        if name.is_staff() && (who.is_none() || !request::staff_listener(request)) {
            let detail = format!("The channel `{name}` is for staff: log in, or send a bearer token.");
            return Err(Problem::new(401, "login-required", detail));
        }
        // The venue's own language has one channel, whichever way it is asked for.
        if name.lang.as_deref() == Some(&request.state().config.language) {
            name.lang = None;
        }
        wanted.push((name, want));
    }
    if wanted.is_empty() && me == Me::No {
        let detail = "Name at least one channel: /live/ws?ch=game/7&ch=venue.";
        return Err(Problem::new(400, "unknown-channel", detail));
    }
    if wanted.len() > MAX_CHANNELS {
        let detail = format!("A connection follows at most {MAX_CHANNELS} channels.");
        return Err(Problem::new(400, "too-many-channels", detail));
    }
    Ok((wanted, me))
}

/// Where the phone is. What is no cursor is answered with snapshots, as one of another epoch is: a phone
/// that kept nonsense must not be locked out for ever.
fn cursor(request: &Request) -> Option<Cursor> {
    // A browser that reconnects by itself knows better than the address it was first given.
    let header = request::header(request, "last-event-id").map(str::to_owned);
    let text = header.or_else(|| request::param(request, "cursor"));
    text.or_else(|| request::param(request, "lastEventId"))?.parse().ok()
}

/// Takes what one phone sends.
struct Post {
    state: Arc<State>,
    who: Option<Who>,
    phone: Phone,
}

impl Inbox for Post {
    fn receive(&self, message: Inbound, reply: Reply) {
        let refuse = |status, code, detail: &str| {
            let problem = Problem::new(status, code, detail);
            reply.send(&Message::Problem { problem });
        };
        match (message, &self.who) {
            (Inbound::Command { game, body }, Some(who)) => {
                let back = reply.clone();
                commands::over_socket(&self.state, who, game, body, move |message| back.send(message));
            }
            (Inbound::Command { .. }, None) => {
                refuse(401, "login-required", "Commands are for staff: log in, or send a bearer token.");
            }
            (Inbound::Ballot { poll, body }, _) => {
                let back = reply.clone();
                ballots::over_socket(&self.state, self.phone, poll, body, move |message| back.send(message));
            }
            (Inbound::Ping, _) => {}
        }
    }
}
