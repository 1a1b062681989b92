// Written by `cargo xtask codegen` from the public service model. Do not edit.
//! A constructor for each error of the service.

use crate::shape::{AwsError, Fault};

impl AwsError {
    /// `AliasLimitExceededException`, 400.
    #[must_use]
    pub fn alias_limit_exceeded(message: impl Into<String>) -> Self {
        Self::modelled("AliasLimitExceededException", 400, Fault::Client, "message", message.into())
    }

    /// `CallbackTimeoutException`, 400.
    #[must_use]
    pub fn callback_timeout(message: impl Into<String>) -> Self {
        Self::modelled("CallbackTimeoutException", 400, Fault::Client, "Message", message.into())
    }

    /// `CapacityProviderLimitExceededException`, 400.
    #[must_use]
    pub fn capacity_provider_limit_exceeded(message: impl Into<String>) -> Self {
        Self::modelled(
            "CapacityProviderLimitExceededException",
            400,
            Fault::Client,
            "message",
            message.into(),
        )
    }

    /// `CodeArtifactUserDeletedException`, 409.
    #[must_use]
    pub fn code_artifact_user_deleted(message: impl Into<String>) -> Self {
        Self::modelled(
            "CodeArtifactUserDeletedException",
            409,
            Fault::Client,
            "message",
            message.into(),
        )
    }

    /// `CodeArtifactUserFailedException`, 409.
    #[must_use]
    pub fn code_artifact_user_failed(message: impl Into<String>) -> Self {
        Self::modelled(
            "CodeArtifactUserFailedException",
            409,
            Fault::Client,
            "message",
            message.into(),
        )
    }

    /// `CodeArtifactUserPendingException`, 409.
    #[must_use]
    pub fn code_artifact_user_pending(message: impl Into<String>) -> Self {
        Self::modelled(
            "CodeArtifactUserPendingException",
            409,
            Fault::Client,
            "message",
            message.into(),
        )
    }

    /// `CodeSigningConfigNotFoundException`, 404.
    #[must_use]
    pub fn code_signing_config_not_found(message: impl Into<String>) -> Self {
        Self::modelled(
            "CodeSigningConfigNotFoundException",
            404,
            Fault::Client,
            "Message",
            message.into(),
        )
    }

    /// `CodeStorageExceededException`, 400.
    #[must_use]
    pub fn code_storage_exceeded(message: impl Into<String>) -> Self {
        Self::modelled(
            "CodeStorageExceededException",
            400,
            Fault::Client,
            "message",
            message.into(),
        )
    }

    /// `CodeVerificationFailedException`, 400.
    #[must_use]
    pub fn code_verification_failed(message: impl Into<String>) -> Self {
        Self::modelled(
            "CodeVerificationFailedException",
            400,
            Fault::Client,
            "Message",
            message.into(),
        )
    }

    /// `DurableExecutionAlreadyStartedException`, 409.
    #[must_use]
    pub fn durable_execution_already_started(message: impl Into<String>) -> Self {
        Self::modelled(
            "DurableExecutionAlreadyStartedException",
            409,
            Fault::Client,
            "Message",
            message.into(),
        )
    }

    /// `EC2AccessDeniedException`, 502.
    #[must_use]
    pub fn ec2_access_denied(message: impl Into<String>) -> Self {
        Self::modelled("EC2AccessDeniedException", 502, Fault::Server, "Message", message.into())
    }

    /// `EC2ThrottledException`, 502.
    #[must_use]
    pub fn ec2_throttled(message: impl Into<String>) -> Self {
        Self::modelled("EC2ThrottledException", 502, Fault::Server, "Message", message.into())
    }

    /// `EC2UnexpectedException`, 502.
    #[must_use]
    pub fn ec2_unexpected(message: impl Into<String>, ec2_error_code: Option<&str>) -> Self {
        Self::modelled("EC2UnexpectedException", 502, Fault::Server, "Message", message.into())
            .member("EC2ErrorCode", ec2_error_code)
    }

