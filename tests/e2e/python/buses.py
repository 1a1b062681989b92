"""EventBridge and EventBridge Scheduler through boto3, one theme a walk."""

import json
import os
import sys
import time
from datetime import datetime, timedelta, timezone

import boto3

from kit import client, config, create, equal, refused

ACCOUNT = "123456789012"
BUS = f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/"
RULE = f"arn:aws:events:us-east-1:{ACCOUNT}:rule/"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/clock"
OWN = {"id", "version", "account", "time", "region", "resources", "source", "detail-type", "detail"}


def service(name, **keys):
    return boto3.client(name, config=config, **keys)


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def queue(name, fifo=False):
    """A queue that rules may send to: its URL and its ARN."""
    arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"
    policy = document({"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"},
                       "Action": "sqs:SendMessage", "Resource": arn})
    more = {"FifoQueue": "true"} if fifo else {}
    made = service("sqs").create_queue(QueueName=name, Attributes={"Policy": policy, **more})
    return made["QueueUrl"], arn


def take(url, count):
    """So many messages, and that no other is there."""
    got = []
    while len(got) < count:
        page = service("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=20)
        assert page.get("Messages"), f"waited for {count} messages, got {got}"
        for message in page["Messages"]:
            got.append(message["Body"])
            service("sqs").delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return got


def entry(detail, kind="Made", source="shop", **more):
    return {"Source": source, "DetailType": kind, "Detail": json.dumps(detail), **more}


def put(*entries):
    answer = service("events").put_events(Entries=list(entries))
    equal(answer["FailedEntryCount"], 0)
    return [one["EventId"] for one in answer["Entries"]]


def patterns():
    events = service("events")
    event = {"id": "1", "account": ACCOUNT, "source": "shop", "time": "2024-01-01T00:00:00Z",
             "region": "us-east-1", "resources": [], "detail-type": "Made", "detail": {"n": 3, "a": ["x"]}}
    ask = lambda pattern: events.test_event_pattern(
        EventPattern=json.dumps(pattern), Event=json.dumps(event))["Result"]
    assert ask({"detail": {"n": [{"numeric": [">", 0, "<=", 3]}], "a": ["x", "y"]}})
    assert not ask({"detail": {"n": [{"numeric": [">", 3]}]}})
    refused("InvalidEventPatternException", 400,
            "Event pattern is not valid. Reason: Unrecognized match type PREFIX",
            events.test_event_pattern, EventPattern='{"a": [{"PREFIX": "b"}]}', Event=json.dumps(event))
    refused("ValidationException", 400, "Parameter Event is not valid.",
            events.test_event_pattern, EventPattern='{"a": ["b"]}', Event="{}")


def rules():
    events = service("events")
    url, arn = queue("orders")
    equal(events.put_rule(Name="made", EventPattern=json.dumps({"source": ["shop"], "detail": {"n": [{"numeric": [">", 1]}]}}))["RuleArn"],
          RULE + "made")
    equal(events.put_targets(Rule="made", Targets=[{"Id": "q", "Arn": arn}])["FailedEntryCount"], 0)
    ids = put(entry({"n": 1}), entry({"n": 2, "text": "ö"}, Resources=["r"], Time=1700000000),
              entry({"n": 2}, source="other"))
    [body] = take(url, 1)
    got = json.loads(body)
    equal(set(got), OWN)
    equal(got, {"version": "0", "id": ids[1], "detail-type": "Made", "source": "shop", "account": ACCOUNT,
                "time": "2023-11-14T22:13:20Z", "region": "us-east-1", "resources": ["r"],
                "detail": {"n": 2, "text": "ö"}})

    described = events.describe_rule(Name="made")
    equal((described["State"], described["EventBusName"]), ("ENABLED", "default"))
    equal([t["Id"] for t in events.list_targets_by_rule(Rule="made")["Targets"]], ["q"])
    equal(events.list_rule_names_by_target(TargetArn=arn)["RuleNames"], ["made"])

    # A disabled rule sends nothing, and an enabled one sends again.
    events.disable_rule(Name="made")
    put(entry({"n": 3}))
    events.enable_rule(Name="made")
    put(entry({"n": 4}))
    equal([json.loads(body)["detail"] for body in take(url, 1)], [{"n": 4}])

    # What a target is sent.
    paths = {"n": "$.detail.n", "kind": "$.detail-type"}
    events.put_targets(Rule="made", Targets=[
        {"Id": "q", "Arn": arn, "InputPath": "$.detail"},
        {"Id": "constant", "Arn": arn, "Input": '{"fixed": 1}'},
        {"Id": "made", "Arn": arn, "InputTransformer": {
            "InputPathsMap": paths, "InputTemplate": '{"said": "<kind> <n>", "n": <n>, "by": "<aws.events.rule-name>"}'}},
    ])
    put(entry({"n": 5}))
    equal(sorted(take(url, 3)), sorted(
        ['{"n":5}', '{"fixed": 1}', '{"said":"Made 5","n":5,"by":"made"}']))

    # Refused as AWS does.
    answer = events.put_events(Entries=[
        {"Source": "shop", "DetailType": "d"}, entry({}, source=""), {"Source": "s", "DetailType": "d", "Detail": "[]"},
        entry({}, source="aws.ec2")])
    equal([(one["ErrorCode"], one["ErrorMessage"]) for one in answer["Entries"]], [
        ("InvalidArgument", "Parameter Detail is not valid. Reason: Detail is a required argument."),
        ("InvalidArgument", "Parameter Source is not valid. Reason: Source is a required argument."),
        ("MalformedDetail", "Detail is malformed."),
        ("NotAuthorizedForSourceException", "Not authorized for the source.")])
    refused("ValidationException", 400, "Total size of the entries in the request is over the limit.",
            events.put_events, Entries=[entry({"x": "y" * (1 << 20)})])
    refused("ValidationException", 400, "Member must have length less than or equal to 10",
            events.put_events, Entries=[entry({})] * 11)
    refused("ValidationException", 400, "Rule can't be deleted since it has targets.",
            events.delete_rule, Name="made")
    refused("ResourceNotFoundException", 400, "Rule none does not exist on EventBus default.",
            events.describe_rule, Name="none")
    refused("ValidationException", 400, "contains invalid placeholder x.", events.put_targets, Rule="made",
            Targets=[{"Id": "t", "Arn": arn, "InputTransformer": {"InputTemplate": '"<x>"'}}])
    refused("ValidationException", 400, "Only one of Input, InputPath, or InputTransformer", events.put_targets,
            Rule="made", Targets=[{"Id": "t", "Arn": arn, "Input": "1", "InputPath": "$.detail"}])
    refused("ValidationException", 400, "fika's rules send to", events.put_targets, Rule="made",
            Targets=[{"Id": "t", "Arn": "arn:aws:kinesis:us-east-1:123456789012:stream/s"}])
    refused("LimitExceededException", 400, "exceeds the maximum", events.put_targets, Rule="made",
            Targets=[{"Id": f"t{n}", "Arn": arn} for n in range(4)])
    refused("ValidationException", 400, "Parameter ScheduleExpression is not valid.",
            events.put_rule, Name="bad", ScheduleExpression="rate(1 minutes)")
    refused("OperationDisabledException", 400, "archives", events.list_archives)
    events.tag_resource(ResourceARN=RULE + "made", Tags=[{"Key": "k", "Value": "v"}])
    equal(events.list_tags_for_resource(ResourceARN=RULE + "made")["Tags"], [{"Key": "k", "Value": "v"}])
    events.untag_resource(ResourceARN=RULE + "made", TagKeys=["k"])
    equal(events.list_tags_for_resource(ResourceARN=RULE + "made")["Tags"], [])
    events.remove_targets(Rule="made", Ids=["q", "constant", "made"])
    events.delete_rule(Name="made")
    equal(events.list_rules()["Rules"], [])


def functions():
    """A rule's function, and one that its function's policy does not let it call: that ends in the dead letters."""
    events, api = service("events"), client()
    create(api, "watcher", "exports.handler = async (event) => { console.log('saw ' + JSON.stringify(event)); };")
    function = api.get_function(FunctionName="watcher")["Configuration"]["FunctionArn"]
    letters, letters_arn = queue("letters")
    events.put_rule(Name="r", EventPattern='{"source": ["shop"]}')
    events.put_targets(Rule="r", Targets=[{
        "Id": "f", "Arn": function, "DeadLetterConfig": {"Arn": letters_arn},
        "RetryPolicy": {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60}}])
    put(entry({"n": 1}))
    [body] = take(letters, 1)
    equal(json.loads(body)["detail"], {"n": 1})
    api.add_permission(FunctionName="watcher", StatementId="s", Action="lambda:InvokeFunction",
                       Principal="events.amazonaws.com", SourceArn=RULE + "r")
    put(entry({"n": 2}))
    logs = service("logs")
    until = time.time() + 60
    while time.time() < until:
        try:
            page = logs.filter_log_events(logGroupName="/aws/lambda/watcher")
        except logs.exceptions.ResourceNotFoundException:
            continue
        saw = [e["message"] for e in page["events"] if "saw " in e["message"]]
        if saw:
            break
    assert len(saw) == 1 and '"n":2' in saw[0] and '"detail-type":"Made"' in saw[0], saw


def buses():
    events = service("events")
    url, arn = queue("end")
    equal(events.create_event_bus(Name="mine", Tags=[{"Key": "k", "Value": "v"}])["EventBusArn"], BUS + "mine")
    refused("ResourceAlreadyExistsException", 400, "Event bus mine already exists.",
            events.create_event_bus, Name="mine")
    equal([bus["Name"] for bus in events.list_event_buses()["EventBuses"]], ["default", "mine"])
    # From bus to bus: the event stays as it is.
    events.put_rule(Name="on", EventPattern='{"source": ["shop"]}')
    events.put_targets(Rule="on", Targets=[{"Id": "b", "Arn": BUS + "mine"}])
    events.put_rule(Name="last", EventBusName="mine", EventPattern='{"detail": {"n": [{"exists": true}]}}')
    events.put_targets(Rule="last", EventBusName="mine", Targets=[{"Id": "q", "Arn": arn}])
    # And back again: a circle ends.
    events.put_rule(Name="back", EventBusName="mine", EventPattern='{"source": ["shop"]}')
    events.put_targets(Rule="back", EventBusName="mine", Targets=[{"Id": "b", "Arn": BUS + "default"}])
    [sent] = put(entry({"n": 1}))
    got = [json.loads(body) for body in take(url, 3)]
    equal([event["id"] for event in got], [sent] * 3)
    equal(events.describe_rule(Name="last", EventBusName="mine")["Arn"], RULE + "mine/last")
    events.put_permission(EventBusName="mine", Action="events:PutEvents", Principal="999999999999",
                          StatementId="them")
    policy = json.loads(events.describe_event_bus(Name="mine")["Policy"])
    equal(policy["Statement"][0]["Principal"], {"AWS": "arn:aws:iam::999999999999:root"})
    refused("ResourceNotFoundException", 400, "Statement with the provided id does not exist.",
            events.remove_permission, EventBusName="mine", StatementId="none")
    refused("ValidationException", 400, "ScheduleExpression is supported only on the default event bus.",
            events.put_rule, Name="tick", EventBusName="mine", ScheduleExpression="rate(1 minute)")
    refused("ValidationException", 400, "Cannot delete event bus default.", events.delete_event_bus, Name="default")
    events.delete_event_bus(Name="mine")
    refused("ResourceNotFoundException", 400, "Event bus mine does not exist.",
            events.describe_event_bus, Name="mine")


def ticks():
    """With a clock that runs sixty times as fast."""
    events = service("events")
    url, arn = queue("ticks")
    events.put_rule(Name="minutely", ScheduleExpression="rate(1 minute)")
    events.put_targets(Rule="minutely", Targets=[{"Id": "q", "Arn": arn}])
    got = [json.loads(body) for body in take(url, 3)]
    for event in got:
        equal((event["source"], event["detail-type"], event["resources"], event["detail"]),
              ("aws.events", "Scheduled Event", [RULE + "minutely"], {}))
    times = [datetime.fromisoformat(event["time"].replace("Z", "+00:00")) for event in got]
    assert len(set(times)) == 3 and all((b - a).seconds % 60 == 0 for a, b in zip(times, times[1:])), times
    events.disable_rule(Name="minutely")


def role(name="clock", principal="scheduler.amazonaws.com"):
    iam = service("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": principal}, "Action": "sts:AssumeRole"}
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))
    may = {"Effect": "Allow", "Action": ["sqs:SendMessage", "lambda:InvokeFunction", "events:PutEvents", "sns:Publish"], "Resource": "*"}
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document(may))


