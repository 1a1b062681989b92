// Written by `cargo xtask codegen` from the public service model. Do not edit.
//! Structures that inputs and outputs hold.

use std::collections::BTreeMap;
use std::fmt;

use bytes::Bytes;
use serde::Serialize;

use super::*;
use crate::shape::{FromJson, Json, Malformed};

/// `AcceleratorConfig` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct AcceleratorConfig {
    /// `AcceleratorMemorySize`: required.
    #[serde(rename = "AcceleratorMemorySize", skip_serializing_if = "Option::is_none")]
    pub accelerator_memory_size: Option<i32>,
}

impl FromJson for AcceleratorConfig {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            if name == "AcceleratorMemorySize" {
                it.accelerator_memory_size = value.optional()?;
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `AccountLimit` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct AccountLimit {
    /// `TotalCodeSize`.
    #[serde(rename = "TotalCodeSize", skip_serializing_if = "Option::is_none")]
    pub total_code_size: Option<i64>,
    /// `CodeSizeUnzipped`.
    #[serde(rename = "CodeSizeUnzipped", skip_serializing_if = "Option::is_none")]
    pub code_size_unzipped: Option<i64>,
    /// `CodeSizeZipped`.
    #[serde(rename = "CodeSizeZipped", skip_serializing_if = "Option::is_none")]
    pub code_size_zipped: Option<i64>,
    /// `ConcurrentExecutions`.
    #[serde(rename = "ConcurrentExecutions", skip_serializing_if = "Option::is_none")]
    pub concurrent_executions: Option<i32>,
    /// `UnreservedConcurrentExecutions`: at least 0.
    #[serde(rename = "UnreservedConcurrentExecutions", skip_serializing_if = "Option::is_none")]
    pub unreserved_concurrent_executions: Option<i32>,
}

impl FromJson for AccountLimit {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "TotalCodeSize" => it.total_code_size = value.optional()?,
                "CodeSizeUnzipped" => it.code_size_unzipped = value.optional()?,
                "CodeSizeZipped" => it.code_size_zipped = value.optional()?,
                "ConcurrentExecutions" => it.concurrent_executions = value.optional()?,
                "UnreservedConcurrentExecutions" => {
                    it.unreserved_concurrent_executions = value.optional()?
                }
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `AccountUsage` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct AccountUsage {
    /// `TotalCodeSize`.
    #[serde(rename = "TotalCodeSize", skip_serializing_if = "Option::is_none")]
    pub total_code_size: Option<i64>,
    /// `FunctionCount`.
    #[serde(rename = "FunctionCount", skip_serializing_if = "Option::is_none")]
    pub function_count: Option<i64>,
}

impl FromJson for AccountUsage {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "TotalCodeSize" => it.total_code_size = value.optional()?,
                "FunctionCount" => it.function_count = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `AliasConfiguration` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct AliasConfiguration {
    /// `AliasArn`: 0 to 10000 characters.
    #[serde(rename = "AliasArn", skip_serializing_if = "Option::is_none")]
    pub alias_arn: Option<String>,
    /// `Name`: 1 to 128 characters.
    #[serde(rename = "Name", skip_serializing_if = "Option::is_none")]
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

impl FromJson for AliasConfiguration {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "AliasArn" => it.alias_arn = value.optional()?,
                "Name" => it.name = value.optional()?,
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

/// `AliasRoutingConfiguration` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct AliasRoutingConfiguration {
    /// `AdditionalVersionWeights`.
    #[serde(rename = "AdditionalVersionWeights", skip_serializing_if = "Option::is_none")]
    pub additional_version_weights: Option<BTreeMap<String, f64>>,
}

impl FromJson for AliasRoutingConfiguration {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            if name == "AdditionalVersionWeights" {
                it.additional_version_weights = value.optional()?;
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `AllowedPublishers` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct AllowedPublishers {
    /// `SigningProfileVersionArns`: 1 to 20 entries, required.
    #[serde(rename = "SigningProfileVersionArns", skip_serializing_if = "Option::is_none")]
    pub signing_profile_version_arns: Option<Vec<String>>,
}

impl FromJson for AllowedPublishers {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            if name == "SigningProfileVersionArns" {
                it.signing_profile_version_arns = value.optional()?;
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `AmazonManagedKafkaEventSourceConfig` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct AmazonManagedKafkaEventSourceConfig {
    /// `ConsumerGroupId`: 1 to 200 characters.
    #[serde(rename = "ConsumerGroupId", skip_serializing_if = "Option::is_none")]
    pub consumer_group_id: Option<String>,
    /// `SchemaRegistryConfig`.
    #[serde(rename = "SchemaRegistryConfig", skip_serializing_if = "Option::is_none")]
    pub schema_registry_config: Option<KafkaSchemaRegistryConfig>,
}

impl FromJson for AmazonManagedKafkaEventSourceConfig {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "ConsumerGroupId" => it.consumer_group_id = value.optional()?,
                "SchemaRegistryConfig" => it.schema_registry_config = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `CapacityProviderConfig` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct CapacityProviderConfig {
    /// `LambdaManagedInstancesCapacityProviderConfig`: required.
    #[serde(
        rename = "LambdaManagedInstancesCapacityProviderConfig",
        skip_serializing_if = "Option::is_none"
    )]
    pub lambda_managed_instances_capacity_provider_config:
        Option<LambdaManagedInstancesCapacityProviderConfig>,
}

impl FromJson for CapacityProviderConfig {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            if name == "LambdaManagedInstancesCapacityProviderConfig" {
                it.lambda_managed_instances_capacity_provider_config = value.optional()?;
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `CodeSigningConfig` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct CodeSigningConfig {
    /// `CodeSigningConfigId`: required.
    #[serde(rename = "CodeSigningConfigId", skip_serializing_if = "Option::is_none")]
    pub code_signing_config_id: Option<String>,
    /// `CodeSigningConfigArn`: 0 to 200 characters, required.
    #[serde(rename = "CodeSigningConfigArn", skip_serializing_if = "Option::is_none")]
    pub code_signing_config_arn: Option<String>,
    /// `Description`: 0 to 256 characters.
    #[serde(rename = "Description", skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `AllowedPublishers`: required.
    #[serde(rename = "AllowedPublishers", skip_serializing_if = "Option::is_none")]
    pub allowed_publishers: Option<AllowedPublishers>,
    /// `CodeSigningPolicies`: required.
    #[serde(rename = "CodeSigningPolicies", skip_serializing_if = "Option::is_none")]
    pub code_signing_policies: Option<CodeSigningPolicies>,
    /// `LastModified`: 0 to 100 characters, required.
    #[serde(rename = "LastModified", skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
}

impl FromJson for CodeSigningConfig {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "CodeSigningConfigId" => it.code_signing_config_id = value.optional()?,
                "CodeSigningConfigArn" => it.code_signing_config_arn = value.optional()?,
                "Description" => it.description = value.optional()?,
                "AllowedPublishers" => it.allowed_publishers = value.optional()?,
                "CodeSigningPolicies" => it.code_signing_policies = value.optional()?,
                "LastModified" => it.last_modified = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `CodeSigningPolicies` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct CodeSigningPolicies {
    /// `UntrustedArtifactOnDeployment`.
    #[serde(rename = "UntrustedArtifactOnDeployment", skip_serializing_if = "Option::is_none")]
    pub untrusted_artifact_on_deployment: Option<CodeSigningPolicy>,
}

impl FromJson for CodeSigningPolicies {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            if name == "UntrustedArtifactOnDeployment" {
                it.untrusted_artifact_on_deployment = value.optional()?;
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `Concurrency` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Concurrency {
    /// `ReservedConcurrentExecutions`: at least 0.
    #[serde(rename = "ReservedConcurrentExecutions", skip_serializing_if = "Option::is_none")]
    pub reserved_concurrent_executions: Option<i32>,
}

impl FromJson for Concurrency {
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

/// `Cors` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Cors {
    /// `AllowCredentials`.
    #[serde(rename = "AllowCredentials", skip_serializing_if = "Option::is_none")]
    pub allow_credentials: Option<bool>,
    /// `AllowHeaders`: 0 to 100 entries.
    #[serde(rename = "AllowHeaders", skip_serializing_if = "Option::is_none")]
    pub allow_headers: Option<Vec<String>>,
    /// `AllowMethods`: 0 to 6 entries.
    #[serde(rename = "AllowMethods", skip_serializing_if = "Option::is_none")]
    pub allow_methods: Option<Vec<String>>,
    /// `AllowOrigins`: 0 to 100 entries.
    #[serde(rename = "AllowOrigins", skip_serializing_if = "Option::is_none")]
    pub allow_origins: Option<Vec<String>>,
    /// `ExposeHeaders`: 0 to 100 entries.
    #[serde(rename = "ExposeHeaders", skip_serializing_if = "Option::is_none")]
    pub expose_headers: Option<Vec<String>>,
    /// `MaxAge`: 0 to 86400.
    #[serde(rename = "MaxAge", skip_serializing_if = "Option::is_none")]
    pub max_age: Option<i32>,
}

impl FromJson for Cors {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "AllowCredentials" => it.allow_credentials = value.optional()?,
                "AllowHeaders" => it.allow_headers = value.optional()?,
                "AllowMethods" => it.allow_methods = value.optional()?,
                "AllowOrigins" => it.allow_origins = value.optional()?,
                "ExposeHeaders" => it.expose_headers = value.optional()?,
                "MaxAge" => it.max_age = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `DeadLetterConfig` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct DeadLetterConfig {
    /// `TargetArn`: 0 to 10000 characters.
    #[serde(rename = "TargetArn", skip_serializing_if = "Option::is_none")]
    pub target_arn: Option<String>,
}

impl FromJson for DeadLetterConfig {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            if name == "TargetArn" {
                it.target_arn = value.optional()?;
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `DestinationConfig` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct DestinationConfig {
    /// `OnSuccess`.
    #[serde(rename = "OnSuccess", skip_serializing_if = "Option::is_none")]
    pub on_success: Option<OnSuccess>,
    /// `OnFailure`.
    #[serde(rename = "OnFailure", skip_serializing_if = "Option::is_none")]
    pub on_failure: Option<OnFailure>,
}

impl FromJson for DestinationConfig {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "OnSuccess" => it.on_success = value.optional()?,
                "OnFailure" => it.on_failure = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `DocumentDBEventSourceConfig` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct DocumentDBEventSourceConfig {
    /// `DatabaseName`: 1 to 63 characters.
    #[serde(rename = "DatabaseName", skip_serializing_if = "Option::is_none")]
    pub database_name: Option<String>,
    /// `CollectionName`: 1 to 57 characters.
    #[serde(rename = "CollectionName", skip_serializing_if = "Option::is_none")]
    pub collection_name: Option<String>,
    /// `FullDocument`.
    #[serde(rename = "FullDocument", skip_serializing_if = "Option::is_none")]
    pub full_document: Option<FullDocument>,
}

impl FromJson for DocumentDBEventSourceConfig {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "DatabaseName" => it.database_name = value.optional()?,
                "CollectionName" => it.collection_name = value.optional()?,
                "FullDocument" => it.full_document = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `DurableConfig` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct DurableConfig {
    /// `KMSKeyArn`: 0 to 10000 characters.
    #[serde(rename = "KMSKeyArn", skip_serializing_if = "Option::is_none")]
    pub kms_key_arn: Option<String>,
    /// `RetentionPeriodInDays`: 1 to 90.
    #[serde(rename = "RetentionPeriodInDays", skip_serializing_if = "Option::is_none")]
    pub retention_period_in_days: Option<i32>,
    /// `ExecutionTimeout`: 1 to 31622400.
    #[serde(rename = "ExecutionTimeout", skip_serializing_if = "Option::is_none")]
    pub execution_timeout: Option<i32>,
}

impl FromJson for DurableConfig {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "KMSKeyArn" => it.kms_key_arn = value.optional()?,
                "RetentionPeriodInDays" => it.retention_period_in_days = value.optional()?,
                "ExecutionTimeout" => it.execution_timeout = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `Environment` of the service model.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct Environment {
    /// `Variables`.
    #[serde(rename = "Variables", skip_serializing_if = "Option::is_none")]
    pub variables: Option<BTreeMap<String, String>>,
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment")
            .field("variables", &self.variables.as_ref().map(|_| "(sensitive)"))
            .finish()
    }
}

impl FromJson for Environment {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            if name == "Variables" {
                it.variables = value.optional()?;
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `EnvironmentError` of the service model.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct EnvironmentError {
    /// `ErrorCode`.
    #[serde(rename = "ErrorCode", skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// `Message`.
    #[serde(rename = "Message", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl fmt::Debug for EnvironmentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnvironmentError")
            .field("error_code", &self.error_code)
            .field("message", &self.message.as_ref().map(|_| "(sensitive)"))
            .finish()
    }
}

impl FromJson for EnvironmentError {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "ErrorCode" => it.error_code = value.optional()?,
                "Message" => it.message = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `EnvironmentResponse` of the service model.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct EnvironmentResponse {
    /// `Variables`.
    #[serde(rename = "Variables", skip_serializing_if = "Option::is_none")]
    pub variables: Option<BTreeMap<String, String>>,
    /// `Error`.
    #[serde(rename = "Error", skip_serializing_if = "Option::is_none")]
    pub error: Option<EnvironmentError>,
}

impl fmt::Debug for EnvironmentResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnvironmentResponse")
            .field("variables", &self.variables.as_ref().map(|_| "(sensitive)"))
            .field("error", &self.error)
            .finish()
    }
}

impl FromJson for EnvironmentResponse {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "Variables" => it.variables = value.optional()?,
                "Error" => it.error = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `EphemeralStorage` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct EphemeralStorage {
    /// `Size`: 512 to 32768, required.
    #[serde(rename = "Size", skip_serializing_if = "Option::is_none")]
    pub size: Option<i32>,
}

impl FromJson for EphemeralStorage {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            if name == "Size" {
                it.size = value.optional()?;
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `EventSourceMappingConfiguration` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct EventSourceMappingConfiguration {
    /// `UUID`: 36 to 36 characters.
    #[serde(rename = "UUID", skip_serializing_if = "Option::is_none")]
    pub uuid: Option<String>,
    /// `StartingPosition`.
    #[serde(rename = "StartingPosition", skip_serializing_if = "Option::is_none")]
    pub starting_position: Option<EventSourcePosition>,
    /// `StartingPositionTimestamp`: seconds since 1970.
    #[serde(rename = "StartingPositionTimestamp", skip_serializing_if = "Option::is_none")]
    pub starting_position_timestamp: Option<f64>,
    /// `BatchSize`: 1 to 10000.
    #[serde(rename = "BatchSize", skip_serializing_if = "Option::is_none")]
    pub batch_size: Option<i32>,
    /// `MaximumBatchingWindowInSeconds`: 0 to 300.
    #[serde(rename = "MaximumBatchingWindowInSeconds", skip_serializing_if = "Option::is_none")]
    pub maximum_batching_window_in_seconds: Option<i32>,
    /// `ParallelizationFactor`: 1 to 10.
    #[serde(rename = "ParallelizationFactor", skip_serializing_if = "Option::is_none")]
    pub parallelization_factor: Option<i32>,
    /// `EventSourceArn`: 0 to 10000 characters.
    #[serde(rename = "EventSourceArn", skip_serializing_if = "Option::is_none")]
    pub event_source_arn: Option<String>,
    /// `FilterCriteria`.
    #[serde(rename = "FilterCriteria", skip_serializing_if = "Option::is_none")]
    pub filter_criteria: Option<FilterCriteria>,
    /// `FilterCriteriaError`.
    #[serde(rename = "FilterCriteriaError", skip_serializing_if = "Option::is_none")]
    pub filter_criteria_error: Option<FilterCriteriaError>,
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
    /// `FunctionArn`: 0 to 10000 characters.
    #[serde(rename = "FunctionArn", skip_serializing_if = "Option::is_none")]
    pub function_arn: Option<String>,
    /// `LastModified`: seconds since 1970.
    #[serde(rename = "LastModified", skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<f64>,
    /// `LastProcessingResult`.
    #[serde(rename = "LastProcessingResult", skip_serializing_if = "Option::is_none")]
    pub last_processing_result: Option<String>,
    /// `State`.
    #[serde(rename = "State", skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// `StateTransitionReason`.
    #[serde(rename = "StateTransitionReason", skip_serializing_if = "Option::is_none")]
    pub state_transition_reason: Option<String>,
    /// `DestinationConfig`.
    #[serde(rename = "DestinationConfig", skip_serializing_if = "Option::is_none")]
    pub destination_config: Option<DestinationConfig>,
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
    /// `EventSourceMappingArn`: 85 to 120 characters.
    #[serde(rename = "EventSourceMappingArn", skip_serializing_if = "Option::is_none")]
    pub event_source_mapping_arn: Option<String>,
    /// `ProvisionedPollerConfig`.
    #[serde(rename = "ProvisionedPollerConfig", skip_serializing_if = "Option::is_none")]
    pub provisioned_poller_config: Option<ProvisionedPollerConfig>,
}

impl FromJson for EventSourceMappingConfiguration {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "UUID" => it.uuid = value.optional()?,
                "StartingPosition" => it.starting_position = value.optional()?,
                "StartingPositionTimestamp" => it.starting_position_timestamp = value.optional()?,
                "BatchSize" => it.batch_size = value.optional()?,
                "MaximumBatchingWindowInSeconds" => {
                    it.maximum_batching_window_in_seconds = value.optional()?
                }
                "ParallelizationFactor" => it.parallelization_factor = value.optional()?,
                "EventSourceArn" => it.event_source_arn = value.optional()?,
                "FilterCriteria" => it.filter_criteria = value.optional()?,
                "FilterCriteriaError" => it.filter_criteria_error = value.optional()?,
                "KMSKeyArn" => it.kms_key_arn = value.optional()?,
                "MetricsConfig" => it.metrics_config = value.optional()?,
                "LoggingConfig" => it.logging_config = value.optional()?,
                "ScalingConfig" => it.scaling_config = value.optional()?,
                "FunctionArn" => it.function_arn = value.optional()?,
                "LastModified" => it.last_modified = value.optional()?,
                "LastProcessingResult" => it.last_processing_result = value.optional()?,
                "State" => it.state = value.optional()?,
                "StateTransitionReason" => it.state_transition_reason = value.optional()?,
                "DestinationConfig" => it.destination_config = value.optional()?,
                "Topics" => it.topics = value.optional()?,
                "Queues" => it.queues = value.optional()?,
                "SourceAccessConfigurations" => {
                    it.source_access_configurations = value.optional()?
                }
                "SelfManagedEventSource" => it.self_managed_event_source = value.optional()?,
                "MaximumRecordAgeInSeconds" => {
                    it.maximum_record_age_in_seconds = value.optional()?
                }
                "BisectBatchOnFunctionError" => {
                    it.bisect_batch_on_function_error = value.optional()?
                }
                "MaximumRetryAttempts" => it.maximum_retry_attempts = value.optional()?,
                "TumblingWindowInSeconds" => it.tumbling_window_in_seconds = value.optional()?,
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
                "EventSourceMappingArn" => it.event_source_mapping_arn = value.optional()?,
                "ProvisionedPollerConfig" => it.provisioned_poller_config = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `EventSourceMappingLoggingConfig` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct EventSourceMappingLoggingConfig {
    /// `SystemLogLevel`.
    #[serde(rename = "SystemLogLevel", skip_serializing_if = "Option::is_none")]
    pub system_log_level: Option<EventSourceMappingSystemLogLevel>,
}

impl FromJson for EventSourceMappingLoggingConfig {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            if name == "SystemLogLevel" {
                it.system_log_level = value.optional()?;
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `EventSourceMappingMetricsConfig` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct EventSourceMappingMetricsConfig {
    /// `Metrics`: 0 to 3 entries.
    #[serde(rename = "Metrics", skip_serializing_if = "Option::is_none")]
    pub metrics: Option<Vec<EventSourceMappingMetric>>,
}

impl FromJson for EventSourceMappingMetricsConfig {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            if name == "Metrics" {
                it.metrics = value.optional()?;
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `FileSystemConfig` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct FileSystemConfig {
    /// `Arn`: 0 to 256 characters, required.
    #[serde(rename = "Arn", skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
    /// `LocalMountPath`: 0 to 160 characters, required.
    #[serde(rename = "LocalMountPath", skip_serializing_if = "Option::is_none")]
    pub local_mount_path: Option<String>,
    /// `S3FilesConfig`.
    #[serde(rename = "S3FilesConfig", skip_serializing_if = "Option::is_none")]
    pub s3_files_config: Option<S3FilesConfig>,
}

impl FromJson for FileSystemConfig {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "Arn" => it.arn = value.optional()?,
                "LocalMountPath" => it.local_mount_path = value.optional()?,
                "S3FilesConfig" => it.s3_files_config = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `Filter` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Filter {
    /// `Pattern`: 0 to 4096 characters.
    #[serde(rename = "Pattern", skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
}

impl FromJson for Filter {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            if name == "Pattern" {
                it.pattern = value.optional()?;
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `FilterCriteria` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct FilterCriteria {
    /// `Filters`.
    #[serde(rename = "Filters", skip_serializing_if = "Option::is_none")]
    pub filters: Option<Vec<Filter>>,
}

impl FromJson for FilterCriteria {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            if name == "Filters" {
                it.filters = value.optional()?;
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `FilterCriteriaError` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct FilterCriteriaError {
    /// `ErrorCode`: 10 to 50 characters.
    #[serde(rename = "ErrorCode", skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// `Message`: 10 to 2048 characters.
    #[serde(rename = "Message", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl FromJson for FilterCriteriaError {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "ErrorCode" => it.error_code = value.optional()?,
                "Message" => it.message = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `FunctionCode` of the service model.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct FunctionCode {
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
    /// `SourceKMSKeyArn`: 0 to 10000 characters.
    #[serde(rename = "SourceKMSKeyArn", skip_serializing_if = "Option::is_none")]
    pub source_kms_key_arn: Option<String>,
}

impl fmt::Debug for FunctionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FunctionCode")
            .field("zip_file", &self.zip_file.as_ref().map(|_| "(sensitive)"))
            .field("s3_bucket", &self.s3_bucket)
            .field("s3_key", &self.s3_key)
            .field("s3_object_version", &self.s3_object_version)
            .field("s3_object_storage_mode", &self.s3_object_storage_mode)
            .field("image_uri", &self.image_uri)
            .field("source_kms_key_arn", &self.source_kms_key_arn)
            .finish()
    }
}

impl FromJson for FunctionCode {
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
                "SourceKMSKeyArn" => it.source_kms_key_arn = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `FunctionCodeLocation` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct FunctionCodeLocation {
    /// `RepositoryType`.
    #[serde(rename = "RepositoryType", skip_serializing_if = "Option::is_none")]
    pub repository_type: Option<String>,
    /// `Location`: 0 to 10000 characters.
    #[serde(rename = "Location", skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// `ImageUri`.
    #[serde(rename = "ImageUri", skip_serializing_if = "Option::is_none")]
    pub image_uri: Option<String>,
    /// `ResolvedImageUri`.
    #[serde(rename = "ResolvedImageUri", skip_serializing_if = "Option::is_none")]
    pub resolved_image_uri: Option<String>,
    /// `ResolvedS3Object`.
    #[serde(rename = "ResolvedS3Object", skip_serializing_if = "Option::is_none")]
    pub resolved_s3_object: Option<ResolvedS3Object>,
    /// `SourceKMSKeyArn`: 0 to 10000 characters.
    #[serde(rename = "SourceKMSKeyArn", skip_serializing_if = "Option::is_none")]
    pub source_kms_key_arn: Option<String>,
    /// `Error`.
    #[serde(rename = "Error", skip_serializing_if = "Option::is_none")]
    pub error: Option<FunctionCodeLocationError>,
}

impl FromJson for FunctionCodeLocation {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "RepositoryType" => it.repository_type = value.optional()?,
                "Location" => it.location = value.optional()?,
                "ImageUri" => it.image_uri = value.optional()?,
                "ResolvedImageUri" => it.resolved_image_uri = value.optional()?,
                "ResolvedS3Object" => it.resolved_s3_object = value.optional()?,
                "SourceKMSKeyArn" => it.source_kms_key_arn = value.optional()?,
                "Error" => it.error = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `FunctionCodeLocationError` of the service model.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct FunctionCodeLocationError {
    /// `ErrorCode`.
    #[serde(rename = "ErrorCode", skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// `Message`.
    #[serde(rename = "Message", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl fmt::Debug for FunctionCodeLocationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FunctionCodeLocationError")
            .field("error_code", &self.error_code)
            .field("message", &self.message.as_ref().map(|_| "(sensitive)"))
            .finish()
    }
}

impl FromJson for FunctionCodeLocationError {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "ErrorCode" => it.error_code = value.optional()?,
                "Message" => it.message = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `FunctionConfiguration` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct FunctionConfiguration {
    /// `FunctionName`: 1 to 256 characters.
    #[serde(rename = "FunctionName", skip_serializing_if = "Option::is_none")]
    pub function_name: Option<String>,
    /// `FunctionArn`: 0 to 10000 characters.
    #[serde(rename = "FunctionArn", skip_serializing_if = "Option::is_none")]
    pub function_arn: Option<String>,
    /// `Runtime`.
    #[serde(rename = "Runtime", skip_serializing_if = "Option::is_none")]
    pub runtime: Option<Runtime>,
    /// `Role`: 0 to 10000 characters.
    #[serde(rename = "Role", skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// `Handler`: 0 to 128 characters.
    #[serde(rename = "Handler", skip_serializing_if = "Option::is_none")]
    pub handler: Option<String>,
    /// `CodeSize`.
    #[serde(rename = "CodeSize", skip_serializing_if = "Option::is_none")]
    pub code_size: Option<i64>,
    /// `Description`: 0 to 256 characters.
    #[serde(rename = "Description", skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `Timeout`: 1 to 5400.
    #[serde(rename = "Timeout", skip_serializing_if = "Option::is_none")]
    pub timeout: Option<i32>,
    /// `MemorySize`: 128 to 32768.
    #[serde(rename = "MemorySize", skip_serializing_if = "Option::is_none")]
    pub memory_size: Option<i32>,
    /// `LastModified`: 0 to 100 characters.
    #[serde(rename = "LastModified", skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
    /// `CodeSha256`.
    #[serde(rename = "CodeSha256", skip_serializing_if = "Option::is_none")]
    pub code_sha256: Option<String>,
    /// `Version`: 1 to 1024 characters.
    #[serde(rename = "Version", skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// `VpcConfig`.
    #[serde(rename = "VpcConfig", skip_serializing_if = "Option::is_none")]
    pub vpc_config: Option<VpcConfigResponse>,
    /// `DeadLetterConfig`.
    #[serde(rename = "DeadLetterConfig", skip_serializing_if = "Option::is_none")]
    pub dead_letter_config: Option<DeadLetterConfig>,
    /// `Environment`.
    #[serde(rename = "Environment", skip_serializing_if = "Option::is_none")]
    pub environment: Option<EnvironmentResponse>,
    /// `KMSKeyArn`: 0 to 10000 characters.
    #[serde(rename = "KMSKeyArn", skip_serializing_if = "Option::is_none")]
    pub kms_key_arn: Option<String>,
    /// `TracingConfig`.
    #[serde(rename = "TracingConfig", skip_serializing_if = "Option::is_none")]
    pub tracing_config: Option<TracingConfigResponse>,
    /// `MasterArn`: 0 to 10000 characters.
    #[serde(rename = "MasterArn", skip_serializing_if = "Option::is_none")]
    pub master_arn: Option<String>,
    /// `RevisionId`.
    #[serde(rename = "RevisionId", skip_serializing_if = "Option::is_none")]
    pub revision_id: Option<String>,
    /// `Layers`.
    #[serde(rename = "Layers", skip_serializing_if = "Option::is_none")]
    pub layers: Option<Vec<Layer>>,
    /// `State`.
    #[serde(rename = "State", skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    /// `StateReason`.
    #[serde(rename = "StateReason", skip_serializing_if = "Option::is_none")]
    pub state_reason: Option<String>,
    /// `StateReasonCode`.
    #[serde(rename = "StateReasonCode", skip_serializing_if = "Option::is_none")]
    pub state_reason_code: Option<StateReasonCode>,
    /// `LastUpdateStatus`.
    #[serde(rename = "LastUpdateStatus", skip_serializing_if = "Option::is_none")]
    pub last_update_status: Option<LastUpdateStatus>,
    /// `LastUpdateStatusReason`.
    #[serde(rename = "LastUpdateStatusReason", skip_serializing_if = "Option::is_none")]
    pub last_update_status_reason: Option<String>,
    /// `LastUpdateStatusReasonCode`.
    #[serde(rename = "LastUpdateStatusReasonCode", skip_serializing_if = "Option::is_none")]
    pub last_update_status_reason_code: Option<LastUpdateStatusReasonCode>,
    /// `FileSystemConfigs`: 0 to 1 entries.
    #[serde(rename = "FileSystemConfigs", skip_serializing_if = "Option::is_none")]
    pub file_system_configs: Option<Vec<FileSystemConfig>>,
    /// `SigningProfileVersionArn`: 0 to 10000 characters.
    #[serde(rename = "SigningProfileVersionArn", skip_serializing_if = "Option::is_none")]
    pub signing_profile_version_arn: Option<String>,
    /// `SigningJobArn`: 0 to 10000 characters.
    #[serde(rename = "SigningJobArn", skip_serializing_if = "Option::is_none")]
    pub signing_job_arn: Option<String>,
    /// `PackageType`.
    #[serde(rename = "PackageType", skip_serializing_if = "Option::is_none")]
    pub package_type: Option<PackageType>,
    /// `ImageConfigResponse`.
    #[serde(rename = "ImageConfigResponse", skip_serializing_if = "Option::is_none")]
    pub image_config_response: Option<ImageConfigResponse>,
    /// `Architectures`: 1 to 1 entries.
    #[serde(rename = "Architectures", skip_serializing_if = "Option::is_none")]
    pub architectures: Option<Vec<Architecture>>,
    /// `EphemeralStorage`.
    #[serde(rename = "EphemeralStorage", skip_serializing_if = "Option::is_none")]
    pub ephemeral_storage: Option<EphemeralStorage>,
    /// `SnapStart`.
    #[serde(rename = "SnapStart", skip_serializing_if = "Option::is_none")]
    pub snap_start: Option<SnapStartResponse>,
    /// `RuntimeVersionConfig`.
    #[serde(rename = "RuntimeVersionConfig", skip_serializing_if = "Option::is_none")]
    pub runtime_version_config: Option<RuntimeVersionConfig>,
    /// `LoggingConfig`.
    #[serde(rename = "LoggingConfig", skip_serializing_if = "Option::is_none")]
    pub logging_config: Option<LoggingConfig>,
    /// `TenancyConfig`.
    #[serde(rename = "TenancyConfig", skip_serializing_if = "Option::is_none")]
    pub tenancy_config: Option<TenancyConfig>,
    /// `CapacityProviderConfig`.
    #[serde(rename = "CapacityProviderConfig", skip_serializing_if = "Option::is_none")]
    pub capacity_provider_config: Option<CapacityProviderConfig>,
    /// `ConfigSha256`.
    #[serde(rename = "ConfigSha256", skip_serializing_if = "Option::is_none")]
    pub config_sha256: Option<String>,
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

impl FromJson for FunctionConfiguration {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "FunctionName" => it.function_name = value.optional()?,
                "FunctionArn" => it.function_arn = value.optional()?,
                "Runtime" => it.runtime = value.optional()?,
                "Role" => it.role = value.optional()?,
                "Handler" => it.handler = value.optional()?,
                "CodeSize" => it.code_size = value.optional()?,
                "Description" => it.description = value.optional()?,
                "Timeout" => it.timeout = value.optional()?,
                "MemorySize" => it.memory_size = value.optional()?,
                "LastModified" => it.last_modified = value.optional()?,
                "CodeSha256" => it.code_sha256 = value.optional()?,
                "Version" => it.version = value.optional()?,
                "VpcConfig" => it.vpc_config = value.optional()?,
                "DeadLetterConfig" => it.dead_letter_config = value.optional()?,
                "Environment" => it.environment = value.optional()?,
                "KMSKeyArn" => it.kms_key_arn = value.optional()?,
                "TracingConfig" => it.tracing_config = value.optional()?,
                "MasterArn" => it.master_arn = value.optional()?,
                "RevisionId" => it.revision_id = value.optional()?,
                "Layers" => it.layers = value.optional()?,
                "State" => it.state = value.optional()?,
                "StateReason" => it.state_reason = value.optional()?,
                "StateReasonCode" => it.state_reason_code = value.optional()?,
                "LastUpdateStatus" => it.last_update_status = value.optional()?,
                "LastUpdateStatusReason" => it.last_update_status_reason = value.optional()?,
                "LastUpdateStatusReasonCode" => {
                    it.last_update_status_reason_code = value.optional()?
                }
                "FileSystemConfigs" => it.file_system_configs = value.optional()?,
                "SigningProfileVersionArn" => it.signing_profile_version_arn = value.optional()?,
                "SigningJobArn" => it.signing_job_arn = value.optional()?,
                "PackageType" => it.package_type = value.optional()?,
                "ImageConfigResponse" => it.image_config_response = value.optional()?,
                "Architectures" => it.architectures = value.optional()?,
                "EphemeralStorage" => it.ephemeral_storage = value.optional()?,
                "SnapStart" => it.snap_start = value.optional()?,
                "RuntimeVersionConfig" => it.runtime_version_config = value.optional()?,
                "LoggingConfig" => it.logging_config = value.optional()?,
                "TenancyConfig" => it.tenancy_config = value.optional()?,
                "CapacityProviderConfig" => it.capacity_provider_config = value.optional()?,
                "ConfigSha256" => it.config_sha256 = value.optional()?,
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

/// `FunctionEventInvokeConfig` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct FunctionEventInvokeConfig {
    /// `LastModified`: seconds since 1970.
    #[serde(rename = "LastModified", skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<f64>,
    /// `FunctionArn`: 0 to 10000 characters.
    #[serde(rename = "FunctionArn", skip_serializing_if = "Option::is_none")]
    pub function_arn: Option<String>,
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

impl FromJson for FunctionEventInvokeConfig {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "LastModified" => it.last_modified = value.optional()?,
                "FunctionArn" => it.function_arn = value.optional()?,
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

/// `FunctionRuntimeConfig` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct FunctionRuntimeConfig {
    /// `RuntimeArn`: 48 to 2048 characters, required.
    #[serde(rename = "RuntimeArn", skip_serializing_if = "Option::is_none")]
    pub runtime_arn: Option<String>,
    /// `RuntimeAlias`: 1 to 128 characters, required.
    #[serde(rename = "RuntimeAlias", skip_serializing_if = "Option::is_none")]
    pub runtime_alias: Option<String>,
}

impl FromJson for FunctionRuntimeConfig {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "RuntimeArn" => it.runtime_arn = value.optional()?,
                "RuntimeAlias" => it.runtime_alias = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `FunctionUrlConfig` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct FunctionUrlConfig {
    /// `FunctionUrl`: 40 to 100 characters, required.
    #[serde(rename = "FunctionUrl", skip_serializing_if = "Option::is_none")]
    pub function_url: Option<String>,
    /// `FunctionArn`: 0 to 10000 characters, required.
    #[serde(rename = "FunctionArn", skip_serializing_if = "Option::is_none")]
    pub function_arn: Option<String>,
    /// `CreationTime`: 0 to 100 characters, required.
    #[serde(rename = "CreationTime", skip_serializing_if = "Option::is_none")]
    pub creation_time: Option<String>,
    /// `LastModifiedTime`: 0 to 100 characters, required.
    #[serde(rename = "LastModifiedTime", skip_serializing_if = "Option::is_none")]
    pub last_modified_time: Option<String>,
    /// `Cors`.
    #[serde(rename = "Cors", skip_serializing_if = "Option::is_none")]
    pub cors: Option<Cors>,
    /// `AuthType`: required.
    #[serde(rename = "AuthType", skip_serializing_if = "Option::is_none")]
    pub auth_type: Option<FunctionUrlAuthType>,
    /// `InvokeMode`.
    #[serde(rename = "InvokeMode", skip_serializing_if = "Option::is_none")]
    pub invoke_mode: Option<InvokeMode>,
}

impl FromJson for FunctionUrlConfig {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "FunctionUrl" => it.function_url = value.optional()?,
                "FunctionArn" => it.function_arn = value.optional()?,
                "CreationTime" => it.creation_time = value.optional()?,
                "LastModifiedTime" => it.last_modified_time = value.optional()?,
                "Cors" => it.cors = value.optional()?,
                "AuthType" => it.auth_type = value.optional()?,
                "InvokeMode" => it.invoke_mode = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `GetLayerVersionResponse` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct GetLayerVersionResponse {
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

impl FromJson for GetLayerVersionResponse {
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

/// `ImageConfig` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ImageConfig {
    /// `EntryPoint`: 0 to 1500 entries.
    #[serde(rename = "EntryPoint", skip_serializing_if = "Option::is_none")]
    pub entry_point: Option<Vec<String>>,
    /// `Command`: 0 to 1500 entries.
    #[serde(rename = "Command", skip_serializing_if = "Option::is_none")]
    pub command: Option<Vec<String>>,
    /// `WorkingDirectory`: 0 to 1000 characters.
    #[serde(rename = "WorkingDirectory", skip_serializing_if = "Option::is_none")]
    pub working_directory: Option<String>,
}

impl FromJson for ImageConfig {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "EntryPoint" => it.entry_point = value.optional()?,
                "Command" => it.command = value.optional()?,
                "WorkingDirectory" => it.working_directory = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `ImageConfigError` of the service model.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct ImageConfigError {
    /// `ErrorCode`.
    #[serde(rename = "ErrorCode", skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// `Message`.
    #[serde(rename = "Message", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl fmt::Debug for ImageConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImageConfigError")
            .field("error_code", &self.error_code)
            .field("message", &self.message.as_ref().map(|_| "(sensitive)"))
            .finish()
    }
}

impl FromJson for ImageConfigError {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "ErrorCode" => it.error_code = value.optional()?,
                "Message" => it.message = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `ImageConfigResponse` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ImageConfigResponse {
    /// `ImageConfig`.
    #[serde(rename = "ImageConfig", skip_serializing_if = "Option::is_none")]
    pub image_config: Option<ImageConfig>,
    /// `Error`.
    #[serde(rename = "Error", skip_serializing_if = "Option::is_none")]
    pub error: Option<ImageConfigError>,
}

impl FromJson for ImageConfigResponse {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "ImageConfig" => it.image_config = value.optional()?,
                "Error" => it.error = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `KafkaSchemaRegistryAccessConfig` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct KafkaSchemaRegistryAccessConfig {
    /// `Type`.
    #[serde(rename = "Type", skip_serializing_if = "Option::is_none")]
    pub type_: Option<KafkaSchemaRegistryAuthType>,
    /// `URI`: 0 to 10000 characters.
    #[serde(rename = "URI", skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
}

impl FromJson for KafkaSchemaRegistryAccessConfig {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "Type" => it.type_ = value.optional()?,
                "URI" => it.uri = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `KafkaSchemaRegistryConfig` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct KafkaSchemaRegistryConfig {
    /// `SchemaRegistryURI`: 1 to 10000 characters.
    #[serde(rename = "SchemaRegistryURI", skip_serializing_if = "Option::is_none")]
    pub schema_registry_uri: Option<String>,
    /// `EventRecordFormat`.
    #[serde(rename = "EventRecordFormat", skip_serializing_if = "Option::is_none")]
    pub event_record_format: Option<SchemaRegistryEventRecordFormat>,
    /// `AccessConfigs`.
    #[serde(rename = "AccessConfigs", skip_serializing_if = "Option::is_none")]
    pub access_configs: Option<Vec<KafkaSchemaRegistryAccessConfig>>,
    /// `SchemaValidationConfigs`.
    #[serde(rename = "SchemaValidationConfigs", skip_serializing_if = "Option::is_none")]
    pub schema_validation_configs: Option<Vec<KafkaSchemaValidationConfig>>,
}

impl FromJson for KafkaSchemaRegistryConfig {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "SchemaRegistryURI" => it.schema_registry_uri = value.optional()?,
                "EventRecordFormat" => it.event_record_format = value.optional()?,
                "AccessConfigs" => it.access_configs = value.optional()?,
                "SchemaValidationConfigs" => it.schema_validation_configs = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `KafkaSchemaValidationConfig` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct KafkaSchemaValidationConfig {
    /// `Attribute`.
    #[serde(rename = "Attribute", skip_serializing_if = "Option::is_none")]
    pub attribute: Option<KafkaSchemaValidationAttribute>,
}

impl FromJson for KafkaSchemaValidationConfig {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            if name == "Attribute" {
                it.attribute = value.optional()?;
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `LambdaManagedInstancesCapacityProviderConfig` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct LambdaManagedInstancesCapacityProviderConfig {
    /// `CapacityProviderArn`: 1 to 140 characters, required.
    #[serde(rename = "CapacityProviderArn", skip_serializing_if = "Option::is_none")]
    pub capacity_provider_arn: Option<String>,
    /// `PerExecutionEnvironmentMaxConcurrency`: 1 to 1600.
    #[serde(
        rename = "PerExecutionEnvironmentMaxConcurrency",
        skip_serializing_if = "Option::is_none"
    )]
    pub per_execution_environment_max_concurrency: Option<i32>,
    /// `ExecutionEnvironmentMemoryGiBPerVCpu`: 2 to 8.
    #[serde(
        rename = "ExecutionEnvironmentMemoryGiBPerVCpu",
        skip_serializing_if = "Option::is_none"
    )]
    pub execution_environment_memory_gi_b_per_v_cpu: Option<f64>,
}

impl FromJson for LambdaManagedInstancesCapacityProviderConfig {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "CapacityProviderArn" => it.capacity_provider_arn = value.optional()?,
                "PerExecutionEnvironmentMaxConcurrency" => {
                    it.per_execution_environment_max_concurrency = value.optional()?
                }
                "ExecutionEnvironmentMemoryGiBPerVCpu" => {
                    it.execution_environment_memory_gi_b_per_v_cpu = value.optional()?
                }
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `Layer` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Layer {
    /// `Arn`: 1 to 2048 characters.
    #[serde(rename = "Arn", skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
    /// `CodeSize`.
    #[serde(rename = "CodeSize", skip_serializing_if = "Option::is_none")]
    pub code_size: Option<i64>,
    /// `SigningProfileVersionArn`: 0 to 10000 characters.
    #[serde(rename = "SigningProfileVersionArn", skip_serializing_if = "Option::is_none")]
    pub signing_profile_version_arn: Option<String>,
    /// `SigningJobArn`: 0 to 10000 characters.
    #[serde(rename = "SigningJobArn", skip_serializing_if = "Option::is_none")]
    pub signing_job_arn: Option<String>,
}

impl FromJson for Layer {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "Arn" => it.arn = value.optional()?,
                "CodeSize" => it.code_size = value.optional()?,
                "SigningProfileVersionArn" => it.signing_profile_version_arn = value.optional()?,
                "SigningJobArn" => it.signing_job_arn = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `LayerVersionContentInput` of the service model.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct LayerVersionContentInput {
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
    /// `ZipFile`.
    #[serde(
        rename = "ZipFile",
        skip_serializing_if = "Option::is_none",
        serialize_with = "crate::shape::blob"
    )]
    pub zip_file: Option<Bytes>,
}

impl fmt::Debug for LayerVersionContentInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LayerVersionContentInput")
            .field("s3_bucket", &self.s3_bucket)
            .field("s3_key", &self.s3_key)
            .field("s3_object_version", &self.s3_object_version)
            .field("s3_object_storage_mode", &self.s3_object_storage_mode)
            .field("zip_file", &self.zip_file.as_ref().map(|_| "(sensitive)"))
            .finish()
    }
}

impl FromJson for LayerVersionContentInput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "S3Bucket" => it.s3_bucket = value.optional()?,
                "S3Key" => it.s3_key = value.optional()?,
                "S3ObjectVersion" => it.s3_object_version = value.optional()?,
                "S3ObjectStorageMode" => it.s3_object_storage_mode = value.optional()?,
                "ZipFile" => it.zip_file = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `LayerVersionContentOutput` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct LayerVersionContentOutput {
    /// `Location`: 0 to 10000 characters.
    #[serde(rename = "Location", skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// `CodeSha256`.
    #[serde(rename = "CodeSha256", skip_serializing_if = "Option::is_none")]
    pub code_sha256: Option<String>,
    /// `CodeSize`.
    #[serde(rename = "CodeSize", skip_serializing_if = "Option::is_none")]
    pub code_size: Option<i64>,
    /// `SigningProfileVersionArn`: 0 to 10000 characters.
    #[serde(rename = "SigningProfileVersionArn", skip_serializing_if = "Option::is_none")]
    pub signing_profile_version_arn: Option<String>,
    /// `SigningJobArn`: 0 to 10000 characters.
    #[serde(rename = "SigningJobArn", skip_serializing_if = "Option::is_none")]
    pub signing_job_arn: Option<String>,
    /// `ResolvedS3Object`.
    #[serde(rename = "ResolvedS3Object", skip_serializing_if = "Option::is_none")]
    pub resolved_s3_object: Option<ResolvedS3Object>,
}

impl FromJson for LayerVersionContentOutput {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "Location" => it.location = value.optional()?,
                "CodeSha256" => it.code_sha256 = value.optional()?,
                "CodeSize" => it.code_size = value.optional()?,
                "SigningProfileVersionArn" => it.signing_profile_version_arn = value.optional()?,
                "SigningJobArn" => it.signing_job_arn = value.optional()?,
                "ResolvedS3Object" => it.resolved_s3_object = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `LayerVersionsListItem` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct LayerVersionsListItem {
    /// `LayerVersionArn`: 1 to 2048 characters.
    #[serde(rename = "LayerVersionArn", skip_serializing_if = "Option::is_none")]
    pub layer_version_arn: Option<String>,
    /// `Version`.
    #[serde(rename = "Version", skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// `Description`: 0 to 256 characters.
    #[serde(rename = "Description", skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `CreatedDate`: 0 to 100 characters.
    #[serde(rename = "CreatedDate", skip_serializing_if = "Option::is_none")]
    pub created_date: Option<String>,
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

impl FromJson for LayerVersionsListItem {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "LayerVersionArn" => it.layer_version_arn = value.optional()?,
                "Version" => it.version = value.optional()?,
                "Description" => it.description = value.optional()?,
                "CreatedDate" => it.created_date = value.optional()?,
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

/// `LayersListItem` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct LayersListItem {
    /// `LayerName`: 1 to 140 characters.
    #[serde(rename = "LayerName", skip_serializing_if = "Option::is_none")]
    pub layer_name: Option<String>,
    /// `LayerArn`: 1 to 2048 characters.
    #[serde(rename = "LayerArn", skip_serializing_if = "Option::is_none")]
    pub layer_arn: Option<String>,
    /// `LatestMatchingVersion`.
    #[serde(rename = "LatestMatchingVersion", skip_serializing_if = "Option::is_none")]
    pub latest_matching_version: Option<LayerVersionsListItem>,
}

impl FromJson for LayersListItem {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "LayerName" => it.layer_name = value.optional()?,
                "LayerArn" => it.layer_arn = value.optional()?,
                "LatestMatchingVersion" => it.latest_matching_version = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `LoggingConfig` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct LoggingConfig {
    /// `LogFormat`.
    #[serde(rename = "LogFormat", skip_serializing_if = "Option::is_none")]
    pub log_format: Option<LogFormat>,
    /// `ApplicationLogLevel`.
    #[serde(rename = "ApplicationLogLevel", skip_serializing_if = "Option::is_none")]
    pub application_log_level: Option<ApplicationLogLevel>,
    /// `SystemLogLevel`.
    #[serde(rename = "SystemLogLevel", skip_serializing_if = "Option::is_none")]
    pub system_log_level: Option<SystemLogLevel>,
    /// `LogGroup`: 1 to 512 characters.
    #[serde(rename = "LogGroup", skip_serializing_if = "Option::is_none")]
    pub log_group: Option<String>,
}

impl FromJson for LoggingConfig {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "LogFormat" => it.log_format = value.optional()?,
                "ApplicationLogLevel" => it.application_log_level = value.optional()?,
                "SystemLogLevel" => it.system_log_level = value.optional()?,
                "LogGroup" => it.log_group = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `OnFailure` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct OnFailure {
    /// `Destination`: 0 to 350 characters.
    #[serde(rename = "Destination", skip_serializing_if = "Option::is_none")]
    pub destination: Option<String>,
}

impl FromJson for OnFailure {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            if name == "Destination" {
                it.destination = value.optional()?;
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `OnSuccess` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct OnSuccess {
    /// `Destination`: 0 to 350 characters.
    #[serde(rename = "Destination", skip_serializing_if = "Option::is_none")]
    pub destination: Option<String>,
}

impl FromJson for OnSuccess {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            if name == "Destination" {
                it.destination = value.optional()?;
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `ProvisionedConcurrencyConfigListItem` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ProvisionedConcurrencyConfigListItem {
    /// `FunctionArn`: 0 to 10000 characters.
    #[serde(rename = "FunctionArn", skip_serializing_if = "Option::is_none")]
    pub function_arn: Option<String>,
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

impl FromJson for ProvisionedConcurrencyConfigListItem {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "FunctionArn" => it.function_arn = value.optional()?,
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

/// `ProvisionedPollerConfig` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ProvisionedPollerConfig {
    /// `MinimumPollers`: 1 to 200.
    #[serde(rename = "MinimumPollers", skip_serializing_if = "Option::is_none")]
    pub minimum_pollers: Option<i32>,
    /// `MaximumPollers`: 1 to 10000.
    #[serde(rename = "MaximumPollers", skip_serializing_if = "Option::is_none")]
    pub maximum_pollers: Option<i32>,
    /// `PollerGroupName`: 0 to 128 characters.
    #[serde(rename = "PollerGroupName", skip_serializing_if = "Option::is_none")]
    pub poller_group_name: Option<String>,
}

impl FromJson for ProvisionedPollerConfig {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "MinimumPollers" => it.minimum_pollers = value.optional()?,
                "MaximumPollers" => it.maximum_pollers = value.optional()?,
                "PollerGroupName" => it.poller_group_name = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `ResolvedS3Object` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ResolvedS3Object {
    /// `S3Bucket`: 3 to 63 characters.
    #[serde(rename = "S3Bucket", skip_serializing_if = "Option::is_none")]
    pub s3_bucket: Option<String>,
    /// `S3Key`: 1 to 1024 characters.
    #[serde(rename = "S3Key", skip_serializing_if = "Option::is_none")]
    pub s3_key: Option<String>,
    /// `S3ObjectVersion`: 1 to 1024 characters.
    #[serde(rename = "S3ObjectVersion", skip_serializing_if = "Option::is_none")]
    pub s3_object_version: Option<String>,
}

impl FromJson for ResolvedS3Object {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "S3Bucket" => it.s3_bucket = value.optional()?,
                "S3Key" => it.s3_key = value.optional()?,
                "S3ObjectVersion" => it.s3_object_version = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `RuntimeVersionConfig` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct RuntimeVersionConfig {
    /// `RuntimeVersionArn`: 26 to 2048 characters.
    #[serde(rename = "RuntimeVersionArn", skip_serializing_if = "Option::is_none")]
    pub runtime_version_arn: Option<String>,
    /// `Error`.
    #[serde(rename = "Error", skip_serializing_if = "Option::is_none")]
    pub error: Option<RuntimeVersionError>,
}

impl FromJson for RuntimeVersionConfig {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "RuntimeVersionArn" => it.runtime_version_arn = value.optional()?,
                "Error" => it.error = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `RuntimeVersionError` of the service model.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct RuntimeVersionError {
    /// `ErrorCode`.
    #[serde(rename = "ErrorCode", skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// `Message`.
    #[serde(rename = "Message", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl fmt::Debug for RuntimeVersionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RuntimeVersionError")
            .field("error_code", &self.error_code)
            .field("message", &self.message.as_ref().map(|_| "(sensitive)"))
            .finish()
    }
}

impl FromJson for RuntimeVersionError {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "ErrorCode" => it.error_code = value.optional()?,
                "Message" => it.message = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `S3FilesConfig` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct S3FilesConfig {
    /// `DirectS3Read`.
    #[serde(rename = "DirectS3Read", skip_serializing_if = "Option::is_none")]
    pub direct_s3_read: Option<DirectS3Read>,
}

impl FromJson for S3FilesConfig {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            if name == "DirectS3Read" {
                it.direct_s3_read = value.optional()?;
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `ScalingConfig` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ScalingConfig {
    /// `MaximumConcurrency`: 2 to 1000.
    #[serde(rename = "MaximumConcurrency", skip_serializing_if = "Option::is_none")]
    pub maximum_concurrency: Option<i32>,
}

impl FromJson for ScalingConfig {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            if name == "MaximumConcurrency" {
                it.maximum_concurrency = value.optional()?;
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `SelfManagedEventSource` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct SelfManagedEventSource {
    /// `Endpoints`: 1 to 2 entries.
    #[serde(rename = "Endpoints", skip_serializing_if = "Option::is_none")]
    pub endpoints: Option<BTreeMap<String, Vec<String>>>,
}

impl FromJson for SelfManagedEventSource {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            if name == "Endpoints" {
                it.endpoints = value.optional()?;
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `SelfManagedKafkaEventSourceConfig` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct SelfManagedKafkaEventSourceConfig {
    /// `ConsumerGroupId`: 1 to 200 characters.
    #[serde(rename = "ConsumerGroupId", skip_serializing_if = "Option::is_none")]
    pub consumer_group_id: Option<String>,
    /// `SchemaRegistryConfig`.
    #[serde(rename = "SchemaRegistryConfig", skip_serializing_if = "Option::is_none")]
    pub schema_registry_config: Option<KafkaSchemaRegistryConfig>,
    /// `ConsumptionMode`.
    #[serde(rename = "ConsumptionMode", skip_serializing_if = "Option::is_none")]
    pub consumption_mode: Option<KafkaEventSourceMappingConsumptionMode>,
}

impl FromJson for SelfManagedKafkaEventSourceConfig {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "ConsumerGroupId" => it.consumer_group_id = value.optional()?,
                "SchemaRegistryConfig" => it.schema_registry_config = value.optional()?,
                "ConsumptionMode" => it.consumption_mode = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `SnapStart` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct SnapStart {
    /// `ApplyOn`.
    #[serde(rename = "ApplyOn", skip_serializing_if = "Option::is_none")]
    pub apply_on: Option<SnapStartApplyOn>,
}

impl FromJson for SnapStart {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            if name == "ApplyOn" {
                it.apply_on = value.optional()?;
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `SnapStartResponse` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct SnapStartResponse {
    /// `ApplyOn`.
    #[serde(rename = "ApplyOn", skip_serializing_if = "Option::is_none")]
    pub apply_on: Option<SnapStartApplyOn>,
    /// `OptimizationStatus`.
    #[serde(rename = "OptimizationStatus", skip_serializing_if = "Option::is_none")]
    pub optimization_status: Option<SnapStartOptimizationStatus>,
}

impl FromJson for SnapStartResponse {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "ApplyOn" => it.apply_on = value.optional()?,
                "OptimizationStatus" => it.optimization_status = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `SourceAccessConfiguration` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct SourceAccessConfiguration {
    /// `Type`.
    #[serde(rename = "Type", skip_serializing_if = "Option::is_none")]
    pub type_: Option<SourceAccessType>,
    /// `URI`: 1 to 200 characters.
    #[serde(rename = "URI", skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
}

impl FromJson for SourceAccessConfiguration {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "Type" => it.type_ = value.optional()?,
                "URI" => it.uri = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `TagsError` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct TagsError {
    /// `ErrorCode`: 10 to 21 characters, required.
    #[serde(rename = "ErrorCode", skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// `Message`: 84 to 1000 characters, required.
    #[serde(rename = "Message", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl FromJson for TagsError {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "ErrorCode" => it.error_code = value.optional()?,
                "Message" => it.message = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `TenancyConfig` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct TenancyConfig {
    /// `TenantIsolationMode`: required.
    #[serde(rename = "TenantIsolationMode", skip_serializing_if = "Option::is_none")]
    pub tenant_isolation_mode: Option<TenantIsolationMode>,
}

impl FromJson for TenancyConfig {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            if name == "TenantIsolationMode" {
                it.tenant_isolation_mode = value.optional()?;
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `TracingConfig` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct TracingConfig {
    /// `Mode`.
    #[serde(rename = "Mode", skip_serializing_if = "Option::is_none")]
    pub mode: Option<TracingMode>,
}

impl FromJson for TracingConfig {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            if name == "Mode" {
                it.mode = value.optional()?;
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `TracingConfigResponse` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct TracingConfigResponse {
    /// `Mode`.
    #[serde(rename = "Mode", skip_serializing_if = "Option::is_none")]
    pub mode: Option<TracingMode>,
}

impl FromJson for TracingConfigResponse {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            if name == "Mode" {
                it.mode = value.optional()?;
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `VpcConfig` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct VpcConfig {
    /// `SubnetIds`: 0 to 16 entries.
    #[serde(rename = "SubnetIds", skip_serializing_if = "Option::is_none")]
    pub subnet_ids: Option<Vec<String>>,
    /// `SecurityGroupIds`: 0 to 5 entries.
    #[serde(rename = "SecurityGroupIds", skip_serializing_if = "Option::is_none")]
    pub security_group_ids: Option<Vec<String>>,
    /// `Ipv6AllowedForDualStack`.
    #[serde(rename = "Ipv6AllowedForDualStack", skip_serializing_if = "Option::is_none")]
    pub ipv6_allowed_for_dual_stack: Option<bool>,
}

impl FromJson for VpcConfig {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "SubnetIds" => it.subnet_ids = value.optional()?,
                "SecurityGroupIds" => it.security_group_ids = value.optional()?,
                "Ipv6AllowedForDualStack" => it.ipv6_allowed_for_dual_stack = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}

/// `VpcConfigResponse` of the service model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct VpcConfigResponse {
    /// `SubnetIds`: 0 to 16 entries.
    #[serde(rename = "SubnetIds", skip_serializing_if = "Option::is_none")]
    pub subnet_ids: Option<Vec<String>>,
    /// `SecurityGroupIds`: 0 to 5 entries.
    #[serde(rename = "SecurityGroupIds", skip_serializing_if = "Option::is_none")]
    pub security_group_ids: Option<Vec<String>>,
    /// `VpcId`.
    #[serde(rename = "VpcId", skip_serializing_if = "Option::is_none")]
    pub vpc_id: Option<String>,
    /// `Ipv6AllowedForDualStack`.
    #[serde(rename = "Ipv6AllowedForDualStack", skip_serializing_if = "Option::is_none")]
    pub ipv6_allowed_for_dual_stack: Option<bool>,
}

impl FromJson for VpcConfigResponse {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut it = Self::default();
        json.structure(|name, value| {
            match name {
                "SubnetIds" => it.subnet_ids = value.optional()?,
                "SecurityGroupIds" => it.security_group_ids = value.optional()?,
                "VpcId" => it.vpc_id = value.optional()?,
                "Ipv6AllowedForDualStack" => it.ipv6_allowed_for_dual_stack = value.optional()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(it)
    }
}
