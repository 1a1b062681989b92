//! Parameters as the API has them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use crate::kind::Kind;
use crate::name::Name;
use crate::record::Version;

/// A value, with what says which it is.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Shown<'a> {
    name: &'a str,
    #[serde(rename = "ARN")]
    arn: String,
    r#type: &'static str,
    value: String,
    version: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    selector: Option<&'a str>,
    last_modified_date: f64,
    data_type: &'a str,
}

/// Facts of a version.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Facts<'a> {
    name: &'a str,
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<&'a str>,
    last_modified_date: f64,
    last_modified_user: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed_pattern: Option<&'a str>,
    version: u64,
    tier: &'static str,
    policies: [(); 0],
    data_type: &'a str,
    /// In lists of parameters.
    #[serde(rename = "ARN", skip_serializing_if = "Option::is_none")]
    pub(super) arn: Option<String>,
    /// In a history.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) labels: Option<Vec<&'a str>>,
}

impl<'a> Shown<'a> {
    pub(super) fn of(
        name: &'a Name,
        version: &'a Version,
        selector: Option<&'a str>,
        decrypted: bool,
    ) -> Self {
        Self {
            name: &name.name,
            arn: name.arn(),
            r#type: version.kind.name(),
            value: value(name, version, decrypted),
            version: version.number,
            selector,
            last_modified_date: seconds(version),
            data_type: &version.data_type,
        }
    }
}

impl<'a> Facts<'a> {
    pub(super) fn of(name: &'a str, version: &'a Version) -> Self {
        Self {
            name,
            r#type: version.kind.name(),
            key_id: version.key_id.as_deref(),
            last_modified_date: seconds(version),
            last_modified_user: &version.modified_by,
            description: version.description.as_deref(),
            allowed_pattern: version.allowed_pattern.as_deref(),
            version: version.number,
            tier: version.tier.name(),
            policies: [],
            data_type: &version.data_type,
            arn: None,
            value: None,
            labels: None,
        }
    }
}

/// What a value is shown as. In place of the ciphertext that AWS shows, a secret that is not asked for decrypted
/// is a text that stays the same for a version and says nothing of the value.
pub(super) fn value(name: &Name, version: &Version, decrypted: bool) -> String {
    if decrypted || version.kind != Kind::SecureString {
        return version.value.expose().into();
    }
    STANDARD.encode(format!("encrypted:{}:{}", name.arn(), version.number))
}

/// Seconds since 1970, as this protocol has times.
fn seconds(version: &Version) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of this age fit")]
    let ms = version.modified_ms as f64;
    ms / 1_000.0
}
