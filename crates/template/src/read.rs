//! From text to a value.

use serde_json::Value;

use crate::{Invalid, json, yaml};

/// The longest template, bytes.
pub const TEMPLATE_BYTES: usize = 1_000_000;
/// How many values a template may have.
pub(crate) const NODES: usize = 250_000;

/// Reads a template, JSON or YAML; what YAML writes short (`!Ref`) is in its long form then.
///
/// Text that begins with a brace is JSON. YAML is 1.1, as CloudFormation has it: no aliases, no merge keys, names that
/// are strings, dates as they are written.
///
/// # Errors
/// [`Invalid`] for a text longer than [`TEMPLATE_BYTES`], that is neither, has a name twice, or is nested deeper than
/// [`DEPTH`](crate::DEPTH).
pub fn read(text: &str) -> Result<Value, Invalid> {
    if text.len() > TEMPLATE_BYTES {
        return Err(Invalid(format!("Template may not exceed {TEMPLATE_BYTES} bytes in size.")));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match text.trim_start().starts_with('{') {
        true => json::read(text),
        false => yaml::read(text),
    }
}

/// Refuses what is nested too deep; called before anything walks a value by recursion.
pub(crate) fn too_deep() -> Invalid {
    Invalid::format(format_args!("the template is nested deeper than {} levels", crate::DEPTH))
}

/// Refuses a value that is nested deeper than this many levels more.
pub(crate) fn shallow(value: &Value, levels: usize) -> Result<(), Invalid> {
    let Some(levels) = levels.checked_sub(1) else { return Err(too_deep()) };
    match value {
        Value::Array(items) => items.iter().try_for_each(|item| shallow(item, levels)),
        Value::Object(members) => members.values().try_for_each(|member| shallow(member, levels)),
        _ => Ok(()),
    }
}
