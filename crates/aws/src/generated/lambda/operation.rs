// Written by `cargo xtask codegen` from the public service model. Do not edit.
//! Every operation of Lambda, and which one a request asks for.

use crate::rest::{self, Coverage, PathParams, Route};

/// An operation of Lambda.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// `POST /2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy`
    AddLayerVersionPermission,
    /// `POST /2015-03-31/functions/{FunctionName}/policy`
    AddPermission,
    /// `POST /2025-12-01/durable-executions/{DurableExecutionArn}/checkpoint`
    CheckpointDurableExecution,
    /// `POST /2015-03-31/functions/{FunctionName}/aliases`
    CreateAlias,
    /// `POST /2025-11-30/capacity-providers`
    CreateCapacityProvider,
    /// `POST /2020-04-22/code-signing-configs`
    CreateCodeSigningConfig,
    /// `POST /2015-03-31/event-source-mappings`
    CreateEventSourceMapping,
    /// `POST /2015-03-31/functions`
    CreateFunction,
    /// `POST /2021-10-31/functions/{FunctionName}/url`
    CreateFunctionUrlConfig,
    /// `DELETE /2015-03-31/functions/{FunctionName}/aliases/{Name}`
    DeleteAlias,
    /// `DELETE /2025-11-30/capacity-providers/{CapacityProviderName}`
    DeleteCapacityProvider,
    /// `DELETE /2020-04-22/code-signing-configs/{CodeSigningConfigArn}`
    DeleteCodeSigningConfig,
    /// `DELETE /2025-12-01/durable-executions/{DurableExecutionArn}`
    DeleteDurableExecution,
    /// `DELETE /2015-03-31/event-source-mappings/{UUID}`
    DeleteEventSourceMapping,
    /// `DELETE /2015-03-31/functions/{FunctionName}`
    DeleteFunction,
    /// `DELETE /2020-06-30/functions/{FunctionName}/code-signing-config`
    DeleteFunctionCodeSigningConfig,
    /// `DELETE /2017-10-31/functions/{FunctionName}/concurrency`
    DeleteFunctionConcurrency,
    /// `DELETE /2019-09-25/functions/{FunctionName}/event-invoke-config`
    DeleteFunctionEventInvokeConfig,
    /// `DELETE /2021-10-31/functions/{FunctionName}/url`
    DeleteFunctionUrlConfig,
    /// `DELETE /2018-10-31/layers/{LayerName}/versions/{VersionNumber}`
    DeleteLayerVersion,
    /// `DELETE /2019-09-30/functions/{FunctionName}/provisioned-concurrency`
    DeleteProvisionedConcurrencyConfig,
    /// `DELETE /2026-07-09/resource-policy/{ResourceArn}`
    DeleteResourcePolicy,
    /// `GET /2016-08-19/account-settings`
    GetAccountSettings,
    /// `GET /2015-03-31/functions/{FunctionName}/aliases/{Name}`
    GetAlias,
    /// `GET /2025-11-30/capacity-providers/{CapacityProviderName}`
    GetCapacityProvider,
    /// `GET /2020-04-22/code-signing-configs/{CodeSigningConfigArn}`
    GetCodeSigningConfig,
    /// `GET /2025-12-01/durable-executions/{DurableExecutionArn}`
    GetDurableExecution,
    /// `GET /2025-12-01/durable-executions/{DurableExecutionArn}/history`
    GetDurableExecutionHistory,
    /// `GET /2025-12-01/durable-executions/{DurableExecutionArn}/state`
    GetDurableExecutionState,
    /// `GET /2015-03-31/event-source-mappings/{UUID}`
    GetEventSourceMapping,
    /// `GET /2015-03-31/functions/{FunctionName}`
    GetFunction,
    /// `GET /2020-06-30/functions/{FunctionName}/code-signing-config`
    GetFunctionCodeSigningConfig,
    /// `GET /2019-09-30/functions/{FunctionName}/concurrency`
    GetFunctionConcurrency,
    /// `GET /2015-03-31/functions/{FunctionName}/configuration`
    GetFunctionConfiguration,
    /// `GET /2019-09-25/functions/{FunctionName}/event-invoke-config`
    GetFunctionEventInvokeConfig,
    /// `GET /2024-08-31/functions/{FunctionName}/recursion-config`
    GetFunctionRecursionConfig,
    /// `GET /2025-11-30/functions/{FunctionName}/function-scaling-config`
    GetFunctionScalingConfig,
    /// `GET /2021-10-31/functions/{FunctionName}/url`
    GetFunctionUrlConfig,
    /// `GET /2018-10-31/layers/{LayerName}/versions/{VersionNumber}`
    GetLayerVersion,
    /// `GET /2018-10-31/layers?find=LayerVersion`
    GetLayerVersionByArn,
    /// `GET /2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy`
    GetLayerVersionPolicy,
    /// `GET /2015-03-31/functions/{FunctionName}/policy`
    GetPolicy,
    /// `GET /2019-09-30/functions/{FunctionName}/provisioned-concurrency`
    GetProvisionedConcurrencyConfig,
    /// `GET /2026-07-09/resource-policy/{ResourceArn}`
    GetResourcePolicy,
    /// `GET /2021-07-20/functions/{FunctionName}/runtime-management-config`
    GetRuntimeManagementConfig,
    /// `POST /2015-03-31/functions/{FunctionName}/invocations`
    Invoke,
    /// `POST /2014-11-13/functions/{FunctionName}/invoke-async`
    InvokeAsync,
    /// `POST /2021-11-15/functions/{FunctionName}/response-streaming-invocations`
    InvokeWithResponseStream,
    /// `GET /2015-03-31/functions/{FunctionName}/aliases`
    ListAliases,
    /// `GET /2025-11-30/capacity-providers`
    ListCapacityProviders,
    /// `GET /2020-04-22/code-signing-configs`
    ListCodeSigningConfigs,
    /// `GET /2025-12-01/functions/{FunctionName}/durable-executions`
    ListDurableExecutionsByFunction,
    /// `GET /2015-03-31/event-source-mappings`
    ListEventSourceMappings,
    /// `GET /2019-09-25/functions/{FunctionName}/event-invoke-config/list`
    ListFunctionEventInvokeConfigs,
    /// `GET /2021-10-31/functions/{FunctionName}/urls`
    ListFunctionUrlConfigs,
    /// `GET /2025-11-30/capacity-providers/{CapacityProviderName}/function-versions`
    ListFunctionVersionsByCapacityProvider,
    /// `GET /2015-03-31/functions`
    ListFunctions,
    /// `GET /2020-04-22/code-signing-configs/{CodeSigningConfigArn}/functions`
    ListFunctionsByCodeSigningConfig,
    /// `GET /2018-10-31/layers/{LayerName}/versions`
    ListLayerVersions,
    /// `GET /2018-10-31/layers`
    ListLayers,
    /// `GET /2019-09-30/functions/{FunctionName}/provisioned-concurrency?List=ALL`
    ListProvisionedConcurrencyConfigs,
    /// `GET /2017-03-31/tags/{Resource}`
    ListTags,
    /// `GET /2015-03-31/functions/{FunctionName}/versions`
    ListVersionsByFunction,
    /// `POST /2025-12-01/durable-executions/{DurableExecutionArn}/pause`
    PauseDurableExecution,
    /// `POST /2018-10-31/layers/{LayerName}/versions`
    PublishLayerVersion,
    /// `POST /2015-03-31/functions/{FunctionName}/versions`
    PublishVersion,
    /// `PUT /2020-06-30/functions/{FunctionName}/code-signing-config`
    PutFunctionCodeSigningConfig,
    /// `PUT /2017-10-31/functions/{FunctionName}/concurrency`
    PutFunctionConcurrency,
    /// `PUT /2019-09-25/functions/{FunctionName}/event-invoke-config`
    PutFunctionEventInvokeConfig,
    /// `PUT /2024-08-31/functions/{FunctionName}/recursion-config`
    PutFunctionRecursionConfig,
    /// `PUT /2025-11-30/functions/{FunctionName}/function-scaling-config`
    PutFunctionScalingConfig,
    /// `PUT /2019-09-30/functions/{FunctionName}/provisioned-concurrency`
    PutProvisionedConcurrencyConfig,
    /// `PUT /2026-07-09/resource-policy/{ResourceArn}`
    PutResourcePolicy,
    /// `PUT /2021-07-20/functions/{FunctionName}/runtime-management-config`
    PutRuntimeManagementConfig,
    /// `DELETE /2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy/{StatementId}`
    RemoveLayerVersionPermission,
    /// `DELETE /2015-03-31/functions/{FunctionName}/policy/{StatementId}`
    RemovePermission,
    /// `POST /2025-12-01/durable-executions/{DurableExecutionArn}/resume`
    ResumeDurableExecution,
    /// `POST /2025-12-01/durable-execution-callbacks/{CallbackId}/fail`
    SendDurableExecutionCallbackFailure,
    /// `POST /2025-12-01/durable-execution-callbacks/{CallbackId}/heartbeat`
    SendDurableExecutionCallbackHeartbeat,
    /// `POST /2025-12-01/durable-execution-callbacks/{CallbackId}/succeed`
    SendDurableExecutionCallbackSuccess,
    /// `POST /2025-12-01/durable-executions/{DurableExecutionArn}/stop`
    StopDurableExecution,
    /// `POST /2017-03-31/tags/{Resource}`
    TagResource,
    /// `DELETE /2017-03-31/tags/{Resource}`
    UntagResource,
    /// `PUT /2015-03-31/functions/{FunctionName}/aliases/{Name}`
    UpdateAlias,
    /// `PUT /2025-11-30/capacity-providers/{CapacityProviderName}`
    UpdateCapacityProvider,
    /// `PUT /2020-04-22/code-signing-configs/{CodeSigningConfigArn}`
    UpdateCodeSigningConfig,
    /// `PUT /2015-03-31/event-source-mappings/{UUID}`
    UpdateEventSourceMapping,
    /// `PUT /2015-03-31/functions/{FunctionName}/code`
    UpdateFunctionCode,
    /// `PUT /2015-03-31/functions/{FunctionName}/configuration`
    UpdateFunctionConfiguration,
    /// `POST /2019-09-25/functions/{FunctionName}/event-invoke-config`
    UpdateFunctionEventInvokeConfig,
    /// `PUT /2021-10-31/functions/{FunctionName}/url`
    UpdateFunctionUrlConfig,
}

