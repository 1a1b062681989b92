//! What is refused, and in which words.

use fika_aws::generated::lambda::DeleteFunctionInput;
use serde_json::{Value, json};

use super::super::*;
use super::fixture::*;

fn assert_refused<T: std::fmt::Debug>(
    result: Result<T, AwsError>,
    (name, status): (&str, u16),
    text: &str,
) {
    let error = result.unwrap_err();
    assert_eq!((error.name(), error.status()), (name, status), "{error}");
    assert!(error.message().contains(text), "{error}");
}

const INVALID: (&str, u16) = ("InvalidParameterValueException", 400);
const CONFLICT: (&str, u16) = ("ResourceConflictException", 409);
const MISSING: (&str, u16) = ("ResourceNotFoundException", 404);

#[tokio::test]
async fn creations_that_do_not_fit() {
    let fixture = Fixture::new(Verdict::Ready);
    let mandatory = "Runtime and Handler are mandatory parameters for functions created with deployment packages.";
    let cases: &[(Value, &str)] = &[
        (json!({ "Runtime": null }), mandatory),
        (json!({ "Handler": null }), mandatory),
        (
            json!({ "Runtime": "nodejs99" }),
            "Value nodejs99 at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [",
        ),
        (json!({ "Runtime": "java21" }), "fika does not run java21"),
        (json!({ "Runtime": "nodejs" }), "fika does not run nodejs"),
        (json!({ "Code": {} }), "Please provide a source for function code."),
        (json!({ "Code": { "S3Bucket": "b", "S3Key": "k" } }), "S3Bucket is not supported"),
        (json!({ "Code": { "ImageUri": "i" } }), "ImageUri is not supported"),
        (json!({ "Code": { "ZipFile": "bm8gemlw" } }), "Could not unzip uploaded file."),
        (json!({ "Code": { "ZipFile": "" } }), "Uploaded file must be a non-empty zip"),
        (json!({ "PackageType": "Image" }), "PackageType Image is not supported"),
        (
            json!({ "Tags": { "fika:wall": "brick" } }),
            "The tag fika:wall cannot be read: \"brick\" is not one of jail, microvm, qemu, firecracker.",
        ),
        (json!({ "Layers": ["l"] }), "Layer version l does not exist."),
        (
            json!({ "VpcConfig": { "SubnetIds": ["subnet-1"] } }),
            "must coexist or be both empty list.",
        ),
        (json!({ "FileSystemConfigs": [{}] }), "FileSystemConfigs is not supported"),
        (json!({ "ImageConfig": {} }), "ImageConfig is not supported"),
        (json!({ "DeadLetterConfig": { "TargetArn": "arn:aws:s3:::b" } }), "neither a queue"),
        (
            json!({ "SnapStart": { "ApplyOn": "PublishedVersions" }, "Runtime": "provided.al2023" }),
            "provided.al2023 is not supported for SnapStart enabled functions.",
        ),
        (
            json!({ "SnapStart": { "ApplyOn": "PublishedVersions" }, "EphemeralStorage": { "Size": 513 } }),
            "Ephemeral storage greater than 512 MB is not supported for SnapStart",
        ),
        (
            json!({ "LoggingConfig": { "LogFormat": "Text", "SystemLogLevel": "INFO" } }),
            "LogLevel is not supported when LogFormat is set to \"Text\".",
        ),
        (
            json!({ "LoggingConfig": { "ApplicationLogLevel": "INFO" } }),
            "LogLevel is not supported when LogFormat is set to \"Text\".",
        ),
        (
            json!({
                "SnapStart": { "ApplyOn": "PublishedVersions" },
                "TenancyConfig": { "TenantIsolationMode": "PER_TENANT" },
            }),
            "SnapStart is not supported for functions with tenant isolation",
        ),
        (json!({ "Architectures": ["sparc"] }), "not sparc"),
        (
            json!({ "Environment": { "Variables": { "AWS_REGION": "r", "_HANDLER": "h" } } }),
            "Reserved keys used in this request: AWS_REGION, _HANDLER",
        ),
        (
            json!({ "Environment": { "Variables": { "A": "x".repeat(4089) } } }),
            "exceeded the 4KB limit. String measured: {\"A\":\"xxx",
        ),
        (json!({ "Environment": { "Variables": { "A": "x\0" } } }), "NUL"),
        (
            json!({ "Tags": (0..51).map(|i| (i.to_string(), "v".into())).collect::<serde_json::Map<_, _>>() }),
            "Number of tags exceeds resource tag limit.",
        ),
        (json!({ "Tags": { "aws:x": "v" } }), "reserved"),
        (
            json!({ "FunctionName": "x".repeat(65) }),
            "Member must have length less than or equal to 64",
        ),
        (json!({ "FunctionName": "hello:7" }), "leave the qualifier out"),
    ];
    for (changes, text) in cases {
        assert_refused(fixture.create(changes.clone()).await, INVALID, text);
    }
    // Quotas that are narrower than the model's bounds, all that are broken at once.
    let wide = json!({ "Timeout": 901, "MemorySize": 127, "EphemeralStorage": { "Size": 10241 }, "Runtime": "x" });
    let text = "3 validation errors detected: \
        Value '901' at 'timeout' failed to satisfy constraint: Member must have value less than or \
        equal to 900; Value '127' at 'memorySize' failed to satisfy constraint: Member must have \
        value greater than or equal to 128; Value '10241' at 'ephemeralStorage.size' failed";
    assert_refused(fixture.create(wide).await, ("ValidationException", 400), text);
    assert_eq!(fixture.control.inner.registry.all().len(), 0);
    until(|| fixture.blobs() == 0).await;
    // What AWS takes to mean nothing is taken so, and 4 KB to the byte fit.
    let harmless = json!({
        "Layers": [], "VpcConfig": { "SubnetIds": [], "SecurityGroupIds": [] },
        "DeadLetterConfig": {}, "KMSKeyArn": "", "SnapStart": { "ApplyOn": "None" },
        "PackageType": "Zip", "Publish": false, "LoggingConfig": { "LogFormat": "Text" },
        "Environment": { "Variables": { "A": "x".repeat(4088) } },
        "FunctionName": "arn:aws:lambda:eu-north-1:000000000001:function:hello",
    });
    fixture.create(harmless).await.unwrap();
    assert_refused(fixture.create(json!({})).await, CONFLICT, "Function already exist: hello");
}

