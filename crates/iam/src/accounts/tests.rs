#![allow(clippy::unwrap_used)]

use std::os::unix::fs::PermissionsExt;

use tempfile::TempDir;

use super::*;

fn options(account: Option<&str>, key: Option<(&str, &str)>) -> RootOptions {
    RootOptions {
        account_id: account.map(Into::into),
        access_key_id: key.map(|(id, _)| id.into()),
        secret_access_key: key.map(|(_, secret)| Secret::new(secret.into())),
    }
}

async fn open(dir: &TempDir, options: RootOptions) -> Iam {
    let store = Store::open(dir.path()).unwrap();
    Iam::open(store, dir.path(), options).await.unwrap()
}

#[tokio::test]
async fn the_first_start_makes_a_key_and_the_next_keeps_it() {
    let dir = tempfile::tempdir().unwrap();
    let accounts = open(&dir, RootOptions::default()).await;
    let root = accounts.root().clone();
    assert!(root.access_key_id.starts_with("AKIA") && root.access_key_id.len() == 20);
    assert_eq!(root.secret.reveal().len(), 40);
    assert_eq!(accounts.lookup(&root.access_key_id), Some(root.clone()));
    assert_eq!(accounts.lookup("AKIA"), None);
    assert!(!format!("{root:?}").contains(root.secret.reveal()));
    drop(accounts);
    assert_eq!(*open(&dir, RootOptions::default()).await.root(), root);
}

#[tokio::test]
async fn the_file_is_its_owners_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("credentials");
    std::fs::write(&path, "old, with other rights").unwrap();
    let root = open(&dir, RootOptions::default()).await.root().clone();
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let file: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(file["account_id"], root.account.as_str());
    assert_eq!(file["access_key_id"], root.access_key_id);
    assert_eq!(file["secret_access_key"], root.secret.reveal());
}

#[tokio::test]
async fn a_given_key_is_added_or_changed() {
    let dir = tempfile::tempdir().unwrap();
    let first = open(&dir, RootOptions::default()).await.root().clone();
    let accounts = open(&dir, options(None, Some(("test", "test")))).await;
    assert_eq!(accounts.root().account, first.account);
    assert_eq!(accounts.lookup("test").unwrap().secret.reveal(), "test");
    assert_eq!(accounts.lookup(&first.access_key_id), Some(first));
    drop(accounts);
    let accounts = open(&dir, options(Some("000000000000"), Some(("test", "other")))).await;
    let key = accounts.lookup("test").unwrap();
    assert_eq!((key.account.as_str(), key.secret.reveal()), ("000000000000", "other"));
    drop(accounts);
    let accounts = open(&dir, options(Some("000000000001"), None)).await;
    assert_ne!(accounts.root().access_key_id, "test");
    assert_eq!(accounts.root().account.as_str(), "000000000001");
}

#[tokio::test]
async fn a_wrong_setting_is_refused_by_name() {
    let long = "x".repeat(129);
    for (given, name) in [
        (options(Some("12"), None), "FIKA_ROOT_ACCOUNT_ID"),
        (options(None, Some(("a b", "s"))), "FIKA_ROOT_ACCESS_KEY_ID"),
        (options(None, Some(("", "s"))), "FIKA_ROOT_ACCESS_KEY_ID"),
        (options(None, Some((&long, "s"))), "FIKA_ROOT_ACCESS_KEY_ID"),
        (options(None, Some(("a", "ä"))), "FIKA_ROOT_SECRET_ACCESS_KEY"),
        (RootOptions { access_key_id: Some("a".into()), ..Default::default() }, "both or neither"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let error = Iam::open(store, dir.path(), given).await.unwrap_err().to_string();
        assert!(error.contains(name), "{error}");
    }
}

#[tokio::test]
async fn another_account_is_apart_and_lasts() {
    let dir = tempfile::tempdir().unwrap();
    let accounts = open(&dir, RootOptions::default()).await;
    let id = AccountId::new("000000000042").unwrap();
    let made = accounts.create(Some(id.clone())).await.unwrap();
    assert_eq!(made.account, id);
    assert!(matches!(accounts.create(Some(id)).await, Err(AccountsError::Exists(_))));
    let root = accounts.root().account.clone();
    assert!(matches!(accounts.create(Some(root)).await, Err(AccountsError::Exists(_))));
    let random = accounts.create(None).await.unwrap();
    assert_ne!(random.account, made.account);
    drop(accounts);
    let accounts = open(&dir, RootOptions::default()).await;
    for key in [made, random] {
        assert_eq!(accounts.lookup(&key.access_key_id), Some(key));
    }
}

#[tokio::test]
async fn no_id_is_given_twice() {
    let dir = tempfile::tempdir().unwrap();
    let accounts = open(&dir, RootOptions::default()).await;
    let id = AccountId::new("111122223333").unwrap();
    let first = accounts.create(Some(id.clone())).await.unwrap();
    accounts.delete_account(&id).await.unwrap();
    assert_eq!(accounts.lookup(&first.access_key_id), None);
    let again = accounts.create(Some(id.clone())).await;
    assert!(matches!(again, Err(AccountsError::Gone(_))), "{again:?}");
    drop(accounts);
    let accounts = open(&dir, RootOptions::default()).await;
    let again = accounts.create(Some(id.clone())).await;
    assert!(matches!(again, Err(AccountsError::Gone(_))), "{again:?}");
    assert!(matches!(accounts.delete_account(&id).await, Err(AccountsError::NoAccount(_))));
}

#[tokio::test]
async fn a_key_that_was_asked_for_twice_is_one() {
    let dir = tempfile::tempdir().unwrap();
    let iam = open(&dir, RootOptions::default()).await;
    let account = iam.root().account.clone();
    iam.create_user(&account, "ann".into(), None, Default::default()).await.unwrap();
    let key = |token: &str| iam.create_key(&account, Some("ann"), Some(token.into()));
    let first = key("a").await.unwrap();
    assert_eq!(key("a").await.unwrap(), first);
    assert_ne!(key("b").await.unwrap(), first);
    assert_eq!(iam.keys(&account, Some("ann")).unwrap().len(), 2);
}
