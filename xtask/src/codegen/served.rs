//! What fika serves, and the few facts about AWS's answers that the model leaves out.

/// Operations that get input, output and constraints. One line adds one.
pub const OPERATIONS: &[&str] = &[
    "CreateFunction",
    "DeleteFunction",
    "GetAccountSettings",
    "GetFunction",
    "GetFunctionConfiguration",
    "Invoke",
    "ListFunctions",
    "ListTags",
    "ListVersionsByFunction",
    "PublishVersion",
    "TagResource",
    "UntagResource",
    "UpdateFunctionCode",
    "UpdateFunctionConfiguration",
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
pub const WITHOUT_LOOK_AROUND: &[(&str, &str)] =
    &[("S3Bucket", r"([0-9A-Za-z\.\-_]*[0-9A-Za-z\-_])?")];
