//! What the API's operations do.
//!
//! - `topics`: topics, their attributes, permissions and tags
//! - `subscriptions`: who subscribed, and how; `publishing`: one message, or up to ten

mod publishing;
mod subscriptions;
mod topics;

use std::collections::BTreeMap;
use std::sync::Arc;

use fika_aws::query::{Form, Xml};
use fika_aws::shape::AwsError;
use fika_model::Scope;
use fika_service::Caller;

use crate::error::{denied, invalid, not_yours};
use crate::record::{Place, Topic};
use crate::room::Topics;
use crate::wire::Answered;

/// How many are listed at a time.
const PAGE: usize = 100;

/// Some of a list, each with its ARN, and where the next begins.
type Page<T> = (Vec<(String, T)>, Option<String>);

/// One request of somebody who has proven who they are.
#[derive(Clone, Copy)]
pub(crate) struct Ask<'a> {
    pub(crate) topics: &'a Topics,
    pub(crate) caller: &'a Caller,
    pub(crate) form: &'a Form,
    /// `X-Amzn-Trace-Id`.
    pub(crate) trace: Option<&'a str>,
}

impl<'a> Ask<'a> {
    pub(crate) async fn answer(self, action: &str) -> Answered {
        match action {
            "CreateTopic" => self.create_topic().await,
            "DeleteTopic" => self.delete_topic().await,
            "ListTopics" => self.list_topics(),
            "GetTopicAttributes" => self.get_topic_attributes(),
            "SetTopicAttributes" => self.set_topic_attributes().await,
            "AddPermission" => self.add_permission().await,
            "RemovePermission" => self.remove_permission().await,
            "TagResource" => self.tag().await,
            "UntagResource" => self.untag().await,
            "ListTagsForResource" => self.list_tags(),
            "Subscribe" => self.subscribe().await,
            "Unsubscribe" => self.unsubscribe().await,
            "ConfirmSubscription" => Err(invalid("Token")),
            "ListSubscriptions" => self.list_subscriptions(),
            "ListSubscriptionsByTopic" => self.list_subscriptions_by_topic(),
            "GetSubscriptionAttributes" => self.get_subscription_attributes(),
            "SetSubscriptionAttributes" => self.set_subscription_attributes().await,
            "Publish" => self.publish().await,
            "PublishBatch" => self.publish_batch().await,
            _ => {
                let text = format!("Could not find operation {action}, or fika has it not");
                Err(AwsError::new("InvalidAction", 400, text))
            }
        }
    }

    fn required(self, name: &str) -> Result<&'a str, AwsError> {
        self.form.get(name).filter(|value| !value.is_empty()).ok_or_else(|| invalid(name))
    }

    /// The topic that a parameter names, if the caller may do that with it.
    fn topic(self, name: &str, action: &str) -> Result<(Place, Arc<Topic>), AwsError> {
        let place = self.place(name)?;
        let topic = self.topics.permitted(self.caller, &format!("sns:{action}"), &place)?;
        Ok((place, topic))
    }

    fn place(self, name: &str) -> Result<Place, AwsError> {
        let arn = self.required(name)?;
        let place = Place::of_arn(arn).ok_or_else(|| {
            let parts = arn.split(':').count();
            invalid(format!("{name} Reason: An ARN must have at least 6 elements, not {parts}"))
        })?;
        // A topic is asked for where it is, as AWS's regions are apart.
        if place.scope.region == self.caller.scope.region { Ok(place) } else { Err(invalid(name)) }
    }

    /// The same for what only a topic's own account does.
    fn own(self, name: &str, action: &str) -> Result<(Place, Arc<Topic>), AwsError> {
        let place = self.place(name)?;
        if place.scope.account != self.caller.scope.account {
            return Err(not_yours(&format!("sns:{action}"), &place.arn()));
        }
        self.topic(name, action)
    }

    /// Whether the caller may do that, which is about no one topic.
    fn may(self, action: &str) -> Result<(), AwsError> {
        let Scope { account, region } = &self.caller.scope;
        let all = format!("arn:aws:sns:{region}:{account}:*");
        self.caller.allow(&format!("sns:{action}"), &all, None, &[]).map_err(denied)
    }

    /// Attributes that are given together.
    fn attributes(self) -> BTreeMap<String, String> {
        let get = |n: usize, part: &str| self.form.text(&format!("Attributes.entry.{n}.{part}"));
        let entry = |n| Some((get(n, "key")?, get(n, "value").unwrap_or_default()));
        (1..).map_while(entry).collect()
    }

    /// A page of a list that is in the order of its ARNs, and where the next begins.
    fn page<T>(self, all: Vec<(String, T)>) -> Result<Page<T>, AwsError> {
        let after = self.form.get("NextToken");
        if after.is_some_and(|token| !token.starts_with("arn:aws:sns:")) {
            return Err(invalid("NextToken"));
        }
        let mut rest = all.into_iter();
        let rest = rest.by_ref().skip_while(|(arn, _)| after.is_some_and(|after| &**arn <= after));
        let mut page: Vec<_> = rest.take(PAGE + 1).collect();
        let more = page.len() > PAGE;
        page.truncate(PAGE);
        let next = page.last().map(|(arn, _)| arn.clone()).filter(|_| more);
        Ok((page, next))
    }
}

/// A map, as this protocol shows it.
fn shown(entries: impl IntoIterator<Item = (String, String)>) -> Xml {
    let entry = |all: Xml, (key, value): (String, String)| {
        all.element("entry", Xml::new().text("key", &key).text("value", &value))
    };
    Xml::new().element("Attributes", entries.into_iter().fold(Xml::new(), entry))
}
