// Written by `cargo xtask codegen` from the public service model. Do not edit.
//! The bounds of every member a request can carry.

use super::*;
use crate::shape::{Check, Constraint, Pattern, Rule, Violations};

static APPLICATION_LOG_LEVEL: Constraint =
    Constraint::new(&[Rule::OneOf(ApplicationLogLevel::VALUES)]);

static ARCHITECTURE: Constraint = Constraint::new(&[Rule::OneOf(Architecture::VALUES)]);

static ARCHITECTURES_LIST: Constraint = Constraint::new(&[Rule::Longest(1), Rule::Shortest(1)]);

static CAPACITY_PROVIDER_ARN_PATTERN: Pattern = Pattern::new(
    "arn:aws[a-zA-Z-]*:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:capacity-provider:[a-zA-Z0-9-_]+",
    "^(?:arn:aws[a-zA-Z-]*:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-[0-9]{1}:[0-9]{12}:capacity-provider:[a-zA-Z0-9-_]+)$",
);

static CAPACITY_PROVIDER_ARN: Constraint = Constraint::new(&[
    Rule::Longest(140),
    Rule::Shortest(1),
    Rule::Pattern(&CAPACITY_PROVIDER_ARN_PATTERN),
]);

static CODE_SIGNING_CONFIG_ARN_PATTERN: Pattern = Pattern::new(
    "arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:code-signing-config:csc-[a-z0-9]{17}",
    "^(?:arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-[0-9]{1}:[0-9]{12}:code-signing-config:csc-[a-z0-9]{17})$",
);

static CODE_SIGNING_CONFIG_ARN: Constraint = Constraint::new(&[
    Rule::Longest(200),
    Rule::Shortest(0),
    Rule::Pattern(&CODE_SIGNING_CONFIG_ARN_PATTERN),
]);

static DESCRIPTION: Constraint = Constraint::new(&[Rule::Longest(256), Rule::Shortest(0)]);

static DIRECT_S3_READ: Constraint = Constraint::new(&[Rule::OneOf(DirectS3Read::VALUES)]);

static DURABLE_EXECUTION_NAME_PATTERN: Pattern =
    Pattern::new("[a-zA-Z0-9-_]+", "^(?:[a-zA-Z0-9-_]+)$");

static DURABLE_EXECUTION_NAME: Constraint = Constraint::new(&[
    Rule::Longest(64),
    Rule::Shortest(1),
    Rule::Pattern(&DURABLE_EXECUTION_NAME_PATTERN),
]);

static ENVIRONMENT_VARIABLE_NAME_PATTERN: Pattern =
    Pattern::new("[a-zA-Z]([a-zA-Z0-9_])+", "^(?:[a-zA-Z]([a-zA-Z0-9_])+)$");

static ENVIRONMENT_VARIABLE_NAME: Constraint =
    Constraint::sensitive(&[Rule::Pattern(&ENVIRONMENT_VARIABLE_NAME_PATTERN)]);

static ENVIRONMENT_VARIABLE_VALUE: Constraint = Constraint::sensitive(&[]);

static ENVIRONMENT_VARIABLES: Constraint = Constraint::sensitive(&[]);

static EPHEMERAL_STORAGE_SIZE: Constraint = Constraint::new(&[Rule::Most(32768), Rule::Least(512)]);

static EXECUTION_ENVIRONMENT_MEMORY_GI_B_PER_V_CPU: Constraint =
    Constraint::new(&[Rule::MostDecimal(8_f64), Rule::LeastDecimal(2_f64)]);

static EXECUTION_TIMEOUT: Constraint = Constraint::new(&[Rule::Most(31622400), Rule::Least(1)]);

