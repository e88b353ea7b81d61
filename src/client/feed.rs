//! Sending to a box until it has answered: patient with a box that restarts or is full, and never twice,
//! because everything carries an id the box knows again.

use std::time::Duration;

use serde_json::Value;

use super::ClientError;
use super::http::{Answer, Client, Post};
use super::url::Base;
use crate::runtime;

/// The first wait after a failure; each further one is twice as long, up to [`LONGEST`].
const SHORTEST: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(5);

/// A feed of games and commands into one box.
#[derive(Debug)]
pub struct Feed {
    client: Client,
    patience: Duration,
}

/// What became of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It stands in the log under this number.
    Accepted(u64),
    /// The box refuses it, and says why.
    Refused(String),
}

/// Why a feed cannot go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FeedError {
    /// No answer, for longer than the feed is patient.
    Lost(ClientError),
    /// The box answers that it cannot, for longer than the feed is patient.
    Busy(String),
    /// The token is missing, wrong or of the wrong role.
    Forbidden(String),
    /// The box refuses what nothing else can replace, such as the game itself.
    Refused(String),
    /// The answer is none a box gives.
    Nonsense(ClientError),
}

impl std::fmt::Display for FeedError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Lost(error) | Self::Nonsense(error) => error.fmt(f),
            Self::Busy(why) => write!(f, "the box cannot take it now: {why}; try again later"),
            Self::Forbidden(why) => write!(
                f,
                "the box does not allow it: {why}; make a token with `touchline token create --role organiser` \
                 and give it with --token"
            ),
            Self::Refused(why) => write!(f, "the box refuses it: {why}"),
        }
    }
}

impl std::error::Error for FeedError {}

impl Feed {
    /// A feed into the box at `base`, which keeps trying for `patience` while no answer comes.
    #[must_use]
    pub fn new(base: Base, token: Option<String>, patience: Duration) -> Self {
        Self { client: Client::new(base, token), patience }
    }

    /// Sets a game up; `key` makes sure that it is set up once.
    ///
    /// # Errors
    /// When the box refuses it, or cannot be reached.
    pub async fn create_game(&mut self, key: &str, game: &Value) -> Result<u64, FeedError> {
        let answer = self.send("/api/v1/games", Some(key), game).await?;
        if !answer.is_success() {
            return Err(FeedError::Refused(answer.refusal()));
        }
        number(&answer, "id")
    }

    /// Sends a command, whose JSON holds its `id`, to a game.
    ///
    /// # Errors
    /// When the box cannot be reached or lets nobody in; a refusal by the rules is an [`Outcome`].
    pub async fn command(&mut self, game: u64, command: &Value) -> Result<Outcome, FeedError> {
        let answer = self.send(&format!("/api/v1/games/{game}/commands"), None, command).await?;
        if answer.is_success() {
            number(&answer, "seq").map(Outcome::Accepted)
        } else {
            Ok(Outcome::Refused(answer.refusal()))
        }
    }

    /// The board of a game that holds event `seq`; nothing where the box does not show it.
    ///
    /// # Errors
    /// When the box cannot be reached.
    pub async fn board(&mut self, game: u64, seq: u64) -> Result<Option<Value>, FeedError> {
        let answer = self.client.get(&format!("/api/v1/games/{game}?min_seq={seq}")).await;
        match answer {
            Ok(answer) if answer.is_success() => answer.json().map(Some).map_err(FeedError::Nonsense),
            Ok(_) => Ok(None),
            Err(error) if error.passes() => Ok(None),
            Err(error) => Err(FeedError::Nonsense(error)),
        }
    }

    async fn send(&mut self, path: &str, key: Option<&str>, json: &Value) -> Result<Answer, FeedError> {
        let mut waited = Duration::ZERO;
        let mut wait = SHORTEST;
        loop {
            let (pause, last) = match self.client.post(path, Post { key, json }).await {
                Ok(answer) => match answer.status {
                    401 | 403 => return Err(FeedError::Forbidden(answer.refusal())),
                    429 | 502 | 503 | 504 => {
                        let asked = answer.header("retry-after").and_then(|text| text.parse().ok());
                        let asked = asked.map_or(Duration::ZERO, Duration::from_secs);
                        (wait.max(asked), FeedError::Busy(answer.refusal()))
                    }
                    _ => return Ok(answer),
                },
                Err(error) if error.passes() => (wait, FeedError::Lost(error)),
                Err(error) => return Err(FeedError::Nonsense(error)),
            };
            if waited + pause > self.patience {
                return Err(last);
            }
            runtime::sleep(pause).await;
            waited += pause;
            wait = (wait * 2).min(LONGEST);
        }
    }
}

fn number(answer: &Answer, field: &str) -> Result<u64, FeedError> {
    let json = answer.json().map_err(FeedError::Nonsense)?;
    json.get(field)
        .and_then(Value::as_u64)
        .ok_or_else(|| FeedError::Refused(format!("status {} without `{field}`", answer.status)))
}
