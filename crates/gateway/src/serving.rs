//! A stage as requests see it: made once from what was deployed, and then only read.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fika_model::{FunctionArn, FunctionRef, Scope};
use serde_json::{Map, Value};

use crate::access::AccessLog;
use crate::authorizer::{Source, Verdicts};
use crate::cors::Cors;
use crate::document::{Document, text};
use crate::record::{Config, Draft, Kind};
use crate::route::{RouteKey, Template, method};
use crate::throttle::Bucket;

/// The longest an HTTP API waits for a function.
const HTTP_TIMEOUT_MS: u64 = 30_000;
/// The longest a REST API waits, where it is not told otherwise.
const REST_TIMEOUT_MS: u64 = 29_000;
/// How a stage's variable begins in a URI.
const VARIABLE: &str = "${stageVariables.";
/// The longest URI with the stage's variables filled in.
const FILLED_BYTES: usize = 4_096;

/// A stage of an API.
#[derive(Debug)]
pub struct Serving {
    /// Whose it is.
    pub scope: Scope,
    /// The API's id.
    pub api_id: String,
    /// Of which service it is.
    pub kind: Kind,
    /// The stage's name.
    pub stage: String,
    /// The stage's variables.
    pub variables: Map<String, Value>,
    /// Everything that can be called.
    pub endpoints: Vec<Endpoint>,
    /// By id.
    pub authorizers: HashMap<String, Authorizer>,
    /// What its preflights are answered.
    pub cors: Option<Cors>,
    /// Types whose bodies a REST API treats as bytes.
    pub binary_types: Vec<String>,
    /// Where its requests are noted.
    pub access_log: Option<AccessLog>,
    /// What authorizers decided lately.
    pub verdicts: Verdicts,
    /// What it was made from.
    document: Document,
}

/// One route, or one method of a resource.
#[derive(Debug)]
pub struct Endpoint {
    /// What it answers to.
    pub key: RouteKey,
    /// As it is written: `GET /pets/{id}`.
    pub route_key: String,
    /// The path, with its variables; `$default` without one.
    pub resource: String,
    /// The id of the resource of a REST API.
    pub resource_id: String,
    /// Who may call it.
    pub auth: Auth,
    /// What answers.
    pub backend: Backend,
    /// How fast it may be called, where that is said.
    pub bucket: Option<Mutex<Bucket>>,
}

/// Who may call something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Auth {
    /// Everybody.
    None,
    /// Who signs, and may.
    Iam,
    /// Whom an authorizer lets; with a token for one of these scopes, if there are any.
    By(String, Vec<String>),
    /// Nobody: what it wants cannot be asked for here.
    Nobody,
}

/// What answers.
#[derive(Debug, Clone)]
pub enum Backend {
    /// A function.
    Function(Target),
    /// Nothing but what is written down.
    Mock(Mock),
    /// Nothing yet.
    Nothing,
}

/// A function, and how it is called.
#[derive(Debug, Clone)]
pub struct Target {
    /// Which.
    pub function: FunctionArn,
    /// The role as which it is called; none for the gateway itself.
    pub role: Option<String>,
    /// Whether it gets format 2.0.
    pub second_format: bool,
    /// How long is waited.
    pub timeout: Duration,
}

/// An answer that is written down.
#[derive(Debug, Clone, Default)]
pub struct Mock {
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: String,
}

/// Who decides who may call.
#[derive(Debug)]
pub enum Authorizer {
    /// An issuer of tokens.
    Jwt {
        /// Which.
        issuer: String,
        /// Whom its tokens must be for.
        audience: Vec<String>,
        /// Where they are.
        source: Source,
    },
    /// A function.
    Lambda(Box<Decider>),
}

/// A function that decides.
#[derive(Debug)]
pub struct Decider {
    /// The authorizer's id.
    pub id: String,
    /// Which.
    pub function: FunctionArn,
    /// The role as which it is called.
    pub role: Option<String>,
    /// What must be there before it is asked.
    pub sources: Vec<Source>,
    /// How long it is believed.
    pub ttl: Duration,
    /// What it is told.
    pub form: Form,
    /// Whether it answers yes or no.
    pub simple: bool,
    /// What the token must look like.
    pub pattern: Option<regex::Regex>,
}

/// What a function that decides is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The token alone, of a REST API.
    Token,
    /// The request in format 1.0.
    First,
    /// The request in format 2.0.
    Second,
}

