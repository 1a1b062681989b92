"""Resources that functions make, stacks in stacks and conditions, through boto3: one theme a walk."""

import json
import os
import sys
import time

import boto3

from kit import NODE, config, equal

cf, s3, ssm, lambdas, logs, iam = (
    boto3.client(name, config=config) for name in ["cloudformation", "s3", "ssm", "lambda", "logs", "iam"])

# As published handlers do it: TLS, and the port that goes without saying, whatever the address says.
MAKER = """const https = require('https');
exports.handler = async (event) => {
  console.log('asked', JSON.stringify(event));
  const { Size, Fail, Secret } = event.ResourceProperties;
  const body = JSON.stringify({
    Status: Fail === event.RequestType ? 'FAILED' : 'SUCCESS',
    Reason: 'as it was told',
    PhysicalResourceId: 'thing-' + Size,
    StackId: event.StackId, RequestId: event.RequestId, LogicalResourceId: event.LogicalResourceId,
    NoEcho: Secret !== undefined,
    Data: { Twice: 2 * Size, Deep: { Kind: typeof Size }, Secret },
  });
  const { hostname, pathname } = new URL(event.ResponseURL);
  await new Promise((resolve, reject) => {
    const options = { hostname, path: pathname, method: 'PUT',
      headers: { 'content-type': '', 'content-length': Buffer.byteLength(body) } };
    const request = https.request(options, (response) => { response.resume(); resolve(); });
    request.on('error', reject);
    request.end(body);
  });
};"""

SAYER = """import json
from http.client import HTTPSConnection
from urllib.parse import urlsplit
def handler(event, context):
    url = urlsplit(event['ResponseURL'])
    answer = {'Status': 'SUCCESS', 'PhysicalResourceId': 'p', 'StackId': event['StackId'],
              'RequestId': event['RequestId'], 'LogicalResourceId': event['LogicalResourceId'],
              'Data': {'Said': event['ResourceProperties']['Say']}}
    connection = HTTPSConnection(url.hostname)
    connection.request('PUT', url.path, json.dumps(answer), {'content-type': ''})
    assert connection.getresponse().status == 200"""

# What AWS puts beside inline code.
INLINE = """const response = require('cfn-response');
exports.handler = (event, context) => response.send(event, context, response.SUCCESS, { Word: 'inline' }, 'i');"""
INLINE_PY = """import cfnresponse
def handler(event, context):
    cfnresponse.send(event, context, cfnresponse.SUCCESS, {'Word': 'of Python'}, 'i')"""

SILENT = """exports.handler = async (event) => {
  console.log('asked', JSON.stringify(event));
  if (event.RequestType === 'Delete') {
    await fetch(event.ResponseURL, { method: 'PUT', body: JSON.stringify({
      Status: 'SUCCESS', PhysicalResourceId: event.PhysicalResourceId }) });
  }
};"""

ROLE = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Statement": {
    "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}}}}


def get(logical, name):
    return {"Fn::GetAtt": [logical, name]}


def function(name, runtime, code):
    return {"Type": "AWS::Lambda::Function", "Properties": {
        "FunctionName": name, "Runtime": runtime, "Handler": "index.handler", "Timeout": 10,
        "Role": get("Role", "Arn"), "Code": {"ZipFile": code}}}


def custom(maker, kind="Custom::Thing", **properties):
    return {"Type": kind, "Properties": {"ServiceToken": get(maker, "Arn"), **properties}}


def body(resources, **outputs):
    return json.dumps({"Resources": resources, "Outputs": {key: {"Value": value} for key, value in outputs.items()}})


def stack(name):
    return cf.describe_stacks(StackName=name)["Stacks"][0]


def outputs(name):
    return {one["OutputKey"]: one["OutputValue"] for one in stack(name).get("Outputs", [])}


def reasons(name):
    events = cf.describe_stack_events(StackName=name)["StackEvents"]
    return [event.get("ResourceStatusReason", "") for event in events]


