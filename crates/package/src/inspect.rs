//! Measuring a package without unpacking it.

use std::io::{self, Write};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::PackageError;
use crate::walk::{Contents, Sink, walk};

/// A good package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// What comes out of it.
    pub contents: Contents,
    /// Length of the zip, bytes: `CodeSize`.
    pub code_size: u64,
    /// SHA-256 of the zip in Base64: `CodeSha256`.
    pub sha256_base64: String,
    /// SHA-256 of the zip in lower-case hexadecimal.
    pub sha256_hex: String,
}

/// Checks a whole package as [`crate::unpack`] will, and measures it, writing nothing.
///
/// # Errors
/// [`PackageError`] for whatever would keep it from being unpacked.
pub fn inspect(zip: &[u8]) -> Result<Inspection, PackageError> {
    let contents = walk(zip, &mut Nowhere)?;
    let digest = Sha256::digest(zip);
    Ok(Inspection {
        contents,
        code_size: zip.len() as u64,
        sha256_base64: STANDARD.encode(digest),
        sha256_hex: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
    })
}

/// SHA-256 of a zip in Base64, for one that needs no check: `CodeSha256`.
#[must_use]
pub fn sha256_base64(zip: &[u8]) -> String {
    STANDARD.encode(Sha256::digest(zip))
}

struct Nowhere;

impl Sink for Nowhere {
    fn directory(&mut self, _: &Path) -> Result<(), PackageError> {
        Ok(())
    }

    fn file(&mut self, _: &Path, _: bool) -> Result<impl Write, PackageError> {
        Ok(io::sink())
    }

    fn link(&mut self, _: &Path, _: &str) -> Result<(), PackageError> {
        Ok(())
    }
}
