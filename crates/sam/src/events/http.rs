//! `HttpApi`: a route of an HTTP API, whose document is written into.

use super::{Event, permission};
use crate::error::{Error, Failure, Result, event as wrong, resource};
use crate::expansion::Expansion;
use crate::function::Target;
use crate::globals::python_text;
use crate::http::document::{DEFAULT_PATH, Document};
use crate::intrinsics::{is_function, ref_or_self};
use crate::made::Made;
use crate::names;
use crate::openapi::{self, ANY};
use crate::shape::Shape::{Int, Map, Text};
use crate::shape::{self, Property, may};
use crate::tree::{self, Dict, Node, dict, legacy};

pub(super) const PROPERTIES: &[Property] = &[
    may("Path", Text),
    may("Method", Text),
    may("ApiId", Text),
    may("Stage", Text),
    may("Auth", Map),
    may("TimeoutInMillis", Int),
    may("RouteSettings", Map),
    may("PayloadFormatVersion", Text),
];

/// The API's logical id.
pub(super) fn link(event: &Event) -> String {
    ref_or_self(&event.given.any("ApiId")).as_str().unwrap_or_default().to_owned()
}

pub(super) fn expand(
    expansion: &mut Expansion<'_>,
    event: Event,
    target: &Target,
) -> Result<Vec<Made>> {
    let text = |name: &str| event.given.any(name).as_text().cloned().unwrap_or_default();
    let path = text("Path");
    let method = text("Method");
    let method = tree::Text { text: method.to_lowercase(), unicode: method.unicode };
    let api = expansion.resources().dict(&event.about).and_then(|api| api.dict("Properties"));
    let api = api.cloned().unwrap_or_default();
    let permission = allowed(&event, target, &api, &path, &method)?;
    let Some(body) = api.get("DefinitionBody").filter(|body| !body.is_null()) else {
        return Ok(permission.into_iter().collect());
    };
    let mut document = Document::open(body.as_dict().cloned().unwrap_or_default())?;
    if api.truthy("__MANAGE_SWAGGER").is_some()
        && openapi::has_integration(document.paths(), &path, &method)?
    {
        return Err(wrong(
            &event.id,
            format!(
                "API method '{}' defined multiple times for path '{}'.",
                method.text, path.text
            ),
        ));
    }
    let uri = call_uri(expansion.legacy, "${AWS::Partition}", target, None);
    document.add_integration(&path, &method, uri, target.condition())?;
    if let Some(auth) = event.given.truthy("Auth").and_then(Node::as_dict) {
        secure(&event, &api, auth, (&path, &method), &mut document)?;
    }
    document.describe(&path, &method, &event.given.properties)?;
    let body = document.close();
    if let Some(properties) = expansion.properties_mut(&event.about) {
        properties.insert("DefinitionBody", body);
    }
    Ok(permission.into_iter().collect())
}

/// The address by which API Gateway calls a function.
pub(super) fn call_uri(legacy: bool, partition: &str, target: &Target, mode: Option<&str>) -> Node {
    let (version, end) = match mode {
        Some("RESPONSE_STREAM") => ("2021-11-15", "response-streaming-invocations"),
        _ => ("2015-03-31", "invocations"),
    };
    let alias = target.arn.get("Ref").and_then(Node::as_str);
    let name = alias.map_or_else(|| format!("{}.Arn", target.id), str::to_owned);
    let text = format!(
        "arn:{partition}:apigateway:${{AWS::Region}}:lambda:path/{version}/functions/${{{name}}}/{end}"
    );
    legacy! { "Fn::Sub" => tree::Text { text, unicode: legacy && alias.is_none() } }
}

