//! One connection's life between requests: head, hot answer or service, answer, again; or takeover.
//!
//! Started by `accept`, and by `takeover` when a transport gives a connection back. Requests are answered one by one in
//! the order they came (pipelining, RFC 9112 §9.3.2). The future of the loop is freed before a transport takes
//! the socket over: ten thousand idle phones must not keep ten thousand request loops.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use smol::future::FutureExt as _;
use tide::http::{Method, Response};

use super::accept::Permit;
use super::encode::{self, After, Framing};
use super::fault::Fault;
use super::head::Head;
use super::read::Input;
use super::socket::Socket;
use super::takeover::{Back, Takeaway, Takeover, Way};
use super::{Limits, Peer, Service};
use crate::runtime::{self, Shutdown, Time};

/// What all connections of a listener share.
pub(super) struct Shared<S> {
    pub(super) limits: Limits,
    service: Arc<S>,
    shutdown: Shutdown,
    // For the Date field alone.
    time: Time,
    // Gone when the accept loop has finished waiting for requests in flight.
    busy: async_channel::WeakSender<()>,
}

/// A connection in the hands of its loop.
pub(super) struct Conn<S> {
    shared: Arc<Shared<S>>,
    socket: Socket,
    input: Input,
    peer: Peer,
    permit: Permit,
    // How long the next request may keep us waiting.
    wait: Duration,
    place: Place,
    // Never sent on: the accept loop waits until all are dropped.
    _busy: async_channel::Sender<()>,
}

/// Where in the count a connection was let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Within [`Limits::connections`].
    Regular,
    /// Beyond, within [`Limits::reserve`]: its requests have to be admitted.
    Reserve,
}

/// What follows after one exchange.
enum Step<P> {
    /// The next request.
    Again,
    /// The last answer is written.
    Close,
    /// The other end is gone, silent, or the box stops between two requests.
    Gone,
    /// The other end takes nothing.
    Stuck,
    /// A transport goes on.
    Taken(P, Head),
}

/// An answer ready to be written.
struct Answer<P> {
    bytes: Vec<u8>,
    after: After,
    plan: Option<P>,
}

impl<S: Service> Shared<S> {
    pub(super) fn new(
        service: Arc<S>,
        limits: Limits,
        shutdown: Shutdown,
        busy: async_channel::WeakSender<()>,
    ) -> Self {
        Self { limits, service, shutdown, time: Time::system(), busy }
    }

    fn date(&self) -> Option<String> {
        self.time.wall_plausible().then(|| encode::http_date(self.time.wall_ms()))
    }
}

impl<S: Service> Way for Shared<S> {
    fn resume(self: Arc<Self>, socket: Socket, unread: Vec<u8>, peer: Peer, permit: Permit) {
        // Without the accept loop the process is about to end: the socket just closes.
        if let Some(busy) = self.busy.upgrade() {
            let wait = self.limits.idle;
            let place = Place::Regular;
            Conn { shared: self, socket, input: Input(unread), peer, permit, wait, place, _busy: busy }
                .start();
        }
    }

    fn close(self: Arc<Self>, socket: Socket, permit: Permit) {
        let linger = self.limits.linger;
        runtime::spawn(async move {
            socket.close(linger).await;
            drop(permit);
        });
    }
}

impl<S: Service> Conn<S> {
    pub(super) fn new(
        shared: Arc<Shared<S>>,
        socket: Socket,
        peer: Peer,
        permit: Permit,
        place: Place,
        busy: async_channel::Sender<()>,
    ) -> Self {
        // Who connects and says nothing has the time of a head, not of a kept connection.
        let wait = shared.limits.head;
        Self { shared, socket, input: Input(Vec::new()), peer, permit, wait, place, _busy: busy }
    }

    /// Runs the connection in a task of its own.
    pub(super) fn start(self) {
        let service = Arc::clone(&self.shared.service);
        let life = Box::pin(self.run());
        runtime::spawn(async move {
            // The box is freed with this statement, before the transport begins.
            let taken = life.await;
            if let Some((plan, takeover)) = taken {
                service.take(plan, takeover);
            }
        });
    }

