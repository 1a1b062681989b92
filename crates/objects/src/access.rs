//! What an operation needs leave for. What is not in the table is denied.

use s3s::access::{S3Access, S3AccessContext};
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};

use fika_model::AccountId;
use fika_policy::{Context, Identity, Request, Side, Who, decide};
use fika_service::Caller;

use crate::desk::Desk;
use crate::shelf::Shelf;

/// What an operation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    /// No bucket, or one that is not there yet.
    Account,
    Bucket,
    Object,
}

/// The action that an operation needs leave for; none where it asks itself, for each of its keys.
fn action(operation: &str) -> Option<(About, Option<&'static str>)> {
    use About::{Account, Bucket, Object};
    let (about, action) = match operation {
        "ListBuckets" => (Account, "s3:ListAllMyBuckets"),
        "CreateBucket" => (Account, "s3:CreateBucket"),
        "HeadBucket" | "ListObjects" | "ListObjectsV2" => (Bucket, "s3:ListBucket"),
        "ListObjectVersions" => (Bucket, "s3:ListBucketVersions"),
        "ListMultipartUploads" => (Bucket, "s3:ListBucketMultipartUploads"),
        "DeleteBucket" => (Bucket, "s3:DeleteBucket"),
        "GetBucketLocation" => (Bucket, "s3:GetBucketLocation"),
        "GetBucketVersioning" => (Bucket, "s3:GetBucketVersioning"),
        "PutBucketVersioning" => (Bucket, "s3:PutBucketVersioning"),
        "GetBucketTagging" => (Bucket, "s3:GetBucketTagging"),
        "PutBucketTagging" | "DeleteBucketTagging" => (Bucket, "s3:PutBucketTagging"),
        "GetBucketPolicyStatus" => (Bucket, "s3:GetBucketPolicyStatus"),
        "GetPublicAccessBlock" => (Bucket, "s3:GetBucketPublicAccessBlock"),
        "PutPublicAccessBlock" | "DeletePublicAccessBlock" => {
            (Bucket, "s3:PutBucketPublicAccessBlock")
        }
        "GetBucketEncryption" => (Bucket, "s3:GetEncryptionConfiguration"),
        "PutBucketEncryption" | "DeleteBucketEncryption" => {
            (Bucket, "s3:PutEncryptionConfiguration")
        }
        "GetBucketOwnershipControls" => (Bucket, "s3:GetBucketOwnershipControls"),
        "PutBucketOwnershipControls" | "DeleteBucketOwnershipControls" => {
            (Bucket, "s3:PutBucketOwnershipControls")
        }
        "GetBucketLifecycleConfiguration" => (Bucket, "s3:GetLifecycleConfiguration"),
        "PutBucketLifecycleConfiguration" | "DeleteBucketLifecycle" => {
            (Bucket, "s3:PutLifecycleConfiguration")
        }
        "GetBucketAcl" => (Bucket, "s3:GetBucketAcl"),
        "GetBucketLogging" => (Bucket, "s3:GetBucketLogging"),
        "GetBucketRequestPayment" => (Bucket, "s3:GetBucketRequestPayment"),
        "GetBucketAccelerateConfiguration" => (Bucket, "s3:GetAccelerateConfiguration"),
        "GetBucketWebsite" => (Bucket, "s3:GetBucketWebsite"),
        "GetBucketCors" => (Bucket, "s3:GetBucketCORS"),
        "PutBucketCors" | "DeleteBucketCors" => (Bucket, "s3:PutBucketCORS"),
        "GetBucketReplication" => (Bucket, "s3:GetReplicationConfiguration"),
        "GetObjectLockConfiguration" => (Bucket, "s3:GetBucketObjectLockConfiguration"),
        "GetBucketPolicy" => (Bucket, "s3:GetBucketPolicy"),
        "PutBucketPolicy" => (Bucket, "s3:PutBucketPolicy"),
        "DeleteBucketPolicy" => (Bucket, "s3:DeleteBucketPolicy"),
        "GetBucketNotificationConfiguration" => (Bucket, "s3:GetBucketNotification"),
        "PutBucketNotificationConfiguration" => (Bucket, "s3:PutBucketNotification"),
        "DeleteObjects" => return Some((Bucket, None)),
        "GetObject" | "HeadObject" => (Object, "s3:GetObject"),
        "PutObject"
        | "CopyObject"
        | "CreateMultipartUpload"
        | "UploadPart"
        | "UploadPartCopy"
        | "CompleteMultipartUpload" => (Object, "s3:PutObject"),
        "AbortMultipartUpload" => (Object, "s3:AbortMultipartUpload"),
        "ListParts" => (Object, "s3:ListMultipartUploadParts"),
        "DeleteObject" => (Object, "s3:DeleteObject"),
        "GetObjectTagging" => (Object, "s3:GetObjectTagging"),
        "PutObjectTagging" => (Object, "s3:PutObjectTagging"),
        "DeleteObjectTagging" => (Object, "s3:DeleteObjectTagging"),
        _ => return None,
    };
    Some((about, Some(action)))
}