/// That the API may call the function, unless it may by its default route.
fn allowed(
    event: &Event,
    target: &Target,
    api: &Dict,
    path: &str,
    method: &str,
) -> Result<Option<Made>> {
    let body = api.truthy("DefinitionBody").and_then(Node::as_dict).cloned();
    let document = body.map(Document::open).transpose().map_err(|failure| match failure {
        Failure::All(errors) => {
            let texts: Vec<String> = errors.iter().map(Error::to_string).collect();
            resource(&event.about, texts.join(" "))
        }
        other => other,
    })?;
    let is_default = path.strip_suffix('/').unwrap_or(path) == DEFAULT_PATH;
    if !is_default
        && let Some(mut document) = document
        && document.calls(DEFAULT_PATH, ANY, &target.id)?
    {
        return Ok(None);
    }
    let pattern = if is_default { String::new() } else { openapi::path_pattern(path, false) };
    let verb = match method {
        "any" | ANY => "*".to_owned(),
        other => other.to_uppercase(),
    };
    let place = if method == "any" && pattern == format!("/{DEFAULT_PATH}") {
        pattern
    } else {
        format!("/{verb}{pattern}")
    };
    let arn = names::arn(
        "${AWS::Partition}",
        "execute-api",
        &format!("${{__ApiId__}}/${{__Stage__}}{place}"),
    );
    let values = dict! { "__ApiId__" => event.given.any("ApiId"), "__Stage__" => "*" };
    let source = names::substitute_with(arn, values);
    Ok(Some(permission(event, "", target, "apigateway.amazonaws.com", source)))
}

/// Has one of the API's authorizers decide who may call the route.
fn secure(
    event: &Event,
    api: &Dict,
    auth: &Dict,
    (path, method): (&tree::Text, &tree::Text),
    document: &mut Document,
) -> Result<()> {
    let empty = Node::Dict(Dict::new());
    let of_api = api.get("Auth").unwrap_or(&empty);
    let of_api = shape::map(of_api, &event.about, "Auth")?;
    let name = auth.truthy("Authorizer").or_else(|| of_api.truthy("DefaultAuthorizer"));
    let Some(name) = name else {
        return Err(wrong(
            &event.id,
            "'Auth' section requires either an explicit 'Authorizer' set or a 'DefaultAuthorizer' configured \
             on the HttpApi.",
        ));
    };
    check(event, of_api, name, (path, method))?;
    let scopes = auth.truthy("AuthorizationScopes");
    if scopes.is_some_and(|scopes| scopes.as_list().is_none()) {
        return Err(wrong(
            &event.id,
            format!(
                "Unable to set Authorizer on API method [{}] for path [{}] because 'AuthorizationScopes' must \
                 be a list of strings.",
                method.text, path.text
            ),
        ));
    }
    let own = name.as_str().and_then(|name| of_api.dict("Authorizers")?.dict(name));
    let own = own.and_then(|own| own.truthy("AuthorizationScopes"));
    let scopes = if name == "NONE" || name == "AWS_IAM" { None } else { scopes.or(own) };
    let scopes = scopes.cloned().unwrap_or_else(|| Node::List(Vec::new()));
    document.secure(path, method, name, scopes)
}

fn check(
    event: &Event,
    of_api: &Dict,
    name: &Node,
    (path, method): (&tree::Text, &tree::Text),
) -> Result<()> {
    let place = format!("on API method [{}] for path [{}]", method.text, path.text);
    let unable = |why: &str| {
        let name = python_text(name);
        Err(wrong(&event.id, format!("Unable to set Authorizer [{name}] {place}{why}")))
    };
    let iam = of_api.get("EnableIamAuthorizer").is_some_and(Node::is_true);
    if name == "NONE" {
        if of_api.truthy("DefaultAuthorizer").is_some() {
            return Ok(());
        }
        let message = format!(
            "Unable to set Authorizer {place} because 'NONE' is only a valid value when a DefaultAuthorizer on \
             the API is specified."
        );
        return Err(wrong(&event.id, message));
    }
    if name == "AWS_IAM" && iam {
        return Ok(());
    }
    let none = Node::Dict(Dict::new());
    let authorizers = if of_api.is_empty() { Some(&none) } else { of_api.get("Authorizers") };
    let (Some(name), Some(authorizers)) =
        (name.as_str().filter(|_| !is_function(name)), authorizers.and_then(Node::as_dict))
    else {
        return unable(
            ". The method authorizer must be a string with a corresponding dict entry in the api authorizer.",
        );
    };
    if authorizers.is_empty() {
        return unable(" because the related API does not define any Authorizers.");
    }
    if authorizers.truthy(name).is_none() {
        return unable(" because it wasn't defined in the API's Authorizers.");
    }
    Ok(())
}
