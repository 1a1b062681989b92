"""Stacks through boto3: one theme a walk."""

import json
import sys
import time

import boto3

from kit import config, equal, refused

ACCOUNT = "123456789012"
cf = boto3.client("cloudformation", config=config)
sqs = boto3.client("sqs", config=config)
iam = boto3.client("iam", config=config)
QUEUE = "AWS::SQS::Queue"
INERT = "AWS::KMS::Key"
# A queue takes no negative delay: this one is never made, and never becomes so.
BAD = {"DelaySeconds": -1}


def body(resources, **more):
    return json.dumps({"Resources": {name: one if isinstance(one, dict) else {"Type": one}
                                     for name, one in resources.items()}, **more})


def queue(**properties):
    return {"Type": QUEUE, "Properties": properties}


def pairs(**parameters):
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]


def stack(name, api=cf):
    return api.describe_stacks(StackName=name)["Stacks"][0]


def end(name, api=cf):
    """The state that a stack comes to."""
    while True:
        status = stack(name, api)["StackStatus"]
        if not status.endswith("_IN_PROGRESS"):
            return status
        time.sleep(0.02)


def reached(name, wanted, api=cf):
    got = end(name, api)
    assert got == wanted, f"{name} was to be {wanted}, is {got}: {reasons(name)}"


def create(name, template, wanted="CREATE_COMPLETE", api=cf, **more):
    stack_id = api.create_stack(StackName=name, TemplateBody=template, **more)["StackId"]
    reached(stack_id, wanted, api)
    return stack_id


def update(name, template=None, wanted="UPDATE_COMPLETE", **more):
    source = {"TemplateBody": template} if template else {"UsePreviousTemplate": True}
    cf.update_stack(StackName=name, **source, **more)
    reached(name, wanted)


def delete(name, wanted="DELETE_COMPLETE", **more):
    stack_id = stack(name)["StackId"]
    cf.delete_stack(StackName=name, **more)
    reached(stack_id, wanted)


def resources(name):
    return {one["LogicalResourceId"]: one for one in cf.list_stack_resources(StackName=name)["StackResourceSummaries"]}


def url(name, logical):
    return resources(name)[logical]["PhysicalResourceId"]


def events(name):
    pages = cf.get_paginator("describe_stack_events").paginate(StackName=name)
    return [event for page in pages for event in page["StackEvents"]][::-1]


def reasons(name):
    return [event.get("ResourceStatusReason", "") for event in events(name)]


def queues():
    """Their names: an address says how one came here."""
    return sorted(last(one) for one in sqs.list_queues().get("QueueUrls", []))


def last(address):
    return address.rsplit("/", 1)[1]


def attribute(queue_url, name):
    return sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=[name])["Attributes"][name]


def bad(part, template, code="ValidationError", **more):
    text = template if isinstance(template, str) else json.dumps(template)
    refused(code, 400, part, cf.create_stack, StackName="bad", TemplateBody=text, **more)


