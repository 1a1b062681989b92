//! Paths whose events are all under conditions are so themselves, and so is an API of nothing else.

use std::collections::{BTreeMap, BTreeSet};

use super::Kind;
use crate::error::Result;
use crate::openapi::path_under;
use crate::read::serverless;
use crate::tree::{Dict, Node, Text, dict};

/// How many conditions `Fn::Or` takes.
const MOST: usize = 10;

/// What the functions of an API's events say.
#[derive(Default)]
pub(super) struct Conditions {
    /// By API, path and method: the function's condition.
    by_path: BTreeMap<String, BTreeMap<String, BTreeMap<String, Node>>>,
    /// By API: attributes of the functions.
    deletion: BTreeMap<String, Vec<Node>>,
    replacement: BTreeMap<String, Vec<Node>>,
}

/// A set of conditions, unless something is under none.
fn all<'a>(conditions: impl Iterator<Item = &'a Node>) -> Option<Vec<Text>> {
    let conditions: Option<Vec<&Text>> = conditions.map(Node::as_text).collect();
    let mut seen = BTreeSet::new();
    let mut once: Vec<Text> =
        conditions?.into_iter().filter(|one| seen.insert(one.text.clone())).cloned().collect();
    once.sort_by(|one, other| one.text.cmp(&other.text));
    Some(once).filter(|once| !once.is_empty())
}

impl Conditions {
    pub fn note(&mut self, api: &str, path: &str, method: &str, function: &Dict) {
        let attribute = |name: &str| function.get(name).cloned().unwrap_or_default();
        let paths = self.by_path.entry(api.to_owned()).or_default();
        let methods = paths.entry(path.to_owned()).or_default();
        methods.insert(method.to_owned(), attribute("Condition"));
        let deletion = self.deletion.entry(api.to_owned()).or_default();
        deletion.push(attribute("DeletionPolicy"));
        let replacement = self.replacement.entry(api.to_owned()).or_default();
        replacement.push(attribute("UpdateReplacePolicy"));
    }

    pub fn apply(&self, document: &mut Dict, kind: Kind) -> Result<()> {
        self.on_api(document, kind);
        self.on_paths(document, kind)
    }

    /// What the API that is not written down gets.
    fn on_api(&self, document: &mut Dict, kind: Kind) {
        let id = kind.id();
        let methods = self.by_path.get(id).into_iter().flat_map(BTreeMap::values);
        let conditions = all(methods.flat_map(BTreeMap::values));
        let condition = conditions.map(|some| combined(document, some, &format!("{id}Condition")));
        let policy = |all: &BTreeMap<String, Vec<Node>>, order: &[&str]| {
            let given = all.get(id)?;
            order
                .iter()
                .find(|one| given.iter().any(|given| given == **one))
                .map(|one| Node::from(*one))
        };
        let Some(api) = document.dict_mut("Resources").and_then(|all| all.dict_mut(id)) else {
            return;
        };
        for (name, value) in [
            ("Condition", condition),
            ("DeletionPolicy", policy(&self.deletion, &["Retain", "Delete"])),
            ("UpdateReplacePolicy", policy(&self.replacement, &["Retain", "Snapshot", "Delete"])),
        ] {
            if let Some(value) = value {
                api.insert(name, value);
            }
        }
    }

    fn on_paths(&self, document: &mut Dict, kind: Kind) -> Result<()> {
        for id in document.dict("Resources").map(Dict::names).unwrap_or_default() {
            let one = document.dict("Resources").and_then(|all| all.dict(&id));
            let properties = one
                .filter(|one| serverless(one) == Some(kind.event()))
                .and_then(|one| one.dict("Properties"));
            let managed = properties.filter(|all| all.truthy("__MANAGE_SWAGGER").is_some());
            let body = managed.and_then(|properties| properties.dict("DefinitionBody"));
            let Some(body) = body.cloned() else { continue };
            let body = kind.edit(body, |paths| {
                self.on_paths_of(document, &id, paths);
                Ok(())
            })?;
            let one = document.dict_mut("Resources").and_then(|all| all.dict_mut(&id));
            if let Some(properties) = one.and_then(|one| one.dict_mut("Properties")) {
                properties.insert("DefinitionBody", body);
            }
        }
        Ok(())
    }

    fn on_paths_of(&self, document: &mut Dict, id: &str, paths: &mut Dict) {
        for path in paths.names() {
            let methods = self.by_path.get(id).and_then(|paths| paths.get(&path.text));
            let Some(some) = methods.and_then(|methods| all(methods.values())) else { continue };
            let name = path.replace('/', "SLASH").replace('{', "OB").replace('}', "CB");
            let condition = combined(document, some, &format!("{id}{name}PathCondition"));
            path_under(paths, &path, condition);
        }
    }
}

/// One condition for several: it, or a new one of this name by which any of them is enough.
fn combined(document: &mut Dict, mut some: Vec<Text>, name: &str) -> Node {
    if some.len() == 1 {
        return some.remove(0).into();
    }
    let mut left = (some.len() - 2) / (MOST - 1);
    let Some(conditions) = document.or_insert("Conditions", Dict::new()).as_dict_mut() else {
        return name.into();
    };
    while some.len() > 1 {
        let new = if left > 0 { format!("{name}{left}") } else { name.to_owned() };
        left = left.saturating_sub(1);
        let rest = some.split_off(some.len().min(MOST));
        let any = some.into_iter().map(|one| dict! { "Condition" => one }).collect();
        some = rest;
        some.push(new.as_str().into());
        conditions.insert(new, dict! { "Fn::Or" => Node::List(any) });
    }
    name.into()
}
