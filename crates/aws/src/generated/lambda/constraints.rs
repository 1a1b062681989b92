// Written by `cargo xtask codegen` from the public service model. Do not edit.
//! The bounds of every member a request can carry.

use super::*;
use crate::shape::{Check, Constraint, Pattern, Rule, Violations};

static ACTION_PATTERN: Pattern =
    Pattern::new("(lambda:[*]|lambda:[a-zA-Z]+|[*])", "^(?:(lambda:[*]|lambda:[a-zA-Z]+|[*]))$");

static ACTION: Constraint =
    Constraint::new(&[Rule::Longest(10000), Rule::Shortest(0), Rule::Pattern(&ACTION_PATTERN)]);

static ADDITIONAL_VERSION_PATTERN: Pattern = Pattern::new("[0-9]+", "^(?:[0-9]+)$");

static ADDITIONAL_VERSION: Constraint = Constraint::new(&[
    Rule::Longest(1024),
    Rule::Shortest(1),
    Rule::Pattern(&ADDITIONAL_VERSION_PATTERN),
]);

static ALIAS_PATTERN: Pattern =
    Pattern::new("(?!^[0-9]+$)([a-zA-Z0-9-_]+)", "^(?:[0-9]*[a-zA-Z_-][a-zA-Z0-9_-]*)$");

static ALIAS: Constraint =
    Constraint::new(&[Rule::Longest(128), Rule::Shortest(1), Rule::Pattern(&ALIAS_PATTERN)]);

static ALLOW_METHODS_LIST: Constraint = Constraint::new(&[Rule::Longest(6), Rule::Shortest(0)]);

static ALLOW_ORIGINS_LIST: Constraint = Constraint::new(&[Rule::Longest(100), Rule::Shortest(0)]);

static APPLICATION_LOG_LEVEL: Constraint =
    Constraint::new(&[Rule::OneOf(ApplicationLogLevel::VALUES)]);

static ARCHITECTURE: Constraint = Constraint::new(&[Rule::OneOf(Architecture::VALUES)]);

static ARCHITECTURES_LIST: Constraint = Constraint::new(&[Rule::Longest(1), Rule::Shortest(1)]);

static ARN_PATTERN: Pattern = Pattern::new(
    "arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1})?:(\\d{12})?:(.*)",
    "^(?:arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-[0-9]{1})?:([0-9]{12})?:(.*))$",
);

static ARN: Constraint =
    Constraint::new(&[Rule::Longest(10000), Rule::Shortest(0), Rule::Pattern(&ARN_PATTERN)]);

static BATCH_SIZE: Constraint = Constraint::new(&[Rule::Most(10000), Rule::Least(1)]);

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

static CODE_SIGNING_POLICY: Constraint = Constraint::new(&[Rule::OneOf(CodeSigningPolicy::VALUES)]);

static COLLECTION_NAME_PATTERN: Pattern = Pattern::new(
    "(^(?!(system\\x2e)))(^[_a-zA-Z0-9])([^$]*)",
    "^(?:[_a-rt-zA-Z0-9][^$]*|s([^y$][^$]*)?|sy([^s$][^$]*)?|sys([^t$][^$]*)?|syst([^e$][^$]*)?|syste([^m$][^$]*)?|system([^.$][^$]*)?)$",
);

static COLLECTION_NAME: Constraint = Constraint::new(&[
    Rule::Longest(57),
    Rule::Shortest(1),
    Rule::Pattern(&COLLECTION_NAME_PATTERN),
]);

static COMPATIBLE_ARCHITECTURES: Constraint =
    Constraint::new(&[Rule::Longest(2), Rule::Shortest(0)]);

static COMPATIBLE_RUNTIMES: Constraint = Constraint::new(&[Rule::Longest(15), Rule::Shortest(0)]);

static DATABASE_NAME_PATTERN: Pattern = Pattern::new("[^ /\\.$\\x22]*", "^(?:[^ /\\.$\\x22]*)$");

static DATABASE_NAME: Constraint =
    Constraint::new(&[Rule::Longest(63), Rule::Shortest(1), Rule::Pattern(&DATABASE_NAME_PATTERN)]);

static DESCRIPTION: Constraint = Constraint::new(&[Rule::Longest(256), Rule::Shortest(0)]);

static DESTINATION_ARN_PATTERN: Pattern = Pattern::new(
    "$|kafka://([^.]([a-zA-Z0-9\\-_.]{0,248}))|arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1})?:(\\d{12})?:(.*)",
    "^(?:$|kafka://([^.]([a-zA-Z0-9\\-_.]{0,248}))|arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-[0-9]{1})?:([0-9]{12})?:(.*))$",
);

static DESTINATION_ARN: Constraint = Constraint::new(&[
    Rule::Longest(350),
    Rule::Shortest(0),
    Rule::Pattern(&DESTINATION_ARN_PATTERN),
]);

static DIRECT_S3_READ: Constraint = Constraint::new(&[Rule::OneOf(DirectS3Read::VALUES)]);

static DURABLE_EXECUTION_NAME_PATTERN: Pattern =
    Pattern::new("[a-zA-Z0-9-_]+", "^(?:[a-zA-Z0-9-_]+)$");

static DURABLE_EXECUTION_NAME: Constraint = Constraint::new(&[
    Rule::Longest(64),
    Rule::Shortest(1),
    Rule::Pattern(&DURABLE_EXECUTION_NAME_PATTERN),
]);

static END_POINT_TYPE: Constraint = Constraint::new(&[Rule::OneOf(EndPointType::VALUES)]);

static ENDPOINT_LISTS: Constraint = Constraint::new(&[Rule::Longest(10), Rule::Shortest(1)]);

static ENDPOINTS: Constraint = Constraint::new(&[Rule::Longest(2), Rule::Shortest(1)]);

static ENVIRONMENT_VARIABLE_NAME_PATTERN: Pattern =
    Pattern::new("[a-zA-Z]([a-zA-Z0-9_])+", "^(?:[a-zA-Z]([a-zA-Z0-9_])+)$");

static ENVIRONMENT_VARIABLE_NAME: Constraint =
    Constraint::sensitive(&[Rule::Pattern(&ENVIRONMENT_VARIABLE_NAME_PATTERN)]);

static ENVIRONMENT_VARIABLE_VALUE: Constraint = Constraint::sensitive(&[]);

static ENVIRONMENT_VARIABLES: Constraint = Constraint::sensitive(&[]);

static EPHEMERAL_STORAGE_SIZE: Constraint = Constraint::new(&[Rule::Most(32768), Rule::Least(512)]);

static EVENT_SOURCE_MAPPING_METRIC: Constraint =
    Constraint::new(&[Rule::OneOf(EventSourceMappingMetric::VALUES)]);

static EVENT_SOURCE_MAPPING_METRIC_LIST: Constraint =
    Constraint::new(&[Rule::Longest(3), Rule::Shortest(0)]);

static EVENT_SOURCE_MAPPING_SYSTEM_LOG_LEVEL: Constraint =
    Constraint::new(&[Rule::OneOf(EventSourceMappingSystemLogLevel::VALUES)]);

static EVENT_SOURCE_POSITION: Constraint =
    Constraint::new(&[Rule::OneOf(EventSourcePosition::VALUES)]);

static EVENT_SOURCE_TOKEN_PATTERN: Pattern =
    Pattern::new("[a-zA-Z0-9._\\-]+", "^(?:[a-zA-Z0-9._\\-]+)$");

static EVENT_SOURCE_TOKEN: Constraint = Constraint::new(&[
    Rule::Longest(256),
    Rule::Shortest(0),
    Rule::Pattern(&EVENT_SOURCE_TOKEN_PATTERN),
]);

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

static FULL_DOCUMENT: Constraint = Constraint::new(&[Rule::OneOf(FullDocument::VALUES)]);

static FUNCTION_NAME_PATTERN: Pattern = Pattern::new(
    "(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?",
    "^(?:(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-[0-9]{1}:)?([0-9]{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?)$",
);

