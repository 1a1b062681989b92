//! `Auth` of a REST API: who may call it.

use super::swagger::Swagger;
use crate::error::{Result, not_served, resource};
use crate::http::auth::{authorizer_permission, authorizer_uri};
use crate::made::Made;
use crate::shape;
use crate::tree::{Dict, Node, Text, legacy, list};

const MEMBERS: &[&str] = &[
    "Authorizers",
    "DefaultAuthorizer",
    "InvokeRole",
    "AddDefaultAuthorizerToCorsPreflight",
    "AddApiKeyRequiredToCorsPreflight",
    "ApiKeyRequired",
    "ResourcePolicy",
    "UsagePlan",
];
const AUTHORIZER: &str = "x-amazon-apigateway-authorizer";
/// From where in a request an authorizer takes what it goes by.
const SOURCES: &[(&str, &str)] = &[
    ("Headers", "method.request.header."),
    ("QueryStrings", "method.request.querystring."),
    ("StageVariables", "stageVariables."),
    ("Context", "context."),
];

/// Writes it into the document.
pub(super) fn add(
    id: &str,
    auth: &Dict,
    body: Option<Dict>,
    stage: &Node,
    partition: &str,
) -> Result<Dict> {
    let Some(body) = body else {
        return Err(resource(
            id,
            "Auth works only with inline Swagger specified in 'DefinitionBody' property.",
        ));
    };
    if auth.keys().any(|key| !MEMBERS.contains(&&**key)) {
        return Err(resource(id, "Invalid value for 'Auth' property"));
    }
    if !Swagger::is_valid(&body) {
        return Err(resource(
            id,
            "Unable to add Auth configuration because 'DefinitionBody' does not contain a valid Swagger \
             definition.",
        ));
    }
    if auth.get("UsagePlan").is_some_and(|plan| !plan.is_null()) {
        return Err(not_served(id, "UsagePlan"));
    }
    let mut swagger = Swagger::open(body)?;
    let flag = |name: &str| auth.get(name).is_none_or(Node::is_truthy);
    let all = authorizers(id, auth)?;
    if !all.is_empty() {
        swagger.check_definitions()?;
        for (name, given) in all.iter() {
            let scheme = scheme(id, name, given, partition)?;
            swagger.define(name, true, || scheme);
        }
        let preflights = flag("AddDefaultAuthorizerToCorsPreflight");
        add_default(id, &mut swagger, auth, &all, preflights)?;
    }
    if auth.truthy("ApiKeyRequired").is_some() {
        swagger.define_key()?;
        swagger.require_keys(flag("AddApiKeyRequiredToCorsPreflight"))?;
    }
    if let Some(policy) = auth.truthy("ResourcePolicy") {
        let Some(policy) = policy.as_dict() else {
            let message = "ResourcePolicy must be a map (ResourcePolicyStatement).";
            return Err(crate::error::template(message));
        };
        for path in swagger.paths().names() {
            swagger.add_policy(policy, &path, stage)?;
        }
        if let Some(statements) = policy.truthy("CustomStatements") {
            swagger.add_statements(statements);
        }
    }
    Ok(swagger.close())
}

/// The authorizers by their names; the value of IAM's is none.
fn authorizers(id: &str, auth: &Dict) -> Result<Dict> {
    let mut all = Dict::legacy();
    if let Some(name) = auth.get("DefaultAuthorizer").filter(|name| *name == "AWS_IAM") {
        all.insert(name.as_text().cloned().unwrap_or_default(), Node::Null);
    }
    let Some(given) = auth.truthy("Authorizers") else { return Ok(all) };
    for (name, one) in shape::map(given, id, "Auth.Authorizers")?.iter() {
        let path = format!("Auth.Authorizers.{}", name.text);
        check(id, name, shape::map(one, id, &path)?)?;
        all.insert(name.clone(), one.clone());
    }
    Ok(all)
}

fn check(id: &str, name: &str, given: &Dict) -> Result<()> {
    let kind = given.get("FunctionPayloadType").filter(|kind| !kind.is_null());
    if let Some(kind) = kind.filter(|kind| *kind != "TOKEN" && *kind != "REQUEST") {
        let kind = crate::globals::python_text(kind);
        let message = format!("{name} Authorizer has invalid 'FunctionPayloadType': {kind}.");
        return Err(resource(id, message));
    }
    if kind.is_some_and(|kind| kind == "REQUEST") && !has_sources(id, name, given)? {
        return Err(resource(
            id,
            format!(
                "{name} Authorizer must specify Identity with at least one of Headers, QueryStrings, \
                 StageVariables, or Context."
            ),
        ));
    }
    if let Some(scopes) = given.get("AuthorizationScopes").filter(|scopes| !scopes.is_null()) {
        shape::list(scopes, id, &format!("Authorizers.{name}.AuthorizationScopes"))?;
    }
    match given.get("DisableFunctionDefaultPermissions") {
        None | Some(Node::Null | Node::Bool(_)) => Ok(()),
        Some(_) => {
            let path = format!("Authorizers.{name}.DisableFunctionDefaultPermissions");
            Err(shape::wrong_type(id, &path, "boolean"))
        }
    }
}

/// Whether an authorizer of requests goes by something. One whose answers are not kept need not.
fn has_sources(id: &str, name: &str, given: &Dict) -> Result<bool> {
    let Some(identity) = given.truthy("Identity") else { return Ok(false) };
    let identity = shape::map(identity, id, &format!("Authorizer.{name}.Identity"))?;
    let seconds = match identity.get("ReauthorizeEvery") {
        Some(Node::Number(number)) => number.as_f64(),
        Some(Node::Text(text)) => text.trim().parse().ok(),
        _ => None,
    };
    let any = SOURCES.iter().any(|(part, _)| identity.truthy(part).is_some());
    Ok(any || seconds.is_some_and(|seconds| seconds < 1.0))
}

