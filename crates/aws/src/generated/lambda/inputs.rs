// Written by `cargo xtask codegen` from the public service model. Do not edit.
//! What each served operation takes.

use std::collections::BTreeMap;
use std::fmt;

use bytes::Bytes;
use serde::Serialize;

use super::*;
use crate::rest::{Input, Request};
use crate::shape::{AwsError, FromJson, Json, Malformed};

/// `AddLayerVersionPermissionRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct AddLayerVersionPermissionInput {
    /// `LayerName`: in the path, 1 to 2048 characters, required.
    #[serde(skip)]
    pub layer_name: Option<String>,
    /// `VersionNumber`: in the path, required.
    #[serde(skip)]
    pub version_number: Option<i64>,
    /// `StatementId`: 1 to 100 characters, required.
    #[serde(rename = "StatementId", skip_serializing_if = "Option::is_none")]
    pub statement_id: Option<String>,
    /// `Action`: 0 to 22 characters, required.
    #[serde(rename = "Action", skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// `Principal`: 0 to 10000 characters, required.
    #[serde(rename = "Principal", skip_serializing_if = "Option::is_none")]
    pub principal: Option<String>,
    /// `OrganizationId`: 0 to 34 characters.
    #[serde(rename = "OrganizationId", skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<String>,
    /// `RevisionId`: query parameter `RevisionId`.
    #[serde(skip)]
    pub revision_id: Option<String>,
}

impl FromJson for AddLayerVersionPermissionInput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "StatementId" => it.statement_id = value.optional()?,
                "Action" => it.action = value.optional()?,
                "Principal" => it.principal = value.optional()?,
                "OrganizationId" => it.organization_id = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Input for AddLayerVersionPermissionInput {
    const OPERATION: Operation = Operation::AddLayerVersionPermission;
    type Output = AddLayerVersionPermissionOutput;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            layer_name: request.path("LayerName")?,
            version_number: request.path("VersionNumber")?,
            revision_id: request.query("RevisionId")?,
            ..request.json()?
        })
    }
}

/// `AddPermissionRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct AddPermissionInput {
    /// `FunctionName`: in the path, 1 to 256 characters, required.
    #[serde(skip)]
    pub function_name: Option<String>,
    /// `StatementId`: 1 to 100 characters, required.
    #[serde(rename = "StatementId", skip_serializing_if = "Option::is_none")]
    pub statement_id: Option<String>,
    /// `Action`: 0 to 10000 characters, required.
    #[serde(rename = "Action", skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// `Principal`: 0 to 2048 characters, required.
    #[serde(rename = "Principal", skip_serializing_if = "Option::is_none")]
    pub principal: Option<String>,
    /// `SourceArn`: 0 to 10000 characters.
    #[serde(rename = "SourceArn", skip_serializing_if = "Option::is_none")]
    pub source_arn: Option<String>,
    /// `FunctionUrlAuthType`.
    #[serde(rename = "FunctionUrlAuthType", skip_serializing_if = "Option::is_none")]
    pub function_url_auth_type: Option<FunctionUrlAuthType>,
    /// `InvokedViaFunctionUrl`.
    #[serde(rename = "InvokedViaFunctionUrl", skip_serializing_if = "Option::is_none")]
    pub invoked_via_function_url: Option<bool>,
    /// `SourceAccount`: 0 to 12 characters.
    #[serde(rename = "SourceAccount", skip_serializing_if = "Option::is_none")]
    pub source_account: Option<String>,
    /// `EventSourceToken`: 0 to 256 characters.
    #[serde(rename = "EventSourceToken", skip_serializing_if = "Option::is_none")]
    pub event_source_token: Option<String>,
    /// `Qualifier`: query parameter `Qualifier`, 1 to 128 characters.
    #[serde(skip)]
    pub qualifier: Option<String>,
    /// `RevisionId`.
    #[serde(rename = "RevisionId", skip_serializing_if = "Option::is_none")]
    pub revision_id: Option<String>,
    /// `PrincipalOrgID`: 12 to 34 characters.
    #[serde(rename = "PrincipalOrgID", skip_serializing_if = "Option::is_none")]
    pub principal_org_id: Option<String>,
}

impl FromJson for AddPermissionInput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "StatementId" => it.statement_id = value.optional()?,
                "Action" => it.action = value.optional()?,
                "Principal" => it.principal = value.optional()?,
                "SourceArn" => it.source_arn = value.optional()?,
                "FunctionUrlAuthType" => it.function_url_auth_type = value.optional()?,
                "InvokedViaFunctionUrl" => it.invoked_via_function_url = value.optional()?,
                "SourceAccount" => it.source_account = value.optional()?,
                "EventSourceToken" => it.event_source_token = value.optional()?,
                "RevisionId" => it.revision_id = value.optional()?,
                "PrincipalOrgID" => it.principal_org_id = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Input for AddPermissionInput {
    const OPERATION: Operation = Operation::AddPermission;
    type Output = AddPermissionOutput;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            function_name: request.path("FunctionName")?,
            qualifier: request.query("Qualifier")?,
            ..request.json()?
        })
    }
}

/// `CreateAliasRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct CreateAliasInput {
    /// `FunctionName`: in the path, 1 to 140 characters, required.
    #[serde(skip)]
    pub function_name: Option<String>,
    /// `Name`: 1 to 128 characters, required.
    #[serde(rename = "Name", skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `FunctionVersion`: 1 to 1024 characters, required.
    #[serde(rename = "FunctionVersion", skip_serializing_if = "Option::is_none")]
    pub function_version: Option<String>,
    /// `Description`: 0 to 256 characters.
    #[serde(rename = "Description", skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `RoutingConfig`.
    #[serde(rename = "RoutingConfig", skip_serializing_if = "Option::is_none")]
    pub routing_config: Option<AliasRoutingConfiguration>,
}

impl FromJson for CreateAliasInput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "Name" => it.name = value.optional()?,
                "FunctionVersion" => it.function_version = value.optional()?,
                "Description" => it.description = value.optional()?,
                "RoutingConfig" => it.routing_config = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Input for CreateAliasInput {
    const OPERATION: Operation = Operation::CreateAlias;
    type Output = AliasConfiguration;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self { function_name: request.path("FunctionName")?, ..request.json()? })
    }
}

/// `CreateCodeSigningConfigRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct CreateCodeSigningConfigInput {
    /// `Description`: 0 to 256 characters.
    #[serde(rename = "Description", skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `AllowedPublishers`: required.
    #[serde(rename = "AllowedPublishers", skip_serializing_if = "Option::is_none")]
    pub allowed_publishers: Option<AllowedPublishers>,
    /// `CodeSigningPolicies`.
    #[serde(rename = "CodeSigningPolicies", skip_serializing_if = "Option::is_none")]
    pub code_signing_policies: Option<CodeSigningPolicies>,
    /// `Tags`.
    #[serde(rename = "Tags", skip_serializing_if = "Option::is_none")]
    pub tags: Option<BTreeMap<String, String>>,
}

impl FromJson for CreateCodeSigningConfigInput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "Description" => it.description = value.optional()?,
                "AllowedPublishers" => it.allowed_publishers = value.optional()?,
                "CodeSigningPolicies" => it.code_signing_policies = value.optional()?,
                "Tags" => it.tags = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Input for CreateCodeSigningConfigInput {
    const OPERATION: Operation = Operation::CreateCodeSigningConfig;
    type Output = CreateCodeSigningConfigOutput;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        request.json()
    }
}

