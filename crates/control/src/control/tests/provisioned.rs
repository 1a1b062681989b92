//! Provisioned concurrency: who may have it, what those above are told, what callers are.

use fika_aws::generated::lambda::{
    AliasRoutingConfiguration, CreateAliasInput, DeleteAliasInput, DeleteFunctionInput,
    DeleteProvisionedConcurrencyConfigInput, GetProvisionedConcurrencyConfigInput,
    GetProvisionedConcurrencyConfigOutput, ListProvisionedConcurrencyConfigsInput,
    ProvisionedConcurrencyStatusEnum as Status, PutFunctionConcurrencyInput,
    PutProvisionedConcurrencyConfigInput, UpdateAliasInput,
};
use serde_json::json;

use super::super::*;
use super::fixture::*;
use crate::preparation::Allocation;

const ARN: &str = "arn:aws:lambda:eu-north-1:000000000001:function:hello";

impl Fixture {
    async fn provision(&self, qualifier: &str, amount: i32) -> Result<(), AwsError> {
        let input = PutProvisionedConcurrencyConfigInput {
            function_name: Some("hello".into()),
            qualifier: Some(qualifier.into()),
            provisioned_concurrent_executions: Some(amount),
        };
        let answer = self.control.put_provisioned_concurrency_config(&scope(), input).await?;
        assert_eq!(answer.requested_provisioned_concurrent_executions, Some(amount));
        assert_eq!(answer.allocated_provisioned_concurrent_executions, Some(0));
        assert_eq!(answer.status, Some(Status::InProgress));
        Ok(())
    }

    fn config(&self, qualifier: &str) -> Result<GetProvisionedConcurrencyConfigOutput, AwsError> {
        let input = GetProvisionedConcurrencyConfigInput {
            function_name: Some("hello".into()),
            qualifier: Some(qualifier.into()),
        };
        self.control.get_provisioned_concurrency_config(&scope(), input)
    }

    async fn unprovision(&self, qualifier: &str) -> Result<(), AwsError> {
        let input = DeleteProvisionedConcurrencyConfigInput {
            function_name: Some("hello".into()),
            qualifier: Some(qualifier.into()),
        };
        let scope = scope();
        self.control.delete_provisioned_concurrency_config(&scope, input).await.map(drop)
    }

    async fn reserve_hello(&self, amount: i32) -> Result<(), AwsError> {
        let input = PutFunctionConcurrencyInput {
            function_name: Some("hello".into()),
            reserved_concurrent_executions: Some(amount),
        };
        self.control.put_function_concurrency(&scope(), input).await.map(drop)
    }

    async fn alias(&self, version: &str) {
        let input: CreateAliasInput = CreateAliasInput {
            function_name: Some("hello".into()),
            name: Some("live".into()),
            function_version: Some(version.into()),
            ..Default::default()
        };
        self.control.create_alias(&scope(), input).await.unwrap();
    }

    /// What those above were told last of each version.
    fn told(&self) -> Vec<(String, u32)> {
        let told = self.fake.provisioned.lock().unwrap();
        told.iter().map(|(version, amount)| (version.clone(), *amount)).collect()
    }

    /// Versions 1 and 2 of `hello`.
    async fn published() -> Self {
        let fixture = Self::new(Verdict::Ready);
        fixture.active("hello").await;
        fixture.publish("hello", json!({})).await.unwrap();
        fixture.upload("hello", "exports.handler = 2", json!({})).await.unwrap();
        fixture.settled("hello").await;
        fixture.publish("hello", json!({})).await.unwrap();
        for version in ["hello:1", "hello:2"] {
            fixture.settled(version).await;
        }
        fixture
    }
}

fn versions(told: &[(&str, u32)]) -> Vec<(String, u32)> {
    told.iter().map(|(version, amount)| ((*version).into(), *amount)).collect()
}

#[tokio::test]
async fn a_config_is_kept_told_and_shown_as_it_stands() {
    let fixture = Fixture::published().await;
    fixture.provision("1", 3).await.unwrap();
    assert_eq!(fixture.told(), versions(&[("1", 3)]));
    assert_eq!(fixture.config("1").unwrap().status, Some(Status::InProgress));
    let failure = Some("FUNCTION_ERROR_INIT_FAILURE".to_owned());
    *fixture.fake.allocated.lock().unwrap() = Allocation { ready: 1, failure };
    let shown = fixture.config("1").unwrap();
    assert_eq!(shown.status, Some(Status::Failed));
    assert_eq!(shown.status_reason.as_deref(), Some("FUNCTION_ERROR_INIT_FAILURE"));
    assert_eq!(shown.allocated_provisioned_concurrent_executions, Some(1));
    *fixture.fake.allocated.lock().unwrap() = Allocation { ready: 3, failure: None };
    let shown = fixture.config("1").unwrap();
    assert_eq!((shown.status, shown.status_reason), (Some(Status::Ready), None));

    let fixture = fixture.reopen(Verdict::Ready).await;
    assert_eq!(fixture.told(), versions(&[("1", 3)]), "a start tells it again");
    let input = ListProvisionedConcurrencyConfigsInput {
        function_name: Some("hello".into()),
        ..Default::default()
    };
    let list = fixture.control.list_provisioned_concurrency_configs(&scope(), &input).unwrap();
    let list = list.provisioned_concurrency_configs.unwrap();
    assert_eq!(list.len(), 1);
    assert_eq!(list[0].function_arn, Some(format!("{ARN}:1")));
    fixture.unprovision("1").await.unwrap();
    fixture.unprovision("1").await.expect("what is not there is deleted as well");
    assert_eq!(fixture.told(), versions(&[("1", 0)]));
    assert_eq!(
        fixture.config("1").unwrap_err().name(),
        "ProvisionedConcurrencyConfigNotFoundException"
    );
}

