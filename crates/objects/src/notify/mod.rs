//! What is told of changes in a bucket, and whom.
//!
//! - [`Configuration`]: what a bucket's owner asked for; `wire` is the same as it is written in XML
//! - [`record`]: the event, as Lambda's users know it
//! - `foreign`: the same of what another S3 tells a webhook
//! - `send`: to whom it goes; `outbox`: where it is until the journal has it
//!
//! What an event looks like is in the S3 user guide, "Event message structure".

pub(crate) mod foreign;
pub(crate) mod outbox;
pub(crate) mod record;
mod send;
pub(crate) mod trial;
pub(crate) mod wire;

use serde::{Deserialize, Serialize};

pub(crate) use record::Happened;

/// All of a bucket's notifications.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Configuration {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) rules: Vec<Rule>,
    /// Whether everything is told the default bus of the account.
    #[serde(default)]
    pub(crate) event_bridge: bool,
}

/// One destination, and what it is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rule {
    pub(crate) id: String,
    /// The ARN of a function, a queue or a topic.
    pub(crate) target: String,
    /// As in `s3:ObjectCreated:*`.
    pub(crate) events: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) prefix: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) suffix: Option<String>,
}

impl Configuration {
    /// The rules for an event, as in `ObjectCreated:Put`, of that key.
    pub(crate) fn of<'a>(&'a self, event: &'a str, key: &'a str) -> impl Iterator<Item = &'a Rule> {
        self.rules.iter().filter(move |rule| rule.is_about(event, key))
    }

    /// Whether two rules would both be told of something: S3 takes no such configuration.
    pub(crate) fn overlaps(&self) -> bool {
        let pairs = self.rules.iter().enumerate();
        pairs.into_iter().any(|(n, rule)| self.rules[n + 1..].iter().any(|other| rule.meets(other)))
    }
}

impl Rule {
    fn is_about(&self, event: &str, key: &str) -> bool {
        self.events.iter().any(|pattern| covers(pattern, event))
            && key.starts_with(self.prefix.as_deref().unwrap_or_default())
            && key.ends_with(self.suffix.as_deref().unwrap_or_default())
    }

    fn meets(&self, other: &Self) -> bool {
        let event = |one: &str| {
            let shared = |two: &String| covers(one, short(two)) || covers(two, short(one));
            other.events.iter().any(shared)
        };
        let of = |text: &Option<String>| text.clone().unwrap_or_default();
        let (one, two) = (of(&self.prefix), of(&other.prefix));
        let (first, second) = (of(&self.suffix), of(&other.suffix));
        self.events.iter().any(|one| event(one))
            && (one.starts_with(&two) || two.starts_with(&one))
            && (first.ends_with(&second) || second.ends_with(&first))
    }
}

fn short(event: &str) -> &str {
    event.strip_prefix("s3:").unwrap_or(event)
}

/// Whether a pattern, as in `s3:ObjectCreated:*`, is about an event, as in `ObjectCreated:Put`.
fn covers(pattern: &str, event: &str) -> bool {
    match short(pattern).strip_suffix('*') {
        Some(family) => event.starts_with(family),
        None => short(pattern) == event,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(events: &[&str], prefix: &str, suffix: &str) -> Rule {
        Rule {
            id: "id".into(),
            target: "arn:aws:lambda:us-east-1:123456789012:function:f".into(),
            events: events.iter().map(|event| (*event).into()).collect(),
            prefix: Some(prefix.into()),
            suffix: Some(suffix.into()),
        }
    }

    #[test]
    fn a_rule_is_about_its_events_and_its_keys() {
        let photos = rule(&["s3:ObjectCreated:*", "s3:ObjectRemoved:Delete"], "in/", ".jpg");
        for (event, key, expected) in [
            ("ObjectCreated:Put", "in/a.jpg", true),
            ("ObjectCreated:CompleteMultipartUpload", "in/.jpg", true),
            ("ObjectCreated:Put", "out/a.jpg", false),
            ("ObjectCreated:Put", "in/a.png", false),
            ("ObjectRemoved:Delete", "in/a.jpg", true),
            ("ObjectRemoved:DeleteMarkerCreated", "in/a.jpg", false),
        ] {
            assert_eq!(photos.is_about(event, key), expected, "{event} {key}");
        }
    }

    #[test]
    fn rules_overlap_where_both_would_be_told() {
        let overlap = |one, two| {
            let rules = vec![one, two];
            Configuration { rules, event_bridge: false }.overlaps()
        };
        let put = || rule(&["s3:ObjectCreated:Put"], "in/", "");
        assert!(overlap(put(), rule(&["s3:ObjectCreated:*"], "", ".jpg")));
        assert!(overlap(put(), put()));
        assert!(!overlap(put(), rule(&["s3:ObjectCreated:*"], "out/", "")));
        assert!(!overlap(put(), rule(&["s3:ObjectRemoved:*"], "in/", "")));
        let png = rule(&["s3:ObjectCreated:Put"], "in/", ".png");
        assert!(!overlap(png, rule(&["s3:ObjectCreated:Put"], "in/", ".jpg")));
    }
}
