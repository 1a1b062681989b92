"""Makes one thing of an account, or removes it: `left.py make|remove KIND`."""

import sys

import boto3

from kit import config


def of(name):
    return boto3.client(name, config=config)


def url():
    return of("sqs").get_queue_url(QueueName="q")["QueueUrl"]


def api():
    return of("apigatewayv2").get_apis()["Items"][0]["ApiId"]


TOPIC = "arn:aws:sns:us-east-1:111122223333:t"
RULE = {"Name": "r", "ScheduleExpression": "rate(1 day)", "State": "DISABLED"}
KINDS = {
    "queues": (lambda: of("sqs").create_queue(QueueName="q"),
               lambda: of("sqs").delete_queue(QueueUrl=url())),
    "topics": (lambda: of("sns").create_topic(Name="t"),
               lambda: of("sns").delete_topic(TopicArn=TOPIC)),
    "parameters": (lambda: of("ssm").put_parameter(Name="/a/b", Value="v", Type="String"),
                   lambda: of("ssm").delete_parameter(Name="/a/b")),
    "buckets": (lambda: of("s3").create_bucket(Bucket="left-behind"),
                lambda: of("s3").delete_bucket(Bucket="left-behind")),
    "buses": (lambda: of("events").create_event_bus(Name="b"),
              lambda: of("events").delete_event_bus(Name="b")),
    "rules": (lambda: of("events").put_rule(**RULE), lambda: of("events").delete_rule(Name="r")),
    "schedule groups": (lambda: of("scheduler").create_schedule_group(Name="g"),
                        lambda: of("scheduler").delete_schedule_group(Name="g")),
    "APIs": (lambda: of("apigatewayv2").create_api(Name="a", ProtocolType="HTTP"),
             lambda: of("apigatewayv2").delete_api(ApiId=api())),
}
KINDS[sys.argv[2]][sys.argv[1] == "remove"]()
print("done")
