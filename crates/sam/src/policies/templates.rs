//! AWS's policy templates, as *AWS SAM policy templates* lists them: those of the services that fika has, and of DynamoDB,
//! Kinesis, KMS, Secrets Manager and Step Functions, which functions are often written for.

use crate::names;
use crate::tree::{Dict, Node, dict};

/// A template: its name and its statements. What is in `${…}` of a resource is a parameter, in lower case.
pub(super) struct Template {
    name: &'static str,
    statements: &'static [Statement],
}

struct Statement {
    /// Actions; one alone is not in a list if it ends with a space.
    actions: &'static str,
    resources: Resources,
    /// An ARN that a key must have.
    condition: Option<(&'static str, &'static str)>,
}

enum Resources {
    One(&'static str),
    Many(&'static [&'static str]),
}

use Resources::{Many, One};

const fn to(actions: &'static str, resources: Resources) -> Statement {
    Statement { actions, resources, condition: None }
}

const fn template(name: &'static str, statements: &'static [Statement]) -> Template {
    Template { name, statements }
}

pub(super) fn find(name: &str) -> Option<&'static Template> {
    ALL.iter().find(|template| template.name == name)
}

/// Whether AWS has a template of that name for a service that is not here.
pub(super) fn is_elsewhere(name: &str) -> bool {
    ELSEWHERE.contains(&name)
}

const BUCKET: &[&str] = &["s3:::${bucketName}", "s3:::${bucketName}/*"];
const TABLE: &str = "dynamodb:table/${tableName}";
const TABLE_AND_INDEXES: &[&str] = &[TABLE, "dynamodb:table/${tableName}/index/*"];
const BACKUPS: &str = "dynamodb:table/${tableName}/backup/*";
const STREAM: &str = "kinesis:stream/${streamName}";
const KEY: &str = "kms:key/${keyId}";
const QUEUE: &str = "sqs:${queueName}";
const MACHINE: &str = "states:stateMachine:${stateMachineName}";

