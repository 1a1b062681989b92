//! The operations that are served. Whatever is not here, s3s answers with `NotImplemented`.

use s3s::{S3, S3ErrorCode, S3Request, S3Response, S3Result, dto};

use super::Desk;
use super::fixed::{acceleration, logging, none, payment};

/// An operation each: its name, what comes in, what goes out, and what does it.
macro_rules! served {
    ($($name:ident, $input:ident => $output:ident: |$desk:ident, $request:ident| $work:expr;)*) => {
        #[async_trait::async_trait]
        impl S3 for Desk {
            $(
                async fn $name(
                    &self,
                    $request: S3Request<dto::$input>,
                ) -> S3Result<S3Response<dto::$output>> {
                    let $desk = self;
                    $desk.notes.begin();
                    $work
                }
            )*
        }
    };
}

served! {
    create_bucket, CreateBucketInput => CreateBucketOutput: |d, r| d.make(r.input).await;
    delete_bucket, DeleteBucketInput => DeleteBucketOutput: |d, r| d.unmake(r.input).await;
    head_bucket, HeadBucketInput => HeadBucketOutput: |d, r| d.bucket(&r.input);
    list_buckets, ListBucketsInput => ListBucketsOutput: |d, r| d.buckets(r.input);
    get_bucket_location, GetBucketLocationInput => GetBucketLocationOutput:
        |d, r| d.location(&r.input);
    get_bucket_policy, GetBucketPolicyInput => GetBucketPolicyOutput: |d, r| d.policy(&r.input);
    put_bucket_policy, PutBucketPolicyInput => PutBucketPolicyOutput:
        |d, r| d.put_policy(r.input).await;
    delete_bucket_policy, DeleteBucketPolicyInput => DeleteBucketPolicyOutput:
        |d, r| d.delete_policy(r.input).await;
    get_bucket_versioning, GetBucketVersioningInput => GetBucketVersioningOutput:
        |d, r| d.versioning(&r.input);
    put_bucket_versioning, PutBucketVersioningInput => PutBucketVersioningOutput:
        |d, r| d.put_versioning(r.input).await;
    get_bucket_notification_configuration, GetBucketNotificationConfigurationInput =>
        GetBucketNotificationConfigurationOutput: |d, r| d.notifications(&r.input);
    put_bucket_notification_configuration, PutBucketNotificationConfigurationInput =>
        PutBucketNotificationConfigurationOutput: |d, r| d.put_notifications(r.input).await;
    get_bucket_policy_status, GetBucketPolicyStatusInput => GetBucketPolicyStatusOutput:
        |d, r| d.policy_status(&r.input);
    get_public_access_block, GetPublicAccessBlockInput => GetPublicAccessBlockOutput:
        |d, r| d.public_access(&r.input);
    put_public_access_block, PutPublicAccessBlockInput => PutPublicAccessBlockOutput:
        |d, r| d.put_public_access(r.input).await;
    delete_public_access_block, DeletePublicAccessBlockInput => DeletePublicAccessBlockOutput:
        |d, r| d.delete_public_access(r.input).await;
    get_bucket_encryption, GetBucketEncryptionInput => GetBucketEncryptionOutput:
        |d, r| d.encryption(&r.input);
    put_bucket_encryption, PutBucketEncryptionInput => PutBucketEncryptionOutput:
        |d, r| d.put_encryption(r.input).await;
    delete_bucket_encryption, DeleteBucketEncryptionInput => DeleteBucketEncryptionOutput:
        |d, r| d.delete_encryption(r.input).await;
    get_bucket_ownership_controls, GetBucketOwnershipControlsInput =>
        GetBucketOwnershipControlsOutput: |d, r| d.ownership(&r.input);
    put_bucket_ownership_controls, PutBucketOwnershipControlsInput =>
        PutBucketOwnershipControlsOutput: |d, r| d.put_ownership(r.input).await;
    delete_bucket_ownership_controls, DeleteBucketOwnershipControlsInput =>
        DeleteBucketOwnershipControlsOutput: |d, r| d.delete_ownership(r.input).await;
    get_bucket_lifecycle_configuration, GetBucketLifecycleConfigurationInput =>
        GetBucketLifecycleConfigurationOutput: |d, r| d.lifecycle(&r.input);
    put_bucket_lifecycle_configuration, PutBucketLifecycleConfigurationInput =>
        PutBucketLifecycleConfigurationOutput: |d, r| d.put_lifecycle(r.input).await;
    delete_bucket_lifecycle, DeleteBucketLifecycleInput => DeleteBucketLifecycleOutput:
        |d, r| d.delete_lifecycle(r.input).await;
    get_bucket_acl, GetBucketAclInput => GetBucketAclOutput: |d, r| d.acl(&r.input);
    get_bucket_logging, GetBucketLoggingInput => GetBucketLoggingOutput: |_d, _r| Ok(logging());
    get_bucket_request_payment, GetBucketRequestPaymentInput => GetBucketRequestPaymentOutput:
        |_d, _r| Ok(payment());
    get_bucket_accelerate_configuration, GetBucketAccelerateConfigurationInput =>
        GetBucketAccelerateConfigurationOutput: |_d, _r| Ok(acceleration());
    get_bucket_website, GetBucketWebsiteInput => GetBucketWebsiteOutput: |_d, _r| none(
        S3ErrorCode::NoSuchWebsiteConfiguration,
        "The specified bucket does not have a website configuration",
    );
    get_bucket_cors, GetBucketCorsInput => GetBucketCorsOutput: |d, r| d.cors(&r.input);
    put_bucket_cors, PutBucketCorsInput => PutBucketCorsOutput: |d, r| d.put_cors(r.input).await;
    delete_bucket_cors, DeleteBucketCorsInput => DeleteBucketCorsOutput:
        |d, r| d.delete_cors(r.input).await;
    get_bucket_replication, GetBucketReplicationInput => GetBucketReplicationOutput: |_d, _r| none(
        S3ErrorCode::ReplicationConfigurationNotFoundError,
        "The replication configuration was not found",
    );
    get_object_lock_configuration, GetObjectLockConfigurationInput =>
        GetObjectLockConfigurationOutput: |_d, _r| none(
        S3ErrorCode::ObjectLockConfigurationNotFoundError,
        "Object Lock configuration does not exist for this bucket",
    );
    get_bucket_tagging, GetBucketTaggingInput => GetBucketTaggingOutput:
        |d, r| d.bucket_tags(r.input);
    put_bucket_tagging, PutBucketTaggingInput => PutBucketTaggingOutput:
        |d, r| d.put_bucket_tags(r.input).await;
    delete_bucket_tagging, DeleteBucketTaggingInput => DeleteBucketTaggingOutput:
        |d, r| d.delete_bucket_tags(r.input).await;
    get_object, GetObjectInput => GetObjectOutput: |d, r| d.get(r.input).await;
    head_object, HeadObjectInput => HeadObjectOutput: |d, r| d.head(r.input);
    put_object, PutObjectInput => PutObjectOutput: |d, r| d.put(r).await;
    copy_object, CopyObjectInput => CopyObjectOutput: |d, r| d.copy(r.input).await;
    delete_object, DeleteObjectInput => DeleteObjectOutput: |d, r| d.delete(r.input).await;
    delete_objects, DeleteObjectsInput => DeleteObjectsOutput: |d, r| d.delete_all(r.input).await;
    list_objects, ListObjectsInput => ListObjectsOutput: |d, r| d.list(r.input);
    list_objects_v2, ListObjectsV2Input => ListObjectsV2Output: |d, r| d.list_v2(r.input);
    list_object_versions, ListObjectVersionsInput => ListObjectVersionsOutput:
        |d, r| d.list_versions(r.input);
    get_object_tagging, GetObjectTaggingInput => GetObjectTaggingOutput: |d, r| d.tags(r.input);
    put_object_tagging, PutObjectTaggingInput => PutObjectTaggingOutput:
        |d, r| d.put_tags(r.input).await;
    delete_object_tagging, DeleteObjectTaggingInput => DeleteObjectTaggingOutput:
        |d, r| d.delete_tags(r.input).await;
    create_multipart_upload, CreateMultipartUploadInput => CreateMultipartUploadOutput:
        |d, r| d.begin(r.input).await;
    upload_part, UploadPartInput => UploadPartOutput: |d, r| d.upload_part(r).await;
    upload_part_copy, UploadPartCopyInput => UploadPartCopyOutput: |d, r| d.copy_part(r.input).await;
    complete_multipart_upload, CompleteMultipartUploadInput => CompleteMultipartUploadOutput:
        |d, r| d.complete(r).await;
    abort_multipart_upload, AbortMultipartUploadInput => AbortMultipartUploadOutput:
        |d, r| d.abort(r.input).await;
    list_parts, ListPartsInput => ListPartsOutput: |d, r| d.parts(r.input);
    list_multipart_uploads, ListMultipartUploadsInput => ListMultipartUploadsOutput:
        |d, r| d.list_uploads(r.input);
}
