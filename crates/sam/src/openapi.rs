//! What documents of both kinds of APIs have in common: paths, their methods, and either under a condition.

use crate::error::{Result, template};
use crate::intrinsics::is_no_value;
use crate::names;
use crate::tree::{Dict, Node, Text, dict, legacy};

pub(crate) const INTEGRATION: &str = "x-amazon-apigateway-integration";
pub(crate) const ANY: &str = "x-amazon-apigateway-any-method";
const IF: &str = "Fn::If";

/// What something is, or what it is under either outcome of a condition.
pub(crate) fn contents(node: &Node) -> Result<Vec<&Node>> {
    let Some(given) = node.get(IF) else { return Ok(vec![node]) };
    let items = given.as_list().ok_or_else(not_a_list)?;
    Ok(items.iter().skip(1).filter(|item| !is_no_value(item)).collect())
}

/// The same, to change it.
pub(crate) fn contents_mut(node: &mut Node) -> Result<Vec<&mut Node>> {
    if node.get(IF).is_none() {
        return Ok(vec![node]);
    }
    let given = node.as_dict_mut().and_then(|dict| dict.get_mut(IF));
    let items = given.and_then(Node::as_list_mut).ok_or_else(not_a_list)?;
    Ok(items.iter_mut().skip(1).filter(|item| !is_no_value(item)).collect())
}

fn not_a_list() -> crate::error::Failure {
    template("Value of Fn::If must be a list.")
}

/// A method's name as documents have it.
pub(crate) fn method_name(given: &Text) -> Text {
    let text = given.to_lowercase();
    if text == "any" { ANY.into() } else { Text { text, unicode: given.unicode } }
}

/// A path without its parameters, as permissions have it.
pub(crate) fn path_pattern(path: &str, plus_everywhere: bool) -> String {
    let path = match path.strip_suffix('/') {
        Some(shorter) if !shorter.is_empty() => shorter,
        _ => path,
    };
    let mut made = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        made.push_str(before);
        match after.split_once('}') {
            Some((name, after)) if is_parameter(name, plus_everywhere) => {
                made.push('*');
                rest = after;
            }
            _ => {
                made.push('{');
                rest = after;
            }
        }
    }
    made + rest
}

fn is_parameter(name: &str, plus_everywhere: bool) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    let plain = |name: &str| !name.is_empty() && name.bytes().all(allowed);
    let shorter = name.strip_suffix('+').filter(|name| plus_everywhere || *name == "proxy");
    plain(name) || shorter.is_some_and(plain)
}

fn path_item<'a>(item: &'a mut Node, path: &str) -> Result<&'a mut Dict> {
    item.as_dict_mut().ok_or_else(|| no_item(path))
}

fn no_item(path: &str) -> crate::error::Failure {
    template(format!("Value of '{path}' path must be a dictionary according to Swagger spec."))
}

fn definition<'a>(node: &'a mut Node, path: &str, method: &str) -> Result<&'a mut Dict> {
    node.as_dict_mut().ok_or_else(|| {
        template(format!("Definition of method '{method}' for path '{path}' should be a map."))
    })
}

/// Whether each item of a path is one.
pub(crate) fn check_paths(paths: &Dict) -> Result<()> {
    for (path, item) in paths.iter() {
        if contents(item)?.iter().any(|item| item.as_dict().is_none()) {
            return Err(no_item(path));
        }
    }
    Ok(())
}

/// Does something to a path's item, or to both of a condition.
pub(crate) fn each_item(
    paths: &mut Dict,
    path: &str,
    mut change: impl FnMut(&mut Dict) -> Result<()>,
) -> Result<()> {
    for item in contents_mut(paths.get_mut(path).unwrap_or(&mut Node::Null))? {
        change(path_item(item, path)?)?;
    }
    Ok(())
}

