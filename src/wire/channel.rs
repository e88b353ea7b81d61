//! Channel names as text: written, and read strictly.

use std::fmt;
use std::str::FromStr;

use super::{BadName, ChannelName, Subject, number};

impl ChannelName {
    /// The channel of a subject in the venue's default language.
    #[must_use]
    pub fn new(subject: Subject) -> Self {
        Self { subject, lang: None }
    }

    /// The same subject in the given language, as named by a tag like `de` or `pt-BR`.
    ///
    /// # Errors
    /// When the subject has no words or the tag is not a language tag.
    pub fn in_language(self, lang: &str) -> Result<Self, BadName> {
        format!("{}@{lang}", Self::new(self.subject)).parse()
    }

    /// Whether only staff may follow it.
    #[must_use]
    pub fn is_staff(&self) -> bool {
        matches!(self.subject, Subject::Desk(_) | Subject::Ops | Subject::Moderation)
    }

    fn takes_language(subject: Subject) -> bool {
        matches!(subject, Subject::Games | Subject::Venue | Subject::Game(_) | Subject::Poll(_))
    }
}

impl fmt::Display for ChannelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.subject {
            Subject::Games => f.write_str("games")?,
            Subject::Venue => f.write_str("venue")?,
            Subject::Game(id) => write!(f, "game/{id}")?,
            Subject::Chat(id) => write!(f, "game/{id}/chat")?,
            Subject::Desk(id) => write!(f, "game/{id}/desk")?,
            Subject::Poll(id) => write!(f, "poll/{id}")?,
            Subject::Me => f.write_str("me")?,
            Subject::Ops => f.write_str("ops")?,
            Subject::Moderation => f.write_str("moderation")?,
        }
        self.lang.as_ref().map_or(Ok(()), |lang| write!(f, "@{lang}"))
    }
}

impl FromStr for ChannelName {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        let bad = || {
            BadName::new(
                "channel",
                text,
                "games, venue, game/7, game/7@de, game/7/chat, game/7/desk, poll/3, me, ops or moderation",
            )
        };
        let (path, lang) = text.split_once('@').map_or((text, None), |(path, lang)| (path, Some(lang)));
        let mut parts = path.split('/');
        let subject = match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some("games"), None, ..) => Subject::Games,
            (Some("venue"), None, ..) => Subject::Venue,
            (Some("me"), None, ..) => Subject::Me,
            (Some("ops"), None, ..) => Subject::Ops,
            (Some("moderation"), None, ..) => Subject::Moderation,
            (Some("game"), Some(id), None, _) => Subject::Game(number(id).ok_or_else(bad)?),
            (Some("poll"), Some(id), None, _) => Subject::Poll(number(id).ok_or_else(bad)?),
            (Some("game"), Some(id), Some("chat"), None) => Subject::Chat(number(id).ok_or_else(bad)?),
            (Some("game"), Some(id), Some("desk"), None) => Subject::Desk(number(id).ok_or_else(bad)?),
            _ => return Err(bad()),
        };
        if lang.is_some_and(|lang| !Self::takes_language(subject) || !is_language_tag(lang)) {
            return Err(bad());
        }
        Ok(Self { subject, lang: lang.map(str::to_owned) })
    }
}

/// The shape of a BCP 47 tag, not its registry: the locales decide what exists.
fn is_language_tag(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let primary = parts.next().unwrap_or_default();
    (2..=3).contains(&primary.len())
        && primary.bytes().all(|b| b.is_ascii_lowercase())
        && tag.len() <= 35
        && parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}
