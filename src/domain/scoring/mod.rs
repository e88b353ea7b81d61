//! The scoring models: how an entry of the sport's own kind changes the state. One file a model.

pub mod shootout;
pub mod tally;
