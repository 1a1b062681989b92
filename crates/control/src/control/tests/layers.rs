//! Layers, and the functions that have them.

use fika_aws::generated::lambda::{
    AddLayerVersionPermissionInput, DeleteLayerVersionInput, GetLayerVersionByArnInput,
    GetLayerVersionInput, GetLayerVersionPolicyInput, GetLayerVersionResponse,
    ListLayerVersionsInput, ListLayersInput, PublishLayerVersionInput, PublishLayerVersionOutput,
    RemoveLayerVersionPermissionInput,
};
use serde_json::json;

use super::fixture::*;

const TOOLS: &str = "arn:aws:lambda:eu-north-1:000000000001:layer:tools";

async fn publish(
    fixture: &Fixture,
    name: &str,
    text: &str,
    changes: serde_json::Value,
) -> Result<PublishLayerVersionOutput, fika_aws::shape::AwsError> {
    let mut input: PublishLayerVersionInput = read(&changes);
    input.layer_name = Some(name.into());
    input.content.get_or_insert_default().zip_file = Some(zip(text).into());
    Ok(fixture.control.publish_layer_version(&scope(), input).await?.output)
}

async fn published(fixture: &Fixture, name: &str, text: &str) -> String {
    let version = publish(fixture, name, text, json!({})).await.unwrap();
    version.layer_version_arn.unwrap()
}

fn version(fixture: &Fixture, number: i64) -> Result<GetLayerVersionResponse, String> {
    let (layer_name, version_number) = (Some("tools".into()), Some(number));
    let input = GetLayerVersionInput { layer_name, version_number };
    let answer = fixture.control.get_layer_version(&scope(), &input);
    answer.map(|answer| answer.output).map_err(|error| error.message().into())
}

async fn delete(fixture: &Fixture, number: i64) {
    let (layer_name, version_number) = (Some("tools".into()), Some(number));
    let input = DeleteLayerVersionInput { layer_name, version_number };
    fixture.control.delete_layer_version(&scope(), &input).await.unwrap();
}

fn refusal<T: std::fmt::Debug>(answer: Result<T, fika_aws::shape::AwsError>) -> (String, String) {
    let error = answer.unwrap_err();
    (error.name().into(), error.message().into())
}

#[tokio::test]
async fn versions_are_numbered_and_shown_as_they_were_published() {
    let fixture = Fixture::new(Verdict::Ready);
    let bare = publish(&fixture, "tools", "one", json!({})).await.unwrap();
    assert_eq!(bare.layer_version_arn.as_deref(), Some(&*format!("{TOOLS}:1")));
    assert_eq!((bare.version, bare.description.as_deref()), (Some(1), Some("")));
    assert_eq!((bare.compatible_runtimes, bare.license_info), (None, None));
    let all = json!({ "Description": "d", "LicenseInfo": "MIT", "CompatibleRuntimes": ["nodejs22.x"],
        "CompatibleArchitectures": [] });
    let full = publish(&fixture, TOOLS, "two", all).await.unwrap();
    assert_eq!((full.version, full.license_info.as_deref()), (Some(2), Some("MIT")));
    assert_eq!(full.compatible_architectures, Some(Vec::new()));
    let content = full.content.unwrap();
    assert_eq!(content.code_size, Some(zip("two").len() as i64));
    let fixture = fixture.reopen(Verdict::Ready).await;
    let again = version(&fixture, 2).unwrap();
    assert_eq!(again.created_date, full.created_date);
    assert_eq!(again.content.unwrap().code_sha256, content.code_sha256);
    let by_arn = GetLayerVersionByArnInput { arn: Some(format!("{TOOLS}:1")) };
    let by_arn = fixture.control.get_layer_version_by_arn(&scope(), &by_arn).unwrap();
    assert_eq!(by_arn.output, version(&fixture, 1).unwrap());
}

#[tokio::test]
async fn what_is_not_there_is_refused_in_awss_words() {
    let fixture = Fixture::new(Verdict::Ready);
    for (number, text) in [
        (1, "The resource you requested does not exist."),
        (0, "Layer Version Cannot be less than 1"),
        (-1, "Layer Version Cannot be less than 1"),
    ] {
        assert_eq!(version(&fixture, number).unwrap_err(), text);
    }
    delete(&fixture, 7).await;
    let list = ListLayerVersionsInput { layer_name: Some("tools".into()), ..Default::default() };
    let list = fixture.control.list_layer_versions(&scope(), &list).unwrap();
    assert_eq!(list.layer_versions, Some(Vec::new()));
}

#[tokio::test]
async fn a_number_is_never_used_twice() {
    let fixture = Fixture::new(Verdict::Ready);
    published(&fixture, "tools", "one").await;
    published(&fixture, "tools", "two").await;
    delete(&fixture, 1).await;
    delete(&fixture, 2).await;
    until(|| fixture.blobs() == 0).await;
    let fixture = fixture.reopen(Verdict::Ready).await;
    let layers = fixture.control.list_layers(&scope(), &ListLayersInput::default()).unwrap();
    assert_eq!(layers.layers, Some(Vec::new()));
    assert_eq!(published(&fixture, "tools", "three").await, format!("{TOOLS}:3"));
}

