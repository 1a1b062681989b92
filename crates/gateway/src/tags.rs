//! Tags of APIs and their stages.

use fika_aws::shape::AwsError;
use fika_service::Call;
use serde_json::{Map, Value, json};

use crate::document::{Kind, bad, read};
use crate::gateway::Gateway;
use crate::manage::missing;
use crate::record::{Draft, Record};
use crate::visit::{Tagged, tagged};

/// The most tags of a thing.
const TAGS: usize = 50;

/// The tags of a thing.
pub fn get(gateway: &Gateway, call: &Call<'_>, arn: &str) -> Result<Value, AwsError> {
    let of = own(call, arn)?;
    let api = gateway.inner.apis.get(&call.caller.scope, of.id);
    let api = api.ok_or_else(|| missing("API", of.id))?;
    let mut record = api.draft.record.clone();
    Ok(Value::Object(tags(&mut record, &of)?.clone()))
}

/// Adds tags.
pub async fn put(gateway: &Gateway, call: &Call<'_>, arn: &str) -> Result<(), AwsError> {
    let given = read(call.body, &[("tags", Kind::TextMap)])?;
    let Some(Value::Object(given)) = given.get("tags").cloned() else {
        return Err(bad("tags is a required parameter"));
    };
    edit(gateway, call, arn, move |tags| {
        tags.extend(given);
        if tags.len() > TAGS {
            return Err(bad(format!("a resource has at most {TAGS} tags")));
        }
        Ok(())
    })
    .await
}

/// Removes tags.
pub async fn remove(gateway: &Gateway, call: &Call<'_>, arn: &str) -> Result<(), AwsError> {
    let query = call.parts.uri.query().unwrap_or_default();
    let keys = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "tagKeys");
    let keys: Vec<String> = keys.map(|(_, key)| key.into_owned()).collect();
    edit(gateway, call, arn, move |tags| {
        tags.retain(|key, _| !keys.contains(key));
        Ok(())
    })
    .await
}

async fn edit(
    gateway: &Gateway,
    call: &Call<'_>,
    arn: &str,
    edit: impl FnOnce(&mut Map<String, Value>) -> Result<(), AwsError> + Send + 'static,
) -> Result<(), AwsError> {
    let of = own(call, arn)?;
    let change = |draft: &mut Draft| edit(tags(&mut draft.record, &of)?);
    let done = gateway.inner.apis.change(&call.caller.scope, of.id, change).await?;
    done.ok_or_else(|| missing("API", of.id))
}

fn own<'a>(call: &Call<'_>, arn: &'a str) -> Result<Tagged<'a>, AwsError> {
    let of = tagged(arn).filter(|of| of.region == call.caller.scope.region.as_str());
    of.ok_or_else(|| bad("Invalid ARN specified in the request"))
}

fn tags<'r>(
    record: &'r mut Record,
    of: &Tagged<'_>,
) -> Result<&'r mut Map<String, Value>, AwsError> {
    let document = match of.stage {
        None => &mut record.about,
        Some(stage) => record.stages.get_mut(stage).ok_or_else(|| missing("Stage", stage))?,
    };
    let tags = document.entry("tags").or_insert_with(|| json!({}));
    tags.as_object_mut().ok_or_else(|| AwsError::service("tags are no object"))
}
