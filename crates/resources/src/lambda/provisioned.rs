//! Provisioned concurrency of a version or an alias.

use http::Method;
use serde_json::Value;

use super::{call, qualified};
use crate::kind::{Ask, Failure};

/// The property that says so.
const CONFIG: &str = "ProvisionedConcurrencyConfig";

/// Has Lambda keep as many sandboxes as the properties say, and waits for them; none, where they say so no more
/// and `was` did.
pub(super) async fn provide(
    ask: &Ask,
    function: &str,
    qualifier: &str,
    was: Option<&Value>,
) -> Result<(), Failure> {
    let wish = ask.properties.get(CONFIG);
    if wish == was && !ask.again {
        return Ok(());
    }
    let path = format!("/2019-09-30/functions/{function}/provisioned-concurrency");
    let path = &format!("{path}{}", qualified(qualifier));
    match wish {
        None if was.is_none() => Ok(()),
        None => Ok(call(ask, Method::DELETE, path, &Value::Null).await.map(drop)?),
        Some(wish) => {
            call(ask, Method::PUT, path, wish).await?;
            ready(ask, path).await
        }
    }
}

async fn ready(ask: &Ask, path: &str) -> Result<(), Failure> {
    ask.until(|| async move {
        let config = call(ask, Method::GET, path, &Value::Null).await?;
        match config["Status"].as_str() {
            Some("READY") => Ok(Some(())),
            Some("FAILED") => {
                let why = config["StatusReason"].as_str().unwrap_or("it failed");
                Err(Failure::new(format!("Provisioned concurrency did not stabilize: {why}")))
            }
            _ => Ok(None),
        }
    })
    .await
}
