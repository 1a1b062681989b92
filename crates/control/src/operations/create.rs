//! CreateFunction.

use std::collections::BTreeMap;
use std::sync::Arc;

use fika_aws::generated::lambda::{
    CreateFunctionInput, FunctionConfiguration, UpdateFunctionConfigurationInput,
};
use fika_aws::shape::AwsError;
use fika_model::{FunctionArn, FunctionRef, Scope};

use super::{small_enough, unknown_runtime};
use crate::answer::Shown;
use crate::attached::Attached;
use crate::control::Control;
use crate::record::Build;
use crate::reference::{self, Caller, Which};
use crate::settings::Settings;
use crate::wishes::Wishes;
use crate::{answer, code, lifecycle, published, refuse, unsupported};

/// Tags a function can have.
const TAGS: usize = 50;

impl Control {
    /// CreateFunction. It answers `Pending`; preparation goes on by itself.
    ///
    /// # Errors
    /// As on AWS; and 400, by name, for what fika does not do yet.
    pub async fn create_function(
        &self,
        scope: &Scope,
        mut input: CreateFunctionInput,
    ) -> Result<FunctionConfiguration, AwsError> {
        let arn = name(scope, input.function_name.as_deref())?;
        unsupported::create(&input)?;
        let tags = checked_tags(input.tags.take().unwrap_or_default())?;
        let (wishes, publish) = (Wishes::of(&tags)?, input.publish == Some(true));
        let signing = input.code_signing_config_arn.take().filter(|arn| !arn.is_empty());
        let given = input.code.take().unwrap_or_default();
        let source = code::Source { zip: given.zip_file, stored: given.s3_bucket.is_some() };
        let tenancy = input.tenancy_config.take();
        let chosen = self.choose_layers(scope, input.layers.take().as_deref())?;
        let mut settings = Settings::new(configuration(input))?.isolated(tenancy.as_ref())?;
        if self.inner.registry.get(scope, &arn.name).is_some() {
            return Err(refuse::exists(&arn.name));
        }
        let this = self.clone();
        self.to_the_end(async move {
            let kept = code::keep(&this.inner.blobs, this.signers(), source).await?;
            let copies = if publish { 2 } else { 1 };
            this.room_for_code(&arn.scope, copies * kept.code.size, 0)?;
            if let Some(chosen) = &chosen {
                settings.layers.clone_from(&chosen.uses);
            }
            let (code, unpacked_bytes) = (kept.code.clone(), kept.unpacked_bytes);
            let seal = kept.seal.clone();
            let build = Build { settings, code, unpacked_bytes, seal, wishes };
            small_enough(&build)?;
            // Held until the function is there, so that its config is not deleted before.
            let _turn = match &signing {
                Some(_) => Some(this.inner.signing.turn.lock().await),
                None => None,
            };
            let signing = signing.map(|given| this.config_of_a_function(&arn.scope, Some(&given)));
            let signing = signing.transpose()?;
            this.check_signatures(&arn, signing.as_deref(), &build)?;
            let mut next =
                lifecycle::created(build, tags, &this.inner.uids).map_err(unknown_runtime)?;
            if signing.is_some() {
                let attached = Attached { code_signing: signing, ..Attached::default() };
                next.record.attached = Arc::new(attached);
            }
            if publish {
                published::publish(None, &mut next, None, &this.inner.uids)
                    .map_err(unknown_runtime)?;
            }
            let snapshot = this.add(arn.clone(), next).await?;
            // Only now does the function itself keep the code.
            drop((kept, chosen));
            // AWS answers with the version, and yet with the function's own ARN.
            let which = if publish { Which::Published(1) } else { Which::Latest };
            let shown = Shown::of(&arn, &snapshot, which);
            let shown = shown.ok_or_else(|| refuse::not_found(&arn))?;
            Ok(answer::configuration(&shown))
        })
        .await
    }
}

/// A new function's name: bare, or in an ARN of the caller's own account and region.
fn name(scope: &Scope, name: Option<&str>) -> Result<FunctionArn, AwsError> {
    let text = name.unwrap_or_default();
    let reference = FunctionRef::parse(text).map_err(|_| {
        refuse::invalid(format!(
            "1 validation error detected: Value '{text}' at 'functionName' failed to satisfy \
             constraint: Member must have length less than or equal to 64"
        ))
    })?;
    let caller = Caller { scope, action: "CreateFunction" };
    if Which::of(caller.qualifier(&reference, None)?) != Some(Which::Latest) {
        return Err(refuse::invalid(
            "A new function's name has no version: leave the qualifier out.",
        ));
    }
    Ok(reference::arn(scope, &reference.name, None))
}

pub(super) fn checked_tags(
    tags: BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, AwsError> {
    if tags.len() > TAGS {
        return Err(refuse::invalid("Number of tags exceeds resource tag limit."));
    }
    for (key, value) in &tags {
        if !(1..=128).contains(&key.chars().count()) || value.chars().count() > 256 {
            return Err(refuse::invalid(format!(
                "The tag {key:?} is too long: a key has 1 to 128 characters, a value up to 256."
            )));
        }
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(refuse::invalid(format!(
                "The tag {key:?} has a key that is reserved: aws: is not for users' tags."
            )));
        }
    }
    Ok(tags)
}

/// The part of the input that UpdateFunctionConfiguration takes too.
fn configuration(input: CreateFunctionInput) -> UpdateFunctionConfigurationInput {
    UpdateFunctionConfigurationInput {
        function_name: input.function_name,
        role: input.role,
        handler: input.handler,
        description: input.description,
        timeout: input.timeout,
        memory_size: input.memory_size,
        vpc_config: input.vpc_config,
        environment: input.environment,
        runtime: input.runtime,
        dead_letter_config: input.dead_letter_config,
        kms_key_arn: input.kms_key_arn,
        tracing_config: input.tracing_config,
        revision_id: None,
        layers: input.layers,
        file_system_configs: input.file_system_configs,
        image_config: input.image_config,
        ephemeral_storage: input.ephemeral_storage,
        snap_start: input.snap_start,
        logging_config: input.logging_config,
        capacity_provider_config: input.capacity_provider_config,
        durable_config: input.durable_config,
        runtime_config: input.runtime_config,
        accelerator_config: input.accelerator_config,
    }
}
