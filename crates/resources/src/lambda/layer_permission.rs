//! `AWS::Lambda::LayerVersionPermission`.

use http::Method;
use serde_json::Value;

use super::{call, layer};
use crate::kind::{Ask, Failure, Kind, Made, Property, Was};
use crate::services::gone;

/// Statements of layers' policies.
pub static KIND: Kind = Kind {
    name: "AWS::Lambda::LayerVersionPermission",
    properties: &[
        Property::must_fixed("Action"),
        Property::must_fixed("LayerVersionArn"),
        Property::fixed("OrganizationId"),
        Property::must_fixed("Principal"),
    ],
    open: false,
    attributes: &["Id"],
    create: |ask| Box::pin(create(ask)),
    update: |_, was| Box::pin(async move { Ok(was.made) }),
    delete: |ask, was| Box::pin(delete(ask, was)),
};

async fn create(ask: Ask) -> Result<Made, Failure> {
    let arn = ask.required("LayerVersionArn")?;
    let statement = ask.generated(100);
    let path = layer::path(arn)
        .ok_or_else(|| Failure::new(format!("{arn} is not the ARN of a layer version")))?;
    let mut input = ask.only(&["Action", "OrganizationId", "Principal"]);
    input.insert("StatementId".into(), statement.clone().into());
    match call(&ask, Method::POST, &format!("{path}/policy"), &input.into()).await {
        Err(refusal) if ask.again && refusal.exists() => {}
        answer => drop(answer?),
    }
    let id = format!("{arn}#{statement}");
    Ok(Made::new(id.clone()).with("Id", id))
}

async fn delete(ask: Ask, was: Was) -> Result<(), Failure> {
    let Some((arn, statement)) = was.made.id.split_once('#') else { return Ok(()) };
    let Some(path) = layer::path(arn) else { return Ok(()) };
    gone(call(&ask, Method::DELETE, &format!("{path}/policy/{statement}"), &Value::Null).await)
}
