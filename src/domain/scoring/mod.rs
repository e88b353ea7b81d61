//! The scoring models.
