//! The control plane's operations: inputs read and checked, then handed to `control`.

use bytes::Bytes;
use fika_aws::generated::lambda::{
    self, GetFunctionInput, GetLayerVersionResponse, InvokeAsyncInput, InvokeInput,
    InvokeWithResponseStreamInput, Operation, Operation as O, PublishLayerVersionOutput,
};
use fika_aws::rest::{self, Coverage, Input, PathParams, Request as RestRequest};
use fika_aws::shape::AwsError;
use fika_control::{Control, LayerAnswer};
use fika_iam::Iam;
use fika_model::arn::{self, LATEST};
use fika_model::{FunctionRef, Scope};
use fika_objects::Objects;
use http::request::Parts;

use crate::auth::Caller;
use crate::body::Bodies;
use crate::code;
use crate::invoke;
use crate::permit;
use crate::reply::{self, Reply};
use crate::stored_code;

/// Which function an Invoke names, and which version of it.
///
/// # Errors
/// The model's, when the name, the qualifier or a header breaks a constraint.
pub(crate) fn target(
    operation: Operation,
    parts: &Parts,
    path: &PathParams<'_>,
) -> Result<(FunctionRef, Option<String>), AwsError> {
    let name = path.get("FunctionName").unwrap_or_default();
    let qualifier = rest::query(parts.uri.query(), "Qualifier").map(|q| q.into_owned());
    let function = FunctionRef::parse(name);
    // The model's own checks cost more, so they are for what is not as it is always.
    let usual = function.is_ok() && qualifier.as_deref().is_none_or(arn::is_qualifier);
    if !usual || !invoke::is_usual(operation, &parts.headers) {
        let (query, headers, body) = (parts.uri.query(), &parts.headers, &Bytes::new());
        let request = RestRequest { path, query, headers, body };
        if operation == Operation::InvokeWithResponseStream {
            let _: InvokeWithResponseStreamInput = checked(&request)?;
        } else if checked::<InvokeInput>(&request)?.durable_execution_name.is_some() {
            return Err(reply::not_supported(
                "Invoke by DurableExecutionName",
                "durable executions",
            ));
        }
    }
    match function {
        Ok(function) => Ok((function, qualifier)),
        Err(not) => Err(AwsError::broken_constraint(name, "functionName", &not.to_string())),
    }
}

/// Which function an InvokeAsync names.
///
/// # Errors
/// The model's, when the name breaks a constraint.
pub(crate) fn target_async(parts: &Parts, path: &PathParams<'_>) -> Result<FunctionRef, AwsError> {
    let name = path.get("FunctionName").unwrap_or_default();
    FunctionRef::parse(name).map_err(|not| {
        // Its body is there, and checked elsewhere.
        let (query, headers, body) =
            (parts.uri.query(), &parts.headers, &Bytes::from_static(b"{}"));
        match checked::<InvokeAsyncInput>(&RestRequest { path, query, headers, body }) {
            Err(broken) => broken,
            Ok(_) => AwsError::broken_constraint(name, "functionName", &not.to_string()),
        }
    })
}

/// One operation: its input read and checked, what `control` makes of it, and that on the wire.
macro_rules! serve {
    ($request:expr, $input:ident, |$checked:ident| $output:expr) => {{
        let $checked: lambda::$input = checked($request)?;
        respond::<lambda::$input>($output)
    }};
}

/// Who asks, and where it acts.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub caller: &'a Caller,
    /// The caller's own account, or another one that lets it.
    pub scope: &'a Scope,
    pub iam: &'a Iam,
    /// Where code may be.
    pub objects: &'a Objects,
    /// Where code from there finds room.
    pub bodies: &'a Bodies,
}

