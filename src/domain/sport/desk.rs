//! What a sport file says for the people at its desk: what they have at hand, and what can be looked at again.

/// What a commentator has at hand: section `[desk]` of the file.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct DeskDef {
    /// The ids of the actions that stand on the desk's first view, at most three; without, those that score.
    pub front: Vec<String>,
    /// Lines that are said often, one tap each. `{minute}`, `{side}` and `{player}` stand for what the desk puts
    /// in: the minute, the side's name, the player named last.
    pub phrases: Vec<String>,
}

/// Second looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewDef {
    /// `VAR`.
    pub label: String,
    /// The ids of the actions that can be looked at again; empty means any.
    pub reviews: Vec<String>,
}
