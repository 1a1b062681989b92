//! What is applied to a template before it is one.

use fika_aws::shape::AwsError;
use fika_sam::Context;
use fika_template::{Pseudo, extend, transforms};
use serde_json::{Map, Value};

use crate::error;

/// Loops, and functions where strings are.
const LANGUAGE: &str = "AWS::LanguageExtensions";
/// SAM.
pub(crate) const SERVERLESS: &str = "AWS::Serverless-2016-10-31";
/// How the text of a failure begins.
const FAILED: &str = "Transform ";

/// Applies the transforms that a template names, in their order; `now` is seconds since 1970.
///
/// # Errors
/// `ValidationError` for a transform that nobody has, and for what one refuses.
pub(crate) fn apply(
    mut template: Value,
    parameters: &Map<String, Value>,
    pseudo: &Pseudo,
    now: u64,
) -> Result<Value, AwsError> {
    for name in transforms(&template).map_err(error::template)? {
        template = match name.as_str() {
            LANGUAGE => extend(template, parameters, pseudo).map_err(error::template)?,
            SERVERLESS => serverless(template, parameters, pseudo, now)?,
            other => return Err(error::invalid(format!("No transform named {other} found."))),
        };
    }
    if let Some(sections) = template.as_object_mut() {
        sections.remove("Transform");
    }
    Ok(template)
}

/// Whether that is what a transform refused. A change set is made then, and tells of it.
pub(crate) fn refused(error: &AwsError) -> bool {
    error.message().starts_with(FAILED)
}

fn serverless(
    template: Value,
    parameters: &Map<String, Value>,
    pseudo: &Pseudo,
    now: u64,
) -> Result<Value, AwsError> {
    let (region, partition) = (pseudo.region.as_str(), pseudo.partition.as_str());
    let context = Context { region, partition, parameters, now };
    fika_sam::expand(template, &context).map_err(|errors| {
        let all: Vec<_> = errors.iter().map(ToString::to_string).collect();
        error::invalid(format!(
            "{FAILED}{SERVERLESS} failed with: Invalid Serverless Application Specification document. \
             Number of errors found: {}. {}",
            all.len(),
            all.join(", ")
        ))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::json;

    use super::*;

    fn applied(template: Value) -> Result<Value, AwsError> {
        let pseudo = Pseudo {
            account: "123456789012".into(),
            region: "eu-north-1".into(),
            partition: "aws".into(),
            url_suffix: "amazonaws.com".into(),
            stack_id: "arn:aws:cloudformation".into(),
            stack_name: "shop".into(),
            notification_arns: Vec::new(),
        };
        apply(template, &Map::new(), &pseudo, 0)
    }

    #[test]
    fn serverless_templates_become_plain_ones() {
        let layer = json!({"Type": "AWS::Serverless::LayerVersion",
            "Properties": {"ContentUri": "s3://b/k"}});
        let made = applied(json!({"Transform": SERVERLESS, "Resources": {"L": layer}})).unwrap();
        assert!(made.get("Transform").is_none(), "{made}");
        let mut all = made["Resources"].as_object().unwrap().values();
        assert!(all.all(|made| made["Type"] == "AWS::Lambda::LayerVersion"), "{made}");
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let function = json!({"Type": "AWS::Serverless::Function", "Properties": {}});
        let template = json!({"Transform": SERVERLESS,
            "Resources": {"A": function.clone(), "B": function}});
        let error = applied(template).unwrap_err();
        assert!(refused(&error));
        let begin = "Transform AWS::Serverless-2016-10-31 failed with: Invalid Serverless Application \
                     Specification document. Number of errors found: 2. Resource with id [A] is invalid. ";
        assert!(error.message().starts_with(begin), "{error:?}");
        assert!(error.message().contains(", Resource with id [B] is invalid. "), "{error:?}");
    }

    #[test]
    fn a_transform_that_nobody_has() {
        let error = applied(json!({"Transform": "Mine", "Resources": {}})).unwrap_err();
        assert!(!refused(&error) && error.message() == "No transform named Mine found.");
    }
}
