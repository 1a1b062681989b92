#![allow(clippy::unwrap_used)]

use fika_model::{AccountId, Region};
use tempfile::TempDir;

use super::*;

fn scope() -> Scope {
    Scope {
        account: AccountId::new("123456789012").unwrap(),
        region: Region::new("us-east-1").unwrap(),
    }
}

fn open(dir: &TempDir) -> Answers {
    let bases = Bases { inside: "http://in".into(), outside: "https://out".into() };
    Answers::open(Store::open(dir.path()).unwrap(), bases).unwrap()
}

async fn want(answers: &Answers, purpose: &str, again: bool) -> Awaited {
    let scope = scope();
    let wanted = Wanted { scope: &scope, token: "t", purpose, most: 2, again };
    answers.want(wanted).await.unwrap()
}

fn id(awaited: &Awaited) -> String {
    awaited.inside().strip_prefix("http://in").unwrap().strip_prefix(PATH).unwrap().to_owned()
}

fn text(text: &str) -> Answer {
    Answer::Text(text.into())
}

#[tokio::test]
async fn an_answer_counts_after_a_crash() {
    let dir = tempfile::tempdir().unwrap();
    let (id, request) = {
        let answers = open(&dir);
        let awaited = want(&answers, "create", false).await;
        assert!(!awaited.was_asked());
        awaited.note_asked().await.unwrap();
        answers.take(&id(&awaited), b"yes").await.unwrap();
        (id(&awaited), awaited.request())
    };
    let answers = open(&dir);
    let mut awaited = want(&answers, "create", true).await;
    assert_eq!((self::id(&awaited), awaited.request(), awaited.was_asked()), (id, request, true));
    let first = awaited.until(|answers| answers.first().cloned()).await;
    assert_eq!(first, text("yes"));
}

#[tokio::test]
async fn another_purpose_has_another_address() {
    let dir = tempfile::tempdir().unwrap();
    let answers = open(&dir);
    let create = id(&want(&answers, "create", false).await);
    let update = id(&want(&answers, "update", true).await);
    assert_ne!(create, update);
    let anew = id(&want(&answers, "update", false).await);
    assert_ne!(update, anew);
    for gone in [create, update] {
        assert!(matches!(answers.take(&gone, b"late").await, Err(NotTaken::Nobody)));
    }
    answers.take(&anew, b"in time").await.unwrap();
    answers.forget(&scope(), "t").await.unwrap();
    assert!(matches!(answers.take(&anew, b"late").await, Err(NotTaken::Nobody)));
}

#[tokio::test]
async fn who_waits_hears_each_answer_once() {
    let dir = tempfile::tempdir().unwrap();
    let answers = open(&dir);
    let mut awaited = want(&answers, "signals", false).await;
    let id = id(&awaited);
    let told = async {
        for body in ["a", "a", "b", "one too many"] {
            answers.take(&id, body.as_bytes()).await.unwrap();
        }
    };
    let heard = awaited.until(|answers| (answers.len() == 2).then(|| answers.to_vec()));
    let (heard, ()) = tokio::join!(heard, told);
    assert_eq!(heard, [text("a"), text("b")]);
    assert_eq!(awaited.answers().len(), 2);
}

#[tokio::test]
async fn an_answer_that_is_too_long_is_known_as_that() {
    let dir = tempfile::tempdir().unwrap();
    let answers = open(&dir);
    let mut awaited = want(&answers, "create", false).await;
    answers.take(&id(&awaited), &[b'x'; 4_097]).await.unwrap();
    assert_eq!(awaited.until(|answers| answers.first().cloned()).await, Answer::TooLong);
}

#[tokio::test]
async fn what_is_old_goes() {
    let dir = tempfile::tempdir().unwrap();
    let answers = open(&dir);
    let awaited = want(&answers, "create", false).await;
    let made = now_ms();
    assert_eq!(answers.lock().old(made), Vec::<String>::new());
    assert_eq!(answers.lock().old(made + 4 * 24 * 3_600_000).len(), 1);
    drop(awaited);
}
