//! Events, corrections and states as sentences, by language.
