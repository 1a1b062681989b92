"""Has every source hand an event to a function of its own, and prints what each of them got, a line of JSON each."""

import http.client
import json
import os
import time
from urllib.parse import urlparse

import boto3
from botocore.config import Config

import kit

ACCOUNT, REGION = "123456789012", os.environ["AWS_REGION"]
SERVER = urlparse(os.environ["AWS_ENDPOINT_URL"])
# Tells its event; as an authorizer it says yes in the form that it was asked in.
TELL = """export const handler = async (event) => {
  console.log('TOLD' + JSON.stringify(event));
  if (event.type && event.version === '2.0') return { isAuthorized: true };
  if (event.type) return { principalId: 'me', policyDocument: { Version: '2012-10-17', Statement: [
    { Effect: 'Allow', Action: 'execute-api:Invoke', Resource: event.methodArn ?? event.routeArn }] } };
  return { statusCode: 200, body: '' };
};"""
NAMES = ["sqs", "sqs_fifo", "sns", "s3", "eventbridge", "s3_eventbridge", "rule", "scheduler", "http_api_2", "http_api_1",
         "rest_api", "url", "authorizer_2", "authorizer_1", "token_authorizer", "request_authorizer"]

service = lambda name, **more: boto3.client(name, config=kit.config.merge(Config(**more)))
lambdas, sqs, sns, events = kit.client(), service("sqs"), service("sns"), service("events")
apis, rest, s3 = service("apigatewayv2"), service("apigateway"), service("s3", s3={"addressing_style": "path"})
ARN = {name: f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}" for name in NAMES}


def permit(name, who, source):
    lambdas.add_permission(FunctionName=name, StatementId="s", Action="lambda:InvokeFunction",
                           Principal=f"{who}.amazonaws.com", SourceArn=source)


def call(host, method, path, headers):
    connection = http.client.HTTPConnection(SERVER.hostname, SERVER.port, timeout=60)
    body = "hello" if method == "POST" else None
    connection.request(method, path, body, {"Host": f"{host}.localhost:{SERVER.port}", "User-Agent": "test",
                                            "Content-Type": "text/plain", **headers})
    answer = connection.getresponse()
    assert answer.status == 200, (path, answer.status, answer.read())


def queues():
    for name, more in [("sqs", {}), ("sqs_fifo", {"FifoQueue": "true"})]:
        queue = name.replace("_", ".")
        url = sqs.create_queue(QueueName=queue, Attributes=more)["QueueUrl"]
        lambdas.create_event_source_mapping(
            FunctionName=name, EventSourceArn=f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}")
        fifo = {"MessageGroupId": "g", "MessageDeduplicationId": "d"} if more else {}
        sqs.send_message(QueueUrl=url, MessageBody="hello", **fifo, MessageAttributes={
            "text": {"DataType": "String", "StringValue": "x"}, "raw": {"DataType": "Binary", "BinaryValue": b"\0\1"}},
            MessageSystemAttributes={"AWSTraceHeader": {
                "DataType": "String", "StringValue": "Root=1-5759e988-bd862e3fe1be46a994272793"}})


def topics():
    topic = sns.create_topic(Name="orders")["TopicArn"]
    permit("sns", "sns", topic)
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=ARN["sns"])
    sns.publish(TopicArn=topic, Message="hello", Subject="Hi", MessageAttributes={
        "text": {"DataType": "String", "StringValue": "x"}, "raw": {"DataType": "Binary", "BinaryValue": b"\0\1"}})


