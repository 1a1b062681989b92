// Written by `cargo xtask codegen` from the public service model. Do not edit.
//! What each served operation answers.

use std::collections::BTreeMap;
use std::fmt;

use bytes::Bytes;
use serde::Serialize;

use super::*;
use crate::rest::{Output, Reply};
use crate::shape::{FromJson, Json, Malformed};

/// `AddLayerVersionPermissionResponse` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct AddLayerVersionPermissionOutput {
    /// `Statement`.
    #[serde(rename = "Statement", skip_serializing_if = "Option::is_none")]
    pub statement: Option<String>,
    /// `RevisionId`.
    #[serde(rename = "RevisionId", skip_serializing_if = "Option::is_none")]
    pub revision_id: Option<String>,
}

impl FromJson for AddLayerVersionPermissionOutput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "Statement" => it.statement = value.optional()?,
                "RevisionId" => it.revision_id = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Output for AddLayerVersionPermissionOutput {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).json(&self)
    }
}

/// `AddPermissionResponse` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct AddPermissionOutput {
    /// `Statement`.
    #[serde(rename = "Statement", skip_serializing_if = "Option::is_none")]
    pub statement: Option<String>,
}

impl FromJson for AddPermissionOutput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            if name == "Statement" {
                it.statement = value.optional()?;
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Output for AddPermissionOutput {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).json(&self)
    }
}

impl Output for AliasConfiguration {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).json(&self)
    }
}

impl Output for Concurrency {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).json(&self)
    }
}

/// `CreateCodeSigningConfigResponse` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct CreateCodeSigningConfigOutput {
    /// `CodeSigningConfig`: required.
    #[serde(rename = "CodeSigningConfig", skip_serializing_if = "Option::is_none")]
    pub code_signing_config: Option<CodeSigningConfig>,
}

impl FromJson for CreateCodeSigningConfigOutput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            if name == "CodeSigningConfig" {
                it.code_signing_config = value.optional()?;
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Output for CreateCodeSigningConfigOutput {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).json(&self)
    }
}

/// `CreateFunctionUrlConfigResponse` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct CreateFunctionUrlConfigOutput {
    /// `FunctionUrl`: 40 to 100 characters, required.
    #[serde(rename = "FunctionUrl", skip_serializing_if = "Option::is_none")]
    pub function_url: Option<String>,
    /// `FunctionArn`: 0 to 10000 characters, required.
    #[serde(rename = "FunctionArn", skip_serializing_if = "Option::is_none")]
    pub function_arn: Option<String>,
    /// `AuthType`: required.
    #[serde(rename = "AuthType", skip_serializing_if = "Option::is_none")]
    pub auth_type: Option<FunctionUrlAuthType>,
    /// `Cors`.
    #[serde(rename = "Cors", skip_serializing_if = "Option::is_none")]
    pub cors: Option<Cors>,
    /// `CreationTime`: 0 to 100 characters, required.
    #[serde(rename = "CreationTime", skip_serializing_if = "Option::is_none")]
    pub creation_time: Option<String>,
    /// `InvokeMode`.
    #[serde(rename = "InvokeMode", skip_serializing_if = "Option::is_none")]
    pub invoke_mode: Option<InvokeMode>,
}

impl FromJson for CreateFunctionUrlConfigOutput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "FunctionUrl" => it.function_url = value.optional()?,
                "FunctionArn" => it.function_arn = value.optional()?,
                "AuthType" => it.auth_type = value.optional()?,
                "Cors" => it.cors = value.optional()?,
                "CreationTime" => it.creation_time = value.optional()?,
                "InvokeMode" => it.invoke_mode = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Output for CreateFunctionUrlConfigOutput {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).json(&self)
    }
}

/// `DeleteCodeSigningConfigResponse` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct DeleteCodeSigningConfigOutput {}

impl FromJson for DeleteCodeSigningConfigOutput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        json.structure(|_, _| Ok(()))?;
        Ok(Self {})
    }
}

impl Output for DeleteCodeSigningConfigOutput {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).empty()
    }
}

/// `DeleteFunctionResponse` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct DeleteFunctionOutput {
    /// `StatusCode`: the HTTP status.
    #[serde(skip)]
    pub status_code: Option<i32>,
}

impl Output for DeleteFunctionOutput {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).status(self.status_code).empty()
    }
}

impl Output for EventSourceMappingConfiguration {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).json(&self)
    }
}

impl Output for FunctionConfiguration {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).json(&self)
    }
}