#[tokio::test]
async fn lists_filter_and_page() {
    let fixture = Fixture::new(Verdict::Ready);
    let node =
        json!({ "CompatibleRuntimes": ["nodejs22.x"], "CompatibleArchitectures": ["arm64"] });
    for (name, changes) in [("a", node.clone()), ("b", json!({})), ("c", node), ("a", json!({}))] {
        publish(&fixture, name, "x", changes).await.unwrap();
    }
    let page = |marker: Option<String>, runtime: Option<&str>| {
        let input = ListLayersInput {
            compatible_runtime: runtime.map(Into::into),
            marker,
            max_items: Some(2),
            ..Default::default()
        };
        let page = fixture.control.list_layers(&scope(), &input).unwrap();
        let show = |layer: fika_aws::generated::lambda::LayersListItem| {
            (layer.layer_name.unwrap(), layer.latest_matching_version.unwrap().version.unwrap())
        };
        (page.layers.unwrap().into_iter().map(show).collect::<Vec<_>>(), page.next_marker)
    };
    let (first, marker) = page(None, None);
    assert_eq!(first, [("a".into(), 2), ("b".into(), 1)]);
    assert_eq!(page(marker, None), (vec![("c".into(), 1)], None));
    assert_eq!(page(None, Some("nodejs22.x")), (vec![("a".into(), 1), ("c".into(), 1)], None));
    let versions = |marker| {
        let (layer_name, max_items) = (Some("a".into()), Some(1));
        let input = ListLayerVersionsInput { layer_name, max_items, marker, ..Default::default() };
        let page = fixture.control.list_layer_versions(&scope(), &input).unwrap();
        (page.layer_versions.unwrap()[0].version.unwrap(), page.next_marker)
    };
    let (last, marker) = versions(None);
    assert_eq!((last, versions(marker)), (2, (1, None)));
}

