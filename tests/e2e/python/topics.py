"""Topics and their subscriptions, through boto3: one theme a walk."""

import base64
import json
import sys

import boto3

from kit import client, config, create, equal, make_role, refused

ACCOUNT = "123456789012"
ARN = f"arn:aws:sns:us-east-1:{ACCOUNT}:"
sns = boto3.client("sns", config=config)
sqs = boto3.client("sqs", config=config)


def queue(name, topic, **attributes):
    """A queue that takes what the topic sends."""
    arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"
    policy = {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Resource": arn,
        "Action": "sqs:SendMessage", "Condition": {"ArnEquals": {"aws:SourceArn": topic}}}]}
    attributes = {"Policy": json.dumps(policy), **attributes}
    return sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"], arn


def received(url, count):
    """The next messages of a queue."""
    messages = []
    while len(messages) < count:
        got = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20, MaxNumberOfMessages=10,
                                  MessageAttributeNames=["All"], AttributeNames=["All"])
        assert got.get("Messages"), f"{len(messages)} of {count} came"
        for message in got["Messages"]:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            messages.append(message)
    return messages


def is_empty(url):
    got = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1)
    equal(got.get("Messages", []), [])


def life():
    made = sns.create_topic(Name="orders", Attributes={"DisplayName": "Orders"},
                            Tags=[{"Key": "team", "Value": "shop"}])
    arn = ARN + "orders"
    equal(made["TopicArn"], arn)
    equal(sns.create_topic(Name="orders")["TopicArn"], arn)
    equal(sns.list_topics()["Topics"], [{"TopicArn": arn}])
    shown = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    equal((shown["DisplayName"], shown["Owner"]), ("Orders", ACCOUNT))
    equal(shown["SubscriptionsConfirmed"], "0")
    sns.set_topic_attributes(TopicArn=arn, AttributeName="DisplayName", AttributeValue="More")
    equal(sns.get_topic_attributes(TopicArn=arn)["Attributes"]["DisplayName"], "More")
    sns.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "b"}])
    sns.untag_resource(ResourceArn=arn, TagKeys=["team"])
    equal(sns.list_tags_for_resource(ResourceArn=arn)["Tags"], [{"Key": "a", "Value": "b"}])
    sns.add_permission(TopicArn=arn, Label="x", AWSAccountId=["210987654321"],
                       ActionName=["Publish"])
    policy = json.loads(sns.get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"])
    equal([one["Sid"] for one in policy["Statement"]], ["__default_statement_ID", "x"])
    sns.remove_permission(TopicArn=arn, Label="x")

    endpoint = f"arn:aws:sqs:us-east-1:{ACCOUNT}:q"
    subscribe = lambda: sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=endpoint)
    own = subscribe()["SubscriptionArn"]
    equal(subscribe()["SubscriptionArn"], own)
    row = {"SubscriptionArn": own, "Owner": ACCOUNT, "Protocol": "sqs", "Endpoint": endpoint,
           "TopicArn": arn}
    equal(sns.list_subscriptions()["Subscriptions"], [row])
    equal(sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"], [row])
    sns.set_subscription_attributes(SubscriptionArn=own, AttributeName="FilterPolicy",
                                    AttributeValue='{"a": ["b"]}')
    shown = sns.get_subscription_attributes(SubscriptionArn=own)["Attributes"]
    equal(shown["FilterPolicy"], '{"a": ["b"]}')
    equal(shown["FilterPolicyScope"], "MessageAttributes")
    equal(shown["PendingConfirmation"], "false")
    sns.unsubscribe(SubscriptionArn=own)
    sns.unsubscribe(SubscriptionArn=own)
    equal(sns.list_subscriptions()["Subscriptions"], [])

    many = [sns.create_topic(Name=f"t{n:03}")["TopicArn"] for n in range(120)]
    pages = sns.get_paginator("list_topics").paginate()
    equal([row["TopicArn"] for page in pages for row in page["Topics"]], [arn, *many])
    sns.delete_topic(TopicArn=arn)
    sns.delete_topic(TopicArn=arn)
    refused("NotFound", 404, "Topic does not exist", lambda: sns.get_topic_attributes(TopicArn=arn))


def queues():
    arn = sns.create_topic(Name="orders")["TopicArn"]
    every, every_arn = queue("every", arn)
    raw, raw_arn = queue("raw", arn)
    some, some_arn = queue("some", arn)
    body, body_arn = queue("body", arn)
    own = sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=every_arn)["SubscriptionArn"]
    sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=raw_arn,
                  Attributes={"RawMessageDelivery": "true"})
    sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=some_arn, Attributes={
        "FilterPolicy": json.dumps({"price": [{"numeric": [">", 10]}], "kind": ["a", "b"]})})
    sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=body_arn, Attributes={
        "FilterPolicy": json.dumps({"detail": {"state": [{"prefix": "run"}]}}),
        "FilterPolicyScope": "MessageBody"})
    text = json.dumps({"detail": {"state": "running"}})
    attributes = {"price": {"DataType": "Number", "StringValue": "10.5"},
                  "kind": {"DataType": "String", "StringValue": "b"},
                  "bytes": {"DataType": "Binary", "BinaryValue": b"\0\1"}}
    sent = sns.publish(TopicArn=arn, Subject="Hi", Message=text, MessageAttributes=attributes)
    for url in (every, some, body):
        notice = json.loads(received(url, 1)[0]["Body"])
        equal(notice["Type"], "Notification")
        equal((notice["MessageId"], notice["TopicArn"]), (sent["MessageId"], arn))
        equal((notice["Subject"], notice["Message"]), ("Hi", text))
        equal(notice["MessageAttributes"]["price"], {"Type": "Number", "Value": "10.5"})
        equal(notice["MessageAttributes"]["bytes"]["Value"], base64.b64encode(b"\0\1").decode())
        assert notice["Timestamp"].endswith("Z") and len(notice["Timestamp"]) == 24, notice
    [message] = received(raw, 1)
    equal((message["Body"], message["Attributes"]["SenderId"][:1] != ""), (text, True))
    equal(message["MessageAttributes"]["kind"]["StringValue"], "b")
    equal(message["MessageAttributes"]["bytes"]["BinaryValue"], b"\0\1")

    # What is not wanted does not come; a structure has a text for each protocol.
    sns.set_subscription_attributes(SubscriptionArn=own, AttributeName="RawMessageDelivery",
                                    AttributeValue="true")
    sns.publish(TopicArn=arn, MessageStructure="json",
                Message=json.dumps({"default": "d", "sqs": "for queues"}))
    equal(received(every, 1)[0]["Body"], "for queues")
    equal(received(raw, 1)[0]["Body"], "for queues")
    entries = [{"Id": str(n), "Message": f"m{n}"} for n in range(10)]
    done = sns.publish_batch(TopicArn=arn, PublishBatchRequestEntries=entries)
    equal([row["Id"] for row in done["Successful"]], [str(n) for n in range(10)])
    equal(sorted(row["Body"] for row in received(every, 10)), [f"m{n}" for n in range(10)])
    is_empty(some)
    is_empty(body)