impl Operation {
    /// All of them, by name.
    pub const ALL: &'static [Self] = &[
        Self::AddLayerVersionPermission,
        Self::AddPermission,
        Self::CheckpointDurableExecution,
        Self::CreateAlias,
        Self::CreateCapacityProvider,
        Self::CreateCodeSigningConfig,
        Self::CreateEventSourceMapping,
        Self::CreateFunction,
        Self::CreateFunctionUrlConfig,
        Self::DeleteAlias,
        Self::DeleteCapacityProvider,
        Self::DeleteCodeSigningConfig,
        Self::DeleteDurableExecution,
        Self::DeleteEventSourceMapping,
        Self::DeleteFunction,
        Self::DeleteFunctionCodeSigningConfig,
        Self::DeleteFunctionConcurrency,
        Self::DeleteFunctionEventInvokeConfig,
        Self::DeleteFunctionUrlConfig,
        Self::DeleteLayerVersion,
        Self::DeleteProvisionedConcurrencyConfig,
        Self::DeleteResourcePolicy,
        Self::GetAccountSettings,
        Self::GetAlias,
        Self::GetCapacityProvider,
        Self::GetCodeSigningConfig,
        Self::GetDurableExecution,
        Self::GetDurableExecutionHistory,
        Self::GetDurableExecutionState,
        Self::GetEventSourceMapping,
        Self::GetFunction,
        Self::GetFunctionCodeSigningConfig,
        Self::GetFunctionConcurrency,
        Self::GetFunctionConfiguration,
        Self::GetFunctionEventInvokeConfig,
        Self::GetFunctionRecursionConfig,
        Self::GetFunctionScalingConfig,
        Self::GetFunctionUrlConfig,
        Self::GetLayerVersion,
        Self::GetLayerVersionByArn,
        Self::GetLayerVersionPolicy,
        Self::GetPolicy,
        Self::GetProvisionedConcurrencyConfig,
        Self::GetResourcePolicy,
        Self::GetRuntimeManagementConfig,
        Self::Invoke,
        Self::InvokeAsync,
        Self::InvokeWithResponseStream,
        Self::ListAliases,
        Self::ListCapacityProviders,
        Self::ListCodeSigningConfigs,
        Self::ListDurableExecutionsByFunction,
        Self::ListEventSourceMappings,
        Self::ListFunctionEventInvokeConfigs,
        Self::ListFunctionUrlConfigs,
        Self::ListFunctionVersionsByCapacityProvider,
        Self::ListFunctions,
        Self::ListFunctionsByCodeSigningConfig,
        Self::ListLayerVersions,
        Self::ListLayers,
        Self::ListProvisionedConcurrencyConfigs,
        Self::ListTags,
        Self::ListVersionsByFunction,
        Self::PauseDurableExecution,
        Self::PublishLayerVersion,
        Self::PublishVersion,
        Self::PutFunctionCodeSigningConfig,
        Self::PutFunctionConcurrency,
        Self::PutFunctionEventInvokeConfig,
        Self::PutFunctionRecursionConfig,
        Self::PutFunctionScalingConfig,
        Self::PutProvisionedConcurrencyConfig,
        Self::PutResourcePolicy,
        Self::PutRuntimeManagementConfig,
        Self::RemoveLayerVersionPermission,
        Self::RemovePermission,
        Self::ResumeDurableExecution,
        Self::SendDurableExecutionCallbackFailure,
        Self::SendDurableExecutionCallbackHeartbeat,
        Self::SendDurableExecutionCallbackSuccess,
        Self::StopDurableExecution,
        Self::TagResource,
        Self::UntagResource,
        Self::UpdateAlias,
        Self::UpdateCapacityProvider,
        Self::UpdateCodeSigningConfig,
        Self::UpdateEventSourceMapping,
        Self::UpdateFunctionCode,
        Self::UpdateFunctionConfiguration,
        Self::UpdateFunctionEventInvokeConfig,
        Self::UpdateFunctionUrlConfig,
    ];
}