static FILE_SYSTEM_ARN_PATTERN: Pattern = Pattern::new(
    "arn:aws[a-zA-Z-]*:elasticfilesystem:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:access-point/fsap-[a-f0-9]{17}$|^arn:aws[-a-z]*:s3files:[0-9a-z-:]+:file-system/fs-[0-9a-f]{17,40}/access-point/fsap-[0-9a-f]{17,40}",
    "^(?:arn:aws[a-zA-Z-]*:elasticfilesystem:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-[0-9]{1}:[0-9]{12}:access-point/fsap-[a-f0-9]{17}$|^arn:aws[-a-z]*:s3files:[0-9a-z-:]+:file-system/fs-[0-9a-f]{17,40}/access-point/fsap-[0-9a-f]{17,40})$",
);

static FILE_SYSTEM_ARN: Constraint = Constraint::new(&[
    Rule::Longest(256),
    Rule::Shortest(0),
    Rule::Pattern(&FILE_SYSTEM_ARN_PATTERN),
]);

static FILE_SYSTEM_CONFIG_LIST: Constraint =
    Constraint::new(&[Rule::Longest(1), Rule::Shortest(0)]);

static FUNCTION_NAME_PATTERN: Pattern = Pattern::new(
    "(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?",
    "^(?:(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-[0-9]{1}:)?([0-9]{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?)$",
);

static FUNCTION_NAME: Constraint = Constraint::new(&[
    Rule::Longest(140),
    Rule::Shortest(1),
    Rule::Pattern(&FUNCTION_NAME_PATTERN),
]);

static FUNCTION_RUNTIME_ALIAS: Constraint =
    Constraint::new(&[Rule::Longest(128), Rule::Shortest(1)]);

static FUNCTION_RUNTIME_ARN_PATTERN: Pattern = Pattern::new(
    "arn:[a-z-]+:lambda:[a-z0-9-]+:\\d{12}:runtime/.+",
    "^(?:arn:[a-z-]+:lambda:[a-z0-9-]+:[0-9]{12}:runtime/.+)$",
);

static FUNCTION_RUNTIME_ARN: Constraint = Constraint::new(&[
    Rule::Longest(2048),
    Rule::Shortest(48),
    Rule::Pattern(&FUNCTION_RUNTIME_ARN_PATTERN),
]);

static FUNCTION_VERSION: Constraint = Constraint::new(&[Rule::OneOf(FunctionVersion::VALUES)]);

static FUNCTION_VERSION_LATEST_PUBLISHED: Constraint =
    Constraint::new(&[Rule::OneOf(FunctionVersionLatestPublished::VALUES)]);

static HANDLER_PATTERN: Pattern = Pattern::new("[^\\s]+", "^(?:[^[ \\t\\n\\x0B\\f\\r]]+)$");

static HANDLER: Constraint =
    Constraint::new(&[Rule::Longest(128), Rule::Shortest(0), Rule::Pattern(&HANDLER_PATTERN)]);

static INVOCATION_TYPE: Constraint = Constraint::new(&[Rule::OneOf(InvocationType::VALUES)]);

static KMS_KEY_ARN_PATTERN: Pattern = Pattern::new(
    "(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()",
    "^(?:(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|())$",
);

static KMS_KEY_ARN: Constraint = Constraint::new(&[
    Rule::Longest(10000),
    Rule::Shortest(0),
    Rule::Pattern(&KMS_KEY_ARN_PATTERN),
]);

static LAYER_VERSION_ARN_PATTERN: Pattern = Pattern::new(
    "((arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:layer:[a-zA-Z0-9-_]+:[0-9]+)|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+))",
    "^(?:((arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-[0-9]{1}:[0-9]{12}:layer:[a-zA-Z0-9-_]+:[0-9]+)|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+)))$",
);

static LAYER_VERSION_ARN: Constraint = Constraint::new(&[
    Rule::Longest(2048),
    Rule::Shortest(1),
    Rule::Pattern(&LAYER_VERSION_ARN_PATTERN),
]);

static LOCAL_MOUNT_PATH_PATTERN: Pattern =
    Pattern::new("/mnt/[a-zA-Z0-9-_.]+", "^(?:/mnt/[a-zA-Z0-9-_.]+)$");

