use fika_model::Region;

use super::*;
use crate::error::exists;
use crate::kind::Kind;
use crate::record::Draft;

fn name(name: &str) -> Name {
    let account = AccountId::new("123456789012").expect("an account");
    let region = Region::new("us-east-1").expect("a region");
    Name { scope: Scope { account, region }, name: name.into() }
}

fn record(value: &str) -> Record {
    let draft = Draft {
        value: value.into(),
        kind: Some(Kind::String),
        tier: None,
        description: None,
        allowed_pattern: None,
        key_id: None,
        data_type: None,
        modified_ms: 0,
        modified_by: String::new(),
    };
    Record::first(draft, BTreeMap::new()).expect("a parameter")
}

async fn put(parameters: &Parameters, at: &str, value: &str) -> Result<(), AwsError> {
    parameters.change(&name(at), |_| Ok((Some(record(value)), ()))).await
}

#[tokio::test]
async fn a_start_finds_what_was_answered() {
    let dir = tempfile::tempdir().expect("a directory");
    {
        let parameters = Parameters::open(Store::open(dir.path()).expect("a store")).expect("open");
        put(&parameters, "/a/b", "one").await.expect("put");
        put(&parameters, "a", "two").await.expect("put");
        put(&parameters, "gone", "x").await.expect("put");
        parameters.change(&name("gone"), |_| Ok((None, ()))).await.expect("removed");
        let refused = parameters.change::<()>(&name("a"), |_| Err(exists())).await;
        assert_eq!(refused.expect_err("refused").name(), "ParameterAlreadyExists");
    }
    let parameters = Parameters::open(Store::open(dir.path()).expect("a store")).expect("open");
    let all = parameters.list(&name("").scope);
    let names: Vec<_> = all.iter().map(|(name, record)| (name.as_str(), &**record)).collect();
    assert_eq!(names, [("/a/b", &record("one")), ("a", &record("two"))]);
    assert!(parameters.has_any(&name("").scope.account));
}

#[tokio::test]
async fn an_account_has_so_many_and_no_more() {
    let dir = tempfile::tempdir().expect("a directory");
    let parameters = Parameters::open(Store::open(dir.path()).expect("a store")).expect("open");
    let one = Arc::new(record("x"));
    for n in 0..PARAMETERS {
        parameters.show(&name(&format!("p{n}")), Some(one.clone()));
    }
    let refused = put(&parameters, "more", "x").await.expect_err("too many");
    assert_eq!(refused.name(), "ParameterLimitExceeded");
    put(&parameters, "p7", "changed").await.expect("it is there already");
    parameters.change(&name("p7"), |_| Ok((None, ()))).await.expect("removed");
    put(&parameters, "more", "x").await.expect("there is room");
}