    /// `EFSIOException`, 410.
    #[must_use]
    pub fn efsio(message: impl Into<String>) -> Self {
        Self::modelled("EFSIOException", 410, Fault::Client, "Message", message.into())
    }

    /// `EFSMountConnectivityException`, 408.
    #[must_use]
    pub fn efs_mount_connectivity(message: impl Into<String>) -> Self {
        Self::modelled(
            "EFSMountConnectivityException",
            408,
            Fault::Client,
            "Message",
            message.into(),
        )
    }

    /// `EFSMountFailureException`, 403.
    #[must_use]
    pub fn efs_mount_failure(message: impl Into<String>) -> Self {
        Self::modelled("EFSMountFailureException", 403, Fault::Client, "Message", message.into())
    }

    /// `EFSMountTimeoutException`, 408.
    #[must_use]
    pub fn efs_mount_timeout(message: impl Into<String>) -> Self {
        Self::modelled("EFSMountTimeoutException", 408, Fault::Client, "Message", message.into())
    }

    /// `ENILimitReachedException`, 502.
    #[must_use]
    pub fn eni_limit_reached(message: impl Into<String>) -> Self {
        Self::modelled("ENILimitReachedException", 502, Fault::Server, "Message", message.into())
    }

    /// `ENINotReadyException`, 502.
    #[must_use]
    pub fn eni_not_ready(message: impl Into<String>) -> Self {
        Self::modelled("ENINotReadyException", 502, Fault::Server, "Message", message.into())
    }

    /// `FunctionVersionsPerCapacityProviderLimitExceededException`, 400.
    #[must_use]
    pub fn function_versions_per_capacity_provider_limit_exceeded(
        message: impl Into<String>,
    ) -> Self {
        Self::modelled(
            "FunctionVersionsPerCapacityProviderLimitExceededException",
            400,
            Fault::Client,
            "message",
            message.into(),
        )
    }

    /// `InvalidCodeSignatureException`, 400.
    #[must_use]
    pub fn invalid_code_signature(message: impl Into<String>) -> Self {
        Self::modelled(
            "InvalidCodeSignatureException",
            400,
            Fault::Client,
            "Message",
            message.into(),
        )
    }

    /// `InvalidParameterValueException`, 400.
    #[must_use]
    pub fn invalid_parameter_value(message: impl Into<String>) -> Self {
        Self::modelled(
            "InvalidParameterValueException",
            400,
            Fault::Client,
            "message",
            message.into(),
        )
    }

    /// `InvalidRequestContentException`, 400.
    #[must_use]
    pub fn invalid_request_content(message: impl Into<String>) -> Self {
        Self::modelled(
            "InvalidRequestContentException",
            400,
            Fault::Client,
            "message",
            message.into(),
        )
    }

    /// `InvalidRuntimeException`, 502.
    #[must_use]
    pub fn invalid_runtime(message: impl Into<String>) -> Self {
        Self::modelled("InvalidRuntimeException", 502, Fault::Server, "Message", message.into())
    }

    /// `InvalidSecurityGroupIDException`, 502.
    #[must_use]
    pub fn invalid_security_group_id(message: impl Into<String>) -> Self {
        Self::modelled(
            "InvalidSecurityGroupIDException",
            502,
            Fault::Server,
            "Message",
            message.into(),
        )
    }

    /// `InvalidSubnetIDException`, 502.
    #[must_use]
    pub fn invalid_subnet_id(message: impl Into<String>) -> Self {
        Self::modelled("InvalidSubnetIDException", 502, Fault::Server, "Message", message.into())
    }

    /// `InvalidZipFileException`, 502.
    #[must_use]
    pub fn invalid_zip_file(message: impl Into<String>) -> Self {
        Self::modelled("InvalidZipFileException", 502, Fault::Server, "Message", message.into())
    }

    /// `KMSAccessDeniedException`, 502.
    #[must_use]
    pub fn kms_access_denied(message: impl Into<String>) -> Self {
        Self::modelled("KMSAccessDeniedException", 502, Fault::Server, "Message", message.into())
    }

