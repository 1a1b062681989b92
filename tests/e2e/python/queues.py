"""SQS through boto3, one theme a run."""

import hashlib
import json
import os
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from kit import config, equal, refused

sqs = boto3.client("sqs", config=config)
PATIENCE = 60


def bodies(answer):
    return [message["Body"] for message in answer.get("Messages", [])]


def receive(url, api=sqs, **more):
    return api.receive_message(QueueUrl=url, **{"MaxNumberOfMessages": 10, **more})


def make(name, **attributes):
    return sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]


def arn(url):
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def standard():
    url = make("orders", VisibilityTimeout="40")
    assert url.endswith("/123456789012/orders"), url
    equal(sqs.get_queue_url(QueueName="orders")["QueueUrl"], url)
    equal(make("orders"), url)
    equal(sqs.list_queues(QueueNamePrefix="ord")["QueueUrls"], [url])
    attribute = {"kind": {"DataType": "String", "StringValue": "a"},
                 "raw": {"DataType": "Binary", "BinaryValue": b"\x00\xff"}}
    sent = sqs.send_message(QueueUrl=url, MessageBody="hello ä", MessageAttributes=attribute)
    equal(sent["MD5OfMessageBody"], hashlib.md5("hello ä".encode()).hexdigest())
    got = receive(url, MessageSystemAttributeNames=["All"], MessageAttributeNames=["All"])
    [message] = got["Messages"]
    equal(message["MessageId"], sent["MessageId"])
    equal(message["MessageAttributes"], attribute)
    equal(message["MD5OfMessageAttributes"], sent["MD5OfMessageAttributes"])
    equal(message["Attributes"]["ApproximateReceiveCount"], "1")
    equal(message["Attributes"]["SenderId"], "123456789012")
    equal("Messages" in receive(url), False)
    # Shown again as soon as whoever has it says so, and no more once it is deleted.
    handle = message["ReceiptHandle"]
    sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0)
    [again] = receive(url)["Messages"]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=again["ReceiptHandle"])
    sqs.delete_message(QueueUrl=url, ReceiptHandle=again["ReceiptHandle"])
    equal(bodies(receive(url)), [])
    batch = sqs.send_message_batch(QueueUrl=url, Entries=[
        {"Id": str(n), "MessageBody": f"m{n}", "DelaySeconds": 900 if n == 3 else 0} for n in range(4)])
    equal([one["Id"] for one in batch["Successful"]], ["0", "1", "2", "3"])
    got = receive(url)
    equal(sorted(bodies(got)), ["m0", "m1", "m2"])
    told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    counts = [told["ApproximateNumberOfMessages" + part] for part in ("", "NotVisible", "Delayed")]
    equal(counts, ["0", "3", "1"])
    equal((told["VisibilityTimeout"], told["MaximumMessageSize"]), ("40", "1048576"))
    deleted = sqs.delete_message_batch(QueueUrl=url, Entries=[
        {"Id": message["Body"], "ReceiptHandle": message["ReceiptHandle"]} for message in got["Messages"]])
    equal(len(deleted["Successful"]), 3)
    sqs.tag_queue(QueueUrl=url, Tags={"a": "1", "b": "2"})
    sqs.untag_queue(QueueUrl=url, TagKeys=["a"])
    equal(sqs.list_queue_tags(QueueUrl=url)["Tags"], {"b": "2"})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"DelaySeconds": "1", "VisibilityTimeout": ""})
    told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["DelaySeconds", "VisibilityTimeout"])
    equal(told["Attributes"], {"DelaySeconds": "1", "VisibilityTimeout": "30"})
    sqs.purge_queue(QueueUrl=url)
    refused("AWS.SimpleQueueService.PurgeQueueInProgress", 403, "orders", sqs.purge_queue, QueueUrl=url)
    sqs.delete_queue(QueueUrl=url)
    refused("AWS.SimpleQueueService.NonExistentQueue", 400, "does not exist", receive, url=url)
    refused("AWS.SimpleQueueService.QueueDeletedRecently", 400, "60 seconds", sqs.create_queue,
            QueueName="orders")


