// Written by `cargo xtask codegen` from the public service model. Do not edit.
//! What each served operation takes.

use std::collections::BTreeMap;
use std::fmt;

use bytes::Bytes;
use serde::Serialize;

use super::*;
use crate::rest::{Input, Request};
use crate::shape::{FromJson, Json, Malformed};

/// `CreateFunctionRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct CreateFunctionInput {
    /// `FunctionName`: 1 to 140 characters, required.
    #[serde(rename = "FunctionName", skip_serializing_if = "Option::is_none")]
    pub function_name: Option<String>,
    /// `Runtime`.
    #[serde(rename = "Runtime", skip_serializing_if = "Option::is_none")]
    pub runtime: Option<Runtime>,
    /// `Role`: 0 to 10000 characters, required.
    #[serde(rename = "Role", skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// `Handler`: 0 to 128 characters.
    #[serde(rename = "Handler", skip_serializing_if = "Option::is_none")]
    pub handler: Option<String>,
    /// `Code`: required.
    #[serde(rename = "Code", skip_serializing_if = "Option::is_none")]
    pub code: Option<FunctionCode>,
    /// `Description`: 0 to 256 characters.
    #[serde(rename = "Description", skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `Timeout`: 1 to 5400.
    #[serde(rename = "Timeout", skip_serializing_if = "Option::is_none")]
    pub timeout: Option<i32>,
    /// `MemorySize`: 128 to 32768.
    #[serde(rename = "MemorySize", skip_serializing_if = "Option::is_none")]
    pub memory_size: Option<i32>,
    /// `Publish`.
    #[serde(rename = "Publish", skip_serializing_if = "Option::is_none")]
    pub publish: Option<bool>,
    /// `PublishTo`.
    #[serde(rename = "PublishTo", skip_serializing_if = "Option::is_none")]
    pub publish_to: Option<FunctionVersionLatestPublished>,
    /// `VpcConfig`.
    #[serde(rename = "VpcConfig", skip_serializing_if = "Option::is_none")]
    pub vpc_config: Option<VpcConfig>,
    /// `PackageType`.
    #[serde(rename = "PackageType", skip_serializing_if = "Option::is_none")]
    pub package_type: Option<PackageType>,
    /// `DeadLetterConfig`.
    #[serde(rename = "DeadLetterConfig", skip_serializing_if = "Option::is_none")]
    pub dead_letter_config: Option<DeadLetterConfig>,
    /// `Environment`.
    #[serde(rename = "Environment", skip_serializing_if = "Option::is_none")]
    pub environment: Option<Environment>,
    /// `KMSKeyArn`: 0 to 10000 characters.
    #[serde(rename = "KMSKeyArn", skip_serializing_if = "Option::is_none")]
    pub kms_key_arn: Option<String>,
    /// `TracingConfig`.
    #[serde(rename = "TracingConfig", skip_serializing_if = "Option::is_none")]
    pub tracing_config: Option<TracingConfig>,
    /// `Tags`.
    #[serde(rename = "Tags", skip_serializing_if = "Option::is_none")]
    pub tags: Option<BTreeMap<String, String>>,
    /// `Layers`.
    #[serde(rename = "Layers", skip_serializing_if = "Option::is_none")]
    pub layers: Option<Vec<String>>,
    /// `FileSystemConfigs`: 0 to 1 entries.
    #[serde(rename = "FileSystemConfigs", skip_serializing_if = "Option::is_none")]
    pub file_system_configs: Option<Vec<FileSystemConfig>>,
    /// `CodeSigningConfigArn`: 0 to 200 characters.
    #[serde(rename = "CodeSigningConfigArn", skip_serializing_if = "Option::is_none")]
    pub code_signing_config_arn: Option<String>,
    /// `ImageConfig`.
    #[serde(rename = "ImageConfig", skip_serializing_if = "Option::is_none")]
    pub image_config: Option<ImageConfig>,
    /// `Architectures`: 1 to 1 entries.
    #[serde(rename = "Architectures", skip_serializing_if = "Option::is_none")]
    pub architectures: Option<Vec<Architecture>>,
    /// `EphemeralStorage`.
    #[serde(rename = "EphemeralStorage", skip_serializing_if = "Option::is_none")]
    pub ephemeral_storage: Option<EphemeralStorage>,
    /// `SnapStart`.
    #[serde(rename = "SnapStart", skip_serializing_if = "Option::is_none")]
    pub snap_start: Option<SnapStart>,
    /// `LoggingConfig`.
    #[serde(rename = "LoggingConfig", skip_serializing_if = "Option::is_none")]
    pub logging_config: Option<LoggingConfig>,
    /// `TenancyConfig`.
    #[serde(rename = "TenancyConfig", skip_serializing_if = "Option::is_none")]
    pub tenancy_config: Option<TenancyConfig>,
    /// `CapacityProviderConfig`.
    #[serde(rename = "CapacityProviderConfig", skip_serializing_if = "Option::is_none")]
    pub capacity_provider_config: Option<CapacityProviderConfig>,
    /// `DurableConfig`.
    #[serde(rename = "DurableConfig", skip_serializing_if = "Option::is_none")]
    pub durable_config: Option<DurableConfig>,
    /// `RuntimeConfig`.
    #[serde(rename = "RuntimeConfig", skip_serializing_if = "Option::is_none")]
    pub runtime_config: Option<FunctionRuntimeConfig>,
    /// `AcceleratorConfig`.
    #[serde(rename = "AcceleratorConfig", skip_serializing_if = "Option::is_none")]
    pub accelerator_config: Option<AcceleratorConfig>,
}