/// `CreateEventSourceMappingRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct CreateEventSourceMappingInput {
    /// `EventSourceArn`: 0 to 10000 characters.
    #[serde(rename = "EventSourceArn", skip_serializing_if = "Option::is_none")]
    pub event_source_arn: Option<String>,
    /// `FunctionName`: 1 to 256 characters, required.
    #[serde(rename = "FunctionName", skip_serializing_if = "Option::is_none")]
    pub function_name: Option<String>,
    /// `Enabled`.
    #[serde(rename = "Enabled", skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// `BatchSize`: 1 to 10000.
    #[serde(rename = "BatchSize", skip_serializing_if = "Option::is_none")]
    pub batch_size: Option<i32>,
    /// `FilterCriteria`.
    #[serde(rename = "FilterCriteria", skip_serializing_if = "Option::is_none")]
    pub filter_criteria: Option<FilterCriteria>,
    /// `KMSKeyArn`: 0 to 10000 characters.
    #[serde(rename = "KMSKeyArn", skip_serializing_if = "Option::is_none")]
    pub kms_key_arn: Option<String>,
    /// `MetricsConfig`.
    #[serde(rename = "MetricsConfig", skip_serializing_if = "Option::is_none")]
    pub metrics_config: Option<EventSourceMappingMetricsConfig>,
    /// `LoggingConfig`.
    #[serde(rename = "LoggingConfig", skip_serializing_if = "Option::is_none")]
    pub logging_config: Option<EventSourceMappingLoggingConfig>,
    /// `ScalingConfig`.
    #[serde(rename = "ScalingConfig", skip_serializing_if = "Option::is_none")]
    pub scaling_config: Option<ScalingConfig>,
    /// `MaximumBatchingWindowInSeconds`: 0 to 300.
    #[serde(rename = "MaximumBatchingWindowInSeconds", skip_serializing_if = "Option::is_none")]
    pub maximum_batching_window_in_seconds: Option<i32>,
    /// `ParallelizationFactor`: 1 to 10.
    #[serde(rename = "ParallelizationFactor", skip_serializing_if = "Option::is_none")]
    pub parallelization_factor: Option<i32>,
    /// `StartingPosition`.
    #[serde(rename = "StartingPosition", skip_serializing_if = "Option::is_none")]
    pub starting_position: Option<EventSourcePosition>,
    /// `StartingPositionTimestamp`: seconds since 1970.
    #[serde(rename = "StartingPositionTimestamp", skip_serializing_if = "Option::is_none")]
    pub starting_position_timestamp: Option<f64>,
    /// `DestinationConfig`.
    #[serde(rename = "DestinationConfig", skip_serializing_if = "Option::is_none")]
    pub destination_config: Option<DestinationConfig>,
    /// `MaximumRecordAgeInSeconds`: -1 to 604800.
    #[serde(rename = "MaximumRecordAgeInSeconds", skip_serializing_if = "Option::is_none")]
    pub maximum_record_age_in_seconds: Option<i32>,
    /// `BisectBatchOnFunctionError`.
    #[serde(rename = "BisectBatchOnFunctionError", skip_serializing_if = "Option::is_none")]
    pub bisect_batch_on_function_error: Option<bool>,
    /// `MaximumRetryAttempts`: -1 to 10000.
    #[serde(rename = "MaximumRetryAttempts", skip_serializing_if = "Option::is_none")]
    pub maximum_retry_attempts: Option<i32>,
    /// `Tags`.
    #[serde(rename = "Tags", skip_serializing_if = "Option::is_none")]
    pub tags: Option<BTreeMap<String, String>>,
    /// `TumblingWindowInSeconds`: 0 to 900.
    #[serde(rename = "TumblingWindowInSeconds", skip_serializing_if = "Option::is_none")]
    pub tumbling_window_in_seconds: Option<i32>,
    /// `Topics`: 1 to 1 entries.
    #[serde(rename = "Topics", skip_serializing_if = "Option::is_none")]
    pub topics: Option<Vec<String>>,
    /// `Queues`: 1 to 1 entries.
    #[serde(rename = "Queues", skip_serializing_if = "Option::is_none")]
    pub queues: Option<Vec<String>>,
    /// `SourceAccessConfigurations`: 0 to 23 entries.
    #[serde(rename = "SourceAccessConfigurations", skip_serializing_if = "Option::is_none")]
    pub source_access_configurations: Option<Vec<SourceAccessConfiguration>>,
    /// `SelfManagedEventSource`.
    #[serde(rename = "SelfManagedEventSource", skip_serializing_if = "Option::is_none")]
    pub self_managed_event_source: Option<SelfManagedEventSource>,
    /// `FunctionResponseTypes`: 0 to 1 entries.
    #[serde(rename = "FunctionResponseTypes", skip_serializing_if = "Option::is_none")]
    pub function_response_types: Option<Vec<FunctionResponseType>>,
    /// `AmazonManagedKafkaEventSourceConfig`.
    #[serde(
        rename = "AmazonManagedKafkaEventSourceConfig",
        skip_serializing_if = "Option::is_none"
    )]
    pub amazon_managed_kafka_event_source_config: Option<AmazonManagedKafkaEventSourceConfig>,
    /// `SelfManagedKafkaEventSourceConfig`.
    #[serde(rename = "SelfManagedKafkaEventSourceConfig", skip_serializing_if = "Option::is_none")]
    pub self_managed_kafka_event_source_config: Option<SelfManagedKafkaEventSourceConfig>,
    /// `DocumentDBEventSourceConfig`.
    #[serde(rename = "DocumentDBEventSourceConfig", skip_serializing_if = "Option::is_none")]
    pub document_db_event_source_config: Option<DocumentDBEventSourceConfig>,
    /// `ProvisionedPollerConfig`.
    #[serde(rename = "ProvisionedPollerConfig", skip_serializing_if = "Option::is_none")]
    pub provisioned_poller_config: Option<ProvisionedPollerConfig>,
}

impl FromJson for CreateEventSourceMappingInput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "EventSourceArn" => it.event_source_arn = value.optional()?,
                "FunctionName" => it.function_name = value.optional()?,
                "Enabled" => it.enabled = value.optional()?,
                "BatchSize" => it.batch_size = value.optional()?,
                "FilterCriteria" => it.filter_criteria = value.optional()?,
                "KMSKeyArn" => it.kms_key_arn = value.optional()?,
                "MetricsConfig" => it.metrics_config = value.optional()?,
                "LoggingConfig" => it.logging_config = value.optional()?,
                "ScalingConfig" => it.scaling_config = value.optional()?,
                "MaximumBatchingWindowInSeconds" => {
                    it.maximum_batching_window_in_seconds = value.optional()?
                }
                "ParallelizationFactor" => it.parallelization_factor = value.optional()?,
                "StartingPosition" => it.starting_position = value.optional()?,
                "StartingPositionTimestamp" => it.starting_position_timestamp = value.optional()?,
                "DestinationConfig" => it.destination_config = value.optional()?,
                "MaximumRecordAgeInSeconds" => {
                    it.maximum_record_age_in_seconds = value.optional()?
                }
                "BisectBatchOnFunctionError" => {
                    it.bisect_batch_on_function_error = value.optional()?
                }
                "MaximumRetryAttempts" => it.maximum_retry_attempts = value.optional()?,
                "Tags" => it.tags = value.optional()?,
                "TumblingWindowInSeconds" => it.tumbling_window_in_seconds = value.optional()?,
                "Topics" => it.topics = value.optional()?,
                "Queues" => it.queues = value.optional()?,
                "SourceAccessConfigurations" => {
                    it.source_access_configurations = value.optional()?
                }
                "SelfManagedEventSource" => it.self_managed_event_source = value.optional()?,
                "FunctionResponseTypes" => it.function_response_types = value.optional()?,
                "AmazonManagedKafkaEventSourceConfig" => {
                    it.amazon_managed_kafka_event_source_config = value.optional()?
                }
                "SelfManagedKafkaEventSourceConfig" => {
                    it.self_managed_kafka_event_source_config = value.optional()?
                }
                "DocumentDBEventSourceConfig" => {
                    it.document_db_event_source_config = value.optional()?
                }
                "ProvisionedPollerConfig" => it.provisioned_poller_config = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Input for CreateEventSourceMappingInput {
    const OPERATION: Operation = Operation::CreateEventSourceMapping;
    type Output = EventSourceMappingConfiguration;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        request.json()
    }
}

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

/// `CreateFunctionUrlConfigRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct CreateFunctionUrlConfigInput {
    /// `FunctionName`: in the path, 1 to 140 characters, required.
    #[serde(skip)]
    pub function_name: Option<String>,
    /// `Qualifier`: query parameter `Qualifier`, 1 to 128 characters.
    #[serde(skip)]
    pub qualifier: Option<String>,
    /// `AuthType`: required.
    #[serde(rename = "AuthType", skip_serializing_if = "Option::is_none")]
    pub auth_type: Option<FunctionUrlAuthType>,
    /// `Cors`.
    #[serde(rename = "Cors", skip_serializing_if = "Option::is_none")]
    pub cors: Option<Cors>,
    /// `InvokeMode`.
    #[serde(rename = "InvokeMode", skip_serializing_if = "Option::is_none")]
    pub invoke_mode: Option<InvokeMode>,
}

impl FromJson for CreateFunctionUrlConfigInput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "AuthType" => it.auth_type = value.optional()?,
                "Cors" => it.cors = value.optional()?,
                "InvokeMode" => it.invoke_mode = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Input for CreateFunctionUrlConfigInput {
    const OPERATION: Operation = Operation::CreateFunctionUrlConfig;
    type Output = CreateFunctionUrlConfigOutput;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            function_name: request.path("FunctionName")?,
            qualifier: request.query("Qualifier")?,
            ..request.json()?
        })
    }
}

/// `DeleteAliasRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct DeleteAliasInput {
    /// `FunctionName`: in the path, 1 to 140 characters, required.
    #[serde(skip)]
    pub function_name: Option<String>,
    /// `Name`: in the path, 1 to 128 characters, required.
    #[serde(skip)]
    pub name: Option<String>,
}

impl Input for DeleteAliasInput {
    const OPERATION: Operation = Operation::DeleteAlias;
    type Output = crate::rest::Empty;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self { function_name: request.path("FunctionName")?, name: request.path("Name")? })
    }
}

/// `DeleteCodeSigningConfigRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct DeleteCodeSigningConfigInput {
    /// `CodeSigningConfigArn`: in the path, 0 to 200 characters, required.
    #[serde(skip)]
    pub code_signing_config_arn: Option<String>,
}