impl Output for FunctionEventInvokeConfig {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).json(&self)
    }
}

/// `GetAccountSettingsResponse` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct GetAccountSettingsOutput {
    /// `AccountLimit`.
    #[serde(rename = "AccountLimit", skip_serializing_if = "Option::is_none")]
    pub account_limit: Option<AccountLimit>,
    /// `AccountUsage`.
    #[serde(rename = "AccountUsage", skip_serializing_if = "Option::is_none")]
    pub account_usage: Option<AccountUsage>,
}

impl FromJson for GetAccountSettingsOutput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "AccountLimit" => it.account_limit = value.optional()?,
                "AccountUsage" => it.account_usage = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Output for GetAccountSettingsOutput {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).json(&self)
    }
}

/// `GetCodeSigningConfigResponse` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct GetCodeSigningConfigOutput {
    /// `CodeSigningConfig`: required.
    #[serde(rename = "CodeSigningConfig", skip_serializing_if = "Option::is_none")]
    pub code_signing_config: Option<CodeSigningConfig>,
}

impl FromJson for GetCodeSigningConfigOutput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            if name == "CodeSigningConfig" {
                it.code_signing_config = value.optional()?;
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Output for GetCodeSigningConfigOutput {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).json(&self)
    }
}

/// `GetFunctionCodeSigningConfigResponse` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct GetFunctionCodeSigningConfigOutput {
    /// `CodeSigningConfigArn`: 0 to 200 characters, required.
    #[serde(rename = "CodeSigningConfigArn", skip_serializing_if = "Option::is_none")]
    pub code_signing_config_arn: Option<String>,
    /// `FunctionName`: 1 to 140 characters, required.
    #[serde(rename = "FunctionName", skip_serializing_if = "Option::is_none")]
    pub function_name: Option<String>,
}

impl FromJson for GetFunctionCodeSigningConfigOutput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "CodeSigningConfigArn" => it.code_signing_config_arn = value.optional()?,
                "FunctionName" => it.function_name = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Output for GetFunctionCodeSigningConfigOutput {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).json(&self)
    }
}

/// `GetFunctionConcurrencyResponse` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct GetFunctionConcurrencyOutput {
    /// `ReservedConcurrentExecutions`: at least 0.
    #[serde(rename = "ReservedConcurrentExecutions", skip_serializing_if = "Option::is_none")]
    pub reserved_concurrent_executions: Option<i32>,
}

impl FromJson for GetFunctionConcurrencyOutput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            if name == "ReservedConcurrentExecutions" {
                it.reserved_concurrent_executions = value.optional()?;
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Output for GetFunctionConcurrencyOutput {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).json(&self)
    }
}

/// `GetFunctionRecursionConfigResponse` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct GetFunctionRecursionConfigOutput {
    /// `RecursiveLoop`.
    #[serde(rename = "RecursiveLoop", skip_serializing_if = "Option::is_none")]
    pub recursive_loop: Option<RecursiveLoop>,
}

impl FromJson for GetFunctionRecursionConfigOutput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            if name == "RecursiveLoop" {
                it.recursive_loop = value.optional()?;
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Output for GetFunctionRecursionConfigOutput {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).json(&self)
    }
}

/// `GetFunctionResponse` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct GetFunctionOutput {
    /// `Configuration`.
    #[serde(rename = "Configuration", skip_serializing_if = "Option::is_none")]
    pub configuration: Option<FunctionConfiguration>,
    /// `Code`.
    #[serde(rename = "Code", skip_serializing_if = "Option::is_none")]
    pub code: Option<FunctionCodeLocation>,
    /// `Tags`.
    #[serde(rename = "Tags", skip_serializing_if = "Option::is_none")]
    pub tags: Option<BTreeMap<String, String>>,
    /// `TagsError`.
    #[serde(rename = "TagsError", skip_serializing_if = "Option::is_none")]
    pub tags_error: Option<TagsError>,
    /// `Concurrency`.
    #[serde(rename = "Concurrency", skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<Concurrency>,
}

impl FromJson for GetFunctionOutput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "Configuration" => it.configuration = value.optional()?,
                "Code" => it.code = value.optional()?,
                "Tags" => it.tags = value.optional()?,
                "TagsError" => it.tags_error = value.optional()?,
                "Concurrency" => it.concurrency = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Output for GetFunctionOutput {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).json(&self)
    }
}