#[tokio::test]
async fn code_that_is_too_large() {
    let fixture = Fixture::new(Verdict::Ready);
    let mut input = creation(json!({}));
    input.code.as_mut().unwrap().zip_file = Some(vec![0; limits::ZIP_DIRECT_BYTES + 1].into());
    let result = fixture.control.create_function(&scope(), input).await;
    let text = "Zipped size must be smaller than 52428800 bytes";
    assert_refused(result, ("RequestEntityTooLargeException", 413), text);
    let noise: String = (0..60_000u32)
        .map(|i| char::from(b' ' + (i.wrapping_mul(2_654_435_761) >> 24) as u8 % 90))
        .collect();
    let result = async |name: &str, noise: String| {
        let mut input = creation(json!({ "FunctionName": name }));
        input.code.as_mut().unwrap().zip_file = Some(zip(&noise).into());
        fixture.control.create_function(&scope(), input).await
    };
    let mut stored = 0;
    let refused = loop {
        match result(&format!("f{stored}"), format!("{stored}{noise}")).await {
            Ok(_) => stored += 1,
            Err(error) => break error,
        }
    };
    assert!(stored > 0);
    assert_refused::<()>(Err(refused), ("CodeStorageExceededException", 400), "Code storage limit");
}

#[tokio::test]
async fn references_to_what_is_not_there() {
    let fixture = Fixture::new(Verdict::Ready);
    fixture.active("hello").await;
    let arn = "arn:aws:lambda:eu-north-1:000000000001:function";
    let not_found = |rest: &str| format!("Function not found: {arn}:{rest}");
    for (name, error, text) in [
        ("other", MISSING, not_found("other")),
        ("hello:7", MISSING, not_found("hello:7")),
        ("hello:live", MISSING, not_found("hello:live")),
        (&"x".repeat(65), MISSING, not_found(&"x".repeat(65))),
        (
            "arn:aws:lambda:eu-west-1:000000000001:function:hello",
            MISSING,
            "Functions from 'eu-west-1' are not reachable in this region ('eu-north-1')".into(),
        ),
        (
            "000000000002:function:hello",
            ("AccessDeniedException", 403),
            "User: arn:aws:iam::000000000001:root is not authorized to perform: lambda:GetFunction \
             on resource: arn:aws:lambda:eu-north-1:000000000002:function:hello because no \
             resource-based policy allows the lambda:GetFunction action".into(),
        ),
    ] {
        assert_refused(fixture.function(name), error, &text);
    }
    for name in ["hello", "hello:$LATEST", "000000000001:function:hello", &format!("{arn}:hello")] {
        fixture.function(name).unwrap();
        fixture.resolve(name).unwrap();
    }
    assert_refused(fixture.resolve("hello:7"), MISSING, &not_found("hello:7"));
    let denied = ("AccessDeniedException", 403);
    assert_refused(fixture.resolve("000000000002:function:hello"), denied, "lambda:InvokeFunction");
}