def functions():
    api = client()
    make_role("sqs:*")
    arn = sns.create_topic(Name="orders")["TopicArn"]
    made = create(api, "seen", """
        export const handler = async (event) => event;
    """)
    out, out_arn = queue("out", arn)
    api.put_function_event_invoke_config(
        FunctionName="seen", DestinationConfig={"OnSuccess": {"Destination": out_arn}})
    api.add_permission(FunctionName="seen", StatementId="sns", Action="lambda:InvokeFunction",
                       Principal="sns.amazonaws.com", SourceArn=arn)
    own = sns.subscribe(TopicArn=arn, Protocol="lambda", Endpoint=made["FunctionArn"], Attributes={
        "FilterPolicy": json.dumps({"kind": [{"anything-but": ["no"]}]})})["SubscriptionArn"]
    publish = lambda text, kind: sns.publish(TopicArn=arn, Message=text, MessageAttributes={
        "kind": {"DataType": "String", "StringValue": kind}})
    publish("unwanted", "no")
    sent = publish("wanted", "yes")
    record = json.loads(received(out, 1)[0]["Body"])
    equal(record["requestContext"]["condition"], "Success")
    [one] = record["responsePayload"]["Records"]
    equal((one["EventSource"], one["EventVersion"]), ("aws:sns", "1.0"))
    equal(one["EventSubscriptionArn"], own)
    notice = one["Sns"]
    equal((notice["MessageId"], notice["Message"]), (sent["MessageId"], "wanted"))
    equal((notice["Subject"], notice["TopicArn"]), (None, arn))
    equal(notice["MessageAttributes"], {"kind": {"Type": "String", "Value": "yes"}})
    equal(sorted(notice), sorted([
        "Type", "MessageId", "TopicArn", "Subject", "Message", "Timestamp", "SignatureVersion",
        "Signature", "SigningCertUrl", "UnsubscribeUrl", "MessageAttributes"]))
    is_empty(out)


