"""Walks versions, tags and SnapStart with boto3. One theme a run."""

import sys
import urllib.request

from kit import client, create, equal, invoke, refused, updated, zipped

ARN = "arn:aws:lambda:us-east-1:123456789012:function:hello"
EGRESS = "allow=open 10.1.0.0/16"
SAYS = "exports.handler = async (e, c) => ['%s', c.functionVersion, c.invokedFunctionArn];"


def published(api, number):
    api.get_waiter("published_version_active").wait(
        FunctionName="hello", Qualifier=number, WaiterConfig={"Delay": 1, "MaxAttempts": 60})


def upload(api, text, **more):
    made = api.update_function_code(
        FunctionName="hello", ZipFile=zipped(index_js=SAYS % text), **more)
    updated(api, "hello")
    return made


def life():
    api = client()
    create(api, "hello", SAYS % "one", Environment={"Variables": {"COLOUR": "blue"}})
    first = api.publish_version(FunctionName="hello", Description="the first")
    equal(first["ResponseMetadata"]["HTTPStatusCode"], 201)
    equal((first["FunctionArn"], first["Version"], first["State"]), (f"{ARN}:1", "1", "Pending"))
    published(api, "1")
    equal(api.publish_version(FunctionName="hello")["Version"], "1")
    upload(api, "two")
    # The version is as it was; the latest is not.
    equal(invoke(api, "hello", {}, Qualifier="1")[1], invoke(api, "hello:1", {})[1])
    answer, said = invoke(api, f"{ARN}:1", {})
    equal((answer["ExecutedVersion"], said), ("1", ["one", "1", f"{ARN}:1"]))
    equal(invoke(api, "hello", {})[1], ["two", "$LATEST", ARN])
    equal(invoke(api, "hello", {}, Qualifier="$LATEST")[1][0], "two")
    for qualifier in ("", "1/..", "%24LATEST", "9" * 129):
        refused("ValidationException", 400, "'qualifier'", api.invoke, FunctionName="hello",
                Qualifier=qualifier)
    latest = api.get_function_configuration(FunctionName="hello")
    refused("InvalidParameterValueException", 400, "is different from current CodeSHA256 in $LATEST",
            api.publish_version, FunctionName="hello", CodeSha256=first["CodeSha256"])
    refused("PreconditionFailedException", 412, "Revision Id", api.publish_version,
            FunctionName="hello", RevisionId=first["RevisionId"])
    second = api.publish_version(FunctionName="hello", CodeSha256=latest["CodeSha256"],
                                 RevisionId=latest["RevisionId"])
    equal(second["Version"], "2")
    third = upload(api, "three", Publish=True)
    equal((third["Version"], third["FunctionArn"]), ("3", f"{ARN}:3"))
    published(api, "3")
    equal(invoke(api, "hello", {}, Qualifier="3")[1][:2], ["three", "3"])

    pages = api.get_paginator("list_versions_by_function").paginate(
        FunctionName="hello", PaginationConfig={"PageSize": 2})
    listed = [v["FunctionArn"] for page in pages for v in page["Versions"]]
    equal(listed, [f"{ARN}:{v}" for v in ("$LATEST", "1", "2", "3")])
    all_of = api.list_functions(FunctionVersion="ALL")["Functions"]
    equal([f["FunctionArn"] for f in all_of], listed)

    got = api.get_function(FunctionName="hello", Qualifier="1")
    equal(got["Configuration"]["Description"], "the first")
    equal(got["Configuration"]["Environment"], {"Variables": {"COLOUR": "blue"}})
    code = urllib.request.urlopen(got["Code"]["Location"]).read()
    equal(len(code), got["Configuration"]["CodeSize"])

    equal(api.delete_function(FunctionName="hello", Qualifier="2")
          ["ResponseMetadata"]["HTTPStatusCode"], 204)
    for call in (api.get_function, api.get_function_configuration, api.invoke):
        refused("ResourceNotFoundException", 404, f"Function not found: {ARN}:2", call,
                FunctionName="hello", Qualifier="2")
    refused("InvalidParameterValueException", 400, "Aliases and versions do not support",
            api.update_function_configuration, FunctionName="hello:1", Timeout=5)
    api.delete_function(FunctionName="hello")
    refused("ResourceNotFoundException", 404, f"Function not found: {ARN}:1", api.invoke,
            FunctionName="hello", Qualifier="1")
    made = create(api, "hello", SAYS % "anew", Publish=True)
    equal((made["Version"], made["FunctionArn"]), ("1", ARN))
    published(api, "1")
    equal(invoke(api, "hello", {}, Qualifier="1")[1][0], "anew")


def tags():
    api = client()
    made = create(api, "hello", Tags={"team": "tea"})
    arn = made["FunctionArn"]
    api.tag_resource(Resource=arn, Tags={"fika:egress": EGRESS, "colour": "blue + green"})
    updated(api, "hello")
    equal(api.list_tags(Resource=arn)["Tags"],
          {"team": "tea", "fika:egress": EGRESS, "colour": "blue + green"})
    api.untag_resource(Resource=arn, TagKeys=["team", "colour"])
    equal(api.get_function(FunctionName="hello")["Tags"], {"fika:egress": EGRESS})
    for tag, part in (
        ({"fika:wall": "brick"}, "is not one of jail, microvm, qemu, firecracker"),
        ({"fika:egress": "everywhere"}, "is no egress policy"),
        # Kept, it would do nothing, and its owner believe in a wall that is not there.
        ({"Fika:Wall": "microvm"}, "fika has no tag Fika:Wall"),
    ):
        refused("InvalidParameterValueException", 400, part, api.tag_resource, Resource=arn, Tags=tag)
    refused("InvalidParameterValueException", 400, "Please specify a function ARN", api.tag_resource,
            Resource=arn + ":1", Tags={"a": "b"})
    equal(invoke(api, "hello", {"name": "Ada"})[1], {"hello": "Ada"})


def snapstart():
    api = client()
    on = {"ApplyOn": "PublishedVersions"}
    made = create(api, "hello", SnapStart=on)
    equal(made["SnapStart"], {**on, "OptimizationStatus": "Off"})
    refused("InvalidParameterValueException", 400, "SnapStart enabled functions",
            api.update_function_configuration, FunctionName="hello", EphemeralStorage={"Size": 1024})
    refused("InvalidParameterValueException", 400,
            "provided.al2023 is not supported for SnapStart enabled functions.",
            api.update_function_configuration, FunctionName="hello", Runtime="provided.al2023")
    updated(api, "hello")
    api.update_function_configuration(FunctionName="hello", SnapStart={"ApplyOn": "None"})
    updated(api, "hello")
    equal(api.get_function_configuration(FunctionName="hello")["SnapStart"],
          {"ApplyOn": "None", "OptimizationStatus": "Off"})


{"life": life, "tags": tags, "snapstart": snapstart}[sys.argv[1]]()
print("done")
