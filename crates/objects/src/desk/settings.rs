//! What buckets are set to: policies, versioning, notifications.

use fika_policy::{DocumentKind, Policy};
use s3s::dto::{
    BucketVersioningStatus, DeleteBucketCorsInput, DeleteBucketCorsOutput, DeleteBucketPolicyInput,
    DeleteBucketPolicyOutput, GetBucketCorsInput, GetBucketCorsOutput,
    GetBucketNotificationConfigurationInput, GetBucketNotificationConfigurationOutput,
    GetBucketPolicyInput, GetBucketPolicyOutput, GetBucketVersioningInput,
    GetBucketVersioningOutput, PutBucketCorsInput, PutBucketCorsOutput,
    PutBucketNotificationConfigurationInput, PutBucketNotificationConfigurationOutput,
    PutBucketPolicyInput, PutBucketPolicyOutput, PutBucketVersioningInput,
    PutBucketVersioningOutput,
};
use s3s::{S3Error, S3Response, S3Result, s3_error};

use http::StatusCode;

use super::Desk;
use crate::content::other;
use crate::cors;
use crate::notify::wire;
use crate::record::{Bucket, Versioning};

/// The longest policy, bytes.
const POLICY_BYTES: usize = 20 * 1024;

impl Desk {
    /// Changes what a bucket is set to.
    pub(super) async fn set(
        &self,
        bucket: &str,
        change: impl FnOnce(&mut Bucket) + Send + 'static,
    ) -> S3Result<()> {
        let (desk, shelf) = (self.clone(), self.shelf(bucket)?);
        self.to_the_end(async move { Ok(desk.objects.set(&shelf, change).await?) }).await
    }

    pub(super) fn policy(
        &self,
        input: &GetBucketPolicyInput,
    ) -> S3Result<S3Response<GetBucketPolicyOutput>> {
        let policy = self.shelf(&input.bucket)?.bucket().policy.clone();
        let policy = Some(policy.ok_or_else(no_policy)?);
        Ok(S3Response::new(GetBucketPolicyOutput { policy }))
    }

    pub(super) async fn put_policy(
        &self,
        input: PutBucketPolicyInput,
    ) -> S3Result<S3Response<PutBucketPolicyOutput>> {
        if input.policy.len() > POLICY_BYTES {
            let text = "Policies may be 20480 bytes long at most.";
            return Err(other("PolicyTooLarge", StatusCode::BAD_REQUEST, text));
        }
        let policy = Policy::parse(&input.policy, DocumentKind::Resource)
            .map_err(|error| s3_error!(MalformedPolicy, "{error}"))?;
        self.takes_policy(&input.bucket, &policy)?;
        self.set(&input.bucket, |bucket| bucket.policy = Some(input.policy)).await?;
        let output = PutBucketPolicyOutput {};
        Ok(S3Response::with_status(output, http::StatusCode::NO_CONTENT))
    }

    pub(super) async fn delete_policy(
        &self,
        input: DeleteBucketPolicyInput,
    ) -> S3Result<S3Response<DeleteBucketPolicyOutput>> {
        self.set(&input.bucket, |bucket| bucket.policy = None).await?;
        let output = DeleteBucketPolicyOutput {};
        Ok(S3Response::with_status(output, http::StatusCode::NO_CONTENT))
    }

    pub(super) fn cors(
        &self,
        input: &GetBucketCorsInput,
    ) -> S3Result<S3Response<GetBucketCorsOutput>> {
        let rules = self.shelf(&input.bucket)?.bucket().cors.clone();
        if rules.is_empty() {
            let text = "The CORS configuration does not exist";
            return Err(s3_error!(NoSuchCORSConfiguration, "{text}"));
        }
        Ok(S3Response::new(GetBucketCorsOutput { cors_rules: Some(rules) }))
    }

    pub(super) async fn put_cors(
        &self,
        input: PutBucketCorsInput,
    ) -> S3Result<S3Response<PutBucketCorsOutput>> {
        let rules = input.cors_configuration.cors_rules;
        cors::check(&rules)?;
        self.set(&input.bucket, |bucket| bucket.cors = rules).await?;
        Ok(S3Response::new(PutBucketCorsOutput {}))
    }

    pub(super) async fn delete_cors(
        &self,
        input: DeleteBucketCorsInput,
    ) -> S3Result<S3Response<DeleteBucketCorsOutput>> {
        self.set(&input.bucket, |bucket| bucket.cors.clear()).await?;
        let output = DeleteBucketCorsOutput {};
        Ok(S3Response::with_status(output, http::StatusCode::NO_CONTENT))
    }

    pub(super) fn versioning(
        &self,
        input: &GetBucketVersioningInput,
    ) -> S3Result<S3Response<GetBucketVersioningOutput>> {
        let status = match self.shelf(&input.bucket)?.bucket().versioning {
            Versioning::Never => None,
            Versioning::Enabled => Some(BucketVersioningStatus::ENABLED),
            Versioning::Suspended => Some(BucketVersioningStatus::SUSPENDED),
        };
        let status = status.map(BucketVersioningStatus::from_static);
        Ok(S3Response::new(GetBucketVersioningOutput { mfa_delete: None, status }))
    }

    pub(super) async fn put_versioning(
        &self,
        input: PutBucketVersioningInput,
    ) -> S3Result<S3Response<PutBucketVersioningOutput>> {
        let wanted = &input.versioning_configuration;
        if wanted.mfa_delete.as_ref().is_some_and(|mfa| mfa.as_str() == "Enabled") {
            return Err(s3_error!(NotImplemented, "fika has no MFA delete."));
        }
        let versioning = match wanted.status.as_ref().map(BucketVersioningStatus::as_str) {
            Some(BucketVersioningStatus::ENABLED) => Versioning::Enabled,
            Some(BucketVersioningStatus::SUSPENDED) => Versioning::Suspended,
            _ => {
                let text = "The Versioning element must be specified";
                return Err(s3_error!(IllegalVersioningConfigurationException, "{text}"));
            }
        };
        self.set(&input.bucket, move |bucket| bucket.versioning = versioning).await?;
        Ok(S3Response::new(PutBucketVersioningOutput {}))
    }

    pub(super) fn notifications(
        &self,
        input: &GetBucketNotificationConfigurationInput,
    ) -> S3Result<S3Response<GetBucketNotificationConfigurationOutput>> {
        let shelf = self.shelf(&input.bucket)?;
        Ok(S3Response::new(wire::shown(&shelf.bucket().notifications)))
    }

    pub(super) async fn put_notifications(
        &self,
        input: PutBucketNotificationConfigurationInput,
    ) -> S3Result<S3Response<PutBucketNotificationConfigurationOutput>> {
        let shelf = self.shelf(&input.bucket)?;
        let wanted = wire::read(input.notification_configuration, &shelf.bucket().scope)?;
        if !input.skip_destination_validation.unwrap_or(false) {
            self.objects.try_destinations(&shelf, &wanted, &self.doer.request).await?;
        }
        self.set(&input.bucket, |bucket| bucket.notifications = wanted).await?;
        Ok(S3Response::new(PutBucketNotificationConfigurationOutput {}))
    }
}

pub(super) fn no_policy() -> S3Error {
    s3_error!(NoSuchBucketPolicy, "The bucket policy does not exist")
}
