//! Signature Version 4: who signed this request, and did they?
//!
//! Checking is two steps, so that the caller can look up the secret in between:
//!
//! 1. [`parse`] reads the `Authorization` header or the presigned query into a [`Claim`]: access
//!    key, date, region, service, signed headers. It checks everything that needs no secret.
//! 2. [`verify`] recomputes the signature over the request and the body with a [`SigningKey`]
//!    (cached in a [`KeyCache`]) and compares in constant time.
//!
//! There is no clock inside: `now` is passed in as Unix seconds. [`Signer`] is the client side.
//!
//! | file | what |
//! |---|---|
//! | `request` | the borrowed view of a request that everything reads |
//! | `service` | how one service's dialect of SigV4 differs (S3 against all others) |
//! | `claim`, `scope`, `params` | what a request claims, and the checks that need no secret |
//! | `hint` | which service a request is for, before that is checked |
//! | `canonical`, `encode` | the canonical request |
//! | `key`, `cache` | signing keys |
//! | `verify`, `chunked` | the comparison; S3's signed chunks |
//! | `sign` | signing and presigning |
//!
//! # Which payloads are accepted
//!
//! Every service but S3 is held to the strict, documented behaviour: the hash in the canonical
//! request is the hash of the body that came, whatever `x-amz-content-sha256` says, and S3's own
//! modes (`UNSIGNED-PAYLOAD`, `STREAMING-…`) are refused as a signature that does not match.
//! "Lambda doesn't support unsigned payloads" (CloudFront developer guide, origin access control).

mod cache;
mod canonical;
mod chunked;
mod claim;
mod date;
mod encode;
mod error;
mod hint;
mod key;
mod params;
mod request;
mod scope;
mod service;
mod sign;
mod verify;

pub use cache::KeyCache;
pub use canonical::canonical_request;
pub use chunked::{Chunked, decode_chunked};
pub use claim::{Claim, Payload, parse};
pub use error::AuthError;
pub use hint::signed_for;
pub use key::SigningKey;
pub use request::RequestView;
pub use service::Service;
pub use sign::{Credentials, SignError, Signer};
pub use verify::verify;

/// The one algorithm spoken here. SigV4a (`AWS4-ECDSA-P256-SHA256`) is refused.
pub(crate) const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// The longest life of a presigned URL, seconds: seven days.
pub(crate) const MAX_EXPIRES: i64 = 604_800;
