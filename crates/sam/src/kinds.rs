//! The types of resources that a Serverless template may have, and the properties of each.

use crate::shape::Property;
use crate::shape::Shape::{
    Any, Bool, BoolOrMap, Deletion, Int, List, ListOfTextOrMap, Map, MapOfIntOrMap, MapOfMaps,
    MapOfTexts, OnlyText, Policies, Text, TextOrMap,
};
use crate::shape::{literal, may, must};

/// Types that AWS expands and fika does not.
pub(crate) const NOT_SERVED: &[&str] = &[
    "Application",
    "CapacityProvider",
    "Connector",
    "GraphQLApi",
    "MicrovmImage",
    "NetworkConnector",
    "StateMachine",
    "WebFunction",
    "WebSocketApi",
];

/// What `Globals` may say of a section, or `None` if there is no such.
pub(crate) fn global_properties(section: &str) -> Option<&'static [&'static str]> {
    GLOBALS.iter().find(|(name, _)| *name == section).map(|(_, properties)| *properties)
}

pub(crate) fn global_sections() -> Vec<&'static str> {
    let mut names: Vec<_> = GLOBALS.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    names
}

#[rustfmt::skip]
const GLOBALS: &[(&str, &[&str])] = &[
    ("Function", &[
        "Handler", "Runtime", "CodeUri", "DeadLetterQueue", "Description", "MemorySize", "Timeout", "VpcConfig",
        "Environment", "Tags", "PropagateTags", "Tracing", "KmsKeyArn", "AutoPublishAlias",
        "AutoPublishAliasAllProperties", "Layers", "DeploymentPreference", "RolePath", "PermissionsBoundary",
        "ReservedConcurrentExecutions", "ProvisionedConcurrencyConfig", "AssumeRolePolicyDocument",
        "EventInvokeConfig", "FileSystemConfigs", "CodeSigningConfigArn", "Architectures", "SnapStart",
        "EphemeralStorage", "FunctionUrlConfig", "RuntimeManagementConfig", "LoggingConfig", "RecursiveLoop",
        "SourceKMSKeyArn", "TenancyConfig", "DurableConfig", "CapacityProviderConfig", "FunctionScalingConfig",
        "PublishToLatestPublished", "VersionDeletionPolicy",
    ]),
    ("Api", &[
        "Auth", "Name", "DefinitionUri", "CacheClusterEnabled", "CacheClusterSize", "MergeDefinitions",
        "Variables", "EndpointConfiguration", "MethodSettings", "BinaryMediaTypes", "MinimumCompressionSize",
        "Cors", "GatewayResponses", "AccessLogSetting", "CanarySetting", "TracingEnabled", "OpenApiVersion",
        "Domain", "AlwaysDeploy", "PropagateTags", "SecurityPolicy", "EndpointAccessMode",
    ]),
    ("HttpApi", &[
        "Auth", "AccessLogSettings", "StageVariables", "Tags", "CorsConfiguration", "DefaultRouteSettings",
        "Domain", "RouteSettings", "FailOnWarnings", "PropagateTags",
    ]),
    ("SimpleTable", &["SSESpecification"]),
    ("StateMachine", &["PropagateTags"]),
    ("LayerVersion", &["PublishLambdaVersion"]),
    ("CapacityProvider", &[
        "VpcConfig", "OperatorRole", "Tags", "InstanceRequirements", "ScalingConfig", "KmsKeyArn",
        "PropagateTags", "LoggingConfig", "ManagedResourceTags",
    ]),
    ("MicrovmImage", &[
        "BuildRoleArn", "BaseImageArn", "BaseImageVersion", "Logging", "EgressNetworkConnectors",
        "CpuConfigurations", "Resources", "AdditionalOsCapabilities", "Hooks", "EnvironmentVariables", "Tags",
        "PropagateTags",
    ]),
    ("NetworkConnector", &["OperatorRole", "Tags", "PropagateTags"]),
    ("WebSocketApi", &[
        "AccessLogSettings", "ApiKeySelectionExpression", "DefaultRouteSettings", "DisableExecuteApiEndpoint",
        "DisableSchemaValidation", "Domain", "FailOnWarnings", "IpAddressType", "PropagateTags",
        "RouteSelectionExpression", "RouteSettings", "StageVariables", "Tags",
    ]),
];

