//! `fika webhook`: where a foreign S3 posts what happened in its buckets, through the server.

use std::process::ExitCode;

use bytes::Bytes;
use fika_aws::sigv4::Service;
use http::{HeaderMap, Method};
use serde_json::{Value, json};

use crate::cli::{ServerArgs, WebhookAction, WebhookArgs};
use crate::client::Client;
use crate::credentials;
use crate::failure::Failure;
use crate::ui::Ui;

const PATH: &str = "/_fika/webhooks";

/// Makes, lists or deletes.
///
/// # Errors
/// When the server cannot be asked or refuses.
pub async fn run(args: &WebhookArgs, ui: &Ui) -> Result<ExitCode, Failure> {
    match &args.action {
        WebhookAction::Create { target, server } => {
            let wanted = Some(json!({ "target": target }));
            let (mut made, authority) = ask(server, Method::POST, PATH, wanted).await?;
            made["endpoint"] = format!("http://{authority}{}", text(&made, "path")).into();
            ui.answer(&made, &environment(&made))?;
        }
        WebhookAction::List { server } => {
            let (all, _) = ask(server, Method::GET, PATH, None).await?;
            let lines: Vec<String> =
                all["webhooks"].as_array().into_iter().flatten().map(line).collect();
            ui.answer(&all, &lines.join("\n"))?;
        }
        WebhookAction::Delete { id, server } => {
            let (gone, _) = ask(server, Method::DELETE, &format!("{PATH}/{id}"), None).await?;
            ui.answer(&gone, &format!("the webhook {id} is gone"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// As MinIO reads it.
fn environment(made: &Value) -> String {
    let (target, endpoint) = (text(made, "target"), text(made, "endpoint"));
    format!(
        "# webhook {} tells {target}; the token is not shown again\nexport \
         MINIO_NOTIFY_WEBHOOK_ENABLE_FIKA=on\nexport \
         MINIO_NOTIFY_WEBHOOK_ENDPOINT_FIKA={endpoint}\nexport \
         MINIO_NOTIFY_WEBHOOK_AUTH_TOKEN_FIKA=\"Bearer {}\"",
        text(made, "id"),
        text(made, "token"),
    )
}

fn line(one: &Value) -> String {
    let at = one["created_ms"].as_i64().unwrap_or_default();
    let at = jiff::Timestamp::from_millisecond(at).unwrap_or_default();
    format!("{at:.0}  {}  {}", text(one, "id"), text(one, "target"))
}

fn text<'v>(one: &'v Value, name: &str) -> &'v str {
    one[name].as_str().unwrap_or_default()
}

/// The server's answer, and where that is.
async fn ask(
    server: &ServerArgs,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> Result<(Value, String), Failure> {
    let access = credentials::find(server).await?;
    let authority = access.authority.clone();
    let body = body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string()));
    let client = Client::new(access);
    let answer = client.send(Service::LAMBDA, method, path, HeaderMap::new(), body).await?;
    match answer.refusal() {
        Some(refusal) => Err(refusal.into()),
        None => Ok((answer.json()?, authority)),
    }
}
