"""Walks CloudWatch Logs and CloudWatch with boto3. One theme a run."""

import http.client
import json
import os
import subprocess
import sys
import threading
import time

import boto3
from botocore.config import Config

from kit import client, config, create, equal, invoke, make_role, refused

SAYS = """exports.handler = async (event) => {
  for (const line of event.lines ?? []) process.stdout.write(line + '\\n');
  if (event.fail) throw new Error('on purpose');
  return event.lines?.length ?? 0;
};"""
GROUP = "/aws/lambda/talker"
ARN = f"arn:aws:logs:us-east-1:123456789012:log-group:{GROUP}"


PROTOCOLS = ("smithy-rpc-v2-cbor", "json", "query")


def cloudwatch(protocol, region="us-east-1"):
    # An SDK chooses the first it knows; older ones know only the others.
    loader = boto3.session.Session()._session
    chosen = loader.get_component("data_loader")
    load = chosen.load_service_model

    def patched(name, *arguments, **more):
        loaded = load(name, *arguments, **more)
        if name == "cloudwatch" and "metadata" in loaded:
            loaded = {**loaded, "metadata": {
                **loaded["metadata"], "protocols": [protocol], "protocol": protocol}}
        return loaded

    chosen.load_service_model = patched
    return loader.create_client("cloudwatch", region_name=region, config=config)


def logs(**more):
    # A prefix before an address of numbers leads nowhere.
    return boto3.client("logs", config=config.merge(Config(inject_host_prefix=False)), **more)


