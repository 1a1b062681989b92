"""Parameters through boto3: one theme a walk."""

import json
import os
import sys

import boto3

from kit import ROLE, client, config, equal, invoke, make_role, refused, sdk_layer, zipped

ACCOUNT = "123456789012"
ARN = f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter"
ssm = boto3.client("ssm", config=config)


def put(name, value, **more):
    more = {"Type": "String", **more}
    return ssm.put_parameter(Name=name, Value=value, **more)["Version"]


def value(name, **more):
    return ssm.get_parameter(Name=name, **more)["Parameter"]["Value"]


def names(answer):
    return [one["Name"] for one in answer["Parameters"]]


def life():
    made = ssm.put_parameter(Name="/shop/limit", Value="100", Type="String", Description="How many",
                             AllowedPattern="^[0-9]+$", Tags=[{"Key": "team", "Value": "shop"}])
    equal((made["Version"], made["Tier"]), (1, "Standard"))
    shown = ssm.get_parameter(Name="/shop/limit")["Parameter"]
    changed = shown.pop("LastModifiedDate")
    equal(shown, {"Name": "/shop/limit", "Type": "String", "Value": "100", "Version": 1,
                  "ARN": ARN + "/shop/limit", "DataType": "text"})
    equal(put("/shop/limit", "200", Overwrite=True), 2)
    [facts] = ssm.describe_parameters()["Parameters"]
    assert facts.pop("LastModifiedDate") >= changed, facts
    equal(facts, {"Name": "/shop/limit", "ARN": ARN + "/shop/limit", "Type": "String", "Version": 2,
                  "LastModifiedUser": f"arn:aws:iam::{ACCOUNT}:root", "Description": "How many",
                  "AllowedPattern": "^[0-9]+$", "Tier": "Standard", "Policies": [], "DataType": "text"})
    put("plain", "a,b", Type="StringList")
    equal(value(ARN + "/plain"), "a,b")
    equal(value(ARN + "/shop/limit"), "200")
    got = ssm.get_parameters(Names=["plain", "/shop/limit:1", "none", "plain:9"])
    equal([(one["Name"], one["Value"], one.get("Selector")) for one in got["Parameters"]],
          [("plain", "a,b", None), ("/shop/limit", "100", ":1")])
    equal(got["InvalidParameters"], ["none", "plain:9"])

    on = {"ResourceType": "Parameter", "ResourceId": "/shop/limit"}
    ssm.add_tags_to_resource(**on, Tags=[{"Key": "a", "Value": "b"}])
    ssm.remove_tags_from_resource(**on, TagKeys=["team", "none"])
    equal(ssm.list_tags_for_resource(**on)["TagList"], [{"Key": "a", "Value": "b"}])

    put("/gone", "x")
    ssm.delete_parameter(Name="/gone")
    gone = ssm.delete_parameters(Names=["plain", "/shop/limit", "none"])
    equal((gone["DeletedParameters"], gone["InvalidParameters"]), (["plain", "/shop/limit"], ["none"]))
    equal(names(ssm.describe_parameters()), [])
    # Nothing of what was is left for what comes.
    equal(put("/shop/limit", "x"), 1)
    equal(ssm.list_tags_for_resource(**on)["TagList"], [])


def versions():
    for n in range(1, 4):
        put("/v", f"value {n}", Overwrite=True)
    equal((value("/v"), value("/v:2"), value(ARN + "/v:1")), ("value 3", "value 2", "value 1"))
    done = ssm.label_parameter_version(Name="/v", ParameterVersion=1, Labels=["prod", "1st"])
    equal((done["ParameterVersion"], done["InvalidLabels"]), (1, ["1st"]))
    equal(value("/v:prod"), "value 1")
    ssm.label_parameter_version(Name="/v", Labels=["prod"])
    equal(value("/v:prod"), "value 3")
    history = ssm.get_parameter_history(Name="/v")["Parameters"]
    equal([(one["Version"], one["Value"], one["Labels"]) for one in history],
          [(1, "value 1", []), (2, "value 2", []), (3, "value 3", ["prod"])])
    pages = ssm.get_paginator("get_parameter_history").paginate(Name="/v", PaginationConfig={"PageSize": 2})
    equal([[one["Version"] for one in page["Parameters"]] for page in pages], [[1, 2], [3]])
    done = ssm.unlabel_parameter_version(Name="/v", ParameterVersion=3, Labels=["prod", "none"])
    equal((done["RemovedLabels"], done["InvalidLabels"]), (["prod"], ["none"]))
    missing = "could not find version"
    refused("ParameterVersionNotFound", 400, f"{missing} prod of /v", ssm.get_parameter, Name="/v:prod")
    refused("ParameterVersionNotFound", 400, f"{missing} 9 of /v", ssm.get_parameter, Name="/v:9")

    # A hundred are kept, unless the oldest has a label.
    for n in range(4, 102):
        put("/v", f"value {n}", Overwrite=True)
    refused("ParameterVersionNotFound", 400, f"{missing} 1 of /v", ssm.get_parameter, Name="/v:1")
    equal((value("/v:2"), value("/v")), ("value 2", "value 101"))
    ssm.label_parameter_version(Name="/v", ParameterVersion=2, Labels=["keep"])
    refused("ParameterMaxVersionLimitExceeded", 400, "Version 2, the oldest version", put, name="/v",
            value="x", Overwrite=True)
    equal(value("/v"), "value 101")


