//! What is kept of an issuer on disk, in one file that is whole or not there.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use instant_acme::AccountCredentials;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::sign::CertifiedKey;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::AcmeOptions;
use super::due::Facts;
use super::validity::Validity;
use crate::TlsError;

/// All of it.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Kept {
    /// Our account at an issuer.
    pub account: Option<Account>,
    /// The last certificate.
    pub issued: Option<Issued>,
    /// What became of the last trials, where they failed.
    trials: Option<Trials>,
}

/// An account, and where.
#[derive(Serialize, Deserialize)]
pub(super) struct Account {
    pub directory: String,
    /// [`AccountCredentials`], which are used up when an account is opened.
    credentials: Value,
}

/// A certificate, and what it is for.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Issued {
    pub directory: String,
    pub domains: Vec<String>,
    /// PEM.
    pub chain: String,
    /// PKCS #8, in Base64.
    key: String,
    pub validity: Validity,
}

/// Trials that failed, for what.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Trials {
    directory: String,
    domains: Vec<String>,
    failures: u32,
    /// When the last was, Unix seconds.
    at: i64,
}

impl Account {
    pub(super) fn new(
        directory: String,
        credentials: &AccountCredentials,
    ) -> serde_json::Result<Self> {
        Ok(Self { directory, credentials: serde_json::to_value(credentials)? })
    }

    pub(super) fn credentials(&self) -> serde_json::Result<AccountCredentials> {
        serde_json::from_value(self.credentials.clone())
    }
}

impl Issued {
    /// A chain as it came, and its key in PKCS #8; none where the chain is none.
    pub(super) fn new(options: &AcmeOptions, chain: String, key: &[u8]) -> Option<Self> {
        let first = CertificateDer::from_pem_slice(chain.as_bytes()).ok()?;
        let validity = Validity::of(&first)?;
        let AcmeOptions { directory, domains, .. } = options.clone();
        Some(Self { directory, domains, chain, key: STANDARD.encode(key), validity })
    }

    /// What clients are shown.
    pub(super) fn certificate(&self) -> Result<CertifiedKey, TlsError> {
        let odd = |_| rustls::Error::General("a certificate that is kept is no PEM".into());
        let chain: Result<Vec<_>, _> =
            CertificateDer::pem_slice_iter(self.chain.as_bytes()).collect();
        let key = STANDARD.decode(&self.key).unwrap_or_default();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key));
        Ok(CertifiedKey::from_der(chain.map_err(odd)?, key, &ring::default_provider())?)
    }

    fn is_for(&self, options: &AcmeOptions) -> bool {
        self.directory == options.directory && self.domains == options.domains
    }
}

impl Trials {
    fn are_for(&self, options: &AcmeOptions) -> bool {
        self.directory == options.directory && self.domains == options.domains
    }
}

impl Kept {
    /// What is known, seen from what is wanted.
    pub(super) fn facts(&self, options: &AcmeOptions) -> Facts {
        let issued = self.issued.as_ref().filter(|issued| issued.is_for(options));
        let trials = self.trials.as_ref().filter(|trials| trials.are_for(options));
        Facts {
            certificate: issued.map(|issued| issued.validity),
            failures: trials.map_or(0, |trials| trials.failures),
            tried: trials.map_or(0, |trials| trials.at),
        }
    }

    /// Counts a trial as failed, until it succeeds.
    pub(super) fn begin(&mut self, options: &AcmeOptions, now: i64) {
        let failures = self.facts(options).failures.saturating_add(1);
        let AcmeOptions { directory, domains, .. } = options.clone();
        self.trials = Some(Trials { directory, domains, failures, at: now });
    }

    /// The issuer knows no such account any more: the next trial makes another.
    pub(super) fn forget_account(&mut self) {
        self.account = None;
    }

    /// It did.
    pub(super) fn succeed(&mut self, issued: Issued) {
        self.issued = Some(issued);
        self.trials = None;
    }
}

