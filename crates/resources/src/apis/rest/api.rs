//! `AWS::ApiGateway::RestApi`.

use http::Method;
use serde_json::{Map, Value, json};

use super::{APIS, changed, patch};
use crate::apis::document::document;
use crate::apis::small::{inside, small_first};
use crate::apis::{Tagged, call, make, retag, send};
use crate::kind::{Ask, Failure, Kind, Made, Property, Was};
use crate::services::gone;

/// APIs.
pub static KIND: Kind = Kind {
    name: "AWS::ApiGateway::RestApi",
    properties: &[
        Property::may("ApiKeySourceType"),
        Property::may("BinaryMediaTypes"),
        Property::may("Body"),
        Property::may("BodyS3Location"),
        Property::may("CloneFrom"),
        Property::may("Description"),
        Property::may("DisableExecuteApiEndpoint"),
        Property::may("EndpointAccessMode"),
        Property::may("EndpointConfiguration"),
        Property::may("FailOnWarnings"),
        Property::may("MinimumCompressionSize"),
        Property::may("Mode"),
        Property::may("Name"),
        Property::may("Parameters"),
        Property::may("Policy"),
        Property::may("SecurityPolicy"),
        Property::may("Tags"),
    ],
    open: false,
    attributes: &["RestApiId", "RootResourceId"],
    create: |ask| Box::pin(create(ask)),
    update: |ask, was| Box::pin(update(ask, was)),
    delete: |ask, was| Box::pin(delete(ask, was)),
};

/// What can be changed of one, and where.
const MEMBERS: &[(&str, &str)] = &[
    ("ApiKeySourceType", "/apiKeySource"),
    ("Description", "/description"),
    ("DisableExecuteApiEndpoint", "/disableExecuteApiEndpoint"),
    ("MinimumCompressionSize", "/minimumCompressionSize"),
    ("Name", "/name"),
];

async fn create(ask: Ask) -> Result<Made, Failure> {
    check(&ask)?;
    let Some(body) = document(&ask).await? else {
        return Ok(made(&make(&ask, Method::POST, APIS, &input(&ask)).await?));
    };
    let path = format!("{APIS}?mode=import");
    let made = made(&send(&ask, Method::POST, &path, body).await?);
    let was = Was { made: made.clone(), properties: Map::new() };
    match settle(&ask, &was, true).await {
        Ok(()) => Ok(made),
        Err(failure) => Err(failure.leaving(made)),
    }
}

async fn update(ask: Ask, was: Was) -> Result<Made, Failure> {
    check(&ask)?;
    let differs = |name: &str| ask.again || was.properties.get(name) != ask.properties.get(name);
    let body = match differs("Body") || differs("BodyS3Location") {
        true => document(&ask).await?,
        false => None,
    };
    let imported = body.is_some();
    if let Some(body) = body {
        let mode = ask.text("Mode").unwrap_or("overwrite");
        let path = format!("{APIS}/{}?mode={mode}", was.made.id);
        send(&ask, Method::PUT, &path, body).await?;
    }
    settle(&ask, &was, imported).await?;
    Ok(was.made)
}

async fn delete(ask: Ask, was: Was) -> Result<(), Failure> {
    let path = format!("{APIS}/{}", was.made.id);
    gone(call(&ask, Method::DELETE, &path, &Value::Null).await)
}

/// What a document does not say, or what counts more than what it says.
async fn settle(ask: &Ask, was: &Was, imported: bool) -> Result<(), Failure> {
    let nothing = Map::new();
    let before = if imported { &nothing } else { &was.properties };
    let mut operations = changed(ask, before, MEMBERS);
    let types = |of: &Map<String, Value>| -> Vec<String> {
        let all = of.get("BinaryMediaTypes").and_then(Value::as_array).into_iter().flatten();
        all.filter_map(Value::as_str).map(|one| one.replace('~', "~0").replace('/', "~1")).collect()
    };
    let (had, has) = (types(&was.properties), types(&ask.properties));
    for (op, list, others) in [("add", &has, &types(before)), ("remove", &had, &has)] {
        let differ = list.iter().filter(|one| !others.contains(one));
        operations.extend(
            differ.map(|one| json!({"op": op, "path": format!("/binaryMediaTypes/{one}")})),
        );
    }
    // What `add` gives is in its path.
    for operation in operations.iter_mut().filter(|operation| operation["op"] == "add") {
        operation["value"] = "".into();
    }
    patch(ask, &format!("{APIS}/{}", was.made.id), operations).await?;
    let place = format!("/restapis/{}", was.made.id);
    retag(ask, was, Tagged { path: "/tags", method: Method::PUT, place }).await
}