static FUNCTION_NAME: Constraint = Constraint::new(&[
    Rule::Longest(140),
    Rule::Shortest(1),
    Rule::Pattern(&FUNCTION_NAME_PATTERN),
]);

static FUNCTION_RESPONSE_TYPE: Constraint =
    Constraint::new(&[Rule::OneOf(FunctionResponseType::VALUES)]);

static FUNCTION_RESPONSE_TYPE_LIST: Constraint =
    Constraint::new(&[Rule::Longest(1), Rule::Shortest(0)]);

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

static FUNCTION_URL_AUTH_TYPE: Constraint =
    Constraint::new(&[Rule::OneOf(FunctionUrlAuthType::VALUES)]);

static FUNCTION_URL_FUNCTION_NAME_PATTERN: Pattern = Pattern::new(
    "(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]{1,64})(:((?!\\d+$)[0-9a-zA-Z-_]+))?",
    "^(?:(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-[0-9]{1}:)?([0-9]{12}:)?(function:)?([a-zA-Z0-9-_]{1,64})(:([0-9]*[a-zA-Z_-][0-9a-zA-Z_-]*))?)$",
);

static FUNCTION_URL_FUNCTION_NAME: Constraint = Constraint::new(&[
    Rule::Longest(140),
    Rule::Shortest(1),
    Rule::Pattern(&FUNCTION_URL_FUNCTION_NAME_PATTERN),
]);

static FUNCTION_URL_QUALIFIER_PATTERN: Pattern =
    Pattern::new("((?!^\\d+$)^[0-9a-zA-Z-_]+$)", "^(?:[0-9]*[a-zA-Z_-][0-9a-zA-Z_-]*)$");

static FUNCTION_URL_QUALIFIER: Constraint = Constraint::new(&[
    Rule::Longest(128),
    Rule::Shortest(1),
    Rule::Pattern(&FUNCTION_URL_QUALIFIER_PATTERN),
]);

static FUNCTION_VERSION: Constraint = Constraint::new(&[Rule::OneOf(FunctionVersion::VALUES)]);

static FUNCTION_VERSION_LATEST_PUBLISHED: Constraint =
    Constraint::new(&[Rule::OneOf(FunctionVersionLatestPublished::VALUES)]);

static HANDLER_PATTERN: Pattern = Pattern::new("[^\\s]+", "^(?:[^[ \\t\\n\\x0B\\f\\r]]+)$");

static HANDLER: Constraint =
    Constraint::new(&[Rule::Longest(128), Rule::Shortest(0), Rule::Pattern(&HANDLER_PATTERN)]);

static HEADER_PATTERN: Pattern = Pattern::new(".*", "^(?:.*)$");

static HEADER: Constraint =
    Constraint::new(&[Rule::Longest(1024), Rule::Shortest(0), Rule::Pattern(&HEADER_PATTERN)]);

static HEADERS_LIST: Constraint = Constraint::new(&[Rule::Longest(100), Rule::Shortest(0)]);

static INVOCATION_TYPE: Constraint = Constraint::new(&[Rule::OneOf(InvocationType::VALUES)]);

static INVOKE_MODE: Constraint = Constraint::new(&[Rule::OneOf(InvokeMode::VALUES)]);

static KMS_KEY_ARN_PATTERN: Pattern = Pattern::new(
    "(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()",
    "^(?:(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|())$",
);

static KMS_KEY_ARN: Constraint = Constraint::new(&[
    Rule::Longest(10000),
    Rule::Shortest(0),
    Rule::Pattern(&KMS_KEY_ARN_PATTERN),
]);

static KAFKA_EVENT_SOURCE_MAPPING_CONSUMPTION_MODE: Constraint =
    Constraint::new(&[Rule::OneOf(KafkaEventSourceMappingConsumptionMode::VALUES)]);

static KAFKA_SCHEMA_REGISTRY_AUTH_TYPE: Constraint =
    Constraint::new(&[Rule::OneOf(KafkaSchemaRegistryAuthType::VALUES)]);

static KAFKA_SCHEMA_VALIDATION_ATTRIBUTE: Constraint =
    Constraint::new(&[Rule::OneOf(KafkaSchemaValidationAttribute::VALUES)]);

static LAYER_NAME_OR_ARN_PATTERN: Pattern = Pattern::new(
    "(arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:layer:[a-zA-Z0-9-_]{1,140}|[a-zA-Z0-9-_]{1,140})",
    "^(?:(arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-[0-9]{1}:[0-9]{12}:layer:[a-zA-Z0-9-_]{1,140}|[a-zA-Z0-9-_]{1,140}))$",
);

static LAYER_NAME_OR_ARN: Constraint = Constraint::new(&[
    Rule::Longest(2048),
    Rule::Shortest(1),
    Rule::Pattern(&LAYER_NAME_OR_ARN_PATTERN),
]);

static LAYER_PERMISSION_ALLOWED_ACTION_PATTERN: Pattern =
    Pattern::new("lambda:GetLayerVersion", "^(?:lambda:GetLayerVersion)$");

static LAYER_PERMISSION_ALLOWED_ACTION: Constraint = Constraint::new(&[
    Rule::Longest(22),
    Rule::Shortest(0),
    Rule::Pattern(&LAYER_PERMISSION_ALLOWED_ACTION_PATTERN),
]);

static LAYER_PERMISSION_ALLOWED_PRINCIPAL_PATTERN: Pattern = Pattern::new(
    "\\d{12}|\\*|arn:(aws[a-zA-Z-]*):iam::\\d{12}:root",
    "^(?:[0-9]{12}|\\*|arn:(aws[a-zA-Z-]*):iam::[0-9]{12}:root)$",
);

