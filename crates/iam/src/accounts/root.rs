//! The root account, as the operator wants it.

use fika_model::AccountId;

use super::secret::{self, Secret};
use super::{AccountsError, Credential};

/// What the operator says of the root account (`FIKA_ROOT_ACCOUNT_ID`,
/// `FIKA_ROOT_ACCESS_KEY_ID`, `FIKA_ROOT_SECRET_ACCESS_KEY`). What is not said is kept from the
/// last start, or made at the first. Another key than last time is added; the old one stays
/// good.
#[derive(Debug, Clone, Default)]
pub struct RootOptions {
    /// Twelve digits.
    pub account_id: Option<String>,
    /// 1 to 128 letters, digits and `_`; with `secret_access_key`.
    pub access_key_id: Option<String>,
    /// 1 to 128 printable ASCII characters; with `access_key_id`.
    pub secret_access_key: Option<Secret>,
}

/// The same, checked.
pub(crate) struct Wanted {
    account: Option<AccountId>,
    key: Option<(String, Secret)>,
}

impl RootOptions {
    /// Reads the three variables from the process's environment; an empty one says nothing.
    #[must_use]
    pub fn from_env() -> Self {
        let read = |name| std::env::var(name).ok().filter(|text| !text.is_empty());
        Self {
            account_id: read("FIKA_ROOT_ACCOUNT_ID"),
            access_key_id: read("FIKA_ROOT_ACCESS_KEY_ID"),
            secret_access_key: read("FIKA_ROOT_SECRET_ACCESS_KEY").map(Secret::new),
        }
    }

    pub(crate) fn checked(self) -> Result<Wanted, AccountsError> {
        let account = self.account_id.map(|id| AccountId::new(&id)).transpose();
        let account =
            account.map_err(|e| AccountsError::Setting(format!("FIKA_ROOT_ACCOUNT_ID: {e}")))?;
        let key = match (self.access_key_id, self.secret_access_key) {
            (None, None) => None,
            (Some(id), Some(secret)) => Some(check_key(id, secret)?),
            _ => {
                return refuse(
                    "FIKA_ROOT_ACCESS_KEY_ID and FIKA_ROOT_SECRET_ACCESS_KEY go together: set both or neither",
                );
            }
        };
        Ok(Wanted { account, key })
    }
}

fn check_key(id: String, secret: Secret) -> Result<(String, Secret), AccountsError> {
    let fits = |text: &str, each: fn(&u8) -> bool| {
        (1..=128).contains(&text.len()) && text.bytes().all(|b| each(&b))
    };
    if !fits(&id, |b| b.is_ascii_alphanumeric() || *b == b'_') {
        return refuse("FIKA_ROOT_ACCESS_KEY_ID is 1 to 128 letters, digits and underscores");
    }
    if !fits(secret.reveal(), u8::is_ascii_graphic) {
        return refuse(
            "FIKA_ROOT_SECRET_ACCESS_KEY is 1 to 128 printable ASCII characters without spaces",
        );
    }
    Ok((id, secret))
}

fn refuse<T>(text: &str) -> Result<T, AccountsError> {
    Err(AccountsError::Setting(text.into()))
}

impl Wanted {
    /// What the root key is to be, given what it was.
    pub(crate) fn over(self, stored: Option<&Credential>) -> Result<Credential, AccountsError> {
        let kept = stored.map(|stored| stored.account.clone());
        let account = self.account.or(kept).map_or_else(secret::account_id, Ok)?;
        match (self.key, stored) {
            (Some((access_key_id, secret)), _) => Ok(Credential {
                access_key_id,
                account,
                secret,
                user: None,
                created: 0,
                inactive: false,
                token: None,
            }),
            (None, Some(stored)) if stored.account == account => Ok(stored.clone()),
            (None, _) => Credential::random(account, None),
        }
    }
}
