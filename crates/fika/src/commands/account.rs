//! `fika account`: accounts and their keys, through the server.

use std::process::ExitCode;

use bytes::Bytes;
use fika_aws::sigv4::Service;
use http::{HeaderMap, Method};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::cli::{AccountAction, AccountArgs, KeyAction, ServerArgs};
use crate::client::Client;
use crate::credentials;
use crate::failure::{Failure, Kind};
use crate::ui::Ui;

const PATH: &str = "/_fika/accounts";

#[derive(Deserialize)]
struct Accounts {
    accounts: Vec<Account>,
}

#[derive(Deserialize)]
struct Account {
    account_id: String,
    access_key_ids: Vec<String>,
    root: bool,
}

/// Makes, lists or deletes accounts and keys.
///
/// # Errors
/// When the server cannot be asked or refuses.
pub async fn run(args: &AccountArgs, ui: &Ui) -> Result<ExitCode, Failure> {
    match &args.action {
        AccountAction::Create { id, server } => {
            let wanted = id.as_ref().map_or_else(|| json!({}), |id| json!({"account_id": id}));
            let made = ask(server, Method::POST, PATH, Some(&wanted)).await?;
            ui.answer(&made, &key_lines(&made))?;
        }
        AccountAction::List { server } => {
            let all = ask(server, Method::GET, PATH, None).await?;
            ui.answer(&all, &account_lines(&all)?)?;
        }
        AccountAction::Delete { id, server } => {
            ask(server, Method::DELETE, &format!("{PATH}/{id}"), None).await?;
            ui.answer(&json!({"account_id": id}), &format!("the account {id} is gone"))?;
        }
        AccountAction::Key(key) => return run_key(&key.action, ui).await,
    }
    Ok(ExitCode::SUCCESS)
}

async fn run_key(action: &KeyAction, ui: &Ui) -> Result<ExitCode, Failure> {
    match action {
        KeyAction::Create { account, server } => {
            let path = format!("{PATH}/{account}/keys");
            let made = ask(server, Method::POST, &path, None).await?;
            ui.answer(&made, &key_lines(&made))?;
        }
        KeyAction::List { account, server } => {
            let all = ask(server, Method::GET, PATH, None).await?;
            let Accounts { accounts } = read(&all)?;
            let found = accounts.into_iter().find(|one| one.account_id == *account);
            let keys = found.ok_or_else(|| {
                Failure::new(
                    Kind::Refused,
                    "look with `fika account list`",
                    format!("there is no account {account}"),
                )
            })?;
            let shown = json!({"access_key_ids": keys.access_key_ids});
            ui.answer(&shown, &keys.access_key_ids.join("\n"))?;
        }
        KeyAction::Delete { account, id, server } => {
            let path = format!("{PATH}/{account}/keys/{id}");
            ask(server, Method::DELETE, &path, None).await?;
            ui.answer(&json!({"access_key_id": id}), &format!("the access key {id} is gone"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn ask(
    server: &ServerArgs,
    method: Method,
    path: &str,
    body: Option<&Value>,
) -> Result<Value, Failure> {
    let client = Client::new(credentials::find(server).await?);
    let body = body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string()));
    let answer = client.send(Service::LAMBDA, method, path, HeaderMap::new(), body).await?;
    if let Some(refusal) = answer.refusal() {
        return Err(refusal.into());
    }
    if answer.body.is_empty() { Ok(Value::Null) } else { answer.json() }
}

fn read(all: &Value) -> Result<Accounts, Failure> {
    Accounts::deserialize(all).map_err(Failure::protocol)
}

fn account_lines(all: &Value) -> Result<String, Failure> {
    let line = |one: Account| {
        let whose = if one.root { "  (the server's own)" } else { "" };
        format!("{}  {}{whose}", one.account_id, one.access_key_ids.join(" "))
    };
    Ok(read(all)?.accounts.into_iter().map(line).collect::<Vec<_>>().join("\n"))
}

/// As `fika env` says it, so that it can be evaluated.
fn key_lines(made: &Value) -> String {
    let text = |name: &str| made[name].as_str().unwrap_or_default().to_owned();
    format!(
        "# account {}; the secret is not shown again\nexport AWS_ACCESS_KEY_ID={}\nexport \
         AWS_SECRET_ACCESS_KEY={}",
        text("account_id"),
        text("access_key_id"),
        text("secret_access_key")
    )
}
