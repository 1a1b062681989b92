"""What the walks through boto3 stand on."""

import io
import json
import os
import zipfile
from pathlib import Path

import boto3
import botocore
from botocore.config import Config
from botocore.exceptions import ClientError

NODE = os.environ["NODE_RUNTIME"]
ROLE = "arn:aws:iam::123456789012:role/lambda"
HELLO = "export const handler = async (event) => ({ hello: event.name ?? null });"
# What is wrong is to be found by the server, so the SDK is not to look.
config = Config(parameter_validation=False, retries={"total_max_attempts": 1}, read_timeout=60)


def client(**more):
    return boto3.client("lambda", config=config, **more)


def make_role(*actions, trust=("lambda",)):
    """The role of ROLE, of these services, with a policy that allows these actions on everything."""
    iam = boto3.client("iam", config=config)
    services = [f"{name}.amazonaws.com" for name in trust]
    trust = {"Effect": "Allow", "Principal": {"Service": services}, "Action": "sts:AssumeRole"}
    may = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    document = lambda statement: json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    name = ROLE.split("/")[-1]
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document(may))


def zipped(**files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name.replace("_js", ".js"), text)
    return out.getvalue()


def sdk_layer(*services):
    """The SDK as a layer: python/ in a zip. Of AWS's models, those of these services: others are 30 MB."""
    packages = Path(botocore.__file__).parent.parent
    models = {"endpoints.json", "partitions.json", "_retry.json", "sdk-default-configuration.json", *services}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for package in ["boto3", "botocore", "s3transfer", "urllib3", "dateutil", "jmespath", "six.py"]:
            root = packages / package
            for path in [root] if root.is_file() else root.rglob("*"):
                name = path.relative_to(packages)
                model = name.parts[:2] == ("botocore", "data") and len(name.parts) > 2
                if path.is_file() and not (model and name.parts[2] not in models):
                    archive.write(path, f"python/{name}")
    return out.getvalue()


def create(api, name, source=HELLO, wait=True, **more):
    made = api.create_function(
        FunctionName=name, Runtime=NODE, Role=ROLE, Handler="index.handler",
        Code={"ZipFile": zipped(index_js=source)}, **more,
    )
    if wait:
        api.get_waiter("function_active_v2").wait(
            FunctionName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    return made


def updated(api, name):
    api.get_waiter("function_updated_v2").wait(
        FunctionName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})


def invoke(api, name, event, **more):
    answer = api.invoke(FunctionName=name, Payload=json.dumps(event).encode(), **more)
    return answer, json.loads(answer["Payload"].read() or b"null")


def equal(got, wanted):
    assert got == wanted, f"wanted {wanted!r}, got {got!r}"


def refused(code, status, part, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        got = error.response
        equal((got["Error"]["Code"], got["ResponseMetadata"]["HTTPStatusCode"]), (code, status))
        assert part in got["Error"]["Message"], got
        return got
    raise AssertionError(f"{code} was to be raised")
