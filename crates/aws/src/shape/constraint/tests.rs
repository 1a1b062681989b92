//! The texts marked "recorded" are AWS's own, word for word.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::generated::lambda::{
    CreateFunctionInput, GetFunctionInput, InvokeInput, ListFunctionsInput, Runtime,
};
use crate::rest::Input;
use crate::shape::{FromJson, Json};

const ROLE: &str = "arn:aws:iam::123456789012:role/r";

/// CreateFunction with what it requires, and these members.
fn create(members: &str) -> CreateFunctionInput {
    let text = format!(
        r#"{{"FunctionName": "hello", "Role": "{ROLE}", "Code": {{"ZipFile": "aGk="}}, {members}}}"#
    );
    CreateFunctionInput::from_json(Json::document(text.as_bytes()).unwrap()).unwrap()
}

fn refused(members: &str) -> AwsError {
    create(members).validate().unwrap_err()
}

#[test]
fn a_plain_function_is_fine() {
    let members = r#""Runtime": "nodejs22.x", "Handler": "index.handler", "Timeout": 3,
        "MemorySize": 128, "Architectures": ["x86_64"], "Tags": {"größe": "a b"},
        "Environment": {"Variables": {"KEY": ""}}, "KMSKeyArn": "", "SnapStart": {"ApplyOn": "None"},
        "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []}, "Description": """#;
    assert_eq!(create(members).validate(), Ok(()));
}

#[test]
fn one_broken_constraint_is_worded_as_aws_words_it() {
    for (members, text) in [
        // recorded
        (
            r#""Role": "r1""#,
            r"Value 'r1' at 'role' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+",
        ),
        // recorded
        (
            r#""FunctionName": "invalid:function:name""#,
            r"Value 'invalid:function:name' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\$LATEST|[a-zA-Z0-9-_]+))?",
        ),
        // recorded
        (
            r#""Architectures": ["X86_64"]"#,
            "Value '[X86_64]' at 'architectures' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]",
        ),
        // recorded
        (
            r#""Architectures": ["x86_64", "arm64"]"#,
            "Value '[x86_64, arm64]' at 'architectures' failed to satisfy constraint: Member must have length less than or equal to 1",
        ),
        // recorded
        (
            r#""SnapStart": {"ApplyOn": "invalidOption"}"#,
            "Value 'invalidOption' at 'snapStart.applyOn' failed to satisfy constraint: Member must satisfy enum value set: [PublishedVersions, None]",
        ),
        // recorded
        (
            r#""VpcConfig": {"SubnetIds": ["nosubnet"]}"#,
            "Value '[nosubnet]' at 'vpcConfig.subnetIds' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 1024, Member must have length greater than or equal to 0, Member must satisfy regular expression pattern: subnet-[0-9a-z]*]",
        ),
        // recorded, with the pattern of then
        (
            r#""Layers": ["nolayer"]"#,
            r"Value '[nolayer]' at 'layers' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 2048, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: ((arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:layer:[a-zA-Z0-9-_]+:[0-9]+)|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+)), Member must not be null]",
        ),
        // recorded
        (
            r#""Environment": {"Variables": {"no-name": "secret"}}"#,
            "Value at 'environment.variables' failed to satisfy constraint: Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]",
        ),
        // recorded, but for the pattern
        (
            r#""KMSKeyArn": "key""#,
            "Value 'key' at 'kMSKeyArn' failed to satisfy constraint: Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()",
        ),
        (
            r#""MemorySize": 127"#,
            "Value '127' at 'memorySize' failed to satisfy constraint: Member must have value greater than or equal to 128",
        ),
        (
            r#""Code": null"#,
            "Value null at 'code' failed to satisfy constraint: Member must not be null",
        ),
        (
            r#""EphemeralStorage": {}"#,
            "Value null at 'ephemeralStorage.size' failed to satisfy constraint: Member must not be null",
        ),
        (
            r#""FileSystemConfigs": [{"LocalMountPath": "/mnt/a"}]"#,
            "Value null at 'fileSystemConfigs.1.member.arn' failed to satisfy constraint: Member must not be null",
        ),
        (
            r#""Tags": {"": "v"}"#,
            r"Value '{=v}' at 'tags' failed to satisfy constraint: Map keys must satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: ([\p{L}\p{Z}\p{N}_.:/=+\-@]*)]",
        ),
        (
            r#""CapacityProviderConfig": {"LambdaManagedInstancesCapacityProviderConfig": {
                "CapacityProviderArn": "arn:aws:lambda:eu-north-1:123456789012:capacity-provider:c",
                "ExecutionEnvironmentMemoryGiBPerVCpu": 9.5}}"#,
            "Value '9.5' at 'capacityProviderConfig.lambdaManagedInstancesCapacityProviderConfig.executionEnvironmentMemoryGiBPerVCpu' failed to satisfy constraint: Member must have value less than or equal to 8.0",
        ),
    ] {
        let error = refused(members);
        assert_eq!(error.name(), "ValidationException");
        assert_eq!(error.status(), 400);
        assert_eq!(error.message(), format!("1 validation error detected: {text}"), "{members}");
    }
}