static LAYER_PERMISSION_ALLOWED_PRINCIPAL: Constraint = Constraint::new(&[
    Rule::Longest(10000),
    Rule::Shortest(0),
    Rule::Pattern(&LAYER_PERMISSION_ALLOWED_PRINCIPAL_PATTERN),
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

static LICENSE_INFO_PATTERN: Pattern = Pattern::new(".*", "^(?:.*)$");

static LICENSE_INFO: Constraint =
    Constraint::new(&[Rule::Longest(512), Rule::Shortest(0), Rule::Pattern(&LICENSE_INFO_PATTERN)]);

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

static MAX_AGE: Constraint = Constraint::new(&[Rule::Most(86400), Rule::Least(0)]);

static MAX_FUNCTION_EVENT_INVOKE_CONFIG_LIST_ITEMS: Constraint =
    Constraint::new(&[Rule::Most(50), Rule::Least(1)]);

static MAX_ITEMS: Constraint = Constraint::new(&[Rule::Most(50), Rule::Least(1)]);

static MAX_LAYER_LIST_ITEMS: Constraint = Constraint::new(&[Rule::Most(50), Rule::Least(1)]);

static MAX_LIST_ITEMS: Constraint = Constraint::new(&[Rule::Most(10000), Rule::Least(1)]);

static MAX_PROVISIONED_CONCURRENCY_CONFIG_LIST_ITEMS: Constraint =
    Constraint::new(&[Rule::Most(50), Rule::Least(1)]);

static MAXIMUM_BATCHING_WINDOW_IN_SECONDS: Constraint =
    Constraint::new(&[Rule::Most(300), Rule::Least(0)]);

static MAXIMUM_CONCURRENCY: Constraint = Constraint::new(&[Rule::Most(1000), Rule::Least(2)]);

static MAXIMUM_EVENT_AGE_IN_SECONDS: Constraint =
    Constraint::new(&[Rule::Most(21600), Rule::Least(60)]);

static MAXIMUM_NUMBER_OF_POLLERS: Constraint =
    Constraint::new(&[Rule::Most(10000), Rule::Least(1)]);

static MAXIMUM_RECORD_AGE_IN_SECONDS: Constraint =
    Constraint::new(&[Rule::Most(604800), Rule::Least(-1)]);

static MAXIMUM_RETRY_ATTEMPTS: Constraint = Constraint::new(&[Rule::Most(2), Rule::Least(0)]);

static MAXIMUM_RETRY_ATTEMPTS_EVENT_SOURCE_MAPPING: Constraint =
    Constraint::new(&[Rule::Most(10000), Rule::Least(-1)]);

static MEMORY_SIZE: Constraint = Constraint::new(&[Rule::Most(32768), Rule::Least(128)]);

static METHOD_PATTERN: Pattern = Pattern::new(".*", "^(?:.*)$");

static METHOD: Constraint =
    Constraint::new(&[Rule::Longest(6), Rule::Shortest(0), Rule::Pattern(&METHOD_PATTERN)]);

static MINIMUM_NUMBER_OF_POLLERS: Constraint = Constraint::new(&[Rule::Most(200), Rule::Least(1)]);

static NAMESPACED_FUNCTION_NAME_PATTERN: Pattern = Pattern::new(
    "(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?",
    "^(?:(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-[0-9]{1}:)?([0-9]{12}:)?(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?)$",
);

static NAMESPACED_FUNCTION_NAME: Constraint = Constraint::new(&[
    Rule::Longest(256),
    Rule::Shortest(1),
    Rule::Pattern(&NAMESPACED_FUNCTION_NAME_PATTERN),
]);

static NAMESPACED_STATEMENT_ID_PATTERN: Pattern =
    Pattern::new("([a-zA-Z0-9-_.]+)", "^(?:([a-zA-Z0-9-_.]+))$");

static NAMESPACED_STATEMENT_ID: Constraint = Constraint::new(&[
    Rule::Longest(100),
    Rule::Shortest(1),
    Rule::Pattern(&NAMESPACED_STATEMENT_ID_PATTERN),
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

static ORGANIZATION_ID_PATTERN: Pattern =
    Pattern::new("o-[a-z0-9]{10,32}", "^(?:o-[a-z0-9]{10,32})$");

static ORGANIZATION_ID: Constraint = Constraint::new(&[
    Rule::Longest(34),
    Rule::Shortest(0),
    Rule::Pattern(&ORGANIZATION_ID_PATTERN),
]);

static ORIGIN_PATTERN: Pattern = Pattern::new(".*", "^(?:.*)$");

static ORIGIN: Constraint =
    Constraint::new(&[Rule::Longest(253), Rule::Shortest(1), Rule::Pattern(&ORIGIN_PATTERN)]);

static PACKAGE_TYPE: Constraint = Constraint::new(&[Rule::OneOf(PackageType::VALUES)]);

static PARALLELIZATION_FACTOR: Constraint = Constraint::new(&[Rule::Most(10), Rule::Least(1)]);

static PATTERN_PATTERN: Pattern =
    Pattern::new("[\\s\\S]*", "^(?:[[ \\t\\n\\x0B\\f\\r][^ \\t\\n\\x0B\\f\\r]]*)$");

static PATTERN: Constraint =
    Constraint::new(&[Rule::Longest(4096), Rule::Shortest(0), Rule::Pattern(&PATTERN_PATTERN)]);

static PER_EXECUTION_ENVIRONMENT_MAX_CONCURRENCY: Constraint =
    Constraint::new(&[Rule::Most(1600), Rule::Least(1)]);

static POLICY_RESOURCE_ARN_PATTERN: Pattern = Pattern::new(
    "arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:(function:[a-zA-Z0-9-_]+(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_])+)?|runtime/[a-zA-Z0-9-_./]+)",
    "^(?:arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-[0-9]{1}:[0-9]{12}:(function:[a-zA-Z0-9-_]+(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_])+)?|runtime/[a-zA-Z0-9-_./]+))$",
);

static POLICY_RESOURCE_ARN: Constraint = Constraint::new(&[
    Rule::Longest(512),
    Rule::Shortest(0),
    Rule::Pattern(&POLICY_RESOURCE_ARN_PATTERN),
]);

static POSITIVE_INTEGER: Constraint = Constraint::new(&[Rule::Least(1)]);

static PRINCIPAL_PATTERN: Pattern = Pattern::new("[^\\s]+", "^(?:[^[ \\t\\n\\x0B\\f\\r]]+)$");

static PRINCIPAL: Constraint =
    Constraint::new(&[Rule::Longest(2048), Rule::Shortest(0), Rule::Pattern(&PRINCIPAL_PATTERN)]);

static PRINCIPAL_ORG_ID_PATTERN: Pattern =
    Pattern::new("o-[a-z0-9]{10,32}", "^(?:o-[a-z0-9]{10,32})$");

static PRINCIPAL_ORG_ID: Constraint = Constraint::new(&[
    Rule::Longest(34),
    Rule::Shortest(12),
    Rule::Pattern(&PRINCIPAL_ORG_ID_PATTERN),
]);

static PROVISIONED_POLLER_GROUP_NAME_PATTERN: Pattern =
    Pattern::new("[a-zA-Z0-9-_]*", "^(?:[a-zA-Z0-9-_]*)$");

static PROVISIONED_POLLER_GROUP_NAME: Constraint = Constraint::new(&[
    Rule::Longest(128),
    Rule::Shortest(0),
    Rule::Pattern(&PROVISIONED_POLLER_GROUP_NAME_PATTERN),
]);

static QUALIFIER_PATTERN: Pattern = Pattern::new("(|[a-zA-Z0-9$_-]+)", "^(?:(|[a-zA-Z0-9$_-]+))$");

static QUALIFIER: Constraint =
    Constraint::new(&[Rule::Longest(128), Rule::Shortest(1), Rule::Pattern(&QUALIFIER_PATTERN)]);

static QUEUE_PATTERN: Pattern =
    Pattern::new("[\\s\\S]*", "^(?:[[ \\t\\n\\x0B\\f\\r][^ \\t\\n\\x0B\\f\\r]]*)$");

static QUEUE: Constraint =
    Constraint::new(&[Rule::Longest(1000), Rule::Shortest(1), Rule::Pattern(&QUEUE_PATTERN)]);

static QUEUES: Constraint = Constraint::new(&[Rule::Longest(1), Rule::Shortest(1)]);

static RECURSIVE_LOOP: Constraint = Constraint::new(&[Rule::OneOf(RecursiveLoop::VALUES)]);

static RESERVED_CONCURRENT_EXECUTIONS: Constraint = Constraint::new(&[Rule::Least(0)]);

static RESOURCE_ARN_PATTERN: Pattern = Pattern::new(
    "(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()",
    "^(?:(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|())$",
);

static RESOURCE_ARN: Constraint = Constraint::new(&[
    Rule::Longest(10000),
    Rule::Shortest(0),
    Rule::Pattern(&RESOURCE_ARN_PATTERN),
]);

static RESOURCE_POLICY_PATTERN: Pattern =
    Pattern::new("[\\s\\S]+", "^(?:[[ \\t\\n\\x0B\\f\\r][^ \\t\\n\\x0B\\f\\r]]+)$");

static RESOURCE_POLICY: Constraint = Constraint::new(&[
    Rule::Longest(20480),
    Rule::Shortest(1),
    Rule::Pattern(&RESOURCE_POLICY_PATTERN),
]);

static RESPONSE_STREAMING_INVOCATION_TYPE: Constraint =
    Constraint::new(&[Rule::OneOf(ResponseStreamingInvocationType::VALUES)]);

static RETENTION_PERIOD_IN_DAYS: Constraint = Constraint::new(&[Rule::Most(90), Rule::Least(1)]);

static REVISION_ID_PATTERN: Pattern = Pattern::new(
    "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    "^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$",
);

static REVISION_ID: Constraint =
    Constraint::new(&[Rule::Longest(36), Rule::Shortest(36), Rule::Pattern(&REVISION_ID_PATTERN)]);

static ROLE_ARN_PATTERN: Pattern = Pattern::new(
    "arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+",
    "^(?:arn:(aws[a-zA-Z-]*)?:iam::[0-9]{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+)$",
);

static ROLE_ARN: Constraint =
    Constraint::new(&[Rule::Longest(10000), Rule::Shortest(0), Rule::Pattern(&ROLE_ARN_PATTERN)]);

static RUNTIME_VERSION_ARN_PATTERN: Pattern = Pattern::new(
    "((arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}::runtime:.+)|(arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:runtime/[A-Za-z0-9_.-]{1,128}/version/[A-Za-z0-9_.-]{1,128}))",
    "^(?:((arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-[0-9]{1}::runtime:.+)|(arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-[0-9]{1}:[0-9]{12}:runtime/[A-Za-z0-9_.-]{1,128}/version/[A-Za-z0-9_.-]{1,128})))$",
);

static RUNTIME_VERSION_ARN: Constraint = Constraint::new(&[
    Rule::Longest(2048),
    Rule::Shortest(26),
    Rule::Pattern(&RUNTIME_VERSION_ARN_PATTERN),
]);

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

static SCHEMA_REGISTRY_EVENT_RECORD_FORMAT: Constraint =
    Constraint::new(&[Rule::OneOf(SchemaRegistryEventRecordFormat::VALUES)]);

static SCHEMA_REGISTRY_URI_PATTERN: Pattern =
    Pattern::new("[a-zA-Z0-9-\\/*:_+=.@-]*", "^(?:[a-zA-Z0-9-\\/*:_+=.@-]*)$");

static SCHEMA_REGISTRY_URI: Constraint = Constraint::new(&[
    Rule::Longest(10000),
    Rule::Shortest(1),
    Rule::Pattern(&SCHEMA_REGISTRY_URI_PATTERN),
]);

static SECURITY_GROUP_ID_PATTERN: Pattern =
    Pattern::new("sg-[0-9a-zA-Z]*", "^(?:sg-[0-9a-zA-Z]*)$");

static SECURITY_GROUP_ID: Constraint = Constraint::new(&[
    Rule::Longest(1024),
    Rule::Shortest(0),
    Rule::Pattern(&SECURITY_GROUP_ID_PATTERN),
]);

static SECURITY_GROUP_IDS: Constraint = Constraint::new(&[Rule::Longest(5), Rule::Shortest(0)]);

static SIGNING_PROFILE_VERSION_ARNS: Constraint =
    Constraint::new(&[Rule::Longest(20), Rule::Shortest(1)]);

static SNAP_START_APPLY_ON: Constraint = Constraint::new(&[Rule::OneOf(SnapStartApplyOn::VALUES)]);

static SOURCE_ACCESS_CONFIGURATIONS: Constraint =
    Constraint::new(&[Rule::Longest(23), Rule::Shortest(0)]);

static SOURCE_ACCESS_TYPE: Constraint = Constraint::new(&[Rule::OneOf(SourceAccessType::VALUES)]);

static SOURCE_OWNER_PATTERN: Pattern = Pattern::new("\\d{12}", "^(?:[0-9]{12})$");

static SOURCE_OWNER: Constraint =
    Constraint::new(&[Rule::Longest(12), Rule::Shortest(0), Rule::Pattern(&SOURCE_OWNER_PATTERN)]);

static STATEMENT_ID_PATTERN: Pattern = Pattern::new("([a-zA-Z0-9-_]+)", "^(?:([a-zA-Z0-9-_]+))$");

static STATEMENT_ID: Constraint =
    Constraint::new(&[Rule::Longest(100), Rule::Shortest(1), Rule::Pattern(&STATEMENT_ID_PATTERN)]);

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

static TOPIC_PATTERN: Pattern =
    Pattern::new("[^.]([a-zA-Z0-9\\-_.]+)", "^(?:[^.]([a-zA-Z0-9\\-_.]+))$");

static TOPIC: Constraint =
    Constraint::new(&[Rule::Longest(249), Rule::Shortest(1), Rule::Pattern(&TOPIC_PATTERN)]);

static TOPICS: Constraint = Constraint::new(&[Rule::Longest(1), Rule::Shortest(1)]);

static TRACING_MODE: Constraint = Constraint::new(&[Rule::OneOf(TracingMode::VALUES)]);

static TUMBLING_WINDOW_IN_SECONDS: Constraint = Constraint::new(&[Rule::Most(900), Rule::Least(0)]);

static URI_PATTERN: Pattern =
    Pattern::new("[ a-zA-Z0-9-\\/*:_+=.@-]*", "^(?:[ a-zA-Z0-9-\\/*:_+=.@-]*)$");

static URI: Constraint =
    Constraint::new(&[Rule::Longest(200), Rule::Shortest(1), Rule::Pattern(&URI_PATTERN)]);

static UUID_STRING: Constraint = Constraint::new(&[Rule::Longest(36), Rule::Shortest(36)]);

static UNQUALIFIED_FUNCTION_NAME_PATTERN: Pattern = Pattern::new(
    "(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)",
    "^(?:(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-[0-9]{1}:)?([0-9]{12}:)?(function:)?([a-zA-Z0-9-_]+))$",
);

static UNQUALIFIED_FUNCTION_NAME: Constraint = Constraint::new(&[
    Rule::Longest(140),
    Rule::Shortest(1),
    Rule::Pattern(&UNQUALIFIED_FUNCTION_NAME_PATTERN),
]);

static UPDATE_RUNTIME_ON: Constraint = Constraint::new(&[Rule::OneOf(UpdateRuntimeOn::VALUES)]);

static VERSION_WITH_LATEST_PUBLISHED_PATTERN: Pattern =
    Pattern::new("(\\$LATEST(\\.PUBLISHED)?|[0-9]+)", "^(?:(\\$LATEST(\\.PUBLISHED)?|[0-9]+))$");

static VERSION_WITH_LATEST_PUBLISHED: Constraint = Constraint::new(&[
    Rule::Longest(1024),
    Rule::Shortest(1),
    Rule::Pattern(&VERSION_WITH_LATEST_PUBLISHED_PATTERN),
]);

static WEIGHT: Constraint =
    Constraint::new(&[Rule::MostDecimal(1.0_f64), Rule::LeastDecimal(0.0_f64)]);

static WORKING_DIRECTORY: Constraint = Constraint::new(&[Rule::Longest(1000), Rule::Shortest(0)]);

impl Check for AcceleratorConfig {
    fn check(&self, found: &mut Violations) {
        found.required("acceleratorMemorySize", self.accelerator_memory_size.is_some());
    }
}

impl Check for AddLayerVersionPermissionInput {
    fn check(&self, found: &mut Violations) {
        found.required("layerName", self.layer_name.is_some());
        found.value("layerName", &self.layer_name, &LAYER_NAME_OR_ARN);
        found.required("versionNumber", self.version_number.is_some());
        found.required("statementId", self.statement_id.is_some());
        found.value("statementId", &self.statement_id, &STATEMENT_ID);
        found.required("action", self.action.is_some());
        found.value("action", &self.action, &LAYER_PERMISSION_ALLOWED_ACTION);
        found.required("principal", self.principal.is_some());
        found.value("principal", &self.principal, &LAYER_PERMISSION_ALLOWED_PRINCIPAL);
        found.value("organizationId", &self.organization_id, &ORGANIZATION_ID);
    }
}

impl Check for AddPermissionInput {
    fn check(&self, found: &mut Violations) {
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &NAMESPACED_FUNCTION_NAME);
        found.required("statementId", self.statement_id.is_some());
        found.value("statementId", &self.statement_id, &STATEMENT_ID);
        found.required("action", self.action.is_some());
        found.value("action", &self.action, &ACTION);
        found.required("principal", self.principal.is_some());
        found.value("principal", &self.principal, &PRINCIPAL);
        found.value("sourceArn", &self.source_arn, &ARN);
        found.value("functionUrlAuthType", &self.function_url_auth_type, &FUNCTION_URL_AUTH_TYPE);
        found.value("sourceAccount", &self.source_account, &SOURCE_OWNER);
        found.value("eventSourceToken", &self.event_source_token, &EVENT_SOURCE_TOKEN);
        found.value("qualifier", &self.qualifier, &NUMERIC_LATEST_PUBLISHED_OR_ALIAS_QUALIFIER);
        found.value("principalOrgID", &self.principal_org_id, &PRINCIPAL_ORG_ID);
    }
}

impl Check for AliasRoutingConfiguration {
    fn check(&self, found: &mut Violations) {
        found.map(
            "additionalVersionWeights",
            &self.additional_version_weights,
            &Constraint::NONE,
            &ADDITIONAL_VERSION,
            &WEIGHT,
        );
    }
}

impl Check for AllowedPublishers {
    fn check(&self, found: &mut Violations) {
        found.required("signingProfileVersionArns", self.signing_profile_version_arns.is_some());
        found.list(
            "signingProfileVersionArns",
            &self.signing_profile_version_arns,
            &SIGNING_PROFILE_VERSION_ARNS,
            &ARN,
        );
    }
}

impl Check for AmazonManagedKafkaEventSourceConfig {
    fn check(&self, found: &mut Violations) {
        found.value("consumerGroupId", &self.consumer_group_id, &URI);
        found.structure("schemaRegistryConfig", &self.schema_registry_config);
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

impl Check for CodeSigningPolicies {
    fn check(&self, found: &mut Violations) {
        found.value(
            "untrustedArtifactOnDeployment",
            &self.untrusted_artifact_on_deployment,
            &CODE_SIGNING_POLICY,
        );
    }
}

impl Check for Cors {
    fn check(&self, found: &mut Violations) {
        found.list("allowHeaders", &self.allow_headers, &HEADERS_LIST, &HEADER);
        found.list("allowMethods", &self.allow_methods, &ALLOW_METHODS_LIST, &METHOD);
        found.list("allowOrigins", &self.allow_origins, &ALLOW_ORIGINS_LIST, &ORIGIN);
        found.list("exposeHeaders", &self.expose_headers, &HEADERS_LIST, &HEADER);
        found.value("maxAge", &self.max_age, &MAX_AGE);
    }
}

impl Check for CreateAliasInput {
    fn check(&self, found: &mut Violations) {
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &FUNCTION_NAME);
        found.required("name", self.name.is_some());
        found.value("name", &self.name, &ALIAS);
        found.required("functionVersion", self.function_version.is_some());
        found.value("functionVersion", &self.function_version, &VERSION_WITH_LATEST_PUBLISHED);
        found.value("description", &self.description, &DESCRIPTION);
        found.structure("routingConfig", &self.routing_config);
    }
}

impl Check for CreateCodeSigningConfigInput {
    fn check(&self, found: &mut Violations) {
        found.value("description", &self.description, &DESCRIPTION);
        found.required("allowedPublishers", self.allowed_publishers.is_some());
        found.structure("allowedPublishers", &self.allowed_publishers);
        found.structure("codeSigningPolicies", &self.code_signing_policies);
        found.map("tags", &self.tags, &Constraint::NONE, &TAG_KEY, &TAG_VALUE);
    }
}

impl Check for CreateEventSourceMappingInput {
    fn check(&self, found: &mut Violations) {
        found.value("eventSourceArn", &self.event_source_arn, &ARN);
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &NAMESPACED_FUNCTION_NAME);
        found.value("batchSize", &self.batch_size, &BATCH_SIZE);
        found.structure("filterCriteria", &self.filter_criteria);
        found.value("kMSKeyArn", &self.kms_key_arn, &KMS_KEY_ARN);
        found.structure("metricsConfig", &self.metrics_config);
        found.structure("loggingConfig", &self.logging_config);
        found.structure("scalingConfig", &self.scaling_config);
        found.value(
            "maximumBatchingWindowInSeconds",
            &self.maximum_batching_window_in_seconds,
            &MAXIMUM_BATCHING_WINDOW_IN_SECONDS,
        );
        found.value("parallelizationFactor", &self.parallelization_factor, &PARALLELIZATION_FACTOR);
        found.value("startingPosition", &self.starting_position, &EVENT_SOURCE_POSITION);
        found.structure("destinationConfig", &self.destination_config);
        found.value(
            "maximumRecordAgeInSeconds",
            &self.maximum_record_age_in_seconds,
            &MAXIMUM_RECORD_AGE_IN_SECONDS,
        );
        found.value(
            "maximumRetryAttempts",
            &self.maximum_retry_attempts,
            &MAXIMUM_RETRY_ATTEMPTS_EVENT_SOURCE_MAPPING,
        );
        found.map("tags", &self.tags, &Constraint::NONE, &TAG_KEY, &TAG_VALUE);
        found.value(
            "tumblingWindowInSeconds",
            &self.tumbling_window_in_seconds,
            &TUMBLING_WINDOW_IN_SECONDS,
        );
        found.list("topics", &self.topics, &TOPICS, &TOPIC);
        found.list("queues", &self.queues, &QUEUES, &QUEUE);
        found.structures(
            "sourceAccessConfigurations",
            &self.source_access_configurations,
            &SOURCE_ACCESS_CONFIGURATIONS,
        );
        found.structure("selfManagedEventSource", &self.self_managed_event_source);
        found.list(
            "functionResponseTypes",
            &self.function_response_types,
            &FUNCTION_RESPONSE_TYPE_LIST,
            &FUNCTION_RESPONSE_TYPE,
        );
        found.structure(
            "amazonManagedKafkaEventSourceConfig",
            &self.amazon_managed_kafka_event_source_config,
        );
        found.structure(
            "selfManagedKafkaEventSourceConfig",
            &self.self_managed_kafka_event_source_config,
        );
        found.structure("documentDBEventSourceConfig", &self.document_db_event_source_config);
        found.structure("provisionedPollerConfig", &self.provisioned_poller_config);
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

impl Check for CreateFunctionUrlConfigInput {
    fn check(&self, found: &mut Violations) {
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &FUNCTION_URL_FUNCTION_NAME);
        found.value("qualifier", &self.qualifier, &FUNCTION_URL_QUALIFIER);
        found.required("authType", self.auth_type.is_some());
        found.value("authType", &self.auth_type, &FUNCTION_URL_AUTH_TYPE);
        found.structure("cors", &self.cors);
        found.value("invokeMode", &self.invoke_mode, &INVOKE_MODE);
    }
}

impl Check for DeadLetterConfig {
    fn check(&self, found: &mut Violations) {
        found.value("targetArn", &self.target_arn, &RESOURCE_ARN);
    }
}

impl Check for DeleteAliasInput {
    fn check(&self, found: &mut Violations) {
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &FUNCTION_NAME);
        found.required("name", self.name.is_some());
        found.value("name", &self.name, &ALIAS);
    }
}

impl Check for DeleteCodeSigningConfigInput {
    fn check(&self, found: &mut Violations) {
        found.required("codeSigningConfigArn", self.code_signing_config_arn.is_some());
        found.value(
            "codeSigningConfigArn",
            &self.code_signing_config_arn,
            &CODE_SIGNING_CONFIG_ARN,
        );
    }
}

impl Check for DeleteEventSourceMappingInput {
    fn check(&self, found: &mut Violations) {
        found.required("uUID", self.uuid.is_some());
        found.value("uUID", &self.uuid, &UUID_STRING);
    }
}

impl Check for DeleteFunctionCodeSigningConfigInput {
    fn check(&self, found: &mut Violations) {
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &NAMESPACED_FUNCTION_NAME);
    }
}

impl Check for DeleteFunctionConcurrencyInput {
    fn check(&self, found: &mut Violations) {
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &FUNCTION_NAME);
    }
}

impl Check for DeleteFunctionEventInvokeConfigInput {
    fn check(&self, found: &mut Violations) {
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &NAMESPACED_FUNCTION_NAME);
        found.value("qualifier", &self.qualifier, &NUMERIC_LATEST_PUBLISHED_OR_ALIAS_QUALIFIER);
    }
}