def reached(name, wanted):
    while (status := stack(name)["StackStatus"]).endswith("_IN_PROGRESS"):
        time.sleep(0.05)
    assert status == wanted, f"{name} was to be {wanted}, is {status}: {reasons(name)}"


def create(name, template, wanted="CREATE_COMPLETE"):
    reached(begin(name, template), wanted)


def begin(name, template):
    made = cf.create_stack(StackName=name, TemplateBody=template, Capabilities=["CAPABILITY_NAMED_IAM"])
    return made["StackId"]


def update(name, template, wanted="UPDATE_COMPLETE"):
    cf.update_stack(StackName=name, TemplateBody=template, Capabilities=["CAPABILITY_NAMED_IAM"])
    reached(name, wanted)


def delete(name):
    stack_id = stack(name)["StackId"]
    cf.delete_stack(StackName=name)
    reached(stack_id, "DELETE_COMPLETE")


def physical(name, logical):
    found = cf.describe_stack_resources(StackName=name, LogicalResourceId=logical)["StackResources"]
    return found[0].get("PhysicalResourceId", "") if found else ""


def asked(name):
    """What a function was asked, in its order."""
    try:
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{name}")
        lines = [event["message"] for page in pages for event in page["events"]]
    except logs.exceptions.ResourceNotFoundException:
        return []
    return [json.loads(line.split("asked ", 1)[1]) for line in lines if "asked " in line]


def eventually(what, look):
    for _ in range(1200):
        found = look()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(what)


def told(name, count):
    """So many things that a function was asked; what is logged is read a moment later."""
    events = eventually(f"{name} is asked {count} times", lambda: (it := asked(name))[count - 1:] and it)
    return [f"{event['RequestType']} {event.get('PhysicalResourceId', '')}" for event in events]


def things(**properties):
    makers = {
        "Role": ROLE,
        "Maker": function("Maker", NODE, MAKER),
        "Sayer": function("Sayer", os.environ["PYTHON_RUNTIME"], SAYER),
        "Inline": function("Inline", NODE, INLINE),
        "InlinePython": function("InlinePython", os.environ["PYTHON_RUNTIME"], INLINE_PY),
    }
    return body({
        **makers,
        "Thing": custom("Maker", **{"Size": 21, "Fail": "never", **properties}),
        "Said": custom("Sayer", "AWS::CloudFormation::CustomResource", Say=get("Thing", "Twice")),
        "Word": custom("Inline", "Custom::Inline", ServiceTimeout=60),
        "WordOfPython": custom("InlinePython", "Custom::Inline", ServiceTimeout="60"),
    }, Thing={"Ref": "Thing"}, Twice=get("Thing", "Twice"), Kind=get("Thing", "Deep.Kind"),
        Said=get("Said", "Said"), Word=get("Word", "Word"), WordOfPython=get("WordOfPython", "Word"))


def made():
    create("own", things())
    equal(outputs("own"), {"Thing": "thing-21", "Twice": "42", "Kind": "string", "Said": "42", "Word": "inline",
                           "WordOfPython": "of Python"})
    # Changed in place.
    update("own", things(More=[1, True]))
    equal(told("Maker", 2), ["Create ", "Update thing-21"])
    event = asked("Maker")[1]
    equal((event["ResourceProperties"]["More"], event["ResourceType"]), (["1", "true"], "Custom::Thing"))
    assert "More" not in event["OldResourceProperties"], event
    # Another id is another resource: the one before it is deleted once all is well.
    update("own", things(Size=22))
    equal((outputs("own")["Thing"], outputs("own")["Said"]), ("thing-22", "44"))
    equal(told("Maker", 4)[2:], ["Update thing-21", "Delete thing-21"])
    # A change that fails is undone, and the function told so.
    update("own", things(Size=22, Fail="Update"), "UPDATE_ROLLBACK_COMPLETE")
    assert any("as it was told" in why for why in reasons("own")), reasons("own")
    equal(physical("own", "Thing"), "thing-22")
    equal(told("Maker", 6)[4:], ["Update thing-22", "Update thing-22"])
    # Another function for the same resource is refused, and nobody asked.
    other = json.loads(things(Size=22))
    other["Resources"]["Thing"]["Properties"]["ServiceToken"] = get("Sayer", "Arn")
    update("own", json.dumps(other), "UPDATE_ROLLBACK_COMPLETE")
    assert any("Modifying service token is not allowed" in why for why in reasons("own")), reasons("own")
    equal(len(asked("Maker")), 6)
    delete("own")
    equal(told("Maker", 7)[6:], ["Delete thing-22"])
    equal(lambdas.list_functions()["Functions"], [])
    failed()