def schedules():
    """With a clock that runs sixty times as fast."""
    api, events = service("scheduler"), service("events")
    role()
    role("stranger", "lambda.amazonaws.com")
    url, arn = queue("due")
    off = {"Mode": "OFF"}
    target = {"Arn": arn, "RoleArn": ROLE}
    make = lambda name, when, **more: api.create_schedule(
        Name=name, ScheduleExpression=when, **{"Target": target, "FlexibleTimeWindow": off, **more})
    made = make("often", "rate(2 minutes)", Target={
        **target, "Input": '{"by": "<aws.scheduler.schedule-arn>", "at": "<aws.scheduler.scheduled-time>"}'})
    equal(made["ScheduleArn"], f"arn:aws:scheduler:us-east-1:{ACCOUNT}:schedule/default/often")
    bodies = [json.loads(body) for body in take(url, 2)]
    equal({body["by"] for body in bodies}, {made["ScheduleArn"]})
    assert len({body["at"] for body in bodies}) == 2, bodies
    api.delete_schedule(Name="often")

    # Once, by the clock of a city, and gone after.
    api.create_schedule_group(Name="team")
    there = datetime.fromisoformat(bodies[-1]["at"].replace("Z", "+00:00")) + timedelta(minutes=15)
    kolkata = (there.astimezone(timezone(timedelta(hours=5, minutes=30)))).strftime("%Y-%m-%dT%H:%M:%S")
    service("sqs").purge_queue(QueueUrl=url)
    make("once", f"at({kolkata})", ScheduleExpressionTimezone="Asia/Kolkata", GroupName="team",
         ActionAfterCompletion="DELETE", Target={**target, "Input": "once"})
    shown = api.get_schedule(Name="once", GroupName="team")
    equal((shown["State"], shown["ScheduleExpressionTimezone"], shown["Target"]["RetryPolicy"]),
          ("ENABLED", "Asia/Kolkata", {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185}))
    while "once" not in take(url, 1):
        pass
    until = time.time() + 60
    while api.list_schedules(GroupName="team")["Schedules"] and time.time() < until:
        pass
    equal(api.list_schedules(GroupName="team")["Schedules"], [])

    # To a bus.
    events.put_rule(Name="heard", EventPattern='{"source": ["clock"], "detail": {"n": [1]}}')
    events.put_targets(Rule="heard", Targets=[{"Id": "q", "Arn": arn}])
    make("bus", "cron(* * * * ? *)", Target={
        "Arn": BUS + "default", "RoleArn": ROLE, "Input": '{"n": 1}',
        "EventBridgeParameters": {"DetailType": "Tick", "Source": "clock"}})
    event = json.loads(take(url, 1)[0])
    equal((event["detail-type"], event["source"], event["detail"]), ("Tick", "clock", {"n": 1}))
    api.delete_schedule(Name="bus")

    for text in ["cron(0 1 * * * *)", "rate(10 seconds)", "at(2021-12-31)"]:
        refused("ValidationException", 400, f"Invalid Schedule Expression {text}.", make, name="bad", when=text)
    refused("ValidationException", 400, "must allow AWS EventBridge Scheduler to assume the role", make,
            name="bad", when="rate(1 day)", Target={"Arn": arn, "RoleArn": ROLE.replace("clock", "stranger")})
    refused("ValidationException", 400, "universal targets", make, name="bad", when="rate(1 day)",
            Target={"Arn": "arn:aws:scheduler:::aws-sdk:sqs:sendMessage", "RoleArn": ROLE})
    refused("ResourceNotFoundException", 404, "Schedule none does not exist.", api.get_schedule, Name="none")
    refused("ResourceNotFoundException", 404, "Schedule group none does not exist.", make, name="x",
            when="rate(1 day)", GroupName="none")
    make("kept", "rate(1 day)", StartDate=4000000000, State="DISABLED")
    refused("ConflictException", 409, "Schedule kept already exists.", make, name="kept", when="rate(1 day)")
    api.update_schedule(Name="kept", ScheduleExpression="rate(2 days)", Target=target, FlexibleTimeWindow=off)
    equal(api.get_schedule(Name="kept")["ScheduleExpression"], "rate(2 days)")
    group = api.get_schedule_group(Name="team")["Arn"]
    api.tag_resource(ResourceArn=group, Tags=[{"Key": "k", "Value": "v"}])
    equal(api.list_tags_for_resource(ResourceArn=group)["Tags"], [{"Key": "k", "Value": "v"}])
    api.untag_resource(ResourceArn=group, TagKeys=["k"])
    equal(api.list_tags_for_resource(ResourceArn=group)["Tags"], [])
    equal([g["Name"] for g in api.list_schedule_groups()["ScheduleGroups"]], ["default", "team"])
    api.delete_schedule_group(Name="team")


