#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use fika_model::{CodeRef, FunctionArn, LogFormat, Region, Runtime, Scope, VersionUid};

use super::*;

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