#[rustfmt::skip]
const ALL: &[Template] = &[
    template("AWSSecretsManagerGetSecretValuePolicy", &[
        to("secretsmanager:GetSecretValue", One("${secretArn}")),
    ]),
    template("AWSSecretsManagerRotationPolicy", &[
        Statement {
            actions: "secretsmanager:DescribeSecret secretsmanager:GetSecretValue secretsmanager:PutSecretValue \
                      secretsmanager:UpdateSecretVersionStage",
            resources: One("secretsmanager:secret:*"),
            condition: Some((
                "secretsmanager:resource/AllowRotationLambdaArn", "lambda:function:${functionName}",
            )),
        },
        to("secretsmanager:GetRandomPassword", One("*")),
    ]),
    template("CloudFormationDescribeStacksPolicy", &[
        to("cloudformation:DescribeStacks", One("cloudformation:stack/*")),
    ]),
    template("CloudWatchDashboardPolicy", &[
        to("cloudwatch:GetDashboard cloudwatch:ListDashboards cloudwatch:PutDashboard cloudwatch:ListMetrics",
            One("*")),
    ]),
    template("CloudWatchDescribeAlarmHistoryPolicy", &[
        to("cloudwatch:DescribeAlarmHistory", One("*")),
    ]),
    template("CloudWatchPutMetricPolicy", &[to("cloudwatch:PutMetricData", One("*"))]),
    template("DynamoDBBackupFullAccessPolicy", &[
        to("dynamodb:CreateBackup dynamodb:DescribeContinuousBackups", One(TABLE)),
        to("dynamodb:DeleteBackup dynamodb:DescribeBackup dynamodb:ListBackups", One(BACKUPS)),
    ]),
    template("DynamoDBCrudPolicy", &[
        to("dynamodb:GetItem dynamodb:DeleteItem dynamodb:PutItem dynamodb:Scan dynamodb:Query \
            dynamodb:UpdateItem dynamodb:BatchWriteItem dynamodb:BatchGetItem dynamodb:DescribeTable \
            dynamodb:ConditionCheckItem", Many(TABLE_AND_INDEXES)),
    ]),
    template("DynamoDBReadPolicy", &[
        to("dynamodb:GetItem dynamodb:Scan dynamodb:Query dynamodb:BatchGetItem dynamodb:DescribeTable",
            Many(TABLE_AND_INDEXES)),
    ]),
    template("DynamoDBReconfigurePolicy", &[to("dynamodb:UpdateTable", One(TABLE))]),
    template("DynamoDBRestoreFromBackupPolicy", &[
        to("dynamodb:RestoreTableFromBackup", One(BACKUPS)),
        to("dynamodb:PutItem dynamodb:UpdateItem dynamodb:DeleteItem dynamodb:GetItem dynamodb:Query \
            dynamodb:Scan dynamodb:BatchWriteItem", One(TABLE)),
    ]),
    template("DynamoDBStreamReadPolicy", &[
        to("dynamodb:DescribeStream dynamodb:GetRecords dynamodb:GetShardIterator",
            One("dynamodb:table/${tableName}/stream/${streamName}")),
        to("dynamodb:ListStreams", One("dynamodb:table/${tableName}/stream/*")),
    ]),
    template("DynamoDBWritePolicy", &[
        to("dynamodb:PutItem dynamodb:UpdateItem dynamodb:BatchWriteItem", Many(TABLE_AND_INDEXES)),
    ]),
    template("EventBridgePutEventsPolicy", &[
        to("events:PutEvents ", One("events:event-bus/${eventBusName}")),
    ]),
    template("FilterLogEventsPolicy", &[
        to("logs:FilterLogEvents", One("logs:log-group:${logGroupName}:log-stream:*")),
    ]),
    template("KMSDecryptPolicy", &[to("kms:Decrypt ", One(KEY))]),
    template("KMSEncryptPolicy", &[to("kms:Encrypt ", One(KEY))]),
    template("KMSEncryptPolicy_v2", &[
        to("kms:Encrypt kms:GenerateDataKey kms:GenerateDataKeyWithoutPlaintext kms:GenerateDataKeyPair \
            kms:GenerateDataKeyPairWithoutPlaintext", One(KEY)),
    ]),
    template("KinesisCrudPolicy", &[
        to("kinesis:AddTagsToStream kinesis:CreateStream kinesis:DecreaseStreamRetentionPeriod \
            kinesis:DeleteStream kinesis:DescribeStream kinesis:DescribeStreamSummary kinesis:GetShardIterator \
            kinesis:IncreaseStreamRetentionPeriod kinesis:ListTagsForStream kinesis:MergeShards \
            kinesis:PutRecord kinesis:PutRecords kinesis:SplitShard kinesis:RemoveTagsFromStream", One(STREAM)),
    ]),
    template("KinesisStreamReadPolicy", &[
        to("kinesis:ListStreams kinesis:DescribeLimits", One("kinesis:stream/*")),
        to("kinesis:DescribeStream kinesis:DescribeStreamSummary kinesis:GetRecords kinesis:GetShardIterator",
            One(STREAM)),
    ]),
    template("LambdaInvokePolicy", &[
        to("lambda:InvokeFunction", One("lambda:function:${functionName}*")),
    ]),
    template("S3CrudPolicy", &[
        to("s3:GetObject s3:ListBucket s3:GetBucketLocation s3:GetObjectVersion s3:PutObject s3:PutObjectAcl \
            s3:GetLifecycleConfiguration s3:PutLifecycleConfiguration s3:DeleteObject", Many(BUCKET)),
    ]),
    template("S3FullAccessPolicy", &[
        to("s3:GetObject s3:GetObjectAcl s3:GetObjectVersion s3:PutObject s3:PutObjectAcl s3:DeleteObject \
            s3:DeleteObjectTagging s3:DeleteObjectVersionTagging s3:GetObjectTagging \
            s3:GetObjectVersionTagging s3:PutObjectTagging s3:PutObjectVersionTagging",
            Many(&["s3:::${bucketName}/*"])),
        to("s3:ListBucket s3:GetBucketLocation s3:GetLifecycleConfiguration s3:PutLifecycleConfiguration",
            Many(&["s3:::${bucketName}"])),
    ]),
    template("S3ReadPolicy", &[
        to("s3:GetObject s3:ListBucket s3:GetBucketLocation s3:GetObjectVersion s3:GetLifecycleConfiguration",
            Many(BUCKET)),
    ]),
    template("S3WritePolicy", &[
        to("s3:PutObject s3:PutObjectAcl s3:PutLifecycleConfiguration", Many(BUCKET)),
    ]),
    template("SNSCrudPolicy", &[
        to("sns:ListSubscriptionsByTopic sns:CreateTopic sns:SetTopicAttributes sns:Subscribe sns:Publish",
            One("sns:${topicName}*")),
    ]),
    template("SNSPublishMessagePolicy", &[to("sns:Publish", One("sns:${topicName}"))]),
    template("SQSPollerPolicy", &[
        to("sqs:ChangeMessageVisibility sqs:ChangeMessageVisibilityBatch sqs:DeleteMessage \
            sqs:DeleteMessageBatch sqs:GetQueueAttributes sqs:ReceiveMessage", One(QUEUE)),
    ]),
    template("SQSSendMessagePolicy", &[to("sqs:SendMessage*", One(QUEUE))]),
    template("SSMParameterReadPolicy", &[
        to("ssm:DescribeParameters", One("*")),
        to("ssm:GetParameters ssm:GetParameter ssm:GetParametersByPath",
            One("ssm:parameter/${parameterName}")),
    ]),
    template("SSMParameterWithSlashPrefixReadPolicy", &[
        to("ssm:DescribeParameters", One("*")),
        to("ssm:GetParameters ssm:GetParameter ssm:GetParametersByPath",
            One("ssm:parameter${parameterName}")),
    ]),
    template("StepFunctionsCallbackPolicy", &[
        to("states:SendTaskFailure states:SendTaskHeartbeat states:SendTaskSuccess", One(MACHINE)),
    ]),
    template("StepFunctionsExecutionPolicy", &[to("states:StartExecution", One(MACHINE))]),
    template("StepFunctionsExecutionPolicy_v2", &[
        to("states:StartExecution states:StartSyncExecution", One(MACHINE)),
    ]),
    template("VPCAccessPolicy", &[
        to("ec2:CreateNetworkInterface ec2:DeleteNetworkInterface ec2:DescribeNetworkInterfaces \
            ec2:DetachNetworkInterface", One("*")),
    ]),
];