static LOCAL_MOUNT_PATH: Constraint = Constraint::new(&[
    Rule::Longest(160),
    Rule::Shortest(0),
    Rule::Pattern(&LOCAL_MOUNT_PATH_PATTERN),
]);

static LOG_FORMAT: Constraint = Constraint::new(&[Rule::OneOf(LogFormat::VALUES)]);

static LOG_GROUP_PATTERN: Pattern =
    Pattern::new("[\\.\\-_/#A-Za-z0-9]+", "^(?:[\\.\\-_/#A-Za-z0-9]+)$");

static LOG_GROUP: Constraint =
    Constraint::new(&[Rule::Longest(512), Rule::Shortest(1), Rule::Pattern(&LOG_GROUP_PATTERN)]);

static LOG_TYPE: Constraint = Constraint::new(&[Rule::OneOf(LogType::VALUES)]);

static MASTER_REGION_PATTERN: Pattern = Pattern::new(
    "ALL|(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}",
    "^(?:ALL|(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-[0-9]{1})$",
);

static MASTER_REGION: Constraint =
    Constraint::new(&[Rule::Longest(50), Rule::Shortest(1), Rule::Pattern(&MASTER_REGION_PATTERN)]);

static MAX_LIST_ITEMS: Constraint = Constraint::new(&[Rule::Most(10000), Rule::Least(1)]);

static MEMORY_SIZE: Constraint = Constraint::new(&[Rule::Most(32768), Rule::Least(128)]);

static NAMESPACED_FUNCTION_NAME_PATTERN: Pattern = Pattern::new(
    "(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?",
    "^(?:(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-[0-9]{1}:)?([0-9]{12}:)?(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?)$",
);

static NAMESPACED_FUNCTION_NAME: Constraint = Constraint::new(&[
    Rule::Longest(256),
    Rule::Shortest(1),
    Rule::Pattern(&NAMESPACED_FUNCTION_NAME_PATTERN),
]);

static NUMERIC_LATEST_PUBLISHED_OR_ALIAS_QUALIFIER_PATTERN: Pattern = Pattern::new(
    "\\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+",
    "^(?:\\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+)$",
);

static NUMERIC_LATEST_PUBLISHED_OR_ALIAS_QUALIFIER: Constraint = Constraint::new(&[
    Rule::Longest(128),
    Rule::Shortest(1),
    Rule::Pattern(&NUMERIC_LATEST_PUBLISHED_OR_ALIAS_QUALIFIER_PATTERN),
]);

static PACKAGE_TYPE: Constraint = Constraint::new(&[Rule::OneOf(PackageType::VALUES)]);

static PER_EXECUTION_ENVIRONMENT_MAX_CONCURRENCY: Constraint =
    Constraint::new(&[Rule::Most(1600), Rule::Least(1)]);

static RESOURCE_ARN_PATTERN: Pattern = Pattern::new(
    "(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()",
    "^(?:(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|())$",
);

static RESOURCE_ARN: Constraint = Constraint::new(&[
    Rule::Longest(10000),
    Rule::Shortest(0),
    Rule::Pattern(&RESOURCE_ARN_PATTERN),
]);

static RETENTION_PERIOD_IN_DAYS: Constraint = Constraint::new(&[Rule::Most(90), Rule::Least(1)]);

static ROLE_ARN_PATTERN: Pattern = Pattern::new(
    "arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+",
    "^(?:arn:(aws[a-zA-Z-]*)?:iam::[0-9]{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+)$",
);

static ROLE_ARN: Constraint =
    Constraint::new(&[Rule::Longest(10000), Rule::Shortest(0), Rule::Pattern(&ROLE_ARN_PATTERN)]);

