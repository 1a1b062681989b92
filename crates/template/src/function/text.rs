//! Functions that make text, or take it apart.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::Invalid;
use crate::resolve::{Made, Resolver, scalar};

/// `Fn::Join`.
pub(super) fn join(by: Resolver<'_>, given: &Value) -> Made {
    let wrong = || {
        Invalid::error(
            "every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be \
             joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined.",
        )
    };
    let Some([Value::String(delimiter), items]) = given.as_array().map(Vec::as_slice) else {
        return Err(wrong().into());
    };
    let mut made = String::new();
    for (index, item) in by.list(items, wrong)?.into_iter().enumerate() {
        if index > 0 {
            made.push_str(delimiter);
        }
        let text = scalar(item).ok_or_else(wrong)?;
        by.budget.text(delimiter.len() + text.len())?;
        made.push_str(&text);
    }
    Ok(Some(made.into()))
}

/// `Fn::Split`.
pub(super) fn split(by: Resolver<'_>, given: &Value) -> Made {
    let wrong = || {
        Invalid::error(
            "every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a \
             function that returns a string to be split.",
        )
    };
    let Some([Value::String(delimiter), text]) = given.as_array().map(Vec::as_slice) else {
        return Err(wrong().into());
    };
    if delimiter.is_empty() {
        return Err(wrong().into());
    }
    let text = by.text(text, wrong)?;
    let mut parts = Vec::new();
    for part in text.split(delimiter.as_str()) {
        by.budget.node()?;
        by.budget.text(part.len())?;
        parts.push(Value::from(part));
    }
    Ok(Some(Value::Array(parts)))
}

/// `Fn::Base64`.
pub(super) fn base64(by: Resolver<'_>, given: &Value) -> Made {
    let text = by.text(given, || {
        Invalid::error("every Fn::Base64 object must have a String-typed value.")
    })?;
    let made = STANDARD.encode(text);
    by.budget.text(made.len())?;
    Ok(Some(made.into()))
}

/// `Fn::ToJsonString`.
pub(super) fn to_json(by: Resolver<'_>, given: &Value) -> Made {
    let wrong = || Invalid::error("Fn::ToJsonString requires an object or a list");
    let value = by.value(given)?.ok_or_else(wrong)?;
    if !value.is_object() && !value.is_array() {
        return Err(wrong().into());
    }
    let made = value.to_string();
    by.budget.text(made.len())?;
    Ok(Some(made.into()))
}
