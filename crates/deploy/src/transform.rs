//! What is applied to a template before it is one.

use fika_aws::shape::AwsError;
use fika_template::{Pseudo, extend, transforms};
use serde_json::{Map, Value};

use crate::error;
use crate::room::now;

/// Loops, and functions where strings are.
const LANGUAGE: &str = "AWS::LanguageExtensions";
/// SAM.
pub(crate) const SERVERLESS: &str = "AWS::Serverless-2016-10-31";

/// Applies the transforms that a template names, in their order.
///
/// # Errors
/// `ValidationError` for a transform that nobody has, and for what one refuses.
pub(crate) fn apply(
    mut template: Value,
    parameters: &Map<String, Value>,
    pseudo: &Pseudo,
) -> Result<Value, AwsError> {
    for name in transforms(&template).map_err(error::template)? {
        template = match name.as_str() {
            LANGUAGE => extend(template, parameters, pseudo).map_err(error::template)?,
            SERVERLESS => serverless(template, parameters, pseudo)?,
            other => return Err(error::invalid(format!("No transform named {other} found."))),
        };
    }
    if let Some(sections) = template.as_object_mut() {
        sections.remove("Transform");
    }
    Ok(template)
}

/// Expands Serverless resources; all that is wrong with them is told at once.
fn serverless(
    template: Value,
    parameters: &Map<String, Value>,
    pseudo: &Pseudo,
) -> Result<Value, AwsError> {
    let now = u64::try_from(now() / 1_000).unwrap_or_default();
    let (region, partition) = (pseudo.region.as_str(), pseudo.partition.as_str());
    let context = fika_sam::Context { region, partition, parameters, now };
    fika_sam::expand(template, &context).map_err(|errors| {
        let texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
        error::invalid(format!(
            "Transform {SERVERLESS} failed with: Invalid Serverless Application Specification \
             document. Number of errors found: {}. {}",
            texts.len(),
            texts.join(", ")
        ))
    })
}