#[tokio::test]
async fn a_function_keeps_its_layers_when_they_are_deleted() {
    let fixture = Fixture::new(Verdict::Ready);
    let (one, other) =
        (published(&fixture, "tools", "one").await, published(&fixture, "other", "two").await);
    let function = fixture.create(json!({ "Layers": [other, one] })).await.unwrap();
    let arns = |list: Option<Vec<fika_aws::generated::lambda::Layer>>| {
        list.unwrap_or_default().into_iter().map(|layer| layer.arn.unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(arns(function.layers), [other.clone(), one.clone()]);
    fixture.settled("hello").await;
    fixture.publish("hello", json!({})).await.unwrap();
    delete(&fixture, 1).await;
    let fixture = fixture.reopen(Verdict::Ready).await;
    assert_eq!(fixture.blobs(), 3);
    let now = fixture.resolve_settled().await;
    let sizes: Vec<_> = now.layers.iter().map(|layer| layer.size).collect();
    assert_eq!(sizes, [zip("two").len() as u64, zip("one").len() as u64]);
    // Nobody can be given it any more.
    let again = fixture.configure("hello", json!({ "Layers": [one] })).await;
    let text = format!("Layer version {one} does not exist.");
    assert_eq!(refusal(again), ("InvalidParameterValueException".into(), text));
    let fewer = fixture.configure("hello", json!({ "Layers": [] })).await.unwrap();
    assert_eq!(fewer.layers, None);
    fixture.settled("hello").await;
    assert_eq!(fixture.blobs(), 3, "the published version has it still");
    fixture.delete("hello").await.unwrap();
    until(|| fixture.blobs() == 1).await;
}

#[tokio::test]
async fn layers_that_cannot_be_are_refused() {
    let fixture = Fixture::new(Verdict::Ready);
    let one = published(&fixture, "tools", "one").await;
    let two = published(&fixture, "tools", "two").await;
    let mut six = Vec::new();
    for number in 0..6 {
        six.push(published(&fixture, &format!("l{number}"), "x").await);
    }
    let elsewhere = one.replace("eu-north-1", "eu-west-1");
    for (layers, text) in [
        (
            json!([one, two]),
            format!(
                "Two different versions of the same layer are not allowed to be referenced in the \
                 same function. {one} and {two} are versions of the same layer."
            ),
        ),
        (json!(six), "Cannot reference more than 5 layers.".into()),
        (
            json!([elsewhere]),
            "Layers are not in the same region as the function. Layers are expected to be in \
             region eu-north-1."
                .into(),
        ),
        (json!([format!("{TOOLS}:9")]), format!("Layer version {TOOLS}:9 does not exist.")),
    ] {
        let answer = fixture.create(json!({ "Layers": layers })).await;
        assert_eq!(refusal(answer), ("InvalidParameterValueException".into(), text));
    }
    assert!(fixture.configuration("hello").is_err());
}

#[tokio::test]
async fn layers_count_toward_code_storage() {
    let fixture = Fixture::new(Verdict::Ready);
    published(&fixture, "tools", "one").await;
    let usage = fixture.control.get_account_settings(&scope()).account_usage.unwrap();
    assert_eq!(usage.total_code_size, Some(zip("one").len() as i64));
    let mut noise = vec![0; 150_000];
    getrandom::fill(&mut noise).unwrap();
    let noise = noise.iter().map(|byte| char::from(b'!' + byte % 90)).collect::<String>();
    let (name, _) = refusal(publish(&fixture, "large", &noise, json!({})).await);
    assert_eq!(name, "CodeStorageExceededException");
    until(|| fixture.blobs() == 1).await;
}

async fn permit(
    fixture: &Fixture,
    changes: serde_json::Value,
) -> Result<(String, String), fika_aws::shape::AwsError> {
    let mut body = json!({ "StatementId": "s1", "Action": "lambda:GetLayerVersion",
        "Principal": "000000000002" });
    body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    let mut input: AddLayerVersionPermissionInput = read(&body);
    input.layer_name = Some("tools".into());
    input.version_number = Some(1);
    input.revision_id = body["Revision"].as_str().map(Into::into);
    let answer = fixture.control.add_layer_version_permission(&scope(), input).await?;
    Ok((answer.statement.unwrap(), answer.revision_id.unwrap()))
}

async fn revoke(fixture: &Fixture, id: &str) -> Result<(), fika_aws::shape::AwsError> {
    let input = RemoveLayerVersionPermissionInput {
        layer_name: Some("tools".into()),
        version_number: Some(1),
        statement_id: Some(id.into()),
        revision_id: None,
    };
    fixture.control.remove_layer_version_permission(&scope(), input).await.map(drop)
}

#[tokio::test]
async fn another_account_has_what_it_is_permitted() {
    let fixture = Fixture::new(Verdict::Ready);
    let arn = published(&fixture, "tools", "one").await;
    let stranger = scope_of("000000000002", "eu-north-1");
    let look = || {
        let input = GetLayerVersionByArnInput { arn: Some(arn.clone()) };
        fixture.control.get_layer_version_by_arn(&stranger, &input)
    };
    let denied = format!(
        "User: arn:aws:iam::000000000002:root is not authorized to perform: \
         lambda:GetLayerVersion on resource: {arn} because no resource-based policy allows the \
         lambda:GetLayerVersion action"
    );
    assert_eq!(refusal(look()), ("AccessDeniedException".into(), denied.clone()));
    permit(&fixture, json!({})).await.unwrap();
    assert!(look().is_ok());
    let layers = json!({ "Layers": [arn] });
    fixture.create_in(&stranger, layers.clone()).await.unwrap();
    revoke(&fixture, "s1").await.unwrap();
    let again = fixture.create_in(&stranger, json!({ "FunctionName": "b", "Layers": [arn] })).await;
    assert_eq!(refusal(again).1, denied);
    let input = DeleteLayerVersionInput { layer_name: Some(TOOLS.into()), version_number: Some(1) };
    let theirs = fixture.control.delete_layer_version(&stranger, &input).await;
    assert_eq!(refusal(theirs).0, "AccessDeniedException");
}

#[tokio::test]
async fn policies_have_revisions_and_a_size() {
    let fixture = Fixture::new(Verdict::Ready);
    let missing = permit(&fixture, json!({})).await;
    assert_eq!(refusal(missing).1, format!("Layer version {TOOLS}:1 does not exist."));
    published(&fixture, "tools", "one").await;
    let policy = || {
        let (layer_name, version_number) = (Some("tools".into()), Some(1));
        let input = GetLayerVersionPolicyInput { layer_name, version_number };
        fixture.control.get_layer_version_policy(&scope(), &input)
    };
    assert_eq!(refusal(policy()).1, "No policy is associated with the given resource.");
    let (statement, revision) = permit(&fixture, json!({})).await.unwrap();
    let shown = policy().unwrap();
    assert_eq!(shown.revision_id, Some(revision.clone()));
    assert!(shown.policy.unwrap().contains(&statement));
    assert_eq!(refusal(permit(&fixture, json!({})).await).0, "ResourceConflictException");
    let stale = permit(&fixture, json!({ "StatementId": "s2", "Revision": "wrong" })).await;
    assert_eq!(refusal(stale).0, "PreconditionFailedException");
    permit(&fixture, json!({ "StatementId": "s2", "Revision": revision })).await.unwrap();
    let mut number = 3;
    let (name, text) = loop {
        match permit(&fixture, json!({ "StatementId": format!("s{number}") })).await {
            Ok(_) => number += 1,
            Err(error) => break (error.name().to_owned(), error.message().to_owned()),
        }
    };
    assert_eq!(name, "PolicyLengthExceededException");
    assert!(text.ends_with("is bigger than the limit (20480)."), "{text}");
    assert!(policy().unwrap().policy.unwrap().len() <= 20_480);
    let unknown = refusal(revoke(&fixture, "x").await).1;
    assert_eq!(unknown, "Statement x is not found in resource policy.");
}