impl Check for DeleteFunctionInput {
    fn check(&self, found: &mut Violations) {
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &NAMESPACED_FUNCTION_NAME);
        found.value("qualifier", &self.qualifier, &NUMERIC_LATEST_PUBLISHED_OR_ALIAS_QUALIFIER);
    }
}

impl Check for DeleteFunctionUrlConfigInput {
    fn check(&self, found: &mut Violations) {
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &FUNCTION_URL_FUNCTION_NAME);
        found.value("qualifier", &self.qualifier, &FUNCTION_URL_QUALIFIER);
    }
}

impl Check for DeleteLayerVersionInput {
    fn check(&self, found: &mut Violations) {
        found.required("layerName", self.layer_name.is_some());
        found.value("layerName", &self.layer_name, &LAYER_NAME_OR_ARN);
        found.required("versionNumber", self.version_number.is_some());
    }
}

impl Check for DeleteProvisionedConcurrencyConfigInput {
    fn check(&self, found: &mut Violations) {
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &FUNCTION_NAME);
        found.required("qualifier", self.qualifier.is_some());
        found.value("qualifier", &self.qualifier, &QUALIFIER);
    }
}

impl Check for DeleteResourcePolicyInput {
    fn check(&self, found: &mut Violations) {
        found.required("resourceArn", self.resource_arn.is_some());
        found.value("resourceArn", &self.resource_arn, &POLICY_RESOURCE_ARN);
        found.value("revisionId", &self.revision_id, &REVISION_ID);
    }
}