def fifo():
    url = make("q.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    send = lambda body, group, **more: sqs.send_message(
        QueueUrl=url, MessageBody=body, MessageGroupId=group, **more)
    first = send("a1", "a")
    numbers = [first["SequenceNumber"]]
    numbers += [send(body, body[0])["SequenceNumber"] for body in ("b1", "a2", "a3", "b2")]
    assert numbers == sorted(numbers) and len(set(numbers)) == 5, numbers
    twin = send("a1", "a")
    equal((twin["MessageId"], twin["SequenceNumber"]), (first["MessageId"], first["SequenceNumber"]))
    one = receive(url, MaxNumberOfMessages=2, MessageSystemAttributeNames=["All"])
    equal(bodies(one), ["a1", "a2"])
    equal(one["Messages"][0]["Attributes"]["MessageGroupId"], "a")
    equal(one["Messages"][0]["Attributes"]["SequenceNumber"], first["SequenceNumber"])
    # Nobody gets more of a group while somebody has some of it.
    equal(bodies(receive(url)), ["b1", "b2"])
    equal(bodies(receive(url)), [])
    handles = [message["ReceiptHandle"] for message in one["Messages"]]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=handles[0])
    equal(bodies(receive(url)), [])
    sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handles[1], VisibilityTimeout=0)
    attempt = {"ReceiveRequestAttemptId": "x"}
    got = receive(url, **attempt)
    equal(bodies(got), ["a2", "a3"])
    equal(bodies(receive(url, **attempt)), ["a2", "a3"])
    refused("InvalidParameterValue", 400, "The receipt handle has expired", sqs.delete_message,
            QueueUrl=url, ReceiptHandle=handles[1])
    refused("MissingParameter", 400, "MessageGroupId", sqs.send_message, QueueUrl=url, MessageBody="x")
    refused("InvalidParameterValue", 400, "not valid for this queue type", send, body="x", group="a",
            DelaySeconds=2)


def dead_letters():
    dead = make("dead")
    refused("InvalidParameterValue", 400, "does not exist", make, name="x", RedrivePolicy=json.dumps(
        {"deadLetterTargetArn": arn(dead) + "x", "maxReceiveCount": 2}))
    policy = json.dumps({"deadLetterTargetArn": arn(dead), "maxReceiveCount": 2})
    url = make("work", RedrivePolicy=policy, VisibilityTimeout="0")
    equal(sqs.list_dead_letter_source_queues(QueueUrl=dead)["queueUrls"], [url])
    sent = sqs.send_message(QueueUrl=url, MessageBody="poison")
    equal([bodies(receive(url)) for _ in range(3)], [["poison"], ["poison"], []])
    [letter] = receive(dead, MessageSystemAttributeNames=["All"], VisibilityTimeout=0)["Messages"]
    equal(letter["MessageId"], sent["MessageId"])
    equal(letter["Attributes"]["DeadLetterQueueSourceArn"], arn(url))
    sqs.start_message_move_task(SourceArn=arn(dead))
    [back] = receive(url, WaitTimeSeconds=20, MessageSystemAttributeNames=["All"])["Messages"]
    equal((back["Body"], back["Attributes"]["ApproximateReceiveCount"]), ("poison", "1"))
    until = time.monotonic() + PATIENCE
    while True:
        [task] = sqs.list_message_move_tasks(SourceArn=arn(dead))["Results"]
        if task["Status"] == "COMPLETED":
            break
        assert time.monotonic() < until, task
    equal(task["ApproximateNumberOfMessagesMoved"], 1)
    sqs.set_queue_attributes(QueueUrl=dead, Attributes={
        "RedriveAllowPolicy": json.dumps({"redrivePermission": "denyAll"})})
    refused("InvalidParameterValue", 400, "permission", make, name="other", RedrivePolicy=policy)