def failed():
    create("bad", things(Fail="Create"), "ROLLBACK_COMPLETE")
    assert any("as it was told" in why for why in reasons("bad")), reasons("bad")
    equal(lambdas.list_functions()["Functions"], [])
    delete("bad")


def hidden():
    """What is answered with NoEcho is used, and told by no failure."""
    thing = {"Role": ROLE, "Maker": function("Maker", NODE, MAKER),
             "Thing": custom("Maker", Size=1, Secret="hunter2hunter2")}
    # There is no such type, and who refuses it says which.
    create("secret", body({**thing, "Bad": word("x", get("Thing", "Secret"))}), "ROLLBACK_COMPLETE")
    why = str(reasons("secret"))
    assert "hunter2" not in why and "****" in why, why
    delete("secret")
    create("secret", body({**thing, "Used": word(get("Thing", "Secret"))}))
    equal(ssm.get_parameter(Name=physical("secret", "Used"))["Parameter"]["Value"], "hunter2hunter2")
    delete("secret")


def silent(seconds):
    return body({"Role": ROLE, "Silent": function("Silent", NODE, SILENT),
                 "Thing": custom("Silent", ServiceTimeout=seconds)})


def ends():
    """Who does not answer is waited for no longer than that."""
    create("silent", silent(20), "ROLLBACK_COMPLETE")
    assert any("did not receive a response from your Custom Resource" in why for why in reasons("silent"))
    equal([kind.split()[0] for kind in told("Silent", 2)], ["Create", "Delete"])


def lost():
    """Whose handler cannot be loaded is not waited for, nor asked to undo what it never did."""
    broken = function("Broken", NODE, "require('@nobody/has-this');")
    create("lost", body({"Role": ROLE, "Broken": broken, "Thing": custom("Broken")}), "ROLLBACK_COMPLETE")
    assert any("Cannot find module '@nobody/has-this'" in why for why in reasons("lost")), reasons("lost")
    delete("lost")


def lasts():
    """Begins what the next two end, beyond the ends of servers."""
    begin("lasting", silent(3600))
    event = eventually("the function is asked", lambda: asked("Silent"))[0]
    print(event["ResponseURL"], event["RequestId"])


def lasted():
    reached("lasting", "CREATE_COMPLETE")
    equal(physical("lasting", "Thing"), "by hand")
    # An event may reach its function twice where a server dies: it is the same request all the same.
    equal(len({event["RequestId"] for event in asked("Silent")}), 1)
    delete("lasting")


WAITS = body({
    "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
    "Condition": {"Type": "AWS::CloudFormation::WaitCondition",
                  "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": "600", "Count": 2}},
}, Data=get("Condition", "Data"))


def waits():
    begin("waits", WAITS)
    print(eventually("the handle", lambda: (it := physical("waits", "Handle")).startswith("http") and it), "-")


def waited():
    reached("waits", "CREATE_COMPLETE")
    equal(json.loads(outputs("waits")["Data"]), {"a": "1", "b": "3"})
    delete("waits")
    late = WAITS.replace('"600"', '"1"')
    create("late", late, "ROLLBACK_COMPLETE")
    assert any("Received 0 conditions when expecting 2" in why for why in reasons("late")), reasons("late")


def word(value, kind="String"):
    return {"Type": "AWS::SSM::Parameter", "Properties": {"Type": kind, "Value": value}}


