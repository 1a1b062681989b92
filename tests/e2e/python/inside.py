"""An SDK inside a function, which nobody configured, speaks to fika as the function's role."""

import io
import os
import zipfile

import boto3

from kit import ROLE, client, create, equal, invoke, make_role

HANDLER = """
import json, os, boto3
from botocore.exceptions import ClientError

def handler(event, context):
    api = boto3.client("lambda")
    answer = api.invoke(FunctionName="hello", Payload=json.dumps({"name": "inside"}).encode())
    try:
        api.delete_function(FunctionName="hello")
        refused = None
    except ClientError as error:
        refused = error.response["Error"]["Code"]
    return {
        "answer": json.load(answer["Payload"]),
        "functions": len(api.list_functions()["Functions"]),
        "refused": refused,
        "endpoint": os.environ["AWS_ENDPOINT_URL"],
    }
"""
PARTS = ["boto3", "botocore", "jmespath", "s3transfer", "urllib3", "dateutil", "six.py"]


def packages():
    """The SDK as users bring it: in the zip. Of its service models, only what is called."""
    site = os.path.dirname(os.path.dirname(boto3.__file__))
    for part in PARTS:
        top = os.path.join(site, part)
        files = [top] if os.path.isfile(top) else (
            os.path.join(where, name) for where, _, names in os.walk(top) for name in names)
        for file in files:
            inside = os.path.relpath(file, site)
            data = inside.split(os.sep)[1:3]
            other = data[:1] == ["data"] and os.path.isdir(os.path.join(site, *inside.split(os.sep)[:3]))
            if not inside.endswith(".pyc") and (not other or data[1] == "lambda"):
                yield file, inside


def zipped():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, inside in packages():
            archive.write(file, inside)
        archive.writestr("index.py", HANDLER)
    return out.getvalue()


root = client()
make_role("lambda:InvokeFunction", "lambda:ListFunctions")
create(root, "hello")
root.create_function(
    FunctionName="caller", Runtime=os.environ["PYTHON_RUNTIME"], Role=ROLE, Handler="index.handler",
    Timeout=60, MemorySize=512, Code={"ZipFile": zipped()})
root.get_waiter("function_active_v2").wait(
    FunctionName="caller", WaiterConfig={"Delay": 1, "MaxAttempts": 60})
said = invoke(root, "caller", {})[1]
equal(said, {
    "answer": {"hello": "inside"},
    "functions": 2,
    "refused": "AccessDeniedException",
    "endpoint": "http://127.0.0.1:9002",
})
print("done")