impl Template {
    /// The parameters that must be given.
    pub fn parameters(&self) -> impl Iterator<Item = String> {
        let mut all: Vec<String> = Vec::new();
        for text in self.statements.iter().flat_map(Statement::texts) {
            for parameter in variables(text).into_iter().map(parameter) {
                if !all.contains(&parameter) {
                    all.push(parameter);
                }
            }
        }
        all.into_iter()
    }

    /// The policy, with these values.
    pub fn statements(&self, given: &Dict) -> Node {
        let made = self.statements.iter().map(|statement| statement.made(given)).collect();
        dict! { "Statement" => Node::List(made) }
    }
}

impl Statement {
    fn texts(&self) -> Vec<&'static str> {
        let resources = match self.resources {
            One(text) => vec![text],
            Many(texts) => texts.to_vec(),
        };
        resources.into_iter().chain(self.condition.map(|(_, arn)| arn)).collect()
    }

    fn made(&self, given: &Dict) -> Node {
        let mut made = Dict::new();
        let actions: Vec<Node> = self.actions.split_whitespace().map(Node::from).collect();
        match self.actions.strip_suffix(' ') {
            Some(alone) => made.insert("Action", alone),
            None => made.insert("Action", actions),
        }
        if let Some((key, arn)) = self.condition {
            made.insert(
                "Condition",
                dict! { "StringEquals" => dict! { key => filled(arn, given) } },
            );
        }
        made.insert("Effect", "Allow");
        made.insert(
            "Resource",
            match self.resources {
                One(text) => filled(text, given),
                Many(texts) => Node::List(texts.iter().map(|text| filled(text, given)).collect()),
            },
        );
        Node::Dict(made)
    }
}

