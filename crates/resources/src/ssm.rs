//! `AWS::SSM::Parameter`.

use serde_json::json;

use crate::kind::{Ask, Failure, Kind, Made, Property, Was};
use crate::services::gone;

/// Parameters.
pub static KIND: Kind = Kind {
    name: "AWS::SSM::Parameter",
    properties: &[
        Property::may("AllowedPattern"),
        Property::may("DataType"),
        Property::may("Description"),
        Property::fixed("Name"),
        Property::may("Policies"),
        Property::may("Tags"),
        Property::may("Tier"),
        Property::must("Type"),
        Property::must("Value"),
    ],
    open: false,
    attributes: &["Type", "Value"],
    create: |ask| Box::pin(create(ask)),
    update: |ask, was| Box::pin(update(ask, was)),
    delete: |ask, was| Box::pin(delete(ask, was)),
};

/// What PutParameter takes as it is.
const TAKEN: [&str; 7] =
    ["AllowedPattern", "DataType", "Description", "Policies", "Tier", "Type", "Value"];

async fn create(ask: Ask) -> Result<Made, Failure> {
    if ask.text("Type") == Some("SecureString") {
        let text = "Type SecureString is not supported: a template would show the secret.";
        return Err(Failure::new(text));
    }
    let name = ask.name("Name", 1011);
    let mut input = ask.only(&TAKEN);
    input.insert("Name".into(), name.clone().into());
    input.insert("Tags".into(), ask.tag_list());
    match put(&ask, input.into()).await {
        // The name is of this resource alone where it was generated; a given one may be another's.
        Err(refusal) if ask.again && refusal.exists() => return update_to(&ask, name).await,
        answer => answer?,
    };
    Ok(made(&ask, name))
}

async fn update(ask: Ask, was: Was) -> Result<Made, Failure> {
    let had = Ask { properties: was.properties, ..ask.clone() }.tags();
    let has = ask.tags();
    let gone: Vec<&String> = had.keys().filter(|key| !has.contains_key(*key)).collect();
    let about = json!({"ResourceType": "Parameter", "ResourceId": was.made.id, "TagKeys": gone});
    if !gone.is_empty() {
        ask.services.json("ssm", "AmazonSSM.RemoveTagsFromResource", &about).await?;
    }
    update_to(&ask, was.made.id).await
}

async fn update_to(ask: &Ask, name: String) -> Result<Made, Failure> {
    let mut input = ask.only(&TAKEN);
    input.insert("Name".into(), name.clone().into());
    input.insert("Overwrite".into(), true.into());
    input.entry("Description").or_insert_with(|| "".into());
    put(ask, input.into()).await?;
    let tags = json!({"ResourceType": "Parameter", "ResourceId": name, "Tags": ask.tag_list()});
    if !ask.tags().is_empty() {
        ask.services.json("ssm", "AmazonSSM.AddTagsToResource", &tags).await?;
    }
    Ok(made(ask, name))
}

async fn delete(ask: Ask, was: Was) -> Result<(), Failure> {
    let input = json!({"Name": was.made.id});
    gone(ask.services.json("ssm", "AmazonSSM.DeleteParameter", &input).await)
}

async fn put(
    ask: &Ask,
    input: serde_json::Value,
) -> Result<serde_json::Value, crate::services::Refusal> {
    ask.services.json("ssm", "AmazonSSM.PutParameter", &input).await
}

fn made(ask: &Ask, name: String) -> Made {
    let made = Made::new(name).with("Type", ask.value("Type").clone());
    made.with("Value", ask.value("Value").clone())
}