/// `GetFunctionUrlConfigResponse` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct GetFunctionUrlConfigOutput {
    /// `FunctionUrl`: 40 to 100 characters, required.
    #[serde(rename = "FunctionUrl", skip_serializing_if = "Option::is_none")]
    pub function_url: Option<String>,
    /// `FunctionArn`: 0 to 10000 characters, required.
    #[serde(rename = "FunctionArn", skip_serializing_if = "Option::is_none")]
    pub function_arn: Option<String>,
    /// `AuthType`: required.
    #[serde(rename = "AuthType", skip_serializing_if = "Option::is_none")]
    pub auth_type: Option<FunctionUrlAuthType>,
    /// `Cors`.
    #[serde(rename = "Cors", skip_serializing_if = "Option::is_none")]
    pub cors: Option<Cors>,
    /// `CreationTime`: 0 to 100 characters, required.
    #[serde(rename = "CreationTime", skip_serializing_if = "Option::is_none")]
    pub creation_time: Option<String>,
    /// `LastModifiedTime`: 0 to 100 characters, required.
    #[serde(rename = "LastModifiedTime", skip_serializing_if = "Option::is_none")]
    pub last_modified_time: Option<String>,
    /// `InvokeMode`.
    #[serde(rename = "InvokeMode", skip_serializing_if = "Option::is_none")]
    pub invoke_mode: Option<InvokeMode>,
}

impl FromJson for GetFunctionUrlConfigOutput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "FunctionUrl" => it.function_url = value.optional()?,
                "FunctionArn" => it.function_arn = value.optional()?,
                "AuthType" => it.auth_type = value.optional()?,
                "Cors" => it.cors = value.optional()?,
                "CreationTime" => it.creation_time = value.optional()?,
                "LastModifiedTime" => it.last_modified_time = value.optional()?,
                "InvokeMode" => it.invoke_mode = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Output for GetFunctionUrlConfigOutput {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).json(&self)
    }
}

/// `GetLayerVersionPolicyResponse` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct GetLayerVersionPolicyOutput {
    /// `Policy`.
    #[serde(rename = "Policy", skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// `RevisionId`.
    #[serde(rename = "RevisionId", skip_serializing_if = "Option::is_none")]
    pub revision_id: Option<String>,
}

impl FromJson for GetLayerVersionPolicyOutput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "Policy" => it.policy = value.optional()?,
                "RevisionId" => it.revision_id = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Output for GetLayerVersionPolicyOutput {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).json(&self)
    }
}

impl Output for GetLayerVersionResponse {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).json(&self)
    }
}

/// `GetPolicyResponse` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct GetPolicyOutput {
    /// `Policy`.
    #[serde(rename = "Policy", skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// `RevisionId`.
    #[serde(rename = "RevisionId", skip_serializing_if = "Option::is_none")]
    pub revision_id: Option<String>,
}

impl FromJson for GetPolicyOutput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "Policy" => it.policy = value.optional()?,
                "RevisionId" => it.revision_id = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Output for GetPolicyOutput {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).json(&self)
    }
}

/// `GetProvisionedConcurrencyConfigResponse` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct GetProvisionedConcurrencyConfigOutput {
    /// `RequestedProvisionedConcurrentExecutions`: at least 1.
    #[serde(
        rename = "RequestedProvisionedConcurrentExecutions",
        skip_serializing_if = "Option::is_none"
    )]
    pub requested_provisioned_concurrent_executions: Option<i32>,
    /// `AvailableProvisionedConcurrentExecutions`: at least 0.
    #[serde(
        rename = "AvailableProvisionedConcurrentExecutions",
        skip_serializing_if = "Option::is_none"
    )]
    pub available_provisioned_concurrent_executions: Option<i32>,
    /// `AllocatedProvisionedConcurrentExecutions`: at least 0.
    #[serde(
        rename = "AllocatedProvisionedConcurrentExecutions",
        skip_serializing_if = "Option::is_none"
    )]
    pub allocated_provisioned_concurrent_executions: Option<i32>,
    /// `Status`.
    #[serde(rename = "Status", skip_serializing_if = "Option::is_none")]
    pub status: Option<ProvisionedConcurrencyStatusEnum>,
    /// `StatusReason`.
    #[serde(rename = "StatusReason", skip_serializing_if = "Option::is_none")]
    pub status_reason: Option<String>,
    /// `LastModified`: 0 to 100 characters.
    #[serde(rename = "LastModified", skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
}