#[tokio::test]
async fn a_qualifier_may_be_given_twice_but_not_two() {
    let fixture = Fixture::new(Verdict::Ready);
    fixture.active("hello").await;
    let resolve = |name: &str, qualifier| {
        fixture.control.resolve(&scope(), &FunctionRef::parse(name).unwrap(), Some(qualifier))
    };
    resolve("hello", "$LATEST").unwrap();
    resolve("hello:$LATEST", "$LATEST").unwrap();
    let text =
        "The derived qualifier from the function name does not match the specified qualifier.";
    assert_refused(resolve("hello:$LATEST", "1"), INVALID, text);
    assert_refused(resolve("hello", "1"), MISSING, "function:hello:1");
}

#[tokio::test]
async fn only_whole_functions_are_deleted() {
    let fixture = Fixture::new(Verdict::Ready);
    fixture.active("hello").await;
    let delete = async |name: &str, qualifier: Option<&str>| {
        let input = DeleteFunctionInput {
            function_name: Some(name.into()),
            qualifier: qualifier.map(Into::into),
        };
        fixture.control.delete_function(&scope(), &input).await
    };
    let text = "$LATEST version cannot be deleted without deleting the function.";
    assert_refused(delete("hello", Some("$LATEST")).await, INVALID, text);
    assert_refused(delete("hello:$LATEST", None).await, INVALID, text);
    assert_refused(delete("other", None).await, MISSING, "Function not found");
    assert_refused(delete("other", Some("7")).await, MISSING, "Function not found");
    assert_eq!(delete("hello", Some("7")).await.unwrap().status_code, Some(204));
    fixture.function("hello").unwrap();
    assert_eq!(delete("hello", None).await.unwrap().status_code, Some(204));
    assert_refused(fixture.function("hello"), MISSING, "Function not found");
}

#[tokio::test]
async fn updates_that_do_not_fit() {
    let fixture = Fixture::new(Verdict::Ready);
    let before = fixture.active("hello").await;
    for (changes, text) in [
        (
            json!({ "ImageUri": "i" }),
            "Please don't provide ImageUri when updating a function with packageType Zip.",
        ),
        (json!({ "Architectures": ["sparc"] }), "not sparc"),
    ] {
        assert_refused(fixture.upload("hello", "2", changes).await, INVALID, text);
    }
    for (changes, text) in [
        (json!({ "Runtime": "ruby3.3" }), "fika does not run ruby3.3"),
        (json!({ "Layers": ["l"] }), "Layer version l does not exist."),
        (json!({ "Environment": { "Variables": { "LAMBDA_TASK_ROOT": "" } } }), "LAMBDA_TASK_ROOT"),
    ] {
        assert_refused(fixture.configure("hello", changes).await, INVALID, text);
    }
    let text = "The Revision Id provided does not match the latest Revision Id. \
                Call the GetFunction/GetAlias API to retrieve the latest Revision Id";
    let wrong = json!({ "RevisionId": "00000000-0000-0000-0000-000000000000" });
    let failed = ("PreconditionFailedException", 412);
    assert_refused(fixture.upload("hello", "2", wrong.clone()).await, failed, text);
    assert_refused(fixture.configure("hello", wrong).await, failed, text);
    assert_refused(fixture.upload("other", "2", json!({})).await, MISSING, "function:other");
    assert_eq!(fixture.configuration("hello").unwrap(), before);
}
