//! Taking in a zip: checked as hostile, then kept by its digest.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use fika_aws::shape::AwsError;
use fika_model::{CodeRef, limits};
use fika_package::PackageError;
use fika_store::{Blobs, Digest, Pin};

use crate::refuse;
use crate::signing::{Seal, trusted};

/// Code in the blob store, kept there while this lives.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) code: CodeRef,
    /// Bytes of its files.
    pub(crate) unpacked_bytes: u64,
    /// Who signed it.
    pub(crate) seal: Seal,
    _pin: Pin,
}

/// A zip as it came. One from a bucket, which the door has read, may be larger.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) zip: Option<Bytes>,
    pub(crate) stored: bool,
}

/// Checks a zip and keeps it. `signers` is where trusted signing profiles are.
pub(crate) async fn keep(
    blobs: &Blobs,
    signers: Option<PathBuf>,
    source: Source,
) -> Result<Kept, AwsError> {
    let zip = given(source)?;
    let blobs = blobs.clone();
    blocking(move || {
        let unpacked_bytes = inspect(&zip)?;
        let seal = trusted::seal(signers.as_deref(), &zip);
        let pin = blobs.put(&zip).map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "code was not stored");
            AwsError::service(format!("The code was not stored: {error}"))
        })?;
        Ok(Kept { code: reference(pin.digest(), &zip), unpacked_bytes, seal, _pin: pin })
    })
    .await
}

/// Checks a zip, for a dry run; with the bytes of its files and who signed it.
pub(crate) async fn check(
    signers: Option<PathBuf>,
    source: Source,
) -> Result<(CodeRef, u64, Seal), AwsError> {
    let zip = given(source)?;
    blocking(move || {
        let unpacked_bytes = inspect(&zip)?;
        let seal = trusted::seal(signers.as_deref(), &zip);
        Ok((reference(Digest::of(&zip), &zip), unpacked_bytes, seal))
    })
    .await
}

/// The digest as the API shows it.
pub(crate) fn sha256_base64(code: &CodeRef) -> Option<String> {
    let digest: Digest = code.sha256.parse().ok()?;
    Some(STANDARD.encode(digest.as_bytes()))
}

fn given(Source { zip, stored }: Source) -> Result<Bytes, AwsError> {
    let zip = zip.ok_or_else(|| refuse::invalid("Please provide a source for function code."))?;
    let most = if stored { limits::ZIP_STORED_BYTES } else { limits::ZIP_DIRECT_BYTES };
    if zip.len() > most {
        let text = format!("Zipped size must be smaller than {most} bytes");
        return Err(AwsError::new("RequestEntityTooLargeException", 413, text));
    }
    Ok(zip)
}

/// Bytes of the files of a good package.
fn inspect(zip: &[u8]) -> Result<u64, AwsError> {
    let inspected = fika_package::inspect(zip);
    inspected.map(|good| good.contents.unpacked_bytes).map_err(|error| {
        tracing::debug!(detail = error.detail(), "a zip was refused");
        match error {
            PackageError::Io { .. } => AwsError::service(error.to_string()),
            _ => refuse::invalid(error.to_string()),
        }
    })
}

fn reference(digest: Digest, zip: &[u8]) -> CodeRef {
    CodeRef { sha256: digest.to_string(), size: zip.len() as u64 }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AwsError> + Send + 'static,
) -> Result<T, AwsError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(refuse::internal("code intake")))
}
