//! `fika events`: what waits and what failed for good, through the server.

use std::process::ExitCode;

use bytes::Bytes;
use fika_aws::sigv4::Service;
use http::{HeaderMap, Method};
use serde_json::Value;

use crate::cli::{EventsAction, EventsArgs, ServerArgs};
use crate::client::Client;
use crate::credentials;
use crate::failure::Failure;
use crate::ui::Ui;

const PATH: &str = "/_fika/events";

/// Lists, shows or replays.
///
/// # Errors
/// When the server cannot be asked or refuses.
pub async fn run(args: &EventsArgs, ui: &Ui) -> Result<ExitCode, Failure> {
    match &args.action {
        EventsAction::List { waiting, server } => {
            let query = if *waiting { "" } else { "?ended" };
            let all = ask(server, Method::GET, &format!("{PATH}{query}")).await?;
            let lines: Vec<String> =
                all["events"].as_array().into_iter().flatten().map(line).collect();
            ui.answer(&all, &lines.join("\n"))?;
        }
        EventsAction::Show { id, server } => {
            let one = ask(server, Method::GET, &format!("{PATH}/{id}")).await?;
            let text = format!("{}\n{}", line(&one), text(&one, "payload"));
            ui.answer(&one, &text)?;
        }
        EventsAction::Replay { id, server } => {
            let one = ask(server, Method::POST, &format!("{PATH}/{id}/replay")).await?;
            ui.answer(&one, &format!("{id} waits for its turn again"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn line(one: &Value) -> String {
    let at = one["ended_ms"].as_i64().or(one["accepted_ms"].as_i64()).unwrap_or_default();
    let at = jiff::Timestamp::from_millisecond(at).unwrap_or_default();
    let end = match one["condition"].as_str() {
        Some(condition) => format!("{condition}: {}", text(one, "message")),
        None => format!("waits, ran {} times", one["attempts"]),
    };
    format!("{at:.0}  {}  {}  {end}", text(one, "id"), text(one, "target"))
}

fn text(one: &Value, name: &str) -> String {
    one[name].as_str().unwrap_or_default().to_owned()
}

async fn ask(server: &ServerArgs, method: Method, path: &str) -> Result<Value, Failure> {
    let client = Client::new(credentials::find(server).await?);
    let answer = client.send(Service::LAMBDA, method, path, HeaderMap::new(), Bytes::new()).await?;
    match answer.refusal() {
        Some(refusal) => Err(refusal.into()),
        None => answer.json(),
    }
}
