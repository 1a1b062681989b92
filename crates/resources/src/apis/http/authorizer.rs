//! `AWS::ApiGatewayV2::Authorizer`.

use serde_json::json;

use super::parts::{Part, as_it_was, create, delete, empty, no, update};
use crate::kind::{Kind, Property};

/// Authorizers.
pub static KIND: Kind = Kind {
    name: "AWS::ApiGatewayV2::Authorizer",
    properties: &[
        Property::must_fixed("ApiId"),
        Property::may("AuthorizerCredentialsArn"),
        Property::may("AuthorizerPayloadFormatVersion"),
        Property::may("AuthorizerResultTtlInSeconds"),
        Property::must("AuthorizerType"),
        Property::may("AuthorizerUri"),
        Property::may("EnableSimpleResponses"),
        Property::may("IdentitySource"),
        Property::may("IdentityValidationExpression"),
        Property::may("JwtConfiguration"),
        Property::must("Name"),
    ],
    open: false,
    attributes: &["AuthorizerId"],
    create: |ask| Box::pin(async move { create(&PART, &ask).await }),
    update: |ask, was| Box::pin(async move { update(&PART, &ask, &was).await.map(|()| was.made) }),
    delete: |ask, was| Box::pin(async move { delete(&PART, &ask, &was).await }),
};

static PART: Part = Part {
    path: "authorizers",
    id: "authorizerId",
    members: &[
        ("AuthorizerCredentialsArn", empty),
        ("AuthorizerPayloadFormatVersion", as_it_was),
        ("AuthorizerResultTtlInSeconds", || 0.into()),
        ("AuthorizerType", as_it_was),
        ("AuthorizerUri", empty),
        ("EnableSimpleResponses", no),
        ("IdentitySource", || json!([])),
        ("IdentityValidationExpression", empty),
        ("JwtConfiguration", as_it_was),
        ("Name", as_it_was),
    ],
};