def waiting():
    url = make("slow", ReceiveMessageWaitTimeSeconds="20")
    got = []
    # Of many who wait each gets one, and nobody waits in vain.
    many = boto3.client("sqs", config=config.merge(Config(max_pool_connections=40)))
    readers = [threading.Thread(target=lambda: got.append(bodies(receive(url, many, MaxNumberOfMessages=1))))
               for _ in range(40)]
    for reader in readers:
        reader.start()
    for first in range(0, 40, 10):
        sqs.send_message_batch(QueueUrl=url, Entries=[
            {"Id": str(n), "MessageBody": f"{n:02}"} for n in range(first, first + 10)])
    for reader in readers:
        reader.join(PATIENCE)
    equal(sorted(got), [[f"{n:02}"] for n in range(40)])
    # Who waits sees what becomes visible meanwhile.
    sqs.send_message(QueueUrl=url, MessageBody="later", DelaySeconds=1)
    equal(bodies(receive(url)), ["later"])
    equal(bodies(receive(url, WaitTimeSeconds=0)), [])


def errors():
    url = make("q")
    nowhere = url + "x"
    no_queue = "AWS.SimpleQueueService.NonExistentQueue"
    refused(no_queue, 400, "The specified queue does not exist.", receive, url=nowhere)
    try:
        receive(nowhere)
        raise AssertionError
    except sqs.exceptions.QueueDoesNotExist:
        pass
    send = lambda **more: sqs.send_message(QueueUrl=url, **{"MessageBody": "m", **more})
    batch = lambda *ids: sqs.send_message_batch(
        QueueUrl=url, Entries=[{"Id": one, "MessageBody": "m"} for one in ids])
    prefix = "AWS.SimpleQueueService."
    refused(prefix + "EmptyBatchRequest", 400, "at least one", batch)
    refused(prefix + "TooManyEntriesInBatchRequest", 400,
            "Maximum number of entries per request are 10. You have sent 20.",
            lambda: batch(*map(str, range(20))))
    refused(prefix + "BatchEntryIdsNotDistinct", 400, "Id a repeated.", lambda: batch("a", "a"))
    refused(prefix + "InvalidBatchEntryId", 400, "alphanumeric", lambda: batch("a:b"))
    refused(prefix + "BatchRequestTooLong", 400, "1048576 bytes. You have sent 1048577 bytes.",
            lambda: sqs.send_message_batch(QueueUrl=url, Entries=[
                {"Id": "a", "MessageBody": "x" * 1048576}, {"Id": "b", "MessageBody": "y"}]))
    refused("InvalidParameterValue", 400, "Message must be shorter than 1048576 bytes.", send,
            MessageBody="x" * 1048577)
    refused("InvalidMessageContents", 400, "Valid unicode", send, MessageBody="\x01")
    refused("MissingParameter", 400, "MessageBody", send, MessageBody="")
    refused("InvalidParameterValue", 400, "Must be between 1 and 10, if provided.", receive, url=url,
            MaxNumberOfMessages=11)
    refused("ReceiptHandleIsInvalid", 400, "not a valid receipt handle", sqs.delete_message,
            QueueUrl=url, ReceiptHandle="illegal")
    refused("InvalidAttributeName", 400, "Unknown Attribute", sqs.get_queue_attributes, QueueUrl=url,
            AttributeNames=["Nothing"])
    refused("InvalidAttributeValue", 400, "DelaySeconds", make, name="z", DelaySeconds="901")
    refused("QueueAlreadyExists", 400, "different value for attribute DelaySeconds", make, name="q",
            DelaySeconds="7")
    refused("InvalidParameterValue", 400, "1 to 80", make, name="a/b")
    for value in ({"DataType": "Number", "StringValue": "x"}, {"DataType": "Nothing", "StringValue": "x"},
                  {"DataType": "String"}):
        refused("InvalidParameterValue", 400, "attribute", send, MessageAttributes={"a": value})


