//! `AWS::Lambda::LayerVersion`.

use http::Method;
use serde_json::Value;

use super::call;
use crate::kind::{Ask, Failure, Kind, Made, Property, Was};
use crate::services::gone;

/// Versions of layers.
pub static KIND: Kind = Kind {
    name: "AWS::Lambda::LayerVersion",
    properties: &[
        Property::fixed("CompatibleArchitectures"),
        Property::fixed("CompatibleRuntimes"),
        Property::must_fixed("Content"),
        Property::fixed("Description"),
        Property::fixed("LayerName"),
        Property::fixed("LicenseInfo"),
    ],
    open: false,
    attributes: &["LayerVersionArn"],
    create: |ask| Box::pin(create(ask)),
    update: |_, was| Box::pin(async move { Ok(was.made) }),
    delete: |ask, was| Box::pin(delete(ask, was)),
};

/// Where layers are in Lambda's API.
const LAYERS: &str = "/2018-10-31/layers";

/// What two versions of a layer have in common that are the same.
const TOLD: [&str; 4] =
    ["Description", "CompatibleRuntimes", "CompatibleArchitectures", "LicenseInfo"];

async fn create(ask: Ask) -> Result<Made, Failure> {
    // A layer without a name has its resource's, as on AWS: each change is another version of the same layer.
    let name = ask.text("LayerName").unwrap_or(&ask.logical);
    let path = &format!("{LAYERS}/{name}/versions");
    let before = if ask.again { newest(&ask, path).await? } else { None };
    let mut input = ask.properties.clone();
    input.remove("LayerName");
    let answer = call(&ask, Method::POST, path, &input.into()).await?;
    let answer = match before {
        Some(before) if same(&before, &answer) => {
            let version = format!("{path}/{}", answer["Version"]);
            call(&ask, Method::DELETE, &version, &Value::Null).await?;
            before
        }
        _ => answer,
    };
    let arn = answer["LayerVersionArn"].as_str().unwrap_or_default();
    Ok(Made::new(arn).with("LayerVersionArn", arn))
}

async fn delete(ask: Ask, was: Was) -> Result<(), Failure> {
    let Some(path) = path(&was.made.id) else { return Ok(()) };
    gone(call(&ask, Method::DELETE, &path, &Value::Null).await)
}

/// Where the version of that ARN is.
pub(super) fn path(arn: &str) -> Option<String> {
    let (layer, version) = arn.rsplit_once(':')?;
    let name = layer.rsplit(':').next()?;
    Some(format!("{LAYERS}/{name}/versions/{version}"))
}

/// The last version that a layer has, with what is in it.
async fn newest(ask: &Ask, path: &str) -> Result<Option<Value>, Failure> {
    let page = match call(ask, Method::GET, path, &Value::Null).await {
        Err(refusal) if refusal.is_missing() => return Ok(None),
        page => page?,
    };
    let Some(version) = page["LayerVersions"][0]["Version"].as_u64() else { return Ok(None) };
    Ok(Some(call(ask, Method::GET, &format!("{path}/{version}"), &Value::Null).await?))
}

/// Whether one is the other, made twice because nobody heard that it was made.
fn same(one: &Value, other: &Value) -> bool {
    one["Content"]["CodeSha256"] == other["Content"]["CodeSha256"]
        && TOLD.iter().all(|name| one[*name] == other[*name])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fake::Fake;

    #[tokio::test]
    async fn what_was_made_twice_is_one_again() {
        let version = |n: u64| json!({"LayerVersionArn": format!("arn:layer:t:{n}"), "Version": n, "Content": {"CodeSha256": "x"}});
        let fake = Fake::new(&[
            ("lambda GET /2018-10-31/layers/Thing/versions/4", 200, version(4)),
            ("lambda GET", 200, json!({"LayerVersions": [{"Version": 4}]})),
            ("lambda POST", 201, version(5)),
            ("lambda DELETE /2018-10-31/layers/Thing/versions/5", 204, json!("")),
        ]);
        let ask = fake.ask(KIND.name, json!({"Content": {"S3Bucket": "b", "S3Key": "k"}}));
        let made = create(Ask { again: true, ..ask.clone() }).await.expect("a version");
        assert_eq!(made.id, "arn:layer:t:4");
        assert!(fake.asked().last().is_some_and(|asked| asked.contains("DELETE")));
        let made = create(ask).await.expect("a version");
        assert_eq!(made.id, "arn:layer:t:5");
    }

    #[test]
    fn a_version_is_where_its_arn_says() {
        let arn = "arn:aws:lambda:us-east-1:123456789012:layer:tools:7";
        assert_eq!(path(arn).as_deref(), Some("/2018-10-31/layers/tools/versions/7"));
        assert_eq!(path("tools"), None);
    }
}
