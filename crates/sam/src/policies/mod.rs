//! What a function may: its role, made of managed policies, statements and AWS's policy templates.

mod role;
mod templates;

pub(crate) use role::Role;

use crate::error::{Error, Result, not_served, resource};
use crate::intrinsics::{if_of, is_function, is_no_value, three};
use crate::tree::{Dict, Node, dict, list, write};

/// What an entry of `Policies` is.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Managed,
    Statement,
    Template,
    Unknown,
}

impl Kind {
    /// What one is; templates are one by their name, once they were not yet replaced.
    fn of(policy: &Node, templates: bool) -> Result<Kind> {
        if policy.as_str().is_some() {
            return Ok(Kind::Managed);
        }
        if let Some(given) = if_of(policy) {
            return Kind::of_if(given, templates);
        }
        if is_function(policy) {
            return Ok(Kind::Managed);
        }
        let Some(dict) = policy.as_dict() else { return Ok(Kind::Unknown) };
        if dict.has("Statement") {
            return Ok(Kind::Statement);
        }
        let known = dict.single().is_some_and(|(name, _)| templates::find(name).is_some());
        Ok(if known && templates { Kind::Template } else { Kind::Unknown })
    }

    fn of_if(given: &Node, templates: bool) -> Result<Kind> {
        let Some([_, then, otherwise]) = three(given) else {
            return Err(Error::Template(crate::intrinsics::NOT_THREE.into()).into());
        };
        let (one, other) = (Kind::of(then, templates)?, Kind::of(otherwise, templates)?);
        if one == other || is_no_value(otherwise) {
            Ok(one)
        } else if is_no_value(then) {
            Ok(other)
        } else {
            let message = "Different policy types within the same Fn::If statement is unsupported. Separate \
                           different policy types into different Fn::If statements";
            Err(Error::Template(message.into()).into())
        }
    }
}

/// The entries of `Policies`, of which there may be only one without a list.
fn entries(policies: &Node) -> Vec<Node> {
    match policies {
        other if !other.is_truthy() => Vec::new(),
        Node::List(entries) => entries.clone(),
        other => vec![other.clone()],
    }
}

/// Replaces AWS's policy templates by their statements.
pub(crate) fn expand_templates(id: &str, properties: &mut Dict) -> Result<()> {
    let given = properties.get("Policies").map(entries).unwrap_or_default();
    if given.is_empty() {
        return Ok(());
    }
    let mut made = Vec::new();
    for policy in given {
        made.push(match (Kind::of(&policy, true)?, if_of(&policy)) {
            (Kind::Template, None) => expanded(id, &policy)?,
            (Kind::Template, Some(given)) => {
                let parts = given.as_list().map(Vec::as_slice).unwrap_or_default();
                let part = |one: &Node| match is_no_value(one) {
                    true => Ok(one.clone()),
                    false => expanded(id, one),
                };
                dict! { "Fn::If" => list![&parts[0], part(&parts[1])?, part(&parts[2])?] }
            }
            (Kind::Unknown, _) => {
                let name = policy.as_dict().and_then(Dict::single).map(|(name, _)| name);
                if let Some(name) = name.filter(|name| templates::is_elsewhere(name)) {
                    return Err(not_served(id, format!("the policy template {}", name.text)));
                }
                policy
            }
            _ => policy,
        });
    }
    properties.insert("Policies", Node::List(made));
    Ok(())
}

/// One policy template's statements.
fn expanded(id: &str, policy: &Node) -> Result<Node> {
    let Some((name, given)) = policy.as_dict().and_then(Dict::single) else {
        return Ok(policy.clone());
    };
    let Some(template) = templates::find(name) else { return Ok(policy.clone()) };
    let Some(given) = given.as_dict() else {
        let message =
            format!("Must specify valid parameter values for policy template '{}'", name.text);
        return Err(resource(id, message));
    };
    let missing: Vec<Node> =
        template.parameters().filter(|parameter| !given.has(parameter)).map(Node::from).collect();
    if missing.is_empty() {
        return Ok(template.statements(given));
    }
    let missing = write::python(&Node::List(missing));
    let message = format!(
        "Following required parameters of template '{}' don't have values: {missing}",
        name.text
    );
    Err(resource(id, message))
}

/// A statement that allows one action.
pub(crate) fn grants(action: &str, resource: &Node) -> Node {
    dict! { "Action" => action, "Effect" => "Allow", "Resource" => resource }
}

/// A role's own policy.
pub(crate) fn named(id: &str, suffix: &str, statements: Vec<Node>) -> Node {
    dict! {
        "PolicyName" => format!("{id}{suffix}"),
        "PolicyDocument" => dict! { "Statement" => statements },
    }
}

/// What writing into a bucket needs.
pub(crate) fn bucket(id: &str, arn: &Node) -> Node {
    let inside = dict! { "Fn::Join" => list!["/", list![arn, "*"]] };
    named(id, "S3Policy", vec![grants("s3:PutObject", &inside), grants("s3:ListBucket", arn)])
}

/// What a function with a dead-letter queue needs.
pub(crate) fn dead_letters(queue: &Node) -> Node {
    let action = if queue.get("Type").is_some_and(|kind| kind == "SQS") {
        "sqs:SendMessage"
    } else {
        "sns:Publish"
    };
    let arn = queue.get("TargetArn").cloned().unwrap_or_default();
    dict! {
        "PolicyName" => "DeadLetterQueuePolicy",
        "PolicyDocument" => dict! { "Version" => "2012-10-17", "Statement" => list![grants(action, &arn)] },
    }
}

/// Who may take a role.
pub(crate) fn trust(service: &str) -> Node {
    let principal = dict! { "Service" => list![service] };
    let statement = dict! {
        "Action" => list!["sts:AssumeRole"], "Effect" => "Allow", "Principal" => principal
    };
    dict! { "Version" => "2012-10-17", "Statement" => list![statement] }
}

/// The condition that another is not met.
pub(crate) fn not(condition: &Node) -> Node {
    dict! { "Fn::Not" => list![dict! { "Condition" => condition }] }
}
