//! The same connection under TLS, with an operator's certificate.

use std::io::Write as _;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures_rustls::pki_types::pem::PemObject as _;
use futures_rustls::pki_types::{CertificateDer, ServerName};
use futures_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, crypto};
use touchline::net::Limits;
use touchline::net::tls::tls_config;

use super::rig::{BIG, Client, Rig, limits, until};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/http/data").join(name)
}

fn rig(limits: Limits) -> Rig {
    let config = tls_config(&data("box.test.cert.pem"), &data("box.test.key.pem")).unwrap();
    Rig::with_tls(limits, Some(config))
}

fn client(rig: &Rig) -> Client<StreamOwned<ClientConnection, TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(data("box.test.cert.pem")).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("box.test").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    Client::over(StreamOwned::new(connection, rig.client().stream))
}

#[test]
fn requests_pipelining_and_big_answers_work() {
    let rig = rig(limits());
    let mut client = client(&rig);
    client.send("GET /peer HTTP/1.1\r\nHost: box\r\n\r\nGET /big HTTP/1.1\r\nHost: box\r\n\r\n");
    assert_eq!(client.answer().body, "127.0.0.1 Public true");
    assert_eq!(client.answer().body.len(), BIG);
}

#[test]
fn an_upgrade_and_a_hold_work() {
    let rig = rig(limits());
    let mut client = client(&rig);
    client.send("GET /hold HTTP/1.1\r\nHost: box\r\n\r\n");
    assert_eq!(client.answer().body, "held");
    client.send("GET /ws HTTP/1.1\r\nHost: box\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nfirst");
    assert_eq!(client.head().status, 101);
    assert_eq!(client.exactly(5), "first");
}

#[test]
fn a_refusal_is_readable_and_ends_in_good_order() {
    let rig = rig(limits());
    let mut client = client(&rig);
    client.send("GET / HTTP/1.0\r\nHost: box\r\n\r\n");
    assert_eq!(client.answer().code(), "bad-version");
    assert_eq!(client.rest(), "");
}

#[test]
fn who_does_not_shake_hands_is_closed() {
    let rig = rig(Limits { handshake: Duration::from_millis(50), ..limits() });
    assert_eq!(rig.client().rest(), "");
    let mut plain = rig.client();
    plain.stream.write_all(b"GET / HTTP/1.1\r\nHost: box\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    let _ = std::io::Read::read_to_end(&mut plain.stream, &mut answer);
    assert!(!answer.starts_with(b"HTTP"));
    until("both are gone", || rig.counts.accepted() == 2 && rig.counts.open() == 0);
}

#[test]
fn files_that_are_no_certificate_are_named() {
    let (cert, key) = (data("box.test.cert.pem"), data("box.test.key.pem"));
    for (cert, key, words) in [
        (data("absent.pem"), key.clone(), "cannot read the TLS certificate"),
        (key.clone(), key.clone(), "no certificate in it"),
        (cert.clone(), cert.clone(), "cannot read the TLS key"),
    ] {
        let error = tls_config(&cert, &key).unwrap_err().to_string();
        assert!(error.contains(words) && error.contains("hint: "), "{error}");
    }
}