impl FromJson for CreateFunctionInput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "FunctionName" => it.function_name = value.optional()?,
                "Runtime" => it.runtime = value.optional()?,
                "Role" => it.role = value.optional()?,
                "Handler" => it.handler = value.optional()?,
                "Code" => it.code = value.optional()?,
                "Description" => it.description = value.optional()?,
                "Timeout" => it.timeout = value.optional()?,
                "MemorySize" => it.memory_size = value.optional()?,
                "Publish" => it.publish = value.optional()?,
                "PublishTo" => it.publish_to = value.optional()?,
                "VpcConfig" => it.vpc_config = value.optional()?,
                "PackageType" => it.package_type = value.optional()?,
                "DeadLetterConfig" => it.dead_letter_config = value.optional()?,
                "Environment" => it.environment = value.optional()?,
                "KMSKeyArn" => it.kms_key_arn = value.optional()?,
                "TracingConfig" => it.tracing_config = value.optional()?,
                "Tags" => it.tags = value.optional()?,
                "Layers" => it.layers = value.optional()?,
                "FileSystemConfigs" => it.file_system_configs = value.optional()?,
                "CodeSigningConfigArn" => it.code_signing_config_arn = value.optional()?,
                "ImageConfig" => it.image_config = value.optional()?,
                "Architectures" => it.architectures = value.optional()?,
                "EphemeralStorage" => it.ephemeral_storage = value.optional()?,
                "SnapStart" => it.snap_start = value.optional()?,
                "LoggingConfig" => it.logging_config = value.optional()?,
                "TenancyConfig" => it.tenancy_config = value.optional()?,
                "CapacityProviderConfig" => it.capacity_provider_config = value.optional()?,
                "DurableConfig" => it.durable_config = value.optional()?,
                "RuntimeConfig" => it.runtime_config = value.optional()?,
                "AcceleratorConfig" => it.accelerator_config = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Input for CreateFunctionInput {
    const OPERATION: Operation = Operation::CreateFunction;
    type Output = FunctionConfiguration;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        request.json()
    }
}

/// `DeleteFunctionRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct DeleteFunctionInput {
    /// `FunctionName`: in the path, 1 to 256 characters, required.
    #[serde(skip)]
    pub function_name: Option<String>,
    /// `Qualifier`: query parameter `Qualifier`, 1 to 128 characters.
    #[serde(skip)]
    pub qualifier: Option<String>,
}

impl Input for DeleteFunctionInput {
    const OPERATION: Operation = Operation::DeleteFunction;
    type Output = DeleteFunctionOutput;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            function_name: request.path("FunctionName")?,
            qualifier: request.query("Qualifier")?,
        })
    }
}

/// `GetAccountSettingsRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct GetAccountSettingsInput {}

impl FromJson for GetAccountSettingsInput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        json.structure(|_, _| Ok(()))?;
        Ok(Self {})
    }
}

impl Input for GetAccountSettingsInput {
    const OPERATION: Operation = Operation::GetAccountSettings;
    type Output = GetAccountSettingsOutput;

    fn from_request(_request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self {})
    }
}

/// `GetFunctionRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct GetFunctionInput {
    /// `FunctionName`: in the path, 1 to 256 characters, required.
    #[serde(skip)]
    pub function_name: Option<String>,
    /// `Qualifier`: query parameter `Qualifier`, 1 to 128 characters.
    #[serde(skip)]
    pub qualifier: Option<String>,
}

