//! Labels: names of versions that move.

use std::collections::BTreeSet;

use fika_aws::shape::AwsError;
use serde::Deserialize;
use serde_json::json;

use super::{Answered, Ask};
use crate::check::{count, length, required};
use crate::error::no_parameter;
use crate::record::Record;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Label {
    name: Option<String>,
    parameter_version: Option<u64>,
    labels: Option<Vec<String>>,
}

impl Ask<'_> {
    pub(super) async fn label(self, asked: Label) -> Answered {
        let name = self.name(required(asked.name.as_deref(), "name")?)?;
        self.may("LabelParameterVersion", &name)?;
        let (labels, invalid) = asked.labels()?;
        let change = |record: Option<Record>| {
            let record = record.ok_or_else(|| no_parameter(&name))?;
            let (record, number) = record.label(&name, asked.parameter_version, &labels)?;
            Ok((Some(record), number))
        };
        let number = self.parameters.change(&name, change).await?;
        Ok(json!({"InvalidLabels": invalid, "ParameterVersion": number}))
    }

    pub(super) async fn unlabel(self, asked: Label) -> Answered {
        let name = self.name(required(asked.name.as_deref(), "name")?)?;
        self.may("UnlabelParameterVersion", &name)?;
        let number = required(asked.parameter_version, "parameterVersion")?;
        let (labels, mut invalid) = asked.labels()?;
        let change = |record: Option<Record>| {
            let record = record.ok_or_else(|| no_parameter(&name))?;
            let (record, gone) = record.unlabel(&name, number, &labels)?;
            Ok((Some(record), gone))
        };
        let gone = self.parameters.change(&name, change).await?;
        invalid.extend(labels.difference(&gone).cloned());
        Ok(json!({"RemovedLabels": gone, "InvalidLabels": invalid}))
    }
}

impl Label {
    /// The labels that can be some, and those that cannot.
    fn labels(&self) -> Result<(BTreeSet<String>, BTreeSet<String>), AwsError> {
        let labels = required(self.labels.as_deref(), "labels")?;
        count(labels, "labels", 1, 10)?;
        labels.iter().try_for_each(|label| length(label, "labels", 1, 100))?;
        Ok(labels.iter().cloned().partition(|label| is_label(label)))
    }
}

fn is_label(label: &str) -> bool {
    let lower = label.to_ascii_lowercase();
    let reserved = lower.starts_with("aws") || lower.starts_with("ssm");
    let digit = label.starts_with(|char: char| char.is_ascii_digit());
    let fine = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
    !reserved && !digit && label.bytes().all(fine)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_not_numbers_nor_reserved() {
        for (label, fine) in
            [("prod", true), ("v1.0-a_b", true), ("1st", false), ("AWSx", false), ("a b", false)]
        {
            assert_eq!(is_label(label), fine, "{label}");
        }
    }
}
