//! What callers may ask for and fika does not do yet: refused by name, never ignored.

use fika_aws::generated::lambda::{
    Architecture, CreateFunctionInput, FunctionCode, LayerVersionContentInput, PackageType,
    PublishVersionInput, UpdateFunctionCodeInput, UpdateFunctionConfigurationInput,
};
use fika_aws::shape::AwsError;

use crate::refuse;

/// What this machine's processor runs. A sandbox is no emulator.
pub(crate) const ARCHITECTURE: Architecture =
    if cfg!(target_arch = "aarch64") { Architecture::Arm64 } else { Architecture::X86_64 };

/// What CreateFunction takes beyond code and configuration.
pub(crate) fn create(input: &CreateFunctionInput) -> Result<(), AwsError> {
    none_of(&[
        ("PackageType Image", matches!(input.package_type, Some(PackageType::Image))),
        ("PublishTo", input.publish_to.is_some()),
    ])?;
    architectures(input.architectures.as_deref())?;
    input.code.as_ref().map_or(Ok(()), code)
}

/// What a configuration can say.
pub(crate) fn configuration(input: &UpdateFunctionConfigurationInput) -> Result<(), AwsError> {
    none_of(&[
        ("FileSystemConfigs", some(input.file_system_configs.as_deref())),
        ("ImageConfig", input.image_config.is_some()),
        ("CapacityProviderConfig", input.capacity_provider_config.is_some()),
        ("DurableConfig", input.durable_config.is_some()),
        ("RuntimeConfig", input.runtime_config.is_some()),
        ("AcceleratorConfig", input.accelerator_config.is_some()),
    ])
}

/// What UpdateFunctionCode takes beyond a zip.
pub(crate) fn update_code(input: &UpdateFunctionCodeInput) -> Result<(), AwsError> {
    if input.image_uri.is_some() {
        return Err(refuse::invalid(
            "Please don't provide ImageUri when updating a function with packageType Zip.",
        ));
    }
    none_of(&[
        ("PublishTo", input.publish_to.is_some()),
        ("S3Bucket", input.s3_bucket.is_some() && input.zip_file.is_none()),
        ("SourceKMSKeyArn", named(input.source_kms_key_arn.as_deref())),
    ])?;
    architectures(input.architectures.as_deref())
}

/// What PublishLayerVersion takes beyond a zip.
pub(crate) fn layer_content(content: &LayerVersionContentInput) -> Result<(), AwsError> {
    let s3 = content.s3_bucket.is_some() && content.zip_file.is_none();
    none_of(&[("Content.S3Bucket", s3)])
}

/// What PublishVersion can say.
pub(crate) fn publish(input: &PublishVersionInput) -> Result<(), AwsError> {
    none_of(&[("PublishTo", input.publish_to.is_some())])
}

fn code(code: &FunctionCode) -> Result<(), AwsError> {
    none_of(&[
        ("Code.ImageUri", code.image_uri.is_some()),
        ("Code.S3Bucket", code.s3_bucket.is_some() && code.zip_file.is_none()),
        ("Code.SourceKMSKeyArn", named(code.source_kms_key_arn.as_deref())),
    ])
}

fn architectures(given: Option<&[Architecture]>) -> Result<(), AwsError> {
    match given.and_then(|list| list.iter().find(|a| **a != ARCHITECTURE)) {
        Some(other) => Err(refuse::invalid(format!(
            "This server's processor runs {ARCHITECTURE}, not {other}: build the function for \
             {ARCHITECTURE} and set Architectures to it, or leave it out."
        ))),
        None => Ok(()),
    }
}

fn some<T>(list: Option<&[T]>) -> bool {
    list.is_some_and(|list| !list.is_empty())
}

/// An empty text means none, for AWS too.
fn named(text: Option<&str>) -> bool {
    text.is_some_and(|text| !text.is_empty())
}

fn none_of(given: &[(&str, bool)]) -> Result<(), AwsError> {
    match given.iter().find(|(_, given)| *given) {
        Some((name, _)) => Err(refuse::invalid(format!(
            "{name} is not supported by this version of fika: leave it out."
        ))),
        None => Ok(()),
    }
}
