//! A sport's rules with a game's parameters put in.

use std::collections::BTreeMap;

use super::{Rules, Sport};
use crate::domain::Rejection;
use crate::domain::event::Param;

impl Sport {
    /// The rules with these parameters in place of the file's defaults.
    ///
    /// # Errors
    /// `unknown-parameter`, or `invalid-parameter` for a value of another kind or out of its range.
    pub fn rules(&self, params: &BTreeMap<String, Param>) -> Result<Rules, Rejection> {
        let _ = params;
        todo!()
    }
}
