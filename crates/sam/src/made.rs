//! A resource of plain CloudFormation while it is made.

use crate::names;
use crate::tree::{Dict, Node, Text, dict};

/// What of a Serverless resource's attributes everything that is made of it gets.
const PASSED_ON: &[&str] = &["Condition", "DeletionPolicy", "UpdateReplacePolicy"];
/// What of them the resource that takes its place gets.
const KEPT: &[&str] =
    &["DeletionPolicy", "UpdatePolicy", "Condition", "UpdateReplacePolicy", "Metadata"];
/// The types that take a list of tags.
const TAGGED: &[&str] = &[
    "AWS::Lambda::Function",
    "AWS::IAM::Role",
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGateway::Stage",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::S3::Bucket",
    "AWS::DynamoDB::Table",
];

/// A resource.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    pub id: String,
    pub kind: &'static str,
    pub depends_on: Node,
    pub attributes: Dict,
    pub properties: Dict,
}

impl Made {
    pub fn new(id: impl Into<String>, kind: &'static str, attributes: &Dict) -> Self {
        Made {
            id: id.into(),
            kind,
            depends_on: Node::Null,
            attributes: attributes.clone(),
            properties: Dict::new(),
        }
    }

    /// Sets a property, unless the value is none.
    pub fn set(&mut self, name: &str, value: impl Into<Node>) {
        let value = value.into();
        if !value.is_null() {
            self.properties.insert(name, value);
        }
    }

    /// Sets the properties that are given under the same names.
    pub fn take(&mut self, names: &[&str], given: &Dict) {
        for name in names {
            self.set(name, given.get(name).cloned().unwrap_or_default());
        }
    }

    pub fn reference(&self) -> Node {
        names::reference(&self.id)
    }

    pub fn arn(&self) -> Node {
        names::attribute(&self.id, "Arn")
    }

    /// Sets the tags, if it takes any.
    pub fn tag(&mut self, tags: &Dict) {
        if TAGGED.contains(&self.kind) {
            self.set("Tags", tag_list(tags));
        }
    }

    pub fn into_node(self) -> Node {
        let mut made = Dict::new();
        made.insert("Type", self.kind);
        if self.depends_on.is_truthy() {
            made.insert("DependsOn", self.depends_on);
        }
        made.update(&self.attributes);
        made.insert("Properties", self.properties);
        Node::Dict(made)
    }
}

/// `{key: value}` as CloudFormation has tags.
pub(crate) fn tag_list(tags: &Dict) -> Node {
    let tag = |(key, value): (&Text, &Node)| {
        let value = if value.is_null() { "".into() } else { value.clone() };
        dict! { "Key" => key.clone(), "Value" => value }
    };
    Node::List(tags.iter().map(tag).collect())
}

/// A resource of a Serverless template, or an event of a function.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    pub id: String,
    pub depends_on: Node,
    /// What the resource that takes its place gets of its attributes, and what all that is made of it gets.
    pub kept: Dict,
    pub passed_on: Dict,
    pub properties: Dict,
}

impl Given {
    pub fn new(id: &str, resource: &Dict) -> Self {
        let of = |names: &[&str]| {
            let mut some = Dict::new();
            for name in names {
                if let Some(value) = resource.get(name) {
                    some.insert(*name, value.clone());
                }
            }
            some
        };
        Given {
            id: id.to_owned(),
            depends_on: resource.get("DependsOn").cloned().unwrap_or_default(),
            kept: of(KEPT),
            passed_on: of(PASSED_ON),
            properties: resource.dict("Properties").cloned().unwrap_or_default(),
        }
    }

    /// A property, unless it is none.
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.properties.get(name).filter(|value| !value.is_null())
    }

    /// A property that says something.
    pub fn truthy(&self, name: &str) -> Option<&Node> {
        self.properties.truthy(name)
    }

    /// A property that may be missing.
    pub fn any(&self, name: &str) -> Node {
        self.properties.get(name).cloned().unwrap_or_default()
    }
}
