//! The address under which another device reaches this box, for links on paper and in QR codes.

use std::net::IpAddr;

use super::request::{self, Request};
use crate::runtime::machine;

/// `path` as a whole address. It is where the asking browser sees the box, unless that is the box's own screen,
/// whose `localhost` means something else on every phone.
pub(crate) fn of(request: &Request, path: &str) -> String {
    let scheme = if request::peer(request).tls { "https" } else { "http" };
    let host = request::header(request, "host").unwrap_or_default();
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => (name, format!(":{port}")),
        _ => (host, String::new()),
    };
    let bare = name.trim_matches(['[', ']']);
    let own = bare == "localhost" || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    let config = &request.state().config;
    let everywhere = config.staff_listen.unwrap_or(config.listen).ip().is_unspecified();
    let name = match config.hosts.first() {
        Some(name) if own => name.clone(),
        None if own && everywhere => {
            machine::lan_address().map_or_else(|| name.to_owned(), |ip| ip.to_string())
        }
        _ => name.to_owned(),
    };
    format!("{scheme}://{name}{port}{path}")
}
