//! What buckets are set to that deploy tools set: encryption, public access, ownership, lifecycle.

use fika_policy::Policy;
use s3s::dto::{
    BucketKeyEnabled, DeleteBucketEncryptionInput, DeleteBucketEncryptionOutput,
    DeleteBucketLifecycleInput, DeleteBucketLifecycleOutput, DeleteBucketOwnershipControlsInput,
    DeleteBucketOwnershipControlsOutput, DeletePublicAccessBlockInput,
    DeletePublicAccessBlockOutput, GetBucketEncryptionInput, GetBucketEncryptionOutput,
    GetBucketLifecycleConfigurationInput, GetBucketLifecycleConfigurationOutput,
    GetBucketOwnershipControlsInput, GetBucketOwnershipControlsOutput, GetBucketPolicyStatusInput,
    GetBucketPolicyStatusOutput, GetPublicAccessBlockInput, GetPublicAccessBlockOutput,
    ObjectOwnership, OwnershipControls, OwnershipControlsRule, PolicyStatus,
    PublicAccessBlockConfiguration, PutBucketEncryptionInput, PutBucketEncryptionOutput,
    PutBucketLifecycleConfigurationInput, PutBucketLifecycleConfigurationOutput,
    PutBucketOwnershipControlsInput, PutBucketOwnershipControlsOutput, PutPublicAccessBlockInput,
    PutPublicAccessBlockOutput, ServerSideEncryption, ServerSideEncryptionByDefault,
    ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
};
use s3s::{S3Error, S3Response, S3Result, s3_error};

use http::StatusCode;

use super::Desk;
use crate::content::other;
use crate::record::{Bucket, Kms, PublicAccess, SELF_OWNED};

/// How many rules a lifecycle may have.
const MOST: usize = 1_000;
/// The longest name of a key, bytes.
const KEY_BYTES: usize = 2_048;
const AES256: &str = ServerSideEncryption::AES256;

impl Desk {
    pub(super) fn encryption(
        &self,
        input: &GetBucketEncryptionInput,
    ) -> S3Result<S3Response<GetBucketEncryptionOutput>> {
        let bucket = self.shelf(&input.bucket)?.bucket();
        let bucket_key_enabled: BucketKeyEnabled = bucket.bucket_key;
        let kms = bucket.kms.clone();
        let (algorithm, kms_master_key_id) =
            kms.map_or((AES256.into(), None), |kms| (kms.algorithm, kms.key));
        let sse_algorithm = ServerSideEncryption::from(algorithm);
        let by = ServerSideEncryptionByDefault { kms_master_key_id, sse_algorithm };
        let rule = ServerSideEncryptionRule {
            apply_server_side_encryption_by_default: Some(by),
            bucket_key_enabled: Some(bucket_key_enabled),
        };
        let configuration = ServerSideEncryptionConfiguration { rules: vec![rule] };
        let server_side_encryption_configuration = Some(configuration);
        Ok(S3Response::new(GetBucketEncryptionOutput { server_side_encryption_configuration }))
    }

    pub(super) async fn put_encryption(
        &self,
        input: PutBucketEncryptionInput,
    ) -> S3Result<S3Response<PutBucketEncryptionOutput>> {
        let rules = input.server_side_encryption_configuration.rules;
        let [rule] = rules.as_slice() else { return Err(malformed()) };
        let kms = rule.apply_server_side_encryption_by_default.as_ref().map(kms_of).transpose()?;
        let kms = kms.flatten();
        if kms.is_some() {
            tracing::warn!(
                bucket = input.bucket,
                "a bucket's key is kept; fika encrypts nothing, its disk may be encrypted"
            );
        }
        let key = rule.bucket_key_enabled.unwrap_or_default();
        let change = move |bucket: &mut Bucket| (bucket.bucket_key, bucket.kms) = (key, kms);
        self.set(&input.bucket, change).await?;
        Ok(S3Response::new(PutBucketEncryptionOutput {}))
    }

    pub(super) async fn delete_encryption(
        &self,
        input: DeleteBucketEncryptionInput,
    ) -> S3Result<S3Response<DeleteBucketEncryptionOutput>> {
        let change = |bucket: &mut Bucket| (bucket.bucket_key, bucket.kms) = (false, None);
        self.set(&input.bucket, change).await?;
        Ok(gone(DeleteBucketEncryptionOutput {}))
    }