impl Serving {
    /// The stage of that name; none without a deployment. Where it is as it was, so are its buckets
    /// and what its authorizers decided.
    #[must_use]
    pub fn of(
        draft: &Draft,
        name: &str,
        stage: &Document,
        had: Option<&Arc<Self>>,
    ) -> Option<Arc<Self>> {
        if let Some(had) = had.filter(|had| had.document == *stage) {
            return Some(Arc::clone(had));
        }
        let config = draft.snapshots.get(text(stage, "deploymentId")?)?;
        let variables = stage.get("stageVariables").or(stage.get("variables"));
        let mut serving = Self {
            scope: draft.scope.clone(),
            api_id: draft.id.clone(),
            kind: draft.record.kind,
            stage: name.into(),
            variables: variables.and_then(Value::as_object).cloned().unwrap_or_default(),
            endpoints: Vec::new(),
            authorizers: HashMap::new(),
            cors: config.settings.get("corsConfiguration").and_then(read),
            binary_types: config
                .settings
                .get("binaryMediaTypes")
                .and_then(read)
                .unwrap_or_default(),
            access_log: None,
            verdicts: Verdicts::default(),
            document: stage.clone(),
        };
        serving.access_log = serving.log(stage);
        serving.authorizers = serving.authorizers_of(config);
        serving.endpoints = match serving.kind {
            Kind::Http => config.routes.values().filter_map(|r| serving.route(config, r)).collect(),
            Kind::Rest => serving.methods(config),
        };
        Some(Arc::new(serving))
    }

    fn log(&self, stage: &Document) -> Option<AccessLog> {
        let settings = stage.get("accessLogSettings")?.as_object()?;
        let (to, format) = (text(settings, "destinationArn")?, text(settings, "format")?);
        // A group is of one stream per stage: lines come in their order.
        AccessLog::new(&self.scope, to, format, &format!("{}/{}", self.api_id, self.stage))
    }

    fn route(&self, config: &Config, route: &Document) -> Option<Endpoint> {
        let route_key = text(route, "routeKey")?.to_owned();
        let key = RouteKey::parse(&route_key).ok()?;
        let target = text(route, "target").and_then(|target| target.strip_prefix("integrations/"));
        let integration = target.and_then(|id| config.integrations.get(id));
        let resource = route_key.split_once(' ').map_or("$default", |(_, path)| path).to_owned();
        let settings =
            ["routeSettings", "defaultRouteSettings"].map(|name| self.document.get(name));
        let own = settings[0].and_then(|all| all.get(&route_key));
        Some(Endpoint {
            key,
            resource,
            resource_id: String::new(),
            auth: auth(route),
            backend: integration.map_or(Backend::Nothing, |it| self.integration(it)),
            bucket: bucket([own, settings[1]]),
            route_key,
        })
    }

    fn integration(&self, of: &Document) -> Backend {
        let Some(function) = text(of, "integrationUri").and_then(|uri| self.function(uri)) else {
            return Backend::Nothing;
        };
        let asked = of.get("timeoutInMillis").and_then(Value::as_u64).unwrap_or(HTTP_TIMEOUT_MS);
        Backend::Function(Target {
            function,
            role: text(of, "credentialsArn").map(Into::into),
            second_format: text(of, "payloadFormatVersion") == Some("2.0"),
            timeout: Duration::from_millis(asked.min(HTTP_TIMEOUT_MS)),
        })
    }

    fn methods(&self, config: &Config) -> Vec<Endpoint> {
        let mut all = Vec::new();
        for (id, resource) in &config.resources {
            let path = text(resource, "path").unwrap_or("/");
            let Ok(template) = Template::parse(path) else { continue };
            let methods = resource.get("resourceMethods").and_then(Value::as_object);
            for (name, of) in methods.into_iter().flatten() {
                let (Ok(method), Some(of)) = (method(name), of.as_object()) else { continue };
                let key = RouteKey { method, path: Some(template.clone()) };
                let backend = of.get("methodIntegration").and_then(Value::as_object);
                all.push(Endpoint {
                    key,
                    route_key: format!("{name} {path}"),
                    resource: path.into(),
                    resource_id: id.clone(),
                    auth: auth(of),
                    backend: backend.map_or(Backend::Nothing, |it| self.proxy(it)),
                    bucket: bucket(self.settings_of(path, name)),
                });
            }
        }
        all
    }

    /// What a stage of a REST API says of a method, and of all.
    fn settings_of(&self, path: &str, method: &str) -> [Option<&Value>; 2] {
        let all = self.document.get("methodSettings").and_then(Value::as_object);
        let path = path.trim_start_matches('/').replace('/', "~1");
        let of = |key: &str| all.and_then(|all| all.get(key));
        // The root's own path is written as `/~1`.
        let key = if path.is_empty() { "~1".to_owned() } else { path };
        let own = [format!("{key}/{method}"), format!("~1{key}/{method}")];
        [own.iter().find_map(|key| of(key)), of("*/*")]
    }

