"""Functions that call themselves through a queue, a topic, a bucket and a destination. Each round is numbered: those
from 0 to 15 run, and the one after them ends where failures of its kind do."""

import json
import os
import time

import boto3

from kit import ROLE, client, config, equal, make_role, sdk_layer, zipped

ROUNDS, LAST, PATIENCE = 16, 20, 60
HANDLER = """
import os, boto3

WAY, TO = os.environ["WAY"], os.environ["TO"]
api = boto3.client({"queue": "sqs", "topic": "sns", "bucket": "s3", "destination": "sqs"}[WAY])

def number(event):
    one = event.get("Records", [event])[0]
    if WAY == "queue":
        return int(one["body"])
    if WAY == "topic":
        return int(one["Sns"]["Message"])
    if WAY == "bucket":
        return int(one["s3"]["object"]["key"])
    return one["responsePayload"] + 1 if "responsePayload" in one else 0

def handler(event, context):
    n = number(event)
    print("ROUND", n)
    if n < LAST and WAY == "queue":
        api.send_message(QueueUrl=TO, MessageBody=str(n + 1))
    if n < LAST and WAY == "topic":
        api.publish(TopicArn=TO, Message=str(n + 1))
    if n < LAST and WAY == "bucket":
        api.put_object(Bucket=TO, Key=str(n + 1), Body=b"x")
    return n
""".replace("LAST", str(LAST))

api = client()
sqs, sns, s3, logs = (boto3.client(name, config=config) for name in ("sqs", "sns", "s3", "logs"))


def queue(name, **attributes):
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return url, f"arn:aws:sqs:us-east-1:123456789012:{name}"


def function(way, to, name=None, **more):
    name = name or way
    made = api.create_function(
        FunctionName=name, Runtime=os.environ["PYTHON_RUNTIME"], Role=ROLE, Handler="index.handler",
        Code={"ZipFile": zipped(**{"index.py": HANDLER})}, Layers=[layer], Timeout=20, MemorySize=256,
        Environment={"Variables": {"WAY": way, "TO": to}}, **more)
    api.get_waiter("function_active_v2").wait(
        FunctionName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    return made["FunctionArn"]


def dropped(url):
    """What was not run: the next message of a queue."""
    got = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20, MessageAttributeNames=["All"])
    [message] = got["Messages"]
    return message


def rounds(way, count):
    """The rounds that ran, once there are so many."""
    until = time.monotonic() + PATIENCE
    while True:
        events = logs.filter_log_events(logGroupName=f"/aws/lambda/{way}", filterPattern="ROUND")["events"]
        if len(events) >= count:
            return sorted(int(event["message"].split()[1]) for event in events)
        assert time.monotonic() < until, f"{len(events)} of {count} rounds of {way}"
        time.sleep(0.1)


def may_invoke(way, service, source):
    api.add_permission(FunctionName=way, StatementId=service, Action="lambda:InvokeFunction",
                       Principal=f"{service}.amazonaws.com", SourceArn=source)


def record(url, way, step=1):
    """The record of the round that did not run."""
    record = json.loads(dropped(url)["Body"])
    equal(record["requestContext"]["condition"], "RecursiveInvocation")
    equal(rounds(way, ROUNDS), list(range(0, ROUNDS * step, step)))
    return record["requestPayload"]


def through_a_queue():
    dead, dead_arn = queue("queue-dead")
    # A batch that does not run comes again, until its queue has enough of that.
    url, arn = queue("queue", VisibilityTimeout="20", RedrivePolicy=json.dumps(
        {"deadLetterTargetArn": dead_arn, "maxReceiveCount": 1}))
    function("queue", url)
    api.create_event_source_mapping(FunctionName="queue", EventSourceArn=arn, BatchSize=1)
    sqs.send_message(QueueUrl=url, MessageBody="0")
    until = time.monotonic() + PATIENCE
    while not (got := sqs.receive_message(QueueUrl=dead, WaitTimeSeconds=20).get("Messages")):
        assert time.monotonic() < until, "no dead letter"
    equal(got[0]["Body"], str(ROUNDS))
    equal(rounds("queue", ROUNDS), list(range(ROUNDS)))


def through_a_topic():
    dead, dead_arn = queue("topic-dead")
    topic = sns.create_topic(Name="topic")["TopicArn"]
    arn = function("topic", topic, DeadLetterConfig={"TargetArn": dead_arn})
    may_invoke("topic", "sns", topic)
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn)
    sns.publish(TopicArn=topic, Message="0")
    letter = dropped(dead)
    equal(json.loads(letter["Body"])["Records"][0]["Sns"]["Message"], str(ROUNDS))
    equal(letter["MessageAttributes"]["ErrorCode"]["StringValue"], "400")
    equal(rounds("topic", ROUNDS), list(range(ROUNDS)))
    # One that may goes on until it stops by itself.
    api.put_function_recursion_config(FunctionName="topic", RecursiveLoop="Allow")
    sns.publish(TopicArn=topic, Message="0")
    allowed = rounds("topic", ROUNDS + LAST + 1)
    equal(allowed, sorted([*range(ROUNDS), *range(LAST + 1)]))


def through_a_bucket():
    dead, dead_arn = queue("bucket-dead")
    s3.create_bucket(Bucket="rounds")
    arn = function("bucket", "rounds")
    api.put_function_event_invoke_config(
        FunctionName="bucket", DestinationConfig={"OnFailure": {"Destination": dead_arn}})
    may_invoke("bucket", "s3", "arn:aws:s3:::rounds")
    s3.put_bucket_notification_configuration(Bucket="rounds", NotificationConfiguration={
        "LambdaFunctionConfigurations": [{"LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:*"]}]})
    s3.put_object(Bucket="rounds", Key="0", Body=b"x")
    equal(record(dead, "bucket")["Records"][0]["s3"]["object"]["key"], str(ROUNDS))


def through_a_destination():
    dead, dead_arn = queue("destination-dead")
    # A function is no destination of itself, so there are two, who have every other round.
    arn, other = function("destination", ""), function("destination", "", name="other")
    for name, to in (("destination", other), ("other", arn)):
        api.put_function_event_invoke_config(FunctionName=name, DestinationConfig={
            "OnSuccess": {"Destination": to}, "OnFailure": {"Destination": dead_arn}})
    api.invoke(FunctionName="destination", InvocationType="Event", Payload=b"{}")
    equal(record(dead, "destination", step=2)["responsePayload"], 2 * ROUNDS - 1)


make_role("sqs:*", "sns:*", "s3:*", "lambda:*")
layer = api.publish_layer_version(
    LayerName="sdk", Content={"ZipFile": sdk_layer("sqs", "sns", "s3")})["LayerVersionArn"]
for loop in (through_a_topic, through_a_bucket, through_a_destination, through_a_queue):
    loop()
    print(loop.__name__)
print("done")
