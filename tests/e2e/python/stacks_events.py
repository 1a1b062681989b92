"""Buckets, topics, rules and schedules of templates, deployed, changed, rolled back and deleted."""

import json
import time

import boto3
from botocore.exceptions import ClientError

from kit import config, equal
from stacks_kit import ACCOUNT, delete, deploy, function, get, ids, main, permission, ref, resource, role, status, sub, why

s3 = boto3.client("s3", config=config)
sqs = boto3.client("sqs", config=config)
sns = boto3.client("sns", config=config)
events = boto3.client("events", config=config)
scheduler = boto3.client("scheduler", config=config)


def lets(service, queue="Queue", **more):
    """The policy by which a service may send to a queue."""
    return resource("SQS::QueuePolicy", {"Queues": [ref(queue)], "PolicyDocument": {
        "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"},
            "Action": "sqs:SendMessage", "Resource": get(queue, "Arn"), **more}]}})


def received(url, wanted, seconds=30):
    """The bodies of messages of a queue, once one is as wanted; those before it are left out."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for message in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages", []):
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            body = json.loads(message["Body"])
            if wanted(body):
                return body
    raise AssertionError("nothing came")


def refused(code, work, **input):
    try:
        work(**input)
    except ClientError as error:
        equal(error.response["Error"]["Code"], code)
    else:
        raise AssertionError(f"{code} was expected")


def buckets():
    app = {
        "Queue": resource("SQS::Queue"),
        "QueuePolicy": lets("s3"),
        "Bucket": resource("S3::Bucket", {
            "VersioningConfiguration": {"Status": "Enabled"},
            "BucketEncryption": {"ServerSideEncryptionConfiguration": [
                {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]},
            "PublicAccessBlockConfiguration": {name: True for name in [
                "BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"]},
            "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]},
            "CorsConfiguration": {"CorsRules": [
                {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "ExposedHeaders": ["ETag"], "MaxAge": 3}]},
            "LifecycleConfiguration": {"Rules": [
                {"Id": "old", "Status": "Enabled", "Prefix": "tmp/", "ExpirationInDays": 3,
                 "TagFilters": [{"Key": "k", "Value": "<v>"}],
                 "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}}]},
            "NotificationConfiguration": {
                "EventBridgeConfiguration": {"EventBridgeEnabled": True},
                "QueueConfigurations": [
                    {"Event": "s3:ObjectCreated:*", "Queue": get("Queue", "Arn"),
                     "Filter": {"S3Key": {"Rules": [{"Name": "prefix", "Value": "in/"}]}}}]},
            "Tags": [{"Key": "a", "Value": "b"}],
        }, DependsOn="QueuePolicy"),
        "BucketPolicy": resource("S3::BucketPolicy", {"Bucket": ref("Bucket"), "PolicyDocument": {
            "Version": "2012-10-17", "Statement": [{
                "Effect": "Deny", "Principal": "*", "Action": "s3:DeleteBucket", "Resource": get("Bucket", "Arn")}]}}),
    }
    out = {"Bucket": ref("Bucket"), "Arn": get("Bucket", "Arn"), "Domain": get("Bucket", "RegionalDomainName"),
           "Url": ref("Queue")}
    made = deploy("store", app, out)
    name = made["Bucket"]
    assert name.startswith("store-bucket-") and len(name) <= 63, name
    equal((made["Arn"], made["Domain"]), (f"arn:aws:s3:::{name}", f"{name}.s3.us-east-1.amazonaws.com"))
    equal(s3.get_bucket_versioning(Bucket=name)["Status"], "Enabled")
    equal(s3.get_bucket_cors(Bucket=name)["CORSRules"][0]["MaxAgeSeconds"], 3)
    [rule] = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    equal(rule["Filter"]["And"], {"Prefix": "tmp/", "Tags": [{"Key": "k", "Value": "<v>"}]})
    equal(s3.get_bucket_tagging(Bucket=name)["TagSet"], [{"Key": "a", "Value": "b"}])
    told = s3.get_bucket_notification_configuration(Bucket=name)
    assert "EventBridgeConfiguration" in told and len(told["QueueConfigurations"]) == 1, told
    s3.put_object(Bucket=name, Key="in/x", Body=b"x")
    record = received(made["Url"], lambda body: "Records" in body)["Records"][0]
    equal(record["s3"]["object"]["key"], "in/x")
    [statement] = json.loads(s3.get_bucket_policy(Bucket=name)["Policy"])["Statement"]
    equal((statement["Effect"], statement["Resource"]), ("Deny", made["Arn"]))

    # What is named no more is as of a new bucket.
    app["Bucket"]["Properties"] = {}
    del app["BucketPolicy"]
    equal(deploy("store", app, out)["Bucket"], name)
    equal(s3.get_bucket_versioning(Bucket=name)["Status"], "Suspended")
    refused("NoSuchCORSConfiguration", s3.get_bucket_cors, Bucket=name)
    refused("NoSuchBucketPolicy", s3.get_bucket_policy, Bucket=name)
    told = s3.get_bucket_notification_configuration(Bucket=name)
    assert "QueueConfigurations" not in told and "EventBridgeConfiguration" not in told, told

    # A bucket that is somebody's already is not taken over, and the update is undone.
    s3.create_bucket(Bucket="taken")
    app["Bucket"]["Properties"] = {"BucketName": "taken"}
    deploy("store", app, out, fails=True)
    assert "taken already exists" in why("store"), why("store")
    equal(ids("store")["Bucket"], name)
    s3.head_bucket(Bucket="taken")
    app["Bucket"]["Properties"] = {"WebsiteConfiguration": {"IndexDocument": "index.html"}}
    deploy("store", app, out, fails=True)
    assert "no websites" in why("store"), why("store")

    # Another name is another bucket; the old one goes, if it is empty.
    for version in s3.list_object_versions(Bucket=name)["Versions"]:
        s3.delete_object(Bucket=name, Key=version["Key"], VersionId=version["VersionId"])
    app["Bucket"]["Properties"] = {"BucketName": "another"}
    equal(deploy("store", app, out)["Bucket"], "another")
    refused("404", s3.head_bucket, Bucket=name)
    delete("store")
    equal([one["Name"] for one in s3.list_buckets()["Buckets"]], ["taken"])


def topics():
    app = {
        "Queue": resource("SQS::Queue"), "Second": resource("SQS::Queue"),
        "QueuePolicy": lets("sns"), "SecondPolicy": lets("sns", "Second"),
        "Topic": resource("SNS::Topic", {
            "DisplayName": "Orders", "Subscription": [{"Protocol": "sqs", "Endpoint": get("Queue", "Arn")}],
            "Tags": [{"Key": "a", "Value": "b"}]}),
        "TopicPolicy": resource("SNS::TopicPolicy", {"Topics": [ref("Topic")], "PolicyDocument": {
            "Version": "2012-10-17", "Statement": [{
                "Sid": "events", "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"},
                "Action": "sns:Publish", "Resource": ref("Topic")}]}}),
        "Subscription": resource("SNS::Subscription", {
            "TopicArn": ref("Topic"), "Protocol": "sqs", "Endpoint": get("Second", "Arn"), "RawMessageDelivery": True,
            "FilterPolicyScope": "MessageBody", "FilterPolicy": {"order": {"kind": ["large"]}}}),
    }
    out = {"Topic": ref("Topic"), "Name": get("Topic", "TopicName"), "Queue": ref("Queue"), "Second": ref("Second")}
    made = deploy("news", app, out)
    arn = made["Topic"]
    equal(arn, f"arn:aws:sns:us-east-1:{ACCOUNT}:{made['Name']}")
    large = {"order": {"kind": "large"}}
    sns.publish(TopicArn=arn, Message=json.dumps(large))
    equal(json.loads(received(made["Queue"], lambda _: True)["Message"]), large)
    equal(received(made["Second"], lambda _: True), large)
    shown = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    equal((shown["DisplayName"], json.loads(shown["Policy"])["Statement"][0]["Sid"]), ("Orders", "events"))

    before = ids("news")
    app["Topic"]["Properties"] = {}
    app["Subscription"]["Properties"] |= {"FilterPolicy": {"kind": ["small"]}}
    del app["Subscription"]["Properties"]["FilterPolicyScope"], app["TopicPolicy"]
    equal(deploy("news", app, out)["Topic"], arn)
    equal(ids("news")["Subscription"], before["Subscription"])
    [one] = sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
    equal(one["SubscriptionArn"], before["Subscription"])
    shown = sns.get_subscription_attributes(SubscriptionArn=before["Subscription"])["Attributes"]
    equal((json.loads(shown["FilterPolicy"]), shown["FilterPolicyScope"]), ({"kind": ["small"]}, "MessageAttributes"))
    shown = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    equal((shown["DisplayName"], json.loads(shown["Policy"])["Id"]), ("", "__default_policy_ID"))
    equal(sns.list_tags_for_resource(ResourceArn=arn)["Tags"], [])

    bad = json.loads(json.dumps(app))
    bad["Topic"]["Properties"] = {"DisplayName": "x", "Subscription": [{"Protocol": "email", "Endpoint": "a@b.example"}]}
    deploy("news", bad, out, fails=True)
    assert status("news") == "UPDATE_ROLLBACK_COMPLETE", why("news")
    assert "queues and functions" in why("news"), why("news")
    equal(sns.get_topic_attributes(TopicArn=arn)["Attributes"]["DisplayName"], "")

    app["Topic"]["Properties"] = {"TopicName": "named"}
    made = deploy("news", app, out)
    equal(made["Name"], "named")
    equal([one["TopicArn"] for one in sns.list_topics()["Topics"]], [made["Topic"]])
    app["Fifo"] = resource("SNS::Topic", {"FifoTopic": True, "ContentBasedDeduplication": True})
    fifo = deploy("news", app, {"Fifo": ref("Fifo")})["Fifo"]
    assert fifo.endswith(".fifo"), fifo
    del app["Fifo"]["Properties"]["ContentBasedDeduplication"]
    equal(deploy("news", app, {"Fifo": ref("Fifo")})["Fifo"], fifo)
    equal(sns.get_topic_attributes(TopicArn=fifo)["Attributes"]["ContentBasedDeduplication"], "false")
    delete("news")
    equal((sns.list_topics()["Topics"], sns.list_subscriptions()["Subscriptions"]), ([], []))


def rules():
    app = {
        "Queue": resource("SQS::Queue"), "QueuePolicy": lets("events"),
        "Role": role("lambda"), "Function": function("exports.handler = async () => 1"),
        "Permission": permission("events"),
        "Bus": resource("Events::EventBus", {"Name": "shop", "Description": "first", "Tags": [{"Key": "a", "Value": "b"}]}),
        "Statement": resource("Events::EventBusPolicy", {
            "EventBusName": ref("Bus"), "StatementId": "other", "Statement": {
                "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::999999999999:root"},
                "Action": "events:PutEvents", "Resource": get("Bus", "Arn")}}),
        "Simple": resource("Events::EventBusPolicy", {
            "EventBusName": ref("Bus"), "StatementId": "simple", "Action": "events:PutEvents",
            "Principal": "888888888888"}),
        "Rule": resource("Events::Rule", {
            "EventBusName": ref("Bus"), "State": "ENABLED", "Description": "large ones",
            "EventPattern": {"source": ["shop"], "detail": {"total": [{"numeric": [">", 100]}]}},
            "Targets": [{"Id": "q", "Arn": get("Queue", "Arn"), "InputTransformer": {
                "InputPathsMap": {"total": "$.detail.total"}, "InputTemplate": "{\"t\": <total>}"}}]}),
        "Clock": resource("Events::Rule", {
            "ScheduleExpression": "rate(5 minutes)",
            "Targets": [{"Id": "f", "Arn": get("Function", "Arn"), "RetryPolicy": {"MaximumRetryAttempts": 2}}]}),
    }
    out = {"Url": ref("Queue"), "Bus": ref("Bus"), "BusArn": get("Bus", "Arn"), "Rule": ref("Rule"),
           "RuleArn": get("Rule", "Arn"), "Clock": ref("Clock"), "ClockArn": get("Clock", "Arn")}

    def put(total):
        entry = {"EventBusName": "shop", "Source": "shop", "DetailType": "Ordered", "Detail": json.dumps({"total": total})}
        equal(events.put_events(Entries=[entry])["FailedEntryCount"], 0)

    made = deploy("rules", app, out)
    equal((made["Bus"], made["BusArn"]), ("shop", f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/shop"))
    bus, rule = made["Rule"].split("|")
    equal((bus, made["RuleArn"]), ("shop", f"arn:aws:events:us-east-1:{ACCOUNT}:rule/shop/{rule}"))
    equal(made["ClockArn"], f"arn:aws:events:us-east-1:{ACCOUNT}:rule/{made['Clock']}")
    put(50)
    put(120)
    equal(received(made["Url"], lambda _: True), {"t": 120})
    policy = json.loads(events.describe_event_bus(Name="shop")["Policy"])
    equal(sorted(one["Sid"] for one in policy["Statement"]), ["other", "simple"])

    # In place: other targets, another pattern, a statement less.
    app["Rule"]["Properties"] |= {"EventPattern": {"source": ["shop"]}, "Targets": [
        {"Id": "all", "Arn": get("Queue", "Arn"), "InputPath": "$.detail"}]}
    del app["Rule"]["Properties"]["Description"], app["Simple"], app["Bus"]["Properties"]["Tags"]
    app["Bus"]["Properties"]["Description"] = "second"
    equal(deploy("rules", app, out)["Rule"], made["Rule"])
    equal([one["Id"] for one in events.list_targets_by_rule(Rule=rule, EventBusName="shop")["Targets"]], ["all"])
    put(50)
    equal(received(made["Url"], lambda _: True), {"total": 50})
    shown = events.describe_event_bus(Name="shop")
    equal((shown["Description"], len(json.loads(shown["Policy"])["Statement"])), ("second", 1))
    equal(events.list_tags_for_resource(ResourceARN=made["BusArn"])["Tags"], [])

    # A target that cannot be: all as it was.
    bad = json.loads(json.dumps(app))
    bad["Rule"]["Properties"] |= {"State": "DISABLED", "Targets": [
        {"Id": "no", "Arn": "arn:aws:kinesis:us-east-1:123456789012:stream/s"}]}
    deploy("rules", bad, out, fails=True)
    assert "functions, queues, topics and buses" in why("rules"), why("rules")
    equal(events.describe_rule(Name=rule, EventBusName="shop")["State"], "ENABLED")
    put(7)
    equal(received(made["Url"], lambda _: True), {"total": 7})

    # Another name is another rule.
    app["Clock"]["Properties"]["Name"] = "clock"
    equal(deploy("rules", app, out)["Clock"], "clock")
    equal([one["Name"] for one in events.list_rules()["Rules"]], ["clock"])
    delete("rules")
    equal(([one["Name"] for one in events.list_event_buses()["EventBuses"]], events.list_rules()["Rules"]), (["default"], []))

    deploy("archive", {"Archive": resource("Events::Archive", {"SourceArn": "a"})}, fails=True)
    assert "buses keep no events" in why("archive"), why("archive")


def schedules():
    app = {
        "Queue": resource("SQS::Queue"),
        "Role": role("scheduler", "sqs:SendMessage"),
        "Group": resource("Scheduler::ScheduleGroup", {"Tags": [{"Key": "a", "Value": "b"}]}),
        "Schedule": resource("Scheduler::Schedule", {
            "GroupName": ref("Group"), "ScheduleExpression": "rate(1 hours)", "FlexibleTimeWindow": {"Mode": "OFF"},
            "StartDate": "2030-01-01T00:00:00Z", "Description": "first", "KmsKeyArn": "arn:aws:kms:none",
            "Target": {"Arn": get("Queue", "Arn"), "RoleArn": get("Role", "Arn"), "Input": "{\"tick\": 1}",
                       "RetryPolicy": {"MaximumRetryAttempts": 3}}}),
    }
    out = {"Schedule": ref("Schedule"), "Arn": get("Schedule", "Arn"), "Group": ref("Group"),
           "GroupArn": get("Group", "Arn"), "State": get("Group", "State"), "Url": ref("Queue")}
    made = deploy("ticks", app, out)
    group, name = made["Group"], made["Schedule"]
    equal(made["Arn"], f"arn:aws:scheduler:us-east-1:{ACCOUNT}:schedule/{group}/{name}")
    equal((made["GroupArn"], made["State"]), (f"arn:aws:scheduler:us-east-1:{ACCOUNT}:schedule-group/{group}", "ACTIVE"))
    shown = scheduler.get_schedule(Name=name, GroupName=group)
    equal((shown["StartDate"].year, shown["Description"]), (2030, "first"))

    # In place, and at once: it ticks.
    del app["Schedule"]["Properties"]["StartDate"], app["Schedule"]["Properties"]["Description"]
    app["Schedule"]["Properties"]["ScheduleExpression"] = "at(2020-01-01T00:00:00)"
    app["Group"]["Properties"] = {}
    equal(deploy("ticks", app, out)["Arn"], made["Arn"])
    shown = scheduler.get_schedule(Name=name, GroupName=group)
    assert "StartDate" not in shown and "Description" not in shown, shown
    equal(scheduler.list_tags_for_resource(ResourceArn=made["GroupArn"])["Tags"], [])

    bad = json.loads(json.dumps(app))
    bad["Schedule"]["Properties"]["ScheduleExpression"] = "soon"
    deploy("ticks", bad, out, fails=True)
    assert "Invalid Schedule Expression soon" in why("ticks"), why("ticks")

    app["Schedule"]["Properties"] |= {"Name": "named", "GroupName": "default"}
    equal(deploy("ticks", app, out)["Arn"], f"arn:aws:scheduler:us-east-1:{ACCOUNT}:schedule/default/named")
    equal([one["Name"] for one in scheduler.list_schedules()["Schedules"]], ["named"])
    delete("ticks")
    equal((scheduler.list_schedules()["Schedules"], len(scheduler.list_schedule_groups()["ScheduleGroups"])), ([], 1))


main([buckets, topics, rules, schedules])