impl Check for DestinationConfig {
    fn check(&self, found: &mut Violations) {
        found.structure("onSuccess", &self.on_success);
        found.structure("onFailure", &self.on_failure);
    }
}

impl Check for DocumentDBEventSourceConfig {
    fn check(&self, found: &mut Violations) {
        found.value("databaseName", &self.database_name, &DATABASE_NAME);
        found.value("collectionName", &self.collection_name, &COLLECTION_NAME);
        found.value("fullDocument", &self.full_document, &FULL_DOCUMENT);
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

impl Check for EventSourceMappingLoggingConfig {
    fn check(&self, found: &mut Violations) {
        found.value(
            "systemLogLevel",
            &self.system_log_level,
            &EVENT_SOURCE_MAPPING_SYSTEM_LOG_LEVEL,
        );
    }
}

impl Check for EventSourceMappingMetricsConfig {
    fn check(&self, found: &mut Violations) {
        found.list(
            "metrics",
            &self.metrics,
            &EVENT_SOURCE_MAPPING_METRIC_LIST,
            &EVENT_SOURCE_MAPPING_METRIC,
        );
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

impl Check for Filter {
    fn check(&self, found: &mut Violations) {
        found.value("pattern", &self.pattern, &PATTERN);
    }
}

impl Check for FilterCriteria {
    fn check(&self, found: &mut Violations) {
        found.structures("filters", &self.filters, &Constraint::NONE);
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

impl Check for GetAliasInput {
    fn check(&self, found: &mut Violations) {
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &FUNCTION_NAME);
        found.required("name", self.name.is_some());
        found.value("name", &self.name, &ALIAS);
    }
}

impl Check for GetCodeSigningConfigInput {
    fn check(&self, found: &mut Violations) {
        found.required("codeSigningConfigArn", self.code_signing_config_arn.is_some());
        found.value(
            "codeSigningConfigArn",
            &self.code_signing_config_arn,
            &CODE_SIGNING_CONFIG_ARN,
        );
    }
}

impl Check for GetEventSourceMappingInput {
    fn check(&self, found: &mut Violations) {
        found.required("uUID", self.uuid.is_some());
        found.value("uUID", &self.uuid, &UUID_STRING);
    }
}

impl Check for GetFunctionCodeSigningConfigInput {
    fn check(&self, found: &mut Violations) {
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &NAMESPACED_FUNCTION_NAME);
    }
}

impl Check for GetFunctionConcurrencyInput {
    fn check(&self, found: &mut Violations) {
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &FUNCTION_NAME);
    }
}

impl Check for GetFunctionConfigurationInput {
    fn check(&self, found: &mut Violations) {
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &NAMESPACED_FUNCTION_NAME);
        found.value("qualifier", &self.qualifier, &NUMERIC_LATEST_PUBLISHED_OR_ALIAS_QUALIFIER);
    }
}

impl Check for GetFunctionEventInvokeConfigInput {
    fn check(&self, found: &mut Violations) {
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &NAMESPACED_FUNCTION_NAME);
        found.value("qualifier", &self.qualifier, &NUMERIC_LATEST_PUBLISHED_OR_ALIAS_QUALIFIER);
    }
}

impl Check for GetFunctionRecursionConfigInput {
    fn check(&self, found: &mut Violations) {
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &UNQUALIFIED_FUNCTION_NAME);
    }
}