/// The ARN of a resource, with the values of its parameters beside it.
fn filled(text: &'static str, given: &Dict) -> Node {
    let whole = match text.split_once(':') {
        _ if text == "*" => return text.into(),
        Some(("s3", rest)) => format!("arn:${{AWS::Partition}}:s3:{rest}"),
        Some((service, rest)) => names::arn("${AWS::Partition}", service, rest),
        None => text.to_owned(),
    };
    let mut values = Dict::new();
    for name in variables(text) {
        values.insert(name, given.get(&parameter(name)).cloned().unwrap_or_default());
    }
    if values.is_empty() {
        return names::substitute(whole);
    }
    names::substitute_with(whole, Node::Dict(values))
}

/// What is in `${…}` of a resource.
fn variables(text: &'static str) -> Vec<&'static str> {
    text.split("${").skip(1).filter_map(|rest| rest.split('}').next()).collect()
}

/// A parameter's name.
fn parameter(variable: &str) -> String {
    let (first, rest) = variable.split_at(1);
    format!("{}{rest}", first.to_ascii_uppercase())
}

const ELSEWHERE: &[&str] = &[
    "AMIDescribePolicy",
    "AcmGetCertificatePolicy",
    "AthenaQueryPolicy",
    "CodeCommitCrudPolicy",
    "CodeCommitReadPolicy",
    "CodePipelineLambdaExecutionPolicy",
    "CodePipelineReadOnlyPolicy",
    "ComprehendBasicAccessPolicy",
    "CostExplorerReadOnlyPolicy",
    "EC2CopyImagePolicy",
    "EC2DescribePolicy",
    "EFSWriteAccessPolicy",
    "EKSDescribePolicy",
    "EcsRunTaskPolicy",
    "ElasticMapReduceAddJobFlowStepsPolicy",
    "ElasticMapReduceCancelStepsPolicy",
    "ElasticMapReduceModifyInstanceFleetPolicy",
    "ElasticMapReduceModifyInstanceGroupsPolicy",
    "ElasticMapReduceSetTerminationProtectionPolicy",
    "ElasticMapReduceTerminateJobFlowsPolicy",
    "ElasticsearchHttpPostPolicy",
    "FirehoseCrudPolicy",
    "FirehoseWritePolicy",
    "MobileAnalyticsWriteOnlyAccessPolicy",
    "OrganizationsListAccountsPolicy",
    "PinpointEndpointAccessPolicy",
    "PollyFullAccessPolicy",
    "RekognitionDetectOnlyPolicy",
    "RekognitionFacesManagementPolicy",
    "RekognitionFacesPolicy",
    "RekognitionLabelsPolicy",
    "RekognitionNoDataAccessPolicy",
    "RekognitionReadPolicy",
    "RekognitionWriteOnlyAccessPolicy",
    "Route53ChangeResourceRecordSetsPolicy",
    "SESBulkTemplatedCrudPolicy",
    "SESBulkTemplatedCrudPolicy_v2",
    "SESCrudPolicy",
    "SESEmailTemplateCrudPolicy",
    "SESSendBouncePolicy",
    "SageMakerCreateEndpointConfigPolicy",
    "SageMakerCreateEndpointPolicy",
    "ServerlessRepoReadWriteAccessPolicy",
    "TextractDetectAnalyzePolicy",
    "TextractGetResultPolicy",
    "TextractPolicy",
];
