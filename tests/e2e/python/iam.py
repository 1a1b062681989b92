"""Users, roles and policies, and that they are enforced: through boto3, one theme a walk."""

import json
import os
import sys

import boto3

from kit import client, config, create, equal, invoke, refused

ACCOUNT = "123456789012"
OTHER = "210987654321"
LAMBDA = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:"
BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
DENIED = "AccessDeniedException", 403


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action, resource="*", **more):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action, resource="*"):
    return {"Effect": "Deny", "Action": action, "Resource": resource}


def trust(**principal):
    return document({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})


TO_LAMBDA = trust(Service="lambda.amazonaws.com")


def service(name, **keys):
    return boto3.client(name, config=config, **keys)


def keys_of(made):
    return {"aws_access_key_id": made["AccessKeyId"],
            "aws_secret_access_key": made["SecretAccessKey"]}


def user(name, *statements):
    iam = service("iam")
    iam.create_user(UserName=name)
    if statements:
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document(*statements))
    return keys_of(iam.create_access_key(UserName=name)["AccessKey"])


def roles():
    iam = service("iam")
    made = iam.create_role(RoleName="r", AssumeRolePolicyDocument=TO_LAMBDA, Path="/team/",
                           Description="d", Tags=[{"Key": "k", "Value": "v"}])["Role"]
    equal((made["Arn"], made["RoleId"][:4], made["MaxSessionDuration"]),
          (f"arn:aws:iam::{ACCOUNT}:role/team/r", "AROA", 3600))
    equal(made["AssumeRolePolicyDocument"], json.loads(TO_LAMBDA))
    refused("EntityAlreadyExists", 409, "Role with name R already exists.", iam.create_role,
            RoleName="R", AssumeRolePolicyDocument=TO_LAMBDA)
    refused("MalformedPolicyDocument", 400, "", iam.create_role, RoleName="s",
            AssumeRolePolicyDocument="{}")
    refused("MalformedPolicyDocument", 400, "prohibited field Resource", iam.create_role,
            RoleName="s", AssumeRolePolicyDocument=document(
                {**allow("sts:AssumeRole"), "Principal": "*"}))
    refused("ValidationError", 400, "roleName", iam.create_role,
            RoleName="a b", AssumeRolePolicyDocument=TO_LAMBDA)
    for call, arguments in (
        (iam.get_role, {}), (iam.delete_role, {}),
        (iam.put_role_policy, {"PolicyName": "p", "PolicyDocument": document(allow("s3:*"))}),
        (iam.attach_role_policy, {"PolicyArn": BASIC}), (iam.list_role_policies, {}),
    ):
        refused("NoSuchEntity", 404, "The role with name none cannot be found.", call,
                RoleName="none", **arguments)
    iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=document(allow("s3:*")))
    equal(iam.get_role_policy(RoleName="r", PolicyName="p")["PolicyDocument"],
          json.loads(document(allow("s3:*"))))
    equal(iam.list_role_policies(RoleName="r")["PolicyNames"], ["p"])
    refused("MalformedPolicyDocument", 400, "Syntax errors in policy.", iam.put_role_policy,
            RoleName="r", PolicyName="q", PolicyDocument="{")
    refused("NoSuchEntity", 404, "role policy with name q", iam.get_role_policy,
            RoleName="r", PolicyName="q")
    iam.attach_role_policy(RoleName="r", PolicyArn=BASIC)
    iam.attach_role_policy(RoleName="r", PolicyArn=BASIC)
    equal(iam.list_attached_role_policies(RoleName="r")["AttachedPolicies"],
          [{"PolicyName": "AWSLambdaBasicExecutionRole", "PolicyArn": BASIC}])
    refused("NoSuchEntity", 404, "not attachable", iam.attach_role_policy,
            RoleName="r", PolicyArn="arn:aws:iam::aws:policy/Nothing")
    refused("DeleteConflict", 409, "detach all policies first", iam.delete_role, RoleName="r")
    iam.detach_role_policy(RoleName="r", PolicyArn=BASIC)
    refused("DeleteConflict", 409, "delete policies first", iam.delete_role, RoleName="r")
    iam.delete_role_policy(RoleName="r", PolicyName="p")
    iam.update_role(RoleName="r", Description="e", MaxSessionDuration=7200)
    iam.tag_role(RoleName="r", Tags=[{"Key": "l", "Value": "w"}])
    iam.untag_role(RoleName="r", TagKeys=["k"])
    equal(iam.list_role_tags(RoleName="r")["Tags"], [{"Key": "l", "Value": "w"}])
    got = iam.get_role(RoleName="r")["Role"]
    equal((got["Description"], got["MaxSessionDuration"], got["RoleId"]),
          ("e", 7200, made["RoleId"]))
    for number in range(5):
        iam.create_role(RoleName=f"s{number}", AssumeRolePolicyDocument=TO_LAMBDA)
    pages = list(iam.get_paginator("list_roles").paginate(PaginationConfig={"PageSize": 2}))
    equal([[role["RoleName"] for role in page["Roles"]] for page in pages],
          [["r", "s0"], ["s1", "s2"], ["s3", "s4"]])
    equal(len(iam.list_roles(PathPrefix="/team/")["Roles"]), 1)
    equal(iam.list_instance_profiles_for_role(RoleName="r")["InstanceProfiles"], [])
    iam.delete_role(RoleName="r")
    refused("NoSuchEntity", 404, "cannot be found", iam.get_role, RoleName="r")
    policy = iam.create_policy(PolicyName="m", PolicyDocument=document(allow("s3:*")))["Policy"]
    iam.attach_role_policy(RoleName="s0", PolicyArn=policy["Arn"])
    equal(iam.get_policy(PolicyArn=policy["Arn"])["Policy"]["AttachmentCount"], 1)
    version = iam.get_policy_version(PolicyArn=policy["Arn"], VersionId="v1")["PolicyVersion"]
    equal(version["Document"], json.loads(document(allow("s3:*"))))
    equal([one["PolicyName"] for one in iam.list_policies(Scope="Local")["Policies"]], ["m"])
    refused("DeleteConflict", 409, "attached", iam.delete_policy, PolicyArn=policy["Arn"])
    iam.detach_role_policy(RoleName="s0", PolicyArn=policy["Arn"])
    iam.delete_policy(PolicyArn=policy["Arn"])
    refused("NoSuchEntity", 404, "was not found", iam.get_policy, PolicyArn=policy["Arn"])
    refused("InvalidAction", 400, "CreateGroup", iam.create_group, GroupName="g")
    bounded = {"PermissionsBoundary": "arn:aws:iam::aws:policy/ReadOnlyAccess"}
    for call, name in ((iam.create_role, {"RoleName": "b", "AssumeRolePolicyDocument": TO_LAMBDA}),
                       (iam.create_user, {"UserName": "b"})):
        refused("ValidationError", 400, "PermissionsBoundary", call, **name, **bounded)
    sts = service("sts")
    equal(sts.get_caller_identity()["Arn"], f"arn:aws:iam::{ACCOUNT}:root")