impl FromJson for GetProvisionedConcurrencyConfigOutput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "RequestedProvisionedConcurrentExecutions" => {
                    it.requested_provisioned_concurrent_executions = value.optional()?
                }
                "AvailableProvisionedConcurrentExecutions" => {
                    it.available_provisioned_concurrent_executions = value.optional()?
                }
                "AllocatedProvisionedConcurrentExecutions" => {
                    it.allocated_provisioned_concurrent_executions = value.optional()?
                }
                "Status" => it.status = value.optional()?,
                "StatusReason" => it.status_reason = value.optional()?,
                "LastModified" => it.last_modified = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Output for GetProvisionedConcurrencyConfigOutput {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).json(&self)
    }
}

/// `GetResourcePolicyResponse` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct GetResourcePolicyOutput {
    /// `Policy`: 1 to 20480 characters.
    #[serde(rename = "Policy", skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// `RevisionId`: 36 to 36 characters.
    #[serde(rename = "RevisionId", skip_serializing_if = "Option::is_none")]
    pub revision_id: Option<String>,
}

impl FromJson for GetResourcePolicyOutput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "Policy" => it.policy = value.optional()?,
                "RevisionId" => it.revision_id = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Output for GetResourcePolicyOutput {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).json(&self)
    }
}

/// `GetRuntimeManagementConfigResponse` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct GetRuntimeManagementConfigOutput {
    /// `UpdateRuntimeOn`.
    #[serde(rename = "UpdateRuntimeOn", skip_serializing_if = "Option::is_none")]
    pub update_runtime_on: Option<UpdateRuntimeOn>,
    /// `FunctionArn`: 0 to 10000 characters.
    #[serde(rename = "FunctionArn", skip_serializing_if = "Option::is_none")]
    pub function_arn: Option<String>,
    /// `RuntimeVersionArn`: 26 to 2048 characters.
    #[serde(rename = "RuntimeVersionArn", skip_serializing_if = "Option::is_none")]
    pub runtime_version_arn: Option<String>,
}

impl FromJson for GetRuntimeManagementConfigOutput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "UpdateRuntimeOn" => it.update_runtime_on = value.optional()?,
                "FunctionArn" => it.function_arn = value.optional()?,
                "RuntimeVersionArn" => it.runtime_version_arn = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Output for GetRuntimeManagementConfigOutput {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).json(&self)
    }
}

/// `InvocationResponse` of the service model.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct InvokeOutput {
    /// `StatusCode`: the HTTP status.
    #[serde(skip)]
    pub status_code: Option<i32>,
    /// `FunctionError`: header `X-Amz-Function-Error`.
    #[serde(skip)]
    pub function_error: Option<String>,
    /// `LogResult`: header `X-Amz-Log-Result`.
    #[serde(skip)]
    pub log_result: Option<String>,
    /// `Payload`: the raw body.
    #[serde(skip)]
    pub payload: Option<Bytes>,
    /// `ExecutedVersion`: header `X-Amz-Executed-Version`, 1 to 1024 characters.
    #[serde(skip)]
    pub executed_version: Option<String>,
    /// `DurableExecutionArn`: header `X-Amz-Durable-Execution-Arn`, 1 to 1024 characters.
    #[serde(skip)]
    pub durable_execution_arn: Option<String>,
}

impl fmt::Debug for InvokeOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InvokeOutput")
            .field("status_code", &self.status_code)
            .field("function_error", &self.function_error)
            .field("log_result", &self.log_result)
            .field("payload", &self.payload.as_ref().map(|_| "(sensitive)"))
            .field("executed_version", &self.executed_version)
            .field("durable_execution_arn", &self.durable_execution_arn)
            .finish()
    }
}

impl Output for InvokeOutput {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success)
            .status(self.status_code)
            .header("x-amz-function-error", self.function_error.as_ref())
            .header("x-amz-log-result", self.log_result.as_ref())
            .header("x-amz-executed-version", self.executed_version.as_ref())
            .header("x-amz-durable-execution-arn", self.durable_execution_arn.as_ref())
            .payload(self.payload)
    }
}

/// `InvokeAsyncResponse` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct InvokeAsyncOutput {
    /// `Status`: the HTTP status.
    #[serde(skip)]
    pub status: Option<i32>,
}

impl Output for InvokeAsyncOutput {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).status(self.status).empty()
    }
}

/// `ListAliasesResponse` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ListAliasesOutput {
    /// `NextMarker`.
    #[serde(rename = "NextMarker", skip_serializing_if = "Option::is_none")]
    pub next_marker: Option<String>,
    /// `Aliases`.
    #[serde(rename = "Aliases", skip_serializing_if = "Option::is_none")]
    pub aliases: Option<Vec<AliasConfiguration>>,
}