impl Check for GetFunctionInput {
    fn check(&self, found: &mut Violations) {
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &NAMESPACED_FUNCTION_NAME);
        found.value("qualifier", &self.qualifier, &NUMERIC_LATEST_PUBLISHED_OR_ALIAS_QUALIFIER);
    }
}

impl Check for GetFunctionUrlConfigInput {
    fn check(&self, found: &mut Violations) {
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &FUNCTION_URL_FUNCTION_NAME);
        found.value("qualifier", &self.qualifier, &FUNCTION_URL_QUALIFIER);
    }
}

impl Check for GetLayerVersionByArnInput {
    fn check(&self, found: &mut Violations) {
        found.required("arn", self.arn.is_some());
        found.value("arn", &self.arn, &LAYER_VERSION_ARN);
    }
}

impl Check for GetLayerVersionPolicyInput {
    fn check(&self, found: &mut Violations) {
        found.required("layerName", self.layer_name.is_some());
        found.value("layerName", &self.layer_name, &LAYER_NAME_OR_ARN);
        found.required("versionNumber", self.version_number.is_some());
    }
}

impl Check for GetLayerVersionInput {
    fn check(&self, found: &mut Violations) {
        found.required("layerName", self.layer_name.is_some());
        found.value("layerName", &self.layer_name, &LAYER_NAME_OR_ARN);
        found.required("versionNumber", self.version_number.is_some());
    }
}

impl Check for GetPolicyInput {
    fn check(&self, found: &mut Violations) {
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &NAMESPACED_FUNCTION_NAME);
        found.value("qualifier", &self.qualifier, &NUMERIC_LATEST_PUBLISHED_OR_ALIAS_QUALIFIER);
    }
}

impl Check for GetProvisionedConcurrencyConfigInput {
    fn check(&self, found: &mut Violations) {
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &FUNCTION_NAME);
        found.required("qualifier", self.qualifier.is_some());
        found.value("qualifier", &self.qualifier, &QUALIFIER);
    }
}

impl Check for GetResourcePolicyInput {
    fn check(&self, found: &mut Violations) {
        found.required("resourceArn", self.resource_arn.is_some());
        found.value("resourceArn", &self.resource_arn, &POLICY_RESOURCE_ARN);
    }
}

impl Check for GetRuntimeManagementConfigInput {
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

impl Check for InvokeAsyncInput {
    fn check(&self, found: &mut Violations) {
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &NAMESPACED_FUNCTION_NAME);
        found.required("invokeArgs", self.invoke_args.is_some());
    }
}

impl Check for InvokeWithResponseStreamInput {
    fn check(&self, found: &mut Violations) {
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &NAMESPACED_FUNCTION_NAME);
        found.value("logType", &self.log_type, &LOG_TYPE);
        found.value("qualifier", &self.qualifier, &NUMERIC_LATEST_PUBLISHED_OR_ALIAS_QUALIFIER);
        found.value("tenantId", &self.tenant_id, &TENANT_ID);
        found.value("invocationType", &self.invocation_type, &RESPONSE_STREAMING_INVOCATION_TYPE);
    }
}

impl Check for KafkaSchemaRegistryAccessConfig {
    fn check(&self, found: &mut Violations) {
        found.value("type", &self.type_, &KAFKA_SCHEMA_REGISTRY_AUTH_TYPE);
        found.value("uRI", &self.uri, &ARN);
    }
}

impl Check for KafkaSchemaRegistryConfig {
    fn check(&self, found: &mut Violations) {
        found.value("schemaRegistryURI", &self.schema_registry_uri, &SCHEMA_REGISTRY_URI);
        found.value(
            "eventRecordFormat",
            &self.event_record_format,
            &SCHEMA_REGISTRY_EVENT_RECORD_FORMAT,
        );
        found.structures("accessConfigs", &self.access_configs, &Constraint::NONE);
        found.structures(
            "schemaValidationConfigs",
            &self.schema_validation_configs,
            &Constraint::NONE,
        );
    }
}

