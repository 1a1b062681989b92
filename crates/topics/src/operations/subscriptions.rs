//! Who subscribed to topics, and how.

use std::collections::BTreeMap;
use std::sync::Arc;

use fika_aws::query::Xml;
use fika_aws::shape::AwsError;
use uuid::Uuid;

use super::{Ask, shown};
use crate::error::{invalid, no_subscription, no_topic, not_yours};
use crate::filter::Filter;
use crate::record::{Place, Protocol, Record, Subscription, Topic, dead_letters};
use crate::wire::Answered;

/// The most subscriptions of a topic: they are one record.
const SUBSCRIPTIONS: usize = 1_000;
/// The most bytes of an attribute.
const ATTRIBUTE_BYTES: usize = 256 << 10;

impl Ask<'_> {
    pub(super) async fn subscribe(self) -> Answered {
        let (place, _) = self.topic("TopicArn", "Subscribe")?;
        let subscription = self.subscription(&place)?;
        let subscribe = |record: Option<Record>| {
            let mut record = record.ok_or_else(no_topic)?;
            let same = |it: &Subscription| {
                it.protocol == subscription.protocol && it.endpoint == subscription.endpoint
            };
            if let Some((id, own)) = record.subscriptions.iter().find(|(_, own)| same(own)) {
                let id = *id;
                return if subscription.attributes.is_empty()
                    || own.attributes == subscription.attributes
                {
                    Ok((Some(record), id))
                } else {
                    let text =
                        "Attributes Reason: Subscription already exists with different attributes";
                    Err(invalid(text))
                };
            }
            if record.subscriptions.len() >= SUBSCRIPTIONS {
                let text = "Subscription limit exceeded";
                return Err(AwsError::new("SubscriptionLimitExceeded", 403, text));
            }
            let id = Uuid::new_v4();
            record.subscriptions.insert(id, subscription);
            Ok((Some(record), id))
        };
        let id = self.topics.change(&place, subscribe).await?;
        Ok(Some(Xml::new().text("SubscriptionArn", &place.subscription_arn(id))))
    }

    /// The subscription that is asked for.
    fn subscription(self, place: &Place) -> Result<Subscription, AwsError> {
        let protocol = match self.required("Protocol")? {
            "sqs" => Protocol::Sqs,
            "lambda" => Protocol::Lambda,
            "http" | "https" | "email" | "email-json" | "sms" | "application" | "firehose" => {
                let text = "Protocol Reason: fika delivers to queues and functions, sqs and lambda";
                return Err(invalid(text));
            }
            other => {
                return Err(invalid(format!(
                    "Amazon SNS does not support this protocol string: {other}"
                )));
            }
        };
        let endpoint = self.required("Endpoint")?;
        self.check_endpoint(place, protocol, endpoint)?;
        let attributes = self.attributes();
        attributes.iter().try_for_each(|(name, value)| check(name, value))?;
        Filter::of(&attributes)?;
        Ok(Subscription {
            protocol,
            endpoint: endpoint.into(),
            owner: self.caller.scope.account.clone(),
            principal: self.caller.principal.arn(),
            attributes,
        })
    }

    /// Of another account's queue or function that account would have to confirm it: so it subscribes itself.
    fn check_endpoint(
        self,
        place: &Place,
        protocol: Protocol,
        endpoint: &str,
    ) -> Result<(), AwsError> {
        let wrong = |why: &str| invalid(format!("Endpoint Reason: {why}"));
        let parts: Vec<_> = endpoint.split(':').collect();
        let fine = match (protocol, &parts[..]) {
            (Protocol::Sqs, ["arn", "aws", "sqs", _, _, name]) => !name.is_empty(),
            (Protocol::Lambda, ["arn", "aws", "lambda", _, _, "function", name, rest @ ..]) => {
                !name.is_empty() && rest.len() < 2
            }
            _ => false,
        };
        if !fine || endpoint.len() > 2_048 {
            return Err(wrong(&format!("it is no ARN of protocol {}", protocol.name())));
        }
        if parts.get(4) != Some(&self.caller.scope.account.as_str()) {
            return Err(wrong("its own account must subscribe it"));
        }
        if place.is_fifo() && protocol == Protocol::Lambda {
            return Err(invalid("Invalid protocol type: lambda"));
        }
        if !place.is_fifo() && endpoint.ends_with(".fifo") {
            let text = "FIFO SQS Queues can not be subscribed to standard SNS topics";
            return Err(invalid(format!("Invalid parameter: Endpoint Reason: {text}")));
        }
        Ok(())
    }

    pub(super) async fn unsubscribe(self) -> Answered {
        match self.subscribed("Unsubscribe") {
            // It is gone already, as it is to be.
            Err(error) if error.name() == "NotFound" => Ok(None),
            Err(error) => Err(error),
            Ok((place, id, _)) => {
                let remove = |record: Option<Record>| {
                    let mut record = record.ok_or_else(no_subscription)?;
                    record.subscriptions.remove(&id);
                    Ok((Some(record), ()))
                };
                self.topics.change(&place, remove).await.map(|()| None)
            }
        }
    }

    /// The subscription that is named: its own account, and its topic's, may see and change it.
    fn subscribed(self, action: &str) -> Result<(Place, Uuid, Arc<Topic>), AwsError> {
        let arn = self.required("SubscriptionArn")?;
        let (place, id) = Place::of_subscription(arn).ok_or_else(|| invalid("SubscriptionArn"))?;
        let (action, account) = (format!("sns:{action}"), &self.caller.scope.account);
        let found =
            self.topics.find(&place).filter(|_| place.scope.region == self.caller.scope.region);
        let owner = found.as_ref().and_then(|topic| topic.record.subscriptions.get(&id));
        let own = owner.is_some_and(|subscription| subscription.owner == *account);
        if place.scope.account == *account {
            self.caller.allow(&action, &place.arn(), None, &[]).map_err(crate::error::denied)?;
        } else if own {
            self.caller.own_side(&action, &place.arn()).map_err(crate::error::denied)?;
        } else {
            return Err(not_yours(&action, arn));
        }
        let topic = found.filter(|topic| topic.record.subscriptions.contains_key(&id));
        topic.map(|topic| (place, id, topic)).ok_or_else(no_subscription)
    }

    pub(super) fn list_subscriptions(self) -> Answered {
        self.may("ListSubscriptions")?;
        let topics = self.topics.list(&self.caller.scope);
        self.listed(topics.iter().flat_map(|(place, topic)| members(place, topic)))
    }

    pub(super) fn list_subscriptions_by_topic(self) -> Answered {
        let (place, topic) = self.topic("TopicArn", "ListSubscriptionsByTopic")?;
        self.listed(members(&place, &topic).into_iter())
    }

    fn listed(self, all: impl Iterator<Item = (String, Xml)>) -> Answered {
        let mut all: Vec<_> = all.collect();
        all.sort_by(|(a, _), (b, _)| a.cmp(b));
        let (page, next) = self.page(all)?;
        let members = page.into_iter().map(|(_, member)| member);
        Ok(Some(Xml::new().list("Subscriptions", members).maybe("NextToken", next.as_deref())))
    }

    pub(super) fn get_subscription_attributes(self) -> Answered {
        let (place, id, topic) = self.subscribed("GetSubscriptionAttributes")?;
        let it = topic.record.subscriptions.get(&id).ok_or_else(no_subscription)?;
        Ok(Some(shown(attributes(&place, id, it))))
    }

    pub(super) async fn set_subscription_attributes(self) -> Answered {
        let (place, id, _) = self.subscribed("SetSubscriptionAttributes")?;
        let name = self.required("AttributeName")?;
        let value = self.form.get("AttributeValue").unwrap_or_default();
        if !value.is_empty() {
            check(name, value)?;
        }
        let set = |record: Option<Record>| {
            let mut record = record.ok_or_else(no_subscription)?;
            let it = record.subscriptions.get_mut(&id).ok_or_else(no_subscription)?;
            match value {
                "" => it.attributes.remove(name),
                value => it.attributes.insert(name.into(), value.into()),
            };
            Filter::of(&it.attributes)?;
            Ok((Some(record), ()))
        };
        self.topics.change(&place, set).await.map(|()| None)
    }
}

