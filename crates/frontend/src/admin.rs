//! Accounts, for whoever runs the server: what `fika account` calls. AWS has nothing of the
//! kind; only the root of the server's own account may ask.

use bytes::Bytes;
use fika_aws::shape::AwsError;
use fika_iam::{AccountsError, Credential, Iam};
use fika_model::AccountId;
use http::{Method, Response, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Frontend;
use crate::answer::Answer;
use crate::auth::Caller;
use crate::reply::Reply;

/// Where accounts are. Nothing of AWS's begins so.
pub(crate) const PATH: &str = "/_fika/accounts";

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    account_id: Option<String>,
}

/// Answers one request. `path` is what follows [`PATH`]; `left_of` names what an account still has.
///
/// # Errors
/// 403 for anybody else; 404, 409 and 400 for what cannot be.
pub(crate) async fn answer(
    iam: &Iam,
    left_of: impl Fn(&AccountId) -> Option<&'static str>,
    caller: &Caller,
    (method, path): (&Method, &str),
    body: &Bytes,
) -> Result<Reply, AwsError> {
    if !caller.principal.is_root_of(&iam.root().account) {
        let text = "Only the root of the server's own account may look after accounts.";
        return Err(AwsError::new("AccessDeniedException", 403, text));
    }
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    match (method.as_str(), parts.as_slice()) {
        ("GET", []) => Ok(reply(StatusCode::OK, Some(list(iam)))),
        ("POST", []) => create(iam, body).await,
        ("DELETE", [account]) => delete(iam, left_of, &known(account)?).await,
        ("POST", [account, "keys"]) => {
            let key = iam.create_root_key(&known(account)?).await.map_err(refused)?;
            Ok(reply(StatusCode::CREATED, Some(whole(&key))))
        }
        ("DELETE", [account, "keys", id]) => {
            iam.delete_root_key(&known(account)?, id).await.map_err(refused)?;
            Ok(reply(StatusCode::NO_CONTENT, None))
        }
        _ => Err(AwsError::new("ResourceNotFoundException", 404, "There is nothing here.")),
    }
}

impl<C, A, W> Frontend<C, A, W> {
    /// What an account still has anywhere; none when that is nothing.
    pub(crate) fn left_of(&self, account: &AccountId) -> Option<&'static str> {
        let beside = || self.services.iter().find_map(|service| service.left_of(account));
        let objects = || self.objects.left_of(account);
        self.control.left_of(account).or_else(beside).or_else(objects)
    }
}

fn list(iam: &Iam) -> Value {
    let root = &iam.root().account;
    let one = |account: &AccountId| {
        let keys = iam.root_keys(account);
        let keys: Vec<&str> = keys.iter().map(|key| key.access_key_id.as_str()).collect();
        json!({"account_id": account, "access_key_ids": keys, "root": account == root})
    };
    json!({"accounts": iam.accounts().iter().map(one).collect::<Vec<_>>()})
}

async fn create(iam: &Iam, body: &Bytes) -> Result<Reply, AwsError> {
    let wanted: Wanted = if body.is_empty() {
        Wanted::default()
    } else {
        serde_json::from_slice(body).map_err(|why| bad(&why))?
    };
    let account = wanted.account_id.map(|id| AccountId::new(&id)).transpose();
    let made = iam.create(account.map_err(|why| bad(&why))?).await.map_err(refused)?;
    Ok(reply(StatusCode::CREATED, Some(whole(&made))))
}

/// Only an empty account goes: what it has would be out of everybody's reach.
async fn delete(
    iam: &Iam,
    left_of: impl Fn(&AccountId) -> Option<&'static str>,
    account: &AccountId,
) -> Result<Reply, AwsError> {
    if let Some(what) = left_of(account) {
        let text = format!("the account {account} still has {what}: delete them first");
        return Err(AwsError::new("ResourceConflictException", 409, text));
    }
    iam.delete_account(account).await.map_err(refused)?;
    Ok(reply(StatusCode::NO_CONTENT, None))
}

fn whole(key: &Credential) -> Value {
    json!({
        "account_id": key.account,
        "access_key_id": key.access_key_id,
        "secret_access_key": key.secret,
    })
}

fn known(account: &str) -> Result<AccountId, AwsError> {
    AccountId::new(account).map_err(|why| bad(&why))
}

fn bad(why: &dyn std::fmt::Display) -> AwsError {
    AwsError::validation(why.to_string())
}

fn refused(error: AccountsError) -> AwsError {
    let text = error.to_string();
    match error {
        AccountsError::NoAccount(_) | AccountsError::NoKey(_) => {
            AwsError::new("ResourceNotFoundException", 404, text)
        }
        AccountsError::Exists(_)
        | AccountsError::Gone(_)
        | AccountsError::IsRoot(_)
        | AccountsError::IsRootKey(_) => AwsError::new("ResourceConflictException", 409, text),
        error => {
            tracing::error!(error = &error as &dyn std::error::Error, "accounts were not changed");
            AwsError::service(text)
        }
    }
}

fn reply(status: StatusCode, body: Option<Value>) -> Reply {
    let text = body.map_or_else(String::new, |body| body.to_string());
    let mut reply = Response::new(Answer::from(text));
    *reply.status_mut() = status;
    reply
}
