//! The only way in: who may, how big, the id seen before, then the ledger's inbox.
