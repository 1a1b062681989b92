"""Prints a streamed answer's pieces with boto3, each as it comes."""

import boto3

answer = boto3.client("lambda").invoke_with_response_stream(FunctionName="waits", Payload="{}")
for event in answer["EventStream"]:
    if "PayloadChunk" in event:
        print(event["PayloadChunk"]["Payload"].decode())
    else:
        assert event["InvokeComplete"] == {}, event
