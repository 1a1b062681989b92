//! Deployments, stages and authorizers of REST APIs.

use fika_aws::shape::AwsError;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::patch::{self, Is, Operation};
use super::{On, conflict, created, done, none, not_served, ok, page, seconds};
use crate::access::group;
use crate::apis::{limit, new_id};
use crate::authorizer::Source;
use crate::document::{Document, Kind as M, Shape, bad, defaults, needed, read, text};
use crate::manage::{Done, id_wanted, pass_role};
use crate::record::Draft;
use crate::serving::function;

/// How many of each an API may have.
const STAGES: usize = 10;
const DEPLOYMENTS: usize = 100;
const AUTHORIZERS: usize = 10;

const STAGE: &Shape = &[
    ("stageName", M::Text(1, 128)),
    ("deploymentId", M::Text(1, 64)),
    ("description", M::Text(0, 1024)),
    ("variables", M::Variables),
    ("tracingEnabled", M::Flag),
    ("cacheClusterEnabled", M::Absent),
    ("canarySettings", M::Absent),
    ("tags", M::TextMap),
];
const DEPLOYMENT: &Shape = &[
    ("stageName", M::Text(1, 128)),
    ("stageDescription", M::Text(0, 1024)),
    ("description", M::Text(0, 1024)),
    ("variables", M::Variables),
    ("tracingEnabled", M::Flag),
    ("cacheClusterEnabled", M::Absent),
    ("canarySettings", M::Absent),
];
pub(super) const AUTHORIZER: &Shape = &[
    ("name", M::Text(1, 128)),
    ("type", M::One(&["TOKEN", "REQUEST", "COGNITO_USER_POOLS"])),
    ("authType", M::Text(0, 128)),
    ("authorizerUri", M::Text(1, 2048)),
    ("authorizerCredentials", M::Text(0, 2048)),
    ("identitySource", M::Text(0, 1024)),
    ("identityValidationExpression", M::Text(0, 1024)),
    ("authorizerResultTtlInSeconds", M::Whole(0, 3600)),
];
const PATCHED_STAGE: &[(&str, Is)] = &[
    ("description", Is::Text),
    ("variables", Is::Variables),
    ("deploymentId", Is::Text),
    ("tracingEnabled", Is::Flag),
];
const PATCHED_AUTHORIZER: &[(&str, Is)] = &[
    ("name", Is::Text),
    ("type", Is::Text),
    ("authType", Is::Text),
    ("authorizerUri", Is::Text),
    ("authorizerCredentials", Is::Text),
    ("identitySource", Is::Text),
    ("identityValidationExpression", Is::Text),
    ("authorizerResultTtlInSeconds", Is::Number),
];

pub(super) async fn deployments(on: On<'_>, id: &str, rest: &[&str]) -> Result<Done, AwsError> {
    match (&on.call.parts.method, rest) {
        (&Method::POST, []) => deploy(on, id).await,
        (&Method::GET, []) => {
            let api = on.api(id)?;
            let all = api.draft.record.deployments.values().cloned();
            Ok(page(on, all.map(Value::Object).collect()))
        }
        (&Method::GET, [one]) => {
            let api = on.api(id)?;
            api.draft.record.deployments.get(*one).cloned().map(ok).ok_or_else(no_deployment)
        }
        (&Method::PATCH, [one]) => {
            let operations = patch::read(on.call.body)?;
            let edit = |draft: &mut Draft| {
                let of = draft.record.deployments.get_mut(*one).ok_or_else(no_deployment)?;
                let members = [("description", Is::Text)];
                operations.iter().try_for_each(|with| with.apply(of, &members))?;
                Ok(of.clone())
            };
            on.change(id, edit).await.map(ok)
        }
        (&Method::DELETE, [one]) => {
            let edit = |draft: &mut Draft| {
                let used = |stage: &Document| text(stage, "deploymentId") == Some(one);
                if draft.record.stages.values().any(used) {
                    return Err(bad(
                        "Active stages pointing to this deployment must be moved or deleted",
                    ));
                }
                draft.undeploy(one).map(|_| ()).ok_or_else(no_deployment)
            };
            on.change(id, edit).await.map(|()| done(StatusCode::ACCEPTED))
        }
        _ => Err(not_served("this operation on deployments")),
    }
}

