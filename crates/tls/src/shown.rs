//! The certificates that clients are shown now.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwapOption;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

/// What an issuer offers that looks whether a name is ours (RFC 8737).
pub(crate) const CHALLENGE: &[u8] = b"acme-tls/1";

/// One certificate for everybody, and one a name for an issuer that looks.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    current: ArcSwapOption<CertifiedKey>,
    challenges: Mutex<HashMap<String, Arc<CertifiedKey>>>,
}

impl Shown {
    /// Shows that one from now on.
    pub(crate) fn show(&self, certificate: CertifiedKey) {
        self.current.store(Some(Arc::new(certificate)));
    }

    /// Shows issuers that one when they ask for the name.
    pub(crate) fn challenge(&self, name: &str, certificate: CertifiedKey) {
        self.challenges().insert(name.into(), Arc::new(certificate));
    }

    /// Shows issuers none any more.
    pub(crate) fn end_challenges(&self) {
        self.challenges().clear();
    }

    fn challenges(&self) -> MutexGuard<'_, HashMap<String, Arc<CertifiedKey>>> {
        self.challenges.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let looks = hello.alpn().is_some_and(|mut offered| offered.any(|one| one == CHALLENGE));
        if looks {
            let name = hello.server_name()?.to_ascii_lowercase();
            return self.challenges().get(&name).cloned();
        }
        self.current.load_full()
    }
}
