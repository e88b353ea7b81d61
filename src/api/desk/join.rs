//! A game that is entered late: the commands that bring it to where it stands on the field, one after another.
//!
//! Called by the desk's form "Join in the middle". What the box has seen already is left alone; the periods before the
//! chosen one begin and end, its clock is set, and the counts are put right by hand, which everybody is told.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{State, commands, decode, game_of};
use crate::api::form::{Form, clock_value};
use crate::auth::Who;
use crate::domain::GameId;
use crate::domain::command::CommandBody;
use crate::domain::game::Game;
use crate::domain::sport::SegmentKind;
use crate::wire::Problem;

/// More periods than any sport has.
const STEPS: usize = 40;

/// Brings the game to the period, clock and counts of the form; the id and number of the last command.
///
/// # Errors
/// The first refusal; what was accepted before it stands.
pub(super) async fn in_the_middle(
    state: &Arc<State>,
    who: &Who,
    game: u64,
    form: &Form,
) -> Result<(String, Option<u64>), Problem> {
    let id = form.get("id").unwrap_or("join").to_owned();
    let mut steps = Steps { state, who, game, id, last: None };
    let wanted = form.get("segment").unwrap_or_default();
    for _ in 0..STEPS {
        let now = game_of(state, game).await?;
        let Some(next) = towards(&now, wanted) else { break };
        let name = format!("{next}-{}", now.state().segments.len());
        steps.send(&name, &json!({ "type": "segment", "do": next })).await?;
    }
    if let Some(clock) = form.get("clock") {
        let value_ms = clock_value(clock)?;
        steps.send("clock", &json!({ "type": "clock", "do": "set", "value_ms": value_ms })).await?;
    }
    for (name, typed) in form.with_prefix("count.") {
        let Some((counter, side)) = name.split_once('.') else { continue };
        let Ok(to) = typed.trim().parse::<i64>() else {
            let detail = format!("`{typed}` is no whole number.");
            return Err(Problem::new(422, "invalid-value", detail));
        };
        let set = json!({ "type": "adjust", "counter": counter, "side": side, "to": to });
        steps.send(name, &set).await?;
    }
    let Some((id, seq)) = steps.last else {
        let detail = "The game stands there already, and the form gives neither a clock nor a count.";
        return Err(Problem::new(422, "invalid-value", detail));
    };
    Ok((id, seq))
}

/// What brings the game nearer to that period: nothing once it is on, or where no way leads there.
fn towards(game: &Game, wanted: &str) -> Option<&'static str> {
    let sport = game.sport();
    let wanted = sport.segment(wanted)?;
    let now = game.state().segment.filter(|_| !game.state().state.is_over());
    match now {
        Some(on) if on == wanted => None,
        Some(on) if on > wanted => None,
        Some(on) if sport.segments[on].kind != SegmentKind::Interval => Some("end"),
        _ => game.next_segment().filter(|next| *next <= wanted).map(|_| "start"),
    }
}

struct Steps<'a> {
    state: &'a Arc<State>,
    who: &'a Who,
    game: u64,
    /// The form's id; each command adds what it does, so that a form sent twice does nothing twice.
    id: String,
    last: Option<(String, Option<u64>)>,
}

impl Steps<'_> {
    async fn send(&mut self, name: &str, body: &Value) -> Result<(), Problem> {
        let source = body.to_string();
        let command = decode::play(body.as_object().cloned().unwrap_or_default())?;
        let id = format!("{}-{name}", self.id);
        let body = CommandBody::Play { game: GameId(self.game), expect_seq: None, play: command.play };
        let pending = commands::submit(self.state, self.who, Some(id.clone()), source.as_bytes(), body)?;
        let accepted = commands::accepted(&pending.await)?;
        self.last = Some((id, accepted.seqs.last().copied()));
        Ok(())
    }
}
