//! Sessions: temporary credentials, of a function's role or of one that was assumed.
//!
//! Nothing is kept of a session but the one key in the store. The token is the session itself,
//! who and until when, with a code that only the key's owner can make; the secret is derived
//! from the token. So any server of the store can check a session that another one gave.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use fika_model::{AccountId, FunctionVersion};
use fika_store::{Batch, Store};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use thiserror::Error;
use uuid::Uuid;

use crate::accounts::{AccountsError, Secret};

/// Where the key is.
const KEY: &str = "session-key";
/// What an access key id of a session begins with, as on AWS.
const PREFIX: &str = "ASIA";
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// Length of the code before the record in a token.
const CODE: usize = 32;

/// Temporary credentials, as a function gets them.
#[derive(Debug, Clone)]
pub struct SessionCredentials {
    /// `ASIA…`
    pub access_key_id: String,
    /// What to sign with.
    pub secret_access_key: Secret,
    /// What goes along with each request.
    pub session_token: Secret,
    /// Until when they are good, seconds since 1970.
    pub expires: i64,
}

/// Who signed with temporary credentials, once the token is proven and the signature is not yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The account it acts in.
    pub account: AccountId,
    /// The ARN of the role it acts as.
    pub role: String,
    /// Its name: whoever assumed the role chose it; for a function the function's own.
    pub name: String,
    /// What it is narrowed to, and which role exactly it is of; none for a function's.
    pub grant: Option<Grant>,
    /// What it signs with.
    pub secret: Secret,
    /// Until when it is good, seconds since 1970.
    pub expires: i64,
}

/// Why a token is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SessionError {
    /// It is none of ours, or does not belong to the access key.
    #[error("the session token is not one of this server's, or of another access key")]
    Invalid,
    /// It was good once.
    #[error("the session is over")]
    Expired,
}

/// What a session has that assumed a role.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// The unique id of the role: another role of the same name later is not meant.
    pub role_id: String,
    /// Documents that narrow it; none where nothing does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policies: Option<Vec<String>>,
    /// ARNs of policies that narrow it, too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policy_arns: Vec<String>,
    /// `aws:PrincipalTag/…` of the session, before those of the role.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// Which of them go along to the next role.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transitive: Vec<String>,
}

/// What a token says.
#[derive(Serialize, Deserialize)]
struct Record {
    id: String,
    account: AccountId,
    role: String,
    /// The session's name.
    function: String,
    expires: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    grant: Option<Grant>,
}

/// Gives and checks sessions. Clones have the same key.
#[derive(Clone)]
pub struct Sessions {
    key: Arc<[u8; 32]>,
}

impl std::fmt::Debug for Sessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sessions").finish_non_exhaustive()
    }
}