impl Input for DeleteCodeSigningConfigInput {
    const OPERATION: Operation = Operation::DeleteCodeSigningConfig;
    type Output = DeleteCodeSigningConfigOutput;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self { code_signing_config_arn: request.path("CodeSigningConfigArn")? })
    }
}

/// `DeleteEventSourceMappingRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct DeleteEventSourceMappingInput {
    /// `UUID`: in the path, 36 to 36 characters, required.
    #[serde(skip)]
    pub uuid: Option<String>,
}

impl Input for DeleteEventSourceMappingInput {
    const OPERATION: Operation = Operation::DeleteEventSourceMapping;
    type Output = EventSourceMappingConfiguration;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self { uuid: request.path("UUID")? })
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

/// `DeleteFunctionCodeSigningConfigRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct DeleteFunctionCodeSigningConfigInput {
    /// `FunctionName`: in the path, 1 to 256 characters, required.
    #[serde(skip)]
    pub function_name: Option<String>,
}

impl Input for DeleteFunctionCodeSigningConfigInput {
    const OPERATION: Operation = Operation::DeleteFunctionCodeSigningConfig;
    type Output = crate::rest::Empty;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self { function_name: request.path("FunctionName")? })
    }
}

/// `DeleteFunctionConcurrencyRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct DeleteFunctionConcurrencyInput {
    /// `FunctionName`: in the path, 1 to 140 characters, required.
    #[serde(skip)]
    pub function_name: Option<String>,
}

impl Input for DeleteFunctionConcurrencyInput {
    const OPERATION: Operation = Operation::DeleteFunctionConcurrency;
    type Output = crate::rest::Empty;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self { function_name: request.path("FunctionName")? })
    }
}

/// `DeleteFunctionEventInvokeConfigRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct DeleteFunctionEventInvokeConfigInput {
    /// `FunctionName`: in the path, 1 to 256 characters, required.
    #[serde(skip)]
    pub function_name: Option<String>,
    /// `Qualifier`: query parameter `Qualifier`, 1 to 128 characters.
    #[serde(skip)]
    pub qualifier: Option<String>,
}

impl Input for DeleteFunctionEventInvokeConfigInput {
    const OPERATION: Operation = Operation::DeleteFunctionEventInvokeConfig;
    type Output = crate::rest::Empty;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            function_name: request.path("FunctionName")?,
            qualifier: request.query("Qualifier")?,
        })
    }
}

/// `DeleteFunctionUrlConfigRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct DeleteFunctionUrlConfigInput {
    /// `FunctionName`: in the path, 1 to 140 characters, required.
    #[serde(skip)]
    pub function_name: Option<String>,
    /// `Qualifier`: query parameter `Qualifier`, 1 to 128 characters.
    #[serde(skip)]
    pub qualifier: Option<String>,
}

impl Input for DeleteFunctionUrlConfigInput {
    const OPERATION: Operation = Operation::DeleteFunctionUrlConfig;
    type Output = crate::rest::Empty;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            function_name: request.path("FunctionName")?,
            qualifier: request.query("Qualifier")?,
        })
    }
}

/// `DeleteLayerVersionRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct DeleteLayerVersionInput {
    /// `LayerName`: in the path, 1 to 2048 characters, required.
    #[serde(skip)]
    pub layer_name: Option<String>,
    /// `VersionNumber`: in the path, required.
    #[serde(skip)]
    pub version_number: Option<i64>,
}

impl Input for DeleteLayerVersionInput {
    const OPERATION: Operation = Operation::DeleteLayerVersion;
    type Output = crate::rest::Empty;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            layer_name: request.path("LayerName")?,
            version_number: request.path("VersionNumber")?,
        })
    }
}

/// `DeleteProvisionedConcurrencyConfigRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct DeleteProvisionedConcurrencyConfigInput {
    /// `FunctionName`: in the path, 1 to 140 characters, required.
    #[serde(skip)]
    pub function_name: Option<String>,
    /// `Qualifier`: query parameter `Qualifier`, 1 to 128 characters, required.
    #[serde(skip)]
    pub qualifier: Option<String>,
}

impl Input for DeleteProvisionedConcurrencyConfigInput {
    const OPERATION: Operation = Operation::DeleteProvisionedConcurrencyConfig;
    type Output = crate::rest::Empty;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            function_name: request.path("FunctionName")?,
            qualifier: request.query("Qualifier")?,
        })
    }
}

/// `DeleteResourcePolicyRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct DeleteResourcePolicyInput {
    /// `ResourceArn`: in the path, 0 to 512 characters, required.
    #[serde(skip)]
    pub resource_arn: Option<String>,
    /// `RevisionId`: query parameter `RevisionId`, 36 to 36 characters.
    #[serde(skip)]
    pub revision_id: Option<String>,
}

impl Input for DeleteResourcePolicyInput {
    const OPERATION: Operation = Operation::DeleteResourcePolicy;
    type Output = crate::rest::Empty;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            resource_arn: request.path("ResourceArn")?,
            revision_id: request.query("RevisionId")?,
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

/// `GetAliasRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct GetAliasInput {
    /// `FunctionName`: in the path, 1 to 140 characters, required.
    #[serde(skip)]
    pub function_name: Option<String>,
    /// `Name`: in the path, 1 to 128 characters, required.
    #[serde(skip)]
    pub name: Option<String>,
}

impl Input for GetAliasInput {
    const OPERATION: Operation = Operation::GetAlias;
    type Output = AliasConfiguration;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self { function_name: request.path("FunctionName")?, name: request.path("Name")? })
    }
}

/// `GetCodeSigningConfigRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct GetCodeSigningConfigInput {
    /// `CodeSigningConfigArn`: in the path, 0 to 200 characters, required.
    #[serde(skip)]
    pub code_signing_config_arn: Option<String>,
}

impl Input for GetCodeSigningConfigInput {
    const OPERATION: Operation = Operation::GetCodeSigningConfig;
    type Output = GetCodeSigningConfigOutput;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self { code_signing_config_arn: request.path("CodeSigningConfigArn")? })
    }
}

/// `GetEventSourceMappingRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct GetEventSourceMappingInput {
    /// `UUID`: in the path, 36 to 36 characters, required.
    #[serde(skip)]
    pub uuid: Option<String>,
}

impl Input for GetEventSourceMappingInput {
    const OPERATION: Operation = Operation::GetEventSourceMapping;
    type Output = EventSourceMappingConfiguration;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self { uuid: request.path("UUID")? })
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

/// `GetFunctionCodeSigningConfigRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct GetFunctionCodeSigningConfigInput {
    /// `FunctionName`: in the path, 1 to 256 characters, required.
    #[serde(skip)]
    pub function_name: Option<String>,
}

impl Input for GetFunctionCodeSigningConfigInput {
    const OPERATION: Operation = Operation::GetFunctionCodeSigningConfig;
    type Output = GetFunctionCodeSigningConfigOutput;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self { function_name: request.path("FunctionName")? })
    }
}

/// `GetFunctionConcurrencyRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct GetFunctionConcurrencyInput {
    /// `FunctionName`: in the path, 1 to 140 characters, required.
    #[serde(skip)]
    pub function_name: Option<String>,
}

impl Input for GetFunctionConcurrencyInput {
    const OPERATION: Operation = Operation::GetFunctionConcurrency;
    type Output = GetFunctionConcurrencyOutput;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self { function_name: request.path("FunctionName")? })
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

/// `GetFunctionEventInvokeConfigRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct GetFunctionEventInvokeConfigInput {
    /// `FunctionName`: in the path, 1 to 256 characters, required.
    #[serde(skip)]
    pub function_name: Option<String>,
    /// `Qualifier`: query parameter `Qualifier`, 1 to 128 characters.
    #[serde(skip)]
    pub qualifier: Option<String>,
}

impl Input for GetFunctionEventInvokeConfigInput {
    const OPERATION: Operation = Operation::GetFunctionEventInvokeConfig;
    type Output = FunctionEventInvokeConfig;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            function_name: request.path("FunctionName")?,
            qualifier: request.query("Qualifier")?,
        })
    }
}

/// `GetFunctionRecursionConfigRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct GetFunctionRecursionConfigInput {
    /// `FunctionName`: in the path, 1 to 140 characters, required.
    #[serde(skip)]
    pub function_name: Option<String>,
}

impl Input for GetFunctionRecursionConfigInput {
    const OPERATION: Operation = Operation::GetFunctionRecursionConfig;
    type Output = GetFunctionRecursionConfigOutput;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self { function_name: request.path("FunctionName")? })
    }
}

/// `GetFunctionUrlConfigRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct GetFunctionUrlConfigInput {
    /// `FunctionName`: in the path, 1 to 140 characters, required.
    #[serde(skip)]
    pub function_name: Option<String>,
    /// `Qualifier`: query parameter `Qualifier`, 1 to 128 characters.
    #[serde(skip)]
    pub qualifier: Option<String>,
}