static S3_BUCKET_PATTERN: Pattern =
    Pattern::new("[0-9A-Za-z\\.\\-_]*(?<!\\.)", "^(?:([0-9A-Za-z\\.\\-_]*[0-9A-Za-z\\-_])?)$");

static S3_BUCKET: Constraint =
    Constraint::new(&[Rule::Longest(63), Rule::Shortest(3), Rule::Pattern(&S3_BUCKET_PATTERN)]);

static S3_KEY_PATTERN: Pattern = Pattern::new(".*", "^(?:.*)$");

static S3_KEY: Constraint =
    Constraint::new(&[Rule::Longest(1024), Rule::Shortest(1), Rule::Pattern(&S3_KEY_PATTERN)]);

static S3_OBJECT_STORAGE_MODE: Constraint =
    Constraint::new(&[Rule::OneOf(S3ObjectStorageMode::VALUES)]);

static S3_OBJECT_VERSION_PATTERN: Pattern = Pattern::new(".*", "^(?:.*)$");

static S3_OBJECT_VERSION: Constraint = Constraint::new(&[
    Rule::Longest(1024),
    Rule::Shortest(1),
    Rule::Pattern(&S3_OBJECT_VERSION_PATTERN),
]);

static SECURITY_GROUP_ID_PATTERN: Pattern =
    Pattern::new("sg-[0-9a-zA-Z]*", "^(?:sg-[0-9a-zA-Z]*)$");

static SECURITY_GROUP_ID: Constraint = Constraint::new(&[
    Rule::Longest(1024),
    Rule::Shortest(0),
    Rule::Pattern(&SECURITY_GROUP_ID_PATTERN),
]);

static SECURITY_GROUP_IDS: Constraint = Constraint::new(&[Rule::Longest(5), Rule::Shortest(0)]);

static SNAP_START_APPLY_ON: Constraint = Constraint::new(&[Rule::OneOf(SnapStartApplyOn::VALUES)]);

static STRING_LIST: Constraint = Constraint::new(&[Rule::Longest(1500), Rule::Shortest(0)]);

static SUBNET_ID_PATTERN: Pattern = Pattern::new("subnet-[0-9a-z]*", "^(?:subnet-[0-9a-z]*)$");

static SUBNET_ID: Constraint =
    Constraint::new(&[Rule::Longest(1024), Rule::Shortest(0), Rule::Pattern(&SUBNET_ID_PATTERN)]);

static SUBNET_IDS: Constraint = Constraint::new(&[Rule::Longest(16), Rule::Shortest(0)]);

static SYSTEM_LOG_LEVEL: Constraint = Constraint::new(&[Rule::OneOf(SystemLogLevel::VALUES)]);

static TAG_KEY_PATTERN: Pattern =
    Pattern::new("([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)", "^(?:([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*))$");

static TAG_KEY: Constraint =
    Constraint::new(&[Rule::Longest(128), Rule::Shortest(1), Rule::Pattern(&TAG_KEY_PATTERN)]);

static TAG_VALUE_PATTERN: Pattern =
    Pattern::new("([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)", "^(?:([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*))$");

static TAG_VALUE: Constraint =
    Constraint::new(&[Rule::Longest(256), Rule::Shortest(0), Rule::Pattern(&TAG_VALUE_PATTERN)]);

static TAGGABLE_RESOURCE_PATTERN: Pattern = Pattern::new(
    "arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:(function:[a-zA-Z0-9-_]+(:(\\$LATEST|[a-zA-Z0-9-_]+))?|code-signing-config:csc-[a-z0-9]{17}|event-source-mapping:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|(capacity-provider|network-connector):[a-zA-Z0-9-_]{1,64})",
    "^(?:arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-[0-9]{1}:[0-9]{12}:(function:[a-zA-Z0-9-_]+(:(\\$LATEST|[a-zA-Z0-9-_]+))?|code-signing-config:csc-[a-z0-9]{17}|event-source-mapping:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|(capacity-provider|network-connector):[a-zA-Z0-9-_]{1,64}))$",
);