def targets():
    """Each kind of target once, with a clock that runs sixty times as fast; and what is asked for twice."""
    api, sns, lambdas = service("scheduler"), service("sns"), client()
    role()
    make = lambda name, arn, when="rate(1 minute)", **more: api.create_schedule(
        Name=name, ScheduleExpression=when, FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": arn, "RoleArn": ROLE, "Input": "<aws.scheduler.attempt-number> " + name, **more})
    ordered, ordered_arn = queue("ordered.fifo", fifo=True)
    refused("ValidationException", 400, "MessageGroupId", make, name="fifo", arn=ordered_arn)
    make("fifo", ordered_arn, SqsParameters={"MessageGroupId": "g"})
    topic = sns.create_topic(Name="due")["TopicArn"]
    end, end_arn = queue("end")
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=end_arn, Attributes={"RawMessageDelivery": "true"})
    service("sqs").set_queue_attributes(QueueUrl=end, Attributes={"Policy": document({
        "Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage",
        "Resource": end_arn})})
    make("topic", topic)
    create(lambdas, "due", "exports.handler = async (event) => { console.log('saw ' + JSON.stringify(event)); };")
    function = lambdas.get_function(FunctionName="due")["Configuration"]["FunctionArn"]
    make("function", function, Input='{"n": "<aws.scheduler.attempt-number>"}')
    service("events").put_rule(Name="heard", EventPattern='{"source": ["clock"]}')
    bus, bus_arn = queue("bus")
    service("events").put_targets(Rule="heard", Targets=[{"Id": "q", "Arn": bus_arn, "InputPath": "$.detail"}])
    make("bus", BUS + "default", Input='{"n": "<aws.scheduler.attempt-number>"}',
         EventBridgeParameters={"DetailType": "Tick", "Source": "clock"})
    equal(take(ordered, 1)[0], "1 fifo")
    equal(take(end, 1)[0], "1 topic")
    equal(json.loads(take(bus, 1)[0]), {"n": "1"})
    logs, until = service("logs"), time.time() + 60
    saw = []
    while not saw and time.time() < until:
        try:
            page = logs.filter_log_events(logGroupName="/aws/lambda/due")
            saw = [event["message"] for event in page["events"] if "saw " in event["message"]]
        except logs.exceptions.ResourceNotFoundException:
            continue
    assert saw and 'saw {"n":"1"}' in saw[0], saw
    for name in ("fifo", "topic", "function", "bus"):
        api.delete_schedule(Name=name)

    # Asked for again by who did not hear the answer; and by somebody who means something else.
    same = dict(Name="same", ScheduleExpression="rate(1 day)", FlexibleTimeWindow={"Mode": "OFF"}, ClientToken="t",
                StartDate=4000000000, Target={"Arn": end_arn, "RoleArn": ROLE})
    equal(api.create_schedule(**same)["ScheduleArn"], api.create_schedule(**same)["ScheduleArn"])
    for other in ({"ClientToken": "u"}, {"ScheduleExpression": "rate(2 days)"}):
        refused("ConflictException", 409, "Schedule same already exists.", api.create_schedule, **{**same, **other})
    refused("ValidationException", 400, "clientToken", api.create_schedule, **{**same, "ClientToken": "x" * 65})
    group = dict(Name="g", ClientToken="t", Tags=[{"Key": "k", "Value": "v"}])
    made = [api.create_schedule_group(**group)["ScheduleGroupArn"] for _ in range(2)]
    equal(made[0], made[1])
    refused("ConflictException", 409, "already exists", api.create_schedule_group, Name="g", ClientToken="u")