impl Input for GetFunctionInput {
    const OPERATION: Operation = Operation::GetFunction;
    type Output = GetFunctionOutput;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            function_name: request.path("FunctionName")?,
            qualifier: request.query("Qualifier")?,
        })
    }
}

/// `GetFunctionConfigurationRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct GetFunctionConfigurationInput {
    /// `FunctionName`: in the path, 1 to 256 characters, required.
    #[serde(skip)]
    pub function_name: Option<String>,
    /// `Qualifier`: query parameter `Qualifier`, 1 to 128 characters.
    #[serde(skip)]
    pub qualifier: Option<String>,
}

impl Input for GetFunctionConfigurationInput {
    const OPERATION: Operation = Operation::GetFunctionConfiguration;
    type Output = FunctionConfiguration;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            function_name: request.path("FunctionName")?,
            qualifier: request.query("Qualifier")?,
        })
    }
}

/// `InvocationRequest` of the service model.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct InvokeInput {
    /// `FunctionName`: in the path, 1 to 256 characters, required.
    #[serde(skip)]
    pub function_name: Option<String>,
    /// `InvocationType`: header `X-Amz-Invocation-Type`.
    #[serde(skip)]
    pub invocation_type: Option<InvocationType>,
    /// `LogType`: header `X-Amz-Log-Type`.
    #[serde(skip)]
    pub log_type: Option<LogType>,
    /// `ClientContext`: header `X-Amz-Client-Context`.
    #[serde(skip)]
    pub client_context: Option<String>,
    /// `DurableExecutionName`: header `X-Amz-Durable-Execution-Name`, 1 to 64 characters.
    #[serde(skip)]
    pub durable_execution_name: Option<String>,
    /// `Payload`: the raw body.
    #[serde(skip)]
    pub payload: Option<Bytes>,
    /// `Qualifier`: query parameter `Qualifier`, 1 to 128 characters.
    #[serde(skip)]
    pub qualifier: Option<String>,
    /// `TenantId`: header `X-Amz-Tenant-Id`, 1 to 256 characters.
    #[serde(skip)]
    pub tenant_id: Option<String>,
}

impl fmt::Debug for InvokeInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InvokeInput")
            .field("function_name", &self.function_name)
            .field("invocation_type", &self.invocation_type)
            .field("log_type", &self.log_type)
            .field("client_context", &self.client_context)
            .field("durable_execution_name", &self.durable_execution_name)
            .field("payload", &self.payload.as_ref().map(|_| "(sensitive)"))
            .field("qualifier", &self.qualifier)
            .field("tenant_id", &self.tenant_id)
            .finish()
    }
}

impl Input for InvokeInput {
    const OPERATION: Operation = Operation::Invoke;
    type Output = InvokeOutput;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            function_name: request.path("FunctionName")?,
            invocation_type: request.header("x-amz-invocation-type")?,
            log_type: request.header("x-amz-log-type")?,
            client_context: request.header("x-amz-client-context")?,
            durable_execution_name: request.header("x-amz-durable-execution-name")?,
            payload: request.payload(),
            qualifier: request.query("Qualifier")?,
            tenant_id: request.header("x-amz-tenant-id")?,
        })
    }
}

/// `ListFunctionsRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ListFunctionsInput {
    /// `MasterRegion`: query parameter `MasterRegion`, 1 to 50 characters.
    #[serde(skip)]
    pub master_region: Option<String>,
    /// `FunctionVersion`: query parameter `FunctionVersion`.
    #[serde(skip)]
    pub function_version: Option<FunctionVersion>,
    /// `Marker`: query parameter `Marker`.
    #[serde(skip)]
    pub marker: Option<String>,
    /// `MaxItems`: query parameter `MaxItems`, 1 to 10000.
    #[serde(skip)]
    pub max_items: Option<i32>,
}

impl Input for ListFunctionsInput {
    const OPERATION: Operation = Operation::ListFunctions;
    type Output = ListFunctionsOutput;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            master_region: request.query("MasterRegion")?,
            function_version: request.query("FunctionVersion")?,
            marker: request.query("Marker")?,
            max_items: request.query("MaxItems")?,
        })
    }
}

/// `ListTagsRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ListTagsInput {
    /// `Resource`: in the path, 1 to 10000 characters, required.
    #[serde(skip)]
    pub resource: Option<String>,
}