    /// `KMSDisabledException`, 502.
    #[must_use]
    pub fn kms_disabled(message: impl Into<String>) -> Self {
        Self::modelled("KMSDisabledException", 502, Fault::Server, "Message", message.into())
    }

    /// `KMSInvalidStateException`, 502.
    #[must_use]
    pub fn kms_invalid_state(message: impl Into<String>) -> Self {
        Self::modelled("KMSInvalidStateException", 502, Fault::Server, "Message", message.into())
    }

    /// `KMSNotFoundException`, 502.
    #[must_use]
    pub fn kms_not_found(message: impl Into<String>) -> Self {
        Self::modelled("KMSNotFoundException", 502, Fault::Server, "Message", message.into())
    }

    /// `ModeNotSupportedException`, 400.
    #[must_use]
    pub fn mode_not_supported(message: impl Into<String>) -> Self {
        Self::modelled("ModeNotSupportedException", 400, Fault::Client, "message", message.into())
    }

    /// `NoPublishedVersionException`, 400.
    #[must_use]
    pub fn no_published_version(message: impl Into<String>) -> Self {
        Self::modelled("NoPublishedVersionException", 400, Fault::Client, "Message", message.into())
    }

    /// `PolicyLengthExceededException`, 400.
    #[must_use]
    pub fn policy_length_exceeded(message: impl Into<String>) -> Self {
        Self::modelled(
            "PolicyLengthExceededException",
            400,
            Fault::Client,
            "message",
            message.into(),
        )
    }

    /// `PreconditionFailedException`, 412.
    #[must_use]
    pub fn precondition_failed(message: impl Into<String>) -> Self {
        Self::modelled("PreconditionFailedException", 412, Fault::Client, "message", message.into())
    }

    /// `ProvisionedConcurrencyConfigNotFoundException`, 404.
    #[must_use]
    pub fn provisioned_concurrency_config_not_found(message: impl Into<String>) -> Self {
        Self::modelled(
            "ProvisionedConcurrencyConfigNotFoundException",
            404,
            Fault::Client,
            "message",
            message.into(),
        )
    }

    /// `PublicPolicyException`, 400.
    #[must_use]
    pub fn public_policy(message: impl Into<String>) -> Self {
        Self::modelled("PublicPolicyException", 400, Fault::Client, "Message", message.into())
    }

    /// `RecursiveInvocationException`, 400.
    #[must_use]
    pub fn recursive_invocation(message: impl Into<String>) -> Self {
        Self::modelled(
            "RecursiveInvocationException",
            400,
            Fault::Client,
            "Message",
            message.into(),
        )
    }

    /// `RequestTooLargeException`, 413.
    #[must_use]
    pub fn request_too_large(message: impl Into<String>) -> Self {
        Self::modelled("RequestTooLargeException", 413, Fault::Client, "message", message.into())
    }

    /// `ResourceConflictException`, 409.
    #[must_use]
    pub fn resource_conflict(message: impl Into<String>) -> Self {
        Self::modelled("ResourceConflictException", 409, Fault::Client, "message", message.into())
    }

    /// `ResourceInUseException`, 400.
    #[must_use]
    pub fn resource_in_use(message: impl Into<String>) -> Self {
        Self::modelled("ResourceInUseException", 400, Fault::Client, "Message", message.into())
    }

    /// `ResourceNotFoundException`, 404.
    #[must_use]
    pub fn resource_not_found(message: impl Into<String>) -> Self {
        Self::modelled("ResourceNotFoundException", 404, Fault::Client, "Message", message.into())
    }

    /// `ResourceNotReadyException`, 502.
    #[must_use]
    pub fn resource_not_ready(message: impl Into<String>) -> Self {
        Self::modelled("ResourceNotReadyException", 502, Fault::Server, "message", message.into())
    }

    /// `RuntimeAliasDeletedException`, 409.
    #[must_use]
    pub fn runtime_alias_deleted(message: impl Into<String>) -> Self {
        Self::modelled(
            "RuntimeAliasDeletedException",
            409,
            Fault::Client,
            "message",
            message.into(),
        )
    }