impl Input for GetFunctionUrlConfigInput {
    const OPERATION: Operation = Operation::GetFunctionUrlConfig;
    type Output = GetFunctionUrlConfigOutput;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            function_name: request.path("FunctionName")?,
            qualifier: request.query("Qualifier")?,
        })
    }
}

/// `GetLayerVersionRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct GetLayerVersionInput {
    /// `LayerName`: in the path, 1 to 2048 characters, required.
    #[serde(skip)]
    pub layer_name: Option<String>,
    /// `VersionNumber`: in the path, required.
    #[serde(skip)]
    pub version_number: Option<i64>,
}

impl Input for GetLayerVersionInput {
    const OPERATION: Operation = Operation::GetLayerVersion;
    type Output = GetLayerVersionResponse;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            layer_name: request.path("LayerName")?,
            version_number: request.path("VersionNumber")?,
        })
    }
}

/// `GetLayerVersionByArnRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct GetLayerVersionByArnInput {
    /// `Arn`: query parameter `Arn`, 1 to 2048 characters, required.
    #[serde(skip)]
    pub arn: Option<String>,
}

impl Input for GetLayerVersionByArnInput {
    const OPERATION: Operation = Operation::GetLayerVersionByArn;
    type Output = GetLayerVersionResponse;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self { arn: request.query("Arn")? })
    }
}

/// `GetLayerVersionPolicyRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct GetLayerVersionPolicyInput {
    /// `LayerName`: in the path, 1 to 2048 characters, required.
    #[serde(skip)]
    pub layer_name: Option<String>,
    /// `VersionNumber`: in the path, required.
    #[serde(skip)]
    pub version_number: Option<i64>,
}

impl Input for GetLayerVersionPolicyInput {
    const OPERATION: Operation = Operation::GetLayerVersionPolicy;
    type Output = GetLayerVersionPolicyOutput;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            layer_name: request.path("LayerName")?,
            version_number: request.path("VersionNumber")?,
        })
    }
}

/// `GetPolicyRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct GetPolicyInput {
    /// `FunctionName`: in the path, 1 to 256 characters, required.
    #[serde(skip)]
    pub function_name: Option<String>,
    /// `Qualifier`: query parameter `Qualifier`, 1 to 128 characters.
    #[serde(skip)]
    pub qualifier: Option<String>,
}

impl Input for GetPolicyInput {
    const OPERATION: Operation = Operation::GetPolicy;
    type Output = GetPolicyOutput;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            function_name: request.path("FunctionName")?,
            qualifier: request.query("Qualifier")?,
        })
    }
}

/// `GetProvisionedConcurrencyConfigRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct GetProvisionedConcurrencyConfigInput {
    /// `FunctionName`: in the path, 1 to 140 characters, required.
    #[serde(skip)]
    pub function_name: Option<String>,
    /// `Qualifier`: query parameter `Qualifier`, 1 to 128 characters, required.
    #[serde(skip)]
    pub qualifier: Option<String>,
}

impl Input for GetProvisionedConcurrencyConfigInput {
    const OPERATION: Operation = Operation::GetProvisionedConcurrencyConfig;
    type Output = GetProvisionedConcurrencyConfigOutput;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            function_name: request.path("FunctionName")?,
            qualifier: request.query("Qualifier")?,
        })
    }
}

/// `GetResourcePolicyRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct GetResourcePolicyInput {
    /// `ResourceArn`: in the path, 0 to 512 characters, required.
    #[serde(skip)]
    pub resource_arn: Option<String>,
}

impl Input for GetResourcePolicyInput {
    const OPERATION: Operation = Operation::GetResourcePolicy;
    type Output = GetResourcePolicyOutput;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self { resource_arn: request.path("ResourceArn")? })
    }
}

/// `GetRuntimeManagementConfigRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct GetRuntimeManagementConfigInput {
    /// `FunctionName`: in the path, 1 to 256 characters, required.
    #[serde(skip)]
    pub function_name: Option<String>,
    /// `Qualifier`: query parameter `Qualifier`, 1 to 128 characters.
    #[serde(skip)]
    pub qualifier: Option<String>,
}

impl Input for GetRuntimeManagementConfigInput {
    const OPERATION: Operation = Operation::GetRuntimeManagementConfig;
    type Output = GetRuntimeManagementConfigOutput;

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

/// `InvokeAsyncRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct InvokeAsyncInput {
    /// `FunctionName`: in the path, 1 to 256 characters, required.
    #[serde(skip)]
    pub function_name: Option<String>,
    /// `InvokeArgs`: the raw body, required.
    #[serde(skip)]
    pub invoke_args: Option<Bytes>,
}

impl Input for InvokeAsyncInput {
    const OPERATION: Operation = Operation::InvokeAsync;
    type Output = InvokeAsyncOutput;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self { function_name: request.path("FunctionName")?, invoke_args: request.payload() })
    }
}

/// `InvokeWithResponseStreamRequest` of the service model.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct InvokeWithResponseStreamInput {
    /// `FunctionName`: in the path, 1 to 256 characters, required.
    #[serde(skip)]
    pub function_name: Option<String>,
    /// `LogType`: header `X-Amz-Log-Type`.
    #[serde(skip)]
    pub log_type: Option<LogType>,
    /// `ClientContext`: header `X-Amz-Client-Context`.
    #[serde(skip)]
    pub client_context: Option<String>,
    /// `Qualifier`: query parameter `Qualifier`, 1 to 128 characters.
    #[serde(skip)]
    pub qualifier: Option<String>,
    /// `Payload`: the raw body.
    #[serde(skip)]
    pub payload: Option<Bytes>,
    /// `TenantId`: header `X-Amz-Tenant-Id`, 1 to 256 characters.
    #[serde(skip)]
    pub tenant_id: Option<String>,
    /// `InvocationType`: header `X-Amz-Invocation-Type`.
    #[serde(skip)]
    pub invocation_type: Option<ResponseStreamingInvocationType>,
}

impl fmt::Debug for InvokeWithResponseStreamInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InvokeWithResponseStreamInput")
            .field("function_name", &self.function_name)
            .field("log_type", &self.log_type)
            .field("client_context", &self.client_context)
            .field("qualifier", &self.qualifier)
            .field("payload", &self.payload.as_ref().map(|_| "(sensitive)"))
            .field("tenant_id", &self.tenant_id)
            .field("invocation_type", &self.invocation_type)
            .finish()
    }
}

impl Input for InvokeWithResponseStreamInput {
    const OPERATION: Operation = Operation::InvokeWithResponseStream;
    type Output = crate::rest::Empty;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            function_name: request.path("FunctionName")?,
            log_type: request.header("x-amz-log-type")?,
            client_context: request.header("x-amz-client-context")?,
            qualifier: request.query("Qualifier")?,
            payload: request.payload(),
            tenant_id: request.header("x-amz-tenant-id")?,
            invocation_type: request.header("x-amz-invocation-type")?,
        })
    }
}

/// `ListAliasesRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ListAliasesInput {
    /// `FunctionName`: in the path, 1 to 140 characters, required.
    #[serde(skip)]
    pub function_name: Option<String>,
    /// `FunctionVersion`: query parameter `FunctionVersion`, 1 to 1024 characters.
    #[serde(skip)]
    pub function_version: Option<String>,
    /// `Marker`: query parameter `Marker`.
    #[serde(skip)]
    pub marker: Option<String>,
    /// `MaxItems`: query parameter `MaxItems`, 1 to 10000.
    #[serde(skip)]
    pub max_items: Option<i32>,
}

impl Input for ListAliasesInput {
    const OPERATION: Operation = Operation::ListAliases;
    type Output = ListAliasesOutput;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            function_name: request.path("FunctionName")?,
            function_version: request.query("FunctionVersion")?,
            marker: request.query("Marker")?,
            max_items: request.query("MaxItems")?,
        })
    }
}

/// `ListCodeSigningConfigsRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ListCodeSigningConfigsInput {
    /// `Marker`: query parameter `Marker`.
    #[serde(skip)]
    pub marker: Option<String>,
    /// `MaxItems`: query parameter `MaxItems`, 1 to 10000.
    #[serde(skip)]
    pub max_items: Option<i32>,
}

impl Input for ListCodeSigningConfigsInput {
    const OPERATION: Operation = Operation::ListCodeSigningConfigs;
    type Output = ListCodeSigningConfigsOutput;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self { marker: request.query("Marker")?, max_items: request.query("MaxItems")? })
    }
}

/// `ListEventSourceMappingsRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ListEventSourceMappingsInput {
    /// `EventSourceArn`: query parameter `EventSourceArn`, 0 to 10000 characters.
    #[serde(skip)]
    pub event_source_arn: Option<String>,
    /// `FunctionName`: query parameter `FunctionName`, 1 to 256 characters.
    #[serde(skip)]
    pub function_name: Option<String>,
    /// `Marker`: query parameter `Marker`.
    #[serde(skip)]
    pub marker: Option<String>,
    /// `MaxItems`: query parameter `MaxItems`, 1 to 10000.
    #[serde(skip)]
    pub max_items: Option<i32>,
}

