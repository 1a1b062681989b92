//! What users and roles have in common: policies of their own, policies attached, tags.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::iam;
use crate::kind::{Ask, Failure, Was};
use crate::services::gone;

/// `Role` or `User`, and its name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Holder<'a> {
    pub(super) word: &'static str,
    pub(super) name: &'a str,
}

impl Holder<'_> {
    /// Gives it what the properties say of policies, and takes away what `was` said and they do not.
    pub(super) async fn attach(self, ask: &Ask, was: &Map<String, Value>) -> Result<(), Failure> {
        let (had, has) = (managed(was), managed(&ask.properties));
        for arn in has.iter().filter(|arn| ask.again || !had.contains(*arn)) {
            self.act(ask, "Attach", "Policy", &[("PolicyArn", arn)]).await?;
        }
        for arn in had.difference(&has) {
            self.detach(ask, arn).await?;
        }
        let (had, has) = (inline(was), inline(&ask.properties));
        for (name, document) in &has {
            self.put(ask, name, document).await?;
        }
        for name in had.keys().filter(|name| !has.contains_key(*name)) {
            self.remove(ask, name).await?;
        }
        Ok(())
    }

    /// Takes away what `was` said.
    pub(super) async fn strip(self, ask: &Ask, was: &Map<String, Value>) -> Result<(), Failure> {
        let nothing = Ask { properties: Map::new(), ..ask.clone() };
        self.attach(&nothing, was).await
    }

    /// Gives it a policy of its own.
    pub(super) async fn put(self, ask: &Ask, policy: &str, document: &str) -> Result<(), Failure> {
        self.act(ask, "Put", "Policy", &[("PolicyName", policy), ("PolicyDocument", document)])
            .await
    }

    /// Takes one of its own away.
    pub(super) async fn remove(self, ask: &Ask, policy: &str) -> Result<(), Failure> {
        let action = format!("Delete{}Policy", self.word);
        let parameters = [self.named(), ("PolicyName", policy)];
        gone(iam(ask, &action, &parameters).await)
    }

    /// Takes one away that is attached.
    pub(super) async fn detach(self, ask: &Ask, arn: &str) -> Result<(), Failure> {
        let action = format!("Detach{}Policy", self.word);
        gone(iam(ask, &action, &[self.named(), ("PolicyArn", arn)]).await)
    }

    /// Attaches one.
    pub(super) async fn give(self, ask: &Ask, arn: &str) -> Result<(), Failure> {
        self.act(ask, "Attach", "Policy", &[("PolicyArn", arn)]).await
    }

    /// Gives it the tags it is to have, and takes those away that it had by `was`.
    pub(super) async fn retag(self, ask: &Ask, was: &Was) -> Result<(), Failure> {
        let had = Ask { properties: was.properties.clone(), ..ask.clone() }.tags();
        let has = ask.tags();
        let less: Vec<_> = had.keys().filter(|key| !has.contains_key(*key)).collect();
        let numbered = less.iter().zip(1..).map(|(key, n)| (format!("TagKeys.member.{n}"), *key));
        let numbered: Vec<_> = numbered.collect();
        if !numbered.is_empty() {
            let keys: Vec<_> = numbered.iter().map(|(n, key)| (n.as_str(), key.as_str())).collect();
            self.act(ask, "Untag", "", &keys).await?;
        }
        if !has.is_empty() && (had != has || ask.again) {
            let tags = member_tags(&has);
            let tags: Vec<_> = tags.iter().map(|(n, text)| (n.as_str(), text.as_str())).collect();
            self.act(ask, "Tag", "", &tags).await?;
        }
        Ok(())
    }

    async fn act(
        self,
        ask: &Ask,
        verb: &str,
        what: &str,
        more: &[(&str, &str)],
    ) -> Result<(), Failure> {
        let mut parameters = vec![self.named()];
        parameters.extend(more);
        iam(ask, &format!("{verb}{}{what}", self.word), &parameters).await?;
        Ok(())
    }

    /// The parameter that says who it is.
    pub(super) fn named(&self) -> (&'static str, &str) {
        (if self.word == "Role" { "RoleName" } else { "UserName" }, self.name)
    }
}

fn managed(properties: &Map<String, Value>) -> BTreeSet<&str> {
    names(properties, "ManagedPolicyArns")
}

/// The texts of a list.
pub(super) fn names<'p>(properties: &'p Map<String, Value>, list: &str) -> BTreeSet<&'p str> {
    let names = properties.get(list).and_then(Value::as_array);
    names.into_iter().flatten().filter_map(Value::as_str).collect()
}

fn inline(properties: &Map<String, Value>) -> BTreeMap<&str, String> {
    let policies = properties.get("Policies").and_then(Value::as_array);
    let one = |policy: &Value| Some(document(policy.get("PolicyDocument")?));
    policies
        .into_iter()
        .flatten()
        .filter_map(|policy| Some((policy.get("PolicyName")?.as_str()?, one(policy)?)))
        .collect()
}

/// A document as a text; templates may have it as one already.
pub(super) fn document(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Tags as the query protocol lists them.
pub(super) fn member_tags(tags: &BTreeMap<String, String>) -> Vec<(String, String)> {
    let pairs = tags.iter().zip(1..).flat_map(|((key, value), n)| {
        [
            (format!("Tags.member.{n}.Key"), key.clone()),
            (format!("Tags.member.{n}.Value"), value.clone()),
        ]
    });
    pairs.collect()
}
