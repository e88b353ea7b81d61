//! The composition root: start order and stop order.
