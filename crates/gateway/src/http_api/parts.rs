//! What HTTP APIs are made of: routes, integrations, authorizers, stages, deployments.

use fika_aws::shape::AwsError;
use fika_service::Call;
use http::Method;
use serde_json::{Value, json};

use super::{body, change, created, found, gone, page, shapes, shown};
use crate::access::group;
use crate::apis::{limit, new_id};
use crate::authorizer::Source;
use crate::document::{Document, Shape, bad, defaults, needed, read, text};
use crate::gateway::Gateway;
use crate::manage::{Done, id_wanted, iso, missing, pass_role};
use crate::record::{Draft, Record, Things};
use crate::route::RouteKey;
use crate::serving::function;
use crate::visit::DEFAULT;

/// A sort of parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Routes,
    Integrations,
    Authorizers,
    Stages,
    Deployments,
}

impl Sort {
    /// As paths name it.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "routes" => Some(Self::Routes),
            "integrations" => Some(Self::Integrations),
            "authorizers" => Some(Self::Authorizers),
            "stages" => Some(Self::Stages),
            "deployments" => Some(Self::Deployments),
            _ => None,
        }
    }

    /// Its members; what one is called; the member that is its id; how many an API may have (the
    /// quotas of HTTP APIs).
    fn facts(self) -> (&'static Shape, &'static str, &'static str, usize) {
        match self {
            Self::Routes => (shapes::ROUTE, "Route", "routeId", 300),
            Self::Integrations => (shapes::INTEGRATION, "Integration", "integrationId", 300),
            Self::Authorizers => (shapes::AUTHORIZER, "Authorizer", "authorizerId", 10),
            Self::Stages => (shapes::STAGE, "Stage", "stageName", 10),
            Self::Deployments => (shapes::DEPLOYMENT, "Deployment", "deploymentId", 100),
        }
    }

    fn all(self, record: &Record) -> &Things {
        match self {
            Self::Routes => &record.config.routes,
            Self::Integrations => &record.config.integrations,
            Self::Authorizers => &record.config.authorizers,
            Self::Stages => &record.stages,
            Self::Deployments => &record.deployments,
        }
    }

    fn all_mut(self, record: &mut Record) -> &mut Things {
        match self {
            Self::Routes => &mut record.config.routes,
            Self::Integrations => &mut record.config.integrations,
            Self::Authorizers => &mut record.config.authorizers,
            Self::Stages => &mut record.stages,
            Self::Deployments => &mut record.deployments,
        }
    }
}

pub(super) async fn answer(
    gateway: &Gateway,
    call: &Call<'_>,
    api: &str,
    sort: Sort,
    rest: &[&str],
) -> Result<Done, AwsError> {
    let (_, what, ..) = sort.facts();
    match (&call.parts.method, rest) {
        (&Method::GET, []) => {
            let api = found(gateway, call, api)?;
            let items = sort.all(&api.draft.record).values().cloned();
            Ok(page(call, items.map(Value::Object).collect()))
        }
        (&Method::GET, [id]) => {
            let api = found(gateway, call, api)?;
            let one = sort.all(&api.draft.record).get(*id).cloned();
            one.map(shown).ok_or_else(|| missing(what, id))
        }
        (&Method::POST, []) => create(gateway, call, api, sort).await,
        (&Method::PATCH, [id]) => update(gateway, call, api, sort, id).await,
        (&Method::DELETE, [id]) => delete(gateway, call, api, sort, id).await,
        (&Method::DELETE, [stage, "routesettings", key]) if sort == Sort::Stages => {
            forget_settings(gateway, call, api, stage, key).await
        }
        (&Method::DELETE, [stage, "accesslogsettings"]) if sort == Sort::Stages => {
            let stage = (*stage).to_owned();
            let edit = move |draft: &mut Draft| {
                let own = draft.record.stages.get_mut(&stage);
                let own = own.ok_or_else(|| missing("Stage", &stage))?;
                own.remove("accessLogSettings");
                Ok(())
            };
            change(gateway, call, api, edit).await.map(|()| gone())
        }
        (&Method::DELETE, [stage, "cache", "authorizers"]) if sort == Sort::Stages => {
            let api = found(gateway, call, api)?;
            api.draft.record.stages.get(*stage).ok_or_else(|| missing(what, stage))?;
            if let Some(serving) = api.stages.get(*stage) {
                serving.verdicts.clear();
            }
            Ok(gone())
        }
        _ => Err(bad(format!("fika has no such operation on a {what} (docs/http.md)."))),
    }
}