    fn proxy(&self, of: &Document) -> Backend {
        match text(of, "type") {
            Some("AWS_PROXY") => {}
            Some("MOCK") => return Backend::Mock(mock(of)),
            _ => return Backend::Nothing,
        }
        let Some(function) = text(of, "uri").and_then(|uri| self.function(uri)) else {
            return Backend::Nothing;
        };
        let timeout = of.get("timeoutInMillis").and_then(Value::as_u64).unwrap_or(REST_TIMEOUT_MS);
        Backend::Function(Target {
            function,
            role: text(of, "credentials").map(Into::into),
            second_format: false,
            timeout: Duration::from_millis(timeout),
        })
    }

    fn authorizers_of(&self, config: &Config) -> HashMap<String, Authorizer> {
        let all = config.authorizers.iter();
        all.filter_map(|(id, of)| Some((id.clone(), self.authorizer(id, of)?))).collect()
    }

    fn authorizer(&self, id: &str, of: &Document) -> Option<Authorizer> {
        let sources = sources(of.get("identitySource"))?;
        let kind = text(of, "authorizerType").or(text(of, "type"))?;
        if kind == "JWT" {
            let jwt = of.get("jwtConfiguration")?.as_object()?;
            let audience = jwt.get("audience").and_then(read).unwrap_or_default();
            let issuer = text(jwt, "issuer")?.to_owned();
            return Some(Authorizer::Jwt { issuer, audience, source: sources.into_iter().next()? });
        }
        let second = text(of, "authorizerPayloadFormatVersion") == Some("2.0");
        let form = match kind {
            "TOKEN" => Form::Token,
            _ if second => Form::Second,
            _ => Form::First,
        };
        // HTTP APIs remember nothing unless they are told to, REST APIs for five minutes.
        let usual = if self.kind == Kind::Rest { 300 } else { 0 };
        let ttl = of.get("authorizerResultTtlInSeconds").and_then(Value::as_u64).unwrap_or(usual);
        let pattern = text(of, "identityValidationExpression");
        Some(Authorizer::Lambda(Box::new(Decider {
            id: id.into(),
            function: self.function(text(of, "authorizerUri")?)?,
            role: text(of, "authorizerCredentialsArn")
                .or(text(of, "authorizerCredentials"))
                .map(Into::into),
            sources,
            ttl: Duration::from_secs(ttl),
            form,
            simple: of.get("enableSimpleResponses") == Some(&Value::Bool(true)),
            pattern: pattern.and_then(|p| regex::Regex::new(&format!("^(?:{p})$")).ok()),
        })))
    }

    /// The function that a URI names.
    fn function(&self, uri: &str) -> Option<FunctionArn> {
        function(&filled(uri, &self.variables)?)
    }
}

/// A text with a stage's variables filled in; none where it gets longer than a URI can be. What was filled in
/// is not looked at again: values that name one another would grow without end.
fn filled(text: &str, variables: &Map<String, Value>) -> Option<String> {
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once(VARIABLE) {
        out.push_str(before);
        let known = after.split_once('}');
        let known = known.and_then(|(name, after)| Some((variables.get(name)?.as_str()?, after)));
        let (value, after) = known.unwrap_or((VARIABLE, after));
        out.push_str(value);
        rest = after;
        if out.len() > FILLED_BYTES {
            return None;
        }
    }
    out.push_str(rest);
    (out.len() <= FILLED_BYTES).then_some(out)
}

/// The function of an integration's URI: its ARN, or the path of its invocations.
#[must_use]
pub fn function(uri: &str) -> Option<FunctionArn> {
    let arn = match uri.split_once("/functions/") {
        Some((_, rest)) => rest.strip_suffix("/invocations")?,
        None => uri,
    };
    let FunctionRef { account, region, name, qualifier } = FunctionRef::parse(arn).ok()?;
    let scope = Scope { account: account?, region: region? };
    Some(FunctionArn { scope, name, qualifier })
}

fn auth(of: &Document) -> Auth {
    let scopes = of.get("authorizationScopes").and_then(read).unwrap_or_default();
    match (text(of, "authorizationType").unwrap_or("NONE"), text(of, "authorizerId")) {
        ("NONE", _) => Auth::None,
        ("AWS_IAM", _) => Auth::Iam,
        ("JWT" | "CUSTOM", Some(id)) => Auth::By(id.into(), scopes),
        _ => Auth::Nobody,
    }
}