impl Input for ListTagsInput {
    const OPERATION: Operation = Operation::ListTags;
    type Output = ListTagsOutput;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self { resource: request.path("Resource")? })
    }
}

/// `ListVersionsByFunctionRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ListVersionsByFunctionInput {
    /// `FunctionName`: in the path, 1 to 256 characters, required.
    #[serde(skip)]
    pub function_name: Option<String>,
    /// `Marker`: query parameter `Marker`.
    #[serde(skip)]
    pub marker: Option<String>,
    /// `MaxItems`: query parameter `MaxItems`, 1 to 10000.
    #[serde(skip)]
    pub max_items: Option<i32>,
}

impl Input for ListVersionsByFunctionInput {
    const OPERATION: Operation = Operation::ListVersionsByFunction;
    type Output = ListVersionsByFunctionOutput;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            function_name: request.path("FunctionName")?,
            marker: request.query("Marker")?,
            max_items: request.query("MaxItems")?,
        })
    }
}

/// `PublishVersionRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct PublishVersionInput {
    /// `FunctionName`: in the path, 1 to 140 characters, required.
    #[serde(skip)]
    pub function_name: Option<String>,
    /// `CodeSha256`.
    #[serde(rename = "CodeSha256", skip_serializing_if = "Option::is_none")]
    pub code_sha256: Option<String>,
    /// `Description`: 0 to 256 characters.
    #[serde(rename = "Description", skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `RevisionId`.
    #[serde(rename = "RevisionId", skip_serializing_if = "Option::is_none")]
    pub revision_id: Option<String>,
    /// `PublishTo`.
    #[serde(rename = "PublishTo", skip_serializing_if = "Option::is_none")]
    pub publish_to: Option<FunctionVersionLatestPublished>,
}

impl FromJson for PublishVersionInput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "CodeSha256" => it.code_sha256 = value.optional()?,
                "Description" => it.description = value.optional()?,
                "RevisionId" => it.revision_id = value.optional()?,
                "PublishTo" => it.publish_to = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Input for PublishVersionInput {
    const OPERATION: Operation = Operation::PublishVersion;
    type Output = FunctionConfiguration;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self { function_name: request.path("FunctionName")?, ..request.json()? })
    }
}

/// `TagResourceRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct TagResourceInput {
    /// `Resource`: in the path, 1 to 10000 characters, required.
    #[serde(skip)]
    pub resource: Option<String>,
    /// `Tags`: required.
    #[serde(rename = "Tags", skip_serializing_if = "Option::is_none")]
    pub tags: Option<BTreeMap<String, String>>,
}

impl FromJson for TagResourceInput {
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

impl Input for TagResourceInput {
    const OPERATION: Operation = Operation::TagResource;
    type Output = crate::rest::Empty;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self { resource: request.path("Resource")?, ..request.json()? })
    }
}

/// `UntagResourceRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct UntagResourceInput {
    /// `Resource`: in the path, 1 to 10000 characters, required.
    #[serde(skip)]
    pub resource: Option<String>,
    /// `TagKeys`: query parameter `tagKeys`, required.
    #[serde(skip)]
    pub tag_keys: Option<Vec<String>>,
}

impl Input for UntagResourceInput {
    const OPERATION: Operation = Operation::UntagResource;
    type Output = crate::rest::Empty;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self { resource: request.path("Resource")?, tag_keys: request.query_list("tagKeys")? })
    }
}

