//! Resources of REST APIs: paths, their methods, and what answers those.

use fika_aws::shape::AwsError;
use fika_service::Call;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::patch::{self, Is, Operation};
use super::{On, conflict, created, done, none, not_served, ok, page};
use crate::apis::{limit, new_id};
use crate::document::{Document, Kind as M, Shape, bad, defaults, needed, read, text};
use crate::manage::{Done, id_wanted, pass_role};
use crate::record::{Config, Draft};
use crate::route::{Template, method};
use crate::serving::function;

/// How many resources an API may have.
const RESOURCES: usize = 300;
const RESOURCE: &Shape = &[("pathPart", M::Text(1, 256))];
const METHOD: &Shape = &[
    ("authorizationType", M::One(&["NONE", "AWS_IAM", "CUSTOM", "COGNITO_USER_POOLS"])),
    ("authorizerId", M::Text(1, 64)),
    ("apiKeyRequired", M::Flag),
    ("operationName", M::Text(1, 64)),
    ("requestValidatorId", M::Absent),
    ("requestParameters", M::FlagMap),
    ("requestModels", M::TextMap),
    ("authorizationScopes", M::Texts),
];
pub(super) const INTEGRATION: &Shape = &[
    ("type", M::One(&["HTTP", "AWS", "MOCK", "HTTP_PROXY", "AWS_PROXY"])),
    ("httpMethod", M::Text(1, 16)),
    ("uri", M::Text(1, 2048)),
    ("connectionType", M::One(&["INTERNET"])),
    ("connectionId", M::Absent),
    ("responseTransferMode", M::One(&["BUFFERED"])),
    ("tlsConfig", M::Absent),
    ("credentials", M::Text(1, 2048)),
    ("requestParameters", M::TextMap),
    ("requestTemplates", M::TextMap),
    ("passthroughBehavior", M::One(&["WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER"])),
    ("contentHandling", M::One(&["CONVERT_TO_BINARY", "CONVERT_TO_TEXT"])),
    ("timeoutInMillis", M::Whole(50, 300_000)),
];
const METHOD_RESPONSE: &Shape =
    &[("responseParameters", M::FlagMap), ("responseModels", M::TextMap)];
pub(super) const INTEGRATION_RESPONSE: &Shape = &[
    ("selectionPattern", M::Text(0, 1024)),
    ("responseParameters", M::TextMap),
    ("responseTemplates", M::TextMap),
    ("contentHandling", M::One(&["CONVERT_TO_BINARY", "CONVERT_TO_TEXT"])),
];
const PATCHED_METHOD: &[(&str, Is)] = &[
    ("authorizationType", Is::Text),
    ("authorizerId", Is::Text),
    ("operationName", Is::Text),
    ("authorizationScopes", Is::List),
];
const PATCHED_INTEGRATION: &[(&str, Is)] = &[
    ("uri", Is::Text),
    ("timeoutInMillis", Is::Number),
    ("passthroughBehavior", Is::Text),
    ("requestTemplates", Is::Map),
];

pub(super) async fn answer(on: On<'_>, id: &str, rest: &[&str]) -> Result<Done, AwsError> {
    match (&on.call.parts.method, rest) {
        (&Method::GET, []) => {
            let api = on.api(id)?;
            let mut all: Vec<&Document> = api.draft.record.config.resources.values().collect();
            all.sort_by_key(|of| text(of, "path"));
            let query = on.call.parts.uri.query().unwrap_or_default();
            let whole = query.contains("embed=methods");
            Ok(page(on, all.into_iter().map(|of| listed(of, whole)).collect()))
        }
        (&Method::GET, [resource]) => {
            let api = on.api(id)?;
            let of = resource_of(&api.draft.record.config, resource)?;
            let query = on.call.parts.uri.query().unwrap_or_default();
            Ok(ok(listed(of, query.contains("embed=methods"))))
        }
        (&Method::POST, [parent]) => create(on, id, parent).await,
        (&Method::DELETE, [resource]) => delete(on, id, resource).await,
        (_, [resource, "methods", name, rest @ ..]) => {
            let place = Place { api: id, resource, method: name };
            of_method(on, place, rest).await
        }
        _ => Err(not_served("this operation")),
    }
}

fn listed(of: &Document, whole: bool) -> Value {
    let mut of = of.clone();
    if let (false, Some(Value::Object(methods))) = (whole, of.get_mut("resourceMethods")) {
        methods.values_mut().for_each(|method| *method = json!({}));
    }
    Value::Object(of)
}

fn resource_of<'c>(config: &'c Config, id: &str) -> Result<&'c Document, AwsError> {
    config.resources.get(id).ok_or_else(|| none("Invalid Resource identifier specified"))
}

