//! `AWS::S3::Bucket`.

use http::Method;
use serde_json::{Map, json};

use super::call;
use super::settings::set;
use super::xml::{element, said};
use crate::kind::{Ask, Failure, Kind, Made, Property, Was};
use crate::services::gone;

/// Buckets.
pub static KIND: Kind = Kind {
    name: "AWS::S3::Bucket",
    properties: &[
        Property::may("AbacStatus"),
        Property::may("AccelerateConfiguration"),
        Property::may("AccessControl"),
        Property::may("AnalyticsConfigurations"),
        Property::may("BucketEncryption"),
        Property::fixed("BucketName"),
        Property::may("CorsConfiguration"),
        Property::may("IntelligentTieringConfigurations"),
        Property::may("InventoryConfigurations"),
        Property::may("LifecycleConfiguration"),
        Property::may("LoggingConfiguration"),
        Property::may("MetadataConfiguration"),
        Property::may("MetadataTableConfiguration"),
        Property::may("MetricsConfigurations"),
        Property::may("NotificationConfiguration"),
        Property::may("ObjectLockConfiguration"),
        Property::fixed("ObjectLockEnabled"),
        Property::may("OwnershipControls"),
        Property::may("PublicAccessBlockConfiguration"),
        Property::may("ReplicationConfiguration"),
        Property::may("Tags"),
        Property::may("VersioningConfiguration"),
        Property::may("WebsiteConfiguration"),
    ],
    open: false,
    attributes: &["Arn", "DomainName", "DualStackDomainName", "RegionalDomainName", "WebsiteURL"],
    create: |ask| Box::pin(create(ask)),
    update: |ask, was| Box::pin(update(ask, was)),
    delete: |ask, was| Box::pin(delete(ask, was)),
};

/// ACLs that are what every bucket of fika has, or are about logs that it does not write.
const ACLS: [&str; 4] =
    ["Private", "BucketOwnerFullControl", "BucketOwnerRead", "LogDeliveryWrite"];

async fn create(ask: Ask) -> Result<Made, Failure> {
    check(&ask)?;
    let name = ask.text("BucketName").map(str::to_owned);
    let name = name.unwrap_or_else(|| ask.generated(63).to_ascii_lowercase());
    let made = made(&ask, &name);
    // Its owner may make a bucket twice in the first region: what is there must not become this stack's.
    let new = ask.text("BucketName").is_some() && !ask.again;
    if new && call(&ask, Method::HEAD, &name, "", String::new()).await.is_ok() {
        return Err(Failure::new(format!("{name} already exists")));
    }
    match call(&ask, Method::PUT, &name, "", place(&ask)).await {
        Err(refusal) if ask.again && refusal.code == "BucketAlreadyOwnedByYou" => {}
        answer => drop(answer?),
    }
    match set(&ask, &name, &Map::new()).await {
        Ok(()) => Ok(made),
        Err(failure) => Err(failure.leaving(made)),
    }
}

async fn update(ask: Ask, was: Was) -> Result<Made, Failure> {
    check(&ask)?;
    set(&ask, &was.made.id, &was.properties).await?;
    Ok(was.made)
}

async fn delete(ask: Ask, was: Was) -> Result<(), Failure> {
    gone(call(&ask, Method::DELETE, &was.made.id, "", String::new()).await)
}

/// Where it is to be; the first region has no name here.
fn place(ask: &Ask) -> String {
    match ask.stack.scope.region.as_str() {
        "us-east-1" => String::new(),
        region => {
            let place = said("LocationConstraint", &json!(region));
            element("CreateBucketConfiguration", place)
        }
    }
}