impl Input for ListEventSourceMappingsInput {
    const OPERATION: Operation = Operation::ListEventSourceMappings;
    type Output = ListEventSourceMappingsOutput;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            event_source_arn: request.query("EventSourceArn")?,
            function_name: request.query("FunctionName")?,
            marker: request.query("Marker")?,
            max_items: request.query("MaxItems")?,
        })
    }
}

/// `ListFunctionEventInvokeConfigsRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ListFunctionEventInvokeConfigsInput {
    /// `FunctionName`: in the path, 1 to 256 characters, required.
    #[serde(skip)]
    pub function_name: Option<String>,
    /// `Marker`: query parameter `Marker`.
    #[serde(skip)]
    pub marker: Option<String>,
    /// `MaxItems`: query parameter `MaxItems`, 1 to 50.
    #[serde(skip)]
    pub max_items: Option<i32>,
}

impl Input for ListFunctionEventInvokeConfigsInput {
    const OPERATION: Operation = Operation::ListFunctionEventInvokeConfigs;
    type Output = ListFunctionEventInvokeConfigsOutput;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            function_name: request.path("FunctionName")?,
            marker: request.query("Marker")?,
            max_items: request.query("MaxItems")?,
        })
    }
}

/// `ListFunctionUrlConfigsRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ListFunctionUrlConfigsInput {
    /// `FunctionName`: in the path, 1 to 140 characters, required.
    #[serde(skip)]
    pub function_name: Option<String>,
    /// `Marker`: query parameter `Marker`.
    #[serde(skip)]
    pub marker: Option<String>,
    /// `MaxItems`: query parameter `MaxItems`, 1 to 50.
    #[serde(skip)]
    pub max_items: Option<i32>,
}

impl Input for ListFunctionUrlConfigsInput {
    const OPERATION: Operation = Operation::ListFunctionUrlConfigs;
    type Output = ListFunctionUrlConfigsOutput;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            function_name: request.path("FunctionName")?,
            marker: request.query("Marker")?,
            max_items: request.query("MaxItems")?,
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

/// `ListFunctionsByCodeSigningConfigRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ListFunctionsByCodeSigningConfigInput {
    /// `CodeSigningConfigArn`: in the path, 0 to 200 characters, required.
    #[serde(skip)]
    pub code_signing_config_arn: Option<String>,
    /// `Marker`: query parameter `Marker`.
    #[serde(skip)]
    pub marker: Option<String>,
    /// `MaxItems`: query parameter `MaxItems`, 1 to 10000.
    #[serde(skip)]
    pub max_items: Option<i32>,
}

impl Input for ListFunctionsByCodeSigningConfigInput {
    const OPERATION: Operation = Operation::ListFunctionsByCodeSigningConfig;
    type Output = ListFunctionsByCodeSigningConfigOutput;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            code_signing_config_arn: request.path("CodeSigningConfigArn")?,
            marker: request.query("Marker")?,
            max_items: request.query("MaxItems")?,
        })
    }
}

/// `ListLayerVersionsRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ListLayerVersionsInput {
    /// `CompatibleArchitecture`: query parameter `CompatibleArchitecture`.
    #[serde(skip)]
    pub compatible_architecture: Option<Architecture>,
    /// `CompatibleRuntime`: query parameter `CompatibleRuntime`.
    #[serde(skip)]
    pub compatible_runtime: Option<Runtime>,
    /// `LayerName`: in the path, 1 to 2048 characters, required.
    #[serde(skip)]
    pub layer_name: Option<String>,
    /// `Marker`: query parameter `Marker`.
    #[serde(skip)]
    pub marker: Option<String>,
    /// `MaxItems`: query parameter `MaxItems`, 1 to 50.
    #[serde(skip)]
    pub max_items: Option<i32>,
}

impl Input for ListLayerVersionsInput {
    const OPERATION: Operation = Operation::ListLayerVersions;
    type Output = ListLayerVersionsOutput;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            compatible_architecture: request.query("CompatibleArchitecture")?,
            compatible_runtime: request.query("CompatibleRuntime")?,
            layer_name: request.path("LayerName")?,
            marker: request.query("Marker")?,
            max_items: request.query("MaxItems")?,
        })
    }
}

/// `ListLayersRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ListLayersInput {
    /// `CompatibleArchitecture`: query parameter `CompatibleArchitecture`.
    #[serde(skip)]
    pub compatible_architecture: Option<Architecture>,
    /// `CompatibleRuntime`: query parameter `CompatibleRuntime`.
    #[serde(skip)]
    pub compatible_runtime: Option<Runtime>,
    /// `Marker`: query parameter `Marker`.
    #[serde(skip)]
    pub marker: Option<String>,
    /// `MaxItems`: query parameter `MaxItems`, 1 to 50.
    #[serde(skip)]
    pub max_items: Option<i32>,
}

impl Input for ListLayersInput {
    const OPERATION: Operation = Operation::ListLayers;
    type Output = ListLayersOutput;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            compatible_architecture: request.query("CompatibleArchitecture")?,
            compatible_runtime: request.query("CompatibleRuntime")?,
            marker: request.query("Marker")?,
            max_items: request.query("MaxItems")?,
        })
    }
}

/// `ListProvisionedConcurrencyConfigsRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ListProvisionedConcurrencyConfigsInput {
    /// `FunctionName`: in the path, 1 to 140 characters, required.
    #[serde(skip)]
    pub function_name: Option<String>,
    /// `Marker`: query parameter `Marker`.
    #[serde(skip)]
    pub marker: Option<String>,
    /// `MaxItems`: query parameter `MaxItems`, 1 to 50.
    #[serde(skip)]
    pub max_items: Option<i32>,
}

impl Input for ListProvisionedConcurrencyConfigsInput {
    const OPERATION: Operation = Operation::ListProvisionedConcurrencyConfigs;
    type Output = ListProvisionedConcurrencyConfigsOutput;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            function_name: request.path("FunctionName")?,
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

/// `PublishLayerVersionRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct PublishLayerVersionInput {
    /// `LayerName`: in the path, 1 to 2048 characters, required.
    #[serde(skip)]
    pub layer_name: Option<String>,
    /// `Description`: 0 to 256 characters.
    #[serde(rename = "Description", skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `Content`: required.
    #[serde(rename = "Content", skip_serializing_if = "Option::is_none")]
    pub content: Option<LayerVersionContentInput>,
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

impl FromJson for PublishLayerVersionInput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "Description" => it.description = value.optional()?,
                "Content" => it.content = value.optional()?,
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

impl Input for PublishLayerVersionInput {
    const OPERATION: Operation = Operation::PublishLayerVersion;
    type Output = PublishLayerVersionOutput;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self { layer_name: request.path("LayerName")?, ..request.json()? })
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

/// `PutFunctionCodeSigningConfigRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct PutFunctionCodeSigningConfigInput {
    /// `CodeSigningConfigArn`: 0 to 200 characters, required.
    #[serde(rename = "CodeSigningConfigArn", skip_serializing_if = "Option::is_none")]
    pub code_signing_config_arn: Option<String>,
    /// `FunctionName`: in the path, 1 to 256 characters, required.
    #[serde(skip)]
    pub function_name: Option<String>,
}

impl FromJson for PutFunctionCodeSigningConfigInput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            if name == "CodeSigningConfigArn" {
                it.code_signing_config_arn = value.optional()?;
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Input for PutFunctionCodeSigningConfigInput {
    const OPERATION: Operation = Operation::PutFunctionCodeSigningConfig;
    type Output = PutFunctionCodeSigningConfigOutput;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self { function_name: request.path("FunctionName")?, ..request.json()? })
    }
}

/// `PutFunctionConcurrencyRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct PutFunctionConcurrencyInput {
    /// `FunctionName`: in the path, 1 to 140 characters, required.
    #[serde(skip)]
    pub function_name: Option<String>,
    /// `ReservedConcurrentExecutions`: at least 0, required.
    #[serde(rename = "ReservedConcurrentExecutions", skip_serializing_if = "Option::is_none")]
    pub reserved_concurrent_executions: Option<i32>,
}

impl FromJson for PutFunctionConcurrencyInput {
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

impl Input for PutFunctionConcurrencyInput {
    const OPERATION: Operation = Operation::PutFunctionConcurrency;
    type Output = Concurrency;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self { function_name: request.path("FunctionName")?, ..request.json()? })
    }
}

/// `PutFunctionEventInvokeConfigRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct PutFunctionEventInvokeConfigInput {
    /// `FunctionName`: in the path, 1 to 256 characters, required.
    #[serde(skip)]
    pub function_name: Option<String>,
    /// `Qualifier`: query parameter `Qualifier`, 1 to 128 characters.
    #[serde(skip)]
    pub qualifier: Option<String>,
    /// `MaximumRetryAttempts`: 0 to 2.
    #[serde(rename = "MaximumRetryAttempts", skip_serializing_if = "Option::is_none")]
    pub maximum_retry_attempts: Option<i32>,
    /// `MaximumEventAgeInSeconds`: 60 to 21600.
    #[serde(rename = "MaximumEventAgeInSeconds", skip_serializing_if = "Option::is_none")]
    pub maximum_event_age_in_seconds: Option<i32>,
    /// `DestinationConfig`.
    #[serde(rename = "DestinationConfig", skip_serializing_if = "Option::is_none")]
    pub destination_config: Option<DestinationConfig>,
}

