// Written by `cargo xtask codegen` from the public service model. Do not edit.
//! What each served operation answers.

use std::collections::BTreeMap;
use std::fmt;

use bytes::Bytes;
use serde::Serialize;

use super::*;
use crate::rest::{Output, Reply};
use crate::shape::{FromJson, Json, Malformed};

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

impl Output for FunctionConfiguration {
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
