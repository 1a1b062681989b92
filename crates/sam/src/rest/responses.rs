//! `GatewayResponses`: what a REST API answers where no function does.

use super::swagger::Swagger;
use crate::error::{Result, resource};
use crate::globals::python_text;
use crate::intrinsics::is_function;
use crate::shape;
use crate::tree::{Dict, Node, Text, legacy, write};

const MEMBERS: &[&str] = &["ResponseParameters", "ResponseTemplates", "StatusCode"];
const PARAMETERS: &[(&str, &str)] =
    &[("Headers", "header."), ("Paths", "path."), ("QueryStrings", "querystring.")];

pub(super) fn add(id: &str, given: &Dict, body: Option<Dict>) -> Result<Dict> {
    let Some(body) = body else {
        return Err(resource(
            id,
            "GatewayResponses works only with inline Swagger specified in 'DefinitionBody' property.",
        ));
    };
    for (name, response) in given.iter() {
        check(id, name, response)?;
    }
    if !Swagger::is_valid(&body) {
        return Err(resource(
            id,
            "Unable to add Auth configuration because 'DefinitionBody' does not contain a valid Swagger \
             definition.",
        ));
    }
    let mut all = Dict::legacy();
    for (name, response) in given.iter() {
        all.insert(name.clone(), of(id, name, response)?);
    }
    let mut swagger = Swagger::open(body)?;
    all.iter().for_each(|(name, response)| swagger.add_response(name, response.clone()));
    Ok(swagger.close())
}

fn check(id: &str, name: &str, response: &Node) -> Result<()> {
    if is_function(response) {
        return Err(resource(
            id,
            "Unable to set GatewayResponses attribute because intrinsic functions are not supported for this \
             field.",
        ));
    }
    let Some(members) = response.as_dict() else {
        let kind = write::type_name(response);
        return Err(resource(
            id,
            format!(
                "Invalid property type '{kind}' for GatewayResponses. Expected an object of type \
                 'GatewayResponse'."
            ),
        ));
    };
    match members.keys().find(|key| !MEMBERS.contains(&&***key)) {
        None => Ok(()),
        Some(key) => Err(resource(
            id,
            format!("Invalid property '{}' in 'GatewayResponses' property '{name}'.", key.text),
        )),
    }
}

fn of(id: &str, name: &str, response: &Node) -> Result<Node> {
    let part = |part: &str| response.get(part).filter(|value| value.is_truthy());
    let parameters = match part("ResponseParameters") {
        None => Dict::legacy(),
        Some(given) => {
            shape::map(given, id, &format!("GatewayResponses.{name}.ResponseParameters"))?.clone()
        }
    };
    if let Some(key) =
        parameters.keys().find(|key| PARAMETERS.iter().all(|(known, _)| *known != &***key))
    {
        return Err(resource(id, format!("Invalid gateway response parameter '{}'", key.text)));
    }
    let status = part("StatusCode").map(|status| match status {
        Node::Text(text) => text.clone(),
        other => python_text(other).into(),
    });
    let numeric = |status: &Text| {
        (1..=3).contains(&status.len()) && status.bytes().all(|byte| byte.is_ascii_digit())
    };
    if status.as_ref().is_some_and(|status| !numeric(status)) {
        return Err(resource(id, "Property 'StatusCode' must be numeric"));
    }
    let templates = part("ResponseTemplates").cloned().unwrap_or_else(|| legacy! {});
    let mut made = Dict::legacy();
    made.insert("responseParameters", prefixed(id, &parameters)?);
    made.insert("responseTemplates", templates);
    if let Some(status) = status {
        made.insert("statusCode", Text { text: status.text, unicode: false });
    }
    Ok(Node::Dict(made))
}

/// The parameters by the names that API Gateway has for them.
fn prefixed(id: &str, parameters: &Dict) -> Result<Dict> {
    let mut made = Dict::legacy();
    for (name, prefix) in PARAMETERS {
        let Some(given) = parameters.get(name) else { continue };
        for (key, value) in shape::map(given, id, &format!("ResponseParameters.{name}"))?.iter() {
            let text = format!("gatewayresponse.{prefix}{}", key.text);
            made.insert(Text { text, unicode: key.unicode }, value.clone());
        }
    }
    Ok(made)
}
