#![allow(clippy::unwrap_used)]

use super::*;
use crate::generated::lambda::{
    DeleteFunctionInput, DeleteFunctionOutput, FunctionConfiguration, GetFunctionInput,
    InvocationType, InvokeInput, InvokeOutput, ListFunctionsInput, UpdateFunctionCodeInput,
};

/// A path of the operation, each label filled with its own name, a colon and a slash in it.
fn sample(route: &Route) -> String {
    let mut path = route.path.split('?').next().unwrap().to_owned();
    for label in route.labels {
        path = path.replace(&format!("{{{label}}}"), &format!("{label}:a%3Ab%2Fc"));
    }
    path
}

#[test]
fn every_operation_routes_to_itself() {
    assert_eq!(Operation::ALL.len(), 91);
    for operation in Operation::ALL {
        let route = operation.about();
        let path = sample(route);
        let query = route.path.split_once('?').map(|(_, query)| query);
        for path in [path.clone(), format!("{path}/")] {
            let (found, params) = Operation::route(route.method, &path, query)
                .unwrap_or_else(|| panic!("{} {path}", route.method));
            assert_eq!(found, *operation, "{path}");
            for label in route.labels {
                assert_eq!(params.get(label), Some(format!("{label}:a:b/c").as_str()));
            }
        }
    }
}

#[test]
fn a_query_tells_operations_of_one_path_apart() {
    let path = "/2019-09-30/functions/f/provisioned-concurrency";
    for (query, name) in [
        (None, "GetProvisionedConcurrencyConfig"),
        (Some("Qualifier=1"), "GetProvisionedConcurrencyConfig"),
        (Some("List=ALL&MaxItems=3"), "ListProvisionedConcurrencyConfigs"),
        (Some("Marker=x&List=%41LL"), "ListProvisionedConcurrencyConfigs"),
    ] {
        let (operation, _) = Operation::route("GET", path, query).unwrap();
        assert_eq!(operation.name(), name, "{query:?}");
    }
}

#[test]
fn other_requests_are_no_operation() {
    for (method, path) in [
        ("GET", ""),
        ("GET", "/"),
        ("GET", "2015-03-31/functions"),
        ("PATCH", "/2015-03-31/functions"),
        ("post", "/2015-03-31/functions"),
        ("GET", "/2015-03-31/functions//configuration"),
        ("GET", "//2015-03-31/functions"),
        ("GET", "/2015-03-31/functions//"),
        ("POST", "/2015-03-31/functions/f/invocations/x"),
        ("POST", "/2015-03-31/functions/a/b/invocations"),
        ("GET", "/a/b/c/d/e/f/g/h/i/j/k/l"),
    ] {
        assert_eq!(Operation::route(method, path, None), None, "{method} {path}");
    }
}

#[test]
fn the_path_of_an_invoke_is_not_copied() {
    let (operation, params) =
        Operation::route("POST", "/2015-03-31/functions/hello:live/invocations", None).unwrap();
    assert_eq!(operation, Operation::Invoke);
    assert!(params.values.iter().all(|value| matches!(value, Cow::Borrowed(_))));
}

#[test]
fn odd_escapes_never_fail_and_never_pass_a_pattern() {
    for (text, decoded) in [
        ("a%2", "a%2"),
        ("%", "%"),
        ("%zz", "%zz"),
        ("%2525", "%25"),
        ("a+b", "a+b"),
        ("%ff", "\u{fffd}"),
        ("%c3%a4", "ä"),
        ("%00", "\0"),
    ] {
        assert_eq!(decode(text, false), decoded, "{text}");
    }
    assert_eq!(decode("a+b%2Bc", true), "a b+c");
}

