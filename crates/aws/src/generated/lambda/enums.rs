// Written by `cargo xtask codegen` from the public service model. Do not edit.
//! Texts of which the service lists the values.

use crate::shape::text_enum;

text_enum! {
    /// `ApplicationLogLevel` of the service model.
    pub enum ApplicationLogLevel {
        Trace = "TRACE",
        Debug = "DEBUG",
        Info = "INFO",
        Warn = "WARN",
        Error = "ERROR",
        Fatal = "FATAL",
    }
}

text_enum! {
    /// `Architecture` of the service model.
    pub enum Architecture {
        X86_64 = "x86_64",
        Arm64 = "arm64",
    }
}

text_enum! {
    /// `CodeSigningPolicy` of the service model.
    pub enum CodeSigningPolicy {
        Warn = "Warn",
        Enforce = "Enforce",
    }
}

text_enum! {
    /// `DirectS3Read` of the service model.
    pub enum DirectS3Read {
        Enabled = "ENABLED",
        Disabled = "DISABLED",
        Auto = "AUTO",
    }
}

text_enum! {
    /// `EndPointType` of the service model.
    pub enum EndPointType {
        KafkaBootstrapServers = "KAFKA_BOOTSTRAP_SERVERS",
    }
}

text_enum! {
    /// `EventSourceMappingMetric` of the service model.
    pub enum EventSourceMappingMetric {
        EventCount = "EventCount",
        ErrorCount = "ErrorCount",
        KafkaMetrics = "KafkaMetrics",
    }
}

text_enum! {
    /// `EventSourceMappingSystemLogLevel` of the service model.
    pub enum EventSourceMappingSystemLogLevel {
        Debug = "DEBUG",
        Info = "INFO",
        Warn = "WARN",
    }
}

text_enum! {
    /// `EventSourcePosition` of the service model.
    pub enum EventSourcePosition {
        Latest = "LATEST",
        AtTimestamp = "AT_TIMESTAMP",
        TrimHorizon = "TRIM_HORIZON",
    }
}

text_enum! {
    /// `FullDocument` of the service model.
    pub enum FullDocument {
        UpdateLookup = "UpdateLookup",
        Default = "Default",
    }
}

text_enum! {
    /// `FunctionResponseType` of the service model.
    pub enum FunctionResponseType {
        ReportBatchItemFailures = "ReportBatchItemFailures",
    }
}

text_enum! {
    /// `FunctionUrlAuthType` of the service model.
    pub enum FunctionUrlAuthType {
        None = "NONE",
        AwsIam = "AWS_IAM",
    }
}

text_enum! {
    /// `FunctionVersion` of the service model.
    pub enum FunctionVersion {
        All = "ALL",
    }
}

text_enum! {
    /// `FunctionVersionLatestPublished` of the service model.
    pub enum FunctionVersionLatestPublished {
        LatestPublished = "LATEST_PUBLISHED",
    }
}

text_enum! {
    /// `InvocationType` of the service model.
    pub enum InvocationType {
        Event = "Event",
        RequestResponse = "RequestResponse",
        DryRun = "DryRun",
    }
}

text_enum! {
    /// `InvokeMode` of the service model.
    pub enum InvokeMode {
        ResponseStream = "RESPONSE_STREAM",
        Buffered = "BUFFERED",
    }
}

text_enum! {
    /// `KafkaEventSourceMappingConsumptionMode` of the service model.
    pub enum KafkaEventSourceMappingConsumptionMode {
        Stream = "Stream",
        Queue = "Queue",
    }
}

text_enum! {
    /// `KafkaSchemaRegistryAuthType` of the service model.
    pub enum KafkaSchemaRegistryAuthType {
        BasicAuth = "BASIC_AUTH",
        ClientCertificateTlsAuth = "CLIENT_CERTIFICATE_TLS_AUTH",
        ServerRootCaCertificate = "SERVER_ROOT_CA_CERTIFICATE",
        OauthbearerAuth = "OAUTHBEARER_AUTH",
    }
}

text_enum! {
    /// `KafkaSchemaValidationAttribute` of the service model.
    pub enum KafkaSchemaValidationAttribute {
        Key = "KEY",
        Value = "VALUE",
    }
}

