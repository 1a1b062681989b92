//! `AWS::ApiGatewayV2::Api`.

use http::Method;
use serde_json::{Map, Value, json};

use super::APIS;
use super::parts::{Member, as_it_was, empty, no};
use crate::apis::document::document;
use crate::apis::small::{inside, small_first};
use crate::apis::{Tagged, call, make, retag};
use crate::kind::{Ask, Failure, Kind, Made, Property, Was};
use crate::services::gone;

/// APIs.
pub static KIND: Kind = Kind {
    name: "AWS::ApiGatewayV2::Api",
    properties: &[
        Property::may("ApiKeySelectionExpression"),
        Property::may("BasePath"),
        Property::may("Body"),
        Property::may("BodyS3Location"),
        Property::may("CorsConfiguration"),
        Property::may("CredentialsArn"),
        Property::may("Description"),
        Property::may("DisableExecuteApiEndpoint"),
        Property::may("DisableSchemaValidation"),
        Property::may("FailOnWarnings"),
        Property::may("IpAddressType"),
        Property::may("Name"),
        Property::fixed("ProtocolType"),
        Property::may("RouteKey"),
        Property::may("RouteSelectionExpression"),
        Property::may("Tags"),
        Property::may("Target"),
        Property::may("Version"),
    ],
    open: false,
    attributes: &["ApiEndpoint", "ApiId"],
    create: |ask| Box::pin(create(ask)),
    update: |ask, was| Box::pin(update(ask, was)),
    delete: |ask, was| Box::pin(delete(ask, was)),
};

/// What both making and changing one take.
const MEMBERS: &[Member] = &[
    ("ApiKeySelectionExpression", as_it_was),
    ("CorsConfiguration", as_it_was),
    ("CredentialsArn", as_it_was),
    ("Description", empty),
    ("DisableExecuteApiEndpoint", no),
    ("DisableSchemaValidation", no),
    ("IpAddressType", || "ipv4".into()),
    ("Name", as_it_was),
    ("RouteSelectionExpression", as_it_was),
    ("Target", as_it_was),
    ("Version", as_it_was),
];

async fn create(ask: Ask) -> Result<Made, Failure> {
    check(&ask)?;
    let Some(body) = document(&ask).await? else {
        let mut input = members(&ask, |_| true);
        input.insert("protocolType".into(), ask.value("ProtocolType").clone());
        input.insert("routeKey".into(), ask.value("RouteKey").clone());
        input.insert("tags".into(), json!(ask.tags()));
        return Ok(made(&make(&ask, Method::POST, APIS, &input.into()).await?));
    };
    let made = made(&make(&ask, Method::PUT, APIS, &json!({ "body": body })).await?);
    let was = Was { made: made.clone(), properties: Map::new() };
    let rest = async {
        let input = members(&ask, |_| true);
        patch(&ask, &made.id, input).await?;
        retag(&ask, &was, tagged(&made.id)).await
    };
    rest.await.map(|()| made.clone()).map_err(|failure: Failure| failure.leaving(made))
}

async fn update(ask: Ask, was: Was) -> Result<Made, Failure> {
    check(&ask)?;
    let id = &was.made.id;
    let differs = |name: &str| ask.again || was.properties.get(name) != ask.properties.get(name);
    let body = match differs("Body") || differs("BodyS3Location") {
        true => document(&ask).await?,
        false => None,
    };
    let mut input = members(&ask, |name| body.is_some() || differs(name));
    for (name, default) in MEMBERS {
        if differs(name) && was.properties.contains_key(*name) {
            input.entry(small_first(name)).or_insert_with(default);
        }
    }
    if let Some(body) = &body {
        call(&ask, Method::PUT, &format!("{APIS}/{id}"), &json!({ "body": body })).await?;
    } else if differs("CorsConfiguration") && ask.value("CorsConfiguration").is_null() {
        gone(call(&ask, Method::DELETE, &format!("{APIS}/{id}/cors"), &Value::Null).await)?;
    }
    patch(&ask, id, input).await?;
    if differs("RouteKey") && ask.text("Target").is_some() {
        reroute(&ask, id).await?;
    }
    retag(&ask, &was, tagged(id)).await?;
    Ok(was.made)
}

async fn delete(ask: Ask, was: Was) -> Result<(), Failure> {
    let path = format!("{APIS}/{}", was.made.id);
    gone(call(&ask, Method::DELETE, &path, &Value::Null).await)
}

fn check(ask: &Ask) -> Result<(), Failure> {
    match ask.text("BasePath") {
        None | Some("ignore") => Ok(()),
        Some(other) => {
            Err(Failure::new(format!("fika imports no base paths of documents: {other}")))
        }
    }
}