def refusals():
    """Templates and requests that make nothing."""
    bad("Circular dependency between resources: [A, B]", body({
        "A": {"Type": QUEUE, "DependsOn": "B"}, "B": {"Type": QUEUE, "DependsOn": "A"}}))
    bad("Unresolved resource dependencies [None] in the Resources block",
        body({"A": queue(QueueName={"Ref": "None"})}))
    bad("[/Resources/A]", body({"A": {"Type": 7}}))
    bad("At least one Resources member must be defined", body({}))
    bad("does not support attribute type Colour in Fn::GetAtt",
        body({"A": QUEUE, "B": queue(QueueName={"Fn::GetAtt": ["A", "Colour"]})}))
    bad("Template format error", "a: [unclosed")
    bombs = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))
    bad("Template", f"a0: &a0 [x, x]\n{bombs}\nResources: {{A: {{Type: {QUEUE}, Metadata: *a11}}}}")
    bad("Unrecognized resource types: [AWS::Nobody::Knows (Thing)]", body({"A": QUEUE, "Thing": "AWS::Nobody::Knows"}))
    # What can never be is told before anything is made.
    bad("Mapping named 'M' is not present", body({"A": queue(QueueName={"Fn::FindInMap": ["M", "a", "b"]})}))
    bad("Unable to get mapping for M::a::b", body({"A": queue(QueueName={"Fn::FindInMap": ["M", "a", "b"]})},
                                                  Mappings={"M": {"x": {"y": "z"}}}))
    bad("unsupported function: Fn::Nope", body({"A": queue(QueueName={"Fn::Nope": "x"})}))
    bad("nonexistent value at index 5", body({"A": queue(QueueName={"Fn::Select": [5, ["a"]]})}))
    bad("must evaluate to a String", body({"A": QUEUE}, Outputs={"O": {"Value": ["a"]}}))
    bad("--allow-inert", body({"Thing": "AWS::Nobody::Knows"}))
    bad("Parameters: [Size] must have values", body({"A": QUEUE}, Parameters={"Size": {"Type": "Number"}}))
    sized = body({"A": QUEUE}, Parameters={"Size": {"Type": "Number", "MaxValue": 5}})
    bad("Size", sized, Parameters=pairs(Size="9"))
    bad("Size", sized, Parameters=pairs(Size="many"))
    bad("Parameters: [Other] do not exist in the template", sized, Parameters=pairs(Size="1", Other="x"))
    bad("Duplicate", sized, Parameters=pairs(Size="1") + pairs(Size="2"))
    bad("usePreviousValue", sized, Parameters=[{"ParameterKey": "Size", "UsePreviousValue": True}])
    for address in ["nonsense", "http://s3/none/none"]:
        refused("ValidationError", 400, "", cf.create_stack, StackName="bad", TemplateURL=address)
    refused("ValidationError", 400, "Either Template URL or Template Body", cf.create_stack, StackName="bad")
    bad("less than or equal to 51200", body({"A": {"Type": QUEUE, "Metadata": {"x": "x" * 51_200}}}))
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}}}
    bad("Requires capabilities : [CAPABILITY_IAM]", body({"R": role}), "InsufficientCapabilitiesException")
    role["Properties"]["RoleName"] = "named"
    bad("Requires capabilities : [CAPABILITY_NAMED_IAM]", body({"R": role}), "InsufficientCapabilitiesException",
        Capabilities=["CAPABILITY_IAM"])
    bad("aws: prefixed tag key names are not allowed", body({"A": QUEUE}), Tags=[{"Key": "aws:x", "Value": "y"}])
    bad("timeoutInMinutes", body({"A": QUEUE}), TimeoutInMinutes=0)
    for name in ["1st", "a_b", "a b", "", "x" * 129]:
        refused("ValidationError", 400, "", cf.create_stack, StackName=name, TemplateBody=body({"A": QUEUE}))
    missing = "does not exist"
    for call, more in [(cf.describe_stacks, {}), (cf.update_stack, {"UsePreviousTemplate": True}),
                       (cf.describe_stack_events, {}), (cf.get_template, {}), (cf.list_stack_resources, {}),
                       (cf.cancel_update_stack, {}), (cf.continue_update_rollback, {}), (cf.rollback_stack, {}),
                       (cf.list_change_sets, {}), (cf.create_change_set, {"ChangeSetName": "x", "TemplateBody": "{}"})]:
        refused("ValidationError", 400, missing, call, StackName="none", **more)
    cf.delete_stack(StackName="none")
    equal((queues(), cf.list_stacks()["StackSummaries"]), ([], []))

    create("s", body({"A": QUEUE}))
    refused("AlreadyExistsException", 400, "Stack [s] already exists", cf.create_stack, StackName="s",
            TemplateBody=body({"A": QUEUE}))
    refused("ValidationError", 400, "No updates are to be performed.", cf.update_stack, StackName="s",
            UsePreviousTemplate=True)
    refused("ValidationError", 400, "RetainResources", cf.delete_stack, StackName="s", RetainResources=["A"])
    for call in [cf.continue_update_rollback, cf.cancel_update_stack, cf.rollback_stack]:
        refused("ValidationError", 400, "", call, StackName="s")
    equal(end("s"), "CREATE_COMPLETE")