def secrets():
    put("/secret", "hunter2", Type="SecureString")
    hidden = ssm.get_parameter(Name="/secret")["Parameter"]
    assert "hunter2" not in json.dumps(hidden, default=str), hidden
    equal((hidden["Type"], value("/secret")), ("SecureString", hidden["Value"]))
    equal(value("/secret", WithDecryption=True), "hunter2")
    [shown] = ssm.get_parameters_by_path(Path="/", WithDecryption=True)["Parameters"]
    equal(shown["Value"], "hunter2")
    [shown] = ssm.get_parameters_by_path(Path="/")["Parameters"]
    equal(shown["Value"], hidden["Value"])
    [old] = ssm.get_parameter_history(Name="/secret")["Parameters"]
    equal((old["Value"], old["KeyId"]), (hidden["Value"], "alias/aws/ssm"))
    # What is refused, or makes no sense, is not in the log either.
    refused("ParameterAlreadyExists", 400, "", put, name="/secret", value="hunter2-again")
    refused("SerializationException", 400, "", put, name="/x", value={"hunter2": "x"})
    refused("ParameterPatternMismatchException", 400, "", put, name="/x", value="hunter2",
            AllowedPattern="^[0-9]+$")


def lists():
    for name in ["/a/b/c", "/a/b/d", "/a/e", "/ab", "top"]:
        put(name, "v")
    put("/a/s", "v", Type="SecureString", Tags=[{"Key": "team", "Value": "shop"}])
    by_path = lambda path, **more: names(ssm.get_parameters_by_path(Path=path, **more))
    equal(by_path("/a"), ["/a/e", "/a/s"])
    equal(by_path("/a/"), ["/a/e", "/a/s"])
    equal(by_path("/a", Recursive=True), ["/a/b/c", "/a/b/d", "/a/e", "/a/s"])
    equal(by_path("/"), ["/ab", "top"])
    equal(by_path("/none"), [])
    only = [{"Key": "Type", "Values": ["SecureString"]}]
    equal(by_path("/", Recursive=True, ParameterFilters=only), ["/a/s"])
    pages = ssm.get_paginator("get_parameters_by_path").paginate(
        Path="/", Recursive=True, PaginationConfig={"PageSize": 4})
    equal([names(page) for page in pages], [["/a/b/c", "/a/b/d", "/a/e", "/a/s"], ["/ab", "top"]])

    def described(key, *values, option=None, **more):
        one = {"Key": key, "Values": list(values), **({"Option": option} if option else {})}
        return names(ssm.describe_parameters(ParameterFilters=[one], **more))
    equal(described("Name", "/ab", "/top"), ["/ab", "top"])
    equal(described("Name", "/a/", option="BeginsWith"), ["/a/b/c", "/a/b/d", "/a/e", "/a/s"])
    equal(described("Name", "b/d", option="Contains"), ["/a/b/d"])
    equal(described("Path", "/a"), ["/a/e", "/a/s"])
    equal(described("Path", "/a/b", option="Recursive"), ["/a/b/c", "/a/b/d"])
    equal(described("Type", "SecureString"), ["/a/s"])
    equal(described("tag:team", "shop"), ["/a/s"])
    old = ssm.describe_parameters(Filters=[{"Key": "Name", "Values": ["/a/b"]}])
    equal(names(old), ["/a/b/c", "/a/b/d"])
    pages = ssm.get_paginator("describe_parameters").paginate(PaginationConfig={"PageSize": 5})
    equal([len(names(page)) for page in pages], [5, 1])
    equal(names(boto3.client("ssm", config=config, region_name="eu-west-1").describe_parameters()), [])