def query():
    """As older SDKs speak: forms and XML."""
    keys = Credentials(os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])
    endpoint = os.environ["AWS_ENDPOINT_URL"]

    def call(path, **form):
        data = urllib.parse.urlencode({"Version": "2012-11-05", **form}).encode()
        request = AWSRequest("POST", endpoint + path, data=data, headers={
            "Content-Type": "application/x-www-form-urlencoded"})
        SigV4Auth(keys, "sqs", os.environ["AWS_REGION"]).add_auth(request)
        plain = urllib.request.Request(request.url, data, dict(request.headers), method="POST")
        try:
            return urllib.request.urlopen(plain).read().decode()
        except urllib.error.HTTPError as error:
            return f"{error.code} {error.read().decode()}"

    made = call("/", Action="CreateQueue", QueueName="old",
                **{"Attribute.1.Name": "VisibilityTimeout", "Attribute.1.Value": "0"})
    assert f"<QueueUrl>{endpoint}/123456789012/old</QueueUrl>" in made, made
    path = "/123456789012/old"
    sent = call(path, Action="SendMessage", MessageBody="a<b", **{
        "MessageAttribute.1.Name": "n", "MessageAttribute.1.Value.DataType": "Number",
        "MessageAttribute.1.Value.StringValue": "1"})
    assert "<MD5OfMessageAttributes>" in sent, sent
    got = call(path, Action="ReceiveMessage", **{"AttributeName.1": "All", "MessageAttributeName.1": "All"})
    for part in ("<Body>a&lt;b</Body>", "<Attribute><Name>ApproximateReceiveCount</Name><Value>1</Value>",
                 "<MessageAttribute><Name>n</Name><Value><StringValue>1</StringValue>"):
        assert part in got, got
    gone = call("/123456789012/none", Action="ReceiveMessage")
    assert gone.startswith("400 ") and "<Code>AWS.SimpleQueueService.NonExistentQueue</Code>" in gone, gone