async fn create(on: On<'_>, id: &str, parent: &str) -> Result<Done, AwsError> {
    let given = read(on.call.body, RESOURCE)?;
    let part = needed(&given, "pathPart")?;
    let wanted = id_wanted(&on.call);
    let edit = |draft: &mut Draft| {
        let config = &mut draft.record.config;
        if let Some(earlier) = wanted.as_ref().and_then(|id| config.resources.get(id)) {
            return Ok(Value::Object(earlier.clone()));
        }
        let above = text(resource_of(config, parent)?, "path").unwrap_or("/");
        let path = format!("{}/{part}", above.trim_end_matches('/'));
        if part.contains('/') {
            return Err(bad(
                "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end",
            ));
        }
        let template = Template::parse(&path).map_err(|error| bad(error.to_string()))?;
        let taken = config.resources.values().any(|of| {
            let own = text(of, "path").and_then(|path| Template::parse(path).ok());
            own.is_some_and(|own| own.is_same(&template))
        });
        if taken {
            return Err(conflict(
                "Another resource with the same parent already has this name: ".to_owned() + part,
            ));
        }
        if config.resources.len() >= RESOURCES {
            return Err(limit(format!("an API has at most {RESOURCES} resources")));
        }
        let made = json!({ "id": wanted.unwrap_or_else(new_id), "parentId": parent, "pathPart": part, "path": path });
        if let (Some(id), Value::Object(made)) = (made["id"].as_str(), &made) {
            config.resources.insert(id.into(), made.clone());
        }
        Ok(made)
    };
    on.change(id, edit).await.map(created)
}

async fn delete(on: On<'_>, id: &str, resource: &str) -> Result<Done, AwsError> {
    let edit = |draft: &mut Draft| {
        let config = &mut draft.record.config;
        let of = resource_of(config, resource)?;
        if !of.contains_key("parentId") {
            return Err(bad("Root resource cannot be deleted"));
        }
        let below = format!("{}/", text(of, "path").unwrap_or_default());
        let stays = |of: &Document| text(of, "path").is_none_or(|path| !path.starts_with(&below));
        config.resources.retain(|id, of| id != resource && stays(of));
        Ok(())
    };
    on.change(id, edit).await.map(|()| done(StatusCode::ACCEPTED))
}

/// Which method.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) api: &'a str,
    pub(super) resource: &'a str,
    pub(super) method: &'a str,
}

/// A thing below a method: the members on the way to it.
struct Thing<'a> {
    way: Vec<&'a str>,
    shape: &'static Shape,
    patched: &'static [(&'static str, Is)],
    /// What one is called.
    what: &'static str,
}

impl<'a> Thing<'a> {
    fn of(rest: &[&'a str]) -> Option<Self> {
        let (way, shape, patched, what) = match rest {
            [] => (vec![], METHOD, PATCHED_METHOD, "Method"),
            ["integration"] => {
                (vec!["methodIntegration"], INTEGRATION, PATCHED_INTEGRATION, "Integration")
            }
            ["responses", status] => {
                (vec!["methodResponses", status], METHOD_RESPONSE, &[][..], "Response status code")
            }
            ["integration", "responses", status] => (
                vec!["methodIntegration", "integrationResponses", status],
                INTEGRATION_RESPONSE,
                &[][..],
                "Response status code",
            ),
            _ => return None,
        };
        Some(Self { way, shape, patched, what })
    }

    fn missing(&self) -> AwsError {
        none(format!("Invalid {} identifier specified", self.what))
    }
}

async fn of_method(on: On<'_>, at: Place<'_>, rest: &[&str]) -> Result<Done, AwsError> {
    let thing = Thing::of(rest).ok_or_else(|| not_served("this operation"))?;
    match on.call.parts.method {
        Method::GET => {
            let api = on.api(at.api)?;
            let of = resource_of(&api.draft.record.config, at.resource)?;
            let mut way = vec!["resourceMethods", at.method];
            way.extend(&thing.way);
            let found =
                way.iter().try_fold(&Value::Object(of.clone()), |of, name| of.get(name)).cloned();
            found.map(ok).ok_or_else(|| thing.missing())
        }
        Method::PUT => put(on, at, &thing).await,
        Method::PATCH => {
            let operations = patch::read(on.call.body)?;
            update(on, at, &thing, &operations).await
        }
        Method::DELETE => {
            let edit = |draft: &mut Draft| remove(draft, at, &thing);
            on.change(at.api, edit).await.map(|()| done(StatusCode::NO_CONTENT))
        }
        _ => Err(not_served("TestInvokeMethod")),
    }
}

async fn put(on: On<'_>, at: Place<'_>, thing: &Thing<'_>) -> Result<Done, AwsError> {
    let mut given = read(on.call.body, thing.shape)?;
    match thing.way.as_slice() {
        [] => {
            method(at.method).map_err(|_| bad("Invalid HTTP method specified"))?;
            check_method(&mut given, at)?;
        }
        ["methodIntegration"] => check_integration(&on.call, &mut given, at)?,
        [.., status] => {
            let fits = status.len() == 3 && status.bytes().all(|b| b.is_ascii_digit());
            fits.then_some(()).ok_or_else(|| bad("Invalid status code"))?;
            given.insert("statusCode".into(), (*status).into());
        }
    }
    let edit = |draft: &mut Draft| {
        let config = &mut draft.record.config;
        check_authorizer(config, &given)?;
        let resource = config.resources.get_mut(at.resource);
        let resource = resource.ok_or_else(|| none("Invalid Resource identifier specified"))?;
        if thing.way.is_empty() {
            let methods = patch::entry(resource, "resourceMethods");
            if methods.contains_key(at.method) {
                return Err(conflict("Method already exists for this resource"));
            }
            methods.insert(at.method.into(), given.clone().into());
            return Ok(Value::Object(given));
        }
        let (last, above) = thing.way.split_last().ok_or_else(|| thing.missing())?;
        let mut of = method_of(resource, at.method)?;
        for name in above {
            if *name == "methodIntegration" && !of.contains_key(*name) {
                return Err(none("Invalid Integration identifier specified"));
            }
            of = patch::entry(of, name);
        }
        of.insert((*last).into(), given.clone().into());
        Ok(Value::Object(given))
    };
    on.change(at.api, edit).await.map(created)
}

fn method_of<'d>(resource: &'d mut Document, name: &str) -> Result<&'d mut Document, AwsError> {
    let methods = resource.get_mut("resourceMethods").and_then(Value::as_object_mut);
    let method = methods.and_then(|all| all.get_mut(name)?.as_object_mut());
    method.ok_or_else(|| none("Invalid Method identifier specified"))
}

