//! Functions of CloudFormation, as far as they are looked at before there is a stack: references to
//! parameters are replaced, and what refers to a Serverless resource is made to refer to what became of it.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::error::{Failure, Result, template};
use crate::names;
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
fn replace_variables(given: &mut Node, mut by: impl FnMut(&str, &str) -> String) {
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

/// What references lead to once resources were replaced.
#[derive(Debug, Default)]
pub(crate) struct Moved {
    /// Logical ids that changed.
    pub ids: HashMap<String, String>,
    /// Parts of a resource (`Function.Alias`), and what they became.
    pub parts: HashMap<(String, String), String>,
}

impl Moved {
    fn part(&self, id: &str, name: &str) -> Option<&String> {
        self.parts.get(&(id.to_owned(), name.to_owned()))
    }

    /// Makes all references in a template lead to where they should.
    pub fn apply(&self, node: &mut Node) {
        self.depends_on(node);
        if !self.ids.is_empty() {
            walk(node, &|node| self.by_id(node));
        }
        if !self.parts.is_empty() {
            walk(node, &|node| self.by_part(node));
        }
    }

    fn depends_on(&self, node: &mut Node) {
        match node {
            Node::List(items) => items.iter_mut().for_each(|item| self.depends_on(item)),
            Node::Dict(dict) => {
                match dict.get_mut("DependsOn") {
                    Some(Node::List(ids)) => ids.iter_mut().for_each(|id| self.rename(id)),
                    Some(id) => self.rename(id),
                    None => {}
                }
                dict.values_mut().for_each(|value| self.depends_on(value));
            }
            _ => {}
        }
    }

    fn rename(&self, id: &mut Node) {
        if let Some(new) = id.as_str().and_then(|id| self.ids.get(id)) {
            *id = new.as_str().into();
        }
    }

    fn by_id(&self, node: &mut Node) {
        let Some(dict) = node.as_dict_mut().filter(|dict| dict.len() == 1) else { return };
        if let Some(name) = dict.text("Ref") {
            if let Some(new) = self.ids.get(name) {
                *node = names::reference(new);
            }
        } else if let Some(given) = dict.get_mut("Fn::Sub") {
            replace_variables(given, |whole, name| {
                let id = name.split('.').next().unwrap_or(name);
                self.ids.get(id).map_or(whole.to_owned(), |new| whole.replace(id, new))
            });
        } else if let Some(given) = dict.get_mut("Fn::GetAtt")
            && let Some(parts) = attribute_parts(given)
            && let Some(new) = self.ids.get(&parts[0])
        {
            *given = attribute_of(new, &parts[1..]);
        }
    }

    fn by_part(&self, node: &mut Node) {
        let Some(dict) = node.as_dict_mut().filter(|dict| dict.len() == 1) else { return };
        if let Some(name) = dict.text("Ref") {
            let moved = name.split_once('.').and_then(|(id, part)| self.part(id, part));
            if let Some(new) = moved {
                *node = names::reference(new);
            }
        } else if let Some(given) = dict.get_mut("Fn::Sub") {
            replace_variables(given, |whole, name| {
                let mut parts = name.split('.');
                let (Some(id), Some(part)) = (parts.next(), parts.next()) else {
                    return whole.to_owned();
                };
                let moved = self.part(id, part);
                moved.map_or(whole.to_owned(), |new| whole.replace(&format!("{id}.{part}"), new))
            });
        } else if let Some(given) = dict.get_mut("Fn::GetAtt")
            && let Some(parts) = attribute_parts(given)
            && let Some(new) = parts.get(1).and_then(|part| self.part(&parts[0], part))
        {
            *given = attribute_of(new, &parts[2..]);
        }
    }
}

/// What `Fn::GetAtt` is given, taken apart at its dots.
fn attribute_parts(given: &Node) -> Option<Vec<String>> {
    let items = given.as_list().filter(|items| items.len() >= 2)?;
    let texts: Option<Vec<&str>> = items.iter().map(Node::as_str).collect();
    Some(texts?.join(".").split('.').map(str::to_owned).collect())
}

fn attribute_of(id: &str, rest: &[String]) -> Node {
    let rest = rest.iter().map(|part| part.as_str().into());
    Node::List(std::iter::once(id.into()).chain(rest).collect())
}

/// Does something to a node, and then to all in it.
fn walk(node: &mut Node, change: &impl Fn(&mut Node)) {
    change(node);
    match node {
        Node::List(items) => items.iter_mut().for_each(|item| walk(item, change)),
        Node::Dict(dict) => dict.values_mut().for_each(|value| walk(value, change)),
        _ => {}
    }
}

/// What is wrong with an `Fn::If` of other than three parts.
pub(crate) const NOT_THREE: &str = "Fn::If requires 3 arguments";

/// The three parts of an `Fn::If`, or the failure that is made of the text for their want.
pub(crate) fn three_or(given: &Node, wrong: impl FnOnce(&str) -> Failure) -> Result<&[Node; 3]> {
    three(given).ok_or_else(|| wrong(NOT_THREE))
}
