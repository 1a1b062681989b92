//! `AWS::ApiGatewayV2::Route`.

use serde_json::json;

use super::parts::{Part, as_it_was, create, delete, empty, no, no_entries, update};
use crate::kind::{Kind, Property};

/// Routes.
pub static KIND: Kind = Kind {
    name: "AWS::ApiGatewayV2::Route",
    properties: &[
        Property::must_fixed("ApiId"),
        Property::may("ApiKeyRequired"),
        Property::may("AuthorizationScopes"),
        Property::may("AuthorizationType"),
        Property::may("AuthorizerId"),
        Property::may("ModelSelectionExpression"),
        Property::may("OperationName"),
        Property::may("RequestModels"),
        Property::may("RequestParameters"),
        Property::must("RouteKey"),
        Property::may("RouteResponseSelectionExpression"),
        Property::may("Target"),
    ],
    open: false,
    attributes: &["RouteId"],
    create: |ask| Box::pin(async move { create(&PART, &ask).await }),
    update: |ask, was| Box::pin(async move { update(&PART, &ask, &was).await.map(|()| was.made) }),
    delete: |ask, was| Box::pin(async move { delete(&PART, &ask, &was).await }),
};

static PART: Part = Part {
    path: "routes",
    id: "routeId",
    members: &[
        ("ApiKeyRequired", no),
        ("AuthorizationScopes", || json!([])),
        ("AuthorizationType", || "NONE".into()),
        ("AuthorizerId", empty),
        ("ModelSelectionExpression", empty),
        ("OperationName", empty),
        ("RequestModels", no_entries),
        ("RequestParameters", no_entries),
        ("RouteKey", as_it_was),
        ("RouteResponseSelectionExpression", empty),
        ("Target", empty),
    ],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::{Fake, was};
    use crate::kind::Made;

    #[tokio::test]
    async fn a_route_is_made_and_opened_again() {
        let fake = Fake::new(&[
            ("apigateway POST", 201, json!({"routeId": "r1"})),
            ("apigateway PATCH", 200, json!({})),
        ]);
        let closed = json!({
            "ApiId": "a1", "RouteKey": "GET /x", "Target": "integrations/i1",
            "AuthorizationType": "JWT", "AuthorizerId": "z1", "AuthorizationScopes": ["read"],
        });
        let made = create(&PART, &fake.ask(KIND.name, closed.clone())).await.expect("a route");
        assert_eq!(made, Made::new("r1").with("RouteId", "r1"));
        assert!(fake.asked()[0].starts_with("apigateway POST /v2/apis/a1/routes "));
        let open = json!({"ApiId": "a1", "RouteKey": "GET /x", "Target": "integrations/i1"});
        let was = was("r1", closed);
        update(&PART, &fake.ask(KIND.name, open), &was).await.expect("changed");
        assert!(fake.asked()[1].starts_with("apigateway PATCH /v2/apis/a1/routes/r1 "));
        let undone =
            json!({"authorizationScopes": [], "authorizationType": "NONE", "authorizerId": ""});
        assert_eq!(fake.input(1), undone);
    }
}
