//! What the API's operations do.
//!
//! - `put`: new parameters and versions; `get`: their values; `list`: parameters below a path, and facts of them
//! - `remove`: parameters that go; `labels` and `tags`: what is written on versions and on parameters
//! - `shown`: parameters as the API has them

mod get;
mod labels;
mod list;
mod put;
mod remove;
mod shown;
mod tags;

use std::sync::Arc;

use bytes::Bytes;
use fika_aws::shape::AwsError;
use fika_service::{Caller, json};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::no_parameter;
use crate::name::Name;
use crate::record::{DEFAULT_KEY, Record, Version};
use crate::room::Parameters;

/// What an operation answers.
pub(crate) type Answered = Result<Value, AwsError>;

/// One request of somebody who has proven who they are.
#[derive(Clone, Copy)]
pub(crate) struct Ask<'a> {
    pub(crate) parameters: &'a Parameters,
    pub(crate) caller: &'a Caller,
    pub(crate) body: &'a Bytes,
}

impl<'a> Ask<'a> {
    pub(crate) async fn answer(self, operation: &str) -> Answered {
        match operation {
            "PutParameter" => self.put(self.read()?).await,
            "GetParameter" => self.get(&self.read()?),
            "GetParameters" => self.get_many(self.read()?),
            "GetParameterHistory" => self.history(&self.read()?),
            "GetParametersByPath" => self.by_path(self.read()?),
            "DescribeParameters" => self.describe(self.read()?),
            "DeleteParameter" => self.delete(self.read()?).await,
            "DeleteParameters" => self.delete_many(self.read()?).await,
            "LabelParameterVersion" => self.label(self.read()?).await,
            "UnlabelParameterVersion" => self.unlabel(self.read()?).await,
            "AddTagsToResource" => self.tag(self.read()?).await,
            "RemoveTagsFromResource" => self.untag(self.read()?).await,
            "ListTagsForResource" => self.tags(&self.read()?),
            _ => {
                let text = "Of Systems Manager, fika has Parameter Store only.";
                Err(AwsError::new("UnknownOperationException", 400, text))
            }
        }
    }

    fn read<T: DeserializeOwned>(self) -> Result<T, AwsError> {
        json::read(self.body)
    }

    /// The parameter that is called so, by whoever asks.
    fn name(self, text: &str) -> Result<Name, AwsError> {
        Name::read(text, &self.caller.scope).map(|name| self.resolved(name, text))
    }

    /// What an ARN names: `/a` where that is there, as it is the ARN of `a` too.
    fn resolved(self, name: Name, text: &str) -> Name {
        let has = |name: &Name| self.parameters.find(name).is_some();
        let twin = name.twin().filter(|twin| text.starts_with("arn:") && !has(&name) && has(twin));
        twin.unwrap_or(name)
    }

    /// Whether the caller may do that with a parameter; `more` are keys of conditions.
    fn may_with(self, action: &str, name: &Name, more: &[(&str, &str)]) -> Result<(), AwsError> {
        let record = self.parameters.find(name);
        let mut keys: Vec<(String, &str)> = Vec::new();
        for (tag, value) in record.iter().flat_map(|record| &record.tags) {
            keys.push((format!("aws:ResourceTag/{tag}"), value));
            keys.push((format!("ssm:resourceTag/{tag}"), value));
        }
        let keys = keys.iter().map(|(key, value)| (key.as_str(), *value));
        let keys: Vec<_> = keys.chain(more.iter().copied()).collect();
        self.caller.allow(&format!("ssm:{action}"), &name.arn(), None, &keys)
    }

    fn may(self, action: &str, name: &Name) -> Result<(), AwsError> {
        self.may_with(action, name, &[])
    }

    /// The parameter, where it is there and the caller may do that with it.
    fn permitted(self, action: &str, name: &Name) -> Result<Arc<Record>, AwsError> {
        self.may(action, name)?;
        self.parameters.find(name).ok_or_else(|| no_parameter(name))
    }

    /// Whether the caller may use the key of a version, as `kms:Decrypt`. AWS's own key is for all of the account.
    fn may_use_key(self, action: &str, version: &Version) -> Result<(), AwsError> {
        let key = version.key_id.as_deref().filter(|key| *key != DEFAULT_KEY);
        let Some(key) = key else { return Ok(()) };
        let scope = &self.caller.scope;
        let before = format!("arn:aws:kms:{}:{}:", scope.region, scope.account);
        let arn = match key {
            arn if arn.starts_with("arn:") => arn.to_owned(),
            alias if alias.starts_with("alias/") => format!("{before}{alias}"),
            id => format!("{before}key/{id}"),
        };
        self.caller.allow(action, &arn, None, &[])
    }
}
