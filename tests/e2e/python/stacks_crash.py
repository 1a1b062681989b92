"""What there is of everything that stacks make, and whether a stack's record says the same: `world` prints it, `stands`
compares; `create`, `update`, `fail` and `delete` print a request."""

import json
import os
import sys

import boto3

from kit import config, equal

api = lambda name: boto3.client(name, config=config)
cf, lambdas, iam, sqs, sns, events = map(api, ["cloudformation", "lambda", "iam", "sqs", "sns", "events"])
TRUST = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
MAY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]}


def template(n):
    """The first, or the one after a change in place of this, and another of that."""
    get = lambda name, of: {"Fn::GetAtt": [name, of]}
    stack = {"Fn::Select": [2, {"Fn::Split": ["/", {"Ref": "AWS::StackId"}]}]}
    role = {"AssumeRolePolicyDocument": TRUST, "Path": f"/p{n}/",
            "Policies": [{"PolicyName": f"inline{n}", "PolicyDocument": MAY}],
            "ManagedPolicyArns": [{"Ref": "Managed"}]}
    function = lambda more: {"Runtime": os.environ["NODE_RUNTIME"], "Role": get("Role", "Arn"), "Handler": "index.handler",
                             "Code": {"ZipFile": f"exports.handler = async () => {n};"}, **more}
    of = {
        "Role": ("AWS::IAM::Role", role),
        "Managed": ("AWS::IAM::ManagedPolicy", {"PolicyDocument": MAY, "Description": f"number {n}"}),
        "Policy": ("AWS::IAM::Policy", {"PolicyName": f"policy{n}", "PolicyDocument": MAY, "Roles": [{"Ref": "Role"}]}),
        "User": ("AWS::IAM::User", {}),
        "Key": ("AWS::IAM::AccessKey", {"UserName": {"Ref": "User"}, "Serial": n}),
        "Queue": ("AWS::SQS::Queue", {"VisibilityTimeout": 30 + n}),
        "Dead": ("AWS::SQS::Queue", {"QueueName": {"Fn::Join": ["-", [f"dead-{n}", stack]]}}),
        "One": ("AWS::Lambda::Function", function({"Timeout": 5 + n, "Environment": {"Variables": {"NUMBER": str(n)}}})),
        "Two": ("AWS::Lambda::Function", function({"Description": f"number {n}", "ReservedConcurrentExecutions": n})),
        f"Version{n}": ("AWS::Lambda::Version", {"FunctionName": {"Ref": "One"}, "Description": f"number {n}"}),
        "Live": ("AWS::Lambda::Alias", {"FunctionName": {"Ref": "One"}, "Name": "live",
                                        "FunctionVersion": get(f"Version{n}", "Version")}),
        "Permission": ("AWS::Lambda::Permission", {"FunctionName": {"Ref": "One"}, "Action": "lambda:InvokeFunction",
                                                   "Principal": "events.amazonaws.com", "SourceArn": get("Rule", "Arn")}),
        "Url": ("AWS::Lambda::Url", {"TargetFunctionArn": {"Ref": "Two"}, "AuthType": "AWS_IAM" if n == 1 else "NONE"}),
        "Config": ("AWS::Lambda::EventInvokeConfig", {
            "FunctionName": {"Ref": "Two"}, "Qualifier": "$LATEST", "MaximumRetryAttempts": n % 3,
            "DestinationConfig": {"OnFailure": {"Destination": get("Dead", "Arn")}}}),
        "Mapping": ("AWS::Lambda::EventSourceMapping", {
            "FunctionName": {"Ref": "One"}, "EventSourceArn": get("Queue", "Arn"), "BatchSize": n}),
        "Topic": ("AWS::SNS::Topic", {"DisplayName": f"number {n}"}),
        "Subscription": ("AWS::SNS::Subscription", {"TopicArn": {"Ref": "Topic"}, "Protocol": "sqs",
                                                    "Endpoint": get("Dead", "Arn")}),
        "Rule": ("AWS::Events::Rule", {"ScheduleExpression": "rate(1 day)", "Description": f"number {n}",
                                       "Targets": [{"Id": "dead", "Arn": get("Dead", "Arn")}]}),
        f"Only{n}": ("AWS::SQS::Queue", {}),
    }
    return {name: {"Type": kind, "Properties": properties} for name, (kind, properties) in of.items()}