/// Answers one operation that the caller may ask for.
///
/// # Errors
/// The operation's own; and 403 for a role that it may not pass.
pub(crate) async fn answer(
    control: &Control,
    at: Place<'_>,
    operation: Operation,
    request: &RestRequest<'_>,
) -> Result<Reply, AwsError> {
    match operation.coverage() {
        Coverage::Real | Coverage::Stored(_) => {}
        Coverage::Refused(what) => return Err(reply::not_supported(operation.name(), what)),
        Coverage::Later => return Err(reply::not_served(operation.name())),
    }
    let Place { caller, scope, iam, .. } = at;
    // Functions first, then what belongs to them, a family a block.
    match operation {
        O::CreateFunction => {
            let mut input: lambda::CreateFunctionInput = checked(request)?;
            permit::create_function(iam, caller, &input)?;
            let _room = stored_code::of_function(at, &mut input).await?;
            respond::<lambda::CreateFunctionInput>(control.create_function(scope, input).await)
        }
        O::GetFunction => get_function(control, at, request),
        O::GetFunctionConfiguration => {
            serve!(request, GetFunctionConfigurationInput, |i| control
                .get_function_configuration(scope, &i))
        }
        O::ListFunctions => {
            serve!(request, ListFunctionsInput, |i| control.list_functions(scope, &i))
        }
        O::UpdateFunctionCode => {
            let mut input: lambda::UpdateFunctionCodeInput = checked(request)?;
            let _room = stored_code::of_update(at, &mut input).await?;
            respond::<lambda::UpdateFunctionCodeInput>(
                control.update_function_code(scope, input).await,
            )
        }
        O::UpdateFunctionConfiguration => {
            serve!(request, UpdateFunctionConfigurationInput, |i| {
                permit::configuration(iam, caller, &i)?;
                control.update_function_configuration(scope, i).await
            })
        }
        O::DeleteFunction => {
            serve!(request, DeleteFunctionInput, |i| control.delete_function(scope, &i).await)
        }
        O::GetAccountSettings => {
            serve!(request, GetAccountSettingsInput, |_i| Ok(control.get_account_settings(scope)))
        }

        O::PublishVersion => {
            serve!(request, PublishVersionInput, |i| control.publish_version(scope, i).await)
        }
        O::ListVersionsByFunction => {
            serve!(request, ListVersionsByFunctionInput, |i| control
                .list_versions_by_function(scope, &i))
        }

        O::CreateAlias => {
            serve!(request, CreateAliasInput, |i| control.create_alias(scope, i).await)
        }
        O::GetAlias => serve!(request, GetAliasInput, |i| control.get_alias(scope, &i)),
        O::ListAliases => serve!(request, ListAliasesInput, |i| control.list_aliases(scope, &i)),
        O::UpdateAlias => {
            serve!(request, UpdateAliasInput, |i| control.update_alias(scope, i).await)
        }
        O::DeleteAlias => {
            serve!(request, DeleteAliasInput, |i| control.delete_alias(scope, i).await)
        }

        O::TagResource => {
            serve!(request, TagResourceInput, |i| control.tag_resource(scope, i).await)
        }
        O::UntagResource => {
            serve!(request, UntagResourceInput, |i| control.untag_resource(scope, i).await)
        }
        O::ListTags => serve!(request, ListTagsInput, |i| control.list_tags(scope, &i)),

        O::PutProvisionedConcurrencyConfig => {
            serve!(request, PutProvisionedConcurrencyConfigInput, |i| control
                .put_provisioned_concurrency_config(scope, i)
                .await)
        }
        O::GetProvisionedConcurrencyConfig => {
            serve!(request, GetProvisionedConcurrencyConfigInput, |i| control
                .get_provisioned_concurrency_config(scope, i))
        }
        O::ListProvisionedConcurrencyConfigs => {
            serve!(request, ListProvisionedConcurrencyConfigsInput, |i| control
                .list_provisioned_concurrency_configs(scope, &i))
        }
        O::DeleteProvisionedConcurrencyConfig => {
            serve!(request, DeleteProvisionedConcurrencyConfigInput, |i| control
                .delete_provisioned_concurrency_config(scope, i)
                .await)
        }

        O::PutFunctionConcurrency => {
            serve!(request, PutFunctionConcurrencyInput, |i| control
                .put_function_concurrency(scope, i)
                .await)
        }
        O::GetFunctionConcurrency => {
            serve!(request, GetFunctionConcurrencyInput, |i| control
                .get_function_concurrency(scope, &i))
        }
        O::DeleteFunctionConcurrency => {
            serve!(request, DeleteFunctionConcurrencyInput, |i| control
                .delete_function_concurrency(scope, i)
                .await)
        }

        O::AddPermission => {
            serve!(request, AddPermissionInput, |i| control.add_permission(scope, i).await)
        }
        O::RemovePermission => {
            serve!(request, RemovePermissionInput, |i| control.remove_permission(scope, i).await)
        }
        O::GetPolicy => serve!(request, GetPolicyInput, |i| control.get_policy(scope, i)),
        O::PutResourcePolicy => {
            serve!(request, PutResourcePolicyInput, |i| control.put_resource_policy(scope, i).await)
        }
        O::GetResourcePolicy => {
            serve!(request, GetResourcePolicyInput, |i| control.get_resource_policy(scope, i))
        }
        O::DeleteResourcePolicy => {
            serve!(request, DeleteResourcePolicyInput, |i| control
                .delete_resource_policy(scope, i)
                .await)
        }

        O::GetFunctionRecursionConfig => {
            serve!(request, GetFunctionRecursionConfigInput, |i| control
                .get_function_recursion_config(scope, &i))
        }
        O::PutFunctionRecursionConfig => {
            serve!(request, PutFunctionRecursionConfigInput, |i| control
                .put_function_recursion_config(scope, i)
                .await)
        }

        O::PutFunctionEventInvokeConfig => {
            serve!(request, PutFunctionEventInvokeConfigInput, |i| control
                .put_function_event_invoke_config(scope, i)
                .await)
        }
        O::UpdateFunctionEventInvokeConfig => {
            serve!(request, UpdateFunctionEventInvokeConfigInput, |i| control
                .update_function_event_invoke_config(scope, i)
                .await)
        }
        O::GetFunctionEventInvokeConfig => {
            serve!(request, GetFunctionEventInvokeConfigInput, |i| control
                .get_function_event_invoke_config(scope, i))
        }
        O::ListFunctionEventInvokeConfigs => {
            serve!(request, ListFunctionEventInvokeConfigsInput, |i| control
                .list_function_event_invoke_configs(scope, i))
        }
        O::DeleteFunctionEventInvokeConfig => {
            serve!(request, DeleteFunctionEventInvokeConfigInput, |i| control
                .delete_function_event_invoke_config(scope, i)
                .await)
        }

        O::CreateFunctionUrlConfig => {
            serve!(request, CreateFunctionUrlConfigInput, |i| control
                .create_function_url_config(scope, i)
                .await)
        }
        O::UpdateFunctionUrlConfig => {
            serve!(request, UpdateFunctionUrlConfigInput, |i| control
                .update_function_url_config(scope, i)
                .await)
        }
        O::GetFunctionUrlConfig => {
            serve!(request, GetFunctionUrlConfigInput, |i| control
                .get_function_url_config(scope, i))
        }
        O::ListFunctionUrlConfigs => {
            serve!(request, ListFunctionUrlConfigsInput, |i| control
                .list_function_url_configs(scope, i))
        }
        O::DeleteFunctionUrlConfig => {
            serve!(request, DeleteFunctionUrlConfigInput, |i| control
                .delete_function_url_config(scope, i)
                .await)
        }

        O::CreateEventSourceMapping => {
            serve!(request, CreateEventSourceMappingInput, |i| control
                .create_event_source_mapping(scope, i)
                .await)
        }
        O::UpdateEventSourceMapping => {
            serve!(request, UpdateEventSourceMappingInput, |i| control
                .update_event_source_mapping(scope, i)
                .await)
        }
        O::GetEventSourceMapping => {
            serve!(request, GetEventSourceMappingInput, |i| control
                .get_event_source_mapping(scope, &i))
        }
        O::ListEventSourceMappings => {
            serve!(request, ListEventSourceMappingsInput, |i| control
                .list_event_source_mappings(scope, i))
        }
        O::DeleteEventSourceMapping => {
            serve!(request, DeleteEventSourceMappingInput, |i| control
                .delete_event_source_mapping(scope, i)
                .await)
        }

        O::PutRuntimeManagementConfig => {
            serve!(request, PutRuntimeManagementConfigInput, |i| control
                .put_runtime_management_config(scope, i)
                .await)
        }
        O::GetRuntimeManagementConfig => {
            serve!(request, GetRuntimeManagementConfigInput, |i| control
                .get_runtime_management_config(scope, i))
        }

        O::CreateCodeSigningConfig => {
            serve!(request, CreateCodeSigningConfigInput, |i| control
                .create_code_signing_config(scope, i)
                .await)
        }
        O::GetCodeSigningConfig => {
            serve!(request, GetCodeSigningConfigInput, |i| control
                .get_code_signing_config(scope, &i))
        }
        O::UpdateCodeSigningConfig => {
            serve!(request, UpdateCodeSigningConfigInput, |i| control
                .update_code_signing_config(scope, i)
                .await)
        }
        O::DeleteCodeSigningConfig => {
            serve!(request, DeleteCodeSigningConfigInput, |i| control
                .delete_code_signing_config(scope, i)
                .await)
        }
        O::ListCodeSigningConfigs => {
            serve!(request, ListCodeSigningConfigsInput, |i| control
                .list_code_signing_configs(scope, &i))
        }
        O::ListFunctionsByCodeSigningConfig => {
            serve!(request, ListFunctionsByCodeSigningConfigInput, |i| control
                .list_functions_by_code_signing_config(scope, &i))
        }
        O::PutFunctionCodeSigningConfig => {
            serve!(request, PutFunctionCodeSigningConfigInput, |i| control
                .put_function_code_signing_config(scope, i)
                .await)
        }
        O::GetFunctionCodeSigningConfig => {
            serve!(request, GetFunctionCodeSigningConfigInput, |i| control
                .get_function_code_signing_config(scope, &i))
        }
        O::DeleteFunctionCodeSigningConfig => {
            serve!(request, DeleteFunctionCodeSigningConfigInput, |i| control
                .delete_function_code_signing_config(scope, i)
                .await)
        }

        O::PublishLayerVersion => {
            let mut input: lambda::PublishLayerVersionInput = checked(request)?;
            let _room = stored_code::of_layer(at, &mut input).await?;
            let published = control.publish_layer_version(scope, input).await;
            respond::<lambda::PublishLayerVersionInput>(
                published.map(|answer| publish_layer_version(request, caller, answer)),
            )
        }
        O::GetLayerVersion => {
            serve!(request, GetLayerVersionInput, |i| control
                .get_layer_version(scope, &i)
                .map(|answer| get_layer_version(request, caller, answer)))
        }
        O::GetLayerVersionByArn => {
            serve!(request, GetLayerVersionByArnInput, |i| control
                .get_layer_version_by_arn(scope, &i)
                .map(|answer| get_layer_version(request, caller, answer)))
        }
        O::ListLayers => serve!(request, ListLayersInput, |i| control.list_layers(scope, &i)),
        O::ListLayerVersions => {
            serve!(request, ListLayerVersionsInput, |i| control.list_layer_versions(scope, &i))
        }
        O::DeleteLayerVersion => {
            serve!(request, DeleteLayerVersionInput, |i| control
                .delete_layer_version(scope, &i)
                .await)
        }
        O::AddLayerVersionPermission => {
            serve!(request, AddLayerVersionPermissionInput, |i| control
                .add_layer_version_permission(scope, i)
                .await)
        }
        O::GetLayerVersionPolicy => {
            serve!(request, GetLayerVersionPolicyInput, |i| control
                .get_layer_version_policy(scope, &i))
        }
        O::RemoveLayerVersionPermission => {
            serve!(request, RemoveLayerVersionPermissionInput, |i| control
                .remove_layer_version_permission(scope, i)
                .await)
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
    Place { caller, scope, .. }: Place<'_>,
    request: &RestRequest<'_>,
) -> Result<Reply, AwsError> {
    let input: GetFunctionInput = checked(request)?;
    let mut answer = control.get_function(scope, &input)?.output;
    if answer.tags.is_some() && !may_list_tags(control, caller, &input) {
        answer.tags = None;
    }
    let name = answer.configuration.as_ref().and_then(|c| {
        let (name, version) = (c.function_name.as_ref()?, c.version.as_ref()?);
        let name = if version == LATEST { name.clone() } else { format!("{name}:{version}") };
        // Another account's is named by its account, too.
        let own = scope.account == caller.scope.account;
        Some(if own { name } else { format!("{}:function:{name}", scope.account) })
    });
    if let (Some(code), Some(name)) = (&mut answer.code, name) {
        code.location = code::location(caller, request.headers, code::CODE_PATH, &name);
    }
    respond::<GetFunctionInput>(Ok(answer))
}

/// Tags are of the function, whatever version of it is asked for.
fn may_list_tags(control: &Control, caller: &Caller, input: &GetFunctionInput) -> bool {
    let name = input.function_name.as_deref().unwrap_or_default();
    FunctionRef::parse(name).is_ok_and(|reference| {
        let whole = FunctionRef { qualifier: None, ..reference };
        permit::function(control, caller, O::ListTags, &whole, None).is_ok()
    })
}

fn publish_layer_version(
    request: &RestRequest<'_>,
    caller: &Caller,
    answer: LayerAnswer<PublishLayerVersionOutput>,
) -> PublishLayerVersionOutput {
    let mut output = answer.output;
    if let (Some(content), Some(arn)) = (&mut output.content, &output.layer_version_arn) {
        content.location = code::location(caller, request.headers, code::LAYER_PATH, arn);
    }
    output
}

fn get_layer_version(
    request: &RestRequest<'_>,
    caller: &Caller,
    answer: LayerAnswer<GetLayerVersionResponse>,
) -> GetLayerVersionResponse {
    let mut output = answer.output;
    if let (Some(content), Some(arn)) = (&mut output.content, &output.layer_version_arn) {
        content.location = code::location(caller, request.headers, code::LAYER_PATH, arn);
    }
    output
}
