//! `AWS::Lambda::Version`.

use http::Method;
use serde_json::Value;
use tokio::sync::Mutex;

use super::function::settled;
use super::provisioned::provide;
use super::{FUNCTIONS, call, function_of, qualified};
use crate::kind::{Ask, Failure, Kind, Made, Property, Was};
use crate::services::gone;

/// Published versions.
pub static KIND: Kind = Kind {
    name: "AWS::Lambda::Version",
    properties: &[
        Property::fixed("CodeSha256"),
        Property::fixed("Description"),
        Property::must_fixed("FunctionName"),
        Property::may("ProvisionedConcurrencyConfig"),
        Property::may("RuntimePolicy"),
    ],
    open: false,
    attributes: &["FunctionArn", "Version"],
    create: |ask| Box::pin(create(ask)),
    update: |ask, was| Box::pin(update(ask, was)),
    delete: |ask, was| Box::pin(delete(ask, was)),
};

/// Whoever publishes: two at once would each take the same version for theirs.
static TURN: Mutex<()> = Mutex::const_new(());

async fn create(ask: Ask) -> Result<Made, Failure> {
    let function = function_of(&ask)?;
    settled(&ask, function).await?;
    let turn = TURN.lock().await;
    let last = last(&ask, function).await?;
    let input = Value::Object(ask.only(&["CodeSha256", "Description"]));
    let path = format!("{FUNCTIONS}/{function}/versions");
    let answer = call(&ask, Method::POST, &path, &input).await?;
    drop(turn);
    let (arn, number) = (answer["FunctionArn"].as_str(), answer["Version"].as_str());
    let (arn, number) = (arn.unwrap_or_default(), number.unwrap_or_default());
    // Lambda answers with the last version where nothing changed since; that is another resource's, unless
    // this one was asked before.
    if !ask.again && last.as_deref() == Some(number) {
        return Err(Failure::new(format!(
            "A version for this Lambda function exists ( {number} ). Modify the function to create a new version."
        )));
    }
    let made = Made::new(arn).with("FunctionArn", arn).with("Version", number);
    let rest = async {
        settled(&ask, arn).await?;
        provide(&ask, function, number, None).await
    };
    match rest.await {
        Ok(()) => Ok(made),
        Err(failure) => Err(failure.leaving(made)),
    }
}

async fn update(ask: Ask, was: Was) -> Result<Made, Failure> {
    let number = was.made.id.rsplit(':').next().unwrap_or_default();
    let had = was.properties.get("ProvisionedConcurrencyConfig");
    provide(&ask, function_of(&ask)?, number, had).await?;
    Ok(was.made)
}

async fn delete(ask: Ask, was: Was) -> Result<(), Failure> {
    let Some((function, number)) = was.made.id.rsplit_once(':') else { return Ok(()) };
    let path = format!("{FUNCTIONS}/{function}{}", qualified(number));
    gone(call(&ask, Method::DELETE, &path, &Value::Null).await)
}

/// The number of the last version that a function has.
async fn last(ask: &Ask, function: &str) -> Result<Option<String>, Failure> {
    let mut highest: Option<u64> = None;
    let mut marker = String::new();
    loop {
        let path = format!("{FUNCTIONS}/{function}/versions{marker}");
        let page = call(ask, Method::GET, &path, &Value::Null).await?;
        let versions = page["Versions"].as_array().into_iter().flatten();
        let numbers = versions.filter_map(|version| version["Version"].as_str()?.parse().ok());
        highest = highest.max(numbers.max());
        match page["NextMarker"].as_str() {
            Some(next) => marker = format!("?Marker={next}"),
            None => return Ok(highest.map(|number| number.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fake::Fake;

    const VERSIONS: &str = "lambda GET /2015-03-31/functions/f/versions";
    const PUBLISH: &str = "lambda POST /2015-03-31/functions/f/versions";

    fn fake(last: &str, published: &str) -> std::sync::Arc<Fake> {
        let arn = format!("arn:aws:lambda:us-east-1:123456789012:function:f:{published}");
        let list = json!({"Versions": [{"Version": "$LATEST"}, {"Version": last}]});
        Fake::new(&[
            (VERSIONS, 200, list),
            (PUBLISH, 201, json!({"FunctionArn": arn, "Version": published})),
            ("lambda GET", 200, json!({"State": "Active"})),
        ])
    }

    #[tokio::test]
    async fn a_version_that_is_there_already_is_not_taken_over() {
        let ask = fake("3", "3").ask(KIND.name, json!({"FunctionName": "f"}));
        let failure = create(ask.clone()).await.expect_err("it is another's");
        assert!(failure.reason.contains("A version for this Lambda function exists ( 3 )"));
        assert_eq!(failure.made, None);
        let made = create(Ask { again: true, ..ask }).await.expect("it is its own");
        assert_eq!(made.attributes["Version"], "3");
    }

    #[tokio::test]
    async fn a_new_version_is_known_by_its_arn() {
        let ask = fake("3", "4").ask(KIND.name, json!({"FunctionName": "f"}));
        let made = create(ask).await.expect("a version");
        assert!(made.id.ends_with(":function:f:4"));
        assert_eq!(made.attributes["FunctionArn"], made.id);
    }
}
