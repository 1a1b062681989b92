//! PublishLayerVersion, GetLayerVersion, GetLayerVersionByArn, ListLayers, ListLayerVersions,
//! DeleteLayerVersion.

use std::ops::Bound;

use fika_aws::generated::lambda::{
    DeleteLayerVersionInput, GetLayerVersionByArnInput, GetLayerVersionInput,
    GetLayerVersionResponse, LayerVersionContentOutput, LayerVersionsListItem, LayersListItem,
    ListLayerVersionsInput, ListLayerVersionsOutput, ListLayersInput, ListLayersOutput,
    PublishLayerVersionInput, PublishLayerVersionOutput,
};
use fika_aws::rest::Empty;
use fika_aws::shape::AwsError;
use fika_model::{CodeRef, Scope};

use super::list::{mark, page, unmark};
use crate::code::Kept;
use crate::control::Control;
use crate::layers::{LayerArn, LayerVersion, LayerVersionArn, Named};
use crate::{answer, code, lifecycle, refuse, unsupported};

/// A layer version's answer, but for the address its code can be loaded from.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerAnswer<T> {
    /// The answer; `Content.Location` is for the frontend to fill in.
    pub output: T,
    /// The code it is about.
    pub code: CodeRef,
}

impl Control {
    /// PublishLayerVersion: the archive under the next number of its layer.
    ///
    /// # Errors
    /// As on AWS; and 400, by name, for what fika does not do yet.
    pub async fn publish_layer_version(
        &self,
        scope: &Scope,
        input: PublishLayerVersionInput,
    ) -> Result<LayerAnswer<PublishLayerVersionOutput>, AwsError> {
        let layer = own_layer(scope, input.layer_name.as_deref(), "PublishLayerVersion")?;
        let content = input.content.clone().unwrap_or_default();
        unsupported::layer_content(&content)?;
        let stored = content.s3_bucket.is_some();
        let source = code::Source { zip: content.zip_file, stored };
        let this = self.clone();
        self.to_the_end(async move {
            let kept = code::keep(&this.inner.blobs, this.signers(), source).await?;
            let code = kept.code.clone();
            let version = new(input, code.clone(), &kept);
            let added = this.add_layer_version(layer, version).await;
            // Only now does the layer itself keep the code, or nobody does.
            drop(kept);
            if added.is_err() {
                this.forget(&code);
            }
            let GetLayerVersionResponse {
                content,
                layer_arn,
                layer_version_arn,
                description,
                created_date,
                version,
                compatible_architectures,
                compatible_runtimes,
                license_info,
            } = shown(&added?);
            let output = PublishLayerVersionOutput {
                content,
                layer_arn,
                layer_version_arn,
                description,
                created_date,
                version,
                compatible_architectures,
                compatible_runtimes,
                license_info,
            };
            Ok(LayerAnswer { output, code })
        })
        .await
    }

    /// GetLayerVersion.
    ///
    /// # Errors
    /// As on AWS.
    pub fn get_layer_version(
        &self,
        scope: &Scope,
        input: &GetLayerVersionInput,
    ) -> Result<LayerAnswer<GetLayerVersionResponse>, AwsError> {
        let layer = layer(scope, input.layer_name.as_deref())?;
        self.layer_version(scope, layer.version(number(input.version_number)?))
    }

    /// GetLayerVersionByArn.
    ///
    /// # Errors
    /// As on AWS.
    pub fn get_layer_version_by_arn(
        &self,
        scope: &Scope,
        input: &GetLayerVersionByArnInput,
    ) -> Result<LayerAnswer<GetLayerVersionResponse>, AwsError> {
        let arn = input.arn.as_deref().and_then(LayerVersionArn::parse);
        self.layer_version(scope, arn.ok_or_else(refuse::no_resource)?)
    }

    fn layer_version(
        &self,
        scope: &Scope,
        arn: LayerVersionArn,
    ) -> Result<LayerAnswer<GetLayerVersionResponse>, AwsError> {
        self.may_use_layer(scope, &arn)?;
        let here = arn.layer.scope.region == scope.region;
        let version = self.inner.layers.shelf.get(&arn).filter(|_| here);
        let version = version.ok_or_else(refuse::no_resource)?;
        let code = version.code.clone();
        Ok(LayerAnswer { output: shown(&(arn, version)), code })
    }

    /// ListLayers: by name, each with its last version that fits, 50 a page at most.
    ///
    /// # Errors
    /// 400 for a marker that is not one of ours.
    pub fn list_layers(
        &self,
        scope: &Scope,
        input: &ListLayersInput,
    ) -> Result<ListLayersOutput, AwsError> {
        let runtime = input.compatible_runtime.as_ref().map(|runtime| runtime.as_str());
        let architecture = input.compatible_architecture.as_ref().map(|a| a.as_str());
        let after = unmark(input.marker.as_deref())?;
        let start = after.as_ref().map_or(Bound::Unbounded, |(name, _)| Bound::Excluded(&**name));
        let limit = page(input.max_items);
        let fits = |version: &LayerVersion| fits(version, runtime, architecture);
        let mut layers = self.inner.layers.shelf.list(scope, start, limit + 1, fits);
        let more = layers.len() > limit;
        layers.truncate(limit);
        let last = layers.last().filter(|_| more);
        let next_marker = last.map(|(arn, _)| mark(&(arn.layer.name.clone(), 0)));
        let item = |named: &Named| LayersListItem {
            layer_name: Some(named.0.layer.name.clone()),
            layer_arn: Some(named.0.layer.to_string()),
            latest_matching_version: Some(summary(named)),
        };
        Ok(ListLayersOutput { layers: Some(layers.iter().map(item).collect()), next_marker })
    }

