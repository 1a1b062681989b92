//! The secret half of a key, and how new keys are made.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fika_model::AccountId;
use serde::{Deserialize, Serialize};

use super::AccountsError;

/// A secret access key. Never shown by `Debug`, so that no log holds one.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Forty random characters, as AWS makes them.
    pub(crate) fn random() -> Result<Self, AccountsError> {
        Ok(Self(STANDARD.encode(random::<30>()?)))
    }

    pub(crate) fn new(text: String) -> Self {
        Self(text)
    }

    /// The secret itself, to sign with.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// `AKIA` and sixteen random characters, as AWS makes them.
pub(crate) fn access_key_id() -> Result<String, AccountsError> {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let letters = random::<16>()?.map(|byte| char::from(ALPHABET[usize::from(byte % 32)]));
    Ok("AKIA".chars().chain(letters).collect())
}

/// Twelve random digits, the first not zero.
pub(crate) fn account_id() -> Result<AccountId, AccountsError> {
    const FIRST: u64 = 100_000_000_000;
    let id = FIRST + u64::from_le_bytes(random()?) % (9 * FIRST);
    Ok(AccountId::new(&id.to_string()).expect("a number of twelve digits"))
}

fn random<const N: usize>() -> Result<[u8; N], AccountsError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(AccountsError::Random)?;
    Ok(bytes)
}
