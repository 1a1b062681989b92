//! REST APIs themselves.

use fika_aws::shape::AwsError;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::openapi::Plan;
use super::patch::{self, Is};
use super::{On, conflict, created, done, not_served, ok, page, seconds};
use crate::apis::{new_id, now_ms};
use crate::document::{Document, Kind as M, Shape, bad, defaults, needed, read};
use crate::manage::{Done, id_wanted};
use crate::record::{Config, Draft, Kind, Record, Things};

const ENDPOINT: &Shape =
    &[("types", M::Texts), ("ipAddressType", M::Text(1, 16)), ("vpcEndpointIds", M::Absent)];
const API: &Shape = &[
    ("name", M::Text(1, 1024)),
    ("description", M::Text(0, 1024)),
    ("version", M::Text(0, 64)),
    ("cloneFrom", M::Text(1, 64)),
    ("binaryMediaTypes", M::Texts),
    ("minimumCompressionSize", M::Whole(0, 10 << 20)),
    ("apiKeySource", M::One(&["HEADER", "AUTHORIZER"])),
    ("endpointConfiguration", M::Object(ENDPOINT)),
    ("policy", M::Text(0, 8192)),
    ("tags", M::TextMap),
    ("disableExecuteApiEndpoint", M::Flag),
];
const PATCHED: &[(&str, Is)] = &[
    ("name", Is::Text),
    ("description", Is::Text),
    ("version", Is::Text),
    ("disableExecuteApiEndpoint", Is::Flag),
    ("minimumCompressionSize", Is::Number),
    ("apiKeySource", Is::Text),
];

pub(super) async fn all(on: On<'_>) -> Result<Done, AwsError> {
    match on.call.parts.method {
        Method::POST => create(on).await,
        Method::GET => {
            let all = on.gateway.inner.apis.list(&on.call.caller.scope);
            let rest = all.iter().filter(|api| api.draft.record.kind == Kind::Rest);
            Ok(page(on, rest.map(|api| show(&api.draft)).collect()))
        }
        _ => Err(bad("Unknown operation")),
    }
}

/// Whether a call's query says so.
fn says(on: On<'_>, name: &str, value: &str) -> bool {
    let query = on.call.parts.uri.query().unwrap_or_default();
    form_urlencoded::parse(query.as_bytes()).any(|(own, said)| own == name && said == value)
}

/// `PutRestApi`.
async fn replace(on: On<'_>, id: &str) -> Result<Done, AwsError> {
    on.api(id)?;
    let plan = Plan::read(on, on.call.body)?;
    let merge = says(on, "mode", "merge");
    let edit = |draft: &mut Draft| {
        draft.record.about.extend(plan.about.clone());
        plan.build(draft, merge)?;
        Ok(show(draft))
    };
    on.change(id, edit).await.map(ok)
}

async fn create(on: On<'_>) -> Result<Done, AwsError> {
    if let Some(made) = id_wanted(&on.call).and_then(|id| on.api(&id).ok()) {
        return Ok(created(show(&made.draft)));
    }
    if says(on, "mode", "import") {
        let plan = Plan::read(on, on.call.body)?;
        return make(on, plan.about.clone(), |draft| plan.build(draft, true)).await;
    }
    let mut about = read(on.call.body, API)?;
    needed(&about, "name")?;
    for refused in ["policy", "cloneFrom"] {
        // A policy that is kept and not asked would leave open what should be closed.
        if about.contains_key(refused) {
            return Err(not_served(refused));
        }
    }
    let private = about.get("endpointConfiguration").and_then(|of| of["types"].as_array());
    if private.is_some_and(|types| types.iter().any(|one| one == "PRIVATE")) {
        return Err(not_served("endpoints of type PRIVATE"));
    }
    let binary = about.remove("binaryMediaTypes");
    let edit = |draft: &mut Draft| {
        let settings = &mut draft.record.config.settings;
        settings.extend(binary.map(|types| ("binaryMediaTypes".into(), types)));
        Ok(())
    };
    make(on, about, edit).await
}

/// Makes one with a root, and what `edit` puts into it.
async fn make(
    on: On<'_>,
    mut about: Document,
    edit: impl FnOnce(&mut Draft) -> Result<(), AwsError>,
) -> Result<Done, AwsError> {
    let mut config = Config::default();
    let id = new_id();
    let root = Document::from_iter([
        ("id".to_owned(), id.clone().into()),
        ("path".to_owned(), "/".into()),
    ]);
    about.insert("rootResourceId".into(), id.clone().into());
    config.resources.insert(id, root);
    let record = Record {
        kind: Kind::Rest,
        created_ms: now_ms(),
        about,
        config,
        stages: Things::new(),
        deployments: Things::new(),
    };
    let make = |draft: &mut Draft| {
        edit(draft)?;
        Ok(show(draft))
    };
    let wanted = id_wanted(&on.call);
    on.gateway.inner.apis.create(&on.call.caller.scope, wanted, record, make).await.map(created)
}

pub(super) async fn one(on: On<'_>, id: &str) -> Result<Done, AwsError> {
    match on.call.parts.method {
        Method::GET => Ok(ok(show(&on.api(id)?.draft))),
        Method::DELETE => {
            on.api(id)?;
            let was = on.gateway.inner.apis.delete(&on.call.caller.scope, id).await?;
            if was {
                Ok(done(StatusCode::ACCEPTED))
            } else {
                Err(conflict("It is deleted already"))
            }
        }
        Method::PATCH => {
            let operations = patch::read(on.call.body)?;
            let edit = |draft: &mut Draft| {
                for operation in &operations {
                    let types = operation.raw().starts_with("binaryMediaTypes");
                    let (to, members) = match types {
                        true => (
                            &mut draft.record.config.settings,
                            &[("binaryMediaTypes", Is::List)][..],
                        ),
                        false => (&mut draft.record.about, PATCHED),
                    };
                    operation.apply(to, members)?;
                }
                Ok(show(draft))
            };
            on.change(id, edit).await.map(ok)
        }
        Method::PUT => replace(on, id).await,
        _ => Err(bad("Unknown operation")),
    }
}

fn show(draft: &Draft) -> Value {
    let mut api: Document = draft.record.about.clone();
    api.insert("id".into(), draft.id.clone().into());
    api.insert("createdDate".into(), seconds(draft.record.created_ms));
    let types = draft.record.config.settings.get("binaryMediaTypes");
    api.extend(types.map(|types| ("binaryMediaTypes".into(), types.clone())));
    defaults(
        &mut api,
        json!({
            "apiKeySource": "HEADER",
            "endpointConfiguration": { "types": ["EDGE"], "ipAddressType": "ipv4" },
            "disableExecuteApiEndpoint": false,
        }),
    );
    Value::Object(api)
}
