"""Walks the function API with boto3, the way a user's program would. One theme a run."""

import base64
import os
import sys

import boto3
from botocore import UNSIGNED
from botocore.config import Config

from kit import HELLO, NODE, ROLE, client, config, create, equal, invoke, refused, updated, zipped


def life():
    api = client()
    made = create(
        api, "hello", Description="greets", Timeout=5, MemorySize=256,
        Environment={"Variables": {"COLOUR": "blue"}}, Tags={"team": "tea"},
    )
    equal(made["ResponseMetadata"]["HTTPStatusCode"], 201)
    equal((made["State"], made["StateReasonCode"]), ("Pending", "Creating"))
    equal(made["FunctionArn"], "arn:aws:lambda:us-east-1:123456789012:function:hello")
    equal((made["Version"], made["PackageType"], made["Architectures"][0] in ("x86_64", "arm64")),
          ("$LATEST", "Zip", True))

    answer, body = invoke(api, "hello", {"name": "Ada"}, LogType="Tail")
    equal((answer["StatusCode"], answer["ExecutedVersion"]), (200, "$LATEST"))
    assert "FunctionError" not in answer, answer
    equal(body, {"hello": "Ada"})
    log = base64.b64decode(answer["LogResult"]).decode()
    assert "START RequestId: " in log and "REPORT RequestId: " in log, log
    equal(invoke(api, made["FunctionArn"], {})[1], {"hello": None})
    equal(invoke(api, "123456789012:function:hello", {})[1], {"hello": None})
    equal(invoke(api, "hello", {}, Qualifier="$LATEST")[1], {"hello": None})
    equal(api.invoke(FunctionName="hello", InvocationType="DryRun")["StatusCode"], 204)

    got = api.get_function(FunctionName="hello")
    equal(got["Configuration"]["State"], "Active")
    equal(got["Configuration"]["LastUpdateStatus"], "Successful")
    equal(got["Tags"], {"team": "tea"})
    equal(got["Code"]["RepositoryType"], "S3")
    configuration = api.get_function_configuration(FunctionName="hello")
    equal(configuration["Environment"], {"Variables": {"COLOUR": "blue"}})
    equal((configuration["MemorySize"], configuration["Timeout"]), (256, 5))

    code = zipped(index_js="export const handler = async () => process.env.COLOUR + ' again';")
    new = api.update_function_code(FunctionName="hello", ZipFile=code)
    assert new["CodeSha256"] != made["CodeSha256"] and new["CodeSize"] == len(code), new
    updated(api, "hello")
    equal(invoke(api, "hello", {})[1], "blue again")
    api.update_function_configuration(
        FunctionName="hello", Environment={"Variables": {"COLOUR": "green"}}, MemorySize=192)
    updated(api, "hello")
    equal(invoke(api, "hello", {})[1], "green again")
    equal(api.get_function_configuration(FunctionName="hello")["MemorySize"], 192)

    for name in ("a", "b", "c"):
        create(api, name, wait=False)
    pages = api.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 2})
    names = [f["FunctionName"] for page in pages for f in page["Functions"]]
    equal(sorted(names), ["a", "b", "c", "hello"])
    settings = api.get_account_settings()
    equal(settings["AccountUsage"]["FunctionCount"], 4)
    equal(settings["AccountLimit"]["ConcurrentExecutions"], 1000)
    assert settings["AccountUsage"]["TotalCodeSize"] > 0, settings

    equal(api.delete_function(FunctionName="hello")["ResponseMetadata"]["HTTPStatusCode"], 204)
    refused("ResourceNotFoundException", 404, "Function not found: ", api.invoke, FunctionName="hello")
    create(api, "hello")
    equal(invoke(api, "hello", {"name": "new"})[1], {"hello": "new"})


