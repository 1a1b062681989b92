"""Walks the configurations that are kept and told, with boto3."""

import datetime
import re

import boto3

from kit import client, config, create, equal, make_role, refused

ARN = "arn:aws:lambda:us-east-1:123456789012:function:hello"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:jobs"


def pages(api, operation, member, **arguments):
    """Every page of a list, of one entry each."""
    found = api.get_paginator(operation).paginate(PaginationConfig={"PageSize": 1}, **arguments)
    return [page[member] for page in found if page[member]]


def events(api):
    put = api.put_function_event_invoke_config(
        FunctionName="hello", MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": QUEUE}})
    equal(put["DestinationConfig"], {"OnSuccess": {}, "OnFailure": {"Destination": QUEUE}})
    assert isinstance(put["LastModified"], datetime.datetime), put
    api.update_function_event_invoke_config(FunctionName="hello", MaximumEventAgeInSeconds=60)
    got = api.get_function_event_invoke_config(FunctionName=ARN, Qualifier="$LATEST")
    equal((got["FunctionArn"], got["MaximumRetryAttempts"]), (f"{ARN}:$LATEST", 0))
    api.put_function_event_invoke_config(FunctionName="hello:live", MaximumRetryAttempts=1)
    found = pages(api, "list_function_event_invoke_configs", "FunctionEventInvokeConfigs",
                  FunctionName="hello")
    equal([[one["FunctionArn"] for one in page] for page in found],
          [[f"{ARN}:$LATEST"], [f"{ARN}:live"]])
    api.delete_function_event_invoke_config(FunctionName="hello")
    refused("ResourceNotFoundException", 404, "doesn't have an EventInvokeConfig",
            api.get_function_event_invoke_config, FunctionName="hello")


def urls(api):
    cors = {"AllowOrigins": ["*"], "AllowMethods": ["GET"], "MaxAge": 5}
    made = api.create_function_url_config(FunctionName="hello", AuthType="NONE", Cors=cors)
    form = r"http://[a-z0-9]{32}\.lambda-url\.us-east-1\.localhost:\d+/"
    assert re.fullmatch(form, made["FunctionUrl"]), made
    equal((made["FunctionArn"], made["Cors"]), (ARN, cors))
    updated = api.update_function_url_config(FunctionName="hello", AuthType="AWS_IAM")
    equal((updated["FunctionUrl"], updated["AuthType"]), (made["FunctionUrl"], "AWS_IAM"))
    equal(api.get_function_url_config(FunctionName="hello")["InvokeMode"], "BUFFERED")
    api.create_function_url_config(FunctionName="hello", Qualifier="live", AuthType="NONE")
    found = pages(api, "list_function_url_configs", "FunctionUrlConfigs", FunctionName="hello")
    equal([[one["FunctionArn"] for one in page] for page in found], [[ARN], [f"{ARN}:live"]])
    refused("ValidationException", 400, "at 'qualifier' failed to satisfy constraint",
            api.create_function_url_config, FunctionName="hello", Qualifier="1", AuthType="NONE")
    # OPTIONS is longer than AWS admits.
    refused("ValidationException", 400, "Value '[OPTIONS]' at 'cors.allowMethods'",
            api.update_function_url_config, FunctionName="hello", Cors={"AllowMethods": ["OPTIONS"]})
    api.delete_function_url_config(FunctionName="hello")
    refused("ResourceNotFoundException", 404, "does not exist",
            api.get_function_url_config, FunctionName="hello")


def mappings(api):
    make_role("sqs:*")
    boto3.client("sqs", config=config).create_queue(QueueName="jobs")
    made = api.create_event_source_mapping(
        FunctionName="hello", EventSourceArn=QUEUE, Tags={"team": "a"},
        FilterCriteria={"Filters": [{"Pattern": '{"body": {"kind": ["a"]}}'}]})
    equal((made["State"], made["BatchSize"], made["FunctionArn"]), ("Creating", 10, ARN))
    uuid, arn = made["UUID"], made["EventSourceMappingArn"]
    equal(api.get_event_source_mapping(UUID=uuid)["State"], "Enabled")
    refused("ResourceConflictException", 409, f"existing mapping with UUID {uuid}",
            api.create_event_source_mapping, FunctionName="hello", EventSourceArn=QUEUE)
    equal(api.update_event_source_mapping(UUID=uuid, Enabled=False)["State"], "Disabling")
    equal(api.get_event_source_mapping(UUID=uuid)["State"], "Disabled")
    equal(api.list_tags(Resource=arn)["Tags"], {"team": "a"})
    api.tag_resource(Resource=arn, Tags={"cost": "1"})
    api.untag_resource(Resource=arn, TagKeys=["team"])
    equal(api.list_tags(Resource=arn)["Tags"], {"cost": "1"})
    api.create_event_source_mapping(
        FunctionName="hello:live", StartingPosition="LATEST",
        EventSourceArn="arn:aws:kinesis:us-east-1:123456789012:stream/s")
    equal(len(pages(api, "list_event_source_mappings", "EventSourceMappings")), 2)
    equal(len(pages(api, "list_event_source_mappings", "EventSourceMappings",
                    FunctionName="hello:live")), 1)
    equal(api.delete_event_source_mapping(UUID=uuid)["State"], "Deleting")
    refused("ResourceNotFoundException", 404, "does not exist",
            api.get_event_source_mapping, UUID=uuid)


def runtimes(api):
    got = api.get_runtime_management_config(FunctionName="hello")
    equal((got["UpdateRuntimeOn"], got["FunctionArn"]), ("Auto", ARN))
    api.put_runtime_management_config(
        FunctionName="hello", Qualifier="1", UpdateRuntimeOn="FunctionUpdate")
    got = api.get_runtime_management_config(FunctionName="hello", Qualifier="1")
    equal((got["UpdateRuntimeOn"], got["FunctionArn"]), ("FunctionUpdate", f"{ARN}:1"))


def unsupported(api):
    """Each SDK has a class for the error, and tries none of it again."""
    for call, arguments in (
        (api.list_capacity_providers, {}),
        (api.get_function_scaling_config, {"FunctionName": "hello", "Qualifier": "1"}),
        (api.list_durable_executions_by_function, {"FunctionName": "hello"}),
    ):
        try:
            call(**arguments)
        except api.exceptions.InvalidParameterValueException as error:
            assert "is not supported: fika has no" in str(error), error
            equal(error.response["ResponseMetadata"]["RetryAttempts"], 0)
        else:
            raise AssertionError("an error was to be raised")


root = client()
create(root, "hello")
root.publish_version(FunctionName="hello")
root.create_alias(FunctionName="hello", Name="live", FunctionVersion="1")
events(root)
urls(root)
mappings(root)
runtimes(root)
unsupported(root)
print("done")