impl Check for KafkaSchemaValidationConfig {
    fn check(&self, found: &mut Violations) {
        found.value("attribute", &self.attribute, &KAFKA_SCHEMA_VALIDATION_ATTRIBUTE);
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

impl Check for LayerVersionContentInput {
    fn check(&self, found: &mut Violations) {
        found.value("s3Bucket", &self.s3_bucket, &S3_BUCKET);
        found.value("s3Key", &self.s3_key, &S3_KEY);
        found.value("s3ObjectVersion", &self.s3_object_version, &S3_OBJECT_VERSION);
        found.value("s3ObjectStorageMode", &self.s3_object_storage_mode, &S3_OBJECT_STORAGE_MODE);
    }
}

impl Check for ListAliasesInput {
    fn check(&self, found: &mut Violations) {
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &FUNCTION_NAME);
        found.value("functionVersion", &self.function_version, &VERSION_WITH_LATEST_PUBLISHED);
        found.value("maxItems", &self.max_items, &MAX_LIST_ITEMS);
    }
}

impl Check for ListCodeSigningConfigsInput {
    fn check(&self, found: &mut Violations) {
        found.value("maxItems", &self.max_items, &MAX_LIST_ITEMS);
    }
}

impl Check for ListEventSourceMappingsInput {
    fn check(&self, found: &mut Violations) {
        found.value("eventSourceArn", &self.event_source_arn, &ARN);
        found.value("functionName", &self.function_name, &NAMESPACED_FUNCTION_NAME);
        found.value("maxItems", &self.max_items, &MAX_LIST_ITEMS);
    }
}

impl Check for ListFunctionEventInvokeConfigsInput {
    fn check(&self, found: &mut Violations) {
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &NAMESPACED_FUNCTION_NAME);
        found.value("maxItems", &self.max_items, &MAX_FUNCTION_EVENT_INVOKE_CONFIG_LIST_ITEMS);
    }
}

impl Check for ListFunctionUrlConfigsInput {
    fn check(&self, found: &mut Violations) {
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &FUNCTION_URL_FUNCTION_NAME);
        found.value("maxItems", &self.max_items, &MAX_ITEMS);
    }
}

impl Check for ListFunctionsByCodeSigningConfigInput {
    fn check(&self, found: &mut Violations) {
        found.required("codeSigningConfigArn", self.code_signing_config_arn.is_some());
        found.value(
            "codeSigningConfigArn",
            &self.code_signing_config_arn,
            &CODE_SIGNING_CONFIG_ARN,
        );
        found.value("maxItems", &self.max_items, &MAX_LIST_ITEMS);
    }
}

impl Check for ListFunctionsInput {
    fn check(&self, found: &mut Violations) {
        found.value("masterRegion", &self.master_region, &MASTER_REGION);
        found.value("functionVersion", &self.function_version, &FUNCTION_VERSION);
        found.value("maxItems", &self.max_items, &MAX_LIST_ITEMS);
    }
}

impl Check for ListLayerVersionsInput {
    fn check(&self, found: &mut Violations) {
        found.value("compatibleArchitecture", &self.compatible_architecture, &ARCHITECTURE);
        found.by_service("compatibleRuntime", &self.compatible_runtime, Runtime::VALUES);
        found.required("layerName", self.layer_name.is_some());
        found.value("layerName", &self.layer_name, &LAYER_NAME_OR_ARN);
        found.value("maxItems", &self.max_items, &MAX_LAYER_LIST_ITEMS);
    }
}

impl Check for ListLayersInput {
    fn check(&self, found: &mut Violations) {
        found.value("compatibleArchitecture", &self.compatible_architecture, &ARCHITECTURE);
        found.by_service("compatibleRuntime", &self.compatible_runtime, Runtime::VALUES);
        found.value("maxItems", &self.max_items, &MAX_LAYER_LIST_ITEMS);
    }
}

impl Check for ListProvisionedConcurrencyConfigsInput {
    fn check(&self, found: &mut Violations) {
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &FUNCTION_NAME);
        found.value("maxItems", &self.max_items, &MAX_PROVISIONED_CONCURRENCY_CONFIG_LIST_ITEMS);
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

impl Check for OnFailure {
    fn check(&self, found: &mut Violations) {
        found.value("destination", &self.destination, &DESTINATION_ARN);
    }
}

impl Check for OnSuccess {
    fn check(&self, found: &mut Violations) {
        found.value("destination", &self.destination, &DESTINATION_ARN);
    }
}

impl Check for ProvisionedPollerConfig {
    fn check(&self, found: &mut Violations) {
        found.value("minimumPollers", &self.minimum_pollers, &MINIMUM_NUMBER_OF_POLLERS);
        found.value("maximumPollers", &self.maximum_pollers, &MAXIMUM_NUMBER_OF_POLLERS);
        found.value("pollerGroupName", &self.poller_group_name, &PROVISIONED_POLLER_GROUP_NAME);
    }
}

impl Check for PublishLayerVersionInput {
    fn check(&self, found: &mut Violations) {
        found.required("layerName", self.layer_name.is_some());
        found.value("layerName", &self.layer_name, &LAYER_NAME_OR_ARN);
        found.value("description", &self.description, &DESCRIPTION);
        found.required("content", self.content.is_some());
        found.structure("content", &self.content);
        found.list(
            "compatibleArchitectures",
            &self.compatible_architectures,
            &COMPATIBLE_ARCHITECTURES,
            &ARCHITECTURE,
        );
        found.list(
            "compatibleRuntimes",
            &self.compatible_runtimes,
            &COMPATIBLE_RUNTIMES,
            &Constraint::NONE,
        );
        found.value("licenseInfo", &self.license_info, &LICENSE_INFO);
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

impl Check for PutFunctionCodeSigningConfigInput {
    fn check(&self, found: &mut Violations) {
        found.required("codeSigningConfigArn", self.code_signing_config_arn.is_some());
        found.value(
            "codeSigningConfigArn",
            &self.code_signing_config_arn,
            &CODE_SIGNING_CONFIG_ARN,
        );
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &NAMESPACED_FUNCTION_NAME);
    }
}

impl Check for PutFunctionConcurrencyInput {
    fn check(&self, found: &mut Violations) {
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &FUNCTION_NAME);
        found.required(
            "reservedConcurrentExecutions",
            self.reserved_concurrent_executions.is_some(),
        );
        found.value(
            "reservedConcurrentExecutions",
            &self.reserved_concurrent_executions,
            &RESERVED_CONCURRENT_EXECUTIONS,
        );
    }
}

impl Check for PutFunctionEventInvokeConfigInput {
    fn check(&self, found: &mut Violations) {
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &NAMESPACED_FUNCTION_NAME);
        found.value("qualifier", &self.qualifier, &NUMERIC_LATEST_PUBLISHED_OR_ALIAS_QUALIFIER);
        found.value("maximumRetryAttempts", &self.maximum_retry_attempts, &MAXIMUM_RETRY_ATTEMPTS);
        found.value(
            "maximumEventAgeInSeconds",
            &self.maximum_event_age_in_seconds,
            &MAXIMUM_EVENT_AGE_IN_SECONDS,
        );
        found.structure("destinationConfig", &self.destination_config);
    }
}

impl Check for PutFunctionRecursionConfigInput {
    fn check(&self, found: &mut Violations) {
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &UNQUALIFIED_FUNCTION_NAME);
        found.required("recursiveLoop", self.recursive_loop.is_some());
        found.value("recursiveLoop", &self.recursive_loop, &RECURSIVE_LOOP);
    }
}

impl Check for PutProvisionedConcurrencyConfigInput {
    fn check(&self, found: &mut Violations) {
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &FUNCTION_NAME);
        found.required("qualifier", self.qualifier.is_some());
        found.value("qualifier", &self.qualifier, &QUALIFIER);
        found.required(
            "provisionedConcurrentExecutions",
            self.provisioned_concurrent_executions.is_some(),
        );
        found.value(
            "provisionedConcurrentExecutions",
            &self.provisioned_concurrent_executions,
            &POSITIVE_INTEGER,
        );
    }
}

