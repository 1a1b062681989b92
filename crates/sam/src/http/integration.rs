//! The functions that an HTTP API's document calls.

use super::document::{DEFAULT_PATH, Document};
use crate::error::Result;
use crate::names;
use crate::openapi::{self, ANY, INTEGRATION};
use crate::tree::{Dict, Node, Text, legacy, list};

impl Document {
    /// Whether the method of a path calls just this function, under whatever condition.
    pub fn calls(&mut self, path: &str, method: &str, function: &str) -> Result<bool> {
        let method = Text::from(method);
        if !openapi::has_integration(self.paths(), path, &method)? {
            return Ok(false);
        }
        let mut same = true;
        openapi::each_definition(self.paths(), path, &method, |one| {
            let uri = one.dict(INTEGRATION).and_then(|integration| integration.get("uri"));
            let Some(uri @ Node::Dict(_)) = uri else {
                same = false;
                return Ok(());
            };
            for uri in openapi::contents(uri)? {
                let arn = uri.get("Fn::Sub").and_then(Node::as_str).unwrap_or_default();
                same &= named(arn) == Some(function);
            }
            Ok(())
        })?;
        Ok(same)
    }

    /// Tells of a path's parameters, and of an integration's version and time.
    pub fn describe(&mut self, path: &str, method: &Text, event: &Dict) -> Result<()> {
        let parameters: Vec<&str> = path
            .split('{')
            .skip(1)
            .filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
            .collect();
        openapi::each_definition(self.paths(), path, method, |one| {
            if let Some(integration) = one.dict_mut(INTEGRATION) {
                for (key, name) in [
                    ("timeoutInMillis", "TimeoutInMillis"),
                    ("payloadFormatVersion", "PayloadFormatVersion"),
                ] {
                    if let Some(value) = event.truthy(name) {
                        integration.insert(key, value.clone());
                    }
                }
            }
            if parameters.is_empty() {
                return Ok(());
            }
            let all = one.or_insert("parameters", list![]);
            parameters.iter().for_each(|name| describe_parameter(all, name));
            Ok(())
        })
    }

    /// Has a method of a path call a function.
    pub fn add_integration(
        &mut self,
        path: &Text,
        method: &Text,
        uri: Node,
        condition: Option<&Node>,
    ) -> Result<()> {
        let name = openapi::method_name(method);
        let paths = self.paths();
        if openapi::has_integration(paths, path, method)? {
            return Ok(());
        }
        openapi::add_path(paths, path, method)?;
        let uri = match condition {
            Some(condition) => names::conditional(condition, uri),
            None => uri,
        };
        openapi::each_item(paths, path, |item| {
            if item.get(&name).is_some_and(Node::is_null) {
                item.insert(name.clone(), Dict::legacy());
            }
            let Some(method) = item.get_mut(&name) else { return Ok(()) };
            let Some(one) = method.as_dict_mut() else { return Ok(()) };
            let integration = legacy! {
                "type" => "aws_proxy",
                "httpMethod" => "POST",
                "payloadFormatVersion" => "2.0",
                "uri" => uri.clone(),
            };
            one.insert(INTEGRATION, integration);
            if &**path == DEFAULT_PATH && &*name == ANY {
                one.insert("isDefaultRoute", true);
            }
            one.or_insert("responses", Dict::legacy());
            if let Some(condition) = condition {
                *method = names::conditional(condition, method.clone());
            }
            Ok(())
        })
    }
}

/// The function that an integration's address names.
fn named(arn: &str) -> Option<&str> {
    let before = &arn[..arn.find(".Arn")?];
    let start = before.rfind(|one: char| !one.is_ascii_alphanumeric()).map_or(0, |at| at + 1);
    Some(&before[start..])
}

fn describe_parameter(all: &mut Node, name: &str) {
    let Some(all) = all.as_list_mut() else { return };
    let there =
        all.iter_mut().filter_map(Node::as_dict_mut).find(|one| one.text("name") == Some(name));
    match there {
        Some(there) => {
            there.insert("in", "path");
            there.insert("required", true);
        }
        None => {
            let name = Text { text: name.to_owned(), unicode: true };
            all.push(legacy! { "name" => name, "in" => "path", "required" => true });
        }
    }
}
