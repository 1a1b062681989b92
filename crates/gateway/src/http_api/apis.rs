//! HTTP APIs themselves.

use fika_aws::shape::AwsError;
use fika_service::Call;
use serde_json::{Value, json};

use super::parts::{self, Sort};
use super::{body, change, created, empty, found, gone, page, shapes, shown};
use crate::apis::{Api, new_id, now_ms};
use crate::document::{Document, bad, defaults, needed, read, text};
use crate::gateway::Gateway;
use crate::manage::{Done, id_wanted, iso, missing, pass_role};
use crate::record::{Draft, Kind};
use crate::route::RouteKey;
use crate::serving::function;
use crate::visit::{DEFAULT, Host};

pub(super) async fn create(gateway: &Gateway, call: &Call<'_>) -> Result<Done, AwsError> {
    if let Some(made) = made(gateway, call) {
        return Ok(made);
    }
    let mut about = read(body(call), shapes::API)?;
    needed(&about, "name")?;
    if needed(&about, "protocolType")? != "HTTP" {
        return Err(bad("WebSocket APIs are not supported: protocolType is HTTP (docs/http.md)."));
    }
    pass_role(call, text(&about, "credentialsArn"))?;
    let quick = Quick::take(&mut about)?;
    let cors = about.remove("corsConfiguration");
    let record = empty(about, now_ms());
    let host = &gateway.inner.host;
    let make = |draft: &mut Draft| {
        draft.record.config.settings.extend(cors.map(|cors| ("corsConfiguration".into(), cors)));
        if let Some(quick) = quick {
            quick.build(draft)?;
        }
        Ok(show(draft, host))
    };
    gateway.inner.apis.create(&call.caller.scope, id_wanted(call), record, make).await.map(created)
}

/// What an earlier call with the same token made.
pub(super) fn made(gateway: &Gateway, call: &Call<'_>) -> Option<Done> {
    let api = found(gateway, call, &id_wanted(call)?).ok()?;
    Some(created(show(&api.draft, &gateway.inner.host)))
}

pub(super) fn list(gateway: &Gateway, call: &Call<'_>) -> Done {
    let all = gateway.inner.apis.list(&call.caller.scope);
    let http = |api: &&std::sync::Arc<Api>| api.draft.record.kind == Kind::Http;
    let shown = |api: &std::sync::Arc<Api>| show(&api.draft, &gateway.inner.host);
    page(call, all.iter().filter(http).map(shown).collect())
}

pub(super) fn get(gateway: &Gateway, call: &Call<'_>, id: &str) -> Result<Done, AwsError> {
    let api = found(gateway, call, id)?;
    Ok(shown(show(&api.draft, &gateway.inner.host)))
}

pub(super) async fn update(gateway: &Gateway, call: &Call<'_>, id: &str) -> Result<Done, AwsError> {
    let mut patch = read(body(call), shapes::API)?;
    pass_role(call, text(&patch, "credentialsArn"))?;
    if text(&patch, "protocolType").is_some() || text(&patch, "routeKey").is_some() {
        return Err(bad("protocolType and routeKey cannot be updated"));
    }
    let cors = patch.remove("corsConfiguration");
    let (target, role) = (patch.remove("target"), patch.remove("credentialsArn"));
    patch.remove("tags");
    let host = gateway.inner.host.clone();
    let edit = move |draft: &mut Draft| {
        draft.record.about.extend(patch);
        draft.record.config.settings.extend(cors.map(|cors| ("corsConfiguration".into(), cors)));
        retarget(draft, target, role)?;
        Ok(show(draft, &host))
    };
    change(gateway, call, id, edit).await.map(shown)
}

/// Points what a quick create made at another function.
fn retarget(draft: &mut Draft, target: Option<Value>, role: Option<Value>) -> Result<(), AwsError> {
    if target.is_none() && role.is_none() {
        return Ok(());
    }
    let mut all = draft.record.config.integrations.values_mut();
    let managed = all.find(|of| of.get("apiGatewayManaged") == Some(&Value::Bool(true)));
    let managed = managed.ok_or_else(|| bad("Only APIs made by quick create have a target"))?;
    managed.extend(target.map(|target| ("integrationUri".into(), target)));
    managed.extend(role.map(|role| ("credentialsArn".into(), role)));
    parts::check_integration(managed)
}

