//! `patchOperations`: members of a thing, by path.

use fika_aws::shape::AwsError;
use serde::Deserialize;
use serde_json::Value;

use crate::document::{Document, bad, is_variable};

/// The most operations of a call.
const OPERATIONS: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Patch {
    #[serde(default)]
    patch_operations: Vec<Operation>,
}

/// One of them.
#[derive(Debug, Deserialize)]
pub(super) struct Operation {
    op: String,
    path: String,
    #[serde(default)]
    value: Option<String>,
}

/// What a member is, for its text to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Is {
    Text,
    Flag,
    Number,
    /// A list, whose entries are added and removed.
    List,
    /// Texts by key.
    Map,
    /// A stage's variables.
    Variables,
}

/// Reads a body.
///
/// # Errors
/// 400 `BadRequestException`.
pub(super) fn read(body: &[u8]) -> Result<Vec<Operation>, AwsError> {
    let Patch { patch_operations } = serde_json::from_slice(body)
        .map_err(|error| bad(format!("Invalid patch operations: {error}")))?;
    if patch_operations.len() > OPERATIONS {
        return Err(bad("Too many patch operations"));
    }
    Ok(patch_operations)
}

impl Operation {
    /// The path's parts, with `~1` for a slash and `~0` for a tilde (RFC 6901).
    pub(super) fn parts(&self) -> Vec<String> {
        let plain = |part: &str| part.replace("~1", "/").replace("~0", "~");
        self.path.split('/').skip(1).map(plain).collect()
    }

    /// The path as it is written, without its slash.
    pub(super) fn raw(&self) -> &str {
        self.path.trim_start_matches('/')
    }

    /// Whether it takes something away.
    pub(super) fn is_removal(&self) -> bool {
        self.op == "remove"
    }

    /// The value, read as what it is to be; none where it is to be removed.
    pub(super) fn value(&self, is: Is) -> Result<Option<Value>, AwsError> {
        let wrong = || bad(format!("Invalid value for {}", self.path));
        let text = self.value.as_deref();
        match (self.op.as_str(), text, is) {
            ("remove", ..) => Ok(None),
            ("add" | "replace", Some(text), Is::Flag) => {
                text.parse::<bool>().map(|flag| Some(flag.into())).map_err(|_| wrong())
            }
            ("add" | "replace", Some(text), Is::Number) => {
                let number: Value = serde_json::from_str(text).map_err(|_| wrong())?;
                if number.as_f64().is_none_or(|number| number < 0.0) {
                    return Err(wrong());
                }
                Ok(Some(number))
            }
            ("add" | "replace", Some(text), Is::Variables) if !is_variable(text) => Err(wrong()),
            ("add" | "replace", Some(text), _) if text.len() <= 2048 => Ok(Some(text.into())),
            ("add" | "replace", ..) => Err(wrong()),
            (op, ..) => Err(bad(format!("Invalid patch operation {op}"))),
        }
    }

    /// Applies it to a thing that has such members.
    ///
    /// # Errors
    /// 400 `BadRequestException`, for a path that is none of them, too.
    pub(super) fn apply(&self, to: &mut Document, members: &[(&str, Is)]) -> Result<(), AwsError> {
        let parts = self.parts();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let unknown = || bad(format!("Invalid patch path {}", self.path));
        let (name, rest) = parts.split_first().ok_or_else(unknown)?;
        let (_, is) = members.iter().find(|(own, _)| own == name).ok_or_else(unknown)?;
        let value = self.value(*is)?;
        match (is, rest) {
            (Is::Map | Is::Variables, [key]) => put(entry(to, name), key, value),
            (Is::List, [item]) => {
                let list = to.entry(*name).or_insert_with(|| Value::Array(Vec::new()));
                let Value::Array(list) = list else { return Err(unknown()) };
                list.retain(|own| own.as_str() != Some(item));
                if self.op != "remove" {
                    list.push((*item).into());
                }
            }
            (Is::Text | Is::Flag | Is::Number, []) => put(to, name, value),
            _ => return Err(unknown()),
        }
        Ok(())
    }
}

/// Gives a member a value, or takes it away.
pub(super) fn put(to: &mut Document, name: &str, value: Option<Value>) {
    match value {
        Some(value) => to.insert(name.into(), value),
        None => to.shift_remove(name),
    };
}

/// The object of that name, made where there is none.
pub(super) fn entry<'d>(to: &'d mut Document, name: &str) -> &'d mut Document {
    if !to.get(name).is_some_and(Value::is_object) {
        to.insert(name.into(), Value::Object(Document::new()));
    }
    match to.get_mut(name) {
        Some(Value::Object(own)) => own,
        _ => unreachable!("it was made an object just now"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn patched(operations: &Value) -> Option<Value> {
        let members =
            [("name", Is::Text), ("on", Is::Flag), ("types", Is::List), ("vars", Is::Map)];
        let mut document = Document::from_iter([("name".to_owned(), json!("a"))]);
        for operation in
            read(json!({ "patchOperations": operations }).to_string().as_bytes()).ok()?
        {
            operation.apply(&mut document, &members).ok()?;
        }
        Some(Value::Object(document))
    }

    #[test]
    fn members_are_replaced_added_and_removed() {
        let done = patched(&json!([
            {"op": "replace", "path": "/name", "value": "b"},
            {"op": "replace", "path": "/on", "value": "true"},
            {"op": "add", "path": "/types/image~1png", "value": ""},
            {"op": "replace", "path": "/vars/x", "value": "1"},
            {"op": "replace", "path": "/vars/y", "value": "2"},
            {"op": "remove", "path": "/vars/x"},
        ]));
        let wanted = json!({"name": "b", "on": true, "types": ["image/png"], "vars": {"y": "2"}});
        assert_eq!(done, Some(wanted));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for operation in [
            json!({"op": "replace", "path": "/id", "value": "b"}),
            json!({"op": "replace", "path": "/on", "value": "maybe"}),
            json!({"op": "move", "path": "/name", "value": "b"}),
            json!({"op": "replace", "path": "", "value": "b"}),
        ] {
            assert_eq!(patched(&json!([operation])), None, "{operation}");
        }
    }
}