/// Does something to the definition of a method that has an integration.
pub(crate) fn each_definition(
    paths: &mut Dict,
    path: &str,
    method: &Text,
    mut change: impl FnMut(&mut Dict) -> Result<()>,
) -> Result<()> {
    let name = method_name(method);
    each_item(paths, path, |item| {
        for one in contents_mut(item.get_mut(&name).unwrap_or(&mut Node::Null))? {
            let one = definition(one, path, method)?;
            if one.truthy(INTEGRATION).is_some() {
                change(one)?;
            }
        }
        Ok(())
    })
}

/// Does something to all of a path's methods that have an integration.
pub(crate) fn each_method(
    paths: &mut Dict,
    path: &str,
    left_out: &[&str],
    mut change: impl FnMut(&str, &mut Dict) -> Result<()>,
) -> Result<()> {
    each_item(paths, path, |item| {
        for name in item.names() {
            if left_out.contains(&&*name) {
                continue;
            }
            let Some(method) = item.get_mut(&name) else { continue };
            for one in contents_mut(method)? {
                let one = definition(one, path, &name)?;
                if one.truthy(INTEGRATION).is_some() {
                    change(&method_name(&name), one)?;
                }
            }
        }
        Ok(())
    })
}

/// Whether a method of a path has an integration, under whatever condition.
pub(crate) fn has_integration(paths: &mut Dict, path: &str, method: &Text) -> Result<bool> {
    let name = method_name(method);
    let Some(items) = paths.get(path) else { return Ok(false) };
    if contents(items)?.iter().any(|item| item.get(&name).is_none()) {
        return Ok(false);
    }
    let mut all = true;
    each_item(paths, path, |item| {
        let Some(one @ Node::Dict(_)) = item.get_mut(&name) else {
            all = false;
            return Ok(());
        };
        let mut any = false;
        for one in contents_mut(one)? {
            any |= definition(one, path, method)?.truthy(INTEGRATION).is_some();
        }
        all &= any;
        Ok(())
    })?;
    Ok(all)
}

/// Adds a method of a path, if it is not there.
pub(crate) fn add_path(paths: &mut Dict, path: &Text, method: &Text) -> Result<()> {
    paths.or_insert(path.clone(), legacy! {});
    each_item(paths, path, |item| {
        item.or_insert(method_name(method), legacy! {});
        Ok(())
    })
}

/// Puts a path under a condition.
pub(crate) fn path_under(paths: &mut Dict, path: &str, condition: impl Into<Node>) {
    if let Some(item) = paths.get_mut(path) {
        *item = names::conditional(condition, item.clone());
    }
}

/// The document of an API that is described by its events alone.
pub(crate) fn skeleton(version_key: &str, version: &str) -> Node {
    legacy! {
        version_key => version,
        "info" => legacy! { "version" => "1.0", "title" => dict! { "Ref" => "AWS::StackName" } },
        "paths" => legacy! {},
    }
}

/// Gives the APIs of a type that describe nothing themselves such a document.
pub(crate) fn default_bodies(document: &mut Dict, kind: &str, body: impl Fn() -> Node) {
    let resources = document.dict_mut("Resources").into_iter().flat_map(Dict::values_mut);
    for one in resources.filter_map(Node::as_dict_mut) {
        if one.text("Type") != Some(kind) {
            continue;
        }
        let properties = one.or_insert("Properties", Dict::new());
        let Some(properties) = properties.as_dict_mut() else { continue };
        if properties.truthy("DefinitionBody").or(properties.truthy("DefinitionUri")).is_none() {
            properties.insert("DefinitionBody", body());
            properties.insert("__MANAGE_SWAGGER", true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_of_paths_match_anything() {
        assert_eq!(path_pattern("/pets/{id}/", true), "/pets/*");
        assert_eq!(path_pattern("/{proxy+}", false), "/*");
        assert_eq!(path_pattern("/{rest+}", false), "/{rest+}");
        assert_eq!(path_pattern("/{rest+}/{", true), "/*/{");
        assert_eq!(path_pattern("/", true), "/");
    }
}
