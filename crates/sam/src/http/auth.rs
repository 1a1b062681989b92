//! `Auth` of an HTTP API: authorizers as its document has them, and who else may be one.

use crate::error::{Result, resource};
use crate::made::Made;
use crate::tree::{Dict, Node, Text, dict};
use crate::{globals, names, shape};

const AUTHORIZER: &str = "x-amazon-apigateway-authorizer";
/// What only a token's authorizer takes, and what only a function's, with what is said of it elsewhere.
const OF_TOKENS: &[(&str, &str)] = &[
    ("AuthorizationScopes", "OAuth2 Authorizer"),
    ("JwtConfiguration", "OAuth2 Authorizer"),
    (
        "IdentitySource",
        "OAuth2 Authorizer. For Lambda Authorizer, use the 'Identity' property instead",
    ),
];
const OF_FUNCTIONS: &[&str] = &[
    "FunctionArn",
    "FunctionInvokeRole",
    "Identity",
    "AuthorizerPayloadFormatVersion",
    "EnableSimpleResponses",
    "EnableFunctionDefaultPermissions",
];

/// An authorizer: its name, and what is given of it; `None` is IAM.
pub(super) struct Authorizer {
    pub name: Text,
    given: Option<Dict>,
}

/// The authorizers of an API, checked.
pub(super) fn all(id: &str, auth: &Dict) -> Result<Vec<Authorizer>> {
    let mut all = Vec::new();
    if auth.get("EnableIamAuthorizer").is_some_and(Node::is_true) {
        all.push(Authorizer { name: "AWS_IAM".into(), given: None });
    }
    let Some(given) = auth.truthy("Authorizers") else { return Ok(all) };
    for (name, one) in shape::map(given, id, "Auth.Authorizers")?.iter() {
        let one = shape::map(one, id, &format!("Auth.Authorizers.{}", name.text))?;
        check(id, name, one)?;
        all.retain(|there: &Authorizer| there.name != *name);
        all.push(Authorizer { name: name.clone(), given: Some(one.clone()) });
    }
    Ok(all)
}

fn check(id: &str, name: &str, given: &Dict) -> Result<()> {
    let has = |part: &str| given.get(part).is_some_and(|value| !value.is_null());
    let wrong = |message: String| Err(resource(id, message));
    if given.has("OpenIdConnectUrl") {
        return wrong(format!(
            "'OpenIdConnectUrl' is no longer a supported property for authorizer '{name}'. Please refer to \
             the AWS SAM documentation."
        ));
    }
    if let Some(jwt) = given.truthy("JwtConfiguration") {
        shape::map(jwt, id, "JwtConfiguration")?;
    }
    if has("AuthorizationScopes")
        && given.get("AuthorizationScopes").and_then(Node::as_list).is_none()
    {
        return wrong("AuthorizationScopes must be a list.".into());
    }
    let is_jwt = given.truthy("JwtConfiguration").is_some();
    if !is_jwt
        && let Some((part, whom)) =
            OF_TOKENS.iter().find(|(part, _)| has(part) && *part != "JwtConfiguration")
    {
        return wrong(format!("{part} is only supported for {whom}."));
    }
    if is_jwt && let Some(part) = OF_FUNCTIONS.iter().find(|part| has(part)) {
        return wrong(format!("{part} is only supported for Lambda Authorizer."));
    }
    let (kind, needed): (&str, &[&str]) = match is_jwt {
        true => ("OAuth2", &["IdentitySource"]),
        false => ("Lambda", &["FunctionArn", "AuthorizerPayloadFormatVersion"]),
    };
    for part in needed {
        if given.truthy(part).is_none() {
            return wrong(format!("{name} {kind} Authorizer must define '{part}'."));
        }
    }
    if has("EnableFunctionDefaultPermissions")
        && !matches!(given.get("EnableFunctionDefaultPermissions"), Some(Node::Bool(_)))
    {
        let part = format!("Authorizers.{name}.EnableFunctionDefaultPermissions");
        return Err(shape::wrong_type(id, &part, "boolean"));
    }
    Ok(())
}

impl Authorizer {
    /// The scopes that it asks for where a method says nothing.
    pub fn scopes(&self) -> Node {
        let scopes = self.given.as_ref().and_then(|given| given.get("AuthorizationScopes"));
        scopes.filter(|scopes| !scopes.is_null()).cloned().unwrap_or_else(|| Node::List(Vec::new()))
    }

