#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use fika_aws::shape::AwsError;
use fika_model::{CodeRef, FunctionArn, LogFormat, Region, Runtime, Scope, VersionUid};
use fika_policy::{Context, Side};

use super::*;
use crate::{Holder, Iam, NewRole, RootOptions};

const NOW: i64 = 1_795_413_600;
const HOUR: Duration = Duration::from_secs(3_600);

fn version(account: &str) -> FunctionVersion {
    let account = AccountId::new(account).unwrap();
    let scope = Scope { account, region: Region::new("eu-north-1").unwrap() };
    FunctionVersion {
        uid: VersionUid(1),
        arn: FunctionArn { scope, name: "hello".into(), qualifier: None },
        version: "$LATEST".into(),
        runtime: Runtime::Node { major: 22 },
        handler: "index.handler".into(),
        memory_mb: 128,
        ephemeral_mb: 512,
        timeout: HOUR,
        environment: BTreeMap::new(),
        layers: Vec::new(),
        code: CodeRef { sha256: "0".repeat(64), size: 0 },
        log_group: "/aws/lambda/hello".into(),
        // Of another account: a session acts in the function's own all the same.
        role: "arn:aws:iam::999999999999:role/path/reader".into(),
        wall: None,
        egress: None,
        snap_start: false,
        log_format: LogFormat::Text,
        per_tenant: false,
    }
}

async fn open(dir: &tempfile::TempDir) -> Sessions {
    Sessions::open(&Store::open(dir.path()).unwrap()).await.unwrap()
}

#[tokio::test]
async fn a_session_is_who_it_was_given_to() {
    let dir = tempfile::tempdir().unwrap();
    let sessions = open(&dir).await;
    let given = sessions.issue(&version("000000000001"), NOW, HOUR);
    assert!(given.access_key_id.starts_with("ASIA") && given.access_key_id.len() == 20);
    assert_eq!(given.secret_access_key.reveal().len(), 40);
    assert_eq!(given.expires, NOW + 3_600);
    let token = given.session_token.reveal();
    let session = sessions.verify(&given.access_key_id, token, NOW).unwrap();
    assert_eq!(session.account.as_str(), "000000000001");
    assert_eq!(session.arn(), "arn:aws:sts::000000000001:assumed-role/reader/hello");
    assert_eq!(session.secret, given.secret_access_key);
    let shown = format!("{given:?} {session:?} {sessions:?}");
    assert!(!shown.contains(token) && !shown.contains(given.secret_access_key.reveal()));
    let other = sessions.issue(&version("000000000001"), NOW, HOUR);
    assert_ne!(other.access_key_id, given.access_key_id);
    assert_ne!(other.secret_access_key, given.secret_access_key);
}

#[tokio::test]
async fn a_session_ends_to_the_second() {
    let dir = tempfile::tempdir().unwrap();
    let sessions = open(&dir).await;
    let given = sessions.issue(&version("000000000001"), NOW, HOUR);
    let verify =
        |now| sessions.verify(&given.access_key_id, given.session_token.reveal(), now).map(drop);
    assert_eq!(verify(NOW + 3_599), Ok(()));
    assert_eq!(verify(NOW + 3_600), Err(SessionError::Expired));
}

#[tokio::test]
async fn a_token_of_our_own_making_only() {
    let dir = tempfile::tempdir().unwrap();
    let sessions = open(&dir).await;
    let given = sessions.issue(&version("000000000001"), NOW, HOUR);
    let other = sessions.issue(&version("000000000002"), NOW, HOUR);
    let (id, token) = (given.access_key_id.as_str(), given.session_token.reveal());
    let refused = |id: &str, token: &str| {
        assert_eq!(sessions.verify(id, token, NOW), Err(SessionError::Invalid), "{id} {token}");
    };
    refused(&other.access_key_id, token);
    refused(id, other.session_token.reveal());
    for text in ["", "x", "AAAA", &token[..42], &token[..token.len() - 4], &format!("{token}AAAA")]
    {
        refused(id, text);
    }
    // Every byte of it counts.
    let bytes = URL_SAFE_NO_PAD.decode(token).unwrap();
    for i in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[i] ^= 1;
        refused(id, &URL_SAFE_NO_PAD.encode(changed));
    }
    // Another server's key makes other tokens.
    let stranger = open(&tempfile::tempdir().unwrap()).await;
    assert_eq!(stranger.verify(id, token, NOW), Err(SessionError::Invalid));
}

#[tokio::test]
async fn sessions_last_over_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let sessions = open(&dir).await;
    let version = version("000000000001");
    let given = sessions.issue(&version, NOW, HOUR);
    let door = sessions.container_token(&version);
    drop(sessions);
    let sessions = open(&dir).await;
    let token = given.session_token.reveal();
    let session = sessions.verify(&given.access_key_id, token, NOW).unwrap();
    assert_eq!(session.secret, given.secret_access_key);
    assert_eq!(sessions.container_token(&version), door);
    let published = FunctionVersion { version: "1".into(), ..version };
    assert_ne!(sessions.container_token(&published), door);
}

fn trust(service: &str) -> String {
    let statement = r#""Effect":"Allow","Action":"sts:AssumeRole","Principal""#;
    format!(r#"{{"Version":"2012-10-17","Statement":{{{statement}:{{"Service":"{service}"}}}}}}"#)
}

/// Roles are looked at when they are used: what they were when the function got them counts not.
#[tokio::test]
async fn a_role_lends_its_policies_while_it_trusts_lambda() -> Result<(), AwsError> {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let sessions = Sessions::open(&store).await.unwrap();
    let root = RootOptions { account_id: Some("000000000001".into()), ..Default::default() };
    let iam = Iam::open(store, dir.path(), root).await.unwrap();
    let mut version = version("000000000001");
    version.role = "arn:aws:iam::000000000001:role/reader".into();
    let given = sessions.issue(&version, NOW, HOUR);
    let (id, token) = (given.access_key_id.as_str(), given.session_token.reveal());
    let may = |action| {
        let known = iam.identify(&sessions, id, Some(token), NOW).unwrap();
        known.principal.may(action, "*", None, Side::Same, Context::new()).is_ok()
    };
    assert!(!may("logs:PutLogEvents"), "one that was never made allows nothing");
    let account = AccountId::new("000000000001").unwrap();
    let name = "reader".to_owned();
    let people = NewRole { name, trust: trust("ec2.amazonaws.com"), ..Default::default() };
    iam.create_role(&account, people).await?;
    let arn = "arn:aws:iam::aws:policy/AdministratorAccess";
    iam.attach(&account, (Holder::Role, "reader"), arn.into()).await?;
    assert!(!may("lambda:ListFunctions"), "it was made since, for others");
    iam.update_trust(&account, "reader", trust("lambda.amazonaws.com")).await?;
    assert!(may("lambda:ListFunctions"));
    iam.update_trust(&account, "reader", trust("ec2.amazonaws.com")).await?;
    assert!(!may("lambda:ListFunctions"), "it trusts Lambda no more");
    Ok(())
}