impl Operation {
    /// The operation a request asks for, and the parameters in its path, percent-decoded. A
    /// slash at the path's end is ignored: old clients send one.
    #[must_use]
    pub fn route<'p>(
        method: &str,
        path: &'p str,
        query: Option<&str>,
    ) -> Option<(Self, PathParams<'p>)> {
        let segments = rest::Segments::of(path)?;
        let (operation, values) = find(method, segments.as_slice(), query)?;
        Some((operation, PathParams::decode(operation.about().labels, values)))
    }

    /// Its name, as in `CreateFunction`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.about().name
    }

    /// What fika makes of it. The router asks this first, and the documentation is written
    /// from it.
    #[must_use]
    pub fn coverage(self) -> Coverage {
        self.about().coverage
    }

    /// Whether fika answers it; its shapes are generated then.
    #[must_use]
    pub fn is_served(self) -> bool {
        matches!(self.coverage(), Coverage::Real | Coverage::Stored(_))
    }

    /// The HTTP status of success.
    #[must_use]
    pub fn status(self) -> u16 {
        self.about().status
    }

    /// Its line in the table of routes.
    #[must_use]
    pub fn about(self) -> &'static Route {
        &TABLE[self as usize]
    }
}

static TABLE: [Route; 91] = [
    Route {
        name: "AddLayerVersionPermission",
        method: "POST",
        path: "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy",
        labels: &["LayerName", "VersionNumber"],
        status: 201,
        coverage: Coverage::Real,
    },
    Route {
        name: "AddPermission",
        method: "POST",
        path: "/2015-03-31/functions/{FunctionName}/policy",
        labels: &["FunctionName"],
        status: 201,
        coverage: Coverage::Real,
    },
    Route {
        name: "CheckpointDurableExecution",
        method: "POST",
        path: "/2025-12-01/durable-executions/{DurableExecutionArn}/checkpoint",
        labels: &["DurableExecutionArn"],
        status: 200,
        coverage: Coverage::Refused("durable executions"),
    },
    Route {
        name: "CreateAlias",
        method: "POST",
        path: "/2015-03-31/functions/{FunctionName}/aliases",
        labels: &["FunctionName"],
        status: 201,
        coverage: Coverage::Real,
    },
    Route {
        name: "CreateCapacityProvider",
        method: "POST",
        path: "/2025-11-30/capacity-providers",
        labels: &[],
        status: 202,
        coverage: Coverage::Refused("capacity providers"),
    },
    Route {
        name: "CreateCodeSigningConfig",
        method: "POST",
        path: "/2020-04-22/code-signing-configs",
        labels: &[],
        status: 201,
        coverage: Coverage::Real,
    },
    Route {
        name: "CreateEventSourceMapping",
        method: "POST",
        path: "/2015-03-31/event-source-mappings",
        labels: &[],
        status: 202,
        coverage: Coverage::Real,
    },
    Route {
        name: "CreateFunction",
        method: "POST",
        path: "/2015-03-31/functions",
        labels: &[],
        status: 201,
        coverage: Coverage::Real,
    },
    Route {
        name: "CreateFunctionUrlConfig",
        method: "POST",
        path: "/2021-10-31/functions/{FunctionName}/url",
        labels: &["FunctionName"],
        status: 201,
        coverage: Coverage::Real,
    },
    Route {
        name: "DeleteAlias",
        method: "DELETE",
        path: "/2015-03-31/functions/{FunctionName}/aliases/{Name}",
        labels: &["FunctionName", "Name"],
        status: 204,
        coverage: Coverage::Real,
    },
    Route {
        name: "DeleteCapacityProvider",
        method: "DELETE",
        path: "/2025-11-30/capacity-providers/{CapacityProviderName}",
        labels: &["CapacityProviderName"],
        status: 202,
        coverage: Coverage::Refused("capacity providers"),
    },
    Route {
        name: "DeleteCodeSigningConfig",
        method: "DELETE",
        path: "/2020-04-22/code-signing-configs/{CodeSigningConfigArn}",
        labels: &["CodeSigningConfigArn"],
        status: 204,
        coverage: Coverage::Real,
    },
    Route {
        name: "DeleteDurableExecution",
        method: "DELETE",
        path: "/2025-12-01/durable-executions/{DurableExecutionArn}",
        labels: &["DurableExecutionArn"],
        status: 202,
        coverage: Coverage::Refused("durable executions"),
    },
    Route {
        name: "DeleteEventSourceMapping",
        method: "DELETE",
        path: "/2015-03-31/event-source-mappings/{UUID}",
        labels: &["UUID"],
        status: 202,
        coverage: Coverage::Real,
    },
    Route {
        name: "DeleteFunction",
        method: "DELETE",
        path: "/2015-03-31/functions/{FunctionName}",
        labels: &["FunctionName"],
        status: 200,
        coverage: Coverage::Real,
    },
    Route {
        name: "DeleteFunctionCodeSigningConfig",
        method: "DELETE",
        path: "/2020-06-30/functions/{FunctionName}/code-signing-config",
        labels: &["FunctionName"],
        status: 204,
        coverage: Coverage::Real,
    },
    Route {
        name: "DeleteFunctionConcurrency",
        method: "DELETE",
        path: "/2017-10-31/functions/{FunctionName}/concurrency",
        labels: &["FunctionName"],
        status: 204,
        coverage: Coverage::Real,
    },
    Route {
        name: "DeleteFunctionEventInvokeConfig",
        method: "DELETE",
        path: "/2019-09-25/functions/{FunctionName}/event-invoke-config",
        labels: &["FunctionName"],
        status: 204,
        coverage: Coverage::Real,
    },
    Route {
        name: "DeleteFunctionUrlConfig",
        method: "DELETE",
        path: "/2021-10-31/functions/{FunctionName}/url",
        labels: &["FunctionName"],
        status: 204,
        coverage: Coverage::Real,
    },
    Route {
        name: "DeleteLayerVersion",
        method: "DELETE",
        path: "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}",
        labels: &["LayerName", "VersionNumber"],
        status: 204,
        coverage: Coverage::Real,
    },
    Route {
        name: "DeleteProvisionedConcurrencyConfig",
        method: "DELETE",
        path: "/2019-09-30/functions/{FunctionName}/provisioned-concurrency",
        labels: &["FunctionName"],
        status: 204,
        coverage: Coverage::Real,
    },
    Route {
        name: "DeleteResourcePolicy",
        method: "DELETE",
        path: "/2026-07-09/resource-policy/{ResourceArn}",
        labels: &["ResourceArn"],
        status: 204,
        coverage: Coverage::Real,
    },
    Route {
        name: "GetAccountSettings",
        method: "GET",
        path: "/2016-08-19/account-settings",
        labels: &[],
        status: 200,
        coverage: Coverage::Real,
    },
    Route {
        name: "GetAlias",
        method: "GET",
        path: "/2015-03-31/functions/{FunctionName}/aliases/{Name}",
        labels: &["FunctionName", "Name"],
        status: 200,
        coverage: Coverage::Real,
    },
    Route {
        name: "GetCapacityProvider",
        method: "GET",
        path: "/2025-11-30/capacity-providers/{CapacityProviderName}",
        labels: &["CapacityProviderName"],
        status: 200,
        coverage: Coverage::Refused("capacity providers"),
    },
    Route {
        name: "GetCodeSigningConfig",
        method: "GET",
        path: "/2020-04-22/code-signing-configs/{CodeSigningConfigArn}",
        labels: &["CodeSigningConfigArn"],
        status: 200,
        coverage: Coverage::Real,
    },
    Route {
        name: "GetDurableExecution",
        method: "GET",
        path: "/2025-12-01/durable-executions/{DurableExecutionArn}",
        labels: &["DurableExecutionArn"],
        status: 200,
        coverage: Coverage::Refused("durable executions"),
    },
    Route {
        name: "GetDurableExecutionHistory",
        method: "GET",
        path: "/2025-12-01/durable-executions/{DurableExecutionArn}/history",
        labels: &["DurableExecutionArn"],
        status: 200,
        coverage: Coverage::Refused("durable executions"),
    },
    Route {
        name: "GetDurableExecutionState",
        method: "GET",
        path: "/2025-12-01/durable-executions/{DurableExecutionArn}/state",
        labels: &["DurableExecutionArn"],
        status: 200,
        coverage: Coverage::Refused("durable executions"),
    },
    Route {
        name: "GetEventSourceMapping",
        method: "GET",
        path: "/2015-03-31/event-source-mappings/{UUID}",
        labels: &["UUID"],
        status: 200,
        coverage: Coverage::Real,
    },
    Route {
        name: "GetFunction",
        method: "GET",
        path: "/2015-03-31/functions/{FunctionName}",
        labels: &["FunctionName"],
        status: 200,
        coverage: Coverage::Real,
    },
    Route {
        name: "GetFunctionCodeSigningConfig",
        method: "GET",
        path: "/2020-06-30/functions/{FunctionName}/code-signing-config",
        labels: &["FunctionName"],
        status: 200,
        coverage: Coverage::Real,
    },
    Route {
        name: "GetFunctionConcurrency",
        method: "GET",
        path: "/2019-09-30/functions/{FunctionName}/concurrency",
        labels: &["FunctionName"],
        status: 200,
        coverage: Coverage::Real,
    },
    Route {
        name: "GetFunctionConfiguration",
        method: "GET",
        path: "/2015-03-31/functions/{FunctionName}/configuration",
        labels: &["FunctionName"],
        status: 200,
        coverage: Coverage::Real,
    },
    Route {
        name: "GetFunctionEventInvokeConfig",
        method: "GET",
        path: "/2019-09-25/functions/{FunctionName}/event-invoke-config",
        labels: &["FunctionName"],
        status: 200,
        coverage: Coverage::Real,
    },
    Route {
        name: "GetFunctionRecursionConfig",
        method: "GET",
        path: "/2024-08-31/functions/{FunctionName}/recursion-config",
        labels: &["FunctionName"],
        status: 200,
        coverage: Coverage::Real,
    },
    Route {
        name: "GetFunctionScalingConfig",
        method: "GET",
        path: "/2025-11-30/functions/{FunctionName}/function-scaling-config",
        labels: &["FunctionName"],
        status: 200,
        coverage: Coverage::Refused("capacity providers"),
    },
    Route {
        name: "GetFunctionUrlConfig",
        method: "GET",
        path: "/2021-10-31/functions/{FunctionName}/url",
        labels: &["FunctionName"],
        status: 200,
        coverage: Coverage::Real,
    },
    Route {
        name: "GetLayerVersion",
        method: "GET",
        path: "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}",
        labels: &["LayerName", "VersionNumber"],
        status: 200,
        coverage: Coverage::Real,
    },
    Route {
        name: "GetLayerVersionByArn",
        method: "GET",
        path: "/2018-10-31/layers?find=LayerVersion",
        labels: &[],
        status: 200,
        coverage: Coverage::Real,
    },
    Route {
        name: "GetLayerVersionPolicy",
        method: "GET",
        path: "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy",
        labels: &["LayerName", "VersionNumber"],
        status: 200,
        coverage: Coverage::Real,
    },
    Route {
        name: "GetPolicy",
        method: "GET",
        path: "/2015-03-31/functions/{FunctionName}/policy",
        labels: &["FunctionName"],
        status: 200,
        coverage: Coverage::Real,
    },
    Route {
        name: "GetProvisionedConcurrencyConfig",
        method: "GET",
        path: "/2019-09-30/functions/{FunctionName}/provisioned-concurrency",
        labels: &["FunctionName"],
        status: 200,
        coverage: Coverage::Real,
    },
    Route {
        name: "GetResourcePolicy",
        method: "GET",
        path: "/2026-07-09/resource-policy/{ResourceArn}",
        labels: &["ResourceArn"],
        status: 200,
        coverage: Coverage::Real,
    },
    Route {
        name: "GetRuntimeManagementConfig",
        method: "GET",
        path: "/2021-07-20/functions/{FunctionName}/runtime-management-config",
        labels: &["FunctionName"],
        status: 200,
        coverage: Coverage::Stored(
            "runtimes are what the operator installed; nothing updates them unasked",
        ),
    },
    Route {
        name: "Invoke",
        method: "POST",
        path: "/2015-03-31/functions/{FunctionName}/invocations",
        labels: &["FunctionName"],
        status: 200,
        coverage: Coverage::Real,
    },
    Route {
        name: "InvokeAsync",
        method: "POST",
        path: "/2014-11-13/functions/{FunctionName}/invoke-async",
        labels: &["FunctionName"],
        status: 202,
        coverage: Coverage::Real,
    },
    Route {
        name: "InvokeWithResponseStream",
        method: "POST",
        path: "/2021-11-15/functions/{FunctionName}/response-streaming-invocations",
        labels: &["FunctionName"],
        status: 200,
        coverage: Coverage::Real,
    },
    Route {
        name: "ListAliases",
        method: "GET",
        path: "/2015-03-31/functions/{FunctionName}/aliases",
        labels: &["FunctionName"],
        status: 200,
        coverage: Coverage::Real,
    },
    Route {
        name: "ListCapacityProviders",
        method: "GET",
        path: "/2025-11-30/capacity-providers",
        labels: &[],
        status: 200,
        coverage: Coverage::Refused("capacity providers"),
    },
    Route {
        name: "ListCodeSigningConfigs",
        method: "GET",
        path: "/2020-04-22/code-signing-configs",
        labels: &[],
        status: 200,
        coverage: Coverage::Real,
    },
    Route {
        name: "ListDurableExecutionsByFunction",
        method: "GET",
        path: "/2025-12-01/functions/{FunctionName}/durable-executions",
        labels: &["FunctionName"],
        status: 200,
        coverage: Coverage::Refused("durable executions"),
    },
    Route {
        name: "ListEventSourceMappings",
        method: "GET",
        path: "/2015-03-31/event-source-mappings",
        labels: &[],
        status: 200,
        coverage: Coverage::Real,
    },
    Route {
        name: "ListFunctionEventInvokeConfigs",
        method: "GET",
        path: "/2019-09-25/functions/{FunctionName}/event-invoke-config/list",
        labels: &["FunctionName"],
        status: 200,
        coverage: Coverage::Real,
    },
    Route {
        name: "ListFunctionUrlConfigs",
        method: "GET",
        path: "/2021-10-31/functions/{FunctionName}/urls",
        labels: &["FunctionName"],
        status: 200,
        coverage: Coverage::Real,
    },
    Route {
        name: "ListFunctionVersionsByCapacityProvider",
        method: "GET",
        path: "/2025-11-30/capacity-providers/{CapacityProviderName}/function-versions",
        labels: &["CapacityProviderName"],
        status: 200,
        coverage: Coverage::Refused("capacity providers"),
    },
    Route {
        name: "ListFunctions",
        method: "GET",
        path: "/2015-03-31/functions",
        labels: &[],
        status: 200,
        coverage: Coverage::Real,
    },
    Route {
        name: "ListFunctionsByCodeSigningConfig",
        method: "GET",
        path: "/2020-04-22/code-signing-configs/{CodeSigningConfigArn}/functions",
        labels: &["CodeSigningConfigArn"],
        status: 200,
        coverage: Coverage::Real,
    },
    Route {
        name: "ListLayerVersions",
        method: "GET",
        path: "/2018-10-31/layers/{LayerName}/versions",
        labels: &["LayerName"],
        status: 200,
        coverage: Coverage::Real,
    },
    Route {
        name: "ListLayers",
        method: "GET",
        path: "/2018-10-31/layers",
        labels: &[],
        status: 200,
        coverage: Coverage::Real,
    },
    Route {
        name: "ListProvisionedConcurrencyConfigs",
        method: "GET",
        path: "/2019-09-30/functions/{FunctionName}/provisioned-concurrency?List=ALL",
        labels: &["FunctionName"],
        status: 200,
        coverage: Coverage::Real,
    },
    Route {
        name: "ListTags",
        method: "GET",
        path: "/2017-03-31/tags/{Resource}",
        labels: &["Resource"],
        status: 200,
        coverage: Coverage::Real,
    },
    Route {
        name: "ListVersionsByFunction",
        method: "GET",
        path: "/2015-03-31/functions/{FunctionName}/versions",
        labels: &["FunctionName"],
        status: 200,
        coverage: Coverage::Real,
    },
    Route {
        name: "PauseDurableExecution",
        method: "POST",
        path: "/2025-12-01/durable-executions/{DurableExecutionArn}/pause",
        labels: &["DurableExecutionArn"],
        status: 202,
        coverage: Coverage::Refused("durable executions"),
    },
    Route {
        name: "PublishLayerVersion",
        method: "POST",
        path: "/2018-10-31/layers/{LayerName}/versions",
        labels: &["LayerName"],
        status: 201,
        coverage: Coverage::Real,
    },
    Route {
        name: "PublishVersion",
        method: "POST",
        path: "/2015-03-31/functions/{FunctionName}/versions",
        labels: &["FunctionName"],
        status: 201,
        coverage: Coverage::Real,
    },
    Route {
        name: "PutFunctionCodeSigningConfig",
        method: "PUT",
        path: "/2020-06-30/functions/{FunctionName}/code-signing-config",
        labels: &["FunctionName"],
        status: 200,
        coverage: Coverage::Real,
    },
    Route {
        name: "PutFunctionConcurrency",
        method: "PUT",
        path: "/2017-10-31/functions/{FunctionName}/concurrency",
        labels: &["FunctionName"],
        status: 200,
        coverage: Coverage::Real,
    },
    Route {
        name: "PutFunctionEventInvokeConfig",
        method: "PUT",
        path: "/2019-09-25/functions/{FunctionName}/event-invoke-config",
        labels: &["FunctionName"],
        status: 200,
        coverage: Coverage::Real,
    },
    Route {
        name: "PutFunctionRecursionConfig",
        method: "PUT",
        path: "/2024-08-31/functions/{FunctionName}/recursion-config",
        labels: &["FunctionName"],
        status: 200,
        coverage: Coverage::Real,
    },
    Route {
        name: "PutFunctionScalingConfig",
        method: "PUT",
        path: "/2025-11-30/functions/{FunctionName}/function-scaling-config",
        labels: &["FunctionName"],
        status: 202,
        coverage: Coverage::Refused("capacity providers"),
    },
    Route {
        name: "PutProvisionedConcurrencyConfig",
        method: "PUT",
        path: "/2019-09-30/functions/{FunctionName}/provisioned-concurrency",
        labels: &["FunctionName"],
        status: 202,
        coverage: Coverage::Real,
    },
    Route {
        name: "PutResourcePolicy",
        method: "PUT",
        path: "/2026-07-09/resource-policy/{ResourceArn}",
        labels: &["ResourceArn"],
        status: 200,
        coverage: Coverage::Real,
    },
    Route {
        name: "PutRuntimeManagementConfig",
        method: "PUT",
        path: "/2021-07-20/functions/{FunctionName}/runtime-management-config",
        labels: &["FunctionName"],
        status: 200,
        coverage: Coverage::Stored(
            "runtimes are what the operator installed; nothing updates them unasked",
        ),
    },
    Route {
        name: "RemoveLayerVersionPermission",
        method: "DELETE",
        path: "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy/{StatementId}",
        labels: &["LayerName", "VersionNumber", "StatementId"],
        status: 204,
        coverage: Coverage::Real,
    },
    Route {
        name: "RemovePermission",
        method: "DELETE",
        path: "/2015-03-31/functions/{FunctionName}/policy/{StatementId}",
        labels: &["FunctionName", "StatementId"],
        status: 204,
        coverage: Coverage::Real,
    },
    Route {
        name: "ResumeDurableExecution",
        method: "POST",
        path: "/2025-12-01/durable-executions/{DurableExecutionArn}/resume",
        labels: &["DurableExecutionArn"],
        status: 202,
        coverage: Coverage::Refused("durable executions"),
    },
    Route {
        name: "SendDurableExecutionCallbackFailure",
        method: "POST",
        path: "/2025-12-01/durable-execution-callbacks/{CallbackId}/fail",
        labels: &["CallbackId"],
        status: 200,
        coverage: Coverage::Refused("durable executions"),
    },
    Route {
        name: "SendDurableExecutionCallbackHeartbeat",
        method: "POST",
        path: "/2025-12-01/durable-execution-callbacks/{CallbackId}/heartbeat",
        labels: &["CallbackId"],
        status: 200,
        coverage: Coverage::Refused("durable executions"),
    },
    Route {
        name: "SendDurableExecutionCallbackSuccess",
        method: "POST",
        path: "/2025-12-01/durable-execution-callbacks/{CallbackId}/succeed",
        labels: &["CallbackId"],
        status: 200,
        coverage: Coverage::Refused("durable executions"),
    },
    Route {
        name: "StopDurableExecution",
        method: "POST",
        path: "/2025-12-01/durable-executions/{DurableExecutionArn}/stop",
        labels: &["DurableExecutionArn"],
        status: 200,
        coverage: Coverage::Refused("durable executions"),
    },
    Route {
        name: "TagResource",
        method: "POST",
        path: "/2017-03-31/tags/{Resource}",
        labels: &["Resource"],
        status: 204,
        coverage: Coverage::Real,
    },
    Route {
        name: "UntagResource",
        method: "DELETE",
        path: "/2017-03-31/tags/{Resource}",
        labels: &["Resource"],
        status: 204,
        coverage: Coverage::Real,
    },
    Route {
        name: "UpdateAlias",
        method: "PUT",
        path: "/2015-03-31/functions/{FunctionName}/aliases/{Name}",
        labels: &["FunctionName", "Name"],
        status: 200,
        coverage: Coverage::Real,
    },
    Route {
        name: "UpdateCapacityProvider",
        method: "PUT",
        path: "/2025-11-30/capacity-providers/{CapacityProviderName}",
        labels: &["CapacityProviderName"],
        status: 202,
        coverage: Coverage::Refused("capacity providers"),
    },
    Route {
        name: "UpdateCodeSigningConfig",
        method: "PUT",
        path: "/2020-04-22/code-signing-configs/{CodeSigningConfigArn}",
        labels: &["CodeSigningConfigArn"],
        status: 200,
        coverage: Coverage::Real,
    },
    Route {
        name: "UpdateEventSourceMapping",
        method: "PUT",
        path: "/2015-03-31/event-source-mappings/{UUID}",
        labels: &["UUID"],
        status: 202,
        coverage: Coverage::Real,
    },
    Route {
        name: "UpdateFunctionCode",
        method: "PUT",
        path: "/2015-03-31/functions/{FunctionName}/code",
        labels: &["FunctionName"],
        status: 200,
        coverage: Coverage::Real,
    },
    Route {
        name: "UpdateFunctionConfiguration",
        method: "PUT",
        path: "/2015-03-31/functions/{FunctionName}/configuration",
        labels: &["FunctionName"],
        status: 200,
        coverage: Coverage::Real,
    },
    Route {
        name: "UpdateFunctionEventInvokeConfig",
        method: "POST",
        path: "/2019-09-25/functions/{FunctionName}/event-invoke-config",
        labels: &["FunctionName"],
        status: 200,
        coverage: Coverage::Real,
    },
    Route {
        name: "UpdateFunctionUrlConfig",
        method: "PUT",
        path: "/2021-10-31/functions/{FunctionName}/url",
        labels: &["FunctionName"],
        status: 200,
        coverage: Coverage::Real,
    },
];