fn check(name: &str, value: &str) -> Result<(), AwsError> {
    let fine = match name {
        // They are read together.
        "FilterPolicy" | "FilterPolicyScope" => true,
        "RawMessageDelivery" => matches!(value, "true" | "false"),
        "RedrivePolicy" => dead_letters(value).is_some(),
        _ => return Err(invalid("AttributeName")),
    };
    let short = value.len() <= ATTRIBUTE_BYTES;
    if fine && short { Ok(()) } else { Err(invalid(format!("{name} Reason: it cannot be read"))) }
}

fn members(place: &Place, topic: &Topic) -> Vec<(String, Xml)> {
    let member = |(id, it): (&Uuid, &Subscription)| {
        let arn = place.subscription_arn(*id);
        let xml = Xml::new()
            .text("SubscriptionArn", &arn)
            .text("Owner", it.owner.as_str())
            .text("Protocol", it.protocol.name())
            .text("Endpoint", &it.endpoint)
            .text("TopicArn", &place.arn());
        (arn, xml)
    };
    topic.record.subscriptions.iter().map(member).collect()
}

fn attributes(place: &Place, id: Uuid, it: &Subscription) -> BTreeMap<String, String> {
    let mut all: BTreeMap<String, String> = [
        ("SubscriptionArn", place.subscription_arn(id)),
        ("TopicArn", place.arn()),
        ("Protocol", it.protocol.name().into()),
        ("Endpoint", it.endpoint.clone()),
        ("Owner", it.owner.to_string()),
        ("SubscriptionPrincipal", it.principal.clone()),
        ("ConfirmationWasAuthenticated", "true".into()),
        ("PendingConfirmation", "false".into()),
        ("RawMessageDelivery", "false".into()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    if it.attributes.contains_key("FilterPolicy") {
        all.insert("FilterPolicyScope".into(), "MessageAttributes".into());
    }
    all.extend(it.attributes.clone());
    all
}