async fn create(
    gateway: &Gateway,
    call: &Call<'_>,
    api: &str,
    sort: Sort,
) -> Result<Done, AwsError> {
    let given = input(call, sort)?;
    let wanted = id_wanted(call).filter(|_| sort != Sort::Stages);
    let edit = move |draft: &mut Draft| {
        let mut given = given;
        given.retain(|_, value| !is_empty_text(value));
        let earlier = wanted.as_ref().and_then(|id| sort.all(&draft.record).get(id));
        if let Some(earlier) = earlier {
            return Ok(earlier.clone());
        }
        if sort == Sort::Deployments {
            return deploy(draft, given, wanted.unwrap_or_else(new_id));
        }
        let id = match sort {
            Sort::Stages => needed(&given, "stageName")?.to_owned(),
            _ => wanted.unwrap_or_else(new_id),
        };
        if sort == Sort::Stages && draft.record.stages.contains_key(&id) {
            return Err(conflict("Stage already exists".into()));
        }
        put(draft, sort, &id, given)
    };
    change(gateway, call, api, edit).await.map(created)
}

async fn update(
    gateway: &Gateway,
    call: &Call<'_>,
    api: &str,
    sort: Sort,
    id: &str,
) -> Result<Done, AwsError> {
    let mut given = input(call, sort)?;
    given.remove("tags");
    given.remove("stageName");
    let (id, (_, what, ..)) = (id.to_owned(), sort.facts());
    let edit = move |draft: &mut Draft| {
        let before = sort.all(&draft.record).get(&id).cloned();
        let mut document = before.ok_or_else(|| missing(what, &id))?;
        document.extend(given);
        document.retain(|_, value| !is_empty_text(value));
        if sort == Sort::Deployments {
            draft.record.deployments.insert(id, document.clone());
            return Ok(document);
        }
        put(draft, sort, &id, document)
    };
    change(gateway, call, api, edit).await.map(shown)
}

/// What is asked for, by somebody who may have its roles used.
fn input(call: &Call<'_>, sort: Sort) -> Result<Document, AwsError> {
    let given = read(body(call), sort.facts().0)?;
    for role in ["credentialsArn", "authorizerCredentialsArn"] {
        pass_role(call, text(&given, role).filter(|role| !role.is_empty()))?;
    }
    Ok(given)
}

/// A member that is to be no more.
fn is_empty_text(value: &Value) -> bool {
    value.as_str().is_some_and(str::is_empty)
}

async fn delete(
    gateway: &Gateway,
    call: &Call<'_>,
    api: &str,
    sort: Sort,
    id: &str,
) -> Result<Done, AwsError> {
    let (id, (_, what, ..)) = (id.to_owned(), sort.facts());
    let edit = move |draft: &mut Draft| {
        if !sort.all(&draft.record).contains_key(&id) {
            return Err(missing(what, &id));
        }
        if let Some(user) = used_by(&draft.record, sort, &id) {
            return Err(conflict(format!("Cannot delete {what} '{id}': {user} refers to it")));
        }
        match sort {
            Sort::Deployments => draft.undeploy(&id),
            _ => sort.all_mut(&mut draft.record).remove(&id),
        };
        Ok(())
    };
    change(gateway, call, api, edit).await.map(|()| gone())
}

async fn forget_settings(
    gateway: &Gateway,
    call: &Call<'_>,
    api: &str,
    stage: &str,
    key: &str,
) -> Result<Done, AwsError> {
    let (stage, key) = (stage.to_owned(), key.to_owned());
    let edit = move |draft: &mut Draft| {
        let own = draft.record.stages.get_mut(&stage).ok_or_else(|| missing("Stage", &stage))?;
        let settings = own.get_mut("routeSettings").and_then(Value::as_object_mut);
        settings
            .and_then(|all| all.remove(&key))
            .map(|_| ())
            .ok_or_else(|| missing("RouteSettings", &key))
    };
    change(gateway, call, api, edit).await.map(|()| gone())
}

/// Puts a part into an API, checked and with its defaults.
pub(super) fn put(
    draft: &mut Draft,
    sort: Sort,
    id: &str,
    mut document: Document,
) -> Result<Document, AwsError> {
    let (_, what, name, most) = sort.facts();
    document.insert(name.into(), id.into());
    match sort {
        Sort::Routes => check_route(draft, id, &mut document)?,
        Sort::Integrations => check_integration(&mut document)?,
        Sort::Authorizers => check_authorizer(&document)?,
        Sort::Stages => check_stage(draft, &mut document)?,
        Sort::Deployments => {}
    }
    let all = sort.all_mut(&mut draft.record);
    if !all.contains_key(id) && all.len() >= most {
        return Err(limit(format!("an API has at most {most} of kind {what}")));
    }
    all.insert(id.into(), document.clone());
    Ok(document)
}