def permissions():
    iam = boto3.client("iam", config=config)
    iam.create_user(UserName="reader")
    key = iam.create_access_key(UserName="reader")["AccessKey"]
    own = boto3.client("ssm", config=config, aws_access_key_id=key["AccessKeyId"],
                       aws_secret_access_key=key["SecretAccessKey"])

    def may(*statements):
        document = {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": action, "Resource": resource, **more}
            for action, resource, more in statements]}
        iam.put_user_policy(UserName="reader", PolicyName="p", PolicyDocument=json.dumps(document))
    put("/a/x", "v")
    put("/b/x", "v", Tags=[{"Key": "team", "Value": "shop"}])
    put("/a/key", "v", Type="SecureString", KeyId="alias/own")
    denied = lambda part, call, **more: refused("AccessDeniedException", 400, part, call, **more)
    text = f"user/reader is not authorized to perform: ssm:GetParameter on resource: {ARN}/a/x"
    denied(text, own.get_parameter, Name="/a/x")
    denied("on resource: " + ARN + "/none", own.get_parameter, Name="/none")
    denied(f"resource: arn:aws:ssm:us-east-1:{ACCOUNT}:*", own.describe_parameters)

    may((["ssm:GetParameter*"], ARN + "/a/*", {}), (["ssm:GetParametersByPath"], ARN + "/a", {}),
        (["ssm:PutParameter"], ARN + "/a/*", {}))
    equal(own.get_parameter(Name="/a/x")["Parameter"]["Value"], "v")
    denied(ARN + "/b/x", own.get_parameters, Names=["/a/x", "/b/x"])
    equal(names(own.get_parameters_by_path(Path="/a")), ["/a/key", "/a/x"])
    denied("ssm:GetParametersByPath", own.get_parameters_by_path, Path="/")
    denied("ssm:DeleteParameter", own.delete_parameter, Name="/a/x")
    denied("ssm:AddTagsToResource", own.put_parameter, Name="/a/new", Value="v", Type="String",
           Tags=[{"Key": "a", "Value": "b"}])
    own.put_parameter(Name="/a/new", Value="v", Type="String")

    # A key of the account's own wants leave; what AWS keeps for everybody's secrets does not.
    alias = f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/own"
    own.get_parameter(Name="/a/key")
    denied(f"kms:Decrypt on resource: {alias}", own.get_parameter, Name="/a/key", WithDecryption=True)
    denied("kms:Encrypt", own.put_parameter, Name="/a/key", Value="w", Overwrite=True)
    equal(value("/a/key", WithDecryption=True), "v")
    may((["ssm:GetParameter"], "*", {}), (["kms:Decrypt"], alias, {}))
    equal(own.get_parameter(Name="/a/key", WithDecryption=True)["Parameter"]["Value"], "v")

    tagged = {"Condition": {"StringEquals": {"aws:ResourceTag/team": "shop"}}}
    may((["ssm:GetParameter"], "*", tagged))
    own.get_parameter(Name="/b/x")
    denied("ssm:GetParameter", own.get_parameter, Name="/a/x")
    # Another account's are nobody else's, whatever policies say.
    may((["ssm:*"], "*", {}))
    other = ARN.replace(ACCOUNT, "210987654321") + "/a/x"
    denied("ssm:GetParameter", own.get_parameter, Name=other)


