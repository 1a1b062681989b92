//! What a function says of a batch: which messages have failed.

use std::collections::HashSet;

use serde_json::Value;

/// The failed ones of those messages, by their ids as texts; none where all have failed, or the answer is not one
/// that says which (then all have, by Lambda's documentation).
pub(super) fn failed(payload: &[u8], ids: &HashSet<String>) -> Option<HashSet<String>> {
    let answer: Value = serde_json::from_slice(payload).ok()?;
    let failures = match &answer {
        Value::Null => return Some(HashSet::new()),
        Value::Object(members) => members.get("batchItemFailures"),
        _ => return None,
    };
    let failures = match failures {
        None | Some(Value::Null) => return Some(HashSet::new()),
        Some(list) => list.as_array()?,
    };
    let id = |failure: &Value| {
        let id = failure.get("itemIdentifier")?.as_str()?;
        ids.contains(id).then(|| id.to_owned())
    };
    failures.iter().map(id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_as_lambda_reads_them() {
        let ids = HashSet::from(["a".to_owned(), "b".to_owned()]);
        let some = |list: &[&str]| Some(list.iter().map(|&id| id.to_owned()).collect());
        for (answer, wanted) in [
            ("null", some(&[])),
            ("{}", some(&[])),
            (r#"{"batchItemFailures": null}"#, some(&[])),
            (r#"{"batchItemFailures": []}"#, some(&[])),
            (r#"{"batchItemFailures": [{"itemIdentifier": "b"}]}"#, some(&["b"])),
            // All of these mean that everything has failed.
            ("", None),
            (r#""text""#, None),
            (r#"{"batchItemFailures": {}}"#, None),
            (r#"{"batchItemFailures": [{"itemIdentifier": ""}]}"#, None),
            (r#"{"batchItemFailures": [{"itemIdentifier": null}]}"#, None),
            (r#"{"batchItemFailures": [{"itemId": "a"}]}"#, None),
            (r#"{"batchItemFailures": [{"itemIdentifier": "c"}]}"#, None),
        ] {
            assert_eq!(failed(answer.as_bytes(), &ids), wanted, "{answer}");
        }
    }
}