def buckets():
    s3.create_bucket(Bucket="photos")
    permit("s3", "s3", "arn:aws:s3:::photos")
    s3.put_bucket_versioning(Bucket="photos", VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_notification_configuration(Bucket="photos", NotificationConfiguration={
        "EventBridgeConfiguration": {},
        "LambdaFunctionConfigurations": [
            {"Id": "all", "LambdaFunctionArn": ARN["s3"], "Events": ["s3:ObjectCreated:*"]}]})
    rule("s3_eventbridge", EventPattern='{"source": ["aws.s3"]}')
    s3.put_object(Bucket="photos", Key="a b.txt", Body=b"hello")


def rule(name, **when):
    permit(name, "events", events.put_rule(Name=name, **when)["RuleArn"])
    events.put_targets(Rule=name, Targets=[{"Id": "f", "Arn": ARN[name]}])


def clocks():
    rule("eventbridge", EventPattern='{"source": ["shop"]}')
    events.put_events(Entries=[
        {"Source": "shop", "DetailType": "Made", "Detail": '{"n": 1}', "Resources": ["arn:aws:shop:::x"]}])
    rule("rule", ScheduleExpression="rate(1 minute)")
    service("scheduler").create_schedule(
        Name="often", ScheduleExpression="rate(1 minute)", FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": ARN["scheduler"], "RoleArn": kit.ROLE})


def invocations(name):
    return f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{ARN[name]}/invocations"


def http_apis():
    for name, authorizer, version in [("http_api_2", "authorizer_2", "2.0"), ("http_api_1", "authorizer_1", "1.0")]:
        api = apis.create_api(Name=name, ProtocolType="HTTP")["ApiId"]
        for one in (name, authorizer):
            permit(one, "apigateway", f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{api}/*")
        by = apis.create_authorizer(
            ApiId=api, Name="a", AuthorizerType="REQUEST", AuthorizerUri=invocations(authorizer),
            AuthorizerPayloadFormatVersion=version, EnableSimpleResponses=version == "2.0",
            IdentitySource=["$request.header.x-token"])["AuthorizerId"]
        target = apis.create_integration(ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=ARN[name],
                                         PayloadFormatVersion=version)["IntegrationId"]
        target = {"Target": f"integrations/{target}"}
        apis.create_route(ApiId=api, RouteKey="POST /pets/{id}", **target)
        apis.create_route(ApiId=api, RouteKey="GET /pets/{id}", **target, AuthorizationType="CUSTOM", AuthorizerId=by)
        apis.create_stage(ApiId=api, StageName="$default", AutoDeploy=True, StageVariables={"v": "1"})
        host = f"{api}.execute-api.{REGION}"
        call(host, "POST", "/pets/7?a=1&a=2", {"Cookie": "k=v; l=w"})
        # After the first, which is the one that is looked at.
        call(host, "GET", "/pets/7?a=1&a=2", {"x-token": "t", "Cookie": "k=v; l=w"})


def rest_api():
    made = rest.create_rest_api(name="pets")
    api, parent = made["id"], made["rootResourceId"]
    for name in ("rest_api", "token_authorizer", "request_authorizer"):
        permit(name, "apigateway", f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{api}/*")
    resource = rest.create_resource(restApiId=api, parentId=parent, pathPart="{id}")["id"]
    header = "method.request.header.x-token"
    authorizers = {verb: rest.create_authorizer(
        restApiId=api, name=kind, type=kind, authorizerUri=invocations(f"{kind.lower()}_authorizer"),
        identitySource=header)["id"] for verb, kind in [("GET", "TOKEN"), ("PUT", "REQUEST")]}
    for verb in ("POST", "GET", "PUT"):
        by = authorizers.get(verb)
        of = {"restApiId": api, "resourceId": resource, "httpMethod": verb}
        rest.put_method(**of, **({"authorizationType": "CUSTOM", "authorizerId": by} if by else {
            "authorizationType": "NONE"}))
        rest.put_integration(**of, type="AWS_PROXY", integrationHttpMethod="POST", uri=invocations("rest_api"))
    rest.create_deployment(restApiId=api, stageName="dev", variables={"v": "1"})
    for verb in ("POST", "GET", "PUT"):
        call(f"{api}.execute-api.{REGION}", verb, "/dev/7?a=1&a=2", {"x-token": "t"})


def function_url():
    made = lambdas.create_function_url_config(FunctionName="url", AuthType="NONE")
    lambdas.add_permission(FunctionName="url", StatementId="u", Action="lambda:InvokeFunctionUrl", Principal="*",
                           FunctionUrlAuthType="NONE")
    lambdas.add_permission(FunctionName="url", StatementId="f", Action="lambda:InvokeFunction", Principal="*",
                           InvokedViaFunctionUrl=True)
    host = urlparse(made["FunctionUrl"]).hostname.removesuffix(".localhost")
    call(host, "POST", "/pets/7?a=1&a=2", {"Cookie": "k=v; l=w"})


def told(name):
    """The first event that a function got."""
    logs, until = service("logs"), time.monotonic() + 60
    while time.monotonic() < until:
        try:
            lines = logs.filter_log_events(logGroupName=f"/aws/lambda/{name}", filterPattern='"TOLD"')["events"]
        except logs.exceptions.ResourceNotFoundException:
            lines = []
        if lines:
            return json.loads(lines[0]["message"].split("TOLD", 1)[1])
        time.sleep(0.1)
    raise AssertionError(f"{name} got nothing")


kit.make_role("sqs:*", "lambda:InvokeFunction", trust=["lambda", "scheduler"])
for name in NAMES:
    kit.create(lambdas, name, TELL, wait=False)
for name in NAMES:
    lambdas.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
for make in (clocks, queues, topics, buckets, http_apis, rest_api, function_url):
    make()
for name in NAMES:
    print(json.dumps({"name": name, "event": told(name)}))
