//! Parameters of the query protocol as the JSON protocol has them: lists of `Name.1`, maps of
//! `Name.1.Name` and `Name.1.Value`.

use std::collections::BTreeMap;

use fika_aws::query::Form;
use serde_json::{Map, Value};

/// Parts of a parameter's name, at most: `SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.StringValue`.
const DEPTH: usize = 7;

/// What a list is called in the JSON protocol.
fn list(name: &str) -> Option<&'static str> {
    Some(match name {
        "AttributeName" => "AttributeNames",
        "MessageSystemAttributeName" => "MessageSystemAttributeNames",
        "MessageAttributeName" => "MessageAttributeNames",
        "AWSAccountId" => "AWSAccountIds",
        "ActionName" => "Actions",
        "TagKey" => "TagKeys",
        "SendMessageBatchRequestEntry"
        | "DeleteMessageBatchRequestEntry"
        | "ChangeMessageVisibilityBatchRequestEntry" => "Entries",
        _ => return None,
    })
}

/// What a map is called there, and what its keys are here.
fn map(name: &str) -> Option<(&'static str, &'static str)> {
    Some(match name {
        "Attribute" => ("Attributes", "Name"),
        "MessageAttribute" => ("MessageAttributes", "Name"),
        "MessageSystemAttribute" => ("MessageSystemAttributes", "Name"),
        "Tag" | "Tags" => ("Tags", "Key"),
        _ => return None,
    })
}

#[derive(Debug, Default)]
struct Tree {
    text: Option<String>,
    parts: BTreeMap<String, Tree>,
}

/// The input of a form; none where a name has too many parts. A queue may be named by the path.
pub(super) fn read(form: &Form, path: &str) -> Option<Value> {
    let mut tree = Tree::default();
    for (name, value) in form.all() {
        let parts: Vec<&str> = name.split('.').collect();
        if parts.len() > DEPTH {
            return None;
        }
        let leaf = parts
            .into_iter()
            .fold(&mut tree, |tree, part| tree.parts.entry(part.to_owned()).or_default());
        leaf.text = Some(value.to_owned());
    }
    let mut input = object(tree);
    let named = path.len() > 1 && path.matches('/').count() >= 2;
    if named && !input.contains_key("QueueUrl") {
        input.insert("QueueUrl".into(), path.into());
    }
    Some(Value::Object(input))
}

fn object(tree: Tree) -> Map<String, Value> {
    let mut object = Map::new();
    for (name, part) in tree.parts {
        if let Some(name) = list(&name) {
            let members = in_order(part).into_iter().map(value).collect();
            object.insert(name.into(), Value::Array(members));
        } else if let Some((name, key)) = map(&name) {
            let entries = in_order(part).into_iter().filter_map(|entry| pair(entry, key));
            object.insert(name.into(), Value::Object(entries.collect()));
        } else {
            object.insert(name, value(part));
        }
    }
    object
}

fn value(tree: Tree) -> Value {
    match tree.text {
        Some(text) => Value::String(text),
        None => Value::Object(object(tree)),
    }
}

fn pair(mut entry: Tree, key: &str) -> Option<(String, Value)> {
    let name = entry.parts.remove(key)?.text?;
    Some((name, value(entry.parts.remove("Value")?)))
}

/// The members of a list; their numbers need not be without gaps. One without a number stands for itself.
fn in_order(mut tree: Tree) -> Vec<Tree> {
    if tree.text.is_some() {
        return vec![tree];
    }
    let parts = std::mem::take(&mut tree.parts).into_iter();
    let mut members: Vec<_> =
        parts.filter_map(|(n, part)| Some((n.parse::<u32>().ok()?, part))).collect();
    members.sort_by_key(|(n, _)| *n);
    members.into_iter().map(|(_, part)| part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn input(form: &str, path: &str) -> Option<Value> {
        read(&Form::parse(form.as_bytes()).expect("a form"), path)
    }

    #[test]
    fn lists_and_maps_are_those_of_json() {
        let form = "Action=SendMessageBatch&SendMessageBatchRequestEntry.2.Id=b\
                    &SendMessageBatchRequestEntry.10.Id=c&SendMessageBatchRequestEntry.1.Id=a\
                    &SendMessageBatchRequestEntry.1.MessageAttribute.1.Name=n\
                    &SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.StringValue=v";
        let entries = json!([
            {"Id": "a", "MessageAttributes": {"n": {"StringValue": "v"}}}, {"Id": "b"}, {"Id": "c"}
        ]);
        let url = "/123456789012/q";
        let wanted = json!({"Action": "SendMessageBatch", "Entries": entries, "QueueUrl": url});
        assert_eq!(input(form, url), Some(wanted));
        let form = "QueueUrl=u&AttributeName.1=All&Attribute.1.Name=a&Attribute.1.Value=1";
        let wanted = json!({"QueueUrl": "u", "AttributeNames": ["All"], "Attributes": {"a": "1"}});
        assert_eq!(input(form, url), Some(wanted));
    }

    #[test]
    fn hostile_names_are_refused_or_passed_over() {
        assert_eq!(input(&format!("{}=1", ["a"; 8].join(".")), "/"), None);
        assert_eq!(
            input("Attribute.x.Name=a&Attribute.1.Name=b", "/"),
            Some(json!({"Attributes": {}}))
        );
    }
}
