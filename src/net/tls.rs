//! TLS from an operator's certificate: read once at start, shared by all connections of a listener.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_rustls::TlsAcceptor;
use futures_rustls::pki_types::pem::PemObject as _;
use futures_rustls::pki_types::{CertificateDer, PrivateKeyDer};
use futures_rustls::rustls::{ServerConfig, crypto, version};

use super::listen::SetupError;
use super::socket::Socket;
use crate::runtime;

/// Plaintext rustls may hold for a client that does not read.
const BUFFERED: usize = 16 * 1024;

/// A certificate with its key, ready to serve.
#[derive(Clone, Debug)]
pub struct TlsConfig(Arc<ServerConfig>);

/// Reads a certificate chain and its private key, both in PEM.
///
/// # Errors
/// A file that cannot be read or holds something else, or a key that does not belong to the certificate.
pub fn tls_config(cert_pem: &Path, key_pem: &Path) -> Result<TlsConfig, SetupError> {
    let no_certificate = |cause: String| {
        SetupError::new("read the TLS certificate", cert_pem.display(), cause)
            .hint("it must be readable for the box and hold CERTIFICATE blocks in PEM, its own first")
    };
    let certificates: Vec<_> = CertificateDer::pem_file_iter(cert_pem)
        .and_then(Iterator::collect)
        .map_err(|error| no_certificate(error.to_string()))?;
    if certificates.is_empty() {
        return Err(no_certificate("no certificate in it".to_owned()));
    }
    let key = PrivateKeyDer::from_pem_file(key_pem).map_err(|error| {
        SetupError::new("read the TLS key", key_pem.display(), error)
            .hint("it must be readable for the box and hold one PRIVATE KEY block in PEM, not encrypted")
    })?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_protocol_versions(&[&version::TLS13, &version::TLS12])
        .map(|builder| builder.with_no_client_auth())
        .and_then(|builder| builder.with_single_cert(certificates, key))
        .map_err(|error| {
            SetupError::new("use the TLS certificate", cert_pem.display(), error)
                .hint("certificate and key must belong together")
        })?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConfig(Arc::new(config)))
}

impl TlsConfig {
    /// Shakes hands within `limit`; `None` when the other end does not get there.
    pub(super) async fn accept(
        self,
        tcp: smol::Async<std::net::TcpStream>,
        limit: Duration,
    ) -> Option<Socket> {
        let mut stream = runtime::timeout(limit, TlsAcceptor::from(self.0).accept(tcp)).await?.ok()?;
        stream.get_mut().1.set_buffer_limit(Some(BUFFERED));
        Some(Socket::Tls(Box::new(stream)))
    }
}
