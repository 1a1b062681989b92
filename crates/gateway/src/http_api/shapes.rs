//! The members of what HTTP APIs are made of, from the service model.

use crate::cors;
use crate::document::{Kind, Shape};

/// `CreateApi`, `UpdateApi`.
pub const API: &Shape = &[
    ("apiKeySelectionExpression", Kind::Text(0, 1024)),
    ("corsConfiguration", Kind::Object(cors::SHAPE)),
    ("credentialsArn", Kind::Text(0, 2048)),
    ("description", Kind::Text(0, 1024)),
    ("disableSchemaValidation", Kind::Flag),
    ("disableExecuteApiEndpoint", Kind::Flag),
    ("ipAddressType", Kind::One(&["ipv4", "dualstack"])),
    ("name", Kind::Text(1, 128)),
    ("protocolType", Kind::One(&["HTTP", "WEBSOCKET"])),
    ("routeKey", Kind::Text(1, 1024)),
    ("routeSelectionExpression", Kind::Text(1, 1024)),
    ("tags", Kind::TextMap),
    ("target", Kind::Text(1, 2048)),
    ("version", Kind::Text(1, 64)),
];

/// A route.
pub const ROUTE: &Shape = &[
    ("apiKeyRequired", Kind::Absent),
    ("authorizationScopes", Kind::Texts),
    ("authorizationType", Kind::One(&["NONE", "AWS_IAM", "CUSTOM", "JWT"])),
    ("authorizerId", Kind::Text(0, 64)),
    ("modelSelectionExpression", Kind::Absent),
    ("operationName", Kind::Text(0, 64)),
    ("requestModels", Kind::Absent),
    ("requestParameters", Kind::Absent),
    ("routeKey", Kind::Text(1, 1100)),
    ("routeResponseSelectionExpression", Kind::Absent),
    ("target", Kind::Text(0, 128)),
];

/// An integration.
pub const INTEGRATION: &Shape = &[
    ("connectionId", Kind::Absent),
    ("connectionType", Kind::One(&["INTERNET"])),
    ("contentHandlingStrategy", Kind::Absent),
    ("credentialsArn", Kind::Text(0, 2048)),
    ("description", Kind::Text(0, 1024)),
    ("integrationMethod", Kind::Text(0, 64)),
    ("integrationSubtype", Kind::Text(1, 128)),
    ("integrationType", Kind::One(&["AWS", "HTTP", "MOCK", "HTTP_PROXY", "AWS_PROXY"])),
    ("integrationUri", Kind::Text(1, 2048)),
    ("payloadFormatVersion", Kind::One(&["1.0", "2.0"])),
    ("requestParameters", Kind::Absent),
    ("requestTemplates", Kind::Absent),
    ("responseParameters", Kind::Absent),
    ("templateSelectionExpression", Kind::Absent),
    ("timeoutInMillis", Kind::Whole(50, 30_000)),
    ("tlsConfig", Kind::Absent),
];

const SETTINGS: &Shape = &[
    ("dataTraceEnabled", Kind::Flag),
    ("detailedMetricsEnabled", Kind::Flag),
    ("loggingLevel", Kind::One(&["ERROR", "INFO", "OFF"])),
    ("throttlingBurstLimit", Kind::Whole(0, 1_000_000)),
    ("throttlingRateLimit", Kind::Number),
];

const ACCESS_LOG: &Shape =
    &[("destinationArn", Kind::Text(1, 2048)), ("format", Kind::Text(1, 1024))];

/// A stage.
pub const STAGE: &Shape = &[
    ("accessLogSettings", Kind::Object(ACCESS_LOG)),
    ("autoDeploy", Kind::Flag),
    ("clientCertificateId", Kind::Text(0, 64)),
    ("defaultRouteSettings", Kind::Object(SETTINGS)),
    ("deploymentId", Kind::Text(0, 64)),
    ("description", Kind::Text(0, 1024)),
    ("routeSettings", Kind::Objects(SETTINGS)),
    ("stageName", Kind::Text(1, 128)),
    ("stageVariables", Kind::Variables),
    ("tags", Kind::TextMap),
];

/// A deployment.
pub const DEPLOYMENT: &Shape =
    &[("description", Kind::Text(0, 1024)), ("stageName", Kind::Text(1, 128))];

const JWT: &Shape = &[("audience", Kind::Texts), ("issuer", Kind::Text(1, 2048))];

/// An authorizer.
pub const AUTHORIZER: &Shape = &[
    ("authorizerCredentialsArn", Kind::Text(0, 2048)),
    ("authorizerPayloadFormatVersion", Kind::One(&["1.0", "2.0"])),
    ("authorizerResultTtlInSeconds", Kind::Whole(0, 3600)),
    ("authorizerType", Kind::One(&["REQUEST", "JWT"])),
    ("authorizerUri", Kind::Text(0, 2048)),
    ("enableSimpleResponses", Kind::Flag),
    ("identitySource", Kind::Texts),
    ("identityValidationExpression", Kind::Absent),
    ("jwtConfiguration", Kind::Object(JWT)),
    ("name", Kind::Text(1, 128)),
];
