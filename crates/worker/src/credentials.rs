//! The credentials of a function's role, as its sandbox gets them.
//!
//! They are variables of the runtime's environment. A sandbox that may be restored from a
//! snapshot has none there, for all that are restored would share them and they would be old:
//! it asks at an address instead, as AWS's SDKs do by themselves.

use std::time::SystemTime;

use fika_model::FunctionVersion;
use serde_json::json;

/// Where a sandbox asks, on its Runtime API; the same as on Lambda.
pub(crate) const PATH: &str = "/2021-04-23/credentials";

/// Temporary credentials.
#[derive(Clone)]
pub struct RoleCredentials {
    /// `ASIA…`
    pub access_key_id: String,
    /// What to sign with.
    pub secret_access_key: String,
    /// What goes along with each request.
    pub session_token: String,
    /// Until when they are good.
    pub expires: SystemTime,
}

// No log is to hold a secret.
impl std::fmt::Debug for RoleCredentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RoleCredentials")
            .field("access_key_id", &self.access_key_id)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// Who gives functions the credentials of their roles.
pub trait CredentialSource: Send + Sync + 'static {
    /// New ones, good from now on for a while.
    fn issue(&self, version: &FunctionVersion) -> RoleCredentials;

    /// What a sandbox of that version shows when it asks for credentials. Always the same, so
    /// that it is still right after a restore, and nothing another function can guess.
    fn container_token(&self, version: &FunctionVersion) -> String;
}

/// What a sandbox's environment holds of this.
pub(crate) fn variables(
    version: &FunctionVersion,
    source: &dyn CredentialSource,
) -> Vec<(&'static str, String)> {
    if version.snap_start {
        let address = format!("http://{}{PATH}", crate::environment::RUNTIME_API);
        return vec![
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI", address),
            ("AWS_CONTAINER_AUTHORIZATION_TOKEN", source.container_token(version)),
        ];
    }
    let credentials = source.issue(version);
    vec![
        ("AWS_ACCESS_KEY_ID", credentials.access_key_id),
        ("AWS_SECRET_ACCESS_KEY", credentials.secret_access_key),
        ("AWS_SESSION_TOKEN", credentials.session_token),
    ]
}

/// The document a sandbox gets that shows the right token; none for another token. Only its own
/// processes reach it; the token keeps out those that can be made to fetch an address.
pub(crate) fn document(
    version: &FunctionVersion,
    source: &dyn CredentialSource,
    shown: Option<&[u8]>,
) -> Option<String> {
    if shown != Some(source.container_token(version).as_bytes()) {
        return None;
    }
    let credentials = source.issue(version);
    let expires = jiff::Timestamp::try_from(credentials.expires).ok()?;
    let document = json!({
        "AccessKeyId": credentials.access_key_id,
        "SecretAccessKey": credentials.secret_access_key,
        "Token": credentials.session_token,
        "Expiration": format!("{expires:.0}"),
    });
    Some(document.to_string())
}
