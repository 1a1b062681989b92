//! New parameters, and new versions of them.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use fika_aws::shape::AwsError;
use serde::Deserialize;
use serde_json::json;

use super::{Answered, Ask};
use crate::check::{Tag, length, one_of, required, tagged};
use crate::error::exists;
use crate::kind::{Kind, Wish};
use crate::name::Name;
use crate::record::{Draft, Record};
use crate::secret::Secret;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Put {
    name: Option<String>,
    value: Option<Secret>,
    r#type: Option<String>,
    description: Option<String>,
    key_id: Option<String>,
    #[serde(default)]
    overwrite: bool,
    allowed_pattern: Option<String>,
    #[serde(default)]
    tags: Vec<Tag>,
    tier: Option<String>,
    policies: Option<String>,
    data_type: Option<String>,
}

impl Ask<'_> {
    pub(super) async fn put(self, asked: Put) -> Answered {
        let name = self.name(required(asked.name.as_deref(), "name")?)?;
        let overwrite = asked.overwrite;
        self.may_put(&name, &asked)?;
        name.check_new()?;
        let (draft, tags) = asked.check(self.caller.principal.arn())?;
        let change = |before: Option<Record>| {
            let after = match before {
                Some(_) if !overwrite => return Err(exists()),
                Some(before) => before.next(&name, draft)?,
                None => Record::first(draft, tags)?,
            };
            let made = after.latest().map(|made| (made.number, made.tier.name()));
            if let Some(made) = after.latest() {
                self.may_use_key("kms:Encrypt", made)?;
            }
            Ok((Some(after), made))
        };
        let made = self.parameters.change(&name, change).await?;
        let (number, tier) = made.unwrap_or_default();
        Ok(json!({"Version": number, "Tier": tier}))
    }

    fn may_put(self, name: &Name, asked: &Put) -> Result<(), AwsError> {
        let overwrite = if asked.overwrite { "true" } else { "false" };
        self.may_with("PutParameter", name, &[("ssm:Overwrite", overwrite)])?;
        if asked.tags.is_empty() {
            return Ok(());
        }
        self.may("AddTagsToResource", name)
    }
}

impl Put {
    /// What is asked for, bounded.
    fn check(self, by: String) -> Result<(Draft, BTreeMap<String, String>), AwsError> {
        let value = required(self.value, "value")?;
        length(value.expose(), "value", 1, usize::MAX)?;
        let most = |text: Option<&str>, path, most| {
            text.map_or(Ok(()), |text| length(text, path, 0, most))
        };
        most(self.description.as_deref(), "description", 1_024)?;
        most(self.allowed_pattern.as_deref(), "allowedPattern", 1_024)?;
        self.key_id.as_deref().map_or(Ok(()), check_key)?;
        check_policies(self.policies.as_deref())?;
        let types = ["text", "aws:ec2:image", "aws:ssm:integration"];
        let data_type = self.data_type.filter(|name| !name.is_empty());
        data_type.as_deref().map_or(Ok(()), |name| one_of(name, "dataType", &types))?;
        if self.overwrite && !self.tags.is_empty() {
            return Err(AwsError::validation(
                "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, \
                 please remove overwrite flag. To update tags for an existing parameter, please use \
                 AddTagsToResource or RemoveTagsFromResource.",
            ));
        }
        let draft = Draft {
            value,
            kind: self.r#type.as_deref().map(Kind::of).transpose()?,
            tier: self.tier.as_deref().map(Wish::of).transpose()?,
            description: self.description,
            allowed_pattern: self.allowed_pattern,
            key_id: self.key_id,
            data_type,
            modified_ms: now_ms(),
            modified_by: by,
        };
        Ok((draft, tagged(BTreeMap::new(), self.tags)?))
    }
}

fn check_key(key: &str) -> Result<(), AwsError> {
    length(key, "keyId", 1, 256)?;
    if key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":/_-".contains(&byte)) {
        return Ok(());
    }
    let rule = "Member must satisfy regular expression pattern: ^([a-zA-Z0-9:/_-]+)$";
    Err(AwsError::broken_constraint(key, "keyId", rule))
}

/// None is as good as no policies; nothing expires here.
fn check_policies(policies: Option<&str>) -> Result<(), AwsError> {
    if matches!(policies.map(str::trim), None | Some("" | "[]" | "[{}]" | "{}")) {
        return Ok(());
    }
    let text = "fika has no parameter policies: nothing expires, and nobody is told.";
    Err(AwsError::new("InvalidPolicyTypeException", 400, text))
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