text_enum! {
    /// `LastUpdateStatus` of the service model.
    pub enum LastUpdateStatus {
        Successful = "Successful",
        Failed = "Failed",
        InProgress = "InProgress",
    }
}

text_enum! {
    /// `LastUpdateStatusReasonCode` of the service model.
    pub enum LastUpdateStatusReasonCode {
        EniLimitExceeded = "EniLimitExceeded",
        InsufficientRolePermissions = "InsufficientRolePermissions",
        InvalidConfiguration = "InvalidConfiguration",
        InternalError = "InternalError",
        SubnetOutOfIPAddresses = "SubnetOutOfIPAddresses",
        InvalidSubnet = "InvalidSubnet",
        InvalidSecurityGroup = "InvalidSecurityGroup",
        ImageDeleted = "ImageDeleted",
        ImageAccessDenied = "ImageAccessDenied",
        InvalidImage = "InvalidImage",
        KMSKeyAccessDenied = "KMSKeyAccessDenied",
        KMSKeyNotFound = "KMSKeyNotFound",
        InvalidStateKMSKey = "InvalidStateKMSKey",
        DisabledKMSKey = "DisabledKMSKey",
        EFSIOError = "EFSIOError",
        EFSMountConnectivityError = "EFSMountConnectivityError",
        EFSMountFailure = "EFSMountFailure",
        EFSMountTimeout = "EFSMountTimeout",
        InvalidRuntime = "InvalidRuntime",
        InvalidZipFileException = "InvalidZipFileException",
        FunctionError = "FunctionError",
        ServiceQuotaExceededException = "ServiceQuotaExceededException",
        VcpuLimitExceeded = "VcpuLimitExceeded",
        CapacityProviderScalingLimitExceeded = "CapacityProviderScalingLimitExceeded",
        InsufficientCapacity = "InsufficientCapacity",
        EC2RequestLimitExceeded = "EC2RequestLimitExceeded",
        FunctionErrorInitTimeout = "FunctionError.InitTimeout",
        FunctionErrorRuntimeInitError = "FunctionError.RuntimeInitError",
        FunctionErrorExtensionInitError = "FunctionError.ExtensionInitError",
        FunctionErrorInvalidEntryPoint = "FunctionError.InvalidEntryPoint",
        FunctionErrorInvalidWorkingDirectory = "FunctionError.InvalidWorkingDirectory",
        FunctionErrorPermissionDenied = "FunctionError.PermissionDenied",
        FunctionErrorTooManyExtensions = "FunctionError.TooManyExtensions",
        FunctionErrorInitResourceExhausted = "FunctionError.InitResourceExhausted",
        DisallowedByVpcEncryptionControl = "DisallowedByVpcEncryptionControl",
        IncompatibleAcceleratorInstanceTypes = "IncompatibleAcceleratorInstanceTypes",
        DependencyError = "DependencyError",
    }
}

text_enum! {
    /// `LogFormat` of the service model.
    pub enum LogFormat {
        Json = "JSON",
        Text = "Text",
    }
}

text_enum! {
    /// `LogType` of the service model.
    pub enum LogType {
        None = "None",
        Tail = "Tail",
    }
}

text_enum! {
    /// `PackageType` of the service model.
    pub enum PackageType {
        Zip = "Zip",
        Image = "Image",
    }
}

text_enum! {
    /// `ProvisionedConcurrencyStatusEnum` of the service model.
    pub enum ProvisionedConcurrencyStatusEnum {
        InProgress = "IN_PROGRESS",
        Ready = "READY",
        Failed = "FAILED",
    }
}

text_enum! {
    /// `RecursiveLoop` of the service model.
    pub enum RecursiveLoop {
        Terminate = "Terminate",
        Allow = "Allow",
    }
}

text_enum! {
    /// `ResponseStreamingInvocationType` of the service model.
    pub enum ResponseStreamingInvocationType {
        RequestResponse = "RequestResponse",
        DryRun = "DryRun",
    }
}