    /// How the document describes it.
    pub fn scheme(&self, id: &str, partition: &str) -> Result<Node> {
        let Some(given) = &self.given else {
            return Ok(dict! {
                "type" => "apiKey",
                "name" => "Authorization",
                "in" => "header",
                "x-amazon-apigateway-authtype" => "awsSigv4",
            });
        };
        if let Some(Node::Dict(jwt)) = given.truthy("JwtConfiguration") {
            let mut small = Dict::new();
            jwt.iter().for_each(|(key, value)| small.insert(key.to_lowercase(), value.clone()));
            let source = given.get("IdentitySource").cloned().unwrap_or_default();
            let one =
                dict! { "jwtConfiguration" => small, "identitySource" => source, "type" => "jwt" };
            return Ok(dict! { "type" => "oauth2", AUTHORIZER => one });
        }
        let one = self.of_function(id, given, partition)?;
        Ok(dict! { "type" => "apiKey", "name" => "Unused", "in" => "header", AUTHORIZER => one })
    }

    fn of_function(&self, id: &str, given: &Dict, partition: &str) -> Result<Node> {
        let mut one = Dict::new();
        one.insert("type", "request");
        one.insert("authorizerUri", authorizer_uri(partition, given.get("FunctionArn")));
        if let Some(role) = given.truthy("FunctionInvokeRole").filter(|role| *role != "NONE") {
            one.insert("authorizerCredentials", role.clone());
        }
        if let Some(identity) = given.truthy("Identity") {
            let path = format!("Auth.Authorizers.{}.Identity", self.name.text);
            let identity = shape::map(identity, id, &path)?;
            if let Some(seconds) = identity.get("ReauthorizeEvery").filter(|value| !value.is_null())
            {
                one.insert("authorizerResultTtlInSeconds", seconds.clone());
            }
            one.insert("identitySource", sources(id, &self.name, identity)?);
        }
        let version = given.get("AuthorizerPayloadFormatVersion").cloned().unwrap_or_default();
        one.insert("authorizerPayloadFormatVersion", version);
        if let Some(simple) = given.truthy("EnableSimpleResponses") {
            one.insert("enableSimpleResponses", simple.clone());
        }
        Ok(Node::Dict(one))
    }

    /// That API Gateway may call the authorizer's function, if it is to be allowed here.
    pub fn permission(&self, id: &str, attributes: &Dict, partition: &str) -> Option<Made> {
        let given = self.given.as_ref()?;
        given.truthy("EnableFunctionDefaultPermissions")?;
        let function = given.truthy("FunctionArn")?.clone();
        Some(authorizer_permission(id, &self.name, attributes, partition, function))
    }
}

/// The permission of API Gateway to call an authorizer's function.
pub(crate) fn authorizer_permission(
    id: &str,
    name: &str,
    attributes: &Dict,
    partition: &str,
    function: Node,
) -> Made {
    let id_of = format!("{id}{name}AuthorizerPermission");
    let mut made = Made::new(id_of, "AWS::Lambda::Permission", attributes);
    let arn = names::arn(partition, "execute-api", "${__ApiId__}/authorizers/*");
    let source = names::substitute_with(arn, dict! { "__ApiId__" => names::reference(id) });
    made.set("Action", "lambda:InvokeFunction");
    made.set("FunctionName", function);
    made.set("Principal", "apigateway.amazonaws.com");
    made.set("SourceArn", source);
    made
}

/// The address by which API Gateway calls an authorizer's function.
pub(crate) fn authorizer_uri(partition: &str, function: Option<&Node>) -> Node {
    let uri = format!(
        "arn:{partition}:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/\
         ${{__FunctionArn__}}/invocations"
    );
    let function = function.cloned().unwrap_or_default();
    names::substitute_with(uri, dict! { "__FunctionArn__" => function })
}

fn sources(id: &str, name: &str, identity: &Dict) -> Result<Node> {
    let mut all = Vec::new();
    for (part, prefix) in [
        ("Headers", "$request.header."),
        ("QueryStrings", "$request.querystring."),
        ("StageVariables", "$stageVariables."),
        ("Context", "$context."),
    ] {
        let Some(given) = identity.truthy(part) else { continue };
        let path = format!("Authorizers.{name}.Identity.{part}");
        for (index, value) in shape::list(given, id, &path)?.iter().enumerate() {
            if value.as_str().is_none() {
                return Err(shape::wrong_type(id, &format!("{path}[{index}]"), "string"));
            }
            all.push(Node::from(format!("{prefix}{}", globals::python_text(value))));
        }
    }
    Ok(Node::List(all))
}
