//! Topics: their attributes, permissions and tags.

use std::collections::BTreeMap;

use fika_aws::query::Xml;
use fika_aws::shape::AwsError;
use fika_model::AccountId;
use fika_policy::{DocumentKind, Policy};
use serde_json::{Value, json};

use super::{Ask, shown};
use crate::error::{invalid, no_topic};
use crate::record::{Place, Record, Topic, is_name};
use crate::wire::Answered;

/// Those that can be set, and are kept.
const SETTABLE: [&str; 3] = ["DisplayName", "Policy", "ContentBasedDeduplication"];
/// The most tags of a topic.
const TAGS: usize = 50;
/// The most topics of an account in a region.
const TOPICS: usize = 100_000;

impl Ask<'_> {
    pub(super) async fn create_topic(self) -> Answered {
        let name = self.form.get("Name").filter(|name| is_name(name));
        let name = name.ok_or_else(|| invalid("Topic Name"))?.to_owned();
        let place = Place { scope: self.caller.scope.clone(), name };
        let action = "sns:CreateTopic";
        let allowed = self.caller.allow(action, &place.arn(), None, &[]);
        allowed.map_err(crate::error::denied)?;
        let mut attributes = self.attributes();
        let fifo = attributes.remove("FifoTopic").is_some_and(|value| value == "true");
        if fifo != place.is_fifo() {
            let text = "Topic Name Reason: a FIFO topic's name ends in .fifo, and no other's does";
            return Err(invalid(text));
        }
        attributes.iter().try_for_each(|(name, value)| check(&place, name, value))?;
        let tags = self.form.tags();
        check_tags(&tags)?;
        if self.topics.list(&place.scope).len() >= TOPICS && self.topics.find(&place).is_none() {
            let text = "Topic limit exceeded";
            return Err(AwsError::new("TopicLimitExceeded", 403, text));
        }
        let make = |before| made(before, attributes, tags);
        self.topics.change(&place, make).await?;
        Ok(Some(Xml::new().text("TopicArn", &place.arn())))
    }

    pub(super) async fn delete_topic(self) -> Answered {
        let place = self.place("TopicArn")?;
        match self.own("TopicArn", "DeleteTopic") {
            // It is gone already, as it is to be.
            Err(error) if error.name() == "NotFound" => {}
            found => {
                found?;
                self.topics.change(&place, |_| Ok((None, ()))).await?;
            }
        }
        Ok(None)
    }

    pub(super) fn list_topics(self) -> Answered {
        self.may("ListTopics")?;
        let all = self.topics.list(&self.caller.scope);
        let mut all: Vec<_> = all.into_iter().map(|(place, _)| (place.arn(), ())).collect();
        all.sort();
        let (page, next) = self.page(all)?;
        let topics = page.iter().map(|(arn, ())| Xml::new().text("TopicArn", arn));
        Ok(Some(Xml::new().list("Topics", topics).maybe("NextToken", next.as_deref())))
    }

    pub(super) fn get_topic_attributes(self) -> Answered {
        let (place, topic) = self.topic("TopicArn", "GetTopicAttributes")?;
        Ok(Some(shown(attributes(&place, &topic))))
    }

    pub(super) async fn set_topic_attributes(self) -> Answered {
        let (place, _) = self.own("TopicArn", "SetTopicAttributes")?;
        let name = self.required("AttributeName")?;
        let value = self.form.get("AttributeValue").unwrap_or_default();
        check(&place, name, value)?;
        self.alter(&place, |record| {
            match value {
                "" => record.attributes.remove(name),
                value => record.attributes.insert(name.into(), value.into()),
            };
            Ok(())
        })
        .await
    }

    pub(super) async fn add_permission(self) -> Answered {
        let (place, _) = self.own("TopicArn", "AddPermission")?;
        let label = self.required("Label")?;
        let actions = self.form.list("ActionName", "");
        let accounts = self.form.list("AWSAccountId", "");
        if actions.is_empty() || actions.iter().any(|action| !is_name(action)) {
            return Err(invalid("ActionName"));
        }
        if accounts.is_empty() || accounts.iter().any(|id| AccountId::new(id).is_err()) {
            return Err(invalid("AWSAccountId"));
        }
        let principals: Vec<_> =
            accounts.iter().map(|id| format!("arn:aws:iam::{id}:root")).collect();
        let actions: Vec<_> = actions.iter().map(|action| format!("sns:{action}")).collect();
        let statement = json!({
            "Sid": label, "Effect": "Allow", "Principal": {"AWS": principals},
            "Action": actions, "Resource": place.arn(),
        });
        self.alter(&place, |record| {
            let mut policy = policy(&place, record);
            let statements = policy.get_mut("Statement").and_then(Value::as_array_mut);
            let statements = statements.ok_or_else(|| invalid("Policy"))?;
            if statements.iter().any(|one| one.get("Sid").and_then(Value::as_str) == Some(label)) {
                return Err(invalid("Statement already exists"));
            }
            statements.push(statement);
            let text = policy.to_string();
            check(&place, "Policy", &text)?;
            record.attributes.insert("Policy".into(), text);
            Ok(())
        })
        .await
    }

    pub(super) async fn remove_permission(self) -> Answered {
        let (place, _) = self.own("TopicArn", "RemovePermission")?;
        let label = self.required("Label")?;
        self.alter(&place, |record| {
            let mut policy = policy(&place, record);
            let statements = policy.get_mut("Statement").and_then(Value::as_array_mut);
            let statements = statements.ok_or_else(|| invalid("Policy"))?;
            statements.retain(|one| one.get("Sid").and_then(Value::as_str) != Some(label));
            match statements.is_empty() {
                true => record.attributes.remove("Policy"),
                false => record.attributes.insert("Policy".into(), policy.to_string()),
            };
            Ok(())
        })
        .await
    }

    pub(super) async fn tag(self) -> Answered {
        let (place, _) = self.tagged("TagResource")?;
        let tags = self.form.tags();
        self.alter(&place, |record| {
            record.tags.extend(tags);
            check_tags(&record.tags)
        })
        .await?;
        Ok(Some(Xml::new()))
    }

    pub(super) async fn untag(self) -> Answered {
        let (place, _) = self.tagged("UntagResource")?;
        let keys = self.form.list("TagKeys", "");
        self.alter(&place, |record| {
            record.tags.retain(|key, _| !keys.contains(key));
            Ok(())
        })
        .await?;
        Ok(Some(Xml::new()))
    }

    pub(super) fn list_tags(self) -> Answered {
        let (_, topic) = self.tagged("ListTagsForResource")?;
        let tags = topic.record.tags.iter();
        let tags = tags.map(|(key, value)| Xml::new().text("Key", key).text("Value", value));
        Ok(Some(Xml::new().list("Tags", tags)))
    }

    fn tagged(self, action: &str) -> Result<(Place, std::sync::Arc<Topic>), AwsError> {
        self.own("ResourceArn", action).map_err(|error| match error.name() {
            "NotFound" => AwsError::new("ResourceNotFound", 404, "Resource does not exist"),
            _ => error,
        })
    }

    /// Changes a topic that must be there.
    async fn alter(
        self,
        place: &Place,
        change: impl FnOnce(&mut Record) -> Result<(), AwsError>,
    ) -> Answered {
        let change = |record: Option<Record>| {
            let mut record = record.ok_or_else(no_topic)?;
            change(&mut record)?;
            Ok((Some(record), ()))
        };
        self.topics.change(place, change).await.map(|()| None)
    }
}

