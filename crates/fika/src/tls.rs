//! TLS with the operator's certificate, which may be renewed while the server runs.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use thiserror::Error;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(5);
/// How long a client may take to shake hands.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Why there is no certificate.
#[derive(Debug, Error)]
pub enum TlsError {
    /// A file that cannot be read as PEM.
    #[error("{} cannot be read as PEM", path.display())]
    Pem {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        source: pem::Error,
    },
    /// A file that is not there.
    #[error("{} cannot be looked at", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// No certificate, or a key that is not its own.
    #[error("the certificate cannot be used with that key")]
    Pair(#[from] rustls::Error),
}

/// What connections are secured with. Clones are the same.
#[derive(Clone)]
pub struct Tls {
    acceptor: TlsAcceptor,
    certificate: Arc<Certificate>,
}

/// A certificate as it is now.
#[derive(Debug)]
struct Certificate {
    files: Files,
    current: ArcSwap<CertifiedKey>,
}

#[derive(Debug, Clone)]
struct Files {
    chain: PathBuf,
    key: PathBuf,
}

impl Files {
    fn read(&self, provider: &CryptoProvider) -> Result<CertifiedKey, TlsError> {
        let chain: Result<Vec<_>, _> =
            CertificateDer::pem_file_iter(&self.chain).and_then(Iterator::collect);
        let chain = chain.map_err(pem_error(&self.chain))?;
        let key = PrivateKeyDer::from_pem_file(&self.key).map_err(pem_error(&self.key))?;
        Ok(CertifiedKey::from_der(chain, key, provider)?)
    }

    /// When they were changed last.
    fn changed(&self) -> Result<[SystemTime; 2], TlsError> {
        let at = |path: &PathBuf| {
            let changed = std::fs::metadata(path).and_then(|file| file.modified());
            changed.map_err(|source| TlsError::File { path: path.clone(), source })
        };
        Ok([at(&self.chain)?, at(&self.key)?])
    }
}

fn pem_error(path: &Path) -> impl FnOnce(pem::Error) -> TlsError {
    move |source| TlsError::Pem { path: path.into(), source }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current.load_full())
    }
}

impl Tls {
    /// With a chain of certificates and its key, both PEM.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn open(chain: &Path, key: &Path) -> Result<Self, TlsError> {
        let provider = Arc::new(ring::default_provider());
        let files = Files { chain: chain.into(), key: key.into() };
        let current = ArcSwap::from_pointee(files.read(&provider)?);
        let certificate = Arc::new(Certificate { files, current });
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&certificate) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), certificate })
    }

    /// Secures a connection.
    ///
    /// # Errors
    /// A client that speaks no TLS, or takes too long.
    pub async fn secure(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        timeout(HANDSHAKE, self.acceptor.accept(stream)).await?
    }

    /// Takes up what is renewed, for ever. A pair that cannot be used leaves the one before.
    pub async fn follow(self) {
        let provider = ring::default_provider();
        let Certificate { files, current } = &*self.certificate;
        let mut seen = files.changed().ok();
        loop {
            sleep(LOOK).await;
            let now = files.changed().ok();
            if now.is_none() || now == seen {
                continue;
            }
            match files.read(&provider) {
                Ok(renewed) => {
                    current.store(Arc::new(renewed));
                    tracing::info!("the certificate was renewed");
                    seen = now;
                }
                // Its key may follow in a moment: it is looked at again.
                Err(error) => tracing::warn!(
                    error = fika_model::error::chain(&error),
                    "the renewed certificate cannot be used: the one before stays"
                ),
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_certificate_is_told_by_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let (chain, key) = (folder.path().join("chain.pem"), folder.path().join("key.pem"));
        let told = |chain: &Path, key: &Path| Tls::open(chain, key).err().unwrap().to_string();
        assert!(told(&chain, &key).contains("chain.pem"));
        std::fs::write(&chain, "").unwrap();
        std::fs::write(&key, "no key").unwrap();
        assert!(told(&chain, &key).contains("key.pem"));
    }
}
