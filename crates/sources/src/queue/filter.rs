//! Which messages a mapping wants.

use fika_eventpattern::Pattern;
use serde_json::Value;

/// Patterns any of which a message must match; without any, all are wanted.
#[derive(Debug, Clone, Default)]
pub(super) struct Filter {
    all: bool,
    any: Vec<One>,
}

#[derive(Debug, Clone)]
struct One {
    pattern: Pattern,
    /// Whether it looks into bodies, which must be JSON objects then.
    inside: bool,
}

impl Filter {
    /// Of patterns as texts, which were read when the mapping was made. One that cannot be read any
    /// more wants everything: what is not wanted is deleted, and that cannot be taken back.
    pub(super) fn new(texts: &[String]) -> Self {
        let one = |text: &String| {
            let value: Value = serde_json::from_str(text).ok()?;
            let inside = value.get("body").is_some_and(Value::is_object);
            Some(One { pattern: Pattern::read(&value).ok()?, inside })
        };
        match texts.iter().map(one).collect::<Option<Vec<_>>>() {
            Some(any) => Self { all: any.is_empty(), any },
            None => Self { all: true, any: Vec::new() },
        }
    }

    /// Whether a record is wanted. Its body is seen as JSON where it is an object.
    pub(super) fn wants(&self, record: &Value) -> bool {
        if self.all {
            return true;
        }
        let mut seen = record.clone();
        let body = record["body"].as_str().and_then(|text| serde_json::from_str(text).ok());
        let object = body.filter(Value::is_object);
        let is_object = object.is_some();
        if let Some(object) = object {
            seen["body"] = object;
        }
        self.any.iter().any(|one| (is_object || !one.inside) && one.pattern.matches(&seen))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn filter(texts: &[&str]) -> Filter {
        let texts: Vec<String> = texts.iter().map(|&text| text.into()).collect();
        Filter::new(&texts)
    }

    #[test]
    fn bodies_are_asked_as_what_they_are() {
        // The table of "Properly filtering Amazon SQS messages" in Lambda's documentation.
        let inside = filter(&[r#"{"body": {"a": [{"exists": false}, 1]}}"#]);
        let plain = filter(&[r#"{"body": ["hello"]}"#]);
        let beside = filter(&[r#"{"attributes": {"SenderId": ["s"]}}"#]);
        for (body, in_it, as_text) in
            [(r#"{"a": 1}"#, true, false), (r#"{"a": 2}"#, false, false), ("hello", false, true)]
        {
            let record = json!({"body": body, "attributes": {"SenderId": "s"}});
            assert_eq!(inside.wants(&record), in_it, "{body}");
            assert_eq!(plain.wants(&record), as_text, "{body}");
            assert!(beside.wants(&record));
        }
    }

    #[test]
    fn any_pattern_will_do_and_none_is_all() {
        let both = filter(&[r#"{"body": ["a"]}"#, r#"{"body": ["b"]}"#]);
        let wants = |text| both.wants(&json!({ "body": text }));
        assert_eq!((wants("a"), wants("b"), wants("c")), (true, true, false));
        assert!(filter(&[]).wants(&json!({"body": "x"})));
        assert!(filter(&["{", r#"{"body": ["a"]}"#]).wants(&json!({"body": "x"})));
    }
}
