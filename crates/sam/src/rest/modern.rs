//! What was written into a document as Swagger 2 becomes OpenAPI 3, if that is the document's version.

use crate::error::{Result, template};
use crate::globals::is_version_3;
use crate::tree::{Dict, Node, legacy};

pub(super) fn modernise(body: &mut Dict, wanted: Option<&Node>) -> Result<()> {
    if body.get("swagger").is_some_and(|version| !version.is_null()) {
        return Ok(());
    }
    let version = body.get("openapi").filter(|_| wanted.is_none()).or(wanted);
    if !version.is_some_and(is_version_3) {
        return Ok(());
    }
    for (old, new) in [("securityDefinitions", "securitySchemes"), ("definitions", "schemas")] {
        let Some(part) = body.truthy(old).cloned() else { continue };
        let components = body.truthy("components").and_then(Node::as_dict).cloned();
        let mut components = components.unwrap_or_else(Dict::legacy);
        components.insert(new, part);
        body.insert("components", components);
        body.remove(old);
    }
    if body.truthy("paths").is_none() {
        return Ok(());
    }
    let paths = body.dict_mut("paths").ok_or_else(|| no_map("Value of paths"))?;
    for path in paths.names() {
        let what = format!("Value of '{}' path", path.text);
        let item = paths.dict_mut(&path).ok_or_else(|| no_map(&what))?;
        if item.truthy("options").is_some() {
            let what = format!("Value of options method for path {}", path.text);
            options(item.dict_mut("options").ok_or_else(|| no_map(&what))?, &path)?;
        }
    }
    Ok(())
}

fn no_map(what: &str) -> crate::error::Failure {
    template(format!("{what} must be a dictionary according to Swagger spec."))
}

/// The method that answers for CORS.
fn options(options: &mut Dict, path: &str) -> Result<()> {
    for name in ["produces", "consumes"] {
        if options.has(name) {
            options.remove(name);
        }
    }
    let invalid = |why: &str| {
        template(format!("Invalid responses in options method for path {path}: {why}."))
    };
    let Some(responses) = options.get_mut("responses").filter(|all| !all.is_null()) else {
        return Ok(());
    };
    let responses = responses.as_dict_mut().ok_or_else(|| invalid("It should be a map"))?;
    let Some(answer) = responses.get_mut("200").filter(|one| !one.is_null()) else { return Ok(()) };
    let answer =
        answer.as_dict_mut().ok_or_else(|| invalid("The value of '200' should be a map"))?;
    let Some(headers) = answer.get_mut("headers").filter(|all| all.is_truthy()) else {
        return Ok(());
    };
    let what = format!("Value of response's headers in options method for path {path}");
    let headers = headers.as_dict_mut().ok_or_else(|| no_map(&what))?;
    for header in headers.values_mut() {
        *header = legacy! { "schema" => header.clone() };
    }
    Ok(())
}
