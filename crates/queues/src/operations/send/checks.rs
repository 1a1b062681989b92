//! What a message may be, in SQS's words where it may not.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fika_aws::shape::AwsError;

use crate::error::{invalid, value};
use crate::message::{Attributes, Value};

/// Attributes of one message, at most.
const ATTRIBUTES: usize = 10;
/// Bytes of a trace header, at most: what EventBridge takes of one.
const TRACE_BYTES: usize = 500;

/// What a group or a deduplication id may be.
pub(super) fn check_token(token: Option<&str>, name: &str) -> Result<(), AwsError> {
    let good = |t: &str| (1..=128).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_graphic());
    match token {
        Some(token) if !good(token) => Err(value(
            token,
            name,
            &format!(
                "{name} can only include alphanumeric and punctuation characters. 1 to 128 in \
                 length."
            ),
        )),
        _ => Ok(()),
    }
}

/// A trace header, which is kept in memory with what else is known of a message.
pub(crate) fn check_trace(trace: Option<&str>) -> Result<(), AwsError> {
    match trace {
        Some(trace) if trace.is_empty() || trace.len() > TRACE_BYTES => Err(invalid(format!(
            "The message system attribute 'AWSTraceHeader' must be a trace header of X-Ray, of at \
             most {TRACE_BYTES} bytes."
        ))),
        Some(trace) => check_text(trace),
        None => Ok(()),
    }
}

/// The characters that a message may have.
pub(super) fn check_text(text: &str) -> Result<(), AwsError> {
    let good = |char: char| {
        matches!(char, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}')
            || char >= '\u{10000}'
    };
    if text.chars().all(good) {
        return Ok(());
    }
    Err(AwsError::new(
        "InvalidMessageContents",
        400,
        "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF \
         | #xE000 to #xFFFD | #x10000 to #x10FFFF",
    ))
}

/// How many attributes there may be, and what each may be.
pub(super) fn check_attributes(attributes: &Attributes) -> Result<(), AwsError> {
    if attributes.len() > ATTRIBUTES {
        let (count, most) = (attributes.len(), ATTRIBUTES);
        return Err(invalid(format!(
            "Number of message attributes [{count}] exceeds the allowed maximum [{most}]."
        )));
    }
    attributes.iter().try_for_each(|(name, value)| check_attribute(name, value))
}

fn check_attribute(name: &str, value: &Value) -> Result<(), AwsError> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    let reserved = ["aws.", "amazon."].iter().any(|p| name.to_ascii_lowercase().starts_with(p));
    let dots = name.starts_with('.') || name.ends_with('.') || name.contains("..");
    if !(1..=256).contains(&name.len()) || !name.bytes().all(plain) || reserved || dots {
        return Err(invalid(format!(
            "Message (user) attribute name '{name:.256}' is invalid: it can contain A-Z, a-z, \
             0-9, hyphen, underscore and period, must not begin with AWS. or Amazon., and has at \
             most 256 characters."
        )));
    }
    let kind = value.data_type.split('.').next().unwrap_or_default();
    let text = value.string_value.as_deref();
    let good = match kind {
        "String" => text.is_some_and(|text| !text.is_empty()),
        "Number" => text.is_some_and(|text| text.parse::<f64>().is_ok()),
        "Binary" => {
            let bytes = value.binary_value.as_deref().map(|text| STANDARD.decode(text));
            text.is_none() && bytes.is_some_and(|b| b.is_ok_and(|b| !b.is_empty()))
        }
        _ => false,
    };
    if !good || value.data_type.len() > 256 {
        return Err(invalid(format!(
            "The message attribute '{name}' must have a non-empty value of its type, which is \
             String, Number or Binary and at most 256 characters long."
        )));
    }
    text.map_or(Ok(()), check_text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trace_headers_are_bounded() {
        assert!(check_trace(Some("Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1")).is_ok());
        assert!(check_trace(Some(&"r".repeat(TRACE_BYTES))).is_ok());
        for wrong in [String::new(), "r".repeat(TRACE_BYTES + 1), "a\u{0}b".into()] {
            assert!(check_trace(Some(&wrong)).is_err(), "{wrong}");
        }
    }
}