impl FromJson for ListAliasesOutput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "NextMarker" => it.next_marker = value.optional()?,
                "Aliases" => it.aliases = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Output for ListAliasesOutput {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).json(&self)
    }
}

/// `ListCodeSigningConfigsResponse` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ListCodeSigningConfigsOutput {
    /// `NextMarker`.
    #[serde(rename = "NextMarker", skip_serializing_if = "Option::is_none")]
    pub next_marker: Option<String>,
    /// `CodeSigningConfigs`.
    #[serde(rename = "CodeSigningConfigs", skip_serializing_if = "Option::is_none")]
    pub code_signing_configs: Option<Vec<CodeSigningConfig>>,
}

impl FromJson for ListCodeSigningConfigsOutput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "NextMarker" => it.next_marker = value.optional()?,
                "CodeSigningConfigs" => it.code_signing_configs = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Output for ListCodeSigningConfigsOutput {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).json(&self)
    }
}

/// `ListEventSourceMappingsResponse` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ListEventSourceMappingsOutput {
    /// `NextMarker`.
    #[serde(rename = "NextMarker", skip_serializing_if = "Option::is_none")]
    pub next_marker: Option<String>,
    /// `EventSourceMappings`.
    #[serde(rename = "EventSourceMappings", skip_serializing_if = "Option::is_none")]
    pub event_source_mappings: Option<Vec<EventSourceMappingConfiguration>>,
}

impl FromJson for ListEventSourceMappingsOutput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "NextMarker" => it.next_marker = value.optional()?,
                "EventSourceMappings" => it.event_source_mappings = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Output for ListEventSourceMappingsOutput {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).json(&self)
    }
}

/// `ListFunctionEventInvokeConfigsResponse` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ListFunctionEventInvokeConfigsOutput {
    /// `FunctionEventInvokeConfigs`.
    #[serde(rename = "FunctionEventInvokeConfigs", skip_serializing_if = "Option::is_none")]
    pub function_event_invoke_configs: Option<Vec<FunctionEventInvokeConfig>>,
    /// `NextMarker`.
    #[serde(rename = "NextMarker", skip_serializing_if = "Option::is_none")]
    pub next_marker: Option<String>,
}

impl FromJson for ListFunctionEventInvokeConfigsOutput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "FunctionEventInvokeConfigs" => {
                    it.function_event_invoke_configs = value.optional()?
                }
                "NextMarker" => it.next_marker = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Output for ListFunctionEventInvokeConfigsOutput {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).json(&self)
    }
}

/// `ListFunctionUrlConfigsResponse` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ListFunctionUrlConfigsOutput {
    /// `FunctionUrlConfigs`: required.
    #[serde(rename = "FunctionUrlConfigs", skip_serializing_if = "Option::is_none")]
    pub function_url_configs: Option<Vec<FunctionUrlConfig>>,
    /// `NextMarker`.
    #[serde(rename = "NextMarker", skip_serializing_if = "Option::is_none")]
    pub next_marker: Option<String>,
}

impl FromJson for ListFunctionUrlConfigsOutput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "FunctionUrlConfigs" => it.function_url_configs = value.optional()?,
                "NextMarker" => it.next_marker = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Output for ListFunctionUrlConfigsOutput {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).json(&self)
    }
}

/// `ListFunctionsByCodeSigningConfigResponse` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ListFunctionsByCodeSigningConfigOutput {
    /// `NextMarker`.
    #[serde(rename = "NextMarker", skip_serializing_if = "Option::is_none")]
    pub next_marker: Option<String>,
    /// `FunctionArns`.
    #[serde(rename = "FunctionArns", skip_serializing_if = "Option::is_none")]
    pub function_arns: Option<Vec<String>>,
}

impl FromJson for ListFunctionsByCodeSigningConfigOutput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "NextMarker" => it.next_marker = value.optional()?,
                "FunctionArns" => it.function_arns = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Output for ListFunctionsByCodeSigningConfigOutput {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).json(&self)
    }
}

/// `ListFunctionsResponse` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ListFunctionsOutput {
    /// `NextMarker`.
    #[serde(rename = "NextMarker", skip_serializing_if = "Option::is_none")]
    pub next_marker: Option<String>,
    /// `Functions`.
    #[serde(rename = "Functions", skip_serializing_if = "Option::is_none")]
    pub functions: Option<Vec<FunctionConfiguration>>,
}