fn add_default(
    id: &str,
    swagger: &mut Swagger,
    auth: &Dict,
    all: &Dict,
    preflights: bool,
) -> Result<()> {
    let Some(name) = auth.truthy("DefaultAuthorizer") else { return Ok(()) };
    let Some(name) = name.as_text() else {
        return Err(resource(id, "DefaultAuthorizer is not a string."));
    };
    let Some(given) = all.get(name) else {
        return Err(resource(
            id,
            format!(
                "Unable to set DefaultAuthorizer because '{}' was not defined in 'Authorizers'.",
                name.text
            ),
        ));
    };
    let scopes = given.get("AuthorizationScopes").filter(|scopes| !scopes.is_null());
    let scopes = scopes.cloned().unwrap_or_else(|| list![]);
    swagger.require_default(name, &scopes, &all.names(), preflights)
}

/// How the document describes an authorizer.
fn scheme(id: &str, name: &str, given: &Node, partition: &str) -> Result<Node> {
    let Some(given) = given.as_dict() else {
        return Ok(described("Authorization".into(), "awsSigv4", None));
    };
    let identity = given.truthy("Identity");
    if identity.is_some_and(|identity| identity.as_dict().is_none()) {
        return Err(resource(
            id,
            "Auth.Authorizers.<Authorizer>.Identity must be a dict (LambdaTokenAuthorizationIdentity, \
             LambdaRequestAuthorizationIdentity or CognitoAuthorizationIdentity).",
        ));
    }
    let part =
        |part: &str| identity.and_then(|identity| identity.get(part)).filter(|one| one.is_truthy());
    let header = part("Header").cloned().unwrap_or_else(|| "Authorization".into());
    let expression = part("ValidationExpression").cloned();
    let mut one = Dict::legacy();
    if let Some(pool) = given.truthy("UserPoolArn") {
        let pools = if pool.as_list().is_some() { pool.clone() } else { list![pool] };
        one.insert("type", "cognito_user_pools");
        one.insert("providerARNs", pools);
        expression.into_iter().for_each(|text| one.insert("identityValidationExpression", text));
        return Ok(described(header, "cognito_user_pools", Some(one)));
    }
    let request = given.get("FunctionPayloadType").is_some_and(|kind| kind == "REQUEST");
    let mut kind = Dict::legacy();
    kind.insert("type", if request { "request" } else { "token" });
    one.update(&kind);
    one.insert("authorizerUri", authorizer_uri(partition, given.get("FunctionArn")));
    let seconds = identity.and_then(|identity| identity.get("ReauthorizeEvery"));
    if let Some(seconds) = seconds.filter(|seconds| !seconds.is_null()) {
        one.insert("authorizerResultTtlInSeconds", seconds.clone());
    }
    if let Some(role) = given.truthy("FunctionInvokeRole").filter(|role| *role != "NONE") {
        one.insert("authorizerCredentials", role.clone());
    }
    if !request {
        expression.into_iter().for_each(|text| one.insert("identityValidationExpression", text));
        return Ok(described(header, "custom", Some(one)));
    }
    if let Some(source) = sources(id, name, identity)? {
        one.insert("identitySource", source);
    }
    Ok(described("Unused".into(), "custom", Some(one)))
}

fn described(header: Node, kind: &str, authorizer: Option<Dict>) -> Node {
    let mut made = legacy! {
        "type" => "apiKey",
        "name" => header,
        "in" => "header",
        "x-amazon-apigateway-authtype" => kind,
    };
    if let (Some(made), Some(authorizer)) = (made.as_dict_mut(), authorizer) {
        made.insert(AUTHORIZER, authorizer);
    }
    made
}

/// What an authorizer of requests goes by, in one text.
fn sources(id: &str, name: &str, identity: Option<&Node>) -> Result<Option<Text>> {
    let mut all = Vec::new();
    for (part, prefix) in SOURCES {
        let given = identity.and_then(|identity| identity.get(part)).filter(|one| one.is_truthy());
        let path = format!("Auth.Authorizers.{name}.Identity.{part}");
        let Some(given) = given else { continue };
        for (index, value) in shape::list(given, id, &path)?.iter().enumerate() {
            let Some(value) = value.as_text() else {
                return Err(shape::wrong_type(id, &format!("{path}[{index}]"), "string"));
            };
            all.push(Text { text: format!("{prefix}{}", value.text), unicode: value.unicode });
        }
    }
    let unicode = all.iter().any(|one| one.unicode);
    let text = all.iter().map(|one| one.text.as_str()).collect::<Vec<_>>().join(", ");
    Ok(Some(Text { text, unicode }).filter(|source| !source.is_empty()))
}

/// That API Gateway may call the authorizers' functions.
pub(super) fn permissions(
    id: &str,
    auth: &Dict,
    attributes: &Dict,
    partition: &str,
) -> Result<Vec<Made>> {
    let mut made = Vec::new();
    for (name, given) in authorizers(id, auth)?.iter() {
        let Some(given) = given.as_dict() else { continue };
        if given.truthy("DisableFunctionDefaultPermissions").is_some() {
            continue;
        }
        if let Some(function) = given.truthy("FunctionArn") {
            made.push(authorizer_permission(id, name, attributes, partition, function.clone()));
        }
    }
    Ok(made)
}