fn check(ask: &Ask) -> Result<(), Failure> {
    let asked = |name: &&&str| !ask.value(name).is_null();
    if let Some(name) = ["CloneFrom", "Policy"].iter().find(asked) {
        return Err(Failure::new(format!("fika's REST APIs have no {name}.")));
    }
    let types = ask.value("EndpointConfiguration").get("Types").and_then(Value::as_array);
    if types.is_some_and(|types| types.iter().any(|one| one == "PRIVATE")) {
        return Err(Failure::new("fika's REST APIs have no endpoints of type PRIVATE."));
    }
    Ok(())
}

fn input(ask: &Ask) -> Value {
    const GIVEN: [&str; 6] = [
        "BinaryMediaTypes",
        "Description",
        "DisableExecuteApiEndpoint",
        "EndpointConfiguration",
        "MinimumCompressionSize",
        "Name",
    ];
    let given = ask.only(&GIVEN);
    let given = given.iter().map(|(name, value)| (small_first(name), inside(name, value)));
    let mut input: Map<String, Value> = given.collect();
    input.insert("apiKeySource".into(), ask.value("ApiKeySourceType").clone());
    input.insert("tags".into(), json!(ask.tags()));
    input.into()
}

fn made(answer: &Value) -> Made {
    let text = |name: &str| answer[name].as_str().unwrap_or_default();
    let id = text("id");
    Made::new(id).with("RestApiId", id).with("RootResourceId", text("rootResourceId"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::{Fake, was};

    #[tokio::test]
    async fn a_document_is_imported_and_what_properties_say_counts_more() {
        let answer = json!({"id": "r1", "rootResourceId": "root"});
        let fake = Fake::new(&[
            ("apigateway POST /restapis?mode=import {\"swagger\"", 201, answer),
            ("apigateway PATCH /restapis/r1", 200, json!({})),
        ]);
        let properties = json!({
            "Body": {"swagger": "2.0"}, "Name": "n", "BinaryMediaTypes": ["image/png"],
        });
        let made = create(fake.ask(KIND.name, properties)).await.expect("an API");
        assert_eq!(made.attributes["RootResourceId"], "root");
        let operations = json!({"patchOperations": [
            {"op": "replace", "path": "/name", "value": "n"},
            {"op": "add", "path": "/binaryMediaTypes/image~1png", "value": ""},
        ]});
        assert_eq!(fake.input(1), operations);
    }

    #[tokio::test]
    async fn what_is_named_no_more_is_undone() {
        let fake = Fake::new(&[("apigateway PATCH /restapis/r1", 200, json!({}))]);
        let was = was("r1", json!({"Name": "n", "Description": "d", "BinaryMediaTypes": ["*/*"]}));
        update(fake.ask(KIND.name, json!({"Name": "n"})), was).await.expect("changed");
        let operations = json!({"patchOperations": [
            {"op": "remove", "path": "/description"},
            {"op": "remove", "path": "/binaryMediaTypes/*~1*"},
        ]});
        assert_eq!(fake.input(0), operations);
    }

    #[tokio::test]
    async fn what_would_leave_it_open_is_refused() {
        let fake = Fake::new(&[]);
        for properties in [
            json!({"Name": "n", "Policy": {"Statement": []}}),
            json!({"Name": "n", "EndpointConfiguration": {"Types": ["PRIVATE"]}}),
        ] {
            assert!(create(fake.ask(KIND.name, properties)).await.is_err());
        }
    }
}
