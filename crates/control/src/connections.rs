//! What a configuration says of the world outside: a VPC, a dead-letter target, an encryption key.
//!
//! Deploy tools send these and compare what comes back, so they are checked, kept and answered. The event side
//! acts on the dead-letter target.
//! There is no VPC here and nothing to encrypt with: what a function reaches is for
//! `--egress` and `fika:egress` to say.

use fika_aws::generated::lambda::{
    DeadLetterConfig, FunctionConfiguration, UpdateFunctionConfigurationInput, VpcConfigResponse,
};
use fika_aws::shape::AwsError;
use fika_model::Scope;
use fika_store::Digest;
use serde::{Deserialize, Serialize};

use crate::refuse;

/// All of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Connections {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    vpc: Option<Vpc>,
    /// The ARN of a queue or a topic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dead_letter: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kms_key: Option<String>,
}

/// Kept with empty lists too: AWS answers so once a function had a VPC.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Vpc {
    subnets: Vec<String>,
    security_groups: Vec<String>,
    #[serde(default)]
    ipv6: bool,
}

impl Connections {
    /// Whether it says nothing, so that the store need not keep it.
    pub(crate) fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Where events go that failed.
    pub(crate) fn dead_letters(&self) -> Option<&str> {
        self.dead_letter.as_deref()
    }

    /// Takes what is given out of an input. An empty text takes the old one away, as on AWS.
    pub(crate) fn change(
        &mut self,
        given: &mut UpdateFunctionConfigurationInput,
    ) -> Result<(), AwsError> {
        if let Some(vpc) = given.vpc_config.take() {
            let kept = self.vpc.take().unwrap_or_default();
            let vpc = Vpc {
                subnets: vpc.subnet_ids.unwrap_or(kept.subnets),
                security_groups: vpc.security_group_ids.unwrap_or(kept.security_groups),
                ipv6: vpc.ipv6_allowed_for_dual_stack.unwrap_or(kept.ipv6),
            };
            if vpc.subnets.is_empty() != vpc.security_groups.is_empty() {
                return Err(refuse::invalid(
                    "SubnetIds and SecurityIds must coexist or be both empty list.",
                ));
            }
            self.vpc = Some(vpc);
        }
        if let Some(target) = given.dead_letter_config.take() {
            self.dead_letter = target.target_arn.filter(|arn| !arn.is_empty());
            self.dead_letter.as_deref().map_or(Ok(()), dead_letter)?;
        }
        if let Some(key) = given.kms_key_arn.take() {
            self.kms_key = Some(key).filter(|key| !key.is_empty());
        }
        Ok(())
    }

    /// Adds what is kept to an answer.
    pub(crate) fn show(&self, scope: &Scope, answer: &mut FunctionConfiguration) {
        answer.vpc_config = self.vpc.as_ref().map(|vpc| VpcConfigResponse {
            subnet_ids: Some(vpc.subnets.clone()),
            security_group_ids: Some(vpc.security_groups.clone()),
            vpc_id: Some(if vpc.subnets.is_empty() { String::new() } else { vpc_id(scope) }),
            ipv6_allowed_for_dual_stack: Some(vpc.ipv6),
        });
        answer.dead_letter_config =
            self.dead_letter.clone().map(|target| DeadLetterConfig { target_arn: Some(target) });
        answer.kms_key_arn = self.kms_key.clone();
    }
}

/// A queue's or a topic's ARN, as AWS has it.
fn dead_letter(target: &str) -> Result<(), AwsError> {
    let service = target.split(':').nth(2);
    if matches!(service, Some("sqs" | "sns")) {
        return Ok(());
    }
    Err(refuse::invalid(format!(
        "The dead-letter target {target} is neither a queue of SQS nor a topic of SNS."
    )))
}

/// Every account has one VPC in a region, so to speak.
fn vpc_id(Scope { account, region }: &Scope) -> String {
    let digest = Digest::of(format!("{account}/{region}").as_bytes()).to_string();
    format!("vpc-{}", &digest[..17])
}
