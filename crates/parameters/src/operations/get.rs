//! Values of parameters.

use fika_aws::shape::AwsError;
use serde::Deserialize;
use serde_json::{Value, json};

use super::shown::{Facts, Shown, value};
use super::{Answered, Ask};
use crate::check::{count, page_size, required};
use crate::name::Name;
use crate::page::page;

/// How many names a request may have.
pub(super) const NAMES: usize = 10;
/// How many versions are a page at most, and unasked.
const HISTORY: usize = 50;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Get {
    name: Option<String>,
    #[serde(default)]
    with_decryption: bool,
    max_results: Option<i64>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetMany {
    names: Option<Vec<String>>,
    #[serde(default)]
    with_decryption: bool,
}

impl Ask<'_> {
    pub(super) fn get(self, asked: &Get) -> Answered {
        let text = required(asked.name.as_deref(), "name")?;
        let found = self.selected("GetParameter", text, asked.with_decryption)?;
        Ok(json!({"Parameter": found}))
    }

    pub(super) fn get_many(self, asked: GetMany) -> Answered {
        let names = required(asked.names, "names")?;
        count(&names, "names", 1, NAMES)?;
        let (mut found, mut invalid) = (Vec::new(), Vec::new());
        for text in &names {
            match self.selected("GetParameters", text, asked.with_decryption) {
                Ok(parameter) => found.push(parameter),
                Err(error) if error.name().ends_with("NotFound") => invalid.push(text),
                Err(error) => return Err(error),
            }
        }
        Ok(json!({"Parameters": found, "InvalidParameters": invalid}))
    }

    /// What a name with its selector stands for.
    fn selected(self, action: &str, text: &str, decrypted: bool) -> Result<Value, AwsError> {
        let (name, selector, written) = Name::select(text, &self.caller.scope)?;
        let name = self.resolved(name, text);
        let record = self.permitted(action, &name)?;
        let version = record.select(&name, &selector)?;
        if decrypted {
            self.may_use_key("kms:Decrypt", version)?;
        }
        Ok(json!(Shown::of(&name, version, written, decrypted)))
    }

    pub(super) fn history(self, asked: &Get) -> Answered {
        let name = self.name(required(asked.name.as_deref(), "name")?)?;
        let size = page_size(asked.max_results, HISTORY, HISTORY)?;
        let record = self.permitted("GetParameterHistory", &name)?;
        // Numbers of one length are in the order of their texts.
        let all =
            record.versions.iter().map(|version| (format!("{:020}", version.number), version));
        let (versions, next) = page(all, asked.next_token.as_deref(), size)?;
        let mut shown = Vec::new();
        for (_, version) in versions {
            if asked.with_decryption {
                self.may_use_key("kms:Decrypt", version)?;
            }
            let mut facts = Facts::of(&name.name, version);
            facts.value = Some(value(&name, version, asked.with_decryption));
            facts.labels = Some(version.labels.iter().map(String::as_str).collect());
            shown.push(json!(facts));
        }
        Ok(listed(shown, next))
    }
}

/// A page of a list, and where the next begins.
pub(super) fn listed(parameters: Vec<Value>, next: Option<String>) -> Value {
    let mut answer = json!({"Parameters": parameters});
    if let Some(next) = next {
        answer["NextToken"] = next.into();
    }
    answer
}