    async fn run(mut self) -> Option<(S::Plan, Takeover)> {
        loop {
            match self.exchange().await {
                Step::Again => {
                    self.wait = self.shared.limits.idle;
                    if !self.input.0.is_empty() {
                        // A long pipeline must not keep the thread to itself.
                        runtime::yield_now().await;
                    }
                }
                Step::Close => {
                    self.socket.close(self.shared.limits.linger).await;
                    return None;
                }
                Step::Gone => return None,
                Step::Stuck => {
                    self.socket.reset();
                    return None;
                }
                Step::Taken(plan, head) => return Some((plan, self.into_takeover(head))),
            }
        }
    }

    fn into_takeover(self, head: Head) -> Takeover {
        let back =
            Back { way: self.shared, permit: self.permit, peer: self.peer, keep_alive: head.keep_alive() };
        Takeover { socket: self.socket, unread: self.input.0, head, peer: self.peer, back }
    }

    /// One request and its answer.
    async fn exchange(&mut self) -> Step<S::Plan> {
        let shared = Arc::clone(&self.shared);
        let limits = &shared.limits;
        let head = match self.input.head(&mut self.socket, self.wait, limits, &shared.shutdown).await {
            Ok(Some(head)) => head,
            Ok(None) => return Step::Gone,
            Err(fault) => return self.refuse(fault, None).await,
        };
        if !shared.service.host_allowed(&head.host(), &self.peer) {
            return self.refuse(Fault::Misdirected, Some(&head)).await;
        }
        let full = self.place == Place::Reserve && self.permit.open() > limits.connections;
        if full && !shared.service.admit_when_full(&head, &self.peer) {
            self.permit.refuse();
            return self.refuse(Fault::Full, Some(&head)).await;
        }
        if matches!(head.method(), Method::Get | Method::Head)
            && head.content_length() == 0
            && let Some(hot) = shared.service.hot(&head, &self.peer)
        {
            let bytes = if head.method() == Method::Head { hot.head() } else { hot.bytes() };
            return self.write(bytes, self.after(&head)).await;
        }
        let most = shared.service.body_limit(&head);
        let Some(length) = usize::try_from(head.content_length()).ok().filter(|&length| length <= most)
        else {
            return self.refuse(Fault::BodyTooLarge, Some(&head)).await;
        };
        let body = match self.input.body(&mut self.socket, length, limits.body).await {
            Ok(Some(body)) => body,
            Ok(None) => return Step::Gone,
            Err(fault) => return self.refuse(fault, Some(&head)).await,
        };
        let answer = match self.answer(&head, body).await {
            Ok(answer) => answer,
            // The request was read to its end: the connection can go on.
            Err(fault) => {
                let after = self.after(&head);
                let mut bytes = encode::fault(fault, shared.date().as_deref(), after);
                if head.method() == Method::Head {
                    encode::only_head(&mut bytes);
                }
                Answer { bytes, after, plan: None }
            }
        };
        match (self.write(&answer.bytes, answer.after).await, answer.plan) {
            (Step::Again | Step::Close, Some(plan)) => Step::Taken(plan, head),
            (step, _) => step,
        }
    }

    /// Asks the service, and encodes what it says.
    async fn answer(&self, head: &Head, body: Vec<u8>) -> Result<Answer<S::Plan>, Fault> {
        let shared = &self.shared;
        let request = head.request(body, self.peer)?;
        let respond = async {
            let mut response = shared.service.respond(request).await;
            let body = response.take_body().into_bytes().await;
            (response, body)
        };
        // Boxed, so that a connection between requests does not carry the room for it.
        let respond = Box::pin(AssertUnwindSafe(respond).catch_unwind());
        let (mut response, body) = match runtime::timeout(shared.limits.handler, respond).await {
            Some(Ok(answered)) => answered,
            Some(Err(_)) => return Err(Fault::HandlerPanicked),
            None => {
                log::warn!(
                    "{} {} was not answered within {:?}",
                    head.method(),
                    head.path(),
                    shared.limits.handler
                );
                return Err(Fault::HandlerSlow);
            }
        };
        let body = body.map_err(|error| bad_answer(head, &error))?;
        let plan = response.ext_mut().remove::<S::Plan>();
        let way = response.ext_mut().remove::<Takeaway>().unwrap_or_default();
        let status = u16::from(response.status());
        let is_head = head.method() == Method::Head;
        if status < 200 && is_head {
            return Err(Fault::HeadUpgrade);
        }
        if status < 200 && (status != 101 || plan.is_none() || !head.is_upgrade()) {
            return Err(bad_answer(head, &"an interim status without an upgrade"));
        }
        // A refusal is answered like any other response, whatever plan it carries.
        let plan = plan.filter(|_| status < 300);
        let after = self.after(head);
        let (framing, after) = match (&plan, is_head, status) {
            (Some(_), true, _) => (Framing::Unsaid, after),
            (Some(_), false, 101) => (Framing::Upgrade, After::Close),
            (Some(_), false, _) => (Framing::UntilClose, After::Close),
            (None, ..) => (Framing::Length(body.len()), after),
        };
        let plan = plan.filter(|_| !is_head);
        let mut bytes = Vec::new();
        if plan.is_none() || way == Takeaway::HeadWritten {
            self.encode(&mut bytes, &response, framing, after).map_err(|error| bad_answer(head, &error))?;
        }
        if plan.is_none() && !is_head && encode::has_body(status) {
            bytes.extend_from_slice(&body);
        }
        Ok(Answer { bytes, after, plan })
    }

