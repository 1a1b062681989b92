//! `AWS::ApiGateway::Method`: with its integration, and what both answer.

use http::Method;
use serde_json::{Map, Value};

use super::api;
use crate::apis::call;
use crate::apis::small::{small, small_members};
use crate::kind::{Ask, Failure, Kind, Made, Property, Was};
use crate::services::{Answered, gone};

/// Methods.
pub static KIND: Kind = Kind {
    name: "AWS::ApiGateway::Method",
    properties: &[
        Property::may("ApiKeyRequired"),
        Property::may("AuthorizationScopes"),
        Property::may("AuthorizationType"),
        Property::may("AuthorizerId"),
        Property::must_fixed("HttpMethod"),
        Property::may("Integration"),
        Property::may("MethodResponses"),
        Property::may("OperationName"),
        Property::may("RequestModels"),
        Property::may("RequestParameters"),
        Property::may("RequestValidatorId"),
        Property::must_fixed("ResourceId"),
        Property::must_fixed("RestApiId"),
    ],
    open: false,
    attributes: &[],
    create: |ask| Box::pin(create(ask)),
    update: |ask, was| Box::pin(update(ask, was)),
    delete: |ask, was| Box::pin(delete(ask, was)),
};

async fn create(ask: Ask) -> Result<Made, Failure> {
    let path = path(&ask.properties);
    let made = Made::new(ask.generated(255));
    let own = method(&ask);
    match call(&ask, Method::PUT, &path, &own).await {
        // Half of it may be there.
        Err(refusal) if ask.again && refusal.exists() => {
            gone(call(&ask, Method::DELETE, &path, &Value::Null).await)?;
            call(&ask, Method::PUT, &path, &own).await?;
        }
        answer => drop(answer?),
    }
    match fill(&ask, &path).await {
        Ok(()) => Ok(made),
        Err(refusal) => Err(Failure::from(refusal).leaving(made)),
    }
}

/// Made anew: stages go on with what was deployed to them.
async fn update(ask: Ask, was: Was) -> Result<Made, Failure> {
    let path = path(&ask.properties);
    gone(call(&ask, Method::DELETE, &path, &Value::Null).await)?;
    call(&ask, Method::PUT, &path, &method(&ask)).await?;
    fill(&ask, &path).await?;
    Ok(was.made)
}

async fn delete(ask: Ask, was: Was) -> Result<(), Failure> {
    gone(call(&ask, Method::DELETE, &path(&was.properties), &Value::Null).await)
}

fn path(properties: &Map<String, Value>) -> String {
    let of = |name: &str| properties.get(name).and_then(Value::as_str).unwrap_or_default();
    format!("{}/resources/{}/methods/{}", api(properties), of("ResourceId"), of("HttpMethod"))
}

fn method(ask: &Ask) -> Value {
    const OWN: [&str; 8] = [
        "ApiKeyRequired",
        "AuthorizationScopes",
        "AuthorizationType",
        "AuthorizerId",
        "OperationName",
        "RequestModels",
        "RequestParameters",
        "RequestValidatorId",
    ];
    let mut input = small_members(&ask.only(&OWN));
    input.entry("authorizationType").or_insert_with(|| "NONE".into());
    flags(&mut input, "requestParameters");
    input.into()
}

/// What is below a method.
async fn fill(ask: &Ask, path: &str) -> Answered<()> {
    for response in list(ask.value("MethodResponses")) {
        put_response(ask, path, response).await?;
    }
    let Value::Object(integration) = ask.value("Integration") else { return Ok(()) };
    let path = format!("{path}/integration");
    let mut input = small_members(integration);
    input.remove("integrationResponses");
    if let Some(method) = input.remove("integrationHttpMethod") {
        input.insert("httpMethod".into(), method);
    }
    call(ask, Method::PUT, &path, &input.into()).await?;
    for response in list(integration.get("IntegrationResponses").unwrap_or(&Value::Null)) {
        put_response(ask, &path, response).await?;
    }
    Ok(())
}

async fn put_response(ask: &Ask, above: &str, response: &Value) -> Answered<()> {
    let Value::Object(mut input) = small(response) else { return Ok(()) };
    let status = input.remove("statusCode").unwrap_or_default();
    let path = format!("{above}/responses/{}", status.as_str().unwrap_or_default());
    // Those of a method say whether a header must be there, those of an integration what is in it.
    if !above.ends_with("/integration") {
        flags(&mut input, "responseParameters");
    }
    call(ask, Method::PUT, &path, &input.into()).await?;
    Ok(())
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// Truth values of a map may be texts in templates.
fn flags(input: &mut Map<String, Value>, name: &str) {
    let map = input.get_mut(name).and_then(Value::as_object_mut);
    for value in map.into_iter().flat_map(Map::values_mut) {
        if let Some(flag) = value.as_str().and_then(|text| text.parse::<bool>().ok()) {
            *value = flag.into();
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fake::Fake;

    const PATH: &str = "/restapis/a/resources/r/methods/OPTIONS";

    fn cors() -> Value {
        json!({
            "RestApiId": "a", "ResourceId": "r", "HttpMethod": "OPTIONS", "ApiKeyRequired": false,
            "Integration": {
                "Type": "MOCK", "IntegrationHttpMethod": "POST",
                "IntegrationResponses": [{"StatusCode": "204", "ResponseParameters": {"method.response.header.X": "'*'"}}],
            },
            "MethodResponses": [{"StatusCode": "204", "ResponseParameters": {"method.response.header.X": "true"}}],
        })
    }

    #[tokio::test]
    async fn a_method_is_made_with_all_that_is_below_it() {
        let fake = Fake::new(&[("apigateway PUT", 201, json!({}))]);
        create(fake.ask(KIND.name, cors())).await.expect("a method");
        let paths: Vec<_> =
            fake.asked().iter().map(|one| one.split(' ').nth(2).map(str::to_owned)).collect();
        let wanted = ["", "/responses/204", "/integration", "/integration/responses/204"];
        assert_eq!(paths, wanted.map(|end| Some(format!("{PATH}{end}"))));
        assert_eq!(fake.input(0), json!({"apiKeyRequired": false, "authorizationType": "NONE"}));
        assert_eq!(
            fake.input(1),
            json!({"responseParameters": {"method.response.header.X": true}})
        );
        assert_eq!(fake.input(2), json!({"type": "MOCK", "httpMethod": "POST"}));
        assert_eq!(
            fake.input(3),
            json!({"responseParameters": {"method.response.header.X": "'*'"}})
        );
    }

    #[tokio::test]
    async fn half_a_method_is_made_anew() {
        let conflict = json!({"message": "Method already exists for this resource"});
        let fake = Fake::new(&[
            (&format!("apigateway PUT {PATH} "), 409, conflict),
            (&format!("apigateway PUT {PATH} "), 201, json!({})),
            ("apigateway PUT", 201, json!({})),
            ("apigateway DELETE", 204, json!("")),
        ]);
        let mut ask = fake.ask(KIND.name, cors());
        ask.again = true;
        create(ask).await.expect("a method");
        assert!(fake.asked()[1].starts_with("apigateway DELETE "));
    }
}
