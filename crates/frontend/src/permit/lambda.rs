//! Lambda's operations: the action each stands for, what it is about, and in whose account it
//! acts (service authorization reference, "AWS Lambda").

use std::borrow::Cow;

use fika_aws::generated::lambda::{
    CreateFunctionInput, Operation, Operation as O, UpdateFunctionConfigurationInput,
};
use fika_aws::rest::{self, PathParams};
use fika_aws::shape::AwsError;
use fika_control::Control;
use fika_iam::{Iam, Principal};
use fika_model::{AccountId, FunctionRef, Scope};

use crate::auth::Caller;

/// What an operation is about.
enum About<'a> {
    /// A function, or a version or an alias of it.
    Function { reference: FunctionRef, qualifier: Option<Cow<'a, str>> },
    /// Something else with an ARN.
    Other(String),
    /// No one thing.
    Everything,
}

/// Whether the caller may ask for that operation, and where it then acts: in the caller's own
/// account, or, where another account's policy lets it, in that one.
///
/// # Errors
/// 403 `AccessDeniedException` in AWS's words.
pub(crate) fn operation<'c>(
    control: &Control,
    caller: &'c Caller,
    operation: Operation,
    path: &PathParams<'_>,
    query: Option<&str>,
) -> Result<Cow<'c, Scope>, AwsError> {
    // What it is about is in its body: `create_function` is asked when that has been read.
    if operation == O::CreateFunction {
        return Ok(Cow::Borrowed(&caller.scope));
    }
    let action = action(operation);
    match about(&caller.scope, operation, path, query) {
        About::Function { reference, qualifier } => {
            function(control, caller, operation, &reference, qualifier.as_deref())
        }
        // Whose layers others may have is for the layer to say.
        About::Other(arn) if matches!(operation, O::GetLayerVersion | O::GetLayerVersionByArn) => {
            caller.own_side(&action, &arn)?;
            Ok(Cow::Borrowed(&caller.scope))
        }
        About::Other(arn) => {
            caller.allow(&action, &arn, None, &[])?;
            Ok(Cow::Borrowed(&caller.scope))
        }
        About::Everything => {
            caller.allow(&action, "*", None, &[])?;
            Ok(Cow::Borrowed(&caller.scope))
        }
    }
}

/// The same for a function that is known by name.
///
/// # Errors
/// As [`operation`].
pub(crate) fn function<'c>(
    control: &Control,
    caller: &'c Caller,
    operation: Operation,
    reference: &FunctionRef,
    qualifier: Option<&str>,
) -> Result<Cow<'c, Scope>, AwsError> {
    let own = &caller.scope.account;
    let other = reference.account.as_ref().filter(|account| *account != own);
    if other.is_none() && matches!(caller.principal, Principal::Root(_)) {
        return Ok(Cow::Borrowed(&caller.scope));
    }
    let scope = in_account(&caller.scope, other);
    let qualifier = reference.qualifier.as_deref().or(qualifier);
    let arn = function_arn(&scope, reference, qualifier);
    let shared = other.is_none() || crosses(operation);
    let policy = shared.then(|| control.resource_policy(&scope, &reference.name, qualifier));
    caller.allow(&action(operation), &arn, policy.flatten().as_deref(), &[])?;
    Ok(scope)
}

/// Whether the caller may make that function, with that role.
///
/// # Errors
/// As [`operation`], and those of [`pass_role`].
pub(crate) fn create_function(
    iam: &Iam,
    caller: &Caller,
    input: &CreateFunctionInput,
) -> Result<(), AwsError> {
    let name = input.function_name.as_deref().unwrap_or_default();
    let arn = match FunctionRef::parse(name) {
        Ok(reference) => {
            let scope = in_account(&caller.scope, reference.account.as_ref());
            function_arn(&scope, &reference, None)
        }
        Err(_) => arn_of(&caller.scope, "function", name),
    };
    caller.allow("lambda:CreateFunction", &arn, None, &[])?;
    pass_role(iam, caller, input.role.as_deref())?;
    use_layers(caller, input.layers.as_deref())
}

/// Whether the caller may change a function's configuration to that.
///
/// # Errors
/// Those of [`create_function`].
pub(crate) fn configuration(
    iam: &Iam,
    caller: &Caller,
    input: &UpdateFunctionConfigurationInput,
) -> Result<(), AwsError> {
    pass_role(iam, caller, input.role.as_deref())?;
    use_layers(caller, input.layers.as_deref())
}