    fn encode(
        &self,
        out: &mut Vec<u8>,
        response: &Response,
        framing: Framing,
        after: After,
    ) -> Result<(), encode::BadHeader> {
        let date = self.shared.date();
        encode::head(out, response.status().into(), encode::fields(response, date.as_deref()), framing, after)
    }

    /// Whether another request may follow this one. Asked as late as possible: the box may have begun to stop
    /// while the handler was at work.
    fn after(&self, head: &Head) -> After {
        if head.keep_alive() && !self.shared.shutdown.is_raised() { After::KeepAlive } else { After::Close }
    }

    /// Tells the client what is wrong; the connection cannot go on, for nobody knows where the next request begins.
    async fn refuse(&mut self, fault: Fault, head: Option<&Head>) -> Step<S::Plan> {
        log::debug!("refused {}: {}", self.peer.addr, fault.code());
        // curl asks before it sends more than a mebibyte, and repeats the request without asking by itself, but
        // not when it reads that the connection closes.
        let said = if fault == Fault::Expectation { After::KeepAlive } else { After::Close };
        let mut bytes = encode::fault(fault, self.shared.date().as_deref(), said);
        if head.is_some_and(|head| head.method() == Method::Head) {
            encode::only_head(&mut bytes);
        }
        self.write(&bytes, After::Close).await
    }

    async fn write(&mut self, bytes: &[u8], after: After) -> Step<S::Plan> {
        match (self.socket.send(bytes, self.shared.limits.write).await, after) {
            (Ok(()), After::KeepAlive) => Step::Again,
            (Ok(()), After::Close) => Step::Close,
            (Err(_), _) => Step::Stuck,
        }
    }
}

/// An answer of ours that cannot be sent is our failure, and logged where it is noticed.
fn bad_answer(head: &Head, cause: &dyn std::fmt::Display) -> Fault {
    log::error!("the answer to {} {} cannot be sent: {cause}", head.method(), head.path());
    Fault::BadAnswer
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::Conn;
    use crate::net::encode::Hot;
    use crate::net::head::Head;
    use crate::net::takeover::Takeover;
    use crate::net::{Peer, Service};

    struct Large;

    impl Service for Large {
        type Plan = ();
        fn host_allowed(&self, _: &str, _: &Peer) -> bool {
            true
        }
        fn hot(&self, _: &Head, _: &Peer) -> Option<Hot> {
            None
        }
        async fn respond(&self, request: tide::http::Request) -> tide::http::Response {
            let room = [0u8; 65_536];
            crate::runtime::yield_now().await;
            tide::http::Response::new(if room[request.url().path().len()] == 0 { 200 } else { 500 })
        }
        fn take(self: Arc<Self>, (): (), _: Takeover) {}
    }

    /// The bytes of the future that a function returns.
    fn size<A, F>(_: impl Fn(A) -> F) -> usize {
        size_of::<F>()
    }

    #[test]
    fn a_connection_between_requests_is_small_however_large_the_service() {
        let bytes = size(Conn::<Large>::run);
        assert!(bytes <= 2048, "{bytes} bytes");
    }
}
