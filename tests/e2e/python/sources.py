"""Event source mappings on queues through boto3, one theme a run."""

import json
import sys
import time

import boto3

from kit import client, config, create, equal, make_role, refused

api = client()
sqs = boto3.client("sqs", config=config)
PATIENCE = 60

# Functions tell by their log: it needs nothing but what they have.
logs = boto3.client("logs", config=config)


def told(function, count):
    """The first so many lines that a function has written for the test, waited for."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            events = logs.filter_log_events(
                logGroupName=f"/aws/lambda/{function}", filterPattern='"TOLD"')["events"]
        except logs.exceptions.ResourceNotFoundException:
            events = []
        if len(events) >= count:
            return [json.loads(event["message"].split("TOLD", 1)[1]) for event in events]
        assert time.monotonic() < until, f"{count} lines of {function} in vain: {events}"
        time.sleep(0.1)


def make(name, **attributes):
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    names = ["QueueArn"]
    return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]["QueueArn"]


def function(name, body, **more):
    create(api, name, "const tell = (what) => console.log('TOLD' + JSON.stringify(what));\n"
           "const rest = (ms) => new Promise((done) => setTimeout(done, ms));\n"
           f"export const handler = async (event) => {{ {body} }};", **more)


def allow():
    make_role("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")


def mapped(name, arn, **more):
    return api.create_event_source_mapping(FunctionName=name, EventSourceArn=arn, **more)["UUID"]


def left(url):
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(map(int, counts.values()))


def emptied(url):
    until = time.monotonic() + PATIENCE
    while left(url):
        assert time.monotonic() < until, f"{left(url)} messages are left"
        time.sleep(0.05)


def waited(done):
    until = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)


def event():
    allow()
    url, arn = make("orders")
    function("f", "tell(event);")
    uuid = mapped("f", arn)
    sent = sqs.send_message(QueueUrl=url, MessageBody='{"a": 1}', MessageAttributes={
        "kind": {"DataType": "String", "StringValue": "x"}})
    [event] = told("f", 1)
    [record] = event["Records"]
    attributes = record.pop("attributes")
    equal(sorted(attributes), ["ApproximateFirstReceiveTimestamp", "ApproximateReceiveCount", "SenderId",
                               "SentTimestamp"])
    assert record.pop("receiptHandle")
    equal(record, {
        "messageId": sent["MessageId"], "body": '{"a": 1}', "md5OfBody": sent["MD5OfMessageBody"],
        "md5OfMessageAttributes": sent["MD5OfMessageAttributes"], "eventSource": "aws:sqs",
        "eventSourceARN": arn, "awsRegion": "us-east-1", "messageAttributes": {"kind": {
            "stringValue": "x", "stringListValues": [], "binaryListValues": [], "dataType": "String"}}})
    emptied(url)
    # Disabled, it reads nothing; enabled again, it does.
    api.update_event_source_mapping(UUID=uuid, Enabled=False)
    sqs.send_message(QueueUrl=url, MessageBody="while disabled")
    equal(left(url), 1)
    api.update_event_source_mapping(UUID=uuid, Enabled=True)
    equal(told("f", 2)[1]["Records"][0]["body"], "while disabled")
    emptied(url)
    api.delete_event_source_mapping(UUID=uuid)
    sqs.send_message(QueueUrl=url, MessageBody="for nobody")
    equal(left(url), 1)


def failures():
    allow()
    dead, dead_arn = make("dead")
    url, arn = make("work", VisibilityTimeout="1", RedrivePolicy=json.dumps(
        {"deadLetterTargetArn": dead_arn, "maxReceiveCount": 2}))
    function("f", """
        const batchItemFailures = [];
        for (const { messageId, body, attributes } of event.Records) {
            tell([body, Number(attributes.ApproximateReceiveCount)]);
            if (body === 'never' || (body === 'once' && attributes.ApproximateReceiveCount === '1'))
                batchItemFailures.push({ itemIdentifier: messageId });
        }
        return { batchItemFailures };""", Timeout=1)
    sqs.send_message_batch(QueueUrl=url, Entries=[
        {"Id": body, "MessageBody": body} for body in ("good", "once", "never")])
    mapped("f", arn, FunctionResponseTypes=["ReportBatchItemFailures"])
    letters = sqs.receive_message(QueueUrl=dead, WaitTimeSeconds=20)["Messages"]
    equal([letter["Body"] for letter in letters], ["never"])
    equal(sorted(told("f", 5)), [["good", 1], ["never", 1], ["never", 2], ["once", 1], ["once", 2]])
    emptied(url)
    # Who throws has failed with all of them.
    other, other_arn = make("other", VisibilityTimeout="1", RedrivePolicy=json.dumps(
        {"deadLetterTargetArn": dead_arn, "maxReceiveCount": 1}))
    function("g", "throw new Error('no');", Timeout=1)
    sqs.send_message(QueueUrl=other, MessageBody="thrown")
    mapped("g", other_arn)
    letters = sqs.receive_message(QueueUrl=dead, WaitTimeSeconds=20)["Messages"]
    equal([letter["Body"] for letter in letters], ["thrown"])


def fifo():
    allow()
    url, arn = make("q.fifo", FifoQueue="true", ContentBasedDeduplication="true", VisibilityTimeout="30")
    function("f", """
        const bodies = event.Records.map((record) => record.body);
        tell(['begin', ...bodies]);
        await rest(20);
        tell(['end', ...bodies]);""")
    for number in range(10):
        for group in "ab":
            sqs.send_message(QueueUrl=url, MessageBody=f"{group}{number}", MessageGroupId=group)
    mapped("f", arn, BatchSize=3)
    emptied(url)
    lines = told("f", 2)
    for group in "ab":
        own = [[body for body in line[1:] if body[0] == group] for line in lines]
        begun = [body for line, bodies in zip(lines, own) if line[0] == "begin" for body in bodies]
        equal(begun, [f"{group}{number}" for number in range(10)])


def filters():
    allow()
    url, arn = make("q")
    function("f", "for (const { body } of event.Records) tell(body);")
    mapped("f", arn, FilterCriteria={"Filters": [
        {"Pattern": json.dumps({"body": {"kind": ["order"], "total": [{"numeric": [">", 10]}]}})},
        {"Pattern": json.dumps({"body": ["plain"]})}]})
    bodies = ['{"kind": "order", "total": 11}', '{"kind": "order", "total": 9}', '{"kind": "x"}', "plain",
              "other"]
    for body in bodies:
        sqs.send_message(QueueUrl=url, MessageBody=body)
    # What is not wanted is deleted, too.
    emptied(url)
    equal(sorted(told("f", 2)), sorted([bodies[0], "plain"]))


def concurrency():
    allow()
    url, arn = make("q")
    function("f", "tell(['begin', Date.now()]); await rest(300); tell(['end', Date.now()]);")
    for number in range(12):
        sqs.send_message(QueueUrl=url, MessageBody=str(number))
    mapped("f", arn, BatchSize=1, ScalingConfig={"MaximumConcurrency": 2})
    emptied(url)
    lines = sorted(told("f", 24), key=lambda line: (line[1], line[0] == "begin"))
    running, most = 0, 0
    for kind, _ in lines:
        running += 1 if kind == "begin" else -1
        most = max(most, running)
    equal(most, 2)


def window():
    allow()
    url, arn = make("q")
    function("f", "tell(event.Records.length);")
    mapped("f", arn, BatchSize=25, MaximumBatchingWindowInSeconds=30)
    # A full batch does not wait for the end of its window.
    begun = time.monotonic()
    for first in range(0, 25, 5):
        sqs.send_message_batch(QueueUrl=url, Entries=[
            {"Id": str(number), "MessageBody": str(number)} for number in range(first, first + 5)])
    equal(told("f", 1), [25])
    emptied(url)
    assert time.monotonic() - begun < 30


def checks():
    """What a mapping is refused for, and what its poller stops for."""
    wrong = lambda text, call, **more: refused("InvalidParameterValueException", 400, text, call, **more)
    arn = "arn:aws:sqs:us-east-1:123456789012:q"
    function("f", "tell(event.Records[0].body);", Timeout=60)
    mapping = {"FunctionName": "f", "EventSourceArn": arn}
    wrong("The role defined for the function cannot be assumed by Lambda.", api.create_event_source_mapping, **mapping)
    make_role("sqs:DeleteMessage", "sqs:GetQueueAttributes")
    may = lambda *actions: boto3.client("iam", config=config).put_role_policy(
        RoleName="lambda", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": actions, "Resource": "*"}]}))
    no = "The provided execution role does not have permissions to call ReceiveMessage on SQS"
    wrong(no, api.create_event_source_mapping, **mapping)
    may("sqs:*")
    wrong("Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. "
          "SQS Error Message: The specified queue does not exist.", api.create_event_source_mapping, **mapping)
    url, _ = make("q")
    wrong("Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds",
          api.create_event_source_mapping, **mapping)
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "60"})
    wrong("Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10",
          api.create_event_source_mapping, **mapping, BatchSize=11)
    for most in (1, 1001):
        refused("ValidationException", 400, "maximumConcurrency", api.create_event_source_mapping, **mapping,
                ScalingConfig={"MaximumConcurrency": most})
    wrong("Unsupported BisectBatchOnFunctionError parameter for given event source mapping type.",
          api.create_event_source_mapping, **mapping, BisectBatchOnFunctionError=True)
    uuid = mapped("f", arn)
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "59"})
    wrong("Queue visibility timeout: 59 seconds", api.update_event_source_mapping, UUID=uuid, BatchSize=5)
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "60"})
    _, fifo = make("q.fifo", FifoQueue="true", VisibilityTimeout="60")
    mapping["EventSourceArn"] = fifo
    wrong("Batching window is not supported for FIFO queues.", api.create_event_source_mapping, **mapping,
          MaximumBatchingWindowInSeconds=1)
    refused("ValidationException", 400, "batchSize", api.create_event_source_mapping, **mapping, BatchSize=11)
    # Without its rights a mapping reads nothing, and says why; with them again it goes on.
    result = lambda: api.get_event_source_mapping(UUID=uuid).get("LastProcessingResult")
    equal(result(), None)
    may("sqs:DeleteMessage")
    waited(lambda: result() == f"PROBLEM: {no}")
    sqs.send_message(QueueUrl=url, MessageBody="m")
    equal(left(url), 1)
    may("sqs:*")
    equal(told("f", 1), ["m"])
    emptied(url)
    waited(lambda: result() is None)
    # A mapping whose queue is gone can still be switched off.
    sqs.delete_queue(QueueUrl=url)
    wrong("NonExistentQueue", api.update_event_source_mapping, UUID=uuid, BatchSize=5)
    equal(api.update_event_source_mapping(UUID=uuid, Enabled=False)["State"], "Disabling")


def malformed():
    """An answer that says nothing of use means that the whole batch has failed."""
    allow()
    dead, dead_arn = make("dead")
    for name, answer in [("empty", "{ batchItemFailures: [{ itemIdentifier: '' }] }"),
                         ("unknown", "{ batchItemFailures: [{ itemIdentifier: 'x' }] }"), ("text", "'ok'")]:
        url, arn = make(name, VisibilityTimeout="1", RedrivePolicy=json.dumps(
            {"deadLetterTargetArn": dead_arn, "maxReceiveCount": 1}))
        function(name, f"return {answer};", Timeout=1)
        sqs.send_message_batch(QueueUrl=url, Entries=[{"Id": str(n), "MessageBody": name} for n in range(2)])
        mapped(name, arn, FunctionResponseTypes=["ReportBatchItemFailures"])
    letters = []
    until = time.monotonic() + PATIENCE
    while len(letters) < 6 and time.monotonic() < until:
        got = sqs.receive_message(QueueUrl=dead, WaitTimeSeconds=5, MaxNumberOfMessages=10)
        letters += [letter["Body"] for letter in got.get("Messages", [])]
    equal(sorted(letters), sorted(["empty", "unknown", "text"] * 2))


globals()[sys.argv[1]]()
print("done")