/// Who gives a function a layer must be able to have the layer.
fn use_layers(caller: &Caller, layers: Option<&[String]>) -> Result<(), AwsError> {
    let mut layers = layers.unwrap_or_default().iter();
    layers.try_for_each(|arn| caller.own_side("lambda:GetLayerVersion", arn))
}

/// Whether the caller may give a function that role, and Lambda may have it.
///
/// # Errors
/// 403 without `iam:PassRole`; 400 for a role that Lambda cannot have.
fn pass_role(iam: &Iam, caller: &Caller, role: Option<&str>) -> Result<(), AwsError> {
    let Some(role) = role else { return Ok(()) };
    iam.fit_for_lambda(&caller.scope.account, role)?;
    let service = [("iam:PassedToService", "lambda.amazonaws.com")];
    caller.allow("iam:PassRole", role, None, &service)
}

/// The action an operation needs.
fn action(operation: Operation) -> String {
    let name = match operation {
        O::Invoke | O::InvokeAsync | O::InvokeWithResponseStream => "InvokeFunction",
        O::GetLayerVersionByArn => "GetLayerVersion",
        other => other.name(),
    };
    format!("lambda:{name}")
}

/// What other accounts can be let do with a function (developer guide, "Granting function access
/// to other accounts").
fn crosses(operation: Operation) -> bool {
    matches!(
        operation,
        O::Invoke
            | O::InvokeAsync
            | O::InvokeWithResponseStream
            | O::GetFunction
            | O::GetFunctionConfiguration
            | O::UpdateFunctionCode
            | O::DeleteFunction
            | O::PublishVersion
            | O::ListVersionsByFunction
            | O::CreateAlias
            | O::GetAlias
            | O::ListAliases
            | O::UpdateAlias
            | O::DeleteAlias
            | O::GetPolicy
            | O::PutFunctionConcurrency
            | O::DeleteFunctionConcurrency
            | O::ListTags
            | O::TagResource
            | O::UntagResource
    )
}

fn about<'a>(
    scope: &Scope,
    operation: Operation,
    path: &PathParams<'a>,
    query: Option<&'a str>,
) -> About<'a> {
    let function = |text: &str, qualifier: Option<Cow<'a, str>>| match FunctionRef::parse(text) {
        Ok(reference) => About::Function { reference, qualifier },
        // What is no function's name is refused as such, or as somebody else's.
        Err(_) if text.starts_with("arn:") => About::Other(text.into()),
        Err(_) => About::Other(arn_of(scope, "function", text)),
    };
    if let Some(name) = path.get("FunctionName") {
        return function(name, rest::query(query, "Qualifier"));
    }
    if let Some(arn) = path.get("Resource").or_else(|| path.get("ResourceArn")) {
        return function(arn, None);
    }
    if let Some(layer) = path.get("LayerName") {
        let arn =
            if layer.starts_with("arn:") { layer.into() } else { arn_of(scope, "layer", layer) };
        let version = path.get("VersionNumber").map_or(String::new(), |n| format!(":{n}"));
        return About::Other(format!("{arn}{version}"));
    }
    if operation == O::GetLayerVersionByArn {
        return About::Other(rest::query(query, "Arn").unwrap_or_default().into_owned());
    }
    if let Some(uuid) = path.get("UUID") {
        return About::Other(arn_of(scope, "event-source-mapping", uuid));
    }
    match path.get("CodeSigningConfigArn") {
        Some(arn) => About::Other(arn.into()),
        None => About::Everything,
    }
}

fn in_account<'s>(scope: &'s Scope, account: Option<&AccountId>) -> Cow<'s, Scope> {
    match account.filter(|account| **account != scope.account) {
        Some(other) => Cow::Owned(Scope { account: other.clone(), region: scope.region.clone() }),
        None => Cow::Borrowed(scope),
    }
}

fn function_arn(scope: &Scope, reference: &FunctionRef, qualifier: Option<&str>) -> String {
    let region = reference.region.as_ref().unwrap_or(&scope.region);
    let qualifier = qualifier.map_or(String::new(), |qualifier| format!(":{qualifier}"));
    format!("arn:aws:lambda:{region}:{}:function:{}{qualifier}", scope.account, reference.name)
}

fn arn_of(scope: &Scope, kind: &str, name: &str) -> String {
    let Scope { account, region } = scope;
    format!("arn:aws:lambda:{region}:{account}:{kind}:{name}")
}