impl FromJson for ListFunctionsOutput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "NextMarker" => it.next_marker = value.optional()?,
                "Functions" => it.functions = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Output for ListFunctionsOutput {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).json(&self)
    }
}

/// `ListLayerVersionsResponse` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ListLayerVersionsOutput {
    /// `NextMarker`.
    #[serde(rename = "NextMarker", skip_serializing_if = "Option::is_none")]
    pub next_marker: Option<String>,
    /// `LayerVersions`.
    #[serde(rename = "LayerVersions", skip_serializing_if = "Option::is_none")]
    pub layer_versions: Option<Vec<LayerVersionsListItem>>,
}

impl FromJson for ListLayerVersionsOutput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "NextMarker" => it.next_marker = value.optional()?,
                "LayerVersions" => it.layer_versions = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Output for ListLayerVersionsOutput {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).json(&self)
    }
}

/// `ListLayersResponse` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ListLayersOutput {
    /// `NextMarker`.
    #[serde(rename = "NextMarker", skip_serializing_if = "Option::is_none")]
    pub next_marker: Option<String>,
    /// `Layers`.
    #[serde(rename = "Layers", skip_serializing_if = "Option::is_none")]
    pub layers: Option<Vec<LayersListItem>>,
}

impl FromJson for ListLayersOutput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "NextMarker" => it.next_marker = value.optional()?,
                "Layers" => it.layers = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Output for ListLayersOutput {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).json(&self)
    }
}

/// `ListProvisionedConcurrencyConfigsResponse` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ListProvisionedConcurrencyConfigsOutput {
    /// `ProvisionedConcurrencyConfigs`.
    #[serde(rename = "ProvisionedConcurrencyConfigs", skip_serializing_if = "Option::is_none")]
    pub provisioned_concurrency_configs: Option<Vec<ProvisionedConcurrencyConfigListItem>>,
    /// `NextMarker`.
    #[serde(rename = "NextMarker", skip_serializing_if = "Option::is_none")]
    pub next_marker: Option<String>,
}

impl FromJson for ListProvisionedConcurrencyConfigsOutput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "ProvisionedConcurrencyConfigs" => {
                    it.provisioned_concurrency_configs = value.optional()?
                }
                "NextMarker" => it.next_marker = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Output for ListProvisionedConcurrencyConfigsOutput {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).json(&self)
    }
}

/// `ListTagsResponse` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ListTagsOutput {
    /// `Tags`.
    #[serde(rename = "Tags", skip_serializing_if = "Option::is_none")]
    pub tags: Option<BTreeMap<String, String>>,
}

impl FromJson for ListTagsOutput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            if name == "Tags" {
                it.tags = value.optional()?;
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Output for ListTagsOutput {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).json(&self)
    }
}

/// `ListVersionsByFunctionResponse` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ListVersionsByFunctionOutput {
    /// `NextMarker`.
    #[serde(rename = "NextMarker", skip_serializing_if = "Option::is_none")]
    pub next_marker: Option<String>,
    /// `Versions`.
    #[serde(rename = "Versions", skip_serializing_if = "Option::is_none")]
    pub versions: Option<Vec<FunctionConfiguration>>,
}

impl FromJson for ListVersionsByFunctionOutput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "NextMarker" => it.next_marker = value.optional()?,
                "Versions" => it.versions = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Output for ListVersionsByFunctionOutput {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).json(&self)
    }
}

/// `PublishLayerVersionResponse` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct PublishLayerVersionOutput {
    /// `Content`.
    #[serde(rename = "Content", skip_serializing_if = "Option::is_none")]
    pub content: Option<LayerVersionContentOutput>,
    /// `LayerArn`: 1 to 2048 characters.
    #[serde(rename = "LayerArn", skip_serializing_if = "Option::is_none")]
    pub layer_arn: Option<String>,
    /// `LayerVersionArn`: 1 to 2048 characters.
    #[serde(rename = "LayerVersionArn", skip_serializing_if = "Option::is_none")]
    pub layer_version_arn: Option<String>,
    /// `Description`: 0 to 256 characters.
    #[serde(rename = "Description", skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `CreatedDate`: 0 to 100 characters.
    #[serde(rename = "CreatedDate", skip_serializing_if = "Option::is_none")]
    pub created_date: Option<String>,
    /// `Version`.
    #[serde(rename = "Version", skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// `CompatibleArchitectures`: 0 to 2 entries.
    #[serde(rename = "CompatibleArchitectures", skip_serializing_if = "Option::is_none")]
    pub compatible_architectures: Option<Vec<Architecture>>,
    /// `CompatibleRuntimes`: 0 to 15 entries.
    #[serde(rename = "CompatibleRuntimes", skip_serializing_if = "Option::is_none")]
    pub compatible_runtimes: Option<Vec<Runtime>>,
    /// `LicenseInfo`: 0 to 512 characters.
    #[serde(rename = "LicenseInfo", skip_serializing_if = "Option::is_none")]
    pub license_info: Option<String>,
}

