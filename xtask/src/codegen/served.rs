//! What fika serves, and the few facts about AWS's answers that the model leaves out.

/// Operations that get input, output and constraints. One line adds one.
pub const OPERATIONS: &[&str] = &[
    "AddLayerVersionPermission",
    "AddPermission",
    "CreateAlias",
    "CreateCodeSigningConfig",
    "CreateEventSourceMapping",
    "CreateFunction",
    "CreateFunctionUrlConfig",
    "DeleteAlias",
    "DeleteCodeSigningConfig",
    "DeleteEventSourceMapping",
    "DeleteFunction",
    "DeleteFunctionCodeSigningConfig",
    "DeleteFunctionConcurrency",
    "DeleteFunctionEventInvokeConfig",
    "DeleteFunctionUrlConfig",
    "DeleteLayerVersion",
    "DeleteProvisionedConcurrencyConfig",
    "DeleteResourcePolicy",
    "GetAccountSettings",
    "GetAlias",
    "GetCodeSigningConfig",
    "GetEventSourceMapping",
    "GetFunction",
    "GetFunctionCodeSigningConfig",
    "GetFunctionConcurrency",
    "GetFunctionConfiguration",
    "GetFunctionEventInvokeConfig",
    "GetFunctionRecursionConfig",
    "GetFunctionUrlConfig",
    "GetLayerVersion",
    "GetLayerVersionByArn",
    "GetLayerVersionPolicy",
    "GetPolicy",
    "GetProvisionedConcurrencyConfig",
    "GetResourcePolicy",
    "GetRuntimeManagementConfig",
    "Invoke",
    "InvokeAsync",
    "InvokeWithResponseStream",
    "ListAliases",
    "ListCodeSigningConfigs",
    "ListEventSourceMappings",
    "ListFunctionEventInvokeConfigs",
    "ListFunctionUrlConfigs",
    "ListFunctions",
    "ListFunctionsByCodeSigningConfig",
    "ListLayerVersions",
    "ListLayers",
    "ListProvisionedConcurrencyConfigs",
    "ListTags",
    "ListVersionsByFunction",
    "PublishLayerVersion",
    "PublishVersion",
    "PutFunctionCodeSigningConfig",
    "PutFunctionConcurrency",
    "PutFunctionEventInvokeConfig",
    "PutFunctionRecursionConfig",
    "PutProvisionedConcurrencyConfig",
    "PutResourcePolicy",
    "PutRuntimeManagementConfig",
    "RemoveLayerVersionPermission",
    "RemovePermission",
    "TagResource",
    "UntagResource",
    "UpdateAlias",
    "UpdateCodeSigningConfig",
    "UpdateEventSourceMapping",
    "UpdateFunctionCode",
    "UpdateFunctionConfiguration",
    "UpdateFunctionEventInvokeConfig",
    "UpdateFunctionUrlConfig",
];

/// Of those, the ones whose answers are kept and told, and that nothing acts on yet, and when
/// something will.
pub const STORED: &[(&str, &[&str])] = &[(
    "runtimes are what the operator installed; nothing updates them unasked",
    &["GetRuntimeManagementConfig", "PutRuntimeManagementConfig"],
)];

/// What fika refuses for good, as its error calls it.
pub const REFUSED: &[(&str, &[&str])] = &[
    (
        "durable executions",
        &[
            "CheckpointDurableExecution",
            "DeleteDurableExecution",
            "GetDurableExecution",
            "GetDurableExecutionHistory",
            "GetDurableExecutionState",
            "ListDurableExecutionsByFunction",
            "PauseDurableExecution",
            "ResumeDurableExecution",
            "SendDurableExecutionCallbackFailure",
            "SendDurableExecutionCallbackHeartbeat",
            "SendDurableExecutionCallbackSuccess",
            "StopDurableExecution",
        ],
    ),
    (
        "capacity providers",
        &[
            "CreateCapacityProvider",
            "DeleteCapacityProvider",
            "GetCapacityProvider",
            "GetFunctionScalingConfig",
            "ListCapacityProviders",
            "ListFunctionVersionsByCapacityProvider",
            "PutFunctionScalingConfig",
            "UpdateCapacityProvider",
        ],
    ),
];

/// What is to come.
pub const LATER: &[&str] = &[];

/// Enums whose values AWS prints in another order than the model's, as recorded answers have it.
pub const PRINTED_AS: &[(&str, &[&str])] = &[
    ("EventSourcePosition", &["LATEST", "AT_TIMESTAMP", "TRIM_HORIZON"]),
    ("InvokeMode", &["RESPONSE_STREAM", "BUFFERED"]),
    ("RecursiveLoop", &["Terminate", "Allow"]),
];

/// Tried first by the router: the operations that are called most.
pub const HOT: &[&str] = &["Invoke", "InvokeWithResponseStream"];

/// Enums that the service checks by itself, later than all constraints, with another error and
/// another text than the framework's. Seen in recorded answers to CreateFunction.
pub const CHECKED_BY_SERVICE: &[&str] = &["Runtime"];

/// Lists whose members AWS declares not null: it adds "Member must not be null" to their rules
/// in its texts. Seen in recorded answers; lists not named here are recorded without it.
pub const NOT_NULL_MEMBERS: &[&str] = &["ArchitecturesList", "LayerList"];

/// Patterns with a look-around, which a linear-time engine cannot run: the shape, and a pattern
/// that matches the same texts.
pub const WITHOUT_LOOK_AROUND: &[(&str, &str)] = &[
    ("S3Bucket", r"([0-9A-Za-z\.\-_]*[0-9A-Za-z\-_])?"),
    ("Alias", r"[0-9]*[a-zA-Z_-][a-zA-Z0-9_-]*"),
    (
        "FunctionUrlFunctionName",
        r"(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_]{1,64})(:([0-9]*[a-zA-Z_-][0-9a-zA-Z_-]*))?",
    ),
    ("FunctionUrlQualifier", r"[0-9]*[a-zA-Z_-][0-9a-zA-Z_-]*"),
    (
        "CollectionName",
        r"[_a-rt-zA-Z0-9][^$]*|s([^y$][^$]*)?|sy([^s$][^$]*)?|sys([^t$][^$]*)?|syst([^e$][^$]*)?|syste([^m$][^$]*)?|system([^.$][^$]*)?",
    ),
];
