//! The secret half of a key, and how new keys are made.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fika_model::AccountId;
use serde::{Deserialize, Serialize};

use super::AccountsError;

/// A secret access key. Never shown by `Debug`, so that no log holds one.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(Arc<str>);

impl Secret {
    /// Forty random characters, as AWS makes them.
    pub(crate) fn random() -> Result<Self, AccountsError> {
        Ok(Self(STANDARD.encode(random::<30>()?).into()))
    }

    pub(crate) fn new(text: String) -> Self {
        Self(text.into())
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
    let letters = random::<16>()?.map(letter);
    Ok("AKIA".chars().chain(letters).collect())
}

/// A unique id: that prefix (`AIDA`, `AROA`, `ANPA`) and seventeen random characters.
pub(crate) fn unique_id(prefix: &str) -> Result<String, AccountsError> {
    let letters = random::<17>()?.map(letter);
    Ok(prefix.chars().chain(letters).collect())
}

fn letter(byte: u8) -> char {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    char::from(ALPHABET[usize::from(byte % 32)])
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
