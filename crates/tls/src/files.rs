//! The operator's certificate, which may be renewed while the server runs.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use tokio::time::sleep;

use crate::TlsError;
use crate::shown::Shown;

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(5);

/// A certificate and its key.
pub(crate) struct Files {
    chain: PathBuf,
    key: PathBuf,
    pub(crate) shown: Arc<Shown>,
}

impl Files {
    /// Reads them for the first time.
    pub(crate) fn open(chain: &Path, key: &Path) -> Result<Self, TlsError> {
        let files = Self { chain: chain.into(), key: key.into(), shown: Arc::default() };
        files.shown.show(files.read()?);
        Ok(files)
    }

    fn read(&self) -> Result<CertifiedKey, TlsError> {
        let chain = chain_of(&self.chain)?;
        let key = PrivateKeyDer::from_pem_file(&self.key).map_err(pem_error(&self.key))?;
        Ok(CertifiedKey::from_der(chain, key, &ring::default_provider())?)
    }

    /// When they were changed last.
    fn changed(&self) -> Result<[SystemTime; 2], TlsError> {
        let at = |path: &PathBuf| {
            let changed = std::fs::metadata(path).and_then(|file| file.modified());
            changed.map_err(|source| TlsError::File { path: path.clone(), source })
        };
        Ok([at(&self.chain)?, at(&self.key)?])
    }

    /// Takes up what is renewed, for ever. A pair that cannot be used leaves the one before.
    pub(crate) async fn follow(&self) {
        let mut seen = self.changed().ok();
        loop {
            sleep(LOOK).await;
            let now = self.changed().ok();
            if now.is_none() || now == seen {
                continue;
            }
            match self.read() {
                Ok(renewed) => {
                    self.shown.show(renewed);
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

/// All certificates of a file.
pub(crate) fn chain_of(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
    chain.map_err(pem_error(path))
}

fn pem_error(path: &Path) -> impl FnOnce(pem::Error) -> TlsError {
    move |source| TlsError::Pem { path: path.into(), source }
}
