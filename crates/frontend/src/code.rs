//! Where the zips of functions and layers are loaded from: addresses that need no key for a while.

use fika_aws::generated::lambda::{GetFunctionInput, GetLayerVersionByArnInput, Operation};
use fika_aws::rest::Input;
use fika_aws::shape::AwsError;
use fika_aws::sigv4::{Service, Signer};
use fika_control::Control;
use fika_model::{CodeRef, FunctionRef};
use fika_store::{Blobs, Digest};
use http::header::{CONTENT_TYPE, HOST, HeaderMap, HeaderValue};
use http::{Request, Response};

use crate::answer::Answer;
use crate::auth::{Caller, unix_now};
use crate::permit;
use crate::reply::Reply;

/// Where the zip of a function is, with its name after it. Nothing of AWS's begins so.
pub(crate) const CODE_PATH: &str = "/_fika/code/";
/// The same of a version of a layer, with its ARN after it.
pub(crate) const LAYER_PATH: &str = "/_fika/layer/";
/// How long such an address is good, seconds; as on AWS.
const SECONDS: u32 = 600;

/// An address the caller can load the code from without any key, for a while.
pub(crate) fn location(
    caller: &Caller,
    headers: &HeaderMap,
    path: &str,
    name: &str,
) -> Option<String> {
    let (host, scheme) = (headers.get(HOST)?.to_str().ok()?, caller.via.scheme());
    let request = Request::get(format!("{scheme}://{host}{path}{name}")).body(()).ok()?;
    let mut parts = request.into_parts().0;
    let signer = Signer {
        credentials: caller.credentials()?,
        region: caller.scope.region.as_str(),
        service: Service::LAMBDA,
    };
    signer.presign(&mut parts, b"", SECONDS, unix_now()).ok()?;
    Some(parts.uri.to_string())
}

/// The zip of a function of the caller's, or of a version of it.
///
/// # Errors
/// 404 when there is no such function.
pub(crate) async fn function(
    control: &Control,
    blobs: &Blobs,
    caller: &Caller,
    name: &str,
) -> Result<Reply, AwsError> {
    let reference = FunctionRef::parse(name).map_err(unreadable)?;
    let scope = permit::function(control, caller, Operation::GetFunction, &reference, None)?;
    let input = GetFunctionInput { function_name: Some(name.into()), ..Default::default() };
    zip(blobs, &control.get_function(&scope, &input)?.code).await
}

/// The zip of a version of a layer that the caller may use.
///
/// # Errors
/// As GetLayerVersionByArn.
pub(crate) async fn layer(
    control: &Control,
    blobs: &Blobs,
    caller: &Caller,
    arn: &str,
) -> Result<Reply, AwsError> {
    let input = GetLayerVersionByArnInput { arn: Some(arn.into()) };
    input.validate()?;
    caller.own_side("lambda:GetLayerVersion", arn)?;
    zip(blobs, &control.get_layer_version_by_arn(&caller.scope, &input)?.code).await
}

async fn zip(blobs: &Blobs, code: &CodeRef) -> Result<Reply, AwsError> {
    let digest: Digest = code.sha256.parse().map_err(unreadable)?;
    let mut reply = Response::new(Answer::file(&blobs.path(&digest)).await.map_err(unreadable)?);
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    Ok(reply)
}

fn unreadable(error: impl std::fmt::Display) -> AwsError {
    AwsError::service(format!("the code cannot be read: {error}"))
}