fn check_route(draft: &Draft, id: &str, route: &mut Document) -> Result<(), AwsError> {
    let key = needed(route, "routeKey")?;
    let parsed = RouteKey::parse(key).map_err(|error| bad(error.to_string()))?;
    let config = &draft.record.config;
    let same = |(other, of): (&String, &Document)| {
        let of = text(of, "routeKey").and_then(|key| RouteKey::parse(key).ok());
        other != id && of.is_some_and(|of| is_same(&of, &parsed))
    };
    if config.routes.iter().any(same) {
        return Err(conflict(format!("Route with key {key} already exists for this API")));
    }
    if let Some(target) = text(route, "target") {
        let integration = target.strip_prefix("integrations/").unwrap_or_default();
        if !config.integrations.contains_key(integration) {
            return Err(bad(format!("Invalid integration target: {target}")));
        }
    }
    let kind = text(route, "authorizationType").unwrap_or("NONE");
    let authorizer = text(route, "authorizerId").and_then(|id| config.authorizers.get(id));
    let fits = match kind {
        "JWT" => authorizer.is_some_and(|of| text(of, "authorizerType") == Some("JWT")),
        "CUSTOM" => authorizer.is_some_and(|of| text(of, "authorizerType") == Some("REQUEST")),
        _ => true,
    };
    if !fits {
        return Err(bad("Invalid authorizer ID specified: it is none of this type"));
    }
    if !matches!(kind, "JWT" | "CUSTOM") {
        // What a route no longer asks may be deleted.
        route.remove("authorizerId");
    }
    defaults(route, json!({ "apiKeyRequired": false, "authorizationType": "NONE" }));
    Ok(())
}

fn is_same(one: &RouteKey, other: &RouteKey) -> bool {
    one.method == other.method
        && match (&one.path, &other.path) {
            (Some(one), Some(other)) => one.is_same(other),
            (one, other) => one.is_none() && other.is_none(),
        }
}

/// Checks an integration, and gives it its defaults.
pub(super) fn check_integration(of: &mut Document) -> Result<(), AwsError> {
    if needed(of, "integrationType")? != "AWS_PROXY" || of.contains_key("integrationSubtype") {
        return Err(bad(
            "fika's HTTP APIs integrate functions only: integrationType is AWS_PROXY, without an integrationSubtype (docs/http.md).",
        ));
    }
    let uri = needed(of, "integrationUri")?;
    if !uri.contains("${stageVariables.") && function(uri).is_none() {
        return Err(bad("Invalid integration URI: it is no function's ARN"));
    }
    if !of.contains_key("payloadFormatVersion") {
        return Err(bad(
            "PayloadFormatVersion is a required parameter for integration type AWS_PROXY",
        ));
    }
    defaults(
        of,
        json!({
            "connectionType": "INTERNET", "integrationMethod": "POST", "timeoutInMillis": 30_000,
        }),
    );
    Ok(())
}

fn check_authorizer(of: &Document) -> Result<(), AwsError> {
    needed(of, "name")?;
    let kind = needed(of, "authorizerType")?;
    let sources = of.get("identitySource").and_then(Value::as_array);
    let sources: Vec<Option<Source>> = sources
        .into_iter()
        .flatten()
        .map(|source| source.as_str().and_then(Source::parse))
        .collect();
    if sources.iter().any(Option::is_none) {
        return Err(bad("Invalid identity source"));
    }
    if kind == "JWT" {
        let jwt = of.get("jwtConfiguration").and_then(Value::as_object);
        let jwt = jwt.ok_or_else(|| bad("jwtConfiguration is a required parameter"))?;
        let issuer = needed(jwt, "issuer")?;
        if !["https://", "http://"].iter().any(|scheme| issuer.starts_with(scheme)) {
            return Err(bad("Invalid issuer: an issuer is an address that begins with https://"));
        }
        if jwt.get("audience").and_then(Value::as_array).is_none_or(Vec::is_empty) {
            return Err(bad("audience is a required parameter"));
        }
        let one = matches!(sources.as_slice(), [Some(Source::Header(_) | Source::Query(_))]);
        return one.then_some(()).ok_or_else(|| {
            bad("A JWT authorizer has one identity source, a header or a query parameter")
        });
    }
    if function(needed(of, "authorizerUri")?).is_none() {
        return Err(bad("Invalid Authorizer URI: it is no function's"));
    }
    let second = text(of, "authorizerPayloadFormatVersion");
    if second.is_none() {
        return Err(bad(
            "AuthorizerPayloadFormatVersion is a required parameter for REQUEST authorizer",
        ));
    }
    let simple = of.get("enableSimpleResponses") == Some(&Value::Bool(true));
    if simple && second != Some("2.0") {
        return Err(bad("Simple responses need AuthorizerPayloadFormatVersion 2.0"));
    }
    let ttl = of.get("authorizerResultTtlInSeconds").and_then(Value::as_u64).unwrap_or(0);
    if ttl > 0 && sources.is_empty() {
        return Err(bad("Identity sources are required where results are cached"));
    }
    Ok(())
}