/// Where it is.
pub(super) struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Makes it, where it is not there yet.
    pub(super) fn open(path: &Path) -> Result<Self, TlsError> {
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(file(path))?;
        Ok(Self { path: path.into() })
    }

    fn state(&self) -> PathBuf {
        self.path.join("state.json")
    }

    /// What is there.
    pub(super) fn load(&self) -> Result<Kept, TlsError> {
        let path = self.state();
        match fs::read(&path) {
            Ok(bytes) => {
                serde_json::from_slice(&bytes).map_err(|source| TlsError::Kept { path, source })
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Kept::default()),
            Err(error) => Err(file(&path)(error)),
        }
    }

    /// Puts it there, on disk when this is back.
    pub(super) fn save(&self, kept: &Kept) -> Result<(), TlsError> {
        let (path, next) = (self.state(), self.path.join("state.json.new"));
        let bytes = serde_json::to_vec_pretty(kept)
            .map_err(|source| TlsError::Kept { path: path.clone(), source })?;
        write(&next, &bytes)
            .and_then(|()| fs::rename(&next, &path))
            .and_then(|()| File::open(&self.path)?.sync_all())
            .map_err(file(&path))
    }
}

/// Keys are in it: nobody else may read it, from its first byte on.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Err(error) = fs::remove_file(path)
        && error.kind() != ErrorKind::NotFound
    {
        return Err(error);
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn file(path: &Path) -> impl FnOnce(io::Error) -> TlsError {
    move |source| TlsError::File { path: path.into(), source }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use rcgen::{CertificateParams, KeyPair};

    use super::*;

    fn options(folder: &Path, domain: &str) -> AcmeOptions {
        AcmeOptions {
            directory: "https://issuer.example/".into(),
            domains: vec![domain.into()],
            email: None,
            authorities: None,
            folder: folder.into(),
        }
    }

    /// As an issuer would answer for it.
    fn issued(options: &AcmeOptions) -> Issued {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(options.domains.clone()).expect("names");
        let der = params.self_signed(&key).expect("a certificate").der().to_vec();
        let lines = format!(
            "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
            STANDARD.encode(der)
        );
        Issued::new(options, lines, &key.serialize_der()).expect("a chain")
    }

    #[test]
    fn what_is_kept_is_there_after_a_restart_and_nobody_elses() {
        let place = tempfile::tempdir().expect("a folder");
        let options = options(&place.path().join("acme"), "a.example");
        let folder = Folder::open(&options.folder).expect("made");
        let mut kept = folder.load().expect("nothing yet");
        kept.begin(&options, 7);
        folder.save(&kept).expect("saved");
        let mut kept = folder.load().expect("read");
        assert_eq!((kept.facts(&options).failures, kept.facts(&options).tried), (1, 7));
        kept.succeed(issued(&options));
        folder.save(&kept).expect("saved");
        let kept = folder.load().expect("read");
        let facts = kept.facts(&options);
        assert!(facts.failures == 0 && facts.certificate.is_some(), "{facts:?}");
        kept.issued.expect("kept").certificate().expect("of use");
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!((mode(&options.folder), mode(&folder.state())), (0o700, 0o600));
    }

    #[test]
    fn what_was_for_other_names_counts_for_nothing() {
        let place = tempfile::tempdir().expect("a folder");
        let (before, after) =
            (options(place.path(), "a.example"), options(place.path(), "b.example"));
        let mut kept = Kept::default();
        kept.succeed(issued(&before));
        kept.begin(&before, 7);
        let facts = kept.facts(&after);
        assert!(facts.failures == 0 && facts.certificate.is_none(), "{facts:?}");
    }

    #[test]
    fn what_is_damaged_is_told_by_its_file() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = Folder::open(place.path()).expect("made");
        fs::write(folder.state(), "{").expect("written");
        let told = folder.load().err().expect("half a file").to_string();
        assert!(told.contains("state.json"), "{told}");
    }
}
