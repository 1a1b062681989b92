//! What refers to a Serverless resource, or to a part of one, is made to refer to what became of it.

use std::collections::HashMap;

use crate::intrinsics::replace_variables;
use crate::names;
use crate::tree::Node;

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