impl Sessions {
    /// Reads the key, or makes it at the first start.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn open(store: &Store) -> Result<Self, AccountsError> {
        let key = match store.get(KEY.as_bytes())? {
            Some(entry) => serde_json::from_slice(&entry.value)
                .map_err(|source| AccountsError::Damaged { key: KEY.into(), source })?,
            None => made(store).await?,
        };
        Ok(Self { key: Arc::new(key) })
    }

    /// Credentials for a function's role, good for `ttl` from `now` (seconds since 1970) on.
    #[must_use]
    pub fn issue(&self, version: &FunctionVersion, now: i64, ttl: Duration) -> SessionCredentials {
        let seconds = i64::try_from(ttl.as_secs()).unwrap_or(i64::MAX);
        self.give(Record {
            id: self.access_key_id(),
            account: version.arn.scope.account.clone(),
            role: version.role.clone(),
            function: version.arn.name.clone(),
            expires: now.saturating_add(seconds),
            grant: None,
        })
    }

    /// Credentials for whoever assumed a role of that account, good until then.
    pub(crate) fn assumed(
        &self,
        account: &AccountId,
        role: String,
        name: String,
        grant: Grant,
        expires: i64,
    ) -> SessionCredentials {
        let (account, grant) = (account.clone(), Some(grant));
        self.give(Record {
            id: self.access_key_id(),
            account,
            role,
            function: name,
            expires,
            grant,
        })
    }

    fn give(&self, record: Record) -> SessionCredentials {
        let json = serde_json::to_vec(&record).expect("a record is made of strings and a number");
        let mut token = self.code("token", &json).to_vec();
        token.extend_from_slice(&json);
        let token = URL_SAFE_NO_PAD.encode(token);
        SessionCredentials {
            access_key_id: record.id,
            secret_access_key: self.secret(&token),
            session_token: Secret::new(token),
            expires: record.expires,
        }
    }

    /// Whose session it is, at `now` (seconds since 1970). Reads memory only.
    ///
    /// # Errors
    /// [`SessionError`] says which answer fits.
    pub fn verify(
        &self,
        access_key_id: &str,
        token: &str,
        now: i64,
    ) -> Result<Session, SessionError> {
        let record = self.read(token).ok_or(SessionError::Invalid)?;
        if record.id != access_key_id {
            return Err(SessionError::Invalid);
        }
        if now >= record.expires {
            return Err(SessionError::Expired);
        }
        let Record { account, role, function: name, expires, grant, .. } = record;
        Ok(Session { account, role, name, grant, secret: self.secret(token), expires })
    }

    /// What a sandbox of that version shows where it asks for credentials
    /// (`AWS_CONTAINER_AUTHORIZATION_TOKEN`). Always the same, so that it is still right in a
    /// sandbox restored from a snapshot.
    #[must_use]
    pub fn container_token(&self, version: &FunctionVersion) -> Secret {
        let name = format!("{}\n{}", version.arn, version.version);
        Secret::new(URL_SAFE_NO_PAD.encode(self.code("container", name.as_bytes())))
    }

    fn read(&self, token: &str) -> Option<Record> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (code, json) = bytes.split_at_checked(CODE)?;
        // Nothing is read that is not ours, and the comparison takes the same time for all.
        self.mac("token", json).verify_slice(code).ok()?;
        serde_json::from_slice(json).ok()
    }

    /// Forty characters, as AWS's have.
    fn secret(&self, token: &str) -> Secret {
        let mut text = STANDARD_NO_PAD.encode(self.code("secret", token.as_bytes()));
        text.truncate(40);
        Secret::new(text)
    }

    fn access_key_id(&self) -> String {
        let code = self.code("id", Uuid::new_v4().as_bytes());
        let letters = code[..16].iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)]));
        PREFIX.chars().chain(letters).collect()
    }

    fn code(&self, what: &str, of: &[u8]) -> [u8; CODE] {
        self.mac(what, of).finalize().into_bytes().into()
    }

    /// What the code is for is part of it, so that one is never taken for another.
    fn mac(&self, what: &str, of: &[u8]) -> Hmac<Sha256> {
        let mac = Hmac::<Sha256>::new_from_slice(&*self.key);
        let mut mac = mac.expect("HMAC takes a key of any length");
        mac.update(b"fika session ");
        mac.update(what.as_bytes());
        mac.update(b"\0");
        mac.update(of);
        mac
    }
}

impl Session {
    /// The ARN of who it is, as it is named in refusals.
    #[must_use]
    pub fn arn(&self) -> String {
        let role = self.role.rsplit('/').next().unwrap_or_default();
        format!("arn:aws:sts::{}:assumed-role/{role}/{}", self.account, self.name)
    }
}

async fn made(store: &Store) -> Result<[u8; 32], AccountsError> {
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(AccountsError::Random)?;
    let json = serde_json::to_vec(&key).expect("numbers always have a JSON form");
    store.commit(Batch::new().if_absent(KEY).put(KEY, json)).await?;
    Ok(key)
}

#[cfg(test)]
mod tests;