def failures():
    """Stacks that cannot be made or changed, and every way out."""
    made = create("back", body({"A": QUEUE, "B": {**queue(**BAD), "DependsOn": "A"}}), "ROLLBACK_COMPLETE")
    equal(queues(), [])
    reason = "The following resource(s) failed to create: [B]. Rollback requested by user."
    assert reason in reasons(made), reasons(made)
    of_b = [event["ResourceStatus"] for event in events(made) if event["LogicalResourceId"] == "B"]
    equal(of_b[:2], ["CREATE_IN_PROGRESS", "CREATE_FAILED"])
    refused("ValidationError", 400, "is in ROLLBACK_COMPLETE state and can not be updated.", cf.update_stack,
            StackName="back", TemplateBody=body({"A": QUEUE}))
    delete("back")
    create("gone", body({"A": QUEUE, "B": {**queue(**BAD), "DependsOn": "A"}}), "DELETE_COMPLETE", OnFailure="DELETE")
    equal(queues(), [])
    # Properties that a type has not are told when it is its turn.
    made = create("extra", body({"A": queue(Colour="red")}), "ROLLBACK_COMPLETE")
    assert any("extraneous key [Colour] is not permitted" in why for why in reasons(made)), reasons(made)
    policy = {"StatementId": "a", "Statement": ["no object"]}
    create("shape", body({"A": {"Type": "AWS::Events::EventBusPolicy", "Properties": policy}}), "ROLLBACK_COMPLETE")
    assert any("#/Statement: expected type: JSONObject" in why for why in reasons("shape")), reasons("shape")
    delete("shape")
    for values, why in [({"QueueName": ["a"]}, "#/QueueName: expected type: String, found: JSONArray"),
                        ({"DelaySeconds": "many"}, "#/DelaySeconds: expected type: Integer, found: String"),
                        ({"FifoQueue": "maybe"}, "#/FifoQueue: expected type: Boolean, found: String")]:
        made = create("wrong", body({"A": queue(**values)}), "ROLLBACK_COMPLETE")
        assert any(why in said for said in reasons(made)), reasons(made)
        delete("wrong")
    made = create("less", body({"V": "AWS::Lambda::Version"}), "ROLLBACK_COMPLETE")
    assert any("required key [FunctionName] not found" in why for why in reasons(made)), reasons(made)

    # Left as it is, then changed from there, or taken back.
    create("left", body({"A": QUEUE, "B": {**queue(**BAD), "DependsOn": "A"}}), "CREATE_FAILED", OnFailure="DO_NOTHING")
    equal({name: one["ResourceStatus"] for name, one in resources("left").items()},
          {"A": "CREATE_COMPLETE", "B": "CREATE_FAILED"})
    first = url("left", "A")
    update("left", body({"A": QUEUE, "B": {**queue(DelaySeconds=1), "DependsOn": "A"}}))
    equal((url("left", "A"), attribute(url("left", "B"), "DelaySeconds")), (first, "1"))
    update("left", body({"A": queue(QueueName="other"), "B": {**queue(**BAD), "DependsOn": "A"}}), "UPDATE_FAILED",
           DisableRollback=True)
    cf.rollback_stack(StackName="left")
    equal((end("left"), url("left", "A")), ("UPDATE_ROLLBACK_COMPLETE", first))
    equal(attribute(url("left", "B"), "DelaySeconds"), "1")
    update("left", body({"A": queue(QueueName="another"), "B": {**queue(**BAD), "DependsOn": "A"}}), "UPDATE_FAILED",
           DisableRollback=True)
    update("left", body({"A": queue(QueueName="another"), "B": {**queue(DelaySeconds=2), "DependsOn": "A"}}))
    equal((len(queues()), attribute(url("left", "B"), "DelaySeconds")), (2, "2"))
    delete("left")
    create("left", body({"A": QUEUE, "B": {**queue(**BAD), "DependsOn": "A"}}), "CREATE_FAILED", DisableRollback=True)
    cf.rollback_stack(StackName="left")
    equal((end("left"), queues()), ("ROLLBACK_COMPLETE", []))
    delete("left")

    # What is there already is nobody's to take over, and does not go with the stack.
    there = sqs.create_queue(QueueName="there")["QueueUrl"]
    made = create("taker", body({"A": queue(QueueName="there", FifoQueue=False)}), "ROLLBACK_COMPLETE")
    assert any("with identifier 'there' already exists" in why for why in reasons(made)), reasons(made)
    delete("taker")
    create("taker", body({"A": queue(QueueName="own", FifoQueue=False)}))
    update("taker", body({"B": queue(QueueName="own")}), "UPDATE_ROLLBACK_COMPLETE")
    equal(queues(), ["own", "there"])
    delete("taker")
    sqs.delete_queue(QueueUrl=there)

    # A failing update: in place, replaced, made and wanted no more, all as it was.
    old = {"A": queue(DelaySeconds=1), "R": queue(QueueName="first"), "Gone": QUEUE}
    create("up", body(old))
    were = {name: one["PhysicalResourceId"] for name, one in resources("up").items()}
    new = {"A": queue(DelaySeconds=2), "R": queue(QueueName="second"), "New": QUEUE,
           "Bad": {**queue(**BAD), "DependsOn": ["A", "R", "New"]}}
    update("up", body(new), "UPDATE_ROLLBACK_COMPLETE")
    equal({name: one["PhysicalResourceId"] for name, one in resources("up").items()}, were)
    equal((queues(), attribute(were["A"], "DelaySeconds")), (sorted(last(one) for one in were.values()), "1"))
    equal(json.loads(json.dumps(cf.get_template(StackName="up")["TemplateBody"])), json.loads(body(old)))
    delete("up")
    equal(queues(), [])


