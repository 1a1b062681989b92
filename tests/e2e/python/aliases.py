"""Walks aliases with boto3: their life, calls by them, and calls shared out by weight."""

from kit import client, create, equal, invoke, refused, updated, zipped

ARN = "arn:aws:lambda:us-east-1:123456789012:function:hello"
SAYS = "exports.handler = async (e, c) => [c.functionVersion, c.invokedFunctionArn];"
CALLS = 200


def published(api):
    number = api.publish_version(FunctionName="hello")["Version"]
    api.get_waiter("published_version_active").wait(
        FunctionName="hello", Qualifier=number, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    return number


def ran(api, name, **more):
    answer, (version, arn) = invoke(api, name, {}, **more)
    equal(answer["ExecutedVersion"], version)
    return version, arn


api = client()
create(api, "hello", SAYS)
equal(published(api), "1")
api.update_function_configuration(FunctionName="hello", Description="another")
updated(api, "hello")
equal(published(api), "2")

made = api.create_alias(FunctionName="hello", Name="live", FunctionVersion="1")
equal(made["ResponseMetadata"]["HTTPStatusCode"], 201)
equal((made["AliasArn"], made["Description"], "RoutingConfig" in made), (f"{ARN}:live", "", False))
for name, more in (("hello", {"Qualifier": "live"}), ("hello:live", {}), (f"{ARN}:live", {}),
                   ("123456789012:function:hello:live", {"Qualifier": "live"})):
    equal(ran(api, name, **more), ("1", f"{ARN}:live"))
equal(ran(api, "hello"), ("$LATEST", ARN))
equal(ran(api, "hello", Qualifier="$LATEST"), ("$LATEST", f"{ARN}:$LATEST"))
equal(ran(api, "hello", Qualifier="2"), ("2", f"{ARN}:2"))
got = api.get_function(FunctionName="hello", Qualifier="live")["Configuration"]
equal((got["FunctionArn"], got["Version"]), (f"{ARN}:live", "1"))

# It moves between two calls, and its sandboxes are its version's.
api.update_alias(FunctionName="hello", Name="live", FunctionVersion="2")
equal(ran(api, "hello:live"), ("2", f"{ARN}:live"))
weights = {"AdditionalVersionWeights": {"1": 0.25}}
shared = api.update_alias(FunctionName="hello", Name="live", RoutingConfig=weights)
equal(shared["RoutingConfig"], weights)
seen = [ran(api, "hello:live") for _ in range(CALLS)]
equal({arn for _, arn in seen}, {f"{ARN}:live"})
ones = sum(version == "1" for version, _ in seen)
# 50 are to be expected; 8 standard deviations (6.1 each) on either side.
assert 1 <= ones <= 99, f"{ones} of {CALLS}"
equal(len(seen), CALLS)

refused("ResourceConflictException", 409, f"Alias already exists: {ARN}:live", api.create_alias,
        FunctionName="hello", Name="live", FunctionVersion="1")
refused("ResourceConflictException", 409, "the following aliases reference it: [live]",
        api.delete_function, FunctionName="hello", Qualifier="1")
refused("InvalidParameterValueException", 400, "Deletion of aliases", api.delete_function,
        FunctionName="hello", Qualifier="live")
refused("ValidationException", 400, "'{1=2.0}' at 'routingConfig.additionalVersionWeights'",
        api.update_alias, FunctionName="hello", Name="live",
        RoutingConfig={"AdditionalVersionWeights": {"1": 2}})
refused("ValidationException", 400, "Value '2024' at 'name'", api.create_alias,
        FunctionName="hello", Name="2024", FunctionVersion="1")
refused("PreconditionFailedException", 412, "GetFunction/GetAlias", api.update_alias,
        FunctionName="hello", Name="live", RevisionId=made["RevisionId"])
refused("ValidationException", 400, "3 validation errors detected", api.invoke,
        FunctionName="hello", Qualifier="a b", InvocationType="Now", LogType="Head")
refused("ResourceNotFoundException", 404, f"Function not found: {ARN}:gone", api.invoke,
        FunctionName="hello", Qualifier="gone")
refused("ResourceNotFoundException", 404, "function:gone:$LATEST", api.invoke, FunctionName="gone")

api.create_alias(FunctionName="hello", Name="next", FunctionVersion="$LATEST")
equal([a["Name"] for a in api.list_aliases(FunctionName="hello")["Aliases"]], ["live", "next"])
latest = api.list_aliases(FunctionName="hello", FunctionVersion="$LATEST")["Aliases"]
equal([a["Name"] for a in latest], ["next"])
for name in ("live", "next", "next"):
    gone = api.delete_alias(FunctionName="hello", Name=name)
    equal(gone["ResponseMetadata"]["HTTPStatusCode"], 204)
refused("ResourceNotFoundException", 404, f"Cannot find alias arn: {ARN}:live", api.get_alias,
        FunctionName="hello", Name="live")
api.delete_function(FunctionName="hello", Qualifier="1")
print("done")
