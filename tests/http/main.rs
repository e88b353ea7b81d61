//! HTTP on raw sockets: what a client may send, what it gets for it, and what cannot harm the others.
//!
//! The server is the real one on loopback with a small tide application behind; the clients write bytes.

mod answers;
mod limits;
mod overload;
mod refused;
mod rig;
mod takeover;
mod tls;
