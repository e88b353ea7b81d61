//! How messages reach a phone: one shape, one contract.
