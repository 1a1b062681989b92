//! Greets whoever the event names.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Request {
    name: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Greeting {
    message: String,
    request_id: String,
}

async fn greet(event: LambdaEvent<Request>) -> Result<Greeting, Error> {
    let name = event.payload.name.unwrap_or_else(|| "world".into());
    Ok(Greeting { message: format!("Hello, {name}!"), request_id: event.context.request_id })
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(greet)).await
}
