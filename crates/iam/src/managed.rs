//! The policies that AWS brings and deploy tools attach, known by their ARNs. The documents are
//! those of the AWS managed policy reference, as far as there is something of theirs in fika.

use std::sync::{Arc, LazyLock};

use fika_policy::{DocumentKind, Policy};

use crate::record::{Entity, ManagedPolicy};

/// Name with its path, and the document's statements.
type Known = (&'static str, &'static str, &'static str);

const ALL: &str = r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#;
const READ_ALL: &str = r#"{"Effect":"Allow","Action":["lambda:Get*","lambda:List*","logs:Describe*",
    "logs:Filter*","logs:Get*","logs:StartLiveTail","logs:StopLiveTail","cloudwatch:Describe*",
    "cloudwatch:Get*","cloudwatch:List*","iam:Get*","iam:List*","cloudformation:Describe*",
    "cloudformation:Detect*","cloudformation:Estimate*","cloudformation:Get*",
    "cloudformation:List*","cloudformation:ValidateTemplate","events:Describe*","events:List*",
    "events:Test*","scheduler:Get*","scheduler:List*","sns:Check*","sns:Get*","sns:List*",
    "sqs:Get*","sqs:List*","s3:DescribeJob","s3:Get*","s3:List*","ssm:Describe*","ssm:Get*",
    "ssm:List*","apigateway:GET"],"Resource":"*"}"#;
const STACKS: &str = r#"{"Effect":"Allow","Action":["cloudformation:Describe*",
    "cloudformation:EstimateTemplateCost","cloudformation:Get*","cloudformation:List*",
    "cloudformation:ValidateTemplate","cloudformation:Detect*"],"Resource":"*"}"#;
const PARAMETERS: &str =
    r#"{"Effect":"Allow","Action":["ssm:Describe*","ssm:Get*","ssm:List*"],"Resource":"*"}"#;
const LOGS: &str = r#"{"Effect":"Allow","Action":["logs:CreateLogGroup","logs:CreateLogStream",
    "logs:PutLogEvents"],"Resource":"*"}"#;
const NETWORK: &str = r#"{"Effect":"Allow","Action":["ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces","ec2:DescribeSubnets","ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses","ec2:UnassignPrivateIpAddresses"],"Resource":"*"}"#;
const QUEUES: &str = r#"{"Effect":"Allow","Action":["sqs:ReceiveMessage","sqs:DeleteMessage",
    "sqs:GetQueueAttributes"],"Resource":"*"}"#;
const TABLES: &str = r#"{"Effect":"Allow","Action":["dynamodb:DescribeStream",
    "dynamodb:GetRecords","dynamodb:GetShardIterator","dynamodb:ListStreams"],"Resource":"*"}"#;
const STREAMS: &str = r#"{"Effect":"Allow","Action":["kinesis:DescribeStream",
    "kinesis:DescribeStreamSummary","kinesis:GetRecords","kinesis:GetShardIterator",
    "kinesis:ListShards","kinesis:ListStreams","kinesis:SubscribeToShard"],"Resource":"*"}"#;
const TOPICS: &str = r#"{"Effect":"Allow","Action":["kafka:DescribeCluster","kafka:DescribeClusterV2",
    "kafka:GetBootstrapBrokers"],"Resource":"*"}"#;
const INVOKE: &str = r#"{"Effect":"Allow","Action":["lambda:InvokeFunction"],"Resource":["*"]}"#;
const TRACES: &str = r#"{"Effect":"Allow","Action":["xray:PutTraceSegments",
    "xray:PutTelemetryRecords","xray:GetSamplingRules","xray:GetSamplingTargets",
    "xray:GetSamplingStatisticSummaries"],"Resource":["*"]}"#;
const INSIGHTS: &str = r#"{"Effect":"Allow","Action":"logs:CreateLogGroup","Resource":"*"},
    {"Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],
    "Resource":"arn:aws:logs:*:*:log-group:/aws/lambda-insights:*"}"#;
const LAMBDA_FULL: &str = r#"{"Effect":"Allow","Action":["lambda:*","logs:DescribeLogGroups",
    "cloudwatch:GetMetricData","cloudwatch:ListMetrics","iam:GetPolicy","iam:GetPolicyVersion",
    "iam:GetRole","iam:GetRolePolicy","iam:ListAttachedRolePolicies","iam:ListRolePolicies",
    "iam:ListRoles"],"Resource":"*"},
    {"Effect":"Allow","Action":"iam:PassRole","Resource":"*",
    "Condition":{"StringEquals":{"iam:PassedToService":"lambda.amazonaws.com"}}},
    {"Effect":"Allow","Action":["logs:DescribeLogStreams","logs:GetLogEvents",
    "logs:FilterLogEvents","logs:StartLiveTail","logs:StopLiveTail"],
    "Resource":"arn:aws:logs:*:*:log-group:/aws/lambda/*"}"#;