fn no_deployment() -> AwsError {
    none("Invalid Deployment identifier specified")
}

async fn deploy(on: On<'_>, id: &str) -> Result<Done, AwsError> {
    let given = read(on.call.body, DEPLOYMENT)?;
    let wanted = id_wanted(&on.call);
    let edit = |draft: &mut Draft| {
        check_deployable(draft)?;
        if draft.record.deployments.len() >= DEPLOYMENTS {
            return Err(limit(format!("an API has at most {DEPLOYMENTS} deployments")));
        }
        let earlier = wanted.as_ref().and_then(|id| draft.record.deployments.get(id));
        if let Some(earlier) = earlier {
            return Ok(earlier.clone());
        }
        let deployment = wanted.unwrap_or_else(new_id);
        let mut about = Document::new();
        about.insert("id".into(), deployment.clone().into());
        let description = given.get("description").cloned();
        about.extend(description.map(|text| ("description".to_owned(), text)));
        about.insert("createdDate".into(), seconds(draft.now_ms));
        draft.deploy(deployment.clone(), about.clone());
        if let Some(name) = text(&given, "stageName") {
            let mut stage = draft.record.stages.get(name).cloned().unwrap_or_default();
            stage.insert("stageName".into(), name.into());
            stage.insert("deploymentId".into(), deployment.into());
            let more = [("stageDescription", "description"), ("variables", "variables")];
            for (from, to) in more {
                stage.extend(given.get(from).map(|value| (to.to_owned(), value.clone())));
            }
            put_stage(draft, name, stage)?;
        }
        Ok(about)
    };
    on.change(id, edit).await.map(created)
}

/// What AWS asks of an API before it deploys it.
fn check_deployable(draft: &Draft) -> Result<(), AwsError> {
    let methods = |of: &Document| {
        of.get("resourceMethods").and_then(Value::as_object).cloned().unwrap_or_default()
    };
    let all: Vec<Value> = draft
        .record
        .config
        .resources
        .values()
        .flat_map(|of| methods(of).into_iter())
        .map(|(_, of)| of)
        .collect();
    if all.is_empty() {
        return Err(bad("The REST API doesn't contain any methods"));
    }
    if all.iter().any(|of| of.get("methodIntegration").is_none()) {
        return Err(bad("No integration defined for method"));
    }
    Ok(())
}

fn put_stage(draft: &mut Draft, name: &str, mut stage: Document) -> Result<Document, AwsError> {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"-_".contains(&b);
    if !name.bytes().all(fits) {
        return Err(bad("Stage name only allows a-zA-Z0-9_-"));
    }
    let deployment = needed(&stage, "deploymentId")?;
    if !draft.record.deployments.contains_key(deployment) {
        return Err(no_deployment());
    }
    if !draft.record.stages.contains_key(name) && draft.record.stages.len() >= STAGES {
        return Err(limit(format!("an API has at most {STAGES} stages")));
    }
    stage.entry("createdDate").or_insert(seconds(draft.now_ms));
    stage.insert("lastUpdatedDate".into(), seconds(draft.now_ms));
    defaults(
        &mut stage,
        json!({
            "cacheClusterEnabled": false, "cacheClusterStatus": "NOT_AVAILABLE", "methodSettings": {},
            "tracingEnabled": false,
        }),
    );
    draft.record.stages.insert(name.into(), stage.clone());
    Ok(stage)
}