static TAGGABLE_RESOURCE: Constraint = Constraint::new(&[
    Rule::Longest(10000),
    Rule::Shortest(1),
    Rule::Pattern(&TAGGABLE_RESOURCE_PATTERN),
]);

static TENANT_ID_PATTERN: Pattern =
    Pattern::new("[a-zA-Z0-9\\._:\\/=+\\-@ ]+", "^(?:[a-zA-Z0-9\\._:\\/=+\\-@ ]+)$");

static TENANT_ID: Constraint =
    Constraint::new(&[Rule::Longest(256), Rule::Shortest(1), Rule::Pattern(&TENANT_ID_PATTERN)]);

static TENANT_ISOLATION_MODE: Constraint =
    Constraint::new(&[Rule::OneOf(TenantIsolationMode::VALUES)]);

static TIMEOUT: Constraint = Constraint::new(&[Rule::Most(5400), Rule::Least(1)]);

static TRACING_MODE: Constraint = Constraint::new(&[Rule::OneOf(TracingMode::VALUES)]);

static WORKING_DIRECTORY: Constraint = Constraint::new(&[Rule::Longest(1000), Rule::Shortest(0)]);

impl Check for AcceleratorConfig {
    fn check(&self, found: &mut Violations) {
        found.required("acceleratorMemorySize", self.accelerator_memory_size.is_some());
    }
}

impl Check for CapacityProviderConfig {
    fn check(&self, found: &mut Violations) {
        found.required(
            "lambdaManagedInstancesCapacityProviderConfig",
            self.lambda_managed_instances_capacity_provider_config.is_some(),
        );
        found.structure(
            "lambdaManagedInstancesCapacityProviderConfig",
            &self.lambda_managed_instances_capacity_provider_config,
        );
    }
}

impl Check for CreateFunctionInput {
    fn check(&self, found: &mut Violations) {
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &FUNCTION_NAME);
        found.by_service("runtime", &self.runtime, Runtime::VALUES);
        found.required("role", self.role.is_some());
        found.value("role", &self.role, &ROLE_ARN);
        found.value("handler", &self.handler, &HANDLER);
        found.required("code", self.code.is_some());
        found.structure("code", &self.code);
        found.value("description", &self.description, &DESCRIPTION);
        found.value("timeout", &self.timeout, &TIMEOUT);
        found.value("memorySize", &self.memory_size, &MEMORY_SIZE);
        found.value("publishTo", &self.publish_to, &FUNCTION_VERSION_LATEST_PUBLISHED);
        found.structure("vpcConfig", &self.vpc_config);
        found.value("packageType", &self.package_type, &PACKAGE_TYPE);
        found.structure("deadLetterConfig", &self.dead_letter_config);
        found.structure("environment", &self.environment);
        found.value("kMSKeyArn", &self.kms_key_arn, &KMS_KEY_ARN);
        found.structure("tracingConfig", &self.tracing_config);
        found.map("tags", &self.tags, &Constraint::NONE, &TAG_KEY, &TAG_VALUE);
        found.list("layers", &self.layers, &Constraint::NONE, &LAYER_VERSION_ARN.not_null());
        found.structures("fileSystemConfigs", &self.file_system_configs, &FILE_SYSTEM_CONFIG_LIST);
        found.value(
            "codeSigningConfigArn",
            &self.code_signing_config_arn,
            &CODE_SIGNING_CONFIG_ARN,
        );
        found.structure("imageConfig", &self.image_config);
        found.list(
            "architectures",
            &self.architectures,
            &ARCHITECTURES_LIST,
            &ARCHITECTURE.not_null(),
        );
        found.structure("ephemeralStorage", &self.ephemeral_storage);
        found.structure("snapStart", &self.snap_start);
        found.structure("loggingConfig", &self.logging_config);
        found.structure("tenancyConfig", &self.tenancy_config);
        found.structure("capacityProviderConfig", &self.capacity_provider_config);
        found.structure("durableConfig", &self.durable_config);
        found.structure("runtimeConfig", &self.runtime_config);
        found.structure("acceleratorConfig", &self.accelerator_config);
    }
}

