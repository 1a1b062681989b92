//! UpdateFunctionCode, UpdateFunctionConfiguration.

use std::sync::Arc;

use fika_aws::generated::lambda::{
    FunctionConfiguration, UpdateFunctionCodeInput, UpdateFunctionConfigurationInput,
};
use fika_aws::shape::AwsError;
use fika_model::Scope;

use super::{ready, small_enough, unknown_runtime};
use crate::answer::Shown;
use crate::change::Unchanged;
use crate::control::Control;
use crate::lifecycle::Next;
use crate::record::Build;
use crate::reference::Which;
use crate::registry::{Function, Snapshot};
use crate::{answer, code, lifecycle, unsupported};

impl Control {
    /// UpdateFunctionCode. It answers `InProgress`; invocations run the version before until
    /// the new one is prepared.
    ///
    /// # Errors
    /// As on AWS; and 400, by name, for what fika does not do yet.
    pub async fn update_function_code(
        &self,
        scope: &Scope,
        input: UpdateFunctionCodeInput,
    ) -> Result<FunctionConfiguration, AwsError> {
        let name = input.function_name.as_deref();
        let function = self.find_whole(scope, "UpdateFunctionCode", name)?;
        unsupported::update_code(&input)?;
        let old = {
            let before = function.snapshot.load();
            // Before the code is taken in: a refusal should cost little.
            ready(&function, &before, input.revision_id.as_deref())?;
            before.record.latest.code.size
        };
        let this = self.clone();
        let publish = input.publish == Some(true);
        let stored = input.s3_bucket.is_some();
        let source = code::Source { zip: input.zip_file, stored };
        let copies = if publish { 2 } else { 1 };
        if input.dry_run == Some(true) {
            let (code, unpacked_bytes, seal) = code::check(self.signers(), source).await?;
            self.room_for_code(scope, copies * code.size, old)?;
            let snapshot = function.snapshot.load_full();
            let build = Build { code, unpacked_bytes, seal, ..snapshot.record.latest.clone() };
            let build = this.brought(&function, &snapshot, build)?;
            let next = this.next(&function, &snapshot, build)?;
            let shown = Shown::latest(&function.arn, next.latest.uid, &next.record);
            return Ok(answer::configuration(&shown));
        }
        self.to_the_end(async move {
            let kept = code::keep(&this.inner.blobs, this.signers(), source).await?;
            this.room_for_code(&function.arn.scope, copies * kept.code.size, old)?;
            let (code, unpacked_bytes) = (kept.code.clone(), kept.unpacked_bytes);
            let seal = kept.seal.clone();
            let revision = input.revision_id.as_deref();
            let build = |before: &Snapshot| {
                let latest = before.record.latest.clone();
                this.brought(&function, before, Build { code, unpacked_bytes, seal, ..latest })
            };
            let answer = this.update(&function, revision, publish, build).await;
            // Only now does the function itself keep the code.
            drop(kept);
            answer
        })
        .await
    }

    /// UpdateFunctionConfiguration. As [`Control::update_function_code`].
    ///
    /// # Errors
    /// As on AWS; and 400, by name, for what fika does not do yet.
    pub async fn update_function_configuration(
        &self,
        scope: &Scope,
        mut input: UpdateFunctionConfigurationInput,
    ) -> Result<FunctionConfiguration, AwsError> {
        let name = input.function_name.as_deref();
        let function = self.find_whole(scope, "UpdateFunctionConfiguration", name)?;
        let revision = input.revision_id.take();
        let chosen = self.choose_layers(scope, input.layers.take().as_deref())?;
        let this = self.clone();
        self.to_the_end(async move {
            let build = |before: &Snapshot| {
                let latest = before.record.latest.clone();
                let mut settings = latest.settings.changed(input)?;
                if let Some(chosen) = &chosen {
                    settings.layers.clone_from(&chosen.uses);
                }
                Ok(Build { settings, ..latest })
            };
            this.update(&function, revision.as_deref(), false, build).await
        })
        .await
    }

    /// Changes the latest state, and publishes it with the same commit where asked to.
    async fn update(
        &self,
        function: &Arc<Function>,
        revision: Option<&str>,
        publish: bool,
        build: impl FnOnce(&Snapshot) -> Result<Build, AwsError>,
    ) -> Result<FunctionConfiguration, AwsError> {
        let decide = |before: &Snapshot| {
            ready(function, before, revision)
                .and_then(|()| build(before))
                .and_then(|build| self.next(function, before, build))
                .and_then(|next| if publish { self.publish(before, next, None) } else { Ok(next) })
                .map_err(Unchanged::Refused)
        };
        let after = self.change(function, decide).await.map_err(|e| e.answer(function))?;
        let published = publish.then(|| Which::Published(after.record.published));
        self.shown(function, &after, published.unwrap_or(Which::Latest))
    }

    /// A function with another latest state.
    pub(super) fn next(
        &self,
        function: &Function,
        before: &Snapshot,
        mut build: Build,
    ) -> Result<Next, AwsError> {
        small_enough(&build)?;
        if build.settings.layers != before.record.latest.settings.layers {
            build = self.brought(function, before, build)?;
        }
        lifecycle::updated(before, build, &self.inner.uids).map_err(unknown_runtime)
    }

    /// What somebody deploys: judged by its signatures, also where it is the same as before, for the
    /// function may have got its code signing config since.
    fn brought(
        &self,
        function: &Function,
        before: &Snapshot,
        build: Build,
    ) -> Result<Build, AwsError> {
        let config = before.record.attached.code_signing.as_deref();
        self.check_signatures(&function.arn, config, &build)?;
        Ok(build)
    }
}
