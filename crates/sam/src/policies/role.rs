//! The role that a function has if it names none.

use super::{Kind, entries, trust};
use crate::error::{Result, resource};
use crate::intrinsics::{if_of, is_no_value};
use crate::made::{Given, Made};
use crate::tree::{Node, dict};

/// Managed policies that may be named without a path, with theirs. Others are named by ARN.
const MANAGED: &[&str] = &[
    "AdministratorAccess",
    "AmazonAPIGatewayInvokeFullAccess",
    "AmazonDynamoDBFullAccess",
    "AmazonDynamoDBReadOnlyAccess",
    "AmazonEventBridgeFullAccess",
    "AmazonEventBridgeReadOnlyAccess",
    "AmazonKinesisFullAccess",
    "AmazonKinesisReadOnlyAccess",
    "AmazonS3FullAccess",
    "AmazonS3ReadOnlyAccess",
    "AmazonSNSFullAccess",
    "AmazonSNSReadOnlyAccess",
    "AmazonSQSFullAccess",
    "AmazonSQSReadOnlyAccess",
    "AmazonSSMFullAccess",
    "AmazonSSMReadOnlyAccess",
    "AWSLambda_FullAccess",
    "AWSLambda_ReadOnlyAccess",
    "AWSLambdaExecute",
    "AWSLambdaInvocation-DynamoDB",
    "AWSStepFunctionsFullAccess",
    "AWSStepFunctionsReadOnlyAccess",
    "AWSXRayDaemonWriteAccess",
    "AWSXrayFullAccess",
    "AWSXrayReadOnlyAccess",
    "AWSXrayWriteOnlyAccess",
    "CloudWatchFullAccess",
    "CloudWatchLambdaInsightsExecutionRolePolicy",
    "CloudWatchLogsFullAccess",
    "CloudWatchLogsReadOnlyAccess",
    "CloudWatchReadOnlyAccess",
    "IAMFullAccess",
    "IAMReadOnlyAccess",
    "PowerUserAccess",
    "ReadOnlyAccess",
    "SecretsManagerReadWrite",
    "job-function/ViewOnlyAccess",
    "service-role/AWSLambdaBasicExecutionRole",
    "service-role/AWSLambdaDynamoDBExecutionRole",
    "service-role/AWSLambdaENIManagementAccess",
    "service-role/AWSLambdaKinesisExecutionRole",
    "service-role/AWSLambdaMSKExecutionRole",
    "service-role/AWSLambdaRole",
    "service-role/AWSLambdaSQSQueueExecutionRole",
    "service-role/AWSLambdaVPCAccessExecutionRole",
];

/// A role while it is made: events add to it.
pub(crate) struct Role {
    made: Made,
    partition: String,
    managed: Vec<Node>,
    own: Vec<Node>,
}

impl Role {
    /// The role of a function, with these policies before those that it asks for.
    pub fn of(
        partition: &str,
        function: &Given,
        managed: &[String],
        own: Vec<Node>,
        tags: Node,
    ) -> Result<Role> {
        let id = format!("{}Role", function.id);
        let mut made = Made::new(id, "AWS::IAM::Role", &function.passed_on);
        let trusted = function.get("AssumeRolePolicyDocument").cloned();
        made.set(
            "AssumeRolePolicyDocument",
            trusted.unwrap_or_else(|| trust("lambda.amazonaws.com")),
        );
        made.set("Path", function.any("RolePath"));
        made.set("PermissionsBoundary", function.any("PermissionsBoundary"));
        made.set("Tags", tags);
        let mut role = Role { made, partition: partition.to_owned(), managed: Vec::new(), own };
        managed.iter().for_each(|name| role.attach(name));
        let given = function.get("Policies").map(entries).unwrap_or_default();
        for (index, policy) in given.into_iter().enumerate() {
            role.add(&function.id, index, policy)?;
        }
        Ok(role)
    }

    fn add(&mut self, function: &str, index: usize, policy: Node) -> Result<()> {
        match Kind::of(&policy, false)? {
            Kind::Statement => {
                let name = format!("{}Policy{index}", self.made.id);
                let named = |document: &Node| {
                    dict! { "PolicyName" => name.as_str(), "PolicyDocument" => document }
                };
                let one =
                    in_either(
                        policy,
                        |one| if is_no_value(one) { one.clone() } else { named(one) },
                    );
                self.own.push(one);
            }
            Kind::Managed => {
                let partition = self.partition.clone();
                let one = in_either(policy, |one| match one.as_str() {
                    Some(name) => arn(&partition, name).into(),
                    None => one.clone(),
                });
                self.attach_node(one);
            }
            _ => {
                let message =
                    format!("Policy at index {index} in the 'Policies' property is not valid");
                return Err(resource(function, message));
            }
        }
        Ok(())
    }

    /// Attaches one of AWS's policies, by name and path.
    pub fn attach(&mut self, name: &str) {
        self.attach_node(format!("arn:{}:iam::aws:policy/{name}", self.partition).into());
    }

    fn attach_node(&mut self, arn: Node) {
        if !self.managed.contains(&arn) {
            self.managed.push(arn);
        }
    }

    /// Adds a policy of its own, unless it has one of the same text.
    pub fn allow(&mut self, policy: Node) {
        let document = policy.get("PolicyDocument");
        if !self.own.iter().any(|there| there.get("PolicyDocument") == document) {
            self.own.push(policy);
        }
    }

    pub fn arn(&self) -> Node {
        self.made.arn()
    }

    pub fn set_condition(&mut self, condition: Node) {
        self.made.attributes.insert("Condition", condition);
    }

    pub fn into_made(mut self) -> Made {
        self.made.set("ManagedPolicyArns", self.managed);
        if !self.own.is_empty() {
            self.made.set("Policies", self.own);
        }
        self.made
    }
}

/// Changes a policy, or both that a condition chooses from.
fn in_either(policy: Node, change: impl Fn(&Node) -> Node) -> Node {
    match if_of(&policy).and_then(Node::as_list).map(Vec::as_slice) {
        Some([condition, then, otherwise]) => {
            let both = vec![condition.clone(), change(then), change(otherwise)];
            dict! { "Fn::If" => both }
        }
        _ => change(&policy),
    }
}

/// The ARN of a managed policy that is named without; else what is written.
fn arn(partition: &str, name: &str) -> String {
    let known = |known: &&&str| known.rsplit('/').next() == Some(name);
    match MANAGED.iter().find(known) {
        Some(path) => format!("arn:{partition}:iam::aws:policy/{path}"),
        None => name.to_owned(),
    }
}