impl FromJson for PublishLayerVersionOutput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "Content" => it.content = value.optional()?,
                "LayerArn" => it.layer_arn = value.optional()?,
                "LayerVersionArn" => it.layer_version_arn = value.optional()?,
                "Description" => it.description = value.optional()?,
                "CreatedDate" => it.created_date = value.optional()?,
                "Version" => it.version = value.optional()?,
                "CompatibleArchitectures" => it.compatible_architectures = value.optional()?,
                "CompatibleRuntimes" => it.compatible_runtimes = value.optional()?,
                "LicenseInfo" => it.license_info = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Output for PublishLayerVersionOutput {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).json(&self)
    }
}

/// `PutFunctionCodeSigningConfigResponse` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct PutFunctionCodeSigningConfigOutput {
    /// `CodeSigningConfigArn`: 0 to 200 characters, required.
    #[serde(rename = "CodeSigningConfigArn", skip_serializing_if = "Option::is_none")]
    pub code_signing_config_arn: Option<String>,
    /// `FunctionName`: 1 to 140 characters, required.
    #[serde(rename = "FunctionName", skip_serializing_if = "Option::is_none")]
    pub function_name: Option<String>,
}

impl FromJson for PutFunctionCodeSigningConfigOutput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "CodeSigningConfigArn" => it.code_signing_config_arn = value.optional()?,
                "FunctionName" => it.function_name = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Output for PutFunctionCodeSigningConfigOutput {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).json(&self)
    }
}

/// `PutFunctionRecursionConfigResponse` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct PutFunctionRecursionConfigOutput {
    /// `RecursiveLoop`.
    #[serde(rename = "RecursiveLoop", skip_serializing_if = "Option::is_none")]
    pub recursive_loop: Option<RecursiveLoop>,
}

impl FromJson for PutFunctionRecursionConfigOutput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            if name == "RecursiveLoop" {
                it.recursive_loop = value.optional()?;
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Output for PutFunctionRecursionConfigOutput {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).json(&self)
    }
}

/// `PutProvisionedConcurrencyConfigResponse` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct PutProvisionedConcurrencyConfigOutput {
    /// `RequestedProvisionedConcurrentExecutions`: at least 1.
    #[serde(
        rename = "RequestedProvisionedConcurrentExecutions",
        skip_serializing_if = "Option::is_none"
    )]
    pub requested_provisioned_concurrent_executions: Option<i32>,
    /// `AllocatedProvisionedConcurrentExecutions`: at least 0.
    #[serde(
        rename = "AllocatedProvisionedConcurrentExecutions",
        skip_serializing_if = "Option::is_none"
    )]
    pub allocated_provisioned_concurrent_executions: Option<i32>,
    /// `AvailableProvisionedConcurrentExecutions`: at least 0.
    #[serde(
        rename = "AvailableProvisionedConcurrentExecutions",
        skip_serializing_if = "Option::is_none"
    )]
    pub available_provisioned_concurrent_executions: Option<i32>,
    /// `Status`.
    #[serde(rename = "Status", skip_serializing_if = "Option::is_none")]
    pub status: Option<ProvisionedConcurrencyStatusEnum>,
    /// `StatusReason`.
    #[serde(rename = "StatusReason", skip_serializing_if = "Option::is_none")]
    pub status_reason: Option<String>,
    /// `LastModified`: 0 to 100 characters.
    #[serde(rename = "LastModified", skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
}

impl FromJson for PutProvisionedConcurrencyConfigOutput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "RequestedProvisionedConcurrentExecutions" => {
                    it.requested_provisioned_concurrent_executions = value.optional()?
                }
                "AllocatedProvisionedConcurrentExecutions" => {
                    it.allocated_provisioned_concurrent_executions = value.optional()?
                }
                "AvailableProvisionedConcurrentExecutions" => {
                    it.available_provisioned_concurrent_executions = value.optional()?
                }
                "Status" => it.status = value.optional()?,
                "StatusReason" => it.status_reason = value.optional()?,
                "LastModified" => it.last_modified = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Output for PutProvisionedConcurrencyConfigOutput {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).json(&self)
    }
}