def inner(key, kind="String", **more):
    template = {
        "Parameters": {"Word": {"Type": "String"}, "Names": {"Type": "CommaDelimitedList"}},
        "Resources": {"Said": word({"Fn::Sub": "${Word}!"}, kind), **more},
        "Outputs": {"Word": {"Value": get("Said", "Value")}, "Name": {"Value": {"Ref": "Said"}},
                    "Last": {"Value": {"Fn::Select": [1, {"Ref": "Names"}]}}},
    }
    s3.put_object(Bucket="templates", Key=key, Body=json.dumps(template))
    return f"{s3.meta.endpoint_url}/templates/{key}"


def outer(url, says, **more):
    nested = {"Type": "AWS::CloudFormation::Stack", "Properties": {
        "TemplateURL": url, "Parameters": {"Word": says, "Names": ["a", "b"]}, "Tags": [{"Key": "k", "Value": "v"}]}}
    return body({"Inner": nested, **more}, Word=get("Inner", "Outputs.Word"), Last=get("Inner", "Outputs.Last"),
                Name=get("Inner", "Outputs.Name"), Inner={"Ref": "Inner"})


def nested():
    s3.create_bucket(Bucket="templates")
    url = inner("inner.json")
    create("outer", outer(url, "hello"))
    first = outputs("outer")
    equal((first["Word"], first["Last"]), ("hello!", "b"))
    child = stack(first["Inner"])
    equal((child["ParentId"], child["RootId"]), (stack("outer")["StackId"],) * 2)
    equal(child["Tags"], [{"Key": "k", "Value": "v"}])
    update("outer", outer(url, "goodbye"))
    changed = outputs("outer")
    equal(changed, {**first, "Word": "goodbye!"})
    equal(ssm.get_parameter(Name=first["Name"])["Parameter"]["Value"], "goodbye!")
    # Its parent goes back, and so does it.
    nothing = word("x", "Nonsense")
    update("outer", outer(url, "never", Bad={**nothing, "DependsOn": "Inner"}), "UPDATE_ROLLBACK_COMPLETE")
    equal(outputs("outer"), changed)
    equal(ssm.get_parameter(Name=first["Name"])["Parameter"]["Value"], "goodbye!")
    # It fails itself.
    worse = inner("worse.json", More=nothing)
    update("outer", outer(worse, "never"), "UPDATE_ROLLBACK_COMPLETE")
    assert any("Embedded stack" in why for why in reasons("outer")), reasons("outer")
    equal(outputs("outer"), changed)
    create("never", outer(worse, "never"), "ROLLBACK_COMPLETE")
    equal(len(ssm.describe_parameters()["Parameters"]), 1)
    delete("never")
    delete("outer")
    equal(ssm.describe_parameters()["Parameters"], [])
    active = [one["StackName"] for one in cf.list_stacks()["StackSummaries"] if one["StackStatus"] != "DELETE_COMPLETE"]
    equal(active, [])


def waiting(**more):
    """A stack in a stack that waits for two signals."""
    s3.create_bucket(Bucket="templates")
    s3.put_object(Bucket="templates", Key="waits.json", Body=WAITS)
    url = f"{s3.meta.endpoint_url}/templates/waits.json"
    nested = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}}
    return body({"Inner": nested, **more}, Data=get("Inner", "Outputs.Data"))


def children():
    found = cf.list_stacks()["StackSummaries"]
    return {one["StackId"]: one["StackStatus"] for one in found if "ParentId" in one}


def deep():
    begin("deep", waiting())
    child = eventually("the stack within", lambda: next(iter(children()), None))
    print(eventually("the handle", lambda: (it := physical(child, "Handle")).startswith("http") and it), "-")


def deepened():
    reached("deep", "CREATE_COMPLETE")
    equal(json.loads(outputs("deep")["Data"]), {"a": "1", "b": "2"})
    equal(list(children().values()), ["CREATE_COMPLETE"])
    delete("deep")
    # What is beside it fails: it is not waited for.
    create("deep", waiting(Bad=word("x", "Nonsense")), "ROLLBACK_COMPLETE")
    equal(set(children().values()), {"DELETE_COMPLETE"})


if __name__ == "__main__":
    globals()[sys.argv[1]]()
    print("done")