def fifo():
    arn = sns.create_topic(Name="o.fifo", Attributes={
        "FifoTopic": "true", "ContentBasedDeduplication": "true"})["TopicArn"]
    url, queue_arn = queue("q.fifo", arn, FifoQueue="true")
    sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue_arn,
                  Attributes={"RawMessageDelivery": "true"})
    refused("InvalidParameter", 400, "MessageGroupId", lambda: sns.publish(TopicArn=arn, Message="m"))
    first = sns.publish(TopicArn=arn, Message="m", MessageGroupId="g")
    again = sns.publish(TopicArn=arn, Message="m", MessageGroupId="g")
    equal(first["MessageId"], again["MessageId"])
    equal(first["SequenceNumber"], again["SequenceNumber"])
    assert len(first["SequenceNumber"]) == 20, first
    other = sns.publish(TopicArn=arn, Message="n", MessageGroupId="h")
    assert other["SequenceNumber"] > first["SequenceNumber"]
    got = received(url, 2)
    equal(sorted((m["Body"], m["Attributes"]["MessageGroupId"]) for m in got),
          [("m", "g"), ("n", "h")])
    is_empty(url)


def errors():
    arn = sns.create_topic(Name="orders")["TopicArn"]
    bad = "InvalidParameter", 400
    refused(*bad, "Topic Name", lambda: sns.create_topic(Name="no good"))
    refused(*bad, "Topic Name", lambda: sns.create_topic(Name="x.fifo"))
    refused(*bad, "Empty message", lambda: sns.publish(TopicArn=arn, Message=""))
    refused(*bad, "Message too long", lambda: sns.publish(TopicArn=arn, Message="x" * (256 * 1024 + 1)))
    refused(*bad, "No default entry", lambda: sns.publish(TopicArn=arn, Message="{}", MessageStructure="json"))
    refused(*bad, "An ARN must have", lambda: sns.publish(TopicArn="orders", Message="m"))
    refused("NotFound", 404, "Topic does not exist", lambda: sns.publish(TopicArn=ARN + "none", Message="m"))
    wrong = {"a": {"DataType": "Wrong", "StringValue": "b"}}
    refused("ParameterValueInvalid", 400, "invalid message attribute type",
            lambda: sns.publish(TopicArn=arn, Message="m", MessageAttributes=wrong))
    subscribe = lambda protocol, endpoint, **more: sns.subscribe(
        TopicArn=arn, Protocol=protocol, Endpoint=endpoint, Attributes=more)
    refused(*bad, "Protocol", lambda: subscribe("https", "https://example.com"))
    refused(*bad, "Endpoint", lambda: subscribe("sqs", "here"))
    refused(*bad, "Endpoint", lambda: subscribe("sqs", "arn:aws:sqs:us-east-1:210987654321:q"))
    queue_arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:q"
    refused(*bad, "FilterPolicy", lambda: subscribe("sqs", queue_arn, FilterPolicy='{"a": "b"}'))
    refused(*bad, "AttributeName", lambda: subscribe("sqs", queue_arn, Wrong="x"))
    equal(sns.list_subscriptions()["Subscriptions"], [])
    two = [{"Id": "a", "Message": "m"}] * 2
    batch = lambda entries: sns.publish_batch(TopicArn=arn, PublishBatchRequestEntries=entries)
    refused("BatchEntryIdsNotDistinct", 400, "the same Id", lambda: batch(two))
    refused("EmptyBatchRequest", 400, "any entries", lambda: batch([]))
    done = batch([{"Id": "a", "Message": "m"}, {"Id": "b", "Message": ""}])
    equal([row["Id"] for row in done["Successful"]], ["a"])
    equal([(row["Id"], row["Code"]) for row in done["Failed"]], [("b", "InvalidParameter")])
    # Of another account's topics nothing is told, there or not.
    for name in ("orders", "none"):
        other = f"arn:aws:sns:us-east-1:210987654321:{name}"
        refused("AuthorizationError", 403, "not authorized", lambda: sns.publish(TopicArn=other, Message="m"))


globals()[sys.argv[1]]()
print("done")
