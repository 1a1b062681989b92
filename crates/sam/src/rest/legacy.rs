//! When the order of Python 2.7 matters, and what of a template is read in it: what may come into the document of a
//! REST API.

use crate::read::serverless;
use crate::tree::{Dict, Node, Text};

/// Whether a template has a REST API, or an HTTP API with a default authorizer.
pub(crate) fn is_wanted(document: &Dict) -> bool {
    let resources = || document.dict("Resources").into_iter().flat_map(Dict::values);
    let serverless_ones =
        || resources().filter_map(Node::as_dict).filter_map(|one| Some((serverless(one)?, one)));
    let has_event = |kind: &str| {
        serverless_ones()
            .filter(|(kind, _)| matches!(*kind, "Function" | "StateMachine"))
            .filter_map(|(_, one)| one.dict("Properties")?.dict("Events"))
            .flat_map(Dict::values)
            .any(|event| event.get("Type").is_some_and(|one| one == kind))
    };
    if serverless_ones().any(|(kind, _)| kind == "Api") || has_event("Api") {
        return true;
    }
    let by_default = |auth: Option<&Node>| {
        auth.and_then(|auth| auth.get("DefaultAuthorizer")).is_some_and(Node::is_truthy)
    };
    let shared = document.dict("Globals").and_then(|globals| globals.dict("HttpApi"));
    let everywhere = by_default(shared.and_then(|shared| shared.get("Auth")));
    let some_http = serverless_ones().filter(|(kind, _)| *kind == "HttpApi").any(|(_, one)| {
        everywhere
            || by_default(one.dict("Properties").and_then(|properties| properties.get("Auth")))
    });
    some_http || everywhere && has_event("HttpApi")
}

pub(crate) fn into_legacy(document: &mut Dict) {
    convert(document.dict_mut("Globals"), "Api");
    if let Some(Node::Dict(parameters)) = document.get_mut("Parameters") {
        parameters.values_mut().for_each(|one| convert(one.as_dict_mut(), "Default"));
        reorder(parameters);
    }
    let Some(resources) = document.dict_mut("Resources") else { return };
    for one in resources.values_mut().filter_map(Node::as_dict_mut) {
        match serverless(one) {
            Some("Api" | "HttpApi") => convert(Some(one), "Properties"),
            Some("Function" | "StateMachine") => {
                convert(Some(one), "Condition");
                let properties = one.dict_mut("Properties");
                if let Some(properties) = properties {
                    convert(Some(&mut *properties), "FunctionName");
                    convert(Some(properties), "Events");
                }
            }
            _ => {}
        }
    }
    reorder(resources);
}

fn convert(of: Option<&mut Dict>, key: &str) {
    if let Some(value) = of.and_then(|of| of.get_mut(key)) {
        *value = std::mem::take(value).into_legacy();
    }
}

/// The same entries in that order.
fn reorder(dict: &mut Dict) {
    let mut made = Dict::legacy();
    for (key, value) in dict.iter() {
        made.insert(Text { text: key.text.clone(), unicode: true }, value.clone());
    }
    *dict = made;
}