def stuck():
    """Rollbacks and deletions that fail themselves."""
    # A role of the stack's own may change queues but for one, from a moment on.
    trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "cloudformation.amazonaws.com"},
                            "Action": "sts:AssumeRole"}], "Version": "2012-10-17"}
    role = iam.create_role(RoleName="maker", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]

    def may(*denied, resource="*"):
        allow = {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}
        deny = {"Effect": "Deny", "Action": list(denied), "Resource": resource}
        document = {"Version": "2012-10-17", "Statement": [allow] + ([deny] if denied else [])}
        iam.put_role_policy(RoleName="maker", PolicyName="p", PolicyDocument=json.dumps(document))
    may()
    old, new = {"A": queue(DelaySeconds=1), "B": queue(DelaySeconds=1)}, {"A": queue(DelaySeconds=2), "B": queue(DelaySeconds=2)}
    create("s", body(old), RoleARN=role)
    a, b = url("s", "A"), url("s", "B")
    own = last(b)

    def stick():
        # What it can still do there is to be changed, and not back: B's update fails, and so does its way back.
        may("sqs:SetQueueAttributes", "sqs:TagQueue", resource=f"arn:aws:sqs:us-east-1:{ACCOUNT}:{own}")
        update("s", body(new), "UPDATE_ROLLBACK_FAILED")
        equal(stack("s")["StackStatusReason"], "The following resource(s) failed to update: [B]. ")
        refused("ValidationError", 400, "is in UPDATE_ROLLBACK_FAILED state and can not be updated.",
                cf.update_stack, StackName="s", TemplateBody=body(new))
    stick()
    cf.continue_update_rollback(StackName="s")
    equal(end("s"), "UPDATE_ROLLBACK_FAILED")
    may()
    cf.continue_update_rollback(StackName="s")
    equal((end("s"), attribute(a, "DelaySeconds"), attribute(b, "DelaySeconds")), ("UPDATE_ROLLBACK_COMPLETE", "1", "1"))
    stick()
    refused("ValidationError", 400, "", cf.continue_update_rollback, StackName="s", ResourcesToSkip=["A"])
    cf.continue_update_rollback(StackName="s", ResourcesToSkip=["B"])
    equal((end("s"), attribute(a, "DelaySeconds")), ("UPDATE_ROLLBACK_COMPLETE", "1"))
    may()
    update("s", body(new))
    stick_again = body({"A": queue(DelaySeconds=3), "B": queue(DelaySeconds=3)})
    may("sqs:SetQueueAttributes", resource=f"arn:aws:sqs:us-east-1:{ACCOUNT}:{own}")
    update("s", stick_again, "UPDATE_ROLLBACK_FAILED")
    # What cannot be deleted is told, tried again, and left in the end.
    may("sqs:DeleteQueue", resource=f"arn:aws:sqs:us-east-1:{ACCOUNT}:{own}")
    delete("s", "DELETE_FAILED")
    equal(stack("s")["StackStatusReason"], "The following resource(s) failed to delete: [B]. ")
    equal({name: one["ResourceStatus"] for name, one in resources("s").items()}["B"], "DELETE_FAILED")
    delete("s", "DELETE_FAILED")
    equal(queues(), [own])
    for other in ["A", "None"]:
        refused("ValidationError", 400, "resources to retain must be in a valid state", cf.delete_stack, StackName="s",
                RetainResources=[other])
    delete("s", RetainResources=["B"])
    equal(queues(), [own])
    sqs.delete_queue(QueueUrl=b)

    # The role bounds what its stacks can do, and who hands it over must be allowed to.
    made = create("bound", body({"Q": QUEUE, "R": {"Type": "AWS::IAM::User"}}), "ROLLBACK_COMPLETE", RoleARN=role,
                  Capabilities=["CAPABILITY_IAM"])
    assert any("is not authorized to perform: iam:CreateUser" in why for why in reasons(made)), reasons(made)
    equal((queues(), iam.list_users()["Users"]), ([], []))


def middle():
    """Deletions and cancellations while something goes on: a function whose code never becomes usable holds it up."""
    many = {f"Q{n}": queue(QueueName=f"q-{n}") for n in range(40)}
    chain = {f"Q{n}": {**queue(), **({"DependsOn": f"Q{n - 1}"} if n else {})} for n in range(60)}
    for template in [many, chain]:
        made = cf.create_stack(StackName="s", TemplateBody=body(template))["StackId"]
        cf.delete_stack(StackName="s")
        equal((end(made), queues()), ("DELETE_COMPLETE", []))
    create("s", body({"Q0": QUEUE}))
    cf.update_stack(StackName="s", TemplateBody=body(chain))
    if stack("s")["StackStatus"] == "UPDATE_IN_PROGRESS":
        refused("ValidationError", 400, "cannot be deleted while in status UPDATE_", cf.delete_stack, StackName="s")
        refused("ValidationError", 400, "_IN_PROGRESS state and can not be updated.", cf.update_stack, StackName="s",
                TemplateBody=body(many))
    cf.cancel_update_stack(StackName="s")
    equal((end("s"), len(queues())), ("UPDATE_ROLLBACK_COMPLETE", 1))
    assert "User Initiated. " in reasons("s") or "User Initiated" in reasons("s")
    delete("s")
    equal(queues(), [])


