//! TagResource, UntagResource, ListTags. A function's tags are the only ones there are.
//!
//! Some tags are wishes (see `wishes`): changing one makes the latest state anew, as a change of
//! its configuration would. Published versions keep what they were published with.

use std::collections::BTreeMap;
use std::sync::Arc;

use fika_aws::generated::lambda::{
    ListTagsInput, ListTagsOutput, TagResourceInput, UntagResourceInput,
};
use fika_aws::rest::Empty;
use fika_aws::shape::AwsError;
use fika_model::{FunctionRef, Scope};

use super::create::checked_tags;
use super::ready;
use crate::change::Unchanged;
use crate::control::Control;
use crate::lifecycle::Next;
use crate::record::Build;
use crate::refuse;
use crate::registry::{Function, Snapshot};
use crate::wishes::Wishes;

type Tags = BTreeMap<String, String>;

impl Control {
    /// TagResource: adds tags, or changes their values.
    ///
    /// # Errors
    /// As on AWS; 400 for a wish that cannot be read; 409 for one while an update is under way.
    pub async fn tag_resource(
        &self,
        scope: &Scope,
        input: TagResourceInput,
    ) -> Result<Empty, AwsError> {
        let function = self.tagged(scope, "TagResource", input.resource.as_deref())?;
        let given = input.tags.unwrap_or_default();
        self.retag(function, |tags| tags.extend(given)).await
    }

    /// UntagResource: takes tags away; those it does not have are no error.
    ///
    /// # Errors
    /// As [`Control::tag_resource`].
    pub async fn untag_resource(
        &self,
        scope: &Scope,
        input: UntagResourceInput,
    ) -> Result<Empty, AwsError> {
        let function = self.tagged(scope, "UntagResource", input.resource.as_deref())?;
        let keys = input.tag_keys.unwrap_or_default();
        self.retag(function, move |tags| tags.retain(|key, _| !keys.contains(key))).await
    }

    /// ListTags.
    ///
    /// # Errors
    /// As on AWS.
    pub fn list_tags(
        &self,
        scope: &Scope,
        input: &ListTagsInput,
    ) -> Result<ListTagsOutput, AwsError> {
        let function = self.tagged(scope, "ListTags", input.resource.as_deref())?;
        Ok(ListTagsOutput { tags: Some(function.snapshot.load().record.tags.clone()) })
    }

    /// The function an ARN names.
    fn tagged(
        &self,
        scope: &Scope,
        action: &'static str,
        resource: Option<&str>,
    ) -> Result<Arc<Function>, AwsError> {
        let text = resource.unwrap_or_default();
        match FunctionRef::parse(text) {
            Ok(FunctionRef { qualifier: Some(_), .. }) => Err(refuse::invalid(
                "Tags on function aliases and versions are not supported. Please specify a \
                 function ARN.",
            )),
            Ok(_) => self.find_whole(scope, action, Some(text)),
            Err(_) => Err(refuse::invalid(format!(
                "fika keeps tags of functions only, and {text} is no function."
            ))),
        }
    }

    async fn retag(
        &self,
        function: Arc<Function>,
        edit: impl FnOnce(&mut Tags) + Send + 'static,
    ) -> Result<Empty, AwsError> {
        let this = self.clone();
        self.to_the_end(async move {
            let decide = |before: &Snapshot| {
                let mut tags = before.record.tags.clone();
                edit(&mut tags);
                this.with_tags(&function, before, tags).map_err(Unchanged::Refused)
            };
            this.change(&function, decide).await.map_err(|e| e.answer(&function))?;
            Ok(Empty)
        })
        .await
    }

    fn with_tags(
        &self,
        function: &Function,
        before: &Snapshot,
        tags: Tags,
    ) -> Result<Next, AwsError> {
        let tags = checked_tags(tags)?;
        let wishes = Wishes::of(&tags)?;
        let latest = &before.record.latest;
        let mut next = if wishes == latest.wishes {
            Next::same(before)
        } else {
            ready(function, before, None)?;
            self.next(function, before, Build { wishes, ..latest.clone() })?
        };
        next.record.tags = tags;
        Ok(next)
    }
}