/// The operation, and the values of its labels as they were sent. The most called first.
fn find<'p>(
    method: &str,
    path: &[&'p str],
    query: Option<&str>,
) -> Option<(Operation, [&'p str; rest::LABELS])> {
    Some(match (method, path) {
        ("POST", ["2015-03-31", "functions", a, "invocations"]) => (Operation::Invoke, [a, "", ""]),
        ("POST", ["2021-11-15", "functions", a, "response-streaming-invocations"]) => {
            (Operation::InvokeWithResponseStream, [a, "", ""])
        }
        ("GET", ["2018-10-31", "layers"])
            if rest::query(query, "find").as_deref() == Some("LayerVersion") =>
        {
            (Operation::GetLayerVersionByArn, ["", "", ""])
        }
        ("GET", ["2019-09-30", "functions", a, "provisioned-concurrency"])
            if rest::query(query, "List").as_deref() == Some("ALL") =>
        {
            (Operation::ListProvisionedConcurrencyConfigs, [a, "", ""])
        }
        ("POST", ["2025-11-30", "capacity-providers"]) => {
            (Operation::CreateCapacityProvider, ["", "", ""])
        }
        ("POST", ["2020-04-22", "code-signing-configs"]) => {
            (Operation::CreateCodeSigningConfig, ["", "", ""])
        }
        ("POST", ["2015-03-31", "event-source-mappings"]) => {
            (Operation::CreateEventSourceMapping, ["", "", ""])
        }
        ("POST", ["2015-03-31", "functions"]) => (Operation::CreateFunction, ["", "", ""]),
        ("GET", ["2016-08-19", "account-settings"]) => {
            (Operation::GetAccountSettings, ["", "", ""])
        }
        ("GET", ["2025-11-30", "capacity-providers"]) => {
            (Operation::ListCapacityProviders, ["", "", ""])
        }
        ("GET", ["2020-04-22", "code-signing-configs"]) => {
            (Operation::ListCodeSigningConfigs, ["", "", ""])
        }
        ("GET", ["2015-03-31", "event-source-mappings"]) => {
            (Operation::ListEventSourceMappings, ["", "", ""])
        }
        ("GET", ["2015-03-31", "functions"]) => (Operation::ListFunctions, ["", "", ""]),
        ("GET", ["2018-10-31", "layers"]) => (Operation::ListLayers, ["", "", ""]),
        ("POST", ["2015-03-31", "functions", a, "policy"]) => {
            (Operation::AddPermission, [a, "", ""])
        }
        ("POST", ["2025-12-01", "durable-executions", a, "checkpoint"]) => {
            (Operation::CheckpointDurableExecution, [a, "", ""])
        }
        ("POST", ["2015-03-31", "functions", a, "aliases"]) => {
            (Operation::CreateAlias, [a, "", ""])
        }
        ("POST", ["2021-10-31", "functions", a, "url"]) => {
            (Operation::CreateFunctionUrlConfig, [a, "", ""])
        }
        ("DELETE", ["2025-11-30", "capacity-providers", a]) => {
            (Operation::DeleteCapacityProvider, [a, "", ""])
        }
        ("DELETE", ["2020-04-22", "code-signing-configs", a]) => {
            (Operation::DeleteCodeSigningConfig, [a, "", ""])
        }
        ("DELETE", ["2025-12-01", "durable-executions", a]) => {
            (Operation::DeleteDurableExecution, [a, "", ""])
        }
        ("DELETE", ["2015-03-31", "event-source-mappings", a]) => {
            (Operation::DeleteEventSourceMapping, [a, "", ""])
        }
        ("DELETE", ["2015-03-31", "functions", a]) => (Operation::DeleteFunction, [a, "", ""]),
        ("DELETE", ["2020-06-30", "functions", a, "code-signing-config"]) => {
            (Operation::DeleteFunctionCodeSigningConfig, [a, "", ""])
        }
        ("DELETE", ["2017-10-31", "functions", a, "concurrency"]) => {
            (Operation::DeleteFunctionConcurrency, [a, "", ""])
        }
        ("DELETE", ["2019-09-25", "functions", a, "event-invoke-config"]) => {
            (Operation::DeleteFunctionEventInvokeConfig, [a, "", ""])
        }
        ("DELETE", ["2021-10-31", "functions", a, "url"]) => {
            (Operation::DeleteFunctionUrlConfig, [a, "", ""])
        }
        ("DELETE", ["2019-09-30", "functions", a, "provisioned-concurrency"]) => {
            (Operation::DeleteProvisionedConcurrencyConfig, [a, "", ""])
        }
        ("DELETE", ["2026-07-09", "resource-policy", a]) => {
            (Operation::DeleteResourcePolicy, [a, "", ""])
        }
        ("GET", ["2025-11-30", "capacity-providers", a]) => {
            (Operation::GetCapacityProvider, [a, "", ""])
        }
        ("GET", ["2020-04-22", "code-signing-configs", a]) => {
            (Operation::GetCodeSigningConfig, [a, "", ""])
        }
        ("GET", ["2025-12-01", "durable-executions", a]) => {
            (Operation::GetDurableExecution, [a, "", ""])
        }
        ("GET", ["2025-12-01", "durable-executions", a, "history"]) => {
            (Operation::GetDurableExecutionHistory, [a, "", ""])
        }
        ("GET", ["2025-12-01", "durable-executions", a, "state"]) => {
            (Operation::GetDurableExecutionState, [a, "", ""])
        }
        ("GET", ["2015-03-31", "event-source-mappings", a]) => {
            (Operation::GetEventSourceMapping, [a, "", ""])
        }
        ("GET", ["2015-03-31", "functions", a]) => (Operation::GetFunction, [a, "", ""]),
        ("GET", ["2020-06-30", "functions", a, "code-signing-config"]) => {
            (Operation::GetFunctionCodeSigningConfig, [a, "", ""])
        }
        ("GET", ["2019-09-30", "functions", a, "concurrency"]) => {
            (Operation::GetFunctionConcurrency, [a, "", ""])
        }
        ("GET", ["2015-03-31", "functions", a, "configuration"]) => {
            (Operation::GetFunctionConfiguration, [a, "", ""])
        }
        ("GET", ["2019-09-25", "functions", a, "event-invoke-config"]) => {
            (Operation::GetFunctionEventInvokeConfig, [a, "", ""])
        }
        ("GET", ["2024-08-31", "functions", a, "recursion-config"]) => {
            (Operation::GetFunctionRecursionConfig, [a, "", ""])
        }
        ("GET", ["2025-11-30", "functions", a, "function-scaling-config"]) => {
            (Operation::GetFunctionScalingConfig, [a, "", ""])
        }
        ("GET", ["2021-10-31", "functions", a, "url"]) => {
            (Operation::GetFunctionUrlConfig, [a, "", ""])
        }
        ("GET", ["2015-03-31", "functions", a, "policy"]) => (Operation::GetPolicy, [a, "", ""]),
        ("GET", ["2019-09-30", "functions", a, "provisioned-concurrency"]) => {
            (Operation::GetProvisionedConcurrencyConfig, [a, "", ""])
        }
        ("GET", ["2026-07-09", "resource-policy", a]) => {
            (Operation::GetResourcePolicy, [a, "", ""])
        }
        ("GET", ["2021-07-20", "functions", a, "runtime-management-config"]) => {
            (Operation::GetRuntimeManagementConfig, [a, "", ""])
        }
        ("POST", ["2014-11-13", "functions", a, "invoke-async"]) => {
            (Operation::InvokeAsync, [a, "", ""])
        }
        ("GET", ["2015-03-31", "functions", a, "aliases"]) => (Operation::ListAliases, [a, "", ""]),
        ("GET", ["2025-12-01", "functions", a, "durable-executions"]) => {
            (Operation::ListDurableExecutionsByFunction, [a, "", ""])
        }
        ("GET", ["2019-09-25", "functions", a, "event-invoke-config", "list"]) => {
            (Operation::ListFunctionEventInvokeConfigs, [a, "", ""])
        }
        ("GET", ["2021-10-31", "functions", a, "urls"]) => {
            (Operation::ListFunctionUrlConfigs, [a, "", ""])
        }
        ("GET", ["2025-11-30", "capacity-providers", a, "function-versions"]) => {
            (Operation::ListFunctionVersionsByCapacityProvider, [a, "", ""])
        }
        ("GET", ["2020-04-22", "code-signing-configs", a, "functions"]) => {
            (Operation::ListFunctionsByCodeSigningConfig, [a, "", ""])
        }
        ("GET", ["2018-10-31", "layers", a, "versions"]) => {
            (Operation::ListLayerVersions, [a, "", ""])
        }
        ("GET", ["2017-03-31", "tags", a]) => (Operation::ListTags, [a, "", ""]),
        ("GET", ["2015-03-31", "functions", a, "versions"]) => {
            (Operation::ListVersionsByFunction, [a, "", ""])
        }
        ("POST", ["2025-12-01", "durable-executions", a, "pause"]) => {
            (Operation::PauseDurableExecution, [a, "", ""])
        }
        ("POST", ["2018-10-31", "layers", a, "versions"]) => {
            (Operation::PublishLayerVersion, [a, "", ""])
        }
        ("POST", ["2015-03-31", "functions", a, "versions"]) => {
            (Operation::PublishVersion, [a, "", ""])
        }
        ("PUT", ["2020-06-30", "functions", a, "code-signing-config"]) => {
            (Operation::PutFunctionCodeSigningConfig, [a, "", ""])
        }
        ("PUT", ["2017-10-31", "functions", a, "concurrency"]) => {
            (Operation::PutFunctionConcurrency, [a, "", ""])
        }
        ("PUT", ["2019-09-25", "functions", a, "event-invoke-config"]) => {
            (Operation::PutFunctionEventInvokeConfig, [a, "", ""])
        }
        ("PUT", ["2024-08-31", "functions", a, "recursion-config"]) => {
            (Operation::PutFunctionRecursionConfig, [a, "", ""])
        }
        ("PUT", ["2025-11-30", "functions", a, "function-scaling-config"]) => {
            (Operation::PutFunctionScalingConfig, [a, "", ""])
        }
        ("PUT", ["2019-09-30", "functions", a, "provisioned-concurrency"]) => {
            (Operation::PutProvisionedConcurrencyConfig, [a, "", ""])
        }
        ("PUT", ["2026-07-09", "resource-policy", a]) => {
            (Operation::PutResourcePolicy, [a, "", ""])
        }
        ("PUT", ["2021-07-20", "functions", a, "runtime-management-config"]) => {
            (Operation::PutRuntimeManagementConfig, [a, "", ""])
        }
        ("POST", ["2025-12-01", "durable-executions", a, "resume"]) => {
            (Operation::ResumeDurableExecution, [a, "", ""])
        }
        ("POST", ["2025-12-01", "durable-execution-callbacks", a, "fail"]) => {
            (Operation::SendDurableExecutionCallbackFailure, [a, "", ""])
        }
        ("POST", ["2025-12-01", "durable-execution-callbacks", a, "heartbeat"]) => {
            (Operation::SendDurableExecutionCallbackHeartbeat, [a, "", ""])
        }
        ("POST", ["2025-12-01", "durable-execution-callbacks", a, "succeed"]) => {
            (Operation::SendDurableExecutionCallbackSuccess, [a, "", ""])
        }
        ("POST", ["2025-12-01", "durable-executions", a, "stop"]) => {
            (Operation::StopDurableExecution, [a, "", ""])
        }
        ("POST", ["2017-03-31", "tags", a]) => (Operation::TagResource, [a, "", ""]),
        ("DELETE", ["2017-03-31", "tags", a]) => (Operation::UntagResource, [a, "", ""]),
        ("PUT", ["2025-11-30", "capacity-providers", a]) => {
            (Operation::UpdateCapacityProvider, [a, "", ""])
        }
        ("PUT", ["2020-04-22", "code-signing-configs", a]) => {
            (Operation::UpdateCodeSigningConfig, [a, "", ""])
        }
        ("PUT", ["2015-03-31", "event-source-mappings", a]) => {
            (Operation::UpdateEventSourceMapping, [a, "", ""])
        }
        ("PUT", ["2015-03-31", "functions", a, "code"]) => {
            (Operation::UpdateFunctionCode, [a, "", ""])
        }
        ("PUT", ["2015-03-31", "functions", a, "configuration"]) => {
            (Operation::UpdateFunctionConfiguration, [a, "", ""])
        }
        ("POST", ["2019-09-25", "functions", a, "event-invoke-config"]) => {
            (Operation::UpdateFunctionEventInvokeConfig, [a, "", ""])
        }
        ("PUT", ["2021-10-31", "functions", a, "url"]) => {
            (Operation::UpdateFunctionUrlConfig, [a, "", ""])
        }
        ("POST", ["2018-10-31", "layers", a, "versions", b, "policy"]) => {
            (Operation::AddLayerVersionPermission, [a, b, ""])
        }
        ("DELETE", ["2015-03-31", "functions", a, "aliases", b]) => {
            (Operation::DeleteAlias, [a, b, ""])
        }
        ("DELETE", ["2018-10-31", "layers", a, "versions", b]) => {
            (Operation::DeleteLayerVersion, [a, b, ""])
        }
        ("GET", ["2015-03-31", "functions", a, "aliases", b]) => (Operation::GetAlias, [a, b, ""]),
        ("GET", ["2018-10-31", "layers", a, "versions", b]) => {
            (Operation::GetLayerVersion, [a, b, ""])
        }
        ("GET", ["2018-10-31", "layers", a, "versions", b, "policy"]) => {
            (Operation::GetLayerVersionPolicy, [a, b, ""])
        }
        ("DELETE", ["2015-03-31", "functions", a, "policy", b]) => {
            (Operation::RemovePermission, [a, b, ""])
        }
        ("PUT", ["2015-03-31", "functions", a, "aliases", b]) => {
            (Operation::UpdateAlias, [a, b, ""])
        }
        ("DELETE", ["2018-10-31", "layers", a, "versions", b, "policy", c]) => {
            (Operation::RemoveLayerVersionPermission, [a, b, c])
        }
        _ => return None,
    })
}