def exports():
    out = lambda value: {"Out": {"Value": value, "Export": {"Name": "shared"}}}
    create("giver", body({"A": QUEUE}, Outputs=out("one")))
    refused_by = create("second", body({"A": QUEUE}, Outputs=out("two")), "ROLLBACK_COMPLETE")
    assert any("Export with name shared is already exported by stack" in why for why in reasons(refused_by))
    delete("second")
    none = create("none", body({"A": queue(QueueName={"Fn::ImportValue": "none"})}), "ROLLBACK_COMPLETE")
    assert any("No export named none found" in why for why in reasons(none)), reasons(none)
    delete("none")
    create("taker", body({"A": queue(QueueName={"Fn::ImportValue": "shared"})}))
    assert url("taker", "A").endswith("/one")
    [export] = cf.list_exports()["Exports"]
    equal((export["Name"], export["Value"]), ("shared", "one"))
    equal(cf.list_imports(ExportName="shared")["Imports"], ["taker"])
    delete("giver", "CREATE_COMPLETE")
    in_use = "Export shared cannot be deleted as it is in use by taker."
    equal(stack("giver")["StackStatusReason"], in_use)
    update("giver", body({"A": QUEUE}, Outputs=out("changed")), "UPDATE_ROLLBACK_COMPLETE")
    assert any("Export shared cannot be updated as it is in use by taker" in why for why in reasons("giver"))
    update("giver", body({"A": QUEUE}), "UPDATE_ROLLBACK_COMPLETE")
    equal(stack("giver")["Outputs"][0]["OutputValue"], "one")
    delete("taker")
    refused("ValidationError", 400, "Export 'shared' is not imported by any stack.", cf.list_imports, ExportName="shared")
    delete("giver")


