//! Functions of CloudFormation, as far as they are looked at before there is a stack: references to
//! parameters are replaced, and what refers to a Serverless resource is made to refer to what became of it.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::error::{Failure, Result, template};
use crate::tree::{Dict, Node};

static VARIABLE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\$\{([A-Za-z0-9.]+|AWS::[A-Z][A-Za-z]*)\}").ok());

/// The function's name and what it is given, if it is one.
pub(crate) fn function(node: &Node) -> Option<(&str, &Node)> {
    let (name, value) = node.as_dict()?.single()?;
    let is_one = matches!(&**name, "Ref" | "Condition") || name.starts_with("Fn::");
    is_one.then_some((&**name, value))
}

pub(crate) fn is_function(node: &Node) -> bool {
    function(node).is_some()
}

/// What `Fn::If` is given, if it is that.
pub(crate) fn if_of(node: &Node) -> Option<&Node> {
    function(node).filter(|(name, _)| *name == "Fn::If").map(|(_, value)| value)
}

pub(crate) fn is_no_value(node: &Node) -> bool {
    function(node).is_some_and(|(name, value)| name == "Ref" && value == "AWS::NoValue")
}

/// The three that `Fn::If` needs.
pub(crate) fn three(given: &Node) -> Option<&[Node; 3]> {
    given.as_list()?.as_slice().try_into().ok()
}

/// The logical id that `Ref` or `Fn::GetAtt` names.
pub(crate) fn referred(node: &Node) -> Option<&str> {
    match function(node)? {
        ("Ref", value) => value.as_str(),
        ("Fn::GetAtt", Node::List(parts)) if parts.len() == 2 => parts[0].as_str(),
        ("Fn::GetAtt", Node::Text(text)) => match text.split_once('.') {
            Some((id, attribute)) if !attribute.contains('.') => Some(id),
            _ => None,
        },
        _ => None,
    }
}

/// What `Ref` names, or the thing itself.
pub(crate) fn ref_or_self(node: &Node) -> &Node {
    node.get("Ref").unwrap_or(node)
}

/// The values of parameters.
pub(crate) struct Parameters(pub Dict);

impl Parameters {
    fn value(&self, name: &str) -> Option<&Node> {
        let unresolved = |text: &str| text.starts_with("{{IntrinsicFunction:");
        self.0.get(name).filter(|value| !value.as_str().is_some_and(unresolved))
    }

    /// What a node is once references to parameters are replaced. Those inside of it are replaced in place, as
    /// the translator does: they are so in what comes out, too. One that is a reference itself stays.
    pub fn resolve(&self, node: &mut Node) -> Result<Node> {
        if let Some(("Ref", name)) = function(node)
            && let Some(value) = name.as_str().and_then(|name| self.value(name))
        {
            return Ok(value.clone());
        }
        if let Some(("Fn::Sub", _)) = function(node)
            && let Some(given) = node.as_dict_mut().and_then(|dict| dict.get_mut("Fn::Sub"))
        {
            self.substitute(given)?;
        }
        match node {
            Node::Dict(dict) => {
                for value in dict.values_mut() {
                    *value = self.resolve(value)?;
                }
            }
            Node::List(items) => {
                for item in items {
                    *item = self.resolve(item)?;
                }
            }
            _ => {}
        }
        Ok(node.clone())
    }

    /// The same of a value that may be missing.
    pub fn resolve_in(&self, dict: &mut Dict, key: &str) -> Result<Node> {
        dict.get_mut(key).map_or(Ok(Node::Null), |value| self.resolve(value))
    }

    /// The same, and what is resolved is put in its place.
    pub fn inline(&self, dict: &mut Dict, key: &str) -> Result<()> {
        if let Some(value) = dict.get_mut(key) {
            *value = self.resolve(value)?;
        }
        Ok(())
    }

    fn substitute(&self, given: &mut Node) -> Result<()> {
        let mut wrong = None;
        replace_variables(given, |whole, name| match self.value(name) {
            None => whole.to_owned(),
            Some(Node::Text(text)) => text.text.clone(),
            Some(other) => {
                wrong = Some(other);
                whole.to_owned()
            }
        });
        match wrong {
            None => Ok(()),
            Some(value) => Err(template(format!(
                "Invalid Fn::Sub variable value {}. Fn::Sub expects all variables to be strings.",
                crate::tree::write::python(value)
            ))),
        }
    }
}

/// Replaces what is in `${…}` of what `Fn::Sub` is given.
pub(crate) fn replace_variables(given: &mut Node, mut by: impl FnMut(&str, &str) -> String) {
    let text = match given {
        Node::Text(text) => text,
        Node::List(items) => match items.first_mut() {
            Some(Node::Text(text)) => text,
            _ => return,
        },
        _ => return,
    };
    let Some(variable) = &*VARIABLE else { return };
    let replaced =
        variable.replace_all(&text.text, |found: &Captures<'_>| by(&found[0], &found[1]));
    text.text = replaced.into_owned();
}

/// What is wrong with an `Fn::If` of other than three parts.
pub(crate) const NOT_THREE: &str = "Fn::If requires 3 arguments";

/// The three parts of an `Fn::If`, or the failure that is made of the text for their want.
pub(crate) fn three_or(given: &Node, wrong: impl FnOnce(&str) -> Failure) -> Result<&[Node; 3]> {
    three(given).ok_or_else(|| wrong(NOT_THREE))
}