def request(action, n=None, bad=False):
    form = {"Action": action, "Version": "2010-05-15", "StackName": "crash"}
    if n:
        resources = template(n)
        if bad:
            resources["Bad"] = {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": -1}, "DependsOn": list(resources)}
        form |= {"TemplateBody": json.dumps({"Resources": resources}), "Capabilities.member.1": "CAPABILITY_IAM",
                 "Tags.member.1.Key": f"tag{n}", "Tags.member.1.Value": "x"}
    print(json.dumps(form))


def named(answer, *names):
    return {name: answer[name] for name in names if name in answer}


def functions():
    for one in lambdas.list_functions()["Functions"]:
        name, arn = one["FunctionName"], one["FunctionArn"]
        got = lambdas.get_function(FunctionName=name)
        configs = lambdas.list_function_event_invoke_configs(FunctionName=name)["FunctionEventInvokeConfigs"]
        urls = lambdas.list_function_url_configs(FunctionName=name)["FunctionUrlConfigs"]
        try:
            policy = json.loads(lambdas.get_policy(FunctionName=name)["Policy"])["Statement"]
        except lambdas.exceptions.ResourceNotFoundException:
            policy = []
        versions = lambdas.list_versions_by_function(FunctionName=name)["Versions"]
        yield name, {
            **named(one, "Role", "Timeout", "Environment", "Description", "CodeSha256"), "tags": got.get("Tags", {}),
            "concurrency": got.get("Concurrency"), "policy": {one["Sid"]: one for one in policy},
            "versions": {one["FunctionArn"]: one["CodeSha256"] for one in versions if one["Version"] != "$LATEST"},
            "aliases": {one["AliasArn"]: one["FunctionVersion"]
                        for one in lambdas.list_aliases(FunctionName=name)["Aliases"]},
            "configs": [named(one, "FunctionArn", "MaximumRetryAttempts", "DestinationConfig") for one in configs],
            # The server has another port each time.
            "urls": {arn: [one["FunctionUrl"].split(":")[1], one["AuthType"]] for one in urls},
        }


def world():
    roles = {}
    for role in iam.list_roles()["Roles"]:
        who = {"RoleName": role["RoleName"]}
        roles[role["RoleName"]] = [
            role["Path"], sorted(iam.list_role_policies(**who)["PolicyNames"]), iam.list_role_tags(**who)["Tags"],
            [one["PolicyArn"] for one in iam.list_attached_role_policies(**who)["AttachedPolicies"]]]
    users = [one["UserName"] for one in iam.list_users()["Users"]]
    keys = [one["AccessKeyId"] for user in users for one in iam.list_access_keys(UserName=user)["AccessKeyMetadata"]]
    queues = {}
    for url in sqs.list_queues().get("QueueUrls", []):
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
        queues[url.rsplit("/", 1)[1]] = [attributes, sqs.list_queue_tags(QueueUrl=url).get("Tags")]
    mappings = lambdas.list_event_source_mappings()["EventSourceMappings"]
    topics = [one["TopicArn"] for one in sns.list_topics()["Topics"]]
    rules = {one["Name"]: [one.get("Description"), [target["Arn"] for target in
                                                    events.list_targets_by_rule(Rule=one["Name"])["Targets"]]]
             for one in events.list_rules()["Rules"]}
    return {
        "functions": dict(functions()), "roles": roles, "users": users, "keys": keys, "queues": queues, "rules": rules,
        "policies": [one["Arn"] for one in iam.list_policies(Scope="Local")["Policies"]],
        "mappings": {one["UUID"]: named(one, "FunctionArn", "EventSourceArn", "BatchSize") for one in mappings},
        "topics": {arn: sns.get_topic_attributes(TopicArn=arn)["Attributes"].get("DisplayName") for arn in topics},
        "subscriptions": [one["SubscriptionArn"] for one in sns.list_subscriptions()["Subscriptions"]],
    }


def stands(n):
    """Each resource of the stack is there once, and nothing is there beside them."""
    of = cf.list_stack_resources(StackName="crash")["StackResourceSummaries"]
    by_kind = {}
    for one in of:
        assert one["ResourceStatus"].endswith("_COMPLETE"), one
        by_kind.setdefault(one["ResourceType"].split("::", 1)[1], []).append(one["PhysicalResourceId"])
    equal(sorted(one["LogicalResourceId"] for one in of), sorted(template(n)))
    there = world()
    own = there["functions"].values()
    has = lambda kind, ids: equal((kind, sorted(ids)), (kind, sorted(by_kind[kind])))
    has("Lambda::Function", there["functions"])
    for kind, part in [("Version", "versions"), ("Alias", "aliases"), ("Permission", "policy"), ("Url", "urls")]:
        has(f"Lambda::{kind}", [name for one in own for name in one[part]])
    equal(sum(len(one["configs"]) for one in own), 1)
    for kind, part in [("Lambda::EventSourceMapping", "mappings"), ("IAM::Role", "roles"), ("IAM::User", "users"),
                       ("IAM::AccessKey", "keys"), ("IAM::ManagedPolicy", "policies"), ("SNS::Topic", "topics"),
                       ("SNS::Subscription", "subscriptions"), ("Events::Rule", "rules")]:
        has(kind, there[part])
    equal(sorted(there["queues"]), sorted(url.rsplit("/", 1)[1] for url in by_kind["SQS::Queue"]))
    [role] = there["roles"].values()
    equal((role[0], role[1], role[3]), (f"/p{n}/", [f"inline{n}", f"policy{n}"], there["policies"]))
    print(json.dumps(there, sort_keys=True))


if __name__ == "__main__":
    {
        "create": lambda: request("CreateStack", 1),
        "update": lambda: request("UpdateStack", 2),
        "fail": lambda: request("UpdateStack", 3, bad=True),
        "fail-new": lambda: request("CreateStack", 1, bad=True),
        "delete": lambda: request("DeleteStack"),
        "world": lambda: print(json.dumps(world(), sort_keys=True)),
        "stands": lambda: stands(int(sys.argv[2])),
    }[sys.argv[1]]()