def kept():
    """Protection, policies and retained resources."""
    create("s", body({"A": QUEUE}), EnableTerminationProtection=True)
    refused("ValidationError", 400, "cannot be deleted while TerminationProtection is enabled", cf.delete_stack,
            StackName="s")
    cf.set_stack_policy(StackName="s", StackPolicyBody='{"Statement": []}')
    update("s", body({"A": queue(DelaySeconds=3)}))
    cf.update_termination_protection(StackName="s", EnableTerminationProtection=False)
    keeps = {**queue(QueueName="kept-1"), "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
    update("s", body({"A": QUEUE, "K": keeps}))
    keeps = {**keeps, "Properties": {"QueueName": "kept-2"}}
    update("s", body({"A": QUEUE, "K": keeps}))
    assert "DELETE_SKIPPED" in [event["ResourceStatus"] for event in events("s")]
    made = stack("s")["StackId"]
    delete("s")
    equal(queues(), ["kept-1", "kept-2"])
    equal(stack(made)["StackStatus"], "DELETE_COMPLETE")
    refused("ValidationError", 400, "Stack with id s does not exist", cf.describe_stacks, StackName="s")
    except_new = {**queue(), "DeletionPolicy": "RetainExceptOnCreate"}
    create("s", body({"A": except_new, "B": {**queue(**BAD), "DependsOn": "A"}}), "ROLLBACK_COMPLETE")
    equal(len(queues()), 2)


def sets():
    made = cf.create_change_set(StackName="s", ChangeSetName="one", ChangeSetType="CREATE", Description="first",
                                TemplateBody=body({"A": QUEUE}))
    equal(stack("s")["StackStatus"], "REVIEW_IN_PROGRESS")
    cf.get_waiter("change_set_create_complete").wait(ChangeSetName=made["Id"])
    shown = cf.describe_change_set(ChangeSetName="one", StackName="s")
    [change] = shown["Changes"]
    equal((shown["ExecutionStatus"], change["ResourceChange"]["Action"]), ("AVAILABLE", "Add"))
    refused("AlreadyExistsException", 400, "", cf.create_change_set, StackName="s", ChangeSetName="one",
            ChangeSetType="CREATE", TemplateBody=body({"A": QUEUE}))
    cf.execute_change_set(ChangeSetName=made["Id"])
    equal(end("s"), "CREATE_COMPLETE")
    equal(cf.describe_change_set(ChangeSetName=made["Id"])["ExecutionStatus"], "EXECUTE_COMPLETE")
    refused("InvalidChangeSetStatus", 400, "cannot be executed in its current", cf.execute_change_set,
            ChangeSetName=made["Id"])

    def new(name, resources):
        return cf.create_change_set(StackName="s", ChangeSetName=name, TemplateBody=body(resources))["Id"]
    same = new("same", {"A": QUEUE})
    shown = cf.describe_change_set(ChangeSetName=same)
    equal((shown["Status"], shown["ExecutionStatus"]), ("FAILED", "UNAVAILABLE"))
    assert shown["StatusReason"].startswith("The submitted information didn't contain changes."), shown
    place, other = new("place", {"A": queue(DelaySeconds=2)}), new("other", {"A": queue(QueueName="named"), "B": QUEUE})
    changes = lambda name: {one["ResourceChange"]["LogicalResourceId"]: (
        one["ResourceChange"]["Action"], one["ResourceChange"].get("Replacement"))
        for one in cf.describe_change_set(ChangeSetName=name)["Changes"]}
    equal(changes(place), {"A": ("Modify", "False")})
    equal(changes(other), {"A": ("Modify", "True"), "B": ("Add", None)})
    gone = new("gone", {"B": QUEUE})
    equal(changes(gone), {"A": ("Remove", None), "B": ("Add", None)})
    cf.delete_change_set(ChangeSetName=gone)
    cf.delete_change_set(ChangeSetName="gone", StackName="s")
    refused("ChangeSetNotFound", 404, "", cf.describe_change_set, ChangeSetName=gone)
    cf.execute_change_set(ChangeSetName="place", StackName="s")
    equal(end("s"), "UPDATE_COMPLETE")
    equal({one["ChangeSetName"]: one["ExecutionStatus"] for one in cf.list_change_sets(StackName="s")["Summaries"]},
          {"one": "EXECUTE_COMPLETE", "same": "UNAVAILABLE", "place": "EXECUTE_COMPLETE", "other": "OBSOLETE"})
    refused("InvalidChangeSetStatus", 400, "OBSOLETE", cf.execute_change_set, ChangeSetName=other)
    equal(stack("s")["ChangeSetId"], place)
    delete("s")


def parameters():
    """Values given, kept, looked up and hidden; dynamic references; tags."""
    ssm = boto3.client("ssm", config=config)
    ssm.put_parameter(Name="/delay", Value="7", Type="String")
    ssm.put_parameter(Name="/name", Value="by-reference", Type="String")
    declared = {"Delay": {"Type": "Number", "Default": 1}, "Stored": {"Type": "AWS::SSM::Parameter::Value<String>"},
                "Secret": {"Type": "String", "NoEcho": True}}
    template = body({
        "A": queue(DelaySeconds={"Ref": "Delay"}, VisibilityTimeout={"Ref": "Stored"}),
        "B": queue(QueueName="{{resolve:ssm:/name}}"),
        "C": queue(Tags=[{"Key": "secret", "Value": {"Ref": "Secret"}}]),
    }, Parameters=declared)
    create("s", template, Parameters=pairs(Delay="3", Stored="/delay", Secret="hunter2"),
           Tags=[{"Key": "team", "Value": "shop"}])
    a = url("s", "A")
    equal((attribute(a, "DelaySeconds"), attribute(a, "VisibilityTimeout")), ("3", "7"))
    assert url("s", "B").endswith("/by-reference")
    shown = {one["ParameterKey"]: (one["ParameterValue"], one.get("ResolvedValue")) for one in stack("s")["Parameters"]}
    equal(shown, {"Delay": ("3", None), "Stored": ("/delay", "7"), "Secret": ("****", None)})
    tags = lambda logical: sqs.list_queue_tags(QueueUrl=url("s", logical)).get("Tags", {})
    equal((tags("A"), tags("C")), ({"team": "shop"}, {"team": "shop", "secret": "hunter2"}))

    same = [{"ParameterKey": key, "UsePreviousValue": True} for key in ["Stored", "Secret"]]
    update("s", Parameters=same + pairs(Delay="4"))
    equal((attribute(a, "DelaySeconds"), attribute(a, "VisibilityTimeout")), ("4", "7"))
    ssm.put_parameter(Name="/delay", Value="8", Type="String", Overwrite=True)
    keep = same + [{"ParameterKey": "Delay", "UsePreviousValue": True}]
    update("s", Parameters=keep)
    equal(attribute(a, "VisibilityTimeout"), "8")
    # The tags of a stack are those of its resources.
    update("s", Parameters=keep, Tags=[{"Key": "team", "Value": "ship"}, {"Key": "more", "Value": "yes"}])
    equal((tags("A"), tags("C")["secret"], tags("C")["team"]), ({"team": "ship", "more": "yes"}, "hunter2", "ship"))
    broken = json.loads(template)
    broken["Resources"]["Bad"] = {**queue(**BAD), "DependsOn": ["A", "B", "C"]}
    update("s", json.dumps(broken), "UPDATE_ROLLBACK_COMPLETE", Parameters=keep, Tags=[{"Key": "x", "Value": "y"}])
    equal((tags("A"), stack("s")["Tags"][0]["Value"]), ({"team": "ship", "more": "yes"}, "yes"))
    update("s", Parameters=keep, Tags=[{"Key": "team", "Value": "ship"}])
    equal(tags("A"), {"team": "ship"})

    # A service that repeats a secret does not tell it.
    leaks = body({"A": queue(QueueName={"Fn::Sub": "no ${Secret} here"})}, Parameters={"Secret": declared["Secret"]})
    create("leaks", leaks, "ROLLBACK_COMPLETE", Parameters=pairs(Secret="hunter2"))
    made = create("says", body({"A": {"Type": "AWS::Lambda::Alias", "Properties": {
        "Name": {"Ref": "Secret"}, "FunctionName": {"Ref": "Secret"}, "FunctionVersion": "1"}}},
        Parameters={"Secret": declared["Secret"]}), "ROLLBACK_COMPLETE", Parameters=pairs(Secret="hunter2"))
    for name in ["s", "leaks", made]:
        for answer in [cf.describe_stacks(StackName=name), events(name), cf.describe_stack_resources(StackName=name),
                       cf.get_template_summary(StackName=name)]:
            assert "hunter2" not in json.dumps(answer, default=str), answer
    for name in ["s", "leaks", "says"]:
        delete(name)


def permissions():
    iam.create_user(UserName="maker")
    key = iam.create_access_key(UserName="maker")["AccessKey"]
    session = boto3.Session(aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    own = session.client("cloudformation", config=config)

    def may(*actions, resource="*"):
        document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": resource}]}
        iam.put_user_policy(UserName="maker", PolicyName="p", PolicyDocument=json.dumps(document))
    denied = lambda part, call, **more: refused("AccessDenied", 403, part, call, **more)
    create("theirs", body({"A": QUEUE}))
    template = body({"A": QUEUE})
    for action, call, more in [
            ("CreateStack", own.create_stack, {"TemplateBody": template}), ("UpdateStack", own.update_stack, {}),
            ("DeleteStack", own.delete_stack, {}), ("DescribeStacks", own.describe_stacks, {}),
            ("DescribeStackEvents", own.describe_stack_events, {}), ("GetTemplate", own.get_template, {}),
            ("ListStackResources", own.list_stack_resources, {}), ("ListChangeSets", own.list_change_sets, {}),
            ("CreateChangeSet", own.create_change_set, {"ChangeSetName": "x", "TemplateBody": template}),
            ("UpdateTerminationProtection", own.update_termination_protection, {"EnableTerminationProtection": True})]:
        denied(f"cloudformation:{action}", call, StackName="theirs", **more)
    denied("cloudformation:ListStacks", own.list_stacks)
    denied("cloudformation:ListExports", own.list_exports)
    denied("cloudformation:ValidateTemplate", own.validate_template, TemplateBody=template)
    may("cloudformation:*", resource=f"arn:aws:cloudformation:us-east-1:{ACCOUNT}:stack/mine*/*")
    denied("cloudformation:DescribeStacks", own.describe_stacks, StackName="theirs")
    # Without rights to what is in it a stack is nothing.
    made = create("mine", template, "ROLLBACK_COMPLETE", api=own)
    assert any("is not authorized to perform: sqs:" in why for why in reasons(made)), reasons(made)
    delete("mine")
    trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "cloudformation.amazonaws.com"},
                            "Action": "sts:AssumeRole"}], "Version": "2012-10-17"}
    role = iam.create_role(RoleName="stacks", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    denied("iam:PassRole", own.create_stack, StackName="mine", TemplateBody=template, RoleARN=role)
    iam.put_role_policy(RoleName="stacks", PolicyName="p", PolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]}))
    may("cloudformation:*", "iam:PassRole")
    create("mine", template, api=own, RoleARN=role)
    equal(stack("mine")["RoleARN"], role)
    # The role that a stack has is used by whoever may change it.
    may("cloudformation:*")
    own.update_stack(StackName="mine", TemplateBody=body({"A": QUEUE, "B": QUEUE}))
    reached("mine", "UPDATE_COMPLETE")
    # Where it has none, each does what they may themselves: not what its maker may.
    own.delete_stack(StackName="theirs")
    reached("theirs", "DELETE_FAILED")
    cf.create_change_set(StackName="set", ChangeSetName="of-root", ChangeSetType="CREATE", TemplateBody=template)
    own.execute_change_set(StackName="set", ChangeSetName="of-root")
    reached("set", "ROLLBACK_COMPLETE")
    delete("theirs")
    delete("set")
    may("cloudformation:*", "iam:PassRole")
    lambdas = iam.create_role(RoleName="untrusting", AssumeRolePolicyDocument=json.dumps(
        {**trust, "Statement": [{**trust["Statement"][0], "Principal": {"Service": "lambda.amazonaws.com"}}]}))
    refused("ValidationError", 400, "is invalid or cannot be assumed", own.create_stack, StackName="mine2",
            TemplateBody=template, RoleARN=lambdas["Role"]["Arn"])
    delete("mine")


