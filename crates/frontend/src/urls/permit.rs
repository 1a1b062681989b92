//! Who may call a function URL (developer guide, "Control access to Lambda function URLs"):
//! whoever may do both `lambda:InvokeFunctionUrl` and `lambda:InvokeFunction`.

use fika_control::Url;
use fika_policy::{Context, Identity, Policy, Request, Side, Who, decide};
use serde_json::{Value, json};

use crate::auth::{self, Caller};
use crate::server::Peer;

const URL: &str = "lambda:InvokeFunctionUrl";
const FUNCTION: &str = "lambda:InvokeFunction";
/// Condition keys.
const AUTH_TYPE: &str = "lambda:FunctionUrlAuthType";
const VIA_URL: &str = "lambda:InvokedViaFunctionUrl";

/// Whether everybody may.
pub(super) fn everybody(url: &Url, policy: Option<&Policy>, peer: Peer) -> bool {
    let nobody = Who { account: "", arns: &[], service: None };
    let now = auth::unix_now().to_string();
    let context = Context::new()
        .with("aws:EpochTime", now.as_str())
        .with("aws:CurrentTime", now)
        .with("aws:SecureTransport", peer.via().is_private().to_string())
        .with("aws:SourceIp", peer.ip.to_string())
        .with("aws:ViaAWSService", "false")
        .with("aws:PrincipalIsAWSService", "false")
        .with("aws:PrincipalType", "Anonymous")
        .with("aws:ResourceAccount", url.arn.scope.account.as_str())
        .with("aws:RequestedRegion", url.arn.scope.region.as_str())
        .with(AUTH_TYPE, "NONE")
        .with(VIA_URL, "true");
    let resource = url.arn.to_string();
    [URL, FUNCTION].iter().all(|action| {
        let request = Request { action, resource: &resource, context: &context };
        decide(&request, &nobody, Identity::None, policy, Side::Other).is_ok()
    })
}

/// Whether that caller may.
pub(super) fn caller(url: &Url, policy: Option<&Policy>, caller: &Caller) -> bool {
    let resource = url.arn.to_string();
    let keys = [(AUTH_TYPE, "AWS_IAM"), (VIA_URL, "true")];
    [URL, FUNCTION].iter().all(|action| caller.allow(action, &resource, policy, &keys).is_ok())
}

/// What the function is told of who signed.
pub(super) fn authorizer(caller: &Caller) -> Value {
    let principal = &caller.principal;
    let id = principal.user_id();
    json!({ "iam": {
        "accessKey": caller.credentials().map(|own| own.access_key),
        "accountId": principal.account().as_str(),
        "callerId": &id,
        "cognitoIdentity": null,
        "principalOrgId": null,
        "userArn": principal.arn(),
        "userId": &id,
    }})
}
