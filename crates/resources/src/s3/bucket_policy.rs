//! `AWS::S3::BucketPolicy`.

use http::Method;

use super::call;
use crate::kind::{Ask, Failure, Kind, Made, Property, Was};
use crate::services::gone;

/// Policies of buckets.
pub static KIND: Kind = Kind {
    name: "AWS::S3::BucketPolicy",
    properties: &[Property::must_fixed("Bucket"), Property::must("PolicyDocument")],
    open: false,
    attributes: &[],
    create: |ask| Box::pin(create(ask)),
    update: |ask, was| Box::pin(update(ask, was)),
    delete: |ask, was| Box::pin(delete(ask, was)),
};

async fn create(ask: Ask) -> Result<Made, Failure> {
    let bucket = ask.required("Bucket")?.to_owned();
    if !ask.again && call(&ask, Method::GET, &bucket, "?policy", String::new()).await.is_ok() {
        return Err(Failure::new(format!("The bucket policy already exists on bucket {bucket}.")));
    }
    put(&ask, &bucket).await?;
    Ok(Made::new(bucket))
}

async fn update(ask: Ask, was: Was) -> Result<Made, Failure> {
    put(&ask, &was.made.id).await?;
    Ok(was.made)
}

async fn delete(ask: Ask, was: Was) -> Result<(), Failure> {
    gone(call(&ask, Method::DELETE, &was.made.id, "?policy", String::new()).await)
}

async fn put(ask: &Ask, bucket: &str) -> Result<(), Failure> {
    let policy = match ask.value("PolicyDocument") {
        serde_json::Value::String(text) => text.clone(),
        document => document.to_string(),
    };
    call(ask, Method::PUT, bucket, "?policy", policy).await?;
    Ok(())
}
