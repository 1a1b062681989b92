//! Signed packages.
//!
//! AWS Signer puts a file beside the code whose form AWS does not document, so fika has its own:
//! [`ENTRY`] in `META-INF`, JSON, which names the signing profile, the job and the time it is good
//! for, and signs them with the digest of all other files. The algorithm is that of Signer's
//! platform for Lambda, ECDSA on P-384 with SHA-384.

use std::io::{Cursor, Write};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P384_SHA384_ASN1, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair, KeyPair,
    UnparsedPublicKey,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256, Sha384};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::PackageError;
use crate::walk::{Sink, walk};

/// The file of a signature.
pub const ENTRY: &str = "META-INF/fika_signature_v1.json";
const FOLDER: &str = "META-INF";
/// The most that is read of one, bytes.
const MOST: usize = 64 * 1024;

/// What a signature says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The ARN of the signing profile's version.
    pub profile: String,
    /// The ARN of the signing job.
    pub job: String,
    /// When it was made, seconds since 1970.
    pub signed_at: i64,
    /// Until when it is good, seconds since 1970; none for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<i64>,
}

/// As it stands in the package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct File {
    #[serde(flatten)]
    claim: Claim,
    /// ECDSA, ASN.1, base64.
    signature: String,
}

/// The signature of a package, not verified yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// What it says.
    pub claim: Claim,
    signed: Vec<u8>,
    signature: Vec<u8>,
}

impl Signature {
    /// Whether that key made it, of this package and this claim.
    #[must_use]
    pub fn is_by(&self, public_key: &[u8]) -> bool {
        let key = UnparsedPublicKey::new(&ECDSA_P384_SHA384_ASN1, public_key);
        key.verify(&self.signed, &self.signature).is_ok()
    }
}

/// The signature of a good package; none where it has none, or a file of that name that is none.
///
/// # Errors
/// As [`crate::inspect`].
pub fn signature(zip: &[u8]) -> Result<Option<Signature>, PackageError> {
    let (digest, file) = digest(zip)?;
    let Ok(file) = serde_json::from_slice::<File>(&file) else { return Ok(None) };
    let Ok(signature) = STANDARD.decode(&file.signature) else { return Ok(None) };
    let signed = message(&file.claim, &digest);
    Ok(Some(Signature { claim: file.claim, signed, signature }))
}

/// A private key.
pub struct SigningKey(EcdsaKeyPair);

/// A key that is none, or that cannot sign.
#[derive(Debug, thiserror::Error)]
#[error("that is no private key for signing: make one with `fika signing key`")]
pub struct BadKey;

impl SigningKey {
    /// A new one, as PKCS#8.
    ///
    /// # Errors
    /// [`BadKey`] when the machine has no random numbers.
    pub fn generate() -> Result<Vec<u8>, BadKey> {
        let made =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P384_SHA384_ASN1_SIGNING, &SystemRandom::new());
        made.map(|key| key.as_ref().to_vec()).map_err(|_| BadKey)
    }

    /// Reads one.
    ///
    /// # Errors
    /// [`BadKey`] for anything else.
    pub fn read(pkcs8: &[u8]) -> Result<Self, BadKey> {
        let random = SystemRandom::new();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_ASN1_SIGNING, pkcs8, &random);
        key.map(Self).map_err(|_| BadKey)
    }

    /// What verifies its signatures.
    #[must_use]
    pub fn public_key(&self) -> &[u8] {
        self.0.public_key().as_ref()
    }

    /// The package with a signature in it.
    ///
    /// # Errors
    /// [`PackageError::Unusable`] for a package that is none or has a signature already.
    pub fn sign(&self, zip: &[u8], claim: Claim) -> Result<Vec<u8>, PackageError> {
        let (digest, file) = digest(zip)?;
        if !file.is_empty() {
            return Err(PackageError::unusable("it is signed already"));
        }
        let signed = self.0.sign(&SystemRandom::new(), &message(&claim, &digest));
        let signed = signed.map_err(|_| PackageError::unusable("the key does not sign"))?;
        let file = File { claim, signature: STANDARD.encode(signed) };
        let file = serde_json::to_vec(&file).expect("texts and numbers are always JSON");
        let mut writer = ZipWriter::new_append(Cursor::new(zip.to_vec()))?;
        writer.start_file(ENTRY, SimpleFileOptions::default())?;
        writer.write_all(&file).map_err(PackageError::io(ENTRY))?;
        Ok(writer.finish()?.into_inner())
    }
}