fn check_stage(draft: &Draft, stage: &mut Document) -> Result<(), AwsError> {
    let name = needed(stage, "stageName")?;
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"-_".contains(&b);
    if name != DEFAULT && !name.bytes().all(fits) {
        return Err(bad("Stage name only allows a-zA-Z0-9_- or $default"));
    }
    let automatic = stage.get("autoDeploy") == Some(&Value::Bool(true));
    match text(stage, "deploymentId") {
        Some(id) if !draft.record.deployments.contains_key(id) => {
            return Err(missing("Deployment", id));
        }
        _ => {}
    }
    if let Some(log) = stage.get("accessLogSettings").and_then(Value::as_object) {
        needed(log, "format")?;
        if group(&draft.scope, needed(log, "destinationArn")?).is_none() {
            return Err(bad(
                "Invalid ARN specified in the request: a log group of this account and region is expected",
            ));
        }
    }
    stage.entry("createdDate").or_insert(iso(draft.now_ms));
    stage.insert("lastUpdatedDate".into(), iso(draft.now_ms));
    defaults(
        stage,
        json!({
            "autoDeploy": automatic, "defaultRouteSettings": { "detailedMetricsEnabled": false },
            "routeSettings": {}, "stageVariables": {}, "tags": {},
        }),
    );
    Ok(())
}

/// Deploys because somebody says so.
fn deploy(draft: &mut Draft, mut about: Document, id: String) -> Result<Document, AwsError> {
    let stage = about.remove("stageName");
    let stage = stage.as_ref().and_then(Value::as_str);
    if let Some(stage) = stage {
        let of = draft.record.stages.get(stage).ok_or_else(|| missing("Stage", stage))?;
        if of.get("autoDeploy") == Some(&Value::Bool(true)) {
            return Err(bad("Deployment ID cannot be set on a stage with auto deploy"));
        }
    }
    if draft.record.deployments.len() >= Sort::Deployments.facts().3 {
        return Err(limit("an API has at most 100 of kind Deployment".into()));
    }
    let id = deployed(draft, about, id, false);
    if let Some(of) = stage.and_then(|stage| draft.record.stages.get_mut(stage)) {
        of.insert("deploymentId".into(), id.clone().into());
    }
    Ok(draft.record.deployments.get(&id).cloned().unwrap_or_default())
}

fn deployed(draft: &mut Draft, mut about: Document, id: String, automatic: bool) -> String {
    defaults(
        &mut about,
        json!({
            "autoDeployed": automatic, "createdDate": iso(draft.now_ms), "deploymentId": id,
            "deploymentStatus": "DEPLOYED",
        }),
    );
    draft.deploy(id.clone(), about);
    id
}

/// Deploys for the stages that want every change at once. Of those deployments only the last is kept.
pub(super) fn deploy_automatically(draft: &mut Draft, changed: bool) {
    let automatic = |stage: &Document| stage.get("autoDeploy") == Some(&Value::Bool(true));
    let wants =
        |stage: &&Document| automatic(stage) && (changed || text(stage, "deploymentId").is_none());
    if !draft.record.stages.values().any(|stage| wants(&stage)) {
        return;
    }
    let about = super::apis::object(json!({
        "description": "Automatic deployment triggered by changes to the Api configuration",
    }));
    let id = deployed(draft, about, new_id(), true);
    let done = format!("Successfully deployed stage with deployment ID '{id}'");
    for stage in draft.record.stages.values_mut().filter(|stage| automatic(stage)) {
        stage.insert("deploymentId".into(), id.clone().into());
        stage.insert("lastDeploymentStatusMessage".into(), done.clone().into());
    }
    let record = &draft.record;
    let old = |(id, of): &(&String, &Document)| {
        let own = of.get("autoDeployed") == Some(&Value::Bool(true));
        own && used_by(record, Sort::Deployments, id).is_none()
    };
    let old: Vec<String> =
        record.deployments.iter().filter(old).map(|(id, _)| id.clone()).collect();
    for id in old {
        draft.undeploy(&id);
    }
}

/// What refers to a part, for people.
fn used_by(record: &Record, sort: Sort, id: &str) -> Option<String> {
    let (among, member, value) = match sort {
        Sort::Integrations => (&record.config.routes, "target", format!("integrations/{id}")),
        Sort::Authorizers => (&record.config.routes, "authorizerId", id.to_owned()),
        Sort::Deployments => (&record.stages, "deploymentId", id.to_owned()),
        Sort::Routes | Sort::Stages => return None,
    };
    let mut users = among.values().filter(|of| text(of, member) == Some(value.as_str()));
    let user = users.next()?;
    text(user, "routeKey").or(text(user, "stageName")).map(Into::into)
}

/// 409.
pub(super) fn conflict(message: String) -> AwsError {
    AwsError::new("ConflictException", 409, message)
}