impl FromJson for PutFunctionEventInvokeConfigInput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "MaximumRetryAttempts" => it.maximum_retry_attempts = value.optional()?,
                "MaximumEventAgeInSeconds" => it.maximum_event_age_in_seconds = value.optional()?,
                "DestinationConfig" => it.destination_config = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Input for PutFunctionEventInvokeConfigInput {
    const OPERATION: Operation = Operation::PutFunctionEventInvokeConfig;
    type Output = FunctionEventInvokeConfig;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            function_name: request.path("FunctionName")?,
            qualifier: request.query("Qualifier")?,
            ..request.json()?
        })
    }
}

/// `PutFunctionRecursionConfigRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct PutFunctionRecursionConfigInput {
    /// `FunctionName`: in the path, 1 to 140 characters, required.
    #[serde(skip)]
    pub function_name: Option<String>,
    /// `RecursiveLoop`: required.
    #[serde(rename = "RecursiveLoop", skip_serializing_if = "Option::is_none")]
    pub recursive_loop: Option<RecursiveLoop>,
}

impl FromJson for PutFunctionRecursionConfigInput {
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

impl Input for PutFunctionRecursionConfigInput {
    const OPERATION: Operation = Operation::PutFunctionRecursionConfig;
    type Output = PutFunctionRecursionConfigOutput;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self { function_name: request.path("FunctionName")?, ..request.json()? })
    }
}

/// `PutProvisionedConcurrencyConfigRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct PutProvisionedConcurrencyConfigInput {
    /// `FunctionName`: in the path, 1 to 140 characters, required.
    #[serde(skip)]
    pub function_name: Option<String>,
    /// `Qualifier`: query parameter `Qualifier`, 1 to 128 characters, required.
    #[serde(skip)]
    pub qualifier: Option<String>,
    /// `ProvisionedConcurrentExecutions`: at least 1, required.
    #[serde(rename = "ProvisionedConcurrentExecutions", skip_serializing_if = "Option::is_none")]
    pub provisioned_concurrent_executions: Option<i32>,
}

impl FromJson for PutProvisionedConcurrencyConfigInput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            if name == "ProvisionedConcurrentExecutions" {
                it.provisioned_concurrent_executions = value.optional()?;
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Input for PutProvisionedConcurrencyConfigInput {
    const OPERATION: Operation = Operation::PutProvisionedConcurrencyConfig;
    type Output = PutProvisionedConcurrencyConfigOutput;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            function_name: request.path("FunctionName")?,
            qualifier: request.query("Qualifier")?,
            ..request.json()?
        })
    }
}

/// `PutResourcePolicyRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct PutResourcePolicyInput {
    /// `ResourceArn`: in the path, 0 to 512 characters, required.
    #[serde(skip)]
    pub resource_arn: Option<String>,
    /// `Policy`: 1 to 20480 characters, required.
    #[serde(rename = "Policy", skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// `RevisionId`: 36 to 36 characters.
    #[serde(rename = "RevisionId", skip_serializing_if = "Option::is_none")]
    pub revision_id: Option<String>,
}

impl FromJson for PutResourcePolicyInput {
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

impl Input for PutResourcePolicyInput {
    const OPERATION: Operation = Operation::PutResourcePolicy;
    type Output = PutResourcePolicyOutput;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self { resource_arn: request.path("ResourceArn")?, ..request.json()? })
    }
}

/// `PutRuntimeManagementConfigRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct PutRuntimeManagementConfigInput {
    /// `FunctionName`: in the path, 1 to 256 characters, required.
    #[serde(skip)]
    pub function_name: Option<String>,
    /// `Qualifier`: query parameter `Qualifier`, 1 to 128 characters.
    #[serde(skip)]
    pub qualifier: Option<String>,
    /// `UpdateRuntimeOn`: required.
    #[serde(rename = "UpdateRuntimeOn", skip_serializing_if = "Option::is_none")]
    pub update_runtime_on: Option<UpdateRuntimeOn>,
    /// `RuntimeVersionArn`: 26 to 2048 characters.
    #[serde(rename = "RuntimeVersionArn", skip_serializing_if = "Option::is_none")]
    pub runtime_version_arn: Option<String>,
}

impl FromJson for PutRuntimeManagementConfigInput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "UpdateRuntimeOn" => it.update_runtime_on = value.optional()?,
                "RuntimeVersionArn" => it.runtime_version_arn = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Input for PutRuntimeManagementConfigInput {
    const OPERATION: Operation = Operation::PutRuntimeManagementConfig;
    type Output = PutRuntimeManagementConfigOutput;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            function_name: request.path("FunctionName")?,
            qualifier: request.query("Qualifier")?,
            ..request.json()?
        })
    }
}

/// `RemoveLayerVersionPermissionRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct RemoveLayerVersionPermissionInput {
    /// `LayerName`: in the path, 1 to 2048 characters, required.
    #[serde(skip)]
    pub layer_name: Option<String>,
    /// `VersionNumber`: in the path, required.
    #[serde(skip)]
    pub version_number: Option<i64>,
    /// `StatementId`: in the path, 1 to 100 characters, required.
    #[serde(skip)]
    pub statement_id: Option<String>,
    /// `RevisionId`: query parameter `RevisionId`.
    #[serde(skip)]
    pub revision_id: Option<String>,
}

impl Input for RemoveLayerVersionPermissionInput {
    const OPERATION: Operation = Operation::RemoveLayerVersionPermission;
    type Output = crate::rest::Empty;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            layer_name: request.path("LayerName")?,
            version_number: request.path("VersionNumber")?,
            statement_id: request.path("StatementId")?,
            revision_id: request.query("RevisionId")?,
        })
    }
}

/// `RemovePermissionRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct RemovePermissionInput {
    /// `FunctionName`: in the path, 1 to 256 characters, required.
    #[serde(skip)]
    pub function_name: Option<String>,
    /// `StatementId`: in the path, 1 to 100 characters, required.
    #[serde(skip)]
    pub statement_id: Option<String>,
    /// `Qualifier`: query parameter `Qualifier`, 1 to 128 characters.
    #[serde(skip)]
    pub qualifier: Option<String>,
    /// `RevisionId`: query parameter `RevisionId`.
    #[serde(skip)]
    pub revision_id: Option<String>,
}

impl Input for RemovePermissionInput {
    const OPERATION: Operation = Operation::RemovePermission;
    type Output = crate::rest::Empty;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            function_name: request.path("FunctionName")?,
            statement_id: request.path("StatementId")?,
            qualifier: request.query("Qualifier")?,
            revision_id: request.query("RevisionId")?,
        })
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

/// `UpdateAliasRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct UpdateAliasInput {
    /// `FunctionName`: in the path, 1 to 140 characters, required.
    #[serde(skip)]
    pub function_name: Option<String>,
    /// `Name`: in the path, 1 to 128 characters, required.
    #[serde(skip)]
    pub name: Option<String>,
    /// `FunctionVersion`: 1 to 1024 characters.
    #[serde(rename = "FunctionVersion", skip_serializing_if = "Option::is_none")]
    pub function_version: Option<String>,
    /// `Description`: 0 to 256 characters.
    #[serde(rename = "Description", skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `RoutingConfig`.
    #[serde(rename = "RoutingConfig", skip_serializing_if = "Option::is_none")]
    pub routing_config: Option<AliasRoutingConfiguration>,
    /// `RevisionId`.
    #[serde(rename = "RevisionId", skip_serializing_if = "Option::is_none")]
    pub revision_id: Option<String>,
}

impl FromJson for UpdateAliasInput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "FunctionVersion" => it.function_version = value.optional()?,
                "Description" => it.description = value.optional()?,
                "RoutingConfig" => it.routing_config = value.optional()?,
                "RevisionId" => it.revision_id = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Input for UpdateAliasInput {
    const OPERATION: Operation = Operation::UpdateAlias;
    type Output = AliasConfiguration;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            function_name: request.path("FunctionName")?,
            name: request.path("Name")?,
            ..request.json()?
        })
    }
}

/// `UpdateCodeSigningConfigRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct UpdateCodeSigningConfigInput {
    /// `CodeSigningConfigArn`: in the path, 0 to 200 characters, required.
    #[serde(skip)]
    pub code_signing_config_arn: Option<String>,
    /// `Description`: 0 to 256 characters.
    #[serde(rename = "Description", skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `AllowedPublishers`.
    #[serde(rename = "AllowedPublishers", skip_serializing_if = "Option::is_none")]
    pub allowed_publishers: Option<AllowedPublishers>,
    /// `CodeSigningPolicies`.
    #[serde(rename = "CodeSigningPolicies", skip_serializing_if = "Option::is_none")]
    pub code_signing_policies: Option<CodeSigningPolicies>,
}