/// `UpdateFunctionCodeRequest` of the service model.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct UpdateFunctionCodeInput {
    /// `FunctionName`: in the path, 1 to 140 characters, required.
    #[serde(skip)]
    pub function_name: Option<String>,
    /// `ZipFile`.
    #[serde(
        rename = "ZipFile",
        skip_serializing_if = "Option::is_none",
        serialize_with = "crate::shape::blob"
    )]
    pub zip_file: Option<Bytes>,
    /// `S3Bucket`: 3 to 63 characters.
    #[serde(rename = "S3Bucket", skip_serializing_if = "Option::is_none")]
    pub s3_bucket: Option<String>,
    /// `S3Key`: 1 to 1024 characters.
    #[serde(rename = "S3Key", skip_serializing_if = "Option::is_none")]
    pub s3_key: Option<String>,
    /// `S3ObjectVersion`: 1 to 1024 characters.
    #[serde(rename = "S3ObjectVersion", skip_serializing_if = "Option::is_none")]
    pub s3_object_version: Option<String>,
    /// `S3ObjectStorageMode`.
    #[serde(rename = "S3ObjectStorageMode", skip_serializing_if = "Option::is_none")]
    pub s3_object_storage_mode: Option<S3ObjectStorageMode>,
    /// `ImageUri`.
    #[serde(rename = "ImageUri", skip_serializing_if = "Option::is_none")]
    pub image_uri: Option<String>,
    /// `Architectures`: 1 to 1 entries.
    #[serde(rename = "Architectures", skip_serializing_if = "Option::is_none")]
    pub architectures: Option<Vec<Architecture>>,
    /// `Publish`.
    #[serde(rename = "Publish", skip_serializing_if = "Option::is_none")]
    pub publish: Option<bool>,
    /// `PublishTo`.
    #[serde(rename = "PublishTo", skip_serializing_if = "Option::is_none")]
    pub publish_to: Option<FunctionVersionLatestPublished>,
    /// `DryRun`.
    #[serde(rename = "DryRun", skip_serializing_if = "Option::is_none")]
    pub dry_run: Option<bool>,
    /// `RevisionId`.
    #[serde(rename = "RevisionId", skip_serializing_if = "Option::is_none")]
    pub revision_id: Option<String>,
    /// `SourceKMSKeyArn`: 0 to 10000 characters.
    #[serde(rename = "SourceKMSKeyArn", skip_serializing_if = "Option::is_none")]
    pub source_kms_key_arn: Option<String>,
}

impl fmt::Debug for UpdateFunctionCodeInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UpdateFunctionCodeInput")
            .field("function_name", &self.function_name)
            .field("zip_file", &self.zip_file.as_ref().map(|_| "(sensitive)"))
            .field("s3_bucket", &self.s3_bucket)
            .field("s3_key", &self.s3_key)
            .field("s3_object_version", &self.s3_object_version)
            .field("s3_object_storage_mode", &self.s3_object_storage_mode)
            .field("image_uri", &self.image_uri)
            .field("architectures", &self.architectures)
            .field("publish", &self.publish)
            .field("publish_to", &self.publish_to)
            .field("dry_run", &self.dry_run)
            .field("revision_id", &self.revision_id)
            .field("source_kms_key_arn", &self.source_kms_key_arn)
            .finish()
    }
}

impl FromJson for UpdateFunctionCodeInput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "ZipFile" => it.zip_file = value.optional()?,
                "S3Bucket" => it.s3_bucket = value.optional()?,
                "S3Key" => it.s3_key = value.optional()?,
                "S3ObjectVersion" => it.s3_object_version = value.optional()?,
                "S3ObjectStorageMode" => it.s3_object_storage_mode = value.optional()?,
                "ImageUri" => it.image_uri = value.optional()?,
                "Architectures" => it.architectures = value.optional()?,
                "Publish" => it.publish = value.optional()?,
                "PublishTo" => it.publish_to = value.optional()?,
                "DryRun" => it.dry_run = value.optional()?,
                "RevisionId" => it.revision_id = value.optional()?,
                "SourceKMSKeyArn" => it.source_kms_key_arn = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Input for UpdateFunctionCodeInput {
    const OPERATION: Operation = Operation::UpdateFunctionCode;
    type Output = FunctionConfiguration;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self { function_name: request.path("FunctionName")?, ..request.json()? })
    }
}

/// `UpdateFunctionConfigurationRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct UpdateFunctionConfigurationInput {
    /// `FunctionName`: in the path, 1 to 140 characters, required.
    #[serde(skip)]
    pub function_name: Option<String>,
    /// `Role`: 0 to 10000 characters.
    #[serde(rename = "Role", skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// `Handler`: 0 to 128 characters.
    #[serde(rename = "Handler", skip_serializing_if = "Option::is_none")]
    pub handler: Option<String>,
    /// `Description`: 0 to 256 characters.
    #[serde(rename = "Description", skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `Timeout`: 1 to 5400.
    #[serde(rename = "Timeout", skip_serializing_if = "Option::is_none")]
    pub timeout: Option<i32>,
    /// `MemorySize`: 128 to 32768.
    #[serde(rename = "MemorySize", skip_serializing_if = "Option::is_none")]
    pub memory_size: Option<i32>,
    /// `VpcConfig`.
    #[serde(rename = "VpcConfig", skip_serializing_if = "Option::is_none")]
    pub vpc_config: Option<VpcConfig>,
    /// `Environment`.
    #[serde(rename = "Environment", skip_serializing_if = "Option::is_none")]
    pub environment: Option<Environment>,
    /// `Runtime`.
    #[serde(rename = "Runtime", skip_serializing_if = "Option::is_none")]
    pub runtime: Option<Runtime>,
    /// `DeadLetterConfig`.
    #[serde(rename = "DeadLetterConfig", skip_serializing_if = "Option::is_none")]
    pub dead_letter_config: Option<DeadLetterConfig>,
    /// `KMSKeyArn`: 0 to 10000 characters.
    #[serde(rename = "KMSKeyArn", skip_serializing_if = "Option::is_none")]
    pub kms_key_arn: Option<String>,
    /// `TracingConfig`.
    #[serde(rename = "TracingConfig", skip_serializing_if = "Option::is_none")]
    pub tracing_config: Option<TracingConfig>,
    /// `RevisionId`.
    #[serde(rename = "RevisionId", skip_serializing_if = "Option::is_none")]
    pub revision_id: Option<String>,
    /// `Layers`.
    #[serde(rename = "Layers", skip_serializing_if = "Option::is_none")]
    pub layers: Option<Vec<String>>,
    /// `FileSystemConfigs`: 0 to 1 entries.
    #[serde(rename = "FileSystemConfigs", skip_serializing_if = "Option::is_none")]
    pub file_system_configs: Option<Vec<FileSystemConfig>>,
    /// `ImageConfig`.
    #[serde(rename = "ImageConfig", skip_serializing_if = "Option::is_none")]
    pub image_config: Option<ImageConfig>,
    /// `EphemeralStorage`.
    #[serde(rename = "EphemeralStorage", skip_serializing_if = "Option::is_none")]
    pub ephemeral_storage: Option<EphemeralStorage>,
    /// `SnapStart`.
    #[serde(rename = "SnapStart", skip_serializing_if = "Option::is_none")]
    pub snap_start: Option<SnapStart>,
    /// `LoggingConfig`.
    #[serde(rename = "LoggingConfig", skip_serializing_if = "Option::is_none")]
    pub logging_config: Option<LoggingConfig>,
    /// `CapacityProviderConfig`.
    #[serde(rename = "CapacityProviderConfig", skip_serializing_if = "Option::is_none")]
    pub capacity_provider_config: Option<CapacityProviderConfig>,
    /// `DurableConfig`.
    #[serde(rename = "DurableConfig", skip_serializing_if = "Option::is_none")]
    pub durable_config: Option<DurableConfig>,
    /// `RuntimeConfig`.
    #[serde(rename = "RuntimeConfig", skip_serializing_if = "Option::is_none")]
    pub runtime_config: Option<FunctionRuntimeConfig>,
    /// `AcceleratorConfig`.
    #[serde(rename = "AcceleratorConfig", skip_serializing_if = "Option::is_none")]
    pub accelerator_config: Option<AcceleratorConfig>,
}

impl FromJson for UpdateFunctionConfigurationInput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "Role" => it.role = value.optional()?,
                "Handler" => it.handler = value.optional()?,
                "Description" => it.description = value.optional()?,
                "Timeout" => it.timeout = value.optional()?,
                "MemorySize" => it.memory_size = value.optional()?,
                "VpcConfig" => it.vpc_config = value.optional()?,
                "Environment" => it.environment = value.optional()?,
                "Runtime" => it.runtime = value.optional()?,
                "DeadLetterConfig" => it.dead_letter_config = value.optional()?,
                "KMSKeyArn" => it.kms_key_arn = value.optional()?,
                "TracingConfig" => it.tracing_config = value.optional()?,
                "RevisionId" => it.revision_id = value.optional()?,
                "Layers" => it.layers = value.optional()?,
                "FileSystemConfigs" => it.file_system_configs = value.optional()?,
                "ImageConfig" => it.image_config = value.optional()?,
                "EphemeralStorage" => it.ephemeral_storage = value.optional()?,
                "SnapStart" => it.snap_start = value.optional()?,
                "LoggingConfig" => it.logging_config = value.optional()?,
                "CapacityProviderConfig" => it.capacity_provider_config = value.optional()?,
                "DurableConfig" => it.durable_config = value.optional()?,
                "RuntimeConfig" => it.runtime_config = value.optional()?,
                "AcceleratorConfig" => it.accelerator_config = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Input for UpdateFunctionConfigurationInput {
    const OPERATION: Operation = Operation::UpdateFunctionConfiguration;
    type Output = FunctionConfiguration;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self { function_name: request.path("FunctionName")?, ..request.json()? })
    }
}