/// A new topic; or the one that is there, if it is the same.
fn made(
    before: Option<Record>,
    attributes: BTreeMap<String, String>,
    tags: BTreeMap<String, String>,
) -> Result<(Option<Record>, ()), AwsError> {
    let Some(before) = before else {
        return Ok((Some(Record { attributes, tags, ..Record::default() }), ()));
    };
    let same = |(name, value)| before.attributes.get(name).is_some_and(|own| own == value);
    if !attributes.iter().all(same) {
        return Err(invalid("Attributes Reason: Topic already exists with different attributes"));
    }
    if !tags.is_empty() && tags != before.tags {
        return Err(invalid("Tags Reason: Topic already exists with different tags"));
    }
    Ok((Some(before), ()))
}

fn check(place: &Place, name: &str, value: &str) -> Result<(), AwsError> {
    if !SETTABLE.contains(&name) {
        return Err(invalid(format!(
            "AttributeName Reason: fika has no attribute {name} of topics"
        )));
    }
    match name {
        "Policy" if !value.is_empty() => {
            let policy = Policy::parse(value, DocumentKind::Resource);
            let policy = policy.map_err(|why| invalid(format!("Policy Error: {why}")));
            policy.and_then(|_| match value.len() <= 30_720 {
                true => Ok(()),
                false => Err(invalid("Policy Error: PolicySizeExceeded")),
            })
        }
        "DisplayName" if value.chars().count() > 100 => Err(invalid("DisplayName")),
        "ContentBasedDeduplication" => {
            let fine = place.is_fifo() && matches!(value, "true" | "false");
            fine.then_some(()).ok_or_else(|| invalid("ContentBasedDeduplication"))
        }
        _ => Ok(()),
    }
}

fn check_tags(tags: &BTreeMap<String, String>) -> Result<(), AwsError> {
    let long = |(key, value): (&String, &String)| {
        key.is_empty() || key.chars().count() > 128 || value.chars().count() > 256
    };
    if tags.iter().any(long) || tags.keys().any(|key| key.starts_with("aws:")) {
        return Err(invalid("Tags"));
    }
    if tags.len() > TAGS {
        let text = "Could not complete request: tag quota of per resource exceeded";
        return Err(AwsError::new("TagLimitExceeded", 403, text));
    }
    Ok(())
}

/// The policy of a topic, or the one that AWS shows of one that has none. Here it is no more than shown: the
/// policies of the account's users and roles say what they may.
fn policy(place: &Place, record: &Record) -> Value {
    let set = record.attributes.get("Policy").and_then(|text| serde_json::from_str(text).ok());
    set.unwrap_or_else(|| {
        json!({"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [{
            "Sid": "__default_statement_ID", "Effect": "Allow", "Principal": {"AWS": "*"},
            "Action": [
                "SNS:GetTopicAttributes", "SNS:SetTopicAttributes", "SNS:AddPermission",
                "SNS:RemovePermission", "SNS:DeleteTopic", "SNS:Subscribe",
                "SNS:ListSubscriptionsByTopic", "SNS:Publish"
            ],
            "Resource": place.arn(),
            "Condition": {"StringEquals": {"AWS:SourceOwner": place.scope.account}},
        }]})
    })
}

fn attributes(place: &Place, topic: &Topic) -> BTreeMap<String, String> {
    let record = &topic.record;
    let mut all: BTreeMap<String, String> = [
        ("TopicArn", place.arn()),
        ("Owner", place.scope.account.to_string()),
        ("DisplayName", String::new()),
        ("Policy", policy(place, record).to_string()),
        ("SubscriptionsConfirmed", record.subscriptions.len().to_string()),
        ("SubscriptionsPending", "0".into()),
        ("SubscriptionsDeleted", "0".into()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    if place.is_fifo() {
        all.insert("FifoTopic".into(), "true".into());
        all.insert("ContentBasedDeduplication".into(), "false".into());
    }
    all.extend(record.attributes.clone());
    all
}
