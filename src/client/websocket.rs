//! A WebSocket to a box: messages of the public JSON, one at a time.

use async_tungstenite::tungstenite::client::IntoClientRequest as _;
use async_tungstenite::tungstenite::http::HeaderValue;
use async_tungstenite::tungstenite::http::header::{AUTHORIZATION, SEC_WEBSOCKET_PROTOCOL};
use async_tungstenite::tungstenite::protocol::WebSocketConfig;
use async_tungstenite::tungstenite::{Error, Message};
use async_tungstenite::{WebSocketStream, client_async_with_config};
use serde_json::Value;
use smol::net::TcpStream;

use super::http::connect;
use super::url::Base;
use super::{ANSWER_LIMIT, Cause, ClientError};
use crate::runtime;

/// The subprotocol a box speaks.
const PROTOCOL: &str = "touchline.v1";
/// Far above any message of a box.
const MESSAGE_LIMIT: usize = 1024 * 1024;

/// An open WebSocket. Dropping it closes the connection without a word.
#[derive(Debug)]
pub struct Live {
    socket: WebSocketStream<TcpStream>,
    what: String,
}

impl Live {
    /// Opens `/live/ws` with a query such as `ch=venue&ch=game/7`.
    ///
    /// # Errors
    /// When nobody answers, or the box refuses the upgrade.
    pub async fn open(base: &Base, query: &str, token: Option<&str>) -> Result<Self, ClientError> {
        let path = if query.is_empty() { "/live/ws".to_owned() } else { format!("/live/ws?{query}") };
        let what = format!("GET ws://{}{path}", base.authority());
        let fail = |cause| ClientError { what: what.clone(), cause };
        let address = format!("ws://{}{path}", base.authority());
        let mut request =
            address.into_client_request().map_err(|error| fail(Cause::Address(error.to_string())))?;
        request.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(PROTOCOL));
        if let Some(token) = token {
            let value = HeaderValue::try_from(format!("Bearer {token}"))
                .map_err(|_| fail(Cause::Address("the token holds characters no token has".to_owned())))?;
            request.headers_mut().insert(AUTHORIZATION, value);
        }
        let stream = connect(base).await.map_err(fail)?;
        let limits = WebSocketConfig::default()
            .max_message_size(Some(MESSAGE_LIMIT))
            .max_frame_size(Some(MESSAGE_LIMIT));
        let handshake = client_async_with_config(request, stream, Some(limits));
        match runtime::timeout(ANSWER_LIMIT, handshake).await {
            None => Err(fail(Cause::Late(ANSWER_LIMIT))),
            Some(Err(Error::Http(answer))) => {
                Err(fail(Cause::Nonsense(format!("refused with status {}", answer.status().as_u16()))))
            }
            Some(Err(Error::Io(error))) => Err(fail(Cause::Broken(error.to_string()))),
            Some(Err(error)) => Err(fail(Cause::Nonsense(error.to_string()))),
            Some(Ok((socket, _))) => Ok(Self { socket, what }),
        }
    }

    /// The next message; nothing once the box has closed the connection. Waits as long as it takes: wrap it
    /// in a time-out. Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// When the connection broke, or something came that is not JSON.
    pub async fn next(&mut self) -> Result<Option<Value>, ClientError> {
        use smol::stream::StreamExt as _;
        loop {
            let message = match self.socket.next().await {
                None | Some(Err(Error::ConnectionClosed | Error::AlreadyClosed)) => return Ok(None),
                Some(Ok(message)) => message,
                Some(Err(error)) => return Err(self.fail(Cause::Broken(error.to_string()))),
            };
            match message {
                Message::Text(text) => {
                    let parsed = serde_json::from_str(text.as_str());
                    let wrong = |error| self.fail(Cause::Nonsense(format!("a message is not JSON: {error}")));
                    return parsed.map(Some).map_err(wrong);
                }
                Message::Binary(_) => return Err(self.fail(Cause::Nonsense("a binary message".to_owned()))),
                Message::Close(_) => return Ok(None),
                // Pings are answered beneath.
                Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
            }
        }
    }

    /// Sends a message, such as a command.
    ///
    /// # Errors
    /// When the connection broke, or the box takes nothing for 15 s.
    pub async fn send(&mut self, message: &Value) -> Result<(), ClientError> {
        let sending = self.socket.send(Message::text(message.to_string()));
        match runtime::timeout(ANSWER_LIMIT, sending).await {
            None => Err(self.fail(Cause::Late(ANSWER_LIMIT))),
            Some(Err(error)) => Err(self.fail(Cause::Broken(error.to_string()))),
            Some(Ok(())) => Ok(()),
        }
    }

    /// Says goodbye properly.
    pub async fn close(mut self) {
        let _ = runtime::timeout(ANSWER_LIMIT, self.socket.close(None)).await;
    }

    fn fail(&self, cause: Cause) -> ClientError {
        ClientError { what: self.what.clone(), cause }
    }
}