pub(super) async fn stages(on: On<'_>, id: &str, rest: &[&str]) -> Result<Done, AwsError> {
    match (&on.call.parts.method, rest) {
        (&Method::POST, []) => {
            let given = read(on.call.body, STAGE)?;
            let name = needed(&given, "stageName")?.to_owned();
            let edit = |draft: &mut Draft| {
                if draft.record.stages.contains_key(&name) {
                    return Err(conflict("Stage already exists"));
                }
                put_stage(draft, &name, given)
            };
            on.change(id, edit).await.map(created)
        }
        (&Method::GET, []) => {
            let api = on.api(id)?;
            let all: Vec<&Document> = api.draft.record.stages.values().collect();
            Ok(ok(json!({ "item": all })))
        }
        (&Method::GET, [name]) => {
            let api = on.api(id)?;
            api.draft.record.stages.get(*name).cloned().map(ok).ok_or_else(no_stage)
        }
        (&Method::PATCH, [name]) => {
            let operations = patch::read(on.call.body)?;
            let edit = |draft: &mut Draft| {
                let mut stage = draft.record.stages.get(*name).cloned().ok_or_else(no_stage)?;
                for operation in &operations {
                    patch_stage(draft, &mut stage, operation)?;
                }
                put_stage(draft, name, stage)
            };
            on.change(id, edit).await.map(ok)
        }
        (&Method::DELETE, [name]) => {
            let edit = |draft: &mut Draft| {
                draft.record.stages.remove(*name).map(|_| ()).ok_or_else(no_stage)
            };
            on.change(id, edit).await.map(|()| done(StatusCode::ACCEPTED))
        }
        (&Method::DELETE, [name, "cache", _]) => {
            let api = on.api(id)?;
            api.draft.record.stages.get(*name).ok_or_else(no_stage)?;
            if let Some(serving) = api.stages.get(*name) {
                serving.verdicts.clear();
            }
            Ok(done(StatusCode::ACCEPTED))
        }
        _ => Err(not_served("this operation on stages")),
    }
}

fn no_stage() -> AwsError {
    none("Invalid stage identifier specified")
}

/// Members; `/accessLogSettings/…`; and `/{path}/{method}/throttling/{rateLimit,burstLimit}`.
fn patch_stage(draft: &Draft, stage: &mut Document, with: &Operation) -> Result<(), AwsError> {
    let raw = with.raw();
    if let Some(member) = raw.strip_prefix("accessLogSettings/") {
        let to = patch::entry(stage, "accessLogSettings");
        let value = with.value(Is::Text)?;
        if member == "destinationArn" {
            let arn = value.as_ref().and_then(Value::as_str);
            if arn.is_some_and(|arn| group(&draft.scope, arn).is_none()) {
                return Err(bad(
                    "Invalid ARN specified in the request: a log group of this account and region is expected",
                ));
            }
        }
        to.extend(value.map(|value| (member.to_owned(), value)));
        return Ok(());
    }
    if raw == "accessLogSettings" && with.is_removal() {
        stage.shift_remove("accessLogSettings");
        return Ok(());
    }
    let parts: Vec<&str> = raw.split('/').collect();
    if let [path, method, family, member] = parts.as_slice() {
        let name = match (*family, *member) {
            ("throttling", "rateLimit") => "throttlingRateLimit",
            ("throttling", "burstLimit") => "throttlingBurstLimit",
            _ => return Err(bad(format!("fika's stages have no setting {family}/{member}."))),
        };
        let key = format!("{path}/{method}");
        let settings = patch::entry(stage, "methodSettings");
        let value = with.value(Is::Number)?;
        patch::put(patch::entry(settings, &key), name, value);
        return Ok(());
    }
    with.apply(stage, PATCHED_STAGE)
}