/// The action on a version of an object, where that is another one.
pub(crate) fn of_version(action: &'static str) -> &'static str {
    match action {
        "s3:GetObject" => "s3:GetObjectVersion",
        "s3:DeleteObject" => "s3:DeleteObjectVersion",
        "s3:GetObjectTagging" => "s3:GetObjectVersionTagging",
        "s3:PutObjectTagging" => "s3:PutObjectVersionTagging",
        "s3:DeleteObjectTagging" => "s3:DeleteObjectVersionTagging",
        other => other,
    }
}

#[async_trait::async_trait]
impl S3Access for Desk {
    async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        let operation = context.s3_op().name();
        let Some((about, action)) = action(operation) else {
            let text =
                "A header or query you provided implies functionality that is not implemented";
            return Err(s3_error!(NotImplemented, "{text}: {operation}"));
        };
        let bucket = context.s3_path().get_bucket_name().unwrap_or_default();
        if about == About::Account {
            return self.of_account(action.unwrap_or_default(), bucket);
        }
        let shelf = self.shelf(bucket)?;
        let header = |name| context.headers().get(name).and_then(|value| value.to_str().ok());
        expect_owner(&shelf, header("x-amz-expected-bucket-owner"))?;
        let Some(action) = action else { return Ok(()) };
        let query = context.uri().query().unwrap_or_default();
        let key = context.s3_path().get_object_key();
        let is_version = query.split('&').any(|pair| pair.starts_with("versionId="));
        let action = if is_version { of_version(action) } else { action };
        self.may(&shelf, action, key, &listed(query))?;
        if context.headers().contains_key("x-amz-tagging") && action == "s3:PutObject" {
            self.may(&shelf, "s3:PutObjectTagging", key, &[])?;
        }
        Ok(())
    }
}

/// What of a query policies may ask for.
fn listed(query: &str) -> Vec<(&'static str, String)> {
    const KEYS: [(&str, &str); 4] = [
        ("prefix", "s3:prefix"),
        ("delimiter", "s3:delimiter"),
        ("max-keys", "s3:max-keys"),
        ("versionId", "s3:VersionId"),
    ];
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let known = pairs.filter_map(|(name, value)| {
        let (_, key) = KEYS.iter().find(|(known, _)| *known == name)?;
        Some((*key, crate::text::decoded(value)))
    });
    known.collect()
}

/// Who says whose the bucket is must be right.
pub(crate) fn expect_owner(shelf: &Shelf, expected: Option<&str>) -> S3Result<()> {
    match expected {
        Some(account) if account != shelf.bucket().scope.account.as_str() => Err(denied()),
        _ => Ok(()),
    }
}

pub(crate) fn denied() -> S3Error {
    s3_error!(AccessDenied, "Access Denied")
}

impl Desk {
    /// Whether the caller may do this to its own account.
    fn of_account(&self, action: &str, bucket: &str) -> S3Result<()> {
        let caller = self.caller()?;
        let resource = if bucket.is_empty() { "*".into() } else { arn(bucket, None) };
        let allowed = caller.allow_of(&caller.scope.account, action, &resource, None, &[]);
        allowed.map_err(|error| {
            S3Error::with_message(S3ErrorCode::AccessDenied, error.message().to_owned())
        })
    }

    /// Whether the caller may do this, by its own policies and the bucket's.
    pub(crate) fn may(
        &self,
        shelf: &Shelf,
        action: &str,
        key: Option<&str>,
        more: &[(&'static str, String)],
    ) -> S3Result<()> {
        let more: Vec<_> = more.iter().map(|(key, value)| (*key, value.as_str())).collect();
        match self.caller() {
            Ok(caller) => may(caller, shelf, action, key, &more),
            Err(_) => {
                let secure =
                    ("aws:SecureTransport", if self.via().is_private() { "true" } else { "false" });
                stranger(shelf, action, key, &[&[secure], &*more].concat())
            }
        }
    }
}

/// Whether somebody may do this to a bucket, or to an object in it.
pub(crate) fn may(
    caller: &Caller,
    shelf: &Shelf,
    action: &str,
    key: Option<&str>,
    more: &[(&str, &str)],
) -> S3Result<()> {
    let (resource, policy) = (arn(&shelf.name, key), shelf.policy());
    let owner: AccountId = shelf.bucket().scope.account.clone();
    if caller.scope.account != owner && is_restricted(shelf) {
        return Err(denied());
    }
    let more = [more, &[("s3:ResourceAccount", owner.as_str())]].concat();
    let allowed = caller.allow_of(&owner, action, &resource, policy.as_deref(), &more);
    allowed.map_err(|error| {
        S3Error::with_message(S3ErrorCode::AccessDenied, error.message().to_owned())
    })
}

/// Whether just anybody may: only the bucket's policy can let them.
fn stranger(shelf: &Shelf, action: &str, key: Option<&str>, more: &[(&str, &str)]) -> S3Result<()> {
    if is_restricted(shelf) {
        return Err(denied());
    }
    let (resource, policy) = (arn(&shelf.name, key), shelf.policy());
    let mut context = Context::new();
    more.iter().for_each(|(key, value)| context.add(key, *value));
    let request = Request { action, resource: &resource, context: &context };
    let who = Who { account: "", arns: &[], service: None };
    decide(&request, &who, Identity::None, policy.as_deref(), Side::Other).map_err(|_| denied())
}

/// Whether its policy is public, and lets nobody of other accounts in for that.
fn is_restricted(shelf: &Shelf) -> bool {
    let restricts = shelf.bucket().public_access.is_some_and(|access| access.restrict);
    restricts && shelf.policy().is_some_and(|policy| policy.is_public())
}

/// The ARN of a bucket, or of an object in it.
pub(crate) fn arn(bucket: &str, key: Option<&str>) -> String {
    match key {
        Some(key) => format!("arn:aws:s3:::{bucket}/{key}"),
        None => format!("arn:aws:s3:::{bucket}"),
    }
}