impl Check for DeadLetterConfig {
    fn check(&self, found: &mut Violations) {
        found.value("targetArn", &self.target_arn, &RESOURCE_ARN);
    }
}

impl Check for DeleteFunctionInput {
    fn check(&self, found: &mut Violations) {
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &NAMESPACED_FUNCTION_NAME);
        found.value("qualifier", &self.qualifier, &NUMERIC_LATEST_PUBLISHED_OR_ALIAS_QUALIFIER);
    }
}

impl Check for DurableConfig {
    fn check(&self, found: &mut Violations) {
        found.value("kMSKeyArn", &self.kms_key_arn, &KMS_KEY_ARN);
        found.value(
            "retentionPeriodInDays",
            &self.retention_period_in_days,
            &RETENTION_PERIOD_IN_DAYS,
        );
        found.value("executionTimeout", &self.execution_timeout, &EXECUTION_TIMEOUT);
    }
}

impl Check for Environment {
    fn check(&self, found: &mut Violations) {
        found.map(
            "variables",
            &self.variables,
            &ENVIRONMENT_VARIABLES,
            &ENVIRONMENT_VARIABLE_NAME,
            &ENVIRONMENT_VARIABLE_VALUE,
        );
    }
}

impl Check for EphemeralStorage {
    fn check(&self, found: &mut Violations) {
        found.required("size", self.size.is_some());
        found.value("size", &self.size, &EPHEMERAL_STORAGE_SIZE);
    }
}

impl Check for FileSystemConfig {
    fn check(&self, found: &mut Violations) {
        found.required("arn", self.arn.is_some());
        found.value("arn", &self.arn, &FILE_SYSTEM_ARN);
        found.required("localMountPath", self.local_mount_path.is_some());
        found.value("localMountPath", &self.local_mount_path, &LOCAL_MOUNT_PATH);
        found.structure("s3FilesConfig", &self.s3_files_config);
    }
}

impl Check for FunctionCode {
    fn check(&self, found: &mut Violations) {
        found.value("s3Bucket", &self.s3_bucket, &S3_BUCKET);
        found.value("s3Key", &self.s3_key, &S3_KEY);
        found.value("s3ObjectVersion", &self.s3_object_version, &S3_OBJECT_VERSION);
        found.value("s3ObjectStorageMode", &self.s3_object_storage_mode, &S3_OBJECT_STORAGE_MODE);
        found.value("sourceKMSKeyArn", &self.source_kms_key_arn, &KMS_KEY_ARN);
    }
}

impl Check for FunctionRuntimeConfig {
    fn check(&self, found: &mut Violations) {
        found.required("runtimeArn", self.runtime_arn.is_some());
        found.value("runtimeArn", &self.runtime_arn, &FUNCTION_RUNTIME_ARN);
        found.required("runtimeAlias", self.runtime_alias.is_some());
        found.value("runtimeAlias", &self.runtime_alias, &FUNCTION_RUNTIME_ALIAS);
    }
}

impl Check for GetAccountSettingsInput {
    fn check(&self, _found: &mut Violations) {}
}

impl Check for GetFunctionConfigurationInput {
    fn check(&self, found: &mut Violations) {
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &NAMESPACED_FUNCTION_NAME);
        found.value("qualifier", &self.qualifier, &NUMERIC_LATEST_PUBLISHED_OR_ALIAS_QUALIFIER);
    }
}

impl Check for GetFunctionInput {
    fn check(&self, found: &mut Violations) {
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &NAMESPACED_FUNCTION_NAME);
        found.value("qualifier", &self.qualifier, &NUMERIC_LATEST_PUBLISHED_OR_ALIAS_QUALIFIER);
    }
}

