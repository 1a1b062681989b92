//! Buckets, objects and uploads, as the store keeps them. Add members with a default.

use std::collections::BTreeMap;

use fika_model::Scope;
use s3s::dto;
use serde::{Deserialize, Serialize};

use crate::notify::Configuration;

/// The version id of what is put where versions are not kept.
pub(crate) const NULL: &str = "null";

/// Names and values, in the order they came.
pub(crate) type Tags = Vec<(String, String)>;

/// One bucket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Bucket {
    /// Whose it is, and where it says it is.
    pub(crate) scope: Scope,
    /// Milliseconds since 1970.
    pub(crate) created_ms: i64,
    #[serde(default)]
    pub(crate) versioning: Versioning,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) tags: Tags,
    /// As it was put: JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) policy: Option<String>,
    #[serde(default)]
    pub(crate) notifications: Configuration,
    /// What is kept from the public; none where its owner said that nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) public_access: Option<PublicAccess>,
    /// As in `BucketOwnerEnforced`; none where its owner deleted it.
    #[serde(default = "self_owned")]
    pub(crate) ownership: Option<String>,
    /// Whether KMS is to be asked less often: answered, and of no effect.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) bucket_key: bool,
    /// Answered, and of no effect: nothing is encrypted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) kms: Option<Kms>,
    /// Answered, and of no effect.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) lifecycle: Vec<dto::LifecycleRule>,
    /// What pages of other origins may.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) cors: Vec<dto::CORSRule>,
}

/// What a bucket is to be encrypted with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kms {
    /// `aws:kms` or `aws:kms:dsse`.
    pub(crate) algorithm: String,
    /// Its id, ARN or alias; none for the key that AWS keeps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<String>,
}

/// What a bucket keeps from the public. There are no ACLs, so that two of them change nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PublicAccess {
    pub(crate) block_acls: bool,
    pub(crate) ignore_acls: bool,
    /// It takes no policy that is public.
    pub(crate) block_policy: bool,
    /// A public policy lets nobody of other accounts in.
    pub(crate) restrict: bool,
}

impl PublicAccess {
    /// As new buckets have it.
    pub(crate) const NONE: Self =
        Self { block_acls: true, ignore_acls: true, block_policy: true, restrict: true };
}

/// Who owns objects unless something else is said: the bucket's owner, and there are no ACLs.
pub(crate) const SELF_OWNED: &str = "BucketOwnerEnforced";

fn self_owned() -> Option<String> {
    Some(SELF_OWNED.into())
}

/// Whether a bucket keeps versions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Versioning {
    /// It never did.
    #[default]
    Never,
    Enabled,
    /// It did, and has what it kept.
    Suspended,
}

/// A file with content, and how much of an object it has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Piece {
    /// Its name among the content files.
    pub(crate) file: String,
    /// Bytes.
    pub(crate) size: u64,
}

/// One version of an object, or a delete marker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Version {
    pub(crate) id: String,
    /// When, microseconds since 1970; no two are the same, so it orders versions and names events.
    pub(crate) at: u64,
    /// Whether this says that the object was deleted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) marker: bool,
    /// Where its content is, in order: one file, or one for each part it was uploaded in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) pieces: Vec<Piece>,
    /// Without quotes.
    #[serde(default)]
    pub(crate) etag: String,
    #[serde(default)]
    pub(crate) sums: Sums,
    #[serde(default)]
    pub(crate) head: Head,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) tags: Tags,
}

/// What an object says of itself, as its owner put it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Head {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) content_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cache_control: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) content_disposition: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) content_encoding: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) content_language: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) expires: Option<dto::Timestamp>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) metadata: BTreeMap<String, String>,
}

/// Checksums of an object or a part, base64.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sums {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) crc32: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) crc32c: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) crc64nvme: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sha1: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sha256: Option<String>,
    /// Whether they are checksums of the checksums of its parts.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) composite: bool,
}

/// An upload in parts that is not done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Upload {
    pub(crate) key: String,
    /// Milliseconds since 1970.
    pub(crate) begun_ms: i64,
    pub(crate) head: Head,
    #[serde(default)]
    pub(crate) tags: Tags,
    /// As in `CRC32`: what parts are summed by.
    #[serde(default)]
    pub(crate) algorithm: Option<String>,
    /// Whether the sum is to be one of the whole object.
    #[serde(default)]
    pub(crate) full_object: bool,
}

/// An upload that is done, for who asks again because they missed the answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Done {
    pub(crate) key: String,
    /// The digest of what names the parts that it was to be made of: these may be ten thousand.
    pub(crate) asked: String,
    /// What became of it, without its content.
    pub(crate) version: Version,
    pub(crate) at_ms: i64,
}

/// A part of an upload.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Part {
    /// One file; several where a part is a copy of an object that has several.
    pub(crate) pieces: Vec<Piece>,
    pub(crate) etag: String,
    pub(crate) at_ms: i64,
    pub(crate) sums: Sums,
}

impl Version {
    /// Bytes.
    pub(crate) fn size(&self) -> u64 {
        size(&self.pieces)
    }

    /// When it was put, in the whole seconds that HTTP can say.
    pub(crate) fn modified(&self) -> dto::Timestamp {
        at_ms(i64::try_from(self.at / 1_000_000).unwrap_or(i64::MAX).saturating_mul(1000))
    }

    /// How many parts it was uploaded in; none where it came whole.
    pub(crate) fn parts(&self) -> Option<usize> {
        self.etag.rsplit_once('-')?.1.parse().ok()
    }
}

/// Bytes of all of them.
pub(crate) fn size(pieces: &[Piece]) -> u64 {
    pieces.iter().map(|piece| piece.size).sum()
}

/// A time as s3s writes it.
pub(crate) fn at_ms(ms: i64) -> dto::Timestamp {
    let since = std::time::Duration::from_millis(u64::try_from(ms).unwrap_or(0));
    (std::time::UNIX_EPOCH + since).into()
}
