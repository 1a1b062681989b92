//! What the tests make stacks with.
#![allow(dead_code, reason = "each test uses some of it")]

use std::collections::BTreeMap;

use fika_template::{Known, Pseudo};
use serde_json::Value;

/// The `AWS::…` names of a stack.
pub fn pseudo() -> Pseudo {
    Pseudo {
        account: "123456789012".to_owned(),
        region: "eu-west-1".to_owned(),
        partition: "aws".to_owned(),
        url_suffix: "amazonaws.com".to_owned(),
        stack_id: "arn:aws:cloudformation:eu-west-1:123456789012:stack/stack/1".to_owned(),
        stack_name: "stack".to_owned(),
        notification_arns: vec!["arn:topic".to_owned()],
    }
}

/// Parameters that are given.
pub fn given(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// What is known: `Table`, `Table.Arn`, `import:name`, and `ssm:name` by its own name.
pub struct Stack(BTreeMap<String, Value>);

impl Stack {
    pub fn of(known: &[(&str, &str)]) -> Self {
        Self(known.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect())
    }

    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.0.insert(name.to_owned(), value);
        self
    }
}

impl Known for Stack {
    fn reference(&self, logical: &str) -> Option<Value> {
        self.0.get(logical).cloned()
    }

    fn attribute(&self, logical: &str, name: &str) -> Option<Value> {
        self.0.get(&format!("{logical}.{name}")).cloned()
    }

    fn import(&self, export: &str) -> Option<Value> {
        self.0.get(&format!("import:{export}")).cloned()
    }

    fn dynamic(&self, reference: &str) -> Option<Value> {
        self.0.get(reference).cloned()
    }
}
