//! Server-rendered HTML and embedded assets.