def errors():
    api = client()
    arn = "arn:aws:lambda:us-east-1:123456789012:function:none"
    for call in (api.get_function, api.get_function_configuration, api.delete_function, api.invoke):
        refused("ResourceNotFoundException", 404, f"Function not found: {arn}", call, FunctionName="none")
    refused("ResourceNotFoundException", 404, "Function not found", api.update_function_code,
            FunctionName="none", ZipFile=zipped(index_js=HELLO))
    create(api, "hello")
    refused("ResourceConflictException", 409, "Function already exist: hello",
            create, api=api, name="hello")
    refused("ResourceNotFoundException", 404, "Function not found: " + arn.replace("none", "hello:7"),
            api.invoke, FunctionName="hello", Qualifier="7")
    zip_file = {"ZipFile": zipped(index_js=HELLO)}
    base = {"FunctionName": "x", "Role": ROLE, "Runtime": NODE, "Handler": "index.handler", "Code": zip_file}
    table = [
        ({"Runtime": "nodejs3.x"}, "InvalidParameterValueException", "nodejs3.x"),
        ({"Runtime": "cobol85"}, "InvalidParameterValueException", "cobol85"),
        ({"Role": "nobody"}, "ValidationException", "'role'"),
        ({"MemorySize": 64}, "ValidationException", "'memorySize' failed to satisfy constraint: "
         "Member must have value greater than or equal to 128"),
        ({"Timeout": 901}, "ValidationException", "'timeout' failed to satisfy constraint: "
         "Member must have value less than or equal to 900"),
        ({"FunctionName": "a b"}, "ValidationException", "'functionName' failed to satisfy constraint: "
         "Member must satisfy regular expression pattern: "),
        ({"FunctionName": "x" * 141}, "ValidationException", "'functionName' failed to satisfy constraint: "
         "Member must have length less than or equal to 140"),
        ({"Code": {"ZipFile": b"not a zip"}}, "InvalidParameterValueException", "Could not unzip uploaded file"),
        ({"Environment": {"Variables": {"AWS_REGION": "x"}}}, "InvalidParameterValueException", "AWS_REGION"),
        ({"Environment": {"Variables": {"BIG": "x" * 4097}}}, "InvalidParameterValueException", "4KB"),
    ]
    wrong = []
    for change, code, part in table:
        try:
            refused(code, 400, part, api.create_function, **{**base, **change})
        except AssertionError as error:
            wrong.append(f"{change}: {error}")
    assert not wrong, "\n".join(wrong)
    equal([f["FunctionName"] for f in api.list_functions()["Functions"]], ["hello"])
    # The oldest way to have an event run is still there.
    equal(api.invoke_async(FunctionName="hello", InvokeArgs=b"{}")["Status"], 202)


def revisions():
    api = client()
    create(api, "hello")
    first = api.get_function_configuration(FunctionName="hello")["RevisionId"]
    api.update_function_configuration(FunctionName="hello", Timeout=4, RevisionId=first)
    updated(api, "hello")
    second = api.get_function_configuration(FunctionName="hello")["RevisionId"]
    assert second != first
    for call, more in (
        (api.update_function_configuration, {"Timeout": 9}),
        (api.update_function_code, {"ZipFile": zipped(index_js=HELLO)}),
    ):
        refused("PreconditionFailedException", 412, "Revision Id", call,
                FunctionName="hello", RevisionId=first, **more)
    equal(api.get_function_configuration(FunctionName="hello")["Timeout"], 4)


def regions():
    here, there = client(), client(region_name="moon-base-7")
    create(here, "hello")
    equal(there.list_functions()["Functions"], [])
    refused("ResourceNotFoundException", 404, "arn:aws:lambda:moon-base-7:", there.invoke, FunctionName="hello")
    create(there, "hello", "export const handler = async () => process.env.AWS_REGION;")
    equal(invoke(there, "hello", {})[1], "moon-base-7")
    equal(invoke(here, "hello", {"name": "x"})[1], {"hello": "x"})
    there.delete_function(FunctionName="hello")
    equal(len(here.list_functions()["Functions"]), 1)


def keys():
    refused("InvalidSignatureException", 403, "does not match the signature you provided",
            client(aws_access_key_id=os.environ["AWS_ACCESS_KEY_ID"], aws_secret_access_key="wrong").list_functions)
    refused("UnrecognizedClientException", 403, "The security token included in the request is invalid.",
            client(aws_access_key_id="AKIANOBODY", aws_secret_access_key="wrong").list_functions)
    unsigned = boto3.client("lambda", config=config.merge(Config(signature_version=UNSIGNED)))
    refused("MissingAuthenticationTokenException", 403, "Missing Authentication Token", unsigned.list_functions)


{"life": life, "errors": errors, "revisions": revisions, "regions": regions, "keys": keys}[sys.argv[1]]()
print("done")