impl FromJson for UpdateCodeSigningConfigInput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "Description" => it.description = value.optional()?,
                "AllowedPublishers" => it.allowed_publishers = value.optional()?,
                "CodeSigningPolicies" => it.code_signing_policies = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Input for UpdateCodeSigningConfigInput {
    const OPERATION: Operation = Operation::UpdateCodeSigningConfig;
    type Output = UpdateCodeSigningConfigOutput;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            code_signing_config_arn: request.path("CodeSigningConfigArn")?,
            ..request.json()?
        })
    }
}

/// `UpdateEventSourceMappingRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct UpdateEventSourceMappingInput {
    /// `UUID`: in the path, 36 to 36 characters, required.
    #[serde(skip)]
    pub uuid: Option<String>,
    /// `FunctionName`: 1 to 256 characters.
    #[serde(rename = "FunctionName", skip_serializing_if = "Option::is_none")]
    pub function_name: Option<String>,
    /// `Enabled`.
    #[serde(rename = "Enabled", skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// `BatchSize`: 1 to 10000.
    #[serde(rename = "BatchSize", skip_serializing_if = "Option::is_none")]
    pub batch_size: Option<i32>,
    /// `FilterCriteria`.
    #[serde(rename = "FilterCriteria", skip_serializing_if = "Option::is_none")]
    pub filter_criteria: Option<FilterCriteria>,
    /// `KMSKeyArn`: 0 to 10000 characters.
    #[serde(rename = "KMSKeyArn", skip_serializing_if = "Option::is_none")]
    pub kms_key_arn: Option<String>,
    /// `MetricsConfig`.
    #[serde(rename = "MetricsConfig", skip_serializing_if = "Option::is_none")]
    pub metrics_config: Option<EventSourceMappingMetricsConfig>,
    /// `LoggingConfig`.
    #[serde(rename = "LoggingConfig", skip_serializing_if = "Option::is_none")]
    pub logging_config: Option<EventSourceMappingLoggingConfig>,
    /// `ScalingConfig`.
    #[serde(rename = "ScalingConfig", skip_serializing_if = "Option::is_none")]
    pub scaling_config: Option<ScalingConfig>,
    /// `MaximumBatchingWindowInSeconds`: 0 to 300.
    #[serde(rename = "MaximumBatchingWindowInSeconds", skip_serializing_if = "Option::is_none")]
    pub maximum_batching_window_in_seconds: Option<i32>,
    /// `ParallelizationFactor`: 1 to 10.
    #[serde(rename = "ParallelizationFactor", skip_serializing_if = "Option::is_none")]
    pub parallelization_factor: Option<i32>,
    /// `DestinationConfig`.
    #[serde(rename = "DestinationConfig", skip_serializing_if = "Option::is_none")]
    pub destination_config: Option<DestinationConfig>,
    /// `MaximumRecordAgeInSeconds`: -1 to 604800.
    #[serde(rename = "MaximumRecordAgeInSeconds", skip_serializing_if = "Option::is_none")]
    pub maximum_record_age_in_seconds: Option<i32>,
    /// `BisectBatchOnFunctionError`.
    #[serde(rename = "BisectBatchOnFunctionError", skip_serializing_if = "Option::is_none")]
    pub bisect_batch_on_function_error: Option<bool>,
    /// `MaximumRetryAttempts`: -1 to 10000.
    #[serde(rename = "MaximumRetryAttempts", skip_serializing_if = "Option::is_none")]
    pub maximum_retry_attempts: Option<i32>,
    /// `TumblingWindowInSeconds`: 0 to 900.
    #[serde(rename = "TumblingWindowInSeconds", skip_serializing_if = "Option::is_none")]
    pub tumbling_window_in_seconds: Option<i32>,
    /// `SourceAccessConfigurations`: 0 to 23 entries.
    #[serde(rename = "SourceAccessConfigurations", skip_serializing_if = "Option::is_none")]
    pub source_access_configurations: Option<Vec<SourceAccessConfiguration>>,
    /// `FunctionResponseTypes`: 0 to 1 entries.
    #[serde(rename = "FunctionResponseTypes", skip_serializing_if = "Option::is_none")]
    pub function_response_types: Option<Vec<FunctionResponseType>>,
    /// `AmazonManagedKafkaEventSourceConfig`.
    #[serde(
        rename = "AmazonManagedKafkaEventSourceConfig",
        skip_serializing_if = "Option::is_none"
    )]
    pub amazon_managed_kafka_event_source_config: Option<AmazonManagedKafkaEventSourceConfig>,
    /// `SelfManagedKafkaEventSourceConfig`.
    #[serde(rename = "SelfManagedKafkaEventSourceConfig", skip_serializing_if = "Option::is_none")]
    pub self_managed_kafka_event_source_config: Option<SelfManagedKafkaEventSourceConfig>,
    /// `DocumentDBEventSourceConfig`.
    #[serde(rename = "DocumentDBEventSourceConfig", skip_serializing_if = "Option::is_none")]
    pub document_db_event_source_config: Option<DocumentDBEventSourceConfig>,
    /// `ProvisionedPollerConfig`.
    #[serde(rename = "ProvisionedPollerConfig", skip_serializing_if = "Option::is_none")]
    pub provisioned_poller_config: Option<ProvisionedPollerConfig>,
}

impl FromJson for UpdateEventSourceMappingInput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "FunctionName" => it.function_name = value.optional()?,
                "Enabled" => it.enabled = value.optional()?,
                "BatchSize" => it.batch_size = value.optional()?,
                "FilterCriteria" => it.filter_criteria = value.optional()?,
                "KMSKeyArn" => it.kms_key_arn = value.optional()?,
                "MetricsConfig" => it.metrics_config = value.optional()?,
                "LoggingConfig" => it.logging_config = value.optional()?,
                "ScalingConfig" => it.scaling_config = value.optional()?,
                "MaximumBatchingWindowInSeconds" => {
                    it.maximum_batching_window_in_seconds = value.optional()?
                }
                "ParallelizationFactor" => it.parallelization_factor = value.optional()?,
                "DestinationConfig" => it.destination_config = value.optional()?,
                "MaximumRecordAgeInSeconds" => {
                    it.maximum_record_age_in_seconds = value.optional()?
                }
                "BisectBatchOnFunctionError" => {
                    it.bisect_batch_on_function_error = value.optional()?
                }
                "MaximumRetryAttempts" => it.maximum_retry_attempts = value.optional()?,
                "TumblingWindowInSeconds" => it.tumbling_window_in_seconds = value.optional()?,
                "SourceAccessConfigurations" => {
                    it.source_access_configurations = value.optional()?
                }
                "FunctionResponseTypes" => it.function_response_types = value.optional()?,
                "AmazonManagedKafkaEventSourceConfig" => {
                    it.amazon_managed_kafka_event_source_config = value.optional()?
                }
                "SelfManagedKafkaEventSourceConfig" => {
                    it.self_managed_kafka_event_source_config = value.optional()?
                }
                "DocumentDBEventSourceConfig" => {
                    it.document_db_event_source_config = value.optional()?
                }
                "ProvisionedPollerConfig" => it.provisioned_poller_config = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Input for UpdateEventSourceMappingInput {
    const OPERATION: Operation = Operation::UpdateEventSourceMapping;
    type Output = EventSourceMappingConfiguration;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self { uuid: request.path("UUID")?, ..request.json()? })
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

/// `UpdateFunctionEventInvokeConfigRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct UpdateFunctionEventInvokeConfigInput {
    /// `FunctionName`: in the path, 1 to 256 characters, required.
    #[serde(skip)]
    pub function_name: Option<String>,
    /// `Qualifier`: query parameter `Qualifier`, 1 to 128 characters.
    #[serde(skip)]
    pub qualifier: Option<String>,
    /// `MaximumRetryAttempts`: 0 to 2.
    #[serde(rename = "MaximumRetryAttempts", skip_serializing_if = "Option::is_none")]
    pub maximum_retry_attempts: Option<i32>,
    /// `MaximumEventAgeInSeconds`: 60 to 21600.
    #[serde(rename = "MaximumEventAgeInSeconds", skip_serializing_if = "Option::is_none")]
    pub maximum_event_age_in_seconds: Option<i32>,
    /// `DestinationConfig`.
    #[serde(rename = "DestinationConfig", skip_serializing_if = "Option::is_none")]
    pub destination_config: Option<DestinationConfig>,
}

impl FromJson for UpdateFunctionEventInvokeConfigInput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "MaximumRetryAttempts" => it.maximum_retry_attempts = value.optional()?,
                "MaximumEventAgeInSeconds" => it.maximum_event_age_in_seconds = value.optional()?,
                "DestinationConfig" => it.destination_config = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Input for UpdateFunctionEventInvokeConfigInput {
    const OPERATION: Operation = Operation::UpdateFunctionEventInvokeConfig;
    type Output = FunctionEventInvokeConfig;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            function_name: request.path("FunctionName")?,
            qualifier: request.query("Qualifier")?,
            ..request.json()?
        })
    }
}

