//! Close codes, of `bye` and of WebSocket closes: RFC 6455 §7.4 and our own.
//!
//! 4000–4099 mean "come back", 4100–4199 "do not".

/// The client asked for it, or everything is said.
pub const NORMAL: u16 = 1000;
/// The client broke RFC 6455.
pub const PROTOCOL: u16 = 1002;
/// A binary message, where only text is understood.
pub const UNSUPPORTED: u16 = 1003;
/// Text that is not UTF-8.
pub const NOT_TEXT: u16 = 1007;
/// More or faster than a client may.
pub const POLICY: u16 = 1008;
/// One message larger than a client may send.
pub const TOO_BIG: u16 = 1009;
/// The box is being restarted.
pub const RESTART: u16 = 1012;
/// No place for another held connection; `use` says where to go meanwhile.
pub const FULL: u16 = 1013;
/// A channel of this connection has ended or begun anew: connect again.
pub const CHANNEL: u16 = 4000;
/// Nothing was heard or taken from this client for too long.
pub const STALLED: u16 = 4001;