def until(what, ask, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = ask()
        if answer:
            return answer
        time.sleep(0.05)
    raise AssertionError(f"waited in vain for {what}")


def talker(api, times=1, **event):
    for _ in range(times):
        invoke(api, "talker", event)


def messages(watch, reports, **more):
    """All messages, once so many REPORT lines are there."""
    def ask():
        pages = watch.get_paginator("filter_log_events").paginate(logGroupName=GROUP, **more)
        try:
            found = [event["message"] for page in pages for event in page["events"]]
        except watch.exceptions.ResourceNotFoundException:
            # Nothing was written to it yet.
            return None
        return found if sum(m.startswith("REPORT ") for m in found) >= reports else None
    return until(f"{reports} reports", ask)


def groups():
    api, watch = client(), logs()
    missing = {"logGroupName": "/none"}
    for call in (watch.delete_log_group, watch.describe_log_streams, watch.filter_log_events):
        refused("ResourceNotFoundException", 400, "The specified log group does not exist.", call,
                **missing)
    refused("InvalidParameterException", 400, "at 'logGroupName' failed to satisfy constraint",
            watch.create_log_group, logGroupName="a b")
    equal(watch.describe_log_groups()["logGroups"], [])
    create(api, "talker", SAYS)
    talker(api, lines=["one"])
    messages(watch, 1)
    for n in range(60):
        watch.create_log_group(logGroupName=f"many/{n:02}", tags={"n": str(n)})
    refused("ResourceAlreadyExistsException", 400, "The specified log group already exists",
            watch.create_log_group, logGroupName="many/00")
    pages = list(watch.get_paginator("describe_log_groups").paginate(logGroupNamePrefix="many/"))
    names = [g["logGroupName"] for page in pages for g in page["logGroups"]]
    equal((len(pages), names), (2, [f"many/{n:02}" for n in range(60)]))
    [group] = watch.describe_log_groups(logGroupNamePattern="talk")["logGroups"]
    equal((group["logGroupName"], group["arn"], group["logGroupArn"]), (GROUP, ARN + ":*", ARN))
    assert group["storedBytes"] > 0 and "retentionInDays" not in group, group
    refused("InvalidParameterException", 400, "Member must satisfy enum value set: [1, 3, 5",
            watch.put_retention_policy, logGroupName=GROUP, retentionInDays=2)
    watch.put_retention_policy(logGroupName=GROUP, retentionInDays=7)
    [group] = watch.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"]
    equal(group["retentionInDays"], 7)
    watch.delete_retention_policy(logGroupName=GROUP)
    arn = ARN.replace(GROUP, "many/07")
    watch.tag_resource(resourceArn=arn, tags={"b": "c"})
    watch.untag_resource(resourceArn=arn, tagKeys=["n"])
    equal(watch.list_tags_for_resource(resourceArn=arn)["tags"], {"b": "c"})
    watch.delete_log_group(logGroupName="many/07")
    equal(len(watch.describe_log_groups(logGroupNamePattern="many/07")["logGroups"]), 0)
    # It comes back with what is written to it.
    watch.delete_log_group(logGroupName=GROUP)
    talker(api, lines=["two"])
    assert messages(watch, 1)[1:2] == ["two\n"]
    # Another region is another name space.
    equal(logs(region_name="eu-west-1").describe_log_groups()["logGroups"], [])


def events():
    api, watch = client(), logs()
    create(api, "talker", SAYS)
    for n in range(5):
        talker(api, lines=[f"line {n} {i}" for i in range(20)])
    messages(watch, 5)
    [stream] = watch.describe_log_streams(logGroupName=GROUP, orderBy="LastEventTime",
                                          descending=True)["logStreams"]
    assert stream["firstEventTimestamp"] <= stream["lastEventTimestamp"], stream
    name = stream["logStreamName"]
    which = {"logGroupName": GROUP, "logStreamName": name}

    def walk(token, **more):
        found, page = [], watch.get_log_events(**which, limit=7, **more)
        while True:
            events = [event["message"] for event in page["events"]]
            found.append(events)
            again = watch.get_log_events(**which, limit=7, nextToken=page[token])
            if again[token] == page[token]:
                equal(again["events"], [])
                return found
            page = again

    forwards = sum(walk("nextForwardToken", startFromHead=True), [])
    backwards = sum(reversed(walk("nextBackwardToken")), [])
    equal((len(forwards), forwards), (115, backwards))
    last = watch.get_log_events(**which, limit=2)["events"]
    assert last[1]["message"].startswith("REPORT "), last
    refused("InvalidParameterException", 400, "nextToken", watch.get_log_events, **which,
            nextToken="x")
    refused("ResourceNotFoundException", 400, "The specified log stream does not exist.",
            watch.get_log_events, logGroupName=GROUP, logStreamName="none")

    talker(api, lines=[json.dumps({"level": "WARN", "n": n}) for n in range(4)])
    messages(watch, 6)
    for pattern, count in (
        ("REPORT", 6), ("?START ?END", 12), ('"line 3"', 20), ("line -START", 100),
        ("{ $.n >= 2 }", 2), ('{ $.level = "WA*" && $.n != 0 }', 3), ("%line [01] 1[0-9]%", 20),
        ("[word = line, n = 4, i > 9]", 10), ("{ $.missing NOT EXISTS && $.n = 1 }", 1),
    ):
        equal((pattern, len(messages(watch, 0, filterPattern=pattern))), (pattern, count))
    refused("InvalidParameterException", 400, "Invalid filter pattern", watch.filter_log_events,
            logGroupName=GROUP, filterPattern="{ $.a = ")
    equal(len(messages(watch, 0, filterPattern="REPORT", logStreamNames=[name])), 6)
    equal(watch.filter_log_events(logGroupName=GROUP, logStreamNamePrefix="none")["events"], [])

    mine = {"logGroupName": "mine", "logStreamName": "a/b"}
    watch.create_log_group(logGroupName="mine")
    now = int(time.time() * 1000)
    put = [{"timestamp": now + n, "message": f"m{n}"} for n in range(3)]
    refused("ResourceNotFoundException", 400, "The specified log stream does not exist.",
            watch.put_log_events, **mine, logEvents=put)
    watch.create_log_stream(**mine)
    refused("ResourceAlreadyExistsException", 400, "The specified log stream already exists",
            watch.create_log_stream, **mine)
    assert "rejectedLogEventsInfo" not in watch.put_log_events(**mine, logEvents=put)
    old = [{"timestamp": now - 15 * 86_400_000, "message": "old"}]
    equal(watch.put_log_events(**mine, logEvents=old)["rejectedLogEventsInfo"],
          {"tooOldLogEventEndIndex": 1})
    refused("InvalidParameterException", 400, "chronological order", watch.put_log_events, **mine,
            logEvents=put[::-1])
    # On disk when it was answered.
    got = watch.get_log_events(**mine, startFromHead=True, startTime=now + 1, endTime=now + 2)
    equal([event["message"] for event in got["events"]], ["m1"])


def tail():
    api, watch = client(), logs()
    create(api, "talker", SAYS)
    talker(api, lines=["before"])
    messages(watch, 1)
    refused("ResourceNotFoundException", 400, "The specified log group does not exist.",
            watch.start_live_tail, logGroupIdentifiers=[ARN + "x"])
    session = watch.start_live_tail(logGroupIdentifiers=[ARN], logEventFilterPattern="-REPORT")
    stream, found = session["responseStream"], []
    started = threading.Event()

    def read():
        for event in stream:
            if "sessionStart" in event:
                equal(event["sessionStart"]["logGroupIdentifiers"], [ARN])
                started.set()
            else:
                found.extend(r["message"] for r in event["sessionUpdate"]["sessionResults"])
            if any("after" in message for message in found):
                return

    reader = threading.Thread(target=read)
    reader.start()
    assert started.wait(30)
    talker(api, lines=["after"])
    reader.join(30)
    assert not reader.is_alive() and "before\n" not in found, found
    assert found[0].startswith("START ") and "after\n" in found, found
    stream.close()


def metrics():
    api = client()
    create(api, "talker", SAYS, Publish=True)
    api.get_waiter("published_version_active").wait(FunctionName="talker", Qualifier="1")
    api.put_function_concurrency(FunctionName="talker", ReservedConcurrentExecutions=5)
    talker(api, times=3)
    for _ in range(2):
        api.invoke(FunctionName="talker", Qualifier="1", Payload=b'{"fail": true}')
    api.put_function_concurrency(FunctionName="talker", ReservedConcurrentExecutions=0)
    refused("TooManyRequestsException", 429, "Rate Exceeded", api.invoke, FunctionName="talker")
    day = {"StartTime": time.time() - 43_200, "EndTime": time.time() + 120}
    for protocol in PROTOCOLS:
        watch = cloudwatch(protocol)
        named = [{"Name": "FunctionName", "Value": "talker"}]
        first = named + [{"Name": "Resource", "Value": "talker:1"}]

        def query(number, metric, stat, dimensions=named):
            return {"Id": f"q{number}", "MetricStat": {"Period": 86_400, "Stat": stat, "Metric": {
                "Namespace": "AWS/Lambda", "MetricName": metric, "Dimensions": dimensions}}}

        asked = [("Invocations", "Sum", named, 5), ("Errors", "Sum", named, 2),
                 ("Throttles", "Sum", named, 1), ("ConcurrentExecutions", "Maximum", named, 1),
                 ("Invocations", "Sum", first, 2), ("Errors", "Average", first, 1),
                 ("Duration", "SampleCount", [], 5), ("Invocations", "Sum", [], 5),
                 ("NoSuch", "Sum", named, None)]
        got = watch.get_metric_data(**day, MetricDataQueries=[
            query(n, metric, stat, of) for n, (metric, stat, of, _) in enumerate(asked)])
        for result, (metric, stat, of, wanted) in zip(got["MetricDataResults"], asked):
            # A day may end while this runs.
            told = (max if stat != "Sum" else sum)(result["Values"]) if result["Values"] else None
            equal((protocol, metric, of, told), (protocol, metric, of, wanted))
            equal((result["StatusCode"], result["Label"]), ("Complete", metric))
        points = watch.get_metric_statistics(
            **day, Namespace="AWS/Lambda", MetricName="Duration", Dimensions=named, Period=60,
            Statistics=["Average", "Maximum"], ExtendedStatistics=["p50", "p99"])["Datapoints"]
        point = points[-1]
        equal(point["Unit"], "Milliseconds")
        assert 0 < point["Average"] <= point["Maximum"] < 60_000, point
        assert 0 < point["ExtendedStatistics"]["p50"] <= point["ExtendedStatistics"]["p99"], point
        assert abs(point["Timestamp"].timestamp() - time.time()) < 600, point
        listed = watch.list_metrics(Namespace="AWS/Lambda", MetricName="Errors",
                                    Dimensions=[{"Name": "FunctionName"}])["Metrics"]
        equal(sorted(len(metric["Dimensions"]) for metric in listed), [1, 2, 2])
        refused("InvalidParameterValue", 400, "must be less than", watch.get_metric_data,
                StartTime=2, EndTime=1, MetricDataQueries=[query(1, "Errors", "Sum")])
        refused("ValidationError", 400, "Expression", watch.get_metric_data, **day,
                MetricDataQueries=[{"Id": "e", "Expression": "SUM(q1)"}])
        equal(cloudwatch(protocol, "eu-west-1").list_metrics()["Metrics"], [])


def counted():
    """What waits is counted too: events by function, messages by queue, requests by URL."""
    api, watch, sqs = client(), cloudwatch("json"), boto3.client("sqs", config=config)
    make_role("sqs:SendMessage")
    gone = sqs.create_queue(QueueName="gone")["QueueUrl"]
    arn = "arn:aws:sqs:us-east-1:123456789012:gone"
    create(api, "talker", SAYS, DeadLetterConfig={"TargetArn": arn})
    api.put_function_event_invoke_config(
        FunctionName="talker", MaximumRetryAttempts=0,
        DestinationConfig={"OnSuccess": {"Destination": arn}})
    sqs.delete_queue(QueueUrl=gone)
    for event in ({}, {}, {"fail": True}):
        api.invoke(FunctionName="talker", InvocationType="Event", Payload=json.dumps(event))
    url = api.create_function_url_config(FunctionName="talker", AuthType="AWS_IAM")["FunctionUrl"]
    host = url.split("/")[2]
    line = http.client.HTTPConnection(os.environ["AWS_ENDPOINT_URL"].split("/")[2])
    line.request("GET", "/", headers={"host": host})
    equal(line.getresponse().status, 403)
    orders = sqs.create_queue(QueueName="orders")["QueueUrl"]
    for n in range(4):
        sqs.send_message(QueueUrl=orders, MessageBody=str(n))
    for _ in range(2):
        [got] = sqs.receive_message(QueueUrl=orders)["Messages"]
    sqs.delete_message(QueueUrl=orders, ReceiptHandle=got["ReceiptHandle"])
    day = {"StartTime": time.time() - 43_200, "EndTime": time.time() + 600}

    def told(space, metric, stat, dimensions):
        named = [{"Name": name, "Value": value} for name, value in dimensions.items()]
        points = watch.get_metric_statistics(
            **day, Namespace=space, MetricName=metric, Dimensions=named, Period=86_400,
            Statistics=[stat])["Datapoints"]
        return (max if stat == "Maximum" else sum)([point[stat] for point in points] or [0])

    def reaches(wanted, *asked):
        until(f"{wanted} of {asked}", lambda: told(*asked) >= wanted)
        equal((asked, told(*asked)), (asked, wanted))

    talks, queue = {"FunctionName": "talker"}, {"QueueName": "orders"}
    reaches(3, "AWS/Lambda", "AsyncEventsReceived", "Sum", talks)
    reaches(3, "AWS/Lambda", "AsyncEventAge", "SampleCount", talks)
    reaches(1, "AWS/Lambda", "AsyncEventsDropped", "Sum", talks)
    reaches(2, "AWS/Lambda", "DestinationDeliveryFailures", "Sum", {**talks, "Resource": "talker"})
    reaches(1, "AWS/Lambda", "DeadLetterErrors", "Sum", {})
    reaches(1, "AWS/Lambda", "UrlRequestCount", "Sum", talks)
    reaches(1, "AWS/Lambda", "Url4xxCount", "Sum", talks)
    reaches(4, "AWS/SQS", "NumberOfMessagesSent", "Sum", queue)
    reaches(2, "AWS/SQS", "NumberOfMessagesReceived", "Sum", queue)
    reaches(1, "AWS/SQS", "NumberOfMessagesDeleted", "Sum", queue)
    for metric in ("ApproximateNumberOfMessagesVisible", "ApproximateNumberOfMessagesNotVisible",
                   "ApproximateAgeOfOldestMessage"):
        until(metric, lambda: told("AWS/SQS", metric, "Maximum", queue) >= 1)
    # A metric is in its own name space only, and of its own account and region.
    equal(told("AWS/SQS", "AsyncEventsReceived", "Sum", talks), 0)
    listed = watch.list_metrics(Namespace="AWS/SQS")["Metrics"]
    assert {metric["Dimensions"][0]["Value"] for metric in listed} == {"orders"}, listed
    equal(cloudwatch("json", "eu-west-1").list_metrics()["Metrics"], [])


def refusing():
    """Destinations that went: each record ends on the shelf, with what the target said."""
    api, sns, bus, s3 = client(), *(boto3.client(name, config=config)
                                    for name in ("sns", "events", "s3"))
    make_role("sns:Publish", "events:PutEvents", "s3:PutObject")
    topic = sns.create_topic(Name="gone")["TopicArn"]
    there = bus.create_event_bus(Name="gone")["EventBusArn"]
    s3.create_bucket(Bucket="gone-for-good")
    goes = {topic: lambda: sns.delete_topic(TopicArn=topic),
            there: lambda: bus.delete_event_bus(Name="gone"),
            "arn:aws:s3:::gone-for-good": lambda: s3.delete_bucket(Bucket="gone-for-good")}
    create(api, "talker", SAYS)
    for arn, delete in goes.items():
        api.put_function_event_invoke_config(
            FunctionName="talker", DestinationConfig={"OnFailure": {"Destination": arn}},
            MaximumRetryAttempts=0)
        delete()
        api.invoke(FunctionName="talker", InvocationType="Event", Payload=b'{"fail": true}')

        def kept():
            said = subprocess.run([os.environ["FIKA"], "events", "list", "--output", "json"],
                                  capture_output=True, check=True).stdout
            return [one for one in json.loads(said)["events"] if one["target"] == arn]

        [one] = until(f"the record for {arn}", kept)
        equal(one["condition"], "Refused")
        assert one["message"], one


THEMES = {"metrics": metrics, "counted": counted, "refusing": refusing, "groups": groups, "events": events, "tail": tail}
THEMES[sys.argv[1]]()
print("done")
