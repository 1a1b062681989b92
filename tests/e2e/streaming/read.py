"""Reads streamed answers with boto3."""

import json

import boto3

api = boto3.client("lambda")


def read(how):
    answer = api.invoke_with_response_stream(
        FunctionName="fails", Payload=json.dumps({"how": how}), LogType="Tail")
    assert answer["StatusCode"] == 200 and answer["ExecutedVersion"] == "$LATEST", answer
    assert answer["ResponseStreamContentType"] == "application/vnd.amazon.eventstream", answer
    events = list(answer["EventStream"])
    data = b"".join(event["PayloadChunk"]["Payload"] for event in events[:-1])
    return data, events[-1]["InvokeComplete"]


data, end = read("well")
assert data == b"some." and "ErrorCode" not in end and end["LogResult"], (data, end)
data, end = read("late")
assert data == b"some" and end["ErrorCode"] == "Unhandled", (data, end)
assert json.loads(end["ErrorDetails"])["errorMessage"] == "then it failed", end
dry = api.invoke_with_response_stream(FunctionName="fails", InvocationType="DryRun")
assert dry["StatusCode"] == 204, dry
try:
    api.invoke_with_response_stream(FunctionName="nobody")
    raise SystemExit("it is not there")
except api.exceptions.ResourceNotFoundException:
    pass
print("done")