def secrets():
    """What is secret in the Parameter Store is not told by stacks."""
    ssm = boto3.client("ssm", config=config)
    ssm.put_parameter(Name="/secret", Value="hidden", Type="SecureString")
    ssm.put_parameter(Name="/open", Value="shown", Type="String")
    of = {"P": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/secret"}}
    bad("Unable to fetch parameters [/secret]", body({"A": INERT}, Parameters=of))
    for reference in ["ssm:/secret", "ssm-secure:/secret"]:
        outputs = {"O": {"Value": "{{resolve:%s}}" % reference}}
        made = create("told", body({"A": INERT}, Outputs=outputs), "ROLLBACK_COMPLETE")
        assert "hidden" not in json.dumps([stack(made), reasons(made)], default=str)
        delete("told")
    of["P"]["Default"] = "/open"
    outputs = {"O": {"Value": {"Fn::Sub": "${P} {{resolve:ssm:/open}}"}}}
    create("told", body({"A": INERT}, Parameters=of, Outputs=outputs))
    equal(stack("told")["Outputs"][0]["OutputValue"], "shown shown")
    # Nor does a character that XML has not break what all are told.
    create("odd", body({"A": INERT}, Description="a\ufffe\u0001b"))
    equal(len(cf.describe_stacks()["Stacks"]), 2)


def bombs():
    """A template that names itself ends, and so does taking it back."""
    s3 = boto3.client("s3", config=config)
    s3.create_bucket(Bucket="templates")
    nested = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "https://templates.s3.amazonaws.com/self"}}
    template = body({"A": nested, "B": nested})
    s3.put_object(Bucket="templates", Key="self", Body=template)
    made = create("self", template, "ROLLBACK_COMPLETE")
    assert any("was not successfully created" in why for why in reasons(made)), reasons(made)
    live = [one for page in cf.get_paginator("list_stacks").paginate() for one in page["StackSummaries"]
            if one["StackStatus"] != "DELETE_COMPLETE"]
    equal([one["StackName"] for one in live], ["self"])
    delete("self")
    s3.put_object(Bucket="templates", Key="long", Body=b"x" * (2 << 20))
    refused("ValidationError", 400, "1000000", cf.create_stack, StackName="long",
            TemplateURL="https://templates.s3.amazonaws.com/long")