text_enum! {
    /// `Runtime` of the service model.
    pub enum Runtime {
        Nodejs = "nodejs",
        Nodejs4_3 = "nodejs4.3",
        Nodejs6_10 = "nodejs6.10",
        Nodejs8_10 = "nodejs8.10",
        Nodejs10X = "nodejs10.x",
        Nodejs12X = "nodejs12.x",
        Nodejs14X = "nodejs14.x",
        Nodejs16X = "nodejs16.x",
        Nodejs18X = "nodejs18.x",
        Nodejs20X = "nodejs20.x",
        Nodejs22X = "nodejs22.x",
        Nodejs24X = "nodejs24.x",
        Java8 = "java8",
        Java8Al2 = "java8.al2",
        Java11 = "java11",
        Java17 = "java17",
        Java21 = "java21",
        Java25 = "java25",
        Python2_7 = "python2.7",
        Python3_6 = "python3.6",
        Python3_7 = "python3.7",
        Python3_8 = "python3.8",
        Python3_9 = "python3.9",
        Python3_10 = "python3.10",
        Python3_11 = "python3.11",
        Python3_12 = "python3.12",
        Python3_13 = "python3.13",
        Python3_14 = "python3.14",
        Dotnetcore1_0 = "dotnetcore1.0",
        Dotnetcore2_0 = "dotnetcore2.0",
        Dotnetcore2_1 = "dotnetcore2.1",
        Dotnetcore3_1 = "dotnetcore3.1",
        Dotnet6 = "dotnet6",
        Dotnet8 = "dotnet8",
        Dotnet10 = "dotnet10",
        Nodejs4_3Edge = "nodejs4.3-edge",
        Go1X = "go1.x",
        Ruby2_5 = "ruby2.5",
        Ruby2_7 = "ruby2.7",
        Ruby3_2 = "ruby3.2",
        Ruby3_3 = "ruby3.3",
        Ruby3_4 = "ruby3.4",
        Ruby4_0 = "ruby4.0",
        Provided = "provided",
        ProvidedAl2 = "provided.al2",
        ProvidedAl2023 = "provided.al2023",
        Nodejs26X = "nodejs26.x",
        Python3_15 = "python3.15",
        Java8Al2023 = "java8.al2023",
        Java11Al2023 = "java11.al2023",
        Java17Al2023 = "java17.al2023",
        Custom = "custom",
    }
}

text_enum! {
    /// `S3ObjectStorageMode` of the service model.
    pub enum S3ObjectStorageMode {
        Copy = "COPY",
        Reference = "REFERENCE",
    }
}

text_enum! {
    /// `SchemaRegistryEventRecordFormat` of the service model.
    pub enum SchemaRegistryEventRecordFormat {
        Json = "JSON",
        Source = "SOURCE",
    }
}

text_enum! {
    /// `SnapStartApplyOn` of the service model.
    pub enum SnapStartApplyOn {
        PublishedVersions = "PublishedVersions",
        None = "None",
    }
}

text_enum! {
    /// `SnapStartOptimizationStatus` of the service model.
    pub enum SnapStartOptimizationStatus {
        On = "On",
        Off = "Off",
    }
}

text_enum! {
    /// `SourceAccessType` of the service model.
    pub enum SourceAccessType {
        BasicAuth = "BASIC_AUTH",
        VpcSubnet = "VPC_SUBNET",
        VpcSecurityGroup = "VPC_SECURITY_GROUP",
        SaslScram512Auth = "SASL_SCRAM_512_AUTH",
        SaslScram256Auth = "SASL_SCRAM_256_AUTH",
        VirtualHost = "VIRTUAL_HOST",
        ClientCertificateTlsAuth = "CLIENT_CERTIFICATE_TLS_AUTH",
        ServerRootCaCertificate = "SERVER_ROOT_CA_CERTIFICATE",
        OauthbearerAuth = "OAUTHBEARER_AUTH",
        OauthbearerScope = "OAUTHBEARER_SCOPE",
        OauthbearerAudience = "OAUTHBEARER_AUDIENCE",
        OauthbearerLogicalCluster = "OAUTHBEARER_LOGICAL_CLUSTER",
        OauthbearerIdentityPool = "OAUTHBEARER_IDENTITY_POOL",
        IamAuth = "IAM_AUTH",
        IamOauthbearerAuth = "IAM_OAUTHBEARER_AUTH",
    }
}