#[tokio::test]
async fn an_aliases_config_follows_the_alias() {
    let fixture = Fixture::published().await;
    fixture.alias("1").await;
    fixture.provision("live", 10).await.unwrap();
    assert_eq!(fixture.told(), versions(&[("1", 10)]));
    let weights = BTreeMap::from([("1".to_owned(), 0.25)]);
    for (weights, told) in [(None, [("1", 0), ("2", 10)]), (Some(weights), [("1", 3), ("2", 7)])] {
        let input = UpdateAliasInput {
            function_name: Some("hello".into()),
            name: Some("live".into()),
            function_version: Some("2".into()),
            routing_config: weights.map(|weights| AliasRoutingConfiguration {
                additional_version_weights: Some(weights),
            }),
            ..Default::default()
        };
        fixture.control.update_alias(&scope(), input).await.unwrap();
        assert_eq!(fixture.told(), versions(&told));
    }
    let input = DeleteAliasInput { function_name: Some("hello".into()), name: Some("live".into()) };
    fixture.control.delete_alias(&scope(), input).await.unwrap();
    assert_eq!(fixture.told(), versions(&[("1", 0), ("2", 0)]), "it goes with its alias");
    let gone = fixture.config("live").unwrap_err();
    assert_eq!(gone.message(), format!("Cannot find alias arn: {ARN}:live"));
    fixture.provision("2", 1).await.unwrap();
    let (function_name, qualifier) = (Some("hello".into()), Some("2".into()));
    let input = DeleteFunctionInput { function_name, qualifier };
    fixture.control.delete_function(&scope(), &input).await.unwrap();
    assert_eq!(fixture.told(), versions(&[("1", 0), ("2", 0)]), "and with its version");
}

#[tokio::test]
async fn an_alias_with_a_config_leads_only_where_it_may_have_one() {
    let fixture = Fixture::published().await;
    fixture.alias("1").await;
    fixture.provision("live", 2).await.unwrap();
    fixture.provision("2", 1).await.unwrap();
    let moved = async |version: &str, weights: &[(&str, f64)]| {
        let weights = weights.iter().map(|(version, weight)| ((*version).into(), *weight));
        let input = UpdateAliasInput {
            function_name: Some("hello".into()),
            name: Some("live".into()),
            function_version: Some(version.into()),
            routing_config: Some(AliasRoutingConfiguration {
                additional_version_weights: Some(weights.collect()),
            }),
            ..Default::default()
        };
        fixture.control.update_alias(&scope(), input).await
    };
    let taken = "Alias can't be used for Provisioned Concurrency configuration on an already \
                 Provisioned version";
    assert_eq!(moved("2", &[]).await.unwrap_err().message(), taken);
    assert_eq!(moved("1", &[("2", 0.5)]).await.unwrap_err().message(), taken);
    let latest = moved("$LATEST", &[]).await.unwrap_err();
    assert!(latest.message().ends_with("unpublished function versions."), "{latest}");
    fixture.unprovision("2").await.unwrap();
    moved("2", &[]).await.unwrap();
}

#[tokio::test]
async fn what_cannot_be_is_refused_in_aws_words() {
    let fixture = Fixture::published().await;
    fixture.alias("1").await;
    let refused = async |qualifier: &str, amount| {
        fixture.provision(qualifier, amount).await.unwrap_err().message().to_owned()
    };
    assert_eq!(
        refused("$LATEST", 1).await,
        "Provisioned Concurrency Configs cannot be applied to unpublished function versions."
    );
    assert_eq!(refused("9", 1).await, format!("Function not found: {ARN}:9"));
    assert_eq!(refused("nobody", 1).await, format!("Cannot find alias arn: {ARN}:nobody"));
    assert_eq!(
        refused("1", 1_001).await,
        "Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [1000]."
    );
    assert_eq!(
        refused("1", 901).await,
        "Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100]."
    );
    let latest = fixture.config("$LATEST").unwrap_err();
    assert_eq!(
        latest.message(),
        "The function resource provided must be an alias or a published version."
    );

    fixture.provision("1", 2).await.unwrap();
    assert!(refused("live", 1).await.starts_with("Alias can't be used for Provisioned"));
    fixture.unprovision("1").await.unwrap();
    fixture.provision("live", 2).await.unwrap();
    assert_eq!(refused("1", 1).await, "Version is pointed by a Provisioned Concurrency alias");

    let reserved = fixture.reserve_hello(1).await.unwrap_err();
    assert_eq!(
        reserved.message(),
        " ReservedConcurrentExecutions  1 should not be lower than function's total provisioned concurrency [2]."
    );
    fixture.reserve_hello(2).await.unwrap();
    let beyond = "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function";
    assert_eq!(refused("live", 3).await, beyond);
    assert_eq!(refused("2", 1).await, beyond);
}
