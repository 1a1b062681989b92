//! `AWS::ApiGateway::Authorizer`.

use http::Method;
use serde_json::Value;

use super::{api, changed, patch};
use crate::apis::small::small_members;
use crate::apis::{call, make};
use crate::kind::{Ask, Failure, Kind, Made, Property, Was};
use crate::services::gone;

/// Authorizers.
pub static KIND: Kind = Kind {
    name: "AWS::ApiGateway::Authorizer",
    properties: &[
        Property::may("AuthType"),
        Property::may("AuthorizerCredentials"),
        Property::may("AuthorizerResultTtlInSeconds"),
        Property::may("AuthorizerUri"),
        Property::may("IdentitySource"),
        Property::may("IdentityValidationExpression"),
        Property::must("Name"),
        Property::may("ProviderARNs"),
        Property::must_fixed("RestApiId"),
        Property::must("Type"),
    ],
    open: false,
    attributes: &["AuthorizerId"],
    create: |ask| Box::pin(create(ask)),
    update: |ask, was| Box::pin(update(ask, was)),
    delete: |ask, was| Box::pin(delete(ask, was)),
};

const MEMBERS: &[(&str, &str)] = &[
    ("AuthType", "/authType"),
    ("AuthorizerCredentials", "/authorizerCredentials"),
    ("AuthorizerResultTtlInSeconds", "/authorizerResultTtlInSeconds"),
    ("AuthorizerUri", "/authorizerUri"),
    ("IdentitySource", "/identitySource"),
    ("IdentityValidationExpression", "/identityValidationExpression"),
    ("Name", "/name"),
    ("Type", "/type"),
];

async fn create(ask: Ask) -> Result<Made, Failure> {
    let names: Vec<&str> = MEMBERS.iter().map(|(name, _)| *name).collect();
    let path = format!("{}/authorizers", api(&ask.properties));
    let input = small_members(&ask.only(&names)).into();
    let answer = make(&ask, Method::POST, &path, &input).await?;
    let id = answer["id"].as_str().unwrap_or_default();
    Ok(Made::new(id).with("AuthorizerId", id))
}

async fn update(ask: Ask, was: Was) -> Result<Made, Failure> {
    let path = format!("{}/authorizers/{}", api(&ask.properties), was.made.id);
    patch(&ask, &path, changed(&ask, &was.properties, MEMBERS)).await?;
    Ok(was.made)
}

async fn delete(ask: Ask, was: Was) -> Result<(), Failure> {
    let path = format!("{}/authorizers/{}", api(&was.properties), was.made.id);
    gone(call(&ask, Method::DELETE, &path, &Value::Null).await)
}