impl Check for ImageConfig {
    fn check(&self, found: &mut Violations) {
        found.list("entryPoint", &self.entry_point, &STRING_LIST, &Constraint::NONE);
        found.list("command", &self.command, &STRING_LIST, &Constraint::NONE);
        found.value("workingDirectory", &self.working_directory, &WORKING_DIRECTORY);
    }
}

impl Check for InvokeInput {
    fn check(&self, found: &mut Violations) {
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &NAMESPACED_FUNCTION_NAME);
        found.value("invocationType", &self.invocation_type, &INVOCATION_TYPE);
        found.value("logType", &self.log_type, &LOG_TYPE);
        found.value("durableExecutionName", &self.durable_execution_name, &DURABLE_EXECUTION_NAME);
        found.value("qualifier", &self.qualifier, &NUMERIC_LATEST_PUBLISHED_OR_ALIAS_QUALIFIER);
        found.value("tenantId", &self.tenant_id, &TENANT_ID);
    }
}

impl Check for LambdaManagedInstancesCapacityProviderConfig {
    fn check(&self, found: &mut Violations) {
        found.required("capacityProviderArn", self.capacity_provider_arn.is_some());
        found.value("capacityProviderArn", &self.capacity_provider_arn, &CAPACITY_PROVIDER_ARN);
        found.value(
            "perExecutionEnvironmentMaxConcurrency",
            &self.per_execution_environment_max_concurrency,
            &PER_EXECUTION_ENVIRONMENT_MAX_CONCURRENCY,
        );
        found.value(
            "executionEnvironmentMemoryGiBPerVCpu",
            &self.execution_environment_memory_gi_b_per_v_cpu,
            &EXECUTION_ENVIRONMENT_MEMORY_GI_B_PER_V_CPU,
        );
    }
}

impl Check for ListFunctionsInput {
    fn check(&self, found: &mut Violations) {
        found.value("masterRegion", &self.master_region, &MASTER_REGION);
        found.value("functionVersion", &self.function_version, &FUNCTION_VERSION);
        found.value("maxItems", &self.max_items, &MAX_LIST_ITEMS);
    }
}

impl Check for ListTagsInput {
    fn check(&self, found: &mut Violations) {
        found.required("resource", self.resource.is_some());
        found.value("resource", &self.resource, &TAGGABLE_RESOURCE);
    }
}

impl Check for ListVersionsByFunctionInput {
    fn check(&self, found: &mut Violations) {
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &NAMESPACED_FUNCTION_NAME);
        found.value("maxItems", &self.max_items, &MAX_LIST_ITEMS);
    }
}

impl Check for LoggingConfig {
    fn check(&self, found: &mut Violations) {
        found.value("logFormat", &self.log_format, &LOG_FORMAT);
        found.value("applicationLogLevel", &self.application_log_level, &APPLICATION_LOG_LEVEL);
        found.value("systemLogLevel", &self.system_log_level, &SYSTEM_LOG_LEVEL);
        found.value("logGroup", &self.log_group, &LOG_GROUP);
    }
}

impl Check for PublishVersionInput {
    fn check(&self, found: &mut Violations) {
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &FUNCTION_NAME);
        found.value("description", &self.description, &DESCRIPTION);
        found.value("publishTo", &self.publish_to, &FUNCTION_VERSION_LATEST_PUBLISHED);
    }
}

impl Check for S3FilesConfig {
    fn check(&self, found: &mut Violations) {
        found.value("directS3Read", &self.direct_s3_read, &DIRECT_S3_READ);
    }
}

impl Check for SnapStart {
    fn check(&self, found: &mut Violations) {
        found.value("applyOn", &self.apply_on, &SNAP_START_APPLY_ON);
    }
}

