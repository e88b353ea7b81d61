//! What a command would change, shown before it is sent: decided and applied to a copy of the game, and forgotten.
//!
//! Called for `POST …/commands?dry_run=1` and by the desk's page that asks before it corrects. Nothing is stored and
//! no number is used up; what is accepted now may be refused a moment later.

use serde_json::{Map, Value, json};

use super::{State, problem};
use crate::auth::Who;
use crate::domain::GameId;
use crate::domain::command::Play;
use crate::domain::event::{Event, Stream};
use crate::domain::game::{Game, GameEntry};
use crate::domain::{apply, decide, scorer};
use crate::formats::command::CommandForm;
use crate::wire::Problem;
use crate::words::catalogue::Voice;

/// What an accepted command would be called by: it has no number yet.
const COMMAND: &str = "preview";

/// What the command would change, or the refusal it would meet.
///
/// # Errors
/// The refusal by the rules, `unknown-game`, or that the log cannot be read.
pub(super) async fn of(
    state: &State,
    who: &Who,
    game: GameId,
    form: &CommandForm,
    lang: &str,
) -> Result<Value, Problem> {
    let found = state.ledger.game(game).await;
    let found = found.map_err(|error| problem::internal("read the game", error))?;
    let before = found.ok_or_else(problem::not_found)?;
    if !who.scope.holds(game, before.setup.venue.as_deref()) {
        return Err(Problem::new(
            403,
            "not-assigned",
            "You enter scores for other games or pitches. An organiser can give you this one.",
        ));
    }
    let stamp = state.ledger.stamp();
    let decided = match &form.play {
        Play::Scorer(what) => scorer::decide(&before, what, &who.actor),
        play => scorer::allows(&before, &who.actor, play)
            .and_then(|()| decide::play(&before, play, form.expect_seq, &stamp)),
    };
    let drafts = decided.map_err(|rejection| problem::of_rejection(&rejection))?;
    let mut after = before.clone();
    for draft in drafts {
        let event = Event {
            seq: after.last_seq + 1,
            stream: draft.stream.unwrap_or(Stream::Game(game)),
            visibility: draft.visibility,
            order: draft.order,
            stamp,
            actor: who.actor.clone(),
            command: COMMAND.to_owned(),
            body: draft.body,
        };
        apply::apply(&mut after, &event);
    }
    Ok(told(&before, &after, state.words.voice(lang)))
}

fn told(before: &Game, after: &Game, voice: &Voice) -> Value {
    let mut told = Map::new();
    told.insert("outcome".to_owned(), "would-be-accepted".into());
    told.insert(
        "score_text".to_owned(),
        json!({ "before": before.score_text(), "after": after.score_text() }),
    );
    let counts = |entry: &&GameEntry| entry.counts();
    let still = |seq| after.entry(seq).is_some_and(GameEntry::counts);
    let gone: Map<String, Value> = before
        .entries()
        .iter()
        .filter(counts)
        .filter(|entry| !still(entry.seq))
        .filter_map(|entry| Some((entry.seq.to_string(), voice.entry(before, entry)?.text.into())))
        .collect();
    told.insert("gone".to_owned(), gone.into());
    let new = after.entries().iter().filter(|entry| entry.seq > before.last_seq);
    // The correction itself is told where nothing stands in the place of what goes.
    let words: Vec<String> = new
        .filter(|entry| entry.counts())
        .filter_map(|entry| Some(voice.entry(after, entry)?.text))
        .collect();
    if !words.is_empty() {
        told.insert("added".to_owned(), words.join(" ").into());
    }
    told.into()
}
