//! What a bucket is set to: a property, and the operation that sets it.

use http::Method;
use serde_json::{Map, Value, json};

use super::xml::{each, element, members, said};
use super::{call, lifecycle, notifications};
use crate::kind::{Ask, Failure};

/// What becomes of a setting.
enum Doing {
    /// This document is put.
    Put(String),
    /// It is deleted.
    Delete,
}
use Doing::{Delete, Put};

/// A property; what follows the bucket's name; what to do for its value, which is null where there is none any more.
type Setting = (&'static str, &'static str, fn(&Value) -> Doing);

/// In the order in which they are set: who may, before who is told.
const SETTINGS: &[Setting] = &[
    ("OwnershipControls", "?ownershipControls", ownership),
    ("PublicAccessBlockConfiguration", "?publicAccessBlock", public_access),
    ("BucketEncryption", "?encryption", encryption),
    ("VersioningConfiguration", "?versioning", versioning),
    ("CorsConfiguration", "?cors", cors),
    ("LifecycleConfiguration", "?lifecycle", |value| match value {
        Value::Null => Delete,
        rules => Put(lifecycle::document(rules)),
    }),
    ("NotificationConfiguration", "?notification", |value| Put(notifications::document(value))),
];

/// Sets a bucket to what its properties say, where that is not what `was` says.
pub(super) async fn set(ask: &Ask, bucket: &str, was: &Map<String, Value>) -> Result<(), Failure> {
    for (name, query, doing) in SETTINGS {
        let (old, new) = (was.get(*name).unwrap_or(&Value::Null), ask.value(name));
        if old == new && (new.is_null() || !ask.again) {
            continue;
        }
        let (method, body) = match doing(new) {
            Put(body) => (Method::PUT, body),
            Delete => (Method::DELETE, String::new()),
        };
        call(ask, method, bucket, query, body).await?;
    }
    tag(ask, bucket, was).await
}

async fn tag(ask: &Ask, bucket: &str, was: &Map<String, Value>) -> Result<(), Failure> {
    let had = Ask { properties: was.clone(), ..ask.clone() }.tags();
    let tags = ask.tags();
    // Those of the stack are not among what a new one had.
    if had == tags && !was.is_empty() && !ask.again {
        return Ok(());
    }
    if tags.is_empty() {
        if !had.is_empty() {
            call(ask, Method::DELETE, bucket, "?tagging", String::new()).await?;
        }
        return Ok(());
    }
    let set = each(&ask.tag_list(), |tag| {
        element("Tag", members(tag, &[("Key", "Key"), ("Value", "Value")]))
    });
    let body = element("Tagging", element("TagSet", set));
    call(ask, Method::PUT, bucket, "?tagging", body).await?;
    Ok(())
}

/// As of a new bucket, where nothing is said.
fn ownership(value: &Value) -> Doing {
    let mut rules = value["Rules"].clone();
    if rules.is_null() {
        rules = json!([{"ObjectOwnership": "BucketOwnerEnforced"}]);
    }
    let rules = each(&rules, |rule| {
        element("Rule", members(rule, &[("ObjectOwnership", "ObjectOwnership")]))
    });
    Put(element("OwnershipControls", rules))
}

/// Nobody, as of a new bucket, where nothing is said.
fn public_access(value: &Value) -> Doing {
    const NAMES: [&str; 4] =
        ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"];
    let flag = |name: &&str| {
        let default = Value::Bool(value.is_null());
        said(name, value.get(*name).unwrap_or(&default))
    };
    let flags: String = NAMES.iter().map(flag).collect();
    Put(element("PublicAccessBlockConfiguration", flags))
}

fn encryption(value: &Value) -> Doing {
    if value.is_null() {
        return Delete;
    }
    let rules = each(&value["ServerSideEncryptionConfiguration"], |rule| {
        let by = &rule["ServerSideEncryptionByDefault"];
        let names = [("SSEAlgorithm", "SSEAlgorithm"), ("KMSMasterKeyID", "KMSMasterKeyID")];
        let by = match by {
            Value::Null => String::new(),
            by => element("ApplyServerSideEncryptionByDefault", members(by, &names)),
        };
        element("Rule", by + &said("BucketKeyEnabled", &rule["BucketKeyEnabled"]))
    });
    Put(element("ServerSideEncryptionConfiguration", rules))
}

/// What once had versions keeps them.
fn versioning(value: &Value) -> Doing {
    let status = value.get("Status").cloned().unwrap_or_else(|| "Suspended".into());
    Put(element("VersioningConfiguration", said("Status", &status)))
}

fn cors(value: &Value) -> Doing {
    if value.is_null() {
        return Delete;
    }
    let lists = [
        ("AllowedHeaders", "AllowedHeader"),
        ("AllowedMethods", "AllowedMethod"),
        ("AllowedOrigins", "AllowedOrigin"),
        ("ExposedHeaders", "ExposeHeader"),
    ];
    let rules = each(&value["CorsRules"], |rule| {
        let lists: String =
            lists.iter().map(|(list, name)| each(&rule[*list], |one| said(name, one))).collect();
        let rest = members(rule, &[("Id", "ID"), ("MaxAge", "MaxAgeSeconds")]);
        element("CORSRule", lists + &rest)
    });
    Put(element("CORSConfiguration", rules))
}