/// `UpdateFunctionUrlConfigRequest` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct UpdateFunctionUrlConfigInput {
    /// `FunctionName`: in the path, 1 to 140 characters, required.
    #[serde(skip)]
    pub function_name: Option<String>,
    /// `Qualifier`: query parameter `Qualifier`, 1 to 128 characters.
    #[serde(skip)]
    pub qualifier: Option<String>,
    /// `AuthType`.
    #[serde(rename = "AuthType", skip_serializing_if = "Option::is_none")]
    pub auth_type: Option<FunctionUrlAuthType>,
    /// `Cors`.
    #[serde(rename = "Cors", skip_serializing_if = "Option::is_none")]
    pub cors: Option<Cors>,
    /// `InvokeMode`.
    #[serde(rename = "InvokeMode", skip_serializing_if = "Option::is_none")]
    pub invoke_mode: Option<InvokeMode>,
}

impl FromJson for UpdateFunctionUrlConfigInput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "AuthType" => it.auth_type = value.optional()?,
                "Cors" => it.cors = value.optional()?,
                "InvokeMode" => it.invoke_mode = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

impl Input for UpdateFunctionUrlConfigInput {
    const OPERATION: Operation = Operation::UpdateFunctionUrlConfig;
    type Output = UpdateFunctionUrlConfigOutput;

    fn from_request(request: &Request<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            function_name: request.path("FunctionName")?,
            qualifier: request.query("Qualifier")?,
            ..request.json()?
        })
    }
}

/// Reads and checks what an operation takes, as serving it begins; none for operations
/// that are not served. For those who test with requests of every kind.
#[must_use]
pub fn check(operation: Operation, request: &Request<'_>) -> Option<Result<(), AwsError>> {
    fn one<I: Input>(request: &Request<'_>) -> Result<(), AwsError> {
        I::from_request(request)?.validate()
    }
    Some(match operation {
        Operation::AddLayerVersionPermission => one::<AddLayerVersionPermissionInput>(request),
        Operation::AddPermission => one::<AddPermissionInput>(request),
        Operation::CreateAlias => one::<CreateAliasInput>(request),
        Operation::CreateCodeSigningConfig => one::<CreateCodeSigningConfigInput>(request),
        Operation::CreateEventSourceMapping => one::<CreateEventSourceMappingInput>(request),
        Operation::CreateFunction => one::<CreateFunctionInput>(request),
        Operation::CreateFunctionUrlConfig => one::<CreateFunctionUrlConfigInput>(request),
        Operation::DeleteAlias => one::<DeleteAliasInput>(request),
        Operation::DeleteCodeSigningConfig => one::<DeleteCodeSigningConfigInput>(request),
        Operation::DeleteEventSourceMapping => one::<DeleteEventSourceMappingInput>(request),
        Operation::DeleteFunction => one::<DeleteFunctionInput>(request),
        Operation::DeleteFunctionCodeSigningConfig => {
            one::<DeleteFunctionCodeSigningConfigInput>(request)
        }
        Operation::DeleteFunctionConcurrency => one::<DeleteFunctionConcurrencyInput>(request),
        Operation::DeleteFunctionEventInvokeConfig => {
            one::<DeleteFunctionEventInvokeConfigInput>(request)
        }
        Operation::DeleteFunctionUrlConfig => one::<DeleteFunctionUrlConfigInput>(request),
        Operation::DeleteLayerVersion => one::<DeleteLayerVersionInput>(request),
        Operation::DeleteProvisionedConcurrencyConfig => {
            one::<DeleteProvisionedConcurrencyConfigInput>(request)
        }
        Operation::DeleteResourcePolicy => one::<DeleteResourcePolicyInput>(request),
        Operation::GetAccountSettings => one::<GetAccountSettingsInput>(request),
        Operation::GetAlias => one::<GetAliasInput>(request),
        Operation::GetCodeSigningConfig => one::<GetCodeSigningConfigInput>(request),
        Operation::GetEventSourceMapping => one::<GetEventSourceMappingInput>(request),
        Operation::GetFunction => one::<GetFunctionInput>(request),
        Operation::GetFunctionCodeSigningConfig => {
            one::<GetFunctionCodeSigningConfigInput>(request)
        }
        Operation::GetFunctionConcurrency => one::<GetFunctionConcurrencyInput>(request),
        Operation::GetFunctionConfiguration => one::<GetFunctionConfigurationInput>(request),
        Operation::GetFunctionEventInvokeConfig => {
            one::<GetFunctionEventInvokeConfigInput>(request)
        }
        Operation::GetFunctionRecursionConfig => one::<GetFunctionRecursionConfigInput>(request),
        Operation::GetFunctionUrlConfig => one::<GetFunctionUrlConfigInput>(request),
        Operation::GetLayerVersion => one::<GetLayerVersionInput>(request),
        Operation::GetLayerVersionByArn => one::<GetLayerVersionByArnInput>(request),
        Operation::GetLayerVersionPolicy => one::<GetLayerVersionPolicyInput>(request),
        Operation::GetPolicy => one::<GetPolicyInput>(request),
        Operation::GetProvisionedConcurrencyConfig => {
            one::<GetProvisionedConcurrencyConfigInput>(request)
        }
        Operation::GetResourcePolicy => one::<GetResourcePolicyInput>(request),
        Operation::GetRuntimeManagementConfig => one::<GetRuntimeManagementConfigInput>(request),
        Operation::Invoke => one::<InvokeInput>(request),
        Operation::InvokeAsync => one::<InvokeAsyncInput>(request),
        Operation::InvokeWithResponseStream => one::<InvokeWithResponseStreamInput>(request),
        Operation::ListAliases => one::<ListAliasesInput>(request),
        Operation::ListCodeSigningConfigs => one::<ListCodeSigningConfigsInput>(request),
        Operation::ListEventSourceMappings => one::<ListEventSourceMappingsInput>(request),
        Operation::ListFunctionEventInvokeConfigs => {
            one::<ListFunctionEventInvokeConfigsInput>(request)
        }
        Operation::ListFunctionUrlConfigs => one::<ListFunctionUrlConfigsInput>(request),
        Operation::ListFunctions => one::<ListFunctionsInput>(request),
        Operation::ListFunctionsByCodeSigningConfig => {
            one::<ListFunctionsByCodeSigningConfigInput>(request)
        }
        Operation::ListLayerVersions => one::<ListLayerVersionsInput>(request),
        Operation::ListLayers => one::<ListLayersInput>(request),
        Operation::ListProvisionedConcurrencyConfigs => {
            one::<ListProvisionedConcurrencyConfigsInput>(request)
        }
        Operation::ListTags => one::<ListTagsInput>(request),
        Operation::ListVersionsByFunction => one::<ListVersionsByFunctionInput>(request),
        Operation::PublishLayerVersion => one::<PublishLayerVersionInput>(request),
        Operation::PublishVersion => one::<PublishVersionInput>(request),
        Operation::PutFunctionCodeSigningConfig => {
            one::<PutFunctionCodeSigningConfigInput>(request)
        }
        Operation::PutFunctionConcurrency => one::<PutFunctionConcurrencyInput>(request),
        Operation::PutFunctionEventInvokeConfig => {
            one::<PutFunctionEventInvokeConfigInput>(request)
        }
        Operation::PutFunctionRecursionConfig => one::<PutFunctionRecursionConfigInput>(request),
        Operation::PutProvisionedConcurrencyConfig => {
            one::<PutProvisionedConcurrencyConfigInput>(request)
        }
        Operation::PutResourcePolicy => one::<PutResourcePolicyInput>(request),
        Operation::PutRuntimeManagementConfig => one::<PutRuntimeManagementConfigInput>(request),
        Operation::RemoveLayerVersionPermission => {
            one::<RemoveLayerVersionPermissionInput>(request)
        }
        Operation::RemovePermission => one::<RemovePermissionInput>(request),
        Operation::TagResource => one::<TagResourceInput>(request),
        Operation::UntagResource => one::<UntagResourceInput>(request),
        Operation::UpdateAlias => one::<UpdateAliasInput>(request),
        Operation::UpdateCodeSigningConfig => one::<UpdateCodeSigningConfigInput>(request),
        Operation::UpdateEventSourceMapping => one::<UpdateEventSourceMappingInput>(request),
        Operation::UpdateFunctionCode => one::<UpdateFunctionCodeInput>(request),
        Operation::UpdateFunctionConfiguration => one::<UpdateFunctionConfigurationInput>(request),
        Operation::UpdateFunctionEventInvokeConfig => {
            one::<UpdateFunctionEventInvokeConfigInput>(request)
        }
        Operation::UpdateFunctionUrlConfig => one::<UpdateFunctionUrlConfigInput>(request),
        _ => return None,
    })
}
