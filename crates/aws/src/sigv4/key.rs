//! Signing keys: derived from a secret once a day, region and service.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::encode::hex;

type HmacSha256 = Hmac<Sha256>;

/// The key that signs one day's requests to one service in one region.
///
/// Deriving it takes four HMACs, signing with it one: keep it in a [`super::KeyCache`].
#[derive(Clone)]
pub struct SigningKey(HmacSha256);

impl SigningKey {
    /// The key of `secret` for `date` (`YYYYMMDD`), `region` and `service`.
    pub fn derive(secret: &str, date: &str, region: &str, service: &str) -> Self {
        let mut first = Vec::with_capacity(4 + secret.len());
        first.extend_from_slice(b"AWS4");
        first.extend_from_slice(secret.as_bytes());
        let key = [date, region, service, "aws4_request"]
            .iter()
            .fold(keyed(&first), |mac, part| keyed(&finish(mac, &[part.as_bytes()])));
        Self(key)
    }

    /// The signature of `parts`, one after another.
    pub(super) fn sign(&self, parts: &[&[u8]]) -> [u8; 32] {
        finish(self.0.clone(), parts)
    }

    /// The signature of a request: of `ALGORITHM`, date, scope and the canonical request's hash.
    pub(super) fn sign_request(&self, date: &str, scope: &str, hash: &[u8; 32]) -> [u8; 32] {
        let algorithm = super::ALGORITHM.as_bytes();
        let (date, scope, hash) = (date.as_bytes(), scope.as_bytes(), hex(hash));
        self.sign(&[algorithm, b"\n", date, b"\n", scope, b"\n", &hash])
    }
}

// A key must not end up in a log.
impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKey(..)")
    }
}

fn keyed(key: &[u8]) -> HmacSha256 {
    HmacSha256::new_from_slice(key).expect("HMAC takes a key of any length")
}

fn finish(mut mac: HmacSha256, parts: &[&[u8]]) -> [u8; 32] {
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}