    pub(super) fn public_access(
        &self,
        input: &GetPublicAccessBlockInput,
    ) -> S3Result<S3Response<GetPublicAccessBlockOutput>> {
        let access = self.shelf(&input.bucket)?.bucket().public_access.ok_or_else(|| {
            let text = "The public access block configuration was not found";
            other("NoSuchPublicAccessBlockConfiguration", StatusCode::NOT_FOUND, text)
        })?;
        let configuration = PublicAccessBlockConfiguration {
            block_public_acls: Some(access.block_acls),
            block_public_policy: Some(access.block_policy),
            ignore_public_acls: Some(access.ignore_acls),
            restrict_public_buckets: Some(access.restrict),
        };
        let public_access_block_configuration = Some(configuration);
        Ok(S3Response::new(GetPublicAccessBlockOutput { public_access_block_configuration }))
    }

    pub(super) async fn put_public_access(
        &self,
        input: PutPublicAccessBlockInput,
    ) -> S3Result<S3Response<PutPublicAccessBlockOutput>> {
        let wanted = input.public_access_block_configuration;
        let access = PublicAccess {
            block_acls: wanted.block_public_acls.unwrap_or_default(),
            ignore_acls: wanted.ignore_public_acls.unwrap_or_default(),
            block_policy: wanted.block_public_policy.unwrap_or_default(),
            restrict: wanted.restrict_public_buckets.unwrap_or_default(),
        };
        self.set(&input.bucket, move |bucket| bucket.public_access = Some(access)).await?;
        Ok(S3Response::new(PutPublicAccessBlockOutput {}))
    }

    pub(super) async fn delete_public_access(
        &self,
        input: DeletePublicAccessBlockInput,
    ) -> S3Result<S3Response<DeletePublicAccessBlockOutput>> {
        self.set(&input.bucket, |bucket| bucket.public_access = None).await?;
        Ok(gone(DeletePublicAccessBlockOutput {}))
    }

    pub(super) fn policy_status(
        &self,
        input: &GetBucketPolicyStatusInput,
    ) -> S3Result<S3Response<GetBucketPolicyStatusOutput>> {
        let policy = self.shelf(&input.bucket)?.policy();
        let policy = policy.ok_or_else(super::settings::no_policy)?;
        let policy_status = Some(PolicyStatus { is_public: Some(policy.is_public()) });
        Ok(S3Response::new(GetBucketPolicyStatusOutput { policy_status }))
    }

    /// Whether a bucket takes that policy, where it takes no public ones.
    pub(super) fn takes_policy(&self, bucket: &str, policy: &Policy) -> S3Result<()> {
        let access = self.shelf(bucket)?.bucket().public_access;
        if !access.is_some_and(|access| access.block_policy) || !policy.is_public() {
            return Ok(());
        }
        let who = self.caller()?.principal.arn();
        Err(s3_error!(
            AccessDenied,
            "User: {who} is not authorized to perform: s3:PutBucketPolicy on resource: \
             \"arn:aws:s3:::{bucket}\" because public policies are prevented by the \
             BlockPublicPolicy setting in S3 Block Public Access."
        ))
    }

    pub(super) fn ownership(
        &self,
        input: &GetBucketOwnershipControlsInput,
    ) -> S3Result<S3Response<GetBucketOwnershipControlsOutput>> {
        let ownership = self.shelf(&input.bucket)?.bucket().ownership.clone();
        let Some(ownership) = ownership else {
            let text = "The bucket ownership controls were not found";
            return Err(s3_error!(OwnershipControlsNotFoundError, "{text}"));
        };
        let rule = OwnershipControlsRule { object_ownership: ObjectOwnership::from(ownership) };
        let ownership_controls = Some(OwnershipControls { rules: vec![rule] });
        Ok(S3Response::new(GetBucketOwnershipControlsOutput { ownership_controls }))
    }

    pub(super) async fn put_ownership(
        &self,
        input: PutBucketOwnershipControlsInput,
    ) -> S3Result<S3Response<PutBucketOwnershipControlsOutput>> {
        let rules = input.ownership_controls.rules;
        let [rule] = rules.as_slice() else { return Err(malformed()) };
        let ownership = ownership_named(rule.object_ownership.as_str())?;
        self.set(&input.bucket, move |bucket| bucket.ownership = Some(ownership)).await?;
        Ok(S3Response::new(PutBucketOwnershipControlsOutput {}))
    }

