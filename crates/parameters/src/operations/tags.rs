//! Tags of parameters.

use std::collections::BTreeMap;

use fika_aws::shape::AwsError;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answered, Ask};
use crate::check::{Tag, count, one_of, required, tagged};
use crate::name::Name;
use crate::record::Record;

/// What can have tags in Systems Manager.
const TYPES: [&str; 10] = [
    "Document",
    "ManagedInstance",
    "MaintenanceWindow",
    "Parameter",
    "PatchBaseline",
    "OpsItem",
    "OpsMetadata",
    "Automation",
    "Association",
    "CloudConnector",
];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Tagging {
    resource_type: Option<String>,
    resource_id: Option<String>,
    tags: Option<Vec<Tag>>,
    tag_keys: Option<Vec<String>>,
}

impl Ask<'_> {
    pub(super) async fn tag(self, asked: Tagging) -> Answered {
        let name = self.tagged("AddTagsToResource", &asked)?;
        let tags = required(asked.tags, "tags")?;
        count(&tags, "tags", 0, 1_000)?;
        self.retag(&name, |old| tagged(old, tags)).await
    }

    pub(super) async fn untag(self, asked: Tagging) -> Answered {
        let name = self.tagged("RemoveTagsFromResource", &asked)?;
        let keys = required(asked.tag_keys, "tagKeys")?;
        let without = |mut old: BTreeMap<String, String>| {
            old.retain(|key, _| !keys.contains(key));
            Ok(old)
        };
        self.retag(&name, without).await
    }

    pub(super) fn tags(self, asked: &Tagging) -> Answered {
        let name = self.tagged("ListTagsForResource", asked)?;
        let record = self.parameters.find(&name).ok_or_else(no_resource)?;
        let tags = record.tags.iter();
        let tags: Vec<Value> =
            tags.map(|(key, value)| json!({"Key": key, "Value": value})).collect();
        Ok(json!({"TagList": tags}))
    }

    /// The parameter whose tags are meant, where it is there and the caller may do that.
    fn tagged(self, action: &str, asked: &Tagging) -> Result<Name, AwsError> {
        let kind = required(asked.resource_type.as_deref(), "resourceType")?;
        one_of(kind, "resourceType", &TYPES)?;
        let id = required(asked.resource_id.as_deref(), "resourceId")?;
        if kind != "Parameter" {
            return Err(no_resource());
        }
        let name = self.name(id).map_err(|_| no_resource())?;
        match self.permitted(action, &name) {
            Err(error) if error.name() == "ParameterNotFound" => Err(no_resource()),
            found => found.map(|_| name),
        }
    }

    async fn retag(
        self,
        name: &Name,
        change: impl FnOnce(BTreeMap<String, String>) -> Result<BTreeMap<String, String>, AwsError>,
    ) -> Answered {
        let change = |record: Option<Record>| {
            let mut record = record.ok_or_else(no_resource)?;
            record.tags = change(record.tags)?;
            Ok((Some(record), json!({})))
        };
        self.parameters.change(name, change).await
    }
}

fn no_resource() -> AwsError {
    let text = "The resource ID isn't valid. Verify that you entered the correct ID and try again.";
    AwsError::new("InvalidResourceId", 400, text)
}