pub(super) async fn authorizers(on: On<'_>, id: &str, rest: &[&str]) -> Result<Done, AwsError> {
    let missing = || none("Invalid Authorizer identifier specified");
    match (&on.call.parts.method, rest) {
        (&Method::POST, []) => {
            let mut given = read(on.call.body, AUTHORIZER)?;
            check_authorizer(on, &given)?;
            let wanted = id_wanted(&on.call);
            let edit = |draft: &mut Draft| {
                let all = &mut draft.record.config.authorizers;
                if let Some(earlier) = wanted.as_ref().and_then(|id| all.get(id)) {
                    return Ok(earlier.clone());
                }
                if all.len() >= AUTHORIZERS {
                    return Err(limit(format!("an API has at most {AUTHORIZERS} authorizers")));
                }
                let id = wanted.unwrap_or_else(new_id);
                given.insert("id".into(), id.clone().into());
                defaults(&mut given, json!({ "authType": "custom" }));
                all.insert(id, given.clone());
                Ok(given)
            };
            on.change(id, edit).await.map(created)
        }
        (&Method::GET, []) => {
            let api = on.api(id)?;
            let all = api.draft.record.config.authorizers.values().cloned();
            Ok(page(on, all.map(Value::Object).collect()))
        }
        (&Method::GET, [one]) => {
            let api = on.api(id)?;
            api.draft.record.config.authorizers.get(*one).cloned().map(ok).ok_or_else(missing)
        }
        (&Method::PATCH, [one]) => {
            let operations = patch::read(on.call.body)?;
            let edit = |draft: &mut Draft| {
                let all = &mut draft.record.config.authorizers;
                let of = all.get_mut(*one).ok_or_else(missing)?;
                operations.iter().try_for_each(|with| with.apply(of, PATCHED_AUTHORIZER))?;
                check_authorizer(on, of)?;
                Ok(of.clone())
            };
            on.change(id, edit).await.map(ok)
        }
        (&Method::DELETE, [one]) => {
            let edit = |draft: &mut Draft| {
                let mut resources = draft.record.config.resources.values();
                let uses = |method: &Value| method["authorizerId"].as_str() == Some(one);
                let used = resources.any(|of| {
                    let methods = of.get("resourceMethods").and_then(Value::as_object);
                    methods.is_some_and(|all| all.values().any(uses))
                });
                if used {
                    return Err(conflict("Cannot delete authorizer, is referenced in method"));
                }
                let gone = draft.record.config.authorizers.remove(*one);
                gone.map(|_| ()).ok_or_else(missing)
            };
            on.change(id, edit).await.map(|()| done(StatusCode::ACCEPTED))
        }
        _ => Err(not_served("this operation on authorizers")),
    }
}

pub(super) fn check_authorizer(on: On<'_>, of: &Document) -> Result<(), AwsError> {
    needed(of, "name")?;
    let kind = needed(of, "type")?;
    if kind == "COGNITO_USER_POOLS" {
        return Err(bad("fika's REST APIs have no authorizers of type COGNITO_USER_POOLS."));
    }
    if function(needed(of, "authorizerUri")?).is_none() {
        return Err(bad("Invalid Authorizer URI: it is no function's"));
    }
    pass_role(&on.call, text(of, "authorizerCredentials"))?;
    if let Some(pattern) = text(of, "identityValidationExpression") {
        regex::Regex::new(pattern).map_err(|_| bad("Invalid identityValidationExpression"))?;
    }
    let sources = text(of, "identitySource").unwrap_or_default();
    let sources = sources.split(',').filter(|source| !source.trim().is_empty());
    let sources: Vec<Option<Source>> = sources.map(Source::parse).collect();
    if sources.iter().any(Option::is_none) {
        return Err(bad("Invalid identity source"));
    }
    let ttl = of.get("authorizerResultTtlInSeconds").and_then(Value::as_u64).unwrap_or(300);
    if sources.is_empty() && (kind == "TOKEN" || ttl > 0) {
        return Err(bad("Identity source is required where results are cached, and for TOKEN"));
    }
    Ok(())
}