def versions():
    iam, root = service("iam"), client()
    create(root, "hello")
    keys = user("ann")
    policy = iam.create_policy(PolicyName="m", PolicyDocument=document(allow("s3:*")))["Policy"]["Arn"]
    iam.attach_user_policy(UserName="ann", PolicyArn=policy)
    ann = client(**keys)
    refused(*DENIED, "", ann.get_function, FunctionName="hello")
    wider = document(allow("lambda:*"))
    made = iam.create_policy_version(PolicyArn=policy, PolicyDocument=wider)["PolicyVersion"]
    equal((made["VersionId"], made["IsDefaultVersion"]), ("v2", False))
    refused(*DENIED, "", ann.get_function, FunctionName="hello")
    iam.set_default_policy_version(PolicyArn=policy, VersionId="v2")
    ann.get_function(FunctionName="hello")
    equal(iam.get_policy(PolicyArn=policy)["Policy"]["DefaultVersionId"], "v2")
    for number in (1, 2):
        got = iam.get_policy_version(PolicyArn=policy, VersionId=f"v{number}")["PolicyVersion"]
        equal((got["IsDefaultVersion"], got["Document"]["Statement"][0]["Action"]),
              (number == 2, ["s3:*", "lambda:*"][number - 1]))
    for _ in range(3):
        iam.create_policy_version(PolicyArn=policy, PolicyDocument=document(deny("*")), SetAsDefault=True)
    refused("LimitExceeded", 409, "up to 5 versions", iam.create_policy_version,
            PolicyArn=policy, PolicyDocument=wider)
    refused(*DENIED, "explicit deny", ann.get_function, FunctionName="hello")
    refused("DeleteConflict", 409, "default version", iam.delete_policy_version,
            PolicyArn=policy, VersionId="v5")
    iam.set_default_policy_version(PolicyArn=policy, VersionId="v2")
    ann.get_function(FunctionName="hello")
    iam.detach_user_policy(UserName="ann", PolicyArn=policy)
    refused("DeleteConflict", 409, "more than one version", iam.delete_policy, PolicyArn=policy)
    for number in (1, 3, 4, 5):
        iam.delete_policy_version(PolicyArn=policy, VersionId=f"v{number}")
    refused("NoSuchEntity", 404, "", iam.set_default_policy_version, PolicyArn=policy, VersionId="v1")
    equal([one["VersionId"] for one in iam.list_policy_versions(PolicyArn=policy)["Versions"]], ["v2"])
    iam.delete_policy(PolicyArn=policy)