def begin():
    """A schedule that goes on while the server is killed."""
    role()
    url, arn = queue("through")
    service("scheduler").create_schedule(
        Name="through", ScheduleExpression="rate(1 minute)", FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": arn, "RoleArn": ROLE, "Input": "<aws.scheduler.scheduled-time> <aws.scheduler.execution-id>"})
    take(url, 1)


def end():
    """No tick came twice; those of the last moments are there."""
    url = service("sqs").get_queue_url(QueueName="through")["QueueUrl"]
    service("scheduler").delete_schedule(Name="through")
    got = []
    while page := service("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=2).get("Messages"):
        for message in page:
            got.append(tuple(message["Body"].split()))
            service("sqs").delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    # A message may come twice, as every delivery may; it is of the same firing then.
    ticks = [tick for tick, _ in set(got)]
    assert len(ticks) >= 3, ticks
    equal(len(set(ticks)), len(ticks))
    print(len(ticks), "ticks, each once")


def stranger():
    """Another account: it sees nothing, and puts events only where it may."""
    keys = {"aws_access_key_id": os.environ["OTHER_KEY"], "aws_secret_access_key": os.environ["OTHER_SECRET"]}
    events, api = service("events", **keys), service("scheduler", **keys)
    equal(events.list_rules()["Rules"], [])
    equal(api.list_schedules()["Schedules"], [])
    denied = "AccessDeniedException", 400, "is not authorized to perform"
    for bus in ["default", "absent"]:
        refused(*denied, events.put_events, Entries=[entry({}, EventBusName=BUS + bus)])
        refused(*denied, events.describe_event_bus, Name=BUS + bus)
        refused(*denied, events.put_rule, Name="r", EventBusName=BUS + bus, EventPattern='{"source": ["shop"]}')
        refused(*denied, events.list_rules, EventBusName=BUS + bus)
    refused(*denied, events.tag_resource, ResourceARN=RULE + "r", Tags=[{"Key": "k", "Value": "v"}])
    group = f"arn:aws:scheduler:us-east-1:{ACCOUNT}:schedule-group/default"
    refused("AccessDeniedException", 403, "is not authorized", api.list_tags_for_resource, ResourceArn=group)


def open_to_stranger():
    service("events").put_permission(Action="events:PutEvents", Principal="999999999999", StatementId="them")
    url, arn = queue("open")
    service("events").put_rule(Name="r", EventPattern='{"account": ["999999999999"]}')
    service("events").put_targets(Rule="r", Targets=[{"Id": "q", "Arn": arn}])
    keys = {"aws_access_key_id": os.environ["OTHER_KEY"], "aws_secret_access_key": os.environ["OTHER_SECRET"]}
    answer = service("events", **keys).put_events(Entries=[entry({"from": "them"}, EventBusName=BUS + "default")])
    equal(answer["FailedEntryCount"], 0)
    equal(json.loads(take(url, 1)[0])["account"], "999999999999")


globals()[sys.argv[1]]()
print("done")