pub(crate) const FUNCTION: &[Property] = &[
    may("FunctionName", TextOrMap),
    may("Handler", Any),
    may("Runtime", Any),
    may("CodeUri", Any),
    may("ImageUri", Any),
    may("PackageType", Any),
    may("InlineCode", Any),
    may("DeadLetterQueue", Map),
    may("Description", Any),
    may("MemorySize", Any),
    may("Timeout", Any),
    may("VpcConfig", Any),
    may("Role", Text),
    may("AssumeRolePolicyDocument", Map),
    may("Policies", Policies),
    may("RolePath", Any),
    may("PermissionsBoundary", Text),
    may("Environment", MapOfMaps),
    may("Events", MapOfMaps),
    may("Tags", Map),
    may("PropagateTags", Bool),
    may("Tracing", TextOrMap),
    may("KmsKeyArn", Any),
    may("DeploymentPreference", Map),
    may("ReservedConcurrentExecutions", Any),
    may("Layers", ListOfTextOrMap),
    may("EventInvokeConfig", Map),
    may("EphemeralStorage", Any),
    // AWS names no type when this is wrong.
    may("AutoPublishAlias", OnlyText),
    may("AutoPublishCodeSha256", OnlyText),
    literal("AutoPublishAliasAllProperties", Bool),
    may("VersionDescription", Any),
    may("ProvisionedConcurrencyConfig", Any),
    may("FileSystemConfigs", Any),
    may("ImageConfig", Any),
    may("CodeSigningConfigArn", Any),
    may("Architectures", Any),
    may("SnapStart", Map),
    may("FunctionUrlConfig", Map),
    may("RuntimeManagementConfig", Any),
    may("LoggingConfig", Any),
    may("RecursiveLoop", Any),
    may("SourceKMSKeyArn", Any),
    may("CapacityProviderConfig", Map),
    may("FunctionScalingConfig", Map),
    may("VersionDeletionPolicy", Deletion),
    may("PublishToLatestPublished", Any),
    may("TenancyConfig", Any),
    may("DurableConfig", Map),
];

pub(crate) const LAYER: &[Property] = &[
    may("LayerName", TextOrMap),
    may("Description", Text),
    may("PublishLambdaVersion", Bool),
    must("ContentUri", TextOrMap),
    may("CompatibleArchitectures", ListOfTextOrMap),
    may("CompatibleRuntimes", ListOfTextOrMap),
    may("LicenseInfo", Text),
    may("RetentionPolicy", Text),
];

pub(crate) const TABLE: &[Property] = &[
    may("PointInTimeRecoverySpecification", Any),
    may("PrimaryKey", MapOfTexts),
    may("ProvisionedThroughput", MapOfIntOrMap),
    may("TableName", TextOrMap),
    may("Tags", Map),
    may("SSESpecification", Map),
];

pub(crate) const API: &[Property] = &[
    may("__MANAGE_SWAGGER", Bool),
    may("Name", TextOrMap),
    must("StageName", TextOrMap),
    may("Tags", Map),
    may("PropagateTags", Bool),
    may("DefinitionBody", Map),
    may("DefinitionUri", TextOrMap),
    literal("MergeDefinitions", Bool),
    may("CacheClusterEnabled", Bool),
    may("CacheClusterSize", Text),
    may("Variables", Map),
    may("EndpointConfiguration", TextOrMap),
    may("MethodSettings", List),
    may("BinaryMediaTypes", List),
    may("MinimumCompressionSize", Int),
    may("Cors", TextOrMap),
    may("Auth", Map),
    may("GatewayResponses", Map),
    may("AccessLogSetting", Map),
    may("CanarySetting", Map),
    may("TracingEnabled", Bool),
    may("OpenApiVersion", Text),
    may("Models", Map),
    may("Domain", Map),
    may("FailOnWarnings", Bool),
    may("Description", Text),
    may("Mode", Text),
    may("DisableExecuteApiEndpoint", Bool),
    may("ApiKeySourceType", Text),
    literal("AlwaysDeploy", Bool),
    may("Policy", TextOrMap),
    may("SecurityPolicy", Text),
    may("EndpointAccessMode", Text),
];

pub(crate) const HTTP_API: &[Property] = &[
    may("__MANAGE_SWAGGER", Bool),
    may("Name", Any),
    may("StageName", TextOrMap),
    may("Tags", Map),
    may("PropagateTags", Bool),
    may("DefinitionBody", Map),
    may("DefinitionUri", TextOrMap),
    may("StageVariables", Map),
    may("CorsConfiguration", BoolOrMap),
    may("AccessLogSettings", Map),
    may("DefaultRouteSettings", Map),
    may("Auth", Map),
    may("RouteSettings", Map),
    may("Domain", Map),
    may("FailOnWarnings", Bool),
    may("Description", Text),
    may("DisableExecuteApiEndpoint", Bool),
];
