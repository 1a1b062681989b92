//! A layer as the store keeps it: JSON under `layer/ACCOUNT/REGION/NAME`, and each of its versions
//! under `layer-version/ACCOUNT/REGION/NAME/NUMBER`.
//!
//! The names here are the format of the data directory. Add members with a default; never
//! change the meaning of one.

use fika_model::{AccountId, CodeRef, Region, Scope};
use serde::{Deserialize, Serialize};

use super::policy::Policy;
use super::{LayerArn, LayerVersionArn};
use crate::signing::Seal;

/// Where layers are.
pub(crate) const PREFIX: &str = "layer/";
/// Where versions of layers are.
pub(crate) const VERSIONS: &str = "layer-version/";

/// What outlives all versions of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct LayerRecord {
    /// The number of the version published last. A number is not used again.
    pub(crate) published: u64,
}

/// A version of a layer. Only its policy changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct LayerVersion {
    pub(crate) code: CodeRef,
    /// Bytes of its files.
    pub(crate) unpacked_bytes: u64,
    /// Who signed it.
    #[serde(default, skip_serializing_if = "Seal::is_none")]
    pub(crate) seal: Seal,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) description: String,
    /// As given: AWS shows an empty list where one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) runtimes: Option<Vec<String>>,
    /// As `runtimes`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) architectures: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) license: Option<String>,
    /// When it was published, milliseconds since 1970.
    pub(crate) created_ms: i64,
    /// Who else may use it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) policy: Option<Policy>,
}

/// The key of a layer.
pub(crate) fn key(layer: &LayerArn) -> String {
    format!("{PREFIX}{}", path(layer))
}

/// The key of a version.
pub(crate) fn version_key(arn: &LayerVersionArn) -> String {
    format!("{VERSIONS}{}/{}", path(&arn.layer), arn.version)
}

fn path(LayerArn { scope: Scope { account, region }, name }: &LayerArn) -> String {
    format!("{account}/{region}/{name}")
}

/// The layer of a key; none when the key has another form.
pub(crate) fn layer(key: &[u8]) -> Option<LayerArn> {
    parse(std::str::from_utf8(key).ok()?.strip_prefix(PREFIX)?)
}

/// The version of a key; none when the key has another form.
pub(crate) fn version(key: &[u8]) -> Option<LayerVersionArn> {
    let path = std::str::from_utf8(key).ok()?.strip_prefix(VERSIONS)?;
    let (layer, number) = path.rsplit_once('/')?;
    Some(parse(layer)?.version(number.parse().ok()?))
}

fn parse(path: &str) -> Option<LayerArn> {
    let mut parts = path.splitn(3, '/');
    let account = AccountId::new(parts.next()?).ok()?;
    let region = Region::new(parts.next()?).ok()?;
    Some(LayerArn { scope: Scope { account, region }, name: parts.next()?.into() })
}
