//! TagResource, UntagResource, ListTags: of functions and of event source mappings.
//!
//! Some tags of functions are wishes (see `wishes`): changing one makes the latest state anew, as a change of
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
use crate::mappings;
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
        let given = input.tags.unwrap_or_default();
        let resource = input.resource.as_deref();
        self.retag(scope, "TagResource", resource, |tags| tags.extend(given)).await
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
        let keys = input.tag_keys.unwrap_or_default();
        let less = move |tags: &mut Tags| tags.retain(|key, _| !keys.contains(key));
        self.retag(scope, "UntagResource", input.resource.as_deref(), less).await
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
        let resource = input.resource.as_deref();
        if let Some(of) = resource.and_then(mappings::parse_arn) {
            return Ok(ListTagsOutput { tags: Some(self.mapping_tags(scope, &of)?) });
        }
        let function = self.tagged(scope, "ListTags", resource)?;
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
                "fika keeps tags of functions and event source mappings only, and {text} is neither."
            ))),
        }
    }

    async fn retag(
        &self,
        scope: &Scope,
        action: &'static str,
        resource: Option<&str>,
        edit: impl FnOnce(&mut Tags) + Send + 'static,
    ) -> Result<Empty, AwsError> {
        if let Some(of) = resource.and_then(mappings::parse_arn) {
            return self.retag_mapping(scope, of, edit).await;
        }
        let function = self.tagged(scope, action, resource)?;
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