/// Refuses what would be less safe, or other, than its owner means.
fn check(ask: &Ask) -> Result<(), Failure> {
    let refused = |why: &str| Err(Failure::new(format!("fika's buckets have {why}.")));
    if let Some(acl) = ask.text("AccessControl").filter(|acl| !ACLS.contains(acl)) {
        return refused(&format!("no ACLs: AccessControl {acl} is not possible"));
    }
    if ask.value("ObjectLockEnabled") == true || !ask.value("ObjectLockConfiguration").is_null() {
        return refused("no object locks");
    }
    if !ask.value("WebsiteConfiguration").is_null() {
        return refused("no websites");
    }
    if !ask.value("ReplicationConfiguration").is_null() {
        return refused("no replicas");
    }
    Ok(())
}

fn made(ask: &Ask, name: &str) -> Made {
    let region = &ask.stack.scope.region;
    Made::new(name)
        .with("Arn", format!("arn:aws:s3:::{name}"))
        .with("DomainName", format!("{name}.s3.amazonaws.com"))
        .with("DualStackDomainName", format!("{name}.s3.dualstack.{region}.amazonaws.com"))
        .with("RegionalDomainName", format!("{name}.s3.{region}.amazonaws.com"))
        .with("WebsiteURL", format!("http://{name}.s3-website-{region}.amazonaws.com"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::{Fake, was};

    #[tokio::test]
    async fn a_bucket_is_made_and_set() {
        let fake = Fake::new(&[("s3 PUT /shop-thing-", 200, json!(""))]);
        let properties = json!({
            "VersioningConfiguration": {"Status": "Enabled"},
            "PublicAccessBlockConfiguration": {"BlockPublicAcls": true},
            "Tags": [{"Key": "a", "Value": "b"}],
        });
        let made = create(fake.ask(KIND.name, properties)).await.expect("a bucket");
        assert_eq!(made.attributes["Arn"], format!("arn:aws:s3:::{}", made.id));
        let asked = fake.asked();
        let queries: Vec<_> = asked.iter().map(|one| one.split(['?', ' ']).nth(3)).collect();
        let wanted = [None, Some("publicAccessBlock"), Some("versioning"), Some("tagging")];
        assert_eq!(queries, wanted);
        let flags = "<BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>false</";
        assert!(asked[1].contains(flags), "{}", asked[1]);
    }

    #[tokio::test]
    async fn what_is_named_no_more_is_undone() {
        let fake = Fake::new(&[("s3 ", 200, json!(""))]);
        let was = was(
            "b",
            json!({
                "VersioningConfiguration": {"Status": "Enabled"}, "CorsConfiguration": {"CorsRules": []},
                "PublicAccessBlockConfiguration": {}, "Tags": [{"Key": "a", "Value": "b"}],
                "NotificationConfiguration": {"EventBridgeConfiguration": {}},
            }),
        );
        update(fake.ask(KIND.name, json!({})), was).await.expect("changed");
        let asked = fake.asked();
        assert!(asked[0].contains("<RestrictPublicBuckets>true<"), "{}", asked[0]);
        assert!(asked[1].contains("<Status>Suspended<"));
        assert_eq!(asked[2], "s3 DELETE /b?cors");
        assert_eq!(
            asked[3],
            "s3 PUT /b?notification <NotificationConfiguration></NotificationConfiguration>"
        );
        assert_eq!(asked[4], "s3 DELETE /b?tagging");
    }

    #[tokio::test]
    async fn a_bucket_that_is_there_is_not_taken_over() {
        let fake = Fake::new(&[("s3 HEAD /b", 200, json!(""))]);
        let ask = fake.ask(KIND.name, json!({"BucketName": "b"}));
        assert_eq!(create(ask).await, Err(Failure::new("b already exists")));
    }

    #[tokio::test]
    async fn what_would_be_left_out_is_refused_before_anything_is_made() {
        let fake = Fake::new(&[]);
        for properties in [
            json!({"AccessControl": "PublicRead"}),
            json!({"ObjectLockEnabled": true}),
            json!({"WebsiteConfiguration": {"IndexDocument": "index.html"}}),
            json!({"ReplicationConfiguration": {"Role": "r", "Rules": []}}),
        ] {
            assert!(create(fake.ask(KIND.name, properties)).await.is_err());
        }
    }
}