def permissions():
    url = make("mine")
    iam = boto3.client("iam", config=config)
    iam.create_user(UserName="reader")
    key = iam.create_access_key(UserName="reader")["AccessKey"]
    reader = boto3.client("sqs", config=config, aws_access_key_id=key["AccessKeyId"],
                          aws_secret_access_key=key["SecretAccessKey"])
    refused("AccessDenied", 403, "is not authorized to perform: sqs:ReceiveMessage on resource", receive,
            url=url, api=reader)
    may = {"Effect": "Allow", "Action": "sqs:ReceiveMessage", "Resource": arn(url)}
    iam.put_user_policy(UserName="reader", PolicyName="p", PolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [may]}))
    equal(bodies(receive(url, api=reader)), [])
    refused("AccessDenied", 403, "sqs:SendMessage", reader.send_message, QueueUrl=url, MessageBody="m")
    sqs.add_permission(QueueUrl=url, Label="l", AWSAccountIds=["999999999999"], Actions=["SendMessage"])
    policy = lambda: json.loads(sqs.get_queue_attributes(
        QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"])
    equal(policy()["Statement"], [{
        "Sid": "l", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::999999999999:root"},
        "Action": "SQS:SendMessage", "Resource": arn(url)}])
    refused("InvalidParameterValue", 400, "Already exists.", sqs.add_permission, QueueUrl=url, Label="l",
            AWSAccountIds=["999999999999"], Actions=["SendMessage"])
    sqs.remove_permission(QueueUrl=url, Label="l")
    equal("Attributes" in sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"]), False)


def before():
    url = make("kept", VisibilityTimeout="0")
    for number in range(20):
        sqs.send_message(QueueUrl=url, MessageBody=str(number))
    [one] = receive(url, MaxNumberOfMessages=1, VisibilityTimeout=600)["Messages"]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
    order = make("order.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    for body in ("1", "2", "3"):
        sqs.send_message(QueueUrl=order, MessageBody=body, MessageGroupId="g")


def after():
    url = sqs.get_queue_url(QueueName="kept")["QueueUrl"]
    got = {}
    while True:
        messages = receive(url, VisibilityTimeout=600).get("Messages", [])
        if not messages:
            break
        got.update((message["Body"], message) for message in messages)
    equal(sorted(got, key=int), [str(number) for number in range(1, 20)])
    order = sqs.get_queue_url(QueueName="order.fifo")["QueueUrl"]
    # What was sent before the kill is still not sent twice.
    sqs.send_message(QueueUrl=order, MessageBody="2", MessageGroupId="g")
    equal(bodies(receive(order)), ["1", "2", "3"])


def accounts():
    url = make("secret")
    sqs.send_message(QueueUrl=url, MessageBody="mine")
    them = boto3.client("sqs", config=config, aws_access_key_id=os.environ["THEIR_KEY"],
                        aws_secret_access_key=os.environ["THEIR_SECRET"])
    equal("QueueUrls" in them.list_queues(), False)
    # The same words for what is there and what is not.
    for one in (url, url + "-not"):
        for call in (lambda: receive(one, api=them),
                     lambda: them.send_message(QueueUrl=one, MessageBody="m"),
                     lambda: them.delete_queue(QueueUrl=one),
                     lambda: them.get_queue_attributes(QueueUrl=one, AttributeNames=["All"])):
            refused("AWS.SimpleQueueService.NonExistentQueue", 400,
                    "The specified queue does not exist or you do not have access to it.", call)
    sqs.add_permission(QueueUrl=url, Label="l", AWSAccountIds=["999999999999"], Actions=["ReceiveMessage"])
    equal(bodies(receive(url, api=them)), ["mine"])
    refused("AWS.SimpleQueueService.NonExistentQueue", 400, "access", them.send_message, QueueUrl=url,
            MessageBody="m")


def move_begin():
    """A task at a rate, so that it is cut off in the middle."""
    dead = make("dead", VisibilityTimeout="0")
    make("work", RedrivePolicy=json.dumps({"deadLetterTargetArn": arn(dead), "maxReceiveCount": 1}))
    elsewhere = make("elsewhere")
    for number in range(20):
        sqs.send_message(QueueUrl=dead, MessageBody=str(number))
    start = dict(SourceArn=arn(dead), DestinationArn=arn(elsewhere), MaxNumberOfMessagesPerSecond=2)
    sqs.start_message_move_task(**start)
    refused("AWS.SimpleQueueService.UnsupportedOperation", 400, "already a task running",
            sqs.start_message_move_task, **start)
    equal(bodies(receive(elsewhere, MaxNumberOfMessages=1, WaitTimeSeconds=20))[0], "0")


def tasks():
    dead = sqs.get_queue_url(QueueName="dead")["QueueUrl"]
    return sqs.list_message_move_tasks(SourceArn=arn(dead), MaxResults=10)["Results"]


def move_cancel():
    """It goes on where it was, until somebody has it stop."""
    [task] = tasks()
    equal((task["Status"], task["MaxNumberOfMessagesPerSecond"], task["ApproximateNumberOfMessagesToMove"]),
          ("RUNNING", 2, 20))
    before = task["ApproximateNumberOfMessagesMoved"]
    until = time.monotonic() + PATIENCE
    while tasks()[0]["ApproximateNumberOfMessagesMoved"] <= before:
        assert time.monotonic() < until, tasks()
    sqs.cancel_message_move_task(TaskHandle=task["TaskHandle"])
    refused("AWS.SimpleQueueService.UnsupportedOperation", 400, "Only active tasks can be cancelled.",
            sqs.cancel_message_move_task, TaskHandle=task["TaskHandle"])


def move_end():
    """What was cancelled stays so; a message is in one of the two queues."""
    until = time.monotonic() + PATIENCE
    while tasks()[0]["Status"] != "CANCELLED":
        assert time.monotonic() < until, tasks()
    counts = [int(sqs.get_queue_attributes(QueueUrl=sqs.get_queue_url(QueueName=name)["QueueUrl"], AttributeNames=[
        "All"])["Attributes"][f"ApproximateNumberOfMessages{kind}"])
        for name in ("dead", "elsewhere") for kind in ("", "NotVisible")]
    equal(sum(counts), 20)


globals()[sys.argv[1]]()
print("done")
