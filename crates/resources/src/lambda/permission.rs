//! `AWS::Lambda::Permission`.

use http::Method;
use serde_json::Value;

use super::{FUNCTIONS, call, function_of, said};
use crate::kind::{Ask, Failure, Kind, Made, Property, Was};
use crate::services::gone;

/// Statements of functions' policies.
pub static KIND: Kind = Kind {
    name: "AWS::Lambda::Permission",
    properties: &[
        Property::must_fixed("Action"),
        Property::fixed("EventSourceToken"),
        Property::must_fixed("FunctionName"),
        Property::fixed("FunctionUrlAuthType"),
        Property::fixed("InvokedViaFunctionUrl"),
        Property::must_fixed("Principal"),
        Property::fixed("PrincipalOrgID"),
        Property::fixed("SourceAccount"),
        Property::fixed("SourceArn"),
    ],
    open: false,
    attributes: &["Id"],
    create: |ask| Box::pin(create(ask)),
    update: |_, was| Box::pin(async move { Ok(was.made) }),
    delete: |ask, was| Box::pin(delete(ask, was)),
};

async fn create(ask: Ask) -> Result<Made, Failure> {
    let function = function_of(&ask)?;
    let mut input = ask.properties.clone();
    input.remove("FunctionName");
    let id = ask.generated(100);
    input.insert("StatementId".into(), id.clone().into());
    let path = format!("{FUNCTIONS}/{function}/policy");
    match call(&ask, Method::POST, &path, &input.into()).await {
        Err(refusal) if ask.again && refusal.exists() => {}
        answer => drop(answer?),
    }
    Ok(Made::new(id.clone()).with("Id", id))
}

async fn delete(ask: Ask, was: Was) -> Result<(), Failure> {
    let function = said(&was.properties, "FunctionName");
    let path = format!("{FUNCTIONS}/{function}/policy/{}", was.made.id);
    gone(call(&ask, Method::DELETE, &path, &Value::Null).await)
}
