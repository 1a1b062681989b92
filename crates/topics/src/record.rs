//! What topics and subscriptions are, and what they are called.

use std::collections::BTreeMap;
use std::sync::Arc;

use fika_model::{AccountId, Region, Scope};
use fika_policy::{DocumentKind, Policy};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::filter::Filter;

/// Where topics are in the store.
pub(crate) const PREFIX: &str = "topic/";

/// One topic of somebody.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) scope: Scope,
    pub(crate) name: String,
}

/// A topic, as the store keeps it. Add members with a default.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// Those that were set, as they were set.
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) subscriptions: BTreeMap<Uuid, Subscription>,
}

/// A subscription.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Subscription {
    pub(crate) protocol: Protocol,
    /// An ARN.
    pub(crate) endpoint: String,
    /// Whose it is.
    pub(crate) owner: AccountId,
    /// As it was subscribed by.
    pub(crate) principal: String,
    pub(crate) attributes: BTreeMap<String, String>,
}

/// What may subscribe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Protocol {
    Sqs,
    Lambda,
}

/// A topic, ready to be published to.
#[derive(Debug)]
pub(crate) struct Topic {
    pub(crate) record: Record,
    pub(crate) policy: Option<Policy>,
    pub(crate) filters: BTreeMap<Uuid, Arc<Filter>>,
}

impl Protocol {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqs => "sqs",
            Self::Lambda => "lambda",
        }
    }
}

impl Place {
    pub(crate) fn arn(&self) -> String {
        let Scope { account, region } = &self.scope;
        format!("arn:aws:sns:{region}:{account}:{}", self.name)
    }

    pub(crate) fn subscription_arn(&self, id: Uuid) -> String {
        format!("{}:{id}", self.arn())
    }

    pub(crate) fn key(&self) -> String {
        let Scope { account, region } = &self.scope;
        format!("{PREFIX}{account}/{region}/{}", self.name)
    }

    pub(crate) fn of_key(key: &[u8]) -> Option<Self> {
        let mut parts = std::str::from_utf8(key).ok()?.strip_prefix(PREFIX)?.splitn(3, '/');
        Self::of(parts.next()?, parts.next()?, parts.next()?)
    }

    pub(crate) fn of_arn(arn: &str) -> Option<Self> {
        let mut parts = arn.strip_prefix("arn:aws:sns:")?.splitn(3, ':');
        let (region, account) = (parts.next()?, parts.next()?);
        Self::of(account, region, parts.next()?)
    }

    /// A subscription and its topic.
    pub(crate) fn of_subscription(arn: &str) -> Option<(Self, Uuid)> {
        let (topic, id) = arn.rsplit_once(':')?;
        Some((Self::of_arn(topic)?, id.parse().ok()?))
    }

    fn of(account: &str, region: &str, name: &str) -> Option<Self> {
        let (account, region) = (AccountId::new(account).ok()?, Region::new(region).ok()?);
        is_name(name).then(|| Self { scope: Scope { account, region }, name: name.into() })
    }

    pub(crate) fn is_fifo(&self) -> bool {
        self.name.ends_with(".fifo")
    }
}

/// Whether a topic may be called so.
pub(crate) fn is_name(name: &str) -> bool {
    let bare = name.strip_suffix(".fifo").unwrap_or(name);
    let fine = |char: char| char.is_ascii_alphanumeric() || char == '-' || char == '_';
    !bare.is_empty() && name.len() <= 256 && bare.chars().all(fine)
}

impl Topic {
    /// A topic out of its record; none where that has a policy or filter that cannot be read.
    pub(crate) fn of(record: Record) -> Option<Self> {
        let policy = match record.attributes.get("Policy") {
            Some(text) => Some(Policy::parse(text, DocumentKind::Resource).ok()?),
            None => None,
        };
        let mut filters = BTreeMap::new();
        for (id, subscription) in &record.subscriptions {
            if let Some(filter) = Filter::of(&subscription.attributes).ok()? {
                filters.insert(*id, Arc::new(filter));
            }
        }
        Some(Self { record, policy, filters })
    }

    pub(crate) fn is_on(&self, attribute: &str) -> bool {
        self.record.attributes.get(attribute).is_some_and(|value| value == "true")
    }
}

impl Subscription {
    pub(crate) fn is_raw(&self) -> bool {
        self.attributes.get("RawMessageDelivery").is_some_and(|value| value == "true")
    }

    /// The queue for what could not be delivered.
    pub(crate) fn dead_letters(&self) -> Option<String> {
        dead_letters(self.attributes.get("RedrivePolicy")?)
    }
}

/// The ARN of the queue that a redrive policy names.
pub(crate) fn dead_letters(policy: &str) -> Option<String> {
    let policy: serde_json::Value = serde_json::from_str(policy).ok()?;
    let arn = policy.get("deadLetterTargetArn")?.as_str()?;
    arn.starts_with("arn:aws:sqs:").then(|| arn.to_owned())
}