def users():
    iam, root = service("iam"), client()
    create(root, "hello")
    create(root, "other")
    none = user("nobody")
    who = f"arn:aws:iam::{ACCOUNT}:user/"
    equal(service("sts", **none).get_caller_identity()["Arn"], who + "nobody")
    said = (f"User: {who}nobody is not authorized to perform: lambda:InvokeFunction on resource: "
            f"{LAMBDA}hello because no identity-based policy allows the lambda:InvokeFunction action")
    got = refused(*DENIED, said, client(**none).invoke, FunctionName="hello")
    equal(got["Error"]["Message"], said)
    refused(*DENIED, "lambda:ListFunctions on resource: *", client(**none).list_functions)
    refused("AccessDenied", 403, "iam:CreateUser", service("iam", **none).create_user, UserName="x")
    # Whether it is there or not: the answer is the same.
    for name in ("hello", "missing"):
        refused(*DENIED, f"{LAMBDA}{name} because", client(**none).get_function, FunctionName=name)
    one = user("one", allow("lambda:*", LAMBDA + "hello"), deny("lambda:Delete*"))
    equal(invoke(client(**one), "hello", {"name": "one"})[1], {"hello": "one"})
    refused(*DENIED, "because no identity-based policy", client(**one).invoke, FunctionName="other")
    refused(*DENIED, "with an explicit deny in an identity-based policy",
            client(**one).delete_function, FunctionName="hello")
    # The policy is about the function, not about its versions.
    refused(*DENIED, f"{LAMBDA}hello:$LATEST", client(**one).invoke, FunctionName="hello",
            Qualifier="$LATEST")
    # Who makes a function passes it a role.
    maker = user("maker", allow("lambda:*", LAMBDA + "${aws:username}-*"))
    refused(*DENIED, "iam:PassRole on resource: arn:aws:iam::", create, api=client(**maker),
            name="maker-a", wait=False)
    iam.put_user_policy(UserName="maker", PolicyName="q", PolicyDocument=document(allow(
        "iam:PassRole", Condition={"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}})))
    create(client(**maker), "maker-a")
    refused(*DENIED, "lambda:CreateFunction on resource: " + LAMBDA + "taker-a", create,
            api=client(**maker), name="taker-a", wait=False)
    # Roles that functions cannot have.
    iam.create_role(RoleName="people", AssumeRolePolicyDocument=trust(AWS=ACCOUNT))
    bad = {"Runtime": os.environ["NODE_RUNTIME"], "Handler": "i.h", "Code": {"ZipFile": b"x"}}
    refused("InvalidParameterValueException", 400,
            "The role defined for the function cannot be assumed by Lambda.", root.create_function,
            FunctionName="f", Role=f"arn:aws:iam::{ACCOUNT}:role/people", **bad)
    refused(*DENIED, "Cross-account pass role is not allowed.", root.update_function_configuration,
            FunctionName="hello", Role=f"arn:aws:iam::{OTHER}:role/x")
    # Keys are switched off, and taken away.
    key = one["aws_access_key_id"]
    iam.update_access_key(UserName="one", AccessKeyId=key, Status="Inactive")
    unknown = "UnrecognizedClientException", 403, "security token"
    refused(*unknown, client(**one).list_functions)
    iam.update_access_key(UserName="one", AccessKeyId=key, Status="Active")
    iam.create_access_key(UserName="one")
    refused("LimitExceeded", 409, "AccessKeysPerUser: 2", iam.create_access_key, UserName="one")
    refused("DeleteConflict", 409, "", iam.delete_user, UserName="one")
    for each in iam.list_access_keys(UserName="one")["AccessKeyMetadata"]:
        iam.delete_access_key(UserName="one", AccessKeyId=each["AccessKeyId"])
    refused(*unknown, client(**one).list_functions)
    iam.delete_user_policy(UserName="one", PolicyName="p")
    iam.delete_user(UserName="one")
    refused("NoSuchEntity", 404, "The user with name one", iam.get_user, UserName="one")
    # Nobody has a say over keys that are not theirs.
    refused("NoSuchEntity", 404, "Access Key", iam.delete_access_key, UserName="maker",
            AccessKeyId=none["aws_access_key_id"])
    refused("ValidationError", 400, "stays", iam.delete_access_key,
            AccessKeyId=os.environ["AWS_ACCESS_KEY_ID"])
    admin = user("admin")
    iam.attach_user_policy(UserName="admin", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    equal(len(client(**admin).list_functions()["Functions"]), 3)
    refused("InvalidClientTokenId", 403, "", service("iam", aws_access_key_id="x",
            aws_secret_access_key="y").list_users)
    refused("SignatureDoesNotMatch", 403, "", service("iam", **{
        **admin, "aws_secret_access_key": "y"}).list_users)


def assume(keys, role, **more):
    got = service("sts", **keys).assume_role(RoleArn=role, RoleSessionName="walk", **more)
    given = got["Credentials"]
    return {**keys_of(given), "aws_session_token": given["SessionToken"]}


def sessions():
    iam, root = service("iam"), client()
    create(root, "hello")
    ada = user("ada")
    role = iam.create_role(RoleName="worker", AssumeRolePolicyDocument=trust(
        AWS=f"arn:aws:iam::{ACCOUNT}:user/ada"))["Role"]
    iam.put_role_policy(RoleName="worker", PolicyName="p", PolicyDocument=document(
        allow(["lambda:InvokeFunction", "lambda:GetFunction"])))
    keys = assume(ada, role["Arn"])
    me = service("sts", **keys).get_caller_identity()
    equal((me["Arn"], me["UserId"]), (f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/walk",
                                      role["RoleId"] + ":walk"))
    equal(invoke(client(**keys), "hello", {})[1], {"hello": None})
    refused(*DENIED, f"User: {me['Arn']} is not authorized to perform: lambda:ListFunctions",
            client(**keys).list_functions)
    narrow = assume(ada, role["Arn"], Policy=document(allow("lambda:InvokeFunction")))
    invoke(client(**narrow), "hello", {})
    refused(*DENIED, "because no session policy allows", client(**narrow).get_function,
            FunctionName="hello")
    # A change counts at once, also for sessions there are.
    iam.put_role_policy(RoleName="worker", PolicyName="q", PolicyDocument=document(deny("lambda:*")))
    refused(*DENIED, "with an explicit deny", client(**keys).invoke, FunctionName="hello")
    denied = "AccessDenied", 403, "is not authorized to perform: sts:AssumeRole on resource: "
    refused(*denied, assume, keys=user("eve"), role=role["Arn"])
    refused(*denied, assume, keys=ada, role=role["Arn"] + "x")
    # Whom the account is trusted to choose needs a policy of its own.
    iam.update_assume_role_policy(RoleName="worker", PolicyDocument=trust(AWS=ACCOUNT))
    refused(*denied, assume, keys=ada, role=role["Arn"])
    iam.put_user_policy(UserName="ada", PolicyName="p", PolicyDocument=document(
        allow("sts:AssumeRole", role["Arn"])))
    assume(ada, role["Arn"], DurationSeconds=900)
    long = "ValidationError", 400, "MaxSessionDuration"
    refused(*long, assume, keys=ada, role=role["Arn"], DurationSeconds=7200)
    # Another role of the same name is another role.
    for name in ("p", "q"):
        iam.delete_role_policy(RoleName="worker", PolicyName=name)
    iam.delete_role(RoleName="worker")
    refused("UnrecognizedClientException", 403, "", client(**keys).list_functions)
    iam.create_role(RoleName="worker", AssumeRolePolicyDocument=trust(AWS=ACCOUNT))
    refused("UnrecognizedClientException", 403, "", client(**keys).list_functions)


def permissions():
    root = client()
    create(root, "hello")
    root.publish_version(FunctionName="hello")
    missing = "ResourceNotFoundException", 404
    refused(*missing, "The resource you requested does not exist.", root.get_policy,
            FunctionName="hello")
    refused(*missing, "No policy is associated", root.remove_permission, FunctionName="hello",
            StatementId="x")
    add = {"FunctionName": "hello", "Action": "lambda:InvokeFunction"}
    made = root.add_permission(**add, StatementId="s3", Principal="s3.amazonaws.com",
                               SourceArn="arn:aws:s3:::bucket", SourceAccount=ACCOUNT)
    statement = {
        "Sid": "s3", "Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "lambda:InvokeFunction", "Resource": LAMBDA + "hello",
        "Condition": {"StringEquals": {"AWS:SourceAccount": ACCOUNT},
                      "ArnLike": {"AWS:SourceArn": "arn:aws:s3:::bucket"}}}
    equal(json.loads(made["Statement"]), statement)
    got = root.get_policy(FunctionName="hello")
    equal(json.loads(got["Policy"]),
          {"Version": "2012-10-17", "Id": "default", "Statement": [statement]})
    refused("ResourceConflictException", 409, "The statement id (s3) provided already exists.",
            root.add_permission, **add, StatementId="s3", Principal="s3.amazonaws.com")
    refused("InvalidParameterValueException", 400, "The provided principal was invalid.",
            root.add_permission, **add, StatementId="t", Principal="nobody")
    refused("InvalidParameterValueException", 400, "adding policies for $LATEST.",
            root.add_permission, **add, StatementId="t", Principal=OTHER, Qualifier="$LATEST")
    latest = {"ResourceArn": LAMBDA + "hello:$LATEST"}
    for call, named in ((root.get_policy, {"FunctionName": "hello", "Qualifier": "$LATEST"}),
                        (root.get_resource_policy, latest), (root.delete_resource_policy, latest)):
        refused("InvalidParameterValueException", 400, "policies for $LATEST.", call, **named)
    refused(*missing, "Function not found", root.add_permission, **add, StatementId="t",
            Principal=OTHER, Qualifier="7")
    refused(*missing, "Cannot find alias arn", root.add_permission, **add, StatementId="t",
            Principal=OTHER, Qualifier="live")
    refused("PreconditionFailedException", 412, "Revision Id", root.add_permission, **add,
            StatementId="t", Principal=OTHER, RevisionId="x")
    made = root.add_permission(**add, StatementId="t", Principal=OTHER, Qualifier="1",
                               RevisionId=None)
    equal(json.loads(made["Statement"])["Principal"], {"AWS": f"arn:aws:iam::{OTHER}:root"})
    equal(json.loads(made["Statement"])["Resource"], LAMBDA + "hello:1")
    refused(*missing, "Statement t is not found", root.remove_permission, FunctionName="hello",
            StatementId="t")
    root.remove_permission(FunctionName="hello", StatementId="s3", RevisionId=got["RevisionId"])
    refused(*missing, "does not exist", root.get_policy, FunctionName="hello")
    equal(len(json.loads(root.get_policy(FunctionName="hello", Qualifier="1")["Policy"])["Statement"]), 1)
    for number in range(200):
        try:
            root.add_permission(**add, StatementId=f"s{number}" + "x" * 90, Principal="*")
        except root.exceptions.PolicyLengthExceededException as error:
            assert "bigger than the limit (20480)" in str(error), error
            break
    else:
        raise AssertionError("the policy grew without end")
    # Tags are for whom may list them.
    root.tag_resource(Resource=LAMBDA + "hello", Tags={"k": "v"})
    equal(root.get_function(FunctionName="hello")["Tags"], {"k": "v"})
    reader = client(**user("reader", allow("lambda:GetFunction")))
    equal(reader.get_function(FunctionName="hello").get("Tags"), None)
    service("iam").put_user_policy(UserName="reader", PolicyName="q",
                                   PolicyDocument=document(allow("lambda:ListTags")))
    equal(reader.get_function(FunctionName="hello", Qualifier="1")["Tags"], {"k": "v"})
    # A user of the account needs one side only; a statement may refuse, too.
    eve = user("eve")
    refused(*DENIED, "because no identity-based policy", client(**eve).get_policy,
            FunctionName="hello")
    whole = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/eve"},
         "Action": "lambda:*", "Resource": LAMBDA + "hello"},
        {"Effect": "Deny", "Principal": "*", "Action": "lambda:DeleteFunction",
         "Resource": LAMBDA + "hello"}]}
    put = root.put_resource_policy(ResourceArn=LAMBDA + "hello", Policy=json.dumps(whole))
    equal(json.loads(put["Policy"]), whole)
    equal(root.get_resource_policy(ResourceArn=LAMBDA + "hello")["RevisionId"], put["RevisionId"])
    invoke(client(**eve), "hello", {})
    refused(*DENIED, "with an explicit deny in a resource-based policy",
            client(**eve).delete_function, FunctionName="hello")
    refused("InvalidParameterValueException", 400, "Syntax errors", root.put_resource_policy,
            ResourceArn=LAMBDA + "hello", Policy="{}")
    refused("PreconditionFailedException", 412, "", root.delete_resource_policy,
            ResourceArn=LAMBDA + "hello", RevisionId="00000000-0000-0000-0000-000000000000")
    root.delete_resource_policy(ResourceArn=LAMBDA + "hello")
    refused(*missing, "", root.get_resource_policy, ResourceArn=LAMBDA + "hello")
    refused(*DENIED, "because no identity-based policy", client(**eve).invoke, FunctionName="hello")


globals()[sys.argv[1]]()
print("done")