#[test]
fn several_are_counted_and_joined_in_the_models_order() {
    let error = refused(r#""MemorySize": 1, "Timeout": 0, "FunctionName": """#);
    let pattern =
        CreateFunctionInput { function_name: Some("?".into()), ..create("\"Timeout\": 1") };
    let pattern = pattern.validate().unwrap_err().message().to_owned();
    let pattern = pattern.rsplit_once("pattern: ").unwrap().1;
    assert_eq!(
        error.message(),
        format!(
            "4 validation errors detected: \
             Value '' at 'functionName' failed to satisfy constraint: Member must have length greater than or equal to 1; \
             Value '' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: {pattern}; \
             Value '0' at 'timeout' failed to satisfy constraint: Member must have value greater than or equal to 1; \
             Value '1' at 'memorySize' failed to satisfy constraint: Member must have value greater than or equal to 128"
        )
    );
}

#[test]
fn queries_and_paths_are_checked_too() {
    let list =
        ListFunctionsInput { function_version: Some("invalid".into()), ..Default::default() };
    assert_eq!(
        list.validate().unwrap_err().message(),
        "1 validation error detected: Value 'invalid' at 'functionVersion' failed to satisfy constraint: Member must satisfy enum value set: [ALL]"
    );
    let get = GetFunctionInput {
        function_name: Some("f".into()),
        qualifier: Some("invalid-qualifier-with-?-char".into()),
    };
    assert_eq!(
        get.validate().unwrap_err().message(),
        r"1 validation error detected: Value 'invalid-qualifier-with-?-char' at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression pattern: \$(LATEST(\.PUBLISHED)?)|[a-zA-Z0-9-_$]+"
    );
    let long = "a".repeat(257);
    let invoke = InvokeInput { function_name: Some(long.clone()), ..Default::default() };
    assert_eq!(
        invoke.validate().unwrap_err().message(),
        format!(
            "1 validation error detected: Value '{long}' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 256"
        )
    );
}

#[test]
fn a_runtime_that_names_nothing_is_refused_after_all_constraints() {
    let error = refused(r#""Runtime": "PYTHON3.9""#);
    assert_eq!(error.name(), "InvalidParameterValueException");
    let start = "Value PYTHON3.9 at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [";
    assert!(error.message().starts_with(start), "{error}");
    assert!(error.message().ends_with("] or be a valid ARN"), "{error}");
    assert_eq!(refused(r#""Runtime": "cobol", "Timeout": 0"#).name(), "ValidationException");
    for id in Runtime::VALUES {
        assert_eq!(create(&format!(r#""Runtime": "{id}""#)).validate(), Ok(()), "{id}");
    }
}

#[test]
fn patterns_match_whole_texts_and_ascii_digits_only() {
    for role in [
        format!("x{ROLE}"),
        format!("{ROLE}\n"),
        format!("{ROLE} "),
        "arn:aws:iam::١٢٣٤٥٦٧٨٩٠١٢:role/r".to_owned(),
    ] {
        let input = CreateFunctionInput { role: Some(role.clone()), ..create("\"Timeout\": 1") };
        assert!(input.validate().is_err(), "{role:?}");
    }
}

#[test]
fn a_bucket_may_not_end_with_a_dot() {
    let code = |bucket: &str| create(&format!(r#""Code": {{"S3Bucket": "{bucket}"}}"#)).validate();
    assert_eq!(code("my.bucket-1"), Ok(()));
    let error = code("bucket.").unwrap_err();
    let shown = r"at 'code.s3Bucket' failed to satisfy constraint: Member must satisfy regular expression pattern: [0-9A-Za-z\.\-_]*(?<!\.)";
    assert!(error.message().ends_with(shown), "{error}");
}

#[test]
fn lengths_are_counted_in_utf16_units() {
    let description = |text: String| {
        CreateFunctionInput { description: Some(text), ..create("\"Timeout\": 1") }.validate()
    };
    assert_eq!(description("ä".repeat(256)), Ok(()));
    assert_eq!(description("😀".repeat(128)), Ok(()));
    assert!(description("😀".repeat(129)).is_err());
}

#[test]
fn a_hostile_request_gets_a_short_answer() {
    let input = CreateFunctionInput {
        description: Some("ä".repeat(1_000_000)),
        layers: Some(vec!["x".repeat(1_000); 10_000]),
        file_system_configs: Some(vec![Default::default(); 10_000]),
        ..create("\"Timeout\": 1")
    };
    let error = input.validate().unwrap_err();
    assert!(error.message().starts_with("64 validation errors detected"));
    assert!(error.message().len() < 64 * 1024, "{}", error.message().len());
}
