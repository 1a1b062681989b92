//! PublishVersion.

use std::sync::Arc;

use fika_aws::generated::lambda::{FunctionConfiguration, PublishVersionInput};
use fika_aws::shape::AwsError;
use fika_model::Scope;

use super::{ready, unknown_runtime};
use crate::answer::{self, Shown};
use crate::change::Unchanged;
use crate::control::Control;
use crate::lifecycle::Next;
use crate::reference::Which;
use crate::registry::{Function, Snapshot};
use crate::{code, published, refuse, unsupported};

impl Control {
    /// PublishVersion: the latest state, kept under the next number. It answers `Pending`; with
    /// `SnapStart` that lasts until the snapshot is made. Where nothing has changed since the
    /// last version, the answer is that one.
    ///
    /// # Errors
    /// As on AWS; and 400, by name, for what fika does not do yet.
    pub async fn publish_version(
        &self,
        scope: &Scope,
        input: PublishVersionInput,
    ) -> Result<FunctionConfiguration, AwsError> {
        let name = input.function_name.as_deref();
        let function = self.find_whole(scope, "PublishVersion", name)?;
        unsupported::publish(&input)?;
        let this = self.clone();
        self.to_the_end(async move {
            let decide = |before: &Snapshot| this.published(&function, before, input);
            match this.change(&function, decide).await {
                Ok(after) => {
                    this.shown(&function, &after, Which::Published(after.record.published))
                }
                Err(Unchanged::Published(number)) => {
                    let now = function.snapshot.load();
                    this.shown(&function, &now, Which::Published(number))
                }
                Err(error) => Err(error.answer(&function)),
            }
        })
        .await
    }

    fn published(
        &self,
        function: &Function,
        before: &Snapshot,
        input: PublishVersionInput,
    ) -> Result<Next, Unchanged> {
        let refused = Unchanged::Refused;
        ready(function, before, input.revision_id.as_deref()).map_err(refused)?;
        let latest = &before.record.latest.code;
        let sha256 = code::sha256_base64(latest).unwrap_or_default();
        if let Some(given) = input.code_sha256.filter(|given| *given != sha256) {
            return Err(refused(refuse::wrong_code(&given, &sha256)));
        }
        let next = self.publish(before, Next::same(before), input.description).map_err(refused)?;
        if next.edit.is_none() {
            return Err(Unchanged::Published(next.record.published));
        }
        self.room_for_code(&function.arn.scope, latest.size, 0).map_err(refused)?;
        Ok(next)
    }

    /// A change that publishes what it makes the latest.
    pub(super) fn publish(
        &self,
        before: &Snapshot,
        mut next: Next,
        description: Option<String>,
    ) -> Result<Next, AwsError> {
        published::publish(Some(before), &mut next, description, &self.inner.uids)
            .map_err(unknown_runtime)?;
        Ok(next)
    }

    /// The configuration of one state, a version's with its number in the ARN.
    pub(super) fn shown(
        &self,
        function: &Arc<Function>,
        snapshot: &Snapshot,
        which: Which,
    ) -> Result<FunctionConfiguration, AwsError> {
        let shown = Shown::of(&function.arn, snapshot, which);
        let shown = shown.ok_or_else(|| refuse::not_found(&function.arn))?;
        let shown = self.optimized(shown);
        let shown = if which == Which::Latest { shown } else { shown.qualified() };
        Ok(answer::configuration(&shown))
    }
}