const LAMBDA_READ: &str = r#"{"Effect":"Allow","Action":["lambda:Get*","lambda:List*",
    "logs:DescribeLogGroups","cloudwatch:GetMetricData","cloudwatch:ListMetrics","iam:GetPolicy",
    "iam:GetPolicyVersion","iam:GetRole","iam:GetRolePolicy","iam:ListAttachedRolePolicies",
    "iam:ListRolePolicies","iam:ListRoles"],"Resource":"*"},
    {"Effect":"Allow","Action":["logs:DescribeLogStreams","logs:GetLogEvents",
    "logs:FilterLogEvents","logs:StartLiveTail","logs:StopLiveTail"],
    "Resource":"arn:aws:logs:*:*:log-group:/aws/lambda/*"}"#;
const IAM_FULL: &str = r#"{"Effect":"Allow","Action":"iam:*","Resource":"*"}"#;
const POWER_USER: &str = r#"{"Effect":"Allow","NotAction":["iam:*","organizations:*","account:*"],
    "Resource":"*"},{"Effect":"Allow","Action":["iam:CreateServiceLinkedRole","iam:ListRoles"],
    "Resource":"*"}"#;
const LOGS_FULL: &str =
    r#"{"Effect":"Allow","Action":["logs:*","cloudwatch:GenerateQuery"],"Resource":"*"}"#;

const KNOWN: &[Known] = &[
    ("AdministratorAccess", ALL, ""),
    ("PowerUserAccess", POWER_USER, ""),
    ("ReadOnlyAccess", READ_ALL, ""),
    ("IAMFullAccess", IAM_FULL, ""),
    ("CloudWatchLogsFullAccess", LOGS_FULL, ""),
    ("AWSCloudFormationReadOnlyAccess", STACKS, ""),
    ("AmazonSSMReadOnlyAccess", PARAMETERS, ""),
    ("AWSLambda_FullAccess", LAMBDA_FULL, ""),
    ("AWSLambda_ReadOnlyAccess", LAMBDA_READ, ""),
    ("AWSXRayDaemonWriteAccess", TRACES, ""),
    ("AWSXrayWriteOnlyAccess", TRACES, ""),
    ("CloudWatchLambdaInsightsExecutionRolePolicy", INSIGHTS, ""),
    ("service-role/AWSLambdaBasicExecutionRole", LOGS, ""),
    ("service-role/AWSLambdaRole", INVOKE, ""),
    ("service-role/AWSLambdaVPCAccessExecutionRole", LOGS, NETWORK),
    ("service-role/AWSLambdaSQSQueueExecutionRole", LOGS, QUEUES),
    ("service-role/AWSLambdaDynamoDBExecutionRole", LOGS, TABLES),
    ("service-role/AWSLambdaKinesisExecutionRole", LOGS, STREAMS),
    ("service-role/AWSLambdaMSKExecutionRole", LOGS, TOPICS),
];

static POLICIES: LazyLock<Vec<Arc<ManagedPolicy>>> =
    LazyLock::new(|| KNOWN.iter().map(|known| Arc::new(made(*known))).collect());

/// The policy of AWS's with that ARN.
pub(crate) fn policy(arn: &str) -> Option<Arc<ManagedPolicy>> {
    POLICIES.iter().find(|policy| policy.arn == arn).cloned()
}

/// All that are known.
pub(crate) fn all() -> &'static [Arc<ManagedPolicy>] {
    &POLICIES
}

fn made((name, first, second): Known) -> ManagedPolicy {
    let comma = if second.is_empty() { "" } else { "," };
    let document = format!(r#"{{"Version":"2012-10-17","Statement":[{first}{comma}{second}]}}"#);
    let (path, bare) = name.rsplit_once('/').unwrap_or(("", name));
    let path = if path.is_empty() { "/".into() } else { format!("/{path}/") };
    let policy = Policy::parse(&document, DocumentKind::Identity);
    ManagedPolicy {
        entity: Entity {
            name: bare.into(),
            path,
            id: format!(
                "ANPA{:A<17}",
                bare.to_ascii_uppercase()
                    .replace(|c: char| !c.is_ascii_alphanumeric(), "")
                    .chars()
                    .take(17)
                    .collect::<String>()
            ),
            // The day fika's first version was made, for want of AWS's.
            created: 1_763_164_800,
            tags: Default::default(),
        },
        arn: format!("arn:aws:iam::aws:policy/{name}"),
        description: None,
        document,
        attachments: 0,
        versions: Default::default(),
        policy: Arc::new(policy.expect("written here, and read by a test")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_one_can_be_read() {
        assert_eq!(all().len(), KNOWN.len());
        assert!(policy("arn:aws:iam::aws:policy/AdministratorAccess").is_some());
        assert!(policy("arn:aws:iam::aws:policy/AWSLambdaRole").is_none());
    }
}
