//! The comparison.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::canonical::canonical_request;
use super::encode::hex;
use super::{AuthError, Claim, Payload, RequestView, SigningKey, chunked};

/// Proves a claim: recomputes the signature over `request` and `body` with `key` and compares it
/// in constant time. For S3's signed chunks it proves every chunk of `body` as well.
///
/// `request` must be the one the claim was parsed from.
///
/// # Errors
/// [`AuthError::SignatureMismatch`], whatever it was that differs.
pub fn verify(
    claim: &Claim,
    request: &RequestView<'_>,
    body: &[u8],
    key: &SigningKey,
) -> Result<(), AuthError> {
    let given = claim.signature.ok_or(AuthError::SignatureMismatch)?;
    let canonical = match claim.payload().word() {
        None => canonical(claim, request, &hex(&Sha256::digest(body).into()))?,
        Some(word) if claim.service().s3_payloads => canonical(claim, request, word.as_bytes())?,
        // Lambda and the others take no payload that is not signed as a whole.
        Some(_) => return Err(AuthError::SignatureMismatch),
    };
    let hash = Sha256::digest(&canonical).into();
    let ours = key.sign_request(claim.date.as_str(), claim.scope(), &hash);
    compare(&ours, &given)?;
    match claim.payload() {
        Payload::Chunked { trailer } => chunked::verify(claim, &given, body, trailer, key),
        _ => Ok(()),
    }
}

pub(super) fn compare(ours: &[u8; 32], given: &[u8; 32]) -> Result<(), AuthError> {
    if bool::from(ours.ct_eq(given)) { Ok(()) } else { Err(AuthError::SignatureMismatch) }
}

fn canonical(
    claim: &Claim,
    request: &RequestView<'_>,
    payload: &[u8],
) -> Result<Vec<u8>, AuthError> {
    let (headers, service) = (&claim.signed_headers, claim.service());
    canonical_request(request, headers, service, claim.presigned, payload)
}