    pub(super) async fn delete_ownership(
        &self,
        input: DeleteBucketOwnershipControlsInput,
    ) -> S3Result<S3Response<DeleteBucketOwnershipControlsOutput>> {
        self.set(&input.bucket, |bucket| bucket.ownership = None).await?;
        Ok(gone(DeleteBucketOwnershipControlsOutput {}))
    }

    pub(super) fn lifecycle(
        &self,
        input: &GetBucketLifecycleConfigurationInput,
    ) -> S3Result<S3Response<GetBucketLifecycleConfigurationOutput>> {
        let rules = self.shelf(&input.bucket)?.bucket().lifecycle.clone();
        if rules.is_empty() {
            let text = "The lifecycle configuration does not exist";
            return Err(s3_error!(NoSuchLifecycleConfiguration, "{text}"));
        }
        Ok(S3Response::new(GetBucketLifecycleConfigurationOutput {
            rules: Some(rules),
            transition_default_minimum_object_size: None,
        }))
    }

    /// Keeps the rules. Nothing is moved or expired by them.
    pub(super) async fn put_lifecycle(
        &self,
        input: PutBucketLifecycleConfigurationInput,
    ) -> S3Result<S3Response<PutBucketLifecycleConfigurationOutput>> {
        let mut rules = input.lifecycle_configuration.ok_or_else(malformed)?.rules;
        let known = |status: &str| matches!(status, "Enabled" | "Disabled");
        if !(1..=MOST).contains(&rules.len())
            || !rules.iter().all(|rule| known(rule.status.as_str()))
        {
            return Err(malformed());
        }
        for n in 0..rules.len() {
            let id = rules[n].id.clone().filter(|id| !id.is_empty());
            let id = id.map_or_else(crate::files::random_name, Ok);
            let id = id.map_err(S3Error::internal_error)?;
            if id.len() > 255 {
                let text = "ID length should not exceed allowed limit of 255";
                return Err(s3_error!(InvalidArgument, "{text}"));
            }
            if rules[..n].iter().any(|earlier| earlier.id.as_ref() == Some(&id)) {
                let text =
                    format!("Rule ID must be unique. Found same ID for more than one rule: {id}");
                return Err(s3_error!(InvalidArgument, "{text}"));
            }
            rules[n].id = Some(id);
        }
        tracing::warn!(bucket = input.bucket, "a bucket's lifecycle is kept; fika expires nothing");
        self.set(&input.bucket, |bucket| bucket.lifecycle = rules).await?;
        Ok(S3Response::new(PutBucketLifecycleConfigurationOutput::default()))
    }

    pub(super) async fn delete_lifecycle(
        &self,
        input: DeleteBucketLifecycleInput,
    ) -> S3Result<S3Response<DeleteBucketLifecycleOutput>> {
        self.set(&input.bucket, |bucket| bucket.lifecycle.clear()).await?;
        Ok(gone(DeleteBucketLifecycleOutput {}))
    }
}

/// What a bucket is to be encrypted with; none for AES256.
fn kms_of(by: &ServerSideEncryptionByDefault) -> S3Result<Option<Kms>> {
    let (algorithm, key) = (by.sse_algorithm.as_str(), by.kms_master_key_id.as_ref());
    match algorithm {
        AES256 if key.is_some() => {
            let text = "a KMSMasterKeyID is not applicable if the default sse algorithm is not \
                        aws:kms or aws:kms:dsse";
            Err(s3_error!(InvalidArgument, "{text}"))
        }
        AES256 => Ok(None),
        "aws:kms" | "aws:kms:dsse" if key.is_none_or(|key| key.len() <= KEY_BYTES) => {
            Ok(Some(Kms { algorithm: algorithm.into(), key: key.cloned() }))
        }
        _ => Err(malformed()),
    }
}

/// One of the three ways S3 has.
///
/// # Errors
/// `MalformedXML`.
pub(super) fn ownership_named(name: &str) -> S3Result<String> {
    let known = [SELF_OWNED, "BucketOwnerPreferred", "ObjectWriter"];
    known.contains(&name).then(|| name.to_owned()).ok_or_else(malformed)
}

fn gone<T>(output: T) -> S3Response<T> {
    S3Response::with_status(output, StatusCode::NO_CONTENT)
}

fn malformed() -> S3Error {
    let text = "The XML you provided was not well-formed or did not validate against our \
                published schema";
    s3_error!(MalformedXML, "{text}")
}