fn read<I: Input>(
    path: &str,
    query: Option<&str>,
    headers: &[(&'static str, &str)],
    body: &str,
) -> Result<I, Malformed> {
    let method = I::OPERATION.about().method;
    let (operation, params) = Operation::route(method, path, query).unwrap();
    assert_eq!(operation, I::OPERATION);
    let headers = headers
        .iter()
        .map(|(name, value)| {
            (HeaderName::from_static(name), HeaderValue::from_bytes(value.as_bytes()).unwrap())
        })
        .collect();
    let body = Bytes::copy_from_slice(body.as_bytes());
    I::from_request(&Request { path: &params, query, headers: &headers, body: &body })
}

#[test]
fn an_invoke_is_read_from_all_its_parts() {
    let input: InvokeInput = read(
        "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-north-1%3A123456789012%3Afunction%3Ahello/invocations",
        Some("Qualifier=%24LATEST"),
        &[("x-amz-invocation-type", "DryRun"), ("x-amz-log-type", "Tail")],
        "no json at all",
    )
    .unwrap();
    let name = "arn:aws:lambda:eu-north-1:123456789012:function:hello";
    assert_eq!(input.function_name.as_deref(), Some(name));
    assert_eq!(input.qualifier.as_deref(), Some("$LATEST"));
    assert_eq!(input.invocation_type, Some(InvocationType::DryRun));
    assert_eq!(input.log_type.as_ref().map(|kind| kind.as_str()), Some("Tail"));
    assert_eq!(input.payload.as_deref(), Some(b"no json at all".as_slice()));
    assert_eq!(input.tenant_id, None);
    assert_eq!(input.validate(), Ok(()));
}

#[test]
fn the_payload_shares_the_requests_bytes() {
    let body = Bytes::from_static(b"{}");
    let (_, params) =
        Operation::route("POST", "/2015-03-31/functions/f/invocations", None).unwrap();
    let headers = HeaderMap::new();
    let request = Request { path: &params, query: None, headers: &headers, body: &body };
    let input = InvokeInput::from_request(&request).unwrap();
    assert_eq!(input.payload.unwrap().as_ptr(), body.as_ptr());
}

#[test]
fn a_member_of_the_path_is_not_taken_from_the_body() {
    let body = r#"{"FunctionName": "other", "ZipFile": "aGk=", "DryRun": true, "Unknown": [1]}"#;
    let input: UpdateFunctionCodeInput =
        read("/2015-03-31/functions/mine/code", None, &[], body).unwrap();
    assert_eq!(input.function_name.as_deref(), Some("mine"));
    assert_eq!(input.zip_file.as_deref(), Some(b"hi".as_slice()));
    assert_eq!(input.dry_run, Some(true));
}

#[test]
fn query_and_headers_of_a_wrong_type_are_malformed() {
    let list = |query| read::<ListFunctionsInput>("/2015-03-31/functions", Some(query), &[], "");
    assert_eq!(list("MaxItems=50").unwrap().max_items, Some(50));
    let error = list("MaxItems=many").unwrap_err();
    assert_eq!(error.to_string(), "STRING_VALUE can not be converted to an Integer");
    let path = "/2015-03-31/functions/f/invocations";
    assert!(read::<InvokeInput>(path, None, &[("x-amz-tenant-id", "ä")], "").is_err());
}

#[test]
fn repeated_query_parameters_are_a_list() {
    let (_, params) = Operation::route("DELETE", "/2017-03-31/tags/x", None).unwrap();
    let (headers, body) = (HeaderMap::new(), Bytes::new());
    let query = Some("tagKeys=a&x=1&tagKeys=b+c");
    let request = Request { path: &params, query, headers: &headers, body: &body };
    assert_eq!(request.query_list("tagKeys"), Ok(Some(vec!["a".to_owned(), "b c".to_owned()])));
    assert_eq!(request.query_list::<String>("none"), Ok(None));
}

#[test]
fn responses_carry_status_headers_and_body() {
    let response = InvokeInput::respond(InvokeOutput {
        function_error: Some("Unhandled".into()),
        executed_version: Some("$LATEST".into()),
        log_result: Some("two\nlines".into()),
        payload: Some(Bytes::from_static(b"null")),
        ..InvokeOutput::default()
    });
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["x-amz-function-error"], "Unhandled");
    assert_eq!(response.headers()["x-amz-executed-version"], "$LATEST");
    assert!(!response.headers().contains_key("x-amz-log-result"), "no header holds a newline");
    assert_eq!(response.body(), "null");

    let output = DeleteFunctionOutput { status_code: Some(204) };
    let response = DeleteFunctionInput::respond(output);
    assert_eq!((response.status().as_u16(), response.body().len()), (204, 0));
}

#[test]
fn json_answers_leave_absent_members_out() {
    let configuration = FunctionConfiguration {
        function_name: Some("hello".into()),
        code_size: Some(5),
        last_modified: Some("2026-11-23T06:00:00.000+0000".into()),
        ..FunctionConfiguration::default()
    };
    let response = configuration.into_response(201);
    assert_eq!(response.status(), 201);
    assert_eq!(response.headers()[CONTENT_TYPE], "application/json");
    assert_eq!(
        response.body(),
        r#"{"FunctionName":"hello","CodeSize":5,"LastModified":"2026-11-23T06:00:00.000+0000"}"#
    );
}

#[test]
fn only_some_operations_are_served() {
    assert!(GetFunctionInput::OPERATION.is_served());
    assert!(!Operation::CreateCapacityProvider.is_served());
    assert_eq!(Operation::CreateFunction.status(), 201);
}