/// A list, or texts with commas between them.
fn sources(of: Option<&Value>) -> Option<Vec<Source>> {
    match of {
        None => Some(Vec::new()),
        Some(Value::String(all)) => all.split(',').map(Source::parse).collect(),
        Some(Value::Array(all)) => all.iter().map(|one| Source::parse(one.as_str()?)).collect(),
        Some(_) => None,
    }
}

/// The first that says something counts.
fn bucket(settings: [Option<&Value>; 2]) -> Option<Mutex<Bucket>> {
    let find = |name: &str| {
        let said = settings.iter().flatten().find_map(|of| of.get(name)?.as_f64());
        said.filter(|said| *said >= 0.0)
    };
    match (find("throttlingRateLimit"), find("throttlingBurstLimit")) {
        (None, None) => None,
        (Some(rate), None) => Some(Mutex::new(Bucket::new(rate, rate.ceil()))),
        (rate, Some(burst)) => Some(Mutex::new(Bucket::new(rate.unwrap_or(burst), burst))),
    }
}

/// What the integration and its responses say: static texts only.
/// The answer whose pattern fits the status that the request's template says, or else the one without a pattern.
fn mock(of: &Document) -> Mock {
    let template = of.get("requestTemplates").and_then(|all| all.get("application/json"));
    let status = template.and_then(Value::as_str).and_then(said_status).unwrap_or(200);
    let responses = of.get("integrationResponses").and_then(Value::as_object);
    let Some((status, response)) = responses.and_then(|all| response_for(all, status)) else {
        return Mock { status, ..Mock::default() };
    };
    let parameters = response.get("responseParameters").and_then(Value::as_object);
    let header = |(name, value): (&String, &Value)| {
        let value = value.as_str()?.strip_prefix('\'')?.strip_suffix('\'')?;
        Some((name.strip_prefix("method.response.header.")?.to_owned(), value.to_owned()))
    };
    let body = response.get("responseTemplates").and_then(|all| all.get("application/json"));
    Mock {
        status,
        headers: parameters.into_iter().flatten().filter_map(header).collect(),
        body: body.and_then(Value::as_str).unwrap_or_default().into(),
    }
}

/// The status that a template says. Templates are read as AWS does, which wants no quotes.
fn said_status(template: &str) -> Option<u16> {
    let (_, rest) = template.split_once("statusCode")?;
    let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || "\"':".contains(c));
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest[..end].parse().ok()
}

fn response_for(all: &Map<String, Value>, status: u16) -> Option<(u16, &Value)> {
    let pattern = |of: &Value| of.get("selectionPattern")?.as_str().map(str::to_owned);
    let fits = |pattern: &str| {
        let whole = regex::Regex::new(&format!("^(?:{pattern})$"));
        whole.is_ok_and(|whole| whole.is_match(&status.to_string()))
    };
    let named = |of: &Value| pattern(of).filter(|pattern| !pattern.is_empty());
    let by_pattern = all.iter().find(|(_, of)| named(of).is_some_and(|pattern| fits(&pattern)));
    let plain = |(_, of): &(&String, &Value)| named(of).is_none();
    let same = all.iter().filter(plain).find(|(own, _)| **own == status.to_string());
    let found = by_pattern.or(same).or_else(|| all.iter().find(plain));
    found.and_then(|(status, of)| Some((status.parse().ok()?, of)))
}

fn read<T: serde::de::DeserializeOwned>(value: &Value) -> Option<T> {
    serde_json::from_value(value.clone()).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn variables(value: Value) -> Map<String, Value> {
        value.as_object().cloned().expect("an object")
    }

    #[test]
    fn what_was_filled_in_is_not_filled_in_again() {
        let all = variables(json!({"a": "x", "b": "${stageVariables.a}", "c": ""}));
        for (text, wanted) in [
            ("p:${stageVariables.a}:${stageVariables.a}${stageVariables.c}q", "p:x:xq"),
            ("${stageVariables.b}", "${stageVariables.a}"),
            ("${stageVariables.none}-${stageVariables.a}", "${stageVariables.none}-x"),
            ("${stageVariables.", "${stageVariables."),
        ] {
            assert_eq!(filled(text, &all).as_deref(), Some(wanted), "{text}");
        }
    }

    #[test]
    fn a_filled_uri_is_bounded() {
        let all = variables(json!({"a": "x".repeat(2_048)}));
        assert!(filled(&"${stageVariables.a}".repeat(2), &all).is_some());
        assert_eq!(filled(&"${stageVariables.a}".repeat(3), &all), None);
    }
}