    /// ListLayerVersions: the last first, 50 a page at most.
    ///
    /// # Errors
    /// As on AWS; 400 for a marker that is not one of ours.
    pub fn list_layer_versions(
        &self,
        scope: &Scope,
        input: &ListLayerVersionsInput,
    ) -> Result<ListLayerVersionsOutput, AwsError> {
        let layer = own_layer(scope, input.layer_name.as_deref(), "ListLayerVersions")?;
        let runtime = input.compatible_runtime.as_ref().map(|runtime| runtime.as_str());
        let architecture = input.compatible_architecture.as_ref().map(|a| a.as_str());
        let below = unmark(input.marker.as_deref())?.map_or(u64::MAX, |(_, number)| number);
        let mut versions = self.inner.layers.shelf.versions(&layer, below);
        versions.retain(|(_, version)| fits(version, runtime, architecture));
        let limit = page(input.max_items);
        let more = versions.len() > limit;
        versions.truncate(limit);
        let last = versions.last().filter(|_| more);
        let next_marker = last.map(|(arn, _)| mark(&(layer.name.clone(), arn.version)));
        let layer_versions = Some(versions.iter().map(summary).collect());
        Ok(ListLayerVersionsOutput { layer_versions, next_marker })
    }

    /// DeleteLayerVersion. Functions that have it keep it; its number is not used again.
    ///
    /// # Errors
    /// As on AWS.
    pub async fn delete_layer_version(
        &self,
        scope: &Scope,
        input: &DeleteLayerVersionInput,
    ) -> Result<Empty, AwsError> {
        let layer = own_layer(scope, input.layer_name.as_deref(), "DeleteLayerVersion")?;
        let arn = layer.version(number(input.version_number)?);
        let this = self.clone();
        self.to_the_end(async move { this.remove_layer_version(&arn).await }).await?;
        Ok(Empty)
    }
}

/// The layer a caller names.
fn layer(scope: &Scope, name: Option<&str>) -> Result<LayerArn, AwsError> {
    LayerArn::parse(name.unwrap_or_default(), scope).ok_or_else(refuse::no_resource)
}

/// The same, for what only the layer's own account may do.
pub(super) fn own_layer(
    scope: &Scope,
    name: Option<&str>,
    action: &str,
) -> Result<LayerArn, AwsError> {
    let layer = layer(scope, name)?;
    match layer.scope == *scope {
        true => Ok(layer),
        false => Err(refuse::layer_denied(scope, action, &layer)),
    }
}

/// The number of a version.
pub(super) fn number(given: Option<i64>) -> Result<u64, AwsError> {
    let number = given.and_then(|number| u64::try_from(number).ok()).filter(|number| *number > 0);
    number.ok_or_else(|| refuse::invalid("Layer Version Cannot be less than 1"))
}

fn new(input: PublishLayerVersionInput, code: CodeRef, kept: &Kept) -> LayerVersion {
    let texts = |runtime: fika_aws::generated::lambda::Runtime| runtime.as_str().to_owned();
    LayerVersion {
        code,
        unpacked_bytes: kept.unpacked_bytes,
        seal: kept.seal.clone(),
        description: input.description.unwrap_or_default(),
        runtimes: input.compatible_runtimes.map(|list| list.into_iter().map(texts).collect()),
        architectures: input
            .compatible_architectures
            .map(|list| list.into_iter().map(|one| one.as_str().to_owned()).collect()),
        license: input.license_info,
        created_ms: lifecycle::now_ms(),
        policy: None,
    }
}

/// Whether a version says that it goes with what a list is asked for.
fn fits(version: &LayerVersion, runtime: Option<&str>, architecture: Option<&str>) -> bool {
    let says = |list: &Option<Vec<String>>, wanted: Option<&str>| {
        wanted.is_none_or(|wanted| list.iter().flatten().any(|one| one == wanted))
    };
    says(&version.runtimes, runtime) && says(&version.architectures, architecture)
}

fn summary((arn, version): &Named) -> LayerVersionsListItem {
    let LayerVersion { description, runtimes, architectures, license, created_ms, .. } = &**version;
    let texts = |list: &Vec<String>| list.iter().map(|text| text.as_str().into()).collect();
    LayerVersionsListItem {
        layer_version_arn: Some(arn.to_string()),
        version: i64::try_from(arn.version).ok(),
        description: Some(description.clone()),
        created_date: Some(answer::date(*created_ms)),
        compatible_architectures: architectures
            .as_ref()
            .map(|list| list.iter().map(|text| text.as_str().into()).collect()),
        compatible_runtimes: runtimes.as_ref().map(texts),
        license_info: license.clone(),
    }
}

fn shown(named: &Named) -> GetLayerVersionResponse {
    let (arn, version) = named;
    let item = summary(named);
    let (signing_profile_version_arn, signing_job_arn) = version.seal.arns();
    GetLayerVersionResponse {
        content: Some(LayerVersionContentOutput {
            code_sha256: code::sha256_base64(&version.code),
            code_size: i64::try_from(version.code.size).ok(),
            signing_profile_version_arn,
            signing_job_arn,
            ..Default::default()
        }),
        layer_arn: Some(arn.layer.to_string()),
        layer_version_arn: item.layer_version_arn,
        description: item.description,
        created_date: item.created_date,
        version: item.version,
        compatible_architectures: item.compatible_architectures,
        compatible_runtimes: item.compatible_runtimes,
        license_info: item.license_info,
    }
}
