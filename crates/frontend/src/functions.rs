//! The control plane's operations: inputs read and checked, then handed to `control`.

use fika_aws::generated::lambda::{
    CreateFunctionInput, DeleteFunctionInput, GetAccountSettingsInput,
    GetFunctionConfigurationInput, GetFunctionInput, InvokeInput, ListFunctionsInput,
    ListTagsInput, ListVersionsByFunctionInput, Operation, PublishVersionInput, TagResourceInput,
    UntagResourceInput, UpdateFunctionCodeInput, UpdateFunctionConfigurationInput,
};
use fika_aws::rest::{self, Input, PathParams, Request as RestRequest};
use fika_aws::shape::AwsError;
use fika_aws::sigv4::{Service, Signer};
use fika_control::Control;
use fika_model::FunctionRef;
use fika_model::arn::{self, LATEST};
use fika_store::{Blobs, Digest};
use http::header::{CONTENT_TYPE, HOST, HeaderMap, HeaderValue};
use http::request::Parts;
use http::{Request, Response};

use crate::answer::Answer;
use crate::auth::{Caller, unix_now};
use crate::reply::{self, Reply};

/// Where the zip of a function is, with its name after it. Nothing of AWS's begins so.
pub(crate) const CODE_PATH: &str = "/_fika/code/";
/// How long the address of a function's code is good, seconds; as on AWS.
const CODE_SECONDS: u32 = 600;

/// Which function an Invoke names, and which version of it.
///
/// # Errors
/// The model's, when the name or the qualifier breaks a constraint.
pub(crate) fn target(
    parts: &Parts,
    path: &PathParams<'_>,
) -> Result<(FunctionRef, Option<String>), AwsError> {
    let name = path.get("FunctionName").unwrap_or_default();
    let qualifier = rest::query(parts.uri.query(), "Qualifier").map(|q| q.into_owned());
    let function = FunctionRef::parse(name);
    // The model's own checks cost more, so they are for what cannot be right.
    if function.is_err() || !qualifier.as_deref().is_none_or(arn::is_qualifier) {
        let (function_name, qualifier) = (Some(name.into()), qualifier.clone());
        InvokeInput { function_name, qualifier, ..InvokeInput::default() }.validate()?;
    }
    match function {
        Ok(function) => Ok((function, qualifier)),
        Err(not) => Err(AwsError::broken_constraint(name, "functionName", &not.to_string())),
    }
}

/// Answers one operation.
///
/// # Errors
/// The operation's own.
pub(crate) async fn answer(
    control: &Control,
    caller: &Caller,
    operation: Operation,
    request: &RestRequest<'_>,
) -> Result<Reply, AwsError> {
    let scope = &caller.scope;
    match operation {
        Operation::CreateFunction => {
            let input: CreateFunctionInput = checked(request)?;
            respond::<CreateFunctionInput>(control.create_function(scope, input).await)
        }
        Operation::GetFunction => get_function(control, caller, request),
        Operation::GetFunctionConfiguration => {
            let input: GetFunctionConfigurationInput = checked(request)?;
            let output = control.get_function_configuration(scope, &input);
            respond::<GetFunctionConfigurationInput>(output)
        }
        Operation::ListFunctions => {
            let input: ListFunctionsInput = checked(request)?;
            respond::<ListFunctionsInput>(control.list_functions(scope, &input))
        }
        Operation::UpdateFunctionCode => {
            let input: UpdateFunctionCodeInput = checked(request)?;
            respond::<UpdateFunctionCodeInput>(control.update_function_code(scope, input).await)
        }
        Operation::UpdateFunctionConfiguration => {
            let input: UpdateFunctionConfigurationInput = checked(request)?;
            let output = control.update_function_configuration(scope, input).await;
            respond::<UpdateFunctionConfigurationInput>(output)
        }
        Operation::DeleteFunction => {
            let input: DeleteFunctionInput = checked(request)?;
            respond::<DeleteFunctionInput>(control.delete_function(scope, &input).await)
        }
        Operation::PublishVersion => {
            let input: PublishVersionInput = checked(request)?;
            respond::<PublishVersionInput>(control.publish_version(scope, input).await)
        }
        Operation::ListVersionsByFunction => {
            let input: ListVersionsByFunctionInput = checked(request)?;
            let output = control.list_versions_by_function(scope, &input);
            respond::<ListVersionsByFunctionInput>(output)
        }
        Operation::TagResource => {
            let input: TagResourceInput = checked(request)?;
            respond::<TagResourceInput>(control.tag_resource(scope, input).await)
        }
        Operation::UntagResource => {
            let input: UntagResourceInput = checked(request)?;
            respond::<UntagResourceInput>(control.untag_resource(scope, input).await)
        }
        Operation::ListTags => {
            let input: ListTagsInput = checked(request)?;
            respond::<ListTagsInput>(control.list_tags(scope, &input))
        }
        Operation::GetAccountSettings => {
            let _: GetAccountSettingsInput = checked(request)?;
            respond::<GetAccountSettingsInput>(Ok(control.get_account_settings(scope)))
        }
        other => Err(reply::not_served(other.name())),
    }
}

fn checked<I: Input>(request: &RestRequest<'_>) -> Result<I, AwsError> {
    let input = I::from_request(request)?;
    input.validate()?;
    Ok(input)
}

fn respond<I: Input>(output: Result<I::Output, AwsError>) -> Result<Reply, AwsError> {
    output.map(|output| reply::from(I::respond(output)))
}

fn get_function(
    control: &Control,
    caller: &Caller,
    request: &RestRequest<'_>,
) -> Result<Reply, AwsError> {
    let input: GetFunctionInput = checked(request)?;
    let mut answer = control.get_function(&caller.scope, &input)?.output;
    let name = answer.configuration.as_ref().and_then(|c| {
        let (name, version) = (c.function_name.as_ref()?, c.version.as_ref()?);
        Some(if version == LATEST { name.clone() } else { format!("{name}:{version}") })
    });
    if let (Some(code), Some(name)) = (&mut answer.code, name) {
        code.location = location(caller, request.headers, &name);
    }
    respond::<GetFunctionInput>(Ok(answer))
}

/// An address the caller can load the code from without any key, for a while.
fn location(caller: &Caller, headers: &HeaderMap, name: &str) -> Option<String> {
    let host = headers.get(HOST)?.to_str().ok()?;
    let request = Request::get(format!("http://{host}{CODE_PATH}{name}")).body(()).ok()?;
    let mut parts = request.into_parts().0;
    let signer = Signer {
        credentials: caller.credentials(),
        region: caller.scope.region.as_str(),
        service: Service::LAMBDA,
    };
    signer.presign(&mut parts, b"", CODE_SECONDS, unix_now()).ok()?;
    Some(parts.uri.to_string())
}

/// The zip of a function of the caller's, or of a version of it.
///
/// # Errors
/// 404 when there is no such function.
pub(crate) async fn code(
    control: &Control,
    blobs: &Blobs,
    caller: &Caller,
    name: &str,
) -> Result<Reply, AwsError> {
    let input = GetFunctionInput { function_name: Some(name.into()), ..Default::default() };
    let code = control.get_function(&caller.scope, &input)?.code;
    let digest: Digest = code.sha256.parse().map_err(unreadable)?;
    let mut reply = Response::new(Answer::file(&blobs.path(&digest)).await.map_err(unreadable)?);
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    Ok(reply)
}

fn unreadable(error: impl std::fmt::Display) -> AwsError {
    AwsError::service(format!("the function's code cannot be read: {error}"))
}
