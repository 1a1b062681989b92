//! `AWS::Lambda::Alias`.

use http::Method;
use serde_json::{Map, Value, json};

use super::provisioned::provide;
use super::{FUNCTIONS, call, function_of, said};
use crate::kind::{Ask, Failure, Kind, Made, Property, Was};
use crate::services::gone;

/// Aliases.
pub static KIND: Kind = Kind {
    name: "AWS::Lambda::Alias",
    properties: &[
        Property::may("Description"),
        Property::must_fixed("FunctionName"),
        Property::must("FunctionVersion"),
        Property::must_fixed("Name"),
        Property::may("ProvisionedConcurrencyConfig"),
        Property::may("RoutingConfig"),
    ],
    open: false,
    attributes: &["AliasArn"],
    create: |ask| Box::pin(create(ask)),
    update: |ask, was| Box::pin(update(ask, was)),
    delete: |ask, was| Box::pin(delete(ask, was)),
};

async fn create(ask: Ask) -> Result<Made, Failure> {
    let (function, name) = (function_of(&ask)?, ask.required("Name")?);
    let path = format!("{FUNCTIONS}/{function}/aliases");
    let mut input = settings(&ask);
    input.insert("Name".into(), name.into());
    let answer = match call(&ask, Method::POST, &path, &input.into()).await {
        Err(refusal) if ask.again && refusal.exists() => {
            call(&ask, Method::GET, &format!("{path}/{name}"), &Value::Null).await?
        }
        answer => answer?,
    };
    let arn = answer["AliasArn"].as_str().unwrap_or_default();
    let made = Made::new(arn).with("AliasArn", arn);
    match provide(&ask, function, name, None).await {
        Ok(()) => Ok(made),
        Err(failure) => Err(failure.leaving(made)),
    }
}

async fn update(ask: Ask, was: Was) -> Result<Made, Failure> {
    let (function, name) = (function_of(&ask)?, ask.required("Name")?);
    let path = format!("{FUNCTIONS}/{function}/aliases/{name}");
    call(&ask, Method::PUT, &path, &settings(&ask).into()).await?;
    provide(&ask, function, name, was.properties.get("ProvisionedConcurrencyConfig")).await?;
    Ok(was.made)
}

async fn delete(ask: Ask, was: Was) -> Result<(), Failure> {
    let (function, name) = (said(&was.properties, "FunctionName"), said(&was.properties, "Name"));
    let path = format!("{FUNCTIONS}/{function}/aliases/{name}");
    gone(call(&ask, Method::DELETE, &path, &Value::Null).await)
}

/// What both making and changing one take: all of it, so that nothing stays of what was.
fn settings(ask: &Ask) -> Map<String, Value> {
    let mut input = ask.only(&["FunctionVersion"]);
    input.insert("Description".into(), ask.text("Description").unwrap_or_default().into());
    let weights = ask.value("RoutingConfig").get("AdditionalVersionWeights");
    let weights = weights.and_then(Value::as_array).into_iter().flatten();
    let weights: Map<String, Value> = weights
        .filter_map(|one| {
            let version = one.get("FunctionVersion")?.as_str()?;
            Some((version.to_owned(), one.get("FunctionWeight")?.clone()))
        })
        .collect();
    input.insert("RoutingConfig".into(), json!({"AdditionalVersionWeights": weights}));
    input
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::{Fake, was};

    const ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:f:live";

    #[tokio::test]
    async fn traffic_is_shared_out_and_sandboxes_are_waited_for() {
        let path = "/2019-09-30/functions/f/provisioned-concurrency?Qualifier=live";
        let waiting = format!("lambda GET {path}");
        let fake = Fake::new(&[
            ("lambda POST", 201, json!({"AliasArn": ARN})),
            ("lambda PUT", 202, json!({})),
            (&waiting, 200, json!({"Status": "IN_PROGRESS"})),
            (&waiting, 200, json!({"Status": "READY"})),
        ]);
        let properties = json!({
            "FunctionName": "f",
            "FunctionVersion": "2",
            "Name": "live",
            "RoutingConfig": {"AdditionalVersionWeights": [{"FunctionVersion": "1", "FunctionWeight": 0.25}]},
            "ProvisionedConcurrencyConfig": {"ProvisionedConcurrentExecutions": 2},
        });
        let made = create(fake.ask(KIND.name, properties)).await.expect("an alias");
        assert_eq!(made, Made::new(ARN).with("AliasArn", ARN));
        let asked = fake.asked();
        assert!(asked[0].starts_with("lambda POST /2015-03-31/functions/f/aliases "));
        let input = json!({
            "Description": "",
            "FunctionVersion": "2",
            "Name": "live",
            "RoutingConfig": {"AdditionalVersionWeights": {"1": 0.25}},
        });
        assert_eq!(fake.input(0), input);
        assert!(asked[1].starts_with(&format!("lambda PUT {path} ")));
        assert_eq!(fake.input(1), json!({"ProvisionedConcurrentExecutions": 2}));
        assert_eq!(asked.len(), 4);
    }

    #[tokio::test]
    async fn what_is_named_no_more_is_undone() {
        let fake = Fake::new(&[("lambda PUT", 200, json!({})), ("lambda DELETE", 204, json!(""))]);
        let properties = json!({"FunctionName": "f", "FunctionVersion": "2", "Name": "live"});
        let config = json!({"ProvisionedConcurrentExecutions": 2});
        let was = was(ARN, json!({"ProvisionedConcurrencyConfig": config, "Description": "old"}));
        update(fake.ask(KIND.name, properties), was).await.expect("changed");
        let asked = fake.asked();
        assert!(asked[0].contains(r#""Description":"""#));
        assert!(asked[0].contains(r#""AdditionalVersionWeights":{}"#));
        assert!(asked[1].starts_with("lambda DELETE /2019-09-30/"));
    }
}
