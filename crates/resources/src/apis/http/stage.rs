//! `AWS::ApiGatewayV2::Stage`.

use http::Method;
use serde_json::{Map, Value};

use super::parts::{Part, api, as_it_was, delete, empty, no, no_entries};
use crate::apis::small::{inside, small_first};
use crate::apis::{Tagged, call, retag};
use crate::kind::{Ask, Failure, Kind, Made, Property, Was};

/// Stages.
pub static KIND: Kind = Kind {
    name: "AWS::ApiGatewayV2::Stage",
    properties: &[
        Property::may("AccessLogSettings"),
        Property::may("AccessPolicyId"),
        Property::must_fixed("ApiId"),
        Property::may("AutoDeploy"),
        Property::may("ClientCertificateId"),
        Property::may("DefaultRouteSettings"),
        Property::may("DeploymentId"),
        Property::may("Description"),
        Property::may("RouteSettings"),
        Property::must_fixed("StageName"),
        Property::may("StageVariables"),
        Property::may("Tags"),
    ],
    open: false,
    attributes: &[],
    create: |ask| Box::pin(create(ask)),
    update: |ask, was| Box::pin(update(ask, was)),
    delete: |ask, was| Box::pin(async move { delete(&PART, &ask, &was).await }),
};

static PART: Part = Part {
    path: "stages",
    id: "stageName",
    members: &[
        ("AccessLogSettings", as_it_was),
        ("AutoDeploy", no),
        ("ClientCertificateId", empty),
        ("DefaultRouteSettings", no_entries),
        ("DeploymentId", as_it_was),
        ("Description", empty),
        ("RouteSettings", no_entries),
        ("StageVariables", no_entries),
    ],
};

async fn create(ask: Ask) -> Result<Made, Failure> {
    let name = ask.required("StageName")?.to_owned();
    let given = PART.members.iter().filter_map(|(member, _)| {
        Some((small_first(member), inside(member, ask.properties.get(*member)?)))
    });
    let mut input: Map<String, Value> = given.collect();
    input.insert("stageName".into(), name.clone().into());
    input.insert("tags".into(), serde_json::json!(ask.tags()));
    let path = format!("{}/stages", api(&ask.properties));
    match call(&ask, Method::POST, &path, &input.into()).await {
        Err(refusal) if ask.again && refusal.exists() => {}
        answer => drop(answer?),
    }
    Ok(Made::new(name))
}

async fn update(ask: Ask, was: Was) -> Result<Made, Failure> {
    super::parts::update(&PART, &ask, &was).await?;
    let name = &was.made.id;
    let path = format!("{}/stages/{name}", api(&ask.properties));
    if was.properties.contains_key("AccessLogSettings") && ask.value("AccessLogSettings").is_null()
    {
        let path = format!("{path}/accesslogsettings");
        call(&ask, Method::DELETE, &path, &Value::Null).await?;
    }
    let api = ask.text("ApiId").unwrap_or_default();
    let place = format!("/apis/{api}/stages/{name}");
    retag(&ask, &was, Tagged { path: "/v2/tags", method: Method::POST, place }).await?;
    Ok(was.made)
}