text_enum! {
    /// `State` of the service model.
    pub enum State {
        Pending = "Pending",
        Active = "Active",
        Inactive = "Inactive",
        Failed = "Failed",
        Deactivating = "Deactivating",
        Deactivated = "Deactivated",
        ActiveNonInvocable = "ActiveNonInvocable",
        Deleting = "Deleting",
    }
}

text_enum! {
    /// `StateReasonCode` of the service model.
    pub enum StateReasonCode {
        Idle = "Idle",
        Creating = "Creating",
        Restoring = "Restoring",
        EniLimitExceeded = "EniLimitExceeded",
        InsufficientRolePermissions = "InsufficientRolePermissions",
        InvalidConfiguration = "InvalidConfiguration",
        InternalError = "InternalError",
        SubnetOutOfIPAddresses = "SubnetOutOfIPAddresses",
        InvalidSubnet = "InvalidSubnet",
        InvalidSecurityGroup = "InvalidSecurityGroup",
        ImageDeleted = "ImageDeleted",
        ImageAccessDenied = "ImageAccessDenied",
        InvalidImage = "InvalidImage",
        KMSKeyAccessDenied = "KMSKeyAccessDenied",
        KMSKeyNotFound = "KMSKeyNotFound",
        InvalidStateKMSKey = "InvalidStateKMSKey",
        DisabledKMSKey = "DisabledKMSKey",
        EFSIOError = "EFSIOError",
        EFSMountConnectivityError = "EFSMountConnectivityError",
        EFSMountFailure = "EFSMountFailure",
        EFSMountTimeout = "EFSMountTimeout",
        InvalidRuntime = "InvalidRuntime",
        InvalidZipFileException = "InvalidZipFileException",
        FunctionError = "FunctionError",
        ServiceQuotaExceededException = "ServiceQuotaExceededException",
        VcpuLimitExceeded = "VcpuLimitExceeded",
        CapacityProviderScalingLimitExceeded = "CapacityProviderScalingLimitExceeded",
        InsufficientCapacity = "InsufficientCapacity",
        EC2RequestLimitExceeded = "EC2RequestLimitExceeded",
        FunctionErrorInitTimeout = "FunctionError.InitTimeout",
        FunctionErrorRuntimeInitError = "FunctionError.RuntimeInitError",
        FunctionErrorExtensionInitError = "FunctionError.ExtensionInitError",
        FunctionErrorInvalidEntryPoint = "FunctionError.InvalidEntryPoint",
        FunctionErrorInvalidWorkingDirectory = "FunctionError.InvalidWorkingDirectory",
        FunctionErrorPermissionDenied = "FunctionError.PermissionDenied",
        FunctionErrorTooManyExtensions = "FunctionError.TooManyExtensions",
        FunctionErrorInitResourceExhausted = "FunctionError.InitResourceExhausted",
        DisallowedByVpcEncryptionControl = "DisallowedByVpcEncryptionControl",
        DrainingDurableExecutions = "DrainingDurableExecutions",
        IncompatibleAcceleratorInstanceTypes = "IncompatibleAcceleratorInstanceTypes",
        DependencyError = "DependencyError",
    }
}

text_enum! {
    /// `SystemLogLevel` of the service model.
    pub enum SystemLogLevel {
        Debug = "DEBUG",
        Info = "INFO",
        Warn = "WARN",
    }
}

text_enum! {
    /// `TenantIsolationMode` of the service model.
    pub enum TenantIsolationMode {
        PerTenant = "PER_TENANT",
    }
}

text_enum! {
    /// `TracingMode` of the service model.
    pub enum TracingMode {
        Active = "Active",
        PassThrough = "PassThrough",
    }
}

text_enum! {
    /// `UpdateRuntimeOn` of the service model.
    pub enum UpdateRuntimeOn {
        Auto = "Auto",
        Manual = "Manual",
        FunctionUpdate = "FunctionUpdate",
    }
}
