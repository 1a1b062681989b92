//! What a resource or an event may have: which properties, of which types.

use crate::error::{Failure, Result, event, resource};
use crate::tree::{Dict, Node};

/// What a property may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Shape {
    Any,
    Text,
    /// A text, of which nothing is said when it is another thing.
    OnlyText,
    Map,
    Bool,
    Int,
    List,
    TextOrMap,
    TextOrTexts,
    BoolOrMap,
    ListOfTextOrMap,
    /// A text, a map, or a list of such.
    Policies,
    MapOfMaps,
    MapOfTexts,
    MapOfIntOrMap,
    /// `Delete` or `Retain`.
    Deletion,
}

/// A property: its name, what it may be, whether it must be there, whether a function of CloudFormation (any map with
/// one key is taken for one) may stand for it.
pub(crate) struct Property {
    pub name: &'static str,
    pub shape: Shape,
    pub required: bool,
    pub functions: bool,
}

/// One that may be missing.
pub(crate) const fn may(name: &'static str, shape: Shape) -> Property {
    Property { name, shape, required: false, functions: true }
}

/// One that must be there.
pub(crate) const fn must(name: &'static str, shape: Shape) -> Property {
    Property { name, shape, required: true, functions: true }
}

/// One that no function may stand for.
pub(crate) const fn literal(name: &'static str, shape: Shape) -> Property {
    Property { name, shape, required: false, functions: false }
}

impl Shape {
    pub fn fits(self, node: &Node) -> bool {
        let text = |node: &Node| node.as_str().is_some();
        let map = |node: &Node| node.as_dict().is_some();
        let int = |node: &Node| match node {
            Node::Number(number) => !number.is_f64(),
            other => matches!(other, Node::Bool(_)),
        };
        let text_or_map = |node: &Node| text(node) || map(node);
        let all = |node: &Node, one: &dyn Fn(&Node) -> bool| match node {
            Node::List(items) => items.iter().all(one),
            _ => false,
        };
        let every = |node: &Node, one: &dyn Fn(&Node) -> bool| match node {
            Node::Dict(dict) => dict.values().all(one),
            _ => false,
        };
        match self {
            Shape::Any => true,
            Shape::Text | Shape::OnlyText => text(node),
            Shape::Map => map(node),
            Shape::Bool => matches!(node, Node::Bool(_)),
            Shape::Int => int(node),
            Shape::List => node.as_list().is_some(),
            Shape::TextOrMap => text_or_map(node),
            Shape::TextOrTexts => text(node) || all(node, &text),
            Shape::BoolOrMap => matches!(node, Node::Bool(_) | Node::Dict(_)),
            Shape::ListOfTextOrMap => all(node, &text_or_map),
            Shape::Policies => text_or_map(node) || all(node, &text_or_map),
            Shape::MapOfMaps => every(node, &map),
            Shape::MapOfTexts => every(node, &text),
            Shape::MapOfIntOrMap => every(node, &|node| int(node) || map(node)),
            Shape::Deletion => node == "Delete" || node == "Retain",
        }
    }

    /// What is said of a value that does not fit.
    fn complaint(self, name: &str) -> String {
        match self {
            Shape::Map => format!("Property '{name}' should be a map."),
            Shape::Text => format!("Property '{name}' should be a string."),
            Shape::Deletion => {
                format!("Property '{name}' should be a one of the strings: 'Delete' or 'Retain'.")
            }
            _ => format!("Type of property '{name}' is invalid."),
        }
    }
}

/// Whether properties are those of a type.
pub(crate) fn check(id: &str, kind: &str, given: &Dict, known: &[Property]) -> Result<()> {
    check_all(id, kind, given, &[known])
}

/// The same of a type whose properties are in several tables.
pub(crate) fn check_all(id: &str, kind: &str, given: &Dict, known: &[&[Property]]) -> Result<()> {
    for name in given.keys() {
        if !known.iter().copied().flatten().any(|property| property.name == &**name) {
            return Err(resource(
                id,
                format!("property {} not defined for resource of type {kind}", name.text),
            ));
        }
    }
    for property in known.iter().copied().flatten() {
        let value = given.get(property.name).filter(|value| !value.is_null());
        let stands = |value: &Node| value.as_dict().is_some_and(|dict| dict.len() == 1);
        match value {
            None if property.required => {
                let message = format!("Missing required property '{}'.", property.name);
                return Err(resource(id, message));
            }
            Some(value) if property.functions && stands(value) => {}
            Some(value) if !property.shape.fits(value) => {
                return Err(resource(id, property.shape.complaint(property.name)));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The map that a property of a resource must be.
pub(crate) fn map<'a>(node: &'a Node, id: &str, name: &str) -> Result<&'a Dict> {
    node.as_dict().ok_or_else(|| wrong_type(id, name, "map"))
}

/// The list that a property of a resource must be.
pub(crate) fn list<'a>(node: &'a Node, id: &str, name: &str) -> Result<&'a Vec<Node>> {
    node.as_list().ok_or_else(|| wrong_type(id, name, "list"))
}

pub(crate) fn wrong_type(id: &str, name: &str, should: &str) -> Failure {
    resource(id, format!("Property '{name}' should be a {should}."))
}

/// The map that a property of an event must be.
pub(crate) fn event_map<'a>(node: &'a Node, id: &str, name: &str) -> Result<&'a Dict> {
    node.as_dict().ok_or_else(|| event(id, format!("Property '{name}' should be a map.")))
}