/// `PutResourcePolicyResponse` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct PutResourcePolicyOutput {
    /// `Policy`: 1 to 20480 characters.
    #[serde(rename = "Policy", skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// `RevisionId`: 36 to 36 characters.
    #[serde(rename = "RevisionId", skip_serializing_if = "Option::is_none")]
    pub revision_id: Option<String>,
}

impl FromJson for PutResourcePolicyOutput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "Policy" => it.policy = value.optional()?,
                "RevisionId" => it.revision_id = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Output for PutResourcePolicyOutput {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).json(&self)
    }
}

/// `PutRuntimeManagementConfigResponse` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct PutRuntimeManagementConfigOutput {
    /// `UpdateRuntimeOn`: required.
    #[serde(rename = "UpdateRuntimeOn", skip_serializing_if = "Option::is_none")]
    pub update_runtime_on: Option<UpdateRuntimeOn>,
    /// `FunctionArn`: 0 to 10000 characters, required.
    #[serde(rename = "FunctionArn", skip_serializing_if = "Option::is_none")]
    pub function_arn: Option<String>,
    /// `RuntimeVersionArn`: 26 to 2048 characters.
    #[serde(rename = "RuntimeVersionArn", skip_serializing_if = "Option::is_none")]
    pub runtime_version_arn: Option<String>,
}

impl FromJson for PutRuntimeManagementConfigOutput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "UpdateRuntimeOn" => it.update_runtime_on = value.optional()?,
                "FunctionArn" => it.function_arn = value.optional()?,
                "RuntimeVersionArn" => it.runtime_version_arn = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Output for PutRuntimeManagementConfigOutput {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).json(&self)
    }
}

/// `UpdateCodeSigningConfigResponse` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct UpdateCodeSigningConfigOutput {
    /// `CodeSigningConfig`: required.
    #[serde(rename = "CodeSigningConfig", skip_serializing_if = "Option::is_none")]
    pub code_signing_config: Option<CodeSigningConfig>,
}

impl FromJson for UpdateCodeSigningConfigOutput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            if name == "CodeSigningConfig" {
                it.code_signing_config = value.optional()?;
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Output for UpdateCodeSigningConfigOutput {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).json(&self)
    }
}

/// `UpdateFunctionUrlConfigResponse` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct UpdateFunctionUrlConfigOutput {
    /// `FunctionUrl`: 40 to 100 characters, required.
    #[serde(rename = "FunctionUrl", skip_serializing_if = "Option::is_none")]
    pub function_url: Option<String>,
    /// `FunctionArn`: 0 to 10000 characters, required.
    #[serde(rename = "FunctionArn", skip_serializing_if = "Option::is_none")]
    pub function_arn: Option<String>,
    /// `AuthType`: required.
    #[serde(rename = "AuthType", skip_serializing_if = "Option::is_none")]
    pub auth_type: Option<FunctionUrlAuthType>,
    /// `Cors`.
    #[serde(rename = "Cors", skip_serializing_if = "Option::is_none")]
    pub cors: Option<Cors>,
    /// `CreationTime`: 0 to 100 characters, required.
    #[serde(rename = "CreationTime", skip_serializing_if = "Option::is_none")]
    pub creation_time: Option<String>,
    /// `LastModifiedTime`: 0 to 100 characters, required.
    #[serde(rename = "LastModifiedTime", skip_serializing_if = "Option::is_none")]
    pub last_modified_time: Option<String>,
    /// `InvokeMode`.
    #[serde(rename = "InvokeMode", skip_serializing_if = "Option::is_none")]
    pub invoke_mode: Option<InvokeMode>,
}

impl FromJson for UpdateFunctionUrlConfigOutput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "FunctionUrl" => it.function_url = value.optional()?,
                "FunctionArn" => it.function_arn = value.optional()?,
                "AuthType" => it.auth_type = value.optional()?,
                "Cors" => it.cors = value.optional()?,
                "CreationTime" => it.creation_time = value.optional()?,
                "LastModifiedTime" => it.last_modified_time = value.optional()?,
                "InvokeMode" => it.invoke_mode = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Output for UpdateFunctionUrlConfigOutput {
    fn into_response(self, success: u16) -> http::Response<Bytes> {
        Reply::new(success).json(&self)
    }
}
