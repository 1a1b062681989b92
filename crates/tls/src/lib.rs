//! How connections of clients are secured.
//!
//! - [`Tls`]: shakes hands, and keeps its certificate good ([`Tls::follow`])
//! - `shown`: the certificates that clients are shown now
//! - `files`: the operator's certificate, which may be renewed while the server runs
//! - [`acme`]: one that is ordered from an issuer (RFC 8555), and renewed
#![forbid(unsafe_code)]

pub mod acme;
mod files;
mod shown;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem;
use thiserror::Error;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::acme::{Acme, AcmeOptions};
use crate::files::Files;
use crate::shown::{CHALLENGE, Shown};

/// How long a client may take to shake hands.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// HTTP/2, as clients offer it.
const HTTP2: &[u8] = b"h2";

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
    /// A file that is not there, or cannot be written.
    #[error("{} cannot be used", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// What is kept of an issuer, and is not what was written.
    #[error("{} is damaged: move it away, and a new certificate is ordered", path.display())]
    Kept {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// No certificate, or a key that is not its own.
    #[error("the certificate cannot be used with that key")]
    Pair(#[from] rustls::Error),
}

/// What connections are secured with. Clones are the same.
#[derive(Clone)]
pub struct Tls {
    acceptor: TlsAcceptor,
    source: Source,
}

/// A connection that nobody can read along.
pub struct Secured {
    /// What is said over it.
    pub stream: TlsStream<TcpStream>,
    /// Whether HTTP/2 was agreed on; else it is HTTP/1.1.
    pub http2: bool,
}

/// Where the certificate comes from.
#[derive(Clone)]
enum Source {
    Files(Arc<Files>),
    Acme(Arc<Acme>),
}

impl Tls {
    /// With a chain of certificates and its key, both PEM.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn open(chain: &Path, key: &Path) -> Result<Self, TlsError> {
        let files = Files::open(chain, key)?;
        let acceptor = acceptor(&files.shown, &[])?;
        Ok(Self { acceptor, source: Source::Files(Arc::new(files)) })
    }

    /// With a certificate from an issuer: the one that is kept, until [`Self::follow`] has another. While there
    /// is none, nobody can shake hands.
    ///
    /// # Errors
    /// [`TlsError`], of what is kept.
    pub fn order(options: AcmeOptions) -> Result<Self, TlsError> {
        let acme = Acme::open(options)?;
        let acceptor = acceptor(acme.shown(), &[CHALLENGE])?;
        Ok(Self { acceptor, source: Source::Acme(Arc::new(acme)) })
    }

    /// Secures a connection; none for an issuer's, who only wanted to see the certificate.
    ///
    /// # Errors
    /// A client that speaks no TLS, or takes too long.
    pub async fn secure(&self, stream: TcpStream) -> io::Result<Option<Secured>> {
        let stream = timeout(HANDSHAKE, self.acceptor.accept(stream)).await??;
        let agreed = stream.get_ref().1.alpn_protocol();
        if agreed == Some(CHALLENGE) {
            return Ok(None);
        }
        let http2 = agreed == Some(HTTP2);
        Ok(Some(Secured { stream, http2 }))
    }

    /// Takes up what is renewed, and renews what nobody else does, for ever.
    pub async fn follow(self) {
        match self.source {
            Source::Files(files) => files.follow().await,
            Source::Acme(acme) => acme.follow().await,
        }
    }
}

fn acceptor(shown: &Arc<Shown>, more: &[&[u8]]) -> Result<TlsAcceptor, TlsError> {
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_cert_resolver(shown.clone());
    let protocols = [HTTP2, b"http/1.1"].into_iter().chain(more.iter().copied());
    config.alpn_protocols = protocols.map(<[u8]>::to_vec).collect();
    Ok(TlsAcceptor::from(Arc::new(config)))
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