impl Check for TagResourceInput {
    fn check(&self, found: &mut Violations) {
        found.required("resource", self.resource.is_some());
        found.value("resource", &self.resource, &TAGGABLE_RESOURCE);
        found.required("tags", self.tags.is_some());
        found.map("tags", &self.tags, &Constraint::NONE, &TAG_KEY, &TAG_VALUE);
    }
}

impl Check for TenancyConfig {
    fn check(&self, found: &mut Violations) {
        found.required("tenantIsolationMode", self.tenant_isolation_mode.is_some());
        found.value("tenantIsolationMode", &self.tenant_isolation_mode, &TENANT_ISOLATION_MODE);
    }
}

impl Check for TracingConfig {
    fn check(&self, found: &mut Violations) {
        found.value("mode", &self.mode, &TRACING_MODE);
    }
}

impl Check for UntagResourceInput {
    fn check(&self, found: &mut Violations) {
        found.required("resource", self.resource.is_some());
        found.value("resource", &self.resource, &TAGGABLE_RESOURCE);
        found.required("tagKeys", self.tag_keys.is_some());
        found.list("tagKeys", &self.tag_keys, &Constraint::NONE, &TAG_KEY);
    }
}

impl Check for UpdateFunctionCodeInput {
    fn check(&self, found: &mut Violations) {
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &FUNCTION_NAME);
        found.value("s3Bucket", &self.s3_bucket, &S3_BUCKET);
        found.value("s3Key", &self.s3_key, &S3_KEY);
        found.value("s3ObjectVersion", &self.s3_object_version, &S3_OBJECT_VERSION);
        found.value("s3ObjectStorageMode", &self.s3_object_storage_mode, &S3_OBJECT_STORAGE_MODE);
        found.list(
            "architectures",
            &self.architectures,
            &ARCHITECTURES_LIST,
            &ARCHITECTURE.not_null(),
        );
        found.value("publishTo", &self.publish_to, &FUNCTION_VERSION_LATEST_PUBLISHED);
        found.value("sourceKMSKeyArn", &self.source_kms_key_arn, &KMS_KEY_ARN);
    }
}

impl Check for UpdateFunctionConfigurationInput {
    fn check(&self, found: &mut Violations) {
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &FUNCTION_NAME);
        found.value("role", &self.role, &ROLE_ARN);
        found.value("handler", &self.handler, &HANDLER);
        found.value("description", &self.description, &DESCRIPTION);
        found.value("timeout", &self.timeout, &TIMEOUT);
        found.value("memorySize", &self.memory_size, &MEMORY_SIZE);
        found.structure("vpcConfig", &self.vpc_config);
        found.structure("environment", &self.environment);
        found.by_service("runtime", &self.runtime, Runtime::VALUES);
        found.structure("deadLetterConfig", &self.dead_letter_config);
        found.value("kMSKeyArn", &self.kms_key_arn, &KMS_KEY_ARN);
        found.structure("tracingConfig", &self.tracing_config);
        found.list("layers", &self.layers, &Constraint::NONE, &LAYER_VERSION_ARN.not_null());
        found.structures("fileSystemConfigs", &self.file_system_configs, &FILE_SYSTEM_CONFIG_LIST);
        found.structure("imageConfig", &self.image_config);
        found.structure("ephemeralStorage", &self.ephemeral_storage);
        found.structure("snapStart", &self.snap_start);
        found.structure("loggingConfig", &self.logging_config);
        found.structure("capacityProviderConfig", &self.capacity_provider_config);
        found.structure("durableConfig", &self.durable_config);
        found.structure("runtimeConfig", &self.runtime_config);
        found.structure("acceleratorConfig", &self.accelerator_config);
    }
}

impl Check for VpcConfig {
    fn check(&self, found: &mut Violations) {
        found.list("subnetIds", &self.subnet_ids, &SUBNET_IDS, &SUBNET_ID);
        found.list(
            "securityGroupIds",
            &self.security_group_ids,
            &SECURITY_GROUP_IDS,
            &SECURITY_GROUP_ID,
        );
    }
}
