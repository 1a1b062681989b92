"""Acts with the credentials that a function finds in its environment."""

import json
import os
import urllib.request

import boto3

from kit import client, config, create, equal, invoke, make_role, refused

# What a function must never do outside a test.
SPILL = """exports.handler = async () => ({
  aws_access_key_id: process.env.AWS_ACCESS_KEY_ID,
  aws_secret_access_key: process.env.AWS_SECRET_ACCESS_KEY,
  aws_session_token: process.env.AWS_SESSION_TOKEN,
});"""
INVALID = "The security token included in the request is invalid."

root = client()
create(root, "spill", SPILL)
create(root, "hello")
keys = invoke(root, "spill", {})[1]
assert keys["aws_access_key_id"].startswith("ASIA"), keys["aws_access_key_id"]
role = client(**keys)

# A role that was never made may write a log, and nothing else.
refused("AccessDeniedException", 403, "because no identity-based policy allows the "
        "lambda:InvokeFunction action", role.invoke, FunctionName="hello")

# One that was may do what its policies allow, from then on.
make_role("lambda:InvokeFunction", "lambda:Get*", "lambda:List*")
equal(invoke(role, "hello", {"name": "role"})[1], {"hello": "role"})
equal(len(role.list_functions()["Functions"]), 2)
got = role.get_function(FunctionName="hello")
equal(len(urllib.request.urlopen(got["Code"]["Location"]).read()), got["Configuration"]["CodeSize"])
presigned = role.generate_presigned_url("list_functions")
equal(len(json.load(urllib.request.urlopen(presigned))["Functions"]), 2)

# Nothing else.
who = "User: arn:aws:sts::123456789012:assumed-role/lambda/spill is not authorized to perform: "
arn = "arn:aws:lambda:us-east-1:123456789012:function:hello"
denied = "AccessDeniedException", 403
refused(*denied, who + f"lambda:DeleteFunction on resource: {arn} because no identity-based policy"
        " allows the lambda:DeleteFunction action", role.delete_function, FunctionName="hello")
refused(*denied, who + "lambda:CreateFunction", create, api=role, name="more", wait=False)
refused(*denied, who + f"lambda:TagResource on resource: {arn}", role.tag_resource,
        Resource=arn, Tags={"a": "b"})
logs = boto3.client("logs", config=config, **keys)
refused(*denied, who + "logs:FilterLogEvents", logs.filter_log_events,
        logGroupName="/aws/lambda/spill")
refused(*denied, "lambda:GetFunction", role.get_function,
        FunctionName=arn.replace("123456789012", "000000000042"))

# And only as they were given.
unknown = "UnrecognizedClientException", 403, INVALID
token = keys["aws_session_token"]
for change in (
    {"aws_session_token": None},
    {"aws_session_token": token[:-8] + "AAAAAAAA"},
    {"aws_session_token": "x"},
    {"aws_access_key_id": "ASIA" + "A" * 16},
    {"aws_access_key_id": os.environ["AWS_ACCESS_KEY_ID"]},
):
    refused(*unknown, client(**{**keys, **change}).list_functions)
refused("InvalidSignatureException", 403, "does not match",
        client(**{**keys, "aws_secret_access_key": "x" * 40}).list_functions)
root_with_token = {
    "aws_access_key_id": os.environ["AWS_ACCESS_KEY_ID"],
    "aws_secret_access_key": os.environ["AWS_SECRET_ACCESS_KEY"],
    "aws_session_token": token,
}
refused(*unknown, client(**root_with_token).list_functions)
equal(len(root.list_functions()["Functions"]), 2)
print("done")