pub(super) async fn delete(gateway: &Gateway, call: &Call<'_>, id: &str) -> Result<Done, AwsError> {
    found(gateway, call, id)?;
    let was = gateway.inner.apis.delete(&call.caller.scope, id).await?;
    if was { Ok(gone()) } else { Err(missing("API", id)) }
}

pub(super) async fn delete_cors(
    gateway: &Gateway,
    call: &Call<'_>,
    id: &str,
) -> Result<Done, AwsError> {
    let edit = |draft: &mut Draft| Ok(draft.record.config.settings.remove("corsConfiguration"));
    change(gateway, call, id, edit).await.map(|_| gone())
}

/// An API as the calls show it.
pub(super) fn show(draft: &Draft, host: &Host) -> Value {
    let mut api = draft.record.about.clone();
    let region = draft.scope.region.as_str();
    api.insert("apiId".into(), draft.id.clone().into());
    api.insert("apiEndpoint".into(), host.endpoint(&draft.id, region).into());
    api.insert("createdDate".into(), iso(draft.record.created_ms));
    let cors = draft.record.config.settings.get("corsConfiguration");
    api.extend(cors.map(|cors| ("corsConfiguration".into(), cors.clone())));
    defaults(
        &mut api,
        json!({
            "apiKeySelectionExpression": "$request.header.x-api-key",
            "disableExecuteApiEndpoint": false,
            "ipAddressType": "ipv4",
            "routeSelectionExpression": "$request.method $request.path",
            "tags": {},
        }),
    );
    Value::Object(api)
}

/// An API for one function, made in one call.
struct Quick {
    target: String,
    route_key: String,
    role: Option<Value>,
}

impl Quick {
    fn take(about: &mut Document) -> Result<Option<Self>, AwsError> {
        let (target, route_key) = (about.remove("target"), about.remove("routeKey"));
        let role = about.remove("credentialsArn");
        let Some(target) = target.as_ref().and_then(Value::as_str) else {
            return match (route_key, role) {
                (None, None) => Ok(None),
                _ => Err(bad("routeKey and credentialsArn are for quick create, with a target")),
            };
        };
        if function(target).is_none() {
            return Err(bad("fika's APIs integrate functions only: target is a function's ARN"));
        }
        let route_key = route_key.as_ref().and_then(Value::as_str).unwrap_or(DEFAULT).to_owned();
        RouteKey::parse(&route_key).map_err(|error| bad(error.to_string()))?;
        Ok(Some(Self { target: target.into(), route_key, role }))
    }

    fn build(self, draft: &mut Draft) -> Result<(), AwsError> {
        let (integration, route) = (new_id(), new_id());
        let mut document = object(json!({
            "apiGatewayManaged": true, "integrationId": integration, "integrationType": "AWS_PROXY",
            "integrationUri": self.target, "payloadFormatVersion": "2.0",
        }));
        document.extend(self.role.map(|role| ("credentialsArn".into(), role)));
        parts::check_integration(&mut document)?;
        let config = &mut draft.record.config;
        config.integrations.insert(integration.clone(), document);
        let document = object(json!({
            "apiGatewayManaged": true, "routeId": route, "routeKey": self.route_key,
            "target": format!("integrations/{integration}"), "apiKeyRequired": false,
            "authorizationType": "NONE",
        }));
        config.routes.insert(route, document);
        let stage =
            object(json!({ "stageName": DEFAULT, "autoDeploy": true, "apiGatewayManaged": true }));
        parts::put(draft, Sort::Stages, DEFAULT, stage)?;
        parts::deploy_automatically(draft, true);
        Ok(())
    }
}

pub(super) fn object(value: Value) -> Document {
    match value {
        Value::Object(document) => document,
        _ => Document::new(),
    }
}