def errors():
    bad = lambda part, **more: refused("ValidationException", 400, part, ssm.put_parameter, **more)
    new = {"Value": "v", "Type": "String"}
    for name in ["a b", "/a/", "//a", "a/b", "é", "x:1"]:
        bad("Parameter name: can't be prefixed", Name=name, **new)
    bad("can't be prefixed with \"aws\" or \"ssm\"", Name="awsome", **new)
    refused("AccessDeniedException", 400, "No access to reserved parameter name: /aws/x.",
            ssm.put_parameter, Name="/aws/x", **new)
    refused("HierarchyLevelLimitExceededException", 400, "15 levels", ssm.put_parameter, Name="/a" * 16, **new)
    put("/a" * 15, "v")
    bad("Value null at 'name'", **new)
    bad("at 'name' failed to satisfy constraint: Member must have length", Name="", **new)
    bad("Value null at 'value'", Name="/x", Type="String")
    bad("Value '' at 'value' failed to satisfy constraint", Name="/x", Value="", Type="String")
    bad("A parameter type is required", Name="/x", Value="v")
    bad("enum value set: [String, StringList, SecureString]", Name="/x", Value="v", Type="Number")
    bad("enum value set: [Standard, Advanced, Intelligent-Tiering]", Name="/x", Tier="Big", **new)
    bad("enum value set", Name="/x", DataType="json", **new)
    bad("tags and overwrite can't be used together", Name="/x", Overwrite=True,
        Tags=[{"Key": "a", "Value": "b"}], **new)
    long = lambda n, **more: {"Name": "/x", "Value": "x" * n, "Type": "String", **more}
    bad("maximum parameter value of 4096 characters", **long(4097))
    bad("maximum parameter value of 8192 characters", **long(8193, Tier="Advanced"))
    equal(ssm.put_parameter(**long(4097, Tier="Intelligent-Tiering"))["Tier"], "Advanced")
    equal(ssm.put_parameter(**long(8192, Overwrite=True))["Tier"], "Advanced")
    bad("can't downgrade", **long(1, Overwrite=True, Tier="Standard"))
    refused("ParameterAlreadyExists", 400, "set the overwrite option", put, name="/x", value="v")
    refused("HierarchyTypeMismatchException", 400, "from a String type to a SecureString", put, name="/x",
            value="v", Type="SecureString", Overwrite=True)
    refused("InvalidAllowedPatternException", 400, "", put, name="/y", value="v", AllowedPattern="(")
    refused("ParameterPatternMismatchException", 400, "validated against allowedPattern: ^[0-9]+$", put,
            name="/y", value="v", AllowedPattern="^[0-9]+$")
    refused("InvalidPolicyTypeException", 400, "no parameter policies", put, name="/y", value="v",
            Policies='[{"Type": "Expiration"}]')
    for call in [ssm.get_parameter, ssm.delete_parameter, ssm.get_parameter_history]:
        refused("ParameterNotFound", 400, "/none", call, Name="/none")
    refused("ParameterNotFound", 400, "", ssm.get_parameter, Name="/aws/service/ami-amazon-linux-latest")
    many = [f"/n{n}" for n in range(11)]
    for call in [ssm.get_parameters, ssm.delete_parameters]:
        refused("ValidationException", 400, "at 'names' failed", call, Names=many)
        refused("ValidationException", 400, "at 'names' failed", call, Names=[])
    refused("ValidationException", 400, "must begin with a forward slash", ssm.get_parameters_by_path, Path="a")
    refused("ValidationException", 400, "at 'maxResults'", ssm.get_parameters_by_path, Path="/", MaxResults=11)
    refused("ValidationException", 400, "at 'maxResults'", ssm.describe_parameters, MaxResults=0)
    refused("InvalidNextToken", 400, "", ssm.describe_parameters, NextToken="?")
    refused("InvalidFilterKey", 400, "not valid: Colour", ssm.describe_parameters,
            ParameterFilters=[{"Key": "Colour", "Values": ["x"]}])
    tags = {"ResourceType": "Parameter", "ResourceId": "/none"}
    refused("InvalidResourceId", 400, "", ssm.list_tags_for_resource, **tags)
    refused("InvalidResourceId", 400, "", ssm.add_tags_to_resource, Tags=[{"Key": "a", "Value": "b"}], **tags)
    refused("ValidationException", 400, "enum value set", ssm.list_tags_for_resource, ResourceType="Thing",
            ResourceId="x")
    fifty = [{"Key": f"k{n}", "Value": ""} for n in range(51)]
    refused("TooManyTagsError", 400, "", ssm.add_tags_to_resource, Tags=fifty,
            ResourceType="Parameter", ResourceId="/x")
    refused("UnknownOperationException", 400, "Parameter Store only", ssm.describe_instance_information)


def inside():
    """A function reads what it is set to, as its role may."""
    put("/shop/limit", "100")
    put("/shop/secret", "hunter2", Type="SecureString")
    put("/other", "v")
    make_role("lambda:*")
    iam = boto3.client("iam", config=config)
    iam.put_role_policy(RoleName=ROLE.split("/")[-1], PolicyName="p", PolicyDocument=json.dumps({
        "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": f"{ARN}/shop*",
            "Action": ["ssm:GetParameter", "ssm:GetParametersByPath"]}]}))
    source = """
import boto3
from botocore.exceptions import ClientError

def handler(event, context):
    api = boto3.client("ssm")
    found = api.get_parameters_by_path(Path="/shop", WithDecryption=True)["Parameters"]
    try:
        api.get_parameter(Name="/other")
    except ClientError as error:
        return {one["Name"]: one["Value"] for one in found} | {"refused": error.response["Error"]["Code"]}
"""
    api = client()
    layer = api.publish_layer_version(LayerName="sdk", Content={"ZipFile": sdk_layer("ssm")})
    api.create_function(FunctionName="f", Runtime=os.environ["PYTHON_RUNTIME"], Role=ROLE,
                        Handler="index.handler", Timeout=60, MemorySize=512,
                        Layers=[layer["LayerVersionArn"]], Code={"ZipFile": zipped(**{"index.py": source})})
    api.get_waiter("function_active_v2").wait(FunctionName="f", WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    equal(invoke(api, "f", {})[1], {"/shop/limit": "100", "/shop/secret": "hunter2",
                                    "refused": "AccessDeniedException"})


{"life": life, "inside": inside, "versions": versions, "secrets": secrets, "lists": lists, "permissions": permissions,
 "errors": errors}[sys.argv[1]]()
print("done")