/// What is signed: one meaning has one text.
fn message(claim: &Claim, digest: &[u8]) -> Vec<u8> {
    let digest = STANDARD.encode(digest);
    // A JSON list of texts and numbers, so no two claims have the same.
    let Claim { profile, job, signed_at, expires_at } = claim;
    let all = ("fika signature 1", profile, job, signed_at, expires_at, digest);
    serde_json::to_vec(&all).expect("texts and numbers are always JSON")
}

/// The digest of all files but the signature's, and that one.
fn digest(zip: &[u8]) -> Result<(Vec<u8>, Vec<u8>), PackageError> {
    let mut summing = Summing::default();
    walk(zip, &mut summing)?;
    Ok((summing.all.finalize().to_vec(), summing.signature))
}

#[derive(Default)]
struct Summing {
    all: Sha384,
    signature: Vec<u8>,
}

impl Summing {
    /// Each part with its length before it, so that no two trees have the same.
    fn add(&mut self, parts: [&[u8]; 3]) {
        for part in parts {
            self.all.update((part.len() as u64).to_le_bytes());
            self.all.update(part);
        }
    }
}

impl Sink for Summing {
    fn directory(&mut self, path: &Path) -> Result<(), PackageError> {
        // The signature's own folder comes with it.
        if path != Path::new(FOLDER) {
            self.add([b"directory", path.as_os_str().as_encoded_bytes(), b""]);
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, executable: bool) -> Result<impl Write, PackageError> {
        let (name, content) = (path.as_os_str().as_encoded_bytes().to_vec(), Sha256::new());
        let is_signature = path == Path::new(ENTRY);
        Ok(Content { of: self, name, executable, content, is_signature })
    }

    fn link(&mut self, path: &Path, target: &str) -> Result<(), PackageError> {
        self.add([b"link", path.as_os_str().as_encoded_bytes(), target.as_bytes()]);
        Ok(())
    }
}

/// One file, which counts when all of it is written.
struct Content<'a> {
    of: &'a mut Summing,
    name: Vec<u8>,
    executable: bool,
    content: Sha256,
    is_signature: bool,
}

impl Write for Content<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.is_signature {
            if self.of.signature.len() + bytes.len() > MOST {
                return Err(std::io::Error::other("the signature is too long"));
            }
            self.of.signature.extend(bytes);
        } else {
            self.content.update(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Drop for Content<'_> {
    fn drop(&mut self) {
        if !self.is_signature {
            let kind: &[u8] = if self.executable { b"program" } else { b"file" };
            let content = std::mem::take(&mut self.content).finalize();
            let name = std::mem::take(&mut self.name);
            self.of.add([kind, &name, &content]);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn claim() -> Claim {
        let profile = "arn:aws:signer:us-east-1:123456789012:/signing-profiles/p/1".into();
        let job = "arn:aws:signer:us-east-1:123456789012:/signing-jobs/j".into();
        Claim { profile, job, signed_at: 1, expires_at: Some(2) }
    }

    fn appended(zip: &[u8], name: &str) -> Vec<u8> {
        let mut writer = ZipWriter::new_append(Cursor::new(zip.to_vec())).unwrap();
        writer.start_file(name, SimpleFileOptions::default()).unwrap();
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn a_signature_is_of_one_package_one_claim_and_one_key() {
        let key = SigningKey::read(&SigningKey::generate().unwrap()).unwrap();
        let other = SigningKey::read(&SigningKey::generate().unwrap()).unwrap();
        let zip = crate::single_file("index.js", b"exports.handler = 1").unwrap();
        assert_eq!(signature(&zip).unwrap(), None);
        let signed = key.sign(&zip, claim()).unwrap();
        let found = signature(&signed).unwrap().unwrap();
        assert_eq!(found.claim, claim());
        assert!(found.is_by(key.public_key()) && !found.is_by(other.public_key()));
        assert!(!found.is_by(b"no key"));
        assert!(key.sign(&signed, claim()).is_err(), "signed twice");
        let more = signature(&appended(&signed, "more")).unwrap().unwrap();
        assert!(!more.is_by(key.public_key()), "a file was added");
        let moved = key.sign(&crate::single_file("index.js", b"evil").unwrap(), claim()).unwrap();
        let moved = signature(&moved).unwrap().unwrap();
        let forged = Signature { signed: moved.signed.clone(), ..found.clone() };
        assert!(moved.is_by(key.public_key()) && !forged.is_by(key.public_key()));
        let longer = Claim { expires_at: None, ..claim() };
        assert_ne!(message(&longer, b"d"), message(&claim(), b"d"));
    }

    #[test]
    fn what_is_no_signature_counts_as_none() {
        for text in [&b"nonsense"[..], b"{}"] {
            let zip = crate::single_file(ENTRY, text).unwrap();
            assert_eq!(signature(&zip).unwrap(), None);
        }
    }
}
