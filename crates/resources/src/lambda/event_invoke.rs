//! `AWS::Lambda::EventInvokeConfig`.

use http::Method;
use serde_json::{Map, Value};

use super::{call, qualified, said};
use crate::kind::{Ask, Failure, Kind, Made, Property, Was};
use crate::services::gone;

/// What becomes of asynchronous invocations.
pub static KIND: Kind = Kind {
    name: "AWS::Lambda::EventInvokeConfig",
    properties: &[
        Property::may("DestinationConfig"),
        Property::must_fixed("FunctionName"),
        Property::may("MaximumEventAgeInSeconds"),
        Property::may("MaximumRetryAttempts"),
        Property::must_fixed("Qualifier"),
    ],
    open: false,
    attributes: &[],
    create: |ask| Box::pin(create(ask)),
    update: |ask, was| Box::pin(update(ask, was)),
    delete: |ask, was| Box::pin(delete(ask, was)),
};

async fn create(ask: Ask) -> Result<Made, Failure> {
    let (function, qualifier) = (ask.required("FunctionName")?, ask.required("Qualifier")?);
    let path = path(&ask.properties);
    match call(&ask, Method::GET, &path, &Value::Null).await {
        Err(refusal) if refusal.is_missing() => {}
        Ok(_) if ask.again => {}
        Ok(_) => {
            let what = format!("An event invoke config of {function} and {qualifier}");
            return Err(Failure::new(format!("{what} already exists")));
        }
        Err(refusal) => return Err(refusal.into()),
    }
    put(&ask, &path).await?;
    Ok(Made::new(format!("{function}|{qualifier}")))
}

async fn update(ask: Ask, was: Was) -> Result<Made, Failure> {
    put(&ask, &path(&ask.properties)).await?;
    Ok(was.made)
}

async fn delete(ask: Ask, was: Was) -> Result<(), Failure> {
    gone(call(&ask, Method::DELETE, &path(&was.properties), &Value::Null).await)
}

/// What is not given becomes Lambda's default again.
async fn put(ask: &Ask, path: &str) -> Result<(), Failure> {
    let names = ["DestinationConfig", "MaximumEventAgeInSeconds", "MaximumRetryAttempts"];
    call(ask, Method::PUT, path, &ask.only(&names).into()).await?;
    Ok(())
}

fn path(properties: &Map<String, Value>) -> String {
    let function = said(properties, "FunctionName");
    let qualifier = qualified(said(properties, "Qualifier"));
    format!("/2019-09-25/functions/{function}/event-invoke-config{qualifier}")
}
