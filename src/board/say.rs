//! What a publication says aloud: the sentences of the entries that are new in it.

use crate::domain::Seq;
use crate::domain::event;
use crate::domain::game::Game;
use crate::wire::{Level, Say, Urgency};
use crate::words::catalogue::Voice;
use crate::words::sentence;

/// How many lines one publication says; of more only the number is told.
pub const MOST: usize = 10;

/// The lines of these events, in their order. Entries that are not told have none.
#[must_use]
pub fn lines(game: &Game, voice: &Voice, news: &[Seq]) -> Vec<Say> {
    let told = news.iter().filter_map(|seq| {
        let entry = game.entry(*seq)?;
        let sentence = voice.spoken(game, entry)?;
        let level = match sentence.level {
            sentence::Level::Always => Level::Always,
            sentence::Level::Key => Level::Key,
            sentence::Level::All => Level::All,
        };
        let to = match sentence.to {
            event::Urgency::Polite => Urgency::Polite,
            event::Urgency::Assertive => Urgency::Assertive,
        };
        let order = entry.order.to_string();
        Some(Say { seq: *seq, key: sentence.key, level, to, order, text: sentence.text })
    });
    let mut lines: Vec<Say> = told.collect();
    if lines.len() <= MOST {
        return lines;
    }
    let Some(last) = lines.last().map(|line| line.seq) else { return lines };
    let summary = voice.many(lines.len(), game);
    // What everybody must hear is not lost in a number.
    lines.retain(|line| line.level == Level::Always);
    lines.drain(..lines.len().saturating_sub(MOST - 1));
    let (key, order) = ("many".to_owned(), String::new());
    lines.push(Say { seq: last, key, level: Level::Key, to: Urgency::Polite, order, text: summary });
    lines
}