async fn update(
    on: On<'_>,
    at: Place<'_>,
    thing: &Thing<'_>,
    operations: &[Operation],
) -> Result<Done, AwsError> {
    let call = on.call;
    let edit = |draft: &mut Draft| {
        let config = &mut draft.record.config;
        let resource = config.resources.get_mut(at.resource);
        let resource = resource.ok_or_else(|| none("Invalid Resource identifier specified"))?;
        let mut of = method_of(resource, at.method)?;
        for name in &thing.way {
            let below = of.get_mut(*name).and_then(Value::as_object_mut);
            of = below.ok_or_else(|| thing.missing())?;
        }
        operations.iter().try_for_each(|operation| operation.apply(of, thing.patched))?;
        match thing.what {
            "Method" => check_method(of, at)?,
            "Integration" => check_integration(&call, of, at)?,
            _ => {}
        }
        let of = of.clone();
        check_authorizer(config, &of)?;
        Ok(Value::Object(of))
    };
    on.change(at.api, edit).await.map(ok)
}

fn remove(draft: &mut Draft, at: Place<'_>, thing: &Thing<'_>) -> Result<(), AwsError> {
    let resource = draft.record.config.resources.get_mut(at.resource);
    let resource = resource.ok_or_else(|| none("Invalid Resource identifier specified"))?;
    let Some((last, above)) = thing.way.split_last() else {
        let gone = patch::entry(resource, "resourceMethods").remove(at.method);
        return gone.map(|_| ()).ok_or_else(|| thing.missing());
    };
    let mut of = method_of(resource, at.method)?;
    for name in above {
        of = of.get_mut(*name).and_then(Value::as_object_mut).ok_or_else(|| thing.missing())?;
    }
    of.remove(*last).map(|_| ()).ok_or_else(|| thing.missing())
}

pub(super) fn check_method(of: &mut Document, at: Place<'_>) -> Result<(), AwsError> {
    match needed(of, "authorizationType")? {
        "NONE" | "AWS_IAM" => {}
        "CUSTOM" => {
            needed(of, "authorizerId").map_err(|_| bad("Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer."))?;
        }
        other => return Err(bad(format!("fika's REST APIs have no authorization by {other}."))),
    }
    if of.get("apiKeyRequired") == Some(&Value::Bool(true)) {
        return Err(bad("fika's REST APIs have no API keys (docs/http.md)."));
    }
    of.insert("httpMethod".into(), at.method.into());
    defaults(of, json!({ "apiKeyRequired": false }));
    Ok(())
}

fn check_authorizer(config: &Config, of: &Document) -> Result<(), AwsError> {
    match text(of, "authorizerId") {
        Some(id) if !config.authorizers.contains_key(id) => {
            Err(none("Invalid Authorizer identifier specified"))
        }
        _ => Ok(()),
    }
}

pub(super) fn check_integration(
    call: &Call<'_>,
    of: &mut Document,
    at: Place<'_>,
) -> Result<(), AwsError> {
    match needed(of, "type")? {
        "AWS_PROXY" => {
            let uri = needed(of, "uri").map_err(|_| bad("Uri is a required parameter"))?;
            if !uri.contains("${stageVariables.") && function(uri).is_none() {
                return Err(bad("Invalid ARN specified in the request: it is no function's"));
            }
        }
        "MOCK" => {}
        _ => {
            return Err(bad(
                "fika's REST APIs integrate functions only: type is AWS_PROXY or MOCK (docs/http.md).",
            ));
        }
    }
    pass_role(call, text(of, "credentials"))?;
    defaults(
        of,
        json!({
            "passthroughBehavior": "WHEN_NO_MATCH", "timeoutInMillis": 29_000,
            "cacheNamespace": at.resource, "cacheKeyParameters": [],
        }),
    );
    Ok(())
}
