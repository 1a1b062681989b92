"""Stacks by the aws CLI, as people deploy them, and boto3 to look at them."""

import json
import os
import subprocess
import sys
import tempfile
import time

import boto3

from kit import NODE, config

ACCOUNT = "123456789012"
cloudformation = boto3.client("cloudformation", config=config)
# The aws CLI, which looks after a stack every second, not every thirty.
AWS = """
import sys, time
patient = time.sleep
time.sleep = lambda seconds: patient(min(seconds, 1))
from awscli.clidriver import main
sys.exit(main())
"""


def get(resource, attribute):
    return {"Fn::GetAtt": [resource, attribute]}


def ref(resource):
    return {"Ref": resource}


def sub(text):
    return {"Fn::Sub": text}


def resource(kind, properties=None, **more):
    return {"Type": f"AWS::{kind}", "Properties": properties or {}, **more}


def deploy(name, resources, outputs=None, fails=False):
    """Deploys a template with `aws cloudformation deploy`; what it gives out."""
    given = {key: {"Value": value} for key, value in (outputs or {}).items()}
    template = {"Resources": resources, **({"Outputs": given} if given else {})}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(template, file)
        file.flush()
        line = [sys.executable, "-B", "-c", AWS, "cloudformation", "deploy", "--stack-name", name, "--template-file", file.name,
                "--capabilities", "CAPABILITY_IAM", "--no-fail-on-empty-changeset"]
        done = subprocess.run(line, capture_output=True, text=True, check=False)
    # It names change sets after the second: the next deployment is to have another.
    time.sleep(1 - time.time() % 1)
    assert (done.returncode != 0) == fails, f"{done.stdout}\n{done.stderr}\n{why(name)}"
    stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    return {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])}


def status(name):
    return cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]


def why(name):
    """What went wrong, the newest first."""
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    return "\n".join(f"{one['LogicalResourceId']} {one['ResourceStatus']}: {one['ResourceStatusReason']}"
                     for one in events if "FAILED" in one["ResourceStatus"])


def ids(name):
    """Physical ids by name."""
    all = cloudformation.describe_stack_resources(StackName=name)["StackResources"]
    return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in all}


def delete(name):
    cloudformation.delete_stack(StackName=name)
    cloudformation.get_waiter("stack_delete_complete").wait(
        StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})


def role(service, *actions):
    """A role of a service that may do these things."""
    may = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    policy = {"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": [may]}}
    trust = {"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return resource("IAM::Role", {
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
        **({"Policies": [policy]} if actions else {}),
    })


def function(source, role="Role"):
    return resource("Lambda::Function", {
        "Runtime": NODE, "Handler": "index.handler", "Role": get(role, "Arn"), "Code": {"ZipFile": source},
    })


def permission(service, function="Function"):
    return resource("Lambda::Permission", {
        "FunctionName": ref(function), "Action": "lambda:InvokeFunction", "Principal": f"{service}.amazonaws.com",
    })


def main(themes):
    name = sys.argv[1]
    next(theme for theme in themes if theme.__name__ == name)()
    print("done")
