//! Tags, and the wishes among them.

use fika_aws::generated::lambda::{ListTagsInput, TagResourceInput, UntagResourceInput};
use fika_model::WallWish;
use serde_json::json;

use super::super::*;
use super::fixture::*;

const ARN: &str = "arn:aws:lambda:eu-north-1:000000000001:function:hello";

async fn tag(fixture: &Fixture, arn: &str, pairs: &[(&str, &str)]) -> Result<(), AwsError> {
    let input = TagResourceInput { resource: Some(arn.into()), tags: Some(variables(pairs)) };
    fixture.control.tag_resource(&scope(), input).await.map(drop)
}

async fn untag(fixture: &Fixture, keys: &[&str]) -> Result<(), AwsError> {
    let keys = keys.iter().map(|key| (*key).to_owned()).collect();
    let input = UntagResourceInput { resource: Some(ARN.into()), tag_keys: Some(keys) };
    fixture.control.untag_resource(&scope(), input).await.map(drop)
}

fn tags(fixture: &Fixture) -> BTreeMap<String, String> {
    let input = ListTagsInput { resource: Some(ARN.into()) };
    fixture.control.list_tags(&scope(), &input).unwrap().tags.unwrap()
}

#[tokio::test]
async fn tags_come_and_go() {
    let mut fixture = Fixture::new(Verdict::Ready);
    fixture.active("hello").await;
    let uid = fixture.resolve("hello").unwrap().uid;
    assert_eq!(tags(&fixture), variables(&[]));
    tag(&fixture, ARN, &[("a", "1"), ("b", "2")]).await.unwrap();
    tag(&fixture, ARN, &[("b", "3")]).await.unwrap();
    untag(&fixture, &["a", "never"]).await.unwrap();
    // None of these is a wish, so the same version goes on.
    assert_eq!(fixture.resolve("hello").unwrap().uid, uid);
    fixture = fixture.reopen(Verdict::Ready).await;
    assert_eq!(tags(&fixture), variables(&[("b", "3")]));
}

#[tokio::test]
async fn a_wish_makes_the_latest_anew_and_leaves_versions_alone() {
    let mut fixture = Fixture::new(Verdict::Ready);
    let wishes = json!({ "fika:wall": "jail", "fika:egress": "allow=10.1.0.0/16 2001:db8::/32" });
    fixture.create(json!({ "Tags": wishes })).await.unwrap();
    fixture.settled("hello").await;
    fixture.publish("hello", json!({})).await.unwrap();
    fixture.settled("hello:1").await;
    let before = fixture.resolve("hello").unwrap();
    assert_eq!(before.wall, Some(WallWish::Jail));
    assert_eq!(before.egress, Some("allow=10.1.0.0/16,2001:db8::/32".parse().unwrap()));
    tag(&fixture, ARN, &[("fika:wall", "microvm")]).await.unwrap();
    fixture.settled("hello").await;
    let after = fixture.resolve("hello").unwrap();
    assert_eq!(after.wall, Some(WallWish::MicroVm));
    assert_ne!(after.uid, before.uid);
    fixture = fixture.reopen(Verdict::Ready).await;
    assert_eq!(fixture.resolve("hello").unwrap().wall, Some(WallWish::MicroVm));
    let published = fixture.resolve("hello:1").unwrap();
    assert_eq!((published.wall, &published.egress), (Some(WallWish::Jail), &before.egress));
    untag(&fixture, &["fika:wall"]).await.unwrap();
    fixture.settled("hello").await;
    assert_eq!(fixture.resolve("hello").unwrap().wall, None);
}

#[tokio::test]
async fn a_wish_that_cannot_be_had_leaves_nothing_weaker_running() {
    let mut fixture = Fixture::new(Verdict::Ready);
    fixture.active("hello").await;
    let old = fixture.resolve("hello").unwrap();
    fixture.tell(Verdict::Fail("no such wall"));
    tag(&fixture, ARN, &[("fika:wall", "microvm")]).await.unwrap();
    let answer = fixture.settled("hello").await;
    assert_eq!(answer.state.unwrap().as_str(), "Failed");
    assert_eq!(answer.state_reason.as_deref(), Some("no such wall"));
    assert!(fixture.resolve("hello").is_err());
    assert_eq!(*fixture.fake.retired.lock().unwrap(), [old.uid]);
    fixture = fixture.reopen(Verdict::Ready).await;
    assert!(fixture.resolve("hello").is_err());
    untag(&fixture, &["fika:wall"]).await.unwrap();
    fixture.settled("hello").await;
    assert_eq!(fixture.resolve("hello").unwrap().wall, None);
}

#[tokio::test]
async fn tags_that_do_not_fit() {
    let fixture = Fixture::new(Verdict::Ready);
    fixture.active("hello").await;
    for (arn, pair, status, text) in [
        (ARN, ("fika:wall", "brick"), 400, "is not one of jail, microvm, qemu, firecracker"),
        (
            ARN,
            ("fika:egress", "all"),
            400,
            "The tag fika:egress cannot be read: \"all\" is no egress policy",
        ),
        (ARN, ("aws:x", ""), 400, "reserved"),
        (&format!("{ARN}:1"), ("a", ""), 400, "Please specify a function ARN."),
        (&ARN.replace("hello", "other"), ("a", ""), 404, "Function not found"),
        (&ARN.replace("00001", "00002"), ("a", ""), 403, "lambda:TagResource"),
        ("arn:aws:lambda:eu-north-1:000000000001:layer:l", ("a", ""), 400, "is neither"),
    ] {
        let error = tag(&fixture, arn, &[pair]).await.unwrap_err();
        assert_eq!(error.status(), status, "{error}");
        assert!(error.message().contains(text), "{error}");
    }
    fixture.tell(Verdict::Wait);
    fixture.upload("hello", "second", json!({})).await.unwrap();
    // While it is being updated, a tag may change and a wish may not.
    tag(&fixture, ARN, &[("a", "1")]).await.unwrap();
    assert_eq!(tag(&fixture, ARN, &[("fika:wall", "jail")]).await.unwrap_err().status(), 409);
    assert_eq!(tags(&fixture), variables(&[("a", "1")]));
    fixture.tell(Verdict::Ready);
    fixture.settled("hello").await;
    assert_eq!(tags(&fixture), variables(&[("a", "1")]));
}
