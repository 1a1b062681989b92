//! Signing profiles that the operator trusts: one file each in the data directory, with the ARN of
//! a profile's version and the public key of whoever signs for it. `fika signing trust` writes
//! them; they are read when code is taken in, so none needs a restart.

use std::fs;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fika_store::Digest;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Seal;

#[derive(Serialize, Deserialize)]
struct File {
    profile: String,
    /// Base64.
    public_key: String,
}

/// Why a profile is not trusted, or still is.
#[derive(Debug, Error)]
pub enum TrustError {
    /// No ARN of a version of a signing profile.
    #[error(
        "{0:?} is not the ARN of a version of a signing profile: write \
         arn:aws:signer:REGION:ACCOUNT:/signing-profiles/NAME/VERSION"
    )]
    NotAProfile(String),
    /// The file cannot be written or removed.
    #[error("cannot change {path}; check its permissions and the free space")]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Trusts a version of a signing profile from now on, and its signatures by that key only.
///
/// # Errors
/// [`TrustError`].
pub fn trust(dir: &Path, profile: &str, public_key: &[u8]) -> Result<(), TrustError> {
    if !is_profile(profile) {
        return Err(TrustError::NotAProfile(profile.into()));
    }
    let file = File { profile: profile.into(), public_key: STANDARD.encode(public_key) };
    let text = serde_json::to_vec(&file).expect("texts are always JSON");
    let path = path(dir, profile);
    let draft = path.with_extension("new");
    let write = || {
        fs::create_dir_all(dir)?;
        let options =
            fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft);
        io::Write::write_all(&mut options?, &text)?;
        fs::rename(&draft, &path)
    };
    write().map_err(|source| TrustError::Io { path: path.clone(), source })
}

/// Trusts it no more. What it signed and is deployed already runs on.
///
/// # Errors
/// [`TrustError::Io`], also when it was not trusted.
pub fn distrust(dir: &Path, profile: &str) -> Result<(), TrustError> {
    let path = path(dir, profile);
    fs::remove_file(&path).map_err(|source| TrustError::Io { path, source })
}

/// The ARNs of all that are trusted, sorted.
#[must_use]
pub fn trusted_profiles(dir: &Path) -> Vec<String> {
    let files = fs::read_dir(dir).into_iter().flatten().flatten();
    let read = |entry: fs::DirEntry| {
        let file: File = serde_json::from_slice(&fs::read(entry.path()).ok()?).ok()?;
        Some(file.profile)
    };
    let mut profiles: Vec<_> = files.filter_map(read).collect();
    profiles.sort();
    profiles
}

fn is_profile(text: &str) -> bool {
    let parts: Vec<_> = text.split(':').collect();
    let [_, _, "signer", _, _, resource] = parts.as_slice() else { return false };
    let parts: Vec<_> = resource.split('/').collect();
    matches!(parts.as_slice(), ["", "signing-profiles", name, version] if !name.is_empty() && !version.is_empty())
}

fn path(dir: &Path, profile: &str) -> PathBuf {
    dir.join(format!("{}.json", Digest::of(profile.as_bytes())))
}

/// What the signature of a package comes to, that is good otherwise. Blocks for the disk.
pub(crate) fn seal(dir: Option<&Path>, zip: &[u8]) -> Seal {
    let Some(dir) = dir else { return Seal::None };
    let Ok(Some(signature)) = fika_package::signature(zip) else { return Seal::None };
    let fika_package::Claim { profile, job, expires_at, .. } = signature.claim.clone();
    let key = fs::read(path(dir, &profile)).ok().and_then(|text| {
        let file: File = serde_json::from_slice(&text).ok()?;
        STANDARD.decode(file.public_key).ok().filter(|_| file.profile == profile)
    });
    match key {
        None => Seal::None,
        Some(key) if signature.is_by(&key) => Seal::Good { profile, job, expires_at },
        Some(_) => Seal::Broken,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_are_versions_of_profiles() {
        let arn = "arn:aws:signer:us-east-1:123456789012:/signing-profiles/p";
        assert!(is_profile(&format!("{arn}/1")));
        for text in [arn, "p/1", "", "arn:aws:lambda:us-east-1:123456789012:/signing-profiles/p/1"]
        {
            assert!(!is_profile(text), "{text}");
        }
    }
}
