//! Logical ids with a digest in them, ARNs with pseudo parameters in them.

use std::fmt::Write;

use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

use crate::tree::{Node, dict, list, write};

/// How many digits of a digest an id has.
const DIGITS: usize = 10;

/// All forty digits of a text's digest.
pub(crate) fn sha1(text: &str) -> String {
    let mut hex = String::new();
    for byte in digest(&SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes()).as_ref() {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

/// `prefix` and the digest of a text, or of nothing.
pub(crate) fn with_text(prefix: &str, text: &str) -> String {
    if text.is_empty() {
        return prefix.to_owned();
    }
    format!("{prefix}{}", &sha1(text)[..DIGITS])
}

/// `prefix` and the digest of a part of the template.
pub(crate) fn with_node(prefix: &str, node: &Node) -> String {
    match node {
        _ if !node.is_truthy() => prefix.to_owned(),
        Node::Text(text) => with_text(prefix, text),
        other => with_text(prefix, &write::json(other)),
    }
}

/// `prefix` and the first digits of a digest that is known.
pub(crate) fn with_digest(prefix: &str, digest: &str) -> String {
    format!("{prefix}{}", digest.chars().take(DIGITS).collect::<String>())
}

pub(crate) fn reference(id: &str) -> Node {
    dict! { "Ref" => id }
}

pub(crate) fn attribute(id: &str, name: &str) -> Node {
    dict! { "Fn::GetAtt" => list![id, name] }
}

pub(crate) fn substitute(text: impl Into<String>) -> Node {
    dict! { "Fn::Sub" => text.into() }
}

pub(crate) fn substitute_with(text: impl Into<String>, variables: Node) -> Node {
    dict! { "Fn::Sub" => list![text.into(), variables] }
}

/// `if condition then value, else nothing`.
pub(crate) fn conditional(condition: impl Into<Node>, value: impl Into<Node>) -> Node {
    conditional_else(condition, value, reference("AWS::NoValue"))
}

pub(crate) fn conditional_else(
    condition: impl Into<Node>,
    value: impl Into<Node>,
    otherwise: impl Into<Node>,
) -> Node {
    dict! { "Fn::If" => list![condition.into(), value.into(), otherwise.into()] }
}

/// `arn:partition:service:region:account:resource`.
pub(crate) fn arn(partition: &str, service: &str, resource: &str) -> String {
    format!("arn:{partition}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{resource}")
}

/// Whether an id may be one.
pub(crate) fn is_logical_id(id: &str) -> bool {
    let id = id.strip_suffix('\n').unwrap_or(id);
    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Whether Python says `isalnum` of a text.
pub(crate) fn is_alphanumeric(text: &str) -> bool {
    !text.is_empty() && text.chars().all(char::is_alphanumeric)
}