impl Check for PutResourcePolicyInput {
    fn check(&self, found: &mut Violations) {
        found.required("resourceArn", self.resource_arn.is_some());
        found.value("resourceArn", &self.resource_arn, &POLICY_RESOURCE_ARN);
        found.required("policy", self.policy.is_some());
        found.value("policy", &self.policy, &RESOURCE_POLICY);
        found.value("revisionId", &self.revision_id, &REVISION_ID);
    }
}

impl Check for PutRuntimeManagementConfigInput {
    fn check(&self, found: &mut Violations) {
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &NAMESPACED_FUNCTION_NAME);
        found.value("qualifier", &self.qualifier, &NUMERIC_LATEST_PUBLISHED_OR_ALIAS_QUALIFIER);
        found.required("updateRuntimeOn", self.update_runtime_on.is_some());
        found.value("updateRuntimeOn", &self.update_runtime_on, &UPDATE_RUNTIME_ON);
        found.value("runtimeVersionArn", &self.runtime_version_arn, &RUNTIME_VERSION_ARN);
    }
}

impl Check for RemoveLayerVersionPermissionInput {
    fn check(&self, found: &mut Violations) {
        found.required("layerName", self.layer_name.is_some());
        found.value("layerName", &self.layer_name, &LAYER_NAME_OR_ARN);
        found.required("versionNumber", self.version_number.is_some());
        found.required("statementId", self.statement_id.is_some());
        found.value("statementId", &self.statement_id, &STATEMENT_ID);
    }
}

impl Check for RemovePermissionInput {
    fn check(&self, found: &mut Violations) {
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &NAMESPACED_FUNCTION_NAME);
        found.required("statementId", self.statement_id.is_some());
        found.value("statementId", &self.statement_id, &NAMESPACED_STATEMENT_ID);
        found.value("qualifier", &self.qualifier, &NUMERIC_LATEST_PUBLISHED_OR_ALIAS_QUALIFIER);
    }
}

impl Check for S3FilesConfig {
    fn check(&self, found: &mut Violations) {
        found.value("directS3Read", &self.direct_s3_read, &DIRECT_S3_READ);
    }
}

impl Check for ScalingConfig {
    fn check(&self, found: &mut Violations) {
        found.value("maximumConcurrency", &self.maximum_concurrency, &MAXIMUM_CONCURRENCY);
    }
}

impl Check for SelfManagedEventSource {
    fn check(&self, found: &mut Violations) {
        found.map("endpoints", &self.endpoints, &ENDPOINTS, &END_POINT_TYPE, &ENDPOINT_LISTS);
    }
}

impl Check for SelfManagedKafkaEventSourceConfig {
    fn check(&self, found: &mut Violations) {
        found.value("consumerGroupId", &self.consumer_group_id, &URI);
        found.structure("schemaRegistryConfig", &self.schema_registry_config);
        found.value(
            "consumptionMode",
            &self.consumption_mode,
            &KAFKA_EVENT_SOURCE_MAPPING_CONSUMPTION_MODE,
        );
    }
}

impl Check for SnapStart {
    fn check(&self, found: &mut Violations) {
        found.value("applyOn", &self.apply_on, &SNAP_START_APPLY_ON);
    }
}

impl Check for SourceAccessConfiguration {
    fn check(&self, found: &mut Violations) {
        found.value("type", &self.type_, &SOURCE_ACCESS_TYPE);
        found.value("uRI", &self.uri, &URI);
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

impl Check for UpdateAliasInput {
    fn check(&self, found: &mut Violations) {
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &FUNCTION_NAME);
        found.required("name", self.name.is_some());
        found.value("name", &self.name, &ALIAS);
        found.value("functionVersion", &self.function_version, &VERSION_WITH_LATEST_PUBLISHED);
        found.value("description", &self.description, &DESCRIPTION);
        found.structure("routingConfig", &self.routing_config);
    }
}

impl Check for UpdateCodeSigningConfigInput {
    fn check(&self, found: &mut Violations) {
        found.required("codeSigningConfigArn", self.code_signing_config_arn.is_some());
        found.value(
            "codeSigningConfigArn",
            &self.code_signing_config_arn,
            &CODE_SIGNING_CONFIG_ARN,
        );
        found.value("description", &self.description, &DESCRIPTION);
        found.structure("allowedPublishers", &self.allowed_publishers);
        found.structure("codeSigningPolicies", &self.code_signing_policies);
    }
}

impl Check for UpdateEventSourceMappingInput {
    fn check(&self, found: &mut Violations) {
        found.required("uUID", self.uuid.is_some());
        found.value("uUID", &self.uuid, &UUID_STRING);
        found.value("functionName", &self.function_name, &NAMESPACED_FUNCTION_NAME);
        found.value("batchSize", &self.batch_size, &BATCH_SIZE);
        found.structure("filterCriteria", &self.filter_criteria);
        found.value("kMSKeyArn", &self.kms_key_arn, &KMS_KEY_ARN);
        found.structure("metricsConfig", &self.metrics_config);
        found.structure("loggingConfig", &self.logging_config);
        found.structure("scalingConfig", &self.scaling_config);
        found.value(
            "maximumBatchingWindowInSeconds",
            &self.maximum_batching_window_in_seconds,
            &MAXIMUM_BATCHING_WINDOW_IN_SECONDS,
        );
        found.value("parallelizationFactor", &self.parallelization_factor, &PARALLELIZATION_FACTOR);
        found.structure("destinationConfig", &self.destination_config);
        found.value(
            "maximumRecordAgeInSeconds",
            &self.maximum_record_age_in_seconds,
            &MAXIMUM_RECORD_AGE_IN_SECONDS,
        );
        found.value(
            "maximumRetryAttempts",
            &self.maximum_retry_attempts,
            &MAXIMUM_RETRY_ATTEMPTS_EVENT_SOURCE_MAPPING,
        );
        found.value(
            "tumblingWindowInSeconds",
            &self.tumbling_window_in_seconds,
            &TUMBLING_WINDOW_IN_SECONDS,
        );
        found.structures(
            "sourceAccessConfigurations",
            &self.source_access_configurations,
            &SOURCE_ACCESS_CONFIGURATIONS,
        );
        found.list(
            "functionResponseTypes",
            &self.function_response_types,
            &FUNCTION_RESPONSE_TYPE_LIST,
            &FUNCTION_RESPONSE_TYPE,
        );
        found.structure(
            "amazonManagedKafkaEventSourceConfig",
            &self.amazon_managed_kafka_event_source_config,
        );
        found.structure(
            "selfManagedKafkaEventSourceConfig",
            &self.self_managed_kafka_event_source_config,
        );
        found.structure("documentDBEventSourceConfig", &self.document_db_event_source_config);
        found.structure("provisionedPollerConfig", &self.provisioned_poller_config);
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

impl Check for UpdateFunctionEventInvokeConfigInput {
    fn check(&self, found: &mut Violations) {
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &NAMESPACED_FUNCTION_NAME);
        found.value("qualifier", &self.qualifier, &NUMERIC_LATEST_PUBLISHED_OR_ALIAS_QUALIFIER);
        found.value("maximumRetryAttempts", &self.maximum_retry_attempts, &MAXIMUM_RETRY_ATTEMPTS);
        found.value(
            "maximumEventAgeInSeconds",
            &self.maximum_event_age_in_seconds,
            &MAXIMUM_EVENT_AGE_IN_SECONDS,
        );
        found.structure("destinationConfig", &self.destination_config);
    }
}

impl Check for UpdateFunctionUrlConfigInput {
    fn check(&self, found: &mut Violations) {
        found.required("functionName", self.function_name.is_some());
        found.value("functionName", &self.function_name, &FUNCTION_URL_FUNCTION_NAME);
        found.value("qualifier", &self.qualifier, &FUNCTION_URL_QUALIFIER);
        found.value("authType", &self.auth_type, &FUNCTION_URL_AUTH_TYPE);
        found.structure("cors", &self.cors);
        found.value("invokeMode", &self.invoke_mode, &INVOKE_MODE);
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