def bounds():
    """What is kept of what is gone."""
    for n in range(103):
        create(f"s{n}", body({"A": INERT}))
        delete(f"s{n}")
    gone = [page["StackSummaries"] for page in cf.get_paginator("list_stacks").paginate()]
    gone = [one["StackName"] for page in gone for one in page]
    equal((len(gone), gone[-1]), (100, "s3"))


def inert():
    """With --allow-inert what nobody knows is a record."""
    thing = {"Type": "AWS::Nobody::Knows", "Properties": {"Size": 1}}
    create("s", body({"Thing": thing, "Q": queue(Tags=[{"Key": "of", "Value": {"Ref": "Thing"}}])}))
    was = url("s", "Thing")
    assert was.startswith("Thing-"), was
    equal(sqs.list_queue_tags(QueueUrl=url("s", "Q"))["Tags"], {"of": was})
    thing["Properties"]["Size"] = 2
    update("s", body({"Thing": thing, "Q": QUEUE}))
    equal(url("s", "Thing"), was)
    delete("s")


def seed():
    create("one", body({"A": QUEUE}, Outputs={"Out": {"Value": "x", "Export": {"Name": "mine"}}}))


def strangers():
    equal((cf.list_stacks()["StackSummaries"], cf.list_exports()["Exports"]), ([], []))
    refused("ValidationError", 400, "does not exist", cf.describe_stacks, StackName="one")
    theirs = f"arn:aws:cloudformation:us-east-1:{ACCOUNT}:stack/one/x"
    refused("AccessDenied", 403, "no resource-based policy allows", cf.describe_stacks, StackName=theirs)
    create("one", body({"A": QUEUE}))
    made = create("taker", body({"A": queue(QueueName={"Fn::ImportValue": "mine"})}), "ROLLBACK_COMPLETE")
    assert any("No export named mine found" in why for why in reasons(made)), reasons(made)


def many():
    """A stack of 400 resources, in a chain and all at once."""
    for needs in [lambda n: {}, lambda n: {"DependsOn": f"R{n - 1}"} if n else {}]:
        template = body({f"R{n}": {"Type": INERT, "Properties": {"Description": "1"}, **needs(n)} for n in range(400)})
        begun = time.time()
        create("big", template)
        made = time.time()
        update("big", template.replace('"1"', '"2"'))
        changed = time.time()
        made_id = stack("big")["StackId"]
        delete("big")
        print(f"made {made - begun:.1f} s, changed {changed - made:.1f} s, deleted {time.time() - changed:.1f} s")
        assert len(events(made_id)) >= 2400, len(events(made_id))


if __name__ == "__main__":
    globals()[sys.argv[1]]()
    print("done")