    /// `RuntimeVersionDeletedException`, 409.
    #[must_use]
    pub fn runtime_version_deleted(message: impl Into<String>) -> Self {
        Self::modelled(
            "RuntimeVersionDeletedException",
            409,
            Fault::Client,
            "message",
            message.into(),
        )
    }

    /// `S3FilesMountConnectivityException`, 408.
    #[must_use]
    pub fn s3_files_mount_connectivity(message: impl Into<String>) -> Self {
        Self::modelled(
            "S3FilesMountConnectivityException",
            408,
            Fault::Client,
            "Message",
            message.into(),
        )
    }

    /// `S3FilesMountFailureException`, 403.
    #[must_use]
    pub fn s3_files_mount_failure(message: impl Into<String>) -> Self {
        Self::modelled(
            "S3FilesMountFailureException",
            403,
            Fault::Client,
            "Message",
            message.into(),
        )
    }

    /// `S3FilesMountTimeoutException`, 408.
    #[must_use]
    pub fn s3_files_mount_timeout(message: impl Into<String>) -> Self {
        Self::modelled(
            "S3FilesMountTimeoutException",
            408,
            Fault::Client,
            "Message",
            message.into(),
        )
    }

    /// `SerializedRequestEntityTooLargeException`, 413.
    #[must_use]
    pub fn serialized_request_entity_too_large(message: impl Into<String>) -> Self {
        Self::modelled(
            "SerializedRequestEntityTooLargeException",
            413,
            Fault::Client,
            "message",
            message.into(),
        )
    }

    /// `ServiceException`, 500.
    #[must_use]
    pub fn service(message: impl Into<String>) -> Self {
        Self::modelled("ServiceException", 500, Fault::Server, "Message", message.into())
    }

    /// `ServiceQuotaExceededException`, 402.
    #[must_use]
    pub fn service_quota_exceeded(message: impl Into<String>) -> Self {
        Self::modelled(
            "ServiceQuotaExceededException",
            402,
            Fault::Client,
            "Message",
            message.into(),
        )
    }

    /// `SnapStartException`, 400.
    #[must_use]
    pub fn snap_start(message: impl Into<String>) -> Self {
        Self::modelled("SnapStartException", 400, Fault::Client, "Message", message.into())
    }

    /// `SnapStartNotReadyException`, 409.
    #[must_use]
    pub fn snap_start_not_ready(message: impl Into<String>) -> Self {
        Self::modelled("SnapStartNotReadyException", 409, Fault::Client, "Message", message.into())
    }

    /// `SnapStartRegenerationFailureException`, 409.
    #[must_use]
    pub fn snap_start_regeneration_failure(message: impl Into<String>) -> Self {
        Self::modelled(
            "SnapStartRegenerationFailureException",
            409,
            Fault::Client,
            "Message",
            message.into(),
        )
    }

    /// `SnapStartTimeoutException`, 408.
    #[must_use]
    pub fn snap_start_timeout(message: impl Into<String>) -> Self {
        Self::modelled("SnapStartTimeoutException", 408, Fault::Client, "Message", message.into())
    }

    /// `SubnetIPAddressLimitReachedException`, 502.
    #[must_use]
    pub fn subnet_ip_address_limit_reached(message: impl Into<String>) -> Self {
        Self::modelled(
            "SubnetIPAddressLimitReachedException",
            502,
            Fault::Server,
            "Message",
            message.into(),
        )
    }

    /// `TooManyRequestsException`, 429.
    #[must_use]
    pub fn too_many_requests(
        message: impl Into<String>,
        retry_after_seconds: Option<&str>,
        reason: Option<&str>,
    ) -> Self {
        Self::modelled("TooManyRequestsException", 429, Fault::Client, "message", message.into())
            .header("retry-after", retry_after_seconds)
            .member("Reason", reason)
    }

    /// `UnsupportedMediaTypeException`, 415.
    #[must_use]
    pub fn unsupported_media_type(message: impl Into<String>) -> Self {
        Self::modelled(
            "UnsupportedMediaTypeException",
            415,
            Fault::Client,
            "message",
            message.into(),
        )
    }
}
