//! How S3 names accounts: not by their number.

use fika_model::AccountId;
use s3s::crypto::{Checksum as _, Sha256};
use s3s::dto::Owner;

use crate::files::hex;

/// The canonical id of an account: always the same 64 digits.
pub(crate) fn canonical_id(account: &AccountId) -> String {
    let mut sum = Sha256::new();
    sum.update(b"canonical id of ");
    sum.update(account.as_str().as_bytes());
    hex(sum.finalize().as_ref())
}

/// What events name an owner by.
pub(crate) fn principal_id(account: &AccountId) -> String {
    format!("A{}", canonical_id(account)[..13].to_ascii_uppercase())
}

/// An account as listings show it.
pub(crate) fn owner(account: &AccountId) -> Owner {
    Owner { display_name: None, id: Some(canonical_id(account)) }
}