/// The given members that are wanted.
fn members(ask: &Ask, wanted: impl Fn(&str) -> bool) -> Map<String, Value> {
    let given = MEMBERS.iter().filter_map(|(name, _)| {
        let value = ask.properties.get(*name).filter(|_| wanted(name))?;
        Some((small_first(name), inside(name, value)))
    });
    given.collect()
}

async fn patch(ask: &Ask, id: &str, mut input: Map<String, Value>) -> Result<(), Failure> {
    input.retain(|_, value| !value.is_null());
    if !input.is_empty() {
        call(ask, Method::PATCH, &format!("{APIS}/{id}"), &input.into()).await?;
    }
    Ok(())
}

/// Gives the route that came with the API another key.
async fn reroute(ask: &Ask, id: &str) -> Result<(), Failure> {
    let path = format!("{APIS}/{id}/routes");
    let routes = call(ask, Method::GET, &path, &Value::Null).await?;
    let routes = routes["items"].as_array().into_iter().flatten();
    let own = routes.filter(|route| route["apiGatewayManaged"] == true);
    for route in own.filter_map(|route| route["routeId"].as_str()) {
        let key = ask.text("RouteKey").unwrap_or("$default");
        call(ask, Method::PATCH, &format!("{path}/{route}"), &json!({ "routeKey": key })).await?;
    }
    Ok(())
}

fn made(answer: &Value) -> Made {
    let text = |name: &str| answer[name].as_str().unwrap_or_default();
    let id = text("apiId");
    Made::new(id).with("ApiEndpoint", text("apiEndpoint")).with("ApiId", id)
}

fn tagged(id: &str) -> Tagged {
    Tagged { path: "/v2/tags", method: Method::POST, place: format!("/apis/{id}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::{Fake, was};

    fn answer() -> Value {
        json!({"apiId": "a1", "apiEndpoint": "https://a1.example"})
    }

    #[tokio::test]
    async fn an_api_is_made_by_its_properties() {
        let fake = Fake::new(&[("apigateway POST /v2/apis", 201, answer())]);
        let properties = json!({
            "Name": "pets", "ProtocolType": "HTTP", "Tags": {"a": "b"},
            "CorsConfiguration": {"AllowOrigins": ["*"], "MaxAge": 3},
        });
        let made = create(fake.ask(KIND.name, properties)).await.expect("an API");
        assert_eq!(
            (&*made.id, &made.attributes["ApiEndpoint"]),
            ("a1", &"https://a1.example".into())
        );
        let input = json!({
            "name": "pets", "protocolType": "HTTP", "routeKey": null, "tags": {"a": "b"},
            "corsConfiguration": {"allowOrigins": ["*"], "maxAge": 3},
        });
        assert_eq!(fake.input(0), input);
    }

    #[tokio::test]
    async fn a_document_comes_first_and_what_fails_then_is_left() {
        let fake = Fake::new(&[
            ("apigateway PUT /v2/apis {\"body\":\"{\\\"openapi\\\"", 201, answer()),
            ("apigateway PATCH /v2/apis/a1", 400, json!({"message": "no"})),
        ]);
        let properties = json!({"Body": {"openapi": "3.0.1"}, "Description": "d"});
        let failure = create(fake.ask(KIND.name, properties)).await.expect_err("no");
        assert_eq!(failure.made.expect("it stands").id, "a1");
    }

    #[tokio::test]
    async fn what_is_named_no_more_is_undone() {
        let fake = Fake::new(&[
            ("apigateway DELETE /v2/apis/a1/cors", 204, json!("")),
            ("apigateway PATCH /v2/apis/a1", 200, answer()),
            (
                "apigateway DELETE /v2/tags/arn:aws:apigateway:us-east-1::/apis/a1?tagKeys=a",
                204,
                json!(""),
            ),
            ("apigateway POST /v2/tags/", 201, json!({})),
        ]);
        let was = was(
            "a1",
            json!({
                "Name": "pets", "ProtocolType": "HTTP", "Tags": {"a": "b"}, "Description": "old",
                "CorsConfiguration": {"AllowOrigins": ["*"]}, "DisableExecuteApiEndpoint": true,
            }),
        );
        let ask = fake.ask(KIND.name, json!({"Name": "dogs", "ProtocolType": "HTTP"}));
        update(ask, was).await.expect("changed");
        let input = json!({"name": "dogs", "description": "", "disableExecuteApiEndpoint": false});
        assert_eq!(fake.input(1), input);
    }
}
